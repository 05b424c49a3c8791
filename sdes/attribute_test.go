package sdes

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// Key parameters of the examples in RFC 4568.
const (
	rfcKey  = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"
	rfcKey1 = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
	rfcKey2 = "MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm"
	rfcKey3 = "QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5"
	head    = "1 AES_CM_128_HMAC_SHA1_80 "
)

func mustParse(t testing.TB, line string) Attribute {
	t.Helper()
	a, err := Parse(line)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return a
}

func mustLine(t testing.TB, a Attribute) string {
	t.Helper()
	line, err := a.Line()
	if err != nil {
		t.Fatalf("%v: %v", a, err)
	}
	return line
}

// TestRFCExamples has every attribute that RFC 4568 shows.
func TestRFCExamples(t *testing.T) {
	for _, line := range []string{
		// Section 4, 4.5
		usual,
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:32",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:32",
		// Section 6.1
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:4",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2|1066:4",
		// Section 7.1.5
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey1 + "|2^20|1:4 FEC_ORDER=FEC_SRTP",
		"a=crypto:2 F8_128_HMAC_SHA1_80 inline:" + rfcKey2 + "|2^20|1:4;inline:" + rfcKey3 + "|2^20|2:4 FEC_ORDER=FEC_SRTP",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + "|2^20|1:4",
	} {
		a := mustParse(t, line)
		if got := mustLine(t, a); got != line {
			t.Errorf("%s\nbecame %s", line, got)
		}
		if err := a.Check(); err != nil {
			t.Error(err)
		}
	}

	a := mustParse(t, "1 AES_CM_128_HMAC_SHA1_80 inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2|1066:4")
	want := Attribute{Tag: 1, Suite: mikey.AES_CM_128_HMAC_SHA1_80, Keys: []Key{{
		Master: []byte("aBCdefghiJKLmoPQ"), Salt: []byte("rsTuVwyz123456"), MKI: []byte{0, 0, 0x04, 0x2a},
	}}}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("%v", a)
	}

	// The page layout of Section 7.1.5.
	a = mustParse(t, "a=crypto:2 F8_128_HMAC_SHA1_80 inline:"+rfcKey2+"|2^20|1:4; inline:"+rfcKey3+"|2^20|2:4 FEC_ORDER=FEC_SRTP")
	if len(a.Keys) != 2 || a.Params.FECOrder != FECThenSRTP || strings.Contains(mustLine(t, a), "; ") {
		t.Errorf("%v", a)
	}
}

func TestCanonical(t *testing.T) {
	key := "inline:" + rfcKey
	for _, test := range []struct{ in, want string }{
		{"1 AES_CM_128_HMAC_SHA1_80 " + key, ""},
		{"crypto:1 AES_CM_128_HMAC_SHA1_80 " + key, "1 AES_CM_128_HMAC_SHA1_80 " + key},
		{"a=crypto:1 \t AES_CM_128_HMAC_SHA1_80\t" + key + "\t  KDR=5", "1 AES_CM_128_HMAC_SHA1_80 " + key + " KDR=5"},
		{"1 aes_cm_128_hmac_sha1_80 InLine:" + rfcKey + " kdr=5 Unencrypted_SRTP fec_order=srtp_fec fec_key=INLINE:" + rfcKey1,
			"1 AES_CM_128_HMAC_SHA1_80 " + key + " KDR=5 UNENCRYPTED_SRTP FEC_ORDER=SRTP_FEC FEC_KEY=inline:" + rfcKey1},
		{head + key + " KDR=0", head + key},
		{head + key + " WSH=64 -Foo=bar KDR=24 -Foo=bar UNENCRYPTED_SRTCP Baz UNAUTHENTICATED_SRTP", ""},
		{head + key + " FEC_KEY=inline:" + rfcKey1 + "|1:1;\tinline:" + rfcKey2 + "|2:1 KDR=1",
			head + key + " FEC_KEY=inline:" + rfcKey1 + "|1:1;inline:" + rfcKey2 + "|2:1 KDR=1"},
		{head + key + "|2^0", ""}, {head + key + "|2^48", ""}, {head + key + "|281474976710656", ""}, {head + key + "|1", ""},
		{head + key + "|1|255:1", ""}, {head + key + "|1:128", ""},
		{head + key + "|18446744073709551616:9", ""}, // 2^64
		{head + key + "|9223372036854775809:8", ""},  // 2^63 + 1
		{"1 AEAD_AES_128_GCM inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNA", "1 AEAD_AES_128_GCM inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNA=="},
		// Others' suites and methods have the generic grammar.
		{"7 foo_1 bar_2:|::|;inline:= -x KDR=2", "7 FOO_1 bar_2:|::|;inline:= -x KDR=2"},
		{"7 FOO inline:x; inline:y FEC_KEY=inline:a;  b:c", "7 FOO inline:x;inline:y FEC_KEY=inline:a;b:c"},
		{head + "url:https://example.com/key;" + key + "|1:1", ""},
		{head + key + " FEC_KEY=url:x", ""},
		{"1 F8_128_HMAC_SHA1_32 " + key, ""},
		{"1 ARIA_128_CTR_HMAC_SHA1_80 " + key, ""},
		{"1 NULL_HMAC_SHA1_80 " + key, ""},
	} {
		if test.want == "" {
			test.want = test.in
		}
		a := mustParse(t, test.in)
		got, err := a.Value()
		if err != nil || got != test.want {
			t.Errorf("%s\nbecame %s, %v\nwant %s", test.in, got, err, test.want)
		}
	}
}

