package sdp_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/rtp"
	pionsdp "github.com/pion/sdp/v3"
)

// A phone makes the two parties of a call: with MIKEY, SDES or both.
type phone struct {
	mikey, sdes bool
	change      func(*sdp.Party)
	config      mikey.Config
}

func (ph phone) party(t testing.TB) *sdp.Party {
	t.Helper()
	p := new(sdp.Party)
	if ph.mikey {
		mode, err := mikey.PSK([]byte("what both parties know"))
		if err != nil {
			t.Fatal(err)
		}
		config := ph.config
		config.Bundles = new(mikey.Bundles)
		if p.Initiator, err = mikey.NewInitiator(mode, &config); err != nil {
			t.Fatal(err)
		}
		if p.Responder, err = mikey.NewResponder(&config, mode); err != nil {
			t.Fatal(err)
		}
	}
	if ph.sdes {
		p.SDES = &sdes.Config{Suites: srtpbridge.Suites()}
	}
	if ph.change != nil {
		ph.change(p)
	}
	return p
}

func describe(t testing.TB, lines ...string) *pionsdp.SessionDescription {
	t.Helper()
	head := []string{"v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"}
	return parse(t, strings.Join(append(head, lines...), "\r\n")+"\r\n")
}

func parse(t testing.TB, text string) *pionsdp.SessionDescription {
	t.Helper()
	desc, err := sdp.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return desc
}

// wire sends a description through its text.
func wire(t testing.TB, desc *pionsdp.SessionDescription) *pionsdp.SessionDescription {
	t.Helper()
	return parse(t, textOf(t, desc))
}

func textOf(t testing.TB, desc *pionsdp.SessionDescription) string {
	t.Helper()
	data, err := sdp.Marshal(desc)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const (
	audio    = "m=audio 49170 RTP/SAVP 0"
	video    = "m=video 49172 RTP/SAVP 31"
	feedback = "m=video 49172 RTP/SAVPF 31"
	avp      = "m=audio 49170 RTP/AVP 0"
	avpf     = "m=video 49172 RTP/AVPF 31"
	dtls     = "m=video 49172 UDP/TLS/RTP/SAVPF 31"
	chat     = "m=message 49174 TCP/MSRP *"
)

var (
	aliceStreams = []sdp.Stream{{SSRC: 0xa1}, {SSRC: 0xa2}, {SSRC: 0xa3}}
	bobStreams   = []sdp.Stream{{SSRC: 0xb1}, {SSRC: 0xb2}, {SSRC: 0xb3}}
)

// A call is what two parties negotiated.
type call struct {
	offer, answer *pionsdp.SessionDescription
	alice, bob    *sdp.Agreement
}

// establish negotiates and wants success.
func establish(t testing.TB, alice, bob *sdp.Party, lines ...string) *call {
	t.Helper()
	offer, err := alice.Offer(describe(t, lines...), aliceStreams...)
	if err != nil {
		t.Fatalf("Offer: %v", err)
	}
	c := &call{offer: wire(t, offer.Description())}
	if c.answer, c.bob, err = bob.Answer(c.offer, describe(t, lines...), bobStreams...); err != nil {
		t.Fatalf("Answer: %v", err)
	}
	if c.alice, err = offer.Apply(wire(t, c.answer)); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	c.check(t)
	return c
}

// check makes sure that both parties agree, and sends packets both ways.
func (c *call) check(t testing.TB) {
	t.Helper()
	if len(c.alice.Media) != len(c.bob.Media) {
		t.Fatalf("%d and %d media", len(c.alice.Media), len(c.bob.Media))
	}
	for i := range c.alice.Media {
		a, b := &c.alice.Media[i], &c.bob.Media[i]
		if a.Keying != b.Keying || a.Level != b.Level || a.Bundle != b.Bundle {
			t.Errorf("media %d: %v at %v, bundle %d, and %v at %v, bundle %d", i, a.Keying, a.Level, a.Bundle, b.Keying, b.Level, b.Bundle)
		}
		if (a.MIKEY != nil) != (a.Keying == sdp.KeyingMIKEY) || (a.SDES != nil) != (a.Keying == sdp.KeyingSDES) {
			t.Errorf("media %d: %v, MIKEY %v, SDES %v", i, a.Keying, a.MIKEY != nil, a.SDES != nil)
		}
		if a.SendContext != b.ReceiveContext || a.ReceiveContext != b.SendContext {
			t.Errorf("media %d: contexts %v %v and %v %v", i, a.SendContext, a.ReceiveContext, b.SendContext, b.ReceiveContext)
		}
		if a.Keying == sdp.KeyingMIKEY || a.Keying == sdp.KeyingSDES {
			packet(t, a.Send, b.Receive, 0xa1)
			packet(t, b.Send, a.Receive, 0xb1)
		} else if len(a.Send.Keys)+len(a.Receive.Keys)+len(b.Send.Keys)+len(b.Receive.Keys) > 0 {
			t.Errorf("media %d: %v with keys", i, a.Keying)
		}
	}
}

// packet sends one SRTP packet.
func packet(t testing.TB, from, to sdp.Direction, ssrc uint32) {
	t.Helper()
	if from.SSRC != 0 {
		ssrc = from.SSRC
	}
	if to.SSRC != 0 && to.SSRC != ssrc {
		t.Errorf("sent with SSRC %x, expected with %x", ssrc, to.SSRC)
	}
	send, receive := srtpbridge.Stream(from), srtpbridge.Stream(to)
	sender, err := send.Sender()
	if err != nil {
		t.Fatal(err)
	}
	receiver, err := receive.Receiver()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: ssrc, SequenceNumber: 7}, Payload: []byte("hello")}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := sender.EncryptRTP(nil, plain, nil)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := receiver.DecryptRTP(nil, sealed, nil)
	if err != nil {
		t.Fatalf("the packet does not decrypt: %v", err)
	}
	if string(opened) != string(plain) {
		t.Error("another packet came out")
	}
}

