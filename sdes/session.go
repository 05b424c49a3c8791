package sdes

import (
	"fmt"
	"log/slog"

	"github.com/gomikey/gomikey/mikey"
)

// A Session is what the parties agreed on for one medium. It never changes: a
// new offer makes a new session, and one that fails leaves this one in force
// (RFC 4568, Section 7.1.4).
type Session struct {
	Tag   uint32
	Suite mikey.Suite

	// Send is how the party that has the session protects its SRTP and SRTCP
	// packets, Receive how the peer does. A stream of one direction needs both,
	// for SRTCP goes both ways. Nothing is ever sent with a key of Receive.
	Send, Receive Direction

	// Forked says that another answer to the same offer was applied before.
	// Every answerer knows the keys of the offer, so do not send, but make a
	// new offer to this answerer, with Rekey and an address of its own (RFC
	// 4568, Section 7.3).
	Forked bool

	local, remote             Attribute
	localMedium, remoteMedium Medium // without attributes
}

// A Context says what becomes of the SRTP contexts of a direction.
type Context uint8

const (
	// Start: there is none, or an address changed. A context with ROC 0.
	Start Context = iota
	// Keep: nothing changed. Go on with the context that there is: another one
	// with the same keys would repeat the key stream.
	Keep
	// Rekey: other keys at the same addresses. While both kinds of packets can
	// come, receive with the old and the new ones (RFC 4568, Section 7.1.4).
	// The ROC of an SSRC does not change with its keys (RFC 3711, Section
	// 3.3.1).
	Rekey
)

func (c Context) String() string {
	switch c {
	case Start:
		return "start"
	case Keep:
		return "keep"
	case Rekey:
		return "rekey"
	}
	return fmt.Sprintf("Context(%d)", uint8(c))
}

// A Direction is how SRTP and SRTCP packets are protected one way. Policy and
// Keys are what an srtpbridge.Stream is made of. The other fields are what a
// context does not do by itself.
type Direction struct {
	Context Context
	Policy  mikey.SRTPPolicy
	Keys    []mikey.MasterKey // with the MKI as KVSPI; the first one is for sending

	// Limits are those of each key. Stop using a key before it reaches one of
	// them, in both directions (RFC 4568, Section 6.1), and before 2^31 packets
	// if several SSRCs share it (Section 6.4.2).
	Limits []Limit

	// KDR is the exponent of the key derivation rate. It is 0, a single
	// derivation, unless the configuration accepts or declares another one.
	KDR uint8

	// FECOrder is NoFECOrder or FECThenSRTP, which mean the same, unless the
	// configuration accepts or declares SRTPThenFEC.
	FECOrder FECOrder

	// FECKeys protect the FEC stream with an address of its own, if there is
	// one, in contexts of its own.
	FECContext Context
	FECKeys    []mikey.MasterKey
	FECLimits  []Limit

	// WindowHint is the size of the replay window that the sender suggests to
	// the receiver, 0 if it does not.
	WindowHint uint64
}

// A Limit is the number of packets that a master key has to stay below.
type Limit struct{ SRTP, SRTCP uint64 }

// policy returns the SRTP parameters of an attribute that passed Check. It
// refuses negotiated parameters that the cipher has no choice about.
func (a *Attribute) policy() (mikey.SRTPPolicy, error) {
	p := a.Suite.SRTP()
	never := func(param paramID) error {
		return fmt.Errorf("%w: %v does not go with %v", ErrInvalid, paramNames[param], a.Suite)
	}
	switch p.EncrAlg {
	case mikey.SRTPEncrAESGCM, mikey.SRTPEncrSEEDCCM, mikey.SRTPEncrSEEDGCM:
		// RFC 7714, Sections 8.2 and 9, and RFC 5669, Section 2.2, leave encryption of
		// SRTCP open, and nothing else.
		if a.Params.UnencryptedSRTP {
			return p, never(paramUnencryptedSRTP)
		}
		if a.Params.UnauthenticatedSRTP {
			return p, never(paramUnauthenticatedSRTP)
		}
	case mikey.SRTPEncrSEEDCTR: // RFC 5669, Section 2.1
		if a.Params.UnauthenticatedSRTP {
			return p, never(paramUnauthenticatedSRTP)
		}
	}
	p.EncryptSRTP = !a.Params.UnencryptedSRTP
	p.EncryptSRTCP = !a.Params.UnencryptedSRTCP
	if a.Params.UnauthenticatedSRTP {
		p.Authenticate, p.SRTPAuthAlg, p.SRTPTagLen = false, mikey.SRTPAuthNULL, 0
	}
	return p, nil
}

// direction returns what an attribute says about the packets of its sender.
func (a *Attribute) direction(c contexts) (Direction, error) {
	policy, err := a.policy()
	if err != nil {
		return Direction{}, err
	}
	d := Direction{
		Context:    c.media,
		Policy:     policy,
		KDR:        a.Params.KDR,
		FECOrder:   a.Params.FECOrder,
		WindowHint: a.Params.WSH,
	}
	info := infoOf(a.Suite)
	d.Keys, d.Limits = masterKeys(a.Keys, info)
	d.FECKeys, d.FECLimits = masterKeys(a.Params.FECKeys, info)
	if len(d.FECKeys) > 0 {
		d.FECContext = c.fec
	}
	return d, nil
}

func masterKeys(keys []Key, suite *suiteInfo) (master []mikey.MasterKey, limits []Limit) {
	for i := range keys {
		master = append(master, keys[i].masterKey())
		packets := keys[i].Lifetime.Packets
		if packets == 0 {
			packets = suite.lifetime
		}
		limits = append(limits, Limit{packets, min(packets, maxSRTCPPackets)})
	}
	return master, limits
}

