package sdp

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestR4567_001_Grammar(t *testing.T) {
	want := KeyMgmt{Protocol: "mikey", Data: []byte{1, 0, 5}}
	for _, value := range []string{"mikey AQAF", " mikey AQAF"} {
		got, err := ParseKeyMgmt(value)
		if err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		if got.Protocol != want.Protocol || !bytes.Equal(got.Data, want.Data) {
			t.Errorf("%q: got %v %x", value, got, got.Data)
		}
	}
	value, err := want.Value()
	if err != nil || value != "mikey AQAF" {
		t.Errorf("Value = %q, %v", value, err)
	}
	if MIKEY != "mikey" {
		t.Errorf("MIKEY = %q", MIKEY)
	}

	bad := []struct{ name, value, detail string }{
		{"nothing", "", "no space"},
		{"one space", " ", "no space"},
		{"two spaces only", "  ", "empty protocol identifier"},
		{"protocol only", "mikey", "no space"},
		{"protocol and space", "mikey ", "empty message"},
		{"no space", "mikeyAQAF", "no space"},
		{"two leading spaces", "  mikey AQAF", "empty protocol identifier"},
		{"two spaces between", "mikey  AQAF", "character 0 is not"},
		{"tab between", "mikey\tAQAF", "no space"},
		{"leading tab", "\tmikey AQAF", "octet 0 is not"},
		{"hyphen in identifier", "mi-key AQAF", "octet 2 is not"},
		{"semicolon in identifier", "mikey;keyp1 AQAF", "octet 5 is not"},
		{"non-ASCII letter in identifier", "mik\u00e9y AQAF", "octet 3 is not"},
		{"line break in identifier", "mikey\r\na=x AQAF", "octet 5 is not"},
		{"NUL in identifier", "mikey\x00 AQAF", "octet 5 is not"},
	}
	for _, test := range bad {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseKeyMgmt(test.value)
			checkError(t, err, ErrMalformed, test.detail)
			if got.Protocol != "" || got.Data != nil {
				t.Errorf("a result came with the error: %v", got)
			}
			var attribute *AttributeError
			if !errors.As(err, &attribute) || attribute.Level != NoLevel {
				t.Errorf("error is %#v", err)
			}
		})
	}
}

func TestR4567_001_ValueRefusesBadContent(t *testing.T) {
	tests := []struct {
		name   string
		km     KeyMgmt
		kind   error
		detail string
	}{
		{"no protocol", KeyMgmt{Data: []byte{1}}, ErrMalformed, "empty protocol identifier"},
		{"line break", KeyMgmt{"mikey\r\na=sendrecv", []byte{1}}, ErrMalformed, "octet 5"},
		{"space", KeyMgmt{"mi key", []byte{1}}, ErrMalformed, "octet 2"},
		{"no data", KeyMgmt{Protocol: MIKEY}, ErrMalformed, "empty message"},
		{"too large", KeyMgmt{MIKEY, make([]byte, MaxMessage+1)}, ErrTooLarge, "65537 octets"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			value, err := test.km.Value()
			checkError(t, err, test.kind, test.detail)
			if value != "" {
				t.Errorf("a value came with the error")
			}
		})
	}
}

func TestR4567_002_ProtocolIsCaseSensitive(t *testing.T) {
	upper, err := ParseKeyMgmt("MIKEY AQAF")
	if err != nil {
		t.Fatal(err)
	}
	if upper.Protocol != "MIKEY" {
		t.Errorf("protocol changed to %q", upper.Protocol)
	}
	rule := Rule{KeyMgmt: []KeyMgmt{upper}}
	if _, ok := rule.Select(MIKEY); ok {
		t.Error("MIKEY selected as mikey")
	}
	levels := &Levels{Session: []KeyMgmt{upper}}
	if err := levels.CheckIDs(SessionLevel, []string{"mikey"}, true, nil); err == nil {
		t.Error("list mikey accepted for MIKEY")
	}
}

func TestR4567_003_OneLineOfBase64(t *testing.T) {
	for _, size := range []int{1, 2, 3, 57, 58, 1000, MaxMessage} {
		data := bytes.Repeat([]byte{0xfb, 0xef, 0xff}, size)[:size]
		value, err := KeyMgmt{MIKEY, data}.Value()
		if err != nil {
			t.Fatal(err)
		}
		if want := "mikey " + base64.StdEncoding.EncodeToString(data); value != want {
			t.Errorf("%d octets: not in padded standard base64", size)
		}
		if strings.ContainsAny(value, "\r\n") {
			t.Errorf("%d octets: line break", size)
		}
		back, err := ParseKeyMgmt(value)
		if err != nil || !bytes.Equal(back.Data, data) {
			t.Errorf("%d octets: did not come back: %v", size, err)
		}
	}
}

