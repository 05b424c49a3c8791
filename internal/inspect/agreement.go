package inspect

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"math/big"
	"slices"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/internal/modp"
	"github.com/gomikey/gomikey/mikey"
)

// agreements are the groups whose values are understood beyond those of RFC
// 3830. Their numbers are for private use.
var agreements = ecdh.All()

// agreement returns the one of these groups with that number.
func agreement(g mikey.DHGroup) (mikey.KeyAgreement, bool) {
	i := slices.IndexFunc(agreements, func(a mikey.KeyAgreement) bool { return a.Group() == g })
	if i < 0 {
		return nil, false
	}
	return agreements[i], true
}

func (w *walker) dh(p *mikey.DH) *DH {
	out := &DH{
		Group:       int(p.Group),
		GroupName:   p.Group.String(),
		Value:       hex.EncodeToString(p.Value),
		ValueLength: len(p.Value),
		Reserved:    int(p.Reserved),
		Validity:    validity(&p.Validity),
	}
	if a, ok := agreement(p.Group); ok {
		out.GroupName = a.String()
		// The value of an initiator is checked by answering it. No message has
		// more than two values that count.
		const most = 2
		initiator, _ := a.ValueLen()
		w.answered++
		if len(p.Value) == initiator && w.answered <= most {
			if _, _, err := a.Respond(rand.Reader, p.Value); errors.Is(err, ecdh.ErrValue) {
				out.Problem = "the value is not one of the group"
			}
		}
		return out
	}
	group := modp.ByNumber(uint8(p.Group))
	if group == nil {
		return out // unreachable: the decoder does not know how long the value is
	}
	bits := new(big.Int).SetBytes(p.Value).BitLen()
	out.ValueBits = &bits
	_, err := group.Shared([]byte{0}, p.Value) // an exponent that takes no time
	switch {
	case bits == 0:
		out.Problem = "the value is 0"
	case bits == 1:
		out.Problem = "the value is 1"
	case err != nil:
		out.Problem = "the value is p-1 or more"
	}
	return out
}

// noteAgreement looks at the Diffie-Hellman values.
func (w *walker) noteAgreement() {
	group := -1
	for i, p := range w.parsed {
		if _, ok := p.(*mikey.DH); !ok {
			continue
		}
		out := &w.m.Payloads[i]
		d := out.DH
		// No honest value is that short: it is so with a probability of 2^-64.
		const missing = 64
		switch {
		case d.Problem != "":
			w.m.note("dh_value", out.Offset, "%s: an exchange refuses it", d.Problem)
		case d.ValueBits != nil && *d.ValueBits <= 8*d.ValueLength-missing:
			w.m.note("dh_short_value", out.Offset, "the value has %d bits instead of about %d", *d.ValueBits, 8*d.ValueLength)
		}
		if _, private := agreement(mikey.DHGroup(d.Group)); private && group != d.Group {
			w.m.note("dh_private_group", out.Offset, "number %d is for private use: it is %s where both parties mean that", d.Group, d.GroupName)
		}
		switch mikey.DHGroup(d.Group) {
		case mikey.OAKLEY1, mikey.OAKLEY2:
			if group == d.Group {
				break // the other value said so
			}
			w.m.note("dh_weak_group", out.Offset, "%s has %d bits: too few against those who prepare for the group", d.GroupName, 8*d.ValueLength)
		}
		if group >= 0 && group != d.Group {
			w.m.note("dh_two_groups", out.Offset, "the values are of two groups")
		}
		group = d.Group
	}
}
