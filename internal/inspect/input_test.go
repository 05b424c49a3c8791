package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

const sdpHead = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

func TestForms(t *testing.T) {
	text := published[3]
	octets := decode(t, text)
	want, err := json.Marshal(mustInspect(t, octets, Options{}).Messages[0])
	if err != nil {
		t.Fatal(err)
	}
	digits := hex.EncodeToString(octets)
	dump := new(strings.Builder)
	for i, c := range octets {
		fmt.Fprintf(dump, "0x%02X, ", c)
		if i%16 == 15 {
			dump.WriteByte('\n')
		}
	}
	for i, test := range []struct {
		form  Form
		input string
	}{
		{FormBinary, string(octets)},
		{FormHex, digits},
		{FormHex, strings.ToUpper(digits)},
		{FormHex, "0x" + digits + "\n"},
		{FormHex, dump.String()},
		{FormHex, fmt.Sprintf("% x", octets)},
		{FormBase64, text},
		{FormBase64, "\ufeff" + text + "\r\n"},
		{FormBase64, base64.RawStdEncoding.EncodeToString(octets)},
		{FormBase64, text[:76] + "\r\n " + text[76:]},
		{FormKeyMgmt, "a=key-mgmt:mikey " + text},
		{FormKeyMgmt, "key-mgmt:mikey " + text + "\n"},
		{FormKeyMgmt, "a=key-mgmt: mikey " + text},
		{FormKeyMgmt, "a=key-mgmt:mikey " + text[:70] + "\n   " + text[70:]},
		{FormKeyMgmt, "m=audio 1 RTP/SAVP 0\na=key-mgmt:mikey " + text + "\na=rtpmap:98 AMR/8000"},
		{FormRTSP, `KeyMgmt: prot=mikey;uri="";data="` + text + `"`},
		{FormRTSP, `keymgmt: prot=mikey; data="` + text + `" ;`},
		{FormRTSP, `KEYMGMT:PROT = mikey ; DATA = ` + text + ` ; uri=""`},
		{FormRTSP, `prot=mikey;data="` + text + `"`},
		{FormRTSP, "SETUP rtsp://example.com/ RTSP/1.0\r\nCSeq: 3\r\nKeyMgmt: prot=mikey;\r\n uri=\"\";\r\n data=\"" + text + "\"\r\nSession: 1\r\n\r\n"},
	} {
		report, err := Inspect([]byte(test.input), Options{})
		if err != nil {
			t.Errorf("%d: %v", i, err)
			continue
		}
		if report.Form != test.form || len(report.Messages) != 1 {
			t.Errorf("%d: form %s with %d messages, want %s with one", i, report.Form, len(report.Messages), test.form)
			continue
		}
		if got, _ := json.Marshal(report.Messages[0]); !bytes.Equal(got, want) {
			t.Errorf("%d: %s\nwant %s", i, got, want)
		}
	}
}

func TestRTSPHeader(t *testing.T) {
	const uri = "rtsp://example.com/a;b=1,2/"
	header := `KeyMgmt: prot=mikey;uri="` + uri + `";data="` + published[3] + `", prot=MIKEY;data="` + published[4] + `"`
	report := mustInspect(t, []byte(header), Options{})
	if len(report.Messages) != 2 || report.Messages[0].URI != uri || report.Messages[1].URI != "" {
		t.Fatalf("%+v", report.Messages)
	}
	if got := codes(report.Messages[1]); len(got) != 1 || got[0] != "protocol_case" {
		t.Errorf("notes %v", got)
	}
}

func TestPadBits(t *testing.T) {
	text := strings.TrimRight(published[4], "=")
	changed := text[:len(text)-1] + "d" // c with a pad bit set
	report := mustInspect(t, []byte(changed), Options{})
	if got := codes(report.Messages[0]); len(got) != 1 || got[0] != "base64_pad_bits" {
		t.Errorf("notes %v", got)
	}
}

func TestNoForm(t *testing.T) {
	for _, test := range []struct{ input, want string }{
		{"", "empty"},
		{" \n", "empty"},
		{"Hello, world!", "no MIKEY message"},
		{"01000", "half an octet"},
		{"a=key-mgmt:mikey", "empty"},
		{"a=key-mgmt:mikey !", "not base64"},
		{"a=key-mgmt:other AQ==", "another protocol"},
		{"KeyMgmt:", "empty"},
		{"KeyMgmt: prot=other;data=AQ", "another protocol"},
		{"KeyMgmt: prot=mikey", "empty"},
		{"v=0\r\nfolded\r\n", "description"},
		{sdpHead + "a=key-mgmt:mikey !\r\n", "base64"},
	} {
		_, err := Inspect([]byte(test.input), Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want one with %q", test.input, err, test.want)
		}
	}
	if _, err := Inspect([]byte("?"), Options{}); !errors.Is(err, ErrForm) {
		t.Errorf("error %v, want %v", err, ErrForm)
	}
}

func TestDescription(t *testing.T) {
	message := func(ids ...string) string {
		m := &mikey.Message{Payloads: []mikey.Payload{&mikey.Timestamp{}}}
		if len(ids) > 0 {
			extension := mikey.SDPIDs(ids...)
			m.Payloads = append(m.Payloads, &extension)
		}
		return base64.StdEncoding.EncodeToString(encode(t, m))
	}
	input := sdpHead +
		"a=key-mgmt:mikey " + message("other", "mikey") + "\r\n" +
		"m=audio 1 RTP/SAVP 0\r\n" +
		"m=audio 1 RTP/SAVP 0\r\n" +
		"a=key-mgmt:other AQ==\r\n" +
		"a=key-mgmt:mikey " + message("other", "mikey") + "\r\n" +
		"m=audio 1 RTP/SAVP 0\r\n" +
		"a=key-mgmt:mikey " + message() + "\r\n" +
		"m=audio 1 RTP/AVP 0\r\n" +
		"a=key-mgmt:mikey " + published[4] + "\r\n"
	report := mustInspect(t, []byte(input), Options{})
	if report.Form != FormSDP || len(report.Messages) != 4 || len(report.Description.Levels) != 5 {
		t.Fatalf("%+v", report)
	}
	for i, want := range []struct {
		level      int
		result     string
		acceptable bool
	}{
		{-1, IDsDiffer, false},
		{1, IDsMatch, true},
		{2, IDsAbsent, false},
		{3, IDsAbsent, true}, // an answer
	} {
		m := report.Messages[i]
		if *m.Level != want.level || m.SDPIDs.Result != want.result || m.SDPIDs.Acceptable != want.acceptable {
			t.Errorf("message %d: level %d, SDP IDs %+v, want %+v", i, *m.Level, m.SDPIDs, want)
		}
	}
	levels := report.Description.Levels
	for i, want := range []int{-1, 1, 2} {
		if got := levels[i+1].RuledBy; got == nil || *got != want {
			t.Errorf("media %d is ruled by %v, want %d", i, got, want)
		}
	}
	if levels[4].RuledBy != nil || *levels[4].Secure || len(levels[4].Notes) != 1 {
		t.Errorf("media 3: %+v", levels[4])
	}
	if got := levels[2].KeyMgmt; len(got) != 2 || got[0].Message != nil || *got[1].Message != 1 {
		t.Errorf("media 1: %+v", got)
	}

	for name, text := range map[string]string{
		"no message": sdpHead + "m=audio 1 RTP/SAVP 0\r\n",
		"broken":     sdpHead + "a=key-mgmt:mikey AQAF\r\n",
	} {
		if report := mustInspect(t, []byte(text), Options{}); report.Err() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
