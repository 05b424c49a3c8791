package peer

import (
	"errors"
	"reflect"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

func TestRTSPExtract(t *testing.T) {
	for _, test := range []struct {
		member, text string
		want         []any
	}{
		{"header", `keymgmt : prot=mikey; uri="rtsp://x/"; data="AQAF", prot=mikey;uri="";data="AQAF"`, []any{
			object{"protocol": "mikey", "uri": "rtsp://x/", "message": "AQAF"},
			object{"protocol": "mikey", "uri": nil, "message": "AQAF"},
		}},
		{"transport", `RTP/SAVP;unicast;MIKEY=AQAF,RTP/AVP;unicast`, []any{
			object{"transport": "RTP/SAVP", "protocol": "mikey", "uri": nil, "message": "AQAF"},
			object{"transport": "RTP/AVP", "protocol": nil, "uri": nil, "message": nil},
		}},
	} {
		reply, err := runSDES(t, (*Peer).rtspExtract, object{test.member: test.text})
		if err != nil || !reflect.DeepEqual(reply["specs"], test.want) {
			t.Errorf("%s: %v, %v", test.text, reply, err)
		}
	}
	for _, test := range []struct {
		request object
		stage   mikey.Stage
	}{
		{object{}, mikey.Usage},
		{object{"header": "", "transport": ""}, mikey.Usage},
		{object{"header": ""}, mikey.Malformed},
		{object{"header": `Key-Mgmt: prot=mikey;data="AQAF"`}, mikey.Malformed},
		{object{"header": `KeyMgmt: prot=mikey`}, mikey.Malformed},
		{object{"transport": "RTP/SAVP;MIKEY="}, mikey.Malformed},
	} {
		_, err := runSDES(t, (*Peer).rtspExtract, test.request)
		var e *mikey.Error
		if !errors.As(err, &e) || e.Stage != test.stage {
			t.Errorf("%v: %v, want stage %v", test.request, err, test.stage)
		}
	}
}
