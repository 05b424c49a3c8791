package peer

import (
	"github.com/gomikey/gomikey/mikey"
)

var labels = map[string]mikey.Label{
	"tek":      mikey.LabelTEK,
	"salt":     mikey.LabelSalt,
	"tgk-auth": mikey.LabelAuth,
	"tgk-encr": mikey.LabelEncr,
	"encr":     mikey.LabelMIKEYEncr,
	"auth":     mikey.LabelMIKEYAuth,
	"salting":  mikey.LabelMIKEYSalt,
}

func (p *Peer) derive(request []byte) (any, error) {
	var in struct {
		Label string   `json:"label"`
		InKey hexBytes `json:"inkey"`
		Bits  int      `json:"length_bits"`
		CSBID hex32    `json:"csb_id"`
		CSID  *uint8   `json:"cs_id"`
		Rand  hexBytes `json:"rand"`
		PRF   uint8    `json:"prf"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	label, ok := labels[in.Label]
	if !ok {
		return nil, usageError("there is no label %q", in.Label)
	}
	csID := uint8(mikey.CSIDMIKEY)
	if in.CSID != nil {
		csID = *in.CSID
	}
	if in.PRF > uint8(mikey.PRFHMACSHA256) {
		return nil, &mikey.Error{Stage: mikey.Unsupported, Err: mikey.ErrorInvalidPRF}
	}
	key, err := mikey.DeriveKey(mikey.PRFFunc(in.PRF), in.InKey, label, csID, uint32(in.CSBID), in.Rand, in.Bits)
	if err != nil {
		return nil, usageError("%w", err)
	}
	return struct {
		Key hexBytes `json:"key"`
	}{key}, nil
}
