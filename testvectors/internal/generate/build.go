package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// obj is a JSON object, list a JSON array.
type (
	obj  = map[string]any
	list = []any
)

// A builder makes one file.
type builder struct {
	file  *vectors.File
	group *vectors.Group
}

func newFile(schema, family, description string) *builder {
	return &builder{file: &vectors.File{
		Schema: schema, Family: family, Description: description, Notes: map[string]vectors.Note{},
	}}
}

// note explains a flag.
func (b *builder) note(flag, bugType, description string) {
	b.file.Notes[flag] = vectors.Note{BugType: bugType, Description: description}
}

// own is the source of values that package reference computes.
var own = vectors.Source{Name: "gomikey", Version: "1"}

// startGroup begins a group of tests.
func (b *builder) startGroup(groupType, comment string, requires vectors.Requires, parties obj) {
	b.group = &vectors.Group{Type: groupType, Comment: comment, Source: own, Requires: requires, Parties: parties}
	b.file.TestGroups = append(b.file.TestGroups, b.group)
}

// add adds a test. Its result is invalid if a call is to be refused. The last
// arguments are requirements and flags: those are requirements that have a hyphen
// and a number, as R-3830-049 and P-38. What occurs again does not count.
func (b *builder) add(comment string, calls []*vectors.Call, about ...string) *vectors.Test {
	t := &vectors.Test{Comment: comment, Flags: []string{}, Requirements: []string{}, Result: vectors.Valid, Calls: calls}
	for _, a := range about {
		list := &t.Flags
		if strings.HasPrefix(a, "R-") || strings.HasPrefix(a, "P-") {
			list = &t.Requirements
		}
		if !slices.Contains(*list, a) {
			*list = append(*list, a)
		}
	}
	if slices.ContainsFunc(calls, func(c *vectors.Call) bool { return c.Expect != vectors.Accept }) {
		t.Result = vectors.Invalid
	}
	b.group.Tests = append(b.group.Tests, t)
	return t
}

// flagUpdates flags all tests of the group as such of updates.
func (b *builder) flagUpdates() {
	b.noteUpdate()
	for _, t := range b.group.Tests {
		t.Flags = append(t.Flags, "Update")
	}
}

func (b *builder) noteUpdate() {
	b.note("Update", vectors.Optional, "The test updates a CSB (RFC 3830, Section 4.5). An implementation may set up a new one instead.")
}

// acceptable makes a test one of a tolerance.
func acceptable(t *vectors.Test) { t.Result = vectors.Acceptable }

// accept is a call that succeeds, with the members that its reply has.
func accept(op string, request, reply obj, steps ...vectors.Step) *vectors.Call {
	return &vectors.Call{Op: op, Request: request, Expect: vectors.Accept, Reply: reply, Steps: steps}
}

// refuse is a call that fails at a stage. A code is that of RFC 3830, Section
// 6.12; -1 is none to compare.
func refuse(op string, request obj, stage string, code int) *vectors.Call {
	c := &vectors.Call{Op: op, Request: request, Expect: stage}
	if code >= 0 {
		c.Code = &code
	}
	return c
}

// silent makes a refusal one that says nothing to the other party.
func silent(c *vectors.Call) *vectors.Call {
	c.Silent = true
	return c
}

// counterpart makes a call one of the other party.
func counterpart(c *vectors.Call) *vectors.Call {
	c.By = vectors.Counterpart
	return c
}

