package main

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// errorMessage is HDR, T, ERR, without authentication (RFC 3830, Section 5.1.2).
func (x *dhhExchange) errorMessage(code int) obj {
	return obj{"version": 1, "data_type": 6, "csb_id": hex32(x.csbID), "payloads": list{
		obj{"type": 5, "ts_type": int(x.tsType), "ts_value": hexOf(x.ts)},
		obj{"type": 12, "error": code},
	}}
}

// anyError is an error message whose contents the texts do not fix.
func (x *dhhExchange) anyError() obj {
	return obj{"version": 1, "data_type": 6, "csb_id": hex32(x.csbID)}
}

// refused adds a request that is refused. The right one works afterwards.
func (s *dhhSuite) refused(x *dhhExchange, comment string, message []byte, stage string, code int, reply obj, about ...string) *vectors.Test {
	c := refuse("respond", x.respond("bob", message), stage, code)
	c.ErrorMessage = reply
	return s.add(comment, []*vectors.Call{c, x.ok("bob")}, about...)
}

// forged adds a request that is not authentic.
func (s *dhhSuite) forged(x *dhhExchange, comment string, message []byte, about ...string) *vectors.Test {
	about = append(about, "R-3830-107", "R-3830-076", "R-4650-008")
	return s.refused(x, comment, message, "auth-failure", 0, x.errorMessage(0), about...)
}

// misshapen adds a request that has no right form, and nothing behind it. With T
// in it, an error message answers (RFC 4650, Section 4.1).
func (s *dhhSuite) misshapen(x *dhhExchange, comment string, message []byte, reply obj, about ...string) {
	c := refuse("respond", x.respond("bob", message), "malformed", -1)
	c.ErrorMessage = reply
	s.add(comment, []*vectors.Call{c}, append(about, "Structure", "R-4650-008")...)
}

// changed is the sealed request after a change.
func (x *dhhExchange) changed(change func(m *reference.Message)) []byte {
	m := x.request()
	change(m)
	return x.sealed(m)
}

// changedAnswer is the sealed answer after a change.
func (x *dhhExchange) changedAnswer(change func(m *reference.Message)) []byte {
	m := x.answer()
	change(m)
	return x.sealed(m)
}

// A dhhForgery is a wrong MAC for what a sealed message covers.
type dhhForgery struct {
	comment string
	flag    string
	about   string
	mac     func(x *dhhExchange, covered []byte) []byte
}

// dhhForgeries are wrong keys and wrong coverage.
func dhhForgeries() []dhhForgery {
	keyed := func(key func(x *dhhExchange) []byte) func(*dhhExchange, []byte) []byte {
		return func(x *dhhExchange, covered []byte) []byte {
			return reference.MAC(x.mac, key(x), covered)
		}
	}
	label := func(constant uint32, csID byte) func(*dhhExchange, []byte) []byte {
		return keyed(func(x *dhhExchange) []byte {
			return reference.PRF(x.prf, x.psk, reference.Label(constant, csID, x.csbID, x.rand), 160)
		})
	}
	over := func(data func(x *dhhExchange, covered []byte) []byte) func(*dhhExchange, []byte) []byte {
		return func(x *dhhExchange, covered []byte) []byte {
			return reference.MAC(x.mac, x.keys().AuthKey(), data(x, covered))
		}
	}
	// kemac is the length of a KEMAC without MAC.
	const kemac = 5
	return []dhhForgery{
		{"under another pre-shared key", "WrongAuthKey", "R-3830-052", keyed(func(x *dhhExchange) []byte {
			k := x.keys()
			k.In = dhhOther
			return k.AuthKey()
		})},
		{"under the pre-shared key itself", "WrongAuthKey", "R-3830-052", keyed(func(x *dhhExchange) []byte { return x.psk })},
		{"under encr_key, label 150533E1", "WrongAuthKey", "R-3830-052", label(reference.MIKEYEncr, 0xFF)},
		{"under salt_key, label 29B88916", "WrongAuthKey", "R-3830-052", label(reference.MIKEYSalt, 0xFF)},
		{"under the label of authentication keys from a TGK", "WrongAuthKey", "R-3830-052", label(reference.Auth, 0xFF)},
		{"under auth_key with CS ID 0", "WrongAuthKey", "R-3830-052", label(reference.MIKEYAuth, 0)},
		{"under auth_key with CS ID 1", "WrongAuthKey", "R-3830-052", label(reference.MIKEYAuth, 1)},
		{"under auth_key without RAND in the label", "WrongAuthKey", "R-3830-052", keyed(func(x *dhhExchange) []byte {
			k := x.keys()
			k.RAND = nil
			return k.AuthKey()
		})},
		{"under auth_key with CSB ID 0 in the label", "WrongAuthKey", "R-3830-052", keyed(func(x *dhhExchange) []byte {
			k := x.keys()
			k.CSBID = 0
			return k.AuthKey()
		})},
		{"under auth_key of 128 bits", "WrongAuthKey", "R-3830-061", keyed(func(x *dhhExchange) []byte { return x.keys().AuthKey()[:16] })},
		{"under a key from the TGK", "WrongAuthKey", "R-3830-052", keyed(func(x *dhhExchange) []byte {
			return reference.PRF(x.prf, x.secret(), reference.Label(reference.MIKEYAuth, 0xFF, x.csbID, x.rand), 160)
		})},
		{"under no key: SHA-1 of the message", "WrongAuthKey", "R-4650-006", func(_ *dhhExchange, covered []byte) []byte {
			sum := sha1.Sum(covered)
			return sum[:]
		}},
		{"HMAC-SHA-256 cut to 20 octets", "WrongAuthKey", "R-4650-005", func(x *dhhExchange, covered []byte) []byte {
			return reference.HMAC(sha256.New, x.keys().AuthKey(), covered)[:20]
		}},
		{"over the message with a MAC field of zeros", "WrongCoverage", "R-4650-006", over(func(_ *dhhExchange, covered []byte) []byte {
			return append(append([]byte{}, covered...), make([]byte, 20)...)
		})},
		{"over the message without its KEMAC", "WrongCoverage", "R-4650-006", over(func(_ *dhhExchange, covered []byte) []byte {
			return covered[:len(covered)-kemac]
		})},
		{"over the message without the octet of the MAC algorithm", "WrongCoverage", "R-4650-006", over(func(_ *dhhExchange, covered []byte) []byte {
			return covered[:len(covered)-1]
		})},
		{"over the KEMAC alone, as in public-key mode", "WrongCoverage", "R-4650-006", over(func(_ *dhhExchange, covered []byte) []byte {
			return covered[len(covered)-kemac:]
		})},
		{"over the message without the fixed part of HDR", "WrongCoverage", "R-4650-006", over(func(_ *dhhExchange, covered []byte) []byte {
			return covered[10:]
		})},
		{"over the message and IDi, IDr, T, as in verification messages", "WrongCoverage", "R-4650-006", over(func(x *dhhExchange, covered []byte) []byte {
			return slices.Concat(covered, []byte(x.idi.id), []byte(x.idr.id), x.ts)
		})},
	}
}

// dhhMACs are what to do to a right MAC.
var dhhMACs = []struct {
	comment string
	change  func(mac []byte)
}{
	{"with the first bit flipped", func(mac []byte) { mac[0] ^= 0x80 }},
	{"with the last bit flipped", func(mac []byte) { mac[len(mac)-1] ^= 1 }},
	{"with octet 12 flipped, behind 96 bits", func(mac []byte) { mac[12] ^= 0xff }},
	{"of zeros", func(mac []byte) { clear(mac) }},
	{"of ones", func(mac []byte) { copy(mac, bytes.Repeat([]byte{0xff}, len(mac))) }},
	{"in reverse", func(mac []byte) { slices.Reverse(mac) }},
}

