package conform

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
)

// A fake peer answers with what a function says.
type fake func(op string, request map[string]any) string

func (f fake) Do(line []byte) ([]byte, error) {
	var request map[string]any
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	op := request["op"].(string)
	reply := f(op, request)
	switch {
	case op == "hello" && reply == "":
		reply = `"ok":true,"implementation":"fake","version":"1","modes":["psk"],"groups":[],"suites":[]`
	case op == "reset":
		reply = `"ok":true`
	}
	if strings.HasPrefix(reply, "!") {
		return []byte(reply[1:]), nil
	}
	return []byte(fmt.Sprintf(`{"id":%v,%s}`, request["id"], reply)), nil
}

func refusal(stage string) string {
	return fmt.Sprintf(`"ok":false,"error":{"stage":%q,"code":null,"detail":"because"}`, stage)
}

// oneTest is a file with one test.
func oneTest(test *vectors.Test) []*vectors.File {
	test.TCID, test.Comment = 1, "the test"
	return []*vectors.File{{
		Family: "fake",
		Notes: map[string]vectors.Note{
			"Rare":   {BugType: vectors.Optional},
			"Common": {BugType: "MISTAKE"},
		},
		TestGroups: []*vectors.Group{{
			Requires: vectors.Requires{Modes: []string{"psk"}},
			Parties:  map[string]any{"bob": map[string]any{"psk": "00"}},
			Tests:    []*vectors.Test{test},
		}},
	}}
}

func runOne(t *testing.T, p Peer, test *vectors.Test, complete bool) Result {
	t.Helper()
	report, err := Run(p, oneTest(test), Options{Complete: complete})
	if err != nil {
		t.Fatal(err)
	}
	return report.Results[0]
}

func call(expect string, reply map[string]any) *vectors.Call {
	return &vectors.Call{Op: "derive", Request: map[string]any{}, Expect: expect, Reply: reply}
}

func TestStatus(t *testing.T) {
	key := map[string]any{"key": "0011"}
	good := `"ok":true,"key":"0011"`
	for _, c := range []struct {
		name     string
		test     *vectors.Test
		reply    string
		complete bool
		want     Status
		detail   string
	}{
		{"right", &vectors.Test{Result: "valid", Calls: []*vectors.Call{call("accept", key)}}, good, true, Passed, ""},
		{"wrong value", &vectors.Test{Result: "valid", Calls: []*vectors.Call{call("accept", key)}}, `"ok":true,"key":"0012"`, false, Failed,
			"call 1, derive: key: octet 1 is 12, want 11"},
		{"refused", &vectors.Test{Result: "valid", Calls: []*vectors.Call{call("accept", key)}}, refusal("policy"), false, Failed,
			"call 1, derive: refused as policy: because"},
		{"unsupported, but mandatory", &vectors.Test{Result: "valid", Flags: []string{"Common"}, Calls: []*vectors.Call{call("accept", key)}},
			refusal("unsupported"), false, Failed, ""},
		{"unsupported and optional", &vectors.Test{Result: "valid", Flags: []string{"Rare"}, Calls: []*vectors.Call{call("accept", key)}},
			refusal("unsupported"), false, Skipped, ""},
		{"refused and optional", &vectors.Test{Result: "valid", Flags: []string{"Rare"}, Calls: []*vectors.Call{call("accept", key)}},
			refusal("auth-failure"), false, Failed, ""},
		{"optional, of this library", &vectors.Test{Result: "valid", Flags: []string{"Rare"}, Calls: []*vectors.Call{call("accept", key)}},
			refusal("unsupported"), true, Failed, ""},
		{"tolerance that is not there", &vectors.Test{Result: "acceptable", Calls: []*vectors.Call{call("accept", key)}}, refusal("policy"), false, Strict, ""},
		{"tolerance with a wrong value", &vectors.Test{Result: "acceptable", Calls: []*vectors.Call{call("accept", key)}}, `"ok":true,"key":""`, false, Failed, ""},
		{"right stage", &vectors.Test{Result: "invalid", Calls: []*vectors.Call{call("stale", nil)}}, refusal("stale"), false, Passed, ""},
		{"other stage", &vectors.Test{Result: "invalid", Calls: []*vectors.Call{call("stale", nil)}}, refusal("replay"), false, Failed,
			"call 1, derive: refused as replay: because; to be refused as stale"},
		{"accepted", &vectors.Test{Result: "invalid", Calls: []*vectors.Call{call("stale", nil)}}, good, false, Failed,
			"call 1, derive: accepted, to be refused as stale"},
		{"no JSON", &vectors.Test{Result: "invalid", Calls: []*vectors.Call{call("stale", nil)}}, "!oh", false, Failed, ""},
		{"other id", &vectors.Test{Result: "invalid", Calls: []*vectors.Call{call("stale", nil)}}, `!{"id":0,"ok":true}`, false, Failed, ""},
		{"unknown stage", &vectors.Test{Result: "invalid", Calls: []*vectors.Call{call("stale", nil)}}, refusal("late"), false, Failed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := fake(func(op string, _ map[string]any) string {
				if op == "hello" {
					return ""
				}
				return c.reply
			})
			// The operation is there: it is not asked for.
			r := &runner{peer: p, counterpart: Library(), complete: c.complete}
			if err := r.hello(); err != nil {
				t.Fatal(err)
			}
			r.operations["derive"] = true
			f := oneTest(c.test)[0]
			status, detail := r.test(f, f.TestGroups[0], c.test)
			if status != c.want {
				t.Fatalf("%s: %s, want %s", status, detail, c.want)
			}
			if c.detail != "" && detail != c.detail {
				t.Errorf("detail %q, want %q", detail, c.detail)
			}
		})
	}
}

