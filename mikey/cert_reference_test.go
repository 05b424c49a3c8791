//lint:file-ignore SA1019 RFC 3830, Section 4.2.5, makes PKCS #1 v1.5 encryption mandatory.

package mikey_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	mrand "math/rand/v2"
	"slices"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// A refCert is one exchange with certificates, like refExchange: it makes and
// opens the messages of the public-key mode, of signed Diffie-Hellman and of
// RSA-R from the text of RFC 3830 and RFC 4738. psk is the envelope key, idI and
// idR are URIs, and the keys of Diffie-Hellman are set by dh.
type refCert struct {
	refExchange
	dataType byte // of the request: 2, 4 or 9

	certsI, certsR [][]byte // bodies of CERT payloads
	signI, signR   *rsa.PrivateKey
	encrypt2       *rsa.PrivateKey // envelope keys are encrypted to it
	scheme         byte            // 0: PKCS #1 v1.5 with SHA-256; 1: PSS with SHA-256; 2: PKCS #1 v1.5 with SHA-1; 3: PSS with SHA-1
	oaep           bool
	cache          byte
	chash          []byte // body of a CHASH payload
	noKEMAC        bool
	inner          *refPayload // the identity in the KEMAC, instead of the sender's
	noInner        bool
	pke            []byte // the encrypted envelope key, instead of a new one
	macNext        byte   // the octet under the KEMAC's MAC that has to be 0

	group          byte
	xi, xr         []byte // private exponents
	dhKVI, dhKVR   refKey // KV of DHi and DHr
	noDH           bool
	dhi, dhr, echo []byte // bodies of DH payloads, instead of the right ones

	randFromR   bool    // RSA-R: the responder sends RAND
	randIgnored []byte  // RSA-R: a RAND that the initiator sends although it does not count
	groupCSB    *uint32 // RSA-R: the CSB ID of a group
	fieldRule   bool    // RSA-R: SIGNr covers the SIGN payload up to the signature

	editI, editR func(*refMessage)                                // before the signature
	signRaw      func(covered []byte, key *rsa.PrivateKey) []byte // instead of the scheme
}

func refURI(id string) refPayload {
	b := []byte{1}
	b = binary.BigEndian.AppendUint16(b, uint16(len(id)))
	return refPayload{6, append(b, id...)}
}

