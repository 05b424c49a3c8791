package srtpbridge_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// This file is SRTP and SRTCP protection written from the RFCs, checked against
// their test vectors, to check the packets of the contexts.

// sessionKeys are the keys of RFC 3711, Section 4.3, for SRTP or SRTCP.
type sessionKeys struct{ encr, auth, salt []byte }

// refDerive is the key derivation with rate 0 (RFC 3711, Section 4.3; RFC 6188,
// Section 3; RFC 7714, Section 11). A salt of 12 octets is filled up with zeros
// on the right.
func refDerive(master, salt []byte, label byte, n int) []byte {
	var x [16]byte // the last 2 octets are the block counter
	copy(x[:14], salt)
	x[7] ^= label // label || 48 bits of zeros, aligned with the end of the salt
	return refKeystream(master, x, n)
}

func refKeystream(key []byte, iv [16]byte, n int) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	out := make([]byte, n)
	cipher.NewCTR(block, iv[:]).XORKeyStream(out, out)
	return out
}

func refSessionKeys(master, salt []byte, rtcp bool) sessionKeys {
	first := byte(0)
	if rtcp {
		first = 3
	}
	return sessionKeys{
		encr: refDerive(master, salt, first, len(master)),
		auth: refDerive(master, salt, first+1, 20),
		salt: refDerive(master, salt, first+2, len(salt)),
	}
}

// refCM is AES in counter mode (RFC 3711, Section 4.1.1).
func (k *sessionKeys) refCM(ssrc uint32, index uint64, data []byte) []byte {
	var iv [16]byte
	copy(iv[:14], k.salt)
	xor := func(at int, v uint64, n int) {
		for i := range n {
			iv[at+i] ^= byte(v >> (8 * (n - 1 - i)))
		}
	}
	xor(4, uint64(ssrc), 4)
	xor(8, index, 6)
	stream := refKeystream(k.encr, iv, len(data))
	for i := range data {
		stream[i] ^= data[i]
	}
	return stream
}

// refGCM is AES-GCM with the IV of RFC 7714, Sections 8.1 and 9.1, which have
// the same form: the SRTCP index is a packet index of 48 bits.
func (k *sessionKeys) refGCM(ssrc uint32, index uint64, data, aad []byte) []byte {
	iv := make([]byte, 12)
	binary.BigEndian.PutUint32(iv[2:], ssrc)
	binary.BigEndian.PutUint16(iv[6:], uint16(index>>32))
	binary.BigEndian.PutUint32(iv[8:], uint32(index))
	for i := range iv {
		iv[i] ^= k.salt[i]
	}
	block, err := aes.NewCipher(k.encr)
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm.Seal(nil, iv, data, aad)
}

func (k *sessionKeys) refTag(n uint8, parts ...[]byte) []byte {
	mac := hmac.New(sha1.New, k.auth)
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)[:n]
}

// refRTP protects an RTP packet with a header of 12 octets (RFC 3711, Section
// 3.1; RFC 7714, Section 8).
func refRTP(p mikey.SRTPPolicy, k sessionKeys, roc uint32, mki, packet []byte) []byte {
	header, payload := packet[:12], packet[12:]
	ssrc := binary.BigEndian.Uint32(header[8:])
	index := uint64(roc)<<16 | uint64(binary.BigEndian.Uint16(header[2:]))
	out := bytes.Clone(header)
	if p.EncrAlg == mikey.SRTPEncrAESGCM {
		out = append(out, k.refGCM(ssrc, index, payload, header)...)
		return append(out, mki...)
	}
	if p.EncrAlg == mikey.SRTPEncrNULL || !p.EncryptSRTP {
		out = append(out, payload...)
	} else {
		out = append(out, k.refCM(ssrc, index, payload)...)
	}
	tag := k.refTag(p.SRTPTagLen, out, binary.BigEndian.AppendUint32(nil, roc))
	return append(append(out, mki...), tag...)
}

