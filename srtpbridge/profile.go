package srtpbridge

import (
	"github.com/gomikey/gomikey/mikey"
	"github.com/pion/srtp/v2"
)

// profiles are the protection profiles of pion/srtp v2.
var profiles = [...]struct {
	suite   mikey.Suite
	profile srtp.ProtectionProfile
}{
	{mikey.AES_CM_128_HMAC_SHA1_80, srtp.ProtectionProfileAes128CmHmacSha1_80},
	{mikey.AES_CM_128_HMAC_SHA1_32, srtp.ProtectionProfileAes128CmHmacSha1_32},
	{mikey.AES_256_CM_HMAC_SHA1_80, srtp.ProtectionProfileAes256CmHmacSha1_80},
	{mikey.AES_256_CM_HMAC_SHA1_32, srtp.ProtectionProfileAes256CmHmacSha1_32},
	{mikey.AEAD_AES_128_GCM, srtp.ProtectionProfileAeadAes128Gcm},
	{mikey.AEAD_AES_256_GCM, srtp.ProtectionProfileAeadAes256Gcm},
	{mikey.NULL_HMAC_SHA1_80, srtp.ProtectionProfileNullHmacSha1_80},
	{mikey.NULL_HMAC_SHA1_32, srtp.ProtectionProfileNullHmacSha1_32},
}

// Suites returns the suites that contexts can be made for, as a list for
// mikey.Config. The NULL suites work too but are not in it, because such a list
// is what is accepted from others.
func Suites() []mikey.Suite {
	var suites []mikey.Suite
	for _, p := range profiles {
		if p.suite.SRTP().EncrAlg != mikey.SRTPEncrNULL {
			suites = append(suites, p.suite)
		}
	}
	return suites
}

// profileOf returns the profile of a policy and the options for what differs
// from it. An error is an *UnsupportedError.
func profileOf(p *mikey.SRTPPolicy) (srtp.ProtectionProfile, []srtp.ContextOption, error) {
	if err := checkPolicy(p); err != nil {
		return 0, nil, err
	}
	var opts []srtp.ContextOption
	if !p.EncryptSRTP {
		opts = append(opts, srtp.SRTPNoEncryption())
	}
	if !p.EncryptSRTCP {
		opts = append(opts, srtp.SRTCPNoEncryption())
	}
	for _, known := range profiles {
		s := known.suite.SRTP()
		if p.EncrAlg == s.EncrAlg && p.EncrKeyLen == s.EncrKeyLen && p.SRTPTagLen == s.SRTPTagLen {
			return known.profile, opts, nil
		}
	}
	return 0, nil, unsupported("policy", p.Suite()) // unreachable
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
		case !p.EncryptSRTP: // RFC 7714 always encrypts SRTP
			return unsupported(mikey.ParamEncryptSRTP, "off")
		case !p.EncryptSRTCP:
			return unsupported(mikey.ParamEncryptSRTCP, "off")
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
