package mikey

import (
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte"
)

// A Header is the common header HDR, the first payload of every message (RFC
// 3830, Section 6.1). The version is always 1.
//
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  version      !  data type    ! next payload  !V! PRF func    !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                         CSB ID                                !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! #CS           ! CS ID map type! CS ID map info                ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Header struct {
	DataType DataType
	V        bool    // the initiator wants a verification message
	PRF      PRFFunc // 7 bits
	CSBID    uint32

	// MapType says which of the next fields holds the CS ID map.
	MapType        CSIDMapType
	CryptoSessions []CryptoSession  // MapSRTPID
	Generic        []GenericSession // MapGenericID

	// CSCount is #CS where the map does not say it: with MapEmpty and with map
	// types that this package does not know. Of the latter, MapInfo holds the
	// octets, which are all that follow the header's fixed part.
	CSCount uint8
	MapInfo []byte
}

// A CryptoSession is an entry of the SRTP-ID map (RFC 3830, Section 6.1.1).
// Entry i, counting from 1, is the crypto session with CS ID i.
type CryptoSession struct {
	Policy uint8  // number of the security policy that applies
	SSRC   uint32 // 0 where the responder sends the stream and fills it in
	ROC    uint32 // rollover counter; 0 for a stream that has not started
}

// A GenericSession is an entry of the GENERIC-ID map (RFC 6043, Section 6.1.1).
//
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!     CS ID     !   Prot type   !S!     #P      ! Ps (OPTIONAL) ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!      Session Data Length      !    Session Data (OPTIONAL)    ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  SPI Length   !                SPI (OPTIONAL)                 ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type GenericSession struct {
	ID       uint8
	Protocol Protocol
	S        bool    // for SRTP: ROC and SEQ follow the SSRC in Data
	Policies []uint8 // at most 127 policy numbers
	Data     []byte  // session data; for SRTP: SSRC, then ROC and SEQ if S
	SPI      []byte  // at most 255 octets
}

const srtpIDEntryLen = 9

// parse reads the header from s and returns the next-payload octet. It appends
// the crypto sessions to room.
func (h *Header) parse(s *cryptobyte.String, room []CryptoSession) (PayloadType, error) {
	var version, flags, count uint8
	var dataType, next, mapType uint8
	if len(*s) > 0 && (*s)[0] != Version {
		return 0, ErrVersion
	}
	if !s.ReadUint8(&version) || !s.ReadUint8(&dataType) || !s.ReadUint8(&next) || !s.ReadUint8(&flags) ||
		!s.ReadUint32(&h.CSBID) || !s.ReadUint8(&count) || !s.ReadUint8(&mapType) {
		return 0, ErrTruncated
	}
	h.DataType = DataType(dataType)
	h.V = flags&0x80 != 0
	h.PRF = PRFFunc(flags & 0x7f)
	h.MapType = CSIDMapType(mapType)

	switch h.MapType {
	case MapSRTPID:
		var entries []byte
		if !s.ReadBytes(&entries, srtpIDEntryLen*int(count)) {
			return 0, ErrTruncated
		}
		if int(count) > cap(room) {
			room = make([]CryptoSession, 0, count)
		}
		for e := entries; len(e) > 0; e = e[srtpIDEntryLen:] {
			room = append(room, CryptoSession{
				Policy: e[0],
				SSRC:   binary.BigEndian.Uint32(e[1:5]),
				ROC:    binary.BigEndian.Uint32(e[5:9]),
			})
		}
		h.CryptoSessions = room
	case MapEmpty:
		h.CSCount = count
	case MapGenericID:
		for range count {
			g, err := parseGenericSession(s)
			if err != nil {
				return 0, err
			}
			h.Generic = append(h.Generic, g)
		}
	default:
		h.CSCount = count
		h.MapInfo = append([]byte{}, *s...) // not nil, also where it is empty
		*s = nil
	}
	return PayloadType(next), nil
}

func parseGenericSession(s *cryptobyte.String) (GenericSession, error) {
	var g GenericSession
	start := *s
	var protocol, flags uint8
	var data, spi cryptobyte.String
	if !s.ReadUint8(&g.ID) || !s.ReadUint8(&protocol) || !s.ReadUint8(&flags) ||
		!s.ReadBytes(&g.Policies, int(flags&0x7f)) ||
		!s.ReadUint16LengthPrefixed(&data) || !s.ReadUint8LengthPrefixed(&spi) {
		return g, ErrTruncated
	}
	g.Protocol = Protocol(protocol)
	g.S = flags&0x80 != 0
	g.Data, g.SPI = data, spi
	err := g.check()
	if err != nil {
		*s = start // that is where the entry is
	}
	return g, err
}

// check compares the length of SRTP session data with the S flag (RFC 6043,
// Section 6.1.1). It may be left out in an initial message.
func (g *GenericSession) check() error {
	if g.Protocol != ProtocolSRTP || len(g.Data) == 0 {
		return nil
	}
	want := 4
	if g.S {
		want = 4 + 4 + 2
	}
	if len(g.Data) != want {
		return ErrLength
	}
	return nil
}

func (h *Header) appendTo(b []byte, next PayloadType) ([]byte, error) {
	fail := func(err error) ([]byte, error) { return nil, &EncodeError{Err: err} }

	flags := uint8(h.PRF)
	if h.PRF > 0x7f {
		return fail(ErrValue)
	}
	if h.V {
		flags |= 0x80
	}
	count := int(h.CSCount)
	switch h.MapType {
	case MapSRTPID:
		count = len(h.CryptoSessions)
	case MapGenericID:
		count = len(h.Generic)
	}
	if count > 255 {
		return fail(ErrTooMany)
	}
	b = append(b, Version, uint8(h.DataType), uint8(next), flags)
	b = binary.BigEndian.AppendUint32(b, h.CSBID)
	b = append(b, uint8(count), uint8(h.MapType))

	switch h.MapType {
	case MapSRTPID:
		for _, cs := range h.CryptoSessions {
			b = append(b, cs.Policy)
			b = binary.BigEndian.AppendUint32(b, cs.SSRC)
			b = binary.BigEndian.AppendUint32(b, cs.ROC)
		}
	case MapEmpty:
	case MapGenericID:
		for i := range h.Generic {
			g := &h.Generic[i]
			if len(g.Policies) > 0x7f || len(g.Data) > 0xffff || len(g.SPI) > 0xff {
				return fail(ErrLength)
			}
			if err := g.check(); err != nil {
				return fail(err)
			}
			flags := uint8(len(g.Policies))
			if g.S {
				flags |= 0x80
			}
			b = append(b, g.ID, uint8(g.Protocol), flags)
			b = append(b, g.Policies...)
			b = binary.BigEndian.AppendUint16(b, uint16(len(g.Data)))
			b = append(b, g.Data...)
			b = append(b, uint8(len(g.SPI)))
			b = append(b, g.SPI...)
		}
	default:
		b = append(b, h.MapInfo...)
	}
	return b, nil
}
