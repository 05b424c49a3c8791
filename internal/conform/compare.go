package conform

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
)

// compare says how a reply differs from what a call expects, or nothing.
func compare(c *vectors.Call, r *reply) string {
	switch {
	case c.Expect == vectors.Accept && !r.ok:
		return r.summary()
	case c.Expect == vectors.Accept:
		return difference("", c.Reply, r.members, c.Steps)
	case r.ok:
		return "accepted, to be refused as " + c.Expect
	case r.stage != c.Expect:
		return fmt.Sprintf("%s; to be refused as %s", r.summary(), c.Expect)
	case c.Code != nil && (r.code == nil || *r.code != *c.Code):
		return fmt.Sprintf("%s; to be refused with error %d", r.summary(), *c.Code)
	case c.Silent && r.errorMessage != nil:
		return r.summary() + "; there is an error_message, and nothing is to be said"
	case c.ErrorMessage != nil:
		return compareErrorMessage(c, r)
	}
	return ""
}

// compareErrorMessage compares the MIKEY error message for the other party with
// the form that decode gives it. This library decodes it, whatever the peer.
func compareErrorMessage(c *vectors.Call, r *reply) string {
	if r.errorMessage == nil {
		return "there is no error_message"
	}
	line, err := json.Marshal(map[string]any{"id": 0, "op": "decode", "message": *r.errorMessage})
	if err != nil {
		return err.Error()
	}
	answer, err := Library().Do(line)
	if err != nil {
		return err.Error()
	}
	decoded, err := parseReply(answer, 0)
	if err != nil {
		return err.Error()
	}
	if !decoded.ok {
		return "the error_message does not decode: " + decoded.summary()
	}
	return difference("error_message.", c.ErrorMessage, decoded.members["decoded"], c.Steps)
}

// difference compares the members that want has, with arrays of the same length.
// What is null in want may be absent. path ends with a dot.
func difference(path string, want, got any, steps []vectors.Step) string {
	name := strings.TrimSuffix(path, ".")
	switch want := want.(type) {
	case map[string]any:
		members, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %s, not an object", name, text(got))
		}
		for _, member := range slices.Sorted(maps.Keys(want)) {
			if d := difference(path+member+".", want[member], members[member], steps); d != "" {
				return d
			}
		}
		return ""
	case []any:
		all, ok := got.([]any)
		if !ok || len(all) != len(want) {
			return fmt.Sprintf("%s is %s, want a list of %d", name, text(got), len(want))
		}
		for i := range want {
			if d := difference(fmt.Sprintf("%s%d.", path, i), want[i], all[i], steps); d != "" {
				return d
			}
		}
		return ""
	case string:
		if have, ok := got.(string); ok {
			if have == want {
				return ""
			}
			if d := firstOctet(name, want, have, steps); d != "" {
				return d
			}
		}
	}
	if text(want) != text(got) {
		return fmt.Sprintf("%s is %s, want %s", name, text(got), text(want))
	}
	return ""
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if len(b) > 200 {
		return string(b[:200]) + "..."
	}
	return string(b)
}

// firstOctet describes the first octet that differs, with the step that produced
// it. It returns nothing for members that are not octets.
func firstOctet(name, want, got string, steps []vectors.Step) string {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "csb_id", "ssrc", "suite", "id", "name", "line", "value", "lifetime", "sdp", "protocol":
		return "" // numbers and names
	}
	w, err := vectors.Octets(name, want)
	if err != nil {
		return ""
	}
	g, err := vectors.Octets(name, got)
	if err != nil {
		return fmt.Sprintf("%s is %s, want %s", name, text(got), text(want))
	}
	at := 0
	for at < len(w) && at < len(g) && w[at] == g[at] {
		at++
	}
	d := fmt.Sprintf("%s: octet %d is %s, want %s", name, at, octet(g, at), octet(w, at))
	if len(g) != len(w) {
		d += fmt.Sprintf(" (%d octets, want %d)", len(g), len(w))
	}
	if s := stepAt(name, at, steps); s != nil {
		d += fmt.Sprintf("; this is octet %d of %s", at-s.At, s.Name)
		if s.How != "" {
			d += " = " + s.How
		}
	}
	return d
}

func octet(b []byte, i int) string {
	if i >= len(b) {
		return "missing"
	}
	return fmt.Sprintf("%02x", b[i])
}

// stepAt returns the smallest step that has the octet of a member.
func stepAt(name string, at int, steps []vectors.Step) *vectors.Step {
	var best *vectors.Step
	for i := range steps {
		s := &steps[i]
		if s.In != name || at < s.At || at >= s.At+len(s.Value)/2 {
			continue
		}
		if best == nil || len(s.Value) < len(best.Value) {
			best = s
		}
	}
	return best
}
