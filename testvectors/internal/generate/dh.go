package main

import (
	"math/big"
	"slices"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// A dhExchange is one of signed Diffie-Hellman (RFC 3830, Section 3.3).
type dhExchange struct {
	p        *pki
	group    reference.Group
	xi, xr   []byte // private values
	kvI, kvR reference.Validity
	request  signedMessage
	response signedMessage // but for its crypto sessions and body
	ssrcs    []uint32      // that the responder fills in
	bob      string        // the parties
	alice    string
	offer    obj // more members of the offers
	answer   obj
}

// dhExchange is one between alice and bob with everything that is mandatory.
func (p *pki) dhExchange(group string) dhExchange {
	e := dhExchange{p: p, group: reference.Groups[group], xi: count(32, 1), xr: count(32, 0x40), alice: "alice", bob: "bob"}
	switch group {
	case "P-384":
		e.xi, e.xr = count(48, 1), count(48, 0x40)
	case "P-521":
		e.xi, e.xr = append([]byte{0, 1}, count(64, 1)...), append([]byte{0, 1}, count(64, 0x40)...)
	case "X448":
		e.xi, e.xr = count(56, 1), count(56, 0x40)
	}
	e.request = p.certsRequest(reference.DHInit)
	e.response = signedMessage{
		dataType: reference.DHResp, csbID: certsCSB, t: e.request.t,
		own: one(reference.ID(1, bobURI)), certs: p.certs("bob", 0), other: one(reference.ID(1, aliceURI)),
		key: rsaOf("bob"), signer: p.signerOf("bob"),
	}
	return e
}

func (e *dhExchange) dhi() reference.Payload {
	return reference.DH(e.group.Number, e.group.Initiate(e.xi), e.kvI)
}

func (e *dhExchange) dhr() reference.Payload {
	value, _ := e.group.Respond(e.xr, e.group.Initiate(e.xi))
	return reference.DH(e.group.Number, value, e.kvR)
}

func (e *dhExchange) tgk() []byte {
	_, tgk := e.group.Respond(e.xr, e.group.Initiate(e.xi))
	return tgk
}

// keys are what the parties agree on.
func (e *dhExchange) keys() []reference.Key {
	kv := e.kvI
	if kv.Type == 0 {
		kv = e.kvR
	}
	return []reference.Key{{Key: e.tgk(), KV: kv}}
}

// first is HDR, T, RAND, IDi, CERTi, IDr, SP, DHi, SIGNi.
func (e *dhExchange) first() signedMessage {
	s := e.request
	if s.body == nil {
		dhi := e.dhi()
		s.body = func(*signedMessage) []reference.Payload { return one(dhi) }
	}
	return s
}

// second is HDR, T, IDr, CERTr, IDi, DHr, DHi, SIGNr.
func (e *dhExchange) second() signedMessage {
	s := e.response
	s.prf, s.csbID = e.request.prf, e.request.csbID
	s.sessions = fill(e.request.sessions, e.ssrcs)
	if s.body == nil {
		dhr, dhi := e.dhr(), e.dhi()
		s.body = func(*signedMessage) []reference.Payload { return []reference.Payload{dhr, dhi} }
	}
	return s
}

func (e *dhExchange) agreed(suites []suite) (obj, []vectors.Step) {
	if suites == nil {
		suites = []suite{aes128_80}
	}
	s := e.second()
	keys, steps := agreed(s.prf, s.csbID, e.request.env.rand, s.sessions, suites, e.keys())
	tgk := e.tgk()
	first := step("TGK", tgk, "g^(xi*xr) mod p, as long as p")
	if e.group.Number > 2 {
		first = step("TGK", tgk, "the secret of "+e.group.Name+" at its full length")
	}
	return keys, append([]vectors.Step{first}, steps...)
}

// respond is the call of the responder.
func (e *dhExchange) respond(suites []suite) *vectors.Call {
	first, second := e.first(), e.second()
	keys, steps := e.agreed(suites)
	request := obj{
		"credentials": e.bob, "now": at(certsNow), "message": b64(first.octets()), "fixed": obj{"dh_private": hexOf(e.xr)},
	}
	if e.ssrcs != nil {
		request["ssrcs"] = hex32s(e.ssrcs)
	}
	if e.answer != nil {
		request["offer"] = e.answer
	}
	steps = append(first.steps("request.message"), append(steps, second.steps("answer")...)...)
	return accept("respond", request, obj{
		"mode": "dh", "answer": b64(second.octets()), "keys": keys, "peer": obj{"id": aliceURI},
	}, steps...)
}

// start is the request of the initiator.
func (e *dhExchange) start(suites []suite) obj {
	if suites == nil {
		suites = []suite{aes128_80}
	}
	policies := list{}
	for _, u := range suites {
		policies = append(policies, params(0, u.params...))
	}
	s := e.first()
	return obj{
		"mode": "dh", "credentials": e.alice, "now": at(certsNow),
		"offer": with(obj{
			"crypto_sessions": sessionsOf(s.sessions), "policies": policies, "prf": int(s.prf),
			"id_i": identity(1, aliceURI), "id_r": identity(1, bobURI), "verification": s.v,
			"group": e.group.Name, "kv": validity(e.kvI),
		}, e.offer),
		"fixed": obj{"csb_id": hex32(s.csbID), "rand": hexOf(s.env.rand), "dh_private": hexOf(e.xi)},
	}
}

// initiate is the call of the initiator, with the message that it makes.
func (e *dhExchange) initiate(suites []suite) *vectors.Call {
	s := e.first()
	return accept("initiate", e.start(suites), obj{"message": b64(s.octets()), "keys": nil}, s.steps("message")...)
}

func (e *dhExchange) complete(suites []suite) *vectors.Call {
	s := e.second()
	keys, steps := e.agreed(suites)
	return accept("complete", obj{"exchange": "@1.exchange", "message": b64(s.octets()), "now": at(certsNow)},
		obj{"keys": keys}, append(s.steps("request.message"), steps...)...)
}

// A dhTest is an exchange that succeeds.
type dhTest struct {
	comment string
	change  func(e *dhExchange)
	suites  []suite
	about   []string
}

func agrees(comment string, change func(e *dhExchange), about ...string) dhTest {
	return dhTest{comment, change, nil, about}
}

const dhWritten = " Alice sends the identities and all her certificates, and so does bob: HDR, T, RAND, IDi, CERTi, IDr, SP, DHi, SIGNi and HDR, T, IDr, CERTr, IDi, DHr, DHi, SIGNr. dh_private is the exponent in big-endian octets."

// dh is the family of signed Diffie-Hellman (RFC 3830, Section 3.3).
func dh() *vectors.File {
	return dhFile(false, "dh", "Signed Diffie-Hellman: RFC 3830, Section 3.3, in both roles."+dhWritten)
}

// dhInvalid is what both roles refuse.
func dhInvalid() *vectors.File {
	return dhFile(true, "dh_invalid", "Signed Diffie-Hellman, RFC 3830, Section 3.3: what a responder and an initiator refuse. Where nothing else is said, the signature is right.")
}

func dhFile(invalid bool, family, description string) *vectors.File {
	b := newFile("vectors_v1.json", family, description)
	b.certNotes()
	b.note("LeadingZero", "KEY_DERIVATION", "A value or the secret begins with a zero octet, as one in 256 does. It keeps the length of the group (P-15).")
	b.note("InvalidPublicValue", "CONFIDENTIALITY", "A value outside of 2 to p-2, which fixes the secret.")
	b.note("EchoedDHi", "AUTHENTICATION", "The answer does not return DHi as it was sent.")
	p := newPKI()
	if invalid {
		b.dhRequests(p)
		b.dhAnswers(p)
	} else {
		b.dhExchanges(p)
		b.dhGroups(p)
		b.dhUpdates(p)
	}
	return b.file
}

// addDH adds the two sides of an exchange.
func (b *builder) addDH(p *pki, group string, tests ...dhTest) {
	for _, t := range tests {
		e := p.dhExchange(group)
		if t.change != nil {
			t.change(&e)
		}
		b.add("respond: "+t.comment, []*vectors.Call{e.respond(t.suites)}, t.about...)
		b.add("initiate: "+t.comment, []*vectors.Call{e.initiate(t.suites), e.complete(t.suites)}, t.about...)
	}
}

func (b *builder) dhExchanges(p *pki) {
	all := p.certParties()
	spi := reference.Validity{Type: 1, SPI: []byte{0xca, 0xfe}}
	interval := reference.Validity{Type: 2, From: []byte{0, 0, 0, 0, 0, 0}, To: []byte{0, 0, 0x7f, 0xff, 0xff, 0xff}}
	b.startGroup("Exchange", "Alice and bob agree in OAKLEY5, which is mandatory.", vectors.Requires{Modes: []string{"dh"}, Groups: []string{"OAKLEY5"}},
		pick(all, "alice", "bob", "alice-chain", "alice-3072", "bob-chain", "bob-3072"))
	two := agrees("two crypto sessions, of which bob sends one", func(e *dhExchange) {
		e.request.sessions, e.ssrcs = certsSessions, []uint32{0xa0b0c0d0}
	}, "R-3830-012", "R-3830-011")
	policies := agrees("policies for two crypto sessions", func(e *dhExchange) {
		e.request.sessions = []reference.Session{{Policy: 1, SSRC: 1}, {Policy: 0, SSRC: 2, ROC: 7}}
		e.request.sps = []reference.Payload{reference.SP(0, 0, aes128_80.params...), reference.SP(1, 0, aes128_32.params...)}
	}, "R-3830-113", "R-3830-041")
	policies.suites = []suite{aes128_80, aes128_32}
	b.addDH(p, "OAKLEY5",
		agrees("everything that is mandatory", nil, "R-3830-066", "R-3830-065", "R-3830-070", "R-3830-094", "R-3830-017", "P-18"),
		agrees("secret that begins with a zero octet", func(e *dhExchange) {
			e.xr = append(count(30, 0x40), 0x00, 0x09)
			if e.tgk()[0] != 0 {
				panic("it does not")
			}
		}, "LeadingZero", "R-3830-066", "P-15"),
		agrees("DHr that begins with a zero octet", func(e *dhExchange) {
			e.xr = append(count(30, 0x40), 0x09, 0x12)
			if e.dhr().Body[1] != 0 {
				panic("it does not")
			}
		}, "LeadingZero", "R-3830-030", "P-15"),
		agrees("DHi that begins with a zero octet", func(e *dhExchange) {
			e.xi = append(count(30, 0x40), 0x09, 0x12)
			if e.dhi().Body[1] != 0 {
				panic("it does not")
			}
		}, "LeadingZero", "R-3830-030", "P-15"),
		agrees("private values of 192 octets", func(e *dhExchange) { e.xi, e.xr = count(192, 1), count(192, 0x40) }, "R-3830-066"),
		agrees("V flag set, which is ignored", func(e *dhExchange) { e.request.v = true }, "R-3830-093"),
		agrees("key with an MKI", func(e *dhExchange) { e.kvI, e.kvR = spi, spi }, "R-3830-116", "P-22"),
		agrees("key with an MKI of 255 octets", func(e *dhExchange) {
			e.kvI = reference.Validity{Type: 1, SPI: count(255, 0)}
			e.kvR = e.kvI
		}, "R-3830-116", "P-22"),
		agrees("key for an interval", func(e *dhExchange) { e.kvI, e.kvR = interval, interval }, "R-3830-028", "P-22"),
		two, policies,
		agrees("no crypto session", func(e *dhExchange) { e.request.sessions = nil }, "R-3830-015"),
		agrees("SSRC that stays open", func(e *dhExchange) { e.request.sessions = certsSessions }, "R-3830-012"),
		agrees("RAND of 32 octets", func(e *dhExchange) {
			e.request.env.rand = count(32, 0x20)
			e.request.rand = one(reference.RAND(e.request.env.rand))
		}, "R-3830-045"),
		agrees("chain of certificates of alice", func(e *dhExchange) {
			e.alice, e.request.certs = "alice-chain", p.certs("alice-chain", 0)
		}, "R-3830-038"),
		agrees("chain of certificates of bob", func(e *dhExchange) {
			e.bob, e.response.certs = "bob-chain", p.certs("bob-chain", 0)
		}, "R-3830-038"),
		agrees("key of 3072 bits of alice", func(e *dhExchange) {
			e.alice, e.request.certs, e.request.signer = "alice-3072", p.certs("alice-3072", 0), p.signerOf("alice-3072")
		}, "R-3830-065"),
		agrees("key of 3072 bits of bob", func(e *dhExchange) {
			e.bob, e.response.certs, e.response.signer = "bob-3072", p.certs("bob-3072", 0), p.signerOf("bob-3072")
		}, "R-3830-065"),
		agrees("PRF-HMAC-SHA-256", func(e *dhExchange) { e.request.prf = reference.HMACSHA256 }, "Algorithms256", "R-6043-017"),
	)

	b.startGroup("Exchange", "Forms of messages that alice or bob may meet, and would not write.", vectors.Requires{Modes: []string{"dh"}, Groups: []string{"OAKLEY5"}},
		pick(all, "alice", "bob", "bob-by-nai", "bob-for-alice", "bob-lenient", "alice-lenient"))
	base := p.dhExchange("OAKLEY5")
	responds := func(comment string, change func(e *dhExchange), about ...string) *vectors.Test {
		e := p.dhExchange("OAKLEY5")
		change(&e)
		return b.add("respond: "+comment, []*vectors.Call{e.respond(nil)}, about...)
	}
	completes := func(comment string, change func(e *dhExchange), about ...string) *vectors.Test {
		e := p.dhExchange("OAKLEY5")
		change(&e)
		return b.add("complete: "+comment, []*vectors.Call{accept("initiate", e.start(nil), obj{"keys": nil}), e.complete(nil)}, about...)
	}
	reversed := func(m *reference.Message) {
		for i, j := 0, len(m.Payloads)-1; i < j; i, j = i+1, j-1 {
			m.Payloads[i], m.Payloads[j] = m.Payloads[j], m.Payloads[i]
		}
		// Two of a kind are told apart by their order.
		for _, number := range []byte{reference.NumID, reference.NumDH} {
			var at []int
			for i, p := range m.Payloads {
				if p.Number == number {
					at = append(at, i)
				}
			}
			if len(at) == 2 {
				m.Payloads[at[0]], m.Payloads[at[1]] = m.Payloads[at[1]], m.Payloads[at[0]]
			}
		}
	}
	reserved := func(p reference.Payload) reference.Payload {
		body := concat(p.Body)
		body[len(body)-1] |= 0xa0
		return reference.Payload{Number: p.Number, Body: body}
	}
	responds("payloads in another order", func(e *dhExchange) { e.request.edit = reversed }, "R-3830-017", "P-01")
	completes("payloads in another order", func(e *dhExchange) { e.response.edit = reversed }, "R-3830-017", "P-01")
	responds("reserved bits of DHi, which come back as they are", func(e *dhExchange) {
		dhi, dhr := reserved(e.dhi()), e.dhr()
		e.request.body = func(*signedMessage) []reference.Payload { return one(dhi) }
		e.response.body = func(*signedMessage) []reference.Payload { return []reference.Payload{dhr, dhi} }
	}, "R-3830-031", "R-3830-094")
	completes("reserved bits of DHr", func(e *dhExchange) {
		dhi, dhr := e.dhi(), reserved(e.dhr())
		e.response.body = func(*signedMessage) []reference.Payload { return []reference.Payload{dhr, dhi} }
	}, "R-3830-031")
	responds("general extension", func(e *dhExchange) { e.request.exts = one(reference.GenExt(0, []byte("a vendor"))) }, "R-3830-047")
	completes("V flag in the answer, which is ignored", func(e *dhExchange) { e.response.v = true }, "R-3830-093", "R-3830-006")
	completes("general extension", func(e *dhExchange) { e.response.exts = one(reference.GenExt(0, []byte("a vendor"))) }, "R-3830-047")
	responds("certificate of type X.509v3 for signatures", func(e *dhExchange) { e.request.certs = p.certs("alice", 2) }, "R-3830-037")
	completes("certificate of type X.509v3 for signatures", func(e *dhExchange) { e.response.certs = p.certs("bob", 2) }, "R-3830-037")
	responds("certificate that is for signatures alone", func(e *dhExchange) { e.request.certs = p.certs("alice-sign", 0) }, "R-3830-037")
	completes("certificate that is for signatures alone", func(e *dhExchange) { e.response.certs = p.certs("bob-sign", 0) }, "R-3830-037")
	responds("certificate that is valid at this second alone", func(e *dhExchange) { e.request.certs = p.certs("alice-second", 0) }, "R-3830-089")
	completes("certificate that is valid at this second alone", func(e *dhExchange) { e.response.certs = p.certs("bob-second", 0) }, "R-3830-089")
	completes("chain of three certificates", func(e *dhExchange) { e.response.certs = p.certs("bob-long-chain", 0) }, "R-3830-038")
	responds("no IDr", func(e *dhExchange) { e.request.other = nil }, "R-3830-087", "P-19")
	responds("certificate, and no identity beside it, where bob knows who it is", func(e *dhExchange) {
		e.request.own, e.bob = nil, "bob-for-alice"
	}, "R-3830-086")
	responds("identity, and no certificate beside it, where bob has it", func(e *dhExchange) {
		e.request.certs, e.bob = nil, "bob-for-alice"
	}, "R-3830-089")
	completes("IDi and no IDr, which alice knows", func(e *dhExchange) { e.response.own = nil }, "R-3830-086", "P-19")
	responds("T as old as is allowed", func(e *dhExchange) {
		e.request.t = one(reference.T(0, reference.NTP(certsNow.Add(-300*time.Second))))
		e.response.t = e.request.t
	}, "R-3830-074", "R-3830-073")
	responds("T of type NTP", func(e *dhExchange) {
		e.request.t = one(reference.T(1, reference.NTP(certsNow)))
		e.response.t = e.request.t
	}, "R-3830-034", "R-3830-073")
	responds("signature with RSASSA-PSS", func(e *dhExchange) { e.request.signer = e.request.key.PSS() }, "RSA-PSS", "R-3830-065", "P-16")
	completes("signature with RSASSA-PSS", func(e *dhExchange) { e.response.signer = e.response.key.PSS() }, "RSA-PSS", "R-3830-065", "P-16")
	spiOnly := func(e *dhExchange) { e.kvR = spi }
	acceptable(completes("DHr with an MKI, and DHi with none", spiOnly, "Tolerance", "P-22"))
	acceptable(completes("DHr without the MKI that DHi has", func(e *dhExchange) { e.kvI = spi }, "Tolerance", "P-22"))
	lenient := func(e *dhExchange) { e.alice, e.bob = "alice-lenient", "bob-lenient" }
	acceptable(responds("signature over SHA-1, where it is tolerated", func(e *dhExchange) {
		lenient(e)
		e.request.signer = e.request.key.PKCS1SHA1()
	}, "SHA1", "Tolerance", "P-16"))
	acceptable(completes("signature over SHA-1, where it is tolerated", func(e *dhExchange) {
		lenient(e)
		e.response.signer = e.response.key.PKCS1SHA1()
	}, "SHA1", "Tolerance", "P-16"))
	acceptable(responds("key of 1024 bits, where it is tolerated", func(e *dhExchange) {
		lenient(e)
		e.request.certs, e.request.signer = p.certs("alice-1024", 0), p.signerOf("alice-1024")
	}, "WeakKey", "Tolerance", "R-3830-055"))
	acceptable(completes("key of 1024 bits, where it is tolerated", func(e *dhExchange) {
		lenient(e)
		e.response.certs, e.response.signer = p.certs("bob-1024", 0), p.signerOf("bob-1024")
	}, "WeakKey", "Tolerance", "R-3830-055"))
	nameless := responds("certificate alone, where missing identities are tolerated", func(e *dhExchange) {
		lenient(e)
		e.request.own, e.request.other = nil, nil
	}, "Tolerance", "P-18")
	acceptable(nameless)
	// The certificate has two names for IDi in the answer.
	c := nameless.Calls[0]
	delete(c.Reply, "answer")
	delete(c.Reply, "peer")
	c.Steps = slices.DeleteFunc(c.Steps, func(s vectors.Step) bool { return s.In == "answer" })

	// The other party as it is: only the keys are compared.
	keys, _ := base.agreed(nil)
	start := base.start(nil)
	b.add("initiate: bob, who is the counterpart, agrees", []*vectors.Call{
		accept("initiate", start, obj{"keys": nil}),
		counterpart(accept("respond", obj{
			"credentials": "bob", "now": at(certsNow), "message": "@1.message", "fixed": obj{"dh_private": hexOf(base.xr)},
		}, obj{"keys": keys, "peer": obj{"id": aliceURI}})),
		accept("complete", obj{"exchange": "@1.exchange", "message": "@2.answer", "now": at(certsNow)}, obj{"keys": keys}),
	}, "R-3830-094")
	b.add("respond: alice, who is the counterpart, agrees", []*vectors.Call{
		counterpart(accept("initiate", start, obj{"keys": nil})),
		accept("respond", obj{
			"credentials": "bob", "now": at(certsNow), "message": "@1.message", "fixed": obj{"dh_private": hexOf(base.xr)},
		}, obj{"keys": keys, "peer": obj{"id": aliceURI}}),
		counterpart(accept("complete", obj{"exchange": "@1.exchange", "message": "@2.answer", "now": at(certsNow)}, obj{"keys": keys})),
	}, "R-3830-094")
}

// dhGroups are the optional groups and keys.
func (b *builder) dhGroups(p *pki) {
	all := p.certParties()
	for _, group := range []string{"OAKLEY1", "OAKLEY2", "P-256", "P-384", "P-521", "X25519", "X448"} {
		b.startGroup("Exchange", "Alice and bob agree in "+group+".", vectors.Requires{Modes: []string{"dh"}, Groups: []string{group}}, pick(all, "alice", "bob"))
		b.addDH(p, group, agrees("group "+group, nil, "R-3830-030"))
	}
	for _, u := range []suite{gcm128, gcm256} {
		b.startGroup("Exchange", "Alice and bob use "+u.name+".", vectors.Requires{
			Modes: []string{"dh"}, Groups: []string{"OAKLEY5"}, Suites: []string{u.name},
		}, pick(all, "alice", "bob"))
		t := agrees("policy "+u.name, func(e *dhExchange) { e.request.sps = one(reference.SP(0, 0, u.params...)) }, "R-7714-001")
		t.suites = []suite{u}
		b.addDH(p, "OAKLEY5", t)
	}
	b.startGroup("Exchange", "Keys on curves.", vectors.Requires{Modes: []string{"dh"}, Groups: []string{"OAKLEY5"}},
		pick(all, "alice", "alice-ed25519", "bob", "bob-ed25519"))
	b.addDH(p, "OAKLEY5",
		agrees("Ed25519 keys", func(e *dhExchange) {
			e.alice, e.request.certs, e.request.signer = "alice-ed25519", p.certs("alice-ed25519", 0), p.signerOf("alice-ed25519")
			e.bob, e.response.certs, e.response.signer = "bob-ed25519", p.certs("bob-ed25519", 0), p.signerOf("bob-ed25519")
		}, "CurveKeys"))
	e := p.dhExchange("OAKLEY5")
	e.request.certs, e.request.signer = p.certs("alice-p256", 0), p.signerOf("alice-p256")
	b.add("respond: ECDSA signature of alice", []*vectors.Call{e.respond(nil)}, "CurveKeys")
	e = p.dhExchange("OAKLEY5")
	e.response.certs, e.response.signer = p.certs("bob-p256", 0), p.signerOf("bob-p256")
	b.add("complete: ECDSA signature of bob", []*vectors.Call{accept("initiate", e.start(nil), obj{"keys": nil}), e.complete(nil)}, "CurveKeys")
}

// badValues are values that are none of OAKLEY5.
func badValues() map[string][]byte {
	p := reference.Prime(reference.OAKLEY5)
	octets := func(n *big.Int) []byte { return n.FillBytes(make([]byte, 192)) }
	one := big.NewInt(1)
	return map[string][]byte{
		"0":      octets(new(big.Int)),
		"1":      octets(one),
		"p-1":    octets(new(big.Int).Sub(p, one)),
		"p":      octets(p),
		"p+1":    octets(new(big.Int).Add(p, one)),
		"2^1536": ones(192), // less 1
	}
}

var badValueNames = []string{"0", "1", "p-1", "p", "p+1", "2^1536"}

// dhRequests adds requests that bob refuses.
func (b *builder) dhRequests(p *pki) {
	all := p.certParties()
	e := p.dhExchange("OAKLEY5")
	base := e.first()
	requires := vectors.Requires{Modes: []string{"dh"}, Groups: []string{"OAKLEY5"}}
	short := e.respond(nil)
	short.Steps = nil
	right := func() *vectors.Call { return short }

	b.startGroup("Exchange", "Bob refuses a message, and takes the right one afterwards.", requires, pick(all, "bob"))
	b.respondFaults("respond: ", base, changedFaults(base), right)
	b.replays(base, right)
	body := func(payloads ...reference.Payload) func(*signedMessage) {
		return func(s *signedMessage) { s.body = func(*signedMessage) []reference.Payload { return payloads } }
	}
	var faults []fault
	for _, name := range badValueNames {
		value := badValues()[name]
		if name == "2^1536" {
			name = "2^1536 - 1"
		}
		faults = append(faults, bad("DHi is "+name, "malformed", -1, body(reference.DH(0, value, reference.Validity{})), "InvalidPublicValue", "R-3830-067"))
	}
	b.respondFaults("respond: ", base, faults, right)

	b.startGroup("Exchange", "Bob refuses a message.", requires, pick(all, "bob", "bob-for-carol", "bob-for-carols-certificate", "bob-for-old-certificate"))
	b.respondFaults("respond: ", base, p.signatureFaults(base), nil)
	b.respondFaults("respond: ", base, p.certificateFaults("alice"), nil)
	b.respondFaults("respond: ", base, p.requestFaults(), nil)
	dhi := e.dhi()
	value := dhi.Body[1:193]
	raw := func(octets ...[]byte) reference.Payload {
		return reference.Payload{Number: reference.NumDH, Body: concat(octets...)}
	}
	b.respondFaults("respond: ", base, []fault{
		bad("no DHi", "malformed", -1, body(), "R-3830-094"),
		bad("two DHi", "malformed", -1, body(dhi, dhi), "RepeatedPayload", "P-01"),
		bad("three DHi", "malformed", -1, body(dhi, dhi, dhi), "RepeatedPayload", "P-01"),
		bad("group 99, which nobody has", "unsupported", 6, body(raw([]byte{99}, value, []byte{0})), "R-3830-048"),
		bad("DHi without its last octet", "malformed", -1, body(raw([]byte{0}, value[:191], []byte{0})), "R-3830-030"),
		bad("DHi with an octet behind", "malformed", -1, body(raw([]byte{0}, value, []byte{0, 0})), "R-3830-030"),
		bad("DHi of OAKLEY2 that says OAKLEY5", "malformed", -1, body(raw([]byte{0}, reference.Public(reference.OAKLEY2, count(32, 1)), []byte{0})), "R-3830-030"),
		bad("DHi with an MKI that is longer than the message", "malformed", -1, body(raw([]byte{0}, value, []byte{1, 255})), "R-3830-026"),
		bad("answer of somebody, which answers nothing here", "state", -1, func(s *signedMessage) { *s = e.second() }, "R-3830-084"),
	}, nil)
}

// dhAnswers adds answers that alice refuses, and the right one behind each.
func (b *builder) dhAnswers(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Alice refuses an answer, and takes the right one afterwards.", vectors.Requires{
		Modes: []string{"dh"}, Groups: []string{"OAKLEY5"},
	}, pick(all, "alice"))
	e := p.dhExchange("OAKLEY5")
	e.request.sessions, e.ssrcs = certsSessions, []uint32{0xa0b0c0d0}
	base := e.second()
	short := e.complete(nil)
	short.Steps = nil
	start := func(e *dhExchange) *vectors.Call { return accept("initiate", e.start(nil), obj{"keys": nil}) }
	refused := func(octets []byte, stage string) *vectors.Call {
		return refuse("complete", obj{"exchange": "@1.exchange", "message": b64(octets), "now": at(certsNow)}, stage, -1)
	}
	add := func(f fault) {
		b.add("complete: "+f.comment, []*vectors.Call{start(&e), refused(faulty(base, f), f.stage), short}, f.about...)
	}
	for _, f := range p.signatureFaults(base) {
		add(f)
	}
	for _, f := range p.certificateFaults("bob") {
		add(f)
	}
	body := func(payloads ...reference.Payload) func(*signedMessage) {
		return func(s *signedMessage) { s.body = func(*signedMessage) []reference.Payload { return payloads } }
	}
	dhr, dhi := e.dhr(), e.dhi()
	for _, name := range badValueNames {
		value := badValues()[name]
		if name == "2^1536" {
			name = "2^1536 - 1"
		}
		add(bad("DHr is "+name, "malformed", -1, body(reference.DH(0, value, reference.Validity{}), dhi), "InvalidPublicValue", "R-3830-067"))
	}
	other := reference.DH(0, reference.Public(0, count(32, 2)), reference.Validity{})
	withSPI := reference.DH(0, dhi.Body[1:193], reference.Validity{Type: 1, SPI: []byte{1}})
	ts := e.request.env.ts
	for _, f := range []fault{
		bad("signature over the answer, the identities and T", "auth-failure", 0, func(s *signedMessage) {
			s.more = reference.VerificationInput(aliceURI, bobURI, ts)
		}, "SignatureCoverage", "R-3830-070"),
		bad("signature over the request", "auth-failure", 0, func(s *signedMessage) {
			sign := s.signer.Sign
			s.signer.Sign = func([]byte) []byte {
				first := e.first()
				return sign(reference.SignatureInput(first.unsigned(), first.signer))
			}
		}, "SignatureCoverage", "R-3830-070"),
		bad("DHr changed behind the signature", "auth-failure", 0, func(s *signedMessage) {
			s.after = func(o []byte, m *reference.Message) []byte { return flip(o, m.Offset(len(m.Payloads)-3)+100) }
		}, "ModifiedMessage", "R-3830-070"),
		bad("certificate and key of alice", "auth-failure", -1, func(s *signedMessage) {
			s.certs, s.signer = p.certs("alice", 0), p.signerOf("alice")
		}, "IdentityBinding", "P-18"),

		bad("another value as DHi", "auth-failure", -1, body(dhr, other), "EchoedDHi", "R-3830-094"),
		bad("DHi with one bit changed below the signature", "auth-failure", -1, body(dhr, reference.DH(0, flip(dhi.Body[1:193], 100), reference.Validity{})), "EchoedDHi", "R-3830-094"),
		bad("DHr in the place of DHi", "auth-failure", -1, body(dhr, dhr), "EchoedDHi", "R-3830-094"),
		bad("DHi before DHr", "auth-failure", -1, body(dhi, dhr), "EchoedDHi", "R-3830-094"),
		bad("DHi with an MKI that it did not have", "auth-failure", -1, body(dhr, withSPI), "EchoedDHi", "R-3830-094"),
		bad("no DHi", "malformed", -1, body(dhr), "EchoedDHi", "R-3830-094"),
		bad("DHi alone", "malformed", -1, body(dhi), "EchoedDHi", "R-3830-094"),
		bad("no DH", "malformed", -1, body(), "R-3830-094"),
		bad("three DH", "malformed", -1, body(dhr, dhi, dhi), "RepeatedPayload", "P-01"),
		bad("DHr of group 99, which nobody has", "unsupported", 6, body(reference.Payload{Number: reference.NumDH, Body: concat([]byte{99}, dhr.Body[1:])}, dhi), "R-3830-048"),
		bad("DHr without its last octet", "malformed", -1, body(reference.Payload{Number: reference.NumDH, Body: concat(dhr.Body[:192], []byte{0})}, dhi), "R-3830-030"),

		bad("no identities", "malformed", -1, func(s *signedMessage) { s.own, s.other = nil, nil }, "R-3830-094"),
		bad("IDi of somebody else", "policy", -1, func(s *signedMessage) { s.other = one(reference.ID(1, carolURI)) }, "WrongIdentity", "R-3830-094"),
		bad("IDi with another type", "policy", -1, func(s *signedMessage) { s.other = one(reference.ID(0, aliceURI)) }, "WrongIdentity", "R-3830-094"),
		bad("identities in the wrong order", "policy", -1, func(s *signedMessage) { s.own, s.other = s.other, s.own }, "WrongIdentity", "P-19"),
		bad("answer from somebody else who is trusted", "policy", -1, func(s *signedMessage) {
			s.own, s.certs, s.signer = one(reference.ID(1, carolURI)), p.certs("carol", 0), p.signerOf("carol")
		}, "WrongIdentity", "R-3830-087"),

		bad("no T", "malformed", -1, func(s *signedMessage) { s.t = nil }, "R-3830-073"),
		bad("two T", "malformed", -1, func(s *signedMessage) { s.t = append(s.t, s.t...) }, "RepeatedPayload", "P-01"),
		bad("another T", "state", -1, func(s *signedMessage) {
			s.t = one(reference.T(0, reference.NTP(certsNow.Add(time.Second))))
		}, "R-3830-073"),
		bad("another CSB ID", "state", -1, func(s *signedMessage) { s.csbID++ }, "R-3830-007"),
		bad("answer of DHHMAC mode", "state", -1, func(s *signedMessage) { s.dataType = reference.DHHMACResp }, "R-3830-084"),
		bad("the request itself", "state", -1, func(s *signedMessage) { *s = e.first() }, "R-3830-084"),
		bad("version 2", "unsupported", -1, func(s *signedMessage) { s.edit = func(m *reference.Message) { m.Version = 2 } }, "R-3830-004"),
		bad("a crypto session less", "malformed", -1, func(s *signedMessage) { s.sessions = s.sessions[:1] }, "R-3830-011"),
		bad("a crypto session more", "malformed", -1, func(s *signedMessage) {
			s.sessions = append(append([]reference.Session{}, s.sessions...), reference.Session{SSRC: 5})
		}, "R-3830-011"),
		bad("SSRC of the initiator changed", "malformed", -1, func(s *signedMessage) {
			s.sessions = []reference.Session{{SSRC: 0x10203041}, s.sessions[1]}
		}, "R-3830-013"),
		bad("error message without authentication", "state", -1, func(s *signedMessage) {
			s.after = func([]byte, *reference.Message) []byte {
				return reference.NewMessage(reference.ErrorMsg, certsCSB, nil).Add(reference.T(0, ts), reference.ERR(0)).Octets()
			}
		}, "R-3830-106"),
	} {
		add(f)
	}

	// Each party says a validity of its own.
	spi := func(e *dhExchange) {
		e.kvI = reference.Validity{Type: 1, SPI: []byte{1, 2}}
		e.kvR = e.kvI
	}
	differs := p.dhExchange("OAKLEY5")
	spi(&differs)
	rightSPI := differs.complete(nil)
	rightSPI.Steps = nil
	wrong := differs
	wrong.kvR = reference.Validity{Type: 1, SPI: []byte{1, 3}}
	second := wrong.second()
	b.add("complete: DHr with another MKI than DHi", []*vectors.Call{start(&differs), refused(second.octets(), "malformed"), rightSPI}, "P-22")

	// There is one answer to a request.
	carol := e.second()
	carol.own, carol.certs, carol.signer = one(reference.ID(1, bobURI)), p.certs("bob", 0), p.signerOf("bob")
	late := e
	late.xr = count(32, 0x41)
	again := late.second()
	b.add("complete: right answer twice", []*vectors.Call{start(&e), short, refused(carol.octets(), "state")}, "Replay", "R-3830-084")
	b.add("complete: second answer, with another DHr", []*vectors.Call{start(&e), short, refused(again.octets(), "state")}, "R-3830-112", "R-3830-084")
}

