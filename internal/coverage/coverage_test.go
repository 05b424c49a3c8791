package coverage_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/internal/coverage"
	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors"
)

// TestNothingIsMissing: whatever docs/requirements.md claims has a test or a
// vector, and every id that a vector names exists.
func TestNothingIsMissing(t *testing.T) {
	files, err := vectors.Load(testvectors.FS)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := coverage.Table(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Missing() {
			t.Errorf("%s has no test and no vector", r.ID)
		}
	}
}

// family returns a file with one test for each list of ids.
func family(name string, ids ...[]string) *vectors.File {
	g := new(vectors.Group)
	for i, list := range ids {
		g.Tests = append(g.Tests, &vectors.Test{TCID: i + 1, Requirements: list})
	}
	return &vectors.File{Family: name, TestGroups: []*vectors.Group{g}}
}

func find(t *testing.T, rows []coverage.Row, id string) coverage.Row {
	t.Helper()
	i := slices.IndexFunc(rows, func(r coverage.Row) bool { return r.ID == id })
	if i < 0 {
		t.Fatalf("there is no %s", id)
	}
	return rows[i]
}

func TestTable(t *testing.T) {
	rows, err := coverage.Table([]*vectors.File{
		family("psk", []string{"R-3830-049", "P-68"}, nil, []string{"R-3830-049", "R-3830-049", "P-07"}),
		family("dh", []string{"P-07", "R-3830-049"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][]string{
		"R-3830-049": {"psk/1", "psk/3", "dh/1"}, "P-07": {"psk/3", "dh/1"}, "P-68": {"psk/1"}, "R-3830-001": nil,
	} {
		if got := find(t, rows, id).Vectors; !slices.Equal(got, want) {
			t.Errorf("%s: vectors %v, want %v", id, got, want)
		}
	}
	r := find(t, rows, "R-3830-049")
	if r.Level != "MUST" || r.Section != "4.1.2" || r.State != coverage.Implemented || !slices.Contains(r.Tests, "mikey.TestR3830_049_MIKEY1") {
		t.Errorf("%+v", r)
	}
	if r := find(t, rows, "R-6043-008"); r.State != coverage.No || r.Reason != "TICKET" || r.Missing() {
		t.Errorf("%+v", r)
	}
	// Requirements, then pitfalls, each sorted.
	pitfalls := slices.IndexFunc(rows, func(r coverage.Row) bool { return r.ID[0] == 'P' })
	for i, part := range [][]coverage.Row{rows[:pitfalls], rows[pitfalls:]} {
		if !slices.IsSortedFunc(part, func(a, b coverage.Row) int { return strings.Compare(a.ID, b.ID) }) || part[0].ID[0] != "RP"[i] {
			t.Errorf("part %d is not in order", i+1)
		}
	}
	if pitfalls < 383 { // they are never taken away
		t.Errorf("%d requirements", pitfalls)
	}
}

func TestTableRefusesUnknownIDs(t *testing.T) {
	for _, id := range []string{"R-3830-118", "R-9999-001", "R-3830-49", "r-3830-049", "P-00", "P-69", "P-7", "P-+7", "P-007", "", "49"} {
		if _, err := coverage.Table([]*vectors.File{family("psk", []string{id})}); err == nil || !strings.Contains(err.Error(), "psk/1") {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestWrite(t *testing.T) {
	var b strings.Builder
	err := coverage.Write(&b, []coverage.Row{
		{ID: "R-3830-001", Level: "MUST", State: coverage.Implemented, Tests: []string{"mikey.TestA", "mikey.TestB", "sdp.TestC"}, Vectors: []string{"dh/1", "psk/1", "psk/7"}},
		{ID: "R-3830-002", Level: "MUST", State: coverage.Implemented, Tests: []string{"mikey.TestA"}},
		{ID: "R-3830-003", Level: "SHOULD", State: coverage.Implemented, Reason: "codec", Vectors: []string{"psk/2"}},
		{ID: "R-3830-004", Level: "MAY", State: coverage.Implemented, Reason: "codec"},
		{ID: "R-3830-005", Level: "MUST", State: coverage.Program, Reason: "the clock is its own"},
		{ID: "R-6043-003", Level: "MUST", State: coverage.No, Reason: "TICKET"},
		{ID: "P-07", Vectors: []string{"psk/1"}},
		{ID: "P-11", Tests: []string{"mikey.TestD"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `ID          LEVEL   STATE        VECTORS      TESTS, OR WHY NONE
R-3830-001  MUST    implemented  psk 2, dh 1  mikey.TestA and 2 more
R-3830-002  MUST    implemented  -            mikey.TestA
R-3830-003  SHOULD  implemented  psk 1        -
R-3830-004  MAY     implemented  -            MISSING
R-3830-005  MUST    program      -            the clock is its own
R-6043-003  MUST    no           -            TICKET

PITFALL  VECTORS  TESTS
P-07     psk 1    -
P-11     -        mikey.TestD

6 requirements: 4 implemented (2 by vectors, 1 by tests only), 1 up to the program, 1 not implemented; 1 implemented without vector or test
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
	if err := coverage.Write(broken{}, nil); !errors.Is(err, errBroken) {
		t.Errorf("error %v", err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
