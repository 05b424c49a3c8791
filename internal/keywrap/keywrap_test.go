package keywrap

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"github.com/gomikey/gomikey/internal/wycheproof"
)

// defaultIV is the initial value of RFC 3394, Section 2.2.3.1.
var defaultIV = [8]byte{0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6}

// mikeyIV stands for a salt that a MIKEY exchange derived.
var mikeyIV = [8]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}

// rfc3394Vectors are the test vectors of RFC 3394, Section 4.
var rfc3394Vectors = []struct {
	section, kek, plain, wrapped string
}{
	{
		section: "4.1",
		kek:     "000102030405060708090A0B0C0D0E0F",
		plain:   "00112233445566778899AABBCCDDEEFF",
		wrapped: "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5",
	},
	{
		section: "4.2",
		kek:     "000102030405060708090A0B0C0D0E0F1011121314151617",
		plain:   "00112233445566778899AABBCCDDEEFF",
		wrapped: "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D",
	},
	{
		section: "4.3",
		kek:     "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
		plain:   "00112233445566778899AABBCCDDEEFF",
		wrapped: "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7",
	},
	{
		section: "4.4",
		kek:     "000102030405060708090A0B0C0D0E0F1011121314151617",
		plain:   "00112233445566778899AABBCCDDEEFF0001020304050607",
		wrapped: "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2",
	},
	{
		section: "4.5",
		kek:     "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
		plain:   "00112233445566778899AABBCCDDEEFF0001020304050607",
		wrapped: "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1",
	},
	{
		section: "4.6",
		kek:     "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
		plain:   "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
		wrapped: "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
	},
}

func TestRFC3394Vectors(t *testing.T) {
	for _, v := range rfc3394Vectors {
		t.Run(v.section, func(t *testing.T) {
			block := newAES(t, fromHex(t, v.kek))
			plain, wrapped := fromHex(t, v.plain), fromHex(t, v.wrapped)

			got, err := Wrap(block, defaultIV, plain)
			if err != nil {
				t.Fatalf("Wrap: %v", err)
			}
			if !bytes.Equal(got, wrapped) {
				t.Errorf("Wrap = %x, want %x", got, wrapped)
			}

			got, err = Unwrap(block, defaultIV, wrapped)
			if err != nil {
				t.Fatalf("Unwrap: %v", err)
			}
			if !bytes.Equal(got, plain) {
				t.Errorf("Unwrap = %x, want %x", got, plain)
			}
		})
	}
}

func TestWycheproof(t *testing.T) {
	var suite struct {
		NumberOfTests int
		TestGroups    []struct {
			Tests []struct {
				TcID         int
				Comment      string
				Key, Msg, CT wycheproof.Hex
				Result       wycheproof.Result
			}
		}
	}
	wycheproof.Load(t, "aes_wrap_test.json", &suite)

	run := 0
	for _, group := range suite.TestGroups {
		for _, tc := range group.Tests {
			run++
			t.Run(fmt.Sprint(tc.TcID), func(t *testing.T) {
				block := newAES(t, tc.Key)
				// "acceptable" marks 8-octet keys, which RFC 3394, Section 2
				// excludes: this package refuses them.
				valid := tc.Result == wycheproof.Valid

				got, err := Unwrap(block, defaultIV, tc.CT)
				switch {
				case valid && err != nil:
					t.Errorf("Unwrap: %v (%s)", err, tc.Comment)
				case valid && !bytes.Equal(got, tc.Msg):
					t.Errorf("Unwrap = %x, want %x (%s)", got, tc.Msg, tc.Comment)
				case !valid && err == nil:
					t.Errorf("Unwrap accepted invalid input (%s)", tc.Comment)
				case !valid && got != nil:
					t.Errorf("Unwrap returned data with an error (%s)", tc.Comment)
				}

				got, err = Wrap(block, defaultIV, tc.Msg)
				switch {
				case valid && err != nil:
					t.Errorf("Wrap: %v (%s)", err, tc.Comment)
				case valid && !bytes.Equal(got, tc.CT):
					t.Errorf("Wrap = %x, want %x (%s)", got, tc.CT, tc.Comment)
				case !valid && err == nil && bytes.Equal(got, tc.CT):
					t.Errorf("Wrap made invalid data (%s)", tc.Comment)
				}
			})
		}
	}
	if run == 0 || run != suite.NumberOfTests {
		t.Errorf("ran %d tests, file announces %d", run, suite.NumberOfTests)
	}
}

// The initial value of MIKEY is a derived salt: data wrapped under one value
// must not open under another, the default of RFC 3394 included.
func TestCallerIV(t *testing.T) {
	block := newAES(t, make([]byte, 16))
	plain := bytes.Repeat([]byte{0x5a}, 32)
	wrapped, err := Wrap(block, mikeyIV, plain)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unwrap(block, mikeyIV, wrapped)
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("Unwrap = %x, %v", got, err)
	}
	if got, err := Unwrap(block, defaultIV, wrapped); !errors.Is(err, ErrIntegrity) || got != nil {
		t.Errorf("Unwrap with the default IV = %x, %v, want ErrIntegrity", got, err)
	}
	for bit := range 64 {
		iv := mikeyIV
		iv[bit/8] ^= 1 << (bit % 8)
		if got, err := Unwrap(block, iv, wrapped); !errors.Is(err, ErrIntegrity) || got != nil {
			t.Errorf("Unwrap with IV bit %d flipped = %x, %v, want ErrIntegrity", bit, got, err)
		}
	}
}

