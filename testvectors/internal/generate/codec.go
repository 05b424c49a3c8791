package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// codec is the family of decoding and encoding (RFC 3830, Section 6). Objects are
// written down here, field by field; reference.Fields, which reads the octets, has
// to agree about where every field is, and about what is not well formed.
func codec() *vectors.File {
	b := newCodecBuilder("codec", "Every payload at the edges of its fields: RFC 3830, Section 6, with the additions of RFC 4563, RFC 4738 and RFC 6043. A message is decoded, and encoded again.")
	b.note("Undelimited", "PARSING", "An algorithm in the payload is unknown and implies its length, and payloads have no common length field. The payload is kept up to the end of the message, or the message is refused.")
	b.note("TrailingZero", "PARSING", "One zero octet follows the last payload of a message that nothing authenticates; a recorder sends it (P-52).")
	b.published()
	b.headers()
	b.maps()
	b.payloads()
	b.kemacs()
	b.whole()
	b.long()
	b.unknown()
	b.privateGroups()
	b.tolerated()
	return b.file
}

// codecInvalid is the family of what is no message.
func codecInvalid() *vectors.File {
	b := newCodecBuilder("codec_invalid", "What is no message: RFC 3830, Section 6. Each test has one thing that is wrong.")
	b.note("Truncated", "PARSING", "The message ends inside a payload.")
	b.note("LengthField", "PARSING", "A length field does not fit what follows.")
	b.note("Chain", "PARSING", "The chain of payloads does not end where the message does, or has a payload that may not stand there.")
	b.note("Trailing", "PARSING", "Octets follow the last payload (P-52 tolerates one that is zero where nothing authenticates the message, and no others).")
	b.note("Unencodable", "PARSING", "The object has a value for which the field of the message has no room, or that contradicts its own numbers.")
	b.truncated()
	b.wrongLengths()
	b.wrongChains()
	b.wrongContents()
	b.unencodable()
	return b.file
}

func newCodecBuilder(family, description string) *codecBuilder {
	return &codecBuilder{builder: newFile("vectors_v1.json", family, description)}
}

type codecBuilder struct {
	*builder
	merged []string // payloads that a group does not test, for steps
}

// A coded is a message, as octets and as the object of the peer protocol.
type coded struct {
	m *reference.Message
	d obj
}

const codecCSB = 0xcd177e50

func newCoded(dataType byte, sessions ...reference.Session) *coded {
	return &coded{reference.NewMessage(dataType, codecCSB, sessions), obj{
		"version": 1, "data_type": int(dataType), "v": false, "prf": 0, "csb_id": hex32(codecCSB),
		"cs_id_map_type": 0, "cs": sessionsOf(sessions), "payloads": list{},
	}}
}

// A part is a payload in both forms.
type part struct {
	p reference.Payload
	d obj
}

func (c *coded) add(parts ...part) *coded {
	for _, p := range parts {
		c.m.Add(p.p)
		c.d["payloads"] = append(c.d["payloads"].(list), p.d)
	}
	return c
}

var (
	codecTime = unhex("c8e350ea00000000")
	codecRAND = unhex("4a28da979ee21a7651a0d7f19136d98c")
)

func cT(tsType byte, value []byte) part {
	return part{reference.T(tsType, value), obj{"type": 5, "ts_type": int(tsType), "ts_value": hexOf(value)}}
}

func cRAND(value []byte) part {
	return part{reference.RAND(value), obj{"type": 11, "rand": hexOf(value)}}
}

func cID(idType byte, id string) part {
	return part{reference.ID(idType, id), obj{"type": 6, "id_type": int(idType), "id": id}}
}

func cIDR(role, idType byte, id string) part {
	return part{reference.IDR(role, idType, id), obj{"type": 14, "role": int(role), "id_type": int(idType), "id": id}}
}

// hexID makes the identity of a part one that is not UTF-8.
func hexID(p part) part {
	p.d = with(p.d, obj{"id_hex": hexOf([]byte(p.d["id"].(string))), "id": nil})
	return p
}

func cCERT(certType byte, cert []byte) part {
	return part{reference.CERT(certType, cert), obj{"type": 7, "cert_type": int(certType), "cert": hexOf(cert)}}
}

func cCHASH(hashFunc byte, hash []byte) part {
	return part{reference.CHASH(hashFunc, hash), obj{"type": 8, "hash_func": int(hashFunc), "hash": hexOf(hash)}}
}

func cV(alg byte, mac []byte) part {
	return part{reference.V(alg, mac), obj{"type": 9, "auth_alg": int(alg), "mac": hexOf(mac)}}
}

func cSP(number, protocol byte, p ...reference.Param) part {
	return part{reference.SP(number, protocol, p...), obj{
		"type": 10, "policy": int(number), "protocol": int(protocol), "params": params(protocol, p...)["params"],
	}}
}

func cKEMAC(encr byte, data []byte, mac byte, value []byte) part {
	return part{reference.KEMAC(encr, data, mac, value), obj{
		"type": 1, "encr_alg": int(encr), "encr_data": hexOf(data), "mac_alg": int(mac), "mac": hexOf(value),
	}}
}

func cPKE(c byte, data []byte) part {
	return part{reference.PKE(c, data), obj{"type": 2, "c": int(c), "data": hexOf(data)}}
}

func cDH(group byte, value []byte, kv reference.Validity) part {
	return part{reference.DH(group, value, kv), obj{"type": 3, "group": int(group), "value": hexOf(value), "kv": validity(kv)}}
}

func cSIGN(sType byte, signature []byte) part {
	return part{reference.SIGN(sType, signature), obj{"type": 4, "sign_type": int(sType), "signature": hexOf(signature)}}
}

func cERR(code byte) part {
	return part{reference.ERR(code), obj{"type": 12, "error": int(code)}}
}

func cGENEXT(extType byte, data []byte) part {
	return part{reference.GenExt(extType, data), obj{"type": 21, "ext_type": int(extType), "data": hexOf(data)}}
}

// cUnknown is a payload with a layout that nobody knows, as the last one.
func cUnknown(number byte, body []byte) part {
	return part{reference.Payload{Number: number, Body: body}, obj{"type": int(number), "rest": hexOf(append([]byte{0}, body...))}}
}

// decodedKeys are the keys of a KEMAC in the clear.
func decodedKeys(keys []reference.Key) list {
	all := list{}
	for _, k := range keys {
		o := obj{"type": int(k.Type), "key": hexOf(k.Key), "kv": validity(k.KV)}
		switch k.Type {
		case reference.KeyTGKSalt, reference.KeyTEKSalt, 5:
			o["salt"] = hexOf(k.Salt)
		}
		all = append(all, o)
	}
	return all
}