// forgeries calls f with every wrong MAC of a sealed message.
func (x *dhhExchange) forgeries(octets []byte, f func(comment string, forged []byte, about ...string)) {
	covered := octets[:len(octets)-20]
	for _, v := range dhhMACs {
		forged := append([]byte{}, octets...)
		v.change(forged[len(covered):])
		f("MAC "+v.comment, forged, "ModifiedMAC", "R-4650-006")
	}
	for _, v := range dhhForgeries() {
		f("MAC "+v.comment, slices.Concat(covered, v.mac(x, covered)), v.flag, v.about)
	}
}

// badRequests are requests in OAKLEY5 that are refused, but for their values.
func (s *dhhSuite) badRequests() {
	s.start("Exchange", "MAC", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	right := x.sealed(x.request())
	x.forgeries(right, func(comment string, forged []byte, about ...string) {
		s.forged(x, "request, "+comment, forged, about...)
	})
	s.forged(x, "request, MAC of the answer", slices.Concat(right[:len(right)-20], dhhTail(x.sealed(x.answer()))), "ModifiedMAC", "R-4650-006")
	c := refuse("respond", x.respond("bob, other secret", right), "auth-failure", 0)
	c.ErrorMessage = x.errorMessage(0)
	s.add("request, responder with another pre-shared key", []*vectors.Call{c, x.ok("bob")}, "ModifiedMAC", "R-4650-006", "R-4650-008", "R-3830-107")

	s.flippedRequests()
	s.misshapenRequests()
	s.unsupportedRequests()
	s.unacceptableRequests()
}

// dhhTail is a MAC.
func dhhTail(octets []byte) []byte { return octets[len(octets)-20:] }

// flippedRequests have one bit changed that leaves them in form.
func (s *dhhSuite) flippedRequests() {
	s.start("Exchange", "one bit of the message is changed on the way", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	x.sessions = []reference.Session{{Policy: 0, SSRC: 0x11111111}, {Policy: 1, SSRC: 0}}
	x.policies = []suite{aes128_80, aes128_32, aes256_80}
	x.suites = x.policies
	x.kv = reference.Validity{Type: 1, SPI: count(4, 0xe1)}
	m := x.request()
	octets := x.sealed(m)
	// T RAND IDi IDr SP SP SP ext DH KEMAC, each at its next-payload octet
	t, rnd, idi, idr, sp, ext, dh := m.Offset(0), m.Offset(1), m.Offset(2), m.Offset(3), m.Offset(4), m.Offset(7), m.Offset(8)
	params := sp + 1 + 4 // of 3 octets each: type, length, value
	for _, v := range []struct {
		comment string
		at      int
		mask    byte
	}{
		{"V flag", 3, 0x80},
		{"CSB ID, first bit", 4, 0x80},
		{"CSB ID, last bit", 7, 1},
		{"policy of a crypto session", 10, 1},
		{"SSRC, first bit", 11, 0x80},
		{"SSRC, last bit", 14, 1},
		{"SSRC that was 0", 23, 1},
		{"ROC, first bit", 15, 0x80},
		{"ROC, last bit", 18, 1},
		{"TS type, from NTP-UTC to NTP", t + 1, 1},
		{"timestamp, seconds", t + 5, 1},
		{"timestamp, last bit", t + 9, 1},
		{"RAND, first bit", rnd + 2, 0x80},
		{"RAND, last bit", rnd + 17, 1},
		{"type of IDi", idi + 1, 1},
		{"first octet of IDi", idi + 4, 1},
		{"last octet of IDi", idr - 1, 1},
		{"type of IDr", idr + 1, 1},
		{"first octet of IDr", idr + 4, 1},
		{"last octet of IDr", sp - 1, 1},
		{"number of a policy that nothing uses", m.Offset(6) + 1, 1},
		{"SRTP encryption from on to off", params + 3*5 + 2, 1},
		{"SRTCP encryption from on to off", params + 3*6 + 2, 1},
		{"SRTP authentication from on to off", params + 3*7 + 2, 1},
		{"type of the list of protocols", ext + 1, 1},
		{"first octet of the list of protocols", ext + 4, 1},
		{"last octet of the list of protocols", dh - 1, 1},
		{"DHi, first bit", dh + 2, 0x80},
		{"DHi, octet 100", dh + 102, 1},
		{"DHi, last bit", dh + 193, 1},
		{"reserved bit of DHi", dh + 194, 0x10},
		{"SPI, first bit", dh + 196, 0x80},
		{"SPI, last bit", dh + 199, 1},
	} {
		changed := append([]byte{}, octets...)
		changed[v.at] ^= v.mask
		e := x.errorMessage(0)
		switch {
		case v.at >= 4 && v.at < 8:
			e["csb_id"] = hexOf(changed[4:8])
		case v.at > t && v.at < rnd:
			e["payloads"] = list{
				obj{"type": 5, "ts_type": int(changed[t+1]), "ts_value": hexOf(changed[t+2 : t+10])}, obj{"type": 12, "error": 0},
			}
		}
		c := refuse("respond", x.respond("anybody", changed), "auth-failure", 0)
		c.ErrorMessage = e
		s.add("request, flipped: "+v.comment, []*vectors.Call{c}, "ModifiedMessage", "R-4650-006", "R-4650-008", "R-3830-107")
	}
}

// misshapenRequests have a right MAC where they have one.
func (s *dhhSuite) misshapenRequests() {
	s.start("Exchange", "cut off, or with more behind", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	m := x.request()
	octets := x.sealed(m)
	names := []string{"T", "RAND", "IDi", "IDr", "SP", "the list of protocols", "DHi", "KEMAC"}
	s.misshapen(x, "request of 1 octet", octets[:1], nil, "R-3830-003")
	s.misshapen(x, "request of 9 octets", octets[:9], nil, "R-3830-003")
	s.misshapen(x, "request cut in the map", octets[:15], nil, "R-3830-010")
	for i, name := range names {
		reply := x.anyError()
		if i == 0 {
			reply = nil // nobody knows T
		}
		s.misshapen(x, "request cut before "+name, octets[:m.Offset(i)], reply, "R-3830-005")
		s.misshapen(x, "request cut in "+name, octets[:m.Offset(i+1)-1], reply, "R-3830-005")
	}
	s.misshapen(x, "request cut before the MAC", octets[:len(octets)-20], x.anyError(), "R-4650-006")
	for _, v := range []struct {
		comment string
		more    []byte
	}{
		{"a zero octet", []byte{0}}, {"an octet", []byte{7}}, {"a second MAC", dhhTail(octets)}, {"itself", octets},
	} {
		s.misshapen(x, "request with "+v.comment+" behind", slices.Concat(octets, v.more), x.anyError(), "R-3830-005", "P-52")
	}

	s.start("Exchange", "lengths and next-payload octets under a right MAC", "OAKLEY5")
	for _, v := range []struct {
		comment string
		change  func(m *reference.Message, octets []byte)
		about   string
	}{
		{"#CS of 255", func(_ *reference.Message, b []byte) { b[8] = 255 }, "R-3830-010"},
		{"RAND of 0 octets", func(m *reference.Message, b []byte) { b[m.Offset(1)+1] = 0 }, "R-3830-045"},
		{"IDi of 65535 octets", func(m *reference.Message, b []byte) { b[m.Offset(2)+2], b[m.Offset(2)+3] = 255, 255 }, "R-3830-005"},
		{"IDr of 65535 octets", func(m *reference.Message, b []byte) { b[m.Offset(3)+2], b[m.Offset(3)+3] = 255, 255 }, "R-3830-005"},
		{"SP of 65535 octets", func(m *reference.Message, b []byte) { b[m.Offset(4)+3], b[m.Offset(4)+4] = 255, 255 }, "R-3830-042"},
		{"extension of 65535 octets", func(m *reference.Message, b []byte) { b[m.Offset(5)+2], b[m.Offset(5)+3] = 255, 255 }, "R-3830-005"},
		{"encrypted data of 65535 octets", func(m *reference.Message, b []byte) { b[m.Offset(7)+2], b[m.Offset(7)+3] = 255, 255 }, "R-4650-002"},
		{"HDR that says there is nothing behind it", func(_ *reference.Message, b []byte) { b[2] = 0 }, "R-3830-005"},
		{"DHi that says there is nothing behind it", func(m *reference.Message, b []byte) { b[m.Offset(6)] = 0 }, "R-3830-005"},
		{"KEMAC that names another payload", func(m *reference.Message, b []byte) { b[m.Offset(7)] = reference.NumSP }, "R-4650-002"},
	} {
		m := x.request()
		_, covered := m.SealKEMAC(x.keys())
		b := append([]byte{}, covered...)
		v.change(m, b)
		b = append(b, reference.MAC(x.mac, x.keys().AuthKey(), b)...)
		reply := x.anyError()
		if v.comment == "#CS of 255" || b[2] == 0 {
			reply = nil
		}
		s.misshapen(x, "request, "+v.comment, b, reply, v.about)
	}

	s.start("Exchange", "payloads that are missing, doubled or not of DHHMAC, under a right MAC", "OAKLEY5")
	drop := func(number byte) func(*reference.Message) {
		return func(m *reference.Message) {
			m.Payloads = slices.DeleteFunc(m.Payloads, func(p reference.Payload) bool { return p.Number == number })
		}
	}
	insert := func(p reference.Payload) func(*reference.Message) {
		return func(m *reference.Message) { m.Payloads = slices.Insert(m.Payloads, 1, p) }
	}
	s.misshapen(x, "request without T", x.changed(drop(reference.NumT)), nil, "R-3830-072")
	for _, v := range []struct {
		comment string
		message []byte
		about   string
	}{
		{"without identities", x.changed(drop(reference.NumID)), "R-4650-007"},
		{"without DHi", x.changed(drop(reference.NumDH)), "R-3830-099"},
		{"without KEMAC", x.request().Octets(), "R-4650-002"},
		{"with two T", x.changed(insert(reference.T(0, x.ts))), "R-3830-072"},
		{"with two RAND", x.changed(insert(reference.RAND(x.rand))), "P-01"},
		{"with three identities", x.changed(insert(dhhCarol.payload())), "P-19"},
		{"with DHi twice", x.changed(insert(reference.DH(0, x.dhi(), x.kv))), "R-3830-094"},
		{"with two values", x.changed(insert(reference.DH(0, x.dhr(), x.kv))), "R-3830-094"},
		{"with a second KEMAC", x.changed(insert(reference.KEMAC(0, nil, 1, make([]byte, 20)))), "R-4650-002"},
		{"with two policies of one number", x.changed(insert(reference.SP(0, 0, aes256_80.params...))), "R-3830-041"},
		{"with CERT", x.changed(insert(reference.CERT(0, count(64, 0x30)))), "R-4650-001"},
		{"with CHASH", x.changed(insert(reference.CHASH(0, count(20, 0)))), "R-4650-001"},
		{"with PKE", x.changed(insert(reference.PKE(0, count(128, 0)))), "R-4650-001"},
		{"with V", x.changed(insert(reference.V(1, count(20, 0)))), "R-4650-001"},
		{"with V without a MAC", x.changed(insert(reference.V(0, nil))), "R-4650-001"},
		{"with key data in the clear", x.changed(insert(reference.Payload{
			Number: reference.NumKeyData, Body: reference.KeyData(reference.Key{Type: reference.KeyTGK, Key: count(16, 0)})[1:],
		})), "R-3830-024"},
		{"with SIGN in place of KEMAC", x.request().Add(reference.SIGN(0, count(128, 0))).Octets(), "R-4650-001"},
		{"with V in place of KEMAC", x.withV(x.request()), "R-4650-001"},
		{"with T behind KEMAC", x.behind(x.request(), true, reference.T(0, x.ts)), "R-4650-002"},
		{"with an extension behind KEMAC", x.behind(x.request(), false, reference.GenExt(0, []byte("vendor"))), "R-4650-002"},
		{"with key data in KEMAC", x.sealedWith(x.request(), reference.KEMAC(0,
			reference.KeyData(reference.Key{Type: reference.KeyTGK, Key: count(16, 0)}), 1, nil)), "R-4650-002"},
		{"with an octet of encrypted data", x.sealedWith(x.request(), reference.KEMAC(0, []byte{0}, 1, nil)), "R-4650-002"},
	} {
		s.misshapen(x, "request "+v.comment, v.message, x.anyError(), v.about)
	}
	for _, v := range []struct {
		comment string
		message []byte
	}{
		{"whose crypto session names a policy that is missing", x.changed(func(m *reference.Message) {
			m.Map = reference.SRTPIDMap([]reference.Session{{Policy: 7, SSRC: 1}})
		})},
		{"without a policy", x.changed(drop(reference.NumSP))},
	} {
		s.refused(x, "request "+v.comment, v.message, "malformed", -1, nil, "Structure", "R-3830-113")
	}
	m = x.request()
	m.Payloads = slices.DeleteFunc(m.Payloads, func(p reference.Payload) bool { return p.Number == reference.NumRAND })
	s.refused(x, "request without RAND, which is an update of no CSB", x.sealed(m), "state", -1, nil, "R-3830-095", "P-24")
	s.refused(x, "request with MAC algorithm 0 and the HMAC-SHA-1 of RFC 4650", x.literal(x.request()), "malformed", -1, nil,
		"AlgorithmNumbers", "P-05", "R-3830-062")
}

// literal is a message with the numbers that RFC 4650, Section 4.2, prints.
func (x *dhhExchange) literal(m *reference.Message) []byte {
	return x.sealedWith(m, reference.KEMAC(2, nil, 0, nil))
}

// sealedWith is a message with another last payload, and the MAC over all of it.
func (x *dhhExchange) sealedWith(m *reference.Message, last reference.Payload) []byte {
	octets, _ := m.Seal(x.keys(), last)
	return octets
}

// withV is a message with V in place of KEMAC, of which the MAC is right.
func (x *dhhExchange) withV(m *reference.Message) []byte {
	return x.sealedWith(m, reference.V(x.mac, nil))
}

// behind is a message with a payload behind KEMAC, moved there if it has it
// already. The MAC covers all but itself.
func (x *dhhExchange) behind(m *reference.Message, move bool, p reference.Payload) []byte {
	if move {
		m.Payloads = slices.DeleteFunc(m.Payloads, func(q reference.Payload) bool { return q.Number == p.Number })
	}
	m.Add(reference.KEMAC(0, nil, x.mac, nil), p)
	covered := m.Octets()
	at := len(m.Payloads) - 2
	m.Payloads[at].Body = append(append([]byte{}, m.Payloads[at].Body...), reference.MAC(x.mac, x.keys().AuthKey(), covered)...)
	return m.Octets()
}

// unsupportedRequests have what nobody knows.
func (s *dhhSuite) unsupportedRequests() {
	s.start("Exchange", "what is not known", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	for _, v := range []struct {
		comment string
		message []byte
		code    int
		about   []string
	}{
		{"version 0", x.changed(func(m *reference.Message) { m.Version = 0 }), -1, []string{"R-3830-004"}},
		{"version 2", x.changed(func(m *reference.Message) { m.Version = 2 }), -1, []string{"R-3830-004"}},
		{"PRF function 2", x.changed(func(m *reference.Message) { m.PRF = 2 }), 2, []string{"R-3830-048"}},
		{"PRF function 127", x.changed(func(m *reference.Message) { m.PRF = 127 }), 2, []string{"R-3830-048", "R-3830-018"}},
		{"MAC algorithm 3", x.sealedWith(x.request(), reference.KEMAC(0, nil, 3, nil)), 3, []string{"R-3830-048"}},
		{"MAC algorithm 255", x.sealedWith(x.request(), reference.KEMAC(0, nil, 255, nil)), 3, []string{"R-3830-048", "R-3830-018"}},
		{"encryption algorithm 1, and nothing encrypted", x.sealedWith(x.request(), reference.KEMAC(1, nil, 1, nil)), 4, []string{"R-4650-002"}},
		{"group 3", x.changed(func(m *reference.Message) { dhhReplace(m, 0, reference.DH(3, x.dhi(), x.kv)) }), 6, []string{"R-3830-048"}},
		{"group 5, which is the number of OAKLEY 5 in IKE", x.changed(func(m *reference.Message) {
			dhhReplace(m, 0, reference.DH(5, x.dhi(), x.kv))
		}), 6, []string{"R-3830-048"}},
		{"group 240", x.changed(func(m *reference.Message) { dhhReplace(m, 0, reference.DH(240, x.dhi(), x.kv)) }), 6, []string{"R-3830-048"}},
		{"policy for TESLA", x.changed(func(m *reference.Message) {
			m.Payloads[4] = reference.SP(0, 1)
		}), 9, []string{"R-3830-048"}},
		{"policy for protocol 200", x.changed(func(m *reference.Message) {
			m.Payloads[4] = reference.SP(0, 200, param(0, 1))
		}), 9, []string{"R-3830-048"}},
		{"SRTP cipher 100", x.changed(func(m *reference.Message) {
			m.Payloads[4] = reference.SP(0, 0, param(0, 100))
		}), 10, []string{"R-3830-048"}},
		{"SRTP key of 128 octets", x.changed(func(m *reference.Message) {
			m.Payloads[4] = reference.SP(0, 0, param(0, 1), param(1, 128))
		}), 10, []string{"P-10"}},
	} {
		reply := x.anyError()
		if v.code < 0 {
			reply = nil // what the rest of such a message says, nobody knows
		}
		c := refuse("respond", x.respond("bob", v.message), "unsupported", v.code)
		c.ErrorMessage = reply
		s.add("request, "+v.comment, []*vectors.Call{c}, append(v.about, "R-3830-103")...)
	}
}

// unacceptableRequests are in form and authentic.
func (s *dhhSuite) unacceptableRequests() {
	s.start("Exchange", "NULL authentication", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	m := x.request().Add(reference.KEMAC(0, nil, reference.MACNULL, nil))
	s.refused(x, "request without a MAC", m.Octets(), "policy", -1, nil, "R-3830-062", "P-05")
	c := refuse("respond", x.respond("bob under TLS", m.Octets()), "policy", -1)
	s.add("request without a MAC, under transport that protects pre-shared key mode", []*vectors.Call{c, x.ok("bob")}, "R-3830-062", "R-4650-005")

	s.start("Exchange", "timestamps", "OAKLEY5")
	for _, v := range []struct {
		comment string
		off     time.Duration
		skew    any
	}{
		{"301 seconds old", -301 * time.Second, nil},
		{"301 seconds ahead", 301 * time.Second, nil},
		{"an hour old", -time.Hour, nil},
		{"a year ahead", 365 * 24 * time.Hour, nil},
		{"61 seconds old, with an allowed skew of 60", -61 * time.Second, 60},
		{"61 seconds ahead, with an allowed skew of 60", 61 * time.Second, 60},
		{"a second old, with no skew allowed", -time.Second, 0},
	} {
		y := smallDHH("OAKLEY5")
		y.ts = reference.NTP(y.now.Add(v.off))
		request := y.respond("bob", y.sealed(y.request()))
		if v.skew != nil {
			request["max_skew_seconds"] = v.skew
		}
		s.add("request "+v.comment, []*vectors.Call{refuse("respond", request, "stale", 1), x.ok("bob")}, "R-3830-074")
	}
	y := smallDHH("OAKLEY5")
	y.ts = make([]byte, 8)
	s.refused(y, "request of 1900 or 2036", y.sealed(y.request()), "stale", 1, nil, "R-3830-074", "R-3830-080").Calls[1] = x.ok("bob")

	s.start("Exchange", "replays", "OAKLEY5")
	again := func(x *dhhExchange, credentials string) *vectors.Call {
		return refuse("respond", x.respond(credentials, x.sealed(x.request())), "replay", -1)
	}
	other := smallDHH("OAKLEY5")
	other.csbID++
	other.ts = reference.NTP(other.now.Add(time.Second))
	s.add("request seen before", []*vectors.Call{x.ok("bob"), again(x, "bob"), again(x, "bob")}, "R-3830-075")
	s.add("request seen before another one", []*vectors.Call{x.ok("bob"), other.ok("bob"), again(x, "bob"), again(other, "bob")}, "R-3830-075")
	late := again(x, "bob")
	late.Request["now"] = at(x.now.Add(299 * time.Second))
	s.add("request seen 299 seconds before", []*vectors.Call{x.ok("bob"), late}, "R-3830-075")
	counter := smallDHH("OAKLEY5")
	counter.tsType, counter.ts = 2, []byte{0, 0, 1, 0}
	s.add("request with a COUNTER, seen before", []*vectors.Call{counter.ok("bob"), again(counter, "bob")}, "R-3830-075", "OptionalTimestamp")
	unchecked := again(x, "bob")
	unchecked.Request["max_skew_seconds"] = -1
	s.add("request seen before, without a check of the clock", []*vectors.Call{x.ok("bob"), unchecked}, "R-3830-075")

	s.start("Exchange", "identities", "OAKLEY5")
	right := x.sealed(x.request())
	for _, v := range []struct {
		comment, credentials string
		message              []byte
	}{
		{"for somebody else", "carol", right},
		{"from somebody else", "bob of carol", right},
		{"from an identity of another type", "bob of a NAI", right},
		{"with IDi and IDr exchanged", "bob", x.changed(func(m *reference.Message) {
			m.Payloads[2], m.Payloads[3] = m.Payloads[3], m.Payloads[2]
		})},
		{"with IDr of another type", "bob", x.changed(func(m *reference.Message) { m.Payloads[3] = reference.ID(0, dhhBob.id) })},
		{"with IDr in upper case", "bob", x.changed(func(m *reference.Message) { m.Payloads[3] = reference.ID(1, "SIP:BOB@EXAMPLE.COM") })},
		{"with IDr that only begins like the right one", "bob", x.changed(func(m *reference.Message) {
			m.Payloads[3] = reference.ID(1, dhhBob.id+".net")
		})},
		{"with IDr and a zero octet behind it", "bob", x.changed(func(m *reference.Message) {
			m.Payloads[3] = reference.ID(1, dhhBob.id+"\x00")
		})},
	} {
		s.add("request "+v.comment, []*vectors.Call{refuse("respond", x.respond(v.credentials, v.message), "policy", -1), x.ok("bob")},
			"R-4650-007", "R-3830-087")
	}
	s.start("Exchange", "messages that are no requests", "OAKLEY5")
	for _, v := range []struct {
		comment string
		message []byte
	}{
		{"answer in place of a request", x.sealed(x.answer())},
		{"error message in place of a request", x.sealedError(0)},
		{"error message without authentication in place of a request", x.errorOctets(12)},
	} {
		c := refuse("respond", x.respond("bob", v.message), "state", -1)
		s.add(v.comment, []*vectors.Call{c, x.ok("bob")}, "NotAnswer", "R-3830-084")
	}

	s.start("Exchange", "offers that make no DHHMAC request", "OAKLEY5")
	missing := refuse("initiate", x.initiate(nil).Request, "usage", -1)
	missing.Request["offer"] = with(x.offer(), obj{"id_r": nil})
	s.add("offer that does not say whom it is for", []*vectors.Call{missing, x.exactly()}, "R-4650-007")
}

// errorOctets is an error message without authentication.
func (x *dhhExchange) errorOctets(code byte) []byte {
	return reference.NewMessage(reference.ErrorMsg, x.csbID, nil).Add(reference.T(x.tsType, x.ts), reference.ERR(code)).Octets()
}

// sealedError is an error message with a MAC.
func (x *dhhExchange) sealedError(code byte) []byte {
	return x.sealed(reference.NewMessage(reference.ErrorMsg, x.csbID, nil).Add(reference.T(x.tsType, x.ts), reference.ERR(code)))
}

// badAnswer adds an answer that is refused. The right one works afterwards.
func (s *dhhSuite) badAnswer(x *dhhExchange, comment string, message []byte, stage string, about ...string) {
	s.add("answer, "+comment, []*vectors.Call{
		x.initiate(nil), refuse("complete", x.complete("@1.exchange", message), stage, -1), x.okAnswer("@1.exchange"),
	}, append(about, "R-3830-107")...)
}

// badAnswers are answers in OAKLEY5 that are refused, but for their values.
func (s *dhhSuite) badAnswers() {
	s.start("Exchange", "MAC", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	right := x.sealed(x.answer())
	x.forgeries(right, func(comment string, forged []byte, about ...string) {
		s.badAnswer(x, comment, forged, "auth-failure", about...)
	})
	s.badAnswer(x, "MAC of the request", slices.Concat(right[:len(right)-20], dhhTail(x.sealed(x.request()))), "auth-failure", "ModifiedMAC", "R-4650-006")

	s.start("Exchange", "one bit of the message is changed on the way", "OAKLEY5")
	y := smallDHH("OAKLEY5")
	y.kv = reference.Validity{Type: 1, SPI: count(4, 0xe1)}
	m := y.answer()
	octets := y.sealed(m)
	dhr, dhi := m.Offset(3), m.Offset(4)
	for _, v := range []struct {
		comment string
		at      int
		mask    byte
	}{
		{"DHr, first bit", dhr + 2, 0x80},
		{"DHr, octet 100", dhr + 102, 1},
		{"DHr, last bit", dhr + 193, 1},
		{"reserved bit of DHr", dhr + 194, 0x10},
		{"DHi, first bit", dhi + 2, 0x80},
		{"DHi, octet 100", dhi + 102, 1},
		{"DHi, last bit", dhi + 193, 1},
		{"reserved bit of DHi", dhi + 194, 0x10},
		{"SPI of DHi, last bit", dhi + 199, 1},
	} {
		changed := append([]byte{}, octets...)
		changed[v.at] ^= v.mask
		s.badAnswer(y, "flipped: "+v.comment, changed, "auth-failure", "ModifiedMessage", "R-4650-006")
	}

	s.misshapenAnswers()
	s.otherAnswers()
}

// misshapenAnswers have a right MAC where they have one.
func (s *dhhSuite) misshapenAnswers() {
	s.start("Exchange", "structure", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	m := x.answer()
	octets := x.sealed(m)
	for i, name := range []string{"T", "IDr", "IDi", "DHr", "DHi", "KEMAC"} {
		s.badAnswer(x, "cut before "+name, octets[:m.Offset(i)], "malformed", "Structure", "R-3830-005")
		s.badAnswer(x, "cut in "+name, octets[:m.Offset(i+1)-1], "malformed", "Structure", "R-3830-005")
	}
	drop := func(number byte) func(*reference.Message) {
		return func(m *reference.Message) {
			m.Payloads = slices.DeleteFunc(m.Payloads, func(p reference.Payload) bool { return p.Number == number })
		}
	}
	insert := func(p reference.Payload) func(*reference.Message) {
		return func(m *reference.Message) { m.Payloads = slices.Insert(m.Payloads, 1, p) }
	}
	for _, v := range []struct {
		comment string
		message []byte
		about   string
	}{
		{"with a zero octet behind", slices.Concat(octets, []byte{0}), "R-3830-005"},
		{"with a second MAC behind", slices.Concat(octets, dhhTail(octets)), "R-3830-005"},
		{"without T", x.changedAnswer(drop(reference.NumT)), "R-3830-073"},
		{"without identities", x.changedAnswer(drop(reference.NumID)), "R-4650-007"},
		{"without DHr and DHi", x.changedAnswer(drop(reference.NumDH)), "R-3830-094"},
		{"without DHi", x.changedAnswer(func(m *reference.Message) { dhhReplace(m, 1) }), "R-3830-094"},
		{"without DHr", x.changedAnswer(func(m *reference.Message) { dhhReplace(m, 0) }), "R-3830-094"},
		{"with DHr twice before DHi", x.changedAnswer(insert(reference.DH(0, x.dhr(), x.kv))), "R-3830-094"},
		{"without KEMAC", x.answer().Octets(), "R-4650-002"},
		{"with two T", x.changedAnswer(insert(reference.T(0, x.ts))), "R-3830-073"},
		{"with three identities", x.changedAnswer(insert(dhhCarol.payload())), "P-19"},
		{"with a second KEMAC", x.changedAnswer(insert(reference.KEMAC(0, nil, 1, make([]byte, 20)))), "R-4650-002"},
		{"with CERT", x.changedAnswer(insert(reference.CERT(0, count(64, 0x30)))), "R-4650-001"},
		{"with CHASH", x.changedAnswer(insert(reference.CHASH(0, count(20, 0)))), "R-4650-001"},
		{"with PKE", x.changedAnswer(insert(reference.PKE(0, count(128, 0)))), "R-4650-001"},
		{"with V beside KEMAC", x.changedAnswer(insert(reference.V(1, count(20, 0)))), "R-4650-001"},
		{"with V in place of KEMAC", x.withV(x.answer()), "R-4650-001"},
		{"with V of pre-shared key mode in place of KEMAC", x.pskV(), "R-4650-001"},
		{"with SIGN in place of KEMAC", x.answer().Add(reference.SIGN(0, count(128, 0))).Octets(), "R-4650-001"},
		{"with T behind KEMAC", x.behind(x.answer(), true, reference.T(0, x.ts)), "R-4650-002"},
		{"with an extension behind KEMAC", x.behind(x.answer(), false, reference.GenExt(0, []byte("vendor"))), "R-4650-002"},
		{"with key data in KEMAC", x.sealedWith(x.answer(), reference.KEMAC(0,
			reference.KeyData(reference.Key{Type: reference.KeyTGK, Key: count(16, 0)}), 1, nil)), "R-4650-002"},
	} {
		s.badAnswer(x, v.comment, v.message, "malformed", "Structure", v.about)
	}
	s.badAnswer(x, "with MAC algorithm 0 and the HMAC-SHA-1 of RFC 4650", x.literal(x.answer()), "malformed", "AlgorithmNumbers", "P-05", "R-3830-062")
	s.badAnswer(x, "without a MAC", x.answer().Add(reference.KEMAC(0, nil, reference.MACNULL, nil)).Octets(), "policy", "R-3830-062", "P-05")
	s.badAnswer(x, "version 2", x.changedAnswer(func(m *reference.Message) { m.Version = 2 }), "unsupported", "R-3830-004")
	s.badAnswer(x, "MAC algorithm 3", x.sealedWith(x.answer(), reference.KEMAC(0, nil, 3, nil)), "unsupported", "R-3830-048")
	s.badAnswer(x, "DHr in group 3", x.changedAnswer(func(m *reference.Message) {
		dhhReplace(m, 0, reference.DH(3, x.dhr(), x.kv))
	}), "unsupported", "GroupMismatch", "R-3830-094")
}

// pskV is the answer with V over the message, IDi, IDr and T (RFC 3830, Section
// 5.2).
func (x *dhhExchange) pskV() []byte {
	m := x.answer().Add(reference.V(x.mac, nil))
	covered := m.Octets()
	mac := reference.MAC(x.mac, x.keys().AuthKey(), covered, []byte(x.idi.id), []byte(x.idr.id), x.ts)
	return slices.Concat(covered, mac)
}

// otherAnswers are authentic and answer something else.
func (s *dhhSuite) otherAnswers() {
	s.start("Exchange", "DHr and DHi under a right MAC", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	y := smallDHH("OAKLEY5")
	y.kv = reference.Validity{Type: 1, SPI: count(4, 0xe1)}
	z := smallDHH("OAKLEY5")
	z.kv = reference.Validity{Type: 2, From: make([]byte, 6), To: count(6, 1)}
	values := func(x *dhhExchange, dhr, dhi []byte, kvr, kvi reference.Validity) []byte {
		return x.changedAnswer(func(m *reference.Message) {
			dhhReplace(m, 0, reference.DH(0, dhr, kvr))
			dhhReplace(m, 1, reference.DH(0, dhi, kvi))
		})
	}
	null := reference.Validity{}
	for _, v := range []struct {
		comment string
		x       *dhhExchange
		message []byte
		about   []string
	}{
		{"DHi with another first octet", x, values(x, x.dhr(), flip(x.dhi(), 0), null, null), nil},
		{"DHi with another last octet", x, values(x, x.dhr(), flip(x.dhi(), -1), null, null), nil},
		{"DHi of another exchange", x, values(x, x.dhr(), x.fresh(1).dhi(), null, null), nil},
		{"DHr and DHi exchanged", x, values(x, x.dhi(), x.dhr(), null, null), nil},
		{"DHr in both places", x, values(x, x.dhr(), x.dhr(), null, null), nil},
		{"DHi with an SPI that was not sent", x, values(x, x.dhr(), x.dhi(), null, y.kv), []string{"P-22"}},
		{"DHi without the SPI that was sent", y, values(y, y.dhr(), y.dhi(), y.kv, null), []string{"P-22"}},
		{"DHi with another SPI", y, values(y, y.dhr(), y.dhi(), y.kv, reference.Validity{Type: 1, SPI: count(4, 0xf1)}), []string{"P-22"}},
	} {
		s.badAnswer(v.x, v.comment, v.message, "auth-failure", append(v.about, "OtherAnswer", "R-3830-094")...)
	}
	for _, v := range []struct {
		comment string
		x       *dhhExchange
		kv      reference.Validity
	}{
		{"DHr with another SPI", y, reference.Validity{Type: 1, SPI: count(4, 0xf1)}},
		{"DHr with an SPI that is longer", y, reference.Validity{Type: 1, SPI: count(5, 0xe1)}},
		{"DHr with an interval in place of an SPI", y, z.kv},
		{"DHr with another interval", z, reference.Validity{Type: 2, From: make([]byte, 6), To: count(6, 2)}},
	} {
		s.badAnswer(v.x, v.comment, values(v.x, v.x.dhr(), v.x.dhi(), v.kv, v.x.kv), "malformed", "P-22")
	}

	s.start("Exchange", "identities and headers under a right MAC", "OAKLEY5")
	for _, v := range []struct {
		comment, stage string
		change         func(m *reference.Message)
		about          []string
	}{
		{"IDr of somebody else", "policy", func(m *reference.Message) { m.Payloads[1] = dhhCarol.payload() }, []string{"R-4650-007"}},
		{"IDr of another type", "policy", func(m *reference.Message) { m.Payloads[1] = reference.ID(0, dhhBob.id) }, []string{"R-4650-007"}},
		{"IDi of somebody else", "policy", func(m *reference.Message) { m.Payloads[2] = dhhCarol.payload() }, []string{"R-4650-007"}},
		{"IDi of another type", "policy", func(m *reference.Message) { m.Payloads[2] = reference.ID(0, dhhAlice.id) }, []string{"R-4650-007"}},
		{"IDi and IDr exchanged", "policy", func(m *reference.Message) {
			m.Payloads[1], m.Payloads[2] = m.Payloads[2], m.Payloads[1]
		}, []string{"R-4650-007", "P-19"}},
		{"another timestamp", "state", func(m *reference.Message) { m.Payloads[0] = reference.T(0, flip(x.ts, -1)) }, []string{"OtherAnswer", "R-3830-073"}},
		{"a timestamp of its own", "state", func(m *reference.Message) {
			m.Payloads[0] = reference.T(0, reference.NTP(x.now.Add(time.Second)))
		}, []string{"OtherAnswer", "R-3830-073", "P-59"}},
		{"timestamp of another type", "state", func(m *reference.Message) { m.Payloads[0] = reference.T(1, x.ts) }, []string{"OtherAnswer", "R-3830-073"}},
		{"another CSB ID", "state", func(m *reference.Message) { m.CSBID ^= 1 }, []string{"OtherAnswer", "R-3830-007"}},
		{"data type of a pre-shared key answer", "state", func(m *reference.Message) { m.DataType = reference.PSKResp }, []string{"NotAnswer", "R-3830-084"}},
		{"data type of a signed Diffie-Hellman answer", "state", func(m *reference.Message) { m.DataType = reference.DHResp }, []string{"NotAnswer", "R-3830-084"}},
		{"data type of a request", "state", func(m *reference.Message) { m.DataType = reference.DHHMACInit }, []string{"NotAnswer", "R-3830-084"}},
	} {
		s.badAnswer(x, v.comment, x.changedAnswer(v.change), v.stage, v.about...)
	}

	s.start("Exchange", "messages that are no answers to the request", "OAKLEY5")
	other := x.fresh(5)
	other.csbID ^= 0xffff
	s.badAnswer(x, "the request, sent back", x.sealed(x.request()), "state", "NotAnswer", "R-3830-084")
	s.badAnswer(x, "that of another exchange", other.sealed(other.answer()), "state", "OtherAnswer", "R-3830-007")
	s.badAnswer(x, "an error message without authentication", x.errorOctets(6), "state", "NotAnswer", "R-3830-106")
	s.badAnswer(x, "an error message with a MAC", x.sealedError(6), "state", "NotAnswer", "R-3830-106")
	s.badAnswer(x, "of 5 octets", x.sealed(x.answer())[:5], "malformed", "Structure", "R-3830-003")

	right := x.complete("@1.exchange", x.sealed(x.answer()))
	s.add("answer, the right one twice", []*vectors.Call{x.initiate(nil), x.okAnswer("@1.exchange"), refuse("complete", right, "state", -1)}, "R-3830-084", "P-68")
	second := *x
	second.xr = x.fresh(9).xr
	s.add("answer, one of another responder behind the right one", []*vectors.Call{
		x.initiate(nil), x.okAnswer("@1.exchange"), refuse("complete", x.complete("@1.exchange", second.sealed(second.answer())), "state", -1),
	}, "R-3830-084", "P-68")

	s.start("Exchange", "DHr in another group", "OAKLEY5", "OAKLEY1", "X25519")
	for _, g := range []string{"OAKLEY1", "X25519"} {
		o := smallDHH(g)
		s.badAnswer(x, "DHr in "+g, x.changedAnswer(func(m *reference.Message) {
			dhhReplace(m, 0, reference.DH(o.g().Number, o.dhr(), x.kv))
		}), "unsupported", "GroupMismatch", "R-3830-094")
	}
}

// A dhhValue is a value that is none of its group.
type dhhValue struct {
	comment   string
	value     []byte
	flag      string
	about     string
	initiator bool // only from there
	responder bool // likewise
}

// badValues are of every group, in both directions: with a right MAC malformed,
// with a wrong one not authentic.
func (s *dhhSuite) badValues() {
	for _, g := range dhhGroups {
		x := smallDHH(g)
		// So that what is behind a value of the wrong length does not happen to look
		// like something else: it is cut off, whatever one makes of it.
		x.kv = reference.Validity{Type: 1, SPI: []byte{0xff}}
		s.start("Exchange", "DHi of "+g, g)
		for i, v := range dhhValues(x) {
			if v.responder {
				continue
			}
			octets := x.changed(func(m *reference.Message) { dhhReplace(m, 0, reference.DH(x.g().Number, v.value, x.kv)) })
			s.refused(x, g+", DHi "+v.comment, octets, "malformed", -1, nil, v.flag, v.about)
			if v.about != "R-3830-030" && (i%3 == 0 || g == "OAKLEY5") {
				s.forged(x, g+", DHi "+v.comment+", and a wrong MAC", flip(octets, -1), "MACFirst", "R-4650-006", "R-3830-082")
			}
		}
		s.start("Exchange", "DHr of "+g, g)
		for i, v := range dhhValues(x) {
			if v.initiator {
				continue
			}
			octets := x.changedAnswer(func(m *reference.Message) { dhhReplace(m, 0, reference.DH(x.g().Number, v.value, x.kv)) })
			s.badAnswer(x, g+", DHr "+v.comment, octets, "malformed", v.flag, v.about)
			if v.about != "R-3830-030" && i%3 == 0 {
				s.badAnswer(x, g+", DHr "+v.comment+", and a wrong MAC", flip(octets, -1), "auth-failure", "MACFirst", "R-4650-006", "R-3830-082")
			}
		}
	}
}

// dhhValues are the bad values of the group of an exchange.
func dhhValues(x *dhhExchange) []dhhValue {
	value := x.dhi()
	var all []dhhValue
	add := func(comment string, v []byte) {
		all = append(all, dhhValue{comment: comment, value: v, flag: "BadPublicValue", about: "R-3830-055"})
	}
	switch x.group {
	case "OAKLEY5", "OAKLEY1", "OAKLEY2":
		p := reference.Prime(x.g().Number)
		fixed := func(n *big.Int) []byte { return n.FillBytes(make([]byte, len(value))) }
		add("is 0", make([]byte, len(value)))
		add("is 1", fixed(big.NewInt(1)))
		add("is p-1", fixed(new(big.Int).Sub(p, big.NewInt(1))))
		add("is p", fixed(p))
		add("is p+1", fixed(new(big.Int).Add(p, big.NewInt(1))))
		add("is p+2", fixed(new(big.Int).Add(p, big.NewInt(2))))
		add("has all bits", bytes.Repeat([]byte{0xff}, len(value)))
	case "P-256":
		all = dhhPoints(reference.P256, value)
	case "P-384":
		all = dhhPoints(reference.P384, value)
	case "P-521":
		all = dhhPoints(reference.P521, value)
	case "X25519":
		for i, u := range dhhSmall25519() {
			all = append(all, dhhValue{comment: dhhSmallNames[i], value: u, flag: "SmallOrder", about: "R-3830-055"})
		}
	case "X448":
		for i, u := range dhhSmall448() {
			all = append(all, dhhValue{comment: dhhSmallNames448[i], value: u, flag: "SmallOrder", about: "R-3830-055"})
		}
	case "X-Wing":
		coefficient := func(comment string, at int, a, b byte, maskA, maskB byte) {
			v := append([]byte{}, value...)
			v[at], v[at+1] = v[at]&^maskA|a, v[at+1]&^maskB|b
			all = append(all, dhhValue{comment: comment, value: v, flag: "BadPublicValue", about: "R-3830-055", initiator: true})
		}
		// Coefficients have 12 bits, little-endian: two in three octets.
		coefficient("with a first coefficient of 3329", 0, 0x01, 0x0d, 0xff, 0x0f)
		coefficient("with a second coefficient of 3329", 1, 0x10, 0xd0, 0xf0, 0xff)
		coefficient("with a last coefficient of 4095", 1150, 0xf0, 0xff, 0xf0, 0xff)
		all = append(all, dhhValue{comment: "with all bits", value: bytes.Repeat([]byte{0xff}, 1216), flag: "BadPublicValue", about: "R-3830-055", initiator: true})
		for i, u := range dhhSmall25519()[:9] { // all, and two with the unused bit
			all = append(all,
				dhhValue{comment: "whose X25519 half " + dhhSmallNames[i], value: slices.Concat(value[:1184], u), flag: "SmallOrderXWing", about: "R-3830-055", initiator: true},
				dhhValue{comment: "whose X25519 half " + dhhSmallNames[i], value: slices.Concat(x.dhr()[:1088], u), flag: "SmallOrderXWing", about: "R-3830-055", responder: true})
		}
	}
	all = append(all,
		dhhValue{comment: "is an octet short", value: value[:len(value)-1], flag: "Structure", about: "R-3830-030", initiator: x.group == "X-Wing"},
		dhhValue{comment: "is an octet long", value: append(append([]byte{}, value...), 2), flag: "Structure", about: "R-3830-030", initiator: x.group == "X-Wing"})
	return all
}

// dhhPoints are bad points of a curve.
func dhhPoints(c *reference.Curve, point []byte) []dhhValue {
	n := c.Len
	x, y := point[1:1+n], point[1+n:]
	odd := y[n-1] & 1
	zeros := make([]byte, n)
	coordinate := func(i *big.Int) []byte { return i.FillBytes(make([]byte, n)) }
	var all []dhhValue
	add := func(comment string, v []byte) {
		all = append(all, dhhValue{comment: comment, value: v, flag: "BadPublicValue", about: "R-3830-055"})
	}
	short := func(comment string, v []byte) {
		all = append(all, dhhValue{comment: comment, value: v, flag: "BadPublicValue", about: "R-3830-030", initiator: true})
	}
	add("is not on the curve", flip(point, -1))
	add("has x and y exchanged", slices.Concat([]byte{4}, y, x))
	add("is the origin", slices.Concat([]byte{4}, zeros, zeros))
	add("has y = 0, and order 2 on another curve", slices.Concat([]byte{4}, x, zeros))
	add("has all bits", append([]byte{4}, bytes.Repeat([]byte{0xff}, 2*n)...))
	add("is the point at infinity, as zeros of full length", make([]byte, 1+2*n))
	short("is the point at infinity, in one octet", []byte{0})
	short("is compressed", append([]byte{2 + odd}, x...))
	add("is compressed, and padded with zeros", slices.Concat([]byte{2 + odd}, x, zeros))
	add("is a hybrid point", slices.Concat([]byte{6 + odd}, x, y))
	add("is a hybrid point with the wrong parity", slices.Concat([]byte{7 - odd}, x, y))
	add("has the prefix 0", slices.Concat([]byte{0}, x, y))
	add("has the prefix 5", slices.Concat([]byte{5}, x, y))

	// The point with the smallest x that there is, with p added to it.
	for small := int64(0); ; small++ {
		sx := big.NewInt(small)
		right := new(big.Int).Exp(sx, big.NewInt(3), nil)
		right.Sub(right, new(big.Int).Mul(big.NewInt(3), sx))
		right.Add(right, c.B)
		right.Mod(right, c.P)
		if sy := new(big.Int).ModSqrt(right, c.P); sy != nil {
			add(fmt.Sprintf("has %d + p as x", small), slices.Concat([]byte{4}, coordinate(new(big.Int).Add(sx, c.P)), coordinate(sy)))
			break
		}
	}
	if c == reference.P521 { // where there is room for it
		add("has y + p as y", slices.Concat([]byte{4}, x, coordinate(new(big.Int).Add(new(big.Int).SetBytes(y), c.P))))
	}
	return all
}

// dhhSmallNames say which value of dhhSmall25519 it is.
var dhhSmallNames = []string{
	"is 0", "is 1", "is a value of order 8", "is the other value of order 8", "is p-1", "is p", "is p+1",
	"is 0 with the unused bit", "is 1 with the unused bit", "is a value of order 8 with the unused bit",
	"is the other value of order 8 with the unused bit", "is p-1 with the unused bit", "is p with the unused bit", "is p+1 with the unused bit",
}

// dhhSmall25519 are the u coordinates of small order on curve25519 and its twist,
// reduced and not, without and with the bit that does not count
// (https://cr.yp.to/ecdh.html#validate).
func dhhSmall25519() [][]byte {
	all := [][]byte{
		unhex("0000000000000000000000000000000000000000000000000000000000000000"),
		unhex("0100000000000000000000000000000000000000000000000000000000000000"),
		unhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
		unhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
		unhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		unhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		unhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
	}
	for _, u := range all[:7] {
		with := append([]byte{}, u...)
		with[31] |= 0x80
		all = append(all, with)
	}
	for _, u := range all {
		if !bytes.Equal(reference.X25519(count(32, 0x10), u), make([]byte, 32)) {
			panic("a value is not of small order")
		}
	}
	return all
}

var dhhSmallNames448 = []string{"is 0", "is 1", "is p-1", "is p", "is p+1"}

// dhhSmall448 are those of curve448.
func dhhSmall448() [][]byte {
	p := new(big.Int).Lsh(big.NewInt(1), 448)
	p.Sub(p, new(big.Int).Lsh(big.NewInt(1), 224))
	p.Sub(p, big.NewInt(1))
	var all [][]byte
	for _, n := range []*big.Int{
		big.NewInt(0), big.NewInt(1), new(big.Int).Sub(p, big.NewInt(1)), p, new(big.Int).Add(p, big.NewInt(1)),
	} {
		u := n.FillBytes(make([]byte, 56))
		slices.Reverse(u)
		if !bytes.Equal(reference.X448(count(56, 0x10), u), make([]byte, 56)) {
			panic("a value is not of small order")
		}
		all = append(all, u)
	}
	return all
}

// badUpdates are refused; the session stays as it was, and the right update works.
func (s *dhhSuite) badUpdates() {
	s.start("Exchange", "responder", "OAKLEY5")
	x := smallDHH("OAKLEY5")
	u := x.later(10).fresh(1)
	q := x.later(10).withoutKey()
	responder := func(comment string, u *dhhExchange, message []byte, stage string, code int, about ...string) {
		c := refuse("respond", u.respond("bob", message), stage, code)
		if stage == "auth-failure" {
			c.ErrorMessage = u.errorMessage(0)
			about = append(about, "R-4650-008")
		}
		s.add("update, "+comment, []*vectors.Call{x.ok("bob"), c, u.ok("bob")}, append(about, "R-3830-095")...)
	}
	right := u.sealed(u.request())
	responder("MAC with one bit flipped", u, flip(right, -1), "auth-failure", 0, "ModifiedMAC", "R-4650-006")
	noRAND := u.keys()
	noRAND.RAND = nil
	octets, _ := u.request().SealKEMAC(noRAND)
	responder("MAC without the RAND of the first message", u, octets, "auth-failure", 0, "WrongAuthKey", "R-3830-052")
	responder("without half-keys, MAC with one bit flipped", q, flip(q.sealed(q.request()), -1), "auth-failure", 0, "ModifiedMAC", "R-4650-006")
	responder("without half-keys, DHi taken out on the way", u, slices.Concat(
		q.sealed(q.request())[:len(q.sealed(q.request()))-20], dhhTail(right)), "auth-failure", 0, "ModifiedMessage", "R-4650-006")
	responder("with two values", u, u.changed(func(m *reference.Message) {
		m.Payloads = slices.Insert(m.Payloads, 1, reference.DH(0, u.dhr(), u.kv))
	}), "malformed", -1, "Structure", "R-3830-099")
	responder("without IDr and IDi", u, u.changed(func(m *reference.Message) {
		m.Payloads = slices.DeleteFunc(m.Payloads, func(p reference.Payload) bool { return p.Number == reference.NumID })
	}), "malformed", -1, "Structure", "R-4650-007")
	responder("DHi is 1", u, u.changed(func(m *reference.Message) {
		dhhReplace(m, 0, reference.DH(0, append(make([]byte, 191), 1), u.kv))
	}), "malformed", -1, "BadPublicValue", "R-3830-055")
	responder("DHi is p-1", u, u.changed(func(m *reference.Message) {
		dhhReplace(m, 0, reference.DH(0, new(big.Int).Sub(reference.Prime(0), big.NewInt(1)).Bytes(), u.kv))
	}), "malformed", -1, "BadPublicValue", "R-3830-055")
	responder("for somebody else", u, u.changed(func(m *reference.Message) { m.Payloads[2] = dhhCarol.payload() }), "policy", -1, "R-4650-007")
	wrong := *u
	wrong.csbID++
	responder("of a CSB that there is not", u, wrong.sealed(wrong.request()), "state", -1, "P-24")
	carol := *u
	carol.idi = dhhCarol
	responder("of a CSB of another initiator", u, carol.sealed(carol.request()), "state", -1, "P-26")
	stale := x.later(-301)
	s.add("update, stale", []*vectors.Call{x.ok("bob"), refuse("respond", with(stale.respond("bob", stale.sealed(stale.request())), obj{"now": at(x.now)}), "stale", 1), u.ok("bob")}, "R-3830-074")

	same := x.later(0).fresh(2)
	before := x.later(-5).fresh(2)
	s.add("update, timestamp of the first message", []*vectors.Call{x.ok("bob"), refuse("respond", same.respond("bob", same.sealed(same.request())), "replay", -1), u.ok("bob")}, "R-3830-095", "P-25")
	s.add("update, timestamp before that of the first message", []*vectors.Call{x.ok("bob"), refuse("respond", before.respond("bob", before.sealed(before.request())), "replay", -1), u.ok("bob")}, "R-3830-095", "P-25")
	between := x.later(5).fresh(2)
	s.add("update, timestamp before that of the last update", []*vectors.Call{x.ok("bob"), u.ok("bob"), refuse("respond", between.respond("bob", between.sealed(between.request())), "replay", -1)}, "R-3830-095", "P-25")
	s.add("update, seen before", []*vectors.Call{x.ok("bob"), u.ok("bob"), refuse("respond", u.respond("bob", right), "replay", -1)}, "R-3830-075")
	s.add("update, the first message seen again behind it", []*vectors.Call{x.ok("bob"), u.ok("bob"), refuse("respond", x.respond("bob", x.sealed(x.request())), "replay", -1)}, "R-3830-075")

	s.start("Exchange", "initiator", "OAKLEY5")
	initiator := func(comment string, u *dhhExchange, message []byte, stage string, about ...string) {
		update := u.updates("@2.keys.session")
		update.Steps = nil
		s.add("answer to an update, "+comment, []*vectors.Call{
			x.initiate(nil), x.okAnswer("@1.exchange"), update,
			refuse("complete", u.complete("@3.exchange", message), stage, -1), u.okAnswer("@3.exchange"),
		}, append(about, "R-3830-099")...)
	}
	answer := u.sealed(u.answer())
	initiator("MAC with one bit flipped", u, flip(answer, -1), "auth-failure", "ModifiedMAC", "R-4650-006")
	initiator("without half-keys, MAC with one bit flipped", q, flip(q.sealed(q.answer()), -1), "auth-failure", "ModifiedMAC", "R-4650-006")
	initiator("that to the first message", u, x.sealed(x.answer()), "state", "OtherAnswer", "R-3830-073")
	initiator("DHi of the first message", u, u.changedAnswer(func(m *reference.Message) {
		dhhReplace(m, 1, reference.DH(0, x.dhi(), x.kv))
	}), "auth-failure", "OtherAnswer", "R-4650-010")
	initiator("without DHr and DHi", u, u.changedAnswer(func(m *reference.Message) {
		m.Payloads = m.Payloads[:3]
	}), "malformed", "Structure", "R-4650-010")
	initiator("without DHi", u, u.changedAnswer(func(m *reference.Message) { dhhReplace(m, 1) }), "malformed", "Structure", "R-4650-010")
	initiator("with DHr and DHi that nobody asked for", q, q.changedAnswer(func(m *reference.Message) {
		m.Add(reference.DH(0, x.dhr(), x.kv), reference.DH(0, x.dhi(), x.kv))
	}), "malformed", "Structure", "R-4650-010")
	initiator("with DHr that nobody asked for", q, q.changedAnswer(func(m *reference.Message) {
		m.Add(reference.DH(0, x.dhr(), x.kv))
	}), "malformed", "Structure", "R-4650-010")
	initiator("the update itself", u, right, "state", "NotAnswer", "R-3830-084")
	update := u.updates("@2.keys.session")
	update.Steps = nil
	s.add("answer to an update, the right one twice", []*vectors.Call{
		x.initiate(nil), x.okAnswer("@1.exchange"), update, u.okAnswer("@3.exchange"), refuse("complete", u.complete("@3.exchange", answer), "state", -1),
	}, "R-3830-084")
	s.add("update of an exchange that has no answer yet", []*vectors.Call{
		x.initiate(nil), refuse("update", obj{"exchange": "@1.exchange", "offer": u.offer(), "fixed": obj{"dh_private": hexOf(u.xi)}, "now": at(u.now)}, "state", -1),
		x.okAnswer("@1.exchange"),
	}, "R-3830-095")
}
