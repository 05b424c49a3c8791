package sdes

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// The tests of this file are named after the requirements of RFC 4568, RFC 6188
// and RFC 7714 that they check.

// one is a configuration for the suite that everybody has.
func one() *Config { return &Config{Suites: []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80}} }

func mustOffer(t testing.TB, local Medium, c *Config) *Offer {
	t.Helper()
	o, err := MakeOffer(local, c)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func mustAnswer(t testing.TB, remote, local Medium, c *Config) (Medium, *Session) {
	t.Helper()
	m, s, err := Answer(remote, local, c)
	if err != nil {
		t.Fatal(err)
	}
	return m, s
}

func mustApply(t testing.TB, o *Offer, remote Medium) *Session {
	t.Helper()
	s, err := o.ApplyAnswer(remote)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// exchange runs an offer and its answer.
func exchange(t testing.TB, alice, bob *Config, a, b Medium) (sa, sb *Session) {
	t.Helper()
	o := mustOffer(t, a, alice)
	answer, sb := mustAnswer(t, o.Medium(), b, bob)
	sa = mustApply(t, o, answer)
	crosswise(t, sa, sb)
	return sa, sb
}

func sameMasterKeys(a, b []mikey.MasterKey) bool {
	return slices.EqualFunc(a, b, func(x, y mikey.MasterKey) bool {
		return bytes.Equal(x.Key, y.Key) && bytes.Equal(x.Salt, y.Salt) &&
			x.Validity.Type == y.Validity.Type && bytes.Equal(x.Validity.SPI, y.Validity.SPI)
	})
}

// crosswise checks that each party receives what the other sends.
func crosswise(t testing.TB, a, b *Session) {
	t.Helper()
	if a.Tag != b.Tag || a.Suite != b.Suite {
		t.Fatalf("%v and %v", a, b)
	}
	for _, d := range [][2]Direction{{a.Send, b.Receive}, {b.Send, a.Receive}} {
		if !sameMasterKeys(d[0].Keys, d[1].Keys) || !sameMasterKeys(d[0].FECKeys, d[1].FECKeys) ||
			!slices.Equal(d[0].Limits, d[1].Limits) || !slices.Equal(d[0].FECLimits, d[1].FECLimits) ||
			d[0].Policy != d[1].Policy || d[0].KDR != d[1].KDR || d[0].WindowHint != d[1].WindowHint ||
			d[0].FECOrder != d[1].FECOrder || len(d[0].Keys) == 0 || len(d[0].Keys) != len(d[0].Limits) {
			t.Fatalf("%v\n%v", d[0], d[1])
		}
	}
	if bytes.Equal(a.Send.Keys[0].Key, a.Receive.Keys[0].Key) {
		t.Fatal("one key for both directions")
	}
}

// parses tells whether each line is valid, which is want for all of them.
func parses(t *testing.T, want bool, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if _, err := Parse(line); (err == nil) != want {
			t.Errorf("%s: %v", line, err)
		}
	}
}

const (
	suite80 = "AES_CM_128_HMAC_SHA1_80"
	suite32 = "AES_CM_128_HMAC_SHA1_32"
)

// line returns an attribute with rfcKey.
func line(tag, suite, more string) string { return tag + " " + suite + " inline:" + rfcKey + more }

func TestR4568_001_UnicastSecureRTP(t *testing.T) {
	for _, m := range []Medium{
		{Profile: "RTP/AVP"}, {Profile: "UDP/TLS/RTP/SAVPF"}, {Profile: "udp"}, {Profile: "RTP/SAVP\r\n"},
		{Address: "224.2.1.1:5000"}, {Address: "224.2.1.1/127"}, {Address: "[ff02::1]:5000"}, {Address: "ff02::1/3"},
		{FECAddress: "224.2.1.1:5002"},
	} {
		if _, err := MakeOffer(m, nil); !errors.Is(err, ErrTransport) {
			t.Errorf("offer for %v: %v", m, err)
		}
		remote := m
		remote.Crypto = []string{usual}
		if rejected, _, err := Answer(remote, Medium{}, nil); !errors.Is(err, ErrTransport) || !rejected.Rejected {
			t.Errorf("answer to %v: %v", m, err)
		}
		if _, _, err := Answer(Medium{Crypto: []string{usual}}, m, nil); !errors.Is(err, ErrTransport) {
			t.Errorf("answer with %v: %v", m, err)
		}
		if _, err := mustOffer(t, Medium{}, nil).ApplyAnswer(remote); !errors.Is(err, ErrTransport) {
			t.Errorf("answer %v: %v", m, err)
		}
	}
	for _, m := range []Medium{
		{Profile: "RTP/SAVP", Address: "192.0.2.1:4000"}, {Profile: "RTP/SAVPF", Address: "[2001:db8::1]:4000"}, {Address: "example.com:4000"},
	} {
		mustOffer(t, m, nil)
	}
	exchange(t, &Config{Opportunistic: true}, &Config{Opportunistic: true}, Medium{Profile: "RTP/AVP"}, Medium{Profile: "RTP/AVP"})
}

func TestR4568_002_Tags(t *testing.T) {
	parses(t, true, line("1", suite80, ""), line("999999999", suite80, ""))
	parses(t, false, line("0", suite80, ""), line("01", suite80, ""), line("1234567890", suite80, ""), line("", suite80, ""))

	// Not unique: none of them can be accepted, but others can.
	c := &Config{Suites: Suites()}
	remote := Medium{Crypto: []string{
		line("1", suite80, ""), "1 " + suite32 + " inline:" + rfcKey1, "2 " + suite80 + " inline:" + rfcKey2,
	}}
	if _, s := mustAnswer(t, remote, Medium{}, c); s.Tag != 2 {
		t.Errorf("tag %d was chosen", s.Tag)
	}
	for i, a := range mustOffer(t, Medium{}, c).attributes {
		if a.Tag != uint32(i+1) {
			t.Errorf("attribute %d has tag %d", i, a.Tag)
		}
	}
}

func TestR4568_003_Blanks(t *testing.T) {
	parses(t, true, "1\t"+suite80+" \t inline:"+rfcKey+"\t\tKDR=1   WSH=64")
	parses(t, false, "1"+suite80+" inline:"+rfcKey, "1 "+suite80+" KDR=1 inline:"+rfcKey)
}

func TestR4568_004_Case(t *testing.T) {
	a := mustParse(t, "1 aes_cm_128_hmac_sha1_80 INLINE:"+rfcKey+" wsh=64")
	if a.Suite != mikey.AES_CM_128_HMAC_SHA1_80 || a.Params.WSH != 64 {
		t.Error(a)
	}
	parses(t, false, "A=crypto:"+line("1", suite80, ""), "a=CRYPTO:"+line("1", suite80, ""))
	if b := mustParse(t, "1 "+suite80+" inline:"+strings.ToLower(rfcKey)); bytes.Equal(b.Keys[0].Master, a.Keys[0].Master) {
		t.Error("base64 without case")
	}
}

func TestR4568_005_Methods(t *testing.T) {
	a := mustParse(t, line("1", suite80, "|1:1;inline:"+rfcKey1+"|2:1"))
	if len(a.Keys) != 2 || a.Check() != nil {
		t.Error(a)
	}
	if a := mustParse(t, "1 "+suite80+" uri:x"); !errors.Is(a.Check(), ErrUnsupported) {
		t.Error(a)
	}
}

func TestR4568_006_KeyLength(t *testing.T) {
	parses(t, false, "1 "+suite80+" inline:"+rfcKey[:36], line("1", suite80, "AAAA"), line("1", "AES_256_CM_HMAC_SHA1_80", ""))
	remote := Medium{Crypto: []string{"1 " + suite80 + " inline:" + rfcKey[:36], line("2", suite80, "")}}
	if _, s := mustAnswer(t, remote, Medium{}, one()); s.Tag != 2 {
		t.Error("an invalid attribute stops the others")
	}
}

func TestR4568_007_Padding(t *testing.T) {
	const text = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3OA" // 28 octets
	with := mustParse(t, "1 AEAD_AES_128_GCM inline:"+text+"==|1:1")
	without := mustParse(t, "1 AEAD_AES_128_GCM inline:"+text+"|1:1")
	if !sameKeys(with.Keys, without.Keys) || mustLine(t, without) != mustLine(t, with) {
		t.Error("padding makes a difference")
	}
	parses(t, false, "1 AEAD_AES_128_GCM inline:"+text+"=", "1 AEAD_AES_128_GCM inline:"+text+"===")
}

func TestR4568_008_Lifetime(t *testing.T) {
	parses(t, true, line("1", suite80, "|2^48"), line("1", suite80, "|281474976710656"), line("1", suite80, "|1"))
	parses(t, false, line("1", suite80, "|2^49"), line("1", suite80, "|281474976710657"), line("1", suite80, "|0"),
		line("1", suite80, "|010"), line("1", suite80, "|2^020"))

	c := one()
	c.Lifetime = PowerOfTwo(20)
	_, s := exchange(t, c, one(), Medium{}, Medium{})
	if s.Receive.Limits[0] != (Limit{1 << 20, 1 << 20}) || s.Send.Limits[0] != (Limit{1 << 48, 1 << 31}) {
		t.Errorf("limits %v, %v", s.Receive.Limits, s.Send.Limits)
	}
}

func TestR4568_009_MKI(t *testing.T) {
	parses(t, true, line("1", suite80, "|1:1"), line("1", suite80, "|1:128"), line("1", suite80, "|4294967295:4"))
	parses(t, false, line("1", suite80, "|0:1"), line("1", suite80, "|01:1"), line("1", suite80, "|1:0"), line("1", suite80, "|1:129"),
		line("1", suite80, "|1:"), line("1", suite80, "|2^20|1"), line("1", suite80, "|4294967296:4"))
	_, s := mustAnswer(t, Medium{Crypto: []string{line("1", suite80, "|1066:4")}}, Medium{}, one())
	if v := s.Receive.Keys[0].Validity; v.Type != mikey.KVSPI || !bytes.Equal(v.SPI, []byte{0, 0, 4, 42}) {
		t.Error(v)
	}
	if v := s.Send.Keys[0].Validity; v.Type != mikey.KVNull {
		t.Error(v)
	}
}

func TestR4568_010_LifetimeOrMKI(t *testing.T) {
	a := mustParse(t, line("1", suite80, "|1066:4"))
	if (a.Keys[0].Lifetime != Lifetime{}) || len(a.Keys[0].MKI) != 4 {
		t.Error(a)
	}
	a = mustParse(t, line("1", suite80, "|1066"))
	if a.Keys[0].Lifetime.Packets != 1066 || a.Keys[0].MKI != nil {
		t.Error(a)
	}
	parses(t, false, line("1", suite80, "|1:4|2^20"))
}

func TestR4568_011_SeveralKeys(t *testing.T) {
	parses(t, true, line("1", suite80, "|1:2;inline:"+rfcKey1+"|2:2"))
	parses(t, false, line("1", suite80, ";inline:"+rfcKey1), line("1", suite80, "|1:2;inline:"+rfcKey1), line("1", suite80, "|1:2;inline:"+rfcKey1+"|2:1"))
	c := one()
	c.Keys, c.MKILength = 3, 2
	_, s := exchange(t, c, c, Medium{}, Medium{})
	for i, k := range s.Receive.Keys {
		if !bytes.Equal(k.Validity.SPI, []byte{0, byte(i + 1)}) {
			t.Error(k)
		}
	}
}

func TestR4568_012_UniqueKeys(t *testing.T) {
	parses(t, false, line("1", suite80, "|1:1;inline:"+rfcKey+"|2:1"), line("1", suite80, " FEC_KEY=inline:"+rfcKey))

	// In one medium: the first attribute with a key may use it.
	c := &Config{Suites: []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_32}}
	remote := Medium{Crypto: []string{line("1", suite80, ""), line("2", suite32, "")}}
	var none *NoMatchError
	if _, _, err := Answer(remote, Medium{}, c); !errors.As(err, &none) || !errors.Is(none.Reasons[1], ErrInvalid) {
		t.Error(err)
	}
	if _, s := mustAnswer(t, remote, Medium{}, one()); s.Tag != 1 {
		t.Error(s)
	}

	// In a description.
	var e *AttributeError
	other := Medium{Crypto: []string{"broken", "1 " + suite80 + " inline:" + rfcKey1}}
	if err := CheckKeys(other, Medium{Crypto: []string{line("1", suite80, "")}}); err != nil {
		t.Error(err)
	}
	fec := Medium{Crypto: []string{"3 " + suite80 + " inline:" + rfcKey2 + " FEC_KEY=inline:" + rfcKey1}}
	if err := CheckKeys(other, fec); !errors.As(err, &e) || e.Tag != 3 || !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}

	// Own ones.
	o := mustOffer(t, Medium{FECAddress: "a"}, &Config{Suites: Suites(), Keys: 4, MKILength: 1})
	if err := CheckKeys(o.Medium()); err != nil {
		t.Error(err)
	}
	if _, err := MakeOffer(Medium{}, &Config{Rand: zeros{}}); err == nil {
		t.Error("all keys are zeros")
	}
	if _, err := MakeOffer(Medium{}, &Config{Rand: strings.NewReader("short")}); err == nil {
		t.Error("a key that is not random to its end")
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func TestR4568_013_KDR(t *testing.T) {
	parses(t, true, line("1", suite80, " KDR=1"), line("1", suite80, " KDR=24"), line("1", suite80, " KDR=0"))
	parses(t, false, line("1", suite80, " KDR=25"), line("1", suite80, " KDR=01"), line("1", suite80, " KDR=-1"))

	// No SRTP context here derives keys again: only who asks for it gets it.
	remote := Medium{Crypto: []string{line("1", suite80, " KDR=5")}}
	if _, _, err := Answer(remote, Medium{}, one()); !errors.Is(err, ErrPolicy) || !strings.Contains(err.Error(), "KDR") {
		t.Error(err)
	}
	c := one()
	c.AcceptKDR = true
	if _, s := mustAnswer(t, remote, Medium{}, c); s.Receive.KDR != 5 || s.Send.KDR != 0 {
		t.Error(s)
	}
	remote.Crypto[0] = line("1", suite80, " KDR=0")
	if _, s := mustAnswer(t, remote, Medium{}, one()); s.Receive.KDR != 0 {
		t.Error(s)
	}
}

func TestR4568_014_FECKey(t *testing.T) {
	const fecKey = " FEC_KEY=inline:" + rfcKey1 + "|2^20"
	for _, test := range []struct {
		params, address string
		ok              bool
	}{
		{"", "", true}, {fecKey, "", false}, {"", "192.0.2.1:5002", false}, {fecKey, "192.0.2.1:5002", true},
	} {
		remote := Medium{FECAddress: test.address, Crypto: []string{line("1", suite80, test.params)}}
		_, s, err := Answer(remote, Medium{}, one())
		if (err == nil) != test.ok || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%q at %q: %v", test.params, test.address, err)
		}
		if test.ok && (len(s.Receive.FECKeys) == 1) != (test.params != "") {
			t.Error(s)
		}
	}
	a, b := exchange(t, one(), one(), Medium{FECAddress: "a"}, Medium{FECAddress: "b"})
	if len(a.Send.FECKeys) != 1 || len(b.Send.FECKeys) != 1 {
		t.Error(a, b)
	}
	a, _ = exchange(t, one(), one(), Medium{FECAddress: "a"}, Medium{})
	if len(a.Send.FECKeys) != 1 || len(a.Receive.FECKeys) != 0 {
		t.Error(a)
	}
	o := mustOffer(t, Medium{}, one())
	answer, _ := mustAnswer(t, o.Medium(), Medium{FECAddress: "b"}, one())
	answer.FECAddress = ""
	if _, err := o.ApplyAnswer(answer); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

func TestR4568_015_WSH(t *testing.T) {
	parses(t, true, line("1", suite80, " WSH=64"), line("1", suite80, " WSH=1000000"))
	parses(t, false, line("1", suite80, " WSH=63"), line("1", suite80, " WSH=0128"))
	c := one()
	c.Params.WSH = 128
	if _, s := exchange(t, c, one(), Medium{}, Medium{}); s.Receive.WindowHint != 128 || s.Send.WindowHint != 0 {
		t.Error(s)
	}
}

func TestR4568_016_UnknownParameter(t *testing.T) {
	remote := Medium{Crypto: []string{line("1", suite80, " FOO=1")}}
	if _, _, err := Answer(remote, Medium{}, one()); !errors.Is(err, ErrUnsupported) {
		t.Error(err)
	}
	remote.Crypto[0] = line("1", suite80, " -FOO=1")
	mustAnswer(t, remote, Medium{}, one())
}

func TestR4568_017_UnencryptedSRTCP(t *testing.T) {
	remote := Medium{Crypto: []string{line("1", suite80, " UNENCRYPTED_SRTCP")}}
	if _, _, err := Answer(remote, Medium{}, one()); !errors.Is(err, ErrPolicy) {
		t.Error(err)
	}
	c := one()
	c.AcceptUnencryptedSRTCP = true
	_, s := mustAnswer(t, remote, Medium{}, c)
	for _, d := range []Direction{s.Send, s.Receive} {
		if d.Policy.EncryptSRTCP || !d.Policy.EncryptSRTP || !d.Policy.Authenticate {
			t.Error(d.Policy)
		}
	}
}

func TestR4568_018_UnauthenticatedSRTP(t *testing.T) {
	remote := Medium{Crypto: []string{line("1", suite80, " UNAUTHENTICATED_SRTP")}}
	if _, _, err := Answer(remote, Medium{}, one()); !errors.Is(err, ErrPolicy) {
		t.Error(err)
	}
	c := one()
	c.AcceptUnauthenticatedSRTP = true
	if _, s := mustAnswer(t, remote, Medium{}, c); s.Send.Policy.Authenticate || s.Send.Policy.SRTPTagLen != 0 || s.Send.Policy.SRTCPTagLen != 10 {
		t.Error(s.Send.Policy)
	}
	// Ciphers that have no choice.
	c.Suites, c.AcceptUnencryptedSRTP, c.AcceptUnencryptedSRTCP = Suites(), true, true
	gcm := "1 AEAD_AES_128_GCM inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3OA=="
	for l, ok := range map[string]bool{
		gcm + " UNAUTHENTICATED_SRTP": false, gcm + " UNENCRYPTED_SRTP": false, gcm + " UNENCRYPTED_SRTCP": true,
		line("1", "SEED_CTR_128_HMAC_SHA1_80", " UNAUTHENTICATED_SRTP"): false,
		line("1", "SEED_CTR_128_HMAC_SHA1_80", " UNENCRYPTED_SRTP"):     true,
	} {
		if _, _, err := Answer(Medium{Crypto: []string{l}}, Medium{}, c); (err == nil) != ok {
			t.Errorf("%s: %v", l, err)
		}
	}
	if _, err := MakeOffer(Medium{}, &Config{Params: Params{UnencryptedSRTP: true}}); err == nil {
		t.Error("GCM is offered without encryption")
	}
}

func TestR6188_001_KeyLengths(t *testing.T) {
	testKeyLengths(t, map[mikey.Suite]int{
		mikey.AES_192_CM_HMAC_SHA1_80: 38, mikey.AES_192_CM_HMAC_SHA1_32: 38,
		mikey.AES_256_CM_HMAC_SHA1_80: 46, mikey.AES_256_CM_HMAC_SHA1_32: 46,
	})
	_, s := exchange(t, &Config{Suites: []mikey.Suite{mikey.AES_256_CM_HMAC_SHA1_32}}, &Config{Suites: Suites()}, Medium{}, Medium{})
	if s.Send.Limits[0] != (Limit{1 << 31, 1 << 31}) { // the default of RFC 6188, Section 4
		t.Error(s.Send.Limits)
	}
}

func TestR7714_002_KeyLengths(t *testing.T) {
	testKeyLengths(t, map[mikey.Suite]int{mikey.AEAD_AES_128_GCM: 28, mikey.AEAD_AES_256_GCM: 44})
}

func TestR5669_KeyLengths(t *testing.T) {
	testKeyLengths(t, map[mikey.Suite]int{mikey.SEED_CTR_128_HMAC_SHA1_80: 30, mikey.SEED_128_CCM_80: 28, mikey.SEED_128_GCM_96: 28})
}

func testKeyLengths(t *testing.T, lengths map[mikey.Suite]int) {
	for s, n := range lengths {
		for octets := range 60 {
			const digits = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk="
			text := digits[:octets/3*4] + []string{"", "AA==", "AAA="}[octets%3]
			if _, err := Parse("1 " + s.String() + " inline:" + text); (err == nil) != (octets == n) {
				t.Errorf("%v with %d octets: %v", s, octets, err)
			}
		}
	}
}

func TestR4568_019_Offer(t *testing.T) {
	want := []mikey.Suite{mikey.F8_128_HMAC_SHA1_80, mikey.AES_CM_128_HMAC_SHA1_80, mikey.AEAD_AES_256_GCM}
	o := mustOffer(t, Medium{}, &Config{Suites: want})
	var got []mikey.Suite
	for _, l := range o.Medium().Crypto {
		got = append(got, mustParse(t, "a=crypto:"+l).Suite)
	}
	if !slices.Equal(got, want) {
		t.Error(got)
	}
	if len(mustOffer(t, Medium{}, nil).Medium().Crypto) != len(DefaultSuites()) {
		t.Error("the default offer")
	}
	for name, c := range map[string]*Config{
		"no suites": {Suites: []mikey.Suite{}}, "a suite twice": {Suites: append(Suites(), Suites()[0])},
		"NULL": {Suites: []mikey.Suite{mikey.NULL_HMAC_SHA1_80}}, "no MKI": {Keys: 2}, "too many keys": {Keys: 17, MKILength: 1},
		"MKI": {MKILength: 129}, "lifetime": {Lifetime: PowerOfTwo(49)}, "FEC keys": {Params: Params{FECKeys: []Key{{}}}},
		"mandatory": {Params: Params{Extensions: []string{"FOO"}}}, "KDR": {Params: Params{KDR: 25}},
	} {
		if _, err := MakeOffer(Medium{}, c); err == nil {
			t.Errorf("%s: offered", name)
		}
		if m, _, err := Answer(Medium{Crypto: []string{usual}}, Medium{}, c); err == nil || !m.Rejected {
			t.Errorf("%s: answered", name)
		}
	}
}

func TestR4568_020_036_KeysBelongToTheSender(t *testing.T) {
	o := mustOffer(t, Medium{}, one())
	offered := mustParse(t, o.Medium().Crypto[0])
	answer, bob := mustAnswer(t, o.Medium(), Medium{}, one())
	answered := mustParse(t, answer.Crypto[0])
	alice := mustApply(t, o, answer)
	for name, pair := range map[string][2][]byte{
		"Alice sends": {alice.Send.Keys[0].Key, offered.Keys[0].Master}, "Alice receives": {alice.Receive.Keys[0].Key, answered.Keys[0].Master},
		"Bob sends": {bob.Send.Keys[0].Key, answered.Keys[0].Master}, "Bob receives": {bob.Receive.Keys[0].Key, offered.Keys[0].Master},
	} {
		if !bytes.Equal(pair[0], pair[1]) {
			t.Error(name)
		}
	}
}

func TestR4568_021_AnyOfTheOffered(t *testing.T) {
	for _, s := range Suites() {
		o := mustOffer(t, Medium{}, &Config{Suites: Suites()})
		answer, bob := mustAnswer(t, o.Medium(), Medium{}, &Config{Suites: []mikey.Suite{s}})
		alice := mustApply(t, o, answer)
		crosswise(t, alice, bob)
		if alice.Suite != s || alice.Send.Policy != s.SRTP() {
			t.Errorf("%v instead of %v", alice.Suite, s)
		}
	}
}

func TestR4568_022_OneOrRejected(t *testing.T) {
	o := mustOffer(t, Medium{}, &Config{Suites: Suites()})
	local := Medium{Address: "192.0.2.2:4000"}
	answer, _ := mustAnswer(t, o.Medium(), local, nil)
	if len(answer.Crypto) != 1 || answer.Rejected {
		t.Error(answer)
	}
	remote := Medium{Crypto: []string{"rubbish", line("2", "FOO", ""), line("3", suite32, "")}}
	answer, s, err := Answer(remote, local, nil)
	var none *NoMatchError
	if !answer.Rejected || answer.Crypto != nil || answer.Address != local.Address || s != nil || !errors.As(err, &none) || len(none.Reasons) != 3 {
		t.Fatal(answer, err)
	}
	for i, want := range []error{ErrInvalid, ErrUnsupported, ErrPolicy} {
		if r := none.Reasons[i]; r.Index != i || !errors.Is(r, want) || !errors.Is(err, want) {
			t.Errorf("%v, want %v", r, want)
		}
	}
	// An answer with two.
	two, _ := mustAnswer(t, o.Medium(), local, nil)
	two.Crypto = append(two.Crypto, two.Crypto[0])
	if _, err := o.ApplyAnswer(two); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

func TestR4568_023_FirstSupported(t *testing.T) {
	remote := Medium{Crypto: []string{
		line("9", "FOO", ""), line("8", suite80, " FOO"), line("7", suite80, " KDR=3"),
		"6 " + suite32 + " inline:" + rfcKey1, "5 " + suite80 + " inline:" + rfcKey2,
	}}
	// The order is that of the offer, not that of the configuration.
	c := &Config{Suites: []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80, mikey.AES_CM_128_HMAC_SHA1_32}}
	if _, s := mustAnswer(t, remote, Medium{}, c); s.Tag != 6 {
		t.Errorf("tag %d", s.Tag)
	}
	if a, err := Choose(remote, one()); err != nil || a.Tag != 5 {
		t.Errorf("%v, %v", a, err)
	}
	if _, err := Choose(remote, &Config{Suites: []mikey.Suite{mikey.AEAD_AES_128_GCM}}); err == nil {
		t.Error("a choice")
	}
}

func TestR4568_024_TagSuiteKey(t *testing.T) {
	answer, _ := mustAnswer(t, Medium{Crypto: []string{line("77", "aes_cm_128_hmac_sha1_80", "")}}, Medium{}, one())
	a := mustParse(t, answer.Crypto[0])
	if a.Tag != 77 || a.Suite != mikey.AES_CM_128_HMAC_SHA1_80 || len(a.Keys) != 1 {
		t.Error(a)
	}
}

func TestR4568_025_Parameters(t *testing.T) {
	bob := one()
	bob.AcceptUnencryptedSRTCP, bob.AcceptUnencryptedSRTP, bob.AcceptUnauthenticatedSRTP = true, true, true
	bob.AcceptKDR, bob.AcceptSRTPThenFEC = true, true
	bob.Params = Params{WSH: 256, Extensions: []string{"-own"}}
	remote := Medium{Crypto: []string{line("1", suite80, " KDR=3 UNAUTHENTICATED_SRTP WSH=128 UNENCRYPTED_SRTP -x FEC_ORDER=SRTP_FEC UNENCRYPTED_SRTCP")}}
	answer, s := mustAnswer(t, remote, Medium{}, bob)
	_, params, _ := strings.Cut(answer.Crypto[0], "inline:")
	if _, params, _ = strings.Cut(params, " "); params != "UNENCRYPTED_SRTP UNENCRYPTED_SRTCP UNAUTHENTICATED_SRTP WSH=256 -own" {
		t.Error(params)
	}
	if s.Receive.KDR != 3 || s.Receive.WindowHint != 128 || s.Receive.FECOrder != SRTPThenFEC ||
		s.Send.KDR != 0 || s.Send.WindowHint != 256 || s.Send.FECOrder != NoFECOrder || s.Send.Policy != s.Receive.Policy {
		t.Error(s)
	}
	// Own negotiated parameters are for offers.
	bob.Params = Params{UnencryptedSRTP: true}
	if _, s := mustAnswer(t, Medium{Crypto: []string{line("1", suite80, "")}}, Medium{}, bob); !s.Send.Policy.EncryptSRTP {
		t.Error("the answer adds a negotiated parameter")
	}
	bob.AcceptSRTPThenFEC = false
	if _, _, err := Answer(remote, Medium{}, bob); !errors.Is(err, ErrPolicy) {
		t.Error(err)
	}
	alice := one()
	alice.Params.UnencryptedSRTCP = true
	exchange(t, alice, bob, Medium{}, Medium{})
}

func TestR4568_026_027_029_BadAnswers(t *testing.T) {
	c := &Config{Suites: []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80, mikey.AES_CM_128_HMAC_SHA1_32}}
	c.Params.UnencryptedSRTCP = true
	for name, test := range map[string]struct {
		answer func(offered []Attribute) string
		want   error
	}{
		"fine":                  {func([]Attribute) string { return line("1", suite80, " UNENCRYPTED_SRTCP") }, nil},
		"fine, with more":       {func([]Attribute) string { return line("2", suite32, " unencrypted_srtcp -x WSH=64") }, nil},
		"rubbish":               {func([]Attribute) string { return "rubbish" }, ErrInvalid},
		"another tag":           {func([]Attribute) string { return line("3", suite80, " UNENCRYPTED_SRTCP") }, ErrInvalid},
		"tag of another suite":  {func([]Attribute) string { return line("2", suite80, " UNENCRYPTED_SRTCP") }, ErrInvalid},
		"no key":                {func([]Attribute) string { return "1 " + suite80 }, ErrInvalid},
		"key of another length": {func([]Attribute) string { return "1 " + suite80 + " inline:AAAA UNENCRYPTED_SRTCP" }, ErrInvalid},
		"unknown suite":         {func([]Attribute) string { return line("1", "FOO", "") }, ErrUnsupported},
		"unknown parameter":     {func([]Attribute) string { return line("1", suite80, " UNENCRYPTED_SRTCP FOO") }, ErrUnsupported},
		"parameter missing":     {func([]Attribute) string { return line("1", suite80, "") }, ErrInvalid},
		"parameter added":       {func([]Attribute) string { return line("1", suite80, " UNENCRYPTED_SRTCP UNENCRYPTED_SRTP") }, ErrInvalid},
		"KDR":                   {func([]Attribute) string { return line("1", suite80, " UNENCRYPTED_SRTCP KDR=1") }, ErrPolicy},
		"FEC_KEY":               {func([]Attribute) string { return line("1", suite80, " UNENCRYPTED_SRTCP FEC_KEY=inline:"+rfcKey1) }, ErrInvalid},
		"key of the offer":      {func(o []Attribute) string { v, _ := o[0].Value(); return v }, ErrInvalid},
		"key of another line": {func(o []Attribute) string {
			a := o[0].clone()
			a.Keys = o[1].Keys
			v, _ := a.Value()
			return v
		}, ErrInvalid},
	} {
		o := mustOffer(t, Medium{}, c)
		s, err := o.ApplyAnswer(Medium{Crypto: []string{test.answer(o.attributes)}})
		if !errors.Is(err, test.want) || (err == nil) != (s != nil) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestR4568_028_NoMandatoryExtensions(t *testing.T) {
	c := one()
	c.Params.Extensions = []string{"FOO"}
	if _, _, err := Answer(Medium{Crypto: []string{usual}}, Medium{}, c); err == nil {
		t.Error("the answer has a parameter that the offerer may not know")
	}
}

func TestR4568_030_NoCrypto(t *testing.T) {
	if _, err := mustOffer(t, Medium{}, nil).ApplyAnswer(Medium{}); !errors.Is(err, ErrNoCrypto) {
		t.Error(err)
	}
	if m, _, err := Answer(Medium{}, Medium{}, nil); !errors.Is(err, ErrNoCrypto) || !m.Rejected {
		t.Error(err)
	}
	if _, err := mustOffer(t, Medium{}, nil).ApplyAnswer(Medium{Rejected: true, Crypto: []string{usual}}); !errors.Is(err, ErrRejected) {
		t.Error(err)
	}
	if m, _, err := Answer(Medium{Rejected: true, Crypto: []string{usual}}, Medium{}, one()); !errors.Is(err, ErrRejected) || !m.Rejected {
		t.Error(err)
	}
	if m, _, err := Answer(Medium{Crypto: []string{usual}}, Medium{Rejected: true}, one()); !errors.Is(err, ErrRejected) || !m.Rejected {
		t.Error(err)
	}
	if _, err := MakeOffer(Medium{Rejected: true}, nil); !errors.Is(err, ErrRejected) {
		t.Error(err)
	}
}

func TestR4568_033_OneKindOfKeying(t *testing.T) {
	o := mustOffer(t, Medium{OtherKeying: true}, one()) // an offer may have both
	answer, _ := mustAnswer(t, o.Medium(), Medium{OtherKeying: true}, one())
	if answer.OtherKeying {
		t.Error("the answer has both")
	}
	answer.OtherKeying = true
	if _, err := o.ApplyAnswer(answer); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

func TestR4568_037_041_Contexts(t *testing.T) {
	c := one()
	c.Lifetime = Lifetime{Packets: 1000}
	a, b := exchange(t, c, one(), Medium{}, Medium{})
	for _, d := range []Direction{a.Send, a.Receive, b.Send, b.Receive} {
		if d.Context != Start { // ROC 0
			t.Error(d)
		}
	}
	if b.Receive.Limits[0] != (Limit{1000, 1000}) {
		t.Error(b.Receive.Limits)
	}
}
