package mikey

import (
	"bytes"
)

// PSK returns the pre-shared key mode for peers that all share one secret (RFC
// 3830, Section 3.1). The secret has any length above 0; its strength bounds
// that of the keys. The mode keeps a copy of it.
func PSK(secret []byte) (Mode, error) {
	if len(secret) == 0 {
		return nil, refuse(Usage, "the pre-shared key has no octets")
	}
	secret = bytes.Clone(secret)
	return &pskMode{lookup: func(_, _ ID) []byte { return secret }}, nil
}

// PSKLookup is PSK for a party with a secret for each of its peers. lookup is
// called with the identities of a request, zero for those that nobody said, and
// returns the secret, or nil if there is none. It is called for requests that
// are not authenticated yet, perhaps concurrently, and must not keep state. The
// secret is not changed.
func PSKLookup(lookup func(initiator, responder ID) []byte) Mode {
	return &pskMode{lookup: lookup}
}

// InsecureTransportProtected is PSK that may also leave the protection of the
// message to its transport: it takes and makes messages with NULL encryption and
// NULL MAC (RFC 3830, Sections 4.2.3 and 4.2.4). Anybody who can read or write
// the transport has the keys: use it inside TLS and nowhere else. RTSP cameras
// key their streams like this.
//
// Its initiator sends NULL and NULL by default. Its responder allows habits of
// deployed devices in such messages, but not in others: no RAND where no key is
// derived, one zero octet behind the message, no SP payload, and a single SP
// payload whose number no crypto session has.
//
// The secret is for messages that are protected nevertheless; it may be nil.
func InsecureTransportProtected(secret []byte) Mode {
	secret = bytes.Clone(secret)
	return &pskMode{lookup: func(_, _ ID) []byte { return secret }, insecure: true}
}

type pskMode struct {
	lookup   func(initiator, responder ID) []byte
	insecure bool // NULL algorithms are allowed
}

func (*pskMode) DataTypes() (request, response DataType) { return PSKInit, PSKVerify }

const pskRequestPayloads = 1<<TPayload | 1<<RANDPayload | 1<<IDPayload | 1<<SPPayload |
	1<<GeneralExtensionPayload | 1<<KEMACPayload

// CheckRequest: HDR, T, RAND, [IDi], [IDr], {SP}, KEMAC (RFC 3830, Section
// 3.1). KEMAC is the last payload (Section 6.2).
func (*pskMode) CheckRequest(m *Message) error {
	return checkPayloads(m, pskRequestPayloads, KEMACPayload)
}

func (p *pskMode) SealRequest(x *Exchange) ([]byte, error) {
	alg := Algorithms128
	if p.insecure {
		alg = Algorithms{}
	}
	if x.Offer.Algorithms != nil {
		alg = *x.Offer.Algorithms
	}
	k := &KEMAC{EncrAlg: alg.Encr, MACAlg: alg.MAC}
	if err := p.checkAlgorithms(k); err != nil {
		return nil, err
	}
	keys, err := p.deriveKeys(x, k)
	if err != nil {
		return nil, err
	}
	defer keys.wipe()

	x.Keys = x.Offer.Keys
	plain, err := AppendKeyData(make([]byte, 0, 128), nil, x.Keys)
	if err != nil {
		return nil, err
	}
	if k.EncrData, err = keys.encrypt(k.EncrAlg, plain, x); err != nil {
		return nil, err
	}
	k.MAC = make([]byte, len(keys.auth))
	x.Request.Payloads = append(x.Request.Payloads, k)
	x.Authentic = true
	state := &macState{macAlg: k.MACAlg, mac: keys.newMAC(k.MACAlg)}
	x.State = state
	return state.seal(x.Request, k.MAC, nil)
}

func (p *pskMode) OpenRequest(x *Exchange) error {
	m := x.Request
	k := m.Payloads[len(m.Payloads)-1].(*KEMAC) // CheckRequest saw it
	if err := p.checkAlgorithms(k); err != nil {
		return err
	}
	keys, err := p.deriveKeys(x, k)
	if err != nil {
		return err
	}
	defer keys.wipe()

	// The MAC covers the whole message but itself, and stands at its end (RFC
	// 3830, Section 5.2).
	state := &macState{macAlg: k.MACAlg, mac: keys.newMAC(k.MACAlg)}
	covered := m.raw[:len(m.raw)-len(m.Trailing)-len(k.MAC)]
	if !state.verify(covered, nil, k.MAC) {
		return refuseWith(AuthFailure, ErrorAuthFailure, "the MAC does not verify: the pre-shared keys differ, or the message was changed")
	}
	x.Authentic = true
	x.State = state

	plain, padding, err := keys.decrypt(k, x)
	if err != nil {
		return err
	}
	_, x.Keys, err = parseKeyData(KeyDataPayload, plain, make([]KeyData, 0, 2), padding)
	return err
}

// SealResponse: HDR, T, [IDr], V (RFC 3830, Section 3.1).
func (*pskMode) SealResponse(x *Exchange) ([]byte, error) { return x.State.(*macState).sealV(x) }

func (*pskMode) OpenResponse(x *Exchange) error { return x.State.(*macState).openResponse(x) }

func (*pskMode) SealError(x *Exchange, m *Message) ([]byte, error) {
	return x.State.(*macState).sealError(m)
}

func (*pskMode) OpenError(x *Exchange, m *Message) error { return x.State.(*macState).openError(m) }

// checkAlgorithms refuses algorithms that are unknown or not allowed.
func (p *pskMode) checkAlgorithms(k *KEMAC) error {
	if err := checkKnown(k); err != nil {
		return err
	}
	if p.insecure {
		return nil
	}
	if k.MACAlg == MACNULL {
		return refuseWith(Policy, ErrorInvalidMAC, "NULL authentication is for transports that protect the message: see InsecureTransportProtected")
	}
	if k.EncrAlg == EncrNULL {
		return refuseWith(Policy, ErrorInvalidEA, "NULL encryption is for transports that protect the message: see InsecureTransportProtected")
	}
	return nil
}

// deriveKeys derives the keys for the algorithms of a KEMAC, if they need any.
func (p *pskMode) deriveKeys(x *Exchange, k *KEMAC) (*messageKeys, error) {
	var secret []byte
	if k.EncrAlg != EncrNULL || k.MACAlg != MACNULL {
		secret = p.lookup(x.IDi, x.IDr)
	}
	return deriveMessageKeys(x, k, secret)
}
