package mikey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// fromHex decodes hex with blanks in it.
func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatalf("bad hex in the test: %v", err)
	}
	return b
}

func marshal(t testing.TB, m *mikey.Message) []byte {
	t.Helper()
	b, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustParse(t testing.TB, data []byte) *mikey.Message {
	t.Helper()
	m, err := mikey.ParseMessage(data)
	if err != nil {
		t.Fatalf("%v in %x", err, data)
	}
	return m
}

// wantParseError checks that err is a *ParseError of cause at the place.
func wantParseError(t *testing.T, err error, payload mikey.PayloadType, offset int, cause error) {
	t.Helper()
	var pe *mikey.ParseError
	switch {
	case !errors.As(err, &pe):
		t.Errorf("error is %v, want a *ParseError", err)
	case pe.Payload != payload || pe.Offset != offset || !errors.Is(err, cause):
		t.Errorf("error is %q (payload %d, offset %d), want payload %d, offset %d: %v",
			err, pe.Payload, pe.Offset, payload, offset, cause)
	}
}

// wantEncodeError checks that m does not encode, because of the payload.
func wantEncodeError(t *testing.T, m *mikey.Message, payload mikey.PayloadType, cause error) {
	t.Helper()
	b, err := m.AppendBinary([]byte("prefix"))
	var ee *mikey.EncodeError
	switch {
	case b != nil:
		t.Errorf("AppendBinary returns %d octets beside %v", len(b), err)
	case !errors.As(err, &ee):
		t.Errorf("error is %v, want an *EncodeError", err)
	case ee.Payload != payload || !errors.Is(err, cause):
		t.Errorf("error is %q (payload %d), want payload %d: %v", err, ee.Payload, payload, cause)
	}
}

// header is the fixed part of HDR with no crypto sessions.
func header(next mikey.PayloadType) string {
	return fmt.Sprintf("01 00 %02x 00 01020304 00 00", uint8(next))
}

const headerLen = 10

var testHeader = mikey.Header{CSBID: 0x01020304}

// sample is a message that comes from elsewhere.
type sample struct {
	name     string
	data     string // base64, or hex if it has that form
	header   mikey.Header
	payloads []mikey.Payload
	keys     []mikey.KeyData // of a KEMAC in the clear
}

var srtp128Params = mikey.PolicyParams("\x00\x01\x01" + "\x01\x01\x10" + "\x02\x01\x01" + "\x03\x01\x14" +
	"\x07\x01\x01" + "\x08\x01\x01" + "\x0a\x01\x01" + "\x0b\x01\x0a")

// The first three are from the ONVIF Streaming Specification, the fourth is the
// usual message of an RTSP server, the others are from RFC 4567, Section 5.1.
func samples(t testing.TB) []sample {
	h := func(s string) []byte { return fromHex(t, s) }
	clear := func(key, mki string) (*mikey.KEMAC, []mikey.KeyData) {
		kd := mikey.KeyData{KeyType: mikey.TEK, Key: h(key)}
		data := "0020 001e" + key
		if mki != "" {
			kd.Validity = mikey.SPI(h(mki))
			data = "0021 001e" + key + "04" + mki
		}
		return &mikey.KEMAC{EncrData: h(data), MAC: []byte{}}, []mikey.KeyData{kd}
	}
	device1, keys1 := clear("df40b9f54ac2944d1edbb50fe61fd6b72f542fcf9d7f383edadb669a8de4", "0000002f")
	device2, keys2 := clear("a5e923b3cf20f90ec053a2c0bd1b285729f5f195b526e5c8f6a86de20ebe", "00000002")
	server, keys3 := clear("ececd2e6e9993171ea69e8190b75240f06c2e4d3698f86fcf9f07a31139e", "0000000d")
	minimal, keys4 := clear("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d", "")
	return []sample{
		{
			name: "ONVIF client 1",
			data: "AQAFAP1td9ABAADCD1UcAAAAAAoAAdOOGc75XD0BAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAe30C59UrC" +
				"lE0e27UP5h/Wty9UL8+dfzg+2ttmmo3kBAAAAC8A",
			header: mikey.Header{CSBID: 0xfd6d77d0, CryptoSessions: []mikey.CryptoSession{{Policy: 0, SSRC: 0xc20f551c}}},
			payloads: []mikey.Payload{
				&mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0x01d38e19cef95c3d},
				&mikey.SecurityPolicy{Params: srtp128Params},
				device1,
			},
			keys: keys1,
		},
		{
			name: "ONVIF client 2",
			data: "AQAFAGgCr8EBAADSvxgkAAAAAAoAAdOOK7UihqIBAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAepekjs88g" +
				"+Q7AU6LAvRsoVyn18ZW1JuXI9qht4g6+BAAAAAIA",
			header: mikey.Header{CSBID: 0x6802afc1, CryptoSessions: []mikey.CryptoSession{{Policy: 0, SSRC: 0xd2bf1824}}},
			payloads: []mikey.Payload{
				&mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0x01d38e2bb52286a2},
				&mikey.SecurityPolicy{Params: srtp128Params},
				device2,
			},
			keys: keys2,
		},
		{
			name: "ONVIF server",
			data: "AQAFAGrVolgBAADdBcAoAAAAAAsA2/K83QArhBIKEGrVolg1GZvp7DPyFCdYmXABAAAAGwABAQEBEAIBAQMBFAQBDgcBAQgB" +
				"AQoBAQsBCgAAACcAIQAe7OzS5umZMXHqaegZC3UkDwbC5NNpj4b8+fB6MROeBAAAAA0A",
			header: mikey.Header{CSBID: 0x6ad5a258, CryptoSessions: []mikey.CryptoSession{{Policy: 0, SSRC: 0xdd05c028}}},
			payloads: []mikey.Payload{
				&mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0xdbf2bcdd002b8412},
				&mikey.Rand{Value: h("6ad5a25835199be9ec33f21427589970")},
				&mikey.SecurityPolicy{Params: mikey.PolicyParams(h("000101 010110 020101 030114 04010e 070101 080101 0a0101 0b010a"))},
				server,
			},
			keys: keys3,
		},
		{
			name: "RTSP server",
			data: "010005001122334401000055667788000000000b00ebfe6f2db1c13fd00a10202122232425262728292a2b2c2d2e2f0100000018" +
				"0001010101100201010301140701010801010a01010b010a000000220020001e808182838485868788898a8b8c8d8e8f90919293" +
				"9495969798999a9b9c9d00",
			header: mikey.Header{CSBID: 0x11223344, CryptoSessions: []mikey.CryptoSession{{Policy: 0, SSRC: 0x55667788}}},
			payloads: []mikey.Payload{
				&mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0xebfe6f2db1c13fd0},
				&mikey.Rand{Value: h("202122232425262728292a2b2c2d2e2f")},
				&mikey.SecurityPolicy{Params: srtp128Params},
				minimal,
			},
			keys: keys4,
		},
		{
			name: "RFC 4567 offer",
			data: "AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGEEoo2pee4hp2UaDX8ZE22YwKAAAPZG9uYWxkQGR1Y2suY29tAQAAAAAA" +
				"AQAk0JKpgaVkDaawi9whVBtBt0KZ14ymNuu62+Nv3ozPLygwK/GbAV9iemnGUIZ19fWQUOSrzKTAv9zV",
			header: mikey.Header{V: true, CSBID: 0xcd177e50, CryptoSessions: make([]mikey.CryptoSession, 1)},
			payloads: []mikey.Payload{
				&mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0xc8e350ea00000000},
				&mikey.Rand{Value: h("4a28da979ee21a7651a0d7f19136d98c")},
				&mikey.ID{IDType: mikey.IDTypeNAI, Value: "donald@duck.com"},
				&mikey.SecurityPolicy{Params: mikey.PolicyParams{}},
				&mikey.KEMAC{
					EncrAlg:  mikey.EncrAESCM128,
					EncrData: h("d092a981a5640da6b08bdc21541b41b74299d78ca636ebbadbe36fde8ccf2f28302bf19b"),
					MACAlg:   mikey.MACHMACSHA1160,
					MAC:      h("5f627a69c6508675f5f59050e4abcca4c0bfdcd5"),
				},
			},
		},
		{
			name: "RFC 4567 answer",
			data: "AQEFgM0XflABAAAAAAAAAAAAAAYAyONQ6gAAAAAJAAAQbWlja2V5QG1vdXNlLmNvbQABn8HdGE5BMDXFIuGEga+62AgY5cc=",
			header: mikey.Header{
				DataType: mikey.PSKVerify, V: true, CSBID: 0xcd177e50, CryptoSessions: make([]mikey.CryptoSession, 1),
			},
			payloads: []mikey.Payload{
				&mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0xc8e350ea00000000},
				&mikey.ID{IDType: mikey.IDTypeNAI, Value: "mickey@mouse.com"},
				&mikey.Verification{AuthAlg: mikey.MACHMACSHA1160, MAC: h("9fc1dd184e413035c522e18481afbad80818e5c7")},
			},
		},
	}
}

