package peer

import (
	"errors"
	"slices"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
)

// srtpSuite reports whether SRTP contexts exist for a suite.
func srtpSuite(s mikey.Suite) bool {
	p := s.SRTP()
	return slices.Contains(srtpbridge.Suites(), s) || p.EncrAlg == mikey.SRTPEncrNULL
}

// srtpRequest asks for one packet to be protected or unprotected, each with a
// fresh context.
type srtpRequest struct {
	Suite      string   `json:"suite"`
	MasterKey  hexBytes `json:"master_key"`
	MasterSalt hexBytes `json:"master_salt"`
	SSRC       hex32    `json:"ssrc"`
	ROC        uint32   `json:"roc"`
	MKI        hexBytes `json:"mki"`
	RTCP       bool     `json:"rtcp"`
	Packet     hexBytes `json:"packet"`
}

type srtpReply struct {
	Packet hexBytes `json:"packet"`
}

// minRTCP is the length of the RTCP header with the SSRC, in octets.
const minRTCP = 8

func (p *Peer) srtpProtect(request []byte) (any, error) {
	var in srtpRequest
	st, err := in.stream(request)
	if err != nil {
		return nil, err
	}
	ctx, err := in.context(st.Sender())
	if err != nil {
		return nil, err
	}
	if err := in.checkLength(0); err != nil {
		return nil, err
	}
	var out []byte
	if in.RTCP {
		out, err = ctx.EncryptRTCP(nil, in.Packet, nil)
	} else {
		out, err = ctx.EncryptRTP(nil, in.Packet, nil)
	}
	if err != nil {
		return nil, &mikey.Error{Stage: mikey.Malformed, Err: err}
	}
	return &srtpReply{out}, nil
}

func (p *Peer) srtpUnprotect(request []byte) (any, error) {
	var in srtpRequest
	st, err := in.stream(request)
	if err != nil {
		return nil, err
	}
	ctx, err := in.context(st.Receiver())
	if err != nil {
		return nil, err
	}
	added := int(st.Policy.SRTPTagLen) + len(in.MKI)
	if in.RTCP {
		added = int(st.Policy.SRTCPTagLen) + len(in.MKI) + 4 // SRTCP index
	}
	if err := in.checkLength(added); err != nil {
		return nil, err
	}
	var out []byte
	if in.RTCP {
		out, err = ctx.DecryptRTCP(nil, in.Packet, nil)
	} else {
		out, err = ctx.DecryptRTP(nil, in.Packet, nil)
	}
	if err != nil {
		return nil, &mikey.Error{Stage: mikey.AuthFailure, Err: err}
	}
	return &srtpReply{out}, nil
}

// stream reads the request.
func (in *srtpRequest) stream(request []byte) (*srtpbridge.Stream, error) {
	if err := unmarshal(request, in); err != nil {
		return nil, err
	}
	if in.Suite == "" {
		return nil, usageError("the request has no suite")
	}
	suite, err := mikey.SuiteByName(in.Suite)
	if err != nil {
		return nil, &mikey.Error{Stage: mikey.Unsupported, Err: err}
	}
	key := mikey.MasterKey{Key: in.MasterKey, Salt: in.MasterSalt}
	if len(in.MKI) > 0 {
		key.Validity = mikey.SPI(in.MKI)
	}
	return &srtpbridge.Stream{Policy: suite.SRTP(), Keys: []mikey.MasterKey{key}}, nil
}

// context sets the ROC, also for an SSRC of 0.
func (in *srtpRequest) context(ctx *srtp.Context, err error) (*srtp.Context, error) {
	var unsupported *srtpbridge.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		return nil, &mikey.Error{Stage: mikey.Unsupported, Err: err}
	case err != nil:
		return nil, usageError("%w", err)
	}
	ctx.SetROC(uint32(in.SSRC), in.ROC)
	return ctx, nil
}

// checkLength refuses a packet without room for its header and what protection
// adds to it.
func (in *srtpRequest) checkLength(added int) error {
	least := minRTCP
	if !in.RTCP {
		var err error
		if least, err = new(rtp.Header).Unmarshal(in.Packet); err != nil {
			return &mikey.Error{Stage: mikey.Malformed, Err: errors.New("the header does not parse")}
		}
	}
	if len(in.Packet) < least+added {
		return &mikey.Error{Stage: mikey.Malformed, Err: errors.New("the packet is too short")}
	}
	return nil
}