func TestP61_Base64(t *testing.T) {
	good := []struct{ text, data string }{
		{"+/+/", "\xfb\xff\xbf"},
		{"QQ==", "A"}, {"QQ", "A"},
		{"QUI=", "AB"}, {"QUI", "AB"},
		{"QUJD", "ABC"},
	}
	for _, test := range good {
		km, err := ParseKeyMgmt("mikey " + test.text)
		if err != nil || string(km.Data) != test.data {
			t.Errorf("%s: got %x, %v", test.text, km.Data, err)
		}
	}
	bad := []struct{ name, text, detail string }{
		{"URL alphabet minus", "QU-D", "character 2"},
		{"URL alphabet underscore", "QU_D", "character 2"},
		{"space inside", "QUJD QUJD", "character 4"},
		{"space at the end", "QUJD ", "character 4"},
		{"tab", "QUJD\tQUJD", "character 4"},
		{"CR", "QUJD\rQUJD", "character 4"},
		{"LF", "QUJD\nQUJD", "character 4"},
		{"CRLF at the end", "QUJD\r\n", "character 4"},
		{"CR after padding", "QQ==\r", "character 2"},
		{"LF inside padding", "QQ=\n=", "character 2"},
		{"NUL", "QUJD\x00", "character 4"},
		{"non-zero pad bits, one octet", "QR==", "pad bits"},
		{"non-zero pad bits, two octets", "QUJ=", "pad bits"},
		{"non-zero pad bits, no padding", "QR", "pad bits"},
		{"half the padding", "QQ=", "padding"},
		{"too much padding", "QUI==", "padding"},
		{"padding after a full group", "QUJD=", "padding"},
		{"four pad characters", "QUJD====", "padding"},
		{"only padding", "====", "padding"},
		{"padding inside", "QQ==QUJD", "character 2"},
		{"single character", "Q", "length"},
		{"five characters", "QUJDQ", "length"},
	}
	for _, test := range bad {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseKeyMgmt("mikey " + test.text)
			checkError(t, err, ErrMalformed, test.detail)
		})
	}
}

func TestParseKeyMgmtSizeLimit(t *testing.T) {
	for _, pad := range []bool{true, false} {
		encoding := base64.StdEncoding
		if !pad {
			encoding = base64.RawStdEncoding
		}
		largest := "mikey " + encoding.EncodeToString(make([]byte, MaxMessage))
		if km, err := ParseKeyMgmt(largest); err != nil || len(km.Data) != MaxMessage {
			t.Errorf("padded %v: largest message: %d octets, %v", pad, len(km.Data), err)
		}
		for _, over := range []int{1, 2, 3, 100, 1 << 20} {
			_, err := ParseKeyMgmt("mikey " + encoding.EncodeToString(make([]byte, MaxMessage+over)))
			checkError(t, err, ErrTooLarge, "65536")
		}
	}
}

// A text that is far too long is refused before it is decoded.
func TestParseKeyMgmtDoesNotDecodeLongText(t *testing.T) {
	value := "mikey " + strings.Repeat("A", 1<<20)
	_, err := ParseKeyMgmt(value)
	checkError(t, err, ErrTooLarge, "1048576 characters of base64")
}

func TestParseKeyMgmtCopies(t *testing.T) {
	km, err := ParseKeyMgmt("mikey AQAF")
	if err != nil {
		t.Fatal(err)
	}
	km.Data[0] = 0xff
	again, err := ParseKeyMgmt("mikey AQAF")
	if err != nil || again.Data[0] != 1 {
		t.Errorf("parsed data is shared")
	}
}

// A MIKEY message with NULL encryption holds keys: neither logs nor errors may
// show it.
func TestMessageStaysOutOfLogsAndErrors(t *testing.T) {
	const secret = "SECRETKEYSECRETKEYSECRETKEY1"
	km := KeyMgmt{MIKEY, []byte(secret)}
	encoded := base64.StdEncoding.EncodeToString(km.Data)

	var outputs []string
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		outputs = append(outputs, fmt.Sprintf(format, km), fmt.Sprintf(format, &Levels{Session: []KeyMgmt{km}}))
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("offer", "message", km)
	slog.New(slog.NewTextHandler(&log, nil)).Info("offer", "message", km)
	outputs = append(outputs, log.String())

	for _, value := range []string{
		"mikey" + encoded, "mikey " + encoded + "=", "mikey " + encoded + " " + encoded,
		encoded, encoded + "+ AQAF", "mikey " + encoded + "\r\n",
	} {
		_, err := ParseKeyMgmt(value)
		checkError(t, err, ErrMalformed, "")
		outputs = append(outputs, fmt.Sprintf("%v %+v", err, errors.Unwrap(err)))
	}
	for _, line := range []string{
		"a=key-mgmt:mikey " + encoded[:20] + "\r\n" + encoded[20:], // folded
		"a=key-mgmt:mikey\r\n " + encoded,
	} {
		_, err := Parse([]byte(text(line)))
		checkError(t, err, ErrMalformed, "line 7")
		outputs = append(outputs, err.Error())
	}
	for _, output := range outputs {
		for _, part := range []string{secret[:6], encoded[:8], encoded[20:28], fmt.Sprint([]byte(secret[:4])), fmt.Sprintf("%x", secret[:4]), "0x53, 0x45, 0x43"} {
			if strings.Contains(output, strings.Trim(part, "[]")) {
				t.Errorf("output shows the message: %s", output)
			}
		}
	}
}
