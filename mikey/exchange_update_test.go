package mikey_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// TestR3830_095_Updates: an update has the CSB ID of before, a later T and no
// RAND; what it leaves out stays, and the keys come from the RAND of creation.
func TestR3830_095_Updates(t *testing.T) {
	for _, algs := range []mikey.Algorithms{
		mikey.Algorithms128,
		{PRF: mikey.PRFMIKEY1, Encr: mikey.EncrAESCM256, MAC: mikey.MACHMACSHA256256},
		{PRF: mikey.PRFMIKEY1, Encr: mikey.EncrAESKW128, MAC: mikey.MACHMACSHA1160},
	} {
		t.Run(algs.Encr.String(), func(t *testing.T) {
			p := newExPair(t, nil)
			message, pending := p.start(t, exOffer())
			rand := pending.Group().RAND
			answer, bob := p.respond(t, message)
			alice := exFinish(t, pending, answer)
			old := exKeys(t, bob, 1)
			last := exT(t, message)

			for n := range byte(3) {
				key := refKey{key: refCount(24, n)}
				message, pending := p.update(t, alice, mikey.Offer{
					Algorithms: &algs, Keys: []mikey.KeyData{{Key: key.key}}, Verification: true,
				})
				types := exTypes(t, message)
				want := []mikey.PayloadType{mikey.TPayload, mikey.IDPayload, mikey.IDPayload, mikey.KEMACPayload}
				if !slices.Equal(types, want) {
					t.Errorf("update %v, want %v", types, want)
				}
				ts := exT(t, message)
				if ts.Value <= last.Value {
					t.Errorf("T %016x after %016x", ts.Value, last.Value)
				}
				last = ts
				e := p.reference(t, message, rand)
				e.keys = []refKey{key}
				if want := e.request(); !bytes.Equal(message, want) || e.csbID != alice.CSBID() {
					t.Fatalf("update\n%x, want\n%x", message, want)
				}
				received, err := p.bob.Receive(message)
				if err != nil {
					t.Fatal(err)
				}
				if !received.Update() || received.Peer() != exAlice {
					t.Errorf("update %v, peer %v", received.Update(), received.Peer())
				}
				answer, updated := exAccept(t, received)
				if want := e.response(e.sessions, nil); !bytes.Equal(answer, want) {
					t.Fatalf("answer\n%x, want\n%x", answer, want)
				}
				alice2 := exFinish(t, pending, answer)
				exSame(t, alice2, updated)
				e.checkKeys(t, "responder", updated, []int{16, 16})
				e.checkKeys(t, "initiator", alice2, []int{16, 16})
				if !slices.Equal(updated.CryptoSessions(), bob.CryptoSessions()) {
					t.Errorf("crypto sessions %v, want %v", updated.CryptoSessions(), bob.CryptoSessions())
				}
				if updated.Peer() != exAlice || alice2.Peer() != exBob || updated.Initiator() || !alice2.Initiator() {
					t.Errorf("peers %v and %v", updated.Peer(), alice2.Peer())
				}
				// The session of before stays what it is.
				if !bytes.Equal(exKeys(t, bob, 1), old) || bytes.Equal(exKeys(t, updated, 1), old) {
					t.Error("the old session has changed, or the new one has its keys")
				}
				alice = alice2
			}
			bob.Close() // of a session that was replaced: the CSB goes on
			message, pending = p.update(t, alice, mikey.Offer{})
			_, updated := p.respond(t, message)
			exSame(t, exFinish(t, pending, nil), updated)
		})
	}
}

