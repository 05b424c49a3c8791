package mikey_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gomikey/gomikey/mikey"
)

func hexOctet(n uint8) string { return fmt.Sprintf("%02x", n) }

// readPolicy reads SRTP parameters that are valid.
func readPolicy(t *testing.T, params string) mikey.SRTPPolicy {
	t.Helper()
	sp := &mikey.SecurityPolicy{Params: fromHex(t, params)}
	p, err := sp.SRTP()
	if err != nil {
		t.Errorf("%s: %v", params, err)
	}
	return p
}

// wantRefused checks that SRTP parameters give an error with the code.
func wantRefused(t *testing.T, name, params string, code mikey.ErrorCode) {
	t.Helper()
	sp := &mikey.SecurityPolicy{Params: fromHex(t, params)}
	p, err := sp.SRTP()
	var got mikey.ErrorCode
	var e *mikey.Error
	switch {
	case err == nil:
		t.Errorf("%s: %s is accepted as %+v", name, params, p)
	case !errors.As(err, &got) || got != code:
		t.Errorf("%s: %v has the code %v, want %v", name, err, got, code)
	case !errors.As(err, &e) || e.Stage != mikey.Unsupported:
		t.Errorf("%s: %v is not of stage unsupported", name, err)
	case p != mikey.SRTPPolicy{}:
		t.Errorf("%s: %+v beside an error", name, p)
	}
}

func TestR3830_043_Defaults(t *testing.T) {
	want := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	if p := readPolicy(t, ""); p != want {
		t.Errorf("no parameters: %+v", p)
	}
	// Each parameter with its default says nothing.
	for _, params := range []string{
		"000101", "010110", "020101", "030114", "04010e", "050100", "060100", "0600", "070101", "080101", "090100",
		"0a0101", "0b010a", "0c0100", "0e0101", "0f0101", "100114", "110114", "12010a", "13010a",
		"01020010", "0302 0014", "0402 000e", "0b02 000a", "0c02 0000", "1002 0014", "1102 0014", "1202 000a", "1302 000a",
		"0b010a 000101 0a0101 010110",
	} {
		if p := readPolicy(t, params); p != want {
			t.Errorf("%s: %+v", params, p)
		}
	}
}

func TestR3830_044_EncrKeyLenIsMasterKeyLen(t *testing.T) {
	for _, tt := range []struct {
		policy mikey.SecurityPolicy
		want   int
	}{
		{mikey.AES_CM_128_HMAC_SHA1_80.Policy(0), 16},
		{mikey.AES_192_CM_HMAC_SHA1_80.Policy(0), 24},
		{mikey.AES_256_CM_HMAC_SHA1_80.Policy(0), 32},
		{mikey.AEAD_AES_256_GCM.Policy(0), 32},
		{mikey.SecurityPolicy{}, 16},
	} {
		_, _, alice, bob := runExchange(t, mikey.Offer{
			CryptoSessions: []mikey.CryptoSession{{SSRC: 1}}, Policies: []mikey.SecurityPolicy{tt.policy},
		})
		if keys := masterKeys(t, alice, bob, 1); len(keys[0].Key) != tt.want {
			t.Errorf("%x: master key of %d octets, want %d", []byte(tt.policy.Params), len(keys[0].Key), tt.want)
		}
	}
}

