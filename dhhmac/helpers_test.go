package dhhmac_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/mikey"
)

var (
	testNow    = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	testSecret = []byte("a secret of two parties, 35 octets.")
	alice      = mikey.URI("sip:alice@example.com")
	bob        = mikey.URI("sip:bob@example.com")
)

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

// A pair is two parties that share a secret.
type pair struct {
	groups    []mikey.KeyAgreement
	initiator *mikey.Initiator
	responder *mikey.Responder
}

// newPair returns Alice, who initiates, and Bob; change edits their configurations.
func newPair(t testing.TB, change func(a, b *mikey.Config), groups ...mikey.KeyAgreement) *pair {
	t.Helper()
	mode, err := dhhmac.New(testSecret, groups...)
	if err != nil {
		t.Fatal(err)
	}
	a := &mikey.Config{ID: alice, Peer: bob, Now: at(testNow)}
	b := &mikey.Config{ID: bob, Now: at(testNow)}
	if change != nil {
		change(a, b)
	}
	p := &pair{groups: groups}
	if p.initiator, err = mikey.NewInitiator(mode, a); err != nil {
		t.Fatal(err)
	}
	if p.responder, err = mikey.NewResponder(b, mode); err != nil {
		t.Fatal(err)
	}
	return p
}

func usualOffer() mikey.Offer {
	return mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 0x11111111}, {SSRC: 0}}}
}

func (p *pair) start(t testing.TB, offer mikey.Offer) ([]byte, *mikey.Pending) {
	t.Helper()
	message, pending, err := p.initiator.Start(offer)
	if err != nil {
		t.Fatal(err)
	}
	return message, pending
}

func (p *pair) respond(t testing.TB, message []byte) ([]byte, *mikey.Session) {
	t.Helper()
	received, err := p.responder.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	var ssrcs []uint32
	for _, cs := range received.CryptoSessions() {
		if cs.SSRC == 0 {
			ssrcs = append(ssrcs, 0x22222222)
		}
	}
	answer, s, err := received.Accept(ssrcs...)
	if err != nil {
		t.Fatal(err)
	}
	return answer, s
}

// finish ends an exchange whose request was made already, and checks that both
// parties have the same.
func (p *pair) finish(t testing.TB, message []byte, pending *mikey.Pending, err error) (a, b *mikey.Session) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	answer, b := p.respond(t, message)
	if a, err = pending.Finish(answer); err != nil {
		t.Fatal(err)
	}
	same(t, a, b)
	return a, b
}

func (p *pair) run(t testing.TB, offer mikey.Offer) (a, b *mikey.Session) {
	t.Helper()
	message, pending, err := p.initiator.Start(offer)
	return p.finish(t, message, pending, err)
}

func masterKey(t testing.TB, s *mikey.Session, csID uint8) mikey.MasterKey {
	t.Helper()
	keys, err := s.MasterKeys(csID)
	if err != nil {
		t.Fatal(err)
	}
	if len(keys) != 1 || len(keys[0].Key) == 0 {
		t.Fatalf("%d keys", len(keys))
	}
	return keys[0]
}

func same(t testing.TB, a, b *mikey.Session) {
	t.Helper()
	if len(a.CryptoSessions()) != len(b.CryptoSessions()) {
		t.Fatal("not the same crypto sessions")
	}
	for cs := range a.CryptoSessions() {
		if a.CryptoSessions()[cs] != b.CryptoSessions()[cs] {
			t.Errorf("crypto session %d: %v and %v", cs+1, a.CryptoSessions()[cs], b.CryptoSessions()[cs])
		}
		x, y := masterKey(t, a, uint8(cs+1)), masterKey(t, b, uint8(cs+1))
		if !bytes.Equal(x.Key, y.Key) || !bytes.Equal(x.Salt, y.Salt) || !bytes.Equal(x.Validity.SPI, y.Validity.SPI) {
			t.Errorf("crypto session %d: the keys differ", cs+1)
		}
	}
	if !a.Authenticated() || !b.Authenticated() {
		t.Error("a session is not authenticated")
	}
}

// none says that an error has no code.
const none = -1

// refused checks stage and code of an error, and that it holds no secret.
func refused(t testing.TB, err error, stage mikey.Stage, code int) *mikey.Error {
	t.Helper()
	var e *mikey.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *mikey.Error", err)
	}
	got := none
	var c mikey.ErrorCode
	if errors.As(err, &c) {
		got = int(c)
	}
	if e.Stage != stage || got != code {
		t.Errorf("%v: stage %v, code %d, want %v, %d", err, e.Stage, got, stage, code)
	}
	if text := err.Error(); strings.Contains(text, string(testSecret)) || strings.Contains(text, hex.EncodeToString(testSecret)) {
		t.Errorf("the error has the secret: %v", err)
	}
	return e
}

// refusedAt is refused for Receive: there is an error message exactly if there is
// a code.
func refusedAt(t testing.TB, r *mikey.Responder, message []byte, stage mikey.Stage, code int) *mikey.Error {
	t.Helper()
	received, err := r.Receive(message)
	if received != nil || err == nil {
		t.Fatalf("%x is accepted", message)
	}
	e := refused(t, err, stage, code)
	if (e.Reply != nil) != (code != none) {
		t.Errorf("%v: reply %x", err, e.Reply)
	}
	return e
}

func parse(t testing.TB, message []byte, groups ...mikey.KeyAgreement) *mikey.Message {
	t.Helper()
	m, err := (&mikey.Decoder{Groups: groups}).Parse(message)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func types(m *mikey.Message) []mikey.PayloadType {
	var all []mikey.PayloadType
	for _, p := range m.Payloads {
		all = append(all, p.Type())
	}
	return all
}

// fixed is a group whose private value is not random, as a reproducible exchange
// has it.
type fixed struct {
	mikey.KeyAgreement
	private []byte
}

func (f fixed) Initiate(io.Reader) ([]byte, func([]byte) ([]byte, error), error) {
	return f.KeyAgreement.Initiate(bytes.NewReader(f.private))
}

func (f fixed) Respond(_ io.Reader, initiator []byte) (value, tgk []byte, err error) {
	return f.KeyAgreement.Respond(bytes.NewReader(f.private), initiator)
}
