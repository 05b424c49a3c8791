package reference

import "math/big"

// A Curve is y^2 = x^3 - 3x + b modulo p, with the base point G (SEC 1, Section
// 2.2.1). No formula here looks at the time it takes.
type Curve struct {
	P, B, GX, GY *big.Int
	Len          int // of a coordinate in octets
}

func number(hex string) *big.Int {
	n, ok := new(big.Int).SetString(hex, 16)
	if !ok {
		panic("no number: " + hex)
	}
	return n
}

// The curves of SP 800-186, Section 3.2.1 (FIPS 186-4, Appendix D.1.2).
var (
	P256 = &Curve{
		P:  number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
		B:  number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
		GX: number("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
		GY: number("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"), Len: 32,
	}
	P384 = &Curve{
		P:  number("fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff"),
		B:  number("b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef"),
		GX: number("aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"),
		GY: number("3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"), Len: 48,
	}
	P521 = &Curve{
		P:  number("01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
		B:  number("0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00"),
		GX: number("00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66"),
		GY: number("011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650"), Len: 66,
	}
)

// A Point is one of a curve; nil is the point at infinity.
type Point struct{ X, Y *big.Int }

// Add adds two points (SEC 1, Section 2.2.1).
func (c *Curve) Add(a, b *Point) *Point {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	var above, below *big.Int // of the slope
	if a.X.Cmp(b.X) != 0 {
		above = new(big.Int).Sub(b.Y, a.Y)
		below = new(big.Int).Sub(b.X, a.X)
	} else {
		if a.Y.Cmp(b.Y) != 0 || a.Y.Sign() == 0 {
			return nil
		}
		above = new(big.Int).Mul(a.X, a.X)
		above.Mul(above, big.NewInt(3))
		above.Sub(above, big.NewInt(3))
		below = new(big.Int).Lsh(a.Y, 1)
	}
	slope := new(big.Int).Mul(above, new(big.Int).ModInverse(below.Mod(below, c.P), c.P))
	x := new(big.Int).Mul(slope, slope)
	x.Sub(x, a.X)
	x.Sub(x, b.X)
	x.Mod(x, c.P)
	y := new(big.Int).Sub(a.X, x)
	y.Mul(y, slope)
	y.Sub(y, a.Y)
	y.Mod(y, c.P)
	return &Point{x, y}
}

// Multiply is k times a point, by doubling and adding. k is big-endian.
func (c *Curve) Multiply(k []byte, p *Point) *Point {
	n := new(big.Int).SetBytes(k)
	var sum *Point
	for i := n.BitLen() - 1; i >= 0; i-- {
		sum = c.Add(sum, sum)
		if n.Bit(i) == 1 {
			sum = c.Add(sum, p)
		}
	}
	return sum
}

// Public is the point of a private value without compression: 04 || x || y (SEC 1,
// Section 2.3.3).
func (c *Curve) Public(k []byte) []byte {
	p := c.Multiply(k, &Point{c.GX, c.GY})
	b := p.X.FillBytes(make([]byte, c.Len))
	return append(append([]byte{4}, b...), p.Y.FillBytes(make([]byte, c.Len))...)
}

// Shared is the x coordinate of k times the other party's point, with its leading
// zeros (SEC 1, Section 3.3.1).
func (c *Curve) Shared(k, point []byte) []byte {
	p := &Point{new(big.Int).SetBytes(point[1 : 1+c.Len]), new(big.Int).SetBytes(point[1+c.Len:])}
	return c.Multiply(k, p).X.FillBytes(make([]byte, c.Len))
}

// X25519 is the function of RFC 7748, Section 5, for curve25519.
func X25519(k, u []byte) []byte {
	k = append([]byte{}, k...)
	k[0] &= 248
	k[31] &= 127
	k[31] |= 64
	u = append([]byte{}, u...)
	u[31] &= 127
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	return montgomery(k, u, p, 255, 121665)
}

// X448 is the function of RFC 7748, Section 5, for curve448.
func X448(k, u []byte) []byte {
	k = append([]byte{}, k...)
	k[0] &= 252
	k[55] |= 128
	p := new(big.Int).Lsh(big.NewInt(1), 448)
	p.Sub(p, new(big.Int).Lsh(big.NewInt(1), 224))
	p.Sub(p, big.NewInt(1))
	return montgomery(k, u, p, 448, 39081)
}

// montgomery is the procedure of RFC 7748, Section 5, with its names.
func montgomery(scalar, coordinate []byte, p *big.Int, bits int, a24 int64) []byte {
	mul := func(a, b *big.Int) *big.Int { c := new(big.Int).Mul(a, b); return c.Mod(c, p) }
	add := func(a, b *big.Int) *big.Int { c := new(big.Int).Add(a, b); return c.Mod(c, p) }
	sub := func(a, b *big.Int) *big.Int { c := new(big.Int).Sub(a, b); return c.Mod(c, p) }
	k, u := littleEndian(scalar), littleEndian(coordinate)
	u.Mod(u, p)
	x1, x2, z2, x3, z3 := u, big.NewInt(1), big.NewInt(0), u, big.NewInt(1)
	swap := uint(0)
	for t := bits - 1; t >= 0; t-- {
		kt := k.Bit(t)
		swap ^= kt
		if swap == 1 {
			x2, x3, z2, z3 = x3, x2, z3, z2
		}
		swap = kt
		a := add(x2, z2)
		aa := mul(a, a)
		b := sub(x2, z2)
		bb := mul(b, b)
		e := sub(aa, bb)
		c := add(x3, z3)
		d := sub(x3, z3)
		da := mul(d, a)
		cb := mul(c, b)
		x3 = mul(add(da, cb), add(da, cb))
		z3 = mul(x1, mul(sub(da, cb), sub(da, cb)))
		x2 = mul(aa, bb)
		z2 = mul(e, add(aa, mul(big.NewInt(a24), e)))
	}
	if swap == 1 {
		x2, z2 = x3, z3
	}
	result := mul(x2, new(big.Int).Exp(z2, new(big.Int).Sub(p, big.NewInt(2)), p))
	return reverse(result.FillBytes(make([]byte, len(coordinate))))
}

func littleEndian(b []byte) *big.Int { return new(big.Int).SetBytes(reverse(b)) }

func reverse(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[len(b)-1-i] = b[i]
	}
	return out
}
