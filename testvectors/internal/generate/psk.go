package main

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// pskNow is the time of the exchanges.
var pskNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

var (
	pskSecret = count(16, 0)
	pskAlice  = &reference.PSKIdentity{Type: 0, ID: "alice@example.com"}
	pskBob    = &reference.PSKIdentity{Type: 0, ID: "bob@example.com"}
	pskCarol  = &reference.PSKIdentity{Type: 0, ID: "carol@example.com"}
)

// pskSuite is AES_CM_128_HMAC_SHA1_80 in a few words.
var pskSuite = suite{aes128_80.name, 16, 14, []reference.Param{param(0, 1), param(1, 16), param(11, 10)}}

// A pskCase is an exchange in pre-shared key mode.
type pskCase struct {
	reference.PSKRequest
	at      time.Time // of the request
	suites  []suite   // by policy number
	ssrcs   []uint32  // that the responder fills in
	party   string    // credentials of both parties; empty: the pre-shared key alone
	inForce []reference.Key
}

// newPSKCase is an exchange with the algorithms that every implementation has.
func newPSKCase() pskCase {
	c := pskCase{at: pskNow, party: "key"}
	c.PSKRequest = reference.PSKRequest{
		PSK: pskSecret, Encr: reference.EncrAESCM128, MAC: reference.MACHMACSHA1, CSBID: 0xfd6d77d0,
		RAND: count(16, 0x40), TS: reference.NTP(pskNow), IDi: pskAlice, IDr: pskBob,
		Sessions: []reference.Session{{Policy: 0, SSRC: 0x001f551c}},
		Keys:     []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0xa0)}},
	}
	c.setSuites(pskSuite)
	return c
}

// verified is c with a verification message asked for.
func (c pskCase) verified() pskCase {
	c.V = true
	return c
}

func (c *pskCase) setSuites(suites ...suite) {
	c.suites, c.Policies = suites, nil
	for i, s := range suites {
		c.Policies = append(c.Policies, reference.SP(byte(i), 0, s.params...))
	}
}

// setPSK sets the pre-shared key to another one than that of the group.
func (c *pskCase) setPSK(psk []byte) { c.PSK, c.party = psk, "" }

func (c *pskCase) credentials() any {
	if c.party != "" {
		return c.party
	}
	return obj{"psk": hexOf(c.PSK)}
}

// filled are the crypto sessions with the SSRCs of the responder.
func (c *pskCase) filled() []reference.Session {
	all := append([]reference.Session{}, c.Sessions...)
	ssrcs := c.ssrcs
	for i := range all {
		if all[i].SSRC == 0 && len(ssrcs) > 0 {
			all[i].SSRC, ssrcs = ssrcs[0], ssrcs[1:]
		}
	}
	return all
}

// keys is the result at the responder, or after an answer.
func (c *pskCase) keys() (obj, []vectors.Step) { return c.keysFor(c.filled()) }

func (c *pskCase) keysFor(sessions []reference.Session) (obj, []vectors.Step) {
	keys := c.Keys
	if len(keys) == 0 {
		keys = c.inForce
	}
	return agreed(c.PRF, c.CSBID, c.RAND, sessions, c.suites, keys)
}

// offer says everything that decides the octets of the request.
func (c *pskCase) offer() obj {
	o := obj{
		"crypto_sessions": sessionsOf(c.Sessions), "prf": int(c.PRF),
		"encr_alg": int(c.Encr), "mac_alg": int(c.MAC), "verification": c.V,
	}
	if len(c.Policies) > 0 {
		policies := list{}
		for _, s := range c.suites {
			policies = append(policies, params(0, s.params...))
		}
		o["policies"] = policies
	}
	if len(c.Keys) > 0 {
		o["keys"] = keysOf(c.Keys)
	}
	if c.IDi != nil {
		o["id_i"] = identity(c.IDi.Type, c.IDi.ID)
	}
	if c.IDr != nil {
		o["id_r"] = identity(c.IDr.Type, c.IDr.ID)
	}
	if c.TSType != 0 || string(c.TS) != string(reference.NTP(c.at)) {
		o["timestamp"] = obj{"type": int(c.TSType), "value": hexOf(c.TS)}
	}
	var extensions list
	for _, e := range c.Extensions {
		extensions = append(extensions, obj{"ext_type": int(e.Body[0]), "data": hexOf(e.Body[3:])})
	}
	if extensions != nil {
		o["extensions"] = extensions
	}
	return o
}

func (c *pskCase) initiate() obj {
	return obj{
		"mode": "psk", "credentials": c.credentials(), "offer": c.offer(),
		"fixed": obj{"csb_id": hex32(c.CSBID), "rand": hexOf(c.RAND)}, "now": at(c.at),
	}
}

func (c *pskCase) complete(exchange string, answer []byte) obj {
	return obj{"exchange": exchange, "message": b64(answer), "now": at(c.at)}
}

// respond is the request of a responder to a message.
func (c *pskCase) respond(message []byte) obj {
	o := obj{"credentials": c.credentials(), "message": b64(message), "now": at(c.at)}
	if c.ssrcs != nil {
		all := list{}
		for _, s := range c.ssrcs {
			all = append(all, hex32(s))
		}
		o["ssrcs"] = all
	}
	return o
}

