package reference

import "slices"

// An SRTP is what a policy says about SRTP and SRTCP. Lengths are in octets.
type SRTP struct {
	Suite           string // "" if the policy has no name
	KeyLen, SaltLen int    // of the master key and the master salt
	SRTPTag         int
	SRTCPTag        int
}

// An srtpCipher is a value of parameter 0.
type srtpCipher struct {
	keyLens []int // the first one is the default
	saltLen int
	prf     int // value of parameter 5
	tag     int // of a cipher that authenticates by itself
}

var srtpCiphers = []srtpCipher{
	{keyLens: []int{16}, saltLen: 14},                      // NULL: RFC 3711
	{keyLens: []int{16, 24, 32}, saltLen: 14},              // AES-CM: RFC 3711; RFC 6188
	{keyLens: []int{16}, saltLen: 14},                      // AES-F8: RFC 3711
	{keyLens: []int{16}, saltLen: 14, prf: 1},              // SEED-CTR: RFC 5669, Section 2.1
	{keyLens: []int{16}, saltLen: 12, prf: 1, tag: 10},     // SEED-CCM: Section 2.2
	{keyLens: []int{16}, saltLen: 12, prf: 1, tag: 12},     // SEED-GCM: Section 2.3
	{keyLens: []int{16, 32}, saltLen: 12, tag: 16},         // AES-GCM: RFC 7714, Section 15
	{keyLens: []int{16, 32}, saltLen: 14, prf: 2},          // ARIA-CTR: RFC 8269, Section 4
	{keyLens: []int{16, 32}, saltLen: 12, prf: 2, tag: 16}, // ARIA-GCM
}

// Errors of policies (RFC 3830, Section 6.12).
const (
	NoError      = -1
	InvalidSP    = 9
	InvalidSPpar = 10
)

// Policy reads a security policy (RFC 3830, Section 6.10.1; RFC 3711, Section 8.2;
// RFC 4771, Section 4; RFC 7714, Section 14.3), and says with which error it is
// refused.
func Policy(protocol byte, params []Param) (SRTP, int) {
	refused := func(code int) (SRTP, int) { return SRTP{}, code }
	if protocol != 0 {
		return refused(InvalidSP)
	}
	given := map[byte]int{}
	for _, p := range params {
		if _, twice := given[p.Type]; twice || p.Type > 20 {
			return refused(InvalidSPpar)
		}
		given[p.Type] = 0
		for _, octet := range p.Value {
			given[p.Type] = given[p.Type]<<8 | int(octet)
		}
	}
	// value is that of the first type that is present: the more specific one
	// comes first.
	value := func(absent int, types ...byte) int {
		for _, t := range types {
			if v, ok := given[t]; ok {
				return v
			}
		}
		return absent
	}

	number := value(1, 0)
	if number >= len(srtpCiphers) {
		return refused(InvalidSPpar)
	}
	c := srtpCiphers[number]
	keyLen, saltLen := value(c.keyLens[0], 1), value(c.saltLen, 4)
	if !slices.Contains(c.keyLens, keyLen) || saltLen != c.saltLen || value(c.prf, 5) != c.prf {
		return refused(InvalidSPpar)
	}
	// The key derivation rate and the FEC order have one value that is defined.
	if value(0, 6) != 0 || value(0, 9) != 0 {
		return refused(InvalidSPpar)
	}
	for _, t := range []byte{7, 8, 10} {
		if value(1, t) > 1 {
			return refused(InvalidSPpar)
		}
	}
	plain := value(1, 7) == 0 || value(1, 8) == 0 || value(0, 12) != 0

	if c.tag != 0 {
		// Nothing else authenticates, and the salt and the tags are fixed.
		if value(0, 14, 2) != 0 || value(0, 15, 2) != 0 || value(c.tag, 18, 20) != c.tag || value(c.tag, 19, 20) != c.tag ||
			value(1, 10) == 0 || value(1, 7) == 0 {
			return refused(InvalidSPpar)
		}
		if _, ok := given[13]; ok { // the rate of RCC
			return refused(InvalidSPpar)
		}
		out := SRTP{"", keyLen, saltLen, c.tag, c.tag}
		if !plain { // SRTCP may be, by RFC 7714, Section 9.3, and RFC 5669, Section 2.2
			out.Suite = nameOf(number, keyLen, c.tag)
		}
		return out, NoError
	}
	if _, ok := given[20]; ok {
		return refused(InvalidSPpar)
	}

	general := value(1, 2)
	srtpAuth, srtcpAuth := value(general, 14), value(general, 15)
	rcc := srtpAuth >= 2
	// RCC is not for SRTCP (RFC 4771, Section 2), which is always authenticated
	// (RFC 3711, Section 3.4): without authentication in general, only SRTP is.
	_, explicit := given[15]
	if srtpAuth > 4 || srtcpAuth > 1 || srtcpAuth == 0 && explicit {
		return refused(InvalidSPpar)
	}

	authKey := value(20, 3)
	tag, hasTag := given[11]
	if (authKey == 4 || authKey == 10) && !hasTag {
		tag, hasTag, authKey = authKey, true, 20 // P-13
	}
	if authKey == 10 && tag == 10 || authKey == 0 && general == 0 {
		authKey = 20
	}
	if value(authKey, 16) != 20 || value(authKey, 17) != 20 {
		return refused(InvalidSPpar)
	}

	srtpTag := 10
	switch srtpAuth {
	case 2, 3:
		srtpTag = 14 // RFC 4771, Section 5
	case 4:
		srtpTag = 4
	}
	srtcpTag := 10
	if hasTag {
		srtpTag = tag
		if !rcc {
			srtcpTag = max(tag, 10) // RFC 3711, Section 5.2: 80 bits at least
		}
	}
	srtpTag, srtcpTag = value(srtpTag, 18), value(srtcpTag, 19)
	most := 20 // octets of HMAC-SHA-1
	if rcc {
		most = 24 // and the ROC
	}
	if srtpTag > most || srtcpTag < 10 || srtcpTag > 20 || rcc && srtpTag < 4 || srtpAuth == 4 && srtpTag != 4 {
		return refused(InvalidSPpar)
	}
	if rate, ok := given[13]; ok && (rate == 0 || !rcc) {
		return refused(InvalidSPpar)
	}
	off := value(1, 10) == 0 || srtpAuth == 0
	mac := srtpTag
	if rcc {
		mac -= 4
	}
	if (number == 3 || number == 7) && (off || mac == 0) {
		return refused(InvalidSPpar) // RFC 5669, Section 2.1; RFC 8269, Section 2.1
	}
	out := SRTP{"", keyLen, saltLen, srtpTag, srtcpTag}
	if !plain && !off && !rcc && srtcpTag == 10 {
		out.Suite = nameOf(number, keyLen, srtpTag)
	}
	return out, NoError
}

