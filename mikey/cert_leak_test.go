package mikey_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// TestNoGrowthWithCertificates: exchanges that are over, lost, forged or updated
// leave nothing but the replay cache, which has a bound.
func TestNoGrowthWithCertificates(t *testing.T) {
	n := 800
	switch {
	case raceEnabled || testing.Short():
		n = 150
	}
	for _, mode := range certModes {
		t.Run(mode.name, func(t *testing.T) {
			p := newCertPair(t, mode, func(p *certPair) {
				p.replay.Size = 100
				p.cache = mikey.Cache
			})
			run := func(n int) {
				for i := range n {
					message, pending := p.start(t, exOffer())
					switch i % 10 {
					case 0:
						continue // lost on the way
					case 1:
						message[len(message)-1] ^= 1
						if _, err := p.bob.Receive(message); err == nil {
							t.Fatal("a forgery is accepted")
						}
						continue
					}
					answer, bob := p.respond(t, message)
					alice := p.finish(t, pending, answer)
					if i%10 < 5 {
						message, pending := p.update(t, alice, mikey.Offer{Verification: true})
						answer, updated := p.respond(t, message)
						next := p.finish(t, pending, answer)
						alice.Close()
						bob.Close()
						alice, bob = next, updated
					}
					alice.Close()
					bob.Close()
				}
			}
			run(150)
			// What remembers the own requests has a bound that is larger than
			// these exchanges: 32 octets and a bit for each.
			before := heapInUse()
			run(n)
			if grown := int64(heapInUse()) - int64(before); grown > int64(1<<20+n*150) {
				t.Errorf("%d octets more after %d exchanges", grown, n)
			}
			runtime.KeepAlive(p)
		})
	}
}

