package mikey_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// fuzzResponder takes requests of all modes.
func fuzzResponder(t testing.TB) *mikey.Responder {
	_, bx := parties(2048)
	modes := []mikey.Mode{exPSK(t, exSecret)}
	for _, mode := range certModes {
		modes = append(modes, mode.mode(t, bx))
	}
	return exResponder(t, &mikey.Config{Now: at(testNow), Rand: constReader{1, 2, 3}}, modes...)
}

// mutate changes a message as ops say: each op is 4 octets, what to do, where and
// with which value.
func mutate(b, ops []byte) []byte {
	b = bytes.Clone(b)
	for ; len(ops) >= 4 && len(b) > 0; ops = ops[4:] {
		where, value := int(binary.BigEndian.Uint16(ops[1:3]))%len(b), ops[3]
		switch ops[0] % 5 {
		case 0:
			b[where] ^= value
		case 1:
			b[where] = value
		case 2:
			b = b[:where]
		case 3:
			b = append(b[:where:where], append([]byte{value}, b[where:]...)...)
		case 4:
			b = append(b[:where:where], b[where+1:]...)
		}
	}
	return b
}

// fuzzRequests has a valid request of each mode.
func fuzzRequests(t testing.TB) [][]byte {
	psk := exReference(true)
	psk.ts = refNTP(testNow)
	psk.idI, psk.idR = "alice@example.com", ""
	all := [][]byte{psk.request()}
	for _, mode := range certModes {
		all = append(all, refCertDefault(mode).request())
	}
	r := fuzzResponder(t)
	for i, message := range all {
		if _, err := r.Receive(message); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	return all
}

// checkFuzzError checks that an error is one that can be reported.
func checkFuzzError(t *testing.T, err error) {
	t.Helper()
	var e *mikey.Error
	if !errors.As(err, &e) || e.Stage == 0 || e.Stage == mikey.Usage {
		t.Fatalf("error %v (%T)", err, err)
	}
	if e.Reply == nil {
		return
	}
	m, err := mikey.ParseMessage(e.Reply)
	if err != nil || m.Header.DataType != mikey.ErrorMessage {
		t.Fatalf("reply %x, %v", e.Reply, err)
	}
}

// FuzzReceive: a responder with all modes takes nothing but what was sent.
func FuzzReceive(f *testing.F) {
	requests := fuzzRequests(f)
	for i := range requests {
		f.Add(byte(i), []byte{}, []byte{})
		f.Add(byte(i), []byte{0, 0, 1, 2}, []byte{})
		f.Add(byte(i), []byte{2, 0, 40, 0}, []byte{})
		f.Add(byte(i), []byte{3, 0, 10, 0, 4, 0, 30, 0}, []byte{})
	}
	for _, seed := range messageSeeds(f) {
		f.Add(byte(255), []byte{}, seed)
	}
	r := fuzzResponder(f)
	f.Fuzz(func(t *testing.T, which byte, ops, data []byte) {
		if int(which) < len(requests) {
			data = mutate(requests[which], ops)
		}
		before := bytes.Clone(data)
		received, err := r.Receive(data)
		if !bytes.Equal(before, data) {
			t.Fatal("the message was changed")
		}
		if err != nil {
			checkFuzzError(t, err)
			return
		}
		for _, request := range requests {
			if bytes.Equal(request, data) {
				return // the first time; then it is a replay
			}
		}
		t.Fatalf("%x is taken, from %v", data, received.Peer())
	})
}

// FuzzFinish: an initiator of each mode takes nothing but the answer.
func FuzzFinish(f *testing.F) {
	type exchange struct {
		pending *mikey.Pending
		answer  []byte
	}
	var exchanges []exchange
	for _, mode := range certModes {
		p := newCertPair(f, mode, nil)
		message, pending := p.start(f, exOffer())
		answer, _ := p.respond(f, message)
		exchanges = append(exchanges, exchange{pending, answer})
	}
	p := newExPair(f, nil)
	message, pending := p.start(f, exOffer())
	answer, _ := p.respond(f, message)
	exchanges = append(exchanges, exchange{pending, answer})
	for i := range exchanges {
		f.Add(byte(i), []byte{0, 0, 1, 2}, []byte{})
		f.Add(byte(i), []byte{2, 0, 40, 0}, []byte{})
		f.Add(byte(i), []byte{3, 0, 10, 0, 4, 0, 30, 0}, []byte{})
		f.Add(byte(i|0x80), []byte{}, exchanges[i].answer[:20])
	}
	f.Fuzz(func(t *testing.T, which byte, ops, data []byte) {
		e := exchanges[int(which&0x7f)%len(exchanges)]
		if which < 0x80 {
			data = mutate(e.answer, ops)
		}
		if bytes.Equal(data, e.answer) {
			return // it would end the exchange
		}
		if data == nil {
			data = []byte{}
		}
		s, err := e.pending.Finish(data)
		if err == nil {
			t.Fatalf("%x is taken, from %v", data, s.Peer())
		}
		checkFuzzError(t, err)
	})
}

func TestMutate(t *testing.T) {
	if got := mutate([]byte{1, 2, 3}, []byte{0, 0, 0, 1, 1, 0, 1, 9, 3, 0, 2, 7, 4, 0, 0, 0}); !bytes.Equal(got, []byte{9, 7, 3}) {
		t.Errorf("%v", got)
	}
}

func at(now time.Time) func() time.Time { return func() time.Time { return now } }
