package reference

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/binary"
)

// Labels of session keys (RFC 3711, Section 4.3.2).
const (
	LabelRTPEncr  = 0
	LabelRTPAuth  = 1
	LabelRTPSalt  = 2
	LabelRTCPEncr = 3
	LabelRTCPAuth = 4
	LabelRTCPSalt = 5
)

// Ciphers of SRTP.
const (
	SRTPNull = iota
	SRTPAESCM
	SRTPAESGCM
)

// An SRTPProfile is what a suite says about packets, with lengths in octets.
type SRTPProfile struct {
	Cipher          int
	KeyLen, SaltLen int
	Tag, RTCPTag    int
}

// SRTPInput is the block that the key derivation encrypts first: x * 2^16, where
// x = label || 0 (48 bits, for index DIV 0) XOR master_salt (RFC 3711, Section
// 4.3.1), both aligned at their right ends. A salt of 96 bits is first multiplied
// by 2^16 (RFC 7714, Section 11).
func SRTPInput(masterSalt []byte, label byte) []byte {
	salt := append([]byte{}, masterSalt...)
	for len(salt) < 14 {
		salt = append(salt, 0)
	}
	keyID := []byte{0, 0, 0, 0, 0, 0, 0, label, 0, 0, 0, 0, 0, 0}
	x := make([]byte, 14)
	for i := range x {
		x[i] = keyID[i] ^ salt[i]
	}
	return append(x, 0, 0)
}

// SRTPKey is a session key: the keystream of AES-CM under the master key (RFC
// 3711, Section 4.3.3), with AES of the length of that key (RFC 6188, Section 3).
func SRTPKey(masterKey, masterSalt []byte, label byte, length int) []byte {
	return AESCM(masterKey, SRTPInput(masterSalt, label), make([]byte, length))
}

// SRTPKeys are the session keys of SRTP, or of SRTCP.
type SRTPKeys struct{ Encr, Auth, Salt []byte }

// SessionKeys derives the keys with the labels from first on.
func (p SRTPProfile) SessionKeys(masterKey, masterSalt []byte, first byte) SRTPKeys {
	return SRTPKeys{
		Encr: SRTPKey(masterKey, masterSalt, first, p.KeyLen),
		Auth: SRTPKey(masterKey, masterSalt, first+1, 20),
		Salt: SRTPKey(masterKey, masterSalt, first+2, p.SaltLen),
	}
}

// SRTPIV is (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16) in 128 bits (RFC 3711,
// Section 4.1.1).
func SRTPIV(salt []byte, ssrc uint32, index uint64) []byte {
	iv := []byte{0, 0, 0, 0}
	iv = binary.BigEndian.AppendUint32(iv, ssrc)
	iv = append(iv, byte(index>>40), byte(index>>32), byte(index>>24), byte(index>>16), byte(index>>8), byte(index))
	for i := range iv {
		iv[i] ^= salt[i]
	}
	return append(iv, 0, 0)
}

// GCMIV is 0x0000 || SSRC || ROC || SEQ XOR the salt (RFC 7714, Section 8.1). With
// an SRTCP index it is 0x0000 || SSRC || 0x0000 || 0 || index, which is the same
// (Section 9.1).
func GCMIV(salt []byte, ssrc uint32, index uint64) []byte {
	iv := []byte{0, 0}
	iv = binary.BigEndian.AppendUint32(iv, ssrc)
	iv = append(iv, byte(index>>40), byte(index>>32), byte(index>>24), byte(index>>16), byte(index>>8), byte(index))
	for i := range iv {
		iv[i] ^= salt[i]
	}
	return iv
}

// GCM is the ciphertext with the tag of 16 octets behind it.
func GCM(key, iv, plain, aad []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm.Seal(nil, iv, plain, aad)
}

// RTPHeaderLen is 12, 4 for each CSRC, and the header extension with its head of
// 4 (RFC 3550, Sections 5.1 and 5.3.1).
func RTPHeaderLen(packet []byte) int {
	n := 12 + 4*int(packet[0]&0x0f)
	if packet[0]&0x10 != 0 {
		n += 4 + 4*int(binary.BigEndian.Uint16(packet[n+2:]))
	}
	return n
}

