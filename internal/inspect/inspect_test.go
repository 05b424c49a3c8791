package inspect

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// Messages of the ONVIF Streaming Specification, then those of RFC 4567,
// Section 5.1.
var published = []string{
	"AQAFAP1td9ABAADCD1UcAAAAAAoAAdOOGc75XD0BAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAe30C59UrClE0e27UP5h/Wty9UL8+dfzg+2ttmmo3kBAAAAC8A",
	"AQAFAGgCr8EBAADSvxgkAAAAAAoAAdOOK7UihqIBAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAepekjs88g+Q7AU6LAvRsoVyn18ZW1JuXI9qht4g6+BAAAAAIA",
	"AQAFAGrVolgBAADdBcAoAAAAAAsA2/K83QArhBIKEGrVolg1GZvp7DPyFCdYmXABAAAAGwABAQEBEAIBAQMBFAQBDgcBAQgBAQoBAQsBCgAAACcAIQAe7OzS5umZMXHqaegZC3UkDwbC5NNpj4b8+fB6MROeBAAAAA0A",
	"AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGEEoo2pee4hp2UaDX8ZE22YwKAAAPZG9uYWxkQGR1Y2suY29tAQAAAAAAAQAk0JKpgaVkDaawi9whVBtBt0KZ14ymNuu62+Nv3ozPLygwK/GbAV9iemnGUIZ19fWQUOSrzKTAv9zV",
	"AQEFgM0XflABAAAAAAAAAAAAAAYAyONQ6gAAAAAJAAAQbWlja2V5QG1vdXNlLmNvbQABn8HdGE5BMDXFIuGEga+62AgY5cc=",
}

func decode(t testing.TB, text string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// everyPayload is a message with each payload that package mikey knows.
func everyPayload(t testing.TB) []byte {
	t.Helper()
	policy := mikey.AEAD_AES_256_GCM.Policy(1)
	extension := mikey.SDPIDs("mikey")
	m := &mikey.Message{
		Header: mikey.Header{
			DataType: mikey.PKInit,
			MapType:  mikey.MapGenericID,
			Generic: []mikey.GenericSession{
				{ID: 1, Policies: []uint8{1}, Data: []byte{1, 2, 3, 4}, SPI: []byte{9}},
				{ID: 2, Policies: []uint8{1, 2}},
			},
		},
		Payloads: []mikey.Payload{
			&mikey.Timestamp{TSType: mikey.TSCounter, Value: 7},
			&mikey.Rand{Value: bytes.Repeat([]byte{5}, 16)},
			&mikey.ID{IDType: mikey.IDTypeURI, Value: "sip:alice@example.com"},
			&mikey.IDR{Role: 2, ID: mikey.ID{IDType: mikey.IDTypeByteString, Value: "\x00\xff"}},
			&mikey.Cert{CertType: mikey.CertX509URL, Data: []byte("http://example.com/alice.cer")},
			&mikey.CertHash{HashFunc: mikey.HashMD5, Hash: make([]byte, 16)},
			&policy,
			&mikey.SecurityPolicy{Number: 2, Protocol: mikey.ProtocolTESLA, Params: mikey.PolicyParams{}.Append(1, 0).Append(5, 1, 2, 3, 4, 5, 6, 7, 8)},
			&extension,
			&mikey.GeneralExtension{ExtType: mikey.ExtKeyID, Data: []byte{0, 2, 8, 9}},
			&mikey.ErrorPayload{Code: mikey.ErrorInvalidDT},
			&mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 96), Validity: mikey.Interval([]byte{1}, []byte{2})},
			&mikey.PKE{Cache: mikey.CacheForCSB, Data: []byte{1, 2, 3}},
			&mikey.KEMAC{EncrData: append([]byte{20, 0, 0, 2, 'm', 'e'}, keyData(mikey.TEKSalt, 32, 12)...), MACAlg: mikey.MACHMACSHA1160, MAC: make([]byte, 20)},
			&mikey.Verification{AuthAlg: mikey.MACHMACSHA256256, MAC: make([]byte, 32)},
			&mikey.Sign{SignType: mikey.SignRSAPSS, Signature: make([]byte, 40)},
		},
	}
	return encode(t, m)
}

