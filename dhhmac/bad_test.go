package dhhmac_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// TestGroupRefused: a group that the responder does not accept is code 6, and its
// own error says which ones it does. If the value could be delimited, the error
// message is authenticated.
func TestGroupRefused(t *testing.T) {
	x, p256 := ecdh.X25519(), ecdh.P256()
	oakley1, _ := mikey.OAKLEY1.KeyAgreement()
	for _, v := range []struct {
		offered       mikey.KeyAgreement
		accepted      []mikey.KeyAgreement
		authenticated bool
	}{
		{oakley1, []mikey.KeyAgreement{x, p256}, true},
		{ecdh.X448(), []mikey.KeyAgreement{x, p256}, false},
		{ecdh.XWing(), []mikey.KeyAgreement{x, p256}, false},
		{x.WithNumber(7), []mikey.KeyAgreement{x, p256}, false},
	} {
		a, b := newPair(t, nil, v.offered), newPair(t, nil, v.accepted...)
		message, pending := a.start(t, usualOffer())
		e := refusedAt(t, b.responder, message, mikey.Unsupported, int(mikey.ErrorInvalidDH))
		if !strings.Contains(e.Error(), "X25519") || !strings.Contains(e.Error(), "P-256") {
			t.Errorf("%v does not say what is accepted", e)
		}
		_, err := pending.Finish(e.Reply)
		var peer *mikey.PeerError
		if !errors.As(err, &peer) || !slices.Equal(peer.Codes, []mikey.ErrorCode{mikey.ErrorInvalidDH}) || peer.Authenticated != v.authenticated {
			t.Errorf("%v: %v", v.offered, err)
		}
	}
	// A group of another mode of the same responder is understood, not accepted.
	message, _ := newPair(t, nil, x.WithNumber(9)).start(t, usualOffer())
	p := newPair(t, nil, p256)
	refusedAt(t, p.responder, message, mikey.Unsupported, int(mikey.ErrorInvalidDH))
	// The group stands in the wire form of another one: same number, other curve.
	message, _ = newPair(t, nil, x.WithNumber(241)).start(t, usualOffer())
	if _, err := p.responder.Receive(message); err == nil {
		t.Error("a value of X25519 is taken for one of P-256")
	}
}

// TestBadValues: what is no value of its group is malformed and code 6, under a
// valid MAC, in both directions.
func TestBadValues(t *testing.T) {
	for _, k := range allGroups(t) {
		initiator, responder := k.ValueLen()
		for what, of := range map[string]func(n int) []byte{
			"zeros": func(n int) []byte { return make([]byte, n) },
			"one":   func(n int) []byte { return append([]byte{1}, make([]byte, n-1)...) },
			"ones":  func(n int) []byte { return bytes.Repeat([]byte{0xff}, n) },
		} {
			switch k.String() {
			case "OAKLEY 5", "OAKLEY 1", "OAKLEY 2":
				if what == "one" {
					of = func(n int) []byte { return append(make([]byte, n-1), 1) }
				}
			case "X25519", "X448", "X-Wing":
				if what == "ones" {
					continue // not reduced, but a value
				}
			}
			p := newPair(t, nil, k)
			m, r := requestOf(t, k)
			bad := of(initiator)
			m.payloads[6] = refDH(k.Group(), bad)
			e := refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Malformed, int(mikey.ErrorInvalidDH))
			if kind := parse(t, e.Reply); types(kind)[len(kind.Payloads)-1] != mikey.KEMACPayload {
				t.Errorf("%v, %s: the error message is not authenticated", k, what)
			}

			message, pending := p.start(t, usualOffer())
			a, r, _ := answerOf(t, parse(t, message, k), k)
			bad = of(responder)
			good := a.payloads[3]
			a.payloads[3] = refDH(k.Group(), bad)
			_, err := pending.Finish(a.octets(testSecret, r))
			refused(t, err, mikey.Malformed, int(mikey.ErrorInvalidDH))
			a.payloads[3] = good
			if _, err := pending.Finish(a.octets(testSecret, r)); err != nil {
				t.Errorf("%v, %s: the right answer afterwards: %v", k, what, err)
			}
		}
		// Too short and too long, by one octet: the payloads behind are not where
		// they should be.
		for _, n := range []int{-1, 1} {
			p := newPair(t, nil, k)
			m, r := requestOf(t, k)
			m.payloads[6] = refDH(k.Group(), make([]byte, initiator+n))
			if _, err := p.responder.Receive(m.octets(testSecret, r)); err == nil {
				t.Errorf("%v: a value of %d octets is taken", k, initiator+n)
			}
		}
	}
}

