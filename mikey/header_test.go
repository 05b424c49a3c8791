package mikey_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

func TestR3830_003_HeaderIsFirst(t *testing.T) {
	m := &mikey.Message{Header: mikey.Header{CSBID: 0xa1b2c3d4}, Payloads: []mikey.Payload{&mikey.ErrorPayload{}}}
	if got, want := marshal(t, m), fromHex(t, "01 00 0c 00 a1b2c3d4 00 00"+"00 00 0000"); !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	m = &mikey.Message{}
	if got, want := marshal(t, m), fromHex(t, "01 00 00 00 00000000 00 00"); !bytes.Equal(got, want) {
		t.Errorf("the empty message is %x, want %x", got, want)
	}
}

func TestR3830_004_VersionIs1(t *testing.T) {
	for _, version := range []int{0, 2, 0x10, 0x81, 0xff} {
		data := fromHex(t, fmt.Sprintf("%02x 00 00 00 01020304 00 00", version))
		_, err := mikey.ParseMessage(data)
		wantParseError(t, err, mikey.LastPayload, 0, mikey.ErrVersion)
	}
	if m := mustParse(t, fromHex(t, header(0))); marshal(t, m)[0] != mikey.Version {
		t.Error("another version is written")
	}
}

func TestR3830_006_VIsTheTopBit(t *testing.T) {
	for octet := range 256 {
		data := fromHex(t, fmt.Sprintf("01 00 00 %02x 01020304 00 00", octet))
		h := mustParse(t, data).Header
		if h.V != (octet >= 0x80) || int(h.PRF) != octet%0x80 {
			t.Errorf("octet %02x: V %v, PRF %d", octet, h.V, h.PRF)
		}
		if got := marshal(t, &mikey.Message{Header: h}); !bytes.Equal(got, data) {
			t.Errorf("octet %02x becomes %x", octet, got)
		}
	}
	wantEncodeError(t, &mikey.Message{Header: mikey.Header{PRF: 0x80}}, mikey.LastPayload, mikey.ErrValue)
}

// sessions returns n different crypto sessions and their map.
func sessions(n int) (all []mikey.CryptoSession, hex string) {
	all = make([]mikey.CryptoSession, 0, n)
	var b strings.Builder
	for i := range n {
		cs := mikey.CryptoSession{Policy: uint8(i), SSRC: 0xffff0000 + uint32(i), ROC: uint32(i) << 8}
		all = append(all, cs)
		fmt.Fprintf(&b, "%02x%08x%08x", cs.Policy, cs.SSRC, cs.ROC)
	}
	return all, b.String()
}

func TestR3830_010_SRTPIDMapLength(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 254, 255} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			all, hexMap := sessions(n)
			wire := fromHex(t, fmt.Sprintf("01 00 0c 00 01020304 %02x 00", n)+hexMap+"00 01 0000")
			m := mustParse(t, wire)
			if !reflect.DeepEqual(m.Header.CryptoSessions, all) || m.Header.CSCount != 0 || len(m.Payloads) != 1 {
				t.Errorf("%d crypto sessions, %d payloads", len(m.Header.CryptoSessions), len(m.Payloads))
			}
			built := &mikey.Message{
				Header:   mikey.Header{CSBID: 0x01020304, CryptoSessions: all},
				Payloads: []mikey.Payload{&mikey.ErrorPayload{Code: 1}},
			}
			if got := marshal(t, built); !bytes.Equal(got, wire) {
				t.Errorf("encodes as %x", got)
			}
			for cut := range 10 + 9*n {
				_, err := mikey.ParseMessage(wire[:cut])
				field := min(cut, 10) // the first octet of the field that is cut off
				if 4 < cut && cut < 8 {
					field = 4
				}
				wantParseError(t, err, mikey.LastPayload, field, mikey.ErrTruncated)
				if t.Failed() {
					t.Fatalf("at %d octets", cut)
				}
			}
		})
	}
	all, _ := sessions(256)
	wantEncodeError(t, &mikey.Message{Header: mikey.Header{CryptoSessions: all}}, mikey.LastPayload, mikey.ErrTooMany)
}

