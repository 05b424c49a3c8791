package sdp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
)

// again runs a new offer of alice, or of bob, and its answer.
func (c *call) again(t testing.TB, byBob, rekey bool, here, there []string) *call {
	t.Helper()
	offerer, answerer, own, peer := c.alice, c.bob, aliceStreams, bobStreams
	if byBob {
		offerer, answerer, own, peer = c.bob, c.alice, bobStreams, aliceStreams
	}
	make := offerer.Reoffer
	if rekey {
		make = offerer.Rekey
	}
	o, err := make(describe(t, here...), own...)
	if err != nil {
		t.Fatalf("new offer: %v", err)
	}
	next := &call{offer: wire(t, o.Description())}
	var a, b *sdp.Agreement
	if next.answer, b, err = answerer.Answer(next.offer, describe(t, there...), peer...); err != nil {
		t.Fatalf("answer to the new offer: %v", err)
	}
	if a, err = o.Apply(wire(t, next.answer)); err != nil {
		t.Fatalf("apply the answer to the new offer: %v", err)
	}
	next.alice, next.bob = a, b
	if byBob {
		next.alice, next.bob = b, a
	}
	next.check(t)
	return next
}

// R-4567-018 and R-4568-031: new offers, with and without new keys.
func TestR4567_018_NewOffers(t *testing.T) {
	lines := []string{audio, video}
	moved := []string{strings.Replace(audio, "49170", "50000", 1), video}
	const start, keep, rekey = sdes.Start, sdes.Keep, sdes.Rekey
	type contexts [2]sdes.Context // of alice, first medium: send, receive
	for _, test := range []struct {
		name         string
		ph           phone
		byBob, rekey bool
		lines        []string
		want         contexts
		sameCSB      bool
	}{
		{"MIKEY", onlyMIKEY, false, false, lines, contexts{keep, keep}, true},
		{"MIKEY, rekey", onlyMIKEY, false, true, lines, contexts{rekey, rekey}, true},
		{"MIKEY, moved", onlyMIKEY, false, false, moved, contexts{keep, keep}, true},
		{"MIKEY, by the answerer", onlyMIKEY, true, false, lines, contexts{rekey, rekey}, false},
		{"MIKEY, media level", onlyMIKEY.with(mediaLevel), false, false, lines, contexts{keep, keep}, true},
		{"MIKEY, media level, rekey", onlyMIKEY.with(mediaLevel), false, true, lines, contexts{rekey, rekey}, true},
		{"MIKEY, one crypto session", onlyMIKEY.with(oneSession), false, false, lines, contexts{keep, keep}, true},
		{"both", both, false, false, lines, contexts{keep, keep}, true},
		{"both, rekey", both, false, true, lines, contexts{rekey, rekey}, true},
		{"SDES", onlySDES, false, false, lines, contexts{keep, keep}, false},
		{"SDES, rekey", onlySDES, false, true, lines, contexts{rekey, keep}, false},
		{"SDES, moved", onlySDES, false, false, moved, contexts{start, keep}, false},
		{"SDES, by the answerer", onlySDES, true, false, lines, contexts{keep, keep}, false},
		{"SDES, rekey by the answerer", onlySDES, true, true, lines, contexts{keep, rekey}, false},
		{"SDES of both", both.with(preferSDES), false, false, lines, contexts{keep, keep}, false},
		{"OSRTP", both.with(opportunistic), false, false, []string{avp, avpf}, contexts{keep, keep}, true},
		{"hold as of old", onlySDES, false, false, []string{audio, "c=IN IP4 0.0.0.0", video}, contexts{keep, keep}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			first := lines
			if test.name == "OSRTP" {
				first = test.lines
			}
			c := establish(t, test.ph.party(t), test.ph.party(t), first...)
			for range 2 { // and once more, from the result
				next := c.again(t, test.byBob, test.rekey, test.lines, first)
				m, before := &next.alice.Media[0], &c.alice.Media[0]
				if got := (contexts{m.SendContext, m.ReceiveContext}); got != test.want {
					t.Errorf("contexts %v, want %v", got, test.want)
				}
				if same := string(m.Send.Keys[0].Key) == string(before.Send.Keys[0].Key); same != (m.SendContext == keep) {
					t.Errorf("same key: %v, %v", same, m.SendContext)
				}
				if m.Keying != before.Keying {
					t.Errorf("%v after %v", m.Keying, before.Keying)
				}
				if m.MIKEY != nil && (m.MIKEY.CSBID() == before.MIKEY.CSBID()) != test.sameCSB {
					t.Errorf("CSB %08x after %08x", m.MIKEY.CSBID(), before.MIKEY.CSBID())
				}
				c = next
				if test.name == "SDES, moved" || test.byBob {
					break
				}
			}
		})
	}
}

