package sdp

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// R-4567-039, P-28 and P-56: what is written in KeyMgmt headers.
func TestKeyMgmtHeader(t *testing.T) {
	const uri = "rtsp://example.com/a;b=1,2/audio"
	one := []KeyMgmtSpec{{KeyMgmt{MIKEY, []byte{1, 0, 5}}, uri}}
	bare := []KeyMgmtSpec{{KeyMgmt{MIKEY, []byte{1, 0, 5}}, ""}}
	for _, test := range []struct {
		name, value string
		want        []KeyMgmtSpec
	}{
		{"as it is written here", `prot=mikey;uri="` + uri + `";data="AQAF"`, one},
		{"P-28 blanks", "prot = mikey ; uri = \"" + uri + "\"\t;\t data = \"AQAF\" ", one},
		{"P-28 names in upper case", `PROT=mikey;URI="` + uri + `";DATA="AQAF"`, one},
		{"P-28 another order", `data="AQAF";uri="` + uri + `";prot=mikey`, one},
		{"P-28 a semicolon at the end", `prot=mikey;uri="` + uri + `";data="AQAF";`, one},
		{"P-28 protocol in quotes", `prot="mikey";uri="` + uri + `";data="AQAF"`, one},
		{"P-28 bare data", `prot=mikey;data=AQAF`, bare},
		{"P-28 no URI", `prot=mikey;data="AQAF"`, bare},
		{"P-56 empty URI", `prot=mikey;uri="";data="AQAF"`, bare},
		{"R-4567-039 two", `prot=mikey;uri="` + uri + `";data="AQAF", prot=keyp1;data="/w=="`,
			[]KeyMgmtSpec{one[0], {KeyMgmt{"keyp1", []byte{255}}, ""}}},
		{"padding left out", `prot=mikey;data="AQAF", prot=keyp1;data="/w"`, []KeyMgmtSpec{bare[0], {KeyMgmt{"keyp1", []byte{255}}, ""}}},
	} {
		got, err := ParseKeyMgmtHeader(test.value)
		if err != nil || !sameSpecs(got, test.want) {
			t.Errorf("%s: %v, %v", test.name, got, err)
			continue
		}
		written, err := FormatKeyMgmtHeader(got...)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseKeyMgmtHeader(written); err != nil || !sameSpecs(again, got) {
			t.Errorf("%s: written as %s: %v", test.name, written, err)
		}
	}
	written, err := FormatKeyMgmtHeader(one[0], bare[0])
	if err != nil || written != `prot=mikey;uri="`+uri+`";data="AQAF",prot=mikey;data="AQAF"` {
		t.Errorf("written: %s, %v", written, err)
	}
}

// R-4567-040: a message without a URI is for that of the request.
func TestKeyMgmtSpecContext(t *testing.T) {
	const request = "rtsp://example.com/"
	if got := (KeyMgmtSpec{}).Context(request); got != request {
		t.Error(got)
	}
	if got := (KeyMgmtSpec{URI: "rtsp://example.com/audio"}).Context(request); got != "rtsp://example.com/audio" {
		t.Error(got)
	}
}

func sameSpecs(a, b []KeyMgmtSpec) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].URI != b[i].URI || a[i].KeyMgmt.Protocol != b[i].KeyMgmt.Protocol || !bytes.Equal(a[i].KeyMgmt.Data, b[i].KeyMgmt.Data) {
			return false
		}
	}
	return true
}

// R-4567-039.
func TestKeyMgmtHeaderRefused(t *testing.T) {
	for _, value := range []string{
		"", " ", ";", ",", "prot=mikey", `data="AQAF"`, `prot=;data="AQAF"`, `prot=mi-key;data="AQAF"`, `prot=mikey;data=""`,
		`prot=mikey;data="AQAF`, `prot=mikey;data=AQAF"`, `prot=mikey;data="AQ"AF"`, `prot=mikey;data="AQ AF"`, `prot=mikey;data="AQ-F"`,
		`prot=mikey;data="AR=="`, `prot=mikey;data="AQA"; data="AQA"`, `prot=mikey;prot=mikey;data="AQAF"`, `prot=mikey;uri="a b";data="AQAF"`,
		"prot=mikey;uri=\"a\r\nX: y\";data=\"AQAF\"", "prot=mikey;data=\"AQAF\"\r\n", `prot=mikey;data="AQAF",data="AQAF"`,
		`prot=mikey;data="AQAF" prot=mikey;data="AQAF"`,
	} {
		var e *HeaderError
		if specs, err := ParseKeyMgmtHeader(value); !errors.As(err, &e) || !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v, %v", value, specs, err)
		}
	}
	many := strings.Repeat(`prot=mikey;data="AQAF",`, MaxAttributes+1)
	if _, err := ParseKeyMgmtHeader(many); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	for _, s := range []KeyMgmtSpec{
		{}, {KeyMgmt: KeyMgmt{"mi key", []byte{1}}}, {KeyMgmt: KeyMgmt{MIKEY, nil}}, {KeyMgmt: KeyMgmt{MIKEY, make([]byte, MaxMessage+1)}},
		{KeyMgmt{MIKEY, []byte{1}}, `a"b`}, {KeyMgmt{MIKEY, []byte{1}}, "a\r\nb"}, {KeyMgmt{MIKEY, []byte{1}}, "a b"},
	} {
		var e *HeaderError
		if text, err := FormatKeyMgmtHeader(s); !errors.As(err, &e) || text != "" {
			t.Errorf("%v: %q, %v", s, text, err)
		}
	}
	if _, err := FormatKeyMgmtHeader(); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

