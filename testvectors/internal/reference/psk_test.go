package reference

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// rfc4567 is a request with CSB ID, RAND and T of the message in RFC 4567,
// Section 5.1. Its pre-shared key is not published.
func rfc4567(t *testing.T) *PSKRequest {
	t.Helper()
	psk := make([]byte, 16)
	for i := range psk {
		psk[i] = byte(i)
	}
	return &PSKRequest{
		PSK: psk, Encr: EncrAESCM128, MAC: MACHMACSHA1, CSBID: 0xcd177e50,
		RAND: pskHex(t, "4a28da979ee21a7651a0d7f19136d98c"), TS: pskHex(t, "c8e350ea00000000"),
	}
}

func pskHex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPSKProtection(t *testing.T) {
	r := rfc4567(t)
	k := r.Protection()
	for _, test := range []struct {
		name string
		got  []byte
		want string
	}{
		{"encr_key", k.EncrKey(), "3ecb8e12ff89e649e0d7e99f2c8dbd5b"},
		{"auth_key", k.AuthKey(), "717c74239ab339283516802772c6289f7eebd391"},
		{"salt", k.SaltKey(), "b6d5b54e706c160be80157bac923"},
		{"IV", IV(k.SaltKey(), r.CSBID, r.T64()), "b6d578590e3cdee8b8eb57bac9230000"},
	} {
		if !bytes.Equal(test.got, pskHex(t, test.want)) {
			t.Errorf("%s is %x, want %s", test.name, test.got, test.want)
		}
	}
}

// TestPSKAESCM is RFC 3711, Appendix B.2.
func TestPSKAESCM(t *testing.T) {
	iv := pskHex(t, "f0f1f2f3f4f5f6f7f8f9fafbfcfd0000")
	got := AESCM(pskHex(t, "2b7e151628aed2a6abf7158809cf4f3c"), iv, make([]byte, 48))
	if want := pskHex(t, "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0"); !bytes.Equal(got, want) {
		t.Errorf("keystream %x, want %x", got, want)
	}
}

// TestPSKAESKW is RFC 3394, Section 4.1.
func TestPSKAESKW(t *testing.T) {
	got := AESKW(pskHex(t, "000102030405060708090a0b0c0d0e0f"), pskHex(t, "a6a6a6a6a6a6a6a6"), pskHex(t, "00112233445566778899aabbccddeeff"))
	if want := pskHex(t, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"); !bytes.Equal(got, want) {
		t.Errorf("wrapped %x, want %x", got, want)
	}
}

// TestPSKMessage spells a message out: HDR, T, RAND, KEMAC.
func TestPSKMessage(t *testing.T) {
	r := rfc4567(t)
	r.Encr = EncrNULL
	r.Sessions = []Session{{Policy: 0, SSRC: 0x01020304}}
	r.Keys = []Key{{Type: KeyTGK, Key: pskHex(t, "0a0b")}}
	m := r.Message()
	got := m.Octets()
	want := pskHex(t, "01000500cd177e500100"+"000102030400000000"+
		"0b00c8e350ea00000000"+
		"01104a28da979ee21a7651a0d7f19136d98c"+
		"0000000600000002"+"0a0b"+"01")
	mac := MAC(MACHMACSHA1, r.Protection().AuthKey(), want)
	if !bytes.Equal(got, append(want, mac...)) {
		t.Errorf("message %x, want %x", got, append(want, mac...))
	}
	answer := r.Answer(r.Sessions).Octets()
	want = pskHex(t, "01010500cd177e500100"+"000102030400000000"+"0900c8e350ea00000000"+"0001")
	mac = MAC(MACHMACSHA1, r.Protection().AuthKey(), want, r.TS)
	if !bytes.Equal(answer, append(want, mac...)) {
		t.Errorf("answer %x, want %x", answer, append(want, mac...))
	}
}
