// Package coverage says which tests and which test vectors each requirement of
// docs/requirements.md has.
package coverage

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
)

//go:generate go run ./generate

// States of a requirement.
const (
	Implemented = "implemented"
	Program     = "program" // up to the program that uses the library
	No          = "no"      // not implemented
)

// A Row is a requirement and what covers it, or a pitfall, which has no level,
// no section and no state.
type Row struct {
	ID      string   `json:"id"` // R-3830-049; of a pitfall, P-38
	Level   string   `json:"level,omitempty"`
	Section string   `json:"section,omitempty"`
	State   string   `json:"state,omitempty"`
	Reason  string   `json:"reason,omitempty"`  // why the state is not Implemented, or what to know of it
	Tests   []string `json:"tests,omitempty"`   // mikey.TestName, sorted
	Vectors []string `json:"vectors,omitempty"` // psk/12, in the order of the files
}

// Missing reports whether nothing shows what is claimed.
func (r Row) Missing() bool {
	return r.State == Implemented && len(r.Tests) == 0 && len(r.Vectors) == 0
}

// IsPitfall reports whether id is one of P-01 to P-68.
func IsPitfall(id string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "P-"))
	return err == nil && 1 <= n && n <= 68 && id == fmt.Sprintf("P-%02d", n)
}

// generated has the rows without vectors: programs have no source tree to read.
//
//go:embed coverage.json
var generated []byte

// Table returns all requirements, then the pitfalls that a test or a vector names,
// both sorted by id. It fails for vectors with an id that does not exist.
func Table(files []*vectors.File) ([]Row, error) {
	var rows []Row
	if err := json.Unmarshal(generated, &rows); err != nil {
		return nil, fmt.Errorf("coverage.json: %w", err)
	}
	index := make(map[string]int)
	for i, r := range rows {
		index[r.ID] = i
	}
	for _, f := range files {
		for _, g := range f.TestGroups {
			for _, t := range g.Tests {
				name := fmt.Sprintf("%s/%d", f.Family, t.TCID)
				for _, id := range t.Requirements {
					i, ok := index[id]
					if !ok {
						if !IsPitfall(id) {
							return nil, fmt.Errorf("%s: there is no requirement %s", name, id)
						}
						i = len(rows)
						index[id] = i
						rows = append(rows, Row{ID: id})
					}
					if !slices.Contains(rows[i].Vectors, name) {
						rows[i].Vectors = append(rows[i].Vectors, name)
					}
				}
			}
		}
	}
	n := slices.IndexFunc(rows, isPitfall)
	if n < 0 {
		n = len(rows)
	}
	slices.SortFunc(rows[n:], func(a, b Row) int { return strings.Compare(a.ID, b.ID) })
	return rows, nil
}

func isPitfall(r Row) bool { return strings.HasPrefix(r.ID, "P-") }
