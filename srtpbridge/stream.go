package srtpbridge

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/gomikey/gomikey/mikey"
	"github.com/pion/srtp/v2"
)

// Replay windows of receivers, in packets. RFC 3711, Section 3.3.2, wants 64 or
// more; that of SRTP leaves room for fast video whose packets are reordered.
const (
	SRTPReplayWindow  = 1024
	SRTCPReplayWindow = 128
)

// A Stream is what SRTP contexts are made of: the parameters and keys of one
// crypto session. Unlike a *srtp.Context it can be changed.
type Stream struct {
	// Policy says how packets are protected. The policy of a suite is
	// suite.SRTP().
	Policy mikey.SRTPPolicy

	// Keys are the master keys; senders begin with the first. A validity of
	// type mikey.KVSPI is the MKI of a key. Several keys need one each.
	Keys []mikey.MasterKey

	// SSRC is that of the stream, 0 if it is not known. A stream whose SSRC
	// really is 0 takes its ROC from the SetROC of the context.
	SSRC uint32

	// ROC is the rollover counter of the next packet.
	ROC uint32
}

// NewStream returns the stream of the crypto session with CS ID csID. It has
// copies of the keys.
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

// Sender returns a context that encrypts the packets of the stream. Make one
// only: see the package documentation.
func (st *Stream) Sender() (*srtp.Context, error) { return st.context() }

// Receiver returns a context that decrypts the packets of the stream. It
// refuses replayed packets.
func (st *Stream) Receiver() (*srtp.Context, error) {
	return st.context(
		srtp.SRTPReplayProtection(SRTPReplayWindow),
		srtp.SRTCPReplayProtection(SRTCPReplayWindow),
	)
}

func (st *Stream) context(opts ...srtp.ContextOption) (*srtp.Context, error) {
	profile, policyOpts, err := profileOf(&st.Policy)
	if err != nil {
		return nil, err
	}
	mkis, err := st.checkKeys()
	if err != nil {
		return nil, err
	}
	if st.SSRC == 0 && st.ROC != 0 {
		return nil, fmt.Errorf("%w: set Stream.SSRC, for ROC %d to count for it", ErrNoSSRC, st.ROC)
	}
	opts = append(opts, policyOpts...)
	if mkis != nil {
		opts = append(opts, srtp.MasterKeyIndicator(mkis[0]))
	}
	ctx, err := srtp.CreateContext(st.Keys[0].Key, st.Keys[0].Salt, profile, opts...)
	if err != nil {
		// Some errors of pion/srtp hold the key, so they are not passed on.
		return nil, errors.New("srtpbridge: pion/srtp refuses the first master key") // unreachable
	}
	if mkis != nil {
		if err := st.add(ctx, 1, mkis); err != nil {
			return nil, err
		}
	}
	if st.SSRC != 0 {
		ctx.SetROC(st.SSRC, st.ROC)
	}
	return ctx, nil
}

// AddKeys adds the keys of the stream to a context that has other keys of the
// same suite, without touching its ROC and replay window. The keys need MKIs,
// as long as those in the context and different from them. An error leaves the
// context as it was.
//
// Senders go on with their old key until SetSendMKI of the context. RemoveMKI
// takes old keys away.
func (st *Stream) AddKeys(ctx *srtp.Context) error {
	if _, _, err := profileOf(&st.Policy); err != nil {
		return err
	}
	mkis, err := st.checkKeys()
	if err != nil {
		return err
	}
	if mkis == nil {
		return &UnsupportedError{
			Parameter: "key validity", Value: st.Keys[0].Validity.Type.String(),
			Hint: "only keys with an MKI can be added to a context: make new contexts",
		}
	}
	return st.add(ctx, 0, mkis)
}

// add adds the keys from number first on to a context.
func (st *Stream) add(ctx *srtp.Context, first int, mkis [][]byte) error {
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

func (st *Stream) wipe() {
	for i := range st.Keys {
		clear(st.Keys[i].Key)
		clear(st.Keys[i].Salt)
	}
}

// String leaves the keys out.
func (st Stream) String() string {
	name := st.Policy.Suite().String()
	return fmt.Sprintf("Stream{%s, SSRC %08x, ROC %d, %d keys}", name, st.SSRC, st.ROC, len(st.Keys))
}

// GoString is String.
func (st Stream) GoString() string { return st.String() }

// LogValue is String.
func (st Stream) LogValue() slog.Value { return slog.StringValue(st.String()) }