func TestR3830_011_EntryOrder(t *testing.T) {
	m := mustParse(t, fromHex(t, "01 00 00 00 01020304 02 00"+"05 0000000a 00000000"+"06 0000000b 00000001"))
	want := []mikey.CryptoSession{{Policy: 5, SSRC: 10}, {Policy: 6, SSRC: 11, ROC: 1}}
	if !reflect.DeepEqual(m.Header.CryptoSessions, want) {
		t.Errorf("%+v", m.Header.CryptoSessions)
	}
}

func TestR3830_015_NoCryptoSessions(t *testing.T) {
	for _, mapType := range []mikey.CSIDMapType{mikey.MapSRTPID, mikey.MapEmpty, mikey.MapGenericID} {
		wire := fromHex(t, fmt.Sprintf("01 00 0c 00 01020304 00 %02x 00 01 0000", uint8(mapType)))
		m := mustParse(t, wire)
		if m.Header.MapType != mapType || len(m.Payloads) != 1 || !bytes.Equal(marshal(t, m), wire) {
			t.Errorf("%v: %+v", mapType, m.Header)
		}
	}
}

// The drawing gives the map 16 bits; the length follows from the map type and
// #CS alone.
func TestP03_MapLengthFollowsFromCount(t *testing.T) {
	wire := fromHex(t, "01 00 05 00 01020304 00 00"+"00 02 00000007")
	m := mustParse(t, wire)
	if ts, ok := mikey.PayloadOf[*mikey.Timestamp](m); !ok || ts.Value != 7 {
		t.Error("the payload after an empty map is misread")
	}
	padded := fromHex(t, "01 00 05 00 01020304 00 00 0000"+"00 02 00000007")
	if _, err := mikey.ParseMessage(padded); err == nil {
		t.Error("an empty map of 16 bits is accepted")
	}
}

func TestEmptyMap(t *testing.T) {
	// RFC 4563, Section 5: #CS says how many crypto sessions there are, the map
	// is conveyed otherwise.
	wire := fromHex(t, "01 00 0c 00 01020304 03 01 00 01 0000")
	m := mustParse(t, wire)
	if m.Header.CSCount != 3 || m.Header.CryptoSessions != nil || !bytes.Equal(marshal(t, m), wire) {
		t.Errorf("%+v", m.Header)
	}
}

func TestR6043_004_GenericIDMap(t *testing.T) {
	wire := fromHex(t, "01 0e 0c 00 01020304 04 02"+
		"11 00 83 010203 000a 0000000a 0000000b 000c 02 aabb"+ // SRTP with ROC and SEQ
		"12 00 01 09 0004 00000000 00"+ // SRTP: SSRC 0 is a number like others
		"13 00 00 0000 00"+ // all left out
		"ff 05 80 0003 414243 01 cc"+ // another protocol, which gives S its meaning
		"00 01 0000")
	want := []mikey.GenericSession{
		{ID: 0x11, S: true, Policies: []byte{1, 2, 3}, Data: fromHex(t, "0000000a0000000b000c"), SPI: []byte{0xaa, 0xbb}},
		{ID: 0x12, Policies: []byte{9}, Data: make([]byte, 4), SPI: []byte{}},
		{ID: 0x13, Policies: []byte{}, Data: []byte{}, SPI: []byte{}},
		{ID: 0xff, Protocol: 5, S: true, Policies: []byte{}, Data: []byte("ABC"), SPI: []byte{0xcc}},
	}
	m := mustParse(t, wire)
	if !reflect.DeepEqual(m.Header.Generic, want) || m.Header.CSCount != 0 {
		t.Errorf("%+v", m.Header.Generic)
	}
	built := &mikey.Message{
		Header:   mikey.Header{DataType: 14, CSBID: 0x01020304, MapType: mikey.MapGenericID, Generic: want},
		Payloads: []mikey.Payload{&mikey.ErrorPayload{Code: 1}},
	}
	if got := marshal(t, built); !bytes.Equal(got, wire) {
		t.Errorf("encodes as\n%x, want\n%x", got, wire)
	}
	for cut := range len(wire) {
		if _, err := mikey.ParseMessage(wire[:cut]); err == nil {
			t.Errorf("a prefix of %d octets parses", cut)
		}
	}
}

