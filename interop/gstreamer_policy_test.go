package interop

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// gstSuites are the suites that GStreamer has, with its names of the cipher and
// of the authentication.
var gstSuites = map[mikey.Suite]struct{ cipher, auth string }{
	mikey.AES_CM_128_HMAC_SHA1_80: {"aes-128-icm", "hmac-sha1-80"},
	mikey.AES_CM_128_HMAC_SHA1_32: {"aes-128-icm", "hmac-sha1-32"},
	mikey.AES_256_CM_HMAC_SHA1_80: {"aes-256-icm", "hmac-sha1-80"},
	mikey.AES_256_CM_HMAC_SHA1_32: {"aes-256-icm", "hmac-sha1-32"},
	mikey.NULL_HMAC_SHA1_80:       {"null", "hmac-sha1-80"},
	mikey.NULL_HMAC_SHA1_32:       {"null", "hmac-sha1-32"},
	mikey.AEAD_AES_128_GCM:        {"aes-128-gcm", "null"},
	mikey.AEAD_AES_256_GCM:        {"aes-256-gcm", "null"},
}

// gstPolicy returns the policy of a suite as GStreamer understands it. It looks
// for the length of the tag in the parameter for that of the authentication key,
// and takes 10 for any other number than 4.
func gstPolicy(suite mikey.Suite) mikey.SecurityPolicy {
	p := suite.SRTP()
	return mikey.SecurityPolicy{Params: mikey.PolicyParams(nil).
		Append(mikey.ParamEncrAlg, byte(p.EncrAlg)).Append(mikey.ParamEncrKeyLen, p.EncrKeyLen).
		Append(mikey.ParamAuthAlg, byte(p.SRTPAuthAlg)).Append(mikey.ParamAuthKeyLen, p.SRTPTagLen)}
}

// caps are those of SRTP with a key and salt.
func caps(key []byte, cipher, auth string) string {
	return fmt.Sprintf("application/x-srtp, srtp-key=(buffer)%x, srtp-cipher=(string)%s, srtp-auth=(string)%s, "+
		"srtcp-cipher=(string)%[2]s, srtcp-auth=(string)%[3]s", key, cipher, auth)
}

// withPolicy returns a message with a policy, which is of a suite, and its
// TEK with the salt behind it.
func withPolicy(t *testing.T, suite mikey.Suite, policy mikey.SecurityPolicy) (message, tek []byte) {
	t.Helper()
	key := masterKey(suite, nil)
	tek = slices.Concat(key.Key, key.Salt)
	initiator := must(mikey.NewInitiator(mikey.InsecureTransportProtected(nil), nil))
	message, _, err := initiator.Start(mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 0xa11ce}, {SSRC: 0xffffffff, ROC: 7}},
		Policies:       []mikey.SecurityPolicy{policy},
		Keys:           []mikey.KeyData{{KeyType: mikey.TEK, Key: tek}},
		OmitIDs:        true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return message, tek
}

// GStreamer reads policies as they are, or with the length of the tag where it
// looks for that.
func TestGStreamerReadsPolicies(t *testing.T) {
	g := newGStreamer(t)
	for _, suite := range mikey.Suites() {
		t.Run(suite.String(), func(t *testing.T) {
			message, tek := withPolicy(t, suite, suite.Policy(0))
			names, known := gstSuites[suite]
			read := g.read(t, message)
			if hasCaps(read.Caps, caps(tek, names.cipher, names.auth)) {
				policiesTable.record(t, suite.String(), gstReads, "yes")
				return
			}
			cell := "no: as " + read.algorithms()
			if known { // by another policy
				sp := gstPolicy(suite)
				if policy, err := sp.SRTP(); err != nil || policy.Suite() != suite {
					t.Errorf("here, what GStreamer needs is policy %v, %v", policy.Suite(), err)
				}
				message, _ = withPolicy(t, suite, sp)
				if read = g.read(t, message); hasCaps(read.Caps, caps(tek, names.cipher, names.auth)) {
					cell = strings.Replace(cell, "no", "partly", 1) + ", unless its tag length is where GStreamer looks (P-13)"
				} else {
					t.Errorf("GStreamer reads\n%s, want\n%s", read.Caps, caps(tek, names.cipher, names.auth))
				}
			}
			policiesTable.record(t, suite.String(), gstReads, "%s", cell)
		})
	}
}

// hasCaps tells whether caps have all that others have.
func hasCaps(all, some string) bool {
	for field := range strings.SplitSeq(some, ", ") {
		if !strings.Contains(all+",", field+",") {
			return false
		}
	}
	return true
}

// algorithms returns the names of the algorithms of SRTP in caps.
func (m *gstMessage) algorithms() string {
	var names []string
	for field := range strings.SplitSeq(m.Caps, ", ") {
		if name, value, _ := strings.Cut(field, "=(string)"); name == "srtp-cipher" || name == "srtp-auth" {
			names = append(names, value)
		}
	}
	return strings.Join(names, ", ")
}

// What GStreamer makes of caps is understood.
func TestGStreamerMakesPolicies(t *testing.T) {
	g := newGStreamer(t)
	responder := must(mikey.NewResponder(nil, mikey.InsecureTransportProtected(nil)))
	for suite, names := range gstSuites {
		t.Run(suite.String(), func(t *testing.T) {
			want := masterKey(suite, nil)
			m := g.run(t, map[string]any{
				"caps": caps(slices.Concat(want.Key, want.Salt), names.cipher, names.auth),
				"cs":   [][]uint32{{0, 0xa11ce, 0}, {0, 0xffffffff, 7}},
			})
			if m.Refused {
				policiesTable.record(t, suite.String(), "gomikey reads GStreamer's", "none is made")
				return
			}
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
				if policy.Suite() != suite {
					t.Errorf("suite %v", policy.Suite())
				}
				if !slices.Equal(keys[0].Key, want.Key) || !slices.Equal(keys[0].Salt, want.Salt) {
					t.Errorf("key %x and salt %x, want %x and %x", keys[0].Key, keys[0].Salt, want.Key, want.Salt)
				}
			}
			policiesTable.record(t, suite.String(), "gomikey reads GStreamer's", "yes")
		})
	}
}
