package sdp

import (
	"fmt"
	"strings"

	pionsdp "github.com/pion/sdp/v3"
)

const (
	// MaxDescription is the largest description, in octets. A message of
	// MaxMessage octets takes 87,384 characters, so two of that size fit with
	// room for the rest; usual descriptions have a few thousand octets.
	// The parser of pion/sdp has no bound, and small attributes take about
	// forty times their size in its memory.
	MaxDescription = 256 * 1024

	// MaxLines is how many lines a description may have. It is far above what
	// a description with dozens of media and hundreds of ICE candidates needs,
	// and keeps MaxDescription octets from being 60,000 attributes.
	MaxLines = 4096
)

// Parse reads a description within [MaxDescription] octets and [MaxLines]
// lines.
//
// It is the parser of pion/sdp with a stricter eye on lines: a carriage return
// inside a line and NUL are refused, because parsers disagree about where such
// a line ends. It is more tolerant at three points: lines may end with LF
// alone, as RFC 8866, Section 5, asks of parsers; the line end of the last line may
// be missing; and c= may follow t= at session level, as in all examples of
// RFC 4567, although RFC 8866 puts it before.
//
// The error is a [*DescriptionError] with [ErrMalformed] or [ErrTooLarge].
func Parse(data []byte) (*pionsdp.SessionDescription, error) {
	if len(data) > MaxDescription {
		return nil, &DescriptionError{Err: tooLarge("%d octets, the limit is %d", len(data), MaxDescription)}
	}
	lines, err := splitLines(string(data))
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		// pion/sdp takes an empty text for a valid description.
		return nil, &DescriptionError{Err: malformed("it is empty")}
	}
	text := strings.Join(connectionBeforeTime(lines), "\r\n") + "\r\n"

	var desc pionsdp.SessionDescription
	if err := desc.UnmarshalString(text); err != nil {
		// pion/sdp quotes what it cannot read: pieces of o=, c=, b=, t= and m=
		// lines and single characters, but no attribute values.
		reason := printable(strings.TrimPrefix(err.Error(), "sdp: "))
		return nil, &DescriptionError{Err: malformed("%s", reason)}
	}
	return &desc, nil
}

// splitLines returns the lines without their ends, and without blank lines.
func splitLines(text string) ([]string, error) {
	var lines []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		where := fmt.Sprintf("line %d", number)
		if number > MaxLines {
			return nil, &DescriptionError{Err: tooLarge("more than %d lines", MaxLines)}
		}
		line = strings.TrimSuffix(line, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		if strings.ContainsAny(line, "\r\x00") {
			return nil, &DescriptionError{Where: where, Err: malformed("carriage return or NUL inside the line")}
		}
		if len(line) < 2 || line[0] < 'a' || line[0] > 'z' || line[1] != '=' {
			// Say no more about it: it may be the rest of a message.
			return nil, &DescriptionError{Where: where, Err: malformed(
				"it does not start with a letter and \"=\"; is the line above folded?")}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// connectionBeforeTime moves c= lines of the session level that follow the
// first t= line in front of it, where pion/sdp wants them. The order has no
// meaning (RFC 8866, Section 5, fixes it to make errors easy to find).
func connectionBeforeTime(lines []string) []string {
	var before, connections, after []string
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "m="):
			after = append(after, lines[i:]...)
			return append(append(before, connections...), after...)
		case strings.HasPrefix(line, "t=") || after != nil:
			if strings.HasPrefix(line, "c=") {
				connections = append(connections, line)
			} else {
				after = append(after, line)
			}
		default:
			before = append(before, line)
		}
	}
	return append(append(before, connections...), after...)
}

// Marshal writes a description with CRLF line ends. Unlike the Marshal method
// of pion/sdp it refuses CR, LF and NUL inside any field, as they would let a
// value add lines of its own, and descriptions that exceed [MaxDescription]
// or [MaxLines].
//
// The error is a [*DescriptionError] with [ErrMalformed] or [ErrTooLarge].
func Marshal(desc *pionsdp.SessionDescription) ([]byte, error) {
	if desc == nil {
		return nil, errNoDescription
	}
	if err := checkDescription(desc); err != nil {
		return nil, err
	}
	data, err := desc.Marshal()
	if err != nil {
		return nil, &DescriptionError{Err: malformed("%s", printable(err.Error()))}
	}
	if len(data) > MaxDescription {
		return nil, &DescriptionError{Err: tooLarge("%d octets, the limit is %d", len(data), MaxDescription)}
	}
	if lines := strings.Count(string(data), "\n"); lines > MaxLines {
		return nil, &DescriptionError{Err: tooLarge("%d lines, the limit is %d", lines, MaxLines)}
	}
	return data, nil
}

// checkDescription looks for line breaks in every text field.
func checkDescription(desc *pionsdp.SessionDescription) error {
	origin := desc.Origin
	fields := []field{
		{"origin", origin.Username + origin.NetworkType + origin.AddressType + origin.UnicastAddress},
		{"session name", string(desc.SessionName)},
	}
	if desc.SessionInformation != nil {
		fields = append(fields, field{"session information", string(*desc.SessionInformation)})
	}
	if desc.URI != nil {
		fields = append(fields, field{"URI", desc.URI.String()})
	}
	if desc.EmailAddress != nil {
		fields = append(fields, field{"email address", string(*desc.EmailAddress)})
	}
	if desc.PhoneNumber != nil {
		fields = append(fields, field{"phone number", string(*desc.PhoneNumber)})
	}
	fields = append(fields, commonFields(desc.ConnectionInformation, desc.Bandwidth, desc.EncryptionKey)...)
	if err := checkFields("", fields, desc.Attributes); err != nil {
		return err
	}

	for i, media := range desc.MediaDescriptions {
		if media == nil {
			return errNoMedia
		}
		fields := []field{{"m= line", media.MediaName.String()}}
		if media.MediaTitle != nil {
			fields = append(fields, field{"title", string(*media.MediaTitle)})
		}
		fields = append(fields, commonFields(media.ConnectionInformation, media.Bandwidth, media.EncryptionKey)...)
		if err := checkFields(Level(i).String()+", ", fields, media.Attributes); err != nil {
			return err
		}
	}
	return nil
}

// A field is a text and what to call it in an error.
type field struct{ name, text string }

// commonFields returns what both levels have besides attributes.
func commonFields(c *pionsdp.ConnectionInformation, bandwidth []pionsdp.Bandwidth, key *pionsdp.EncryptionKey) []field {
	var fields []field
	if c != nil {
		fields = append(fields, field{"connection", c.String()})
	}
	for _, b := range bandwidth {
		fields = append(fields, field{"bandwidth", b.Type})
	}
	if key != nil {
		fields = append(fields, field{"encryption key", string(*key)})
	}
	return fields
}

func checkFields(prefix string, fields []field, attributes []pionsdp.Attribute) error {
	const breaks = "\r\n\x00"
	for _, f := range fields {
		if strings.ContainsAny(f.text, breaks) {
			return &DescriptionError{Where: prefix + f.name, Err: malformed("CR, LF or NUL inside")}
		}
	}
	for i, attribute := range attributes {
		if strings.ContainsAny(attribute.Key, breaks) || strings.ContainsAny(attribute.Value, breaks) {
			where := fmt.Sprintf("%sattribute %d", prefix, i)
			return &DescriptionError{Where: where, Err: malformed("CR, LF or NUL inside")}
		}
	}
	return nil
}
