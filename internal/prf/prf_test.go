package prf_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"testing"

	"pgregory.net/rapid"

	"github.com/gomikey/gomikey/internal/prf"
)

type function struct {
	name string
	hash func() hash.Hash
	init func(p *prf.PRF, inkey []byte)
}

var functions = []function{
	{"MIKEY-1", sha1.New, (*prf.PRF).InitSHA1},
	{"PRF-HMAC-SHA-256", sha256.New, (*prf.PRF).InitSHA256},
}

// derive makes a new PRF for one derivation.
func (f function) derive(inkey, label []byte, n int) []byte {
	var p prf.PRF
	f.init(&p, inkey)
	out := bytes.Repeat([]byte{0x5a}, n) // what was there before does not matter
	p.Derive(out, label)
	return out
}

// reference is PRF(inkey, label) as RFC 3830, Section 4.1.2, writes it.
func (f function) reference(inkey, label []byte, outLen int) []byte {
	mac := func(s []byte, parts ...[]byte) []byte {
		h := hmac.New(f.hash, s)
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	n := (8*len(inkey) + 255) / 256
	m := (outLen + f.hash().Size() - 1) / f.hash().Size()
	out := make([]byte, m*f.hash().Size())
	for i := range n {
		s := inkey[32*i : min(32*i+32, len(inkey))]
		var p []byte
		a := label // A_0
		for range m {
			a = mac(s, a)
			p = append(p, mac(s, a, label)...)
		}
		for j := range out {
			out[j] ^= p[j]
		}
	}
	return out[:outLen]
}

// The keys are 3, 10, 17, ... and the label is "label": 41 octets of MIKEY-1 and
// 65 of PRF-HMAC-SHA-256, made with Python's hmac.
var vectors = []struct {
	keyLen       int
	sha1, sha256 string
}{
	{1, "7d2799bf9f6cdd7754a26badc14f334349c3e3d598bf5c26b505a32457962dc1" +
		"8fa5f05dae2c858aa8", "e910a0d0a00c7259651bccf988ecce2efc34f341766b436833d37431b2583640" +
		"01ecfb892a5fe2c404a7952a3f3536f13dd20501d02c56e8f4719f1b331a4f2894"},
	{16, "311befe0553cb60b7abf66c04f3bff3a47ebd9fb9bf816f04a8fd4c72ed02925" +
		"3762df5c4f22ce768c", "92789e8ba18a0fdc67db593ac8babb12db218d1dcf76083c99d320a917756c74" +
		"d4a9159d303d16f0ff1d247a9fdfa7853fd915a592d6675cc8bdb7b2722317f5b5"},
	{20, "1ab1a7dd66e195e0740ce85934ef4c1924c10b5b51d748502b326db8308ae22f" +
		"1fbe5de2446439d2b5", "21e136ee96c52af42fa54252d082384f69a871525a03e9b61f4f43f17a07fa0f" +
		"0972354169aef5454a0e8d727b238ea974f10e2fdfe8c0eee8af06c94fc36368ac"},
	{31, "4a7b7e1f4855d97924008f2b1c83a44c2c191e841023ecc7381a466d7937f5d7" +
		"8c72ba67251afc118a", "a636b7b49c550905d84f4edc47a734547fc0f413daf4a4d2eff17d65c08ad1ff" +
		"64087d2b3abd5c0aa68c9505100a4f3e2d58193486f9729a9cd2295e10c6ceaef7"},
	{32, "ec824d76ff23cd9f63a8d6b14c6372a479aabec5a1c0ebbd1776a98eb1246137" +
		"e5b3a428ac707835df", "4b22e49a4e53078631140e69c6d4dbf106c72e727182c394147b00802eb9c98d" +
		"1eb5b7c649ee2612a79143751e76bf5d0f52f419080da4c7d3a96568114e9ed69f"},
	{33, "87012391732737426a42b6e074a4f2ddafbd1752bb5828a672f1e86e1ccbe3e8" +
		"44914bd00d7bf58342", "0bc030bc28ad0ed41edc31d9f8a3c6ca5f8a8567032ed12416fff13d811ba7f1" +
		"7c426c25346fbd843ceddafb4fc8bc29bdf844d4400b8429f8bd4e81fd5cb58d16"},
	{48, "a381893a747e3f9ea5228f6b2653fe8319b847f27fb3ec9f9a643ee98b360b29" +
		"0c22706a1d4ba914a2", "0a23117815ce64e9821212f9e0c91a25968b0e34a3b65c6e68aa7f2e9b9bae67" +
		"9d631ca292d932bd017cd189a11c2f1904a05e8c4eb30f69b4aaca43f788e56b6c"},
	{63, "2d44005bda6500bf8c2bd1c02f7da76d7ba6a011807ddf20b4170249e4afd11b" +
		"92e6e48cbb9ad35b1f", "329ee8adef55021b50844a37628c3fd069364d280cdc1c24ea5f6e54b0027adf" +
		"d652b35499d936897e347b446b07dcd917717033596303eea9866f6ed46d05c1fc"},
	{64, "8b1f85241dc01f30274e08a3c2ffe053d729a92da29afbe9ec8a9efb495c0a51" +
		"6940045358f6798b99", "2782c7fe806fe1f57ee23764b6e1727f756f7862311d946d53f5e811f6514f85" +
		"db71707c22fd2daef0cf5478f6a377b5c6f880ef260a661fd67554a6f830109c42"},
	{65, "1d45c1472d439cc9d0738ea5166cdc186c5ba5270efcd5bfef16004c98c90ea7" +
		"e0f5f858da1bd59a9e", "5aff5898ba9f296833e6a42ace3a784549a2004cb3b2bc216880ceef7a0ac9ea" +
		"25b6b8e307c1d0641ff678a91b22f7a303c05dee1ee143dfeea56bc0a9bbbd1ebb"},
	{192, "152b8b880b65828b053cc8148d7d9aa7c5c12ebdd0790a316985da2737122eef" +
		"a54711a5514b79ffcc", "c1588c29ebc3bb6d53a156ea1a19368e3d38a27854089730c935f0db1b153f0e" +
		"3e198fd9eeda1ef14abf78640f96c601273c44254b4f357bfc5ae85df074191c49"},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		key := make([]byte, v.keyLen)
		for i := range key {
			key[i] = byte(7*i + 3)
		}
		for i, want := range []string{v.sha1, v.sha256} {
			f := functions[i]
			for n := range len(want)/2 + 1 {
				if got := hex.EncodeToString(f.derive(key, []byte("label"), n)); got != want[:2*n] {
					t.Fatalf("%s, key of %d octets: %s, want %s", f.name, v.keyLen, got, want[:2*n])
				}
			}
		}
	}
}

