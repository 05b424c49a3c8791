package mikey

import (
	"bytes"
	"crypto"
)

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
	return &dhMode{c, groups}, nil
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
	return checkRequestDH(msg)
}

// checkRequestDH checks that a first message has one DH value, and an update no
// more than one.
func checkRequestDH(msg *Message) error {
	n := len(dhValues(msg))
	_, first := PayloadOf[*Rand](msg)
	if n > 1 || first && n == 0 {
		return refuseWith(Malformed, ErrorUnspecified, "the message has %d DH payloads", n)
	}
	return nil
}

func dhValues(msg *Message) []*DH {
	var all []*DH
	for _, p := range msg.Payloads {
		if d, ok := p.(*DH); ok {
			all = append(all, d)
		}
	}
	return all
}

// An agreement is the Diffie-Hellman part of an exchange.
type agreement struct {
	group  KeyAgreement
	own    *DH // DHi at the initiator, DHr at the responder; nil in an update without new key
	finish func(responder []byte) ([]byte, error)
}

// sealDHi makes the initiator's DH payload, nil in an update without new key.
func sealDHi(x *Exchange, groups []KeyAgreement) (*agreement, error) {
	var validity KeyValidity
	switch keys := x.Offer.Keys; {
	case len(keys) == 0 && x.Update:
		return new(agreement), nil
	case len(keys) == 1 && keys[0].Key == nil && keys[0].Salt == nil && keys[0].KeyType == TGK:
		validity = keys[0].Validity
	case len(keys) > 0:
		return nil, refuse(Usage, "the parties agree on one TGK: give one KeyData with its validity and without a key")
	}
	group := groups[0]
	value, finish, err := group.Initiate(x.Config.Rand)
	if err != nil {
		return nil, refuse(Usage, "%v: %w", group, err)
	}
	return &agreement{group, &DH{Group: group.Group(), Value: value, Validity: validity}, finish}, nil
}

// findGroup returns the group of a DH payload.
func findGroup(groups []KeyAgreement, n DHGroup) (KeyAgreement, error) {
	names := ""
	for _, g := range groups {
		if g.Group() == n {
			return g, nil
		}
		names += " " + g.String()
	}
	return nil, refuseWith(Unsupported, ErrorInvalidDH, "%v is not among the groups accepted here:%s", n, names)
}

// respondDH makes DHr and the TGK of an authenticated request.
func respondDH(x *Exchange, groups []KeyAgreement) (*agreement, error) {
	values := dhValues(x.Request)
	if len(values) == 0 {
		return new(agreement), nil
	}
	dhi := values[0]
	group, err := findGroup(groups, dhi.Group)
	if err != nil {
		return nil, err
	}
	value, tgk, err := group.Respond(x.Config.Rand, dhi.Value)
	if err != nil {
		return nil, refuseWith(Malformed, ErrorInvalidDH, "%v: %w", group, err)
	}
	x.Keys = []KeyData{{KeyType: TGK, Key: tgk, Validity: dhi.Validity}}
	// The validity of the key is the initiator's.
	return &agreement{group: group, own: &DH{Group: dhi.Group, Value: value, Validity: dhi.Validity}}, nil
}

// payloads returns DHr and DHi of a response: nothing in an update, nothing back
// (RFC 3830, Section 4.5).
func (a *agreement) payloads(x *Exchange) []Payload {
	if a.own == nil {
		return nil
	}
	return []Payload{a.own, dhValues(x.Request)[0]}
}

