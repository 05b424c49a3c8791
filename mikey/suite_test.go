package mikey_test

import (
	"bytes"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// suiteCases are all named suites with the parameters that are sent for them, in
// ascending order.
var suiteCases = []struct {
	suite  mikey.Suite
	name   string
	params string
	// What the parameters mean.
	encr             mikey.SRTPEncrAlg
	keyLen, saltLen  uint8
	srtpTag, rtcpTag uint8
	prf              mikey.SRTPPRF
	aead             bool
}{
	{mikey.AES_CM_128_HMAC_SHA1_80, "AES_CM_128_HMAC_SHA1_80",
		"000101 010110 020101 030114 04010e 070101 080101 0a0101 0b010a",
		mikey.SRTPEncrAESCM, 16, 14, 10, 10, mikey.SRTPPRFAESCM, false},
	{mikey.AES_CM_128_HMAC_SHA1_32, "AES_CM_128_HMAC_SHA1_32",
		"000101 010110 020101 030114 04010e 070101 080101 0a0101 0b0104",
		mikey.SRTPEncrAESCM, 16, 14, 4, 10, mikey.SRTPPRFAESCM, false},
	{mikey.AES_192_CM_HMAC_SHA1_80, "AES_192_CM_HMAC_SHA1_80",
		"000101 010118 020101 030114 04010e 070101 080101 0a0101 0b010a",
		mikey.SRTPEncrAESCM, 24, 14, 10, 10, mikey.SRTPPRFAESCM, false},
	{mikey.AES_192_CM_HMAC_SHA1_32, "AES_192_CM_HMAC_SHA1_32",
		"000101 010118 020101 030114 04010e 070101 080101 0a0101 0b0104",
		mikey.SRTPEncrAESCM, 24, 14, 4, 10, mikey.SRTPPRFAESCM, false},
	{mikey.AES_256_CM_HMAC_SHA1_80, "AES_256_CM_HMAC_SHA1_80",
		"000101 010120 020101 030114 04010e 070101 080101 0a0101 0b010a",
		mikey.SRTPEncrAESCM, 32, 14, 10, 10, mikey.SRTPPRFAESCM, false},
	{mikey.AES_256_CM_HMAC_SHA1_32, "AES_256_CM_HMAC_SHA1_32",
		"000101 010120 020101 030114 04010e 070101 080101 0a0101 0b0104",
		mikey.SRTPEncrAESCM, 32, 14, 4, 10, mikey.SRTPPRFAESCM, false},
	{mikey.F8_128_HMAC_SHA1_80, "F8_128_HMAC_SHA1_80",
		"000102 010110 020101 030114 04010e 070101 080101 0a0101 0b010a",
		mikey.SRTPEncrAESF8, 16, 14, 10, 10, mikey.SRTPPRFAESCM, false},
	{mikey.NULL_HMAC_SHA1_80, "NULL_HMAC_SHA1_80",
		"000100 010110 020101 030114 04010e 070101 080101 0a0101 0b010a",
		mikey.SRTPEncrNULL, 16, 14, 10, 10, mikey.SRTPPRFAESCM, false},
	{mikey.NULL_HMAC_SHA1_32, "NULL_HMAC_SHA1_32",
		"000100 010110 020101 030114 04010e 070101 080101 0a0101 0b0104",
		mikey.SRTPEncrNULL, 16, 14, 4, 10, mikey.SRTPPRFAESCM, false},
	{mikey.AEAD_AES_128_GCM, "AEAD_AES_128_GCM",
		"000106 010110 020100 04010c 050100 070101 080101 0a0101 140110",
		mikey.SRTPEncrAESGCM, 16, 12, 16, 16, mikey.SRTPPRFAESCM, true},
	{mikey.AEAD_AES_256_GCM, "AEAD_AES_256_GCM",
		"000106 010120 020100 04010c 050100 070101 080101 0a0101 140110",
		mikey.SRTPEncrAESGCM, 32, 12, 16, 16, mikey.SRTPPRFAESCM, true},
	{mikey.ARIA_128_CTR_HMAC_SHA1_80, "ARIA_128_CTR_HMAC_SHA1_80",
		"000107 010110 020101 030114 04010e 050102 070101 080101 0a0101 0b010a",
		mikey.SRTPEncrARIACTR, 16, 14, 10, 10, mikey.SRTPPRFARIACTR, false},
	{mikey.ARIA_128_CTR_HMAC_SHA1_32, "ARIA_128_CTR_HMAC_SHA1_32",
		"000107 010110 020101 030114 04010e 050102 070101 080101 0a0101 0b0104",
		mikey.SRTPEncrARIACTR, 16, 14, 4, 10, mikey.SRTPPRFARIACTR, false},
	{mikey.ARIA_256_CTR_HMAC_SHA1_80, "ARIA_256_CTR_HMAC_SHA1_80",
		"000107 010120 020101 030114 04010e 050102 070101 080101 0a0101 0b010a",
		mikey.SRTPEncrARIACTR, 32, 14, 10, 10, mikey.SRTPPRFARIACTR, false},
	{mikey.ARIA_256_CTR_HMAC_SHA1_32, "ARIA_256_CTR_HMAC_SHA1_32",
		"000107 010120 020101 030114 04010e 050102 070101 080101 0a0101 0b0104",
		mikey.SRTPEncrARIACTR, 32, 14, 4, 10, mikey.SRTPPRFARIACTR, false},
	{mikey.AEAD_ARIA_128_GCM, "AEAD_ARIA_128_GCM",
		"000108 010110 020100 04010c 050102 070101 080101 0a0101 140110",
		mikey.SRTPEncrARIAGCM, 16, 12, 16, 16, mikey.SRTPPRFARIACTR, true},
	{mikey.AEAD_ARIA_256_GCM, "AEAD_ARIA_256_GCM",
		"000108 010120 020100 04010c 050102 070101 080101 0a0101 140110",
		mikey.SRTPEncrARIAGCM, 32, 12, 16, 16, mikey.SRTPPRFARIACTR, true},
	{mikey.SEED_CTR_128_HMAC_SHA1_80, "SEED_CTR_128_HMAC_SHA1_80",
		"000103 010110 020101 030114 04010e 050101 070101 080101 0a0101 0b010a",
		mikey.SRTPEncrSEEDCTR, 16, 14, 10, 10, mikey.SRTPPRFSEEDCTR, false},
	{mikey.SEED_128_CCM_80, "SEED_128_CCM_80",
		"000104 010110 020100 04010c 050101 070101 080101 0a0101",
		mikey.SRTPEncrSEEDCCM, 16, 12, 10, 10, mikey.SRTPPRFSEEDCTR, true},
	{mikey.SEED_128_GCM_96, "SEED_128_GCM_96",
		"000105 010110 020100 04010c 050101 070101 080101 0a0101",
		mikey.SRTPEncrSEEDGCM, 16, 12, 12, 12, mikey.SRTPPRFSEEDCTR, true},
}

func TestSuites(t *testing.T) {
	for _, c := range suiteCases {
		t.Run(c.name, func(t *testing.T) {
			want := mikey.SRTPPolicy{
				EncrAlg: c.encr, EncrKeyLen: c.keyLen, SaltLen: c.saltLen, PRF: c.prf,
				SRTPAuthAlg: mikey.SRTPAuthHMACSHA1, SRTCPAuthAlg: mikey.SRTPAuthHMACSHA1,
				SRTPAuthKeyLen: 20, SRTCPAuthKeyLen: 20,
				SRTPTagLen: c.srtpTag, SRTCPTagLen: c.rtcpTag,
				EncryptSRTP: true, EncryptSRTCP: true, Authenticate: true, ROCRate: 1,
			}
			if c.aead {
				want.SRTPAuthAlg, want.SRTCPAuthAlg, want.SRTPAuthKeyLen, want.SRTCPAuthKeyLen = 0, 0, 0, 0
			}
			if got := c.suite.SRTP(); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
			sp := c.suite.Policy(0x2a)
			if sp.Number != 0x2a || sp.Protocol != mikey.ProtocolSRTP || !bytes.Equal(sp.Params, fromHex(t, c.params)) {
				t.Errorf("policy is %+v, want the parameters %s", sp, c.params)
			}
			p, err := sp.SRTP()
			if err != nil || p != want || p.Suite() != c.suite {
				t.Errorf("comes back as %v %+v, %v", p.Suite(), p, err)
			}
			if s, err := mikey.SuiteByName(c.name); s != c.suite || err != nil || s.String() != c.name {
				t.Errorf("the name stands for %v, %v", s, err)
			}
			// Only what differs from the defaults need be said.
			short := mikey.SecurityPolicy{Params: mikey.PolicyParams{}.Append(mikey.ParamEncrAlg, byte(c.encr)).Append(mikey.ParamEncrKeyLen, c.keyLen)}
			if !c.aead {
				short.Params = short.Params.Append(mikey.ParamTagLen, c.srtpTag)
			}
			if p, err := short.SRTP(); err != nil || p != want {
				t.Errorf("the shortest form is %+v, %v", p, err)
			}
		})
	}
	all := mikey.Suites()
	if len(all) != len(suiteCases) {
		t.Errorf("%d suites, %d covered", len(all), len(suiteCases))
	}
	for i, s := range all {
		if s != suiteCases[i].suite {
			t.Errorf("suite %d is %v", i, s)
		}
	}
}

func TestNoSuite(t *testing.T) {
	for _, name := range []string{"", "aes_cm_128_hmac_sha1_80", "no named suite", "AES_CM_128_HMAC_SHA1_81"} {
		if s, err := mikey.SuiteByName(name); s != mikey.NoSuite || err == nil {
			t.Errorf("%q is %v", name, s)
		}
	}
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	p.SRTPTagLen = 5
	if s := p.Suite(); s != mikey.NoSuite {
		t.Errorf("a tag of 5 octets is %v", s)
	}
	if got := mikey.NoSuite.String(); got != "no named suite" {
		t.Errorf("%q", got)
	}
	if got := mikey.Suite(200).String(); got != "Suite(200)" {
		t.Errorf("%q", got)
	}
	for _, s := range []mikey.Suite{mikey.NoSuite, 200} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v has parameters", s)
				}
			}()
			s.SRTP()
		}()
	}
}

func TestR7714_005_BothKeySizes(t *testing.T) {
	for keyLen, suite := range map[uint8]mikey.Suite{16: mikey.AEAD_AES_128_GCM, 32: mikey.AEAD_AES_256_GCM} {
		p := readPolicy(t, "000106 0101"+hexOctet(keyLen)+"140110")
		if p.Suite() != suite || p.EncrKeyLen != keyLen {
			t.Errorf("key of %d octets: %v", keyLen, p.Suite())
		}
	}
	if p := readPolicy(t, "000106"); p.Suite() != mikey.AEAD_AES_128_GCM {
		t.Errorf("the default is %v", p.Suite())
	}
}
