package sdp

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	pionsdp "github.com/pion/sdp/v3"
)

func TestRFC4567_Section_5_1_Example(t *testing.T) {
	tests := []struct{ name, text, message string }{
		{"offer", rfcOffer, rfcOfferMessage},
		{"answer", rfcAnswer, rfcAnswerMessage},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := decode(t, test.message)
			levels := mustExtract(t, test.text)
			if len(levels.Session) != 1 || len(levels.Media) != 2 {
				t.Fatalf("got %d session attributes, %d media", len(levels.Session), len(levels.Media))
			}
			km := levels.Session[0]
			if km.Protocol != MIKEY || !bytes.Equal(km.Data, want) {
				t.Errorf("got %v %x", km, km.Data)
			}
			for i := range levels.Media {
				rule := mustRule(t, levels, i)
				if !rule.Secure || rule.Level != SessionLevel || len(rule.KeyMgmt) != 1 {
					t.Errorf("media %d: %+v", i, rule)
				}
			}
			// The example has no SDP IDs extension (see TestP67).
			if err := levels.CheckIDs(SessionLevel, nil, false, nil); err != nil {
				t.Error(err)
			}
			// Writing gives the same attribute line.
			desc := mustParse(t, test.text)
			if err := SetSession(desc, km); err != nil {
				t.Fatal(err)
			}
			data, err := Marshal(desc)
			if err != nil {
				t.Fatal(err)
			}
			if line := "\r\na=key-mgmt:mikey " + test.message + "\r\n"; !strings.Contains(string(data), line) {
				t.Errorf("line missing in %s", data)
			}
		})
	}
}

func TestRFC4567_Section_5_2_Example(t *testing.T) {
	levels := mustExtract(t, text(
		"m=audio 49000 RTP/SAVP 98", "a=rtpmap:98 AMR/8000", "a=key-mgmt:mikey "+rfcOfferMessage,
		"m=video 52230 RTP/AVP 31", "a=rtpmap:31 H261/90000",
	))
	if len(levels.Session) != 0 {
		t.Errorf("session: %v", levels.Session)
	}
	audio, video := mustRule(t, levels, 0), mustRule(t, levels, 1)
	if !audio.Secure || audio.Level != 0 || len(audio.KeyMgmt) != 1 {
		t.Errorf("audio: %+v", audio)
	}
	if video.Secure || video.Level != NoLevel || len(video.KeyMgmt) != 0 {
		t.Errorf("video: %+v", video)
	}
}

func TestR4567_004_MediaLevelOverrides(t *testing.T) {
	levels := mustExtract(t, text(
		"a=key-mgmt:mikey AQAF", "a=key-mgmt:keyp1 AQAG",
		"m=audio 4000 RTP/SAVP 0", "a=key-mgmt:keyp2 AQAH",
		"m=video 4002 RTP/SAVPF 31",
	))
	audio, video := mustRule(t, levels, 0), mustRule(t, levels, 1)
	if audio.Level != Level(0) || len(audio.KeyMgmt) != 1 || audio.KeyMgmt[0].Protocol != "keyp2" {
		t.Errorf("audio: %+v", audio)
	}
	if video.Level != SessionLevel || len(video.KeyMgmt) != 2 || video.KeyMgmt[0].Protocol != MIKEY {
		t.Errorf("video: %+v", video)
	}
}

// Appendix: media level only, and a secure medium without any key.
func TestSecureMediumWithoutKey(t *testing.T) {
	levels := mustExtract(t, text(
		"m=audio 4000 RTP/SAVP 0", "a=key-mgmt:mikey AQAH",
		"m=video 4002 RTP/SAVP 31",
	))
	rule := mustRule(t, levels, 1)
	if !rule.Secure || rule.Level != NoLevel || len(rule.KeyMgmt) != 0 {
		t.Errorf("video must be secure and unkeyed: %+v", rule)
	}
	if _, ok := rule.Select(MIKEY); ok {
		t.Error("Select found a message")
	}
}

func TestForMediaWithoutSuchMedium(t *testing.T) {
	levels := mustExtract(t, text("m=audio 4000 RTP/SAVP 0"))
	for _, i := range []int{-2, -1, 1, 1 << 30} {
		_, err := levels.ForMedia(i)
		checkError(t, err, nil, "the description has 1 m= lines")
	}
}

func TestR4567_011_ExtractKeepsAllProtocols(t *testing.T) {
	levels := mustExtract(t, text(
		"a=key-mgmt:mikey AQAF", "a=sendrecv", "a=key-mgmt:KEYP1 AQAG", "a=key-mgmt:9 AQAH",
		"m=audio 4000 RTP/SAVP 0",
	))
	if got := strings.Join(levels.IDs(SessionLevel), ";"); got != "mikey;KEYP1;9" {
		t.Errorf("got %s", got)
	}
}

