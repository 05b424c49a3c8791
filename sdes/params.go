package sdes

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// Params are the session parameters of an attribute (RFC 4568, Section 6.3).
//
// UNENCRYPTED_SRTP, UNENCRYPTED_SRTCP and UNAUTHENTICATED_SRTP are negotiated:
// they hold for both directions. The others are declarative: they hold for what
// the party that sent them sends.
type Params struct {
	// KDR is the key derivation rate, as the exponent of a power of two from 1
	// to 24. 0 means a single key derivation, the default.
	KDR uint8

	UnencryptedSRTP     bool
	UnencryptedSRTCP    bool
	UnauthenticatedSRTP bool // not recommended

	// FECOrder is the order of forward error correction and SRTP.
	FECOrder FECOrder

	// FECKeys are the master keys of an FEC stream with an address or port of
	// its own.
	FECKeys []Key

	// WSH is a hint for the size of the replay window, at least 64. 0 means
	// none.
	WSH uint64

	// Extensions are the parameters that this package does not know, as they
	// were written. A "-" in front says that one may be ignored.
	Extensions []string

	fec   string    // the FEC_KEY of an attribute whose keys cannot be read
	order []paramID // how they stood in the line that was read
}

// A FECOrder is the value of FEC_ORDER (RFC 4568, Section 6.3.4).
type FECOrder uint8

const (
	NoFECOrder  FECOrder = iota // not given, which means FEC_SRTP
	FECThenSRTP                 // FEC_SRTP: the sender applies FEC before SRTP
	SRTPThenFEC                 // SRTP_FEC: the reverse
)

func (o FECOrder) String() string {
	switch o {
	case NoFECOrder:
		return "none"
	case FECThenSRTP:
		return "FEC_SRTP"
	case SRTPThenFEC:
		return "SRTP_FEC"
	}
	return "FECOrder(" + strconv.Itoa(int(o)) + ")"
}

// A paramID names a kind of parameter.
type paramID uint8

const (
	paramKDR paramID = iota
	paramUnencryptedSRTP
	paramUnencryptedSRTCP
	paramUnauthenticatedSRTP
	paramFECOrder
	paramFECKey
	paramWSH
	paramExtension // the next one
)

var paramNames = [...]string{
	paramKDR:                 "KDR",
	paramUnencryptedSRTP:     "UNENCRYPTED_SRTP",
	paramUnencryptedSRTCP:    "UNENCRYPTED_SRTCP",
	paramUnauthenticatedSRTP: "UNAUTHENTICATED_SRTP",
	paramFECOrder:            "FEC_ORDER",
	paramFECKey:              "FEC_KEY",
	paramWSH:                 "WSH",
	paramExtension:           "session-param",
}

// paramByName returns paramExtension for a name that is not registered.
func paramByName(name string) paramID {
	for id, known := range paramNames[:paramExtension] {
		if strings.EqualFold(known, name) {
			return paramID(id)
		}
	}
	return paramExtension
}

// has reports whether a parameter other than an extension is there.
func (p *Params) has(id paramID) bool {
	switch id {
	case paramKDR:
		return p.KDR != 0
	case paramUnencryptedSRTP:
		return p.UnencryptedSRTP
	case paramUnencryptedSRTCP:
		return p.UnencryptedSRTCP
	case paramUnauthenticatedSRTP:
		return p.UnauthenticatedSRTP
	case paramFECOrder:
		return p.FECOrder != NoFECOrder
	case paramFECKey:
		return p.fec != "" || len(p.FECKeys) > 0
	case paramWSH:
		return p.WSH != 0
	}
	return false
}

// parse reads one session parameter, all of whose characters are visible. suite
// is nil if it is unknown. Registered parameters come with exactly the values
// that they have, and once: two could contradict each other.
func (p *Params) parse(text string, offset int, suite *suiteInfo) error {
	name, value, hasValue := strings.Cut(text, "=")
	id := paramByName(name)
	field := paramNames[id]
	if id != paramExtension {
		if p.has(id) || slices.Contains(p.order, id) {
			return invalid(field, offset, "it occurs twice")
		}
		flag := id == paramUnencryptedSRTP || id == paramUnencryptedSRTCP || id == paramUnauthenticatedSRTP
		if flag == hasValue {
			return invalid(field, offset, "it has no value, or one too many")
		}
	}
	p.order = append(p.order, id)
	at := offset + len(name) + 1
	switch id {
	case paramKDR:
		// The ABNF has 0 too; it says what the absence says.
		n, ok := parseNumber(value, 24)
		if !ok && value != "0" {
			return invalid(field, at, "it is not a number from 1 to 24")
		}
		p.KDR = uint8(n)
	case paramUnencryptedSRTP:
		p.UnencryptedSRTP = true
	case paramUnencryptedSRTCP:
		p.UnencryptedSRTCP = true
	case paramUnauthenticatedSRTP:
		p.UnauthenticatedSRTP = true
	case paramFECOrder:
		switch {
		case strings.EqualFold(value, "FEC_SRTP"):
			p.FECOrder = FECThenSRTP
		case strings.EqualFold(value, "SRTP_FEC"):
			p.FECOrder = SRTPThenFEC
		default:
			return invalid(field, at, "it is neither FEC_SRTP nor SRTP_FEC")
		}
	case paramFECKey:
		keys, opaque, err := parseKeyParams(field, value, at, suite)
		if err != nil {
			return err
		}
		p.FECKeys, p.fec = keys, opaque
	case paramWSH:
		n, ok := parseNumber(value, 1<<62)
		if !ok || n < 64 {
			return invalid(field, at, "it is not a number of 64 or more")
		}
		p.WSH = n
	case paramExtension:
		if !isExtension(text) {
			return invalid(field, offset, "it has no name")
		}
		p.Extensions = append(p.Extensions, text)
	}
	return nil
}

