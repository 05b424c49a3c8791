package modp_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/internal/modp"
)

// A group of the tests, with the prime as a number for package math/big, the
// second witness.
type group struct {
	name  string
	group *modp.Group
	bits  uint
	c     int64 // of the formula of the prime
	prime string
}

// The primes as RFC 3526, Section 2, and RFC 2409, Sections 6.1 and 6.2, print
// them.
var groups = []group{
	{"OAKLEY5", modp.Oakley5, 1536, 741804, `
		FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1
		29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD
		EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245
		E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
		EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE45B3D
		C2007CB8 A163BF05 98DA4836 1C55D39A 69163FA8 FD24CF5F
		83655D23 DCA3AD96 1C62F356 208552BB 9ED52907 7096966D
		670C354E 4ABC9804 F1746C08 CA237327 FFFFFFFF FFFFFFFF`},
	{"OAKLEY1", modp.Oakley1, 768, 149686, `
		FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1
		29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD
		EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245
		E485B576 625E7EC6 F44C42E9 A63A3620 FFFFFFFF FFFFFFFF`},
	{"OAKLEY2", modp.Oakley2, 1024, 129093, `
		FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1
		29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD
		EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245
		E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
		EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE65381
		FFFFFFFF FFFFFFFF`},
}

func (g *group) p() *big.Int {
	p, ok := new(big.Int).SetString(strings.Join(strings.Fields(g.prime), ""), 16)
	if !ok {
		panic(g.name)
	}
	return p
}

// power is base^x mod p with math/big, as long as p.
func (g *group) power(base, x []byte) []byte {
	y := new(big.Int).Exp(new(big.Int).SetBytes(base), new(big.Int).SetBytes(x), g.p())
	return y.FillBytes(make([]byte, g.bits/8))
}

// TestPrimes: the printed primes are those of the formula 2^n - 2^(n-64) - 1 +
// 2^64 * ([2^(n-130) pi] + c), and safe. That the package has them shows where p
// - 1 is refused and p - 2 is not.
func TestPrimes(t *testing.T) {
	// pi to 1600 bits: 16 arctan(1/5) - 4 arctan(1/239).
	const bits = 1600
	arctan := func(x int64) *big.Int {
		sum := new(big.Int)
		term := new(big.Int).Div(new(big.Int).Lsh(big.NewInt(1), bits), big.NewInt(x))
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
	pi := arctan(5)
	pi.Mul(pi, big.NewInt(16)).Sub(pi, new(big.Int).Mul(arctan(239), big.NewInt(4)))

	one := big.NewInt(1)
	for _, g := range groups {
		want := new(big.Int).Rsh(pi, bits-(g.bits-130))
		want.Add(want, big.NewInt(g.c)).Lsh(want, 64)
		want.Add(want, new(big.Int).Lsh(one, g.bits))
		want.Sub(want, new(big.Int).Lsh(one, g.bits-64)).Sub(want, one)
		p := g.p()
		if p.Cmp(want) != 0 {
			t.Errorf("%s: %x, want %x", g.name, p, want)
		}
		if !p.ProbablyPrime(8) || !new(big.Int).Rsh(p, 1).ProbablyPrime(8) {
			t.Errorf("%s is no safe prime", g.name)
		}
		if g.group.Size() != int(g.bits/8) {
			t.Errorf("%s: size %d", g.name, g.group.Size())
		}
	}
}

// TestAgainstBig compares public values and secrets with math/big, for random
// and for odd exponents.
func TestAgainstBig(t *testing.T) {
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			exponents := [][]byte{
				{0, 1}, {2}, {0xff}, bytes.Repeat([]byte{0xff}, 32), append(make([]byte, 31), 3), append([]byte{0x80}, make([]byte, 31)...),
				bytes.Repeat([]byte{0xff}, int(g.bits/8)), new(big.Int).Rsh(g.p(), 1).Bytes(),
			}
			n := 20
			if testing.Short() {
				n = 5
			}
			for range n {
				x, err := modp.Generate(rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				exponents = append(exponents, x)
			}
			for _, x := range exponents {
				public := g.group.Public(x)
				if want := g.power([]byte{2}, x); !bytes.Equal(public, want) {
					t.Fatalf("g^%x is %x, want %x", x, public, want)
				}
				y := g.power([]byte{2}, exponents[len(exponents)-1])
				secret, err := g.group.Shared(x, y)
				if want := g.power(y, x); err != nil || !bytes.Equal(secret, want) {
					t.Fatalf("%x^%x is %x, %v, want %x", y, x, secret, err, want)
				}
			}
		})
	}
}

