package srtpbridge_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/srtp/v2"
)

// negotiate makes an offer and its answer.
func negotiate(t testing.TB, offerer, answerer *sdes.Config) (alice, bob *sdes.Session) {
	t.Helper()
	offer, err := sdes.MakeOffer(sdes.Medium{}, offerer)
	if err != nil {
		t.Fatal(err)
	}
	answer, bob, err := sdes.Answer(offer.Medium(), sdes.Medium{}, answerer)
	if err != nil {
		t.Fatal(err)
	}
	if alice, err = offer.ApplyAnswer(answer); err != nil {
		t.Fatal(err)
	}
	return alice, bob
}

func fromSDES(t testing.TB, d sdes.Direction) srtpbridge.Stream {
	t.Helper()
	st, err := srtpbridge.FromSDES(d)
	if err != nil {
		t.Fatal(err)
	}
	return *st
}

// TestSDES takes every suite and MKI from an offer to packets both ways.
func TestSDES(t *testing.T) {
	for _, suite := range srtpbridge.Suites() {
		for _, config := range []sdes.Config{
			{},
			{MKILength: 1},
			{MKILength: 4, Keys: 3},
			{MKILength: 128, Keys: 2, Lifetime: sdes.PowerOfTwo(20)},
		} {
			config.Suites = []mikey.Suite{suite}
			t.Run(fmt.Sprintf("%v/%d keys with MKI of %d", suite, max(config.Keys, 1), config.MKILength), func(t *testing.T) {
				alice, bob := negotiate(t, &config, &config)
				for name, way := range map[string][2]sdes.Direction{
					"offerer to answerer": {alice.Send, bob.Receive},
					"answerer to offerer": {bob.Send, alice.Receive},
				} {
					out, in := sender(t, fromSDES(t, way[0])), receiver(t, fromSDES(t, way[1]))
					for i, key := range way[0].Keys {
						if config.MKILength > 0 {
							if err := out.SetSendMKI(key.Validity.SPI); err != nil {
								t.Fatal(err)
							}
						}
						for _, rtcp := range []bool{false, true} {
							packet := rtpPacket(ssrc, uint16(i), "hello")
							if rtcp {
								packet = rtcpPacket(ssrc)
							}
							protected := encrypt(t, out, rtcp, packet)
							if !bytes.Contains(protected, key.Validity.SPI) {
								t.Errorf("%s: a packet of key %d lacks its MKI", name, i)
							}
							got, err := decrypt(in, rtcp, protected)
							if err != nil || !bytes.Equal(got, packet) {
								t.Errorf("%s: key %d, RTCP %v: %x, %v", name, i, rtcp, got, err)
							}
						}
					}
					// Nothing that a party sends is under a key of the other.
					back := receiver(t, fromSDES(t, way[1]))
					own := encrypt(t, sender(t, fromSDES(t, way[0])), false, rtpPacket(ssrc, 9, "hello"))
					if _, err := decrypt(back, false, own); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
	}
}

// TestSDESPlain: parameters that contexts do honour.
func TestSDESPlain(t *testing.T) {
	accept := &sdes.Config{AcceptUnencryptedSRTP: true, AcceptUnencryptedSRTCP: true, Suites: srtpbridge.Suites()}
	for _, test := range []struct {
		suite mikey.Suite
		rtcp  bool
	}{
		{mikey.AES_CM_128_HMAC_SHA1_80, false},
		{mikey.AES_CM_128_HMAC_SHA1_80, true},
		{mikey.AEAD_AES_256_GCM, true}, // RFC 7714, Section 9.3
	} {
		rtcp := test.rtcp
		offerer := &sdes.Config{Suites: []mikey.Suite{test.suite}}
		offerer.Params.UnencryptedSRTP, offerer.Params.UnencryptedSRTCP = !rtcp, rtcp
		alice, bob := negotiate(t, offerer, accept)
		out, in := sender(t, fromSDES(t, alice.Send)), receiver(t, fromSDES(t, bob.Receive))
		packet, other := rtpPacket(ssrc, 1, "twenty octets of plain"), rtcpPacket(ssrc)
		if rtcp {
			packet, other = other, packet
		}
		plain, secret := encrypt(t, out, rtcp, packet), encrypt(t, out, !rtcp, other)
		if !bytes.HasPrefix(plain, packet) || bytes.HasPrefix(secret, other) {
			t.Errorf("%v: RTCP %v is not what is left plain", test.suite, rtcp)
		}
		for protected, isRTCP := range map[string]bool{string(plain): rtcp, string(secret): !rtcp} {
			if _, err := decrypt(in, isRTCP, []byte(protected)); err != nil {
				t.Error(err)
			}
		}
	}
}

func direction(t testing.TB, config sdes.Config) sdes.Direction {
	t.Helper()
	alice, _ := negotiate(t, &config, &sdes.Config{
		AcceptKDR: true, AcceptSRTPThenFEC: true, AcceptUnauthenticatedSRTP: true, Suites: sdes.Suites(),
		AcceptUnencryptedSRTCP: true,
	})
	return alice.Send
}

// TestSDESUnsupported: what contexts cannot honour is refused by name.
func TestSDESUnsupported(t *testing.T) {
	cm := []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80}
	for _, test := range []struct {
		config    sdes.Config
		parameter string
	}{
		{sdes.Config{Suites: cm, Params: sdes.Params{KDR: 16}}, "KDR"},
		{sdes.Config{Suites: cm, Params: sdes.Params{FECOrder: sdes.SRTPThenFEC}}, "FEC_ORDER"},
		{sdes.Config{Suites: cm, Params: sdes.Params{UnauthenticatedSRTP: true}}, "SRTP authentication"},
		{sdes.Config{Suites: []mikey.Suite{mikey.F8_128_HMAC_SHA1_80}}, "encryption algorithm"},
		{sdes.Config{Suites: []mikey.Suite{mikey.AES_192_CM_HMAC_SHA1_32}}, "session encryption key length"},
		{sdes.Config{Suites: []mikey.Suite{mikey.SEED_128_GCM_96}}, "encryption algorithm"},
	} {
		st, err := srtpbridge.FromSDES(direction(t, test.config))
		if st != nil {
			t.Errorf("%s: there is a stream", test.parameter)
		}
		wantUnsupported(t, err, test.parameter)
	}
	fine := direction(t, sdes.Config{Suites: cm, Params: sdes.Params{FECOrder: sdes.FECThenSRTP}})
	fromSDES(t, fine)
	fine.FECOrder = 99
	_, err := srtpbridge.FromSDES(fine)
	wantUnsupported(t, err, "FEC_ORDER")

	d := direction(t, sdes.Config{MKILength: 1, Keys: 2})
	d.Keys[1].Validity = mikey.SPI([]byte{0, 2})
	_, err = srtpbridge.FromSDES(d)
	wantUnsupported(t, err, "MKI length")
	if _, err := srtpbridge.FromSDES(sdes.Direction{}); err == nil {
		t.Error("an empty direction is taken")
	}
}

// TestSDESCopies: the stream shares nothing with the direction.
func TestSDESCopies(t *testing.T) {
	d := direction(t, sdes.Config{MKILength: 2})
	st := fromSDES(t, d)
	want := fmt.Sprint(st.Keys[0].Key, st.Keys[0].Salt, st.Keys[0].Validity)
	clear(d.Keys[0].Key)
	clear(d.Keys[0].Salt)
	clear(d.Keys[0].Validity.SPI)
	if got := fmt.Sprint(st.Keys[0].Key, st.Keys[0].Salt, st.Keys[0].Validity); got != want {
		t.Error("the stream changed with the direction")
	}
}

// TestSDESNewOffers: contexts are kept, renewed, or get more keys.
func TestSDESNewOffers(t *testing.T) {
	config := &sdes.Config{Suites: srtpbridge.Suites(), MKILength: 1}
	alice, bob := negotiate(t, config, config)
	out, in := sender(t, fromSDES(t, alice.Send)), receiver(t, fromSDES(t, bob.Receive))
	if _, err := decrypt(in, false, encrypt(t, out, false, rtpPacket(ssrc, 0xffff, "before"))); err != nil {
		t.Fatal(err)
	}
	again := func(offer *sdes.Offer, err error) (*sdes.Session, *sdes.Session) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		answer, b, err := bob.Answer(offer.Medium(), sdes.Medium{}, config)
		if err != nil {
			t.Fatal(err)
		}
		a, err := offer.ApplyAnswer(answer)
		if err != nil {
			t.Fatal(err)
		}
		return a, b
	}

	alice, bob = again(alice.Reoffer(sdes.Medium{}, config))
	if _, err := srtpbridge.FromSDES(alice.Send); !errors.Is(err, srtpbridge.ErrKeepContext) {
		t.Errorf("the same keys: %v, want %v", err, srtpbridge.ErrKeepContext)
	}
	first := alice.Send
	first.Context = sdes.Start
	fromSDES(t, first)

	alice, bob = again(alice.Rekey(sdes.Medium{}, config))
	if alice.Send.Context != sdes.Rekey {
		t.Fatalf("context %v, want %v", alice.Send.Context, sdes.Rekey)
	}
	added := fromSDES(t, alice.Send)
	if err := added.AddKeys(out); err != nil {
		t.Fatal(err)
	}
	received := fromSDES(t, bob.Receive)
	if err := received.AddKeys(in); err != nil {
		t.Fatal(err)
	}
	late := encrypt(t, out, false, rtpPacket(ssrc, 0xfffe, "under the old key"))
	if err := out.SetSendMKI(added.Keys[0].Validity.SPI); err != nil {
		t.Fatal(err)
	}
	for _, packet := range [][]byte{encrypt(t, out, false, rtpPacket(ssrc, 0, "under the new key")), late} {
		if _, err := decrypt(in, false, packet); err != nil {
			t.Error(err)
		}
	}
	if roc, _ := in.ROC(ssrc); roc != 1 {
		t.Errorf("ROC = %d, want 1", roc)
	}
}

// TestR3711_007_ROCStaysOnRekey: without an MKI new keys need new contexts, with
// the ROC and the index of the old ones.
func TestR3711_007_ROCStaysOnRekey(t *testing.T) {
	p := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
	before := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 1, mikey.KeyValidity{})}, SSRC: ssrc, ROC: 7}
	out := sender(t, before)
	encrypt(t, out, false, rtpPacket(ssrc, 1, "hello"))
	encrypt(t, out, true, rtcpPacket(ssrc))

	after := srtpbridge.Stream{Policy: p, Keys: []mikey.MasterKey{key(p, 2, mikey.KeyValidity{})}, SSRC: ssrc}
	after.ROC, _ = out.ROC(ssrc)
	index, _ := out.Index(ssrc)
	out = sender(t, after)
	out.SetIndex(ssrc, index)
	k := after.Keys[0]
	if got, want := encrypt(t, out, false, rtpPacket(ssrc, 2, "hello")), refRTP(p, refSessionKeys(k.Key, k.Salt, false), 7, nil, rtpPacket(ssrc, 2, "hello")); !bytes.Equal(got, want) {
		t.Error("the packet is not under ROC 7")
	}
	if got, want := encrypt(t, out, true, rtcpPacket(ssrc)), refRTCP(p, refSessionKeys(k.Key, k.Salt, true), 2, nil, rtcpPacket(ssrc)); !bytes.Equal(got, want) {
		t.Error("the packet has not index 2")
	}
}

