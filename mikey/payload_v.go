package mikey

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// A Verification is the payload V of a verification message (RFC 3830, Section
// 6.9).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next Payload  ! Auth alg      ! Ver data                      ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Verification struct {
	AuthAlg MACAlg
	MAC     []byte // as long as AuthAlg says
}

func (*Verification) Type() PayloadType { return VPayload }

func parseVerification(s *cryptobyte.String, v *Verification) (Payload, PayloadType, error) {
	var next, authAlg uint8
	if !s.ReadUint8(&next) || !s.ReadUint8(&authAlg) {
		return nil, 0, ErrTruncated
	}
	v.AuthAlg = MACAlg(authAlg)
	n, ok := v.AuthAlg.Len()
	if !ok {
		return nil, 0, unknownLayout(ErrorInvalidMAC)
	}
	if !s.ReadBytes(&v.MAC, n) {
		return nil, 0, ErrTruncated
	}
	v.MAC = slices.Clip(v.MAC)
	return v, PayloadType(next), nil
}

func (v *Verification) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if n, ok := v.AuthAlg.Len(); !ok || len(v.MAC) != n {
		return nil, ErrLength
	}
	b = append(b, uint8(next), uint8(v.AuthAlg))
	return append(b, v.MAC...), nil
}