// TestGrammar breaks every production of the grammar once.
func TestGrammar(t *testing.T) {
	const key = "inline:" + rfcKey
	for _, test := range []struct{ line, field string }{
		{"", "tag"},
		{"a=", "attribute"},
		{"a=crypto", "attribute"},
		{"A=crypto:" + head + key, "tag"},
		{"a=Crypto:" + head + key, "attribute"},
		{"a=crypto: " + head + key, "tag"},
		{" " + head + key, "tag"},
		{"0" + head[1:] + key, "tag"},
		{"01" + head[1:] + key, "tag"},
		{"1234567890" + head[1:] + key, "tag"},
		{"+1" + head[1:] + key, "tag"},
		{"1x" + head[1:] + key, "tag"},
		{"1", "crypto-suite"},
		{"1 ", "crypto-suite"},
		{"1 AES-CM " + key, "crypto-suite"},
		{"1 AES\u212aCM " + key, "crypto-suite"},
		{"1 AES_CM_128_HMAC_SHA1_80", "key-method"},
		{head, "key-method"},
		{head + "inline", "key-method"},
		{head + ":" + rfcKey, "key-method"},
		{head + "in-line:" + rfcKey, "key-method"},
		{head + key + ";", "key-method"},
		{head + ";" + key, "key-method"},
		{head + key + "; KDR=1", "key-method"},
		{head + key + ";;" + key, "key-method"},
		{head + "url:", "key-info"},
		{head + "url:\x7f", "key-info"},
		{"1 FOO inline:", "key-info"},
		{"1 FOO inline:\xe4", "key-info"},
		{head + "inline:", "key-salt"},
		{head + key + "A", "key-salt"},
		{head + key + "AAAA", "key-salt"},
		{head + key[:len(key)-4], "key-salt"},
		{head + key + "==", "key-salt"},
		{head + key[:len(key)-1] + "=", "key-salt"},
		{head + key[:len(key)-1] + "-", "key-salt"},
		{head + key[:len(key)-1] + "\n", "key-salt"},
		{head + key + "\n", "key-salt"},
		{head + key + "\r\n", "key-salt"},
		{"1 AEAD_AES_128_GCM inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNA=", "key-salt"},
		{"1 AEAD_AES_128_GCM inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNB==", "key-salt"}, // pad bits
		{"1 AEAD_AES_256_GCM inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2Nzg5MDEyMzQ1Njc4OTB=", "key-salt"},
		{head + key + "|", "lifetime"},
		{head + key + "||1:4", "lifetime"},
		{head + key + "|0", "lifetime"},
		{head + key + "|01", "lifetime"},
		{head + key + "|2^", "lifetime"},
		{head + key + "|2^01", "lifetime"},
		{head + key + "|2^49", "lifetime"},
		{head + key + "|2^64", "lifetime"},
		{head + key + "|2^18446744073709551617", "lifetime"},
		{head + key + "|281474976710657", "lifetime"},
		{head + key + "|99999999999999999999", "lifetime"},
		{head + key + "|-1", "lifetime"},
		{head + key + "|3^2", "lifetime"},
		{head + key + "|2^20|1", "mki"},
		{head + key + "|2^20|", "mki"},
		{head + key + "|1:4|2^20", "key-info"},
		{head + key + "|1:4|1:4", "key-info"},
		{head + key + "|2^20|1:4|", "key-info"},
		{head + key + "|:4", "mki-value"},
		{head + key + "|0:4", "mki-value"},
		{head + key + "|01:4", "mki-value"},
		{head + key + "|-1:4", "mki-value"},
		{head + key + "|256:1", "mki-value"},
		{head + key + "|18446744073709551616:8", "mki-value"},
		{head + key + "|" + strings.Repeat("9", 310) + ":128", "mki-value"},
		{head + key + "|1:", "mki-length"},
		{head + key + "|1:0", "mki-length"},
		{head + key + "|1:04", "mki-length"},
		{head + key + "|1:129", "mki-length"},
		{head + key + "|1:4:4", "mki-length"},
		{head + key + "|1:x", "mki-length"},
		{head + key + ";" + "inline:" + rfcKey1, "key-params"},
		{head + key + "|1:4;" + "inline:" + rfcKey1, "key-params"},
		{head + key + "|1:4;" + "inline:" + rfcKey1 + "|2:3", "key-params"},
		{head + key + "|1:4;" + "inline:" + rfcKey1 + "|1:4", "key-params"},
		{head + key + "|1:4;" + "inline:" + rfcKey + "|2:4", "key-params"},
		{head + key + " ", "session-param"},
		{head + key + " KDR=1 ", "session-param"},
		{head + key + " K\xffR", "session-param"},
		{head + key + " -", "session-param"},
		{head + key + " --x", "session-param"},
		{head + key + " =1", "session-param"},
		{head + key + " KDR", "KDR"},
		{head + key + " KDR=", "KDR"},
		{head + key + " KDR=25", "KDR"},
		{head + key + " KDR=01", "KDR"},
		{head + key + " KDR=00", "KDR"},
		{head + key + " KDR=1 KDR=1", "KDR"},
		{head + key + " KDR=0 KDR=1", "KDR"},
		{head + key + " UNENCRYPTED_SRTP=1", "UNENCRYPTED_SRTP"},
		{head + key + " UNENCRYPTED_SRTCP=", "UNENCRYPTED_SRTCP"},
		{head + key + " UNAUTHENTICATED_SRTP UNAUTHENTICATED_SRTP", "UNAUTHENTICATED_SRTP"},
		{head + key + " FEC_ORDER", "FEC_ORDER"},
		{head + key + " FEC_ORDER=SRTP", "FEC_ORDER"},
		{head + key + " WSH=63", "WSH"},
		{head + key + " WSH=064", "WSH"},
		{head + key + " WSH=6x", "WSH"},
		{head + key + " WSH=99999999999999999999", "WSH"},
		{head + key + " FEC_KEY", "FEC_KEY"},
		{head + key + " FEC_KEY=", "key-method"},
		{head + key + " FEC_KEY=inline:AAAA", "key-salt"},
		{head + key + " FEC_KEY=inline:" + rfcKey, "FEC_KEY"},
		{head + key + " FEC_KEY=inline:" + rfcKey1 + ";inline:" + rfcKey2, "FEC_KEY"},
	} {
		_, err := Parse(test.line)
		var e *FieldError
		if !errors.As(err, &e) || !errors.Is(err, ErrInvalid) || e.Field != test.field {
			t.Errorf("%q: %v, want an error of %s", test.line, err, test.field)
			continue
		}
		if e.Offset < 0 || e.Offset > len(test.line) {
			t.Errorf("%q: offset %d", test.line, e.Offset)
		}
		if strings.Contains(err.Error(), "PS1u") {
			t.Errorf("the error has the key: %v", err)
		}
	}
}

