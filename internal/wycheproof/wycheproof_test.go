package wycheproof

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

const content = `{"numberOfTests": 1, "testGroups": [{"tests": [{"tcId": 7, "key": "00ff", "result": "valid"}]}]}`

type suite struct {
	NumberOfTests int
	TestGroups    []struct {
		Tests []struct {
			TcID   int
			Key    Hex
			Result Result
		}
	}
}

func TestLoadFromEnvironment(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a_test.json"), content)
	t.Setenv("WYCHEPROOF_DIR", dir)

	var s suite
	Load(t, "a_test.json", &s)
	check(t, s)
}

func TestLoadBesideModule(t *testing.T) {
	top := t.TempDir()
	write(t, filepath.Join(top, "module", "go.mod"), "module example\n")
	write(t, filepath.Join(top, "module", "a", "b", "b.go"), "package b\n")
	write(t, filepath.Join(top, "shared", "wycheproof", "a_test.json"), content)
	t.Setenv("WYCHEPROOF_DIR", "")
	t.Chdir(filepath.Join(top, "module", "a", "b"))

	var s suite
	Load(t, "a_test.json", &s)
	check(t, s)

	if _, err := find("", "b_test.json"); !errors.Is(err, errNotFound) {
		t.Errorf("missing file: %v, want errNotFound", err)
	}
}

func TestLoadSkips(t *testing.T) {
	top := t.TempDir()
	write(t, filepath.Join(top, "module", "go.mod"), "module example\n")
	t.Setenv("WYCHEPROOF_DIR", "")
	t.Chdir(filepath.Join(top, "module"))

	var inner *testing.T
	t.Run("missing", func(t *testing.T) {
		inner = t
		var s suite
		Load(t, "a_test.json", &s)
	})
	if !inner.Skipped() {
		t.Error("Load did not skip")
	}
}

func TestHexRefusesOtherText(t *testing.T) {
	var h Hex
	for _, text := range []string{"0", "0g", "00 "} {
		if err := h.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q accepted", text)
		}
	}
}

func check(t *testing.T, s suite) {
	t.Helper()
	if s.NumberOfTests != 1 || len(s.TestGroups) != 1 || len(s.TestGroups[0].Tests) != 1 {
		t.Fatalf("decoded %+v", s)
	}
	tc := s.TestGroups[0].Tests[0]
	if tc.TcID != 7 || !bytes.Equal(tc.Key, []byte{0x00, 0xff}) || tc.Result != Valid {
		t.Errorf("decoded %+v", tc)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