func TestUpdateOffers(t *testing.T) {
	p := newExPair(t, nil)
	alice, _ := p.run(t, exOffer())
	_, _, err := p.alice.Update(alice, mikey.Offer{Group: &mikey.Group{CSBID: 1, RAND: refCount(16, 0)}})
	exRefused(t, err, mikey.Usage, exNone)
	_, _, err = exInitiator(t, p.mode, nil).Update(alice, mikey.Offer{})
	exRefused(t, err, mikey.Usage, exNone)
	counter := mikey.Timestamp{TSType: mikey.TSCounter, Value: 1}
	_, _, err = p.alice.Update(alice, mikey.Offer{Timestamp: &counter})
	exRefused(t, err, mikey.Usage, exNone)
	// The PRF is that of the CSB, or its keys could not be.
	t.Run("PRF", func(t *testing.T) {
		_, _, err := p.alice.Update(alice, mikey.Offer{Algorithms: &mikey.Algorithms256})
		if err == nil {
			t.Error("an update with another PRF is made, which every responder refuses")
		} else {
			exRefusedStage(t, err, mikey.Usage)
		}
	})
	t.Run("PRF, received", func(t *testing.T) {
		message, pending := p.start(t, exOffer())
		answer, _ := p.respond(t, message)
		alice := exFinish(t, pending, answer)
		e := p.reference(t, first(p.update(t, alice, mikey.Offer{})), pending.Group().RAND)
		e.prf = 1
		exRefused(t, exReceiveError(t, p, e.request()), mikey.Malformed, int(mikey.ErrorInvalidPRF))
		e.prf = 0
		p.respond(t, e.request())
	})
}

func TestR3830_020_100_UpdateWithoutKeys(t *testing.T) {
	p := newExPair(t, nil)
	offer := exOffer()
	offer.Keys = []mikey.KeyData{{KeyType: mikey.TGK}, {KeyType: mikey.TGKSalt}}
	offer.Keys[0].Validity, offer.Keys[1].Validity = mikey.SPI([]byte{1}), mikey.SPI([]byte{2})
	message, pending := p.start(t, offer)
	rand := pending.Group().RAND
	answer, bob := p.respond(t, message)
	alice := exFinish(t, pending, answer)
	keys := [][]byte{exKeys(t, bob, 1), exKeys(t, bob, 2)}

	t.Run("nothing", func(t *testing.T) {
		message, pending := p.update(t, alice, mikey.Offer{})
		kemac, _ := mikey.PayloadOf[*mikey.KEMAC](exParse(t, message))
		if len(kemac.EncrData) != 0 {
			t.Errorf("key data %x, want none", kemac.EncrData)
		}
		if want := p.reference(t, message, rand).request(); !bytes.Equal(message, want) {
			t.Errorf("update\n%x, want\n%x", message, want)
		}
		_, bob = p.respond(t, message)
		alice = exFinish(t, pending, nil)
		exSame(t, alice, bob)
		for i, key := range keys {
			if !bytes.Equal(exKeys(t, bob, uint8(i+1)), key) {
				t.Errorf("crypto session %d has other keys", i+1)
			}
		}
	})
	t.Run("more crypto sessions", func(t *testing.T) {
		sessions := append(alice.CryptoSessions(), mikey.CryptoSession{SSRC: 0x33333333}, mikey.CryptoSession{})
		message, pending := p.update(t, alice, mikey.Offer{CryptoSessions: sessions, Verification: true})
		var answer []byte
		answer, bob = p.respond(t, message)
		alice = exFinish(t, pending, answer)
		exSame(t, alice, bob)
		if n := len(bob.CryptoSessions()); n != 4 {
			t.Fatalf("%d crypto sessions, want 4", n)
		}
		for i, key := range keys {
			if !bytes.Equal(exKeys(t, bob, uint8(i+1)), key) {
				t.Errorf("crypto session %d has other keys", i+1)
			}
		}
		if bytes.Equal(exKeys(t, bob, 3), keys[0]) || bytes.Equal(exKeys(t, bob, 3), exKeys(t, bob, 4)) {
			t.Error("a new crypto session has the keys of another")
		}
	})
	t.Run("policies", func(t *testing.T) {
		// A policy with the number of one of before replaces it. The salt that
		// the second key carries has 14 octets.
		suite := mikey.AES_256_CM_HMAC_SHA1_80
		message, pending := p.update(t, alice, mikey.Offer{
			Policies: []mikey.SecurityPolicy{suite.Policy(0)}, Verification: true,
		})
		answer, updated := p.respond(t, message)
		alice2 := exFinish(t, pending, answer)
		exSame(t, alice2, updated)
		if policy, _ := updated.Policy(2); policy.Suite() != suite {
			t.Errorf("suite %v, want %v", policy.Suite(), suite)
		}
		masters, err := updated.MasterKeys(1)
		if err != nil {
			t.Fatal(err)
		}
		// The same TGK: the longer TEK starts with the shorter one.
		if len(masters[0].Key) != 32 || !bytes.Equal(masters[0].Key[:16], keys[0][:16]) {
			t.Errorf("master key %x", masters[0].Key)
		}
		if policy, _ := bob.Policy(2); policy.Suite() != mikey.AES_CM_128_HMAC_SHA1_80 {
			t.Errorf("the old session has the suite %v", policy.Suite())
		}
		alice, bob = alice2, updated
	})
	t.Run("policy beside", func(t *testing.T) {
		sessions := alice.CryptoSessions()
		sessions[0].Policy = 3
		message, pending := p.update(t, alice, mikey.Offer{
			CryptoSessions: sessions, Policies: []mikey.SecurityPolicy{mikey.AES_CM_128_HMAC_SHA1_32.Policy(3)},
		})
		_, bob = p.respond(t, message)
		alice = exFinish(t, pending, nil)
		exSame(t, alice, bob)
		for cs, want := range map[uint8]mikey.Suite{1: mikey.AES_CM_128_HMAC_SHA1_32, 2: mikey.AES_256_CM_HMAC_SHA1_80} {
			if policy, _ := bob.Policy(cs); policy.Suite() != want {
				t.Errorf("crypto session %d: %v, want %v", cs, policy.Suite(), want)
			}
		}
	})
	t.Run("policy that the keys do not fit, received", func(t *testing.T) {
		e := p.reference(t, first(p.update(t, alice, mikey.Offer{})), rand)
		e.policies = [][]byte{{0, 0, 0, 3, 0, 1, 6}} // AES-GCM, whose salt has 12 octets
		err := exRefused(t, exReceiveError(t, p, e.request()), mikey.Malformed, int(mikey.ErrorUnspecified))
		if err.Reply == nil {
			t.Error("no error message")
		}
	})
	t.Run("policy that the keys do not fit", func(t *testing.T) {
		_, _, err := p.alice.Update(alice, mikey.Offer{Policies: []mikey.SecurityPolicy{mikey.AEAD_AES_128_GCM.Policy(0)}})
		if err == nil {
			t.Error("an update is made whose keys nobody can use")
		} else {
			exRefusedStage(t, err, mikey.Usage)
		}
	})
}

