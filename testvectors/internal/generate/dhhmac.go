package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// dhhPrivateValues says what dh_private is.
const dhhPrivateValues = "dh_private are the octets of a private value. OAKLEY groups: the exponent, big-endian. " +
	"P curves: the scalar, big-endian and as long as the field. X25519 and X448: the scalar before it is decoded (RFC 7748, Section 5). " +
	"X-Wing: the seed at the initiator; at the responder the 64 octets of EncapsulateDerand, the message of ML-KEM-768 and then the private value of X25519. " +
	"Numbers of groups above 240 are private ones, of docs/interop.md. The TGK is the secret at its full length."

// dhhmac is the family of Diffie-Hellman authenticated by a pre-shared key (RFC
// 4650).
func dhhmac() *vectors.File {
	s := newDHHSuite("dhhmac", "Diffie-Hellman authenticated by a pre-shared key, RFC 4650, in both roles. "+
		"The messages follow from the requests to the last octet; "+
		"no text says where general extensions stand, here it is behind the policies and before DHi. "+dhhPrivateValues)
	s.exchanges()
	s.leadingZeros()
	s.implicitRejection()
	s.tolerances()
	s.updates()
	return s.done()
}

// dhhmacInvalid is what both roles refuse.
func dhhmacInvalid() *vectors.File {
	s := newDHHSuite("dhhmac_invalid", "Diffie-Hellman authenticated by a pre-shared key, RFC 4650: what a responder and an initiator refuse, "+
		"and that the right message works afterwards. Where nothing else is said, the MAC is right. "+dhhPrivateValues)
	s.badRequests()
	s.badAnswers()
	s.badValues()
	s.badUpdates()
	return s.done()
}

// A dhhSuite makes a file.
type dhhSuite struct{ *builder }

func newDHHSuite(family, description string) *dhhSuite {
	s := &dhhSuite{newFile("vectors_v1.json", family, description)}
	s.notes()
	return s
}

// done leaves the file the notes, and each group the parties, that it uses.
func (s *dhhSuite) done() *vectors.File {
	notes := map[string]vectors.Note{}
	for _, g := range s.file.TestGroups {
		parties := obj{}
		for _, t := range g.Tests {
			for _, flag := range t.Flags {
				notes[flag] = s.file.Notes[flag]
			}
			for _, c := range t.Calls {
				if name, ok := c.Request["credentials"].(string); ok {
					parties[name] = g.Parties[name]
				}
			}
		}
		g.Parties = parties
	}
	s.file.Notes = notes
	return s.file
}

func (s *dhhSuite) notes() {
	s.note("LeadingZero", "EDGE_CASE", "A value or the TGK starts with zero octets, which stay: values and secrets have the length of the group (P-15).")
	s.note("DHHMAC-256", vectors.Optional, "PRF function 1 and HMAC-SHA-256-256, of RFC 6043. RFC 4650 does not know them.")
	s.note("OptionalTimestamp", vectors.Optional, "A timestamp of type COUNTER, or NTP-UTC-32 of RFC 6043.")
	s.note("AlgorithmNumbers", "FIELD_DEVIATION", "RFC 4650, Section 4.2, numbers NULL encryption 2 and HMAC-SHA-1 0, against the registry that its Section 7 leaves as it is. Encryption 2 without data may be read as NULL; MAC algorithm 0 is NULL and never HMAC-SHA-1 (P-05).")
	s.note("OtherOrder", "STATE", "The payloads are not in the printed order, which is a recommendation. Those with a place at the end are there.")
	s.note("NotReduced", "EDGE_CASE", "A u coordinate that is not reduced modulo the prime, or has the unused bit set. RFC 7748, Section 5, demands that it is taken as if it were.")
	s.note("ModifiedMAC", "AUTHENTICATION", "The MAC is not that of the message.")
	s.note("WrongAuthKey", "KEY_DERIVATION", "The MAC is made with a key that a wrong derivation gives.")
	s.note("WrongCoverage", "AUTHENTICATION", "The MAC covers something else than the entire message without the MAC field.")
	s.note("ModifiedMessage", "AUTHENTICATION", "One bit of the message was changed on the way, and nothing but the MAC shows it.")
	s.note("Structure", "POLICY", "The message does not parse, or does not have the payloads of DHHMAC.")
	s.note("BadPublicValue", "CONFIDENTIALITY", "A value that is none of its group: its secret is known to everybody, or says something about the private value.")
	s.note("SmallOrder", "CONFIDENTIALITY", "A u coordinate of small order: the secret is zero, whatever the private value is (RFC 7748, Section 6).")
	s.note("SmallOrderXWing", "CONFIDENTIALITY", "The X25519 half of an X-Wing value has small order, which no honest party sends. The draft of X-Wing does not check it; docs/interop.md does.")
	s.note("MACFirst", "AUTHENTICATION", "The value is bad and the MAC is wrong. The MAC is verified before anything is computed with the value: the refusal is that of the MAC.")
	s.note("OtherAnswer", "AUTHENTICATION", "Whoever has the pre-shared key says something that does not answer the request. An answer that does not return DHi as it was sent is refused as not authentic; one with another CSB ID or T belongs to another exchange.")
	s.note("GroupMismatch", "POLICY", "DHr is in another group than DHi. The responder has to stay in the initiator's.")
	s.note("NotAnswer", "AUTHENTICATION", "The message is none that answers a DHHMAC request.")
}