// TestRefusedValues: 1 < y < p - 1 and the full length.
func TestRefusedValues(t *testing.T) {
	x := bytes.Repeat([]byte{0x5a}, modp.PrivateLen)
	for _, g := range groups {
		p, size := g.p(), int(g.bits/8)
		number := func(d int64) []byte { return new(big.Int).Add(p, big.NewInt(d)).FillBytes(make([]byte, size)) }
		small := func(v byte) []byte { return append(make([]byte, size-1), v) }
		for _, tt := range []struct {
			name  string
			value []byte
			ok    bool
		}{
			{"0", small(0), false}, {"1", small(1), false}, {"2", small(2), true}, {"3", small(3), true},
			{"p-2", number(-2), true}, {"p-1", number(-1), false}, {"p", number(0), false}, {"p+1", number(1), false},
			{"p+2", number(2), false}, {"all ones", bytes.Repeat([]byte{0xff}, size), false},
			{"none", nil, false}, {"short", number(-2)[:size-1], false}, {"short without leading zero", small(2)[1:], false},
			{"long", append([]byte{0}, number(-2)...), false}, {"long with a zero behind", append(number(-2), 0), false},
		} {
			secret, err := g.group.Shared(x, tt.value)
			switch {
			case !tt.ok && (!errors.Is(err, modp.ErrValue) || secret != nil):
				t.Errorf("%s: %s gives %x, %v", g.name, tt.name, secret, err)
			case tt.ok && (err != nil || !bytes.Equal(secret, g.power(tt.value, x))):
				t.Errorf("%s: %s gives %x, %v", g.name, tt.name, secret, err)
			}
		}
	}
}

// TestLeadingZeros looks for secrets and public values that begin with a zero
// octet: they keep their length (one in 256 does).
func TestLeadingZeros(t *testing.T) {
	g := groups[1] // the fastest
	peer := g.power([]byte{2}, []byte{7, 7, 7, 7, 7, 7})
	secrets, publics := 0, 0
	x := make([]byte, modp.PrivateLen)
	for i := uint64(1); secrets < 3 || publics < 3; i++ {
		binary.BigEndian.PutUint64(x, i*0x9e3779b97f4a7c15)
		secret, err := g.group.Shared(x, peer)
		public := g.group.Public(x)
		if err != nil || len(secret) != g.group.Size() || len(public) != g.group.Size() {
			t.Fatalf("lengths %d and %d, %v", len(secret), len(public), err)
		}
		if secret[0] == 0 {
			secrets++
			if want := g.power(peer, x); !bytes.Equal(secret, want) {
				t.Fatalf("secret %x, want %x", secret, want)
			}
		}
		if public[0] == 0 {
			publics++
			if want := g.power([]byte{2}, x); !bytes.Equal(public, want) {
				t.Fatalf("public value %x, want %x", public, want)
			}
		}
		if i > 20000 {
			t.Fatal("no leading zeros")
		}
	}
}

func TestGenerate(t *testing.T) {
	a, err := modp.Generate(rand.Reader)
	if err != nil || len(a) != modp.PrivateLen {
		t.Fatalf("%x, %v", a, err)
	}
	b, err := modp.Generate(rand.Reader)
	if err != nil || bytes.Equal(a, b) {
		t.Errorf("%x twice, %v", a, err)
	}
	if _, err := modp.Generate(strings.NewReader("too short")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a source that ends gives %v", err)
	}
}

// TestKnownAnswer has an answer that needs no computer: with
// the exponents 2 and 3, the secret in any group is 2^6.
func TestKnownAnswer(t *testing.T) {
	for _, g := range groups {
		secret, err := g.group.Shared([]byte{3}, g.group.Public([]byte{2}))
		want := append(make([]byte, g.group.Size()-1), 64)
		if err != nil || !bytes.Equal(secret, want) {
			t.Errorf("%s: %s, %v", g.name, hex.EncodeToString(secret), err)
		}
	}
}

func BenchmarkShared(b *testing.B) {
	x := bytes.Repeat([]byte{0x5a}, modp.PrivateLen)
	for _, g := range groups {
		y := g.group.Public(bytes.Repeat([]byte{0x3c}, modp.PrivateLen))
		b.Run(g.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.group.Shared(x, y); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(g.name+"/big", func(b *testing.B) { // not in constant time
			b.ReportAllocs()
			for b.Loop() {
				g.power(y, x)
			}
		})
	}
}
