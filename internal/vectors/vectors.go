// Package vectors reads and writes the files of package testvectors, whose
// README.md describes them.
package vectors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// A File is one family of tests.
type File struct {
	Schema        string          `json:"schema"`
	Family        string          `json:"family"`
	Description   string          `json:"description"`
	NumberOfTests int             `json:"numberOfTests"`
	Notes         map[string]Note `json:"notes"`
	TestGroups    []*Group        `json:"testGroups"`
}

// A Note explains a flag.
type Note struct {
	BugType     string `json:"bugType"`
	Description string `json:"description"`
}

// Optional is the bug type of flags for what no text demands: an implementation
// without it says "unsupported". The schema has all bug types.
const Optional = "OPTIONAL"

// A Group is tests that have their source and their parties in common.
type Group struct {
	Type     string         `json:"type"`
	Comment  string         `json:"comment,omitempty"`
	Source   Source         `json:"source"`
	Requires Requires       `json:"requires"`
	Parties  map[string]any `json:"parties,omitempty"`
	Tests    []*Test        `json:"tests"`
}

// A Source says where the values of a group come from.
type Source struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Section string `json:"section,omitempty"`
	Note    string `json:"note,omitempty"`
}

// Requires are names of the hello of a peer: one that does not have them all
// skips the group.
type Requires struct {
	Modes  []string `json:"modes,omitempty"`
	Groups []string `json:"groups,omitempty"`
	Suites []string `json:"suites,omitempty"`
}

// What may become of a test.
const (
	Valid      = "valid"      // everything is to be accepted
	Invalid    = "invalid"    // something is to be refused
	Acceptable = "acceptable" // a tolerance: a strict implementation may refuse
)

// A Test is calls of the peer protocol, one after the other.
type Test struct {
	TCID         int      `json:"tcId"`
	Comment      string   `json:"comment"`
	Flags        []string `json:"flags"`
	Requirements []string `json:"requirements"`
	Result       string   `json:"result"`
	Calls        []*Call  `json:"calls"`
}

// A Call is one request and what is to come of it.
type Call struct {
	Op           string         `json:"op"`
	By           string         `json:"by,omitempty"`
	Request      map[string]any `json:"request"`
	Expect       string         `json:"expect"`
	Code         *int           `json:"code,omitempty"`
	Reply        map[string]any `json:"reply,omitempty"`
	ErrorMessage map[string]any `json:"errorMessage,omitempty"`
	Silent       bool           `json:"silent,omitempty"` // there is no error message
	Steps        []Step         `json:"steps,omitempty"`
}

// Counterpart is the By of calls that go to the other party of an exchange,
// which is not the implementation under test.
const Counterpart = "counterpart"

// Accept is the Expect of calls that succeed.
const Accept = "accept"

// Stages are what Expect may say of calls that fail.
var Stages = []string{
	"malformed", "unsupported", "auth-failure", "stale", "replay", "policy", "state", "usage",
}

// A Step is a value on the way to the result. One with In is octets At of that
// member of the request or the reply.
type Step struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	How   string `json:"how,omitempty"`
	In    string `json:"in,omitempty"`
	At    int    `json:"at,omitempty"`
}

// Name returns the name of a test in reports.
func (t *Test) Name(family string) string { return fmt.Sprintf("%s/%d %s", family, t.TCID, t.Comment) }

// Load reads all files of a file system with the folder v1, sorted by name.
func Load(fsys fs.FS) ([]*File, error) {
	names, err := fs.Glob(fsys, "v1/*.json")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("there are no vectors")
	}
	var files []*File
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		f, err := Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, f)
	}
	return files, nil
}

// Parse reads one file and checks what its schema cannot say.
func Parse(data []byte) (*File, error) {
	var f File
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	return &f, f.check()
}

// Format returns a file as it is written, with the tests numbered.
func Format(f *File) ([]byte, error) {
	f.NumberOfTests = 0
	for _, g := range f.TestGroups {
		for _, t := range g.Tests {
			f.NumberOfTests++
			t.TCID = f.NumberOfTests
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (f *File) check() error {
	count := 0
	comments := make(map[string]bool)
	for _, g := range f.TestGroups {
		for _, t := range g.Tests {
			count++
			if t.TCID != count {
				return fmt.Errorf("test %d has the number %d", count, t.TCID)
			}
			if comments[t.Comment] {
				return fmt.Errorf("test %d: another one has the comment %q", t.TCID, t.Comment)
			}
			comments[t.Comment] = true
			if err := f.checkTest(g, t); err != nil {
				return fmt.Errorf("test %d: %w", t.TCID, err)
			}
		}
	}
	if count != f.NumberOfTests || count == 0 {
		return fmt.Errorf("%d tests, the file says %d", count, f.NumberOfTests)
	}
	return nil
}

func (f *File) checkTest(g *Group, t *Test) error {
	for _, flag := range t.Flags {
		if _, ok := f.Notes[flag]; !ok {
			return fmt.Errorf("no note explains %s", flag)
		}
	}
	refused := false
	for i, c := range t.Calls {
		if c.Expect != Accept {
			refused = true
			if !slices.Contains(Stages, c.Expect) {
				return fmt.Errorf("call %d: there is no stage %q", i+1, c.Expect)
			}
		}
		if name, ok := c.Request["credentials"].(string); ok && g.Parties[name] == nil && !strings.HasPrefix(name, "@") {
			return fmt.Errorf("call %d: there is no party %q", i+1, name)
		}
		for _, s := range c.Steps {
			if err := c.checkStep(&s); err != nil {
				return fmt.Errorf("call %d: step %q: %w", i+1, s.Name, err)
			}
		}
	}
	if refused != (t.Result == Invalid) {
		return fmt.Errorf("the result is %q, but refused calls: %t", t.Result, refused)
	}
	if t.Result == Invalid && len(t.Requirements) == 0 {
		return fmt.Errorf("no requirement says why it is invalid")
	}
	return nil
}
