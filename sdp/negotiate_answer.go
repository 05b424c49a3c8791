package sdp

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	pionsdp "github.com/pion/sdp/v3"
)

// Answer answers an offer: it returns a copy of local with keying attributes, to
// send, and what both agreed on. local has the m= lines of the offer, in its
// order and with its profiles, and port 0 for media that the caller rejects.
// streams are the own streams of each m= line, as far as they are known.
//
// A medium without keying that the party supports, or whose crypto attributes are
// not acceptable, is rejected: its port is 0 in the answer, and Medium.Err says
// why. If that leaves no medium, and whenever a key-mgmt attribute fails, there
// is an error and no answer, and nothing was committed (RFC 4567, Section 4.1.2).
// The caller then refuses the offer as a whole, in SIP with 488. A keying that
// fails is never replaced by another one or by none (RFC 8643, Section 3.2).
//
// The error is a [*NegotiationError], [*AttributeError] or [*DescriptionError].
func (p *Party) Answer(offer, local *pionsdp.SessionDescription, streams ...Stream) (*pionsdp.SessionDescription, *Agreement, error) {
	return p.answer(offer, local, streams, nil)
}

// Answer answers a new offer, as [Party.Answer] does the first one. Media that
// cannot be secured make the whole offer fail, and this agreement stays in force.
func (a *Agreement) Answer(offer, local *pionsdp.SessionDescription, streams ...Stream) (*pionsdp.SessionDescription, *Agreement, error) {
	return a.party.answer(offer, local, streams, a)
}

// An answerer is one run of Answer.
type answerer struct {
	party   *Party
	before  *Agreement
	streams []Stream
	offered []section // of the offer
	local   []section
	levels  *Levels // of the offer

	desc     *pionsdp.SessionDescription
	result   *Agreement
	received []received
}

// A received is a verified MIKEY message that is not accepted yet.
type received struct {
	exchange
	mikey *mikey.Received
}

func (p *Party) answer(offer, local *pionsdp.SessionDescription, streams []Stream, before *Agreement) (*pionsdp.SessionDescription, *Agreement, error) {
	a := &answerer{party: p, before: before, streams: streams}
	if err := a.read(offer, local); err != nil {
		return nil, nil, err
	}
	a.desc = bare(local)
	a.result = &Agreement{Media: make([]Medium, len(a.local)), party: p}
	if err := a.choose(); err != nil {
		return nil, nil, err
	}
	if err := a.verifyMIKEY(); err != nil {
		return nil, nil, err
	}
	a.answerSDES()
	if err := a.checkMedia(); err != nil {
		return nil, nil, err
	}
	if err := a.accept(); err != nil {
		a.result.Close()
		return nil, nil, err
	}
	return a.desc, a.result, nil
}

// read reads both descriptions and checks that they fit.
func (a *answerer) read(offer, local *pionsdp.SessionDescription) (err error) {
	if a.offered, err = readSections(offer); err != nil {
		return err
	}
	if a.local, err = readSections(local); err != nil {
		return err
	}
	if len(a.offered) != len(a.local) {
		return &NegotiationError{NoLevel, fmt.Errorf("%w: the own description has %d m= lines, the offer %d", ErrMismatch, len(a.local), len(a.offered))}
	}
	if a.before != nil && len(a.offered) < len(a.before.Media) {
		return fewerMedia(len(a.offered), a.before)
	}
	if a.levels, err = Extract(offer); err != nil {
		return err
	}
	for i := range a.local {
		s := &a.local[i]
		s.rejected = s.port == 0 || a.offered[i].rejected
		if err := s.fits(&a.offered[i]); err != nil {
			return &NegotiationError{Level(i), err}
		}
	}
	return nil
}

// choose decides what keys each medium, by what the offer has and the party
// supports, and not by what would succeed.
func (a *answerer) choose() error {
	levels := make([]Level, len(a.local)) // of the MIKEY message that can key a medium
	for i := range a.local {
		a.result.Media[i] = Medium{Level: NoLevel, Bundle: i, past: pastOf(a.before.before(i), &a.local[i], &a.offered[i])}
		level, err := a.levelOf(i)
		if err != nil {
			return &NegotiationError{Level(i), err}
		}
		levels[i] = level
	}
	for i := range a.local {
		s, m := &a.local[i], &a.result.Media[i]
		if s.rejected || s.transport == otherTransport {
			continue
		}
		switch {
		case levels[i] != NoLevel && !a.prefersSDES(levels, levels[i]):
			m.Keying, m.Level = KeyingMIKEY, levels[i]
		case a.before.before(i).Keying == KeyingMIKEY:
			// New keys come from the same protocol as the old ones (RFC 4567,
			// Section 4.1.2), or anybody could end the authentication.
			m.Err = fmt.Errorf("%w: the medium had MIKEY before", ErrNoKeying)
		case a.hasSDES(i):
			m.Keying = KeyingSDES
		default:
			m.Keying, m.Err = a.withoutKeys(i)
		}
	}
	return nil
}

