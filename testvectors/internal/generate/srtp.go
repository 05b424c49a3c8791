package main

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// An srtpSuite is a suite with what it does to packets.
type srtpSuite struct {
	name    string
	profile reference.SRTPProfile
}

var srtpSuites = []srtpSuite{
	{"AES_CM_128_HMAC_SHA1_80", reference.SRTPProfile{Cipher: reference.SRTPAESCM, KeyLen: 16, SaltLen: 14, Tag: 10, RTCPTag: 10}},
	{"AES_CM_128_HMAC_SHA1_32", reference.SRTPProfile{Cipher: reference.SRTPAESCM, KeyLen: 16, SaltLen: 14, Tag: 4, RTCPTag: 10}},
	{"AES_256_CM_HMAC_SHA1_80", reference.SRTPProfile{Cipher: reference.SRTPAESCM, KeyLen: 32, SaltLen: 14, Tag: 10, RTCPTag: 10}},
	{"AES_256_CM_HMAC_SHA1_32", reference.SRTPProfile{Cipher: reference.SRTPAESCM, KeyLen: 32, SaltLen: 14, Tag: 4, RTCPTag: 10}},
	{"AEAD_AES_128_GCM", reference.SRTPProfile{Cipher: reference.SRTPAESGCM, KeyLen: 16, SaltLen: 12, Tag: 16, RTCPTag: 16}},
	{"AEAD_AES_256_GCM", reference.SRTPProfile{Cipher: reference.SRTPAESGCM, KeyLen: 32, SaltLen: 12, Tag: 16, RTCPTag: 16}},
	{"NULL_HMAC_SHA1_80", reference.SRTPProfile{Cipher: reference.SRTPNull, KeyLen: 16, SaltLen: 14, Tag: 10, RTCPTag: 10}},
	{"NULL_HMAC_SHA1_32", reference.SRTPProfile{Cipher: reference.SRTPNull, KeyLen: 16, SaltLen: 14, Tag: 4, RTCPTag: 10}},
}

func srtpSuiteNamed(name string) srtpSuite {
	for _, u := range srtpSuites {
		if u.name == name {
			return u
		}
	}
	panic(name)
}

// An srtpCase is a packet and how it is protected.
type srtpCase struct {
	suite     srtpSuite
	key, salt []byte
	ssrc, roc uint32
	mki       []byte
	rtcp      bool
	index     uint32 // of SRTCP
	clear     bool   // SRTCP that is not encrypted, although the suite can
	packet    []byte
}

// newCase has keys that count up, as long as the suite wants them.
func newCase(u srtpSuite, packet []byte) srtpCase {
	return srtpCase{
		suite: u, key: count(u.profile.KeyLen, 0x10), salt: count(u.profile.SaltLen, 0xa0),
		ssrc: binary.BigEndian.Uint32(packet[8:]), packet: packet,
	}
}

func newRTCPCase(u srtpSuite, index uint32, packet []byte) srtpCase {
	c := newCase(u, append(packet, 0, 0, 0, 0))
	c.packet, c.ssrc = packet, binary.BigEndian.Uint32(packet[4:])
	c.rtcp, c.index = true, index
	return c
}

func (c srtpCase) firstLabel() byte {
	if c.rtcp {
		return reference.LabelRTCPEncr
	}
	return reference.LabelRTPEncr
}

func (c srtpCase) keys() reference.SRTPKeys {
	return c.suite.profile.SessionKeys(c.key, c.salt, c.firstLabel())
}

// protectWith is the packet under session keys.
func (c srtpCase) protectWith(k reference.SRTPKeys) reference.Protected {
	if c.rtcp {
		encrypt := c.suite.profile.Cipher != reference.SRTPNull && !c.clear
		return c.suite.profile.SRTCP(k, c.index, encrypt, c.mki, c.packet)
	}
	return c.suite.profile.SRTP(k, c.roc, c.mki, c.packet)
}

func (c srtpCase) protect() reference.Protected { return c.protectWith(c.keys()) }

func (c srtpCase) request(packet []byte) obj {
	r := obj{
		"suite": c.suite.name, "master_key": hexOf(c.key), "master_salt": hexOf(c.salt),
		"ssrc": hex32(c.ssrc), "roc": c.roc, "rtcp": c.rtcp, "packet": hexOf(packet),
	}
	if c.mki != nil {
		r["mki"] = hexOf(c.mki)
	}
	return r
}

