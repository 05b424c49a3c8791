package mikey_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// The CSB ID and RAND of the message in RFC 4567, Section 5.1.
const kdfCSBID = 0xcd177e50

func kdfRAND(t testing.TB) []byte { return fromHex(t, "4a28da979ee21a7651a0d7f19136d98c") }

func deriveHex(t *testing.T, f mikey.PRFFunc, inkey []byte, label mikey.Label, csID uint8, bits int) string {
	t.Helper()
	key, err := mikey.DeriveKey(f, inkey, label, csID, kdfCSBID, kdfRAND(t), bits)
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(key)
}

// The keys are 00 01 02 ...
func TestKDFCheckValues(t *testing.T) {
	for _, tt := range []struct {
		prf    mikey.PRFFunc
		keyLen int
		label  mikey.Label
		csID   uint8
		want   string
	}{
		{mikey.PRFMIKEY1, 16, mikey.LabelMIKEYEncr, mikey.CSIDMIKEY, "3ecb8e12ff89e649e0d7e99f2c8dbd5b"},
		{mikey.PRFMIKEY1, 16, mikey.LabelMIKEYAuth, mikey.CSIDMIKEY, "717c74239ab339283516802772c6289f7eebd391"},
		{mikey.PRFMIKEY1, 16, mikey.LabelMIKEYSalt, mikey.CSIDMIKEY, "b6d5b54e706c160be80157bac923"},
		{mikey.PRFMIKEY1, 16, mikey.LabelTEK, 1, "653dd085cbe8c9d6b09607e59a864171"},
		{mikey.PRFMIKEY1, 16, mikey.LabelSalt, 1, "c0c0a8bc99763b60e991c6d09d11"},
		{mikey.PRFMIKEY1, 32, mikey.LabelTEK, 1, "ac8fcb094a25e3c53efc1d8f774e91d4"},
		{mikey.PRFMIKEY1, 48, mikey.LabelTEK, 1, "e46ba3b0afb2659a839a5aaa094d6538"},
		{mikey.PRFHMACSHA256, 32, mikey.LabelTEK, 1, "5d8144987739d856253f571629c9b0c95e5dabd48af56b1faf0cf5bad846df68"},
	} {
		got := deriveHex(t, tt.prf, counting(tt.keyLen), tt.label, tt.csID, 4*len(tt.want))
		if got != tt.want {
			t.Errorf("%v, %d octets, label %08x: %s, want %s", tt.prf, tt.keyLen, uint32(tt.label), got, tt.want)
		}
	}
}

// kdfKey returns n octets of 3, 10, 17, ...
func kdfKey(n int) []byte {
	key := make([]byte, n)
	for i := range key {
		key[i] = byte(7*i + 3)
	}
	return key
}

