package reference

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// Constants of labels (RFC 3830, Sections 4.1.3 and 4.1.4).
const (
	TEK  = 0x2AD01C64 // from a TGK
	Auth = 0x1B5C7973
	Encr = 0x15798CEF
	Salt = 0x39A2C14B

	MIKEYEncr = 0x150533E1 // from a pre-shared or envelope key
	MIKEYAuth = 0x2D22AC75
	MIKEYSalt = 0x29B88916
)

// PRF functions (RFC 3830, Section 6.1; RFC 6043, Section 6.1).
const (
	MIKEY1     = 0
	HMACSHA256 = 1
)

// Label is constant || cs_id || csb_id || RAND (RFC 3830, Section 4.1.3). Keys
// that protect MIKEY have 0xFF as cs_id (Section 4.1.4).
func Label(constant uint32, csID byte, csbID uint32, rand []byte) []byte {
	label := binary.BigEndian.AppendUint32(nil, constant)
	label = append(label, csID)
	label = binary.BigEndian.AppendUint32(label, csbID)
	return append(label, rand...)
}

// A PRFBlock is what one block of the input key contributes.
type PRFBlock struct {
	S []byte   // the block of the input key
	A [][]byte // A_1, A_2, ...
	P [][]byte // HMAC(s, A_1 || label), HMAC(s, A_2 || label), ...
}

// PRF is that of RFC 3830, Section 4.1.2:
//
//	P(s, label, m) = HMAC(s, A_1 || label) || ... || HMAC(s, A_m || label)
//	A_0 = label, A_i = HMAC(s, A_(i-1))
//	PRF(inkey, label) = P(s_1, label, m) XOR ... XOR P(s_n, label, m)
//
// The input key is split into blocks of 256 bits, of which the last may be
// shorter. PRF-HMAC-SHA-256 replaces the hash function only, and with it the
// length of a step (RFC 6043, Section 6.1). The output has bits rounded up to
// octets.
func PRF(prf byte, inkey, label []byte, bits int) []byte {
	out, _ := PRFBlocks(prf, inkey, label, bits)
	return out
}

// PRFBlocks is PRF with its intermediate values.
func PRFBlocks(prf byte, inkey, label []byte, bits int) ([]byte, []PRFBlock) {
	h := sha1.New
	if prf == HMACSHA256 {
		h = sha256.New
	}
	length := (bits + 7) / 8
	out := make([]byte, length)
	var blocks []PRFBlock
	for len(inkey) > 0 {
		n := 32
		if n > len(inkey) {
			n = len(inkey)
		}
		b := PRFBlock{S: inkey[:n]}
		inkey = inkey[n:]
		a := label
		p := []byte{}
		for len(p) < length {
			a = HMAC(h, b.S, a)
			step := HMAC(h, b.S, a, label)
			b.A = append(b.A, a)
			b.P = append(b.P, step)
			p = append(p, step...)
		}
		for i := range out {
			out[i] ^= p[i]
		}
		blocks = append(blocks, b)
	}
	return out, blocks
}

// HMAC is that of RFC 2104 over the concatenation of the data.
func HMAC(h func() hash.Hash, key []byte, data ...[]byte) []byte {
	m := hmac.New(h, key)
	for _, d := range data {
		m.Write(d)
	}
	return m.Sum(nil)
}
