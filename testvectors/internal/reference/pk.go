package reference

import "encoding/binary"

// What the modes with certificates have in common: the signature (RFC 3830,
// Section 5.2), and the KEMAC under an envelope key (Section 3.2 and 6.2).

// A Signer makes the signature of a SIGN payload.
type Signer struct {
	Type byte // S type
	Len  int  // of every signature, in octets
	Sign func(covered []byte) []byte
}

// PKCS1 signs with S type 0 and SHA-256.
func (k RSAKey) PKCS1() Signer { return Signer{0, k.Len(), k.SignPKCS1} }

// PKCS1SHA1 signs with S type 0 and SHA-1.
func (k RSAKey) PKCS1SHA1() Signer { return Signer{0, k.Len(), k.SignPKCS1SHA1} }

// PSS signs with S type 1 and SHA-256.
func (k RSAKey) PSS() Signer { return Signer{1, k.Len(), k.SignPSS} }

// SignatureInput is the entire message with its SIGN payload, except the
// signature field: S type and length are covered (Section 5.2).
func SignatureInput(m *Message, s Signer) []byte {
	return with(m, SIGNOfLength(s.Type, s.Len, nil)).Octets()
}

// Signed is the message with its SIGN payload. The signature covers the
// message, and more behind it.
func Signed(m *Message, s Signer, more []byte) *Message {
	covered := append(SignatureInput(m, s), more...)
	return with(m, SIGN(s.Type, s.Sign(covered)))
}

// SignatureInputWithoutPayload is the message without the SIGN payload itself
// (RFC 4738, Section 3.6). The payload before names it nevertheless.
func SignatureInputWithoutPayload(m *Message, s Signer) []byte {
	octets := SignatureInput(m, s)
	return octets[:len(octets)-2]
}

// SignedWithoutPayload is Signed for the answers of RSA-R.
func SignedWithoutPayload(m *Message, s Signer, more []byte) *Message {
	covered := append(SignatureInputWithoutPayload(m, s), more...)
	return with(m, SIGN(s.Type, s.Sign(covered)))
}

// with is a copy of the message with one payload more.
func with(m *Message, p Payload) *Message {
	out := *m
	out.Payloads = append(append([]Payload{}, m.Payloads...), p)
	return &out
}

// VerificationInput is what follows the message in the input of a verification
// MAC: Identity_i || Identity_r || Timestamp, as values (Section 5.2).
func VerificationInput(idI, idR string, tValue []byte) []byte {
	b := append([]byte(idI), idR...)
	return append(b, tValue...)
}

// KEMACInput is what the MAC of a KEMAC under an envelope key covers: the payload
// with the next-payload octet zero, except the MAC field (Section 5.2).
func KEMACInput(encrAlg byte, encrData []byte, macAlg byte) []byte {
	b := []byte{NumLast, encrAlg}
	b = binary.BigEndian.AppendUint16(b, uint16(len(encrData)))
	b = append(b, encrData...)
	return append(b, macAlg)
}

// EnvelopeKEMAC is the KEMAC whose content is encrypted under an envelope key.
func (k MessageKeys) EnvelopeKEMAC(t64, plain []byte) Payload {
	encrData := k.Encrypt(t64, plain)
	return KEMAC(k.Encr, encrData, k.MAC, MAC(k.MAC, k.AuthKey(), KEMACInput(k.Encr, encrData, k.MAC)))
}
