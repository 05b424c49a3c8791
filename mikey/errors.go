package mikey

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of the codec. They say that octets are wrong, whoever sent them.
var (
	ErrTruncated = errors.New("ends too early")
	ErrTrailing  = errors.New("octets after the last payload")
	ErrTooLarge  = errors.New("message is larger than 65536 octets")
	ErrTooMany   = errors.New("more payloads than a message can need")
	ErrDuplicate = errors.New("payload may not occur again")
	ErrMisplaced = errors.New("payload may not stand here")
	ErrLength    = errors.New("length does not fit")
	ErrVersion   = errors.New("version is not 1")
	ErrValue     = errors.New("value does not fit its field")
)

// A ParseError says where octets stop being a MIKEY message. It wraps one of
// the codec's errors.
type ParseError struct {
	Payload PayloadType // LastPayload stands for the common header and the end of the message
	Offset  int         // of the payload's first octet, or of the first octet that is wrong
	Err     error
}

func (e *ParseError) Error() string {
	where := e.Payload.String()
	if e.Payload == LastPayload {
		where = "message"
	}
	return fmt.Sprintf("mikey: %s at offset %d: %v", where, e.Offset, e.Err)
}

func (e *ParseError) Unwrap() error { return e.Err }

// An EncodeError says which payload cannot be written. LastPayload stands for
// the common header and the message as a whole.
type EncodeError struct {
	Payload PayloadType
	Err     error
}

func (e *EncodeError) Error() string {
	where := e.Payload.String()
	if e.Payload == LastPayload {
		where = "message"
	}
	return fmt.Sprintf("mikey: encode %s: %v", where, e.Err)
}

func (e *EncodeError) Unwrap() error { return e.Err }

// unknownLayout is how a payload parser says that it cannot know the length of
// the payload; the code is what an exchange answers to such a message.
type unknownLayout ErrorCode

func (unknownLayout) Error() string { return "layout is unknown" }

// An ErrorCode is the number of an error message to the peer (RFC 3830, Table
// 6.12). It is an error itself: errors.As finds the code in what the functions
// of this package return, where the protocol has one for it.
type ErrorCode uint8

const (
	ErrorAuthFailure ErrorCode = 0
	ErrorInvalidTS   ErrorCode = 1
	ErrorInvalidPRF  ErrorCode = 2
	ErrorInvalidMAC  ErrorCode = 3
	ErrorInvalidEA   ErrorCode = 4
	ErrorInvalidHA   ErrorCode = 5
	ErrorInvalidDH   ErrorCode = 6
	ErrorInvalidID   ErrorCode = 7
	ErrorInvalidCert ErrorCode = 8
	ErrorInvalidSP   ErrorCode = 9
	ErrorInvalidSPar ErrorCode = 10
	ErrorInvalidDT   ErrorCode = 11
	ErrorUnspecified ErrorCode = 12
	ErrorUnsupported ErrorCode = 13 // RFC 4738, Section 3.9.2
)

var errorNames = []string{
	"Auth failure", "Invalid TS", "Invalid PRF", "Invalid MAC", "Invalid EA", "Invalid HA", "Invalid DH",
	"Invalid ID", "Invalid Cert", "Invalid SP", "Invalid SPpar", "Invalid DT", "Unspecified error",
	"Unsupported message type", "Invalid TICKET", "Invalid TPpar",
}

func (c ErrorCode) String() string { return name(errorNames, "ErrorCode", uint8(c)) }

func (c ErrorCode) Error() string { return c.String() }

// A Stage says how far a message came before it was refused.
type Stage uint8

const (
	Malformed   Stage = iota + 1 // does not parse; a payload is missing, doubled, misplaced or of a wrong length
	Unsupported                  // a version, data type, algorithm, protocol or suite that is not implemented
	AuthFailure                  // the MAC does not verify
	Stale                        // the timestamp is outside the allowed clock skew
	Replay                       // the message, or the timestamp of an update, was seen before
	Policy                       // understood, but not allowed here
	State                        // no such CSB, no answer awaited, or not an answer
	Usage                        // the caller asked for something that cannot be
)

var stageNames = []string{
	"", "malformed", "unsupported", "auth-failure", "stale", "replay", "policy", "state", "usage",
}

func (s Stage) String() string { return name(stageNames, "Stage", uint8(s)) }

// An Error is why an exchange went no further. Where the protocol has a number
// for the reason, errors.As finds it as an ErrorCode.
type Error struct {
	Stage Stage

	// Reply is the error message for the peer (RFC 3830, Section 5.1.2), nil
	// where none should be sent.
	Reply []byte

	Err error
}

func (e *Error) Error() string {
	return "mikey: " + e.Stage.String() + ": " + strings.TrimPrefix(e.Err.Error(), "mikey: ")
}

func (e *Error) Unwrap() error { return e.Err }

// refuse returns an Error without a number for the peer.
func refuse(s Stage, format string, args ...any) *Error {
	return &Error{Stage: s, Err: fmt.Errorf(format, args...)}
}

// refuseWith returns an Error that an error message can tell the peer.
func refuseWith(s Stage, code ErrorCode, format string, args ...any) *Error {
	return &Error{Stage: s, Err: &codedError{code: code, err: fmt.Errorf(format, args...)}}
}

// codedError says more than the code that it stands for.
type codedError struct {
	code ErrorCode
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }

func (e *codedError) Unwrap() []error { return []error{e.code, e.err} }

// A PeerError is an error message from the peer. One that is not authenticated
// is no more than a hint: anybody can send it, and it must not end a session or
// an exchange by itself (RFC 3830, Section 5.1.2).
type PeerError struct {
	Codes         []ErrorCode      // what went wrong, in the order of the message
	Policies      []SecurityPolicy // what the peer supports, if it says so
	Authenticated bool             // the message has a MAC that verifies
}

func (e *PeerError) Error() string {
	var b strings.Builder
	if e.Authenticated {
		b.WriteString("the peer reports")
	} else {
		b.WriteString("somebody, perhaps the peer, reports")
	}
	for i, c := range e.Codes {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(" " + c.String())
	}
	return b.String()
}

// Unwrap returns the codes.
func (e *PeerError) Unwrap() []error {
	errs := make([]error, len(e.Codes))
	for i, c := range e.Codes {
		errs[i] = c
	}
	return errs
}