// steps are the session keys, and the parts of the protected packet in a member.
func (c srtpCase) steps(in string) []vectors.Step {
	k, p := c.keys(), c.protect()
	first, kind := c.firstLabel(), "SRTP"
	if c.rtcp {
		kind = "SRTCP"
	}
	cipher := c.suite.profile.Cipher
	var steps []vectors.Step
	key := func(name string, label byte, value []byte) {
		steps = append(steps,
			step(fmt.Sprintf("input block of label %02x", label), reference.SRTPInput(c.salt, label), "(label || 0 XOR master_salt) || 0000"),
			step(kind+" session "+name, value, fmt.Sprintf("keystream of AES under master_key from the input block of label %02x on", label)))
	}
	if p.IV != nil {
		key("encryption key", first, k.Encr)
		key("salt", first+2, k.Salt)
	}
	if cipher != reference.SRTPAESGCM {
		key("authentication key", first+1, k.Auth)
	}
	switch {
	case p.IV == nil:
	case cipher == reference.SRTPAESGCM && c.rtcp:
		steps = append(steps, step("IV", p.IV, "0000 || SSRC || 0000 || SRTCP index, XOR session salt"))
	case cipher == reference.SRTPAESGCM:
		steps = append(steps, step("IV", p.IV, "0000 || SSRC || ROC || SEQ, XOR session salt"))
	default:
		steps = append(steps, step("IV", p.IV, "session salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16"))
	}
	tail := len(c.mki)
	if cipher == reference.SRTPAESGCM {
		steps = append(steps, step("AAD", p.Input, ""))
	} else {
		steps = append(steps, step("MAC input", p.Input, map[bool]string{false: "the packet before MKI and tag || ROC", true: "the packet before MKI and tag"}[c.rtcp]))
		tail += len(p.Tag)
	}

	header := 8
	if !c.rtcp {
		header = reference.RTPHeaderLen(c.packet)
	}
	add := func(name string, from, to int) {
		if from < to {
			steps = append(steps, stepAt(name, p.Packet[from:to], "", in, from))
		}
	}
	add("header", 0, header)
	body := "encrypted portion"
	if p.IV == nil || c.clear {
		body = "portion that is not encrypted"
	}
	end := len(p.Packet) - tail // of the body and, in SRTCP, of the word with the index
	if c.rtcp {
		end -= 4
		add("E flag and SRTCP index", end, end+4)
	}
	if cipher == reference.SRTPAESGCM {
		end -= 16
	}
	add(body, header, end)
	add("tag", p.TagAt, p.TagAt+len(p.Tag))
	if cipher == reference.SRTPAESGCM {
		add("MKI", len(p.Packet)-len(c.mki), len(p.Packet))
	} else {
		add("MKI", p.TagAt-len(c.mki), p.TagAt)
	}
	return steps
}

// unprotected is the call that gives the plain packet back.
func (c srtpCase) unprotected(steps bool) *vectors.Call {
	var s []vectors.Step
	if steps {
		s = c.steps("request.packet")
	}
	return accept("srtp-unprotect", c.request(c.protect().Packet), obj{"packet": hexOf(c.packet)}, s...)
}

// bothWays is one packet in both directions. The index of the first SRTCP packet
// is 0 by the text and 1 by habit, so what is protected is not compared with
// octets: the counterpart undoes it.
func (c srtpCase) bothWays() []*vectors.Call {
	if c.rtcp {
		return []*vectors.Call{
			c.unprotected(true),
			accept("srtp-protect", c.request(c.packet), obj{}),
			counterpart(accept("srtp-unprotect", with(c.request(nil), obj{"packet": "@2.packet"}), obj{"packet": hexOf(c.packet)})),
		}
	}
	return []*vectors.Call{
		accept("srtp-protect", c.request(c.packet), obj{"packet": hexOf(c.protect().Packet)}, c.steps("packet")...),
		c.unprotected(false),
	}
}

// rtpPacket is an RTP packet of version 2. flags are added to its first octet;
// rest is what follows the fixed header.
func rtpPacket(flags, payloadType byte, seq uint16, ssrc uint32, rest ...[]byte) []byte {
	b := []byte{0x80 | flags, payloadType}
	b = binary.BigEndian.AppendUint16(b, seq)
	b = binary.BigEndian.AppendUint32(b, 0xdecafbad)
	b = binary.BigEndian.AppendUint32(b, ssrc)
	return append(b, concat(rest...)...)
}

const srtpSSRC = 0xcafebabe

// The packets of RFC 7714, Sections 16 and 17.
var (
	rfc7714RTP = unhex("8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e697320646976" +
		"69736120696e207061727465732074726573")
	rfc7714RTCP = unhex("81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61" +
		"deadbeefdeadbeefdeadbeefdeadbeefdeadbeef")
)

// rtpShapes are RTP packets that differ in form.
var rtpShapes = []struct {
	name   string
	all    bool // for every suite
	packet []byte
}{
	{"the packet of RFC 7714, Section 16", true, rfc7714RTP},
	{"20 octets", true, rtpPacket(0, 0, 0x1234, srtpSSRC, count(20, 1))},
	{"no payload", true, rtpPacket(0, 0, 1, srtpSSRC)},
	{"1 octet", true, rtpPacket(0, 96, 2, srtpSSRC, count(1, 0x77))},
	{"16 octets, one block", false, rtpPacket(0, 96, 3, srtpSSRC, count(16, 0))},
	{"17 octets, one block and one", false, rtpPacket(0, 96, 4, srtpSSRC, count(17, 0))},
	{"zeros, the keystream itself", true, rtpPacket(0, 96, 5, srtpSSRC, make([]byte, 48))},
	{"600 octets, with the marker", false, rtpPacket(0, 0x80|96, 6, srtpSSRC, count(600, 0))},
	{"one CSRC", false, rtpPacket(1, 96, 7, srtpSSRC, unhex("00000001"), count(20, 1))},
	{"15 CSRCs", false, rtpPacket(15, 96, 8, srtpSSRC, count(60, 0x80), count(20, 1))},
	{"header extension with elements of one octet", true, rtpPacket(0x10, 96, 9, srtpSSRC, unhex("bede0001"+"32657874"), count(20, 1))},
	{"header extension with elements of two octets", false, rtpPacket(0x10, 96, 10, srtpSSRC, unhex("10000002"+"0304657874210000"), count(20, 1))},
	{"header extension of a profile of its own", false, rtpPacket(0x10, 96, 11, srtpSSRC, unhex("abcd0002"+"0001020304050607"), count(20, 1))},
	{"empty header extension", false, rtpPacket(0x10, 96, 12, srtpSSRC, unhex("abcd0000"), count(20, 1))},
	{"CSRC and header extension", true, rtpPacket(0x12, 96, 13, srtpSSRC, unhex("00000001ffffffff"), unhex("bede0001"+"32657874"), count(20, 1))},
	{"RTP padding", true, rtpPacket(0x20, 96, 14, srtpSSRC, count(20, 1), unhex("00000004"))},
	{"nothing but RTP padding", false, rtpPacket(0x20, 96, 15, srtpSSRC, unhex("0000000000000008"))},
}