// TestUpdateWithoutIDs: identities were said in the first message and may be
// left out (RFC 3830, Section 4.5); the CSB knows them.
func TestUpdateWithoutIDs(t *testing.T) {
	p := newExPair(t, nil)
	p.bob = exResponder(t, p.rConfig, mikey.PSKLookup(func(i, _ mikey.ID) []byte {
		if i == exAlice {
			return exSecret
		}
		return nil
	}))
	alice, _ := p.run(t, exOffer())
	message, pending := p.update(t, alice, mikey.Offer{OmitIDs: true, Verification: true})
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatalf("Receive: %v", err)
	}
	if received.Peer() != exAlice {
		t.Errorf("peer %v, want %v", received.Peer(), exAlice)
	}
	answer, bob := exAccept(t, received)
	exSame(t, exFinish(t, pending, answer), bob)
	if bob.Peer() != exAlice {
		t.Errorf("peer of the session %v, want %v", bob.Peer(), exAlice)
	}
}

func TestUpdateTimestamps(t *testing.T) {
	p := newExPair(t, nil)
	message, pending := p.start(t, exOffer())
	answer, _ := p.respond(t, message)
	alice := exFinish(t, pending, answer)
	last := exT(t, message)
	for _, tt := range []struct {
		name string
		d    time.Duration
		ts   *mikey.Timestamp
	}{
		{name: "clock stands still"},
		{name: "clock stands still again"},
		{name: "clock goes back", d: -time.Minute},
		{name: "clock goes on", d: time.Minute + time.Second},
		{name: "the caller repeats one", ts: &last},
		{name: "the caller gives an old one", ts: &mikey.Timestamp{Value: 1 << 63}},
	} {
		message, pending := p.update(t, alice, mikey.Offer{Timestamp: tt.ts})
		ts := exT(t, message)
		if ts.Value <= last.Value {
			t.Errorf("%s: T %016x after %016x", tt.name, ts.Value, last.Value)
		}
		last = ts
		_, bob := p.respond(t, message)
		alice = exFinish(t, pending, nil)
		exSame(t, alice, bob)
		p.clock.add(tt.d)
	}
}