// Values of each parameter that are refused, alone or beside what they need.
func TestBadParameters(t *testing.T) {
	for _, tt := range []struct{ name, params string }{
		{"encryption unknown", "000109"},
		{"encryption private", "0001ff"},
		{"encryption of two octets", "00020001"},
		{"encryption of no octets", "0000"},
		{"key length in bits", "010180"},
		{"key length 0", "010100"},
		{"key length of no octets", "0100"},
		{"key length of four octets", "0104 00000010"},
		{"key length 256", "0102 0100"},
		{"key length 272, which is 16 in one octet", "0102 0110"},
		{"AES-CM with 20", "000101 010114"},
		{"AES-F8 with 32", "000102 010120"},
		{"NULL with 32", "000100 010120"},
		{"AES-GCM with 24", "000106 010118"},
		{"ARIA-CTR with 24", "000107 010118"},
		{"ARIA-GCM with 24", "000108 010118"},
		{"SEED-CTR with 32", "000103 010120"},
		{"SEED-CCM with 32", "000104 010120"},
		{"SEED-GCM with 32", "000105 010120"},
		{"authentication unknown", "020105"},
		{"authentication of two octets", "0202 0001"},
		{"authentication key length in bits", "0301a0"},
		{"authentication key length 16", "030110"},
		{"authentication key length 0", "030100"},
		{"salt length in bits", "040170"},
		{"salt length 0", "040100"},
		{"salt length 12 of AES-CM", "04010c"},
		{"salt length 14 of AES-GCM", "000106 04010e"},
		{"PRF unknown", "050103"},
		{"PRF of SEED for AES", "050101"},
		{"PRF of ARIA for AES", "050102"},
		{"key derivation rate", "060101"},
		{"key derivation rate of four octets", "0604 00000001"},
		{"SRTP encryption 2", "070102"},
		{"SRTP encryption of two octets", "0702 0001"},
		{"SRTCP encryption 2", "080102"},
		{"FEC order", "090101"},
		{"SRTP authentication 2", "0a0102"},
		{"tag longer than SHA-1", "0b0115"},
		{"tag length in bits", "0b0150"},
		{"tag length of three octets", "0b03 00000a"},
		{"ROC rate 0", "0d02 0000 0e0103"},
		{"ROC rate of one octet", "0d0101 0e0103"},
		{"ROC rate of four octets", "0d04 00000001 0e0103"},
		{"ROC rate without RCC", "0d02 0001"},
		{"SRTP authentication unknown", "0e0105"},
		{"SRTCP authentication unknown", "0f0105"},
		{"SRTP authentication key length", "100110"},
		{"SRTCP authentication key length", "110110"},
		{"SRTP tag too long", "120115"},
		{"SRTCP tag too long", "130115"},
		{"AEAD tag of AES-CM", "140110"},
		{"unknown parameter", "150101"},
		{"private parameter", "ff00"},
		{"the same twice", "000101 000101"},
		{"the same twice, differently", "010110 010120"},
		{"twice at a distance", "0b010a 000101 0b0104"},
		{"KDR twice", "060100 060100"},
	} {
		wantRefused(t, tt.name, tt.params, mikey.ErrorInvalidSPar)
	}
}

func TestOtherProtocols(t *testing.T) {
	for _, protocol := range []mikey.Protocol{mikey.ProtocolTESLA, 2, 255} {
		_, err := (&mikey.SecurityPolicy{Protocol: protocol}).SRTP()
		var code mikey.ErrorCode
		if !errors.As(err, &code) || code != mikey.ErrorInvalidSP {
			t.Errorf("%v: %v", protocol, err)
		}
	}
}

// A list that is cut off is not a shorter list.
func TestBrokenParameterList(t *testing.T) {
	for _, params := range []string{"00", "0001", "000106 01", "000106 0102 00"} {
		sp := &mikey.SecurityPolicy{Params: fromHex(t, params)}
		if p, err := sp.SRTP(); err == nil {
			t.Errorf("%s is read as %v", params, p.Suite())
		}
	}
}

func TestSwitches(t *testing.T) {
	want := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	want.EncryptSRTP = false
	if p := readPolicy(t, "070100"); p != want {
		t.Errorf("%+v", p)
	}
	want.EncryptSRTP, want.EncryptSRTCP = true, false
	if p := readPolicy(t, "080100"); p != want {
		t.Errorf("%+v", p)
	}
	want.EncryptSRTCP, want.PrefixLen = true, 5
	if p := readPolicy(t, "0c0105"); p != want {
		t.Errorf("%+v", p)
	}
	// Off is off, whichever way it is said; SRTCP is authenticated all the same.
	want = mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	want.Authenticate, want.SRTPAuthAlg, want.SRTPTagLen = false, mikey.SRTPAuthNULL, 0
	for _, params := range []string{"0a0100", "020100", "0e0100", "020100 030100", "020100 030100 0b0100", "0a0100 0b010a"} {
		if p := readPolicy(t, params); p != want {
			t.Errorf("%s: %+v", params, p)
		}
	}
}