// TestR4568_037_ROCStartsAt0: whatever the SSRC.
func TestR4568_037_ROCStartsAt0(t *testing.T) {
	d := direction(t, sdes.Config{Suites: []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80}})
	st := fromSDES(t, d)
	if st.ROC != 0 || st.SSRC != 0 {
		t.Errorf("%v", st)
	}
	out := sender(t, st)
	for _, from := range []uint32{1, 2, 0xffffffff} {
		packet := rtpPacket(from, 100, "hello")
		want := refRTP(st.Policy, refSessionKeys(st.Keys[0].Key, st.Keys[0].Salt, false), 0, nil, packet)
		if got := encrypt(t, out, false, packet); !bytes.Equal(got, want) {
			t.Errorf("SSRC %d: the packet is not under ROC 0", from)
		}
	}
}

// TestR4568_038_LateBinding: a forged packet binds nothing, see the example of
// Stream.Receiver, and does not keep the real stream out.
func TestR4568_038_LateBinding(t *testing.T) {
	alice, bob := negotiate(t, nil, nil)
	st := fromSDES(t, bob.Receive)
	var bound *srtp.Context
	receive := func(packet []byte) error {
		candidate := receiver(t, st)
		if _, err := decrypt(candidate, false, packet); err != nil {
			return err
		}
		bound = candidate
		return nil
	}
	if receive(rtpPacket(666, 1, "neither encrypted nor authenticated")) == nil || bound != nil {
		t.Error("a forged packet was bound")
	}
	if err := receive(encrypt(t, sender(t, fromSDES(t, alice.Send)), false, rtpPacket(ssrc, 1, "hello"))); err != nil || bound == nil {
		t.Error(err)
	}
}

