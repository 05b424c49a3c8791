package mikey

import (
	"encoding/binary"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// A GeneralExtension is the general extension payload (RFC 3830, Section 6.15).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next payload  ! Type          ! Length                        !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Data                                                          ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type GeneralExtension struct {
	ExtType ExtensionType
	Data    []byte // at most 65535 octets
}

func (*GeneralExtension) Type() PayloadType { return GeneralExtensionPayload }

func parseGeneralExtension(s *cryptobyte.String) (Payload, PayloadType, error) {
	var next, extType uint8
	e := new(GeneralExtension)
	if !s.ReadUint8(&next) || !s.ReadUint8(&extType) ||
		!s.ReadUint16LengthPrefixed((*cryptobyte.String)(&e.Data)) {
		return nil, 0, ErrTruncated
	}
	e.ExtType = ExtensionType(extType)
	e.Data = slices.Clip(e.Data)
	return e, PayloadType(next), nil
}

func (e *GeneralExtension) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if len(e.Data) > 0xffff {
		return nil, ErrLength
	}
	b = append(b, uint8(next), uint8(e.ExtType))
	b = binary.BigEndian.AppendUint16(b, uint16(len(e.Data)))
	return append(b, e.Data...), nil
}

// SDPIDs returns the extension that lists the key management protocols of an
// SDP offer in their order, so that nobody can take the stronger ones out
// unnoticed (RFC 4567, Sections 4.1.4 and 7).
func SDPIDs(protocols ...string) GeneralExtension {
	return GeneralExtension{ExtType: ExtSDPIDs, Data: []byte(strings.Join(protocols, ";"))}
}

// A KeyID names a key of a multicast service (RFC 4563, Section 4).
type KeyID struct {
	Type KeyIDType
	ID   []byte // at most 255 octets
}

// KeyIDs returns the contents of an extension of type ExtKeyID. The entries
// fill it exactly, or the error is ErrLength.
func (e *GeneralExtension) KeyIDs() ([]KeyID, error) {
	if e.ExtType != ExtKeyID {
		return nil, ErrValue
	}
	var ids []KeyID
	for s := cryptobyte.String(e.Data); len(s) > 0; {
		var idType uint8
		var id cryptobyte.String
		if !s.ReadUint8(&idType) || !s.ReadUint8LengthPrefixed(&id) {
			return nil, ErrLength
		}
		ids = append(ids, KeyID{KeyIDType(idType), id})
	}
	return ids, nil
}
