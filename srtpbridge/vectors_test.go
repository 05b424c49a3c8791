package srtpbridge_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/gomikey/gomikey/testvectors"
)

// TestFieldMessages takes the messages of deployed devices to SRTP: what a context
// made of the keys that a vector states protects, one of the session unprotects.
func TestFieldMessages(t *testing.T) {
	files, err := vectors.Load(testvectors.FS)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, f := range files {
		if f.Family != "field" {
			continue
		}
		for _, g := range f.TestGroups {
			for _, test := range g.Tests {
				c := test.Calls[0]
				if c.Op != "respond" || c.Expect != vectors.Accept || c.Request["credentials"] != "client" {
					continue
				}
				session := fieldSession(t, c)
				count += checkFieldKeys(t, test.Name(f.Family), c, session)
				session.Close()
			}
		}
	}
	if count < 100 {
		t.Errorf("only %d keys", count)
	}
}

// fieldSession returns the session of a message that the transport protected.
func fieldSession(t *testing.T, c *vectors.Call) *mikey.Session {
	t.Helper()
	now, err := time.Parse(time.RFC3339, c.Request["now"].(string))
	if err != nil {
		t.Fatal(err)
	}
	message, err := base64.StdEncoding.DecodeString(c.Request["message"].(string))
	if err != nil {
		t.Fatal(err)
	}
	responder, err := mikey.NewResponder(&mikey.Config{
		Now: func() time.Time { return now }, InsecureIgnoreSkew: true, AllowCounter: true,
	}, mikey.InsecureTransportProtected(nil))
	if err != nil {
		t.Fatal(err)
	}
	received, err := responder.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	_, session, err := received.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// checkFieldKeys returns how many keys it compared: those of suites that
// contexts exist for, of crypto sessions with a single key.
func checkFieldKeys(t *testing.T, name string, c *vectors.Call, session *mikey.Session) (count int) {
	t.Helper()
	var keys struct {
		CryptoSessions []struct {
			CSID uint8  `json:"cs_id"`
			ROC  uint32 `json:"roc"`
			MKI  string `json:"mki"`
			SRTP *struct {
				Suite      string `json:"suite"`
				MasterKey  string `json:"master_key"`
				MasterSalt string `json:"master_salt"`
			} `json:"srtp"`
		} `json:"crypto_sessions"`
	}
	data, err := json.Marshal(c.Reply["keys"])
	if err == nil {
		err = json.Unmarshal(data, &keys)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys.CryptoSessions {
		if k.SRTP == nil {
			continue
		}
		suite, err := mikey.SuiteByName(k.SRTP.Suite)
		if err != nil {
			t.Fatal(err)
		}
		const ssrc = 0xabcdef01 // said by the signalling, or by the first packet
		key := mikey.MasterKey{Key: unhex(t, k.SRTP.MasterKey), Salt: unhex(t, k.SRTP.MasterSalt)}
		if k.MKI != "" {
			key.Validity = mikey.SPI(unhex(t, k.MKI))
		}
		stated := srtpbridge.Stream{Policy: suite.SRTP(), Keys: []mikey.MasterKey{key}, SSRC: ssrc, ROC: k.ROC}
		sender, err := stated.Sender()
		if err != nil {
			continue // a suite without contexts
		}
		stream, err := srtpbridge.NewStream(session, k.CSID)
		if err != nil {
			t.Fatal(err)
		}
		if len(stream.Keys) != 1 {
			continue
		}
		stream.SSRC = ssrc
		receiver, err := stream.Receiver()
		if err != nil {
			t.Fatal(err)
		}
		packet, err := (&rtp.Packet{
			Header: rtp.Header{Version: 2, SSRC: ssrc, SequenceNumber: 1}, Payload: []byte("media"),
		}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		protected, err := sender.EncryptRTP(nil, packet, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := receiver.DecryptRTP(nil, protected, nil)
		if err != nil || !bytes.Equal(got, packet) {
			t.Errorf("%s: crypto session %d: %x, %v", name, k.CSID, got, err)
		}
		count++
	}
	return count
}