// rtcpShapes are RTCP packets that differ in form.
var rtcpShapes = []struct {
	name   string
	all    bool
	packet []byte
}{
	{"the packet of RFC 7714, Section 17", true, rfc7714RTCP},
	{"receiver report without blocks: no encrypted portion", true, unhex("80c90001cafebabe")},
	{"receiver report with a block", false, unhex("81c90007cafebabe" + "00000005" + "01000002" + "00000009" + "00000001" + "11223344" + "00000100")},
	{"sender report", true, unhex("80c80006cafebabe" + "0000010000000000" + "000000a0" + "00000001" + "00000014")},
	{"compound: sender report, source description, goodbye", true, unhex("80c80006cafebabe" + "0000010000000000" + "000000a0" + "00000001" + "00000014" +
		"81ca0003cafebabe" + "0104616c6963" + "6500" + "81cb0001cafebabe")},
	{"picture loss indication", false, unhex("81ce0002cafebabe" + "00000005")},
	{"padding in the last packet", false, unhex("80c90001cafebabe" + "a1cb0002cafebabe" + "00000004")},
	{"application-defined, 200 octets", false, concat(unhex("80cc0034cafebabe"), []byte("test"), count(200, 0))},
}

// A wholeWay is a pre-shared key message and the SRTP packet under its keys.
type wholeWay struct {
	name     string
	suite    suite
	sessions []reference.Session
	key      reference.Key
}

func (w wholeWay) message(now time.Time) (*reference.Message, reference.MessageKeys, []byte) {
	const csbID = 0x73727470
	random := count(16, 0x30)
	k := reference.MessageKeys{
		In: count(16, 0), CSBID: csbID, RAND: random, Encr: reference.EncrAESCM128, MAC: reference.MACHMACSHA1,
	}
	t := reference.NTP(now)
	m := reference.NewMessage(reference.PSKInit, csbID, w.sessions)
	m.Add(reference.T(0, t), reference.RAND(random), reference.SP(0, 0, w.suite.params...))
	m.Add(reference.KEMAC(k.Encr, k.Encrypt(t, reference.KeyData(w.key)), k.MAC, nil))
	mac := reference.MAC(k.MAC, k.AuthKey(), m.Octets())
	last := &m.Payloads[len(m.Payloads)-1]
	last.Body = concat(last.Body, mac)
	return m, k, random
}

// srtp is the family of protected packets.
func srtp() *vectors.File {
	b := newFile("vectors_v1.json", "srtp", "One protected SRTP or SRTCP packet: RFC 3711, RFC 6188, RFC 7714. "+
		"RFC 7714 has packets under session keys, which no master key gives; package reference is checked against them.")
	b.note("ModifiedPacket", "AUTHENTICATION", "An octet that the tag covers, or the tag, was changed.")
	b.note("WrongROC", "AUTHENTICATION", "The rollover counter is not that of the sender. It is part of what is authenticated (RFC 3711, Section 4.2), or of the IV (RFC 7714, Section 8.1).")
	b.note("WrongLabel", "KEY_DERIVATION", "Session keys of SRTP and SRTCP have labels of their own (RFC 3711, Section 4.3.2).")
	b.note("SRTCPTag", "AUTHENTICATION", "The suites with tags of 32 bits have them on SRTP only: those of SRTCP have 80 bits (RFC 3711, Section 5.2; P-12).")
	b.note("MKI", "PARSING", "The MKI stands before the tag and is not authenticated; with AEAD it is the last field (RFC 3711, Section 3.1; RFC 7714, Section 8.3).")
	b.note("SRTCPIndex", "PARSING", "RFC 3711, Section 3.4, sends the first SRTCP packet with index 0, libsrtp and its descendants with 1. Receivers take any.")
	b.note("NotEncryptedSRTCP", "FIELD_DEVIATION", "SRTCP packets can be sent with the E flag 0, which a receiver that expects encryption may refuse (RFC 3711, Section 3.4; RFC 4568, Section 6.3.2).")
	b.note("MixedUpPRF", "KEY_DERIVATION", "AES-256 has to be used with the PRF of AES-256 (RFC 6188, Section 3.1).")
	b.note("Truncated", "PARSING", "The packet is too short for its header, MKI, index and tag.")

	srtpPublished(b)
	for _, u := range srtpSuites {
		srtpValid(b, u)
	}
	for _, u := range srtpSuites {
		srtpInvalid(b, u)
	}
	srtpPolicy(b)
	srtpWholeWay(b)
	return b.file
}

// srtpPublished has the master keys of the RFCs, whose session keys are published.
func srtpPublished(b *builder) {
	for _, v := range []struct {
		suite, key, salt, rfc, section string
		about                          []string
	}{
		{"AES_CM_128_HMAC_SHA1_80", "e1f97a0d3e018be0d64fa32c06de4139", "0ec675ad498afeebb6960b3aabe6", "RFC 3711", "B.3", []string{"R-3830-113"}},
		{"AES_256_CM_HMAC_SHA1_80", "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6", "3b04803de51ee7c96423ab5b78d2", "RFC 6188", "7.2", []string{"R-6188-002"}},
	} {
		u := srtpSuiteNamed(v.suite)
		b.startGroup("SRTP", "the keys of an RFC; the session keys of SRTP are published there, the packets are computed", vectors.Requires{Suites: []string{u.name}}, nil)
		b.group.Source = vectors.Source{Name: v.rfc, Section: v.section, Note: "master key, master salt and session keys of SRTP"}
		c := newCase(u, rfc7714RTP)
		c.key, c.salt = unhex(v.key), unhex(v.salt)
		b.add("keys of "+v.rfc+", SRTP", c.bothWays(), v.about...)
		c = newRTCPCase(u, 0x5d4, rfc7714RTCP)
		c.key, c.salt = unhex(v.key), unhex(v.salt)
		b.add("keys of "+v.rfc+", SRTCP", c.bothWays(), v.about...)
	}
}

