package ecdh

import (
	"crypto/ecdh"
	"errors"
	"io"
)

// nist is one of the P curves.
type nist struct {
	curve     ecdh.Curve
	name      string
	scalarLen int
	top       byte // bits of the first octet of a scalar
}

var (
	p256 = &nist{ecdh.P256(), "P-256", 32, 0xff}
	p384 = &nist{ecdh.P384(), "P-384", 48, 0xff}
	p521 = &nist{ecdh.P521(), "P-521", 66, 0x01}
)

func (c *nist) String() string { return c.name }

func (c *nist) lengths() lengths { return symmetric(1+2*c.scalarLen, c.scalarLen) }

func (c *nist) initiate(rand io.Reader) ([]byte, func([]byte) ([]byte, error), error) {
	k, err := c.generate(rand)
	return initiate(k, err)
}

func (c *nist) respond(rand io.Reader, initiator []byte) (value, tgk []byte, err error) {
	k, err := c.generate(rand)
	return respond(k, err, initiator)
}

// maxDraws bounds the draws of a scalar. One draw is not below the order of
// P-256 with a probability of 2^-32, of the other curves with far less: eight in
// a row come from a broken reader.
const maxDraws = 8

// generate draws a scalar by rejection (FIPS 186-5, Appendix A.2.2).
// ecdh.Curve.GenerateKey would not use rand.
func (c *nist) generate(rand io.Reader) (*nistKey, error) {
	scalar := make([]byte, c.scalarLen)
	defer clear(scalar)
	for range maxDraws {
		if err := read(rand, scalar); err != nil {
			return nil, err
		}
		scalar[0] &= c.top
		if k, err := c.curve.NewPrivateKey(scalar); err == nil {
			return &nistKey{k}, nil
		}
	}
	return nil, errors.New("the source of randomness gives no private key")
}

type nistKey struct{ private *ecdh.PrivateKey }

func (k *nistKey) public() []byte { return k.private.PublicKey().Bytes() }

func (k *nistKey) shared(peer []byte) ([]byte, error) {
	// NewPublicKey refuses compressed points, infinity, and what is not on the
	// curve. The curves have prime order: no other value has a known secret.
	public, err := k.private.Curve().NewPublicKey(peer)
	if err != nil {
		return nil, ErrValue
	}
	secret, err := k.private.ECDH(public)
	if err != nil {
		return nil, ErrValue
	}
	return secret, nil
}

// wipe can do nothing: crypto/ecdh keeps the scalar to itself.
func (k *nistKey) wipe() {}
