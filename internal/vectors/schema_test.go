package vectors_test

import (
	"bytes"
	"io/fs"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors"
)

// TestSchemas checks every file against the schema that it names.
func TestSchemas(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	names, err := fs.Glob(testvectors.FS, "schemas/*.json")
	if err != nil {
		t.Fatal(err)
	}
	const base = "https://github.com/gomikey/gomikey/testvectors/"
	for _, name := range names {
		if err := compiler.AddResource(base+name, readJSON(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := fs.Glob(testvectors.FS, "v1/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			file := readJSON(t, name)
			schema, err := compiler.Compile(base + "schemas/" + file.(map[string]any)["schema"].(string))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(file); err != nil {
				t.Error(err)
			}
		})
	}
}

func readJSON(t *testing.T, name string) any {
	t.Helper()
	data, err := fs.ReadFile(testvectors.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// TestFormat checks that the files are as the generator writes them.
func TestFormat(t *testing.T) {
	files, err := vectors.Load(testvectors.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		want, err := fs.ReadFile(testvectors.FS, "v1/"+f.Family+".json")
		if err != nil {
			t.Fatal(err)
		}
		got, err := vectors.Format(f)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not formatted: run go generate ./testvectors", f.Family)
		}
	}
}
