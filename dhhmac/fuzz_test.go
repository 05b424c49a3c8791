package dhhmac_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// FuzzReceive: whatever arrives, a responder and an initiator that waits do not
// panic, take nothing that is not authentic, and keep working.
//
// With resign, the message gets a valid MAC where it ends like one that has any,
// so that what comes after the MAC is reached too.
func FuzzReceive(f *testing.F) {
	groups := []mikey.KeyAgreement{ecdh.X25519(), ecdh.P256(), ecdh.XWing()}
	mode, err := dhhmac.New(testSecret, groups...)
	if err != nil {
		f.Fatal(err)
	}
	for _, g := range groups {
		p := newPair(f, nil, g)
		message, pending := p.start(f, usualOffer())
		answer, _ := p.respond(f, message)
		a, err := pending.Finish(answer)
		if err != nil {
			f.Fatal(err)
		}
		update, _, err := p.initiator.Update(a, mikey.Offer{})
		if err != nil {
			f.Fatal(err)
		}
		for _, seed := range [][]byte{message, answer, update} {
			f.Add(seed, false)
			f.Add(seed, true)
		}
	}
	for _, payload := range notAllowed(f) {
		m, r := requestOf(f, groups[0])
		m.payloads = append(m.payloads, payload)
		f.Add(m.octets(testSecret, r), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, resign bool) {
		responder, err := mikey.NewResponder(&mikey.Config{ID: bob, Peer: alice, Now: at(testNow)}, mode)
		if err != nil {
			t.Fatal(err)
		}
		initiator, err := mikey.NewInitiator(mode, &mikey.Config{ID: alice, Peer: bob, Now: at(testNow)})
		if err != nil {
			t.Fatal(err)
		}
		message, pending, err := initiator.Start(usualOffer())
		if err != nil {
			t.Fatal(err)
		}
		rand := pending.Group().RAND
		if resign {
			data = sign(data, rand)
		}
		before := bytes.Clone(data)
		received, err := responder.Receive(data)
		if (received == nil) == (err == nil) {
			t.Fatalf("%v and %v", received, err)
		}
		if err != nil {
			checkError(t, err)
		} else if !resign && !known(data) {
			t.Fatalf("%x is accepted", data)
		} else if received.Peer() != alice || !received.Authenticated() {
			t.Fatalf("from %v", received.Peer())
		} else if answer, s, err := received.Accept(); err == nil {
			m, err := (&mikey.Decoder{Groups: groups}).Parse(answer)
			if err != nil || m.Header.DataType != mikey.DHHMACResp {
				t.Fatalf("answer %x, %v", answer, err)
			}
			s.Close()
		} else {
			checkError(t, err)
		}
		if _, err := pending.Finish(data); err != nil {
			checkError(t, err)
		} else if !resign {
			t.Fatalf("%x ends an exchange", data)
		} else {
			return
		}
		if !bytes.Equal(data, before) {
			t.Fatal("the input was changed")
		}
		// The right messages still work.
		if received, err = responder.Receive(message); err != nil {
			t.Fatal(err)
		}
		answer, _, err := received.Accept(2)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pending.Finish(answer); err != nil {
			t.Fatal(err)
		}
	})
}

// known reports whether a request verifies by the reference.
func known(data []byte) bool {
	m, err := (&mikey.Decoder{Groups: ecdh.All()}).Parse(data)
	if err != nil {
		return false
	}
	r, ok := mikey.PayloadOf[*mikey.Rand](m)
	k, _ := mikey.PayloadOf[*mikey.KEMAC](m)
	if !ok || k == nil || len(k.MAC) == 0 {
		return false
	}
	n := len(data) - len(k.MAC)
	return bytes.Equal(data[n:], refMAC(byte(k.MACAlg), byte(m.Header.PRF), testSecret, m.Header.CSBID, r.Value, data[:n]))
}

// sign replaces the MAC at the end of data by the right one.
func sign(data, rand []byte) []byte {
	data = bytes.Clone(data)
	m, err := (&mikey.Decoder{Groups: ecdh.All()}).Parse(data)
	if err != nil {
		return data
	}
	k, ok := mikey.PayloadOf[*mikey.KEMAC](m)
	if !ok || len(k.MAC) == 0 || len(k.MAC) > len(data) || m.Header.PRF > 1 {
		return data
	}
	if r, ok := mikey.PayloadOf[*mikey.Rand](m); ok {
		rand = r.Value
	}
	n := len(data) - len(k.MAC)
	copy(data[n:], refMAC(byte(k.MACAlg), byte(m.Header.PRF), testSecret, m.Header.CSBID, rand, data[:n]))
	return data
}

func checkError(t *testing.T, err error) {
	t.Helper()
	var e *mikey.Error
	if !errors.As(err, &e) || e.Stage == 0 || bytes.Contains([]byte(err.Error()), testSecret) {
		t.Fatalf("%T %v", err, err)
	}
	if e.Stage == mikey.Usage {
		t.Fatalf("the peer's fault counts as usage: %v", err)
	}
	if e.Reply == nil {
		return
	}
	if m, err := mikey.ParseMessage(e.Reply); err != nil || m.Header.DataType != mikey.ErrorMessage {
		t.Fatalf("reply %x, %v", e.Reply, err)
	}
}
