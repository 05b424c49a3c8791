package mikey_test

import (
	"bytes"
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

func newPKI(name string, key int) *pki {
	p := &pki{key: rsaKey(2048, key), roots: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: testNow.Add(-time.Hour), NotAfter: testNow.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	p.root = mustCert(template, template, p.key.Public(), p.key)
	p.roots.AddCert(p.root)
	return p
}

// testPKI is the one that everybody trusts.
var testPKI = sync.OnceValue(func() *pki { return newPKI("Test root", 0) })

// otherPKI is one that nobody trusts.
var otherPKI = sync.OnceValue(func() *pki { return newPKI("Other root", 3) })

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

var (
	rsaKeys     = make(map[[2]int]*rsa.PrivateKey)
	rsaKeysLock sync.Mutex
)

// rsaKey returns the n-th RSA key of a size; keys are made once.
func rsaKey(bits, n int) *rsa.PrivateKey {
	rsaKeysLock.Lock()
	defer rsaKeysLock.Unlock()
	k := rsaKeys[[2]int{bits, n}]
	if k == nil {
		var err error
		if k, err = rsa.GenerateKey(rand.Reader, bits); err != nil {
			panic(err)
		}
		rsaKeys[[2]int{bits, n}] = k
	}
	return k
}

const (
	aliceURI = "sip:alice@example.com"
	bobURI   = "sip:bob@example.com"
	carolURI = "sip:carol@example.com"
)

func mustURL(uri string) *url.URL {
	u, err := url.Parse(uri)
	if err != nil {
		panic(err)
	}
	return u
}

// certTemplate returns a certificate of a party before it is signed.
func certTemplate(uri string, serial int) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(int64(serial)), Subject: pkix.Name{CommonName: uri},
		NotBefore: testNow.Add(-time.Hour), NotAfter: testNow.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, URIs: []*url.URL{mustURL(uri)},
	}
}

// certificate returns a certificate for a URI with the n-th key; change edits it.
func (p *pki) certificate(uri string, bits, n int, change func(*x509.Certificate)) mikey.KeyPair {
	template := certTemplate(uri, n+2)
	if change != nil {
		change(template)
	}
	key := rsaKey(bits, n)
	return mikey.KeyPair{Chain: []*x509.Certificate{mustCert(template, p.root, key.Public(), p.key)}, Key: key}
}

// chain is certificate behind a number of intermediate authorities.
func (p *pki) chain(uri string, bits, n, intermediates int) mikey.KeyPair {
	parent, signer := p.root, p.key
	var above []*x509.Certificate
	for i := range intermediates {
		key := rsaKey(2048, 3)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(int64(100 + i)), Subject: pkix.Name{CommonName: "Intermediate", SerialNumber: string(rune('a' + i))},
			NotBefore: testNow.Add(-time.Hour), NotAfter: testNow.Add(time.Hour),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		}
		parent, signer = mustCert(template, parent, key.Public(), signer), key
		above = append([]*x509.Certificate{parent}, above...)
	}
	key := rsaKey(bits, n)
	leaf := mustCert(certTemplate(uri, n+2), parent, key.Public(), signer)
	return mikey.KeyPair{Chain: append([]*x509.Certificate{leaf}, above...), Key: key}
}

// testPairs has the certificates of the parties, which are made once.
var testPairs = sync.OnceValue(func() map[string]mikey.KeyPair {
	p := testPKI()
	return map[string]mikey.KeyPair{
		"alice 2048": p.certificate(aliceURI, 2048, 1, nil),
		"bob 2048":   p.certificate(bobURI, 2048, 2, nil),
		"carol 2048": p.certificate(carolURI, 2048, 4, nil),
		"alice 3072": p.certificate(aliceURI, 3072, 1, nil),
		"bob 3072":   p.certificate(bobURI, 3072, 2, nil),
		"alice 1024": p.certificate(aliceURI, 1024, 1, nil),
		"bob 1024":   p.certificate(bobURI, 1024, 2, nil),
	}
})

