package mikey

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// A Rand is the payload RAND: what makes the keys of each CSB fresh (RFC 3830,
// Section 6.11).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next payload  ! RAND len      ! RAND                          ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Rand struct {
	Value []byte // 1 to 255 octets, at least 16 where keys are derived
}

func (*Rand) Type() PayloadType { return RANDPayload }

func parseRand(s *cryptobyte.String, r *Rand) (Payload, PayloadType, error) {
	var next uint8
	if !s.ReadUint8(&next) || !s.ReadUint8LengthPrefixed((*cryptobyte.String)(&r.Value)) {
		return nil, 0, ErrTruncated
	}
	if len(r.Value) == 0 {
		return nil, 0, ErrLength
	}
	r.Value = slices.Clip(r.Value)
	return r, PayloadType(next), nil
}

func (r *Rand) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if len(r.Value) == 0 || len(r.Value) > 0xff {
		return nil, ErrLength
	}
	b = append(b, uint8(next), uint8(len(r.Value)))
	return append(b, r.Value...), nil
}
