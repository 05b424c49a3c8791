package main

import (
	"strings"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

const certsCSB = 0x2b3c4d5e

// The values that parties of the modes with certificates should draw at random.
var (
	certsRAND     = count(16, 0x20)
	certsEnvelope = count(16, 0x50)
	certsTGK      = count(16, 0x80)
)

var (
	certsSession  = []reference.Session{{Policy: 0, SSRC: 0x10203040, ROC: 0}}
	certsSessions = []reference.Session{{Policy: 0, SSRC: 0x10203040, ROC: 0}, {Policy: 0, SSRC: 0, ROC: 0}}
)

// certsRequest is what the requests from alice to bob have in common.
func (p *pki) certsRequest(dataType byte) signedMessage {
	ts := reference.NTP(certsNow)
	return signedMessage{
		dataType: dataType, csbID: certsCSB, sessions: certsSession,
		t: one(reference.T(0, ts)), rand: one(reference.RAND(certsRAND)),
		own: one(reference.ID(1, aliceURI)), certs: p.certs("alice", 0), other: one(reference.ID(1, bobURI)),
		sps: one(reference.SP(0, 0, aes128_80.params...)),
		key: rsaOf("alice"), signer: p.signerOf("alice"),
		env: envelope{
			key: certsEnvelope, encr: reference.EncrAESCM128, mac: reference.MACHMACSHA1, rand: certsRAND, ts: ts,
			idType: 1, id: aliceURI, keys: []reference.Key{{Key: certsTGK}}, to: rsaOf("bob"),
		},
	}
}

// pkRequest is HDR, T, RAND, IDi, CERTi, IDr, SP, KEMAC, PKE, SIGNi (RFC 3830,
// Section 3.2).
func (p *pki) pkRequest() signedMessage {
	s := p.certsRequest(reference.PKInit)
	s.v, s.body = true, envelopeBody
	return s
}

// A pkAnswer is what a verification message is made of: HDR, T, IDr, V.
type pkAnswer struct {
	dataType byte
	csbID    uint32
	v        bool
	sessions []reference.Session
	t        []reference.Payload
	ids      []reference.Payload
	alg      byte
	key      reference.MessageKeys
	input    []byte // behind the message under V
	noV      bool
}

// answer is the one to a request.
func (s *signedMessage) answer(sessions []reference.Session, idr string) pkAnswer {
	k := s.env.protection(s)
	if k.MAC == reference.MACNULL || s.env.noKEMAC {
		k.MAC = reference.MACHMACSHA1 // V proves something nevertheless
	}
	return pkAnswer{
		dataType: s.dataType + 1, csbID: s.csbID, sessions: sessions, t: s.t,
		ids: one(reference.ID(1, idr)), alg: k.MAC, key: k,
		input: reference.VerificationInput(s.env.id, idr, s.env.ts),
	}
}

func (a *pkAnswer) message() *reference.Message {
	m := reference.NewMessage(a.dataType, a.csbID, a.sessions)
	m.V, m.PRF = a.v, a.key.PRF
	m.Add(a.t...).Add(a.ids...)
	if a.noV {
		return m
	}
	key := a.key
	key.MAC = a.alg
	return reference.SealV(m, a.alg, key.AuthKey(), a.input)
}

// steps are how a verification message in a member comes about.
func (a *pkAnswer) steps(in string) []vectors.Step {
	m := a.message()
	octets := m.Octets()
	input := concat(octets[:len(octets)-reference.MACLen(a.alg)], a.input)
	return append([]vectors.Step{
		step("auth_key of V", a.key.AuthKey(), "PRF(envelope key, 2d22ac75 || ff || csb_id || RAND)"),
		step("input of V", input, "answer without MAC || IDi || IDr || T"),
	}, layout(m, in)...)
}

// A pkTest is a request that is to be accepted.
type pkTest struct {
	comment string
	change  func(s *signedMessage)
	suites  []suite
	ssrcs   []uint32
	by      string
	request obj
	about   []string
}

func good(comment string, change func(s *signedMessage), about ...string) pkTest {
	return pkTest{comment: comment, change: change, about: about}
}

func (t pkTest) to(party string) pkTest {
	t.by = party
	return t
}

func (t pkTest) with(members obj) pkTest {
	t.request = members
	return t
}

// fill returns sessions with the SSRCs that were 0.
func fill(sessions []reference.Session, ssrcs []uint32) []reference.Session {
	filled := append([]reference.Session{}, sessions...)
	for i := range filled {
		if filled[i].SSRC == 0 && len(ssrcs) > 0 {
			filled[i].SSRC, ssrcs = ssrcs[0], ssrcs[1:]
		}
	}
	return filled
}

func hex32s(numbers []uint32) list {
	all := list{}
	for _, n := range numbers {
		all = append(all, hex32(n))
	}
	return all
}

// keysOf are those of the exchange and how they come about.
func (s *signedMessage) agreed(sessions []reference.Session, suites []suite) (obj, []vectors.Step) {
	if suites == nil {
		suites = []suite{aes128_80}
	}
	return agreed(s.prf, s.csbID, s.env.rand, sessions, suites, s.env.keys)
}

// pkRespond is the call with a request, and what is to come of it.
func pkRespond(s signedMessage, t pkTest, full bool) *vectors.Call {
	sessions := fill(s.sessions, t.ssrcs)
	keys, keySteps := s.agreed(sessions, t.suites)
	by := t.by
	if by == "" {
		by = "bob"
	}
	request := with(obj{"credentials": by, "now": at(certsNow), "message": b64(s.octets())}, t.request)
	if t.ssrcs != nil {
		request["ssrcs"] = hex32s(t.ssrcs)
	}
	reply := obj{"mode": "pk", "keys": keys, "peer": obj{"id": s.env.id}, "answer": nil}
	a := s.answer(sessions, bobURI)
	if by == "bob-by-nai" {
		a = s.answer(sessions, bobNAI)
		a.ids = one(reference.ID(0, bobNAI))
	}
	if s.v {
		reply["answer"] = b64(a.message().Octets())
	}
	var steps []vectors.Step
	if full {
		steps = append(s.steps("request.message"), s.env.steps(&s)...)
		steps = append(steps, keySteps...)
		if s.v {
			steps = append(steps, a.steps("answer")...)
		}
	}
	return accept("respond", request, reply, steps...)
}

// pk is the family of the public-key mode (RFC 3830, Section 3.2).
func pk() *vectors.File {
	return pkFile(false, "pk", "Public-key mode: RFC 3830, Section 3.2, in both roles.")
}

// pkInvalid is what both roles refuse.
func pkInvalid() *vectors.File {
	return pkFile(true, "pk_invalid", "Public-key mode, RFC 3830, Section 3.2: what a responder and an initiator refuse. Where nothing else is said, signature and MAC are right.")
}

func pkFile(invalid bool, family, description string) *vectors.File {
	b := newFile("vectors_v1.json", family, description)
	b.certNotes()
	b.envelopeNotes()
	p := newPKI()
	if invalid {
		b.pkRequests(p)
		b.pkRecipients(p)
		b.pkAnswers(p)
	} else {
		b.pkResponder(p)
		b.pkInitiator(p)
		b.pkUpdates(p)
		b.pkInitiatorUpdates(p)
	}
	return b.file
}

// envelopeNotes explains the flags of the modes with an envelope key.
func (b *builder) envelopeNotes() {
	b.note("KEMACCoverage", "AUTHENTICATION", "The MAC covers the KEMAC payload with a next payload of zero and nothing else (RFC 3830, Section 5.2), while the signature covers the octet that is sent (P-09).")
	b.note("PaddingOracle", "CONFIDENTIALITY", "What does not decrypt must look like a MAC that does not verify. Whoever tells them apart decrypts envelope keys for an attacker.")
	b.note("InnerIdentity", "AUTHENTICATION", "The identity in the KEMAC must be that of who signed: the one binds the envelope key to the other.")
}

// certNotes explains the flags of the modes with certificates.
func (b *builder) certNotes() {
	b.note("ModifiedSignature", "AUTHENTICATION", "One bit of the signature is wrong.")
	b.note("ModifiedMessage", "AUTHENTICATION", "The message was changed on the way.")
	b.note("ForgedSignature", "AUTHENTICATION", "The signature is not that of the certificate.")
	b.note("SignatureCoverage", "AUTHENTICATION", "The signature covers something other than the entire message except the signature field.")
	b.note("SignaturePadding", "AUTHENTICATION", "The signature is made with the right key, but its block is not the one of PKCS #1 v1.5: build the block and compare it, rather than parsing it.")
	b.note("SHA1", "POLICY", "Nothing in a message says the hash. SHA-1, which was usual in 2004, needs to be allowed.")
	b.note("CertificatePath", "AUTHENTICATION", "The certificate is not one that the roots certify now.")
	b.note("CertificateUsage", "AUTHENTICATION", "The certificate is not for signatures, or not for the encryption of keys.")
	b.note("IdentityBinding", "AUTHENTICATION", "The identity is not one of the certificate.")
	b.note("WrongIdentity", "POLICY", "The message is authentic, and from or for somebody else.")
	b.note("WeakKey", "POLICY", "An RSA key of 1024 bits.")
	b.note("RepeatedPayload", "PARSING", "A payload that occurs once is there twice, and code that takes the first or the last of them differs.")
	b.note("Replay", "FRESHNESS", "The message was accepted before.")
	b.note("Tolerance", "FIELD_DEVIATION", "Acceptable where the named tolerance is on.")
	b.note("RSA-OAEP", vectors.Optional, "The envelope key is encrypted with RSAES-OAEP, which RFC 3830 recommends.")
	b.note("RSA-PSS", vectors.Optional, "Signatures are RSASSA-PSS with SHA-256 and a salt of 32 octets. RFC 3830 recommends them.")
	b.note("AES-KW", vectors.Optional, "AES key wrap, which is optional in RFC 3830.")
	b.note("Algorithms256", vectors.Optional, "PRF-HMAC-SHA-256, AES-CM-256 and HMAC-SHA-256-256 of RFC 6043.")
	b.note("COUNTER", vectors.Optional, "The timestamp is a counter, which is optional.")
	b.note("CurveKeys", vectors.Optional, "ECDSA with P-256 or Ed25519, under S types that are private to this project (docs/decisions.md).")
}

func pick(all obj, names ...string) obj {
	out := obj{}
	for _, name := range names {
		if all[name] == nil {
			panic("there is no party " + name)
		}
		out[name] = all[name]
	}
	return out
}

// certParties are the parties of the groups.
func (p *pki) certParties() obj {
	knows := func(name string) obj { return obj{"peer_certificate": pemOf(p.holder(name).chain...)} }
	only := func(name string) obj {
		return with(knows(name), obj{"roots": nil})
	}
	all := obj{
		"alice":            p.party("alice", nil),
		"alice-for-bob":    p.party("alice", knows("bob")),
		"bob":              p.party("bob", nil),
		"bob-by-nai":       p.party("bob", obj{"id": identity(0, bobNAI)}),
		"bob-for-alice":    p.party("bob", with(knows("alice"), obj{"peer_id": identity(1, aliceURI)})),
		"bob-for-carol":    p.party("bob", obj{"peer_id": identity(1, carolURI)}),
		"bob-lenient":      p.party("bob", obj{"accept": list{"sha1-signatures", "rsa-1024", "missing-ids"}}),
		"bob-3072":         p.party("bob-3072", nil),
		"bob-ed25519":      p.party("bob-ed25519", nil),
		"bob-chain":        p.party("bob-chain", nil),
		"alice-chain":      p.party("alice-chain", knows("bob")),
		"alice-3072":       p.party("alice-3072", knows("bob")),
		"alice-ed25519":    p.party("alice-ed25519", nil),
		"alice-for-3072":   p.party("alice", knows("bob-3072")),
		"alice-for-encr":   p.party("alice", knows("bob-encr")),
		"alice-for-sign":   p.party("alice", knows("bob-sign")),
		"alice-for-1024":   p.party("alice", knows("bob-1024")),
		"alice-for-old":    p.party("alice", knows("bob-expired")),
		"alice-for-future": p.party("alice", knows("bob-future")),
		"alice-for-carol":  p.party("alice", knows("carol")),
		"alice-lenient":    p.party("alice", obj{"accept": list{"sha1-signatures", "rsa-1024", "missing-ids"}}),
	}
	carols := only("carol")
	all["bob-for-carols-certificate"] = with(p.party("bob", nil), carols)
	alices := only("alice")
	all["bob-for-alices-certificate"] = with(p.party("bob", nil), alices)
	all["bob-for-old-certificate"] = with(p.party("bob", nil), only("alice-expired"))
	for _, name := range []string{"bob-for-carols-certificate", "bob-for-alices-certificate", "bob-for-old-certificate"} {
		delete(all[name].(obj), "roots")
	}
	return all
}

// pkValid are requests of every form.
func (p *pki) pkValid() []pkTest {
	keys := func(keys ...reference.Key) func(*signedMessage) {
		return func(s *signedMessage) { s.env.keys = keys }
	}
	algs := func(prf, encr, mac byte) func(*signedMessage) {
		return func(s *signedMessage) { s.prf, s.env.encr, s.env.mac = prf, encr, mac }
	}
	signedBy := func(name string) func(*signedMessage) {
		return func(s *signedMessage) { s.certs, s.signer = p.certs(name, 0), p.signerOf(name) }
	}
	timed := func(tsType byte, ts []byte) func(*signedMessage) {
		return func(s *signedMessage) {
			s.t, s.env.tsType, s.env.ts = one(reference.T(tsType, ts)), tsType, ts
		}
	}
	chash := func(hash byte, sum []byte) func(*signedMessage) {
		return func(s *signedMessage) { s.env.chash = one(reference.CHASH(hash, sum)) }
	}
	bob := p.holder("bob").chain[0]
	spi := func(octets ...byte) reference.Validity { return reference.Validity{Type: 1, SPI: octets} }
	two := good("two crypto sessions, of which bob sends one", func(s *signedMessage) { s.sessions = certsSessions }, "R-3830-012", "R-3830-011")
	two.ssrcs = []uint32{0xa0b0c0d0}
	open := good("crypto session that stays open", func(s *signedMessage) { s.sessions = certsSessions[1:] }, "R-3830-012")
	several := good("policies for two crypto sessions", func(s *signedMessage) {
		s.sessions = []reference.Session{{Policy: 3, SSRC: 1}, {Policy: 0, SSRC: 2, ROC: 7}}
		s.sps = []reference.Payload{reference.SP(0, 0, aes128_80.params...), reference.SP(3, 0, aes128_32.params...)}
	}, "R-3830-113", "R-3830-041")
	several.suites = []suite{aes128_80, {}, {}, aes128_32}

	return []pkTest{
		good("everything that is mandatory", func(s *signedMessage) {}, "R-3830-091", "R-3830-064", "R-3830-065", "R-3830-069", "R-3830-070", "R-3830-071", "P-07", "P-09"),
		good("no verification message", func(s *signedMessage) { s.v = false }, "R-3830-091"),
		two, open, several,
		good("no crypto session", func(s *signedMessage) { s.sessions = nil }, "R-3830-015"),
		good("identities of type NAI", func(s *signedMessage) {
			s.own, s.other = one(reference.ID(0, aliceNAI)), one(reference.ID(0, bobNAI))
			s.env.idType, s.env.id = 0, aliceNAI
		}, "R-3830-036").to("bob-by-nai"),
		good("chain of two certificates", signedBy("alice-chain"), "R-3830-038", "R-3830-089"),
		good("chain of three certificates", signedBy("alice-long-chain"), "R-3830-038", "R-3830-089"),
		good("certificate of type X.509v3 for signatures", func(s *signedMessage) { s.certs = p.certs("alice", 2) }, "R-3830-037"),
		good("certificate that is for signatures alone", signedBy("alice-sign"), "R-3830-037"),
		good("certificate that is valid at this second alone", signedBy("alice-second"), "R-3830-089"),
		good("key of 3072 bits", signedBy("alice-3072"), "R-3830-065"),
		good("certificate, and no identity beside it, where bob knows who it is", func(s *signedMessage) { s.own = nil }, "R-3830-086").to("bob-for-alice"),
		good("identity, and no certificate beside it, where bob has it", func(s *signedMessage) { s.certs = nil }, "R-3830-089").to("bob-for-alice"),
		good("no certificate, where bob trusts one alone", func(s *signedMessage) { s.certs = nil }, "R-3830-089").to("bob-for-alices-certificate"),
		good("no IDr", func(s *signedMessage) { s.other = nil }, "R-3830-087", "P-19"),
		good("payloads in another order", func(s *signedMessage) {
			s.edit = func(m *reference.Message) {
				for i, j := 0, len(m.Payloads)-1; i < j; i, j = i+1, j-1 {
					m.Payloads[i], m.Payloads[j] = m.Payloads[j], m.Payloads[i]
				}
				// The identities stay in their order.
				var ids []int
				for i, p := range m.Payloads {
					if p.Number == reference.NumID {
						ids = append(ids, i)
					}
				}
				m.Payloads[ids[0]], m.Payloads[ids[1]] = m.Payloads[ids[1]], m.Payloads[ids[0]]
			}
			// The KEMAC is no longer in front of PKE, which its MAC does not see.
		}, "R-3830-017", "P-01", "P-09"),
		good("general extension", func(s *signedMessage) {
			s.exts = one(reference.GenExt(0, []byte("a vendor")))
		}, "R-3830-047"),
		good("T of type NTP", timed(1, reference.NTP(certsNow)), "R-3830-034"),
		good("T of type COUNTER: eight octets in the IV, four under V", timed(2, []byte{0, 0, 1, 0}), "COUNTER", "R-3830-035", "P-02"),
		good("T as old as is allowed", timed(0, reference.NTP(certsNow.Add(-300*time.Second))), "R-3830-074"),
		good("T as far in the future as is allowed", timed(0, reference.NTP(certsNow.Add(300*time.Second))), "R-3830-074"),
		good("RAND of 32 octets", func(s *signedMessage) {
			s.env.rand = count(32, 0x20)
			s.rand = one(reference.RAND(s.env.rand))
		}, "R-3830-045"),
		good("two TGKs with an MKI each", keys(reference.Key{Key: certsTGK, KV: spi(1)}, reference.Key{Key: count(16, 0x90), KV: spi(2)}), "R-3830-027", "R-3830-116"),
		good("TGK for an interval", keys(reference.Key{Key: certsTGK, KV: reference.Validity{Type: 2, From: make([]byte, 6), To: []byte{0, 0, 255, 255, 255, 255}}}), "R-3830-028"),
		good("TGK with a salt", keys(reference.Key{Type: reference.KeyTGKSalt, Key: certsTGK, Salt: count(14, 0xe0)}), "R-3830-025", "R-3830-053"),
		good("TEK with a salt", keys(reference.Key{Type: reference.KeyTEKSalt, Key: count(16, 0xc0), Salt: count(14, 0xe0)}), "R-3830-025", "R-3830-115"),
		good("TGK of 48 octets", keys(reference.Key{Key: count(48, 0x80)}), "R-3830-049"),
		good("envelope key of 8 octets", func(s *signedMessage) { s.env.key = count(8, 0x50) }, "R-3830-052"),
		good("envelope key of 32 octets", func(s *signedMessage) { s.env.key = count(32, 0x50) }, "R-3830-049", "P-38"),
		good("envelope key of 33 octets", func(s *signedMessage) { s.env.key = count(33, 0x50) }, "R-3830-049"),
		good("envelope key to be cached", func(s *signedMessage) { s.env.c = 1 }, "R-3830-029", "R-3830-092"),
		good("envelope key to be cached for this CSB", func(s *signedMessage) { s.env.c = 2 }, "R-3830-029", "R-3830-092"),
		good("CHASH with SHA-1", chash(0, sum1(bob)), "R-3830-039"),
		good("CHASH with SHA-256", chash(2, sum256(bob)), "Algorithms256", "R-3830-039"),
		good("AES key wrap and no MAC", algs(0, reference.EncrAESKW128, reference.MACNULL), "AES-KW", "R-3830-063", "P-23"),
		good("AES key wrap and a MAC", algs(0, reference.EncrAESKW128, reference.MACHMACSHA1), "AES-KW", "R-3830-063", "P-23"),
		good("algorithms of 256 bits", func(s *signedMessage) {
			algs(reference.HMACSHA256, reference.EncrAESCM256, reference.MACHMACSHA256)(s)
			s.env.key = count(32, 0x50)
		}, "Algorithms256", "R-6043-017", "R-6043-024"),
		good("envelope key under RSAES-OAEP", func(s *signedMessage) { s.env.oaep = true }, "RSA-OAEP", "R-3830-064", "P-17").with(obj{"offer": obj{"envelope": "oaep"}}),
		good("signature with RSASSA-PSS", func(s *signedMessage) { s.signer = s.key.PSS() }, "RSA-PSS", "R-3830-065", "P-16"),
		good("signature with ECDSA on P-256", signedBy("alice-p256"), "CurveKeys"),
		good("signature with Ed25519", signedBy("alice-ed25519"), "CurveKeys"),
	}
}

func (b *builder) pkResponder(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Bob responds to alice. The answer is HDR, T, IDr, V.", vectors.Requires{Modes: []string{"pk"}},
		pick(all, "bob", "bob-by-nai", "bob-for-alice", "bob-for-alices-certificate", "bob-lenient"))
	for _, t := range p.pkValid() {
		s := p.pkRequest()
		t.change(&s)
		b.add("respond: "+t.comment, []*vectors.Call{pkRespond(s, t, true)}, t.about...)
	}
	for _, t := range []pkTest{
		good("signature over SHA-1", func(s *signedMessage) { s.signer = s.key.PKCS1SHA1() }, "SHA1", "Tolerance", "P-16"),
		good("key of 1024 bits", func(s *signedMessage) {
			s.certs, s.signer = p.certs("alice-1024", 0), p.signerOf("alice-1024")
		}, "WeakKey", "Tolerance", "R-3830-055"),
		good("no identities but the one in the KEMAC", func(s *signedMessage) { s.own, s.other = nil, nil }, "Tolerance", "R-3830-085", "P-18"),
	} {
		s := p.pkRequest()
		t.change(&s)
		acceptable(b.add("respond, where it is tolerated: "+t.comment, []*vectors.Call{pkRespond(s, t.to("bob-lenient"), true)}, t.about...))
	}

	b.startGroup("Exchange", "Bob responds to alice, and they use AES-GCM.", vectors.Requires{
		Modes: []string{"pk"}, Suites: []string{"AEAD_AES_128_GCM", "AEAD_AES_256_GCM"},
	}, pick(all, "bob"))
	for _, u := range []suite{gcm128, gcm256} {
		t := good("policy "+u.name, nil, "R-7714-001", "R-3830-044")
		t.suites = []suite{u}
		s := p.pkRequest()
		s.sps = one(reference.SP(0, 0, u.params...))
		b.add("respond: "+t.comment, []*vectors.Call{pkRespond(s, t, true)}, t.about...)
	}
}

