package mikey_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// A payloadCase is a payload and its octets, written by hand after the drawings
// of RFC 3830, Section 6. It is the last payload of its message.
type payloadCase struct {
	name    string
	wire    string
	payload mikey.Payload
}

// room is what is left for the data of a payload with 4 octets before it.
const room = mikey.MaxMessageSize - headerLen - 4

func payloadCases() []payloadCase {
	ab := func(n int) []byte { return bytes.Repeat([]byte{0xab}, n) }
	abHex := func(n int) string { return strings.Repeat("ab", n) }
	return []payloadCase{
		{"KEMAC smallest", "00 00 0000 00", &mikey.KEMAC{EncrData: []byte{}, MAC: []byte{}}},
		{"KEMAC usual", "00 01 0003 010203 01" + abHex(20), &mikey.KEMAC{
			EncrAlg: mikey.EncrAESCM128, EncrData: []byte{1, 2, 3}, MACAlg: mikey.MACHMACSHA1160, MAC: ab(20),
		}},
		{"KEMAC with 256-bit algorithms", "00 03 0001 01 02" + abHex(32), &mikey.KEMAC{
			EncrAlg: mikey.EncrAESCM256, EncrData: []byte{1}, MACAlg: mikey.MACHMACSHA256256, MAC: ab(32),
		}},
		{"KEMAC with an unknown encryption", "00 ff 0001 01 00", &mikey.KEMAC{
			EncrAlg: 255, EncrData: []byte{1}, MAC: []byte{},
		}},
		{"PKE smallest", "00 0000", &mikey.PKE{Data: []byte{}}},
		{"PKE usual", "00 4003 010203", &mikey.PKE{Cache: mikey.Cache, Data: []byte{1, 2, 3}}},
		{"PKE largest", "00 ffff" + abHex(16383), &mikey.PKE{Cache: 3, Data: ab(16383)}},
		{"DH OAKLEY 1", "00 01" + abHex(96) + "00", &mikey.DH{Group: mikey.OAKLEY1, Value: ab(96)}},
		{"DH OAKLEY 2", "00 02" + abHex(128) + "01 00", &mikey.DH{
			Group: mikey.OAKLEY2, Value: ab(128), Validity: mikey.SPI([]byte{}),
		}},
		{"DH OAKLEY 5", "00 00" + abHex(192) + "02 06 000000000001 06 0000ffffffff", &mikey.DH{
			Group: mikey.OAKLEY5, Value: ab(192), Validity: mikey.Interval([]byte{0, 0, 0, 0, 0, 1}, []byte{0, 0, 255, 255, 255, 255}),
		}},
		{"DH largest", "00 00" + abHex(192) + "f2 ff" + abHex(255) + "ff" + abHex(255), &mikey.DH{
			Group: mikey.OAKLEY5, Value: ab(192), Reserved: 15, Validity: mikey.Interval(ab(255), ab(255)),
		}},
		{"SIGN smallest", "0000", &mikey.Sign{Signature: []byte{}}},
		{"SIGN usual", "1003 010203", &mikey.Sign{SignType: mikey.SignRSAPSS, Signature: []byte{1, 2, 3}}},
		{"SIGN ECCSI", "2081" + abHex(129), &mikey.Sign{SignType: mikey.SignECCSI, Signature: ab(129)}},
		{"SIGN largest", "ffff" + abHex(4095), &mikey.Sign{SignType: 15, Signature: ab(4095)}},
		{"T NTP-UTC", "00 00 0102030405060708", &mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0x0102030405060708}},
		{"T NTP", "00 01 ffffffffffffffff", &mikey.Timestamp{TSType: mikey.TSNTP, Value: 1<<64 - 1}},
		{"T COUNTER", "00 02 ffffffff", &mikey.Timestamp{TSType: mikey.TSCounter, Value: 1<<32 - 1}},
		{"T NTP-UTC-32", "00 03 01020304", &mikey.Timestamp{TSType: mikey.TSNTPUTC32, Value: 0x01020304}},
		{"ID smallest", "00 00 0000", &mikey.ID{}},
		{"ID NAI", "00 00 0003 614062", &mikey.ID{IDType: mikey.IDTypeNAI, Value: "a@b"}},
		{"ID URI", "00 01 0005 7369703a61", &mikey.ID{IDType: mikey.IDTypeURI, Value: "sip:a"}},
		{"ID byte string", "00 02 0002 00ff", &mikey.ID{IDType: mikey.IDTypeByteString, Value: "\x00\xff"}},
		{"ID unknown", "00 ff 0001 61", &mikey.ID{IDType: 255, Value: "a"}},
		{"ID largest", fmt.Sprintf("00 02 %04x", room) + abHex(room), &mikey.ID{IDType: 2, Value: string(ab(room))}},
		{"CERT smallest", "00 00 0000", &mikey.Cert{Data: []byte{}}},
		{"CERT usual", "00 02 0002 3000", &mikey.Cert{CertType: mikey.CertX509Sign, Data: []byte{0x30, 0}}},
		{"CERT URL", "00 01 0008 687474703a2f2f61", &mikey.Cert{CertType: mikey.CertX509URL, Data: []byte("http://a")}},
		{"CERT encryption", "00 03 0001 30", &mikey.Cert{CertType: mikey.CertX509Encr, Data: []byte{0x30}}},
		{"CERT unknown", "00 ff 0001 61", &mikey.Cert{CertType: 255, Data: []byte("a")}},
		{"CERT largest", fmt.Sprintf("00 00 %04x", room) + abHex(room), &mikey.Cert{Data: ab(room)}},
		{"CHASH SHA-1", "00 00" + abHex(20), &mikey.CertHash{HashFunc: mikey.HashSHA1, Hash: ab(20)}},
		{"CHASH MD5", "00 01" + abHex(16), &mikey.CertHash{HashFunc: mikey.HashMD5, Hash: ab(16)}},
		{"CHASH SHA-256", "00 02" + abHex(32), &mikey.CertHash{HashFunc: mikey.HashSHA256, Hash: ab(32)}},
		{"V NULL", "00 00", &mikey.Verification{MAC: []byte{}}},
		{"V SHA-1", "00 01" + abHex(20), &mikey.Verification{AuthAlg: mikey.MACHMACSHA1160, MAC: ab(20)}},
		{"V SHA-256", "00 02" + abHex(32), &mikey.Verification{AuthAlg: mikey.MACHMACSHA256256, MAC: ab(32)}},
		{"SP smallest", "00 00 00 0000", &mikey.SecurityPolicy{Params: mikey.PolicyParams{}}},
		{"SP usual", "00 07 00 0006 000101 010110", &mikey.SecurityPolicy{
			Number: 7, Params: mikey.PolicyParams{0, 1, 1, 1, 1, 16},
		}},
		{"SP TESLA", "00 ff 01 0006 06 04 000003e8", &mikey.SecurityPolicy{
			Number: 255, Protocol: mikey.ProtocolTESLA, Params: mikey.PolicyParams{6, 4, 0, 0, 3, 0xe8},
		}},
		{"SP unknown", "00 00 ff 0007 ff 00 fe 03 010203", &mikey.SecurityPolicy{
			Protocol: 255, Params: mikey.PolicyParams{255, 0, 254, 3, 1, 2, 3},
		}},
		{"RAND smallest", "00 01 ab", &mikey.Rand{Value: ab(1)}},
		{"RAND usual", "00 10" + abHex(16), &mikey.Rand{Value: ab(16)}},
		{"RAND largest", "00 ff" + abHex(255), &mikey.Rand{Value: ab(255)}},
		{"ERR smallest", "00 00 0000", &mikey.ErrorPayload{}},
		{"ERR usual", "00 0a 0000", &mikey.ErrorPayload{Code: mikey.ErrorInvalidSPar}},
		{"ERR largest", "00 ff ffff", &mikey.ErrorPayload{Code: 255, Reserved: 0xffff}},
		{"IDR smallest", "00 00 00 0000", &mikey.IDR{}},
		{"IDR usual", "00 02 01 0005 7369703a62", &mikey.IDR{Role: 2, ID: mikey.URI("sip:b")}},
		{"IDR unknown", "00 ff ff 0001 61", &mikey.IDR{Role: 255, ID: mikey.ID{IDType: 255, Value: "a"}}},
		{"IDR largest", fmt.Sprintf("00 01 00 %04x", room-1) + abHex(room-1), &mikey.IDR{Role: 1, ID: mikey.NAI(string(ab(room - 1)))}},
		{"General extension smallest", "00 00 0000", &mikey.GeneralExtension{Data: []byte{}}},
		{"General extension SDP IDs", "00 01 0005 6d696b6579", &mikey.GeneralExtension{ExtType: mikey.ExtSDPIDs, Data: []byte("mikey")}},
		{"General extension unknown", "00 ff 0001 ab", &mikey.GeneralExtension{ExtType: 255, Data: ab(1)}},
		{"General extension largest", fmt.Sprintf("00 05 %04x", room) + abHex(room), &mikey.GeneralExtension{
			ExtType: mikey.ExtOMABCAST, Data: ab(room),
		}},
	}
}

