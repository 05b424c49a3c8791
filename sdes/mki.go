package sdes

import (
	"encoding/binary"
	"math/big"
	"strconv"
)

// An MKI is a number in an attribute and octets in a packet (RFC 4568, Section
// 6.1). Here it is the octets: their count is the length that the attribute
// gives.

// maxMKI is the longest MKI in octets (RFC 4568, Section 6.1). It has 309
// digits in decimal.
const (
	maxMKI       = 128
	maxMKIDigits = 309
)

// isMKI reports whether text is a positive decimal number without leading zeros.
func isMKI(text string) bool {
	if text == "" || len(text) > maxMKIDigits || text[0] == '0' {
		return false
	}
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return true
}

// fillMKI writes a decimal number big-endian into mki, which has zeros.
func fillMKI(mki []byte, decimal string) bool {
	if n, ok := parseNumber(decimal, 1<<63); ok {
		return putNumber(mki, n)
	}
	n, ok := new(big.Int).SetString(decimal, 10)
	if !ok || n.BitLen() > 8*len(mki) {
		return false
	}
	n.FillBytes(mki)
	return true
}

// appendMKI writes an MKI as a decimal number.
func appendMKI(b, mki []byte) []byte {
	if len(mki) > 8 {
		return new(big.Int).SetBytes(mki).Append(b, 10)
	}
	return strconv.AppendUint(b, lowBits(mki), 10)
}

// fits reports whether n is an MKI of so many octets.
func fits(n uint64, octets int) bool {
	return n != 0 && (octets >= 8 || n>>(8*octets) == 0)
}

// lowBits returns the last 8 octets of an MKI as a number.
func lowBits(mki []byte) uint64 {
	var wide [8]byte
	mki = mki[max(0, len(mki)-8):]
	copy(wide[8-len(mki):], mki)
	return binary.BigEndian.Uint64(wide[:])
}

// putNumber writes n big-endian and reports whether it fits.
func putNumber(dst []byte, n uint64) bool {
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = byte(n)
		n >>= 8
	}
	return n == 0
}
