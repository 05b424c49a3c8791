//go:build ignore

// This program makes the messages of this directory anew:
//
//	go run testdata/generate.go
//	go test -run TestGolden -update
//
// The private keys are made for one run and are not kept.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"log"
	"math/big"
	"net/url"
	"os"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func write(name string, message []byte) {
	text := append(base64.StdEncoding.AppendEncode(nil, message), '\n')
	if err := os.WriteFile("testdata/"+name+".b64", text, 0o666); err != nil {
		log.Fatal(err)
	}
}

var serial int64 = 0x1000

func certificate(name, uri string, key crypto.PublicKey, parent *x509.Certificate, signer crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	serial++
	t := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name, Organization: []string{"Test"}},
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		BasicConstraintsValid: true,
	}
	if uri == "" {
		t.IsCA, t.KeyUsage = true, x509.KeyUsageCertSign
	} else {
		t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
		t.URIs = []*url.URL{must(url.Parse(uri))}
	}
	if change != nil {
		change(t)
	}
	if parent == nil {
		parent = t
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, t, parent, key, signer))))
}

func main() {
	rootKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	root := certificate("Root", "", rootKey.Public(), nil, rootKey, nil)
	middleKey := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	middle := certificate("Intermediate", "", middleKey.Public(), root, rootKey, nil)
	aliceKey, bobKey := must(rsa.GenerateKey(rand.Reader, 2048)), must(rsa.GenerateKey(rand.Reader, 2048))
	alice := certificate("Alice", "sip:alice@example.com", aliceKey.Public(), root, rootKey, nil)
	bob := certificate("Bob", "sip:bob@example.com", bobKey.Public(), middle, middleKey, func(t *x509.Certificate) {
		t.EmailAddresses = []string{"bob@example.com"}
	})
	roots := x509.NewCertPool()
	roots.AddCert(root)
	a := &mikey.X509{KeyPairs: []mikey.KeyPair{{Chain: []*x509.Certificate{alice}, Key: aliceKey}}, Roots: roots, Peer: bob, CertHash: true}
	b := &mikey.X509{KeyPairs: []mikey.KeyPair{{Chain: []*x509.Certificate{bob, middle}, Key: bobKey}}, Roots: roots}
	offer := mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 0xa11ce}, {SSRC: 0}},
		Policies:       []mikey.SecurityPolicy{mikey.AEAD_AES_128_GCM.Policy(0)},
		Verification:   true,
	}
	exchange := func(aliceMode, bobMode mikey.Mode) (request, response []byte) {
		cfg := &mikey.Config{Now: func() time.Time { return now }}
		request, _, err := must(mikey.NewInitiator(aliceMode, cfg)).Start(offer)
		if err != nil {
			log.Fatal(err)
		}
		received := must(must(mikey.NewResponder(&mikey.Config{Now: cfg.Now}, bobMode)).Receive(request))
		response, _, err = received.Accept(0xb0b)
		if err != nil {
			log.Fatal(err)
		}
		return request, response
	}

	request, _ := exchange(must(mikey.PublicKey(a)), must(mikey.PublicKey(b)))
	write("pk_init", request)

	group, _ := mikey.OAKLEY2.KeyAgreement()
	_, response := exchange(must(mikey.SignedDH(a, group)), must(mikey.SignedDH(b, group)))
	write("dh_resp", response)

	_, response = exchange(must(mikey.RSAR(a)), must(mikey.RSAR(b)))
	write("rsar_resp", response)

	// What a peer refuses: the certificate expired, is for others, has a short
	// key and no key encipherment, and is signed over SHA-1.
	oldKey := must(rsa.GenerateKey(rand.Reader, 1024))
	old := certificate("Old", "sip:old@example.com", oldKey.Public(), nil, oldKey, func(t *x509.Certificate) {
		t.NotBefore, t.NotAfter = t.NotBefore.AddDate(-6, 0, 0), t.NotAfter.AddDate(-6, 0, 0)
		t.SignatureAlgorithm = x509.SHA1WithRSA
		t.KeyUsage = x509.KeyUsageCertSign
	})
	a.KeyPairs[0] = mikey.KeyPair{Chain: []*x509.Certificate{old, middle}, Key: oldKey}
	a.InsecureRSA1024 = true
	cfg := &mikey.Config{ID: mikey.URI("sip:alice@example.com"), Now: func() time.Time { return now }}
	request, _, err := must(mikey.NewInitiator(must(mikey.RSAR(a)), cfg)).Start(mikey.Offer{CryptoSessions: offer.CryptoSessions})
	if err != nil {
		log.Fatal(err)
	}
	write("rsar_init", request)
}