// kdfVectors are 64 octets for LabelTEK and CS ID 7 from kdfKey. This Python made
// them:
//
//	import hmac
//
//	def prf(hash, inkey, label, n):
//	    out = bytes(n)
//	    for i in range(0, len(inkey), 32):
//	        s, a, p = inkey[i:i+32], label, b""
//	        while len(p) < n:
//	            a = hmac.new(s, a, hash).digest()
//	            p += hmac.new(s, a + label, hash).digest()
//	        out = bytes(x ^ y for x, y in zip(out, p))
//	    return out
//
//	label = bytes.fromhex("2ad01c64" "07" "cd177e50" "4a28da979ee21a7651a0d7f19136d98c")
//	for hash in "sha1", "sha256":
//	    for n in 1, 16, 20, 31, 32, 33, 48, 63, 64, 65, 192:
//	        print(n, prf(hash, bytes((7*i+3) % 256 for i in range(n)), label, 64).hex())
var kdfVectors = []struct {
	prf    mikey.PRFFunc
	keyLen int
	out    string
}{
	{mikey.PRFMIKEY1, 1, "8ba979b3f37d377f1c77c5b37f1866556d430eac3b8089460ff525b39cb7f7d3" +
		"f8933127296d1f94866113d5edca3efb54354808d724c9c04af81f76e2e853b0"},
	{mikey.PRFMIKEY1, 16, "ea8ae67aa7c088788fd4c9205253d1e9c3d093b915fbdc71c83e891d909076cb" +
		"4e20acf1a7bf74a45d901ad862fb9120c01671a18e93a6524a157c2370572299"},
	{mikey.PRFMIKEY1, 20, "27349d03ea3381eccba6449f76698f90c0280d914daf1f50ac1509d4ddd26dad" +
		"7ba7dd627521bc1ddff44ba0ba30a14d5f75dfe820501ee395f6d3b45db869c2"},
	{mikey.PRFMIKEY1, 31, "71c9d96ec87f3cde364682cc0a3b10982ff5e9640139388e92174f7d65e2f473" +
		"c9368eb49f5a66268a645d3cd78c38bb8135b181693348a8df7e146b6cf2c2f5"},
	{mikey.PRFMIKEY1, 32, "22bfc3c343e877c0fa26bd6b04c06f67b4de24daf70cb92cb855d5c76deac4f7" +
		"636b2d8e13546bb27e194a8b5b417f80a3da47541555e178fb9a4599f15ca5e5"},
	{mikey.PRFMIKEY1, 33, "422dcf277c2cf720e9df92ade85390daac43807049d62ae2f31876db3b9219ed" +
		"61fc2a3ddfab9cd84fd180aa45f2ae13b33fcf15ab6fb18bb8223aaaf17e3697"},
	{mikey.PRFMIKEY1, 48, "a71a19b7cc241380c742ce4f07b7521f19c7dc397e77c4bbaade8776aff0b141" +
		"e66e727f75afa8a1106d5612fd4e6c76aeef1188a0cbeae71dbd08139699e7e4"},
	{mikey.PRFMIKEY1, 63, "0ee466ceaf2ef6463921e2e4bb039f4722f08dff4f88a868e16dcd087e6bcf87" +
		"6c06ae4e26656caf1dc436e06f68f6b797ceb6f1db31a8af33e2270be4317549"},
	{mikey.PRFMIKEY1, 64, "b6df46b7fcab506b9bcaf4c658891293b834c3ae18d36d7ce6296f7378ff0008" +
		"9a48b0e547d2cbbf0cbf3cd03e966c20f07049323f1b805317ff980b616f69d9"},
	{mikey.PRFMIKEY1, 65, "689d0cb226c5042f2ada8a4f27b647d80efba53dd0890c68475b6b4bbd29bfee" +
		"537d5525f8b33d25ae43386bce6261b4024119777b8704443587bba50c64ec8d"},
	{mikey.PRFMIKEY1, 192, "1125de2a9addfde6a7ed1e71d931b73cb5d844df202bc67736ec87c99f3418f4" +
		"6c185096bf579efa3a59c0bc8b7cf5bb75a01f5993bede31ee4666f97d4787ae"},
	{mikey.PRFHMACSHA256, 1, "ee2f087f0ef43fdee8a7150162221bfa1beb600a3578831d18a2c8d302eb6b5e" +
		"c02458ad8e567bf86f38775265303491a84c0b67dbfdff853adc5863a119e607"},
	{mikey.PRFHMACSHA256, 16, "de3558d435682226e1869505cff4f31100c1b7ed7452ea0e162282a2a5264afc" +
		"7fa976c80af4fe810798a76325d9812f5cba9d4be3a1f6daaece7b34e26934b6"},
	{mikey.PRFHMACSHA256, 20, "cf55d565d240db2e167b842f7b975ea1aea1c9419b9bf001a527f6c76ef7d513" +
		"b85c46d0004c95f55a75db9fd6da6e5986ead18a91a7e36fe14aa6267483a785"},
	{mikey.PRFHMACSHA256, 31, "a740f7681ef1a21f18362b0fa7c003ac3d23a7ac0dc474830554ef7d605144e7" +
		"0c5a3f375e28b5da469cb68d9dfd2446b8b09297d478a45290af5090c7fa399b"},
	{mikey.PRFHMACSHA256, 32, "dc70c5ce9cde84cf4e6b70b511441de511133b04c1e560022ab37a9fef8467cd" +
		"3a2c5070c1aaba2608884326cc46bce6ae66b9c6e76788f1783bd96e9208887c"},
	{mikey.PRFHMACSHA256, 33, "eb638424a86ad10ff0284fcce51bcb433e6383bff6047964adb3e1691c4d58a6" +
		"e8291d790a8866273e121537de37b336c9765e4c2f59a973fb2af914c89cf5e5"},
	{mikey.PRFHMACSHA256, 48, "affe3d89be994cf8e19e58ffd5f991fc2756937ee8e2c40c00177e556ae76ce4" +
		"4c59dbacf6b95ee6c6107b310477b11b06e8a0b899f296819f44509fae3d2d3e"},
	{mikey.PRFHMACSHA256, 63, "f5cc03218fbe2682512f739c94f7bcd41626c5500329bba9aea19f00c5c491d4" +
		"e623a31bda6cae5382f9003ee5aad46653f09ec9e35a1d01e9f6dbc73a43f5a3"},
	{mikey.PRFHMACSHA256, 64, "375d21894b79a1990ca99a61525996261b5e9c42172616b2ddedf329024d9894" +
		"74b9c6755d5d2fd1d8083b57bdfabcc7b302d8f55855634207b89f33c15dc47c"},
	{mikey.PRFHMACSHA256, 65, "f10032f1ec309f8a8f66d006adfc87d4651c13a55ad2e1b8de72d644580f6e79" +
		"6a43404c2a6946ab73a444af27a67a21f0ce0582b673c9502788ffb473ac0e20"},
	{mikey.PRFHMACSHA256, 192, "e8ccf15e17457ed57d9985f4303a614c9ded5a40662b1da3cb56e71fd9732670" +
		"b120ad950b8fa7a1a3a502a9c9cf5fd667ad1871bcf08c79cc7f35fc05338132"},
}

