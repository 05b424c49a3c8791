// Command mutation breaks the library in many ways, one at a time, and shows that
// the test vectors notice each:
//
//	go run ./internal/mutation [-run REGEXP] [-j N]
//
// The source tree stays as it is: the Go command gets the broken file as an
// overlay. The exit status is 0 if every mutation was caught.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	pattern := flag.String("run", "", "only mutations whose name matches")
	jobs := flag.Int("j", 2, "how many at a time")
	flag.Parse()
	if err := run(*pattern, *jobs, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "mutation: error: %v\n", err)
		os.Exit(1)
	}
}

func run(pattern string, jobs int, w io.Writer) error {
	chosen, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutation")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	// Without a mutation, the suite passes, or being caught would mean nothing.
	whole := &mutation{name: "none"}
	if result, err := whole.try(root, dir); err != nil {
		return err
	} else if result != "" {
		return fmt.Errorf("the library fails without a mutation: %s", result)
	}

	var selected []*mutation
	for i := range mutations {
		if chosen.MatchString(mutations[i].name) {
			selected = append(selected, &mutations[i])
		}
	}
	type outcome struct {
		caught string
		err    error
	}
	outcomes := make([]chan outcome, len(selected))
	slots := make(chan struct{}, max(1, jobs))
	for i := range selected {
		outcomes[i] = make(chan outcome, 1)
	}
	go func() {
		for i, m := range selected {
			slots <- struct{}{}
			go func() {
				caught, err := m.try(root, filepath.Join(dir, fmt.Sprint(i)))
				outcomes[i] <- outcome{caught, err}
				<-slots
			}()
		}
	}()
	survived := 0
	for i, m := range selected {
		switch o := <-outcomes[i]; {
		case o.err != nil:
			return fmt.Errorf("%s: %w", m.name, o.err)
		case o.caught == "":
			survived++
			fmt.Fprintf(w, "SURVIVED  %-58s %s\n", m.name, m.file)
		default:
			fmt.Fprintf(w, "caught    %-58s %s\n", m.name, o.caught)
		}
	}
	fmt.Fprintf(w, "%d mutations, %d caught\n", len(selected), len(selected)-survived)
	if survived > 0 {
		return fmt.Errorf("no test vector notices %d mutations", survived)
	}
	return nil
}

// moduleRoot returns the folder of go.mod.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	file := strings.TrimSpace(string(out))
	if filepath.Base(file) != "go.mod" {
		return "", fmt.Errorf("run this inside the module")
	}
	return filepath.Dir(file), nil
}

// try builds the suite with the mutation and runs it. It returns the first test
// that failed, or nothing if all passed.
func (m *mutation) try(root, dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	suite := filepath.Join(dir, "suite")
	args := []string{"build", "-o", suite}
	if m.file != "" {
		overlay, err := m.overlay(root, dir)
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay", overlay)
	}
	build := exec.Command("go", append(args, "./internal/mutation/suite")...)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("does not compile: %w\n%s", err, out)
	}
	defer os.Remove(suite)
	out, err := exec.Command(suite, filepath.Join(root, "testvectors")).Output()
	if err != nil { // it crashed, which is to be noticed too
		return "the suite ends with " + err.Error(), nil
	}
	return strings.TrimSpace(string(out)), nil
}

// overlay writes the broken file and the list that the Go command reads.
func (m *mutation) overlay(root, dir string) (string, error) {
	original := filepath.Join(root, filepath.FromSlash(m.file))
	source, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return "", fmt.Errorf("%s has the text to replace %d times:\n%s", m.file, n, m.old)
	}
	broken := filepath.Join(dir, "broken.go")
	text := strings.Replace(string(source), m.old, m.new, 1)
	if err := os.WriteFile(broken, []byte(text), 0o644); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{original: broken}})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	return file, os.WriteFile(file, list, 0o644)
}
