package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
)

const (
	keySalt30  = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj" // of RFC 4568, Section 6.1
	otherKey30 = "NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj"
	cryptoLine = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keySalt30
)

// cryptoFiles returns the inputs of testdata with crypto attributes.
func cryptoFiles(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/crypto*.[sl]*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no crypto attributes in testdata: %v", err)
	}
	inputs := make(map[string][]byte)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		inputs[filepath.Base(file)] = text
	}
	return inputs
}

// checkCrypto checks that the parts of an attribute lie one after another, and
// that the report agrees with package sdes about the line.
func checkCrypto(t testing.TB, c *Crypto) {
	t.Helper()
	at := 0
	part := func(what string, offset, length int) {
		t.Helper()
		if offset < at || length < 0 || offset+length > c.Length {
			t.Errorf("%s: offset %d, length %d is outside %d to %d", what, offset, length, at, c.Length)
		}
		at = offset + length
	}
	if c.Tag != 0 {
		part("tag", c.TagOffset, 1)
	}
	if c.Suite != "" {
		part("suite", c.SuiteOffset, 1)
	}
	for _, k := range c.Keys {
		part("key", k.Offset, k.Length)
	}
	for _, p := range c.Params {
		part(p.Name, p.Offset, p.Length)
		if p.Kind == "" || p.Meaning == "" || p.Section == "" {
			t.Errorf("session parameter %+v lacks its meaning", p)
		}
		for _, k := range p.Keys {
			if k.Offset < p.Offset || k.Offset+k.Length > p.Offset+p.Length {
				t.Errorf("%s: key at %d is outside", p.Name, k.Offset)
			}
		}
	}
	if c.Unparsed != nil {
		part("unparsed", c.Unparsed.Offset, c.Unparsed.Length)
		if at != c.Length || c.Error == nil {
			t.Errorf("what is not parsed ends at %d of %d, error %v", at, c.Length, c.Error)
		}
	}
	if e := c.Error; e != nil && (e.Offset < 0 || e.Offset > c.Length || e.Code == "" || e.Field == "") {
		t.Errorf("error %+v", e)
	}
	for _, n := range c.Notes {
		if n.Offset < 0 || n.Offset > c.Length {
			t.Errorf("note %+v", n)
		}
	}
}

func cryptoCodes(c *Crypto) string {
	var all []string
	for _, n := range c.Notes {
		all = append(all, n.Code)
	}
	return strings.Join(all, " ")
}

// The whole output for crypto attributes. The JSON is a contract: members may be
// added, and nothing else may change.
func TestGoldenCrypto(t *testing.T) {
	notes := map[string][]string{
		"crypto.sdp": {
			"", "", "weak_tag unencrypted_srtcp",
			"unauthenticated_srtp", "unknown_suite unknown_param unknown_mandatory_param", "unknown_method", "key_repeated unencrypted_srtp",
			"constant_key",
		},
		"crypto_broken.lines": {"", "", "", "", "tag_repeated", "unencrypted_srtp param_not_for_suite"},
	}
	for name, input := range cryptoFiles(t) {
		report := mustInspect(t, input, Options{})
		want, ok := notes[name]
		if !ok || len(report.Crypto) != len(want) {
			t.Fatalf("%s: %d attributes, want %d", name, len(report.Crypto), len(want))
		}
		for i, c := range report.Crypto {
			if got := cryptoCodes(c); got != want[i] {
				t.Errorf("%s: attribute %d: notes %q, want %q", name, i+1, got, want[i])
			}
		}
		var text, encoded bytes.Buffer
		if err := Text(&text, report); err != nil {
			t.Fatal(err)
		}
		encoder := json.NewEncoder(&encoded)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(report); err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(name, filepath.Ext(name))
		golden(t, base+".txt", text.Bytes())
		golden(t, base+".json", encoded.Bytes())
	}
}

