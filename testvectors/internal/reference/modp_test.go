package reference

import (
	"bytes"
	"math/big"
	"testing"
)

// pi returns the first bits of pi behind the point, and the three before it:
// [2^n pi], by Machin's formula.
func pi(n uint) *big.Int {
	const guard = 64
	arctan := func(x int64) *big.Int { // of 1/x, times 2^(n+guard)
		sum := new(big.Int)
		term := new(big.Int).Div(new(big.Int).Lsh(big.NewInt(1), n+guard), big.NewInt(x))
		for k := int64(0); term.Sign() != 0; k++ {
			t := new(big.Int).Div(term, big.NewInt(2*k+1))
			if k%2 == 1 {
				t.Neg(t)
			}
			sum.Add(sum, t)
			term.Div(term, big.NewInt(x*x))
		}
		return sum
	}
	a := new(big.Int).Mul(big.NewInt(16), arctan(5))
	b := new(big.Int).Mul(big.NewInt(4), arctan(239))
	return a.Sub(a, b).Rsh(a, guard)
}

// TestPrime computes the primes as RFC 2409, Sections 6.1 and 6.2, and RFC 3526,
// Section 2, describe them: 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + c).
func TestPrime(t *testing.T) {
	for _, g := range []struct {
		number byte
		bits   uint
		c      int64
	}{{OAKLEY5, 1536, 741804}, {OAKLEY1, 768, 149686}, {OAKLEY2, 1024, 129093}} {
		one := big.NewInt(1)
		want := new(big.Int).Add(pi(g.bits-130), big.NewInt(g.c))
		want.Lsh(want, 64)
		want.Add(want, new(big.Int).Lsh(one, g.bits))
		want.Sub(want, new(big.Int).Lsh(one, g.bits-64))
		want.Sub(want, one)
		if Prime(g.number).Cmp(want) != 0 {
			t.Errorf("group %d: the prime is %x, want %x", g.number, Prime(g.number), want)
		}
		x, y := []byte{3}, []byte{0xff, 0xee, 0xdd}
		if !bytes.Equal(Shared(g.number, x, Public(g.number, y)), Shared(g.number, y, Public(g.number, x))) {
			t.Errorf("group %d: the parties have different secrets", g.number)
		}
		if got := Public(g.number, x); len(got) != int(g.bits/8) || got[len(got)-1] != 8 {
			t.Errorf("group %d: 2^3 is %x", g.number, got)
		}
	}
}
