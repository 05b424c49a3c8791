package main

import (
	"crypto/sha1"
	"fmt"
	"slices"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// update is an update of the CSB of c, some seconds later, that changes nothing.
func (c pskCase) update(seconds int) pskCase {
	u := c
	if len(c.Keys) > 0 {
		u.inForce = c.Keys
	}
	u.Update, u.Keys, u.ssrcs, u.Extensions = true, nil, nil, nil
	u.Sessions = c.filled()
	u.at = c.at.Add(time.Duration(seconds) * time.Second)
	if c.TSType == 0 {
		u.TS = reference.NTP(u.at)
	}
	return u
}

// updateRequest is the request of an initiator for an update of an exchange.
func (c *pskCase) updateRequest(exchange string) obj {
	return obj{"exchange": exchange, "offer": c.offer(), "now": at(c.at)}
}

// initiated are the calls of an initiator for a CSB and its updates, one after
// the other. Those that ask for an answer get it.
func initiated(cases ...pskCase) []*vectors.Call {
	var calls []*vectors.Call
	for i, c := range cases {
		op, request := "initiate", c.initiate()
		if i > 0 {
			op, request = "update", c.updateRequest("@1.exchange")
		}
		m := c.Message()
		reply := obj{"message": b64(m.Octets()), "keys": nil}
		var steps []vectors.Step
		if i > 0 {
			steps = c.protectionSteps(m, "message")
		}
		keys, derived := c.keysFor(c.Sessions)
		if !c.V {
			reply["keys"] = keys
			steps = append(steps, derived...)
		}
		calls = append(calls, accept(op, request, reply, steps...))
		if !c.V {
			continue
		}
		exchange := fmt.Sprintf("@%d.exchange", len(calls))
		answer := c.Answer(c.filled())
		keys, derived = c.keys()
		calls = append(calls, accept("complete", c.complete(exchange, answer.Octets()), obj{"keys": keys}, derived...))
	}
	return calls
}

// responded are the calls of a responder to a first message and updates.
func responded(cases ...pskCase) []*vectors.Call {
	var calls []*vectors.Call
	for _, c := range cases {
		calls = append(calls, c.responderCall())
	}
	return calls
}

// addUpdates adds a test for each role.
func (b *builder) addUpdates(comment string, cases []pskCase, about ...string) {
	about = append(about, "R-3830-095")
	for i := range cases {
		about = append(about, cases[i].about()[1:]...)
	}
	b.add("initiator: "+comment, initiated(cases...), about...)
	b.add("responder: "+comment, responded(cases...), append(about, "R-3830-075")...)
}

// updates is the family of updates of a CSB (RFC 3830, Section 4.5).
func updates() *vectors.File {
	b := newFile("vectors_v1.json", "updates", "Updates of a CSB in pre-shared key mode: RFC 3830, Section 4.5, in both roles.")
	b.pskNotes()
	b.pskGroup("what an update changes")
	b.updatesOfContents()
	b.pskGroup("algorithms and timestamps")
	b.updatesOfForm()
	b.pskGroup("several updates, and several CSBs")
	b.updatesInOrder()
	b.pskGroup("what an update leaves out")
	b.updatesThatLeaveOut()
	b.pskGroup("responder: updates that are refused")
	b.wrongUpdates()
	b.pskGroup("initiator: updates that cannot be, and answers to updates")
	b.wrongUpdateAnswers()
	for _, g := range b.file.TestGroups {
		b.group = g
		b.flagUpdates()
	}
	return b.finishPSK()
}

func (b *builder) updatesOfContents() {
	first := newPSKCase()
	keys := func(k ...reference.Key) func(u *pskCase) {
		return func(u *pskCase) { u.Keys = k }
	}
	valid := func(k reference.Key, kv reference.Validity) reference.Key { k.KV = kv; return k }
	for _, f := range []struct {
		name   string
		change func(u *pskCase)
		about  []string
	}{
		{"nothing", func(*pskCase) {}, []string{"R-3830-100", "R-3830-020"}},
		{"a new TGK", keys(pskKey(reference.KeyTGK, pskSuite, 0x10)), nil},
		{"a new TGK of 32 octets", keys(reference.Key{Type: reference.KeyTGK, Key: count(32, 0x10)}), nil},
		{"a TGK+SALT after the TGK", keys(pskKey(reference.KeyTGKSalt, pskSuite, 0x10)), []string{"R-3830-053"}},
		{"a TEK+SALT after the TGK", keys(pskKey(reference.KeyTEKSalt, pskSuite, 0x10)), []string{"R-3830-115"}},
		{"a TEK with its salt after the TGK", keys(pskKey(reference.KeyTEK, pskSuite, 0x10)), []string{"TEKWithSalt", "P-42"}},
		{"a TGK with an SPI after one without", keys(valid(pskKey(reference.KeyTGK, pskSuite, 0x10), spi(0, 0, 0, 2))), []string{"R-3830-101"}},
		{"two keys after one", keys(valid(pskKey(reference.KeyTGK, pskSuite, 0x10), spi(2)), valid(pskKey(reference.KeyTGK, pskSuite, 0x50), spi(3))), []string{"R-3830-116"}},
		{"a key with an interval", keys(valid(pskKey(reference.KeyTGK, pskSuite, 0x10), reference.Validity{Type: 2, From: count(6, 0), To: count(6, 1)})), []string{"R-3830-028"}},
		{"a second crypto session", func(u *pskCase) { u.Sessions = append(u.Sessions, reference.Session{SSRC: 0x2002}) }, []string{"R-3830-100", "R-3830-011"}},
		{"a second crypto session and a new TGK", func(u *pskCase) {
			u.Sessions = append(u.Sessions, reference.Session{SSRC: 0x2002})
			u.Keys = []reference.Key{pskKey(reference.KeyTGK, pskSuite, 0x10)}
		}, []string{"R-3830-011"}},
		{"a second crypto session with an SSRC of the responder", func(u *pskCase) {
			u.Sessions, u.ssrcs = append(u.Sessions, reference.Session{}), []uint32{0xc20f551c}
			u.V = true
		}, []string{"R-3830-012", "R-3830-100"}},
		{"another SSRC", func(u *pskCase) { u.Sessions = []reference.Session{{SSRC: 0x2002}} }, []string{"R-3830-013", "R-3830-100"}},
		{"the present rollover counter", func(u *pskCase) { u.Sessions[0].ROC = 9 }, []string{"R-3830-014", "R-3830-100"}},
		{"another suite for the old TGK", func(u *pskCase) { u.setSuites(gcm128) }, []string{"R-3830-100"}},
		{"a suite with longer keys and a new TGK", func(u *pskCase) {
			u.setSuites(aes256_80)
			u.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(32, 0x10)}}
		}, nil},
		{"a second policy and a crypto session for it", func(u *pskCase) {
			u.setSuites(pskSuite, gcm128)
			u.Sessions = append(u.Sessions, reference.Session{Policy: 1, SSRC: 0x2002})
		}, []string{"R-3830-100", "R-3830-041"}},
	} {
		for _, v := range []bool{false, true} {
			one := first
			one.V = v
			two := one.update(60)
			two.Sessions = slices.Clone(two.Sessions)
			f.change(&two)
			name := "update with " + f.name
			if v {
				name += ", verified"
			} else if two.V {
				continue
			}
			b.addUpdates(name, []pskCase{one, two}, f.about...)
		}
	}
	one := newPSKCase()
	one.Sessions = []reference.Session{{SSRC: 1}, {SSRC: 2}, {SSRC: 3}}
	two := one.update(60)
	two.Sessions = two.Sessions[:1]
	b.addUpdates("update with fewer crypto sessions", []pskCase{one, two}, "R-3830-100")
	one = newPSKCase().verified()
	two = one.update(60)
	two.V = false
	b.addUpdates("an update without verification message after a message with one", []pskCase{one, two}, "R-3830-100")
	one = newPSKCase()
	two = one.update(60).verified()
	b.addUpdates("an update with verification message after a message without one", []pskCase{one, two}, "R-3830-100")
	one = newPSKCase()
	two = one.update(60).verified()
	two.Extensions = []reference.Payload{reference.GenExt(1, []byte("mikey"))}
	b.add("responder: update with an extension", responded(one, two), "R-3830-095", "R-3830-047")
}

