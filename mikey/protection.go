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

// checkKnown refuses algorithms that this package does not have.
func checkKnown(k *KEMAC) error {
	if k.EncrAlg > EncrAESCM256 {
		return refuseWith(Unsupported, ErrorInvalidEA, "encryption %v is not known", k.EncrAlg)
	}
	if k.MACAlg > MACHMACSHA256256 {
		return refuseWith(Unsupported, ErrorInvalidMAC, "%v is not known", k.MACAlg)
	}
	return nil
}

// macState is the MAC of an exchange, for its later messages.
type macState struct {
	macAlg  MACAlg
	mac     hash.Hash // keyed with auth_key; nil for MACNULL
	scratch [128]byte
}

// verificationPayloads are those of a verification message (RFC 3830, Sections
// 3.1 and 3.2).
const verificationPayloads = 1<<TPayload | 1<<IDPayload | 1<<SPPayload |
	1<<GeneralExtensionPayload | 1<<VPayload

// sealV makes the verification message: HDR, T, [IDr], V.
func (s *macState) sealV(x *Exchange) ([]byte, error) {
	n, _ := s.macAlg.Len()
	v := &Verification{AuthAlg: s.macAlg, MAC: make([]byte, n)}
	x.Response.Payloads = append(x.Response.Payloads, v)
	if x.Config.Libmikey.WriteV {
		bare := &Exchange{Timestamp: x.Timestamp}
		return s.seal(x.Response, v.MAC, bare)
	}
	return s.seal(x.Response, v.MAC, x)
}

// openResponse verifies the verification message.
func (s *macState) openResponse(x *Exchange) error {
	if err := checkPayloads(x.Response, verificationPayloads, VPayload); err != nil {
		return err
	}
	return s.openV(x.Response, x)
}

// sealError appends a V payload to an error message. Unlike that of a
// verification message it covers the message alone (RFC 3830, Section 5.1.2; RFC
// 6043, Section 5.5).
func (s *macState) sealError(m *Message) ([]byte, error) {
	if s.macAlg == MACNULL {
		return m.MarshalBinary()
	}
	n, _ := s.macAlg.Len()
	v := &Verification{AuthAlg: s.macAlg, MAC: make([]byte, n)}
	m.Payloads = append(m.Payloads, v)
	return s.seal(m, v.MAC, nil)
}

func (s *macState) openError(m *Message) error {
	if s.macAlg == MACNULL {
		return refuse(AuthFailure, "nothing authenticates the error message")
	}
	const allowed = 1<<TPayload | 1<<ERRPayload | 1<<SPPayload | 1<<IDPayload | 1<<GeneralExtensionPayload | 1<<VPayload
	if err := checkPayloads(m, allowed, VPayload); err != nil {
		return err
	}
	return s.openV(m, nil)
}

// seal encodes m, whose last octets are those of mac, still zero. It computes
// the MAC, over what of verifies where that is not nil too, and fills it in.
func (s *macState) seal(m *Message, mac []byte, of *Exchange) ([]byte, error) {
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
func (s *macState) openV(m *Message, of *Exchange) error {
	v := m.Payloads[len(m.Payloads)-1].(*Verification)
	if v.AuthAlg != s.macAlg {
		return refuse(Policy, "the answer is authenticated with %v, not with %v", v.AuthAlg, s.macAlg)
	}
	covered := m.raw[:len(m.raw)-len(v.MAC)]
	ok := s.verify(covered, of, v.MAC)
	if !ok && of != nil && of.Config.Libmikey.AcceptV {
		ok = s.verify(covered, &Exchange{Timestamp: of.Timestamp}, v.MAC)
	}
	if !ok {
		return refuse(AuthFailure, "the verification MAC does not verify: the pre-shared keys or the identities differ, or the message was changed")
	}
	return nil
}

func (s *macState) verify(message []byte, of *Exchange, mac []byte) bool {
	return hmac.Equal(s.sum(nil, message, of), mac)
}

func (s *macState) sum(b, message []byte, of *Exchange) []byte {
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

// messageKeys are the keys that protect a message (RFC 3830, Section 4.1.4).
type messageKeys struct {
	encr, auth, salt []byte
	buf              [32 + 32 + 14]byte
}

func (k *messageKeys) wipe() { clear(k.buf[:]) }

// deriveMessageKeys derives the keys for the algorithms of a KEMAC from a
// pre-shared or envelope key.
func deriveMessageKeys(x *Exchange, k *KEMAC, secret []byte) (*messageKeys, error) {
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
	if len(secret) == 0 {
		return nil, refuseWith(AuthFailure, ErrorAuthFailure, "there is no pre-shared key for %v and %v", x.IDi, x.IDr)
	}
	if len(x.RAND) < minRAND {
		return nil, refuseWith(Malformed, ErrorUnspecified, "the RAND has %d octets, less than %d", len(x.RAND), minRAND)
	}
	d, ok := newDeriver(x.PRF, x.Config.Libmikey.PRF, secret, x.CSBID, x.RAND)
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

// A MessageMAC authenticates the messages of an exchange with a key from a
// pre-shared key (RFC 3830, Section 4.1.4). It is for those who write a Mode.
type MessageMAC struct{ state *macState }

// NewMessageMAC returns the MAC of an exchange under a secret, over the CSB ID and
// RAND of x. The algorithm is not MACNULL.
func NewMessageMAC(x *Exchange, alg MACAlg, secret []byte) (*MessageMAC, error) {
	k := &KEMAC{EncrAlg: EncrNULL, MACAlg: alg}
	if err := checkKnown(k); err != nil {
		return nil, err
	}
	if alg == MACNULL {
		return nil, refuseWith(Policy, ErrorInvalidMAC, "NULL authentication authenticates nothing")
	}
	keys, err := deriveMessageKeys(x, k, secret)
	if err != nil {
		return nil, err
	}
	defer keys.wipe()
	return &MessageMAC{&macState{macAlg: alg, mac: keys.newMAC(alg)}}, nil
}

// SealKEMAC adds a KEMAC that carries the MAC and nothing else, and returns the
// octets of the message.
func (m *MessageMAC) SealKEMAC(msg *Message) ([]byte, error) {
	n, _ := m.state.macAlg.Len()
	k := &KEMAC{EncrAlg: EncrNULL, MACAlg: m.state.macAlg, MAC: make([]byte, n)}
	msg.Payloads = append(msg.Payloads, k)
	return m.state.seal(msg, k.MAC, nil)
}

// VerifyKEMAC verifies the MAC in the KEMAC that ends a message.
func (m *MessageMAC) VerifyKEMAC(msg *Message) error {
	k, ok := msg.lastKEMAC()
	if !ok {
		return refuseWith(Malformed, ErrorUnspecified, "the last payload is not %v", KEMACPayload)
	}
	if k.MACAlg != m.state.macAlg {
		return refuseWith(Policy, ErrorInvalidMAC, "the message is authenticated with %v, not with %v", k.MACAlg, m.state.macAlg)
	}
	if !m.state.verify(msg.raw[:len(msg.raw)-len(k.MAC)], nil, k.MAC) {
		return refuseWith(AuthFailure, ErrorAuthFailure, "the MAC does not verify: the pre-shared keys differ, or the message was changed")
	}
	return nil
}

// SealError adds a V payload to an error message and returns its octets.
func (m *MessageMAC) SealError(msg *Message) ([]byte, error) { return m.state.sealError(msg) }

// OpenError verifies the V payload of an error message.
func (m *MessageMAC) OpenError(msg *Message) error { return m.state.openError(msg) }