func TestR4567_014_OneBadAttributeFailsAll(t *testing.T) {
	tests := []struct {
		name   string
		lines  []string
		level  Level
		index  int
		detail string
	}{
		{"session", []string{"a=key-mgmt:mikey AQAF", "a=key-mgmt:keyp1 AQ!F", "m=audio 4000 RTP/SAVP 0"},
			SessionLevel, 1, "session level: key-mgmt attribute 1: malformed: base64: character 2"},
		{"second medium", []string{"a=key-mgmt:mikey AQAF", "m=audio 4000 RTP/SAVP 0",
			"m=video 4002 RTP/SAVP 0", "a=sendrecv", "a=key-mgmt:mikey"},
			1, 0, "media 1: key-mgmt attribute 0: malformed: no space"},
		{"medium without secure profile", []string{"a=key-mgmt:mikey AQAF", "m=audio 4000 RTP/AVP 0", "a=key-mgmt:mikey "},
			0, 0, "media 0: key-mgmt attribute 0: malformed: empty message"},
		{"no value", []string{"a=key-mgmt"}, SessionLevel, 0, "no space"},
		{"empty value", []string{"a=key-mgmt:"}, SessionLevel, 0, "no space"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			levels, err := Extract(mustParse(t, text(test.lines...)))
			checkError(t, err, ErrMalformed, test.detail)
			if levels != nil {
				t.Error("a result came with the error")
			}
			var attribute *AttributeError
			if !errors.As(err, &attribute) || attribute.Level != test.level || attribute.Index != test.index {
				t.Errorf("error is %+v", attribute)
			}
		})
	}
}

func TestR4567_015_AnswererTakesOfferersPreference(t *testing.T) {
	levels := mustExtract(t, text(
		"a=key-mgmt:keyp2 AQAF", "a=key-mgmt:keyp1 AQAG", "a=key-mgmt:mikey AQAH",
		"m=audio 4000 RTP/SAVP 0",
	))
	selected, ok := mustRule(t, levels, 0).Select(MIKEY, "keyp1")
	if !ok || selected.Protocol != "keyp1" || !bytes.Equal(selected.Data, []byte{1, 0, 6}) {
		t.Errorf("got %v, %v", selected, ok)
	}
}

func TestR4567_016_NoneSupported(t *testing.T) {
	levels := mustExtract(t, text("a=key-mgmt:keyp2 AQAF", "m=audio 4000 RTP/SAVP 0"))
	rule := mustRule(t, levels, 0)
	if selected, ok := rule.Select(MIKEY); ok || selected.Protocol != "" {
		t.Errorf("selected %v", selected)
	}
	if _, ok := rule.Select(); ok {
		t.Error("selected without supported protocols")
	}
}

func TestR4567_034_AVPIsUnaffected(t *testing.T) {
	levels := mustExtract(t, text(
		"a=key-mgmt:mikey AQAF",
		"m=audio 4000 RTP/SAVP 0",
		"m=video 4002 RTP/AVP 31",
		"m=video 4004 RTP/AVPF 31",
	))
	if rule := mustRule(t, levels, 0); !rule.Secure || len(rule.KeyMgmt) != 1 {
		t.Errorf("audio: %+v", rule)
	}
	for i := 1; i <= 2; i++ {
		if rule := mustRule(t, levels, i); rule.Secure || rule.Level != NoLevel || rule.KeyMgmt != nil {
			t.Errorf("media %d: %+v", i, rule)
		}
	}
}

// A media level attribute under RTP/AVP is no rule either (opportunistic SRTP
// is a decision of the caller), but it can be read.
func TestP62_Profiles(t *testing.T) {
	levels := mustExtract(t, text("m=audio 4000 RTP/AVP 0", "a=key-mgmt:mikey AQAF"))
	if rule := mustRule(t, levels, 0); rule.Secure || rule.KeyMgmt != nil {
		t.Errorf("RTP/AVP has a rule: %+v", rule)
	}
	if media := levels.Media[0]; media.Profile != "RTP/AVP" || len(media.KeyMgmt) != 1 {
		t.Errorf("attribute is lost: %+v", media)
	}

	profiles := map[string]bool{
		"RTP/SAVP": true, "RTP/SAVPF": true, "TCP/RTP/SAVP": true,
		"RTP/AVP": false, "RTP/AVPF": false,
		"UDP/TLS/RTP/SAVP": false, "UDP/TLS/RTP/SAVPF": false, "TCP/DTLS/RTP/SAVP": false,
		"TCP/TLS/RTP/SAVP": false, "UDP": false, "TCP/MSRP": false, "RTP": false,
	}
	for profile, want := range profiles {
		levels := mustExtract(t, text("a=key-mgmt:mikey AQAF", "m=audio 4000 "+profile+" 0"))
		rule := mustRule(t, levels, 0)
		if rule.Secure != want || (len(rule.KeyMgmt) == 1) != want || levels.Media[0].Profile != profile {
			t.Errorf("%s: %+v", profile, rule)
		}
	}
	for _, profile := range []string{"", "SAVP", "SAVP/RTP", "rtp/savp", "RTP/SAVP/x"} {
		if isSecure(profile) {
			t.Errorf("%q is secure", profile)
		}
	}
	// A description built by hand may hold the profile in one piece.
	desc := &pionsdp.SessionDescription{MediaDescriptions: []*pionsdp.MediaDescription{
		{MediaName: pionsdp.MediaName{Media: "audio", Protos: []string{"RTP/SAVP"}}},
	}}
	if levels, err := Extract(desc); err != nil || !levels.Media[0].Secure {
		t.Errorf("profile in one piece: %+v, %v", levels, err)
	}
}

