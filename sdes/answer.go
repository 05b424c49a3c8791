package sdes

import (
	"fmt"
)

// Answer answers the offer of a medium: it accepts the first crypto attribute of
// remote that is valid, supported and allowed, and returns local with the
// attribute of the answer, and what both agreed on (RFC 4568, Sections 5.1.2 and
// 7.1.2). The keys of the answer are fresh.
//
// With an error the medium that is returned is rejected, which is the answer to
// give. The error wraps [ErrRejected] if the offer has port 0, [ErrNoCrypto],
// [ErrTooLarge] or [ErrTransport], or is a [*NoMatchError].
func Answer(remote, local Medium, config *Config) (Medium, *Session, error) {
	return makeAnswer(remote, local, config, nil)
}

// Choose returns the attribute that [Answer] would accept. Errors are the same.
func Choose(remote Medium, config *Config) (Attribute, error) {
	a, err := choose(&remote, config, nil)
	if err != nil {
		return Attribute{}, err
	}
	return *a, nil
}

// makeAnswer answers an offer. previous is nil for the first one.
func makeAnswer(remote, local Medium, config *Config, previous *Session) (Medium, *Session, error) {
	fail := func(err error) (Medium, *Session, error) { return local.rejected(), nil, err }
	var c Config
	if config != nil {
		c = *config
	}
	if local.Rejected {
		return fail(fmt.Errorf("sdes: answer: %w", ErrRejected))
	}
	if err := local.checkTransport(&c); err != nil {
		return fail(err)
	}
	theirs, err := choose(&remote, &c, previous)
	if err != nil {
		return fail(err)
	}

	var mine Attribute
	if previous != nil && previous.keepsKeys(theirs, &local) {
		mine = previous.local.clone()
		mine.Tag = theirs.Tag
	} else if mine, err = c.newAttribute(theirs.Tag, theirs.Suite, &theirs.Params, &local, previous); err != nil {
		return fail(err)
	}
	if sharesKey(&mine, theirs) {
		return fail(errRepeats) // unreachable with a good source
	}
	answer, err := local.withCrypto(mine)
	if err != nil {
		return fail(err)
	}
	// Nothing else than a crypto attribute (RFC 4568, Section 7.5).
	answer.OtherKeying = false
	s, err := newSession(&mine, theirs, &local, &remote, previous)
	if err != nil {
		return fail(&AttributeError{Tag: theirs.Tag, Err: err}) // unreachable: choose looked
	}
	return answer, s, nil
}

// choose returns the first attribute that can be accepted.
func choose(remote *Medium, config *Config, previous *Session) (*Attribute, error) {
	var c Config
	if config != nil {
		c = *config
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if remote.Rejected {
		return nil, fmt.Errorf("sdes: offer: %w", ErrRejected)
	}
	if err := remote.checkTransport(&c); err != nil {
		return nil, err
	}
	if len(remote.Crypto) == 0 {
		return nil, fmt.Errorf("sdes: offer: %w", ErrNoCrypto)
	}
	if len(remote.Crypto) > MaxAttributes {
		return nil, tooManyAttributes(remote)
	}

	attributes := make([]Attribute, len(remote.Crypto))
	errs := make([]error, len(remote.Crypto))
	tags := make(map[uint32]int)
	for i, line := range remote.Crypto {
		if attributes[i], errs[i] = Parse(line); errs[i] == nil {
			tags[attributes[i].Tag]++
		}
	}
	refused := new(NoMatchError)
	for i := range attributes {
		a := &attributes[i]
		err := errs[i]
		if err == nil && tags[a.Tag] > 1 {
			// An answer could not say which one it accepts.
			err = fmt.Errorf("%w: the tag is not unique", ErrInvalid)
		}
		if err == nil {
			err = c.accept(a, attributes[:i], remote, previous)
		}
		if err == nil {
			return a, nil
		}
		refused.Reasons = append(refused.Reasons, &AttributeError{Index: i, Tag: a.Tag, Err: err})
	}
	return nil, refused
}

// accept tells whether an attribute of an offer can be accepted. earlier are
// those before it.
func (c *Config) accept(a *Attribute, earlier []Attribute, remote *Medium, previous *Session) error {
	if err := a.Check(); err != nil {
		return err
	}
	if err := remote.checkFEC(a); err != nil {
		return err
	}
	for i := range earlier {
		// The first attribute with a key may use it (RFC 4568, Section 6.1).
		if sharesKey(a, &earlier[i]) {
			return fmt.Errorf("%w: a key is one of an earlier attribute", ErrInvalid)
		}
	}
	if _, err := a.policy(); err != nil {
		return err
	}
	if err := c.admit(a); err != nil {
		return err
	}
	if previous != nil {
		if sharesKey(a, &previous.local) {
			return fmt.Errorf("%w: a key is one that we use to send", ErrInvalid)
		}
		_, err := previous.remoteChange(a, remote)
		return err
	}
	return nil
}
