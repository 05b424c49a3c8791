package interop

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
	"github.com/gomikey/gomikey/srtpbridge"
)

// negotiate returns the value of an a=crypto attribute and what both parties
// know once it was offered and accepted.
func negotiate(t *testing.T, suite mikey.Suite) (value string, offerer, answerer *sdes.Session) {
	t.Helper()
	config := &sdes.Config{Suites: []mikey.Suite{suite}}
	offer, err := sdes.MakeOffer(sdes.Medium{}, config)
	if err != nil {
		t.Fatal(err)
	}
	medium, answerer, err := sdes.Answer(offer.Medium(), sdes.Medium{}, config)
	if err != nil {
		t.Fatal(err)
	}
	if offerer, err = offer.ApplyAnswer(medium); err != nil {
		t.Fatal(err)
	}
	return offer.Medium().Crypto[0], offerer, answerer
}

// stream returns the stream of a direction.
func stream(d *sdes.Direction) *srtpbridge.Stream {
	return &srtpbridge.Stream{Policy: d.Policy, Keys: d.Keys}
}

// describe returns the description of a medium of PCMU with SRTP.
func describe(port int, crypto []string) []byte {
	text := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"+
		"m=audio %d RTP/SAVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\n", port)
	for _, value := range crypto {
		text += "a=crypto:" + value + "\r\n"
	}
	return []byte(text)
}

// read reads the description of a peer with one medium.
func read(description []byte) (medium sdes.Medium, media *net.UDPAddr, err error) {
	desc, err := sdp.Parse(description)
	if err != nil {
		return medium, nil, err
	}
	if n := len(desc.MediaDescriptions); n != 1 {
		return medium, nil, fmt.Errorf("%d media descriptions, want 1", n)
	}
	m := desc.MediaDescriptions[0]
	medium.Profile = strings.Join(m.MediaName.Protos, "/")
	medium.Rejected = m.MediaName.Port.Value == 0
	for _, a := range m.Attributes {
		if a.Key == "crypto" {
			medium.Crypto = append(medium.Crypto, a.Value)
		}
	}
	return medium, loopback(m.MediaName.Port.Value), nil
}