// The output is the most significant bits of the PRF, whatever their number.
func TestR3830_049_MIKEY1(t *testing.T)        { testKDFLengths(t, mikey.PRFMIKEY1) }
func TestR6043_017_PRFHMACSHA256(t *testing.T) { testKDFLengths(t, mikey.PRFHMACSHA256) }

func testKDFLengths(t *testing.T, f mikey.PRFFunc) {
	n := 0
	for _, v := range kdfVectors {
		if v.prf != f {
			continue
		}
		n++
		t.Run(fmt.Sprintf("%d octets", v.keyLen), func(t *testing.T) {
			all := fromHex(t, v.out)
			for bits := 1; bits <= 8*len(all); bits++ {
				want := bytes.Clone(all[:(bits+7)/8])
				if spare := 8*len(want) - bits; spare > 0 {
					want[len(want)-1] &= 0xff << spare
				}
				if got := deriveHex(t, f, kdfKey(v.keyLen), mikey.LabelTEK, 7, bits); got != hex.EncodeToString(want) {
					t.Fatalf("%d bits: %s, want %x", bits, got, want)
				}
			}
		})
	}
	if n != 11 {
		t.Errorf("%d vectors", n)
	}
}

// A key of whole blocks is not followed by an empty block.
func TestP38_NoEmptyBlock(t *testing.T) {
	for _, tt := range []struct {
		keyLen int
		want   string
	}{
		{32, "ac8fcb094a25e3c53efc1d8f774e91d4"},
		{64, "26b6802b767bbb24022e06bfb34a9bd6"},
		{192, "cbdbe138f183db7f0cb7d15f1aba205f"},
	} {
		if got := deriveHex(t, mikey.PRFMIKEY1, counting(tt.keyLen), mikey.LabelTEK, 1, 128); got != tt.want {
			t.Errorf("%d octets: %s, want %s", tt.keyLen, got, tt.want)
		}
	}
}

