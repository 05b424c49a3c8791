package interop

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

// A libsrtp is a running testdata/libsrtp.c.
type libsrtp struct {
	in  io.Writer
	out *bufio.Scanner
}

func newLibsrtp(t *testing.T) *libsrtp {
	t.Helper()
	need(t, "gcc", "pkg-config")
	flags, err := command(t, "pkg-config", "--cflags", "--libs", "libsrtp2").Output()
	if err != nil {
		missing(t, "libsrtp2 is not installed with its headers")
	}
	version(t, "libsrtp", output(t, command(t, "pkg-config", "--modversion", "libsrtp2")))
	program := filepath.Join(t.TempDir(), "libsrtp")
	output(t, command(t, "gcc", append([]string{"-O1", "-Wall", "-Werror", "-o", program, "testdata/libsrtp.c"},
		strings.Fields(string(flags))...)...))

	cmd := command(t, program)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	return &libsrtp{in, bufio.NewScanner(out)}
}

// run runs one command.
func (l *libsrtp) run(t *testing.T, format string, args ...any) string {
	t.Helper()
	if _, err := fmt.Fprintf(l.in, format+"\n", args...); err != nil {
		t.Fatal(err)
	}
	if !l.out.Scan() {
		t.Fatalf("libsrtp has ended: %v", l.out.Err())
	}
	return l.out.Text()
}

// session starts a session in a direction.
func (l *libsrtp) session(t *testing.T, direction string, suite mikey.Suite, st *srtpbridge.Stream) {
	t.Helper()
	service := map[bool]string{true: "both", false: "auth"}
	key := st.Keys[0]
	mki := "-"
	if len(key.Validity.SPI) > 0 {
		mki = hex.EncodeToString(key.Validity.SPI)
	}
	answer := l.run(t, "session %s %s %s/%s %x%x %s %d %d", direction, suite,
		service[st.Policy.EncryptSRTP], service[st.Policy.EncryptSRTCP], key.Key, key.Salt, mki, st.SSRC, st.ROC)
	if answer != "ok" {
		t.Fatalf("libsrtp makes no session: %s", answer)
	}
}

// packet protects or unprotects a packet.
func (l *libsrtp) packet(t *testing.T, kind string, packet []byte) []byte {
	t.Helper()
	answer := l.run(t, "%s %x", kind, packet)
	out, err := hex.DecodeString(answer)
	if err != nil {
		t.Fatalf("libsrtp on %s %x: %s", kind, packet, answer)
	}
	return out
}

// badMKI is what libsrtp 2.5 says of SRTCP packets with an MKI if the tags of
// SRTP and SRTCP differ in length: it reads the MKI from the wrong place. What
// it sends is right.
const badMKI = "error 25"

// A plain is an unprotected packet.
type plain struct {
	kind string // rtp or rtcp
	data []byte
}

func (p *plain) protect(ctx *srtp.Context) ([]byte, error) {
	if p.kind == "rtp" {
		return ctx.EncryptRTP(nil, p.data, nil)
	}
	return ctx.EncryptRTCP(nil, p.data, nil)
}

func (p *plain) unprotect(ctx *srtp.Context, data []byte) ([]byte, error) {
	if p.kind == "rtp" {
		return ctx.DecryptRTP(nil, data, nil)
	}
	return ctx.DecryptRTCP(nil, data, nil)
}

// packets returns packets of many shapes. Their sequence numbers wrap, so that
// the ROC is seen in the result.
func packets(t *testing.T, ssrc uint32) []plain {
	t.Helper()
	var all []plain
	extension := func(p *rtp.Packet) {
		if err := p.SetExtension(3, []byte("ext")); err != nil {
			t.Fatal(err)
		}
	}
	for i, change := range []func(*rtp.Packet){
		func(*rtp.Packet) {},
		func(p *rtp.Packet) { p.Payload = nil },
		func(p *rtp.Packet) { p.Payload = counting(0, 1) },
		func(p *rtp.Packet) { p.Payload, p.Marker = counting(0, 1400), true },
		func(p *rtp.Packet) { p.CSRC = []uint32{1, 2, 0xffffffff} },
		extension,
		func(p *rtp.Packet) { p.CSRC = []uint32{7}; extension(p) },
		func(p *rtp.Packet) { p.Padding, p.PaddingSize = true, 4 },
	} {
		p := &rtp.Packet{
			Header: rtp.Header{
				Version: 2, PayloadType: 96, SequenceNumber: uint16(65533 + i), Timestamp: 0xfffffff0 + uint32(160*i),
				SSRC: ssrc,
			},
			Payload: counting(1, 20),
		}
		change(p)
		data, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, plain{"rtp", data})
	}
	for _, compound := range [][]rtcp.Packet{
		{&rtcp.SenderReport{SSRC: ssrc, NTPTime: 1 << 40, RTPTime: 160, PacketCount: 1, OctetCount: 20}},
		{&rtcp.ReceiverReport{SSRC: ssrc, Reports: []rtcp.ReceptionReport{{SSRC: 5, LastSequenceNumber: 9}}}},
		{&rtcp.ReceiverReport{SSRC: ssrc}, &rtcp.Goodbye{Sources: []uint32{ssrc}, Reason: "interop"}},
	} {
		data, err := rtcp.Marshal(compound)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, plain{"rtcp", data})
	}
	return all
}

