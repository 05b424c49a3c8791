package srtpbridge_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/srtp/v2"
)

func limitedSender(t testing.TB, st srtpbridge.Stream, limits []sdes.Limit, warn func(srtpbridge.KeyUse)) *srtpbridge.Limiter {
	t.Helper()
	l, err := st.LimitedSender(limits, warn)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func limitedReceiver(t testing.TB, st srtpbridge.Stream, limits []sdes.Limit, warn func(srtpbridge.KeyUse)) *srtpbridge.Limiter {
	t.Helper()
	l, err := st.LimitedReceiver(limits, warn)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDefaultLimit(t *testing.T) {
	for _, suite := range sdes.Suites() {
		want := sdes.Limit{SRTP: 1 << 48, SRTCP: 1 << 31}
		if strings.HasPrefix(suite.String(), "AES_192") || strings.HasPrefix(suite.String(), "AES_256") {
			want.SRTP = 1 << 31
		}
		if got := srtpbridge.DefaultLimit(suite.SRTP()); got != want {
			t.Errorf("%v: %v, want %v", suite, got, want)
		}
		d := direction(t, sdes.Config{Suites: []mikey.Suite{suite}})
		if d.Limits[0] != want {
			t.Errorf("%v: package sdes has %v, want %v", suite, d.Limits[0], want)
		}
	}
}

// TestR3711_008_KeySpent: no packet goes under a key that has reached a limit,
// and SRTP and SRTCP end together.
func TestR3711_008_KeySpent(t *testing.T) {
	for _, suite := range srtpbridge.Suites() {
		p := suite.SRTP()
		for _, rtcp := range []bool{false, true} {
			const limit = 9
			st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
			limits := []sdes.Limit{{SRTP: limit, SRTCP: 1000}}
			if rtcp {
				limits = []sdes.Limit{{SRTP: 1000, SRTCP: limit}}
			}
			var warnings []srtpbridge.KeyUse
			out := limitedSender(t, st, limits, func(u srtpbridge.KeyUse) { warnings = append(warnings, u) })
			for n := 1; n < limit; n++ {
				if _, err := protect(out, rtcp, uint16(n)); err != nil {
					t.Fatalf("%v, RTCP %v: packet %d: %v", suite, rtcp, n, err)
				}
				if want := n >= 6; (len(warnings) > 0) != want { // three quarters of 8
					t.Errorf("%v, RTCP %v: %d warnings after %d packets", suite, rtcp, len(warnings), n)
				}
			}
			for _, other := range []bool{rtcp, !rtcp} {
				if packet, err := protect(out, other, limit); !errors.Is(err, srtpbridge.ErrKeySpent) || packet != nil {
					t.Errorf("%v: RTCP %v after the limit: %x, %v", suite, other, packet, err)
				}
			}
			if len(warnings) != 1 || warnings[0].SRTP+warnings[0].SRTCP != 6 || warnings[0].Limit != limits[0] {
				t.Errorf("%v, RTCP %v: warnings %v", suite, rtcp, warnings)
			}
			use, ok := out.Use(nil)
			if !ok || use.SRTP+use.SRTCP != limit-1 {
				t.Errorf("%v, RTCP %v: use %v, %v", suite, rtcp, use, ok)
			}
		}
	}
}

func protect(l *srtpbridge.Limiter, rtcp bool, seq uint16) ([]byte, error) {
	if rtcp {
		return l.EncryptRTCP(nil, rtcpPacket(ssrc), nil)
	}
	return l.EncryptRTP(nil, rtpPacket(ssrc, seq, "hello"), nil)
}

func unprotect(l *srtpbridge.Limiter, rtcp bool, packet []byte) error {
	var err error
	if rtcp {
		_, err = l.DecryptRTCP(nil, packet, nil)
	} else {
		_, err = l.DecryptRTP(nil, packet, nil)
	}
	return err
}

// TestR4568_041_NotAcceptedAfterLifetime: receivers stop too. Packets that are
// forged or replayed do not count.
func TestR4568_041_NotAcceptedAfterLifetime(t *testing.T) {
	for _, mkiLen := range []int{0, 4} {
		for _, rtcp := range []bool{false, true} {
			config := &sdes.Config{Lifetime: sdes.Lifetime{Packets: 6}, MKILength: mkiLen, Suites: srtpbridge.Suites()}
			alice, bob := negotiate(t, config, config)
			out := limitedSender(t, fromSDES(t, alice.Send), nil, nil) // a peer that does not stop
			in := limitedReceiver(t, fromSDES(t, bob.Receive), bob.Receive.Limits, nil)
			for n := range 5 {
				packet, err := protect(out, rtcp, uint16(n))
				if err != nil {
					t.Fatal(err)
				}
				for range 9 {
					forged := bytes.Clone(packet)
					forged[13] ^= 1
					if unprotect(in, rtcp, forged) == nil {
						t.Fatal("a forged packet was accepted")
					}
				}
				if err := unprotect(in, rtcp, packet); err != nil {
					t.Fatalf("packet %d: %v", n, err)
				}
				if err := unprotect(in, rtcp, packet); err == nil || n < 4 && errors.Is(err, srtpbridge.ErrKeySpent) {
					t.Fatalf("replayed packet: %v", err)
				}
			}
			packet, err := protect(out, rtcp, 5)
			if err != nil {
				t.Fatal(err)
			}
			if err := unprotect(in, rtcp, packet); !errors.Is(err, srtpbridge.ErrKeySpent) {
				t.Errorf("MKI of %d, RTCP %v: packet after the lifetime: %v", mkiLen, rtcp, err)
			}
			// The other kind has packets left: a peer may see it that way.
			if packet, err = protect(out, !rtcp, 1); err != nil {
				t.Fatal(err)
			}
			if err := unprotect(in, !rtcp, packet); err != nil {
				t.Errorf("MKI of %d, RTCP %v: %v", mkiLen, !rtcp, err)
			}
		}
	}
}

// TestR3711_007_CountsPerKey: each key has its own counters, and a sender goes
// on with another one.
func TestR3711_007_CountsPerKey(t *testing.T) {
	for _, suite := range srtpbridge.Suites() {
		config := &sdes.Config{Suites: []mikey.Suite{suite}, MKILength: 2, Keys: 2, Lifetime: sdes.PowerOfTwo(2)}
		alice, bob := negotiate(t, config, config)
		var warned [][]byte
		out := limitedSender(t, fromSDES(t, alice.Send), alice.Send.Limits, func(u srtpbridge.KeyUse) { warned = append(warned, u.MKI) })
		in := limitedReceiver(t, fromSDES(t, bob.Receive), bob.Receive.Limits, nil)
		mkis := [][]byte{alice.Send.Keys[0].Validity.SPI, alice.Send.Keys[1].Validity.SPI}
		seq := uint16(0)
		send := func() error {
			seq++
			packet, err := protect(out, false, seq)
			if err != nil {
				return err
			}
			if err := unprotect(in, false, packet); err != nil {
				t.Errorf("%v: packet %d: %v", suite, seq, err)
			}
			if seq%3 == 0 {
				return nil // SRTP is at the limit
			}
			rtcp, err := protect(out, true, 0)
			if err != nil {
				return err
			}
			if err := unprotect(in, true, rtcp); err != nil {
				t.Errorf("%v: SRTCP packet %d: %v", suite, seq, err)
			}
			return nil
		}
		for i, mki := range mkis {
			if err := out.SetSendMKI(mki); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := send(); err != nil {
					t.Fatalf("%v: key %d: %v", suite, i, err)
				}
			}
			_, err := protect(out, false, 99)
			if !errors.Is(err, srtpbridge.ErrKeySpent) || !strings.Contains(err.Error(), fmt.Sprintf("MKI %x", mki)) {
				t.Errorf("%v: key %d: %v", suite, i, err)
			}
			for name, l := range map[string]*srtpbridge.Limiter{"sender": out, "receiver": in} {
				if use, ok := l.Use(mki); !ok || use.SRTP != 3 || use.SRTCP != 2 || !bytes.Equal(use.MKI, mki) {
					t.Errorf("%v: %s, key %d: %+v, %v", suite, name, i, use, ok)
				}
			}
		}
		if !bytes.Equal(bytes.Join(warned, nil), bytes.Join(mkis, nil)) {
			t.Errorf("%v: warnings for %x, want %x", suite, warned, mkis)
		}

		// A third key comes, and the first one goes.
		more := fromSDES(t, alice.Send)
		more.Keys = more.Keys[:1]
		more.Keys[0] = key(more.Policy, 9, mikey.SPI([]byte{0, 99}))
		for _, l := range []*srtpbridge.Limiter{out, in} {
			if err := l.AddKeys(&more, nil); err != nil {
				t.Fatal(err)
			}
			if err := l.AddKeys(&more, nil); err == nil {
				t.Error("a key was added twice")
			}
		}
		if err := out.SetSendMKI([]byte{0, 99}); err != nil {
			t.Fatal(err)
		}
		if err := send(); err != nil {
			t.Error(err)
		}
		if err := out.RemoveMKI(mkis[0]); err != nil {
			t.Error(err)
		}
		if _, ok := out.Use(mkis[0]); ok {
			t.Error("the key was not removed")
		}
		if err := out.SetSendMKI(mkis[0]); err == nil {
			t.Error("the key can be used")
		}
		if err := out.RemoveMKI([]byte{0, 99}); err == nil {
			t.Error("the key in use was removed")
		}
	}
}

func TestLimiterRefuses(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.SPI([]byte{1}))}}
	out, in := limitedSender(t, st, nil, nil), limitedReceiver(t, st, nil, nil)
	packet, err := protect(out, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := protect(in, false, 1); err == nil {
		t.Error("a receiver encrypts")
	}
	if unprotect(out, false, packet) == nil {
		t.Error("a sender decrypts")
	}
	other := bytes.Clone(packet)
	other[len(other)-11] = 2
	if err := unprotect(in, false, other); !errors.Is(err, srtp.ErrMKINotFound) {
		t.Errorf("unknown MKI: %v", err)
	}
	for _, rtcp := range []bool{false, true} {
		for n := range len(packet) {
			if unprotect(in, rtcp, packet[:n]) == nil {
				t.Errorf("%d octets were decrypted", n)
			}
		}
	}
	if _, err := out.EncryptRTP(nil, packet[:11], nil); err == nil {
		t.Error("11 octets were encrypted")
	}
	if use, ok := in.Use([]byte{1}); !ok || use.SRTP+use.SRTCP != 0 {
		t.Errorf("%+v, %v", use, ok)
	}
	if err := unprotect(in, false, packet); err != nil {
		t.Error(err)
	}

	for name, limits := range map[string][]sdes.Limit{"two limits": make([]sdes.Limit, 2), "limit of 0": {{SRTP: 1}}} {
		more := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 2, mikey.SPI([]byte{2}))}}
		if _, err := more.LimitedSender(limits, nil); err == nil {
			t.Errorf("%s: there is a limiter", name)
		}
		if err := out.AddKeys(&more, limits); err == nil {
			t.Errorf("%s: the keys were added", name)
		}
	}
	for name, change := range map[string]func(*srtpbridge.Stream){
		"no key":     func(st *srtpbridge.Stream) { st.Keys = nil },
		"prefix":     func(st *srtpbridge.Stream) { st.Policy.PrefixLen = 1 },
		"no MKI":     func(st *srtpbridge.Stream) { st.Keys[0].Validity = mikey.KeyValidity{} },
		"MKI length": func(st *srtpbridge.Stream) { st.Keys[0].Validity = mikey.SPI([]byte{0, 2}) },
		"suite":      func(st *srtpbridge.Stream) { st.Policy = mikey.AES_CM_128_HMAC_SHA1_32.SRTP() },
	} {
		more := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 2, mikey.SPI([]byte{2}))}}
		change(&more)
		if err := out.AddKeys(&more, nil); err == nil {
			t.Errorf("%s: the keys were added", name)
		}
	}
	empty := srtpbridge.Stream{Policy: p}
	if _, err := empty.LimitedReceiver(nil, nil); err == nil {
		t.Error("there is a limiter without a key")
	}
}

