package sdes

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/gomikey/gomikey/mikey"
)

// Limits for what comes from a peer.
const (
	// MaxLine is the length of the longest attribute in octets, without
	// "a=crypto:" and with padding on every key. A usual one has a hundred; the
	// limit leaves room for MaxKeys.
	MaxLine = 8192

	// MaxAttributes is the largest number of crypto attributes of one medium.
	MaxAttributes = 32
)

const prefix = "a=crypto:"

// maxTag is the largest tag: it has up to 9 digits (RFC 4568, Section 9.1).
const maxTag = 999_999_999

// An Attribute is one crypto attribute (RFC 4568, Section 4).
type Attribute struct {
	// Tag identifies the attribute within its medium, 1 to 999999999.
	Tag uint32

	// Suite is the crypto suite, mikey.NoSuite if it has a name that is not
	// registered: see SuiteName.
	Suite mikey.Suite

	// Keys are one or more master keys of the party that sent the attribute.
	// There are none if [Attribute.Check] fails because of suite or method.
	Keys []Key

	Params Params

	name   string // of a suite that is not registered, in upper case
	opaque string // key parameters of such a suite, or with another method
}

// Parse reads a crypto attribute, with or without "a=" and "crypto:" in front,
// and without a line end:
//
//	tag 1*WSP crypto-suite 1*WSP key-params *(1*WSP session-param)
//
// It reads the whole grammar of RFC 4568, Section 9, so an attribute may be for
// others to use: [Attribute.Check] tells. Names are compared without case. A
// blank after the ";" between keys, which comes from the page layout of
// examples, is skipped.
//
// An error is a [*FieldError]. It means that the attribute is invalid and
// cannot be accepted; other attributes of the medium still can.
func Parse(line string) (Attribute, error) {
	var a Attribute
	if err := a.parse(line); err != nil {
		return Attribute{}, err
	}
	return a, nil
}

func (a *Attribute) parse(line string) error {
	if len(line) > MaxLine+len(prefix) {
		return tooLarge("attribute", 0, "%d octets, the limit is %d", len(line), MaxLine)
	}
	// By the rules of SDP the name of the attribute has one case (Section 4).
	at := 0
	if strings.HasPrefix(line, "a=") {
		at = len("a=")
	}
	if strings.HasPrefix(line[at:], "crypto:") {
		at += len("crypto:")
	} else if at > 0 {
		return invalid("attribute", 0, "it is not a crypto attribute")
	}

	first := at
	start, end := at, fieldEnd(line, at)
	if end-start > 9 {
		return invalid("tag", start, "it has more than 9 digits")
	}
	tag, ok := parseNumber(line[start:end], maxTag)
	if !ok {
		return invalid("tag", start, "it is not a positive number without leading zeros")
	}
	a.Tag = uint32(tag)

	start = skipBlanks(line, end)
	end = fieldEnd(line, start)
	name := line[start:end]
	suite := suiteByName(name)
	if suite != nil {
		a.Suite = suite.suite
	} else {
		if !isName(name) {
			return invalid("crypto-suite", start, "it is not a name of letters, digits and _")
		}
		a.name = strings.ToUpper(name)
	}

	start = skipBlanks(line, end)
	end = keyParamsEnd(line, start)
	var err error
	if a.Keys, a.opaque, err = parseKeyParams("key-params", line[start:end], start, suite); err != nil {
		return err
	}

	for end < len(line) {
		start = skipBlanks(line, end)
		end = fieldEnd(line, start)
		if start == end {
			return invalid("session-param", start, "nothing follows a blank")
		}
		if text := line[start:end]; strings.HasPrefix(text, "FEC_KEY=") || len(text) > 8 && strings.EqualFold(text[:8], "FEC_KEY=") {
			end = keyParamsEnd(line, start)
		}
		if !isVisible(strings.Map(dropBlanks, line[start:end])) {
			return invalid("session-param", start, "a character is not visible")
		}
		if err := a.Params.parse(line[start:end], start, suite); err != nil {
			return err
		}
	}
	// What can be read can be written: with padding, which may be missing.
	if n := len(line) - first + 2*(len(a.Keys)+len(a.Params.FECKeys)); n > MaxLine {
		return tooLarge("attribute", 0, "%d octets, the limit is %d", n, MaxLine)
	}
	// The keys of FEC differ from the others (Section 6.3.5).
	if overlap(a.Keys, a.Params.FECKeys) {
		return invalid(paramNames[paramFECKey], 0, "a key is one of the medium too")
	}
	return nil
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func dropBlanks(r rune) rune {
	if r == ' ' || r == '\t' {
		return -1
	}
	return r
}

func skipBlanks(line string, at int) int {
	for at < len(line) && isBlank(line[at]) {
		at++
	}
	return at
}

// fieldEnd returns where the field that starts at a place ends.
func fieldEnd(line string, at int) int {
	rest := line[at:]
	if i := strings.IndexByte(rest, ' '); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.IndexByte(rest, '\t'); i >= 0 {
		rest = rest[:i]
	}
	return at + len(rest)
}

// keyParamsEnd is fieldEnd for key-params, which go on after blanks that follow
// a ";".
func keyParamsEnd(line string, at int) int {
	for {
		at = fieldEnd(line, at)
		if at == len(line) || at == 0 || line[at-1] != ';' {
			return at
		}
		at = skipBlanks(line, at)
	}
}

// isName reports whether text is 1*(ALPHA / DIGIT / "_").
func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !isDigit(c) && c != '_' {
			return false
		}
	}
	return text != ""
}

