package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/internal/coverage"
)

// TestUpToDate also shows that no test names an id that does not exist, and that
// docs/requirements.md has every id once.
func TestUpToDate(t *testing.T) {
	want, err := generate(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "coverage.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("coverage.json is not up to date: go generate ./internal/coverage")
	}
}

const goodRow = `| R-3830-001 | MUST | 6, App. A | A is ` + "`b\\|c`" + `. | program: a\|b: c |`

func table(rows ...string) string {
	return "# Title\n\n" + strings.Join(append([]string{tableHead, "|---|---|---|---|---|"}, rows...), "\n") + "\n\ntext\n"
}

func TestParseRequirements(t *testing.T) {
	text := table(goodRow, "| R-ONVIF-001 | SHOULD | MIKEY | B. | implemented |") +
		table("| R-3830-002 | MAY | 7 | C. | no: TICKET |") + "| other | table |\n|---|---|\n| R | x |\n"
	got, err := parseRequirements(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []coverage.Row{
		{ID: "R-3830-001", Level: "MUST", Section: "6, App. A", State: coverage.Program, Reason: "a|b: c"},
		{ID: "R-ONVIF-001", Level: "SHOULD", Section: "MIKEY", State: coverage.Implemented},
		{ID: "R-3830-002", Level: "MAY", Section: "7", State: coverage.No, Reason: "TICKET"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestParseRequirementsRefuses(t *testing.T) {
	row := func(old, new string) string { return table(strings.Replace(goodRow, old, new, 1)) }
	for name, text := range map[string]string{
		"id without number":     row("R-3830-001", "R-3830"),
		"id with two digits":    row("R-3830-001", "R-3830-01"),
		"id of no document":     row("R-3830-001", "R-383-001"),
		"no id":                 row("R-3830-001", ""),
		"pitfall":               row("R-3830-001", "P-01"),
		"no such level":         row("MUST", "SHALL"),
		"no section":            row("| 6, App. A", ""),
		"empty section":         row("6, App. A", ""),
		"bare vertical bar":     row(`\|c`, "|c"),
		"backslash":             row(`\|c`, `\c`),
		"end":                   row("c |", "c"),
		"no such state":         row("program", "yes"),
		"no reason":             row(`: a\|b: c`, ""),
		"empty reason":          row(`a\|b: c`, " "),
		"empty remark":          table("| R-3830-001 | MUST | 6 | A. | implemented:  |"),
		"remark without colon":  table("| R-3830-001 | MUST | 6 | A. | implemented partly |"),
		"twice":                 table(goodRow, goodRow),
		"twice, in two tables":  table(goodRow) + table(goodRow),
		"gap":                   table(goodRow, "| R-3830-003 | MUST | 6 | A. | implemented |"),
		"first one is missing":  table("| R-3830-002 | MUST | 6 | A. | implemented |"),
		"number 0":              table("| R-3830-000 | MUST | 6 | A. | implemented |"),
		"outside of a table":    goodRow,
		"behind a table":        table(goodRow) + "\n" + strings.Replace(goodRow, "001", "002", 1),
		"head of another table": strings.Replace(table(goodRow), "| Id", "| ID", 1),
	} {
		if rows, err := parseRequirements(text); err == nil {
			t.Errorf("%s: %+v", name, rows)
		}
	}
}

func TestFindTests(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("mikey/a_test.go", `//go:build never
package mikey_test
func TestR3830_013_014_Name(t *testing.T) {
	for _, name := range []string{"R-4567-006 two protocols", "R-4567-006 two protocols", "P-07 V", "see R-4567-007", "R-4567-008"} {}
}
func FuzzR3830_013(f *testing.F) {}
func BenchmarkR3830_015_Name(b *testing.B) { _ = "R-3830-016 no test" }
func (x) TestR3830_017_Method() {}
func helper() { _ = "R-3830-018 no test" }
`)
	write("srtp/core/b_test.go", "package core\nfunc TestP11_R3711_002_003_ONVIF_004_Rate(t *testing.T) {}\n")
	write("mikey/code.go", "package mikey\nfunc TestR3830_019_NoTest() {}\n")
	for _, dir := range []string{"testdata", ".git", "_old", "vendor"} {
		write("mikey/"+dir+"/c_test.go", "not Go")
	}
	got, err := findTests(root)
	if err != nil {
		t.Fatal(err)
	}
	rate := []string{"srtp/core.TestP11_R3711_002_003_ONVIF_004_Rate"}
	want := map[string][]string{
		"R-3830-013": {"mikey.FuzzR3830_013", "mikey.TestR3830_013_014_Name"},
		"R-3830-014": {"mikey.TestR3830_013_014_Name"},
		"R-4567-006": {"mikey.TestR3830_013_014_Name/R-4567-006_two_protocols"},
		"P-07":       {"mikey.TestR3830_013_014_Name/P-07_V"},
		"P-11":       rate, "R-3711-002": rate, "R-3711-003": rate, "R-ONVIF-004": rate,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	if _, err := join(nil, maps.Clone(got)); err == nil || !strings.Contains(err.Error(), "R-3711-002") {
		t.Errorf("tests of requirements that do not exist: %v", err)
	}

	write("sdp/d_test.go", "package sdp\nfunc TestR4567_035to038_Range(t *testing.T) {}\n")
	if _, err := findTests(root); err == nil || !strings.Contains(err.Error(), "035to038") {
		t.Errorf("a number that is none: %v", err)
	}
}

func TestNamesWithoutIDs(t *testing.T) {
	for _, name := range []string{
		"Test", "Fuzz", "TestP256", "TestP521_Point", "TestRFC7748_5_2", "TestR5669_KeyLengths", "TestONVIFMessages", "TestRow_001",
	} {
		if ids, err := idsOf(name); err != nil || len(ids) > 0 {
			t.Errorf("%s: %v, %v", name, ids, err)
		}
	}
	for _, name := range []string{"TestR3830_49_Name", "TestR3830_0490", "TestONVIF_4"} {
		if ids, err := idsOf(name); err == nil {
			t.Errorf("%s: %v", name, ids)
		}
	}
}