// TestNoSecretsInErrorsWithCertificates provokes errors of all kinds and looks
// for keys in every form of every text.
func TestNoSecretsInErrorsWithCertificates(t *testing.T) {
	tgk, envelope := []byte("TGKTGKTGKTGKTGKTTGKTGKTGKTGKTGKT"), []byte("ENVELOPEKEYENVEL")
	seen := 0
	leaks := make(map[string]bool)
	for _, mode := range certModes {
		e := refCertDefault(mode)
		secrets := make(map[string]string)
		add := func(name string, secret []byte) {
			for _, form := range forms(secret[:12]) {
				secrets[form] = name
			}
		}
		add("TGK", tgk)
		add("envelope key", envelope)
		add("exponent", e.xi)
		add("exponent", e.xr)
		if mode.request == mikey.DHInit {
			add("Diffie-Hellman secret", e.keys[0].key)
		}
		check := func(name string, value any) {
			t.Helper()
			seen++
			texts := []string{fmt.Sprint(value), fmt.Sprintf("%+v", value), fmt.Sprintf("%#v", value)}
			for err, ok := value.(error); ok && err != nil; err = errors.Unwrap(err) {
				texts = append(texts, err.Error())
				if e, is := err.(*mikey.Error); is {
					texts = append(texts, string(e.Reply), hex.EncodeToString(e.Reply))
				}
			}
			for _, text := range texts {
				for form, secret := range secrets {
					if where := fmt.Sprintf("%s, %s: the %s, in a text of a %T", mode.name, name, secret, value); strings.Contains(text, form) && !leaks[where] {
						leaks[where] = true
						t.Error(where)
					}
				}
			}
		}
		secretly := func(e *refCert) {
			if mode.request != mikey.DHInit {
				e.keys, e.psk = []refKey{{key: tgk}}, envelope
			}
		}
		tests := badCertificates()
		if mode.request == mikey.PKInit {
			tests = append(tests, badEnvelopes()...)
		}
		for _, tt := range tests {
			p := newCertPair(t, mode, func(p *certPair) {
				p.rConfig.Rand, p.iConfig.Rand = constReader(e.xr), constReader(e.xi)
				if tt.setup != nil {
					tt.setup(p)
				}
			})
			e := refCertDefault(mode)
			secretly(e)
			if tt.edit != nil {
				tt.edit(e)
			}
			message := e.request()
			if tt.bend != nil {
				message = tt.bend(message)
			}
			received, err := p.bob.Receive(message)
			if err != nil {
				check(tt.name, err)
				continue
			}
			check(tt.name, received)
			_, s, err := received.AcceptWith(mikey.Answer{})
			if err != nil {
				check(tt.name, err)
				continue
			}
			check(tt.name, s)
			if _, err := p.bob.Receive(message); err != nil {
				check(tt.name, err)
			}
		}
		if mode.request == mikey.PKInit {
			continue
		}
		for _, tt := range append(badCertificates(), badEnvelopes()...) {
			p := newCertPair(t, mode, func(p *certPair) { p.iConfig.Rand = constReader(e.xi) })
			message, pending, err := p.alice.Start(exOffer())
			if err != nil {
				t.Fatal(err)
			}
			e := refCertDefault(mode)
			secretly(e)
			if tt.edit != nil {
				tt.edit(e)
				e.editI, e.editR = nil, e.editI
			}
			if mode.request == mikey.DHInit && e.encr != 1 {
				continue
			}
			keys := e.keys
			e.fromRequest(t, message)
			if mode.request == mikey.RSARInit {
				e.keys = keys
			}
			if s, err := pending.Finish(e.response(e.sessionsWith([]uint32{exSSRC}))); err != nil {
				check(tt.name, err)
			} else {
				check(tt.name, s)
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d texts", seen)
	}
}

// TestConcurrentCertExchanges runs exchanges of all modes at once on one pair of
// parties, with a forger and somebody who replays.
func TestConcurrentCertExchanges(t *testing.T) {
	n := 25
	switch {
	case raceEnabled || testing.Short():
		n = 6
	}
	for _, mode := range certModes {
		p := newCertPair(t, mode, func(p *certPair) { p.cache = mikey.CacheForCSB })
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range n {
					message, pending, err := p.alice.Start(mikey.Offer{
						CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {SSRC: 2}}, Verification: true,
						Cache: map[bool]mikey.CacheType{true: mikey.Cache}[mode.request == mikey.PKInit],
					})
					if err != nil {
						t.Error(err)
						return
					}
					var both sync.WaitGroup
					var lock sync.Mutex
					var taken []*mikey.Received
					for range 2 { // one of them is a replay
						both.Go(func() {
							if r, err := p.bob.Receive(message); err == nil {
								lock.Lock()
								taken = append(taken, r)
								lock.Unlock()
							}
						})
					}
					both.Wait()
					if len(taken) != 1 {
						t.Errorf("%d of 2 requests are taken", len(taken))
						return
					}
					a := mikey.Answer{}
					if mode.request == mikey.RSARInit {
						a.Cache = mikey.Cache
					}
					answer, bob, err := taken[0].AcceptWith(a)
					if err != nil {
						t.Error(err)
						return
					}
					forged := append([]byte(nil), answer...)
					forged[len(forged)-1] ^= 1
					var done []*mikey.Session
					for _, octets := range [][]byte{forged, answer, answer} {
						both.Go(func() {
							if s, err := pending.Finish(octets); err == nil {
								lock.Lock()
								done = append(done, s)
								lock.Unlock()
							}
						})
					}
					both.Wait()
					if len(done) != 1 {
						t.Errorf("%d sessions of one exchange", len(done))
						return
					}
					alice := done[0]
					if x, y := fmt.Sprint(masterOf(alice)), fmt.Sprint(masterOf(bob)); x != y {
						t.Error("the keys differ")
					}
					update, next, err := p.alice.Update(alice, mikey.Offer{Verification: true, Keys: []mikey.KeyData{{}}})
					if err != nil {
						t.Error(err)
						return
					}
					r, err := p.bob.Receive(update)
					if err != nil {
						t.Error(err)
						return
					}
					if answer, _, err = r.Accept(); err != nil {
						t.Error(err)
						return
					}
					if _, err := next.Finish(answer); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}
}

func masterOf(s *mikey.Session) (all [][]byte) {
	masters, _ := s.MasterKeys(2)
	for _, m := range masters {
		all = append(all, m.Key, m.Salt)
	}
	return all
}

// TestCloseDuringUpdate: the program closes a session while a request that
// updates its CSB is received, or accepted.
func TestCloseDuringUpdate(t *testing.T) {
	n := 40
	if testing.Short() {
		n = 15
	}
	for _, step := range []string{"receive", "accept"} {
		for i := range n {
			p := newCertPair(t, modePK, func(p *certPair) { p.cache = mikey.Cache })
			alice, bob := p.run(t, exOffer())
			offer := mikey.Offer{Verification: true}
			if i%2 == 0 {
				offer.Keys = []mikey.KeyData{{}}
			}
			update, _ := p.update(t, alice, offer)
			var received *mikey.Received
			receive := func() (err error) {
				received, err = p.bob.Receive(update)
				return err
			}
			if step == "accept" {
				if err := receive(); err != nil {
					t.Fatal(err)
				}
			}
			var wg sync.WaitGroup
			wg.Go(bob.Close)
			wg.Go(func() {
				for start := time.Now(); time.Since(start) < time.Duration(i)*time.Microsecond; {
					runtime.Gosched()
				}
				if received == nil && receive() != nil {
					return
				}
				_, s, err := received.Accept()
				if err != nil {
					return
				}
				for _, octets := range masterOf(s) {
					if !slices.ContainsFunc(octets, func(v byte) bool { return v != 0 }) {
						t.Error("a session with keys of zeros")
					}
				}
			})
			wg.Wait()
		}
	}
}