func suiteAbout(u srtpSuite) []string {
	about := []string{"R-3830-113"}
	switch {
	case u.profile.Cipher == reference.SRTPAESGCM:
		about = append(about, "R-7714-003", "R-7714-004")
	case u.profile.KeyLen == 32:
		about = append(about, "R-6188-002")
	}
	return about
}

func srtpValid(b *builder, u srtpSuite) {
	full := u.name == "AES_CM_128_HMAC_SHA1_80" || u.name == "AEAD_AES_128_GCM"
	about := suiteAbout(u)
	requires := vectors.Requires{Suites: []string{u.name}}

	b.startGroup("SRTP", "packets of every form", requires, nil)
	for _, s := range rtpShapes {
		if s.all || full {
			b.add(u.name+", SRTP: "+s.name, newCase(u, s.packet).bothWays(), about...)
		}
	}
	b.startGroup("SRTP", "the packet index and the SSRC", requires, nil)
	for _, v := range []struct {
		roc  uint32
		seq  uint16
		ssrc uint32
		all  bool
	}{
		{0, 0, srtpSSRC, false}, {0, 0x7fff, srtpSSRC, false}, {1, 0, srtpSSRC, true}, {1, 0xffff, srtpSSRC, false},
		{0x01020304, 0x8000, srtpSSRC, true}, {0xffffffff, 0x1234, srtpSSRC, false}, {0x80000000, 0x1234, 0xffffffff, false},
		{0, 0x1234, 1, false},
	} {
		if v.all || full {
			c := newCase(u, rtpPacket(0, 96, v.seq, v.ssrc, count(20, 1)))
			c.roc = v.roc
			b.add(fmt.Sprintf("%s, SRTP: ROC %08x, SEQ %04x, SSRC %08x", u.name, v.roc, v.seq, v.ssrc), c.bothWays(), about...)
		}
	}
	b.startGroup("SRTP", "the MKI", requires, nil)
	for _, n := range []int{1, 2, 4, 16, 128} {
		if n == 4 || full {
			c := newCase(u, rtpPacket(0, 96, 0x1234, srtpSSRC, count(20, 1)))
			c.mki = count(n, 0xf0)
			b.add(fmt.Sprintf("%s, SRTP: MKI of %d octets", u.name, n), c.bothWays(), append(about, "MKI", "R-3711-001")...)
			c = newRTCPCase(u, 1, rfc7714RTCP)
			c.mki = count(n, 0xf0)
			b.add(fmt.Sprintf("%s, SRTCP: MKI of %d octets", u.name, n), c.bothWays(), append(about, "MKI", "R-3711-001")...)
		}
	}

	rtcpAbout := append(append([]string{}, about...), "R-3711-004")
	if u.profile.Tag == 4 {
		rtcpAbout = append(rtcpAbout, "SRTCPTag", "P-12")
	}
	b.startGroup("SRTP", "packets of every form", requires, nil)
	for _, s := range rtcpShapes {
		if s.all || full {
			b.add(u.name+", SRTCP: "+s.name, newRTCPCase(u, 1, s.packet).bothWays(), rtcpAbout...)
		}
	}
	b.startGroup("SRTP", "the index", requires, nil)
	for _, index := range []uint32{0, 2, 0x10000, 0x12345678, 0x7fffffff} {
		if index == 0 || index == 0x12345678 || full {
			c := newRTCPCase(u, index, rfc7714RTCP)
			b.add(fmt.Sprintf("%s, SRTCP: index %08x", u.name, index), []*vectors.Call{c.unprotected(true)}, append(rtcpAbout, "SRTCPIndex")...)
		}
	}
	if u.profile.Cipher != reference.SRTPNull {
		c := newRTCPCase(u, 1, rfc7714RTCP)
		c.clear = true
		acceptable(b.add(u.name+", SRTCP: authentic, and not encrypted", []*vectors.Call{c.unprotected(true)}, append(rtcpAbout, "NotEncryptedSRTCP")...))
	}
}

// A badPacket is a packet to be refused, and what is asked for with it.
type badPacket struct {
	comment string
	c       srtpCase // of the receiver
	packet  []byte
	stage   string
	about   []string
}