// Key lengths are octets, in one octet or two.
func TestP10_KeyLengthsAreOctets(t *testing.T) {
	if p := readPolicy(t, "0102 0020"); p.EncrKeyLen != 32 {
		t.Errorf("%d", p.EncrKeyLen)
	}
	for _, params := range []string{"010180", "0102 0080", "0102 0100", "0301a0", "040170", "0103 000010"} {
		wantRefused(t, "bits", params, mikey.ErrorInvalidSPar)
	}
}

// No text says how a rate is encoded: 0 is 0 in any length.
func TestP11_R3711_002_003_KeyDerivationRate(t *testing.T) {
	want := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	for _, params := range []string{"0600", "060100", "0602 0000", "0604 00000000", "0608 0000000000000000"} {
		if p := readPolicy(t, params); p != want {
			t.Errorf("%s: %+v", params, p)
		}
	}
	for _, params := range []string{"060118", "0602 0001", "0604 01000000"} {
		wantRefused(t, "rate", params, mikey.ErrorInvalidSPar)
	}
	for _, s := range mikey.Suites() {
		for typ := range s.Policy(0).Params.All() {
			if typ == mikey.ParamKDR {
				t.Errorf("%v sends a key derivation rate", s)
			}
		}
	}
}

// A short tag is for SRTP: that of SRTCP stays at 80 bits.
func TestP12_ShortTagIsForSRTP(t *testing.T) {
	for params, want := range map[string][2]uint8{
		"0b0104":               {4, 10},
		"0b0104 13010a":        {4, 10},
		"0b0104 130114":        {4, 20},
		"0b010c":               {12, 12},
		"120104":               {4, 10},
		"0b010a 120104":        {4, 10},
		"0b0114 120104 13010a": {4, 10},
	} {
		if p := readPolicy(t, params); p.SRTPTagLen != want[0] || p.SRTCPTagLen != want[1] {
			t.Errorf("%s: %d and %d, want %v", params, p.SRTPTagLen, p.SRTCPTagLen, want)
		}
	}
	wantRefused(t, "SRTCP tag of 4", "0b0104 130104", mikey.ErrorInvalidSPar)
}

// Some senders write the tag length into the authentication key length.
func TestP13_TagLengthInType3(t *testing.T) {
	for params, want := range map[string]uint8{
		"030104":        4,
		"03010a":        10,
		"03010a 0b010a": 10,
		"030114 0b0104": 4,
		"030114 0b010a": 10,
		"030114":        10,
	} {
		p := readPolicy(t, params)
		if p.SRTPTagLen != want || p.SRTCPTagLen != 10 || p.SRTPAuthKeyLen != 20 || p.SRTCPAuthKeyLen != 20 {
			t.Errorf("%s: %+v", params, p)
		}
	}
	for _, params := range []string{"03010a 0b0104", "030104 0b010a", "030104 0b0104", "030105", "03010c", "030110 0b0110"} {
		wantRefused(t, "type 3", params, mikey.ErrorInvalidSPar)
	}
}

// The salt of AEAD ciphers has 12 octets, also where no parameter says so.
func TestP14_DefaultSaltLength(t *testing.T) {
	for encr := mikey.SRTPEncrNULL; encr <= mikey.SRTPEncrARIAGCM; encr++ {
		want, wrong := uint8(14), uint8(12)
		switch encr {
		case mikey.SRTPEncrSEEDCCM, mikey.SRTPEncrSEEDGCM, mikey.SRTPEncrAESGCM, mikey.SRTPEncrARIAGCM:
			want, wrong = 12, 14
		}
		cipher := "0001" + hexOctet(uint8(encr))
		if p := readPolicy(t, cipher); p.SaltLen != want {
			t.Errorf("%v: %d", encr, p.SaltLen)
		}
		if p := readPolicy(t, cipher+"0401"+hexOctet(want)); p.SaltLen != want {
			t.Errorf("%v: %d", encr, p.SaltLen)
		}
		wantRefused(t, encr.String(), cipher+"0401"+hexOctet(wrong), mikey.ErrorInvalidSPar)
		var sent bool
		p := readPolicy(t, cipher)
		sp := p.Policy(0)
		for typ, value := range sp.Params.All() {
			sent = sent || typ == mikey.ParamSaltLen && bytes.Equal(value, []byte{want})
		}
		if !sent {
			t.Errorf("%v: the salt length is not sent", encr)
		}
	}
}