// TestWrite refuses attributes that could not be read again.
func TestWrite(t *testing.T) {
	long := bytes.Repeat([]byte{1}, 129)
	for i, change := range []func(a *Attribute){
		func(a *Attribute) { a.Tag = 0 },
		func(a *Attribute) { a.Tag = 1e9 },
		func(a *Attribute) { a.Suite = mikey.NoSuite },
		func(a *Attribute) { a.Suite = mikey.NULL_HMAC_SHA1_80 },
		func(a *Attribute) { a.Suite = 250 },
		func(a *Attribute) { a.Suite = mikey.AEAD_AES_128_GCM },
		func(a *Attribute) { a.Keys = nil },
		func(a *Attribute) { a.Keys[0].Salt = nil },
		func(a *Attribute) { a.Keys[0].Lifetime = Lifetime{Packets: 1<<48 + 1} },
		func(a *Attribute) { a.Keys[0].Lifetime = Lifetime{Packets: 3, Power: true} },
		func(a *Attribute) { a.Keys[0].Lifetime = Lifetime{Power: true} },
		func(a *Attribute) { a.Keys[0].MKI = []byte{} },
		func(a *Attribute) { a.Keys[0].MKI = make([]byte, 4) },
		func(a *Attribute) { a.Keys[0].MKI = long },
		func(a *Attribute) { a.Keys = append(a.Keys, a.Keys[0]) },
		func(a *Attribute) { a.Keys = make([]Key, MaxKeys+1) },
		func(a *Attribute) { a.Params.KDR = 25 },
		func(a *Attribute) { a.Params.WSH = 63 },
		func(a *Attribute) { a.Params.WSH = 1 << 63 },
		func(a *Attribute) { a.Params.FECOrder = 3 },
		func(a *Attribute) { a.Params.FECKeys = a.Keys },
		func(a *Attribute) { a.Params.FECKeys = []Key{{}} },
		func(a *Attribute) { a.Params.Extensions = []string{""} },
		func(a *Attribute) { a.Params.Extensions = []string{"-"} },
		func(a *Attribute) { a.Params.Extensions = []string{"x\r\na=b"} },
		func(a *Attribute) { a.Params.Extensions = []string{"x y"} },
		func(a *Attribute) { a.Params.Extensions = []string{"kdr=5"} },
		func(a *Attribute) { a.Params.Extensions = []string{strings.Repeat("x", MaxLine)} },
		func(a *Attribute) { a.opaque = "url:x" },
		func(a *Attribute) { a.Params.fec, a.Params.FECKeys = "url:x", []Key{{}} },
	} {
		a := mustParse(t, usual)
		change(&a)
		if line, err := a.Line(); err == nil || line != "" {
			t.Errorf("change %d: %q, %v", i, line, err)
		}
	}
}