func TestReference(t *testing.T) {
	for _, f := range functions {
		t.Run(f.name, rapid.MakeCheck(func(t *rapid.T) {
			inkey := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "inkey")
			label := rapid.SliceOfN(rapid.Byte(), 0, 270).Draw(t, "label")
			n := rapid.IntRange(0, 150).Draw(t, "n")
			if got, want := f.derive(inkey, label, n), f.reference(inkey, label, n); !bytes.Equal(got, want) {
				t.Fatalf("%x, want %x", got, want)
			}
		}))
	}
}

// One PRF serves many derivations of any length, and after Wipe another key.
func TestReuse(t *testing.T) {
	for _, f := range functions {
		t.Run(f.name, rapid.MakeCheck(func(t *rapid.T) {
			var p prf.PRF
			for range rapid.IntRange(1, 3).Draw(t, "keys") {
				inkey := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "inkey")
				f.init(&p, inkey)
				for range rapid.IntRange(1, 4).Draw(t, "derivations") {
					label := rapid.SliceOfN(rapid.Byte(), 0, 30).Draw(t, "label")
					out := make([]byte, rapid.IntRange(0, 70).Draw(t, "n"))
					before := bytes.Clone(label)
					p.Derive(out, label)
					if want := f.reference(inkey, label, len(out)); !bytes.Equal(out, want) {
						t.Fatalf("%x, want %x", out, want)
					}
					if !bytes.Equal(label, before) {
						t.Fatal("Derive changes the label")
					}
				}
				p.Wipe()
			}
		}))
	}
}

// The input key may be overwritten once the PRF has it.
func TestInputKeyIsNotKept(t *testing.T) {
	for _, f := range functions {
		for _, n := range []int{1, 32, 33, 100} {
			key := bytes.Repeat([]byte{7}, n)
			want := f.derive(key, []byte("label"), 40)
			var p prf.PRF
			f.init(&p, key)
			clear(key)
			out := make([]byte, 40)
			p.Derive(out, []byte("label"))
			if !bytes.Equal(out, want) {
				t.Errorf("%s: the output changes with the octets of a key of %d octets", f.name, n)
			}
		}
	}
}

func TestEmptyKeyGivesZeros(t *testing.T) {
	for _, f := range functions {
		if out := f.derive(nil, []byte("label"), 40); !bytes.Equal(out, make([]byte, 40)) {
			t.Errorf("%s: %x", f.name, out)
		}
	}
}
