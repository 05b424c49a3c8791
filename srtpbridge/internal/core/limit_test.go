package core

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// none is a context that does nothing.
type none struct{ Context }

func (none) EncryptRTP(_, p []byte, _ *rtp.Header) ([]byte, error)   { return p, nil }
func (none) EncryptRTCP(_, p []byte, _ *rtcp.Header) ([]byte, error) { return p, nil }
func (none) DecryptRTP(_, p []byte, _ *rtp.Header) ([]byte, error)   { return p, nil }
func (none) DecryptRTCP(_, p []byte, _ *rtcp.Header) ([]byte, error) { return p, nil }

// TestR4568_039_SeveralSSRCs: the packets of all SSRCs together stay below a
// limit of their own.
func TestR4568_039_SeveralSSRCs(t *testing.T) {
	if mostTotal != 1<<31 {
		t.Errorf("the limit is %d, not 2^31", uint64(mostTotal))
	}
	packet := func(ssrc uint32) []byte {
		b := make([]byte, 12)
		binary.BigEndian.PutUint32(b[8:], ssrc)
		binary.BigEndian.PutUint32(b[4:], ssrc) // as RTCP
		return b
	}
	for _, sender := range []bool{false, true} {
		rtp := func(l *Limiter, ssrc uint32) error {
			f := l.DecryptRTP
			if sender {
				f = l.EncryptRTP
			}
			_, err := f(nil, packet(ssrc), nil)
			return err
		}
		rtcp := func(l *Limiter, ssrc uint32) error {
			f := l.DecryptRTCP
			if sender {
				f = l.EncryptRTCP
			}
			_, err := f(nil, packet(ssrc), nil)
			return err
		}
		var warnings int
		limiter := func() *Limiter {
			warnings = 0
			l := &Limiter{
				ctx: none{}, sender: sender, mostTotal: 10, keys: map[string]*life{},
				warn: func(KeyUse) { warnings++ },
			}
			l.add([][]byte{nil}, []sdes.Limit{{SRTP: 100, SRTCP: 100}})
			return l
		}

		l := limiter()
		for n := range 9 {
			if err := []func(*Limiter, uint32) error{rtp, rtcp}[n%2](l, uint32(n%3)); err != nil {
				t.Fatalf("packet %d: %v", n, err)
			}
			if want := n+1 >= 7; (warnings == 1) != want {
				t.Errorf("%d warnings after %d packets", warnings, n+1)
			}
		}
		for ssrc := range uint32(4) {
			if err := rtp(l, ssrc); !errors.Is(err, ErrKeySpent) {
				t.Errorf("SSRC %d after the limit: %v", ssrc, err)
			}
			if err := rtcp(l, ssrc); !errors.Is(err, ErrKeySpent) {
				t.Errorf("SRTCP of SSRC %d after the limit: %v", ssrc, err)
			}
		}

		// One SSRC has the whole key, until there is another one.
		l = limiter()
		for n := range 50 {
			if err := rtp(l, 0); err != nil {
				t.Fatalf("packet %d: %v", n, err)
			}
		}
		if warnings != 0 {
			t.Error("a warning for one SSRC")
		}
		if err := rtp(l, 1); !errors.Is(err, ErrKeySpent) {
			t.Errorf("the second SSRC: %v", err)
		}
		if err := rtp(l, 0); err != nil {
			t.Errorf("the first SSRC: %v", err)
		}
	}
}

// Limits that leave no packet, and those beyond what a key can do.
func TestLimits(t *testing.T) {
	for _, test := range []struct{ given, want sdes.Limit }{
		{sdes.Limit{SRTP: 1, SRTCP: 1}, sdes.Limit{SRTP: 1, SRTCP: 1}},
		{sdes.Limit{SRTP: 1 << 60, SRTCP: 1 << 60}, sdes.Limit{SRTP: 1 << 48, SRTCP: 1 << 31}},
	} {
		st := Stream{Keys: make([]mikey.MasterKey, 1)}
		got, err := st.limits([]sdes.Limit{test.given})
		if err != nil || got[0] != test.want {
			t.Errorf("%v becomes %v, %v, want %v", test.given, got, err, test.want)
		}
	}
	l := &Limiter{ctx: none{}, sender: true, mostTotal: mostTotal, keys: map[string]*life{}}
	l.add([][]byte{nil}, []sdes.Limit{{SRTP: 1, SRTCP: 1}})
	if _, err := l.EncryptRTP(nil, make([]byte, 12), nil); !errors.Is(err, ErrKeySpent) {
		t.Errorf("a limit of 1 lets a packet through: %v", err)
	}
	if _, err := l.EncryptRTCP(nil, make([]byte, 12), nil); !errors.Is(err, ErrKeySpent) {
		t.Errorf("a limit of 1 lets an SRTCP packet through: %v", err)
	}
}
