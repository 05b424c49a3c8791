package srtpv3_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/gomikey/gomikey/srtpbridge/srtpv3"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	srtpv2 "github.com/pion/srtp/v2"
	"github.com/pion/srtp/v3"
)

const ssrc = 0xa11ce

// Both versions are contexts.
var (
	_ context = (*srtpv2.Context)(nil)
	_ context = (*srtp.Context)(nil)
	_ context = (*srtpbridge.Limiter)(nil)
	_ context = (*srtpv3.Limiter)(nil)
)

type context interface {
	EncryptRTP(dst, plaintext []byte, header *rtp.Header) ([]byte, error)
	EncryptRTCP(dst, plaintext []byte, header *rtcp.Header) ([]byte, error)
	DecryptRTP(dst, encrypted []byte, header *rtp.Header) ([]byte, error)
	DecryptRTCP(dst, encrypted []byte, header *rtcp.Header) ([]byte, error)
	SetSendMKI(mki []byte) error
	ROC(ssrc uint32) (uint32, bool)
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func key(p mikey.SRTPPolicy, n byte, v mikey.KeyValidity) mikey.MasterKey {
	return mikey.MasterKey{
		Key:      bytes.Repeat([]byte{n}, int(p.EncrKeyLen)),
		Salt:     bytes.Repeat([]byte{^n}, int(p.SaltLen)),
		Validity: v,
	}
}

// packet returns an RTP packet, or a sender report whose contents change too.
func packet(rtcp bool, seq uint16) []byte {
	if rtcp {
		b := binary.BigEndian.AppendUint32([]byte{0x80, 200, 0, 6}, ssrc)
		b = binary.BigEndian.AppendUint16(b, seq)
		return append(b, "eighteen octets of info"[:18]...)
	}
	b := []byte{0x80, 96, byte(seq >> 8), byte(seq), 0, 0, 0, 160}
	return append(binary.BigEndian.AppendUint32(b, ssrc), "hello"...)
}

func encrypt(t testing.TB, c context, rtcp bool, seq uint16) []byte {
	t.Helper()
	if rtcp {
		return must(c.EncryptRTCP(nil, packet(true, seq), nil))(t)
	}
	return must(c.EncryptRTP(nil, packet(false, seq), nil))(t)
}

func decrypt(c context, rtcp bool, protected []byte) ([]byte, error) {
	if rtcp {
		return c.DecryptRTCP(nil, protected, nil)
	}
	return c.DecryptRTP(nil, protected, nil)
}

// TestBothVersions: the packets of both versions are equal, and each reads those
// of the other, for every suite, MKI and ROC, also when a sequence number wraps.
func TestBothVersions(t *testing.T) {
	policies := make(map[string]mikey.SRTPPolicy)
	for _, s := range append(srtpv3.Suites(), mikey.NULL_HMAC_SHA1_80, mikey.NULL_HMAC_SHA1_32) {
		p := s.SRTP()
		policies[s.String()] = p
		p.EncryptSRTCP = false
		policies[s.String()+" UNENCRYPTED_SRTCP"] = p
		if p.EncrAlg != mikey.SRTPEncrAESGCM {
			p.EncryptSRTP, p.EncryptSRTCP = false, true
			policies[s.String()+" UNENCRYPTED_SRTP"] = p
		}
	}
	for name, p := range policies {
		for _, mkiLen := range []int{0, 1, 4, 128, 255} {
			for _, roc := range []uint32{0, 1, 0x89abcdef} {
				t.Run(fmt.Sprintf("%s/MKI of %d/ROC %x", name, mkiLen, roc), func(t *testing.T) {
					keys := []mikey.MasterKey{key(p, 0x2a, mikey.KeyValidity{})}
					if mkiLen > 0 {
						keys = []mikey.MasterKey{
							key(p, 0x2a, mikey.SPI(bytes.Repeat([]byte{1}, mkiLen))),
							key(p, 0x2b, mikey.SPI(bytes.Repeat([]byte{2}, mkiLen))),
						}
					}
					v2 := srtpbridge.Stream{Policy: p, Keys: keys, SSRC: ssrc, ROC: roc}
					v3 := srtpv3.Stream(v2)
					senders := []context{must(v2.Sender())(t), must(v3.Sender())(t), must(v2.LimitedSender(nil, nil))(t), must(v3.LimitedSender(nil, nil))(t)}
					receivers := []context{must(v2.Receiver())(t), must(v3.Receiver())(t), must(v2.LimitedReceiver(nil, nil))(t), must(v3.LimitedReceiver(nil, nil))(t)}
					for _, k := range keys {
						for _, s := range senders {
							if mkiLen == 0 {
								continue
							}
							if err := s.SetSendMKI(k.Validity.SPI); err != nil {
								t.Fatal(err)
							}
						}
						// Half way, over the wrap, and half way again.
						for _, seq := range []uint16{0x8100, 0xfff0, 0xffff, 0, 5, 0x7f00} {
							for _, rtcp := range []bool{false, true} {
								want := encrypt(t, senders[0], rtcp, seq)
								for i, s := range senders[1:] {
									if got := encrypt(t, s, rtcp, seq); !bytes.Equal(got, want) {
										t.Errorf("sender %d, RTCP %v, packet %x:\n%x\n%x", i+1, rtcp, seq, got, want)
									}
								}
								for i, r := range receivers {
									got, err := decrypt(r, rtcp, want)
									if err != nil || !bytes.Equal(got, packet(rtcp, seq)) {
										t.Errorf("receiver %d, RTCP %v, packet %x: %x, %v", i, rtcp, seq, got, err)
									}
									if _, err := decrypt(r, rtcp, want); err == nil {
										t.Errorf("receiver %d, RTCP %v: a replayed packet was decrypted", i, rtcp)
									}
								}
							}
						}
					}
					for i, c := range append(senders, receivers...) {
						// Each key goes once around.
						if got, ok := c.ROC(ssrc); !ok || got != roc+uint32(len(keys)) {
							t.Errorf("context %d: ROC %x, %v", i, got, ok)
						}
					}
				})
			}
		}
	}
}

// TestSameRefusals: what one version refuses the other refuses too, by the same
// parameter.
func TestSameRefusals(t *testing.T) {
	if fmt.Sprint(srtpv3.Suites()) != fmt.Sprint(srtpbridge.Suites()) {
		t.Error("the versions have other suites")
	}
	if srtpv3.SRTPReplayWindow != srtpbridge.SRTPReplayWindow || srtpv3.SRTCPReplayWindow != srtpbridge.SRTCPReplayWindow {
		t.Error("the versions have other windows")
	}
	cm := mikey.AES_CM_128_HMAC_SHA1_80
	gcm := mikey.AEAD_AES_128_GCM
	var policies []mikey.SRTPPolicy
	for _, s := range mikey.Suites() {
		policies = append(policies, s.SRTP())
	}
	for _, change := range []func(*mikey.SRTPPolicy){
		func(p *mikey.SRTPPolicy) { p.SRTPTagLen = 0 }, // version 3 could
		func(p *mikey.SRTPPolicy) { p.SRTPTagLen = 8 },
		func(p *mikey.SRTPPolicy) { p.SRTPTagLen = 20 },
		func(p *mikey.SRTPPolicy) { p.SRTCPTagLen = 4 },
		func(p *mikey.SRTPPolicy) { p.SRTPAuthAlg, p.SRTPTagLen = mikey.SRTPAuthRCCm2, 14 },
		func(p *mikey.SRTPPolicy) { p.SRTPAuthAlg, p.SRTPTagLen = mikey.SRTPAuthRCCm3, 4 },
		func(p *mikey.SRTPPolicy) { p.Authenticate = false },
		func(p *mikey.SRTPPolicy) { p.PrefixLen = 1 },
		func(p *mikey.SRTPPolicy) { p.EncrKeyLen = 24 },
		func(p *mikey.SRTPPolicy) { p.SaltLen = 13 },
		func(p *mikey.SRTPPolicy) { p.EncryptSRTP = false },
		func(p *mikey.SRTPPolicy) { p.EncryptSRTCP = false },
	} {
		for _, s := range []mikey.Suite{cm, gcm} {
			p := s.SRTP()
			change(&p)
			policies = append(policies, p)
		}
	}
	for _, p := range policies {
		v2 := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
		v3 := srtpv3.Stream(v2)
		_, err2 := v2.Sender()
		_, err3 := v3.Sender()
		compareErrors(t, err2, err3)
		_, err2 = v2.LimitedReceiver(nil, nil)
		_, err3 = v3.LimitedReceiver(nil, nil)
		compareErrors(t, err2, err3)
	}
	p := cm.SRTP()
	for _, keys := range [][]mikey.MasterKey{
		nil,
		{key(p, 1, mikey.KeyValidity{}), key(p, 2, mikey.KeyValidity{})},
		{key(p, 1, mikey.SPI([]byte{1})), key(p, 2, mikey.SPI([]byte{1}))},
		{key(p, 1, mikey.SPI([]byte{1})), key(p, 2, mikey.SPI([]byte{1, 2}))},
		{{Key: make([]byte, 15), Salt: make([]byte, 14)}},
	} {
		v2 := srtpbridge.Stream{Policy: p, Keys: keys}
		v3 := srtpv3.Stream(v2)
		_, err2 := v2.Receiver()
		_, err3 := v3.Receiver()
		if err3 == nil {
			t.Errorf("keys %v are taken", keys)
		}
		compareErrors(t, err2, err3)
	}
	st := srtpv3.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}, ROC: 1}
	if _, err := st.Sender(); !errors.Is(err, srtpv3.ErrNoSSRC) || !errors.Is(err, srtpbridge.ErrNoSSRC) {
		t.Errorf("ROC without SSRC: %v", err)
	}
}