// What makes no sense beside an AEAD cipher, and is sent nevertheless.
func TestP58_AEADParameters(t *testing.T) {
	want := mikey.AEAD_AES_128_GCM.SRTP()
	for _, params := range []string{
		"000106 010110 020100 030100",               // as GStreamer sends it
		"000106 010110 020100 04010c 140110 050100", // as ONVIF has it
		"000106 0b0104", "000106 0b010a", "000106 030114", "000106 120110 130110", "000106 1402 0010",
	} {
		if p := readPolicy(t, params); p != want {
			t.Errorf("%s: %+v", params, p)
		}
	}
	// RFC 7714, Section 9.3
	if p := readPolicy(t, "000106 080100"); p.EncryptSRTCP || !p.EncryptSRTP || p.SRTCPTagLen != 16 {
		t.Errorf("SRTCP in the clear: %+v", p)
	}
	for _, params := range []string{
		"000106 020101", "000106 0e0101", "000106 0f0101", "000106 0e0103",
		"000106 14010c", "000106 140108", "000106 12010a", "000106 13010a", "000106 1402 0110",
		"000106 070100", "000106 0a0100",
	} {
		wantRefused(t, "AES-GCM", params, mikey.ErrorInvalidSPar)
	}
}

// The only registered value of the AEAD tag length is 16: the tags of SEED follow
// from the cipher.
func TestR7714_001_AEADTagLength(t *testing.T) {
	for _, cipher := range []string{"000106", "000108"} {
		for tag := range 256 {
			params := cipher + "1401" + hexOctet(uint8(tag))
			if tag == 16 {
				if p := readPolicy(t, params); p.SRTPTagLen != 16 || p.SRTCPTagLen != 16 {
					t.Errorf("%s: %+v", params, p)
				}
				continue
			}
			wantRefused(t, "AEAD tag", params, mikey.ErrorInvalidSPar)
		}
	}
	for _, params := range []string{"000104 140110", "000105 140110", "000101 140110"} {
		wantRefused(t, "AEAD tag", params, mikey.ErrorInvalidSPar)
	}
}

func TestR4771_001_ROCTransmissionRate(t *testing.T) {
	for params, want := range map[string]uint16{
		"0e0103":                  1,
		"0d02 0001 0e0103":        1,
		"0d02 0100 0e0102":        256, // network byte order
		"0d02 ffff 0e0104":        65535,
		"0e0102 0d02 0002":        2,
		"0d02 0003 12010e 0e0103": 3,
	} {
		p := readPolicy(t, params)
		if p.ROCRate != want {
			t.Errorf("%s: %d", params, p.ROCRate)
		}
		sp := p.Policy(0)
		if back, err := sp.SRTP(); err != nil || back != p {
			t.Errorf("%s comes back as %+v, %v", params, back, err)
		}
	}
	wantRefused(t, "rate 0", "0e0103 0d02 0000", mikey.ErrorInvalidSPar)
	wantRefused(t, "rate 0 beside AES-GCM", "000106 0d02 0000", mikey.ErrorInvalidSPar)
	wantRefused(t, "rate beside AES-GCM", "000106 0d02 0005", mikey.ErrorInvalidSPar)
}

// The specific parameter wins over the general one.
func TestR4771_002_SpecificParametersWin(t *testing.T) {
	p := readPolicy(t, "020101 0e0102") // the example of RFC 4771, Section 4
	if p := readPolicy(t, "0b0114 12010a"); p.SRTPTagLen != 10 || p.SRTCPTagLen != 20 {
		t.Errorf("tag of SRTP, and one in general: %+v", p)
	}
	if p.SRTPAuthAlg != mikey.SRTPAuthRCCm1 || p.SRTCPAuthAlg != mikey.SRTPAuthHMACSHA1 {
		t.Errorf("%+v", p)
	}
	p = readPolicy(t, "020100 0e0101 0f0101")
	if p.SRTPAuthAlg != mikey.SRTPAuthHMACSHA1 || p.SRTCPAuthAlg != mikey.SRTPAuthHMACSHA1 || !p.Authenticate {
		t.Errorf("%+v", p)
	}
	p = readPolicy(t, "030110 100114 110114")
	if p.SRTPAuthKeyLen != 20 || p.SRTCPAuthKeyLen != 20 {
		t.Errorf("%+v", p)
	}
	p = readPolicy(t, "0b010a 12010c 130114")
	if p.SRTPTagLen != 12 || p.SRTCPTagLen != 20 {
		t.Errorf("%+v", p)
	}
	wantRefused(t, "SRTP key", "030114 100110", mikey.ErrorInvalidSPar)
	wantRefused(t, "SRTCP key", "030114 110110", mikey.ErrorInvalidSPar)
}

