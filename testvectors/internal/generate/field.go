package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// field is the family of messages of deployed devices, which rely on the transport
// and depart from RFC 3830 in their own ways (pitfalls P-41 to P-58).
func field() *vectors.File {
	b := fieldBuilder{newFile("vectors_v1.json", "field",
		"Messages of RTSP devices, whose protection is left to the transport, as a responder gets them: with their deviations from RFC 3830, and what must not be taken for one.")}
	for flag, description := range map[string]string{
		"GluedSalt":          "The key data type is TEK, but its octets are the master key followed by the master salt (P-42). RFC 3830 would have TEK+SALT.",
		"MissingRAND":        "The first message has no RAND payload (P-45).",
		"ShortRAND":          "RAND has fewer than the 16 octets that it should have, and no key is derived from it (P-45).",
		"FileTime":           "The timestamp says NTP-UTC but is a Windows FILETIME, 100 ns since 1601 (P-46).",
		"TagLengthMisplaced": "The session authentication key length holds the length of the authentication tag (P-13).",
		"PolicyNumber":       "The number of the policy is not the one in the CS ID map (P-53).",
		"NoPolicy":           "The message has no SP payload.",
		"HalfProtected":      "One of encryption and MAC is NULL, and the other one is not.",
	} {
		b.note(flag, "FIELD_DEVIATION", description)
	}
	b.note("TrailingZero", "PARSING", "Octets follow the last payload; a recorder sends one zero octet (P-52).")
	b.note("MissingSalt", "PARSING", "A TEK cannot yield a salt, and none is sent.")
	b.note("KeyData", "PARSING", "The KEMAC is well formed, but the key data in it is not.")

	b.onvif()
	b.usual()
	b.protection()
	b.keyTypes()
	b.streams()
	b.randAndTime()
	b.mki()
	b.policies()
	b.otherPayloads()
	b.behind()
	b.keyData()
	b.kinds()
	b.rekeying()
	b.flagUpdates()
	b.flagTransportProtected()
	return b.file
}

type fieldBuilder struct{ *builder }

// tolerances are the flags of what a strict implementation may refuse.
var tolerances = []string{
	"GluedSalt", "MissingRAND", "ShortRAND", "FileTime", "TagLengthMisplaced", "PolicyNumber", "NoPolicy", "HalfProtected", "TrailingZero",
}

func (b fieldBuilder) start(comment string) {
	b.startGroup("TransportProtected", comment, vectors.Requires{Modes: []string{"psk"}}, obj{
		"client":            obj{"transport_protected": true},
		"client with a key": obj{"transport_protected": true, "psk": hexOf(count(16, 0))},
		"plain channel":     obj{"psk": hexOf(count(16, 0))},
	})
}

// sp80 is what the usual policy means.
var sp80 = suite{name: aes128_80.name, keyLen: 16, saltLen: 14}

func (b fieldBuilder) test(comment string, calls []*vectors.Call, about ...string) *vectors.Test {
	t := b.add(comment, calls, unique(about...)...)
	if t.Result == vectors.Valid && slices.ContainsFunc(t.Flags, func(f string) bool { return slices.Contains(tolerances, f) }) {
		acceptable(t)
	}
	return t
}

// takes adds a message that is taken.
func (b fieldBuilder) takes(comment string, c clearMessage, suites []suite, about ...string) *vectors.Test {
	return b.test(comment, []*vectors.Call{c.taken(suites...)}, about...)
}

// refuses adds a message that is refused. The right message is taken afterwards.
func (b fieldBuilder) refuses(comment string, octets []byte, stage string, code int, about ...string) {
	b.test(comment, []*vectors.Call{refuseClear(octets, stage, code), shortly(newClear())}, about...)
}

// refusesAlone is refuses without the right message.
func (b fieldBuilder) refusesAlone(comment string, octets []byte, stage string, code int, about ...string) {
	b.test(comment, []*vectors.Call{refuseClear(octets, stage, code)}, about...)
}

func refuseClear(octets []byte, stage string, code int) *vectors.Call {
	c := refuse("respond", clearRequest(octets), stage, code)
	c.Steps = fieldSteps(octets, "request.message", "HDR", "T", "RAND", "ID", "SP", "KEMAC")
	if fields, err := reference.Fields(octets); err != nil && len(fields) > 0 {
		end := fields[len(fields)-1].End()
		c.Steps = append(c.Steps, stepAt("what is wrong", octets[end:], err.Error(), "request.message", end))
	}
	return c
}

// shortly is taken without the steps, for messages that are not the point.
func shortly(c clearMessage) *vectors.Call {
	keys, _ := c.result(sp80)
	return accept("respond", clearRequest(c.octets()), obj{"keys": keys})
}

// onvif are the published examples.
func (b fieldBuilder) onvif() {
	b.start("the MIKEY examples of ONVIF")
	b.group.Source = vectors.Source{Name: "ONVIF Streaming Specification", Section: "SRTP, MIKEY examples", Note: "printed there, one message each"}
	for _, e := range []struct {
		comment, message, csb, ssrc, key, salt, mki string
		about                                       []string
	}{
		{
			"a client's offer in SETUP",
			"AQAFAP1td9ABAADCD1UcAAAAAAoAAdOOGc75XD0BAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAe30C59UrClE0e27UP5h/Wty9UL8+dfzg+2ttmmo3kBAAAAC8A",
			"fd6d77d0", "c20f551c", "df40b9f54ac2944d1edbb50fe61fd6b7", "2f542fcf9d7f383edadb669a8de4", "0000002f",
			[]string{"GluedSalt", "MissingRAND", "FileTime", "P-42", "P-45", "P-46", "R-ONVIF-007", "R-ONVIF-013"},
		},
		{
			"a client's re-key in SET_PARAMETER",
			"AQAFAGgCr8EBAADSvxgkAAAAAAoAAdOOK7UihqIBAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAepekjs88g+Q7AU6LAvRsoVyn18ZW1JuXI9qht4g6+BAAAAAIA",
			"6802afc1", "d2bf1824", "a5e923b3cf20f90ec053a2c0bd1b2857", "29f5f195b526e5c8f6a86de20ebe", "00000002",
			[]string{"GluedSalt", "MissingRAND", "FileTime", "P-42", "P-45", "P-46", "P-57", "R-ONVIF-015"},
		},
		{
			"a device's current key for multicast in GET_PARAMETER",
			"AQAFAGrVolgBAADdBcAoAAAAAAsA2/K83QArhBIKEGrVolg1GZvp7DPyFCdYmXABAAAAGwABAQEBEAIBAQMBFAQBDgcBAQgBAQoBAQsBCgAAACcAIQAe7OzS5umZMXHqaegZC3UkDwbC5NNpj4b8+fB6MROeBAAAAA0A",
			"6ad5a258", "dd05c028", "ececd2e6e9993171ea69e8190b75240f", "06c2e4d3698f86fcf9f07a31139e", "0000000d",
			[]string{"GluedSalt", "P-42", "P-55", "R-ONVIF-016"},
		},
	} {
		octets := unb64(e.message)
		in := "keys.crypto_sessions.0."
		steps := append(fieldSteps(octets, "request.message"),
			stepAt("master key", unhex(e.key), "the first 16 octets of the key in the KEMAC", in+"tek", 0),
			stepAt("master salt", unhex(e.salt), "the 14 octets behind them", in+"salt", 0))
		b.test(e.comment, []*vectors.Call{accept("respond",
			obj{"message": e.message, "credentials": "client", "now": "2017-12-18T00:00:00Z", "max_skew_seconds": -1},
			obj{"mode": "psk", "answer": nil, "keys": obj{"csb_id": e.csb, "crypto_sessions": list{obj{
				"cs_id": 1, "policy": 0, "ssrc": e.ssrc, "roc": 0, "tek": e.key, "salt": e.salt, "mki": e.mki,
				"kv":   obj{"type": 1, "spi": e.mki},
				"srtp": obj{"suite": aes128_80.name, "master_key": e.key, "master_salt": e.salt},
			}}}}, steps...)}, e.about...)
	}
}