// protectionSteps are the keys of a message, and what leads to its KEMAC, which
// ends it. in is the member that is the message.
func (c *pskCase) protectionSteps(m *reference.Message, in string) []vectors.Step {
	k := c.Protection()
	var steps []vectors.Step
	how := func(constant string) string { return "PRF(PSK, " + constant + " || ff || csb_id || RAND)" }
	if c.Encr != reference.EncrNULL {
		steps = append(steps, step("encr_key", k.EncrKey(), how("150533e1")), step("salt", k.SaltKey(), how("29b88916")))
	}
	switch c.Encr {
	case reference.EncrAESCM128, reference.EncrAESCM256:
		steps = append(steps, step("IV", reference.IV(k.SaltKey(), c.CSBID, c.T64()), "(salt XOR (0000 || csb_id || T)) || 0000"))
	}
	steps = append(steps, step("auth_key", k.AuthKey(), how("2d22ac75")))
	steps = append(steps, step("Key data", c.Plain(), "RFC 3830, Section 6.13, before encryption"))
	if in == "request.message" {
		return steps // the initiator's test names its parts
	}
	steps = append(steps, layout(m, in)...)
	octets := m.Octets()
	end := m.Offset(len(m.Payloads))
	from := end - reference.MACLen(c.MAC)
	encr := c.EncrData()
	steps = append(steps, stepAt("encr data", encr, "E(encr_key, Key data)", in, from-1-len(encr)),
		stepAt("MAC", octets[from:end], "HMAC(auth_key, the message before this octet)", in, from))
	return steps
}

// answerSteps lead to the V of a verification message.
func (c *pskCase) answerSteps(m *reference.Message, in string) []vectors.Step {
	steps := append([]vectors.Step{}, layout(m, in)...)
	octets := m.Octets()
	from := len(octets) - reference.MACLen(c.MAC)
	return append(steps, step("IDi || IDr || T", c.VerificationInput(), "follows the message in the input of V"),
		stepAt("MAC of V", octets[from:], "HMAC(auth_key, the message before this octet || IDi || IDr || T)", in, from))
}

// about are the requirements and flags of what a case uses.
func (c *pskCase) about() []string {
	about := []string{"R-3830-091"}
	switch c.Encr {
	case reference.EncrAESCM128:
		about = append(about, "R-3830-057")
	case reference.EncrAESKW128:
		about = append(about, "AES-KW", "P-23")
	case reference.EncrAESCM256:
		about = append(about, "AES-CM-256", "R-6043-024")
	}
	if c.MAC == reference.MACHMACSHA256 {
		about = append(about, "HMAC-SHA-256-256", "R-6043-024")
	}
	if c.PRF == reference.HMACSHA256 {
		about = append(about, "PRF-HMAC-SHA-256", "R-6043-017")
	}
	switch c.TSType {
	case 2:
		about = append(about, "COUNTER", "R-3830-035", "P-02")
	case 3:
		about = append(about, "NTP-UTC-32", "R-6043-001")
	}
	full := len(c.PSK)%32 == 0
	for _, k := range c.Keys {
		full = full || k.Type <= reference.KeyTGKSalt && len(k.Key)%32 == 0
	}
	if full {
		about = append(about, "FullLastBlock", "P-38")
	}
	for _, s := range c.suites {
		if s.name != aes128_80.name && s.name != "" {
			about = append(about, "OptionalSuite")
			break
		}
	}
	return about
}

// pskNotes explains the flags of about.
func (b *builder) pskNotes() {
	b.note("AES-KW", vectors.Optional, "Encryption algorithm 2, AES key wrap (RFC 3830, Section 4.2.3).")
	b.note("AES-CM-256", vectors.Optional, "Encryption algorithm 3, of RFC 6043.")
	b.note("HMAC-SHA-256-256", vectors.Optional, "MAC algorithm 2, of RFC 6043.")
	b.note("PRF-HMAC-SHA-256", vectors.Optional, "PRF function 1, of RFC 6043.")
	b.note("COUNTER", vectors.Optional, "Timestamps that count (RFC 3830, Section 6.6). They have 4 octets in the message and under V, and are padded in front in the IV (P-02).")
	b.note("NTP-UTC-32", vectors.Optional, "Timestamps of whole seconds, of RFC 6043. They have 4 octets in the message and under V, and are padded behind in the IV.")
	b.note("OptionalSuite", vectors.Optional, "Policies that an implementation of SRTP need not have.")
	b.note("FullLastBlock", "KEY_DERIVATION", "The input key of the PRF is a multiple of 32 octets, and has no short last block. Implementations that descend from libmikey take the length of the last block modulo 32, and add an empty one (P-38).")
	b.note("TEKWithSalt", "FIELD_DEVIATION", "A TEK holds the master key and behind it the master salt, as deployed devices send it (P-42).")
}

