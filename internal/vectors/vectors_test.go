package vectors_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/internal/vectors"
)

// What no schema can say is checked when a file is read.
func TestParse(t *testing.T) {
	good := func() *vectors.File {
		return &vectors.File{
			Notes: map[string]vectors.Note{"Flag": {BugType: "STATE", Description: "a flag"}},
			TestGroups: []*vectors.Group{{
				Parties: map[string]any{"bob": map[string]any{}},
				Tests: []*vectors.Test{
					{Comment: "one", Flags: []string{"Flag"}, Result: vectors.Valid, Calls: []*vectors.Call{{
						Request: map[string]any{"credentials": "bob", "message": "AAEC"}, Expect: vectors.Accept,
						Reply: map[string]any{"keys": map[string]any{"crypto_sessions": []any{map[string]any{"tek": "0011"}}}},
						Steps: []vectors.Step{
							{Name: "a", Value: "0102", In: "request.message", At: 1},
							{Name: "b", Value: "11", In: "keys.crypto_sessions.0.tek", At: 1},
							{Name: "c", Value: "ff"},
						},
					}}},
					{Comment: "two", Requirements: []string{"R-3830-049"}, Result: vectors.Invalid, Calls: []*vectors.Call{{Expect: "stale"}}},
				},
			}},
		}
	}
	parse := func(f *vectors.File, change func(f *vectors.File)) error {
		if _, err := vectors.Format(f); err != nil { // it numbers the tests
			return err
		}
		change(f)
		data, err := json.Marshal(f)
		if err != nil {
			return err
		}
		_, err = vectors.Parse(data)
		return err
	}
	if err := parse(good(), func(*vectors.File) {}); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(f *vectors.File, first *vectors.Test, c *vectors.Call){
		"2 tests, the file says 3":          func(f *vectors.File, _ *vectors.Test, _ *vectors.Call) { f.NumberOfTests = 3 },
		"test 1 has the number 7":           func(_ *vectors.File, first *vectors.Test, _ *vectors.Call) { first.TCID = 7 },
		`another one has the comment "two"`: func(_ *vectors.File, first *vectors.Test, _ *vectors.Call) { first.Comment = "two" },
		"no note explains Other":            func(_ *vectors.File, first *vectors.Test, _ *vectors.Call) { first.Flags = []string{"Other"} },
		`the result is "invalid"`:           func(_ *vectors.File, first *vectors.Test, _ *vectors.Call) { first.Result = vectors.Invalid },
		`there is no stage "late"`:          func(_ *vectors.File, _ *vectors.Test, c *vectors.Call) { c.Expect = "late" },
		`there is no party "carol"`:         func(_ *vectors.File, _ *vectors.Test, c *vectors.Call) { c.Request["credentials"] = "carol" },
		"no requirement says why": func(f *vectors.File, _ *vectors.Test, _ *vectors.Call) {
			f.TestGroups[0].Tests[1].Requirements = nil
		},
		"does not stand in request.message at octet 2": func(_ *vectors.File, _ *vectors.Test, c *vectors.Call) { c.Steps[0].At = 2 },
		"does not stand in keys.crypto_sessions.0.tek": func(_ *vectors.File, _ *vectors.Test, c *vectors.Call) { c.Steps[1].Value = "12" },
		"keys.crypto_sessions.1.tek is not there":      func(_ *vectors.File, _ *vectors.Test, c *vectors.Call) { c.Steps[1].In = "keys.crypto_sessions.1.tek" },
		"request.offer is not there":                   func(_ *vectors.File, _ *vectors.Test, c *vectors.Call) { c.Steps[0].In = "request.offer" },
		"at without in":                                func(_ *vectors.File, _ *vectors.Test, c *vectors.Call) { c.Steps[2].At = 1 },
		"encoding/hex":                                 func(_ *vectors.File, _ *vectors.Test, c *vectors.Call) { c.Steps[2].Value = "f" },
	} {
		f := good()
		err := parse(f, func(f *vectors.File) {
			first := f.TestGroups[0].Tests[0]
			change(f, first, first.Calls[0])
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := vectors.Parse([]byte(`{"numberOfTest": 1}`)); err == nil {
		t.Error("a member that there is not is taken")
	}
}
