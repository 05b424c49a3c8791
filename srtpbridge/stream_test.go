package srtpbridge_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/srtp/v2"
)

const ssrc = 0xa11ce

// key returns a master key for a policy, made of n.
func key(p mikey.SRTPPolicy, n byte, v mikey.KeyValidity) mikey.MasterKey {
	return mikey.MasterKey{
		Key:      bytes.Repeat([]byte{n}, int(p.EncrKeyLen)),
		Salt:     bytes.Repeat([]byte{^n}, int(p.SaltLen)),
		Validity: v,
	}
}

func rtpPacket(ssrc uint32, seq uint16, payload string) []byte {
	packet := []byte{0x80, 96, byte(seq >> 8), byte(seq), 0, 0, 0, 160}
	packet = binary.BigEndian.AppendUint32(packet, ssrc)
	return append(packet, payload...)
}

// rtcpPacket is a sender report.
func rtcpPacket(ssrc uint32) []byte {
	packet := binary.BigEndian.AppendUint32([]byte{0x80, 200, 0, 6}, ssrc)
	return append(packet, "twenty octets of info"[:20]...)
}

func sender(t testing.TB, st srtpbridge.Stream) *srtp.Context {
	t.Helper()
	ctx, err := st.Sender()
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

func receiver(t testing.TB, st srtpbridge.Stream) *srtp.Context {
	t.Helper()
	ctx, err := st.Receiver()
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

func encrypt(t testing.TB, ctx *srtp.Context, rtcp bool, packet []byte) []byte {
	t.Helper()
	protect := func() ([]byte, error) { return ctx.EncryptRTP(nil, packet, nil) }
	if rtcp {
		protect = func() ([]byte, error) { return ctx.EncryptRTCP(nil, packet, nil) }
	}
	out, err := protect()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func decrypt(ctx *srtp.Context, rtcp bool, packet []byte) ([]byte, error) {
	if rtcp {
		return ctx.DecryptRTCP(nil, packet, nil)
	}
	return ctx.DecryptRTP(nil, packet, nil)
}

// policies are all that contexts can be made for.
func policies() map[string]mikey.SRTPPolicy {
	all := make(map[string]mikey.SRTPPolicy)
	for _, s := range append(srtpbridge.Suites(), mikey.NULL_HMAC_SHA1_80, mikey.NULL_HMAC_SHA1_32) {
		all[s.String()] = s.SRTP()
	}
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	p.EncryptSRTP = false
	all["SRTP not encrypted"] = p
	for _, s := range []mikey.Suite{mikey.AES_256_CM_HMAC_SHA1_32, mikey.AEAD_AES_128_GCM, mikey.AEAD_AES_256_GCM} {
		p = s.SRTP()
		p.EncryptSRTCP = false
		all[s.String()+" with SRTCP not encrypted"] = p
	}
	return all
}

// TestPackets compares every kind of packet with the reference, and decrypts
// what the reference made.
func TestPackets(t *testing.T) {
	mkis := map[string][]byte{"": nil, "1 octet": {7}, "4 octets": {0, 0, 0, 1}, "255 octets": bytes.Repeat([]byte{0xab}, 255)}
	for name, policy := range policies() {
		for mkiName, mki := range mkis {
			for _, roc := range []uint32{0, 1, 0x89abcdef} {
				for _, rtcp := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/MKI %s/ROC %x/RTCP %v", name, mkiName, roc, rtcp), func(t *testing.T) {
						st := srtpbridge.Stream{Policy: policy, Keys: []mikey.MasterKey{key(policy, 0x2a, mikey.KeyValidity{})}, SSRC: ssrc, ROC: roc}
						if mki != nil {
							st.Keys[0].Validity = mikey.SPI(mki)
						}
						k := refSessionKeys(st.Keys[0].Key, st.Keys[0].Salt, rtcp)
						packet := rtpPacket(ssrc, 0xfff0, "hello")
						want := refRTP(policy, k, roc, mki, packet)
						if rtcp {
							packet = rtcpPacket(ssrc)
							want = refRTCP(policy, k, 1, mki, packet)
						}
						if got := encrypt(t, sender(t, st), rtcp, packet); !bytes.Equal(got, want) {
							t.Errorf("protected packet\n%x, want\n%x", got, want)
						}
						in := receiver(t, st)
						got, err := decrypt(in, rtcp, want)
						if err != nil || !bytes.Equal(got, packet) {
							t.Errorf("decrypted packet %x, %v, want %x", got, err, packet)
						}
						if _, err := decrypt(in, rtcp, want); err == nil {
							t.Error("a replayed packet was decrypted")
						}
						want[len(want)-1] ^= 1
						if _, err := decrypt(receiver(t, st), rtcp, want); err == nil {
							t.Error("a changed packet was decrypted")
						}
					})
				}
			}
		}
	}
}

