package sdp

import (
	"errors"
	"fmt"
	"strconv"
)

// The sentinels carry no "sdp: " prefix: the typed error around them adds it
// once.
var (
	// ErrMalformed says that an attribute, a list or a description does not
	// follow its grammar.
	ErrMalformed = errors.New("malformed")

	// ErrTooLarge says that one of the limits of this package was exceeded:
	// [MaxMessage], [MaxAttributes], [MaxDescription], [MaxLines] or [MaxIDs].
	ErrTooLarge = errors.New("too large")

	// ErrDuplicate says that a protocol would be offered twice at one level.
	ErrDuplicate = errors.New("protocol is already offered at this level")
)

// An AttributeError says which key-mgmt attribute is wrong. Err wraps
// [ErrMalformed], [ErrTooLarge] or [ErrDuplicate].
type AttributeError struct {
	// Level is where the attribute stands, or NoLevel when the function was
	// not told.
	Level Level
	// Index counts the key-mgmt attributes of the level, from 0. It has no
	// meaning, and is 0, for a value that was parsed or written by itself.
	Index int
	Err   error

	alone bool // a value by itself: no index to show
}

func (e *AttributeError) Error() string {
	where := "key-mgmt attribute"
	if !e.alone {
		where += " " + strconv.Itoa(e.Index)
	}
	if e.Level != NoLevel {
		where = e.Level.String() + ": " + where
	}
	return "sdp: " + where + ": " + e.Err.Error()
}

func (e *AttributeError) Unwrap() error { return e.Err }

// A HeaderError says which specification of an RTSP header is wrong. Err wraps
// [ErrMalformed] or [ErrTooLarge].
type HeaderError struct {
	Name string // KeyMgmt or Transport
	// Index counts the specifications of the header, from 0.
	Index int
	Err   error
}

func (e *HeaderError) Error() string {
	return fmt.Sprintf("sdp: %s header, specification %d: %v", e.Name, e.Index, e.Err)
}

func (e *HeaderError) Unwrap() error { return e.Err }

// A DescriptionError says which part of a description cannot be read or
// written. Err wraps [ErrMalformed] or [ErrTooLarge].
type DescriptionError struct {
	// Where names the line ("line 7", counted from 1) or the field ("media 0,
	// attribute 3", counted from 0). It is empty when the whole is meant.
	Where string
	Err   error
}

func (e *DescriptionError) Error() string {
	if e.Where == "" {
		return "sdp: description: " + e.Err.Error()
	}
	return "sdp: description: " + e.Where + ": " + e.Err.Error()
}

func (e *DescriptionError) Unwrap() error { return e.Err }

// malformed describes a violation of a grammar. The detail must not quote
// attribute values: they hold messages.
func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

func tooLarge(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrTooLarge, fmt.Sprintf(format, args...))
}

// printable makes text from a peer fit for a log line: no control characters,
// and not much of it.
func printable(text string) string {
	const most = 120
	if len(text) > most {
		text = text[:most] + "..."
	}
	quoted := strconv.QuoteToASCII(text)
	return quoted[1 : len(quoted)-1]
}