// largestCases are those whose octets need some arithmetic.
func largestCases() []payloadCase {
	data := mikey.MaxMessageSize - headerLen - 5 - 32
	kemac := payloadCase{
		"KEMAC largest",
		fmt.Sprintf("00 00 %04x", data) + strings.Repeat("ab", data) + "02" + strings.Repeat("cd", 32),
		&mikey.KEMAC{
			EncrData: bytes.Repeat([]byte{0xab}, data), MACAlg: mikey.MACHMACSHA256256, MAC: bytes.Repeat([]byte{0xcd}, 32),
		},
	}
	// 254 parameters of 257 octets and a last one that fills the message.
	var params mikey.PolicyParams
	for range 254 {
		params = params.Append(0xff, make([]byte, 255)...)
	}
	params = params.Append(0xfe, make([]byte, mikey.MaxMessageSize-headerLen-5-len(params)-2)...)
	sp := payloadCase{
		"SP largest",
		fmt.Sprintf("00 00 00 %04x %x", len(params), []byte(params)),
		&mikey.SecurityPolicy{Params: params},
	}
	return []payloadCase{kemac, sp}
}

func allPayloadCases() []payloadCase {
	return append(payloadCases(), largestCases()...)
}

func TestPayloads(t *testing.T) {
	covered := make(map[mikey.PayloadType]bool)
	for _, c := range allPayloadCases() {
		covered[c.payload.Type()] = true
		t.Run(c.name, func(t *testing.T) {
			typ := c.payload.Type()
			wire := append(fromHex(t, header(typ)), fromHex(t, c.wire)...)
			built := &mikey.Message{Header: testHeader, Payloads: []mikey.Payload{c.payload}}
			if got := marshal(t, built); !bytes.Equal(got, wire) {
				t.Fatalf("encodes as %.200x, want %.200x", got, wire)
			}
			m := mustParse(t, wire)
			if len(m.Payloads) != 1 || !reflect.DeepEqual(m.Payloads[0], c.payload) {
				t.Fatalf("parses as %.200v, want %.200v", fmt.Sprintf("%+v", m.Payloads[0]), fmt.Sprintf("%+v", c.payload))
			}
			if got := marshal(t, m); !bytes.Equal(got, wire) {
				t.Fatalf("encodes again as %.200x, want %.200x", got, wire)
			}
			for cut := headerLen; cut < len(wire); cut++ {
				if cut > 1000 && cut < len(wire)-1000 {
					cut = len(wire) - 1000
				}
				_, err := mikey.ParseMessage(wire[:cut])
				wantParseError(t, err, typ, headerLen, mikey.ErrTruncated)
				if t.Failed() {
					t.Fatalf("at %d of %d octets", cut, len(wire))
				}
			}
			if len(wire) < mikey.MaxMessageSize {
				_, err := mikey.ParseMessage(append(wire, 0))
				wantParseError(t, err, mikey.LastPayload, len(wire), mikey.ErrTrailing)
			}
		})
	}
	for typ := mikey.KEMACPayload; typ <= mikey.GeneralExtensionPayload; typ++ {
		known := typ <= mikey.ERRPayload || typ == mikey.IDRPayload || typ == mikey.GeneralExtensionPayload
		if known != covered[typ] {
			t.Errorf("%v: known %v, covered %v", typ, known, covered[typ])
		}
	}
}

