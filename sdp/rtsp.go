package sdp

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/gomikey/gomikey/internal/rtspheader"
)

// A KeyMgmtSpec is one specification of the RTSP header KeyMgmt (RFC 4567,
// Section 3.2).
type KeyMgmtSpec struct {
	KeyMgmt KeyMgmt

	// URI is the session or media URI of the description that the message is for.
	// It is empty if there is none; see Context.
	URI string
}

// Context returns the URI that the message is for: without one of its own, that
// of the request which has the header.
func (s KeyMgmtSpec) Context(request string) string {
	if s.URI == "" {
		return request
	}
	return s.URI
}

// ParseKeyMgmtHeader reads the value of the RTSP header KeyMgmt, unfolded:
//
//	prot=mikey;uri="rtsp://example.com/audio";data="AQAF..."
//
// Specifications are separated by commas. The published grammar ends before the
// data, and devices differ, so the names of parameters are read in any case and
// order, with blanks around them, values with or without quotes, and a semicolon
// at the end is skipped. A URI may be missing or empty. Messages are read as by
// [ParseKeyMgmt].
//
// The error is a [*HeaderError] with [ErrMalformed] or [ErrTooLarge].
func ParseKeyMgmtHeader(value string) ([]KeyMgmtSpec, error) {
	texts, err := rtspheader.KeyMgmt(value)
	if err != nil {
		return nil, &HeaderError{Name: keyMgmtHeader, Err: malformed("%v", err)}
	}
	if len(texts) > MaxAttributes {
		return nil, &HeaderError{Name: keyMgmtHeader, Err: tooLarge("more than %d specifications", MaxAttributes)}
	}
	specs := make([]KeyMgmtSpec, len(texts))
	for i, t := range texts {
		if err := checkProtocol(t.Protocol); err != nil {
			return nil, &HeaderError{keyMgmtHeader, i, err}
		}
		data, err := decodeBase64(t.Data)
		if err != nil {
			return nil, &HeaderError{keyMgmtHeader, i, err}
		}
		if err := checkURI(t.URI); err != nil {
			return nil, &HeaderError{keyMgmtHeader, i, err}
		}
		specs[i] = KeyMgmtSpec{KeyMgmt{t.Protocol, data}, t.URI}
	}
	return specs, nil
}

// FormatKeyMgmtHeader writes the value of the RTSP header KeyMgmt. The error is a
// [*HeaderError].
func FormatKeyMgmtHeader(specs ...KeyMgmtSpec) (string, error) {
	if len(specs) == 0 || len(specs) > MaxAttributes {
		return "", &HeaderError{Name: keyMgmtHeader, Err: tooLarge("not 1 to %d specifications", MaxAttributes)}
	}
	parts := make([]string, len(specs))
	for i, s := range specs {
		if err := s.KeyMgmt.check(); err != nil {
			return "", &HeaderError{keyMgmtHeader, i, err}
		}
		if err := checkURI(s.URI); err != nil {
			return "", &HeaderError{keyMgmtHeader, i, err}
		}
		parts[i] = "prot=" + s.KeyMgmt.Protocol + ";"
		if s.URI != "" {
			parts[i] += `uri="` + s.URI + `";`
		}
		parts[i] += `data="` + base64.StdEncoding.EncodeToString(s.KeyMgmt.Data) + `"`
	}
	return strings.Join(parts, ","), nil
}

// checkURI refuses what no URI has (RFC 3986, Section 2), and what would end the
// parameter or the header.
func checkURI(uri string) error {
	if i := strings.IndexFunc(uri, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' }); i >= 0 {
		return malformed("URI: character %d is not one of a URI", i)
	}
	return nil
}

// A TransportSpec is one specification of the RTSP 2.0 header Transport, as far as
// key management goes (RFC 7826, Section 18.54 and Appendix C.1.4.1).
type TransportSpec struct {
	Transport string // such as RTP/SAVP or RTP/SAVPF/TCP
	Message   []byte // of MIKEY; nil if there is none
}

// String leaves the message out.
func (t TransportSpec) String() string {
	return fmt.Sprintf("%s (%d octets)", printable(t.Transport), len(t.Message))
}

// GoString is String.
func (t TransportSpec) GoString() string { return t.String() }

// ParseTransportHeader reads the MIKEY messages in the value of the RTSP 2.0 header
// Transport, unfolded. It returns all specifications in their order, with and
// without a message.
//
// The error is a [*HeaderError] with [ErrMalformed] or [ErrTooLarge].
func ParseTransportHeader(value string) ([]TransportSpec, error) {
	texts, err := rtspheader.Transports(value)
	if err != nil {
		return nil, &HeaderError{Name: transportHeader, Err: malformed("%v", err)}
	}
	if len(texts) > MaxAttributes {
		return nil, &HeaderError{Name: transportHeader, Err: tooLarge("more than %d specifications", MaxAttributes)}
	}
	specs := make([]TransportSpec, len(texts))
	for i, t := range texts {
		specs[i].Transport = t.ID
		if t.MIKEY == nil {
			continue
		}
		if specs[i].Message, err = decodeBase64(*t.MIKEY); err != nil {
			return nil, &HeaderError{transportHeader, i, err}
		}
	}
	return specs, nil
}

// FormatTransportMIKEY writes the parameter of a transport specification that has a
// message: "MIKEY=" and base64, without the semicolon before it. The error is a
// [*HeaderError].
func FormatTransportMIKEY(message []byte) (string, error) {
	if err := (KeyMgmt{MIKEY, message}).check(); err != nil {
		return "", &HeaderError{Name: transportHeader, Err: err}
	}
	return "MIKEY=" + base64.StdEncoding.EncodeToString(message), nil
}

const (
	keyMgmtHeader   = "KeyMgmt"
	transportHeader = "Transport"
)
