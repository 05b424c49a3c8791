package sdp

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	pionsdp "github.com/pion/sdp/v3"
)

// An Offer is what the offerer remembers until the answer comes.
type Offer struct {
	party    *Party
	desc     *pionsdp.SessionDescription
	sections []section
	streams  []Stream
	before   *Agreement // what the offer modifies, or nil
	pending  []pending
	crypto   []*sdes.Offer // of each medium, nil without
}

// A pending is an exchange that awaits its answer.
type pending struct {
	exchange
	mikey *mikey.Pending
}

// Offer makes an offer: a copy of local with keying attributes for all media that
// have a port and a profile for them. Those that local has are replaced. streams
// are the own streams of each m= line, as far as they are known.
//
// The error is a [*NegotiationError] or a [*DescriptionError], or is that of
// package sdes if the configuration is wrong.
func (p *Party) Offer(local *pionsdp.SessionDescription, streams ...Stream) (*Offer, error) {
	return p.offer(local, streams, nil, false)
}

// Reoffer makes a new offer that leaves the keys as they are, as far as media
// have some and do not move. MIKEY updates its CSB if this party initiated it,
// and sets up a new one otherwise.
//
// Media that have keys are offered the keying they have. The old agreement stays
// in force until the answer is applied, and if that fails.
func (a *Agreement) Reoffer(local *pionsdp.SessionDescription, streams ...Stream) (*Offer, error) {
	return a.party.offer(local, streams, a, false)
}

// Rekey is [Agreement.Reoffer] with fresh keys for all media. Streams that go on
// need their present SSRCs and ROCs in streams.
func (a *Agreement) Rekey(local *pionsdp.SessionDescription, streams ...Stream) (*Offer, error) {
	return a.party.offer(local, streams, a, true)
}

// Description returns the description to send. It holds keys if the party offers
// crypto attributes.
func (o *Offer) Description() *pionsdp.SessionDescription { return o.desc }

// String leaves the keys out.
func (o Offer) String() string {
	return fmt.Sprintf("Offer{%d media, %d MIKEY messages}", len(o.sections), len(o.pending))
}

// GoString is String.
func (o Offer) GoString() string { return o.String() }

