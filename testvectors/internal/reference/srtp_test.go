package reference

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func octets(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ToLower(strings.Join(strings.Fields(text), "")))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func same(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	if !bytes.Equal(got, octets(t, want)) {
		t.Errorf("%s is %x, want %s", what, got, want)
	}
}

var (
	gcm16 = SRTPProfile{SRTPAESGCM, 16, 12, 16, 16}
	gcm32 = SRTPProfile{SRTPAESGCM, 32, 12, 16, 16}
)

// RFC 3711, Appendix B.3; RFC 6188, Sections 7.2 and 7.4.
func TestSRTPKeyDerivation(t *testing.T) {
	for _, v := range []struct{ rfc, key, salt, encr, cipherSalt, auth string }{
		{
			"RFC 3711, B.3", "E1F97A0D3E018BE0D64FA32C06DE4139", "0EC675AD498AFEEBB6960B3AABE6",
			"C61E7A93744F39EE10734AFE3FF7A087", "30CBBC08863D8C85D49DB34A9AE1",
			`CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE E049646C43D9327AD175578EF7227098
			6371C10C9A369AC2F94A8C5FBCDDDC25 6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2`,
		}, {
			"RFC 6188, 7.2", "f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6", "3b04803de51ee7c96423ab5b78d2",
			"5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4", "fa31791685ca444a9e07c6c64e93",
			"fd9c32d39ed5fbb5a9dc96b30818454d1313dc05",
		}, {
			"RFC 6188, 7.4", "73edc66c4fa15776fb57f9505c171365 50ffda71f3e8e5f1", "c8522f3acd4ce86d5add78edbb11",
			"31874736a8f1143870c26e4857d8a5b2 c4a354407faadabb", "2372b82d639b6d8503a47adc0a6c",
			"355b10973cd95b9eacf4061c7e1a7151e7cfbfcb",
		},
	} {
		key, salt := octets(t, v.key), octets(t, v.salt)
		same(t, v.rfc+": cipher key", SRTPKey(key, salt, LabelRTPEncr, len(key)), v.encr)
		same(t, v.rfc+": auth key", SRTPKey(key, salt, LabelRTPAuth, len(octets(t, v.auth))), v.auth)
		same(t, v.rfc+": cipher salt", SRTPKey(key, salt, LabelRTPSalt, 14), v.cipherSalt)
	}
}

// RFC 3711, Appendix B.2; RFC 6188, Sections 7.1 and 7.3.
func TestSRTPKeystream(t *testing.T) {
	iv := SRTPIV(octets(t, "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"), 0, 0)
	for _, v := range []struct{ key, start, end string }{
		{
			"2B7E151628AED2A6ABF7158809CF4F3C",
			"E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0",
			"EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44",
		}, {
			"57f82fe3613fd170a85ec93c40b1f092 2ec4cb0dc025b58272147cc438944a98",
			"92bdd28a93c3f52511c677d08b5515a4 9da71b2378a854f67050756ded165bac 63c4868b7096d88421b563b8c94c9a31",
			"cea518c90fd91ced9cbb18c078a54711 3dbc4814f4da5f00a08772b63c6a046d 6eb246913062a16891433e97dd01a57f",
		}, {
			"eab234764e517b2d3d160d587d8c8621 9740f65f99b6bcf7",
			"35096cba4610028dc1b57503804ce37c 5de986291dcce161d5165ec4568f5c9a 474a40c77894bc17180202272a4c264d",
			"d108d1a31a00bad6367ec23eb044b415 c8f57129fdeb970b59f917b257662d4c a5dab625811034e8cebdfeb6dc158dd3",
		},
	} {
		stream := AESCM(octets(t, v.key), iv, make([]byte, 0xff02*16))
		same(t, "start of the keystream", stream[:48], v.start)
		same(t, "end of the keystream", stream[0xfeff*16:], v.end)
	}
}

// RFC 7714, Sections 16 and 17. Their keys are session keys.
func TestSRTPGCM(t *testing.T) {
	salt := octets(t, "51756964 2070726f 2071756f")
	k16 := SRTPKeys{Encr: octets(t, "000102030405060708090a0b0c0d0e0f"), Salt: salt}
	k32 := SRTPKeys{Encr: octets(t, "000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f"), Salt: salt}
	rtp := octets(t, `8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070
		61727465 73207472 6573`)
	same(t, "16.1.1", gcm16.SRTP(k16, 0, nil, rtp).Packet,
		`8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b
		36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`)
	same(t, "16.2.1", gcm32.SRTP(k32, 0, nil, rtp).Packet,
		`8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f
		1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13`)
	const report = `81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
		deadbeef deadbeef deadbeef deadbeef deadbeef`
	rtcp := octets(t, report)
	same(t, "17.1", gcm16.SRTCP(k16, 0x5d4, true, nil, rtcp).Packet,
		`81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46
		86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4`)
	same(t, "17.2", gcm32.SRTCP(k32, 0x5d4, true, nil, rtcp).Packet,
		`81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be 8415f658
		c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4`)
	same(t, "17.3", gcm16.SRTCP(k16, 0x5d4, false, nil, rtcp).Packet,
		report+"841dd968 3dd78ec9 2ae58790 125f62b3 000005d4")
}
