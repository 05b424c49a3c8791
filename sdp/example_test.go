package sdp_test

import (
	"fmt"

	"github.com/gomikey/gomikey/sdp"
	pionsdp "github.com/pion/sdp/v3"
)

// Alice offers one MIKEY message for the whole session; Bob takes it out and
// checks the list of protocols. The message is a stand-in for what package
// mikey makes.
func Example() {
	var wire []byte

	{ // Alice
		// The list goes into the message, as its SDP IDs extension.
		list, err := sdp.FormatIDs(sdp.MIKEY)
		if err != nil {
			fmt.Println(err)
			return
		}
		message := []byte("a MIKEY message that authenticates " + list)

		offer := &pionsdp.SessionDescription{
			Origin: pionsdp.Origin{
				Username: "alice", SessionID: 1, SessionVersion: 1,
				NetworkType: "IN", AddressType: "IP4", UnicastAddress: "192.0.2.1",
			},
			SessionName:      "-",
			TimeDescriptions: []pionsdp.TimeDescription{{}},
			MediaDescriptions: []*pionsdp.MediaDescription{{
				MediaName: pionsdp.MediaName{
					Media: "audio", Port: pionsdp.RangedPort{Value: 49000},
					Protos: []string{"RTP", "SAVP"}, Formats: []string{"0"},
				},
			}},
		}
		if err := sdp.SetSession(offer, sdp.KeyMgmt{Protocol: sdp.MIKEY, Data: message}); err != nil {
			fmt.Println(err)
			return
		}
		if wire, err = sdp.Marshal(offer); err != nil {
			fmt.Println(err)
			return
		}
	}

	{ // Bob
		offer, err := sdp.Parse(wire)
		if err != nil {
			fmt.Println(err)
			return
		}
		levels, err := sdp.Extract(offer)
		if err != nil {
			fmt.Println(err)
			return
		}
		rule, err := levels.ForMedia(0)
		if err != nil {
			fmt.Println(err)
			return
		}
		selected, ok := rule.Select(sdp.MIKEY)
		fmt.Println(rule.Level, rule.Secure, ok)
		fmt.Printf("%s\n", selected.Data)

		// Here Bob hands selected.Data to package mikey. When the message has
		// been verified:
		//
		//	ids, present := received.SDPIDs()
		ids, present := []string{"mikey"}, true
		fmt.Println(levels.CheckIDs(rule.Level, ids, present, nil))

		// Had the message also promised a stronger protocol, somebody would
		// have removed it from the description:
		ids = []string{"stronger", "mikey"}
		if err := levels.CheckIDs(rule.Level, ids, present, nil); err != nil {
			fmt.Println("refused")
		}
	}

	// Output:
	// session level true true
	// a MIKEY message that authenticates mikey
	// <nil>
	// refused
}
