package mikey_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// TestR3830_103_105_ErrorReplies compares error messages octet by octet. Only a
// request that is authenticated gets an error message that is.
func TestR3830_103_105_ErrorReplies(t *testing.T) {
	// What a responder supports that does not say.
	var anySuite [][]byte
	for n, s := range []mikey.Suite{
		mikey.AES_CM_128_HMAC_SHA1_80, mikey.AES_CM_128_HMAC_SHA1_32, mikey.AEAD_AES_128_GCM, mikey.AEAD_AES_256_GCM,
	} {
		p := s.Policy(uint8(n))
		anySuite = append(anySuite, append([]byte{byte(n), 0, 0, byte(len(p.Params))}, p.Params...))
	}
	for _, algs := range []mikey.Algorithms{mikey.Algorithms128, mikey.Algorithms256} {
		for _, tt := range []struct {
			name          string
			edit          func(*refExchange)
			suites        []mikey.Suite
			code          mikey.ErrorCode
			authenticated bool
			policies      [][]byte
		}{
			{name: "MAC", edit: func(e *refExchange) { e.psk = []byte("guess") }, code: mikey.ErrorAuthFailure},
			{name: "timestamp", edit: func(e *refExchange) { e.ts = refNTP(exTime.Add(time.Hour)) }, code: mikey.ErrorInvalidTS},
			{name: "data type", edit: func(e *refExchange) { e.edit = func(m *refMessage) { m.dataType = 4 } }, code: mikey.ErrorInvalidDT},
			{name: "identity", edit: func(e *refExchange) { e.idR = exCarol.Value }, code: mikey.ErrorAuthFailure},
			{name: "encryption", edit: func(e *refExchange) { e.encr = 77 }, code: mikey.ErrorInvalidEA},
			{name: "key data", edit: func(e *refExchange) { e.plain = []byte{9} }, code: mikey.ErrorUnspecified, authenticated: true},
			{
				name: "protocol", edit: func(e *refExchange) { e.policies[0][1] = 1 },
				code: mikey.ErrorInvalidSP, authenticated: true, policies: anySuite,
			},
			{
				name: "suite", suites: []mikey.Suite{mikey.AES_256_CM_HMAC_SHA1_80, mikey.AES_256_CM_HMAC_SHA1_32},
				code: mikey.ErrorInvalidSPar, authenticated: true, policies: [][]byte{refSP(0, 32, 10), refSP(1, 32, 4)},
			},
		} {
			t.Run(fmt.Sprintf("%v/%v", algs.MAC, tt.name), func(t *testing.T) {
				p := newExPair(t, func(p *exPair) { p.rConfig.Suites = tt.suites })
				e := exReference(true)
				e.prf, e.encr, e.mac = byte(algs.PRF), byte(algs.Encr), byte(algs.MAC)
				if tt.edit != nil {
					tt.edit(e)
				}
				err := exReceiveError(t, p, e.request())
				var got *mikey.Error
				if !errors.As(err, &got) {
					t.Fatal(err)
				}
				if want := e.errorMessage(tt.authenticated, tt.policies, byte(tt.code)); !bytes.Equal(got.Reply, want) {
					t.Errorf("reply\n%x, want\n%x: %v", got.Reply, want, err)
				}
			})
		}
	}
}