// TestBadAnswers: an answer in another group, without or with a changed echo, or
// with its values swapped.
func TestBadAnswers(t *testing.T) {
	x, p256, xwing := ecdh.X25519(), ecdh.P256(), ecdh.XWing()
	for _, g := range []ecdh.Group{x, p256, xwing} {
		// All groups are known, so that the answers parse.
		p := newPair(t, nil, slices.Concat([]mikey.KeyAgreement{g}, slices.DeleteFunc(ecdh.All(), func(k mikey.KeyAgreement) bool { return k == g }))...)
		message, pending := p.start(t, usualOffer())
		request := parse(t, message, p.groups...)
		other := mikey.KeyAgreement(ecdh.X448())
		value, _, err := other.Initiate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		changed := func(body []byte, at int) refPayload {
			b := bytes.Clone(body)
			b[at] ^= 1
			return refPayload{3, b}
		}
		for _, v := range []struct {
			what   string
			change func(a *refMessage)
			stage  mikey.Stage
			code   int
		}{
			{"in another group", func(a *refMessage) { a.payloads[3] = refDH(other.Group(), value) }, mikey.Unsupported, int(mikey.ErrorInvalidDH)},
			{"all in another group", func(a *refMessage) {
				a.payloads[3], a.payloads[4] = refDH(other.Group(), value), refDH(other.Group(), value)
			}, mikey.AuthFailure, none},
			{"with a changed echo", func(a *refMessage) { a.payloads[4] = changed(a.payloads[4].body, 5) }, mikey.AuthFailure, none},
			{"with a changed end of the echo", func(a *refMessage) {
				a.payloads[4] = changed(a.payloads[4].body, len(a.payloads[4].body)-2)
			}, mikey.AuthFailure, none},
			{"without echo", func(a *refMessage) { a.payloads = a.payloads[:4] }, mikey.Malformed, none},
			{"without values", func(a *refMessage) { a.payloads = a.payloads[:3] }, mikey.Malformed, none},
			{"with another validity", func(a *refMessage) {
				a.payloads[3] = refPayload{3, append(slices.Clone(a.payloads[3].body[:len(a.payloads[3].body)-1]), 1, 0)}
			}, mikey.Malformed, int(mikey.ErrorUnspecified)},
		} {
			a, r, _ := answerOf(t, request, g)
			v.change(a)
			_, err := pending.Finish(a.octets(testSecret, r))
			t.Logf("%v, %s: %v", g, v.what, err)
			refused(t, err, v.stage, v.code)
		}
		if g != xwing { // there the second value would not fit
			a, r, _ := answerOf(t, request, g)
			a.payloads[3], a.payloads[4] = a.payloads[4], a.payloads[3]
			_, err := pending.Finish(a.octets(testSecret, r))
			refused(t, err, mikey.AuthFailure, none)
			// The own value as DHr.
			a, r, _ = answerOf(t, request, g)
			a.payloads[3] = a.payloads[4]
			if _, err := pending.Finish(a.octets([]byte("another secret"), r)); err == nil {
				t.Error("a forged answer is taken")
			}
		}
		a, r, tgk := answerOf(t, request, g)
		s, err := pending.Finish(a.octets(testSecret, r))
		if err != nil {
			t.Fatal(err)
		}
		refKeys(t, s, 0, tgk, r)
	}
}

