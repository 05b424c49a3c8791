package mikey

import (
	"bytes"
	"sync"
)

// A Pending is an exchange that the initiator has started. It is safe for
// concurrent use.
type Pending struct {
	mode  Mode
	x     *Exchange
	draft *draft

	mu   sync.Mutex
	done bool
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
	// V has no meaning in an answer (RFC 3830, Section 6.1).
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
