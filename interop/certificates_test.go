package interop

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net/url"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// certificates returns what Alice and Bob have, both with RSA keys.
func certificates(t *testing.T) (atAlice, atBob *mikey.X509) {
	t.Helper()
	authority, authorityKey := certificate(t, mikey.ID{}, nil, nil)
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	ofAlice, aliceKey := certificate(t, alice, authority, authorityKey)
	ofBob, bobKey := certificate(t, bob, authority, authorityKey)
	party := func(own *x509.Certificate, key *rsa.PrivateKey, peer *x509.Certificate) *mikey.X509 {
		return &mikey.X509{
			KeyPairs: []mikey.KeyPair{{Chain: []*x509.Certificate{own}, Key: key}}, Roots: roots, Peer: peer,
		}
	}
	return party(ofAlice, aliceKey, ofBob), party(ofBob, bobKey, ofAlice)
}

// certificate returns a certificate for an identity, or one of an authority.
func certificate(t *testing.T, id mikey.ID, parent *x509.Certificate, parentKey *rsa.PrivateKey) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, errKey := rsa.GenerateKey(rand.Reader, 2048)
	uri, errURI := url.Parse(id.Value)
	if err := errors.Join(errKey, errURI); err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "interop " + id.Value},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	if id.IsZero() {
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage = x509.KeyUsageCertSign
		parent, parentKey = template, key
	} else {
		template.URIs = []*url.URL{uri}
	}
	der := must(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey))
	return must(x509.ParseCertificate(der)), key
}