// withT is a message with a timestamp and the parts.
func withT(dataType byte, parts ...part) *coded {
	return newCoded(dataType).add(cT(0, codecTime)).add(parts...)
}

// unique drops flags and requirements that occur twice.
func unique(all ...string) []string {
	var once []string
	for _, a := range all {
		if !slices.Contains(once, a) {
			once = append(once, a)
		}
	}
	return once
}

// fieldSteps are steps that name each field of a message. Payloads that are merged,
// and those of a long message, have one step each.
func fieldSteps(octets []byte, in string, merged ...string) []vectors.Step {
	fields, _ := reference.Fields(octets)
	if len(octets) > 4096 {
		fields = fields[:1]
	}
	var steps []vectors.Step
	for _, f := range fields {
		payload, _, _ := strings.Cut(f.Name, ":")
		s := stepAt(f.Name, f.Data, f.How, in, f.At)
		if len(octets) > 300 || slices.Contains(merged, payload) {
			s.Name = payload
			last := len(steps) - 1
			if last >= 0 && steps[last].Name == payload && (f.How == "" || payload == "HDR" || payload == "KEMAC") {
				steps[last].Value += s.Value
				continue
			}
		}
		steps = append(steps, s)
	}
	return steps
}

// valid adds a message that decodes, and encodes again.
func (b *codecBuilder) valid(comment string, c *coded, about ...string) *vectors.Test {
	return b.validOctets(comment, c.m.Octets(), c.d, about...)
}

// validOctets is valid for octets that somebody else wrote, or for an object that
// does not have every member.
func (b *codecBuilder) validOctets(comment string, octets []byte, d obj, all ...string) *vectors.Test {
	mustRead(comment, octets)
	return b.add(comment, []*vectors.Call{
		accept("decode", obj{"message": b64(octets)}, obj{"decoded": d}),
		accept("encode", obj{"decoded": "@1.decoded"}, obj{"message": b64(octets)}, fieldSteps(octets, "message", b.merged...)...),
	}, unique(all...)...)
}

// mustRead checks that the reference reads a message in fields without gaps.
func mustRead(comment string, octets []byte) {
	fields, err := reference.Fields(octets)
	if err != nil {
		panic(comment + ": " + err.Error())
	}
	end := 0
	for _, f := range fields {
		if f.At != end {
			panic(fmt.Sprintf("%s: %s is at octet %d, not %d", comment, f.Name, f.At, end))
		}
		end = f.End()
	}
	if end != len(octets) {
		panic(fmt.Sprintf("%s: %d octets, not %d", comment, end, len(octets)))
	}
}

// malformed adds octets that are not a message, with the place that is wrong.
func (b *codecBuilder) malformed(comment string, octets []byte, at int, how string, all ...string) {
	if _, err := reference.Fields(octets); err == nil {
		panic(comment + ": the reference reads it")
	}
	b.refused(comment, octets, "malformed", at, how, all...)
}

func (b *codecBuilder) refused(comment string, octets []byte, stage string, at int, how string, all ...string) {
	c := refuse("decode", obj{"message": b64(octets)}, stage, -1)
	here := octets[at:]
	if len(here) > 8 {
		here = here[:8]
	}
	c.Steps = []vectors.Step{stepAt("what is wrong", here, how, "request.message", at)}
	b.add(comment, []*vectors.Call{c}, unique(all...)...)
}

func (b *codecBuilder) start(comment string, merged ...string) {
	b.startGroup("Codec", comment, vectors.Requires{}, nil)
	b.merged = merged
}

// published are the messages of RFC 4567.
func (b *codecBuilder) published() {
	b.start("the messages of the example")
	b.group.Source = vectors.Source{Name: "RFC 4567", Section: "5.1", Note: "the pre-shared key is not published"}
	header := obj{
		"version": 1, "v": true, "prf": 0, "csb_id": "cd177e50", "cs_id_map_type": 0,
		"cs": list{obj{"policy": 0, "ssrc": "00000000", "roc": 0}},
	}
	t := obj{"type": 5, "ts_type": 0, "ts_value": "c8e350ea00000000"}
	offer := unb64("AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGEEoo2pee4hp2UaDX8ZE22YwKAAAPZG9uYWxkQGR1Y2suY29tAQAAAAAAAQAk0JKpgaVkDaawi9whVBtBt0KZ14ymNuu62+Nv3ozPLygwK/GbAV9iemnGUIZ19fWQUOSrzKTAv9zV")
	b.validOctets("the offer: a pre-shared key message that asks for verification", offer, with(header, obj{
		"data_type": 0, "payloads": list{
			t,
			obj{"type": 11, "rand": "4a28da979ee21a7651a0d7f19136d98c"},
			obj{"type": 6, "id_type": 0, "id": "donald@duck.com"},
			obj{"type": 10, "policy": 0, "protocol": 0, "params": list{}},
			obj{
				"type": 1, "encr_alg": 1, "encr_data": "d092a981a5640da6b08bdc21541b41b74299d78ca636ebbadbe36fde8ccf2f28302bf19b",
				"mac_alg": 1, "mac": "5f627a69c6508675f5f59050e4abcca4c0bfdcd5",
			},
		},
	}), "R-3830-003", "R-3830-005", "R-3830-019")
	answer := unb64("AQEFgM0XflABAAAAAAAAAAAAAAYAyONQ6gAAAAAJAAAQbWlja2V5QG1vdXNlLmNvbQABn8HdGE5BMDXFIuGEga+62AgY5cc=")
	b.validOctets("the answer: its verification message", answer, with(header, obj{
		"data_type": 1, "payloads": list{
			t,
			obj{"type": 6, "id_type": 0, "id": "mickey@mouse.com"},
			obj{"type": 9, "auth_alg": 1, "mac": "9fc1dd184e413035c522e18481afbad80818e5c7"},
		},
	}), "R-3830-003", "R-3830-005", "R-3830-040")
}

