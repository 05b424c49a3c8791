package mikey

import (
	"encoding/binary"
	"errors"

	"github.com/gomikey/gomikey/internal/prf"
)

// A Label is the constant that starts the label of a derivation. The constants
// are digits of e (RFC 3830, Sections 4.1.3 and 4.1.4).
type Label uint32

const (
	// From a TGK, for the security protocol (RFC 3830, Table 4.1.3). SRTP uses
	// the first and the last.
	LabelTEK  Label = 0x2AD01C64
	LabelAuth Label = 0x1B5C7973
	LabelEncr Label = 0x15798CEF
	LabelSalt Label = 0x39A2C14B

	// From a pre-shared or envelope key, for MIKEY itself (RFC 3830, Table
	// 4.1.4), with CSIDMIKEY.
	LabelMIKEYEncr Label = 0x150533E1
	LabelMIKEYAuth Label = 0x2D22AC75
	LabelMIKEYSalt Label = 0x29B88916
)

// CSIDMIKEY stands for the CS ID in the label of keys that protect MIKEY itself
// (RFC 3830, Section 4.1.4).
const CSIDMIKEY = 0xFF

// DeriveKey returns the first bits of PRF(inkey, label || csID || csbID ||
// rand) (RFC 3830, Section 4.1). Where bits is not a multiple of 8, the
// remaining bits of the last octet are 0. It is the bare function for tests and
// tools: sessions derive their keys themselves.
func DeriveKey(f PRFFunc, inkey []byte, label Label, csID uint8, csbID uint32, rand []byte, bits int) ([]byte, error) {
	if len(inkey) == 0 {
		return nil, errors.New("mikey: derive: the input key is empty")
	}
	if bits <= 0 || bits > 8*0xffff {
		return nil, errors.New("mikey: derive: length is not 1 to 524280 bits")
	}
	if len(rand) > 0xff {
		return nil, errors.New("mikey: derive: RAND is longer than 255 octets")
	}
	d, ok := newDeriver(f, false, inkey, csbID, rand)
	if !ok {
		return nil, &codedError{ErrorInvalidPRF, errors.New("mikey: derive: unknown PRF " + f.String())}
	}
	key := make([]byte, (bits+7)/8)
	d.derive(key, label, csID)
	if spare := len(key)*8 - bits; spare > 0 {
		key[len(key)-1] &= 0xff << spare
	}
	return key, nil
}

// A deriver derives keys from one input key inside one CSB.
type deriver struct {
	prf     prf.PRF
	label   []byte               // constant || cs_id || csb_id || RAND
	storage [4 + 1 + 4 + 32]byte // of label, unless RAND is longer than usual
}

// newDeriver returns false if f is unknown. With libmikey, MIKEY-1 is that of
// Libmikey.PRF.
func newDeriver(f PRFFunc, libmikey bool, inkey []byte, csbID uint32, rand []byte) (*deriver, bool) {
	d := new(deriver)
	switch {
	case f == PRFMIKEY1 && libmikey:
		d.prf.InitEmptyLastBlock(inkey)
	case f == PRFMIKEY1:
		d.prf.InitSHA1(inkey)
	case f == PRFHMACSHA256:
		d.prf.InitSHA256(inkey)
	default:
		return nil, false
	}
	d.label = binary.BigEndian.AppendUint32(d.storage[:5], csbID)
	d.label = append(d.label, rand...)
	return d, true
}

// derive fills key.
func (d *deriver) derive(key []byte, label Label, csID uint8) {
	binary.BigEndian.PutUint32(d.label[0:4], uint32(label))
	d.label[4] = csID
	d.prf.Derive(key, d.label)
}

func (d *deriver) wipe() { d.prf.Wipe() }
