package reference

import (
	"bytes"
	"crypto/ecdh"
	"crypto/sha3"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func fromHex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestMontgomery has the values of RFC 7748, Sections 5.2, 6.1 and 6.2.
func TestMontgomery(t *testing.T) {
	for _, v := range []struct {
		function  func(k, u []byte) []byte
		k, u, out string
	}{
		{X25519, "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
			"e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
			"c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
		{X25519, "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
			"e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
			"95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
		{X25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
			"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
			"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
		{X448, "3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121700a779c984c24f8cdd78fbff44943eba368f54b29259a4f1c600ad3",
			"06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9814dc031ddbdc38c19c6da2583fa5429db94ada18aa7a7fb4ef8a086",
			"ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239fe14fbaadeb445fc66a01b0779d98223961111e21766282f73dd96b6f"},
		{X448, "203d494428b8399352665ddca42f9de8fef600908e0d461cb021f8c538345dd77c3e4806e25f46d3315c44e0a5b4371282dd2c8d5be3095f",
			"0fbcc2f993cd56d3305b0b7d9e55d4c1a8fb5dbb52f8e9a1e9b6201b165d015894e56c4d3570bee52fe205e28a78b91cdfbde71ce8d157db",
			"884a02576239ff7a2f2f63b2db6a9ff37047ac13568e1e30fe63c4a7ad1b3ee3a5700df34321d62077e63633c575c1c954514e99da7c179d"},
	} {
		if got := v.function(fromHex(t, v.k), fromHex(t, v.u)); hex.EncodeToString(got) != v.out {
			t.Errorf("%x, want %s", got, v.out)
		}
	}
}

// TestCurves has the first test of the ecdh_secp*r1_ecpoint files of Wycheproof,
// and compares public values with those of the standard library.
func TestCurves(t *testing.T) {
	for _, v := range []struct {
		curve                  *Curve
		standard               ecdh.Curve
		private, point, secret string
	}{
		{P256, ecdh.P256(), "0612465c89a023ab17855b0a6bcebfd3febb53aef84138647b5352e02c10c346",
			"0462d5bd3372af75fe85a040715d0f502428e07046868b0bfdfa61d731afe44f26ac333a93a9e70a81cd5a95b5bf8d13990eb741c8c38872b4a07d275a014e30cf",
			"53020d908b0219328b658b525f26780e3ae12bcd952bb25a93bc0895e1714285"},
		{P384, ecdh.P384(), "766e61425b2da9f846c09fc3564b93a6f8603b7392c785165bf20da948c49fd1fb1dee4edd64356b9f21c588b75dfd81",
			"04790a6e059ef9a5940163183d4a7809135d29791643fc43a2f17ee8bf677ab84f791b64a6be15969ffa012dd9185d8796d9b954baa8a75e82df711b3b56eadff6b0f668c3b26b4b1aeb308a1fcc1c680d329a6705025f1c98a0b5e5bfcb163caa",
			"6461defb95d996b24296f5a1832b34db05ed031114fbe7d98d098f93859866e4de1e229da71fef0c77fe49b249190135"},
		{P521, ecdh.P521(), "01939982b529596ce77a94bc6efd03e92c21a849eb4f87b8f619d506efc9bb22e7c61640c90d598f795b64566dc6df43992ae34a1341d458574440a7371f611c7dcd",
			"040064da3e94733db536a74a0d8a5cb2265a31c54a1da6529a198377fbd38575d9d79769ca2bdf2d4c972642926d444891a652e7f492337251adf1613cf3077999b5ce00e04ad19cf9fd4722b0c824c069f70c3c0e7ebc5288940dfa92422152ae4a4f79183ced375afb54db1409ddf338b85bb6dbfc5950163346bb63a90a70c5aba098f7",
			"01f1e410f2c6262bce6879a3f46dfb7dd11d30eeee9ab49852102e1892201dd10f27266c2cf7cbccc7f6885099043dad80ff57f0df96acf283fb090de53df95f7d87"},
	} {
		k := fromHex(t, v.private)
		if got := v.curve.Shared(k, fromHex(t, v.point)); hex.EncodeToString(got) != v.secret {
			t.Errorf("%x, want %s", got, v.secret)
		}
		private, err := v.standard.NewPrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.curve.Public(k); !bytes.Equal(got, private.PublicKey().Bytes()) {
			t.Errorf("%v: public value %x", v.standard, got)
		}
	}
}

// TestXWing makes the file of the draft's three vectors, of which the SHAKE128 is
// known (spec/test-vectors.txt of its repository).
func TestXWing(t *testing.T) {
	var file strings.Builder
	write := func(name string, value []byte) {
		digits := hex.EncodeToString(value)
		if len(name)+len(digits)+5 < 74 {
			fmt.Fprintf(&file, "%s     %s\n", name, digits)
			return
		}
		fmt.Fprintf(&file, "%s\n", name)
		for line := range slices.Chunk([]byte(digits), 72) {
			fmt.Fprintf(&file, "  %s\n", line)
		}
	}
	stream := sha3.NewSHAKE128()
	for range 3 {
		seed, eseed := make([]byte, 32), make([]byte, 64)
		stream.Read(seed)
		stream.Read(eseed)
		public := XWingPublic(seed)
		ciphertext, secret := XWingEncapsulate(public, eseed)
		if got := XWingDecapsulate(seed, ciphertext); !bytes.Equal(got, secret) {
			t.Errorf("secrets %x and %x", got, secret)
		}
		write("seed", seed)
		write("sk", seed)
		write("pk", public)
		write("eseed", eseed)
		write("ct", ciphertext)
		write("ss", secret)
		file.WriteByte('\n')
	}
	const want = "1bcd0057d861d6b866239936cadcaeee1ec0164dedc181c386e9e54fe46156fe"
	if got := hex.EncodeToString(sha3.SumSHAKE128([]byte(file.String()), 32)); got != want {
		t.Errorf("SHAKE128 of the vectors is %s, want %s", got, want)
	}
}

// TestGroups: both parties of every group have the same secret.
func TestGroups(t *testing.T) {
	for name, g := range Groups {
		private := map[string]int{"P-384": 48, "P-521": 66, "X448": 56}[name]
		if private == 0 {
			private = 32
		}
		responder := private
		if name == "X-Wing" {
			responder = 64
		}
		a, b := bytes.Repeat([]byte{0x11}, private), bytes.Repeat([]byte{0x22}, responder)
		if name == "P-521" {
			a[0], b[0] = 0, 0
		}
		dhr, tgk := g.Respond(b, g.Initiate(a))
		if got := g.Finish(a, dhr); g.Name != name || !bytes.Equal(got, tgk) {
			t.Errorf("%s: secrets %x and %x", name, got, tgk)
		}
	}
}