// headers are the fields of the common header at their edges.
func (b *codecBuilder) headers() {
	b.start("data types: RFC 3830, Section 6.1; RFC 4650; RFC 4738; RFC 6043; RFC 6267; RFC 6509", "HDR", "T")
	for _, t := range []byte{
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
		27, 127, 128, 240, 241, 254, 255,
	} {
		comment, a := fmt.Sprintf("data type %d", t), "R-3830-003"
		switch {
		case t >= 241:
			comment, a = comment+", of the private range", "R-3830-018"
		case t >= 27:
			comment, a = comment+", which nobody has assigned", "R-3830-016"
		case t >= 9:
			a = "R-4738-001"
		}
		if t > 10 {
			a = "R-3830-016"
		}
		b.valid(comment, withT(t), a)
	}
	b.start("the common header: RFC 3830, Section 6.1", "T")
	for _, v := range []bool{false, true} {
		for _, prf := range []byte{0, 1, 2, 63, 64, 111, 112, 127} {
			if v && prf > 1 && prf < 127 {
				continue
			}
			c := withT(0)
			c.m.V, c.m.PRF = v, prf
			c.d["v"], c.d["prf"] = v, int(prf)
			b.valid(fmt.Sprintf("V flag %t, PRF function %d", v, prf), c, "R-3830-006")
		}
	}
	for _, csb := range []uint32{0, 1, 0x01020304, 0x7fffffff, 0x80000000, 0xffffffff} {
		c := withT(0)
		c.m.CSBID, c.d["csb_id"] = csb, hex32(csb)
		b.valid(fmt.Sprintf("CSB ID %08x", csb), c, "R-3830-001")
	}
}

// maps are the CS ID maps.
func (b *codecBuilder) maps() {
	b.start("CS ID maps: RFC 3830, Section 6.1.1; RFC 4563, Section 5; RFC 6043, Section 6.1.1", "T")
	for _, n := range []int{0, 1, 2, 3, 255} {
		var sessions []reference.Session
		for i := range n {
			sessions = append(sessions, reference.Session{Policy: byte(i % 2), SSRC: uint32(0x10000000 + i), ROC: uint32(255 - i)})
		}
		b.valid(fmt.Sprintf("SRTP-ID map with %d crypto sessions", n), newCoded(0, sessions...).add(cT(0, codecTime)), "R-3830-010", "R-3830-011", "R-3830-015", "P-03")
	}
	for _, s := range []reference.Session{
		{}, {Policy: 1}, {Policy: 255}, {SSRC: 1}, {SSRC: 0xffffffff}, {ROC: 1}, {ROC: 0xffffffff}, {Policy: 1, SSRC: 0x02030405, ROC: 0x06070809},
	} {
		b.valid(fmt.Sprintf("SRTP-ID map: policy %d, SSRC %08x, ROC %d", s.Policy, s.SSRC, s.ROC), newCoded(0, s).add(cT(0, codecTime)), "R-3830-010", "R-3830-001")
	}
	for _, n := range []byte{0, 1, 255} {
		b.valid(fmt.Sprintf("Empty map with %d crypto sessions", n), otherMap(1, n, nil).add(cT(0, codecTime)), "R-4563-001")
	}
	for _, g := range []struct {
		comment string
		count   byte
		info    []byte
	}{
		{"no entry", 0, nil},
		{"S 0, no policy, no session data, no SPI", 1, genericID(1, 0, false, nil, nil, nil)},
		{"S 1, no policy, no session data, no SPI", 1, genericID(1, 0, true, nil, nil, nil)},
		{"S 0, one policy, SSRC", 1, genericID(1, 0, false, []byte{7}, unhex("11223344"), nil)},
		{"S 1, one policy, SSRC, ROC and SEQ", 1, genericID(1, 0, true, []byte{7}, unhex("1122334400000005fffe"), nil)},
		{"SSRC 0", 1, genericID(1, 0, false, []byte{0}, unhex("00000000"), unhex("01"))},
		{"two policies", 1, genericID(1, 0, false, []byte{0, 1}, unhex("11223344"), unhex("01020304"))},
		{"127 policies", 1, genericID(1, 0, false, count(127, 0), unhex("11223344"), unhex("01020304"))},
		{"127 policies and S 1", 1, genericID(1, 0, true, count(127, 0), unhex("1122334400000005fffe"), unhex("01020304"))},
		{"SPI of 1 octet", 1, genericID(1, 0, false, []byte{0}, unhex("11223344"), unhex("80"))},
		{"SPI of 255 octets", 1, genericID(1, 0, false, []byte{0}, unhex("11223344"), count(255, 1))},
		{"CS ID 0", 1, genericID(0, 0, false, []byte{0}, unhex("11223344"), unhex("01"))},
		{"CS ID 255", 1, genericID(255, 0, false, []byte{0}, unhex("11223344"), unhex("01"))},
		{"two entries, not in order", 2, concat(genericID(9, 0, false, []byte{0}, unhex("11223344"), unhex("01")), genericID(3, 0, true, []byte{1}, unhex("5566778800000000ffff"), unhex("02")))},
		{"session data of another protocol", 1, genericID(1, 241, true, []byte{0}, unhex("0102030405"), unhex("01"))},
		{"300 octets of session data of another protocol", 1, genericID(1, 1, false, []byte{0}, count(300, 0), nil)},
	} {
		b.valid("GENERIC-ID map: "+g.comment, otherMap(2, g.count, g.info).add(cT(0, codecTime)), "R-6043-004", "R-6043-005")
	}
	b.valid("GENERIC-ID map with 255 entries", otherMap(2, 255, bytes.Repeat(genericID(1, 0, false, nil, nil, nil), 255)).add(cT(0, codecTime)), "R-6043-004")

	// Of these, nobody knows where they end.
	for _, t := range []byte{3, 240, 241, 255} {
		c := otherMap(t, 2, unhex("0500c8e350ea00000000"))
		acceptable(b.valid(fmt.Sprintf("map type %d, which nobody knows: it takes the rest", t), c, "Undelimited", "P-03", "R-3830-018"))
	}
}

// otherMap is a message with a map that is not SRTP-ID.
func otherMap(mapType, count byte, info []byte) *coded {
	c := newCoded(0)
	c.m.MapType, c.m.CSCount, c.m.Map = mapType, count, info
	delete(c.d, "cs")
	c.d["cs_id_map_type"], c.d["cs_count"], c.d["cs_id_map"] = int(mapType), int(count), hexOf(info)
	return c
}

// genericID is an entry of the GENERIC-ID map.
func genericID(csID, protocol byte, s bool, policies, data, spi []byte) []byte {
	flags := byte(len(policies))
	if s {
		flags |= 0x80
	}
	e := append([]byte{csID, protocol, flags}, policies...)
	e = binary.BigEndian.AppendUint16(e, uint16(len(data)))
	e = append(e, data...)
	e = append(e, byte(len(spi)))
	return append(e, spi...)
}

