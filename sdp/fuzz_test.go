package sdp

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	pionsdp "github.com/pion/sdp/v3"
)

// FuzzParseKeyMgmt checks that each accepted value has one canonical text, and
// differs from it at most by a leading space and missing padding.
func FuzzParseKeyMgmt(f *testing.F) {
	for _, seed := range []string{
		"mikey " + rfcOfferMessage, " mikey " + rfcAnswerMessage, "mikey AQAF", "mikey QQ", "mikey QQ==", "MIKEY QUI=",
		"", " ", "mikey", "mikey ", "mikey  AQAF", "mikey QR==", "mikey Q\r\nQ==", "mikey QU-_", "mi-key AQAF",
		"mikey " + strings.Repeat("A", 1000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		km, err := ParseKeyMgmt(value)
		if err != nil {
			return
		}
		canonical, err := km.Value()
		if err != nil {
			t.Fatalf("parsed value cannot be written: %v", err)
		}
		again, err := ParseKeyMgmt(canonical)
		if err != nil {
			t.Fatalf("written value cannot be parsed: %v", err)
		}
		if again.Protocol != km.Protocol || !bytes.Equal(again.Data, km.Data) {
			t.Fatalf("%q became %v", value, again)
		}
		if text, err := again.Value(); err != nil || text != canonical {
			t.Fatalf("canonical text changed: %q, %v", text, err)
		}
		if strings.TrimRight(strings.TrimPrefix(value, " "), "=") != strings.TrimRight(canonical, "=") {
			t.Fatalf("%q has the canonical text %q", value, canonical)
		}
	})
}

// FuzzExtract checks that what was extracted can be put into another
// description, written, parsed and extracted again, and that no attribute got
// lost or was invented on the way.
func FuzzExtract(f *testing.F) {
	for _, seed := range []string{
		rfcOffer, rfcAnswer,
		text("a=key-mgmt:mikey AQAF", "a=key-mgmt:keyp1 AQAG", "m=audio 4000 RTP/SAVP 0", "a=key-mgmt:mikey QQ",
			"m=video 0 RTP/AVP 31", "m=video 9 UDP/TLS/RTP/SAVPF 31", "k=x", "b=AS:1", "i=t"),
		text("a=key-mgmt:mikey AQAF\rB", "m=audio 4000 RTP/SAVP 0"),
		text("a=key-mgmt", "a=key-mgmt:"), text("m=audio 1/2 RTP/SAVP"), "v=0\r\n", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		desc, err := Parse(data)
		if err != nil {
			return
		}
		levels, err := Extract(desc)
		if err != nil {
			return
		}

		// Parse and Extract see each line that starts like the attribute.
		lines := 0
		for line := range strings.Lines(string(data)) {
			if strings.HasPrefix(line, "a=key-mgmt:") {
				lines++
			}
		}
		if found := len(levels.allIDs()); found != lines {
			t.Fatalf("%d lines, %d attributes", lines, found)
		}

		for i := range levels.Media {
			rule, err := levels.ForMedia(i)
			if err != nil {
				t.Fatal(err)
			}
			if !rule.Secure && len(rule.KeyMgmt) > 0 {
				t.Fatalf("media %d: rule without secure profile", i)
			}
			if len(levels.Media[i].KeyMgmt) > 0 && rule.Level == SessionLevel {
				t.Fatalf("media %d: session level overrides media level", i)
			}
		}

		copied := mustParse(t, text())
		for i := range desc.MediaDescriptions {
			copied.MediaDescriptions = append(copied.MediaDescriptions, &pionsdp.MediaDescription{
				MediaName: pionsdp.MediaName{
					Media:   "audio",
					Protos:  desc.MediaDescriptions[i].MediaName.Protos,
					Formats: []string{"0"},
				},
			})
		}
		if SetSession(copied, levels.Session...) != nil {
			return // a protocol twice at one level is read but not written
		}
		for i, media := range levels.Media {
			if SetMedia(copied.MediaDescriptions[i], media.KeyMgmt...) != nil {
				return
			}
		}
		written, err := Marshal(copied)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Extract(mustParse(t, string(written)))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again, levels) {
			t.Fatalf("levels changed from %+v to %+v", levels, again)
		}
	})
}