func TestR3711_004_SRTCPTagOf80Bits(t *testing.T) {
	for _, suite := range []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_32, mikey.AES_256_CM_HMAC_SHA1_32, mikey.NULL_HMAC_SHA1_32} {
		st := srtpbridge.Stream{Policy: suite.SRTP(), Keys: []mikey.MasterKey{key(suite.SRTP(), 1, mikey.KeyValidity{})}}
		out := sender(t, st)
		packet := rtpPacket(ssrc, 1, "hello")
		if n := len(encrypt(t, out, false, packet)) - len(packet); n != 4 {
			t.Errorf("%v: SRTP adds %d octets, want 4", suite, n)
		}
		packet = rtcpPacket(ssrc)
		if n := len(encrypt(t, out, true, packet)) - len(packet); n != 4+10 {
			t.Errorf("%v: SRTCP adds %d octets, want an index of 4 and a tag of 10", suite, n)
		}

		p := suite.SRTP()
		p.SRTCPTagLen = 4
		_, err := (&srtpbridge.Stream{Policy: p, Keys: st.Keys}).Sender()
		wantUnsupported(t, err, "SRTCP tag length")
	}
}

func TestReplayWindow(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
	for _, test := range []struct {
		rtcp   bool
		window int
	}{{false, srtpbridge.SRTPReplayWindow}, {true, srtpbridge.SRTCPReplayWindow}} {
		out, in := sender(t, st), receiver(t, st)
		var packets [][]byte
		for i := range test.window + 2 {
			packet := rtpPacket(ssrc, uint16(i+1), "hello")
			if test.rtcp {
				packet = rtcpPacket(ssrc)
			}
			packets = append(packets, encrypt(t, out, test.rtcp, packet))
		}
		last := len(packets) - 1
		if _, err := decrypt(in, test.rtcp, packets[last]); err != nil {
			t.Fatal(err)
		}
		if _, err := decrypt(in, test.rtcp, packets[last-test.window+1]); err != nil {
			t.Errorf("RTCP %v: the oldest packet of the window: %v", test.rtcp, err)
		}
		if _, err := decrypt(in, test.rtcp, packets[last-test.window]); err == nil {
			t.Errorf("RTCP %v: a packet older than the window was decrypted", test.rtcp)
		}
	}
}

func TestROCWithoutSSRC(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}, ROC: 5}
	if _, err := st.Receiver(); !errors.Is(err, srtpbridge.ErrNoSSRC) {
		t.Errorf("Receiver: %v, want %v", err, srtpbridge.ErrNoSSRC)
	}
	if _, err := st.Sender(); !errors.Is(err, srtpbridge.ErrNoSSRC) {
		t.Errorf("Sender: %v, want %v", err, srtpbridge.ErrNoSSRC)
	}
	st.SSRC = ssrc
	out, in := sender(t, st), receiver(t, st)
	if roc, ok := in.ROC(ssrc); !ok || roc != 5 {
		t.Errorf("ROC = %d, %v, want 5", roc, ok)
	}
	if _, err := decrypt(in, false, encrypt(t, out, false, rtpPacket(ssrc, 1, "hello"))); err != nil {
		t.Error(err)
	}
	// The sequence number wraps, and the ROC goes on.
	for _, seq := range []uint16{20000, 40000, 60000, 5} {
		if _, err := decrypt(in, false, encrypt(t, out, false, rtpPacket(ssrc, seq, "hello"))); err != nil {
			t.Errorf("packet %d: %v", seq, err)
		}
	}
	if roc, _ := in.ROC(ssrc); roc != 6 {
		t.Errorf("ROC = %d after the wrap, want 6", roc)
	}
}

