package srtpv3_test

import (
	"fmt"

	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge/srtpv3"
	"github.com/pion/rtp"
)

// Alice offers keys in crypto attributes, Bob answers, and Alice sends a packet.
func Example() {
	config := &sdes.Config{Suites: srtpv3.Suites()}
	offer, err := sdes.MakeOffer(sdes.Medium{}, config)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, bob, err := sdes.Answer(offer.Medium(), sdes.Medium{}, config)
	if err != nil {
		fmt.Println(err)
		return
	}
	alice, err := offer.ApplyAnswer(answer)
	if err != nil {
		fmt.Println(err)
		return
	}

	var packet []byte
	{ // Alice
		stream, err := srtpv3.FromSDES(alice.Send)
		if err != nil {
			fmt.Println(err)
			return
		}
		sender, err := stream.LimitedSender(alice.Send.Limits, func(use srtpv3.KeyUse) {
			fmt.Println("time for new keys, after", use.SRTP, "packets")
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		plain, err := (&rtp.Packet{
			Header:  rtp.Header{Version: 2, SSRC: 0xa11ce, SequenceNumber: 1},
			Payload: []byte("Hello, Bob"),
		}).Marshal()
		if err != nil {
			fmt.Println(err)
			return
		}
		if packet, err = sender.EncryptRTP(nil, plain, nil); err != nil {
			fmt.Println(err)
			return
		}
	}

	{ // Bob
		stream, err := srtpv3.FromSDES(bob.Receive)
		if err != nil {
			fmt.Println(err)
			return
		}
		receiver, err := stream.LimitedReceiver(bob.Receive.Limits, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		var header rtp.Header
		plain, err := receiver.DecryptRTP(nil, packet, &header)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("Bob gets %q\n", plain[header.MarshalSize():])
	}

	// Output:
	// Bob gets "Hello, Bob"
}
