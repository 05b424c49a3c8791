package ecdh_test

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// groups are all groups of the package, as such.
func groups(t testing.TB) []ecdh.Group {
	t.Helper()
	var all []ecdh.Group
	for _, k := range ecdh.All() {
		g, ok := k.(ecdh.Group)
		if !ok {
			t.Fatalf("%v is a %T", k, k)
		}
		all = append(all, g)
	}
	return all
}

// TestGroups: names, numbers and lengths are part of the interface.
func TestGroups(t *testing.T) {
	want := []struct {
		name                               string
		number                             mikey.DHGroup
		initiator, responder, tgk          int
		initiatorPrivate, responderPrivate int
	}{
		{name: "P-256", number: 241, initiator: 65, responder: 65, tgk: 32, initiatorPrivate: 32, responderPrivate: 32},
		{name: "P-384", number: 242, initiator: 97, responder: 97, tgk: 48, initiatorPrivate: 48, responderPrivate: 48},
		{name: "P-521", number: 243, initiator: 133, responder: 133, tgk: 66, initiatorPrivate: 66, responderPrivate: 66},
		{name: "X25519", number: 244, initiator: 32, responder: 32, tgk: 32, initiatorPrivate: 32, responderPrivate: 32},
		{name: "X448", number: 245, initiator: 56, responder: 56, tgk: 56, initiatorPrivate: 56, responderPrivate: 56},
		{name: "X-Wing", number: 246, initiator: 1216, responder: 1120, tgk: 32, initiatorPrivate: 32, responderPrivate: 64},
	}
	all := groups(t)
	if len(all) != len(want) {
		t.Fatalf("%d groups, want %d", len(all), len(want))
	}
	single := []ecdh.Group{ecdh.P256(), ecdh.P384(), ecdh.P521(), ecdh.X25519(), ecdh.X448(), ecdh.XWing()}
	if !slices.Equal(all, single) {
		t.Errorf("All returns %v", all)
	}
	for i, w := range want {
		g := all[i]
		if g.String() != w.name || g.Group() != w.number {
			t.Errorf("%v has number %d, want %v and %d", g, g.Group(), w.name, w.number)
		}
		if named, ok := ecdh.ByName(w.name); !ok || named != g {
			t.Errorf("ByName(%q) = %v, %v", w.name, named, ok)
		}
		if a, b := g.ValueLen(); a != w.initiator || b != w.responder {
			t.Errorf("%v: values of %d and %d octets, want %d and %d", g, a, b, w.initiator, w.responder)
		}
		if a, b := g.PrivateLen(); a != w.initiatorPrivate || b != w.responderPrivate {
			t.Errorf("%v: private values of %d and %d octets, want %d and %d", g, a, b, w.initiatorPrivate, w.responderPrivate)
		}
		if tgk := agree(t, g); len(tgk) != w.tgk {
			t.Errorf("%v: TGK of %d octets, want %d", g, len(tgk), w.tgk)
		}
		other := g.WithNumber(77)
		if other.Group() != 77 || other.String() != w.name || other.WithNumber(w.number) != g {
			t.Errorf("%v with number 77: %v, %d", g, other, other.Group())
		}
	}
	for _, name := range []string{"", "p-256", "P256", "OAKLEY5", "XWing"} {
		if g, ok := ecdh.ByName(name); ok || g != (ecdh.Group{}) {
			t.Errorf("ByName(%q) = %v", name, ok)
		}
	}
	var draft []int
	for _, g := range ecdh.DraftECC() {
		draft = append(draft, int(g.Group()))
	}
	if !slices.Equal(draft, []int{10, 13, 16}) {
		t.Errorf("DraftECC has %v", draft)
	}
}

// agree runs an agreement and returns the TGK.
func agree(t testing.TB, g mikey.KeyAgreement) []byte {
	t.Helper()
	value, finish, err := g.Initiate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	answer, bobs, err := g.Respond(rand.Reader, value)
	if err != nil {
		t.Fatal(err)
	}
	alices, err := finish(answer)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(alices, bobs) {
		t.Fatalf("%v: the secrets differ", g)
	}
	initiator, responder := g.ValueLen()
	if len(value) != initiator || len(answer) != responder {
		t.Fatalf("%v: values of %d and %d octets", g, len(value), len(answer))
	}
	return alices
}

// TestFresh: no two agreements have anything in common.
func TestFresh(t *testing.T) {
	for _, g := range groups(t) {
		if bytes.Equal(agree(t, g), agree(t, g)) {
			t.Errorf("%v: one secret twice", g)
		}
	}
}

// oneRead is a source that gives its octets to one read, and counts reads.
type oneRead struct {
	octets []byte
	reads  int
}

func (r *oneRead) Read(b []byte) (int, error) {
	r.reads++
	if len(b) != len(r.octets) {
		return 0, errors.New("a read of another length")
	}
	return copy(b, r.octets), nil
}

