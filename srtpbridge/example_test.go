package srtpbridge_test

import (
	"encoding/binary"
	"fmt"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

// Alice and Bob agree on keys; then Alice sends Bob a packet.
func Example() {
	const aliceSSRC = 0xa11ce
	mode, err := mikey.PSK([]byte("what both parties know"))
	if err != nil {
		fmt.Println(err)
		return
	}
	initiator, err := mikey.NewInitiator(mode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	responder, err := mikey.NewResponder(&mikey.Config{Suites: srtpbridge.Suites()}, mode)
	if err != nil {
		fmt.Println(err)
		return
	}

	// Key management: one message, without an answer.
	message, pending, err := initiator.Start(mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: aliceSSRC}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	received, err := responder.Receive(message)
	if err != nil {
		fmt.Println(err)
		return
	}

	var packet []byte

	{ // Alice sends crypto session 1.
		session, err := pending.Finish(nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		sender, err := srtpbridge.Sender(session, 1)
		if err != nil {
			fmt.Println(err)
			return
		}
		plain, err := (&rtp.Packet{
			Header:  rtp.Header{Version: 2, SSRC: aliceSSRC, SequenceNumber: 1},
			Payload: []byte("Hello, Bob"),
		}).Marshal()
		if err != nil {
			fmt.Println(err)
			return
		}
		packet, err = sender.EncryptRTP(nil, plain, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("Alice sends", len(plain), "octets as", len(packet))
	}

	{ // Bob receives it.
		_, session, err := received.Accept()
		if err != nil {
			fmt.Println(err)
			return
		}
		receiver, err := srtpbridge.Receiver(session, 1)
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

		_, err = receiver.DecryptRTP(nil, packet, &header)
		fmt.Println("and once more:", err)
	}

	// Output:
	// Alice sends 22 octets as 32
	// Bob gets "Hello, Bob"
	// and once more: srtp ssrc=659918 index=1: duplicated packet
}

// A stream whose SSRC nobody has said is bound by its first packet that
// authenticates. Contexts of packets that fail are dropped, so that forged
// packets leave nothing behind.
func ExampleStream_Receiver() {
	policy := mikey.AEAD_AES_128_GCM.SRTP()
	stream := srtpbridge.Stream{ // as NewStream returns it for an SSRC of 0
		Policy: policy,
		Keys:   []mikey.MasterKey{{Key: make([]byte, 16), Salt: make([]byte, 12)}},
		ROC:    7,
	}

	var receiver *srtp.Context // until bound: nil
	receive := func(packet []byte) ([]byte, error) {
		if len(packet) < 12 {
			return nil, fmt.Errorf("%d octets are no RTP packet", len(packet))
		}
		ssrc := binary.BigEndian.Uint32(packet[8:])
		if receiver != nil {
			if ssrc != stream.SSRC {
				return nil, fmt.Errorf("SSRC %08x is not that of the stream", ssrc)
			}
			return receiver.DecryptRTP(nil, packet, nil)
		}
		candidate := stream
		candidate.SSRC = ssrc
		try, err := candidate.Receiver()
		if err != nil {
			return nil, err
		}
		plain, err := try.DecryptRTP(nil, packet, nil)
		if err != nil {
			return nil, err
		}
		stream, receiver = candidate, try
		return plain, nil
	}

	forged := rtpPacket(666, 1, "neither encrypted nor authenticated")
	_, err := receive(forged)
	fmt.Println("forged:", err != nil, "bound:", receiver != nil)

	peer := stream
	peer.SSRC = 0xb0b
	sender, err := peer.Sender()
	if err != nil {
		fmt.Println(err)
		return
	}
	packet, err := sender.EncryptRTP(nil, rtpPacket(0xb0b, 1, "hello"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := receive(packet)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q bound: %08x\n", plain[12:], stream.SSRC)

	_, err = receive(forged)
	fmt.Println(err)
	// Output:
	// forged: true bound: false
	// "hello" bound: 00000b0b
	// SSRC 0000029a is not that of the stream
}

// Alice offers keys in crypto attributes, and changes to another key before the
// first one is spent.
func ExampleFromSDES() {
	config := &sdes.Config{
		Suites:    []mikey.Suite{mikey.AEAD_AES_256_GCM},
		Lifetime:  sdes.Lifetime{Packets: 5}, // usually millions
		MKILength: 1,
		Keys:      2,
	}
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

	var receiver *srtpbridge.Limiter
	{ // Bob
		stream, err := srtpbridge.FromSDES(bob.Receive)
		if err != nil {
			fmt.Println(err)
			return
		}
		if receiver, err = stream.LimitedReceiver(bob.Receive.Limits, nil); err != nil {
			fmt.Println(err)
			return
		}
	}

	{ // Alice
		stream, err := srtpbridge.FromSDES(alice.Send)
		if err != nil {
			fmt.Println(err)
			return
		}
		var sender *srtpbridge.Limiter
		sender, err = stream.LimitedSender(alice.Send.Limits, func(use srtpbridge.KeyUse) {
			fmt.Printf("MKI %x is nearly spent after %d packets\n", use.MKI, use.SRTP)
			if err := sender.SetSendMKI(alice.Send.Keys[1].Validity.SPI); err != nil {
				fmt.Println(err)
			}
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		for seq := range uint16(5) {
			packet, err := sender.EncryptRTP(nil, rtpPacket(0xa11ce, seq, "hello"), nil)
			if err != nil {
				fmt.Println(err)
				return
			}
			if _, err := receiver.DecryptRTP(nil, packet, nil); err != nil {
				fmt.Println(err)
				return
			}
			fmt.Printf("packet %d has MKI %02x\n", seq, packet[len(packet)-1])
		}
	}

	// Output:
	// packet 0 has MKI 01
	// packet 1 has MKI 01
	// MKI 01 is nearly spent after 3 packets
	// packet 2 has MKI 01
	// packet 3 has MKI 02
	// packet 4 has MKI 02
}