// refRTCP protects an RTCP packet (RFC 3711, Section 3.4; RFC 7714, Section 9).
func refRTCP(p mikey.SRTPPolicy, k sessionKeys, index uint32, mki, packet []byte) []byte {
	header, rest := packet[:8], packet[8:]
	ssrc := binary.BigEndian.Uint32(header[4:])
	out := bytes.Clone(header)
	encrypted := p.EncryptSRTCP && p.EncrAlg != mikey.SRTPEncrNULL
	word := index
	if encrypted {
		word |= 1 << 31
	}
	trailer := binary.BigEndian.AppendUint32(nil, word)
	if p.EncrAlg == mikey.SRTPEncrAESGCM {
		if encrypted {
			out = append(out, k.refGCM(ssrc, uint64(index), rest, append(bytes.Clone(header), trailer...))...)
		} else { // the tag alone (RFC 7714, Section 9.3)
			out = append(out, rest...)
			out = append(out, k.refGCM(ssrc, uint64(index), nil, append(bytes.Clone(packet), trailer...))...)
		}
		return append(append(out, trailer...), mki...)
	}
	if encrypted {
		rest = k.refCM(ssrc, uint64(index), rest)
	}
	out = append(append(out, rest...), trailer...)
	tag := k.refTag(p.SRTCPTagLen, out)
	return append(append(out, mki...), tag...)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantHex(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	if !bytes.Equal(got, unhex(t, want)) {
		t.Errorf("%s = %x, want %s", what, got, want)
	}
}

// TestReference checks the reference itself.
func TestReference(t *testing.T) {
	t.Run("RFC 3711 B.2", func(t *testing.T) {
		k := sessionKeys{
			encr: unhex(t, "2B7E151628AED2A6ABF7158809CF4F3C"),
			salt: unhex(t, "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"),
		}
		stream := k.refCM(0, 0, make([]byte, 0xff02*16))
		wantHex(t, "keystream", stream[:48],
			"E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0")
		wantHex(t, "end of keystream", stream[0xfeff*16:],
			"EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44")
	})
	t.Run("RFC 3711 B.3", func(t *testing.T) {
		k := refSessionKeys(unhex(t, "E1F97A0D3E018BE0D64FA32C06DE4139"), unhex(t, "0EC675AD498AFEEBB6960B3AABE6"), false)
		wantHex(t, "cipher key", k.encr, "C61E7A93744F39EE10734AFE3FF7A087")
		wantHex(t, "cipher salt", k.salt, "30CBBC08863D8C85D49DB34A9AE1")
		wantHex(t, "auth key", k.auth, "CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA4")
	})
	t.Run("RFC 6188 7.2", func(t *testing.T) {
		k := refSessionKeys(unhex(t, "f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6"),
			unhex(t, "3b04803de51ee7c96423ab5b78d2"), false)
		wantHex(t, "cipher key", k.encr, "5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4")
		wantHex(t, "cipher salt", k.salt, "fa31791685ca444a9e07c6c64e93")
		wantHex(t, "auth key", k.auth, "fd9c32d39ed5fbb5a9dc96b30818454d 1313dc05")
	})
	quidProQuo := "51756964 2070726f 2071756f"
	t.Run("RFC 7714 16.1.1", func(t *testing.T) {
		k := sessionKeys{encr: unhex(t, "000102030405060708090a0b0c0d0e0f"), salt: unhex(t, quidProQuo)}
		packet := unhex(t, `8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976
			69736120 696e2070 61727465 73207472 6573`)
		wantHex(t, "packet", refRTP(mikey.AEAD_AES_128_GCM.SRTP(), k, 0, nil, packet),
			`8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5
			0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`)
	})
	t.Run("RFC 7714 17.1", func(t *testing.T) {
		k := sessionKeys{encr: unhex(t, "000102030405060708090a0b0c0d0e0f"), salt: unhex(t, quidProQuo)}
		packet := unhex(t, `81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
			deadbeef deadbeef deadbeef deadbeef deadbeef`)
		wantHex(t, "packet", refRTCP(mikey.AEAD_AES_128_GCM.SRTP(), k, 0x5d4, nil, packet),
			`81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d
			c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4`)
	})
	t.Run("RFC 7714 17.3", func(t *testing.T) {
		p := mikey.AEAD_AES_128_GCM.SRTP()
		p.EncryptSRTCP = false
		k := sessionKeys{encr: unhex(t, "000102030405060708090a0b0c0d0e0f"), salt: unhex(t, quidProQuo)}
		const packet = `81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
			deadbeef deadbeef deadbeef deadbeef deadbeef`
		wantHex(t, "packet", refRTCP(p, k, 0x5d4, nil, unhex(t, packet)),
			packet+"841dd968 3dd78ec9 2ae58790 125f62b3 000005d4")
	})
}