func TestUnknownSSRC(t *testing.T) {
	p := mikey.AEAD_AES_128_GCM.SRTP()
	st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
	if _, err := decrypt(receiver(t, st), false, encrypt(t, sender(t, st), false, rtpPacket(77, 1, "hello"))); err != nil {
		t.Error(err)
	}
}

func wantUnsupported(t *testing.T, err error, parameter string) {
	t.Helper()
	var unsupported *srtpbridge.UnsupportedError
	if !errors.As(err, &unsupported) {
		t.Errorf("error %v is no UnsupportedError for %s", err, parameter)
		return
	}
	if unsupported.Parameter != parameter {
		t.Errorf("error %q names %q, want %q", err, unsupported.Parameter, parameter)
	}
	if unsupported.Value == "" || unsupported.Hint == "" {
		t.Errorf("error %q lacks a value or a hint", err)
	}
}

// TestUnsupportedSuites: of the named suites, those work that Suites and the
// package documentation say, and the others name a parameter.
func TestUnsupportedSuites(t *testing.T) {
	works := map[mikey.Suite]bool{mikey.NULL_HMAC_SHA1_80: true, mikey.NULL_HMAC_SHA1_32: true}
	for _, s := range srtpbridge.Suites() {
		works[s] = true
	}
	for _, s := range mikey.Suites() {
		st := srtpbridge.Stream{Policy: s.SRTP(), Keys: []mikey.MasterKey{key(s.SRTP(), 1, mikey.KeyValidity{})}}
		_, err := st.Sender()
		switch {
		case works[s] && err != nil:
			t.Errorf("%v: %v", s, err)
		case !works[s] && s.SRTP().EncrAlg == mikey.SRTPEncrAESCM:
			wantUnsupported(t, err, "session encryption key length")
		case !works[s]:
			wantUnsupported(t, err, "encryption algorithm")
		}
	}
}

func TestUnsupportedParameters(t *testing.T) {
	cm, gcm := mikey.AES_CM_128_HMAC_SHA1_80, mikey.AEAD_AES_256_GCM
	tests := []struct {
		suite     mikey.Suite
		change    func(p *mikey.SRTPPolicy)
		parameter string
	}{
		{mikey.NULL_HMAC_SHA1_80, func(p *mikey.SRTPPolicy) { p.EncrKeyLen = 32 }, "session encryption key length"},
		{gcm, func(p *mikey.SRTPPolicy) { p.EncrKeyLen = 24 }, "session encryption key length"},
		{cm, func(p *mikey.SRTPPolicy) { p.SaltLen = 12 }, "session salt key length"},
		{gcm, func(p *mikey.SRTPPolicy) { p.SaltLen = 14 }, "session salt key length"},
		{cm, func(p *mikey.SRTPPolicy) { p.PRF = mikey.SRTPPRFARIACTR }, "SRTP PRF"},
		{cm, func(p *mikey.SRTPPolicy) { p.Authenticate = false }, "SRTP authentication"},
		{cm, func(p *mikey.SRTPPolicy) { p.SRTPAuthAlg, p.SRTPTagLen = mikey.SRTPAuthRCCm1, 14 }, "SRTP authentication algorithm"},
		{cm, func(p *mikey.SRTPPolicy) { p.SRTPAuthAlg, p.SRTPTagLen = mikey.SRTPAuthRCCm3, 4 }, "SRTP authentication algorithm"},
		{cm, func(p *mikey.SRTPPolicy) { p.SRTCPAuthAlg = mikey.SRTPAuthNULL }, "SRTCP authentication algorithm"},
		{gcm, func(p *mikey.SRTPPolicy) { p.SRTPAuthAlg = mikey.SRTPAuthHMACSHA1 }, "SRTP authentication algorithm"},
		{cm, func(p *mikey.SRTPPolicy) { p.SRTPAuthKeyLen = 16 }, "SRTP session authentication key length"},
		{cm, func(p *mikey.SRTPPolicy) { p.SRTCPAuthKeyLen = 16 }, "SRTCP session authentication key length"},
		{cm, func(p *mikey.SRTPPolicy) { p.PrefixLen = 2 }, "SRTP prefix length"},
		{cm, func(p *mikey.SRTPPolicy) { p.SRTPTagLen = 8 }, "SRTP tag length"},
		{cm, func(p *mikey.SRTPPolicy) { p.SRTPTagLen = 20 }, "SRTP tag length"},
		{cm, func(p *mikey.SRTPPolicy) { p.SRTCPTagLen = 20 }, "SRTCP tag length"},
		{gcm, func(p *mikey.SRTPPolicy) { p.SRTCPTagLen = 12 }, "AEAD tag length"},
		{gcm, func(p *mikey.SRTPPolicy) { p.EncryptSRTP = false }, "SRTP encryption"},
	}
	for _, test := range tests {
		p := test.suite.SRTP()
		test.change(&p)
		st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
		_, err := st.Sender()
		wantUnsupported(t, err, test.parameter)
		_, err = st.Receiver()
		wantUnsupported(t, err, test.parameter)
		wantUnsupported(t, st.AddKeys(new(srtp.Context)), test.parameter)
	}
}

