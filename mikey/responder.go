package mikey

import (
	"crypto/sha256"
	"errors"
	"slices"
)

// A Responder takes the requests of initiators. It is safe for concurrent use.
type Responder struct {
	cfg     *Config
	modes   map[DataType]Mode // by the type of the request
	decoder Decoder
}

// NewResponder returns a Responder for requests in the given modes. A nil Config
// is a good default.
func NewResponder(cfg *Config, modes ...Mode) (*Responder, error) {
	r := &Responder{cfg: cfg.withDefaults(), modes: make(map[DataType]Mode)}
	for _, m := range modes {
		request, _ := m.DataTypes()
		if r.modes[request] != nil {
			return nil, refuse(Usage, "two modes take messages of type %v", request)
		}
		r.modes[request] = m
		if a, ok := m.(agreementMode); ok {
			if err := r.addGroups(a.KeyAgreements()); err != nil {
				return nil, err
			}
		}
	}
	if len(r.modes) == 0 {
		return nil, refuse(Usage, "a responder needs a mode, such as PSK")
	}
	// A zero octet too much is tolerated where nothing is authenticated anyway.
	r.decoder.TrailingZero = true
	return r, nil
}

// addGroups tells the decoder about groups. It knows a group by its number alone.
func (r *Responder) addGroups(groups []KeyAgreement) error {
	for _, g := range groups {
		for _, other := range r.decoder.Groups {
			ai, ar := g.ValueLen()
			bi, br := other.ValueLen()
			if g.Group() == other.Group() && (ai != bi || ar != br) {
				return refuse(Usage, "%v and %v both have number %d", other, g, uint8(g.Group()))
			}
		}
		r.decoder.Groups = append(r.decoder.Groups, g)
	}
	return nil
}

// Receive checks a request: that it parses, is fresh, is not a replay, is for
// and from the right parties, is authentic, and asks for what can be done (RFC
// 3830, Section 5.3). An error is an *Error; where it has a Reply, send that to
// the initiator. A failed request leaves nothing behind.
func (r *Responder) Receive(message []byte) (*Received, error) {
	x := &Exchange{Config: r.cfg}
	received, err := r.receive(x, message)
	if err != nil {
		return nil, r.reply(x, asError(err))
	}
	return received, nil
}

func (r *Responder) receive(x *Exchange, message []byte) (*Received, error) {
	mode, err := r.frame(x, message)
	if err != nil {
		return nil, err
	}
	entry, err := r.checkFresh(x)
	if err != nil {
		return nil, err
	}
	if err := r.identify(x, mode); err != nil {
		return nil, err
	}
	if r.cfg.Bundles.isOwn(entry.Digest) {
		return nil, refuse(Policy, "the message is one of this party's own, sent back")
	}
	b, err := r.findBundle(x)
	if err != nil {
		return nil, err
	}
	if mode, err = r.modeOfUpdate(x, mode, b); err != nil {
		return nil, err
	}
	if err := mode.OpenRequest(x); err != nil {
		return nil, err
	}
	d, err := r.process(x, b)
	if err != nil {
		return nil, err
	}
	if err := replayError(r.cfg.Replay.Record(entry)); err != nil {
		return nil, err
	}
	return &Received{cfg: r.cfg, mode: mode, x: x, draft: d, bundle: b}, nil
}