func TestR4771_003_NoRCCForSRTCP(t *testing.T) {
	for _, rcc := range []string{"02", "03", "04"} {
		wantRefused(t, "type 15", "0f01"+rcc, mikey.ErrorInvalidSPar)
		wantRefused(t, "type 15 and 14", "0e01"+rcc+"0f01"+rcc, mikey.ErrorInvalidSPar)
		wantRefused(t, "type 2 for both", "0201"+rcc, mikey.ErrorInvalidSPar)
		if p := readPolicy(t, "0201"+rcc+"0f0101"); p.SRTCPAuthAlg != mikey.SRTPAuthHMACSHA1 || p.SRTPAuthAlg < mikey.SRTPAuthRCCm1 {
			t.Errorf("%+v", p)
		}
	}
	wantRefused(t, "no authentication of SRTCP", "0f0100", mikey.ErrorInvalidSPar)
}

func TestR4771_004_RCCTagLengths(t *testing.T) {
	for params, want := range map[string][2]uint8{
		"0e0102":               {14, 10},
		"0e0103":               {14, 10},
		"0e0104":               {4, 10},
		"0e0102 12010e":        {14, 10},
		"0e0103 120104":        {4, 10},
		"0e0103 120118":        {24, 10},
		"0e0104 120104":        {4, 10},
		"0e0103 12010e 13010e": {14, 14},
		"0e0103 120114 130114": {20, 20},
		"0e0104 0b0104":        {4, 10},
	} {
		p := readPolicy(t, params)
		if p.SRTPTagLen != want[0] || p.SRTCPTagLen != want[1] {
			t.Errorf("%s: %d and %d, want %v", params, p.SRTPTagLen, p.SRTCPTagLen, want)
		}
		sp := p.Policy(0)
		if back, err := sp.SRTP(); err != nil || back != p {
			t.Errorf("%s is sent as %x and comes back with tags of %d and %d octets, %v",
				params, []byte(sp.Params), back.SRTPTagLen, back.SRTCPTagLen, err)
		}
	}
	for _, params := range []string{"0e0104 12010e", "0e0104 120100", "0e0102 120103", "0e0103 120119"} {
		wantRefused(t, "tag", params, mikey.ErrorInvalidSPar)
	}
}

// AES-192-CM and AES-256-CM have the AES-CM PRF of their key size: nothing else
// can be asked for.
func TestR6188_002_PRFOfTheKeySize(t *testing.T) {
	for _, keyLen := range []uint8{24, 32} {
		params := "000101 0101" + hexOctet(keyLen)
		if p := readPolicy(t, params+"050100"); p.PRF != mikey.SRTPPRFAESCM || p.EncrKeyLen != keyLen {
			t.Errorf("%+v", p)
		}
		wantRefused(t, "SEED", params+"050101", mikey.ErrorInvalidSPar)
		wantRefused(t, "ARIA", params+"050102", mikey.ErrorInvalidSPar)
	}
}

func TestR7714_003_PRFOfAEADIsAESCM(t *testing.T) {
	for _, keyLen := range []string{"10", "20"} {
		if p := readPolicy(t, "000106 050100 0101"+keyLen); p.PRF != mikey.SRTPPRFAESCM {
			t.Errorf("%v", p.PRF)
		}
		wantRefused(t, "SEED", "000106 050101 0101"+keyLen, mikey.ErrorInvalidSPar)
		wantRefused(t, "ARIA", "000106 050102 0101"+keyLen, mikey.ErrorInvalidSPar)
	}
}

