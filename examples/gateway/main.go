// Command gateway puts a phone that knows only crypto attributes (SDES) through
// to one that knows only MIKEY. The gateway in between is a party in two calls: it
// decrypts and encrypts what goes from one to the other, so it can listen. All of
// it runs in one program, with SRTP over loopback UDP.
package main

import (
	"fmt"
	"log"
	"net"
	"time"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/rtp"
	pionsdp "github.com/pion/sdp/v3"
	"github.com/pion/srtp/v2"
)

func main() {
	mode := must(mikey.PSK([]byte("what the gateway and Bob both know")))
	config := &mikey.Config{Suites: srtpbridge.Suites()}
	crypto := &sdes.Config{Suites: srtpbridge.Suites()}

	alice := newPhone("Alice", 0xa11ce, &sdp.Party{SDES: crypto})
	bob := newPhone("Bob", 0xb0b, &sdp.Party{Responder: must(mikey.NewResponder(config, mode))})
	outside := newPhone("the gateway, outside", 0xb0b, &sdp.Party{SDES: crypto})
	inside := newPhone("the gateway, inside", 0xa11ce, &sdp.Party{Initiator: must(mikey.NewInitiator(mode, config))})

	// Alice's offer ends at the gateway, which makes one of its own to Bob. It
	// answers Alice only when Bob has answered. The offer with crypto attributes
	// has to travel over TLS; the one with MIKEY protects itself.
	fromAlice := must(alice.party.Offer(alice.describe(), sdp.Stream{SSRC: alice.ssrc}))
	toBob := must(inside.party.Offer(inside.describe(), sdp.Stream{SSRC: inside.ssrc}))
	answer, agreed, err := bob.party.Answer(wire(toBob.Description()), bob.describe(), sdp.Stream{SSRC: bob.ssrc})
	check(err)
	bob.start(agreed)
	inside.start(must(toBob.Apply(wire(answer))))
	answer, agreed, err = outside.party.Answer(wire(fromAlice.Description()), outside.describe(), sdp.Stream{SSRC: outside.ssrc})
	check(err)
	outside.start(agreed)
	alice.start(must(fromAlice.Apply(wire(answer))))

	// Alice talks to Bob, and Bob to Alice. On both legs, the gateway sends with
	// the SSRC of the phone on the other one.
	alice.say(outside, "Hello, Bob")
	outside.relay(inside, bob)
	bob.hear()
	bob.say(inside, "Hello, Alice")
	inside.relay(outside, alice)
	alice.hear()
}

// A phone is one end of a call.
type phone struct {
	name             string
	ssrc             uint32 // with which it sends
	party            *sdp.Party
	conn             net.PacketConn
	sender, receiver *srtp.Context
}

func newPhone(name string, ssrc uint32, party *sdp.Party) *phone {
	return &phone{name: name, ssrc: ssrc, party: party, conn: must(net.ListenPacket("udp", "127.0.0.1:0"))}
}

// describe returns a description without keys. Offers and answers add them.
func (p *phone) describe() *pionsdp.SessionDescription {
	return must(sdp.Parse(fmt.Appendf(nil, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"+
		"m=audio %d RTP/SAVP 0\r\n", p.conn.LocalAddr().(*net.UDPAddr).Port)))
}

// start makes the SRTP contexts of a call.
func (p *phone) start(agreed *sdp.Agreement) {
	medium := agreed.Media[0]
	send, receive := srtpbridge.Stream(medium.Send), srtpbridge.Stream(medium.Receive)
	p.sender, p.receiver = must(send.Sender()), must(receive.Receiver())
	fmt.Printf("%s: %v, %v\n", p.name, medium.Keying, send.Policy.Suite())
}

// say sends a packet of RTP in SRTP.
func (p *phone) say(to *phone, text string) {
	header := rtp.Header{Version: 2, SSRC: p.ssrc, SequenceNumber: 1}
	p.send(to, must((&rtp.Packet{Header: header, Payload: []byte(text)}).Marshal()))
}

func (p *phone) send(to *phone, packet []byte) {
	must(p.conn.WriteTo(must(p.sender.EncryptRTP(nil, packet, nil)), to.conn.LocalAddr()))
}

// receive returns a packet of RTP that came in SRTP.
func (p *phone) receive() []byte {
	check(p.conn.SetReadDeadline(time.Now().Add(5 * time.Second)))
	buf := make([]byte, 1500)
	n, _, err := p.conn.ReadFrom(buf)
	check(err)
	return must(p.receiver.DecryptRTP(nil, buf[:n], nil))
}

// relay passes a packet from one leg of the gateway to a phone on the other one.
func (p *phone) relay(leg, to *phone) { leg.send(to, p.receive()) }

func (p *phone) hear() {
	var packet rtp.Packet
	check(packet.Unmarshal(p.receive()))
	fmt.Printf("%s hears %q\n", p.name, packet.Payload)
}

// wire is what the signalling does with a description.
func wire(desc *pionsdp.SessionDescription) *pionsdp.SessionDescription {
	return must(sdp.Parse(must(sdp.Marshal(desc))))
}

func must[T any](v T, err error) T { check(err); return v }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
