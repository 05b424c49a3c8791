package interop

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge"
)

// A baresip is a running baresip that demands SRTP, answers calls, plays a tone
// of 660 Hz and records what it hears.
type baresip struct {
	*process
	cmd *exec.Cmd
	dir string
	uri sip.Uri
}

func startBaresip(t *testing.T, args ...string) *baresip {
	t.Helper()
	need(t, "baresip")
	help, _ := command(t, "baresip", "-h").CombinedOutput() // with a status as if that was wrong
	version(t, "baresip", help)
	var modules string
	for _, pattern := range []string{"/usr/lib*/baresip/modules", "/usr/lib/*/baresip/modules", "/usr/local/lib*/baresip/modules"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			modules = found[0]
		}
	}
	for _, name := range []string{"account", "menu", "g711", "aufile", "aubridge", "sndfile", "srtp"} {
		if _, err := os.Stat(filepath.Join(modules, name+".so")); err != nil {
			missing(t, "baresip has no module %s", name)
		}
	}

	b := &baresip{dir: t.TempDir()}
	b.uri = sip.Uri{Scheme: "sip", User: "bob", Host: "127.0.0.1", Port: freePair(t)}
	tone := filepath.Join(b.dir, "tone.wav")
	for name, contents := range map[string]string{
		"accounts": "<sip:bob@127.0.0.1>;regint=0;answermode=auto;mediaenc=srtp-mand\n",
		"contacts": "",
		"tone.wav": string(wav(sine(660, 0, 20*rate))),
		"config": fmt.Sprintf(`
sip_listen 127.0.0.1:%d
net_interface 127.0.0.1
module_path %s
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module srtp.so
module_app account.so
module_app menu.so
audio_source aufile,%s
audio_player aubridge,nothing
audio_alert aubridge,nothing
snd_path %s
`, b.uri.Port, modules, tone, b.dir),
	} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(contents), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.cmd = command(t, "baresip", append([]string{"-f", b.dir}, args...)...)
	b.cmd.Dir = b.dir
	b.process = start(t, b.cmd)
	return b
}

