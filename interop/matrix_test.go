package interop

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A table of the matrix has a row for each thing that is tried and a column for
// each program that it is tried with. Tests fill it while they run.
type table struct {
	title   string
	rowsAre string
	columns []string

	mu    sync.Mutex
	cells map[string]map[string][]string // by row and column
}

// The matrix of docs/interop.md.
var (
	messagesTable = &table{title: "Messages of gomikey", rowsAre: "message", columns: []string{tsharkReads, gstReads}}

	publishedTable = &table{
		title: "Messages that others published", rowsAre: "message", columns: []string{"gomikey reads", tsharkReads, gstReads},
	}
	gstTable = &table{
		title: "Messages that GStreamer makes, payload by payload", rowsAre: "message", columns: []string{"gomikey reads"},
	}
	policiesTable = &table{
		title: "Security policies in messages", rowsAre: "suite",
		columns: []string{tsharkReads, gstReads, "gomikey reads GStreamer's"},
	}
	packetsTable = &table{
		title: "SRTP packets", rowsAre: "suite",
		columns: []string{
			"libsrtp, SRTP", "libsrtp, SRTCP", "from FFmpeg", "to FFmpeg", "baresip is called", "baresip calls",
		},
	}
	tables = []*table{messagesTable, publishedTable, gstTable, policiesTable, packetsTable}
)

const (
	tsharkReads = "tshark reads"
	gstReads    = "GStreamer reads"
)

// record fills a cell. What was recorded for it before stays in front.
func (tab *table) record(t *testing.T, row, column, cell string, args ...any) {
	t.Helper()
	if !slices.Contains(tab.columns, column) {
		t.Fatalf("%q has no column %q", tab.title, column)
	}
	cell = fmt.Sprintf(cell, args...)
	t.Logf("%s, %s: %s", row, column, cell)
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if tab.cells == nil {
		tab.cells = make(map[string]map[string][]string)
	}
	if tab.cells[row] == nil {
		tab.cells[row] = make(map[string][]string)
	}
	if cells := tab.cells[row][column]; !slices.Contains(cells, cell) {
		tab.cells[row][column] = append(cells, cell)
	}
}

// markdown returns the table, with its rows sorted. Tests run in parallel, so
// several results in one cell are sorted too.
func (tab *table) markdown() string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n| %s | %s |\n", tab.title, tab.rowsAre, strings.Join(tab.columns, " | "))
	fmt.Fprintf(&b, "|%s\n", strings.Repeat("---|", len(tab.columns)+1))
	for _, row := range slices.Sorted(maps.Keys(tab.cells)) {
		fmt.Fprintf(&b, "| %s |", row)
		for _, column := range tab.columns {
			cells := slices.Sorted(slices.Values(tab.cells[row][column]))
			if len(cells) == 0 {
				cells = []string{"–"}
			}
			fmt.Fprintf(&b, " %s |", strings.Join(cells, "; "))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// programs has the version of each program that was run.
var programs sync.Map

// matrix returns what stands between the markers of docs/interop.md: a line
// with the versions of the programs, and the tables.
func matrix() string {
	versions := make(map[string]string)
	programs.Range(func(name, version any) bool {
		versions[name.(string)] = version.(string)
		return true
	})
	line := versionsPrefix
	for i, name := range slices.Sorted(maps.Keys(versions)) {
		if i > 0 {
			line += ", "
		}
		line += name + " " + versions[name]
	}
	text := line + ".\n"
	for _, tab := range tables {
		text += "\n" + tab.markdown()
	}
	return text
}

const versionsPrefix = "Run with "
