package mikey_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// TestR3830_081_TimeIsUTC: whatever the time zone of the clock.
func TestR3830_081_TimeIsUTC(t *testing.T) {
	for _, hours := range []int{-11, 0, 5, 14} {
		p := newExPair(t, nil)
		p.clock.set(exTime.In(time.FixedZone("somewhere", hours*3600)))
		message, _ := p.start(t, exOffer())
		if got := exT(t, message); got != mikey.NTPTime(exTime) || got.TSType != mikey.TSNTPUTC {
			t.Errorf("%d hours from UTC: %v", hours, got)
		}
	}
}

// TestR6043_024_KeysOf256Bits opens a KEMAC with keys of the lengths that RFC
// 6043, Section 6.2, states.
func TestR6043_024_KeysOf256Bits(t *testing.T) {
	tgk := refCount(32, 0x40)
	offer := exOffer()
	offer.Algorithms, offer.Keys = &mikey.Algorithms256, []mikey.KeyData{{Key: tgk}}
	p := newExPair(t, nil)
	message, _ := p.start(t, offer)
	m := exParse(t, message)
	rand, _ := mikey.PayloadOf[*mikey.Rand](m)
	kemac, _ := mikey.PayloadOf[*mikey.KEMAC](m)
	derive := func(label mikey.Label, bits int) []byte {
		key, err := mikey.DeriveKey(mikey.PRFHMACSHA256, exSecret, label, mikey.CSIDMIKEY, m.Header.CSBID, rand.Value, bits)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}

	mac := hmac.New(sha256.New, derive(mikey.LabelMIKEYAuth, 256))
	mac.Write(message[:len(message)-32])
	if want := mac.Sum(nil); !bytes.Equal(kemac.MAC, want) {
		t.Errorf("MAC %x, want %x", kemac.MAC, want)
	}

	block, err := aes.NewCipher(derive(mikey.LabelMIKEYEncr, 256))
	if err != nil {
		t.Fatal(err)
	}
	iv := binary.BigEndian.AppendUint32(make([]byte, 2, 16), m.Header.CSBID)
	iv = binary.BigEndian.AppendUint64(iv, exT(t, message).Value)
	for i, s := range derive(mikey.LabelMIKEYSalt, 112) {
		iv[i] ^= s
	}
	plain := make([]byte, len(kemac.EncrData))
	cipher.NewCTR(block, append(iv, 0, 0)).XORKeyStream(plain, kemac.EncrData)
	if _, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, plain); err != nil || !bytes.Equal(keys[0].Key, tgk) {
		t.Errorf("KEMAC has %x, %v", plain, err)
	}
}

// TestR4567_005_OneRequestOneResponse: no mode needs more.
func TestR4567_005_OneRequestOneResponse(t *testing.T) {
	t.Run("PSK", func(t *testing.T) {
		alice, bob := newExPair(t, nil).run(t, exOffer())
		exSame(t, alice, bob)
	})
	for _, mode := range certModes {
		t.Run(mode.name, func(t *testing.T) {
			alice, bob := newCertPair(t, mode, nil).run(t, exOffer())
			exSame(t, alice, bob)
		})
	}
}

// TestR4567_033_Reports: what a program learns of a session, and of an error.
func TestR4567_033_Reports(t *testing.T) {
	p := newExPair(t, nil)
	offer := exOffer()
	offer.CryptoSessions[0].ROC = 7
	message, pending := p.start(t, offer)
	answer, bob := p.respond(t, message)
	alice := exFinish(t, pending, answer)
	for _, s := range []*mikey.Session{alice, bob} {
		cs := s.CryptoSessions()
		if s.CSBID() != exParse(t, message).Header.CSBID || len(cs) != 2 ||
			cs[0] != (mikey.CryptoSession{SSRC: 0x11111111, ROC: 7}) || cs[1].SSRC != exSSRC+1 {
			t.Errorf("CSB %08x with %v", s.CSBID(), cs)
		}
	}

	broken, _ := p.start(t, exOffer())
	broken[len(broken)-1] ^= 1
	_, err := p.bob.Receive(broken)
	var e *mikey.Error
	var code mikey.ErrorCode
	if !errors.As(err, &e) || e.Stage != mikey.AuthFailure || !errors.As(err, &code) || code != mikey.ErrorAuthFailure {
		t.Errorf("a message that was changed: %v", err)
	}

	bob.Close()
	message, _ = p.update(t, alice, mikey.Offer{})
	_, err = p.bob.Receive(message) // the CSB is over
	exRefused(t, err, mikey.State, exNone)
}