// finishPSK gives the credentials of single tests names, as the format wants them.
func (b *builder) finishPSK() *vectors.File {
	for _, g := range b.file.TestGroups {
		for _, t := range g.Tests {
			for _, c := range t.Calls {
				if credentials, ok := c.Request["credentials"].(obj); ok {
					c.Request["credentials"] = nameParty(g, credentials)
				}
			}
		}
	}
	return b.file
}

// nameParty returns the name of a party that has a pre-shared key and nothing
// else, and adds it to the group.
func nameParty(g *vectors.Group, credentials obj) string {
	psk := credentials["psk"].(string)
	for n := 1; ; n++ {
		name := fmt.Sprintf("key of %d octets", len(psk)/2)
		if n > 1 {
			name += fmt.Sprintf(" (%d)", n)
		}
		switch old := g.Parties[name].(type) {
		case nil:
			g.Parties[name] = credentials
			return name
		case obj:
			if old["psk"] == psk {
				return name
			}
		}
	}
}

// initiatorCalls are the calls of an initiator up to its keys.
func (c *pskCase) initiatorCalls() []*vectors.Call {
	m := c.Message()
	steps := c.protectionSteps(m, "message")
	if !c.V {
		keys, derived := c.keysFor(c.Sessions)
		return []*vectors.Call{accept("initiate", c.initiate(), obj{"message": b64(m.Octets()), "keys": keys}, append(steps, derived...)...)}
	}
	answer := c.Answer(c.filled())
	keys, derived := c.keys()
	return []*vectors.Call{
		accept("initiate", c.initiate(), obj{"message": b64(m.Octets()), "keys": nil}, steps...),
		accept("complete", c.complete("@1.exchange", answer.Octets()), obj{"keys": keys}, append(c.answerSteps(answer, "request.message"), derived...)...),
	}
}

// responderCall is that of a responder, with what it answers.
func (c *pskCase) responderCall() *vectors.Call {
	m := c.Message()
	keys, derived := c.keys()
	reply := obj{"mode": "psk", "answer": nil, "keys": keys, "peer": obj{"id": nil}}
	if c.IDi != nil {
		reply["peer"] = obj{"id": c.IDi.ID}
	}
	steps := append(c.protectionSteps(m, "request.message"), derived...)
	if c.V {
		answer := c.Answer(c.filled())
		reply["answer"] = b64(answer.Octets())
		steps = append(steps, c.answerSteps(answer, "answer")...)
	}
	return accept("respond", c.respond(m.Octets()), reply, steps...)
}

// addPSK adds a test for each role.
func (b *builder) addPSK(comment string, c pskCase, about ...string) {
	about = append(c.about(), about...)
	b.add("initiator: "+comment, c.initiatorCalls(), append(about, "R-3830-072")...)
	b.addPSKResponder(comment, c, about...)
}

// addPSKResponder adds a test for the responder alone, where an initiator has a
// choice.
func (b *builder) addPSKResponder(comment string, c pskCase, about ...string) {
	about = append(c.about(), about...)
	if c.V {
		about = append(about, "R-3830-071", "R-3830-073")
	}
	b.add("responder: "+comment, []*vectors.Call{c.responderCall()}, append(about, "R-3830-068")...)
}

// pskGroup starts a group of tests in pre-shared key mode.
func (b *builder) pskGroup(comment string) {
	b.startGroup("Exchange", comment, vectors.Requires{Modes: []string{"psk"}}, obj{
		"key":   obj{"psk": hexOf(pskSecret)},
		"alice": obj{"psk": hexOf(pskSecret), "id": identity(0, pskAlice.ID), "peer_id": identity(0, pskBob.ID)},
		"bob":   obj{"psk": hexOf(pskSecret), "id": identity(0, pskBob.ID), "peer_id": identity(0, pskAlice.ID)},
		"bob whoever calls": obj{
			"psk": hexOf(pskSecret), "id": identity(0, pskBob.ID),
		},
	})
}

// psk is the family of the pre-shared key mode (RFC 3830, Section 3.1).
func psk() *vectors.File {
	b := newFile("vectors_v1.json", "psk", "Pre-shared key mode: RFC 3830, Section 3.1, in both roles.")
	b.pskNotes()
	group := b.pskGroup
	group("every combination of algorithms, with and without verification message")
	b.pskAlgorithms()
	group("the pre-shared key and RAND, around the blocks of the PRF")
	b.pskLengths()
	group("every type of key for every suite, validity, and several keys")
	b.pskKeys()
	group("identities")
	b.pskIdentities()
	group("crypto sessions and policies")
	b.pskSessions()
	group("timestamps")
	b.pskTimestamps()
	group("payloads in other orders, and general extensions")
	b.pskOrder()
	return b.finishPSK()
}

// pskInvalid is the family of what the parties of pre-shared key mode refuse.
func pskInvalid() *vectors.File {
	b := newFile("vectors_v1.json", "psk_invalid", "Pre-shared key mode: what a responder and an initiator refuse, and that the right message works afterwards.")
	b.pskNotes()
	group := b.pskGroup
	group("responder: messages that were changed")
	b.pskChanged()
	group("responder: MACs that are not that of the message")
	b.pskWrongMAC()
	group("responder: messages with other payloads than they should have")
	b.pskWrongPayloads()
	group("responder: authentic messages with contents that are wrong")
	b.pskWrongContents()
	group("responder: replays and timestamps")
	b.pskReplays()
	group("initiator: answers that are not the right one")
	b.pskWrongAnswers()
	group("initiator: what is not to be offered")
	b.pskWrongOffers()
	return b.finishPSK()
}

