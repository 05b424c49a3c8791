package mikey

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"strings"

	"github.com/cloudflare/circl/sign/ed448"
	"github.com/gomikey/gomikey/internal/spki"
)

// A KeyPair is a certificate with its private key.
type KeyPair struct {
	// Chain is the certificate and those that certify it, without the root.
	Chain []*x509.Certificate

	// Key belongs to the certificate: an RSA, ECDSA or Ed25519 key of the
	// standard library, an Ed448 key of circl, or another crypto.Signer with a
	// public key of these types. Envelope keys are opened by a
	// crypto.Decrypter with an RSA key, or by an ECDSA or ECDH key.
	Key crypto.PrivateKey

	// Envelope opens envelope keys instead of Key, if it is set: a key without
	// a certificate, whose public half is the X509.PeerKey of the peer.
	Envelope *ecdh.PrivateKey
}

// An X509 is what the modes with certificates need: PublicKey, SignedDH and
// RSAR. It must not be changed while in use.
type X509 struct {
	// KeyPairs are the own certificates. The first one signs, and goes into
	// messages. An initiator may use any of them to encrypt to this party.
	KeyPairs []KeyPair

	// Roots are the certificates that certify peers. Without Roots, Peer or
	// VerifyPeer must say whom to trust.
	Roots *x509.CertPool

	// Peer is the certificate of the peer, if it is known: what PublicKey
	// encrypts to, and what counts where a message has no certificate. Without
	// Roots it is the only one trusted.
	Peer *x509.Certificate

	// PeerKey is what PublicKey encrypts to instead of Peer, if it is set: an
	// X25519, P-256, P-384 or P-521 key without a certificate.
	PeerKey *ecdh.PublicKey

	// VerifyPeer has the last word on a peer, after everything else was
	// checked. Without Roots and Peer it is the only one to check the chain.
	VerifyPeer func(chain []*x509.Certificate, id ID) error

	// Revoked reports an error if a certificate of a verified chain was
	// revoked. Nil: nobody asks.
	Revoked func(chain []*x509.Certificate) error

	// VerifyIdentity reports an error if a certificate is not for an identity.
	// Nil: the identity must be a subject alternative name of the certificate,
	// an NAI as rfc822Name or a URI as uniformResourceIdentifier.
	VerifyIdentity func(id ID, certificate *x509.Certificate) error

	// Fetch gets the DER octets of a certificate that a message names by a URL
	// (RFC 4738, Section 3.8). The URL comes from an unauthenticated message.
	// Nil: such certificates are refused.
	Fetch func(url string) ([]byte, error)

	// URL is sent instead of the certificate itself, if there is one.
	URL string

	// OmitCertificates sends none: the peer knows it.
	OmitCertificates bool

	// CertHash names the peer's certificate by its hash in PublicKey messages,
	// for peers that have several.
	CertHash bool

	// OAEP encrypts envelope keys with RSAES-OAEP, with SHA-1 as RFC 3830 cites
	// it, instead of PKCS #1 v1.5. Nothing in a message says which it is. A
	// certificate whose key is of type RSAES-OAEP decides by itself.
	OAEP bool

	// Signature is how RSA keys sign. Zero: RSASSA-PKCS1-v1_5 with SHA-256.
	Signature SignatureScheme

	// InsecureSHA1 accepts, and with SHA1 in Signature makes, signatures over
	// SHA-1, as implementations of 2004 do.
	InsecureSHA1 bool

	// InsecureRSA1024 accepts RSA keys of 1024 bits and more. Otherwise they
	// have 2048 or more.
	InsecureRSA1024 bool

	// AllowMissingIDs accepts peers whose messages do not say who they are and
	// whom they are for. A message for somebody else that is redirected here is
	// then not noticed (RFC 3830, Section 9.5).
	AllowMissingIDs bool
}

