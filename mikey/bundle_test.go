package mikey_test

import (
	"sync"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// TestMaxBundles fills a table: then nothing fits until a session is closed.
func TestMaxBundles(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 65536 sessions")
	}
	config := &mikey.Config{Now: func() time.Time { return exTime }, Bundles: new(mikey.Bundles), Replay: &mikey.MemoryReplayCache{Size: 10}}
	mode := mikey.InsecureTransportProtected(nil)
	initiator := exInitiator(t, mode, config)
	offer := mikey.Offer{Keys: []mikey.KeyData{{KeyType: mikey.TEK, Key: make([]byte, 30)}}}
	var last *mikey.Session
	for n := range mikey.MaxBundles {
		offer.Group = &mikey.Group{CSBID: uint32(n), RAND: make([]byte, 16)}
		_, pending, err := initiator.Start(offer)
		if err != nil {
			t.Fatal(err)
		}
		if last, err = pending.Finish(nil); err != nil {
			t.Fatalf("session %d: %v", n, err)
		}
	}
	offer.Group.CSBID = mikey.MaxBundles
	_, pending, err := initiator.Start(offer)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pending.Finish(nil)
	exRefused(t, err, mikey.State, exNone)

	// The same table at a responder. Updates need no room.
	e := transportReference()
	received, err := exResponder(t, config, mode).Receive(e.request())
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = received.Accept()
	exRefused(t, err, mikey.State, exNone)
	_, update, err := initiator.Update(last, mikey.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	last = exFinish(t, update, nil)

	last.Close()
	s := exFinish(t, pending, nil) // works after the error
	_, _, err = received.Accept()
	exRefused(t, err, mikey.State, exNone)
	s.Close()
	exAccept(t, received)
}

// TestR3830_P26_CSBIDScope: one number may stand for a CSB of each peer, and
// for one of each direction.
func TestP26_CSBIDScope(t *testing.T) {
	secrets := map[mikey.ID][]byte{exAlice: refCount(16, 1), exCarol: refCount(16, 2)}
	p := newExPair(t, func(p *exPair) {
		p.mode = mikey.PSKLookup(func(i, r mikey.ID) []byte {
			if i == exBob {
				i = r
			}
			return secrets[i]
		})
	})
	request := func(id mikey.ID, update bool, after time.Duration) *refExchange {
		e := exReference(false)
		e.idI, e.psk, e.update, e.ts = id.Value, secrets[id], update, refNTP(exTime.Add(after))
		e.rand = refCount(16, id.Value[0])
		return e
	}
	var sessions []*mikey.Session
	for id := range secrets {
		e := request(id, false, 0)
		_, s := p.respond(t, e.request())
		e.checkKeys(t, id.Value, s, []int{16})
		sessions = append(sessions, s)
	}
	// Bob initiates one of the same number with the same peer.
	config := *p.rConfig
	config.Peer = exAlice
	offer := exOffer()
	offer.Verification, offer.Group = false, &mikey.Group{CSBID: sessions[0].CSBID(), RAND: refCount(16, 3)}
	_, pending, err := exInitiator(t, p.mode, &config).Start(offer)
	if err != nil {
		t.Fatal(err)
	}
	own := exFinish(t, pending, nil)
	if !own.Initiator() || own.CSBID() != sessions[0].CSBID() {
		t.Errorf("CSB %08x", own.CSBID())
	}
	// Each is updated by itself.
	for id := range secrets {
		e := request(id, true, time.Second)
		e.keys = []refKey{{key: refCount(16, 0x55)}}
		_, s := p.respond(t, e.request())
		e.checkKeys(t, id.Value, s, []int{16})
		if s.Peer() != id {
			t.Errorf("peer %v, want %v", s.Peer(), id)
		}
	}
	// Without identities nobody can tell which one is meant.
	e := request(exAlice, true, 2*time.Second)
	e.omitIDs = true
	if _, err := p.bob.Receive(e.request()); err == nil {
		t.Error("an ambiguous update is accepted")
	} else {
		exRefused(t, err, mikey.State, exNone)
	}
	// The end of one is not that of another.
	for _, s := range sessions {
		if s.Peer() == exCarol {
			s.Close() // was replaced: does nothing
		}
	}
	_, carol := p.respond(t, request(exCarol, true, 3*time.Second).request())
	carol.Close()
	exRefused(t, exReceiveError(t, p, request(exCarol, true, 4*time.Second).request()), mikey.State, exNone)
	p.respond(t, request(exAlice, true, 4*time.Second).request())
}

func TestConcurrentBundles(t *testing.T) {
	p := newExPair(t, nil)
	p.rConfig.Bundles = new(mikey.Bundles)
	p.bob = exResponder(t, p.rConfig, p.mode)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				message, pending, err := p.alice.Start(exOffer())
				if err != nil {
					t.Error(err)
					return
				}
				received, err := p.bob.Receive(message)
				if err != nil {
					t.Error(err)
					return
				}
				answer, bob, err := received.Accept()
				if err != nil {
					t.Error(err)
					return
				}
				alice, err := pending.Finish(answer)
				if err != nil {
					t.Error(err)
					return
				}
				message, pending, err = p.alice.Update(alice, mikey.Offer{})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := p.bob.Receive(message); err != nil {
					t.Error(err)
				}
				bob.Close()
				if _, err := pending.Finish(nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