func TestGenericIDMapLimits(t *testing.T) {
	largest := mikey.GenericSession{
		ID: 255, Protocol: 255, S: true,
		Policies: counting(127), Data: make([]byte, 60000), SPI: counting(255),
	}
	h := mikey.Header{MapType: mikey.MapGenericID, Generic: []mikey.GenericSession{largest}}
	wire := marshal(t, &mikey.Message{Header: h})
	if got := mustParse(t, wire).Header; !reflect.DeepEqual(got, h) {
		t.Error("the largest entry changes")
	}
	for name, change := range map[string]func(*mikey.GenericSession){
		"policies": func(g *mikey.GenericSession) { g.Policies = make([]byte, 128) },
		"data":     func(g *mikey.GenericSession) { g.Data = make([]byte, 65536) },
		"SPI":      func(g *mikey.GenericSession) { g.SPI = make([]byte, 256) },
	} {
		t.Run(name, func(t *testing.T) {
			g := largest
			change(&g)
			m := &mikey.Message{Header: mikey.Header{MapType: mikey.MapGenericID, Generic: []mikey.GenericSession{g}}}
			wantEncodeError(t, m, mikey.LastPayload, mikey.ErrLength)
		})
	}
	many := mikey.Header{MapType: mikey.MapGenericID, Generic: make([]mikey.GenericSession, 256)}
	wantEncodeError(t, &mikey.Message{Header: many}, mikey.LastPayload, mikey.ErrTooMany)
	many.Generic = many.Generic[:255]
	if got := mustParse(t, marshal(t, &mikey.Message{Header: many})).Header; len(got.Generic) != 255 {
		t.Errorf("%d entries", len(got.Generic))
	}
}

func TestR6043_005_ROCAndSEQFollowS(t *testing.T) {
	for _, tt := range []struct {
		s   bool
		len int
		ok  bool
	}{
		{false, 0, true}, {false, 4, true}, {false, 10, false}, {false, 3, false}, {false, 8, false},
		{true, 0, true}, {true, 10, true}, {true, 4, false}, {true, 8, false}, {true, 11, false},
	} {
		t.Run(fmt.Sprintf("S=%v,%d", tt.s, tt.len), func(t *testing.T) {
			flags := "00"
			if tt.s {
				flags = "80"
			}
			wire := fromHex(t, "01 0e 00 00 01020304 01 02"+"01 00"+flags+fmt.Sprintf("%04x", tt.len)+strings.Repeat("aa", tt.len)+"00")
			m := &mikey.Message{Header: mikey.Header{
				DataType: 14, CSBID: 0x01020304, MapType: mikey.MapGenericID,
				Generic: []mikey.GenericSession{{ID: 1, S: tt.s, Data: bytes.Repeat([]byte{0xaa}, tt.len)}},
			}}
			if tt.ok {
				if !bytes.Equal(marshal(t, m), wire) || !bytes.Equal(marshal(t, mustParse(t, wire)), wire) {
					t.Error("changes")
				}
				return
			}
			_, err := mikey.ParseMessage(wire)
			wantParseError(t, err, mikey.LastPayload, headerLen, mikey.ErrLength)
			wantEncodeError(t, m, mikey.LastPayload, mikey.ErrLength)
		})
	}
}

// Only its type says how long a map is.
func TestUnknownMapType(t *testing.T) {
	for _, tt := range []struct {
		name, wire string
		payloads   int
	}{
		{"nothing follows", "01 00 00 00 01020304 02 03", 0},
		{"a map", "01 00 00 00 01020304 02 ff aabbcc", 0},
		{"a map and payloads", "01 00 05 00 01020304 02 63 aabb 00 02 00000007", 1},
		{"payloads that may be a map", "01 00 05 00 01020304 00 63 00 02 00000007", 1},
		{"a payload that is not there", "01 00 05 00 01020304 00 63", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wire := fromHex(t, tt.wire)
			m := mustParse(t, wire)
			if len(m.Payloads) != tt.payloads || !bytes.Equal(m.Header.MapInfo, wire[10:]) || m.Header.CSCount != wire[8] {
				t.Errorf("%+v, %d payloads", m.Header, len(m.Payloads))
			}
			if len(m.Payloads) == 1 {
				if u, ok := m.Payloads[0].(*mikey.Unknown); !ok || u.PayloadType != mikey.TPayload || len(u.Rest) != 0 {
					t.Errorf("the payload is %+v", m.Payloads[0])
				}
			}
			if got := marshal(t, m); !bytes.Equal(got, wire) {
				t.Errorf("encodes as %x", got)
			}
		})
	}
}

