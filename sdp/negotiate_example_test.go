package sdp_test

import (
	"fmt"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
	"github.com/gomikey/gomikey/srtpbridge"
)

// Alice offers MIKEY and crypto attributes together; Bob takes MIKEY, which he
// prefers. The descriptions are those of the two programs, without keys.
func ExampleParty() {
	local := func(host string) string {
		return "v=0\r\no=- 1 1 IN IP4 " + host + "\r\ns=-\r\nc=IN IP4 " + host + "\r\nt=0 0\r\n" +
			"m=audio 49170 RTP/SAVP 0\r\nm=video 49172 RTP/SAVPF 31\r\n"
	}
	party := func() *sdp.Party {
		mode, err := mikey.PSK([]byte("what Alice and Bob both know"))
		check(err)
		config := &mikey.Config{Suites: srtpbridge.Suites(), Bundles: new(mikey.Bundles)}
		initiator, err := mikey.NewInitiator(mode, config)
		check(err)
		responder, err := mikey.NewResponder(config, mode)
		check(err)
		return &sdp.Party{
			Initiator: initiator, Responder: responder,
			SDES: &sdes.Config{Suites: srtpbridge.Suites()},
		}
	}
	alice, bob := party(), party()

	// Make an offer.
	desc, err := sdp.Parse([]byte(local("192.0.2.1")))
	check(err)
	offer, err := alice.Offer(desc, sdp.Stream{SSRC: 0xa1}, sdp.Stream{SSRC: 0xa2})
	check(err)

	// Answer this description.
	desc, err = sdp.Parse([]byte(local("192.0.2.2")))
	check(err)
	answer, atBob, err := bob.Answer(offer.Description(), desc, sdp.Stream{SSRC: 0xb1}, sdp.Stream{SSRC: 0xb2})
	check(err)

	// Apply this answer.
	atAlice, err := offer.Apply(answer)
	check(err)

	for i := range atAlice.Media {
		from, to := srtpbridge.Stream(atAlice.Media[i].Send), srtpbridge.Stream(atBob.Media[i].Receive)
		_, err = from.Sender()
		check(err)
		_, err = to.Receiver()
		check(err)
		fmt.Printf("media %d: %v, %v, Alice sends with SSRC %x\n", i, atBob.Media[i].Keying, to.Policy.Suite(), to.SSRC)
	}
	// Output:
	// media 0: MIKEY, AES_CM_128_HMAC_SHA1_80, Alice sends with SSRC a1
	// media 1: MIKEY, AES_CM_128_HMAC_SHA1_80, Alice sends with SSRC a2
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
