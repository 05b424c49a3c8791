package sdp

import (
	"fmt"
	"slices"
	"strings"
)

// MaxIDs is the longest list of protocol identifiers, in octets: it has to fit
// into a MIKEY general extension, whose length field has 16 bits (RFC 3830,
// Section 6.15).
const MaxIDs = 65535

// FormatIDs writes the list of offered protocols, as it stands in the MIKEY
// general extension SDP IDs:
//
//	prtcl-list = KMPID *(";" KMPID)        (RFC 4567, Section 4.1.4)
//
// Give one identifier for each key-mgmt attribute of the level, in the order of
// the attributes, also when there is only one.
//
// The error wraps [ErrMalformed] or [ErrTooLarge].
func FormatIDs(ids ...string) (string, error) {
	if err := checkIDs(ids); err != nil {
		return "", fmt.Errorf("sdp: protocol list: %w", err)
	}
	return strings.Join(ids, ";"), nil
}

// ParseIDs is the reverse of [FormatIDs]. It allows no blanks and no trailing
// semicolon. The error wraps [ErrMalformed] or [ErrTooLarge].
func ParseIDs(list string) ([]string, error) {
	// Count before splitting, so that a long list costs no memory.
	if strings.Count(list, ";") >= MaxAttributes {
		return nil, fmt.Errorf("sdp: protocol list: %w", tooLarge("more than %d identifiers", MaxAttributes))
	}
	ids := strings.Split(list, ";")
	if err := checkIDs(ids); err != nil {
		return nil, fmt.Errorf("sdp: protocol list: %w", err)
	}
	return ids, nil
}

func checkIDs(ids []string) error {
	if len(ids) == 0 {
		return malformed("no identifier")
	}
	if len(ids) > MaxAttributes {
		return tooLarge("more than %d identifiers", MaxAttributes)
	}
	size := len(ids) - 1 // semicolons
	for i, id := range ids {
		if err := checkProtocol(id); err != nil {
			return fmt.Errorf("identifier %d: %w", i, err)
		}
		size += len(id)
	}
	if size > MaxIDs {
		return tooLarge("%d octets, the limit is %d", size, MaxIDs)
	}
	return nil
}

// IDs returns the protocol identifiers of one level, one for each attribute, in
// their order. It is nil when the level has no attribute or does not exist.
func (l *Levels) IDs(level Level) []string {
	switch {
	case level == SessionLevel:
		return protocols(l.Session)
	case level >= 0 && int(level) < len(l.Media):
		return protocols(l.Media[level].KeyMgmt)
	}
	return nil
}

// allIDs returns the protocol identifiers of the whole description, in its
// order.
func (l *Levels) allIDs() []string {
	ids := protocols(l.Session)
	for _, media := range l.Media {
		ids = append(ids, protocols(media.KeyMgmt)...)
	}
	return ids
}

func protocols(messages []KeyMgmt) []string {
	var ids []string
	for _, km := range messages {
		ids = append(ids, km.Protocol)
	}
	return ids
}

// CheckOptions changes [Levels.CheckIDs]. The zero value is the default.
type CheckOptions struct {
	// RequireList refuses a message that authenticates no list even if the
	// description offers only one protocol. RFC 4567, Section 4.1.4, wants the
	// list there too, but its own examples and RTSP peers leave it out, so the
	// default accepts that.
	RequireList bool
}

// CheckIDs compares the list of protocols that a received message
// authenticates with the protocols that the received description offers. A
// difference means that somebody on the path may have removed stronger offers
// (RFC 4567, Sections 4.1.4 and 7); the caller then rejects the offer.
//
// level is where the attribute with the message stands, see [Rule]. ids and
// present come from the message after its MAC or signature was verified; with
// an unverified message the check proves nothing. opts may be nil.
//
// RFC 4567 leaves open whether the list means the level of the attribute or the
// whole description, and whether a protocol that is offered at several places
// counts each time. CheckIDs accepts these four readings, always in the order
// of the description, and nothing else. With a list of the level alone, removed
// attributes of other levels stay unnoticed.
//
// A message without list (present is false; ids is ignored) is accepted if the
// whole description offers one protocol, unless opts says otherwise: there was
// no choice to influence among what arrived. What was removed before cannot be
// seen then.
//
// The error is a [*BiddingDownError], or says that the level has no attribute.
func (l *Levels) CheckIDs(level Level, ids []string, present bool, opts *CheckOptions) error {
	offered := l.IDs(level)
	if len(offered) == 0 {
		return fmt.Errorf("sdp: bidding-down check: no key-mgmt attribute at %v", level)
	}
	description := l.allIDs()

	mismatch := &BiddingDownError{
		Level:       level,
		Offered:     offered,
		Description: description,
	}
	if !present {
		required := opts != nil && opts.RequireList
		if !required && len(distinct(description)) == 1 {
			return nil
		}
		return mismatch
	}
	readings := [][]string{offered, distinct(offered), description, distinct(description)}
	for _, reading := range readings {
		if slices.Equal(ids, reading) {
			return nil
		}
	}
	mismatch.Present = true
	mismatch.Authenticated = slices.Clone(ids)
	return mismatch
}

// distinct keeps the first of equal identifiers.
func distinct(ids []string) []string {
	var once []string
	for _, id := range ids {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once
}

// A BiddingDownError says that the protocols in a description are not those
// that the message authenticates. Reject the offer.
type BiddingDownError struct {
	// Level is where the attribute with the message stands.
	Level Level
	// Offered are the protocols of that level as received, Description those
	// of all levels.
	Offered, Description []string
	// Authenticated is the list in the message. Present is false when the
	// message has no list.
	Authenticated []string
	Present       bool
}

func (e *BiddingDownError) Error() string {
	text := fmt.Sprintf("sdp: bidding-down check: %v offers %s", e.Level, showIDs(e.Offered))
	if !slices.Equal(e.Offered, e.Description) {
		text += fmt.Sprintf(" (whole description: %s)", showIDs(e.Description))
	}
	if !e.Present {
		return text + ", but the message authenticates no list:" +
			" reject the offer; the peer has to send the SDP IDs extension"
	}
	return text + fmt.Sprintf(", but the message authenticates %s:", showIDs(e.Authenticated)) +
		" reject the offer; the description was changed on the way, or the peer lists other protocols than it offers"
}

func showIDs(ids []string) string {
	return `"` + printable(strings.Join(ids, ";")) + `"`
}