func srtpInvalid(b *builder, u srtpSuite) {
	aead := u.profile.Cipher == reference.SRTPAESGCM
	// Suites that differ from another one in the length of tags alone have the
	// tests of that.
	long := u.profile.Tag != 4
	policy := "R-3830-113"
	if aead {
		policy = "R-7714-004"
	}

	// A packet with a CSRC and a header extension. SSRC and timestamp are the same,
	// so that it has an SSRC as an RTCP packet too.
	rtp := rtpPacket(0x11, 96, 0x1234, srtpSSRC, unhex("00000001"), unhex("bede0001"+"32657874"), count(20, 1))
	copy(rtp[4:8], rtp[8:12])
	c := newCase(u, rtp)
	c.roc = 5
	p := c.protect()
	var bad []badPacket
	add := func(comment string, c srtpCase, packet []byte, about ...string) {
		bad = append(bad, badPacket{comment, c, packet, "auth-failure", about})
	}
	malformed := func(comment string, c srtpCase, packet []byte, about ...string) {
		bad = append(bad, badPacket{comment, c, packet, "malformed", about})
	}

	// What the tag covers.
	flips := []struct {
		what string
		at   int
	}{
		{"payload type", 1}, {"sequence number", 3}, {"timestamp", 7}, {"CSRC", 15}, {"profile of the header extension", 17},
		{"data of the header extension", 22}, {"first octet of the payload", 24}, {"last octet of the payload", 43},
		{"first octet of the tag", p.TagAt}, {"last octet of the tag", p.TagAt + len(p.Tag) - 1},
	}
	for i, f := range flips {
		if long || i >= len(flips)-3 {
			add("SRTP: "+f.what+" changed", c, flip(p.Packet, f.at), "ModifiedPacket", policy)
		}
	}
	change := func(edit func(c *srtpCase)) srtpCase {
		other := c
		edit(&other)
		return other
	}
	if long {
		add("SRTP: SSRC changed", change(func(c *srtpCase) { c.ssrc ^= 1 }), flip(p.Packet, 11), "ModifiedPacket", policy)
		add("SRTP: one octet cut off", c, p.Packet[:len(p.Packet)-1], "ModifiedPacket", policy)
		add("SRTP: one octet more", c, append(cut(p.Packet, len(p.Packet)), 0), "ModifiedPacket", policy)
		add("SRTP: not protected", c, rtp, policy)
		add("SRTP: a tag of zeros", c, append(cut(p.Packet, p.TagAt), make([]byte, len(p.Tag))...), "ModifiedPacket", policy)
		add("SRTP: under another master key", change(func(c *srtpCase) { c.key = flip(c.key, 0) }), p.Packet, policy)
		add("SRTP: under another master salt", change(func(c *srtpCase) { c.salt = flip(c.salt, -1) }), p.Packet, policy)
	}
	for _, roc := range []uint32{0, 4, 6, 0x10005} {
		if long || roc == 4 {
			add(fmt.Sprintf("SRTP: ROC 5 of the sender, %d of the receiver", roc), change(func(c *srtpCase) { c.roc = roc }), p.Packet, "WrongROC", policy)
		}
	}
	add("SRTP: under the keys of SRTCP", c, c.protectWith(u.profile.SessionKeys(c.key, c.salt, reference.LabelRTCPEncr)).Packet, "WrongLabel", policy)
	if !aead {
		head := p.Packet[:p.TagAt]
		tag := func(input ...[]byte) []byte {
			return reference.MAC(reference.MACHMACSHA1, c.keys().Auth, input...)[:len(p.Tag)]
		}
		add("SRTP: tag without ROC", c, concat(head, tag(head)), "WrongROC", policy)
		add("SRTP: tag with the ROC in little-endian", c, concat(head, tag(head, unhex("05000000"))), "WrongROC", policy)
		add("SRTP: tag with the ROC in front", c, concat(head, tag(unhex("00000005"), head)), "WrongROC", policy)
		add("SRTP: authentication key of 16 octets", c, concat(head,
			reference.MAC(reference.MACHMACSHA1, c.keys().Auth[:16], head, unhex("00000005"))[:len(p.Tag)]), policy)
		add("SRTP: tag under the master key", c, concat(head,
			reference.MAC(reference.MACHMACSHA1, c.key, head, unhex("00000005"))[:len(p.Tag)]), policy)
	} else {
		k := c.keys()
		header := rtp[:24]
		add("SRTP: IV without the session salt", c, concat(header, reference.GCM(k.Encr, reference.GCMIV(make([]byte, 12), c.ssrc, 5<<16|0x1234), rtp[24:], header)), policy)
		add("SRTP: IV under the master salt", c, concat(header, reference.GCM(k.Encr, reference.GCMIV(c.salt, c.ssrc, 5<<16|0x1234), rtp[24:], header)), policy)
		add("SRTP: IV with the SEQ before the ROC", c, concat(header, reference.GCM(k.Encr, reference.GCMIV(k.Salt, c.ssrc, 0x1234<<32|5), rtp[24:], header)), policy)
		add("SRTP: under the master key", c, concat(header, reference.GCM(c.key, reference.GCMIV(k.Salt, c.ssrc, 5<<16|0x1234), rtp[24:], header)), policy)
		add("SRTP: AAD of the first 12 octets", c, concat(header, reference.GCM(k.Encr, p.IV, rtp[24:], rtp[:12])), policy)
		add("SRTP: tag of 8 octets", c, p.Packet[:len(p.Packet)-8], policy, "R-7714-001")
		// Salts of 12 octets stand at the left end of the 14 that the KDF takes.
		right := u.profile.SessionKeys(c.key, concat([]byte{0, 0}, c.salt), reference.LabelRTPEncr)
		right.Salt = right.Salt[:12]
		add("SRTP: master salt filled up at its left end", c, c.protectWith(right).Packet, policy)
		add("SRTP: HMAC tag behind that of the AEAD", c, concat(p.Packet, reference.MAC(reference.MACHMACSHA1, k.Auth, p.Packet, unhex("00000005"))[:10]), policy, "R-7714-006")
	}
	if u.profile.KeyLen == 32 {
		wrong := reference.SRTPKeys{ // AES-128 under half of the master key
			Encr: reference.SRTPKey(c.key[:16], c.salt, reference.LabelRTPEncr, 32),
			Auth: reference.SRTPKey(c.key[:16], c.salt, reference.LabelRTPAuth, 20),
			Salt: reference.SRTPKey(c.key[:16], c.salt, reference.LabelRTPSalt, u.profile.SaltLen),
		}
		add("SRTP: session keys from the PRF of AES-128", c, c.protectWith(wrong).Packet, "MixedUpPRF", map[bool]string{false: "R-6188-002", true: "R-7714-003"}[aead])
	}
	for _, other := range srtpSuites {
		if other.profile.KeyLen == u.profile.KeyLen && other.profile.SaltLen == u.profile.SaltLen && other.profile.Tag != u.profile.Tag {
			receiver := change(func(c *srtpCase) { c.suite = other })
			add("SRTP: to a receiver with "+other.name, receiver, p.Packet, policy)
		}
	}
	add("an SRTP packet as SRTCP", change(func(c *srtpCase) { c.rtcp = true }), p.Packet, "WrongLabel", policy)

	// MKI.
	m := change(func(c *srtpCase) { c.mki = unhex("01020304") })
	mp := m.protect().Packet
	with4 := func(mki string) srtpCase { return change(func(c *srtpCase) { c.mki = unhex(mki) }) }
	add("SRTP: MKI of another key", with4("01020305"), mp, "MKI", "R-3711-001")
	if long {
		add("SRTP: MKI in the packet, none at the receiver", c, mp, "MKI", "R-3711-001")
		add("SRTP: no MKI in the packet, one at the receiver", m, p.Packet, "MKI", "R-3711-001")
		add("SRTP: MKI of 4 octets in the packet, of 1 at the receiver", with4("04"), mp, "MKI", "R-3711-001")
		add("SRTP: MKI of 4 octets in the packet, of 5 at the receiver", with4("0001020304"), mp, "MKI", "R-3711-001")
		if aead {
			add("SRTP: MKI before the tag", m, concat(p.Packet[:p.TagAt], m.mki, p.Tag), "MKI", "R-3711-001")
			add("SRTP: MKI in the AAD", m, concat(rtp[:24], reference.GCM(c.keys().Encr, p.IV, rtp[24:], concat(rtp[:24], m.mki)), m.mki), "MKI", "R-3711-001")
		} else {
			add("SRTP: MKI behind the tag", m, concat(p.Packet, m.mki), "MKI", "R-3711-001")
			input := concat(p.Packet[:p.TagAt], m.mki)
			add("SRTP: tag over the MKI", m, concat(input, reference.MAC(reference.MACHMACSHA1, c.keys().Auth, input, unhex("00000005"))[:len(p.Tag)]), "MKI", "R-3711-001")
		}
	}

	// Packets that end too early.
	empty := newCase(u, rtpPacket(0, 0, 1, srtpSSRC))
	full := empty.protect().Packet
	malformed("SRTP: one octet too short for header and tag", empty, full[:len(full)-1], "Truncated", policy)
	if long {
		malformed("SRTP: no packet", empty, nil, "Truncated", policy)
		malformed("SRTP: 11 octets", empty, full[:11], "Truncated", policy)
		malformed("SRTP: the fixed header alone", empty, full[:12], "Truncated", policy)
		withMKI := empty
		withMKI.mki = unhex("01020304")
		malformed("SRTP: one octet too short for header, MKI and tag", withMKI, withMKI.protect().Packet[1:], "Truncated", "R-3711-001")
		for _, v := range []struct {
			what   string
			packet []byte
		}{
			{"15 CSRCs that are not there", rtpPacket(15, 0, 1, srtpSSRC, count(20, 0))},
			{"a header extension longer than the packet", rtpPacket(0x10, 0, 1, srtpSSRC, unhex("bede0100"), count(20, 0))},
			{"a header extension without length", rtpPacket(0x10, 0, 1, srtpSSRC)},
		} {
			packet := v.packet
			if !aead { // a good tag, so that nothing else is wrong
				packet = concat(packet, reference.MAC(reference.MACHMACSHA1, empty.keys().Auth, packet, unhex("00000000"))[:u.profile.Tag])
			}
			if v.what != "a header extension without length" || aead {
				malformed("SRTP: "+v.what, empty, packet, "Truncated", policy)
			}
		}
	}

	srtcpInvalid(u, add, malformed)

	b.startGroup("SRTP", "packets that are to be dropped", vectors.Requires{Suites: []string{u.name}}, nil)
	for _, x := range bad {
		b.add(u.name+", "+x.comment, []*vectors.Call{refuse("srtp-unprotect", x.c.request(x.packet), x.stage, -1)}, x.about...)
	}
}