// TestPrivateLen: a private value is read in one piece, and nothing else is.
func TestPrivateLen(t *testing.T) {
	for _, g := range groups(t) {
		initiator, responder := g.PrivateLen()
		alice := &oneRead{octets: bytes.Repeat([]byte{1}, initiator)}
		bob := &oneRead{octets: bytes.Repeat([]byte{1}, responder)}
		var values, answers, secrets [2][]byte
		for i := range 2 {
			var err error
			if values[i], _, err = g.Initiate(alice); err != nil {
				t.Fatalf("%v: %v", g, err)
			}
			if answers[i], secrets[i], err = g.Respond(bob, values[i]); err != nil {
				t.Fatalf("%v: %v", g, err)
			}
		}
		if alice.reads != 2 || bob.reads != 2 {
			t.Errorf("%v: %d and %d reads, want 2", g, alice.reads, bob.reads)
		}
		if !bytes.Equal(values[0], values[1]) || !bytes.Equal(answers[0], answers[1]) || !bytes.Equal(secrets[0], secrets[1]) {
			t.Errorf("%v: not reproducible", g)
		}
	}
}

// TestNoRandom: a source that ends is no fault of the peer, and no secret comes of
// it.
func TestNoRandom(t *testing.T) {
	for _, g := range groups(t) {
		initiator, responder := g.PrivateLen()
		value, _, err := g.Initiate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, short := range []int{0, 1, initiator - 1} {
			v, finish, err := g.Initiate(bytes.NewReader(make([]byte, short)))
			if v != nil || finish != nil || err == nil || errors.Is(err, ecdh.ErrValue) {
				t.Errorf("%v: initiates with %d octets: %v", g, short, err)
			}
		}
		v, tgk, err := g.Respond(bytes.NewReader(make([]byte, responder-1)), value)
		if v != nil || tgk != nil || err == nil || errors.Is(err, ecdh.ErrValue) {
			t.Errorf("%v: responds with %d octets: %v", g, responder-1, err)
		}
	}
}

// TestScalars: what is no scalar of a P curve is drawn again, but not for ever.
func TestScalars(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		g, _ := ecdh.ByName(curve.Params().Name)
		order := curve.Params().N.Bytes()
		below := bytes.Clone(order)
		below[len(below)-1]--
		zero := make([]byte, len(order))
		high := bytes.Repeat([]byte{0xff}, len(order))

		good, _, err := g.Initiate(bytes.NewReader(below))
		if err != nil {
			t.Fatalf("%v: %v", g, err)
		}
		again, _, err := g.Initiate(bytes.NewReader(slices.Concat(order, zero, high, below, high)))
		if err != nil || !bytes.Equal(again, good) {
			t.Errorf("%v: after values that are no scalars: %v", g, err)
		}
		for _, stuck := range [][]byte{zero, order, high} {
			r := &oneRead{octets: stuck}
			if _, _, err := g.Initiate(r); err == nil || errors.Is(err, ecdh.ErrValue) {
				t.Errorf("%v: a source that gives %x: %v", g, stuck, err)
			}
			if r.reads > 10 {
				t.Errorf("%v: %d reads", g, r.reads)
			}
		}
	}
	// A scalar of P-521 has 521 bits; the others of its 66 octets do not count.
	scalar := bytes.Repeat([]byte{0x5a}, 66)
	scalar[0] = 1
	want, _, err := ecdh.P521().Initiate(bytes.NewReader(scalar))
	if err != nil {
		t.Fatal(err)
	}
	scalar[0] = 0xff
	if got, _, err := ecdh.P521().Initiate(bytes.NewReader(scalar)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("P-521 with 528 bits: %v", err)
	}
}

// TestFinishAgain: a value that is refused leaves the agreement as it is, and so
// does one that is not.
func TestFinishAgain(t *testing.T) {
	for _, g := range groups(t) {
		value, finish, err := g.Initiate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		answer, want, err := g.Respond(rand.Reader, value)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := finish(nil); !errors.Is(err, ecdh.ErrValue) {
			t.Errorf("%v: no value: %v", g, err)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if got, err := finish(answer); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%v: %v", g, err)
				}
				if _, _, err := g.Respond(rand.Reader, value); err != nil {
					t.Errorf("%v: %v", g, err)
				}
			})
		}
		wg.Wait()
	}
}

// TestLeadingZeros: secrets have the length of the group, however small they are.
func TestLeadingZeros(t *testing.T) {
	for _, g := range groups(t) {
		runs := 2000
		switch {
		case testing.Short() || raceEnabled:
			runs = 20
		case g == ecdh.P384() || g == ecdh.P521():
			runs = 100
		}
		var length, zeros int
		for range runs {
			tgk := agree(t, g)
			if length == 0 {
				length = len(tgk)
			}
			if len(tgk) != length {
				t.Fatalf("%v: %d octets, then %d", g, length, len(tgk))
			}
			if tgk[0] == 0 {
				zeros++
			}
		}
		t.Logf("%v: %d of %d secrets start with a zero octet", g, zeros, runs)
	}
}
