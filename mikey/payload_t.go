package mikey

import (
	"encoding/binary"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// A Timestamp is the timestamp payload T (RFC 3830, Section 6.6).
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next Payload  !   TS type     ! TS value                      ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Timestamp struct {
	TSType TSType

	// Value is the number as transported: for NTP-UTC and NTP 8 octets, the
	// seconds since 1900 and 32 bits of their fraction; for COUNTER 4 octets;
	// for NTP-UTC-32 4 octets of whole seconds.
	Value uint64
}

func (*Timestamp) Type() PayloadType { return TPayload }

// len returns the length of the value in octets.
func (t TSType) len() (int, bool) {
	switch t {
	case TSNTPUTC, TSNTP:
		return 8, true
	case TSCounter, TSNTPUTC32:
		return 4, true
	}
	return 0, false
}

func parseTimestamp(s *cryptobyte.String, t *Timestamp) (Payload, PayloadType, error) {
	var next, tsType uint8
	if !s.ReadUint8(&next) || !s.ReadUint8(&tsType) {
		return nil, 0, ErrTruncated
	}
	t.TSType = TSType(tsType)
	n, ok := t.TSType.len()
	if !ok {
		return nil, 0, unknownLayout(ErrorInvalidTS)
	}
	var short uint32
	switch {
	case n == 8 && s.ReadUint64(&t.Value):
	case n == 4 && s.ReadUint32(&short):
		t.Value = uint64(short)
	default:
		return nil, 0, ErrTruncated
	}
	return t, PayloadType(next), nil
}

func (t *Timestamp) appendTo(b []byte, next PayloadType) ([]byte, error) {
	n, ok := t.TSType.len()
	if !ok || n == 4 && t.Value > 0xffffffff {
		return nil, ErrValue
	}
	return t.appendValue(append(b, uint8(next), uint8(t.TSType))), nil
}

// appendValue appends the value as it is transported: the form that V covers.
func (t *Timestamp) appendValue(b []byte) []byte {
	if n, _ := t.TSType.len(); n == 4 {
		return binary.BigEndian.AppendUint32(b, uint32(t.Value))
	}
	return binary.BigEndian.AppendUint64(b, t.Value)
}

// uint64 returns the timestamp as 64 bits, the form in the IV of AES-CM: a
// COUNTER is padded with zeros on the left (RFC 3830, Section 6.6), an
// NTP-UTC-32 has a fraction of zero (RFC 6043, Section 6.3).
func (t *Timestamp) uint64() uint64 {
	if t.TSType == TSNTPUTC32 {
		return t.Value << 32
	}
	return t.Value
}

// isClock reports whether the timestamp tells the time.
func (t *Timestamp) isClock() bool { return t.TSType != TSCounter }

const (
	unixSeconds1900 = 2208988800 // from 1900 to 1970
	eraSeconds      = 1 << 32    // until the counter starts again
)

// NTPTime returns tm as an NTP-UTC timestamp.
func NTPTime(tm time.Time) Timestamp {
	seconds := uint64(tm.Unix()+unixSeconds1900) << 32
	// Rounded up, so that Time gives tm back to the nanosecond.
	fraction := (uint64(tm.Nanosecond())<<32 + 999_999_999) / 1_000_000_000
	return Timestamp{TSType: TSNTPUTC, Value: seconds + fraction}
}

// Time returns the time that the timestamp tells, false for a COUNTER. The
// seconds overflow every 136 years (RFC 3830, Section 4.2.8): as RFC 4330
// says, a number with the top bit set is a time from 1968 to 2036, another one
// from 2036 to 2104.
func (t *Timestamp) Time() (time.Time, bool) {
	if !t.isClock() {
		return time.Time{}, false
	}
	value := t.uint64()
	seconds := int64(value >> 32)
	if seconds < eraSeconds/2 {
		seconds += eraSeconds
	}
	nanos := int64((value & 0xffffffff) * 1_000_000_000 >> 32)
	return time.Unix(seconds-unixSeconds1900, nanos).UTC(), true
}

// next returns the timestamp that follows t closest.
func (t Timestamp) next() Timestamp {
	t.Value++
	if n, _ := t.TSType.len(); n == 4 {
		t.Value &= 0xffffffff
	}
	return t
}

// order returns a number that grows with the time told, over the overflow of
// the seconds, or with the counter.
func (t *Timestamp) order() uint64 {
	value := t.uint64()
	if t.isClock() {
		// 1968 becomes 0; 2036 is in the middle.
		return value + 1<<63
	}
	return value
}