// srtcpInvalid adds the packets of SRTCP.
func srtcpInvalid(u srtpSuite, add, malformed func(string, srtpCase, []byte, ...string)) {
	aead := u.profile.Cipher == reference.SRTPAESGCM
	long := u.profile.Tag != 4
	policy := "R-3711-004"
	if aead {
		policy = "R-7714-004"
	}
	c := newRTCPCase(u, 0x1234, rfc7714RTCP)
	p := c.protect()
	word := len(c.packet)
	if aead {
		word += 16
	}
	change := func(edit func(c *srtpCase)) srtpCase {
		other := c
		edit(&other)
		return other
	}
	withE := func(packet []byte) []byte {
		out := cut(packet, len(packet))
		out[word] ^= 0x80
		return out
	}
	add("SRTCP: E flag changed", c, withE(p.Packet), "ModifiedPacket", policy)
	add("SRTCP: index changed", c, flip(p.Packet, word+3), "ModifiedPacket", policy)
	add("SRTCP: last octet of the tag changed", c, flip(p.Packet, p.TagAt+len(p.Tag)-1), "ModifiedPacket", policy)
	add("SRTCP: under the keys of SRTP", c, c.protectWith(u.profile.SessionKeys(c.key, c.salt, reference.LabelRTPEncr)).Packet, "WrongLabel", policy)
	if long {
		add("SRTCP: packet type changed", c, flip(p.Packet, 1), "ModifiedPacket", policy)
		add("SRTCP: length changed", c, flip(p.Packet, 3), "ModifiedPacket", policy)
		add("SRTCP: SSRC changed", change(func(c *srtpCase) { c.ssrc ^= 1 }), flip(p.Packet, 7), "ModifiedPacket", policy)
		add("SRTCP: first octet of the body changed", c, flip(p.Packet, 8), "ModifiedPacket", policy)
		add("SRTCP: last octet of the body changed", c, flip(p.Packet, len(c.packet)-1), "ModifiedPacket", policy)
		add("SRTCP: first octet of the tag changed", c, flip(p.Packet, p.TagAt), "ModifiedPacket", policy)
		add("SRTCP: one octet cut off", c, p.Packet[:len(p.Packet)-1], "ModifiedPacket", policy)
		add("SRTCP: not protected", c, c.packet, policy)
		add("SRTCP: under another master key", change(func(c *srtpCase) { c.key = flip(c.key, -1) }), p.Packet, policy)
		add("SRTCP: under another master salt", change(func(c *srtpCase) { c.salt = flip(c.salt, 0) }), p.Packet, policy)
	}
	m := change(func(c *srtpCase) { c.mki = unhex("01020304") })
	add("SRTCP: MKI of another key", change(func(c *srtpCase) { c.mki = unhex("01020305") }), m.protect().Packet, "MKI", "R-3711-001")
	if long {
		add("SRTCP: MKI in the packet, none at the receiver", c, m.protect().Packet, "MKI", "R-3711-001")
		add("SRTCP: no MKI in the packet, one at the receiver", m, p.Packet, "MKI", "R-3711-001")
	}
	if !aead {
		head := p.Packet[:p.TagAt]
		tag := func(input ...[]byte) []byte { return reference.MAC(reference.MACHMACSHA1, c.keys().Auth, input...) }
		add("SRTCP: tag without the index", c, concat(head, tag(c.protect().Packet[:word])[:10]), policy)
		add("SRTCP: tag with a ROC", c, concat(head, tag(head, make([]byte, 4))[:10]), "WrongROC", policy)
		add("SRTCP: tag of 4 octets", c, concat(head, tag(head)[:4]), "SRTCPTag", "R-3711-004", "P-12")
		input := concat(head, m.mki)
		add("SRTCP: tag over the MKI", m, concat(input, tag(input)[:10]), "MKI", "R-3711-001")
		add("SRTCP: MKI before the index", m, func() []byte {
			x := concat(head[:word], m.mki, head[word:])
			return concat(x, tag(x)[:10])
		}(), "MKI", "R-3711-001")
	} else {
		k := c.keys()
		body := c.packet[8:]
		esrtcp := p.Packet[word:]
		seal := func(iv, aad []byte) []byte { return concat(c.packet[:8], reference.GCM(k.Encr, iv, body, aad), esrtcp) }
		add("SRTCP: AAD without the index", c, seal(p.IV, c.packet[:8]), policy)
		add("SRTCP: AAD with the E flag 0", c, seal(p.IV, concat(c.packet[:8], unhex("00001234"))), policy)
		add("SRTCP: IV with the E flag", c, seal(reference.GCMIV(k.Salt, c.ssrc, 0x80001234), concat(c.packet[:8], esrtcp)), policy)
		add("SRTCP: index before the ciphertext", c, concat(c.packet[:8], esrtcp, p.Packet[8:word]), policy)
		add("SRTCP: not encrypted, and the AAD of 12 octets", c, func() []byte {
			zero := unhex("00001234")
			return concat(c.packet, reference.GCM(k.Encr, p.IV, nil, concat(c.packet[:8], zero)), zero)
		}(), policy)
	}

	rr := newRTCPCase(u, 1, unhex("80c90001cafebabe"))
	full := rr.protect().Packet
	malformed("SRTCP: one octet too short for header, index and tag", rr, full[:len(full)-1], "Truncated", policy)
	if long {
		malformed("SRTCP: no packet", rr, nil, "Truncated", policy)
		malformed("SRTCP: 7 octets", rr, full[:7], "Truncated", policy)
		malformed("SRTCP: header and index alone", rr, full[:12], "Truncated", policy)
		withMKI := rr
		withMKI.mki = unhex("01020304")
		malformed("SRTCP: one octet too short for header, index, MKI and tag", withMKI, withMKI.protect().Packet[1:], "Truncated", "R-3711-001")
	}
}

