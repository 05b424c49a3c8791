package mikey

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"

	"golang.org/x/crypto/cryptobyte"
)

// A KeyData is a key data sub-payload: one key and how long it is valid (RFC
// 3830, Section 6.13). It occurs inside a KEMAC only.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Next Payload ! Type  ! KV    ! Key data len                  !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                         Key data                              ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Salt len (optional)           ! Salt data (optional)          ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                        KV data (optional)                     ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type KeyData struct {
	KeyType  KeyType
	Key      []byte
	Salt     []byte // for the +SALT types only; for SRTP the master salt
	Validity KeyValidity
}

// String leaves key and salt out.
func (k KeyData) String() string {
	return fmt.Sprintf("%v{%d octets, %v}", k.KeyType, len(k.Key), k.Validity)
}

// GoString is String.
func (k KeyData) GoString() string { return k.String() }

// LogValue is String.
func (k KeyData) LogValue() slog.Value { return slog.StringValue(k.String()) }

// A KeyValidity says when a key is to be used (RFC 3830, Section 6.14).
type KeyValidity struct {
	Type     KVType
	SPI      []byte // KVSPI: the SPI, for SRTP the MKI; at most 255 octets
	From, To []byte // KVInterval: for SRTP 6 octets each, a packet index
}

// SPI returns the validity of a key that packets name by an SPI or MKI.
func SPI(mki []byte) KeyValidity { return KeyValidity{Type: KVSPI, SPI: mki} }

// Interval returns the validity of a key for a range of packets.
func Interval(from, to []byte) KeyValidity { return KeyValidity{Type: KVInterval, From: from, To: to} }

func (v KeyValidity) equal(w KeyValidity) bool {
	return v.Type == w.Type && bytes.Equal(v.SPI, w.SPI) && bytes.Equal(v.From, w.From) && bytes.Equal(v.To, w.To)
}

func (v KeyValidity) String() string {
	switch v.Type {
	case KVSPI:
		return fmt.Sprintf("SPI %x", v.SPI)
	case KVInterval:
		return fmt.Sprintf("Interval %x-%x", v.From, v.To)
	}
	return v.Type.String()
}

func (v *KeyValidity) parse(s *cryptobyte.String, t KVType) error {
	v.Type = t
	ok := true
	switch t {
	case KVNull:
	case KVSPI:
		ok = s.ReadUint8LengthPrefixed((*cryptobyte.String)(&v.SPI))
	case KVInterval:
		ok = s.ReadUint8LengthPrefixed((*cryptobyte.String)(&v.From)) &&
			s.ReadUint8LengthPrefixed((*cryptobyte.String)(&v.To))
	default:
		return unknownLayout(ErrorUnspecified)
	}
	if !ok {
		return ErrTruncated
	}
	return nil
}

func (v *KeyValidity) appendTo(b []byte) ([]byte, error) {
	if len(v.SPI) > 0xff || len(v.From) > 0xff || len(v.To) > 0xff {
		return nil, ErrLength
	}
	switch v.Type {
	case KVNull:
	case KVSPI:
		b = append(b, uint8(len(v.SPI)))
		b = append(b, v.SPI...)
	case KVInterval:
		b = append(b, uint8(len(v.From)))
		b = append(b, v.From...)
		b = append(b, uint8(len(v.To)))
		b = append(b, v.To...)
	default:
		return nil, ErrValue
	}
	return b, nil
}

// ParseKeyData parses a chain of sub-payloads as a KEMAC carries it in the
// clear. The chain starts with a payload of type first: KeyDataPayload in PSK
// mode, IDPayload in the modes with an envelope key. The result shares memory
// with data. An error is a *ParseError whose offset counts from the start of
// data.
func ParseKeyData(first PayloadType, data []byte) (id *ID, keys []KeyData, err error) {
	return parseKeyData(first, data, nil, 0)
}

