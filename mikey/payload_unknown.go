package mikey

import (
	"fmt"
	"log/slog"
)

// An Unknown is a payload whose length cannot be known: its number is not in
// the registry of this package, or an algorithm in it is not and would imply
// the length. It holds the rest of the message, for payloads have no common
// length field to step over one by. An exchange refuses a message with one.
type Unknown struct {
	PayloadType PayloadType
	Rest        []byte // from the payload's first octet to the end of the message

	cause ErrorCode // what an exchange answers
}

func (u *Unknown) Type() PayloadType { return u.PayloadType }

// String leaves the octets out: they may hold keys.
func (u Unknown) String() string { return fmt.Sprintf("%v{%d octets}", u.PayloadType, len(u.Rest)) }

// GoString is String.
func (u Unknown) GoString() string { return u.String() }

// LogValue is String.
func (u Unknown) LogValue() slog.Value { return slog.StringValue(u.String()) }

func (u *Unknown) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if next != LastPayload {
		return nil, ErrMisplaced
	}
	return append(b, u.Rest...), nil
}