// payloads is every payload but KEMAC, at the edges of its fields.
func (b *codecBuilder) payloads() {
	b.start("T: RFC 3830, Section 6.6; RFC 6043, Section 6.3", "HDR")
	alone := func(p part) *coded { return newCoded(0, reference.Session{}).add(p) }
	for _, t := range []struct {
		tsType byte
		value  string
	}{
		{0, "c8e350ea00000000"}, {0, "0000000000000000"}, {0, "ffffffffffffffff"}, {0, "01d38e19cef95c3d"},
		{1, "c8e350ea80000000"}, {1, "0000000000000001"},
		{2, "00000000"}, {2, "00000001"}, {2, "ffffffff"}, {3, "c8e350ea"}, {3, "00000000"}, {3, "ffffffff"},
	} {
		req := "R-3830-033"
		if t.tsType == 3 {
			req = "R-6043-001"
		}
		b.valid(fmt.Sprintf("T of type %d: %s", t.tsType, t.value), alone(cT(t.tsType, unhex(t.value))), req)
	}

	b.start("RAND: RFC 3830, Section 6.11", "HDR", "T")
	for _, n := range []int{1, 8, 15, 16, 17, 32, 127, 128, 254, 255} {
		b.valid(fmt.Sprintf("RAND of %d octets", n), withT(0, cRAND(count(n, 0x20))), "R-3830-045")
	}
	b.valid("RAND of zeros", withT(0, cRAND(make([]byte, 16))), "R-3830-045")

	b.start("ID: RFC 3830, Section 6.7; RFC 6043, Section 6.5", "HDR", "T")
	for _, id := range []struct {
		idType  byte
		comment string
		id      string
	}{
		{0, "NAI", "alice@example.com"}, {1, "URI", "sip:bob@example.com"}, {2, "byte string", "device 7"},
		{0, "without octets", ""}, {0, "one octet", "a"}, {0, "not ASCII", "jürgen@exämple.de"}, {1, "four octets for a character", "sip:😀@example.com"},
		{2, "a NUL", "a\x00b"}, {0, "what JSON escapes", "\"\\/\b\f\n\r\t<>&\u2028@example.com"}, {0, "255 octets", strings.Repeat("x", 255)},
		{1, "256 octets", strings.Repeat("x", 256)}, {3, "unassigned type", "who?"}, {240, "unassigned type", "who?"}, {241, "private type", "who?"}, {255, "private type", "who?"},
	} {
		req := "R-3830-036"
		if id.idType > 2 {
			req = "R-3830-018"
		}
		b.valid(fmt.Sprintf("ID of type %d: %s", id.idType, id.comment), withT(0, cID(id.idType, id.id)), req)
	}
	for _, id := range []struct{ comment, id string }{
		{"the octet ff", "\xff"}, {"an encoding that is too long", "\xc0\x80"}, {"an encoding that ends too early", "abc\xe2\x82"},
		{"a surrogate", "\xed\xa0\x80"}, {"all that is no UTF-8", "\x80\x81\xfe\xff"},
	} {
		b.valid("ID of type 2, not UTF-8: "+id.comment, withT(0, hexID(cID(2, id.id))), "R-3830-036")
	}
	b.valid("two IDs: of the initiator and of the responder", withT(0, cID(0, "alice@example.com"), cID(0, "bob@example.com")), "P-19")
	b.valid("two IDs that are the same", withT(0, cID(0, "alice@example.com"), cID(0, "alice@example.com")), "P-19")

	b.start("IDR: RFC 6043, Section 6.6; RFC 6509, Section 4.4", "HDR", "T")
	for _, role := range []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 239, 240, 255} {
		req := "R-6043-003"
		if role > 7 {
			req = "P-64"
		}
		b.valid(fmt.Sprintf("IDR with role %d", role), withT(0, cIDR(role, 1, "sip:alice@example.com")), req)
	}
	b.valid("IDR without octets", withT(0, cIDR(1, 0, "")), "R-6043-003")
	b.valid("IDR of a private type, not UTF-8", withT(0, hexID(cIDR(2, 241, "\xff\x00"))), "R-6043-003")
	b.valid("four IDRs, of initiator, responder, key management service and pre-shared key",
		withT(11, cIDR(1, 0, "alice@example.com"), cIDR(2, 0, "bob@example.com"), cIDR(3, 1, "https://kms.example.com"), cIDR(4, 2, "key 1")), "R-6043-003")

	b.start("CERT: RFC 3830, Section 6.7", "HDR", "T")
	der := unhex("3003020101")
	for _, t := range []byte{0, 2, 3, 4, 240, 241, 255} {
		req := "R-3830-037"
		if t > 3 {
			req = "R-3830-018"
		}
		b.valid(fmt.Sprintf("CERT of type %d", t), withT(2, cCERT(t, der)), req)
	}
	b.valid("CERT of type 1: a URL", withT(9, cCERT(1, []byte("http://example.com/alice.cer"))), "R-4738-005")
	b.valid("CERT without octets", withT(2, cCERT(0, nil)), "R-3830-037")
	b.valid("CERT of 1000 octets", withT(2, cCERT(0, count(1000, 0x30))), "R-3830-037")
	b.valid("three CERTs of a chain", withT(2, cCERT(0, der), cCERT(0, unhex("3003020102")), cCERT(0, unhex("3003020103"))), "R-3830-038")

	b.start("CHASH: RFC 3830, Section 6.8; RFC 6043, Section 6.7", "HDR", "T")
	for _, h := range []struct {
		alg  byte
		name string
		n    int
	}{{0, "SHA-1", 20}, {1, "MD5", 16}, {2, "SHA-256", 32}} {
		b.valid("CHASH with "+h.name, withT(2, cCHASH(h.alg, count(h.n, 0x81))), "R-3830-039")
	}

	b.start("V: RFC 3830, Section 6.9; RFC 6043, Section 6.2", "HDR", "T")
	for alg, n := range []int{0, 20, 32} {
		b.valid(fmt.Sprintf("V with algorithm %d", alg), withT(1, cV(byte(alg), count(n, 0x81))), "R-3830-040")
	}
	b.valid("V with a MAC of zeros", withT(3, cV(1, make([]byte, 20))), "R-3830-040")

	b.start("SP: RFC 3830, Section 6.10", "HDR", "T")
	b.valid("SP without parameters", withT(0, cSP(0, 0)), "R-3830-042", "R-3830-043")
	b.valid("SP with every parameter of RFC 3830", withT(0, cSP(0, 0,
		param(0, 1), param(1, 16), param(2, 1), param(3, 20), param(4, 14), param(5, 0), param(6, 0), param(7, 1), param(8, 1),
		param(9, 0), param(10, 1), param(11, 10), param(12, 0))), "R-3830-042")
	b.valid("SP with the parameters of RFC 4771 and RFC 7714", withT(0, cSP(0, 0,
		param(13, 0, 100), param(14, 2), param(15, 1), param(16, 20), param(17, 20), param(18, 14), param(19, 10), param(20, 16))), "R-3830-042", "R-4771-001")
	b.valid("SP with parameters out of order, and one twice", withT(0, cSP(3, 0, param(11, 4), param(0, 1), param(11, 10), param(1, 16))), "R-3830-042")
	b.valid("SP with unknown and private parameters", withT(0, cSP(0, 0, param(21, 1), param(200, 1, 2, 3), param(240), param(241, 0xff), param(255, 0))), "R-3830-042", "R-3830-018")
	b.valid("SP with a parameter without octets", withT(0, cSP(0, 0, param(9))), "R-3830-042")
	b.valid("SP with a parameter of 255 octets", withT(0, cSP(0, 0, param(250, count(255, 0)...))), "R-3830-042")
	b.valid("SP with a key derivation rate of four octets", withT(0, cSP(0, 0, param(6, 1, 0, 0, 0))), "R-3830-042", "P-11")
	for _, n := range []byte{1, 127, 128, 254, 255} {
		b.valid(fmt.Sprintf("SP with number %d", n), withT(0, cSP(n, 0, param(0, 1))), "R-3830-041")
	}
	b.valid("SP for TESLA", withT(0, cSP(1, 1, param(1, 0), param(2, 0, 160), param(3, 0), param(4, 0, 80),
		param(5, unhex("c8e350ea00000000")...), param(6, 0, 0, 0x03, 0xe8), param(7, 0, 2), param(8, 0, 0, 1, 0), param(9, unhex("c8e350ea00000001")...))), "R-4442-001", "R-4442-002", "P-37")
	for _, protocol := range []byte{2, 240, 241, 255} {
		b.valid(fmt.Sprintf("SP for protocol %d", protocol), withT(0, cSP(0, protocol, param(0, 1), param(99, 1, 2))), "R-3830-018")
	}
	var many []part
	for i := range 16 {
		many = append(many, cSP(byte(15-i), 0, param(0, 1)))
	}
	b.valid("16 SPs", withT(0, many...), "R-3830-041")

	b.start("PKE: RFC 3830, Section 6.3", "HDR", "T")
	for c := range byte(4) {
		b.valid(fmt.Sprintf("PKE with C %d", c), withT(2, cPKE(c, count(256, 0))), "R-3830-029", "R-6309-001")
	}
	for _, n := range []int{0, 1, 255, 256} {
		b.valid(fmt.Sprintf("PKE of %d octets with C 2", n), withT(2, cPKE(2, count(n, 0x51))), "R-3830-029")
	}

	b.start("DH: RFC 3830, Section 6.4", "HDR", "T")
	kvs := []reference.Validity{
		{}, {Type: 1, SPI: unhex("00000001")}, {Type: 2, From: unhex("000000000001"), To: unhex("0000ffffffff")},
	}
	for group, n := range []int{192, 96, 128} {
		for _, kv := range kvs {
			b.valid(fmt.Sprintf("DH in group %d, KV %d", group, kv.Type), withT(4, cDH(byte(group), count(n, 2), kv)), "R-3830-030", "R-3830-026")
		}
	}
	value := count(96, 2)
	for _, kv := range []struct {
		comment string
		kv      reference.Validity
	}{
		{"an SPI without octets", reference.Validity{Type: 1}},
		{"an SPI of 1 octet", reference.Validity{Type: 1, SPI: unhex("ff")}},
		{"an SPI of 255 octets", reference.Validity{Type: 1, SPI: count(255, 0)}},
		{"an interval without octets", reference.Validity{Type: 2}},
		{"an interval from nowhere", reference.Validity{Type: 2, To: unhex("0000ffffffff")}},
		{"an interval to nowhere", reference.Validity{Type: 2, From: unhex("000000000001")}},
		{"an interval of 255 octets each", reference.Validity{Type: 2, From: count(255, 0), To: count(255, 1)}},
	} {
		b.valid("DH with "+kv.comment, withT(4, cDH(1, value, kv.kv)), "R-3830-026", "R-3830-028")
	}
	b.valid("DH with a value of zeros", withT(4, cDH(1, make([]byte, 96), reference.Validity{})), "R-3830-030")
	b.valid("DH twice: of the responder and of the initiator", withT(5, cDH(1, count(96, 3), kvs[1]), cDH(1, value, kvs[1])), "R-3830-094")
	for _, r := range []byte{1, 8, 15} {
		for _, kv := range kvs {
			c := withT(4, cDH(1, value, kv))
			octets := c.m.Octets()
			octets[c.m.Offset(1)+2+96] |= r << 4
			b.validOctets(fmt.Sprintf("DH with the reserved bits %x, KV %d", r, kv.Type), octets, c.d, "R-3830-031")
		}
	}

	b.start("SIGN: RFC 3830, Section 6.5; RFC 6509, Section 4.3", "HDR", "T")
	for _, n := range []int{0, 1, 128, 255, 256, 384, 512, 4095} {
		b.valid(fmt.Sprintf("SIGN of %d octets", n), withT(4, cSIGN(0, count(n, 0x11))), "R-3830-032")
	}
	for _, t := range []byte{1, 2, 3, 7, 8, 14, 15} {
		b.valid(fmt.Sprintf("SIGN of type %d", t), withT(4, cSIGN(t, count(129, 0x22))), "R-3830-032", "R-6309-001")
	}
	b.valid("SIGN of type 15 with 4095 octets: every bit of the header", withT(4, cSIGN(15, bytes.Repeat([]byte{0xff}, 4095))), "R-3830-032", "R-6309-001")

	b.start("ERR: RFC 3830, Section 6.12; RFC 4738, Section 3.9.2; RFC 6043, Section 6.9", "HDR", "T")
	for code := range byte(17) {
		b.valid(fmt.Sprintf("ERR %d", code), withT(6, cERR(code)), "R-3830-046")
	}
	for _, code := range []byte{240, 241, 255} {
		b.valid(fmt.Sprintf("ERR %d", code), withT(6, cERR(code)), "R-3830-046", "R-3830-018")
	}
	for _, r := range []string{"0001", "0100", "8000", "ffff"} {
		p := cERR(3)
		p.p.Body = append([]byte{3}, unhex(r)...)
		p.d["reserved"] = r
		b.valid("ERR with the reserved bits "+r, withT(6, p), "R-3830-046")
	}
	b.valid("three ERRs, and what would be supported", withT(6, cERR(10), cERR(9), cERR(10), cSP(0, 0, param(0, 1), param(11, 10))), "R-3830-046", "R-3830-104")
	b.valid("ERR with a MAC", withT(6, cERR(1), cV(1, count(20, 1))), "R-3830-046")

	b.start("general extensions: RFC 3830, Section 6.15; RFC 4567; RFC 4442; RFC 4563; RFC 4738; RFC 5410", "HDR", "T")
	for _, e := range []struct {
		extType byte
		comment string
		data    []byte
	}{
		{0, "Vendor ID", []byte("gomikey")}, {0, "Vendor ID without octets", nil}, {0, "Vendor ID that looks like a payload", unhex("0500c8e350ea00000000")},
		{1, "SDP IDs", []byte("mikey")}, {1, "SDP IDs, three of them", []byte("mikey;keyp1;keyp2")}, {2, "TESLA I-Key", count(20, 1)},
		{3, "Key ID without an entry", nil}, {3, "Key ID with two entries", unhex("00036162630100")}, {4, "CSB ID", unhex("01020304")},
		{5, "OMA BCAST", unhex("010203")}, {6, "unassigned", unhex("ff")}, {7, "used by 3GPP", unhex("0000000101")}, {8, "unassigned", unhex("00")},
		{240, "unassigned", unhex("00")}, {241, "private", unhex("0102")}, {255, "private", count(300, 9)},
	} {
		req := "R-3830-047"
		switch {
		case e.extType == 7:
			req = "P-64"
		case e.extType == 3:
			req = "R-4563-002"
		case e.extType > 5:
			req = "R-3830-018"
		}
		b.valid(fmt.Sprintf("general extension %d, %d octets: %s", e.extType, len(e.data), e.comment), withT(0, cGENEXT(e.extType, e.data)), req)
	}
	for dataType := range byte(11) {
		b.valid(fmt.Sprintf("general extension in a message of type %d", dataType), withT(dataType, cGENEXT(0, []byte("x")), cGENEXT(1, []byte("mikey"))), "R-3830-047")
	}
	many = nil
	for i := range 16 {
		many = append(many, cGENEXT(byte(i), []byte{byte(i)}))
	}
	b.valid("16 general extensions", withT(0, many...), "R-3830-047")
}