func (b *builder) pskAlgorithms() {
	for _, prf := range []byte{0, 1} {
		for _, encr := range []byte{1, 2, 3} {
			for _, mac := range []byte{1, 2} {
				c := newPSKCase()
				c.PRF, c.Encr, c.MAC = prf, encr, mac
				if encr == reference.EncrAESKW128 {
					// The Key data has 24 octets: key wrap has no padding.
					c.Keys[0].KV = reference.Validity{Type: 1, SPI: []byte{1, 2, 3}}
				}
				name := fmt.Sprintf("PRF %d, encryption %d, MAC %d", prf, encr, mac)
				if encr != reference.EncrAESCM128 || mac != reference.MACHMACSHA256 {
					b.addPSK(name, c)
				}
				b.addPSK(name+", verified", c.verified())
			}
		}
	}
}

func (b *builder) pskLengths() {
	for _, n := range []int{1, 15, 17, 31, 32, 33, 48, 64, 65, 128, 192, 256} {
		c := newPSKCase().verified()
		c.setPSK(count(n, 0x11))
		b.addPSK(fmt.Sprintf("pre-shared key of %d octets", n), c, "R-3830-049")
	}
	for _, n := range []int{32, 33, 64} {
		c := newPSKCase().verified()
		c.setPSK(count(n, 0x11))
		c.PRF, c.Encr, c.MAC = 1, 3, 2
		b.addPSK(fmt.Sprintf("pre-shared key of %d octets, PRF 1", n), c, "R-3830-049")
	}
	for _, n := range []int{17, 20, 32, 33, 64, 128, 255} {
		c := newPSKCase().verified()
		c.RAND = count(n, 0x40)
		b.addPSK(fmt.Sprintf("RAND of %d octets", n), c, "R-3830-045", "R-3830-050")
	}
	for _, csb := range []uint32{0, 0xffffffff, 0x01020304} {
		c := newPSKCase().verified()
		c.CSBID = csb
		b.addPSK(fmt.Sprintf("CSB ID %08x", csb), c, "R-3830-001", "R-3830-007")
	}
}

// aes192_80 has no place in hello where it is not in SRTP.
var (
	aes192_80 = cm("AES_192_CM_HMAC_SHA1_80", 24, 10)
	aes256_32 = cm("AES_256_CM_HMAC_SHA1_32", 32, 4)
)

// pskKey is a key of a type that fits a suite.
func pskKey(keyType byte, u suite, first byte) reference.Key {
	k := reference.Key{Type: keyType, Key: count(u.keyLen, first)}
	switch keyType {
	case reference.KeyTGKSalt, reference.KeyTEKSalt:
		k.Salt = count(u.saltLen, first+0x40)
	case reference.KeyTEK:
		k.Key = append(k.Key, count(u.saltLen, first+0x40)...)
	}
	return k
}

func spi(octets ...byte) reference.Validity { return reference.Validity{Type: 1, SPI: octets} }

