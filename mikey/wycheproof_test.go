package mikey

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/cloudflare/circl/sign/ed448"

	"github.com/gomikey/gomikey/internal/wycheproof"
)

// The tests of this file take the vectors of Project Wycheproof through the code
// that messages go through.

type signatureVectors struct {
	TestGroups []struct {
		PublicKeyDER wycheproof.Hex `json:"publicKeyDer"`
		Tests        []struct {
			TCID    int               `json:"tcId"`
			Comment string            `json:"comment"`
			Msg     wycheproof.Hex    `json:"msg"`
			Sig     wycheproof.Hex    `json:"sig"`
			Result  wycheproof.Result `json:"result"`
		} `json:"tests"`
	} `json:"testGroups"`
}

func TestWycheproofSignatures(t *testing.T) {
	for _, file := range []struct {
		name     string
		signType SignType
		n        int // of r and of s; 0 where the signature is not in ASN.1
	}{
		{"ecdsa_secp256r1_sha256_test.json", SignECDSAP256, 32},
		{"ecdsa_secp384r1_sha384_test.json", SignECDSAP384, 48},
		{"ed25519_test.json", SignEd25519, 0},
		{"ed448_test.json", SignEd448, 0},
	} {
		t.Run(file.name, func(t *testing.T) {
			var vectors signatureVectors
			wycheproof.Load(t, file.name, &vectors)
			count := 0
			for _, g := range vectors.TestGroups {
				var key crypto.PublicKey
				if file.signType == SignEd448 {
					// The last octets of its SubjectPublicKeyInfo.
					key = ed448.PublicKey(g.PublicKeyDER[len(g.PublicKeyDER)-ed448.PublicKeySize:])
				} else {
					var err error
					if key, err = x509.ParsePKIXPublicKey(g.PublicKeyDER); err != nil {
						t.Fatal(err)
					}
				}
				for _, v := range g.Tests {
					count++
					signature := []byte(v.Sig)
					ok := true
					if file.n > 0 {
						// The form on the wire is not ASN.1.
						var err error
						signature, err = fixedECDSA(v.Sig, file.n)
						ok = err == nil
					}
					ok = ok && verifySignature(key, &Sign{SignType: file.signType, Signature: signature}, v.Msg)
					if want := v.Result == wycheproof.Valid; ok != want {
						t.Errorf("%d (%s): verifies %v, want %v", v.TCID, v.Comment, ok, want)
					}
				}
			}
			if count == 0 {
				t.Error("no vectors")
			}
		})
	}
}

func TestWycheproofEnvelopes(t *testing.T) {
	for _, file := range []struct {
		name string
		oaep bool
	}{
		{"rsa_pkcs1_2048_test.json", false},
		{"rsa_oaep_2048_sha1_mgf1sha1_test.json", true},
	} {
		t.Run(file.name, func(t *testing.T) {
			var vectors struct {
				TestGroups []struct {
					PrivateKey wycheproof.Hex `json:"privateKeyPkcs8"`
					Tests      []struct {
						TCID    int               `json:"tcId"`
						Comment string            `json:"comment"`
						Msg     wycheproof.Hex    `json:"msg"`
						CT      wycheproof.Hex    `json:"ct"`
						Label   wycheproof.Hex    `json:"label"`
						Result  wycheproof.Result `json:"result"`
					} `json:"tests"`
				} `json:"testGroups"`
			}
			wycheproof.Load(t, file.name, &vectors)
			count := 0
			for _, g := range vectors.TestGroups {
				private, err := x509.ParsePKCS8PrivateKey(g.PrivateKey)
				if err != nil {
					t.Fatal(err)
				}
				key := private.(*rsa.PrivateKey)
				template := &x509.Certificate{
					SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test"},
					NotAfter: time.Now().Add(time.Hour),
				}
				der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
				if err != nil {
					t.Fatal(err)
				}
				cert, err := x509.ParseCertificate(der)
				if err != nil {
					t.Fatal(err)
				}
				pair := KeyPair{Chain: []*x509.Certificate{cert}, Key: key}
				c := &X509{KeyPairs: []KeyPair{pair}, OAEP: file.oaep}
				for _, v := range g.Tests {
					if len(v.Label) > 0 || len(v.Msg) == 0 {
						continue // MIKEY has no label, and no empty envelope key
					}
					count++
					secret, err := c.openPKE(new(Exchange), &pair, v.CT)
					ok := err == nil && bytes.Equal(secret, v.Msg)
					if want := v.Result != wycheproof.Invalid; ok != want {
						t.Errorf("%d (%s): decrypts %v, want %v (%v)", v.TCID, v.Comment, ok, want, err)
					}
				}
			}
			if count == 0 {
				t.Error("no vectors")
			}
		})
	}
}

func TestWycheproofHMAC(t *testing.T) {
	for _, file := range []struct {
		name string
		alg  MACAlg
	}{
		{"hmac_sha1_test.json", MACHMACSHA1160},
		{"hmac_sha256_test.json", MACHMACSHA256256},
	} {
		t.Run(file.name, func(t *testing.T) {
			var vectors struct {
				TestGroups []struct {
					TagSize int `json:"tagSize"`
					Tests   []struct {
						TCID   int               `json:"tcId"`
						Key    wycheproof.Hex    `json:"key"`
						Msg    wycheproof.Hex    `json:"msg"`
						Tag    wycheproof.Hex    `json:"tag"`
						Result wycheproof.Result `json:"result"`
					} `json:"tests"`
				} `json:"testGroups"`
			}
			wycheproof.Load(t, file.name, &vectors)
			n, _ := file.alg.Len()
			count := 0
			for _, g := range vectors.TestGroups {
				if g.TagSize != 8*n {
					continue // MIKEY does not truncate
				}
				for _, v := range g.Tests {
					count++
					keys := &messageKeys{auth: v.Key}
					state := &macState{macAlg: file.alg, mac: keys.newMAC(file.alg)}
					if got, want := state.verify(v.Msg, nil, v.Tag), v.Result == wycheproof.Valid; got != want {
						t.Errorf("%d: verifies %v, want %v", v.TCID, got, want)
					}
				}
			}
			if count == 0 {
				t.Error("no vectors")
			}
		})
	}
}
