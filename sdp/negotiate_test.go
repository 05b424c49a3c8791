package sdp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
)

var (
	onlyMIKEY = phone{mikey: true}
	onlySDES  = phone{sdes: true}
	both      = phone{mikey: true, sdes: true}
	neither   = phone{}
)

func (ph phone) with(change func(*sdp.Party)) phone {
	before := ph.change
	ph.change = func(p *sdp.Party) {
		if before != nil {
			before(p)
		}
		change(p)
	}
	return ph
}

func opportunistic(p *sdp.Party) { p.Opportunistic = true }
func plain(p *sdp.Party)         { p.InsecurePlainRTP = true }
func mediaLevel(p *sdp.Party)    { p.MediaLevel = true }
func preferSDES(p *sdp.Party)    { p.PreferSDES = true }
func oneSession(p *sdp.Party)    { p.OneCryptoSession = true }

// TestCalls: what two parties agree on, for mixes of keyings, levels and media.
func TestCalls(t *testing.T) {
	const none, rtp, mk, sd = sdp.KeyingNone, sdp.KeyingPlainRTP, sdp.KeyingMIKEY, sdp.KeyingSDES
	bundle := []string{"a=group:BUNDLE a v", audio, "a=mid:a", video, "a=mid:v"}
	for _, test := range []struct {
		name       string
		alice, bob phone
		lines      []string
		want       []sdp.Keying
	}{
		{"MIKEY", onlyMIKEY, onlyMIKEY, []string{audio}, []sdp.Keying{mk}},
		{"MIKEY, two media", onlyMIKEY, onlyMIKEY, []string{audio, video}, []sdp.Keying{mk, mk}},
		{"MIKEY, media level", onlyMIKEY.with(mediaLevel), onlyMIKEY, []string{audio, video}, []sdp.Keying{mk, mk}},
		{"MIKEY, one crypto session", onlyMIKEY.with(oneSession), onlyMIKEY, []string{audio, video}, []sdp.Keying{mk, mk}},
		{"MIKEY, both", onlyMIKEY.with(oneSession).with(mediaLevel), onlyMIKEY, []string{audio, video}, []sdp.Keying{mk, mk}},
		{"MIKEY, GCM", onlyMIKEY.with(func(p *sdp.Party) {
			p.Template.Policies = []mikey.SecurityPolicy{mikey.AEAD_AES_256_GCM.Policy(7)}
		}), onlyMIKEY, []string{audio, feedback}, []sdp.Keying{mk, mk}},
		{"SDES", onlySDES, onlySDES, []string{audio}, []sdp.Keying{sd}},
		{"SDES, two media", onlySDES, onlySDES, []string{audio, feedback}, []sdp.Keying{sd, sd}},
		{"both", both, both, []string{audio, video}, []sdp.Keying{mk, mk}},
		{"both, SDES preferred", both, both.with(preferSDES), []string{audio, video}, []sdp.Keying{sd, sd}},
		{"both, media level, SDES preferred", both.with(mediaLevel), both.with(preferSDES), []string{audio, video}, []sdp.Keying{sd, sd}},
		{"both to MIKEY", both, onlyMIKEY, []string{audio, video}, []sdp.Keying{mk, mk}},
		{"both to SDES", both, onlySDES, []string{audio, video}, []sdp.Keying{sd, sd}},
		{"MIKEY to both", onlyMIKEY, both.with(preferSDES), []string{audio, video}, []sdp.Keying{mk, mk}},
		{"SDES to both", onlySDES, both, []string{audio, video}, []sdp.Keying{sd, sd}},
		{"other media", both.with(plain), both.with(plain), []string{chat, audio, dtls, avp}, []sdp.Keying{none, mk, none, rtp}},
		{"plain RTP only", neither.with(plain), neither.with(plain), []string{avp, avpf}, []sdp.Keying{rtp, rtp}},
		{"rejected in the offer", both, both, []string{"m=audio 0 RTP/SAVP 0", video}, []sdp.Keying{none, mk}},
		{"rejected in the offer, SDES", onlySDES, onlySDES, []string{"m=audio 0 RTP/SAVP 0", video}, []sdp.Keying{none, sd}},
		{"all rejected", both, both, []string{"m=audio 0 RTP/SAVP 0"}, []sdp.Keying{none}},
		{"no media", both, both, nil, []sdp.Keying{}},
		{"OSRTP with MIKEY", onlyMIKEY.with(opportunistic), onlyMIKEY.with(opportunistic), []string{avp, avpf}, []sdp.Keying{mk, mk}},
		{"OSRTP with SDES", onlySDES.with(opportunistic), onlySDES.with(opportunistic), []string{avp, avpf}, []sdp.Keying{sd, sd}},
		{"OSRTP with both", both.with(opportunistic), both.with(opportunistic), []string{avp, video}, []sdp.Keying{mk, mk}},
		{"OSRTP with both, SDES preferred", both.with(opportunistic), both.with(opportunistic).with(preferSDES), []string{avp, video}, []sdp.Keying{sd, sd}},
		{"OSRTP to plain RTP", both.with(opportunistic), both.with(plain), []string{avp, video}, []sdp.Keying{rtp, mk}},
		{"OSRTP to nothing", both.with(opportunistic), neither.with(plain), []string{avp, avpf}, []sdp.Keying{rtp, rtp}},
		{"plain RTP to OSRTP", neither.with(plain), both.with(opportunistic).with(plain), []string{avp}, []sdp.Keying{rtp}},
		{"TCP", onlyMIKEY, onlyMIKEY, []string{"m=audio 49170 TCP/RTP/SAVP 0"}, []sdp.Keying{mk}},
		{"bundle with MIKEY", onlyMIKEY, onlyMIKEY, bundle, []sdp.Keying{mk, mk}},
		{"bundle with SDES", onlySDES, onlySDES, bundle, []sdp.Keying{sd, sd}},
		{"bundle with both", both, both.with(preferSDES), bundle, []sdp.Keying{sd, sd}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := establish(t, test.alice.party(t), test.bob.party(t), test.lines...)
			if len(c.bob.Media) != len(test.want) {
				t.Fatalf("%d media", len(c.bob.Media))
			}
			for i, want := range test.want {
				if got := c.bob.Media[i].Keying; got != want {
					t.Errorf("media %d: %v, want %v", i, got, want)
				}
				if c.bob.Media[i].Err != nil {
					t.Errorf("media %d: %v", i, c.bob.Media[i].Err)
				}
			}
			c.alice.Close()
			c.bob.Close()
		})
	}
}

