package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
)

// FuzzInspect demands of every input that the report is consistent, see
// checkReport, and that it agrees with the decoder.
func FuzzInspect(f *testing.F) {
	for _, text := range published {
		octets := decode(f, text)
		f.Add(octets)
		f.Add([]byte(text))
		f.Add([]byte(hex.EncodeToString(octets)))
		f.Add([]byte("a=key-mgmt:mikey " + text))
		f.Add([]byte(`KeyMgmt: prot=mikey;uri="";data="` + text + `"`))
		f.Add([]byte(sdpHead + "a=key-mgmt:mikey " + text + "\r\nm=audio 1 RTP/SAVP 0\r\n"))
		f.Add(append(octets, 0))
	}
	f.Add(everyPayload(f))
	for _, message := range goldenMessages(f) {
		f.Add(message)
	}
	for _, test := range certificateNotes(f) {
		f.Add(encode(f, test.message))
	}
	for _, input := range cryptoFiles(f) {
		f.Add(input)
		for _, found := range mustLines(f, input) {
			f.Add([]byte(found.line))
			f.Add([]byte(found.line + "\na=key-mgmt:mikey " + published[4]))
			f.Add([]byte(strings.ReplaceAll(found.line, " ", "\n ")))
		}
	}
	decoder := mikey.Decoder{TrailingZero: true, Repeats: true, Groups: agreements}
	f.Fuzz(func(t *testing.T, input []byte) {
		for _, show := range []bool{false, true} {
			report, err := Inspect(input, Options{ShowKeys: show})
			if err != nil {
				continue
			}
			checkReport(t, report)
			if len(report.Crypto) > 0 {
				checkCryptoOutput(t, input, report, show)
			}
			if report.Form != FormBinary {
				continue
			}
			m := report.Messages[0]
			whole, err := decoder.Parse(input)
			switch {
			case err != nil && m.Error == nil:
				t.Errorf("no error, the decoder says %v", err)
			case err == nil && m.Error != nil && !inKeyData(m):
				t.Errorf("error %v, the decoder has none", m.Error)
			case err == nil && whole.Header.MapInfo == nil && len(m.Payloads) != len(whole.Payloads):
				t.Errorf("%d payloads, the decoder has %d", len(m.Payloads), len(whole.Payloads))
			}
		}
	})
}

// checkCryptoOutput demands that the report agrees with package sdes about the
// crypto attributes of an input, and has no key of them.
func checkCryptoOutput(t *testing.T, input []byte, report *Report, show bool) {
	encoded, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := Text(&text, report); err != nil {
		t.Fatal(err)
	}
	for i, found := range mustLines(t, input) {
		c := report.Crypto[i]
		a, err := sdes.Parse(found.line)
		if err != nil {
			if c.Error == nil || c.Error.Error() != err.Error() {
				t.Errorf("error %v, package sdes has %v", c.Error, err)
			}
			continue
		}
		if c.Error != nil || c.Tag != a.Tag || (c.SRTP == nil) != (a.Suite == mikey.NoSuite) {
			t.Errorf("%+v, package sdes has %v", c, a)
		}
		if a.Keys != nil && len(c.Keys) != len(a.Keys) {
			t.Errorf("%d keys, package sdes has %d", len(c.Keys), len(a.Keys))
		}
		for _, k := range append(a.Keys, a.Params.FECKeys...) {
			key := base64.RawStdEncoding.EncodeToString(slices.Concat(k.Master, k.Salt))
			if !show && (bytes.Contains(encoded, []byte(key)) || strings.Contains(text.String(), key)) {
				t.Errorf("the output has the key %s", key)
			}
		}
	}
}

// inKeyData reports whether the error of m is in key data, which the decoder
// does not look at.
func inKeyData(m *Message) bool {
	for _, p := range m.Payloads {
		if k := p.KEMAC; k != nil && k.EncrAlg == int(mikey.EncrNULL) &&
			m.Error.Offset >= p.Offset+4 && m.Error.Offset <= p.Offset+4+k.EncrDataLength {
			return true
		}
	}
	return false
}
