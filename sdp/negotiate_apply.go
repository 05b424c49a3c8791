package sdp

import (
	"fmt"

	"github.com/gomikey/gomikey/sdes"
	pionsdp "github.com/pion/sdp/v3"
)

// Apply reads the answer to the offer and returns what both agreed on. Every
// attribute is verified before anything is committed, so far as that is possible:
// of several MIKEY messages, as MediaLevel makes them, those before one that
// fails are closed again. An error means that the negotiation failed. What was
// agreed on before stays in force (RFC 4568, Section 7.1.4).
//
// Crypto attributes can have several answers, if the request forked: see
// sdes.Session. A MIKEY message has one.
//
// The error is a [*NegotiationError], [*AttributeError] or [*DescriptionError].
func (o *Offer) Apply(answer *pionsdp.SessionDescription) (*Agreement, error) {
	sections, levels, err := o.read(answer)
	if err != nil {
		return nil, err
	}
	a := &Agreement{Media: make([]Medium, len(sections)), party: o.party}
	for i := range sections {
		if err := o.applyMedium(a, i, sections, levels); err != nil {
			return nil, &NegotiationError{Level(i), err}
		}
	}
	shareBundles(a.Media, o.streams, o.before)
	if err := a.checkKeys(); err != nil {
		return nil, err
	}
	if err := o.finish(a, levels); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// read checks that the answer fits the offer (RFC 3264, Section 6).
func (o *Offer) read(answer *pionsdp.SessionDescription) ([]section, *Levels, error) {
	sections, err := readSections(answer)
	if err != nil {
		return nil, nil, err
	}
	if len(sections) != len(o.sections) {
		return nil, nil, &NegotiationError{NoLevel, fmt.Errorf("%w: the answer has %d m= lines, the offer %d", ErrMismatch, len(sections), len(o.sections))}
	}
	levels, err := Extract(answer)
	if err != nil {
		return nil, nil, err
	}
	for i := range sections {
		s, offered := &sections[i], &o.sections[i]
		s.rejected = s.port == 0
		if err := s.fits(offered); err != nil {
			return nil, nil, &NegotiationError{Level(i), err}
		}
		if err := o.checkLevel(Level(i), levels.Media[i].KeyMgmt); err != nil {
			return nil, nil, err
		}
	}
	if err := o.checkLevel(SessionLevel, levels.Session); err != nil {
		return nil, nil, err
	}
	return sections, levels, nil
}

// fits checks an accepted medium of an answer. Another profile would be another
// security than the one that was offered.
func (s *section) fits(offered *section) error {
	switch {
	case s.rejected:
		return nil
	case offered.rejected:
		return fmt.Errorf("%w: the offer has port 0, the answer has not", ErrMismatch)
	case s.media != offered.media:
		return fmt.Errorf("%w: the media types differ", ErrMismatch)
	case s.profile != offered.profile:
		return fmt.Errorf("%w: the profile is %s, that of the offer %s", ErrMismatch, printable(s.profile), printable(offered.profile))
	}
	return nil
}

// follows reports whether medium i of an answer has the crypto attributes of
// another one: both are in one bundle, of the offer and of the answer, which puts
// these attributes under the first m= line of the bundle alone (RFC 8859).
func (s *section) follows(sections, offered []section, i int) bool {
	return s.tag != i && offered[i].tag == offered[s.tag].tag && len(sections[s.tag].crypto) > 0
}

// checkLevel checks the key-mgmt attributes of one level of the answer: one, of
// the protocol and at a level of the offer.
func (o *Offer) checkLevel(level Level, messages []KeyMgmt) error {
	switch {
	case len(messages) == 0:
		return nil
	case o.pendingAt(level) == nil:
		return &NegotiationError{level, fmt.Errorf("%w: a key-mgmt attribute at this level", ErrNotOffered)}
	case len(messages) > 1:
		return &NegotiationError{level, fmt.Errorf("%w: %d key-mgmt attributes", ErrTwoKeyings, len(messages))}
	case messages[0].Protocol != MIKEY:
		return &NegotiationError{level, fmt.Errorf("%w: protocol %s", ErrNotOffered, printable(messages[0].Protocol))}
	}
	return nil
}

func (o *Offer) pendingAt(level Level) *pending {
	for i := range o.pending {
		if o.pending[i].level == level {
			return &o.pending[i]
		}
	}
	return nil
}

// applyMedium decides what keys a medium. It reads crypto attributes, and leaves
// MIKEY messages to finish.
func (o *Offer) applyMedium(a *Agreement, i int, sections []section, levels *Levels) error {
	s, m := &sections[i], &a.Media[i]
	before := o.before.before(i)
	*m = Medium{Level: NoLevel, Bundle: i, past: pastOf(before, &o.sections[i], s)}
	if s.rejected || s.transport == otherTransport {
		return nil
	}
	level := NoLevel
	switch {
	case len(levels.Media[i].KeyMgmt) > 0:
		level = Level(i)
	case s.transport == secureRTP && len(levels.Session) > 0:
		level = SessionLevel
	}
	switch {
	case level != NoLevel && len(s.crypto) > 0:
		return fmt.Errorf("%w: key-mgmt and crypto", ErrTwoKeyings)
	case level != NoLevel:
		m.Keying, m.Level = KeyingMIKEY, level
		return nil
	case len(s.crypto) > 0:
		return o.applySDES(m, i, s, before)
	case s.follows(sections, o.sections, i) && o.crypto[s.tag] != nil && o.party.canSDES(s):
		m.Keying, m.Bundle = KeyingSDES, s.tag // see shareBundles
		return nil
	case s.transport == secureRTP:
		// RFC 4568, Section 5.3: the answerer ignored the attributes.
		return fmt.Errorf("%w: the answer accepts a secure medium without keying attribute", ErrNoKeying)
	case before.Keying.secure():
		return fmt.Errorf("%w: the medium had keys before", ErrNoKeying)
	}
	// Offer made sure that plain RTP is allowed: by itself, or as what is left
	// of opportunistic SRTP (RFC 8643, Section 3.3).
	m.Keying = KeyingPlainRTP
	return nil
}

func (o *Offer) applySDES(m *Medium, i int, s *section, before *Medium) error {
	offer := o.crypto[i]
	if offer == nil {
		return fmt.Errorf("%w: a crypto attribute", ErrNotOffered)
	}
	session, err := offer.ApplyAnswer(s.medium(before.past.peerAddress))
	if err != nil {
		return err
	}
	m.agree(sdesMedium(session, i, streamOf(o.streams, i)))
	return nil
}

// shareBundles gives media that follow another one in a bundle its keys. Those
// that did not before have no contexts with these keys yet.
func shareBundles(media []Medium, streams []Stream, before *Agreement) {
	for i := range media {
		m := &media[i]
		if m.Keying != KeyingSDES || m.Bundle == i {
			continue
		}
		m.agree(sdesMedium(media[m.Bundle].SDES, m.Bundle, streamOf(streams, i)))
		if last := before.before(i); last.Keying != KeyingSDES || last.Bundle != m.Bundle {
			m.SendContext, m.ReceiveContext = sdes.Start, sdes.Start
			m.Send.ROC, m.Receive.ROC = 0, 0
		}
	}
}

// finish ends the exchanges of MIKEY. Those that have no message in the answer
// key no medium of it.
func (o *Offer) finish(a *Agreement, levels *Levels) error {
	for n := range o.pending {
		p := &o.pending[n]
		messages := levels.Session
		if p.level >= 0 {
			messages = levels.Media[p.level].KeyMgmt
		}
		if len(messages) == 0 {
			continue
		}
		x := p.exchange
		var err error
		if x.session, err = p.mikey.Finish(messages[0].Data); err != nil {
			return &NegotiationError{p.level, err}
		}
		a.exchanges = append(a.exchanges, x)
		if err := o.before.checkPeer(&x.group, x.session.Peer()); err != nil {
			return &NegotiationError{p.level, err}
		}
		if err := a.addKeys(&x, true, o.streams, o.before); err != nil {
			return err
		}
	}
	return nil
}

// addKeys completes the media that an exchange keys.
func (a *Agreement) addKeys(x *exchange, offerer bool, streams []Stream, before *Agreement) error {
	for _, i := range x.media {
		m := &a.Media[i]
		if m.Keying != KeyingMIKEY || m.Level != x.level {
			continue
		}
		keyed, err := x.medium(i, offerer, streamOf(streams, i), before.before(i))
		if err != nil {
			return &NegotiationError{x.level, err}
		}
		if x.perMedium == 1 && keyed.Send.SSRC != 0 && keyed.Send.SSRC == keyed.Receive.SSRC {
			// One key for both: they would repeat a key stream (RFC 3711,
			// Section 9.1).
			return &NegotiationError{Level(i), fmt.Errorf("%w: both parties send with the same key and SSRC", ErrMismatch)}
		}
		m.agree(keyed)
	}
	return nil
}