func (b *builder) pskKeys() {
	for i, u := range []suite{aes128_80, aes128_32, aes192_80, aes256_80, aes256_32, gcm128, gcm256} {
		for keyType := byte(0); keyType < 4; keyType++ {
			if u.name == aes128_32.name || u.name == aes256_32.name {
				if keyType == reference.KeyTGKSalt || keyType == reference.KeyTEK {
					continue // as with the longer tag
				}
			}
			c := newPSKCase()
			c.setSuites(u)
			c.V = i%2 == 1
			c.Keys = []reference.Key{pskKey(keyType, u, 0xa0)}
			about := []string{"R-3830-025", "R-3830-044", "R-3830-115"}
			switch keyType {
			case reference.KeyTEK:
				about = append(about, "TEKWithSalt", "P-42")
			case reference.KeyTGKSalt, reference.KeyTEKSalt:
				about = append(about, "R-3830-053")
			}
			b.addPSK(keyTypes[keyType]+" for "+u.name, c, about...)
		}
	}
	for _, n := range []int{17, 31, 32, 33, 48, 64, 256} {
		c := newPSKCase()
		c.Keys[0].Key = count(n, 0x21)
		b.addPSK(fmt.Sprintf("TGK of %d octets", n), c, "R-3830-049", "R-3830-050")
	}
	for _, n := range []int{32, 64} {
		c := newPSKCase()
		c.setSuites(gcm256)
		c.PRF, c.Encr, c.MAC = 1, 3, 2
		c.Keys[0].Key = count(n, 0x21)
		b.addPSK(fmt.Sprintf("TGK of %d octets, PRF 1", n), c, "R-3830-049", "R-3830-050")
	}
	for _, kv := range []struct {
		name string
		reference.Validity
	}{
		{"an SPI of 1 octet", spi(0)},
		{"an SPI of 4 octets", spi(0, 0, 0, 1)},
		{"an SPI of 255 octets", spi(count(255, 1)...)},
		{"an interval", reference.Validity{Type: 2, From: count(6, 0), To: unhex("ffffffffffff")}},
	} {
		for _, keyType := range []byte{reference.KeyTGK, reference.KeyTEKSalt} {
			c := newPSKCase()
			c.Keys = []reference.Key{pskKey(keyType, aes128_80, 0xa0)}
			c.Keys[0].KV = kv.Validity
			b.addPSK(keyTypes[keyType]+" with "+kv.name, c, "R-3830-026", "R-3830-117", "P-47")
		}
	}
	several := func(name string, sessions int, keys ...reference.Key) {
		c := newPSKCase().verified()
		c.Keys = keys
		for i := range keys {
			c.Keys[i].KV = spi(0, 0, 0, byte(i+1))
		}
		c.Sessions = nil
		for i := range sessions {
			c.Sessions = append(c.Sessions, reference.Session{SSRC: 0x1000 + uint32(i)})
		}
		b.addPSK(name, c, "R-3830-027", "R-3830-023", "R-3830-116")
	}
	tgk, tgkSalt := pskKey(0, aes128_80, 0xa0), pskKey(1, aes128_80, 0xb0)
	tek, tekSalt := pskKey(2, aes128_80, 0x10), pskKey(3, aes128_80, 0x20)
	several("two TGKs", 1, tgk, pskKey(0, aes128_80, 0x70))
	several("a key of each type", 1, tgk, tgkSalt, tek, tekSalt)
	several("two keys for three crypto sessions", 3, tgk, tekSalt)
	several("the same TGK with two SPIs", 1, tgk, tgk)
	var many []reference.Key
	for i := range 6 {
		many = append(many, pskKey(reference.KeyTGK, aes128_80, byte(40*i)))
	}
	several("six keys", 1, many...)
	c := newPSKCase()
	c.Encr = reference.EncrAESCM256
	c.Keys = []reference.Key{tgk, tekSalt}
	c.Keys[0].KV, c.Keys[1].KV = spi(1), spi(2)
	b.addPSK("two keys, encryption 3", c, "R-3830-027")
	// Key wrap takes multiples of 8 octets, two or more.
	for _, n := range []int{12, 20, 28, 60} {
		c := newPSKCase()
		c.Encr = reference.EncrAESKW128
		c.Keys[0].Key = count(n, 0x21)
		b.addPSK(fmt.Sprintf("key wrap of %d octets", 4+n), c)
	}
	for _, n := range []int{16, 17, 23} {
		c := newPSKCase()
		c.Encr = reference.EncrAESKW128
		c.Keys[0].Key = count(n, 0x21)
		acceptable(b.add(fmt.Sprintf("responder: key wrap of %d octets, padded with zeros", 4+n),
			[]*vectors.Call{c.responderCall()}, "AES-KW", "P-23"))
	}
}

func (b *builder) pskIdentities() {
	nai := func(s string) *reference.PSKIdentity { return &reference.PSKIdentity{Type: 0, ID: s} }
	uri := func(s string) *reference.PSKIdentity { return &reference.PSKIdentity{Type: 1, ID: s} }
	for _, test := range []struct {
		name     string
		idi, idr *reference.PSKIdentity
	}{
		{"no identities", nil, nil},
		{"IDi alone", pskAlice, nil},
		{"URIs", uri("sip:alice@example.com"), uri("sip:bob@example.com")},
		{"an NAI and a URI", pskAlice, uri("sip:bob@example.com")},
		{"identities of one octet", nai("a"), nai("b")},
		{"identities of 300 octets", nai(strings.Repeat("a", 288) + "@example.com"), nai(strings.Repeat("b", 288) + "@example.com")},
		{"identities that are not ASCII", nai("zo\u00eb@example.com"), nai("\u5f20\u4e09@example.com")},
		{"IDi and IDr alike", pskAlice, pskAlice},
		{"IDi is the start of IDr", nai("a"), nai("ab")},
	} {
		c := newPSKCase().verified()
		c.IDi, c.IDr = test.idi, test.idr
		b.addPSK(test.name, c, "R-3830-036", "R-3830-086", "P-07")
	}

	// The identities of the credentials are in the message too.
	c := newPSKCase().verified()
	c.party = "alice"
	calls := c.initiatorCalls()
	calls[0].Request["offer"] = with(c.offer(), obj{"id_i": nil, "id_r": nil})
	b.add("initiator: identities of the credentials", calls, append(c.about(), "R-3830-086", "R-3830-087")...)
	c.party = "bob"
	b.add("responder: the identities are those of the credentials", []*vectors.Call{c.responderCall()}, append(c.about(), "R-3830-087")...)

	// Both are known, and nothing is in the message: they count under V.
	silent := newPSKCase().verified()
	silent.party, silent.IDi, silent.IDr = "bob", nil, nil
	keys, derived := silent.keys()
	b.add("responder: identities that the credentials alone have", []*vectors.Call{
		accept("respond", silent.respond(silent.Message().Octets()), obj{"keys": keys, "peer": obj{"id": pskAlice.ID}}, derived...),
	}, append(silent.about(), "R-3830-086")...)

	// One ID is IDi, or IDr where it is the responder's own.
	one := newPSKCase().verified()
	one.party, one.IDi = "bob whoever calls", nil
	b.add("responder: IDr alone", []*vectors.Call{one.responderCall()}, append(one.about(), "R-3830-086", "P-19")...)

	// The answer may leave IDr out, which counts nevertheless.
	c = newPSKCase().verified()
	answer := reference.NewMessage(reference.PSKResp, c.CSBID, c.Sessions).Add(reference.T(0, c.TS))
	reference.SealV(answer, c.MAC, c.Protection().AuthKey(), c.VerificationInput())
	agreedKeys, derived := c.keys()
	b.add("initiator: an answer without IDr", []*vectors.Call{
		accept("initiate", c.initiate(), obj{"message": b64(c.Message().Octets())}),
		accept("complete", c.complete("@1.exchange", answer.Octets()), obj{"keys": agreedKeys}, append(c.answerSteps(answer, "request.message"), derived...)...),
	}, append(c.about(), "R-3830-086", "P-07")...)

	flagged := c.AnswerFront(c.Sessions)
	flagged.V = true
	reference.SealV(flagged, c.MAC, c.Protection().AuthKey(), c.VerificationInput())
	acceptable(b.add("initiator: an answer with the V flag, which has no meaning there", []*vectors.Call{
		accept("initiate", c.initiate(), obj{"message": b64(c.Message().Octets())}),
		accept("complete", c.complete("@1.exchange", flagged.Octets()), obj{"keys": agreedKeys}, append(c.answerSteps(flagged, "request.message"), derived...)...),
	}, append(c.about(), "R-3830-006")...))
}

