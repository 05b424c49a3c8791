package sdp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Level says where in a description an attribute stands: [SessionLevel], or
// the index of an m= line, from 0.
type Level int

const (
	// SessionLevel is the part before the first m= line.
	SessionLevel Level = -1

	// NoLevel stands for "no place": no attribute applies, or the place is not
	// known.
	NoLevel Level = -2
)

// String returns "session level", "media 0" and so on, or "no level".
func (l Level) String() string {
	switch {
	case l == SessionLevel:
		return "session level"
	case l >= 0:
		return "media " + strconv.Itoa(int(l))
	}
	return "no level"
}

// Levels holds the key-mgmt attributes of one description, in the order in
// which they stand there.
type Levels struct {
	Session []KeyMgmt
	Media   []Media // one for each m= line
}

// Media is what one m= line says about key management.
type Media struct {
	// Profile is the transport field of the m= line, such as "RTP/SAVP".
	Profile string
	// Secure tells whether the profile is SRTP with keys from key-mgmt.
	Secure bool
	// KeyMgmt holds the attributes of this m= line, whatever its profile.
	KeyMgmt []KeyMgmt
}

// A Rule says how an m= line is keyed.
type Rule struct {
	// Secure tells whether the profile of the medium is SRTP with keys from
	// key-mgmt.
	Secure bool
	// Level is where the ruling attributes stand: the level of the medium
	// itself, SessionLevel, or NoLevel when no attribute applies.
	Level Level
	// KeyMgmt holds the ruling attributes, the most preferred first. It shares
	// memory with the Levels it comes from.
	KeyMgmt []KeyMgmt
}

// ForMedia returns the rule for the m= line with index i, from 0.
//
// A media level attribute overrides all session level attributes for its
// medium. A medium without secure profile has an empty rule: key-mgmt does not
// affect it, and it is plain RTP. A caller that wants opportunistic SRTP
// (RFC 8643), which puts keying attributes under RTP/AVP, reads l.Media[i]
// instead.
//
// A rule that is Secure but has no KeyMgmt means that the peer demands SRTP
// and sent no message for it. The caller must refuse the medium unless it has
// the key from elsewhere; it must not fall back to plain RTP.
//
// The error says that there is no such m= line.
func (l *Levels) ForMedia(i int) (Rule, error) {
	if i < 0 || i >= len(l.Media) {
		return Rule{Level: NoLevel}, fmt.Errorf("sdp: no media %d: the description has %d m= lines", i, len(l.Media))
	}
	medium := l.Media[i]
	switch {
	case !medium.Secure:
		// RFC 4567, Section 5.2: "even if the key management attribute were
		// specified at the session level, the video part would not be
		// affected by this".
		return Rule{Level: NoLevel}, nil
	case len(medium.KeyMgmt) > 0:
		// RFC 4567, Section 3.1: "if the media-level attribute is present, the
		// session level attribute MUST be ignored for this media".
		return Rule{Secure: true, Level: Level(i), KeyMgmt: medium.KeyMgmt}, nil
	case len(l.Session) > 0:
		return Rule{Secure: true, Level: SessionLevel, KeyMgmt: l.Session}, nil
	}
	return Rule{Secure: true, Level: NoLevel}, nil
}

// Select returns the first of the ruling attributes whose protocol is among
// the supported ones. The offerer lists its most preferred protocol first, and
// the answerer processes only the one it selects (RFC 4567, Section 4.1.2), so
// the order of supported does not matter. ok is false when nothing is in
// common: the answerer then says so, in SIP with 488 Not Acceptable Here.
func (r Rule) Select(supported ...string) (selected KeyMgmt, ok bool) {
	for _, km := range r.KeyMgmt {
		if slices.Contains(supported, km.Protocol) {
			return km, true
		}
	}
	return KeyMgmt{}, false
}

// Covered returns the indices of the m= lines that the attributes of a level
// rule, in the order of the description. For a session level message these are
// the secure media without attributes of their own; they are the streams the
// message sets up keys for. Ports are not looked at: an m= line that one side
// rejects with port 0 keeps its place, so that both sides count alike. Use the
// Levels of the offer on both sides.
func (l *Levels) Covered(level Level) []int {
	var covered []int
	for i := range l.Media {
		rule, err := l.ForMedia(i)
		if err == nil && rule.Level == level && level != NoLevel {
			covered = append(covered, i)
		}
	}
	return covered
}

// isSecure tells whether the transport field of an m= line, split or not,
// names an SRTP profile that is keyed by key-mgmt: RTP/SAVP (RFC 3711) and
// RTP/SAVPF (RFC 5124), also over another transport such as TCP/RTP/SAVP.
// Profiles with TLS or DTLS take their keys from the DTLS handshake (RFC 5764).
func isSecure(profile string) bool {
	protos := strings.Split(profile, "/")
	if slices.Contains(protos, "TLS") || slices.Contains(protos, "DTLS") {
		return false
	}
	n := len(protos)
	return n >= 2 && protos[n-2] == "RTP" && (protos[n-1] == "SAVP" || protos[n-1] == "SAVPF")
}
