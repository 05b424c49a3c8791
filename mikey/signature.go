package mikey

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"

	"github.com/cloudflare/circl/sign/ed448"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// A SignatureScheme is how an RSA key signs. The S type of a SIGN payload says
// the padding; nothing says the hash (RFC 3830, Section 6.5). Other keys sign in
// one way only.
type SignatureScheme uint8

const (
	SignatureRSASHA256 SignatureScheme = iota // RSASSA-PKCS1-v1_5, S type 0
	SignaturePSSSHA256                        // RSASSA-PSS, S type 1, with a salt as long as the hash
	SignatureRSASHA1                          // RSASSA-PKCS1-v1_5 over SHA-1; needs InsecureSHA1
)

// S types that this project uses between its own implementations: no RFC has
// signatures with elliptic curves but ECCSI, and the registry has no private
// range.
const (
	SignECDSAP256 SignType = 12 // SHA-256; r and s with 32 octets each
	SignECDSAP384 SignType = 13 // SHA-384; r and s with 48 octets each
	SignEd25519   SignType = 14 // RFC 8032
	SignEd448     SignType = 15 // RFC 8032, with an empty context
)

// signatureType returns the S type of the signatures of a key, and their length
// in octets.
func (c *X509) signatureType(key crypto.PublicKey) (SignType, int, error) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if c.Signature == SignaturePSSSHA256 {
			return SignRSAPSS, k.Size(), nil
		}
		return SignRSAPKCS1, k.Size(), nil
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			return SignECDSAP256, 2 * 32, nil
		case elliptic.P384():
			return SignECDSAP384, 2 * 48, nil
		}
	case ed25519.PublicKey:
		return SignEd25519, ed25519.SignatureSize, nil
	case ed448.PublicKey:
		return SignEd448, ed448.SignatureSize, nil
	}
	return 0, 0, refuse(Unsupported, "keys of type %T do not sign here", key)
}

// signer returns the private key that signs.
func (c *X509) signer() (crypto.Signer, error) {
	signer, ok := c.KeyPairs[0].Key.(crypto.Signer)
	if !ok {
		return nil, refuse(Usage, "the private key of the first key pair cannot sign")
	}
	return signer, nil
}