// Values that the tests have in common.
var (
	dhhNow   = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	dhhPSK   = unhex("6d696b65792d6468686d61632d70736b") // "mikey-dhhmac-psk"
	dhhOther = unhex("6d696b65792d6468686d61632d70736c")
	dhhAlice = dhhID{1, "sip:alice@example.com"}
	dhhBob   = dhhID{1, "sip:bob@example.com"}
	dhhCarol = dhhID{1, "sip:carol@example.com"}

	// dhhIDs is the list of protocols that is in every message of an initiator
	// (RFC 4650, Section 4.4).
	dhhIDs = dhhExtension{1, []byte("mikey")}

	dhhParties = obj{
		"alice":             obj{"psk": hexOf(dhhPSK)},
		"bob":               obj{"psk": hexOf(dhhPSK), "id": dhhBob.json()},
		"bob of alice":      obj{"psk": hexOf(dhhPSK), "id": dhhBob.json(), "peer_id": dhhAlice.json()},
		"bob of carol":      obj{"psk": hexOf(dhhPSK), "id": dhhBob.json(), "peer_id": dhhCarol.json()},
		"bob of a NAI":      obj{"psk": hexOf(dhhPSK), "id": dhhBob.json(), "peer_id": identity(0, dhhAlice.id)},
		"carol":             obj{"psk": hexOf(dhhPSK), "id": dhhCarol.json()},
		"bob, other secret": obj{"psk": hexOf(dhhOther), "id": dhhBob.json()},
		"anybody":           obj{"psk": hexOf(dhhPSK)},
		"bob under TLS":     obj{"psk": hexOf(dhhPSK), "id": dhhBob.json(), "transport_protected": true},
	}
)

// A dhhID is an identity.
type dhhID struct {
	idType byte
	id     string
}

func (id dhhID) json() obj                  { return identity(id.idType, id.id) }
func (id dhhID) payload() reference.Payload { return reference.ID(id.idType, id.id) }

// A dhhExtension is a general extension.
type dhhExtension struct {
	extType byte
	data    []byte
}

// dhhPrivate is the length of private values, of both roles.
var dhhPrivate = map[string][2]int{
	"OAKLEY5": {32, 32}, "OAKLEY1": {32, 32}, "OAKLEY2": {32, 32}, "P-256": {32, 32}, "P-384": {48, 48}, "P-521": {66, 66},
	"X25519": {32, 32}, "X448": {56, 56}, "X-Wing": {32, 64},
}

// dhhGroups are the groups in the order of the file: the mandatory one first.
var dhhGroups = []string{"OAKLEY5", "OAKLEY1", "OAKLEY2", "P-256", "P-384", "P-521", "X25519", "X448", "X-Wing"}

// dhhPublic says what the public values and the TGK of a group are.
var dhhPublic = map[string][3]string{
	"OAKLEY5": {"2^xi mod p, as long as p", "2^xr mod p, as long as p", "2^(xi*xr) mod p, as long as p"},
	"OAKLEY1": {"2^xi mod p, as long as p", "2^xr mod p, as long as p", "2^(xi*xr) mod p, as long as p"},
	"OAKLEY2": {"2^xi mod p, as long as p", "2^xr mod p, as long as p", "2^(xi*xr) mod p, as long as p"},
	"P-256":   {"xi*G: 04 || x || y", "xr*G: 04 || x || y", "the x coordinate of xi*xr*G, as long as p"},
	"P-384":   {"xi*G: 04 || x || y", "xr*G: 04 || x || y", "the x coordinate of xi*xr*G, as long as p"},
	"P-521":   {"xi*G: 04 || x || y", "xr*G: 04 || x || y", "the x coordinate of xi*xr*G, as long as p"},
	"X25519":  {"X25519(xi, 9)", "X25519(xr, 9)", "X25519(xi, DHr) = X25519(xr, DHi)"},
	"X448":    {"X448(xi, 5)", "X448(xr, 5)", "X448(xi, DHr) = X448(xr, DHi)"},
	"X-Wing":  {"the encapsulation key of the seed", "the ciphertext", "SHA3-256(ss_M || ss_X || ct_X || pk_X || label)"},
}

// A dhhExchange is what both messages of an exchange are made of.
type dhhExchange struct {
	psk        []byte
	group      string
	prf, mac   byte
	csbID      uint32
	rand       []byte
	now        time.Time
	tsType     byte
	ts         []byte
	v          bool
	idi, idr   dhhID
	sessions   []reference.Session
	suites     []suite // of the policy of that number
	extensions []dhhExtension
	kv         reference.Validity
	xi, xr     []byte

	// Of an update. Without half-keys, the TGK is that of before.
	update   bool
	policies []suite // in the message
	tgk      []byte
	ssrcs    []uint32 // of the responder

	brief bool // few steps
}

// newDHH returns an exchange of two crypto sessions.
func newDHH(group string) *dhhExchange {
	return &dhhExchange{
		psk: dhhPSK, group: group, mac: reference.MACHMACSHA1, csbID: 0x0d44ac01, rand: count(16, 0xa0),
		now: dhhNow, ts: reference.NTP(dhhNow), idi: dhhAlice, idr: dhhBob,
		sessions:   []reference.Session{{Policy: 0, SSRC: 0x11111111}, {Policy: 0, SSRC: 0x22222222}},
		suites:     []suite{aes128_80},
		policies:   []suite{aes128_80},
		extensions: []dhhExtension{dhhIDs},
		xi:         dhhXI(group), xr: dhhXR(group, -1),
	}
}

// plainSRTP is the policy of SRTP's defaults, without parameters.
var plainSRTP = suite{"AES_CM_128_HMAC_SHA1_80", 16, 14, nil}

// smallDHH is an exchange of one crypto session and a policy without parameters,
// for tests of other things.
func smallDHH(group string) *dhhExchange {
	x := newDHH(group)
	x.sessions = x.sessions[:1]
	x.suites = []suite{plainSRTP}
	x.policies = x.suites
	x.brief = true
	return x
}

// dhhXI is the private value of the initiator: 10 11 12 ...
func dhhXI(group string) []byte {
	x := count(dhhPrivate[group][0], 0x10)
	if group == "P-521" {
		x[0] = 0 // below the order
	}
	return x
}