func TestReplayedUpdates(t *testing.T) {
	p := newExPair(t, nil)
	message, pending := p.start(t, exOffer())
	answer, _ := p.respond(t, message)
	alice := exFinish(t, pending, answer)
	rand := pending.Group().RAND
	first, _ := p.update(t, alice, mikey.Offer{Keys: []mikey.KeyData{{}}})
	second, _ := p.update(t, alice, mikey.Offer{Keys: []mikey.KeyData{{}}})
	third, _ := p.update(t, alice, mikey.Offer{})
	_, bob := p.respond(t, second)

	t.Run("replayed", func(t *testing.T) {
		exRefused(t, exReceiveError(t, p, second), mikey.Replay, exNone)
		exRefused(t, exReceiveError(t, p, message), mikey.Replay, exNone)
	})
	t.Run("too late", func(t *testing.T) {
		exRefused(t, exReceiveError(t, p, first), mikey.Replay, exNone)
	})
	t.Run("with the same timestamp", func(t *testing.T) {
		e := p.reference(t, second, rand)
		e.keys = []refKey{{key: refCount(16, 77)}}
		exRefused(t, exReceiveError(t, p, e.request()), mikey.Replay, exNone)
	})
	t.Run("forged", func(t *testing.T) {
		e := p.reference(t, third, rand)
		e.psk = []byte("guess")
		exRefused(t, exReceiveError(t, p, e.request()), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	})
	t.Run("with a RAND", func(t *testing.T) {
		e := p.reference(t, third, rand)
		e.update, e.keys = false, []refKey{{key: refCount(16, 1)}}
		e.policies = [][]byte{refSP(0, 16, 10)}
		exRefused(t, exReceiveError(t, p, e.request()), mikey.State, exNone)
		e.rand = refCount(16, 0)
		exRefused(t, exReceiveError(t, p, e.request()), mikey.State, exNone)
	})
	// The replay cache is not what keeps updates in order.
	t.Run("without the cache", func(t *testing.T) {
		config := *p.rConfig
		config.Replay = nil
		forgetful := exResponder(t, &config, p.mode)
		for _, m := range [][]byte{first, second} {
			_, err := forgetful.Receive(m)
			exRefused(t, err, mikey.Replay, exNone)
		}
	})
	_, updated := p.respond(t, third)
	if !bytes.Equal(exKeys(t, updated, 1), exKeys(t, bob, 1)) {
		t.Error("the last update does not have the keys of the one before")
	}
}

// TestReorderedAccept: two updates are received before either is accepted.
func TestReorderedAccept(t *testing.T) {
	p := newExPair(t, nil)
	alice, _ := p.run(t, exOffer())
	first, _ := p.update(t, alice, mikey.Offer{})
	second, _ := p.update(t, alice, mikey.Offer{})
	r1, err := p.bob.Receive(first)
	if err != nil {
		t.Fatal(err)
	}
	r2, err := p.bob.Receive(second)
	if err != nil {
		t.Fatal(err)
	}
	exAccept(t, r2)
	_, _, err = r1.Accept()
	exRefused(t, err, mikey.Replay, exNone)
}

// TestUpdateFollowsTheKeysInForce: whatever the order of calls, both parties
// have the same keys after an update without keys, or the caller hears of it.
func TestUpdateFollowsTheKeysInForce(t *testing.T) {
	newKeys := mikey.Offer{Keys: []mikey.KeyData{{}}}
	t.Run("accepted after both were received", func(t *testing.T) {
		p := newExPair(t, nil)
		alice, _ := p.run(t, exOffer())
		first, pending := p.update(t, alice, newKeys)
		alice = exFinish(t, pending, nil)
		second, pending := p.update(t, alice, mikey.Offer{})
		alice = exFinish(t, pending, nil)
		r1, err := p.bob.Receive(first)
		if err != nil {
			t.Fatal(err)
		}
		r2, err := p.bob.Receive(second)
		if err != nil {
			return
		}
		exAccept(t, r1)
		_, bob, err := r2.Accept()
		if err != nil {
			exRefusedStage(t, err, mikey.State)
			return
		}
		exSame(t, alice, bob)
	})
	t.Run("update of a session that was replaced", func(t *testing.T) {
		p := newExPair(t, nil)
		alice, _ := p.run(t, exOffer())
		message, pending := p.update(t, alice, newKeys)
		p.respond(t, message)
		exFinish(t, pending, nil)
		message, pending, err := p.alice.Update(alice, mikey.Offer{})
		if err != nil {
			exRefusedStage(t, err, mikey.State)
			return
		}
		_, bob := p.respond(t, message)
		exSame(t, exFinish(t, pending, nil), bob)
	})
	t.Run("two updates at once", func(t *testing.T) {
		p := newExPair(t, nil)
		alice, _ := p.run(t, exOffer())
		first, pending1 := p.update(t, alice, newKeys)
		second, pending2 := p.update(t, alice, mikey.Offer{})
		p.respond(t, first)
		_, bob := p.respond(t, second)
		exFinish(t, pending1, nil)
		alice2, err := pending2.Finish(nil)
		if err != nil {
			exRefusedStage(t, err, mikey.State)
			return
		}
		exSame(t, alice2, bob)
	})
	t.Run("two updates, finished in the other order", func(t *testing.T) {
		p := newExPair(t, nil)
		alice, _ := p.run(t, exOffer())
		first, pending1 := p.update(t, alice, newKeys)
		second, pending2 := p.update(t, alice, newKeys)
		p.respond(t, first)
		_, bob := p.respond(t, second)
		alice2 := exFinish(t, pending2, nil)
		exSame(t, alice2, bob)
		if _, err := pending1.Finish(nil); err == nil {
			t.Error("an older update takes the place of a later one")
		}
	})
}

// TestNoKeysOfZeros: closing a session that was replaced wipes its keys; no
// later session may come from them.
func TestNoKeysOfZeros(t *testing.T) {
	zeros := func(t *testing.T, s *mikey.Session) {
		t.Helper()
		masters, err := s.MasterKeys(1)
		if err != nil {
			t.Fatal(err)
		}
		if k := masters[0].Key; bytes.Equal(k, make([]byte, len(k))) {
			t.Error("the master key is zeros")
		}
	}
	offer := exOffer()
	offer.Keys = []mikey.KeyData{{KeyType: mikey.TEK}}
	t.Run("update of a closed session", func(t *testing.T) {
		p := newExPair(t, nil)
		old, _ := p.run(t, offer)
		message, pending := p.update(t, old, mikey.Offer{})
		p.respond(t, message)
		exFinish(t, pending, nil)
		old.Close()
		message, pending, err := p.alice.Update(old, mikey.Offer{})
		if err != nil {
			exRefusedStage(t, err, mikey.State)
			return
		}
		p.respond(t, message)
		zeros(t, exFinish(t, pending, nil))
	})
	t.Run("closed before Finish", func(t *testing.T) {
		p := newExPair(t, nil)
		old, _ := p.run(t, offer)
		_, pending1 := p.update(t, old, mikey.Offer{})
		_, pending2 := p.update(t, old, mikey.Offer{})
		exFinish(t, pending1, nil)
		old.Close()
		s, err := pending2.Finish(nil)
		if err != nil {
			exRefusedStage(t, err, mikey.State)
			return
		}
		zeros(t, s)
	})
	t.Run("closed before Accept", func(t *testing.T) {
		p := newExPair(t, nil)
		alice, old := p.run(t, offer)
		first, _ := p.update(t, alice, mikey.Offer{})
		second, _ := p.update(t, alice, mikey.Offer{})
		r1, err := p.bob.Receive(first)
		if err != nil {
			t.Fatal(err)
		}
		r2, err := p.bob.Receive(second)
		if err != nil {
			t.Fatal(err)
		}
		exAccept(t, r1)
		old.Close()
		_, s, err := r2.Accept()
		if err != nil {
			exRefusedStage(t, err, mikey.State)
			return
		}
		zeros(t, s)
	})
}

func TestUpdateOfClosedCSB(t *testing.T) {
	p := newExPair(t, nil)
	alice, bob := p.run(t, exOffer())
	message, pending := p.update(t, alice, mikey.Offer{})
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	bob.Close()
	_, err = bob.MasterKeys(1)
	exRefused(t, err, mikey.State, exNone)
	_, _, err = received.Accept()
	exRefused(t, err, mikey.State, exNone)
	late, _ := p.update(t, alice, mikey.Offer{})
	exRefused(t, exReceiveError(t, p, late), mikey.State, exNone)

	alice.Close()
	alice.Close() // does nothing
	_, err = pending.Finish(nil)
	exRefused(t, err, mikey.State, exNone)
	_, _, err = p.alice.Update(alice, mikey.Offer{})
	exRefused(t, err, mikey.State, exNone)
	// The CSB ID is free again.
	p.run(t, exOffer())
}

// TestUpdateByTheWrongParty: only who initiated a CSB updates it.
func TestUpdateByTheWrongParty(t *testing.T) {
	p := newExPair(t, nil)
	alice, bob := p.run(t, exOffer())
	both := exInitiator(t, p.mode, p.rConfig) // Bob's side initiates too
	_, _, err := both.Update(bob, mikey.Offer{})
	exRefused(t, err, mikey.State, exNone)

	// Alice's responder, with the same table, takes no update of her CSB.
	config := *p.iConfig
	config.Peer = mikey.ID{}
	message, _ := p.update(t, alice, mikey.Offer{})
	_, err = exResponder(t, &config, p.mode).Receive(message)
	exRefused(t, err, mikey.Policy, int(mikey.ErrorAuthFailure)) // she is not Bob
	config.ID = mikey.ID{}
	_, err = exResponder(t, &config, p.mode).Receive(message)
	exRefused(t, err, mikey.Policy, exNone) // it is her own message

	secrets := map[mikey.ID][]byte{{}: refCount(16, 1), exAlice: refCount(16, 2), exCarol: refCount(16, 3)}
	for _, tt := range []struct {
		name           string
		creates, sends mikey.ID
	}{
		{"Carol, of Alice's", exAlice, exCarol},
		{"somebody without a name, of Alice's", exAlice, mikey.ID{}},
		{"Carol, of one without a name", mikey.ID{}, exCarol},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newExPair(t, nil)
			p.bob = exResponder(t, p.rConfig, mikey.PSKLookup(func(i, _ mikey.ID) []byte { return secrets[i] }))
			e := exReference(false)
			e.idI, e.psk = tt.creates.Value, secrets[tt.creates]
			_, s := p.respond(t, e.request())
			before := exKeys(t, s, 1)

			// The other one read CSB ID and RAND on the way and has a secret of
			// its own.
			e.update, e.ts = true, refNTP(exTime.Add(time.Second))
			e.idI, e.psk = tt.sends.Value, secrets[tt.sends]
			e.keys = []refKey{{key: refCount(16, 0x99)}}
			received, err := p.bob.Receive(e.request())
			if err != nil {
				// No such CSB of that peer, or not the secret of the CSB's peer.
				if e, ok := err.(*mikey.Error); !ok || e.Stage != mikey.State && e.Stage != mikey.AuthFailure {
					t.Errorf("error %v", err)
				}
				return
			}
			t.Errorf("the update is accepted from %v", received.Peer())
			if _, s, err := received.Accept(); err == nil && !bytes.Equal(exKeys(t, s, 1), before) {
				t.Error("and changes the keys")
			}
		})
	}
}

