// Package rtspheader takes apart the RTSP headers that carry key management
// messages. It reads what deployed devices write, and leaves it to its callers
// what to make of protocol identifiers and base64.
package rtspheader

import (
	"errors"
	"fmt"
	"strings"
)

// A Spec is one specification of the header KeyMgmt (RFC 4567, Section 3.2), or
// the MIKEY parameter of one transport specification. Data is in base64.
type Spec struct {
	Protocol, URI, Data string
}

var (
	errQuote = errors.New("a quote in the wrong place")
	errEmpty = errors.New("it is empty")
)

// KeyMgmt reads the value of the header KeyMgmt. The published grammar ends before
// the data, so this is liberal: names in any case, blanks around them, any order,
// values with or without quotes, and a semicolon at the end. Parameters that are
// missing are empty; unknown ones are skipped.
func KeyMgmt(value string) ([]Spec, error) {
	all, err := split(value, ',')
	if err != nil {
		return nil, err
	}
	specs := make([]Spec, 0, len(all))
	for _, text := range all {
		parameters, err := split(text, ';')
		if err != nil {
			return nil, err
		}
		var s Spec
		fields := map[string]*string{"prot": &s.Protocol, "uri": &s.URI, "data": &s.Data}
		for _, p := range parameters {
			name, value, _ := strings.Cut(p, "=")
			name = strings.ToLower(trim(name))
			field, ok := fields[name]
			if !ok {
				continue
			}
			if field == nil {
				return nil, fmt.Errorf("%s occurs twice", name)
			}
			fields[name] = nil
			if *field, err = unquote(trim(value)); err != nil {
				return nil, err
			}
		}
		specs = append(specs, s)
	}
	if len(specs) == 0 {
		return nil, errEmpty
	}
	return specs, nil
}

// A Transport is one transport specification of RTSP 2.0 (RFC 7826, Section
// 18.54).
type Transport struct {
	ID    string // RTP/SAVP/UDP
	MIKEY *string
}

// Transports reads the value of the header Transport.
func Transports(value string) ([]Transport, error) {
	all, err := split(value, ',')
	if err != nil {
		return nil, err
	}
	var transports []Transport
	for _, text := range all {
		parameters, err := split(text, ';')
		if err != nil {
			return nil, err
		}
		if len(parameters) == 0 || !strings.HasPrefix(text, parameters[0]) {
			return nil, errors.New("a transport specification has no transport")
		}
		t := Transport{ID: trim(parameters[0])}
		for _, p := range parameters[1:] {
			name, value, _ := strings.Cut(p, "=")
			if !strings.EqualFold(trim(name), "MIKEY") {
				continue
			}
			if t.MIKEY != nil {
				return nil, errors.New("MIKEY occurs twice in a transport specification")
			}
			value = trim(value)
			t.MIKEY = &value
		}
		transports = append(transports, t)
	}
	if len(transports) == 0 {
		return nil, errEmpty
	}
	return transports, nil
}

// trim removes blanks, but no line ends.
func trim(text string) string { return strings.Trim(text, " \t") }

// unquote removes quotes that are around the whole value.
func unquote(value string) (string, error) {
	inside := value
	if strings.HasPrefix(value, `"`) {
		inside = strings.TrimSuffix(value[1:], `"`)
		if len(inside)+2 != len(value) {
			return "", errQuote
		}
	}
	if strings.Contains(inside, `"`) {
		return "", errQuote
	}
	return inside, nil
}

// split splits at separators outside of quotes, and leaves out what is blank.
func split(text string, separator byte) ([]string, error) {
	var parts []string
	quoted, start := false, 0
	for i := 0; i <= len(text); i++ {
		switch {
		case i == len(text) || text[i] == separator && !quoted:
			if part := text[start:i]; trim(part) != "" {
				parts = append(parts, part)
			}
			start = i + 1
		case text[i] == '"':
			quoted = !quoted
		}
	}
	if quoted {
		return nil, errQuote
	}
	return parts, nil
}
