package mikey_test

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/cloudflare/circl/sign/ed448"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/gomikey/gomikey/mikey"
)

var ecNow = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// An ecPKI has certificates with keys of every type that signs.
type ecPKI struct {
	roots *x509.CertPool
	pairs map[string][]mikey.KeyPair // alice and bob
}

var ecKeys = sync.OnceValue(func() *ecPKI {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	rootKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: ecNow.Add(-time.Hour), NotAfter: ecNow.Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	must(err)
	rootCert, err := x509.ParseCertificate(der)
	must(err)

	certificate := func(name string, public crypto.PublicKey) []byte {
		uri, err := url.Parse(name)
		must(err)
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
			SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, URIs: []*url.URL{uri},
			NotBefore: ecNow.Add(-time.Hour), NotAfter: ecNow.Add(time.Hour),
		}, rootCert, public, rootKey)
		must(err)
		return der
	}
	p := &ecPKI{roots: x509.NewCertPool(), pairs: make(map[string][]mikey.KeyPair)}
	p.roots.AddCert(rootCert)
	for kind, generate := range map[string]func() (crypto.PublicKey, crypto.PrivateKey){
		"RSA": func() (crypto.PublicKey, crypto.PrivateKey) {
			k, err := rsa.GenerateKey(rand.Reader, 2048)
			must(err)
			return k.Public(), k
		},
		"P-256": func() (crypto.PublicKey, crypto.PrivateKey) {
			k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			must(err)
			return k.Public(), k
		},
		"P-384": func() (crypto.PublicKey, crypto.PrivateKey) {
			k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
			must(err)
			return k.Public(), k
		},
		"Ed25519": func() (crypto.PublicKey, crypto.PrivateKey) {
			public, k, err := ed25519.GenerateKey(rand.Reader)
			must(err)
			return public, k
		},
		"Ed448": func() (crypto.PublicKey, crypto.PrivateKey) {
			public, k, err := ed448.GenerateKey(rand.Reader)
			must(err)
			return public, k
		},
	} {
		var both [2]mikey.KeyPair
		for i, name := range []string{"sip:alice@example.com", "sip:bob@example.com"} {
			public, private := generate()
			var der []byte
			if k, ok := public.(ed448.PublicKey); ok {
				der = ed448Certificate(certificate(name, rootKey.Public()), k, rootKey)
			} else {
				der = certificate(name, public)
			}
			cert, err := x509.ParseCertificate(der)
			must(err)
			both[i] = mikey.KeyPair{Chain: []*x509.Certificate{cert}, Key: private}
		}
		p.pairs[kind] = both[:]
	}
	return p
})

// ed448Certificate replaces the key of a certificate, which package x509 makes
// none of this type of, and signs it again (RFC 8410, Section 4).
func ed448Certificate(der []byte, key ed448.PublicKey, root *rsa.PrivateKey) []byte {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	var spki cryptobyte.Builder
	spki.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 3, 101, 113})
		})
		b.AddASN1BitString(key)
	})
	tbs := cryptobyte.String(cert.RawTBSCertificate)
	var inner cryptobyte.String
	tbs.ReadASN1(&inner, cbasn1.SEQUENCE)
	replaced := bytes.Replace(inner, cert.RawSubjectPublicKeyInfo, spki.BytesOrPanic(), 1)
	var newTBS cryptobyte.Builder
	newTBS.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(replaced) })
	signed := newTBS.BytesOrPanic()
	sum := sha256.Sum256(signed)
	signature, err := rsa.SignPKCS1v15(rand.Reader, root, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	var out cryptobyte.Builder
	out.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(signed)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11})
			b.AddASN1NULL()
		})
		b.AddASN1BitString(signature)
	})
	return out.BytesOrPanic()
}

