// Command generate writes coverage.json of package coverage: the requirements of
// docs/requirements.md and the tests of the module that name them.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomikey/gomikey/internal/coverage"
)

func main() {
	log.SetFlags(0)
	data, err := generate(filepath.Join("..", ".."))
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("coverage.json", data, 0o666); err != nil {
		log.Fatal(err)
	}
}

// generate returns coverage.json for the module in the directory root.
func generate(root string) ([]byte, error) {
	name := filepath.Join(root, "docs", "requirements.md")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	rows, err := parseRequirements(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	tests, err := findTests(root)
	if err != nil {
		return nil, err
	}
	return join(rows, tests)
}

// join adds the tests to the rows, and rows for pitfalls. There is one row on
// each line, so that changes are easy to read.
func join(rows []coverage.Row, tests map[string][]string) ([]byte, error) {
	slices.SortFunc(rows, func(a, b coverage.Row) int { return strings.Compare(a.ID, b.ID) })
	for i, r := range rows {
		rows[i].Tests = tests[r.ID]
		delete(tests, r.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(tests)) {
		if !coverage.IsPitfall(id) {
			return nil, fmt.Errorf("%s: there is no requirement %s", tests[id][0], id)
		}
		rows = append(rows, coverage.Row{ID: id, Tests: tests[id]})
	}
	var lines [][]byte
	for _, r := range rows {
		var line bytes.Buffer
		e := json.NewEncoder(&line)
		e.SetEscapeHTML(false)
		if err := e.Encode(r); err != nil {
			return nil, err
		}
		lines = append(lines, bytes.TrimSpace(line.Bytes()))
	}
	return slices.Concat([]byte("[\n"), bytes.Join(lines, []byte(",\n")), []byte("\n]\n")), nil
}