// What the peer does not claim to have is skipped.
func TestSkipped(t *testing.T) {
	test := &vectors.Test{Result: "valid", Calls: []*vectors.Call{call("accept", nil)}}
	none := fake(func(op string, _ map[string]any) string {
		if op == "hello" {
			return `"ok":true,"modes":[],"groups":[],"suites":[]`
		}
		return refusal("usage")
	})
	if r := runOne(t, none, test, false); r.Status != Skipped || r.Detail != "there is no mode psk" {
		t.Errorf("%s: %s", r.Status, r.Detail)
	}
	if r := runOne(t, none, test, true); r.Status != Failed {
		t.Errorf("of this library: %s: %s", r.Status, r.Detail)
	}
	noOperation := fake(func(op string, _ map[string]any) string {
		if op == "hello" {
			return ""
		}
		return refusal("unsupported")
	})
	if r := runOne(t, noOperation, test, false); r.Status != Skipped || r.Detail != "there is no operation derive" {
		t.Errorf("%s: %s", r.Status, r.Detail)
	}
}

// Names stand for credentials and for replies.
func TestResolve(t *testing.T) {
	var seen []map[string]any
	p := fake(func(op string, request map[string]any) string {
		switch op {
		case "hello":
			return ""
		case "initiate":
			seen = append(seen, request)
			return `"ok":true,"exchange":"e7","keys":{"session":"s9"}`
		}
		seen = append(seen, request)
		return `"ok":true`
	})
	test := &vectors.Test{Result: "valid", Calls: []*vectors.Call{
		{Op: "initiate", Request: map[string]any{"credentials": "bob"}, Expect: "accept"},
		{Op: "update", Request: map[string]any{"exchange": "@1.exchange", "session": "@1.keys.session"}, Expect: "accept"},
	}}
	if r := runOne(t, p, test, false); r.Status != Passed {
		t.Fatal(r.Detail)
	}
	last := seen[len(seen)-1]
	if last["exchange"] != "e7" || last["session"] != "s9" {
		t.Errorf("the last request is %v", last)
	}
	credentials := false
	for _, request := range seen {
		if c, ok := request["credentials"].(map[string]any); ok && c["psk"] == "00" {
			credentials = true
		}
	}
	if !credentials {
		t.Errorf("no request has the credentials: %v", seen)
	}
	test.Calls[1].Request["exchange"] = "@3.exchange"
	if r := runOne(t, p, test, false); r.Status != Failed {
		t.Errorf("a call that there is not: %s", r.Status)
	}
}

