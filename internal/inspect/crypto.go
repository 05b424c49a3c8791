package inspect

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
)

// foundCrypto is a crypto attribute and where it stood.
type foundCrypto struct {
	line   string
	medium int // attributes with the same number are alternatives
	folded bool
}

// crypto adds crypto attributes to the report.
func (r *Report) crypto(all []foundCrypto, options Options) {
	type tag struct {
		medium int
		tag    uint32
	}
	keys := make(map[[sha256.Size]byte]int) // index of the attribute
	tags := make(map[tag]int)
	count := make(map[int]int)
	for i, f := range all {
		c, masters := newCrypto(f.line, options)
		if f.folded {
			c.note("folded", 0, "the attribute is folded: in a description it has one line")
		}
		if n := count[f.medium]; n >= sdes.MaxAttributes {
			c.note("too_many_attributes", 0, "the medium has more than %d crypto attributes", sdes.MaxAttributes)
		} else {
			count[f.medium] = n + 1
		}
		if first, again := tags[tag{f.medium, c.Tag}]; again && c.Tag != 0 {
			c.note("tag_repeated", c.TagOffset, "the tag is that of crypto attribute %d too: each in a medium has its own (RFC 4568, Section 4.1)", first+1)
		} else {
			tags[tag{f.medium, c.Tag}] = i
		}
		for _, m := range masters {
			if first, again := keys[m.digest]; again && first != i {
				c.note("key_repeated", m.offset, "the master key is that of crypto attribute %d too: each in a description is unique (RFC 4568, Section 6.1)", first+1)
			} else {
				keys[m.digest] = i
			}
		}
		c.sortNotes()
		r.Crypto = append(r.Crypto, c)
	}
}

// newCrypto reports on a crypto attribute, and returns its master keys.
//
// Package sdes says whether the line is one. As it returns nothing for a broken
// one, and no offsets for a good one, the report comes from parsing each field
// by itself, in a line whose other fields are right.
func newCrypto(line string, options Options) (*Crypto, []masterKey) {
	c := &Crypto{Length: len(line), Params: []CryptoParam{}, Notes: []Note{}}
	_, err := sdes.Parse(line)
	c.setError(err)
	stop := -1
	if c.Error != nil {
		stop = c.Error.Offset
	}
	w := cryptoWalker{c: c, line: line, show: options.ShowKeys}
	var end int
	if !errors.Is(err, sdes.ErrTooLarge) {
		end = w.walk(stop)
	}
	if c.Error != nil && end < len(line) {
		c.Unparsed = &Rest{Offset: end, Secret: newSecret([]byte(line[end:]), options.ShowKeys)}
	}
	w.finish()
	return c, w.masters
}

func (c *Crypto) setError(err error) {
	var field *sdes.FieldError
	if !errors.As(err, &field) {
		return
	}
	code := "invalid"
	if errors.Is(err, sdes.ErrTooLarge) {
		code = "too_large"
	}
	message := field.Err.Error()
	for _, sentinel := range []error{sdes.ErrInvalid, sdes.ErrTooLarge} {
		message = strings.TrimPrefix(message, sentinel.Error()+": ")
	}
	c.Error = &CryptoError{Code: code, Field: field.Field, Offset: field.Offset, Message: message, err: field}
}

// A cryptoWalker fills in a Crypto from its line.
type cryptoWalker struct {
	c    *Crypto
	line string
	show bool // keys
	at   int  // where the next field starts

	attribute sdes.Attribute // of the fields that parse
	masters   []masterKey
}

// A masterKey is what tells master keys apart, and where one stands.
type masterKey struct {
	digest [sha256.Size]byte
	offset int
}

// A field is a part of the line between blanks.
type cryptoField struct {
	offset int
	text   string
}

func (f cryptoField) holds(offset int) bool {
	return f.offset <= offset && offset < f.offset+max(len(f.text), 1)
}

