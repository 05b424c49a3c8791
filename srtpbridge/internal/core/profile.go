package core

import "github.com/gomikey/gomikey/mikey"

// allSuites are the suites of the protection profiles of pion/srtp.
var allSuites = [...]mikey.Suite{
	mikey.AES_CM_128_HMAC_SHA1_80,
	mikey.AES_CM_128_HMAC_SHA1_32,
	mikey.AES_256_CM_HMAC_SHA1_80,
	mikey.AES_256_CM_HMAC_SHA1_32,
	mikey.AEAD_AES_128_GCM,
	mikey.AEAD_AES_256_GCM,
	mikey.NULL_HMAC_SHA1_80,
	mikey.NULL_HMAC_SHA1_32,
}

// Suites returns the suites that encrypt.
func Suites() []mikey.Suite {
	var suites []mikey.Suite
	for _, s := range allSuites {
		if s.SRTP().EncrAlg != mikey.SRTPEncrNULL {
			suites = append(suites, s)
		}
	}
	return suites
}

// checkPolicy returns the suite whose profile does what the policy says, but for
// encryption that is off. An error is an *UnsupportedError.
func (st *Stream) checkPolicy() (mikey.Suite, error) {
	p := &st.Policy
	if err := checkPolicy(p); err != nil {
		return mikey.NoSuite, err
	}
	for _, known := range allSuites {
		s := known.SRTP()
		if p.EncrAlg == s.EncrAlg && p.EncrKeyLen == s.EncrKeyLen && p.SRTPTagLen == s.SRTPTagLen {
			return known, nil
		}
	}
	return mikey.NoSuite, unsupported("policy", p.Suite()) // unreachable
}

// checkPolicy refuses what no profile does, with the name of the parameter.
func checkPolicy(p *mikey.SRTPPolicy) error {
	aead := p.EncrAlg == mikey.SRTPEncrAESGCM
	switch p.EncrAlg {
	case mikey.SRTPEncrAESCM, mikey.SRTPEncrAESGCM:
		if p.EncrKeyLen != 16 && p.EncrKeyLen != 32 {
			return unsupported(mikey.ParamEncrKeyLen, p.EncrKeyLen)
		}
	case mikey.SRTPEncrNULL:
		if p.EncrKeyLen != 16 {
			return unsupported(mikey.ParamEncrKeyLen, p.EncrKeyLen)
		}
	default:
		return unsupported(mikey.ParamEncrAlg, p.EncrAlg)
	}

	// What a cipher leaves no choice about.
	auth, authKeyLen, saltLen := mikey.SRTPAuthHMACSHA1, uint8(20), uint8(14)
	if aead {
		auth, authKeyLen, saltLen = mikey.SRTPAuthNULL, 0, 12
	}
	switch {
	case p.SaltLen != saltLen:
		return unsupported(mikey.ParamSaltLen, p.SaltLen)
	case p.PRF != mikey.SRTPPRFAESCM:
		return unsupported(mikey.ParamPRF, p.PRF)
	case !p.Authenticate:
		return unsupported(mikey.ParamAuthenticate, "off")
	case p.SRTPAuthAlg != auth:
		return unsupported(mikey.ParamSRTPAuthAlg, p.SRTPAuthAlg)
	case p.SRTCPAuthAlg != auth:
		return unsupported(mikey.ParamSRTCPAuthAlg, p.SRTCPAuthAlg)
	case p.SRTPAuthKeyLen != authKeyLen:
		return unsupported(mikey.ParamSRTPAuthKey, p.SRTPAuthKeyLen)
	case p.SRTCPAuthKeyLen != authKeyLen:
		return unsupported(mikey.ParamSRTCPAuthKey, p.SRTCPAuthKeyLen)
	case p.PrefixLen != 0:
		return unsupported(mikey.ParamPrefixLen, p.PrefixLen)
	}

	if aead {
		switch {
		case p.SRTPTagLen != 16 || p.SRTCPTagLen != 16:
			return unsupported(mikey.ParamAEADTagLen, min(p.SRTPTagLen, p.SRTCPTagLen))
		case !p.EncryptSRTP: // RFC 7714 always encrypts SRTP, and leaves SRTCP open (Section 9.3)
			return unsupported(mikey.ParamEncryptSRTP, "off")
		}
		return nil
	}
	switch {
	case p.SRTPTagLen != 4 && p.SRTPTagLen != 10:
		return unsupported(mikey.ParamSRTPTagLen, p.SRTPTagLen)
	case p.SRTCPTagLen != 10: // also with SRTP tags of 4 (RFC 3711, Section 5.2)
		return unsupported(mikey.ParamSRTCPTagLen, p.SRTCPTagLen)
	}
	return nil
}
