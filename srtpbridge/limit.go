package srtpbridge

import (
	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge/internal/core"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

// DefaultLimit returns the limit of a master key for which the parties agreed on
// none: 2^48 SRTP and 2^31 SRTCP packets (RFC 3711, Section 9.2), and 2^31 of
// each with AES-192 and AES-256 in counter mode (RFC 6188, Section 4).
func DefaultLimit(policy mikey.SRTPPolicy) sdes.Limit { return core.DefaultLimit(policy) }

// A KeyUse says how many packets there were under a master key. It has no key.
type KeyUse struct {
	MKI         []byte // nil without one
	SRTP, SRTCP uint64
	Limit       sdes.Limit // the numbers of packets to stay below
}

// A Limiter is a context that counts the packets under each of its master keys,
// and stops before a key reaches its limit: from then on the error is
// [ErrKeySpent]. It is safe for concurrent use.
//
// Limits are numbers to stay below (RFC 4568, Section 6.1). A sender stops both
// SRTP and SRTCP at the limit that it reaches first (RFC 3711, Section 9.2); a
// receiver, whose peer may see that otherwise, stops either at its own. When
// packets with several SSRCs go under one key, SRTP and SRTCP packets together
// stay below 2^31 too (RFC 4568, Section 6.4.2).
//
// A sender counts the packets that it protected, a receiver those that were
// authentic and no replay: packets that fail cannot use up a key.
//
// Counters live as long as the limiter. A second one for the same keys would
// start again, and so would the key stream: see "One sender for each crypto
// session" above.
type Limiter struct{ core *core.Limiter }

// LimitedSender is [Stream.Sender] with a limiter.
//
// limits has one for each key, such as the Limits or FECLimits of a direction of
// SDES. nil means DefaultLimit for each; more than 2^48 SRTP or 2^31 SRTCP
// packets is never a limit.
//
// warn may be nil. It is called once for each key, when three quarters of the
// packets that a limit allows are used: the time to agree on new keys. It is
// called by the goroutine that has the packet, and may call the limiter.
func (st *Stream) LimitedSender(limits []sdes.Limit, warn func(KeyUse)) (*Limiter, error) {
	return newLimiter(st, true, limits, warn)
}

// LimitedReceiver is [Stream.Receiver] with a limiter. For limits and warn see
// [Stream.LimitedSender].
func (st *Stream) LimitedReceiver(limits []sdes.Limit, warn func(KeyUse)) (*Limiter, error) {
	return newLimiter(st, false, limits, warn)
}

func newLimiter(st *Stream, sender bool, limits []sdes.Limit, warn func(KeyUse)) (*Limiter, error) {
	var warnCore func(core.KeyUse)
	if warn != nil {
		warnCore = func(u core.KeyUse) { warn(KeyUse(u)) }
	}
	l, err := library.Limiter((*core.Stream)(st), sender, limits, srtp.ErrMKINotFound, warnCore)
	if err != nil {
		return nil, own(err)
	}
	return &Limiter{l}, nil
}

// EncryptRTP protects an RTP packet, as the method of *srtp.Context does.
func (l *Limiter) EncryptRTP(dst, plaintext []byte, header *rtp.Header) ([]byte, error) {
	return l.core.EncryptRTP(dst, plaintext, header)
}

// EncryptRTCP protects an RTCP packet, as the method of *srtp.Context does.
func (l *Limiter) EncryptRTCP(dst, plaintext []byte, header *rtcp.Header) ([]byte, error) {
	return l.core.EncryptRTCP(dst, plaintext, header)
}

// DecryptRTP authenticates and decrypts an SRTP packet, as the method of
// *srtp.Context does. The key is that of the MKI in the packet.
func (l *Limiter) DecryptRTP(dst, encrypted []byte, header *rtp.Header) ([]byte, error) {
	return l.core.DecryptRTP(dst, encrypted, header)
}

// DecryptRTCP authenticates and decrypts an SRTCP packet, as the method of
// *srtp.Context does.
func (l *Limiter) DecryptRTCP(dst, encrypted []byte, header *rtcp.Header) ([]byte, error) {
	return l.core.DecryptRTCP(dst, encrypted, header)
}

// AddKeys adds the keys of a stream, as [Stream.AddKeys] does. limits has one for
// each of them, nil means DefaultLimit.
func (l *Limiter) AddKeys(st *Stream, limits []sdes.Limit) error {
	return own(l.core.AddKeys((*core.Stream)(st), limits))
}

// SetSendMKI chooses the key of a sender.
func (l *Limiter) SetSendMKI(mki []byte) error { return l.core.SetSendMKI(mki) }

// RemoveMKI takes a key and its counters away. A key that was taken away must
// not come back.
func (l *Limiter) RemoveMKI(mki []byte) error { return l.core.RemoveMKI(mki) }

// Use returns the counters of the key with an MKI, nil without one. It reports
// whether there is such a key.
func (l *Limiter) Use(mki []byte) (KeyUse, bool) {
	use, ok := l.core.Use(mki)
	return KeyUse(use), ok
}

// ROC returns the rollover counter of an SSRC.
func (l *Limiter) ROC(ssrc uint32) (uint32, bool) { return l.core.ROC(ssrc) }

// SetROC sets the rollover counter of an SSRC.
func (l *Limiter) SetROC(ssrc, roc uint32) { l.core.SetROC(ssrc, roc) }

// Index returns the SRTCP index of an SSRC.
func (l *Limiter) Index(ssrc uint32) (uint32, bool) { return l.core.Index(ssrc) }

// SetIndex sets the SRTCP index of an SSRC.
func (l *Limiter) SetIndex(ssrc, index uint32) { l.core.SetIndex(ssrc, index) }