// next returns the next field. Key parameters go on after blanks behind a ";",
// which come from folded lines.
func (w *cryptoWalker) next(keys bool) cryptoField {
	for w.at < len(w.line) && isBlank(w.line[w.at]) {
		w.at++
	}
	f := cryptoField{offset: w.at}
	for w.at < len(w.line) {
		if isBlank(w.line[w.at]) {
			fec := strings.HasPrefix(strings.ToUpper(w.line[f.offset:w.at]), "FEC_KEY=")
			if !(keys || fec) || w.line[w.at-1] != ';' {
				break
			}
		}
		w.at++
	}
	f.text = w.line[f.offset:w.at]
	return f
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// walk reports the fields up to the one with the error at offset stop. It
// returns where the fields that were understood end.
func (w *cryptoWalker) walk(stop int) int {
	const anySuite, anyKey = "X", "x:x"
	w.at = len(w.line) - len(strings.TrimPrefix(strings.TrimPrefix(w.line, "a="), "crypto:"))

	f := w.next(false)
	a, err := sdes.Parse(f.text + " " + anySuite + " " + anyKey)
	if err != nil {
		return f.offset
	}
	w.c.TagOffset, w.c.Tag = f.offset, a.Tag
	w.attribute.Tag = a.Tag

	f = w.next(false)
	suite := f.text
	if a, err = sdes.Parse("1 " + suite + " " + anyKey); err != nil {
		return f.offset
	}
	w.suite(f, &a)

	f = w.next(true)
	if a, err = sdes.Parse("1 " + suite + " " + f.text); err != nil || f.holds(stop) {
		return f.offset
	}
	w.attribute.Keys = a.Keys
	w.c.Keys = w.keys(f, a.Keys)
	end := w.at

	for w.at < len(w.line) {
		f = w.next(false)
		if a, err = sdes.Parse("1 " + suite + " " + anyKey + " " + f.text); err != nil || f.holds(stop) {
			return f.offset
		}
		w.param(f, &a.Params)
		end = w.at
	}
	return end
}

// longestName is the longest name that is shown. A key that stands in the place
// of a name is longer.
const longestName = 32

// name reports a name that is not registered, and so may be anything.
func (w *cryptoWalker) name(text string) string {
	if len(text) > longestName && !w.show {
		secret := newSecret([]byte(text), false)
		return secret.uncertain()
	}
	return text
}

func (w *cryptoWalker) suite(f cryptoField, a *sdes.Attribute) {
	c := w.c
	c.SuiteOffset, c.Suite = f.offset, w.name(a.SuiteName())
	w.attribute.Suite = a.Suite
	if a.Suite == mikey.NoSuite {
		c.note("unknown_suite", f.offset, "no suite of this name is registered: the attribute cannot be used")
		return
	}
	policy := a.Suite.SRTP()
	c.SRTP = newSRTP(&policy)
	c.SuiteSection = suiteSection(a.SuiteName())
	if policy.SRTPTagLen < 8 {
		c.note("weak_tag", f.offset, "SRTP packets have a tag of %d bits only, SRTCP packets one of %d bits (RFC 3711, Section 9.5)",
			8*policy.SRTPTagLen, 8*policy.SRTCPTagLen)
	}
}

func suiteSection(name string) string {
	switch {
	case name == mikey.AES_CM_128_HMAC_SHA1_80.String():
		return "RFC 4568, Section 6.2.1"
	case name == mikey.AES_CM_128_HMAC_SHA1_32.String():
		return "RFC 4568, Section 6.2.2"
	case name == mikey.F8_128_HMAC_SHA1_80.String():
		return "RFC 4568, Section 6.2.3"
	case strings.HasPrefix(name, "AES_"):
		return "RFC 6188, Section 4"
	case strings.HasPrefix(name, "AEAD_"):
		return "RFC 7714, Section 14.1"
	}
	return "RFC 5669, Section 7"
}

// keys reports key parameters. known are those of a suite and a method that
// package sdes reads.
func (w *cryptoWalker) keys(f cryptoField, known []sdes.Key) []CryptoKey {
	keys := []CryptoKey{}
	offset := f.offset
	for i, text := range strings.Split(f.text, ";") {
		start := offset + len(text) - len(strings.TrimLeft(text, " \t"))
		offset += len(text) + 1
		text = strings.TrimLeft(text, " \t")
		method, info, _ := strings.Cut(text, ":")
		k := CryptoKey{Offset: start, Length: len(text), Method: w.name(method)}
		if known == nil {
			k.Secret = newSecret([]byte(info), w.show)
			if !strings.EqualFold(method, "inline") {
				w.c.note("unknown_method", start, "the only key method is inline: the attribute cannot be used")
			}
		} else {
			w.key(&k, &known[i], start)
		}
		keys = append(keys, k)
	}
	return keys
}

// key reports a key that is understood.
func (w *cryptoWalker) key(k *CryptoKey, from *sdes.Key, offset int) {
	both := slices.Concat(from.Master, from.Salt)
	k.Secret = newSecret(both, w.show)
	k.Split = &Split{KeyLength: len(from.Master), SaltLength: len(from.Salt)}
	limit := defaultLifetime(w.attribute.Suite)
	k.Lifetime = &CryptoLifetime{Written: from.Lifetime.String(), SRTP: limit}
	if from.Lifetime.Packets != 0 {
		k.Lifetime.SRTP = from.Lifetime.Packets
	}
	k.Lifetime.SRTCP = min(k.Lifetime.SRTP, 1<<31)
	if k.Lifetime.SRTP > limit {
		w.c.note("long_lifetime", offset, "the lifetime is above the default of the suite, %d packets", limit)
	}
	if from.MKI != nil {
		k.MKI = &CryptoMKI{Number: new(big.Int).SetBytes(from.MKI).String(), Length: len(from.MKI), Hex: fmt.Sprintf("%x", from.MKI)}
	}
	if n := len(from.Master); bytes.Count(from.Master, from.Master[:1]) == n {
		w.c.note("constant_key", offset, "all octets of the key are the same")
	}
	w.masters = append(w.masters, masterKey{sha256.Sum256(from.Master), offset})
}

// defaultLifetime returns how many SRTP packets a key may protect of which
// nothing is said (RFC 3711, Section 9.2; RFC 6188, Section 4).
func defaultLifetime(s mikey.Suite) uint64 {
	if p := s.SRTP(); p.EncrAlg == mikey.SRTPEncrAESCM && p.EncrKeyLen > 16 {
		return 1 << 31
	}
	return 1 << 48
}

// param reports a session parameter.
func (w *cryptoWalker) param(f cryptoField, p *sdes.Params) {
	name, value, hasValue := strings.Cut(f.text, "=")
	out := CryptoParam{Offset: f.offset, Length: len(f.text), Name: strings.ToUpper(name)}
	mine := &w.attribute.Params
	switch {
	case len(p.Extensions) > 0:
		out.Name = w.name(name)
		w.extension(&out, value, hasValue)
	case p.UnencryptedSRTP:
		mine.UnencryptedSRTP = true
		out.set(negotiated, "RFC 4568, Section 6.3.2", "SRTP packets are not encrypted, in both directions")
		w.c.note("unencrypted_srtp", f.offset, "the media are readable for everyone on the way")
	case p.UnencryptedSRTCP:
		mine.UnencryptedSRTCP = true
		out.set(negotiated, "RFC 4568, Section 6.3.2", "SRTCP packets are not encrypted, in both directions")
		w.c.note("unencrypted_srtcp", f.offset, "the reports on the media are readable for everyone on the way")
	case p.UnauthenticatedSRTP:
		mine.UnauthenticatedSRTP = true
		out.set(negotiated, "RFC 4568, Section 6.3.3", "SRTP packets are not authenticated, in both directions")
		w.c.note("unauthenticated_srtp", f.offset, "SRTP packets can be forged: the parameter is not recommended")
	case strings.EqualFold(name, "KDR"):
		out.Value = value
		meaning := "session keys are derived once"
		if p.KDR != 0 {
			meaning = fmt.Sprintf("session keys are derived again every 2^%d = %d packets", p.KDR, 1<<p.KDR)
		}
		out.set(declarative, "RFC 4568, Section 6.3.1", meaning)
	case p.FECOrder != sdes.NoFECOrder:
		out.Value = strings.ToUpper(value)
		meaning := "the sender applies forward error correction first, then SRTP"
		if p.FECOrder == sdes.SRTPThenFEC {
			meaning = "the sender applies SRTP first, then forward error correction"
		}
		out.set(declarative, "RFC 4568, Section 6.3.4", meaning)
	case p.WSH != 0:
		out.Value = value
		out.set(declarative, "RFC 4568, Section 6.3.6", fmt.Sprintf("a replay window of %d packets would suit the receiver", p.WSH))
	default: // FEC_KEY
		n := len(name) + 1
		out.Keys = w.keys(cryptoField{f.offset + n, f.text[n:]}, p.FECKeys)
		out.set(declarative, "RFC 4568, Section 6.3.5", fmt.Sprintf("the FEC stream, at an address of its own, has %s", countKeys(len(out.Keys))))
	}
	w.c.Params = append(w.c.Params, out)
}

// The kinds of parameters.
const (
	negotiated  = "negotiated"  // an answer repeats it
	declarative = "declarative" // about what the sender of the attribute sends
	unknown     = "unknown"
)

func (p *CryptoParam) set(kind, section, meaning string) {
	p.Kind, p.Section, p.Meaning = kind, section, meaning
}

func (w *cryptoWalker) extension(out *CryptoParam, value string, hasValue bool) {
	const section = "RFC 4568, Section 6.3.7"
	if hasValue {
		secret := newSecret([]byte(value), w.show)
		out.Secret = &secret
	}
	if strings.HasPrefix(out.Name, "-") {
		out.set(unknown, section, "not known, and marked as one that may be ignored")
		w.c.note("unknown_param", out.Offset, "the session parameter is not registered, and may be ignored")
		return
	}
	out.Mandatory = true
	out.set(unknown, section, "not known, and mandatory")
	w.c.note("unknown_mandatory_param", out.Offset, "the session parameter is not registered and is mandatory: the attribute cannot be used")
}

func countKeys(n int) string {
	if n == 1 {
		return "a key of its own"
	}
	return fmt.Sprintf("%d keys of its own", n)
}

// note adds a note about the octets at offset.
func (c *Crypto) note(code string, offset int, format string, args ...any) {
	c.Notes = append(c.Notes, Note{Code: code, Offset: offset, Message: fmt.Sprintf(format, args...)})
}

// finish adds what shows only when the attribute is seen as a whole.
func (w *cryptoWalker) finish() {
	out := w.c.SRTP
	if out == nil {
		return
	}
	p := &w.attribute.Params
	out.SRTPEncryption = !p.UnencryptedSRTP
	out.SRTCPEncryption = !p.UnencryptedSRTCP
	if p.UnauthenticatedSRTP {
		out.Authentication, out.SRTPTagLength = false, 0
		out.AuthAlg, out.AuthAlgName = int(mikey.SRTPAuthNULL), mikey.SRTPAuthNULL.String()
	}
	var fixed []string // what the cipher has no choice about
	switch mikey.SRTPEncrAlg(out.EncrAlg) {
	case mikey.SRTPEncrAESGCM, mikey.SRTPEncrSEEDCCM, mikey.SRTPEncrSEEDGCM:
		fixed = []string{"UNENCRYPTED_SRTP", "UNAUTHENTICATED_SRTP"}
	case mikey.SRTPEncrSEEDCTR:
		fixed = []string{"UNAUTHENTICATED_SRTP"}
	}
	for i := range w.c.Params {
		if param := &w.c.Params[i]; slices.Contains(fixed, param.Name) {
			w.c.note("param_not_for_suite", param.Offset, "the suite has no choice about that: the attribute cannot be used")
		}
	}
}

func (c *Crypto) sortNotes() {
	slices.SortStableFunc(c.Notes, func(a, b Note) int { return a.Offset - b.Offset })
}