// usual are the message of an RTSP server and what is closest to it.
func (b fieldBuilder) usual() {
	b.start("the message of an RTSP server, and its variants")
	b.group.Source.Note = "octets written down after the layouts of RFC 3830; keys stand in them in the clear"
	glued := newClear().with(func(c *clearMessage) { c.keys = []reference.Key{tek(16, 14)} })
	one := func(k reference.Key) func(*clearMessage) {
		return func(c *clearMessage) { c.keys = []reference.Key{k} }
	}
	sp := func(number byte, p ...reference.Param) []reference.Payload {
		return []reference.Payload{reference.SP(number, 0, p...)}
	}

	b.takes("the usual message of an RTSP server: TEK with the salt behind it", glued, []suite{sp80}, "GluedSalt", "P-42")
	b.takes("TEK+SALT, as RFC 3830 has it", newClear(), []suite{sp80}, "P-42", "R-3830-025")
	b.refuses("a TEK without its salt", newClear().with(one(tek(16, 0))).octets(), "malformed", -1, "MissingSalt", "P-42")
	b.refuses("a TEK two octets too long", newClear().with(one(reference.Key{Type: 2, Key: append(tek(16, 14).Key, 1, 2)})).octets(), "malformed", -1, "GluedSalt", "P-42")
	trailing := func(tail ...byte) clearMessage {
		return glued.with(func(c *clearMessage) { c.trailing = tail })
	}
	b.takes("one zero octet behind the message", trailing(0), []suite{sp80}, "TrailingZero", "GluedSalt", "P-52")
	b.refuses("two zero octets behind the message", trailing(0, 0).octets(), "malformed", -1, "TrailingZero", "R-3830-005", "P-52")
	b.refuses("another octet behind the message", trailing(1).octets(), "malformed", -1, "TrailingZero", "R-3830-005", "P-52")
	b.takes("no RAND, and a key that derives nothing", glued.with(func(c *clearMessage) {
		c.rand = nil
		c.keys = []reference.Key{tek(16, 14)}
		c.keys[0].KV = reference.Validity{Type: 1, SPI: unhex("0000002f")}
	}), []suite{sp80}, "MissingRAND", "GluedSalt", "P-45")
	b.refuses("no RAND, but a TGK", newClear().with(func(c *clearMessage) {
		c.rand = nil
		c.keys = []reference.Key{{Type: reference.KeyTGK, Key: count(16, 0x40)}}
	}).octets(), "malformed", -1, "MissingRAND", "R-3830-050", "P-45")

	misplaced := func(keyLen byte) clearMessage {
		return glued.with(func(c *clearMessage) {
			c.keys = []reference.Key{tek(16, 14)}
			c.sps = sp(0, param(0, 1), param(1, 16), param(2, 1), param(3, keyLen), param(7, 1), param(8, 1), param(10, 1))
		})
	}
	sp32 := suite{name: aes128_32.name, keyLen: 16, saltLen: 14}
	b.takes("the tag length 10 in the parameter of the authentication key length", misplaced(10), []suite{sp80}, "TagLengthMisplaced", "GluedSalt", "P-13")
	b.takes("the tag length 4 in the parameter of the authentication key length", misplaced(4), []suite{sp32}, "TagLengthMisplaced", "GluedSalt", "P-13")
	b.refuses("an authentication key length that is neither 20 nor a tag length", misplaced(12).octets(), "unsupported", 10, "TagLengthMisplaced", "P-13")
	b.takes("the only policy has a number that no crypto session names", glued.with(func(c *clearMessage) {
		c.keys = []reference.Key{tek(16, 14)}
		c.sps = sp(7, usualParams...)
	}), []suite{sp80}, "PolicyNumber", "GluedSalt", "P-53")
	b.takes("no policy at all: the defaults of SRTP", glued.with(func(c *clearMessage) {
		c.keys = []reference.Key{tek(16, 14)}
		c.sps = nil
	}), []suite{sp80}, "NoPolicy", "GluedSalt", "P-53", "R-3830-043")
	b.takes("AES-GCM with a 256-bit key and TEK+SALT, as ONVIF asks for it", newClear().with(func(c *clearMessage) {
		c.sps = sp(0, param(0, 6), param(1, 32), param(2, 0), param(4, 12), param(5, 0), param(7, 1), param(8, 1), param(10, 1), param(20, 16))
		c.keys = []reference.Key{tekSalt(32, 12)}
		c.keys[0].KV = reference.Validity{Type: 1, SPI: unhex("00000001")}
	}), []suite{gcm256}, "R-ONVIF-008", "R-ONVIF-009", "R-ONVIF-011")
	b.takes("AES-GCM without its tag length and with no authentication key", newClear().with(func(c *clearMessage) {
		c.sps = sp(0, param(0, 6), param(1, 16), param(2, 0), param(3, 0), param(7, 1), param(8, 1), param(10, 1))
		c.keys = []reference.Key{tek(16, 12)}
	}), []suite{gcm128}, "GluedSalt", "P-58")
	b.refuses("a policy number that no policy has, of two", newClear().with(func(c *clearMessage) {
		c.sessions = []reference.Session{{Policy: 2, SSRC: 0x11223344}}
		c.sps = []reference.Payload{reference.SP(0, 0, usualParams...), reference.SP(1, 0, usualParams...)}
		c.keys = []reference.Key{tek(16, 14)}
	}).octets(), "malformed", -1, "PolicyNumber", "R-3830-113", "P-53")
	b.takes("a stream that joins late: ROC 7 and no SSRC yet", newClear().with(func(c *clearMessage) {
		c.sessions = []reference.Session{{ROC: 7}}
		c.keys = []reference.Key{tek(16, 14)}
	}), []suite{sp80}, "GluedSalt", "P-44", "P-48")
}

