package srtpbridge

import (
	"log/slog"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge/internal/core"
	"github.com/pion/srtp/v2"
)

// Replay windows of receivers, 1024 and 128 packets. RFC 3711, Section 3.3.2,
// wants 64 or more; that of SRTP leaves room for fast video whose packets are
// reordered.
const (
	SRTPReplayWindow  = core.SRTPReplayWindow
	SRTCPReplayWindow = core.SRTCPReplayWindow
)

// A Stream is what SRTP contexts are made of: the parameters and keys of one
// crypto session, or of one direction of SDES. Unlike a *srtp.Context it can be
// changed.
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
	st, err := core.NewStream(s, csID)
	return (*Stream)(st), err
}

// FromSDES returns the stream of one direction of an SDES session: the sender
// of session.Send, the receiver of session.Receive. It has copies of the keys.
//
// The error is an [*UnsupportedError] for what pion/srtp cannot do, a key
// derivation rate and SRTP before FEC among it. It is [ErrKeepContext] if the
// direction goes on with the context that there is; where none was made yet, as
// when two offers come before the first packet, set d.Context to sdes.Start.
//
// For a direction with Context Rekey see "Several keys and re-keying" above: the
// stream has the new keys, not the ROC of the old ones.
func FromSDES(d sdes.Direction) (*Stream, error) {
	st, err := core.FromSDES(d)
	return (*Stream)(st), own(err)
}

// FECFromSDES returns the stream of FEC packets that have an address and keys of
// their own, if d.FECKeys is not empty. Errors are those of [FromSDES], which is
// for the media alone.
func FECFromSDES(d sdes.Direction) (*Stream, error) {
	st, err := core.FECFromSDES(d)
	return (*Stream)(st), own(err)
}

// Sender returns a context that encrypts the packets of the stream. Make one
// only: see the package documentation.
func (st *Stream) Sender() (*srtp.Context, error) {
	ctx, err := library.Sender((*core.Stream)(st))
	return ctx, own(err)
}

// Receiver returns a context that decrypts the packets of the stream. It
// refuses replayed packets.
func (st *Stream) Receiver() (*srtp.Context, error) {
	ctx, err := library.Receiver((*core.Stream)(st))
	return ctx, own(err)
}

// AddKeys adds the keys of the stream to a context that has other keys of the
// same suite, without touching its ROC and replay window. The keys need MKIs,
// as long as those in the context and different from them. An error leaves the
// context as it was.
//
// Senders go on with their old key until SetSendMKI of the context. RemoveMKI
// takes old keys away.
func (st *Stream) AddKeys(ctx *srtp.Context) error {
	return own(core.AddKeys(ctx, (*core.Stream)(st)))
}

// String leaves the keys out.
func (st Stream) String() string { return (*core.Stream)(&st).String() }

// GoString is String.
func (st Stream) GoString() string { return st.String() }

// LogValue is String.
func (st Stream) LogValue() slog.Value { return slog.StringValue(st.String()) }
