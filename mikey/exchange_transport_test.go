package mikey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// onvifMessages are the examples of the ONVIF Streaming Specification and of a
// device: NULL encryption and MAC, TEK with the salt behind the key, MKI.
var onvifMessages = []struct {
	base64    string
	csbID     uint32
	ssrc      uint32
	key, salt string
	mki       string
	rand      bool
}{
	{
		base64: "AQAFAP1td9ABAADCD1UcAAAAAAoAAdOOGc75XD0BAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAe30C59UrClE0e27UP5h/Wty9UL8+dfzg+2ttmmo3kBAAAAC8A",
		csbID:  0xfd6d77d0, ssrc: 0xc20f551c,
		key: "df40b9f54ac2944d1edbb50fe61fd6b7", salt: "2f542fcf9d7f383edadb669a8de4", mki: "0000002f",
	},
	{
		base64: "AQAFAGgCr8EBAADSvxgkAAAAAAoAAdOOK7UihqIBAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAepekjs88g+Q7AU6LAvRsoVyn18ZW1JuXI9qht4g6+BAAAAAIA",
		csbID:  0x6802afc1, ssrc: 0xd2bf1824,
		key: "a5e923b3cf20f90ec053a2c0bd1b2857", salt: "29f5f195b526e5c8f6a86de20ebe", mki: "00000002",
	},
	{
		base64: "AQAFAGrVolgBAADdBcAoAAAAAAsA2/K83QArhBIKEGrVolg1GZvp7DPyFCdYmXABAAAAGwABAQEBEAIBAQMBFAQBDgcBAQgBAQoBAQsBCgAAACcAIQAe7OzS5umZMXHqaegZC3UkDwbC5NNpj4b8+fB6MROeBAAAAA0A",
		csbID:  0x6ad5a258, ssrc: 0xdd05c028,
		key: "ececd2e6e9993171ea69e8190b75240f", salt: "06c2e4d3698f86fcf9f07a31139e", mki: "0000000d", rand: true,
	},
}

func onvif(t testing.TB, n int) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(onvifMessages[n].base64)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newTransportResponder(t testing.TB, ignoreSkew bool) *mikey.Responder {
	t.Helper()
	return exResponder(t, &mikey.Config{
		Now: func() time.Time { return exTime }, InsecureIgnoreSkew: ignoreSkew,
	}, mikey.InsecureTransportProtected(nil))
}

func TestONVIFMessages(t *testing.T) {
	responder := newTransportResponder(t, true)
	for n, tt := range onvifMessages {
		message := onvif(t, n)
		received, err := responder.Receive(message)
		if err != nil {
			t.Fatalf("message %d: %v", n, err)
		}
		if received.Authenticated() || received.AwaitsAnswer() || received.Update() || !received.Peer().IsZero() {
			t.Errorf("message %d: authenticated %v, awaits %v, update %v, peer %v", n, received.Authenticated(),
				received.AwaitsAnswer(), received.Update(), received.Peer())
		}
		answer, s, err := received.Accept()
		if err != nil || answer != nil {
			t.Fatalf("message %d: answer %x, %v", n, answer, err)
		}
		if s.Authenticated() {
			t.Errorf("message %d: the session says that it is authenticated", n)
		}
		if s.CSBID() != tt.csbID || len(s.CryptoSessions()) != 1 || s.CryptoSessions()[0].SSRC != tt.ssrc {
			t.Errorf("message %d: CSB %08x, %v", n, s.CSBID(), s.CryptoSessions())
		}
		masters, err := s.MasterKeys(1)
		if err != nil {
			t.Fatal(err)
		}
		m := masters[0]
		if hex.EncodeToString(m.Key) != tt.key || hex.EncodeToString(m.Salt) != tt.salt ||
			m.Validity.Type != mikey.KVSPI || hex.EncodeToString(m.Validity.SPI) != tt.mki {
			t.Errorf("message %d: key %x, salt %x, %v", n, m.Key, m.Salt, m.Validity)
		}
		if policy, _ := s.Policy(1); policy.Suite() != mikey.AES_CM_128_HMAC_SHA1_80 {
			t.Errorf("message %d: suite %v", n, policy.Suite())
		}
		_, err = responder.Receive(message)
		exRefused(t, err, mikey.Replay, exNone)
	}
}