// protection is P-41: what is protected, and what is not.
func (b fieldBuilder) protection() {
	b.start("NULL algorithms, and messages that are protected (P-41)")
	plain := func(octets []byte) obj { return with(clearRequest(octets), obj{"credentials": "plain channel"}) }
	keyed := func(octets []byte) obj { return with(clearRequest(octets), obj{"credentials": "client with a key"}) }
	psk := count(16, 0)
	c := newClear()
	full := c.protected(psk, 1, 1)
	keys, steps := c.result(sp80)

	// What follows a refusal is what the same message gives over TLS.
	for _, t := range []struct {
		comment string
		octets  []byte
		about   []string
	}{
		{"NULL encryption and NULL MAC on a plain channel", c.octets(), []string{"R-3830-059", "R-3830-062"}},
		{"NULL encryption and HMAC-SHA-1 on a plain channel", c.protected(psk, 0, 1), []string{"R-3830-059"}},
		{"NULL encryption and HMAC-SHA-256 on a plain channel", c.protected(psk, 0, 2), []string{"R-3830-059"}},
		{"AES-CM-128 and NULL MAC on a plain channel", c.protected(psk, 1, 0), []string{"R-3830-062"}},
		{"AES-CM-256 and NULL MAC on a plain channel", c.protected(psk, 3, 0), []string{"R-3830-062"}},
		{"AES-KW-128 and NULL MAC on a plain channel", c.protected(psk, 2, 0), []string{"R-3830-062", "R-3830-063"}},
		{"NULL and NULL on a plain channel, as cameras send it", c.with(func(c *clearMessage) {
			c.rand = nil
			c.keys = []reference.Key{tek(16, 14)}
		}).octets(), []string{"R-3830-059", "R-3830-062"}},
		{"NULL and NULL with a TGK on a plain channel", c.with(func(c *clearMessage) {
			c.keys = []reference.Key{{Type: 0, Key: count(16, 0x40)}}
		}).octets(), []string{"R-3830-059", "R-3830-062"}},
	} {
		call := refuse("respond", plain(t.octets), "policy", -1)
		call.Steps = fieldSteps(t.octets, "request.message", "HDR", "T", "RAND", "SP")
		calls := []*vectors.Call{call, accept("respond", plain(full), obj{"keys": keys})}
		b.test(t.comment, calls, append(t.about, "P-41")...)
	}
	for _, t := range []struct {
		comment   string
		encr, mac byte
	}{
		{"NULL encryption and HMAC-SHA-1", 0, 1}, {"NULL encryption and HMAC-SHA-256", 0, 2},
		{"AES-CM-128 and NULL MAC", 1, 0}, {"AES-CM-256 and NULL MAC", 3, 0}, {"AES-KW-128 and NULL MAC", 2, 0},
	} {
		octets := c.protected(psk, t.encr, t.mac)
		b.test(t.comment+", where the transport protects the message", []*vectors.Call{
			accept("respond", keyed(octets), obj{"keys": keys}, append(fieldSteps(octets, "request.message", "HDR", "T", "RAND", "SP"), steps...)...),
		}, "HalfProtected", "P-41")
	}
	for _, t := range []struct {
		comment   string
		encr, mac byte
	}{{"AES-CM-128 and HMAC-SHA-1", 1, 1}, {"AES-CM-256 and HMAC-SHA-256", 3, 2}} {
		octets := c.protected(psk, t.encr, t.mac)
		b.test(t.comment+", where the transport protects the message too", []*vectors.Call{
			accept("respond", keyed(octets), obj{"keys": keys}, append(fieldSteps(octets, "request.message", "HDR", "T", "RAND", "SP"), steps...)...),
		}, "P-41", "R-3830-068")
		flipped := flip(octets, -1)
		b.test(t.comment+" with a wrong MAC: that the transport protects the message does not excuse it", []*vectors.Call{
			refuse("respond", keyed(flipped), "auth-failure", 0), accept("respond", keyed(octets), obj{"keys": keys}),
		}, "P-41", "R-3830-107")
		b.test(t.comment+" under another key", []*vectors.Call{
			refuse("respond", keyed(c.protected(count(16, 1), t.encr, t.mac)), "auth-failure", 0), accept("respond", keyed(octets), obj{"keys": keys}),
		}, "P-41", "R-3830-107")
		b.test(t.comment+", changed to another SSRC", []*vectors.Call{
			refuse("respond", keyed(flip(octets, 14)), "auth-failure", 0), accept("respond", keyed(octets), obj{"keys": keys}),
		}, "P-41", "R-3830-107")
		b.test(t.comment+", and no pre-shared key to check it with", []*vectors.Call{
			refuse("respond", clearRequest(octets), "auth-failure", 0), shortly(c),
		}, "P-41", "R-3830-107")
		for _, tail := range [][]byte{{0}, {0, 0}} {
			b.test(fmt.Sprintf("%s, %d zero octets behind the message", t.comment, len(tail)), []*vectors.Call{
				refuse("respond", keyed(concat(octets, tail)), "malformed", -1), accept("respond", keyed(octets), obj{"keys": keys}),
			}, "P-52", "R-3830-005")
		}
		missing := c.with(func(c *clearMessage) { c.rand = nil }).protected(psk, t.encr, t.mac)
		b.test(t.comment+" without RAND: an update of nothing", []*vectors.Call{
			refuse("respond", keyed(missing), "state", -1), accept("respond", keyed(octets), obj{"keys": keys}),
		}, "P-24", "R-3830-095")
	}
	for _, encr := range []byte{4, 240, 241, 255} {
		b.refuses(fmt.Sprintf("encryption %d, which nobody knows", encr), c.withKEMAC(reference.KEMAC(encr, reference.KeyData(c.keys...), 0, nil)), "unsupported", 4, "R-3830-048", "R-3830-018")
	}
	for _, mac := range []byte{3, 240, 241, 255} {
		b.refuses(fmt.Sprintf("MAC %d, which nobody knows", mac), c.withKEMAC(reference.KEMAC(0, reference.KeyData(c.keys...), mac, nil)), "unsupported", 3, "R-3830-048", "R-3830-018")
	}
	for _, prf := range []byte{2, 111, 112, 127} {
		b.refuses(fmt.Sprintf("PRF function %d, which nobody knows", prf), c.with(func(c *clearMessage) { c.prf = prf }).octets(), "unsupported", 2, "R-3830-048", "R-3830-018")
	}
}

