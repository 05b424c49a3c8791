package ecdh_test

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"github.com/gomikey/gomikey/ecdh"
)

// refused checks that both roles refuse a value, and say nothing else.
func refused(t *testing.T, g ecdh.Group, what string, initiator, responder []byte) {
	t.Helper()
	if initiator != nil {
		value, tgk, err := g.Respond(rand.Reader, initiator)
		if value != nil || tgk != nil || !errors.Is(err, ecdh.ErrValue) {
			t.Errorf("%v, %s: Respond returns %d octets, a TGK of %d, %v", g, what, len(value), len(tgk), err)
		}
	}
	if responder != nil {
		_, finish, err := g.Initiate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if tgk, err := finish(responder); tgk != nil || !errors.Is(err, ecdh.ErrValue) {
			t.Errorf("%v, %s: finish returns a TGK of %d octets, %v", g, what, len(tgk), err)
		}
	}
}

func TestValueLengths(t *testing.T) {
	for _, g := range groups(t) {
		value, _, err := g.Initiate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		answer, _, err := g.Respond(rand.Reader, value)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []struct {
			what string
			of   func([]byte) []byte
		}{
			{"empty", func(b []byte) []byte { return []byte{} }},
			{"one octet", func(b []byte) []byte { return b[:1] }},
			{"truncated", func(b []byte) []byte { return b[:len(b)-1] }},
			{"without its first octet", func(b []byte) []byte { return b[1:] }},
			{"with an octet behind", func(b []byte) []byte { return append(bytes.Clone(b), 0) }},
			{"with an octet before", func(b []byte) []byte { return append([]byte{0}, b...) }},
			{"twice", func(b []byte) []byte { return slices.Concat(b, b) }},
		} {
			refused(t, g, v.what, v.of(value), v.of(answer))
		}
		if len(value) != len(answer) { // X-Wing: the other one's value
			refused(t, g, "of the other role", answer, value)
		}
	}
}

func TestBadPoints(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		g, _ := ecdh.ByName(curve.Params().Name)
		point, _, err := g.Initiate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		n := (len(point) - 1) / 2
		change := func(at int, to byte) []byte {
			p := bytes.Clone(point)
			p[at] = to
			return p
		}
		p := curve.Params().P.FillBytes(make([]byte, n))
		compressed := append([]byte{2 + point[2*n]&1}, point[1:1+n]...)
		for what, value := range map[string][]byte{
			"infinity":                     {0},
			"infinity of full length":      make([]byte, len(point)),
			"compressed":                   compressed,
			"compressed, padded":           append(bytes.Clone(compressed), make([]byte, n)...),
			"compressed prefix":            change(0, 2),
			"hybrid prefix":                change(0, 6+point[2*n]&1),
			"prefix 0":                     change(0, 0),
			"prefix 5":                     change(0, 5),
			"off the curve":                change(2*n, point[2*n]^1),
			"x and y without prefix":       point[1:],
			"all ones":                     append([]byte{4}, bytes.Repeat([]byte{0xff}, 2*n)...),
			"x is p":                       slices.Concat([]byte{4}, p, point[1+n:]),
			"y is p":                       slices.Concat([]byte{4}, point[1:1+n], p),
			"0, 0":                         append([]byte{4}, make([]byte, 2*n)...),
			"X25519 value of right length": append([]byte{9}, make([]byte, 2*n)...),
		} {
			refused(t, g, what, value, value)
		}
	}
	// A point of one curve is none of another.
	p256, _, err := ecdh.P256().Initiate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []ecdh.Group{ecdh.P384(), ecdh.P521(), ecdh.X25519(), ecdh.X448(), ecdh.XWing()} {
		refused(t, g, "a point of P-256", p256, p256)
	}
}

// smallX25519 are the values on Curve25519 and its twist whose secret is zero,
// whatever the scalar is: of order 1, 2, 4 and 8, reduced or not, with and without
// the bit that does not count.
func smallX25519(t testing.TB) [][]byte {
	var all [][]byte
	for _, u := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		b := fromHex(t, u)
		high := bytes.Clone(b)
		high[31] |= 0x80
		all = append(all, b, high)
	}
	return all
}

// TestSmallOrder: RFC 7748, Section 6: an all-zero secret is refused.
func TestSmallOrder(t *testing.T) {
	xwing, _, err := ecdh.XWing().Initiate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ciphertext, _, err := ecdh.XWing().Respond(rand.Reader, xwing)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range smallX25519(t) {
		refused(t, ecdh.X25519(), "of small order", u, u)
		refused(t, ecdh.XWing(), "of small order", slices.Concat(xwing[:1184], u), slices.Concat(ciphertext[:1088], u))
	}
	for _, u := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
		"fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffff", // p-1
		"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffff", // p
		"00000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff", // p+1
	} {
		refused(t, ecdh.X448(), "of small order", fromHex(t, u), fromHex(t, u))
	}
}

// TestXWingCiphertexts: a changed ciphertext of the right length is not noticed
// here, but gives another secret (FIPS 203, Section 6.3); the MAC or the signature
// notices it before.
func TestXWingCiphertexts(t *testing.T) {
	g := ecdh.XWing()
	value, finish, err := g.Initiate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ciphertext, secret, err := g.Respond(rand.Reader, value)
	if err != nil {
		t.Fatal(err)
	}
	seen := [][]byte{secret}
	for _, at := range []int{0, 500, 1087, 1088, 1100} {
		changed := bytes.Clone(ciphertext)
		changed[at] ^= 1
		got, err := finish(changed)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range seen {
			if bytes.Equal(got, other) {
				t.Errorf("a change of octet %d changes nothing", at)
			}
		}
		seen = append(seen, got)
	}
	// Coefficients of 3329 and more are no encapsulation key (FIPS 203, Section
	// 7.2).
	overflow := bytes.Clone(value)
	overflow[0], overflow[1] = 0x01, overflow[1]&0xf0|0x0d // 0xd01 = 3329
	refused(t, g, "a coefficient of 3329", overflow, nil)
	overflow[0], overflow[1] = 0xff, overflow[1]|0x0f
	refused(t, g, "a coefficient of 4095", overflow, nil)
	refused(t, g, "all ones", bytes.Repeat([]byte{0xff}, 1216), nil)
}