// octets returns the message.
func (s *sample) octets(t testing.TB) []byte {
	t.Helper()
	if b, err := hex.DecodeString(s.data); err == nil {
		return b
	}
	b, err := base64.StdEncoding.DecodeString(s.data)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return b
}

func TestSampleMessages(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			data := s.octets(t)
			m := mustParse(t, data)
			if !reflect.DeepEqual(m.Header, s.header) {
				t.Errorf("header is %+v, want %+v", m.Header, s.header)
			}
			if len(m.Payloads) != len(s.payloads) {
				t.Fatalf("%d payloads, want %d", len(m.Payloads), len(s.payloads))
			}
			for i, p := range m.Payloads {
				if !reflect.DeepEqual(p, s.payloads[i]) {
					t.Errorf("payload %d is %+v, want %+v", i+1, p, s.payloads[i])
				}
			}
			if !bytes.Equal(m.Received(), data) || m.Trailing != nil {
				t.Error("Received or Trailing is wrong")
			}
			built := &mikey.Message{Header: s.header, Payloads: s.payloads}
			if got := marshal(t, built); !bytes.Equal(got, data) {
				t.Errorf("encodes as %x", got)
			}
			if built.Received() != nil {
				t.Error("a message that was built has received octets")
			}
			if got := marshal(t, m); !bytes.Equal(got, data) {
				t.Errorf("encodes again as %x", got)
			}
			if kemac, ok := mikey.PayloadOf[*mikey.KEMAC](m); ok && s.keys != nil {
				id, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, kemac.EncrData)
				if err != nil || id != nil || !reflect.DeepEqual(keys, s.keys) {
					t.Errorf("keys are %v, %v, %v", id, keys, err)
				}
			}
			for n := range data {
				if m, err := mikey.ParseMessage(data[:n]); m != nil || err == nil {
					t.Errorf("a prefix of %d octets parses", n)
				}
			}
		})
	}
}

