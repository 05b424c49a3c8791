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

// A Pending is an exchange that the initiator has started. It is safe for
// concurrent use.
type Pending struct {
	mode  Mode
	x     *Exchange
	draft *draft

	mu   sync.Mutex
	done bool
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
		KnownPeer: s.peerCertificate(),
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

// drawKeys returns copies of keys, with those that the caller left to chance.
func (d *draft) drawKeys(x *Exchange, keys []KeyData) ([]KeyData, error) {
	if len(keys) == 0 {
		if x.Update {
			return nil, nil
		}
		keys = []KeyData{{KeyType: TGK}}
	}
	// A TGK is as strong as the strongest key that comes from it.
	keyLen, saltLen := 16, 14
	for cs := range d.srtp {
		keyLen = max(keyLen, int(d.srtp[cs].EncrKeyLen))
		saltLen = int(d.srtp[cs].SaltLen)
	}
	drawn := make([]KeyData, len(keys))
	for i := range keys {
		k := keys[i].clone()
		n := keyLen
		if k.KeyType == TEK {
			n += saltLen
		}
		if keys[i].Key == nil {
			k.Key = make([]byte, n)
			if _, err := io.ReadFull(x.Config.Rand, k.Key); err != nil {
				return nil, refuse(Usage, "no random octets: %w", err)
			}
		}
		if salt, _ := k.KeyType.hasSalt(); salt && keys[i].Salt == nil {
			k.Salt = make([]byte, saltLen)
			if _, err := io.ReadFull(x.Config.Rand, k.Salt); err != nil {
				return nil, refuse(Usage, "no random octets: %w", err)
			}
		}
		drawn[i] = k
	}
	return drawn, nil
}

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

// AwaitsAnswer reports whether the exchange has an answer. If not, Finish(nil)
// ends it.
func (p *Pending) AwaitsAnswer() bool {
	return p.x.Request.Header.V || alwaysAnswered(p.mode)
}

// CSBID returns the number of the crypto session bundle.
func (p *Pending) CSBID() uint32 { return p.x.CSBID }

// Group returns what further members of a group have in common with the
// exchange; see Offer.Group.
func (p *Pending) Group() *Group {
	return &Group{CSBID: p.x.CSBID, RAND: bytes.Clone(p.x.RAND)}
}

// Finish ends the exchange with the answer of the responder, or with nil where
// none is awaited. An error leaves everything as it is: the right answer still
// works afterwards. After a session was returned, Finish fails with State.
//
// If the answer is an error message, the error wraps a *PeerError. One that is
// not authenticated is a hint at best.
func (p *Pending) Finish(answer []byte) (*Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return nil, refuse(State, "the exchange is over")
	}
	x := *p.x // so that a wrong answer leaves no trace
	d := p.draft
	switch awaited := p.AwaitsAnswer(); {
	case awaited && answer == nil:
		return nil, refuse(State, "the exchange awaits an answer")
	case !awaited && answer != nil:
		return nil, refuse(State, "the exchange has no answer: finish it with nil")
	case awaited:
		var err error
		if d, err = p.open(&x, answer); err != nil {
			return nil, err
		}
	}

	b := &bundle{
		key:  bundleKey{initiator: true, csbID: x.KeyCSBID},
		peer: x.IDr, prf: x.PRF, rand: bytes.Clone(x.RAND),
	}
	if d.before != nil {
		b = d.before.bundle
	}
	s, err := d.finish(&x, b)
	if err != nil {
		return nil, err
	}
	if d.before == nil {
		err = x.Config.Bundles.add(s, x.Timestamp, false)
	} else {
		err = x.Config.Bundles.update(s, d.before, x.Timestamp)
	}
	if err != nil {
		return nil, err
	}
	p.done = true
	wipeKeys(x.Keys) // the session has copies
	clear(x.EnvelopeKey)
	p.x.State = nil
	return s, nil
}

// open checks an answer and returns the draft as the responder completed it.
func (p *Pending) open(x *Exchange, answer []byte) (*draft, error) {
	if len(answer) > x.Config.MaxMessageSize {
		return nil, refuse(Malformed, "the answer has %d octets, more than %d", len(answer), x.Config.MaxMessageSize)
	}
	decoder := new(Decoder)
	if mode, ok := p.mode.(agreementMode); ok {
		decoder.Groups = mode.KeyAgreements()
	}
	m, err := decoder.Parse(answer)
	if err != nil {
		return nil, asError(err)
	}
	h := &m.Header
	if h.DataType == ErrorMessage {
		return nil, p.openError(x, m)
	}
	if _, response := p.mode.DataTypes(); h.DataType != response {
		return nil, refuse(State, "a message of type %v does not answer one of type %v", h.DataType, x.Request.Header.DataType)
	}
	if h.CSBID != x.CSBID {
		return nil, refuse(State, "the message is for CSB %08x, not %08x", h.CSBID, x.CSBID)
	}
	if h.PRF != x.PRF {
		return nil, refuse(State, "the answer uses %v, not %v", h.PRF, x.PRF)
	}
	if h.V {
		// V has a meaning in messages of the initiator only.
		return nil, refuse(Malformed, "the answer asks for an answer")
	}
	ts, ok := PayloadOf[*Timestamp](m)
	if !ok {
		return nil, refuse(Malformed, "the answer has no timestamp")
	}
	if *ts != x.Timestamp && !x.Config.Libmikey.AcceptT {
		return nil, refuse(State, "the timestamp is not that of the request")
	}
	if h.MapType != MapSRTPID {
		return nil, refuse(Malformed, "the CS ID map of the answer is %v, not %v", h.MapType, MapSRTPID)
	}
	if id := responderID(m); id != nil {
		if !x.IDr.IsZero() && *id != x.IDr {
			return nil, refuseWith(Policy, ErrorAuthFailure, "the answer is from %v, not from %v", *id, x.IDr)
		}
		x.IDr = *id
	}
	x.Response = m
	d := *p.draft
	if h.DataType != RSARResp {
		if d.sessions, err = completedSessions(d.sessions, h.CryptoSessions); err != nil {
			return nil, err
		}
	}
	if err := p.mode.OpenResponse(x); err != nil {
		return nil, asError(err)
	}
	if h.DataType == RSARResp {
		return p.negotiated(x, m)
	}
	return &d, nil
}

