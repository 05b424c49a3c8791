package peer

import (
	"fmt"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/mikey"
)

// modeNames are the modes of hello.
var modeNames = []string{"psk", "pk", "dh", "dhhmac", "rsa-r"}

// mode returns a mode by its name.
func (c *credentials) mode(name string, o *offer, f *fixed) (mikey.Mode, error) {
	switch name {
	case "psk":
		return c.psk()
	case "dhhmac":
		if len(c.PSK) == 0 {
			return nil, usageError("mode dhhmac needs a psk")
		}
		list, err := o.agreements(f)
		if err != nil {
			return nil, err
		}
		return dhhmac.New(c.PSK, list...)
	case "pk", "dh", "rsa-r":
	default:
		return nil, &mikey.Error{Stage: mikey.Unsupported, Err: fmt.Errorf("mode %q is not one of hello's", name)}
	}
	x, err := c.x509(o)
	if err != nil {
		return nil, err
	}
	switch name {
	case "pk":
		return mikey.PublicKey(x)
	case "rsa-r":
		return mikey.RSAR(x)
	}
	list, err := o.agreements(f)
	if err != nil {
		return nil, err
	}
	return mikey.SignedDH(x, list...)
}

// modeOf returns the name of the mode of a request.
func modeOf(message []byte) string {
	if len(message) < 2 {
		return ""
	}
	switch mikey.DataType(message[1]) {
	case mikey.PSKInit:
		return "psk"
	case mikey.PKInit:
		return "pk"
	case mikey.DHInit:
		return "dh"
	case mikey.DHHMACInit:
		return "dhhmac"
	case mikey.RSARInit:
		return "rsa-r"
	}
	return ""
}

// modes returns the modes of a responder: all for which it has credentials. A
// message of another mode is told so, and what else is wrong with it. Updates
// under a cached envelope key need no credentials.
func (c *credentials) modes(o *offer, f *fixed) ([]mikey.Mode, error) {
	psk := mikey.PSKLookup(func(_, _ mikey.ID) []byte {
		c.lacksPSK = true
		return nil
	})
	if c.hasPSK() {
		var err error
		if psk, err = c.psk(); err != nil {
			return nil, err
		}
	}
	all := []mikey.Mode{psk}
	for _, name := range modeNames[1:] {
		if name == "dhhmac" && len(c.PSK) == 0 || name != "dhhmac" && c.Certificate == "" && c.PrivateKey == "" {
			continue
		}
		m, err := c.mode(name, o, f)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