// check checks what a party configured.
func (c *X509) check() error {
	if len(c.KeyPairs) == 0 {
		return refuse(Usage, "X509 needs a KeyPair: a certificate and its private key")
	}
	if c.Roots == nil && c.Peer == nil && c.VerifyPeer == nil {
		return refuse(Usage, "X509 needs Roots, Peer or VerifyPeer to know whom to trust")
	}
	for i := range c.KeyPairs {
		k := &c.KeyPairs[i]
		if len(k.Chain) == 0 || k.Key == nil {
			return refuse(Usage, "key pair %d has no certificate or no private key", i+1)
		}
		if len(k.Chain) > maxCerts {
			return refuse(Usage, "key pair %d has a chain of %d certificates, more than %d", i+1, len(k.Chain), maxCerts)
		}
		private, ok := k.Key.(interface{ Public() crypto.PublicKey })
		if !ok {
			return refuse(Usage, "the private key of key pair %d is of type %T", i+1, k.Key)
		}
		public, _, err := certificateKey(k.Chain[0])
		if err != nil {
			return refuse(Usage, "key pair %d: %w", i+1, err)
		}
		own, ok := private.Public().(interface{ Equal(crypto.PublicKey) bool })
		if !ok || !own.Equal(public) {
			return refuse(Usage, "the private key of key pair %d is not that of its certificate", i+1)
		}
		if err := c.checkStrength(public); err != nil {
			return err
		}
	}
	if c.Signature == SignatureRSASHA1 && !c.InsecureSHA1 {
		return refuse(Policy, "signatures over SHA-1 need InsecureSHA1")
	}
	return nil
}

// checkStrength refuses RSA keys that are too short.
func (c *X509) checkStrength(key crypto.PublicKey) error {
	k, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil
	}
	least := 2048
	if c.InsecureRSA1024 {
		least = 1024
	}
	if n := k.N.BitLen(); n < least {
		return refuseWith(Policy, ErrorInvalidCert, "the RSA key has %d bits, less than %d", n, least)
	}
	return nil
}

// certificateID returns the first name of a certificate that is an identity.
func certificateID(c *x509.Certificate) ID {
	if c == nil {
		return ID{}
	}
	if len(c.URIs) > 0 {
		return URI(c.URIs[0].String())
	}
	if len(c.EmailAddresses) > 0 {
		return NAI(c.EmailAddresses[0])
	}
	return ID{}
}

// identities returns the identities of the parties as far as certificates tell.
func (c *X509) identities() (own, peer ID) {
	return certificateID(c.KeyPairs[0].Chain[0]), certificateID(c.Peer)
}

// payloads returns the CERT payloads of the own certificate.
func (c *X509) payloads() []Payload {
	switch {
	case c.OmitCertificates:
		return nil
	case c.URL != "":
		return []Payload{&Cert{CertType: CertX509URL, Data: []byte(c.URL)}}
	}
	var all []Payload
	for _, cert := range c.KeyPairs[0].Chain {
		all = append(all, &Cert{CertType: CertX509, Data: cert.Raw})
	}
	return all
}

// addCertificates puts the CERT payloads behind the ID payload of the sender,
// which stands behind T and RAND (RFC 3830, Section 3.2).
func (c *X509) addCertificates(m *Message, sender ID) {
	at := 0
	for at < len(m.Payloads) {
		t := m.Payloads[at].Type()
		if t != TPayload && t != RANDPayload && t != GeneralExtensionPayload {
			break
		}
		at++
	}
	if at < len(m.Payloads) {
		if id, ok := m.Payloads[at].(*ID); ok && *id == sender {
			at++
		}
	}
	certs := c.payloads()
	payloads := make([]Payload, 0, len(m.Payloads)+len(certs)+4)
	payloads = append(payloads, m.Payloads[:at]...)
	payloads = append(payloads, certs...)
	m.Payloads = append(payloads, m.Payloads[at:]...)
}