func TestCryptoForms(t *testing.T) {
	want, err := json.Marshal(mustInspect(t, []byte(cryptoLine+" KDR=3"), Options{}).Crypto[0].SRTP)
	if err != nil {
		t.Fatal(err)
	}
	message := "a=key-mgmt:mikey " + published[4]
	for i, test := range []struct {
		form             Form
		input            string
		messages, crypto int
	}{
		{FormCrypto, cryptoLine, 0, 1},
		{FormCrypto, strings.TrimPrefix(cryptoLine, "a="), 0, 1},
		{FormCrypto, strings.TrimPrefix(cryptoLine, "a=crypto:"), 0, 1},
		{FormCrypto, "  " + cryptoLine + "\r\n\r\n", 0, 1},
		{FormCrypto, cryptoLine + "\n" + cryptoLine + "\n", 0, 2},
		{FormCrypto, "m=audio 1 RTP/SAVP 0\n" + cryptoLine + "\na=rtpmap:98 AMR/8000", 0, 1},
		{FormCrypto, strings.Replace(cryptoLine, " inline", "\n  inline", 1) + "\n  KDR=3\n", 0, 1},
		{FormKeyMgmt, message + "\n" + cryptoLine, 1, 1},
		{FormKeyMgmt, cryptoLine + "\n" + message, 1, 1},
		{FormKeyMgmt, message[:70] + "\n " + message[70:] + "\n" + strings.Replace(cryptoLine, " inline", "\n inline", 1), 1, 1},
		{FormSDP, sdpHead + "m=audio 1 RTP/SAVP 0\r\n" + cryptoLine + "\r\n", 0, 1},
		{FormSDP, sdpHead + message + "\r\nm=audio 1 RTP/SAVP 0\r\n" + cryptoLine + "\r\n", 1, 1},
	} {
		report, err := Inspect([]byte(test.input), Options{})
		if err != nil {
			t.Errorf("%d: %v", i, err)
			continue
		}
		checkReport(t, report)
		if report.Form != test.form || len(report.Messages) != test.messages || len(report.Crypto) != test.crypto || report.Err() != nil {
			t.Errorf("%d: form %s with %d messages and %d attributes, %v, want %s with %d and %d",
				i, report.Form, len(report.Messages), len(report.Crypto), report.Err(), test.form, test.messages, test.crypto)
			continue
		}
		if got, _ := json.Marshal(report.Crypto[0].SRTP); !bytes.Equal(got, want) {
			t.Errorf("%d: %s\nwant %s", i, got, want)
		}
		folded := strings.Contains(test.input, "\n inline") || strings.Contains(test.input, "\n  inline")
		if got := cryptoCodes(report.Crypto[0]) == "folded"; got != folded {
			t.Errorf("%d: notes %q", i, cryptoCodes(report.Crypto[0]))
		}
	}
	for _, input := range []string{"1 2", "1 AES_CM_128_HMAC_SHA1_80", "crypto", "a=crypto"} {
		if report, err := Inspect([]byte(input), Options{}); err == nil && len(report.Crypto) > 0 {
			t.Errorf("%q is taken for a crypto attribute", input)
		}
	}
}

