package srtpbridge_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"strconv"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/gomikey/gomikey/testvectors"
)

// TestFieldMessages takes the messages of deployed devices to SRTP: what one
// context protects the other unprotects, and a context made of the keys that the
// vector states does too.
func TestFieldMessages(t *testing.T) {
	data, err := fs.ReadFile(testvectors.FS, "v1/transport_protected.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		TestGroups []struct {
			Now        time.Time
			IgnoreSkew bool
			Tests      []struct {
				TCID    int
				Comment string
				Message []byte
				Expect  string
				Suite   string
				Keys    []struct {
					CSID                       uint8
					SSRC                       string
					ROC                        uint32
					MasterKey, MasterSalt, MKI string
				}
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, g := range file.TestGroups {
		for _, v := range g.Tests {
			if v.Expect != "accept" {
				continue
			}
			t.Run(v.Comment, func(t *testing.T) {
				responder, err := mikey.NewResponder(&mikey.Config{
					Now: func() time.Time { return g.Now }, InsecureIgnoreSkew: g.IgnoreSkew,
				}, mikey.InsecureTransportProtected(nil))
				if err != nil {
					t.Fatal(err)
				}
				received, err := responder.Receive(v.Message)
				if err != nil {
					t.Fatal(err)
				}
				_, session, err := received.Accept()
				if err != nil {
					t.Fatal(err)
				}
				defer session.Close()
				for _, k := range v.Keys {
					count++
					suite, err := mikey.SuiteByName(v.Suite)
					if err != nil {
						t.Fatal(err)
					}
					key := mikey.MasterKey{Key: unhex(t, k.MasterKey), Salt: unhex(t, k.MasterSalt)}
					if k.MKI != "" {
						key.Validity = mikey.SPI(unhex(t, k.MKI))
					}
					ssrc, err := strconv.ParseUint(k.SSRC, 16, 32)
					if err != nil {
						t.Fatal(err)
					}
					if ssrc == 0 {
						ssrc = 0xabcdef01 // said by the signalling, or by the first packet
					}
					stated := srtpbridge.Stream{
						Policy: suite.SRTP(), Keys: []mikey.MasterKey{key}, SSRC: uint32(ssrc), ROC: k.ROC,
					}
					stream, err := srtpbridge.NewStream(session, k.CSID)
					if err != nil {
						t.Fatal(err)
					}
					stream.SSRC = uint32(ssrc)
					sender, err := stated.Sender()
					if err != nil {
						t.Fatal(err)
					}
					receiver, err := stream.Receiver()
					if err != nil {
						t.Fatal(err)
					}
					packet, err := (&rtp.Packet{
						Header: rtp.Header{Version: 2, SSRC: uint32(ssrc), SequenceNumber: 1}, Payload: []byte("media"),
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
						t.Errorf("crypto session %d: %x, %v", k.CSID, got, err)
					}
				}
			})
		}
	}
	if count < 14 {
		t.Errorf("only %d keys", count)
	}
}