func (b *builder) updatesOfForm() {
	for _, alg := range []struct{ prf, encr, mac byte }{{0, 1, 1}, {0, 2, 1}, {0, 3, 2}, {1, 1, 1}, {1, 3, 2}} {
		one := newPSKCase().verified()
		one.PRF, one.Encr, one.MAC = alg.prf, alg.encr, alg.mac
		one.Keys[0].KV = spi(1, 2, 3) // 24 octets, for key wrap
		two := one.update(1)
		two.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x10), KV: spi(4, 5, 6)}}
		three := two.update(1)
		b.addUpdates(fmt.Sprintf("updates with PRF %d, encryption %d, MAC %d", alg.prf, alg.encr, alg.mac),
			[]pskCase{one, two, three}, "R-3830-052", "R-3830-020")
	}
	for _, n := range []int{1, 32, 33, 64} {
		one := newPSKCase().verified()
		one.setPSK(count(n, 0x11))
		two := one.update(1)
		two.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x10)}}
		b.addUpdates(fmt.Sprintf("update under a pre-shared key of %d octets", n), []pskCase{one, two}, "R-3830-052")
	}
	one := newPSKCase().verified()
	one.RAND = count(255, 0)
	two := one.update(1)
	two.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x10)}}
	b.addUpdates("update of a CSB with a RAND of 255 octets", []pskCase{one, two}, "R-3830-052")
	one = newPSKCase().verified()
	one.IDi, one.IDr = nil, nil
	two = one.update(1)
	two.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x10)}}
	b.addUpdates("update between parties without identities", []pskCase{one, two}, "R-3830-086")

	overflow := time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC)
	for _, f := range []struct {
		name          string
		tsType        byte
		first, second []byte
		at            time.Time
		about         []string
	}{
		{"a T that is later by the smallest fraction", 0, reference.NTP(pskNow), append(reference.NTP(pskNow)[:4], 0, 0, 0, 1), pskNow, nil},
		{"a T that is later by 299 s", 0, reference.NTP(pskNow), reference.NTP(pskNow.Add(299 * time.Second)), pskNow, nil},
		{"a T of type NTP", 1, reference.NTP(pskNow), reference.NTP(pskNow.Add(time.Second)), pskNow, nil},
		{"a T of type NTP-UTC-32", 3, reference.NTP(pskNow)[:4], reference.NTP(pskNow.Add(time.Second))[:4], pskNow, nil},
		{"a COUNTER that is 1 more", 2, unhex("00000001"), unhex("00000002"), pskNow, nil},
		{"a COUNTER that is much more", 2, unhex("00000000"), unhex("ffffffff"), pskNow, nil},
		{"a T after the overflow of 2036", 0, reference.NTP(overflow.Add(-time.Second)), reference.NTP(overflow.Add(time.Second)), overflow, []string{"R-3830-080", "R-6043-002"}},
	} {
		one := newPSKCase().verified()
		one.at, one.TSType, one.TS = f.at, f.tsType, f.first
		two := one.update(0)
		two.TS = f.second
		two.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x10)}}
		b.addUpdates("update with "+f.name, []pskCase{one, two}, append(f.about, "R-3830-072", "P-25")...)
	}
}