// Media that come and go.
func TestMediaComeAndGo(t *testing.T) {
	const noVideo = "m=video 0 RTP/SAVP 31"
	for name, ph := range map[string]phone{
		"MIKEY": onlyMIKEY, "SDES": onlySDES, "both": both, "media level": onlyMIKEY.with(mediaLevel),
		"one crypto session": onlyMIKEY.with(oneSession),
	} {
		t.Run(name, func(t *testing.T) {
			one, two, gone := []string{audio}, []string{audio, video}, []string{audio, noVideo}
			c := establish(t, ph.party(t), ph.party(t), one...)
			c2 := c.again(t, false, false, two, two)
			if m := c2.alice.Media[0]; m.SendContext != sdes.Keep {
				t.Error(m)
			}
			if m := c2.alice.Media[1]; m.SendContext != sdes.Start {
				t.Error(m)
			}
			c3 := c2.again(t, false, false, gone, gone)
			if m := c3.alice.Media[1]; m.Keying != sdp.KeyingNone {
				t.Error(m)
			}
			// It comes back: with the old keys its key stream would repeat.
			c4 := c3.again(t, false, false, two, two)
			m := c4.alice.Media[1]
			if m.SendContext != sdes.Start || string(m.Send.Keys[0].Key) == string(c2.alice.Media[1].Send.Keys[0].Key) {
				t.Error("a key is back", m)
			}
			// The other party offers now.
			c4.again(t, true, false, two, two)
		})
	}
	// A peer that brings the old keys back all the same: the contexts go on.
	alice, bob := onlyMIKEY.party(t), onlyMIKEY.party(t)
	c := establish(t, alice, bob, audio, video)
	c = c.again(t, false, false, []string{audio, noVideo}, []string{audio, noVideo})
	message, _, err := alice.Initiator.Update(c.alice.Media[0].MIKEY, mikey.Offer{
		Verification: true, Extensions: []mikey.GeneralExtension{mikey.SDPIDs("mikey")},
	})
	if err != nil {
		t.Fatal(err)
	}
	offer := describe(t, audio, video)
	if err := sdp.SetSession(offer, sdp.KeyMgmt{Protocol: sdp.MIKEY, Data: message}); err != nil {
		t.Fatal(err)
	}
	_, b, err := c.bob.Answer(offer, describe(t, audio, video), bobStreams...)
	if err != nil {
		t.Fatal(err)
	}
	if m := b.Media[1]; m.SendContext != sdes.Keep || m.ReceiveContext != sdes.Keep {
		t.Error(m)
	}
}

