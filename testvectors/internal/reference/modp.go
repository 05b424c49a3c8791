package reference

import (
	"math/big"
	"strings"
)

// Numbers of groups in the DH payload (RFC 3830, Section 6.4).
const (
	OAKLEY5 = 0 // mandatory
	OAKLEY1 = 1
	OAKLEY2 = 2
)

// modpPrimes are as they are printed.
var modpPrimes = map[byte]string{
	// RFC 3526, Section 2.
	OAKLEY5: `
		FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1
		29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD
		EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245
		E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
		EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE45B3D
		C2007CB8 A163BF05 98DA4836 1C55D39A 69163FA8 FD24CF5F
		83655D23 DCA3AD96 1C62F356 208552BB 9ED52907 7096966D
		670C354E 4ABC9804 F1746C08 CA237327 FFFFFFFF FFFFFFFF`,
	// RFC 2409, Section 6.1.
	OAKLEY1: `
		FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1
		29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD
		EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245
		E485B576 625E7EC6 F44C42E9 A63A3620 FFFFFFFF FFFFFFFF`,
	// RFC 2409, Section 6.2.
	OAKLEY2: `
		FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1
		29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD
		EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245
		E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
		EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE65381
		FFFFFFFF FFFFFFFF`,
}

// Prime is the modulus of an OAKLEY group, by its number.
func Prime(group byte) *big.Int {
	digits := strings.Join(strings.Fields(modpPrimes[group]), "")
	p, ok := new(big.Int).SetString(digits, 16)
	if !ok {
		panic("there is no such group")
	}
	return p
}

// Public is 2^x mod p, as long as p. x is big-endian.
func Public(group byte, x []byte) []byte {
	return Shared(group, x, []byte{2})
}

// Shared is y^x mod p, as long as p: with its leading zeros.
func Shared(group byte, x, y []byte) []byte {
	p := Prime(group)
	secret := new(big.Int).Exp(new(big.Int).SetBytes(y), new(big.Int).SetBytes(x), p)
	return secret.FillBytes(make([]byte, (p.BitLen()+7)/8))
}
