package reference

import (
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"math/big"
)

// An RSAKey is a private key in its first representation (RFC 8017, Section 3.2).
type RSAKey struct{ N, E, D *big.Int }

// NewRSAKey returns the numbers of a key.
func NewRSAKey(k *rsa.PrivateKey) RSAKey { return RSAKey{k.N, big.NewInt(int64(k.E)), k.D} }

// Len is the length of the modulus in octets.
func (k RSAKey) Len() int { return (k.N.BitLen() + 7) / 8 }

// Public is RSAEP and RSAVP1: em^e mod n (Sections 5.1.1 and 5.2.2).
func (k RSAKey) Public(em []byte) []byte { return k.power(em, k.E) }

// Private is RSADP and RSASP1: em^d mod n (Sections 5.1.2 and 5.2.1).
func (k RSAKey) Private(em []byte) []byte { return k.power(em, k.D) }

func (k RSAKey) power(em []byte, exponent *big.Int) []byte {
	x := new(big.Int).Exp(new(big.Int).SetBytes(em), exponent, k.N)
	return x.FillBytes(make([]byte, k.Len()))
}

// padding is n octets that are not zero. They should be random; here they count.
func padding(n int) []byte {
	ps := make([]byte, n)
	for i := range ps {
		ps[i] = byte(i%255) + 1
	}
	return ps
}

// EncryptionBlock is EM = 0x00 || 0x02 || PS || 0x00 || M (Section 7.2.1), as
// long as the modulus.
func (k RSAKey) EncryptionBlock(m []byte) []byte {
	em := []byte{0x00, 0x02}
	em = append(em, padding(k.Len()-len(m)-3)...)
	em = append(em, 0x00)
	return append(em, m...)
}

// EncryptPKCS1 is RSAES-PKCS1-v1_5 (Section 7.2.1).
func (k RSAKey) EncryptPKCS1(m []byte) []byte { return k.Public(k.EncryptionBlock(m)) }

// EncryptOAEP is RSAES-OAEP with SHA-1, MGF1 with SHA-1 and no label, which is
// what RFC 3830 cites (Section 7.1.1). The seed should be random; here it counts.
func (k RSAKey) EncryptOAEP(m []byte) []byte {
	lHash := sha1.Sum(nil)
	seed := padding(20)
	db := append([]byte{}, lHash[:]...)
	db = append(db, make([]byte, k.Len()-len(m)-2*20-2)...)
	db = append(db, 0x01)
	db = append(db, m...)
	maskedDB := xor(db, mgf1SHA1(seed, len(db)))
	maskedSeed := xor(seed, mgf1SHA1(maskedDB, 20))
	em := append([]byte{0x00}, maskedSeed...)
	return k.Public(append(em, maskedDB...))
}

// Values of DigestInfo before the hash (Section 9.2, note 1).
var (
	digestInfoSHA1   = []byte{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14}
	digestInfoSHA256 = []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
)

// DigestSHA256 is the DigestInfo of a message.
func DigestSHA256(message []byte) []byte {
	h := sha256.Sum256(message)
	return append(append([]byte{}, digestInfoSHA256...), h[:]...)
}

// DigestSHA1 is the DigestInfo of a message.
func DigestSHA1(message []byte) []byte {
	h := sha1.Sum(message)
	return append(append([]byte{}, digestInfoSHA1...), h[:]...)
}

// SignatureBlock is EM = 0x00 || 0x01 || PS || 0x00 || T, where PS is 0xff and T
// the DigestInfo (Section 9.2).
func (k RSAKey) SignatureBlock(t []byte) []byte {
	em := []byte{0x00, 0x01}
	for len(em) < k.Len()-len(t)-1 {
		em = append(em, 0xff)
	}
	em = append(em, 0x00)
	return append(em, t...)
}

// SignPKCS1 is RSASSA-PKCS1-v1_5 with SHA-256 (Section 8.2.1).
func (k RSAKey) SignPKCS1(message []byte) []byte {
	return k.Private(k.SignatureBlock(DigestSHA256(message)))
}

// SignPKCS1SHA1 is RSASSA-PKCS1-v1_5 with SHA-1.
func (k RSAKey) SignPKCS1SHA1(message []byte) []byte {
	return k.Private(k.SignatureBlock(DigestSHA1(message)))
}

// SignPSS is RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets
// (Sections 8.1.1 and 9.1.1). The modulus has a multiple of 8 bits. The salt
// should be random; here it counts.
func (k RSAKey) SignPSS(message []byte) []byte {
	salt := padding(32)
	mHash := sha256.Sum256(message)
	m := append(make([]byte, 8), mHash[:]...)
	h := sha256.Sum256(append(m, salt...))
	db := make([]byte, k.Len()-32-32-2)
	db = append(db, 0x01)
	db = append(db, salt...)
	maskedDB := xor(db, mgf1SHA256(h[:], len(db)))
	maskedDB[0] &= 0x7f // emBits is one less than the bits of the modulus
	em := append(maskedDB, h[:]...)
	return k.Private(append(em, 0xbc))
}

// mgf1SHA1 and mgf1SHA256 are Hash(seed || 0) || Hash(seed || 1) || ... (Appendix
// B.2.1).
func mgf1SHA1(seed []byte, length int) []byte {
	var out []byte
	for i := byte(0); len(out) < length; i++ {
		h := sha1.Sum(append(append([]byte{}, seed...), 0, 0, 0, i))
		out = append(out, h[:]...)
	}
	return out[:length]
}

func mgf1SHA256(seed []byte, length int) []byte {
	var out []byte
	for i := byte(0); len(out) < length; i++ {
		h := sha256.Sum256(append(append([]byte{}, seed...), 0, 0, 0, i))
		out = append(out, h[:]...)
	}
	return out[:length]
}

func xor(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range out {
		out[i] = a[i] ^ b[i]
	}
	return out
}
