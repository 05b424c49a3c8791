package core

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// The most packets under one key.
const (
	mostSRTP  = 1 << 48 // RFC 3711, Section 9.2
	mostSRTCP = 1 << 31
	mostLong  = 1 << 31 // SRTP with AES-192 and AES-256 in counter mode (RFC 6188, Section 4)
	mostTotal = 1 << 31 // SRTP and SRTCP of several SSRCs (RFC 4568, Section 6.4.2)
)

// DefaultLimit returns the limit of a key of which nothing else is said.
func DefaultLimit(p mikey.SRTPPolicy) sdes.Limit {
	if p.EncrAlg == mikey.SRTPEncrAESCM && p.EncrKeyLen > 16 {
		return sdes.Limit{SRTP: mostLong, SRTCP: mostSRTCP}
	}
	return sdes.Limit{SRTP: mostSRTP, SRTCP: mostSRTCP}
}

// limits returns the limit of each key.
func (st *Stream) limits(all []sdes.Limit) ([]sdes.Limit, error) {
	limits := make([]sdes.Limit, len(st.Keys))
	if all == nil {
		for i := range limits {
			limits[i] = DefaultLimit(st.Policy)
		}
		return limits, nil
	}
	if len(all) != len(limits) {
		return nil, fmt.Errorf("srtpbridge: there are %d limits for %d master keys", len(all), len(limits))
	}
	for i, given := range all {
		if given.SRTP == 0 || given.SRTCP == 0 {
			return nil, fmt.Errorf("srtpbridge: a limit of master key %d is 0", i+1)
		}
		limits[i] = sdes.Limit{SRTP: min(given.SRTP, mostSRTP), SRTCP: min(given.SRTCP, mostSRTCP)}
	}
	return limits, nil
}

// A KeyUse has the fields of the KeyUse of each package.
type KeyUse struct {
	MKI         []byte
	SRTP, SRTCP uint64
	Limit       sdes.Limit
}

// A life counts the packets under one key.
type life struct {
	use    KeyUse
	ssrc   uint32 // of the first packet
	shared bool   // there were packets with another SSRC
	warned bool
}

func (k *life) total() uint64 { return k.use.SRTP + k.use.SRTCP }

// A Limiter counts the packets of a context under each of its keys.
type Limiter struct {
	mu         sync.Mutex
	ctx        Context
	sender     bool
	warn       func(KeyUse)
	policy     mikey.SRTPPolicy
	keys       map[string]*life // by MKI, or one without
	mkiLen     int
	sendMKI    string
	mostTotal  uint64
	errNoMKI   error
	behindRTP  int // octets of a packet behind its MKI
	behindRTCP int
}

// Limiter returns a limiter for the sender or receiver of a stream.
func (l *Library[C, P, O]) Limiter(st *Stream, sender bool, each []sdes.Limit, errNoMKI error, warn func(KeyUse)) (*Limiter, error) {
	limits, err := st.limits(each)
	if err != nil {
		return nil, err
	}
	newContext := l.Receiver
	if sender {
		newContext = l.Sender
	}
	ctx, err := newContext(st)
	if err != nil {
		return nil, err
	}
	lim := &Limiter{
		ctx: ctx, sender: sender, warn: warn, policy: st.Policy,
		keys: map[string]*life{}, mostTotal: mostTotal, errNoMKI: errNoMKI,
	}
	if st.Policy.EncrAlg != mikey.SRTPEncrAESGCM { // whose tag is before the MKI
		lim.behindRTP, lim.behindRTCP = int(st.Policy.SRTPTagLen), int(st.Policy.SRTCPTagLen)
	}
	mkis, err := st.checkKeys()
	if err != nil {
		return nil, err // unreachable: there is a context
	}
	if mkis == nil {
		mkis = [][]byte{nil}
	}
	lim.mkiLen, lim.sendMKI = len(mkis[0]), string(mkis[0])
	lim.add(mkis, limits)
	return lim, nil
}

func (l *Limiter) add(mkis [][]byte, limits []sdes.Limit) {
	for i, mki := range mkis {
		l.keys[string(mki)] = &life{use: KeyUse{MKI: bytes.Clone(mki), Limit: limits[i]}}
	}
}

// AddKeys is the function AddKeys for the context of the limiter.
func (l *Limiter) AddKeys(st *Stream, each []sdes.Limit) error {
	limits, err := st.limits(each)
	if err != nil {
		return err
	}
	mkis, err := st.checkAdded()
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if st.Policy != l.policy {
		return errors.New("srtpbridge: the keys are for another policy than that of the context")
	}
	if err := st.add(l.ctx, 0, mkis); err != nil {
		return err
	}
	l.add(mkis, limits)
	return nil
}

// SetSendMKI chooses the key of a sender.
func (l *Limiter) SetSendMKI(mki []byte) error {
	mki = bytes.Clone(mki) // pion/srtp keeps it
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ctx.SetSendMKI(mki); err != nil {
		return err
	}
	l.sendMKI = string(mki)
	return nil
}

// RemoveMKI removes a key.
func (l *Limiter) RemoveMKI(mki []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ctx.RemoveMKI(mki); err != nil {
		return err
	}
	delete(l.keys, string(mki))
	return nil
}

// Use tells how far a key is used.
func (l *Limiter) Use(mki []byte) (KeyUse, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, ok := l.keys[string(mki)]
	if !ok {
		return KeyUse{}, false
	}
	return k.copy(), true
}

func (k *life) copy() KeyUse {
	use := k.use
	use.MKI = bytes.Clone(use.MKI)
	return use
}

// ROC returns the rollover counter of an SSRC.
func (l *Limiter) ROC(ssrc uint32) (uint32, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ctx.ROC(ssrc)
}

