package mikey

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strings"
	"sync"
)

// A Received is a request that is authentic, fresh and acceptable. It has no
// keys to show: those are in the session, which Accept returns.
type Received struct {
	cfg    *Config
	mode   Mode
	x      *Exchange
	draft  *draft
	bundle *bundle // of the CSB that an update is for

	mu   sync.Mutex
	done bool
}

// Peer returns the identity of the initiator, zero if it has none.
func (r *Received) Peer() ID { return r.x.IDi }

// CSBID returns the number of the crypto session bundle.
func (r *Received) CSBID() uint32 { return r.x.CSBID }

// Update reports whether the message updates a CSB.
func (r *Received) Update() bool { return r.x.Update }

// AwaitsAnswer reports whether the initiator awaits an answer.
func (r *Received) AwaitsAnswer() bool { return r.x.Request.Header.V || alwaysAnswered(r.mode) }

// PeerCertificates returns the verified certificates of the initiator, the one
// that signs first, nil in modes without certificates.
func (r *Received) PeerCertificates() []*x509.Certificate { return slices.Clone(r.x.PeerCertificates) }

// Authenticated reports whether MIKEY authenticated the message, rather than
// the transport: see InsecureTransportProtected.
func (r *Received) Authenticated() bool { return r.x.Request.authenticated() }

// CryptoSessions returns the crypto sessions that the session will have. Entry
// i has CS ID i+1; Accept fills in those with SSRC 0.
func (r *Received) CryptoSessions() []CryptoSession {
	return append([]CryptoSession(nil), r.draft.sessions...)
}

// Policy returns the SRTP policy of the crypto session with CS ID csID.
func (r *Received) Policy(csID uint8) (SRTPPolicy, error) {
	if csID == 0 || int(csID) > len(r.draft.srtp) {
		return SRTPPolicy{}, refuse(Usage, "no crypto session %d: the CSB has %d, counted from 1", csID, len(r.draft.srtp))
	}
	return r.draft.srtp[csID-1], nil
}

// Extensions returns the general extensions of the message.
func (r *Received) Extensions() []GeneralExtension {
	var all []GeneralExtension
	for _, p := range r.x.Request.Payloads {
		if e, ok := p.(*GeneralExtension); ok {
			all = append(all, GeneralExtension{e.ExtType, bytes.Clone(e.Data)})
		}
	}
	return all
}

// SDPIDs returns the key management protocols that the initiator says its SDP
// offered (RFC 4567, Section 4.1.4), false if it says nothing. Compare them with
// the SDP before Accept; package sdp does that.
func (r *Received) SDPIDs() ([]string, bool) {
	for _, e := range r.Extensions() {
		if e.ExtType == ExtSDPIDs {
			return strings.Split(string(e.Data), ";"), true
		}
	}
	return nil, false
}

// Accept takes the request. ssrcs are the SSRCs of the streams that this party
// sends: they replace those that are 0, in the order of the crypto sessions;
// fewer leave the last ones open. The answer is nil where the initiator awaits
// none. Accept works once; after an error it can be called again.
func (r *Received) Accept(ssrcs ...uint32) (answer []byte, s *Session, err error) {
	return r.AcceptWith(Answer{SSRCs: ssrcs})
}