func encode(t testing.TB, m *mikey.Message) []byte {
	t.Helper()
	data, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// keyData is a key data sub-payload with a key that is easy to find.
func keyData(keyType mikey.KeyType, keyLen, saltLen int) []byte {
	data := []byte{0, uint8(keyType) << 4, 0, uint8(keyLen)}
	data = append(data, secretOctets(keyLen)...)
	switch keyType {
	case mikey.TGKSalt, mikey.TEKSalt, mikey.GTGKSalt:
		data = append(data, 0, uint8(saltLen))
		data = append(data, secretOctets(saltLen)...)
	}
	return data
}

func secretOctets(n int) []byte {
	return bytes.Repeat([]byte{0xc1, 0xc2, 0xc3}, (n+2)/3)[:n]
}

func mustInspect(t testing.TB, input []byte, options Options) *Report {
	t.Helper()
	report, err := Inspect(input, options)
	if err != nil {
		t.Fatalf("Inspect: %v", err)
	}
	checkReport(t, report)
	return report
}

// checkReport checks what is true of every report.
func checkReport(t testing.TB, r *Report) {
	t.Helper()
	encoded, err := json.Marshal(r)
	if err != nil {
		t.Fatalf("JSON: %v", err)
	}
	var again Report
	if err := json.Unmarshal(encoded, &again); err != nil {
		t.Fatalf("JSON: %v", err)
	}
	if twice, err := json.Marshal(&again); err != nil || !bytes.Equal(encoded, twice) {
		t.Errorf("JSON changes when it is read: %v\n%s\n%s", err, encoded, twice)
	}
	for _, m := range r.Messages {
		checkMessage(t, m)
	}
	for _, c := range r.Crypto {
		checkCrypto(t, c)
	}
	if err := Text(new(bytes.Buffer), r); err != nil {
		t.Fatalf("Text: %v", err)
	}
}

// checkMessage checks that the parts of a message lie one after another within
// it, and that the fields of each part fill it.
func checkMessage(t testing.TB, m *Message) {
	t.Helper()
	within := func(what string, offset, length, start, end int) {
		t.Helper()
		if offset < start || length < 0 || offset+length > end {
			t.Errorf("%s: offset %d, length %d is outside %d to %d", what, offset, length, start, end)
		}
	}
	end := 0
	if h := m.Header; h != nil {
		end = h.Length
		p := new(printer)
		p.header(h)
		if p.at != end {
			t.Errorf("header: the fields end at %d, the header at %d", p.at, end)
		}
	}
	for i := range m.Payloads {
		p := &m.Payloads[i]
		if p.Offset != end {
			t.Errorf("%s: offset %d, but the payload before ends at %d", p.TypeName, p.Offset, end)
		}
		end = p.Offset + p.Length
		if at := new(printer).payload(p); at != end {
			t.Errorf("%s: the fields end at %d, the payload at %d", p.TypeName, at, end)
		}
		if p.Policy != nil {
			for _, param := range p.Policy.Params {
				within("param", param.Offset, param.Length, p.Offset, end)
			}
		}
		if p.KEMAC != nil {
			inner := p.Offset + 4
			for j := range p.KEMAC.Payloads {
				sub := &p.KEMAC.Payloads[j]
				within(sub.TypeName, sub.Offset, sub.Length, inner, p.Offset+4+p.KEMAC.EncrDataLength)
				inner = sub.Offset + sub.Length
				if at := new(printer).payload(sub); at != inner {
					t.Errorf("%s: the fields end at %d, the payload at %d", sub.TypeName, at, inner)
				}
			}
		}
	}
	for what, rest := range map[string]*Rest{"trailing": m.Trailing, "unparsed": m.Unparsed} {
		if rest == nil {
			continue
		}
		if rest.Offset != end || rest.Offset+rest.Length != m.Length {
			t.Errorf("%s: offset %d, length %d does not go from %d to %d", what, rest.Offset, rest.Length, end, m.Length)
		}
		end = m.Length
	}
	if end != m.Length {
		t.Errorf("the parts end at %d, the message at %d", end, m.Length)
	}
	for _, n := range m.Notes {
		within("note "+n.Code, n.Offset, 0, 0, m.Length)
	}
	if e := m.Error; e != nil {
		within("error", e.Offset, 0, 0, m.Length)
		if e.Unwrap() == nil && e.Code == "" {
			t.Error("error without code")
		}
	}
}

func codes(m *Message) []string {
	var all []string
	for _, n := range m.Notes {
		all = append(all, n.Code)
	}
	return all
}

func TestPublishedMessages(t *testing.T) {
	notes := [][]string{
		{"no_rand", "filetime", "transport_protection_only", "glued_salt"},
		{"no_rand", "filetime", "transport_protection_only", "glued_salt"},
		{"rand_starts_with_csb_id", "transport_protection_only", "glued_salt"},
		nil,
		nil,
	}
	for i, text := range published {
		report := mustInspect(t, []byte(text), Options{})
		if report.Form != FormBase64 || len(report.Messages) != 1 || report.Err() != nil {
			t.Fatalf("message %d: %+v, %v", i, report, report.Err())
		}
		if got := codes(report.Messages[0]); !slices.Equal(got, notes[i]) {
			t.Errorf("message %d: notes %v, want %v", i, got, notes[i])
		}
	}
}

func TestEveryPayload(t *testing.T) {
	m := mustInspect(t, everyPayload(t), Options{}).Messages[0]
	if m.Error != nil {
		t.Fatal(m.Error)
	}
	for i, p := range m.Payloads {
		var members map[string]any
		encoded, _ := json.Marshal(p)
		if err := json.Unmarshal(encoded, &members); err != nil {
			t.Fatal(err)
		}
		for _, common := range []string{"type", "type_name", "offset", "length", "section", "next", "next_name"} {
			delete(members, common)
		}
		if len(members) != 1 {
			t.Errorf("payload %d, %s, has %d members of its own: %v", i, p.TypeName, len(members), members)
		}
		if p.Section == "" {
			t.Errorf("payload %d, %s, has no section", i, p.TypeName)
		}
	}
	if got := m.Payloads[0].Timestamp; got.Counter == nil || *got.Counter != 7 || got.Time != "" {
		t.Errorf("COUNTER: %+v", got)
	}
	if got := m.Payloads[6].Policy; got.Suite != "AEAD_AES_256_GCM" {
		t.Errorf("policy: %+v", got)
	}
	if got := m.Payloads[8].Extension; !slices.Equal(got.SDPIDs, []string{"mikey"}) {
		t.Errorf("SDP IDs: %+v", got)
	}
	if got := m.Payloads[9].Extension; len(got.KeyIDs) != 1 || got.KeyIDs[0].ID != "0809" {
		t.Errorf("Key ID: %+v", got)
	}
	kemac := m.Payloads[13].KEMAC
	if len(kemac.Payloads) != 2 || kemac.Payloads[0].ID == nil || kemac.Payloads[1].KeyData == nil {
		t.Fatalf("KEMAC: %+v", kemac)
	}
	if got := kemac.Payloads[1].KeyData; got.Key.Length != 32 || got.Salt == nil || got.Salt.Length != 12 {
		t.Errorf("key data: %+v", got)
	}
}

// Every beginning of a message is reported as far as it goes, with the error of
// the decoder, and never with keys.
func TestTruncated(t *testing.T) {
	messages := [][]byte{everyPayload(t)}
	for _, text := range published {
		messages = append(messages, decode(t, text))
	}
	decoder := mikey.Decoder{TrailingZero: true, Repeats: true}
	for i, message := range messages {
		whole := mustInspect(t, message, Options{}).Messages[0]
		for n := 1; n < len(message); n++ {
			m := mustInspect(t, message[:n], Options{}).Messages[0]
			_, err := decoder.Parse(message[:n])
			if m.Error == nil || err == nil || m.Error.Error() != err.Error() || !errors.Is(m.Error, mikey.ErrTruncated) {
				t.Fatalf("message %d, %d octets: error %v, the decoder says %v", i, n, m.Error, err)
			}
			for j, p := range m.Payloads {
				want := whole.Payloads[j]
				if p.Type != want.Type || p.Offset != want.Offset || p.Length != want.Length {
					t.Fatalf("message %d, %d octets, payload %d: %+v, want %+v", i, n, j, p, want)
				}
			}
			if len(m.Payloads) < len(whole.Payloads) && n >= whole.Payloads[len(m.Payloads)].Offset+whole.Payloads[len(m.Payloads)].Length {
				t.Fatalf("message %d, %d octets: only %d payloads", i, n, len(m.Payloads))
			}
		}
	}
}

// Keys are not in the output unless asked for, wherever they stand.
func TestKeysAreHidden(t *testing.T) {
	message := func(dataType mikey.DataType, payloads ...mikey.Payload) []byte {
		return encode(t, &mikey.Message{
			Header:   mikey.Header{DataType: dataType, MapType: mikey.MapEmpty},
			Payloads: payloads,
		})
	}
	kemac := func(encr mikey.EncrAlg, data []byte) *mikey.KEMAC { return &mikey.KEMAC{EncrAlg: encr, EncrData: data} }
	tek := keyData(mikey.TEK, 30, 0)
	whole := message(mikey.PSKInit, &mikey.Timestamp{}, kemac(mikey.EncrNULL, tek))
	unknownMap := bytes.Clone(whole)
	unknownMap[9] = 77
	inputs := map[string][]byte{
		"whole":             whole,
		"truncated":         whole[:len(whole)-1],
		"trailing":          append(bytes.Clone(whole), whole...),
		"salt":              message(mikey.PSKInit, kemac(mikey.EncrNULL, keyData(mikey.TEKSalt, 16, 14))),
		"broken key data":   message(mikey.PSKInit, kemac(mikey.EncrNULL, append(bytes.Clone(tek), 1))),
		"other mode":        message(14, kemac(mikey.EncrNULL, append([]byte{9}, tek...))),
		"unknown algorithm": message(mikey.PSKInit, kemac(99, tek)),
		"unknown MAC":       message(mikey.PSKInit, &mikey.Unknown{PayloadType: mikey.KEMACPayload, Rest: append([]byte{0, 0, 0, 34}, append(tek, 99)...)}),
		"unknown payload":   message(mikey.PSKInit, &mikey.Unknown{PayloadType: 99, Rest: whole}),
		"unknown map":       unknownMap,
		"wrong version":     append([]byte{2}, whole[1:]...),
	}
	key := hex.EncodeToString(secretOctets(6))
	for name, input := range inputs {
		for _, show := range []bool{false, true} {
			report := mustInspect(t, input, Options{ShowKeys: show})
			encoded, err := json.Marshal(report)
			if err != nil {
				t.Fatal(err)
			}
			var text bytes.Buffer
			if err := Text(&text, report); err != nil {
				t.Fatal(err)
			}
			if got := bytes.Contains(encoded, []byte(key)); got != show {
				t.Errorf("%s: key in JSON is %t, want %t:\n%s", name, got, show, encoded)
			}
			if got := strings.Contains(text.String(), key); got != show {
				t.Errorf("%s: key in text is %t, want %t:\n%s", name, got, show, text.String())
			}
		}
	}
	report := mustInspect(t, whole, Options{})
	if got := report.Messages[0].Payloads[1].KEMAC.Payloads[0].KeyData.Key; got.Length != 30 || len(got.SHA256) != 8 {
		t.Errorf("key is shown as %+v", got)
	}
}

// What cannot hold keys is shown.
func TestUnknownIsShown(t *testing.T) {
	input := encode(t, &mikey.Message{
		Header:   mikey.Header{DataType: 26, MapType: mikey.MapEmpty},
		Payloads: []mikey.Payload{&mikey.Timestamp{}, &mikey.Unknown{PayloadType: 26, Rest: []byte{4, 1, 1, 0, 1, 0xab}}},
	})
	m := mustInspect(t, input, Options{}).Messages[0]
	if got := m.Payloads[1]; got.Unknown == nil || got.Unknown.Hex != "0401010001ab" || got.TypeName != "SAKKE" || got.Next != nil {
		t.Errorf("%+v", got)
	}
	if got := codes(m); !slices.Equal(got, []string{"unknown_payload"}) {
		t.Errorf("notes %v", got)
	}
}

func TestNotes(t *testing.T) {
	timestamp := mikey.NTPTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	policy := mikey.AES_CM_128_HMAC_SHA1_80.Policy(0)
	random := &mikey.Rand{Value: bytes.Repeat([]byte{1, 2}, 8)}
	kemac := func(data []byte) *mikey.KEMAC { return &mikey.KEMAC{EncrData: data} }
	sealed := &mikey.KEMAC{EncrAlg: mikey.EncrAESCM128, EncrData: make([]byte, 8), MACAlg: mikey.MACHMACSHA1160, MAC: make([]byte, 20)}
	glued, separate := keyData(mikey.TEK, 30, 0), keyData(mikey.TEKSalt, 16, 14)
	const transport = "transport_protection_only"
	srtp := func(number uint8, params mikey.PolicyParams) *mikey.SecurityPolicy {
		return &mikey.SecurityPolicy{Number: number, Params: params}
	}

	for name, test := range map[string]struct {
		payloads []mikey.Payload
		trailing []byte
		want     []string
	}{
		"nothing":        {payloads: []mikey.Payload{&timestamp, random, &policy, sealed}},
		"separate salt":  {payloads: []mikey.Payload{&timestamp, random, &policy, kemac(separate)}, want: []string{transport}},
		"glued salt":     {payloads: []mikey.Payload{&timestamp, random, &policy, kemac(glued)}, want: []string{transport, "glued_salt"}},
		"no salt":        {payloads: []mikey.Payload{&timestamp, random, &policy, kemac(keyData(mikey.TEK, 16, 0))}, want: []string{transport, "no_salt"}},
		"odd key":        {payloads: []mikey.Payload{&timestamp, random, &policy, kemac(keyData(mikey.TEK, 17, 0))}, want: []string{transport, "key_length"}},
		"odd salt":       {payloads: []mikey.Payload{&timestamp, random, &policy, kemac(keyData(mikey.TEKSalt, 16, 12))}, want: []string{transport, "key_length"}},
		"TGK":            {payloads: []mikey.Payload{&timestamp, random, &policy, kemac(keyData(mikey.TGK, 17, 0))}, want: []string{transport}},
		"constant key":   {payloads: []mikey.Payload{&timestamp, random, &policy, kemac([]byte{0, 0, 0, 2, 7, 7})}, want: []string{transport, "constant_key"}},
		"update":         {payloads: []mikey.Payload{&timestamp, sealed}, want: []string{"no_rand"}},
		"no RAND":        {payloads: []mikey.Payload{&timestamp, &policy, kemac(separate)}, want: []string{"no_rand", transport}},
		"short RAND":     {payloads: []mikey.Payload{&timestamp, &mikey.Rand{Value: []byte{1}}, &policy, sealed}, want: []string{"short_rand"}},
		"trailing zero":  {payloads: []mikey.Payload{&timestamp, random, &policy, kemac(separate)}, trailing: []byte{0}, want: []string{transport, "trailing_zero"}},
		"no T":           {payloads: []mikey.Payload{random, &policy, sealed}, want: []string{"no_timestamp"}},
		"two T":          {payloads: []mikey.Payload{&timestamp, &timestamp, random, &policy, sealed}, want: []string{"repeated_payload"}},
		"no KEMAC":       {payloads: []mikey.Payload{&timestamp, random, &policy}, want: []string{"last_payload"}},
		"no policy":      {payloads: []mikey.Payload{&timestamp, random, sealed}, want: []string{"no_such_policy"}},
		"other policy":   {payloads: []mikey.Payload{&timestamp, random, srtp(3, nil), sealed}, want: []string{"no_such_policy"}},
		"same policy":    {payloads: []mikey.Payload{&timestamp, random, &policy, &policy, sealed}, want: []string{"duplicate_policy"}},
		"tag as key":     {payloads: []mikey.Payload{&timestamp, random, srtp(0, mikey.PolicyParams{}.Append(mikey.ParamAuthKeyLen, 4)), sealed}, want: []string{"tag_length_as_key_length"}},
		"odd policy":     {payloads: []mikey.Payload{&timestamp, random, srtp(0, mikey.PolicyParams{}.Append(99, 4)), sealed}, want: []string{"policy_not_understood"}},
		"not encrypted":  {payloads: []mikey.Payload{&timestamp, random, &policy, &mikey.KEMAC{EncrData: separate, MACAlg: mikey.MACHMACSHA1160, MAC: make([]byte, 20)}}, want: []string{"keys_not_encrypted"}},
		"no MAC":         {payloads: []mikey.Payload{&timestamp, random, &policy, &mikey.KEMAC{EncrAlg: mikey.EncrAESCM128}}, want: []string{"not_authenticated"}},
		"bad SDP IDs":    {payloads: []mikey.Payload{&timestamp, random, &policy, &mikey.GeneralExtension{ExtType: mikey.ExtSDPIDs, Data: []byte("a;")}, sealed}, want: []string{"bad_sdp_ids"}},
		"bad key IDs":    {payloads: []mikey.Payload{&timestamp, random, &policy, &mikey.GeneralExtension{ExtType: mikey.ExtKeyID, Data: []byte("a")}, sealed}, want: []string{"bad_key_ids"}},
		"unknown":        {payloads: []mikey.Payload{&timestamp, random, &mikey.Unknown{PayloadType: 99, Rest: []byte{1}}}, want: []string{"unknown_payload"}},
		"unknown V":      {payloads: []mikey.Payload{&timestamp, random, &mikey.Unknown{PayloadType: mikey.VPayload, Rest: []byte{0, 99}}}, want: []string{"unknown_algorithm"}},
		"FILETIME":       {payloads: []mikey.Payload{&mikey.Timestamp{Value: 0x01d38e19cef95c3d}, random, &policy, sealed}, want: []string{"filetime"}},
		"Unix time":      {payloads: []mikey.Payload{&mikey.Timestamp{Value: 0x6957_0000 << 32}, random, &policy, sealed}, want: []string{"unix_time"}},
		"old time":       {payloads: []mikey.Payload{&mikey.Timestamp{Value: 2208988800 << 32}, random, &policy, sealed}, want: []string{"unlikely_time"}},
		"short time":     {payloads: []mikey.Payload{&mikey.Timestamp{TSType: mikey.TSNTPUTC32, Value: timestamp.Value >> 32}, random, &policy, sealed}},
		"after overflow": {payloads: []mikey.Payload{&mikey.Timestamp{Value: 0x0800_0000 << 32}, random, &policy, sealed}},
	} {
		input := encode(t, &mikey.Message{
			Header:   mikey.Header{CSBID: 99, CryptoSessions: []mikey.CryptoSession{{}}},
			Payloads: test.payloads,
			Trailing: test.trailing,
		})
		m := mustInspect(t, input, Options{}).Messages[0]
		if m.Error != nil {
			t.Errorf("%s: %v", name, m.Error)
		}
		if got := codes(m); !slices.Equal(got, test.want) {
			t.Errorf("%s: notes %v, want %v", name, got, test.want)
		}
	}
}

func TestBrokenKeyData(t *testing.T) {
	data := append(keyData(mikey.TEKSalt, 16, 14), keyData(mikey.TEK, 30, 0)[:20]...)
	data[0] = uint8(mikey.KeyDataPayload)
	input := encode(t, &mikey.Message{Payloads: []mikey.Payload{&mikey.KEMAC{EncrData: data}}})
	report := mustInspect(t, input, Options{})
	m := report.Messages[0]
	want := Error{Code: "truncated", Payload: 20, PayloadName: "Key data", Offset: 10 + 4 + 36, Message: "ends too early"}
	if m.Error == nil {
		t.Fatal("no error")
	}
	got := *m.Error
	got.err = nil
	if got != want {
		t.Errorf("error %+v, want %+v", got, want)
	}
	if report.Err() == nil || !strings.Contains(report.Err().Error(), "offset 50") {
		t.Errorf("Err: %v", report.Err())
	}
	kemac := m.Payloads[0].KEMAC
	if len(kemac.Payloads) != 1 || kemac.EncrData == nil || kemac.EncrData.Length != 20 || kemac.EncrData.Hex != "" {
		t.Errorf("KEMAC: %+v", kemac)
	}
}

func TestTrailingKeyData(t *testing.T) {
	data := append(keyData(mikey.TEK, 30, 0), 1)
	m := mustInspect(t, encode(t, &mikey.Message{Payloads: []mikey.Payload{&mikey.KEMAC{EncrData: data}}}), Options{}).Messages[0]
	if m.Error == nil || m.Error.Code != "trailing" || m.Error.PayloadName != "KEMAC" || m.Error.Offset != 10+4+34 {
		t.Errorf("%+v", m.Error)
	}
}

// The sub-payloads are bounded, too.
func TestTooManyKeys(t *testing.T) {
	data := bytes.Repeat([]byte{uint8(mikey.KeyDataPayload), 0, 0, 0}, 16000)
	m := mustInspect(t, encode(t, &mikey.Message{Payloads: []mikey.Payload{&mikey.KEMAC{EncrData: data}}}), Options{}).Messages[0]
	if m.Error == nil || m.Error.Code != "too_many" || len(m.Payloads[0].KEMAC.Payloads) != 32 {
		t.Errorf("%+v", m.Error)
	}
}

func TestCertificate(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "alice"}, NotAfter: time.Unix(1e9, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	message := encode(t, &mikey.Message{
		Header:   mikey.Header{DataType: mikey.DHInit},
		Payloads: []mikey.Payload{&mikey.Cert{Data: der}, &mikey.Cert{CertType: mikey.CertX509Sign, Data: []byte{1}}},
	})
	report := mustInspect(t, message, Options{})
	good, bad := report.Messages[0].Payloads[0].Cert, report.Messages[0].Payloads[1].Cert
	if good.Subject != "CN=alice" || good.Issuer != "CN=alice" || good.NotAfter != "2001-09-09T01:46:40Z" {
		t.Errorf("%+v", good)
	}
	if bad.Subject != "" || bad.Data != "01" {
		t.Errorf("%+v", bad)
	}
	var text strings.Builder
	if err := Text(&text, report); err != nil || !strings.Contains(text.String(), `"CN=alice"`) {
		t.Errorf("%v, %s", err, text.String())
	}
}

func TestTooLarge(t *testing.T) {
	m := mustInspect(t, make([]byte, mikey.MaxMessageSize+1), Options{}).Messages[0]
	if m.Error == nil || m.Error.Code != "too_large" || m.Unparsed == nil || m.Unparsed.Hex != "" {
		t.Errorf("%+v", m)
	}
	if _, err := Inspect(make([]byte, MaxInput+1), Options{}); err == nil {
		t.Error("no error for an input above the limit")
	}
}

func TestTooMany(t *testing.T) {
	m := &mikey.Message{}
	for range 65 {
		m.Payloads = append(m.Payloads, &mikey.Rand{Value: []byte{1}})
	}
	got := mustInspect(t, encode(t, m), Options{}).Messages[0]
	if got.Error == nil || got.Error.Code != "too_many" || len(got.Payloads) != 64 || got.Unparsed == nil {
		t.Errorf("%+v", got.Error)
	}
}
