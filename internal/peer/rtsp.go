package peer

import (
	"errors"
	"strings"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdp"
)

// rtspSpec is one specification of a header.
type rtspSpec struct {
	Transport string  `json:"transport,omitempty"`
	Protocol  *string `json:"protocol"`
	URI       *string `json:"uri"`
	Message   []byte  `json:"message"`
}

func (p *Peer) rtspExtract(request []byte) (any, error) {
	var in struct {
		Header    *string `json:"header"`
		Transport *string `json:"transport"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	var specs []rtspSpec
	var err error
	switch {
	case (in.Header == nil) == (in.Transport == nil):
		return nil, usageError("the request has not one of header and transport")
	case in.Header != nil:
		specs, err = keyMgmtHeader(*in.Header)
	default:
		specs, err = transportHeader(*in.Transport)
	}
	if err != nil {
		return nil, &mikey.Error{Stage: mikey.Malformed, Err: err}
	}
	return struct {
		Specs []rtspSpec `json:"specs"`
	}{specs}, nil
}

func keyMgmtHeader(header string) ([]rtspSpec, error) {
	name, value, _ := strings.Cut(header, ":")
	if !strings.EqualFold(strings.TrimRight(name, " \t"), "KeyMgmt") {
		return nil, errors.New("the header is not KeyMgmt")
	}
	all, err := sdp.ParseKeyMgmtHeader(value)
	var specs []rtspSpec
	for _, s := range all {
		spec := rtspSpec{Protocol: &s.KeyMgmt.Protocol, Message: s.KeyMgmt.Data}
		if s.URI != "" {
			spec.URI = &s.URI
		}
		specs = append(specs, spec)
	}
	return specs, err
}

func transportHeader(value string) ([]rtspSpec, error) {
	all, err := sdp.ParseTransportHeader(value)
	protocol := sdp.MIKEY
	var specs []rtspSpec
	for _, s := range all {
		spec := rtspSpec{Transport: s.Transport, Message: s.Message}
		if s.Message != nil {
			spec.Protocol = &protocol
		}
		specs = append(specs, spec)
	}
	return specs, err
}
