package sdes

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
)

// A Medium is what an m= line, and the lines below it, say about security.
type Medium struct {
	// Profile is the transport of the m= line. Empty means RTP/SAVP.
	Profile string

	// Address is where the party receives the medium, such as
	// "192.0.2.1:49170". A change of it demands new keys (RFC 4568, Section
	// 7.1.4), so it has to be the same text as long as address and port are
	// the same. A party that never moves may leave it empty. The address
	// 0.0.0.0, by which old implementations put a call on hold, is no place to
	// receive at, so leave what was there before.
	Address string

	// FECAddress is the address of an FEC stream with an address or port of
	// its own, and empty without one. Such a stream has keys of its own (RFC
	// 4568, Section 6.3.5).
	FECAddress string

	// Rejected says that the port is 0.
	Rejected bool

	// OtherKeying says that there is an a=key-mgmt attribute, or a k= line. An
	// offer may have them beside crypto attributes, an answer may not (RFC
	// 4568, Section 7.5).
	OtherKeying bool

	// Crypto are the crypto attributes in the order of the lines. They are
	// read with or without "a=crypto:", and written without.
	Crypto []string
}

// checkTransport refuses what crypto attributes are not for: they secure
// unicast streams with secure RTP (RFC 4568, Sections 1 and 6). DTLS-SRTP
// profiles, which have an SAVP in their name too, have their own keys.
func (m *Medium) checkTransport(c *Config) error {
	switch m.Profile {
	case "", "RTP/SAVP", "RTP/SAVPF":
	case "RTP/AVP", "RTP/AVPF":
		if !c.Opportunistic {
			return fmt.Errorf("sdes: %w: the profile is %s", ErrTransport, m.Profile)
		}
	default:
		return fmt.Errorf("sdes: %w: the profile is %s", ErrTransport, printable(m.Profile))
	}
	for _, address := range []string{m.Address, m.FECAddress} {
		if isMulticast(address) {
			return fmt.Errorf("sdes: %w: the address is multicast", ErrTransport)
		}
	}
	return nil
}

func isMulticast(address string) bool {
	if address == "" {
		return false
	}
	if at, err := netip.ParseAddrPort(address); err == nil {
		return at.Addr().IsMulticast()
	}
	address, _, _ = strings.Cut(address, "/") // the TTL of a c= line
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.IsMulticast()
}

// moved reports whether m receives elsewhere than before.
func (m *Medium) moved(before *Medium) bool {
	return m.Address != before.Address || m.FECAddress != before.FECAddress
}

// checkFEC checks that FEC_KEY is there exactly if an FEC stream has an address
// of its own (RFC 4568, Sections 6.3.5 and 7.1.1).
func (m *Medium) checkFEC(a *Attribute) error {
	switch separate := m.FECAddress != ""; {
	case separate && !a.Params.has(paramFECKey):
		return fmt.Errorf("%w: FEC has an address of its own, and there is no FEC_KEY", ErrInvalid)
	case !separate && a.Params.has(paramFECKey):
		return fmt.Errorf("%w: FEC_KEY without an FEC stream that has an address of its own", ErrInvalid)
	}
	return nil
}

// withCrypto returns the medium with one or more own attributes.
func (m *Medium) withCrypto(attributes ...Attribute) (Medium, error) {
	out := *m
	out.Crypto = make([]string, len(attributes))
	for i := range attributes {
		var err error
		if out.Crypto[i], err = attributes[i].Value(); err != nil {
			return Medium{}, err
		}
	}
	return out, nil
}

// rejected returns the medium with port 0. What else it says has no meaning.
func (m *Medium) rejected() Medium {
	out := *m
	out.Rejected, out.Crypto = true, nil
	return out
}

// String leaves the attributes out, for they hold keys.
func (m Medium) String() string {
	s := fmt.Sprintf("Medium{%s %s, %d crypto attributes", printable(m.Profile), printable(m.Address), len(m.Crypto))
	if m.Rejected {
		s += ", rejected"
	}
	return s + "}"
}

// GoString is String.
func (m Medium) GoString() string { return m.String() }

// LogValue is String.
func (m Medium) LogValue() slog.Value { return slog.StringValue(m.String()) }

// CheckKeys checks that the master keys of the media of one description are
// unique (RFC 4568, Section 6.1). [Answer] and [Offer.ApplyAnswer] see one
// medium and cannot. Attributes that do not parse are left out.
func CheckKeys(media ...Medium) error {
	const mostMedia = 256 // bounds the work
	if len(media) > mostMedia {
		return fmt.Errorf("sdes: %w: %d media, the limit is %d", ErrTooLarge, len(media), mostMedia)
	}
	seen := make(map[string]int) // index of the medium
	for i := range media {
		if len(media[i].Crypto) > MaxAttributes {
			return tooManyAttributes(&media[i])
		}
		for n, line := range media[i].Crypto {
			a, err := Parse(line)
			if err != nil {
				continue
			}
			for _, keys := range [][]Key{a.Keys, a.Params.FECKeys} {
				for k := range keys {
					if first, ok := seen[string(keys[k].Master)]; ok {
						return &AttributeError{n, a.Tag, fmt.Errorf("%w: medium %d has a key of medium %d again", ErrInvalid, i, first)}
					}
					seen[string(keys[k].Master)] = i
				}
			}
		}
	}
	return nil
}

func tooManyAttributes(m *Medium) error {
	return fmt.Errorf("sdes: %w: %d crypto attributes, the limit is %d", ErrTooLarge, len(m.Crypto), MaxAttributes)
}
