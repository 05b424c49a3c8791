package reference

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"os"
	"testing"
)

func testKey(t *testing.T) *rsa.PrivateKey {
	text, err := os.ReadFile("../generate/keys/alice.pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

// TestRSA compares the primitives with the standard library.
func TestRSA(t *testing.T) {
	private := testKey(t)
	k := NewRSAKey(private)
	secret := []byte("an envelope key!")
	//lint:ignore SA1019 it is what RFC 3830 has
	if got, err := rsa.DecryptPKCS1v15(nil, private, k.EncryptPKCS1(secret)); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("PKCS #1 v1.5: %x, %v", got, err)
	}
	if got, err := rsa.DecryptOAEP(sha1.New(), nil, private, k.EncryptOAEP(secret), nil); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("OAEP: %x, %v", got, err)
	}
	message := []byte("a message")
	sum256, sum1 := sha256.Sum256(message), sha1.Sum(message)
	if err := rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA256, sum256[:], k.SignPKCS1(message)); err != nil {
		t.Error("PKCS #1 v1.5 with SHA-256:", err)
	}
	if err := rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA1, sum1[:], k.SignPKCS1SHA1(message)); err != nil {
		t.Error("PKCS #1 v1.5 with SHA-1:", err)
	}
	pss := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
	if err := rsa.VerifyPSS(&private.PublicKey, crypto.SHA256, sum256[:], k.SignPSS(message), pss); err != nil {
		t.Error("PSS:", err)
	}
}

// TestSignatureInput: the signature covers everything in front of it, and the
// length of the signature counts although the signature is not there.
func TestSignatureInput(t *testing.T) {
	k := NewRSAKey(testKey(t))
	m := NewMessage(DHInit, 1, nil).Add(T(0, make([]byte, 8)))
	signed := Signed(m, k.PKCS1(), nil).Octets()
	if input := SignatureInput(m, k.PKCS1()); !bytes.Equal(input, signed[:len(signed)-256]) {
		t.Errorf("the input is %x", input)
	}
	if input := SignatureInputWithoutPayload(m, k.PKCS1()); !bytes.Equal(input, signed[:len(signed)-258]) {
		t.Errorf("the input without the payload is %x", input)
	}
	if got := signed[len(signed)-258 : len(signed)-256]; !bytes.Equal(got, []byte{0x01, 0x00}) {
		t.Errorf("S type and length are %x", got)
	}
	if len(m.Payloads) != 1 {
		t.Error("the message has changed")
	}
}

// TestKEMACInput: the octet for the next payload is zero, whatever follows.
func TestKEMACInput(t *testing.T) {
	k := MessageKeys{In: make([]byte, 16), RAND: make([]byte, 16), Encr: EncrAESCM128, MAC: MACHMACSHA1}
	p := k.EnvelopeKEMAC(make([]byte, 8), []byte("contents"))
	wire := append([]byte{NumLast}, p.Body...)
	encrData := wire[4:12]
	if input := KEMACInput(EncrAESCM128, encrData, MACHMACSHA1); !bytes.Equal(input, wire[:13]) {
		t.Errorf("the input is %x, of %x", input, wire)
	}
}