// keyTypes is P-42 and P-43.
func (b fieldBuilder) keyTypes() {
	b.start("types and lengths of keys (P-42, P-43)")
	with1 := func(k reference.Key, sp ...reference.Param) clearMessage {
		return newClear().with(func(c *clearMessage) {
			c.keys = []reference.Key{k}
			if sp != nil {
				c.sps = []reference.Payload{reference.SP(0, 0, sp...)}
			}
		})
	}
	for _, u := range []suite{aes128_80, aes128_32, aes256_80, gcm128, gcm256, cm("AES_192_CM_HMAC_SHA1_80", 24, 10)} {
		b.takes("TEK+SALT for "+u.name, with1(tekSalt(u.keyLen, u.saltLen), u.params...), []suite{u}, "R-ONVIF-007", "R-3830-115")
		b.takes("TEK with the salt behind it for "+u.name, with1(tek(u.keyLen, u.saltLen), u.params...), []suite{u}, "GluedSalt", "P-42", "R-ONVIF-007")
		b.takes("TGK for "+u.name+": the master key comes out of it", with1(reference.Key{Type: 0, Key: cut(clearTEK, u.keyLen)}, u.params...), []suite{u}, "P-43", "R-3830-050")
		b.takes("TGK+SALT for "+u.name+": the master key comes out of it", with1(reference.Key{Type: 1, Key: cut(clearTEK, u.keyLen), Salt: cut(clearSalt, u.saltLen)}, u.params...), []suite{u}, "P-43", "R-3830-053")
		both := u.keyLen + u.saltLen
		for _, n := range []int{0, 1, u.keyLen - 1, u.keyLen, u.keyLen + 1, both - 2, both - 1, both + 1, both + 2} {
			flag := "P-42"
			about := []string{flag}
			if n == u.keyLen {
				about = append(about, "MissingSalt")
			}
			b.refusesAlone(fmt.Sprintf("TEK of %d octets for %s", n, u.name), with1(reference.Key{Type: 2, Key: count(n, 0x40)}, u.params...).octets(), "malformed", -1, about...)
		}
		for _, n := range [][2]int{{u.keyLen - 1, u.saltLen}, {u.keyLen + 1, u.saltLen}, {u.keyLen, u.saltLen - 1}, {u.keyLen, u.saltLen + 1}, {u.keyLen, 0}, {0, u.saltLen}, {both, u.saltLen}, {u.keyLen, 26 - u.saltLen}} {
			k := reference.Key{Type: 3, Key: count(n[0], 0x40), Salt: count(n[1], 0x80)}
			b.refusesAlone(fmt.Sprintf("TEK+SALT of %d and %d octets for %s", n[0], n[1], u.name), with1(k, u.params...).octets(), "malformed", -1, "P-42", "R-3830-044")
		}
	}
	for _, n := range []int{16, 30, 32, 33, 64} {
		b.takes(fmt.Sprintf("TGK of %d octets, in the clear", n), with1(reference.Key{Type: 0, Key: count(n, 0x40)}), []suite{sp80}, "P-43", "R-3830-050", "R-3830-049")
	}
	b.takes("TGK, PRF-HMAC-SHA-256", with1(reference.Key{Type: 0, Key: count(16, 0x40)}).with(func(c *clearMessage) { c.prf = 1 }), []suite{sp80}, "P-43", "R-6043-017")
	b.refusesAlone("TGK+SALT with a salt of 12 octets for AES-CM", with1(reference.Key{Type: 1, Key: count(16, 0x40), Salt: count(12, 0x80)}).octets(), "malformed", -1, "P-14", "R-3830-053")
	b.refusesAlone("TGK without octets", with1(reference.Key{Type: 0}).octets(), "malformed", -1, "R-3830-055")
}

// streams is P-44, P-48 and P-49: crypto sessions.
func (b fieldBuilder) streams() {
	b.start("SSRCs, rollover counters and directions (P-44, P-48, P-49)")
	of := func(sessions ...reference.Session) clearMessage {
		return newClear().with(func(c *clearMessage) { c.sessions = sessions })
	}
	b.takes("SSRC 0, which nobody knows yet", of(reference.Session{}), []suite{sp80}, "P-44", "R-3830-012")
	b.takes("SSRC ffffffff", of(reference.Session{SSRC: 0xffffffff}), []suite{sp80}, "P-44", "R-3830-013")
	for _, roc := range []uint32{1, 65536, 0x80000000, 0xffffffff} {
		b.takes(fmt.Sprintf("rollover counter %d", roc), of(reference.Session{SSRC: 0x11223344, ROC: roc}), []suite{sp80}, "P-48", "R-3830-014")
	}
	b.takes("rollover counter 5 for a stream without SSRC", of(reference.Session{ROC: 5}), []suite{sp80}, "P-48", "R-3830-014")
	b.takes("two streams with one TEK: what the client sends and what it gets", of(reference.Session{SSRC: 0x11223344}, reference.Session{SSRC: 0x55667788, ROC: 3}), []suite{sp80}, "P-49", "R-3711-006", "R-3830-011")
	b.takes("two streams with one TEK, without SSRCs", of(reference.Session{}, reference.Session{}), []suite{sp80}, "P-49", "P-44")
	b.takes("no crypto session", of(), []suite{sp80}, "R-3830-015")
	b.takes("five crypto sessions under one policy", of(reference.Session{SSRC: 5}, reference.Session{SSRC: 4}, reference.Session{}, reference.Session{SSRC: 2}, reference.Session{SSRC: 1}), []suite{sp80}, "P-27", "R-3830-011")
	b.refuses("two streams with one SSRC and one TEK: they would share the keystream", of(reference.Session{SSRC: 0x11223344}, reference.Session{SSRC: 0x11223344}).octets(), "policy", -1, "P-49", "R-3711-006")
	b.refuses("three streams, the last two with one SSRC and one TEK", of(reference.Session{SSRC: 1}, reference.Session{SSRC: 0x11223344, ROC: 1}, reference.Session{SSRC: 0x11223344, ROC: 2}).octets(), "policy", -1, "P-49", "R-3711-006")
	for _, t := range []struct {
		comment  string
		sessions []reference.Session
		ssrcs    []uint32
		filled   []uint32
	}{
		{"the responder fills in its SSRC", []reference.Session{{ROC: 2}}, []uint32{0x99aabbcc}, []uint32{0x99aabbcc}},
		{"the responder fills in the second of two SSRCs", []reference.Session{{SSRC: 0x11223344}, {}}, []uint32{0x99aabbcc}, []uint32{0x11223344, 0x99aabbcc}},
		{"the responder fills in SSRCs in their order", []reference.Session{{}, {SSRC: 7}, {}, {}}, []uint32{0xa, 0xb, 0xc}, []uint32{0xa, 7, 0xb, 0xc}},
		{"the responder fills in fewer SSRCs than there are", []reference.Session{{}, {}}, []uint32{0xa}, []uint32{0xa, 0}},
	} {
		c := of(t.sessions...)
		octets := c.octets()
		ssrcs := list{}
		for _, s := range t.ssrcs {
			ssrcs = append(ssrcs, hex32(s))
		}
		c.sessions = slices.Clone(c.sessions)
		for i, s := range t.filled {
			c.sessions[i].SSRC = s
		}
		keys, steps := c.result(sp80)
		b.test(t.comment, []*vectors.Call{
			accept("respond", with(clearRequest(octets), obj{"ssrcs": ssrcs}), obj{"keys": keys}, append(fieldSteps(octets, "request.message", "T", "RAND", "SP"), steps...)...),
		}, "P-44", "R-3830-012")
	}
}

