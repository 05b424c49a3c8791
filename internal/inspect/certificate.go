package inspect

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gomikey/gomikey/internal/spki"
	"github.com/gomikey/gomikey/mikey"
)

// leastRSABits is the length of RSA keys below which there is a note. Exchanges
// refuse shorter ones as well.
const leastRSABits = 2048

// rsaBits returns the length in bits of an RSA key whose signatures and envelope
// keys have n octets, 0 where that is no usual length.
func rsaBits(n int) int {
	if n < 64 || n > 2048 || n%8 != 0 {
		return 0
	}
	return 8 * n
}

// certificate fills in what a CERT payload says. The certificate is parsed and
// not verified: no signature of it, which may be by a key that takes long.
func (w *walker) certificate(c *mikey.Cert) *Cert {
	out := &Cert{CertType: int(c.CertType), CertName: c.CertType.String(), Data: hex.EncodeToString(c.Data)}
	switch c.CertType {
	case mikey.CertX509URL:
		out.URL = printable(string(c.Data))
	case mikey.CertX509, mikey.CertX509Sign, mikey.CertX509Encr:
		fingerprint := sha256.Sum256(c.Data)
		out.SHA256 = hex.EncodeToString(fingerprint[:])
		cert, err := x509.ParseCertificate(c.Data)
		if err != nil {
			out.Problem = escape(strings.TrimPrefix(err.Error(), "x509: "))
			break
		}
		out.x509 = cert
		out.describe(cert, w.now)
	}
	return out
}

// escape makes text of anybody fit for a line, and not too long for it.
func escape(s string) string {
	const most = 200
	cut := len(s) > most
	if cut {
		s = s[:most]
	}
	quoted := strconv.QuoteToASCII(s)
	quoted = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	if cut {
		quoted += "..."
	}
	return quoted
}

func certStatus(c *x509.Certificate, now time.Time) string {
	switch {
	case now.Before(c.NotBefore):
		return CertNotYetValid
	case now.After(c.NotAfter):
		return CertExpired
	}
	return CertValid
}

func (out *Cert) describe(c *x509.Certificate, now time.Time) {
	out.Subject, out.Issuer = c.Subject.String(), c.Issuer.String()
	out.NotBefore = c.NotBefore.UTC().Format(time.RFC3339)
	out.NotAfter = c.NotAfter.UTC().Format(time.RFC3339)
	out.Status = certStatus(c, now)
	out.Serial = hex.EncodeToString(c.SerialNumber.Bytes())
	if c.SerialNumber.Sign() == 0 {
		out.Serial = "00"
	}
	if c.SignatureAlgorithm != x509.UnknownSignatureAlgorithm {
		out.SignatureAlg = c.SignatureAlgorithm.String()
	}
	out.Key = publicKey(c)
	out.CA = c.BasicConstraintsValid && c.IsCA
	for _, u := range keyUsages {
		if c.KeyUsage&u.usage != 0 {
			out.KeyUsage = append(out.KeyUsage, u.name)
		}
	}
	for _, u := range c.URIs {
		out.AltNames = append(out.AltNames, AltName{"uri", u.String()})
	}
	for _, address := range c.EmailAddresses {
		out.AltNames = append(out.AltNames, AltName{"mail", address})
	}
	for _, name := range c.DNSNames {
		out.AltNames = append(out.AltNames, AltName{"dns", name})
	}
	for _, address := range c.IPAddresses {
		out.AltNames = append(out.AltNames, AltName{"ip", address.String()})
	}
}

var keyUsages = []struct {
	usage x509.KeyUsage
	name  string
}{
	{x509.KeyUsageDigitalSignature, "digital signature"},
	{x509.KeyUsageContentCommitment, "content commitment"},
	{x509.KeyUsageKeyEncipherment, "key encipherment"},
	{x509.KeyUsageDataEncipherment, "data encipherment"},
	{x509.KeyUsageKeyAgreement, "key agreement"},
	{x509.KeyUsageCertSign, "certificate signing"},
	{x509.KeyUsageCRLSign, "CRL signing"},
	{x509.KeyUsageEncipherOnly, "encipher only"},
	{x509.KeyUsageDecipherOnly, "decipher only"},
}

// publicKey describes the public key of a certificate.
func publicKey(c *x509.Certificate) *CertKey {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return &CertKey{KeyType: "RSA", Bits: k.N.BitLen()}
	case *ecdsa.PublicKey:
		params := k.Curve.Params()
		return &CertKey{KeyType: "ECDSA", Bits: params.BitSize, Curve: params.Name}
	case ed25519.PublicKey:
		return &CertKey{KeyType: "Ed25519", Bits: 256}
	case *ecdh.PublicKey:
		return &CertKey{KeyType: "X25519", Bits: 256}
	}
	out := &CertKey{KeyType: "unknown"}
	if c.PublicKeyAlgorithm != x509.UnknownPublicKeyAlgorithm {
		out.KeyType = c.PublicKeyAlgorithm.String()
	}
	oid, bits, ok := spki.Of(c)
	if !ok {
		return out
	}
	out.OID = oid.String()
	if oid.Equal(spki.RSAESOAEP) {
		if k, err := x509.ParsePKCS1PublicKey(bits); err == nil {
			return &CertKey{KeyType: keyTypeOAEP, Bits: k.N.BitLen()}
		}
	}
	return out
}