// kdfLabels are 24 octets from the 20 octets of kdfKey, for each label.
var kdfLabels = []struct {
	label mikey.Label
	csID  uint8
	prf   mikey.PRFFunc
	out   string
}{
	{mikey.LabelTEK, 254, mikey.PRFMIKEY1, "55ae7662e2a3abde66daecfade97b0bb0a65cb8ad206ca01"},
	{mikey.LabelTEK, 254, mikey.PRFHMACSHA256, "9b661755e247f8b03e31fc13b86f56504ad1d8e6b4ce340d"},
	{mikey.LabelAuth, 254, mikey.PRFMIKEY1, "83093fd0a3967d1079528f4b6b7dd0e08cc3d8186c23d4ed"},
	{mikey.LabelAuth, 254, mikey.PRFHMACSHA256, "4043db40560088235885e35c073cc64963191810000beae5"},
	{mikey.LabelEncr, 254, mikey.PRFMIKEY1, "e1124149f42291f86ed022339f8b91061e0809698594e61b"},
	{mikey.LabelEncr, 254, mikey.PRFHMACSHA256, "fb06914cc22ad7f34f7e874a25a4c7346bbf8dce26f86501"},
	{mikey.LabelSalt, 254, mikey.PRFMIKEY1, "e9a9a2b67c1c3423c6a8359cde7649c5f15313db4b34cffa"},
	{mikey.LabelSalt, 254, mikey.PRFHMACSHA256, "7c665627eda9b1bbc35489c27dfc37671f921cce05cb291d"},
	{mikey.LabelMIKEYEncr, 255, mikey.PRFMIKEY1, "eeda2ef2563d2e5b265b3443b2ad8f05ac24e800695fe3c3"},
	{mikey.LabelMIKEYEncr, 255, mikey.PRFHMACSHA256, "b3e6bc7bec2e19b950e77e54e9ffab74473a798e06aa0c07"},
	{mikey.LabelMIKEYAuth, 255, mikey.PRFMIKEY1, "bd8e30acaa1ab400f896fe4daf35c0b1247028de15cacfc5"},
	{mikey.LabelMIKEYAuth, 255, mikey.PRFHMACSHA256, "56c0e900bcbe40e31d8a5f29e5afd0a0cc2f7883c73ebf30"},
	{mikey.LabelMIKEYSalt, 255, mikey.PRFMIKEY1, "c8a37f8820a24959c163b56222cdde4eda1e708bb505316e"},
	{mikey.LabelMIKEYSalt, 255, mikey.PRFHMACSHA256, "6b052a2fdd7ca881ae451ade0970bd2caac56c3873eed2c6"},
}

func TestR3830_050_LabelOrder(t *testing.T) {
	for _, v := range kdfLabels {
		if got := deriveHex(t, v.prf, kdfKey(20), v.label, v.csID, 192); got != v.out {
			t.Errorf("label %08x, %v: %s, want %s", uint32(v.label), v.prf, got, v.out)
		}
	}
}

func TestR3830_051_ConstantsForTGK(t *testing.T) {
	// Groups of nine decimal digits of e.
	for label, digits := range map[mikey.Label]uint32{
		mikey.LabelTEK: 718281828, mikey.LabelAuth: 459045235, mikey.LabelEncr: 360287471, mikey.LabelSalt: 966967627,
	} {
		if uint32(label) != digits {
			t.Errorf("%08x is not %d", uint32(label), digits)
		}
	}
	if mikey.LabelTEK != 0x2AD01C64 || mikey.LabelAuth != 0x1B5C7973 || mikey.LabelEncr != 0x15798CEF || mikey.LabelSalt != 0x39A2C14B {
		t.Error("constants differ from Table 4.1.3")
	}
}

func TestR3830_052_ConstantsForMIKEY(t *testing.T) {
	for label, digits := range map[mikey.Label]uint32{
		mikey.LabelMIKEYEncr: 352662497, mikey.LabelMIKEYAuth: 757247093, mikey.LabelMIKEYSalt: 699959574,
	} {
		if uint32(label) != digits {
			t.Errorf("%08x is not %d", uint32(label), digits)
		}
	}
	if mikey.LabelMIKEYEncr != 0x150533E1 || mikey.LabelMIKEYAuth != 0x2D22AC75 || mikey.LabelMIKEYSalt != 0x29B88916 {
		t.Error("constants differ from Table 4.1.4")
	}
	if mikey.CSIDMIKEY != 0xFF {
		t.Error("CSIDMIKEY is not 0xFF")
	}
}

// RAND stands in the label without its length, and may have 255 octets.
func TestDeriveKeyRANDLengths(t *testing.T) {
	for n, want := range map[int]string{0: "8a2a62a1bb8c22abfdd0bd1434ad531a", 1: "bb54d7c243c980c66debd3d1a321de51", 32: "66940e525a07a0626cb801062899c1a3", 33: "d32e90a236c81cc87a858af7e6b0df63", 255: "b9a0fed304b6405ff0ec05fd05e756ea"} {
		key, err := mikey.DeriveKey(mikey.PRFMIKEY1, counting(16), mikey.LabelTEK, 1, kdfCSBID, counting(n), 128)
		if err != nil || hex.EncodeToString(key) != want {
			t.Errorf("%d octets: %x, %v, want %s", n, key, err, want)
		}
	}
}