func TestUnsupportedKeys(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	interval := mikey.Interval([]byte{0, 0, 0, 0, 0, 0}, []byte{0, 0, 0, 0, 1, 0})
	tests := []struct {
		name       string
		validities []mikey.KeyValidity
		parameter  string // empty: another error that contains text
		text       string
	}{
		{"several keys without MKI", []mikey.KeyValidity{{}, {}}, "key validity", ""},
		{"intervals", []mikey.KeyValidity{interval, interval}, "key validity", ""},
		{"a key without MKI", []mikey.KeyValidity{mikey.SPI([]byte{1}), {}}, "key validity", ""},
		{"unknown validity", []mikey.KeyValidity{{Type: 9}}, "key validity", ""},
		{"equal MKIs", []mikey.KeyValidity{mikey.SPI([]byte{1}), mikey.SPI([]byte{2}), mikey.SPI([]byte{1})}, "", "keys 1 and 3 have the same MKI"},
		{"empty MKI", []mikey.KeyValidity{mikey.SPI(nil)}, "", "has no octets"},
		{"no key", nil, "", "no master key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			st := srtpbridge.Stream{Policy: p}
			for i, v := range test.validities {
				st.Keys = append(st.Keys, key(p, byte(i+1), v))
			}
			_, err := st.Receiver()
			if test.parameter != "" {
				wantUnsupported(t, err, test.parameter)
			} else if err == nil || !strings.Contains(err.Error(), test.text) {
				t.Errorf("error %v, want one with %q", err, test.text)
			}
		})
	}
}

// TestR3711_001_MKILengthIsFixed: all MKIs of a context have one length.
func TestR3711_001_MKILengthIsFixed(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{
		key(p, 1, mikey.SPI([]byte{1})), key(p, 2, mikey.SPI([]byte{0, 2})),
	}}
	_, err := st.Sender()
	wantUnsupported(t, err, "MKI length")
	_, err = st.Receiver()
	wantUnsupported(t, err, "MKI length")
}

// TestR7714_004_SaltAndTag: AES-GCM has a salt of 12 octets and a tag of 16.
func TestR7714_004_SaltAndTag(t *testing.T) {
	for _, suite := range []mikey.Suite{mikey.AEAD_AES_128_GCM, mikey.AEAD_AES_256_GCM} {
		p := suite.SRTP()
		k := key(p, 1, mikey.KeyValidity{})
		out := sender(t, srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{k}})
		packet := rtpPacket(ssrc, 1, "hello")
		if n := len(encrypt(t, out, false, packet)) - len(packet); n != 16 {
			t.Errorf("%v: SRTP adds %d octets, want 16", suite, n)
		}
		packet = rtcpPacket(ssrc)
		if n := len(encrypt(t, out, true, packet)) - len(packet); n != 16+4 {
			t.Errorf("%v: SRTCP adds %d octets, want a tag of 16 and an index of 4", suite, n)
		}
		k.Salt = make([]byte, 14)
		if _, err := (&srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{k}}).Sender(); err == nil {
			t.Errorf("%v: a salt of 14 octets is taken", suite)
		}
	}
}

// TestR3711_009_IntervalWithoutMKI: packets under a key with an interval have
// no MKI.
func TestR3711_009_IntervalWithoutMKI(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	interval := mikey.Interval([]byte{0, 0, 0, 0, 0, 0}, []byte{0, 0, 0, 0, 1, 0})
	st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, interval)}}
	packet := rtpPacket(ssrc, 1, "hello")
	if n := len(encrypt(t, sender(t, st), false, packet)) - len(packet); n != 10 {
		t.Errorf("SRTP adds %d octets, want the tag of 10", n)
	}
}

