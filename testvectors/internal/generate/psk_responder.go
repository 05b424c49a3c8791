package main

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// seal is a message of c with other payloads before its KEMAC.
func (c *pskCase) seal(payloads ...reference.Payload) *reference.Message {
	m := c.Front()
	m.Payloads = payloads
	return reference.SealKEMAC(m, c.Encr, c.EncrData(), c.MAC, c.Protection().AuthKey())
}

// sealData is a message of c with other Key data.
func (c *pskCase) sealData(plain []byte) *reference.Message {
	k := c.Protection()
	return reference.SealKEMAC(c.Front(), c.Encr, k.Encrypt(c.T64(), plain), c.MAC, k.AuthKey())
}

// refusePSK adds a test of a message that a responder refuses, after which it
// still takes the right one.
func (b *builder) refusePSK(comment string, c pskCase, message []byte, stage string, code int, about ...string) *vectors.Call {
	keys, _ := c.keys()
	call := refuse("respond", c.respond(message), stage, code)
	b.add("responder: "+comment, []*vectors.Call{
		call, accept("respond", c.respond(c.Message().Octets()), obj{"keys": keys}),
	}, about...)
	return call
}

// pskChanged are single bits that change on the way, and messages that are cut
// or grow.
func (b *builder) pskChanged() {
	b.note("ModifiedMessage", "AUTHENTICATION", "One bit of the message changed on the way. The MAC covers all of it (RFC 3830, Section 5.2).")
	b.note("Truncated", "PARSING", "The message ends too early.")
	b.note("Trailing", "PARSING", "Something follows the last payload. The MAC does not cover it.")
	c := newPSKCase().verified()
	m := c.Message()
	octets := m.Octets()

	// Offsets of T, RAND, IDi, IDr, SP and KEMAC, and of the end.
	var at []int
	for i := range len(m.Payloads) + 1 {
		at = append(at, m.Offset(i))
	}
	t, rand, idi, idr, sp, kemac, end := at[0], at[1], at[2], at[3], at[4], at[5], at[6]
	encr := kemac + 4
	mac := end - 20
	for _, f := range []struct {
		name string
		at   int
		mask byte
	}{
		{"the V flag", 3, 0x80},
		{"the first octet of CSB ID", 4, 1}, {"the last octet of CSB ID", 7, 1},
		{"the policy number of crypto session 1", 10, 1},
		{"the first octet of SSRC 1", 11, 0x80}, {"the last octet of SSRC 1", 14, 1},
		{"the first octet of ROC 1", 15, 0x80}, {"the last octet of ROC 1", 18, 1},
		{"the seconds of T", t + 5, 1}, {"the first octet of the fraction of T", t + 6, 0x80},
		{"the last octet of T", t + 9, 1}, {"the type of T", t + 1, 1},
		{"the first octet of RAND", rand + 2, 1}, {"the last octet of RAND", rand + 17, 1},
		{"the type of IDi", idi + 1, 1}, {"the first octet of IDi", idi + 4, 1}, {"the last octet of IDi", idr - 1, 1},
		{"the type of IDr", idr + 1, 1}, {"the first octet of IDr", idr + 4, 1}, {"the last octet of IDr", sp - 1, 1},
		{"the policy number of SP", sp + 1, 1}, {"the encryption algorithm of SP", sp + 7, 1},
		{"the key length of SP", sp + 10, 0x80}, {"the tag length of SP", kemac - 1, 1},
		{"the first octet of the encrypted data", encr, 1}, {"the encrypted type of key", encr + 1, 0x10},
		{"the encrypted validity of the key", encr + 1, 1}, {"the encrypted length of the key", encr + 3, 1},
		{"the first octet of the encrypted key", encr + 4, 1}, {"the last octet of the encrypted key", mac - 2, 1},
		{"the first octet of the MAC", mac, 1}, {"the first bit of the MAC", mac, 0x80}, {"the middle of the MAC", mac + 10, 1},
		{"octet 13 of the MAC", mac + 12, 1}, {"the last octet of the MAC", end - 1, 1}, {"the last octet but one of the MAC", end - 2, 0x80},
	} {
		bad := slices.Clone(octets)
		bad[f.at] ^= f.mask
		b.refusePSK(fmt.Sprintf("%s changed (octet %d, bit %02x)", f.name, f.at, f.mask), c, bad, "auth-failure", 0,
			"ModifiedMessage", "R-3830-068", "R-3830-107")
	}
	// Some bits change what the message is.
	for _, f := range []struct {
		name  string
		at    int
		mask  byte
		stage string
		code  int
		about string
	}{
		{"the version", 0, 2, "unsupported", -1, "R-3830-004"},
		{"the data type", 1, 0x80, "unsupported", -1, "R-3830-016"},
		{"the PRF", 3, 0x20, "unsupported", 2, "R-3830-048"},
		{"the MAC algorithm", mac - 1, 0x80, "unsupported", 3, "R-3830-048"},
		{"18 hours of T", t + 3, 1, "stale", 1, "R-3830-074"},
		{"the next payload of HDR", 2, 0x80, "malformed", -1, "R-3830-005"},
		{"the next payload of T", t, 0x80, "malformed", -1, "R-3830-005"},
		{"the next payload of RAND", rand, 0x80, "malformed", -1, "R-3830-005"},
		{"the next payload of IDi", idi, 0x80, "malformed", -1, "R-3830-005"},
		{"the next payload of IDr", idr, 0x80, "malformed", -1, "R-3830-005"},
		{"the next payload of SP", sp, 0x80, "malformed", -1, "R-3830-005"},
		{"the next payload of KEMAC", kemac, 0x80, "malformed", -1, "R-3830-019"},
		{"the length of RAND", rand + 1, 0x80, "malformed", -1, "R-3830-005"},
		{"the length of IDi", idi + 2, 0x80, "malformed", -1, "R-3830-005"},
		{"the length of IDr", idr + 2, 0x80, "malformed", -1, "R-3830-005"},
		{"the length of SP", sp + 3, 0x80, "malformed", -1, "R-3830-042"},
		{"the length of the encrypted data", kemac + 2, 0x80, "malformed", -1, "R-3830-005"},
		{"the number of crypto sessions", 8, 0x80, "malformed", -1, "R-3830-010"},
		{"the number of crypto sessions, to 0", 8, 1, "malformed", -1, "R-3830-010"},
	} {
		bad := slices.Clone(octets)
		bad[f.at] ^= f.mask
		b.refusePSK(fmt.Sprintf("%s changed (octet %d, bit %02x)", f.name, f.at, f.mask), c, bad, f.stage, f.code, "ModifiedMessage", f.about)
	}

	cuts := map[int]string{0: "nothing", 1: "one octet", 9: "the fixed part of HDR without its last octet", 10: "the fixed part of HDR"}
	for i, p := range m.Payloads {
		name := payloadNames[p.Number]
		cuts[at[i]] = "all before " + name + " " + fmt.Sprint(i+1)
		cuts[at[i]+1] = fmt.Sprintf("the next payload of %s %d", name, i+1)
		cuts[at[i+1]-1] = fmt.Sprintf("%s %d without its last octet", name, i+1)
	}
	cuts[mac-1], cuts[mac], cuts[mac+10], cuts[mac+12] = "KEMAC without MAC algorithm", "KEMAC without MAC", "a MAC of 10 octets", "a MAC of 12 octets"
	for n := range octets {
		if name := cuts[n]; name != "" {
			b.refusePSK(fmt.Sprintf("%s, %d octets", name, n), c, octets[:n], "malformed", -1, "Truncated", "R-3830-005")
		}
	}
	for _, tail := range []struct {
		name   string
		octets []byte
	}{
		{"one zero octet behind the message", []byte{0}},
		{"one octet behind the message", []byte{1}},
		{"four zero octets behind the message", make([]byte, 4)},
		{"the MAC twice", octets[mac:]},
		{"the message twice", octets},
		{"a payload behind the last one", append([]byte{0}, reference.GenExt(0, []byte("vendor")).Body...)},
	} {
		b.refusePSK(tail.name, c, concat(octets, tail.octets), "malformed", -1, "Trailing", "R-3830-005", "P-52")
	}
}