func (b *builder) updatesInOrder() {
	one := newPSKCase().verified()
	rekey := func(c pskCase, first byte) pskCase {
		u := c.update(10)
		u.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, first)}}
		return u
	}
	add := func(c pskCase, ssrc uint32) pskCase {
		u := c.update(10)
		u.Sessions = append(slices.Clone(u.Sessions), reference.Session{SSRC: ssrc})
		return u
	}
	two := rekey(one, 0x10)
	b.addUpdates("two updates with keys", []pskCase{one, two, rekey(two, 0x30)})
	b.addUpdates("an update with a key, then one without", []pskCase{one, two, two.update(10)}, "R-3830-100")
	b.addUpdates("an update without key, then one with a key", []pskCase{one, one.update(10), rekey(one.update(10), 0x10)}, "R-3830-100")
	b.addUpdates("two updates without keys", []pskCase{one, one.update(10), one.update(10).update(10)}, "R-3830-100")
	b.addUpdates("two updates that each add a crypto session", []pskCase{one, add(one, 2), add(add(one, 2), 3)}, "R-3830-100", "R-3830-011")
	b.addUpdates("an update with a key, then one with a crypto session", []pskCase{one, two, add(two, 2)}, "R-3830-100")
	for _, keyType := range []byte{reference.KeyTGKSalt, reference.KeyTEK, reference.KeyTEKSalt} {
		kept := one
		kept.Keys = []reference.Key{pskKey(keyType, pskSuite, 0x10)}
		about := []string{"R-3830-100"}
		if keyType == reference.KeyTEK {
			about = append(about, "TEKWithSalt", "P-42")
		}
		b.addUpdates("an update without key of a CSB with a "+keyTypes[keyType], []pskCase{kept, add(kept, 2)}, about...)
	}
	pair := one
	pair.Keys = []reference.Key{pskKey(reference.KeyTGK, pskSuite, 0x10), pskKey(reference.KeyTEKSalt, pskSuite, 0x50)}
	pair.Keys[0].KV, pair.Keys[1].KV = spi(0, 0, 0, 1), spi(0, 0, 0, 2)
	b.addUpdates("an update without key of a CSB with two keys", []pskCase{pair, pair.update(10)}, "R-3830-100", "R-3830-116")
	b.addUpdates("an update with one key of a CSB with two keys", []pskCase{pair, rekey(pair, 0x30)}, "R-3830-116")
	four := []pskCase{one}
	for i := range 4 {
		four = append(four, rekey(four[i], byte(0x10*i)))
	}
	b.addUpdates("four updates", four)

	// Two CSBs do not touch each other; nor do those of two initiators that have
	// the same number.
	other := one
	other.CSBID, other.RAND, other.Keys = 0x01020304, count(16, 0x80), []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0xc0)}}
	b.add("responder: updates of two CSBs", responded(one, other, one.update(10), other.update(10)), "R-3830-095", "R-3830-100")
	carol := one
	carol.IDi, carol.RAND = pskCarol, count(16, 0x80)
	carol.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0xc0)}}
	b.add("responder: updates of the CSBs of two initiators, which have the same CSB ID",
		responded(one, carol, rekey(one, 0x10), carol.update(10), one.update(20).withKeys(rekey(one, 0x10).Keys)), "R-3830-095", "P-26")
}

// withKeys is c with other keys in force.
func (c pskCase) withKeys(keys []reference.Key) pskCase {
	c.inForce = keys
	return c
}