// A correspondent is somebody with two names.
type correspondent struct{ uri, nai string }

var (
	aliceNames = correspondent{aliceURI, aliceNAI}
	bobNames   = correspondent{bobURI, bobNAI}
)

// envelopeFaults are what may be wrong with the KEMAC and the PKE of a message.
func envelopeFaults(from, to correspondent) []fault {
	input := func(change func(s *signedMessage, input []byte) []byte) func(*signedMessage) {
		return func(s *signedMessage) { s.env.macInput = change }
	}
	contents := func(plain []byte) func(*signedMessage) {
		return func(s *signedMessage) { s.env.plain = plain }
	}
	block := func(change func(em, key []byte) []byte) func(*signedMessage) {
		return func(s *signedMessage) { s.env.block = change(s.env.to.EncryptionBlock(s.env.key), s.env.key) }
	}
	data := func(octets []byte) func(*signedMessage) {
		return func(s *signedMessage) { s.env.data = octets }
	}
	payloads := func(change func(m *reference.Message)) func(*signedMessage) {
		return func(s *signedMessage) { s.edit = change }
	}
	again := func(number byte) func(*signedMessage) {
		return payloads(func(m *reference.Message) {
			for _, p := range m.Payloads {
				if p.Number == number {
					m.Add(p)
					return
				}
			}
		})
	}
	tgk := reference.Key{Key: certsTGK}
	id := func(next byte, idType byte, id string) []byte {
		return append([]byte{next}, reference.ID(idType, id).Body...)
	}
	right := reference.IDThenKeyData(1, from.uri, tgk)

	return []fault{
		bad("MAC of KEMAC over the next payload that is sent, PKE", "auth-failure", 0, input(func(_ *signedMessage, i []byte) []byte {
			return concat([]byte{reference.NumPKE}, i[1:])
		}), "KEMACCoverage", "R-3830-069", "P-09"),
		bad("MAC of KEMAC over the message up to there", "auth-failure", 0, input(func(s *signedMessage, i []byte) []byte {
			front := *s
			front.body = nil
			m := front.unsigned()
			m.Add(reference.Payload{Number: reference.NumKEMAC, Body: i[1:]})
			return m.Octets()
		}), "KEMACCoverage", "R-3830-069"),
		bad("MAC of KEMAC over a MAC of zeros too", "auth-failure", 0, input(func(_ *signedMessage, i []byte) []byte { return append(i, make([]byte, 20)...) }), "KEMACCoverage", "R-3830-069"),
		bad("MAC of KEMAC without its first octet", "auth-failure", 0, input(func(_ *signedMessage, i []byte) []byte { return i[1:] }), "KEMACCoverage", "R-3830-069"),
		bad("MAC of KEMAC over the encrypted data alone", "auth-failure", 0, input(func(_ *signedMessage, i []byte) []byte { return i[4 : len(i)-1] }), "KEMACCoverage", "R-3830-069"),
		bad("MAC of KEMAC over its contents before encryption", "auth-failure", 0, input(func(s *signedMessage, i []byte) []byte {
			return concat(i[:4], s.env.contents(), i[len(i)-1:])
		}), "KEMACCoverage", "R-3830-069"),
		bad("MAC of KEMAC with one bit changed below the signature", "auth-failure", 0, payloads(func(m *reference.Message) {
			for i, p := range m.Payloads {
				if p.Number == reference.NumKEMAC {
					m.Payloads[i].Body = flip(p.Body, -1)
				}
			}
		}), "R-3830-069", "R-3830-107"),

		bad("wrapped key data with one bit changed, and no MAC", "auth-failure", 0, func(s *signedMessage) {
			s.env.encr, s.env.mac = reference.EncrAESKW128, reference.MACNULL
			s.edit = func(m *reference.Message) {
				for i, p := range m.Payloads {
					if p.Number == reference.NumKEMAC {
						m.Payloads[i].Body = flip(p.Body, -2)
					}
				}
			}
		}, "AES-KW", "R-3830-063", "R-3830-107"),
		bad("wrapped key data that ends in an octet other than 0", "malformed", -1, func(s *signedMessage) {
			s.env.encr, s.env.mac = reference.EncrAESKW128, reference.MACNULL
			plain := append(concat(right), 0, 1)
			for len(plain)%8 != 0 {
				plain = append(plain, 0)
			}
			s.env.plain = plain
		}, "AES-KW", "R-3830-023", "P-23"),

		bad("identity in KEMAC of somebody else", "auth-failure", 0, contents(reference.IDThenKeyData(1, carolURI, tgk)), "InnerIdentity", "R-3830-085"),
		bad("identity in KEMAC of the receiver", "auth-failure", 0, contents(reference.IDThenKeyData(1, to.uri, tgk)), "InnerIdentity", "R-3830-085"),
		bad("identity in KEMAC with another type", "auth-failure", 0, contents(reference.IDThenKeyData(0, from.uri, tgk)), "InnerIdentity", "R-3830-085"),
		bad("identity in KEMAC that is the beginning of the right one", "auth-failure", 0, contents(reference.IDThenKeyData(1, from.uri[:len(from.uri)-4], tgk)), "InnerIdentity", "R-3830-085"),
		bad("identity in KEMAC that is another name of the sender", "auth-failure", 0, contents(reference.IDThenKeyData(0, from.nai, tgk)), "InnerIdentity", "R-3830-085"),
		bad("KEMAC with the key alone, and no identity", "auth-failure", 0, contents(reference.KeyData(reference.Key{Key: []byte("sixteen letters.")})), "InnerIdentity", "R-3830-022", "R-3830-085"),
		bad("KEMAC with nothing in it", "malformed", -1, contents([]byte{}), "InnerIdentity", "R-3830-022"),
		bad("KEMAC with two identities", "malformed", -1, contents(concat(id(reference.NumID, 1, from.uri), id(reference.NumKeyData, 1, from.uri), reference.KeyData(tgk))), "InnerIdentity", "R-3830-022"),
		bad("another identity in KEMAC, behind the key", "malformed", -1, contents(concat(id(reference.NumKeyData, 1, from.uri), []byte{reference.NumID}, reference.KeyData(tgk)[1:], id(0, 1, from.uri))), "InnerIdentity", "R-3830-022"),
		bad("last key with a next payload", "malformed", -1, contents(concat(right[:1+len(reference.ID(1, from.uri).Body)], []byte{reference.NumKeyData}, reference.KeyData(tgk)[1:])), "R-3830-023"),
		bad("octet behind the last key", "malformed", -1, contents(append(concat(right), 0)), "R-3830-023"),
		bad("key that ends too early", "malformed", -1, contents(right[:len(right)-1]), "R-3830-023"),
		bad("key without the salt that its type has", "malformed", -1, contents(concat(id(reference.NumKeyData, 1, from.uri), []byte{0, 0x10}, reference.KeyData(tgk)[2:])), "R-3830-025"),

		bad("PKE that is no encryption", "auth-failure", 0, data(count(256, 1)), "PaddingOracle", "R-3830-064", "R-3830-107"),
		bad("PKE of zeros", "auth-failure", 0, data(make([]byte, 256)), "PaddingOracle", "R-3830-064", "R-3830-107"),
		bad("PKE that is larger than the modulus", "auth-failure", 0, data(ones(256)), "PaddingOracle", "R-3830-064", "R-3830-107"),
		bad("PKE for somebody else", "auth-failure", 0, func(s *signedMessage) { s.env.to = rsaOf("carol") }, "PaddingOracle", "R-3830-064"),
		bad("PKE with a block of type 1", "auth-failure", 0, block(func(em, _ []byte) []byte { return concat([]byte{0, 1}, em[2:]) }), "PaddingOracle", "R-3830-064"),
		bad("PKE with a block of type 0", "auth-failure", 0, block(func(em, _ []byte) []byte { return concat([]byte{0, 0}, em[2:]) }), "PaddingOracle", "R-3830-064"),
		bad("PKE with a block that does not begin with 0", "auth-failure", 0, block(func(em, _ []byte) []byte { return concat([]byte{1}, em[1:]) }), "PaddingOracle", "R-3830-064"),
		bad("PKE with a block without end of padding", "auth-failure", 0, block(func(em, key []byte) []byte {
			em[len(em)-len(key)-1] = 1
			return em
		}), "PaddingOracle", "R-3830-064"),
		bad("PKE with seven octets of padding", "auth-failure", 0, func(s *signedMessage) {
			s.env.key = count(246, 1)
			s.env.block = concat([]byte{0, 2, 1, 2, 3, 4, 5, 6, 7, 0}, s.env.key)
		}, "PaddingOracle", "R-3830-064"),
		bad("PKE with nothing behind the padding", "auth-failure", 0, block(func(em, key []byte) []byte {
			return append(concat(em[:2], ones(len(em)-3)), 0)
		}), "PaddingOracle", "R-3830-064"),
		bad("PKE with a key that is one octet longer than that of KEMAC", "auth-failure", 0, func(s *signedMessage) {
			// Not 0: HMAC pads its key with zeros.
			s.env.block = s.env.to.EncryptionBlock(append(concat(s.env.key), 1))
		}, "PaddingOracle", "R-3830-064"),
		bad("PKE with a key that is one octet shorter than that of KEMAC", "auth-failure", 0, func(s *signedMessage) {
			s.env.block = s.env.to.EncryptionBlock(s.env.key[:15])
		}, "PaddingOracle", "R-3830-064"),
		bad("PKE with a key other than that of KEMAC", "auth-failure", 0, func(s *signedMessage) {
			s.env.block = s.env.to.EncryptionBlock(count(16, 0x51))
		}, "PaddingOracle", "R-3830-064"),
		bad("PKE that is longer than the message", "malformed", -1, func(s *signedMessage) {
			s.after = func(octets []byte, m *reference.Message) []byte {
				for i, p := range m.Payloads {
					if p.Number == reference.NumPKE {
						octets[m.Offset(i)+1] |= 0x3f
					}
				}
				return octets
			}
		}, "R-3830-029"),
		bad("C of 3, which nobody has", "unsupported", -1, func(s *signedMessage) { s.env.c = 3 }, "R-6309-001"),

		bad("no KEMAC", "malformed", -1, func(s *signedMessage) { s.env.noKEMAC = true }, "R-3830-091"),
		bad("no PKE", "malformed", -1, func(s *signedMessage) { s.env.noPKE = true }, "R-3830-091"),
		bad("two KEMAC", "malformed", -1, again(reference.NumKEMAC), "RepeatedPayload", "P-01"),
		bad("two PKE", "malformed", -1, again(reference.NumPKE), "RepeatedPayload", "P-01"),
		bad("KEMAC with an unknown cipher", "unsupported", 4, func(s *signedMessage) { s.env.encr = 99 }, "R-3830-048"),
		bad("KEMAC with an unknown MAC", "unsupported", 3, func(s *signedMessage) { s.env.mac = 99 }, "R-3830-048"),
		bad("KEMAC without encryption", "policy", -1, func(s *signedMessage) { s.env.encr = reference.EncrNULL }, "R-3830-059"),
		bad("KEMAC without MAC", "policy", -1, func(s *signedMessage) { s.env.mac = reference.MACNULL }, "R-3830-062"),
		bad("KEMAC without encryption and MAC", "policy", -1, func(s *signedMessage) {
			s.env.encr, s.env.mac = reference.EncrNULL, reference.MACNULL
		}, "R-3830-059", "R-3830-062"),
	}
}