// everyPayload is a message with one payload of each type, in the order of
// their numbers, written by hand after the drawings of RFC 3830, Section 6.
func everyPayload(t testing.TB) (wire []byte, m *mikey.Message) {
	wire = fromHex(t, "01 06 01 ff deadbeef 02 00"+
		"07 00000001 00000002 08 ffffffff 80000000"+ // HDR: two crypto sessions
		"02 01 0003 a1a2a3 01 000102030405060708090a0b0c0d0e0f10111213"+ // KEMAC
		"03 8002 b1b2"+ // PKE: Cache for CSB
		"05 01"+strings.Repeat("c1", 96)+"f1 02 d1d2"+ // DH: OAKLEY 1, SPI
		"06 02 00000005"+ // T: COUNTER
		"07 01 0005 7369703a61"+ // ID: URI
		"08 00 0002 3080"+ // CERT
		"09 01 000102030405060708090a0b0c0d0e0f"+ // CHASH: MD5
		"0a 00"+ // V: NULL
		"0b 05 00 0003 010110"+ // SP
		"0c 01 ee"+ // RAND
		"0e 0c 0000"+ // ERR
		"15 01 00 0001 62"+ // IDR
		"04 00 0002 6162"+ // General extension
		"1003 e1e2e3") // SIGN: RSASSA-PSS
	return wire, &mikey.Message{
		Header: mikey.Header{
			DataType: mikey.ErrorMessage, V: true, PRF: 0x7f, CSBID: 0xdeadbeef,
			CryptoSessions: []mikey.CryptoSession{{Policy: 7, SSRC: 1, ROC: 2}, {Policy: 8, SSRC: 0xffffffff, ROC: 0x80000000}},
		},
		Payloads: []mikey.Payload{
			&mikey.KEMAC{EncrAlg: mikey.EncrAESCM128, EncrData: fromHex(t, "a1a2a3"), MACAlg: mikey.MACHMACSHA1160, MAC: counting(20)},
			&mikey.PKE{Cache: mikey.CacheForCSB, Data: fromHex(t, "b1b2")},
			&mikey.DH{
				Group: mikey.OAKLEY1, Value: bytes.Repeat([]byte{0xc1}, 96), Reserved: 0xf,
				Validity: mikey.SPI(fromHex(t, "d1d2")),
			},
			&mikey.Timestamp{TSType: mikey.TSCounter, Value: 5},
			&mikey.ID{IDType: mikey.IDTypeURI, Value: "sip:a"},
			&mikey.Cert{CertType: mikey.CertX509, Data: fromHex(t, "3080")},
			&mikey.CertHash{HashFunc: mikey.HashMD5, Hash: counting(16)},
			&mikey.Verification{AuthAlg: mikey.MACNULL, MAC: []byte{}},
			&mikey.SecurityPolicy{Number: 5, Protocol: mikey.ProtocolSRTP, Params: mikey.PolicyParams{1, 1, 16}},
			&mikey.Rand{Value: fromHex(t, "ee")},
			&mikey.ErrorPayload{Code: mikey.ErrorUnspecified},
			&mikey.IDR{Role: 1, ID: mikey.ID{IDType: mikey.IDTypeNAI, Value: "b"}},
			&mikey.GeneralExtension{ExtType: mikey.ExtVendorID, Data: []byte("ab")},
			&mikey.Sign{SignType: mikey.SignRSAPSS, Signature: fromHex(t, "e1e2e3")},
		},
	}
}

// counting returns 00 01 02 ...
func counting(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func TestEveryPayloadInOneMessage(t *testing.T) {
	wire, built := everyPayload(t)
	if got := marshal(t, built); !bytes.Equal(got, wire) {
		t.Errorf("encodes as\n%x, want\n%x", got, wire)
	}
	m := mustParse(t, wire)
	if !reflect.DeepEqual(m.Header, built.Header) || !reflect.DeepEqual(m.Payloads, built.Payloads) {
		t.Errorf("parses as %+v %+v", m.Header, m.Payloads)
	}
	if got := marshal(t, m); !bytes.Equal(got, wire) {
		t.Errorf("encodes again as\n%x, want\n%x", got, wire)
	}
	for n := range wire {
		_, err := mikey.ParseMessage(wire[:n])
		var pe *mikey.ParseError
		if !errors.As(err, &pe) || !errors.Is(err, mikey.ErrTruncated) || pe.Offset > n {
			t.Errorf("a prefix of %d octets gives %v", n, err)
		}
	}
}

func TestParsedMessageIsACopy(t *testing.T) {
	wire, _ := everyPayload(t)
	data := bytes.Clone(wire)
	m := mustParse(t, data)
	clear(data)
	if !bytes.Equal(m.Received(), wire) || !bytes.Equal(marshal(t, m), wire) {
		t.Error("the message shares memory with the octets it was parsed from")
	}
}

// AppendBinary encodes the fields: what was received must not shine through.
func TestEncodingIsOfTheFields(t *testing.T) {
	wire, _ := everyPayload(t)
	m := mustParse(t, wire)
	m.Header.CSBID++
	id, _ := mikey.PayloadOf[*mikey.ID](m)
	id.Value = "sip:bb"
	want := bytes.Clone(wire)
	want[7]++
	at := bytes.Index(want, []byte("sip:a"))
	want = append(want[:at:at], append([]byte("sip:bb"), want[at+5:]...)...)
	want[at-1]++
	if got := marshal(t, m); !bytes.Equal(got, want) {
		t.Errorf("encodes as\n%x, want\n%x", got, want)
	}
	if !bytes.Equal(m.Received(), wire) {
		t.Error("Received changed")
	}
}

// What is appended to one field must not run into the next one.
func TestFieldsDoNotOverlap(t *testing.T) {
	wire, _ := everyPayload(t)
	m := mustParse(t, wire)
	for _, p := range m.Payloads {
		switch p := p.(type) {
		case *mikey.SecurityPolicy:
			_ = p.Params.Append(mikey.ParamKDR, 0xaa, 0xbb)
		case *mikey.KEMAC:
			_ = append(p.EncrData, 0xcc)
		case *mikey.GeneralExtension:
			_ = append(p.Data, 0xdd)
		case *mikey.Rand:
			_ = append(p.Value, 0xee)
		}
	}
	if !bytes.Equal(m.Received(), wire) {
		t.Error("appending to fields changes the octets that a MAC covers")
	}
	if got, err := m.MarshalBinary(); err != nil || !bytes.Equal(got, wire) {
		t.Error("appending to fields changes other fields")
	}
}

func TestAppendBinaryAppends(t *testing.T) {
	wire, m := everyPayload(t)
	b, err := m.AppendBinary([]byte("prefix"))
	if err != nil || !bytes.Equal(b, append([]byte("prefix"), wire...)) {
		t.Errorf("%x, %v", b, err)
	}
}

func TestR3830_001_NetworkByteOrder(t *testing.T) {
	m := mustParse(t, fromHex(t, "01 00 05 00 01020304 01 00 00 05060708 090a0b0c  00 00 0d0e0f1011121314"))
	ts, _ := mikey.PayloadOf[*mikey.Timestamp](m)
	cs := m.Header.CryptoSessions[0]
	if m.Header.CSBID != 0x01020304 || cs.SSRC != 0x05060708 || cs.ROC != 0x090a0b0c || ts.Value != 0x0d0e0f1011121314 {
		t.Errorf("%+v %+v", m.Header, ts)
	}
}

func TestR3830_002_NoPadding(t *testing.T) {
	// Payloads of 3, 5 and 7 octets follow each other without a gap.
	wire := fromHex(t, header(mikey.RANDPayload)+"06 01 aa"+"15 00 0001 62"+"00 00 0003 616263")
	m := mustParse(t, wire)
	if len(m.Payloads) != 3 || !bytes.Equal(marshal(t, m), wire) {
		t.Errorf("%d payloads", len(m.Payloads))
	}
	padded := fromHex(t, header(mikey.RANDPayload)+"06 01 aa 00"+"15 00 0001 62"+"00 00 0003 616263")
	if _, err := mikey.ParseMessage(padded); err == nil {
		t.Error("padding is accepted")
	}
}

func TestR3830_005_LastPayloadEndsTheChain(t *testing.T) {
	for _, tt := range []struct {
		name, wire string
		payload    mikey.PayloadType
		offset     int
		err        error
	}{
		{"one more octet", header(mikey.ERRPayload) + "00 01 0000 00", mikey.LastPayload, 14, mikey.ErrTrailing},
		{"one more payload", header(mikey.ERRPayload) + "00 01 0000 00 01 0000", mikey.LastPayload, 14, mikey.ErrTrailing},
		{"octets after SIGN", header(mikey.SIGNPayload) + "0001 aa 00", mikey.LastPayload, 13, mikey.ErrTrailing},
		{"octets after the header", header(mikey.LastPayload) + "00", mikey.LastPayload, 10, mikey.ErrTrailing},
		{"a payload that is not there", header(mikey.ERRPayload) + "0c 01 0000", mikey.ERRPayload, 14, mikey.ErrTruncated},
		{"an unknown payload that is not there", header(mikey.ERRPayload) + "63 01 0000", 0x63, 14, mikey.ErrTruncated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mikey.ParseMessage(fromHex(t, tt.wire))
			wantParseError(t, err, tt.payload, tt.offset, tt.err)
		})
	}
	m := &mikey.Message{Header: testHeader, Payloads: []mikey.Payload{&mikey.ErrorPayload{}, &mikey.ErrorPayload{}}}
	if got, want := marshal(t, m), fromHex(t, header(12)+"0c000000"+"00000000"); !bytes.Equal(got, want) {
		t.Errorf("the chain is encoded as %x", got)
	}
}

