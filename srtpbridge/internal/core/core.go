// Package core is what the packages for the versions of pion/srtp have in
// common: everything but the types of their contexts.
package core

import (
	"errors"
	"fmt"

	"github.com/gomikey/gomikey/mikey"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// Replay windows in packets.
const (
	SRTPReplayWindow  = 1024
	SRTCPReplayWindow = 128
)

// A Context is what the contexts of all versions can do.
type Context interface {
	EncryptRTP(dst, plaintext []byte, header *rtp.Header) ([]byte, error)
	EncryptRTCP(dst, plaintext []byte, header *rtcp.Header) ([]byte, error)
	DecryptRTP(dst, encrypted []byte, header *rtp.Header) ([]byte, error)
	DecryptRTCP(dst, encrypted []byte, header *rtcp.Header) ([]byte, error)
	AddCipherForMKI(mki, key, salt []byte) error
	RemoveMKI(mki []byte) error
	SetSendMKI(mki []byte) error
	ROC(ssrc uint32) (uint32, bool)
	SetROC(ssrc, roc uint32)
	Index(ssrc uint32) (uint32, bool)
	SetIndex(ssrc, index uint32)
}

// A Library is a version of pion/srtp with contexts of type C, protection
// profiles of type P and options of type O.
type Library[C Context, P, O any] struct {
	Create     func(key, salt []byte, profile P, options ...O) (C, error)
	Profiles   map[mikey.Suite]P // one for each of AllSuites
	PlainSRTP  func() O
	PlainSRTCP func() O
	ReplayRTP  func(window uint) O
	ReplayRTCP func(window uint) O
	MKI        func(mki []byte) O
}

// A Stream has the fields of the Stream of each package, which converts to it.
type Stream struct {
	Policy mikey.SRTPPolicy
	Keys   []mikey.MasterKey
	SSRC   uint32
	ROC    uint32
}

// NewStream returns the stream of a crypto session.
func NewStream(s *mikey.Session, csID uint8) (*Stream, error) {
	policy, err := s.Policy(csID)
	if err != nil {
		return nil, err
	}
	keys, err := s.MasterKeys(csID)
	if err != nil {
		return nil, err
	}
	cs := s.CryptoSessions()[csID-1]
	return &Stream{Policy: policy, Keys: keys, SSRC: cs.SSRC, ROC: cs.ROC}, nil
}

// Wipe overwrites the keys.
func (st *Stream) Wipe() {
	for i := range st.Keys {
		clear(st.Keys[i].Key)
		clear(st.Keys[i].Salt)
	}
}

func (st *Stream) String() string {
	return fmt.Sprintf("Stream{%v, SSRC %08x, ROC %d, %d keys}", st.Policy.Suite(), st.SSRC, st.ROC, len(st.Keys))
}

// Sender returns a context that encrypts.
func (l *Library[C, P, O]) Sender(st *Stream) (C, error) { return l.context(st) }

// Receiver returns a context that decrypts.
func (l *Library[C, P, O]) Receiver(st *Stream) (C, error) {
	return l.context(st, l.ReplayRTP(SRTPReplayWindow), l.ReplayRTCP(SRTCPReplayWindow))
}

func (l *Library[C, P, O]) context(st *Stream, options ...O) (C, error) {
	var none C
	suite, err := st.checkPolicy()
	if err != nil {
		return none, err
	}
	mkis, err := st.checkKeys()
	if err != nil {
		return none, err
	}
	if st.SSRC == 0 && st.ROC != 0 {
		return none, fmt.Errorf("%w: set Stream.SSRC, for ROC %d to count for it", ErrNoSSRC, st.ROC)
	}
	if !st.Policy.EncryptSRTP {
		options = append(options, l.PlainSRTP())
	}
	if !st.Policy.EncryptSRTCP {
		options = append(options, l.PlainSRTCP())
	}
	if mkis != nil {
		options = append(options, l.MKI(mkis[0]))
	}
	ctx, err := l.Create(st.Keys[0].Key, st.Keys[0].Salt, l.Profiles[suite], options...)
	if err != nil {
		// Some errors of pion/srtp hold the key, so they are not passed on.
		return none, errors.New("srtpbridge: pion/srtp refuses the first master key") // unreachable
	}
	if mkis != nil {
		if err := st.add(ctx, 1, mkis); err != nil {
			return none, err
		}
	}
	if st.SSRC != 0 {
		ctx.SetROC(st.SSRC, st.ROC)
	}
	return ctx, nil
}

// AddKeys adds the keys of a stream to a context.
func AddKeys(ctx Context, st *Stream) error {
	mkis, err := st.checkAdded()
	if err != nil {
		return err
	}
	return st.add(ctx, 0, mkis)
}

// checkAdded checks keys that are to be added to a context.
func (st *Stream) checkAdded() ([][]byte, error) {
	if _, err := st.checkPolicy(); err != nil {
		return nil, err
	}
	mkis, err := st.checkKeys()
	if err == nil && mkis == nil {
		return nil, &UnsupportedError{
			Parameter: "key validity", Value: st.Keys[0].Validity.Type.String(),
			Hint: "only keys with an MKI can be added to a context: make new contexts",
		}
	}
	return mkis, err
}

// add adds the keys from number first on to a context.
func (st *Stream) add(ctx Context, first int, mkis [][]byte) error {
	for i := first; i < len(mkis); i++ {
		if err := ctx.AddCipherForMKI(mkis[i], st.Keys[i].Key, st.Keys[i].Salt); err != nil {
			for _, added := range mkis[first:i] {
				_ = ctx.RemoveMKI(added) // it was added, and is not the one for sending
			}
			// Some errors of pion/srtp hold the key, so they are not passed on.
			return fmt.Errorf("srtpbridge: the context does not take the key with MKI %x: "+
				"it uses no MKI, one of another length, or this very one already, or is for another suite", mkis[i])
		}
	}
	return nil
}
