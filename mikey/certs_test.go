package mikey_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// A pki makes certificates for tests.
type pki struct {
	root  *x509.Certificate
	key   *rsa.PrivateKey
	roots *x509.CertPool
}

var testPKI = sync.OnceValue(func() *pki {
	p := &pki{key: rsaKey(2048, 0), roots: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test root"},
		NotBefore: testNow.Add(-time.Hour), NotAfter: testNow.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	p.root = mustCert(template, template, p.key.Public(), p.key)
	p.roots.AddCert(p.root)
	return p
})

var testNow = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func mustCert(template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

var rsaKeys sync.Map

// rsaKey returns the n-th RSA key of a size; keys are made once.
func rsaKey(bits, n int) *rsa.PrivateKey {
	type id struct{ bits, n int }
	if k, ok := rsaKeys.Load(id{bits, n}); ok {
		return k.(*rsa.PrivateKey)
	}
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	rsaKeys.Store(id{bits, n}, k)
	return k
}

// certificate returns a certificate for a URI with the n-th key; change edits it.
func (p *pki) certificate(uri string, bits, n int, change func(*x509.Certificate)) mikey.KeyPair {
	u, err := url.Parse(uri)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(n) + 2), Subject: pkix.Name{CommonName: uri},
		NotBefore: testNow.Add(-time.Hour), NotAfter: testNow.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, URIs: []*url.URL{u},
	}
	if change != nil {
		change(template)
	}
	key := rsaKey(bits, n)
	return mikey.KeyPair{Chain: []*x509.Certificate{mustCert(template, p.root, key.Public(), p.key)}, Key: key}
}

// parties returns the certificates of two parties that trust the root.
func parties(bits int) (alice, bob *mikey.X509) {
	p := testPKI()
	a := p.certificate("sip:alice@example.com", bits, 1, nil)
	b := p.certificate("sip:bob@example.com", bits, 2, nil)
	return &mikey.X509{KeyPairs: []mikey.KeyPair{a}, Roots: p.roots, Peer: b.Chain[0]},
		&mikey.X509{KeyPairs: []mikey.KeyPair{b}, Roots: p.roots}
}

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

func TestSmokeCerts(t *testing.T) {
	ax, bx := parties(2048)
	type maker func(*mikey.X509) (mikey.Mode, error)
	for name, mk := range map[string]maker{
		"pk":    mikey.PublicKey,
		"dh":    func(x *mikey.X509) (mikey.Mode, error) { return mikey.SignedDH(x) },
		"rsa-r": mikey.RSAR,
	} {
		for _, v := range []bool{false, true} {
			for _, cache := range []mikey.CacheType{0, 1, 2} {
				t.Run(name, func(t *testing.T) {
					am, err := mk(ax)
					if err != nil {
						t.Fatal(err)
					}
					bm, err := mk(bx)
					if err != nil {
						t.Fatal(err)
					}
					now := testNow
					alice, err := mikey.NewInitiator(am, &mikey.Config{Now: func() time.Time { return now }})
					if err != nil {
						t.Fatal(err)
					}
					bob, err := mikey.NewResponder(&mikey.Config{Now: func() time.Time { return now }}, bm)
					if err != nil {
						t.Fatal(err)
					}
					run := func(msg []byte, p *mikey.Pending, err error) (*mikey.Session, *mikey.Session) {
						t.Helper()
						if err != nil {
							t.Fatal(err)
						}
						r, err := bob.Receive(msg)
						if err != nil {
							t.Fatal(err)
						}
						a := mikey.Answer{SSRCs: []uint32{5}[:min(1, countZero(r))]}
						if name == "rsa-r" && !r.Update() {
							a.Cache = cache
						}
						ans, bs, err := r.AcceptWith(a)
						if err != nil {
							t.Fatal(err)
						}
						as, err := p.Finish(ans)
						if err != nil {
							t.Fatal(err)
						}
						for cs := uint8(1); cs <= 2; cs++ {
							ak, _ := as.MasterKeys(cs)
							bk, _ := bs.MasterKeys(cs)
							if len(ak) != 1 || string(ak[0].Key) != string(bk[0].Key) || string(ak[0].Salt) != string(bk[0].Salt) {
								t.Fatal("keys differ")
							}
						}
						return as, bs
					}
					off := mikey.Offer{Verification: v, CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {}}}
					if name == "pk" {
						off.Cache = cache
					}
					as, _ := run(alice.Start(off))
					if name == "rsa-r" && cache == 0 {
						return
					}
					var keys []mikey.KeyData
					keys = append(keys, mikey.KeyData{Validity: mikey.SPI([]byte{0, 0, 0, 9})})
					as2, _ := run(alice.Update(as, mikey.Offer{Verification: v, Keys: keys}))
					run(alice.Update(as2, mikey.Offer{Verification: v}))
				})
			}
		}
	}
}

func countZero(r *mikey.Received) int {
	n := 0
	for _, cs := range r.CryptoSessions() {
		if cs.SSRC == 0 {
			n++
		}
	}
	return n
}
