package reference

import (
	"crypto/aes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Numbers of algorithms (RFC 3830, Section 6.2; RFC 6043, Section 6.2).
const (
	EncrNULL     = 0
	EncrAESCM128 = 1
	EncrAESKW128 = 2
	EncrAESCM256 = 3

	MACNULL       = 0
	MACHMACSHA1   = 1
	MACHMACSHA256 = 2
)

// NTP is a time in 64 bits: seconds since 1900 and a fraction of zero (RFC 3830,
// Section 4.2.8).
func NTP(t time.Time) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(t.Unix()+2208988800))
	return append(b, 0, 0, 0, 0)
}

// IV is (salt XOR (0x0000 || CSB ID || T)) || 0x0000 (RFC 3830, Section 4.2.3).
// T has 64 bits here: a COUNTER is padded with zeros before it (Section 6.6), the
// whole seconds of NTP-UTC-32 behind it (RFC 6043, Section 6.3).
func IV(salt []byte, csbID uint32, t64 []byte) []byte {
	iv := []byte{0, 0}
	iv = binary.BigEndian.AppendUint32(iv, csbID)
	iv = append(iv, t64...)
	for i := range iv {
		iv[i] ^= salt[i]
	}
	return append(iv, 0, 0)
}

// T64 is the value of a timestamp in 64 bits.
func T64(tsType byte, value []byte) []byte {
	switch tsType {
	case 2: // COUNTER
		return append([]byte{0, 0, 0, 0}, value...)
	case 3: // NTP-UTC-32
		return append(append([]byte{}, value...), 0, 0, 0, 0)
	}
	return value
}

// AESCM encrypts, and decrypts, with the keystream E(k, IV) || E(k, IV + 1) ||
// ... (RFC 3711, Section 4.1.1).
func AESCM(key, iv, data []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	counter := append([]byte{}, iv...)
	out := []byte{}
	for len(out) < len(data) {
		keystream := make([]byte, 16)
		block.Encrypt(keystream, counter)
		for i := 0; i < 16 && len(out) < len(data); i++ {
			out = append(out, data[len(out)]^keystream[i])
		}
		for i := 15; i >= 0; i-- {
			counter[i]++
			if counter[i] != 0 {
				break
			}
		}
	}
	return out
}

// AESKW is the key wrap of RFC 3394, Section 2.2.1, in its description with
// shifts, with the initial value of RFC 3830, Section 4.2.3. The data is padded
// with zeros to two blocks of 8 octets or more.
func AESKW(key, iv, data []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	r := append([]byte{}, data...)
	for len(r)%8 != 0 || len(r) < 16 {
		r = append(r, 0)
	}
	n := len(r) / 8
	a := append([]byte{}, iv...)
	for t := 1; t <= 6*n; t++ {
		b := append(append([]byte{}, a...), r[:8]...)
		block.Encrypt(b, b)
		a = binary.BigEndian.AppendUint64(nil, binary.BigEndian.Uint64(b[:8])^uint64(t))
		r = append(append([]byte{}, r[8:]...), b[8:]...)
	}
	return append(a, r...)
}

// MAC is that of a number, over the concatenation of the data.
func MAC(alg byte, key []byte, data ...[]byte) []byte {
	switch alg {
	case MACHMACSHA1:
		return HMAC(sha1.New, key, data...)
	case MACHMACSHA256:
		return HMAC(sha256.New, key, data...)
	}
	return nil
}

// MACLen is the length of a MAC, and of its key, in octets.
func MACLen(alg byte) int {
	switch alg {
	case MACHMACSHA1:
		return 20
	case MACHMACSHA256:
		return 32
	}
	return 0
}

// MessageKeys are the keys that protect a message, from a pre-shared or envelope
// key (RFC 3830, Section 4.1.4).
type MessageKeys struct {
	PRF       byte
	In        []byte
	CSBID     uint32
	RAND      []byte
	Encr, MAC byte // algorithms
}

// EncrKey has 128 or 256 bits.
func (k MessageKeys) EncrKey() []byte {
	bits := 128
	if k.Encr == EncrAESCM256 {
		bits = 256
	}
	return PRF(k.PRF, k.In, Label(MIKEYEncr, 0xFF, k.CSBID, k.RAND), bits)
}

// SaltKey has 112 bits, and 64 for the key wrap.
func (k MessageKeys) SaltKey() []byte {
	bits := 112
	if k.Encr == EncrAESKW128 {
		bits = 64
	}
	return PRF(k.PRF, k.In, Label(MIKEYSalt, 0xFF, k.CSBID, k.RAND), bits)
}

// AuthKey is as long as the output of the MAC.
func (k MessageKeys) AuthKey() []byte {
	return PRF(k.PRF, k.In, Label(MIKEYAuth, 0xFF, k.CSBID, k.RAND), 8*MACLen(k.MAC))
}

// Encrypt encrypts the contents of a KEMAC.
func (k MessageKeys) Encrypt(t64, plain []byte) []byte {
	switch k.Encr {
	case EncrAESCM128, EncrAESCM256:
		return AESCM(k.EncrKey(), IV(k.SaltKey(), k.CSBID, t64), plain)
	case EncrAESKW128:
		if len(plain) == 0 {
			return nil
		}
		return AESKW(k.EncrKey(), k.SaltKey(), plain)
	}
	return plain
}

// Master is the SRTP master key and salt that a key gives a crypto session
// (RFC 3830, Section 4.1.3 and Appendix A.1). A TEK is the master key; one
// without a salt of its own has it behind the key.
func (k Key) Master(prf, csID byte, csbID uint32, rand []byte, keyLen, saltLen int) (key, salt []byte) {
	switch k.Type {
	case KeyTGK:
		return PRF(prf, k.Key, Label(TEK, csID, csbID, rand), 8*keyLen),
			PRF(prf, k.Key, Label(Salt, csID, csbID, rand), 8*saltLen)
	case KeyTGKSalt:
		return PRF(prf, k.Key, Label(TEK, csID, csbID, rand), 8*keyLen), k.Salt
	case KeyTEK:
		return k.Key[:keyLen], k.Key[keyLen:]
	}
	return k.Key, k.Salt
}
