package main

import (
	"encoding/binary"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

const rsarGroupCSB = 0x66778899 // of a group, chosen by the responder

var rsarRAND = count(16, 0x30) // of the responder

// An rsarExchange is one of MIKEY-RSA-R (RFC 4738).
type rsarExchange struct {
	p         *pki
	request   signedMessage
	response  signedMessage
	group     bool                // alice asks for the keys of a group
	rand      bool                // bob makes the RAND
	unnamed   bool                // alice does not say whom she wants
	added     []reference.Session // by bob
	ssrcs     []uint32            // that bob fills in
	suites    []suite             // by number of policy
	offered   []suite             // by alice, where that is more
	bob       string              // the parties
	alice     string
	offer     obj // more members of the offers
	answer    obj
	idr       string
	fieldRule bool // SIGNr covers S type and length (P-06)
}

// rsarExchange is one in unicast with everything that is mandatory.
func (p *pki) rsarExchange() rsarExchange {
	e := rsarExchange{p: p, alice: "alice", bob: "bob", suites: []suite{aes128_80}, idr: bobURI}
	e.request = p.certsRequest(reference.RSARInit)
	e.request.v = true
	e.response = signedMessage{
		dataType: reference.RSARResp, csbID: certsCSB, t: e.request.t,
		own: one(reference.ID(1, bobURI)), certs: p.certs("bob", 0), sps: e.request.sps,
		body: envelopeBody, key: rsaOf("bob"), signer: p.signerOf("bob"), wholePayload: true,
		env: e.request.env,
	}
	e.response.env.id, e.response.env.to = bobURI, rsaOf("alice")
	return e
}

// inGroup makes it one in which alice gets the keys of a group: bob chooses
// everything.
func (e *rsarExchange) inGroup() {
	e.group, e.rand = true, true
	e.request.sessions, e.request.sps, e.request.rand = nil, nil, nil
	e.added = []reference.Session{{Policy: 0, SSRC: 0x51525354, ROC: 3}, {Policy: 0, SSRC: 0x61626364}}
	e.response.front = one(reference.GenExt(4, binary.BigEndian.AppendUint32(nil, rsarGroupCSB)))
}

// first is HDR, T, [RAND], IDi, CERTi, [IDr], {SP}, SIGNi.
func (e *rsarExchange) first() signedMessage {
	s := e.request
	if e.rand && !e.group {
		s.rand = nil
	}
	if e.unnamed {
		s.other = nil
	}
	return s
}

// second is HDR, [GenExt(CSB_ID)], T, [RAND], IDr, CERTr, SP, KEMAC, PKE, SIGNr.
func (e *rsarExchange) second() signedMessage {
	s := e.response
	s.prf = e.request.prf
	s.sessions = fill(append(append([]reference.Session{}, e.request.sessions...), e.added...), e.ssrcs)
	if e.rand {
		s.env.rand = rsarRAND
		if s.rand == nil {
			s.rand = one(reference.RAND(rsarRAND))
		}
	}
	if s.more == nil {
		s.more = reference.VerificationInput(aliceURI, e.idr, s.env.ts)
	}
	s.wholePayload = !e.fieldRule
	return s
}

func (e *rsarExchange) agreed() (obj, []vectors.Step) {
	s := e.second()
	csbID := s.csbID
	if e.group {
		csbID = rsarGroupCSB
	}
	return agreed(s.prf, csbID, s.env.rand, s.sessions, e.suites, s.env.keys)
}

func policiesOf(suites []suite) list {
	policies := list{}
	for _, u := range suites {
		policies = append(policies, params(0, u.params...))
	}
	return policies
}

// start is the request of the initiator.
func (e *rsarExchange) start() obj {
	s := e.first()
	offer := obj{"crypto_sessions": sessionsOf(s.sessions), "prf": int(s.prf), "id_i": identity(1, aliceURI)}
	fixed := obj{"csb_id": hex32(s.csbID)}
	if !e.unnamed {
		offer["id_r"] = identity(1, bobURI)
	}
	if e.group {
		offer["group_mode"] = true
	} else {
		offered := e.offered
		if offered == nil {
			offered = e.suites
		}
		offer["policies"] = policiesOf(offered)
		fixed["rand"] = hexOf(s.env.rand)
	}
	return obj{"mode": "rsa-r", "credentials": e.alice, "now": at(certsNow), "offer": with(offer, e.offer), "fixed": fixed}
}

// initiate is the call of the initiator. In a group the initiator may send a
// RAND, which has no use: the message is not compared.
func (e *rsarExchange) initiate() *vectors.Call {
	s := e.first()
	if e.group {
		return accept("initiate", e.start(), obj{"keys": nil})
	}
	return accept("initiate", e.start(), obj{"message": b64(s.octets()), "keys": nil}, s.steps("message")...)
}

func (e *rsarExchange) complete() *vectors.Call {
	s := e.second()
	keys, steps := e.agreed()
	steps = append(append(s.steps("request.message"), s.env.steps(&s)...), steps...)
	return accept("complete", obj{"exchange": "@1.exchange", "message": b64(s.octets()), "now": at(certsNow)}, obj{"keys": keys}, steps...)
}

// respond is the call of the responder. PKE is random, and with it the answer.
func (e *rsarExchange) respond() *vectors.Call {
	first, second := e.first(), e.second()
	keys, steps := e.agreed()
	env := &second.env
	offer := obj{"keys": keysOf(env.keys), "encr_alg": int(env.encr), "mac_alg": int(env.mac), "cache": int(env.c)}
	fixed := obj{"envelope_key": hexOf(env.key)}
	if e.rand {
		fixed["rand"] = hexOf(env.rand)
	}
	if e.added != nil {
		offer["crypto_sessions"] = sessionsOf(e.added)
	}
	if e.group {
		offer["group_mode"], offer["policies"] = true, policiesOf(e.suites)
		fixed["csb_id"] = hex32(rsarGroupCSB)
	}
	request := obj{
		"credentials": e.bob, "now": at(certsNow), "message": b64(first.octets()), "offer": with(offer, e.answer), "fixed": fixed,
	}
	if e.ssrcs != nil {
		request["ssrcs"] = hex32s(e.ssrcs)
	}
	return accept("respond", request, obj{"mode": "rsa-r", "keys": keys, "peer": obj{"id": aliceURI}},
		append(first.steps("request.message"), steps...)...)
}

// decoded is what there is to see in the answer: everything but PKE, the
// signature and the form of the policy.
func (e *rsarExchange) decoded() obj {
	s := e.second()
	var payloads list
	if e.group {
		payloads = append(payloads, obj{"type": 21, "ext_type": 4, "data": hexOf(binary.BigEndian.AppendUint32(nil, rsarGroupCSB))})
	}
	payloads = append(payloads, obj{"type": 5, "ts_type": 0, "ts_value": hexOf(s.env.ts)})
	if e.rand {
		payloads = append(payloads, obj{"type": 11, "rand": hexOf(s.env.rand)})
	}
	payloads = append(payloads, obj{"type": 6, "id_type": 1, "id": bobURI})
	for _, c := range s.certs {
		payloads = append(payloads, obj{"type": 7, "cert_type": 0, "cert": hexOf(c.Body[3:])})
	}
	for range s.sps {
		payloads = append(payloads, obj{"type": 10, "protocol": 0})
	}
	k := s.env.protection(&s)
	data := k.Encrypt(s.env.t64(), s.env.contents())
	mac := reference.MAC(k.MAC, k.AuthKey(), reference.KEMACInput(k.Encr, data, k.MAC))
	payloads = append(payloads,
		obj{"type": 1, "encr_alg": int(k.Encr), "encr_data": hexOf(data), "mac_alg": int(k.MAC), "mac": hexOf(mac)},
		obj{"type": 2, "c": int(s.env.c)},
		obj{"type": 4, "sign_type": int(s.signer.Type)})
	return obj{
		"version": 1, "data_type": 10, "v": false, "prf": int(s.prf), "csb_id": hex32(s.csbID),
		"cs_id_map_type": 0, "cs": sessionsOf(s.sessions), "payloads": payloads,
	}
}

// rsar is the family of MIKEY-RSA-R (RFC 4738).
func rsar() *vectors.File {
	return rsarFile(false, "rsar", "MIKEY-RSA-R: RFC 4738, in both roles, unicast and group. Alice sends RAND, identities and all her certificates: HDR, T, RAND, IDi, CERTi, IDr, SP, SIGNi.")
}

// rsarInvalid is what both roles refuse.
func rsarInvalid() *vectors.File {
	return rsarFile(true, "rsar_invalid", "MIKEY-RSA-R, RFC 4738: what a responder and an initiator refuse. An initiator discards in silence and goes on waiting. Where nothing else is said, signature and MAC are right.")
}

func rsarFile(invalid bool, family, description string) *vectors.File {
	b := newFile("vectors_v1.json", family, description)
	b.certNotes()
	b.envelopeNotes()
	b.note("RANDRule", "FRESHNESS", "In unicast one party sends a RAND, the initiator if it did, and in a group the responder (RFC 4738, Section 3.6).")
	b.note("WholeSIGN", "AUTHENTICATION", "SIGNr leaves out the SIGN payload as a whole (RFC 4738, Section 3.6), other signatures leave out the signature field (P-06).")
	b.note("GroupCSB", "KEY_DERIVATION", "The CSB ID of the extension makes TEKs; that of the header protects the message (P-21).")
	p := newPKI()
	if invalid {
		b.rsarRequests(p)
		b.rsarAnswers(p)
		b.rsarGroupAnswers(p)
	} else {
		b.rsarExchanges(p)
		b.rsarUpdates(p)
	}
	return b.file
}

// An rsarTest is an exchange that succeeds.
type rsarTest struct {
	comment string
	change  func(e *rsarExchange)
	about   []string
}

func reverse(comment string, change func(e *rsarExchange), about ...string) rsarTest {
	return rsarTest{comment, change, about}
}

func (b *builder) rsarExchanges(p *pki) {
	all := p.certParties()
	requires := vectors.Requires{Modes: []string{"rsa-r"}}
	responds := func(t rsarTest) {
		e := p.rsarExchange()
		t.change(&e)
		calls := []*vectors.Call{
			counterpart(e.initiate()), e.respond(),
			counterpart(accept("decode", obj{"message": "@2.answer"}, obj{"decoded": e.decoded()})),
		}
		calls[0].Steps = nil
		keys, _ := e.agreed()
		complete := obj{"exchange": "@1.exchange", "message": "@2.answer", "now": at(certsNow)}
		calls = append(calls, counterpart(accept("complete", complete, obj{"keys": keys})))
		b.add("respond: "+t.comment, calls, t.about...)
	}
	completes := func(t rsarTest) *vectors.Test {
		e := p.rsarExchange()
		t.change(&e)
		return b.add("complete: "+t.comment, []*vectors.Call{e.initiate(), e.complete()}, t.about...)
	}
	keys := func(keys ...reference.Key) func(*rsarExchange) {
		return func(e *rsarExchange) { e.response.env.keys = keys }
	}
	algs := func(prf, encr, mac byte) func(*rsarExchange) {
		return func(e *rsarExchange) { e.request.prf, e.response.env.encr, e.response.env.mac = prf, encr, mac }
	}
	spi := func(octets ...byte) reference.Validity { return reference.Validity{Type: 1, SPI: octets} }

	b.startGroup("Exchange", "Alice asks, and bob sends the keys.", requires,
		pick(all, "alice", "bob", "alice-chain", "alice-3072", "bob-chain", "bob-3072"))
	for _, t := range []rsarTest{
		reverse("everything that is mandatory", func(e *rsarExchange) {}, "WholeSIGN", "R-4738-001", "R-4738-002", "R-4738-003", "R-4738-009", "R-4738-011", "R-4738-013", "R-4738-014", "R-3830-017", "P-06", "P-09"),
		reverse("two crypto sessions, of which bob sends one", func(e *rsarExchange) {
			e.request.sessions, e.ssrcs = certsSessions, []uint32{0xa0b0c0d0}
		}, "R-4738-013", "R-3830-012"),
		reverse("no crypto session of alice, and bob adds his", func(e *rsarExchange) {
			e.request.sessions, e.added = nil, []reference.Session{{SSRC: 0x51525354, ROC: 3}}
		}, "R-4738-010", "R-4738-013"),
		reverse("two TGKs with an MKI each", keys(reference.Key{Key: certsTGK, KV: spi(1)}, reference.Key{Key: count(16, 0x90), KV: spi(2)}), "R-3830-027", "R-3830-116"),
		reverse("TGK with a salt", keys(reference.Key{Type: reference.KeyTGKSalt, Key: certsTGK, Salt: count(14, 0xe0)}), "R-3830-053"),
		reverse("TEK with a salt", keys(reference.Key{Type: reference.KeyTEKSalt, Key: count(16, 0xc0), Salt: count(14, 0xe0)}), "R-3830-115"),
		reverse("envelope key to be cached", func(e *rsarExchange) { e.response.env.c = 1 }, "R-3830-029"),
		reverse("envelope key to be cached for this CSB", func(e *rsarExchange) { e.response.env.c = 2 }, "R-3830-029"),
		reverse("chain of certificates of alice", func(e *rsarExchange) {
			e.alice, e.request.certs = "alice-chain", p.certs("alice-chain", 0)
		}, "R-3830-038", "R-4738-004"),
		reverse("chain of certificates of bob", func(e *rsarExchange) {
			e.bob, e.response.certs = "bob-chain", p.certs("bob-chain", 0)
		}, "R-3830-038", "R-4738-004"),
		reverse("key of 3072 bits of alice", func(e *rsarExchange) {
			e.alice, e.request.certs, e.request.signer = "alice-3072", p.certs("alice-3072", 0), p.signerOf("alice-3072")
			e.response.env.to = rsaOf("rsa3072")
		}, "R-3830-064"),
		reverse("key of 3072 bits of bob", func(e *rsarExchange) {
			e.bob, e.response.certs, e.response.signer = "bob-3072", p.certs("bob-3072", 0), p.signerOf("bob-3072")
		}, "R-3830-065"),
		reverse("no IDr in the request", func(e *rsarExchange) { e.unnamed = true }, "R-4738-007", "R-4738-008"),
		reverse("AES key wrap and no MAC", algs(0, reference.EncrAESKW128, reference.MACNULL), "AES-KW", "R-3830-063", "P-23"),
		reverse("algorithms of 256 bits", func(e *rsarExchange) {
			algs(reference.HMACSHA256, reference.EncrAESCM256, reference.MACHMACSHA256)(e)
			e.response.env.key = count(32, 0x50)
		}, "Algorithms256", "R-6043-017", "R-6043-024"),
	} {
		responds(t)
		completes(t)
	}

	b.startGroup("Exchange", "Alice joins a group. RAND, CSB ID, policy and crypto sessions are those of the answer.", requires, pick(all, "alice", "bob"))
	for _, t := range []rsarTest{
		reverse("keys of a group", func(e *rsarExchange) { e.inGroup() }, "GroupCSB", "R-4738-015", "R-4738-016", "R-4738-019", "P-20", "P-21"),
		reverse("keys of a group, to be cached", func(e *rsarExchange) {
			e.inGroup()
			e.response.env.c = 1
		}, "GroupCSB", "R-4738-015", "R-3830-029"),
		reverse("TEK of a group", func(e *rsarExchange) {
			e.inGroup()
			e.response.env.keys = []reference.Key{{Type: reference.KeyTEKSalt, Key: count(16, 0xc0), Salt: count(14, 0xe0)}}
		}, "GroupCSB", "R-4738-015"),
	} {
		responds(t)
		completes(t)
	}
	e := p.rsarExchange()
	e.inGroup()
	e.request.rand = one(reference.RAND(certsRAND))
	b.add("respond: keys of a group, whose request has a RAND that has no use", []*vectors.Call{e.respond()}, "GroupCSB", "RANDRule", "R-4738-016", "P-20")

	b.startGroup("Exchange", "Forms of messages that alice or bob may meet, and would not write.", requires,
		pick(all, "alice", "bob", "bob-for-alice", "bob-lenient", "alice-lenient"))
	request := func(comment string, change func(e *rsarExchange), about ...string) *vectors.Test {
		e := p.rsarExchange()
		change(&e)
		return b.add("respond: "+comment, []*vectors.Call{e.respond()}, about...)
	}
	answer := func(comment string, change func(e *rsarExchange), about ...string) *vectors.Test {
		e := p.rsarExchange()
		change(&e)
		start := e.initiate()
		start.Steps = nil
		delete(start.Reply, "message")
		return b.add("complete: "+comment, []*vectors.Call{start, e.complete()}, about...)
	}
	reversed := func(m *reference.Message) {
		for i, j := 0, len(m.Payloads)-1; i < j; i, j = i+1, j-1 {
			m.Payloads[i], m.Payloads[j] = m.Payloads[j], m.Payloads[i]
		}
	}
	request("no RAND, and bob makes it", func(e *rsarExchange) { e.rand = true }, "RANDRule", "R-4738-014", "P-20")
	made := p.rsarExchange()
	made.rand = true
	b.add("respond: no RAND, and bob's is in the answer", []*vectors.Call{
		made.respond(), counterpart(accept("decode", obj{"message": "@1.answer"}, obj{"decoded": made.decoded()})),
	}, "RANDRule", "R-4738-014", "P-20")
	request("V flag that is not set, which is ignored", func(e *rsarExchange) { e.request.v = false }, "R-4738-009")
	request("policies of which the second is supported", func(e *rsarExchange) {
		e.request.sps = []reference.Payload{reference.SP(0, 0, param(0, 99)), reference.SP(1, 0, aes128_80.params...)}
		e.suites = []suite{{}, aes128_80}
		e.request.sessions = []reference.Session{{Policy: 1, SSRC: certsSession[0].SSRC}}
	}, "R-4738-012")
	request("certificate of type X.509v3", func(e *rsarExchange) { e.request.certs = p.certs("alice", 0) }, "R-3830-037")
	request("certificate that is valid at this second alone", func(e *rsarExchange) { e.request.certs = p.certs("alice-second", 0) }, "R-3830-089")
	request("certificate, and no identity beside it, where bob knows who it is", func(e *rsarExchange) {
		e.request.own, e.bob = nil, "bob-for-alice"
	}, "R-3830-086")
	request("identity, and no certificate beside it, where bob has it", func(e *rsarExchange) {
		e.request.certs, e.bob = nil, "bob-for-alice"
	}, "R-3830-089")
	request("general extension", func(e *rsarExchange) { e.request.exts = one(reference.GenExt(0, []byte("a vendor"))) }, "R-3830-047")
	request("T as old as is allowed", func(e *rsarExchange) {
		e.request.t = one(reference.T(0, reference.NTP(certsNow.Add(-300*time.Second))))
	}, "R-3830-074")
	request("signature with RSASSA-PSS", func(e *rsarExchange) { e.request.signer = e.request.key.PSS() }, "RSA-PSS", "R-3830-065", "P-16")
	answer("signature with RSASSA-PSS", func(e *rsarExchange) { e.response.signer = e.response.key.PSS() }, "RSA-PSS", "R-3830-065", "P-16")
	acceptable(answer("SIGNr that covers S type and length", func(e *rsarExchange) { e.fieldRule = true }, "WholeSIGN", "Tolerance", "R-4738-002", "P-06"))
	answer("certificate that is valid at this second alone", func(e *rsarExchange) { e.response.certs = p.certs("bob-second", 0) }, "R-3830-089")
	answer("certificate of type X.509v3 for signatures", func(e *rsarExchange) { e.response.certs = p.certs("bob", 2) }, "R-3830-037")
	answer("certificate that is for signatures alone", func(e *rsarExchange) { e.response.certs = p.certs("bob-sign", 0) }, "R-3830-037")
	answer("no IDr, which alice knows", func(e *rsarExchange) { e.response.own = nil }, "R-3830-086", "P-07")
	answer("payloads in another order", func(e *rsarExchange) { e.response.edit = reversed }, "R-3830-017", "P-01")
	answer("general extension of a vendor", func(e *rsarExchange) { e.response.exts = one(reference.GenExt(0, []byte("a vendor"))) }, "R-3830-047")
	answer("crypto session more, which bob adds", func(e *rsarExchange) { e.added = []reference.Session{{SSRC: 0x51525354, ROC: 3}} }, "R-4738-013")
	answer("second of two policies", func(e *rsarExchange) {
		e.offered = []suite{aes128_80, aes128_32}
		e.suites = []suite{aes128_80, aes128_32}
		e.request.sps = []reference.Payload{reference.SP(0, 0, aes128_80.params...), reference.SP(1, 0, aes128_32.params...)}
		e.response.sps = one(reference.SP(1, 0, aes128_32.params...))
		e.request.sessions = []reference.Session{{Policy: 1, SSRC: certsSession[0].SSRC}}
	}, "R-4738-012")
	answer("answer from somebody that alice did not name", func(e *rsarExchange) {
		e.unnamed, e.idr = true, carolURI
		e.response.own, e.response.certs, e.response.signer = one(reference.ID(1, carolURI)), p.certs("carol", 0), p.signerOf("carol")
		e.response.env.id = carolURI
	}, "R-4738-008")
	answer("envelope key under RSAES-OAEP", func(e *rsarExchange) {
		e.response.env.oaep, e.offer = true, obj{"envelope": "oaep"}
	}, "RSA-OAEP", "R-3830-064", "P-17")
	lenient := func(e *rsarExchange) { e.alice, e.bob = "alice-lenient", "bob-lenient" }
	acceptable(request("signature over SHA-1, where it is tolerated", func(e *rsarExchange) {
		lenient(e)
		e.request.signer = e.request.key.PKCS1SHA1()
	}, "SHA1", "Tolerance", "P-16"))
	acceptable(answer("signature over SHA-1, where it is tolerated", func(e *rsarExchange) {
		lenient(e)
		e.response.signer = e.response.key.PKCS1SHA1()
	}, "SHA1", "Tolerance", "P-16"))
	acceptable(answer("key of 1024 bits, where it is tolerated", func(e *rsarExchange) {
		lenient(e)
		e.response.certs, e.response.signer = p.certs("bob-1024", 0), p.signerOf("bob-1024")
	}, "WeakKey", "Tolerance", "R-3830-055"))

	for _, u := range []suite{gcm128, gcm256} {
		b.startGroup("Exchange", "Alice and bob use "+u.name+".", vectors.Requires{Modes: []string{"rsa-r"}, Suites: []string{u.name}}, pick(all, "alice", "bob"))
		t := reverse("policy "+u.name, func(e *rsarExchange) {
			e.suites = []suite{u}
			e.request.sps = one(reference.SP(0, 0, u.params...))
			e.response.sps = e.request.sps
		}, "R-7714-001", "R-4738-012")
		responds(t)
		completes(t)
	}
}

// rsarUpdates are pre-shared key messages under the envelope key that bob chose.
func (b *builder) rsarUpdates(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Alice updates a CSB under the envelope key that bob chose (RFC 4738, Section 3.6). The update has the identities of the first message.",
		vectors.Requires{Modes: []string{"rsa-r"}}, pick(all, "alice", "bob"))
	newer := []reference.Key{{Key: count(16, 0xa0)}}
	eighty := []suite{aes128_80}
	for _, c := range []byte{1, 2} {
		e := p.rsarExchange()
		e.response.env.c = c
		first, start, done := e.respond(), e.initiate(), e.complete()
		first.Steps, start.Steps, done.Steps = nil, nil, nil
		u := pkCached(minute)
		b.add("respond: update with a new TGK, C = "+string('0'+c), []*vectors.Call{first, u.respond(newer, eighty, minute)},
			"R-3830-092", "R-3830-095", "R-3830-096")

		keys, steps := agreed(0, certsCSB, certsRAND, u.sessions, eighty, newer)
		a := u.answer()
		offer := obj{"verification": true, "id_i": identity(1, aliceURI), "id_r": identity(1, bobURI), "keys": keysOf(newer)}
		b.add("update: pre-shared key message with a new TGK, C = "+string('0'+c), []*vectors.Call{
			start, done,
			accept("update", obj{"session": "@2.keys.session", "now": at(certsNow.Add(minute)), "offer": offer},
				obj{"message": b64(u.message().Octets()), "keys": nil}, u.steps("message")...),
			accept("complete", obj{"exchange": "@3.exchange", "message": b64(a.message().Octets()), "now": at(certsNow.Add(minute))},
				obj{"keys": keys}, append(a.steps("request.message"), steps...)...),
		}, "R-3830-092", "R-3830-095", "R-3830-096")

		wrong := pkCached(minute)
		wrong.key.In = count(16, 0x51)
		right := u.respond(newer, eighty, minute)
		right.Steps = nil
		b.add("respond: update under another key, C = "+string('0'+c), []*vectors.Call{
			first,
			refuse("respond", obj{"credentials": "bob", "now": at(certsNow.Add(minute)), "message": b64(wrong.message().Octets())}, "auth-failure", 0),
			right,
		}, "R-3830-096")
	}
}