func (b *builder) updatesThatLeaveOut() {
	// Payloads that are static may be left out (RFC 3830, Section 4.5).
	one := newPSKCase().verified()
	noPolicies := one.update(10)
	noPolicies.Policies = nil
	b.add("responder: update without policies", responded(one, noPolicies), "R-3830-095", "R-3830-100")
	noPolicies.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x10)}}
	b.add("responder: update with a key and without policies", responded(one, noPolicies), "R-3830-095")
	more := one
	more.setSuites(pskSuite, pskSuite)
	replaced := more.update(10)
	replaced.Policies = replaced.Policies[1:]
	replaced.Sessions = append(slices.Clone(replaced.Sessions), reference.Session{Policy: 1, SSRC: 0x2002})
	b.add("responder: update that adds a policy to that of before", responded(one, replaced), "R-3830-095", "R-3830-100")
	silent := one.update(10)
	silent.IDi, silent.IDr = nil, nil
	keys, derived := silent.keys()
	b.add("responder: update without identities", []*vectors.Call{
		one.responderCall(),
		accept("respond", silent.respond(silent.Message().Octets()), obj{"keys": keys, "peer": obj{"id": pskAlice.ID}}, derived...),
	}, "R-3830-095", "R-3830-086")

	// How an initiator says that something stays is up to it, so the other party
	// says whether it is right.
	rekeyed := one.update(10)
	rekeyed.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x10)}}
	added := one.update(10)
	added.Sessions = append(slices.Clone(added.Sessions), reference.Session{SSRC: 0x2002})
	firstKeys, _ := one.keys()
	newer := rekeyed.Keys
	for _, f := range []struct {
		name  string
		offer obj
		want  pskCase
		at    time.Time
	}{
		{"an empty offer", obj{}, one.update(10), one.at.Add(10 * time.Second)},
		{"an offer of a key", obj{"keys": keysOf(rekeyed.Keys)}, rekeyed, one.at.Add(10 * time.Second)},
		{"an offer of crypto sessions", obj{"crypto_sessions": sessionsOf(added.Sessions)}, added, one.at.Add(10 * time.Second)},
		{"an empty offer in the second of the first message", obj{}, one.update(10), one.at},
		{"an empty offer when the clock was set back", obj{}, one.update(10), one.at.Add(-10 * time.Second)},
	} {
		f.offer["verification"] = true
		keys, derived := f.want.keys()
		b.add("initiator: update with "+f.name, []*vectors.Call{
			accept("initiate", one.initiate(), obj{"message": b64(one.Message().Octets())}),
			counterpart(accept("respond", with(one.respond(nil), obj{"message": "@1.message"}), obj{"keys": firstKeys})),
			accept("complete", with(one.complete("@1.exchange", nil), obj{"message": "@2.answer"}), obj{"keys": firstKeys}),
			accept("update", obj{"exchange": "@1.exchange", "offer": f.offer, "now": at(f.at)}, obj{"keys": nil}),
			counterpart(accept("respond", with(one.respond(nil), obj{"message": "@4.message"}), obj{"keys": keys})),
			accept("complete", with(one.complete("@4.exchange", nil), obj{"message": "@5.answer"}), obj{"keys": keys}, derived...),
		}, "R-3830-095", "R-3830-100", "R-3830-072", "P-25")
	}
	// No T comes twice, also where updates have no answer yet.
	counting := one
	counting.TSType, counting.TS = 2, unhex("00000007")
	for _, f := range []struct {
		name string
		c    pskCase
	}{{"in one second", one}, {"that count", counting}} {
		rekeyed, added := f.c.update(10), f.c.update(10)
		rekeyed.Keys, added.inForce = newer, newer
		added.Sessions = append(slices.Clone(added.Sessions), reference.Session{SSRC: 0x2002})
		rekeyedKeys, _ := rekeyed.keys()
		addedKeys, derived := added.keys()
		update := func(o obj) *vectors.Call {
			return accept("update", obj{"exchange": "@1.exchange", "offer": with(o, obj{"verification": true}), "now": at(f.c.at.Add(10 * time.Second))}, obj{"keys": nil})
		}
		b.add("initiator: two updates "+f.name+", without an answer between them", []*vectors.Call{
			accept("initiate", f.c.initiate(), obj{"message": b64(f.c.Message().Octets())}),
			counterpart(accept("respond", with(f.c.respond(nil), obj{"message": "@1.message"}), obj{"keys": firstKeys})),
			accept("complete", with(f.c.complete("@1.exchange", nil), obj{"message": "@2.answer"}), obj{"keys": firstKeys}),
			update(obj{"keys": keysOf(newer)}),
			update(obj{"crypto_sessions": sessionsOf(added.Sessions)}),
			counterpart(accept("respond", with(f.c.respond(nil), obj{"message": "@4.message"}), obj{"keys": rekeyedKeys})),
			counterpart(accept("respond", with(f.c.respond(nil), obj{"message": "@5.message"}), obj{"keys": addedKeys}, derived...)),
		}, "R-3830-095", "R-3830-072", "P-25")
	}
	// An update by the name of the session is one by the exchange.
	two := one.update(10)
	calls := initiated(one, two)
	delete(calls[2].Request, "exchange")
	calls[2].Request["session"] = "@2.keys.session"
	b.add("initiator: update by the name of the session", calls, "R-3830-095", "R-3830-100")
}

