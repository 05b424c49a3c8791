package sdp_test

import (
	"slices"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdp"
)

// TestR4567_032_StreamsAndDirections: MIKEY learns of two streams for each secure
// medium, of which the offerer sends the first.
func TestR4567_032_StreamsAndDirections(t *testing.T) {
	c := establish(t, onlyMIKEY.with(plain).party(t), onlyMIKEY.with(plain).party(t), audio, avp, video)
	ssrcs := func(sessions []mikey.CryptoSession) (all []uint32) {
		for _, cs := range sessions {
			all = append(all, cs.SSRC)
		}
		return all
	}
	m, err := mikey.ParseMessage(keyMgmt(t, c.offer, sdp.SessionLevel))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ssrcs(m.Header.CryptoSessions), []uint32{0xa1, 0, 0xa3, 0}; !slices.Equal(got, want) {
		t.Errorf("offer: SSRCs %x, want %x", got, want)
	}
	if got, want := ssrcs(c.bob.Media[2].MIKEY.CryptoSessions()), []uint32{0xa1, 0xb1, 0xa3, 0xb3}; !slices.Equal(got, want) {
		t.Errorf("answer: SSRCs %x, want %x", got, want)
	}
}
