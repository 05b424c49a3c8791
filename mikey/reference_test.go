package mikey_test

import (
	"bytes"
	"crypto/aes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// The reference computes the messages and keys of the pre-shared key mode from
// the text of the RFCs: octet by octet, in one straight line, without the code
// it is compared with. It also makes the messages that no initiator would send.

// A refPayload is a payload without its next-payload octet.
type refPayload struct {
	number byte
	body   []byte
}

// A refMessage is a message before encoding; nothing in it is checked.
type refMessage struct {
	version, dataType byte
	v                 bool
	prf               byte
	csbID             uint32
	csCount           byte
	mapType           byte
	csMap             []byte
	payloads          []refPayload
}

// octets: every payload but the header starts with the number of the next one
// (RFC 3830, Section 6.1).
func (m *refMessage) octets() []byte {
	next := func(i int) byte {
		if i < len(m.payloads) {
			return m.payloads[i].number
		}
		return 0
	}
	flags := m.prf
	if m.v {
		flags |= 0x80
	}
	b := []byte{m.version, m.dataType, next(0), flags}
	b = binary.BigEndian.AppendUint32(b, m.csbID)
	b = append(b, m.csCount, m.mapType)
	b = append(b, m.csMap...)
	for i, p := range m.payloads {
		b = append(b, next(i+1))
		b = append(b, p.body...)
	}
	return b
}

type refSession struct {
	policy    byte
	ssrc, roc uint32
}

type refKey struct {
	keyType   byte
	key, salt []byte
	kvType    byte
	kv        []byte
}

// A refExchange is one exchange: everything that its octets depend on.
type refExchange struct {
	psk            []byte
	prf, encr, mac byte
	v              bool
	csbID          uint32
	sessions       []refSession
	tsType         byte
	ts             []byte // as transported
	rand           []byte
	update         bool   // RAND serves the derivations and is not sent
	idI, idR       string // NAIs
	omitIDs        bool
	policies       [][]byte // bodies of SP payloads
	extensions     [][]byte // bodies of general extension payloads
	keys           []refKey

	plain []byte            // the contents of the KEMAC, instead of keys
	data  []byte            // the encrypted contents, instead of those
	edit  func(*refMessage) // changes the message before the KEMAC is added
}

func refMap(sessions []refSession) []byte {
	var b []byte
	for _, s := range sessions {
		b = append(b, s.policy)
		b = binary.BigEndian.AppendUint32(b, s.ssrc)
		b = binary.BigEndian.AppendUint32(b, s.roc)
	}
	return b
}

func refID(id string) refPayload {
	b := []byte{0}
	b = binary.BigEndian.AppendUint16(b, uint16(len(id)))
	return refPayload{6, append(b, id...)}
}

// request is HDR, T, RAND, [IDi], [IDr], {SP}, KEMAC (RFC 3830, Section 3.1).
func (e *refExchange) request() []byte {
	m := &refMessage{
		version: 1, dataType: 0, v: e.v, prf: e.prf, csbID: e.csbID,
		csCount: byte(len(e.sessions)), csMap: refMap(e.sessions),
	}
	add := func(number byte, body []byte) {
		m.payloads = append(m.payloads, refPayload{number, body})
	}
	add(5, append([]byte{e.tsType}, e.ts...))
	if !e.update && e.rand != nil {
		add(11, append([]byte{byte(len(e.rand))}, e.rand...))
	}
	if e.idI != "" && !e.omitIDs {
		m.payloads = append(m.payloads, refID(e.idI))
	}
	if e.idR != "" && !e.omitIDs {
		m.payloads = append(m.payloads, refID(e.idR))
	}
	for _, sp := range e.policies {
		add(10, sp)
	}
	for _, x := range e.extensions {
		add(21, x)
	}
	if e.edit != nil {
		e.edit(m)
	}
	data := e.data
	if data == nil {
		data = e.encrypt(e.keyData())
	}
	kemac := []byte{e.encr}
	kemac = binary.BigEndian.AppendUint16(kemac, uint16(len(data)))
	kemac = append(kemac, data...)
	kemac = append(kemac, e.mac)
	add(1, kemac)
	// The MAC covers the entire message but the MAC field, which is its end
	// (RFC 3830, Section 5.2).
	covered := m.octets()
	return append(covered, e.sum(covered)...)
}

// response is HDR, T, [IDr], V (RFC 3830, Section 3.1).
func (e *refExchange) response(sessions []refSession, edit func(*refMessage)) []byte {
	m := &refMessage{
		version: 1, dataType: 1, prf: e.prf, csbID: e.csbID,
		csCount: byte(len(sessions)), csMap: refMap(sessions),
	}
	m.payloads = append(m.payloads, refPayload{5, append([]byte{e.tsType}, e.ts...)})
	if e.idR != "" {
		m.payloads = append(m.payloads, refID(e.idR))
	}
	if edit != nil {
		edit(m)
	}
	m.payloads = append(m.payloads, refPayload{9, []byte{e.mac}})
	message := m.octets()
	// IDi, IDr and T directly follow the message in the calculation (RFC 3830,
	// Section 5.2).
	covered := append([]byte(nil), message...)
	covered = append(covered, e.idI...)
	covered = append(covered, e.idR...)
	covered = append(covered, e.ts...)
	return append(message, e.sum(covered)...)
}

// errorMessage is HDR, T, {ERR}, {SP}, [V] (RFC 3830, Section 5.1.2).
func (e *refExchange) errorMessage(authenticated bool, policies [][]byte, codes ...byte) []byte {
	m := &refMessage{version: 1, dataType: 6, prf: e.prf, csbID: e.csbID}
	m.payloads = append(m.payloads, refPayload{5, append([]byte{e.tsType}, e.ts...)})
	for _, code := range codes {
		m.payloads = append(m.payloads, refPayload{12, []byte{code, 0, 0}})
	}
	for _, sp := range policies {
		m.payloads = append(m.payloads, refPayload{10, sp})
	}
	if !authenticated {
		return m.octets()
	}
	m.payloads = append(m.payloads, refPayload{9, []byte{e.mac}})
	covered := m.octets()
	return append(covered, e.sum(covered)...)
}

// keyData is the chain of key data sub-payloads (RFC 3830, Section 6.13).
func (e *refExchange) keyData() []byte {
	if e.plain != nil {
		return e.plain
	}
	var b []byte
	for i, k := range e.keys {
		next := byte(20)
		if i == len(e.keys)-1 {
			next = 0
		}
		b = append(b, next, k.keyType<<4|k.kvType)
		b = binary.BigEndian.AppendUint16(b, uint16(len(k.key)))
		b = append(b, k.key...)
		if k.keyType == 1 || k.keyType == 3 || k.keyType == 5 {
			b = binary.BigEndian.AppendUint16(b, uint16(len(k.salt)))
			b = append(b, k.salt...)
		}
		b = append(b, k.kv...)
	}
	return b
}

// encrypt: RFC 3830, Section 4.2.3; RFC 6043, Section 6.2.
func (e *refExchange) encrypt(plain []byte) []byte {
	switch e.encr {
	case 1, 3:
		keyLen := 16
		if e.encr == 3 {
			keyLen = 32
		}
		key := e.messageKey(0x150533E1, keyLen)
		salt := e.messageKey(0x29B88916, 14)
		// IV = (S XOR (0x0000 || CSB ID || T)) || 0x0000
		iv := make([]byte, 2)
		iv = binary.BigEndian.AppendUint32(iv, e.csbID)
		switch e.tsType {
		case 2: // padded with leading zeros (RFC 3830, Section 6.6)
			iv = append(iv, 0, 0, 0, 0)
			iv = append(iv, e.ts...)
		case 3: // a fraction of zero (RFC 6043, Section 6.3)
			iv = append(iv, e.ts...)
			iv = append(iv, 0, 0, 0, 0)
		default:
			iv = append(iv, e.ts...)
		}
		for i := range salt {
			iv[i] ^= salt[i]
		}
		iv = append(iv, 0, 0)
		return refAESCM(key, iv, plain)
	case 2:
		if len(plain) == 0 {
			return nil
		}
		padded := append([]byte(nil), plain...)
		for len(padded)%8 != 0 || len(padded) < 16 {
			padded = append(padded, 0)
		}
		return refKeyWrap(e.messageKey(0x150533E1, 16), e.messageKey(0x29B88916, 8), padded)
	}
	return plain
}

// sum: RFC 3830, Section 4.2.4; RFC 6043, Section 6.2.
func (e *refExchange) sum(covered []byte) []byte {
	switch e.mac {
	case 1:
		return refHMAC(sha1.New, e.messageKey(0x2D22AC75, 20), covered)
	case 2:
		return refHMAC(sha256.New, e.messageKey(0x2D22AC75, 32), covered)
	}
	return nil
}

// messageKey: RFC 3830, Section 4.1.4.
func (e *refExchange) messageKey(constant uint32, length int) []byte {
	return refPRF(e.prf, e.psk, refLabel(constant, 0xFF, e.csbID, e.rand), length)
}

// master returns the SRTP master key and salt that key k gives crypto session
// csID, counted from 1 (RFC 3830, Section 4.1.3 and Appendix A.1).
func (e *refExchange) master(k refKey, csID byte, keyLen, saltLen int) (key, salt []byte) {
	switch k.keyType {
	case 0:
		return refPRF(e.prf, k.key, refLabel(0x2AD01C64, csID, e.csbID, e.rand), keyLen),
			refPRF(e.prf, k.key, refLabel(0x39A2C14B, csID, e.csbID, e.rand), saltLen)
	case 1:
		return refPRF(e.prf, k.key, refLabel(0x2AD01C64, csID, e.csbID, e.rand), keyLen), k.salt
	case 2: // key and salt stand together
		return k.key[:keyLen], k.key[keyLen:]
	}
	return k.key, k.salt
}

func refLabel(constant uint32, csID byte, csbID uint32, rand []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, constant)
	b = append(b, csID)
	b = binary.BigEndian.AppendUint32(b, csbID)
	return append(b, rand...)
}

