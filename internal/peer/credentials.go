package peer

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/internal/modp"
	"github.com/gomikey/gomikey/mikey"
)

// identity is an ID as JSON.
type identity struct {
	Type  uint8     `json:"type"`
	ID    *string   `json:"id"`
	IDHex *hexBytes `json:"id_hex"`
}

func (id *identity) mikey() mikey.ID {
	if id == nil {
		return mikey.ID{}
	}
	out := mikey.ID{IDType: mikey.IDType(id.Type), Value: string(deref(id.IDHex))}
	if id.ID != nil {
		out.Value = *id.ID
	}
	return out
}

// credentials are what a party has and what it tolerates.
type credentials struct {
	PSK                hexBytes  `json:"psk"`
	Certificate        string    `json:"certificate"`
	PrivateKey         string    `json:"private_key"`
	PeerCertificate    string    `json:"peer_certificate"`
	Roots              string    `json:"roots"`
	ID                 *identity `json:"id"`
	PeerID             *identity `json:"peer_id"`
	TransportProtected bool      `json:"transport_protected"`
	Accept             []string  `json:"accept"`

	lacksPSK bool // a message was under a pre-shared key, and there is none
}

func (c *credentials) accepts(tolerance string) bool {
	for _, name := range c.Accept {
		if name == tolerance {
			return true
		}
	}
	return false
}

func (c *credentials) check() error {
	for _, name := range c.Accept {
		switch name {
		case "sha1-signatures", "rsa-1024", "missing-ids", "libmikey":
		default:
			return usageError("there is no tolerance %q", name)
		}
	}
	return nil
}

var errNoPSK = usageError("mode psk needs a psk")

// config returns the configuration of a party.
func (c *credentials) config() *mikey.Config {
	cfg := &mikey.Config{ID: c.ID.mikey(), Peer: c.PeerID.mikey()}
	if c.accepts("libmikey") {
		cfg.Libmikey = mikey.Libmikey{AcceptV: true, AcceptT: true, AcceptRAND: true}
	}
	return cfg
}

// hasPSK reports whether there is what pre-shared key mode needs.
func (c *credentials) hasPSK() bool { return len(c.PSK) > 0 || c.TransportProtected }

// psk returns the pre-shared key mode.
func (c *credentials) psk() (mikey.Mode, error) {
	switch {
	case c.TransportProtected:
		return mikey.InsecureTransportProtected(c.PSK), nil
	case !c.hasPSK():
		return nil, errNoPSK
	}
	return mikey.PSK(c.PSK)
}

// x509 returns what the modes with certificates need, with what an offer says
// about them.
func (c *credentials) x509(o *offer) (*mikey.X509, error) {
	if c.Certificate == "" || c.PrivateKey == "" {
		return nil, usageError("modes with certificates need a certificate and a private_key")
	}
	chain, err := certificates(c.Certificate)
	if err != nil {
		return nil, usageError("certificate: %w", err)
	}
	key, err := privateKey(c.PrivateKey)
	if err != nil {
		return nil, usageError("private_key: %w", err)
	}
	x := &mikey.X509{
		KeyPairs:        []mikey.KeyPair{{Chain: chain, Key: key}},
		InsecureSHA1:    c.accepts("sha1-signatures"),
		InsecureRSA1024: c.accepts("rsa-1024"),
		AllowMissingIDs: c.accepts("missing-ids"),
	}
	if c.PeerCertificate != "" {
		peer, err := certificates(c.PeerCertificate)
		if err != nil {
			return nil, usageError("peer_certificate: %w", err)
		}
		x.Peer = peer[0]
	}
	if c.Roots != "" {
		roots, err := certificates(c.Roots)
		if err != nil {
			return nil, usageError("roots: %w", err)
		}
		x.Roots = x509.NewCertPool()
		for _, root := range roots {
			x.Roots.AddCert(root)
		}
	}
	if x.Roots == nil && x.Peer == nil {
		return nil, usageError("modes with certificates need roots or a peer_certificate")
	}
	switch o.Envelope {
	case "", "pkcs1":
	case "oaep":
		x.OAEP = true
	default:
		return nil, usageError("there is no envelope %q", o.Envelope)
	}
	switch o.Signature {
	case "", "rsa-sha256":
	case "rsa-sha1":
		x.Signature, x.InsecureSHA1 = mikey.SignatureRSASHA1, true
	case "pss-sha256":
		x.Signature = mikey.SignaturePSSSHA256
	default:
		return nil, usageError("there is no signature %q", o.Signature)
	}
	return x, nil
}

