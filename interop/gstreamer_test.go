package interop

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// A gstreamer is a running testdata/gstreamer.py.
type gstreamer struct {
	in  io.Writer
	out *bufio.Reader
	log *log // what it complains about
}

func newGStreamer(t *testing.T) *gstreamer {
	t.Helper()
	need(t, "python3")
	cmd := command(t, gstPython(t), "testdata/gstreamer.py")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	complaints := new(log)
	cmd.Stderr = complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	g := &gstreamer{in, bufio.NewReader(out), complaints}
	var printed string
	g.answer(t, &printed)
	version(t, "GStreamer", []byte(printed))
	return g
}

// gstPython returns a Python that has the binding of GStreamer. Where the first
// one in the path is not that of the system, it knows nothing of its packages.
func gstPython(t *testing.T) string {
	t.Helper()
	var printed []byte
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		out, err := command(t, python, "testdata/gstreamer.py").CombinedOutput() // without input
		if err == nil {
			return python
		}
		printed = append(printed, out...)
	}
	missing(t, "GStreamer or its Python binding is not installed: %s", printed)
	return ""
}

// A gstMessage is a message as GStreamer made or understood it.
type gstMessage struct {
	Message []byte     `json:"message"`
	Caps    string     `json:"caps"`
	CS      [][]uint32 `json:"cs"` // policy, SSRC and ROC

	Refused bool  `json:"refused"`
	Loops   *bool `json:"loops"` // it was ended in a loop, or has crashed
}

// run runs one command.
func (g *gstreamer) run(t *testing.T, request map[string]any) *gstMessage {
	t.Helper()
	if err := json.NewEncoder(g.in).Encode(request); err != nil {
		t.Fatal(err)
	}
	m := new(gstMessage)
	g.answer(t, m)
	return m
}

func (g *gstreamer) answer(t *testing.T, to any) {
	t.Helper()
	line, err := g.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("GStreamer has ended: %v\n%s", err, g.log.String())
	}
	if err := json.Unmarshal(line, to); err != nil {
		t.Fatal(err)
	}
}

func (g *gstreamer) read(t *testing.T, message []byte) *gstMessage {
	t.Helper()
	return g.run(t, map[string]any{"read": message})
}

// gstKey finds the key in caps.
var gstKey = regexp.MustCompile(`srtp-key=\(buffer\)([0-9a-f]+)`)

// keys tells what GStreamer makes of the keys of a message.
func (m *gstMessage) keys(t *testing.T, message []byte) string {
	t.Helper()
	switch {
	case m.Loops != nil && *m.Loops:
		return "no: loops for ever (P-50)"
	case m.Loops != nil:
		return "no: crashes"
	case m.Refused:
		return "no: refused"
	}
	parsed := must(mikey.ParseMessage(message))
	kemac, ok := mikey.PayloadOf[*mikey.KEMAC](parsed)
	if !ok || kemac.EncrAlg != mikey.EncrNULL {
		return "partly: keys stay encrypted (P-41)"
	}
	_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, kemac.EncrData)
	if err != nil {
		t.Fatal(err)
	}
	found := ""
	if match := gstKey.FindStringSubmatch(m.Caps); match != nil {
		found = match[1]
	}
	cell := "yes"
	switch key := keys[0]; {
	case found == "":
		return "partly: no key"
	case found != fmt.Sprintf("%x", key.Key):
		return "no: another key"
	case key.KeyType == mikey.TGK || key.KeyType == mikey.TGKSalt:
		cell = "no: takes a TGK for a TEK (P-43)"
	case len(key.Salt) > 0:
		cell = "partly: loses the salt (P-42)"
	}
	if len(keys) > 1 {
		cell += ", first key only"
	}
	return cell
}

// GStreamer reads T, RAND, SP and KEMAC, and nothing else. What it reads, it
// writes again with the same octets, except for MACs.
func TestGStreamerReads(t *testing.T) {
	tables := map[*table][]message{messagesTable: messages(t), publishedTable: published(t)}
	g := newGStreamer(t)
	for tab, all := range tables {
		for _, m := range all {
			read := g.read(t, m.data)
			cell := read.keys(t, m.data)
			tab.record(t, m.name, gstReads, "%s", cell)
			if read.Message == nil {
				continue
			}
			parsed := must(mikey.ParseMessage(m.data))
			kemac, _ := mikey.PayloadOf[*mikey.KEMAC](parsed)
			if kemac.MACAlg == mikey.MACNULL && !slices.Equal(read.Message, m.data) {
				t.Errorf("%s: GStreamer writes it again as\n%x, not\n%x", m.name, read.Message, m.data)
			}
			var want [][]uint32
			for _, cs := range parsed.Header.CryptoSessions {
				want = append(want, []uint32{uint32(cs.Policy), cs.SSRC, cs.ROC})
			}
			if fmt.Sprint(read.CS) != fmt.Sprint(want) {
				t.Errorf("%s: crypto sessions %v, want %v", m.name, read.CS, want)
			}
		}
	}
}