// kemacs is KEMAC with its algorithms, and the keys that can be read.
func (b *codecBuilder) kemacs() {
	b.start("KEMAC: RFC 3830, Sections 6.2 and 6.13; RFC 6043, Section 6.2", "HDR", "T")
	for _, encr := range []byte{1, 2, 3, 4, 240, 241, 255} {
		for mac, n := range []int{0, 20, 32} {
			req := "R-3830-019"
			if encr > 3 {
				req = "R-3830-018"
			}
			b.valid(fmt.Sprintf("KEMAC with encryption %d and MAC %d", encr, mac), withT(0, cKEMAC(encr, count(24, 0xa0), byte(mac), count(n, 0x70))), req)
		}
	}
	for mac, n := range []int{0, 20, 32} {
		b.valid(fmt.Sprintf("KEMAC without key data, encryption 1 and MAC %d", mac), withT(0, cKEMAC(1, nil, byte(mac), count(n, 0x70))), "R-3830-020")
		b.valid(fmt.Sprintf("KEMAC without key data, encryption 0 and MAC %d", mac), withT(0, cKEMAC(0, nil, byte(mac), count(n, 0x70))), "R-3830-020")
	}

	b.start("Key data in the clear: RFC 3830, Sections 6.13 and 6.14; RFC 6043, Section 6.2.1; RFC 6267, Section 6.1.3", "HDR", "T")
	clear := func(keys ...reference.Key) part {
		p := cKEMAC(0, reference.KeyData(keys...), 0, nil)
		p.d["keys"] = decodedKeys(keys)
		return p
	}
	names := []string{"TGK", "TGK+SALT", "TEK", "TEK+SALT", "GTGK", "GTGK+SALT", "MPK", "K_PR"}
	kvs := []reference.Validity{
		{}, {Type: 1, SPI: unhex("0000002f")}, {Type: 2, From: unhex("000000000001"), To: unhex("0000ffffffff")},
	}
	keyOf := func(t byte, kv reference.Validity) reference.Key {
		k := reference.Key{Type: t, Key: count(16, 0x40), KV: kv}
		switch t {
		case 1, 3, 5:
			k.Salt = count(14, 0x80)
		}
		return k
	}
	for t, name := range names {
		for _, kv := range kvs {
			b.valid(fmt.Sprintf("key of type %s, KV %d", name, kv.Type), withT(0, clear(keyOf(byte(t), kv))), "R-3830-025", "R-3830-026")
		}
	}
	for _, k := range []struct {
		comment string
		key     reference.Key
	}{
		{"without octets", reference.Key{Type: 0}},
		{"of 1 octet", reference.Key{Type: 2, Key: []byte{1}}},
		{"and salt without octets", reference.Key{Type: 3, Salt: []byte{}}},
		{"of 256 octets and a salt of 255", reference.Key{Type: 1, Key: count(256, 0), Salt: count(255, 7)}},
		{"with an SPI without octets", reference.Key{Type: 2, Key: count(16, 0), KV: reference.Validity{Type: 1}}},
		{"with an SPI of 255 octets", reference.Key{Type: 2, Key: count(16, 0), KV: reference.Validity{Type: 1, SPI: count(255, 1)}}},
		{"with an interval without octets", reference.Key{Type: 2, Key: count(16, 0), KV: reference.Validity{Type: 2}}},
		{"with an interval of 1 and 8 octets", reference.Key{Type: 2, Key: count(16, 0), KV: reference.Validity{Type: 2, From: []byte{0}, To: count(8, 1)}}},
		{"with master key and salt in one, and an MKI", reference.Key{Type: 2, Key: count(30, 0x40), KV: kvs[1]}},
	} {
		b.valid("key "+k.comment, withT(0, clear(k.key)), "R-3830-025", "R-3830-026", "R-3830-028")
	}
	var all, short []reference.Key
	for i := range 32 {
		k := keyOf(byte(i%8), kvs[i%3])
		k.Key[0] = byte(i)
		all = append(all, k)
		short = append(short, reference.Key{Type: 2, Key: []byte{byte(i)}})
	}
	b.valid("two keys", withT(0, clear(all[7], all[3])), "R-3830-027", "R-3830-023")
	b.valid("8 keys, one of each type", withT(0, clear(all[:8]...)), "R-3830-027", "R-3830-023")
	b.valid("32 keys", withT(0, clear(short...)), "R-3830-027")

	// In the modes with an envelope key an ID stands in front of the keys.
	keys := []reference.Key{keyOf(0, kvs[1]), keyOf(1, kvs[0])}
	p := cKEMAC(0, reference.IDThenKeyData(0, "alice@example.com", keys...), 1, count(20, 0x70))
	b.valid("KEMAC with an ID and two keys in the clear", withT(2, p, cPKE(0, count(128, 0)), cSIGN(0, count(128, 5))), "R-3830-022")

	// To encode, keys may stand instead of their octets.
	for _, keys := range [][]reference.Key{all[:1], all[3:4], all[5:8]} {
		c := withT(0, clear(keys...))
		octets := c.m.Octets()
		payloads := c.d["payloads"].(list)
		instead := with(payloads[1].(obj), obj{"encr_data": nil})
		d := with(c.d, obj{"payloads": list{payloads[0], instead}})
		b.add(fmt.Sprintf("%d keys without their octets, the first of type %s", len(keys), names[keys[0].Type]), []*vectors.Call{
			accept("encode", obj{"decoded": d}, obj{"message": b64(octets)}, fieldSteps(octets, "message")...),
		}, "R-3830-023", "R-3830-025")
	}
}

