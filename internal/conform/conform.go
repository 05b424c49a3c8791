// Package conform runs the test vectors against a MIKEY implementation: this one,
// or any program that speaks the peer protocol.
package conform

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/gomikey/gomikey/internal/peer"
	"github.com/gomikey/gomikey/internal/vectors"
)

// A Peer answers requests of the peer protocol: JSON objects without line end.
type Peer interface {
	Do(request []byte) ([]byte, error)
}

// Library returns the implementation of this module as a Peer.
func Library() Peer { return library{peer.New()} }

type library struct{ *peer.Peer }

func (l library) Do(request []byte) ([]byte, error) { return l.Peer.Do(request), nil }

// A Status says what became of a test.
type Status string

// A test that passes as Strict is one of a tolerance that the peer does not have,
// which is no fault. Skipped is what the peer does not claim to have.
const (
	Passed  Status = "passed"
	Strict  Status = "strict"
	Skipped Status = "skipped"
	Failed  Status = "failed"
)

// A Result is what became of one test. Detail says why, but for Passed.
type Result struct {
	Family  string        `json:"family"`
	TCID    int           `json:"tcId"`
	Comment string        `json:"comment"`
	Status  Status        `json:"status"`
	Detail  string        `json:"detail,omitempty"`
	Time    time.Duration `json:"-"`
}

// Options choose the tests to run.
type Options struct {
	Run    *regexp.Regexp // nil: all; matched against "family/tcId comment"
	Shard  int            // from 1 to Shards
	Shards int            // 0 or 1: all
	// Complete makes a failure of what a peer may lack: optional algorithms and
	// tolerances, modes and groups.
	Complete bool
	Progress func(done, total int, r *Result) // nil: none
}

// selected reports whether the options choose a test, which is the nth of all.
func (o *Options) selected(f *vectors.File, t *vectors.Test, n int) bool {
	if o.Shards > 1 && n%o.Shards != o.Shard-1 {
		return false
	}
	return o.Run == nil || o.Run.MatchString(t.Name(f.Family))
}

// each calls f with the tests that the options choose.
func (o *Options) each(files []*vectors.File, do func(f *vectors.File, g *vectors.Group, t *vectors.Test)) {
	n := 0
	for _, f := range files {
		for _, g := range f.TestGroups {
			for _, t := range g.Tests {
				if o.selected(f, t, n) {
					do(f, g, t)
				}
				n++
			}
		}
	}
}

// Names returns the names of the tests that the options choose.
func Names(files []*vectors.File, o Options) []string {
	var names []string
	o.each(files, func(f *vectors.File, _ *vectors.Group, t *vectors.Test) {
		names = append(names, t.Name(f.Family))
	})
	return names
}

// Run runs the tests of the files that the options choose. It fails only if the
// peer does not speak the protocol at all.
func Run(p Peer, files []*vectors.File, o Options) (*Report, error) {
	r := &runner{peer: p, counterpart: Library(), complete: o.Complete}
	if err := r.hello(); err != nil {
		return nil, err
	}
	total := len(Names(files, o))
	var results []Result
	o.each(files, func(f *vectors.File, g *vectors.Group, t *vectors.Test) {
		start := time.Now()
		status, detail := r.test(f, g, t)
		results = append(results, Result{f.Family, t.TCID, t.Comment, status, detail, time.Since(start)})
		if o.Progress != nil {
			o.Progress(len(results), total, &results[len(results)-1])
		}
	})
	return NewReport(r.implementation, r.version, results), nil
}

// A runner runs tests one after the other.
type runner struct {
	peer, counterpart Peer
	complete          bool
	id                int
	last              string // name of the test before, which may have left the peer broken

	implementation, version        string
	hasModes, hasGroups, hasSuites []string
	operations                     map[string]bool // by name, once asked for
}

// hello asks the peer what it has.
func (r *runner) hello() error {
	reply, err := r.do(r.peer, "hello", map[string]any{})
	if err != nil {
		return fmt.Errorf("hello: %w", err)
	}
	if !reply.ok {
		return fmt.Errorf("hello is refused: %s", reply.detail)
	}
	r.implementation, _ = reply.members["implementation"].(string)
	r.version, _ = reply.members["version"].(string)
	r.operations = map[string]bool{"hello": true, "reset": true}
	for member, names := range map[string]*[]string{"modes": &r.hasModes, "groups": &r.hasGroups, "suites": &r.hasSuites} {
		all, ok := reply.members[member].([]any)
		if !ok {
			return fmt.Errorf("hello: %s is not a list", member)
		}
		for _, name := range all {
			text, ok := name.(string)
			if !ok {
				return fmt.Errorf("hello: %s has something that is not a name", member)
			}
			*names = append(*names, text)
		}
	}
	return nil
}

