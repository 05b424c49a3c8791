package mikey_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"fmt"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// TestLibmikeyV: verification messages whose MAC covers no identities are taken
// with AcceptV alone and made with WriteV alone.
func TestLibmikeyV(t *testing.T) {
	for _, write := range []bool{false, true} {
		for _, accept := range []bool{false, true} {
			t.Run(fmt.Sprintf("write %v, accept %v", write, accept), func(t *testing.T) {
				p := newCertPair(t, modePK, func(p *certPair) {
					p.iConfig.Libmikey.AcceptV, p.rConfig.Libmikey.WriteV = accept, write
				})
				message, pending := p.start(t, exOffer())
				answer, bob := p.respond(t, message)
				e := refCertDefault(modePK)
				e.fromRequest(t, message)
				var err error
				if e.psk, _, err = e.openPKE(message, 256); err != nil {
					t.Fatal(err)
				}
				filled := e.sessionsWith([]uint32{exSSRC + 1})
				if want := e.verification(filled, write); !bytes.Equal(answer, want) {
					t.Errorf("answer\n%x, want\n%x", answer, want)
				}
				forged := bytes.Clone(answer)
				forged[len(forged)-1] ^= 1
				_, err = pending.Finish(forged)
				exRefused(t, err, mikey.AuthFailure, exNone)
				other := *e
				other.psk = refCount(16, 9)
				_, err = pending.Finish(other.verification(filled, true))
				exRefused(t, err, mikey.AuthFailure, exNone)

				alice, err := pending.Finish(answer)
				if write && !accept {
					exRefused(t, err, mikey.AuthFailure, exNone)
					if alice, err = pending.Finish(e.verification(filled, false)); err != nil {
						t.Fatal(err)
					}
				} else if err != nil {
					t.Fatal(err)
				}
				exSame(t, alice, bob)
			})
		}
	}
	t.Run("PSK", func(t *testing.T) {
		p := newExPair(t, func(p *exPair) { p.iConfig.Libmikey.AcceptV, p.rConfig.Libmikey.WriteV = true, true })
		message, pending := p.start(t, exOffer())
		answer, bob := p.respond(t, message)
		e := p.reference(t, message, nil)
		m := exParse(t, answer)
		covered := append(bytes.Clone(answer[:len(answer)-20]), e.ts...)
		v := m.Payloads[len(m.Payloads)-1].(*mikey.Verification)
		if !bytes.Equal(v.MAC, e.sum(covered)) {
			t.Errorf("V %x", v.MAC)
		}
		exSame(t, exFinish(t, pending, answer), bob)
	})
}