func TestR3830_017_AnyOrderIsDecoded(t *testing.T) {
	wire := fromHex(t, header(mikey.SPPayload)+"0b 00 00 0000"+"06 01 aa"+"05 00 0001 61"+"00 00 0000000000000001")
	m := mustParse(t, wire)
	var order []mikey.PayloadType
	for _, p := range m.Payloads {
		order = append(order, p.Type())
	}
	want := []mikey.PayloadType{mikey.SPPayload, mikey.RANDPayload, mikey.IDPayload, mikey.TPayload}
	if !reflect.DeepEqual(order, want) || !bytes.Equal(marshal(t, m), wire) {
		t.Errorf("order is %v", order)
	}
}

func TestR3830_018_PrivateUseIsCarried(t *testing.T) {
	for _, wire := range []string{
		"01 f1 00 00 01020304 00 00",            // data type
		"01 00 00 70 01020304 00 00",            // PRF
		"01 00 f1 00 01020304 00 00 aabb",       // payload
		"01 00 00 00 01020304 07 f1 aabb",       // CS ID map
		header(1) + "00 f1 0001 aa 00",          // encryption
		header(1) + "00 00 0001 aa f1 bbcc",     // MAC
		header(3) + "00 f1 bbcc",                // DH group
		header(5) + "00 f1 bbcc",                // timestamp
		header(6) + "00 f1 0001 bb",             // identity
		header(7) + "00 f1 0001 bb",             // certificate
		header(8) + "00 f1 bbcc",                // hash
		header(10) + "00 00 f1 0003 010110",     // protocol
		header(10) + "00 00 00 0004 f1 02 bbcc", // policy parameter
		header(12) + "00 f1 0000",               // error
		header(14) + "00 f0 f1 0001 bb",         // role and identity
		header(21) + "00 f1 0001 bb",            // extension
	} {
		data := fromHex(t, wire)
		if got := marshal(t, mustParse(t, data)); !bytes.Equal(got, data) {
			t.Errorf("%x becomes %x", data, got)
		}
	}
}

func TestR3830_024_KeyDataOnlyInsideKEMAC(t *testing.T) {
	wire := fromHex(t, header(mikey.ERRPayload)+"14 01 0000"+"00 20 0001 aa")
	for _, d := range []mikey.Decoder{{}, {Repeats: true, TrailingZero: true}} {
		_, err := d.Parse(wire)
		wantParseError(t, err, mikey.KeyDataPayload, 14, mikey.ErrMisplaced)
	}
}

func TestR3830_047_GeneralExtensionInAnyMessage(t *testing.T) {
	for dataType := range 27 {
		wire := fromHex(t, fmt.Sprintf("01 %02x 15 00 01020304 00 00", dataType)+"05 00 0001 61"+"15 00 0000000000000001"+"00 01 0001 62")
		m := mustParse(t, wire)
		if len(m.Payloads) != 3 || !bytes.Equal(marshal(t, m), wire) {
			t.Errorf("data type %d: %d payloads", dataType, len(m.Payloads))
		}
	}
}

// A DHHMAC message: the KEMAC has no key data, is last, and its algorithms have
// the registered numbers.
func TestR4650_001_002_DHHMACMessage(t *testing.T) {
	wire := fromHex(t, "01 07 05 00 01020304 00 00"+
		"0b 00 0000000000000001"+"06 01 aa"+"06 00 0001 61"+"0a 00 0001 62"+"03 00 00 0000"+
		"15 00"+strings.Repeat("01", 192)+"00"+"01 01 0005 6d696b6579"+"00 00 0000 01"+strings.Repeat("bb", 20))
	m := mustParse(t, wire)
	if m.Header.DataType != mikey.DHHMACInit || !bytes.Equal(marshal(t, m), wire) {
		t.Fatalf("data type is %v", m.Header.DataType)
	}
	k, ok := m.Payloads[len(m.Payloads)-1].(*mikey.KEMAC)
	if !ok || k.EncrAlg != mikey.EncrNULL || len(k.EncrData) != 0 || k.MACAlg != mikey.MACHMACSHA1160 {
		t.Errorf("the last payload is %v", m.Payloads[len(m.Payloads)-1])
	}
	if mikey.DHHMACResp != 8 || mikey.DHHMACResp.String() != "DHHMAC resp" {
		t.Error("DHHMAC response has another number")
	}
}

