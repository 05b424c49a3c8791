package srtpv3

import (
	"errors"

	"github.com/gomikey/gomikey/srtpbridge/internal/core"
)

var (
	// ErrNoSSRC says that a crypto session has a ROC and no SSRC for which it
	// could count.
	ErrNoSSRC = core.ErrNoSSRC

	// ErrKeySpent says that a master key has reached its limit of packets. The
	// packet was not protected, or not accepted, and none will be under this
	// key.
	ErrKeySpent = core.ErrKeySpent

	// ErrKeepContext says that a direction of an SDES session goes on with the
	// context that there is.
	ErrKeepContext = core.ErrKeepContext
)

// An UnsupportedError says what two parties agreed on that pion/srtp cannot do.
type UnsupportedError struct {
	Parameter string // of the policy, of a key, or of a crypto attribute
	Value     string
	Hint      string // what to do instead
}

func (e *UnsupportedError) Error() string {
	return (*core.UnsupportedError)(e).Text("pion/srtp v3")
}

// own returns the error of this package for one of package core.
func own(err error) error {
	if u := (*core.UnsupportedError)(nil); errors.As(err, &u) {
		return (*UnsupportedError)(u)
	}
	return err
}