func TestDeriveKeyRefuses(t *testing.T) {
	key, rand := counting(16), counting(16)
	for name, err := range map[string]error{
		"empty key":     derive(mikey.PRFMIKEY1, nil, rand, 128),
		"no bits":       derive(mikey.PRFMIKEY1, key, rand, 0),
		"negative bits": derive(mikey.PRFMIKEY1, key, rand, -8),
		"too many bits": derive(mikey.PRFMIKEY1, key, rand, 8*0xffff+1),
		"long RAND":     derive(mikey.PRFMIKEY1, key, make([]byte, 256), 128),
		"unknown PRF":   derive(2, key, rand, 128),
	} {
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
		var code mikey.ErrorCode
		if found := errors.As(err, &code); found != (name == "unknown PRF") || found && code != mikey.ErrorInvalidPRF {
			t.Errorf("%s: code %v", name, code)
		}
	}
	if err := derive(mikey.PRFHMACSHA256, key, rand, 8*0xffff); err != nil {
		t.Errorf("most bits: %v", err)
	}
}

func derive(f mikey.PRFFunc, inkey, rand []byte, bits int) error {
	key, err := mikey.DeriveKey(f, inkey, mikey.LabelTEK, 1, 1, rand, bits)
	if (key == nil) != (err != nil) {
		return errors.New("key and error do not fit")
	}
	return err
}

// runExchange is an exchange in pre-shared key mode with an answer.
func runExchange(t *testing.T, offer mikey.Offer, ssrcs ...uint32) (request, answer []byte, alice, bob *mikey.Session) {
	t.Helper()
	mode, err := mikey.PSK(counting(16))
	if err != nil {
		t.Fatal(err)
	}
	initiator, err := mikey.NewInitiator(mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	responder, err := mikey.NewResponder(nil, mode)
	if err != nil {
		t.Fatal(err)
	}
	offer.Verification = true
	request, pending, err := initiator.Start(offer)
	if err != nil {
		t.Fatal(err)
	}
	received, err := responder.Receive(request)
	if err != nil {
		t.Fatal(err)
	}
	if answer, bob, err = received.Accept(ssrcs...); err != nil {
		t.Fatal(err)
	}
	if alice, err = pending.Finish(answer); err != nil {
		t.Fatal(err)
	}
	return request, answer, alice, bob
}

// masterKeys returns the master keys that both parties have for a CS ID.
func masterKeys(t *testing.T, alice, bob *mikey.Session, csID uint8) []mikey.MasterKey {
	t.Helper()
	a, err := alice.MasterKeys(csID)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bob.MasterKeys(csID)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if !bytes.Equal(a[i].Key, b[i].Key) || !bytes.Equal(a[i].Salt, b[i].Salt) {
			t.Fatalf("the parties have different keys for CS ID %d", csID)
		}
	}
	return a
}

// A salt beside the TGK is used; without one it is derived.
func TestR3830_053_CarriedSaltIsUsed(t *testing.T) {
	tgk, carried := counting(16), bytes.Repeat([]byte{0x77}, 14)
	for _, tt := range []struct {
		name string
		key  mikey.KeyData
	}{
		{"derived", mikey.KeyData{KeyType: mikey.TGK, Key: tgk}},
		{"carried", mikey.KeyData{KeyType: mikey.TGKSalt, Key: tgk, Salt: carried}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			request, _, alice, bob := runExchange(t, mikey.Offer{
				CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {SSRC: 2}},
				Keys:           []mikey.KeyData{tt.key},
			})
			m := mustParse(t, request)
			rand, _ := mikey.PayloadOf[*mikey.Rand](m)
			for csID := uint8(1); csID <= 2; csID++ {
				want := func(label mikey.Label, bits int) []byte {
					key, err := mikey.DeriveKey(mikey.PRFMIKEY1, tgk, label, csID, m.Header.CSBID, rand.Value, bits)
					if err != nil {
						t.Fatal(err)
					}
					return key
				}
				salt := want(mikey.LabelSalt, 112)
				if tt.key.Salt != nil {
					salt = carried
				}
				keys := masterKeys(t, alice, bob, csID)
				if len(keys) != 1 || !bytes.Equal(keys[0].Key, want(mikey.LabelTEK, 128)) || !bytes.Equal(keys[0].Salt, salt) {
					t.Errorf("CS ID %d has another key or salt", csID)
				}
			}
		})
	}
}