// R-4568-032: a new offer that fails leaves everything as it was.
func TestR4568_032_FailedNewOffer(t *testing.T) {
	lines := []string{audio, video}
	for name, test := range map[string]struct {
		ph     phone
		offer  edit // spoils the offer
		answer edit // or the answer
	}{
		"MIKEY offer":    {onlyMIKEY, replace("key-mgmt:mikey A", "key-mgmt:mikey B"), nil},
		"MIKEY answer":   {onlyMIKEY, nil, replace("key-mgmt:mikey A", "key-mgmt:mikey B")},
		"MIKEY stripped": {onlyMIKEY, remove("a=key-mgmt", 0), nil},
		"SDES offer":     {onlySDES, replace("inline:", "inline:!"), nil},
		"SDES answer":    {onlySDES, nil, replace("inline:", "inline:!")},
		"SDES stripped":  {onlySDES, nil, remove("a=crypto", 1)},
		"one of two":     {onlySDES, remove("a=crypto", 1), nil},
		"MIKEY to SDES": {both, func(l []string) []string {
			l = remove("a=key-mgmt", 0)(l)
			const crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"
			return insert("m=audio", 0, crypto+"PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR")(
				insert("m=video", 0, crypto+"QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5")(l))
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := establish(t, test.ph.party(t), test.ph.party(t), lines...)
			o, err := c.alice.Rekey(describe(t, lines...), aliceStreams...)
			if err != nil {
				t.Fatal(err)
			}
			offer := wire(t, o.Description())
			if test.offer != nil {
				if answer, b, err := c.bob.Answer(test.offer.apply(t, offer), describe(t, lines...)); err == nil || answer != nil || b != nil {
					t.Fatalf("answer: %v", err)
				}
			} else {
				answer, _, err := c.bob.Answer(offer, describe(t, lines...))
				if err != nil {
					t.Fatal(err)
				}
				if a, err := o.Apply(test.answer.apply(t, answer)); err == nil || a != nil {
					t.Fatalf("apply: %v", err)
				}
				// The caller could not tell the answerer in this test.
				c.check(t)
				return
			}
			c.check(t)
			c.again(t, false, true, lines, lines)
		})
	}
}

