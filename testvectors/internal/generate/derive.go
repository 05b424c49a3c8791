package main

import (
	"fmt"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// derive is the family of the PRF and of the labels (RFC 3830, Section 4.1).
func derive() *vectors.File {
	b := newFile("vectors_v1.json", "derive", "Key derivation: RFC 3830, Sections 4.1.2 to 4.1.4, and the PRF of RFC 6043, Section 6.1.")
	b.note("PRF-HMAC-SHA-256", vectors.Optional, "PRF function 1, of RFC 6043.")
	b.note("FullLastBlock", "KEY_DERIVATION", "The input key is a multiple of 32 octets, and has no short last block. Implementations that descend from libmikey take the length of the last block modulo 32, and add an empty one (P-38).")

	rand := unhex("4a28da979ee21a7651a0d7f19136d98c") // of RFC 4567, Section 5.1
	const csbID = 0xcd177e50
	labels := []struct {
		name     string
		constant uint32
		csID     int
		about    string
	}{
		{"tek", reference.TEK, 1, "R-3830-050"},
		{"salt", reference.Salt, 1, "R-3830-050"},
		{"tgk-auth", reference.Auth, 1, "R-3830-051"},
		{"tgk-encr", reference.Encr, 1, "R-3830-051"},
		{"encr", reference.MIKEYEncr, 255, "R-3830-052"},
		{"auth", reference.MIKEYAuth, 255, "R-3830-052"},
		{"salting", reference.MIKEYSalt, 255, "R-3830-052"},
	}
	add := func(prf byte, label string, constant uint32, csID byte, csb uint32, rand, inkey []byte, bits int, comment string, about ...string) {
		l := reference.Label(constant, csID, csb, rand)
		key, blocks := reference.PRFBlocks(prf, inkey, l, bits)
		steps := []vectors.Step{step("label", l, "constant || cs_id || csb_id || RAND")}
		for i, blk := range blocks {
			steps = append(steps, step(fmt.Sprintf("s_%d", i+1), blk.S, fmt.Sprintf("octets %d to %d of inkey", 32*i, 32*i+len(blk.S)-1)))
			for j := range blk.A {
				steps = append(steps,
					step(fmt.Sprintf("s_%d: A_%d", i+1, j+1), blk.A[j], fmt.Sprintf("HMAC(s_%d, A_%d)", i+1, j)),
					step(fmt.Sprintf("s_%d: P step %d", i+1, j+1), blk.P[j], fmt.Sprintf("HMAC(s_%d, A_%d || label)", i+1, j+1)))
			}
		}
		size := 20
		if prf == reference.HMACSHA256 {
			size = 32
		}
		for from := 0; from < len(key); from += size {
			to := min(from+size, len(key))
			steps = append(steps, stepAt(fmt.Sprintf("output step %d", from/size+1), key[from:to],
				fmt.Sprintf("P step %d of all s_i, XORed", from/size+1), "key", from))
		}
		if prf == reference.HMACSHA256 {
			about = append(about, "PRF-HMAC-SHA-256", "R-6043-017")
		}
		if len(inkey)%32 == 0 {
			about = append(about, "FullLastBlock", "P-38")
		}
		b.add(comment, []*vectors.Call{accept("derive", obj{
			"label": label, "inkey": hexOf(inkey), "length_bits": bits, "csb_id": hex32(csb), "cs_id": int(csID),
			"rand": hexOf(rand), "prf": int(prf),
		}, obj{"key": hexOf(key)}, steps...)}, append(about, "R-3830-049")...)
	}

	b.startGroup("Derive", "every label, every length of output that a mode uses", vectors.Requires{}, nil)
	for _, prf := range []byte{reference.MIKEY1, reference.HMACSHA256} {
		for _, l := range labels {
			for _, bits := range []int{64, 112, 128, 160, 256} {
				add(prf, l.name, l.constant, byte(l.csID), csbID, rand, count(16, 0), bits,
					fmt.Sprintf("PRF %d, label %s, %d bits", prf, l.name, bits), l.about)
			}
		}
	}

	b.startGroup("Derive", "every length of input key around the blocks of 32 octets, and those of Diffie-Hellman", vectors.Requires{}, nil)
	for _, prf := range []byte{reference.MIKEY1, reference.HMACSHA256} {
		for _, n := range []int{1, 16, 31, 32, 33, 48, 56, 63, 64, 65, 66, 96, 128, 192, 255, 256} {
			add(prf, "tek", reference.TEK, 1, csbID, rand, count(n, 0), 128,
				fmt.Sprintf("PRF %d, input key of %d octets", prf, n))
		}
	}

	b.startGroup("Derive", "outputs at the edges of a step, and long ones", vectors.Requires{}, nil)
	for _, prf := range []byte{reference.MIKEY1, reference.HMACSHA256} {
		for _, bits := range []int{8, 152, 168, 192, 248, 264, 320, 328, 512, 520, 2048} {
			add(prf, "tek", reference.TEK, 1, csbID, rand, count(40, 0x80), bits,
				fmt.Sprintf("PRF %d, output of %d bits", prf, bits))
		}
	}

	b.startGroup("Derive", "the parts of the label", vectors.Requires{}, nil)
	for _, csID := range []int{1, 2, 127, 128, 254} {
		add(0, "tek", reference.TEK, byte(csID), csbID, rand, count(16, 0), 128, fmt.Sprintf("crypto session %d", csID), "R-3830-050")
	}
	for _, csb := range []uint32{0, 1, 0x80000000, 0xffffffff, 0x01020304} {
		add(0, "tek", reference.TEK, 1, csb, rand, count(16, 0), 128, fmt.Sprintf("CSB ID %08x", csb), "R-3830-050")
	}
	for _, n := range []int{16, 17, 32, 64, 255} {
		add(0, "tek", reference.TEK, 1, csbID, count(n, 0x40), count(16, 0), 128, fmt.Sprintf("RAND of %d octets", n), "R-3830-050")
	}
	return b.file
}