// lacks says what a test needs that the peer does not have, or nothing.
func (r *runner) lacks(g *vectors.Group, t *vectors.Test) (string, error) {
	for _, need := range []struct {
		what           string
		names, present []string
	}{
		{"mode", g.Requires.Modes, r.hasModes}, {"group", g.Requires.Groups, r.hasGroups}, {"suite", g.Requires.Suites, r.hasSuites},
	} {
		for _, name := range need.names {
			if !slices.Contains(need.present, name) {
				return need.what + " " + name, nil
			}
		}
	}
	for _, c := range t.Calls {
		if c.By == vectors.Counterpart {
			continue
		}
		has, err := r.has(c.Op)
		if err != nil {
			return "", err
		}
		if !has {
			return "operation " + c.Op, nil
		}
	}
	return "", nil
}

// operands are for finding out whether a peer has an operation: an unknown one is
// unsupported. With these nothing else is, and without operands neither are the
// operations that are not here.
var operands = map[string]map[string]any{
	"decode": {"message": "AQAAAAAAAAAAAA=="},
	"encode": {"decoded": map[string]any{
		"version": 1, "data_type": 0, "v": false, "prf": 0, "csb_id": "00000000", "cs_id_map_type": 0,
		"cs": []any{}, "payloads": []any{},
	}},
	"derive": {
		"label": "tek", "inkey": "00", "length_bits": 8, "csb_id": "00000000", "cs_id": 1,
		"rand": "00000000000000000000000000000000", "prf": 0,
	},
}

// has reports whether the peer has an operation. Whether it initiates, hello tells
// with its modes.
func (r *runner) has(op string) (bool, error) {
	if op == "initiate" {
		return len(r.hasModes) > 0, nil
	}
	has, asked := r.operations[op]
	if !asked {
		reply, err := r.do(r.peer, op, operands[op])
		if err != nil {
			return false, err
		}
		has = reply.ok || reply.stage != "unsupported"
		r.operations[op] = has
	}
	return has, nil
}

func (r *runner) test(f *vectors.File, g *vectors.Group, t *vectors.Test) (Status, string) {
	lack, err := r.lacks(g, t)
	switch {
	case err != nil:
		return Failed, err.Error()
	case lack != "" && r.complete:
		return Failed, "there is no " + lack
	case lack != "":
		return Skipped, "there is no " + lack
	}
	for _, p := range []Peer{r.peer, r.counterpart} {
		if _, err := r.do(p, "reset", map[string]any{}); err != nil {
			return Failed, fmt.Sprintf("reset after %s: %v", cmp.Or(r.last, "hello"), err)
		}
	}
	r.last = t.Name(f.Family)
	replies := make([]map[string]any, 0, len(t.Calls))
	for i, c := range t.Calls {
		to, who := r.peer, ""
		if c.By == vectors.Counterpart {
			to, who = r.counterpart, " of the counterpart"
		}
		where := fmt.Sprintf("call %d, %s%s: ", i+1, c.Op, who)
		request, err := resolve(c.Request, g.Parties, replies)
		if err != nil {
			return Failed, where + err.Error()
		}
		reply, err := r.do(to, c.Op, request)
		if err != nil {
			return Failed, where + err.Error()
		}
		replies = append(replies, reply.members)
		detail := compare(c, reply)
		if detail == "" {
			continue
		}
		if !r.complete && c.By == "" && !reply.ok {
			if reply.stage == "unsupported" && optional(f, t) {
				return Skipped, where + reply.summary()
			}
			if c.Expect == vectors.Accept && t.Result == vectors.Acceptable {
				return Strict, where + reply.summary()
			}
		}
		return Failed, where + detail
	}
	return Passed, ""
}

// optional reports whether a test needs what no text demands.
func optional(f *vectors.File, t *vectors.Test) bool {
	return slices.ContainsFunc(t.Flags, func(flag string) bool { return f.Notes[flag].BugType == vectors.Optional })
}

// A reply is that of a peer.
type reply struct {
	ok           bool
	members      map[string]any
	stage        string
	code         *int
	detail       string
	errorMessage *string
}

// summary is for people.
func (r *reply) summary() string {
	if r.ok {
		return "accepted"
	}
	s := "refused as " + r.stage
	if r.code != nil {
		s += fmt.Sprintf(" with error %d", *r.code)
	}
	return s + ": " + r.detail
}

// do makes one request.
func (r *runner) do(p Peer, op string, operands map[string]any) (*reply, error) {
	r.id++
	request := map[string]any{"id": r.id, "op": op}
	for k, v := range operands {
		request[k] = v
	}
	line, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	answer, err := p.Do(line)
	if err != nil {
		return nil, err
	}
	return parseReply(answer, r.id)
}