// rsarRequests adds requests that bob refuses.
func (b *builder) rsarRequests(p *pki) {
	all := p.certParties()
	requires := vectors.Requires{Modes: []string{"rsa-r"}}
	e := p.rsarExchange()
	base := e.first()
	short := e.respond()
	short.Steps = nil
	right := func() *vectors.Call { return short }

	b.startGroup("Exchange", "Bob refuses a message, and takes the right one afterwards.", requires, pick(all, "bob"))
	b.respondFaults("respond: ", base, changedFaults(base), right)
	b.replays(base, right)

	b.startGroup("Exchange", "Bob refuses a message.", requires, pick(all, "bob", "bob-for-carol", "bob-for-carols-certificate", "bob-for-old-certificate"))
	b.respondFaults("respond: ", base, p.signatureFaults(base), nil)
	b.respondFaults("respond: ", base, p.certificateFaults("alice"), nil)
	faults := p.requestFaults()
	for i := range faults {
		if faults[i].code == 9 {
			faults[i].code = -1 // RFC 4738, Section 3.4, has 10 for all of them
		}
	}
	b.respondFaults("respond: ", base, faults, nil)
	second := e.second()
	b.respondFaults("respond: ", base, []fault{
		bad("two policies, none of them supported", "unsupported", 10, func(s *signedMessage) {
			s.sps = []reference.Payload{reference.SP(0, 0, param(0, 99)), reference.SP(1, 0, param(0, 98))}
		}, "R-4738-012"),
		bad("certificate that bob cannot encrypt to, by its usage", "auth-failure", -1, func(s *signedMessage) {
			s.certs = p.certs("alice-sign", 0)
		}, "CertificateUsage", "R-3830-037"),
		bad("certificate that bob cannot encrypt to, by its type", "auth-failure", -1, func(s *signedMessage) {
			s.certs = p.certs("alice", 2)
		}, "CertificateUsage", "R-3830-037"),
		bad("answer of somebody, which answers nothing here", "state", -1, func(s *signedMessage) { *s = second }, "R-3830-084"),
	}, nil)
	cutShort := base.octets()
	c := refuse("respond", obj{"credentials": "bob", "now": at(certsNow), "message": b64(cut(cutShort, len(cutShort)-300))}, "malformed", -1)
	c.ErrorMessage = obj{"data_type": 6, "csb_id": hex32(certsCSB), "payloads": list{
		obj{"type": 5, "ts_type": 0, "ts_value": hexOf(e.request.env.ts)}, obj{"type": 12, "error": 13},
	}}
	b.add("respond: message that does not parse is answered with error 13", []*vectors.Call{c}, "R-4738-011")
}