// frame parses the message and checks that it is a request.
func (r *Responder) frame(x *Exchange, message []byte) (Mode, error) {
	if len(message) > r.cfg.MaxMessageSize {
		return nil, refuse(Malformed, "the message has %d octets, more than %d", len(message), r.cfg.MaxMessageSize)
	}
	m, err := r.decoder.parse(message)
	x.Request = m // as far as it is understood
	if err != nil {
		return nil, err
	}
	h := &m.Header
	x.CSBID, x.KeyCSBID, x.PRF = h.CSBID, h.CSBID, h.PRF
	mode := r.modes[h.DataType]
	if mode == nil && h.DataType == PSKInit && (r.modes[PKInit] != nil || r.modes[RSARInit] != nil) {
		mode = envelopePSK(nil) // perhaps an update under a cached envelope key
	}
	if mode == nil {
		return nil, r.refuseType(h.DataType)
	}
	if h.PRF != PRFMIKEY1 && h.PRF != PRFHMACSHA256 {
		return nil, refuseWith(Unsupported, ErrorInvalidPRF, "%v is not known", h.PRF)
	}
	if h.MapType != MapSRTPID && h.MapType != MapEmpty {
		return nil, refuseWith(Unsupported, ErrorUnspecified, "the CS ID map is a %v", h.MapType)
	}
	if err := mode.CheckRequest(m); err != nil {
		return nil, err
	}
	ts, ok := PayloadOf[*Timestamp](m)
	if !ok {
		return nil, refuse(Malformed, "the message has no timestamp")
	}
	x.Timestamp = *ts
	if h.MapType == MapEmpty {
		if _, ok := PayloadOf[*SecurityPolicy](m); ok {
			return nil, refuseWith(Malformed, ErrorUnspecified, "a message with the %v has no SP payload", MapEmpty)
		}
	}
	return mode, nil
}

// refuseType refuses a message that no mode takes.
func (r *Responder) refuseType(t DataType) error {
	if t == ErrorMessage {
		return refuse(State, "an error message without an exchange")
	}
	for _, m := range r.modes {
		if _, response := m.DataTypes(); t == response {
			return refuse(State, "a message of type %v answers no request of this party", t)
		}
	}
	switch t {
	case PSKVerify, PKVerify, DHResp, DHHMACResp, RSARResp:
		return refuse(State, "a message of type %v answers no request of this party", t)
	}
	code := ErrorInvalidDT
	if r.modes[RSARInit] != nil {
		code = ErrorUnsupported // RFC 4738, Section 3.5
	}
	return refuseWith(Unsupported, code, "messages of type %v are not taken here", t)
}

// checkFresh checks the timestamp and looks for the message in the replay
// cache.
func (r *Responder) checkFresh(x *Exchange) (ReplayEntry, error) {
	now := r.cfg.Now()
	entry := ReplayEntry{Timestamp: x.Timestamp, Now: now}
	if tm, ok := x.Timestamp.Time(); ok {
		if !r.cfg.InsecureIgnoreSkew {
			if skew := now.Sub(tm).Abs(); skew > r.cfg.MaxSkew {
				return entry, refuseWith(Stale, ErrorInvalidTS, "the timestamp is %v off the clock, more than %v", skew, r.cfg.MaxSkew)
			}
			entry.Expires = tm.Add(r.cfg.MaxSkew)
		}
	} else if !r.cfg.AllowCounter {
		return entry, refuseWith(Policy, ErrorInvalidTS, "%v timestamps are not allowed here", x.Timestamp.TSType)
	}
	octets := x.Request.Received()
	octets = octets[:len(octets)-len(x.Request.Trailing)]
	entry.Digest = sha256.Sum256(octets)
	return entry, replayError(r.cfg.Replay.Check(entry))
}

func replayError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrForgotten):
		return refuse(Stale, "%w", err)
	case errors.Is(err, ErrReplayed):
		return refuse(Replay, "%w", err)
	}
	return refuse(State, "the replay cache fails: %w", err)
}

// identify finds out who the two parties are. Nothing but position tells IDi
// from IDr: a single ID is IDr if it is the own one, and IDi otherwise.
func (r *Responder) identify(x *Exchange, mode Mode) error {
	x.IDi, x.IDr = r.cfg.Peer, r.cfg.ID
	ids := idsOf(x.Request)
	for _, id := range ids {
		if id.Value == "" {
			return refuseWith(Malformed, ErrorInvalidID, "an identity has no octets")
		}
	}
	own := r.cfg.ID
	if own.IsZero() {
		if own = r.ownID(mode); !own.IsZero() {
			x.IDr = own
		}
	}
	switch {
	case len(ids) == 0:
	case len(ids) == 1 && (*ids[0] == own || x.Request.Header.DataType == DHHMACInit):
		// A DHHMAC request always has IDr (RFC 4650, Section 3).
		x.IDr = *ids[0]
	default:
		x.IDi = *ids[0]
		if len(ids) > 1 {
			x.IDr = *ids[1]
		}
	}
	// One answer for both, so that it does not tell an unauthenticated peer
	// what was wrong.
	if !r.cfg.Peer.IsZero() && x.IDi != r.cfg.Peer {
		return refuseWith(Policy, ErrorAuthFailure, "the message is from %v, not from %v", x.IDi, r.cfg.Peer)
	}
	if !own.IsZero() && x.IDr != own {
		return refuseWith(Policy, ErrorAuthFailure, "the message is for %v, not for %v", x.IDr, own)
	}
	return nil
}