// keyTypeOAEP is a type of RSA keys that package x509 does not read: those for
// RSAES-OAEP alone (RFC 8017, Appendix A.2.1).
const keyTypeOAEP = "RSAES-OAEP"

func (k *CertKey) rsa() bool { return k.KeyType == "RSA" || k.KeyType == keyTypeOAEP }

// A seenCert is a CERT payload of a message.
type seenCert struct {
	out     *Payload
	payload *mikey.Cert
	cert    *x509.Certificate // nil where it is none, or not understood
}

// certificates returns the CERT payloads of the message.
func (w *walker) certificates() []seenCert {
	var all []seenCert
	for i, p := range w.parsed {
		if c, ok := p.(*mikey.Cert); ok {
			out := &w.m.Payloads[i]
			all = append(all, seenCert{out, c, out.Cert.x509})
		}
	}
	return all
}

// noteCertificates looks at the CERT payloads, and at what was made with their
// keys.
func (w *walker) noteCertificates() {
	all := w.certificates()
	for _, c := range all {
		w.noteCertificate(c)
	}
	for i := 1; i < len(all); i++ {
		before, this := all[i-1], all[i]
		if before.cert != nil && this.cert != nil && before.payload.CertType == this.payload.CertType &&
			!bytes.Equal(before.cert.RawIssuer, this.cert.RawSubject) {
			w.m.note("chain_gap", this.out.Offset, "the subject is not the issuer of the certificate before it")
		}
	}
	w.noteCertHashes(all)
	w.noteEnvelope()
	if i, ok := find[*mikey.Sign](w); ok {
		w.noteSignature(&w.m.Payloads[i], all)
	}
}

// noteCertificate looks at one certificate by itself.
func (w *walker) noteCertificate(c seenCert) {
	m, offset, out := w.m, c.out.Offset, c.out.Cert
	switch {
	case c.payload.CertType == mikey.CertX509URL:
		if u, err := url.Parse(out.URL); err != nil || !u.IsAbs() || !isASCII(out.URL) {
			m.note("bad_certificate_url", offset, "the data is not the URL of a certificate")
		}
	case out.Problem != "":
		m.note("bad_certificate", offset, "the data is not a certificate in DER: %s", out.Problem)
	case c.payload.CertType > mikey.CertX509Encr:
		m.note("unknown_certificate_type", offset, "the certificate type is unknown: an exchange refuses the message")
	}
	if c.cert == nil {
		return
	}
	switch out.Status {
	case CertExpired:
		m.note("certificate_expired", offset, "the certificate expired at %s%s", out.NotAfter, w.atTimestamp(c.cert))
	case CertNotYetValid:
		m.note("certificate_not_yet_valid", offset, "the certificate is not valid before %s%s", out.NotBefore, w.atTimestamp(c.cert))
	}
	if out.Key.rsa() && out.Key.Bits < leastRSABits {
		m.note("short_rsa_key", offset, "the RSA key has %d bits, less than %d", out.Key.Bits, leastRSABits)
	}
	switch c.cert.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		m.note("weak_certificate_signature", offset, "the certificate is signed with %s: others can be made with the same hash", out.SignatureAlg)
	}
}

// atTimestamp says whether a certificate that is not valid now was so when the
// message was made, if the message tells.
func (w *walker) atTimestamp(c *x509.Certificate) string {
	i, ok := find[*mikey.Timestamp](w)
	if !ok {
		return ""
	}
	told, ok := w.parsed[i].(*mikey.Timestamp).Time()
	switch {
	case !ok:
		return ""
	case certStatus(c, told) == CertValid:
		return "; it is valid at the time in T"
	}
	return "; it is not valid at the time in T either"
}

// noteCertHashes finds the certificates that CHASH payloads name.
func (w *walker) noteCertHashes(all []seenCert) {
	for i, p := range w.parsed {
		hash, ok := p.(*mikey.CertHash)
		if !ok {
			continue
		}
		out := &w.m.Payloads[i]
		var digest crypto.Hash
		switch hash.HashFunc {
		case mikey.HashSHA1:
			digest = crypto.SHA1
		case mikey.HashSHA256:
			digest = crypto.SHA256
		case mikey.HashMD5:
			digest = crypto.MD5
			w.m.note("certificate_hash_md5", out.Offset, "MD5 does not tell a certificate from others: an exchange refuses the message")
		default:
			continue
		}
		for _, c := range all {
			h := digest.New()
			h.Write(c.payload.Data)
			if bytes.Equal(h.Sum(nil), hash.Hash) {
				at := c.out.Offset
				out.CertHash.CertOffset = &at
				break
			}
		}
	}
}