// pkFaults are what may be wrong with what only public-key mode has.
func (p *pki) pkFaults() []fault {
	chashed := func(s *signedMessage) { s.env.chash = one(reference.CHASH(0, sum1(p.holder("bob").chain[0]))) }
	return []fault{
		bad("MAC of KEMAC over the next payload that is sent, CHASH", "auth-failure", 0, func(s *signedMessage) {
			chashed(s)
			s.env.macInput = func(_ *signedMessage, i []byte) []byte { return concat([]byte{reference.NumCHASH}, i[1:]) }
		}, "KEMACCoverage", "R-3830-069", "P-09"),
		bad("two CHASH", "malformed", -1, func(s *signedMessage) {
			chashed(s)
			s.env.chash = append(s.env.chash, s.env.chash...)
		}, "RepeatedPayload", "P-01"),
		bad("CHASH with an unknown hash", "unsupported", 5, func(s *signedMessage) {
			s.env.chash = one(reference.CHASH(99, make([]byte, 20)))
		}, "R-3830-048", "R-3830-039"),
		bad("crypto session with a policy that is not there", "malformed", -1, func(s *signedMessage) {
			s.sessions = []reference.Session{{Policy: 1, SSRC: 0x10203040}}
		}, "R-3830-113"),
	}
}

// respondFaults adds tests in which a party gets a message with a fault, and then
// perhaps the right one.
func (b *builder) respondFaults(prefix string, base signedMessage, faults []fault, right func() *vectors.Call) {
	for _, f := range faults {
		by := f.by
		if by == "" {
			by = "bob"
		}
		request := with(obj{"credentials": by, "now": at(certsNow), "message": b64(faulty(base, f))}, f.request)
		calls := []*vectors.Call{refuse("respond", request, f.stage, f.code)}
		if right != nil {
			calls = append(calls, right())
		}
		b.add(prefix+f.comment, calls, f.about...)
	}
}

