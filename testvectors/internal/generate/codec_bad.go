package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// A sample is a message that is broken in many places.
type sample struct {
	payload string // whose fields are broken: a name of reference.Fields
	c       *coded
	about   string
}

// samples have one payload of each kind, the last one where nothing else counts.
// Octets are such that no broken length is one by chance.
func samples() []sample {
	kv := reference.Validity{Type: 2, From: unhex("000000000001"), To: unhex("0000ffffffff")}
	data := count(24, 0xa0)
	data[0], data[23] = 1, 1 // as MAC algorithm, it would need 20 octets
	mac := append([]byte{1}, count(19, 0x70)...)
	return []sample{
		{"KEMAC", withT(0, cKEMAC(1, data, 1, mac)), "R-3830-019"},
		{"PKE", withT(2, cPKE(1, count(128, 0x51))), "R-3830-029"},
		{"DH", withT(4, cDH(1, count(96, 2), kv)), "R-3830-030"},
		{"DH with an SPI", withT(4, cDH(1, count(96, 2), reference.Validity{Type: 1, SPI: unhex("05060708")})), "R-3830-026"},
		{"SIGN", withT(4, cSIGN(0, count(128, 0x11))), "R-3830-032"},
		{"T", newCoded(0, reference.Session{SSRC: 0x11223344}).add(cRAND(codecRAND), cT(0, codecTime)), "R-3830-033"},
		{"T with a COUNTER", newCoded(0, reference.Session{SSRC: 0x11223344}).add(cRAND(codecRAND), cT(2, unhex("01020304"))), "R-3830-033"},
		{"ID", withT(0, cID(0, "alice@example.com")), "R-3830-036"},
		{"IDR", withT(11, cIDR(1, 0, "alice@example.com")), "R-6043-003"},
		{"CERT", withT(2, cCERT(0, unhex("3003020101"))), "R-3830-037"},
		{"CHASH", withT(2, cCHASH(0, count(20, 0x81))), "R-3830-039"},
		{"V", withT(1, cV(1, count(20, 0x77))), "R-3830-040"},
		{"SP", withT(0, cSP(0, 0, param(0, 1), param(1, 16))), "R-3830-042"},
		{"RAND", withT(0, cRAND(codecRAND)), "R-3830-045"},
		{"ERR", withT(6, cERR(1)), "R-3830-046"},
		{"general extension", withT(0, cGENEXT(1, []byte("mikey"))), "R-3830-047"},
	}
}

// fieldsOf are the fields of the last payload of a sample, without the name of
// the payload.
func (s *sample) fieldsOf() ([]byte, []reference.Field) {
	octets := s.c.m.Octets()
	fields, err := reference.Fields(octets)
	if err != nil {
		panic(err)
	}
	at := s.c.m.Offset(len(s.c.m.Payloads) - 1)
	var last []reference.Field
	for _, f := range fields {
		if f.At >= at {
			_, f.Name, _ = strings.Cut(f.Name, ": ")
			last = append(last, f)
		}
	}
	return octets, last
}

// truncated is messages cut at and inside every field.
func (b *codecBuilder) truncated() {
	b.start("messages that end too early")
	b.malformed("no octets", nil, 0, "there is no message", "Truncated", "R-3830-003")
	header := newCoded(0, reference.Session{Policy: 1, SSRC: 0x11223344, ROC: 5}, reference.Session{SSRC: 0x55667788}).add(cT(0, codecTime)).m
	b.cuts("HDR", header.Octets(), 1, header.Offset(0), "R-3830-003")
	c := otherMap(2, 1, genericID(1, 0, true, []byte{0, 1}, unhex("1122334400000005fffe"), unhex("01020304"))).add(cT(0, codecTime)).m
	b.cuts("HDR with a GENERIC-ID map", c.Octets(), 10, c.Offset(0), "R-6043-004")
	for _, s := range samples() {
		octets, fields := s.fieldsOf()
		b.cuts(s.payload, octets, fields[0].At, len(octets), s.about)
	}
}

