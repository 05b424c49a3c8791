// Package wycheproof gives tests access to the JSON files of [Project
// Wycheproof]. They are too large to keep in this repository, so a test that
// wants one skips itself where they are missing.
//
// The files are looked for in the directory that the environment variable
// WYCHEPROOF_DIR names (the testvectors_v1 directory of a Wycheproof checkout),
// else in shared/wycheproof beside the module root.
//
// [Project Wycheproof]: https://github.com/C2SP/wycheproof
package wycheproof

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A Result is the verdict on one test.
type Result string

const (
	Valid      Result = "valid"      // must be accepted
	Invalid    Result = "invalid"    // must be refused
	Acceptable Result = "acceptable" // legacy behaviour: see the test's flags
)

// Hex is a byte string that JSON holds as hexadecimal digits.
type Hex []byte

// UnmarshalText implements [encoding.TextUnmarshaler].
func (h *Hex) UnmarshalText(text []byte) error {
	b, err := hex.AppendDecode(nil, text)
	*h = b
	return err
}

// Load decodes the JSON file name into v. It skips the test if no directory is
// configured and none is found; a directory that WYCHEPROOF_DIR names must hold
// the file.
func Load(t testing.TB, name string, v any) {
	t.Helper()
	path, err := find(os.Getenv("WYCHEPROOF_DIR"), name)
	if errors.Is(err, errNotFound) {
		t.Skipf("Wycheproof file %s not found: set WYCHEPROOF_DIR to run this test", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

var errNotFound = errors.New("wycheproof: file not found")

// find returns the path of the file name: in dir, if that is given, else beside
// the root of the module that holds the working directory, which for a test is
// the directory of its package.
func find(dir, name string) (string, error) {
	if dir != "" {
		return filepath.Join(dir, name), nil
	}
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for !exists(filepath.Join(root, "go.mod")) {
		parent := filepath.Dir(root)
		if parent == root {
			return "", errNotFound
		}
		root = parent
	}
	path := filepath.Join(filepath.Dir(root), "shared", "wycheproof", name)
	if !exists(path) {
		return "", errNotFound
	}
	return path, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