// dhhXR is the private value of the responder: 40 41 42 ..., with a number from 0
// on in octets 8 to 5 before the end, which gives the values of the tests with
// leading zeros.
func dhhXR(group string, n int) []byte {
	x := count(dhhPrivate[group][1], 0x40)
	if group == "P-521" {
		x[0] = 0
	}
	if n >= 0 {
		at := len(x) - 8
		x[at], x[at+1], x[at+2], x[at+3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
	}
	return x
}

// later is an update of the CSB of x, some seconds later and without RAND.
func (x *dhhExchange) later(seconds int) *dhhExchange {
	u := *x
	u.update = true
	u.now = x.now.Add(time.Duration(seconds) * time.Second)
	u.ts = reference.NTP(u.now)
	u.policies = nil
	return &u
}

// withoutKey is an update that has no half-keys: the TGK stays.
func (x *dhhExchange) withoutKey() *dhhExchange {
	u := *x
	u.tgk = x.secret()
	u.xi, u.xr = nil, nil
	return &u
}

// fresh has new private values.
func (x *dhhExchange) fresh(n byte) *dhhExchange {
	u := *x
	u.xi, u.xr = append([]byte{}, x.xi...), append([]byte{}, x.xr...)
	u.xi[len(u.xi)/2] ^= n
	u.xr[len(u.xr)/2] ^= n
	return &u
}

func (x *dhhExchange) g() reference.Group { return reference.Groups[x.group] }

func (x *dhhExchange) dhi() []byte { return x.g().Initiate(x.xi) }

func (x *dhhExchange) dhr() []byte {
	dhr, _ := x.g().Respond(x.xr, x.dhi())
	return dhr
}

func (x *dhhExchange) secret() []byte {
	if x.tgk != nil {
		return x.tgk
	}
	_, tgk := x.g().Respond(x.xr, x.dhi())
	return tgk
}

// keys are those that protect the messages (RFC 4650, Section 1.1).
func (x *dhhExchange) keys() reference.MessageKeys {
	return reference.MessageKeys{PRF: x.prf, In: x.psk, CSBID: x.csbID, RAND: x.rand, MAC: x.mac}
}

// request is HDR, T, RAND, [IDi], IDr, {SP}, DHi (RFC 4650, Section 3), without
// KEMAC.
func (x *dhhExchange) request() *reference.Message {
	m := reference.NewMessage(reference.DHHMACInit, x.csbID, x.sessions)
	m.PRF, m.V = x.prf, x.v
	m.Add(reference.T(x.tsType, x.ts))
	if !x.update {
		m.Add(reference.RAND(x.rand))
	}
	if x.idi.id != "" {
		m.Add(x.idi.payload())
	}
	m.Add(x.idr.payload())
	for i, u := range x.policies {
		m.Add(reference.SP(byte(i), 0, u.params...))
	}
	for _, e := range x.extensions {
		m.Add(reference.GenExt(e.extType, e.data))
	}
	if x.xi != nil {
		m.Add(reference.DH(x.g().Number, x.dhi(), x.kv))
	}
	return m
}

// answer is HDR, T, [IDr], IDi, DHr, DHi, without KEMAC.
func (x *dhhExchange) answer() *reference.Message {
	m := reference.NewMessage(reference.DHHMACResp, x.csbID, x.completed())
	m.PRF = x.prf
	m.Add(reference.T(x.tsType, x.ts), x.idr.payload(), x.initiator().payload())
	if x.xr != nil {
		m.Add(reference.DH(x.g().Number, x.dhr(), x.kv), reference.DH(x.g().Number, x.dhi(), x.kv))
	}
	return m
}

// initiator is the identity of the initiator, which may be known otherwise.
func (x *dhhExchange) initiator() dhhID {
	if x.idi.id == "" {
		return dhhAlice
	}
	return x.idi
}

// completed is the crypto sessions with the responder's SSRCs.
func (x *dhhExchange) completed() []reference.Session {
	all := append([]reference.Session{}, x.sessions...)
	ssrcs := x.ssrcs
	for i := range all {
		if all[i].SSRC == 0 && len(ssrcs) > 0 {
			all[i].SSRC, ssrcs = ssrcs[0], ssrcs[1:]
		}
	}
	return all
}

// sealed is the octets of a message with its KEMAC.
func (x *dhhExchange) sealed(m *reference.Message) []byte {
	octets, _ := m.SealKEMAC(x.keys())
	return octets
}

// agreed is the keys of a reply.
func (x *dhhExchange) agreed() (obj, []vectors.Step) {
	return agreed(x.prf, x.csbID, x.rand, x.completed(), x.suites,
		[]reference.Key{{Type: reference.KeyTGK, Key: x.secret(), KV: x.kv}})
}

// steps are those of a sealed message in a member.
func (x *dhhExchange) steps(m *reference.Message, covered []byte, in string) []vectors.Step {
	prf, mac := "PRF", "HMAC-SHA-1"
	if x.mac == reference.MACHMACSHA256 {
		prf, mac = "PRF-HMAC-SHA-256", "HMAC-SHA-256"
	}
	key := step("auth_key", x.keys().AuthKey(), prf+"(PSK, 2d22ac75 || ff || csb_id || RAND)")
	octets := m.Octets()
	end := stepAt("MAC", octets[len(covered):], mac+"(auth_key, the entire message without the MAC field)", in, len(covered))
	var all []vectors.Step
	values := 0
	for _, part := range layout(m, in) {
		value := part.Name == payloadNames[reference.NumDH]
		if !x.brief || !value && part.Name != payloadNames[reference.NumKEMAC] {
			all = append(all, part)
		}
		if !value || x.brief && values > 0 {
			continue
		}
		name, how := "DHi", dhhPublic[x.group][0]
		switch {
		case m.DataType == reference.DHHMACInit:
		case values == 0:
			name, how = "DHr", dhhPublic[x.group][1]
		default:
			how = "as it was sent"
		}
		values++
		payload := unhex(part.Value) // next payload, group, value, KV
		all = append(all, stepAt(name, payload[2:len(payload)-1-len(x.kv.Octets())], how, in, part.At+2))
	}
	if x.brief {
		return append(all, key, end)
	}
	return append(all, key, step("MAC input", covered, "the entire message without the MAC field"), end)
}

func (x *dhhExchange) tgkStep() vectors.Step {
	if x.tgk != nil {
		return step("TGK", x.tgk, "that of before")
	}
	return step("TGK", x.secret(), dhhPublic[x.group][2])
}

// offer is what the initiator is asked for.
func (x *dhhExchange) offer() obj {
	o := obj{"crypto_sessions": sessionsOf(x.sessions)}
	var policies, extensions list
	for _, u := range x.policies {
		policies = append(policies, params(0, u.params...))
	}
	if policies != nil {
		o["policies"] = policies
	}
	for _, e := range x.extensions {
		extensions = append(extensions, obj{"ext_type": int(e.extType), "data": hexOf(e.data)})
	}
	if extensions != nil {
		o["extensions"] = extensions
	}
	if x.xi != nil {
		o["group"] = x.group
		o["kv"] = validity(x.kv)
	}
	if x.tsType != 0 {
		o["timestamp"] = obj{"type": int(x.tsType), "value": hexOf(x.ts)}
	}
	if x.v {
		o["verification"] = true
	}
	if !x.update {
		o["id_i"], o["id_r"] = x.idi.json(), x.idr.json()
		o["prf"], o["mac_alg"] = int(x.prf), int(x.mac)
	}
	return o
}

// initiate is the call that makes the request.
func (x *dhhExchange) initiate(reply obj, steps ...vectors.Step) *vectors.Call {
	return accept("initiate", obj{
		"mode": "dhhmac", "credentials": "alice", "offer": x.offer(), "now": at(x.now),
		"fixed": obj{"csb_id": hex32(x.csbID), "rand": hexOf(x.rand), "dh_private": hexOf(x.xi)},
	}, reply, steps...)
}

// exactly is initiate with the octets to come.
func (x *dhhExchange) exactly() *vectors.Call {
	m := x.request()
	octets, covered := m.SealKEMAC(x.keys())
	return x.initiate(obj{"message": b64(octets), "keys": nil}, x.steps(m, covered, "message")...)
}

// updates is the call that makes an update of the session of a call, with the
// octets to come.
func (x *dhhExchange) updates(session string) *vectors.Call {
	m := x.request()
	octets, covered := m.SealKEMAC(x.keys())
	request := obj{"session": session, "offer": x.offer(), "now": at(x.now)}
	if x.xi != nil {
		request["fixed"] = obj{"dh_private": hexOf(x.xi)}
	}
	return accept("update", request, obj{"message": b64(octets), "keys": nil}, x.steps(m, covered, "message")...)
}

// complete is the request that ends the exchange of a call with an answer.
func (x *dhhExchange) complete(exchange string, answer []byte) obj {
	return obj{"exchange": exchange, "message": b64(answer), "now": at(x.now)}
}

// completes is the call that ends an exchange well, with a message that the
// reference has made.
func (x *dhhExchange) completes(exchange string, m *reference.Message) *vectors.Call {
	octets, covered := m.SealKEMAC(x.keys())
	keys, steps := x.agreed()
	steps = append([]vectors.Step{x.tgkStep()}, steps...)
	if !x.brief {
		steps = append(x.steps(m, covered, "request.message"), steps...)
	}
	return accept("complete", x.complete(exchange, octets), obj{"keys": keys}, steps...)
}

// respond is the request of the responder.
func (x *dhhExchange) respond(credentials string, message []byte) obj {
	r := obj{"message": b64(message), "credentials": credentials, "now": at(x.now)}
	if x.xr != nil {
		r["fixed"] = obj{"dh_private": hexOf(x.xr)}
	}
	if x.ssrcs != nil {
		var ssrcs list
		for _, n := range x.ssrcs {
			ssrcs = append(ssrcs, hex32(n))
		}
		r["ssrcs"] = ssrcs
	}
	return r
}

// responds is the call of the responder with the octets to come.
func (x *dhhExchange) responds(credentials string) *vectors.Call {
	return x.respondsTo(credentials, x.request())
}

// respondsTo is responds to a message that is not sealed yet.
func (x *dhhExchange) respondsTo(credentials string, request *reference.Message) *vectors.Call {
	message, covered := request.SealKEMAC(x.keys())
	var steps []vectors.Step
	if !x.brief {
		steps = x.steps(request, covered, "request.message")
	}
	answer := x.answer()
	octets, answerCovered := answer.SealKEMAC(x.keys())
	steps = append(steps, x.steps(answer, answerCovered, "answer")...)
	steps = append(steps, x.tgkStep())
	keys, keySteps := x.agreed()
	return accept("respond", x.respond(credentials, message), obj{
		"mode": "dhhmac", "answer": b64(octets), "keys": keys, "peer": obj{"id": x.initiator().id},
	}, append(steps, keySteps...)...)
}

// ok is a call of the responder to the right message, for which the first crypto
// session is enough: after a refusal, it shows that nothing has changed.
func (x *dhhExchange) ok(credentials string) *vectors.Call {
	return accept("respond", x.respond(credentials, x.sealed(x.request())), x.first())
}

// okAnswer is such a call of the initiator with the right answer.
func (x *dhhExchange) okAnswer(exchange string) *vectors.Call {
	return accept("complete", x.complete(exchange, x.sealed(x.answer())), x.first())
}

// first is the keys of an exchange with one crypto session, without all else.
func (x *dhhExchange) first() obj {
	key, salt := reference.Key{Type: reference.KeyTGK, Key: x.secret()}.Master(x.prf, 1, x.csbID, x.rand, x.suites[0].keyLen, x.suites[0].saltLen)
	all := list{obj{"tek": hexOf(key), "salt": hexOf(salt)}}
	for range x.sessions[1:] {
		all = append(all, obj{})
	}
	return obj{"keys": obj{"crypto_sessions": all}}
}

// start begins a group that needs some groups of Diffie-Hellman.
func (s *dhhSuite) start(groupType, comment string, groups ...string) {
	s.startGroup(groupType, comment, vectors.Requires{Modes: []string{"dhhmac"}, Groups: groups}, with(dhhParties, nil))
}

// bothRoles adds an exchange in the role of the initiator and of the responder.
func (s *dhhSuite) bothRoles(x *dhhExchange, comment string, about ...string) {
	about = append(append([]string{}, about...), "R-4650-006", "R-4650-007")
	s.add(comment+", initiator", []*vectors.Call{x.exactly(), x.completes("@1.exchange", x.answer())}, about...)
	s.add(comment+", responder", []*vectors.Call{x.responds("bob")}, about...)
}

// exchanges are valid ones.
func (s *dhhSuite) exchanges() {
	for _, g := range dhhGroups {
		s.start("Exchange", "one exchange in "+g+", two crypto sessions", g)
		about := []string{"R-3830-050", "R-3830-094", "R-4650-002"}
		if g == "OAKLEY5" {
			about = append(about, "R-3830-066")
		}
		s.bothRoles(newDHH(g), g, about...)
	}

	s.start("Exchange", "crypto sessions and policies", "OAKLEY5")
	for n := range 4 {
		x := smallDHH("OAKLEY5")
		x.sessions = nil
		for i := range n {
			x.sessions = append(x.sessions, reference.Session{SSRC: 0x01010101 * uint32(i+1), ROC: uint32(i)})
		}
		about := []string{"R-3830-011"}
		if n == 0 {
			about = []string{"R-3830-015"}
		}
		if n > 1 {
			about = append(about, "R-3830-014")
		}
		s.bothRoles(x, fmt.Sprintf("%d crypto sessions", n), about...)
	}
	x := smallDHH("OAKLEY5")
	x.sessions = []reference.Session{{SSRC: 0x11111111}, {}, {}}
	x.ssrcs = []uint32{0x33333333, 0x44444444}
	s.bothRoles(x, "SSRCs that the responder fills in", "R-3830-012", "R-3830-013")
	x = smallDHH("OAKLEY5")
	x.suites = []suite{aes128_80, plainSRTP}
	x.policies = x.suites
	x.sessions = []reference.Session{{Policy: 1, SSRC: 1, ROC: 0xffffffff}, {Policy: 0, SSRC: 0xffffffff}}
	s.bothRoles(x, "two policies, one of which has no parameters", "R-3830-041", "R-3830-043", "R-3830-042")

	for _, u := range []suite{aes128_32, aes256_80, gcm128, gcm256} {
		s.startGroup("Exchange", "policy "+u.name, vectors.Requires{
			Modes: []string{"dhhmac"}, Groups: []string{"OAKLEY5"}, Suites: []string{u.name},
		}, dhhParties)
		x := smallDHH("OAKLEY5")
		x.suites = []suite{u}
		x.policies = x.suites
		s.bothRoles(x, u.name, "R-3830-044", "R-3830-113")
	}

	s.start("Exchange", "key validity: the responder copies that of the initiator", "OAKLEY5")
	for _, v := range []struct {
		comment string
		kv      reference.Validity
		about   string
	}{
		{"SPI of 1 octet", reference.Validity{Type: 1, SPI: []byte{0xe1}}, "R-3830-026"},
		{"SPI of 4 octets", reference.Validity{Type: 1, SPI: count(4, 0xe1)}, "R-3830-026"},
		{"SPI of 255 octets", reference.Validity{Type: 1, SPI: count(255, 0)}, "R-3830-026"},
		{"interval", reference.Validity{Type: 2, From: make([]byte, 6), To: []byte{0, 0, 0x7f, 0xff, 0xff, 0xff}}, "R-3830-028"},
	} {
		x := smallDHH("OAKLEY5")
		x.kv = v.kv
		s.bothRoles(x, v.comment, v.about, "P-22")
	}

	s.start("Exchange", "pre-shared keys, RAND and CSB ID", "OAKLEY5")
	for _, n := range []int{1, 31, 32, 33, 64, 100} {
		x := smallDHH("OAKLEY5")
		x.psk = count(n, 1)
		alice, bob := fmt.Sprintf("alice, %d octets", n), fmt.Sprintf("bob, %d octets", n)
		s.group.Parties[alice] = obj{"psk": hexOf(x.psk)}
		s.group.Parties[bob] = obj{"psk": hexOf(x.psk), "id": dhhBob.json()}
		s.add(fmt.Sprintf("pre-shared key of %d octets, initiator", n), []*vectors.Call{
			dhhWith(x.exactly(), obj{"credentials": alice}), x.completes("@1.exchange", x.answer()),
		}, "R-3830-052", "R-3830-049")
		s.add(fmt.Sprintf("pre-shared key of %d octets, responder", n), []*vectors.Call{x.responds(bob)}, "R-3830-052", "R-3830-049")
	}
	for _, n := range []int{17, 32, 255} {
		x := smallDHH("OAKLEY5")
		x.rand = count(n, 7)
		s.bothRoles(x, fmt.Sprintf("RAND of %d octets", n), "R-3830-052", "R-3830-045")
	}
	for _, n := range []uint32{0, 0xffffffff} {
		x := smallDHH("OAKLEY5")
		x.csbID = n
		s.bothRoles(x, fmt.Sprintf("CSB ID %08x", n), "R-3830-052", "R-3830-007")
	}
	x = smallDHH("OAKLEY5")
	x.prf, x.mac = reference.HMACSHA256, reference.MACHMACSHA256
	s.bothRoles(x, "PRF-HMAC-SHA-256 and HMAC-SHA-256-256", "R-6043-017", "R-6043-024", "R-6043-021", "DHHMAC-256")

	s.start("Exchange", "private exponents of other lengths", "OAKLEY5")
	for _, n := range []int{20, 24, 48, 192} {
		x := smallDHH("OAKLEY5")
		x.xi, x.xr = count(n, 0x33), count(n, 0x77)
		s.bothRoles(x, fmt.Sprintf("exponents of %d octets", n), "R-3830-067")
	}

	s.start("Exchange", "header, timestamps and identities", "OAKLEY5")
	x = smallDHH("OAKLEY5")
	x.v = true
	s.bothRoles(x, "V flag, which changes nothing", "R-3830-093")
	x = smallDHH("OAKLEY5")
	x.tsType = 1
	s.bothRoles(x, "timestamp of type NTP", "R-3830-034", "R-3830-073")
	x = smallDHH("OAKLEY5")
	x.tsType, x.ts = 2, []byte{0, 0, 0, 9}
	s.bothRoles(x, "COUNTER", "R-3830-033", "OptionalTimestamp")
	x = smallDHH("OAKLEY5")
	x.tsType, x.ts = 3, reference.NTP(x.now)[:4]
	s.bothRoles(x, "NTP-UTC-32", "R-6043-001", "OptionalTimestamp")
	x = smallDHH("OAKLEY5")
	x.now = time.Date(2040, 2, 29, 12, 0, 0, 0, time.UTC)
	x.ts = reference.NTP(x.now)
	s.bothRoles(x, "after 2036, when the seconds start again", "R-3830-080", "R-6043-002")
	for _, v := range []struct {
		comment string
		id      dhhID
	}{
		{"NAI", dhhID{0, "alice@example.com"}},
		{"NAI with UTF-8", dhhID{0, "ålice@exämple.com"}},
		{"identity of 300 octets", dhhID{1, "sip:" + strings.Repeat("a", 296)}},
	} {
		x := smallDHH("OAKLEY5")
		x.idi = v.id
		s.bothRoles(x, v.comment, "R-3830-036", "R-3830-086")
	}
	x = smallDHH("OAKLEY5")
	x.extensions = []dhhExtension{{1, []byte("mikey;foo")}, {0, []byte("a vendor")}, {200, nil}}
	s.bothRoles(x, "list of two protocols, and other extensions", "R-4650-009", "R-3830-047")
}

// dhhWith replaces members of the request of a call.
func dhhWith(c *vectors.Call, members obj) *vectors.Call {
	c.Request = with(c.Request, members)
	return c
}

// leadingZeros are values and secrets that have zeros at their beginning, or at
// the end of those that are little-endian.
func (s *dhhSuite) leadingZeros() {
	group := ""
	for _, v := range []struct {
		group   string
		n       int // gives xr
		comment string
		has     func(dhr, tgk []byte) bool
	}{
		{"OAKLEY5", 475, "TGK with a leading zero octet", func(_, tgk []byte) bool { return tgk[0] == 0 }},
		{"OAKLEY5", 217, "DHr with a leading zero octet", func(dhr, _ []byte) bool { return dhr[0] == 0 }},
		{"OAKLEY1", 102, "TGK with a leading zero octet", func(_, tgk []byte) bool { return tgk[0] == 0 }},
		{"OAKLEY1", 159792, "TGK with two leading zero octets", func(_, tgk []byte) bool { return tgk[0] == 0 && tgk[1] == 0 }},
		{"OAKLEY1", 256, "DHr with a leading zero octet", func(dhr, _ []byte) bool { return dhr[0] == 0 }},
		{"OAKLEY2", 168, "TGK with a leading zero octet", func(_, tgk []byte) bool { return tgk[0] == 0 }},
		{"OAKLEY2", 64138, "TGK with two leading zero octets", func(_, tgk []byte) bool { return tgk[0] == 0 && tgk[1] == 0 }},
		{"OAKLEY2", 462, "DHr with a leading zero octet", func(dhr, _ []byte) bool { return dhr[0] == 0 }},
		{"P-256", 707, "TGK with a leading zero octet", func(_, tgk []byte) bool { return tgk[0] == 0 }},
		{"P-256", 66400, "TGK with two leading zero octets", func(_, tgk []byte) bool { return tgk[0] == 0 && tgk[1] == 0 }},
		{"P-256", 950, "x of DHr with a leading zero octet", func(dhr, _ []byte) bool { return dhr[1] == 0 }},
		{"P-256", 26, "y of DHr with a leading zero octet", func(dhr, _ []byte) bool { return dhr[33] == 0 }},
		{"P-384", 725, "TGK with a leading zero octet", func(_, tgk []byte) bool { return tgk[0] == 0 }},
		{"P-384", 247, "x of DHr with a leading zero octet", func(dhr, _ []byte) bool { return dhr[1] == 0 }},
		{"P-384", 263, "y of DHr with a leading zero octet", func(dhr, _ []byte) bool { return dhr[49] == 0 }},
		{"P-521", 4, "TGK without a leading zero octet", func(_, tgk []byte) bool { return tgk[0] == 1 }},
		{"P-521", 693, "TGK with two leading zero octets", func(_, tgk []byte) bool { return tgk[0] == 0 && tgk[1] == 0 }},
		{"P-521", 251, "x of DHr with two leading zero octets", func(dhr, _ []byte) bool { return dhr[1] == 0 && dhr[2] == 0 }},
		{"P-521", 21, "y of DHr with two leading zero octets", func(dhr, _ []byte) bool { return dhr[67] == 0 && dhr[68] == 0 }},
		{"X25519", 226, "TGK with a first octet of zero", func(_, tgk []byte) bool { return tgk[0] == 0 }},
		{"X25519", 45, "TGK with a last octet of zero", func(_, tgk []byte) bool { return tgk[31] == 0 }},
		{"X25519", 147, "DHr with a last octet of zero", func(dhr, _ []byte) bool { return dhr[31] == 0 }},
		{"X448", 101, "TGK with a first octet of zero", func(_, tgk []byte) bool { return tgk[0] == 0 }},
		{"X448", 12, "TGK with a last octet of zero", func(_, tgk []byte) bool { return tgk[55] == 0 }},
		{"X-Wing", 761, "TGK with a first octet of zero", func(_, tgk []byte) bool { return tgk[0] == 0 }},
	} {
		if v.group != group {
			group = v.group
			s.start("Exchange", "zeros at the ends of values, "+group, group)
		}
		x := smallDHH(v.group)
		x.xr = dhhXR(v.group, v.n)
		if !v.has(x.dhr(), x.secret()) {
			panic(v.group + ": no " + v.comment)
		}
		s.bothRoles(x, v.group+", "+v.comment, "LeadingZero", "P-15")
	}
	// Values in which almost all octets are zero.
	s.start("Exchange", "small values", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	x.xi, x.xr = []byte{3}, []byte{0x02, 0x01}
	s.bothRoles(x, "DHi is 8, which has 191 leading zero octets", "LeadingZero", "P-15", "R-3830-030")
	x = smallDHH("OAKLEY5")
	x.xi = []byte{1}
	s.bothRoles(x, "DHi is 2, the smallest value that is taken", "LeadingZero", "P-15", "R-3830-030")

	for _, v := range []struct{ group, comment, value string }{
		{"X25519", "DHi is p + 9", "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
		{"X25519", "DHi is 2^255 - 1", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
		{"X25519", "DHi is 9 with the unused bit", "0900000000000000000000000000000000000000000000000000000000000080"},
		{"X25519", "DHi is of small order only with the unused bit", "cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880"},
		{"X448", "DHi is p + 5", "04" + strings.Repeat("00", 27) + strings.Repeat("ff", 28)},
		{"X448", "DHi is 2^448 - 1", strings.Repeat("ff", 56)},
	} {
		if v.group != group {
			group = v.group
			s.start("Exchange", "values that are not reduced, "+group, group)
		}
		x := smallDHH(v.group)
		u := unhex(v.value)
		// Whose private value it is does not matter: the responder cannot know.
		m := x.request()
		dhhReplace(m, 0, reference.DH(x.g().Number, u, x.kv))
		message, _ := m.SealKEMAC(x.keys())
		dhr, tgk := x.g().Respond(x.xr, u)
		a := x.answer()
		dhhReplace(a, 1, reference.DH(x.g().Number, u, x.kv))
		y := *x
		y.tgk = tgk
		keys, steps := y.agreed()
		octets, _ := a.SealKEMAC(x.keys())
		steps = append([]vectors.Step{step("DHr", dhr, dhhPublic[v.group][1]), step("TGK", tgk, v.group+"(xr, DHi)")}, steps...)
		s.add(v.group+", "+v.comment, []*vectors.Call{
			accept("respond", x.respond("bob", message), obj{"answer": b64(octets), "keys": keys}, steps...),
		}, "NotReduced", "R-3830-050")
	}
}

// dhhReplace replaces DH payload n of a message.
func dhhReplace(m *reference.Message, n int, with ...reference.Payload) {
	var all []reference.Payload
	for _, p := range m.Payloads {
		if p.Number == reference.NumDH {
			if n == 0 {
				all = append(all, with...)
				n--
				continue
			}
			n--
		}
		all = append(all, p)
	}
	m.Payloads = all
}

// implicitRejection is a changed ciphertext of ML-KEM, which gives another secret
// and no error (FIPS 203, Section 6.3).
func (s *dhhSuite) implicitRejection() {
	x := smallDHH("X-Wing")
	s.start("Exchange", "ciphertext that does not decapsulate: it gives another secret, and no error (FIPS 203, Section 6.3)", x.group)
	y := *x
	dhr := flip(x.dhr(), 500)
	y.tgk = reference.XWingDecapsulate(x.xi, dhr)
	m := x.answer()
	dhhReplace(m, 0, reference.DH(x.g().Number, dhr, x.kv))
	keys, steps := y.agreed()
	s.add("X-Wing, ciphertext with one bit changed, under a right MAC", []*vectors.Call{
		x.initiate(nil),
		accept("complete", x.complete("@1.exchange", x.sealed(m)), obj{"keys": keys}, append(steps, step("TGK", y.tgk, "from the secret of implicit rejection"))...),
	}, "R-3830-050")
}

// tolerances are what decoders take that no encoder should write.
func (s *dhhSuite) tolerances() {
	s.start("Exchange", "what is read and not written", "OAKLEY5")
	x := smallDHH("OAKLEY5")

	// Other orders.
	m := x.request()
	p := m.Payloads // T RAND IDi IDr SP ext DH
	m.Payloads = []reference.Payload{p[6], p[4], p[2], p[5], p[3], p[1], p[0]}
	s.add("request in another order", []*vectors.Call{x.respondsTo("bob", m)}, "OtherOrder", "R-3830-017", "P-01")
	a := x.answer()
	p = a.Payloads // T IDr IDi DHr DHi
	a.Payloads = []reference.Payload{p[3], p[1], p[4], p[2], p[0]}
	s.add("answer in another order", []*vectors.Call{x.initiate(nil), x.completes("@1.exchange", a)}, "OtherOrder", "R-3830-017", "P-01")

	// Reserved bits.
	m = x.request()
	dh := &m.Payloads[6]
	dh.Body = append([]byte{}, dh.Body...)
	dh.Body[len(dh.Body)-1] |= 0xf0
	// The echo may have them or not: only the keys are compared.
	keys, _ := x.agreed()
	message := x.sealed(m)
	s.add("reserved bits of DHi", []*vectors.Call{
		accept("respond", x.respond("bob", message), obj{"keys": keys}),
	}, "R-3830-031")
	a = x.answer()
	dh = &a.Payloads[3]
	dh.Body = append([]byte{}, dh.Body...)
	dh.Body[len(dh.Body)-1] |= 0xf0
	s.add("reserved bits of DHr", []*vectors.Call{x.initiate(nil), x.completes("@1.exchange", a)}, "R-3830-031")

	// Identities.
	y := smallDHH("OAKLEY5")
	y.idi = dhhID{}
	s.add("request without IDi, from a known initiator", []*vectors.Call{y.responds("bob of alice")}, "R-4650-007", "P-19")
	a = x.answer()
	a.Payloads = append(a.Payloads[:1], a.Payloads[2:]...)
	s.add("answer without IDr", []*vectors.Call{x.initiate(nil), x.completes("@1.exchange", a)}, "R-4650-007")
	s.add("responder without an identity of its own", []*vectors.Call{x.responds("anybody")}, "R-4650-007")
	s.add("responder that takes one initiator only", []*vectors.Call{x.responds("bob of alice")}, "R-4650-007")

	// Extensions.
	a = x.answer()
	a.Add(reference.GenExt(0, []byte("a vendor")))
	s.add("answer with a general extension", []*vectors.Call{x.initiate(nil), x.completes("@1.exchange", a)}, "R-3830-047")
	m = x.request()
	m.Payloads = append(m.Payloads[:5], m.Payloads[6:]...)
	acceptable(s.add("request without a list of protocols", []*vectors.Call{x.respondsTo("bob", m)}, "R-4650-009", "P-67"))

	// Numbers of RFC 4650.
	m = x.request()
	message, _ = m.Seal(x.keys(), reference.KEMAC(2, nil, reference.MACHMACSHA1, nil))
	c := x.responds("bob")
	c.Request["message"] = b64(message)
	c.Steps = nil
	acceptable(s.add("request with encryption algorithm 2 and nothing encrypted", []*vectors.Call{c}, "AlgorithmNumbers", "P-05", "R-4650-002"))
	a = x.answer()
	message, _ = a.Seal(x.keys(), reference.KEMAC(2, nil, reference.MACHMACSHA1, nil))
	acceptable(s.add("answer with encryption algorithm 2 and nothing encrypted", []*vectors.Call{
		x.initiate(nil), accept("complete", x.complete("@1.exchange", message), obj{"keys": keys}),
	}, "AlgorithmNumbers", "P-05", "R-4650-002"))

	// Validity.
	y = smallDHH("OAKLEY5")
	y.kv = reference.Validity{Type: 1, SPI: count(4, 0xe1)}
	a = y.answer()
	dhhReplace(a, 0, reference.DH(y.g().Number, y.dhr(), reference.Validity{}))
	message = y.sealed(a)
	keys, _ = y.agreed()
	acceptable(s.add("DHr without the validity of DHi", []*vectors.Call{
		y.initiate(nil), accept("complete", y.complete("@1.exchange", message), obj{"keys": keys}),
	}, "P-22"))

	// Time.
	for _, v := range []struct {
		comment string
		seconds int
		skew    any
	}{
		{"timestamp 300 seconds old", 300, nil},
		{"timestamp 300 seconds ahead", -300, nil},
		{"timestamp a day old, without a check", 86400, -1},
		{"timestamp an hour old, with an allowed skew of two", 3600, 7200},
	} {
		x := smallDHH("OAKLEY5")
		x.ts = reference.NTP(x.now.Add(-time.Duration(v.seconds) * time.Second))
		c := x.responds("bob")
		if v.skew != nil {
			dhhWith(c, obj{"max_skew_seconds": v.skew})
		}
		s.add(v.comment, []*vectors.Call{c}, "R-3830-074")
	}
}

// updates are those of RFC 4650, Section 3.1.
func (s *dhhSuite) updates() {
	both := func(comment string, x *dhhExchange, us []*dhhExchange, about ...string) {
		about = append(about, "R-3830-095", "R-4650-010")
		first := x.initiate(obj{"message": b64(x.sealed(x.request()))})
		initiator := []*vectors.Call{first, x.okAnswer("@1.exchange")}
		responder := []*vectors.Call{x.ok("bob")}
		session := "@2.keys.session"
		for _, u := range us {
			initiator = append(initiator, u.updates(session))
			n := len(initiator)
			initiator = append(initiator, u.completes(fmt.Sprintf("@%d.exchange", n), u.answer()))
			session = fmt.Sprintf("@%d.keys.session", n+1)
			responder = append(responder, u.responds("bob"))
		}
		s.add(comment+", initiator", initiator, about...)
		s.add(comment+", responder", responder, about...)
	}
	for _, g := range dhhGroups {
		s.start("Exchange", "updates in "+g, g)
		x := smallDHH(g)
		x.brief = g != "OAKLEY5" && g != "X25519"
		u := x.later(1).fresh(1)
		both(g+", update with fresh half-keys", x, []*dhhExchange{u}, "R-3830-099")
		if g == "OAKLEY5" || g == "X25519" {
			both(g+", update without half-keys", x, []*dhhExchange{x.later(1).withoutKey()}, "R-3830-099", "R-3830-100")
			both(g+", three updates, the second without half-keys", x,
				[]*dhhExchange{u, u.later(1).withoutKey(), u.later(2).fresh(3)}, "R-3830-099", "R-3830-100")
		}
	}
	s.start("Exchange", "what else updates change", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	x.kv = reference.Validity{Type: 1, SPI: []byte{0, 0, 0, 1}}
	u := x.later(5).fresh(1)
	u.kv = reference.Validity{Type: 1, SPI: []byte{0, 0, 0, 2}}
	both("update with another SPI", x, []*dhhExchange{u}, "R-3830-101", "P-22")
	both("update without half-keys keeps the SPI", x, []*dhhExchange{x.later(5).withoutKey()}, "R-3830-100")

	x = smallDHH("OAKLEY5")
	u = x.later(1).withoutKey()
	u.sessions = append(append([]reference.Session{}, x.sessions...), reference.Session{SSRC: 0x55555555})
	u.sessions[0].ROC = 2
	both("update that adds a crypto session and tells a ROC", x, []*dhhExchange{u}, "R-3830-100", "R-3830-014")

	x = smallDHH("OAKLEY5")
	u = x.later(1).withoutKey()
	u.policies = []suite{aes256_80}
	u.suites = u.policies
	both("update that replaces the policy", x, []*dhhExchange{u}, "R-3830-100")

	x = smallDHH("OAKLEY5")
	x.rand = count(32, 0x60)
	u = x.later(1).fresh(1)
	both("update under a RAND of 32 octets", x, []*dhhExchange{u})

	s.start("Exchange", "updates in another group", "OAKLEY5", "X25519")
	x = smallDHH("OAKLEY5")
	u = x.later(1)
	u.group, u.xi, u.xr = "X25519", dhhXI("X25519"), dhhXR("X25519", -1)
	both("update from OAKLEY5 to X25519", x, []*dhhExchange{u}, "R-3830-099")
}
