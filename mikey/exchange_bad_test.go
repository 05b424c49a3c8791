package mikey_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// exReference returns a request from Alice to Bob with one crypto session, which
// newExPair's Bob takes.
func exReference(v bool) *refExchange {
	e, _, _ := refMatrix(1, 1, 0, 0, 0, 0, v, 1)
	e.psk, e.idI, e.idR = exSecret, exAlice.Value, exBob.Value
	return e
}

// insert puts a payload into the request before the one at position i.
func insert(i int, number byte, body []byte) func(*refMessage) {
	return func(m *refMessage) {
		list := append([]refPayload(nil), m.payloads[:i]...)
		list = append(list, refPayload{number, body})
		m.payloads = append(list, m.payloads[i:]...)
	}
}

// remove takes the payload at position i out of the request.
func remove(i int) func(*refMessage) {
	return func(m *refMessage) {
		m.payloads = append(append([]refPayload(nil), m.payloads[:i]...), m.payloads[i+1:]...)
	}
}

// Positions in the request of exReference.
const (
	atT = iota
	atRAND
	atIDi
	atIDr
	atSP
	atExtension
)

// TestBadRequests: what is wrong with each message is the only thing that is
// wrong with it, and its MAC verifies where it has one. None leaves anything
// behind: the right message, of the same CSB, is taken afterwards.
func TestBadRequests(t *testing.T) {
	const (
		malformed, unsupported, auth = mikey.Malformed, mikey.Unsupported, mikey.AuthFailure
		stale, policy, state         = mikey.Stale, mikey.Policy, mikey.State
	)
	code := func(c mikey.ErrorCode) int { return int(c) }
	unspecified := code(mikey.ErrorUnspecified)

	edit := func(f func(*refMessage)) func(*refExchange) {
		return func(e *refExchange) { e.edit = f }
	}
	params := func(params ...byte) func(*refExchange) {
		return func(e *refExchange) {
			e.policies = [][]byte{append([]byte{7, 0, 0, byte(len(params))}, params...)}
		}
	}
	plain := func(b ...byte) func(*refExchange) {
		return func(e *refExchange) { e.plain = b }
	}
	key := func(change func(k *refKey)) func(*refExchange) {
		return func(e *refExchange) { change(&e.keys[0]) }
	}
	octets := func(n int) []byte { return refCount(n, 1) }

	tests := []struct {
		name  string
		edit  func(*refExchange)
		bend  func([]byte) []byte // changes the octets
		stage mikey.Stage
		code  int
		reply bool
	}{
		// The common header.
		{name: "version 0", edit: edit(func(m *refMessage) { m.version = 0 }), stage: unsupported, code: exNone},
		{name: "version 2", edit: edit(func(m *refMessage) { m.version = 2 }), stage: unsupported, code: exNone},
		{name: "data type PSK ver", edit: edit(func(m *refMessage) { m.dataType = 1 }), stage: state, code: exNone},
		{name: "data type PK ver", edit: edit(func(m *refMessage) { m.dataType = 3 }), stage: state, code: exNone},
		{name: "data type DH resp", edit: edit(func(m *refMessage) { m.dataType = 5 }), stage: state, code: exNone},
		{name: "data type error", edit: edit(func(m *refMessage) { m.dataType = 6 }), stage: state, code: exNone},
		{
			name: "data type PK init", edit: edit(func(m *refMessage) { m.dataType = 2 }),
			stage: unsupported, code: code(mikey.ErrorInvalidDT), reply: true,
		},
		{
			name: "data type DHHMAC init", edit: edit(func(m *refMessage) { m.dataType = 7 }),
			stage: unsupported, code: code(mikey.ErrorInvalidDT), reply: true,
		},
		{
			name: "data type 255", edit: edit(func(m *refMessage) { m.dataType = 255 }),
			stage: unsupported, code: code(mikey.ErrorInvalidDT), reply: true,
		},
		{
			name: "PRF 2", edit: func(e *refExchange) { e.prf = 2 },
			stage: unsupported, code: code(mikey.ErrorInvalidPRF), reply: true,
		},
		{
			name: "PRF 127", edit: func(e *refExchange) { e.prf = 127 },
			stage: unsupported, code: code(mikey.ErrorInvalidPRF), reply: true,
		},
		{
			name: "another PRF than the MAC's", edit: func(e *refExchange) { e.edit = func(m *refMessage) { m.prf = 1 } },
			stage: auth, code: code(mikey.ErrorAuthFailure), reply: true,
		},
		{
			name: "map GENERIC-ID", edit: edit(func(m *refMessage) { m.mapType, m.csCount, m.csMap = 2, 0, nil }),
			stage: unsupported, code: unspecified, reply: true,
		},
		{ // what follows an unknown map cannot be found
			name: "map 99", edit: edit(func(m *refMessage) { m.mapType = 99 }),
			stage: unsupported, code: unspecified,
		},
		{
			name: "map Empty with a policy", edit: edit(func(m *refMessage) { m.mapType, m.csMap = 1, nil }),
			stage: malformed, code: unspecified, reply: true,
		},
		{name: "#CS too large", edit: edit(func(m *refMessage) { m.csCount = 200 }), stage: malformed, code: unspecified},
		{
			name: "no such policy", edit: func(e *refExchange) { e.sessions[0].policy = 8 },
			stage: malformed, code: code(mikey.ErrorInvalidSPar), reply: true,
		},

		// Payloads that are missing, doubled, misplaced or unknown.
		{name: "no T", edit: edit(remove(atT)), stage: malformed, code: exNone},
		{name: "no RAND", edit: func(e *refExchange) { e.update = true }, stage: state, code: exNone},
		{
			name: "no SP", edit: func(e *refExchange) { e.policies = nil },
			stage: malformed, code: code(mikey.ErrorInvalidSPar), reply: true,
		},
		{
			name: "doubled T", edit: edit(insert(atRAND, 5, append([]byte{0}, refNTP(exTime)...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "doubled RAND", edit: edit(insert(atIDi, 11, append([]byte{16}, octets(16)...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "doubled KEMAC", edit: edit(insert(atSP, 1, append([]byte{0, 0, 0, 1}, octets(20)...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "third ID", edit: edit(insert(atSP, 6, append([]byte{0, 0, 5}, "carol"...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "ID without octets", edit: edit(func(m *refMessage) { m.payloads[atIDi] = refID("") }),
			stage: malformed, code: code(mikey.ErrorInvalidID), reply: true,
		},
		{
			name: "doubled policy number", edit: func(e *refExchange) { e.policies = append(e.policies, refSP(7, 16, 4)) },
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "CERT", edit: edit(insert(atSP, 7, append([]byte{0, 0, 4}, octets(4)...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "CHASH", edit: edit(insert(atSP, 8, append([]byte{0}, octets(20)...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "PKE", edit: edit(insert(atSP, 2, append([]byte{0, 4}, octets(4)...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "V", edit: edit(insert(atSP, 9, append([]byte{1}, octets(20)...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "ERR", edit: edit(insert(atSP, 12, []byte{0, 0, 0})),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "IDR", edit: edit(insert(atSP, 14, append([]byte{1, 0, 0, 5}, "alice"...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "key data in the clear", edit: edit(insert(atSP, 20, append([]byte{0, 0, 16}, octets(16)...))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "payload 99", edit: edit(insert(atSP, 99, octets(8))),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "65 payloads", edit: edit(func(m *refMessage) {
				for range 65 {
					m.payloads = append(m.payloads, refPayload{12, []byte{0, 0, 0}})
				}
			}), stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "17 policies", edit: func(e *refExchange) {
				for n := range byte(16) {
					e.policies = append(e.policies, refSP(100+n, 16, 10))
				}
			}, stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "17 extensions", edit: func(e *refExchange) {
				for range 15 {
					e.extensions = append(e.extensions, []byte{0, 0, 0})
				}
			}, stage: malformed, code: unspecified, reply: true,
		},

		// Timestamps.
		{
			name: "T of an unknown type", edit: func(e *refExchange) { e.tsType = 4 },
			stage: unsupported, code: code(mikey.ErrorInvalidTS),
		},
		{
			name: "COUNTER where it is not allowed", edit: func(e *refExchange) { e.tsType, e.ts = 2, []byte{0, 0, 0, 1} },
			stage: policy, code: code(mikey.ErrorInvalidTS), reply: true,
		},
		{
			name: "T in the past", edit: func(e *refExchange) { e.ts = refNTP(exTime.Add(-5*time.Minute - time.Second)) },
			stage: stale, code: code(mikey.ErrorInvalidTS), reply: true,
		},
		{
			name: "T in the future", edit: func(e *refExchange) { e.ts = refNTP(exTime.Add(5*time.Minute + time.Second)) },
			stage: stale, code: code(mikey.ErrorInvalidTS), reply: true,
		},
		{
			name: "T of zero", edit: func(e *refExchange) { e.ts = make([]byte, 8) },
			stage: stale, code: code(mikey.ErrorInvalidTS), reply: true,
		},
		{
			name: "NTP-UTC-32 in the past", edit: func(e *refExchange) { e.tsType, e.ts = 3, refNTP(exTime.Add(-301 * time.Second))[:4] },
			stage: stale, code: code(mikey.ErrorInvalidTS), reply: true,
		},

		// Authentication and encryption.
		{
			name: "another secret", edit: func(e *refExchange) { e.psk = octets(16) },
			stage: auth, code: code(mikey.ErrorAuthFailure), reply: true,
		},
		{
			name: "MAC of zeros", bend: func(b []byte) []byte { clear(b[len(b)-20:]); return b },
			stage: auth, code: code(mikey.ErrorAuthFailure), reply: true,
		},
		{
			name: "MAC too short", bend: func(b []byte) []byte { return b[:len(b)-1] },
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "octet behind the MAC", bend: func(b []byte) []byte { return append(b, 0) },
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "unknown encryption", edit: func(e *refExchange) { e.encr = 4 },
			stage: unsupported, code: code(mikey.ErrorInvalidEA), reply: true,
		},
		{
			name: "unknown MAC", edit: func(e *refExchange) { e.mac = 3 },
			stage: unsupported, code: code(mikey.ErrorInvalidMAC), reply: true,
		},
		{
			name: "NULL MAC", edit: func(e *refExchange) { e.mac = 0 },
			stage: policy, code: code(mikey.ErrorInvalidMAC), reply: true,
		},
		{
			name: "NULL encryption", edit: func(e *refExchange) { e.encr = 0 },
			stage: policy, code: code(mikey.ErrorInvalidEA), reply: true,
		},
		{
			name: "RAND of 15 octets", edit: func(e *refExchange) { e.rand = octets(15) },
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "RAND of 15 octets beside a TEK", edit: func(e *refExchange) {
				e.rand, e.keys[0].keyType, e.keys[0].key = octets(15), 2, octets(30)
			}, stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "RAND of no octets", edit: edit(func(m *refMessage) { m.payloads[atRAND].body = []byte{0} }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "wrapped key of 20 octets", edit: func(e *refExchange) { e.encr, e.data = 2, octets(20) },
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "wrapped key of one block", edit: func(e *refExchange) { e.encr, e.data = 2, octets(16) },
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "wrapped key that is none", edit: func(e *refExchange) { e.encr, e.data = 2, octets(32) },
			stage: auth, code: code(mikey.ErrorAuthFailure), reply: true,
		},
		{
			name: "wrapped key with padding that is not zero", edit: func(e *refExchange) {
				e.encr, e.plain = 2, append(e.keyData(), 0, 0, 0, 1)
			}, stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "wrapped key with too much padding", edit: func(e *refExchange) {
				e.encr, e.plain = 2, append(e.keyData(), make([]byte, 20)...)
			}, stage: malformed, code: unspecified, reply: true,
		},

		// Policies.
		{
			name: "policy for another protocol", edit: func(e *refExchange) { e.policies[0][1] = 1 },
			stage: unsupported, code: code(mikey.ErrorInvalidSP), reply: true,
		},
		{
			name: "unknown SRTP encryption", edit: params(0, 1, 9),
			stage: unsupported, code: code(mikey.ErrorInvalidSPar), reply: true,
		},
		{
			name: "unknown SRTP parameter", edit: params(21, 1, 0),
			stage: unsupported, code: code(mikey.ErrorInvalidSPar), reply: true,
		},
		{
			name: "doubled SRTP parameter", edit: params(0, 1, 1, 0, 1, 1),
			stage: unsupported, code: code(mikey.ErrorInvalidSPar), reply: true,
		},
		{
			name: "key length in bits", edit: params(1, 1, 128),
			stage: unsupported, code: code(mikey.ErrorInvalidSPar), reply: true,
		},
		{
			name: "key derivation rate", edit: params(6, 1, 10),
			stage: unsupported, code: code(mikey.ErrorInvalidSPar), reply: true,
		},
		{
			name: "SRTCP tag of 32 bits", edit: params(19, 1, 4),
			stage: unsupported, code: code(mikey.ErrorInvalidSPar), reply: true,
		},
		{
			name: "parameters cut off", edit: params(0, 1, 1, 1, 9),
			stage: malformed, code: unspecified, reply: true,
		},

		// Key data.
		{name: "no key", edit: func(e *refExchange) { e.keys = nil }, stage: malformed, code: unspecified, reply: true},
		{name: "empty key", edit: key(func(k *refKey) { k.key = nil }), stage: malformed, code: unspecified, reply: true},
		{
			name: "GTGK", edit: key(func(k *refKey) { k.keyType = 4 }),
			stage: unsupported, code: unspecified, reply: true,
		},
		{
			name: "unknown key type", edit: key(func(k *refKey) { k.keyType = 9 }),
			stage: unsupported, code: unspecified, reply: true,
		},
		{
			name: "unknown validity", edit: key(func(k *refKey) { k.kvType = 3 }),
			stage: unsupported, code: unspecified, reply: true,
		},
		{
			name: "SPI without octets", edit: key(func(k *refKey) { k.kvType, k.kv = 1, []byte{0} }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "SPI cut off", edit: key(func(k *refKey) { k.kvType, k.kv = 1, []byte{4, 1, 2, 3} }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "interval cut off", edit: key(func(k *refKey) { k.kvType, k.kv = 2, []byte{1, 0} }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "one SPI for two keys", edit: func(e *refExchange) {
				e.keys[0].kvType, e.keys[0].kv = 1, []byte{1, 1}
				e.keys = append(e.keys, e.keys[0])
			}, stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "TEK without salt", edit: key(func(k *refKey) { k.keyType, k.key = 2, octets(16) }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "TEK too short", edit: key(func(k *refKey) { k.keyType, k.key = 2, octets(29) }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "TEK too long", edit: key(func(k *refKey) { k.keyType, k.key = 2, octets(31) }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "TEK+SALT with the salt in the key", edit: key(func(k *refKey) { k.keyType, k.key = 3, octets(30) }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "salt too short", edit: key(func(k *refKey) { k.keyType, k.key, k.salt = 3, octets(16), octets(12) }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "salt of a TGK too long", edit: key(func(k *refKey) { k.keyType, k.salt = 1, octets(15) }),
			stage: malformed, code: unspecified, reply: true,
		},
		{
			name: "a TEK for two streams with one SSRC", edit: func(e *refExchange) {
				e.keys[0].keyType, e.keys[0].key = 2, octets(30)
				e.sessions = append(e.sessions, e.sessions[0])
			}, stage: policy, code: unspecified, reply: true,
		},
		{name: "key data of one octet", edit: plain(0), stage: malformed, code: unspecified, reply: true},
		{name: "key data longer than the rest", edit: plain(0, 0, 0, 9, 1), stage: malformed, code: unspecified, reply: true},
		{name: "key data cut off", edit: plain(20, 0, 0, 1, 1), stage: malformed, code: unspecified, reply: true},
		{name: "octets behind the key data", edit: plain(0, 0, 0, 1, 1, 0), stage: malformed, code: unspecified, reply: true},
		{name: "ID in the key data", edit: plain(6, 0, 0, 1, 1, 0, 0, 0, 1, 'a'), stage: malformed, code: unspecified, reply: true},
		{name: "T in the key data", edit: plain(5, 0, 0, 1, 1, 0, 0), stage: malformed, code: unspecified, reply: true},
		{
			name: "33 keys", edit: func(e *refExchange) {
				for range 32 {
					e.keys = append(e.keys, e.keys[0])
				}
			}, stage: malformed, code: unspecified, reply: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newExPair(t, nil)
			e := exReference(true)
			if tt.edit != nil {
				tt.edit(e)
			}
			message := e.request()
			if tt.bend != nil {
				message = tt.bend(message)
			}
			err := exRefused(t, exReceiveError(t, p, message), tt.stage, tt.code)
			if (err.Reply != nil) != tt.reply {
				t.Errorf("reply %x, want one: %v", err.Reply, tt.reply)
			}
			if err.Reply != nil {
				checkReply(t, err.Reply, e, tt.code)
			}
			if p.replay.records != 0 {
				t.Error("the message is in the replay cache")
			}
			good := exReference(true)
			answer, s := p.respond(t, good.request())
			good.checkKeys(t, "responder", s, []int{16})
			if want := good.response(good.sessions, nil); !bytes.Equal(answer, want) {
				t.Errorf("answer %x, want %x", answer, want)
			}
		})
	}
}

// checkReply checks that an error message is one about e.
func checkReply(t *testing.T, reply []byte, e *refExchange, code int) {
	t.Helper()
	m := exParse(t, reply)
	if h := m.Header; h.DataType != mikey.ErrorMessage || h.CSBID != e.csbID || h.V || len(h.CryptoSessions) != 0 {
		t.Errorf("header of the reply %v", h)
	}
	ts, ok := mikey.PayloadOf[*mikey.Timestamp](m)
	if !ok || byte(ts.TSType) != e.tsType || ts.Value != e.number() {
		t.Errorf("T of the reply %v, want type %d, %x", ts, e.tsType, e.ts)
	}
	errPayload, ok := mikey.PayloadOf[*mikey.ErrorPayload](m)
	if !ok || int(errPayload.Code) != code {
		t.Errorf("ERR of the reply %v, want %d", errPayload, code)
	}
	_, hasSP := mikey.PayloadOf[*mikey.SecurityPolicy](m)
	if want := code == int(mikey.ErrorInvalidSP) || code == int(mikey.ErrorInvalidSPar); hasSP != want {
		t.Errorf("the reply has policies: %v, want %v", hasSP, want)
	}
}

// TestTruncatedRequests cuts a request after every octet.
func TestTruncatedRequests(t *testing.T) {
	for _, mode := range []string{"PSK", "transport"} {
		t.Run(mode, func(t *testing.T) {
			p := newExPair(t, func(p *exPair) {
				if mode == "transport" {
					p.mode = mikey.InsecureTransportProtected(nil)
				}
			})
			message, pending := p.start(t, exOffer())
			for n := range message {
				exRefused(t, exReceiveError(t, p, message[:n]), mikey.Malformed, int(mikey.ErrorUnspecified))
			}
			if p.replay.records+p.replay.checks != 0 {
				t.Error("the replay cache was asked")
			}
			answer, bob := p.respond(t, message)
			for n := range answer {
				_, err := pending.Finish(answer[:n])
				if err == nil {
					t.Fatalf("an answer of %d octets is accepted", n)
				}
				exRefused(t, err, mikey.Malformed, int(mikey.ErrorUnspecified))
			}
			exSame(t, exFinish(t, pending, answer), bob)
		})
	}
}

// TestR3830_068_MACCoversEveryBit flips every bit of a request and of an answer.
func TestR3830_068_MACCoversEveryBit(t *testing.T) {
	for _, algs := range []mikey.Algorithms{
		mikey.Algorithms128, mikey.Algorithms256,
		{Encr: mikey.EncrAESKW128, MAC: mikey.MACHMACSHA1160},
	} {
		t.Run(fmt.Sprintf("%v, %v", algs.Encr, algs.MAC), func(t *testing.T) {
			p := newExPair(t, func(p *exPair) {
				p.rConfig.AllowCounter, p.rConfig.InsecureIgnoreSkew = true, true
			})
			offer := exOffer()
			offer.Algorithms = &algs
			offer.Extensions = []mikey.GeneralExtension{mikey.SDPIDs("mikey")}
			message, pending := p.start(t, offer)
			flip := func(b []byte, bit int) []byte {
				b = bytes.Clone(b)
				b[bit/8] ^= 0x80 >> (bit % 8)
				return b
			}
			for bit := range 8 * len(message) {
				if received, err := p.bob.Receive(flip(message, bit)); err == nil || received != nil {
					t.Fatalf("request: bit %d of octet %d makes no difference", bit%8, bit/8)
				}
			}
			if p.replay.records != 0 {
				t.Error("a changed message is in the replay cache")
			}
			answer, bob := p.respond(t, message)
			for bit := range 8 * len(answer) {
				if s, err := pending.Finish(flip(answer, bit)); err == nil || s != nil {
					t.Fatalf("answer: bit %d of octet %d makes no difference", bit%8, bit/8)
				}
			}
			exSame(t, exFinish(t, pending, answer), bob)
		})
	}
}

// TestBadAnswers: as TestBadRequests.
func TestBadAnswers(t *testing.T) {
	auth, malformed, state, policy := mikey.AuthFailure, mikey.Malformed, mikey.State, mikey.Policy
	type answer struct {
		e        *refExchange
		sessions []refSession
		edit     func(*refMessage)
	}
	tests := []struct {
		name  string
		edit  func(*answer)
		bend  func([]byte) []byte
		stage mikey.Stage
		code  int
	}{
		{name: "CSB ID", edit: func(a *answer) { a.e.csbID++ }, stage: state, code: exNone},
		{name: "T", edit: func(a *answer) { a.e.ts = refNTP(exTime.Add(time.Second)) }, stage: state, code: exNone},
		{name: "type of T", edit: func(a *answer) { a.e.tsType = 1 }, stage: state, code: exNone},
		{name: "no T", edit: func(a *answer) { a.edit = remove(0) }, stage: malformed, code: exNone},
		{name: "PRF", edit: func(a *answer) { a.e.prf = 1 }, stage: state, code: exNone},
		{name: "version", edit: func(a *answer) { a.edit = func(m *refMessage) { m.version = 2 } }, stage: mikey.Unsupported, code: exNone},
		{name: "data type PSK init", edit: func(a *answer) { a.edit = func(m *refMessage) { m.dataType = 0 } }, stage: state, code: exNone},
		{name: "data type PK ver", edit: func(a *answer) { a.edit = func(m *refMessage) { m.dataType = 3 } }, stage: state, code: exNone},
		{name: "data type DHHMAC resp", edit: func(a *answer) { a.edit = func(m *refMessage) { m.dataType = 8 } }, stage: state, code: exNone},
		{name: "fewer crypto sessions", edit: func(a *answer) { a.sessions = a.sessions[:1] }, stage: malformed, code: exNone},
		{name: "more crypto sessions", edit: func(a *answer) { a.sessions = append(a.sessions, refSession{0, 9, 0}) }, stage: malformed, code: exNone},
		{
			name: "map Empty",
			edit: func(a *answer) {
				a.edit = func(m *refMessage) { m.mapType, m.csMap = 1, nil }
			}, stage: malformed, code: exNone,
		},
		{name: "SSRC that was set", edit: func(a *answer) { a.sessions[0].ssrc++ }, stage: malformed, code: exNone},
		{name: "SSRC taken back", edit: func(a *answer) { a.sessions[0].ssrc = 0 }, stage: malformed, code: exNone},
		{name: "ROC", edit: func(a *answer) { a.sessions[0].roc++ }, stage: malformed, code: exNone},
		{name: "policy", edit: func(a *answer) { a.sessions[1].policy++ }, stage: malformed, code: exNone},
		{
			name: "another responder", edit: func(a *answer) { a.e.idR = exCarol.Value },
			stage: policy, code: int(mikey.ErrorAuthFailure),
		},
		{name: "NULL V", edit: func(a *answer) { a.e.mac = 0 }, stage: policy, code: exNone},
		{name: "V with another algorithm", edit: func(a *answer) { a.e.mac = 2 }, stage: policy, code: exNone},
		{
			name: "no V", bend: func(b []byte) []byte {
				b = b[:len(b)-22]
				b[len(b)-len(exBob.Value)-4] = 0
				return b
			}, stage: malformed, code: int(mikey.ErrorUnspecified),
		},
		{
			name: "KEMAC", edit: func(a *answer) { a.edit = insert(2, 1, []byte{0, 0, 0, 0}) },
			stage: malformed, code: int(mikey.ErrorUnspecified),
		},
		{
			name: "RAND", edit: func(a *answer) { a.edit = insert(1, 11, append([]byte{16}, refCount(16, 0)...)) },
			stage: malformed, code: int(mikey.ErrorUnspecified),
		},
		{
			name: "doubled T", edit: func(a *answer) { a.edit = insert(1, 5, append([]byte{0}, a.e.ts...)) },
			stage: malformed, code: int(mikey.ErrorUnspecified),
		},
		{
			name: "unknown payload", edit: func(a *answer) { a.edit = insert(2, 99, []byte{1, 2, 3}) },
			stage: malformed, code: int(mikey.ErrorUnspecified),
		},
		{
			name: "octet behind V", bend: func(b []byte) []byte { return append(b, 0) },
			stage: malformed, code: int(mikey.ErrorUnspecified),
		},
		{name: "too large", bend: func(b []byte) []byte { return append(b, make([]byte, 70000)...) }, stage: malformed, code: exNone},
		{name: "no octets", bend: func(b []byte) []byte { return b[:0] }, stage: malformed, code: int(mikey.ErrorUnspecified)},
		{name: "MAC", bend: func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, stage: auth, code: exNone},
		{name: "another secret", edit: func(a *answer) { a.e.psk = refCount(16, 0) }, stage: auth, code: exNone},
		{name: "another IDi under V", edit: func(a *answer) { a.e.idI = exCarol.Value }, stage: auth, code: exNone},
	}
	p := newExPair(t, nil)
	message, pending := p.start(t, exOffer())
	rightAnswer, bob := p.respond(t, message)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &answer{e: p.reference(t, message, nil), sessions: []refSession{{0, 0x11111111, 0}, {0, exSSRC + 1, 0}}}
			if right := a.e.response(a.sessions, nil); !bytes.Equal(right, rightAnswer) {
				t.Fatalf("the reference's answer %x, want %x", right, rightAnswer)
			}
			if tt.edit != nil {
				tt.edit(a)
			}
			wrong := a.e.response(a.sessions, a.edit)
			if tt.bend != nil {
				wrong = tt.bend(wrong)
			}
			s, err := pending.Finish(wrong)
			if err == nil || s != nil {
				t.Fatal("the answer is accepted")
			}
			if e := exRefused(t, err, tt.stage, tt.code); e.Reply != nil {
				t.Errorf("a reply to an answer: %x", e.Reply)
			}
		})
	}
	exSame(t, exFinish(t, pending, rightAnswer), bob)
}

func TestMaxMessageSize(t *testing.T) {
	p := newExPair(t, nil)
	message, pending := p.start(t, exOffer())
	p.rConfig.MaxMessageSize = len(message) - 1
	small := exResponder(t, p.rConfig, p.mode)
	_, err := small.Receive(message)
	if e := exRefused(t, err, mikey.Malformed, exNone); e.Reply != nil {
		t.Error("a reply to a message that is too large")
	}
	p.rConfig.MaxMessageSize = len(message)
	p.bob = exResponder(t, p.rConfig, p.mode)
	answer, bob := p.respond(t, message)
	exSame(t, exFinish(t, pending, answer), bob)
}

// TestReflectedRequest sends a party's own request back to it: the party that
// initiates and responds with one table does not talk to itself.
func TestReflectedRequest(t *testing.T) {
	for _, tt := range []struct {
		name     string
		idI, idR mikey.ID // of the initiator
		id       mikey.ID // of the same party's responder
		finished bool     // the exchange is over
		stage    mikey.Stage
		code     int
	}{
		{name: "named", idI: exAlice, idR: exBob, id: exAlice, stage: mikey.Policy, code: int(mikey.ErrorAuthFailure)},
		{name: "named, finished", idI: exAlice, idR: exBob, id: exAlice, finished: true, stage: mikey.Policy, code: int(mikey.ErrorAuthFailure)},
		{name: "nameless responder, finished", idI: exAlice, idR: exBob, finished: true, stage: mikey.Policy, code: exNone},
		{name: "nameless responder", idI: exAlice, idR: exBob, stage: mikey.Policy, code: exNone},
		{name: "nameless, finished", finished: true, stage: mikey.Policy, code: exNone},
		{name: "nameless", stage: mikey.Policy, code: exNone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newExPair(t, func(p *exPair) {
				p.iConfig.ID, p.iConfig.Peer = tt.idI, tt.idR
				p.rConfig.ID = tt.id
				p.rConfig.Bundles = p.iConfig.Bundles
			})
			offer := exOffer()
			offer.Verification = !tt.finished
			message, pending := p.start(t, offer)
			if tt.finished {
				exFinish(t, pending, nil)
			}
			received, err := p.bob.Receive(message)
			if err != nil {
				exRefused(t, err, tt.stage, tt.code)
				return
			}
			t.Error("the party takes its own request")
			answer, _, err := received.Accept(exSSRC)
			if err != nil {
				return
			}
			if s, err := pending.Finish(answer); !tt.finished && err == nil {
				t.Errorf("and its own answer: a session with %v", s.Peer())
			}
		})
	}
	t.Run("another RAND", func(t *testing.T) {
		// The other party may use the same CSB ID for a CSB of its own.
		p := newExPair(t, func(p *exPair) {
			p.iConfig.ID, p.iConfig.Peer, p.rConfig.ID = mikey.ID{}, mikey.ID{}, mikey.ID{}
			p.rConfig.Bundles = p.iConfig.Bundles
		})
		offer := exOffer()
		offer.Verification = false
		offer.Group = &mikey.Group{CSBID: 5, RAND: refCount(16, 1)}
		_, pending := p.start(t, offer)
		exFinish(t, pending, nil)
		offer.Group.RAND = refCount(16, 2)
		other := exInitiator(t, p.mode, &mikey.Config{Now: p.clock.now})
		message, _, err := other.Start(offer)
		if err != nil {
			t.Fatal(err)
		}
		p.respond(t, message)
	})
}

// TestLimitsOfOffers: an initiator does not make what every receiver refuses.
func TestLimitsOfOffers(t *testing.T) {
	for name, edit := range map[string]func(*mikey.Offer){
		"256 crypto sessions": func(o *mikey.Offer) { o.CryptoSessions = make([]mikey.CryptoSession, 256) },
		"no such policy":      func(o *mikey.Offer) { o.CryptoSessions[0].Policy = 1 },
		"17 policies": func(o *mikey.Offer) {
			for n := range uint8(17) {
				o.Policies = append(o.Policies, mikey.AES_CM_128_HMAC_SHA1_80.Policy(n))
			}
		},
		"one number twice": func(o *mikey.Offer) {
			o.Policies = []mikey.SecurityPolicy{mikey.AES_CM_128_HMAC_SHA1_80.Policy(0), mikey.AEAD_AES_128_GCM.Policy(0)}
		},
		"17 extensions": func(o *mikey.Offer) { o.Extensions = make([]mikey.GeneralExtension, 17) },
		"33 keys":       func(o *mikey.Offer) { o.Keys = make([]mikey.KeyData, 33) },
		"empty key":     func(o *mikey.Offer) { o.Keys = []mikey.KeyData{{Key: []byte{}}} },
		"short TEK":     func(o *mikey.Offer) { o.Keys = []mikey.KeyData{{KeyType: mikey.TEK, Key: make([]byte, 16)}} },
		"unknown validity": func(o *mikey.Offer) {
			o.Keys = []mikey.KeyData{{Validity: mikey.KeyValidity{Type: 3}}}
		},
		"unknown timestamp": func(o *mikey.Offer) { o.Timestamp = &mikey.Timestamp{TSType: 9} },
		"counter of 33 bits": func(o *mikey.Offer) {
			o.Timestamp = &mikey.Timestamp{TSType: mikey.TSCounter, Value: 1 << 32}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newExPair(t, func(p *exPair) { p.rConfig.AllowCounter = true })
			offer := exOffer()
			edit(&offer)
			message, _, err := p.alice.Start(offer)
			if err == nil {
				_, err = p.bob.Receive(message)
				t.Fatalf("the message is made; the receiver says: %v", err)
			}
			exRefusedStage(t, err, mikey.Usage)
		})
	}
}

// exRefusedStage is exRefused where the code does not matter.
func exRefusedStage(t testing.TB, err error, stage mikey.Stage) {
	t.Helper()
	e, ok := err.(*mikey.Error)
	if !ok || e.Stage != stage {
		t.Errorf("error %v, want stage %v", err, stage)
	}
}
