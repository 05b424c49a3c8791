package ecdh

import "io"

// A keyPair is of a curve, where both parties do the same.
type keyPair interface {
	public() []byte
	shared(peer []byte) (secret []byte, err error) // ErrValue
	wipe()
}

// symmetric returns the lengths of a curve.
func symmetric(value, private int) lengths { return lengths{value, value, private, private} }

func initiate(k keyPair, err error) ([]byte, func([]byte) ([]byte, error), error) {
	if err != nil {
		return nil, nil, err
	}
	return k.public(), k.shared, nil
}

func respond(k keyPair, err error, initiator []byte) (value, tgk []byte, _ error) {
	if err != nil {
		return nil, nil, err
	}
	defer k.wipe()
	if tgk, err = k.shared(initiator); err != nil {
		return nil, nil, err
	}
	return k.public(), tgk, nil
}

// read fills a private value in one read, as PrivateLen says.
func read(rand io.Reader, private []byte) error {
	_, err := io.ReadFull(rand, private)
	return err
}
