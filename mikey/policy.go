package mikey

import (
	"encoding/binary"
	"fmt"
)

// An SRTPPolicy is a security policy for SRTP with every default filled in (RFC
// 3830, Section 6.10.1; RFC 3711, Sections 5 and 8.2; RFC 4771; RFC 7714).
// Lengths are in octets.
type SRTPPolicy struct {
	EncrAlg    SRTPEncrAlg
	EncrKeyLen uint8 // of the session encryption key and of the master key
	SaltLen    uint8 // of the session salt and of the master salt
	PRF        SRTPPRF

	// Authentication of SRTP and SRTCP. A cipher that authenticates by itself
	// has SRTPAuthNULL and its own tag lengths here.
	SRTPAuthAlg, SRTCPAuthAlg       SRTPAuthAlg
	SRTPAuthKeyLen, SRTCPAuthKeyLen uint8
	SRTPTagLen, SRTCPTagLen         uint8

	EncryptSRTP, EncryptSRTCP bool
	Authenticate              bool // of SRTP; SRTCP is always authenticated

	PrefixLen uint8  // SRTP_PREFIX_LENGTH
	ROCRate   uint16 // every how many packets an RCC authentication sends the ROC

	// The key derivation rate is 0 and the sender's FEC order FEC-SRTP: other
	// values are refused, for no text says how a rate is encoded.
}

// defaultSRTPPolicy returns the defaults for a cipher.
func defaultSRTPPolicy(encr SRTPEncrAlg) SRTPPolicy {
	p := SRTPPolicy{
		EncrAlg:        encr,
		EncrKeyLen:     16,
		SaltLen:        14,
		PRF:            SRTPPRFAESCM,
		SRTPAuthAlg:    SRTPAuthHMACSHA1,
		SRTCPAuthAlg:   SRTPAuthHMACSHA1,
		SRTPAuthKeyLen: 20, SRTCPAuthKeyLen: 20,
		SRTPTagLen: 10, SRTCPTagLen: 10,
		EncryptSRTP: true, EncryptSRTCP: true,
		Authenticate: true,
		ROCRate:      1,
	}
	switch encr {
	case SRTPEncrSEEDCTR, SRTPEncrSEEDCCM, SRTPEncrSEEDGCM:
		p.PRF = SRTPPRFSEEDCTR
	case SRTPEncrARIACTR, SRTPEncrARIAGCM:
		p.PRF = SRTPPRFARIACTR
	}
	if encr.aead() {
		// No text makes the default salt length depend on the cipher, but
		// these take 12 octets and no other length.
		p.SaltLen = 12
		p.SRTPAuthAlg, p.SRTCPAuthAlg = SRTPAuthNULL, SRTPAuthNULL
		p.SRTPAuthKeyLen, p.SRTCPAuthKeyLen = 0, 0
		tag := aeadTagLen(encr)
		p.SRTPTagLen, p.SRTCPTagLen = tag, tag
	}
	return p
}

func aeadTagLen(encr SRTPEncrAlg) uint8 {
	switch encr {
	case SRTPEncrSEEDCCM:
		return 10 // RFC 5669, Section 2.2
	case SRTPEncrSEEDGCM:
		return 12 // RFC 5669, Section 2.3
	}
	return 16 // RFC 7714, RFC 8269
}

// setTagLen sets both tag lengths as parameter 11 does. HMAC-SHA1 tags of SRTCP
// have at least 80 bits (RFC 3711, Section 5.2), whatever SRTP has.
func (p *SRTPPolicy) setTagLen(n uint8) {
	p.SRTPTagLen = n
	if !p.EncrAlg.aead() {
		p.SRTCPTagLen = max(n, 10)
	}
}

// Suite returns the name of the policy, NoSuite if it has none.
func (p SRTPPolicy) Suite() Suite {
	for s := NoSuite + 1; int(s) < len(suites); s++ {
		if p == s.SRTP() {
			return s
		}
	}
	return NoSuite
}