// with returns a copy of an object with other members. A nil value removes one.
func with(o obj, members obj) obj {
	out := obj{}
	for k, v := range o {
		out[k] = v
	}
	for k, v := range members {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}

// Forms of octets and numbers in JSON.

func hexOf(b []byte) string      { return hex.EncodeToString(b) }
func b64(b []byte) string        { return base64.StdEncoding.EncodeToString(b) }
func hex32(n uint32) string      { return fmt.Sprintf("%08x", n) }
func at(t time.Time) string      { return t.UTC().Format(time.RFC3339Nano) }
func unhex(s string) []byte      { return must(hex.DecodeString(s)) }
func unb64(s string) []byte      { return must(base64.StdEncoding.DecodeString(s)) }
func cut(b []byte, n int) []byte { return append([]byte{}, b[:n]...) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// count is n octets that count up from first.
func count(n int, first byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

// flip is a copy with one bit changed in octet i; a negative i counts from the
// end.
func flip(b []byte, i int) []byte {
	out := append([]byte{}, b...)
	if i < 0 {
		i += len(out)
	}
	out[i] ^= 1
	return out
}

// concat is a copy of the parts, one after the other.
func concat(parts ...[]byte) []byte { return append([]byte{}, slices.Concat(parts...)...) }

// Steps.

func step(name string, value []byte, how string) vectors.Step {
	return vectors.Step{Name: name, Value: hexOf(value), How: how}
}

func stepAt(name string, value []byte, how, in string, at int) vectors.Step {
	return vectors.Step{Name: name, Value: hexOf(value), How: how, In: in, At: at}
}

// names of payloads, for steps.
var payloadNames = map[byte]string{
	1: "KEMAC", 2: "PKE", 3: "DH", 4: "SIGN", 5: "T", 6: "ID", 7: "CERT", 8: "CHASH", 9: "V", 10: "SP", 11: "RAND",
	12: "ERR", 14: "IDR", 21: "general extension",
}

// layout are steps that name each payload of a message in a member, so that a
// difference has the name of its place.
func layout(m *reference.Message, in string) []vectors.Step {
	octets := m.Octets()
	steps := []vectors.Step{stepAt("HDR", octets[:m.Offset(0)], "RFC 3830, Section 6.1", in, 0)}
	for i, p := range m.Payloads {
		from, to := m.Offset(i), m.Offset(i+1)
		steps = append(steps, stepAt(payloadNames[p.Number], octets[from:to], "", in, from))
	}
	return steps
}

// params is a policy in the form of an offer.
func params(protocol byte, p ...reference.Param) obj {
	all := list{}
	for _, one := range p {
		all = append(all, obj{"type": int(one.Type), "value": hexOf(one.Value)})
	}
	return obj{"protocol": int(protocol), "params": all}
}

// sessionsOf is the crypto_sessions of an offer.
func sessionsOf(sessions []reference.Session) list {
	all := list{}
	for _, s := range sessions {
		all = append(all, obj{"policy": int(s.Policy), "ssrc": hex32(s.SSRC), "roc": s.ROC})
	}
	return all
}

// identity is an ID in the form of credentials and offers.
func identity(idType byte, id string) obj { return obj{"type": int(idType), "id": id} }

// validity is a KV in the form of the protocol.
func validity(v reference.Validity) obj {
	switch v.Type {
	case 1:
		return obj{"type": 1, "spi": hexOf(v.SPI)}
	case 2:
		return obj{"type": 2, "from": hexOf(v.From), "to": hexOf(v.To)}
	}
	return obj{"type": 0}
}

var keyTypes = []string{"TGK", "TGK+SALT", "TEK", "TEK+SALT"}

// keysOf is the keys of an offer.
func keysOf(keys []reference.Key) list {
	all := list{}
	for _, k := range keys {
		o := obj{"type": keyTypes[k.Type], "key": hexOf(k.Key), "kv": validity(k.KV)}
		if k.Salt != nil {
			o["salt"] = hexOf(k.Salt)
		}
		all = append(all, o)
	}
	return all
}

// A suite is a policy with a name (registry of RFC 3830, Section 6.10.1).
type suite struct {
	name            string
	keyLen, saltLen int
	params          []reference.Param
}

func param(t byte, value ...byte) reference.Param { return reference.Param{Type: t, Value: value} }

// cm is a suite with AES-CM and HMAC-SHA-1, with every parameter that says so.
func cm(name string, keyLen, tag byte) suite {
	return suite{name, int(keyLen), 14, []reference.Param{
		param(0, 1), param(1, keyLen), param(2, 1), param(3, 20), param(4, 14), param(7, 1), param(8, 1),
		param(10, 1), param(11, tag),
	}}
}

// gcm is a suite with AES-GCM (RFC 7714, Section 14.3).
func gcm(name string, keyLen byte) suite {
	return suite{name, int(keyLen), 12, []reference.Param{
		param(0, 6), param(1, keyLen), param(2, 0), param(4, 12), param(7, 1), param(8, 1), param(20, 16),
	}}
}

var (
	aes128_80 = cm("AES_CM_128_HMAC_SHA1_80", 16, 10)
	aes128_32 = cm("AES_CM_128_HMAC_SHA1_32", 16, 4)
	aes256_80 = cm("AES_256_CM_HMAC_SHA1_80", 32, 10)
	gcm128    = gcm("AEAD_AES_128_GCM", 16)
	gcm256    = gcm("AEAD_AES_256_GCM", 32)
)

// agreed is the keys of a reply: what the keys of an exchange give each crypto
// session, whose policy is that number of suites, and the steps to it.
func agreed(prf byte, csbID uint32, rand []byte, sessions []reference.Session, suites []suite, keys []reference.Key) (obj, []vectors.Step) {
	chosen := make([]suite, len(sessions))
	for i, s := range sessions {
		chosen[i] = suites[s.Policy]
	}
	return agreedOn(prf, csbID, rand, sessions, chosen, keys)
}

// agreedOn is agreed with one suite for each crypto session.
func agreedOn(prf byte, csbID uint32, rand []byte, sessions []reference.Session, suites []suite, keys []reference.Key) (obj, []vectors.Step) {
	all := list{}
	var steps []vectors.Step
	for i, s := range sessions {
		u := suites[i]
		for _, k := range keys {
			csID := byte(i + 1)
			key, salt := k.Master(prf, csID, csbID, rand, u.keyLen, u.saltLen)
			entry := obj{
				"cs_id": int(csID), "policy": int(s.Policy), "ssrc": hex32(s.SSRC), "roc": s.ROC,
				"tek": hexOf(key), "salt": hexOf(salt), "mki": nil, "kv": validity(k.KV), "srtp": nil,
			}
			if k.KV.Type == 1 {
				entry["mki"] = hexOf(k.KV.SPI)
			}
			if u.name != "" {
				entry["srtp"] = obj{"suite": u.name, "master_key": hexOf(key), "master_salt": hexOf(salt)}
			}
			in := fmt.Sprintf("keys.crypto_sessions.%d.", len(all))
			fromTGK := func(constant string) string {
				return fmt.Sprintf("PRF(TGK, %s || %02x || csb_id || RAND)", constant, csID)
			}
			how, howSalt := "the key in the KEMAC", "the salt in the KEMAC"
			switch k.Type {
			case reference.KeyTGK:
				how, howSalt = fromTGK("2ad01c64"), fromTGK("39a2c14b")
			case reference.KeyTGKSalt:
				how = fromTGK("2ad01c64")
			case reference.KeyTEK:
				how = fmt.Sprintf("the first %d octets of the key in the KEMAC", u.keyLen)
				howSalt = fmt.Sprintf("the %d octets behind them", u.saltLen)
			}
			steps = append(steps,
				stepAt(fmt.Sprintf("TEK of crypto session %d", csID), key, how, in+"tek", 0),
				stepAt(fmt.Sprintf("salt of crypto session %d", csID), salt, howSalt, in+"salt", 0))
			all = append(all, entry)
		}
	}
	return obj{"csb_id": hex32(csbID), "crypto_sessions": all}, steps
}