func TestR4738_001_NumbersOfRSAR(t *testing.T) {
	for got, want := range map[string]string{
		mikey.DataType(9).String():       mikey.RSARInit.String(),
		mikey.DataType(10).String():      mikey.RSARResp.String(),
		mikey.ErrorCode(13).String():     mikey.ErrorUnsupported.String(),
		mikey.ExtensionType(4).String():  mikey.ExtCSBID.String(),
		mikey.ErrorUnsupported.Error():   "Unsupported message type",
		mikey.ExtCSBID.String():          "CSB_ID",
		mikey.RSARInit.String():          "RSA-R init",
		mikey.RSARResp.String():          "RSA-R resp",
		mikey.DataType(99).String():      "DataType(99)",
		mikey.ErrorCode(99).Error():      "ErrorCode(99)",
		mikey.PayloadType(18).String():   "PayloadType(18)",
		mikey.ExtensionType(99).String(): "ExtensionType(99)",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Every name of the registry, by number.
func TestRegistryNames(t *testing.T) {
	type namer interface{ String() string }
	for _, tt := range []struct {
		of    func(uint8) namer
		names []string
	}{
		{func(n uint8) namer { return mikey.DataType(n) }, []string{
			"PSK init", "PSK ver", "PK init", "PK ver", "DH init", "DH resp", "Error", "DHHMAC init", "DHHMAC resp",
			"RSA-R init", "RSA-R resp", "REQUEST_INIT_PSK", "REQUEST_INIT_PK", "REQUEST_RESP", "TRANSFER_INIT",
			"TRANSFER_RESP", "RESOLVE_INIT_PSK", "RESOLVE_INIT_PK", "RESOLVE_RESP", "REQUEST_KEY_PSK",
			"REQUEST_KEY_PKE", "REQUEST_KEY_RESP", "I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2",
			"SAKKE", "DataType(27)",
		}},
		{func(n uint8) namer { return mikey.PayloadType(n) }, []string{
			"Last payload", "KEMAC", "PKE", "DH", "SIGN", "T", "ID", "CERT", "CHASH", "V", "SP", "RAND", "ERR", "TR",
			"IDR", "RANDR", "TP", "TICKET", "PayloadType(18)", "PayloadType(19)", "Key data", "General extension",
			"IBAKE", "ESK", "SK", "ECCPT", "SAKKE", "PayloadType(27)",
		}},
		{func(n uint8) namer { return mikey.PRFFunc(n) }, []string{"MIKEY-1", "PRF-HMAC-SHA-256", "PRFFunc(2)"}},
		{func(n uint8) namer { return mikey.CSIDMapType(n) }, []string{"SRTP-ID", "Empty map", "GENERIC-ID", "CSIDMapType(3)"}},
		{func(n uint8) namer { return mikey.EncrAlg(n) }, []string{"NULL", "AES-CM-128", "AES-KW-128", "AES-CM-256", "EncrAlg(4)"}},
		{func(n uint8) namer { return mikey.MACAlg(n) }, []string{"NULL", "HMAC-SHA-1-160", "HMAC-SHA-256-256", "MACAlg(3)"}},
		{func(n uint8) namer { return mikey.CacheType(n) }, []string{"No cache", "Cache", "Cache for CSB", "CacheType(3)"}},
		{func(n uint8) namer { return mikey.DHGroup(n) }, []string{"OAKLEY 5", "OAKLEY 1", "OAKLEY 2", "DHGroup(3)"}},
		{func(n uint8) namer { return mikey.SignType(n) }, []string{"RSASSA-PKCS1-v1_5", "RSASSA-PSS", "ECCSI", "SignType(3)"}},
		{func(n uint8) namer { return mikey.TSType(n) }, []string{"NTP-UTC", "NTP", "COUNTER", "NTP-UTC-32", "TSType(4)"}},
		{func(n uint8) namer { return mikey.IDType(n) }, []string{"NAI", "URI", "byte string", "IDType(3)"}},
		{func(n uint8) namer { return mikey.IDRole(n) }, []string{
			"IDRole(0)", "IDRi", "IDRr", "IDRkms", "IDRpsk", "IDRapp", "IDRkmsi", "IDRkmsr", "IDRole(8)",
		}},
		{func(n uint8) namer { return mikey.CertType(n) }, []string{
			"X.509v3", "X.509v3 URL", "X.509v3 Sign", "X.509v3 Encr", "CertType(4)",
		}},
		{func(n uint8) namer { return mikey.HashFunc(n) }, []string{"SHA-1", "MD5", "SHA-256", "HashFunc(3)"}},
		{func(n uint8) namer { return mikey.Protocol(n) }, []string{"SRTP", "TESLA", "Protocol(2)"}},
		{func(n uint8) namer { return mikey.KeyType(n) }, []string{
			"TGK", "TGK+SALT", "TEK", "TEK+SALT", "GTGK", "GTGK+SALT", "MPK", "K_PR", "KeyType(8)",
		}},
		{func(n uint8) namer { return mikey.KVType(n) }, []string{"Null", "SPI", "Interval", "KVType(3)"}},
		{func(n uint8) namer { return mikey.ExtensionType(n) }, []string{
			"Vendor ID", "SDP IDs", "TESLA I-Key", "Key ID", "CSB_ID", "OMA BCAST", "ExtensionType(6)",
		}},
		{func(n uint8) namer { return mikey.KeyIDType(n) }, []string{
			"MBMS Key Domain ID", "MBMS Service Key ID", "MBMS Traffic Key ID", "KeyIDType(3)",
		}},
		{func(n uint8) namer { return mikey.ErrorCode(n) }, []string{
			"Auth failure", "Invalid TS", "Invalid PRF", "Invalid MAC", "Invalid EA", "Invalid HA", "Invalid DH",
			"Invalid ID", "Invalid Cert", "Invalid SP", "Invalid SPpar", "Invalid DT", "Unspecified error",
			"Unsupported message type", "Invalid TICKET", "Invalid TPpar", "ErrorCode(16)",
		}},
		{func(n uint8) namer { return mikey.SRTPEncrAlg(n) }, []string{
			"NULL", "AES-CM", "AES-F8", "SEED-CTR", "SEED-CCM", "SEED-GCM", "AES-GCM", "ARIA-CTR", "ARIA-GCM", "SRTPEncrAlg(9)",
		}},
		{func(n uint8) namer { return mikey.SRTPAuthAlg(n) }, []string{"NULL", "HMAC-SHA-1", "RCCm1", "RCCm2", "RCCm3", "SRTPAuthAlg(5)"}},
		{func(n uint8) namer { return mikey.SRTPPRF(n) }, []string{"AES-CM", "SEED-CTR", "ARIA-CTR", "SRTPPRF(3)"}},
		{func(n uint8) namer { return mikey.Stage(n) }, []string{
			"Stage(0)", "malformed", "unsupported", "auth-failure", "stale", "replay", "policy", "state", "usage", "Stage(9)",
		}},
	} {
		for n, want := range tt.names {
			if got := tt.of(uint8(n)).String(); got != want {
				t.Errorf("%T %d is %q, want %q", tt.of(0), n, got, want)
			}
		}
	}
	if got := mikey.ParamType(21).String(); got != "ParamType(21)" {
		t.Errorf("parameter 21 is %q", got)
	}
}

// chain returns a message with n copies of a payload of type number; body is
// what follows the next-payload octet of each.
func chain(t *testing.T, number mikey.PayloadType, body string, n int) []byte {
	one := append([]byte{byte(number)}, fromHex(t, body)...)
	wire := append(fromHex(t, header(number)), bytes.Repeat(one, n)...)
	wire[len(wire)-len(one)] = 0
	return wire
}

func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		name  string
		typ   mikey.PayloadType
		body  string
		limit int
	}{
		{"payloads", mikey.ERRPayload, "01 0000", 64},
		{"policies", mikey.SPPayload, "00 00 0000", 16},
		{"certificates", mikey.CERTPayload, "00 0001 30", 8},
		{"extensions", mikey.GeneralExtensionPayload, "00 0000", 16},
		{"identities", mikey.IDPayload, "00 0001 61", 2},
		{"DH values", mikey.DHPayload, "01" + strings.Repeat("05", 96) + "00", 2},
		{"KEMAC", mikey.KEMACPayload, "00 0000 00", 1},
		{"PKE", mikey.PKEPayload, "0000", 1},
		{"T", mikey.TPayload, "02 00000001", 1},
		{"CHASH", mikey.CHASHPayload, "01" + strings.Repeat("05", 16), 1},
		{"V", mikey.VPayload, "00", 1},
		{"RAND", mikey.RANDPayload, "01 aa", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			most := chain(t, tt.typ, tt.body, tt.limit)
			if m := mustParse(t, most); len(m.Payloads) != tt.limit || !bytes.Equal(marshal(t, m), most) {
				t.Errorf("%d payloads", len(m.Payloads))
			}
			over := chain(t, tt.typ, tt.body, tt.limit+1)
			size := 1 + len(fromHex(t, tt.body))
			cause := mikey.ErrDuplicate
			if tt.limit == 64 {
				cause = mikey.ErrTooMany
			}
			m, err := mikey.ParseMessage(over)
			if m != nil {
				t.Error("one too many is accepted")
			}
			wantParseError(t, err, tt.typ, headerLen+tt.limit*size, cause)

			// A tool may look at repeats, but not at chains without end.
			m, err = (&mikey.Decoder{Repeats: true}).Parse(over)
			if tt.limit == 64 {
				wantParseError(t, err, tt.typ, headerLen+tt.limit*size, mikey.ErrTooMany)
			} else if err != nil || !bytes.Equal(marshal(t, m), over) {
				t.Errorf("Repeats: %v", err)
			}
			_, err = (&mikey.Decoder{Repeats: true}).Parse(chain(t, tt.typ, tt.body, 65))
			wantParseError(t, err, tt.typ, headerLen+64*size, mikey.ErrTooMany)
		})
	}
}

