package mikey

import (
	"io"

	"github.com/gomikey/gomikey/internal/modp"
)

// A KeyAgreement is a way in which the two values of a Diffie-Hellman mode make
// a TGK. DHGroup.KeyAgreement returns those of RFC 3830; other packages
// implement more. The two values may differ in length and in kind, so that a
// key encapsulation mechanism fits too: its encapsulation key comes from the
// initiator and its ciphertext from the responder.
//
// Implementations are safe for concurrent use.
type KeyAgreement interface {
	// Group returns the number in the DH payload.
	Group() DHGroup

	// ValueLen returns the lengths of the initiator's and of the responder's
	// value in octets.
	ValueLen() (initiator, responder int)

	// Initiate draws a secret from rand. It returns the initiator's value, and
	// a function that makes the TGK of the responder's value.
	Initiate(rand io.Reader) (value []byte, finish func(responder []byte) (tgk []byte, err error), err error)

	// Respond draws a secret from rand. It returns the responder's value and
	// the TGK.
	Respond(rand io.Reader, initiator []byte) (value, tgk []byte, err error)

	// String returns the name of the group.
	String() string
}

// KeyAgreement returns the OAKLEY group with that number (RFC 3830, Section
// 4.2.7), false for other numbers. The TGK is the secret with the length of the
// group, leading zeros included.
func (g DHGroup) KeyAgreement() (KeyAgreement, bool) {
	if group := modp.ByNumber(uint8(g)); group != nil {
		return oakley{g, group}, true
	}
	return nil, false
}

type oakley struct {
	number DHGroup
	group  *modp.Group
}

func (o oakley) Group() DHGroup { return o.number }

func (o oakley) ValueLen() (initiator, responder int) { return o.group.Size(), o.group.Size() }

func (o oakley) String() string { return o.number.String() }

func (o oakley) Initiate(rand io.Reader) ([]byte, func([]byte) ([]byte, error), error) {
	private, err := modp.Generate(rand)
	if err != nil {
		return nil, nil, err
	}
	finish := func(responder []byte) ([]byte, error) { return o.group.Shared(private, responder) }
	return o.group.Public(private), finish, nil
}

func (o oakley) Respond(rand io.Reader, initiator []byte) (value, tgk []byte, err error) {
	private, err := modp.Generate(rand)
	if err != nil {
		return nil, nil, err
	}
	defer clear(private)
	if tgk, err = o.group.Shared(private, initiator); err != nil {
		return nil, nil, err
	}
	return o.group.Public(private), tgk, nil
}