// TestR3830_106_ErrorsDoNotEndExchanges: no error message ends an exchange.
func TestR3830_106_ErrorsDoNotEndExchanges(t *testing.T) {
	p := newExPair(t, nil)
	message, pending := p.start(t, exOffer())
	right := p.reference(t, message, nil)
	for _, tt := range []struct {
		name string
		make func() []byte

		peer          bool // an error message of the exchange
		authenticated bool
		stage         mikey.Stage
		codes         []mikey.ErrorCode
		policies      int
	}{
		{
			name: "authenticated", make: func() []byte { return right.errorMessage(true, nil, 12) },
			peer: true, authenticated: true, stage: mikey.State, codes: []mikey.ErrorCode{12},
		},
		{
			name: "not authenticated", make: func() []byte { return right.errorMessage(false, nil, 0) },
			peer: true, stage: mikey.State, codes: []mikey.ErrorCode{0},
		},
		{
			name: "with policies",
			make: func() []byte { return right.errorMessage(true, [][]byte{refSP(0, 16, 10), refSP(1, 32, 10)}, 9, 10) },
			peer: true, authenticated: true, stage: mikey.State, codes: []mikey.ErrorCode{9, 10}, policies: 2,
		},
		{
			name: "forged", make: func() []byte {
				e := *right
				e.psk = []byte("guess")
				return e.errorMessage(true, nil, 12)
			}, stage: mikey.AuthFailure,
		},
		{
			name: "with another MAC", make: func() []byte {
				e := *right
				e.mac = 2
				return e.errorMessage(true, nil, 12)
			}, stage: mikey.Policy,
		},
		{
			name: "with a NULL MAC", make: func() []byte {
				e := *right
				e.mac = 0
				return e.errorMessage(true, nil, 12)
			}, stage: mikey.Policy,
		},
		{
			name: "of another CSB", make: func() []byte {
				e := *right
				e.csbID++
				return e.errorMessage(true, nil, 12)
			}, stage: mikey.State,
		},
		{
			name: "about another request", make: func() []byte {
				e := *right
				e.ts = refNTP(exTime.Add(time.Second))
				return e.errorMessage(true, nil, 12)
			}, stage: mikey.State,
		},
		{name: "without ERR", make: func() []byte { return right.errorMessage(true, nil) }, stage: mikey.Malformed},
		{
			name: "without T", make: func() []byte {
				b := right.errorMessage(false, nil, 12)
				b = append(b[:10:10], b[20:]...)
				b[2] = 12
				return b
			}, stage: mikey.Malformed,
		},
		{
			name: "cut off", make: func() []byte {
				b := right.errorMessage(true, nil, 12)
				return b[:len(b)-1]
			}, stage: mikey.Malformed,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := pending.Finish(tt.make())
			if err == nil || s != nil {
				t.Fatal("an error message makes a session")
			}
			var e *mikey.Error
			if !errors.As(err, &e) {
				t.Fatalf("error %T", err)
			}
			if e.Stage != tt.stage {
				t.Errorf("stage %v, want %v: %v", e.Stage, tt.stage, err)
			}
			if e.Reply != nil {
				t.Error("an error answers an error")
			}
			var peer *mikey.PeerError
			if errors.As(err, &peer) != tt.peer {
				t.Fatalf("a PeerError: %v, want %v: %v", !tt.peer, tt.peer, err)
			}
			if !tt.peer {
				return
			}
			if peer.Authenticated != tt.authenticated || fmt.Sprint(peer.Codes) != fmt.Sprint(tt.codes) || len(peer.Policies) != tt.policies {
				t.Errorf("%+v", peer)
			}
			for _, code := range tt.codes {
				if !errors.Is(err, code) {
					t.Errorf("the error does not wrap %v", code)
				}
			}
		})
	}
	answer, bob := p.respond(t, message)
	exSame(t, exFinish(t, pending, answer), bob)
	// Nor does one that comes late.
	_, err := pending.Finish(right.errorMessage(true, nil, 12))
	exRefused(t, err, mikey.State, exNone)
}