// pskWrongMAC are messages whose MAC has the right length and place and another
// value.
func (b *builder) pskWrongMAC() {
	b.note("WrongMAC", "AUTHENTICATION", "The MAC is another one than that of RFC 3830, Section 5.2: of other octets, or under another key. A party with the same mistake accepts it.")
	b.note("WrongDerivation", "KEY_DERIVATION", "The keys come from another label, or another PRF, than those of RFC 3830, Section 4.1.4.")
	b.note("WrongPSK", "AUTHENTICATION", "The pre-shared keys of the parties differ.")

	c := newPSKCase().verified()
	k := c.Protection()
	m := c.Message()
	octets := m.Octets()
	last := len(m.Payloads) - 1
	end := len(octets)
	covered, right := octets[:end-20], octets[end-20:]
	kemac := octets[m.Offset(last) : end-20]
	sum := func(key []byte, data ...[]byte) []byte { return reference.HMAC(sha1.New, key, data...) }
	auth := k.AuthKey()
	wrong := func(name string, mac []byte, about ...string) {
		call := b.refusePSK("MAC "+name, c, concat(covered, mac), "auth-failure", 0, append(about, "R-3830-068", "R-3830-107")...)
		call.Steps = []vectors.Step{step("right MAC", right, "HMAC(auth_key, the message before the MAC)")}
	}
	noSP := c.PSKRequest
	noSP.Policies = nil
	noRAND := c.PSKRequest
	noRAND.Update = true
	plain := reference.SealKEMAC(c.Front(), c.Encr, c.Plain(), c.MAC, auth).Octets()
	for _, f := range []struct {
		name string
		mac  []byte
	}{
		{"of zeros", make([]byte, 20)},
		{"of ones", slices.Repeat([]byte{0xff}, 20)},
		{"backwards", reversed(right)},
		{"of nothing", sum(auth)},
		{"of KEMAC alone, as in public-key mode", sum(auth, kemac)},
		{"of the message without HDR", sum(auth, covered[m.Offset(0):])},
		{"of the message without the fixed part of HDR", sum(auth, covered[10:])},
		{"of the message without KEMAC", sum(auth, covered[:m.Offset(last)])},
		{"of the message without the MAC algorithm", sum(auth, covered[:len(covered)-1])},
		{"of the message with its MAC field of zeros", sum(auth, covered, make([]byte, 20))},
		{"of the message and what follows it under V", sum(auth, covered, c.VerificationInput())},
		{"of the message and its T", sum(auth, covered, c.TS)},
		{"of the message before its Key data was encrypted", plain[len(plain)-20:]},
		{"of the message without its SP", tail(noSP.Message().Octets(), 20)},
		{"of the message without its RAND", tail(noRAND.Message().Octets(), 20)},
		{"of the message with KEMAC named as next payload in itself", sum(auth, covered[:m.Offset(last)], []byte{1}, kemac[1:])},
		{"of the message without V flag", func() []byte {
			other := newPSKCase()
			return tail(other.Message().Octets(), 20)
		}()},
		{"of the digest of the message", func() []byte { d := sha1.Sum(covered); return sum(auth, d[:]) }()},
		{"that is no HMAC: SHA-1(auth_key || message)", func() []byte { d := sha1.Sum(concat(auth, covered)); return d[:] }()},
		{"from HMAC-SHA-256, cut to 20 octets", reference.MAC(2, auth, covered)[:20]},
		{"cut to 10 octets, then zeros", concat(right[:10], make([]byte, 10))},
		{"cut to 12 octets, then zeros", concat(right[:12], make([]byte, 8))},
	} {
		wrong(f.name, f.mac, "WrongMAC")
	}
	label := func(constant uint32, csID byte) []byte { return reference.Label(constant, csID, c.CSBID, c.RAND) }
	prf := func(label []byte, bits int) []byte { return reference.PRF(c.PRF, c.PSK, label, bits) }
	constant := binary.BigEndian.AppendUint32(nil, reference.MIKEYAuth)
	csb := binary.BigEndian.AppendUint32(nil, c.CSBID)
	for _, f := range []struct {
		name string
		key  []byte
	}{
		{"under the pre-shared key", c.PSK},
		{"under an empty key", nil},
		{"under encr_key", k.EncrKey()},
		{"under the salt", k.SaltKey()},
		{"under a key with the label of encr_key", prf(label(reference.MIKEYEncr, 0xff), 160)},
		{"under a key with the label of the salt", prf(label(reference.MIKEYSalt, 0xff), 160)},
		{"under a key with the label for a TGK", prf(label(reference.Auth, 0xff), 160)},
		{"under a key of 128 bits", auth[:16]},
		{"under a key of 256 bits", prf(label(reference.MIKEYAuth, 0xff), 256)},
		{"under a key with cs_id 0", prf(label(reference.MIKEYAuth, 0), 160)},
		{"under a key with cs_id 1", prf(label(reference.MIKEYAuth, 1), 160)},
		{"under a key with cs_id of 4 octets", prf(concat(constant, []byte{0, 0, 0, 0xff}, csb, c.RAND), 160)},
		{"under a key without cs_id", prf(concat(constant, csb, c.RAND), 160)},
		{"under a key without CSB ID", prf(concat(constant, []byte{0xff}, c.RAND), 160)},
		{"under a key without RAND", prf(concat(constant, []byte{0xff}, csb), 160)},
		{"under a key with CSB ID before cs_id", prf(concat(constant, csb, []byte{0xff}, c.RAND), 160)},
		{"under a key with RAND before CSB ID", prf(concat(constant, []byte{0xff}, c.RAND, csb), 160)},
		{"under a key with its constant behind", prf(concat([]byte{0xff}, csb, c.RAND, constant), 160)},
		{"under a key with the octets of CSB ID reversed", prf(concat(constant, []byte{0xff}, reversed(csb), c.RAND), 160)},
		{"under a key with the octets of its constant reversed", prf(concat(reversed(constant), []byte{0xff}, csb, c.RAND), 160)},
		{"under a key with the length of RAND before it", prf(concat(constant, []byte{0xff}, csb, []byte{16}, c.RAND), 160)},
		{"under a key with CSB ID ffffffff", prf(concat(constant, []byte{0xff}, unhex("ffffffff"), c.RAND), 160)},
		{"under a key from PRF 1", reference.PRF(1, c.PSK, label(reference.MIKEYAuth, 0xff), 160)},
		{"under a key from HMAC(PSK, label)", sum(c.PSK, label(reference.MIKEYAuth, 0xff))},
		{"under a key from HMAC(PSK, A_1), without label", sum(c.PSK, sum(c.PSK, label(reference.MIKEYAuth, 0xff)))},
		{"under a key from HMAC(PSK, A_2 || label)", func() []byte {
			l := label(reference.MIKEYAuth, 0xff)
			return sum(c.PSK, sum(c.PSK, sum(c.PSK, l)), l)
		}()},
		{"under a key from HMAC(PSK, label || A_1)", func() []byte {
			l := label(reference.MIKEYAuth, 0xff)
			return sum(c.PSK, l, sum(c.PSK, l))
		}()},
	} {
		wrong(f.name, sum(f.key, covered), "WrongDerivation", "R-3830-052")
	}

	for _, f := range []struct {
		name string
		psk  []byte
	}{
		{"another pre-shared key", count(16, 1)},
		{"a pre-shared key with its last bit changed", flip(pskSecret, -1)},
		{"a pre-shared key without its last octet", pskSecret[:15]},
		{"the pre-shared key twice", concat(pskSecret, pskSecret)},
		{"the pre-shared key backwards", reversed(pskSecret)},
		{"the pre-shared key in hexadecimal", []byte(hexOf(pskSecret))},
	} {
		other := c.PSKRequest
		other.PSK = f.psk
		b.refusePSK(f.name, c, other.Message().Octets(), "auth-failure", 0, "WrongPSK", "R-3830-107", "R-3830-068")
	}
	// A PSK of full blocks: with an empty block more, libmikey has other keys.
	for _, n := range []int{32, 64} {
		full := newPSKCase().verified()
		full.setPSK(count(n, 0x11))
		octets := full.Message().Octets()
		l := reference.Label(reference.MIKEYAuth, 0xff, full.CSBID, full.RAND)
		key := full.Protection().AuthKey()
		for i, x := range sum(nil, sum(nil, l), l) {
			key[i] ^= x
		}
		covered := octets[:len(octets)-20]
		b.refusePSK(fmt.Sprintf("pre-shared key of %d octets, and an empty block behind it", n), full, concat(covered, sum(key, covered)),
			"auth-failure", 0, "FullLastBlock", "P-38", "R-3830-049")
	}
}