// cuts adds messages cut in front of each field between two octets, and inside.
func (b *codecBuilder) cuts(name string, octets []byte, from, to int, about string) {
	fields, err := reference.Fields(octets)
	if err != nil {
		panic(err)
	}
	req := []string{"Truncated", about}
	for _, f := range fields {
		_, field, _ := strings.Cut(f.Name, ": ")
		if f.At >= from && f.At < to {
			b.malformed(fmt.Sprintf("%s, cut in front of %s", name, field), cut(octets, f.At), f.At, field+" is missing", req...)
		}
		inside := f.At + len(f.Data)/2
		if len(f.Data) > 1 && inside >= from && inside < to {
			b.malformed(fmt.Sprintf("%s, cut inside of %s", name, field), cut(octets, inside), f.At, field+" ends too early", req...)
		}
		if len(f.Data) > 4 && f.At >= from && f.End() <= to {
			b.malformed(fmt.Sprintf("%s, cut in front of the last octet of %s", name, field), cut(octets, f.End()-1), f.At, field+" ends too early", req...)
		}
	}
}

// wrongLengths is length fields that do not fit.
func (b *codecBuilder) wrongLengths() {
	b.start("lengths that do not fit what follows")
	for _, s := range samples() {
		octets, fields := s.fieldsOf()
		for _, f := range fields {
			if !strings.Contains(strings.ToLower(f.Name), "len") {
				continue
			}
			name := fmt.Sprintf("%s, %s: ", s.payload, f.Name)
			change := func(how string, value ...byte) {
				changed := cut(octets, len(octets))
				copy(changed[f.At:], value)
				b.malformed(name+how, changed, f.At, how, "LengthField", s.about)
			}
			n := len(f.Data)
			low := f.Data[n-1]
			more, less := slices.Clone(f.Data), slices.Clone(f.Data)
			more[n-1], less[n-1] = low+1, low-1
			change("one too many", more...)
			change("one too few", less...)
			change("nothing", append(cut(f.Data, n-1), 0)...)
			most := slices.Repeat([]byte{0xff}, n)
			change("as large as it can be", most...)
			if n == 2 {
				change("its octets in the other order", f.Data[1], f.Data[0])
			}
		}
	}

	mac := append([]byte{1}, count(19, 0x70)...)
	for _, t := range []struct {
		comment string
		p       part
		how     string
		about   string
	}{
		{"T: COUNTER with 8 octets", cT(2, codecTime), "a COUNTER has 4 octets", "R-3830-033"},
		{"T: NTP-UTC with 4 octets", cT(0, codecTime[:4]), "NTP-UTC has 8 octets", "R-3830-033"},
		{"T: NTP with 4 octets", cT(1, codecTime[:4]), "NTP has 8 octets", "R-3830-033"},
		{"T: NTP-UTC-32 with 8 octets", cT(3, codecTime), "NTP-UTC-32 has 4 octets", "R-6043-001"},
		{"CHASH: SHA-1 with the 16 octets of MD5", cCHASH(0, count(16, 0x81)), "SHA-1 has 20 octets", "R-3830-039"},
		{"CHASH: SHA-1 with the 32 octets of SHA-256", cCHASH(0, count(32, 0x81)), "SHA-1 has 20 octets", "R-3830-039"},
		{"CHASH: MD5 with the 20 octets of SHA-1", cCHASH(1, count(20, 0x81)), "MD5 has 16 octets", "R-3830-039"},
		{"CHASH: SHA-256 with the 20 octets of SHA-1", cCHASH(2, count(20, 0x81)), "SHA-256 has 32 octets", "R-3830-039"},
		{"V: HMAC-SHA-1 with 32 octets", cV(1, count(32, 0x77)), "HMAC-SHA-1-160 has 20 octets", "R-3830-040"},
		{"V: HMAC-SHA-1 with 10 octets, truncated as SRTP does", cV(1, count(10, 0x77)), "HMAC-SHA-1-160 has 20 octets", "R-3830-040"},
		{"V: HMAC-SHA-256 with 20 octets", cV(2, count(20, 0x77)), "HMAC-SHA-256-256 has 32 octets", "R-3830-040"},
		{"V: NULL with 20 octets", cV(0, count(20, 0x77)), "NULL has no octets", "R-3830-040"},
		{"KEMAC: HMAC-SHA-1 with 32 octets", cKEMAC(1, count(24, 0xa0), 1, count(32, 0x77)), "HMAC-SHA-1-160 has 20 octets", "R-3830-019"},
		{"KEMAC: HMAC-SHA-256 with 20 octets", cKEMAC(1, count(24, 0xa0), 2, mac), "HMAC-SHA-256-256 has 32 octets", "R-3830-019"},
		{"KEMAC: NULL MAC with 20 octets", cKEMAC(1, count(24, 0xa0), 0, mac), "NULL has no octets", "R-3830-019"},
		{"KEMAC: NULL MAC with one zero octet, in front of SIGN", part{p: reference.Payload{Number: 1, Body: concat(unhex("010002a0a10000"))}}, "NULL has no octets", "R-3830-019"},
		{"DH: OAKLEY 5 with the 128 octets of OAKLEY 2", cDH(0, count(128, 2), reference.Validity{}), "OAKLEY 5 has 192 octets", "R-3830-030"},
		{"DH: OAKLEY 1 with the 128 octets of OAKLEY 2", cDH(1, count(128, 0), reference.Validity{}), "OAKLEY 1 has 96 octets", "R-3830-030"},
		{"DH: OAKLEY 2 with the 96 octets of OAKLEY 1", cDH(2, count(96, 2), reference.Validity{}), "OAKLEY 2 has 128 octets", "R-3830-030"},
		{"DH: OAKLEY 2 without its leading zero octet", cDH(2, count(127, 1), reference.Validity{}), "OAKLEY 2 has 128 octets, leading zeros too", "R-3830-030"},
		{"DH: OAKLEY 1 with a zero octet in front", cDH(1, append([]byte{0}, count(96, 1)...), reference.Validity{}), "OAKLEY 1 has 96 octets", "R-3830-030"},
		{"DH: KV SPI, but no SPI", part{p: reference.Payload{Number: 3, Body: concat([]byte{1}, count(96, 2), []byte{1})}}, "an SPI has its length in front", "R-3830-026"},
		{"DH: KV Null, but an SPI", part{p: reference.Payload{Number: 3, Body: concat([]byte{1}, count(96, 2), unhex("000400000001"))}}, "KV Null has no data", "R-3830-026"},
		{"DH: KV Interval with one of two times", part{p: reference.Payload{Number: 3, Body: concat([]byte{1}, count(96, 2), unhex("0206000000000001"))}}, "an interval has two times", "R-3830-026"},
		{"RAND without octets", cRAND(nil), "a RAND has 1 octet at least", "R-3830-045"},
		{"ERR without its reserved octets", part{p: reference.Payload{Number: 12, Body: []byte{1}}}, "ERR has 4 octets", "R-3830-046"},
		{"ERR with one octet too many", part{p: reference.Payload{Number: 12, Body: unhex("01000000")}}, "ERR has 4 octets", "R-3830-046"},
		{"SIGN with a next payload field", part{p: reference.Payload{Number: 4, Body: append(unhex("000080"), count(128, 0x11)...)}}, "SIGN has no next payload field", "R-3830-032"},
		{"PKE with the length 1 that GStreamer writes", part{p: reference.Payload{Number: 2, Body: append(unhex("0001"), count(128, 0x51)...)}}, "the length is the low 14 bits", "P-54"},
		{"PKE with the length 0 that GStreamer writes", part{p: reference.Payload{Number: 2, Body: append(unhex("0000"), count(128, 0x51)...)}}, "the length is the low 14 bits", "P-54"},
		{"ID without its length", part{p: reference.Payload{Number: 6, Body: append([]byte{0}, "alice@example.com"...)}}, "the length is missing", "R-3830-036"},
		{"ID with a length of 1 octet", part{p: reference.Payload{Number: 6, Body: append([]byte{0, 17}, "alice@example.com"...)}}, "the length has 2 octets", "R-3830-036"},
		{"ID padded to 4 octets", part{p: reference.Payload{Number: 6, Body: append([]byte{0, 0, 5}, "alice\x00\x00\x00"...)}}, "nothing is padded", "R-3830-002"},
		{"general extension with a length of 1 octet", part{p: reference.Payload{Number: 21, Body: append([]byte{1, 5}, "mikey"...)}}, "the length has 2 octets", "R-3830-047"},
		{"SP with a length of 1 octet", part{p: reference.Payload{Number: 10, Body: unhex("000006000101010110")}}, "the length has 2 octets", "R-3830-042"},
		{"SP: a type alone", spOctets("000101" + "01"), "a parameter has a length", "R-3830-042"},
		{"SP: a parameter of one octet that is not there", spOctets("000101" + "0101"), "the value is missing", "R-3830-042"},
		{"SP: a parameter of 16 octets with one", spOctets("000101" + "011010"), "the value ends behind the policy", "R-3830-042"},
		{"SP: a parameter of 255 octets", spOctets("00ff01"), "the value ends behind the policy", "R-3830-042"},
		{"SP: parameters without lengths", spOctets("00010110020a"), "a parameter has a length", "R-3830-042"},
		{"SP: a parameter with a length of 2 octets", spOctets("0b00010a"), "the length has 1 octet", "R-3830-042"},
		{"SP: one zero octet", spOctets("00"), "a parameter has a length", "R-3830-042"},
		{"SP: padded with three zero octets", spOctets("000101" + "000000"), "a parameter has a length", "R-3830-042"},
	} {
		c := withT(0, t.p)
		if strings.HasPrefix(t.comment, "T:") {
			c = newCoded(0).add(t.p)
		}
		if strings.Contains(t.comment, "SIGN") && t.p.p.Number == 1 {
			c.add(cSIGN(0, count(16, 0x11)))
		}
		at := c.m.Offset(1)
		if strings.HasPrefix(t.comment, "T:") {
			at = c.m.Offset(0)
		}
		b.malformed(t.comment, c.m.Octets(), at, t.how, "LengthField", t.about)
	}

	b.start("CS ID maps that do not fit the number of crypto sessions")
	session := reference.Session{SSRC: 1}
	for _, t := range []struct {
		number  byte
		entries int
	}{{0, 1}, {1, 0}, {1, 2}, {2, 1}, {2, 3}, {255, 1}, {255, 254}, {3, 2}} {
		c := newCoded(0, slices.Repeat([]reference.Session{session}, t.entries)...).add(cT(0, codecTime), cRAND(codecRAND))
		octets := c.m.Octets()
		octets[8] = t.number
		b.malformed(fmt.Sprintf("SRTP-ID map: #CS %d, %d entries", t.number, t.entries), octets, 8, fmt.Sprintf("#CS is %d", t.number), "LengthField", "R-3830-010")
	}
	for _, n := range []int{1, 8} {
		c := newCoded(0, session).add(cRAND(codecRAND), cT(0, codecTime))
		c.m.Map = append(c.m.Map, make([]byte, n)...)
		b.malformed(fmt.Sprintf("SRTP-ID map: %d octets too many", n), c.m.Octets(), 19, "an entry has 9 octets", "LengthField", "R-3830-010")
		c = newCoded(0, session).add(cRAND(codecRAND), cT(0, codecTime))
		c.m.Map = c.m.Map[:9-n]
		b.malformed(fmt.Sprintf("SRTP-ID map: %d octets too few", n), c.m.Octets(), 10, "an entry has 9 octets", "LengthField", "R-3830-010")
	}
	c := newCoded(0, session).add(cRAND(codecRAND), cT(0, codecTime))
	c.m.Map = concat([]byte{0, 9}, c.m.Map)
	b.malformed("SRTP-ID map: a length of 16 bits in front", c.m.Octets(), 10, "the map has no length field", "LengthField", "P-03", "R-3830-010")
	c = otherMap(1, 1, reference.SRTPIDMap([]reference.Session{session})).add(cT(0, codecTime))
	b.malformed("Empty map: an entry nevertheless", c.m.Octets(), 10, "an Empty map has no entries", "LengthField", "R-4563-001")

	for _, t := range []struct {
		comment string
		count   byte
		info    []byte
		about   string
	}{
		{"S 1 with an SSRC alone", 1, genericID(1, 0, true, []byte{0}, unhex("11223344"), unhex("01")), "R-6043-005"},
		{"S 0 with SSRC, ROC and SEQ", 1, genericID(1, 0, false, []byte{0}, unhex("1122334400000005fffe"), unhex("01")), "R-6043-005"},
		{"S 1 without SEQ", 1, genericID(1, 0, true, []byte{0}, unhex("1122334400000005"), unhex("01")), "R-6043-005"},
		{"session data of 3 octets", 1, genericID(1, 0, false, []byte{0}, unhex("112233"), unhex("01")), "R-6043-005"},
		{"session data of 5 octets", 1, genericID(1, 0, false, []byte{0}, unhex("1122334455"), unhex("01")), "R-6043-005"},
		{"S 1 with session data of 11 octets", 1, genericID(1, 0, true, []byte{0}, unhex("1122334400000005fffe00"), unhex("01")), "R-6043-005"},
		{"one policy fewer than #P", 1, patched(genericID(1, 0, false, []byte{0, 1}, unhex("11223344"), unhex("01")), 2, 3), "R-6043-004"},
		{"one policy more than #P", 1, patched(genericID(1, 0, false, []byte{0, 1}, unhex("11223344"), unhex("01")), 2, 1), "R-6043-004"},
		{"#P 127 with one policy", 1, patched(genericID(1, 0, false, []byte{0}, unhex("11223344"), unhex("01")), 2, 127), "R-6043-004"},
		{"session data longer than the message", 1, patched(genericID(1, 0, false, []byte{0}, unhex("11223344"), unhex("01")), 4, 0xff), "R-6043-004"},
		{"an SPI longer than the message", 1, patched(genericID(1, 0, false, []byte{0}, unhex("11223344"), unhex("01")), 10, 0xff), "R-6043-004"},
		{"an SPI that is one octet longer", 1, patched(genericID(1, 241, false, []byte{0}, unhex("11223344"), unhex("01")), 10, 2), "R-6043-004"},
		{"two entries, one there", 2, genericID(1, 0, false, []byte{0}, unhex("11223344"), unhex("01")), "R-6043-004"},
		{"one entry, two there", 1, slices.Repeat(genericID(1, 0, false, []byte{0}, unhex("11223344"), unhex("01")), 2), "R-6043-004"},
		{"no entry, one there", 0, genericID(1, 0, false, []byte{0}, unhex("11223344"), unhex("01")), "R-6043-004"},
		{"an entry of the SRTP-ID map", 1, reference.SRTPIDMap([]reference.Session{{SSRC: 0x7f223344}}), "R-6043-004"},
	} {
		c := otherMap(2, t.count, t.info).add(cRAND(codecRAND), cT(0, codecTime))
		b.malformed("GENERIC-ID map: "+t.comment, c.m.Octets(), 10, t.comment, "LengthField", t.about)
	}

	b.start("messages that are too long")
	long := withT(0, cKEMAC(1, count(65535, 0), 0, nil)).m
	b.malformed("KEMAC of 65540 octets", long.Octets(), long.Offset(1), "a KEMAC has 65536 octets at most", "LengthField", "R-3830-021")
}

