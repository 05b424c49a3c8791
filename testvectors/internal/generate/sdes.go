package main

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
)

// An sdesSuite is a crypto suite of RFC 4568, Section 6.2; RFC 6188, Section 4;
// RFC 7714, Section 14.1; RFC 5669, Section 7.
type sdesSuite struct {
	name            string
	keyLen, saltLen int
}

var sdesSuites = []sdesSuite{
	{"AES_CM_128_HMAC_SHA1_80", 16, 14},
	{"AES_CM_128_HMAC_SHA1_32", 16, 14},
	{"F8_128_HMAC_SHA1_80", 16, 14},
	{"AES_192_CM_HMAC_SHA1_80", 24, 14},
	{"AES_192_CM_HMAC_SHA1_32", 24, 14},
	{"AES_256_CM_HMAC_SHA1_80", 32, 14},
	{"AES_256_CM_HMAC_SHA1_32", 32, 14},
	{"AEAD_AES_128_GCM", 16, 12},
	{"AEAD_AES_256_GCM", 32, 12},
	{"SEED_CTR_128_HMAC_SHA1_80", 16, 14},
	{"SEED_128_CCM_80", 16, 12},
	{"SEED_128_GCM_96", 16, 12},
}

func (u sdesSuite) about() []string {
	switch {
	case strings.HasPrefix(u.name, "AES_192"), strings.HasPrefix(u.name, "AES_256"):
		return []string{"R-6188-001"}
	case strings.HasPrefix(u.name, "AEAD"):
		return []string{"R-7714-002"}
	}
	return []string{"R-4568-006"}
}

// optional is a flag for suites beside those that every implementation has.
func (u sdesSuite) optional() []string {
	if strings.HasPrefix(u.name, "AES_CM_128") {
		return nil
	}
	return []string{"OptionalSuite"}
}

// An sdesKey is a key parameter.
type sdesKey struct {
	key, salt []byte
	lifetime  string // as written; empty: none
	packets   uint64
	mki       string // in decimal; empty: none
	mkiLen    int
}

// newSDESKey has octets that count up from first.
func newSDESKey(u sdesSuite, first byte) sdesKey {
	all := count(u.keyLen+u.saltLen, first)
	return sdesKey{key: all[:u.keyLen], salt: all[u.keyLen:]}
}

func (k sdesKey) text() string {
	t := "inline:" + b64(concat(k.key, k.salt))
	if k.lifetime != "" {
		t += "|" + k.lifetime
	}
	if k.mki != "" {
		t += fmt.Sprintf("|%s:%d", k.mki, k.mkiLen)
	}
	return t
}

func (k sdesKey) object() obj {
	o := obj{
		"method": "inline", "master_key": hexOf(k.key), "master_salt": hexOf(k.salt),
		"lifetime": nil, "mki": nil, "mki_length": nil,
	}
	if k.lifetime != "" {
		o["lifetime"], o["lifetime_packets"] = k.lifetime, k.packets
	}
	if k.mki != "" {
		n, ok := new(big.Int).SetString(k.mki, 10)
		if !ok {
			panic(k.mki)
		}
		o["mki"], o["mki_length"] = n, k.mkiLen
	}
	return o
}

// An sdesLine is an attribute as it is written in its plain form.
type sdesLine struct {
	tag    int
	suite  string
	keys   []sdesKey
	params []string // NAME or NAME=value
}

func (l sdesLine) text() string {
	var keys []string
	for _, k := range l.keys {
		keys = append(keys, k.text())
	}
	t := fmt.Sprintf("a=crypto:%d %s %s", l.tag, l.suite, strings.Join(keys, ";"))
	for _, p := range l.params {
		t += " " + p
	}
	return t
}

func (l sdesLine) object() obj {
	keys, params := list{}, list{}
	for _, k := range l.keys {
		keys = append(keys, k.object())
	}
	for _, p := range l.params {
		name, value, hasValue := strings.Cut(p, "=")
		one := obj{"name": name, "value": nil}
		if hasValue {
			one["value"] = value
		}
		params = append(params, one)
	}
	return obj{"tag": l.tag, "suite": l.suite, "keys": keys, "session_params": params}
}

// withoutNull removes what is null, for a request.
func withoutNull(v any) any {
	switch v := v.(type) {
	case obj:
		out := obj{}
		for name, value := range v {
			if value != nil {
				out[name] = withoutNull(value)
			}
		}
		return out
	case list:
		out := list{}
		for _, value := range v {
			out = append(out, withoutNull(value))
		}
		return out
	}
	return v
}

// parse is the call that reads a line, format the one that writes it.
func (l sdesLine) parse(line string) *vectors.Call {
	return accept("sdes-parse", obj{"line": line}, obj{"attribute": l.object()})
}

func (l sdesLine) format() *vectors.Call {
	return accept("sdes-format", obj{"attribute": withoutNull(l.object())}, obj{"line": l.text()})
}