// pkRequests adds requests that bob refuses.
func (b *builder) pkRequests(p *pki) {
	all := p.certParties()
	base := p.pkRequest()
	right := func() *vectors.Call { return pkRespond(base, pkTest{}, false) }
	requires := vectors.Requires{Modes: []string{"pk"}}

	b.startGroup("Exchange", "Bob refuses a message, and takes the right one afterwards.", requires, pick(all, "bob"))
	b.respondFaults("respond: ", base, p.signatureFaults(base), right)
	b.respondFaults("respond: ", base, changedFaults(base), right)
	b.respondFaults("respond: ", base, []fault{
		bad("CSB ID changed behind the signature", "auth-failure", 0, func(s *signedMessage) {
			s.after = func(o []byte, _ *reference.Message) []byte { return flip(o, 7) }
		}, "ModifiedMessage", "R-3830-070"),
		bad("V flag changed behind the signature", "auth-failure", 0, func(s *signedMessage) {
			s.after = func(o []byte, _ *reference.Message) []byte {
				o[3] ^= 0x80
				return o
			}
		}, "ModifiedMessage", "R-3830-070"),
		bad("SSRC changed behind the signature", "auth-failure", 0, func(s *signedMessage) {
			s.after = func(o []byte, _ *reference.Message) []byte { return flip(o, 14) }
		}, "ModifiedMessage", "R-3830-070"),
	}, right)

	b.startGroup("Exchange", "Bob refuses a message.", requires, pick(all, "bob", "bob-for-carol", "bob-for-carols-certificate", "bob-for-old-certificate", "bob-lenient"))
	b.respondFaults("respond: ", base, p.certificateFaults("alice"), nil)
	b.respondFaults("respond: ", base, p.requestFaults(), nil)
	b.respondFaults("respond: ", base, envelopeFaults(aliceNames, bobNames), nil)
	b.respondFaults("respond: ", base, p.pkFaults(), nil)
	b.respondFaults("respond: ", base, []fault{
		bad("no identities but one in KEMAC that is not of the certificate", "auth-failure", 0, func(s *signedMessage) {
			s.own, s.other, s.env.id = nil, nil, carolURI
		}, "InnerIdentity", "R-3830-085", "P-18").to("bob-lenient"),
		bad("identity in capitals, which the certificate does not have", "auth-failure", 0, func(s *signedMessage) {
			s.own, s.env.id = one(reference.ID(1, strings.ToUpper(aliceURI))), strings.ToUpper(aliceURI)
		}, "IdentityBinding", "P-18"),
	}, nil)
	response := func(s *signedMessage) { s.edit = func(m *reference.Message) { m.DataType = reference.PKResp } }
	b.respondFaults("respond: ", base, []fault{
		bad("verification message that answers nothing", "state", -1, response, "R-3830-084"),
	}, nil)
	b.replays(base, right)
}

