package mikey

import (
	"crypto"
	"crypto/sha1"
	"crypto/x509"
)

// PublicKey returns the mode in which the initiator sends the keys under a public
// key of the responder (RFC 3830, Section 3.2). The initiator needs X509.Peer.
// Who cannot be reached yet can be sent a message, and media; there is no forward
// secrecy.
//
// With Offer.Cache the parties keep the envelope key, and updates are short
// messages under it.
func PublicKey(c *X509) (Mode, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return &pkMode{c}, nil
}

type pkMode struct{ x509 *X509 }

func (m *pkMode) DataTypes() (request, response DataType) { return PKInit, PKVerify }

func (m *pkMode) identities() (own, peer ID) { return m.x509.identities() }

// CheckRequest: HDR, T, RAND, [IDi|CERTi], [IDr], {SP}, KEMAC, [CHASH], PKE,
// SIGNi. An update without keys may have no KEMAC (RFC 3830, Section 4.5).
func (m *pkMode) CheckRequest(msg *Message) error {
	const allowed = 1<<TPayload | 1<<RANDPayload | 1<<IDPayload | 1<<CERTPayload | 1<<SPPayload |
		1<<GeneralExtensionPayload | 1<<KEMACPayload | 1<<CHASHPayload | 1<<PKEPayload | 1<<SIGNPayload
	if err := checkPayloads(msg, allowed, SIGNPayload); err != nil {
		return err
	}
	k, pke := findEnvelope(msg)
	if pke == nil {
		return refuseWith(Malformed, ErrorUnspecified, "the message has no PKE")
	}
	if _, first := PayloadOf[*Rand](msg); first && k == nil {
		return refuseWith(Malformed, ErrorUnspecified, "the message has no KEMAC")
	}
	return nil
}

// pkState is what the response needs.
type pkState struct {
	*macState
}

func (m *pkMode) SealRequest(x *Exchange) ([]byte, error) {
	key, oaep, err := m.recipient(x)
	if err != nil {
		return nil, err
	}
	if err := checkCache(x.Offer.Cache); err != nil {
		return nil, err
	}
	alg := Algorithms128
	if x.Offer.Algorithms != nil {
		alg = *x.Offer.Algorithms
	}
	x.Keys = x.Offer.Keys
	kemac, pke, mac, err := m.x509.sealEnvelope(x, alg, x.IDi, x.Keys, x.Offer.Cache, key, oaep || m.x509.OAEP)
	if err != nil {
		return nil, err
	}
	m.x509.addCertificates(x.Request, x.IDi)
	x.Request.Payloads = append(x.Request.Payloads, kemac)
	if m.x509.CertHash && m.x509.Peer != nil {
		sum := sha1.Sum(m.x509.Peer.Raw)
		x.Request.Payloads = append(x.Request.Payloads, &CertHash{HashFunc: HashSHA1, Hash: sum[:]})
	}
	x.Request.Payloads = append(x.Request.Payloads, pke)
	x.State = pkState{mac}
	x.Authentic = true
	return m.x509.seal(x.Request, nil, false)
}

// recipient returns the key that the envelope key is encrypted to.
func (m *pkMode) recipient(x *Exchange) (key crypto.PublicKey, oaep bool, err error) {
	switch {
	case m.x509.PeerKey != nil:
		return m.x509.PeerKey, false, nil
	case m.x509.Peer == nil:
		return nil, false, refuse(Usage, "PublicKey encrypts to the key of the peer: set X509.Peer or X509.PeerKey")
	}
	if key, oaep, err = certificateKey(m.x509.Peer); err != nil {
		return nil, false, refuse(Usage, "the certificate of the peer: %w", err)
	}
	if err := m.x509.checkRecipient(x, m.x509.Peer, key); err != nil {
		return nil, false, err
	}
	if !x.IDr.IsZero() && m.x509.matchIdentity(x.IDr, m.x509.Peer) != nil {
		return nil, false, refuse(AuthFailure, "X509.Peer is not the certificate of %v", x.IDr)
	}
	if m.x509.Revoked != nil {
		if err := m.x509.Revoked([]*x509.Certificate{m.x509.Peer}); err != nil {
			return nil, false, refuse(AuthFailure, "the certificate of the peer was revoked: %w", err)
		}
	}
	return key, oaep, nil
}

func (m *pkMode) OpenRequest(x *Exchange) error {
	msg := x.Request
	kemac, pke := findEnvelope(msg) // CheckRequest saw the PKE
	if kemac != nil {
		if err := checkEnvelopeAlgorithms(kemac); err != nil {
			return err
		}
	}
	if err := checkCache(pke.Cache); err != nil {
		return err
	}
	pair, err := m.x509.keyPairFor(msg)
	if err != nil {
		return err
	}
	x.PeerCertificates, err = m.x509.authenticate(x, msg, x.IDi, nil, false)
	if err != nil {
		return err
	}
	x.Authentic = true

	secret, err := m.x509.openPKE(x, pair, pke.Data)
	if err != nil {
		return err
	}
	if kemac == nil {
		// The envelope key is for the verification message alone.
		mac, err := newVerificationMAC(x, secret)
		if err != nil {
			return err
		}
		x.State = pkState{mac}
		return nil
	}
	inner, keys, mac, err := kemac.openAlone(x, secret)
	if err != nil {
		return err
	}
	x.State = pkState{mac}
	if err := m.x509.checkInnerID(x, inner, x.IDi); err != nil {
		return err
	}
	if x.IDi.IsZero() {
		x.IDi = *inner
	}
	x.Keys = keys
	x.EnvelopeKey, x.Cache = secret, pke.Cache
	return nil
}

func (m *pkMode) SealResponse(x *Exchange) ([]byte, error) { return x.State.(pkState).sealV(x) }

func (m *pkMode) OpenResponse(x *Exchange) error {
	if err := x.State.(pkState).openResponse(x); err != nil {
		return err
	}
	if m.x509.Peer != nil && m.x509.PeerKey == nil {
		// Nobody else could open the envelope key.
		x.PeerCertificates = []*x509.Certificate{m.x509.Peer}
	}
	return nil
}

// SealError authenticates with the envelope key. A signature would let whoever
// replays requests make the responder sign.
func (m *pkMode) SealError(x *Exchange, msg *Message) ([]byte, error) {
	if state, ok := x.State.(pkState); ok {
		return state.sealError(msg)
	}
	return msg.MarshalBinary()
}

func (m *pkMode) OpenError(x *Exchange, msg *Message) error {
	return x.State.(pkState).openError(msg)
}

// checkRecipient checks a certificate before something is encrypted to it.
func (c *X509) checkRecipient(x *Exchange, leaf *x509.Certificate, key crypto.PublicKey) error {
	if err := c.checkStrength(key); err != nil {
		return err
	}
	now := x.Config.Now()
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return refuse(AuthFailure, "the certificate of the peer is not valid at %v", now)
	}
	usage := x509.KeyUsageKeyEncipherment
	if _, onCurve := envelopeCurveKey(key); onCurve {
		usage = x509.KeyUsageKeyAgreement
	}
	if leaf.KeyUsage != 0 && leaf.KeyUsage&usage == 0 {
		return refuse(AuthFailure, "the certificate of the peer is not for the encryption of keys")
	}
	return nil
}
