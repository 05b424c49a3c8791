package srtpbridge_test

import (
	"bytes"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge"
)

// FuzzLimiter: nothing but a packet of the sender is accepted, whatever comes,
// and nothing else is counted.
func FuzzLimiter(f *testing.F) {
	type pair struct {
		stream srtpbridge.Stream
		sent   map[string]bool
	}
	var pairs []pair
	for _, suite := range srtpbridge.Suites() {
		for _, mki := range [][]byte{nil, {7}, bytes.Repeat([]byte{7}, 128)} {
			p := suite.SRTP()
			st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
			if mki != nil {
				st.Keys[0].Validity = mikey.SPI(mki)
			}
			out, sent := limitedSender(f, st, nil, nil), make(map[string]bool)
			for n, rtcp := range []bool{false, true} {
				packet, err := protect(out, rtcp, uint16(n))
				if err != nil {
					f.Fatal(err)
				}
				sent[string(packet)] = true
				f.Add(uint8(len(pairs)), rtcp, packet)
				f.Add(uint8(len(pairs)+1), rtcp, packet)
				f.Add(uint8(len(pairs)), !rtcp, packet[:len(packet)-1])
			}
			pairs = append(pairs, pair{st, sent})
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, rtcp bool, packet []byte) {
		p := pairs[int(which)%len(pairs)]
		in := limitedReceiver(t, p.stream, []sdes.Limit{{SRTP: 2, SRTCP: 2}}, nil)
		accepted := unprotect(in, rtcp, packet) == nil
		if accepted && !p.sent[string(packet)] {
			t.Errorf("%x was accepted", packet)
		}
		use, ok := in.Use(p.stream.Keys[0].Validity.SPI)
		if !ok || (use.SRTP+use.SRTCP == 1) != accepted {
			t.Errorf("%+v, %v, accepted %v", use, ok, accepted)
		}
	})
}