// newSession puts the attributes of both parties together.
func newSession(local, remote *Attribute, localMedium, remoteMedium *Medium, previous *Session) (*Session, error) {
	s := &Session{
		Tag:          local.Tag,
		Suite:        local.Suite,
		local:        local.clone(),
		remote:       remote.clone(),
		localMedium:  *localMedium,
		remoteMedium: *remoteMedium,
	}
	s.localMedium.Crypto, s.remoteMedium.Crypto = nil, nil
	var send, receive contexts
	var err error
	if previous != nil {
		if send, err = change(&previous.local, local, &previous.localMedium, localMedium); err != nil {
			return nil, err
		}
		if receive, err = previous.remoteChange(remote, remoteMedium); err != nil {
			return nil, err
		}
		if sharesKey(remote, &previous.local) || sharesKey(local, &previous.remote) {
			return nil, fmt.Errorf("%w: a key of one party is one of the other", ErrInvalid)
		}
	}
	if s.Send, err = local.direction(send); err != nil {
		return nil, err
	}
	if s.Receive, err = remote.direction(receive); err != nil {
		return nil, err
	}
	return s, nil
}

// contexts are those of the medium and of its FEC stream.
type contexts struct{ media, fec Context }

func (s *Session) remoteChange(a *Attribute, remote *Medium) (contexts, error) {
	return change(&s.remote, a, &s.remoteMedium, remote)
}

// change tells what becomes of the contexts when a party replaces its attribute
// before by after.
func change(before, after *Attribute, from, to *Medium) (c contexts, err error) {
	sameSRTP := before.Suite == after.Suite &&
		before.Params.sameNegotiated(&after.Params) &&
		before.Params.KDR == after.Params.KDR
	if c.media, err = changeKeys(before.Keys, after.Keys, from.Address != to.Address, sameSRTP); err != nil {
		return c, err
	}
	c.fec, err = changeKeys(before.Params.FECKeys, after.Params.FECKeys, from.FECAddress != to.FECAddress, sameSRTP)
	if err == nil && (overlap(before.Keys, after.Params.FECKeys) || overlap(before.Params.FECKeys, after.Keys)) {
		err = fmt.Errorf("%w: medium and FEC exchange a key", ErrInvalid)
	}
	return c, err
}

func changeKeys(before, after []Key, moved, sameSRTP bool) (Context, error) {
	old := overlap(before, after)
	switch {
	case moved && old:
		// The context starts with ROC 0, which an old key has behind it.
		return Start, fmt.Errorf("%w: the address changed, and a key did not (RFC 4568, Section 7.1.4)", ErrInvalid)
	case moved:
		return Start, nil
	case sameSRTP && sameKeys(before, after):
		return Keep, nil
	case old && !sameSRTP:
		// The key stream would repeat with another suite, and the derivation
		// rate holds for the life of a key (RFC 3711, Section 4.3.1).
		return Start, fmt.Errorf("%w: suite or session parameters changed, and a key did not", ErrInvalid)
	}
	return Rekey, nil
}

// keepsKeys reports whether own keys can stay when the peer offers theirs.
func (s *Session) keepsKeys(theirs *Attribute, local *Medium) bool {
	return theirs.Suite == s.local.Suite &&
		theirs.Params.sameNegotiated(&s.local.Params) &&
		!local.moved(&s.localMedium)
}

// Reoffer returns a new offer for the medium that changes nothing about its
// security: the attribute in force again. A party that receives elsewhere than
// before has to change its keys, so Reoffer is [Session.Rekey] then.
func (s *Session) Reoffer(local Medium, config *Config) (*Offer, error) {
	if local.moved(&s.localMedium) {
		return s.Rekey(local, config)
	}
	c, err := offerConfig(&local, config)
	if err != nil {
		return nil, err
	}
	return newOffer(local, c, []Attribute{s.local.clone()}, s)
}

// Rekey returns a new offer for the medium with fresh keys, and all suites of
// the configuration.
func (s *Session) Rekey(local Medium, config *Config) (*Offer, error) {
	return makeOffer(local, config, s)
}

// Answer answers a new offer for the medium, as [Answer] does the first one. Own
// keys stay unless local is elsewhere than before, or suite or negotiated
// parameters change. The peer must not have moved without new keys.
func (s *Session) Answer(remote, local Medium, config *Config) (Medium, *Session, error) {
	return makeAnswer(remote, local, config, s)
}

// String leaves the keys out.
func (s Session) String() string {
	return fmt.Sprintf("Session{%d %v, send: %v, receive: %v}", s.Tag, s.Suite, s.Send, s.Receive)
}

// GoString is String.
func (s Session) GoString() string { return s.String() }

// LogValue is String.
func (s Session) LogValue() slog.Value { return slog.StringValue(s.String()) }

// String leaves the keys out.
func (d Direction) String() string {
	text := fmt.Sprintf("%v, %d keys", d.Context, len(d.Keys))
	if d.KDR != 0 {
		text += fmt.Sprintf(", KDR=%d", d.KDR)
	}
	if d.FECOrder != NoFECOrder {
		text += fmt.Sprintf(", FEC_ORDER=%v", d.FECOrder)
	}
	if len(d.FECKeys) > 0 {
		text += fmt.Sprintf(", %d FEC keys", len(d.FECKeys))
	}
	return text
}

// GoString is String.
func (d Direction) GoString() string { return d.String() }

// LogValue is String.
func (d Direction) LogValue() slog.Value { return slog.StringValue(d.String()) }
