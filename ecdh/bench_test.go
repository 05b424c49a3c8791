package ecdh_test

import (
	stdecdh "crypto/ecdh"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"testing"

	"github.com/cloudflare/circl/dh/x25519"
	"github.com/cloudflare/circl/kem/xwing"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/internal/modp"
	"github.com/gomikey/gomikey/mikey"
)

// BenchmarkDHHMAC is a whole exchange, both parties and two crypto sessions, beside
// the key generation and agreement of both parties that it cannot do without, and
// beside the MACs, digests and derivations that it cannot do without either.
func BenchmarkDHHMAC(b *testing.B) {
	oakley5, _ := mikey.OAKLEY5.KeyAgreement()
	for _, v := range []struct {
		group                mikey.KeyAgreement
		bare                 func(b *testing.B)
		request, answer, tgk int // lengths
	}{
		{ecdh.X25519(), bareX25519, 205, 181, 32},
		{ecdh.P256(), bareP256, 238, 247, 32},
		{oakley5, bareOAKLEY5, 365, 501, 192},
		{ecdh.XWing(), bareXWing, 1389, 2453, 32},
	} {
		b.Run(v.group.String()+"/exchange", func(b *testing.B) {
			am, bm := modes(b, "dhhmac", v.group)
			p := newParties(b, am, bm)
			offer := mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {SSRC: 2}}}
			b.ReportAllocs()
			for b.Loop() {
				message, pending, err := p.initiator.Start(offer)
				if err != nil {
					b.Fatal(err)
				}
				received, err := p.responder.Receive(message)
				if err != nil {
					b.Fatal(err)
				}
				answer, bobs, err := received.Accept()
				if err != nil {
					b.Fatal(err)
				}
				alices, err := pending.Finish(answer)
				if err != nil {
					b.Fatal(err)
				}
				alices.Close()
				bobs.Close()
			}
		})
		b.Run(v.group.String()+"/bare", func(b *testing.B) {
			b.ReportAllocs()
			v.bare(b)
		})
		b.Run(v.group.String()+"/symmetric", func(b *testing.B) {
			b.ReportAllocs()
			symmetric(b, v.request, v.answer, v.tgk)
		})
	}
}

// symmetric is what both parties do beside the agreement: MACs of both messages,
// SHA-256 of the request for the replay cache, and MIKEY-1 for auth_key and for TEK
// and salt of two crypto sessions.
func symmetric(b *testing.B, request, answer, tgk int) {
	label, messages := make([]byte, 4+1+4+16), make([]byte, max(request, answer))
	secret, key := make([]byte, 16), make([]byte, tgk)
	var a, out [sha1.Size]byte
	derive := func(key []byte, n int) {
		for ; len(key) > 0; key = key[min(32, len(key)):] {
			mac := hmac.New(sha1.New, key[:min(32, len(key))])
			for range n {
				mac.Reset()
				mac.Write(label)
				mac.Sum(a[:0])
				mac.Reset()
				mac.Write(a[:])
				mac.Write(label)
				mac.Sum(out[:0])
			}
		}
	}
	for b.Loop() {
		for range 2 { // parties
			derive(secret, 1)
			mac := hmac.New(sha1.New, out[:])
			mac.Write(messages[:request])
			mac.Sum(out[:0])
			mac.Reset()
			mac.Write(messages[:answer])
			mac.Sum(out[:0])
			sha256.Sum256(messages[:request])
			derive(key, 4)
		}
	}
}

func bareX25519(b *testing.B) {
	for b.Loop() {
		var private, public [2]x25519.Key
		for i := range private {
			rand.Read(private[i][:])
			x25519.KeyGen(&public[i], &private[i])
		}
		for i := range private {
			var secret x25519.Key
			if !x25519.Shared(&secret, &private[i], &public[1-i]) {
				b.Fatal("no secret")
			}
		}
	}
}

func bareP256(b *testing.B) {
	for b.Loop() {
		var private [2]*stdecdh.PrivateKey
		var public [2][]byte
		for i := range private {
			var err error
			if private[i], err = stdecdh.P256().GenerateKey(rand.Reader); err != nil {
				b.Fatal(err)
			}
			public[i] = private[i].PublicKey().Bytes()
		}
		for i := range private {
			peer, err := stdecdh.P256().NewPublicKey(public[1-i])
			if err != nil {
				b.Fatal(err)
			}
			if _, err := private[i].ECDH(peer); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func bareOAKLEY5(b *testing.B) {
	for b.Loop() {
		var private, public [2][]byte
		for i := range private {
			var err error
			if private[i], err = modp.Generate(rand.Reader); err != nil {
				b.Fatal(err)
			}
			public[i] = modp.Oakley5.Public(private[i])
		}
		for i := range private {
			if _, err := modp.Oakley5.Shared(private[i], public[1-i]); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func bareXWing(b *testing.B) {
	for b.Loop() {
		private, public, err := xwing.GenerateKeyPair(rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		packed := make([]byte, xwing.PublicKeySize)
		public.Pack(packed)
		_, ciphertext, err := xwing.Encapsulate(packed, nil)
		if err != nil {
			b.Fatal(err)
		}
		secret := make([]byte, xwing.SharedKeySize)
		private.DecapsulateTo(secret, ciphertext)
	}
}
