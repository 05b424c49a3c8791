package ecdh

import (
	"encoding/hex"
	"io"

	"github.com/cloudflare/circl/dh/x25519"
	"github.com/cloudflare/circl/kem/xwing"
)

// xwingScheme is draft-connolly-cfrg-xwing-kem-05: what the initiator sends is
// the encapsulation key, and what the responder sends the ciphertext.
type xwingScheme struct{}

func (xwingScheme) String() string { return "X-Wing" }

func (xwingScheme) lengths() lengths {
	return lengths{xwing.PublicKeySize, xwing.CiphertextSize, xwing.SeedSize, xwing.EncapsulationSeedSize}
}

func (xwingScheme) initiate(rand io.Reader) ([]byte, func([]byte) ([]byte, error), error) {
	var seed [xwing.SeedSize]byte
	defer clear(seed[:])
	if err := read(rand, seed[:]); err != nil {
		return nil, nil, err
	}
	private, public := xwing.DeriveKeyPair(seed[:])
	value := make([]byte, xwing.PublicKeySize)
	public.Pack(value)
	finish := func(ciphertext []byte) ([]byte, error) {
		if smallOrder(ciphertext) {
			return nil, ErrValue
		}
		secret := make([]byte, xwing.SharedKeySize)
		private.DecapsulateTo(secret, ciphertext)
		return secret, nil
	}
	return value, finish, nil
}

func (xwingScheme) respond(rand io.Reader, initiator []byte) (value, tgk []byte, err error) {
	var public xwing.PublicKey
	if smallOrder(initiator) || public.Unpack(initiator) != nil {
		return nil, nil, ErrValue
	}
	var seed [xwing.EncapsulationSeedSize]byte
	defer clear(seed[:])
	if err := read(rand, seed[:]); err != nil {
		return nil, nil, err
	}
	value = make([]byte, xwing.CiphertextSize)
	tgk = make([]byte, xwing.SharedKeySize)
	public.EncapsulateTo(value, tgk, seed[:])
	return value, tgk, nil
}

// smallOrder reports whether the X25519 value at the end of an X-Wing value has
// small order, so that only the ML-KEM half would protect the secret. The draft
// leaves the check out and circl with it; no honest party sends such a value.
func smallOrder(value []byte) bool {
	u := x25519.Key(value[len(value)-x25519.Size:])
	u[x25519.Size-1] &= 0x7f
	for _, s := range smallOrders {
		if u == s {
			return true
		}
	}
	return false
}

// smallOrders are the u coordinates of small order on Curve25519 and its twist,
// reduced and not, without the top bit.
var smallOrders = func() (list []x25519.Key) {
	for _, u := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000", // 0
		"0100000000000000000000000000000000000000000000000000000000000000", // 1
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", // of order 8
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157", // of order 8
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p-1
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p+1
	} {
		b, err := hex.DecodeString(u)
		if err != nil {
			panic(err) // unreachable
		}
		list = append(list, x25519.Key(b))
	}
	return list
}()