func TestCounterCSB(t *testing.T) {
	p := newExPair(t, func(p *exPair) { p.rConfig.AllowCounter = true })
	offer := exOffer()
	offer.Timestamp = &mikey.Timestamp{TSType: mikey.TSCounter, Value: 41}
	message, pending := p.start(t, offer)
	rand := pending.Group().RAND
	answer, bob := p.respond(t, message)
	alice := exFinish(t, pending, answer)
	exSame(t, alice, bob)

	// The clock says nothing about it.
	p.clock.add(10000 * time.Hour)
	for want := uint64(42); want < 45; want++ {
		message, pending := p.update(t, alice, mikey.Offer{Keys: []mikey.KeyData{{}}, Verification: true})
		if got := exT(t, message); got != (mikey.Timestamp{TSType: mikey.TSCounter, Value: want}) {
			t.Fatalf("T %v, want COUNTER %d", got, want)
		}
		answer, bob := p.respond(t, message)
		alice = exFinish(t, pending, answer)
		exSame(t, alice, bob)
		exRefused(t, exReceiveError(t, p, message), mikey.Replay, exNone)
	}
	message, pending = p.update(t, alice, mikey.Offer{Timestamp: &mikey.Timestamp{TSType: mikey.TSCounter, Value: 0xfffffffe}})
	p.respond(t, message)
	alice = exFinish(t, pending, nil)
	message, pending = p.update(t, alice, mikey.Offer{})
	p.respond(t, message)
	alice = exFinish(t, pending, nil)
	_, _, err := p.alice.Update(alice, mikey.Offer{})
	exRefused(t, err, mikey.State, exNone) // used up

	// Times and counters of one CSB do not mix.
	e := p.reference(t, message, rand)
	e.tsType, e.ts = 0, refNTP(p.clock.now())
	exRefused(t, exReceiveError(t, p, e.request()), mikey.Replay, exNone)
	clocked, _ := p.run(t, exOffer())
	message, _ = p.update(t, clocked, mikey.Offer{})
	m := exParse(t, message)
	counter := &refExchange{
		psk: exSecret, encr: 1, mac: 1, csbID: m.Header.CSBID, tsType: 2, ts: []byte{255, 255, 255, 255},
		rand: refCount(16, 0), update: true, idI: exAlice.Value, idR: exBob.Value,
	}
	exRefused(t, exReceiveError(t, p, counter.request()), mikey.Replay, exNone)
}