// spOctets is an SP with that list of parameters.
func spOctets(list string) part {
	octets := unhex(list)
	return part{p: reference.Payload{Number: 10, Body: append([]byte{0, 0, 0, byte(len(octets))}, octets...)}}
}

// patched is a copy with another octet.
func patched(b []byte, at int, value byte) []byte {
	out := cut(b, len(b))
	out[at] = value
	return out
}

// wrongChains is chains that end too early or too late, and payloads that may not
// stand there.
func (b *codecBuilder) wrongChains() {
	b.start("chains of payloads")
	kemac := cKEMAC(1, count(24, 0xa0), 1, count(20, 0x70))
	m := withT(0, cRAND(codecRAND), cID(0, "alice@example.com"), cSP(0, 0, param(0, 1)), kemac).m
	octets := m.Octets()
	names := []string{"T", "RAND", "ID", "SP", "KEMAC"}
	ends := func(at int, payload string) {
		b.malformed("the chain ends "+payload+", the message does not", patched(octets, at, 0), at, "0 is the last payload", "Chain", "R-3830-005")
	}
	ends(2, "in the header")
	for i, name := range names[:4] {
		ends(m.Offset(i), "with "+name)
	}
	for _, next := range []struct {
		number byte
		name   string
	}{
		{1, "KEMAC"}, {2, "PKE"}, {3, "DH"}, {4, "SIGN"}, {5, "T"}, {6, "ID"}, {7, "CERT"}, {8, "CHASH"}, {9, "V"},
		{10, "SP"}, {11, "RAND"}, {12, "ERR"}, {14, "IDR"}, {20, "key data"}, {21, "a general extension"}, {99, "an unknown payload"},
	} {
		at := m.Offset(4)
		b.malformed("the message ends where the chain goes on with "+next.name, patched(octets, at, next.number), at, "another payload follows", "Chain", "R-3830-005")
	}
	for _, next := range []byte{1, 4, 5, 99} {
		c := newCoded(0, reference.Session{}).m.Octets()
		b.malformed(fmt.Sprintf("a header alone whose next payload is %d", next), patched(c, 2, next), 2, "another payload follows", "Chain", "R-3830-005")
	}

	signed := withT(4, cDH(1, count(96, 2), reference.Validity{}), cSIGN(0, count(64, 0x11))).m
	end := len(signed.Octets())
	for _, tail := range []struct{ comment, octets string }{
		{"one zero octet", "00"}, {"one octet", "05"}, {"a T payload", "0000c8e350ea00000000"}, {"another SIGN payload", "000411111111"},
		{"a zero octet and a T payload", "050000c8e350ea00000000"}, {"1000 zero octets", strings.Repeat("00", 1000)},
	} {
		b.malformed("behind SIGN: "+tail.comment, append(signed.Octets(), unhex(tail.octets)...), end, "SIGN is the last payload", "Chain", "R-3830-005", "R-3830-032")
	}
	for _, t := range []struct {
		comment string
		m       *reference.Message
	}{
		{"a KEMAC with a MAC", m},
		{"a KEMAC with NULL encryption and a MAC", withT(0, cKEMAC(0, reference.KeyData(reference.Key{Type: 2, Key: count(30, 0x40)}), 1, count(20, 0x70))).m},
		{"V", withT(1, cV(1, count(20, 0x77))).m},
		{"SIGN of a public-key message with a KEMAC of NULL and NULL", withT(2, cKEMAC(0, nil, 0, nil), cPKE(0, count(64, 0)), cSIGN(0, count(64, 0x11))).m},
	} {
		octets := t.m.Octets()
		b.malformed("one zero octet behind "+t.comment, append(octets, 0), len(octets), "nothing may be here", "Trailing", "P-52", "R-3830-005")
		b.malformed("two zero octets behind "+t.comment, append(octets, 0, 0), len(octets), "nothing may be here", "Trailing", "P-52", "R-3830-005")
		b.malformed("the message itself behind "+t.comment, append(cut(octets, len(octets)), octets...), len(octets), "nothing may be here", "Chain", "R-3830-005")
	}

	octets = unprotected().m.Octets()
	for _, tail := range []string{"0000", "000000", "01", "80", "ff", "0001", "0100", "00000000000000000000"} {
		b.malformed("NULL encryption and NULL MAC, behind the message "+tail, append(cut(octets, len(octets)), unhex(tail)...), len(octets), "nothing may be here", "Trailing", "P-52", "R-3830-005")
	}

	t := cT(0, codecTime)
	rnd := cRAND(codecRAND)
	id := cID(0, "alice@example.com")
	dh := cDH(1, count(96, 2), reference.Validity{})
	for _, d := range []struct {
		comment  string
		dataType byte
		parts    []part
	}{
		{"two T", 0, []part{t, rnd, t, kemac}},
		{"two T in a row, the second one another time", 0, []part{t, cT(0, unhex("c8e350eb00000000")), rnd, kemac}},
		{"two RAND", 0, []part{t, rnd, rnd, kemac}},
		{"two RAND, apart and different", 0, []part{rnd, t, cRAND(count(16, 0)), kemac}},
		{"two KEMAC", 0, []part{t, rnd, kemac, kemac}},
		{"two KEMAC, the first with NULL and NULL", 0, []part{t, rnd, cKEMAC(0, nil, 0, nil), kemac}},
		{"two V", 1, []part{t, cV(1, count(20, 1)), cV(1, count(20, 2))}},
		{"two PKE", 2, []part{t, rnd, kemac, cPKE(0, count(64, 0)), cPKE(0, count(64, 1)), cSIGN(0, count(64, 0x11))}},
		{"two CHASH", 2, []part{t, rnd, kemac, cCHASH(0, count(20, 0)), cCHASH(2, count(32, 0)), cSIGN(0, count(64, 0x11))}},
		{"three ID", 0, []part{t, rnd, id, cID(0, "bob@example.com"), cID(0, "carol@example.com"), kemac}},
		{"three DH", 5, []part{t, dh, dh, dh, cSIGN(0, count(64, 0x11))}},
	} {
		c := newCoded(d.dataType, reference.Session{}).add(d.parts...)
		b.malformed(d.comment, c.m.Octets(), c.m.Offset(0), "one of the payloads may not occur again", "Chain", "P-01")
	}

	keyData := reference.Payload{Number: 20, Body: reference.KeyData(reference.Key{Type: 2, Key: count(30, 0x40)})[1:]}
	for _, k := range []struct {
		comment string
		m       *reference.Message
	}{
		{"as the only payload", newCoded(0, reference.Session{}).m.Add(keyData)},
		{"as the last payload", withT(0, rnd).m.Add(keyData)},
		{"in front of a KEMAC", withT(0, rnd).m.Add(keyData, kemac.p)},
		{"behind a KEMAC", withT(0, rnd, kemac).m.Add(keyData)},
		{"behind a KEMAC with NULL and NULL", withT(0, rnd, cKEMAC(0, nil, 0, nil)).m.Add(keyData)},
		{"twice", withT(0, rnd).m.Add(keyData, keyData)},
	} {
		b.malformed("key data outside of a KEMAC, "+k.comment, k.m.Octets(), 2, "key data, number 20, is inside of a KEMAC only", "Chain", "R-3830-024")
	}
}

