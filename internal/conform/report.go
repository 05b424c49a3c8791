package conform

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Summary counts the results of a run, or of one family of it.
type Summary struct {
	Family  string `json:"family,omitempty"`
	Tests   int    `json:"tests"`
	Passed  int    `json:"passed"`
	Strict  int    `json:"strict"`
	Skipped int    `json:"skipped"`
	Failed  int    `json:"failed"`
}

func (s *Summary) add(status Status) {
	s.Tests++
	switch status {
	case Passed:
		s.Passed++
	case Strict:
		s.Strict++
	case Skipped:
		s.Skipped++
	case Failed:
		s.Failed++
	}
}

// A Report is what a run of the suite showed.
type Report struct {
	Implementation string    `json:"implementation"`
	Version        string    `json:"version"`
	Total          Summary   `json:"total"`
	Families       []Summary `json:"families"`
	Results        []Result  `json:"results"`
}

// NewReport counts results, which are in the order of their families.
func NewReport(implementation, version string, results []Result) *Report {
	r := &Report{Implementation: implementation, Version: version, Families: []Summary{}, Results: results}
	for _, result := range results {
		if n := len(r.Families); n == 0 || r.Families[n-1].Family != result.Family {
			r.Families = append(r.Families, Summary{Family: result.Family})
		}
		r.Families[len(r.Families)-1].add(result.Status)
		r.Total.add(result.Status)
	}
	return r
}

// OK reports whether the peer conforms: some test passed and none failed.
func (r *Report) OK() bool { return r.Total.Failed == 0 && r.Total.Passed > 0 }

// WriteText writes the failures, or everything that did not pass if verbose, and
// a summary by family.
func (r *Report) WriteText(w io.Writer, verbose bool) error {
	var b strings.Builder
	for _, result := range r.Results {
		if result.Status == Failed || verbose && result.Status != Passed {
			fmt.Fprintf(&b, "%s: %s/%d %s\n    %s\n", strings.ToUpper(string(result.Status)),
				result.Family, result.TCID, result.Comment, result.Detail)
		}
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s %s\n\n", r.Implementation, r.Version)
	fmt.Fprintf(&b, "%-20s %7s %7s %7s %7s %7s\n", "family", "tests", "passed", "strict", "skipped", "failed")
	for _, s := range append(r.Families, r.Total) {
		name := s.Family
		if name == "" {
			name = "total"
		}
		fmt.Fprintf(&b, "%-20s %7d %7d %7d %7d %7d\n", name, s.Tests, s.Passed, s.Strict, s.Skipped, s.Failed)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteJUnit writes the report in the XML of JUnit, which servers of continuous
// integration read. A family is a test suite.
func (r *Report) WriteJUnit(w io.Writer) error {
	type message struct {
		Message string `xml:"message,attr"`
	}
	type testCase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Time    string   `xml:"time,attr"`
		Failure *message `xml:"failure"`
		Skipped *message `xml:"skipped"`
	}
	type suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Time     string     `xml:"time,attr"`
		Cases    []testCase `xml:"testcase"`
	}
	root := struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Suites   []*suite `xml:"testsuite"`
	}{Name: r.Implementation + " " + r.Version, Tests: r.Total.Tests, Failures: r.Total.Failed, Skipped: r.Total.Skipped}
	seconds := func(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }
	rest := r.Results
	for _, f := range r.Families {
		s := &suite{Name: f.Family, Tests: f.Tests, Failures: f.Failed, Skipped: f.Skipped}
		var total time.Duration
		for _, result := range rest[:f.Tests] {
			c := testCase{Class: f.Family, Name: fmt.Sprintf("%d %s", result.TCID, result.Comment), Time: seconds(result.Time)}
			switch result.Status {
			case Failed:
				c.Failure = &message{result.Detail}
			case Skipped:
				c.Skipped = &message{result.Detail}
			}
			total += result.Time
			s.Cases = append(s.Cases, c)
		}
		s.Time = seconds(total)
		rest = rest[f.Tests:]
		root.Suites = append(root.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(&root); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