// TestConcurrentUpdates: every update has its own T, and the responder's
// session is the one of the last.
func TestConcurrentUpdates(t *testing.T) {
	p := newExPair(t, nil)
	alice, _ := p.run(t, exOffer())
	var mu sync.Mutex
	seen := make(map[uint64][]byte)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 8 {
				message, _, err := p.alice.Update(alice, mikey.Offer{Keys: []mikey.KeyData{{}}})
				if err != nil {
					t.Error(err)
					return
				}
				m, err := mikey.ParseMessage(message)
				if err != nil {
					t.Error(err)
					return
				}
				ts, _ := mikey.PayloadOf[*mikey.Timestamp](m)
				mu.Lock()
				if seen[ts.Value] != nil {
					t.Errorf("T %016x occurs twice", ts.Value)
				}
				seen[ts.Value] = message
				mu.Unlock()
				// Some come too late; none is taken twice.
				if received, err := p.bob.Receive(message); err == nil {
					received.Accept() // or fails as too late
				}
			}
		})
	}
	wg.Wait()
	for _, message := range seen {
		if _, err := p.bob.Receive(message); err == nil {
			t.Error("an update is taken twice, or after a later one")
		}
	}
	last, _ := p.update(t, alice, mikey.Offer{})
	p.respond(t, last)
}

