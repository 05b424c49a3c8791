package sdes

import (
	"math/bits"
	"strconv"
	"strings"
)

// A Lifetime is how many packets a master key may protect: the SRTP packets and
// the SRTCP packets each have to be fewer (RFC 4568, Section 6.1). The zero
// value means the default of the suite.
type Lifetime struct {
	Packets uint64
	Power   bool // written as a power of two, "2^20"
}

// PowerOfTwo returns the lifetime 2^n, which no suite allows to be above 2^48.
func PowerOfTwo(n uint8) Lifetime { return Lifetime{Packets: 1 << n, Power: true} }

// String returns the lifetime as an attribute has it.
func (l Lifetime) String() string {
	switch {
	case l == Lifetime{}:
		return "default"
	case l.Power:
		return "2^" + strconv.Itoa(bits.TrailingZeros64(l.Packets))
	}
	return strconv.FormatUint(l.Packets, 10)
}

// parseLifetime reads ["2^"] 1*DIGIT. The number is positive and has no leading
// zeros (RFC 4568, Section 6.1). In 2^0 it is: 1.
func parseLifetime(text string) (l Lifetime, ok bool) {
	if exponent, power := strings.CutPrefix(text, "2^"); power {
		if exponent == "0" {
			return PowerOfTwo(0), true
		}
		n, ok := parseNumber(exponent, 48)
		return PowerOfTwo(uint8(n)), ok
	}
	n, ok := parseNumber(text, maxSRTPPackets)
	return Lifetime{Packets: n}, ok
}

// check reports whether the lifetime can be written and read again. No suite
// has another maximum: see maxSRTPPackets.
func (l Lifetime) check() bool {
	if l == (Lifetime{}) {
		return true
	}
	return l.Packets > 0 && l.Packets <= maxSRTPPackets && (!l.Power || bits.OnesCount64(l.Packets) == 1)
}

// parseNumber reads a positive decimal number without leading zeros that is at
// most limit.
func parseNumber(text string, limit uint64) (n uint64, ok bool) {
	const digits = 19 // always fit
	if text == "" || len(text) > digits || text[0] == '0' {
		return 0, false
	}
	for i := range len(text) {
		if !isDigit(text[i]) {
			return 0, false
		}
		n = 10*n + uint64(text[i]-'0')
	}
	return n, n <= limit
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
