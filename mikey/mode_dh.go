package mikey

import "slices"

// SignedDH returns the mode in which both parties agree on the TGK with signed
// Diffie-Hellman values (RFC 3830, Section 3.3). Groups are those that this party
// accepts; an initiator offers the first one. None: OAKLEY5, which everybody has.
// The responder always answers.
func SignedDH(c *X509, groups ...KeyAgreement) (Mode, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if len(groups) == 0 {
		oakley5, _ := OAKLEY5.KeyAgreement()
		groups = []KeyAgreement{oakley5}
	}
	for i, g := range groups {
		if g == nil {
			return nil, refuse(Usage, "group %d is nil", i+1)
		}
		for _, other := range groups[:i] {
			if g.Group() == other.Group() {
				return nil, refuse(Usage, "%v and %v both have number %d", other, g, uint8(g.Group()))
			}
		}
	}
	return &dhMode{c, slices.Clone(groups)}, nil
}

type dhMode struct {
	x509   *X509
	groups []KeyAgreement
}

// KeyAgreements returns the groups whose values the decoder has to know.
func (m *dhMode) KeyAgreements() []KeyAgreement { return m.groups }

func (m *dhMode) DataTypes() (request, response DataType) { return DHInit, DHResp }

func (m *dhMode) identities() (own, peer ID) { return m.x509.identities() }

const dhPayloads = 1<<TPayload | 1<<RANDPayload | 1<<IDPayload | 1<<CERTPayload | 1<<SPPayload |
	1<<GeneralExtensionPayload | 1<<DHPayload | 1<<SIGNPayload

// CheckRequest: HDR, T, RAND, [IDi|CERTi], [IDr], {SP}, DHi, SIGNi. An update may
// have no DHi (RFC 3830, Section 4.5).
func (m *dhMode) CheckRequest(msg *Message) error {
	if err := checkPayloads(msg, dhPayloads, SIGNPayload); err != nil {
		return err
	}
	return CheckAgreement(msg)
}

func (m *dhMode) SealRequest(x *Exchange) ([]byte, error) {
	a, err := StartAgreement(x, m.groups)
	if err != nil {
		return nil, err
	}
	x.State = a
	m.x509.addCertificates(x.Request, x.IDi)
	x.Request.Payloads = append(x.Request.Payloads, a.Payloads(x)...)
	return m.x509.seal(x.Request, nil, false)
}

func (m *dhMode) OpenRequest(x *Exchange) error {
	msg := x.Request
	if _, err := findGroup(m.groups, msg); err != nil {
		return err
	}
	var err error
	x.PeerCertificates, err = m.x509.authenticate(x, msg, x.IDi, nil, false)
	if err != nil {
		return err
	}
	x.Authentic = true
	a, err := RespondAgreement(x, m.groups)
	x.State = a
	return err
}

// SealResponse: HDR, T, [IDr|CERTr], IDi, DHr, DHi, SIGNr.
func (m *dhMode) SealResponse(x *Exchange) ([]byte, error) {
	m.x509.addCertificates(x.Response, x.IDr)
	idi := x.IDi
	if idi.IsZero() {
		idi = certificateID(x.PeerCertificates[0])
	}
	if !idi.IsZero() {
		x.Response.Payloads = append(x.Response.Payloads, &idi)
	}
	x.Response.Payloads = append(x.Response.Payloads, x.State.(*Agreement).Payloads(x)...)
	return m.x509.seal(x.Response, nil, false)
}

func (m *dhMode) OpenResponse(x *Exchange) error {
	msg := x.Response
	if err := checkPayloads(msg, dhPayloads&^(1<<RANDPayload), SIGNPayload); err != nil {
		return err
	}
	if err := x.CheckEchoedID(m.x509.AllowMissingIDs); err != nil {
		return err
	}
	var err error
	x.PeerCertificates, err = m.x509.authenticate(x, msg, x.IDr, nil, false)
	if err != nil {
		return err
	}
	return x.State.(*Agreement).Finish(x)
}

// SealError does not sign: it would let whoever replays requests make the
// responder sign (RFC 3830, Section 5.1.2).
func (m *dhMode) SealError(x *Exchange, msg *Message) ([]byte, error) { return msg.MarshalBinary() }

func (m *dhMode) OpenError(x *Exchange, msg *Message) error {
	return m.x509.openError(x, msg)
}

// openError verifies an error message that the peer signed.
func (c *X509) openError(x *Exchange, msg *Message) error {
	const allowed = 1<<TPayload | 1<<ERRPayload | 1<<SPPayload | 1<<IDPayload | 1<<CERTPayload |
		1<<GeneralExtensionPayload | 1<<SIGNPayload
	if err := checkPayloads(msg, allowed, SIGNPayload); err != nil {
		return err
	}
	_, err := c.authenticate(x, msg, x.IDr, nil, false)
	return err
}