func (b *builder) wrongUpdates() {
	b.note("NoSuchCSB", "STATE", "There is no CSB of this number with this peer to update. A message without RAND is an update (RFC 3830, Section 4.5).")
	b.note("OldUpdate", "FRESHNESS", "The timestamp of an update is later than that of every message before it in the CSB: otherwise it is a replay, and the keystream of AES-CM repeats (P-25).")
	b.note("WrongUpdate", "AUTHENTICATION", "The update is not authentic, or asks for what cannot be. The CSB stays as it was.")

	one := newPSKCase().verified()
	right := one.update(10)
	rekeyed := right
	rekeyed.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x10)}}
	auth := one.Protection().AuthKey()

	// Behind a refused update, one without keys shows that the old ones stay.
	wrong := func(name string, message []byte, stage string, code int, about ...string) {
		b.add("responder: "+name, []*vectors.Call{
			one.shortCall(), refuse("respond", right.respond(message), stage, code), right.shortCall(),
		}, about...)
	}
	earlier := func(ts []byte) []byte { u := rekeyed; u.TS = ts; return u.Message().Octets() }

	b.add("responder: update of a CSB that does not exist", []*vectors.Call{
		refuse("respond", rekeyed.respond(rekeyed.Message().Octets()), "state", -1),
	}, "NoSuchCSB", "R-3830-095", "P-24")
	b.add("responder: update without keys of a CSB that does not exist", []*vectors.Call{
		refuse("respond", right.respond(right.Message().Octets()), "state", -1),
	}, "NoSuchCSB", "R-3830-095", "P-24")
	b.add("responder: update before the first message, and again after it", []*vectors.Call{
		refuse("respond", right.respond(right.Message().Octets()), "state", -1), one.shortCall(), right.shortCall(),
	}, "NoSuchCSB", "R-3830-095", "R-3830-076")
	otherCSB := rekeyed
	otherCSB.CSBID++
	wrong("update of another CSB, under its own keys", otherCSB.Message().Octets(), "state", -1, "NoSuchCSB", "R-3830-095")
	fromCarol := rekeyed
	fromCarol.IDi = pskCarol
	wrong("update from somebody who has no such CSB", fromCarol.Message().Octets(), "state", -1, "NoSuchCSB", "R-3830-095", "P-26")
	b.add("responder: update of a CSB whose first message was refused", []*vectors.Call{
		refuse("respond", one.respond(flip(one.Message().Octets(), -1)), "auth-failure", 0),
		refuse("respond", right.respond(right.Message().Octets()), "state", -1),
		one.shortCall(), right.shortCall(),
	}, "NoSuchCSB", "R-3830-083")

	replay := func(name string, message []byte) {
		wrong(name, message, "replay", -1, "OldUpdate", "R-3830-095", "R-3830-072", "P-25")
	}
	replay("update with the T of the first message", earlier(one.TS))
	replay("update with a T before that of the first message", earlier(reference.NTP(one.at.Add(-time.Second))))
	replay("update with a T 200 s before that of the first message", earlier(reference.NTP(one.at.Add(-200*time.Second))))
	replay("update with a T before that of the first message by a fraction", earlier(append(reference.NTP(one.at.Add(-time.Second))[:4], 255, 255, 255, 255)))
	b.add("responder: the first message again after an update", []*vectors.Call{
		one.shortCall(), right.shortCall(), refuse("respond", one.respond(one.Message().Octets()), "replay", -1),
	}, "OldUpdate", "R-3830-075")
	b.add("responder: an update twice", []*vectors.Call{
		one.shortCall(), right.shortCall(), refuse("respond", right.respond(right.Message().Octets()), "replay", -1),
	}, "OldUpdate", "R-3830-075")
	next := rekeyed.update(10)
	b.add("responder: an update again after the next one", []*vectors.Call{
		one.shortCall(), rekeyed.shortCall(), next.shortCall(), refuse("respond", rekeyed.respond(rekeyed.Message().Octets()), "replay", -1),
	}, "OldUpdate", "R-3830-075")
	b.add("responder: an update that was overtaken", []*vectors.Call{
		one.shortCall(), one.update(20).shortCall(), refuse("respond", right.respond(right.Message().Octets()), "replay", -1),
		one.update(30).shortCall(),
	}, "OldUpdate", "R-3830-095", "P-25")
	b.add("responder: two updates with one T", []*vectors.Call{
		one.shortCall(), right.shortCall(), refuse("respond", rekeyed.respond(rekeyed.Message().Octets()), "replay", -1),
	}, "OldUpdate", "R-3830-095", "P-25")
	counter := one
	counter.TSType, counter.TS = 2, unhex("00000007")
	for _, value := range []string{"00000007", "00000006", "00000000"} {
		old := counter.update(10)
		old.TS = unhex(value)
		fresh := counter.update(10)
		fresh.TS = unhex("00000008")
		old.Keys = rekeyed.Keys
		b.add("responder: update with COUNTER "+value+" after 00000007", []*vectors.Call{
			counter.shortCall(), refuse("respond", old.respond(old.Message().Octets()), "replay", -1), fresh.shortCall(),
		}, "OldUpdate", "COUNTER", "R-3830-095", "P-25")
	}
	overflow := time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC)
	era := one
	era.at, era.TS = overflow, reference.NTP(overflow)
	before := era.update(0)
	before.TS = reference.NTP(overflow.Add(-time.Second))
	b.add("responder: update with a T before the overflow of 2036 after one behind it", []*vectors.Call{
		era.shortCall(), refuse("respond", before.respond(before.Message().Octets()), "replay", -1), era.update(1).shortCall(),
	}, "OldUpdate", "R-3830-080", "P-25")
	for _, d := range []int{301, -301} {
		b.add(fmt.Sprintf("responder: update when the clock is %d s after its T", d), []*vectors.Call{
			one.shortCall(),
			refuse("respond", with(right.respond(right.Message().Octets()), obj{"now": at(right.at.Add(time.Duration(d) * time.Second))}), "stale", 1),
			right.shortCall(),
		}, "WrongUpdate", "R-3830-074")
	}

	// Not authentic.
	octets := rekeyed.Message().Octets()
	m := rekeyed.Message()
	kemac := m.Offset(len(m.Payloads) - 1)
	for _, f := range []struct {
		name string
		at   int
	}{
		{"the SSRC", 14}, {"T", m.Offset(0) + 9}, {"IDr", m.Offset(2) + 5}, {"SP", kemac - 1}, {"the encrypted key", kemac + 10},
		{"the first octet of the MAC", len(octets) - 20}, {"the last octet of the MAC", len(octets) - 1},
	} {
		wrong("update with one bit of "+f.name+" changed", flip(octets, f.at), "auth-failure", 0, "WrongUpdate", "R-3830-068", "R-3830-107")
	}
	under := func(name string, change func(u *pskCase)) {
		u := rekeyed
		change(&u)
		wrong(name, u.Message().Octets(), "auth-failure", 0, "WrongUpdate", "R-3830-068", "R-3830-107", "R-3830-095")
	}
	under("update under another pre-shared key", func(u *pskCase) { u.PSK = count(16, 1) })
	under("update under the TGK", func(u *pskCase) { u.PSK = one.Keys[0].Key })
	under("update under keys without RAND", func(u *pskCase) { u.RAND = nil })
	under("update under keys with another RAND", func(u *pskCase) { u.RAND = count(16, 0x80) })
	under("update under keys with T in place of RAND", func(u *pskCase) { u.RAND = u.TS })
	covered := octets[:len(octets)-20]
	sum := func(key []byte, data ...[]byte) []byte { return reference.HMAC(sha1.New, key, data...) }
	for _, f := range []struct {
		name string
		mac  []byte
	}{
		{"of zeros", make([]byte, 20)},
		{"of the first message", tail(one.Message().Octets(), 20)},
		{"of the update and what follows it under V", sum(auth, covered, rekeyed.VerificationInput())},
		{"of KEMAC alone", sum(auth, covered[kemac:])},
		{"of the update with RAND in its place", func() []byte { u := rekeyed; u.Update = false; return tail(u.Message().Octets(), 20) }()},
	} {
		wrong("update with a MAC "+f.name, concat(covered, f.mac), "auth-failure", 0, "WrongUpdate", "R-3830-068", "R-3830-107")
	}
	for _, alg := range []struct {
		name      string
		encr, mac byte
	}{{"NULL encryption and NULL MAC", 0, 0}, {"NULL MAC", 1, 0}, {"NULL encryption", 0, 1}} {
		u := rekeyed
		u.Encr, u.MAC = alg.encr, alg.mac
		wrong("update with "+alg.name, u.Message().Octets(), "policy", -1, "WrongUpdate", "R-3830-059", "R-3830-062")
	}

	b.group.Parties["under TLS"] = obj{"psk": hexOf(pskSecret), "transport_protected": true}
	bare, tls := rekeyed, right
	bare.Encr, bare.MAC = 0, 0
	open := one
	bare.party, open.party, tls.party = "under TLS", "under TLS", "under TLS"
	b.add("responder: update without a MAC of a CSB that was set up with one, where the transport may protect messages", []*vectors.Call{
		open.shortCall(), refuse("respond", bare.respond(bare.Message().Octets()), "policy", -1), tls.shortCall(),
	}, "WrongUpdate", "R-3830-062", "R-3830-059")

	// Authentic, but wrong.
	content := func(name, stage string, code int, change func(u *pskCase), about ...string) {
		u := rekeyed
		change(&u)
		wrong("update with "+name, u.Message().Octets(), stage, code, append(about, "WrongUpdate")...)
	}
	content("a TEK without salt", "malformed", -1, func(u *pskCase) { u.Keys = []reference.Key{{Type: reference.KeyTEK, Key: count(16, 0)}} }, "P-42")
	content("a TEK+SALT with a short salt", "malformed", -1, func(u *pskCase) {
		u.Keys = []reference.Key{{Type: reference.KeyTEKSalt, Key: count(16, 0), Salt: count(13, 0)}}
	}, "R-3830-053")
	content("a key of no octets", "malformed", -1, func(u *pskCase) { u.Keys = []reference.Key{{Type: reference.KeyTGK}} }, "R-3830-023")
	content("a policy number without a policy", "malformed", -1, func(u *pskCase) { u.Sessions = []reference.Session{{Policy: 1, SSRC: 1}} }, "R-3830-113")
	content("a policy for TESLA", "unsupported", 9, func(u *pskCase) { u.Policies = []reference.Payload{reference.SP(0, 1)} }, "R-3830-048")
	content("encryption algorithm 99 in its policy", "unsupported", 10, func(u *pskCase) { u.Policies = []reference.Payload{reference.SP(0, 0, param(0, 99))} }, "R-3830-048")
	content("two policies of one number", "malformed", -1, func(u *pskCase) { u.Policies = append(slices.Clone(u.Policies), u.Policies[0]) }, "R-3830-041")
	front := func(payloads func(p []reference.Payload) []reference.Payload) []byte {
		f := rekeyed.Front()
		f.Payloads = payloads(f.Payloads) // T, IDi, IDr, SP
		return reference.SealKEMAC(f, rekeyed.Encr, rekeyed.EncrData(), rekeyed.MAC, auth).Octets()
	}
	malformed := func(name string, message []byte, about ...string) {
		wrong("update "+name, message, "malformed", -1, append(about, "WrongUpdate")...)
	}
	malformed("without T", front(func(p []reference.Payload) []reference.Payload { return p[1:] }), "R-3830-095")
	malformed("with T twice", front(func(p []reference.Payload) []reference.Payload { return append([]reference.Payload{p[0]}, p...) }), "R-3830-095")
	malformed("with three IDs", front(func(p []reference.Payload) []reference.Payload { return append(p, p[1]) }), "P-19")
	malformed("without KEMAC", rekeyed.Front().Octets(), "R-3830-019")
	malformed("with a payload behind KEMAC", rekeyed.Message().Add(reference.GenExt(0, []byte("vendor"))).Octets(), "R-3830-019")
	malformed("cut in its MAC", octets[:len(octets)-1], "R-3830-005")
	malformed("with a zero octet behind it", concat(octets, []byte{0}), "R-3830-005", "P-52")
	plain := func(plain []byte, t64 []byte) []byte {
		k := rekeyed.Protection()
		return reference.SealKEMAC(rekeyed.Front(), rekeyed.Encr, k.Encrypt(t64, plain), rekeyed.MAC, auth).Octets()
	}
	malformed("with Key data that is cut", plain(rekeyed.Plain()[:19], rekeyed.T64()), "R-3830-023")
	malformed("with an octet behind the Key data", plain(append(rekeyed.Plain(), 0), rekeyed.T64()), "R-3830-023")
	k := rekeyed.Protection()
	for _, f := range []struct {
		name string
		t64  []byte
	}{{"the T of the first message", one.T64()}, {"no T", make([]byte, 8)}} {
		data := k.Encrypt(f.t64, rekeyed.Plain())
		if read := k.Encrypt(rekeyed.T64(), data); read[0] == 0 || read[0] == reference.NumKeyData {
			panic("could be Key data: update with " + f.name)
		}
		malformed("encrypted with "+f.name+" in its IV", reference.SealKEMAC(rekeyed.Front(), rekeyed.Encr, data, rekeyed.MAC, auth).Octets(), "R-3830-057", "P-25")
	}
	bob := one
	bob.party = "bob"
	mallory := rekeyed
	mallory.party, mallory.IDi = "bob", pskCarol
	stranger := rekeyed
	stranger.party, stranger.IDr = "bob", pskCarol
	for _, f := range []struct {
		name string
		c    pskCase
	}{{"from somebody else", mallory}, {"for somebody else", stranger}} {
		good := bob.update(10)
		b.add("responder: update "+f.name+" than the credentials say", []*vectors.Call{
			bob.shortCall(), refuse("respond", f.c.respond(f.c.Message().Octets()), "policy", -1), good.shortCall(),
		}, "WrongUpdate", "R-3830-087")
	}
}