// srtpPolicy has what is refused before any packet.
func srtpPolicy(b *builder) {
	b.startGroup("SRTP", "requests that no packet can help", vectors.Requires{Suites: []string{"AES_CM_128_HMAC_SHA1_80"}}, nil)
	u := srtpSuiteNamed("AES_CM_128_HMAC_SHA1_80")
	c := newCase(u, rtpPacket(0, 0, 1, srtpSSRC, count(20, 0)))
	for _, name := range []string{"AES_CM_128_HMAC_SHA1_64", "aes-cm-128-hmac-sha1-80", "DOUBLE_AEAD_AES_128_GCM"} {
		other := c
		other.suite.name = name
		b.add(fmt.Sprintf("protect with the suite %q", name), []*vectors.Call{refuse("srtp-protect", other.request(c.packet), "unsupported", -1)}, "R-3830-113")
		b.add(fmt.Sprintf("unprotect with the suite %q", name), []*vectors.Call{refuse("srtp-unprotect", other.request(c.protect().Packet), "unsupported", -1)}, "R-3830-113")
	}
	for _, v := range []struct {
		what   string
		packet []byte
	}{
		{"no packet", nil},
		{"11 octets", c.packet[:11]},
		{"15 CSRCs that are not there", rtpPacket(15, 0, 1, srtpSSRC, count(20, 0))},
		{"a header extension without length", rtpPacket(0x10, 0, 1, srtpSSRC)},
		{"a header extension longer than the packet", rtpPacket(0x10, 0, 1, srtpSSRC, unhex("bede0100"), count(20, 0))},
	} {
		b.add("protect RTP: "+v.what, []*vectors.Call{refuse("srtp-protect", c.request(v.packet), "malformed", -1)}, "R-3830-113", "Truncated")
	}
	r := newRTCPCase(u, 1, rfc7714RTCP)
	b.add("protect RTCP: no packet", []*vectors.Call{refuse("srtp-protect", r.request(nil), "malformed", -1)}, "R-3830-113", "Truncated")
	b.add("protect RTCP: 7 octets", []*vectors.Call{refuse("srtp-protect", r.request(rfc7714RTCP[:7]), "malformed", -1)}, "R-3830-113", "Truncated")
}