// Each payload names the next one in its first octet.
func TestPayloadsNameTheNext(t *testing.T) {
	for _, c := range allPayloadCases() {
		wire := fromHex(t, c.wire)
		if len(wire) > 1000 {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			m := &mikey.Message{Header: testHeader, Payloads: []mikey.Payload{c.payload, &mikey.ErrorPayload{}}}
			if c.payload.Type() == mikey.SIGNPayload {
				wantEncodeError(t, m, mikey.SIGNPayload, mikey.ErrMisplaced)
				return
			}
			want := append(fromHex(t, header(c.payload.Type())), wire...)
			want[headerLen] = byte(mikey.ERRPayload)
			want = append(want, 0, 0, 0, 0)
			if got := marshal(t, m); !bytes.Equal(got, want) {
				t.Fatalf("encodes as %x, want %x", got, want)
			}
			if m := mustParse(t, want); len(m.Payloads) != 2 || !reflect.DeepEqual(m.Payloads[0], c.payload) {
				t.Errorf("parses as %v", m.Payloads)
			}
		})
	}
}

func TestEncoderRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		payload mikey.Payload
		err     error
	}{
		{"KEMAC data too long", &mikey.KEMAC{EncrData: make([]byte, 65536)}, mikey.ErrLength},
		{"KEMAC MAC too short", &mikey.KEMAC{MACAlg: mikey.MACHMACSHA1160, MAC: make([]byte, 19)}, mikey.ErrLength},
		{"KEMAC MAC too long", &mikey.KEMAC{MACAlg: mikey.MACHMACSHA256256, MAC: make([]byte, 33)}, mikey.ErrLength},
		{"KEMAC MAC of NULL", &mikey.KEMAC{MAC: make([]byte, 1)}, mikey.ErrLength},
		{"KEMAC MAC unknown", &mikey.KEMAC{MACAlg: 3}, mikey.ErrLength},
		{"PKE data too long", &mikey.PKE{Data: make([]byte, 16384)}, mikey.ErrLength},
		{"PKE cache", &mikey.PKE{Cache: 4}, mikey.ErrValue},
		{"DH too short", &mikey.DH{Group: mikey.OAKLEY5, Value: make([]byte, 191)}, mikey.ErrLength},
		{"DH too long", &mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 97)}, mikey.ErrLength},
		{"DH of another group", &mikey.DH{Group: mikey.OAKLEY2, Value: make([]byte, 192)}, mikey.ErrLength},
		{"DH reserved", &mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 96), Reserved: 16}, mikey.ErrValue},
		{"DH KV too large", &mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 96), Validity: mikey.KeyValidity{Type: 16}}, mikey.ErrValue},
		{"DH KV unknown", &mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 96), Validity: mikey.KeyValidity{Type: 3}}, mikey.ErrValue},
		{"DH SPI", &mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 96), Validity: mikey.SPI(make([]byte, 256))}, mikey.ErrLength},
		{"DH from", &mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 96), Validity: mikey.Interval(make([]byte, 256), nil)}, mikey.ErrLength},
		{"DH to", &mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 96), Validity: mikey.Interval(nil, make([]byte, 256))}, mikey.ErrLength},
		{"SIGN too long", &mikey.Sign{Signature: make([]byte, 4096)}, mikey.ErrLength},
		{"SIGN type", &mikey.Sign{SignType: 16}, mikey.ErrValue},
		{"T unknown", &mikey.Timestamp{TSType: 4}, mikey.ErrValue},
		{"T COUNTER too large", &mikey.Timestamp{TSType: mikey.TSCounter, Value: 1 << 32}, mikey.ErrValue},
		{"T NTP-UTC-32 too large", &mikey.Timestamp{TSType: mikey.TSNTPUTC32, Value: 1 << 32}, mikey.ErrValue},
		{"ID too long", &mikey.ID{Value: strings.Repeat("a", 65536)}, mikey.ErrLength},
		{"CERT too long", &mikey.Cert{Data: make([]byte, 65536)}, mikey.ErrLength},
		{"CHASH too short", &mikey.CertHash{HashFunc: mikey.HashSHA1, Hash: make([]byte, 19)}, mikey.ErrLength},
		{"CHASH too long", &mikey.CertHash{HashFunc: mikey.HashMD5, Hash: make([]byte, 20)}, mikey.ErrLength},
		{"CHASH unknown", &mikey.CertHash{HashFunc: 3}, mikey.ErrLength},
		{"V too short", &mikey.Verification{AuthAlg: mikey.MACHMACSHA1160}, mikey.ErrLength},
		{"V too long", &mikey.Verification{AuthAlg: mikey.MACHMACSHA1160, MAC: make([]byte, 32)}, mikey.ErrLength},
		{"V unknown", &mikey.Verification{AuthAlg: 3}, mikey.ErrLength},
		{"SP too long", &mikey.SecurityPolicy{Params: make([]byte, 65536)}, mikey.ErrLength},
		{"SP half a parameter", &mikey.SecurityPolicy{Params: mikey.PolicyParams{0}}, mikey.ErrLength},
		{"SP value too short", &mikey.SecurityPolicy{Params: mikey.PolicyParams{0, 2, 1}}, mikey.ErrLength},
		{"SP value of 256 octets", &mikey.SecurityPolicy{Params: mikey.PolicyParams(nil).Append(0, make([]byte, 256)...)}, mikey.ErrLength},
		{"RAND empty", &mikey.Rand{}, mikey.ErrLength},
		{"RAND too long", &mikey.Rand{Value: make([]byte, 256)}, mikey.ErrLength},
		{"IDR too long", &mikey.IDR{ID: mikey.ID{Value: strings.Repeat("a", 65536)}}, mikey.ErrLength},
		{"General extension too long", &mikey.GeneralExtension{Data: make([]byte, 65536)}, mikey.ErrLength},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantEncodeError(t, &mikey.Message{Payloads: []mikey.Payload{tt.payload}}, tt.payload.Type(), tt.err)
		})
	}
	unknown := &mikey.Message{Payloads: []mikey.Payload{&mikey.Unknown{PayloadType: 99, Rest: []byte{0}}, &mikey.ErrorPayload{}}}
	wantEncodeError(t, unknown, 99, mikey.ErrMisplaced)
}

