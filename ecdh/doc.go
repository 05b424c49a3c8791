// Package ecdh has key agreements that RFC 3830 does not: elliptic curves and a
// hybrid with a post-quantum KEM. They stand behind [mikey.KeyAgreement], so
// that [mikey.SignedDH] and package dhhmac take them in place of the OAKLEY
// groups:
//
//	mode, err := dhhmac.New(secret, ecdh.X25519())
//	mode, err := mikey.SignedDH(certificates, ecdh.P256(), ecdh.X25519())
//
// # Groups
//
//	name     number  initiator  responder  TGK  private octets
//	P-256       241         65         65   32   32
//	P-384       242         97         97   48   48
//	P-521       243        133        133   66   66
//	X25519      244         32         32   32   32
//	X448        245         56         56   56   56
//	X-Wing      246       1216       1120   32   32, responder 64
//
// [X25519] is the one to take unless something speaks for another. [XWing] also
// holds against those who record today and have a quantum computer later; it is
// experimental here, as its specification is a draft.
//
// The P curves have SEC 1 points without compression, 04 || x || y, and the x
// coordinate as secret. The X curves have u coordinates (RFC 7748, Section 6).
// X-Wing has an encapsulation key from the initiator and a ciphertext from the
// responder. The TGK is the secret at its full length, leading zeros included.
// Values of another length, that are not on the curve, or whose secret everybody
// knows are refused with [ErrValue].
//
// # Numbers
//
// No RFC gives these groups a number (RFC 3830, Section 4.2.9, leaves it to later
// ones), so theirs are from the range for private use: both parties have to mean
// the same. [Group.WithNumber] maps a group to any number, and [DraftECC] has
// those of an expired draft.
//
// # Implementations
//
// The P curves are those of crypto/ecdh. It refuses compressed points and the
// point at infinity, its operations take constant time, and it is as fast or
// faster. github.com/cloudflare/circl, where the rest comes from, accepts both
// kinds of points in its NIST curves and calls some operations there not constant
// time.
//
// # Reproducible exchanges
//
// A group reads its private value from the given reader in one piece of
// [Group.PrivateLen] octets: the scalar, or the seed of X-Wing. A reader that
// returns those makes an exchange reproducible. crypto/ecdh would ignore the
// reader when it generates a key; this package draws the scalar itself. Where
// the octets are no scalar of a P curve, which happens once in 2^32 runs at most,
// it reads again, a few times.
package ecdh
