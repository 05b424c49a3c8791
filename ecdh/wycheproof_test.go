package ecdh_test

import (
	"bytes"
	stdecdh "crypto/ecdh"
	"crypto/sha3"
	"slices"
	"testing"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/internal/wycheproof"
)

type ecdhFile struct {
	TestGroups []struct {
		Tests []struct {
			TcID    int
			Comment string
			Flags   []string
			Public  wycheproof.Hex
			Private wycheproof.Hex
			Shared  wycheproof.Hex
			Result  wycheproof.Result
		}
	}
}

// TestWycheproofECPoint: points without compression are taken exactly if they
// are valid. Compressed ones, which the files call acceptable, are refused.
func TestWycheproofECPoint(t *testing.T) {
	for name, g := range map[string]ecdh.Group{
		"ecdh_secp256r1_ecpoint_test.json": ecdh.P256(),
		"ecdh_secp384r1_ecpoint_test.json": ecdh.P384(),
		"ecdh_secp521r1_ecpoint_test.json": ecdh.P521(),
	} {
		t.Run(g.String(), func(t *testing.T) {
			var file ecdhFile
			wycheproof.Load(t, name, &file)
			n, _ := g.PrivateLen()
			tests := 0
			for _, group := range file.TestGroups {
				for _, test := range group.Tests {
					tests++
					if (testing.Short() || raceEnabled) && g != ecdh.P256() && test.Result == wycheproof.Valid && tests%16 != 0 {
						continue // slow curves
					}
					private := bytes.TrimLeft(test.Private, "\x00") // an integer there
					private = append(make([]byte, n-len(private)), private...)
					got, err := scalarMult(t, g, private, test.Public)
					if test.Result == wycheproof.Valid {
						if err != nil || !bytes.Equal(got, test.Shared) {
							t.Errorf("test %d (%s): secret %x, %v", test.TcID, test.Comment, got, err)
						}
					} else if err != ecdh.ErrValue {
						t.Errorf("test %d (%s, %s): %v", test.TcID, test.Comment, test.Result, err)
					}
				}
			}
			if tests == 0 {
				t.Error("no tests")
			}
		})
	}
}

// TestWycheproofXDH: values are taken, on the twist and not reduced too (RFC 7748,
// Section 5), unless the secret is zero or they have another length.
func TestWycheproofXDH(t *testing.T) {
	for name, g := range map[string]ecdh.Group{
		"x25519_test.json": ecdh.X25519(),
		"x448_test.json":   ecdh.X448(),
	} {
		t.Run(g.String(), func(t *testing.T) {
			var file ecdhFile
			wycheproof.Load(t, name, &file)
			tests := 0
			for _, group := range file.TestGroups {
				for _, test := range group.Tests {
					tests++
					got, err := scalarMult(t, g, test.Private, test.Public)
					zero := !bytes.ContainsFunc(test.Shared, func(r rune) bool { return r != 0 })
					if test.Result == wycheproof.Invalid || zero {
						if err != ecdh.ErrValue {
							t.Errorf("test %d (%s, %v): %v", test.TcID, test.Comment, test.Flags, err)
						}
						continue
					}
					if err != nil || !bytes.Equal(got, test.Shared) {
						t.Errorf("test %d (%s, %v): secret %x, %v", test.TcID, test.Comment, test.Flags, got, err)
					}
				}
			}
			if tests == 0 {
				t.Error("no tests")
			}
		})
	}
}

type mlkemFile struct {
	TestGroups []struct {
		Tests []struct {
			TcID    int
			Comment string
			M       wycheproof.Hex
			EK      wycheproof.Hex
			C       wycheproof.Hex
			K       wycheproof.Hex
			Result  wycheproof.Result
		}
	}
}

// TestWycheproofEncapsulation: X-Wing encapsulates to the ML-KEM keys of the file,
// beside an X25519 value of this test, as ML-KEM alone does, and refuses those
// that are none.
//
// The other files of ML-KEM-768 do not apply: their decapsulation keys are seeds
// of 64 octets or expanded, and X-Wing expands its own of 32. Of their valid cases
// the encapsulation keys are used, below.
func TestWycheproofEncapsulation(t *testing.T) {
	var file mlkemFile
	wycheproof.Load(t, "mlkem_768_encaps_test.json", &file)
	scalar, ephemeral := bytes.Repeat([]byte{0x77}, 32), bytes.Repeat([]byte{0x42}, 32)
	own, err := stdecdh.X25519().NewPrivateKey(scalar)
	if err != nil {
		t.Fatal(err)
	}
	peer, err := stdecdh.X25519().NewPrivateKey(ephemeral)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := peer.ECDH(own.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	tests := 0
	for _, group := range file.TestGroups {
		for _, test := range group.Tests {
			tests++
			value := slices.Concat(test.EK, own.PublicKey().Bytes())
			ciphertext, secret, err := ecdh.XWing().Respond(bytes.NewReader(slices.Concat(test.M, ephemeral)), value)
			if test.Result != wycheproof.Valid {
				if err != ecdh.ErrValue {
					t.Errorf("test %d (%s): %v", test.TcID, test.Comment, err)
				}
				continue
			}
			wantSecret := sha3.Sum256(slices.Concat(test.K, shared, peer.PublicKey().Bytes(), own.PublicKey().Bytes(), []byte(`\.//^\`)))
			wantCiphertext := slices.Concat(test.C, peer.PublicKey().Bytes())
			if err != nil || !bytes.Equal(ciphertext, wantCiphertext) || !bytes.Equal(secret, wantSecret[:]) {
				t.Errorf("test %d (%s): %v", test.TcID, test.Comment, err)
			}
		}
	}
	if tests == 0 {
		t.Error("no tests")
	}
}

func TestWycheproofEncapsulationKeys(t *testing.T) {
	var file mlkemFile
	wycheproof.Load(t, "mlkem_768_test.json", &file)
	x := append([]byte{9}, make([]byte, 31)...)
	tests := 0
	for _, group := range file.TestGroups {
		for _, test := range group.Tests {
			if test.Result != wycheproof.Valid || len(test.EK) == 0 {
				continue
			}
			tests++
			if _, _, err := ecdh.XWing().Respond(bytes.NewReader(make([]byte, 64)), slices.Concat(test.EK, x)); err != nil {
				t.Errorf("test %d (%s): %v", test.TcID, test.Comment, err)
			}
		}
	}
	if tests == 0 {
		t.Error("no tests")
	}
}

// TestWycheproofSmallOrder: the values of small order of the file are refused in
// X-Wing too.
func TestWycheproofSmallOrder(t *testing.T) {
	var file ecdhFile
	wycheproof.Load(t, "x25519_test.json", &file)
	value, _, err := ecdh.XWing().Initiate(bytes.NewReader(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	tests := 0
	for _, group := range file.TestGroups {
		for _, test := range group.Tests {
			small := slices.Contains(test.Flags, "ZeroSharedSecret")
			_, _, err := ecdh.XWing().Respond(bytes.NewReader(make([]byte, 64)), slices.Concat(value[:1184], test.Public))
			if small != (err == ecdh.ErrValue) || !small && err != nil {
				t.Errorf("test %d (%s, %v): %v", test.TcID, test.Comment, test.Flags, err)
			}
			if small {
				tests++
			}
		}
	}
	if tests == 0 {
		t.Error("no values of small order")
	}
}
