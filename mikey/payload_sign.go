package mikey

import (
	"encoding/binary"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// A Sign is the signature payload (RFC 3830, Section 6.5). It has no
// next-payload octet: it is always the last payload.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! S type| signature len         ! Signature                     ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Sign struct {
	SignType  SignType // 4 bits
	Signature []byte   // at most 4095 octets
}

func (*Sign) Type() PayloadType { return SIGNPayload }

func parseSign(s *cryptobyte.String) (Payload, error) {
	var typeLen uint16
	p := new(Sign)
	if !s.ReadUint16(&typeLen) || !s.ReadBytes(&p.Signature, int(typeLen&0xfff)) {
		return nil, ErrTruncated
	}
	p.SignType = SignType(typeLen >> 12)
	p.Signature = slices.Clip(p.Signature)
	return p, nil
}

func (p *Sign) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if next != LastPayload {
		return nil, ErrMisplaced
	}
	if p.SignType > 0xf {
		return nil, ErrValue
	}
	if len(p.Signature) > 0xfff {
		return nil, ErrLength
	}
	b = binary.BigEndian.AppendUint16(b, uint16(p.SignType)<<12|uint16(len(p.Signature)))
	return append(b, p.Signature...), nil
}
