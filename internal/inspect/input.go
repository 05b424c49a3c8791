package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gomikey/gomikey/internal/rtspheader"
	"github.com/gomikey/gomikey/sdp"
	pionsdp "github.com/pion/sdp/v3"
)

// ErrForm says that an input is in none of the forms.
var ErrForm = errors.New("the input holds no MIKEY message and no crypto attribute in a form that is known")

// input is a recognised input.
type input struct {
	form     Form
	messages []found
	levels   *sdp.Levels // FormSDP, instead of messages
	crypto   []foundCrypto
}

// found is a message and what is remarkable about how it was written.
type found struct {
	data  []byte
	uri   string
	notes []LineNote
}

// recognise tells the form of an input from its octets.
func recognise(octets []byte) (*input, error) {
	octets = bytes.TrimPrefix(octets, []byte("\ufeff"))
	if len(octets) == 0 {
		return nil, errors.New("the input is empty")
	}
	if !isText(octets) {
		return &input{form: FormBinary, messages: []found{{data: octets}}}, nil
	}
	text := strings.TrimSpace(string(octets))
	if text == "" {
		return nil, errors.New("the input is empty")
	}
	if strings.HasPrefix(text, "v=") {
		return recogniseSDP(text)
	}
	if header, ok := rtspHeader(text); ok {
		return recogniseRTSP(header)
	}
	if values, crypto := attributes(text); len(values)+len(crypto) > 0 {
		return recogniseAttributes(values, crypto)
	}
	if in, err := recogniseHex(text); in != nil || err != nil {
		return in, err
	}
	f, err := decodeBase64(text)
	if err != nil {
		return nil, ErrForm
	}
	return &input{form: FormBase64, messages: []found{f}}, nil
}

// isText reports whether the input is text. A message is not: it starts with
// the octet 1.
func isText(octets []byte) bool {
	if !utf8.Valid(octets) {
		return false
	}
	for _, c := range octets {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return true
}

func recogniseSDP(text string) (*input, error) {
	desc, err := sdp.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	levels, err := sdp.Extract(desc)
	if err != nil {
		return nil, err
	}
	in := &input{form: FormSDP, levels: levels}
	add := func(medium int, all []pionsdp.Attribute) {
		for _, a := range all {
			if a.Key == "crypto" {
				in.crypto = append(in.crypto, foundCrypto{line: cryptoPrefix + a.Value, medium: medium})
			}
		}
	}
	add(int(sdp.SessionLevel), desc.Attributes)
	for i, media := range desc.MediaDescriptions {
		add(i, media.Attributes)
	}
	return in, nil
}

// recogniseHex reads hexadecimal digits with white space, commas and 0x between
// them. It returns nil for anything else.
func recogniseHex(text string) (*input, error) {
	digits := new(strings.Builder)
	split := func(c rune) bool { return c == ',' || unicode.IsSpace(c) }
	for _, word := range strings.FieldsFunc(text, split) {
		if len(word) > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X') {
			word = word[2:]
		}
		digits.WriteString(word)
	}
	for _, c := range digits.String() {
		if !strings.ContainsRune("0123456789abcdefABCDEF", c) {
			return nil, nil
		}
	}
	if digits.Len()%2 != 0 {
		return nil, fmt.Errorf("the input is hexadecimal, but %d digits are half an octet too many", digits.Len())
	}
	data, err := hex.DecodeString(digits.String())
	if err != nil || len(data) == 0 {
		return nil, nil
	}
	return &input{form: FormHex, messages: []found{{data: data}}}, nil
}

// decodeBase64 reads base64 with or without padding, folded or not.
func decodeBase64(text string) (found, error) {
	text = strings.Join(strings.Fields(text), "")
	text = strings.TrimRight(text, "=")
	data, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return found{}, errors.New("the message is not base64") // the decoder's error is about a text that was changed
	}
	if len(data) == 0 {
		return found{}, errors.New("the message is empty")
	}
	f := found{data: data}
	if _, err := base64.RawStdEncoding.Strict().DecodeString(text); err != nil {
		f.notes = append(f.notes, LineNote{"base64_pad_bits",
			"the unused bits of the last base64 character are not zero: strict decoders refuse that"})
	}
	return f, nil
}