func TestP24_RestartCSB(t *testing.T) {
	restart := func(p *exPair) (e *refExchange) {
		e = exReference(true)
		e.ts, e.rand = refNTP(exTime.Add(time.Second)), refCount(16, 0x33)
		return e
	}
	first := exReference(true)
	t.Run("refused", func(t *testing.T) {
		p := newExPair(t, nil)
		_, s := p.respond(t, first.request())
		exRefused(t, exReceiveError(t, p, restart(p).request()), mikey.State, exNone)
		s.Close()
		p.respond(t, restart(p).request())
	})
	t.Run("received before the other was accepted", func(t *testing.T) {
		p := newExPair(t, nil)
		r1, err := p.bob.Receive(first.request())
		if err != nil {
			t.Fatal(err)
		}
		p.respond(t, restart(p).request())
		_, _, err = r1.Accept()
		exRefused(t, err, mikey.State, exNone)
	})
	t.Run("allowed", func(t *testing.T) {
		p := newExPair(t, func(p *exPair) { p.rConfig.RestartCSB = true })
		_, old := p.respond(t, first.request())
		keys := exKeys(t, old, 1)
		e := restart(p)
		update := *first
		update.update, update.keys, update.ts = true, nil, refNTP(exTime.Add(2*time.Second))

		// Not by a forgery, nor by a replay, nor before it is accepted.
		forged := *e
		forged.psk = []byte("guess")
		exRefused(t, exReceiveError(t, p, forged.request()), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
		exRefused(t, exReceiveError(t, p, first.request()), mikey.Replay, exNone)
		received, err := p.bob.Receive(e.request())
		if err != nil {
			t.Fatal(err)
		}
		_, updated := p.respond(t, update.request())
		if !bytes.Equal(exKeys(t, updated, 1), keys) {
			t.Error("the update has other keys")
		}

		_, s := exAccept(t, received)
		e.checkKeys(t, "responder", s, []int{16})
		// The old CSB is over, its sessions can be read.
		if !bytes.Equal(exKeys(t, old, 1), keys) {
			t.Error("the old session has changed")
		}
		update.ts = refNTP(exTime.Add(3 * time.Second))
		exRefused(t, exReceiveError(t, p, update.request()), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
		again := *e
		again.update, again.keys, again.ts = true, nil, refNTP(exTime.Add(3*time.Second))
		p.respond(t, again.request())
		updated.Close() // of the old CSB: the new one goes on
		again.ts = refNTP(exTime.Add(4 * time.Second))
		p.respond(t, again.request())
	})
	t.Run("not of another peer's", func(t *testing.T) {
		secrets := map[mikey.ID][]byte{{}: refCount(16, 1), exAlice: refCount(16, 2), exCarol: refCount(16, 3)}
		for _, tt := range [][2]mikey.ID{{exAlice, exCarol}, {exAlice, {}}, {{}, exCarol}} {
			p := newExPair(t, func(p *exPair) { p.rConfig.RestartCSB = true })
			p.bob = exResponder(t, p.rConfig, mikey.PSKLookup(func(i, _ mikey.ID) []byte { return secrets[i] }))
			e := exReference(false)
			e.idI, e.psk = tt[0].Value, secrets[tt[0]]
			p.respond(t, e.request())
			other := restart(p)
			other.v, other.idI, other.psk = false, tt[1].Value, secrets[tt[1]]
			if received, err := p.bob.Receive(other.request()); err == nil {
				received.Accept() // whether or not it gets a CSB of its own
			}
			e.update, e.ts, e.keys = true, refNTP(exTime.Add(2*time.Second)), nil
			if _, err := p.bob.Receive(e.request()); err != nil {
				t.Errorf("%v ends the CSB of %v: %v", tt[1], tt[0], err)
			}
		}
	})
}