// What no length can be known of swallows the rest of the message, and survives.
func TestUnknownPayloads(t *testing.T) {
	rest := strings.Repeat("c5", 40)
	type unknownCase struct {
		name string
		typ  mikey.PayloadType
		wire string
		// known is how many octets show that the layout is unknown.
		known int
	}
	cases := []unknownCase{
		{"KEMAC with an unknown MAC", mikey.KEMACPayload, "09 01 0002 aabb 03" + rest, 7},
		{"KEMAC with a private MAC", mikey.KEMACPayload, "09 01 0000 ff", 5},
		{"DH with an unknown group", mikey.DHPayload, "05 03" + rest, 2},
		{"DH with an unknown KV", mikey.DHPayload, "05 01" + strings.Repeat("ab", 96) + "03" + rest, 99},
		{"DH with the last KV", mikey.DHPayload, "05 01" + strings.Repeat("ab", 96) + "ff", 99},
		{"T of an unknown type", mikey.TPayload, "0b 04" + rest, 2},
		{"CHASH with an unknown hash", mikey.CHASHPayload, "02 03" + rest, 2},
		{"V with an unknown MAC", mikey.VPayload, "00 03" + rest, 2},
	}
	for typ := 1; typ < 256; typ++ {
		known := typ <= 12 || typ == 14 || typ == 20 || typ == 21
		if !known {
			cases = append(cases, unknownCase{fmt.Sprintf("payload %d", typ), mikey.PayloadType(typ), "01" + rest, 1})
		}
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := headerLen + 4
			wire := fromHex(t, header(mikey.ERRPayload)+fmt.Sprintf("%02x 0c 0000", uint8(c.typ))+c.wire)
			for cut := before; cut <= len(wire); cut++ {
				data := wire[:cut]
				m, err := mikey.ParseMessage(data)
				if cut < before+c.known {
					wantParseError(t, err, c.typ, before, mikey.ErrTruncated)
					continue
				}
				if err != nil {
					t.Fatalf("%d octets: %v", cut, err)
				}
				u, ok := m.Payloads[1].(*mikey.Unknown)
				if !ok || u.Type() != c.typ || !bytes.Equal(u.Rest, data[before:]) {
					t.Fatalf("%d octets: the payload is %+v", cut, m.Payloads[1])
				}
				built := &mikey.Message{Header: testHeader, Payloads: []mikey.Payload{
					&mikey.ErrorPayload{Code: mikey.ErrorUnspecified}, &mikey.Unknown{PayloadType: c.typ, Rest: data[before:]},
				}}
				if !bytes.Equal(marshal(t, m), data) || !bytes.Equal(marshal(t, built), data) {
					t.Fatalf("%d octets: the message changes", cut)
				}
			}
		})
	}
}