func TestR7714_004_SaltAndTag(t *testing.T) {
	for _, s := range []mikey.Suite{mikey.AEAD_AES_128_GCM, mikey.AEAD_AES_256_GCM} {
		if p := s.SRTP(); p.SaltLen != 12 || p.SRTPTagLen != 16 || p.SRTCPTagLen != 16 {
			t.Errorf("%v: %+v", s, p)
		}
	}
}

func TestR7714_006_NoOtherAuthenticationWithAEAD(t *testing.T) {
	for _, cipher := range []string{"000104", "000105", "000106", "000108"} {
		p := readPolicy(t, cipher+"020100")
		if p.SRTPAuthAlg != mikey.SRTPAuthNULL || p.SRTCPAuthAlg != mikey.SRTPAuthNULL || !p.Authenticate {
			t.Errorf("%+v", p)
		}
		wantRefused(t, "type 2", cipher+"020101", mikey.ErrorInvalidSPar)
		wantRefused(t, "type 14", cipher+"0e0101", mikey.ErrorInvalidSPar)
		wantRefused(t, "type 15", cipher+"0f0101", mikey.ErrorInvalidSPar)
	}
}

func TestR8269_001_ARIAHasItsPRF(t *testing.T) {
	for _, cipher := range []string{"000107", "000108"} {
		for _, keyLen := range []string{"", "010110", "010120"} {
			for _, prf := range []string{"", "050102"} {
				if p := readPolicy(t, cipher+keyLen+prf); p.PRF != mikey.SRTPPRFARIACTR {
					t.Errorf("%+v", p)
				}
			}
			wantRefused(t, "AES", cipher+keyLen+"050100", mikey.ErrorInvalidSPar)
			wantRefused(t, "SEED", cipher+keyLen+"050101", mikey.ErrorInvalidSPar)
		}
	}
}

// unauthenticated are the ways to turn the authentication of SRTP off.
var unauthenticated = map[string]string{
	"switched off":         "0a0100",
	"NULL authentication":  "020100",
	"NULL for SRTP":        "0e0100",
	"a tag of no octets":   "0b0100",
	"an SRTP tag of none":  "120100",
	"RCC without a MAC":    "0e0104",
	"RCC, tag of ROC only": "0e0103 120104",
}

func TestR8269_002_ARIACTRIsAuthenticated(t *testing.T) {
	for name, params := range unauthenticated {
		wantRefused(t, name, "000107"+params, mikey.ErrorInvalidSPar)
	}
}

func TestR5669_001_SEEDCTRIsAuthenticated(t *testing.T) {
	for name, params := range unauthenticated {
		wantRefused(t, name, "000103"+params, mikey.ErrorInvalidSPar)
	}
}

func TestR5669_002_SEEDCCM(t *testing.T) {
	p := readPolicy(t, "000104")
	if p.SRTPTagLen != 10 || p.SRTCPTagLen != 10 || p.SaltLen != 12 || !p.EncryptSRTP || !p.Authenticate {
		t.Errorf("%+v", p)
	}
	wantRefused(t, "not encrypted", "000104 070100", mikey.ErrorInvalidSPar)
	wantRefused(t, "not authenticated", "000104 0a0100", mikey.ErrorInvalidSPar)
}

func TestR5669_003_SEEDHasItsPRF(t *testing.T) {
	for _, cipher := range []string{"000103", "000104", "000105"} {
		if p := readPolicy(t, cipher+"050101"); p.PRF != mikey.SRTPPRFSEEDCTR {
			t.Errorf("%+v", p)
		}
		wantRefused(t, "AES", cipher+"050100", mikey.ErrorInvalidSPar)
		wantRefused(t, "ARIA", cipher+"050102", mikey.ErrorInvalidSPar)
	}
	p := readPolicy(t, "000103")
	if p.SRTPAuthAlg != mikey.SRTPAuthHMACSHA1 || p.SRTPTagLen != 10 {
		t.Errorf("%+v", p)
	}
}

