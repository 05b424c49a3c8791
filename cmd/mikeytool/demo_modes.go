package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// A demoMode is a mode that can be shown.
type demoMode struct {
	name   string
	groups bool // the parties agree on the keys in a group
	make   func(group mikey.KeyAgreement) (*demoParties, error)
}

// demoParties are the modes and the names of the two parties, with credentials
// that were made for one call, and what is to be said about them.
type demoParties struct {
	alice, bob     mikey.Mode
	aliceID, bobID mikey.ID
	credentials    string
}

// demoModes are the modes that can be shown.
var demoModes = []demoMode{
	{name: "psk", make: func(mikey.KeyAgreement) (*demoParties, error) {
		return demoSecret("", mikey.PSK)
	}},
	{name: "pk", make: func(mikey.KeyAgreement) (*demoParties, error) {
		return demoCertificates("Alice draws the keys and encrypts them to Bob's certificate, which she has already.", mikey.PublicKey)
	}},
	{name: "dh", groups: true, make: func(group mikey.KeyAgreement) (*demoParties, error) {
		return demoCertificates(bothContribute(group)+" and sign it.",
			func(c *mikey.X509) (mikey.Mode, error) { return mikey.SignedDH(c, group) })
	}},
	{name: "rsa-r", make: func(mikey.KeyAgreement) (*demoParties, error) {
		return demoCertificates("Bob draws the keys and encrypts them to Alice's certificate, which comes with her message.", mikey.RSAR)
	}},
	{name: "dhhmac", groups: true, make: func(group mikey.KeyAgreement) (*demoParties, error) {
		return demoSecret("\n"+bothContribute(group)+"; the secret only authenticates them.",
			func(secret []byte) (mikey.Mode, error) { return dhhmac.New(secret, group) })
	}},
}

func bothContribute(group mikey.KeyAgreement) string {
	return fmt.Sprintf("Both contribute a value of the group %v to the keys", group)
}

// demoModeNames returns the names of the modes, or of those with groups.
func demoModeNames(groups bool) string {
	var names []string
	for _, m := range demoModes {
		if m.groups || !groups {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, ", ")
}

// demoGroups returns the groups that can be shown, the default first.
func demoGroups() []mikey.KeyAgreement {
	var groups []mikey.KeyAgreement
	for _, number := range []mikey.DHGroup{mikey.OAKLEY5, mikey.OAKLEY2, mikey.OAKLEY1} {
		if g, ok := number.KeyAgreement(); ok {
			groups = append(groups, g)
		}
	}
	return append(groups, ecdh.All()...)
}

// demoGroupName returns the name of a group as an option has it, in one word.
func demoGroupName(g mikey.KeyAgreement) string { return strings.ReplaceAll(g.String(), " ", "") }

func demoGroupNames() string {
	var names []string
	for _, g := range demoGroups() {
		names = append(names, demoGroupName(g))
	}
	return strings.Join(names, ", ")
}

func demoGroup(name string) (mikey.KeyAgreement, bool) {
	for _, g := range demoGroups() {
		if strings.EqualFold(demoGroupName(g), name) {
			return g, true
		}
	}
	return nil, false
}

// demoSecret makes the parties of a mode with a pre-shared key.
func demoSecret(more string, mode func(secret []byte) (mikey.Mode, error)) (*demoParties, error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	m, err := mode(secret)
	return &demoParties{
		alice: m, bob: m,
		aliceID: mikey.NAI("alice@example.com"), bobID: mikey.NAI("bob@example.com"),
		credentials: fmt.Sprintf("Both know a secret of %d octets, drawn for this call.%s", len(secret), more),
	}, err
}

// demoCertificates makes the parties of a mode with certificates.
func demoCertificates(keys string, mode func(*mikey.X509) (mikey.Mode, error)) (*demoParties, error) {
	const aliceURI, bobURI = "sip:alice@example.com", "sip:bob@example.com"
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root, err := demoCertificate("Throwaway root", "", rootKey.Public(), nil, rootKey)
	if err != nil {
		return nil, err
	}
	party := func(name, uri string) (mikey.KeyPair, error) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return mikey.KeyPair{}, err
		}
		certificate, err := demoCertificate(name, uri, key.Public(), root, rootKey)
		return mikey.KeyPair{Chain: []*x509.Certificate{certificate}, Key: key}, err
	}
	alice, err := party("Alice", aliceURI)
	if err != nil {
		return nil, err
	}
	bob, err := party("Bob", bobURI)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	aliceMode, err := mode(&mikey.X509{KeyPairs: []mikey.KeyPair{alice}, Roots: roots, Peer: bob.Chain[0]})
	if err != nil {
		return nil, err
	}
	bobMode, err := mode(&mikey.X509{KeyPairs: []mikey.KeyPair{bob}, Roots: roots})
	if err != nil {
		return nil, err
	}

	var b strings.Builder
	b.WriteString("Both have a certificate of a root that they trust. All three were made for this\ncall, with their keys, and are thrown away after it:\n\n")
	for _, c := range []struct {
		name        string
		certificate *x509.Certificate
	}{{"Root", root}, {"Alice", alice.Chain[0]}, {"Bob", bob.Chain[0]}} {
		fmt.Fprintf(&b, "    %-6s %s\n", c.name, strings.Join(demoDescribe(c.certificate), "\n           "))
	}
	b.WriteString("\n" + keys)
	return &demoParties{
		alice: aliceMode, bob: bobMode,
		aliceID: mikey.URI(aliceURI), bobID: mikey.URI(bobURI),
		credentials: b.String(),
	}, nil
}

// demoCertificate makes a certificate that is valid for an hour. Without a parent
// it is a root.
func demoCertificate(name, uri string, key crypto.PublicKey, parent *x509.Certificate, signer crypto.Signer) (*x509.Certificate, error) {
	now := time.Now()
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Minute), NotAfter: now.Add(time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		BasicConstraintsValid: true,
	}
	if parent == nil {
		template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
		parent = template
	}
	if uri != "" {
		u, err := url.Parse(uri)
		if err != nil {
			return nil, err
		}
		template.URIs = []*url.URL{u}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// demoDescribe says in lines what is in a certificate.
func demoDescribe(c *x509.Certificate) []string {
	first := c.Subject.String()
	for _, u := range c.URIs {
		first += ", for " + u.String()
	}
	key := c.PublicKeyAlgorithm.String()
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		key = fmt.Sprintf("RSA key of %d bits", k.N.BitLen())
	case *ecdsa.PublicKey:
		key = fmt.Sprintf("ECDSA key of %s", k.Curve.Params().Name)
	}
	return []string{
		first,
		fmt.Sprintf("%s, valid %s to %s", key, c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339)),
		fmt.Sprintf("SHA-256 %x", sha256.Sum256(c.Raw)),
	}
}

// authenticated shows who knows from what who the other one is, in the modes with
// certificates.
func (c *demoCall) authenticated(alice, bob *demoParty) {
	if bob.session.PeerCertificates() == nil {
		return
	}
	c.say("\nWho authenticated whom:\n")
	for _, p := range []struct{ self, peer *demoParty }{{bob, alice}, {alice, bob}} {
		c.say("    %-5s knows that %s is %v,", p.self.name, p.peer.name, p.self.session.Peer())
		if chain := p.self.session.PeerCertificates(); chain != nil {
			sum := sha256.Sum256(chain[0].Raw)
			c.say("          by a signature with the key of %v, SHA-256 %x...", chain[0].Subject, sum[:8])
		} else {
			c.say("          as only %s could decrypt the keys, and so make the MAC of the answer", p.peer.name)
		}
	}
}