// replays adds tests of the replay cache of bob.
func (b *builder) replays(base signedMessage, right func() *vectors.Call) {
	again := func(later time.Duration, stage string) *vectors.Call {
		return refuse("respond", obj{"credentials": "bob", "now": at(certsNow.Add(later)), "message": b64(base.octets())}, stage, -1)
	}
	b.add("respond: message a second time", []*vectors.Call{right(), again(0, "replay")}, "Replay", "R-3830-075")
	b.add("respond: message a second time, at the end of the skew", []*vectors.Call{right(), again(300*time.Second, "replay")}, "Replay", "R-3830-075")
	b.add("respond: message a second time, behind the skew", []*vectors.Call{right(), again(301*time.Second, "stale")}, "Replay", "R-3830-074", "R-3830-075")
	changed := base
	changed.after = func(o []byte, _ *reference.Message) []byte { return flip(o, -1) }
	wrong := func() *vectors.Call {
		return refuse("respond", obj{"credentials": "bob", "now": at(certsNow), "message": b64(changed.octets())}, "auth-failure", 0)
	}
	b.add("respond: message that is not authentic, twice, and then the right one", []*vectors.Call{wrong(), wrong(), right()}, "Replay", "R-3830-076")
}

// pkOffer is the request of an initiator for a message like s.
func pkOffer(s signedMessage, suites []suite, by string) obj {
	if suites == nil {
		suites = []suite{aes128_80}
	}
	policies := list{}
	for _, u := range suites {
		policies = append(policies, params(0, u.params...))
	}
	return obj{
		"mode": "pk", "credentials": by, "now": at(certsNow),
		"offer": obj{
			"crypto_sessions": sessionsOf(s.sessions), "policies": policies, "keys": keysOf(s.env.keys),
			"id_i": identity(s.env.idType, s.env.id), "id_r": identity(1, bobURI), "verification": s.v, "cache": int(s.env.c),
			"prf": int(s.prf), "encr_alg": int(s.env.encr), "mac_alg": int(s.env.mac),
		},
		"fixed": obj{"csb_id": hex32(s.csbID), "rand": hexOf(s.env.rand), "envelope_key": hexOf(s.env.key)},
	}
}

// pkDecoded is what there is to see in the message of an initiator: everything
// but PKE and the signature. Payloads stand in the order of RFC 3830, Section
// 3.2, with the identity before the certificates (P-18).
func pkDecoded(s signedMessage, suites []suite) obj {
	payloads := list{
		obj{"type": 5, "ts_type": 0, "ts_value": hexOf(s.env.ts)},
		obj{"type": 11, "rand": hexOf(s.env.rand)},
		obj{"type": 6, "id_type": int(s.env.idType), "id": s.env.id},
	}
	for _, c := range s.certs {
		payloads = append(payloads, obj{"type": 7, "cert_type": 0, "cert": hexOf(c.Body[3:])})
	}
	payloads = append(payloads, obj{"type": 6, "id_type": 1, "id": bobURI})
	if suites == nil {
		suites = []suite{aes128_80}
	}
	for i, u := range suites {
		payloads = append(payloads, with(params(0, u.params...), obj{"type": 10, "policy": i}))
	}
	k := s.env.protection(&s)
	data := k.Encrypt(s.env.t64(), s.env.contents())
	mac := reference.MAC(k.MAC, k.AuthKey(), reference.KEMACInput(k.Encr, data, k.MAC))
	payloads = append(payloads,
		obj{"type": 1, "encr_alg": int(k.Encr), "encr_data": hexOf(data), "mac_alg": int(k.MAC), "mac": hexOf(mac)},
		obj{"type": 2, "c": int(s.env.c)},
		obj{"type": 4, "sign_type": int(s.signer.Type)})
	return obj{
		"version": 1, "data_type": int(s.dataType), "v": s.v, "prf": int(s.prf), "csb_id": hex32(s.csbID),
		"cs_id_map_type": 0, "cs": sessionsOf(s.sessions), "payloads": payloads,
	}
}

// pkInitiate are the calls of an initiator whose answer is to come.
func pkInitiate(s signedMessage, t pkTest) *vectors.Call {
	by := t.by
	if by == "" {
		by = "alice-for-bob"
	}
	reply := obj{"keys": nil}
	if !s.v {
		reply["keys"], _ = s.agreed(s.sessions, t.suites)
	}
	request := pkOffer(s, t.suites, by)
	if t.request != nil {
		request["offer"] = with(request["offer"].(obj), t.request)
	}
	return accept("initiate", request, reply)
}

func (b *builder) pkInitiator(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Alice initiates. PKE is random, so the message is judged by what decodes and by bob, who is the counterpart.",
		vectors.Requires{Modes: []string{"pk"}},
		pick(all, "alice-for-bob", "bob", "alice-chain", "alice-3072", "alice-for-3072", "bob-3072", "alice-for-encr"))
	spi := reference.Validity{Type: 1, SPI: []byte{0, 0, 0, 1}}
	two := good("two crypto sessions, of which bob sends one", func(s *signedMessage) { s.sessions = certsSessions }, "R-3830-012")
	two.ssrcs = []uint32{0xa0b0c0d0}
	policies := good("two policies", func(s *signedMessage) {
		s.sessions = []reference.Session{{Policy: 1, SSRC: 1}, {Policy: 0, SSRC: 2, ROC: 7}}
	}, "R-3830-113")
	policies.suites = []suite{aes128_80, aes128_32}
	for _, t := range []pkTest{
		good("everything that is mandatory", func(s *signedMessage) {}, "R-3830-091", "R-3830-064", "R-3830-065", "R-3830-069", "R-3830-070", "R-3830-071", "R-3830-017", "P-09", "P-18"),
		good("no verification message", func(s *signedMessage) { s.v = false }, "R-3830-091"),
		two, policies,
		good("TGK with an MKI", func(s *signedMessage) { s.env.keys = []reference.Key{{Key: certsTGK, KV: spi}} }, "R-3830-116"),
		good("TGK with a salt", func(s *signedMessage) {
			s.env.keys = []reference.Key{{Type: reference.KeyTGKSalt, Key: certsTGK, Salt: count(14, 0xe0)}}
		}, "R-3830-053"),
		good("envelope key to be cached", func(s *signedMessage) { s.env.c = 1 }, "R-3830-029"),
		good("envelope key to be cached for this CSB", func(s *signedMessage) { s.env.c = 2 }, "R-3830-029"),
		good("chain of two certificates", func(s *signedMessage) { s.certs = p.certs("alice-chain", 0) }, "R-3830-038").to("alice-chain"),
		good("own key of 3072 bits", func(s *signedMessage) { s.certs = p.certs("alice-3072", 0) }, "R-3830-065").to("alice-3072"),
		good("algorithms of 256 bits", func(s *signedMessage) {
			s.prf, s.env.encr, s.env.mac = reference.HMACSHA256, reference.EncrAESCM256, reference.MACHMACSHA256
			s.env.key = count(32, 0x50)
		}, "Algorithms256", "R-6043-017", "R-6043-024"),
		good("AES key wrap and no MAC", func(s *signedMessage) {
			s.env.encr, s.env.mac = reference.EncrAESKW128, reference.MACNULL
		}, "AES-KW", "R-3830-063", "P-23"),
		good("signature with RSASSA-PSS", func(s *signedMessage) { s.signer.Type = 1 }, "RSA-PSS", "R-3830-065").with(obj{"signature": "pss-sha256"}),
		good("envelope key under RSAES-OAEP", func(s *signedMessage) { s.env.oaep = true }, "RSA-OAEP", "R-3830-064").with(obj{"envelope": "oaep"}),
	} {
		s := p.pkRequest()
		t.change(&s)
		sessions := fill(s.sessions, t.ssrcs)
		keys, steps := s.agreed(sessions, t.suites)
		a := s.answer(sessions, bobURI)

		respond := obj{"credentials": "bob", "now": at(certsNow), "message": "@1.message"}
		if t.ssrcs != nil {
			respond["ssrcs"] = hex32s(t.ssrcs)
		}
		if s.env.oaep {
			respond["offer"] = obj{"envelope": "oaep"}
		}
		reply := obj{"keys": keys, "answer": nil}
		if s.v {
			reply["answer"] = b64(a.message().Octets())
		}
		calls := []*vectors.Call{
			pkInitiate(s, t),
			counterpart(accept("decode", obj{"message": "@1.message"}, obj{"decoded": pkDecoded(s, t.suites)}, s.env.steps(&s)...)),
			counterpart(accept("respond", respond, reply)),
		}
		if s.v {
			calls = append(calls, accept("complete", obj{"exchange": "@1.exchange", "message": b64(a.message().Octets()), "now": at(certsNow)},
				obj{"keys": keys}, append(a.steps("request.message"), steps...)...))
		}
		b.add("initiate: "+t.comment, calls, t.about...)
	}
	// Whom the message is encrypted to.
	for _, t := range []struct {
		comment, alice, bob string
		about               []string
	}{
		{"key of 3072 bits of bob", "alice-for-3072", "bob-3072", []string{"R-3830-064"}},
	} {
		s := p.pkRequest()
		keys, _ := s.agreed(s.sessions, nil)
		answer := s.answer(s.sessions, bobURI)
		b.add("initiate: "+t.comment, []*vectors.Call{
			pkInitiate(s, pkTest{by: t.alice}),
			counterpart(accept("respond", obj{"credentials": t.bob, "now": at(certsNow), "message": "@1.message"}, obj{"keys": keys})),
			accept("complete", obj{"exchange": "@1.exchange", "message": b64(answer.message().Octets()), "now": at(certsNow)}, obj{"keys": keys}),
		}, t.about...)
	}
	s := p.pkRequest()
	b.add("initiate: certificate of bob that is for encryption alone", []*vectors.Call{pkInitiate(s, pkTest{by: "alice-for-encr"})}, "R-3830-037")
}

