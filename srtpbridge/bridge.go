package srtpbridge

import (
	"github.com/gomikey/gomikey/mikey"
	"github.com/pion/srtp/v2"
)

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
	defer stream.wipe()
	return stream.Sender()
}

// Receiver returns a context that decrypts the packets of the crypto session
// with CS ID csID. It refuses replayed packets. Errors are those of [Sender].
func Receiver(s *mikey.Session, csID uint8) (*srtp.Context, error) {
	stream, err := NewStream(s, csID)
	if err != nil {
		return nil, err
	}
	defer stream.wipe()
	return stream.Receiver()
}