// TestErrorsOfUpdates: an error about an update leaves the CSB as it is.
func TestErrorsOfUpdates(t *testing.T) {
	p := newExPair(t, nil)
	alice, bob := p.run(t, exOffer())
	keys := exKeys(t, alice, 1)
	message, pending := p.update(t, alice, mikey.Offer{Keys: []mikey.KeyData{{}}, Verification: true})
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	refusal, err := received.Refuse(mikey.ErrorUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pending.Finish(refusal)
	exRefused(t, err, mikey.State, int(mikey.ErrorUnspecified))
	if !bytes.Equal(exKeys(t, alice, 1), keys) || !bytes.Equal(exKeys(t, bob, 1), keys) {
		t.Error("the keys have changed")
	}
	message, pending = p.update(t, alice, mikey.Offer{Verification: true})
	answer, bob := p.respond(t, message)
	alice = exFinish(t, pending, answer)
	exSame(t, alice, bob)
	if !bytes.Equal(exKeys(t, alice, 1), keys) {
		t.Error("the keys have changed")
	}
}

// TestR3830_104_108_Negotiation: the error names what the responder supports,
// and the initiator comes back with a new message.
func TestR3830_104_108_Negotiation(t *testing.T) {
	p := newExPair(t, func(p *exPair) {
		p.rConfig.Suites = []mikey.Suite{mikey.AEAD_AES_256_GCM, mikey.AES_256_CM_HMAC_SHA1_80}
	})
	message, pending := p.start(t, exOffer())
	refused := exRefused(t, exReceiveError(t, p, message), mikey.Policy, int(mikey.ErrorInvalidSPar))
	_, err := pending.Finish(refused.Reply)
	var peer *mikey.PeerError
	if !errors.As(err, &peer) || !peer.Authenticated || len(peer.Policies) != 2 {
		t.Fatalf("error %v", err)
	}
	offer := exOffer()
	offer.Policies = peer.Policies[:1]
	again, pending := p.start(t, offer)
	if a, b := exParse(t, message), exParse(t, again); a.Header.CSBID == b.Header.CSBID {
		t.Error("the new message is for the same CSB")
	}
	answer, bob := p.respond(t, again)
	exSame(t, exFinish(t, pending, answer), bob)
	if policy, _ := bob.Policy(1); policy.Suite() != mikey.AEAD_AES_256_GCM {
		t.Errorf("suite %v", policy.Suite())
	}
}

func TestRefuse(t *testing.T) {
	p := newExPair(t, nil)
	e := exReference(true)
	received, err := p.bob.Receive(e.request())
	if err != nil {
		t.Fatal(err)
	}
	sp := mikey.AES_CM_128_HMAC_SHA1_80.Policy(3)
	refusal, err := received.Refuse(mikey.ErrorInvalidSP, sp)
	if err != nil {
		t.Fatal(err)
	}
	want := e.errorMessage(true, [][]byte{append([]byte{3, 0, 0, byte(len(sp.Params))}, sp.Params...)}, 9)
	if !bytes.Equal(refusal, want) {
		t.Errorf("refusal\n%x, want\n%x", refusal, want)
	}
	_, _, err = received.Accept()
	exRefused(t, err, mikey.State, exNone)
	_, err = received.Refuse(mikey.ErrorInvalidSP)
	exRefused(t, err, mikey.State, exNone)

	// The request is used up, its CSB ID is not.
	exRefused(t, exReceiveError(t, p, e.request()), mikey.Replay, exNone)
	e.ts = refNTP(exTime.Add(time.Second))
	p.respond(t, e.request())
}

func TestR3830_107_ForgeriesGoNoFurther(t *testing.T) {
	p := newExPair(t, func(p *exPair) { p.rConfig.Suites = []mikey.Suite{mikey.AEAD_AES_256_GCM} })
	e := exReference(true)
	e.psk, e.plain = []byte("guess"), []byte("no key data")
	err := exRefused(t, exReceiveError(t, p, e.request()), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	if _, ok := mikey.PayloadOf[*mikey.Verification](exParse(t, err.Reply)); ok {
		t.Error("the responder authenticates the answer to a forgery")
	}
	// An error message is never answered, whatever it holds.
	for _, authenticated := range []bool{false, true} {
		if err := exRefused(t, exReceiveError(t, p, e.errorMessage(authenticated, nil, 12)), mikey.State, exNone); err.Reply != nil {
			t.Error("an error answers an error")
		}
	}
}

func TestPeerErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  mikey.PeerError
		want string
	}{
		{mikey.PeerError{Codes: []mikey.ErrorCode{9, 10}, Authenticated: true}, "the peer reports Invalid SP, Invalid SPpar"},
		{mikey.PeerError{Codes: []mikey.ErrorCode{200}}, "somebody, perhaps the peer, reports ErrorCode(200)"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