// whole is whole messages of every mode, and other orders of their payloads.
func (b *codecBuilder) whole() {
	b.start("whole messages of every mode; their MACs, signatures and keys are made up")
	t := cT(0, codecTime)
	rnd := cRAND(codecRAND)
	idi, idr := cID(0, "alice@example.com"), cID(0, "bob@example.com")
	sp := cSP(0, 0, aes128_80.params...)
	kemac := cKEMAC(1, count(24, 0xa0), 1, count(20, 0x70))
	macOnly := cKEMAC(0, nil, 1, count(20, 0x70))
	cert := cCERT(0, unhex("3003020101"))
	chash := cCHASH(2, count(32, 0x81))
	pke := cPKE(1, count(256, 0x10))
	dhi, dhr := cDH(2, count(128, 2), reference.Validity{}), cDH(2, count(128, 3), reference.Validity{})
	sign := cSIGN(0, count(256, 0x11))
	v := cV(1, count(20, 0x77))
	ids := cGENEXT(1, []byte("mikey"))
	whole := func(dataType byte, comment string, parts []part, about ...string) {
		c := newCoded(dataType, reference.Session{SSRC: 0x11223344}, reference.Session{SSRC: 0}).add(parts...)
		b.valid(comment, c, append(about, "R-3830-005")...)
	}
	whole(0, "pre-shared key: request", []part{t, rnd, idi, idr, sp, ids, kemac}, "R-3830-019", "R-3830-017")
	whole(0, "pre-shared key: update", []part{t, idi, idr, kemac}, "R-3830-095")
	whole(1, "pre-shared key: answer", []part{t, idr, v}, "R-3830-017")
	whole(2, "public key: request", []part{t, rnd, idi, cert, cert, idr, sp, kemac, chash, pke, sign}, "R-3830-032", "R-3830-017")
	whole(2, "public key: update with a new envelope key", []part{t, idi, kemac, pke, sign}, "R-3830-097")
	whole(3, "public key: answer", []part{t, idr, v}, "R-3830-017")
	whole(4, "Diffie-Hellman: request", []part{t, rnd, idi, cert, idr, sp, dhi, sign}, "R-3830-032", "R-3830-017")
	whole(4, "Diffie-Hellman: update without a new key", []part{t, idi, sign}, "R-3830-099")
	whole(5, "Diffie-Hellman: answer", []part{t, idr, cert, idi, dhr, dhi, sign}, "R-3830-094")
	whole(6, "error", []part{t, cERR(0)}, "R-3830-046")
	whole(6, "error with a signature", []part{t, cERR(8), sign}, "R-3830-032")
	whole(7, "DHHMAC: request", []part{t, rnd, idi, idr, sp, ids, dhi, macOnly}, "R-4650-001", "R-4650-002")
	whole(8, "DHHMAC: answer", []part{t, idr, idi, dhr, dhi, macOnly}, "R-4650-001", "R-4650-002")
	whole(9, "RSA-R: request", []part{t, rnd, idi, cert, idr, sp, sign}, "R-4738-001")
	whole(10, "RSA-R: answer", []part{t, idr, cert, sp, kemac, pke, sign}, "R-4738-001")
	whole(10, "RSA-R: answer of a group", []part{cGENEXT(4, unhex("01020304")), t, rnd, idr, cert, sp, kemac, pke, sign}, "R-4738-001", "P-20")

	b.start("payloads in another order than that of the exchange definitions, which is recommended: RFC 3830, Section 5.2",
		"HDR", "T", "RAND", "ID", "SP", "KEMAC", "CERT", "CHASH", "PKE", "DH", "SIGN", "V", "ERR", "general extension")
	for _, order := range []struct {
		comment  string
		dataType byte
		parts    []part
	}{
		{"RAND in front of T", 0, []part{rnd, t, sp, kemac}},
		{"SP first", 0, []part{sp, rnd, t, kemac}},
		{"T last but one", 0, []part{sp, idi, idr, rnd, t, kemac}},
		{"everything backwards but KEMAC", 0, []part{ids, sp, idr, idi, rnd, t, kemac}},
		{"SPs and IDs mixed", 0, []part{idi, cSP(1, 0), t, idr, cSP(0, 0), rnd, kemac}},
		{"general extensions everywhere", 0, []part{ids, t, ids, rnd, ids, sp, ids, kemac}},
		{"KEMAC first in an answer of RSA-R", 10, []part{kemac, pke, t, idr, sp, sign}},
		{"PKE in front of KEMAC", 2, []part{pke, kemac, chash, sp, cert, idi, rnd, t, sign}},
		{"CERT in front of its ID", 4, []part{cert, idi, dhi, t, rnd, sp, sign}},
		{"DH first", 5, []part{dhr, dhi, idi, cert, idr, t, sign}},
		{"ERR in front of T", 6, []part{cERR(0), t}},
		{"V in front of T", 1, []part{v, t, idr}},
	} {
		whole(order.dataType, order.comment, order.parts, "R-3830-017", "P-01")
	}
	whole(6, "64 payloads", append(slices.Repeat([]part{cERR(12)}, 63), t), "R-3830-046")
}