// peerChain returns the certificate that a message was signed with and those
// that certify it. It is the one of the message, or the one that is known: an
// update need not repeat that of the first message (RFC 3830, Section 4.5).
func (c *X509) peerChain(x *Exchange, m *Message) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for _, p := range m.Payloads {
		payload, ok := p.(*Cert)
		if !ok {
			continue
		}
		der := payload.Data
		switch payload.CertType {
		case CertX509, CertX509Sign:
		case CertX509URL:
			if c.Fetch == nil {
				return nil, refuseWith(Unsupported, ErrorInvalidCert, "the certificate is a URL, and X509.Fetch is not set")
			}
			var err error
			if der, err = c.Fetch(string(payload.Data)); err != nil {
				return nil, refuseWith(AuthFailure, ErrorInvalidCert, "the certificate cannot be fetched: %w", err)
			}
		case CertX509Encr:
			if len(chain) == 0 {
				return nil, refuseWith(AuthFailure, ErrorInvalidCert, "the certificate is for encryption, not for signatures")
			}
		default:
			return nil, refuseWith(Unsupported, ErrorInvalidCert, "certificate type %v", payload.CertType)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, refuseWith(Malformed, ErrorInvalidCert, "certificate %d: %w", len(chain)+1, err)
		}
		chain = append(chain, cert)
	}
	if len(chain) == 0 {
		chain = x.KnownPeer
	}
	if len(chain) == 0 && c.Peer != nil {
		chain = []*x509.Certificate{c.Peer}
	}
	if len(chain) == 0 {
		return nil, refuseWith(AuthFailure, ErrorInvalidCert, "the message has no certificate, and none is known")
	}
	return chain, nil
}

// verifyChain checks that a chain is trusted and its first certificate good for
// signatures at the time.
func (c *X509) verifyChain(x *Exchange, chain []*x509.Certificate) error {
	leaf := chain[0]
	now := x.Config.Now()
	bad := func(format string, args ...any) error {
		return refuseWith(AuthFailure, ErrorInvalidCert, format, args...)
	}
	switch {
	case now.Before(leaf.NotBefore):
		return bad("the certificate is not valid before %v", leaf.NotBefore)
	case now.After(leaf.NotAfter):
		return bad("the certificate is not valid after %v", leaf.NotAfter)
	case leaf.KeyUsage != 0 && leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return bad("the certificate is not for signatures")
	}
	verified := [][]*x509.Certificate{chain}
	if c.Roots != nil {
		intermediates := x509.NewCertPool()
		for _, cert := range chain[1:] {
			intermediates.AddCert(cert)
		}
		var err error
		if verified, err = leaf.Verify(x509.VerifyOptions{
			Roots: c.Roots, Intermediates: intermediates, CurrentTime: now,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		}); err != nil {
			return bad("the certificate is not trusted: %w", err)
		}
	} else if c.Peer != nil && !leaf.Equal(c.Peer) {
		return bad("the certificate is not the one that is known of the peer")
	}
	if c.Revoked != nil {
		if err := c.Revoked(verified[0]); err != nil {
			return bad("the certificate was revoked: %w", err)
		}
	}
	return nil
}

// verifyIdentity checks that the peer is who it says it is.
func (c *X509) verifyIdentity(chain []*x509.Certificate, id ID) error {
	bad := func(format string, args ...any) error {
		return refuseWith(AuthFailure, ErrorAuthFailure, format, args...)
	}
	if !id.IsZero() {
		if err := c.matchIdentity(id, chain[0]); err != nil {
			return bad("the certificate is not for %v: %w", id, err)
		}
	} else if !c.AllowMissingIDs {
		return refuseWith(Policy, ErrorAuthFailure, "the peer does not say who it is")
	}
	if c.VerifyPeer != nil {
		if err := c.VerifyPeer(chain, id); err != nil {
			return bad("the peer is not accepted: %w", err)
		}
	}
	return nil
}

