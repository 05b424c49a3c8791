package interop

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/gomikey/gomikey/testvectors"
)

// TestVectorsLibsrtp has libsrtp protect and unprotect the packets of the family
// srtp. The vectors come from an implementation of their own, so this says that
// they are right, not that we are.
func TestVectorsLibsrtp(t *testing.T) {
	data, err := testvectors.FS.ReadFile("v1/srtp.json")
	if err != nil {
		t.Fatal(err)
	}
	file, err := vectors.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	lib := newLibsrtp(t)
	protected, unprotected, refused := 0, 0, 0
	for _, g := range file.TestGroups {
		for _, tt := range g.Tests {
			for _, c := range tt.Calls {
				v, ok := readVector(tt, c)
				if !ok || tt.Result == vectors.Acceptable {
					continue // libsrtp 2.5 expects the E flag of the policy
				}
				direction := "receive"
				if c.Op == "srtp-protect" {
					direction = "send"
				}
				lib.session(t, direction, v.suite, v.stream)
				answer := lib.run(t, "%s %x", v.kind, v.packet)
				switch policy := v.stream.Policy; {
				case v.kind == "rtcp" && len(v.stream.Keys[0].Validity.SPI) > 0 && policy.SRTPTagLen != policy.SRTCPTagLen && direction == "receive":
					// It looks for the MKI in the wrong place: see badMKI.
				case c.Expect != vectors.Accept && !strings.HasPrefix(answer, "error "):
					t.Errorf("%s: libsrtp accepts it: %s", tt.Name(file.Family), answer)
				case c.Expect != vectors.Accept:
					refused++
				case answer != v.want:
					t.Errorf("%s, %s:\n libsrtp %s\n    want %s", tt.Name(file.Family), c.Op, answer, v.want)
				case direction == "send":
					protected++
				default:
					unprotected++
				}
			}
		}
	}
	if protected == 0 || unprotected == 0 || refused == 0 {
		t.Fatal("there are vectors missing")
	}
	t.Logf("libsrtp protects %d packets, unprotects %d, and refuses %d", protected, unprotected, refused)
}

// A packetVector is a call of the family that is about one packet.
type packetVector struct {
	suite  mikey.Suite
	stream *srtpbridge.Stream
	kind   string // rtp or rtcp
	packet []byte
	want   string
}

// readVector reads a call of a test. It returns false for one that takes a packet
// from another call, or that libsrtp has no way to be asked: an empty packet, a
// suite that is none, and what libsrtp protects with the SRTCP index 1.
func readVector(tt *vectors.Test, c *vectors.Call) (v packetVector, ok bool) {
	if c.Op != "srtp-protect" && c.Op != "srtp-unprotect" {
		return v, false
	}
	texts := make(map[string]string)
	for name, value := range c.Request {
		text := fmt.Sprint(value)
		if strings.HasPrefix(text, "@") {
			if value = fromReply(tt, text[1:]); value == nil {
				return v, false
			}
			text = fmt.Sprint(value)
		}
		texts[name] = text
	}
	octets := func(name string) []byte { return must(hex.DecodeString(texts[name])) }
	var err error
	if v.suite, err = mikey.SuiteByName(texts["suite"]); err != nil {
		return v, false
	}
	v.kind = "rtp"
	if texts["rtcp"] == "true" {
		v.kind = "rtcp"
	}
	v.packet = octets("packet")
	if len(v.packet) == 0 || c.Op == "srtp-protect" && (v.kind == "rtcp" || c.Expect != vectors.Accept) {
		return v, false
	}
	v.want, _ = c.Reply["packet"].(string)
	key := mikey.MasterKey{Key: octets("master_key"), Salt: octets("master_salt")}
	if mki := octets("mki"); len(mki) > 0 {
		key.Validity = mikey.SPI(mki)
	}
	v.stream = &srtpbridge.Stream{
		Policy: v.suite.SRTP(), Keys: []mikey.MasterKey{key},
		SSRC: uint32(must(strconv.ParseUint(texts["ssrc"], 16, 32))),
		ROC:  uint32(must(strconv.ParseUint(texts["roc"], 10, 32))),
	}
	return v, true
}

// fromReply is the value that a path such as 1.keys.csb_id has in the reply that
// call 1 expects, or nil.
func fromReply(tt *vectors.Test, path string) any {
	names := strings.Split(path, ".")
	var value any = tt.Calls[must(strconv.Atoi(names[0]))-1].Reply
	for _, name := range names[1:] {
		switch all := value.(type) {
		case map[string]any:
			value = all[name]
		case []any:
			value = all[must(strconv.Atoi(name))]
		default:
			return nil
		}
	}
	return value
}