// shortCall is responderCall without steps.
func (c pskCase) shortCall() *vectors.Call {
	call := c.responderCall()
	call.Steps = nil
	return call
}

func (b *builder) wrongUpdateAnswers() {
	b.note("WrongAnswer", "AUTHENTICATION", "The message does not answer the update: the right answer still does, after it.")
	b.note("NoSession", "STATE", "There is nothing to update.")
	b.note("WrongOffer", "STATE", "An initiator does not send what a responder would have to refuse.")
	one := newPSKCase().verified()
	two := one.update(10)
	two.Keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x10)}}
	start := initiated(one)
	keys, _ := two.keys()
	refuseAnswer := func(name string, answer []byte, stage string, about ...string) {
		b.add("initiator: "+name, append(slices.Clone(start),
			accept("update", two.updateRequest("@1.exchange"), obj{"keys": nil}),
			refuse("complete", two.complete("@3.exchange", answer), stage, -1),
			accept("complete", two.complete("@3.exchange", two.Answer(two.Sessions).Octets()), obj{"keys": keys}),
		), append(about, "WrongAnswer")...)
	}
	right := two.Answer(two.Sessions).Octets()
	other := two.PSKRequest
	other.PSK = count(16, 1)
	noRAND := two.PSKRequest
	noRAND.RAND = nil
	auth := two.Protection().AuthKey()
	covered := right[:len(right)-20]
	refuseAnswer("the answer to the first message as that to the update", one.Answer(one.Sessions).Octets(), "state", "R-3830-073", "R-3830-084")
	refuseAnswer("the update as its answer", two.Message().Octets(), "state", "R-3830-084")
	refuseAnswer("an answer to the update with a changed MAC", flip(right, -1), "auth-failure", "R-3830-071", "R-3830-107")
	refuseAnswer("an answer to the update under another pre-shared key", other.Answer(two.Sessions).Octets(), "auth-failure", "R-3830-071", "R-3830-107")
	refuseAnswer("an answer to the update under keys without RAND", noRAND.Answer(two.Sessions).Octets(), "auth-failure", "R-3830-071", "R-3830-107")
	refuseAnswer("an answer to the update with the T of the first message under V", concat(covered,
		reference.MAC(1, auth, covered, []byte(pskAlice.ID), []byte(pskBob.ID), one.TS)), "auth-failure", "R-3830-071", "R-3830-073")
	refuseAnswer("an answer to the update without identities under V", concat(covered, reference.MAC(1, auth, covered, two.TS)), "auth-failure", "R-3830-071", "P-59")
	refuseAnswer("an answer to the update with a crypto session more", two.Answer(append(slices.Clone(two.Sessions), reference.Session{SSRC: 5})).Octets(), "malformed", "R-3830-012")
	refuseAnswer("an answer to the update that is cut", right[:len(right)-1], "malformed", "R-3830-005")
	refuseAnswer("an error message about the update", two.ErrorFront(12).Octets(), "state", "R-3830-106")
	csb := two.PSKRequest
	csb.CSBID++
	refuseAnswer("an answer to the update of another CSB", csb.Answer(two.Sessions).Octets(), "state", "R-3830-007")

	b.add("initiator: the answer to an update twice", append(initiated(one, two), refuse("complete", two.complete("@3.exchange", right), "state", -1)),
		"WrongAnswer", "R-3830-084")
	b.add("initiator: the answer to an update for the first exchange", append(slices.Clone(start),
		accept("update", two.updateRequest("@1.exchange"), obj{"keys": nil}),
		refuse("complete", two.complete("@1.exchange", right), "state", -1),
		accept("complete", two.complete("@3.exchange", right), obj{"keys": keys}),
	), "WrongAnswer", "R-3830-084")

	last := one
	last.TSType, last.TS = 2, ones(4)
	b.add("initiator: update when the COUNTER is used up", append(initiated(last),
		refuse("update", obj{"exchange": "@1.exchange", "offer": obj{}, "now": at(last.at)}, "state", -1),
	), "NoSession", "COUNTER", "R-3830-095", "P-25")
	b.add("initiator: update before the answer to the first message", []*vectors.Call{
		one.started(), refuse("update", two.updateRequest("@1.exchange"), "state", -1), one.completed(),
	}, "NoSession", "R-3830-095")
	b.add("initiator: update of an exchange that was forgotten", append(slices.Clone(start),
		accept("reset", obj{}, nil), refuse("update", two.updateRequest("@1.exchange"), "state", -1),
	), "NoSession", "R-3830-095")

	for _, f := range []struct {
		name, stage string
		members     obj
		about       string
	}{
		{"NULL MAC", "policy", obj{"mac_alg": 0}, "R-3830-062"},
		{"NULL encryption", "policy", obj{"encr_alg": 0}, "R-3830-059"},
		{"a TEK without salt", "usage", obj{"keys": keysOf([]reference.Key{{Type: reference.KeyTEK, Key: count(16, 0)}})}, "P-42"},
		{"a policy number without a policy", "usage", obj{"crypto_sessions": list{obj{"policy": 9, "ssrc": "00000001", "roc": 0}}}, "R-3830-113"},
	} {
		// T of the refused update may be used up: the next one is later.
		next := two.update(10)
		next.Keys, next.inForce = nil, one.Keys
		nextKeys, _ := next.keys()
		b.add("initiator: offer of an update with "+f.name, append(slices.Clone(start),
			refuse("update", with(two.updateRequest("@1.exchange"), obj{"offer": with(two.offer(), f.members)}), f.stage, -1),
			accept("update", next.updateRequest("@1.exchange"), obj{"message": b64(next.Message().Octets())}),
			accept("complete", next.complete("@4.exchange", next.Answer(next.Sessions).Octets()), obj{"keys": nextKeys}),
		), "WrongOffer", f.about)
	}
}