func TestMessageSize(t *testing.T) {
	fill := mikey.MaxMessageSize - headerLen - 4
	wire := append(fromHex(t, header(mikey.GeneralExtensionPayload)), 0, 0, byte(fill>>8), byte(fill))
	wire = append(wire, make([]byte, fill)...)
	m := mustParse(t, wire)
	if !bytes.Equal(marshal(t, m), wire) {
		t.Error("the largest message changes")
	}
	_, err := mikey.ParseMessage(append(wire, 0))
	wantParseError(t, err, mikey.LastPayload, 0, mikey.ErrTooLarge)

	e := m.Payloads[0].(*mikey.GeneralExtension)
	e.Data = append(bytes.Clone(e.Data), 0)
	wantEncodeError(t, m, mikey.LastPayload, mikey.ErrTooLarge)
}

func TestR3830_021_KEMACWithin65536(t *testing.T) {
	k := &mikey.KEMAC{EncrData: make([]byte, mikey.MaxMessageSize-headerLen-5)}
	m := &mikey.Message{Header: testHeader, Payloads: []mikey.Payload{k}}
	if wire := marshal(t, m); len(wire) != mikey.MaxMessageSize || !bytes.Equal(marshal(t, mustParse(t, wire)), wire) {
		t.Errorf("%d octets", len(wire))
	}
	k.EncrData = make([]byte, mikey.MaxMessageSize-headerLen-4)
	wantEncodeError(t, m, mikey.LastPayload, mikey.ErrTooLarge)
	k.EncrData = make([]byte, 0x10000)
	wantEncodeError(t, m, mikey.KEMACPayload, mikey.ErrLength)
}

