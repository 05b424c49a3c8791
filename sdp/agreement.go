package sdp

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
	"slices"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
)

// An Agreement is what an offer and its answer agreed on. It never changes: a new
// offer makes a new Agreement, and one that fails leaves this one in force.
type Agreement struct {
	// Media has an entry for each m= line.
	Media []Medium

	party     *Party
	exchanges []exchange
}

// A Medium is what the parties agreed on for one m= line.
type Medium struct {
	Keying Keying

	// Err is why this party rejected the medium of the offer, nil if it did
	// not or the caller did.
	Err error

	// Level is where the MIKEY message of the medium stands, NoLevel without.
	Level Level

	// MIKEY or SDES is the session that the keys are from.
	MIKEY *mikey.Session
	SDES  *sdes.Session

	// Send is how this party protects its packets, Receive how the peer does:
	// srtpbridge.Stream(m.Send) makes SRTP contexts. What a context does not do
	// by itself, such as limits, is in SDES.Send and SDES.Receive; where the
	// sdes.Config accepts what pion/srtp cannot do, srtpbridge.FromSDES of those
	// says so.
	Send, Receive Direction

	// SendContext and ReceiveContext say what becomes of the SRTP contexts that
	// exist. With sdes.Keep go on with them: another one with the same keys
	// would repeat the key stream.
	SendContext, ReceiveContext sdes.Context

	// Bundle is the m= line whose crypto attributes the medium shares, or its
	// own index. The SSRCs of media that share keys must be different.
	Bundle int

	past past
}

// A past is what the next negotiation of a medium has to know.
type past struct {
	address, peerAddress string

	// keyed is the last agreement that had keys, while the medium is rejected
	// or has none.
	keyed *Medium
}

// pastOf returns the past of a medium after a negotiation.
func pastOf(before *Medium, own, peer *section) past {
	p := past{own.at(before.past.address), peer.at(before.past.peerAddress), before.past.keyed}
	if before.Keying.secure() {
		last := *before
		last.past = past{}
		p.keyed = &last
	}
	return p
}

// agree sets what was agreed on. The past stays.
func (m *Medium) agree(agreed Medium) {
	agreed.past = m.past
	*m = agreed
}

// A Direction is how the packets of one direction are protected. Its fields are
// those of srtpbridge.Stream, so one converts into the other.
type Direction struct {
	Policy mikey.SRTPPolicy
	Keys   []mikey.MasterKey // senders begin with the first; MKIs are of type KVSPI
	SSRC   uint32            // 0 if it is not known
	ROC    uint32            // of the next packet
}

// String leaves the keys out.
func (d Direction) String() string {
	return fmt.Sprintf("Direction{%v, %d keys, SSRC %08x, ROC %d}", d.Policy.Suite(), len(d.Keys), d.SSRC, d.ROC)
}

// GoString is String.
func (d Direction) GoString() string { return d.String() }

// LogValue is String.
func (d Direction) LogValue() slog.Value { return slog.StringValue(d.String()) }

// String leaves the keys out.
func (m Medium) String() string {
	if !m.Keying.secure() {
		return fmt.Sprintf("Medium{%v}", m.Keying)
	}
	return fmt.Sprintf("Medium{%v, send: %v %v, receive: %v %v}", m.Keying, m.SendContext, m.Send, m.ReceiveContext, m.Receive)
}

// GoString is String.
func (m Medium) GoString() string { return m.String() }

// LogValue is String.
func (m Medium) LogValue() slog.Value { return slog.StringValue(m.String()) }

// String leaves the keys out.
func (a Agreement) String() string { return fmt.Sprintf("Agreement{%v}", a.Media) }

// GoString is String.
func (a Agreement) GoString() string { return a.String() }

// Close closes the MIKEY sessions: their CSBs are over with the call (RFC 4567,
// Section 7.1). Close an agreement that a new one replaces too, once nothing is
// received with its keys: CSBs that the new one updated, and its keys, stay.
func (a *Agreement) Close() {
	for i := range a.exchanges {
		a.exchanges[i].session.Close()
	}
}

// before returns what an earlier agreement says of a medium, nothing if there is
// none.
func (a *Agreement) before(i int) *Medium {
	if a == nil || i >= len(a.Media) {
		return new(Medium)
	}
	return &a.Media[i]
}

// checkPeer checks that the media of g stay with the party that authenticated
// itself before. A call with another one is a new call.
func (a *Agreement) checkPeer(g *group, peer mikey.ID) error {
	for _, i := range g.media {
		if s := a.before(i).MIKEY; s != nil && !s.Peer().IsZero() && s.Peer() != peer {
			return fmt.Errorf("%w: the media were keyed with %v, now with %v", ErrMismatch, s.Peer(), peer)
		}
	}
	return nil
}

// An exchange is a MIKEY session and the media that it is for.
type exchange struct {
	group
	perMedium int // crypto sessions: 1 or 2
	session   *mikey.Session
}

// exchangeFor returns the exchange whose CSB can be updated for g: the media must
// be where they were, or crypto sessions would change places.
func (a *Agreement) exchangeFor(g *group) *exchange {
	if a == nil {
		return nil
	}
	for i := range a.exchanges {
		x := &a.exchanges[i]
		if x.level != g.level || len(x.media) > len(g.media) || !slices.Equal(x.media, g.media[:len(x.media)]) {
			continue
		}
		if n := len(x.session.CryptoSessions()); n != x.perMedium*len(x.media) && len(x.media) != len(g.media) {
			continue // the responder appended some of its own
		}
		return x
	}
	return nil
}