// TestErrorsHoldNoKey: pion/srtp puts a key of a wrong length into its error.
func TestErrorsHoldNoKey(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	good := key(p, 0x5a, mikey.SPI([]byte{1}))
	secret := bytes.Repeat([]byte{0x5a}, 40)
	for _, st := range []srtpbridge.Stream{
		{Policy: p, Keys: []mikey.MasterKey{{Key: secret[:15], Salt: good.Salt}}},
		{Policy: p, Keys: []mikey.MasterKey{{Key: secret[:32], Salt: good.Salt}}},
		{Policy: p, Keys: []mikey.MasterKey{{Key: good.Key, Salt: secret[:12]}}},
		{Policy: p, Keys: []mikey.MasterKey{{Key: good.Key, Salt: nil}}},
		{Policy: p, Keys: []mikey.MasterKey{good, {Key: secret[:17], Salt: good.Salt, Validity: mikey.SPI([]byte{2})}}},
	} {
		_, err := st.Sender()
		wantNoSecret(t, err, "octets, the policy wants")
	}

	// Keys for a context of another suite.
	p256 := mikey.AES_256_CM_HMAC_SHA1_80.SRTP()
	ctx := sender(t, srtpbridge.Stream{Policy: p256, Keys: []mikey.MasterKey{key(p256, 1, mikey.SPI([]byte{9}))}})
	err := (&srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{good}}).AddKeys(ctx)
	wantNoSecret(t, err, "MKI 01")
}

func wantNoSecret(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, want one with %q", err, text)
		return
	}
	for _, secret := range []string{"ZZ", "5a5a", "5A5A", "90 90"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("error %q holds the key", err)
		}
	}
}

func TestStreamPrintsNoKey(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 0x5a, mikey.KeyValidity{})}, SSRC: ssrc, ROC: 1}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "stream", &st, "value", st)
	text := fmt.Sprintf("%v %+v %#v %s %v %+v %#v %s", st, st, st, st, &st, &st, &st, log.String())
	for _, secret := range []string{"ZZ", "5a5a", "90 90", "0x5a", "Wlpa"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q holds the key", text)
		}
	}
	if want := "Stream{AES_CM_128_HMAC_SHA1_80, SSRC 000a11ce, ROC 1, 1 keys}"; st.String() != want {
		t.Errorf("String = %q, want %q", st.String(), want)
	}
}

// TestR3830_116_SeveralKeysHaveMKIs: a sender starts with the first key and can be switched.
func TestR3830_116_SeveralKeysHaveMKIs(t *testing.T) {
	p := mikey.AEAD_AES_256_GCM.SRTP()
	st := srtpbridge.Stream{Policy: p, SSRC: ssrc, ROC: 3}
	for n := range byte(3) {
		st.Keys = append(st.Keys, key(p, n+1, mikey.SPI([]byte{0, 0, 0, n})))
	}
	out, in := sender(t, st), receiver(t, st)
	for n := range byte(3) {
		if n > 0 {
			if err := out.SetSendMKI([]byte{0, 0, 0, n}); err != nil {
				t.Fatal(err)
			}
		}
		packet := encrypt(t, out, false, rtpPacket(ssrc, uint16(n), "hello"))
		if mki := packet[len(packet)-4:]; !bytes.Equal(mki, []byte{0, 0, 0, n}) {
			t.Errorf("packet %d has MKI %x", n, mki)
		}
		if _, err := decrypt(in, false, packet); err != nil {
			t.Errorf("packet %d: %v", n, err)
		}
	}
}