// Notes about attributes beside each other, and about where they stand.
func TestCryptoDescription(t *testing.T) {
	second := strings.Replace(strings.Replace(cryptoLine, ":1", ":2", 1), keySalt30, otherKey30, 1)
	message := "a=key-mgmt:mikey " + published[4] + "\r\n"
	for name, test := range map[string]struct {
		input  string
		crypto []string // codes of the attributes
		levels []string // codes of the media
	}{
		"nothing":           {"m=audio 1 RTP/SAVP 0\r\n" + cryptoLine + "\r\n" + second + "\r\n", []string{"", ""}, []string{""}},
		"session level":     {cryptoLine + "\r\nm=audio 1 RTP/SAVP 0\r\n" + second + "\r\n", []string{"session_level", ""}, []string{""}},
		"no key":            {cryptoLine + "\r\nm=audio 1 RTP/SAVP 0\r\n", []string{"session_level"}, []string{"no_message"}},
		"plain":             {"m=audio 1 RTP/AVP 0\r\n" + cryptoLine + "\r\n", []string{""}, []string{"crypto_insecure_profile"}},
		"plain feedback":    {"m=audio 1 RTP/AVPF 0\r\n" + cryptoLine + "\r\n", []string{""}, []string{"crypto_insecure_profile"}},
		"DTLS":              {"m=audio 1 UDP/TLS/RTP/SAVP 0\r\n" + cryptoLine + "\r\n", []string{""}, []string{"crypto_other_profile"}},
		"both":              {"m=audio 1 RTP/SAVPF 0\r\n" + message + cryptoLine + "\r\n", []string{""}, []string{"key_mgmt_and_crypto"}},
		"both, above":       {message + "m=audio 1 RTP/SAVPF 0\r\n" + cryptoLine + "\r\n", []string{""}, []string{"key_mgmt_and_crypto"}},
		"both, plain":       {"m=audio 1 RTP/AVP 0\r\n" + message + cryptoLine + "\r\n", []string{""}, []string{"insecure_profile crypto_insecure_profile key_mgmt_and_crypto"}},
		"one each":          {"m=audio 1 RTP/SAVP 0\r\n" + message + "m=audio 1 RTP/SAVP 0\r\n" + cryptoLine + "\r\n", []string{""}, []string{"", ""}},
		"same key":          {"m=audio 1 RTP/SAVP 0\r\n" + cryptoLine + "\r\nm=audio 1 RTP/SAVP 0\r\n" + cryptoLine + "\r\n", []string{"", "key_repeated"}, []string{"", ""}},
		"same FEC key":      {"m=audio 1 RTP/SAVP 0\r\n" + cryptoLine + "\r\n" + second + " FEC_KEY=inline:" + keySalt30 + "\r\n", []string{"", "key_repeated"}, []string{""}},
		"same tag":          {"m=audio 1 RTP/SAVP 0\r\n" + cryptoLine + "\r\n" + strings.Replace(second, ":2", ":1", 1) + "\r\n", []string{"", "tag_repeated"}, []string{""}},
		"long lifetime":     {"m=audio 1 RTP/SAVP 0\r\na=crypto:1 AES_192_CM_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU=|2^48\r\n", []string{"long_lifetime"}, []string{""}},
		"GCM not encrypted": {"m=audio 1 RTP/SAVP 0\r\na=crypto:1 AEAD_AES_128_GCM inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw UNAUTHENTICATED_SRTP\r\n", []string{"unauthenticated_srtp param_not_for_suite"}, []string{""}},
		"SEED":              {"m=audio 1 RTP/SAVP 0\r\na=crypto:1 SEED_CTR_128_HMAC_SHA1_80 inline:" + keySalt30 + " UNAUTHENTICATED_SRTP\r\n", []string{"unauthenticated_srtp param_not_for_suite"}, []string{""}},
	} {
		report := mustInspect(t, []byte(sdpHead+test.input), Options{})
		if err := report.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var crypto, levels []string
		for _, c := range report.Crypto {
			crypto = append(crypto, cryptoCodes(c))
		}
		for _, l := range report.Description.Levels[1:] {
			var codes []string
			for _, n := range l.Notes {
				codes = append(codes, n.Code)
			}
			levels = append(levels, strings.Join(codes, " "))
		}
		if !slices.Equal(crypto, test.crypto) || !slices.Equal(levels, test.levels) {
			t.Errorf("%s: notes %q and %q, want %q and %q", name, crypto, levels, test.crypto, test.levels)
		}
	}

	many := strings.Repeat(cryptoLine+"\n", sdes.MaxAttributes+1)
	all := mustInspect(t, []byte(many), Options{}).Crypto
	for i, c := range all {
		if got := strings.Contains(cryptoCodes(c), "too_many_attributes"); got != (i == sdes.MaxAttributes) {
			t.Errorf("attribute %d: notes %s", i+1, cryptoCodes(c))
		}
	}
}

