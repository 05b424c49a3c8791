// Command call secures a call between two parties in one program: MIKEY in an
// SDP offer and answer, then SRTP both ways over loopback UDP.
package main

import (
	"fmt"
	"log"
	"net"
	"time"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdp"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/rtp"
)

func main() {
	atAlice, atBob := must(net.ListenPacket("udp", "127.0.0.1:0")), must(net.ListenPacket("udp", "127.0.0.1:0"))
	mode := must(mikey.PSK([]byte("what Alice and Bob both know")))
	alice := must(mikey.NewInitiator(mode, nil))
	bob := must(mikey.NewResponder(&mikey.Config{Suites: srtpbridge.Suites()}, mode))

	// Alice offers a stream each way. The SSRC of the second is for Bob to say.
	message, pending, err := alice.Start(mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 0xa11ce}, {SSRC: 0}}, Verification: true,
		Extensions: []mikey.GeneralExtension{mikey.SDPIDs(sdp.MIKEY)},
	})
	check(err)
	offer := describe(atAlice, message)

	// Bob verifies the message, then that the SDP still offers what it says.
	message, levels := read(offer)
	received := must(bob.Receive(message))
	ids, present := received.SDPIDs()
	check(levels.CheckIDs(sdp.SessionLevel, ids, present, nil))
	message, bobKeys, err := received.Accept(0xb0b)
	check(err)
	answer := describe(atBob, message)

	// Alice verifies the answer. Both have the same keys now.
	message, _ = read(answer)
	aliceKeys := must(pending.Finish(message))
	talk("Hello, Bob", 1, aliceKeys, bobKeys, atAlice, atBob)
	talk("Hello, Alice", 2, bobKeys, aliceKeys, atBob, atAlice)
}

func describe(conn net.PacketConn, message []byte) []byte {
	desc := must(sdp.Parse(fmt.Appendf(nil, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"+
		"m=audio %d RTP/SAVP 0\r\n", conn.LocalAddr().(*net.UDPAddr).Port)))
	check(sdp.SetSession(desc, sdp.KeyMgmt{Protocol: sdp.MIKEY, Data: message}))
	return must(sdp.Marshal(desc))
}

func read(description []byte) (message []byte, levels *sdp.Levels) {
	levels = must(sdp.Extract(must(sdp.Parse(description))))
	selected, _ := must(levels.ForMedia(0)).Select(sdp.MIKEY)
	return selected.Data, levels // no data, no keys: mikey refuses it
}

func talk(text string, csID uint8, from, to *mikey.Session, here, there net.PacketConn) {
	sender, receiver := must(srtpbridge.Sender(from, csID)), must(srtpbridge.Receiver(to, csID))
	header := rtp.Header{Version: 2, SSRC: from.CryptoSessions()[csID-1].SSRC}
	packet := must((&rtp.Packet{Header: header, Payload: []byte(text)}).Marshal())
	must(here.WriteTo(must(sender.EncryptRTP(nil, packet, nil)), there.LocalAddr()))
	check(there.SetReadDeadline(time.Now().Add(time.Second)))
	buf := make([]byte, 1500)
	n, _, err := there.ReadFrom(buf)
	check(err)
	packet = must(receiver.DecryptRTP(nil, buf[:n], nil))
	fmt.Printf("%d octets of SRTP: %q\n", n, packet[header.MarshalSize():])
}

func must[T any](v T, err error) T { check(err); return v }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
