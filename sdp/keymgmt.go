package sdp

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
)

// MIKEY is the protocol identifier of MIKEY (RFC 4567, Section 7). Identifiers
// are case-sensitive: "MIKEY" would be another protocol.
const MIKEY = "mikey"

// MaxMessage is the largest key management message, in octets before base64.
// MIKEY messages end there: their largest payload, KEMAC, has a 16-bit length.
// The bound also keeps a peer from making the reader decode megabytes.
const MaxMessage = 65536

// attributeName is the only name of the attribute (RFC 4567, Section 3.1).
// RFC 4568, Section 7.5, once writes "keymgt"; that is a slip.
const attributeName = "key-mgmt"

// KeyMgmt is the content of one key-mgmt attribute.
type KeyMgmt struct {
	// Protocol is the protocol identifier, KMPID, of RFC 4567: one or more
	// ASCII letters and digits, case-sensitive. See [MIKEY].
	Protocol string
	// Data is the message of that protocol, 1 to MaxMessage octets.
	Data []byte
}

// ParseKeyMgmt reads the value of a key-mgmt attribute, which is what follows
// "a=key-mgmt:" without the line end:
//
//	[SP] KMPID SP base64        (RFC 4567, Section 3.1)
//
// The base64 part is in the standard alphabet, on one line, without white
// space. Padding may be missing as a whole, since some senders drop it; the
// unused bits of the last character must be zero, so that each message has one
// spelling. An empty message is refused: no protocol has one.
//
// The error is an [*AttributeError] with [ErrMalformed] or [ErrTooLarge].
func ParseKeyMgmt(value string) (KeyMgmt, error) {
	km, err := parseKeyMgmt(value)
	if err != nil {
		return KeyMgmt{}, &AttributeError{Level: NoLevel, Err: err, alone: true}
	}
	return km, nil
}

func parseKeyMgmt(value string) (KeyMgmt, error) {
	value = strings.TrimPrefix(value, " ") // 0*1SP: one, not all of them
	protocol, text, found := strings.Cut(value, " ")
	if !found {
		return KeyMgmt{}, malformed("no space between protocol identifier and data")
	}
	if err := checkProtocol(protocol); err != nil {
		return KeyMgmt{}, err
	}
	data, err := decodeBase64(text)
	if err != nil {
		return KeyMgmt{}, err
	}
	return KeyMgmt{Protocol: protocol, Data: data}, nil
}

// Value returns the value of the attribute, without "a=key-mgmt:" and line
// end: the protocol identifier, one space, and the message in padded base64 on
// one line. Unlike [KeyMgmt.String] it holds the message.
//
// The error is an [*AttributeError] with [ErrMalformed] (bad protocol
// identifier, empty message) or [ErrTooLarge].
func (k KeyMgmt) Value() (string, error) {
	if err := k.check(); err != nil {
		return "", &AttributeError{Level: NoLevel, Err: err, alone: true}
	}
	return k.value(), nil
}

// value formats a KeyMgmt that was checked. The checks also keep line breaks
// out: an identifier has only letters and digits, and base64 has none.
func (k KeyMgmt) value() string {
	return k.Protocol + " " + base64.StdEncoding.EncodeToString(k.Data)
}

func (k KeyMgmt) check() error {
	if err := checkProtocol(k.Protocol); err != nil {
		return err
	}
	if len(k.Data) == 0 {
		return malformed("empty message")
	}
	if len(k.Data) > MaxMessage {
		return tooLarge("message of %d octets, the limit is %d", len(k.Data), MaxMessage)
	}
	return nil
}

// String returns the protocol and the size of the message. It leaves the
// message out, which may hold keys; see [KeyMgmt.Value] for the attribute.
func (k KeyMgmt) String() string {
	return fmt.Sprintf("%s (%d octets)", printable(k.Protocol), len(k.Data))
}

// GoString is String, so that %#v does not print the message either.
func (k KeyMgmt) GoString() string { return k.String() }

// LogValue is String, so that structured logs do not hold the message either.
func (k KeyMgmt) LogValue() slog.Value { return slog.StringValue(k.String()) }

// checkProtocol checks a protocol identifier: KMPID = 1*(ALPHA / DIGIT), in
// ASCII (RFC 4567, Section 3).
func checkProtocol(protocol string) error {
	if protocol == "" {
		return malformed("empty protocol identifier")
	}
	for i := range len(protocol) {
		if !isAlphaDigit(protocol[i]) {
			return malformed("protocol identifier: octet %d is not an ASCII letter or digit", i)
		}
	}
	return nil
}

func isAlphaDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// decodeBase64 decodes one message (RFC 8866, Section 9: base64). The alphabet
// is checked here because encoding/base64 skips CR and LF silently, even in
// strict mode.
func decodeBase64(text string) ([]byte, error) {
	if text == "" {
		return nil, malformed("empty message")
	}
	// Before decoding: the length alone tells whether the limit can hold.
	if len(text) > base64.StdEncoding.EncodedLen(MaxMessage) {
		return nil, tooLarge("%d characters of base64, a message has at most %d octets", len(text), MaxMessage)
	}
	unpadded := strings.TrimRight(text, "=")
	for i := range len(unpadded) {
		if c := unpadded[i]; !isAlphaDigit(c) && c != '+' && c != '/' {
			return nil, malformed("base64: character %d is not in the standard alphabet", i)
		}
	}
	encoding := base64.StdEncoding
	if len(unpadded) == len(text) {
		encoding = base64.RawStdEncoding
	}
	data, err := encoding.Strict().DecodeString(text)
	if err != nil {
		// The error of the decoder tells an offset only, but its reason is
		// always one of these after the check above.
		return nil, malformed("base64: wrong length, wrong padding, or pad bits that are not zero")
	}
	if len(data) > MaxMessage { // the last group of four may go past it
		return nil, tooLarge("message of %d octets, the limit is %d", len(data), MaxMessage)
	}
	return data, nil
}
