package sdp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/sdp"
	pionsdp "github.com/pion/sdp/v3"
)

// FuzzAnswer puts arbitrary descriptions into Answer and Apply, also as new offers.
// Either there is an error of a known kind, or a result in which every accepted
// medium under a secure profile has keys.
func FuzzAnswer(f *testing.F) {
	loose := func(p *sdp.Party) { p.Opportunistic, p.InsecurePlainRTP = true, true }
	parties := []*sdp.Party{
		both.party(f), both.with(preferSDES).with(loose).party(f), onlySDES.party(f), onlyMIKEY.with(loose).with(mediaLevel).party(f),
	}
	lines := []string{"a=group:BUNDLE a v", audio, "a=mid:a", video, "a=mid:v", avp, chat}
	caller := both.with(loose).party(f)
	for _, ph := range []phone{both.with(loose), onlySDES.with(loose), onlyMIKEY.with(loose).with(mediaLevel)} {
		p := ph.party(f)
		o, err := p.Offer(describe(f, lines...), aliceStreams...)
		if err != nil {
			f.Fatal(err)
		}
		answer, _, err := caller.Answer(o.Description(), describe(f, lines...), bobStreams...)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(textOf(f, o.Description()), byte(1))
		f.Add(textOf(f, answer), byte(6))
	}
	f.Add(textOf(f, describe(f, "a=group:BUNDLE x y x", "m=audio 0 RTP/SAVP 0", "a=mid:x", "a=bundle-only", "a=crypto:1 ", "m=video 9 UDP/TLS/RTP/SAVPF 1", "a=mid:y", "a=crypto:1")), byte(2))
	f.Add("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 1 RTP/AVP 0\r\n", byte(0))

	offer, err := caller.Offer(describe(f, lines...), aliceStreams...)
	if err != nil {
		f.Fatal(err)
	}
	callerSDES := onlySDES.with(loose).party(f)
	offerSDES, err := callerSDES.Offer(describe(f, lines...), aliceStreams...)
	if err != nil {
		f.Fatal(err)
	}
	established := establish(f, onlySDES.with(loose).party(f), onlySDES.with(loose).party(f), lines...)

	f.Fuzz(func(t *testing.T, text string, which byte) {
		desc, err := sdp.Parse([]byte(text))
		if err != nil {
			return
		}
		party := parties[int(which)%len(parties)]
		local := mirror(desc)
		answer, a, err := party.Answer(desc, local, bobStreams...)
		checkFuzzed(t, a, err)
		if err == nil {
			for i, m := range answer.MediaDescriptions {
				profile := strings.Join(m.MediaName.Protos, "/")
				secure := profile == "RTP/SAVP" || profile == "RTP/SAVPF" || profile == "TCP/RTP/SAVP"
				keying := a.Media[i].Keying
				if secure && m.MediaName.Port.Value != 0 && keying != sdp.KeyingMIKEY && keying != sdp.KeyingSDES {
					t.Errorf("media %d is accepted without keys", i)
				}
				if keying == sdp.KeyingPlainRTP && !party.InsecurePlainRTP {
					t.Errorf("media %d is plain RTP", i)
				}
			}
			if _, err := sdp.Marshal(answer); err != nil {
				t.Error(err)
			}
			a.Close()
		}
		_, a, err = established.bob.Answer(desc, local)
		checkFuzzed(t, a, err)
		for _, o := range []*sdp.Offer{offer, offerSDES} {
			a, err = o.Apply(desc)
			checkFuzzed(t, a, err)
		}
		_, err = party.Offer(desc)
		checkFuzzed(t, nil, err)
	})
}

func checkFuzzed(t *testing.T, a *sdp.Agreement, err error) {
	if err == nil {
		return
	}
	if a != nil {
		t.Error("a result with an error")
	}
	_, negotiation := errors.AsType[*sdp.NegotiationError](err)
	_, attribute := errors.AsType[*sdp.AttributeError](err)
	_, description := errors.AsType[*sdp.DescriptionError](err)
	if !negotiation && !attribute && !description {
		t.Errorf("error of type %T: %v", err, err)
	}
	if !strings.HasPrefix(err.Error(), "sdp: ") {
		t.Errorf("%v", err)
	}
}

// mirror is an own description that fits an offer.
func mirror(desc *pionsdp.SessionDescription) *pionsdp.SessionDescription {
	local := *desc
	local.MediaDescriptions = nil
	for _, m := range desc.MediaDescriptions {
		media := *m
		if media.MediaName.Port.Value == 0 {
			media.MediaName.Port.Value = 4000
		}
		local.MediaDescriptions = append(local.MediaDescriptions, &media)
	}
	return &local
}