func reversed(b []byte) []byte {
	out := slices.Clone(b)
	slices.Reverse(out)
	return out
}

// tail is the last n octets.
func tail(b []byte, n int) []byte { return b[len(b)-n:] }

// pskWrongPayloads are messages with a MAC that is right.
func (b *builder) pskWrongPayloads() {
	b.note("WrongPayloads", "PARSING", "A payload is missing, occurs twice, or is not where it has to be. The MAC is right.")
	b.note("WrongType", "PARSING", "The message is none that a responder of pre-shared key mode awaits.")
	b.note("ShortRAND", "CONFIDENTIALITY", "RAND has less than 16 octets. RFC 3830, Section 6.11, recommends 16, and Section 4.1.1 assumes 128 bits for every derivation; keys are not derived from less.")
	c := newPSKCase().verified()
	auth := c.Protection().AuthKey()
	p := c.Front().Payloads // T, RAND, IDi, IDr, SP
	kemac := func() reference.Payload { m := c.Message(); return m.Payloads[len(m.Payloads)-1] }()
	t2 := reference.T(0, reference.NTP(pskNow.Add(time.Second)))
	wrong := func(name string, m *reference.Message, about ...string) {
		b.refusePSK(name, c, m.Octets(), "malformed", -1, append(about, "WrongPayloads", "P-01")...)
	}
	wrong("no T", c.seal(p[1], p[2], p[3], p[4]), "R-3830-072")
	wrong("T twice", c.seal(p[0], p[0], p[1], p[2], p[3], p[4]), "R-3830-072")
	wrong("two Ts", c.seal(p[0], p[1], p[2], p[3], p[4], t2), "R-3830-072")
	wrong("two Ts, the right one last", c.seal(t2, p[1], p[2], p[3], p[4], p[0]), "R-3830-072")
	wrong("RAND twice", c.seal(p[0], p[1], p[1], p[2], p[3], p[4]), "R-3830-111")
	wrong("two RANDs", c.seal(p[0], p[1], p[2], p[3], p[4], reference.RAND(count(16, 0x80))), "R-3830-111")
	wrong("two RANDs, the right one last", c.seal(p[0], reference.RAND(count(16, 0x80)), p[2], p[3], p[4], p[1]), "R-3830-111")
	wrong("three IDs", c.seal(p[0], p[1], p[2], p[3], p[3], p[4]), "P-19")
	wrong("two KEMACs", c.seal(p[0], p[1], p[2], p[3], p[4], kemac), "R-3830-019")
	wrong("Key data in the clear", c.seal(p[0], p[1], p[2], p[3], p[4], reference.Payload{
		Number: reference.NumKeyData, Body: reference.KeyData(c.Keys...)[1:],
	}), "R-3830-024")
	wrong("a payload with the number 99", c.seal(p[0], p[1], p[2], p[3], p[4], reference.Payload{Number: 99, Body: []byte{1}}), "R-3830-005")
	wrong("a payload with a number for private use", c.seal(p[0], p[1], reference.Payload{Number: 245, Body: []byte{0, 0}}, p[2], p[3], p[4]), "R-3830-018")
	wrong("no payload at all", &reference.Message{Version: 1, CSBID: c.CSBID, V: true, CSCount: 1, Map: reference.SRTPIDMap(c.Sessions)}, "R-3830-019")
	wrong("T alone", func() *reference.Message { m := c.Front(); m.Payloads = p[:1]; return m }(), "R-3830-019")
	wrong("no KEMAC", c.Front(), "R-3830-019")
	wrong("SP behind KEMAC", c.seal(p[:4]...).Add(p[4]), "R-3830-019")
	wrong("RAND behind KEMAC", c.seal(p[0], p[2], p[3], p[4]).Add(p[1]), "R-3830-019")
	wrong("T behind KEMAC", c.seal(p[1], p[2], p[3], p[4]).Add(p[0]), "R-3830-019")
	wrong("IDr behind KEMAC", c.seal(p[0], p[1], p[2], p[4]).Add(p[3]), "R-3830-019")
	wrong("an extension behind KEMAC", c.Message().Add(reference.GenExt(0, []byte("vendor"))), "R-3830-019", "R-3830-047")
	wrong("KEMAC as the first payload", func() *reference.Message {
		m := c.Message()
		m.Payloads = append([]reference.Payload{kemac}, m.Payloads[:5]...)
		return m
	}(), "R-3830-019")
	wrong("KEMAC before SP, and a second one at the end", func() *reference.Message {
		return c.seal(p[0], p[1], p[2], p[3], kemac, p[4])
	}(), "R-3830-019")
	wrong("V instead of KEMAC", func() *reference.Message {
		return reference.SealV(c.Front(), c.MAC, auth, nil)
	}(), "R-3830-019")
	wrong("SIGN instead of KEMAC", c.Front().Add(reference.SIGN(0, count(128, 0))), "R-3830-019")
	wrong("SIGN behind KEMAC", c.Message().Add(reference.SIGN(0, count(128, 0))), "R-3830-019")
	wrong("two policies with one number", c.seal(append(p, p[4])...), "R-3830-041")
	wrong("two policies with one number, which differ", c.seal(append(p, reference.SP(0, 0, aes128_32.params...))...), "R-3830-041")
	wrong("more crypto sessions than the map has room for", func() *reference.Message {
		m := c.Front()
		m.CSCount = 255
		return reference.SealKEMAC(m, c.Encr, c.EncrData(), c.MAC, auth)
	}(), "R-3830-010")
	wrong("no crypto session, and a map of one", func() *reference.Message {
		m := c.Front()
		m.CSCount = 0
		return reference.SealKEMAC(m, c.Encr, c.EncrData(), c.MAC, auth)
	}(), "R-3830-010")

	for _, n := range []int{0, 1, 8, 15} {
		short := c
		short.RAND = count(n, 0x40)
		b.refusePSK(fmt.Sprintf("RAND of %d octets", n), c, short.Message().Octets(), "malformed", -1, "ShortRAND", "R-3830-045")
	}
	short := c
	short.RAND, short.Keys = count(15, 0x40), []reference.Key{pskKey(reference.KeyTEKSalt, pskSuite, 0x10)}
	b.refusePSK("RAND of 15 octets, and a TEK that does not need it", c, short.Message().Octets(), "malformed", -1, "ShortRAND", "R-3830-045")
	wrap := c
	wrap.Encr = reference.EncrAESKW128
	for _, n := range []int{1, 8} {
		data := wrap.EncrData()
		m := reference.SealKEMAC(wrap.Front(), wrap.Encr, append(data, make([]byte, n)...)[:len(data)/16*16+n], wrap.MAC, auth)
		stage, code := "malformed", -1
		if n == 8 {
			stage, code = "auth-failure", 0
		}
		b.refusePSK(fmt.Sprintf("wrapped key data with %d octets modulo 16", n), c, m.Octets(), stage, code, "AES-KW", "R-3830-063", "P-23")
	}
	for _, mapType := range []byte{2, 99} {
		m := c.Front()
		m.MapType, m.CSCount, m.Map = mapType, 0, nil
		m = reference.SealKEMAC(m, c.Encr, c.EncrData(), c.MAC, auth)
		b.refusePSK(fmt.Sprintf("CS ID map of type %d", mapType), c, m.Octets(), "unsupported", -1, "WrongType", "R-3830-048")
	}
	// RAND tells a first message from an update, so that this one updates
	// nothing.
	none := c
	none.Update = true
	b.refusePSK("no RAND", c, none.Message().Octets(), "state", -1, "WrongPayloads", "R-3830-095", "P-24")

	for _, version := range []byte{0, 2, 0x81, 255} {
		m := c.Front()
		m.Version = version
		m = reference.SealKEMAC(m, c.Encr, c.EncrData(), c.MAC, auth)
		b.refusePSK(fmt.Sprintf("version %d", version), c, m.Octets(), "unsupported", -1, "WrongType", "R-3830-004")
	}
	for _, dataType := range []byte{27, 100, 240, 255} {
		m := c.Front()
		m.DataType = dataType
		m = reference.SealKEMAC(m, c.Encr, c.EncrData(), c.MAC, auth)
		b.refusePSK(fmt.Sprintf("data type %d", dataType), c, m.Octets(), "unsupported", -1, "WrongType", "R-3830-016")
	}
	b.refusePSK("a verification message", c, c.Answer(c.Sessions).Octets(), "state", -1, "WrongType", "R-3830-084")
	b.refusePSK("an error message", c, c.ErrorFront(0).Octets(), "state", -1, "WrongType", "R-3830-084", "R-6043-046")
	b.refusePSK("an error message with V", c, reference.SealV(c.ErrorFront(12), c.MAC, auth, nil).Octets(), "state", -1, "WrongType", "R-3830-084", "R-6043-046")

	for _, alg := range []struct {
		name  string
		set   func(c *pskCase)
		stage string
		code  int
		about []string
	}{
		{"NULL encryption and NULL MAC", func(c *pskCase) { c.Encr, c.MAC = 0, 0 }, "policy", -1, []string{"NULLAlgorithm", "R-3830-059", "R-3830-062", "P-41"}},
		{"NULL MAC", func(c *pskCase) { c.MAC = 0 }, "policy", -1, []string{"NULLAlgorithm", "R-3830-062"}},
		{"NULL encryption", func(c *pskCase) { c.Encr = 0 }, "policy", -1, []string{"NULLAlgorithm", "R-3830-059"}},
	} {
		bad := c
		alg.set(&bad)
		b.refusePSK(alg.name, c, bad.Message().Octets(), alg.stage, alg.code, alg.about...)
	}
	b.note("NULLAlgorithm", "AUTHENTICATION", "NULL encryption and NULL MAC are for transports that protect the message, which the responder was not told of (RFC 3830, Sections 4.2.3 and 4.2.4).")
	b.note("UnknownAlgorithm", "POLICY", "The message uses an algorithm with a number that is not assigned.")
	for _, encr := range []byte{4, 99, 255} {
		k := c.Protection()
		m := reference.SealKEMAC(c.Front(), encr, c.EncrData(), c.MAC, k.AuthKey())
		b.refusePSK(fmt.Sprintf("encryption %d", encr), c, m.Octets(), "unsupported", 4, "UnknownAlgorithm", "R-3830-048")
	}
	for _, mac := range []byte{3, 99, 255} {
		m := c.Front().Add(reference.KEMAC(c.Encr, c.EncrData(), mac, count(20, 0)))
		b.refusePSK(fmt.Sprintf("MAC %d", mac), c, m.Octets(), "unsupported", 3, "UnknownAlgorithm", "R-3830-048")
	}
	for _, prf := range []byte{2, 3, 111, 127} {
		m := c.Front()
		m.PRF = prf
		m = reference.SealKEMAC(m, c.Encr, c.EncrData(), c.MAC, auth)
		b.refusePSK(fmt.Sprintf("PRF %d", prf), c, m.Octets(), "unsupported", 2, "UnknownAlgorithm", "R-3830-048")
	}
}

