package srtpbridge

import (
	"errors"
	"fmt"

	"github.com/gomikey/gomikey/mikey"
)

// ErrNoSSRC says that a crypto session has a ROC and no SSRC for which it could
// count.
var ErrNoSSRC = errors.New("srtpbridge: the SSRC of the stream is not known")

// An UnsupportedError says what two parties agreed on that pion/srtp cannot do.
type UnsupportedError struct {
	Parameter string // of the policy or of a key
	Value     string
	Hint      string // what to do instead
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("srtpbridge: %s %s is not supported by pion/srtp v2: %s", e.Parameter, e.Value, e.Hint)
}

// unsupported returns an error for a parameter of a policy. parameter is a
// mikey.ParamType where there is one.
func unsupported(parameter, value any) *UnsupportedError {
	hint := "agree on one of srtpbridge.Suites, such as " + mikey.AES_CM_128_HMAC_SHA1_80.String()
	switch parameter {
	case mikey.ParamEncryptSRTP, mikey.ParamEncryptSRTCP:
		hint = "an AEAD cipher always encrypts"
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