// levelOf returns where the MIKEY message stands that can key a medium.
func (a *answerer) levelOf(i int) (Level, error) {
	s := &a.local[i]
	if a.party.Responder == nil || s.rejected {
		return NoLevel, nil
	}
	rule, err := a.levels.ForMedia(i)
	if err != nil {
		return NoLevel, err
	}
	if s.transport == plainRTP && a.party.Opportunistic {
		rule = Rule{Level: Level(i), KeyMgmt: a.levels.Media[i].KeyMgmt}
	}
	found := 0
	for _, km := range rule.KeyMgmt {
		if km.Protocol == MIKEY {
			found++
		}
	}
	switch found {
	case 0:
		return NoLevel, nil
	case 1:
		return rule.Level, nil
	}
	// Several attributes are for different protocols (RFC 4567, Section 4.1.2),
	// and the answer could not say which one it is for.
	return NoLevel, fmt.Errorf("%w: %d messages of %s at %v", ErrDuplicate, found, MIKEY, rule.Level)
}

// hasSDES reports whether the offer has crypto attributes for a medium: its own,
// or those of the one that it follows in a bundle.
func (a *answerer) hasSDES(i int) bool {
	s := &a.local[i]
	if !a.party.canSDES(s) {
		return false
	}
	return len(a.offered[i].crypto) > 0 || a.follows(i)
}

// follows reports whether a medium has the keys of another one.
func (a *answerer) follows(i int) bool {
	s := &a.local[i]
	return s.follows(a.offered, a.offered, i) && a.party.canSDES(&a.local[s.tag])
}

// prefersSDES decides for all media that a message can key. An answer with that
// message keys all of them with it, and may have no crypto attribute for any
// (RFC 4568, Section 7.5).
func (a *answerer) prefersSDES(levels []Level, level Level) bool {
	if !a.party.PreferSDES {
		return false
	}
	for i := range levels {
		if levels[i] == level && (!a.hasSDES(i) || a.before.before(i).Keying == KeyingMIKEY) {
			return false
		}
	}
	return true
}

// withoutKeys decides about a medium without keying that can be used.
func (a *answerer) withoutKeys(i int) (Keying, error) {
	switch s := &a.local[i]; {
	case s.transport == secureRTP:
		return KeyingNone, fmt.Errorf("%w: the offer has none that is supported for a secure medium", ErrNoKeying)
	case a.before.before(i).Keying.secure():
		return KeyingNone, fmt.Errorf("%w: the medium had keys before", ErrNoKeying)
	case !a.party.InsecurePlainRTP:
		return KeyingNone, fmt.Errorf("%w: the profile is %s", ErrPlainRTP, printable(s.profile))
	}
	return KeyingPlainRTP, nil
}

// verifyMIKEY verifies the messages that key media.
func (a *answerer) verifyMIKEY() error {
	for i := range a.result.Media {
		m := &a.result.Media[i]
		if m.Keying != KeyingMIKEY || slices.ContainsFunc(a.received, func(r received) bool { return r.level == m.Level }) {
			continue
		}
		if err := a.verifyLevel(m.Level); err != nil {
			return &NegotiationError{m.Level, err}
		}
	}
	return nil
}