// TestLibmikeyT: an answer with a T of its own, whose MAC covers that of the
// request.
func TestLibmikeyT(t *testing.T) {
	for _, accept := range []bool{false, true} {
		p := newCertPair(t, modePK, func(p *certPair) { p.iConfig.Libmikey.AcceptT, p.iConfig.Libmikey.AcceptV = accept, true })
		message, pending := p.start(t, exOffer())
		_, bob := p.respond(t, message)
		e := refCertDefault(modePK)
		e.fromRequest(t, message)
		var err error
		if e.psk, _, err = e.openPKE(message, 256); err != nil {
			t.Fatal(err)
		}
		for _, bare := range []bool{false, true} {
			if bare && accept {
				break // the first one ended the exchange
			}
			e.editR = func(m *refMessage) { m.payloads[0].body = append([]byte{0}, exNextTS(e.ts)...) }
			alice, err := pending.Finish(e.verification(e.sessionsWith([]uint32{exSSRC + 1}), bare))
			if !accept {
				exRefused(t, err, mikey.State, exNone)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			exSame(t, alice, bob)
		}
		if !accept {
			continue
		}
		// Over its own T, the MAC does not verify.
		next, pending := p.start(t, exOffer())
		e.fromRequest(t, next)
		if e.psk, _, err = e.openPKE(next, 256); err != nil {
			t.Fatal(err)
		}
		e.editR, e.ts = nil, exNextTS(e.ts)
		_, err = pending.Finish(e.verification(e.sessionsWith([]uint32{exSSRC + 1}), false))
		exRefused(t, err, mikey.AuthFailure, exNone)
	}
}

// TestLibmikeyRAND: RSA-R with a RAND on both sides. That of the request counts.
func TestLibmikeyRAND(t *testing.T) {
	for _, accept := range []bool{false, true} {
		p := newCertPair(t, modeRSAR, func(p *certPair) { p.iConfig.Libmikey.AcceptRAND = accept })
		message, pending := p.start(t, exOffer())
		e := refCertDefault(modeRSAR)
		e.fromRequest(t, message)
		e.editR = insert(1, 11, append([]byte{16}, refCount(16, 0xee)...))
		s, err := pending.Finish(e.response(e.sessionsWith([]uint32{exSSRC})))
		if !accept {
			exRefused(t, err, mikey.Malformed, exNone)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		e.checkKeys(t, "initiator", s, []int{16, 16})
	}
}

// libmikeyPRF is MIKEY-1 as libmikey has it: a key is cut into ceil(n/32) blocks,
// of which the last one has n % 32 octets, so none where n is a multiple.
func libmikeyPRF(inkey, label []byte, length int) []byte {
	n := (len(inkey) + 31) / 32
	out := make([]byte, length)
	for i := range n {
		s := inkey[32*i:]
		if i == n-1 {
			s = s[:len(inkey)%32]
		} else {
			s = s[:32]
		}
		sum := func(data ...[]byte) []byte {
			h := hmac.New(sha1.New, s)
			for _, d := range data {
				h.Write(d)
			}
			return h.Sum(nil)
		}
		a := sum(label)
		for at := 0; at < length; at += 20 {
			for j, v := range sum(a, label) {
				if at+j < length {
					out[at+j] ^= v
				}
			}
			a = sum(a)
		}
	}
	return out
}

// TestLibmikeyPRF compares keys with that, for keys below, of and above whole
// blocks, and with the right PRF where they have to be the same or differ.
func TestLibmikeyPRF(t *testing.T) {
	for _, size := range []int{16, 31, 32, 33, 48, 64, 96, 192} {
		tgk := refCount(size, 3)
		offer := exOffer()
		offer.Keys = []mikey.KeyData{{Key: tgk}}
		p := newExPair(t, func(p *exPair) { p.iConfig.Libmikey.PRF, p.rConfig.Libmikey.PRF = true, true })
		message, pending := p.start(t, offer)
		answer, bob := p.respond(t, message)
		alice := exFinish(t, pending, answer)
		exSame(t, alice, bob)
		e := p.reference(t, message, nil)
		for cs := byte(1); cs <= 2; cs++ {
			key := libmikeyPRF(tgk, refLabel(0x2AD01C64, cs, e.csbID, e.rand), 16)
			salt := libmikeyPRF(tgk, refLabel(0x39A2C14B, cs, e.csbID, e.rand), 14)
			if got, want := exKeys(t, alice, cs), append(key, salt...); !bytes.Equal(got, want) {
				t.Errorf("TGK of %d octets, crypto session %d: %x, want %x", size, cs, got, want)
			}
		}
		right := refPRF(0, tgk, refLabel(0x2AD01C64, 1, e.csbID, e.rand), 16)
		if same := bytes.Equal(right, exKeys(t, alice, 1)[:16]); same != (size%32 != 0) {
			t.Errorf("TGK of %d octets: the key of the RFC: %v", size, same)
		}
	}
	t.Run("PSK of 32 octets", func(t *testing.T) {
		// The message keys too.
		psk := refCount(32, 9)
		p := newExPair(t, func(p *exPair) {
			p.mode = exPSK(t, psk)
			p.iConfig.Libmikey.PRF, p.rConfig.Libmikey.PRF = true, true
		})
		message, pending := p.start(t, exOffer())
		e := p.reference(t, message, nil)
		auth := libmikeyPRF(psk, refLabel(0x2D22AC75, 0xff, e.csbID, e.rand), 20)
		if got, want := message[len(message)-20:], refHMAC(sha1.New, auth, message[:len(message)-20]); !bytes.Equal(got, want) {
			t.Errorf("MAC %x, want %x", got, want)
		}
		answer, bob := p.respond(t, message)
		exSame(t, exFinish(t, pending, answer), bob)
		p.rConfig.Libmikey.PRF = false
		p.bob = exResponder(t, p.rConfig, p.mode)
		message, _ = p.start(t, exOffer())
		exRefused(t, receiveError(p.bob, message), mikey.AuthFailure, code(mikey.ErrorAuthFailure))
	})
	t.Run("Diffie-Hellman", func(t *testing.T) {
		p := newCertPair(t, modeDH, func(p *certPair) {
			p.iConfig.Libmikey.PRF, p.rConfig.Libmikey.PRF = true, true
			p.iConfig.Rand = constReader(refCertDefault(modeDH).xi)
			p.rConfig.Rand = constReader(refCertDefault(modeDH).xr)
		})
		message, pending := p.start(t, exOffer())
		answer, bob := p.respond(t, message)
		alice := p.finish(t, pending, answer)
		exSame(t, alice, bob)
		e := refCertDefault(modeDH)
		e.fromRequest(t, message)
		if got, want := exKeys(t, alice, 1)[:16], libmikeyPRF(e.keys[0].key, refLabel(0x2AD01C64, 1, e.csbID, e.rand), 16); !bytes.Equal(got, want) {
			t.Errorf("key %x, want %x", got, want)
		}
	})
	t.Run("PRF-HMAC-SHA-256 is not changed", func(t *testing.T) {
		p := newExPair(t, func(p *exPair) { p.iConfig.Libmikey.PRF = true })
		offer := exOffer()
		offer.Algorithms = &mikey.Algorithms256
		offer.Keys = []mikey.KeyData{{Key: refCount(32, 1)}}
		message, pending := p.start(t, offer)
		answer, bob := p.respond(t, message)
		exSame(t, exFinish(t, pending, answer), bob)
	})
}
