package mikey

import (
	"crypto/rand"
	"io"
	"time"
)

// DefaultMaxSkew is how far clocks may differ where Config does not say.
const DefaultMaxSkew = 5 * time.Minute

// A Config is what an Initiator or a Responder needs beyond its mode. The zero
// value, and nil, are a good default. One Config may serve several; it must not
// be changed then.
type Config struct {
	// ID is the own identity. It is sent, and a request for somebody else is
	// refused.
	ID ID

	// Peer is the only acceptable peer. Zero: whoever has the key.
	Peer ID

	// Suites are the suites that a responder accepts; its error message lists
	// them for the initiator. Nil: every policy that SRTP allows.
	Suites []Suite

	// Rand gives CSB IDs, RANDs and keys. Nil: crypto/rand.Reader.
	Rand io.Reader

	// Now is the clock. Nil: time.Now.
	Now func() time.Time

	// MaxSkew is how far the timestamp of a request may be from the clock.
	// Zero: DefaultMaxSkew.
	MaxSkew time.Duration

	// InsecureIgnoreSkew turns that check off, for peers whose timestamps are
	// not the time. Old messages are then told from new ones by the replay
	// cache alone.
	InsecureIgnoreSkew bool

	// AllowCounter accepts timestamps of type COUNTER, which say nothing about
	// the time: whether a message is new is then for the replay cache to know,
	// which has to survive restarts.
	AllowCounter bool

	// Replay remembers requests. Nil: a MemoryReplayCache of its own. All
	// responders that share a key must share the cache.
	Replay ReplayCache

	// Bundles are the CSBs that exist. Nil: an empty table of its own. The
	// initiator and the responder of one party should share a table: then they
	// notice messages of this party that somebody sends back.
	Bundles *Bundles

	// RestartCSB lets a first message replace a CSB of the same peer and CSB
	// ID once it is authenticated, for peers that lose their state. Otherwise
	// such a message is refused.
	RestartCSB bool

	// InsecureZeroSalt accepts a TEK without a master salt and uses a salt of
	// zeros.
	InsecureZeroSalt bool

	// Libmikey are habits of the library libmikey, for its peers.
	Libmikey Libmikey

	// MaxMessageSize bounds a request in octets. Zero: 65536. Where anybody
	// can send one, 8192 is enough.
	MaxMessageSize int
}

// withDefaults returns a copy with every default filled in.
func (c *Config) withDefaults() *Config {
	var filled Config
	if c != nil {
		filled = *c
	}
	if filled.Rand == nil {
		filled.Rand = rand.Reader
	}
	if filled.Now == nil {
		filled.Now = time.Now
	}
	if filled.MaxSkew == 0 {
		filled.MaxSkew = DefaultMaxSkew
	}
	if filled.Replay == nil {
		filled.Replay = new(MemoryReplayCache)
	}
	if filled.Bundles == nil {
		filled.Bundles = &Bundles{private: true}
	}
	if filled.MaxMessageSize == 0 {
		filled.MaxMessageSize = MaxMessageSize
	}
	return &filled
}

// accepts reports whether the suite list allows a policy.
func (c *Config) accepts(p SRTPPolicy) bool {
	if c.Suites == nil {
		return true
	}
	for _, s := range c.Suites {
		if s != NoSuite && p == s.SRTP() {
			return true
		}
	}
	return false
}