// refPRF: RFC 3830, Section 4.1.2; RFC 6043, Section 6.1.
func refPRF(prf byte, inkey, label []byte, length int) []byte {
	h := sha1.New
	if prf == 1 {
		h = sha256.New
	}
	out := make([]byte, length)
	for len(inkey) > 0 {
		s := inkey[:min(32, len(inkey))]
		inkey = inkey[len(s):]
		var p []byte
		a := label
		for len(p) < length {
			a = refHMAC(h, s, a)
			p = append(p, refHMAC(h, s, append(append([]byte(nil), a...), label...))...)
		}
		for i := range out {
			out[i] ^= p[i]
		}
	}
	return out
}

func refHMAC(h func() hash.Hash, key, data []byte) []byte {
	m := hmac.New(h, key)
	m.Write(data)
	return m.Sum(nil)
}

// refAESCM encrypts with the keystream E(k, IV) || E(k, IV + 1) || ... (RFC
// 3711, Section 4.1.1).
func refAESCM(key, iv, plain []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	counter := append([]byte(nil), iv...)
	out := make([]byte, 0, len(plain))
	for len(out) < len(plain) {
		keystream := make([]byte, 16)
		block.Encrypt(keystream, counter)
		for i := 0; i < 16 && len(out) < len(plain); i++ {
			out = append(out, plain[len(out)]^keystream[i])
		}
		for i := 15; i >= 0; i-- {
			counter[i]++
			if counter[i] != 0 {
				break
			}
		}
	}
	return out
}

