package mikey

import (
	"encoding/binary"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// A Cert is the payload of one certificate of a chain (RFC 3830, Section 6.7).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Next Payload !   Cert Type   !          Cert len             !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                           Cert data                           ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Cert struct {
	CertType CertType
	Data     []byte // DER, or for CertX509URL an ASCII URL; at most 65535 octets
}

func (*Cert) Type() PayloadType { return CERTPayload }

func parseCert(s *cryptobyte.String) (Payload, PayloadType, error) {
	var next, certType uint8
	c := new(Cert)
	if !s.ReadUint8(&next) || !s.ReadUint8(&certType) ||
		!s.ReadUint16LengthPrefixed((*cryptobyte.String)(&c.Data)) {
		return nil, 0, ErrTruncated
	}
	c.CertType = CertType(certType)
	c.Data = slices.Clip(c.Data)
	return c, PayloadType(next), nil
}

func (c *Cert) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if len(c.Data) > 0xffff {
		return nil, ErrLength
	}
	b = append(b, uint8(next), uint8(c.CertType))
	b = binary.BigEndian.AppendUint16(b, uint16(len(c.Data)))
	return append(b, c.Data...), nil
}

// A CertHash is the payload CHASH: the hash of the certificate whose public key
// was used (RFC 3830, Section 6.8).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next Payload  ! Hash func     ! Hash                          ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type CertHash struct {
	HashFunc HashFunc
	Hash     []byte // as long as HashFunc says
}

func (*CertHash) Type() PayloadType { return CHASHPayload }

func parseCertHash(s *cryptobyte.String) (Payload, PayloadType, error) {
	var next, hashFunc uint8
	if !s.ReadUint8(&next) || !s.ReadUint8(&hashFunc) {
		return nil, 0, ErrTruncated
	}
	c := &CertHash{HashFunc: HashFunc(hashFunc)}
	n, ok := c.HashFunc.Len()
	if !ok {
		return nil, 0, unknownLayout(ErrorInvalidHA)
	}
	if !s.ReadBytes(&c.Hash, n) {
		return nil, 0, ErrTruncated
	}
	c.Hash = slices.Clip(c.Hash)
	return c, PayloadType(next), nil
}

func (c *CertHash) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if n, ok := c.HashFunc.Len(); !ok || len(c.Hash) != n {
		return nil, ErrLength
	}
	b = append(b, uint8(next), uint8(c.HashFunc))
	return append(b, c.Hash...), nil
}