func compareErrors(t *testing.T, err2, err3 error) {
	t.Helper()
	var u2 *srtpbridge.UnsupportedError
	var u3 *srtpv3.UnsupportedError
	switch {
	case errors.As(err2, &u2) != errors.As(err3, &u3):
		t.Errorf("errors %v and %v", err2, err3)
	case u2 != nil:
		if srtpv3.UnsupportedError(*u2) != *u3 || !strings.Contains(u3.Error(), "pion/srtp v3") || !strings.Contains(u2.Error(), "pion/srtp v2") {
			t.Errorf("errors %v and %v", u2, u3)
		}
	case fmt.Sprint(err2) != fmt.Sprint(err3):
		t.Errorf("errors %v and %v", err2, err3)
	}
}

// TestSessions takes MIKEY from an offer to packets, one party with each version.
func TestSessions(t *testing.T) {
	mode := must(mikey.PSK([]byte("secret")))(t)
	initiator := must(mikey.NewInitiator(mode, nil))(t)
	responder := must(mikey.NewResponder(&mikey.Config{Suites: srtpv3.Suites()}, mode))(t)
	message, pending, err := initiator.Start(mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: ssrc, ROC: 2}, {SSRC: ssrc}}})
	if err != nil {
		t.Fatal(err)
	}
	_, bob, err := must(responder.Receive(message))(t).Accept()
	if err != nil {
		t.Fatal(err)
	}
	alice := must(pending.Finish(nil))(t)
	for _, way := range [][2]context{
		{must(srtpv3.Sender(alice, 1))(t), must(srtpbridge.Receiver(bob, 1))(t)},
		{must(srtpbridge.Sender(bob, 2))(t), must(srtpv3.Receiver(alice, 2))(t)},
	} {
		for _, rtcp := range []bool{false, true} {
			if got, err := decrypt(way[1], rtcp, encrypt(t, way[0], rtcp, 1)); err != nil || !bytes.Equal(got, packet(rtcp, 1)) {
				t.Errorf("RTCP %v: %x, %v", rtcp, got, err)
			}
		}
	}
	for _, f := range []func(*mikey.Session, uint8) (*srtp.Context, error){srtpv3.Sender, srtpv3.Receiver} {
		if ctx, err := f(alice, 3); err == nil || ctx != nil {
			t.Errorf("no such crypto session: %v, %v", ctx, err)
		}
	}
}