func (b *builder) pskSessions() {
	session := func(policy byte, ssrc, roc uint32) reference.Session {
		return reference.Session{Policy: policy, SSRC: ssrc, ROC: roc}
	}
	for _, test := range []struct {
		name     string
		suites   []suite
		sessions []reference.Session
		ssrcs    []uint32
		about    []string
	}{
		{"no crypto session", []suite{aes128_80}, nil, nil, []string{"R-3830-015"}},
		{"two crypto sessions", []suite{aes128_80}, []reference.Session{session(0, 1, 0), session(0, 2, 0)}, nil, nil},
		{"three crypto sessions", []suite{aes128_80}, []reference.Session{session(0, 1, 0), session(0, 0xffffffff, 0), session(0, 2, 0)}, nil, nil},
		{"four crypto sessions", []suite{aes128_80}, []reference.Session{session(0, 4, 0), session(0, 3, 0), session(0, 2, 0), session(0, 1, 0)}, nil, nil},
		{"two crypto sessions with one SSRC, whose keys differ", []suite{aes128_80}, []reference.Session{session(0, 1, 0), session(0, 1, 0)}, nil, []string{"R-3830-050"}},
		{"rollover counters", []suite{aes128_80}, []reference.Session{session(0, 1, 1), session(0, 2, 0xffffffff)}, nil, []string{"R-3830-014", "P-48"}},
		{"two policies", []suite{aes128_80, aes128_32}, []reference.Session{session(0, 1, 0), session(1, 2, 0)}, nil, []string{"R-3830-041"}},
		{"two policies, the second one first", []suite{aes128_80, gcm128}, []reference.Session{session(1, 1, 0), session(0, 2, 0)}, nil, []string{"R-3830-041"}},
		{"policies with keys of three lengths", []suite{aes128_80, aes256_80, gcm128, gcm256}, []reference.Session{session(3, 1, 0), session(2, 2, 0), session(1, 3, 0), session(0, 4, 0)}, nil, []string{"R-3830-044"}},
		{"a policy that no crypto session uses", []suite{aes128_80, aes128_80}, []reference.Session{session(1, 1, 0)}, nil, []string{"R-3830-041"}},
		{"an SSRC of the responder", []suite{aes128_80}, []reference.Session{session(0, 0, 0)}, []uint32{0xc20f551c}, []string{"R-3830-012"}},
		{"an SSRC of each party", []suite{aes128_80}, []reference.Session{session(0, 0x1001, 0), session(0, 0, 0)}, []uint32{0xc20f551c}, []string{"R-3830-012"}},
		{"SSRCs of the responder around one of the initiator", []suite{aes128_80}, []reference.Session{session(0, 0, 0), session(0, 0x1001, 0), session(0, 0, 0)}, []uint32{0xc20f551c, 0x40d8fa2b}, []string{"R-3830-012"}},
		{"an SSRC that stays open", []suite{aes128_80}, []reference.Session{session(0, 0, 0), session(0, 0, 0)}, []uint32{0xc20f551c}, []string{"R-3830-012"}},
	} {
		c := newPSKCase().verified()
		c.setSuites(test.suites...)
		c.Sessions, c.ssrcs = test.sessions, test.ssrcs
		b.addPSK(test.name, c, append(test.about, "R-3830-010", "R-3830-011", "R-3830-013")...)
	}
	c := newPSKCase()
	c.Sessions, c.ssrcs = []reference.Session{{}, {SSRC: 7}}, []uint32{0xc20f551c}
	b.addPSKResponder("an SSRC of the responder, and no answer", c, "R-3830-012")

	c = newPSKCase()
	c.Sessions = nil
	for i := range 20 {
		c.Sessions = append(c.Sessions, reference.Session{SSRC: uint32(i + 1)})
	}
	keys, _ := c.keys()
	b.add("responder: 20 crypto sessions", []*vectors.Call{accept("respond", c.respond(c.Message().Octets()), obj{"keys": keys})},
		append(c.about(), "R-3830-010", "R-3830-011")...)

	// What is absent has its default: AES-CM with 128 bits and HMAC-SHA-1.
	for _, p := range []struct {
		name   string
		params []reference.Param
	}{
		{"without parameters", nil},
		{"with the encryption algorithm alone", []reference.Param{param(0, 1)}},
		{"with the key length alone", []reference.Param{param(1, 16)}},
		{"with its parameters in another order", []reference.Param{param(11, 10), param(4, 14), param(2, 1), param(1, 16), param(0, 1)}},
		{"with a parameter for a key derivation rate of 0", []reference.Param{param(0, 1), param(6, 0)}},
	} {
		c := newPSKCase()
		c.setSuites(suite{aes128_80.name, 16, 14, p.params})
		b.addPSK("a policy "+p.name, c, "R-3830-042", "R-3830-043")
	}

	// A responder takes any policy numbers.
	c = newPSKCase().verified()
	c.suites = make([]suite, 256)
	c.suites[200], c.suites[255] = aes128_80, aes128_80
	c.Policies = []reference.Payload{reference.SP(255, 0, aes128_80.params...), reference.SP(200, 0, aes128_80.params...)}
	c.Sessions = []reference.Session{{Policy: 200, SSRC: 1}, {Policy: 255, SSRC: 2}}
	b.addPSKResponder("policies 255 and 200", c, "R-3830-041")
}