// libsrtp and srtpbridge make the same packets, and undo those of each other.
func TestLibsrtp(t *testing.T) {
	lib := newLibsrtp(t)
	type row struct {
		name  string
		suite mikey.Suite
		st    *srtpbridge.Stream
	}
	var rows []row
	add := func(name string, suite mikey.Suite, mki []byte, roc uint32) *mikey.SRTPPolicy {
		st := &srtpbridge.Stream{
			Policy: suite.SRTP(), Keys: []mikey.MasterKey{masterKey(suite, mki)}, SSRC: 0xdecafbad, ROC: roc,
		}
		rows = append(rows, row{suite.String() + "/" + name, suite, st})
		return &st.Policy
	}
	for _, suite := range append(srtpbridge.Suites(), mikey.NULL_HMAC_SHA1_80, mikey.NULL_HMAC_SHA1_32) {
		add("plain", suite, nil, 0)
		add("ROC", suite, nil, 0x01020304)
		add("MKI of 1", suite, []byte{7}, 0)
		add("MKI of 4 and ROC", suite, counting(0xf0, 4), 65535)
		add("MKI of 128", suite, counting(0, 128), 0)
		if auth := suite.SRTP().SRTPAuthAlg; auth == mikey.SRTPAuthHMACSHA1 {
			add("SRTP not encrypted", suite, nil, 0).EncryptSRTP = false
			add("SRTCP not encrypted", suite, nil, 0).EncryptSRTCP = false
		}
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			ctx := sender(t, r.st)
			lib.session(t, "send", r.suite, r.st)
			all := packets(t, r.st.SSRC)
			protected := make([][]byte, len(all))
			for i := range all {
				ours, err := all[i].protect(ctx)
				if err != nil {
					t.Fatal(err)
				}
				theirs := lib.packet(t, all[i].kind, all[i].data)
				if !bytes.Equal(ours, theirs) {
					t.Errorf("%s packet %d:\n   clear %x\n    ours %x\n libsrtp %x", all[i].kind, i, all[i].data, ours, theirs)
				}
				protected[i] = ours
			}

			ctx = receiver(t, r.st)
			lib.session(t, "receive", r.suite, r.st)
			cells := map[string]string{"rtp": "both ways", "rtcp": "both ways"}
			for i := range all {
				ours, err := all[i].unprotect(ctx, protected[i])
				if err != nil {
					t.Errorf("%s packet %d: %v", all[i].kind, i, err)
				} else if !bytes.Equal(ours, all[i].data) {
					t.Errorf("%s packet %d:\n clear %x\n  ours %x", all[i].kind, i, all[i].data, ours)
				}
				switch answer := lib.run(t, "%s %x", all[i].kind, protected[i]); {
				case answer == badMKI && all[i].kind == "rtcp" && r.st.Policy.SRTPTagLen != r.st.Policy.SRTCPTagLen:
					t.Logf("rtcp packet %d: libsrtp looks for the MKI before a tag of %d octets", i, r.st.Policy.SRTPTagLen)
					cells["rtcp"] = "with an MKI from libsrtp only"
				case answer != hex.EncodeToString(all[i].data):
					t.Errorf("%s packet %d:\n   clear %x\n libsrtp %s", all[i].kind, i, all[i].data, answer)
				}
			}

			packetsTable.record(t, r.suite.String(), "libsrtp, SRTP", "%s", cells["rtp"])
			packetsTable.record(t, r.suite.String(), "libsrtp, SRTCP", "%s", cells["rtcp"])

			// Both refuse what they have seen before, and what was changed.
			for i := range all {
				for _, what := range []string{"replayed", "changed"} {
					data := bytes.Clone(protected[i])
					if what == "changed" {
						data[len(data)-1] ^= 1
					}
					if _, err := all[i].unprotect(ctx, data); err == nil {
						t.Errorf("%s packet %d, %s: not refused", all[i].kind, i, what)
					}
					if answer := lib.run(t, "%s %x", all[i].kind, data); !strings.HasPrefix(answer, "error ") {
						t.Errorf("%s packet %d, %s: not refused by libsrtp", all[i].kind, i, what)
					}
				}
			}
		})
	}
}
