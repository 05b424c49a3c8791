// Package prf is the pseudo-random function of MIKEY (RFC 3830, Section 4.1.2)
// with its variant over HMAC-SHA-256 (RFC 6043, Section 6.1).
package prf

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
)

// blockLen is the length of the blocks that the input key is cut into: 256
// bits for both hashes (RFC 3830, Section 4.1.2; RFC 6043, Section 6.1).
const blockLen = 32

// A PRF is PRF(inkey, ·) for one input key. It keeps the keyed hash states, so
// that several derivations from one key pay for the key once. It is not safe
// for concurrent use and must not be copied.
type PRF struct {
	macs   []hash.Hash  // one for each block s_1 ... s_n of the input key
	one    [1]hash.Hash // storage of macs in the usual case of one block
	a, out [sha256.Size]byte
}

// InitSHA1 makes p MIKEY-1, the default PRF, for an input key.
func (p *PRF) InitSHA1(inkey []byte) { p.init(sha1.New, inkey) }

// InitEmptyLastBlock makes p a MIKEY-1 that differs for input keys whose length
// is a multiple of the block's: their last block is an empty key. One deployed
// implementation has it like this, for want of a comparison.
func (p *PRF) InitEmptyLastBlock(inkey []byte) {
	if n := len(inkey); n > 0 && n%blockLen == 0 {
		p.init(sha1.New, inkey[:n-blockLen])
		p.macs = append(p.macs, hmac.New(sha1.New, nil))
		return
	}
	p.InitSHA1(inkey)
}

// InitSHA256 makes p PRF-HMAC-SHA-256 for an input key.
func (p *PRF) InitSHA256(inkey []byte) { p.init(sha256.New, inkey) }

func (p *PRF) init(h func() hash.Hash, inkey []byte) {
	p.macs = p.one[:0]
	// n = inkey_len / 256 bits, rounded up: a key that fills its last block is
	// not followed by an empty one.
	for len(inkey) > 0 {
		n := min(blockLen, len(inkey))
		p.macs = append(p.macs, hmac.New(h, inkey[:n]))
		inkey = inkey[n:]
	}
}

// Derive fills outkey with the first len(outkey) octets of PRF(inkey, label).
// The output of an empty input key is all zero: callers refuse such keys.
func (p *PRF) Derive(outkey, label []byte) {
	clear(outkey)
	for _, mac := range p.macs {
		p.xorP(outkey, mac, label)
	}
}

// xorP adds P(s, label, m) to outkey, where mac is keyed with s:
//
//	A_0 = label, A_i = HMAC(s, A_(i-1))
//	P(s, label, m) = HMAC(s, A_1 || label) || ... || HMAC(s, A_m || label)
func (p *PRF) xorP(outkey []byte, mac hash.Hash, label []byte) {
	a := label
	for len(outkey) > 0 {
		mac.Reset()
		mac.Write(a)
		a = mac.Sum(p.a[:0])

		mac.Reset()
		mac.Write(a)
		mac.Write(label)
		block := mac.Sum(p.out[:0])

		n := subtle.XORBytes(outkey, outkey, block)
		outkey = outkey[n:]
	}
}

// Wipe overwrites what intermediate results the PRF holds itself; the hash
// states are left to the garbage collector.
func (p *PRF) Wipe() {
	clear(p.a[:])
	clear(p.out[:])
	clear(p.macs)
}