// The place of the first difference has the name of its step.
func TestFirstOctet(t *testing.T) {
	steps := []vectors.Step{
		{Name: "HDR", Value: "0001020304", In: "message"},
		{Name: "KEMAC", Value: "050607", In: "message", At: 5},
		{Name: "MAC", Value: "07", How: "HMAC", In: "message", At: 7},
	}
	d := difference("", map[string]any{"message": "AAECAwQFBgc="}, map[string]any{"message": "AAECAwQFBgg="}, steps)
	if want := "message: octet 7 is 08, want 07; this is octet 0 of MAC = HMAC"; d != want {
		t.Errorf("%q, want %q", d, want)
	}
	d = difference("", map[string]any{"message": "AAECAwQFBgc="}, map[string]any{"message": "AAEC"}, steps)
	if want := "message: octet 3 is missing, want 03 (3 octets, want 8); this is octet 3 of HDR"; d != want {
		t.Errorf("%q, want %q", d, want)
	}
}

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		want, got string
		same      bool
	}{
		{`{"a":1}`, `{"a":1,"b":2}`, true},
		{`{"a":1}`, `{"b":2}`, false},
		{`{"a":null}`, `{}`, true},
		{`{"a":null}`, `{"a":0}`, false},
		{`{"a":[1,{"b":2}]}`, `{"a":[1,{"b":2,"c":3}]}`, true},
		{`{"a":[1]}`, `{"a":[1,2]}`, false},
		{`{"a":[1]}`, `{"a":"x"}`, false},
		{`{"a":{"b":1}}`, `{"a":7}`, false},
		{`{"name":"ab"}`, `{"name":"cd"}`, false},
		{`{"a":true}`, `{"a":false}`, false},
	} {
		var want, got any
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(c.got), &got); err != nil {
			t.Fatal(err)
		}
		if d := difference("", want, got, nil); (d == "") != c.same {
			t.Errorf("%s and %s: %q", c.want, c.got, d)
		}
	}
}

// The shards are the whole, and no test is in two.
func TestShards(t *testing.T) {
	f := oneTest(&vectors.Test{})[0]
	f.TestGroups[0].Tests = nil
	for i := range 100 {
		f.TestGroups[0].Tests = append(f.TestGroups[0].Tests, &vectors.Test{TCID: i + 1})
	}
	seen := make(map[string]int)
	for i := 1; i <= 7; i++ {
		for _, name := range Names([]*vectors.File{f}, Options{Shard: i, Shards: 7}) {
			seen[name]++
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d tests", len(seen))
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s is in %d shards", name, n)
		}
	}
	if names := Names([]*vectors.File{f}, Options{Run: regexp.MustCompile("^fake/7 ")}); len(names) != 1 {
		t.Errorf("--run chooses %v", names)
	}
}

func TestReports(t *testing.T) {
	r := NewReport("x", "1", []Result{
		{"a", 1, "one", Passed, "", time.Millisecond},
		{"a", 2, "two & <more>", Failed, "call 1: no", 0},
		{"b", 1, "three", Skipped, "there is no mode pk", 0},
	})
	if r.OK() || r.Total != (Summary{Tests: 3, Passed: 1, Skipped: 1, Failed: 1}) || len(r.Families) != 2 {
		t.Errorf("%+v", r)
	}
	var text, junit, out bytes.Buffer
	if err := r.WriteText(&text, false); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text.String(), "FAILED: a/2 two & <more>\n    call 1: no\n") || strings.Contains(text.String(), "mode pk") {
		t.Errorf("%s", text.String())
	}
	if err := r.WriteJUnit(&junit); err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Tests  int `xml:"tests,attr"`
		Suites []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(junit.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Tests != 3 || len(suites.Suites) != 2 || suites.Suites[0].Cases[1].Failure.Message != "call 1: no" {
		t.Errorf("%s", junit.String())
	}
	if err := r.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var again Report
	if err := json.Unmarshal(out.Bytes(), &again); err != nil || again.Total != r.Total {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestProcess(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs are scripts for sh")
	}
	const script = `while read -r line; do echo '{"id":1,"ok":true}'; done`
	p := &Process{Command: script, Timeout: 10 * time.Second, Stderr: io.Discard}
	for range 2 {
		if line, err := p.Do([]byte(`{}`)); err != nil || string(line) != `{"id":1,"ok":true}` {
			t.Fatalf("%s, %v", line, err)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}

	// One that ends is started again for the next request.
	p = &Process{Command: `read -r line; exit 3`, Timeout: 10 * time.Second}
	for range 2 {
		if _, err := p.Do([]byte(`{}`)); err == nil || !strings.Contains(err.Error(), "ended") {
			t.Errorf("error %v", err)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}

	// One that does not answer is ended with all it started.
	p = &Process{Command: `sleep 600 & sleep 600`, Timeout: 50 * time.Millisecond}
	if _, err := p.Do([]byte(`{}`)); err == nil || !strings.Contains(err.Error(), "did not answer") {
		t.Errorf("error %v", err)
	}

	p = &Process{Command: `read -r line; echo '{}'; exit 5`, Timeout: 10 * time.Second}
	if _, err := p.Do([]byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err == nil {
		t.Error("exit status 5 at the end of the input is no error")
	}
}

func TestNoPeer(t *testing.T) {
	p := &Process{Command: "false", Timeout: time.Second}
	if _, err := Run(p, oneTest(&vectors.Test{}), Options{}); err == nil {
		t.Error("a program that does not speak the protocol passes")
	}
}
