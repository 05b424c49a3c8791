package srtpbridge_test

import (
	"errors"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
)

// exchange returns the sessions of both parties.
func exchange(t testing.TB, offer mikey.Offer, ssrcs ...uint32) (initiator, responder *mikey.Session) {
	t.Helper()
	mode, err := mikey.PSK([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	i, err := mikey.NewInitiator(mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := mikey.NewResponder(nil, mode)
	if err != nil {
		t.Fatal(err)
	}
	offer.Verification = true
	message, pending, err := i.Start(offer)
	if err != nil {
		t.Fatal(err)
	}
	received, err := r.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	answer, responder, err := received.Accept(ssrcs...)
	if err != nil {
		t.Fatal(err)
	}
	if initiator, err = pending.Finish(answer); err != nil {
		t.Fatal(err)
	}
	return initiator, responder
}

// TestSessions takes every suite from an offer to packets both ways.
func TestSessions(t *testing.T) {
	for _, suite := range append(srtpbridge.Suites(), mikey.NULL_HMAC_SHA1_80, mikey.NULL_HMAC_SHA1_32) {
		for _, keyType := range []mikey.KeyType{mikey.TGK, mikey.TGKSalt, mikey.TEK, mikey.TEKSalt} {
			t.Run(suite.String()+"/"+keyType.String(), func(t *testing.T) {
				alice, bob := exchange(t, mikey.Offer{
					CryptoSessions: []mikey.CryptoSession{{SSRC: ssrc, ROC: 2}, {}},
					Policies:       []mikey.SecurityPolicy{suite.Policy(0)},
					Keys: []mikey.KeyData{
						{KeyType: keyType, Validity: mikey.SPI([]byte{0, 1})},
						{KeyType: keyType, Validity: mikey.SPI([]byte{0, 2})},
					},
				}, 0xb0b)
				for csID, parties := range map[uint8][2]*mikey.Session{1: {alice, bob}, 2: {bob, alice}} {
					out, err := srtpbridge.Sender(parties[0], csID)
					if err != nil {
						t.Fatal(err)
					}
					in, err := srtpbridge.Receiver(parties[1], csID)
					if err != nil {
						t.Fatal(err)
					}
					from := parties[0].CryptoSessions()[csID-1].SSRC
					for _, rtcp := range []bool{false, true} {
						packet := rtpPacket(from, 1, "hello")
						if rtcp {
							packet = rtcpPacket(from)
						}
						got, err := decrypt(in, rtcp, encrypt(t, out, rtcp, packet))
						if err != nil || string(got) != string(packet) {
							t.Errorf("crypto session %d, RTCP %v: %x, %v", csID, rtcp, got, err)
						}
					}
				}
			})
		}
	}
}

// TestR3830_113_PolicyOfCryptoSession: each crypto session has its own policy.
func TestR3830_113_PolicyOfCryptoSession(t *testing.T) {
	alice, bob := exchange(t, mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1, Policy: 0}, {SSRC: 2, Policy: 7}},
		Policies:       []mikey.SecurityPolicy{mikey.AES_CM_128_HMAC_SHA1_32.Policy(0), mikey.AEAD_AES_256_GCM.Policy(7)},
	})
	for csID, tag := range map[uint8]int{1: 4, 2: 16} {
		out, err := srtpbridge.Sender(alice, csID)
		if err != nil {
			t.Fatal(err)
		}
		in, err := srtpbridge.Receiver(bob, csID)
		if err != nil {
			t.Fatal(err)
		}
		packet := rtpPacket(uint32(csID), 1, "hello")
		protected := encrypt(t, out, false, packet)
		if n := len(protected) - len(packet); n != tag {
			t.Errorf("crypto session %d: the tag has %d octets, want %d", csID, n, tag)
		}
		if _, err := decrypt(in, false, protected); err != nil {
			t.Errorf("crypto session %d: %v", csID, err)
		}
	}
}

// TestR3830_115_TGKGivesKeyPerCryptoSession: a packet of one crypto session does
// not decrypt under the keys of another.
func TestR3830_115_TGKGivesKeyPerCryptoSession(t *testing.T) {
	alice, bob := exchange(t, mikey.Offer{CryptoSessions: []mikey.CryptoSession{{}, {}}})
	out, err := srtpbridge.Sender(alice, 1)
	if err != nil {
		t.Fatal(err)
	}
	in, err := srtpbridge.Receiver(bob, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decrypt(in, false, encrypt(t, out, false, rtpPacket(ssrc, 1, "hello"))); err == nil {
		t.Error("the packet was decrypted")
	}
}

func TestSessionErrors(t *testing.T) {
	alice, _ := exchange(t, mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {ROC: 3}},
		Policies:       []mikey.SecurityPolicy{mikey.F8_128_HMAC_SHA1_80.Policy(0)},
	})
	_, err := srtpbridge.Sender(alice, 1)
	wantUnsupported(t, err, "encryption algorithm")

	var e *mikey.Error
	if _, err := srtpbridge.Receiver(alice, 3); !errors.As(err, &e) || e.Stage != mikey.Usage {
		t.Errorf("no such crypto session: %v", err)
	}
	alice.Close()
	if _, err := srtpbridge.Receiver(alice, 1); !errors.As(err, &e) || e.Stage != mikey.State {
		t.Errorf("closed session: %v", err)
	}
}

// TestResponderSuites: a responder that accepts Suites refuses what contexts
// cannot do.
func TestResponderSuites(t *testing.T) {
	mode, err := mikey.PSK([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	i, err := mikey.NewInitiator(mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := mikey.NewResponder(&mikey.Config{Suites: srtpbridge.Suites()}, mode)
	if err != nil {
		t.Fatal(err)
	}
	message, _, err := i.Start(mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1}},
		Policies:       []mikey.SecurityPolicy{mikey.F8_128_HMAC_SHA1_80.Policy(0)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var e *mikey.Error
	if _, err := r.Receive(message); !errors.As(err, &e) || e.Stage != mikey.Policy || e.Reply == nil {
		t.Errorf("Receive: %v, want a policy error with a reply", err)
	}
}
