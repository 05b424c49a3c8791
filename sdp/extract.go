package sdp

import pionsdp "github.com/pion/sdp/v3"

// MaxAttributes is how many key-mgmt attributes a description may have, all
// levels together. Real ones have one, or one for each m= line and protocol.
// Each attribute can cost the receiver MaxMessage octets of memory (64 of them
// 4 MiB) and a public key operation, and all are paid for by whoever can send
// it a description.
const MaxAttributes = 64

// Extract returns all key-mgmt attributes of a description. Only attributes
// with exactly this name count: names are case-sensitive. Attributes of
// unknown protocols are returned too, because the list of protocols that is
// checked against bidding down needs them.
//
// One bad attribute fails the whole call, whatever its protocol and profile: a
// description that was damaged or tampered with must not set up a session in
// part (RFC 4567, Section 4.1.2). The error is an [*AttributeError] with
// [ErrMalformed] or [ErrTooLarge].
func Extract(desc *pionsdp.SessionDescription) (*Levels, error) {
	if desc == nil {
		return nil, errNoDescription
	}
	levels := Levels{Media: make([]Media, 0, len(desc.MediaDescriptions))}
	budget := MaxAttributes

	session, err := extractLevel(desc.Attributes, SessionLevel, &budget)
	if err != nil {
		return nil, err
	}
	levels.Session = session

	for i, media := range desc.MediaDescriptions {
		if media == nil {
			return nil, errNoMedia
		}
		messages, err := extractLevel(media.Attributes, Level(i), &budget)
		if err != nil {
			return nil, err
		}
		profile := profileOf(media)
		levels.Media = append(levels.Media, Media{
			Profile: profile,
			Secure:  transportOf(profile) == secureRTP,
			KeyMgmt: messages,
		})
	}
	return &levels, nil
}

// extractLevel reads the attributes of one level and takes them off the budget
// of the description.
func extractLevel(attributes []pionsdp.Attribute, level Level, budget *int) ([]KeyMgmt, error) {
	var messages []KeyMgmt
	for _, attribute := range attributes {
		if attribute.Key != attributeName {
			continue
		}
		if *budget == 0 {
			err := tooLarge("more than %d attributes in the description", MaxAttributes)
			return nil, &AttributeError{Level: level, Index: len(messages), Err: err}
		}
		*budget--
		km, err := parseKeyMgmt(attribute.Value)
		if err != nil {
			return nil, &AttributeError{Level: level, Index: len(messages), Err: err}
		}
		messages = append(messages, km)
	}
	return messages, nil
}
