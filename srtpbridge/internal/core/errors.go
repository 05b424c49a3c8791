package core

import (
	"errors"
	"fmt"

	"github.com/gomikey/gomikey/mikey"
)

// Errors of all packages.
var (
	ErrNoSSRC      = errors.New("srtpbridge: the SSRC of the stream is not known")
	ErrKeySpent    = errors.New("srtpbridge: the master key has reached its limit of packets")
	ErrKeepContext = errors.New("srtpbridge: the direction goes on with the context that it has")
)

// An UnsupportedError has the fields of the UnsupportedError of each package,
// which it converts to.
type UnsupportedError struct {
	Parameter string
	Value     string
	Hint      string
}

func (e *UnsupportedError) Error() string { return e.Text("pion/srtp") }

// Text is the message with the name of the library.
func (e *UnsupportedError) Text(library string) string {
	return fmt.Sprintf("srtpbridge: %s %s is not supported by %s: %s", e.Parameter, e.Value, library, e.Hint)
}

// unsupported returns an error for a parameter of a policy. parameter is a
// mikey.ParamType where there is one.
func unsupported(parameter, value any) *UnsupportedError {
	hint := "agree on one of Suites, such as " + mikey.AES_CM_128_HMAC_SHA1_80.String()
	switch parameter {
	case mikey.ParamEncryptSRTP:
		hint = "an AEAD cipher always encrypts SRTP"
	case mikey.ParamAuthenticate:
		hint = "SRTP without authentication can be forged: leave it on"
	case mikey.ParamPrefixLen:
		hint = "leave it 0"
	case mikey.ParamSRTPTagLen:
		hint = "agree on 10, or on 4"
	case mikey.ParamSRTCPTagLen:
		hint = "agree on 10"
	}
	return &UnsupportedError{Parameter: fmt.Sprint(parameter), Value: fmt.Sprint(value), Hint: hint}
}
