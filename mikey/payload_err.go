package mikey

import (
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte"
)

// An ErrorPayload is the payload ERR (RFC 3830, Section 6.12).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Next Payload ! Error no      !           Reserved            !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type ErrorPayload struct {
	Code     ErrorCode
	Reserved uint16 // written as 0 and ignored
}

func (*ErrorPayload) Type() PayloadType { return ERRPayload }

func parseErrorPayload(s *cryptobyte.String) (Payload, PayloadType, error) {
	var next, code uint8
	e := new(ErrorPayload)
	if !s.ReadUint8(&next) || !s.ReadUint8(&code) || !s.ReadUint16(&e.Reserved) {
		return nil, 0, ErrTruncated
	}
	e.Code = ErrorCode(code)
	return e, PayloadType(next), nil
}

func (e *ErrorPayload) appendTo(b []byte, next PayloadType) ([]byte, error) {
	b = append(b, uint8(next), uint8(e.Code))
	return binary.BigEndian.AppendUint16(b, e.Reserved), nil
}