// parseKeyParams reads key-param *(";" key-param). Where the suite or a method
// is unknown there is only the generic grammar (RFC 4568, Section 9.1): opaque
// is the text then, without the blanks, and there are no keys.
func parseKeyParams(field, text string, offset int, suite *suiteInfo) (keys []Key, opaque string, err error) {
	inline := suite != nil
	for rest, at, n := text, offset, 1; ; n++ {
		if n > MaxKeys {
			return nil, "", tooLarge(field, offset, "more than %d keys", MaxKeys)
		}
		param, more := rest, false
		if i := strings.IndexByte(rest, ';'); i >= 0 {
			param, more = rest[:i], true
		}
		colon := strings.IndexByte(param, ':')
		if colon < 0 || !isName(param[:colon]) {
			return nil, "", invalid("key-method", at, "it is not a name before a colon")
		}
		info := param[colon+1:]
		known := strings.EqualFold(param[:colon], "inline")
		if known && suite != nil {
			// Also in an attribute that cannot be used because of another
			// method, a key that can be read has to be right.
			var buf []byte
			if keys == nil {
				// Nearly all attributes have one key: one allocation for it.
				one := new(struct {
					key [1]Key
					buf [64]byte
				})
				keys, buf = one.key[:0], one.buf[:]
			}
			keys = append(keys, Key{})
			if err := keys[len(keys)-1].parseInfo(info, at+colon+1, suite, buf); err != nil {
				return nil, "", err
			}
		} else if info == "" || !isVisible(info) {
			return nil, "", invalid("key-info", at+colon+1, "it is empty, or a character is not visible")
		}
		inline = inline && known
		if !more {
			break
		}
		skip := skipBlanks(rest, len(param)+1)
		at += skip
		rest = rest[skip:]
	}
	if !inline {
		return nil, strings.Map(dropBlanks, text), nil
	}
	return keys, "", checkKeys(field, keys, offset)
}

// SuiteName returns the name of the suite in upper case, also of one that is
// not registered.
func (a *Attribute) SuiteName() string {
	if a.Suite == mikey.NoSuite {
		return a.name
	}
	return a.Suite.String()
}

// Check tells whether this package can use the attribute. The error wraps
// [ErrUnsupported]: the suite or a key method is not registered, or there is a
// session parameter that is neither known nor marked by "-" as one to ignore
// (RFC 4568, Section 6.3.7).
func (a *Attribute) Check() error {
	switch {
	case infoOf(a.Suite) == nil:
		return unsupported("crypto-suite", "no suite %s is registered", printable(a.SuiteName()))
	case a.opaque != "":
		return unsupported("key-method", "only inline is known")
	case a.Params.fec != "":
		return unsupported(paramNames[paramFECKey], "only the method inline is known")
	}
	for _, e := range a.Params.Extensions {
		if !strings.HasPrefix(e, "-") {
			name, _, _ := strings.Cut(e, "=")
			if strings.ContainsAny(name, ":|/") {
				name = "something else" // perhaps a key behind a blank
			}
			return unsupported("session-param", "%s is unknown and mandatory", printable(name))
		}
	}
	return nil
}

// Value returns the attribute as text without "a=crypto:", which is the value
// of the attribute crypto for packages that write descriptions. It holds the
// keys. The error is a [*FieldError].
func (a *Attribute) Value() (string, error) {
	b, err := a.appendTo(make([]byte, 0, 128))
	return string(b), err
}

// Line returns "a=crypto:" and [Attribute.Value], without a line end.
func (a *Attribute) Line() (string, error) {
	b, err := a.appendTo(append(make([]byte, 0, 128), prefix...))
	return string(b), err
}

func (a *Attribute) appendTo(b []byte) ([]byte, error) {
	if a.Tag == 0 || a.Tag > maxTag {
		return nil, invalid("tag", -1, "it is not from 1 to %d", maxTag)
	}
	suite := infoOf(a.Suite)
	if suite == nil && (a.Suite != mikey.NoSuite || a.name == "") {
		return nil, invalid("crypto-suite", -1, "%v has no name in crypto attributes", a.Suite)
	}
	before := len(b)
	b = strconv.AppendUint(b, uint64(a.Tag), 10)
	b = append(append(b, ' '), a.SuiteName()...)
	b = append(b, ' ')
	var err error
	switch {
	case a.opaque != "" && len(a.Keys) == 0:
		b = append(b, a.opaque...)
	case a.opaque != "" || suite == nil:
		return nil, invalid("key-params", -1, "there are keys beside those that could not be read")
	case len(a.Keys) == 0:
		return nil, invalid("key-params", -1, "there is no key")
	case overlap(a.Keys, a.Params.FECKeys):
		return nil, invalid(paramNames[paramFECKey], -1, "a key is one of the medium too")
	default:
		if b, err = appendKeys(b, "key-params", a.Keys, suite); err != nil {
			return nil, err
		}
	}
	if b, err = a.Params.appendTo(b, suite); err != nil {
		return nil, err
	}
	if n := len(b) - before; n > MaxLine {
		return nil, tooLarge("attribute", -1, "%d octets, the limit is %d", n, MaxLine)
	}
	return b, nil
}

func (a *Attribute) clone() Attribute {
	c := *a
	c.Keys = cloneKeys(a.Keys)
	c.Params = a.Params.clone()
	return c
}

// String leaves the keys out; see [Attribute.Line] for the text with them.
func (a Attribute) String() string {
	s := fmt.Sprintf("Attribute{%d %s", a.Tag, printable(a.SuiteName()))
	for i := range a.Keys {
		s += ", " + a.Keys[i].String()
	}
	if params := a.Params.String(); params != "" {
		s += ", " + params
	}
	return s + "}"
}

// GoString is String.
func (a Attribute) GoString() string { return a.String() }

// LogValue is String.
func (a Attribute) LogValue() slog.Value { return slog.StringValue(a.String()) }