// Bundled media share the crypto attributes of the first one; one that only
// exists in the bundle has port 0 and is not rejected.
func TestBundle(t *testing.T) {
	bundleOnly := []string{"a=group:BUNDLE a v", audio, "a=mid:a", "m=video 0 RTP/SAVP 31", "a=mid:v", "a=bundle-only"}
	accepted := []string{"a=group:BUNDLE a v", audio, "a=mid:a", strings.Replace(video, "49172", "49170", 1), "a=mid:v"}
	for _, ph := range []phone{onlySDES, onlyMIKEY} {
		alice, bob := ph.party(t), ph.party(t)
		offer, err := alice.Offer(describe(t, bundleOnly...), aliceStreams...)
		if err != nil {
			t.Fatal(err)
		}
		c := &call{offer: wire(t, offer.Description())}
		if c.answer, c.bob, err = bob.Answer(c.offer, describe(t, accepted...), bobStreams...); err != nil {
			t.Fatal(err)
		}
		if c.alice, err = offer.Apply(c.answer); err != nil {
			t.Fatal(err)
		}
		c.check(t)
		if !ph.sdes {
			continue
		}
		if c.alice.Media[1].Bundle != 0 || c.alice.Media[1].SDES != c.alice.Media[0].SDES {
			t.Errorf("bundle %d", c.alice.Media[1].Bundle)
		}
		if n := strings.Count(textOf(t, c.answer), "a=crypto:"); n != 1 {
			t.Errorf("the answer has %d crypto attributes", n)
		}
		again, err := c.alice.Reoffer(describe(t, accepted...), aliceStreams...)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(textOf(t, again.Description()), "a=crypto:"); n != 1 {
			t.Errorf("the new offer has %d crypto attributes", n)
		}
		c.offer = wire(t, again.Description())
		if c.answer, c.bob, err = c.bob.Answer(c.offer, describe(t, accepted...), bobStreams...); err != nil {
			t.Fatal(err)
		}
		if c.alice, err = again.Apply(c.answer); err != nil {
			t.Fatal(err)
		}
		c.check(t)
		if c.alice.Media[1].SendContext != sdes.Keep {
			t.Error(c.alice.Media[1])
		}

		// Without the bundle, the second medium has no keys.
		_, _, err = bob.Answer(replace("a=group:BUNDLE a v", "a=group:BUNDLE a").apply(t, c.offer),
			describe(t, accepted[1:]...))
		if err != nil {
			t.Fatal(err)
		}
		_, b, _ := bob.Answer(replace("a=group:BUNDLE a v", "a=group:BUNDLE a").apply(t, c.offer), describe(t, accepted[1:]...))
		wantError(t, b.Media[1].Err, sdp.ErrNoKeying, 1)
		// Nor in an answer that leaves it.
		again, err = c.alice.Reoffer(describe(t, accepted...))
		if err != nil {
			t.Fatal(err)
		}
		_, err = again.Apply(replace("a=group:BUNDLE a v", "a=group:BUNDLE a").apply(t, c.answer))
		wantError(t, err, sdp.ErrNoKeying, 1)
	}
}

