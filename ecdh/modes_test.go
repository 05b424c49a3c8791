package ecdh_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// testCertificates returns certificates of Alice and Bob, made once.
var testCertificates = sync.OnceValues(func() (alice, bob *mikey.X509) {
	now := time.Now()
	roots := x509.NewCertPool()
	certificate := func(template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
		if err != nil {
			panic(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		return c
	}
	key := func() *rsa.PrivateKey {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return k
	}
	rootKey := key()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test root"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	root := certificate(template, template, rootKey.Public(), rootKey)
	roots.AddCert(root)
	party := func(serial int64, uri string) *mikey.X509 {
		u, err := url.Parse(uri)
		if err != nil {
			panic(err)
		}
		k := key()
		c := certificate(&x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: uri},
			NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature, URIs: []*url.URL{u},
		}, root, k.Public(), rootKey)
		return &mikey.X509{KeyPairs: []mikey.KeyPair{{Chain: []*x509.Certificate{c}, Key: k}}, Roots: roots}
	}
	return party(2, "sip:alice@example.com"), party(3, "sip:bob@example.com")
})

// allAgreements are the groups of RFC 3830 and those of this package.
func allAgreements(t testing.TB) []mikey.KeyAgreement {
	t.Helper()
	var all []mikey.KeyAgreement
	for _, n := range []mikey.DHGroup{mikey.OAKLEY5, mikey.OAKLEY1, mikey.OAKLEY2} {
		g, ok := n.KeyAgreement()
		if !ok {
			t.Fatalf("no %v", n)
		}
		all = append(all, g)
	}
	return append(all, ecdh.All()...)
}

// modes returns the modes of Alice, who offers g, and of Bob, who takes all groups.
func modes(t testing.TB, name string, g mikey.KeyAgreement) (a, b mikey.Mode) {
	t.Helper()
	newMode := func(certificates *mikey.X509, groups ...mikey.KeyAgreement) mikey.Mode {
		var m mikey.Mode
		var err error
		if name == "dhhmac" {
			m, err = dhhmac.New([]byte("a shared secret"), groups...)
		} else {
			m, err = mikey.SignedDH(certificates, groups...)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	aliceX, bobX := testCertificates()
	return newMode(aliceX, g), newMode(bobX, allAgreements(t)...)
}

type parties struct {
	initiator *mikey.Initiator
	responder *mikey.Responder
}

func newParties(t testing.TB, a, b mikey.Mode) *parties {
	t.Helper()
	alice, bob := mikey.URI("sip:alice@example.com"), mikey.URI("sip:bob@example.com")
	initiator, err := mikey.NewInitiator(a, &mikey.Config{ID: alice, Peer: bob})
	if err != nil {
		t.Fatal(err)
	}
	responder, err := mikey.NewResponder(&mikey.Config{ID: bob}, b)
	if err != nil {
		t.Fatal(err)
	}
	return &parties{initiator, responder}
}

func (p *parties) finish(t testing.TB, message []byte, pending *mikey.Pending, err error) (a, b *mikey.Session) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	received, err := p.responder.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	var ssrcs []uint32
	for _, cs := range received.CryptoSessions() {
		if cs.SSRC == 0 {
			ssrcs = append(ssrcs, 7)
		}
	}
	answer, b, err := received.Accept(ssrcs...)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = pending.Finish(answer); err != nil {
		t.Fatal(err)
	}
	for cs := range uint8(2) {
		ka, err := a.MasterKeys(cs + 1)
		if err != nil {
			t.Fatal(err)
		}
		kb, err := b.MasterKeys(cs + 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(ka) != 1 || len(kb) != 1 || !bytes.Equal(ka[0].Key, kb[0].Key) || !bytes.Equal(ka[0].Salt, kb[0].Salt) {
			t.Fatalf("crypto session %d: the keys differ", cs+1)
		}
	}
	return a, b
}

func firstKey(t testing.TB, s *mikey.Session) []byte {
	t.Helper()
	keys, err := s.MasterKeys(1)
	if err != nil {
		t.Fatal(err)
	}
	return keys[0].Key
}

// TestModes: every group in every mode, with the V flag and without, and updated
// with a new key and without.
func TestModes(t *testing.T) {
	for _, name := range []string{"dhhmac", "dh"} {
		for _, g := range allAgreements(t) {
			for _, v := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%v/V=%v", name, g, v), func(t *testing.T) {
					t.Parallel()
					am, bm := modes(t, name, g)
					p := newParties(t, am, bm)
					offer := mikey.Offer{Verification: v, CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {SSRC: 0}}}
					message, pending, err := p.initiator.Start(offer)
					a, _ := p.finish(t, message, pending, err)
					for range 2 {
						old := firstKey(t, a)
						message, pending, err = p.initiator.Update(a, mikey.Offer{Verification: v})
						kept, _ := p.finish(t, message, pending, err)
						if !bytes.Equal(firstKey(t, kept), old) {
							t.Error("an update without key changes the key")
						}
						spi := mikey.SPI([]byte{1})
						message, pending, err = p.initiator.Update(kept, mikey.Offer{Verification: v, Keys: []mikey.KeyData{{Validity: spi}}})
						a, _ = p.finish(t, message, pending, err)
						if bytes.Equal(firstKey(t, a), old) {
							t.Error("an update with a key keeps the old one")
						}
					}
				})
			}
		}
	}
}

// TestSignedDHExchanges: many exchanges with signatures, which take the most time.
func TestSignedDHExchanges(t *testing.T) {
	runs := 50
	if testing.Short() || raceEnabled {
		runs = 5
	}
	for _, g := range ecdh.All() {
		a, b := modes(t, "dh", g)
		p := newParties(t, a, b)
		seen := make(map[string]bool)
		for range runs {
			offer := mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {SSRC: 0}}}
			message, pending, err := p.initiator.Start(offer)
			alices, bobs := p.finish(t, message, pending, err)
			if k := string(firstKey(t, alices)); seen[k] {
				t.Fatal("one key twice")
			} else {
				seen[k] = true
			}
			alices.Close()
			bobs.Close()
		}
	}
}

// TestNoGroupInCommon: signed Diffie-Hellman refuses a group that it does not have
// with code 6.
func TestNoGroupInCommon(t *testing.T) {
	aliceX, bobX := testCertificates()
	a, err := mikey.SignedDH(aliceX, ecdh.X25519())
	if err != nil {
		t.Fatal(err)
	}
	b, err := mikey.SignedDH(bobX, ecdh.P256())
	if err != nil {
		t.Fatal(err)
	}
	p := newParties(t, a, b)
	message, _, err := p.initiator.Start(mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.responder.Receive(message)
	var code mikey.ErrorCode
	if !errors.As(err, &code) || code != mikey.ErrorInvalidDH {
		t.Errorf("%v", err)
	}
}