// Policy returns the policy as a payload. Parameters stand in ascending order,
// and all that a suite decides are explicit, because some receivers insist on
// them.
func (p SRTPPolicy) Policy(number uint8) SecurityPolicy {
	bit := func(on bool) byte {
		if on {
			return 1
		}
		return 0
	}
	params := make(PolicyParams, 0, 48)
	params = params.Append(ParamEncrAlg, uint8(p.EncrAlg))
	params = params.Append(ParamEncrKeyLen, p.EncrKeyLen)
	params = params.Append(ParamAuthAlg, uint8(p.SRTCPAuthAlg))
	aead := p.EncrAlg.aead()
	if !aead {
		params = params.Append(ParamAuthKeyLen, p.SRTCPAuthKeyLen)
	}
	params = params.Append(ParamSaltLen, p.SaltLen)
	if aead || p.PRF != SRTPPRFAESCM {
		params = params.Append(ParamPRF, uint8(p.PRF))
	}
	params = params.Append(ParamEncryptSRTP, bit(p.EncryptSRTP))
	params = params.Append(ParamEncryptSRTCP, bit(p.EncryptSRTCP))
	params = params.Append(ParamAuthenticate, bit(p.Authenticate))
	if !aead {
		params = params.Append(ParamTagLen, p.SRTPTagLen)
	}
	if p.PrefixLen != 0 {
		params = params.Append(ParamPrefixLen, p.PrefixLen)
	}
	if p.ROCRate != 1 {
		params = params.Append(ParamROCRate, binary.BigEndian.AppendUint16(nil, p.ROCRate)...)
	}
	if p.SRTPAuthAlg != p.SRTCPAuthAlg {
		params = params.Append(ParamSRTPAuthAlg, uint8(p.SRTPAuthAlg))
	}
	if p.SRTPAuthKeyLen != p.SRTCPAuthKeyLen {
		params = params.Append(ParamSRTPAuthKey, p.SRTPAuthKeyLen)
	}
	impliedTag := max(p.SRTPTagLen, 10)
	if p.SRTPAuthAlg >= SRTPAuthRCCm1 {
		impliedTag = 10
	}
	if !aead && p.SRTCPTagLen != impliedTag {
		params = params.Append(ParamSRTCPTagLen, p.SRTCPTagLen)
	}
	if p.EncrAlg == SRTPEncrAESGCM || p.EncrAlg == SRTPEncrARIAGCM {
		// The parameter is defined for the value 16 alone (RFC 7714, Section
		// 14.3): the tags of SEED follow from the cipher.
		params = params.Append(ParamAEADTagLen, p.SRTPTagLen)
	}
	return SecurityPolicy{Number: number, Protocol: ProtocolSRTP, Params: params}
}

// SRTP reads the policy. Absent parameters have the defaults of SRTP (RFC 3830,
// Section 6.10.1). An error wraps ErrorInvalidSP for another protocol,
// ErrorInvalidSPar for parameters that are unknown, that contradict each other
// or that SRTP does not allow.
//
// One habit of deployed senders is read as they mean it: a session
// authentication key length of 4 or 10 without a tag length is the tag length.
func (sp *SecurityPolicy) SRTP() (SRTPPolicy, error) {
	if sp.Protocol != ProtocolSRTP {
		return SRTPPolicy{}, refuseWith(Unsupported, ErrorInvalidSP, "policy %d is for %v", sp.Number, sp.Protocol)
	}
	if !sp.Params.valid() {
		return SRTPPolicy{}, refuseWith(Unsupported, ErrorInvalidSPar, "policy %d: the parameters do not fill their list", sp.Number)
	}
	var given paramSet
	for t, value := range sp.Params.All() {
		if err := given.set(t, value); err != nil {
			return SRTPPolicy{}, refuseWith(Unsupported, ErrorInvalidSPar, "policy %d: %w", sp.Number, err)
		}
	}
	p, err := given.policy()
	if err != nil {
		return SRTPPolicy{}, refuseWith(Unsupported, ErrorInvalidSPar, "policy %d: %w", sp.Number, err)
	}
	return p, nil
}

// paramSet is the parameters that a payload has.
type paramSet struct {
	present [ParamAEADTagLen + 1]bool
	value   [ParamAEADTagLen + 1]uint16
}

func (g *paramSet) set(t ParamType, value []byte) error {
	if t > ParamAEADTagLen {
		return fmt.Errorf("parameter %d is unknown", uint8(t))
	}
	if g.present[t] {
		return fmt.Errorf("%v occurs twice", t)
	}
	g.present[t] = true
	if t == ParamKDR {
		// Neither the unit nor the length of the value is specified: only no
		// key derivation at all is sure to be understood.
		for _, b := range value {
			if b != 0 {
				return fmt.Errorf("%v is not 0", t)
			}
		}
		return nil
	}
	switch {
	case len(value) == 1 && t != ParamROCRate:
		g.value[t] = uint16(value[0])
	case len(value) == 2 && (t == ParamROCRate || t.isLength()):
		g.value[t] = binary.BigEndian.Uint16(value)
	default:
		return fmt.Errorf("%v has %d octets", t, len(value))
	}
	if t.isLength() && g.value[t] > 0xff {
		return fmt.Errorf("%v is %d octets", t, g.value[t])
	}
	return nil
}

