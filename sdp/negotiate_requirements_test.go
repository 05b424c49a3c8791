package sdp_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
	pionsdp "github.com/pion/sdp/v3"
)

// A tampered answer fails, and the right one still works afterwards.
func TestTamperedAnswers(t *testing.T) {
	for _, test := range []struct {
		name       string
		alice, bob phone
		lines      []string
		edit       edit
		kind       error
		level      sdp.Level
	}{
		// R-4567-006: the answer has the protocol of the offer.
		{"R-4567-006 another protocol", onlyMIKEY, onlyMIKEY, []string{audio}, replace("key-mgmt:mikey", "key-mgmt:keyp1"), sdp.ErrNotOffered, sdp.SessionLevel},
		{"R-4567-006 two protocols", onlyMIKEY, onlyMIKEY, []string{audio}, insert("t=", 0, "a=key-mgmt:keyp1 AAAA"), sdp.ErrTwoKeyings, sdp.SessionLevel},
		// R-4567-016, R-4567-030 and R-4568-030: no keying for a secure medium.
		{"R-4567-030 key-mgmt removed", onlyMIKEY, onlyMIKEY, []string{audio, video}, remove("a=key-mgmt", 0), sdp.ErrNoKeying, 0},
		{"R-4567-030 key-mgmt of one medium removed", onlyMIKEY.with(mediaLevel), onlyMIKEY, []string{audio, video}, remove("a=key-mgmt", 1), sdp.ErrNoKeying, 1},
		{"R-4568-030 crypto removed", onlySDES, onlySDES, []string{audio, video}, remove("a=crypto", 1), sdp.ErrNoKeying, 1},
		{"R-4568-030 key-mgmt removed, both offered", both, both, []string{audio}, remove("a=key-mgmt", 0), sdp.ErrNoKeying, 0},
		// The answer has key-mgmt at the level of the offer.
		{"moved to the medium", onlyMIKEY, onlyMIKEY, []string{audio, video}, move("a=key-mgmt", "m=audio", 0), sdp.ErrNotOffered, 0},
		{"moved to the session", onlyMIKEY.with(mediaLevel), onlyMIKEY, []string{audio}, move("a=key-mgmt", "t=", 0), sdp.ErrNotOffered, sdp.SessionLevel},
		{"moved to another medium", onlyMIKEY.with(mediaLevel), onlyMIKEY, []string{audio, video}, move("a=key-mgmt", "m=video", 0), nil, 1},
		{"malformed", onlyMIKEY, onlyMIKEY, []string{audio}, replace("key-mgmt:mikey ", "key-mgmt:mikey !"), sdp.ErrMalformed, sdp.SessionLevel},
		{"another message", onlyMIKEY, onlyMIKEY, []string{audio}, replace("key-mgmt:mikey A", "key-mgmt:mikey B"), nil, sdp.SessionLevel},
		// R-4568-033: one keying in an answer.
		{"R-4568-033 crypto added", both, both, []string{audio, video}, insert("m=video", 0, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"), sdp.ErrTwoKeyings, 1},
		{"R-4568-033 key-mgmt added", both, onlySDES, []string{audio}, insert("t=", 0, "a=key-mgmt:mikey AAAA"), sdp.ErrTwoKeyings, 0},
		{"R-4568-033 k= added", onlySDES, onlySDES, []string{audio}, insert("m=audio", 0, "k=clear:secret"), sdes.ErrInvalid, 0},
		// R-4568-026 and 029: what was not offered.
		{"R-4568-029 crypto instead of MIKEY", onlyMIKEY.with(mediaLevel), onlyMIKEY, []string{audio}, func(l []string) []string {
			return insert("m=audio", 0, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR")(remove("a=key-mgmt", 0)(l))
		}, sdp.ErrNotOffered, 0},
		{"R-4568-029 key-mgmt instead of crypto", onlySDES, onlySDES, []string{audio}, func(l []string) []string {
			return insert("m=audio", 0, "a=key-mgmt:mikey AAAA")(remove("a=crypto", 0)(l))
		}, sdp.ErrNotOffered, 0},
		{"R-4568-026 another suite", onlySDES, onlySDES, []string{audio}, replace("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"), sdes.ErrInvalid, 0},
		{"R-4568-026 another tag", onlySDES, onlySDES, []string{audio}, replace("a=crypto:1 ", "a=crypto:77 "), sdes.ErrInvalid, 0},
		{"R-4568-022 two attributes", onlySDES, onlySDES, []string{audio}, insert("m=audio", 0, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"), sdes.ErrInvalid, 0},
		{"R-4568-025 parameter added", onlySDES, onlySDES, []string{audio}, func(l []string) []string {
			for i := range l {
				if strings.HasPrefix(l[i], "a=crypto") {
					l[i] += " UNENCRYPTED_SRTP"
				}
			}
			return l
		}, sdes.ErrInvalid, 0},
		{"R-4568-012 key of another medium", onlySDES, onlySDES, []string{audio, video}, func(l []string) []string {
			i := slices.IndexFunc(l, func(s string) bool { return strings.HasPrefix(s, "a=crypto:1 ") })
			l = slices.Clone(l)
			for j := range l {
				if strings.HasPrefix(l[j], "a=crypto:1 ") {
					l[j] = l[i]
				}
			}
			return l
		}, sdes.ErrInvalid, 1},
		{"plain medium with crypto", both.with(plain), both.with(plain), []string{audio, avpf}, insert("m=video", 0, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"), sdp.ErrNotOffered, 1},
		// The profile is what was offered.
		{"profile to AVP", onlySDES.with(plain), onlySDES, []string{audio}, func(l []string) []string {
			return replace("RTP/SAVP", "RTP/AVP")(remove("a=crypto", 0)(l))
		}, sdp.ErrMismatch, 0},
		{"profile to SAVPF", onlyMIKEY, onlyMIKEY, []string{audio}, replace("RTP/SAVP", "RTP/SAVPF"), sdp.ErrMismatch, 0},
		{"profile to DTLS", onlyMIKEY, onlyMIKEY, []string{audio}, replace("RTP/SAVP", "UDP/TLS/RTP/SAVP"), sdp.ErrMismatch, 0},
		{"media type", onlyMIKEY, onlyMIKEY, []string{audio}, replace("m=audio", "m=video"), sdp.ErrMismatch, 0},
		{"m= line removed", onlyMIKEY, onlyMIKEY, []string{audio, video}, remove("m=", 1), sdp.ErrMismatch, sdp.NoLevel},
		{"m= line added", onlyMIKEY, onlyMIKEY, []string{audio}, insert("m=", 0, video), sdp.ErrMismatch, sdp.NoLevel},
		{"rejected medium is back", onlyMIKEY, onlyMIKEY, []string{"m=audio 0 RTP/SAVP 0", video}, replace("m=audio 0", "m=audio 4"), sdp.ErrMismatch, 0},
		// R-8643-001 and 002.
		{"R-8643-001 two keyings", both.with(opportunistic), both.with(opportunistic), []string{avp}, insert("m=audio", 0, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"), sdp.ErrTwoKeyings, 0},
		{"R-8643-002 SDES fails", onlySDES.with(opportunistic).with(plain), onlySDES.with(opportunistic), []string{avp}, replace("inline:", "inline:!"), sdes.ErrInvalid, 0},
		{"R-8643-002 MIKEY fails", onlyMIKEY.with(opportunistic).with(plain), onlyMIKEY.with(opportunistic), []string{avp}, replace("key-mgmt:mikey A", "key-mgmt:mikey B"), nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			alice, bob := test.alice.party(t), test.bob.party(t)
			o, err := alice.Offer(describe(t, test.lines...), aliceStreams...)
			if err != nil {
				t.Fatal(err)
			}
			answer, b, err := bob.Answer(wire(t, o.Description()), describe(t, test.lines...), bobStreams...)
			if err != nil {
				t.Fatal(err)
			}
			a, err := o.Apply(test.edit.apply(t, answer))
			wantError(t, err, test.kind, test.level)
			if a != nil {
				t.Error("an agreement with the error")
			}
			if a, err = o.Apply(wire(t, answer)); err != nil {
				t.Fatalf("the right answer: %v", err)
			}
			(&call{alice: a, bob: b}).check(t)
		})
	}
}

// A tampered offer fails. With err, the whole offer is refused.
func TestTamperedOffers(t *testing.T) {
	removeAll := remove("a=key-mgmt", 0)
	for _, test := range []struct {
		name       string
		alice, bob phone
		lines      []string
		edit       edit
		kind       error
		level      sdp.Level
	}{
		{"R-4567-007 altered message", onlyMIKEY, onlyMIKEY, []string{audio}, func(l []string) []string {
			for i := range l {
				if strings.HasPrefix(l[i], "a=key-mgmt") {
					message := l[i][strings.LastIndexByte(l[i], ' ')+1:]
					octets, _ := base64.StdEncoding.DecodeString(message)
					octets[len(octets)-1] ^= 1
					l[i] = "a=key-mgmt:mikey " + base64.StdEncoding.EncodeToString(octets)
				}
			}
			return l
		}, nil, sdp.SessionLevel},
		{"R-4567-014 one of two messages", onlyMIKEY.with(mediaLevel), onlyMIKEY, []string{audio, video}, func(l []string) []string {
			n := 0
			for i := range l {
				if strings.HasPrefix(l[i], "a=key-mgmt") {
					if n++; n == 2 {
						l[i] = "a=key-mgmt:mikey AAAA"
					}
				}
			}
			return l
		}, nil, 1},
		{"R-4567-014 malformed, of an unknown protocol", onlyMIKEY, onlyMIKEY, []string{audio, video}, insert("m=video", 0, "a=key-mgmt:keyp1 !"), sdp.ErrMalformed, 1},
		{"R-4567-014 no SDES after MIKEY failed", both, both, []string{audio}, replace("key-mgmt:mikey A", "key-mgmt:mikey B"), nil, sdp.SessionLevel},
		{"R-4567-025 protocol added", onlyMIKEY, onlyMIKEY, []string{audio}, insert("t=", 0, "a=key-mgmt:keyp1 AAAA"), nil, sdp.SessionLevel},
		{"R-4567-025 protocol added at a medium", onlyMIKEY, onlyMIKEY, []string{audio, "m=video 0 RTP/SAVP 31"}, insert("m=audio", 0, "a=key-mgmt:keyp1 AAAA"), sdp.ErrNoKeying, 0},
		{"R-4567-015 two messages of one protocol", onlyMIKEY, onlyMIKEY, []string{audio}, insert("t=", 0, "a=key-mgmt:mikey AAAA"), sdp.ErrDuplicate, 0},
		{"R-4567-016 unknown protocol", onlyMIKEY, onlyMIKEY, []string{audio}, replace("key-mgmt:mikey", "key-mgmt:keyp1"), sdp.ErrNoKeying, 0},
		{"R-4567-002 case of the protocol", onlyMIKEY, onlyMIKEY, []string{audio}, replace("key-mgmt:mikey", "key-mgmt:MIKEY"), sdp.ErrNoKeying, 0},
		{"R-4567-030 key-mgmt removed", onlyMIKEY.with(plain), onlyMIKEY.with(plain), []string{audio}, removeAll, sdp.ErrNoKeying, 0},
		{"R-4568-022 crypto removed", onlySDES.with(plain), onlySDES.with(plain), []string{audio}, remove("a=crypto", 0), sdp.ErrNoKeying, 0},
		// R-4567-017: the message is in the offer with its media.
		{"R-4567-017 medium added", onlyMIKEY, onlyMIKEY, []string{audio, video, "m=video 49176 RTP/SAVP 31"}, func(l []string) []string {
			return slices.DeleteFunc(l, func(s string) bool { return s == audio })
		}, sdp.ErrMismatch, sdp.NoLevel},
		{"R-4567-031 moved to a medium", onlyMIKEY, onlyMIKEY, []string{audio, "m=video 0 RTP/SAVP 31", "m=video 0 RTP/SAVP 31"}, move("a=key-mgmt", "m=audio", 0), sdp.ErrMismatch, 0},
		{"R-4567-031 moved to the session", onlyMIKEY.with(mediaLevel), onlyMIKEY, []string{audio, "m=video 0 RTP/SAVP 31", "m=video 0 RTP/SAVP 31"}, move("a=key-mgmt", "t=", 0), sdp.ErrMismatch, sdp.SessionLevel},
		{"profile to AVP", onlyMIKEY.with(plain), onlyMIKEY.with(plain), []string{audio}, replace("RTP/SAVP", "RTP/AVP"), sdp.ErrMismatch, 0},
		{"profile to DTLS", onlyMIKEY, onlyMIKEY, []string{audio}, replace("RTP/SAVP", "UDP/TLS/RTP/SAVP"), sdp.ErrMismatch, 0},
		{"R-4568-012 key of another medium", onlySDES, onlySDES, []string{audio, video}, func(l []string) []string {
			i := slices.IndexFunc(l, func(s string) bool { return strings.HasPrefix(s, "a=crypto:1 ") })
			l = slices.Clone(l)
			for j := range l {
				if strings.HasPrefix(l[j], "a=crypto:1 ") {
					l[j] = l[i]
				}
			}
			return l
		}, sdes.ErrInvalid, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			alice, bob := test.alice.party(t), test.bob.party(t)
			o, err := alice.Offer(describe(t, test.lines...), aliceStreams...)
			if err != nil {
				t.Fatal(err)
			}
			answer, b, err := bob.Answer(test.edit.apply(t, o.Description()), describe(t, test.lines...), bobStreams...)
			wantError(t, err, test.kind, test.level)
			if answer != nil || b != nil {
				t.Error("an answer with the error")
			}
		})
	}
}

// R-4567-010, 022 to 026: the list of protocols is authenticated and compared.
func TestR4567_022_024_025_SDPIDs(t *testing.T) {
	o, err := onlyMIKEY.party(t).Offer(describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	message := keyMgmt(t, o.Description(), sdp.SessionLevel)
	m, err := mikey.ParseMessage(message)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, p := range m.Payloads {
		if e, ok := p.(*mikey.GeneralExtension); ok && e.ExtType == mikey.ExtSDPIDs {
			found = string(e.Data) == "mikey"
		}
	}
	if !found {
		t.Error("the message has not the SDP IDs \"mikey\"")
	}

	// An initiator that lists something else, or nothing.
	for name, test := range map[string]struct {
		extensions []mikey.GeneralExtension
		require    bool
		ok         bool
	}{
		"list":               {[]mikey.GeneralExtension{mikey.SDPIDs("mikey")}, true, true},
		"another list":       {[]mikey.GeneralExtension{mikey.SDPIDs("keyp1", "mikey")}, false, false},
		"an empty list":      {[]mikey.GeneralExtension{mikey.SDPIDs()}, false, false},
		"no list":            {nil, false, true},
		"no list, but asked": {nil, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			message, _, err := onlyMIKEY.party(t).Initiator.Start(mikey.Offer{
				CryptoSessions: make([]mikey.CryptoSession, 2), Verification: true, Extensions: test.extensions,
			})
			if err != nil {
				t.Fatal(err)
			}
			offer := describe(t, audio)
			if err := sdp.SetSession(offer, sdp.KeyMgmt{Protocol: sdp.MIKEY, Data: message}); err != nil {
				t.Fatal(err)
			}
			bob := onlyMIKEY.with(func(p *sdp.Party) { p.RequireIDs = test.require }).party(t)
			_, _, err = bob.Answer(offer, describe(t, audio))
			if test.ok != (err == nil) {
				t.Fatal(err)
			}
			if _, down := errors.AsType[*sdp.BiddingDownError](err); down == test.ok {
				t.Error(err)
			}
		})
	}
}

func keyMgmt(t testing.TB, desc *pionsdp.SessionDescription, level sdp.Level) []byte {
	t.Helper()
	levels, err := sdp.Extract(desc)
	if err != nil {
		t.Fatal(err)
	}
	messages := levels.Session
	if level >= 0 {
		messages = levels.Media[level].KeyMgmt
	}
	if len(messages) != 1 {
		t.Fatalf("%d messages at %v", len(messages), level)
	}
	return messages[0].Data
}

// R-4567-031: two crypto sessions for each medium that the message covers, the
// first for what the offerer sends; one as an option.
func TestR4567_031_CryptoSessions(t *testing.T) {
	lines := []string{audio, dtls, "m=video 0 RTP/SAVP 31", feedback}
	streams := []sdp.Stream{{SSRC: 1}, {SSRC: 2}, {SSRC: 3}, {SSRC: 4}}
	for _, test := range []struct {
		ph          phone
		ours, after []uint32
	}{
		{onlyMIKEY, []uint32{1, 0, 3, 0, 4, 0}, []uint32{1, 11, 3, 13, 4, 14}},
		{onlyMIKEY.with(oneSession), []uint32{1, 3, 4}, []uint32{1, 3, 4}},
	} {
		alice, bob := test.ph.party(t), onlyMIKEY.party(t)
		o, err := alice.Offer(describe(t, lines...), streams...)
		if err != nil {
			t.Fatal(err)
		}
		ssrcs := func(sessions []mikey.CryptoSession) (all []uint32) {
			for _, cs := range sessions {
				all = append(all, cs.SSRC)
			}
			return all
		}
		m, err := mikey.ParseMessage(keyMgmt(t, o.Description(), sdp.SessionLevel))
		if err != nil {
			t.Fatal(err)
		}
		if got := ssrcs(m.Header.CryptoSessions); !slices.Equal(got, test.ours) {
			t.Errorf("offer: SSRCs %x, want %x", got, test.ours)
		}
		answer, b, err := bob.Answer(o.Description(), describe(t, lines...), []sdp.Stream{{SSRC: 11}, {SSRC: 12}, {SSRC: 13}, {SSRC: 14}}...)
		if err != nil {
			t.Fatal(err)
		}
		a, err := o.Apply(answer)
		if err != nil {
			t.Fatal(err)
		}
		(&call{alice: a, bob: b}).check(t)
		if got := ssrcs(a.Media[3].MIKEY.CryptoSessions()); !slices.Equal(got, test.after) {
			t.Errorf("answer: SSRCs %x, want %x", got, test.after)
		}
		for _, m := range []*sdp.Medium{&a.Media[0], &a.Media[3], &b.Media[0], &b.Media[3]} {
			same := string(m.Send.Keys[0].Key) == string(m.Receive.Keys[0].Key)
			if same != (len(test.ours) == 3) {
				t.Errorf("keys of both directions: same %v", same)
			}
		}
		if b.Media[0].Send.SSRC != 11 || b.Media[0].Receive.SSRC != 1 {
			t.Error(b.Media[0])
		}
	}

	// With one key for both directions the SSRCs differ.
	o, err := onlyMIKEY.with(oneSession).party(t).Offer(describe(t, audio), sdp.Stream{SSRC: 5})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = onlyMIKEY.party(t).Answer(o.Description(), describe(t, audio), sdp.Stream{SSRC: 5})
	wantError(t, err, sdp.ErrMismatch, 0)
}

// Stream SSRCs that are not known stay 0, and are never taken for the peer's.
func TestUnknownSSRCs(t *testing.T) {
	alice, bob := onlyMIKEY.party(t), onlyMIKEY.party(t)
	o, err := alice.Offer(describe(t, audio, video))
	if err != nil {
		t.Fatal(err)
	}
	answer, b, err := bob.Answer(o.Description(), describe(t, audio, video), sdp.Stream{}, sdp.Stream{SSRC: 9})
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.Apply(answer)
	if err != nil {
		t.Fatal(err)
	}
	(&call{alice: a, bob: b}).check(t)
	got := []uint32{a.Media[0].Send.SSRC, a.Media[0].Receive.SSRC, a.Media[1].Send.SSRC, a.Media[1].Receive.SSRC}
	if !slices.Equal(got, []uint32{0, 0, 0, 9}) {
		t.Error(got)
	}
}

// R-4567-034: a session level message does not touch RTP/AVP media.
func TestR4567_034_PlainMedia(t *testing.T) {
	c := establish(t, onlyMIKEY.with(plain).party(t), onlyMIKEY.with(plain).party(t), audio, avpf)
	if c.bob.Media[1].Keying != sdp.KeyingPlainRTP || c.bob.Media[1].MIKEY != nil {
		t.Error(c.bob.Media[1])
	}
	if n := len(c.bob.Media[0].MIKEY.CryptoSessions()); n != 2 {
		t.Errorf("%d crypto sessions", n)
	}
	// Without permission they are not offered.
	_, err := onlyMIKEY.party(t).Offer(describe(t, audio, avpf))
	wantError(t, err, sdp.ErrPlainRTP, 1)
}

// R-4567-004: a media level attribute overrides that of the session; both are
// processed.
func TestR4567_004_014_TwoLevels(t *testing.T) {
	mode, err := mikey.PSK([]byte("what both parties know"))
	if err != nil {
		t.Fatal(err)
	}
	initiator, err := mikey.NewInitiator(mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	start := func(n int) sdp.KeyMgmt {
		message, _, err := initiator.Start(mikey.Offer{
			CryptoSessions: make([]mikey.CryptoSession, n), Verification: true, Extensions: []mikey.GeneralExtension{mikey.SDPIDs("mikey")},
		})
		if err != nil {
			t.Fatal(err)
		}
		return sdp.KeyMgmt{Protocol: sdp.MIKEY, Data: message}
	}
	offer := describe(t, audio, video)
	if err := errors.Join(sdp.SetSession(offer, start(2)), sdp.SetMedia(offer.MediaDescriptions[1], start(2))); err != nil {
		t.Fatal(err)
	}
	answer, b, err := onlyMIKEY.party(t).Answer(offer, describe(t, audio, video))
	if err != nil {
		t.Fatal(err)
	}
	if b.Media[0].Level != sdp.SessionLevel || b.Media[1].Level != 1 || b.Media[0].MIKEY == b.Media[1].MIKEY {
		t.Error(b.Media)
	}
	keyMgmt(t, answer, sdp.SessionLevel)
	keyMgmt(t, answer, 1)

	// The message of the session fails: nothing is set up for the medium.
	bad := start(2)
	bad.Data[len(bad.Data)-1] ^= 1
	if err := errors.Join(sdp.SetSession(offer, bad), sdp.SetMedia(offer.MediaDescriptions[1], start(2))); err != nil {
		t.Fatal(err)
	}
	_, _, err = onlyMIKEY.party(t).Answer(offer, describe(t, audio, video))
	wantError(t, err, nil, sdp.SessionLevel)
	if e, ok := errors.AsType[*mikey.Error](err); !ok || e.Stage != mikey.AuthFailure || e.Reply == nil {
		t.Errorf("%v", err)
	}
}

// R-4567-014: a message that fails leaves no CSB of the others behind.
func TestR4567_014_NothingCommitted(t *testing.T) {
	alice, bob := onlyMIKEY.with(mediaLevel).party(t), onlyMIKEY.party(t)
	lines := []string{audio, video}
	o, err := alice.Offer(describe(t, lines...))
	if err != nil {
		t.Fatal(err)
	}
	admitted := 0
	bob.Admit = func(r *mikey.Received) error {
		if admitted++; admitted == 2 {
			return errors.New("not wanted")
		}
		return nil
	}
	_, _, err = bob.Answer(o.Description(), describe(t, lines...))
	wantError(t, err, nil, 1)
	if admitted != 2 {
		t.Errorf("%d messages were verified", admitted)
	}

	// The same for the answer: its first message is right, its second is not.
	bob.Admit = nil
	if o, err = alice.Offer(describe(t, lines...)); err != nil {
		t.Fatal(err)
	}
	answer, _, err := bob.Answer(o.Description(), describe(t, lines...))
	if err != nil {
		t.Fatal(err)
	}
	swapped := edit(func(l []string) []string {
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
	_, err = o.Apply(swapped.apply(t, answer))
	wantError(t, err, nil, 1)
}

// R-4567-012: the cause of a rejection can travel in the answer, and reaches the
// offerer as an error.
func TestR4567_012_Reply(t *testing.T) {
	alice := onlyMIKEY.party(t)
	o, err := alice.Offer(describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	bob := onlyMIKEY
	bob.config.Suites = []mikey.Suite{mikey.AEAD_AES_128_GCM}
	_, _, err = bob.party(t).Answer(o.Description(), describe(t, audio))
	e, ok := errors.AsType[*mikey.Error](err)
	where, there := errors.AsType[*sdp.NegotiationError](err)
	if !ok || !there || e.Reply == nil || where.Level != sdp.SessionLevel {
		t.Fatalf("%v", err)
	}
	refusal := describe(t, "m=audio 0 RTP/SAVP 0")
	if err := sdp.SetSession(refusal, sdp.KeyMgmt{Protocol: sdp.MIKEY, Data: e.Reply}); err != nil {
		t.Fatal(err)
	}
	_, err = o.Apply(refusal)
	if peer, ok := errors.AsType[*mikey.PeerError](err); !ok || len(peer.Policies) != 1 {
		t.Errorf("%v", err)
	}
}

// R-4567-029: the caller compares the authenticated identity.
func TestR4567_029_Admit(t *testing.T) {
	refused := errors.New("another caller")
	bob := onlyMIKEY.with(func(p *sdp.Party) {
		p.Admit = func(r *mikey.Received) error {
			if !r.Authenticated() {
				t.Error("not authenticated")
			}
			return refused
		}
	}).party(t)
	o, err := onlyMIKEY.party(t).Offer(describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = bob.Answer(o.Description(), describe(t, audio))
	wantError(t, err, refused, sdp.SessionLevel)
}

// R-4568-019, 020, 024, 027 and 036: attributes for each medium, own keys.
func TestR4568_SDES(t *testing.T) {
	c := establish(t, onlySDES.party(t), onlySDES.party(t), audio, "a=recvonly", video)
	for i, media := range c.offer.MediaDescriptions {
		n := 0
		for _, a := range media.Attributes {
			if a.Key == "crypto" {
				n++
			}
		}
		if n != 6 {
			t.Errorf("media %d: %d crypto attributes", i, n)
		}
	}
	seen := make(map[string]bool)
	for i := range c.alice.Media {
		a, b := &c.alice.Media[i], &c.bob.Media[i]
		if string(a.Send.Keys[0].Key) != string(b.Receive.Keys[0].Key) {
			t.Error("the key of the offer is not what the offerer sends with")
		}
		for _, k := range []string{string(a.Send.Keys[0].Key), string(a.Receive.Keys[0].Key)} {
			if seen[k] {
				t.Error("a key comes twice")
			}
			seen[k] = true
		}
	}
}

// R-8643-003 and 004: no keying in the answer means plain RTP, but not for media
// that have or need keys.
func TestR8643_003_004_Opportunistic(t *testing.T) {
	for _, ph := range []phone{onlySDES, onlyMIKEY, both} {
		c := establish(t, ph.with(opportunistic).party(t), neither.with(plain).party(t), avp)
		if c.alice.Media[0].Keying != sdp.KeyingPlainRTP {
			t.Error(c.alice.Media[0])
		}
		// The offerer may try again (Section 3.4).
		again, err := c.alice.Reoffer(describe(t, avp))
		if err != nil {
			t.Fatal(err)
		}
		if text := textOf(t, again.Description()); !strings.Contains(text, "a=crypto") && !strings.Contains(text, "a=key-mgmt") {
			t.Error("no keying in the new offer")
		}

		// A secure profile never ends in plain RTP.
		o, err := ph.with(opportunistic).with(plain).party(t).Offer(describe(t, audio))
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.Apply(describe(t, audio))
		wantError(t, err, sdp.ErrNoKeying, 0)

		// Nor do media that had keys.
		c = establish(t, ph.with(opportunistic).party(t), ph.with(opportunistic).with(plain).party(t), avp)
		if again, err = c.alice.Reoffer(describe(t, avp)); err != nil {
			t.Fatal(err)
		}
		_, err = again.Apply(describe(t, avp))
		wantError(t, err, sdp.ErrNoKeying, 0)
		_, _, err = c.bob.Answer(describe(t, avp), describe(t, avp))
		wantError(t, err, sdp.ErrNoKeying, 0)
	}
}

// R-8643-002: an answerer does not fall back after keying failed.
func TestR8643_002_Answerer(t *testing.T) {
	bob := both.with(opportunistic).with(plain)
	offer := describe(t, avp, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short", avpf)
	answer, b, err := bob.party(t).Answer(offer, describe(t, avp, avpf))
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, b.Media[0].Err, sdes.ErrInvalid, 0)
	if b.Media[0].Keying != sdp.KeyingNone || b.Media[1].Keying != sdp.KeyingPlainRTP || answer.MediaDescriptions[0].MediaName.Port.Value != 0 {
		t.Error(b.Media)
	}
	_, _, err = bob.party(t).Answer(describe(t, avp, "a=key-mgmt:mikey AAAA"), describe(t, avp))
	wantError(t, err, nil, 0)
}

// R-3830-116: several keys have an MKI each.
func TestR3830_116_SeveralKeys(t *testing.T) {
	mikeys := onlyMIKEY.with(func(p *sdp.Party) {
		p.Template.Keys = []mikey.KeyData{{Validity: mikey.SPI([]byte{1})}, {Validity: mikey.SPI([]byte{2})}}
	})
	sdess := onlySDES.with(func(p *sdp.Party) { p.SDES.MKILength, p.SDES.Keys = 1, 2 })
	for _, ph := range []phone{mikeys, sdess} {
		c := establish(t, ph.party(t), ph.party(t), audio, video)
		for _, d := range []sdp.Direction{c.alice.Media[1].Send, c.bob.Media[1].Send} {
			if len(d.Keys) != 2 || len(d.Keys[0].Validity.SPI) != 1 || slices.Equal(d.Keys[0].Validity.SPI, d.Keys[1].Validity.SPI) {
				t.Error(d.Keys)
			}
		}
	}
}

// Limits and mistakes of the caller.
func TestBadCalls(t *testing.T) {
	party := both.party(t)
	good := describe(t, audio)
	many := describe(t, slices.Repeat([]string{audio}, sdp.MaxMedia+1)...)
	fits := describe(t, slices.Repeat([]string{audio}, sdp.MaxMedia)...)
	crypto := describe(t, audio)
	for range 100 {
		crypto.MediaDescriptions[0].Attributes = append(crypto.MediaDescriptions[0].Attributes,
			pionsdp.NewAttribute("crypto", "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"))
	}
	o, err := party.Offer(fits)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = onlyMIKEY.party(t).Answer(o.Description(), fits); err != nil {
		t.Fatal(err)
	}
	template := both.with(func(p *sdp.Party) { p.Template.CryptoSessions = make([]mikey.CryptoSession, 1) }).party(t)
	for name, call := range map[string]func() error{
		"nil offer": func() error { _, err := party.Offer(nil); return err },
		"nil medium": func() error {
			_, err := party.Offer(&pionsdp.SessionDescription{MediaDescriptions: []*pionsdp.MediaDescription{nil}})
			return err
		},
		"too many media":      func() error { _, err := party.Offer(many); return err },
		"nothing to offer":    func() error { _, err := neither.party(t).Offer(good); return err },
		"nothing for TCP":     func() error { _, err := onlySDES.party(t).Offer(describe(t, "m=audio 4 TCP/RTP/SAVP 0")); return err },
		"template":            func() error { _, err := template.Offer(good); return err },
		"nil answer":          func() error { _, err := o.Apply(nil); return err },
		"nil remote":          func() error { _, _, err := party.Answer(nil, good); return err },
		"nil local":           func() error { _, _, err := party.Answer(good, nil); return err },
		"other number":        func() error { _, _, err := party.Answer(good, describe(t, audio, video)); return err },
		"too many attributes": func() error { _, _, err := onlySDES.party(t).Answer(crypto, good); return err },
	} {
		err := call()
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if !strings.HasPrefix(err.Error(), "sdp: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// R-4567-008 and 009: a rejected offer is followed by another one, with what the
// rejection says.
func TestR4567_008_009_Renegotiation(t *testing.T) {
	alice, strict := onlyMIKEY.party(t), onlyMIKEY
	strict.config.Suites = []mikey.Suite{mikey.AEAD_AES_128_GCM}
	bob := strict.party(t)
	o, err := alice.Offer(describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = bob.Answer(o.Description(), describe(t, audio))
	if e, ok := errors.AsType[*mikey.Error](err); !ok || e.Reply == nil {
		t.Fatalf("%v", err)
	}
	alice.Template.Policies = []mikey.SecurityPolicy{mikey.AEAD_AES_128_GCM.Policy(0)}
	establish(t, alice, bob, audio)
}

// R-4567-027 and 028: an offer has every keying of the party, and none else.
func TestR4567_027_028_Offers(t *testing.T) {
	for _, test := range []struct {
		ph            phone
		mikey, crypto bool
	}{
		{onlyMIKEY, true, false}, {onlySDES, false, true}, {both, true, true}, {both.with(preferSDES), true, true},
		{both.with(mediaLevel), true, true}, {onlyMIKEY.with(plain), true, false},
	} {
		o, err := test.ph.party(t).Offer(describe(t, audio, video))
		if err != nil {
			t.Fatal(err)
		}
		text := textOf(t, o.Description())
		if strings.Contains(text, "a=key-mgmt:mikey ") != test.mikey || strings.Contains(text, "a=crypto:") != test.crypto {
			t.Errorf("%+v: %d m= lines with other attributes", test.ph, len(o.Description().MediaDescriptions))
		}
	}
}

// R-4568-021 and 023: the offerer is ready for any of its attributes, and the
// answerer takes the first that it supports.
func TestR4568_021_023_AnySuite(t *testing.T) {
	suites := onlySDES.party(t).SDES.Suites
	for i, suite := range suites {
		bob := onlySDES.with(func(p *sdp.Party) { p.SDES.Suites = []mikey.Suite{suite} }).party(t)
		c := establish(t, onlySDES.party(t), bob, audio)
		if c.alice.Media[0].SDES.Suite != suite {
			t.Error(c.alice.Media[0])
		}
		rest := slices.Clone(suites[i:])
		slices.Reverse(rest)
		bob = onlySDES.with(func(p *sdp.Party) { p.SDES.Suites = rest }).party(t)
		c = establish(t, onlySDES.party(t), bob, audio)
		if c.bob.Media[0].SDES.Suite != suite {
			t.Error("the order of the offerer does not count")
		}
	}
}

// One party negotiates many calls at once.
func TestConcurrentCalls(t *testing.T) {
	alice, bob := both.party(t), both.party(t)
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			c := establish(t, alice, bob, audio, video)
			c.again(t, false, true, []string{audio, video}, []string{audio, video})
		})
	}
}

// A request that forked has several answers: crypto attributes can take them, a
// MIKEY message takes one.
func TestForks(t *testing.T) {
	for _, ph := range []phone{onlySDES, onlyMIKEY} {
		o, err := ph.party(t).Offer(describe(t, audio))
		if err != nil {
			t.Fatal(err)
		}
		for n := range 2 {
			answer, _, err := ph.party(t).Answer(o.Description(), describe(t, audio))
			if err != nil {
				t.Fatal(err)
			}
			a, err := o.Apply(answer)
			switch {
			case ph.mikey && n == 1:
				wantError(t, err, nil, sdp.SessionLevel)
			case err != nil:
				t.Error(err)
			case ph.sdes && a.Media[0].SDES.Forked != (n == 1):
				t.Error("the fork is not noticed")
			}
		}
	}
}

// A hostile description near the largest size is refused after little work: -v
// shows how long it takes.
func TestHostileDescription(t *testing.T) {
	key := base64.StdEncoding.EncodeToString(make([]byte, 30))
	var lines []string
	lines = append(lines, "a=group:BUNDLE "+strings.Repeat("a ", 10000))
	for range sdp.MaxMedia {
		lines = append(lines, audio, "a=mid:a")
		for tag := range 20 {
			lines = append(lines, "a=crypto:"+strconv.Itoa(tag+1)+" AES_CM_128_HMAC_SHA1_80 inline:"+key+"|1:1")
		}
	}
	for _, ph := range []phone{onlySDES, both.with(preferSDES)} {
		start := time.Now()
		offer := describe(t, lines...)
		answer, b, err := ph.party(t).Answer(offer, offer)
		t.Logf("%v: %v %v", time.Since(start), err, answer != nil)
		if err == nil || b != nil {
			t.Error("one key for all media is accepted")
		}
	}
}