func refCertBody(certType byte, data []byte) []byte {
	b := []byte{certType}
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

// front makes the header and the payloads that every request starts with: T,
// RAND, [IDi|CERTi], [IDr], {SP} and extensions.
func (e *refCert) front() *refMessage {
	m := &refMessage{
		version: 1, dataType: e.dataType, v: e.v, prf: e.prf, csbID: e.csbID,
		csCount: byte(len(e.sessions)), csMap: refMap(e.sessions),
	}
	m.add(5, append([]byte{e.tsType}, e.ts...))
	switch {
	case e.randIgnored != nil:
		m.add(11, append([]byte{byte(len(e.randIgnored))}, e.randIgnored...))
	case !e.update && !e.randFromR:
		m.add(11, append([]byte{byte(len(e.rand))}, e.rand...))
	}
	if e.idI != "" && !e.omitIDs {
		m.payloads = append(m.payloads, refURI(e.idI))
	}
	for _, c := range e.certsI {
		m.add(7, c)
	}
	if e.idR != "" && !e.omitIDs {
		m.payloads = append(m.payloads, refURI(e.idR))
	}
	for _, sp := range e.policies {
		m.add(10, sp)
	}
	for _, x := range e.extensions {
		m.add(21, x)
	}
	return m
}

func (m *refMessage) add(number byte, body []byte) {
	m.payloads = append(m.payloads, refPayload{number, body})
}

// request is the I_MESSAGE: RFC 3830, Sections 3.2 and 3.3; RFC 4738, Section
// 3.1.
func (e *refCert) request() []byte {
	m := e.front()
	switch e.dataType {
	case 2: // KEMAC, [CHASH], PKE
		next := byte(2)
		if e.chash != nil {
			next = 8
		}
		if !e.noKEMAC {
			m.add(1, e.kemac(e.idI, next))
		}
		if e.chash != nil {
			m.add(8, e.chash)
		}
		m.add(2, e.pkePayload())
	case 4: // DHi
		if !e.noDH {
			m.add(3, pick(e.dhi, e.dhBody(e.xi, e.dhKVI)))
		}
	}
	if e.editI != nil {
		e.editI(m)
	}
	return e.sign(m, e.signI, nil, true)
}

// verification is the R_MESSAGE of the public-key mode: HDR, T, [IDr], V, where
// IDi, IDr and T directly follow the message in the calculation (RFC 3830,
// Section 5.2). bare leaves the identities out, as libmikey does.
func (e *refCert) verification(sessions []refSession, bare bool) []byte {
	m := &refMessage{
		version: 1, dataType: 3, prf: e.prf, csbID: e.csbID,
		csCount: byte(len(sessions)), csMap: refMap(sessions),
	}
	m.add(5, append([]byte{e.tsType}, e.ts...))
	if e.idR != "" {
		m.payloads = append(m.payloads, refURI(e.idR))
	}
	if e.editR != nil {
		e.editR(m)
	}
	v := *e
	if v.mac == 0 {
		v.mac = 1 // the mandatory one: no text says which
	}
	m.add(9, []byte{v.mac})
	message := m.octets()
	covered := append([]byte(nil), message...)
	if !bare {
		covered = append(covered, e.idI...)
		covered = append(covered, e.idR...)
	}
	covered = append(covered, e.ts...)
	return append(message, v.sum(covered)...)
}

// response is the R_MESSAGE of signed Diffie-Hellman and RSA-R: RFC 3830, Section
// 3.3; RFC 4738, Section 3.1.
func (e *refCert) response(sessions []refSession) []byte {
	if e.dataType == 2 {
		return e.verification(sessions, false)
	}
	m := &refMessage{
		version: 1, dataType: e.dataType + 1, prf: e.prf, csbID: e.csbID,
		csCount: byte(len(sessions)), csMap: refMap(sessions),
	}
	if e.groupCSB != nil {
		m.add(21, binary.BigEndian.AppendUint32([]byte{4, 0, 4}, *e.groupCSB))
	}
	m.add(5, append([]byte{e.tsType}, e.ts...))
	if e.randFromR {
		m.add(11, append([]byte{byte(len(e.rand))}, e.rand...))
	}
	if e.idR != "" && !e.omitIDs {
		m.payloads = append(m.payloads, refURI(e.idR))
	}
	for _, c := range e.certsR {
		m.add(7, c)
	}
	var more []byte
	if e.dataType == 4 {
		if e.idI != "" {
			m.payloads = append(m.payloads, refURI(e.idI))
		}
		if !e.noDH {
			m.add(3, pick(e.dhr, e.dhBody(e.xr, e.dhKVR)))
			m.add(3, pick(e.echo, pick(e.dhi, e.dhBody(e.xi, e.dhKVI))))
		}
	} else {
		for _, sp := range e.policies {
			m.add(10, sp)
		}
		m.add(1, e.kemac(e.idR, 2))
		m.add(2, e.pkePayload())
		// R_MESSAGE (excluding the SIGNr payload itself) || IDi || IDr || T
		more = append(more, e.idI...)
		more = append(more, e.idR...)
		more = append(more, e.ts...)
	}
	if e.editR != nil {
		e.editR(m)
	}
	return e.sign(m, e.signR, more, e.dataType == 4 || e.fieldRule)
}

func pick(a, b []byte) []byte {
	if a != nil {
		return a
	}
	return b
}

// kemac is E(encr_key, ID || {Key data}) || MAC. The MAC covers the KEMAC alone,
// without the MAC field and with a next payload of 0 (RFC 3830, Sections 5.2 and
// 6.2). The body that it returns comes behind the real next payload octet, which
// the message adds.
func (e *refCert) kemac(id string, next byte) []byte {
	inner := refURI(id)
	if e.inner != nil {
		inner = *e.inner
	}
	plain := e.plain
	if plain == nil {
		if !e.noInner {
			plain = []byte{20}
			if len(e.keys) == 0 {
				plain[0] = 0
			}
			plain = append(plain, inner.body...)
		}
		plain = append(plain, e.keyData()...)
	}
	data := e.encrypt(plain)
	body := []byte{e.encr}
	body = binary.BigEndian.AppendUint16(body, uint16(len(data)))
	body = append(body, data...)
	body = append(body, e.mac)
	covered := append([]byte{0}, body...)
	if e.macNext != 0 {
		covered[0] = next
	}
	return append(body, e.sum(covered)...)
}

// pkePayload is PKE = E(PK, env_key) (RFC 3830, Section 6.3).
func (e *refCert) pkePayload() []byte {
	data := e.pke
	if data == nil {
		var err error
		if e.oaep {
			data, err = rsa.EncryptOAEP(sha1.New(), rand.Reader, &e.encrypt2.PublicKey, e.psk, nil)
		} else {
			data, err = rsa.EncryptPKCS1v15(rand.Reader, &e.encrypt2.PublicKey, e.psk)
		}
		if err != nil {
			panic(err)
		}
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(e.cache)<<14|uint16(len(data))), data...)
}

