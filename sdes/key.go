package sdes

import (
	"bytes"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/gomikey/gomikey/mikey"
)

// MaxKeys is the largest number of keys in one attribute. The parties need one,
// or two while they change keys; the limit bounds what a peer makes us compare.
const MaxKeys = 16

// A Key is one key parameter of the method "inline" (RFC 4568, Section 6.1). It
// protects what the party that sent it sends.
type Key struct {
	Master []byte
	Salt   []byte

	// MKI is the master key identifier as it stands in packets: the number of
	// the attribute, big-endian in as many octets as the attribute says. It is
	// nil if packets have none.
	MKI []byte

	Lifetime Lifetime
}

// String leaves key and salt out.
func (k Key) String() string {
	s := fmt.Sprintf("Key{%d+%d octets", len(k.Master), len(k.Salt))
	if k.Lifetime != (Lifetime{}) {
		s += ", lifetime " + k.Lifetime.String()
	}
	if k.MKI != nil {
		s += fmt.Sprintf(", MKI %x", k.MKI)
	}
	return s + "}"
}

// GoString is String.
func (k Key) GoString() string { return k.String() }

// LogValue is String.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// masterKey returns a copy for SRTP.
func (k *Key) masterKey() mikey.MasterKey {
	m := mikey.MasterKey{Key: bytes.Clone(k.Master), Salt: bytes.Clone(k.Salt)}
	if k.MKI != nil {
		m.Validity = mikey.SPI(bytes.Clone(k.MKI))
	}
	return m
}

func (k *Key) clone() Key {
	return Key{bytes.Clone(k.Master), bytes.Clone(k.Salt), bytes.Clone(k.MKI), k.Lifetime}
}

func cloneKeys(keys []Key) []Key {
	if keys == nil {
		return nil
	}
	out := make([]Key, len(keys))
	for i := range keys {
		out[i] = keys[i].clone()
	}
	return out
}

// sameMaster reports whether two keys are one. The salt does not matter: it is
// the master keys that have to be unique (RFC 4568, Section 6.1).
func sameMaster(a, b *Key) bool { return subtle.ConstantTimeCompare(a.Master, b.Master) == 1 }

// overlap reports whether the two lists have a master key in common.
func overlap(a, b []Key) bool {
	for i := range a {
		for j := range b {
			if sameMaster(&a[i], &b[j]) {
				return true
			}
		}
	}
	return false
}

// sameKeys reports whether the lists are equal but for lifetimes.
func sameKeys(a, b []Key) bool {
	if len(a) != len(b) {
		return false
	}
	same := 1
	for i := range a {
		same &= subtle.ConstantTimeCompare(a[i].Master, b[i].Master)
		same &= subtle.ConstantTimeCompare(a[i].Salt, b[i].Salt)
		same &= subtle.ConstantTimeCompare(a[i].MKI, b[i].MKI)
	}
	return same == 1
}

// parseKeyInfo reads what follows "inline:" (RFC 4568, Section 9.2):
//
//	key-salt ["|" lifetime] ["|" mki-value ":" mki-length]
//
// The octets go into buf if they fit.
func (k *Key) parseInfo(info string, offset int, suite *suiteInfo, buf []byte) error {
	keySalt, rest := info, ""
	at := strings.IndexByte(info, '|')
	if at >= 0 {
		keySalt, rest = info[:at], info[at+1:]
	}

	var mki string
	var mkiLen, mkiAt int
	for field := offset + at + 1; at >= 0; {
		text := rest
		if at = strings.IndexByte(rest, '|'); at >= 0 {
			text, rest = rest[:at], rest[at+1:]
		}
		// A lifetime never has a colon, an MKI always does.
		colon := strings.IndexByte(text, ':')
		switch {
		case mkiLen != 0:
			return invalid("key-info", field, "something follows the MKI")
		case colon >= 0:
			n, ok := parseNumber(text[colon+1:], maxMKI)
			if !ok {
				return invalid("mki-length", field+colon+1, "it is not a number from 1 to %d", maxMKI)
			}
			mki, mkiLen, mkiAt = text[:colon], int(n), field
			if !isMKI(mki) {
				return invalid("mki-value", field, "it is not a positive number without leading zeros")
			}
		case k.Lifetime != Lifetime{}:
			return invalid("mki", field, "it has no length")
		default:
			var ok bool
			if k.Lifetime, ok = parseLifetime(text); !ok {
				return invalid("lifetime", field, "it is not a positive number, or power of two, of at most 2^48")
			}
		}
		field += len(text) + 1
	}

	n := int(suite.keyLen) + int(suite.saltLen)
	if n+mkiLen > len(buf) {
		buf = make([]byte, n+mkiLen)
	}
	if problem := decodeBase64(buf[:n], keySalt); problem != "" {
		clear(buf[:n])
		return invalid("key-salt", offset, "%s", problem)
	}
	k.Master = buf[:suite.keyLen:suite.keyLen]
	k.Salt = buf[suite.keyLen:n:n]
	if mkiLen != 0 {
		k.MKI = buf[n : n+mkiLen : n+mkiLen]
		if !fillMKI(k.MKI, mki) {
			return invalid("mki-value", mkiAt, "it does not fit into its length")
		}
	}
	return nil
}

