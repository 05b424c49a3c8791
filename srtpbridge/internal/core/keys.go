package core

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/gomikey/gomikey/mikey"
)

// checkKeys checks that the keys fit the policy and each other. It returns the
// MKI of each, or nil for a single key without one.
//
// Presence and length of the MKI stay the same for the life of a context (RFC
// 3711, Section 3.2.1).
func (st *Stream) checkKeys() ([][]byte, error) {
	if len(st.Keys) == 0 {
		return nil, errors.New("srtpbridge: the stream has no master key")
	}
	keyLen, saltLen := int(st.Policy.EncrKeyLen), int(st.Policy.SaltLen)
	for i := range st.Keys {
		if n := len(st.Keys[i].Key); n != keyLen {
			return nil, fmt.Errorf("srtpbridge: master key %d has %d octets, the policy wants %d", i+1, n, keyLen)
		}
		if n := len(st.Keys[i].Salt); n != saltLen {
			return nil, fmt.Errorf("srtpbridge: master salt %d has %d octets, the policy wants %d", i+1, n, saltLen)
		}
	}
	if first := st.Keys[0].Validity.Type; len(st.Keys) == 1 && (first == mikey.KVNull || first == mikey.KVInterval) {
		return nil, nil
	}

	mkis := make([][]byte, len(st.Keys))
	for i := range st.Keys {
		v := &st.Keys[i].Validity
		if v.Type != mikey.KVSPI {
			return nil, &UnsupportedError{
				Parameter: "key validity", Value: fmt.Sprintf("%v of key %d", v.Type, i+1),
				Hint: "give every key an SPI, or have one key only",
			}
		}
		mkis[i] = v.SPI
		switch {
		case len(v.SPI) == 0:
			return nil, fmt.Errorf("srtpbridge: the MKI of master key %d has no octets", i+1)
		case len(v.SPI) != len(mkis[0]):
			return nil, &UnsupportedError{
				Parameter: "MKI length", Value: fmt.Sprintf("%d of key %d beside %d of key 1", len(v.SPI), i+1, len(mkis[0])),
				Hint: "let the SPIs of all keys have one length",
			}
		}
		for j := range mkis[:i] {
			if bytes.Equal(mkis[i], mkis[j]) {
				return nil, fmt.Errorf("srtpbridge: master keys %d and %d have the same MKI", j+1, i+1)
			}
		}
	}
	return mkis, nil
}
