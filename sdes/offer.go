package sdes

import (
	"fmt"
	"log/slog"
	"sync"

	"github.com/gomikey/gomikey/mikey"
)

// An Offer is what the offerer remembers of a medium until answers come.
type Offer struct {
	config     Config
	medium     Medium
	attributes []Attribute
	previous   *Session // that the offer modifies; nil for the first one

	mu    sync.Mutex
	first string // the first answer that was applied
}

// MakeOffer returns an offer for a medium that local describes: one attribute
// for each suite of the configuration, each with keys of its own (RFC 4568,
// Sections 5.1.1 and 7.1.1). The offerer has to be ready for any of them.
//
// The description with the keys must be sent over a channel that is encrypted
// and authenticated (RFC 4568, Section 8.3).
func MakeOffer(local Medium, config *Config) (*Offer, error) {
	return makeOffer(local, config, nil)
}

// offerConfig returns a copy of the configuration, after the checks that come before
// every offer.
func offerConfig(local *Medium, config *Config) (Config, error) {
	var c Config
	if config != nil {
		c = *config
	}
	if err := c.check(); err != nil {
		return c, err
	}
	if err := local.checkTransport(&c); err != nil {
		return c, err
	}
	if local.Rejected {
		return c, fmt.Errorf("sdes: %w: it needs no offer", ErrRejected)
	}
	return c, nil
}

// makeOffer makes an offer with fresh keys. previous is nil for the first one.
func makeOffer(local Medium, config *Config, previous *Session) (*Offer, error) {
	c, err := offerConfig(&local, config)
	if err != nil {
		return nil, err
	}
	attributes := make([]Attribute, len(c.suites()))
	var all []Key
	for i, suite := range c.suites() {
		a, err := c.newAttribute(uint32(i+1), suite, &c.Params, &local, previous)
		if err != nil {
			return nil, err
		}
		if _, err := a.policy(); err != nil {
			return nil, fmt.Errorf("sdes: Config.Params: %w", err)
		}
		if overlap(a.Keys, all) || overlap(a.Params.FECKeys, all) {
			return nil, errRepeats
		}
		all = append(append(all, a.Keys...), a.Params.FECKeys...)
		attributes[i] = a
	}
	return newOffer(local, c, attributes, previous)
}

func newOffer(local Medium, c Config, attributes []Attribute, previous *Session) (*Offer, error) {
	medium, err := local.withCrypto(attributes...)
	if err != nil {
		return nil, err
	}
	return &Offer{config: c, medium: medium, attributes: attributes, previous: previous}, nil
}

// newAttribute returns an own attribute with fresh keys. The negotiated
// parameters are those of negotiated, the declarative ones are configured.
func (c *Config) newAttribute(tag uint32, suite mikey.Suite, negotiated *Params, local *Medium, previous *Session) (Attribute, error) {
	info := infoOf(suite)
	a := Attribute{Tag: tag, Suite: suite, Params: c.Params.clone()}
	n := negotiated.negotiated()
	a.Params.UnencryptedSRTP = n.UnencryptedSRTP
	a.Params.UnencryptedSRTCP = n.UnencryptedSRTCP
	a.Params.UnauthenticatedSRTP = n.UnauthenticatedSRTP

	var oldKeys, oldFEC, theirs []Key
	if previous != nil {
		oldKeys, oldFEC = previous.local.Keys, previous.local.Params.FECKeys
		theirs = previous.remote.Keys
	}
	var err error
	if a.Keys, err = c.newKeys(info, oldKeys); err != nil {
		return Attribute{}, err
	}
	if local.FECAddress != "" {
		if a.Params.FECKeys, err = c.newKeys(info, oldFEC); err != nil {
			return Attribute{}, err
		}
	}
	if overlap(a.Keys, a.Params.FECKeys) || overlap(a.Keys, theirs) {
		return Attribute{}, errRepeats
	}
	return a, nil
}

// Medium returns the medium that was offered, with its crypto attributes.
func (o *Offer) Medium() Medium {
	m := o.medium
	m.Crypto = append([]string(nil), m.Crypto...)
	return m
}