// Every beginning of an attribute is reported as far as it goes, with the error
// of package sdes.
func TestCryptoTruncated(t *testing.T) {
	for name, input := range cryptoFiles(t) {
		for _, found := range mustLines(t, input) {
			for n := len("a=crypto:"); n <= len(found.line); n++ {
				line := found.line[:n]
				c, _ := newCrypto(line, Options{})
				checkCrypto(t, c)
				_, err := sdes.Parse(line)
				if (err == nil) != (c.Error == nil) || err != nil && (err.Error() != c.Error.Error() || !errors.Is(c.Error, sdes.ErrInvalid)) {
					t.Fatalf("%s: %d octets of an attribute: %v, package sdes says %v", name, n, c.Error, err)
				}
			}
		}
	}
}

func mustLines(t testing.TB, input []byte) []foundCrypto {
	t.Helper()
	found, err := recognise(input)
	if err != nil {
		t.Fatal(err)
	}
	return found.crypto
}

// Keys are not in the output unless asked for, wherever they stand.
func TestCryptoKeysAreHidden(t *testing.T) {
	const suite = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 "
	for name, line := range map[string]string{
		"key":            suite + "inline:" + keySalt30,
		"key with MKI":   suite + "inline:" + keySalt30 + "|2^20|1:1",
		"second key":     suite + "inline:" + otherKey30 + "|1:1;inline:" + keySalt30 + "|2:1",
		"FEC key":        suite + "inline:" + otherKey30 + " FEC_KEY=inline:" + keySalt30,
		"bad lifetime":   suite + "inline:" + keySalt30 + "|x",
		"no method":      suite + keySalt30,
		"a blank":        suite + "inline: " + keySalt30,
		"other method":   suite + "key:" + keySalt30,
		"method":         suite + keySalt30 + ":x",
		"other suite":    "a=crypto:1 OTHER inline:" + keySalt30,
		"as a suite":     "a=crypto:1 " + keySalt30 + " inline:x",
		"as a tag":       "a=crypto:" + keySalt30 + " AES_CM_128_HMAC_SHA1_80 inline:x",
		"as a parameter": suite + "inline:" + otherKey30 + " " + keySalt30,
		"as a value":     suite + "inline:" + otherKey30 + " X=" + keySalt30,
		"ignored value":  suite + "inline:" + otherKey30 + " -X=" + keySalt30,
		"as a rate":      suite + "inline:" + otherKey30 + " KDR=" + keySalt30,
		"twice":          suite + "inline:" + keySalt30 + " KDR=1 KDR=2",
		"FEC overlap":    suite + "inline:" + keySalt30 + " FEC_KEY=inline:" + keySalt30,
		"too long":       suite + "inline:" + keySalt30 + " X=" + strings.Repeat("x", sdes.MaxLine),
	} {
		for _, show := range []bool{false, true} {
			report := mustInspect(t, []byte(line), Options{ShowKeys: show})
			encoded, err := json.Marshal(report)
			if err != nil {
				t.Fatal(err)
			}
			var text bytes.Buffer
			if err := Text(&text, report); err != nil {
				t.Fatal(err)
			}
			output := strings.ToLower(string(encoded) + strings.ReplaceAll(text.String(), "\n                          ", ""))
			shown := false
			// As octets, as text, and as octets of the text.
			for _, key := range []string{fmt.Sprintf("%x", decode(t, keySalt30)), keySalt30, fmt.Sprintf("%x", keySalt30)} {
				shown = shown || strings.Contains(output, strings.ToLower(key[:24]))
			}
			if shown != show {
				t.Errorf("%s: the key is shown: %t, want %t:\n%s", name, shown, show, output)
			}
		}
		if err := mustInspect(t, []byte(line), Options{}).Err(); err != nil && strings.Contains(err.Error(), keySalt30[:24]) {
			t.Errorf("%s: error %q holds the key", name, err)
		}
	}
}

