package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMutationsApply checks that the text of each mutation is where it says, so
// that a change of the library does not pass unnoticed until somebody runs them.
func TestMutationsApply(t *testing.T) {
	names := make(map[string]bool)
	for _, m := range mutations {
		if names[m.name] {
			t.Errorf("%s: the name occurs twice", m.name)
		}
		names[m.name] = true
		source, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(m.file)))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), m.old); n != 1 {
			t.Errorf("%s: %s has the text to replace %d times", m.name, m.file, n)
		}
		if m.old == m.new {
			t.Errorf("%s: nothing changes", m.name)
		}
	}
	if len(mutations) < 40 {
		t.Errorf("%d mutations", len(mutations))
	}
}
