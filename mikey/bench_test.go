package mikey_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// usualMessage is a pre-shared key message of an RTSP server: T, RAND, SP with 8
// parameters and a KEMAC in the clear.
const usualMessage = "010005001122334401000055667788000000000b00ebfe6f2db1c13fd0" +
	"0a10202122232425262728292a2b2c2d2e2f01000000180001010101100201010301140701010801010a01010b010a" +
	"000000220020001e808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d00"

func BenchmarkParseMessage(b *testing.B) {
	data, err := hex.DecodeString(usualMessage)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mikey.ParseMessage(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendBinary(b *testing.B) {
	data, err := hex.DecodeString(usualMessage)
	if err != nil {
		b.Fatal(err)
	}
	m, err := mikey.ParseMessage(data)
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.AppendBinary(buf); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPSKExchange is a whole exchange: both parties, verification message,
// two crypto sessions, TEK and salt of both on both sides.
func BenchmarkPSKExchange(b *testing.B) {
	mode, err := mikey.PSK(make([]byte, 16))
	if err != nil {
		b.Fatal(err)
	}
	alice, err := mikey.NewInitiator(mode, nil)
	if err != nil {
		b.Fatal(err)
	}
	bob, err := mikey.NewResponder(nil, mode)
	if err != nil {
		b.Fatal(err)
	}
	offer := mikey.Offer{
		Verification:   true,
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {SSRC: 2}},
	}
	b.ReportAllocs()
	for b.Loop() {
		message, pending, err := alice.Start(offer)
		if err != nil {
			b.Fatal(err)
		}
		received, err := bob.Receive(message)
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
}

// BenchmarkPSKPrimitives is the HMAC and AES calls that such an exchange cannot
// avoid, over inputs of the same length.
func BenchmarkPSKPrimitives(b *testing.B) {
	var (
		psk, tgk  = make([]byte, 16), make([]byte, 16)
		auth      = make([]byte, 20)
		label     = make([]byte, 4+1+4+16)
		request   = make([]byte, 127)
		response  = make([]byte, 50)
		keyData   = make([]byte, 4+16)
		iv        = make([]byte, 16)
		a, out    [20]byte
		errorSink error
	)
	prf := func(key []byte, derivations int) {
		mac := hmac.New(sha1.New, key)
		for range derivations {
			mac.Reset()
			mac.Write(label)
			mac.Sum(a[:0])
			mac.Reset()
			mac.Write(a[:])
			mac.Write(label)
			mac.Sum(out[:0])
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for range 2 { // parties
			prf(psk, 3) // encr_key, salt, auth_key
			mac := hmac.New(sha1.New, auth)
			mac.Write(request)
			mac.Sum(out[:0])
			block, err := aes.NewCipher(psk)
			if err != nil {
				errorSink = err
			}
			cipher.NewCTR(block, iv).XORKeyStream(keyData, keyData)
			mac.Reset()
			mac.Write(response)
			mac.Sum(out[:0])
			prf(tgk, 4) // TEK and salt of two crypto sessions
		}
	}
	if errorSink != nil {
		b.Fatal(errorSink)
	}
}