// refKeyWrap is the shifting description of RFC 3394, Section 2.2.1, with the
// initial value that RFC 3830, Section 4.2.3, sets.
func refKeyWrap(key, iv, plain []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	n := len(plain) / 8
	a := append([]byte(nil), iv...)
	r := append([]byte(nil), plain...)
	for t := 1; t <= 6*n; t++ {
		b := append(append([]byte(nil), a...), r[:8]...)
		block.Encrypt(b, b)
		msb := binary.BigEndian.Uint64(b[:8]) ^ uint64(t)
		a = binary.BigEndian.AppendUint64(nil, msb)
		r = append(append([]byte(nil), r[8:]...), b[8:]...)
	}
	return append(a, r...)
}

// refNTP is a time as NTP counts it (RFC 3830, Section 4.2.8), without the
// fraction.
func refNTP(tm time.Time) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(tm.Unix()+2208988800))
	return append(b, 0, 0, 0, 0)
}

// refSP is the SP payload of a suite with AES-CM and HMAC-SHA1.
func refSP(number byte, keyLen, tagLen byte) []byte {
	params := []byte{
		0, 1, 1, // AES-CM
		1, 1, keyLen,
		2, 1, 1, // HMAC-SHA-1
		3, 1, 20,
		4, 1, 14,
		7, 1, 1,
		8, 1, 1,
		10, 1, 1,
		11, 1, tagLen,
	}
	return append([]byte{number, 0, 0, byte(len(params))}, params...)
}

func refHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func refCount(n int, first byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

// refOffer returns the offer that asks for exactly the messages of e.
func (e *refExchange) offer() mikey.Offer {
	o := mikey.Offer{
		Algorithms:   &mikey.Algorithms{PRF: mikey.PRFFunc(e.prf), Encr: mikey.EncrAlg(e.encr), MAC: mikey.MACAlg(e.mac)},
		Verification: e.v,
		OmitIDs:      e.omitIDs,
	}
	if !e.update {
		o.Group = &mikey.Group{CSBID: e.csbID, RAND: e.rand}
	}
	o.Timestamp = &mikey.Timestamp{TSType: mikey.TSType(e.tsType), Value: e.number()}
	for _, s := range e.sessions {
		o.CryptoSessions = append(o.CryptoSessions, mikey.CryptoSession{Policy: s.policy, SSRC: s.ssrc, ROC: s.roc})
	}
	for _, sp := range e.policies {
		o.Policies = append(o.Policies, mikey.SecurityPolicy{
			Number: sp[0], Protocol: mikey.Protocol(sp[1]), Params: mikey.PolicyParams(sp[4:]),
		})
	}
	for _, x := range e.extensions {
		o.Extensions = append(o.Extensions, mikey.GeneralExtension{ExtType: mikey.ExtensionType(x[0]), Data: x[3:]})
	}
	for _, k := range e.keys {
		data := mikey.KeyData{KeyType: mikey.KeyType(k.keyType), Key: k.key, Salt: k.salt}
		switch k.kvType {
		case 1:
			data.Validity = mikey.SPI(k.kv[1:])
		case 2:
			data.Validity = mikey.Interval(k.kv[1:1+k.kv[0]], k.kv[2+k.kv[0]:])
		}
		o.Keys = append(o.Keys, data)
	}
	return o
}

// number is the value of the timestamp as a number.
func (e *refExchange) number() (value uint64) {
	for _, b := range e.ts {
		value = value<<8 | uint64(b)
	}
	return value
}

// config returns the configuration of the initiator and the responder of e.
func (e *refExchange) config() (initiator, responder *mikey.Config) {
	initiator = &mikey.Config{Now: func() time.Time { return exTime }, AllowCounter: true}
	responder = &mikey.Config{Now: func() time.Time { return exTime }, AllowCounter: true}
	if e.idI != "" {
		initiator.ID, responder.Peer = mikey.NAI(e.idI), mikey.NAI(e.idI)
	}
	if e.idR != "" {
		initiator.Peer, responder.ID = mikey.NAI(e.idR), mikey.NAI(e.idR)
	}
	return initiator, responder
}

// mode returns the mode that takes the algorithms of e.
func (e *refExchange) mode(t testing.TB) mikey.Mode {
	t.Helper()
	if e.encr == 0 || e.mac == 0 {
		return mikey.InsecureTransportProtected(e.psk)
	}
	mode, err := mikey.PSK(e.psk)
	if err != nil {
		t.Fatal(err)
	}
	return mode
}

// checkKeys compares the master keys of a session with the reference. lengths
// are those of the master key in each crypto session; salts have 14 octets.
func (e *refExchange) checkKeys(t testing.TB, who string, s *mikey.Session, lengths []int) {
	t.Helper()
	for cs, length := range lengths {
		masters, err := s.MasterKeys(uint8(cs + 1))
		if err != nil {
			t.Fatal(err)
		}
		if len(masters) != len(e.keys) {
			t.Fatalf("%s: crypto session %d has %d keys, want %d", who, cs+1, len(masters), len(e.keys))
		}
		for i, k := range e.keys {
			key, salt := e.master(k, byte(cs+1), length, 14)
			if !bytes.Equal(masters[i].Key, key) {
				t.Errorf("%s: crypto session %d, key %d: master key %x, want %x", who, cs+1, i, masters[i].Key, key)
			}
			if !bytes.Equal(masters[i].Salt, salt) {
				t.Errorf("%s: crypto session %d, key %d: master salt %x, want %x", who, cs+1, i, masters[i].Salt, salt)
			}
			var kv []byte
			switch v := masters[i].Validity; v.Type {
			case mikey.KVSPI:
				kv = append([]byte{byte(len(v.SPI))}, v.SPI...)
			case mikey.KVInterval:
				kv = append([]byte{byte(len(v.From))}, v.From...)
				kv = append(append(kv, byte(len(v.To))), v.To...)
			}
			if !bytes.Equal(kv, k.kv) || byte(masters[i].Validity.Type) != k.kvType {
				t.Errorf("%s: crypto session %d, key %d: validity %v, want type %d, %x", who, cs+1, i, masters[i].Validity, k.kvType, k.kv)
			}
		}
	}
}

// compare runs e in both directions: the initiator's octets are those of the
// reference, the responder takes the reference's octets and answers with those
// of the reference, and all have the reference's keys.
func (e *refExchange) compare(t testing.TB, fill []uint32, lengths []int) {
	t.Helper()
	iConfig, rConfig := e.config()
	mode := e.mode(t)
	initiator, err := mikey.NewInitiator(mode, iConfig)
	if err != nil {
		t.Fatal(err)
	}
	responder, err := mikey.NewResponder(rConfig, mode)
	if err != nil {
		t.Fatal(err)
	}

	message, pending, err := initiator.Start(e.offer())
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	want := e.request()
	if !bytes.Equal(message, want) {
		t.Fatalf("request\n%x, want\n%x", message, want)
	}
	received, err := responder.Receive(want)
	if err != nil {
		t.Fatalf("Receive: %v", err)
	}
	filled := append([]refSession(nil), e.sessions...)
	rest := fill
	for i := range filled {
		if filled[i].ssrc == 0 {
			filled[i].ssrc, rest = rest[0], rest[1:]
		}
	}
	answer, rSession, err := received.Accept(fill...)
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	e.checkKeys(t, "responder", rSession, lengths)
	var wantAnswer []byte
	if e.v {
		wantAnswer = e.response(filled, nil)
	}
	if !bytes.Equal(answer, wantAnswer) || (answer == nil) != (wantAnswer == nil) {
		t.Fatalf("answer\n%x, want\n%x", answer, wantAnswer)
	}
	iSession, err := pending.Finish(wantAnswer)
	if err != nil {
		t.Fatalf("Finish: %v", err)
	}
	e.checkKeys(t, "initiator", iSession, lengths)
	for _, s := range []*mikey.Session{rSession, iSession} {
		if s == iSession && !e.v {
			break // nobody told the initiator
		}
		for i, cs := range s.CryptoSessions() {
			if got := (refSession{cs.Policy, cs.SSRC, cs.ROC}); got != filled[i] {
				t.Errorf("crypto session %d is %v, want %v", i+1, got, filled[i])
			}
		}
	}
	for _, s := range []*mikey.Session{iSession, rSession} {
		switch {
		case e.mac != 0 && !s.Authenticated():
			t.Error("an authenticated session says it is not")
		case e.mac == 0 && e.encr == 0 && s.Authenticated():
			t.Error("a session without authentication says it has one")
		}
	}
}

// refMatrix is one exchange of the matrix.
func refMatrix(encr, mac, prf, keyType, kvType, tsType byte, v bool, sessions int) (e *refExchange, fill []uint32, lengths []int) {
	e = &refExchange{
		psk: refCount(24, 0x40), prf: prf, encr: encr, mac: mac, v: v,
		csbID: 0xcd177e50, rand: refHex("4a28da979ee21a7651a0d7f19136d98c"),
		idI: "alice@example.com", idR: "bob@example.net",
		tsType: tsType, ts: refNTP(exTime),
		extensions: [][]byte{
			append([]byte{1, 0, 5}, "mikey"...),
			append([]byte{0, 0, 6}, "vendor"...),
		},
	}
	switch tsType {
	case 2:
		e.ts = []byte{0, 0, 0, 42}
	case 3:
		e.ts = e.ts[:4]
	}
	e.sessions = []refSession{{7, 0xdeadbeef, 0}}
	e.policies = [][]byte{refSP(7, 16, 10)}
	lengths = []int{16}
	if sessions == 3 {
		second := refSP(0, 16, 4)
		lengths = []int{16, 16, 16}
		if keyType < 2 {
			second = refSP(0, 32, 10)
			lengths[1] = 32
		}
		e.policies = append(e.policies, second)
		third := refSession{7, 0, 0}
		if v {
			fill = []uint32{0x01020304}
		} else {
			third.ssrc = 5
		}
		e.sessions = append(e.sessions, refSession{0, 0x11223344, 9}, third)
	}
	k := refKey{keyType: keyType, kvType: kvType}
	switch keyType {
	case 0, 1:
		k.key = refCount(32, 0x80)
	case 2:
		k.key = refCount(30, 0x80)
	case 3:
		k.key = refCount(16, 0x80)
	}
	if keyType == 1 || keyType == 3 {
		k.salt = refCount(14, 0xf0)
	}
	e.keys = []refKey{k}
	switch kvType {
	case 1: // several keys, each with an MKI
		e.keys[0].kv = []byte{4, 0, 0, 0, 1}
		k.kv = []byte{4, 0, 0, 0, 2}
		k.key = refCount(len(k.key), 0x20)
		e.keys = append(e.keys, k)
	case 2:
		e.keys[0].kv = []byte{6, 0, 0, 0, 0, 0, 1, 6, 0, 0, 0, 1, 0, 0}
	}
	return e, fill, lengths
}

// TestR3830_056_057_060_061_ReferenceMatrix compares every combination of what a
// pre-shared key exchange can be made of.
func TestR3830_056_057_060_061_ReferenceMatrix(t *testing.T) {
	for encr := byte(0); encr <= 3; encr++ {
		for mac := byte(0); mac <= 2; mac++ {
			t.Run(fmt.Sprintf("%v/%v", mikey.EncrAlg(encr), mikey.MACAlg(mac)), func(t *testing.T) {
				n := 0
				for prf := byte(0); prf <= 1; prf++ {
					for keyType := byte(0); keyType <= 3; keyType++ {
						for kvType := byte(0); kvType <= 2; kvType++ {
							for tsType := byte(0); tsType <= 3; tsType++ {
								for _, sessions := range []int{1, 3} {
									for _, v := range []bool{false, true} {
										if n++; testing.Short() && n%7 != 0 {
											continue
										}
										e, fill, lengths := refMatrix(encr, mac, prf, keyType, kvType, tsType, v, sessions)
										e.compare(t, fill, lengths)
										if t.Failed() {
											t.Fatalf("prf %d, key type %d, kv %d, ts %d, v %v, %d sessions",
												prf, keyType, kvType, tsType, v, sessions)
										}
									}
								}
							}
						}
					}
				}
			})
		}
	}
}

// TestReferenceSizes compares what depends on lengths: keys below, of and above
// the blocks of the PRF, RANDs up to the longest, and no identities.
func TestReferenceSizes(t *testing.T) {
	for _, prf := range []byte{0, 1} {
		for _, psk := range []int{1, 16, 31, 32, 33, 63, 64, 65, 100} {
			for _, tgk := range []int{16, 32, 33, 48, 64, 256} {
				e, fill, lengths := refMatrix(1, 1, prf, 0, 0, 0, true, 3)
				e.psk, e.keys[0].key = refCount(psk, 3), refCount(tgk, 5)
				e.compare(t, fill, lengths)
			}
		}
		for _, tgk := range []int{1, 4, 11, 12, 13, 20} { // key wrap pads
			e, fill, lengths := refMatrix(2, 1, prf, 0, 0, 0, true, 1)
			e.keys[0].key = refCount(tgk, 5)
			e.compare(t, fill, lengths)
		}
		for _, n := range []int{16, 17, 32, 255} {
			e, fill, lengths := refMatrix(3, 2, prf, 1, 1, 0, true, 3)
			e.rand = refCount(n, 9)
			e.compare(t, fill, lengths)
		}
	}
	t.Run("identities", func(t *testing.T) {
		for _, ids := range [][2]string{{"", ""}, {"alice@example.com", ""}, {"", "bob@example.net"}} {
			e, fill, lengths := refMatrix(1, 1, 0, 0, 0, 0, true, 3)
			e.idI, e.idR = ids[0], ids[1]
			e.compare(t, fill, lengths)
		}
		// They count in the verification also where they are left out.
		e, fill, lengths := refMatrix(1, 1, 0, 0, 0, 0, true, 3)
		e.omitIDs = true
		e.compare(t, fill, lengths)
	})
}

// TestReferencePRF: the check values of independent computations.
func TestReferencePRF(t *testing.T) {
	rand := refHex("4a28da979ee21a7651a0d7f19136d98c")
	for _, tt := range []struct {
		prf      byte
		constant uint32
		csID     byte
		inkey    int
		want     string
	}{
		{0, 0x150533E1, 0xFF, 16, "3ecb8e12ff89e649e0d7e99f2c8dbd5b"},
		{0, 0x2D22AC75, 0xFF, 16, "717c74239ab339283516802772c6289f7eebd391"},
		{0, 0x29B88916, 0xFF, 16, "b6d5b54e706c160be80157bac923"},
		{0, 0x2AD01C64, 1, 16, "653dd085cbe8c9d6b09607e59a864171"},
		{0, 0x39A2C14B, 1, 16, "c0c0a8bc99763b60e991c6d09d11"},
		{0, 0x2AD01C64, 1, 32, "ac8fcb094a25e3c53efc1d8f774e91d4"},
		{0, 0x2AD01C64, 1, 48, "e46ba3b0afb2659a839a5aaa094d6538"},
		{1, 0x2AD01C64, 1, 32, "5d8144987739d856253f571629c9b0c95e5dabd48af56b1faf0cf5bad846df68"},
	} {
		label := refLabel(tt.constant, tt.csID, 0xcd177e50, rand)
		if got := refPRF(tt.prf, refCount(tt.inkey, 0), label, len(tt.want)/2); hex.EncodeToString(got) != tt.want {
			t.Errorf("PRF %d, %08x, %d octets: %x, want %s", tt.prf, tt.constant, tt.inkey, got, tt.want)
		}
	}
	// RFC 3394, Section 4.1.
	got := refKeyWrap(refCount(16, 0), refHex("a6a6a6a6a6a6a6a6"), refHex("00112233445566778899aabbccddeeff"))
	if want := "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"; hex.EncodeToString(got) != want {
		t.Errorf("key wrap %x, want %s", got, want)
	}
	// RFC 3711, Appendix B.2.
	got = refAESCM(refHex("2b7e151628aed2a6abf7158809cf4f3c"), refHex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000"), make([]byte, 48))
	want := "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0"
	if hex.EncodeToString(got) != want {
		t.Errorf("keystream %x, want %s", got, want)
	}
}

// TestReferenceGolden compares messages and keys that a program in another
// language computed with other implementations of AES, SHA-1 and SHA-256.
func TestReferenceGolden(t *testing.T) {
	for _, tt := range []struct {
		name                            string
		encr, mac, prf, keyType, tsType byte
		request, answer, refusal        string
		keys                            []string // master key and salt of each crypto session
	}{
		{
			name: "AES-CM-128, HMAC-SHA-1-160, MIKEY-1, TGK",
			encr: 1, mac: 1, prf: 0, keyType: 0, tsType: 0,
			request: "01000580cd177e50030007deadbeef000000000011223344000000090700000000000000000b00ed4ea8c00000000006" +
				"104a28da979ee21a7651a0d7f19136d98c06000011616c696365406578616d706c652e636f6d0a00000f626f62406578" +
				"616d706c652e6e65740a0700001b00010101011002010103011404010e0701010801010a01010b010a150000001b0001" +
				"0101012002010103011404010e0701010801010a01010b010a150100056d696b65790100000676656e646f7200010024" +
				"76b09f4cdd11994bc4097da4f8a30dc1d0d7fd87b9f69ce917d88e7460ee29a83d30cdb501ca83c274c7744a139946d8" +
				"c2891124a3180f3c10",
			answer: "01010500cd177e50030007deadbeef000000000011223344000000090701020304000000000600ed4ea8c00000000009" +
				"00000f626f62406578616d706c652e6e65740001396fd583c714386e80b7e4143eeee314e4947699",
			refusal: "01060500cd177e5000000c00ed4ea8c000000000090c00000001572d36acb634433cfb6b161c039f33ba11a21cfa",
			keys: []string{
				"c31cf8b6d2409233e189d7f0e006d0e08a1ba4a6f6a49b362b05911effea",
				"4db614bcd41b40f6d1389a53c282c7f91388e18fd4838c0923bd183cd83ae192f45c409dc398dd271a9d756fbed6",
				"468d559e4ef222e782ed6e6d14eab69af6f621f6f7489e074b4b5c32e08f",
			},
		},
		{
			name: "AES-CM-256, HMAC-SHA-256-256, PRF-HMAC-SHA-256, TGK+SALT",
			encr: 3, mac: 2, prf: 1, keyType: 1, tsType: 0,
			request: "01000581cd177e50030007deadbeef000000000011223344000000090700000000000000000b00ed4ea8c00000000006" +
				"104a28da979ee21a7651a0d7f19136d98c06000011616c696365406578616d706c652e636f6d0a00000f626f62406578" +
				"616d706c652e6e65740a0700001b00010101011002010103011404010e0701010801010a01010b010a150000001b0001" +
				"0101012002010103011404010e0701010801010a01010b010a150100056d696b65790100000676656e646f7200030034" +
				"6322cef0277a1cd394a1e6c6b4635239ea52f74109d5b1248b279df761fba20c907a572b3139fc417cfe51c202b1cbb1" +
				"a2a1ad03028737e804f65f1ac07cca3dfc0456e0a92fa79daacac6416b7a93752f74d66594",
			answer: "01010501cd177e50030007deadbeef000000000011223344000000090701020304000000000600ed4ea8c00000000009" +
				"00000f626f62406578616d706c652e6e65740002426e462c11a0423a892812ce8472e4bcc83e479f8ff0f66d7f767c51" +
				"417786cf",
			refusal: "01060501cd177e5000000c00ed4ea8c000000000090c00000002af92e7737a5c3e957efa1dabac21d424070a9b857b33" +
				"c07a5250154b02eb8ef9",
			keys: []string{
				"d36aeeccca2e41d72c92c9e6fe59bc60f0f1f2f3f4f5f6f7f8f9fafbfcfd",
				"65faf7b311a3722e5ba6d461e213cbb348c1504b0bcc73e4bf16411fdc9d9647f0f1f2f3f4f5f6f7f8f9fafbfcfd",
				"7c1e61dd56a68bc2b32bd0b0406e78a7f0f1f2f3f4f5f6f7f8f9fafbfcfd",
			},
		},
		{
			name: "AES-KW-128, HMAC-SHA-1-160, MIKEY-1, TEK",
			encr: 2, mac: 1, prf: 0, keyType: 2, tsType: 0,
			request: "01000580cd177e50030007deadbeef000000000011223344000000090700000000000000000b00ed4ea8c00000000006" +
				"104a28da979ee21a7651a0d7f19136d98c06000011616c696365406578616d706c652e636f6d0a00000f626f62406578" +
				"616d706c652e6e65740a0700001b00010101011002010103011404010e0701010801010a01010b010a150000001b0001" +
				"0101011002010103011404010e0701010801010a01010b0104150100056d696b65790100000676656e646f7200020030" +
				"a67979c4940afd95a11c479f5f8b67c8a9a603ab729e09711f780cd41eb35f7c8fead10a971a9c2f35d92127f1d3ae4b" +
				"01b9d01fef4d6f0d6bffb21f96352c9593326746f9",
			answer: "01010500cd177e50030007deadbeef000000000011223344000000090701020304000000000600ed4ea8c00000000009" +
				"00000f626f62406578616d706c652e6e65740001396fd583c714386e80b7e4143eeee314e4947699",
			refusal: "01060500cd177e5000000c00ed4ea8c000000000090c00000001572d36acb634433cfb6b161c039f33ba11a21cfa",
			keys: []string{
				"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d",
				"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d",
				"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d",
			},
		},
		{
			name: "AES-CM-128, HMAC-SHA-1-160, MIKEY-1, TEK+SALT, COUNTER",
			encr: 1, mac: 1, prf: 0, keyType: 3, tsType: 2,
			request: "01000580cd177e50030007deadbeef000000000011223344000000090700000000000000000b020000002a06104a28da" +
				"979ee21a7651a0d7f19136d98c06000011616c696365406578616d706c652e636f6d0a00000f626f62406578616d706c" +
				"652e6e65740a0700001b00010101011002010103011404010e0701010801010a01010b010a150000001b000101010110" +
				"02010103011404010e0701010801010a01010b0104150100056d696b65790100000676656e646f72000100243aaed9b9" +
				"50a9f9ca3aea1c58abb29c83ffaf4d81772ff28df5a05af9c2bde5a881e99da201b17dce373535bce79706bbd1ba8043" +
				"d6c2834bf5",
			answer: "01010500cd177e50030007deadbeef0000000000112233440000000907010203040000000006020000002a0900000f62" +
				"6f62406578616d706c652e6e6574000163e2402043923c37455bdfaf7e54615e4ffb1476",
			refusal: "01060500cd177e5000000c020000002a090c000000015bf5267e41c0bd91bb25d66f3e5c944fccc546ec",
			keys: []string{
				"808182838485868788898a8b8c8d8e8ff0f1f2f3f4f5f6f7f8f9fafbfcfd",
				"808182838485868788898a8b8c8d8e8ff0f1f2f3f4f5f6f7f8f9fafbfcfd",
				"808182838485868788898a8b8c8d8e8ff0f1f2f3f4f5f6f7f8f9fafbfcfd",
			},
		},
		{
			name: "AES-CM-128, HMAC-SHA-256-256, MIKEY-1, TGK, NTP-UTC-32",
			encr: 1, mac: 2, prf: 0, keyType: 0, tsType: 3,
			request: "01000580cd177e50030007deadbeef000000000011223344000000090700000000000000000b03ed4ea8c006104a28da" +
				"979ee21a7651a0d7f19136d98c06000011616c696365406578616d706c652e636f6d0a00000f626f62406578616d706c" +
				"652e6e65740a0700001b00010101011002010103011404010e0701010801010a01010b010a150000001b000101010120" +
				"02010103011404010e0701010801010a01010b010a150100056d696b65790100000676656e646f720001002476b09f4c" +
				"dd11994bc4097da4f8a30dc1d0d7fd87b9f69ce917d88e7460ee29a83d30cdb502122ed7d4c6746a8f629811763e9c76" +
				"0148e9e9dc14306a9debcff70a3579d76b",
			answer: "01010500cd177e50030007deadbeef000000000011223344000000090701020304000000000603ed4ea8c00900000f62" +
				"6f62406578616d706c652e6e65740002c98f3e613a541054fa9240a6174364bb841cd3055233c875136181f719c868ab",
			refusal: "01060500cd177e5000000c03ed4ea8c0090c000000025a88869cb3a69b5519a3d9da513ec41f9cd49857beef52f5019b" +
				"fd1528d64969",
			keys: []string{
				"c31cf8b6d2409233e189d7f0e006d0e08a1ba4a6f6a49b362b05911effea",
				"4db614bcd41b40f6d1389a53c282c7f91388e18fd4838c0923bd183cd83ae192f45c409dc398dd271a9d756fbed6",
				"468d559e4ef222e782ed6e6d14eab69af6f621f6f7489e074b4b5c32e08f",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, fill, lengths := refMatrix(tt.encr, tt.mac, tt.prf, tt.keyType, 0, tt.tsType, true, 3)
			filled := append([]refSession(nil), e.sessions...)
			filled[2].ssrc = fill[0]
			if got := hex.EncodeToString(e.request()); got != tt.request {
				t.Errorf("reference: request\n%s, want\n%s", got, tt.request)
			}
			if got := hex.EncodeToString(e.response(filled, nil)); got != tt.answer {
				t.Errorf("reference: answer\n%s, want\n%s", got, tt.answer)
			}
			e.compare(t, fill, lengths)

			iConfig, rConfig := e.config()
			initiator, err := mikey.NewInitiator(e.mode(t), iConfig)
			if err != nil {
				t.Fatal(err)
			}
			responder, err := mikey.NewResponder(rConfig, e.mode(t))
			if err != nil {
				t.Fatal(err)
			}
			message, pending, err := initiator.Start(e.offer())
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(message); got != tt.request {
				t.Fatalf("request\n%s, want\n%s", got, tt.request)
			}
			received, err := responder.Receive(refHex(tt.request))
			if err != nil {
				t.Fatal(err)
			}
			answer, rSession, err := received.Accept(fill...)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(answer); got != tt.answer {
				t.Errorf("answer\n%s, want\n%s", got, tt.answer)
			}
			iSession, err := pending.Finish(refHex(tt.answer))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []*mikey.Session{iSession, rSession} {
				for i, want := range tt.keys {
					masters, err := s.MasterKeys(uint8(i + 1))
					if err != nil {
						t.Fatal(err)
					}
					got := hex.EncodeToString(masters[0].Key) + hex.EncodeToString(masters[0].Salt)
					if got != want {
						t.Errorf("crypto session %d: %s, want %s", i+1, got, want)
					}
				}
			}

			// A refusal of the same request.
			again, err := mikey.NewResponder(rConfig, e.mode(t))
			if err != nil {
				t.Fatal(err)
			}
			if received, err = again.Receive(refHex(tt.request)); err != nil {
				t.Fatal(err)
			}
			refusal, err := received.Refuse(mikey.ErrorUnspecified)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(refusal); got != tt.refusal {
				t.Errorf("refusal\n%s, want\n%s", got, tt.refusal)
			}
		})
	}
}
