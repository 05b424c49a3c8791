package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"embed"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"net/url"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// What the families of the modes with certificates have in common: parties,
// messages that end in a signature, and what may be wrong with them.

// keyFiles are the private keys of the parties, for tests only.
//
//go:embed keys/*.pem
var keyFiles embed.FS

// keyPEM is a private key as PEM.
func keyPEM(name string) string { return string(must(keyFiles.ReadFile("keys/" + name + ".pem"))) }

func keyOf(name string) crypto.Signer {
	block, _ := pem.Decode([]byte(keyPEM(name)))
	return must(x509.ParsePKCS8PrivateKey(block.Bytes)).(crypto.Signer)
}

func rsaOf(name string) reference.RSAKey { return reference.NewRSAKey(keyOf(name).(*rsa.PrivateKey)) }

// certsNow is the time of the exchanges.
var certsNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// A holder is somebody with a certificate.
type holder struct {
	key      string // its file
	uri, nai string
	chain    [][]byte // DER: the own certificate, then those that certify it
}

// A certificate is what is special about one.
type certificate struct {
	name     string
	key      string
	from, to time.Time
	uri, nai string
	usage    x509.KeyUsage
	ca       bool
}

// An issuer is a certificate that certifies others.
type issuer struct {
	der    []byte
	key    string
	serial *int64 // of the last certificate, of all issuers
}

// issue makes a certificate. Signatures with PKCS #1 v1.5 are not random.
func (i issuer) issue(c certificate) []byte {
	*i.serial++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(*i.serial), Subject: pkix.Name{CommonName: c.name},
		NotBefore: c.from, NotAfter: c.to, KeyUsage: c.usage,
		BasicConstraintsValid: true, IsCA: c.ca, SignatureAlgorithm: x509.SHA256WithRSA,
	}
	if c.ca {
		template.SubjectKeyId = []byte(c.name)
	}
	if c.uri != "" {
		template.URIs = []*url.URL{must(url.Parse(c.uri))}
	}
	if c.nai != "" {
		template.EmailAddresses = []string{c.nai}
	}
	parent := template
	if i.der != nil {
		parent = must(x509.ParseCertificate(i.der))
	}
	return must(x509.CreateCertificate(nil, template, parent, keyOf(c.key).Public(), keyOf(i.key)))
}

// A pki is the holders of certificates by name.
type pki struct {
	root    []byte
	holders map[string]holder
}

const (
	aliceURI, aliceNAI = "sip:alice@example.com", "alice@example.com"
	bobURI, bobNAI     = "sip:bob@example.com", "bob@example.com"
	carolURI, carolNAI = "sip:carol@example.com", "carol@example.com"
)

const (
	signUsage = x509.KeyUsageDigitalSignature
	encrUsage = x509.KeyUsageKeyEncipherment
	caUsage   = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
)