// randAndTime is P-45 and P-46.
func (b fieldBuilder) randAndTime() {
	b.start("RAND and timestamps (P-45, P-46)")
	b.takes("no RAND", newClear().with(func(c *clearMessage) { c.rand = nil }), []suite{sp80}, "MissingRAND", "P-45")
	for _, n := range []int{1, 8, 15} {
		b.takes(fmt.Sprintf("RAND of %d octets, and a TEK", n), newClear().with(func(c *clearMessage) { c.rand = count(n, 0x20) }), []suite{sp80}, "ShortRAND", "P-45", "R-3830-045")
	}
	for _, n := range []int{17, 32, 255} {
		b.takes(fmt.Sprintf("RAND of %d octets, and a TEK", n), newClear().with(func(c *clearMessage) { c.rand = count(n, 0x20) }), []suite{sp80}, "P-45", "R-3830-045")
	}
	b.takes("RAND whose first octets are the CSB ID", newClear().with(func(c *clearMessage) { c.rand = append(unhex("a1b2c3d4"), count(12, 0x20)...) }), []suite{sp80}, "P-55")
	for _, keyType := range []byte{0, 1} {
		for _, n := range []int{0, 1, 8, 15} {
			c := newClear().with(func(c *clearMessage) {
				c.rand = count(n, 0x20)
				c.keys = []reference.Key{{Type: keyType, Key: count(16, 0x40), Salt: clearSalt}}
			})
			b.refuses(fmt.Sprintf("RAND of %d octets, and a %s", n, keyTypes[keyType]), c.octets(), "malformed", -1, "P-45", "R-3830-045")
		}
	}
	b.refuses("no RAND, but a TGK+SALT", newClear().with(func(c *clearMessage) {
		c.rand = nil
		c.keys = []reference.Key{{Type: 1, Key: count(16, 0x40), Salt: clearSalt}}
	}).octets(), "malformed", -1, "P-45", "R-3830-050")
	b.refuses("no RAND, a TEK+SALT and a TGK", newClear().with(func(c *clearMessage) {
		c.rand = nil
		c.keys = []reference.Key{tekSalt(16, 14), {Type: 0, Key: count(16, 0x40)}}
		c.keys[0].KV, c.keys[1].KV = reference.Validity{Type: 1, SPI: []byte{1}}, reference.Validity{Type: 1, SPI: []byte{2}}
	}).octets(), "malformed", -1, "P-45", "R-3830-050")

	seconds := func(n int) reference.Payload {
		return reference.T(0, clearTime(n))
	}
	for _, t := range []struct {
		comment string
		t       reference.Payload
		about   string
	}{
		{"timestamp of type NTP", reference.T(1, clearTime(0)), "R-3830-034"},
		{"timestamp of type NTP-UTC-32", reference.T(3, clearTime(0)[:4]), "R-6043-001"},
		{"timestamp 299 seconds old", seconds(-299), "R-3830-074"},
		{"timestamp 299 seconds early", seconds(299), "R-3830-074"},
	} {
		b.takes(t.comment, newClear().with(func(c *clearMessage) { c.t = t.t }), []suite{sp80}, "P-46", t.about)
	}
	fileTime := reference.T(0, unhex("01d38e19cef95c3d"))
	for _, t := range []struct {
		comment string
		t       reference.Payload
	}{
		{"a FILETIME, with the check of the clock", fileTime},
		{"seconds since 1970 as NTP", reference.T(0, unhex("6853f0ad00000000"))},
		{"milliseconds since 1970", reference.T(0, unhex("000001978824dcc8"))},
		{"a timestamp of zeros", reference.T(0, make([]byte, 8))},
		{"local time, two hours ahead", seconds(7200)},
		{"a timestamp 301 seconds old", seconds(-301)},
		{"a timestamp 301 seconds early", seconds(301)},
		{"a timestamp of last year", seconds(-366 * 86400)},
	} {
		c := newClear().with(func(c *clearMessage) { c.t = t.t })
		keys, _ := c.result(sp80)
		octets := c.octets()
		req := with(clearRequest(octets), obj{"max_skew_seconds": -1})
		b.test(t.comment, []*vectors.Call{
			refuseClear(octets, "stale", 1), accept("respond", req, obj{"keys": keys}), refuse("respond", req, "replay", -1),
		}, "P-46", "R-3830-074", "R-3830-075")
	}
	c := newClear().with(func(c *clearMessage) { c.t = fileTime })
	keys, steps := c.result(sp80)
	b.test("a FILETIME, without the check of the clock", []*vectors.Call{accept("respond", with(clearRequest(c.octets()), obj{"max_skew_seconds": -1}),
		obj{"keys": keys}, append(fieldSteps(c.octets(), "request.message", "HDR", "RAND", "SP"), steps...)...)}, "FileTime", "P-46")
	b.test("the same message twice", []*vectors.Call{
		newClear().taken(sp80), refuse("respond", clearRequest(newClear().octets()), "replay", -1),
	}, "P-46", "R-3830-075")
	b.test("the same message twice, the second time with one zero octet behind it", []*vectors.Call{
		newClear().taken(sp80), refuse("respond", clearRequest(append(newClear().octets(), 0)), "replay", -1),
	}, "P-52", "R-3830-075")
}

// mki is P-47: validity of keys.
func (b fieldBuilder) mki() {
	b.start("MKIs and intervals (P-47)")
	of := func(kv ...reference.Validity) clearMessage {
		return newClear().with(func(c *clearMessage) {
			c.keys = nil
			for i, v := range kv {
				k := tekSalt(16, 14)
				k.Key[0], k.KV = k.Key[0]+byte(i), v
				c.keys = append(c.keys, k)
			}
		})
	}
	spiOf := func(octets ...byte) reference.Validity { return reference.Validity{Type: 1, SPI: octets} }
	for _, n := range []int{1, 2, 3, 4, 8, 16, 127, 128, 255} {
		b.takes(fmt.Sprintf("an MKI of %d octets", n), of(spiOf(count(n, 1)...)), []suite{sp80}, "P-47", "R-ONVIF-009", "R-3830-026")
	}
	b.takes("an MKI of zeros", of(spiOf(0, 0, 0, 0)), []suite{sp80}, "P-47")
	b.takes("no MKI", of(reference.Validity{}), []suite{sp80}, "P-47", "R-3830-117")
	b.takes("an interval of packets", of(reference.Validity{Type: 2, From: unhex("000000000000"), To: unhex("0000ffffffff")}), []suite{sp80}, "R-3830-028", "R-3711-009")
	b.takes("two keys with MKIs", of(spiOf(0, 0, 0, 1), spiOf(0, 0, 0, 2)), []suite{sp80}, "P-47", "R-3830-116", "R-3830-027")
	b.takes("four keys with MKIs, not in order", of(spiOf(9), spiOf(3), spiOf(7), spiOf(1)), []suite{sp80}, "P-47", "R-3830-116", "R-3830-027")
	b.takes("two keys with MKIs for two streams", of(spiOf(1), spiOf(2)).with(func(c *clearMessage) {
		c.sessions = []reference.Session{{SSRC: 1}, {SSRC: 2}}
	}), []suite{sp80}, "P-47", "R-3830-116")
	b.takes("TEK with the salt behind it, and an MKI, as Live555 wants it", of().with(func(c *clearMessage) {
		k := tek(16, 14)
		k.KV = spiOf(0, 0, 0, 1)
		c.keys = []reference.Key{k}
	}), []suite{sp80}, "GluedSalt", "P-42", "P-47")
}

