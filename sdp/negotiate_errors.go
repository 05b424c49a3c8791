package sdp

import (
	"errors"
	"strings"
)

// Why a negotiation fails, besides what packages mikey and sdes say.
var (
	// ErrNoKeying says that a medium that has to be secure has no keying
	// attribute that can be used. Somebody may have removed one.
	ErrNoKeying = errors.New("no key management that can be used")

	// ErrNotOffered says that an answer has a protocol, a level or a keying
	// that the offer does not have.
	ErrNotOffered = errors.New("not offered")

	// ErrTwoKeyings says that an answer has key-mgmt and crypto attributes for
	// one medium (RFC 4568, Section 7.5).
	ErrTwoKeyings = errors.New("more than one key management in an answer")

	// ErrMismatch says that two descriptions do not belong together: in the
	// number of m= lines, or in media type, profile or port of one of them; or
	// that a MIKEY message is not for the media of its description.
	ErrMismatch = errors.New("does not fit")

	// ErrPlainRTP says that a medium has no security, and none is not allowed.
	ErrPlainRTP = errors.New("plain RTP is not allowed")
)

// A NegotiationError says where a negotiation failed. Err wraps one of the
// sentinels of this package, a [*BiddingDownError], or an error of package mikey
// or sdes.
//
// If it wraps a *mikey.Error with a Reply, that message tells the offerer the
// cause; it can go into an answer that rejects all media, at this Level (RFC
// 4567, Section 4.1.2).
type NegotiationError struct {
	Level Level
	Err   error
}

func (e *NegotiationError) Error() string {
	return "sdp: " + e.Level.String() + ": " + strings.TrimPrefix(e.Err.Error(), "sdp: ")
}

func (e *NegotiationError) Unwrap() error { return e.Err }