func TestParserRefusesPayloads(t *testing.T) {
	for _, tt := range []struct {
		name string
		typ  mikey.PayloadType
		wire string
		err  error
	}{
		{"RAND empty", mikey.RANDPayload, "00 00", mikey.ErrLength},
		{"SP parameter without a length", mikey.SPPayload, "00 00 00 0001 00", mikey.ErrLength},
		{"SP parameter too short", mikey.SPPayload, "00 00 00 0003 000201", mikey.ErrLength},
		{"SP last parameter too short", mikey.SPPayload, "00 00 00 0005 000101 0102", mikey.ErrLength},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mikey.ParseMessage(append(fromHex(t, header(tt.typ)), fromHex(t, tt.wire)...))
			wantParseError(t, err, tt.typ, headerLen, tt.err)
		})
	}
}

// roundTrip parses header and payload and checks that it encodes again as it
// was.
func roundTrip[P mikey.Payload](t *testing.T, wire string) P {
	t.Helper()
	var zero P
	data := append(fromHex(t, header(zero.Type())), fromHex(t, wire)...)
	m := mustParse(t, data)
	p, ok := mikey.PayloadOf[P](m)
	if !ok {
		t.Fatalf("%s has no %T", wire, zero)
	}
	if got := marshal(t, m); !bytes.Equal(got, data) {
		t.Errorf("%s becomes %x", wire, got)
	}
	return p
}

