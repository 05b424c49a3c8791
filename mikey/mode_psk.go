package mikey

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"

	"github.com/gomikey/gomikey/internal/keywrap"
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

// pskState is what the later steps of an exchange need.
type pskState struct {
	macAlg  MACAlg
	mac     hash.Hash // keyed with auth_key; nil for MACNULL
	scratch [128]byte
}

func (*pskMode) DataTypes() (request, response DataType) { return PSKInit, PSKVerify }

const (
	pskRequestPayloads = 1<<TPayload | 1<<RANDPayload | 1<<IDPayload | 1<<SPPayload |
		1<<GeneralExtensionPayload | 1<<KEMACPayload
	pskResponsePayloads = 1<<TPayload | 1<<IDPayload | 1<<SPPayload |
		1<<GeneralExtensionPayload | 1<<VPayload
)

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
	state := &pskState{macAlg: k.MACAlg, mac: keys.newMAC(k.MACAlg)}
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
	state := &pskState{macAlg: k.MACAlg, mac: keys.newMAC(k.MACAlg)}
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
func (p *pskMode) SealResponse(x *Exchange) ([]byte, error) {
	state := x.State.(*pskState)
	n, _ := state.macAlg.Len()
	v := &Verification{AuthAlg: state.macAlg, MAC: make([]byte, n)}
	x.Response.Payloads = append(x.Response.Payloads, v)
	return state.seal(x.Response, v.MAC, x)
}

func (p *pskMode) OpenResponse(x *Exchange) error {
	if err := checkPayloads(x.Response, pskResponsePayloads, VPayload); err != nil {
		return err
	}
	return x.State.(*pskState).openV(x.Response, x)
}

// SealError appends a V payload. Unlike that of a verification message it covers
// the message alone (RFC 3830, Section 5.1.2; RFC 6043, Section 5.5).
func (p *pskMode) SealError(x *Exchange, m *Message) ([]byte, error) {
	state := x.State.(*pskState)
	if state.macAlg == MACNULL {
		return m.MarshalBinary()
	}
	n, _ := state.macAlg.Len()
	v := &Verification{AuthAlg: state.macAlg, MAC: make([]byte, n)}
	m.Payloads = append(m.Payloads, v)
	return state.seal(m, v.MAC, nil)
}

func (p *pskMode) OpenError(x *Exchange, m *Message) error {
	const allowed = 1<<TPayload | 1<<ERRPayload | 1<<SPPayload | 1<<IDPayload | 1<<GeneralExtensionPayload | 1<<VPayload
	if err := checkPayloads(m, allowed, VPayload); err != nil {
		return err
	}
	return x.State.(*pskState).openV(m, nil)
}

// seal encodes m, whose last octets are those of mac, still zero. It computes
// the MAC, over what of verifies where that is not nil too, and fills it in.
func (s *pskState) seal(m *Message, mac []byte, of *Exchange) ([]byte, error) {
	out, err := m.AppendBinary(make([]byte, 0, 384))
	if err != nil {
		return nil, err
	}
	covered := len(out) - len(mac)
	s.sum(mac[:0], out[:covered], of)
	copy(out[covered:], mac)
	return out, nil
}

// openV verifies the V payload that ends m.
func (s *pskState) openV(m *Message, of *Exchange) error {
	v := m.Payloads[len(m.Payloads)-1].(*Verification)
	if v.AuthAlg != s.macAlg {
		return refuse(Policy, "the answer is authenticated with %v, not with %v", v.AuthAlg, s.macAlg)
	}
	if !s.verify(m.raw[:len(m.raw)-len(v.MAC)], of, v.MAC) {
		return refuse(AuthFailure, "the verification MAC does not verify: the pre-shared keys or the identities differ, or the message was changed")
	}
	return nil
}

func (s *pskState) verify(message []byte, of *Exchange, mac []byte) bool {
	return hmac.Equal(s.sum(nil, message, of), mac)
}

func (s *pskState) sum(b, message []byte, of *Exchange) []byte {
	if s.mac == nil {
		return b
	}
	s.mac.Reset()
	s.mac.Write(message)
	if of != nil {
		s.mac.Write(of.verificationInput(s.scratch[:0]))
	}
	return s.mac.Sum(b)
}