func TestONVIFMessagesAreRefused(t *testing.T) {
	for n := range onvifMessages {
		message := onvif(t, n)
		t.Run("their time is wrong", func(t *testing.T) {
			_, err := newTransportResponder(t, false).Receive(message)
			exRefused(t, err, mikey.Stale, int(mikey.ErrorInvalidTS))
		})
		t.Run("by a pre-shared key", func(t *testing.T) {
			responder := exResponder(t, &mikey.Config{InsecureIgnoreSkew: true}, exPSK(t, exSecret))
			_, err := responder.Receive(message)
			exRefused(t, err, mikey.Policy, int(mikey.ErrorInvalidMAC))
		})
	}
}

// transportReference is a request under the protection of the transport.
func transportReference() *refExchange {
	e, _, _ := refMatrix(0, 0, 0, 2, 0, 0, false, 1)
	e.psk, e.idI, e.idR, e.extensions = nil, "", "", nil
	return e
}

// TestTransportHabits: what deployed devices do is taken from a message without
// authentication, and from no other.
func TestTransportHabits(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*refExchange)
		bend func([]byte) []byte

		stage mikey.Stage // of an authenticated message; 0: taken
		plain mikey.Stage // of one that is not
	}{
		{name: "nothing"},
		{name: "TEK with salt", edit: func(e *refExchange) { e.keys[0] = refKey{keyType: 3, key: refCount(16, 1), salt: refCount(14, 9)} }},
		{name: "no RAND", edit: func(e *refExchange) { e.update = true }, stage: mikey.State},
		{name: "zero octet at the end", bend: func(b []byte) []byte { return append(b, 0) }, stage: mikey.Malformed},
		{name: "no SP", edit: func(e *refExchange) { e.policies, e.sessions[0].policy = nil, 0 }, stage: mikey.Malformed},
		{name: "policy of another number", edit: func(e *refExchange) { e.sessions[0].policy = 0 }, stage: mikey.Malformed},
		{
			name: "tag length as authentication key length", edit: func(e *refExchange) {
				e.policies = [][]byte{{7, 0, 0, 3, 3, 1, 4}}
			},
		},
		{
			name: "two zero octets", bend: func(b []byte) []byte { return append(b, 0, 0) },
			stage: mikey.Malformed, plain: mikey.Malformed,
		},
		{
			name: "an octet that is not zero", bend: func(b []byte) []byte { return append(b, 1) },
			stage: mikey.Malformed, plain: mikey.Malformed,
		},
		{
			name: "TEK without salt", edit: func(e *refExchange) { e.keys[0].key = refCount(16, 0) },
			stage: mikey.Malformed, plain: mikey.Malformed,
		},
		{
			name: "policy of another number, two policies", edit: func(e *refExchange) {
				e.sessions[0].policy = 0
				e.policies = append(e.policies, refSP(8, 16, 10))
			}, stage: mikey.Malformed, plain: mikey.Malformed,
		},
		{
			name: "TGK without RAND", edit: func(e *refExchange) { e.update, e.keys[0].keyType = true, 0 },
			stage: mikey.State, plain: mikey.Malformed,
		},
		{
			name: "TGK with a RAND of 15 octets", edit: func(e *refExchange) { e.rand, e.keys[0].keyType = e.rand[:15], 0 },
			stage: mikey.Malformed, plain: mikey.Malformed,
		},
		{name: "no key", edit: func(e *refExchange) { e.keys = nil }, stage: mikey.Malformed, plain: mikey.Malformed},
		{
			name: "no key and no RAND", edit: func(e *refExchange) { e.keys, e.update = nil, true },
			stage: mikey.State, plain: mikey.Malformed,
		},
		{
			name: "unknown SRTP parameter", edit: func(e *refExchange) { e.policies = [][]byte{{7, 0, 0, 3, 99, 1, 4}} },
			stage: mikey.Unsupported, plain: mikey.Unsupported,
		},
	} {
		for _, authenticated := range []bool{false, true} {
			name, stage := tt.name+"/unprotected", tt.plain
			if authenticated {
				name, stage = tt.name+"/authenticated", tt.stage
			}
			t.Run(name, func(t *testing.T) {
				e := transportReference()
				if authenticated {
					e.encr, e.mac, e.psk = 1, 1, exSecret
				}
				if tt.edit != nil {
					tt.edit(e)
				}
				message := e.request()
				if tt.bend != nil {
					message = tt.bend(message)
				}
				replay := new(exReplay)
				responder := exResponder(t, &mikey.Config{Now: func() time.Time { return exTime }, Replay: replay},
					mikey.InsecureTransportProtected(exSecret))
				received, err := responder.Receive(message)
				if stage != 0 {
					exRefusedStage(t, err, stage)
					if replay.records != 0 {
						t.Error("the message is in the replay cache")
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				_, s := exAccept(t, received)
				e.checkKeys(t, "responder", s, []int{16})
				if s.Authenticated() != authenticated {
					t.Errorf("Authenticated %v, want %v", s.Authenticated(), authenticated)
				}
			})
		}
	}
}

// TestTrailingZeroIsNoNewMessage: the octet that is ignored does not make a
// message another one.
func TestTrailingZeroIsNoNewMessage(t *testing.T) {
	message := onvif(t, 0)
	for _, first := range [][]byte{message, append(bytes.Clone(message), 0)} {
		responder := newTransportResponder(t, true)
		received, err := responder.Receive(first)
		if err != nil {
			t.Fatal(err)
		}
		_, s := exAccept(t, received)
		s.Close() // so that the CSB does not tell
		for _, again := range [][]byte{message, append(bytes.Clone(message), 0)} {
			_, err := responder.Receive(again)
			exRefused(t, err, mikey.Replay, exNone)
		}
	}
}

func TestTransportInitiator(t *testing.T) {
	p := newExPair(t, func(p *exPair) { p.mode = mikey.InsecureTransportProtected(nil) })
	for _, keyType := range []mikey.KeyType{mikey.TGK, mikey.TGKSalt, mikey.TEK, mikey.TEKSalt} {
		offer := exOffer()
		offer.Keys = []mikey.KeyData{{KeyType: keyType, Validity: mikey.SPI([]byte{0, 0, 0, 7})}}
		message, pending := p.start(t, offer)
		kemac, _ := mikey.PayloadOf[*mikey.KEMAC](exParse(t, message))
		if kemac.EncrAlg != mikey.EncrNULL || kemac.MACAlg != mikey.MACNULL {
			t.Errorf("%v", kemac)
		}
		answer, bob := p.respond(t, message)
		alice := exFinish(t, pending, answer)
		exSame(t, alice, bob)
		if alice.Authenticated() || bob.Authenticated() {
			t.Error("a session without authentication says it has one")
		}
		// Updates of such CSBs.
		message, pending = p.update(t, alice, mikey.Offer{Keys: []mikey.KeyData{{KeyType: keyType}}})
		_, bob = p.respond(t, message)
		exSame(t, exFinish(t, pending, nil), bob)
	}
	offer := exOffer()
	offer.Algorithms = &mikey.Algorithms128
	_, _, err := p.alice.Start(offer)
	exRefused(t, err, mikey.AuthFailure, int(mikey.ErrorAuthFailure)) // there is no secret
}

// TestAuthenticatedIsTrue: Authenticated says yes only if a MAC vouched for the
// message that brought the keys in force.
func TestAuthenticatedIsTrue(t *testing.T) {
	newPair := func(t *testing.T) *exPair {
		return newExPair(t, func(p *exPair) { p.mode = mikey.InsecureTransportProtected(exSecret) })
	}
	t.Run("with a MAC", func(t *testing.T) {
		p := newPair(t)
		offer := exOffer()
		offer.Algorithms = &mikey.Algorithms{Encr: mikey.EncrNULL, MAC: mikey.MACHMACSHA1160}
		alice, bob := p.run(t, offer)
		if !alice.Authenticated() || !bob.Authenticated() {
			t.Error("a session with authentication says it has none")
		}
	})
	for _, encr := range []mikey.EncrAlg{mikey.EncrAESCM128, mikey.EncrAESCM256, mikey.EncrAESKW128} {
		t.Run("NULL MAC beside "+encr.String(), func(t *testing.T) {
			p := newPair(t)
			offer := exOffer()
			offer.Algorithms = &mikey.Algorithms{Encr: encr, MAC: mikey.MACNULL}
			message, pending, err := p.alice.Start(offer)
			if err != nil {
				exRefusedStage(t, err, mikey.Policy)
				return
			}
			received, err := p.bob.Receive(message)
			if err != nil {
				exRefusedStage(t, err, mikey.Policy)
				return
			}
			answer, bob := exAccept(t, received)
			alice := exFinish(t, pending, answer)
			if received.Authenticated() || alice.Authenticated() || bob.Authenticated() {
				t.Error("a message without a MAC counts as authenticated")
			}
		})
	}
	t.Run("MAC taken away", func(t *testing.T) {
		// Somebody on the way takes the MAC off and changes the rest.
		p := newPair(t)
		e := exReference(false)
		e.mac = 0
		e.sessions[0].ssrc ^= 1
		received, err := p.bob.Receive(e.request())
		if err != nil {
			exRefusedStage(t, err, mikey.Policy)
			return
		}
		if received.Authenticated() {
			t.Error("a message without a MAC counts as authenticated")
		}
	})
	t.Run("update without keys", func(t *testing.T) {
		p := newPair(t)
		alice, _ := p.run(t, exOffer()) // NULL and NULL
		message, pending := p.update(t, alice, mikey.Offer{Algorithms: &mikey.Algorithms128})
		_, bob := p.respond(t, message)
		alice = exFinish(t, pending, nil)
		exSame(t, alice, bob)
		if alice.Authenticated() || bob.Authenticated() {
			t.Error("keys that came without authentication count as authenticated")
		}
	})
	t.Run("error message", func(t *testing.T) {
		p := newPair(t)
		message, pending := p.start(t, exOffer())
		e := p.reference(t, message, nil)
		_, err := pending.Finish(e.errorMessage(true, nil, 12)) // V with a NULL MAC
		var peer *mikey.PeerError
		if errors.As(err, &peer) && peer.Authenticated {
			t.Error("an error message with a NULL MAC counts as authenticated")
		}
	})
}

// TestUnprotectedUpdateOfAuthenticatedCSB: a CSB that a MAC set up does not take
// keys from a message without one.
func TestUnprotectedUpdateOfAuthenticatedCSB(t *testing.T) {
	p := newExPair(t, func(p *exPair) { p.mode = mikey.InsecureTransportProtected(exSecret) })
	e := exReference(false)
	_, s := p.respond(t, e.request())
	if !s.Authenticated() {
		t.Fatal("the session is not authenticated")
	}
	e.encr, e.mac, e.psk, e.update, e.ts = 0, 0, nil, true, refNTP(exTime.Add(time.Second))
	e.keys = []refKey{{key: refCount(16, 0x99)}}
	received, err := p.bob.Receive(e.request())
	if err != nil {
		return
	}
	if received.Update() {
		t.Error("anybody on the way can replace the keys of an authenticated CSB")
	}
}
