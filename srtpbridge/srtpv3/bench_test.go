package srtpv3_test

import (
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/gomikey/gomikey/srtpbridge/srtpv3"
	srtpv2 "github.com/pion/srtp/v2"
	"github.com/pion/srtp/v3"
)

// Contexts of both versions beside contexts that pion/srtp makes by itself, and
// with a limiter.

const benchPayload = 160 // 20 ms of G.711

func bench(b *testing.B, sender bool, run func(b *testing.B, makeContext func() context, st *srtpbridge.Stream)) {
	for _, s := range []struct {
		suite mikey.Suite
		v2    srtpv2.ProtectionProfile
		v3    srtp.ProtectionProfile
	}{
		{mikey.AES_CM_128_HMAC_SHA1_80, srtpv2.ProtectionProfileAes128CmHmacSha1_80, srtp.ProtectionProfileAes128CmHmacSha1_80},
		{mikey.AEAD_AES_128_GCM, srtpv2.ProtectionProfileAeadAes128Gcm, srtp.ProtectionProfileAeadAes128Gcm},
	} {
		p := s.suite.SRTP()
		v2 := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
		v3 := srtpv3.Stream(v2)
		k := v2.Keys[0]
		for _, kind := range []struct {
			name             string
			sender, receiver func() context
		}{
			{"v2/pion",
				func() context { return must(srtpv2.CreateContext(k.Key, k.Salt, s.v2))(b) },
				func() context { return must(srtpv2.CreateContext(k.Key, k.Salt, s.v2))(b) }},
			{"v2/srtpbridge",
				func() context { return must(v2.Sender())(b) },
				func() context { return must(v2.Receiver())(b) }},
			{"v2/limiter",
				func() context { return must(v2.LimitedSender(nil, nil))(b) },
				func() context { return must(v2.LimitedReceiver(nil, nil))(b) }},
			{"v3/pion",
				func() context { return must(srtp.CreateContext(k.Key, k.Salt, s.v3))(b) },
				func() context { return must(srtp.CreateContext(k.Key, k.Salt, s.v3))(b) }},
			{"v3/srtpv3",
				func() context { return must(v3.Sender())(b) },
				func() context { return must(v3.Receiver())(b) }},
			{"v3/limiter",
				func() context { return must(v3.LimitedSender(nil, nil))(b) },
				func() context { return must(v3.LimitedReceiver(nil, nil))(b) }},
		} {
			makeContext := kind.receiver
			if sender {
				makeContext = kind.sender
			}
			b.Run(s.suite.String()+"/"+kind.name, func(b *testing.B) { run(b, makeContext, &v2) })
		}
	}
}

func BenchmarkProtect(b *testing.B) {
	bench(b, true, func(b *testing.B, makeContext func() context, _ *srtpbridge.Stream) {
		ctx := makeContext()
		plain := append(packet(false, 0)[:12], make([]byte, benchPayload)...)
		dst := make([]byte, 0, 1500)
		var seq uint16
		b.ReportAllocs()
		b.SetBytes(benchPayload)
		for b.Loop() {
			seq++
			plain[2], plain[3] = byte(seq>>8), byte(seq)
			if _, err := ctx.EncryptRTP(dst, plain, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkUnprotect(b *testing.B) {
	bench(b, false, func(b *testing.B, makeContext func() context, st *srtpbridge.Stream) {
		// Each packet is used once with each receiver, so that none is a replay.
		out := must(st.Sender())(b)
		packets := make([][]byte, 1<<15)
		for i := range packets {
			plain := append(packet(false, uint16(i))[:12], make([]byte, benchPayload)...)
			packets[i] = must(out.EncryptRTP(nil, plain, nil))(b)
		}
		ctx := makeContext()
		dst := make([]byte, 0, 1500)
		b.ReportAllocs()
		b.SetBytes(benchPayload)
		for i := 0; b.Loop(); i++ {
			if i == len(packets) {
				b.StopTimer()
				ctx, i = makeContext(), 0
				b.StartTimer()
			}
			if _, err := ctx.DecryptRTP(dst, packets[i], nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReceiver is what a new context costs.
func BenchmarkReceiver(b *testing.B) {
	bench(b, false, func(b *testing.B, makeContext func() context, _ *srtpbridge.Stream) {
		b.ReportAllocs()
		for b.Loop() {
			makeContext()
		}
	})
}