func (p *Party) offer(local *pionsdp.SessionDescription, streams []Stream, before *Agreement, rekey bool) (*Offer, error) {
	sections, err := readSections(local)
	if err != nil {
		return nil, err
	}
	if before != nil && len(sections) < len(before.Media) {
		return nil, fewerMedia(len(sections), before)
	}
	o := &Offer{
		party: p, desc: bare(local), sections: sections, streams: slices.Clone(streams),
		before: before, crypto: make([]*sdes.Offer, len(sections)),
	}
	wanted, err := o.wanted()
	if err != nil {
		return nil, err
	}
	for _, g := range p.groups(sections, wanted) {
		if err := o.offerGroup(&g, wanted, rekey); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// fewerMedia says that m= lines are gone. They stay, with port 0 where they are
// over (RFC 3264, Section 8).
func fewerMedia(n int, before *Agreement) error {
	return &NegotiationError{NoLevel, fmt.Errorf("%w: %d m= lines, %d before", ErrMismatch, n, len(before.Media))}
}

// wanted tells for each medium whether it is offered keys.
func (o *Offer) wanted() ([]bool, error) {
	wanted := make([]bool, len(o.sections))
	for i := range o.sections {
		s := &o.sections[i]
		switch {
		case s.rejected || s.transport == otherTransport:
		case s.transport == secureRTP || o.party.Opportunistic:
			wanted[i] = true
		case !o.party.InsecurePlainRTP || o.before.before(i).Keying.secure():
			return nil, &NegotiationError{Level(i), fmt.Errorf("%w: the profile is %s", ErrPlainRTP, printable(s.profile))}
		}
	}
	return wanted, nil
}

// groups returns the media that are offered keys together. A message at session
// level is for the media with a secure profile (RFC 4567, Section 5.2), so those
// of opportunistic SRTP have one each.
func (p *Party) groups(sections []section, wanted []bool) []group {
	var groups []group
	session := group{level: SessionLevel}
	for i := range sections {
		switch {
		case sections[i].transport == secureRTP && !p.MediaLevel:
			// With port 0 too: see Levels.Covered.
			session.media = append(session.media, i)
		case wanted[i]:
			groups = append(groups, group{Level(i), []int{i}})
		}
	}
	if session.live(wanted) {
		groups = append(groups, session)
	}
	return groups
}

func (o *Offer) offerGroup(g *group, wanted []bool, rekey bool) error {
	p := o.party
	useMIKEY, useSDES := p.Initiator != nil, p.SDES != nil
	// New keys come from the same protocol as the old ones (RFC 4567, Section
	// 4.1.2).
	had := func(k Keying) bool {
		return slices.ContainsFunc(g.media, func(i int) bool { return wanted[i] && o.before.before(i).Keying == k })
	}
	switch {
	case had(KeyingMIKEY):
		if useSDES = false; !useMIKEY {
			return &NegotiationError{g.level, fmt.Errorf("%w: the media have MIKEY, and the party no Initiator", ErrNoKeying)}
		}
	case useSDES && had(KeyingSDES):
		useMIKEY = false
	}
	if useMIKEY {
		if err := o.startMIKEY(g, rekey); err != nil {
			return &NegotiationError{g.level, err}
		}
	}
	for _, i := range g.media {
		if !wanted[i] {
			continue
		}
		s := &o.sections[i]
		switch before := o.before.before(i); {
		case useSDES && p.canSDES(s):
			// Media that follow another one in a bundle have no crypto attributes
			// of their own once they do (RFC 8859; RFC 8843, Section 7.3).
			if s.tag != i && (s.port == 0 || before.Keying == KeyingSDES && before.Bundle == s.tag) {
				continue
			}
			if err := o.offerSDES(i, before, rekey); err != nil {
				return &NegotiationError{Level(i), err}
			}
		case useMIKEY:
		case s.transport == plainRTP && p.InsecurePlainRTP && !before.Keying.secure():
			// Opportunistic, but there is nothing to offer.
		default:
			return &NegotiationError{Level(i), fmt.Errorf("%w: the party has none for %s", ErrNoKeying, printable(s.profile))}
		}
	}
	return nil
}

func (o *Offer) offerSDES(i int, before *Medium, rekey bool) (err error) {
	s := &o.sections[i]
	config := o.party.sdesConfig(s)
	medium := s.medium(before.past.address)
	medium.Crypto = nil
	var offer *sdes.Offer
	switch {
	case before.SDES == nil || before.Bundle != i: // none of its own
		offer, err = sdes.MakeOffer(medium, config)
	case rekey:
		offer, err = before.SDES.Rekey(medium, config)
	default:
		offer, err = before.SDES.Reoffer(medium, config)
	}
	if err != nil {
		return err
	}
	o.crypto[i] = offer
	attachCrypto(o.desc, i, offer.Medium().Crypto)
	return nil
}

// startMIKEY puts a MIKEY message for a group into the description: an update of
// the CSB that the group has, or else a first message.
func (o *Offer) startMIKEY(g *group, rekey bool) error {
	offer := o.party.Template
	if len(offer.CryptoSessions) > 0 || offer.Group != nil || offer.JoinGroup || offer.Timestamp != nil {
		return &mikey.Error{Stage: mikey.Usage, Err: errors.New("the template has crypto sessions, a group or a timestamp")}
	}
	offer.Verification = true
	// The own level, and every identifier once: a list that both readings of
	// RFC 4567, Section 4.1.4, allow.
	offer.Extensions = append(slices.Clone(offer.Extensions), mikey.SDPIDs(MIKEY))

	x := exchange{group: *g, perMedium: 2}
	if o.party.OneCryptoSession {
		x.perMedium = 1
	}
	message, started, err := o.update(&x, offer, rekey)
	if err != nil {
		return err
	}
	if started == nil {
		var first uint8
		if len(offer.Policies) > 0 {
			first = offer.Policies[0].Number
		}
		offer.CryptoSessions = o.cryptoSessions(&x, nil, first)
		if message, started, err = o.party.Initiator.Start(offer); err != nil {
			return err
		}
	}
	o.pending = append(o.pending, pending{x, started})
	return attach(o.desc, g.level, message)
}

// update makes an update of the CSB before. It returns nothing where there is
// none that can be updated: the answerer initiated it, it was closed, or its mode
// has no updates.
func (o *Offer) update(x *exchange, offer mikey.Offer, rekey bool) ([]byte, *mikey.Pending, error) {
	last := o.before.exchangeFor(&x.group)
	if last == nil || !last.session.Initiator() {
		return nil, nil, nil
	}
	sessions := last.session.CryptoSessions()
	x.perMedium = last.perMedium
	offer.CryptoSessions = o.cryptoSessions(x, sessions, sessions[0].Policy)
	offer.Policies = nil // those of before
	for _, i := range x.media {
		// A medium that is back starts from ROC 0, which its keys have behind
		// them.
		rekey = rekey || !o.sections[i].rejected && o.before.before(i).past.keyed != nil && !o.before.before(i).Keying.secure()
	}
	if !rekey {
		offer.Keys = nil
	} else if len(offer.Keys) == 0 {
		offer.Keys = []mikey.KeyData{{KeyType: mikey.TGK}}
	}
	message, started, err := o.party.Initiator.Update(last.session, offer)
	if e, ok := errors.AsType[*mikey.Error](err); ok && e.Stage == mikey.State {
		return nil, nil, nil
	}
	return message, started, err
}

// cryptoSessions returns the entries of a MIKEY message: those of before, and one
// or two for each medium that is new.
func (o *Offer) cryptoSessions(x *exchange, before []mikey.CryptoSession, policy uint8) []mikey.CryptoSession {
	sessions := before
	for len(sessions) < x.perMedium*len(x.media) {
		sessions = append(sessions, mikey.CryptoSession{Policy: policy})
	}
	for _, i := range x.media {
		stream := streamOf(o.streams, i)
		own, peer := x.cryptoSessions(i)
		tell(&sessions[own-1], stream.SSRC, stream.ROC)
		if own != peer {
			tell(&sessions[peer-1], stream.PeerSSRC, stream.PeerROC)
		}
	}
	return sessions
}

// tell sets what is known of a stream.
func tell(cs *mikey.CryptoSession, ssrc, roc uint32) {
	if ssrc != 0 {
		cs.SSRC, cs.ROC = ssrc, roc
	}
}