// TestSDESFEC: an FEC stream has contexts of its own.
func TestSDESFEC(t *testing.T) {
	medium := sdes.Medium{FECAddress: "192.0.2.1:5000"}
	offer, err := sdes.MakeOffer(medium, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, bob, err := sdes.Answer(offer.Medium(), sdes.Medium{FECAddress: "192.0.2.2:5000"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	alice, err := offer.ApplyAnswer(answer)
	if err != nil {
		t.Fatal(err)
	}
	send, err := srtpbridge.FECFromSDES(alice.Send)
	if err != nil {
		t.Fatal(err)
	}
	receive, err := srtpbridge.FECFromSDES(bob.Receive)
	if err != nil {
		t.Fatal(err)
	}
	packet := encrypt(t, sender(t, *send), false, rtpPacket(ssrc, 1, "parity"))
	if _, err := decrypt(receiver(t, *receive), false, packet); err != nil {
		t.Error(err)
	}
	if _, err := decrypt(receiver(t, fromSDES(t, bob.Receive)), false, packet); err == nil {
		t.Error("an FEC packet is under the key of the media")
	}
	alice.Send.FECKeys = nil
	if _, err := srtpbridge.FECFromSDES(alice.Send); err == nil {
		t.Error("there is a stream without keys")
	}
}
