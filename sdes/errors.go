package sdes

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The sentinels carry no "sdes: " prefix: the typed error around them adds it
// once.
var (
	// ErrInvalid says that an attribute breaks a rule, of the grammar or of
	// the sections that use it. Such an attribute cannot be accepted (RFC
	// 4568, Section 5.1.2).
	ErrInvalid = errors.New("invalid")

	// ErrTooLarge says that one of the limits of this package was exceeded:
	// [MaxLine], [MaxKeys] or [MaxAttributes].
	ErrTooLarge = errors.New("too large")

	// ErrUnsupported says that an attribute has a suite, a key method or a
	// mandatory session parameter that this package does not know.
	ErrUnsupported = errors.New("not supported")

	// ErrPolicy says that the [Config] does not allow an attribute.
	ErrPolicy = errors.New("not allowed by the configuration")

	// ErrNoCrypto says that a medium has no crypto attribute. In an answer to
	// an offer with some it means that the peer ignored them, and that the
	// negotiation failed (RFC 4568, Section 5.3). With opportunistic SRTP it
	// means plain RTP (RFC 8643, Section 3.3).
	ErrNoCrypto = errors.New("no crypto attribute")

	// ErrRejected says that the port of a medium is 0.
	ErrRejected = errors.New("the medium is rejected")

	// ErrTransport says that the medium is none that crypto attributes can
	// secure: multicast, or not the secure RTP profile.
	ErrTransport = errors.New("not a unicast medium with secure RTP")
)

// A FieldError says which field of a crypto attribute is wrong, without
// quoting it: any field may hold a key by mistake. Err wraps [ErrInvalid],
// [ErrTooLarge] or [ErrUnsupported].
type FieldError struct {
	// Field is the name of the field in the grammar (RFC 4568, Section 9),
	// such as "tag" or "lifetime", or the name of a session parameter.
	Field string
	// Offset is where the field starts in the line, -1 for an attribute that
	// was not read from one.
	Offset int
	Err    error
}

func (e *FieldError) Error() string {
	where := ""
	if e.Offset >= 0 {
		where = " at offset " + strconv.Itoa(e.Offset)
	}
	return "sdes: " + e.Field + where + ": " + e.Err.Error()
}

func (e *FieldError) Unwrap() error { return e.Err }

// invalid returns a FieldError for what breaks a rule.
func invalid(field string, offset int, format string, args ...any) error {
	return &FieldError{field, offset, fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)}
}

func tooLarge(field string, offset int, format string, args ...any) error {
	return &FieldError{field, offset, fmt.Errorf("%w: "+format, append([]any{ErrTooLarge}, args...)...)}
}

func unsupported(field, format string, args ...any) error {
	return &FieldError{field, -1, fmt.Errorf("%w: "+format, append([]any{ErrUnsupported}, args...)...)}
}

// An AttributeError says why one crypto attribute of a medium cannot be used.
// Err wraps [ErrInvalid], [ErrTooLarge], [ErrUnsupported] or [ErrPolicy].
type AttributeError struct {
	Index int    // among the crypto attributes of the medium, from 0
	Tag   uint32 // 0 if it could not be read
	Err   error
}

func (e *AttributeError) Error() string {
	name := fmt.Sprintf("crypto attribute %d", e.Index)
	if e.Tag != 0 {
		name += fmt.Sprintf(" with tag %d", e.Tag)
	}
	return "sdes: " + name + ": " + strings.TrimPrefix(e.Err.Error(), "sdes: ")
}

func (e *AttributeError) Unwrap() error { return e.Err }

// A NoMatchError says that none of the offered crypto attributes can be
// accepted, and why for each of them.
type NoMatchError struct {
	Reasons []*AttributeError // in the order of the offer
}

func (e *NoMatchError) Error() string {
	// A peer decides how many there are: the first few tell enough.
	const most = 4
	var b strings.Builder
	b.WriteString("sdes: none of the offered crypto attributes can be accepted")
	for i, r := range e.Reasons {
		if i == most {
			fmt.Fprintf(&b, "; and %d more", len(e.Reasons)-most)
			break
		}
		b.WriteString("; " + strings.TrimPrefix(r.Error(), "sdes: "))
	}
	return b.String()
}

// Unwrap returns the reasons, for errors.Is and errors.As.
func (e *NoMatchError) Unwrap() []error {
	errs := make([]error, len(e.Reasons))
	for i, r := range e.Reasons {
		errs[i] = r
	}
	return errs
}