func TestR3830_020_KEMACWithoutKeyData(t *testing.T) {
	k := roundTrip[*mikey.KEMAC](t, "00 01 0000 01"+strings.Repeat("bb", 20))
	if len(k.EncrData) != 0 || len(k.MAC) != 20 {
		t.Errorf("%v", k)
	}
	id, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, k.EncrData)
	if id != nil || len(keys) != 0 || err != nil {
		t.Errorf("%v, %v, %v", id, keys, err)
	}
}

func TestR3830_029_PKEBits(t *testing.T) {
	for c := range 4 {
		p := roundTrip[*mikey.PKE](t, fmt.Sprintf("00 %04x", c<<14|300)+strings.Repeat("ee", 300))
		if int(p.Cache) != c || len(p.Data) != 300 {
			t.Errorf("C %d: %v, %d octets", c, p.Cache, len(p.Data))
		}
	}
}

func TestR3830_030_DHValueLength(t *testing.T) {
	for group, want := range map[mikey.DHGroup]int{mikey.OAKLEY5: 192, mikey.OAKLEY1: 96, mikey.OAKLEY2: 128} {
		if n, ok := group.ValueLen(); n != want || !ok {
			t.Errorf("%v: %d, %v", group, n, ok)
		}
		d := roundTrip[*mikey.DH](t, fmt.Sprintf("00 %02x", uint8(group))+strings.Repeat("cd", want)+"00")
		if d.Group != group || len(d.Value) != want {
			t.Errorf("%v: %d octets", d.Group, len(d.Value))
		}
	}
	if n, ok := mikey.DHGroup(3).ValueLen(); n != 0 || ok {
		t.Errorf("group 3: %d, %v", n, ok)
	}
}

func TestR3830_031_DHReservedIsIgnored(t *testing.T) {
	for reserved := range 16 {
		d := roundTrip[*mikey.DH](t, "00 01"+strings.Repeat("cd", 96)+fmt.Sprintf("%x1 01 aa", reserved))
		if int(d.Reserved) != reserved || !reflect.DeepEqual(d.Validity, mikey.SPI([]byte{0xaa})) {
			t.Errorf("reserved %d: %+v", reserved, d.Validity)
		}
	}
	m := &mikey.Message{Payloads: []mikey.Payload{&mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 96)}}}
	if wire := marshal(t, m); wire[len(wire)-1] != 0 {
		t.Error("reserved is not written as 0")
	}
}

func TestR3830_032_SIGN(t *testing.T) {
	for signType := range 16 {
		p := roundTrip[*mikey.Sign](t, fmt.Sprintf("%x102", signType)+strings.Repeat("ab", 0x102))
		if int(p.SignType) != signType || len(p.Signature) != 0x102 {
			t.Errorf("type %d: %v, %d octets", signType, p.SignType, len(p.Signature))
		}
	}
	m := &mikey.Message{Payloads: []mikey.Payload{&mikey.Sign{}, &mikey.ErrorPayload{}}}
	wantEncodeError(t, m, mikey.SIGNPayload, mikey.ErrMisplaced)
}

