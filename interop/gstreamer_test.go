package interop

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// A gstreamer is a running testdata/gstreamer.py. From payloads that it does
// not know, such as ID, GStreamer 1.22 never comes back: it is killed then.
type gstreamer struct {
	in  io.Writer
	out *bufio.Reader
}

func newGStreamer(t *testing.T) *gstreamer {
	t.Helper()
	need(t, "python3")
	if out, err := command(t, "python3", "testdata/gstreamer.py").CombinedOutput(); err != nil { // without input
		missing(t, "GStreamer is not installed: %s", out)
	}
	cmd := command(t, "python3", "testdata/gstreamer.py")
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
	return &gstreamer{in, bufio.NewReader(out)}
}

// A gstMessage is a message as GStreamer understands it.
type gstMessage struct {
	Message []byte     `json:"message"`
	Caps    string     `json:"caps"`
	CS      [][]uint32 `json:"cs"` // policy, SSRC and ROC
}

// run runs one command. The result is nil for a message that GStreamer refuses.
func (g *gstreamer) run(t *testing.T, request map[string]any) *gstMessage {
	t.Helper()
	if err := json.NewEncoder(g.in).Encode(request); err != nil {
		t.Fatal(err)
	}
	line, err := g.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("GStreamer has ended: %v", err)
	}
	var m *gstMessage
	if err := json.Unmarshal(line, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// gstSuites are the suites that GStreamer has, with its names of the cipher and
// of the authentication.
var gstSuites = []struct {
	suite        mikey.Suite
	cipher, auth string
}{
	{mikey.AES_CM_128_HMAC_SHA1_80, "aes-128-icm", "hmac-sha1-80"},
	{mikey.AES_CM_128_HMAC_SHA1_32, "aes-128-icm", "hmac-sha1-32"},
	{mikey.AES_256_CM_HMAC_SHA1_80, "aes-256-icm", "hmac-sha1-80"},
	{mikey.AES_256_CM_HMAC_SHA1_32, "aes-256-icm", "hmac-sha1-32"},
	{mikey.AEAD_AES_128_GCM, "aes-128-gcm", "null"},
	{mikey.AEAD_AES_256_GCM, "aes-256-gcm", "null"},
}

// gstPolicy returns the policy of a suite as GStreamer understands it. It looks
// for the length of the tag in the parameter for that of the authentication key,
// and takes 10 for any other number than 4.
func gstPolicy(suite mikey.Suite) mikey.SecurityPolicy {
	policy := suite.Policy(0)
	if p := suite.SRTP(); p.SRTPTagLen == 4 {
		policy.Params = mikey.PolicyParams(nil).
			Append(mikey.ParamEncrAlg, byte(p.EncrAlg)).Append(mikey.ParamEncrKeyLen, p.EncrKeyLen).
			Append(mikey.ParamAuthAlg, byte(p.SRTPAuthAlg)).Append(mikey.ParamAuthKeyLen, p.SRTPTagLen)
	}
	return policy
}

// caps are those of SRTP with a key and salt.
func caps(key []byte, cipher, auth string) string {
	return fmt.Sprintf("application/x-srtp, srtp-key=(buffer)%x, srtp-cipher=(string)%s, srtp-auth=(string)%s, "+
		"srtcp-cipher=(string)%[2]s, srtcp-auth=(string)%[3]s", key, cipher, auth)
}

// Messages of GStreamer are understood.
func TestGStreamerMakes(t *testing.T) {
	g := newGStreamer(t)
	responder, err := mikey.NewResponder(nil, mikey.InsecureTransportProtected(nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range gstSuites {
		t.Run(s.suite.String(), func(t *testing.T) {
			want := masterKey(s.suite, nil)
			m := g.run(t, map[string]any{
				"caps": caps(slices.Concat(want.Key, want.Salt), s.cipher, s.auth),
				"cs":   [][]uint32{{0, 0xa11ce, 0}, {0, 0xffffffff, 7}},
			})
			received, err := responder.Receive(m.Message)
			if err != nil {
				t.Fatalf("%v\n%x", err, m.Message)
			}
			answer, session, err := received.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			if answer != nil {
				t.Error("GStreamer wants an answer")
			}
			if sessions := []mikey.CryptoSession{{SSRC: 0xa11ce}, {SSRC: 0xffffffff, ROC: 7}}; !slices.Equal(session.CryptoSessions(), sessions) {
				t.Errorf("crypto sessions %v, want %v", session.CryptoSessions(), sessions)
			}
			for id := uint8(1); id <= 2; id++ {
				policy, errPolicy := session.Policy(id)
				keys, errKeys := session.MasterKeys(id)
				if errPolicy != nil || errKeys != nil || len(keys) != 1 {
					t.Fatalf("policy: %v, keys: %v, %v", errPolicy, keys, errKeys)
				}
				if policy.Suite() != s.suite {
					t.Errorf("suite %v", policy.Suite())
				}
				if !slices.Equal(keys[0].Key, want.Key) || !slices.Equal(keys[0].Salt, want.Salt) {
					t.Errorf("key %x and salt %x, want %x and %x", keys[0].Key, keys[0].Salt, want.Key, want.Salt)
				}
			}
		})
	}
}

// GStreamer understands messages with T, RAND, SP and KEMAC, and a TEK with its
// salt behind it.
func TestGStreamerReads(t *testing.T) {
	g := newGStreamer(t)
	initiator, err := mikey.NewInitiator(mikey.InsecureTransportProtected(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range gstSuites {
		for name, validity := range map[string]mikey.KeyValidity{"": {}, " with MKI": mikey.SPI(counting(1, 4))} {
			t.Run(s.suite.String()+name, func(t *testing.T) {
				key := masterKey(s.suite, nil)
				tek := slices.Concat(key.Key, key.Salt)
				message, _, err := initiator.Start(mikey.Offer{
					CryptoSessions: []mikey.CryptoSession{{SSRC: 0xa11ce}, {SSRC: 0xffffffff, ROC: 7}},
					Policies:       []mikey.SecurityPolicy{gstPolicy(s.suite)},
					Keys:           []mikey.KeyData{{KeyType: mikey.TEK, Key: tek, Validity: validity}},
					OmitIDs:        true,
				})
				if err != nil {
					t.Fatal(err)
				}
				m := g.run(t, map[string]any{"message": base64.StdEncoding.EncodeToString(message)})
				if m == nil {
					t.Fatalf("GStreamer refuses %x", message)
				}
				if !slices.Equal(m.Message, message) {
					t.Errorf("GStreamer writes it again as\n%x, not\n%x", m.Message, message)
				}
				if want := "[[0 659918 0] [0 4294967295 7]]"; fmt.Sprint(m.CS) != want {
					t.Errorf("crypto sessions %v, want %s", m.CS, want)
				}
				// What this side makes of the policy is what GStreamer makes of it.
				sp := gstPolicy(s.suite)
				if policy, err := sp.SRTP(); err != nil || policy.Suite() != s.suite {
					t.Errorf("policy %v, %v", policy.Suite(), err)
				}
				want := caps(tek, s.cipher, s.auth)
				for field := range strings.SplitSeq(want, ", ") {
					if !strings.Contains(m.Caps+",", field+",") {
						t.Errorf("GStreamer reads\n%s, without\n%s", m.Caps, field)
					}
				}
			})
		}
	}
}