// cryptoSessions returns the CS IDs of the streams of a medium. The offerer, who
// is the initiator, sends the first one and the answerer the second (RFC 4567,
// Section 7.1, does not say which is which).
func (x *exchange) cryptoSessions(i int) (offerer, answerer uint8) {
	position := slices.Index(x.media, i)
	if x.perMedium == 1 {
		return uint8(position + 1), uint8(position + 1)
	}
	return uint8(2*position + 1), uint8(2*position + 2)
}

// medium returns what the exchange agreed on for a medium.
func (x *exchange) medium(i int, offerer bool, stream Stream, before *Medium) (Medium, error) {
	m := Medium{Keying: KeyingMIKEY, Level: x.level, MIKEY: x.session, Bundle: i}
	send, receive := x.cryptoSessions(i)
	if !offerer {
		send, receive = receive, send
	}
	var err error
	if m.Send, err = NewDirection(x.session, send); err != nil {
		return m, err
	}
	if m.Receive, err = NewDirection(x.session, receive); err != nil {
		return m, err
	}
	if x.perMedium == 1 {
		// The entry tells about the stream of the offerer.
		if offerer {
			m.Receive.SSRC, m.Receive.ROC = 0, 0
		} else {
			m.Send.SSRC, m.Send.ROC = 0, 0
		}
	}
	if m.Send.SSRC == 0 {
		m.Send.SSRC, m.Send.ROC = stream.SSRC, stream.ROC
	}
	if m.Receive.SSRC == 0 {
		m.Receive.SSRC, m.Receive.ROC = stream.PeerSSRC, stream.PeerROC
	}
	m.SendContext, m.ReceiveContext = sdes.Start, sdes.Start
	if before.Keying.secure() {
		m.SendContext, m.ReceiveContext = sdes.Rekey, sdes.Rekey
	} else if before.past.keyed != nil {
		before = before.past.keyed // its keys may be back
	}
	if before.Send.reused(&m.Send) || before.Receive.reused(&m.Receive) {
		return m, fmt.Errorf("%w: the policy changed, and a key did not", ErrMismatch)
	}
	if before.Send.same(&m.Send) {
		m.SendContext = sdes.Keep
	}
	if before.Receive.same(&m.Receive) {
		m.ReceiveContext = sdes.Keep
	}
	return m, nil
}

// same reports whether the keys of a direction are those of another one.
func (d *Direction) same(as *Direction) bool {
	return len(d.Keys) > 0 && d.Policy == as.Policy && sameKeys(d.Keys, as.Keys)
}

// reused reports whether keys of a direction come back under another policy, where
// they would repeat their key stream (RFC 3711, Section 9.1).
func (d *Direction) reused(as *Direction) bool {
	if d.Policy == as.Policy {
		return false
	}
	for _, old := range d.Keys {
		for _, now := range as.Keys {
			if subtle.ConstantTimeCompare(old.Key, now.Key) == 1 {
				return true
			}
		}
	}
	return false
}

func sameKeys(a, b []mikey.MasterKey) bool {
	if len(a) != len(b) {
		return false
	}
	same := 1
	for i := range a {
		same &= subtle.ConstantTimeCompare(a[i].Key, b[i].Key)
		same &= subtle.ConstantTimeCompare(a[i].Salt, b[i].Salt)
	}
	return same == 1
}

// sdesMedium returns what crypto attributes agreed on for a medium.
func sdesMedium(s *sdes.Session, i int, stream Stream) Medium {
	// New contexts start with ROC 0 (RFC 4568, Section 7.1.4).
	if s.Send.Context == sdes.Start {
		stream.ROC = 0
	}
	if s.Receive.Context == sdes.Start {
		stream.PeerROC = 0
	}
	return Medium{
		Keying: KeyingSDES, Level: NoLevel, SDES: s, Bundle: i,
		Send:        Direction{s.Send.Policy, s.Send.Keys, stream.SSRC, stream.ROC},
		Receive:     Direction{s.Receive.Policy, s.Receive.Keys, stream.PeerSSRC, stream.PeerROC},
		SendContext: s.Send.Context, ReceiveContext: s.Receive.Context,
	}
}

// checkKeys checks that no two media have a master key of crypto attributes in
// common (RFC 4568, Section 6.1): the peer would make us repeat a key stream.
func (a *Agreement) checkKeys() error {
	type key [32]byte // of any suite; shorter ones have zeros behind
	seen := make(map[key]struct{})
	for i := range a.Media {
		m := &a.Media[i]
		if m.Keying != KeyingSDES || m.Bundle != i {
			continue
		}
		for _, d := range [...]*Direction{&m.Send, &m.Receive} {
			for _, k := range d.Keys {
				var master key
				copy(master[:], k.Key)
				if _, twice := seen[master]; twice {
					return &NegotiationError{Level(i), fmt.Errorf("%w: a master key is that of another medium", sdes.ErrInvalid)}
				}
				seen[master] = struct{}{}
			}
		}
	}
	return nil
}