// pkRecipients adds certificates that alice does not encrypt to.
func (b *builder) pkRecipients(p *pki) {
	all := p.certParties()
	s := p.pkRequest()
	b.startGroup("Exchange", "Alice does not encrypt to just any certificate.", vectors.Requires{Modes: []string{"pk"}},
		pick(all, "alice-for-sign", "alice-for-1024", "alice-for-old", "alice-for-future", "alice-for-carol"))
	for _, t := range []struct {
		comment, alice, stage string
		about                 []string
	}{
		{"certificate of bob that is for signatures alone", "alice-for-sign", "auth-failure", []string{"CertificateUsage", "R-3830-037"}},
		{"certificate of bob that has expired", "alice-for-old", "auth-failure", []string{"CertificatePath", "R-3830-089"}},
		{"certificate of bob that is not valid yet", "alice-for-future", "auth-failure", []string{"CertificatePath", "R-3830-089"}},
		{"certificate of somebody else", "alice-for-carol", "auth-failure", []string{"IdentityBinding", "P-18"}},
		{"key of 1024 bits of bob", "alice-for-1024", "policy", []string{"WeakKey", "R-3830-055"}},
	} {
		b.add("initiate: "+t.comment, []*vectors.Call{refuse("initiate", pkOffer(s, nil, t.alice), t.stage, -1)}, t.about...)
	}
}

// pkAnswers adds answers that alice refuses, and the right one behind each.
func (b *builder) pkAnswers(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Alice refuses an answer, and takes the right one afterwards.", vectors.Requires{Modes: []string{"pk"}},
		pick(all, "alice-for-bob"))
	base := p.pkRequest()
	base.sessions = certsSessions
	filled := fill(certsSessions, []uint32{0xa0b0c0d0})
	right := base.answer(filled, bobURI)
	keys, _ := base.agreed(filled, nil)
	complete := func(message []byte) obj {
		return obj{"exchange": "@1.exchange", "message": b64(message), "now": at(certsNow)}
	}
	finish := func() *vectors.Call { return accept("complete", complete(right.message().Octets()), obj{"keys": keys}) }
	add := func(comment, stage string, code int, octets []byte, about ...string) {
		b.add("complete: "+comment, []*vectors.Call{
			pkInitiate(base, pkTest{}), refuse("complete", complete(octets), stage, code), finish(),
		}, about...)
	}
	changed := func(change func(a *pkAnswer)) []byte {
		a := right
		change(&a)
		return a.message().Octets()
	}
	octets := right.message().Octets()
	ts := base.env.ts
	cover := func(input []byte) []byte { return changed(func(a *pkAnswer) { a.input = input }) }
	ids := func(ids ...reference.Payload) []byte { return changed(func(a *pkAnswer) { a.ids = ids }) }

	add("V with its last bit changed", "auth-failure", -1, flip(octets, -1), "ModifiedMessage", "R-3830-071")
	add("V of zeros", "auth-failure", -1, append(cut(octets, len(octets)-20), make([]byte, 20)...), "R-3830-071")
	add("V over the answer alone", "auth-failure", -1, cover(nil), "R-3830-071", "P-59")
	add("V over the answer and T", "auth-failure", -1, cover(ts), "R-3830-071", "P-59")
	add("V over the answer and the identities", "auth-failure", -1, cover(reference.VerificationInput(aliceURI, bobURI, nil)), "R-3830-071")
	add("V over the identities in the wrong order", "auth-failure", -1, cover(reference.VerificationInput(bobURI, aliceURI, ts)), "R-3830-071")
	add("V over T and then the identities", "auth-failure", -1, cover(concat(ts, []byte(aliceURI+bobURI))), "R-3830-071")
	add("V over the identity of the responder twice", "auth-failure", -1, cover(reference.VerificationInput(bobURI, bobURI, ts)), "R-3830-071")
	add("V over the identity of somebody else", "auth-failure", -1, cover(reference.VerificationInput(aliceURI, carolURI, ts)), "R-3830-071")
	add("V over identities in front of the answer", "auth-failure", -1, func() []byte {
		a := right
		a.noV = true
		m := a.message()
		m.Add(reference.V(a.alg, nil))
		mac := reference.MAC(a.alg, a.key.AuthKey(), []byte(aliceURI+bobURI), m.Octets(), ts)
		m.Payloads[len(m.Payloads)-1] = reference.V(a.alg, mac)
		return m.Octets()
	}(), "R-3830-071")
	add("V with the key that encrypts", "auth-failure", -1, func() []byte {
		a := right
		a.noV = true
		return reference.SealV(a.message(), a.alg, a.key.EncrKey(), a.input).Octets()
	}(), "R-3830-052")
	add("V with a key from another RAND", "auth-failure", -1, changed(func(a *pkAnswer) { a.key.RAND = count(16, 0x21) }), "R-3830-052")
	add("V with a key from the TGK", "auth-failure", -1, changed(func(a *pkAnswer) { a.key.In = certsTGK }), "R-3830-052")
	add("V without MAC", "policy", -1, changed(func(a *pkAnswer) { a.alg = reference.MACNULL }), "R-3830-062")
	add("V with an unknown algorithm", "unsupported", -1, func() []byte {
		a := right
		a.noV = true
		return a.message().Add(reference.V(99, make([]byte, 20))).Octets()
	}(), "R-3830-048")
	add("no V", "malformed", -1, changed(func(a *pkAnswer) { a.noV = true }), "R-3830-091")
	add("V without its last octet", "malformed", -1, cut(octets, len(octets)-1), "R-3830-040")
	add("octet behind V", "malformed", -1, append(cut(octets, len(octets)), 0), "R-3830-005")
	add("no T", "malformed", -1, changed(func(a *pkAnswer) { a.t = nil }), "R-3830-073")
	add("another T", "state", -1, changed(func(a *pkAnswer) {
		later := reference.NTP(certsNow.Add(time.Second))
		a.t, a.input = one(reference.T(0, later)), reference.VerificationInput(aliceURI, bobURI, later)
	}), "R-3830-073")
	add("another CSB ID", "state", -1, changed(func(a *pkAnswer) { a.csbID++ }), "R-3830-007")
	add("answer of pre-shared key mode", "state", -1, changed(func(a *pkAnswer) { a.dataType = reference.PSKResp }), "R-3830-084")
	add("the request itself", "state", -1, base.octets(), "R-3830-084")
	add("answer from somebody else", "policy", -1, changed(func(a *pkAnswer) {
		a.ids, a.input = one(reference.ID(1, carolURI)), reference.VerificationInput(aliceURI, carolURI, ts)
	}), "WrongIdentity", "R-3830-071")
	add("answer with three identities", "malformed", -1, ids(reference.ID(1, bobURI), reference.ID(1, aliceURI), reference.ID(1, aliceURI)), "RepeatedPayload", "P-19")
	add("answer with a crypto session less", "malformed", -1, changed(func(a *pkAnswer) { a.sessions = filled[:1] }), "R-3830-011")
	add("answer with a crypto session more", "malformed", -1, changed(func(a *pkAnswer) {
		a.sessions = append(append([]reference.Session{}, filled...), reference.Session{SSRC: 5})
	}), "R-3830-011")
	add("answer that changes the SSRC of the initiator", "malformed", -1, changed(func(a *pkAnswer) {
		a.sessions = []reference.Session{{SSRC: 0x10203041}, filled[1]}
	}), "R-3830-013")
	add("answer that changes the policy of a crypto session", "malformed", -1, changed(func(a *pkAnswer) {
		a.sessions = []reference.Session{{Policy: 1, SSRC: 0x10203040}, filled[1]}
	}), "R-3830-113")
	add("error message without authentication", "state", -1,
		reference.NewMessage(reference.ErrorMsg, base.csbID, nil).Add(reference.T(0, ts), reference.ERR(0)).Octets(), "R-3830-106")
	add("octets that end in the header", "malformed", -1, []byte{1, reference.PKResp, 0, 0}, "R-3830-003")

	b.add("complete: right answer twice", []*vectors.Call{
		pkInitiate(base, pkTest{}), finish(), refuse("complete", complete(octets), "state", -1),
	}, "Replay", "R-3830-084")
	silent := base
	silent.v = false
	b.add("complete: answer that nobody asked for", []*vectors.Call{
		pkInitiate(silent, pkTest{}), refuse("complete", complete(octets), "state", -1),
	}, "R-3830-084")
	acceptable(b.add("complete: answer with the V flag, which has no meaning there", []*vectors.Call{
		pkInitiate(base, pkTest{}), accept("complete", complete(changed(func(a *pkAnswer) { a.v = true })), obj{"keys": keys}),
	}, "R-3830-006"))
	b.add("complete: answer without IDr", []*vectors.Call{
		pkInitiate(base, pkTest{}), accept("complete", complete(ids()), obj{"keys": keys}),
	}, "R-3830-086", "P-07")
}