// TestSDES takes crypto attributes from an offer to packets, one party with each
// version, to the end of the key.
func TestSDES(t *testing.T) {
	for _, suite := range srtpv3.Suites() {
		config := &sdes.Config{Suites: []mikey.Suite{suite}, MKILength: 4, Keys: 2, Lifetime: sdes.PowerOfTwo(3)}
		offer := must(sdes.MakeOffer(sdes.Medium{FECAddress: "192.0.2.1:2"}, config))(t)
		answer, bob, err := sdes.Answer(offer.Medium(), sdes.Medium{FECAddress: "192.0.2.2:2"}, config)
		if err != nil {
			t.Fatal(err)
		}
		alice := must(offer.ApplyAnswer(answer))(t)

		warnings := 0
		out := must(must(srtpv3.FromSDES(alice.Send))(t).LimitedSender(alice.Send.Limits, func(srtpv3.KeyUse) { warnings++ }))(t)
		in := must(must(srtpbridge.FromSDES(bob.Receive))(t).LimitedReceiver(bob.Receive.Limits, nil))(t)
		for i, k := range alice.Send.Keys {
			if err := out.SetSendMKI(k.Validity.SPI); err != nil {
				t.Fatal(err)
			}
			for n := range uint16(7) {
				if _, err := decrypt(in, false, encrypt(t, out, false, uint16(8*i)+n)); err != nil {
					t.Errorf("%v: key %d, packet %d: %v", suite, i, n, err)
				}
			}
			if _, err := out.EncryptRTP(nil, packet(false, 99), nil); !errors.Is(err, srtpv3.ErrKeySpent) || !errors.Is(err, srtpbridge.ErrKeySpent) {
				t.Errorf("%v: key %d: %v", suite, i, err)
			}
			if use, ok := out.Use(k.Validity.SPI); !ok || use.SRTP != 7 || use.Limit != alice.Send.Limits[i] {
				t.Errorf("%v: %+v, %v", suite, use, ok)
			}
		}
		if warnings != 2 {
			t.Errorf("%v: %d warnings", suite, warnings)
		}

		back := must(must(srtpbridge.FromSDES(bob.Send))(t).LimitedSender(nil, nil))(t)
		limited := must(must(srtpv3.FromSDES(alice.Receive))(t).LimitedReceiver(alice.Receive.Limits, nil))(t)
		for n := range uint16(8) {
			protected := encrypt(t, back, true, n)
			if _, err := decrypt(limited, true, protected); (err != nil) != (n == 7) || n == 7 && !errors.Is(err, srtpv3.ErrKeySpent) {
				t.Errorf("%v: SRTCP packet %d: %v", suite, n, err)
			}
		}

		fec := must(must(srtpv3.FECFromSDES(alice.Send))(t).Sender())(t)
		fecIn := must(must(srtpbridge.FECFromSDES(bob.Receive))(t).Receiver())(t)
		if _, err := decrypt(fecIn, false, encrypt(t, fec, false, 1)); err != nil {
			t.Errorf("%v: FEC: %v", suite, err)
		}

		d := alice.Send
		d.KDR = 3
		_, err2 := srtpbridge.FromSDES(d)
		_, err3 := srtpv3.FromSDES(d)
		compareErrors(t, err2, err3)
		d.KDR, d.Context = 0, sdes.Keep
		if _, err := srtpv3.FromSDES(d); !errors.Is(err, srtpv3.ErrKeepContext) {
			t.Errorf("%v: %v", suite, err)
		}
		d.FECKeys = nil
		if _, err := srtpv3.FECFromSDES(d); err == nil {
			t.Errorf("%v: a stream without keys", suite)
		}
	}
}

