package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/gomikey/gomikey/internal/coverage"
)

const tableHead = "| Id | Level | Section | Requirement | State |"

// A row has five cells. A "|" in a cell has a "\" in front of it.
var tableRow = regexp.MustCompile(`^\| (R-(?:\d{4}|ONVIF)-\d{3}) \| (MUST|SHOULD|MAY) \| (` + cell + `) \| ` + cell + ` \| (` + cell + `) \|$`)

const cell = `(?:[^|\\]|\\\|)+`

// parseRequirements reads the tables of docs/requirements.md.
func parseRequirements(text string) ([]coverage.Row, error) {
	var rows []coverage.Row
	seen := make(map[string]bool)
	inTable := false
	for i, line := range strings.Split(text, "\n") {
		fail := func(why string) ([]coverage.Row, error) { return nil, fmt.Errorf("line %d: %s: %s", i+1, why, line) }
		switch {
		case line == tableHead:
			inTable = true
			continue
		case inTable && line == "|---|---|---|---|---|":
			continue
		case !inTable || !strings.HasPrefix(line, "|"):
			inTable = false
			if strings.HasPrefix(line, "| R-") {
				return fail("not in a table of requirements")
			}
			continue
		}
		m := tableRow.FindStringSubmatch(line)
		if m == nil {
			return fail("not a requirement")
		}
		r := coverage.Row{ID: m[1], Level: m[2], Section: m[3]}
		if seen[r.ID] {
			return fail("the id occurs twice")
		}
		seen[r.ID] = true
		var remark bool
		r.State, r.Reason, remark = strings.Cut(strings.ReplaceAll(m[4], `\|`, "|"), ": ")
		switch {
		case remark && strings.TrimSpace(r.Reason) == "":
			return fail("the remark is empty")
		case r.State == coverage.Implemented:
		case r.State != coverage.Program && r.State != coverage.No:
			return fail("no such state")
		case !remark:
			return fail("the state needs a reason")
		}
		rows = append(rows, r)
	}
	// Ids are never taken away, so that there are no gaps.
	for _, r := range rows {
		document, digits := r.ID[:len(r.ID)-3], r.ID[len(r.ID)-3:]
		number, _ := strconv.Atoi(digits)
		if before := fmt.Sprintf("%s%03d", document, number-1); number != 1 && !seen[before] {
			return nil, fmt.Errorf("there is %s and not %s", r.ID, before)
		}
	}
	return rows, nil
}