// policies is P-53, P-54, P-58 and P-59; family policy has all others.
func (b fieldBuilder) policies() {
	b.start("policies as devices write them (P-13, P-53, P-54, P-58, P-59)")
	of := func(sessions []byte, sps ...reference.Payload) clearMessage {
		return newClear().with(func(c *clearMessage) {
			c.sessions = nil
			for i, n := range sessions {
				c.sessions = append(c.sessions, reference.Session{Policy: n, SSRC: uint32(i + 1)})
			}
			c.sps = sps
		})
	}
	usual := reference.SP(0, 0, usualParams...)
	b.takes("an SP without parameters", of([]byte{0}, reference.SP(0, 0)), []suite{sp80}, "P-53", "R-3830-043")
	b.takes("no SP", of([]byte{0}), []suite{sp80}, "NoPolicy", "P-53", "R-3830-043")
	b.takes("no SP, and the crypto session names policy 3", of([]byte{3}), []suite{sp80}, "NoPolicy", "PolicyNumber", "P-53")
	b.takes("the parameters backwards", of([]byte{0}, reference.SP(0, 0, backwards(usualParams)...)), []suite{sp80}, "P-53")
	b.takes("all thirteen parameters, one octet each, as libmikey sends them", of([]byte{0}, reference.SP(0, 0,
		param(0, 1), param(1, 16), param(2, 1), param(3, 20), param(4, 14), param(5, 0), param(6, 0), param(7, 1), param(8, 1),
		param(9, 0), param(10, 1), param(11, 10), param(12, 0))), []suite{sp80}, "P-59", "P-11")
	b.takes("the parameters of the ONVIF specification", of([]byte{0}, reference.SP(0, 0,
		param(0, 1), param(1, 16), param(2, 1), param(3, 20), param(4, 14), param(5, 0), param(7, 1), param(8, 1), param(11, 10))), []suite{sp80}, "R-ONVIF-010")
	b.takes("the parameters of GStreamer", of([]byte{0}, reference.SP(0, 0,
		param(0, 1), param(1, 16), param(2, 1), param(3, 10), param(7, 1), param(8, 1), param(10, 1))), []suite{sp80}, "TagLengthMisplaced", "P-13")
	b.takes("the only SP has number 255", of([]byte{0}, reference.SP(255, 0, usualParams...)), []suite{sp80}, "PolicyNumber", "P-53")
	b.takes("the only SP has number 1, and two streams name 0 and 2", of([]byte{0, 2}, reference.SP(1, 0, usualParams...)), []suite{sp80}, "PolicyNumber", "P-53")
	b.takes("two SPs, each for a stream", of([]byte{1, 0}, usual, reference.SP(1, 0, append(slices.Clone(usualParams[:7]), param(11, 4))...)),
		[]suite{{aes128_32.name, 16, 14, nil}, sp80}, "P-53", "R-3830-113")
	b.refuses("two SPs, and one stream names neither", of([]byte{0, 7}, usual, reference.SP(1, 0, usualParams...)).octets(), "malformed", -1, "P-53", "R-3830-113")
	b.refuses("no SP but one for TESLA", of([]byte{0}, reference.SP(0, 1)).octets(), "unsupported", 9, "R-3830-048")
	b.refuses("key lengths in bits", of([]byte{0}, reference.SP(0, 0, param(0, 1), param(1, 128), param(2, 1), param(3, 160), param(11, 10))).octets(), "unsupported", 10, "P-10")
}

// backwards is a copy in the other order.
func backwards(p []reference.Param) []reference.Param {
	out := slices.Clone(p)
	slices.Reverse(out)
	return out
}

// otherPayloads is P-50 and P-51.
func (b fieldBuilder) otherPayloads() {
	b.start("other payloads, and the V flag (P-50, P-51)")
	of := func(more ...reference.Payload) clearMessage {
		return newClear().with(func(c *clearMessage) { c.more = more })
	}
	named := func(comment string, peer string, about []string, more ...reference.Payload) {
		c := of(more...)
		call := c.taken(sp80)
		call.Reply["peer"] = obj{"id": peer, "subject": nil}
		b.test(comment, []*vectors.Call{call}, about...)
	}
	named("an ID of the sender", "camera@example.com", []string{"P-50", "P-19"}, reference.ID(0, "camera@example.com"))
	named("IDs of both", "camera@example.com", []string{"P-50", "P-19"}, reference.ID(0, "camera@example.com"), reference.ID(1, "rtsp://client.example.com"))
	b.takes("SDP IDs", of(reference.GenExt(1, []byte("mikey"))), []suite{sp80}, "P-50", "P-67", "R-3830-047")
	b.takes("a Vendor ID", of(reference.GenExt(0, []byte("camera 7"))), []suite{sp80}, "P-50", "R-3830-047")
	b.takes("an extension of 3GPP", of(reference.GenExt(7, count(20, 0))), []suite{sp80}, "P-64", "R-3830-047")
	b.takes("an extension of a private type", of(reference.GenExt(241, nil)), []suite{sp80}, "R-3830-018", "R-3830-047")
	b.takes("an ID and three extensions", of(reference.GenExt(0, nil), reference.ID(1, "sip:a@example.com"), reference.GenExt(1, []byte("mikey;keyp1")), reference.GenExt(255, []byte{1})), []suite{sp80}, "P-50", "R-3830-047")
	for _, n := range []byte{18, 19, 27, 99, 240, 241, 255} {
		b.refuses(fmt.Sprintf("unknown payload %d in front of the KEMAC", n), of(reference.Payload{Number: n, Body: unhex("000102")}).octets(), "malformed", -1, "P-50")
	}
	b.refuses("key data outside of the KEMAC", of(reference.Payload{Number: 20, Body: reference.KeyData(tek(16, 14))[1:]}).octets(), "malformed", -1, "R-3830-024")
	for _, dup := range []struct {
		comment string
		p       reference.Payload
	}{
		{"two timestamps", reference.T(0, clearTime(0))}, {"two RANDs", reference.RAND(count(16, 1))},
		{"two KEMACs", reference.KEMAC(0, reference.KeyData(tekSalt(16, 14)), 0, nil)},
	} {
		b.refuses(dup.comment, of(dup.p).octets(), "malformed", -1, "P-01")
	}
	m := newClear().front()
	b.refuses("no KEMAC", m.Octets(), "malformed", -1, "R-3830-019")
	header := reference.NewMessage(0, clearCSB, []reference.Session{{SSRC: 0x11223344}})
	b.refuses("a header alone", header.Octets(), "malformed", -1, "R-3830-019")
	noT := newClear()
	kemac := reference.KEMAC(0, reference.KeyData(noT.keys...), 0, nil)
	b.refuses("no timestamp", reference.NewMessage(0, clearCSB, noT.sessions).Add(reference.RAND(noT.rand)).Add(noT.sps...).Add(kemac).Octets(), "malformed", -1, "R-3830-072")
	b.refuses("KEMAC is not the last payload", newClear().front().Add(kemac, reference.GenExt(0, []byte("x"))).Octets(), "malformed", -1, "R-3830-019")
	b.refuses("the SP behind the KEMAC", reference.NewMessage(0, clearCSB, noT.sessions).Add(noT.t, reference.RAND(noT.rand), kemac).Add(noT.sps...).Octets(), "malformed", -1, "R-3830-019")
	empty := newClear().front()
	empty.MapType, empty.CSCount, empty.Map = 1, 0, nil
	b.refuses("an SP beside the Empty map", empty.Add(kemac).Octets(), "malformed", -1, "R-4563-001")

	c := newClear().with(func(c *clearMessage) { c.v = true })
	call := c.taken(sp80)
	delete(call.Reply, "answer")
	b.test("the V flag: the answer verifies nothing, but there is one", []*vectors.Call{call, accept("decode", obj{"message": "@1.answer"}, obj{"decoded": obj{
		"version": 1, "data_type": 1, "prf": 0, "csb_id": hex32(clearCSB), "cs": sessionsOf(c.sessions),
		"payloads": list{
			obj{"type": 5, "ts_type": 0, "ts_value": hexOf(clearTime(0))}, obj{"type": 9, "auth_alg": 0, "mac": ""},
		},
	}})}, "P-51", "R-3830-007", "R-3830-073")
	for _, order := range [][]int{{1, 0, 2}, {2, 1, 0}, {2, 0, 1}, {0, 2, 1}, {1, 2, 0}} {
		c := newClear()
		parts := []reference.Payload{c.t, reference.RAND(c.rand), c.sps[0]}
		m := reference.NewMessage(0, c.csbID, c.sessions)
		var names []string
		for _, i := range order {
			m.Add(parts[i])
			names = append(names, payloadNames[parts[i].Number])
		}
		octets := m.Add(kemac).Octets()
		keys, steps := c.result(sp80)
		b.test("the order "+strings.Join(names, ", "), []*vectors.Call{accept("respond", clearRequest(octets), obj{"keys": keys},
			append(fieldSteps(octets, "request.message", "HDR", "T", "RAND", "SP"), steps...)...)}, "P-01", "R-3830-017")
	}
}

