// Package modp is Diffie-Hellman in the MODP groups of MIKEY, with modular
// exponentiation in constant time.
package modp

import (
	"encoding/hex"
	"errors"
	"io"

	"filippo.io/bigmod"
)

// ErrValue says of a public value that it is none: it has not the length of the
// group, or is not between 1 and p-1. Such values reveal or fix the secret.
var ErrValue = errors.New("the public value is not one of the group")

// PrivateLen is the length of private exponents in octets. It is more than twice
// the strength of each of these groups.
const PrivateLen = 32

// A Group is a group of integers modulo a safe prime p with generator 2.
type Group struct {
	modulus   *bigmod.Modulus
	generator *bigmod.Nat
}

// The groups of RFC 3830, Section 6.4.
var (
	// Oakley5 has 1536 bits (RFC 3526, Section 2).
	Oakley5 = newGroup(
		"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
			"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
			"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
			"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
			"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
			"9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF")

	// Oakley1 has 768 bits (RFC 2409, Section 6.1).
	Oakley1 = newGroup(
		"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
			"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
			"4FE1356D6D51C245E485B576625E7EC6F44C42E9A63A3620FFFFFFFFFFFFFFFF")

	// Oakley2 has 1024 bits (RFC 2409, Section 6.2).
	Oakley2 = newGroup(
		"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
			"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
			"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
			"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF")
)

// ByNumber returns the group with that number in the DH-Group field, nil if it is
// none of these (RFC 3830, Section 6.4).
func ByNumber(n uint8) *Group {
	switch n {
	case 0:
		return Oakley5
	case 1:
		return Oakley1
	case 2:
		return Oakley2
	}
	return nil
}

func newGroup(prime string) *Group {
	p, err := hex.DecodeString(prime)
	if err != nil {
		panic(err) // unreachable: the primes are above
	}
	m, err := bigmod.NewModulus(p)
	if err != nil {
		panic(err) // unreachable
	}
	two := make([]byte, m.Size())
	two[len(two)-1] = 2
	g, err := bigmod.NewNat().SetBytes(two, m)
	if err != nil {
		panic(err) // unreachable
	}
	return &Group{m, g}
}

// Size returns the length of public values and secrets in octets.
func (g *Group) Size() int { return g.modulus.Size() }

// Generate returns a random private exponent.
func Generate(rand io.Reader) ([]byte, error) {
	private := make([]byte, PrivateLen)
	if _, err := io.ReadFull(rand, private); err != nil {
		return nil, err
	}
	return private, nil
}

// Public returns the public value of a private exponent, which has any length.
func (g *Group) Public(private []byte) []byte {
	return bigmod.NewNat().Exp(g.generator, private, g.modulus).Bytes(g.modulus)
}

// Shared returns the secret that a private exponent has in common with the owner
// of a public value. It has the length of the group, leading zeros included. The
// error is ErrValue.
func (g *Group) Shared(private, public []byte) ([]byte, error) {
	if len(public) != g.Size() {
		return nil, ErrValue
	}
	y, err := bigmod.NewNat().SetBytes(public, g.modulus)
	if err != nil {
		return nil, ErrValue // p or more
	}
	if y.IsZero()|y.IsOne()|y.IsMinusOne(g.modulus) != 0 {
		return nil, ErrValue
	}
	return bigmod.NewNat().Exp(y, private, g.modulus).Bytes(g.modulus), nil
}