// wrongContents is other things that are not MIKEY.
func (b *codecBuilder) wrongContents() {
	b.start("versions, and what is not MIKEY at all")
	good := withT(0, cRAND(codecRAND)).m.Octets()
	for _, v := range []byte{0, 2, 3, 127, 128, 254, 255} {
		b.refused(fmt.Sprintf("version %d", v), patched(good, 0, v), "unsupported", 0, "1 is the only version", "R-3830-004")
	}
	octets := otherMap(2, 1, genericID(1, 0, true, []byte{0}, unhex("11223344"), nil)).m.Octets()
	b.refused("version 2, and a map that does not parse", patched(octets, 0, 2), "unsupported", 0, "1 is the only version", "R-3830-004")
	b.refused("a SIP request", []byte("INVITE sip:bob@example.com SIP/2.0\r\n\r\n"), "unsupported", 0, "1 is the only version", "R-3830-004")
	b.refused("a TLS record", unhex("16030100050100000100"), "unsupported", 0, "1 is the only version", "R-3830-004")
	b.malformed("one octet: the version", good[:1], 1, "the header has 10 octets", "Truncated", "R-3830-003")
	b.malformed("1000 octets 01", slices.Repeat([]byte{1}, 1000), 2, "next payload 1 is a KEMAC, whose length is 0101", "Chain", "R-3830-005")
}