// One zero octet is taken, in messages that nothing authenticates, and only if
// asked for.
func TestP52_TrailingZero(t *testing.T) {
	null := fromHex(t, header(mikey.KEMACPayload)+"00 00 0001 aa 00")
	lenient := &mikey.Decoder{TrailingZero: true}

	wire := append(bytes.Clone(null), 0)
	_, err := mikey.ParseMessage(wire)
	wantParseError(t, err, mikey.LastPayload, len(null), mikey.ErrTrailing)
	m, err := lenient.Parse(wire)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(m.Trailing, []byte{0}) || !bytes.Equal(m.Received(), wire) || !bytes.Equal(marshal(t, m), wire) {
		t.Error("the octet is lost")
	}
	m, err = lenient.Parse(null)
	if err != nil || len(m.Trailing) != 0 {
		t.Errorf("without the octet: %x, %v", m.Trailing, err)
	}

	for _, tt := range []struct {
		name, message, tail string
	}{
		{"another octet", header(1) + "00 00 0001 aa 00", "01"},
		{"two zeros", header(1) + "00 00 0001 aa 00", "0000"},
		{"a MAC", header(1) + "00 00 0000 01" + strings.Repeat("bb", 20), "00"},
		{"encryption", header(1) + "00 01 0001 aa 00", "00"},
		{"no KEMAC", header(12) + "00 01 0000", "00"},
		{"NULL V", header(9) + "00 00", "00"},
		{"KEMAC before V", header(1) + "09 00 0001 aa 00" + "00 00", "00"},
		{"signature", header(1) + "04 00 0001 aa 00" + "0001 aa", "00"},
		{"no payload", header(0), "00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := fromHex(t, tt.message)
			if _, err := lenient.Parse(data); err != nil {
				t.Fatal(err)
			}
			_, err := lenient.Parse(append(data, fromHex(t, tt.tail)...))
			wantParseError(t, err, mikey.LastPayload, len(data), mikey.ErrTrailing)
		})
	}
}

func TestErrorTexts(t *testing.T) {
	_, err := mikey.ParseMessage(fromHex(t, header(mikey.RANDPayload)+"00 10 aabb"))
	if got, want := err.Error(), "mikey: RAND at offset 10: ends too early"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, _, err = mikey.ParseKeyData(mikey.KeyDataPayload, fromHex(t, "00 80 0001 aa"))
	if got, want := err.Error(), "mikey: Key data at offset 0: layout is unknown"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, err = mikey.ParseMessage(nil)
	if got, want := err.Error(), "mikey: message at offset 0: ends too early"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, err = (&mikey.Message{Payloads: []mikey.Payload{&mikey.Rand{}}}).MarshalBinary()
	if got, want := err.Error(), "mikey: encode RAND: length does not fit"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, err = (&mikey.Message{Header: mikey.Header{PRF: 0x80}}).MarshalBinary()
	if got, want := err.Error(), "mikey: encode message: value does not fit its field"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// transported gives messages to a responder that trusts the transport, so that
// they need no MAC.
func transported(t *testing.T, message []byte) (*mikey.Received, error) {
	t.Helper()
	responder, err := mikey.NewResponder(
		&mikey.Config{InsecureIgnoreSkew: true, AllowCounter: true}, mikey.InsecureTransportProtected(nil))
	if err != nil {
		t.Fatal(err)
	}
	return responder.Receive(message)
}

// The parts of a request that the responder of transported takes.
const (
	requestT     = "00 0000000000000001"
	requestSP    = "00 00 0000"
	requestKEMAC = "00 00 0022 0020 001e 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d 00"
)

func TestRequestOfThisTest(t *testing.T) {
	received, err := transported(t, fromHex(t, "01 00 05 00 01020304 01 00 00 00000001 00000000"+"0a"+requestT+"01"+requestSP+requestKEMAC))
	if err != nil || received.CSBID() != 0x01020304 {
		t.Fatalf("what the tests below change is not accepted: %v", err)
	}
}

// What cannot be done is refused with the number of the reason, which also stands
// in the reply.
func TestR3830_048_UnsupportedHasItsNumber(t *testing.T) {
	const one = "01 00 00 00000001 00000000" // one crypto session
	unknown := strings.Repeat("ee", 40)
	for _, tt := range []struct {
		name, message string
		code          mikey.ErrorCode
		stage         mikey.Stage
		reply         bool
	}{
		{"data type", "01 63 05 00 01020304" + one + "0a" + requestT + "01" + requestSP + requestKEMAC,
			mikey.ErrorInvalidDT, mikey.Unsupported, true},
		{"private data type", "01 f1 05 00 01020304" + one + "0a" + requestT + "01" + requestSP + requestKEMAC,
			mikey.ErrorInvalidDT, mikey.Unsupported, true},
		{"PRF", "01 00 05 02 01020304" + one + "0a" + requestT + "01" + requestSP + requestKEMAC,
			mikey.ErrorInvalidPRF, mikey.Unsupported, true},
		{"private PRF", "01 00 05 70 01020304" + one + "0a" + requestT + "01" + requestSP + requestKEMAC,
			mikey.ErrorInvalidPRF, mikey.Unsupported, true},
		{"MAC", "01 00 05 00 01020304" + one + "0a" + requestT + "01" + requestSP + "00 00 0000 03" + unknown,
			mikey.ErrorInvalidMAC, mikey.Unsupported, true},
		{"encryption", "01 00 05 00 01020304" + one + "0b" + requestT + "0a 10 000102030405060708090a0b0c0d0e0f" + "01" + requestSP + "00 04 0001 aa 00",
			mikey.ErrorInvalidEA, mikey.Unsupported, true},
		{"hash", "01 00 05 00 01020304" + one + "08" + requestT + "0a 03" + unknown,
			mikey.ErrorInvalidHA, mikey.Unsupported, true},
		{"DH group", "01 00 05 00 01020304" + one + "03" + requestT + "0a 03" + unknown,
			mikey.ErrorInvalidDH, mikey.Unsupported, true},
		{"timestamp", "01 00 05 00 01020304" + one + "01 04" + unknown,
			mikey.ErrorInvalidTS, mikey.Unsupported, false},
		{"protocol", "01 00 05 00 01020304" + one + "0a" + requestT + "01 00 01 0000" + requestKEMAC,
			mikey.ErrorInvalidSP, mikey.Unsupported, true},
		{"policy", "01 00 05 00 01020304" + one + "0a" + requestT + "01 00 00 0003 0001f1" + requestKEMAC,
			mikey.ErrorInvalidSPar, mikey.Unsupported, true},
		{"payload", "01 00 05 00 01020304" + one + "f1" + requestT + unknown,
			mikey.ErrorUnspecified, mikey.Malformed, true},
		{"CS ID map", "01 00 05 00 01020304 01 f1 00 00000001 00000000" + "0a" + requestT + "01" + requestSP + requestKEMAC,
			mikey.ErrorUnspecified, mikey.Unsupported, false},
		{"GENERIC-ID", "01 00 05 00 01020304 00 02" + "0a" + requestT + "01" + requestSP + requestKEMAC,
			mikey.ErrorUnspecified, mikey.Unsupported, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := transported(t, fromHex(t, tt.message))
			var e *mikey.Error
			var code mikey.ErrorCode
			if !errors.As(err, &e) || !errors.As(err, &code) {
				t.Fatalf("%v", err)
			}
			if code != tt.code || e.Stage != tt.stage {
				t.Errorf("%v: code %q, stage %v, want %q, %v", err, code, e.Stage, tt.code, tt.stage)
			}
			if (e.Reply != nil) != tt.reply {
				t.Fatalf("reply is %x", e.Reply)
			}
			if tt.reply {
				m := mustParse(t, e.Reply)
				p, ok := mikey.PayloadOf[*mikey.ErrorPayload](m)
				if m.Header.DataType != mikey.ErrorMessage || m.Header.CSBID != 0x01020304 || !ok || p.Code != tt.code {
					t.Errorf("the reply is %+v with %+v", m.Header, p)
				}
			}
		})
	}
}