// An update of another call, or of other media, is no new offer of this one.
func TestSwappedUpdates(t *testing.T) {
	alice, bob := onlyMIKEY.party(t), onlyMIKEY.party(t)
	one := establish(t, alice, bob, audio)
	two := establish(t, alice, bob, audio)
	o, err := one.alice.Rekey(describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = two.bob.Answer(o.Description(), describe(t, audio))
	wantError(t, err, sdp.ErrMismatch, sdp.SessionLevel)

	if o, err = one.alice.Rekey(describe(t, audio)); err != nil {
		t.Fatal(err)
	}
	_, _, err = bob.Answer(o.Description(), describe(t, audio))
	wantError(t, err, sdp.ErrMismatch, sdp.SessionLevel)

	// An old offer that comes again (RFC 4567, Section 8).
	_, _, err = bob.Answer(one.offer, describe(t, audio))
	if err == nil {
		t.Error("a replay is accepted")
	}
}

// A new offer keeps the m= lines, and MIKEY needs somebody to make it.
func TestBadNewOffers(t *testing.T) {
	alice := onlyMIKEY.party(t)
	bob := both.with(func(p *sdp.Party) { p.Initiator = nil }).party(t)
	c := establish(t, alice, bob, audio, video)
	_, err := c.alice.Reoffer(describe(t, audio))
	wantError(t, err, sdp.ErrMismatch, sdp.NoLevel)
	_, _, err = c.bob.Answer(describe(t, audio), describe(t, audio))
	wantError(t, err, sdp.ErrMismatch, sdp.NoLevel)
	_, err = c.bob.Reoffer(describe(t, audio, video))
	wantError(t, err, sdp.ErrNoKeying, sdp.SessionLevel)
	_, err = c.alice.Reoffer(describe(t, avp, video))
	wantError(t, err, sdp.ErrPlainRTP, 0)

	// A closed CSB is replaced.
	c.alice.Close()
	c.bob.Close()
	next := c.again(t, false, false, []string{audio, video}, []string{audio, video})
	if next.alice.Media[0].SendContext == sdes.Keep {
		t.Error("old keys")
	}
}

// A change of profile moves no crypto session to another medium.
func TestProfileChange(t *testing.T) {
	ph := onlyMIKEY.with(plain)
	c := establish(t, ph.party(t), ph.party(t), avp, video)
	next := c.again(t, false, false, []string{audio, video}, []string{audio, video})
	if next.alice.Media[1].MIKEY.CSBID() == c.alice.Media[1].MIKEY.CSBID() || next.alice.Media[1].SendContext != sdes.Rekey {
		t.Error(next.alice.Media[1])
	}
}

// ROCs of streams that go on are told.
func TestRekeyROC(t *testing.T) {
	c := establish(t, onlyMIKEY.party(t), onlyMIKEY.party(t), audio)
	o, err := c.alice.Rekey(describe(t, audio), sdp.Stream{SSRC: 0xa1, ROC: 3, PeerSSRC: 0xb1, PeerROC: 5})
	if err != nil {
		t.Fatal(err)
	}
	answer, b, err := c.bob.Answer(o.Description(), describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.Apply(answer)
	if err != nil {
		t.Fatal(err)
	}
	(&call{alice: a, bob: b}).check(t)
	if b.Media[0].Receive.ROC != 3 || b.Media[0].Send.ROC != 5 {
		t.Error(b.Media[0])
	}
}

// R-4567-029: a new offer is from the party of the call, though others have the
// key too.
func TestR4567_029_AnotherPeer(t *testing.T) {
	named := func(name string) *sdp.Party {
		ph := onlyMIKEY
		ph.config.ID = mikey.NAI(name)
		return ph.party(t)
	}
	c := establish(t, named("alice"), named("bob"), audio)
	o, err := named("mallory").Offer(describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.bob.Answer(o.Description(), describe(t, audio))
	wantError(t, err, sdp.ErrMismatch, sdp.SessionLevel)
	c.again(t, true, false, []string{audio}, []string{audio})

	// The answer to one that sets up a new CSB is, too.
	if o, err = c.bob.Reoffer(describe(t, audio)); err != nil {
		t.Fatal(err)
	}
	answer, _, err := named("mallory").Answer(o.Description(), describe(t, audio))
	if err == nil {
		_, err = o.Apply(answer)
	}
	if err == nil {
		t.Error("somebody else answered")
	}
}

// R-4568-031: a medium that moves has new keys and ROC 0.
func TestR4568_031_MovedROC(t *testing.T) {
	c := establish(t, onlySDES.party(t), onlySDES.party(t), audio)
	o, err := c.alice.Reoffer(describe(t, "m=audio 50000 RTP/SAVP 0"), sdp.Stream{SSRC: 1, ROC: 7, PeerSSRC: 2, PeerROC: 8})
	if err != nil {
		t.Fatal(err)
	}
	answer, _, err := c.bob.Answer(o.Description(), describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.Apply(answer)
	if err != nil {
		t.Fatal(err)
	}
	if m := a.Media[0]; m.Send.ROC != 0 || m.SendContext != sdes.Start || m.Receive.ROC != 8 || m.ReceiveContext != sdes.Keep {
		t.Error(m)
	}
	// Without new keys it fails (the peer of this test ignores the rule).
	moved := remove("a=crypto:", 1).apply(t, replace("m=audio 49170", "m=audio 50000").apply(t, c.offer))
	if _, _, err := c.bob.Answer(moved, describe(t, audio)); !errors.Is(err, sdes.ErrInvalid) {
		t.Error(err)
	}
}

// Of several messages in an answer to a new offer, the second is wrong: the old
// agreement goes on, and its next offer works, with new CSBs where need be.
func TestHalfFailedNewOffer(t *testing.T) {
	lines := []string{audio, video}
	c := establish(t, onlyMIKEY.with(mediaLevel).party(t), onlyMIKEY.party(t), lines...)
	o, err := c.alice.Rekey(describe(t, lines...), aliceStreams...)
	if err != nil {
		t.Fatal(err)
	}
	answer, _, err := c.bob.Answer(o.Description(), describe(t, lines...), bobStreams...)
	if err != nil {
		t.Fatal(err)
	}
	spoiled := edit(func(l []string) []string {
		n := 0
		for i := range l {
			if strings.HasPrefix(l[i], "a=key-mgmt") {
				if n++; n == 2 {
					l[i] = "a=key-mgmt:mikey AAAA"
				}
			}
		}
		return l
	})
	_, err = o.Apply(spoiled.apply(t, answer))
	wantError(t, err, nil, 1)
	c.check(t)
	next, err := c.alice.Rekey(describe(t, lines...), aliceStreams...)
	if err != nil {
		t.Fatal(err)
	}
	fresh, b, err := c.bob.Answer(next.Description(), describe(t, lines...), bobStreams...)
	if err != nil {
		t.Fatal(err)
	}
	a, err := next.Apply(fresh)
	if err != nil {
		t.Fatal(err)
	}
	(&call{alice: a, bob: b}).check(t)
}

// Media enter and leave a bundle.
func TestBundleComesAndGoes(t *testing.T) {
	loose := []string{audio, "a=mid:a", video, "a=mid:v"}
	bundle := append([]string{"a=group:BUNDLE a v"}, loose...)
	c := establish(t, onlySDES.party(t), onlySDES.party(t), loose...)
	c2 := c.again(t, false, false, bundle, bundle)
	if m := c2.alice.Media[1]; m.Bundle != 0 || m.SendContext != sdes.Start || c2.alice.Media[0].SendContext != sdes.Keep {
		t.Error(c2.alice)
	}
	c3 := c2.again(t, true, false, bundle, bundle)
	if m := c3.alice.Media[1]; m.Bundle != 0 || m.SendContext != sdes.Keep {
		t.Error(m)
	}
	c4 := c3.again(t, false, false, loose, loose)
	if m := c4.alice.Media[1]; m.Bundle != 1 || string(m.Send.Keys[0].Key) == string(c3.alice.Media[1].Send.Keys[0].Key) {
		t.Error(m)
	}
}

// An update to another policy has other keys.
func TestPolicyChange(t *testing.T) {
	alice := onlyMIKEY.party(t)
	c := establish(t, alice, onlyMIKEY.party(t), audio)
	session := c.alice.Media[0].MIKEY
	for _, keys := range [][]mikey.KeyData{nil, {{}}} {
		message, pending, err := alice.Initiator.Update(session, mikey.Offer{
			Verification: true, Extensions: []mikey.GeneralExtension{mikey.SDPIDs("mikey")},
			Policies: []mikey.SecurityPolicy{mikey.AEAD_AES_128_GCM.Policy(0)}, Keys: keys,
		})
		if err != nil {
			t.Fatal(err)
		}
		offer := describe(t, audio)
		if err := sdp.SetSession(offer, sdp.KeyMgmt{Protocol: sdp.MIKEY, Data: message}); err != nil {
			t.Fatal(err)
		}
		answer, b, err := c.bob.Answer(offer, describe(t, audio))
		if keys == nil {
			wantError(t, err, sdp.ErrMismatch, sdp.SessionLevel)
			c = establish(t, alice, onlyMIKEY.party(t), audio)
			session = c.alice.Media[0].MIKEY
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pending.Finish(keyMgmt(t, answer, sdp.SessionLevel)); err != nil {
			t.Fatal(err)
		}
		if m := b.Media[0]; m.SendContext != sdes.Rekey || m.Send.Policy.Suite() != mikey.AEAD_AES_128_GCM {
			t.Error(m)
		}
	}
}

// New offers have the keying that is in force, and answers take it, whatever the
// parties could do or prefer.
func TestKeyingStays(t *testing.T) {
	attributes := func(ph phone, want string) {
		t.Helper()
		c := establish(t, both.party(t), ph.party(t), audio)
		o, err := c.alice.Reoffer(describe(t, audio, video))
		if err != nil {
			t.Fatal(err)
		}
		text := textOf(t, o.Description())
		for _, name := range []string{"a=key-mgmt", "a=crypto"} {
			if strings.Contains(text, name) != (name == want) {
				t.Errorf("%s is wrong in an offer after %s", name, want)
			}
		}
	}
	attributes(both, "a=key-mgmt")
	attributes(both.with(preferSDES), "a=crypto")

	// Bob prefers crypto attributes, and had no choice at first.
	bob := both.with(preferSDES).party(t)
	o, err := onlyMIKEY.party(t).Offer(describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	_, b, err := bob.Answer(o.Description(), describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	if o, err = both.party(t).Offer(describe(t, audio)); err != nil {
		t.Fatal(err)
	}
	if _, b, err = b.Answer(o.Description(), describe(t, audio)); err != nil {
		t.Fatal(err)
	}
	if b.Media[0].Keying != sdp.KeyingMIKEY {
		t.Error(b.Media[0])
	}

	// A medium that had keys is not offered without.
	ph := onlySDES.with(plain)
	c := establish(t, ph.party(t), ph.party(t), audio)
	_, err = c.alice.Reoffer(describe(t, avp))
	wantError(t, err, sdp.ErrPlainRTP, 0)
}