func TestCryptoDetails(t *testing.T) {
	line := "a=crypto:7 aes_cm_128_hmac_sha1_80 INLINE:" + keySalt30 + "|2^20|1066:9; inline:" + otherKey30 + "|77|18446744073709551616:9\tkdr=0 fec_order=fec_srtp wsh=64"
	c := mustInspect(t, []byte(line), Options{ShowKeys: true}).Crypto[0]
	if c.Error != nil {
		t.Fatal(c.Error)
	}
	if c.Tag != 7 || c.Suite != "AES_CM_128_HMAC_SHA1_80" || c.SuiteSection != "RFC 4568, Section 6.2.1" {
		t.Errorf("%+v", c)
	}
	first, second := c.Keys[0], c.Keys[1]
	if *first.Lifetime != (CryptoLifetime{"2^20", 1 << 20, 1 << 20}) || *first.MKI != (CryptoMKI{"1066", 9, "00000000000000042a"}) ||
		first.Secret.Hex != fmt.Sprintf("%x", decode(t, keySalt30)) || *first.Split != (Split{16, 14}) || first.Offset != 35 {
		t.Errorf("%+v", first)
	}
	if *second.Lifetime != (CryptoLifetime{"77", 77, 77}) || *second.MKI != (CryptoMKI{"18446744073709551616", 9, "010000000000000000"}) ||
		!strings.HasPrefix(line[second.Offset:], "inline:"+otherKey30) {
		t.Errorf("%+v", second)
	}
	var params []string
	for _, p := range c.Params {
		params = append(params, p.Name+"="+p.Value+": "+p.Meaning)
		if !strings.EqualFold(line[p.Offset:p.Offset+p.Length], p.Name+"="+p.Value) {
			t.Errorf("%s is not at offset %d", p.Name, p.Offset)
		}
	}
	if want := []string{
		"KDR=0: session keys are derived once",
		"FEC_ORDER=FEC_SRTP: the sender applies forward error correction first, then SRTP",
		"WSH=64: a replay window of 64 packets would suit the receiver",
	}; !slices.Equal(params, want) {
		t.Errorf("%q", params)
	}
}

// Every suite has a section, and the parameters of package mikey.
func TestCryptoSuites(t *testing.T) {
	for _, suite := range sdes.Suites() {
		offer, err := sdes.MakeOffer(sdes.Medium{}, &sdes.Config{Suites: []mikey.Suite{suite}})
		if err != nil {
			t.Fatal(err)
		}
		c := mustInspect(t, []byte(offer.Medium().Crypto[0]), Options{}).Crypto[0]
		policy := suite.SRTP()
		if c.Error != nil || c.Suite != suite.String() || c.SuiteSection == "" || *c.SRTP != *newSRTP(&policy) || c.Keys[0].Lifetime == nil {
			t.Errorf("%v: %+v", suite, c)
		}
		session := offerLimit(t, offer)
		if got := c.Keys[0].Lifetime; got.SRTP != session.SRTP || got.SRTCP != session.SRTCP {
			t.Errorf("%v: lifetime %+v, package sdes has %+v", suite, got, session)
		}
	}
}

// offerLimit returns the limit of the offerer's key.
func offerLimit(t *testing.T, offer *sdes.Offer) sdes.Limit {
	t.Helper()
	answer, _, err := sdes.Answer(offer.Medium(), sdes.Medium{}, &sdes.Config{Suites: sdes.Suites()})
	if err != nil {
		t.Fatal(err)
	}
	session, err := offer.ApplyAnswer(answer)
	if err != nil {
		t.Fatal(err)
	}
	return session.Send.Limits[0]
}

func TestCryptoTooLong(t *testing.T) {
	line := cryptoLine + " X=" + strings.Repeat("x", sdes.MaxLine)
	report := mustInspect(t, []byte(line), Options{})
	c := report.Crypto[0]
	if c.Error == nil || c.Error.Code != "too_large" || c.Unparsed == nil || c.Unparsed.Length != len(line) || !errors.Is(report.Err(), sdes.ErrTooLarge) {
		t.Errorf("%+v, %v", c, report.Err())
	}
}
