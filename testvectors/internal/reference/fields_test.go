package reference

import (
	"encoding/base64"
	"encoding/hex"
	"testing"
)

// The offer of RFC 4567, Section 5.1, field by field.
func TestFieldsOfPublishedMessage(t *testing.T) {
	message, err := base64.StdEncoding.DecodeString("AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGEEoo2pee4hp2UaDX8ZE22YwKAAAPZG9uYWxkQGR1Y2suY29tAQAAAAAAAQAk0JKpgaVkDaawi9whVBtBt0KZ14ymNuu62+Nv3ozPLygwK/GbAV9iemnGUIZ19fWQUOSrzKTAv9zV")
	if err != nil {
		t.Fatal(err)
	}
	fields, err := Fields(message)
	if err != nil {
		t.Fatal(err)
	}
	want := [][2]string{
		{"HDR: version", "01"}, {"HDR: data type", "00"}, {"HDR: next payload", "05"}, {"HDR: V and PRF func", "80"},
		{"HDR: CSB ID", "cd177e50"}, {"HDR: #CS", "01"}, {"HDR: CS ID map type", "00"},
		{"HDR: Policy_no_1", "00"}, {"HDR: SSRC_1", "00000000"}, {"HDR: ROC_1", "00000000"},
		{"T: next payload", "0b"}, {"T: TS type", "00"}, {"T: TS value", "c8e350ea00000000"},
		{"RAND: next payload", "06"}, {"RAND: RAND len", "10"}, {"RAND: RAND", "4a28da979ee21a7651a0d7f19136d98c"},
		{"ID: next payload", "0a"}, {"ID: type", "00"}, {"ID: len", "000f"}, {"ID: data", hex.EncodeToString([]byte("donald@duck.com"))},
		{"SP: next payload", "01"}, {"SP: policy no", "00"}, {"SP: prot type", "00"}, {"SP: policy param length", "0000"},
		{"KEMAC: next payload", "00"}, {"KEMAC: Encr alg", "01"}, {"KEMAC: Encr data len", "0024"},
		{"KEMAC: Encr data", "d092a981a5640da6b08bdc21541b41b74299d78ca636ebbadbe36fde8ccf2f28302bf19b"},
		{"KEMAC: Mac alg", "01"}, {"KEMAC: MAC", "5f627a69c6508675f5f59050e4abcca4c0bfdcd5"},
	}
	at := 0
	for i, f := range fields {
		if i >= len(want) || f.Name != want[i][0] || hex.EncodeToString(f.Data) != want[i][1] || f.At != at {
			t.Fatalf("field %d: %s at %d is %x", i, f.Name, f.At, f.Data)
		}
		at = f.End()
	}
	if len(fields) != len(want) || at != len(message) {
		t.Errorf("%d fields to octet %d", len(fields), at)
	}
	for n := range message {
		if _, err := Fields(message[:n]); err == nil {
			t.Errorf("%d octets are a message", n)
		}
	}
}

// What the package writes, it reads.
func TestFieldsOfOwnMessages(t *testing.T) {
	keys := KeyData(
		Key{Type: KeyTGK, Key: []byte{1}},
		Key{Type: KeyTEKSalt, Key: []byte{2}, Salt: []byte{3, 4}, KV: Validity{Type: 1, SPI: []byte{5}}},
		Key{Type: KeyTEK, Key: []byte{6}, KV: Validity{Type: 2, From: []byte{7}, To: []byte{8, 9}}})
	m := NewMessage(PKInit, 1, []Session{{1, 2, 3}, {4, 5, 6}}).Add(
		T(2, make([]byte, 4)), RAND([]byte{1}), ID(0, "x"), IDR(1, 1, ""), CERT(0, []byte{1}), CHASH(2, make([]byte, 32)),
		SP(0, 0, Param{1, []byte{16}}, Param{6, nil}), DH(1, make([]byte, 96), Validity{Type: 1, SPI: []byte{1}}),
		ERR(1), GenExt(1, []byte("mikey")), V(2, make([]byte, 32)), KEMAC(0, keys, 1, make([]byte, 20)),
		PKE(3, []byte{1}), SIGN(1, []byte{1, 2}))
	fields, err := Fields(m.Octets())
	if err != nil {
		t.Fatal(err)
	}
	starts := map[int]bool{}
	for _, f := range fields {
		starts[f.At] = true
	}
	for i := range m.Payloads {
		if !starts[m.Offset(i)] {
			t.Errorf("no field starts with payload %d", i)
		}
	}
}