func TestR3830_016_UnknownDataType(t *testing.T) {
	for _, dataType := range []string{"0b", "1a", "1b", "f1", "ff"} {
		_, err := transported(t, fromHex(t, "01"+dataType+"05 00 01020304 00 00"+"01"+requestT+requestKEMAC))
		var code mikey.ErrorCode
		if !errors.As(err, &code) || code != mikey.ErrorInvalidDT {
			t.Errorf("data type %s: %v", dataType, err)
		}
	}
}

func TestR3830_017_OrderOfTheEncoder(t *testing.T) {
	mode, err := mikey.PSK(counting(16))
	if err != nil {
		t.Fatal(err)
	}
	initiator, err := mikey.NewInitiator(mode, &mikey.Config{ID: mikey.URI("sip:a"), Peer: mikey.URI("sip:b")})
	if err != nil {
		t.Fatal(err)
	}
	request, _, err := initiator.Start(mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1}},
		Extensions:     []mikey.GeneralExtension{mikey.SDPIDs("mikey")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var order []mikey.PayloadType
	for _, p := range mustParse(t, request).Payloads {
		order = append(order, p.Type())
	}
	want := []mikey.PayloadType{
		mikey.TPayload, mikey.RANDPayload, mikey.IDPayload, mikey.IDPayload, mikey.SPPayload,
		mikey.GeneralExtensionPayload, mikey.KEMACPayload,
	}
	if !reflect.DeepEqual(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
}

func TestR3830_019_KEMACIsLast(t *testing.T) {
	for name, message := range map[string]string{
		"an extension follows":  "01 00 05 00 01020304 00 00" + "01" + requestT + "15" + requestKEMAC[2:] + "00 00 0000",
		"there is no KEMAC":     "01 00 05 00 01020304 00 00" + "15" + requestT + "00 00 0000",
		"there is nothing else": "01 00 05 00 01020304 00 00" + "00" + requestT,
	} {
		_, err := transported(t, fromHex(t, message))
		var e *mikey.Error
		if !errors.As(err, &e) || e.Stage != mikey.Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestR3830_041_DistinctPolicyNumbers(t *testing.T) {
	_, err := transported(t, fromHex(t, "01 00 05 00 01020304 01 00 00 00000001 00000000"+
		"0a"+requestT+"0a"+requestSP+"01"+requestSP+requestKEMAC))
	var e *mikey.Error
	if !errors.As(err, &e) || e.Stage != mikey.Malformed {
		t.Errorf("two policies with one number: %v", err)
	}
}

func TestR3830_045_RANDLength(t *testing.T) {
	request, _, _, _ := runExchange(t, mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 1}}})
	if r, ok := mikey.PayloadOf[*mikey.Rand](mustParse(t, request)); !ok || len(r.Value) < 16 {
		t.Errorf("RAND is %v", r)
	}
	// A TGK needs one of 16 octets.
	for n, accepted := range map[int]bool{15: false, 16: true, 255: true} {
		_, err := transported(t, fromHex(t, "01 00 05 00 01020304 01 00 00 00000001 00000000"+"0b"+requestT+
			"0a"+fmt.Sprintf("%02x", n)+strings.Repeat("ab", n)+"01"+requestSP+"00 00 0014 0000 0010 000102030405060708090a0b0c0d0e0f 00"))
		if (err == nil) != accepted {
			t.Errorf("RAND of %d octets: %v", n, err)
		}
	}
}

// Extensions are covered by the MAC.
func TestR3830_047_GeneralExtensionIsAuthenticated(t *testing.T) {
	request, _, _, _ := runExchange(t, mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1}},
		Extensions:     []mikey.GeneralExtension{mikey.SDPIDs("mikey")},
	})
	mode, err := mikey.PSK(counting(16))
	if err != nil {
		t.Fatal(err)
	}
	responder, err := mikey.NewResponder(nil, mode)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(request)
	at := bytes.Index(changed, []byte("mikey"))
	changed[at] ^= 0x20
	var e *mikey.Error
	if _, err := responder.Receive(changed); !errors.As(err, &e) || e.Stage != mikey.AuthFailure {
		t.Errorf("a changed extension gives %v", err)
	}
	received, err := responder.Receive(request)
	if err != nil {
		t.Fatal(err)
	}
	if ids, ok := received.SDPIDs(); !ok || !reflect.DeepEqual(ids, []string{"mikey"}) {
		t.Errorf("%q, %v", ids, ok)
	}
}

func TestR4563_001_EmptyMapHasNoSP(t *testing.T) {
	_, err := transported(t, fromHex(t, "01 00 05 00 01020304 01 01"+"0a"+requestT+"01"+requestSP+requestKEMAC))
	var e *mikey.Error
	if !errors.As(err, &e) || e.Stage != mikey.Malformed {
		t.Errorf("%v", err)
	}
}