// pskWrongContents are authentic messages that ask for what cannot be.
func (b *builder) pskWrongContents() {
	b.note("WrongKeyData", "PARSING", "The Key data inside the KEMAC is no chain of sub-payloads that fills it, or has no key that fits the policy. The MAC is right.")
	b.note("WrongEncryption", "CONFIDENTIALITY", "The Key data was encrypted in another way than that of RFC 3830, Section 4.2.3. The MAC is right. A party with the same mistake accepts it.")
	b.note("WrongPolicy", "POLICY", "The policy of a crypto session does not exist, or is none that SRTP has.")
	b.note("WrongIdentity", "AUTHENTICATION", "The message is authentic, but from or for somebody else than the credentials say.")
	c := newPSKCase().verified()
	k := c.Protection()
	tgk := reference.KeyData(c.Keys...) // 4 octets, then the key of 16
	wrong := func(name string, plain []byte, about ...string) {
		call := b.refusePSK(name, c, c.sealData(plain).Octets(), "malformed", -1, append(about, "WrongKeyData")...)
		call.Steps = []vectors.Step{step("Key data", plain, "before encryption")}
	}
	set := func(i int, v byte) []byte { out := slices.Clone(tgk); out[i] = v; return out }
	wrong("no Key data", nil, "R-3830-100")
	wrong("Key data of one octet", tgk[:1], "R-3830-023")
	wrong("Key data without a length", tgk[:2], "R-3830-023")
	wrong("Key data without a key", tgk[:4], "R-3830-023")
	wrong("Key data without the last octet of the key", tgk[:19], "R-3830-023")
	wrong("Key data that says that another one follows", set(0, reference.NumKeyData), "R-3830-023")
	wrong("Key data that says that a KEMAC follows", concat(set(0, reference.NumKEMAC), reference.KEMAC(0, nil, 0, nil).Body), "R-3830-024")
	wrong("Key data that says that an ID follows", set(0, reference.NumID), "R-3830-023")
	wrong("Key data that says that T follows", concat(set(0, reference.NumT), []byte{0}, reference.T(0, c.TS).Body), "R-3830-023")
	spi := reference.Validity{Type: 1, SPI: []byte{1, 2, 3, 4}}
	wrong("two keys with one SPI", reference.KeyData(
		reference.Key{Key: count(16, 0x10), KV: spi}, reference.Key{Key: count(16, 0x50), KV: spi}), "R-3830-116")
	wrong("a key of no octets", reference.KeyData(reference.Key{Type: reference.KeyTGK}), "R-3830-055")
	wrong("a key that is longer than the Key data", set(3, 17), "R-3830-023")
	wrong("a key of 65535 octets that are not there", concat(tgk[:2], []byte{0xff, 0xff}, tgk[4:]), "R-3830-023")
	wrong("a key that is shorter than the Key data", set(3, 15), "R-3830-023")
	wrong("an octet behind the Key data", concat(tgk, []byte{1}), "R-3830-023")
	wrong("a zero octet behind the Key data", concat(tgk, []byte{0}), "R-3830-023")
	wrong("the Key data twice, though the first one says that it is the last", concat(tgk, tgk), "R-3830-023")
	wrong("a TGK that says that it has a salt", set(1, reference.KeyTGKSalt<<4), "R-3830-025")
	wrong("a TEK+SALT without a length of the salt", concat([]byte{0, reference.KeyTEKSalt << 4, 0, 16}, count(16, 0)), "R-3830-025")
	wrong("a salt that is longer than the Key data", concat([]byte{0, reference.KeyTEKSalt << 4, 0, 16}, count(16, 0), []byte{0, 15}, count(14, 0)), "R-3830-025")
	wrong("a TGK with a salt that it does not say", concat(tgk, []byte{0, 14}, count(14, 0)), "R-3830-025")
	wrong("a TGK that says that it has an SPI", set(1, 1), "R-3830-026")
	wrong("a TGK with an SPI that it does not say", concat(tgk, []byte{4, 0, 0, 0, 1}), "R-3830-026")
	wrong("an SPI that is longer than the Key data", concat(set(1, 1), []byte{5, 0, 0, 0, 1}), "R-3830-026")
	wrong("an SPI that is shorter than the Key data", concat(set(1, 1), []byte{3, 0, 0, 0, 1}), "R-3830-026")
	wrong("an interval without an end", concat(set(1, 2), []byte{6}, count(6, 0)), "R-3830-026")
	wrong("an interval whose end is longer than the Key data", concat(set(1, 2), []byte{6}, count(6, 0), []byte{7}, count(6, 0)), "R-3830-026")
	wrong("a second key that is cut", concat(set(0, reference.NumKeyData), tgk[:19]), "R-3830-027")
	wrong("a second key that is empty", concat(set(0, reference.NumKeyData), reference.KeyData(reference.Key{Type: reference.KeyTGK})), "R-3830-027")

	lengths := func(keyType byte, keyLen, saltLen int, about ...string) {
		key := reference.Key{Type: keyType, Key: count(keyLen, 0x21)}
		name := fmt.Sprintf("%s of %d octets", keyTypes[keyType], keyLen)
		if saltLen >= 0 {
			key.Salt = count(saltLen, 0x61)
			name += fmt.Sprintf(" and %d", saltLen)
		}
		wrong(name+" for AES_CM_128_HMAC_SHA1_80", reference.KeyData(key), append(about, "R-3830-115")...)
	}
	for _, n := range []int{1, 14, 15, 16, 17, 28, 29, 31, 46} {
		lengths(reference.KeyTEK, n, -1, "P-42")
	}
	for _, n := range []int{0, 8, 12, 13, 15, 16} {
		lengths(reference.KeyTGKSalt, 16, n, "R-3830-053")
		lengths(reference.KeyTEKSalt, 16, n, "R-3830-053")
	}
	for _, n := range []int{0, 15, 17, 30, 32} {
		lengths(reference.KeyTEKSalt, n, 14, "R-3830-044")
	}
	fits := c
	fits.setSuites(aes128_80, gcm128)
	fits.Sessions = []reference.Session{{Policy: 0, SSRC: 1}, {Policy: 1, SSRC: 2}}
	bad := fits
	bad.Keys = []reference.Key{pskKey(reference.KeyTEKSalt, aes128_80, 0x21)}
	b.refusePSK("TEK+SALT for two policies of which it fits one", c, bad.Message().Octets(), "malformed", -1, "WrongKeyData", "R-3830-053")
	bad.Keys = []reference.Key{pskKey(reference.KeyTGK, aes128_80, 0x21), pskKey(reference.KeyTGKSalt, gcm128, 0x41)}
	b.refusePSK("a second key that does not fit one of two policies", c, bad.Message().Octets(), "malformed", -1, "WrongKeyData", "R-3830-053")
	bad = c
	bad.Sessions = []reference.Session{{SSRC: 7}, {SSRC: 7}}
	bad.Keys = []reference.Key{pskKey(reference.KeyTEKSalt, aes128_80, 0x21)}
	b.refusePSK("one TEK for two streams with one SSRC", c, bad.Message().Octets(), "policy", -1, "WrongKeyData", "R-3711-006")

	// Encrypted in another way, the data is no Key data: neither 0 nor 20 is its
	// first octet.
	iv := reference.IV(k.SaltKey(), c.CSBID, c.T64())
	salt := append(slices.Clone(k.SaltKey()), 0, 0)
	prf := func(constant uint32) []byte {
		return reference.PRF(0, c.PSK, reference.Label(constant, 0xff, c.CSBID, c.RAND), 128)
	}
	shift := func(n int) []byte {
		v := make([]byte, 16)
		copy(v[n:], binary.BigEndian.AppendUint32(nil, c.CSBID))
		copy(v[n+4:], c.TS)
		for i := range salt {
			v[i] ^= salt[i]
		}
		return v
	}
	tenth := slices.Clone(iv)
	tenth[15] = 1
	for _, f := range []struct {
		name    string
		key, iv []byte
	}{
		{"with an IV of zeros", k.EncrKey(), make([]byte, 16)},
		{"with the salt as IV", k.EncrKey(), salt},
		{"with an IV without salt", k.EncrKey(), reference.IV(make([]byte, 14), c.CSBID, c.T64())},
		{"with an IV without CSB ID", k.EncrKey(), reference.IV(k.SaltKey(), 0, c.T64())},
		{"with an IV without T", k.EncrKey(), reference.IV(k.SaltKey(), c.CSBID, make([]byte, 8))},
		{"with CSB ID and T at the start of the IV", k.EncrKey(), shift(0)},
		{"with CSB ID and T at the end of the IV", k.EncrKey(), shift(4)},
		{"with the block counter starting at 1", k.EncrKey(), tenth},
		{"with the IV of SRTP: SSRC at octet 4", k.EncrKey(), shift(3)},
		{"under the pre-shared key", c.PSK, iv},
		{"under the first 16 octets of auth_key", k.AuthKey()[:16], iv},
		{"under a key with the label for a TGK", prf(reference.Encr), iv},
		{"under a key with the label of the salt", prf(reference.MIKEYSalt), iv},
		{"not at all", nil, nil},
	} {
		data := c.Plain()
		if f.key != nil {
			data = reference.AESCM(f.key, f.iv, data)
			if first := reference.AESCM(k.EncrKey(), iv, data)[0]; first == 0 || first == reference.NumKeyData {
				panic(f.name + ": could be Key data")
			}
		}
		m := reference.SealKEMAC(c.Front(), c.Encr, data, c.MAC, k.AuthKey())
		call := b.refusePSK("Key data encrypted "+f.name, c, m.Octets(), "malformed", -1, "WrongEncryption", "R-3830-057")
		call.Steps = []vectors.Step{step("encr_key", k.EncrKey(), ""), step("IV", iv, "")}
	}

	c = newPSKCase().verified()
	bad = c
	for _, f := range []struct {
		name  string
		set   func()
		stage string
		code  int
		about []string
	}{
		{"a policy number without a policy", func() { bad.Sessions = []reference.Session{{Policy: 1, SSRC: 1}} }, "malformed", -1, []string{"R-3830-113"}},
		{"a second crypto session with a policy number without a policy", func() { bad.Sessions = []reference.Session{{SSRC: 1}, {Policy: 255, SSRC: 2}} }, "malformed", -1, []string{"R-3830-113"}},
		{"a policy for TESLA", func() { bad.Policies = []reference.Payload{reference.SP(0, 1)} }, "unsupported", 9, []string{"R-3830-048"}},
		{"a policy for protocol 99", func() { bad.Policies = []reference.Payload{reference.SP(0, 99)} }, "unsupported", 9, []string{"R-3830-048"}},
		{"a policy for protocol 255", func() { bad.Policies = []reference.Payload{reference.SP(0, 255)} }, "unsupported", 9, []string{"R-3830-048"}},
		{"encryption algorithm 99 in a policy", func() { bad.Policies = []reference.Payload{reference.SP(0, 0, param(0, 99))} }, "unsupported", 10, []string{"R-3830-048"}},
		{"authentication algorithm 99 in a policy", func() { bad.Policies = []reference.Payload{reference.SP(0, 0, param(0, 1), param(2, 99))} }, "unsupported", 10, []string{"R-3830-048"}},
		{"a key length of 128 in a policy", func() { bad.Policies = []reference.Payload{reference.SP(0, 0, param(0, 1), param(1, 128))} }, "unsupported", 10, []string{"P-10"}},
		{"a key length of 0 in a policy", func() { bad.Policies = []reference.Payload{reference.SP(0, 0, param(0, 1), param(1, 0))} }, "unsupported", 10, []string{"P-10"}},
		{"a key derivation rate in a policy", func() { bad.Policies = []reference.Payload{reference.SP(0, 0, param(0, 1), param(6, 5))} }, "unsupported", 10, []string{"P-11"}},
		{"an SRTP PRF 99 in a policy", func() { bad.Policies = []reference.Payload{reference.SP(0, 0, param(5, 99))} }, "unsupported", 10, []string{"R-3830-048"}},
		{"a parameter that is longer than its policy", func() { bad.Policies = []reference.Payload{pskRawSP(0, 0, 1, 1, 1, 16)} }, "malformed", -1, []string{"R-3830-042"}},
		{"a parameter without a length", func() { bad.Policies = []reference.Payload{pskRawSP(0, 0, 1, 1, 1)} }, "malformed", -1, []string{"R-3830-042"}},
	} {
		bad = c
		f.set()
		b.refusePSK(f.name, c, bad.Message().Octets(), f.stage, f.code, append(f.about, "WrongPolicy")...)
	}

	c.party = "bob"
	nai := func(s string) *reference.PSKIdentity { return &reference.PSKIdentity{ID: s} }
	for _, f := range []struct {
		name     string
		idi, idr *reference.PSKIdentity
	}{
		{"for somebody else", pskAlice, pskCarol},
		{"from somebody else", pskCarol, pskBob},
		{"from and for others", pskCarol, pskCarol},
		{"with the identities swapped", pskBob, pskAlice},
		{"from the responder itself", pskBob, pskBob},
		{"for the initiator itself", pskAlice, pskAlice},
		{"for a URI with the octets of the responder's NAI", pskAlice, &reference.PSKIdentity{Type: 1, ID: pskBob.ID}},
		{"from a URI with the octets of the initiator's NAI", &reference.PSKIdentity{Type: 1, ID: pskAlice.ID}, pskBob},
		{"for the start of the responder's identity", pskAlice, nai("bob@example.co")},
		{"for the responder's identity and a zero octet", pskAlice, nai(pskBob.ID + "\x00")},
		{"from the initiator's identity and another octet", nai(pskAlice.ID + "m"), pskBob},
	} {
		bad := c
		bad.IDi, bad.IDr = f.idi, f.idr
		b.refusePSK(f.name, c, bad.Message().Octets(), "policy", -1, "WrongIdentity", "R-3830-087")
	}
	c.party = "bob whoever calls"
	bad = c
	bad.IDr = pskCarol
	b.refusePSK("for somebody else, to a responder that takes every initiator", c, bad.Message().Octets(), "policy", -1, "WrongIdentity", "R-3830-087")
}