// SetROC sets the rollover counter of an SSRC.
func (l *Limiter) SetROC(ssrc, roc uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ctx.SetROC(ssrc, roc)
}

// Index returns the SRTCP index of an SSRC.
func (l *Limiter) Index(ssrc uint32) (uint32, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ctx.Index(ssrc)
}

// SetIndex sets the SRTCP index of an SSRC.
func (l *Limiter) SetIndex(ssrc, index uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ctx.SetIndex(ssrc, index)
}

// EncryptRTP protects an RTP packet.
func (l *Limiter) EncryptRTP(dst, plaintext []byte, header *rtp.Header) ([]byte, error) {
	return l.process(true, false, plaintext, func() ([]byte, error) { return l.ctx.EncryptRTP(dst, plaintext, header) })
}

// EncryptRTCP protects an RTCP packet.
func (l *Limiter) EncryptRTCP(dst, plaintext []byte, header *rtcp.Header) ([]byte, error) {
	return l.process(true, true, plaintext, func() ([]byte, error) { return l.ctx.EncryptRTCP(dst, plaintext, header) })
}

// DecryptRTP unprotects an SRTP packet.
func (l *Limiter) DecryptRTP(dst, encrypted []byte, header *rtp.Header) ([]byte, error) {
	return l.process(false, false, encrypted, func() ([]byte, error) { return l.ctx.DecryptRTP(dst, encrypted, header) })
}

// DecryptRTCP unprotects an SRTCP packet.
func (l *Limiter) DecryptRTCP(dst, encrypted []byte, header *rtcp.Header) ([]byte, error) {
	return l.process(false, true, encrypted, func() ([]byte, error) { return l.ctx.DecryptRTCP(dst, encrypted, header) })
}

// process looks whether the key of a packet may be used, uses it, and counts.
func (l *Limiter) process(encrypt, isRTCP bool, packet []byte, use func() ([]byte, error)) ([]byte, error) {
	switch {
	case encrypt && !l.sender:
		return nil, errors.New("srtpbridge: a receiver sends nothing with the keys of its peer")
	case !encrypt && l.sender:
		return nil, errors.New("srtpbridge: a sender receives nothing")
	}
	out, warning, err := l.locked(isRTCP, packet, use)
	if warning != nil {
		l.warn(*warning) // may call the limiter
	}
	return out, err
}

func (l *Limiter) locked(isRTCP bool, packet []byte, use func() ([]byte, error)) (out []byte, warning *KeyUse, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ssrcAt := 8
	if isRTCP {
		ssrcAt = 4
	}
	if len(packet) < ssrcAt+4 {
		return nil, nil, fmt.Errorf("srtpbridge: %d octets are no packet", len(packet))
	}
	ssrc := binary.BigEndian.Uint32(packet[ssrcAt:])
	k := l.keyOf(isRTCP, packet)
	if k == nil {
		return nil, nil, fmt.Errorf("srtpbridge: %w", l.errNoMKI)
	}
	first := k.total() == 0
	shared := k.shared || !first && ssrc != k.ssrc
	if l.spent(k, isRTCP, shared) {
		return nil, nil, spentError(&k.use)
	}
	// Senders and receivers count alike: what was protected, and what was
	// authentic and new.
	if out, err = use(); err != nil {
		return nil, nil, err
	}
	if first {
		k.ssrc = ssrc
	}
	k.shared = shared
	if isRTCP {
		k.use.SRTCP++
	} else {
		k.use.SRTP++
	}
	if l.warn != nil && !k.warned && l.late(k) {
		k.warned = true
		copied := k.copy()
		warning = &copied
	}
	return out, warning, nil
}

// keyOf returns the key of a packet, nil if there is none.
func (l *Limiter) keyOf(isRTCP bool, packet []byte) *life {
	if l.sender || l.mkiLen == 0 {
		return l.keys[l.sendMKI]
	}
	end := len(packet) - l.behindRTP
	if isRTCP {
		end = len(packet) - l.behindRTCP
	}
	if end < l.mkiLen {
		return nil
	}
	return l.keys[string(packet[end-l.mkiLen:end])]
}

// spent reports whether the next packet would reach a limit. The limits are
// numbers to stay below (RFC 4568, Section 6.1). A sender stops at the one that
// comes first (RFC 3711, Section 9.2); a receiver takes SRTP and SRTCP packets
// of others as long as each are fewer than their limit.
func (l *Limiter) spent(k *life, isRTCP, shared bool) bool {
	srtp, srtcp := k.use.SRTP+1 >= k.use.Limit.SRTP, k.use.SRTCP+1 >= k.use.Limit.SRTCP
	switch {
	case shared && k.total()+1 >= l.mostTotal:
		return true
	case l.sender:
		return srtp || srtcp
	case isRTCP:
		return srtcp
	}
	return srtp
}

// late reports whether three quarters of the packets that a limit allows are
// used.
func (l *Limiter) late(k *life) bool {
	reached := func(n, limit uint64) bool {
		allowed := limit - 1
		return n >= allowed-allowed/4
	}
	return k.use.SRTP > 0 && reached(k.use.SRTP, k.use.Limit.SRTP) ||
		k.use.SRTCP > 0 && reached(k.use.SRTCP, k.use.Limit.SRTCP) ||
		k.shared && reached(k.total(), l.mostTotal)
}

func spentError(u *KeyUse) error {
	if u.MKI == nil {
		return fmt.Errorf("%w: %d SRTP and %d SRTCP packets", ErrKeySpent, u.SRTP, u.SRTCP)
	}
	return fmt.Errorf("%w: %d SRTP and %d SRTCP packets with MKI %x", ErrKeySpent, u.SRTP, u.SRTCP, u.MKI)
}