// behind is P-52: octets behind the message.
func (b fieldBuilder) behind() {
	b.start("octets behind the message (P-52)")
	c := newClear()
	b.takes("TEK+SALT, and one zero octet behind the message", c.with(func(c *clearMessage) { c.trailing = []byte{0} }), []suite{sp80}, "TrailingZero", "P-52")
	b.takes("no RAND, no SP, and one zero octet behind the message", c.with(func(c *clearMessage) {
		c.trailing, c.rand, c.sps = []byte{0}, nil, nil
	}), []suite{sp80}, "TrailingZero", "MissingRAND", "NoPolicy", "P-52")
	for _, tail := range []string{"80", "ff", "0001", "0100", "000000", "00000000", "0d0a", "0a", "20", "01000500"} {
		b.refusesAlone("behind the message "+tail, append(c.octets(), unhex(tail)...), "malformed", -1, "TrailingZero", "R-3830-005", "P-52")
	}
	b.refusesAlone("the message twice", concat(c.octets(), c.octets()), "malformed", -1, "TrailingZero", "R-3830-005", "P-52")
}

// keyData is key data in the clear that is broken.
func (b fieldBuilder) keyData() {
	b.start("broken key data in the clear: RFC 3830, Sections 6.13 and 6.14")
	c := newClear()
	of := func(data []byte) []byte { return c.withKEMAC(reference.KEMAC(0, data, 0, nil)) }
	b.refusesAlone("no key data in a first message", of(nil), "malformed", -1, "R-3830-020")
	key := tekSalt(16, 14)
	key.KV = reference.Validity{Type: 1, SPI: unhex("0000002f")}
	data := reference.KeyData(key)
	interval := tekSalt(16, 14)
	interval.KV = reference.Validity{Type: 2, From: unhex("000000000000"), To: unhex("0000ffffffff")}
	for _, t := range []struct {
		comment string
		data    []byte
		about   string
	}{
		{"cut behind the next payload", cut(data, 1), "R-3830-023"},
		{"cut behind type and KV", cut(data, 2), "R-3830-025"},
		{"cut inside of the key length", cut(data, 3), "R-3830-025"},
		{"cut in front of the key", cut(data, 4), "R-3830-025"},
		{"cut inside of the key", cut(data, 12), "R-3830-025"},
		{"cut in front of the salt length", cut(data, 20), "R-3830-025"},
		{"cut inside of the salt length", cut(data, 21), "R-3830-025"},
		{"cut in front of the salt", cut(data, 22), "R-3830-025"},
		{"cut inside of the salt", cut(data, 30), "R-3830-025"},
		{"cut in front of the SPI length", cut(data, 36), "R-3830-026"},
		{"cut in front of the SPI", cut(data, 37), "R-3830-026"},
		{"cut inside of the SPI", cut(data, 40), "R-3830-026"},
		{"interval cut behind its begin", cut(reference.KeyData(interval), 43), "R-3830-026"},
		{"interval cut inside of its begin", cut(reference.KeyData(interval), 40), "R-3830-026"},
		{"interval cut inside of its end", cut(reference.KeyData(interval), 47), "R-3830-026"},
		{"key length one too many", patched(data, 3, 17), "R-3830-025"},
		{"key length one too few", patched(data, 3, 15), "R-3830-025"},
		{"key length ffff", patched(patched(data, 2, 0xff), 3, 0xff), "R-3830-025"},
		{"salt length one too many", patched(data, 21, 15), "R-3830-025"},
		{"salt length ffff", patched(patched(data, 20, 0xff), 21, 0xff), "R-3830-025"},
		{"SPI length one too many", patched(data, 36, 5), "R-3830-026"},
		{"SPI length one too few", patched(data, 36, 3), "R-3830-026"},
		{"SPI length 255", patched(data, 36, 255), "R-3830-026"},
		{"another key that is not there", patched(data, 0, 20), "R-3830-023"},
		{"an ID that is not there", patched(data, 0, 6), "R-3830-023"},
		{"next payload KEMAC", patched(data, 0, 1), "R-3830-023"},
		{"next payload 13, as Live555 counts it", patched(data, 0, 13), "P-55"},
		{"the first of two keys says that it is the last", patched(reference.KeyData(tekSalt(16, 14), tekSalt(16, 14)), 0, 0), "R-3830-023"},
		{"an octet behind the last key", append(cut(data, len(data)), 1), "R-3830-023"},
		{"TEK+SALT that says it is a TEK", patched(reference.KeyData(tekSalt(16, 14)), 1, 0x20), "R-3830-025"},
		{"TEK that says it is a TEK+SALT", patched(reference.KeyData(tek(16, 14)), 1, 0x30), "R-3830-025"},
		{"KV Null with an SPI", patched(data, 1, 0x30), "R-3830-026"},
		{"KV SPI without one", patched(reference.KeyData(tekSalt(16, 14)), 1, 0x31), "R-3830-026"},
		{"KV Interval with an SPI", patched(data, 1, 0x32), "R-3830-026"},
		{"a KEMAC inside of the KEMAC", append([]byte{1}, reference.KEMAC(0, data, 0, nil).Body...), "R-3830-024"},
		{"the bare key", cut(clearTEK, 16), "R-3830-023"},
		{"the bare key and salt", concat(cut(clearTEK, 16), clearSalt), "R-3830-023"},
	} {
		b.refusesAlone("key data: "+t.comment, of(t.data), "malformed", -1, "KeyData", t.about)
	}
}