// openPKE returns the envelope key of a PKE in a message that ends in PKE and
// SIGN of known lengths, and the octets that were encrypted.
func (e *refCert) openPKE(message []byte, signature int) (key, data []byte, err error) {
	n := e.encrypt2.Size()
	end := len(message) - signature - 2
	data = message[end-n : end]
	if e.oaep {
		key, err = rsa.DecryptOAEP(sha1.New(), nil, e.encrypt2, data, nil)
	} else {
		key, err = rsa.DecryptPKCS1v15(nil, e.encrypt2, data)
	}
	return key, data, err
}

// sign adds the SIGN payload, which has no next payload field (RFC 3830, Section
// 6.5). The signature covers the message without the signature field, or with
// field false without the SIGN payload.
func (e *refCert) sign(m *refMessage, key *rsa.PrivateKey, more []byte, field bool) []byte {
	m.add(4, nil)
	b := m.octets()
	b = b[:len(b)-1]
	covered := append(append([]byte(nil), b...), more...)
	signType := uint16(e.scheme & 1)
	b = binary.BigEndian.AppendUint16(b, signType<<12|uint16(key.Size()))
	if field {
		covered = append(append([]byte(nil), b...), more...)
	}
	if e.signRaw != nil {
		return append(b, e.signRaw(covered, key)...)
	}
	var signature []byte
	var err error
	pss := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
	sum, sum1 := sha256.Sum256(covered), sha1.Sum(covered)
	switch e.scheme {
	case 0:
		signature, err = rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	case 1:
		signature, err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], pss)
	case 2:
		signature, err = rsa.SignPKCS1v15(nil, key, crypto.SHA1, sum1[:])
	case 3:
		signature, err = rsa.SignPSS(rand.Reader, key, crypto.SHA1, sum1[:], pss)
	}
	if err != nil {
		panic(err)
	}
	return append(b, signature...)
}

// verifies verifies the signature at the end of a message.
func (e *refCert) verifies(message, more []byte, key *rsa.PublicKey, field bool) error {
	covered := append([]byte(nil), message[:len(message)-key.Size()]...)
	if !field {
		covered = covered[:len(covered)-2]
	}
	sum := sha256.Sum256(append(covered, more...))
	signature := message[len(message)-key.Size():]
	if e.scheme == 1 {
		return rsa.VerifyPSS(key, crypto.SHA256, sum[:], signature, &rsa.PSSOptions{SaltLength: 32})
	}
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature)
}

// The primes of the OAKLEY groups: 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + c)
// (RFC 2409, Sections 6.1 and 6.2; RFC 3526, Section 2).
var refPrimes = [3]*big.Int{
	0: refPrime(1536, 741804),
	1: refPrime(768, 149686),
	2: refPrime(1024, 129093),
}

func refPrime(n uint, c int64) *big.Int {
	one := big.NewInt(1)
	p := new(big.Int).Lsh(one, n)
	p.Sub(p, new(big.Int).Lsh(one, n-64))
	p.Sub(p, one)
	t := refPi(n - 130)
	t.Add(t, big.NewInt(c))
	return p.Add(p, t.Lsh(t, 64))
}

