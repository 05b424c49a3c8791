package sdes

import (
	"slices"
	"strings"

	"github.com/gomikey/gomikey/mikey"
)

// A suiteInfo is what the grammar and the rules for keys need of a suite.
type suiteInfo struct {
	suite    mikey.Suite
	name     string
	keyLen   uint8
	saltLen  uint8
	lifetime uint64 // default number of SRTP packets
}

// The most packets that any suite protects with one key (RFC 3711, Section
// 9.2; RFC 4568, Section 6.2; RFC 7714, Section 13). RFC 6188, Section 4, has a
// lower default and no maximum of its own.
const (
	maxSRTPPackets  = 1 << 48
	maxSRTCPPackets = 1 << 31
)

// suites are the registered crypto suites: RFC 4568, Section 10.3.2.1; RFC
// 6188, Section 5; RFC 7714, Section 14.1; RFC 5669, Section 7. ARIA and the
// NULL cipher have no name here. F8_128_HMAC_SHA1_32, which the ABNF of RFC
// 4568 lists, was never registered.
var suites = [...]suiteInfo{
	{mikey.AES_CM_128_HMAC_SHA1_80, "AES_CM_128_HMAC_SHA1_80", 16, 14, 1 << 48},
	{mikey.AES_CM_128_HMAC_SHA1_32, "AES_CM_128_HMAC_SHA1_32", 16, 14, 1 << 48},
	{mikey.F8_128_HMAC_SHA1_80, "F8_128_HMAC_SHA1_80", 16, 14, 1 << 48},
	{mikey.AES_192_CM_HMAC_SHA1_80, "AES_192_CM_HMAC_SHA1_80", 24, 14, 1 << 31},
	{mikey.AES_192_CM_HMAC_SHA1_32, "AES_192_CM_HMAC_SHA1_32", 24, 14, 1 << 31},
	{mikey.AES_256_CM_HMAC_SHA1_80, "AES_256_CM_HMAC_SHA1_80", 32, 14, 1 << 31},
	{mikey.AES_256_CM_HMAC_SHA1_32, "AES_256_CM_HMAC_SHA1_32", 32, 14, 1 << 31},
	{mikey.AEAD_AES_128_GCM, "AEAD_AES_128_GCM", 16, 12, 1 << 48},
	{mikey.AEAD_AES_256_GCM, "AEAD_AES_256_GCM", 32, 12, 1 << 48},
	{mikey.SEED_CTR_128_HMAC_SHA1_80, "SEED_CTR_128_HMAC_SHA1_80", 16, 14, 1 << 48},
	{mikey.SEED_128_CCM_80, "SEED_128_CCM_80", 16, 12, 1 << 48},
	{mikey.SEED_128_GCM_96, "SEED_128_GCM_96", 16, 12, 1 << 48},
}

// Suites returns the suites that crypto attributes have names for.
func Suites() []mikey.Suite {
	all := make([]mikey.Suite, len(suites))
	for i := range suites {
		all[i] = suites[i].suite
	}
	return all
}

// DefaultSuites returns what a [Config] without suites offers and accepts,
// strongest first as RFC 4568, Section 5.1.1, asks. The last one is what every
// implementation has.
func DefaultSuites() []mikey.Suite {
	return []mikey.Suite{
		mikey.AEAD_AES_256_GCM,
		mikey.AES_256_CM_HMAC_SHA1_80,
		mikey.AEAD_AES_128_GCM,
		mikey.AES_CM_128_HMAC_SHA1_80,
	}
}

// suiteByName returns nil for a name that is not registered. Names are compared
// without case (RFC 4568, Section 4); nearly all come as they are registered.
func suiteByName(name string) *suiteInfo {
	for i := range suites {
		if suites[i].name == name {
			return &suites[i]
		}
	}
	for i := range suites {
		if strings.EqualFold(suites[i].name, name) {
			return &suites[i]
		}
	}
	return nil
}

// infoOf returns nil for a suite without a name here.
func infoOf(s mikey.Suite) *suiteInfo {
	i := slices.IndexFunc(suites[:], func(info suiteInfo) bool { return info.suite == s })
	if i < 0 {
		return nil
	}
	return &suites[i]
}
