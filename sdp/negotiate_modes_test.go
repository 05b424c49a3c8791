package sdp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
	"github.com/gomikey/gomikey/sdp"
)

// certified returns a self-signed certificate for a user.
func certified(t *testing.T, user string) mikey.KeyPair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: user}, EmailAddresses: []string{user},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return mikey.KeyPair{Chain: []*x509.Certificate{cert}, Key: key}
}

// TestModes: a call, a new offer without change and a rekey in every mode of MIKEY.
func TestModes(t *testing.T) {
	alice, bob := certified(t, "alice@example.com"), certified(t, "bob@example.com")
	certs := func(own, peer mikey.KeyPair) *mikey.X509 {
		return &mikey.X509{KeyPairs: []mikey.KeyPair{own}, Peer: peer.Chain[0]}
	}
	for _, test := range []struct {
		name string
		mode func(own, peer mikey.KeyPair) (mikey.Mode, error)
		// what a new offer without rekey makes of the contexts
		again sdes.Context
	}{
		{"PSK", func(_, _ mikey.KeyPair) (mikey.Mode, error) { return mikey.PSK([]byte("secret")) }, sdes.Keep},
		{"DHHMAC", func(_, _ mikey.KeyPair) (mikey.Mode, error) { return dhhmac.New([]byte("secret")) }, sdes.Keep},
		{"public key", func(own, peer mikey.KeyPair) (mikey.Mode, error) { return mikey.PublicKey(certs(own, peer)) }, sdes.Keep},
		{"signed DH", func(own, peer mikey.KeyPair) (mikey.Mode, error) { return mikey.SignedDH(certs(own, peer)) }, sdes.Keep},
		// It has no updates, so there is a new CSB.
		{"RSA-R", func(own, peer mikey.KeyPair) (mikey.Mode, error) { return mikey.RSAR(certs(own, peer)) }, sdes.Rekey},
		// Nothing but the transport protects it.
		{"protected by TLS", func(_, _ mikey.KeyPair) (mikey.Mode, error) { return mikey.InsecureTransportProtected(nil), nil }, sdes.Keep},
	} {
		t.Run(test.name, func(t *testing.T) {
			party := func(own, peer mikey.KeyPair) *sdp.Party {
				mode, err := test.mode(own, peer)
				if err != nil {
					t.Fatal(err)
				}
				config := &mikey.Config{
					ID: mikey.NAI(own.Chain[0].Subject.CommonName), Peer: mikey.NAI(peer.Chain[0].Subject.CommonName),
					Bundles: new(mikey.Bundles),
				}
				p := new(sdp.Party)
				if p.Initiator, err = mikey.NewInitiator(mode, config); err != nil {
					t.Fatal(err)
				}
				if p.Responder, err = mikey.NewResponder(config, mode); err != nil {
					t.Fatal(err)
				}
				return p
			}
			c := establish(t, party(alice, bob), party(bob, alice), audio, video)
			if got := c.bob.Media[1].MIKEY.Peer(); got != mikey.NAI("alice@example.com") {
				t.Errorf("the peer is %v", got)
			}
			lines := []string{audio, video}
			next := c.again(t, false, false, lines, lines)
			if m := next.alice.Media[1]; m.SendContext != test.again {
				t.Error(m)
			}
			next = next.again(t, false, true, lines, lines)
			if m := next.alice.Media[1]; m.SendContext != sdes.Rekey {
				t.Error(m)
			}
			next.again(t, true, false, lines, lines)
		})
	}
}

// A peer that asks for no answer gets none: the answer has no keying attribute.
func TestNoAnswerAwaited(t *testing.T) {
	message, pending, err := onlyMIKEY.party(t).Initiator.Start(mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {SSRC: 2}}, Extensions: []mikey.GeneralExtension{mikey.SDPIDs("mikey")},
	})
	if err != nil {
		t.Fatal(err)
	}
	offer := describe(t, audio)
	if err := sdp.SetSession(offer, sdp.KeyMgmt{Protocol: sdp.MIKEY, Data: message}); err != nil {
		t.Fatal(err)
	}
	answer, b, err := onlyMIKEY.party(t).Answer(offer, describe(t, audio))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(textOf(t, answer), "key-mgmt") {
		t.Error("an answer nobody asked for")
	}
	s, err := pending.Finish(nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := sdp.NewDirection(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	packet(t, d, b.Media[0].Receive, 1)
	if _, err := sdp.NewDirection(s, 3); err == nil {
		t.Error("a third crypto session")
	}
	s.Close()
	if _, err := sdp.NewDirection(s, 1); err == nil {
		t.Error("keys of a closed session")
	}
}

// The profiles over other transports, and addresses of IPv6.
func TestOtherTransports(t *testing.T) {
	const tcp, tcpPlain = "m=audio 9 TCP/RTP/SAVPF 0", "m=audio 9 TCP/RTP/AVP 0"
	c := establish(t, both.with(plain).party(t), both.with(plain).party(t), tcp, "c=IN IP6 2001:db8::1", tcpPlain)
	if c.bob.Media[0].Keying != sdp.KeyingMIKEY || c.bob.Media[1].Keying != sdp.KeyingPlainRTP {
		t.Error(c.bob)
	}
	// Crypto attributes are for UDP.
	c = establish(t, onlySDES.with(opportunistic).with(plain).party(t), onlySDES.with(plain).party(t), audio, "c=IN IP6 2001:db8::1", tcpPlain)
	if c.bob.Media[0].Keying != sdp.KeyingSDES || c.bob.Media[1].Keying != sdp.KeyingPlainRTP {
		t.Error(c.bob)
	}
	// And not for multicast.
	_, err := onlySDES.party(t).Offer(describe(t, audio, "c=IN IP4 224.2.17.12/127"))
	if !errors.Is(err, sdes.ErrTransport) {
		t.Error(err)
	}
}