// isExtension reports whether text is an srtp-session-extension: visible
// characters, the first of which, behind the optional dash, is no dash. An
// empty name cannot be registered.
func isExtension(text string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(text, "-"), "=")
	return isVisible(text) && name != "" && name[0] != '-'
}

func isVisible(text string) bool {
	for i := range len(text) {
		if text[i] < 0x21 || text[i] > 0x7e {
			return false
		}
	}
	return true
}

// appendTo writes the parameters, each after a space: those that were read in
// the order in which they were read, then the others.
func (p *Params) appendTo(b []byte, suite *suiteInfo) ([]byte, error) {
	if p.KDR > 24 {
		return nil, invalid(paramNames[paramKDR], -1, "it is not a number from 0 to 24")
	}
	if p.WSH != 0 && (p.WSH < 64 || p.WSH > 1<<62) {
		return nil, invalid(paramNames[paramWSH], -1, "it is not 64 or more")
	}
	if p.FECOrder > SRTPThenFEC {
		return nil, invalid(paramNames[paramFECOrder], -1, "it is neither FEC_SRTP nor SRTP_FEC")
	}
	if p.fec != "" && len(p.FECKeys) > 0 {
		return nil, invalid(paramNames[paramFECKey], -1, "there are keys beside those that could not be read")
	}
	for _, e := range p.Extensions {
		name, _, _ := strings.Cut(e, "=")
		if !isExtension(e) || paramByName(name) != paramExtension {
			return nil, invalid("session-param", -1, "an extension has no name, the name of a registered parameter, or characters that are not visible")
		}
	}

	var done [paramExtension]bool
	extensions := p.Extensions
	var err error
	write := func(id paramID) {
		switch {
		case err != nil:
		case id == paramExtension:
			if len(extensions) > 0 {
				b = append(append(b, ' '), extensions[0]...)
				extensions = extensions[1:]
			}
		case p.has(id) && !done[id]:
			done[id] = true
			b = append(append(b, ' '), paramNames[id]...)
			b, err = p.appendValue(b, id, suite)
		}
	}
	for _, id := range p.order {
		write(id)
	}
	for id := paramKDR; id < paramExtension; id++ {
		write(id)
	}
	for len(extensions) > 0 && err == nil {
		write(paramExtension)
	}
	return b, err
}

func (p *Params) appendValue(b []byte, id paramID, suite *suiteInfo) ([]byte, error) {
	switch id {
	case paramKDR:
		return strconv.AppendUint(append(b, '='), uint64(p.KDR), 10), nil
	case paramFECOrder:
		return append(append(b, '='), p.FECOrder.String()...), nil
	case paramWSH:
		return strconv.AppendUint(append(b, '='), p.WSH, 10), nil
	case paramFECKey:
		b = append(b, '=')
		if p.fec != "" {
			return append(b, p.fec...), nil
		}
		if suite == nil {
			return nil, invalid(paramNames[id], -1, "keys need a suite")
		}
		return appendKeys(b, paramNames[id], p.FECKeys, suite)
	}
	return b, nil
}

// negotiated returns the negotiated parameters alone.
func (p *Params) negotiated() Params {
	return Params{
		UnencryptedSRTP:     p.UnencryptedSRTP,
		UnencryptedSRTCP:    p.UnencryptedSRTCP,
		UnauthenticatedSRTP: p.UnauthenticatedSRTP,
	}
}

// sameNegotiated reports whether the negotiated parameters agree.
func (p *Params) sameNegotiated(q *Params) bool {
	return p.UnencryptedSRTP == q.UnencryptedSRTP &&
		p.UnencryptedSRTCP == q.UnencryptedSRTCP &&
		p.UnauthenticatedSRTP == q.UnauthenticatedSRTP
}

func (p *Params) clone() Params {
	c := *p
	c.FECKeys = cloneKeys(p.FECKeys)
	c.Extensions = slices.Clone(p.Extensions)
	c.order = slices.Clone(p.order)
	return c
}

// String returns the parameters without keys, and without the values of
// extensions, which could be anything.
func (p Params) String() string {
	var parts []string
	for id := paramKDR; id < paramExtension; id++ {
		if !p.has(id) {
			continue
		}
		part := []byte(paramNames[id])
		if id != paramFECKey {
			part, _ = p.appendValue(part, id, nil)
		}
		parts = append(parts, string(part))
	}
	for _, e := range p.Extensions {
		name, _, _ := strings.Cut(e, "=")
		parts = append(parts, printable(name))
	}
	return strings.Join(parts, " ")
}

// GoString is String.
func (p Params) GoString() string { return p.String() }

// LogValue is String.
func (p Params) LogValue() slog.Value { return slog.StringValue(p.String()) }

// printable makes text from a peer fit for an error or a log line. What does not
// look like a name is not quoted at all, for it may be a key in the wrong place:
// the shortest has 38 characters.
func printable(text string) string {
	const most = 32
	if len(text) > most {
		return fmt.Sprintf("something of %d octets", len(text))
	}
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("_-./:[]", c) >= 0:
		default:
			return fmt.Sprintf("something of %d octets", len(text))
		}
	}
	return text
}
