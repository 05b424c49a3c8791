package mikey

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"sync"
)

// An Initiator starts exchanges in one mode. It is safe for concurrent use.
type Initiator struct {
	mode    Mode
	cfg     *Config
	derived bool // Config.ID comes from the certificate

	mu      sync.Mutex
	started bool
	last    Timestamp // of the clock type; every request has its own (RFC 3830, Section 5.2)
}

// NewInitiator returns an Initiator. A nil Config is a good default.
func NewInitiator(mode Mode, cfg *Config) (*Initiator, error) {
	if mode == nil {
		return nil, refuse(Usage, "an initiator needs a mode, such as PSK")
	}
	filled := cfg.withDefaults()
	derived := false
	if m, ok := mode.(identifiedMode); ok {
		own, peer := m.identities()
		if filled.ID.IsZero() {
			filled.ID, derived = own, true
		}
		if filled.Peer.IsZero() {
			filled.Peer = peer
		}
	}
	return &Initiator{mode: mode, cfg: filled, derived: derived}, nil
}

// Start makes the first message of an exchange.
func (i *Initiator) Start(offer Offer) (message []byte, p *Pending, err error) {
	x := &Exchange{Config: i.cfg, Offer: &offer, IDi: i.cfg.ID, IDr: i.cfg.Peer}
	if err := x.chooseFreshValues(); err != nil {
		return nil, nil, err
	}
	if offer.Timestamp != nil {
		x.Timestamp = *offer.Timestamp
	} else {
		x.Timestamp = i.timestamp()
	}
	x.KeyCSBID = x.CSBID
	if request, _ := i.mode.DataTypes(); request == RSARInit && offer.OmitIDs && i.derived {
		// An identity that nobody said is empty under SIGNr, at both parties.
		x.IDi = ID{}
	}
	switch {
	case offer.JoinGroup:
		// The responder says both (RFC 4738, Section 3.2).
		offer.Policies, x.RAND = nil, nil
	case len(offer.Policies) == 0:
		offer.Policies = []SecurityPolicy{AES_CM_128_HMAC_SHA1_80.Policy(0)}
	}
	return i.start(i.mode, x, nil)
}

// Update makes a message that updates the CSB of a session that this party
// initiated (RFC 3830, Section 4.5). What the offer leaves out stays as it is:
// without CryptoSessions or Policies those of before, and without Keys none are
// sent and the old ones stay in force. A KeyData without Key in Keys makes a
// new key. The offer has no Group.
//
// A stream that goes on needs its present ROC: give CryptoSessions then.
//
// The session stays what it is; the new one, with the same CSB ID, comes from
// Pending.Finish.
func (i *Initiator) Update(s *Session, offer Offer) (message []byte, p *Pending, err error) {
	if !s.Initiator() {
		return nil, nil, refuse(State, "CSB %08x is updated by the party that initiated it", s.CSBID())
	}
	if s.bundles != i.cfg.Bundles {
		return nil, nil, refuse(Usage, "the session belongs to another initiator: let both have the same Config.Bundles")
	}
	if offer.Group != nil {
		return nil, nil, refuse(Usage, "an update has the CSB ID and RAND of the session")
	}
	b := s.bundle
	x := &Exchange{
		Config: i.cfg, Offer: &offer, IDi: s.self, IDr: s.peer,
		CSBID: b.key.csbID, KeyCSBID: b.key.csbID, RAND: b.rand, Update: true,
		KnownPeer: s.peerChain,
	}
	ts := Timestamp{TSType: TSCounter}
	switch {
	case offer.Timestamp != nil:
		ts = *offer.Timestamp
	case i.cfg.Bundles.countsClock(b):
		ts = i.timestamp()
	}
	if x.Timestamp, err = i.cfg.Bundles.reserve(s, ts); err != nil {
		return nil, nil, err
	}
	if offer.Algorithms != nil && offer.Algorithms.PRF != b.prf {
		return nil, nil, refuse(Usage, "CSB %08x uses %v, which stays", b.key.csbID, b.prf)
	}
	if len(offer.CryptoSessions) == 0 {
		offer.CryptoSessions = s.sessions
	}
	mode := i.mode
	if envelope := i.cfg.Bundles.envelopeOf(b); envelope != nil {
		mode = envelopePSK(envelope)
	}
	if request, _ := mode.DataTypes(); request == RSARInit {
		return nil, nil, refuse(State, "RSA-R has no updates but those under a cached envelope key: let the responder answer with a Cache")
	}
	return i.start(mode, x, s)
}

// envelopePSK is the mode of updates under a cached envelope key, which must not
// be public-key messages (RFC 3830, Section 4.5).
func envelopePSK(envelope []byte) Mode {
	return &pskMode{lookup: func(_, _ ID) []byte { return envelope }}
}

// timestamp returns the time of the clock, or a little more where that was used
// already.
func (i *Initiator) timestamp() Timestamp {
	i.mu.Lock()
	defer i.mu.Unlock()
	ts := NTPTime(i.cfg.Now())
	if i.started && !laterThan(ts, i.last) {
		ts = i.last.next()
	}
	i.last, i.started = ts, true
	return ts
}

