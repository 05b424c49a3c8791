package peer

import (
	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdp"
)

type keyMgmt struct {
	Protocol string `json:"protocol"`
	Message  []byte `json:"message"`
}

func (p *Peer) sdpExtract(request []byte) (any, error) {
	var in struct {
		SDP *string `json:"sdp"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	if in.SDP == nil {
		return nil, usageError("the request has no sdp")
	}
	description, err := sdp.Parse([]byte(*in.SDP))
	if err != nil {
		return nil, &mikey.Error{Stage: mikey.Malformed, Err: err}
	}
	levels, err := sdp.Extract(description)
	if err != nil {
		return nil, &mikey.Error{Stage: mikey.Malformed, Err: err}
	}
	reply := struct {
		Session []keyMgmt   `json:"session"`
		Media   [][]keyMgmt `json:"media"`
	}{messages(levels.Session), [][]keyMgmt{}}
	for _, m := range levels.Media {
		reply.Media = append(reply.Media, messages(m.KeyMgmt))
	}
	return &reply, nil
}

func messages(attributes []sdp.KeyMgmt) []keyMgmt {
	out := []keyMgmt{}
	for _, a := range attributes {
		out = append(out, keyMgmt{a.Protocol, a.Data})
	}
	return out
}