func newPKI() *pki {
	serial := new(int64)
	from, to := certsNow.AddDate(-1, 0, 0), certsNow.AddDate(20, 0, 0)
	authority := func(by issuer, name, key string, from, to time.Time) issuer {
		der := by.issue(certificate{name: name, key: key, from: from, to: to, usage: caUsage, ca: true})
		return issuer{der, key, serial}
	}
	root := authority(issuer{nil, "root", serial}, "Root", "root", from, to)
	other := authority(issuer{nil, "other-root", serial}, "Other root", "other-root", from, to)
	middle := authority(root, "Intermediate", "intermediate", from, to)
	lower := authority(middle, "Lower intermediate", "intermediate", from, to)
	old := authority(root, "Expired intermediate", "intermediate", from, certsNow.Add(-time.Hour))

	p := &pki{root: root.der, holders: map[string]holder{}}
	add := func(name string, by issuer, c certificate, above ...[]byte) {
		p.holders[name] = holder{c.key, c.uri, c.nai, append([][]byte{by.issue(c)}, above...)}
	}
	for _, c := range []certificate{
		{name: "carol", uri: carolURI, nai: carolNAI},
		{name: "alice", uri: aliceURI, nai: aliceNAI},
		{name: "bob", uri: bobURI, nai: bobNAI},
	} {
		c.key, c.from, c.to, c.usage = c.name, from, to, signUsage|encrUsage
		add(c.name, root, c)
		if c.name == "carol" {
			continue
		}
		variant := func(name string, by issuer, change func(c *certificate), above ...[]byte) {
			v := c
			if change != nil {
				change(&v)
			}
			add(c.name+"-"+name, by, v, above...)
		}
		variant("chain", middle, nil, middle.der)
		variant("long-chain", lower, nil, lower.der, middle.der)
		variant("expired", root, func(c *certificate) { c.to = certsNow.Add(-time.Hour) })
		variant("future", root, func(c *certificate) { c.from = certsNow.Add(time.Hour) })
		variant("second", root, func(c *certificate) { c.from, c.to = certsNow, certsNow })
		variant("other-root", other, nil)
		variant("old-chain", old, nil, old.der)
		variant("self", issuer{nil, c.key, serial}, nil)
		variant("sign", root, func(c *certificate) { c.usage = signUsage })
		variant("encr", root, func(c *certificate) { c.usage = encrUsage })
		variant("no-names", root, func(c *certificate) { c.uri, c.nai = "", "" })
		variant("1024", root, func(c *certificate) { c.key = "rsa1024" })
		variant("3072", root, func(c *certificate) { c.key = "rsa3072" })
		variant("p256", root, func(c *certificate) { c.key, c.usage = "p256", signUsage })
		variant("ed25519", root, func(c *certificate) { c.key, c.usage = "ed25519", signUsage })
		// Certified by somebody who is no authority.
		peer := p.holders["carol"].chain[0]
		variant("by-a-peer", issuer{peer, "carol", serial}, nil, peer)
	}
	return p
}

func (p *pki) holder(name string) holder {
	h, ok := p.holders[name]
	if !ok {
		panic("there is no holder " + name)
	}
	return h
}

