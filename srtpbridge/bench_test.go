package srtpbridge_test

import (
	"fmt"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/srtp/v2"
)

// The contexts of this package beside contexts that pion/srtp makes by itself:
// there should be no difference but the replay protection.

var benchSuites = []struct {
	suite   mikey.Suite
	profile srtp.ProtectionProfile
}{
	{mikey.AES_CM_128_HMAC_SHA1_80, srtp.ProtectionProfileAes128CmHmacSha1_80},
	{mikey.AEAD_AES_128_GCM, srtp.ProtectionProfileAeadAes128Gcm},
}

const benchPayload = 160 // 20 ms of G.711

func benchContexts(b *testing.B, makeBridge func(srtpbridge.Stream) (*srtp.Context, error), run func(b *testing.B, st srtpbridge.Stream, ctx *srtp.Context)) {
	for _, s := range benchSuites {
		p := s.suite.SRTP()
		st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}, SSRC: ssrc}
		b.Run(s.suite.String()+"/srtpbridge", func(b *testing.B) {
			ctx, err := makeBridge(st)
			if err != nil {
				b.Fatal(err)
			}
			run(b, st, ctx)
		})
		b.Run(s.suite.String()+"/pion", func(b *testing.B) {
			ctx, err := srtp.CreateContext(st.Keys[0].Key, st.Keys[0].Salt, s.profile)
			if err != nil {
				b.Fatal(err)
			}
			run(b, st, ctx)
		})
	}
}

func BenchmarkProtect(b *testing.B) {
	benchContexts(b, func(st srtpbridge.Stream) (*srtp.Context, error) { return st.Sender() },
		func(b *testing.B, _ srtpbridge.Stream, ctx *srtp.Context) {
			packet := rtpPacket(ssrc, 0, string(make([]byte, benchPayload)))
			dst := make([]byte, 0, 1500)
			var seq uint16
			b.ReportAllocs()
			b.SetBytes(benchPayload)
			for b.Loop() {
				seq++
				packet[2], packet[3] = byte(seq>>8), byte(seq)
				if _, err := ctx.EncryptRTP(dst, packet, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
}

func BenchmarkUnprotect(b *testing.B) {
	benchContexts(b, func(st srtpbridge.Stream) (*srtp.Context, error) { return st.Receiver() },
		func(b *testing.B, st srtpbridge.Stream, ctx *srtp.Context) {
			// Every packet is new: the sender makes batches off the clock.
			out := sender(b, st)
			packets := make([][]byte, 1<<12)
			var seq uint16
			refill := func() {
				for i := range packets {
					seq++
					packets[i] = encrypt(b, out, false, rtpPacket(ssrc, seq, string(make([]byte, benchPayload))))
				}
			}
			dst := make([]byte, 0, 1500)
			b.ReportAllocs()
			b.SetBytes(benchPayload)
			for i := 0; b.Loop(); i++ {
				if i%len(packets) == 0 {
					b.StopTimer()
					refill()
					b.StartTimer()
				}
				if _, err := ctx.DecryptRTP(dst, packets[i%len(packets)], nil); err != nil {
					b.Fatal(err)
				}
			}
		})
}

// BenchmarkReceiver is what a packet of an unknown SSRC costs in the example of
// Stream.Receiver.
func BenchmarkReceiver(b *testing.B) {
	for _, s := range benchSuites {
		for _, keys := range []int{1, 4} {
			p := s.suite.SRTP()
			st := srtpbridge.Stream{Policy: p}
			for n := range keys {
				st.Keys = append(st.Keys, key(p, byte(n+1), mikey.SPI([]byte{byte(n)})))
			}
			b.Run(fmt.Sprintf("%v/%d keys", s.suite, keys), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := st.Receiver(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