// refusedAnswers returns how to add answers that alice refuses, with the right
// one behind.
func (b *builder) refusedAnswers(e rsarExchange) func(f fault) {
	base := e.second()
	short := e.complete()
	short.Steps = nil
	return func(f fault) {
		b.add("complete: "+f.comment, []*vectors.Call{
			accept("initiate", e.start(), obj{"keys": nil}),
			refuse("complete", obj{"exchange": "@1.exchange", "message": b64(faulty(base, f)), "now": at(certsNow)}, f.stage, -1),
			short,
		}, f.about...)
	}
}

func (b *builder) rsarAnswers(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Alice refuses an answer, and takes the right one afterwards.", vectors.Requires{Modes: []string{"rsa-r"}}, pick(all, "alice"))
	e := p.rsarExchange()
	e.request.sessions, e.ssrcs = certsSessions, []uint32{0xa0b0c0d0}
	base := e.second()
	add := b.refusedAnswers(e)
	for _, faults := range [][]fault{p.signatureFaults(base), p.certificateFaults("bob"), envelopeFaults(bobNames, aliceNames)} {
		for _, f := range faults {
			add(f)
		}
	}
	ts := e.request.env.ts
	covers := func(more []byte) func(*signedMessage) { return func(s *signedMessage) { s.more = more } }
	for _, f := range []fault{
		bad("signature over the answer alone", "auth-failure", 0, covers([]byte{}), "SignatureCoverage", "R-4738-002"),
		bad("signature over the answer and T", "auth-failure", 0, covers(ts), "SignatureCoverage", "R-4738-002"),
		bad("signature over the answer and the identities", "auth-failure", 0, covers([]byte(aliceURI+bobURI)), "SignatureCoverage", "R-4738-002"),
		bad("signature over the identities in the wrong order", "auth-failure", 0, covers(reference.VerificationInput(bobURI, aliceURI, ts)), "SignatureCoverage", "R-4738-002"),
		bad("signature over the identity of another initiator", "auth-failure", 0, covers(reference.VerificationInput(carolURI, bobURI, ts)), "SignatureCoverage", "R-4738-002"),
		bad("signature over another T", "auth-failure", 0, covers(reference.VerificationInput(aliceURI, bobURI, reference.NTP(certsNow.Add(time.Second)))), "SignatureCoverage", "R-4738-002"),
		bad("signature over the identities in front of the answer", "auth-failure", 0, func(s *signedMessage) {
			sign, n := s.signer.Sign, len(s.more)
			s.signer.Sign = func(c []byte) []byte { return sign(concat(c[len(c)-n:], c[:len(c)-n])) }
		}, "SignatureCoverage", "R-4738-002"),
		bad("certificate and key of alice", "auth-failure", -1, func(s *signedMessage) {
			s.certs, s.signer = p.certs("alice", 0), p.signerOf("alice")
		}, "IdentityBinding", "P-18"),

		bad("RAND although the request had one", "malformed", -1, func(s *signedMessage) { s.rand = one(reference.RAND(rsarRAND)) }, "RANDRule", "R-4738-014", "R-4738-017"),
		bad("RAND of the request sent back", "malformed", -1, func(s *signedMessage) { s.rand = one(reference.RAND(certsRAND)) }, "RANDRule", "R-4738-014", "R-4738-017", "P-59"),
		bad("answer for a group, which alice did not ask for", "policy", -1, func(s *signedMessage) {
			s.front = one(reference.GenExt(4, binary.BigEndian.AppendUint32(nil, rsarGroupCSB)))
			s.rand, s.env.rand = one(reference.RAND(rsarRAND)), rsarRAND
		}, "R-4738-014", "P-20"),
		bad("policy that alice did not offer", "policy", -1, func(s *signedMessage) {
			s.sps = one(reference.SP(0, 0, aes128_32.params...))
		}, "R-4738-012", "R-4738-017"),
		bad("policy of one offered and one other", "policy", -1, func(s *signedMessage) {
			s.sps = append(s.sps, reference.SP(1, 0, aes128_32.params...))
		}, "R-4738-012", "R-4738-017"),
		bad("no policy", "malformed", -1, func(s *signedMessage) { s.sps = nil }, "R-4738-012"),
		bad("two SP with one number", "malformed", -1, func(s *signedMessage) { s.sps = append(s.sps, s.sps...) }, "R-3830-041"),
		bad("crypto session with a policy that is not there", "malformed", -1, func(s *signedMessage) {
			s.sessions = []reference.Session{{Policy: 1, SSRC: 0x10203040}, s.sessions[1]}
		}, "R-3830-113"),
		bad("a crypto session less", "malformed", -1, func(s *signedMessage) { s.sessions = s.sessions[:1] }, "R-4738-013"),
		bad("SSRC of the initiator changed", "malformed", -1, func(s *signedMessage) {
			s.sessions = []reference.Session{{SSRC: 0x10203041}, s.sessions[1]}
		}, "R-4738-013", "R-3830-013"),
		bad("no T", "malformed", -1, func(s *signedMessage) { s.t = nil }, "R-4738-013", "R-3830-073"),
		bad("two T", "malformed", -1, func(s *signedMessage) { s.t = append(s.t, s.t...) }, "RepeatedPayload", "P-01"),
		bad("another T", "state", -1, func(s *signedMessage) {
			s.env.ts = reference.NTP(certsNow.Add(time.Second))
			s.t, s.more = one(reference.T(0, s.env.ts)), reference.VerificationInput(aliceURI, bobURI, s.env.ts)
		}, "R-4738-013", "R-3830-073"),
		bad("another CSB ID", "state", -1, func(s *signedMessage) { s.csbID++ }, "R-4738-013", "R-3830-007"),
		bad("verification message of public-key mode", "state", -1, func(s *signedMessage) { s.dataType = reference.PKResp }, "R-3830-084"),
		bad("the request itself", "state", -1, func(s *signedMessage) { *s = e.first() }, "R-3830-084"),
		bad("version 2", "unsupported", -1, func(s *signedMessage) { s.edit = func(m *reference.Message) { m.Version = 2 } }, "R-3830-004"),
		bad("answer from somebody else who is trusted", "policy", -1, func(s *signedMessage) {
			s.own, s.certs, s.signer = one(reference.ID(1, carolURI)), p.certs("carol", 0), p.signerOf("carol")
			s.env.id, s.more = carolURI, reference.VerificationInput(aliceURI, carolURI, ts)
		}, "WrongIdentity", "R-4738-007"),
		bad("error message without authentication", "state", -1, func(s *signedMessage) {
			s.after = func([]byte, *reference.Message) []byte {
				return reference.NewMessage(reference.ErrorMsg, certsCSB, nil).Add(reference.T(0, ts), reference.ERR(10)).Octets()
			}
		}, "R-3830-106"),
	} {
		add(f)
	}
	short := e.complete()
	short.Steps = nil
	b.add("complete: right answer twice", []*vectors.Call{
		accept("initiate", e.start(), obj{"keys": nil}), short,
		refuse("complete", obj{"exchange": "@1.exchange", "message": b64(base.octets()), "now": at(certsNow)}, "state", -1),
	}, "Replay", "R-3830-084")

	// Where alice named nobody, the identity is still that of the certificate.
	open := p.rsarExchange()
	open.unnamed = true
	addOpen := b.refusedAnswers(open)
	addOpen(bad("identity of somebody else, where alice named nobody", "auth-failure", -1, func(s *signedMessage) {
		s.own, s.env.id, s.more = one(reference.ID(1, carolURI)), carolURI, reference.VerificationInput(aliceURI, carolURI, ts)
	}, "IdentityBinding", "R-4738-004"))
	addOpen(bad("identity of somebody else in KEMAC, where alice named nobody", "auth-failure", -1, func(s *signedMessage) {
		s.env.id = carolURI
	}, "InnerIdentity", "R-3830-085"))
}