// waitFor waits until baresip has printed a text.
func (b *baresip) waitFor(t *testing.T, text string) {
	t.Helper()
	for !strings.Contains(b.log.String(), text) {
		select {
		case <-b.done:
			t.Fatalf("baresip has ended: %v", b.err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// recording ends baresip and returns what it has heard.
func (b *baresip) recording(t *testing.T) []int16 {
	t.Helper()
	_ = b.cmd.Process.Signal(os.Interrupt) // otherwise it is killed, later
	<-b.done
	files, err := filepath.Glob(filepath.Join(b.dir, "*dec.wav"))
	if err != nil || len(files) != 1 {
		t.Fatalf("baresip has recorded %q, want one file", files)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return littleEndian(data[min(len(data), wavHeader):])
}

const wavHeader = 44 // octets of the header of a WAV file

// wav returns a WAV file.
func wav(samples []int16) []byte {
	size := uint32(2 * len(samples))
	b := binary.LittleEndian.AppendUint32([]byte("RIFF"), wavHeader-8+size)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...) // 16 octets: PCM, one channel
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	b = append(b, "\x02\x00\x10\x00data"...) // 2 octets and 16 bits per sample
	b = binary.LittleEndian.AppendUint32(b, size)
	for _, sample := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(sample))
	}
	return b
}

// A call is one with baresip.
type call struct {
	media, control *net.UDPConn
	to             *net.UDPAddr // where baresip receives media
	keys           *sdes.Session
	bye            func(context.Context) error
	column         string // of the matrix
}

// talk plays a tone and records for a second, and ends the call.
func (c *call) talk(t *testing.T, b *baresip) {
	t.Helper()
	t.Logf("tag %d, %v", c.keys.Tag, c.keys.Suite)
	stop := make(chan struct{})
	var playing sync.WaitGroup
	playing.Go(func() { playTone(t, c.media, c.to, sender(t, stream(&c.keys.Send)), 440, stop) })
	heard := recordTone(t, c.media, receiver(t, stream(&c.keys.Receive)), rate)
	close(stop)
	playing.Wait()
	if err := c.bye(t.Context()); err != nil {
		t.Errorf("BYE: %v", err)
	}
	checkTone(t, "from baresip", heard, 660)
	checkTone(t, "at baresip", b.recording(t), 440)
	cell := "SRTP both ways, its SRTCP"
	if !c.authenticRTCP(t) {
		cell = "SRTP both ways, not its SRTCP"
	}
	packetsTable.record(t, c.keys.Suite.String(), c.column, "%s", cell)
}

// authenticRTCP tells whether some of the RTCP packets of baresip are authentic.
// Not all are: version 1.0 sends one before it has keys, and its BYE never is.
func (c *call) authenticRTCP(t *testing.T) bool {
	t.Helper()
	ctx := receiver(t, stream(&c.keys.Receive))
	authentic := 0
	for _, packet := range arrived(t, c.control) {
		_, err := ctx.DecryptRTCP(nil, packet, nil)
		if err == nil {
			authentic++
		}
		t.Logf("RTCP of %d octets: %v", len(packet), err)
	}
	// With AES_CM_128_HMAC_SHA1_32, its SRTCP has tags of 4 octets, against RFC
	// 4568, Section 6.2.
	if authentic == 0 && c.keys.Suite != mikey.AES_CM_128_HMAC_SHA1_32 {
		t.Error("no authentic SRTCP from baresip")
	}
	return authentic > 0
}

// offer calls baresip. The offer has an attribute for each of the suites.
// The error is that baresip does not answer it.
func (b *baresip) offer(t *testing.T, suites ...mikey.Suite) (c *call, offer *sdes.Offer, answer []byte, err error) {
	t.Helper()
	b.waitFor(t, "baresip is ready")
	offer, err = sdes.MakeOffer(sdes.Medium{}, &sdes.Config{Suites: suites})
	if err != nil {
		t.Fatal(err)
	}
	c = &call{column: "baresip is called"}
	c.media, c.control = listenPair(t)
	here := newUserAgent(t, func([]byte) ([]byte, error) { return nil, errors.New("nobody calls here") })
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	dialog, answer, err := here.call(ctx, b.uri, describe(port(c.media), offer.Medium().Crypto))
	if err != nil {
		return nil, nil, nil, err
	}
	c.bye = dialog.Bye
	return c, offer, answer, nil
}

// baresip is called and chooses a suite.
func TestCallBaresip(t *testing.T) {
	for _, tt := range []struct {
		name   string
		suites []mikey.Suite
	}{
		{"default suites", sdes.DefaultSuites()},
		{"AES_CM_128_HMAC_SHA1_80", []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80}},
		{"AES_CM_128_HMAC_SHA1_32", []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_32}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := startBaresip(t)
			c, offer, answer, err := b.offer(t, tt.suites...)
			if err != nil {
				t.Fatal(err)
			}
			medium, to, err := read(answer)
			if err != nil {
				t.Fatal(err)
			}
			if c.keys, err = offer.ApplyAnswer(medium); err != nil {
				t.Fatalf("%v\n%s", err, answer)
			}
			c.to = to
			c.talk(t, b)
		})
	}
}

// An offer without any suite of baresip makes no call. Version 1.0 answers with
// a suite that was not offered, and sends audio in the clear; others may refuse
// the call themselves.
func TestBaresipWithoutSuite(t *testing.T) {
	b := startBaresip(t)
	const suite = mikey.F8_128_HMAC_SHA1_80
	c, offer, answer, err := b.offer(t, suite)
	if err != nil {
		t.Logf("baresip refuses the call: %v", err)
		packetsTable.record(t, suite.String(), "baresip is called", "no: refuses the call")
		return
	}
	medium, _, err := read(answer)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := offer.ApplyAnswer(medium)
	if err == nil {
		t.Errorf("accepted: %v\n%s", keys, answer)
	}
	t.Log(err)
	packetsTable.record(t, suite.String(), c.column, "no: its answer is refused")
	if err := c.bye(t.Context()); err != nil {
		t.Errorf("BYE: %v", err)
	}
}

// baresip calls, and this side answers its offer.
func TestCallFromBaresip(t *testing.T) {
	c := &call{column: "baresip calls"}
	c.media, c.control = listenPair(t)
	here := newUserAgent(t, func(offer []byte) ([]byte, error) {
		remote, to, err := read(offer)
		if err != nil {
			return nil, err
		}
		var local sdes.Medium
		if local, c.keys, err = sdes.Answer(remote, local, &sdes.Config{Suites: srtpbridge.Suites()}); err != nil {
			return nil, err
		}
		c.to = to
		return describe(port(c.media), local.Crypto), nil
	})
	b := startBaresip(t, "-e", fmt.Sprintf("/dial sip:alice@127.0.0.1:%d", here.port))
	select {
	case dialog := <-here.answers:
		c.bye = dialog.Bye
		c.talk(t, b)
	case <-b.done:
		t.Fatalf("baresip has ended: %v", b.err)
	}
}