func TestHeaderKeepsUnknownDataTypes(t *testing.T) {
	for dataType := range 256 {
		wire := fromHex(t, fmt.Sprintf("01 %02x 00 00 01020304 00 00", dataType))
		m := mustParse(t, wire)
		if int(m.Header.DataType) != dataType || !bytes.Equal(marshal(t, m), wire) {
			t.Errorf("data type %d becomes %v", dataType, m.Header.DataType)
		}
	}
}

func TestR3830_007_AnswerHasTheCSBID(t *testing.T) {
	request, answer, alice, bob := runExchange(t, mikey.Offer{CryptoSessions: make([]mikey.CryptoSession, 1)}, 7)
	csbID := mustParse(t, request).Header.CSBID
	if got := mustParse(t, answer).Header.CSBID; got != csbID || alice.CSBID() != csbID || bob.CSBID() != csbID {
		t.Errorf("request %08x, answer %08x, sessions %08x and %08x", csbID, got, alice.CSBID(), bob.CSBID())
	}
}

// startWith starts an exchange and returns the header of its message.
func startWith(t *testing.T, initiator *mikey.Initiator) (mikey.Header, *mikey.Pending) {
	t.Helper()
	request, pending, err := initiator.Start(mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, request).Header, pending
}

func TestR3830_008_CSBIDIsRandom(t *testing.T) {
	mode, err := mikey.PSK(counting(16))
	if err != nil {
		t.Fatal(err)
	}
	initiator, err := mikey.NewInitiator(mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[uint32]bool)
	for range 8 {
		h, _ := startWith(t, initiator)
		seen[h.CSBID] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d different CSB IDs in 8 messages", len(seen))
	}
}

// A loop is a generator that gives the same octets twice before it gives others.
type loop struct {
	octets []byte
	read   int
}

func (l *loop) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = l.octets[l.read%len(l.octets)] + byte(l.read/(2*len(l.octets)))
		l.read++
	}
	return len(p), nil
}

// A number that is in use is not drawn again, whatever the generator says.
func TestR3830_009_NoCollision(t *testing.T) {
	mode, err := mikey.PSK(counting(16))
	if err != nil {
		t.Fatal(err)
	}
	initiator, err := mikey.NewInitiator(mode, &mikey.Config{Rand: &loop{octets: bytes.Repeat([]byte{0x11}, 64)}})
	if err != nil {
		t.Fatal(err)
	}
	first, pending := startWith(t, initiator)
	if _, err := pending.Finish(nil); err != nil {
		t.Fatal(err)
	}
	if first.CSBID != 0x11111111 {
		t.Fatalf("CSB ID %08x", first.CSBID)
	}
	if second, _ := startWith(t, initiator); second.CSBID == first.CSBID {
		t.Error("two CSBs with one peer have one number")
	}
}

func TestR3830_012_ResponderFillsInSSRCs(t *testing.T) {
	request, answer, alice, bob := runExchange(t, mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 0}, {SSRC: 5}, {SSRC: 0}},
	}, 0xa1, 0xa2)
	if got := mustParse(t, request).Header.CryptoSessions; got[0].SSRC != 0 || got[2].SSRC != 0 {
		t.Errorf("request: %+v", got)
	}
	want := []mikey.CryptoSession{{SSRC: 0xa1}, {SSRC: 5}, {SSRC: 0xa2}}
	for name, got := range map[string][]mikey.CryptoSession{
		"answer":    mustParse(t, answer).Header.CryptoSessions,
		"initiator": alice.CryptoSessions(),
		"responder": bob.CryptoSessions(),
	} {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestR3830_013_014_SSRCAndROC(t *testing.T) {
	want := []mikey.CryptoSession{{SSRC: 0x12345678, ROC: 9}, {SSRC: 2}}
	request, answer, alice, bob := runExchange(t, mikey.Offer{CryptoSessions: want})
	for name, got := range map[string][]mikey.CryptoSession{
		"request":   mustParse(t, request).Header.CryptoSessions,
		"answer":    mustParse(t, answer).Header.CryptoSessions,
		"initiator": alice.CryptoSessions(),
		"responder": bob.CryptoSessions(),
	} {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