// matchIdentity reports an error if a certificate is not for an identity.
func (c *X509) matchIdentity(id ID, certificate *x509.Certificate) error {
	if c.VerifyIdentity != nil {
		return c.VerifyIdentity(id, certificate)
	}
	return matchName(id, certificate)
}

var errNotAName = errors.New("it is not a subject alternative name")

// matchName compares an identity with the names of a certificate. The domain of
// an NAI is compared without case.
func matchName(id ID, c *x509.Certificate) error {
	switch id.IDType {
	case IDTypeNAI:
		for _, name := range c.EmailAddresses {
			if sameNAI(name, id.Value) {
				return nil
			}
		}
	case IDTypeURI:
		for _, name := range c.URIs {
			if name.String() == id.Value {
				return nil
			}
		}
	}
	return errNotAName
}

func sameNAI(a, b string) bool {
	userA, domainA, okA := cutLast(a, "@")
	userB, domainB, okB := cutLast(b, "@")
	return okA == okB && userA == userB && strings.EqualFold(domainA, domainB)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// authenticate verifies that a message was signed by the peer and that the peer
// is id. For more and eitherCoverage see verify. It returns the certificates of
// the peer.
func (c *X509) authenticate(x *Exchange, m *Message, id ID, more []byte, eitherCoverage bool) ([]*x509.Certificate, error) {
	chain, err := c.peerChain(x, m)
	if err != nil {
		return nil, err
	}
	if err := c.verifyChain(x, chain); err != nil {
		return nil, err
	}
	key, _, err := certificateKey(chain[0])
	if err != nil {
		return nil, refuseWith(Unsupported, ErrorInvalidCert, "the certificate: %w", err)
	}
	if err := c.checkStrength(key); err != nil {
		return nil, err
	}
	if err := c.verify(m, key, more, eitherCoverage); err != nil {
		return nil, err
	}
	if known := x.KnownPeer; len(known) > 0 && !chain[0].Equal(known[0]) && id.IsZero() {
		return nil, refuseWith(AuthFailure, ErrorAuthFailure, "without an identity, the certificate must be the one that the CSB was set up with")
	}
	// Names are compared last: before the signature is verified, they say
	// nothing.
	return chain, c.verifyIdentity(chain, id)
}

// certificateKey returns the public key of a certificate, and whether it is one
// for RSAES-OAEP alone.
func certificateKey(c *x509.Certificate) (key crypto.PublicKey, oaep bool, err error) {
	if c.PublicKey != nil {
		return c.PublicKey, false, nil
	}
	oid, bits, ok := spki.Of(c)
	if !ok {
		return nil, false, errors.New("its public key is malformed")
	}
	switch {
	case oid.Equal(spki.RSAESOAEP):
		public, err := x509.ParsePKCS1PublicKey(bits)
		return public, true, err
	case oid.Equal(spki.Ed448) && len(bits) == ed448.PublicKeySize:
		return ed448.PublicKey(bits), false, nil
	}
	return nil, false, errors.New("its public key is of an unknown type")
}

// keyPairFor returns the own certificate that a message was encrypted to.
func (c *X509) keyPairFor(m *Message) (*KeyPair, error) {
	hash, ok := PayloadOf[*CertHash](m)
	if !ok {
		return &c.KeyPairs[0], nil
	}
	for i := range c.KeyPairs {
		der := c.KeyPairs[i].Chain[0].Raw
		var sum []byte
		switch hash.HashFunc {
		case HashSHA1:
			s := sha1.Sum(der)
			sum = s[:]
		case HashSHA256:
			s := sha256.Sum256(der)
			sum = s[:]
		default: // MD5 proves nothing
			return nil, refuseWith(Unsupported, ErrorInvalidHA, "the certificate is named by its %v hash", hash.HashFunc)
		}
		if bytes.Equal(sum, hash.Hash) {
			return &c.KeyPairs[i], nil
		}
	}
	return nil, refuseWith(Unsupported, ErrorInvalidCert, "the message is encrypted to a certificate that is not one of this party")
}