// TestRekey adds and removes keys of both kinds of contexts.
func TestRekey(t *testing.T) {
	p := mikey.AEAD_AES_256_GCM.SRTP()
	before := srtpv3.Stream{Policy: p, SSRC: ssrc, ROC: 9, Keys: []mikey.MasterKey{key(p, 1, mikey.SPI([]byte{1}))}}
	after := srtpv3.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 2, mikey.SPI([]byte{2}))}}
	ctx := must(before.Sender())(t)
	limiter := must(before.LimitedReceiver(nil, nil))(t)
	if err := after.AddKeys(ctx); err != nil {
		t.Fatal(err)
	}
	if err := limiter.AddKeys(&after, []sdes.Limit{{SRTP: 2, SRTCP: 2}}); err != nil {
		t.Fatal(err)
	}
	if err := after.AddKeys(ctx); err == nil {
		t.Error("keys were added twice")
	}
	if err := ctx.SetSendMKI([]byte{2}); err != nil {
		t.Fatal(err)
	}
	for n := range uint16(2) {
		if _, err := decrypt(limiter, false, encrypt(t, ctx, false, n)); (err == nil) != (n == 0) {
			t.Errorf("packet %d: %v", n, err)
		}
	}
	if roc, _ := limiter.ROC(ssrc); roc != 9 {
		t.Errorf("ROC = %d, want 9", roc)
	}
	limiter.SetROC(7, 5)
	limiter.SetIndex(7, 6)
	roc, _ := limiter.ROC(7)
	index, _ := limiter.Index(7)
	if roc != 5 || index != 6 {
		t.Errorf("ROC %d and index %d, want 5 and 6", roc, index)
	}
	if err := limiter.RemoveMKI([]byte{2}); err != nil {
		t.Error(err)
	}
	if _, err := decrypt(limiter, false, encrypt(t, ctx, false, 3)); !errors.Is(err, srtp.ErrMKINotFound) {
		t.Errorf("packet under a key that was removed: %v", err)
	}
}

// TestVersion3 pins what the package documentation says about this version.
func TestVersion3(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	st := srtpv3.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
	in := must(st.Receiver())(t)
	if _, err := decrypt(in, false, append(packet(false, 1), "no tag at all"...)); err == nil {
		t.Error("a forged packet was decrypted")
	}
	if _, kept := in.ROC(ssrc); kept {
		t.Error("there is a state for a forged packet")
	}
	if _, err := decrypt(in, false, encrypt(t, must(st.Sender())(t), false, 1)); err != nil {
		t.Error(err)
	}
}

func TestStreamPrintsNoKey(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	st := srtpv3.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 0x5a, mikey.KeyValidity{})}}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "stream", &st, "value", st)
	text := fmt.Sprintf("%v %+v %#v %s %v %+v %#v %s", st, st, st, st, &st, &st, &st, log.String())
	for _, secret := range []string{"ZZ", "5a5a", "90 90", "0x5a", "Wlpa"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q holds the key", text)
		}
	}
}

func TestDefaultLimit(t *testing.T) {
	for _, s := range sdes.Suites() {
		if got, want := srtpv3.DefaultLimit(s.SRTP()), srtpbridge.DefaultLimit(s.SRTP()); got != want {
			t.Errorf("%v: %v, want %v", s, got, want)
		}
	}
}
