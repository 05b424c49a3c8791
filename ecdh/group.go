package ecdh

import (
	"errors"
	"io"

	"github.com/gomikey/gomikey/mikey"
)

// ErrValue says of a value of the peer that it is none of the group.
var ErrValue = errors.New("the value is not one of the group")

// A Group is a mikey.KeyAgreement under a number. Take one from a function of
// this package; the zero Group is none.
type Group struct {
	scheme scheme
	number mikey.DHGroup
}

var _ mikey.KeyAgreement = Group{}

// A scheme is a way to agree on a secret, whatever its number.
type scheme interface {
	String() string
	lengths() lengths

	// initiate and respond are as in mikey.KeyAgreement; the values of the peer
	// have the right length.
	initiate(rand io.Reader) (value []byte, finish func([]byte) ([]byte, error), err error)
	respond(rand io.Reader, initiator []byte) (value, tgk []byte, err error)
}

// lengths are those of values and of what is read for them, in octets.
type lengths struct {
	initiator, responder               int
	initiatorPrivate, responderPrivate int
}

// The numbers are from the range for private use (RFC 3830, Section 10). They do
// not change; 247 to 255 are free.

// P256 returns the group of NIST curve P-256 under number 241.
func P256() Group { return Group{p256, 241} }

// P384 returns the group of NIST curve P-384 under number 242.
func P384() Group { return Group{p384, 242} }

// P521 returns the group of NIST curve P-521 under number 243.
func P521() Group { return Group{p521, 243} }

// X25519 returns the group of Curve25519 (RFC 7748) under number 244.
func X25519() Group { return Group{x25519Scheme{}, 244} }

// X448 returns the group of Curve448 (RFC 7748) under number 245.
func X448() Group { return Group{x448Scheme{}, 245} }

// XWing returns X-Wing, of ML-KEM-768 and X25519, under number 246. It is
// experimental: draft-connolly-cfrg-xwing-kem may change, and no text defines it
// for MIKEY.
func XWing() Group { return Group{xwingScheme{}, 246} }

func all() []Group {
	return []Group{P256(), P384(), P521(), X25519(), X448(), XWing()}
}

// All returns every group of this package, as the modes take them.
func All() []mikey.KeyAgreement { return agreements(all()...) }

// DraftECC returns the curves that draft-ietf-msec-mikey-ecc has, under its
// numbers: P-256 is 10, P-384 13 and P-521 16. The draft expired, and its text
// was not at hand when this was written: the numbers are those of RFC 6267, Table
// 5, which lists the same curves for a payload of its own, plus 2. Try them with
// a peer before relying on them, and its point encoding too.
func DraftECC() []mikey.KeyAgreement {
	return agreements(P256().WithNumber(10), P384().WithNumber(13), P521().WithNumber(16))
}

func agreements(groups ...Group) []mikey.KeyAgreement {
	list := make([]mikey.KeyAgreement, len(groups))
	for i, g := range groups {
		list[i] = g
	}
	return list
}

// ByName returns the group of a name: P-256, P-384, P-521, X25519, X448 or
// X-Wing.
func ByName(name string) (Group, bool) {
	for _, g := range all() {
		if g.String() == name {
			return g, true
		}
	}
	return Group{}, false
}

// WithNumber returns the group under another number, for peers that use it. The
// numbers of OAKLEY groups, 0 to 2, cannot be written with values of another
// length.
func (g Group) WithNumber(n mikey.DHGroup) Group { return Group{g.scheme, n} }

// Group returns the number in the DH payload.
func (g Group) Group() mikey.DHGroup { return g.number }

// ValueLen returns the lengths of the initiator's and of the responder's value
// in octets.
func (g Group) ValueLen() (initiator, responder int) {
	n := g.scheme.lengths()
	return n.initiator, n.responder
}

// PrivateLen returns how many octets Initiate and Respond read at once for a
// private value.
func (g Group) PrivateLen() (initiator, responder int) {
	n := g.scheme.lengths()
	return n.initiatorPrivate, n.responderPrivate
}

// String returns the name of the group.
func (g Group) String() string { return g.scheme.String() }

// Initiate draws a private value from rand. It returns the initiator's value, and
// a function that makes the TGK of the responder's value. The function may be
// called again after an error, and concurrently.
func (g Group) Initiate(rand io.Reader) (value []byte, finish func(responder []byte) (tgk []byte, err error), err error) {
	value, secret, err := g.scheme.initiate(rand)
	if err != nil {
		return nil, nil, err
	}
	n := g.scheme.lengths().responder
	finish = func(responder []byte) ([]byte, error) {
		if len(responder) != n {
			return nil, ErrValue
		}
		return secret(responder)
	}
	return value, finish, nil
}

// Respond draws a private value from rand. It returns the responder's value and
// the TGK. The error is ErrValue if it is the fault of the initiator.
func (g Group) Respond(rand io.Reader, initiator []byte) (value, tgk []byte, err error) {
	if len(initiator) != g.scheme.lengths().initiator {
		return nil, nil, ErrValue
	}
	return g.scheme.respond(rand, initiator)
}
