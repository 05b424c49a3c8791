// Package spki reads public keys of certificates that package x509 does not know.
package spki

import (
	"crypto/x509"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Types of keys that package x509 does not read.
var (
	RSAESOAEP = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 7} // RFC 8017, Appendix A.2.1
	Ed448     = asn1.ObjectIdentifier{1, 3, 101, 113}             // RFC 8410, Section 3
)

// Of returns the type of the public key of a certificate and the key itself, false
// if they are malformed.
func Of(c *x509.Certificate) (oid asn1.ObjectIdentifier, key []byte, ok bool) {
	spki := cryptobyte.String(c.RawSubjectPublicKeyInfo)
	var algorithm, rest cryptobyte.String
	var bits asn1.BitString
	if !spki.ReadASN1(&rest, cbasn1.SEQUENCE) || !rest.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!algorithm.ReadASN1ObjectIdentifier(&oid) || !rest.ReadASN1BitString(&bits) {
		return nil, nil, false
	}
	return oid, bits.Bytes, true
}