// long is messages near the longest one.
func (b *codecBuilder) long() {
	b.start("long messages")
	// What is long is compared as the octets that it encodes to, not as a member
	// as well.
	long := func(comment string, c *coded, about ...string) {
		octets := c.m.Octets()
		b.validOctets(fmt.Sprintf("%s, %d octets in all", comment, len(octets)), octets, c.d2("payloads", nil), about...)
	}
	long("KEMAC up to the limit", withT(0, cKEMAC(1, count(65482, 0), 1, count(20, 0x70))), "R-3830-021")
	long("PKE of 16383 octets with C 3", withT(2, cPKE(3, count(16383, 0x51))), "R-3830-029", "R-6309-001")
	// 16 times 255 octets: a policy whose length needs both octets of the field.
	long("SP with 16 parameters of 255 octets", withT(0, cSP(0, 0, slices.Repeat([]reference.Param{param(250, count(255, 0)...)}, 16)...)), "R-3830-042")
}

// d2 is the object with another member; nil removes it.
func (c *coded) d2(member string, value any) obj { return with(c.d, obj{member: value}) }

// unknown is payloads that nobody knows, and algorithms that imply a length.
func (b *codecBuilder) unknown() {
	b.start("payloads with unassigned numbers: what follows has no end but that of the message", "HDR", "T")
	for _, n := range []byte{18, 19, 27, 99, 127, 128, 240} {
		b.valid(fmt.Sprintf("unknown payload %d", n), withT(0, cUnknown(n, unhex("010203"))), "R-3830-018", "P-50")
	}
	for _, n := range []byte{241, 254, 255} {
		b.valid(fmt.Sprintf("payload %d of the private range", n), withT(0, cUnknown(n, unhex("010203"))), "R-3830-018", "P-50")
	}
	b.valid("unknown payload of one octet", withT(0, cUnknown(99, nil)), "R-3830-018", "P-50")
	b.valid("unknown payload of 300 octets", withT(0, cUnknown(99, count(299, 0))), "R-3830-018", "P-50")
	b.valid("unknown payload behind a whole message", withT(0, cRAND(codecRAND), cSP(0, 0), cKEMAC(1, count(24, 0xa0), 1, count(20, 0x70)), cUnknown(99, unhex("00"))), "R-3830-018", "P-50")
	c := withT(0, cUnknown(99, unhex("0a04c8e350ea00000000")))
	octets := c.m.Octets()
	octets[c.m.Offset(1)] = 5 // the payload itself says that T follows
	c.d["payloads"].(list)[1].(obj)["rest"] = hexOf(octets[c.m.Offset(1):])
	b.validOctets("unknown payload in front of what may be others", octets, c.d, "R-3830-018", "P-50")

	b.start("algorithms that nobody knows, and that say how long their payload is", "HDR", "T")
	for _, u := range []struct {
		comment string
		number  byte
		body    []byte
		about   string
	}{
		{"T of type 4", 5, unhex("04c8e350ea00000000"), "R-3830-033"},
		{"T of the private type 241", 5, unhex("f1c8e350ea00000000"), "R-3830-018"},
		{"T of type 255 without a value", 5, unhex("ff"), "R-3830-018"},
		{"CHASH with hash function 3", 8, append([]byte{3}, count(48, 0)...), "R-3830-039"},
		{"CHASH with the private hash function 241", 8, append([]byte{241}, count(20, 0)...), "R-3830-018"},
		{"V with algorithm 3", 9, append([]byte{3}, count(20, 0)...), "R-3830-040"},
		{"V with the private algorithm 255", 9, append([]byte{255}, count(20, 0)...), "R-3830-018"},
		{"KEMAC with MAC 3", 1, concat(unhex("010010"), count(16, 0), []byte{3}, count(20, 0)), "R-3830-048"},
		{"KEMAC with the private MAC 241", 1, concat(unhex("010010"), count(16, 0), []byte{241}, count(20, 0)), "R-3830-018"},
		{"DH in group 3", 3, concat([]byte{3}, count(256, 0), []byte{0}), "R-3830-030"},
		{"DH in group 240", 3, concat([]byte{240}, count(64, 0), []byte{0}), "R-3830-030"},
		{"DH with KV 3", 3, concat([]byte{1}, count(96, 2), []byte{3}, count(8, 0)), "R-3830-026"},
		{"DH with KV 15", 3, concat([]byte{1}, count(96, 2), []byte{15}), "R-3830-026"},
	} {
		c := withT(0, cUnknown(u.number, u.body))
		if u.number == 5 {
			c = newCoded(0).add(cRAND(codecRAND), cUnknown(u.number, u.body))
		}
		acceptable(b.valid(u.comment, c, "Undelimited", u.about))
	}
}