// dhUpdates are updates of a CSB, with and without new values.
func (b *builder) dhUpdates(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Alice updates a CSB (RFC 3830, Section 4.5).", vectors.Requires{
		Modes: []string{"dh"}, Groups: []string{"OAKLEY5"},
	}, pick(all, "alice", "bob"))
	first := p.dhExchange("OAKLEY5")
	start := func() *vectors.Call {
		c := first.respond(nil)
		c.Steps = nil
		return c
	}
	// update is an exchange one minute later, without RAND and SP.
	update := func(withDH bool) dhExchange {
		u := p.dhExchange("OAKLEY5")
		ts := reference.NTP(certsNow.Add(minute))
		u.request.t, u.request.rand, u.request.sps = one(reference.T(0, ts)), nil, nil
		u.response.t = u.request.t
		u.xr = count(32, 0x50)
		if !withDH {
			none := func(*signedMessage) []reference.Payload { return nil }
			u.request.body, u.response.body = none, none
		}
		return u
	}
	// respond is the call with it. Keys are those of the exchange that is named.
	respond := func(u, keysOf *dhExchange) *vectors.Call {
		c := u.respond(nil)
		s := u.second()
		keys, steps := agreed(0, certsCSB, certsRAND, s.sessions, []suite{aes128_80}, keysOf.keys())
		c.Reply["keys"] = keys
		req := u.first()
		c.Steps = append(append(req.steps("request.message"), steps...), s.steps("answer")...)
		c.Request["now"] = at(certsNow.Add(minute))
		return c
	}
	two := []reference.Session{certsSession[0], {Policy: 0, SSRC: 0x50607080}}

	u := update(true)
	b.add("respond: update with new values", []*vectors.Call{start(), respond(&u, &u)}, "R-3830-095", "R-3830-099")
	u = update(false)
	u.request.sessions = two
	b.add("respond: update with a crypto session more and no values", []*vectors.Call{start(), respond(&u, &first)}, "R-3830-095", "R-3830-099", "R-3830-100")
	u = update(true)
	u.request.certs = nil
	b.add("respond: update without certificate", []*vectors.Call{start(), respond(&u, &u)}, "R-3830-095")
	bare := u
	ts := reference.NTP(certsNow.Add(2 * minute))
	bare.request.t = one(reference.T(0, ts))
	bare.response.t = bare.request.t
	second := respond(&bare, &bare)
	second.Request["now"] = at(certsNow.Add(2 * minute))
	b.add("respond: two updates without certificate", []*vectors.Call{start(), respond(&u, &u), second}, "R-3830-095")
	u = update(true)
	u.request.own, u.request.other = nil, nil
	b.add("respond: update without identities", []*vectors.Call{start(), respond(&u, &u)}, "R-3830-095")
	u = update(true)
	u.kvI = reference.Validity{Type: 1, SPI: []byte{9}}
	u.kvR = u.kvI
	b.add("respond: update with new values and an MKI", []*vectors.Call{start(), respond(&u, &u)}, "R-3830-095", "R-3830-099", "R-3830-101")

	dhiOfUpdate := func() reference.Payload {
		u := update(true)
		return u.dhi()
	}()
	for _, f := range []fault{
		bad("with the T of the first message", "replay", -1, func(s *signedMessage) { s.t = first.request.t }, "Replay", "R-3830-095"),
		bad("with a T older than that of the first message", "replay", -1, func(s *signedMessage) {
			s.t = one(reference.T(0, reference.NTP(certsNow.Add(-time.Second))))
		}, "Replay", "R-3830-095"),
		bad("of another CSB", "state", -1, func(s *signedMessage) { s.csbID++ }, "R-3830-095"),
		bad("with two DHi", "malformed", -1, func(s *signedMessage) {
			s.body = func(*signedMessage) []reference.Payload { return []reference.Payload{dhiOfUpdate, dhiOfUpdate} }
		}, "RepeatedPayload", "R-3830-099"),
		bad("with DHi of 1", "malformed", -1, func(s *signedMessage) {
			s.body = func(*signedMessage) []reference.Payload {
				return one(reference.DH(0, badValues()["1"], reference.Validity{}))
			}
		}, "InvalidPublicValue", "R-3830-067"),
		bad("signed by somebody else", "auth-failure", -1, func(s *signedMessage) {
			s.certs, s.signer = p.certs("carol", 0), p.signerOf("carol")
		}, "IdentityBinding", "P-18"),
		bad("with a signature with its last bit changed", "auth-failure", 0, func(s *signedMessage) {
			s.after = func(o []byte, _ *reference.Message) []byte { return flip(o, -1) }
		}, "ModifiedSignature", "R-3830-107"),
	} {
		u := update(true)
		right := respond(&u, &u)
		right.Steps = nil
		b.add("respond: update "+f.comment, []*vectors.Call{
			start(),
			refuse("respond", obj{"credentials": "bob", "now": at(certsNow.Add(minute)), "message": b64(faulty(u.first(), f))}, f.stage, f.code),
			right,
		}, f.about...)
	}

	// Alice updates. What she leaves out is hers to decide, so that only the
	// answer and the keys are compared. Her private value is the one of before.
	initiate := accept("initiate", first.start(nil), obj{"keys": nil})
	done := first.complete(nil)
	done.Steps = nil
	send := func(withDH bool) *vectors.Call {
		offer := obj{"id_i": identity(1, aliceURI), "id_r": identity(1, bobURI)}
		request := obj{"session": "@2.keys.session", "now": at(certsNow.Add(minute)), "offer": offer}
		if withDH {
			offer["group"], offer["kv"] = "OAKLEY5", validity(reference.Validity{})
			request["fixed"] = obj{"dh_private": hexOf(first.xi)}
		} else {
			offer["crypto_sessions"] = sessionsOf(two)
		}
		return accept("update", request, obj{"keys": nil})
	}
	finish := func(u, keysOf *dhExchange) *vectors.Call {
		s := u.second()
		keys, steps := agreed(0, certsCSB, certsRAND, s.sessions, []suite{aes128_80}, keysOf.keys())
		return accept("complete", obj{"exchange": "@3.exchange", "message": b64(s.octets()), "now": at(certsNow.Add(minute))},
			obj{"keys": keys}, append(s.steps("request.message"), steps...)...)
	}
	for _, withDH := range []bool{true, false} {
		u := update(withDH)
		comment, keysOf := "with new values", &u
		if !withDH {
			u.request.sessions = two
			comment, keysOf = "with a crypto session more and no values", &first
		}
		decoded := counterpart(accept("decode", obj{"message": "@3.message"}, obj{"decoded": obj{"data_type": 4, "csb_id": hex32(certsCSB)}}))
		b.add("update: "+comment, []*vectors.Call{initiate, done, send(withDH), decoded, finish(&u, keysOf)}, "R-3830-095", "R-3830-099")
		bare := u
		bare.response.certs = nil
		b.add("update: "+comment+", and the answer has no certificate", []*vectors.Call{initiate, done, send(withDH), finish(&bare, keysOf)}, "R-3830-095")

		wrong := u
		dhr, dhi := u.dhr(), u.dhi()
		wrong.response.body = func(*signedMessage) []reference.Payload {
			if withDH {
				return nil
			}
			return []reference.Payload{dhr, dhi}
		}
		s := wrong.second()
		what := "has values that nobody asked for"
		if withDH {
			what = "has no values"
		}
		right := finish(&u, keysOf)
		right.Steps = nil
		b.add("update: "+comment+", and the answer "+what, []*vectors.Call{
			initiate, done, send(withDH),
			refuse("complete", obj{"exchange": "@3.exchange", "message": b64(s.octets()), "now": at(certsNow.Add(minute))}, "malformed", -1),
			right,
		}, "R-3830-099")
		s = u.second()
		s.t = first.response.t
		b.add("update: "+comment+", and the answer has the T of the first message", []*vectors.Call{
			initiate, done, send(withDH),
			refuse("complete", obj{"exchange": "@3.exchange", "message": b64(s.octets()), "now": at(certsNow.Add(minute))}, "state", -1),
			right,
		}, "R-3830-073")
	}
}