func (l sdesLine) bothWays() []*vectors.Call { return []*vectors.Call{l.parse(l.text()), l.format()} }

// sdes is the family of the crypto attribute.
func sdes() *vectors.File {
	b := newFile("vectors_v1.json", "sdes", "The crypto attribute of SDP: RFC 4568, Sections 4, 6 and 9; RFC 6188, Section 4; RFC 7714, Section 14.1.")
	b.note("OptionalSuite", vectors.Optional, "A suite beside those with AES-CM of 128 bits: F8, and those of RFC 6188, RFC 7714 and RFC 5669.")
	b.note("Case", "PARSING", "Fields are compared without case, but for base64 and the name of the attribute (RFC 4568, Section 4).")
	b.note("Spacing", "PARSING", "Fields are separated by one or more spaces or tabs (RFC 4568, Section 9.1).")
	b.note("NoPadding", "PARSING", "Base64 without its padding, which is discarded anyway (RFC 4568, Section 6.1).")
	b.note("SpaceBetweenKeys", "PARSING", "A blank behind the semicolon between keys, as the examples of RFC 4568 are printed (P-30).")
	b.note("KDR0", "PARSING", "The ABNF of RFC 4568 has KDR=0, Section 6.3.1 does not. It is read as no KDR (P-30).")
	b.note("PadBits", "PARSING", "The unused bits of the last character of base64 are not zero, so that one key would have several spellings (P-61).")
	b.note("Injection", "PARSING", "A line end inside of a field would add a line to the description.")
	b.note("Number", "PARSING", "Numbers are decimal, positive and without leading zeros or signs.")

	plain := sdesSuites[0]
	one := func(edit func(l *sdesLine)) sdesLine {
		l := sdesLine{tag: 1, suite: plain.name, keys: []sdesKey{newSDESKey(plain, 0x10)}}
		if edit != nil {
			edit(&l)
		}
		return l
	}
	key := func(edit func(k *sdesKey)) sdesLine {
		return one(func(l *sdesLine) { edit(&l.keys[0]) })
	}

	b.startGroup("SDES", "the examples of RFC 4568, each on one line", vectors.Requires{}, nil)
	b.group.Source = vectors.Source{Name: "RFC 4568", Section: "4, 4.5, 6.1 and 7.1.5"}
	published := func(section, line string, l sdesLine) {
		about := append([]string{"R-4568-002", "R-4568-005", "R-4568-006"}, sdesSuite{name: l.suite}.optional()...)
		b.add("example of RFC 4568, Section "+section, []*vectors.Call{l.parse(line), l.format()}, about...)
	}
	example := func(text, lifetime string, packets uint64, mki string, mkiLen int) sdesKey {
		all := unb64(text)
		return sdesKey{all[:16], all[16:], lifetime, packets, mki, mkiLen}
	}
	published("4", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:32",
		sdesLine{1, plain.name, []sdesKey{example("PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR", "2^20", 1<<20, "1", 32)}, nil})
	published("4.5, video", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:32",
		sdesLine{1, plain.name, []sdesKey{example("d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj", "2^20", 1<<20, "1", 32)}, nil})
	published("4.5, audio", "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:32",
		sdesLine{1, "AES_CM_128_HMAC_SHA1_32", []sdesKey{example("NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj", "2^20", 1<<20, "1", 32)}, nil})
	published("6.1, key parameter with lifetime and MKI", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:4",
		sdesLine{1, plain.name, []sdesKey{example("d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj", "2^20", 1<<20, "1", 4)}, nil})
	published("6.1, key parameter with MKI", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2|1066:4",
		sdesLine{1, plain.name, []sdesKey{example("YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2", "", 0, "1066", 4)}, nil})
	published("7.1.5, offer 1", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 FEC_ORDER=FEC_SRTP",
		sdesLine{1, plain.name, []sdesKey{example("WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", "2^20", 1<<20, "1", 4)}, []string{"FEC_ORDER=FEC_SRTP"}})
	f8 := sdesLine{2, "F8_128_HMAC_SHA1_80", []sdesKey{
		example("MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm", "2^20", 1<<20, "1", 4),
		example("QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5", "2^20", 1<<20, "2", 4),
	}, []string{"FEC_ORDER=FEC_SRTP"}}
	published("7.1.5, offer 2", "a=crypto:2 F8_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm|2^20|1:4;inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5|2^20|2:4 FEC_ORDER=FEC_SRTP", f8)
	published("7.1.5, answer", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:4",
		sdesLine{1, plain.name, []sdesKey{example("PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR", "2^20", 1<<20, "1", 4)}, nil})
	acceptable(b.add("example of RFC 4568, Section 7.1.5, offer 2, with a blank for the page break", []*vectors.Call{f8.parse(
		"a=crypto:2 F8_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm|2^20|1:4; inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5|2^20|2:4 FEC_ORDER=FEC_SRTP")},
		"SpaceBetweenKeys", "OptionalSuite", "P-30"))

	b.startGroup("SDES", "suites", vectors.Requires{}, nil)
	for i, u := range sdesSuites {
		l := sdesLine{i + 1, u.name, []sdesKey{newSDESKey(u, byte(16*i))}, nil}
		about := append(u.about(), u.optional()...)
		b.add(u.name, l.bothWays(), about...)
		if l.keys[0].text() != strings.TrimRight(l.keys[0].text(), "=") {
			b.add(u.name+" without padding", []*vectors.Call{l.parse(strings.TrimRight(l.text(), "="))}, append(about, "NoPadding", "R-4568-007")...)
			l.keys[0].mki, l.keys[0].mkiLen = "7", 1
			b.add(u.name+" without padding, and with an MKI", []*vectors.Call{l.parse(strings.ReplaceAll(strings.ReplaceAll(l.text(), "=|", "|"), "=|", "|")), l.format()}, append(about, "NoPadding", "R-4568-007")...)
		}
	}

	b.startGroup("SDES", "tags", vectors.Requires{}, nil)
	for _, tag := range []int{1, 2, 9, 10, 99999999, 100000000, 999999999} {
		b.add(fmt.Sprintf("tag %d", tag), one(func(l *sdesLine) { l.tag = tag }).bothWays(), "R-4568-002")
	}

	b.startGroup("SDES", "octets of key and salt", vectors.Requires{}, nil)
	for _, v := range []struct {
		name   string
		octets []byte
	}{
		{"every character of base64, first half", unb64("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn")},
		{"every character of base64, second half", unb64("opqrstuvwxyz0123456789+/ABCDEFGHIJKLMNOP")},
		{"zeros", make([]byte, 30)},
		{"ones", unb64(strings.Repeat("/", 40))},
		{"slashes and plus signs in turn", unb64(strings.Repeat("+/", 20))},
	} {
		b.add("key of "+v.name, key(func(k *sdesKey) { k.key, k.salt = v.octets[:16], v.octets[16:] }).bothWays(), "R-4568-006")
	}

	b.startGroup("SDES", "lifetimes", vectors.Requires{}, nil)
	for _, n := range []uint{1, 2, 10, 16, 20, 31, 32, 47, 48} {
		b.add(fmt.Sprintf("lifetime 2^%d", n), key(func(k *sdesKey) { k.lifetime, k.packets = fmt.Sprintf("2^%d", n), 1<<n }).bothWays(), "R-4568-008")
	}
	for _, n := range []uint64{1, 2, 10, 1000, 1048576, 1<<31 - 1, 1 << 31, 1<<32 + 1, 1<<48 - 1, 1 << 48} {
		b.add(fmt.Sprintf("lifetime %d", n), key(func(k *sdesKey) { k.lifetime, k.packets = fmt.Sprint(n), n }).bothWays(), "R-4568-008")
	}

	b.startGroup("SDES", "MKIs", vectors.Requires{}, nil)
	most := func(octets int) string {
		n := new(big.Int).Lsh(big.NewInt(1), uint(8*octets))
		return n.Sub(n, big.NewInt(1)).String()
	}
	for _, n := range []int{1, 2, 3, 4, 7, 8, 9, 16, 127, 128} {
		b.add(fmt.Sprintf("MKI 1 of %d octets", n), key(func(k *sdesKey) { k.mki, k.mkiLen = "1", n }).bothWays(), "R-4568-009", "R-4568-010")
		b.add(fmt.Sprintf("largest MKI of %d octets", n), key(func(k *sdesKey) { k.mki, k.mkiLen = most(n), n }).bothWays(), "R-4568-009", "R-4568-010")
	}
	b.add("lifetime and MKI", key(func(k *sdesKey) {
		k.lifetime, k.packets, k.mki, k.mkiLen = "2^31", 1<<31, "4294967295", 4
	}).bothWays(), "R-4568-008", "R-4568-009", "R-4568-010")

	b.startGroup("SDES", "several keys", vectors.Requires{}, nil)
	for _, n := range []int{2, 3, 4, 16} {
		l := one(nil)
		l.keys = nil
		for i := range n {
			k := newSDESKey(plain, byte(0x10+3*i))
			k.mki, k.mkiLen = fmt.Sprint(i+1), 4
			l.keys = append(l.keys, k)
		}
		b.add(fmt.Sprintf("%d keys", n), l.bothWays(), "R-4568-005", "R-4568-011", "R-4568-012")
		for i := range l.keys {
			l.keys[i].lifetime, l.keys[i].packets = fmt.Sprintf("2^%d", i+16), 1<<(i+16)
		}
		b.add(fmt.Sprintf("%d keys with lifetimes", n), l.bothWays(), "R-4568-005", "R-4568-011", "R-4568-012")
	}

	b.startGroup("SDES", "session parameters", vectors.Requires{}, nil)
	params := func(comment string, about []string, params ...string) {
		b.add("session parameters: "+comment, one(func(l *sdesLine) { l.params = params }).bothWays(), about...)
	}
	for _, n := range []int{1, 2, 9, 10, 23, 24} {
		params(fmt.Sprintf("KDR=%d", n), []string{"R-4568-013"}, fmt.Sprintf("KDR=%d", n))
	}
	params("UNENCRYPTED_SRTP", []string{"R-4568-017"}, "UNENCRYPTED_SRTP")
	params("UNENCRYPTED_SRTCP", []string{"R-4568-017"}, "UNENCRYPTED_SRTCP")
	params("UNAUTHENTICATED_SRTP", []string{"R-4568-018"}, "UNAUTHENTICATED_SRTP")
	params("FEC_ORDER=FEC_SRTP", []string{"R-4568-003"}, "FEC_ORDER=FEC_SRTP")
	params("FEC_ORDER=SRTP_FEC", []string{"R-4568-003"}, "FEC_ORDER=SRTP_FEC")
	for _, n := range []int{64, 65, 99, 128, 1024, 65536} {
		params(fmt.Sprintf("WSH=%d", n), []string{"R-4568-015"}, fmt.Sprintf("WSH=%d", n))
	}
	fec := newSDESKey(plain, 0x80)
	params("FEC_KEY", []string{"R-4568-014"}, "FEC_KEY="+fec.text())
	fec.lifetime, fec.packets, fec.mki, fec.mkiLen = "2^20", 1<<20, "5", 2
	params("FEC_KEY with lifetime and MKI", []string{"R-4568-014"}, "FEC_KEY="+fec.text())
	fec2 := newSDESKey(plain, 0xc0)
	fec2.mki, fec2.mkiLen = "6", 2
	params("FEC_KEY with two keys", []string{"R-4568-014"}, "FEC_KEY="+fec.text()+";"+fec2.text())
	params("all of them", []string{"R-4568-003"}, "KDR=24", "UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP",
		"FEC_ORDER=SRTP_FEC", "FEC_KEY="+newSDESKey(plain, 0x80).text(), "WSH=64")
	params("all of them in another order", []string{"R-4568-003"}, "WSH=64", "FEC_KEY="+newSDESKey(plain, 0x80).text(), "FEC_ORDER=FEC_SRTP",
		"UNAUTHENTICATED_SRTP", "UNENCRYPTED_SRTCP", "UNENCRYPTED_SRTP", "KDR=1")
	params("an unknown one that may be ignored", []string{"R-4568-016"}, "-FOO")
	params("an unknown one with a value", []string{"R-4568-016"}, "-Foo=bar")
	params("unknown ones with every kind of character", []string{"R-4568-016"}, "-x!\"#$%&'()*+,-./:;<>?@[]^_`{|}~", "-y=a=b")
	params("unknown ones between known ones", []string{"R-4568-016"}, "-a", "KDR=1", "-b=1", "WSH=64", "-c")
	acceptable(b.add("KDR=0", []*vectors.Call{one(nil).parse(one(nil).text() + " KDR=0")}, "KDR0", "P-30"))

	b.startGroup("SDES", "case and spacing", vectors.Requires{}, nil)
	full := one(func(l *sdesLine) {
		l.keys[0].lifetime, l.keys[0].packets, l.keys[0].mki, l.keys[0].mkiLen = "2^20", 1<<20, "1", 4
		l.params = []string{"KDR=1", "UNENCRYPTED_SRTCP", "FEC_ORDER=FEC_SRTP"}
	})
	rewrite := func(comment, flag, requirement, line string) {
		b.add(comment, []*vectors.Call{full.parse(line)}, flag, requirement)
	}
	rewrite("suite in lower case", "Case", "R-4568-004", strings.Replace(full.text(), full.suite, strings.ToLower(full.suite), 1))
	rewrite("suite in mixed case", "Case", "R-4568-004", strings.Replace(full.text(), full.suite, "Aes_Cm_128_Hmac_Sha1_80", 1))
	rewrite("method in upper case", "Case", "R-4568-004", strings.Replace(full.text(), "inline:", "INLINE:", 1))
	rewrite("method in mixed case", "Case", "R-4568-004", strings.Replace(full.text(), "inline:", "InLine:", 1))
	rewrite("session parameters in lower case", "Case", "R-4568-004", strings.Replace(full.text(), "KDR=1 UNENCRYPTED_SRTCP", "kdr=1 unencrypted_srtcp", 1))
	rewrite("two spaces between all fields", "Spacing", "R-4568-003", strings.ReplaceAll(full.text(), " ", "  "))
	rewrite("tabs between all fields", "Spacing", "R-4568-003", strings.ReplaceAll(full.text(), " ", "\t"))
	rewrite("spaces and tabs between all fields", "Spacing", "R-4568-003", strings.ReplaceAll(full.text(), " ", " \t "))
	for _, p := range []string{"kdr=7", "wsh=100", "fec_order=FEC_SRTP", "unencrypted_srtp", "unauthenticated_srtp"} {
		name, value, hasValue := strings.Cut(p, "=")
		upper := strings.ToUpper(name)
		if hasValue {
			upper += "=" + value
		}
		b.add("session parameter "+p, []*vectors.Call{one(func(l *sdesLine) { l.params = []string{upper} }).parse(one(nil).text() + " " + p)}, "Case", "R-4568-004")
	}

	sdesInvalidLines(b)
	sdesInvalidAttributes(b)
	return b.file
}