// An update is one of a CSB that a pkRequest has set up.
func (p *pki) pkUpdate(after time.Duration) signedMessage {
	s := p.pkRequest()
	ts := reference.NTP(certsNow.Add(after))
	s.t, s.rand, s.sps = one(reference.T(0, ts)), nil, nil
	s.env.ts, s.env.key, s.env.keys = ts, count(16, 0x60), []reference.Key{{Key: count(16, 0xa0)}}
	return s
}

// respondUpdate is the call with an update.
func respondUpdate(s signedMessage, keys []reference.Key, after time.Duration, steps ...vectors.Step) *vectors.Call {
	expected, keySteps := agreed(s.prf, s.csbID, s.env.rand, s.sessions, []suite{aes128_80}, keys)
	a := s.answer(s.sessions, bobURI)
	return accept("respond", obj{"credentials": "bob", "now": at(certsNow.Add(after)), "message": b64(s.octets())},
		obj{"keys": expected, "answer": b64(a.message().Octets())}, append(append(steps, keySteps...), a.steps("answer")...)...)
}

// A cachedUpdate is a pre-shared key message under a cached envelope key:
// HDR, T, IDi, IDr, {SP}, KEMAC.
type cachedUpdate struct {
	dataType byte
	csbID    uint32
	v        bool
	sessions []reference.Session
	ts       []byte
	ids      []reference.Payload
	sps      []reference.Payload
	keys     []reference.Key
	key      reference.MessageKeys
}

// pkCached is an update of the CSB of a pkRequest.
func pkCached(after time.Duration) cachedUpdate {
	return cachedUpdate{
		dataType: reference.PSKInit, csbID: certsCSB, v: true, sessions: certsSession, ts: reference.NTP(certsNow.Add(after)),
		ids:  []reference.Payload{reference.ID(1, aliceURI), reference.ID(1, bobURI)},
		keys: []reference.Key{{Key: count(16, 0xa0)}},
		key: reference.MessageKeys{
			In: certsEnvelope, CSBID: certsCSB, RAND: certsRAND, Encr: reference.EncrAESCM128, MAC: reference.MACHMACSHA1,
		},
	}
}

func (u *cachedUpdate) message() *reference.Message {
	m := reference.NewMessage(u.dataType, u.csbID, u.sessions)
	m.V = u.v
	m.Add(reference.T(0, u.ts)).Add(u.ids...).Add(u.sps...)
	data := u.key.Encrypt(u.ts, reference.KeyData(u.keys...))
	return reference.SealKEMAC(m, u.key.Encr, data, u.key.MAC, u.key.AuthKey())
}

func (u *cachedUpdate) steps(in string) []vectors.Step {
	return append(layout(u.message(), in), kemacSteps(u.key, u.ts, reference.KeyData(u.keys...), "envelope key", false)...)
}

func (u *cachedUpdate) answer() pkAnswer {
	return pkAnswer{
		dataType: reference.PSKResp, csbID: u.csbID, sessions: u.sessions, t: one(reference.T(0, u.ts)),
		ids: one(reference.ID(1, bobURI)), alg: u.key.MAC, key: u.key,
		input: reference.VerificationInput(aliceURI, bobURI, u.ts),
	}
}

// respond is the call with the update. Keys are those that are then in force.
func (u *cachedUpdate) respond(keys []reference.Key, suites []suite, after time.Duration) *vectors.Call {
	expected, keySteps := agreed(u.key.PRF, u.csbID, u.key.RAND, u.sessions, suites, keys)
	a := u.answer()
	return accept("respond", obj{"credentials": "bob", "now": at(certsNow.Add(after)), "message": b64(u.message().Octets())},
		obj{"mode": "psk", "keys": expected, "answer": b64(a.message().Octets())},
		append(append(u.steps("request.message"), keySteps...), a.steps("answer")...)...)
}

const minute = time.Minute

func (b *builder) pkUpdates(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Alice updates a CSB at bob's (RFC 3830, Section 4.5).", vectors.Requires{Modes: []string{"pk"}},
		pick(all, "bob", "bob-for-alice"))
	tgk := []reference.Key{{Key: certsTGK}}
	newer := []reference.Key{{Key: count(16, 0xa0)}}
	eighty := []suite{aes128_80}

	// Under a cached envelope key.
	first := func(c byte) *vectors.Call {
		s := p.pkRequest()
		s.env.c = c
		return pkRespond(s, pkTest{}, false)
	}
	two := []reference.Session{certsSession[0], {Policy: 0, SSRC: 0x50607080}}
	for _, c := range []byte{1, 2} {
		u := pkCached(minute)
		b.add("update under a cached envelope key, with a new TGK, C = "+string('0'+c), []*vectors.Call{
			first(c), u.respond(newer, eighty, minute),
		}, "R-3830-092", "R-3830-095", "R-3830-096")
	}
	u := pkCached(minute)
	u.keys, u.sessions = nil, two
	b.add("update under a cached envelope key, with a crypto session more and no key", []*vectors.Call{
		first(1), u.respond(tgk, eighty, minute),
	}, "R-3830-096", "R-3830-100", "R-3830-020")
	u = pkCached(minute)
	u.sps, u.keys = one(reference.SP(0, 0, aes128_32.params...)), nil
	b.add("update under a cached envelope key, with another policy", []*vectors.Call{
		first(1), u.respond(tgk, []suite{aes128_32}, minute),
	}, "R-3830-096", "R-3830-100")
	u = pkCached(minute)
	u.ids = nil
	b.add("update under a cached envelope key, without identities", []*vectors.Call{
		first(1), u.respond(newer, eighty, minute),
	}, "R-3830-096", "R-3830-095", "P-07")
	u = pkCached(minute)
	next := pkCached(2 * minute)
	next.keys = []reference.Key{{Key: count(16, 0xb0)}}
	b.add("two updates under a cached envelope key", []*vectors.Call{
		first(2), u.respond(newer, eighty, minute), next.respond(next.keys, eighty, 2*minute),
	}, "R-3830-092", "R-3830-096")

	refused := func(comment, stage string, code int, change func(u *cachedUpdate), about ...string) {
		wrong, right := pkCached(minute), pkCached(minute)
		change(&wrong)
		b.add("update under a cached envelope key, "+comment, []*vectors.Call{
			first(1),
			refuse("respond", obj{"credentials": "bob", "now": at(certsNow.Add(minute)), "message": b64(wrong.message().Octets())}, stage, code),
			right.respond(newer, eighty, minute),
		}, about...)
	}
	refused("with the T of the first message", "replay", -1, func(u *cachedUpdate) { u.ts = reference.NTP(certsNow) }, "Replay", "R-3830-095", "P-25")
	refused("with a T older than that of the first message", "replay", -1, func(u *cachedUpdate) {
		u.ts = reference.NTP(certsNow.Add(-time.Second))
	}, "Replay", "R-3830-095", "P-25")
	refused("of another CSB", "state", -1, func(u *cachedUpdate) { u.csbID++ }, "R-3830-095")
	refused("with another key", "auth-failure", 0, func(u *cachedUpdate) { u.key.In = count(16, 0x51) }, "R-3830-096")
	refused("with the TGK as its key", "auth-failure", 0, func(u *cachedUpdate) { u.key.In = certsTGK }, "R-3830-096")
	refused("with keys from another RAND", "auth-failure", 0, func(u *cachedUpdate) { u.key.RAND = count(16, 0x21) }, "R-3830-095")
	refused("with keys from no RAND", "auth-failure", 0, func(u *cachedUpdate) { u.key.RAND = nil }, "R-3830-095")
	refused("for somebody else", "policy", -1, func(u *cachedUpdate) {
		u.ids = []reference.Payload{reference.ID(1, aliceURI), reference.ID(1, carolURI)}
	}, "WrongIdentity", "R-3830-087")

	cached := pkCached(2 * minute)
	forbidden := p.pkUpdate(minute)
	b.add("update under a new envelope key, although one is cached", []*vectors.Call{
		first(1),
		refuse("respond", obj{"credentials": "bob", "now": at(certsNow.Add(minute)), "message": b64(forbidden.octets())}, "state", -1),
		cached.respond(newer, eighty, 2*minute),
	}, "R-3830-096")

	// With a new public-key message.
	fresh := func() *vectors.Call { return pkRespond(p.pkRequest(), pkTest{}, false) }
	for _, t := range []struct {
		comment string
		change  func(s *signedMessage)
		keys    []reference.Key
		about   []string
	}{
		{"with a new TGK", func(s *signedMessage) {}, newer, []string{"R-3830-095", "R-3830-097"}},
		{"with the identity of the sender and no key", func(s *signedMessage) { s.env.keys = nil }, tgk, []string{"R-3830-098", "R-3830-100"}},
		{"with a crypto session more and no KEMAC", func(s *signedMessage) { s.env.noKEMAC, s.sessions = true, two }, tgk, []string{"R-3830-097", "R-3830-100"}},
		{"without identities outside of KEMAC", func(s *signedMessage) { s.own, s.other = nil, nil }, newer, []string{"R-3830-095", "R-3830-085"}},
		{"without certificate", func(s *signedMessage) { s.certs = nil }, newer, []string{"R-3830-095", "R-3830-097"}},
	} {
		s := p.pkUpdate(minute)
		t.change(&s)
		steps := s.steps("request.message")
		if !s.env.noKEMAC {
			steps = append(steps, s.env.steps(&s)...)
		}
		b.add("update under a new envelope key, "+t.comment, []*vectors.Call{fresh(), respondUpdate(s, t.keys, minute, steps...)}, t.about...)
	}
	caching := p.pkUpdate(minute)
	caching.env.c = 2
	u = pkCached(2 * minute)
	u.key.In, u.keys = caching.env.key, []reference.Key{{Key: count(16, 0xb0)}}
	b.add("update under a new envelope key, which is cached, and one under that", []*vectors.Call{
		fresh(), respondUpdate(caching, newer, minute), u.respond(u.keys, eighty, 2*minute),
	}, "R-3830-096", "R-3830-097")
	bare, again := p.pkUpdate(minute), p.pkUpdate(2*minute)
	bare.certs, again.certs = nil, nil
	again.env.keys = []reference.Key{{Key: count(16, 0xb0)}}
	b.add("two updates under new envelope keys, without certificate", []*vectors.Call{
		fresh(), respondUpdate(bare, newer, minute), respondUpdate(again, again.env.keys, 2*minute),
	}, "R-3830-095", "R-3830-097")
	for _, f := range []fault{
		bad("with the T of the first message", "replay", -1, func(s *signedMessage) {
			s.env.ts = reference.NTP(certsNow)
			s.t = one(reference.T(0, s.env.ts))
		}, "Replay", "R-3830-095", "P-25"),
		bad("of another CSB", "state", -1, func(s *signedMessage) { s.csbID++ }, "R-3830-095"),
		bad("without PKE", "malformed", -1, func(s *signedMessage) { s.env.noPKE = true }, "R-3830-097"),
		bad("with an empty KEMAC", "malformed", -1, func(s *signedMessage) { s.env.plain = []byte{} }, "InnerIdentity", "R-3830-098"),
		bad("with an identity of somebody else in KEMAC", "auth-failure", 0, func(s *signedMessage) { s.env.id = carolURI }, "InnerIdentity", "R-3830-085", "R-3830-098"),
		bad("whose PKE has the envelope key of the first message, and its KEMAC not", "auth-failure", 0, func(s *signedMessage) {
			s.env.block = s.env.to.EncryptionBlock(certsEnvelope)
		}, "R-3830-097"),
		bad("signed by somebody else", "auth-failure", -1, func(s *signedMessage) {
			s.certs, s.signer = p.certs("carol", 0), rsaOf("carol").PKCS1()
		}, "IdentityBinding", "P-18"),
		bad("with a signature with its last bit changed", "auth-failure", 0, func(s *signedMessage) {
			s.after = func(o []byte, _ *reference.Message) []byte { return flip(o, -1) }
		}, "ModifiedSignature", "R-3830-107"),
	} {
		right := p.pkUpdate(minute)
		b.add("update under a new envelope key, "+f.comment, []*vectors.Call{
			fresh(),
			refuse("respond", obj{"credentials": "bob", "now": at(certsNow.Add(minute)), "message": b64(faulty(p.pkUpdate(minute), f))}, f.stage, f.code),
			respondUpdate(right, newer, minute),
		}, f.about...)
	}
}

