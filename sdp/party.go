package sdp

import (
	"fmt"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
)

// MaxMedia is the largest number of m= lines that a Party negotiates: as many as
// one MIKEY message has crypto sessions for (see [CryptoSessionIDs]).
const MaxMedia = 127

// A Party negotiates the keys of the media of SDP descriptions, with the
// offer/answer model of RFC 3264: [Party.Offer] and [Offer.Apply] on one side,
// [Party.Answer] on the other. It offers and accepts what its fields say. It is
// safe for concurrent use and must not be changed then.
type Party struct {
	// Initiator offers MIKEY, in any mode, and Responder answers it. Nil: not.
	// Let both have the same mikey.Config.Bundles.
	Initiator *mikey.Initiator
	Responder *mikey.Responder

	// SDES offers and answers crypto attributes (RFC 4568). Nil: not. They hold
	// keys: the description has to travel encrypted, also with Opportunistic
	// (RFC 8643, Section 4).
	SDES *sdes.Config

	// PreferSDES takes crypto attributes where an offer has both. Otherwise
	// MIKEY is taken, whose keys nobody on the way can read. An offer has both
	// where the party has both.
	PreferSDES bool

	// Template is what MIKEY offers beyond streams: policies, algorithms and so
	// on. CryptoSessions, Group, JoinGroup and Timestamp stay zero. The SDP IDs
	// are added, and an answer is always asked for: without one nobody knows
	// whether the answerer understood the offer.
	Template mikey.Offer

	// MediaLevel offers a MIKEY message for each medium. Otherwise there is one
	// message, and one CSB, for all media with a secure profile.
	MediaLevel bool

	// OneCryptoSession offers one crypto session for each medium, whose keys
	// both parties send with, for peers that do not know two. The two SSRCs of
	// a medium must then be different. Answers follow the offer.
	OneCryptoSession bool

	// Opportunistic offers keys for media under RTP/AVP and RTP/AVPF, and
	// accepts them there (RFC 8643). If the peer does not answer with keys, the
	// medium is plain RTP. It is not for peers that are known to support SRTP
	// or have to: give those media a secure profile (Section 4).
	Opportunistic bool

	// InsecurePlainRTP accepts media without security under RTP/AVP and
	// RTP/AVPF, in the own offer and in the peer's. Otherwise they are an error
	// in the own offer, and are rejected in the peer's. Media that had keys
	// before are never accepted without.
	InsecurePlainRTP bool

	// RequireIDs refuses a MIKEY message that authenticates no list of
	// protocols; see [CheckOptions].
	RequireIDs bool

	// Admit has the last word on the MIKEY messages of an offer, after they are
	// verified and before any is accepted: for instance, whether Received.Peer
	// is who the signalling says (RFC 4567, Section 8). Nil: all are welcome.
	Admit func(*mikey.Received) error
}

// A Stream is what a party knows about the RTP streams of one m= line. The zero
// value says nothing: crypto attributes leave it at that, and MIKEY can.
type Stream struct {
	// SSRC is what this party sends with, PeerSSRC what the peer sends with.
	SSRC, PeerSSRC uint32

	// ROC and PeerROC are the present rollover counters. They are 0 but in a
	// new offer for streams that go on.
	ROC, PeerROC uint32
}

// Keying says where the keys of a medium come from.
type Keying uint8

const (
	// KeyingNone is a medium that is rejected, or that is none of those this
	// package secures: not RTP, or with DTLS-SRTP.
	KeyingNone Keying = iota
	// KeyingPlainRTP is a medium without security.
	KeyingPlainRTP
	// KeyingMIKEY is SRTP with keys of MIKEY.
	KeyingMIKEY
	// KeyingSDES is SRTP with keys of crypto attributes.
	KeyingSDES
)

func (k Keying) String() string {
	switch k {
	case KeyingNone:
		return "none"
	case KeyingPlainRTP:
		return "plain RTP"
	case KeyingMIKEY:
		return "MIKEY"
	case KeyingSDES:
		return "SDES"
	}
	return fmt.Sprintf("Keying(%d)", uint8(k))
}

// secure reports whether there are keys.
func (k Keying) secure() bool { return k == KeyingMIKEY || k == KeyingSDES }

// sdesConfig returns the configuration for a medium. Keys under a profile without
// security are for opportunistic SRTP alone.
func (p *Party) sdesConfig(s *section) *sdes.Config {
	opportunistic := s.transport == plainRTP && p.Opportunistic
	if p.SDES.Opportunistic == opportunistic {
		return p.SDES
	}
	c := *p.SDES
	c.Opportunistic = opportunistic
	return &c
}

// canSDES reports whether crypto attributes can secure a medium (RFC 4568,
// Section 5: the RTP profiles over UDP).
func (p *Party) canSDES(s *section) bool {
	if p.SDES == nil {
		return false
	}
	switch s.profile {
	case "RTP/SAVP", "RTP/SAVPF":
		return true
	case "RTP/AVP", "RTP/AVPF":
		return p.Opportunistic
	}
	return false
}

// streamOf returns what is said about a medium.
func streamOf(streams []Stream, i int) Stream {
	if i < len(streams) {
		return streams[i]
	}
	return Stream{}
}