func (b *builder) pskTimestamps() {
	for _, ts := range []struct {
		name   string
		tsType byte
		value  []byte
	}{
		{"NTP-UTC with a fraction", 0, unhex("ed00048080000000")},
		{"NTP-UTC with the smallest fraction", 0, unhex("ed00048000000001")},
		{"NTP", 1, reference.NTP(pskNow)},
		{"NTP with a fraction", 1, unhex("ed000480ffffffff")},
		{"COUNTER", 2, unhex("01020304")},
		{"COUNTER 0", 2, unhex("00000000")},
		{"COUNTER at its end", 2, unhex("ffffffff")},
		{"NTP-UTC-32", 3, reference.NTP(pskNow)[:4]},
	} {
		c := newPSKCase().verified()
		c.TSType, c.TS = ts.tsType, ts.value
		if ts.tsType != 2 {
			// Within a second of the clock.
			seconds := int64(binary.BigEndian.Uint32(ts.value)) - 2208988800
			c.at = time.Unix(seconds, 0).UTC()
		}
		b.addPSK("timestamp "+ts.name, c, "R-3830-033", "R-3830-034")
	}
	c := newPSKCase()
	c.TSType, c.TS, c.Encr, c.MAC, c.PRF = 2, unhex("01020304"), 3, 2, 1
	b.addPSK("COUNTER with the 256-bit algorithms", c.verified(), "R-3830-033")

	// The seconds overflow in 2036.
	overflow := time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC)
	for _, at := range []time.Time{overflow.Add(-time.Second), overflow, overflow.Add(time.Second), time.Date(2040, 2, 29, 12, 0, 0, 0, time.UTC), time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC)} {
		c := newPSKCase().verified()
		c.at, c.TS = at, reference.NTP(at)
		b.addPSK("the time "+at.Format(time.RFC3339), c, "R-3830-080", "R-6043-002")
	}
	for _, d := range []time.Duration{-299 * time.Second, 299 * time.Second} {
		c := newPSKCase()
		c.at, c.TS = overflow.Add(d/2), reference.NTP(overflow.Add(-d/2))
		b.addPSKResponder(fmt.Sprintf("a timestamp %v off across the overflow", d), c, "R-3830-080", "R-3830-074")
	}
	for _, d := range []time.Duration{-299 * time.Second, 299 * time.Second, -60 * time.Second, time.Second} {
		c := newPSKCase()
		c.at = pskNow.Add(d)
		b.addPSKResponder(fmt.Sprintf("the clock %v after the timestamp", d), c, "R-3830-074")
	}
	for _, test := range []struct {
		off, skew int
		name      string
	}{
		{9, 10, "narrow"}, {-9, 10, "narrow"}, {3599, 3600, "wide"}, {-86399, 86400, "wide"},
		{1 << 28, -1, "no"}, {-(1 << 29), -1, "no"},
	} {
		c := newPSKCase()
		c.at = pskNow.Add(time.Duration(test.off) * time.Second)
		call := c.responderCall()
		call.Request["max_skew_seconds"] = test.skew
		b.add(fmt.Sprintf("responder: %s limit for the clock, which is %d s after the timestamp", test.name, test.off),
			[]*vectors.Call{call}, append(c.about(), "R-3830-074")...)
	}
}

