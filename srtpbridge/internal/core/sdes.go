package core

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
)

// FromSDES returns the stream of a direction.
func FromSDES(d sdes.Direction) (*Stream, error) {
	return fromSDES(&d, d.Context, d.Keys)
}

// FECFromSDES returns the stream of the FEC of a direction.
func FECFromSDES(d sdes.Direction) (*Stream, error) {
	if len(d.FECKeys) == 0 {
		return nil, errors.New("srtpbridge: the direction has no keys for an FEC stream of its own")
	}
	return fromSDES(&d, d.FECContext, d.FECKeys)
}

func fromSDES(d *sdes.Direction, context sdes.Context, keys []mikey.MasterKey) (*Stream, error) {
	switch {
	case d.KDR != 0:
		return nil, &UnsupportedError{"KDR", strconv.Itoa(int(d.KDR)), "leave sdes.Config.AcceptKDR off"}
	case d.FECOrder != sdes.NoFECOrder && d.FECOrder != sdes.FECThenSRTP:
		return nil, &UnsupportedError{"FEC_ORDER", d.FECOrder.String(), "leave sdes.Config.AcceptSRTPThenFEC off"}
	case context == sdes.Keep:
		return nil, fmt.Errorf("%w: another one would repeat the key stream; if there is none yet, set the Context to sdes.Start", ErrKeepContext)
	}
	st := &Stream{Policy: d.Policy}
	if _, err := st.checkPolicy(); err != nil {
		return nil, err
	}
	for _, k := range keys {
		v := k.Validity
		v.SPI, v.From, v.To = bytes.Clone(v.SPI), bytes.Clone(v.From), bytes.Clone(v.To)
		st.Keys = append(st.Keys, mikey.MasterKey{Key: bytes.Clone(k.Key), Salt: bytes.Clone(k.Salt), Validity: v})
	}
	if _, err := st.checkKeys(); err != nil {
		return nil, err
	}
	return st, nil
}
