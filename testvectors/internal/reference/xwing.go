package reference

import (
	"crypto/mlkem"
	"crypto/mlkem/mlkemtest"
	"crypto/sha3"
)

// X-Wing is that of draft-connolly-cfrg-xwing-kem-05: ML-KEM-768 and X25519, put
// together of the standard library and the ladder of this package.

var x25519Base = append([]byte{9}, make([]byte, 31)...)

// xwingKeys are expandDecapsulationKey: SHAKE256 of the seed gives d || z of
// ML-KEM, and the private value of X25519.
func xwingKeys(seed []byte) (*mlkem.DecapsulationKey768, []byte) {
	h := sha3.NewSHAKE256()
	h.Write(seed)
	expanded := make([]byte, 96)
	h.Read(expanded)
	m, err := mlkem.NewDecapsulationKey768(expanded[:64])
	if err != nil {
		panic(err)
	}
	return m, expanded[64:]
}

// XWingPublic is the encapsulation key of a seed of 32 octets: that of ML-KEM-768,
// then that of X25519.
func XWingPublic(seed []byte) []byte {
	m, x := xwingKeys(seed)
	return append(m.EncapsulationKey().Bytes(), X25519(x, x25519Base)...)
}

// XWingEncapsulate is EncapsulateDerand: of 64 octets, the first 32 are the
// message of ML-KEM, the others the private value of X25519.
func XWingEncapsulate(public, random []byte) (ciphertext, secret []byte) {
	m, err := mlkem.NewEncapsulationKey768(public[:1184])
	if err != nil {
		panic(err)
	}
	ssM, ctM, err := mlkemtest.Encapsulate768(m, random[:32])
	if err != nil {
		panic(err)
	}
	pkX := public[1184:]
	ctX := X25519(random[32:], x25519Base)
	ssX := X25519(random[32:], pkX)
	return append(ctM, ctX...), xwingCombine(ssM, ssX, ctX, pkX)
}

// XWingDecapsulate is the secret of a ciphertext.
func XWingDecapsulate(seed, ciphertext []byte) []byte {
	m, x := xwingKeys(seed)
	ctX := ciphertext[1088:]
	ssM, err := m.Decapsulate(ciphertext[:1088])
	if err != nil {
		panic(err)
	}
	return xwingCombine(ssM, X25519(x, ctX), ctX, X25519(x, x25519Base))
}

// xwingCombine is Combiner.
func xwingCombine(ssM, ssX, ctX, pkX []byte) []byte {
	h := sha3.New256()
	for _, part := range [][]byte{ssM, ssX, ctX, pkX, []byte(`\.//^\`)} {
		h.Write(part)
	}
	return h.Sum(nil)
}
