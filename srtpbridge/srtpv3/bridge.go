package srtpv3

import (
	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge/internal/core"
	"github.com/pion/srtp/v3"
)

// library is pion/srtp v3.
var library = core.Library[*srtp.Context, srtp.ProtectionProfile, srtp.ContextOption]{
	Create: srtp.CreateContext,
	Profiles: map[mikey.Suite]srtp.ProtectionProfile{
		mikey.AES_CM_128_HMAC_SHA1_80: srtp.ProtectionProfileAes128CmHmacSha1_80,
		mikey.AES_CM_128_HMAC_SHA1_32: srtp.ProtectionProfileAes128CmHmacSha1_32,
		mikey.AES_256_CM_HMAC_SHA1_80: srtp.ProtectionProfileAes256CmHmacSha1_80,
		mikey.AES_256_CM_HMAC_SHA1_32: srtp.ProtectionProfileAes256CmHmacSha1_32,
		mikey.AEAD_AES_128_GCM:        srtp.ProtectionProfileAeadAes128Gcm,
		mikey.AEAD_AES_256_GCM:        srtp.ProtectionProfileAeadAes256Gcm,
		mikey.NULL_HMAC_SHA1_80:       srtp.ProtectionProfileNullHmacSha1_80,
		mikey.NULL_HMAC_SHA1_32:       srtp.ProtectionProfileNullHmacSha1_32,
	},
	PlainSRTP:  srtp.SRTPNoEncryption,
	PlainSRTCP: srtp.SRTCPNoEncryption,
	ReplayRTP:  srtp.SRTPReplayProtection,
	ReplayRTCP: srtp.SRTCPReplayProtection,
	MKI:        srtp.MasterKeyIndicator,
}

// Suites returns the suites that contexts can be made for, as a list for
// mikey.Config and sdes.Config. The NULL suites work too but are not in it,
// because such a list is what is accepted from others.
func Suites() []mikey.Suite { return core.Suites() }

// Sender returns a context that encrypts the packets of the crypto session with
// CS ID csID.
//
// The error is an [*UnsupportedError], [ErrNoSSRC], or a *mikey.Error if there
// is no such crypto session or the session was closed.
func Sender(s *mikey.Session, csID uint8) (*srtp.Context, error) {
	stream, err := NewStream(s, csID)
	if err != nil {
		return nil, err
	}
	defer (*core.Stream)(stream).Wipe()
	return stream.Sender()
}

// Receiver returns a context that decrypts the packets of the crypto session
// with CS ID csID. It refuses replayed packets. Errors are those of [Sender].
func Receiver(s *mikey.Session, csID uint8) (*srtp.Context, error) {
	stream, err := NewStream(s, csID)
	if err != nil {
		return nil, err
	}
	defer (*core.Stream)(stream).Wipe()
	return stream.Receiver()
}
