package mikey

import (
	"encoding/binary"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// A PKE is the envelope data payload: an envelope key under a public key (RFC
// 3830, Section 6.3).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next Payload  ! C ! Data len                  ! Data          ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type PKE struct {
	Cache CacheType // 2 bits
	Data  []byte    // the encrypted envelope key, at most 16383 octets
}

func (*PKE) Type() PayloadType { return PKEPayload }

func parsePKE(s *cryptobyte.String) (Payload, PayloadType, error) {
	var next uint8
	var cacheLen uint16
	p := new(PKE)
	if !s.ReadUint8(&next) || !s.ReadUint16(&cacheLen) || !s.ReadBytes(&p.Data, int(cacheLen&0x3fff)) {
		return nil, 0, ErrTruncated
	}
	p.Cache = CacheType(cacheLen >> 14)
	p.Data = slices.Clip(p.Data)
	return p, PayloadType(next), nil
}

func (p *PKE) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if p.Cache > 3 {
		return nil, ErrValue
	}
	if len(p.Data) > 0x3fff {
		return nil, ErrLength
	}
	b = append(b, uint8(next))
	b = binary.BigEndian.AppendUint16(b, uint16(p.Cache)<<14|uint16(len(p.Data)))
	return append(b, p.Data...), nil
}