// privateGroups is DH in groups of the private range.
func (b *codecBuilder) privateGroups() {
	for _, g := range []struct {
		name                 string
		number               byte
		initiator, responder int
	}{
		{"P-256", 241, 65, 65}, {"P-384", 242, 97, 97}, {"P-521", 243, 133, 133},
		{"X25519", 244, 32, 32}, {"X448", 245, 56, 56}, {"X-Wing", 246, 1216, 1120},
	} {
		b.startGroup("Codec", "DH in the group "+g.name+", under its number of the private range", vectors.Requires{Groups: []string{g.name}}, nil)
		b.merged = []string{"HDR", "T"}
		kv := reference.Validity{Type: 1, SPI: unhex("01")}
		dhi := cDH(g.number, count(g.initiator, 4), kv)
		dhr := cDH(g.number, count(g.responder, 5), kv)
		b.valid(fmt.Sprintf("%s: a value of the initiator", g.name), withT(4, dhi), "R-3830-018")
		b.valid(fmt.Sprintf("%s: values of the responder and of the initiator", g.name), withT(5, dhr, dhi), "R-3830-018")
	}
}

// tolerated is what a decoder may overlook.
func (b *codecBuilder) tolerated() {
	b.start("octets behind the last payload of a message that nothing authenticates", "HDR", "T")
	c := unprotected()
	octets := c.m.Octets()
	b.valid("NULL encryption and NULL MAC, nothing behind the message", c, "R-3830-005")
	acceptable(b.validOctets("NULL encryption and NULL MAC, one zero octet behind the message", append(cut(octets, len(octets)), 0), c.d2("trailing", "00"), "TrailingZero", "P-52"))
}

// unprotected is a message that nothing authenticates.
func unprotected() *coded {
	key := reference.Key{Type: 3, Key: count(16, 0x40), Salt: count(14, 0x80)}
	return withT(0, cRAND(codecRAND), cSP(0, 0), cKEMAC(0, reference.KeyData(key), 0, nil))
}