// isLength reports whether the value is a length: some senders give those two
// octets.
func (t ParamType) isLength() bool {
	switch t {
	case ParamEncrKeyLen, ParamAuthKeyLen, ParamSaltLen, ParamTagLen, ParamPrefixLen,
		ParamSRTPAuthKey, ParamSRTCPAuthKey, ParamSRTPTagLen, ParamSRTCPTagLen, ParamAEADTagLen:
		return true
	}
	return false
}

// get returns the value of the first parameter of ts that is present.
func (g *paramSet) get(absent uint8, ts ...ParamType) uint8 {
	for _, t := range ts {
		if g.present[t] {
			return uint8(g.value[t])
		}
	}
	return absent
}

func (g *paramSet) policy() (SRTPPolicy, error) {
	fail := func(format string, args ...any) (SRTPPolicy, error) {
		return SRTPPolicy{}, fmt.Errorf(format, args...)
	}
	p := defaultSRTPPolicy(SRTPEncrAlg(g.get(uint8(SRTPEncrAESCM), ParamEncrAlg)))
	if p.EncrAlg > SRTPEncrARIAGCM {
		return fail("%v %d is unknown", ParamEncrAlg, uint8(p.EncrAlg))
	}

	// Cipher: the lengths are octets in every deployed sender, and others than
	// those of the cipher (128 bits, say) are not guessed at.
	p.EncrKeyLen = g.get(p.EncrKeyLen, ParamEncrKeyLen)
	if !p.EncrAlg.takesKey(p.EncrKeyLen) {
		return fail("%v %d does not fit %v", ParamEncrKeyLen, p.EncrKeyLen, p.EncrAlg)
	}
	if n := g.get(p.SaltLen, ParamSaltLen); n != p.SaltLen {
		return fail("%v %d does not fit %v", ParamSaltLen, n, p.EncrAlg)
	}
	if f := SRTPPRF(g.get(uint8(p.PRF), ParamPRF)); f != p.PRF {
		return fail("%v %d does not fit %v", ParamPRF, uint8(f), p.EncrAlg)
	}
	if n := g.get(0, ParamFECOrder); n != 0 {
		return fail("%v %d is unknown", ParamFECOrder, n)
	}
	p.PrefixLen = g.get(0, ParamPrefixLen)
	for _, t := range []ParamType{ParamEncryptSRTP, ParamEncryptSRTCP, ParamAuthenticate} {
		if g.get(1, t) > 1 {
			return fail("%v is neither 0 nor 1", t)
		}
	}
	p.EncryptSRTP = g.get(1, ParamEncryptSRTP) == 1
	p.EncryptSRTCP = g.get(1, ParamEncryptSRTCP) == 1
	p.Authenticate = g.get(1, ParamAuthenticate) == 1

	if p.EncrAlg.aead() {
		return p, g.checkAEAD(&p)
	}
	return p, g.setAuthentication(&p)
}

// takesKey reports whether a cipher takes keys of n octets.
func (a SRTPEncrAlg) takesKey(n uint8) bool {
	switch a {
	case SRTPEncrAESCM: // 24 and 32: RFC 6188
		return n == 16 || n == 24 || n == 32
	case SRTPEncrAESGCM, SRTPEncrARIACTR, SRTPEncrARIAGCM:
		return n == 16 || n == 32
	}
	return n == 16
}

// checkAEAD checks that nothing contradicts a cipher that authenticates by
// itself (RFC 7714, Section 7.1). What it makes meaningless, the key length of
// no authentication and the general tag length, is ignored.
func (g *paramSet) checkAEAD(p *SRTPPolicy) error {
	for _, t := range []ParamType{ParamAuthAlg, ParamSRTPAuthAlg, ParamSRTCPAuthAlg} {
		if n := g.get(0, t); n != 0 {
			return fmt.Errorf("%v %d beside %v", t, n, p.EncrAlg)
		}
	}
	if g.present[ParamROCRate] {
		return fmt.Errorf("%v without RCC", ParamROCRate)
	}
	for _, t := range []ParamType{ParamAEADTagLen, ParamSRTPTagLen, ParamSRTCPTagLen} {
		if n := g.get(p.SRTPTagLen, t); n != p.SRTPTagLen {
			return fmt.Errorf("%v %d does not fit %v", t, n, p.EncrAlg)
		}
	}
	// SRTCP may be sent in the clear (RFC 7714, Section 9.3; RFC 5669, Section
	// 2.2), SRTP may not.
	if !p.EncryptSRTP || !p.Authenticate {
		return fmt.Errorf("%v always encrypts and authenticates SRTP", p.EncrAlg)
	}
	return nil
}