// The answerer rejects what it cannot secure, and keeps the rest.
func TestRejectedMedia(t *testing.T) {
	offer := func(ph phone, lines ...string) (*sdp.Offer, error) {
		return ph.party(t).Offer(describe(t, lines...), aliceStreams...)
	}
	t.Run("by the caller", func(t *testing.T) {
		for _, ph := range []phone{onlyMIKEY, onlySDES, onlyMIKEY.with(mediaLevel)} {
			o, err := offer(ph, audio, video)
			if err != nil {
				t.Fatal(err)
			}
			answer, bob, err := ph.party(t).Answer(o.Description(), describe(t, "m=audio 0 RTP/SAVP 0", video), bobStreams...)
			if err != nil {
				t.Fatal(err)
			}
			alice, err := o.Apply(wire(t, answer))
			if err != nil {
				t.Fatal(err)
			}
			(&call{alice: alice, bob: bob}).check(t)
			if bob.Media[0].Keying != sdp.KeyingNone || bob.Media[0].Err != nil {
				t.Error(bob.Media[0])
			}
		}
	})
	t.Run("without common suite", func(t *testing.T) {
		o, err := offer(onlySDES, audio, video)
		if err != nil {
			t.Fatal(err)
		}
		broken := edit(func(lines []string) []string {
			n := 0
			for i := range lines {
				if strings.HasPrefix(lines[i], "a=crypto:") {
					if n++; n <= 6 {
						lines[i] = "a=crypto:" + fmt.Sprint(n) + " AES_CM_128_HMAC_SHA1_80 inline:short"
					}
				}
			}
			return lines
		})
		answer, bob, err := onlySDES.party(t).Answer(broken.apply(t, o.Description()), describe(t, audio, video))
		if err != nil {
			t.Fatal(err)
		}
		if answer.MediaDescriptions[0].MediaName.Port.Value != 0 || bob.Media[0].Keying != sdp.KeyingNone {
			t.Error("the medium is not rejected")
		}
		wantError(t, bob.Media[0].Err, sdes.ErrInvalid, 0)
		alice, err := o.Apply(wire(t, answer))
		if err != nil {
			t.Fatal(err)
		}
		(&call{alice: alice, bob: bob}).check(t)
	})
	t.Run("profiles that need a decision", func(t *testing.T) {
		o, err := offer(both.with(plain), audio, avp)
		if err != nil {
			t.Fatal(err)
		}
		answer, bob, err := both.party(t).Answer(o.Description(), describe(t, audio, avp))
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, bob.Media[1].Err, sdp.ErrPlainRTP, 1)
		if answer.MediaDescriptions[1].MediaName.Port.Value != 0 {
			t.Error("the medium is not rejected")
		}
	})
	t.Run("all of them", func(t *testing.T) {
		o, err := offer(onlySDES, audio, video)
		if err != nil {
			t.Fatal(err)
		}
		answer, bob, err := onlyMIKEY.party(t).Answer(o.Description(), describe(t, audio, video))
		wantError(t, err, sdp.ErrNoKeying, 0)
		if answer != nil || bob != nil {
			t.Error("an answer with the error")
		}
	})
}

// Descriptions of the caller stay as they are, and old keying attributes in them
// do not get out.
func TestLocalDescription(t *testing.T) {
	local := describe(t, "a=key-mgmt:mikey AAAA", audio, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:old", "a=sendrecv")
	before := textOf(t, local)
	o, err := both.party(t).Offer(local)
	if err != nil {
		t.Fatal(err)
	}
	answer, _, err := both.party(t).Answer(o.Description(), local)
	if err != nil {
		t.Fatal(err)
	}
	if textOf(t, local) != before {
		t.Error("the description of the caller changed")
	}
	for _, text := range []string{textOf(t, o.Description()), textOf(t, answer)} {
		if strings.Contains(text, "AAAA\r") || strings.Contains(text, "inline:old") {
			t.Error("old attributes are sent")
		}
		if !strings.Contains(text, "a=sendrecv") {
			t.Error("an attribute is lost")
		}
	}
}

// Nothing prints keys.
func TestStrings(t *testing.T) {
	for _, ph := range []phone{onlyMIKEY, onlySDES} {
		c := establish(t, ph.party(t), ph.party(t), audio, chat)
		o, err := c.alice.Reoffer(describe(t, audio, chat))
		if err != nil {
			t.Fatal(err)
		}
		m := c.alice.Media[0]
		for _, v := range []any{o, *o, c.alice, *c.alice, m, &m, m.Send, c.alice.Media} {
			for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
				text := fmt.Sprintf(format, v)
				for _, k := range m.Send.Keys {
					for _, secret := range []string{string(k.Key), fmt.Sprint(k.Key)[1:20], fmt.Sprintf("%x", k.Key)} {
						if strings.Contains(text, secret) {
							t.Errorf("%T prints a key with %s", v, format)
						}
					}
				}
			}
		}
		if m.LogValue().String() != m.String() || m.Send.LogValue().String() != m.Send.String() {
			t.Error("logs differ")
		}
	}
	if sdp.Keying(9).String() != "Keying(9)" || sdp.KeyingPlainRTP.String() != "plain RTP" {
		t.Error("names of keyings")
	}
}