// ownID returns the identity that certificates say this party has: those of the
// mode, or for an update under a cached envelope key, those of the modes with one.
func (r *Responder) ownID(mode Mode) ID {
	candidates := []Mode{mode}
	if r.modes[PSKInit] == nil {
		candidates = append(candidates, r.modes[PKInit], r.modes[RSARInit])
	}
	for _, m := range candidates {
		if m, ok := m.(identifiedMode); ok {
			own, _ := m.identities()
			return own
		}
	}
	return ID{}
}

// findBundle returns the CSB that the message updates, nil for a new one. RAND
// tells them apart: a first message has one and an update has none (RFC 3830,
// Section 4.5).
func (r *Responder) findBundle(x *Exchange) (*bundle, error) {
	key := bundleKey{csbID: x.CSBID}
	rnd, first := PayloadOf[*Rand](x.Request)
	if x.Request.Header.DataType == RSARInit {
		first = true // its RAND is optional, and it has no updates (RFC 4738)
	}
	if first {
		if r.cfg.Bundles.find(key, x.IDi) != nil && !r.cfg.RestartCSB {
			return nil, refuse(State, "there is a CSB %08x with this peer already", x.CSBID)
		}
		if rnd != nil {
			x.RAND = rnd.Value
		}
		return nil, nil
	}
	b := r.cfg.Bundles.findForUpdate(key, x.IDi)
	switch {
	case b == nil:
		if x.Request.unprotected() {
			// A TEK under the protection of the transport derives nothing:
			// some devices send such first messages without a RAND.
			return nil, nil
		}
		return nil, refuse(State, "there is no CSB %08x to update", x.CSBID)
	case !r.cfg.Bundles.later(b, x.Timestamp):
		return nil, refuse(Replay, "the timestamp is not later than that of the last message of CSB %08x", x.CSBID)
	}
	s := r.cfg.Bundles.currentOf(b)
	if s == nil {
		return nil, refuse(State, "CSB %08x was closed", x.CSBID)
	}
	if s.authentic && !x.Request.authenticated() {
		return nil, refuseWith(Policy, ErrorInvalidMAC, "CSB %08x was set up with authentication, and its updates need it too", x.CSBID)
	}
	x.Update, x.RAND = true, b.rand
	x.KnownPeer = s.peerChain
	if x.IDi.IsZero() {
		x.IDi = s.peer
	}
	if x.IDr.IsZero() {
		x.IDr = s.self
	}
	return b, nil
}

// modeOfUpdate returns the mode of a message: with a cached envelope key, updates
// are pre-shared key messages under it and nothing else (RFC 3830, Section 4.5).
func (r *Responder) modeOfUpdate(x *Exchange, mode Mode, b *bundle) (Mode, error) {
	var envelope []byte
	if b != nil {
		envelope = r.cfg.Bundles.envelopeOf(b)
	}
	t := x.Request.Header.DataType
	switch {
	case envelope != nil && t == PSKInit:
		return envelopePSK(envelope), nil
	case envelope != nil:
		return nil, refuse(State, "CSB %08x is updated under its cached envelope key", x.CSBID)
	case r.modes[t] == nil:
		return nil, refuse(State, "there is no cached envelope key for this message")
	case b != nil && t == RSARInit:
		return nil, refuse(State, "RSA-R has no updates")
	}
	return mode, nil
}