// TestAddKeys re-keys a stream whose ROC and replay window must stay.
func TestAddKeys(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_32.SRTP()
	before := srtpbridge.Stream{Policy: p, SSRC: ssrc, ROC: 9, Keys: []mikey.MasterKey{key(p, 1, mikey.SPI([]byte{1}))}}
	after := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 2, mikey.SPI([]byte{2})), key(p, 3, mikey.SPI([]byte{3}))}}
	out, in := sender(t, before), receiver(t, before)
	old := encrypt(t, out, false, rtpPacket(ssrc, 1, "old"))
	if _, err := decrypt(in, false, old); err != nil {
		t.Fatal(err)
	}
	for _, ctx := range []*srtp.Context{out, in} {
		if err := after.AddKeys(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.SetSendMKI([]byte{2}); err != nil {
		t.Fatal(err)
	}
	got, err := decrypt(in, false, encrypt(t, out, false, rtpPacket(ssrc, 2, "new")))
	if err != nil || string(got[12:]) != "new" {
		t.Errorf("packet under the new key: %q, %v", got, err)
	}
	if _, err := decrypt(in, false, old); err == nil {
		t.Error("a packet from before was decrypted again")
	}
	if roc, _ := in.ROC(ssrc); roc != 9 {
		t.Errorf("ROC = %d, want 9", roc)
	}
	if err := in.RemoveMKI([]byte{2}); err != nil {
		t.Error(err)
	}
}

func TestAddKeysRefused(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	spi := func(mki ...byte) mikey.MasterKey { return key(p, mki[0], mikey.SPI(mki)) }
	ctx := sender(t, srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{spi(1)}})

	// Key 1 is there already, so key 2 must not stay either.
	twice := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{spi(2), spi(1)}}
	if err := twice.AddKeys(ctx); err == nil || !strings.Contains(err.Error(), "MKI 01") {
		t.Errorf("an MKI that is in use: %v", err)
	}
	if err := ctx.SetSendMKI([]byte{2}); !errors.Is(err, srtp.ErrMKINotFound) {
		t.Errorf("key 2 is in the context after an error: %v", err)
	}
	if err := (&srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{spi(1, 2)}}).AddKeys(ctx); err == nil {
		t.Error("an MKI of another length was added")
	}
	without := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
	wantUnsupported(t, without.AddKeys(ctx), "key validity")
	if err := twice.AddKeys(sender(t, without)); err == nil {
		t.Error("a key with MKI was added to a context without")
	}
}

// TestPionTraps pins habits of pion/srtp that the package documentation
// describes, so that a new version that changes them is noticed.
func TestPionTraps(t *testing.T) {
	t.Run("state of forged packets", func(t *testing.T) {
		p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
		in := receiver(t, srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}})
		_, err := decrypt(in, false, rtpPacket(666, 1, "forged, without any tag"))
		if _, kept := in.ROC(666); err == nil || !kept {
			t.Errorf("error %v, state kept: %v", err, kept)
		}
	})
	t.Run("wrong length", func(t *testing.T) {
		_, err := srtp.CreateContext([]byte("ZZZZZZZZ"), make([]byte, 14), srtp.ProtectionProfileAes128CmHmacSha1_80)
		if err == nil || !strings.Contains(err.Error(), "90 90 90") { // 'Z' is 90
			t.Errorf("error %v does not hold the key any more", err)
		}
	})
	t.Run("first SRTCP index", func(t *testing.T) {
		p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
		out := sender(t, srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}})
		packet := encrypt(t, out, true, rtcpPacket(ssrc))
		if word := packet[len(packet)-14 : len(packet)-10]; !bytes.Equal(word, []byte{0x80, 0, 0, 1}) {
			t.Errorf("E and index are %x", word)
		}
	})
	t.Run("NULL cipher and E", func(t *testing.T) {
		p := mikey.NULL_HMAC_SHA1_80.SRTP()
		st := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}}
		k := refSessionKeys(st.Keys[0].Key, st.Keys[0].Salt, true)
		packet := rtcpPacket(ssrc)
		claims := append(bytes.Clone(packet), 0x80, 0, 0, 1)
		claims = append(claims, k.refTag(10, claims)...)
		got, err := decrypt(receiver(t, st), true, claims)
		if err != nil || bytes.Equal(got, packet) {
			t.Errorf("decrypted to %x, %v", got, err)
		}
	})
	t.Run("header extensions", func(t *testing.T) {
		p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
		out := sender(t, srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}})
		packet := rtpPacket(ssrc, 1, "\xbe\xde\x00\x02\x10\xaa\x00\x00\x20\xbb\x00\x00hello")
		packet[0] |= 0x10
		if n := len(encrypt(t, out, false, packet)); n != len(packet)-4+10 {
			t.Errorf("protected packet has %d octets", n)
		}
	})
}