// A Protected is a packet, with values on the way to it.
type Protected struct {
	Packet []byte
	IV     []byte // nil without encryption
	Input  []byte // of the MAC, or the AAD of GCM
	Tag    []byte
	TagAt  int // where the tag stands in the packet
}

// SRTP protects an RTP packet (RFC 3711, Section 3.1; RFC 7714, Section 8).
func (p SRTPProfile) SRTP(k SRTPKeys, roc uint32, mki, packet []byte) Protected {
	headerLen := RTPHeaderLen(packet)
	header, payload := packet[:headerLen], packet[headerLen:]
	seq := binary.BigEndian.Uint16(packet[2:])
	ssrc := binary.BigEndian.Uint32(packet[8:])
	index := uint64(roc)<<16 | uint64(seq)

	out := Protected{Packet: append([]byte{}, header...)}
	if p.Cipher == SRTPAESGCM {
		out.IV = GCMIV(k.Salt, ssrc, index)
		out.Input = header
		out.Packet = append(out.Packet, GCM(k.Encr, out.IV, payload, header)...)
		out.TagAt = len(out.Packet) - 16
		out.Tag = out.Packet[out.TagAt:]
		out.Packet = append(out.Packet, mki...)
		return out
	}
	if p.Cipher == SRTPAESCM {
		out.IV = SRTPIV(k.Salt, ssrc, index)
		payload = AESCM(k.Encr, out.IV, payload)
	}
	out.Packet = append(out.Packet, payload...)
	// M = Authenticated Portion || ROC (Section 4.2). The MKI is not part of it.
	out.Input = binary.BigEndian.AppendUint32(append([]byte{}, out.Packet...), roc)
	out.Tag = HMAC(sha1.New, k.Auth, out.Input)[:p.Tag]
	out.Packet = append(out.Packet, mki...)
	out.TagAt = len(out.Packet)
	out.Packet = append(out.Packet, out.Tag...)
	return out
}

// SRTCP protects an RTCP packet (RFC 3711, Section 3.4; RFC 7714, Section 9).
// Without encryption the E flag is 0.
func (p SRTPProfile) SRTCP(k SRTPKeys, index uint32, encrypt bool, mki, packet []byte) Protected {
	header, rest := packet[:8], packet[8:]
	ssrc := binary.BigEndian.Uint32(packet[4:])
	word := binary.BigEndian.AppendUint32(nil, index)
	if encrypt {
		word[0] |= 0x80
	}

	out := Protected{Packet: append([]byte{}, header...)}
	if p.Cipher == SRTPAESGCM {
		out.IV = GCMIV(k.Salt, ssrc, uint64(index))
		if encrypt {
			out.Input = append(append([]byte{}, header...), word...)
			out.Packet = append(out.Packet, GCM(k.Encr, out.IV, rest, out.Input)...)
		} else { // Section 9.3: the ciphertext is the tag alone
			out.Input = append(append([]byte{}, packet...), word...)
			out.Packet = append(append([]byte{}, packet...), GCM(k.Encr, out.IV, nil, out.Input)...)
		}
		out.TagAt = len(out.Packet) - 16
		out.Tag = out.Packet[out.TagAt:]
		out.Packet = append(append(out.Packet, word...), mki...)
		return out
	}
	if encrypt {
		out.IV = SRTPIV(k.Salt, ssrc, uint64(index))
		if p.Cipher == SRTPAESCM {
			rest = AESCM(k.Encr, out.IV, rest)
		}
	}
	out.Packet = append(append(out.Packet, rest...), word...)
	out.Input = append([]byte{}, out.Packet...)
	out.Tag = HMAC(sha1.New, k.Auth, out.Input)[:p.RTCPTag]
	out.Packet = append(out.Packet, mki...)
	out.TagAt = len(out.Packet)
	out.Packet = append(out.Packet, out.Tag...)
	return out
}