// checkAlgorithms refuses what is unknown and what is not allowed.
func (p *pskMode) checkAlgorithms(k *KEMAC) error {
	if k.EncrAlg > EncrAESCM256 {
		return refuseWith(Unsupported, ErrorInvalidEA, "encryption %v is not known", k.EncrAlg)
	}
	if k.MACAlg > MACHMACSHA256256 {
		return refuseWith(Unsupported, ErrorInvalidMAC, "%v is not known", k.MACAlg)
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

// messageKeys are the keys that protect a message (RFC 3830, Section 4.1.4).
type messageKeys struct {
	encr, auth, salt []byte
	buf              [32 + 32 + 14]byte
}

func (k *messageKeys) wipe() { clear(k.buf[:]) }

// deriveKeys derives the keys for the algorithms of a KEMAC from the
// pre-shared key.
func (p *pskMode) deriveKeys(x *Exchange, k *KEMAC) (*messageKeys, error) {
	keys := new(messageKeys)
	encrLen, saltLen := 0, 0
	switch k.EncrAlg {
	case EncrAESCM128:
		encrLen, saltLen = 16, 14
	case EncrAESCM256:
		encrLen, saltLen = 32, 14
	case EncrAESKW128:
		encrLen, saltLen = 16, 8
	}
	authLen, _ := k.MACAlg.Len() // as long as the MAC (RFC 3830, Section 4.2.4)
	keys.encr = keys.buf[:encrLen]
	keys.auth = keys.buf[32 : 32+authLen]
	keys.salt = keys.buf[64 : 64+saltLen]
	if encrLen+authLen == 0 {
		return keys, nil
	}
	secret := p.lookup(x.IDi, x.IDr)
	if len(secret) == 0 {
		return nil, refuseWith(AuthFailure, ErrorAuthFailure, "there is no pre-shared key for %v and %v", x.IDi, x.IDr)
	}
	if len(x.RAND) < minRAND {
		return nil, refuseWith(Malformed, ErrorUnspecified, "the RAND has %d octets, less than %d", len(x.RAND), minRAND)
	}
	d, ok := newDeriver(x.PRF, secret, x.CSBID, x.RAND)
	if !ok {
		return nil, refuseWith(Unsupported, ErrorInvalidPRF, "%v is not known", x.PRF)
	}
	defer d.wipe()
	if encrLen > 0 {
		d.derive(keys.encr, LabelMIKEYEncr, CSIDMIKEY)
		d.derive(keys.salt, LabelMIKEYSalt, CSIDMIKEY)
	}
	if authLen > 0 {
		d.derive(keys.auth, LabelMIKEYAuth, CSIDMIKEY)
	}
	return keys, nil
}

func (k *messageKeys) newMAC(alg MACAlg) hash.Hash {
	switch alg {
	case MACHMACSHA1160:
		return hmac.New(sha1.New, k.auth)
	case MACHMACSHA256256:
		return hmac.New(sha256.New, k.auth)
	}
	return nil
}

// encrypt encrypts the key data, perhaps in place.
func (k *messageKeys) encrypt(alg EncrAlg, plain []byte, x *Exchange) ([]byte, error) {
	switch {
	case alg == EncrNULL || len(plain) == 0:
		return plain, nil
	case alg == EncrAESKW128:
		// Key wrap takes two or more groups of 8 octets.
		for len(plain) < 16 || len(plain)%8 != 0 {
			plain = append(plain, 0)
		}
		block, err := aes.NewCipher(k.encr)
		if err != nil {
			return nil, err
		}
		return keywrap.Wrap(block, [8]byte(k.salt), plain)
	}
	return plain, k.xorKeyStream(plain, plain, x)
}

// decrypt returns the key data and how many zero octets may pad it. The KEMAC
// keeps the octets that were received.
func (k *messageKeys) decrypt(kemac *KEMAC, x *Exchange) (plain []byte, padding int, err error) {
	data := kemac.EncrData
	switch {
	case len(data) == 0:
		return nil, 0, nil
	case kemac.EncrAlg == EncrNULL:
		return bytes.Clone(data), 0, nil
	case kemac.EncrAlg == EncrAESKW128:
		block, err := aes.NewCipher(k.encr)
		if err != nil {
			return nil, 0, err
		}
		plain, err = keywrap.Unwrap(block, [8]byte(k.salt), data)
		switch {
		case errors.Is(err, keywrap.ErrLength):
			return nil, 0, refuseWith(Malformed, ErrorUnspecified, "%d octets are not a wrapped key", len(data))
		case err != nil:
			return nil, 0, refuseWith(AuthFailure, ErrorAuthFailure, "the wrapped key data does not verify")
		}
		return plain, 15, nil
	}
	plain = make([]byte, len(data))
	return plain, 0, k.xorKeyStream(plain, data, x)
}

// xorKeyStream is AES in counter mode (RFC 3830, Section 4.2.3):
//
//	IV = (S XOR (0x0000 || CSB ID || T)) || 0x0000
//
// The 2^23 bits that the last two octets allow are more than a message has.
func (k *messageKeys) xorKeyStream(dst, src []byte, x *Exchange) error {
	block, err := aes.NewCipher(k.encr)
	if err != nil {
		return err
	}
	var iv [aes.BlockSize]byte
	binary.BigEndian.PutUint32(iv[2:6], x.CSBID)
	binary.BigEndian.PutUint64(iv[6:14], x.Timestamp.uint64())
	for i, s := range k.salt {
		iv[i] ^= s
	}
	cipher.NewCTR(block, iv[:]).XORKeyStream(dst, src)
	return nil
}