func (a *answerer) verifyLevel(level Level) error {
	messages, media := a.levels.Session, []int{int(level)}
	if level == SessionLevel {
		media = a.levels.Covered(SessionLevel)
	} else {
		messages = a.levels.Media[level].KeyMgmt
	}
	message, _ := Rule{KeyMgmt: messages}.Select(MIKEY)
	r, err := a.party.Responder.Receive(message.Data)
	if err != nil {
		return err
	}
	ids, present := r.SDPIDs()
	if err := a.levels.CheckIDs(level, ids, present, &CheckOptions{RequireList: a.party.RequireIDs}); err != nil {
		return err
	}
	x := exchange{group: group{level, media}}
	switch n := len(r.CryptoSessions()); n {
	case 2 * len(media):
		x.perMedium = 2
	case len(media):
		x.perMedium = 1
	default:
		return fmt.Errorf("%w: %d crypto sessions for %d media", ErrMismatch, n, len(media))
	}
	if r.Update() {
		// An update belongs to this call and to the same media, or somebody
		// swapped offers (RFC 4567, Section 8).
		last := a.before.exchangeFor(&x.group)
		if last == nil || last.session.Initiator() || last.session.CSBID() != r.CSBID() || last.perMedium != x.perMedium {
			return fmt.Errorf("%w: the message updates CSB %08x, which is not that of these media", ErrMismatch, r.CSBID())
		}
	}
	if err := a.before.checkPeer(&x.group, r.Peer()); err != nil {
		return err
	}
	if a.party.Admit != nil {
		if err := a.party.Admit(r); err != nil {
			return err
		}
	}
	a.received = append(a.received, received{x, r})
	return nil
}

// answerSDES answers crypto attributes. A medium whose attributes cannot be
// accepted is rejected (RFC 4568, Section 5.1.2).
func (a *answerer) answerSDES() {
	for i := range a.result.Media {
		m, s := &a.result.Media[i], &a.local[i]
		if m.Keying != KeyingSDES {
			continue
		}
		if a.follows(i) && a.result.Media[s.tag].Keying == KeyingSDES {
			m.Bundle = s.tag // see below
			continue
		}
		before := a.before.before(i)
		remote := a.offered[i].medium(before.past.peerAddress)
		local := s.medium(before.past.address)
		local.Crypto = nil
		answer := sdes.Answer
		if before.SDES != nil && before.Bundle == i {
			answer = before.SDES.Answer
		}
		medium, session, err := answer(remote, local, a.party.sdesConfig(s))
		if err != nil {
			m.Keying, m.Err = KeyingNone, err
			continue
		}
		m.agree(sdesMedium(session, i, streamOf(a.streams, i)))
		attachCrypto(a.desc, i, medium.Crypto)
	}
	for i := range a.result.Media {
		m := &a.result.Media[i]
		if m.Keying == KeyingSDES && m.Bundle != i && a.result.Media[m.Bundle].SDES == nil {
			m.Keying, m.Err = KeyingNone, fmt.Errorf("%w: %v, whose keys it shares, has none", ErrNoKeying, Level(m.Bundle))
			m.Bundle = i
		}
	}
	shareBundles(a.result.Media, a.streams, a.before)
}

// checkMedia writes rejected media into the answer, and fails where there is no
// point in an answer.
func (a *answerer) checkMedia() error {
	if err := a.result.checkKeys(); err != nil {
		return err
	}
	var failed error
	usable := false
	for i := range a.result.Media {
		m, s := &a.result.Media[i], &a.local[i]
		usable = usable || m.Err == nil && !s.rejected
		if m.Err != nil {
			m.Err = &NegotiationError{Level(i), m.Err}
			failed = errors.Join(failed, m.Err)
		}
		if m.Err != nil || s.rejected {
			a.desc.MediaDescriptions[i].MediaName.Port.Value = 0
		}
	}
	if failed != nil && (!usable || a.before != nil) {
		return failed
	}
	return nil
}

// accept accepts the messages that were verified.
func (a *answerer) accept() error {
	for n := range a.received {
		r := &a.received[n]
		x := r.exchange
		answer, session, err := r.mikey.Accept(a.ssrcs(r)...)
		if err != nil {
			return &NegotiationError{r.level, err}
		}
		x.session = session
		a.result.exchanges = append(a.result.exchanges, x)
		if err := a.result.addKeys(&x, false, a.streams, a.before); err != nil {
			return err
		}
		if answer == nil {
			continue // the offerer asked for none
		}
		if err := attach(a.desc, r.level, answer); err != nil {
			return err
		}
	}
	return nil
}

// ssrcs returns an SSRC for each crypto session that has none: the own one if this
// party sends the stream, and otherwise 0, for the peer to tell elsewhere.
func (a *answerer) ssrcs(r *received) []uint32 {
	sessions := r.mikey.CryptoSessions()
	own := make([]uint32, len(sessions)+1)
	if r.perMedium == 2 {
		for _, i := range r.media {
			_, answerer := r.cryptoSessions(i)
			own[answerer] = streamOf(a.streams, i).SSRC
		}
	}
	var ssrcs []uint32
	for i, cs := range sessions {
		if cs.SSRC == 0 {
			ssrcs = append(ssrcs, own[i+1])
		}
	}
	return ssrcs
}