// noteEnvelope looks at the envelope key.
func (w *walker) noteEnvelope() {
	for i, p := range w.parsed {
		pke, ok := p.(*mikey.PKE)
		if !ok {
			continue
		}
		offset := w.m.Payloads[i].Offset
		w.noteRSALength("envelope_length", offset, len(pke.Data), "envelope key")
		if pke.Cache > mikey.CacheForCSB {
			w.m.note("unknown_cache", offset, "the cache type is unknown: an exchange refuses the message")
		}
	}
}

// noteRSALength looks at the length of what an RSA key made.
func (w *walker) noteRSALength(code string, offset, n int, what string) {
	switch bits := rsaBits(n); {
	case bits == 0:
		w.m.note(code, offset, "the %s has %d octets: that is the length of no usual RSA key", what, n)
	case bits < leastRSABits:
		w.m.note("short_rsa_key", offset, "the %s is of an RSA key of %d bits, less than %d", what, bits, leastRSABits)
	}
}

// noteSignature looks at whether the first certificate can have made the
// signature.
func (w *walker) noteSignature(out *Payload, all []seenCert) {
	m, sign := w.m, out.Sign
	isRSA := sign.SignType <= int(mikey.SignRSAPSS)
	n := len(sign.Signature) / 2
	if len(all) == 0 || all[0].cert == nil {
		if isRSA {
			w.noteRSALength("signature_length", out.Offset, n, "signature")
		}
		if len(all) == 0 {
			return
		}
	}
	leaf := all[0]
	if leaf.payload.CertType == mikey.CertX509Encr {
		m.note("encryption_certificate_signs", leaf.out.Offset,
			"the first certificate is the one of the signature, but is for encryption only: an exchange refuses the message")
	}
	if leaf.cert == nil {
		return
	}
	const signs = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if usage := leaf.cert.KeyUsage; usage != 0 && usage&signs == 0 {
		m.note("certificate_not_for_signatures", leaf.out.Offset,
			"the key usage has no signatures, but the first certificate is the one of the signature: an exchange refuses the message")
	}
	key := leaf.out.Cert.Key
	switch {
	case !isRSA:
	case !key.rsa():
		m.note("signature_key_type", out.Offset, "the signature is of type %s, the key of the first certificate of type %s", sign.SignTypeName, key.KeyType)
	case n != (key.Bits+7)/8:
		m.note("signature_length", out.Offset, "the signature has %d octets: the RSA key of the first certificate makes %d", n, (key.Bits+7)/8)
	}
	if mikey.DataType(m.Header.DataType) == mikey.RSARInit {
		w.noteRecipient(leaf)
	}
	w.noteNames(leaf)
}

// noteRecipient looks at the certificate to which the answer of RSA-R is
// encrypted.
func (w *walker) noteRecipient(c seenCert) {
	const what = "the answer is encrypted to the first certificate, but "
	usage := c.cert.KeyUsage
	switch {
	case c.payload.CertType == mikey.CertX509Sign:
		w.m.note("certificate_not_for_encryption", c.out.Offset, what+"that is for signatures only")
	case !c.out.Cert.Key.rsa():
		w.m.note("certificate_not_for_encryption", c.out.Offset, what+"its key is of type %s", c.out.Cert.Key.KeyType)
	case usage != 0 && usage&x509.KeyUsageKeyEncipherment == 0:
		w.m.note("certificate_not_for_encryption", c.out.Offset, what+"its key usage has no key encipherment")
	}
}

// noteNames looks for the identities of the message in a certificate. Which of
// two identities is the sender's is not always clear, so one is enough.
func (w *walker) noteNames(c seenCert) {
	var ids int
	for _, p := range w.parsed {
		id, ok := p.(*mikey.ID)
		if !ok || id.IDType > mikey.IDTypeURI {
			continue
		}
		ids++
		for _, name := range c.out.Cert.AltNames {
			if names(name, id) {
				return
			}
		}
	}
	if ids > 0 {
		w.m.note("identity_not_in_certificate", c.out.Offset, "no identity of the message is a subject alternative name of the first certificate")
	}
}

// names reports whether a name of a certificate is an identity.
func names(name AltName, id *mikey.ID) bool {
	switch {
	case name.NameType == "uri" && id.IDType == mikey.IDTypeURI:
		return name.Value == id.Value
	case name.NameType == "mail" && id.IDType == mikey.IDTypeNAI:
		i, j := strings.LastIndex(name.Value, "@"), strings.LastIndex(id.Value, "@")
		return i >= 0 && i == j && name.Value[:i] == id.Value[:j] && strings.EqualFold(name.Value[i:], id.Value[j:])
	}
	return false
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c > 0x7e }) < 0
}
