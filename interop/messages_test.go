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

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/mikey"
)

// A message is a MIKEY message of this project.
type message struct {
	name string
	data []byte
}

var alice, bob = mikey.URI("sip:alice@example.com"), mikey.URI("sip:bob@example.com")

// messages returns the messages of every mode.
func messages(t *testing.T) []message {
	t.Helper()
	secret := counting(0, 16)
	atAlice, atBob := certificates(t)
	psk := must(mikey.PSK(secret))
	hmac := must(dhhmac.New(secret))
	all := append(exchange(t, "PSK", psk, psk), exchange(t, "DHHMAC", hmac, hmac)...)
	for _, mode := range []struct {
		name string
		make func(*mikey.X509) (mikey.Mode, error)
	}{
		{"PK", mikey.PublicKey},
		{"DH", func(c *mikey.X509) (mikey.Mode, error) { return mikey.SignedDH(c) }},
		{"RSA-R", mikey.RSAR},
	} {
		all = append(all, exchange(t, mode.name, must(mode.make(atAlice)), must(mode.make(atBob)))...)
	}
	return append(all, protectedByTransport(t))
}

// exchange returns the messages between Alice and Bob in one mode: request,
// answer, update, answer, and a refusal.
func exchange(t *testing.T, name string, atAlice, atBob mikey.Mode) []message {
	t.Helper()
	initiator := must(mikey.NewInitiator(atAlice, &mikey.Config{ID: alice, Peer: bob}))
	responder := must(mikey.NewResponder(&mikey.Config{ID: bob, Peer: alice}, atBob))
	offer := mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 0xa11ce, ROC: 7}, {Policy: 1, SSRC: 0}},
		Policies: []mikey.SecurityPolicy{
			mikey.AES_CM_128_HMAC_SHA1_80.Policy(0), mikey.AES_256_CM_HMAC_SHA1_32.Policy(1),
		},
		Verification: true,
		Extensions:   []mikey.GeneralExtension{mikey.SDPIDs("mikey")},
	}
	first := mikey.Answer{SSRCs: []uint32{0xb0b}}
	if name == "RSA-R" { // has updates only where this is kept
		first.Cache = mikey.CacheForCSB
	}
	var all []message
	answer := func(name string, request []byte, pending *mikey.Pending, a mikey.Answer) *mikey.Session {
		received := must(responder.Receive(request))
		data, _, err := received.AcceptWith(a)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, message{name + " request", request}, message{name + " answer", data})
		return must(pending.Finish(data))
	}

	request, pending, err := initiator.Start(offer)
	if err != nil {
		t.Fatal(err)
	}
	session := answer(name, request, pending, first)
	if request, pending, err = initiator.Update(session, mikey.Offer{Verification: true}); err != nil {
		t.Fatal(err)
	}
	answer(name+" update", request, pending, mikey.Answer{})

	if request, _, err = initiator.Start(offer); err != nil {
		t.Fatal(err)
	}
	refusal := must(must(responder.Receive(request)).Refuse(mikey.ErrorInvalidSP))
	return append(all, message{name + " refusal", refusal})
}

// protectedByTransport returns a message with NULL encryption and NULL MAC.
func protectedByTransport(t *testing.T) message {
	t.Helper()
	initiator := must(mikey.NewInitiator(mikey.InsecureTransportProtected(nil), nil))
	data, _, err := initiator.Start(mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 0xa11ce}},
		Keys:           []mikey.KeyData{{KeyType: mikey.TEK, Key: counting(0x10, 30), Validity: mikey.SPI(counting(1, 4))}},
		OmitIDs:        true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return message{"NULL", data}
}

// must is for what fails only if these tests are wrong.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

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