// parties returns the certificates of two parties that trust the root.
func parties(bits int) (alice, bob *mikey.X509) {
	p, name := testPKI(), map[int]string{1024: " 1024", 2048: " 2048", 3072: " 3072"}[bits]
	a, b := testPairs()["alice"+name], testPairs()["bob"+name]
	return &mikey.X509{KeyPairs: []mikey.KeyPair{a}, Roots: p.roots, Peer: b.Chain[0]},
		&mikey.X509{KeyPairs: []mikey.KeyPair{b}, Roots: p.roots}
}

// A certMode is one of the modes with certificates.
type certMode struct {
	name    string
	request mikey.DataType
	make    func(*mikey.X509) (mikey.Mode, error)
}

var (
	modePK = certMode{"PublicKey", mikey.PKInit, mikey.PublicKey}
	modeDH = certMode{"SignedDH", mikey.DHInit, func(c *mikey.X509) (mikey.Mode, error) {
		return mikey.SignedDH(c, oakleyGroup(mikey.OAKLEY2), oakleyGroup(mikey.OAKLEY1), oakleyGroup(mikey.OAKLEY5))
	}}
	modeRSAR  = certMode{"RSAR", mikey.RSARInit, mikey.RSAR}
	certModes = []certMode{modePK, modeDH, modeRSAR}
)

func oakleyGroup(g mikey.DHGroup) mikey.KeyAgreement {
	a, ok := g.KeyAgreement()
	if !ok {
		panic(g)
	}
	return a
}

// A certPair is Alice, who initiates, and Bob, who responds.
type certPair struct {
	certMode
	clock            *exClock
	ax, bx           *mikey.X509
	iConfig, rConfig *mikey.Config
	replay           *exReplay // Bob's
	cache            mikey.CacheType
	alice            *mikey.Initiator
	bob              *mikey.Responder
}

// newCertPair returns the pair; edit, which may be nil, changes it before the
// parties are made.
func newCertPair(t testing.TB, mode certMode, edit func(*certPair)) *certPair {
	t.Helper()
	p := &certPair{certMode: mode, clock: &exClock{t: testNow}, replay: new(exReplay)}
	p.ax, p.bx = parties(2048)
	p.iConfig = &mikey.Config{Now: p.clock.now, Bundles: new(mikey.Bundles)}
	p.rConfig = &mikey.Config{Now: p.clock.now, Bundles: new(mikey.Bundles), Replay: p.replay}
	if edit != nil {
		edit(p)
	}
	p.alice = exInitiator(t, p.mode(t, p.ax), p.iConfig)
	p.bob = exResponder(t, p.rConfig, p.mode(t, p.bx))
	return p
}

