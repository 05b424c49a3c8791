package mikey

import "errors"

// A Suite is a named set of SRTP parameters. The names are those of the SDP
// Security Descriptions and DTLS-SRTP registries.
type Suite uint8

const (
	// NoSuite is a policy that has no name.
	NoSuite Suite = iota

	AES_CM_128_HMAC_SHA1_80 // RFC 3711; what every SRTP implementation has
	AES_CM_128_HMAC_SHA1_32
	AES_192_CM_HMAC_SHA1_80 // RFC 6188
	AES_192_CM_HMAC_SHA1_32
	AES_256_CM_HMAC_SHA1_80
	AES_256_CM_HMAC_SHA1_32
	F8_128_HMAC_SHA1_80
	NULL_HMAC_SHA1_80 // not encrypted
	NULL_HMAC_SHA1_32
	AEAD_AES_128_GCM // RFC 7714
	AEAD_AES_256_GCM
	ARIA_128_CTR_HMAC_SHA1_80 // RFC 8269
	ARIA_128_CTR_HMAC_SHA1_32
	ARIA_256_CTR_HMAC_SHA1_80
	ARIA_256_CTR_HMAC_SHA1_32
	AEAD_ARIA_128_GCM
	AEAD_ARIA_256_GCM
	SEED_CTR_128_HMAC_SHA1_80 // RFC 5669, RFC 5748
	SEED_128_CCM_80
	SEED_128_GCM_96
)

// suites has the parameters of each Suite. The SRTCP tag of the _32 suites has
// 10 octets (RFC 3711, Section 5.2).
var suites = [...]struct {
	name   string
	encr   SRTPEncrAlg
	keyLen uint8
	tagLen uint8 // of SRTP
}{
	AES_CM_128_HMAC_SHA1_80:   {"AES_CM_128_HMAC_SHA1_80", SRTPEncrAESCM, 16, 10},
	AES_CM_128_HMAC_SHA1_32:   {"AES_CM_128_HMAC_SHA1_32", SRTPEncrAESCM, 16, 4},
	AES_192_CM_HMAC_SHA1_80:   {"AES_192_CM_HMAC_SHA1_80", SRTPEncrAESCM, 24, 10},
	AES_192_CM_HMAC_SHA1_32:   {"AES_192_CM_HMAC_SHA1_32", SRTPEncrAESCM, 24, 4},
	AES_256_CM_HMAC_SHA1_80:   {"AES_256_CM_HMAC_SHA1_80", SRTPEncrAESCM, 32, 10},
	AES_256_CM_HMAC_SHA1_32:   {"AES_256_CM_HMAC_SHA1_32", SRTPEncrAESCM, 32, 4},
	F8_128_HMAC_SHA1_80:       {"F8_128_HMAC_SHA1_80", SRTPEncrAESF8, 16, 10},
	NULL_HMAC_SHA1_80:         {"NULL_HMAC_SHA1_80", SRTPEncrNULL, 16, 10},
	NULL_HMAC_SHA1_32:         {"NULL_HMAC_SHA1_32", SRTPEncrNULL, 16, 4},
	AEAD_AES_128_GCM:          {"AEAD_AES_128_GCM", SRTPEncrAESGCM, 16, 16},
	AEAD_AES_256_GCM:          {"AEAD_AES_256_GCM", SRTPEncrAESGCM, 32, 16},
	ARIA_128_CTR_HMAC_SHA1_80: {"ARIA_128_CTR_HMAC_SHA1_80", SRTPEncrARIACTR, 16, 10},
	ARIA_128_CTR_HMAC_SHA1_32: {"ARIA_128_CTR_HMAC_SHA1_32", SRTPEncrARIACTR, 16, 4},
	ARIA_256_CTR_HMAC_SHA1_80: {"ARIA_256_CTR_HMAC_SHA1_80", SRTPEncrARIACTR, 32, 10},
	ARIA_256_CTR_HMAC_SHA1_32: {"ARIA_256_CTR_HMAC_SHA1_32", SRTPEncrARIACTR, 32, 4},
	AEAD_ARIA_128_GCM:         {"AEAD_ARIA_128_GCM", SRTPEncrARIAGCM, 16, 16},
	AEAD_ARIA_256_GCM:         {"AEAD_ARIA_256_GCM", SRTPEncrARIAGCM, 32, 16},
	SEED_CTR_128_HMAC_SHA1_80: {"SEED_CTR_128_HMAC_SHA1_80", SRTPEncrSEEDCTR, 16, 10},
	SEED_128_CCM_80:           {"SEED_128_CCM_80", SRTPEncrSEEDCCM, 16, 10},
	SEED_128_GCM_96:           {"SEED_128_GCM_96", SRTPEncrSEEDGCM, 16, 12},
}

// Suites returns all named suites.
func Suites() []Suite {
	all := make([]Suite, 0, len(suites)-1)
	for s := NoSuite + 1; int(s) < len(suites); s++ {
		all = append(all, s)
	}
	return all
}

// SuiteByName returns the suite of that name, in the spelling of String.
func SuiteByName(name string) (Suite, error) {
	for _, s := range Suites() {
		if suites[s].name == name {
			return s, nil
		}
	}
	return NoSuite, errors.New("mikey: no suite has that name: names look like " + AES_CM_128_HMAC_SHA1_80.String())
}

func (s Suite) String() string {
	if s == NoSuite {
		return "no named suite"
	}
	if int(s) >= len(suites) {
		return name(nil, "Suite", uint8(s))
	}
	return suites[s].name
}

// SRTP returns the parameters of the suite. It panics for a value that is not
// one of the named suites.
func (s Suite) SRTP() SRTPPolicy {
	if s == NoSuite || int(s) >= len(suites) {
		panic("mikey: not a named suite")
	}
	suite := &suites[s]
	p := defaultSRTPPolicy(suite.encr)
	p.EncrKeyLen = suite.keyLen
	p.setTagLen(suite.tagLen)
	return p
}

// Policy returns the suite as a security policy payload.
func (s Suite) Policy(number uint8) SecurityPolicy { return s.SRTP().Policy(number) }