func TestR3830_036_IDTypes(t *testing.T) {
	if id := roundTrip[*mikey.ID](t, "00 00 0003 614062"); *id != mikey.NAI("a@b") || id.String() != `NAI "a@b"` {
		t.Errorf("%v", id)
	}
	if id := roundTrip[*mikey.ID](t, "00 01 0005 7369703a61"); *id != mikey.URI("sip:a") || id.String() != `URI "sip:a"` {
		t.Errorf("%v", id)
	}
	if id := (mikey.ID{}); !id.IsZero() || id.String() != "nobody" {
		t.Errorf("%v", id)
	}
	if mikey.NAI("sip:a") == mikey.URI("sip:a") || mikey.URI("").IsZero() {
		t.Error("identities of different types are the same")
	}
}

func TestR3830_037_CertTypes(t *testing.T) {
	for n, want := range []mikey.CertType{mikey.CertX509, mikey.CertX509URL, mikey.CertX509Sign, mikey.CertX509Encr} {
		if c := roundTrip[*mikey.Cert](t, fmt.Sprintf("00 %02x 0003 308000", n)); c.CertType != want || len(c.Data) != 3 {
			t.Errorf("%v", c)
		}
	}
}

func TestR3830_038_OnePayloadPerCertificate(t *testing.T) {
	wire := fromHex(t, header(7)+"07 02 0001 aa"+"07 02 0001 bb"+"00 02 0001 cc")
	m := mustParse(t, wire)
	var all []byte
	for _, p := range m.Payloads {
		all = append(all, p.(*mikey.Cert).Data...)
	}
	if !bytes.Equal(all, []byte{0xaa, 0xbb, 0xcc}) || !bytes.Equal(marshal(t, m), wire) {
		t.Errorf("%x", all)
	}
}

func TestR3830_039_CHASHLength(t *testing.T) {
	for hash, want := range map[mikey.HashFunc]int{mikey.HashSHA1: 20, mikey.HashMD5: 16, mikey.HashSHA256: 32} {
		if n, ok := hash.Len(); n != want || !ok {
			t.Errorf("%v: %d, %v", hash, n, ok)
		}
		if c := roundTrip[*mikey.CertHash](t, fmt.Sprintf("00 %02x", uint8(hash))+strings.Repeat("cd", want)); len(c.Hash) != want {
			t.Errorf("%v: %d octets", hash, len(c.Hash))
		}
	}
	if n, ok := mikey.HashFunc(3).Len(); n != 0 || ok {
		t.Errorf("hash 3: %d, %v", n, ok)
	}
}

func TestR3830_040_VLength(t *testing.T) {
	for alg, want := range map[mikey.MACAlg]int{mikey.MACNULL: 0, mikey.MACHMACSHA1160: 20, mikey.MACHMACSHA256256: 32} {
		if n, ok := alg.Len(); n != want || !ok {
			t.Errorf("%v: %d, %v", alg, n, ok)
		}
		if v := roundTrip[*mikey.Verification](t, fmt.Sprintf("00 %02x", uint8(alg))+strings.Repeat("cd", want)); len(v.MAC) != want {
			t.Errorf("%v: %d octets", alg, len(v.MAC))
		}
	}
	if n, ok := mikey.MACAlg(3).Len(); n != 0 || ok {
		t.Errorf("MAC 3: %d, %v", n, ok)
	}
}

func TestR3830_042_ParametersFillThePayload(t *testing.T) {
	sp := roundTrip[*mikey.SecurityPolicy](t, "00 00 00 0000")
	if _, err := sp.SRTP(); err != nil {
		t.Errorf("a policy without parameters: %v", err)
	}
	sp = roundTrip[*mikey.SecurityPolicy](t, "00 00 00 0007 06 00 00 03 010203")
	var types []mikey.ParamType
	var values [][]byte
	for typ, value := range sp.Params.All() {
		types, values = append(types, typ), append(values, value)
	}
	if !reflect.DeepEqual(types, []mikey.ParamType{6, 0}) || !reflect.DeepEqual(values, [][]byte{{}, {1, 2, 3}}) {
		t.Errorf("%v %x", types, values)
	}
	for range sp.Params.All() {
		break // the iteration can be left
	}
	if got := mikey.PolicyParams(nil).Append(6).Append(0, 1, 2, 3); !bytes.Equal(got, sp.Params) {
		t.Errorf("Append makes %x", []byte(got))
	}
}