func TestCheck(t *testing.T) {
	for line, ok := range map[string]bool{
		usual:                                    true,
		usual + " -foo":                          true,
		usual + " -KDR=5":                        true, // no registered name starts with a dash
		usual + " foo":                           false,
		usual + " -foo bar=1":                    false,
		usual + " FEC_KEY=url:x":                 false,
		head + "url:x":                           false,
		"1 FOO inline:x":                         false,
		"1 F8_128_HMAC_SHA1_32 inline:" + rfcKey: false,
	} {
		a := mustParse(t, line)
		if err := a.Check(); (err == nil) != ok || !ok && !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestLimits: what is too large is refused before there is much work.
func TestLimits(t *testing.T) {
	for name, line := range map[string]string{
		"64 KiB":             usual + " " + strings.Repeat("x", 1<<16),
		"64 KiB of blanks":   usual + strings.Repeat(" ", 1<<16) + "x",
		"64 KiB of digits":   head + "inline:" + rfcKey + "|" + strings.Repeat("1", 1<<16) + ":1",
		"keys":               head + strings.Repeat("inline:"+rfcKey+"|1:1;", 20) + "inline:" + rfcKey + "|1:1",
		"keys of no suite":   "1 FOO " + strings.Repeat("x:y;", 20) + "x:y",
		"a full line, plus1": head + "inline:" + rfcKey + " " + strings.Repeat("x", MaxLine-len(head)-len("inline: ")-len(rfcKey)-1),
	} {
		if _, err := Parse(line); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	full := head + "inline:" + rfcKey + " -" + strings.Repeat("x", MaxLine-len(head)-len("inline:")-len(rfcKey)-2-2)
	if a := mustParse(t, "a=crypto:"+full); mustLine(t, a) != "a=crypto:"+full {
		t.Error("a line of the greatest length changed")
	}

	crypto := make([]string, 5000)
	for i := range crypto {
		crypto[i] = usual
	}
	if _, _, err := Answer(Medium{Crypto: crypto}, Medium{}, nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("5000 attributes: %v", err)
	}
	if err := CheckKeys(Medium{Crypto: crypto}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("5000 attributes: %v", err)
	}
	if err := CheckKeys(make([]Medium, 1000)...); !errors.Is(err, ErrTooLarge) {
		t.Errorf("1000 media: %v", err)
	}
}

// TestParsedIsACopy: an attribute shares nothing with another one.
func TestParsedIsACopy(t *testing.T) {
	a, b := mustParse(t, usual), mustParse(t, usual)
	clear(a.Keys[0].Master)
	a.Keys[0].Salt = append(a.Keys[0].Salt, 0xff)
	if mustLine(t, b) != usual || bytes.Contains(a.Keys[0].MKI, []byte{0xff}) {
		t.Error("memory is shared")
	}
}

// TestNoKeysInText: no type prints keys.
func TestNoKeysInText(t *testing.T) {
	a := mustParse(t, head+"inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2|1:4 FEC_KEY=inline:"+rfcKey1+" -x=YUJD")
	unknown := mustParse(t, "1 FOO inline:YUJD FEC_KEY=inline:YUJD")
	offer, err := MakeOffer(Medium{}, &Config{Rand: strings.NewReader("YUJDaBCdefghiJKLmoPQrsTuVwyz123456"), Suites: Suites()[:1]})
	if err != nil {
		t.Fatal(err)
	}
	_, session, err := Answer(Medium{Crypto: []string{mustLine(t, mustParse(t, usual))}}, Medium{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	secret := string(session.Receive.Keys[0].Key)
	for _, v := range []any{
		a, &a, a.Keys, a.Keys[0], a.Params, &a.Params, unknown, unknown.Params, offer, offer.Medium(), session, *session,
		session.Send, session.Receive, []any{a, offer, session},
		a.Keys[0].LogValue(), a.Params.LogValue(), a.LogValue(), offer.LogValue(), offer.Medium().LogValue(), session.LogValue(), session.Send.LogValue(),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			text := fmt.Sprintf(verb, v)
			for _, s := range []string{"YUJD", "aBCdef", "WVNf", "97 66 67", "0x61, 0x42", secret, rfcKey} {
				if strings.Contains(text, s) {
					t.Errorf("%T with %s: %s", v, verb, text)
				}
			}
		}
	}
}

func TestSuites(t *testing.T) {
	for _, s := range suites {
		p := s.suite.SRTP()
		if s.name != s.suite.String() || s.keyLen != p.EncrKeyLen || s.saltLen != p.SaltLen {
			t.Errorf("%v differs from its policy", s.name)
		}
		octets := bytes.Repeat([]byte{0x5a}, int(s.keyLen+s.saltLen))
		a := Attribute{Tag: 1, Suite: s.suite, Keys: []Key{{Master: octets[:s.keyLen], Salt: octets[s.keyLen:]}}}
		if again := mustParse(t, mustLine(t, a)); !reflect.DeepEqual(again, a) {
			t.Errorf("%v became %v", a, again)
		}
	}
	if len(Suites()) != len(suites) {
		t.Error("Suites is incomplete")
	}
}

func TestLifetimeString(t *testing.T) {
	for want, l := range map[string]Lifetime{
		"default": {}, "2^0": PowerOfTwo(0), "2^48": PowerOfTwo(48), "1048576": {Packets: 1 << 20}, "2^20": {1 << 20, true},
	} {
		if l.String() != want {
			t.Errorf("%v, want %s", l, want)
		}
	}
}

// A key in the place of a session parameter, as behind a blank instead of ";",
// does not come back in the error.
func TestMisplacedKeyIsNotQuoted(t *testing.T) {
	const key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
	for _, line := range []string{
		"1 AES_CM_128_HMAC_SHA1_80 inline:" + key + " inline:" + key,
		"1 AES_CM_128_HMAC_SHA1_80 inline:" + key + " " + key,
		"1 " + key + " inline:" + key,
	} {
		a, err := Parse(line)
		if err == nil {
			err = a.Check()
		}
		if err == nil {
			t.Fatalf("%d octets are accepted", len(line))
		}
		for i := range len(key) - 8 {
			if strings.Contains(err.Error(), key[i:i+8]) {
				t.Fatalf("the error holds part of the key")
			}
		}
	}
}