// pskOrders are orders of T 0, RAND 1, IDi 2, IDr 3 and SP 4.
var pskOrders = [][]int{
	{1, 0, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 3, 4, 0, 1}, {2, 4, 3, 0, 1}, {0, 1, 4, 2, 3}, {1, 4, 2, 0, 3}, {4, 0, 1, 2, 3},
}

func (b *builder) pskOrder() {
	names := []string{"T", "RAND", "IDi", "IDr", "SP"}
	for _, order := range pskOrders {
		c := newPSKCase().verified()
		front := c.Front()
		var payloads []reference.Payload
		var said []string
		swapped := false
		for _, i := range order {
			payloads = append(payloads, front.Payloads[i])
			swapped = swapped || i == 3 && !strings.Contains(strings.Join(said, " "), "IDi")
			said = append(said, names[i])
		}
		if swapped {
			// Two IDs are IDi and IDr by their order alone.
			c.IDi, c.IDr = c.IDr, c.IDi
		}
		front.Payloads = payloads
		m := reference.SealKEMAC(front, c.Encr, c.EncrData(), c.MAC, c.Protection().AuthKey())
		call := c.responderCall()
		call.Request["message"] = b64(m.Octets())
		call.Steps = append(c.answerSteps(c.Answer(c.Sessions), "answer"), layout(m, "request.message")...)
		b.add("responder: payloads in the order "+strings.Join(said, ", "), []*vectors.Call{call}, append(c.about(), "R-3830-017", "P-01", "P-19")...)
	}

	vendor := reference.GenExt(0, []byte("vendor"))
	sdpIDs := reference.GenExt(1, []byte("mikey"))
	for _, test := range []struct {
		name       string
		extensions []reference.Payload
	}{
		{"a vendor ID", []reference.Payload{vendor}},
		{"SDP IDs", []reference.Payload{sdpIDs}},
		{"SDP IDs and a vendor ID", []reference.Payload{sdpIDs, vendor}},
		{"an extension without data", []reference.Payload{reference.GenExt(0, nil)}},
		{"an extension of 1000 octets", []reference.Payload{reference.GenExt(0, count(1000, 0))}},
		{"an extension of a private type", []reference.Payload{reference.GenExt(250, []byte{1, 2, 3})}},
	} {
		c := newPSKCase().verified()
		c.Extensions = test.extensions
		b.addPSKResponder(test.name, c, "R-3830-047")
		// Where an initiator puts extensions is up to it: the other party says
		// whether it is right.
		answer := c.Answer(c.Sessions)
		keys, derived := c.keys()
		b.add("initiator: "+test.name, []*vectors.Call{
			accept("initiate", c.initiate(), obj{}),
			counterpart(accept("respond", with(c.respond(nil), obj{"message": "@1.message"}), obj{"answer": b64(answer.Octets()), "keys": keys})),
			accept("complete", with(c.complete("@1.exchange", nil), obj{"message": "@2.answer"}), obj{"keys": keys}, derived...),
		}, append(c.about(), "R-3830-047")...)
	}
	for i := range 6 {
		c := newPSKCase().verified()
		front := c.Front()
		rest := append([]reference.Payload{sdpIDs}, front.Payloads[min(i, 5):]...)
		front.Payloads = append(front.Payloads[:i:i], rest...)
		m := reference.SealKEMAC(front, c.Encr, c.EncrData(), c.MAC, c.Protection().AuthKey())
		call := c.responderCall()
		call.Request["message"] = b64(m.Octets())
		call.Steps = append(c.answerSteps(c.Answer(c.Sessions), "answer"), layout(m, "request.message")...)
		b.add(fmt.Sprintf("responder: an extension as payload %d", i+1), []*vectors.Call{call}, append(c.about(), "R-3830-047", "R-3830-017")...)
	}

	// An answer with an extension, and one with its payloads in another order.
	c := newPSKCase().verified()
	answers := map[string]func(m *reference.Message){
		"with an extension": func(m *reference.Message) { m.Add(vendor) },
		"with IDr before T": func(m *reference.Message) { m.Payloads[0], m.Payloads[1] = m.Payloads[1], m.Payloads[0] },
	}
	for _, name := range []string{"with an extension", "with IDr before T"} {
		m := c.AnswerFront(c.Sessions)
		answers[name](m)
		reference.SealV(m, c.MAC, c.Protection().AuthKey(), c.VerificationInput())
		keys, derived := c.keys()
		b.add("initiator: an answer "+name, []*vectors.Call{
			accept("initiate", c.initiate(), obj{"message": b64(c.Message().Octets())}),
			accept("complete", c.complete("@1.exchange", m.Octets()), obj{"keys": keys}, append(c.answerSteps(m, "request.message"), derived...)...),
		}, append(c.about(), "R-3830-047", "R-3830-017")...)
	}
}