// finishDH checks the DH payloads of a response and sets the TGK.
func (a *agreement) finishDH(x *Exchange) error {
	values := dhValues(x.Response)
	if a.own == nil {
		if len(values) > 0 {
			return refuse(Malformed, "the answer has DH payloads that nobody asked for")
		}
		return nil
	}
	if len(values) != 2 {
		return refuse(Malformed, "the answer has %d DH payloads, not DHr and DHi", len(values))
	}
	dhr, dhi := values[0], values[1]
	if dhi.Group != a.own.Group || !bytes.Equal(dhi.Value, a.own.Value) {
		return refuse(AuthFailure, "the answer does not return DHi as it was sent")
	}
	if dhr.Group != a.own.Group {
		return refuseWith(Unsupported, ErrorInvalidDH, "the answer is in %v, not in %v", dhr.Group, a.group)
	}
	validity, err := agreeValidity(a.own.Validity, dhr.Validity)
	if err != nil {
		return err
	}
	tgk, err := a.finish(dhr.Value)
	if err != nil {
		return refuseWith(Malformed, ErrorInvalidDH, "%v: %w", a.group, err)
	}
	x.Keys = []KeyData{{KeyType: TGK, Key: tgk, Validity: validity}}
	return nil
}

// agreeValidity returns the validity of a key of which both parties say one. No
// text says which one counts: one that is not Null does, and two must be the
// same.
func agreeValidity(a, b KeyValidity) (KeyValidity, error) {
	switch {
	case b.Type == KVNull:
		return a, nil
	case a.Type == KVNull:
		return b, nil
	case a.Type == b.Type && bytes.Equal(a.SPI, b.SPI) && bytes.Equal(a.From, b.From) && bytes.Equal(a.To, b.To):
		return a, nil
	}
	return KeyValidity{}, refuse(Malformed, "DHr is valid for %v, DHi for %v", b, a)
}

func (m *dhMode) SealRequest(x *Exchange) ([]byte, error) {
	a, err := sealDHi(x, m.groups)
	if err != nil {
		return nil, err
	}
	x.State = a
	m.x509.addCertificates(x.Request, x.IDi)
	if a.own != nil {
		x.Request.Payloads = append(x.Request.Payloads, a.own)
	}
	return m.x509.seal(x.Request, nil, false)
}

func (m *dhMode) OpenRequest(x *Exchange) error {
	msg := x.Request
	for _, d := range dhValues(msg) {
		if _, err := findGroup(m.groups, d.Group); err != nil {
			return err
		}
	}
	var err error
	x.PeerCertificates, err = m.x509.authenticate(x, msg, x.IDi, func(key crypto.PublicKey) error {
		return m.x509.verify(msg, key, nil, false)
	})
	if err != nil {
		return err
	}
	x.Authentic = true
	a, err := respondDH(x, m.groups)
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
	x.Response.Payloads = append(x.Response.Payloads, x.State.(*agreement).payloads(x)...)
	return m.x509.seal(x.Response, nil, false)
}

func (m *dhMode) OpenResponse(x *Exchange) error {
	msg := x.Response
	if err := checkPayloads(msg, dhPayloads&^(1<<RANDPayload), SIGNPayload); err != nil {
		return err
	}
	if err := checkEchoedID(x, msg, m.x509.AllowMissingIDs); err != nil {
		return err
	}
	var err error
	x.PeerCertificates, err = m.x509.authenticate(x, msg, x.IDr, func(key crypto.PublicKey) error {
		return m.x509.verify(msg, key, nil, false)
	})
	if err != nil {
		return err
	}
	return x.State.(*agreement).finishDH(x)
}

// checkEchoedID checks that the response is for this initiator: its last ID is
// IDi.
func checkEchoedID(x *Exchange, msg *Message, allowMissing bool) error {
	ids := idsOf(msg)
	if len(ids) == 0 {
		if allowMissing || x.IDi.IsZero() {
			return nil
		}
		return refuse(Malformed, "the answer has no IDi")
	}
	if last := *ids[len(ids)-1]; !x.IDi.IsZero() && last != x.IDi {
		return refuseWith(Policy, ErrorAuthFailure, "the answer is for %v, not for %v", last, x.IDi)
	}
	return nil
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
	_, err := c.authenticate(x, msg, x.IDr, func(key crypto.PublicKey) error {
		return c.verify(msg, key, nil, false)
	})
	return err
}
