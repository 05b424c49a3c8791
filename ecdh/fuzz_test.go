package ecdh_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"github.com/gomikey/gomikey/ecdh"
)

// FuzzRespond: whatever the peer sends, in either role and each group, nothing
// panics, and what is taken has the right lengths and gives a secret.
func FuzzRespond(f *testing.F) {
	all := groups(f)
	finish := make([]func([]byte) ([]byte, error), len(all))
	for i, g := range all {
		value, fin, err := g.Initiate(rand.Reader)
		if err != nil {
			f.Fatal(err)
		}
		answer, _, err := g.Respond(rand.Reader, value)
		if err != nil {
			f.Fatal(err)
		}
		finish[i] = fin
		for _, b := range [][]byte{value, answer, make([]byte, len(value)), value[:1], value[1:], append(value, 0)} {
			f.Add(uint8(i), b)
		}
	}
	for _, u := range smallX25519(f) {
		f.Add(uint8(3), u)
		f.Add(uint8(5), append(make([]byte, 1184), u...))
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		i := int(n) % len(all)
		g := all[i]
		respond := func(value []byte) {
			before := bytes.Clone(value)
			answer, tgk, err := g.Respond(rand.Reader, value)
			check(t, g, value, before, len(answer), tgk, err, true)
		}
		finish := func(value []byte) {
			before := bytes.Clone(value)
			tgk, err := finish[i](value)
			_, n := g.ValueLen()
			check(t, g, value, before, n, tgk, err, false)
		}
		respond(data)
		finish(data)
		initiator, responder := g.ValueLen()
		respond(resize(data, initiator))
		finish(resize(data, responder))
	})
}

// resize makes data as long as a value, or the fuzzer would seldom find one.
func resize(data []byte, n int) []byte {
	b := make([]byte, n)
	copy(b, data)
	return b
}

func check(t *testing.T, g ecdh.Group, value, before []byte, answerLen int, tgk []byte, err error, responds bool) {
	t.Helper()
	initiator, responder := g.ValueLen()
	want := responder
	if responds {
		want = initiator
	}
	if !bytes.Equal(value, before) {
		t.Fatalf("%v changes its input", g)
	}
	if err != nil {
		if err != ecdh.ErrValue || tgk != nil {
			t.Fatalf("%v: %v, a TGK of %d octets", g, err, len(tgk))
		}
		return
	}
	tgkLen := 32
	if g != ecdh.XWing() {
		tgkLen, _ = g.PrivateLen()
	}
	if len(value) != want || answerLen != responder || len(tgk) != tgkLen {
		t.Fatalf("%v: a value of %d octets, an answer of %d, a TGK of %d", g, len(value), answerLen, len(tgk))
	}
	if bytes.Equal(tgk, make([]byte, len(tgk))) {
		t.Fatalf("%v: the secret is zero", g)
	}
}
