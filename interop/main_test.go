package interop

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

var update = flag.Bool("update", false, "write the matrix of docs/interop.md as it came out")

// incomplete is set once a test is skipped.
var incomplete atomic.Bool

// TestMain compares the matrix with docs/interop.md after all tests have
// passed. It does so only where INTEROP=required: elsewhere programs may be
// missing, or be others than those that the matrix is about.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if code == 0 && (*update || os.Getenv("INTEROP") == "required" && whole()) {
		if err := checkMatrix(); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	os.Exit(code)
}

// whole tells whether all tests were asked for.
func whole() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		if flag.Lookup(name).Value.String() != "" {
			return false
		}
	}
	return true
}

const (
	matrixFile  = "../docs/interop.md"
	matrixBegin = "<!-- matrix: begin -->\n"
	matrixEnd   = "<!-- matrix: end -->\n"
)

// checkMatrix compares the matrix with that of docs/interop.md, or writes it
// there.
func checkMatrix() error {
	if !whole() || incomplete.Load() {
		return errors.New("the matrix of docs/interop.md needs every test of the package, and every program")
	}
	file, err := os.ReadFile(matrixFile)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(file), matrixBegin)
	documented, after, ends := strings.Cut(rest, matrixEnd)
	if !begins || !ends {
		return fmt.Errorf("%s has no markers %q and %q", matrixFile, matrixBegin, matrixEnd)
	}
	if *update {
		return os.WriteFile(matrixFile, []byte(before+matrixBegin+matrix()+matrixEnd+after), 0o644)
	}
	found := matrix()
	d := difference(documented, found)
	switch {
	case d == "":
		return nil
	case versions(documented) != versions(found):
		// Other versions of the programs may do better, or worse.
		fmt.Printf("The matrix differs from %s, which is about other versions of the programs:\n%s", matrixFile, d)
		return nil
	}
	return fmt.Errorf("the matrix differs from %s:\n%sIf that is as it should be: go test ./interop/ -update", matrixFile, d)
}

// versions returns the line with the versions of the programs.
func versions(matrix string) string {
	line, _, _ := strings.Cut(matrix, "\n")
	return line
}

// difference returns the lines that are in one of the texts only. The versions
// alone are no difference: they change with every update of the system, most of
// the time without effect. They are shown if there is another one.
func difference(documented, found string) string {
	before, now := strings.Split(documented, "\n"), strings.Split(found, "\n")
	var b strings.Builder
	differ := false
	show := func(sign string, lines, others []string) {
		for _, line := range lines {
			if !slices.Contains(others, line) {
				fmt.Fprintf(&b, "%s %s\n", sign, line)
				differ = differ || !strings.HasPrefix(line, versionsPrefix)
			}
		}
	}
	show("-", before, now)
	show("+", now, before)
	switch {
	case differ:
		return b.String()
	case len(before) != len(now):
		return "lines are missing, doubled or in another order\n"
	}
	return ""
}

// Versions may differ, and nothing else may.
func TestMatrixDifference(t *testing.T) {
	const documented = versionsPrefix + "tshark 4.0.17.\n\n| PSK | dissected |\n| PK | dissected |\n"
	for found, want := range map[string]string{
		documented: "",
		strings.Replace(documented, "4.0.17", "4.4.0", 1): "",
		strings.Replace(documented, "| PK | dissected |", "| PK | partly |", 1): "- | PK | dissected |\n" +
			"+ | PK | partly |\n",
		documented + "| DH | dissected |\n": "+ | DH | dissected |\n",
		documented + "\n":                   "lines are missing, doubled or in another order\n",
	} {
		if got := difference(documented, found); got != want {
			t.Errorf("difference is %q, want %q", got, want)
		}
	}
}
