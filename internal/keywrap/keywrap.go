// Package keywrap implements the AES key wrap of [RFC 3394] with an initial
// value chosen by the caller.
//
// MIKEY does not use the default initial value A6A6A6A6A6A6A6A6: for
// AES-KW-128 it derives a 64-bit salt S together with the encryption key, "and
// the key wrap IV is then set to S" (RFC 3830, Section 4.2.3). Libraries that
// fix the initial value therefore do not serve.
//
// The wrap authenticates what it hides: [Unwrap] returns data only if the
// recovered initial value is the expected one. Padding is left to the caller,
// as the algorithm takes whole 64-bit blocks only and MIKEY defines no padding.
//
// [RFC 3394]: https://www.rfc-editor.org/rfc/rfc3394.html
package keywrap

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
)

var (
	// ErrLength means that the input is not a whole number of 64-bit blocks
	// or is shorter than the algorithm allows: two blocks of plain data,
	// three blocks of wrapped data.
	ErrLength = errors.New("keywrap: invalid length")

	// ErrIntegrity means that the unwrapped initial value was not the
	// expected one: wrong key, wrong initial value, or altered data.
	ErrIntegrity = errors.New("keywrap: integrity check failed")

	// ErrBlockSize means that the cipher is not a 128-bit block cipher.
	ErrBlockSize = errors.New("keywrap: cipher without 128-bit blocks")
)

const (
	semiblock = 8  // octets in the 64-bit registers A, R[1], ..., R[n]
	blockSize = 16 // octets in the cipher input A | R[i]

	minPlain   = 2 * semiblock // RFC 3394, Section 2: "n be at least two"
	minWrapped = minPlain + semiblock
)

// Wrap encrypts plain and binds it to iv (RFC 3394, Section 2.2.1, the
// index-based description). The result is 8 octets longer than plain.
func Wrap(block cipher.Block, iv [8]byte, plain []byte) ([]byte, error) {
	if block.BlockSize() != blockSize {
		return nil, ErrBlockSize
	}
	if len(plain) < minPlain || len(plain)%semiblock != 0 {
		return nil, ErrLength
	}
	n := len(plain) / semiblock

	// 1) Initialize variables. R[i] lives in out at its final place, A in the
	// left half of b.
	out := make([]byte, semiblock+len(plain))
	copy(out[semiblock:], plain)
	var b [blockSize]byte
	defer clear(b[:])
	a := b[:semiblock]
	copy(a, iv[:])

	// 2) Calculate intermediate values.
	for j := 0; j <= 5; j++ {
		for i := 1; i <= n; i++ {
			r := out[i*semiblock:][:semiblock]
			copy(b[semiblock:], r)
			block.Encrypt(b[:], b[:]) // B = AES(K, A | R[i])
			xorStep(a, n*j+i)         // A = MSB(64, B) ^ t
			copy(r, b[semiblock:])    // R[i] = LSB(64, B)
		}
	}

	// 3) Output the results.
	copy(out, a) // C[0] = A
	return out, nil
}

// Unwrap reverses [Wrap]. It returns [ErrIntegrity], and no data, unless
// wrapped was made with the same key and iv.
func Unwrap(block cipher.Block, iv [8]byte, wrapped []byte) ([]byte, error) {
	a, plain, err := recoverIV(block, wrapped)
	if err != nil {
		return nil, err
	}
	// RFC 3394, Section 2.2.2, step 3: "If A is an appropriate initial value".
	if subtle.ConstantTimeCompare(a[:], iv[:]) != 1 {
		clear(plain)
		return nil, ErrIntegrity
	}
	return plain, nil
}

// recoverIV is RFC 3394, Section 2.2.2 (the index-based description) without
// its last step: the caller must compare the initial value that it returns
// with the expected one before it lets plain out.
func recoverIV(block cipher.Block, wrapped []byte) (iv [8]byte, plain []byte, err error) {
	if block.BlockSize() != blockSize {
		return iv, nil, ErrBlockSize
	}
	if len(wrapped) < minWrapped || len(wrapped)%semiblock != 0 {
		return iv, nil, ErrLength
	}
	n := len(wrapped)/semiblock - 1

	// 1) Initialize variables.
	plain = make([]byte, n*semiblock)
	copy(plain, wrapped[semiblock:]) // R[i] = C[i]
	var b [blockSize]byte
	defer clear(b[:])
	a := b[:semiblock]
	copy(a, wrapped) // A = C[0]

	// 2) Compute intermediate values.
	for j := 5; j >= 0; j-- {
		for i := n; i >= 1; i-- {
			r := plain[(i-1)*semiblock:][:semiblock]
			xorStep(a, n*j+i) // A ^ t
			copy(b[semiblock:], r)
			block.Decrypt(b[:], b[:]) // B = AES-1(K, (A ^ t) | R[i]); A = MSB(64, B)
			copy(r, b[semiblock:])    // R[i] = LSB(64, B)
		}
	}
	copy(iv[:], a)
	return iv, plain, nil
}

// xorStep computes A = A ^ t. The step counter t can exceed one octet.
func xorStep(a []byte, t int) {
	binary.BigEndian.PutUint64(a, binary.BigEndian.Uint64(a)^uint64(t))
}