// refPi returns [2^n pi], with Machin's formula: pi = 16 arctan(1/5) - 4
// arctan(1/239).
func refPi(n uint) *big.Int {
	const guard = 64
	arctan := func(x int64) *big.Int {
		sum := new(big.Int)
		term := new(big.Int).Div(new(big.Int).Lsh(big.NewInt(1), n+guard), big.NewInt(x))
		for k := int64(1); term.Sign() != 0; k += 2 {
			part := new(big.Int).Div(term, big.NewInt(k))
			if k%4 == 3 {
				part.Neg(part)
			}
			sum.Add(sum, part)
			term.Div(term, big.NewInt(x*x))
		}
		return sum
	}
	a := arctan(5)
	a.Mul(a, big.NewInt(16))
	b := arctan(239)
	a.Sub(a, b.Mul(b, big.NewInt(4)))
	return a.Rsh(a, guard)
}

// refPower is base^x mod p, as long as p: no text says whether leading zeros
// count, and both parties have to agree.
func refPower(group byte, base, x []byte) []byte {
	p := refPrimes[group]
	y := new(big.Int).Exp(new(big.Int).SetBytes(base), new(big.Int).SetBytes(x), p)
	return y.FillBytes(make([]byte, p.BitLen()/8))
}

// dhBody is the body of a DH payload (RFC 3830, Section 6.4).
func (e *refCert) dhBody(x []byte, kv refKey) []byte {
	b := append([]byte{e.group}, refPower(e.group, []byte{2}, x)...)
	b = append(b, kv.kvType)
	return append(b, kv.kv...)
}

// dh sets the TGK, g^(xi*xr).
func (e *refCert) dh(kv refKey) {
	e.dhKVI, e.dhKVR = kv, kv
	secret := refPower(e.group, refPower(e.group, []byte{2}, e.xi), e.xr)
	e.keys = []refKey{{key: secret, kvType: kv.kvType, kv: kv.kv}}
}

// master has the keys of the session: in a group they come from the CSB ID of
// the group (RFC 4738, Section 3.6).
func (e *refCert) master() *refExchange {
	m := e.refExchange
	if e.groupCSB != nil {
		m.csbID = *e.groupCSB
	}
	return &m
}

// refCertDefault is an exchange from Alice to Bob with one crypto session, which
// newCertPair's Bob takes.
func refCertDefault(mode certMode) *refCert { return refCertSized(mode, 2048) }

func refCertSized(mode certMode, bits int) *refCert {
	ex, _, _ := refMatrix(1, 1, 0, 0, 0, 0, true, 1)
	ex.idI, ex.idR, ex.ts = aliceURI, bobURI, refNTP(testNow)
	ex.psk = refCount(16, 0x30)
	a, b := parties(bits)
	e := &refCert{
		refExchange: *ex, dataType: byte(mode.request),
		certsI: [][]byte{refCertBody(0, a.KeyPairs[0].Chain[0].Raw)},
		certsR: [][]byte{refCertBody(0, b.KeyPairs[0].Chain[0].Raw)},
		signI:  a.KeyPairs[0].Key.(*rsa.PrivateKey), signR: b.KeyPairs[0].Key.(*rsa.PrivateKey),
		group: 2, xi: refCount(32, 0x41), xr: refCount(32, 0x91),
	}
	e.encrypt2 = e.signR
	if mode.request == mikey.RSARInit {
		e.encrypt2 = e.signI
	}
	if mode.request == mikey.DHInit {
		e.dh(refKey{})
	}
	return e
}

// sessionsWith returns the crypto sessions with the SSRCs that were open.
func (e *refCert) sessionsWith(fill []uint32) []refSession {
	filled := slices.Clone(e.sessions)
	for i := range filled {
		if filled[i].ssrc == 0 && len(fill) > 0 {
			filled[i].ssrc, fill = fill[0], fill[1:]
		}
	}
	return filled
}

// x509 sets the options of a party to what e uses.
func (e *refCert) x509(x *mikey.X509) {
	x.OAEP = e.oaep
	x.Signature = mikey.SignatureScheme(e.scheme)
	x.CertHash = e.chash != nil
	x.InsecureSHA1 = e.scheme >= 2
}