// process checks what an authenticated message asks for.
func (r *Responder) process(x *Exchange, b *bundle) (*draft, error) {
	var before *Session
	if b != nil {
		if before = r.cfg.Bundles.currentOf(b); before == nil {
			return nil, refuse(State, "CSB %08x was closed", x.CSBID)
		}
		if x.PRF != b.prf {
			return nil, refuseWith(Malformed, ErrorInvalidPRF, "the update uses %v, its CSB %v", x.PRF, b.prf)
		}
	}
	policies := policiesOf(x.Request)
	if x.Request.Header.DataType == RSARInit {
		return r.proposed(x, policies)
	}
	d, err := newDraft(r.cfg, before, x.Request.unprotected(), x.Request.Header.CryptoSessions, policies)
	if err != nil {
		return nil, err
	}
	_, err = d.checkKeys(x)
	return d, err
}

// proposed returns the draft of an RSA-R request with the first of its policies
// that is acceptable (RFC 4738, Section 3.5). Its crypto sessions are those that
// the initiator knows of; the answer may have more.
func (r *Responder) proposed(x *Exchange, policies []SecurityPolicy) (*draft, error) {
	d := &draft{cfg: r.cfg, sessions: x.Request.Header.CryptoSessions}
	if len(policies) == 0 {
		return d, nil
	}
	if err := checkNumbers(policies); err != nil {
		return nil, err
	}
	var refused error
	for i := range policies {
		sessions := slices.Clone(d.sessions)
		for j := range sessions {
			sessions[j].Policy = policies[i].Number
		}
		chosen, err := newDraft(r.cfg, nil, false, sessions, policies[i:i+1])
		if err == nil {
			return chosen, nil
		}
		refused = err
	}
	return nil, refused
}

// reply adds to err the error message for the initiator, where it has a number
// and the request got far enough to be answered.
func (r *Responder) reply(x *Exchange, err *Error) *Error {
	var code ErrorCode
	if !errors.As(err.Err, &code) || x.Request == nil || err.Stage == Usage {
		return err
	}
	if x.Request.Header.DataType == ErrorMessage {
		return err // no error answers an error
	}
	ts, ok := PayloadOf[*Timestamp](x.Request)
	if !ok {
		return err
	}
	x.Timestamp = *ts
	x.CSBID, x.PRF = x.Request.Header.CSBID, x.Request.Header.PRF
	if code == ErrorUnspecified && err.Stage == Malformed && x.Request.Header.DataType == RSARInit {
		code = ErrorUnsupported // RFC 4738, Section 3.5
	}
	var policies []SecurityPolicy
	if code == ErrorInvalidSP || code == ErrorInvalidSPar {
		policies = r.supported()
	}
	if reply, e := sealError(r.modes[x.Request.Header.DataType], x, code, policies); e == nil {
		err.Reply = reply
	}
	return err
}

// supported returns policies for an initiator whose own are not supported (RFC
// 3830, Section 5.1.2).
func (r *Responder) supported() []SecurityPolicy {
	suites := r.cfg.Suites
	if suites == nil {
		suites = []Suite{AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32, AEAD_AES_128_GCM, AEAD_AES_256_GCM}
	}
	var policies []SecurityPolicy
	for i, s := range suites[:min(len(suites), maxPolicies)] {
		if s != NoSuite {
			policies = append(policies, s.Policy(uint8(i)))
		}
	}
	return policies
}

// sealError builds an error message: HDR, T, {ERR}, {SP}, [V|SIGNr] (RFC 3830,
// Section 5.1.2). A request that is not authenticated is answered without
// authentication, or the responder would work for anybody.
func sealError(mode Mode, x *Exchange, code ErrorCode, policies []SecurityPolicy) ([]byte, error) {
	m := &Message{
		Header:   Header{DataType: ErrorMessage, PRF: x.PRF, CSBID: x.CSBID},
		Payloads: []Payload{&x.Timestamp, &ErrorPayload{Code: code}},
	}
	for i := range policies {
		m.Payloads = append(m.Payloads, &policies[i])
	}
	if x.Authentic && mode != nil {
		return mode.SealError(x, m)
	}
	return m.MarshalBinary()
}