func TestP29_AttributeName(t *testing.T) {
	levels := mustExtract(t, text(
		"a=keymgt:mikey AQAF", "a=keymgmt:mikey AQAF", "a=KEY-MGMT:mikey AQAF", "a=key-mgmt :mikey AQAF",
		"a= key-mgmt:mikey AQAF", "a=key-mgmt2:mikey AQAF", "a=x:key-mgmt:mikey AQAF", "a=:key-mgmt:mikey AQAF",
		"m=audio 4000 RTP/SAVP 0", "a=Key-Mgmt:mikey AQAF",
	))
	if len(levels.Session) != 0 || len(levels.Media[0].KeyMgmt) != 0 {
		t.Errorf("got %+v", levels)
	}
}

func TestExtractLimitsAttributes(t *testing.T) {
	build := func(session, media int) *pionsdp.SessionDescription {
		desc := &pionsdp.SessionDescription{MediaDescriptions: []*pionsdp.MediaDescription{{}}}
		for range session {
			desc.Attributes = append(desc.Attributes, pionsdp.NewAttribute("key-mgmt", "mikey AQAF"))
		}
		for range media {
			m := desc.MediaDescriptions[0]
			m.Attributes = append(m.Attributes, pionsdp.NewAttribute("key-mgmt", "mikey AQAF"))
		}
		return desc
	}
	if _, err := Extract(build(MaxAttributes-1, 1)); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	_, err := Extract(build(MaxAttributes, 1))
	checkError(t, err, ErrTooLarge, "media 0: key-mgmt attribute 0: too large: more than 64")
	_, err = Extract(build(100_000, 0))
	checkError(t, err, ErrTooLarge, "session level: key-mgmt attribute 64")

	_, err = Extract(build(0, MaxAttributes+1))
	checkError(t, err, ErrTooLarge, "media 0: key-mgmt attribute 64")

	// Other attributes do not count.
	desc := build(1, 0)
	for range 100_000 {
		desc.Attributes = append(desc.Attributes, pionsdp.NewPropertyAttribute("sendrecv"))
	}
	if _, err := Extract(desc); err != nil {
		t.Error(err)
	}
}

func TestExtractLargestMessage(t *testing.T) {
	data := bytes.Repeat([]byte{0xa5}, MaxMessage)
	line := "a=key-mgmt:mikey " + base64.StdEncoding.EncodeToString(data)
	levels := mustExtract(t, text(line, "m=audio 4000 RTP/SAVP 0"))
	if !bytes.Equal(levels.Session[0].Data, data) {
		t.Error("message changed")
	}
	line = "a=key-mgmt:mikey " + base64.StdEncoding.EncodeToString(append(data, 0))
	_, err := Extract(mustParse(t, text(line)))
	checkError(t, err, ErrTooLarge, "session level")
}

func TestNilDescriptions(t *testing.T) {
	km := KeyMgmt{MIKEY, []byte{1}}
	withNil := &pionsdp.SessionDescription{MediaDescriptions: []*pionsdp.MediaDescription{nil}}
	_, err := Extract(nil)
	checkError(t, err, nil, "nil")
	_, err = Extract(withNil)
	checkError(t, err, nil, "nil")
	_, err = Marshal(nil)
	checkError(t, err, nil, "nil")
	_, err = Marshal(withNil)
	checkError(t, err, nil, "nil")
	checkError(t, SetSession(nil, km), nil, "nil")
	checkError(t, AddSession(nil, km), nil, "nil")
	checkError(t, SetMedia(nil, km), nil, "nil")
	checkError(t, AddMedia(nil, km), nil, "nil")
}

func BenchmarkParseKeyMgmt(b *testing.B) {
	value := "mikey " + rfcOfferMessage
	b.ReportAllocs()
	b.SetBytes(int64(len(value)))
	for b.Loop() {
		if _, err := ParseKeyMgmt(value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExtract(b *testing.B) {
	desc := mustParse(b, rfcOffer)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Extract(desc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	data := []byte(rfcOffer)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}
