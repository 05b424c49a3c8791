package mikey

import "crypto/x509"

// A Mode is one of MIKEY's key exchange methods. Users take one from its
// constructor, such as PSK, and give it to NewInitiator or NewResponder; the
// methods are for those who write one.
//
// A mode works on an Exchange. Around it, the Initiator and the Responder do
// what all modes have in common: framing, timestamps, replay, identities,
// policies, the table of CSBs, and the keys of the security protocol. A mode
// keeps no state of its own between calls but Exchange.State.
//
// An error that is an *Error is passed on; any other counts as Usage.
type Mode interface {
	// DataTypes returns the types of the initiator's and of the responder's
	// message.
	DataTypes() (request, response DataType)

	// CheckRequest checks that a request has the payloads that the mode wants,
	// without looking into them.
	CheckRequest(m *Message) error

	// SealRequest adds the mode's payloads to x.Request, protects the message
	// and returns its octets. It sets x.Keys if the initiator has the keys now.
	SealRequest(x *Exchange) ([]byte, error)

	// OpenRequest authenticates x.Request and sets x.Keys if the message
	// carries keys. It changes no state but x. It sets x.Authentic as soon as
	// the message is authenticated, also where it fails afterwards.
	OpenRequest(x *Exchange) error

	// SealResponse adds the mode's payloads to x.Response, protects it and
	// returns its octets, and sets x.Keys if the responder has the keys only
	// now. It returns nil where the mode has no response to x.Request.
	SealResponse(x *Exchange) ([]byte, error)

	// OpenResponse authenticates x.Response, and sets x.Keys if SealRequest
	// did not.
	OpenResponse(x *Exchange) error

	// SealError protects the error message m with the keys of the exchange.
	// The responder calls it only for authenticated requests.
	SealError(x *Exchange, m *Message) ([]byte, error)

	// OpenError authenticates the error message m.
	OpenError(x *Exchange, m *Message) error
}

// An Exchange is one run of the protocol as a Mode sees it.
type Exchange struct {
	Config *Config // every default is filled in
	Offer  *Offer  // of the initiator; nil at the responder
	Answer *Answer // of the responder; nil at the initiator

	Request  *Message // received, or without the mode's payloads
	Response *Message // likewise

	PRF       PRFFunc
	CSBID     uint32    // in the header of both messages
	KeyCSBID  uint32    // from which the keys of the session are derived; the same outside of groups of RSA-R
	RAND      []byte    // of the first message of the CSB; empty where that had none
	Timestamp Timestamp // of the request
	Update    bool      // the request updates a CSB

	// IDi and IDr are the identities in the messages, or known otherwise; zero
	// where neither says.
	IDi, IDr ID

	// Authentic tells that the request is authenticated, or that the
	// transport vouches for it.
	Authentic bool

	// Keys is the result: the keys that the exchange agrees on. None in an
	// update leaves those of before in force.
	Keys []KeyData

	// PeerCertificates are the verified certificates of the peer, the one that
	// signs first, in the modes that have any.
	PeerCertificates []*x509.Certificate

	// KnownPeer are the certificates that the peer of an updated CSB had, the one
	// that signs first, if it had any.
	KnownPeer []*x509.Certificate

	// EnvelopeKey is kept for updates as Cache says, in the modes that have
	// one.
	EnvelopeKey []byte
	Cache       CacheType

	// State is the mode's own.
	State any
}

// verificationInput appends what follows the message in the input of a
// verification MAC: IDi, IDr and the timestamp, as bare values (RFC 3830,
// Section 5.2; RFC 6043, Section 5.5).
func (x *Exchange) verificationInput(b []byte) []byte {
	b = append(b, x.IDi.Value...)
	b = append(b, x.IDr.Value...)
	return x.Timestamp.appendValue(b)
}

// CheckPayloads checks that m has nothing but payloads of the types of allowed,
// and that the last one is of type last. It is for those who write a Mode.
func CheckPayloads(m *Message, last PayloadType, allowed ...PayloadType) error {
	set := uint32(1) << last
	for _, t := range allowed {
		set |= 1 << t
	}
	return checkPayloads(m, set, last)
}

// checkPayloads is CheckPayloads with a set of bits.
func checkPayloads(m *Message, allowed uint32, last PayloadType) error {
	for _, p := range m.Payloads {
		if u, ok := p.(*Unknown); ok {
			if u.cause != ErrorUnspecified {
				return refuseWith(Unsupported, u.cause, "%v payload with an algorithm that is not known", u.PayloadType)
			}
			return refuseWith(Malformed, ErrorUnspecified, "%v payload is not known", u.PayloadType)
		}
		if t := p.Type(); t >= 32 || allowed&(1<<t) == 0 {
			return refuseWith(Malformed, ErrorUnspecified, "%v payload does not belong into a message of type %v", t, m.Header.DataType)
		}
	}
	if n := len(m.Payloads); n == 0 || m.Payloads[n-1].Type() != last {
		return refuseWith(Malformed, ErrorUnspecified, "the last payload is not %v", last)
	}
	return nil
}

// identifiedMode is a mode that knows identities from certificates.
type identifiedMode interface {
	identities() (own, peer ID)
}

// An agreementMode has groups whose values the decoder has to know.
type agreementMode interface {
	KeyAgreements() []KeyAgreement
}

// alwaysAnswered reports whether requests of a mode have an answer whatever the
// V flag says: a verification message is optional, others are not.
func alwaysAnswered(m Mode) bool {
	_, response := m.DataTypes()
	return response != PSKVerify && response != PKVerify
}

// idsOf returns the ID payloads of a message.
func idsOf(m *Message) []*ID {
	var ids []*ID
	for _, p := range m.Payloads {
		if id, ok := p.(*ID); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// policiesOf returns the SP payloads of a message.
func policiesOf(m *Message) []SecurityPolicy {
	var policies []SecurityPolicy
	for _, p := range m.Payloads {
		if sp, ok := p.(*SecurityPolicy); ok {
			policies = append(policies, *sp)
		}
	}
	return clonePolicies(policies) // they outlive the message
}
