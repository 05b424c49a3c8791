package sdp_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
)

// Keys of a MIKEY session become a crypto attribute, and of that an offer of MIKEY
// again, which ends in the same keys.
func TestConvertRound(t *testing.T) {
	for _, suite := range sdes.Suites() {
		ph := onlyMIKEY.with(func(p *sdp.Party) {
			p.Template.Policies = []mikey.SecurityPolicy{suite.Policy(0)}
			p.Template.Keys = []mikey.KeyData{{Validity: mikey.SPI([]byte{0, 1})}, {Validity: mikey.SPI([]byte{0, 2})}}
		})
		alice := ph.party(t)
		o, err := alice.Offer(describe(t, audio))
		if err != nil {
			t.Fatal(err)
		}
		answer, _, err := onlyMIKEY.party(t).Answer(o.Description(), describe(t, audio))
		if err != nil {
			t.Fatal(err)
		}
		agreed, err := o.Apply(answer)
		if err != nil {
			t.Fatal(err)
		}
		d, err := sdp.NewDirection(agreed.Media[0].MIKEY, 1)
		if err != nil {
			t.Fatal(err)
		}
		attribute, err := d.Crypto(3)
		if err != nil {
			t.Fatal(err)
		}
		line, err := attribute.Line()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := sdes.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		back, err := sdp.CryptoDirection(parsed)
		if err != nil {
			t.Fatal(err)
		}
		policy, keys, err := back.KeyData(4)
		if err != nil {
			t.Fatal(err)
		}
		message, pending, err := alice.Initiator.Start(mikey.Offer{
			CryptoSessions: []mikey.CryptoSession{{Policy: 4, SSRC: 7}}, Policies: []mikey.SecurityPolicy{policy}, Keys: keys,
		})
		if err != nil {
			t.Fatal(err)
		}
		received, err := onlyMIKEY.party(t).Responder.Receive(message)
		if err != nil {
			t.Fatal(err)
		}
		_, there, err := received.Accept()
		if err != nil {
			t.Fatal(err)
		}
		here, err := pending.Finish(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*mikey.Session{here, there} {
			end, err := sdp.NewDirection(s, 1)
			if err != nil {
				t.Fatal(err)
			}
			if end.Policy != d.Policy || len(end.Keys) != 2 {
				t.Fatal(end, d)
			}
			for i := range d.Keys {
				if !bytes.Equal(end.Keys[i].Key, d.Keys[i].Key) || !bytes.Equal(end.Keys[i].Salt, d.Keys[i].Salt) ||
					!bytes.Equal(end.Keys[i].Validity.SPI, d.Keys[i].Validity.SPI) {
					t.Errorf("%v: key %d is another one", suite, i)
				}
			}
		}
	}
}

func oneKey(change func(*sdp.Direction)) sdp.Direction {
	d := sdp.Direction{
		Policy: mikey.AES_CM_128_HMAC_SHA1_80.SRTP(),
		Keys:   []mikey.MasterKey{{Key: bytes.Repeat([]byte{1}, 16), Salt: bytes.Repeat([]byte{2}, 14)}},
	}
	change(&d)
	return d
}

func wantLoss(t *testing.T, err error, lost string) {
	t.Helper()
	e, ok := errors.AsType[*sdp.LossError](err)
	if !ok {
		t.Fatalf("%v is not a loss", err)
	}
	if len(e.Lost) != 1 || !strings.Contains(e.Lost[0], lost) || !strings.HasPrefix(err.Error(), "sdp: ") {
		t.Errorf("%v does not name %q alone", err, lost)
	}
}

func TestCryptoLoss(t *testing.T) {
	other := mikey.MasterKey{Key: bytes.Repeat([]byte{3}, 16), Salt: bytes.Repeat([]byte{2}, 14)}
	for lost, change := range map[string]func(*sdp.Direction){
		"no crypto suite": func(d *sdp.Direction) { d.Policy = mikey.NULL_HMAC_SHA1_80.SRTP() },
		"SRTP prefix":     func(d *sdp.Direction) { d.Policy.PrefixLen = 4 },
		"RFC 4771":        func(d *sdp.Direction) { d.Policy.SRTPAuthAlg = mikey.SRTPAuthRCCm2 },
		"ROC 9":           func(d *sdp.Direction) { d.ROC = 9 },
		"there is no key": func(d *sdp.Direction) { d.Keys = nil },
		"interval":        func(d *sdp.Direction) { d.Keys[0].Validity = mikey.Interval(make([]byte, 6), make([]byte, 6)) },
		"129 octets":      func(d *sdp.Direction) { d.Keys[0].Validity = mikey.SPI(bytes.Repeat([]byte{1}, 129)) },
		"which is 0":      func(d *sdp.Direction) { d.Keys[0].Validity = mikey.SPI(make([]byte, 2)) },
		"has no MKI": func(d *sdp.Direction) {
			d.Keys[0].Validity = mikey.SPI([]byte{1})
			d.Keys = append(d.Keys, other)
		},
		"another length": func(d *sdp.Direction) {
			d.Keys[0].Validity = mikey.SPI([]byte{1})
			second := other
			second.Validity = mikey.SPI([]byte{0, 2})
			d.Keys = append(d.Keys, second)
		},
	} {
		a, err := oneKey(change).Crypto(1)
		wantLoss(t, err, lost)
		if len(a.Keys) > 0 {
			t.Errorf("%s: keys with the error", lost)
		}
	}

	// Everything that is lost is named, and the rest of what is wrong too.
	_, err := oneKey(func(d *sdp.Direction) { d.ROC, d.Policy.PrefixLen = 1, 1 }).Crypto(1)
	if e, ok := errors.AsType[*sdp.LossError](err); !ok || len(e.Lost) != 2 {
		t.Error(err)
	}
	if _, err := oneKey(func(d *sdp.Direction) { d.Keys[0].Key = d.Keys[0].Key[1:] }).Crypto(1); err == nil {
		t.Error("a short key")
	}
}

func TestCryptoPolicies(t *testing.T) {
	for params, want := range map[string]func(*mikey.SRTPPolicy){
		"":                  func(*mikey.SRTPPolicy) {},
		" UNENCRYPTED_SRTP": func(p *mikey.SRTPPolicy) { p.EncryptSRTP = false },
		" UNENCRYPTED_SRTCP UNAUTHENTICATED_SRTP": func(p *mikey.SRTPPolicy) {
			p.EncryptSRTCP, p.Authenticate, p.SRTPAuthAlg, p.SRTPTagLen = false, false, mikey.SRTPAuthNULL, 0
		},
	} {
		a, err := sdes.Parse("1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR" + params)
		if err != nil {
			t.Fatal(err)
		}
		d, err := sdp.CryptoDirection(a)
		if err != nil {
			t.Fatal(err)
		}
		policy := mikey.AES_CM_128_HMAC_SHA1_80.SRTP()
		want(&policy)
		if d.Policy != policy {
			t.Errorf("%q: %+v", params, d.Policy)
		}
		back, err := d.Crypto(1)
		if err != nil {
			t.Fatal(err)
		}
		there, err1 := a.Value()
		here, err2 := back.Value()
		if err := errors.Join(err1, err2); err != nil || here != there {
			t.Errorf("%q: another attribute, %v", params, err)
		}
	}
	a, err := sdes.Parse("1 AEAD_AES_128_GCM inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaQ== UNENCRYPTED_SRTP")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sdp.CryptoDirection(a); !errors.Is(err, sdes.ErrInvalid) {
		t.Error(err)
	}
	if a, err = sdes.Parse("1 SOMEBODY_ELSES inline:AAAA"); err == nil {
		_, err = sdp.CryptoDirection(a)
	}
	if !errors.Is(err, sdes.ErrUnsupported) {
		t.Error(err)
	}
}

func TestCryptoDirectionLoss(t *testing.T) {
	const key = "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"
	for lost, tail := range map[string]string{
		"KDR=3":                  key + " KDR=3",
		"FEC_ORDER":              key + " FEC_ORDER=SRTP_FEC",
		"FEC_KEY":                key + " FEC_KEY=inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5",
		"WSH=100":                key + " WSH=100",
		"1 session parameters":   key + " -secret=inline:x",
		"the lifetime 2^20 of k": key + "|2^20",
	} {
		a, err := sdes.Parse("1 AES_CM_128_HMAC_SHA1_80 " + tail)
		if err != nil {
			t.Fatal(err)
		}
		d, err := sdp.CryptoDirection(a)
		wantLoss(t, err, lost)
		if len(d.Keys) > 0 {
			t.Error("keys with the error")
		}
	}
}

func TestKeyDataLoss(t *testing.T) {
	_, _, err := oneKey(func(d *sdp.Direction) {
		d.Keys = append(d.Keys, d.Keys[0])
		d.Keys[0].Validity = mikey.SPI([]byte{1})
	}).KeyData(0)
	wantLoss(t, err, "key 2 of 2 has no MKI")
	_, _, err = oneKey(func(d *sdp.Direction) { d.Keys = nil }).KeyData(0)
	wantLoss(t, err, "no key")
}