func (b *builder) pkInitiatorUpdates(p *pki) {
	all := p.certParties()
	b.startGroup("Exchange", "Alice updates a CSB. The identities of the first message are in the update too.", vectors.Requires{Modes: []string{"pk"}},
		pick(all, "alice-for-bob", "bob"))
	newer := []reference.Key{{Key: count(16, 0xa0)}}
	complete := func(exchange string, a pkAnswer, after time.Duration, keys obj, steps ...vectors.Step) *vectors.Call {
		return accept("complete", obj{"exchange": exchange, "message": b64(a.message().Octets()), "now": at(certsNow.Add(after))}, obj{"keys": keys}, steps...)
	}
	first := func(c byte) []*vectors.Call {
		s := p.pkRequest()
		s.env.c = c
		keys, _ := s.agreed(s.sessions, nil)
		return []*vectors.Call{pkInitiate(s, pkTest{}), complete("@1.exchange", s.answer(s.sessions, bobURI), 0, keys)}
	}
	offer := func(keys []reference.Key, more obj) obj {
		o := obj{"verification": true, "id_i": identity(1, aliceURI), "id_r": identity(1, bobURI)}
		if keys != nil {
			o["keys"] = keysOf(keys)
		}
		return obj{"session": "@2.keys.session", "now": at(certsNow.Add(minute)), "offer": with(o, more)}
	}
	for _, c := range []byte{1, 2} {
		u := pkCached(minute)
		keys, steps := agreed(0, certsCSB, certsRAND, u.sessions, []suite{aes128_80}, newer)
		b.add("update: pre-shared key message under the cached envelope key, C = "+string('0'+c), append(first(c),
			accept("update", offer(newer, nil), obj{"message": b64(u.message().Octets()), "keys": nil}, u.steps("message")...),
			complete("@3.exchange", u.answer(), minute, keys, steps...)), "R-3830-095", "R-3830-096", "R-3830-092")
	}
	u := pkCached(minute)
	u.keys, u.sessions = nil, []reference.Session{certsSession[0], {Policy: 0, SSRC: 0x50607080}}
	keys, steps := agreed(0, certsCSB, certsRAND, u.sessions, []suite{aes128_80}, []reference.Key{{Key: certsTGK}})
	b.add("update: a crypto session more and no key, under the cached envelope key", append(first(1),
		accept("update", offer(nil, obj{"crypto_sessions": sessionsOf(u.sessions)}), obj{"message": b64(u.message().Octets()), "keys": nil}, u.steps("message")...),
		complete("@3.exchange", u.answer(), minute, keys, steps...)), "R-3830-095", "R-3830-096", "R-3830-100")

	for _, f := range []struct {
		comment, stage string
		code           int
		change         func(a *pkAnswer)
		about          []string
	}{
		{"V with its key from another envelope key", "auth-failure", -1, func(a *pkAnswer) { a.key.In = count(16, 0x51) }, []string{"R-3830-096"}},
		{"V over the T of the first message", "auth-failure", -1, func(a *pkAnswer) {
			a.input = reference.VerificationInput(aliceURI, bobURI, reference.NTP(certsNow))
		}, []string{"R-3830-071"}},
		{"answer of public-key mode", "state", -1, func(a *pkAnswer) { a.dataType = reference.PKResp }, []string{"R-3830-096"}},
		{"T of the first message", "state", -1, func(a *pkAnswer) { a.t = one(reference.T(0, reference.NTP(certsNow))) }, []string{"R-3830-073"}},
	} {
		u := pkCached(minute)
		keys, _ := agreed(0, certsCSB, certsRAND, u.sessions, []suite{aes128_80}, newer)
		wrong := u.answer()
		f.change(&wrong)
		b.add("update: answer under the cached envelope key, "+f.comment, append(first(1),
			accept("update", offer(newer, nil), obj{"keys": nil}),
			refuse("complete", obj{"exchange": "@3.exchange", "message": b64(wrong.message().Octets()), "now": at(certsNow.Add(minute))}, f.stage, f.code),
			complete("@3.exchange", u.answer(), minute, keys)), f.about...)
	}

	// Without a cached envelope key, both messages are random.
	s := p.pkRequest()
	before, _ := s.agreed(s.sessions, nil)
	for _, t := range []struct {
		comment     string
		keys, force []reference.Key
	}{
		{"public-key message with a new envelope key", newer, newer},
		{"public-key message without keys", nil, []reference.Key{{Key: certsTGK}}},
	} {
		keys, steps := agreed(0, certsCSB, certsRAND, certsSession, []suite{aes128_80}, t.force)
		b.add("update: "+t.comment, []*vectors.Call{
			pkInitiate(s, pkTest{}),
			counterpart(accept("respond", obj{"credentials": "bob", "now": at(certsNow), "message": "@1.message"}, obj{"keys": before})),
			accept("complete", obj{"exchange": "@1.exchange", "message": "@2.answer", "now": at(certsNow)}, obj{"keys": before}),
			accept("update", with(offer(t.keys, nil), obj{"session": "@3.keys.session"}), obj{"keys": nil}),
			counterpart(accept("decode", obj{"message": "@4.message"}, obj{"decoded": obj{"data_type": 2, "csb_id": hex32(certsCSB)}})),
			counterpart(accept("respond", obj{"credentials": "bob", "now": at(certsNow.Add(minute)), "message": "@4.message"}, obj{"keys": keys}, steps...)),
			accept("complete", obj{"exchange": "@4.exchange", "message": "@6.answer", "now": at(certsNow.Add(minute))}, obj{"keys": keys}),
		}, "R-3830-095", "R-3830-097", "R-3830-098")
	}
}
