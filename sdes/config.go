package sdes

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gomikey/gomikey/mikey"
)

// A Config says what a party offers and accepts. The zero value, and nil, is
// right for most: fresh keys without MKI for [DefaultSuites], and nothing that
// weakens or complicates SRTP.
type Config struct {
	// Suites are offered in this order. An answerer accepts the first
	// attribute of the offer whose suite is among them. nil means
	// DefaultSuites.
	Suites []mikey.Suite

	// Params are the session parameters of own attributes. The negotiated ones
	// stand in offers alone, where naming them is accepting them: answers
	// repeat what was offered. FECKeys are always fresh and stay nil here.
	// Extensions start with "-": a mandatory one would be one that this
	// package does not support (RFC 4568, Section 7.1.2).
	Params Params

	// Lifetime of own keys.
	Lifetime Lifetime

	// MKILength, in octets, gives own keys an MKI, 0 none. Keys is how many
	// there are in an attribute; 0 means 1, and more need an MKI.
	MKILength int
	Keys      int

	// What is accepted from the peer although SRTP is weaker by it.
	AcceptUnencryptedSRTP     bool
	AcceptUnencryptedSRTCP    bool
	AcceptUnauthenticatedSRTP bool

	// AcceptKDR and AcceptSRTPThenFEC say that the caller's SRTP can do what
	// Direction.KDR and Direction.FECOrder will ask of it. That of
	// github.com/pion/srtp can do neither.
	AcceptKDR         bool
	AcceptSRTPThenFEC bool

	// Opportunistic allows the profiles RTP/AVP and RTP/AVPF (RFC 8643). The
	// signalling has to be encrypted all the same.
	Opportunistic bool

	// Rand is where keys come from; nil means crypto/rand.
	Rand io.Reader
}

func (c *Config) suites() []mikey.Suite {
	if c.Suites == nil {
		return DefaultSuites()
	}
	return c.Suites
}

// check looks for what the caller cannot mean.
func (c *Config) check() error {
	if len(c.suites()) == 0 || len(c.suites()) > MaxAttributes {
		return fmt.Errorf("sdes: Config.Suites has %d suites, not 1 to %d", len(c.suites()), MaxAttributes)
	}
	for i, s := range c.suites() {
		if infoOf(s) == nil {
			return fmt.Errorf("sdes: Config.Suites: %v has no name in crypto attributes", s)
		}
		if slices.Contains(c.suites()[:i], s) {
			return fmt.Errorf("sdes: Config.Suites has %v twice", s)
		}
	}
	switch {
	case c.MKILength < 0 || c.MKILength > maxMKI:
		return fmt.Errorf("sdes: Config.MKILength is not from 0 to %d", maxMKI)
	case c.Keys < 0 || c.Keys > MaxKeys:
		return fmt.Errorf("sdes: Config.Keys is not from 0 to %d", MaxKeys)
	case c.Keys > 1 && c.MKILength == 0:
		return errors.New("sdes: Config.Keys is more than 1, so the keys need a Config.MKILength")
	case !c.Lifetime.check():
		return errors.New("sdes: Config.Lifetime is more than 2^48, or not the power of two that it claims")
	case c.Params.has(paramFECKey):
		return errors.New("sdes: Config.Params.FECKeys is not nil: these keys are always fresh")
	}
	for _, e := range c.Params.Extensions {
		if e == "" || e[0] != '-' {
			return errors.New(`sdes: Config.Params.Extensions: an extension does not start with "-"`)
		}
	}
	_, err := c.Params.appendTo(nil, nil)
	return err
}

// admit tells whether the configuration allows an attribute of the peer that
// passed Check.
func (c *Config) admit(a *Attribute) error {
	deny := func(what string) error { return fmt.Errorf("%w: %s", ErrPolicy, what) }
	p := &a.Params
	switch {
	case !slices.Contains(c.suites(), a.Suite):
		return deny(a.Suite.String())
	case p.UnencryptedSRTP && !c.AcceptUnencryptedSRTP:
		return deny(paramNames[paramUnencryptedSRTP])
	case p.UnencryptedSRTCP && !c.AcceptUnencryptedSRTCP:
		return deny(paramNames[paramUnencryptedSRTCP])
	case p.UnauthenticatedSRTP && !c.AcceptUnauthenticatedSRTP:
		return deny(paramNames[paramUnauthenticatedSRTP])
	case p.KDR != 0 && !c.AcceptKDR:
		return deny(paramNames[paramKDR])
	case p.FECOrder == SRTPThenFEC && !c.AcceptSRTPThenFEC:
		return deny(paramNames[paramFECOrder] + "=" + p.FECOrder.String())
	}
	return nil
}

// newKeys returns the keys of a new attribute. Their MKIs follow those of the
// previous keys, so that packets under old and new keys can be told apart while
// both are used (RFC 4568, Section 7.1.4).
func (c *Config) newKeys(suite *suiteInfo, previous []Key) ([]Key, error) {
	source := c.Rand
	if source == nil {
		source = rand.Reader
	}
	used := make(map[uint64]bool, len(previous))
	next := uint64(1)
	for i := range previous {
		mki := previous[i].MKI
		if n := len(mki); n > 0 {
			last := lowBits(mki)
			used[last] = true
			next = last + 1
		}
	}

	keys := make([]Key, max(c.Keys, 1))
	for i := range keys {
		buf := make([]byte, int(suite.keyLen)+int(suite.saltLen))
		if _, err := io.ReadFull(source, buf); err != nil {
			return nil, fmt.Errorf("sdes: no random octets for a key: %w", err)
		}
		keys[i] = Key{Master: buf[:suite.keyLen:suite.keyLen], Salt: buf[suite.keyLen:], Lifetime: c.Lifetime}
		if c.MKILength == 0 {
			continue
		}
		for used[next] || !fits(next, c.MKILength) {
			if next++; !fits(next, c.MKILength) {
				next = 1 // of at most 255 numbers, at most 32 are in use
			}
		}
		used[next] = true
		keys[i].MKI = make([]byte, c.MKILength)
		putNumber(keys[i].MKI, next)
	}
	if err := checkKeys("key-params", keys, -1); err != nil || overlap(keys, previous) {
		return nil, errRepeats
	}
	return keys, nil
}

// errRepeats says that keys are not unique (RFC 4568, Section 6.1). It does
// not happen with a good source.
var errRepeats = errors.New("sdes: the random source repeats itself")