// pskRawSP is a policy with octets that are no list of parameters.
func pskRawSP(number byte, octets ...byte) reference.Payload {
	return reference.Payload{Number: reference.NumSP, Body: append([]byte{number, 0, 0, byte(len(octets))}, octets...)}
}

// pskReplays are messages that come again, too early or too late.
func (b *builder) pskReplays() {
	b.note("Replay", "FRESHNESS", "The message was taken before (RFC 3830, Section 5.4).")
	b.note("Stale", "FRESHNESS", "The timestamp is further from the clock than the limit allows: 300 s, or max_skew_seconds.")
	c := newPSKCase().verified()
	m := c.Message().Octets()
	keys, _ := c.keys()
	took := func() *vectors.Call { return accept("respond", c.respond(m), obj{"keys": keys}) }
	replay := func(req obj) *vectors.Call { return refuse("respond", req, "replay", -1) }

	other := c
	other.CSBID, other.RAND, other.TS = 0x01020304, count(16, 0x80), append(reference.NTP(pskNow)[:4], 0x80, 0, 0, 0)
	otherKeys, _ := other.keys()
	tookOther := accept("respond", other.respond(other.Message().Octets()), obj{"keys": otherKeys})

	b.add("responder: a message twice", []*vectors.Call{took(), replay(c.respond(m))}, "Replay", "R-3830-075")
	b.add("responder: a message three times", []*vectors.Call{took(), replay(c.respond(m)), replay(c.respond(m))}, "Replay", "R-3830-075")
	b.add("responder: a message again after another one", []*vectors.Call{took(), tookOther, replay(c.respond(m))}, "Replay", "R-3830-075")
	b.add("responder: a message again after 299 s", []*vectors.Call{
		took(), replay(with(c.respond(m), obj{"now": at(pskNow.Add(299 * time.Second))})),
	}, "Replay", "R-3830-075")
	b.add("responder: a message again when the clock was set back", []*vectors.Call{
		took(), replay(with(c.respond(m), obj{"now": at(pskNow.Add(-299 * time.Second))})),
	}, "Replay", "R-3830-075")
	b.add("responder: a message again after 301 s", []*vectors.Call{
		took(), refuse("respond", with(c.respond(m), obj{"now": at(pskNow.Add(301 * time.Second))}), "stale", 1),
	}, "Replay", "Stale", "R-3830-074")
	b.add("responder: a message again, without a limit for the clock", []*vectors.Call{
		accept("respond", with(c.respond(m), obj{"max_skew_seconds": -1}), obj{"keys": keys}),
		replay(with(c.respond(m), obj{"max_skew_seconds": -1, "now": at(pskNow.Add(1e6 * time.Second))})),
	}, "Replay", "R-3830-075")
	b.add("responder: a message again with a zero octet behind it", []*vectors.Call{
		took(), refuse("respond", c.respond(concat(m, []byte{0})), "malformed", -1),
	}, "Replay", "Trailing", "R-3830-005", "P-52")
	b.add("responder: a message again with other SSRCs of the responder", []*vectors.Call{
		took(), replay(with(c.respond(m), obj{"ssrcs": list{"00000007"}})),
	}, "Replay", "R-3830-075")
	forged := flip(m, -1)
	b.add("responder: a forged message twice is no replay, for only authentic messages are remembered", []*vectors.Call{
		refuse("respond", c.respond(forged), "auth-failure", 0), refuse("respond", c.respond(forged), "auth-failure", 0), took(),
		replay(c.respond(m)),
	}, "Replay", "R-3830-076")
	wrongKey := with(c.respond(m), obj{"credentials": obj{"psk": hexOf(count(16, 9))}})
	b.add("responder: a message under another key is not remembered", []*vectors.Call{
		refuse("respond", wrongKey, "auth-failure", 0), took(),
	}, "Replay", "R-3830-076")
	late := with(c.respond(m), obj{"now": at(pskNow.Add(time.Hour))})
	b.add("responder: a message that was too late is not remembered", []*vectors.Call{
		refuse("respond", late, "stale", 1), took(),
	}, "Replay", "Stale", "R-3830-076")

	counter := c
	counter.TSType, counter.TS = 2, unhex("00000007")
	cm := counter.Message().Octets()
	counterKeys, _ := counter.keys()
	b.add("responder: a message with a COUNTER twice", []*vectors.Call{
		accept("respond", counter.respond(cm), obj{"keys": counterKeys}), replay(counter.respond(cm)),
	}, "Replay", "COUNTER", "R-3830-075")
	b.add("responder: a message with a COUNTER again after a year", []*vectors.Call{
		accept("respond", counter.respond(cm), obj{"keys": counterKeys}),
		replay(with(counter.respond(cm), obj{"now": at(pskNow.AddDate(1, 0, 0))})),
	}, "Replay", "COUNTER", "R-3830-075")

	stale := func(name string, c pskCase, request obj, about ...string) {
		keys, _ := c.keys()
		m := c.Message().Octets()
		fresh := c.respond(m)
		fresh["now"] = at(c.at)
		b.add("responder: "+name, []*vectors.Call{
			refuse("respond", with(c.respond(m), request), "stale", 1),
			accept("respond", fresh, obj{"keys": keys}),
		}, append(about, "Stale", "R-3830-074")...)
	}
	for _, d := range []time.Duration{301 * time.Second, -301 * time.Second, time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour, 365 * 24 * time.Hour, -365 * 24 * time.Hour} {
		stale(fmt.Sprintf("the clock %v after the timestamp, too far", d), c, obj{"now": at(pskNow.Add(d))})
	}
	for _, f := range []struct{ off, skew int }{{11, 10}, {-11, 10}, {2, 1}, {-2, 1}, {3601, 3600}, {-3601, 3600}} {
		stale(fmt.Sprintf("the clock %d s after the timestamp, and a limit of %d s", f.off, f.skew), c,
			obj{"now": at(pskNow.Add(time.Duration(f.off) * time.Second)), "max_skew_seconds": f.skew})
	}
	for _, f := range []struct {
		name string
		ts   byte
	}{{"NTP", 1}, {"NTP-UTC-32", 3}} {
		typed := c
		typed.TSType = f.ts
		if f.ts == 3 {
			typed.TS = typed.TS[:4]
		}
		for _, d := range []int{301, -301} {
			about := []string{"R-3830-034"}
			if f.ts == 3 {
				about = []string{"NTP-UTC-32", "R-6043-001"}
			}
			// The message is taken first, where the type is known at all.
			keys, _ := typed.keys()
			m := typed.Message().Octets()
			again := typed
			again.CSBID++
			b.add(fmt.Sprintf("responder: the clock %d s after a timestamp of type %s", d, f.name), []*vectors.Call{
				accept("respond", typed.respond(m), obj{"keys": keys}),
				refuse("respond", with(again.respond(again.Message().Octets()), obj{"now": at(pskNow.Add(time.Duration(d) * time.Second))}), "stale", 1),
			}, append(about, "Stale", "R-3830-074")...)
		}
	}
	overflow := time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC)
	for _, f := range []struct {
		name    string
		ts, now time.Time
	}{
		{"the first second after the overflow, read a minute later", overflow, overflow.Add(400 * time.Second)},
		{"the last second before the overflow, read after it", overflow.Add(-time.Second), overflow.Add(300 * time.Second)},
		{"a time after the overflow, read before it", overflow.Add(200 * time.Second), overflow.Add(-101 * time.Second)},
	} {
		era := c
		era.at, era.TS = f.ts, reference.NTP(f.ts)
		stale(f.name, era, obj{"now": at(f.now)}, "R-3830-080", "R-6043-002")
	}
	era := c
	era.TS = reference.NTP(overflow)
	era.at = overflow
	stale("a time after the overflow, read 136 years before", era, obj{"now": "1900-01-01T00:00:00Z"}, "R-3830-080")
}
