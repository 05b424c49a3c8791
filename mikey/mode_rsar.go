package mikey

import (
	"encoding/binary"
	"io"
)

// RSAR returns MIKEY-RSA-R, the RSA mode in reverse (RFC 4738): the initiator
// sends no more than its certificate, and the responder sends the keys under it.
// So the initiator needs no certificate of the responder beforehand, who may be
// somebody else than was called. The responder may also be the sender or the key
// server of a group: see Offer.JoinGroup and Answer.Group.
//
// The responder always answers. Offer.Keys has no meaning here; Answer.Keys has.
func RSAR(c *X509) (Mode, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return &rsarMode{c}, nil
}

type rsarMode struct{ x509 *X509 }

func (m *rsarMode) DataTypes() (request, response DataType) { return RSARInit, RSARResp }

func (m *rsarMode) identities() (own, peer ID) { return m.x509.identities() }

// CheckRequest: HDR, T, [RAND], [IDi|CERTi], [IDr], {SP}, SIGNi (RFC 4738,
// Section 3.1).
func (m *rsarMode) CheckRequest(msg *Message) error {
	const allowed = 1<<TPayload | 1<<RANDPayload | 1<<IDPayload | 1<<CERTPayload | 1<<SPPayload |
		1<<GeneralExtensionPayload | 1<<SIGNPayload
	return checkPayloads(msg, allowed, SIGNPayload)
}

func (m *rsarMode) SealRequest(x *Exchange) ([]byte, error) {
	if len(x.Offer.Keys) > 0 {
		return nil, refuse(Usage, "in RSA-R the responder sends the keys")
	}
	x.Request.Header.V = true // and ignored (RFC 4738, Section 3.4)
	m.x509.addCertificates(x.Request, x.IDi)
	return m.x509.seal(x.Request, nil, false)
}

func (m *rsarMode) OpenRequest(x *Exchange) error {
	msg := x.Request
	var err error
	x.PeerCertificates, err = m.x509.authenticate(x, msg, x.IDi, nil, false)
	if err != nil {
		return err
	}
	x.Authentic = true
	return nil
}

// SealResponse: HDR, [GenExt(CSB_ID)], T, [RAND], [IDr|CERTr], [SP], KEMAC, PKE,
// SIGNr (RFC 4738, Section 3.1). The engine has put T, IDr and SP there.
func (m *rsarMode) SealResponse(x *Exchange) ([]byte, error) {
	key, oaep, err := certificateKey(x.PeerCertificates[0])
	if err != nil {
		return nil, refuseWith(Unsupported, ErrorInvalidCert, "the certificate of the peer: %w", err)
	}
	if err := m.x509.checkRecipient(x, x.PeerCertificates[0], key); err != nil {
		return nil, err
	}
	if cert, ok := PayloadOf[*Cert](x.Request); ok && cert.CertType == CertX509Sign {
		return nil, refuse(AuthFailure, "the certificate of the peer is for signatures only")
	}
	if err := checkCache(x.Answer.Cache); err != nil {
		return nil, err
	}
	alg := Algorithms128
	if x.Answer.Algorithms != nil {
		alg = *x.Answer.Algorithms
		alg.PRF = x.PRF
	}

	// One party sends a RAND: the initiator if it has, but in a group always
	// the responder (RFC 4738, Section 3.6).
	var front []Payload
	group := x.Answer.Group
	if group != nil {
		ext := GeneralExtension{ExtType: ExtCSBID, Data: binary.BigEndian.AppendUint32(nil, x.KeyCSBID)}
		front = append(front, &ext)
	}
	front = append(front, &x.Timestamp)
	switch {
	case group != nil:
		x.RAND = group.RAND
		front = append(front, &Rand{x.RAND})
	case len(x.RAND) == 0:
		x.RAND = make([]byte, minRAND)
		if _, err := io.ReadFull(x.Config.Rand, x.RAND); err != nil {
			return nil, refuse(Usage, "no random octets: %w", err)
		}
		front = append(front, &Rand{x.RAND})
	}
	x.Response.Payloads = append(front, x.Response.Payloads[1:]...)
	m.x509.addCertificates(x.Response, x.IDr)

	kemac, pke, _, err := m.x509.sealEnvelope(x, alg, x.IDr, x.Keys, x.Answer.Cache, key, oaep || m.x509.OAEP)
	if err != nil {
		return nil, err
	}
	x.Response.Payloads = append(x.Response.Payloads, kemac, pke)
	return m.x509.seal(x.Response, x.verificationInput(nil), true)
}