// sign returns the signature of n octets and of type t over a message.
func (c *X509) sign(signer crypto.Signer, t SignType, message []byte) ([]byte, error) {
	switch t {
	case SignRSAPKCS1:
		if c.Signature == SignatureRSASHA1 {
			sum := sha1.Sum(message)
			return signer.Sign(rand.Reader, sum[:], crypto.SHA1)
		}
		sum := sha256.Sum256(message)
		return signer.Sign(rand.Reader, sum[:], crypto.SHA256)
	case SignRSAPSS:
		sum := sha256.Sum256(message)
		return signer.Sign(rand.Reader, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
	case SignECDSAP256:
		sum := sha256.Sum256(message)
		der, err := signer.Sign(rand.Reader, sum[:], crypto.SHA256)
		if err != nil {
			return nil, err
		}
		return fixedECDSA(der, 32)
	case SignECDSAP384:
		sum := sha512.Sum384(message)
		der, err := signer.Sign(rand.Reader, sum[:], crypto.SHA384)
		if err != nil {
			return nil, err
		}
		return fixedECDSA(der, 48)
	}
	return signer.Sign(rand.Reader, message, crypto.Hash(0)) // Ed25519 and Ed448
}

// fixedECDSA returns r and s of an ASN.1 signature with n octets each: the length
// of a SIGN payload has to be known before the message is signed.
func fixedECDSA(der []byte, n int) ([]byte, error) {
	var r, s big.Int
	input := cryptobyte.String(der)
	var inner cryptobyte.String
	if !input.ReadASN1(&inner, cbasn1.SEQUENCE) || !input.Empty() ||
		!inner.ReadASN1Integer(&r) || !inner.ReadASN1Integer(&s) || !inner.Empty() ||
		r.Sign() <= 0 || s.Sign() <= 0 || r.BitLen() > 8*n || s.BitLen() > 8*n {
		return nil, refuse(Usage, "the private key makes malformed signatures")
	}
	out := make([]byte, 2*n)
	r.FillBytes(out[:n])
	s.FillBytes(out[n:])
	return out, nil
}

// seal adds the SIGN payload to m and returns its octets. The signature covers
// the message without the signature field, and more (RFC 3830, Section 5.2).
// With wholePayload it does not cover the type and length of the signature
// either (RFC 4738, Section 3.6).
func (c *X509) seal(m *Message, more []byte, wholePayload bool) ([]byte, error) {
	signer, err := c.signer()
	if err != nil {
		return nil, err
	}
	t, n, err := c.signatureType(signer.Public())
	if err != nil {
		return nil, err
	}
	m.Payloads = append(m.Payloads, &Sign{SignType: t, Signature: make([]byte, n)})
	out, err := m.MarshalBinary()
	if err != nil {
		return nil, err
	}
	covered := len(out) - n
	if wholePayload {
		covered -= signHeaderLen
	}
	signature, err := c.sign(signer, t, append(out[:covered:covered], more...))
	if err != nil {
		return nil, err
	}
	if len(signature) != n {
		return nil, refuse(Usage, "the private key makes signatures of %d octets, not %d", len(signature), n)
	}
	copy(out[len(out)-n:], signature)
	return out, nil
}

// signHeaderLen is the length of a SIGN payload without the signature.
const signHeaderLen = 2

// verify verifies the SIGN payload that ends m, over the message without the
// signature field and more. With eitherCoverage, the SIGN payload as a whole may
// be left out.
func (c *X509) verify(m *Message, key crypto.PublicKey, more []byte, eitherCoverage bool) error {
	s := m.Payloads[len(m.Payloads)-1].(*Sign) // the mode saw it
	field := m.raw[:len(m.raw)-len(s.Signature)]
	payload := field[:len(field)-signHeaderLen]
	covered := [][]byte{field}
	if eitherCoverage {
		covered = [][]byte{payload, field}
	}
	for _, part := range covered {
		message := append(part[:len(part):len(part)], more...)
		if verifySignature(key, s, message) {
			return nil
		}
		if verifyRSA(key, s, crypto.SHA1, message) {
			if !c.InsecureSHA1 {
				return refuseWith(Policy, ErrorInvalidHA, "the signature is over SHA-1, which needs InsecureSHA1")
			}
			return nil
		}
	}
	if s.SignType > SignRSAPSS && s.SignType < SignECDSAP256 {
		return refuseWith(Unsupported, ErrorUnspecified, "signatures of type %v", s.SignType)
	}
	return refuseWith(AuthFailure, ErrorAuthFailure, "the signature does not verify: it was made with another key, or the message was changed")
}

// verifySignature verifies a signature over SHA-256 or better. A signature of a
// type that does not go with the key does not verify.
func verifySignature(key crypto.PublicKey, s *Sign, message []byte) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return verifyRSA(key, s, crypto.SHA256, message)
	case *ecdsa.PublicKey:
		switch {
		case s.SignType == SignECDSAP256 && k.Curve == elliptic.P256():
			sum := sha256.Sum256(message)
			return verifyECDSA(k, sum[:], s.Signature, 32)
		case s.SignType == SignECDSAP384 && k.Curve == elliptic.P384():
			sum := sha512.Sum384(message)
			return verifyECDSA(k, sum[:], s.Signature, 48)
		}
	case ed25519.PublicKey:
		return s.SignType == SignEd25519 && ed25519.Verify(k, message, s.Signature)
	case ed448.PublicKey:
		return s.SignType == SignEd448 && ed448.Verify(k, message, s.Signature, "")
	}
	return false
}

func verifyECDSA(key *ecdsa.PublicKey, sum, signature []byte, n int) bool {
	if len(signature) != 2*n {
		return false
	}
	var r, s big.Int
	r.SetBytes(signature[:n])
	s.SetBytes(signature[n:])
	return ecdsa.Verify(key, sum, &r, &s)
}

func verifyRSA(key crypto.PublicKey, s *Sign, hash crypto.Hash, message []byte) bool {
	k, ok := key.(*rsa.PublicKey)
	if !ok {
		return false
	}
	h := hash.New()
	h.Write(message)
	sum := h.Sum(nil)
	switch s.SignType {
	case SignRSAPKCS1:
		return rsa.VerifyPKCS1v15(k, hash, sum, s.Signature) == nil
	case SignRSAPSS:
		return rsa.VerifyPSS(k, hash, sum, s.Signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	}
	return false
}