func TestR3711_004_SRTCPTagAndKey(t *testing.T) {
	for tag := range 10 {
		wantRefused(t, "tag", "1301"+hexOctet(uint8(tag)), mikey.ErrorInvalidSPar)
		if p := readPolicy(t, "0b01"+hexOctet(uint8(tag))); p.SRTCPTagLen != 10 {
			t.Errorf("tag %d for both: %d for SRTCP", tag, p.SRTCPTagLen)
		}
	}
	for keyLen := range 20 {
		wantRefused(t, "key", "1101"+hexOctet(uint8(keyLen)), mikey.ErrorInvalidSPar)
	}
}

// drawParams draws a list of parameters most of which make a valid policy.
func drawParams(t *rapid.T) mikey.PolicyParams {
	pick := func(t *rapid.T, label string, values ...uint8) uint8 { return rapid.SampledFrom(values).Draw(t, label) }
	var params mikey.PolicyParams
	add := func(p mikey.ParamType, values ...uint8) {
		if rapid.Bool().Draw(t, "has "+p.String()) {
			params = params.Append(p, pick(t, p.String(), values...))
		}
	}
	encr := pick(t, "cipher", 0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8)
	params = params.Append(mikey.ParamEncrAlg, encr)
	add(mikey.ParamEncrKeyLen, 16, 16, 24, 32)
	switch encr {
	case 4, 5, 6, 8:
		add(mikey.ParamAuthAlg, 0)
		add(mikey.ParamTagLen, 4, 10, 16)
		add(mikey.ParamAEADTagLen, 16)
		add(mikey.ParamSRTPTagLen, 10, 12, 16)
		add(mikey.ParamPrefixLen, 0, 1, 255)
		return params
	}
	add(mikey.ParamAuthAlg, 1, 1, 0)
	add(mikey.ParamAuthKeyLen, 20, 10, 4, 0)
	add(mikey.ParamEncryptSRTP, 0, 1)
	add(mikey.ParamEncryptSRTCP, 0, 1)
	add(mikey.ParamAuthenticate, 0, 1, 1, 1)
	add(mikey.ParamTagLen, 4, 10, 14, 20, 0, 7)
	add(mikey.ParamPrefixLen, 0, 1, 255)
	add(mikey.ParamSRTPAuthAlg, 0, 1, 2, 3, 4)
	add(mikey.ParamSRTCPAuthAlg, 1)
	add(mikey.ParamSRTPAuthKey, 20)
	add(mikey.ParamSRTPTagLen, 4, 10, 14, 20, 24)
	add(mikey.ParamSRTCPTagLen, 10, 14, 20)
	if rapid.Bool().Draw(t, "has a rate") {
		params = params.Append(mikey.ParamROCRate, pick(t, "rate 1", 0, 1), pick(t, "rate 2", 0, 1, 5))
	}
	return params
}

func TestPolicySurvivesTheWire(t *testing.T) {
	valid := 0
	rapid.Check(t, func(t *rapid.T) {
		sp := mikey.SecurityPolicy{Number: 3, Params: drawParams(t)}
		p, err := sp.SRTP()
		if err != nil {
			return
		}
		valid++
		sent := p.Policy(7)
		if sent.Number != 7 {
			t.Fatalf("policy number %d", sent.Number)
		}
		last := -1
		for typ := range sent.Params.All() {
			if int(typ) <= last {
				t.Fatalf("%x is not in ascending order", []byte(sent.Params))
			}
			last = int(typ)
		}
		back, err := sent.SRTP()
		if err != nil || back != p {
			t.Fatalf("%x means %+v\nis sent as %x\nand comes back as %+v, %v",
				[]byte(sp.Params), p, []byte(sent.Params), back, err)
		}
		data, err := (&mikey.Message{Payloads: []mikey.Payload{&sent}}).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		m, err := mikey.ParseMessage(data)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Payloads[0].(*mikey.SecurityPolicy); !bytes.Equal(got.Params, sent.Params) {
			t.Fatalf("%x", []byte(got.Params))
		}
	})
	if valid == 0 {
		t.Error("none of the policies was valid")
	}
}

func TestPolicyErrorTexts(t *testing.T) {
	sp := &mikey.SecurityPolicy{Number: 4, Params: mikey.PolicyParams{1, 1, 128}}
	_, err := sp.SRTP()
	if err == nil || !strings.Contains(err.Error(), "policy 4") || !strings.Contains(err.Error(), "session encryption key length") {
		t.Errorf("%v", err)
	}
}
