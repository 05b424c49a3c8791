package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/gomikey/gomikey/internal/coverage"
	"github.com/gomikey/gomikey/internal/vectors"
)

// printCoverage prints which vectors and tests each requirement has. It fails if
// an implemented one has none.
func printCoverage(files []*vectors.File, stdout, stderr io.Writer) int {
	rows, err := coverage.Table(files)
	if err == nil {
		err = coverage.Write(stdout, rows)
	}
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	if i := slices.IndexFunc(rows, coverage.Row.Missing); i >= 0 {
		return fail(stderr, exitFailed, fmt.Errorf("%s is implemented, but has neither vector nor test", rows[i].ID),
			"add a vector, or name a test after it and run go generate ./internal/coverage")
	}
	return exitOK
}