// R-7826-005.
func TestTransportHeader(t *testing.T) {
	const value = `RTP/SAVP;unicast;dest_addr=":8000"/":8001";MIKEY=AQAF, RTP/SAVPF/TCP;interleaved=0-1; mikey = /w== ;mode="PLAY,x;y",RTP/AVP;unicast`
	specs, err := ParseTransportHeader(value)
	if err != nil || len(specs) != 3 {
		t.Fatal(specs, err)
	}
	want := []TransportSpec{{"RTP/SAVP", []byte{1, 0, 5}}, {"RTP/SAVPF/TCP", []byte{255}}, {"RTP/AVP", nil}}
	for i := range want {
		if specs[i].Transport != want[i].Transport || !bytes.Equal(specs[i].Message, want[i].Message) {
			t.Errorf("%d: %v", i, specs[i])
		}
	}
	for _, value := range []string{
		"", ";MIKEY=AQAF", "RTP/SAVP;MIKEY", "RTP/SAVP;MIKEY=", `RTP/SAVP;MIKEY="AQAF"`, "RTP/SAVP;MIKEY=AR==", "RTP/SAVP;MIKEY=AQ AF",
		"RTP/SAVP;MIKEY=AQAF;MIKEY=AQAF", "RTP/SAVP;MIKEY=AQ-F", `RTP/SAVP;mode="PLAY;MIKEY=AQAF`, "RTP/SAVP;MIKEY=AQAF\r\n",
	} {
		var e *HeaderError
		if specs, err := ParseTransportHeader(value); !errors.As(err, &e) || !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v, %v", value, specs, err)
		}
	}
	if _, err := ParseTransportHeader(strings.Repeat("RTP/SAVP,", MaxAttributes+1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	text, err := FormatTransportMIKEY([]byte{1, 0, 5})
	if err != nil || text != "MIKEY=AQAF" {
		t.Error(text, err)
	}
	if _, err := FormatTransportMIKEY(nil); !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
}

// Messages can hold keys: they stay out of what is printed.
func TestHeaderSecrets(t *testing.T) {
	const secret = "secret octets"
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{KeyMgmtSpec{KeyMgmt: KeyMgmt{MIKEY, []byte(secret)}}, TransportSpec{"RTP/SAVP", []byte(secret)}} {
			if out := fmt.Sprintf(format, v); strings.Contains(out, secret) || strings.Contains(out, "115") || strings.Contains(out, "0x73") {
				t.Errorf("%s of %T: %s", format, v, out)
			}
		}
	}
}

// FuzzRTSPHeaders checks that what is read can be written and read again.
func FuzzRTSPHeaders(f *testing.F) {
	f.Add(`prot=mikey;uri="rtsp://example.com/audio";data="AQAF", prot = keyp1 ; data = AQAF ;`)
	f.Add(`RTP/SAVP;unicast;dest_addr=":8000"/":8001";MIKEY=AQAF, RTP/AVP`)
	f.Fuzz(func(t *testing.T, value string) {
		if specs, err := ParseKeyMgmtHeader(value); err == nil {
			written, err := FormatKeyMgmtHeader(specs...)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := ParseKeyMgmtHeader(written); err != nil || !sameSpecs(again, specs) {
				t.Fatalf("%q, written as %q: %v, %v", value, written, again, err)
			}
		}
		specs, err := ParseTransportHeader(value)
		if err != nil {
			return
		}
		for _, s := range specs {
			if s.Message == nil {
				continue
			}
			text, err := FormatTransportMIKEY(s.Message)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ParseTransportHeader("RTP/SAVP;" + text)
			if err != nil || !bytes.Equal(again[0].Message, s.Message) {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}