// srtpWholeWay has a MIKEY message, its keys, and a packet under them.
func srtpWholeWay(b *builder) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	one := []reference.Session{{Policy: 0, SSRC: srtpSSRC}}
	spi := reference.Validity{Type: 1, SPI: unhex("01020304")}
	tek := func(u suite) reference.Key {
		return reference.Key{Type: reference.KeyTEK, Key: count(u.keyLen+u.saltLen, 0x50)}
	}
	ways := []wholeWay{
		{"a TGK", aes128_80, one, reference.Key{Type: reference.KeyTGK, Key: count(16, 0x50)}},
		{"a TGK of 32 octets", aes128_80, one, reference.Key{Type: reference.KeyTGK, Key: count(32, 0x50)}},
		{"a TGK with a salt", aes128_80, one, reference.Key{Type: reference.KeyTGKSalt, Key: count(16, 0x50), Salt: count(14, 0xb0)}},
		{"a TEK", aes128_80, one, tek(aes128_80)},
		{"a TEK with a salt", aes128_80, one, reference.Key{Type: reference.KeyTEKSalt, Key: count(16, 0x50), Salt: count(14, 0xb0)}},
		{"a TGK with an MKI", aes128_80, one, reference.Key{Type: reference.KeyTGK, Key: count(16, 0x50), KV: spi}},
		{"a ROC in the map", aes128_80, []reference.Session{{Policy: 0, SSRC: srtpSSRC, ROC: 0x01020304}}, reference.Key{Type: reference.KeyTGK, Key: count(16, 0x50)}},
		{"two crypto sessions", aes128_80, []reference.Session{{Policy: 0, SSRC: srtpSSRC}, {Policy: 0, SSRC: 0xdeadbeef, ROC: 7}}, reference.Key{Type: reference.KeyTGK, Key: count(16, 0x50)}},
	}
	for _, u := range []suite{aes128_32, aes256_80, gcm128, gcm256} {
		ways = append(ways,
			wholeWay{"a TGK", u, one, reference.Key{Type: reference.KeyTGK, Key: count(32, 0x50)}},
			wholeWay{"a TEK with a salt", u, one, reference.Key{Type: reference.KeyTEKSalt, Key: count(u.keyLen, 0x50), Salt: count(u.saltLen, 0xb0)}})
	}
	for _, w := range ways {
		b.startGroup("SRTP", "from a pre-shared key message to a packet: srtp-protect and srtp-unprotect take what respond returned",
			vectors.Requires{Modes: []string{"psk"}, Suites: []string{w.suite.name}}, obj{"bob": obj{"psk": hexOf(count(16, 0))}})
		m, k, random := w.message(now)
		keys, steps := agreed(0, k.CSBID, random, w.sessions, []suite{w.suite}, []reference.Key{w.key})
		calls := []*vectors.Call{accept("respond", obj{"credentials": "bob", "now": at(now), "message": b64(m.Octets())}, obj{"keys": keys},
			append(append(layout(m, "request.message"),
				step("encr_key", k.EncrKey(), "PRF(PSK, 150533e1 || ff || csb_id || RAND)"),
				step("salt_key", k.SaltKey(), "PRF(PSK, 29b88916 || ff || csb_id || RAND)"),
				step("auth_key", k.AuthKey(), "PRF(PSK, 2d22ac75 || ff || csb_id || RAND)"),
				step("Key data", reference.KeyData(w.key), "the contents of KEMAC")), steps...)...)}
		for i, s := range w.sessions {
			u := srtpSuiteNamed(w.suite.name)
			c := newCase(u, rtpPacket(0, 96, 0x1234, s.SSRC, count(20, 1)))
			c.roc = s.ROC
			c.key, c.salt = w.key.Master(0, byte(i+1), k.CSBID, random, w.suite.keyLen, w.suite.saltLen)
			c.mki = w.key.KV.SPI
			from := fmt.Sprintf("@1.keys.crypto_sessions.%d.", i)
			request := func(c srtpCase, packet []byte) obj {
				r := with(c.request(packet), obj{
					"suite": from + "srtp.suite", "master_key": from + "srtp.master_key", "master_salt": from + "srtp.master_salt",
					"ssrc": from + "ssrc", "roc": from + "roc",
				})
				if c.mki != nil {
					r["mki"] = from + "mki"
				}
				return r
			}
			r := newRTCPCase(u, 1, concat(unhex("80c80006"), unhex(hex32(s.SSRC)), count(20, 1)))
			r.roc, r.key, r.salt, r.mki = c.roc, c.key, c.salt, c.mki
			calls = append(calls,
				accept("srtp-protect", request(c, c.packet), obj{"packet": hexOf(c.protect().Packet)}, c.steps("packet")...),
				accept("srtp-unprotect", request(c, c.protect().Packet), obj{"packet": hexOf(c.packet)}),
				accept("srtp-unprotect", request(r, r.protect().Packet), obj{"packet": hexOf(r.packet)}, r.steps("request.packet")...))
		}
		b.add("from a message to packets: "+w.name+", "+w.suite.name, calls, "R-3830-113", "R-3711-010")
	}
}
