package sdp_test

import (
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
	pionsdp "github.com/pion/sdp/v3"
)

// benchLines are two media as phones describe them.
var benchLines = []string{
	"a=group:BUNDLE",
	"m=audio 49170 RTP/SAVP 96 97 0 101", "a=mid:1", "a=rtpmap:96 opus/48000/2", "a=fmtp:96 useinbandfec=1",
	"a=rtpmap:97 G722/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16",
	"a=rtcp:49171", "a=ptime:20", "a=sendrecv",
	"m=video 49172 RTP/SAVPF 98 99", "a=mid:2", "a=rtpmap:98 H264/90000", "a=fmtp:98 profile-level-id=42e01f;packetization-mode=1",
	"a=rtpmap:99 VP8/90000", "a=rtcp-fb:98 nack", "a=rtcp-fb:98 nack pli", "a=rtcp-fb:99 nack", "a=rtcp:49173", "a=sendrecv",
}

// BenchmarkPionParse is what pion/sdp needs for the same offer as
// BenchmarkAnswerSDES.
func BenchmarkPionParse(b *testing.B) {
	o, err := benchParty(b, onlySDES).Offer(describe(b, benchLines...))
	if err != nil {
		b.Fatal(err)
	}
	text := textOf(b, o.Description())
	b.ReportAllocs()
	for b.Loop() {
		var desc pionsdp.SessionDescription
		if err := desc.UnmarshalString(text); err != nil {
			b.Fatal(err)
		}
	}
}

// benchParty offers the two suites that most phones have.
func benchParty(b *testing.B, ph phone) *sdp.Party {
	p := ph.party(b)
	if p.SDES != nil {
		p.SDES = &sdes.Config{Suites: []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80, mikey.AES_CM_128_HMAC_SHA1_32}}
	}
	return p
}

func BenchmarkAnswerSDES(b *testing.B) {
	party := benchParty(b, onlySDES)
	o, err := party.Offer(describe(b, benchLines...))
	if err != nil {
		b.Fatal(err)
	}
	local := describe(b, benchLines...)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := party.Answer(o.Description(), local, bobStreams...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOfferSDES(b *testing.B) {
	party := benchParty(b, onlySDES)
	local := describe(b, benchLines...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := party.Offer(local, aliceStreams...); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCall is an offer, its answer, and the end of it.
func BenchmarkCall(b *testing.B) {
	for name, ph := range map[string]phone{"MIKEY": onlyMIKEY, "SDES": onlySDES} {
		b.Run(name, func(b *testing.B) {
			alice, bob := benchParty(b, ph), benchParty(b, ph)
			local := describe(b, benchLines...)
			b.ReportAllocs()
			for b.Loop() {
				o, err := alice.Offer(local, aliceStreams...)
				if err != nil {
					b.Fatal(err)
				}
				answer, there, err := bob.Answer(o.Description(), local, bobStreams...)
				if err != nil {
					b.Fatal(err)
				}
				here, err := o.Apply(answer)
				if err != nil {
					b.Fatal(err)
				}
				here.Close()
				there.Close()
			}
		})
	}
}
