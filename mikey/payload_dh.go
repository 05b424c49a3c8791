package mikey

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// A DH is the Diffie-Hellman data payload (RFC 3830, Section 6.4).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Next Payload ! DH-Group      !  DH-value                     ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Reserv! KV    ! KV data (optional)                            ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type DH struct {
	Group    DHGroup
	Value    []byte // as long as the group says
	Reserved uint8  // 4 bits, written as 0 and ignored
	Validity KeyValidity
}

func (*DH) Type() PayloadType { return DHPayload }

func parseDH(s *cryptobyte.String, valueLen func(DHGroup) (int, bool)) (Payload, PayloadType, error) {
	var next, group, reservedKV uint8
	if !s.ReadUint8(&next) || !s.ReadUint8(&group) {
		return nil, 0, ErrTruncated
	}
	d := &DH{Group: DHGroup(group)}
	n, ok := valueLen(d.Group)
	if !ok {
		return nil, 0, unknownLayout(ErrorInvalidDH)
	}
	if !s.ReadBytes(&d.Value, n) || !s.ReadUint8(&reservedKV) {
		return nil, 0, ErrTruncated
	}
	d.Value = slices.Clip(d.Value)
	d.Reserved = reservedKV >> 4
	if err := d.Validity.parse(s, KVType(reservedKV&0xf)); err != nil {
		return nil, 0, err
	}
	return d, PayloadType(next), nil
}

func (d *DH) appendTo(b []byte, next PayloadType) ([]byte, error) {
	// Of other groups, those who implement them know the length.
	if n, ok := d.Group.ValueLen(); ok && len(d.Value) != n {
		return nil, ErrLength
	}
	if d.Reserved > 0xf || d.Validity.Type > 0xf {
		return nil, ErrValue
	}
	b = append(b, uint8(next), uint8(d.Group))
	b = append(b, d.Value...)
	b = append(b, d.Reserved<<4|uint8(d.Validity.Type))
	return d.Validity.appendTo(b)
}