// nameOf is the name of a suite. Names are those of the registries of SDP Security
// Descriptions and DTLS-SRTP.
func nameOf(cipher, keyLen, tag int) string {
	type suite struct{ cipher, keyLen, tag int }
	return map[suite]string{
		{0, 16, 10}: "NULL_HMAC_SHA1_80",
		{0, 16, 4}:  "NULL_HMAC_SHA1_32",
		{1, 16, 10}: "AES_CM_128_HMAC_SHA1_80",
		{1, 16, 4}:  "AES_CM_128_HMAC_SHA1_32",
		{1, 24, 10}: "AES_192_CM_HMAC_SHA1_80",
		{1, 24, 4}:  "AES_192_CM_HMAC_SHA1_32",
		{1, 32, 10}: "AES_256_CM_HMAC_SHA1_80",
		{1, 32, 4}:  "AES_256_CM_HMAC_SHA1_32",
		{2, 16, 10}: "F8_128_HMAC_SHA1_80",
		{3, 16, 10}: "SEED_CTR_128_HMAC_SHA1_80",
		{4, 16, 10}: "SEED_128_CCM_80",
		{5, 16, 12}: "SEED_128_GCM_96",
		{6, 16, 16}: "AEAD_AES_128_GCM",
		{6, 32, 16}: "AEAD_AES_256_GCM",
		{7, 16, 10}: "ARIA_128_CTR_HMAC_SHA1_80",
		{7, 16, 4}:  "ARIA_128_CTR_HMAC_SHA1_32",
		{7, 32, 10}: "ARIA_256_CTR_HMAC_SHA1_80",
		{7, 32, 4}:  "ARIA_256_CTR_HMAC_SHA1_32",
		{8, 16, 16}: "AEAD_ARIA_128_GCM",
		{8, 32, 16}: "AEAD_ARIA_256_GCM",
	}[suite{cipher, keyLen, tag}]
}