// kinds is P-55: versions and kinds of messages, which not everybody looks at.
func (b fieldBuilder) kinds() {
	b.start("versions and data types, which Live555 does not check (P-55)")
	octets := newClear().octets()
	for _, v := range []byte{0, 2, 255} {
		b.refusesAlone(fmt.Sprintf("version %d", v), patched(octets, 0, v), "unsupported", -1, "P-55", "R-3830-004")
	}
	for _, t := range []byte{27, 127, 240, 241, 255} {
		b.refusesAlone(fmt.Sprintf("data type %d, which nobody knows", t), patched(octets, 1, t), "unsupported", -1, "P-55", "R-3830-016")
	}
	answer := reference.NewMessage(1, clearCSB, newClear().sessions).Add(newClear().t, reference.V(0, nil)).Octets()
	b.refuses("an answer that nobody asked for", answer, "state", -1, "P-55", "R-3830-084")
	failure := reference.NewMessage(6, clearCSB, nil).Add(newClear().t, reference.ERR(0)).Octets()
	b.refuses("an error message", failure, "state", -1, "P-55", "R-3830-084")
	b.refusesAlone("no octets", nil, "malformed", -1, "R-3830-003")
	for n := 4; n < len(octets); n += 4 {
		b.refusesAlone(fmt.Sprintf("the first %d octets", n), cut(octets, n), "malformed", -1, "R-3830-005")
	}
}

// rekeying is P-57: new keys.
func (b fieldBuilder) rekeying() {
	b.start("new keys (P-57)")
	mki := func(n byte) reference.Validity { return reference.Validity{Type: 1, SPI: []byte{0, 0, 0, n}} }
	first := newClear().with(func(c *clearMessage) { c.keys[0].KV = mki(1) })
	seconds := func(n int) reference.Payload {
		return reference.T(0, clearTime(n))
	}
	next := newClear().with(func(c *clearMessage) {
		k := tekSalt(16, 14)
		k.Key[0], k.Salt[0], k.KV = 0xee, 0xef, mki(2)
		c.keys, c.t, c.rand = []reference.Key{k}, seconds(1), nil
	})
	b.test("an update: no RAND, another MKI", []*vectors.Call{first.taken(sp80), next.taken(sp80)}, "P-57", "R-3830-095")
	b.test("an update without SP: the policy stays", []*vectors.Call{first.taken(sp80), next.with(func(c *clearMessage) { c.sps = nil }).taken(sp80)}, "P-57", "R-3830-095", "R-ONVIF-015")
	b.test("an update with the current rollover counter", []*vectors.Call{first.taken(sp80), next.with(func(c *clearMessage) {
		c.sps, c.sessions = nil, []reference.Session{{SSRC: 0x11223344, ROC: 9}}
	}).taken(sp80)}, "P-57", "P-48", "R-ONVIF-015")
	gcm := func(c *clearMessage) {
		c.sps = []reference.Payload{reference.SP(0, 0, gcm128.params...)}
		c.keys = []reference.Key{tekSalt(16, 12)}
		c.keys[0].KV = mki(1)
	}
	b.test("an update under AES-GCM without SP", []*vectors.Call{first.with(gcm).taken(gcm128), next.with(gcm).with(func(c *clearMessage) {
		c.sps = nil
		c.keys[0].Key[0], c.keys[0].KV = 0xee, mki(2)
	}).taken(gcm128)}, "P-57", "R-ONVIF-015")
	bare := next.with(func(c *clearMessage) { c.sps, c.sessions = nil, nil })
	filled := next
	keys, steps := filled.result(sp80)
	b.test("an update without SP and without crypto sessions: those of before stay", []*vectors.Call{
		first.taken(sp80), accept("respond", clearRequest(bare.octets()), obj{"keys": keys}, append(fieldSteps(bare.octets(), "request.message"), steps...)...),
	}, "P-57", "R-3830-095")
	b.test("two updates", []*vectors.Call{first.taken(sp80), next.taken(sp80), next.with(func(c *clearMessage) {
		k := tekSalt(16, 14)
		k.Key[0], k.KV = 0xdd, mki(3)
		c.keys, c.t = []reference.Key{k}, seconds(2)
	}).taken(sp80)}, "P-57", "R-3830-095")
	b.test("an update in the form of a first message, with another CSB ID and SSRC", []*vectors.Call{first.taken(sp80), next.with(func(c *clearMessage) {
		c.csbID, c.sessions, c.rand = 0x6802afc1, []reference.Session{{SSRC: 0xd2bf1824}}, count(16, 0x60)
	}).taken(sp80)}, "P-57")
	b.test("an update with another CSB ID and SSRC, without RAND and SP", []*vectors.Call{first.taken(sp80), next.with(func(c *clearMessage) {
		c.csbID, c.sessions, c.sps = 0x6802afc1, []reference.Session{{SSRC: 0xd2bf1824}}, nil
	}).taken(sp80)}, "MissingRAND", "NoPolicy", "P-57", "R-ONVIF-015")

	old := next.with(func(c *clearMessage) { c.t = seconds(0) })
	b.test("an update with the timestamp of the first message", []*vectors.Call{
		shortly(first), refuseClear(old.octets(), "replay", -1), next.taken(sp80),
	}, "P-57", "R-3830-095", "P-25")
	older := next.with(func(c *clearMessage) { c.t = seconds(-1) })
	b.test("an update with an older timestamp", []*vectors.Call{
		shortly(first), refuseClear(older.octets(), "replay", -1), next.taken(sp80),
	}, "P-57", "R-3830-095", "P-25")
	b.test("the first message again behind the update", []*vectors.Call{
		shortly(first), shortly(next), refuseClear(first.octets(), "replay", -1),
	}, "P-57", "R-3830-075")
	b.test("the update again", []*vectors.Call{
		shortly(first), shortly(next), refuseClear(next.octets(), "replay", -1),
	}, "P-57", "R-3830-075")
	b.test("an update whose keys do not fit the policy that stays", []*vectors.Call{
		shortly(first), refuseClear(next.with(func(c *clearMessage) {
			c.sps = nil
			c.keys = []reference.Key{tekSalt(32, 14)}
		}).octets(), "malformed", -1), next.taken(sp80),
	}, "P-57", "P-42")
	b.test("an update with a policy that is not supported", []*vectors.Call{
		shortly(first), refuseClear(next.with(func(c *clearMessage) {
			c.sps = []reference.Payload{reference.SP(0, 0, param(0, 99))}
		}).octets(), "unsupported", 10), next.taken(sp80),
	}, "P-57", "R-3830-048")
}