// ecExchange runs an exchange and compares the keys.
func ecExchange(t *testing.T, alice, bob mikey.Mode) (request, answer []byte) {
	t.Helper()
	now := func() time.Time { return ecNow }
	i, err := mikey.NewInitiator(alice, &mikey.Config{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	r, err := mikey.NewResponder(&mikey.Config{Now: now}, bob)
	if err != nil {
		t.Fatal(err)
	}
	request, pending, err := i.Start(mikey.Offer{Verification: true, CryptoSessions: []mikey.CryptoSession{{SSRC: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, bit := range []int{8*len(request) - 1, 8*len(request) - 200} {
		changed := bytes.Clone(request)
		changed[bit/8] ^= 1 << (bit % 8)
		if _, err := r.Receive(changed); err == nil {
			t.Error("a changed request is accepted")
		}
	}
	received, err := r.Receive(request)
	if err != nil {
		t.Fatal(err)
	}
	answer, bobs, err := received.Accept()
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(answer)
	changed[len(changed)-1] ^= 1
	if _, err := pending.Finish(changed); err == nil {
		t.Error("a changed answer is accepted")
	}
	alices, err := pending.Finish(answer)
	if err != nil {
		t.Fatal(err)
	}
	a, err := alices.MasterKeys(1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bobs.MasterKeys(1)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a[0].Key, b[0].Key) || !bytes.Equal(a[0].Salt, b[0].Salt) {
		t.Error("the keys differ")
	}
	if bobs.Peer() != mikey.URI("sip:alice@example.com") {
		t.Errorf("peer %v", bobs.Peer())
	}
	return request, answer
}

func TestSignaturesOnCurves(t *testing.T) {
	p := ecKeys()
	for kind, want := range map[string]struct {
		signType mikey.SignType
		length   int
	}{
		"P-256":   {mikey.SignECDSAP256, 64},
		"P-384":   {mikey.SignECDSAP384, 96},
		"Ed25519": {mikey.SignEd25519, 64},
		"Ed448":   {mikey.SignEd448, 114},
	} {
		t.Run(kind, func(t *testing.T) {
			var modes [2]mikey.Mode
			for i, pair := range p.pairs[kind] {
				var err error
				if modes[i], err = mikey.SignedDH(&mikey.X509{KeyPairs: []mikey.KeyPair{pair}, Roots: p.roots}); err != nil {
					t.Fatal(err)
				}
			}
			request, answer := ecExchange(t, modes[0], modes[1])
			for _, octets := range [][]byte{request, answer} {
				m, err := mikey.ParseMessage(octets)
				if err != nil {
					t.Fatal(err)
				}
				s, _ := mikey.PayloadOf[*mikey.Sign](m)
				if s.SignType != want.signType || len(s.Signature) != want.length {
					t.Errorf("SIGN of type %v with %d octets", s.SignType, len(s.Signature))
				}
			}
		})
	}
}

// TestSignatureTypeGoesWithKey: the S type, which the signature covers only in
// part, cannot make a key verify in another way.
func TestSignatureTypeGoesWithKey(t *testing.T) {
	p := ecKeys()
	for kind, pairs := range p.pairs {
		x := &mikey.X509{KeyPairs: pairs[:1], Roots: p.roots}
		mode, err := mikey.SignedDH(x)
		if err != nil {
			t.Fatal(err)
		}
		now := func() time.Time { return ecNow }
		i, err := mikey.NewInitiator(mode, &mikey.Config{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		r, err := mikey.NewResponder(&mikey.Config{Now: now, ID: mikey.URI("sip:bob@example.com")}, mode)
		if err != nil {
			t.Fatal(err)
		}
		request, _, err := i.Start(mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 1}}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := mikey.ParseMessage(request)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := mikey.PayloadOf[*mikey.Sign](m)
		at := len(request) - len(s.Signature) - 2
		for other := range byte(16) {
			changed := bytes.Clone(request)
			changed[at] = changed[at]&0x0f | other<<4
			if bytes.Equal(changed, request) {
				continue
			}
			_, err := r.Receive(changed)
			var e *mikey.Error
			if !errors.As(err, &e) || e.Stage != mikey.AuthFailure && e.Stage != mikey.Unsupported {
				t.Errorf("%s, type %d: %v", kind, other, err)
			}
		}
	}
}

func TestEnvelopeOnCurves(t *testing.T) {
	p := ecKeys()
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p521, err := ecdh.P521().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, alice, bob string
		key              *ecdh.PrivateKey // of bob, without a certificate
		length           int
	}{
		{"certificate on P-256", "P-256", "P-256", nil, 65 + 16 + 16},
		{"certificate on P-384", "RSA", "P-384", nil, 97 + 16 + 16},
		{"X25519", "Ed25519", "Ed25519", x25519, 32 + 16 + 16},
		{"P-521", "P-256", "RSA", p521, 133 + 16 + 16},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bobs := p.pairs[tt.bob][1]
			alices := &mikey.X509{KeyPairs: []mikey.KeyPair{p.pairs[tt.alice][0]}, Roots: p.roots, Peer: bobs.Chain[0]}
			if tt.key != nil {
				alices.PeerKey = tt.key.PublicKey()
				bobs.Envelope = tt.key
			}
			alice, err := mikey.PublicKey(alices)
			if err != nil {
				t.Fatal(err)
			}
			bob, err := mikey.PublicKey(&mikey.X509{KeyPairs: []mikey.KeyPair{bobs}, Roots: p.roots})
			if err != nil {
				t.Fatal(err)
			}
			request, _ := ecExchange(t, alice, bob)
			m, err := mikey.ParseMessage(request)
			if err != nil {
				t.Fatal(err)
			}
			if pke, _ := mikey.PayloadOf[*mikey.PKE](m); len(pke.Data) != tt.length {
				t.Errorf("PKE with %d octets", len(pke.Data))
			}
		})
	}
}

func TestRSAROnCurves(t *testing.T) {
	p := ecKeys()
	for _, kind := range []string{"P-256", "P-384"} {
		alice, err := mikey.RSAR(&mikey.X509{KeyPairs: p.pairs[kind][:1], Roots: p.roots})
		if err != nil {
			t.Fatal(err)
		}
		bob, err := mikey.RSAR(&mikey.X509{KeyPairs: p.pairs["Ed448"][1:], Roots: p.roots})
		if err != nil {
			t.Fatal(err)
		}
		ecExchange(t, alice, bob)
	}
}

// TestEnvelopeNeedsAKeyThatDecrypts: Ed25519 keys only sign.
func TestEnvelopeNeedsAKeyThatDecrypts(t *testing.T) {
	p := ecKeys()
	mode, err := mikey.PublicKey(&mikey.X509{
		KeyPairs: p.pairs["Ed25519"][:1], Roots: p.roots, Peer: p.pairs["Ed25519"][1].Chain[0],
	})
	if err != nil {
		t.Fatal(err)
	}
	i, err := mikey.NewInitiator(mode, &mikey.Config{Now: func() time.Time { return ecNow }})
	if err != nil {
		t.Fatal(err)
	}
	var e *mikey.Error
	if _, _, err := i.Start(mikey.Offer{}); !errors.As(err, &e) || e.Stage != mikey.Unsupported {
		t.Errorf("got %v", err)
	}
}