// ApplyAnswer reads the answer that a peer gave for the medium, and returns what
// both agreed on (RFC 4568, Sections 5.1.3 and 7.1.3). Any error means that the
// negotiation failed; an offer that modifies a session leaves it as it was.
//
// The error wraps [ErrRejected] if the peer rejected the medium, [ErrNoCrypto]
// if it ignored the attributes, [ErrTransport], or is an [*AttributeError].
//
// One offer can have several answers, if the request forked: see
// Session.Forked.
func (o *Offer) ApplyAnswer(remote Medium) (*Session, error) {
	if remote.Rejected {
		return nil, fmt.Errorf("sdes: answer: %w", ErrRejected)
	}
	if err := remote.checkTransport(&o.config); err != nil {
		return nil, err
	}
	switch {
	case len(remote.Crypto) == 0:
		return nil, fmt.Errorf("sdes: answer: %w", ErrNoCrypto)
	case len(remote.Crypto) > 1:
		// The answerer accepts exactly one (RFC 4568, Section 5.1.2).
		return nil, fmt.Errorf("sdes: answer: %w: %d crypto attributes, not one", ErrInvalid, len(remote.Crypto))
	case remote.OtherKeying:
		return nil, fmt.Errorf("sdes: answer: %w: key management beside the crypto attribute", ErrInvalid)
	}

	a, err := Parse(remote.Crypto[0])
	if err != nil {
		return nil, &AttributeError{Err: err}
	}
	mine, err := o.check(&a, &remote)
	if err != nil {
		return nil, &AttributeError{Tag: a.Tag, Err: err}
	}
	s, err := newSession(mine, &a, &o.medium, &remote, o.previous)
	if err != nil {
		return nil, &AttributeError{Tag: a.Tag, Err: err}
	}

	// A retransmission, or a later response with the same answer, is no fork.
	o.mu.Lock()
	defer o.mu.Unlock()
	answer, err := a.Value()
	if err != nil {
		return nil, err // unreachable: what was parsed can be written
	}
	if o.first == "" {
		o.first = answer
	}
	s.Forked = o.first != answer
	return s, nil
}

// check returns the offered attribute that an answer accepts.
func (o *Offer) check(a *Attribute, remote *Medium) (*Attribute, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	var mine *Attribute
	for i := range o.attributes {
		if o.attributes[i].Tag == a.Tag {
			mine = &o.attributes[i]
		}
	}
	switch {
	case mine == nil:
		return nil, fmt.Errorf("%w: this tag was not offered", ErrInvalid)
	case mine.Suite != a.Suite:
		return nil, fmt.Errorf("%w: the tag was offered with %v, not with %v", ErrInvalid, mine.Suite, a.Suite)
	case !mine.Params.sameNegotiated(&a.Params):
		// Neither may be missing, nor may the answerer add one.
		return nil, fmt.Errorf("%w: the negotiated session parameters are not those that were offered", ErrInvalid)
	}
	for i := range o.attributes {
		offered := &o.attributes[i]
		if sharesKey(a, offered) {
			return nil, fmt.Errorf("%w: a key is one that was offered (RFC 4568, Section 7.1.2)", ErrInvalid)
		}
	}
	if err := remote.checkFEC(a); err != nil {
		return nil, err
	}
	// What was offered is accepted in answers.
	c := o.config
	c.Suites = nil
	for i := range o.attributes {
		c.Suites = append(c.Suites, o.attributes[i].Suite)
	}
	c.AcceptUnencryptedSRTP = true
	c.AcceptUnencryptedSRTCP = true
	c.AcceptUnauthenticatedSRTP = true
	return mine, c.admit(a)
}

// sharesKey reports whether two attributes have a master key in common.
func sharesKey(a, b *Attribute) bool {
	return overlap(a.Keys, b.Keys) || overlap(a.Keys, b.Params.FECKeys) ||
		overlap(a.Params.FECKeys, b.Keys) || overlap(a.Params.FECKeys, b.Params.FECKeys)
}

// String leaves the keys out.
func (o *Offer) String() string {
	return fmt.Sprintf("Offer{%d attributes for %v}", len(o.attributes), o.medium)
}

// GoString is String.
func (o *Offer) GoString() string { return o.String() }

// LogValue is String.
func (o *Offer) LogValue() slog.Value { return slog.StringValue(o.String()) }
