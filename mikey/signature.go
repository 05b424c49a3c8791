package mikey

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
)

// A SignatureScheme is how an RSA key signs. The S type of a SIGN payload says
// the padding; nothing says the hash (RFC 3830, Section 6.5).
type SignatureScheme uint8

const (
	SignatureRSASHA256 SignatureScheme = iota // RSASSA-PKCS1-v1_5, S type 0
	SignaturePSSSHA256                        // RSASSA-PSS, S type 1, with a salt as long as the hash
	SignatureRSASHA1                          // RSASSA-PKCS1-v1_5 over SHA-1; needs InsecureSHA1
)

// signatureType returns the S type of the signatures of a key, and their length
// in octets.
func (c *X509) signatureType(key crypto.PublicKey) (SignType, int, error) {
	k, ok := key.(*rsa.PublicKey)
	if !ok {
		return 0, 0, refuse(Unsupported, "keys of type %T cannot sign", key)
	}
	if c.Signature == SignaturePSSSHA256 {
		return SignRSAPSS, k.Size(), nil
	}
	return SignRSAPKCS1, k.Size(), nil
}

// sign returns the signature over message and what follows it.
func (c *X509) sign(message, more []byte) ([]byte, error) {
	signer := c.KeyPairs[0].Key.(crypto.Signer) // check saw it
	message = append(message[:len(message):len(message)], more...)
	if c.Signature == SignatureRSASHA1 {
		sum := sha1.Sum(message)
		return signer.Sign(rand.Reader, sum[:], crypto.SHA1)
	}
	sum := sha256.Sum256(message)
	if c.Signature == SignaturePSSSHA256 {
		return signer.Sign(rand.Reader, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
	}
	return signer.Sign(rand.Reader, sum[:], crypto.SHA256)
}

// seal adds the SIGN payload to m and returns its octets. The signature covers
// the message without the signature field, and more (RFC 3830, Section 5.2).
// With wholePayload it does not cover the type and length of the signature
// either (RFC 4738, Section 3.6).
func (c *X509) seal(m *Message, more []byte, wholePayload bool) ([]byte, error) {
	signType, n, err := c.signatureType(c.KeyPairs[0].Key.(crypto.Signer).Public())
	if err != nil {
		return nil, err
	}
	m.Payloads = append(m.Payloads, &Sign{SignType: signType, Signature: make([]byte, n)})
	out, err := m.MarshalBinary()
	if err != nil {
		return nil, err
	}
	covered := len(out) - n
	if wholePayload {
		covered -= signHeaderLen
	}
	signature, err := c.sign(out[:covered], more)
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
	public, ok := key.(*rsa.PublicKey)
	if !ok || s.SignType > SignRSAPSS {
		return refuseWith(Unsupported, ErrorUnspecified, "signatures of type %v by a key of type %T", s.SignType, key)
	}
	for _, part := range covered {
		message := append(part[:len(part):len(part)], more...)
		sum := sha256.Sum256(message)
		if verifyRSA(public, s, crypto.SHA256, sum[:]) {
			return nil
		}
		sum1 := sha1.Sum(message)
		if verifyRSA(public, s, crypto.SHA1, sum1[:]) {
			if !c.InsecureSHA1 {
				return refuseWith(Policy, ErrorInvalidHA, "the signature is over SHA-1, which needs InsecureSHA1")
			}
			return nil
		}
	}
	return refuseWith(AuthFailure, ErrorAuthFailure, "the signature does not verify: it was made with another key, or the message was changed")
}

func verifyRSA(key *rsa.PublicKey, s *Sign, hash crypto.Hash, sum []byte) bool {
	if s.SignType == SignRSAPSS {
		return rsa.VerifyPSS(key, hash, sum, s.Signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	}
	return rsa.VerifyPKCS1v15(key, hash, sum, s.Signature) == nil
}