func (g *paramSet) setAuthentication(p *SRTPPolicy) error {
	if g.present[ParamAEADTagLen] {
		return fmt.Errorf("%v beside %v", ParamAEADTagLen, p.EncrAlg)
	}
	// Types 14 to 19 of RFC 4771, Section 4, win over 2, 3 and 11.
	general := g.get(uint8(SRTPAuthHMACSHA1), ParamAuthAlg)
	p.SRTPAuthAlg = SRTPAuthAlg(g.get(general, ParamSRTPAuthAlg))
	p.SRTCPAuthAlg = SRTPAuthAlg(g.get(general, ParamSRTCPAuthAlg))
	if p.SRTPAuthAlg > SRTPAuthRCCm3 {
		return fmt.Errorf("%v %d is unknown", ParamAuthAlg, uint8(p.SRTPAuthAlg))
	}
	if p.SRTCPAuthAlg != SRTPAuthHMACSHA1 {
		// SRTCP must be authenticated (RFC 3711, Section 3.4), and not by RCC
		// (RFC 4771, Section 2). General NULL authentication means SRTP.
		if p.SRTCPAuthAlg != SRTPAuthNULL || g.present[ParamSRTCPAuthAlg] {
			return fmt.Errorf("%v %d cannot authenticate SRTCP", ParamSRTCPAuthAlg, uint8(p.SRTCPAuthAlg))
		}
		p.SRTCPAuthAlg = SRTPAuthHMACSHA1
	}

	keyLen := g.get(20, ParamAuthKeyLen)
	switch {
	case (keyLen == 4 || keyLen == 10) && !g.present[ParamTagLen]:
		g.present[ParamTagLen], g.value[ParamTagLen] = true, uint16(keyLen)
		keyLen = 20
	case keyLen == 10 && g.value[ParamTagLen] == 10:
		keyLen = 20
	}
	if keyLen == 0 && general == uint8(SRTPAuthNULL) {
		keyLen = 20 // there is nothing to key but SRTCP
	}
	p.SRTPAuthKeyLen = g.get(keyLen, ParamSRTPAuthKey)
	p.SRTCPAuthKeyLen = g.get(keyLen, ParamSRTCPAuthKey)
	if p.SRTPAuthKeyLen != 20 || p.SRTCPAuthKeyLen != 20 {
		return fmt.Errorf("%v is %d, not 20", ParamAuthKeyLen, min(p.SRTPAuthKeyLen, p.SRTCPAuthKeyLen))
	}

	defaultTag := uint8(10)
	switch p.SRTPAuthAlg {
	case SRTPAuthRCCm1, SRTPAuthRCCm2:
		defaultTag = 14 // 10 and the ROC
	case SRTPAuthRCCm3:
		defaultTag = 4 // the ROC alone
	}
	p.setTagLen(g.get(defaultTag, ParamTagLen))
	p.SRTPTagLen = g.get(p.SRTPTagLen, ParamSRTPTagLen)
	p.SRTCPTagLen = g.get(p.SRTCPTagLen, ParamSRTCPTagLen)
	return g.checkTags(p)
}

func (g *paramSet) checkTags(p *SRTPPolicy) error {
	rcc := p.SRTPAuthAlg >= SRTPAuthRCCm1
	most := uint8(20)
	if rcc {
		most = 24
		if g.present[ParamROCRate] {
			p.ROCRate = g.value[ParamROCRate]
		}
		if !g.present[ParamSRTCPTagLen] {
			p.SRTCPTagLen = 10
		}
	}
	switch {
	case g.present[ParamROCRate] && g.value[ParamROCRate] == 0:
		return fmt.Errorf("%v is 0", ParamROCRate)
	case g.present[ParamROCRate] && !rcc:
		return fmt.Errorf("%v without RCC", ParamROCRate)
	case p.SRTPAuthAlg == SRTPAuthRCCm3 && p.SRTPTagLen != 4,
		rcc && p.SRTPTagLen < 4,
		p.SRTPTagLen > most:
		return fmt.Errorf("%v %d does not fit %v", ParamSRTPTagLen, p.SRTPTagLen, p.SRTPAuthAlg)
	case p.SRTCPTagLen < 10 || p.SRTCPTagLen > 20:
		return fmt.Errorf("%v %d is not 10 to 20", ParamSRTCPTagLen, p.SRTCPTagLen)
	}
	if p.SRTPAuthAlg == SRTPAuthNULL {
		p.Authenticate = false
	}
	mac := p.SRTPTagLen
	if rcc {
		mac -= 4 // the ROC
	}
	if (p.EncrAlg == SRTPEncrSEEDCTR || p.EncrAlg == SRTPEncrARIACTR) && (!p.Authenticate || mac == 0) {
		// RFC 5669, Section 2.1; RFC 8269, Section 2.1.
		return fmt.Errorf("%v must be authenticated", p.EncrAlg)
	}
	if !p.Authenticate {
		p.SRTPAuthAlg, p.SRTPTagLen, p.ROCRate = SRTPAuthNULL, 0, 1
	}
	return nil
}