// unencodable is objects that are no message.
func (b *codecBuilder) unencodable() {
	b.start("objects that cannot be encoded")
	refused := func(comment string, d obj, about string) {
		b.add("encode "+comment, []*vectors.Call{refuse("encode", obj{"decoded": d}, "usage", -1)}, "Unencodable", about)
	}
	payload := func(p part, members obj) obj {
		c := withT(0)
		c.d["payloads"] = append(c.d["payloads"].(list), with(p.d, members))
		return c.d
	}
	kv := reference.Validity{}
	for _, t := range []struct {
		comment string
		d       obj
		about   string
	}{
		{"PRF function 128, which would be the V flag", withT(0).d2("prf", 128), "R-3830-006"},
		{"PRF function 255", withT(0).d2("prf", 255), "R-3830-006"},
		{"T of type 0 with 4 octets", payload(cRAND(codecRAND), obj{"type": 5, "rand": nil, "ts_type": 0, "ts_value": "c8e350ea"}), "R-3830-033"},
		{"T of type 0 with 9 octets", payload(cRAND(codecRAND), obj{"type": 5, "rand": nil, "ts_type": 0, "ts_value": "00c8e350ea00000000"}), "R-3830-033"},
		{"T of type 2 with 8 octets", payload(cRAND(codecRAND), obj{"type": 5, "rand": nil, "ts_type": 2, "ts_value": "c8e350ea00000000"}), "R-3830-033"},
		{"T of type 3 with 8 octets", payload(cRAND(codecRAND), obj{"type": 5, "rand": nil, "ts_type": 3, "ts_value": "c8e350ea00000000"}), "R-6043-001"},
		{"RAND of 256 octets", payload(cRAND(nil), obj{"rand": hexOf(count(256, 0))}), "R-3830-045"},
		{"PKE of 16384 octets", payload(cPKE(0, nil), obj{"data": strings.Repeat("00", 16384)}), "R-3830-029"},
		{"PKE with C 4", payload(cPKE(0, count(16, 0)), obj{"c": 4}), "R-6309-001"},
		{"SIGN of 4096 octets", payload(cSIGN(0, nil), obj{"signature": strings.Repeat("00", 4096)}), "R-3830-032"},
		{"SIGN of type 16", payload(cSIGN(0, count(16, 0)), obj{"sign_type": 16}), "R-6309-001"},
		{"CHASH with SHA-1 and 16 octets", payload(cCHASH(0, count(16, 0)), nil), "R-3830-039"},
		{"CHASH with SHA-256 and 20 octets", payload(cCHASH(2, count(20, 0)), nil), "R-3830-039"},
		{"V with algorithm 1 and 19 octets", payload(cV(1, count(19, 0)), nil), "R-3830-040"},
		{"V with algorithm 0 and 20 octets", payload(cV(0, count(20, 0)), nil), "R-3830-040"},
		{"V with algorithm 2 and 20 octets", payload(cV(2, count(20, 0)), nil), "R-3830-040"},
		{"KEMAC with MAC 1 and no octets", payload(cKEMAC(1, count(24, 0), 1, nil), nil), "R-3830-019"},
		{"KEMAC with MAC 0 and 20 octets", payload(cKEMAC(1, count(24, 0), 0, count(20, 0)), nil), "R-3830-019"},
		{"DH in group 0 with 128 octets", payload(cDH(0, count(128, 0), kv), nil), "R-3830-030"},
		{"DH in group 1 with 97 octets", payload(cDH(1, count(97, 0), kv), nil), "R-3830-030"},
		{"DH in group 2 without octets", payload(cDH(2, nil, kv), nil), "R-3830-030"},
		{"DH with an SPI of 256 octets", payload(cDH(1, count(96, 0), kv), obj{"kv": obj{"type": 1, "spi": hexOf(count(256, 0))}}), "R-3830-026"},
		{"DH with an interval of 256 octets", payload(cDH(1, count(96, 0), kv), obj{"kv": obj{"type": 2, "from": hexOf(count(256, 0)), "to": "00"}}), "R-3830-026"},
		{"ERR with 3 reserved octets", payload(cERR(0), obj{"reserved": "000001"}), "R-3830-046"},
		{"SP with a parameter of 256 octets", payload(cSP(0, 0), obj{"params": list{obj{"type": 250, "value": hexOf(count(256, 0))}}}), "R-3830-042"},
		{"key of type 16", payload(cKEMAC(0, nil, 0, nil), obj{"encr_data": nil, "keys": list{obj{"type": 16, "key": "00", "kv": obj{"type": 0}}}}), "R-6309-001"},
		{"GENERIC-ID map: S 1 with an SSRC alone", otherMap(2, 1, genericID(1, 0, true, nil, unhex("11223344"), nil)).d, "R-6043-005"},
		{"GENERIC-ID map: two entries, one there", otherMap(2, 2, genericID(1, 0, false, nil, unhex("11223344"), nil)).d, "R-6043-004"},
		{"GENERIC-ID map: an octet behind the entries", otherMap(2, 1, append(genericID(1, 0, false, nil, unhex("11223344"), nil), 1)).d, "R-6043-004"},
		{"Empty map with an entry", otherMap(1, 1, make([]byte, 9)).d, "R-4563-001"},
		{"256 crypto sessions", newCoded(0).d2("cs", sessionsOf(make([]reference.Session, 256))), "R-3830-010"},
	} {
		refused(t.comment, t.d, t.about)
	}
	behind := withT(4, cSIGN(0, count(64, 0x11)), cERR(0))
	refused("a payload behind SIGN", behind.d, "R-3830-032")
}