// chooseFreshValues sets the CSB ID and RAND of a first message.
func (x *Exchange) chooseFreshValues() error {
	key := bundleKey{initiator: true}
	if g := x.Offer.Group; g != nil {
		if len(g.RAND) < minRAND || len(g.RAND) > 0xff {
			return refuse(Usage, "the RAND of a group has %d octets, not 16 to 255", len(g.RAND))
		}
		x.CSBID, x.RAND = g.CSBID, bytes.Clone(g.RAND)
		key.csbID = x.CSBID
		if x.Config.Bundles.find(key, x.IDr) != nil {
			return refuse(Usage, "CSB ID %08x is in use with this peer", x.CSBID)
		}
		return nil
	}
	for {
		fresh := make([]byte, minRAND+4)
		if _, err := io.ReadFull(x.Config.Rand, fresh); err != nil {
			return refuse(Usage, "no random octets: %w", err)
		}
		x.RAND = fresh[:minRAND:minRAND]
		x.CSBID = binary.BigEndian.Uint32(fresh[minRAND:])
		// A CSB ID is used once between two parties (RFC 3830, Section 6.1).
		key.csbID = x.CSBID
		if x.Config.Bundles.find(key, x.IDr) == nil {
			return nil
		}
	}
}

func (i *Initiator) start(mode Mode, x *Exchange, before *Session) ([]byte, *Pending, error) {
	offer := x.Offer
	if err := offer.own(); err != nil {
		return nil, nil, err
	}
	if request, _ := mode.DataTypes(); offer.JoinGroup && request != RSARInit {
		return nil, nil, refuse(Usage, "only RSA-R lets an initiator join a group")
	}
	d := &draft{cfg: x.Config, sessions: offer.CryptoSessions}
	if !offer.JoinGroup {
		var err error
		if d, err = newDraft(x.Config, before, false, offer.CryptoSessions, offer.Policies); err != nil {
			return nil, nil, asUsage(err)
		}
	}
	if offer.Algorithms != nil {
		x.PRF = offer.Algorithms.PRF
	} else if before != nil {
		x.PRF = before.bundle.prf
	}
	request, _ := mode.DataTypes()
	if transportsKeys(request) {
		var err error
		if offer.Keys, err = d.drawKeys(x, offer.Keys); err != nil {
			return nil, nil, err
		}
	}
	x.Request = &Message{Header: Header{
		DataType:       request,
		V:              offer.Verification,
		PRF:            x.PRF,
		CSBID:          x.CSBID,
		CryptoSessions: offer.CryptoSessions,
	}}
	add := func(p Payload) { x.Request.Payloads = append(x.Request.Payloads, p) }
	x.Request.Payloads = make([]Payload, 0, 8)
	add(&x.Timestamp)
	if !x.Update && len(x.RAND) > 0 {
		add(&Rand{x.RAND})
	}
	if !offer.OmitIDs && !x.IDi.IsZero() {
		add(&x.IDi)
	}
	if !offer.OmitIDs && !x.IDr.IsZero() {
		add(&x.IDr)
	}
	for n := range offer.Policies {
		add(&offer.Policies[n])
	}
	for n := range offer.Extensions {
		add(&offer.Extensions[n])
	}
	message, err := mode.SealRequest(x)
	if err != nil {
		return nil, nil, asUsage(err)
	}
	if transportsKeys(request) {
		if _, err := d.checkKeys(x); err != nil {
			return nil, nil, asUsage(err)
		}
	}
	x.Config.Bundles.sent(message)
	return message, &Pending{mode: mode, x: x, draft: d}, nil
}

// own makes the offer independent of the caller's memory. It refuses what no
// message can hold.
func (o *Offer) own() error {
	for _, n := range []struct {
		what        string
		count, most int
	}{
		{"crypto sessions", len(o.CryptoSessions), 255},
		{"policies", len(o.Policies), maxPolicies},
		{"extensions", len(o.Extensions), maxExtensions},
		{"keys", len(o.Keys), maxKeyData},
	} {
		if n.count > n.most {
			return refuse(Usage, "%d %s are more than %d", n.count, n.what, n.most)
		}
	}
	o.CryptoSessions = slices.Clone(o.CryptoSessions)
	o.Policies = clonePolicies(o.Policies)
	o.Extensions = slices.Clone(o.Extensions)
	for i := range o.Extensions {
		o.Extensions[i].Data = bytes.Clone(o.Extensions[i].Data)
	}
	return nil
}

func clonePolicies(policies []SecurityPolicy) []SecurityPolicy {
	clones := slices.Clone(policies)
	for i := range clones {
		clones[i].Params = slices.Clone(clones[i].Params)
	}
	return clones
}

// transportsKeys reports whether requests of a type carry keys.
func transportsKeys(request DataType) bool { return request == PSKInit || request == PKInit }

// asUsage says of an error in what the caller asked for that it is one.
func asUsage(err error) error {
	e, ok := err.(*Error)
	if !ok {
		return refuse(Usage, "%w", err)
	}
	if e.Stage == Malformed {
		return &Error{Stage: Usage, Err: e.Err}
	}
	return err
}