// TestBadRequests under a valid MAC.
func TestBadRequests(t *testing.T) {
	x := ecdh.X25519()
	p := newPair(t, nil, x)
	m, r := requestOf(t, x)
	m.payloads = without(m.payloads, 3)
	refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Malformed, int(mikey.ErrorUnspecified))
	m, r = requestOf(t, x)
	m.payloads = append(m.payloads, m.payloads[6])
	refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Malformed, int(mikey.ErrorUnspecified))
	m, r = requestOf(t, x)
	m.payloads = without(m.payloads, 5)
	refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Malformed, none) // no T to answer with
	m, _ = requestOf(t, x)
	m.payloads[1] = refRand(make([]byte, 8))
	refusedAt(t, p.responder, m.octets(testSecret, make([]byte, 8)), mikey.Malformed, int(mikey.ErrorUnspecified))
}

// countingGroup counts exponentiations.
type countingGroup struct {
	mikey.KeyAgreement
	responds *int
}

func (c countingGroup) Respond(r io.Reader, initiator []byte) ([]byte, []byte, error) {
	*c.responds++
	return c.KeyAgreement.Respond(r, initiator)
}

// TestMACFirst: nothing that takes time happens for a request that does not
// verify, or is old, or was seen (RFC 4650, Section 5.3).
func TestMACFirst(t *testing.T) {
	var responds int
	p := newPair(t, nil, countingGroup{ecdh.X25519(), &responds})
	message, _ := p.start(t, usualOffer())
	for i := range message {
		changed := bytes.Clone(message)
		changed[i] ^= 1
		if _, err := p.responder.Receive(changed); err == nil {
			t.Errorf("octet %d is not protected", i)
		}
	}
	if responds != 0 {
		t.Errorf("%d exponentiations for forged requests", responds)
	}
	p.respond(t, message)
	refusedAt(t, p.responder, message, mikey.Replay, none)
	if responds != 1 {
		t.Errorf("%d exponentiations for one request", responds)
	}
}

// TestReflected: messages that come back to their sender are not taken.
func TestReflected(t *testing.T) {
	x := ecdh.X25519()
	bundles := new(mikey.Bundles)
	p := newPair(t, func(a, b *mikey.Config) {
		// Alice, in both roles.
		b.ID, b.Peer = alice, bob
		a.Bundles, b.Bundles = bundles, bundles
	}, x)
	message, pending := p.start(t, usualOffer())
	e := refusedAt(t, p.responder, message, mikey.Policy, int(mikey.ErrorAuthFailure))
	t.Log(e)
	_, err := pending.Finish(message)
	refused(t, err, mikey.State, none)
	// Her request as an answer: the data type is under the MAC.
	asAnswer := bytes.Clone(message)
	asAnswer[1] = 8
	if _, err := pending.Finish(asAnswer); err == nil {
		t.Error("the request is taken as its answer")
	}
	// Bob's answer at her responder, and at another exchange of hers.
	bobs := newPair(t, nil, x)
	answer, _ := bobs.respond(t, message)
	refusedAt(t, p.responder, answer, mikey.State, none)
	_, other := p.start(t, usualOffer())
	_, err = other.Finish(answer)
	refused(t, err, mikey.State, none)
	if _, err := pending.Finish(answer); err != nil {
		t.Error(err)
	}
	_, err = pending.Finish(answer)
	refused(t, err, mikey.State, none)
}

// TestUpdateBad: updates are not replayed, and none is taken for a CSB that is not
// there.
func TestUpdateBad(t *testing.T) {
	x := ecdh.X25519()
	p := newPair(t, nil, x)
	a, _ := p.run(t, usualOffer())
	message, pending, err := p.initiator.Update(a, mikey.Offer{Keys: []mikey.KeyData{{}}})
	if err != nil {
		t.Fatal(err)
	}
	answer, b := p.respond(t, message)
	refusedAt(t, p.responder, message, mikey.Replay, none)
	a2, err := pending.Finish(answer)
	if err != nil {
		t.Fatal(err)
	}
	same(t, a2, b)
	_, _, err = p.initiator.Update(a, mikey.Offer{})
	refused(t, err, mikey.State, none)
	b.Close()
	message, _, err = p.initiator.Update(a2, mikey.Offer{Keys: []mikey.KeyData{{}}})
	if err != nil {
		t.Fatal(err)
	}
	refusedAt(t, p.responder, message, mikey.State, none)
}