func (m *rsarMode) OpenResponse(x *Exchange) error {
	msg := x.Response
	const allowed = 1<<TPayload | 1<<RANDPayload | 1<<IDPayload | 1<<CERTPayload | 1<<SPPayload |
		1<<GeneralExtensionPayload | 1<<KEMACPayload | 1<<PKEPayload | 1<<SIGNPayload
	if err := checkPayloads(msg, allowed, SIGNPayload); err != nil {
		return err
	}
	kemac, pke := findEnvelope(msg)
	if kemac == nil || pke == nil {
		return refuse(Malformed, "the answer has no KEMAC or no PKE")
	}
	if err := checkEnvelopeAlgorithms(kemac); err != nil {
		return err
	}
	if err := checkCache(pke.Cache); err != nil {
		return err
	}
	if err := m.takeRAND(x, msg); err != nil {
		return err
	}
	// The signature covers the message without the SIGN payload (RFC 4738,
	// Section 3.6), or, as RFC 3830 has it and others do, with its type and
	// length.
	var err error
	x.PeerCertificates, err = m.x509.authenticate(x, msg, x.IDr, x.verificationInput(nil), true)
	if err != nil {
		return err
	}
	// The responder knows no other key than that of the certificate.
	own := KeyPair{Chain: m.x509.KeyPairs[0].Chain, Key: m.x509.KeyPairs[0].Key}
	secret, err := m.x509.openPKE(x, &own, pke.Data)
	if err != nil {
		return err
	}
	inner, keys, _, err := kemac.openAlone(x, secret)
	if err != nil {
		return err
	}
	if err := m.x509.checkInnerID(x, inner, x.IDr); err != nil {
		return err
	}
	if x.IDr.IsZero() {
		x.IDr = *inner
	}
	x.Keys = keys
	x.EnvelopeKey, x.Cache = secret, pke.Cache
	return nil
}

// takeRAND finds the RAND and the CSB ID from which keys are derived. Each message
// that breaks the rules is to be discarded silently (RFC 4738, Section 3.7).
func (m *rsarMode) takeRAND(x *Exchange, msg *Message) error {
	rnd, hasRAND := PayloadOf[*Rand](msg)
	for _, p := range msg.Payloads {
		e, ok := p.(*GeneralExtension)
		if !ok || e.ExtType != ExtCSBID {
			continue
		}
		// Group mode: the RAND of the initiator is not used.
		if len(e.Data) != 4 {
			return refuse(Malformed, "the CSB_ID extension has %d octets", len(e.Data))
		}
		if !x.Offer.JoinGroup {
			return refuse(Policy, "the answer has the CSB ID of a group, which this party did not ask to join")
		}
		if !hasRAND {
			return refuse(Malformed, "the answer of a group has no RAND")
		}
		x.KeyCSBID, x.RAND = binary.BigEndian.Uint32(e.Data), rnd.Value
		return nil
	}
	switch sent := len(x.RAND) > 0; {
	case x.Offer.JoinGroup:
		return refuse(Malformed, "the answer has no CSB ID of a group")
	case sent && hasRAND && !x.Config.Libmikey.AcceptRAND:
		return refuse(Malformed, "the answer has a RAND although the request had one")
	case !sent && !hasRAND:
		return refuse(Malformed, "neither request nor answer has a RAND")
	case !sent:
		x.RAND = rnd.Value
	}
	return nil
}

// SealError does not sign: see SignedDH.
func (m *rsarMode) SealError(x *Exchange, msg *Message) ([]byte, error) { return msg.MarshalBinary() }

func (m *rsarMode) OpenError(x *Exchange, msg *Message) error { return m.x509.openError(x, msg) }
