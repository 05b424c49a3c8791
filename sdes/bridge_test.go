package sdes_test

import (
	"bytes"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge"
)

// TestPackets sends packets under the keys that were negotiated, both ways.
func TestPackets(t *testing.T) {
	for _, suite := range srtpbridge.Suites() {
		for _, c := range []*sdes.Config{
			{Suites: []mikey.Suite{suite}},
			{Suites: []mikey.Suite{suite}, MKILength: 4, Keys: 2},
		} {
			offer, err := sdes.MakeOffer(sdes.Medium{}, c)
			if err != nil {
				t.Fatal(err)
			}
			answer, bob, err := sdes.Answer(offer.Medium(), sdes.Medium{}, c)
			if err != nil {
				t.Fatal(err)
			}
			alice, err := offer.ApplyAnswer(answer)
			if err != nil {
				t.Fatal(err)
			}
			sendPackets(t, &alice.Send, &bob.Receive)
			sendPackets(t, &bob.Send, &alice.Receive)
		}
	}
}

func sendPackets(t *testing.T, send, receive *sdes.Direction) {
	t.Helper()
	sender, err := (&srtpbridge.Stream{Policy: send.Policy, Keys: send.Keys}).Sender()
	if err != nil {
		t.Fatal(err)
	}
	receiver, err := (&srtpbridge.Stream{Policy: receive.Policy, Keys: receive.Keys}).Receiver()
	if err != nil {
		t.Fatal(err)
	}
	rtp := append([]byte{0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7}, "payload"...)
	packet, err := sender.EncryptRTP(nil, rtp, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := receiver.DecryptRTP(nil, packet, nil); err != nil || !bytes.Equal(got, rtp) {
		t.Errorf("%v: %x, %v", send.Policy.Suite(), got, err)
	}
	rtcp := []byte{0x80, 201, 0, 1, 0, 0, 0, 7}
	if packet, err = sender.EncryptRTCP(nil, rtcp, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := receiver.DecryptRTCP(nil, packet, nil); err != nil || !bytes.Equal(got, rtcp) {
		t.Errorf("%v: %x, %v", send.Policy.Suite(), got, err)
	}
}
