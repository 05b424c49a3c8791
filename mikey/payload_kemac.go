package mikey

import (
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// A KEMAC is the key data transport payload (RFC 3830, Section 6.2). It is
// sealed: the key data inside is not looked at before the MAC was checked.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next payload  ! Encr alg      ! Encr data len                 !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                        Encr data                              ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Mac alg       !        MAC                                    ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type KEMAC struct {
	EncrAlg  EncrAlg
	EncrData []byte // a chain of sub-payloads, encrypted with EncrAlg
	MACAlg   MACAlg
	MAC      []byte // as long as MACAlg says
}

func (*KEMAC) Type() PayloadType { return KEMACPayload }

// String leaves the key data out, which NULL encryption does not hide.
func (k KEMAC) String() string {
	return fmt.Sprintf("KEMAC{%v, %d octets, %v}", k.EncrAlg, len(k.EncrData), k.MACAlg)
}

// GoString is String.
func (k KEMAC) GoString() string { return k.String() }

// LogValue is String.
func (k KEMAC) LogValue() slog.Value { return slog.StringValue(k.String()) }

func parseKEMAC(s *cryptobyte.String, k *KEMAC) (Payload, PayloadType, error) {
	var next, encrAlg, macAlg uint8
	if !s.ReadUint8(&next) || !s.ReadUint8(&encrAlg) ||
		!s.ReadUint16LengthPrefixed((*cryptobyte.String)(&k.EncrData)) || !s.ReadUint8(&macAlg) {
		return nil, 0, ErrTruncated
	}
	k.EncrAlg, k.MACAlg = EncrAlg(encrAlg), MACAlg(macAlg)
	n, ok := k.MACAlg.Len()
	if !ok {
		return nil, 0, unknownLayout(ErrorInvalidMAC)
	}
	if !s.ReadBytes(&k.MAC, n) {
		return nil, 0, ErrTruncated
	}
	k.EncrData, k.MAC = slices.Clip(k.EncrData), slices.Clip(k.MAC)
	return k, PayloadType(next), nil
}

func (k *KEMAC) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if len(k.EncrData) > 0xffff {
		return nil, ErrLength
	}
	if n, ok := k.MACAlg.Len(); !ok || len(k.MAC) != n {
		return nil, ErrLength
	}
	b = append(b, uint8(next), uint8(k.EncrAlg))
	b = binary.BigEndian.AppendUint16(b, uint16(len(k.EncrData)))
	b = append(b, k.EncrData...)
	b = append(b, uint8(k.MACAlg))
	return append(b, k.MAC...), nil
}
