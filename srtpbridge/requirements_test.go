package srtpbridge_test

import (
	"bytes"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
)

func TestR3711_010_SSRCOfCryptoSession(t *testing.T) {
	alice, bob := exchange(t, mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: ssrc}, {}}}, 0xb0b)
	for _, s := range []*mikey.Session{alice, bob} {
		for csID, want := range map[uint8]uint32{1: ssrc, 2: 0xb0b} {
			if st, err := srtpbridge.NewStream(s, csID); err != nil || st.SSRC != want {
				t.Errorf("crypto session %d: SSRC %x, %v, want %x", csID, st.SSRC, err, want)
			}
		}
	}
}

// TestONVIF_009_MKIOnEveryPacket: an SPI of the message is the MKI of packets.
func TestONVIF_009_MKIOnEveryPacket(t *testing.T) {
	mki := []byte{0, 0, 0, 47}
	alice, _ := exchange(t, mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: ssrc}},
		Keys:           []mikey.KeyData{{KeyType: mikey.TEK, Validity: mikey.SPI(mki)}},
	})
	out, err := srtpbridge.Sender(alice, 1)
	if err != nil {
		t.Fatal(err)
	}
	for seq := range uint16(3) {
		for _, rtcp := range []bool{false, true} {
			packet := rtpPacket(ssrc, seq, "hello")
			if rtcp {
				packet = rtcpPacket(ssrc)
			}
			protected := encrypt(t, out, rtcp, packet)
			if at := len(protected) - 10 - len(mki); !bytes.Equal(protected[at:at+len(mki)], mki) {
				t.Errorf("packet %d, RTCP %v: MKI %x", seq, rtcp, protected[at:at+len(mki)])
			}
		}
	}
}

// TestONVIF_015_ROCStays: a new key changes nothing about the stream.
func TestONVIF_015_ROCStays(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	before := srtpbridge.Stream{Policy: p, SSRC: ssrc, ROC: 9, Keys: []mikey.MasterKey{key(p, 1, mikey.SPI([]byte{1}))}}
	after := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 2, mikey.SPI([]byte{2}))}}
	out := sender(t, before)
	if err := after.AddKeys(out); err != nil {
		t.Fatal(err)
	}
	if err := out.SetSendMKI([]byte{2}); err != nil {
		t.Fatal(err)
	}
	k, packet := after.Keys[0], rtpPacket(ssrc, 1, "hello")
	want := refRTP(p, refSessionKeys(k.Key, k.Salt, false), 9, []byte{2}, packet)
	if got := encrypt(t, out, false, packet); !bytes.Equal(got, want) {
		t.Errorf("packet %x, want %x", got, want)
	}
}
