package mikey

import (
	"encoding/binary"
	"iter"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// A SecurityPolicy is the payload SP (RFC 3830, Section 6.10). One without
// parameters means the defaults of its protocol. SRTPPolicy is the reading of
// one for SRTP.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next payload  ! Policy no     ! Prot type     ! Policy param  ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	~ length (cont) ! Policy param                                  ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type SecurityPolicy struct {
	Number   uint8 // by which crypto sessions name the policy
	Protocol Protocol
	Params   PolicyParams
}

// PolicyParams is a list of policy parameters as it stands in the payload: for
// each one octet of type, one of length, and the value. It has at most 65535
// octets.
type PolicyParams []byte

// Append appends a parameter whose value has at most 255 octets.
func (p PolicyParams) Append(t ParamType, value ...byte) PolicyParams {
	if len(value) > 0xff {
		// Longer than a list can be: it will not encode.
		return append(p, make([]byte, 0x10000)...)
	}
	p = append(p, uint8(t), uint8(len(value)))
	return append(p, value...)
}

// All yields the parameters in their order, as far as the list is valid.
func (p PolicyParams) All() iter.Seq2[ParamType, []byte] {
	return func(yield func(ParamType, []byte) bool) {
		for len(p) >= 2 {
			n := 2 + int(p[1])
			if len(p) < n || !yield(ParamType(p[0]), p[2:n:n]) {
				return
			}
			p = p[n:]
		}
	}
}

// valid reports whether the parameters fill the list exactly.
func (p PolicyParams) valid() bool {
	for len(p) > 0 {
		if len(p) < 2 || len(p) < 2+int(p[1]) {
			return false
		}
		p = p[2+int(p[1]):]
	}
	return true
}

func (*SecurityPolicy) Type() PayloadType { return SPPayload }

func parseSecurityPolicy(s *cryptobyte.String, sp *SecurityPolicy) (Payload, PayloadType, error) {
	var next, protocol uint8
	if !s.ReadUint8(&next) || !s.ReadUint8(&sp.Number) || !s.ReadUint8(&protocol) ||
		!s.ReadUint16LengthPrefixed((*cryptobyte.String)(&sp.Params)) {
		return nil, 0, ErrTruncated
	}
	sp.Protocol = Protocol(protocol)
	sp.Params = slices.Clip(sp.Params)
	if !sp.Params.valid() {
		return nil, 0, ErrLength
	}
	return sp, PayloadType(next), nil
}

func (sp *SecurityPolicy) appendTo(b []byte, next PayloadType) ([]byte, error) {
	if len(sp.Params) > 0xffff || !sp.Params.valid() {
		return nil, ErrLength
	}
	b = append(b, uint8(next), sp.Number, uint8(sp.Protocol))
	b = binary.BigEndian.AppendUint16(b, uint16(len(sp.Params)))
	return append(b, sp.Params...), nil
}
