package inspect

import (
	"encoding/hex"
	"testing"

	"github.com/gomikey/gomikey/mikey"
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
	decoder := mikey.Decoder{TrailingZero: true, Repeats: true, Groups: agreements}
	f.Fuzz(func(t *testing.T, input []byte) {
		for _, show := range []bool{false, true} {
			report, err := Inspect(input, Options{ShowKeys: show})
			if err != nil {
				continue
			}
			checkReport(t, report)
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