// checkKeys checks the rules for the keys of one parameter beyond those for
// each of them.
func checkKeys(field string, keys []Key, offset int) error {
	for i := range keys {
		// With several keys, a packet has to tell which one it is under (RFC
		// 4568, Sections 4.3 and 6.1).
		if len(keys) > 1 && keys[i].MKI == nil {
			return invalid(field, offset, "there are several keys, and key %d has no MKI", i+1)
		}
		if len(keys[i].MKI) != len(keys[0].MKI) {
			return invalid(field, offset, "the MKIs have different lengths")
		}
		for j := range keys[:i] {
			if sameMaster(&keys[i], &keys[j]) {
				return invalid(field, offset, "keys %d and %d are the same", j+1, i+1)
			}
			if bytes.Equal(keys[i].MKI, keys[j].MKI) {
				return invalid(field, offset, "keys %d and %d have the same MKI", j+1, i+1)
			}
		}
	}
	return nil
}

// appendKeys writes a list of key parameters.
func appendKeys(b []byte, field string, keys []Key, suite *suiteInfo) ([]byte, error) {
	if len(keys) > MaxKeys {
		return nil, tooLarge(field, -1, "%d keys, the limit is %d", len(keys), MaxKeys)
	}
	for i := range keys {
		k := &keys[i]
		switch {
		case len(k.Master) != int(suite.keyLen) || len(k.Salt) != int(suite.saltLen):
			return nil, invalid(field, -1, "key %d has %d+%d octets, the suite wants %d+%d",
				i+1, len(k.Master), len(k.Salt), suite.keyLen, suite.saltLen)
		case !k.Lifetime.check():
			return nil, invalid(field, -1, "the lifetime of key %d is not from 1 to 2^48, or not the power of two that it claims", i+1)
		case k.MKI != nil && (len(k.MKI) == 0 || len(k.MKI) > maxMKI):
			return nil, invalid(field, -1, "the MKI of key %d has not 1 to %d octets", i+1, maxMKI)
		case k.MKI != nil && len(bytes.TrimLeft(k.MKI, "\x00")) == 0:
			return nil, invalid(field, -1, "the MKI of key %d is 0", i+1)
		}
	}
	if err := checkKeys(field, keys, -1); err != nil {
		return nil, err
	}
	for i := range keys {
		if i > 0 {
			b = append(b, ';')
		}
		b = keys[i].appendTo(b)
	}
	return b, nil
}

// appendTo writes a key that was checked.
func (k *Key) appendTo(b []byte) []byte {
	b = append(b, "inline:"...)
	keySalt := append(append(make([]byte, 0, 64), k.Master...), k.Salt...)
	b = base64.StdEncoding.AppendEncode(b, keySalt)
	clear(keySalt)
	if k.Lifetime != (Lifetime{}) {
		b = append(append(b, '|'), k.Lifetime.String()...)
	}
	if k.MKI != nil {
		b = append(b, '|')
		b = appendMKI(b, k.MKI)
		b = strconv.AppendInt(append(b, ':'), int64(len(k.MKI)), 10)
	}
	return b
}