func (c certMode) mode(t testing.TB, x *mikey.X509) mikey.Mode {
	t.Helper()
	m, err := c.make(x)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (p *certPair) start(t testing.TB, offer mikey.Offer) ([]byte, *mikey.Pending) {
	t.Helper()
	if p.request == mikey.PKInit {
		offer.Cache = p.cache
	}
	message, pending, err := p.alice.Start(offer)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	return message, pending
}

func (p *certPair) update(t testing.TB, s *mikey.Session, offer mikey.Offer) ([]byte, *mikey.Pending) {
	t.Helper()
	message, pending, err := p.alice.Update(s, offer)
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	return message, pending
}

func (p *certPair) respond(t testing.TB, message []byte) ([]byte, *mikey.Session) {
	t.Helper()
	return p.respondAt(t, p.bob, message)
}

// respondAt takes a request at a responder, who fills in the SSRCs that are open.
func (p *certPair) respondAt(t testing.TB, r *mikey.Responder, message []byte) ([]byte, *mikey.Session) {
	t.Helper()
	received, err := r.Receive(message)
	if err != nil {
		t.Fatalf("Receive: %v", err)
	}
	var a mikey.Answer
	for i, cs := range received.CryptoSessions() {
		if cs.SSRC == 0 {
			a.SSRCs = append(a.SSRCs, exSSRC+uint32(i))
		}
	}
	if p.request == mikey.RSARInit && !received.Update() {
		a.Cache = p.cache
	}
	answer, s, err := received.AcceptWith(a)
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	return answer, s
}

func (p *certPair) finish(t testing.TB, pending *mikey.Pending, answer []byte) *mikey.Session {
	t.Helper()
	return exFinish(t, pending, answer)
}

// run does a whole exchange.
func (p *certPair) run(t testing.TB, offer mikey.Offer) (alice, bob *mikey.Session) {
	t.Helper()
	message, pending := p.start(t, offer)
	answer, bob := p.respond(t, message)
	return p.finish(t, pending, answer), bob
}

// refused checks that Bob refuses a message and keeps nothing of it.
func (p *certPair) refused(t testing.TB, message []byte, stage mikey.Stage, code int) *mikey.Error {
	t.Helper()
	before := p.replay.records
	received, err := p.bob.Receive(message)
	if err == nil || received != nil {
		t.Fatalf("the message is accepted, want stage %v", stage)
	}
	if p.replay.records != before {
		t.Error("the message is in the replay cache")
	}
	return exRefused(t, err, stage, code)
}

// TestCertExchanges runs each mode with and without verification message and
// caching, and what Received and Session show.
func TestCertExchanges(t *testing.T) {
	for _, mode := range certModes {
		for _, v := range []bool{false, true} {
			for _, cache := range []mikey.CacheType{mikey.NoCache, mikey.Cache, mikey.CacheForCSB} {
				t.Run(mode.name, func(t *testing.T) {
					p := newCertPair(t, mode, func(p *certPair) { p.cache = cache })
					offer := exOffer()
					offer.Verification = v
					message, pending := p.start(t, offer)
					if want := v || mode.name != "PublicKey"; pending.AwaitsAnswer() != want {
						t.Errorf("awaits an answer: %v", pending.AwaitsAnswer())
					}
					received, err := p.bob.Receive(message)
					if err != nil {
						t.Fatal(err)
					}
					if received.Peer() != mikey.URI(aliceURI) || received.Update() || !received.Authenticated() ||
						received.AwaitsAnswer() != pending.AwaitsAnswer() || received.CSBID() != pending.CSBID() {
						t.Errorf("received from %v, update %v, authenticated %v, awaits %v", received.Peer(), received.Update(),
							received.Authenticated(), received.AwaitsAnswer())
					}
					if c := received.PeerCertificates(); len(c) != 1 || !c[0].Equal(p.ax.KeyPairs[0].Chain[0]) {
						t.Errorf("%d certificates of the initiator", len(c))
					}
					answer, bob, err := received.Accept(exSSRC)
					if err != nil {
						t.Fatal(err)
					}
					alice := p.finish(t, pending, answer)
					exSame(t, alice, bob)
					if alice.Peer() != mikey.URI(bobURI) || bob.Peer() != mikey.URI(aliceURI) || !alice.Authenticated() || !bob.Authenticated() {
						t.Errorf("peers %v and %v", alice.Peer(), bob.Peer())
					}
					if c := bob.PeerCertificates(); len(c) != 1 || !c[0].Equal(p.ax.KeyPairs[0].Chain[0]) {
						t.Errorf("%d certificates of the initiator in the session", len(c))
					}
					if mode.name != "PublicKey" { // nobody signed the verification message
						if c := alice.PeerCertificates(); len(c) != 1 || !c[0].Equal(p.bx.KeyPairs[0].Chain[0]) {
							t.Errorf("%d certificates of the responder in the session", len(c))
						}
					}
					if bytes.Equal(exKeys(t, alice, 1), exKeys(t, alice, 2)) {
						t.Error("two crypto sessions have the same keys")
					}
					_, err = pending.Finish(answer)
					exRefused(t, err, mikey.State, exNone)
					_, _, err = received.Accept()
					exRefused(t, err, mikey.State, exNone)
					exRefused(t, receiveError(p.bob, message), mikey.Replay, exNone)
				})
			}
		}
	}
}

func receiveError(r *mikey.Responder, message []byte) error {
	_, err := r.Receive(message)
	return err
}
