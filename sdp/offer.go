package sdp

import (
	"errors"
	"slices"

	pionsdp "github.com/pion/sdp/v3"
)

var (
	errNoDescription = errors.New("sdp: description is nil")
	errNoMedia       = errors.New("sdp: media description is nil")
)

// SetSession makes messages the key-mgmt attributes at session level, in place
// of those that are there. The first is the most preferred protocol
// (RFC 4567, Section 4.1.2). Without messages it only removes. On error the
// description is unchanged.
//
// Each protocol can stand once at a level, and there are at most MaxAttributes
// messages. The error is an [*AttributeError] with [ErrMalformed],
// [ErrTooLarge] or [ErrDuplicate].
func SetSession(desc *pionsdp.SessionDescription, messages ...KeyMgmt) error {
	if desc == nil {
		return errNoDescription
	}
	return set(&desc.Attributes, SessionLevel, messages)
}

// SetMedia is [SetSession] for one m= line. Its attributes override those at
// session level for this medium.
func SetMedia(media *pionsdp.MediaDescription, messages ...KeyMgmt) error {
	if media == nil {
		return errNoMedia
	}
	return set(&media.Attributes, NoLevel, messages)
}

// AddSession adds one message at session level, after those that are there, as
// the least preferred one. Limits and errors are those of [SetSession]; also,
// the key-mgmt attributes that are there must be well-formed.
func AddSession(desc *pionsdp.SessionDescription, message KeyMgmt) error {
	if desc == nil {
		return errNoDescription
	}
	return add(&desc.Attributes, SessionLevel, message)
}

// AddMedia is [AddSession] for one m= line. Its attributes override those at
// session level for this medium.
func AddMedia(media *pionsdp.MediaDescription, message KeyMgmt) error {
	if media == nil {
		return errNoMedia
	}
	return add(&media.Attributes, NoLevel, message)
}

func add(attributes *[]pionsdp.Attribute, level Level, message KeyMgmt) error {
	var messages []KeyMgmt
	for _, attribute := range *attributes {
		if attribute.Key != attributeName {
			continue
		}
		km, err := parseKeyMgmt(attribute.Value)
		if err != nil {
			return &AttributeError{Level: level, Index: len(messages), Err: err}
		}
		messages = append(messages, km)
	}
	if err := checkLevel(level, append(messages, message)); err != nil {
		return err
	}
	// Clip: never write into spare memory that a copy of the slice shares.
	*attributes = append(slices.Clip(*attributes), newAttribute(message))
	return nil
}

func set(attributes *[]pionsdp.Attribute, level Level, messages []KeyMgmt) error {
	if err := checkLevel(level, messages); err != nil {
		return err
	}
	var kept []pionsdp.Attribute // a new slice, for the same reason
	for _, attribute := range *attributes {
		if attribute.Key != attributeName {
			kept = append(kept, attribute)
		}
	}
	for _, message := range messages {
		kept = append(kept, newAttribute(message))
	}
	*attributes = kept
	return nil
}

// checkLevel checks all messages of one level. Several attributes at one level
// transport "each ... a different key management protocol" (RFC 4567, Section
// 4.1.2), so a protocol that comes twice is a mistake of the caller.
func checkLevel(level Level, messages []KeyMgmt) error {
	for i, message := range messages {
		err := message.check()
		if i >= MaxAttributes {
			err = tooLarge("more than %d attributes", MaxAttributes)
		}
		for _, earlier := range messages[:i] {
			if err == nil && earlier.Protocol == message.Protocol {
				err = ErrDuplicate
			}
		}
		if err != nil {
			return &AttributeError{Level: level, Index: i, Err: err}
		}
	}
	return nil
}

// newAttribute is for messages that were checked.
func newAttribute(message KeyMgmt) pionsdp.Attribute {
	return pionsdp.NewAttribute(attributeName, message.value())
}