func TestR3830_046_ERRReservedIsIgnored(t *testing.T) {
	e := roundTrip[*mikey.ErrorPayload](t, "00 04 beef")
	if e.Code != mikey.ErrorInvalidEA || e.Reserved != 0xbeef {
		t.Errorf("%+v", e)
	}
	m := &mikey.Message{Header: testHeader, Payloads: []mikey.Payload{&mikey.ErrorPayload{Code: 4}}}
	if got, want := marshal(t, m), fromHex(t, header(12)+"00 04 0000"); !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

func TestR4563_002_KeyIDs(t *testing.T) {
	e := roundTrip[*mikey.GeneralExtension](t, "00 03 000b"+"00 03 aabbcc"+"02 02 0001"+"ff 00")
	ids, err := e.KeyIDs()
	want := []mikey.KeyID{
		{Type: mikey.KeyIDDomain, ID: []byte{0xaa, 0xbb, 0xcc}},
		{Type: mikey.KeyIDTraffic, ID: []byte{0, 1}},
		{Type: 255, ID: []byte{}},
	}
	if err != nil || !reflect.DeepEqual(ids, want) {
		t.Errorf("%v, %v", ids, err)
	}
	if ids, err := (&mikey.GeneralExtension{ExtType: mikey.ExtKeyID}).KeyIDs(); len(ids) != 0 || err != nil {
		t.Errorf("no entries: %v, %v", ids, err)
	}
	for _, tt := range []struct {
		ext mikey.GeneralExtension
		err error
	}{
		{mikey.GeneralExtension{ExtType: mikey.ExtKeyID, Data: []byte{0}}, mikey.ErrLength},
		{mikey.GeneralExtension{ExtType: mikey.ExtKeyID, Data: []byte{0, 2, 1}}, mikey.ErrLength},
		{mikey.GeneralExtension{ExtType: mikey.ExtKeyID, Data: []byte{0, 1, 1, 2}}, mikey.ErrLength},
		{mikey.GeneralExtension{ExtType: mikey.ExtVendorID, Data: []byte{0, 0}}, mikey.ErrValue},
	} {
		if ids, err := tt.ext.KeyIDs(); ids != nil || err != tt.err {
			t.Errorf("%x: %v, %v", tt.ext.Data, ids, err)
		}
	}
	// The entries stay below 2^16 octets together.
	long := &mikey.GeneralExtension{ExtType: mikey.ExtKeyID, Data: bytes.Repeat([]byte{1, 0}, 32768)}
	wantEncodeError(t, &mikey.Message{Payloads: []mikey.Payload{long}}, mikey.GeneralExtensionPayload, mikey.ErrLength)
}

func TestSDPIDsExtension(t *testing.T) {
	e := mikey.SDPIDs("mikey", "keyp1", "keyp2")
	if e.ExtType != mikey.ExtSDPIDs || string(e.Data) != "mikey;keyp1;keyp2" {
		t.Errorf("%v %q", e.ExtType, e.Data)
	}
}

// The fields are as wide as RFC 6309, Section 2, says.
func TestR6309_001_FieldWidths(t *testing.T) {
	validity := mikey.KeyValidity{Type: 16}
	for _, p := range []mikey.Payload{
		&mikey.PKE{Cache: 4},
		&mikey.Sign{SignType: 16},
		&mikey.DH{Group: mikey.OAKLEY1, Value: make([]byte, 96), Validity: validity},
	} {
		wantEncodeError(t, &mikey.Message{Payloads: []mikey.Payload{p}}, p.Type(), mikey.ErrValue)
	}
}

func TestPayloadOf(t *testing.T) {
	first, second := &mikey.ErrorPayload{Code: 1}, &mikey.ErrorPayload{Code: 2}
	m := &mikey.Message{Payloads: []mikey.Payload{&mikey.Rand{}, first, second}}
	if got, ok := mikey.PayloadOf[*mikey.ErrorPayload](m); !ok || got != first {
		t.Errorf("%v, %v", got, ok)
	}
	if got, ok := mikey.PayloadOf[*mikey.KEMAC](m); ok || got != nil {
		t.Errorf("%v, %v", got, ok)
	}
}