// attributes returns the values of the key-mgmt attributes in lines of SDP, or
// of the one attribute that the text is, which may be folded, and the crypto
// attributes.
func attributes(text string) (values []string, crypto []foundCrypto) {
	var parts []string // of the last attribute
	var end func()     // of the last attribute
	medium := 0
	start := func(line string, add func()) {
		if end != nil {
			end()
		}
		parts, end = []string{line}, add
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		isSDP := len(line) >= 2 && line[1] == '=' && line[0] >= 'a' && line[0] <= 'z'
		value, found := strings.CutPrefix(strings.TrimPrefix(line, "a="), "key-mgmt:")
		switch {
		case found:
			start(value, func() { values = append(values, strings.Join(parts, "")) })
		case isCrypto(line):
			f := foundCrypto{medium: medium}
			start(line, func() {
				f.line, f.folded = strings.Join(parts, " "), len(parts) > 1
				crypto = append(crypto, f)
			})
		case line == "":
		case !isSDP && end != nil:
			parts = append(parts, line)
		case !isSDP:
			return nil, nil
		case line[0] == 'm':
			medium++
		}
	}
	if end != nil {
		end()
	}
	return values, crypto
}

// bareCrypto is how the value of a crypto attribute begins.
var bareCrypto = regexp.MustCompile(`^[0-9]+[ \t]+\w+[ \t]+[A-Za-z]\w*:`)

const cryptoPrefix = "a=crypto:"

// isCrypto reports whether a line is a crypto attribute, in whatever shape.
func isCrypto(line string) bool {
	return strings.HasPrefix(strings.TrimPrefix(line, "a="), "crypto:") || bareCrypto.MatchString(line)
}

func recogniseAttributes(values []string, crypto []foundCrypto) (*input, error) {
	in := &input{form: FormKeyMgmt, crypto: crypto}
	if len(values) == 0 {
		in.form = FormCrypto
	}
	for _, value := range values {
		protocol, message, _ := strings.Cut(strings.TrimSpace(value), " ")
		if protocol != sdp.MIKEY {
			return nil, fmt.Errorf("a key-mgmt attribute is for another protocol than %q", sdp.MIKEY)
		}
		f, err := decodeBase64(message)
		if err != nil {
			return nil, fmt.Errorf("key-mgmt attribute: %w", err)
		}
		in.messages = append(in.messages, f)
	}
	return in, nil
}

// rtspHeader returns the value of the header KeyMgmt (RFC 4567, Section 3.2):
// the text, or a header with its continuation lines among others.
func rtspHeader(text string) (value string, ok bool) {
	for line := range strings.Lines(text) {
		if ok {
			if line[0] != ' ' && line[0] != '\t' {
				break
			}
			value += " " + strings.TrimSpace(line)
			continue
		}
		name, rest, found := strings.Cut(line, ":")
		if found && strings.EqualFold(strings.TrimSpace(name), "KeyMgmt") {
			value, ok = strings.TrimSpace(rest), true
		}
	}
	if !ok && len(text) > 5 && strings.EqualFold(text[:5], "prot=") {
		return text, true
	}
	return value, ok
}

// recogniseRTSP reads the value of the header. What package sdp would refuse in
// its parameters becomes a note.
func recogniseRTSP(header string) (*input, error) {
	in := &input{form: FormRTSP}
	specs, err := rtspheader.KeyMgmt(strings.Join(strings.Fields(header), " ")) // it may be folded
	if err != nil {
		return nil, fmt.Errorf("KeyMgmt header: %w", err)
	}
	for _, s := range specs {
		if !strings.EqualFold(s.Protocol, sdp.MIKEY) {
			return nil, fmt.Errorf("the KeyMgmt header is for another protocol than %q", sdp.MIKEY)
		}
		f, err := decodeBase64(s.Data)
		if err != nil {
			return nil, fmt.Errorf("KeyMgmt header: %w", err)
		}
		f.uri = s.URI
		if s.Protocol != sdp.MIKEY {
			f.notes = append(f.notes, LineNote{"protocol_case", "protocol identifiers are case-sensitive: only \"mikey\" is MIKEY"})
		}
		in.messages = append(in.messages, f)
	}
	return in, nil
}