// answer is what the responder of RSA-R decides.
func (e *refCert) answer(fill []uint32) mikey.Answer {
	a := mikey.Answer{SSRCs: fill}
	if e.dataType != 9 {
		return a
	}
	o := e.offer()
	a.Keys, a.Algorithms, a.Cache = o.Keys, o.Algorithms, mikey.CacheType(e.cache)
	if e.groupCSB != nil {
		a.Group = &mikey.Group{CSBID: *e.groupCSB, RAND: e.rand}
		a.CryptoSessions, a.Policies, a.SSRCs = o.CryptoSessions, o.Policies, nil
		for i := range a.CryptoSessions {
			if a.CryptoSessions[i].SSRC == 0 {
				a.CryptoSessions[i].SSRC, fill = fill[0], fill[1:]
			}
		}
	}
	return a
}

// compareCert runs e in both directions: the library's messages are, octet by
// octet, those of the reference, but for what is random in RSA, which the
// reference opens; the library takes the reference's messages; and all have the
// same keys.
func (e *refCert) compareCert(t *testing.T, mode certMode, bits int, fill []uint32, lengths []int) {
	t.Helper()
	if e.dataType == 4 {
		mode.make = func(c *mikey.X509) (mikey.Mode, error) {
			return mikey.SignedDH(c, oakleyGroup(mikey.DHGroup(e.group)))
		}
	}
	p := newCertPair(t, mode, func(p *certPair) {
		p.ax, p.bx = parties(bits)
		e.x509(p.ax)
		e.x509(p.bx)
		p.iConfig.Rand = &exScript{script: e.xi}
		p.rConfig.Rand = &exScript{script: e.xr}
		if e.dataType != 4 {
			p.iConfig.Rand, p.rConfig.Rand = nil, nil
		}
	})
	filled := e.sessionsWith(fill)
	same := func(what string, got, want []byte, random int) {
		t.Helper()
		n := len(got) - random
		if len(got) == len(want) && bytes.Equal(got[:n], want[:n]) {
			return
		}
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Fatalf("%s of %d octets, want %d; from octet %d on\n%x, want\n%x", what, len(got), len(want), at,
			got[at:min(at+40, len(got))], want[at:min(at+40, len(want))])
	}
	random := func(key *rsa.PrivateKey) int {
		if e.scheme&1 == 1 {
			return key.Size()
		}
		return 0
	}
	listen := e.groupCSB != nil

	// The library initiates.
	offer := e.offer()
	offer.Cache = mikey.CacheType(e.cache)
	asked := *e
	switch e.dataType {
	case 4:
		offer.Keys = []mikey.KeyData{{Validity: offer.Keys[0].Validity}}
		offer.Algorithms = &mikey.Algorithms{PRF: mikey.PRFFunc(e.prf)}
	case 9:
		offer.Keys, offer.Cache = nil, 0
		if listen {
			offer.JoinGroup, offer.CryptoSessions = true, nil
			asked.sessions, asked.policies = nil, nil
		}
	}
	if e.randFromR { // an initiator of the library sends its own but for groups
		offer.Group = nil
	}
	message, pending, err := p.alice.Start(offer)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	if e.randFromR {
		// Only Offer.Group fixes the CSB ID, and it fixes RAND too.
		asked.csbID = pending.CSBID()
		e.csbID = asked.csbID
	}
	if e.dataType == 2 {
		if e.psk, asked.pke, err = e.openPKE(message, e.signI.Size()); err != nil {
			t.Fatalf("the envelope key: %v", err)
		}
		if want := map[bool]int{false: 16, true: 32}[e.encr == 3 || e.mac == 2]; len(e.psk) != want {
			t.Errorf("the envelope key has %d octets, want %d", len(e.psk), want)
		}
		asked.psk = e.psk
	}
	same("request", message, asked.request(), random(e.signI))
	if err := e.verifies(message, nil, &e.signI.PublicKey, true); err != nil {
		t.Fatalf("the signature of the request: %v", err)
	}

	// It takes the answer of the reference.
	if e.dataType == 2 && !e.v {
		s := p.finish(t, pending, nil)
		e.checkKeys(t, "initiator", s, lengths)
		s.Close()
	} else {
		e.psk = pick(map[bool][]byte{true: e.psk}[e.dataType == 2], refCount(20, 0x31))
		for _, field := range []bool{false, true} {
			e.fieldRule = field
			if field && e.dataType != 9 {
				continue
			}
			s, err := pending.Finish(e.response(filled))
			if err != nil {
				t.Fatalf("Finish: %v", err)
			}
			e.master().checkKeys(t, "initiator", s, lengths)
			for i, cs := range s.CryptoSessions() {
				if got := (refSession{cs.Policy, cs.SSRC, cs.ROC}); got != filled[i] {
					t.Errorf("crypto session %d is %v, want %v", i+1, got, filled[i])
				}
			}
			s.Close()
			if e.dataType == 9 && !field {
				if _, pending, err = p.alice.Start(offer); err != nil {
					t.Fatal(err)
				}
				e.csbID = pending.CSBID()
			}
		}
		e.fieldRule = false
	}

	// The library responds to the reference.
	asked = *e
	asked.pke = nil
	if listen {
		asked.sessions, asked.policies = nil, nil
	}
	received, err := p.bob.Receive(asked.request())
	if err != nil {
		t.Fatalf("Receive: %v", err)
	}
	answer, s, err := received.AcceptWith(e.answer(fill))
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	switch {
	case e.dataType == 2 && !e.v:
		if answer != nil {
			t.Errorf("an answer that nobody asked for: %x", answer)
		}
	case e.dataType == 2:
		same("answer", answer, e.verification(filled, false), 0)
	case e.dataType == 4:
		same("answer", answer, e.response(filled), random(e.signR))
		if err := e.verifies(answer, nil, &e.signR.PublicKey, true); err != nil {
			t.Fatalf("the signature of the answer: %v", err)
		}
	case e.dataType == 9:
		want := *e
		if want.psk, want.pke, err = e.openPKE(answer, e.signR.Size()); err != nil {
			t.Fatalf("the envelope key: %v", err)
		}
		if e.randFromR && e.groupCSB == nil { // drawn by the responder
			m := exParse(t, answer)
			r, _ := mikey.PayloadOf[*mikey.Rand](m)
			want.rand, e.rand = r.Value, r.Value
		}
		same("answer", answer, want.response(filled), random(e.signR))
		more := append(append([]byte(e.idI), e.idR...), e.ts...)
		if err := e.verifies(answer, more, &e.signR.PublicKey, false); err != nil {
			t.Fatalf("the signature of the answer: %v", err)
		}
	}
	e.master().checkKeys(t, "responder", s, lengths)
	if cached := s.CachesEnvelopeKey(); cached != (e.cache != 0 && e.dataType != 4) {
		t.Errorf("the envelope key is cached: %v, cache type %d", cached, e.cache)
	}
}