// sdesRequires is for tests of what is wrong with a suite that may be missing.
func sdesRequires(u sdesSuite) vectors.Requires {
	if u.optional() == nil {
		return vectors.Requires{}
	}
	return vectors.Requires{Suites: []string{u.name}}
}

// sdesInvalidLines has lines that are not to be read.
func sdesInvalidLines(b *builder) {
	const head = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 "
	plain := sdesSuites[0]
	good := newSDESKey(plain, 0x10).text()
	second := newSDESKey(plain, 0x60).text()
	bad := func(comment, line, stage string, about ...string) {
		b.add("line: "+comment, []*vectors.Call{refuse("sdes-parse", obj{"line": line}, stage, -1)}, about...)
	}
	malformed := func(comment, line string, about ...string) { bad(comment, line, "malformed", about...) }
	unsupported := func(comment, line string, about ...string) { bad(comment, line, "unsupported", about...) }

	b.startGroup("SDES", "the attribute and its fields", vectors.Requires{}, nil)
	malformed("empty", "", "R-4568-003")
	malformed("the name of the attribute alone", "a=crypto:", "R-4568-003")
	malformed("tag alone", "a=crypto:1", "R-4568-003")
	malformed("tag and suite alone", "a=crypto:1 AES_CM_128_HMAC_SHA1_80", "R-4568-003")
	malformed("no tag", "a=crypto:AES_CM_128_HMAC_SHA1_80 "+good, "R-4568-002")
	malformed("no suite", "a=crypto:1 "+good, "R-4568-003")
	malformed("name of the attribute in upper case", "a=CRYPTO:1 AES_CM_128_HMAC_SHA1_80 "+good, "R-4568-004", "Case")
	malformed("type in upper case", "A=crypto:1 AES_CM_128_HMAC_SHA1_80 "+good, "R-4568-004", "Case")
	malformed("another attribute", "a=key-mgmt:1 AES_CM_128_HMAC_SHA1_80 "+good, "R-4568-004")
	malformed("a space before the colon", "a=crypto :1 AES_CM_128_HMAC_SHA1_80 "+good, "R-4568-004")
	malformed("commas between the fields", "a=crypto:1,AES_CM_128_HMAC_SHA1_80,"+good, "R-4568-003")
	malformed("session parameter before the key", head+"KDR=1 "+good, "R-4568-003")
	malformed("another line behind it", head+good+"\r\na=crypto:2 AES_CM_128_HMAC_SHA1_80 "+second, "R-4568-003", "Injection")
	malformed("LF inside", head+good+"\nKDR=1", "R-4568-003", "Injection")
	malformed("CR inside", head+good+"\rKDR=1", "R-4568-003", "Injection")
	malformed("NUL inside", head+good+"\x00", "R-4568-003", "Injection")
	malformed("a letter outside of ASCII in a session parameter", head+good+" -ä", "R-4568-003")
	malformed("a control character in a session parameter", head+good+" -a\x01", "R-4568-003")

	b.startGroup("SDES", "tags", vectors.Requires{}, nil)
	for _, tag := range []string{"01", "0000000001", "1000000000", "99999999999999999999", "-1", "+1", "1.0", "1a", "a", "0x1", "1;", "\u0661", "\uff11"} {
		malformed(fmt.Sprintf("tag %q", tag), "a=crypto:"+tag+" AES_CM_128_HMAC_SHA1_80 "+good, "R-4568-002", "Number")
	}

	b.startGroup("SDES", "suites", vectors.Requires{}, nil)
	for _, name := range []string{"FOO", "AES_CM_128_HMAC_SHA1_64", "AES_CM_256_HMAC_SHA1_80", "AEAD_AES_128_GCM_8", "AES_CM_128_HMAC_SHA1_800", "DTLS_SRTP"} {
		unsupported("unknown suite "+name, "a=crypto:1 "+name+" "+good, "R-4568-006")
	}
	unsupported("F8_128_HMAC_SHA1_32, which the ABNF has and no registry", "a=crypto:1 F8_128_HMAC_SHA1_32 "+good, "R-4568-006", "P-30")
	for _, name := range []string{"AES-CM-128-HMAC-SHA1-80", "AES_CM_128_HMAC_SHA1_80;", "AES_CM_128_HMAC_SHA1_80,AES_CM_128_HMAC_SHA1_32", "AES.CM"} {
		malformed(fmt.Sprintf("suite %q", name), "a=crypto:1 "+name+" "+good, "R-4568-003")
	}

	b.startGroup("SDES", "key methods", vectors.Requires{}, nil)
	unsupported("method url", head+"url:https://example.com/key", "R-4568-005")
	unsupported("method x_1", head+"x_1:abc", "R-4568-005")
	malformed("no method", head+strings.TrimPrefix(good, "inline:"), "R-4568-005")
	malformed("an empty method", head+strings.TrimPrefix(good, "inline"), "R-4568-005")
	malformed("method with a hyphen", head+strings.Replace(good, "inline", "in-line", 1), "R-4568-005")
	malformed("method and equal sign", head+strings.Replace(good, "inline:", "inline=", 1), "R-4568-005")

	for _, u := range []sdesSuite{sdesSuites[0], sdesSuites[1], sdesSuites[5], sdesSuites[6], sdesSuites[7], sdesSuites[8]} {
		b.startGroup("SDES", "lengths of key and salt, "+u.name, sdesRequires(u), nil)
		right := u.keyLen + u.saltLen
		lengths := []int{0, u.keyLen, right - 1, right + 1, right + 16}
		switch u.name {
		case "AES_CM_128_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80":
			lengths = append(lengths, 28) // that of GCM
		case "AEAD_AES_128_GCM":
			lengths = append(lengths, 30)
		case "AEAD_AES_256_GCM":
			lengths = append(lengths, 28, 46)
		}
		for _, n := range lengths {
			malformed(fmt.Sprintf("%d octets for %s", n, u.name), "a=crypto:1 "+u.name+" inline:"+b64(count(n, 0x10)), u.about()...)
		}
	}

	b.startGroup("SDES", "base64", vectors.Requires{}, nil)
	text := strings.TrimPrefix(good, "inline:")
	for _, v := range []struct{ comment, text string }{
		{"alphabet of URLs, minus", "-" + text[1:]},
		{"alphabet of URLs, underscore", "_" + text[1:]},
		{"an asterisk", text[:39] + "*"},
		{"padding in the middle", text[:19] + "=" + text[20:]},
		{"padding in front", "=" + text[1:]},
		{"hexadecimal", hexOf(unb64(text))},
		{"in quotes", `"` + text + `"`},
		{"one character too few", text[:39]},
		{"one character too many", text + "A"},
		{"a letter outside of ASCII", "é" + text[2:]},
		{"percent encoding", "%41" + text[3:]},
		{"a fullwidth letter", "Ａ" + text[3:]},
	} {
		malformed("base64: "+v.comment, head+"inline:"+v.text, "R-4568-006")
	}
	malformed("base64: split by a space", head+"inline:"+text[:20]+" "+text[20:], "R-4568-006", "Spacing")
	malformed("base64: split by a line end", head+"inline:"+text[:20]+"\r\n"+text[20:], "R-4568-006", "Injection")
	for _, u := range []sdesSuite{sdesSuites[5], sdesSuites[6], sdesSuites[7], sdesSuites[8]} {
		b.startGroup("SDES", "base64, "+u.name, sdesRequires(u), nil)
		padded := b64(count(u.keyLen+u.saltLen, 0x10))
		malformed("base64: three characters of padding, "+u.name, "a=crypto:1 "+u.name+" inline:"+strings.TrimRight(padded, "=")+"===", "R-4568-007")
		bare := strings.TrimRight(padded, "=")
		last := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bare[len(bare)-1])
		other := bare[:len(bare)-1] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[last+1])
		malformed("base64: pad bits that are not zero, "+u.name, "a=crypto:1 "+u.name+" inline:"+other+padded[len(bare):], "PadBits", "P-61", "R-4568-006")
		malformed("base64: pad bits that are not zero and no padding, "+u.name, "a=crypto:1 "+u.name+" inline:"+other, "PadBits", "P-61", "R-4568-006")
	}

	b.startGroup("SDES", "lifetimes", vectors.Requires{}, nil)
	for _, lifetime := range []string{
		"0", "00", "01", "020", "2^", "2^01", "2^49", "2^64", "2^100", "2^-1", "2^+1", "2^1.5", "2^x", "3^20", "2**20", "2^2^4", "^20",
		"-1", "+1", "1.5", "1e6", "0x10", "281474976710657", "18446744073709551616", "99999999999999999999999999", "x", "",
	} {
		malformed(fmt.Sprintf("lifetime %q", lifetime), head+good+"|"+lifetime, "R-4568-008", "Number")
	}
	malformed("two lifetimes", head+good+"|2^20|2^20", "R-4568-008")
	malformed("an empty lifetime before an MKI", head+good+"||1:4", "R-4568-008")
	malformed("lifetime behind the MKI", head+good+"|1:4|2^20", "R-4568-010")

	b.startGroup("SDES", "MKIs", vectors.Requires{}, nil)
	for _, mki := range []string{
		"0:1", "00:1", "01:1", "-1:1", "+1:4", "1.0:4", "a:4", "0x1:4", ":4", ":", "1:", "1:0", "1:00", "1:01", "1:001", "1:129", "1:130", "1:256",
		"1:1000", "1:-1", "1:+4", "1:4.0", "1:x", "1:4:4", "256:1", "65536:2", "4294967296:4", "18446744073709551616:8",
	} {
		malformed(fmt.Sprintf("MKI %q", mki), head+good+"|"+mki, "R-4568-009", "Number")
	}
	malformed("MKI that needs 129 octets", head+good+"|1"+strings.Repeat("0", 310)+":128", "R-4568-009", "Number")
	malformed("two MKIs", head+good+"|1:4|2:4", "R-4568-009")
	malformed("something behind the MKI", head+good+"|2^20|1:4|x", "R-4568-009")
	malformed("an empty field behind the MKI", head+good+"|2^20|1:4|", "R-4568-009")
	malformed("an MKI without length behind a lifetime", head+good+"|2^20|1", "R-4568-009")

	b.startGroup("SDES", "several keys", vectors.Requires{}, nil)
	malformed("two keys without MKI", head+good+";"+second, "R-4568-011")
	malformed("two keys, the first without MKI", head+good+";"+second+"|2:4", "R-4568-011")
	malformed("two keys, the second without MKI", head+good+"|1:4;"+second, "R-4568-011")
	malformed("two keys whose MKIs have different lengths", head+good+"|1:4;"+second+"|2:2", "R-4568-011")
	malformed("two keys with one MKI", head+good+"|1:4;"+second+"|1:4", "R-4568-011")
	malformed("one key twice", head+good+"|1:4;"+good+"|2:4", "R-4568-012")
	malformed("a semicolon behind the key", head+good+";", "R-4568-005")
	malformed("a semicolon before the key", head+";"+good, "R-4568-005")
	malformed("two semicolons between the keys", head+good+"|1:4;;"+second+"|2:4", "R-4568-005")
	malformed("two methods in one field by a comma", head+good+"|1:4,"+second+"|2:4", "R-4568-005")
	malformed("second key too short", head+good+"|1:4;inline:"+b64(count(29, 0))+"|2:4", "R-4568-006")
	unsupported("second key of another method", head+good+"|1:4;url:x", "R-4568-005")

	b.startGroup("SDES", "session parameters", vectors.Requires{}, nil)
	for _, p := range []string{"KDR=25", "KDR=100", "KDR=01", "KDR=-1", "KDR=+1", "KDR=1.5", "KDR=x", "KDR=2^1"} {
		malformed("session parameter "+p, head+good+" "+p, "R-4568-013", "Number")
	}
	for _, p := range []string{"WSH=63", "WSH=1", "WSH=0", "WSH=064", "WSH=-64", "WSH=+64", "WSH=64.0", "WSH=x"} {
		malformed("session parameter "+p, head+good+" "+p, "R-4568-015", "Number")
	}
	for _, p := range []string{"FEC_ORDER=FEC", "FEC_ORDER=SRTP", "FEC_ORDER=1"} {
		malformed("session parameter "+p, head+good+" "+p, "R-4568-003")
	}
	malformed("FEC_KEY of 29 octets", head+good+" FEC_KEY=inline:"+b64(count(29, 0x80)), "R-4568-014")
	malformed("FEC_KEY without method", head+good+" FEC_KEY="+b64(count(30, 0x80)), "R-4568-014")
	malformed("FEC_KEY with two keys and no MKI", head+good+" FEC_KEY=inline:"+b64(count(30, 0x80))+";inline:"+b64(count(30, 0x81)), "R-4568-011", "R-4568-014")
	malformed("FEC_KEY that is the key of the medium", head+good+" FEC_KEY="+good, "R-4568-012", "R-4568-014")
	malformed("FEC_KEY with the lifetime 0", head+good+" FEC_KEY="+second+"|0", "R-4568-008", "R-4568-014")
	unsupported("FEC_KEY of another method", head+good+" FEC_KEY=url:x", "R-4568-005", "R-4568-014")
	for _, p := range []string{"FOO", "FOO=1", "foo", "UNENCRYPTED", "UNENCRYPTED_SRTPX", "MKI=1", "1"} {
		unsupported("unknown session parameter "+p, head+good+" "+p, "R-4568-016")
	}
	unsupported("an unknown session parameter among others", head+good+" KDR=1 -A FOO -B WSH=64", "R-4568-016")
	malformed("two dashes before an unknown session parameter", head+good+" --FOO", "R-4568-016")
	malformed("a dash alone", head+good+" -", "R-4568-016")
}