// pemOf is certificates as PEM.
func pemOf(chain ...[]byte) string {
	text := ""
	for _, der := range chain {
		text += string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	return text
}

// party is the credentials of a holder who trusts the root, with other members.
func (p *pki) party(name string, members obj) obj {
	h := p.holder(name)
	id := h.uri
	if id == "" {
		id = map[string]string{"alice-no-names": aliceURI, "bob-no-names": bobURI}[name]
	}
	return with(obj{
		"certificate": pemOf(h.chain...), "private_key": keyPEM(h.key), "roots": pemOf(p.root), "id": identity(1, id),
	}, members)
}

// certs are the CERT payloads of a holder.
func (p *pki) certs(name string, certType byte) []reference.Payload {
	var all []reference.Payload
	for _, der := range p.holder(name).chain {
		all = append(all, reference.CERT(certType, der))
	}
	return all
}

// signerOf is how the key of a holder signs.
func (p *pki) signerOf(name string) reference.Signer {
	h := p.holder(name)
	switch key := keyOf(h.key).(type) {
	case *ecdsa.PrivateKey:
		// S type 12, r and s of 32 octets each (docs/decisions.md). Without a
		// source of random octets, the nonce is that of RFC 6979.
		return reference.Signer{Type: 12, Len: 64, Sign: func(covered []byte) []byte {
			sum := sha256.Sum256(covered)
			return rawECDSA(must(key.Sign(nil, sum[:], crypto.SHA256)))
		}}
	case ed25519.PrivateKey:
		return reference.Signer{Type: 14, Len: 64, Sign: func(covered []byte) []byte { return ed25519.Sign(key, covered) }}
	}
	return rsaOf(h.key).PKCS1()
}

// rawECDSA is r || s of a DER signature over P-256.
func rawECDSA(der []byte) []byte {
	var rs struct{ R, S *big.Int }
	must(asn1.Unmarshal(der, &rs))
	return append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
}

// one is a list of one payload.
func one(p reference.Payload) []reference.Payload { return []reference.Payload{p} }

// A signedMessage is a message of a mode with certificates before it is signed.
type signedMessage struct {
	dataType, prf byte
	v             bool
	csbID         uint32
	sessions      []reference.Session

	// The payloads in the order in which they are written. own and certs are
	// of the sender, other is the identity of the other party.
	front, t, rand, own, certs, other, sps, exts []reference.Payload
	// body makes those behind.
	body func(s *signedMessage) []reference.Payload

	env envelope // of the modes that have one

	key    reference.RSAKey // of the sender
	signer reference.Signer
	more   []byte // what the signature covers behind the message
	// wholePayload leaves the SIGN payload as a whole out of what the signature
	// covers (RFC 4738, Section 3.6).
	wholePayload bool

	edit  func(m *reference.Message)                       // before the signature
	after func(octets []byte, m *reference.Message) []byte // behind it
}

// unsigned is the message without its SIGN payload.
func (s *signedMessage) unsigned() *reference.Message {
	m := reference.NewMessage(s.dataType, s.csbID, s.sessions)
	m.V, m.PRF = s.v, s.prf
	for _, payloads := range [][]reference.Payload{s.front, s.t, s.rand, s.own, s.certs, s.other, s.sps, s.exts} {
		m.Add(payloads...)
	}
	if s.body != nil {
		m.Add(s.body(s)...)
	}
	if s.edit != nil {
		s.edit(m)
	}
	return m
}

func (s *signedMessage) signed() *reference.Message {
	if s.wholePayload {
		return reference.SignedWithoutPayload(s.unsigned(), s.signer, s.more)
	}
	return reference.Signed(s.unsigned(), s.signer, s.more)
}

// octets is the message as it is sent.
func (s *signedMessage) octets() []byte {
	m := s.signed()
	if s.after != nil {
		return s.after(m.Octets(), m)
	}
	return m.Octets()
}

// steps are the payloads of a message and what its signature covers.
func (s *signedMessage) steps(in string) []vectors.Step {
	input, how := reference.SignatureInput(s.unsigned(), s.signer), "SHA-256(message without the signature"
	if s.wholePayload {
		input, how = reference.SignatureInputWithoutPayload(s.unsigned(), s.signer), "SHA-256(message without the SIGN payload"
	}
	if s.more != nil {
		how += " || IDi || IDr || T"
	}
	sum := sha256.Sum256(append(input, s.more...))
	return append(layout(s.signed(), in), step("hash under the signature", sum[:], how+")"))
}

// An envelope is a KEMAC and the PKE with the key that protects it (RFC 3830,
// Section 3.2; RFC 4738, Section 3.6).
type envelope struct {
	key       []byte
	encr, mac byte
	rand      []byte // of the exchange
	tsType    byte
	ts        []byte
	idType    byte
	id        string
	keys      []reference.Key
	to        reference.RSAKey
	c         byte
	chash     []reference.Payload

	// What else may be there instead.
	plain    []byte // of the KEMAC
	oaep     bool
	block    []byte // that is encrypted with RSA
	data     []byte // of PKE
	noKEMAC  bool
	noPKE    bool
	macInput func(s *signedMessage, input []byte) []byte
}

func (e *envelope) protection(s *signedMessage) reference.MessageKeys {
	return reference.MessageKeys{PRF: s.prf, In: e.key, CSBID: s.csbID, RAND: e.rand, Encr: e.encr, MAC: e.mac}
}

func (e *envelope) t64() []byte { return reference.T64(e.tsType, e.ts) }

func (e *envelope) contents() []byte {
	if e.plain != nil {
		return e.plain
	}
	return reference.IDThenKeyData(e.idType, e.id, e.keys...)
}

// kemac is the KEMAC.
func (e *envelope) kemac(s *signedMessage) reference.Payload {
	k := e.protection(s)
	if e.macInput == nil {
		return k.EnvelopeKEMAC(e.t64(), e.contents())
	}
	data := k.Encrypt(e.t64(), e.contents())
	input := e.macInput(s, reference.KEMACInput(e.encr, data, e.mac))
	return reference.KEMAC(e.encr, data, e.mac, reference.MAC(e.mac, k.AuthKey(), input))
}

// envelopeBody is KEMAC, [CHASH], PKE.
func envelopeBody(s *signedMessage) []reference.Payload {
	e := &s.env
	var all []reference.Payload
	if !e.noKEMAC {
		all = append(all, e.kemac(s))
	}
	all = append(all, e.chash...)
	if e.noPKE {
		return all
	}
	data := e.data
	switch {
	case data != nil:
	case e.block != nil:
		data = e.to.Public(e.block)
	case e.oaep:
		data = e.to.EncryptOAEP(e.key)
	default:
		data = e.to.EncryptPKCS1(e.key)
	}
	return append(all, reference.PKE(e.c, data))
}

// steps are how the KEMAC and the PKE come about.
func (e *envelope) steps(s *signedMessage) []vectors.Step {
	k := e.protection(s)
	var steps []vectors.Step
	if !e.oaep {
		steps = append(steps, step("encryption block", e.to.EncryptionBlock(e.key), "00 || 02 || PS || 00 || envelope key"))
	}
	return append(steps, kemacSteps(k, e.t64(), e.contents(), "envelope key", true)...)
}

// kemacSteps are how the contents of a KEMAC under a key are encrypted, and what
// authenticates it: the key alone, or the message as a whole.
func kemacSteps(k reference.MessageKeys, t64, plain []byte, name string, alone bool) []vectors.Step {
	steps := []vectors.Step{step(name, k.In, "")}
	if k.Encr != reference.EncrNULL {
		steps = append(steps,
			step("encr_key", k.EncrKey(), "PRF("+name+", 150533e1 || ff || csb_id || RAND)"),
			step("salt", k.SaltKey(), "PRF("+name+", 29b88916 || ff || csb_id || RAND)"))
	}
	if k.Encr == reference.EncrAESCM128 || k.Encr == reference.EncrAESCM256 {
		steps = append(steps, step("IV", reference.IV(k.SaltKey(), k.CSBID, t64), "(salt XOR (0000 || csb_id || T)) || 0000"))
	}
	steps = append(steps, step("contents of KEMAC", plain, "what is encrypted"))
	if k.MAC != reference.MACNULL {
		steps = append(steps, step("auth_key", k.AuthKey(), "PRF("+name+", 2d22ac75 || ff || csb_id || RAND)"))
	}
	if alone && k.MAC != reference.MACNULL {
		steps = append(steps, step("MAC input of KEMAC", reference.KEMACInput(k.Encr, k.Encrypt(t64, plain), k.MAC), "KEMAC without MAC, next payload 0"))
	}
	return steps
}

// A fault is what makes a message one to be refused.
type fault struct {
	comment string
	stage   string
	code    int
	change  func(s *signedMessage)
	about   []string
	by      string // the party that gets the message, if it is not the usual one
	request obj    // other members of the request
}

func bad(comment, stage string, code int, change func(s *signedMessage), about ...string) fault {
	return fault{comment: comment, stage: stage, code: code, change: change, about: about}
}

func (f fault) to(party string) fault {
	f.by = party
	return f
}

func (f fault) with(members obj) fault {
	f.request = members
	return f
}

// faulty returns the octets of a message with a fault.
func faulty(base signedMessage, f fault) []byte {
	f.change(&base)
	return base.octets()
}

// signatureFaults are what may be wrong with the signature of a message.
func (p *pki) signatureFaults(base signedMessage) []fault {
	covers := func(change func(s *signedMessage, covered []byte) []byte) func(*signedMessage) {
		return func(s *signedMessage) {
			sign, copied := s.signer.Sign, *s
			s.signer.Sign = func(covered []byte) []byte { return sign(change(&copied, covered)) }
		}
	}
	block := func(em func(k reference.RSAKey, message []byte) []byte) func(*signedMessage) {
		return func(s *signedMessage) {
			key := s.key
			s.signer.Sign = func(covered []byte) []byte { return key.Private(em(key, covered)) }
		}
	}
	after := func(change func(octets []byte, m *reference.Message) []byte) func(*signedMessage) {
		return func(s *signedMessage) { s.after = change }
	}
	insert := func(s *signedMessage, covered, what []byte) []byte {
		n := len(covered) - len(s.more)
		return concat(covered[:n], what, covered[n:])
	}
	faults := []fault{
		bad("signature with its last bit changed", "auth-failure", 0, after(func(o []byte, _ *reference.Message) []byte { return flip(o, -1) }), "ModifiedSignature", "R-3830-107"),
		bad("signature with a bit of its first half changed", "auth-failure", 0, after(func(o []byte, _ *reference.Message) []byte { return flip(o, -200) }), "ModifiedSignature", "R-3830-107"),
		bad("signature of zeros", "auth-failure", 0, block(func(k reference.RSAKey, _ []byte) []byte { return make([]byte, k.Len()) }), "ForgedSignature", "R-3830-107"),
		bad("signature that is the number 1", "auth-failure", 0, block(func(k reference.RSAKey, _ []byte) []byte { return append(make([]byte, k.Len()-1), 1) }), "ForgedSignature", "R-3830-107"),
		bad("signature with the key of somebody else", "auth-failure", 0, func(s *signedMessage) { s.signer = rsaOf("carol").PKCS1() }, "ForgedSignature", "R-3830-070"),
		bad("signature over the message without its header", "auth-failure", 0, covers(func(s *signedMessage, c []byte) []byte { return c[10+9*len(s.sessions):] }), "SignatureCoverage", "R-3830-070"),
		bad("signature over the message with a signature of zeros", "auth-failure", 0, covers(func(s *signedMessage, c []byte) []byte {
			end := []byte{byte(s.signer.Len >> 8), byte(s.signer.Len)}
			if !s.wholePayload {
				end = nil
			}
			return insert(s, c, append(end, make([]byte, s.signer.Len)...))
		}), "SignatureCoverage", "R-3830-070"),
		bad("signature over the message before it had a SIGN payload", "auth-failure", 0, covers(func(s *signedMessage, _ []byte) []byte {
			return append(s.unsigned().Octets(), s.more...)
		}), "SignatureCoverage", "R-3830-070"),
		bad("signature over the hash of the message", "auth-failure", 0, covers(func(_ *signedMessage, c []byte) []byte {
			sum := sha256.Sum256(c)
			return sum[:]
		}), "SignatureCoverage", "R-3830-065"),
		bad("signature over SHA-1", "policy", -1, func(s *signedMessage) { s.signer = s.key.PKCS1SHA1() }, "SHA1", "P-16"),
		bad("signature block with the hash and no DigestInfo", "auth-failure", 0, block(func(k reference.RSAKey, m []byte) []byte {
			sum := sha256.Sum256(m)
			return k.SignatureBlock(sum[:])
		}), "SignaturePadding", "R-3830-065"),
		bad("signature block with short padding and octets behind the hash", "auth-failure", 0, block(func(k reference.RSAKey, m []byte) []byte {
			b := concat([]byte{0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0}, reference.DigestSHA256(m))
			return append(b, make([]byte, k.Len()-len(b))...)
		}), "SignaturePadding", "R-3830-065"),
		bad("signature block of type 2", "auth-failure", 0, block(func(k reference.RSAKey, m []byte) []byte {
			return k.EncryptionBlock(reference.DigestSHA256(m))
		}), "SignaturePadding", "R-3830-065"),
		bad("signature block whose padding is not all ff", "auth-failure", 0, block(func(k reference.RSAKey, m []byte) []byte {
			return flip(k.SignatureBlock(reference.DigestSHA256(m)), 100)
		}), "SignaturePadding", "R-3830-065"),
		bad("PSS signature with the S type of PKCS #1 v1.5", "auth-failure", 0, func(s *signedMessage) {
			s.signer = s.key.PSS()
			s.signer.Type = 0
		}, "R-3830-065"),
		bad("S type 7, which nobody has", "unsupported", -1, func(s *signedMessage) { s.signer.Type = 7 }, "R-3830-048"),
		bad("SIGN whose length is one more than there is", "malformed", -1, after(func(o []byte, m *reference.Message) []byte {
			at := m.Offset(len(m.Payloads) - 1)
			return flip(o, at+1)
		}), "R-3830-032"),
		bad("message without the last octet of its signature", "malformed", -1, after(func(o []byte, _ *reference.Message) []byte { return cut(o, len(o)-1) }), "R-3830-032"),
		bad("message with an octet behind its signature", "malformed", -1, after(func(o []byte, _ *reference.Message) []byte { return append(o, 0) }), "R-3830-032"),
		bad("message that ends before its certificate does", "malformed", -1, after(func(o []byte, m *reference.Message) []byte {
			for i, p := range m.Payloads {
				if p.Number == reference.NumCERT {
					return cut(o, m.Offset(i+1)-1)
				}
			}
			panic("there is no certificate")
		}), "R-3830-005"),
		bad("no SIGN", "malformed", -1, after(func(_ []byte, m *reference.Message) []byte {
			m.Payloads = m.Payloads[:len(m.Payloads)-1]
			return m.Octets()
		}), "R-3830-032"),
	}
	if !base.wholePayload {
		faults = append(faults, bad("signature over the message without the whole SIGN payload", "auth-failure", 0, covers(func(s *signedMessage, c []byte) []byte {
			n := len(c) - len(s.more)
			return concat(c[:n-2], c[n:])
		}), "SignatureCoverage", "R-3830-070"))
	}
	return faults
}

const certificateChanged = "certificate changed behind the signature"

// changedFaults are messages that somebody has changed on the way. Every payload
// is covered.
func changedFaults(base signedMessage) []fault {
	var faults []fault
	add := func(comment string, change func(octets []byte, m *reference.Message) []byte) {
		code := 0
		if comment == certificateChanged {
			code = -1 // 0, or 8 for a certificate that is not acceptable
		}
		faults = append(faults, bad(comment, "auth-failure", code, func(s *signedMessage) { s.after = change },
			"ModifiedMessage", "R-3830-070"))
	}
	in := func(number byte, change func(octets []byte, from, to int) []byte) func([]byte, *reference.Message) []byte {
		return func(octets []byte, m *reference.Message) []byte {
			for i, p := range m.Payloads {
				if p.Number == number {
					return change(octets, m.Offset(i), m.Offset(i+1))
				}
			}
			panic("there is no such payload")
		}
	}
	last := func(octets []byte, _, to int) []byte { return flip(octets, to-1) }
	middle := func(octets []byte, from, to int) []byte { return flip(octets, (from+to)/2) }
	m := base.signed()
	seen := map[byte]bool{}
	for _, p := range m.Payloads {
		if seen[p.Number] {
			continue
		}
		seen[p.Number] = true
		name := payloadNames[p.Number]
		switch p.Number {
		case reference.NumRAND:
			add("RAND changed behind the signature", in(p.Number, last))
		case reference.NumID:
			add("identity of the sender changed behind the signature", in(p.Number, last))
		case reference.NumCERT:
			add(certificateChanged, in(p.Number, last))
		case reference.NumSP:
			// The last parameter is the length of the tag: 4 is one as well.
			add("SP changed behind the signature", in(p.Number, func(octets []byte, _, to int) []byte {
				octets[to-1] = 4
				return octets
			}))
		case reference.NumKEMAC:
			add("KEMAC changed behind the signature", in(p.Number, middle))
			add("MAC of KEMAC changed behind the signature", in(p.Number, last))
		case reference.NumPKE, reference.NumDH:
			add(name+" changed behind the signature", in(p.Number, middle))
		}
	}
	return faults
}

// certificateFaults are what may be wrong with the certificate of the sender,
// whose name is that of a holder with variants. The message is signed with the
// right key.
func (p *pki) certificateFaults(sender string) []fault {
	uses := func(variant string) func(*signedMessage) {
		return func(s *signedMessage) { s.certs = p.certs(sender+"-"+variant, 0) }
	}
	path := []string{"CertificatePath", "R-3830-089"}
	return []fault{
		bad("no certificate, and none is known", "auth-failure", -1, func(s *signedMessage) { s.certs = nil }, path...),
		bad("certificate that has expired", "auth-failure", -1, uses("expired"), path...),
		bad("certificate that is not valid yet", "auth-failure", -1, uses("future"), path...),
		bad("certificate under another root", "auth-failure", -1, uses("other-root"), path...),
		bad("certificate signed with its own key", "auth-failure", -1, uses("self"), path...),
		bad("certificate of a chain whose middle is missing", "auth-failure", -1, func(s *signedMessage) { s.certs = p.certs(sender+"-chain", 0)[:1] }, path...),
		bad("certificate of a long chain with one missing", "auth-failure", -1, func(s *signedMessage) { s.certs = p.certs(sender+"-long-chain", 0)[:2] }, path...),
		bad("certificate of a chain whose middle has expired", "auth-failure", -1, uses("old-chain"), path...),
		bad("certificate that somebody without authority signed", "auth-failure", -1, uses("by-a-peer"), path...),
		bad("certificate for encryption alone", "auth-failure", -1, uses("encr"), "CertificateUsage", "R-3830-037"),
		bad("certificate of type X.509v3 for encryption", "auth-failure", -1, func(s *signedMessage) { s.certs = p.certs(sender, 3) }, "CertificateUsage", "R-3830-037"),
		bad("certificate of an unknown type", "unsupported", -1, func(s *signedMessage) { s.certs = p.certs(sender, 9) }, "R-3830-037"),
		bad("certificate that is no DER", "malformed", -1, func(s *signedMessage) { s.certs = one(reference.CERT(0, []byte("no certificate"))) }, "R-3830-037"),
		bad("certificate of somebody else", "auth-failure", -1, func(s *signedMessage) { s.certs = p.certs("carol", 0) }, "IdentityBinding", "R-3830-070"),
		bad("certificate without names", "auth-failure", -1, uses("no-names"), "IdentityBinding", "P-18"),
		bad("certificate and key of somebody else who is trusted", "auth-failure", -1, func(s *signedMessage) {
			s.certs, s.signer = p.certs("carol", 0), rsaOf("carol").PKCS1()
		}, "IdentityBinding", "P-18"),
		bad("key of 1024 bits", "policy", -1, func(s *signedMessage) {
			s.certs, s.key = p.certs(sender+"-1024", 0), rsaOf("rsa1024")
			s.signer = s.key.PKCS1()
		}, "WeakKey", "R-3830-055"),
	}
}

// requestFaults are what may be wrong with the payloads of a request from alice
// to bob.
func (p *pki) requestFaults() []fault {
	payloads := func(change func(m *reference.Message)) func(*signedMessage) {
		return func(s *signedMessage) { s.edit = change }
	}
	timed := func(d time.Duration) func(*signedMessage) {
		return func(s *signedMessage) {
			ts := reference.NTP(certsNow.Add(d))
			s.t, s.env.ts = one(reference.T(0, ts)), ts
		}
	}
	policy := func(sps ...reference.Payload) func(*signedMessage) {
		return func(s *signedMessage) { s.sps = sps }
	}
	return []fault{
		bad("T one second too old", "stale", 1, timed(-301*time.Second), "R-3830-074"),
		bad("T one second too far in the future", "stale", 1, timed(301*time.Second), "R-3830-074"),
		bad("T ten seconds old where five are allowed", "stale", 1, timed(-10*time.Second), "R-3830-074").with(obj{"max_skew_seconds": 5}),
		bad("no T", "malformed", -1, func(s *signedMessage) { s.t = nil }, "R-3830-072"),
		bad("two T", "malformed", -1, func(s *signedMessage) { s.t = append(s.t, s.t...) }, "RepeatedPayload", "P-01"),
		bad("two RAND", "malformed", -1, func(s *signedMessage) { s.rand = append(s.rand, s.rand...) }, "RepeatedPayload", "P-01"),
		bad("three ID", "malformed", -1, func(s *signedMessage) { s.other = append(s.other, s.other...) }, "RepeatedPayload", "P-19"),
		bad("two SP with one number", "malformed", -1, func(s *signedMessage) { s.sps = append(s.sps, s.sps...) }, "R-3830-041"),
		bad("payload 99, which nobody has", "malformed", -1, payloads(func(m *reference.Message) {
			m.Add(reference.Payload{Number: 99, Body: []byte{0, 0}})
		}), "P-50"),
		bad("Key data outside of KEMAC", "malformed", -1, payloads(func(m *reference.Message) {
			k := reference.KeyData(reference.Key{Key: count(16, 0)})
			m.Add(reference.Payload{Number: reference.NumKeyData, Body: k[1:]})
		}), "R-3830-024"),
		bad("version 2", "unsupported", -1, payloads(func(m *reference.Message) { m.Version = 2 }), "R-3830-004"),
		bad("version 0", "unsupported", -1, payloads(func(m *reference.Message) { m.Version = 0 }), "R-3830-004"),
		bad("PRF function 9", "unsupported", 2, payloads(func(m *reference.Message) { m.PRF = 9 }), "R-3830-048"),
		bad("data type 99", "unsupported", -1, payloads(func(m *reference.Message) { m.DataType = 99 }), "R-3830-016"),
		bad("map of 255 entries in a shorter message", "malformed", -1, payloads(func(m *reference.Message) {
			m.Map = nil
			m.CSCount = 255
		}), "R-3830-010"),
		bad("message for somebody else", "policy", -1, func(s *signedMessage) { s.other = one(reference.ID(1, carolURI)) }, "WrongIdentity", "R-3830-087"),
		bad("message for the name of somebody else, of another type", "policy", -1, func(s *signedMessage) { s.other = one(reference.ID(0, carolNAI)) }, "WrongIdentity", "R-3830-087"),
		bad("message from somebody else than expected", "policy", -1, func(s *signedMessage) {}, "WrongIdentity", "R-3830-086").to("bob-for-carol"),
		bad("identity of the sender that is not in the certificate", "auth-failure", -1, func(s *signedMessage) {
			s.own = one(reference.ID(1, carolURI))
			s.env.id = carolURI
		}, "IdentityBinding", "P-18"),
		bad("identity of the sender with another type than in the certificate", "auth-failure", -1, func(s *signedMessage) {
			s.own = one(reference.ID(0, aliceURI))
			s.env.idType = 0
		}, "IdentityBinding", "P-18"),
		bad("identity of the sender that continues the one in the certificate", "auth-failure", -1, func(s *signedMessage) {
			s.own = one(reference.ID(1, aliceURI+".net"))
			s.env.id = aliceURI + ".net"
		}, "IdentityBinding", "P-18"),
		bad("message from a certificate other than the only one trusted", "auth-failure", -1, func(s *signedMessage) {}, "CertificatePath", "R-3830-089").to("bob-for-carols-certificate"),
		bad("certificate that is the only one trusted, and has expired", "auth-failure", -1, func(s *signedMessage) {
			s.certs = p.certs("alice-expired", 0)
		}, "CertificatePath", "R-3830-089").to("bob-for-old-certificate"),
		bad("policy for SRTP with an unknown cipher", "unsupported", 10, policy(reference.SP(0, 0, param(0, 99))), "R-3830-048"),
		bad("policy for an unknown protocol", "unsupported", 9, policy(reference.SP(0, 99, param(0, 1))), "R-3830-048"),
		bad("policy with a parameter that does not fit its length", "malformed", -1, policy(reference.Payload{
			Number: reference.NumSP, Body: []byte{0, 0, 0, 3, 0, 2, 1},
		}), "R-3830-042"),
	}
}

func sum1(b []byte) []byte {
	sum := sha1.Sum(b)
	return sum[:]
}

func sum256(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// ones is n octets of ff.
func ones(n int) []byte { return bytes.Repeat([]byte{0xff}, n) }
