package main

import (
	"errors"
	"io"

	"github.com/gomikey/gomikey/internal/vectors"
)

func printCoverage(files []*vectors.File, stdout, stderr io.Writer) int {
	return fail(stderr, exitFailed, errors.New("not yet"))
}