// sdesInvalidAttributes has what is not to be written.
func sdesInvalidAttributes(b *builder) {
	plain := sdesSuites[0]
	b.startGroup("SDES", "attributes that no line can say", vectors.Requires{}, nil)
	bad := func(comment, stage string, edit func(a, key obj), about ...string) {
		key := obj{"method": "inline", "master_key": hexOf(count(16, 0x10)), "master_salt": hexOf(count(14, 0x20))}
		a := obj{"tag": 1, "suite": plain.name, "keys": list{key}}
		edit(a, key)
		b.add("attribute: "+comment, []*vectors.Call{refuse("sdes-format", obj{"attribute": a}, stage, -1)}, about...)
	}
	other := func(first byte) obj {
		return obj{"method": "inline", "master_key": hexOf(count(16, first)), "master_salt": hexOf(count(14, 0x20))}
	}
	bad("tag 1000000000", "malformed", func(a, _ obj) { a["tag"] = 1000000000 }, "R-4568-002")
	bad("unknown suite", "unsupported", func(a, _ obj) { a["suite"] = "FOO" }, "R-4568-006")
	bad("suite with a line end", "malformed", func(a, _ obj) { a["suite"] = "X\r\na=b" }, "R-4568-003", "Injection")
	bad("suite with a hyphen", "malformed", func(a, _ obj) { a["suite"] = "AES-CM" }, "R-4568-003")
	bad("no keys", "malformed", func(a, _ obj) { a["keys"] = list{} }, "R-4568-005")
	bad("master key of 15 octets", "malformed", func(_, k obj) { k["master_key"] = hexOf(count(15, 0)) }, "R-4568-006")
	bad("master key of 17 octets", "malformed", func(_, k obj) { k["master_key"] = hexOf(count(17, 0)) }, "R-4568-006")
	bad("master key of 32 octets", "malformed", func(_, k obj) { k["master_key"] = hexOf(count(32, 0)) }, "R-4568-006")
	bad("master salt of 12 octets", "malformed", func(_, k obj) { k["master_salt"] = hexOf(count(12, 0)) }, "R-4568-006")
	bad("master key of 17 octets and salt of 13", "malformed", func(_, k obj) {
		k["master_key"], k["master_salt"] = hexOf(count(17, 0)), hexOf(count(13, 0))
	}, "R-4568-006")
	bad("no master key", "malformed", func(_, k obj) { k["master_key"] = "" }, "R-4568-006")
	for _, lifetime := range []string{"0", "01", "2^49", "2^", "281474976710657", "x"} {
		bad("lifetime "+lifetime, "malformed", func(_, k obj) { k["lifetime"] = lifetime }, "R-4568-008")
	}
	bad("MKI 0", "malformed", func(_, k obj) { k["mki"], k["mki_length"] = 0, 1 }, "R-4568-009")
	bad("MKI 256 in 1 octet", "malformed", func(_, k obj) { k["mki"], k["mki_length"] = 256, 1 }, "R-4568-009")
	bad("MKI of 129 octets", "malformed", func(_, k obj) { k["mki"], k["mki_length"] = 1, 129 }, "R-4568-009")
	bad("negative MKI", "malformed", func(_, k obj) { k["mki"], k["mki_length"] = -1, 4 }, "R-4568-009")
	bad("two keys without MKI", "malformed", func(a, k obj) { a["keys"] = list{k, other(0x60)} }, "R-4568-011")
	bad("two keys with MKIs of different lengths", "malformed", func(a, k obj) {
		k["mki"], k["mki_length"] = 1, 4
		second := other(0x60)
		second["mki"], second["mki_length"] = 2, 2
		a["keys"] = list{k, second}
	}, "R-4568-011")
	bad("one master key twice", "malformed", func(a, k obj) {
		k["mki"], k["mki_length"] = 1, 4
		second := other(0x10)
		second["mki"], second["mki_length"] = 2, 4
		a["keys"] = list{k, second}
	}, "R-4568-012")
	bad("unknown method", "unsupported", func(_, k obj) { k["method"] = "url" }, "R-4568-005")
	param := func(name, value string) func(a, _ obj) {
		return func(a, _ obj) { a["session_params"] = list{obj{"name": name, "value": value}} }
	}
	bad("KDR=25", "malformed", param("KDR", "25"), "R-4568-013")
	bad("WSH=63", "malformed", param("WSH", "63"), "R-4568-015")
	bad("FEC_ORDER=FEC", "malformed", param("FEC_ORDER", "FEC"), "R-4568-003")
	bad("unknown mandatory session parameter", "unsupported", param("FOO", "1"), "R-4568-016")
	bad("session parameter with a line end", "malformed", param("-FOO", "1\r\na=b:c"), "R-4568-003", "Injection")

	for _, v := range []struct{ name, about string }{{"AES_256_CM_HMAC_SHA1_80", "R-6188-001"}, {"AEAD_AES_128_GCM", "R-7714-002"}} {
		b.startGroup("SDES", "attributes that no line can say, "+v.name, vectors.Requires{Suites: []string{v.name}}, nil)
		bad(v.name+" with 16 and 14 octets", "malformed", func(a, _ obj) { a["suite"] = v.name }, v.about)
	}
}