// TestLimiterKeepsROC: the counters of packets are not those of the RFC.
func TestLimiterKeepsROC(t *testing.T) {
	p := mikey.AEAD_AES_128_GCM.SRTP()
	st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}, SSRC: ssrc, ROC: 3}
	out, in := limitedSender(t, st, nil, nil), limitedReceiver(t, st, nil, nil)
	for _, l := range []*srtpbridge.Limiter{out, in} {
		l.SetROC(7, 9)
		if roc, ok := l.ROC(7); !ok || roc != 9 {
			t.Errorf("ROC %d, %v", roc, ok)
		}
		l.SetIndex(ssrc, 41)
	}
	packet, err := protect(out, true, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unprotect(in, true, packet); err != nil {
		t.Error(err)
	}
	if index, ok := out.Index(ssrc); !ok || index != 42 {
		t.Errorf("index %d, %v", index, ok)
	}
	if roc, ok := out.ROC(ssrc); !ok || roc != 3 {
		t.Errorf("ROC %d, %v", roc, ok)
	}
}

// TestLimiterConcurrent: the limit holds with many goroutines, and the function
// that is warned can use the limiter.
func TestLimiterConcurrent(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	st := srtpbridge.Stream{Policy: p, SSRC: ssrc}
	st.Keys = []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}
	var out *srtpbridge.Limiter
	var warnings int
	out = limitedSender(t, st, []sdes.Limit{{SRTP: 101, SRTCP: 101}}, func(srtpbridge.KeyUse) {
		warnings++
		out.Use(nil)
	})
	var mu sync.Mutex
	packets := make(map[string]bool)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := range 50 {
				packet, err := protect(out, false, uint16(100*g+n))
				if err != nil {
					if !errors.Is(err, srtpbridge.ErrKeySpent) {
						t.Error(err)
					}
					continue
				}
				mu.Lock()
				packets[string(packet)] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(packets) != 100 || warnings != 1 {
		t.Errorf("%d packets and %d warnings, want 100 and 1", len(packets), warnings)
	}
}