// A refCertCase is a point of the matrix.
type refCertCase struct {
	bits, sessions         int
	v                      bool
	cache                  byte
	algs                   [2]byte
	kvType, prf, scheme    byte
	oaep                   bool
	keyType                byte
	group, randFrom, chash byte
}

var refAlgs = [][2]byte{{1, 1}, {1, 2}, {3, 1}, {3, 2}, {2, 0}, {2, 1}, {2, 2}}

// refCertMatrix calls f with n combinations, so drawn that every pair of values
// of two properties occurs; those that cost nothing are drawn with the rest.
func refCertMatrix(n int, f func(c refCertCase)) (pairs, want int) {
	sizes := []int{2, 2, 2, 3, len(refAlgs), 3, 2, 2, 2, 4, 3, 2, 2}
	r := mrand.New(mrand.NewPCG(3830, 4738))
	seen := make(map[[4]int]bool)
	for i := range sizes {
		for j := range i {
			want += sizes[i] * sizes[j]
		}
	}
	for range n {
		// The candidate with most pairs that did not occur yet.
		var best []int
		most := -1
		for range 20 {
			c, fresh := make([]int, len(sizes)), 0
			for i := range c {
				c[i] = r.IntN(sizes[i])
				for j := range i {
					if !seen[[4]int{i, c[i], j, c[j]}] {
						fresh++
					}
				}
			}
			if fresh > most {
				best, most = c, fresh
			}
		}
		for i := range best {
			for j := range i {
				seen[[4]int{i, best[i], j, best[j]}] = true
			}
		}
		f(refCertCase{
			bits: []int{2048, 3072}[best[0]], sessions: []int{1, 3}[best[1]], v: best[2] == 1, cache: byte(best[3]),
			algs: refAlgs[best[4]], kvType: byte(best[5]), prf: byte(best[6]), scheme: byte(best[7]), oaep: best[8] == 1,
			keyType: byte(best[9]), group: byte(best[10]), randFrom: byte(best[11]), chash: byte(best[12]),
		})
	}
	return len(seen), want
}

