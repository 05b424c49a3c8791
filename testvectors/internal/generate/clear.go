package main

import (
	"slices"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// A clearMessage is a pre-shared key message whose protection is left to its
// transport, as RTSP devices send it: NULL encryption and NULL MAC, and the keys
// in the clear (RFC 3830, Sections 4.2.3 and 4.2.4).
type clearMessage struct {
	dataType byte
	v        bool
	prf      byte
	csbID    uint32
	sessions []reference.Session
	t        reference.Payload
	rand     []byte // nil: no RAND payload
	more     []reference.Payload
	sps      []reference.Payload
	keys     []reference.Key
	trailing []byte
}

const clearCSB = 0xa1b2c3d4

var (
	clearNow  = time.Date(2025, 6, 19, 11, 12, 45, 0, time.UTC)
	clearTEK  = concat(count(16, 0x40), count(16, 0x50)) // the first octets of it
	clearSalt = count(14, 0x80)
	// Every parameter that says what the default is; some receivers insist on them.
	usualParams = []reference.Param{
		param(0, 1), param(1, 16), param(2, 1), param(3, 20), param(7, 1), param(8, 1), param(10, 1), param(11, 10),
	}
)

// newClear is the message that others differ from: a TEK+SALT as RFC 3830 has it.
func newClear() clearMessage {
	return clearMessage{
		csbID: clearCSB, sessions: []reference.Session{{SSRC: 0x11223344}},
		t: reference.T(0, clearTime(0)), rand: count(16, 0x20),
		sps:  []reference.Payload{reference.SP(0, 0, usualParams...)},
		keys: []reference.Key{tekSalt(16, 14)},
	}
}

// clearTime is half a second after clearNow, and so many seconds more.
func clearTime(seconds int) []byte {
	t := reference.NTP(clearNow.Add(time.Duration(seconds) * time.Second))
	t[4] = 0x80
	return t
}

func tekSalt(keyLen, saltLen int) reference.Key {
	return reference.Key{Type: reference.KeyTEKSalt, Key: cut(clearTEK, keyLen), Salt: cut(clearSalt, saltLen)}
}

// tek is a TEK with the salt behind it.
func tek(keyLen, saltLen int) reference.Key {
	return reference.Key{Type: reference.KeyTEK, Key: concat(cut(clearTEK, keyLen), cut(clearSalt, saltLen))}
}

// with changes a copy.
func (c clearMessage) with(change func(c *clearMessage)) clearMessage {
	change(&c)
	return c
}

// front is the message without its KEMAC.
func (c clearMessage) front() *reference.Message {
	m := reference.NewMessage(c.dataType, c.csbID, c.sessions)
	m.V, m.PRF = c.v, c.prf
	m.Add(c.t)
	if c.rand != nil {
		m.Add(reference.RAND(c.rand))
	}
	return m.Add(c.more...).Add(c.sps...)
}

func (c clearMessage) octets() []byte {
	return c.withKEMAC(reference.KEMAC(0, reference.KeyData(c.keys...), 0, nil))
}

// withKEMAC is the message with another end.
func (c clearMessage) withKEMAC(kemac reference.Payload) []byte {
	return append(c.front().Add(kemac).Octets(), c.trailing...)
}

// protected is the message under a pre-shared key.
func (c clearMessage) protected(psk []byte, encr, mac byte) []byte {
	k := reference.MessageKeys{PRF: c.prf, In: psk, CSBID: c.csbID, RAND: c.rand, Encr: encr, MAC: mac}
	data := k.Encrypt(reference.T64(c.t.Body[0], c.t.Body[1:]), reference.KeyData(c.keys...))
	m := c.front()
	empty := m.Add(reference.KEMAC(encr, data, mac, nil)).Octets() // all that the MAC covers
	return concat(empty, reference.MAC(mac, k.AuthKey(), empty), c.trailing)
}

// result is the keys of a reply, with the suite of each crypto session; the last
// one counts for those that have none.
func (c clearMessage) result(suites ...suite) (obj, []vectors.Step) {
	chosen := make([]suite, len(c.sessions))
	for i := range chosen {
		chosen[i] = suites[min(i, len(suites)-1)]
	}
	return agreedOn(c.prf, c.csbID, c.rand, c.sessions, chosen, c.keys)
}

// clearRequest is the request of a responder, at the time of the messages.
func clearRequest(octets []byte) obj {
	return obj{"message": b64(octets), "credentials": "client", "now": at(clearNow)}
}

// taken is the call that takes a message.
func (c clearMessage) taken(suites ...suite) *vectors.Call {
	keys, steps := c.result(suites...)
	octets := c.octets()
	return accept("respond", clearRequest(octets), obj{"mode": "psk", "answer": nil, "keys": keys},
		append(fieldSteps(octets, "request.message", "HDR", "T", "RAND"), steps...)...)
}

// flagTransportProtected flags the tests of parties that allow NULL algorithms.
func (b *builder) flagTransportProtected() {
	b.note("TransportProtected", vectors.Optional,
		"The party takes messages with NULL encryption and NULL MAC, because their transport protects them (RFC 3830, Sections 4.2.3 and 4.2.4).")
	for _, g := range b.file.TestGroups {
		for _, t := range g.Tests {
			for _, c := range t.Calls {
				name, _ := c.Request["credentials"].(string)
				party, _ := g.Parties[name].(obj)
				if party["transport_protected"] == true && !slices.Contains(t.Flags, "TransportProtected") {
					t.Flags = append(t.Flags, "TransportProtected")
				}
			}
		}
	}
}
