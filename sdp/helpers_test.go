package sdp

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	pionsdp "github.com/pion/sdp/v3"
)

// The messages of RFC 4567, Section 5.1, with the folded lines joined.
const (
	rfcOfferMessage = "AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGEEoo2pee4hp2" +
		"UaDX8ZE22YwKAAAPZG9uYWxkQGR1Y2suY29tAQAAAAAAAQAk0JKpgaVkDaawi9whVBtBt" +
		"0KZ14ymNuu62+Nv3ozPLygwK/GbAV9iemnGUIZ19fWQUOSrzKTAv9zV"
	rfcAnswerMessage = "AQEFgM0XflABAAAAAAAAAAAAAAYAyONQ6gAAAAAJAAAQbWlja2" +
		"V5QG1vdXNlLmNvbQABn8HdGE5BMDXFIuGEga+62AgY5cc="
)

// rfcOffer and rfcAnswer are the descriptions of the same section. Their c=
// line follows t=, as printed there.
const (
	rfcOffer = `v=0
o=alice 2891092738 2891092738 IN IP4 w-land.example.com
s=Cool stuff
e=alice@w-land.example.com
t=0 0
c=IN IP4 w-land.example.com
a=key-mgmt:mikey ` + rfcOfferMessage + `
m=audio 49000 RTP/SAVP 98
a=rtpmap:98 AMR/8000
m=video 52230 RTP/SAVP 31
a=rtpmap:31 H261/90000
`
	rfcAnswer = `v=0
o=bob 2891092897 2891092897 IN IP4 foo.example.com
s=Cool stuff
e=bob@foo.example.com
t=0 0
c=IN IP4 foo.example.com
a=key-mgmt:mikey ` + rfcAnswerMessage + `
m=audio 49030 RTP/SAVP 98
a=rtpmap:98 AMR/8000
m=video 52230 RTP/SAVP 31
a=rtpmap:31 H261/90000
`
)

// text builds a description from session level lines and m= sections.
func text(lines ...string) string {
	head := []string{"v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"}
	return strings.Join(append(head, lines...), "\r\n") + "\r\n"
}

func mustParse(t testing.TB, text string) *pionsdp.SessionDescription {
	t.Helper()
	desc, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return desc
}

func mustExtract(t testing.TB, text string) *Levels {
	t.Helper()
	levels, err := Extract(mustParse(t, text))
	if err != nil {
		t.Fatalf("Extract: %v", err)
	}
	return levels
}

func mustRule(t testing.TB, levels *Levels, i int) Rule {
	t.Helper()
	rule, err := levels.ForMedia(i)
	if err != nil {
		t.Fatalf("ForMedia(%d): %v", i, err)
	}
	return rule
}

func decode(t testing.TB, text string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// checkError wants an error of the given kind whose text starts with "sdp: "
// exactly once and contains detail.
func checkError(t testing.TB, err, kind error, detail string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", detail)
	}
	if kind != nil && !errors.Is(err, kind) {
		t.Errorf("error %q is not %q", err, kind)
	}
	if !strings.HasPrefix(err.Error(), "sdp: ") || strings.Count(err.Error(), "sdp: ") != 1 {
		t.Errorf("error %q does not have the prefix once", err)
	}
	if !strings.Contains(err.Error(), detail) {
		t.Errorf("error %q does not contain %q", err, detail)
	}
}