var errNoPEM = errors.New("there is no PEM block")

func certificates(text string) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		all = append(all, cert)
	}
	if len(all) == 0 {
		return nil, errNoPEM
	}
	return all, nil
}

func privateKey(text string) (crypto.PrivateKey, error) {
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, errNoPEM
		}
		switch block.Type {
		case "PRIVATE KEY":
			return x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			return x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			return x509.ParseECPrivateKey(block.Bytes)
		}
	}
}

// groups are the Diffie-Hellman groups by name.
var groups = func() map[string]mikey.KeyAgreement {
	all := make(map[string]mikey.KeyAgreement)
	for name, number := range map[string]mikey.DHGroup{
		"OAKLEY1": mikey.OAKLEY1, "OAKLEY2": mikey.OAKLEY2, "OAKLEY5": mikey.OAKLEY5,
	} {
		all[name], _ = number.KeyAgreement()
	}
	for _, g := range ecdh.All() {
		all[g.String()] = g
	}
	return all
}()

// groupNames are the names in the order of hello.
var groupNames = []string{
	"OAKLEY1", "OAKLEY2", "OAKLEY5", "P-256", "P-384", "P-521", "X25519", "X448", "X-Wing",
}

// agreements returns the groups of a party: the one of an offer first.
func (o *offer) agreements(f *fixed) ([]mikey.KeyAgreement, error) {
	first := o.Group
	if first == "" {
		first = "OAKLEY5"
	}
	if groups[first] == nil {
		return nil, &mikey.Error{Stage: mikey.Unsupported, Err: fmt.Errorf("there is no group %q", first)}
	}
	list := []mikey.KeyAgreement{groups[first]}
	for _, name := range groupNames {
		if name != first {
			list = append(list, groups[name])
		}
	}
	if f.DHPrivate != nil {
		for i := range list {
			list[i] = fixedPrivate{list[i], *f.DHPrivate}
		}
	}
	return list, nil
}

// fixedPrivate is a group with a private value that is not random.
type fixedPrivate struct {
	mikey.KeyAgreement
	private []byte
}

func (g fixedPrivate) Initiate(rand io.Reader) ([]byte, func([]byte) ([]byte, error), error) {
	if group := g.modp(); group != nil {
		finish := func(responder []byte) ([]byte, error) { return group.Shared(g.private, responder) }
		return group.Public(g.private), finish, nil
	}
	return g.KeyAgreement.Initiate(&fixedReader{queue: [][]byte{g.private}, rest: rand})
}

func (g fixedPrivate) Respond(rand io.Reader, initiator []byte) (value, tgk []byte, err error) {
	if group := g.modp(); group != nil {
		if tgk, err = group.Shared(g.private, initiator); err != nil {
			return nil, nil, err
		}
		return group.Public(g.private), tgk, nil
	}
	return g.KeyAgreement.Respond(&fixedReader{queue: [][]byte{g.private}, rest: rand}, initiator)
}

// modp returns the MODP group, whose private values have any length.
func (g fixedPrivate) modp() *modp.Group {
	return modp.ByNumber(uint8(g.Group()))
}

// A fixedReader answers reads of the right length from a queue, and others from
// rest.
type fixedReader struct {
	queue [][]byte
	rest  io.Reader
}

func (r *fixedReader) Read(b []byte) (int, error) {
	if len(r.queue) > 0 && len(r.queue[0]) == len(b) {
		n := copy(b, r.queue[0])
		r.queue = r.queue[1:]
		return n, nil
	}
	return r.rest.Read(b)
}