// responderID returns the IDr of an answer, nil if it has none. The last ID of a
// Diffie-Hellman answer is IDi (RFC 3830, Section 3.3).
func responderID(m *Message) *ID {
	ids := idsOf(m)
	switch m.Header.DataType {
	case DHResp, DHHMACResp:
		if len(ids) < 2 {
			return nil
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return ids[0]
}

// negotiated returns what the responder of RSA-R decided (RFC 4738, Sections 3.6
// and 3.7): all of it in a group, and otherwise within the offer.
func (p *Pending) negotiated(x *Exchange, m *Message) (*draft, error) {
	policies := policiesOf(m)
	if !x.Offer.JoinGroup {
		asked := p.draft.sessions
		answered := m.Header.CryptoSessions
		if len(answered) < len(asked) {
			return nil, refuse(Malformed, "the answer has %d crypto sessions, not %d", len(answered), len(asked))
		}
		for i := range asked {
			asked := asked[i]
			asked.Policy = answered[i].Policy // the one that was chosen
			if _, err := completedSessions([]CryptoSession{asked}, answered[i:i+1]); err != nil {
				return nil, refuse(Malformed, "the answer changes crypto session %d", i+1)
			}
		}
		if len(policies) == 0 {
			return nil, refuse(Malformed, "the answer has no policy although the request had")
		}
	}
	d, err := newDraft(x.Config, nil, false, m.Header.CryptoSessions, policies)
	if err != nil {
		return nil, asError(err)
	}
	if x.Offer.JoinGroup {
		return d, nil
	}
	for i := range policies {
		offered := false
		got, err := policies[i].SRTP()
		for j := range p.draft.policies {
			if want, e := p.draft.policies[j].SRTP(); err == nil && e == nil && want == got {
				offered = true
			}
		}
		if !offered {
			return nil, refuse(Policy, "the answer has a policy that was not offered")
		}
	}
	return d, nil
}

// completedSessions returns the crypto sessions of an answer, in which the
// responder may have filled in SSRCs that were 0 (RFC 3830, Section 6.1.1).
func completedSessions(asked, answered []CryptoSession) ([]CryptoSession, error) {
	if len(answered) != len(asked) {
		return nil, refuse(Malformed, "the answer has %d crypto sessions, not %d", len(answered), len(asked))
	}
	completed := make([]CryptoSession, len(asked))
	for i, cs := range answered {
		want := asked[i]
		if want.SSRC == 0 {
			want.SSRC, want.ROC = cs.SSRC, cs.ROC
		}
		if cs != want {
			return nil, refuse(Malformed, "the answer changes crypto session %d", i+1)
		}
		completed[i] = want
	}
	return completed, nil
}

// openError returns what an error message says, as an error.
func (p *Pending) openError(x *Exchange, m *Message) error {
	ts, ok := PayloadOf[*Timestamp](m)
	if !ok {
		return refuse(Malformed, "the error message has no timestamp")
	}
	if m.Header.CSBID != x.CSBID || *ts != x.Timestamp {
		return refuse(State, "the error message is not about this exchange")
	}
	peer := new(PeerError)
	for _, payload := range m.Payloads {
		switch payload := payload.(type) {
		case *ErrorPayload:
			peer.Codes = append(peer.Codes, payload.Code)
		case *SecurityPolicy:
			peer.Policies = append(peer.Policies, *payload)
		}
	}
	if len(peer.Codes) == 0 {
		return refuse(Malformed, "the error message names no error")
	}
	if err := p.mode.OpenError(x, m); err == nil {
		peer.Authenticated = true
	} else if !errorUnprotected(m) {
		return asError(err)
	}
	return refuse(State, "%w", peer)
}

// errorUnprotected reports whether an error message claims no authentication.
func errorUnprotected(m *Message) bool {
	for _, p := range m.Payloads {
		switch p.(type) {
		case *Verification, *Sign, *KEMAC, *Unknown:
			return false
		}
	}
	return true
}

// asError makes an error of the codec or of a mode an *Error.
func asError(err error) *Error {
	switch err := err.(type) {
	case *Error:
		return err
	case *ParseError:
		switch err.Err {
		case ErrVersion:
			return &Error{Stage: Unsupported, Err: err}
		}
		if _, ok := err.Err.(unknownLayout); ok {
			return &Error{Stage: Unsupported, Err: &codedError{ErrorUnspecified, err}}
		}
		return &Error{Stage: Malformed, Err: &codedError{ErrorUnspecified, err}}
	}
	return &Error{Stage: Usage, Err: err}
}