// refCertOf returns the exchange of a case.
func refCertOf(mode certMode, c refCertCase) (e *refCert, fill []uint32, lengths []int) {
	keyType := c.keyType
	if mode.request == mikey.DHInit {
		keyType = 0
	}
	// Only signed Diffie-Hellman has a response without V.
	ex, fill, lengths := refMatrix(c.algs[0], c.algs[1], c.prf, keyType, c.kvType, 0, c.v || mode.request != mikey.PKInit, c.sessions)
	e = refCertSized(mode, c.bits)
	ex.idI, ex.idR, ex.ts, ex.psk = e.idI, e.idR, e.ts, e.psk
	keys := e.keys
	e.refExchange = *ex
	e.cache, e.scheme, e.oaep = c.cache, c.scheme, c.oaep
	switch mode.request {
	case mikey.PKInit:
		e.v = c.v
		if c.chash == 1 {
			_, b := parties(c.bits)
			sum := sha1.Sum(b.KeyPairs[0].Chain[0].Raw)
			e.chash = append([]byte{0}, sum[:]...)
		}
	case mikey.DHInit:
		e.v, e.cache, e.group = c.v, 0, c.group
		e.keys = keys
		e.dh(refKey{kvType: c.kvType, kv: map[byte][]byte{
			1: {4, 1, 2, 3, 4}, 2: {6, 0, 0, 0, 0, 0, 1, 6, 0, 0, 0, 1, 0, 0},
		}[c.kvType]})
	case mikey.RSARInit:
		e.v = true
		if e.sessions[0].ssrc != 0 && c.randFrom == 1 { // a group
			e.randFromR = true
			csb := uint32(0x0a0b0c0d)
			e.groupCSB = &csb
			e.extensions = nil
			fill = fill[:len(fill):len(fill)]
		}
		if len(e.policies) > 1 && e.groupCSB == nil {
			// One policy is chosen in RSA-R.
			e.policies = e.policies[:1]
			for i := range e.sessions {
				e.sessions[i].policy = 7
			}
			if c.keyType < 2 {
				lengths[1] = 16
			}
		}
	}
	return e, fill, lengths
}

// TestCertReferenceMatrix compares the modes over what an exchange can be made
// of.
func TestCertReferenceMatrix(t *testing.T) {
	for _, mode := range certModes {
		t.Run(mode.name, func(t *testing.T) {
			n := 160
			switch {
			case raceEnabled || testing.Short():
				n = 50
			}
			pairs, want := refCertMatrix(n, func(c refCertCase) {
				e, fill, lengths := refCertOf(mode, c)
				t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) { e.compareCert(t, mode, c.bits, fill, lengths) })
			})
			if n > 100 && pairs < want {
				t.Errorf("only %d of %d pairs of properties occur", pairs, want)
			}
		})
	}
}

// TestRefPrimes: the formula of the RFCs gives the primes that they print.
func TestRefPrimes(t *testing.T) {
	for group, bits := range []int{1536, 768, 1024} {
		p := refPrimes[group]
		q := new(big.Int).Rsh(p, 1)
		if p.BitLen() != bits || !p.ProbablyPrime(4) || !q.ProbablyPrime(4) {
			t.Errorf("group %d: %d bits, %x", group, p.BitLen(), p)
		}
	}
}