func (b *builder) rsarGroupAnswers(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Alice asks to join a group, refuses an answer, and takes the right one afterwards.", vectors.Requires{Modes: []string{"rsa-r"}}, pick(all, "alice"))
	e := p.rsarExchange()
	e.inGroup()
	add := b.refusedAnswers(e)
	for _, f := range []fault{
		bad("group: no CSB ID of the group", "malformed", -1, func(s *signedMessage) { s.front = nil }, "GroupCSB", "R-4738-015"),
		bad("group: CSB ID of three octets", "malformed", -1, func(s *signedMessage) { s.front = one(reference.GenExt(4, []byte{1, 2, 3})) }, "GroupCSB", "R-4738-015"),
		bad("group: CSB ID of five octets", "malformed", -1, func(s *signedMessage) { s.front = one(reference.GenExt(4, []byte{1, 2, 3, 4, 5})) }, "GroupCSB", "R-4738-015"),
		bad("group: no RAND", "malformed", -1, func(s *signedMessage) { s.rand = nil }, "RANDRule", "R-4738-015", "R-4738-017"),
		bad("group: no policy", "malformed", -1, func(s *signedMessage) { s.sps = nil }, "R-4738-015"),
		bad("group: policy that is not supported", "unsupported", -1, func(s *signedMessage) { s.sps = one(reference.SP(0, 0, param(0, 99))) }, "R-3830-048"),
		bad("group: header with the CSB ID of the group", "state", -1, func(s *signedMessage) { s.csbID = rsarGroupCSB }, "GroupCSB", "R-4738-013"),
		bad("group: MAC of KEMAC with a key from the CSB ID of the group", "auth-failure", -1, func(s *signedMessage) {
			s.body = func(s *signedMessage) []reference.Payload {
				k := s.env.protection(s)
				k.CSBID = rsarGroupCSB
				return []reference.Payload{k.EnvelopeKEMAC(s.env.t64(), s.env.contents()), reference.PKE(0, s.env.to.EncryptPKCS1(s.env.key))}
			}
		}, "GroupCSB", "P-21"),
		bad("group: RAND changed behind the signature", "auth-failure", -1, func(s *signedMessage) {
			s.after = func(o []byte, m *reference.Message) []byte { return flip(o, m.Offset(3)-1) }
		}, "ModifiedMessage", "R-3830-070"),
		bad("group: CSB ID of the group changed behind the signature", "auth-failure", -1, func(s *signedMessage) {
			s.after = func(o []byte, m *reference.Message) []byte { return flip(o, m.Offset(1)-1) }
		}, "ModifiedMessage", "R-3830-070"),
		bad("group: signature over the answer alone", "auth-failure", -1, func(s *signedMessage) { s.more = []byte{} }, "SignatureCoverage", "R-4738-002"),
	} {
		add(f)
	}
}
