//lint:file-ignore SA1019 RFC 3830, Section 4.2.5, makes PKCS #1 v1.5 encryption mandatory.

package mikey_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/gomikey/gomikey/internal/modp"
	"github.com/gomikey/gomikey/mikey"
)

// Each benchmark X/MIKEY is a whole exchange of both parties, with two crypto
// sessions and all their keys, and X/bare beside it the public-key operations
// that it cannot avoid. Every certificate is one of an authority that both
// trust, so verifying it is one of them.

var benchSizes = []struct {
	name string
	bits int
}{{"RSA2048", 2048}, {"RSA3072", 3072}}

func benchExchange(b *testing.B, mode certMode, bits int) {
	p := newCertPair(b, mode, func(p *certPair) { p.ax, p.bx = parties(bits) })
	offer := mikey.Offer{Verification: true, CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {SSRC: 2}}}
	b.ReportAllocs()
	for b.Loop() {
		message, pending, err := p.alice.Start(offer)
		if err != nil {
			b.Fatal(err)
		}
		received, err := p.bob.Receive(message)
		if err != nil {
			b.Fatal(err)
		}
		answer, bob, err := received.Accept()
		if err != nil {
			b.Fatal(err)
		}
		alice, err := pending.Finish(answer)
		if err != nil {
			b.Fatal(err)
		}
		alice.Close()
		bob.Close()
	}
}

// A bare does public-key operations with the keys of the tests.
type bare struct {
	own  *rsa.PrivateKey // of the parties
	root *rsa.PrivateKey // of the authority

	sum                              [32]byte
	signature, certificate, envelope []byte
}

func newBare(b *testing.B, bits int) *bare {
	k := &bare{own: rsaKey(bits, 1), root: testPKI().key, sum: sha256.Sum256([]byte("message"))}
	var err error
	if k.signature, err = rsa.SignPKCS1v15(nil, k.own, crypto.SHA256, k.sum[:]); err != nil {
		b.Fatal(err)
	}
	if k.certificate, err = rsa.SignPKCS1v15(nil, k.root, crypto.SHA256, k.sum[:]); err != nil {
		b.Fatal(err)
	}
	if k.envelope, err = rsa.EncryptPKCS1v15(rand.Reader, &k.own.PublicKey, make([]byte, 16)); err != nil {
		b.Fatal(err)
	}
	return k
}

func (k *bare) sign(b *testing.B) {
	if _, err := rsa.SignPKCS1v15(rand.Reader, k.own, crypto.SHA256, k.sum[:]); err != nil {
		b.Fatal(err)
	}
}

// verify verifies a signature and the certificate of the key.
func (k *bare) verify(b *testing.B) {
	if err := rsa.VerifyPKCS1v15(&k.own.PublicKey, crypto.SHA256, k.sum[:], k.signature); err != nil {
		b.Fatal(err)
	}
	if err := rsa.VerifyPKCS1v15(&k.root.PublicKey, crypto.SHA256, k.sum[:], k.certificate); err != nil {
		b.Fatal(err)
	}
}

func (k *bare) seal(b *testing.B) {
	if _, err := rsa.EncryptPKCS1v15(rand.Reader, &k.own.PublicKey, make([]byte, 16)); err != nil {
		b.Fatal(err)
	}
}

func (k *bare) open(b *testing.B) {
	if _, err := rsa.DecryptPKCS1v15(rand.Reader, k.own, k.envelope); err != nil {
		b.Fatal(err)
	}
}

func benchBare(b *testing.B, bits int, run func(k *bare)) {
	k := newBare(b, bits)
	b.ReportAllocs()
	for b.Loop() {
		run(k)
	}
}

// BenchmarkPublicKey: one signature, one decryption.
func BenchmarkPublicKey(b *testing.B) {
	for _, s := range benchSizes {
		b.Run(s.name+"/MIKEY", func(b *testing.B) { benchExchange(b, modePK, s.bits) })
		b.Run(s.name+"/bare", func(b *testing.B) {
			benchBare(b, s.bits, func(k *bare) { k.seal(b); k.sign(b); k.verify(b); k.open(b) })
		})
	}
}

// BenchmarkRSAR: two signatures, one decryption.
func BenchmarkRSAR(b *testing.B) {
	for _, s := range benchSizes {
		b.Run(s.name+"/MIKEY", func(b *testing.B) { benchExchange(b, modeRSAR, s.bits) })
		b.Run(s.name+"/bare", func(b *testing.B) {
			benchBare(b, s.bits, func(k *bare) {
				k.sign(b)
				k.verify(b)
				k.seal(b)
				k.sign(b)
				k.verify(b)
				k.open(b)
			})
		})
	}
}

// BenchmarkSignedDH: two signatures, four exponentiations.
func BenchmarkSignedDH(b *testing.B) {
	for _, g := range []struct {
		name  string
		group mikey.DHGroup
		modp  *modp.Group
	}{{"OAKLEY2", mikey.OAKLEY2, modp.Oakley2}, {"OAKLEY5", mikey.OAKLEY5, modp.Oakley5}} {
		for _, s := range benchSizes {
			mode := modeDH
			mode.make = func(x *mikey.X509) (mikey.Mode, error) { return mikey.SignedDH(x, oakleyGroup(g.group)) }
			b.Run(g.name+"/"+s.name+"/MIKEY", func(b *testing.B) { benchExchange(b, mode, s.bits) })
			b.Run(g.name+"/"+s.name+"/bare", func(b *testing.B) {
				x := bytes.Repeat([]byte{0x5a}, modp.PrivateLen)
				y := g.modp.Public(bytes.Repeat([]byte{0x3c}, modp.PrivateLen))
				benchBare(b, s.bits, func(k *bare) {
					for range 2 {
						k.sign(b)
						k.verify(b)
						g.modp.Public(x)
						if _, err := g.modp.Shared(x, y); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		}
	}
}