// AcceptWith is Accept for responders that decide more than SSRCs.
func (r *Received) AcceptWith(a Answer) (answer []byte, s *Session, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done {
		return nil, nil, refuse(State, "the request was answered")
	}
	x := *r.x
	x.Answer = &a
	d, err := r.decide(&x)
	if err != nil {
		return nil, nil, asUsage(err)
	}
	if r.AwaitsAnswer() {
		_, response := r.mode.DataTypes()
		x.Response = &Message{Header: Header{
			DataType: response, PRF: x.PRF, CSBID: x.CSBID, CryptoSessions: d.sessions,
		}}
		x.Response.Payloads = make([]Payload, 1, 4)
		x.Response.Payloads[0] = &x.Timestamp
		if !x.IDr.IsZero() {
			x.Response.Payloads = append(x.Response.Payloads, &x.IDr)
		}
		if response == RSARResp {
			for i := range d.policies {
				x.Response.Payloads = append(x.Response.Payloads, &d.policies[i])
			}
		}
		if answer, err = r.mode.SealResponse(&x); err != nil {
			return nil, nil, asError(err)
		}
	}
	b := r.bundle
	if b == nil {
		b = &bundle{key: bundleKey{csbID: x.KeyCSBID}, peer: x.IDi, prf: x.PRF, rand: bytes.Clone(x.RAND)}
	}
	if s, err = d.finish(&x, b); err != nil {
		return nil, nil, asError(err)
	}
	if r.bundle == nil {
		err = r.cfg.Bundles.add(s, x.Timestamp, r.cfg.RestartCSB)
	} else {
		err = r.cfg.Bundles.update(s, d.before, x.Timestamp)
	}
	if err != nil {
		return nil, nil, err
	}
	r.done = true
	wipeKeys(x.Keys) // the session has copies
	clear(x.EnvelopeKey)
	r.x.State = nil
	return answer, s, nil
}

// decide returns the draft with what the responder decides. In RSA-R it sets the
// keys too.
func (r *Received) decide(x *Exchange) (*draft, error) {
	d := *r.draft
	a := x.Answer
	var err error
	if x.Request.Header.DataType != RSARInit {
		if len(a.Keys)+len(a.Policies)+len(a.CryptoSessions) > 0 || a.Group != nil || a.Algorithms != nil || a.Cache != NoCache {
			return nil, refuse(Usage, "only in RSA-R the responder decides more than SSRCs")
		}
		d.sessions, err = fillIn(d.sessions, a.SSRCs)
		return &d, err
	}

	sessions, policies := d.sessions, d.policies
	if a.Group != nil {
		if len(a.Group.RAND) < minRAND || len(a.Group.RAND) > 0xff {
			return nil, refuse(Usage, "the RAND of a group has %d octets, not 16 to 255", len(a.Group.RAND))
		}
		x.KeyCSBID = a.Group.CSBID
		sessions, policies = nil, nil
	}
	sessions = append(slices.Clone(sessions), a.CryptoSessions...)
	if len(policies) == 0 {
		policies = a.Policies
		if len(policies) == 0 {
			policies = []SecurityPolicy{AES_CM_128_HMAC_SHA1_80.Policy(0)}
		}
	}
	if sessions, err = fillIn(sessions, a.SSRCs); err != nil {
		return nil, err
	}
	decided, err := newDraft(r.cfg, nil, false, sessions, policies)
	if err != nil {
		return nil, err
	}
	if x.Keys, err = decided.drawKeys(x, a.Keys); err != nil {
		return nil, err
	}
	if len(x.RAND) == 0 && a.Group == nil {
		return decided, nil // the mode makes one, long enough
	}
	if a.Group != nil {
		x.RAND = a.Group.RAND
	}
	_, err = decided.checkKeys(x)
	return decided, err
}

// fillIn returns sessions with the SSRCs that are 0 replaced.
func fillIn(sessions []CryptoSession, ssrcs []uint32) ([]CryptoSession, error) {
	filled := append([]CryptoSession(nil), sessions...)
	for i := range filled {
		if filled[i].SSRC == 0 && len(ssrcs) > 0 {
			filled[i].SSRC, ssrcs = ssrcs[0], ssrcs[1:]
		}
	}
	if len(ssrcs) > 0 {
		return nil, refuse(Usage, "%d SSRCs more than crypto sessions that want one", len(ssrcs))
	}
	return filled, nil
}

// Refuse returns an error message that tells the initiator why the request is
// not accepted. It is authenticated as the request was. Policies are what the
// responder would accept instead.
func (r *Received) Refuse(code ErrorCode, policies ...SecurityPolicy) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done {
		return nil, refuse(State, "the request was answered")
	}
	answer, err := sealError(r.mode, r.x, code, policies)
	if err != nil {
		return nil, asError(err)
	}
	r.done = true
	return answer, nil
}
