package ecdh

import (
	"io"

	"github.com/cloudflare/circl/dh/x25519"
	"github.com/cloudflare/circl/dh/x448"
)

// Values that are not reduced modulo the prime are taken, and of those of X25519
// the top bit is ignored, as RFC 7748, Section 5, demands.

type x25519Scheme struct{}

func (x25519Scheme) String() string { return "X25519" }

func (x25519Scheme) lengths() lengths { return symmetric(x25519.Size, x25519.Size) }

func (s x25519Scheme) initiate(rand io.Reader) ([]byte, func([]byte) ([]byte, error), error) {
	k, err := s.generate(rand)
	return initiate(k, err)
}

func (s x25519Scheme) respond(rand io.Reader, initiator []byte) (value, tgk []byte, err error) {
	k, err := s.generate(rand)
	return respond(k, err, initiator)
}

func (x25519Scheme) generate(rand io.Reader) (*x25519Key, error) {
	k := new(x25519Key)
	if err := read(rand, k.private[:]); err != nil {
		return nil, err
	}
	x25519.KeyGen(&k.value, &k.private)
	return k, nil
}

type x25519Key struct{ private, value x25519.Key }

func (k *x25519Key) public() []byte { return k.value[:] }

func (k *x25519Key) shared(peer []byte) ([]byte, error) {
	secret, public := new(x25519.Key), x25519.Key(peer)
	ok := x25519.Shared(secret, &k.private, &public)
	if !ok || isZero(secret[:]) {
		return nil, ErrValue
	}
	return secret[:], nil
}

func (k *x25519Key) wipe() { clear(k.private[:]) }

type x448Scheme struct{}

func (x448Scheme) String() string { return "X448" }

func (x448Scheme) lengths() lengths { return symmetric(x448.Size, x448.Size) }

func (s x448Scheme) initiate(rand io.Reader) ([]byte, func([]byte) ([]byte, error), error) {
	k, err := s.generate(rand)
	return initiate(k, err)
}

func (s x448Scheme) respond(rand io.Reader, initiator []byte) (value, tgk []byte, err error) {
	k, err := s.generate(rand)
	return respond(k, err, initiator)
}

func (x448Scheme) generate(rand io.Reader) (*x448Key, error) {
	k := new(x448Key)
	if err := read(rand, k.private[:]); err != nil {
		return nil, err
	}
	x448.KeyGen(&k.value, &k.private)
	return k, nil
}

type x448Key struct{ private, value x448.Key }

func (k *x448Key) public() []byte { return k.value[:] }

func (k *x448Key) shared(peer []byte) ([]byte, error) {
	secret, public := new(x448.Key), x448.Key(peer)
	ok := x448.Shared(secret, &k.private, &public)
	if !ok || isZero(secret[:]) {
		return nil, ErrValue
	}
	return secret[:], nil
}

func (k *x448Key) wipe() { clear(k.private[:]) }

// isZero reports whether a secret is the one that a value of small order gives.
// It looks at all octets (RFC 7748, Section 6.1).
func isZero(secret []byte) bool {
	var or byte
	for _, b := range secret {
		or |= b
	}
	return or == 0
}