func TestUnwrapAltered(t *testing.T) {
	block := newAES(t, make([]byte, 16))
	wrapped, err := Wrap(block, mikeyIV, make([]byte, 24))
	if err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(wrapped) {
		altered := bytes.Clone(wrapped)
		altered[bit/8] ^= 1 << (bit % 8)
		if got, err := Unwrap(block, mikeyIV, altered); !errors.Is(err, ErrIntegrity) || got != nil {
			t.Errorf("bit %d flipped: Unwrap = %x, %v, want ErrIntegrity", bit, got, err)
		}
	}
	// One key must not open what another key closed.
	other := newAES(t, bytes.Repeat([]byte{1}, 16))
	if got, err := Unwrap(other, mikeyIV, wrapped); !errors.Is(err, ErrIntegrity) || got != nil {
		t.Errorf("wrong key: Unwrap = %x, %v, want ErrIntegrity", got, err)
	}
}

func TestLength(t *testing.T) {
	block := newAES(t, make([]byte, 16))
	for n := range 50 {
		in := make([]byte, n)

		wrapped, err := Wrap(block, mikeyIV, in)
		if n >= 16 && n%8 == 0 {
			if err != nil || len(wrapped) != n+8 {
				t.Errorf("Wrap of %d octets gives %d octets, %v", n, len(wrapped), err)
			}
		} else if !errors.Is(err, ErrLength) || wrapped != nil {
			t.Errorf("Wrap of %d octets = %x, %v, want ErrLength", n, wrapped, err)
		}

		want := ErrLength
		if n >= 24 && n%8 == 0 {
			want = ErrIntegrity
		}
		if plain, err := Unwrap(block, mikeyIV, in); !errors.Is(err, want) || plain != nil {
			t.Errorf("Unwrap of %d octets = %x, %v, want %v", n, plain, err, want)
		}
	}
}

func TestBlockSize(t *testing.T) {
	block, err := des.NewTripleDESCipher(make([]byte, 24))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Wrap(block, mikeyIV, make([]byte, 16)); !errors.Is(err, ErrBlockSize) {
		t.Errorf("Wrap: %v, want ErrBlockSize", err)
	}
	if _, err := Unwrap(block, mikeyIV, make([]byte, 24)); !errors.Is(err, ErrBlockSize) {
		t.Errorf("Unwrap: %v, want ErrBlockSize", err)
	}
}

func TestInputUntouched(t *testing.T) {
	block := newAES(t, make([]byte, 16))
	plain := []byte("sixteen octets!!")
	keep := bytes.Clone(plain)
	wrapped, err := Wrap(block, mikeyIV, plain)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(plain, keep) {
		t.Error("Wrap changed its input")
	}
	keep = bytes.Clone(wrapped)
	if _, err := Unwrap(block, mikeyIV, wrapped); err != nil {
		t.Fatal(err)
	}
	if _, err := Unwrap(block, defaultIV, wrapped); err == nil {
		t.Fatal("Unwrap accepted another IV")
	}
	if !bytes.Equal(wrapped, keep) {
		t.Error("Unwrap changed its input")
	}
}

// FuzzUnwrap checks wrap(unwrap(x)) == x. A random x has a random initial
// value, so the test first recovers the value under which x is valid; under
// every other one x must be refused.
func FuzzUnwrap(f *testing.F) {
	for _, v := range rfc3394Vectors {
		f.Add(fromHex(f, v.kek), defaultIV[:], fromHex(f, v.wrapped))
	}
	f.Add(make([]byte, 16), mikeyIV[:], make([]byte, 24))
	f.Add(make([]byte, 16), mikeyIV[:], make([]byte, 23))
	f.Add(make([]byte, 16), mikeyIV[:], make([]byte, 16))
	f.Add(make([]byte, 16), mikeyIV[:], make([]byte, 8*50))
	f.Fuzz(func(t *testing.T, kek, ivBytes, wrapped []byte) {
		block, err := aes.NewCipher(kek)
		if err != nil {
			return
		}
		var iv [8]byte
		copy(iv[:], ivBytes)

		own, plain, err := recoverIV(block, wrapped)
		if err != nil {
			if len(wrapped) >= 24 && len(wrapped)%8 == 0 {
				t.Fatalf("%d octets refused: %v", len(wrapped), err)
			}
			if got, err := Unwrap(block, iv, wrapped); !errors.Is(err, ErrLength) || got != nil {
				t.Fatalf("Unwrap of %d octets = %x, %v, want ErrLength", len(wrapped), got, err)
			}
			return
		}
		got, err := Unwrap(block, own, wrapped)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Unwrap under the recovered IV = %x, %v, want %x", got, err, plain)
		}
		again, err := Wrap(block, own, got)
		if err != nil || !bytes.Equal(again, wrapped) {
			t.Fatalf("Wrap(Unwrap(x)) = %x, %v, want %x", again, err, wrapped)
		}
		if iv != own {
			if got, err := Unwrap(block, iv, wrapped); !errors.Is(err, ErrIntegrity) || got != nil {
				t.Fatalf("Unwrap under another IV = %x, %v, want ErrIntegrity", got, err)
			}
		}
	})
}

// The sizes are one 128-bit key and the largest key data of a usual message.
func BenchmarkWrap(b *testing.B) {
	for _, size := range []int{16, 64} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			block, plain := newAES(b, make([]byte, 16)), make([]byte, size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Wrap(block, mikeyIV, plain); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkUnwrap(b *testing.B) {
	for _, size := range []int{16, 64} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			block := newAES(b, make([]byte, 16))
			wrapped, err := Wrap(block, mikeyIV, make([]byte, size))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Unwrap(block, mikeyIV, wrapped); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func newAES(t testing.TB, key []byte) cipher.Block {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	return block
}

func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
