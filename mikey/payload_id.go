package mikey

import (
	"encoding/binary"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
)

// An ID is an identity and its payload (RFC 3830, Section 6.7). The zero ID
// stands for no identity. IDs can be compared with ==: two are the same if
// type and octets are.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Next Payload !    ID Type    !             ID len            !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                            ID data                            ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type ID struct {
	IDType IDType
	Value  string // octets, at most 65535; UTF-8 for NAI and URI
}

// NAI returns a network access identifier such as alice@example.com.
func NAI(id string) ID { return ID{IDTypeNAI, id} }

// URI returns a uniform resource identifier such as sip:alice@example.com.
func URI(id string) ID { return ID{IDTypeURI, id} }

// IsZero reports whether there is no identity.
func (id ID) IsZero() bool { return id == ID{} }

func (id ID) String() string {
	if id.IsZero() {
		return "nobody"
	}
	return id.IDType.String() + " " + strconv.Quote(id.Value)
}

func (*ID) Type() PayloadType { return IDPayload }

func parseID(s *cryptobyte.String, id *ID) (Payload, PayloadType, error) {
	var next, idType uint8
	var value cryptobyte.String
	if !s.ReadUint8(&next) || !s.ReadUint8(&idType) || !s.ReadUint16LengthPrefixed(&value) {
		return nil, 0, ErrTruncated
	}
	id.IDType, id.Value = IDType(idType), string(value)
	return id, PayloadType(next), nil
}

func (id *ID) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if len(id.Value) > 0xffff {
		return nil, ErrLength
	}
	b = append(b, uint8(next), uint8(id.IDType))
	b = binary.BigEndian.AppendUint16(b, uint16(len(id.Value)))
	return append(b, id.Value...), nil
}

// An IDR is the payload of an identity with a role (RFC 6043, Section 6.6).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next Payload  !    ID Role    !    ID Type    !     ID len
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	  ID len (cont) !                      ID data                  ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type IDR struct {
	Role IDRole
	ID   ID
}

func (*IDR) Type() PayloadType { return IDRPayload }

func parseIDR(s *cryptobyte.String) (Payload, PayloadType, error) {
	var next, role, idType uint8
	var value cryptobyte.String
	if !s.ReadUint8(&next) || !s.ReadUint8(&role) || !s.ReadUint8(&idType) ||
		!s.ReadUint16LengthPrefixed(&value) {
		return nil, 0, ErrTruncated
	}
	return &IDR{IDRole(role), ID{IDType(idType), string(value)}}, PayloadType(next), nil
}

func (r *IDR) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if len(r.ID.Value) > 0xffff {
		return nil, ErrLength
	}
	b = append(b, uint8(next), uint8(r.Role), uint8(r.ID.IDType))
	b = binary.BigEndian.AppendUint16(b, uint16(len(r.ID.Value)))
	return append(b, r.ID.Value...), nil
}