// parseKeyData appends the keys to room. AES key wrap works on whole groups of
// 8 octets and RFC 3830 has no padding: up to padding zero octets may follow
// the last sub-payload.
func parseKeyData(first PayloadType, data []byte, room []KeyData, padding int) (*ID, []KeyData, error) {
	var id *ID
	keys := room
	s := cryptobyte.String(data)
	next := first
	if len(data) == 0 {
		next = LastPayload // an update without keys (RFC 3830, Section 6.2)
	}
	for next != LastPayload {
		this, offset := next, len(data)-len(s)
		fail := func(err error) (*ID, []KeyData, error) {
			return nil, nil, &ParseError{Payload: this, Offset: offset, Err: err}
		}
		switch {
		case this == IDPayload && id == nil && len(keys) == len(room):
			id = new(ID)
			var err error
			if _, next, err = parseID(&s, id); err != nil {
				return fail(err)
			}
		case this == KeyDataPayload:
			if len(keys)-len(room) == maxKeyData {
				return fail(ErrTooMany)
			}
			keys = append(keys, KeyData{})
			var err error
			if next, err = keys[len(keys)-1].parse(&s); err != nil {
				return fail(err)
			}
		default:
			return fail(ErrMisplaced)
		}
	}
	if len(s) > padding {
		return nil, nil, &ParseError{Offset: len(data) - len(s), Err: ErrTrailing}
	}
	for _, zero := range s {
		if zero != 0 {
			return nil, nil, &ParseError{Offset: len(data) - len(s), Err: ErrTrailing}
		}
	}
	return id, keys, nil
}

func (k *KeyData) parse(s *cryptobyte.String) (PayloadType, error) {
	var next, typeKV uint8
	if !s.ReadUint8(&next) || !s.ReadUint8(&typeKV) ||
		!s.ReadUint16LengthPrefixed((*cryptobyte.String)(&k.Key)) {
		return 0, ErrTruncated
	}
	k.KeyType = KeyType(typeKV >> 4)
	salt, ok := k.KeyType.hasSalt()
	if !ok {
		return 0, unknownLayout(ErrorUnspecified)
	}
	if salt && !s.ReadUint16LengthPrefixed((*cryptobyte.String)(&k.Salt)) {
		return 0, ErrTruncated
	}
	return PayloadType(next), k.Validity.parse(s, KVType(typeKV&0xf))
}

// AppendKeyData appends the chain of id, where there is one, and keys to b: what
// a KEMAC encrypts. An error is an *EncodeError.
func AppendKeyData(b []byte, id *ID, keys []KeyData) ([]byte, error) {
	next := LastPayload
	if len(keys) > 0 {
		next = KeyDataPayload
	}
	var err error
	if id != nil {
		if b, err = id.appendTo(b, next); err != nil {
			return nil, &EncodeError{Payload: IDPayload, Err: err}
		}
	}
	for i := range keys {
		next := LastPayload
		if i+1 < len(keys) {
			next = KeyDataPayload
		}
		if b, err = keys[i].appendTo(b, next); err != nil {
			return nil, &EncodeError{Payload: KeyDataPayload, Err: err}
		}
	}
	return b, nil
}

func (k *KeyData) appendTo(b []byte, next PayloadType) ([]byte, error) {
	salt, ok := k.KeyType.hasSalt()
	if !ok || k.Validity.Type > 0xf {
		return nil, ErrValue
	}
	if len(k.Key) > 0xffff || len(k.Salt) > 0xffff || !salt && len(k.Salt) > 0 {
		return nil, ErrLength
	}
	b = append(b, uint8(next), uint8(k.KeyType)<<4|uint8(k.Validity.Type))
	b = binary.BigEndian.AppendUint16(b, uint16(len(k.Key)))
	b = append(b, k.Key...)
	if salt {
		b = binary.BigEndian.AppendUint16(b, uint16(len(k.Salt)))
		b = append(b, k.Salt...)
	}
	return k.Validity.appendTo(b)
}

func (v KeyValidity) clone() KeyValidity {
	v.SPI = append([]byte(nil), v.SPI...)
	v.From = append([]byte(nil), v.From...)
	v.To = append([]byte(nil), v.To...)
	return v
}

func (k KeyData) clone() KeyData {
	k.Key = append([]byte(nil), k.Key...)
	k.Salt = append([]byte(nil), k.Salt...)
	k.Validity = k.Validity.clone()
	return k
}
