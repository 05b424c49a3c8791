package mikey_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// TestNoGrowth: exchanges that are over leave nothing but the replay cache,
// which has a bound.
func TestNoGrowth(t *testing.T) {
	exchanges := 100_000
	if testing.Short() {
		exchanges = 2_000
	}
	p := newExPair(t, func(p *exPair) { p.replay.Size = 1000 })
	run := func(n int) {
		for i := range n {
			offer := exOffer()
			offer.Verification = i%2 == 0
			message, pending := p.start(t, offer)
			if i%10 == 0 {
				continue // lost on the way
			}
			if i%10 == 1 {
				message[len(message)-1] ^= 1
				if _, err := p.bob.Receive(message); err == nil {
					t.Fatal("a forgery is accepted")
				}
				continue
			}
			answer, bob := p.respond(t, message)
			alice := exFinish(t, pending, answer)
			if i%10 == 2 {
				message, pending := p.update(t, alice, mikey.Offer{Keys: []mikey.KeyData{{}}})
				_, updated := p.respond(t, message)
				next := exFinish(t, pending, nil)
				alice.Close()
				bob.Close()
				alice, bob = next, updated
			}
			alice.Close()
			bob.Close()
		}
	}
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	run(12000) // fills the replay cache and whatever else has a size of its own
	before := heap()
	run(exchanges)
	if grown := int64(heap()) - int64(before); grown > 1<<20 {
		t.Errorf("%d octets more after %d exchanges", grown, exchanges)
	}
	runtime.KeepAlive(p)
}

// TestClosedSession: Close leaves no key to read.
func TestClosedSession(t *testing.T) {
	p := newExPair(t, nil)
	alice, bob := p.run(t, exOffer())
	for _, s := range []*mikey.Session{alice, bob} {
		s.Close()
		_, err := s.MasterKeys(1)
		exRefused(t, err, mikey.State, exNone)
	}
}

// forms returns how octets may show in a text.
func forms(secret []byte) []string {
	decimal := fmt.Sprint(secret)
	return []string{
		string(secret), fmt.Sprintf("%q", secret)[1 : 1+len(secret)],
		hex.EncodeToString(secret), strings.ToUpper(hex.EncodeToString(secret)),
		fmt.Sprintf("% x", secret), fmt.Sprintf("%#x", secret)[2:],
		base64.RawStdEncoding.EncodeToString(secret), base64.RawURLEncoding.EncodeToString(secret),
		decimal[1 : len(decimal)-1], strings.ReplaceAll(decimal[1:len(decimal)-1], " ", ", "),
	}
}

// TestNoSecretsInErrors provokes errors of all kinds with keys that are easy to
// recognise, and looks for them in every form of every text.
func TestNoSecretsInErrors(t *testing.T) {
	var (
		psk  = []byte("PRESHAREDKEYPRESHAREDKEY")
		tgk  = []byte("TGKTGKTGKTGKTGKTTGKTGKTGKTGKTGKT")
		tek  = []byte("TEKTEKTEKTEKTEKTEKTEKTEKTEKTEK")
		salt = []byte("SALTSALTSALTSA")
	)
	secrets := make(map[string]string)
	for name, secret := range map[string][]byte{"pre-shared key": psk, "TGK": tgk, "TEK": tek, "salt": salt} {
		for _, form := range forms(secret[:12]) {
			secrets[form] = name
		}
	}
	seen := 0
	leaks := make(map[string]bool)
	check := func(value any) {
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
			for form, name := range secrets {
				if where := fmt.Sprintf("the %s, in a text of a %T", name, value); strings.Contains(text, form) && !leaks[where] {
					leaks[where] = true
					t.Error(where)
				}
			}
		}
	}

	keys := []refKey{
		{keyType: 0, key: tgk}, {keyType: 1, key: tgk, salt: salt}, {keyType: 2, key: tek}, {keyType: 3, key: tek[:16], salt: salt},
	}
	edits := []func(*refExchange){
		func(e *refExchange) {},
		func(e *refExchange) { e.psk = psk[1:] },
		func(e *refExchange) { e.keys[0].key = e.keys[0].key[:13] },
		func(e *refExchange) { e.keys[0].keyType = 9 },
		func(e *refExchange) { e.keys[0].kvType = 9 },
		func(e *refExchange) {
			e.keys[0].kvType, e.keys[0].kv = 1, []byte{1, 1}
			e.keys = append(e.keys, e.keys[0])
		},
		func(e *refExchange) { e.plain = append(e.keyData(), 0) },
		func(e *refExchange) { e.plain = e.keyData(); e.plain = e.plain[:len(e.plain)-1] },
		func(e *refExchange) { e.plain = append([]byte{6}, e.keyData()...) },
		func(e *refExchange) { e.ts = refNTP(exTime.Add(time.Hour)) },
		func(e *refExchange) { e.sessions[0].policy = 9 },
		func(e *refExchange) { e.sessions = append(e.sessions, e.sessions[0]) },
		func(e *refExchange) { e.policies = [][]byte{refSP(7, 32, 10)} },
		func(e *refExchange) { e.policies = [][]byte{refSP(7, 99, 10)} },
		func(e *refExchange) { e.policies = [][]byte{{7, 0, 0, 3, 0, 1, 6}} },
		func(e *refExchange) { e.idR = exCarol.Value },
		func(e *refExchange) { e.rand = e.rand[:8] },
		func(e *refExchange) { e.update = true },
	}
	for _, algs := range [][2]byte{{1, 1}, {3, 2}, {2, 1}, {0, 1}, {0, 0}} {
		for k := range keys {
			for _, edit := range edits {
				e := exReference(true)
				e.psk, e.encr, e.mac, e.keys = psk, algs[0], algs[1], []refKey{keys[k]}
				edit(e)
				message := e.request()
				for _, mode := range []mikey.Mode{exPSK(t, psk), mikey.InsecureTransportProtected(psk)} {
					config := &mikey.Config{ID: exBob, Now: func() time.Time { return exTime }}
					responder := exResponder(t, config, mode)
					received, err := responder.Receive(message)
					if err == nil {
						check(received)
						var s *mikey.Session
						if _, s, err = received.Accept(); err == nil {
							check(s)
							masters, _ := s.MasterKeys(1)
							check(masters)
							check(masters[0])
							_, err = responder.Receive(message)
						}
					}
					if err != nil {
						check(err)
					}
					// The initiator with the same wishes.
					iConfig := &mikey.Config{ID: exAlice, Peer: exBob, Now: config.Now}
					offer := e.offer()
					offer.Group = nil
					_, pending, err := exInitiator(t, mode, iConfig).Start(offer)
					if err != nil {
						check(err)
						continue
					}
					check(offer.Keys)
					check(offer.Keys[0])
					for _, answer := range [][]byte{nil, message, e.response(e.sessions, nil), e.errorMessage(true, nil, 0)} {
						if _, err := pending.Finish(answer); err != nil {
							check(err)
						}
					}
				}
				m, err := mikey.ParseMessage(message)
				if err != nil {
					check(err)
				} else if kemac, ok := mikey.PayloadOf[*mikey.KEMAC](m); ok {
					check(kemac)
					check(*kemac)
				}
			}
		}
	}
	if seen < 1000 {
		t.Errorf("only %d texts", seen)
	}
}