// edit changes the text of a description.
type edit func(lines []string) []string

// remove removes lines with a prefix; keep counts those to step over.
func remove(prefix string, skip int) edit {
	return func(lines []string) []string {
		return slices.DeleteFunc(lines, func(line string) bool {
			if !strings.HasPrefix(line, prefix) {
				return false
			}
			skip--
			return skip < 0
		})
	}
}

func replace(old, with string) edit {
	return func(lines []string) []string {
		for i := range lines {
			lines[i] = strings.Replace(lines[i], old, with, 1)
		}
		return lines
	}
}

// insert puts lines behind the n-th one with a prefix.
func insert(prefix string, n int, more ...string) edit {
	return func(lines []string) []string {
		for i, line := range lines {
			if strings.HasPrefix(line, prefix) {
				if n == 0 {
					return slices.Insert(lines, i+1, more...)
				}
				n--
			}
		}
		return lines
	}
}

// move takes the first line with a prefix away and puts it behind the n-th one
// with another prefix.
func move(prefix, behind string, n int) edit {
	return func(lines []string) []string {
		i := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, prefix) })
		line := lines[i]
		return insert(behind, n, line)(slices.Delete(lines, i, i+1))
	}
}

func (e edit) apply(t testing.TB, desc *pionsdp.SessionDescription) *pionsdp.SessionDescription {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(textOf(t, desc), "\r\n"), "\r\n")
	return parse(t, strings.Join(e(lines), "\r\n")+"\r\n")
}

// wantError wants an error of this package that is of a kind, names a level, and
// quotes no keys.
func wantError(t testing.TB, err, kind error, level sdp.Level) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	if kind != nil && !errors.Is(err, kind) {
		t.Errorf("error %q is not %q", err, kind)
	}
	if !strings.HasPrefix(err.Error(), "sdp: ") {
		t.Errorf("error %q does not start with sdp:", err)
	}
	if e, ok := errors.AsType[*sdp.NegotiationError](err); ok && e.Level != level {
		t.Errorf("error %q is about %v, want %v", err, e.Level, level)
	}
	if strings.Contains(err.Error(), "inline:") {
		t.Errorf("error %q quotes a key", err)
	}
}
