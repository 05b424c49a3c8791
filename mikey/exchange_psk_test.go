package mikey_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

var (
	exSecret = refCount(16, 0x60)
	exTime   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	exAlice  = mikey.NAI("alice@example.com")
	exBob    = mikey.NAI("bob@example.net")
	exCarol  = mikey.NAI("carol@example.org")
)

// An exClock is a clock that stands still until it is moved.
type exClock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *exClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *exClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func (c *exClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// An exReplay counts what a replay cache is asked, and fails if it is told to.
type exReplay struct {
	mikey.MemoryReplayCache

	mu                      sync.Mutex
	checks, records         int
	checkFails, recordFails error
}

func (c *exReplay) Check(e mikey.ReplayEntry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checks++
	if c.checkFails != nil {
		return c.checkFails
	}
	return c.MemoryReplayCache.Check(e)
}

func (c *exReplay) Record(e mikey.ReplayEntry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records++
	if c.recordFails != nil {
		return c.recordFails
	}
	return c.MemoryReplayCache.Record(e)
}

// An exPair is Alice, who initiates, and Bob, who responds.
type exPair struct {
	mode             mikey.Mode
	clock            *exClock // of both
	iConfig, rConfig *mikey.Config
	replay           *exReplay // Bob's
	alice            *mikey.Initiator
	bob              *mikey.Responder
}

// newExPair returns the pair; edit, which may be nil, changes it before the
// parties are made.
func newExPair(t testing.TB, edit func(*exPair)) *exPair {
	t.Helper()
	p := &exPair{clock: &exClock{t: exTime}, replay: new(exReplay), mode: exPSK(t, exSecret)}
	p.iConfig = &mikey.Config{ID: exAlice, Peer: exBob, Now: p.clock.now, Bundles: new(mikey.Bundles)}
	p.rConfig = &mikey.Config{ID: exBob, Now: p.clock.now, Bundles: new(mikey.Bundles), Replay: p.replay}
	if edit != nil {
		edit(p)
	}
	p.alice = exInitiator(t, p.mode, p.iConfig)
	p.bob = exResponder(t, p.rConfig, p.mode)
	return p
}

func exPSK(t testing.TB, secret []byte) mikey.Mode {
	t.Helper()
	mode, err := mikey.PSK(secret)
	if err != nil {
		t.Fatal(err)
	}
	return mode
}

func exInitiator(t testing.TB, mode mikey.Mode, cfg *mikey.Config) *mikey.Initiator {
	t.Helper()
	i, err := mikey.NewInitiator(mode, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func exResponder(t testing.TB, cfg *mikey.Config, modes ...mikey.Mode) *mikey.Responder {
	t.Helper()
	r, err := mikey.NewResponder(cfg, modes...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// exOffer is the offer of the tests that do not care.
func exOffer() mikey.Offer {
	return mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 0x11111111}, {SSRC: 0}},
		Verification:   true,
	}
}

const exSSRC = 0x22222222 // of the stream that Bob sends

func (p *exPair) start(t testing.TB, offer mikey.Offer) ([]byte, *mikey.Pending) {
	t.Helper()
	message, pending, err := p.alice.Start(offer)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	return message, pending
}

func (p *exPair) update(t testing.TB, s *mikey.Session, offer mikey.Offer) ([]byte, *mikey.Pending) {
	t.Helper()
	message, pending, err := p.alice.Update(s, offer)
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	return message, pending
}

// respond takes a request at Bob, who fills in SSRCs as far as they are open.
func (p *exPair) respond(t testing.TB, message []byte) ([]byte, *mikey.Session) {
	t.Helper()
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatalf("Receive: %v", err)
	}
	return exAccept(t, received)
}

func exAccept(t testing.TB, received *mikey.Received) ([]byte, *mikey.Session) {
	t.Helper()
	var ssrcs []uint32
	for i, cs := range received.CryptoSessions() {
		if cs.SSRC == 0 {
			ssrcs = append(ssrcs, exSSRC+uint32(i))
		}
	}
	answer, s, err := received.Accept(ssrcs...)
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	return answer, s
}

func exFinish(t testing.TB, pending *mikey.Pending, answer []byte) *mikey.Session {
	t.Helper()
	s, err := pending.Finish(answer)
	if err != nil {
		t.Fatalf("Finish: %v", err)
	}
	return s
}

// run does a whole exchange.
func (p *exPair) run(t testing.TB, offer mikey.Offer) (alice, bob *mikey.Session) {
	t.Helper()
	message, pending := p.start(t, offer)
	answer, bob := p.respond(t, message)
	return exFinish(t, pending, answer), bob
}

// exSame checks that two sessions have the same keys and, where the initiator
// knows it, the same crypto sessions.
func exSame(t testing.TB, a, b *mikey.Session) {
	t.Helper()
	if a.CSBID() != b.CSBID() || a.Initiator() == b.Initiator() {
		t.Errorf("CSB %08x, initiator %v; CSB %08x, initiator %v", a.CSBID(), a.Initiator(), b.CSBID(), b.Initiator())
	}
	if len(a.CryptoSessions()) != len(b.CryptoSessions()) {
		t.Fatalf("%d and %d crypto sessions", len(a.CryptoSessions()), len(b.CryptoSessions()))
	}
	for cs := range a.CryptoSessions() {
		x, y := exKeys(t, a, uint8(cs+1)), exKeys(t, b, uint8(cs+1))
		if !bytes.Equal(x, y) {
			t.Errorf("crypto session %d: keys %x and %x", cs+1, x, y)
		}
		p, err := a.Policy(uint8(cs + 1))
		if err != nil {
			t.Fatal(err)
		}
		if q, _ := b.Policy(uint8(cs + 1)); p != q {
			t.Errorf("crypto session %d: policies %v and %v", cs+1, p, q)
		}
	}
}

// exKeys returns all master keys and salts of a crypto session in one string of
// octets.
func exKeys(t testing.TB, s *mikey.Session, csID uint8) []byte {
	t.Helper()
	masters, err := s.MasterKeys(csID)
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, m := range masters {
		all = append(append(all, m.Key...), m.Salt...)
	}
	if len(all) == 0 {
		t.Fatal("there are no keys")
	}
	return all
}

// exNone stands for an error without a number for the peer.
const exNone = -1

// exRefused checks that err is an *Error of the stage and code and returns it.
func exRefused(t testing.TB, err error, stage mikey.Stage, code int) *mikey.Error {
	t.Helper()
	var e *mikey.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v (%T), want an *Error", err, err)
	}
	if e.Stage != stage {
		t.Errorf("stage %v, want %v: %v", e.Stage, stage, err)
	}
	var c mikey.ErrorCode
	switch found := errors.As(err, &c); {
	case code == exNone && found:
		t.Errorf("code %v, want none: %v", c, err)
	case code != exNone && (!found || c != mikey.ErrorCode(code)):
		t.Errorf("code %v (found %v), want %v: %v", c, found, mikey.ErrorCode(code), err)
	}
	return e
}

// exParse parses a message that has to be well formed.
func exParse(t testing.TB, message []byte) *mikey.Message {
	t.Helper()
	m, err := mikey.ParseMessage(message)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// exTypes returns the payload types of a message.
func exTypes(t testing.TB, message []byte) []mikey.PayloadType {
	t.Helper()
	var types []mikey.PayloadType
	for _, p := range exParse(t, message).Payloads {
		types = append(types, p.Type())
	}
	return types
}

func exT(t testing.TB, message []byte) mikey.Timestamp {
	t.Helper()
	ts, ok := mikey.PayloadOf[*mikey.Timestamp](exParse(t, message))
	if !ok {
		t.Fatal("the message has no timestamp")
	}
	return *ts
}

// reference returns the reference of a request of Alice, for making answers and
// further messages of the CSB. The RAND of an update is that of before.
func (p *exPair) reference(t testing.TB, message, rand []byte) *refExchange {
	t.Helper()
	m := exParse(t, message)
	e := &refExchange{
		psk: exSecret, prf: byte(m.Header.PRF), v: m.Header.V, csbID: m.Header.CSBID,
		rand: rand, update: rand != nil, idI: p.iConfig.ID.Value, idR: p.iConfig.Peer.Value,
	}
	for _, cs := range m.Header.CryptoSessions {
		e.sessions = append(e.sessions, refSession{cs.Policy, cs.SSRC, cs.ROC})
	}
	for _, payload := range m.Payloads {
		switch payload := payload.(type) {
		case *mikey.Timestamp:
			e.tsType, e.ts = byte(payload.TSType), binary.BigEndian.AppendUint64(nil, payload.Value)
			if payload.TSType >= 2 {
				e.ts = e.ts[4:]
			}
		case *mikey.Rand:
			e.rand = payload.Value
		case *mikey.SecurityPolicy:
			sp := []byte{payload.Number, byte(payload.Protocol)}
			sp = binary.BigEndian.AppendUint16(sp, uint16(len(payload.Params)))
			e.policies = append(e.policies, append(sp, payload.Params...))
		case *mikey.KEMAC:
			e.encr, e.mac = byte(payload.EncrAlg), byte(payload.MACAlg)
		}
	}
	return e
}

// exScript is a random source with a beginning that is known.
type exScript struct {
	script []byte
	rest   byte
}

func (s *exScript) Read(b []byte) (int, error) {
	n := copy(b, s.script)
	s.script = s.script[n:]
	for i := n; i < len(b); i++ {
		s.rest = s.rest*13 + 7
		b[i] = s.rest
	}
	return len(b), nil
}

func TestR3830_091_PSKExchange(t *testing.T) {
	p := newExPair(t, nil)
	message, pending := p.start(t, exOffer())
	if !pending.AwaitsAnswer() {
		t.Error("the initiator does not await the answer that it asked for")
	}
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	if received.Peer() != exAlice || received.Update() || !received.AwaitsAnswer() || !received.Authenticated() ||
		received.CSBID() != pending.CSBID() {
		t.Errorf("received: peer %v, update %v, awaits %v, authenticated %v, CSB %08x", received.Peer(),
			received.Update(), received.AwaitsAnswer(), received.Authenticated(), received.CSBID())
	}
	answer, bob := exAccept(t, received)
	alice := exFinish(t, pending, answer)
	exSame(t, alice, bob)
	if !alice.Initiator() || bob.Initiator() || alice.Peer() != exBob || bob.Peer() != exAlice {
		t.Errorf("initiators %v, %v; peers %v, %v", alice.Initiator(), bob.Initiator(), alice.Peer(), bob.Peer())
	}
	if !alice.Authenticated() || !bob.Authenticated() {
		t.Error("the sessions are not authenticated")
	}
	if bytes.Equal(exKeys(t, alice, 1), exKeys(t, alice, 2)) {
		t.Error("two crypto sessions have the same keys")
	}

	t.Run("over", func(t *testing.T) {
		_, err := pending.Finish(answer)
		exRefused(t, err, mikey.State, exNone)
		_, _, err = received.Accept()
		exRefused(t, err, mikey.State, exNone)
		_, err = received.Refuse(mikey.ErrorUnspecified)
		exRefused(t, err, mikey.State, exNone)
	})
	t.Run("without answer", func(t *testing.T) {
		offer := exOffer()
		offer.Verification = false
		message, pending := p.start(t, offer)
		if pending.AwaitsAnswer() {
			t.Error("the initiator awaits an answer")
		}
		_, err := pending.Finish([]byte{1})
		exRefused(t, err, mikey.State, exNone)
		alice := exFinish(t, pending, nil)
		answer, bob := p.respond(t, message)
		if answer != nil {
			t.Errorf("answer %x, want none", answer)
		}
		exSame(t, alice, bob)
	})
	t.Run("no answer yet", func(t *testing.T) {
		_, pending := p.start(t, exOffer())
		_, err := pending.Finish(nil)
		exRefused(t, err, mikey.State, exNone)
	})
	t.Run("sessions", func(t *testing.T) {
		for _, cs := range []uint8{0, 3, 255} {
			_, err := alice.MasterKeys(cs)
			exRefused(t, err, mikey.Usage, exNone)
			_, err = alice.Policy(cs)
			exRefused(t, err, mikey.Usage, exNone)
		}
		masters, err := alice.MasterKeys(1)
		if err != nil {
			t.Fatal(err)
		}
		clear(masters[0].Key)
		masters[0].Salt[0] ^= 1
		exSame(t, alice, bob) // the caller has copies
		alice.CryptoSessions()[0].SSRC = 9
		if alice.CryptoSessions()[0].SSRC != 0x11111111 {
			t.Error("the caller can change the crypto sessions")
		}
	})
}

func TestPSKConstructors(t *testing.T) {
	_, err := mikey.PSK(nil)
	exRefused(t, err, mikey.Usage, exNone)
	_, err = mikey.NewInitiator(nil, nil)
	exRefused(t, err, mikey.Usage, exNone)
	_, err = mikey.NewResponder(nil)
	exRefused(t, err, mikey.Usage, exNone)
	mode := exPSK(t, exSecret)
	_, err = mikey.NewResponder(nil, mode, mode)
	exRefused(t, err, mikey.Usage, exNone)

	// The mode keeps a copy of the secret.
	secret := bytes.Clone(exSecret)
	mode = exPSK(t, secret)
	clear(secret)
	p := newExPair(t, func(p *exPair) { p.mode = mode })
	p.bob = exResponder(t, p.rConfig, exPSK(t, exSecret))
	p.run(t, exOffer())

	// Defaults are enough.
	alice, bob := exInitiator(t, mode, nil), exResponder(t, nil, mode)
	message, pending, err := alice.Start(mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	received, err := bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	_, s := exAccept(t, received)
	exSame(t, exFinish(t, pending, nil), s)
	if !s.Peer().IsZero() {
		t.Errorf("peer %v, want nobody", s.Peer())
	}
}

func TestR3830_007_ResponderCopiesCSBID(t *testing.T) {
	p := newExPair(t, nil)
	for range 8 {
		message, pending := p.start(t, exOffer())
		answer, _ := p.respond(t, message)
		if got := exParse(t, answer).Header.CSBID; got != pending.CSBID() {
			t.Errorf("answer for CSB %08x, want %08x", got, pending.CSBID())
		}
		message, pending = p.start(t, exOffer())
		received, err := p.bob.Receive(message)
		if err != nil {
			t.Fatal(err)
		}
		refusal, err := received.Refuse(mikey.ErrorUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		if got := exParse(t, refusal).Header.CSBID; got != pending.CSBID() {
			t.Errorf("error for CSB %08x, want %08x", got, pending.CSBID())
		}
	}
}

func TestR3830_008_EveryCSBIDDiffers(t *testing.T) {
	p := newExPair(t, nil)
	seen := make(map[uint32]bool)
	for range 64 {
		_, pending := p.start(t, exOffer())
		if seen[pending.CSBID()] {
			t.Fatalf("CSB ID %08x occurs twice", pending.CSBID())
		}
		seen[pending.CSBID()] = true
	}
}

func TestR3830_009_CSBIDCollision(t *testing.T) {
	// RAND and CSB ID are drawn together.
	draw := func(id ...byte) []byte { return append(refCount(16, 1), id...) }
	script := &exScript{script: draw(0xAA, 0xBB, 0xCC, 0xDD)}
	p := newExPair(t, func(p *exPair) { p.iConfig.Rand = script })
	alice, _ := p.run(t, exOffer())
	if alice.CSBID() != 0xAABBCCDD {
		t.Fatalf("CSB ID %08x does not come from Rand", alice.CSBID())
	}
	script.script = append(draw(0xAA, 0xBB, 0xCC, 0xDD), draw(0xAA, 0xBB, 0xCC, 0xDD)...)
	script.script = append(script.script, draw(1, 2, 3, 4)...)
	_, pending := p.start(t, exOffer())
	if pending.CSBID() != 0x01020304 {
		t.Errorf("CSB ID %08x, want the first that is free", pending.CSBID())
	}
	offer := exOffer()
	offer.Group = &mikey.Group{CSBID: 0xAABBCCDD, RAND: refCount(16, 9)}
	_, _, err := p.alice.Start(offer)
	exRefused(t, err, mikey.Usage, exNone)

	// The scope is the pair of parties: with another peer it is free, and so
	// it is once the CSB is over.
	toCarol := *p.iConfig
	toCarol.Peer = exCarol
	if _, _, err := exInitiator(t, p.mode, &toCarol).Start(offer); err != nil {
		t.Errorf("with another peer: %v", err)
	}
	alice.Close()
	if _, _, err := p.alice.Start(offer); err != nil {
		t.Errorf("after Close: %v", err)
	}
}

func TestR3830_012_ResponderFillsSSRCs(t *testing.T) {
	p := newExPair(t, nil)
	offer := exOffer()
	offer.CryptoSessions = []mikey.CryptoSession{{SSRC: 1, ROC: 3}, {}, {SSRC: 2}, {}, {}}
	message, pending := p.start(t, offer)
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = received.Accept(7, 8, 9, 10)
	exRefused(t, err, mikey.Usage, exNone)
	answer, bob, err := received.Accept(7, 8)
	if err != nil {
		t.Fatal(err)
	}
	want := []mikey.CryptoSession{{SSRC: 1, ROC: 3}, {SSRC: 7}, {SSRC: 2}, {SSRC: 8}, {}}
	if got := exParse(t, answer).Header.CryptoSessions; !slices.Equal(got, want) {
		t.Errorf("answer %v, want %v", got, want)
	}
	alice := exFinish(t, pending, answer)
	if got := alice.CryptoSessions(); !slices.Equal(got, want) {
		t.Errorf("initiator %v, want %v", got, want)
	}
	if got := bob.CryptoSessions(); !slices.Equal(got, want) {
		t.Errorf("responder %v, want %v", got, want)
	}
	exSame(t, alice, bob)
}

func TestR3830_013_SSRCsThatShareATEK(t *testing.T) {
	p := newExPair(t, nil)
	offer := exOffer()
	offer.Keys = []mikey.KeyData{{KeyType: mikey.TEK}}
	offer.CryptoSessions = []mikey.CryptoSession{{SSRC: 5}, {SSRC: 5}}
	_, _, err := p.alice.Start(offer)
	exRefused(t, err, mikey.Policy, int(mikey.ErrorUnspecified))

	// Nor may the responder choose an SSRC that is taken.
	offer.CryptoSessions = []mikey.CryptoSession{{SSRC: 5}, {}}
	message, pending := p.start(t, offer)
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = received.Accept(5)
	exRefused(t, err, mikey.Policy, int(mikey.ErrorUnspecified))
	answer, bob, err := received.Accept(6)
	if err != nil {
		t.Fatalf("Accept after an error: %v", err)
	}
	// And the initiator does not take it from a responder that does.
	e := p.reference(t, message, nil)
	_, err = pending.Finish(e.response([]refSession{{0, 5, 0}, {0, 5, 0}}, nil))
	exRefused(t, err, mikey.Policy, int(mikey.ErrorUnspecified))
	exSame(t, exFinish(t, pending, answer), bob)
}

func TestR3830_015_ExchangeWithoutCryptoSessions(t *testing.T) {
	p := newExPair(t, nil)
	message, pending := p.start(t, mikey.Offer{Verification: true})
	if h := exParse(t, message).Header; len(h.CryptoSessions) != 0 || h.MapType != mikey.MapSRTPID {
		t.Errorf("header %v", h)
	}
	answer, bob := p.respond(t, message)
	if alice := exFinish(t, pending, answer); len(alice.CryptoSessions())+len(bob.CryptoSessions()) != 0 {
		t.Error("there are crypto sessions")
	}
}

func TestR3830_017_PayloadOrder(t *testing.T) {
	const (
		T, R, ID, SP, X, K, V = mikey.TPayload, mikey.RANDPayload, mikey.IDPayload, mikey.SPPayload,
			mikey.GeneralExtensionPayload, mikey.KEMACPayload, mikey.VPayload
	)
	p := newExPair(t, nil)
	offer := exOffer()
	offer.Policies = []mikey.SecurityPolicy{
		mikey.AES_CM_128_HMAC_SHA1_80.Policy(0), mikey.AEAD_AES_128_GCM.Policy(1),
	}
	offer.Extensions = []mikey.GeneralExtension{mikey.SDPIDs("mikey")}
	message, _ := p.start(t, offer)
	if got, want := exTypes(t, message), []mikey.PayloadType{T, R, ID, ID, SP, SP, X, K}; !slices.Equal(got, want) {
		t.Errorf("request %v, want %v", got, want)
	}
	answer, _ := p.respond(t, message)
	if got, want := exTypes(t, answer), []mikey.PayloadType{T, ID, V}; !slices.Equal(got, want) {
		t.Errorf("answer %v, want %v", got, want)
	}

	// A receiver takes any order, as long as KEMAC is the last payload and IDi
	// stands before IDr.
	e, _, _ := refMatrix(1, 1, 0, 0, 0, 0, true, 1)
	e.idI, e.idR, e.psk = exAlice.Value, exBob.Value, exSecret
	e.edit = func(m *refMessage) {
		x := m.payloads // T RAND IDi IDr SP X X
		m.payloads = []refPayload{x[5], x[2], x[4], x[1], x[3], x[6], x[0]}
	}
	received, err := p.bob.Receive(e.request())
	if err != nil {
		t.Fatal(err)
	}
	_, s := exAccept(t, received)
	e.checkKeys(t, "responder", s, []int{16})
	if s.Peer() != exAlice {
		t.Errorf("peer %v", s.Peer())
	}
	if ids, ok := received.SDPIDs(); !ok || !slices.Equal(ids, []string{"mikey"}) {
		t.Errorf("SDPIDs %v, %v", ids, ok)
	}
}

func TestR3830_019_KEMACEndsPSKRequest(t *testing.T) {
	p := newExPair(t, nil)
	e, _, _ := refMatrix(1, 1, 0, 0, 0, 0, false, 1)
	e.idI, e.idR, e.psk = exAlice.Value, exBob.Value, exSecret
	good := e.request()
	// A general extension behind KEMAC, with a MAC over all but the MAC.
	e.edit = func(m *refMessage) {
		kemac := append([]byte{1, 0, 36}, e.encrypt(e.keyData())...)
		kemac = append(kemac, 1)
		m.payloads = append(m.payloads, refPayload{1, append(kemac, make([]byte, 20)...)})
	}
	exRefused(t, exReceiveError(t, p, e.request()), mikey.Malformed, int(mikey.ErrorUnspecified))
	m := exParse(t, good)
	last := len(m.Payloads) - 1
	m.Payloads[last], m.Payloads[last-1] = m.Payloads[last-1], m.Payloads[last]
	swapped, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	exRefused(t, exReceiveError(t, p, swapped), mikey.Malformed, int(mikey.ErrorUnspecified))
	p.respond(t, good)
}

func exReceiveError(t testing.TB, p *exPair, message []byte) error {
	t.Helper()
	received, err := p.bob.Receive(message)
	if err == nil {
		t.Fatal("the message is accepted")
	}
	if received != nil {
		t.Error("an error and a request")
	}
	return err
}

func TestR3830_045_OfferedRAND(t *testing.T) {
	p := newExPair(t, nil)
	for range 4 {
		message, pending := p.start(t, exOffer())
		r, ok := mikey.PayloadOf[*mikey.Rand](exParse(t, message))
		if !ok || len(r.Value) < 16 {
			t.Fatalf("RAND %v", r)
		}
		if !bytes.Equal(pending.Group().RAND, r.Value) {
			t.Error("the group has another RAND")
		}
	}
	for _, n := range []int{0, 1, 15, 256} {
		offer := exOffer()
		offer.Group = &mikey.Group{CSBID: 1, RAND: make([]byte, n)}
		_, _, err := p.alice.Start(offer)
		exRefused(t, err, mikey.Usage, exNone)
	}
}

func TestR3830_053_CarriedSaltWins(t *testing.T) {
	p := newExPair(t, nil)
	salt := refCount(14, 0xc0)
	for _, tt := range []struct {
		keyType mikey.KeyType
		carried bool
	}{{mikey.TGK, false}, {mikey.TGKSalt, true}, {mikey.TEKSalt, true}} {
		offer := exOffer()
		offer.Keys = []mikey.KeyData{{KeyType: tt.keyType, Key: refCount(16, 1)}}
		if tt.carried {
			offer.Keys[0].Salt = salt
		}
		alice, bob := p.run(t, offer)
		exSame(t, alice, bob)
		for cs := uint8(1); cs <= 2; cs++ {
			masters, err := bob.MasterKeys(cs)
			if err != nil {
				t.Fatal(err)
			}
			if got := bytes.Equal(masters[0].Salt, salt); got != tt.carried {
				t.Errorf("%v: salt %x", tt.keyType, masters[0].Salt)
			}
		}
	}
}

func TestR3830_054_KeysComeFromRand(t *testing.T) {
	// Every key, salt, RAND and CSB ID that the caller leaves out is fresh.
	p := newExPair(t, nil)
	seen := make(map[string]bool)
	for range 4 {
		for _, keyType := range []mikey.KeyType{mikey.TGK, mikey.TGKSalt, mikey.TEK, mikey.TEKSalt} {
			offer := exOffer()
			offer.Keys = []mikey.KeyData{{KeyType: keyType}}
			alice, bob := p.run(t, offer)
			exSame(t, alice, bob)
			masters, err := alice.MasterKeys(1)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range [][]byte{masters[0].Key, masters[0].Salt} {
				if seen[string(b)] {
					t.Fatalf("%v: %x occurs twice", keyType, b)
				}
				seen[string(b)] = true
			}
		}
	}
	// A source that fails yields no message, at whatever octet.
	for n := range 16 + 4 + 16 + 14 {
		p := newExPair(t, func(p *exPair) { p.iConfig.Rand = io.LimitReader(&exScript{}, int64(n)) })
		offer := exOffer()
		offer.Keys = []mikey.KeyData{{KeyType: mikey.TGKSalt}}
		_, _, err := p.alice.Start(offer)
		exRefused(t, err, mikey.Usage, exNone)
	}
}

func TestR3830_055_TGKStrength(t *testing.T) {
	p := newExPair(t, nil)
	for _, suite := range []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80, mikey.AES_192_CM_HMAC_SHA1_80, mikey.AEAD_AES_256_GCM} {
		offer := exOffer()
		offer.Policies = []mikey.SecurityPolicy{suite.Policy(0)}
		offer.Algorithms = &mikey.Algorithms{Encr: mikey.EncrAESCM256, MAC: mikey.MACHMACSHA1160}
		message, _ := p.start(t, offer)
		e := p.reference(t, message, nil)
		kemac, _ := mikey.PayloadOf[*mikey.KEMAC](exParse(t, message))
		_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, e.encrypt(kemac.EncrData))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(keys[0].Key), int(suite.SRTP().EncrKeyLen); got < want {
			t.Errorf("%v: a TGK of %d octets for keys of %d", suite, got, want)
		}
	}
}

func TestR3830_058_LargestKeyData(t *testing.T) {
	p := newExPair(t, nil)
	offer := exOffer()
	offer.Keys = []mikey.KeyData{{KeyType: mikey.TGK, Key: make([]byte, 60000)}}
	alice, bob := p.run(t, offer)
	exSame(t, alice, bob)
	for _, n := range []int{65400, 65532, 65536, 100000} {
		offer.Keys[0].Key = make([]byte, n)
		_, _, err := p.alice.Start(offer)
		exRefused(t, err, mikey.Usage, exNone)
	}
}

func TestR3830_059_062_063_NULLAlgorithms(t *testing.T) {
	for _, tt := range []struct {
		encr mikey.EncrAlg
		mac  mikey.MACAlg
		code mikey.ErrorCode
	}{
		{mikey.EncrNULL, mikey.MACNULL, mikey.ErrorInvalidMAC},
		{mikey.EncrNULL, mikey.MACHMACSHA1160, mikey.ErrorInvalidEA},
		{mikey.EncrAESCM128, mikey.MACNULL, mikey.ErrorInvalidMAC},
		{mikey.EncrAESKW128, mikey.MACNULL, mikey.ErrorInvalidMAC},
	} {
		p := newExPair(t, nil)
		offer := exOffer()
		offer.Algorithms = &mikey.Algorithms{Encr: tt.encr, MAC: tt.mac}
		_, _, err := p.alice.Start(offer)
		exRefused(t, err, mikey.Policy, int(tt.code))

		// The same from an initiator that does it.
		carelessly := exInitiator(t, mikey.InsecureTransportProtected(exSecret), p.iConfig)
		message, _, err := carelessly.Start(offer)
		if err != nil {
			t.Fatal(err)
		}
		if e := exRefused(t, exReceiveError(t, p, message), mikey.Policy, int(tt.code)); e.Reply == nil {
			t.Errorf("%v, %v: no error message", tt.encr, tt.mac)
		}
		if p.replay.records != 0 {
			t.Error("the message is in the replay cache")
		}
	}
}

// TestR3830_071_VerificationCoverage changes everything that V covers beyond
// the octets of the answer.
func TestR3830_071_VerificationCoverage(t *testing.T) {
	p := newExPair(t, nil)
	message, pending := p.start(t, exOffer())
	filled := []refSession{{0, 0x11111111, 0}, {0, 2, 0}}
	for name, edit := range map[string]func(e *refExchange){
		"IDi":        func(e *refExchange) { e.idI = "alicf@example.com" },
		"no IDi":     func(e *refExchange) { e.idI = "" },
		"secret":     func(e *refExchange) { e.psk = refCount(16, 0x61) },
		"RAND":       func(e *refExchange) { e.rand = refCount(16, 0) },
		"CSB ID key": func(e *refExchange) { e.csbID++ },
	} {
		e := p.reference(t, message, nil)
		e.ts = bytes.Clone(e.ts)
		edit(e)
		answer := e.response(filled, func(m *refMessage) { m.csbID = pending.CSBID() })
		_, err := pending.Finish(answer)
		if err == nil {
			t.Fatalf("%s: the answer is accepted", name)
		}
		exRefused(t, err, mikey.AuthFailure, exNone)
	}
	// The MAC over the answer alone, as some implementations compute it.
	e := p.reference(t, message, nil)
	answer := e.response(filled, nil)
	n := len(answer) - 20
	_, err := pending.Finish(append(bytes.Clone(answer[:n]), e.sum(answer[:n])...))
	exRefused(t, err, mikey.AuthFailure, exNone)

	exFinish(t, pending, answer)
}

func TestR3830_072_EveryRequestHasItsOwnTimestamp(t *testing.T) {
	p := newExPair(t, nil)
	var mu sync.Mutex
	seen := make(map[uint64]bool)
	check := func(message []byte) {
		ts, _ := mikey.PayloadOf[*mikey.Timestamp](exParse(t, message))
		mu.Lock()
		defer mu.Unlock()
		if seen[ts.Value] {
			t.Errorf("T %016x occurs twice", ts.Value)
		}
		seen[ts.Value] = true
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				message, _, err := p.alice.Start(exOffer())
				if err != nil {
					t.Error(err)
					return
				}
				check(message)
			}
		})
	}
	wg.Wait()
	// Nor where the clock goes back.
	last := exT(t, first(p.start(t, exOffer()))).Value
	for _, d := range []time.Duration{-time.Second, -time.Hour, 30 * time.Minute} {
		p.clock.add(d)
		now := exT(t, first(p.start(t, exOffer()))).Value
		if now <= last {
			t.Errorf("T %016x after %016x", now, last)
		}
		last = now
	}
}

func first[A, B any](a A, _ B) A { return a }

func TestR3830_073_ResponderReturnsTimestamp(t *testing.T) {
	p := newExPair(t, func(p *exPair) { p.rConfig.AllowCounter = true })
	for _, ts := range []mikey.Timestamp{
		mikey.NTPTime(exTime.Add(time.Second / 3)),
		{TSType: mikey.TSNTP, Value: mikey.NTPTime(exTime).Value},
		{TSType: mikey.TSNTPUTC32, Value: mikey.NTPTime(exTime).Value >> 32},
		{TSType: mikey.TSCounter, Value: 7},
	} {
		offer := exOffer()
		offer.Timestamp = &ts
		message, pending := p.start(t, offer)
		p.clock.add(time.Second)
		answer, _ := p.respond(t, message)
		if got := exT(t, answer); got != ts {
			t.Errorf("T %v, want %v", got, ts)
		}
		exFinish(t, pending, answer)
	}
}

func TestR3830_074_ClockSkew(t *testing.T) {
	const skew = mikey.DefaultMaxSkew
	for _, tt := range []struct {
		name  string
		now   time.Duration // of the responder, after the initiator
		max   time.Duration
		fresh bool
	}{
		{"no difference", 0, 0, true},
		{"past, exactly", skew, 0, true},
		{"past, a nanosecond more", skew + 1, 0, false},
		{"past, by years", 50 * 365 * 24 * time.Hour, 0, false},
		{"future, exactly", -skew, 0, true},
		{"future, a nanosecond more", -skew - 1, 0, false},
		{"future, by years", -50 * 365 * 24 * time.Hour, 0, false},
		{"own limit, exactly", time.Second, time.Second, true},
		{"own limit, more", time.Second + 1, time.Second, false},
		{"own limit, larger", 2 * skew, 2 * skew, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newExPair(t, func(p *exPair) { p.rConfig.MaxSkew = tt.max })
			message, _ := p.start(t, exOffer())
			p.clock.add(tt.now)
			if tt.fresh {
				p.respond(t, message)
				return
			}
			e := exRefused(t, exReceiveError(t, p, message), mikey.Stale, int(mikey.ErrorInvalidTS))
			if e.Reply == nil {
				t.Error("no error message")
			}
			if p.replay.records != 0 {
				t.Error("the message is in the replay cache")
			}
			// It was the clock that was wrong: then the message works.
			p.clock.set(exTime)
			p.respond(t, message)
		})
	}
}

func TestR3830_080_NTPOverflow(t *testing.T) {
	wrap := time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC) // the seconds are 0 again
	p := newExPair(t, nil)
	p.clock.set(wrap.Add(-time.Second))
	message, pending := p.start(t, exOffer())
	if got := exT(t, message).Value; got != 0xffffffff<<32 {
		t.Fatalf("T %016x", got)
	}
	p.clock.set(wrap.Add(time.Minute))
	answer, bob := p.respond(t, message)
	alice := exFinish(t, pending, answer)
	exSame(t, alice, bob)

	// The update after the overflow is later, although the number is smaller.
	message, pending = p.update(t, alice, mikey.Offer{Keys: []mikey.KeyData{{}}, Verification: true})
	if got := exT(t, message).Value; got != 60<<32 {
		t.Fatalf("T %016x", got)
	}
	answer, bob = p.respond(t, message)
	exSame(t, exFinish(t, pending, answer), bob)

	// The initiator's own count goes over it too, with the clock standing.
	p = newExPair(t, nil)
	p.clock.set(wrap.Add(-time.Second))
	offer := exOffer()
	offer.Timestamp = &mikey.Timestamp{Value: 0xffffffff_ffffffff}
	alice, _ = p.run(t, offer)
	message, pending = p.update(t, alice, mikey.Offer{})
	if got := exT(t, message); got != (mikey.Timestamp{Value: 0}) {
		t.Fatalf("T %v", got)
	}
	p.respond(t, message)
	exFinish(t, pending, nil)
}

// TestR3830_082_OrderOfChecks makes messages that are wrong in more than one
// way: the earlier check tells.
func TestR3830_082_OrderOfChecks(t *testing.T) {
	wrongMAC := func(message []byte) []byte {
		message = bytes.Clone(message)
		message[len(message)-1] ^= 1
		return message
	}
	t.Run("timestamp before identities", func(t *testing.T) {
		p := newExPair(t, func(p *exPair) { p.rConfig.ID = exCarol })
		message, _ := p.start(t, exOffer())
		p.clock.add(time.Hour)
		exRefused(t, exReceiveError(t, p, wrongMAC(message)), mikey.Stale, int(mikey.ErrorInvalidTS))
		if p.replay.checks != 0 {
			t.Error("the replay cache was asked")
		}
	})
	t.Run("replay before identities", func(t *testing.T) {
		p := newExPair(t, nil)
		message, _ := p.start(t, exOffer())
		p.respond(t, message)
		other := *p.rConfig
		other.ID = exCarol
		_, err := exResponder(t, &other, p.mode).Receive(message)
		exRefused(t, err, mikey.Replay, exNone)
	})
	t.Run("identities before MAC", func(t *testing.T) {
		p := newExPair(t, func(p *exPair) { p.rConfig.ID = exCarol })
		message, _ := p.start(t, exOffer())
		exRefused(t, exReceiveError(t, p, wrongMAC(message)), mikey.Policy, int(mikey.ErrorAuthFailure))
	})
	t.Run("algorithms before MAC", func(t *testing.T) {
		p := newExPair(t, nil)
		e, _, _ := refMatrix(1, 1, 0, 0, 0, 0, false, 1)
		e.idI, e.idR, e.encr = exAlice.Value, exBob.Value, 9
		exRefused(t, exReceiveError(t, p, e.request()), mikey.Unsupported, int(mikey.ErrorInvalidEA))
	})
	t.Run("MAC before policy", func(t *testing.T) {
		p := newExPair(t, func(p *exPair) { p.rConfig.Suites = []mikey.Suite{mikey.AEAD_AES_256_GCM} })
		message, _ := p.start(t, exOffer())
		exRefused(t, exReceiveError(t, p, wrongMAC(message)), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
		exRefused(t, exReceiveError(t, p, message), mikey.Policy, int(mikey.ErrorInvalidSPar))
	})
	t.Run("cache after MAC, before the answer", func(t *testing.T) {
		p := newExPair(t, nil)
		message, _ := p.start(t, exOffer())
		exReceiveError(t, p, wrongMAC(message))
		if p.replay.records != 0 {
			t.Error("a forgery is in the cache")
		}
		if _, err := p.bob.Receive(message); err != nil {
			t.Fatal(err)
		}
		if p.replay.records != 1 {
			t.Errorf("%d messages in the cache, want 1", p.replay.records)
		}
	})
}

func TestR3830_083_NoStateBeforeAuthentication(t *testing.T) {
	p := newExPair(t, nil)
	e, _, _ := refMatrix(1, 1, 0, 0, 0, 0, false, 1)
	e.idI, e.idR, e.psk = exAlice.Value, exBob.Value, []byte("not the secret")
	for n := range uint32(100) {
		e.csbID = n
		exRefused(t, exReceiveError(t, p, e.request()), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	}
	if p.replay.records != 0 {
		t.Errorf("%d messages in the replay cache", p.replay.records)
	}
	// The CSB IDs are as free as before.
	e.psk = exSecret
	for n := range uint32(100) {
		e.csbID = n
		p.respond(t, e.request())
	}
	// Nor does a request that is not accepted take one.
	message, _ := p.start(t, exOffer())
	if _, err := p.bob.Receive(message); err != nil {
		t.Fatal(err)
	}
	m := p.reference(t, message, nil)
	m.keys = []refKey{{key: refCount(16, 1)}}
	p.respond(t, m.request())
}

func TestR3830_084_AnswersToNoQuestion(t *testing.T) {
	p := newExPair(t, nil)
	message, pending := p.start(t, exOffer())
	answer, _ := p.respond(t, message)
	if e := exRefused(t, exReceiveError(t, p, answer), mikey.State, exNone); e.Reply != nil {
		t.Errorf("a reply to an answer: %x", e.Reply)
	}
	// An initiator takes nothing but the answer to its question.
	other, otherPending := p.start(t, exOffer())
	for name, wrong := range map[string][]byte{
		"its own request": message, "another request": other,
	} {
		_, err := pending.Finish(wrong)
		if err == nil {
			t.Fatalf("%s is accepted", name)
		}
		exRefused(t, err, mikey.State, exNone)
	}
	_, err := otherPending.Finish(answer)
	exRefused(t, err, mikey.State, exNone)
	exFinish(t, pending, answer)
}

func TestR3830_086_087_Identities(t *testing.T) {
	ids := func(message []byte) (ids []mikey.ID) {
		for _, p := range exParse(t, message).Payloads {
			if id, ok := p.(*mikey.ID); ok {
				ids = append(ids, *id)
			}
		}
		return ids
	}
	p := newExPair(t, nil)
	message, _ := p.start(t, exOffer())
	if got := ids(message); !slices.Equal(got, []mikey.ID{exAlice, exBob}) {
		t.Errorf("identities %v", got)
	}
	answer, _ := p.respond(t, message)
	if got := ids(answer); !slices.Equal(got, []mikey.ID{exBob}) {
		t.Errorf("identities of the answer %v", got)
	}

	for _, tt := range []struct {
		name          string
		idI, idR      mikey.ID // of the initiator's configuration
		omit          bool
		id, peer      mikey.ID // of the responder's
		stage         mikey.Stage
		from          mikey.ID // whom the responder sees
		finishUnknown bool     // the parties do not know the same identities
	}{
		{name: "both known", idI: exAlice, idR: exBob, id: exBob, peer: exAlice, from: exAlice},
		{name: "sender unknown", idI: exAlice, idR: exBob, id: exBob, from: exAlice},
		{name: "own unknown", idI: exAlice, idR: exBob, from: exAlice},
		{name: "only IDr sent", idR: exBob, id: exBob},
		{name: "only IDr sent, sender known", idR: exBob, id: exBob, peer: exAlice, from: exAlice, finishUnknown: true},
		{name: "only IDi sent", idI: exAlice, peer: exAlice, from: exAlice},
		{name: "none sent", idI: exAlice, idR: exBob, omit: true, id: exBob, peer: exAlice, from: exAlice},
		{name: "none sent, none known", omit: true},
		{name: "for somebody else", idI: exAlice, idR: exBob, id: exCarol, stage: mikey.Policy},
		{name: "from somebody else", idI: exAlice, idR: exBob, id: exBob, peer: exCarol, stage: mikey.Policy},
		{name: "of another type", idI: exAlice, idR: mikey.URI(exBob.Value), id: exBob, stage: mikey.Policy},
		{name: "exchanged", idI: exBob, idR: exAlice, id: exBob, peer: exAlice, stage: mikey.Policy},
		{name: "longer", idI: exAlice, idR: mikey.NAI(exBob.Value + "\x00"), id: exBob, stage: mikey.Policy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newExPair(t, func(p *exPair) {
				p.iConfig.ID, p.iConfig.Peer = tt.idI, tt.idR
				p.rConfig.ID, p.rConfig.Peer = tt.id, tt.peer
			})
			offer := exOffer()
			offer.OmitIDs = tt.omit
			message, pending := p.start(t, offer)
			if tt.stage != 0 {
				exRefused(t, exReceiveError(t, p, message), tt.stage, int(mikey.ErrorAuthFailure))
				return
			}
			answer, bob := p.respond(t, message)
			if bob.Peer() != tt.from {
				t.Errorf("peer %v, want %v", bob.Peer(), tt.from)
			}
			if tt.finishUnknown {
				_, err := pending.Finish(answer)
				exRefused(t, err, mikey.AuthFailure, exNone)
				return
			}
			exSame(t, exFinish(t, pending, answer), bob)
		})
	}
}

func TestPSKLookup(t *testing.T) {
	secrets := map[mikey.ID][]byte{exAlice: refCount(16, 1), exCarol: refCount(24, 2)}
	var mu sync.Mutex
	calls := 0
	p := newExPair(t, nil)
	p.bob = exResponder(t, p.rConfig, mikey.PSKLookup(func(i, r mikey.ID) []byte {
		mu.Lock()
		defer mu.Unlock()
		calls++
		if r != exBob {
			t.Errorf("lookup for %v", r)
		}
		return secrets[i]
	}))
	for id, secret := range secrets {
		p.iConfig.ID, p.iConfig.Bundles = id, nil
		p.alice = exInitiator(t, exPSK(t, secret), p.iConfig)
		alice, bob := p.run(t, exOffer())
		exSame(t, alice, bob)
		if bob.Peer() != id {
			t.Errorf("peer %v, want %v", bob.Peer(), id)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls of lookup, want 2", calls)
	}
	// Alice's secret does not make her Carol.
	p.iConfig.ID = exCarol
	p.alice = exInitiator(t, exPSK(t, secrets[exAlice]), p.iConfig)
	message, _ := p.start(t, exOffer())
	exRefused(t, exReceiveError(t, p, message), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	// Nobody has a secret with Dave.
	p.iConfig.ID = mikey.NAI("dave@example.com")
	p.alice = exInitiator(t, exPSK(t, secrets[exAlice]), p.iConfig)
	message, _ = p.start(t, exOffer())
	exRefused(t, exReceiveError(t, p, message), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	// Neither party makes a message without one.
	_, _, err := exInitiator(t, mikey.PSKLookup(func(_, _ mikey.ID) []byte { return nil }), p.iConfig).Start(exOffer())
	exRefused(t, err, mikey.AuthFailure, int(mikey.ErrorAuthFailure))
}

// TestR3830_110_111_Groups: members get the same CSB ID, CS IDs, RAND and keys,
// other CSBs other ones.
func TestR3830_110_111_Groups(t *testing.T) {
	bundles := new(mikey.Bundles)
	members := []mikey.ID{exBob, exCarol, mikey.NAI("dave@example.com")}
	offer := mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1}, {SSRC: 2}},
		Keys:           []mikey.KeyData{{KeyType: mikey.TGK, Key: refCount(16, 0xaa), Validity: mikey.SPI([]byte{1})}},
	}
	var group *mikey.Group
	var all []*mikey.Session
	for i, member := range members {
		// Every member has its own secret with the initiator.
		p := newExPair(t, func(p *exPair) {
			p.mode = exPSK(t, refCount(16, byte(i)))
			p.iConfig.Peer, p.rConfig.ID, p.iConfig.Bundles = member, member, bundles
		})
		offer.Group = group
		message, pending := p.start(t, offer)
		group = pending.Group()
		r, _ := mikey.PayloadOf[*mikey.Rand](exParse(t, message))
		if !bytes.Equal(r.Value, group.RAND) || pending.CSBID() != group.CSBID {
			t.Errorf("member %d: RAND %x, CSB %08x", i, r.Value, pending.CSBID())
		}
		_, s := p.respond(t, message)
		exSame(t, exFinish(t, pending, nil), s)
		all = append(all, s)
	}
	for i, s := range all {
		if s.CSBID() != all[0].CSBID() {
			t.Errorf("member %d: CSB %08x, want %08x", i, s.CSBID(), all[0].CSBID())
		}
		for cs := uint8(1); cs <= 2; cs++ {
			if !bytes.Equal(exKeys(t, s, cs), exKeys(t, all[0], cs)) {
				t.Errorf("member %d: crypto session %d has other keys", i, cs)
			}
		}
	}
	// Another CSB has a RAND of its own.
	p := newExPair(t, nil)
	offer.Group = nil
	_, pending := p.start(t, offer)
	if next := pending.Group(); bytes.Equal(next.RAND, group.RAND) || next.CSBID == group.CSBID {
		t.Error("two CSBs have the same RAND or CSB ID")
	}
	group.RAND[0] ^= 1 // a copy
	if bytes.Equal(pending.Group().RAND, group.RAND) {
		t.Error("the RAND of an exchange can be changed")
	}
}

func TestR3830_113_PolicyOfTheMap(t *testing.T) {
	p := newExPair(t, nil)
	offer := exOffer()
	suites := map[uint8]mikey.Suite{
		0: mikey.AES_CM_128_HMAC_SHA1_80, 9: mikey.AEAD_AES_256_GCM, 255: mikey.AES_192_CM_HMAC_SHA1_32,
	}
	offer.CryptoSessions = []mikey.CryptoSession{
		{Policy: 9, SSRC: 1}, {Policy: 255, SSRC: 2}, {Policy: 0, SSRC: 3}, {Policy: 9, SSRC: 4},
	}
	for number, suite := range suites {
		offer.Policies = append(offer.Policies, suite.Policy(number))
	}
	alice, bob := p.run(t, offer)
	exSame(t, alice, bob)
	for i, cs := range offer.CryptoSessions {
		want := suites[cs.Policy].SRTP()
		policy, err := bob.Policy(uint8(i + 1))
		if err != nil {
			t.Fatal(err)
		}
		if policy != want {
			t.Errorf("crypto session %d: %v, want %v", i+1, policy, want)
		}
		masters, err := bob.MasterKeys(uint8(i + 1))
		if err != nil {
			t.Fatal(err)
		}
		if len(masters[0].Key) != int(want.EncrKeyLen) || len(masters[0].Salt) != int(want.SaltLen) {
			t.Errorf("crypto session %d: key of %d, salt of %d octets", i+1, len(masters[0].Key), len(masters[0].Salt))
		}
	}
}

func TestR3830_115_117_TEKAndValidity(t *testing.T) {
	p := newExPair(t, nil)
	offer := exOffer()
	key := refCount(30, 1)
	offer.Keys = []mikey.KeyData{{KeyType: mikey.TEK, Key: key}}
	alice, bob := p.run(t, offer)
	exSame(t, alice, bob)
	for cs := uint8(1); cs <= 2; cs++ {
		if got := exKeys(t, bob, cs); !bytes.Equal(got, key) {
			t.Errorf("crypto session %d: %x, want the TEK itself", cs, got)
		}
		masters, err := bob.MasterKeys(cs)
		if err != nil {
			t.Fatal(err)
		}
		if v := masters[0].Validity; v.Type != mikey.KVNull || len(v.SPI)+len(v.From)+len(v.To) != 0 {
			t.Errorf("validity %v, want none", v)
		}
	}
	// A TGK gives each crypto session a key of its own.
	alice, _ = p.run(t, exOffer())
	if bytes.Equal(exKeys(t, alice, 1), exKeys(t, alice, 2)) {
		t.Error("two crypto sessions have the same TEK")
	}
}

func TestR3830_116_SeveralKeys(t *testing.T) {
	p := newExPair(t, nil)
	offer := exOffer()
	for i := range 32 {
		offer.Keys = append(offer.Keys, mikey.KeyData{
			KeyType: mikey.KeyType(i % 4), Validity: mikey.SPI([]byte{0, byte(i)}),
		})
	}
	alice, bob := p.run(t, offer)
	exSame(t, alice, bob)
	masters, err := bob.MasterKeys(2)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range masters {
		if !bytes.Equal(m.Validity.SPI, []byte{0, byte(i)}) {
			t.Errorf("key %d has the SPI %x", i, m.Validity.SPI)
		}
	}
	offer.Keys = []mikey.KeyData{{Validity: mikey.SPI([]byte{1})}, {Validity: mikey.SPI([]byte{1})}}
	_, _, err = p.alice.Start(offer)
	exRefused(t, err, mikey.Usage, int(mikey.ErrorUnspecified))
}

// TestOfferIsNotShared changes the offer's slices once Start has returned, as a
// caller does that uses them again.
func TestOfferIsNotShared(t *testing.T) {
	for name, change := range map[string]func(*mikey.Offer){
		"crypto sessions": func(o *mikey.Offer) { o.CryptoSessions[0].SSRC = 0x2222 },
		"policies":        func(o *mikey.Offer) { o.Policies[0] = mikey.AEAD_AES_256_GCM.Policy(0) },
		"parameters":      func(o *mikey.Offer) { clear(o.Policies[0].Params) },
		"keys":            func(o *mikey.Offer) { clear(o.Keys[0].Key) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newExPair(t, nil)
			offer := mikey.Offer{
				CryptoSessions: []mikey.CryptoSession{{SSRC: 0x1111}},
				Policies:       []mikey.SecurityPolicy{mikey.AES_CM_128_HMAC_SHA1_80.Policy(0)},
				Keys:           []mikey.KeyData{{KeyType: mikey.TEK, Key: refCount(30, 1)}},
				Verification:   true,
			}
			message, pending := p.start(t, offer)
			change(&offer)
			answer, bob := p.respond(t, message)
			alice := exFinish(t, pending, answer)
			exSame(t, alice, bob)
			if got := alice.CryptoSessions()[0].SSRC; got != 0x1111 {
				t.Errorf("SSRC %x, want that of the message", got)
			}
			if got := exKeys(t, alice, 1); !bytes.Equal(got, refCount(30, 1)) {
				t.Errorf("key %x, want that of the message", got)
			}
			// An update keeps what the message said.
			message, pending = p.update(t, alice, mikey.Offer{Keys: []mikey.KeyData{{}}})
			_, bob = p.respond(t, message)
			exSame(t, exFinish(t, pending, nil), bob)
		})
	}
}

func TestConcurrentExchanges(t *testing.T) {
	p := newExPair(t, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				message, pending, err := p.alice.Start(exOffer())
				if err != nil {
					t.Error(err)
					return
				}
				received, err := p.bob.Receive(message)
				if err != nil {
					t.Error(err)
					return
				}
				answer, bob, err := received.Accept(exSSRC)
				if err != nil {
					t.Error(err)
					return
				}
				alice, err := pending.Finish(answer)
				if err != nil {
					t.Error(err)
					return
				}
				exSame(t, alice, bob)
				alice.Close()
				bob.Close()
			}
		})
	}
	wg.Wait()
}

// TestConcurrentFinish: of many that end one exchange, one gets the session.
func TestConcurrentFinish(t *testing.T) {
	p := newExPair(t, nil)
	message, pending := p.start(t, exOffer())
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var answers [][]byte
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if answer, _, err := received.Accept(exSSRC); err == nil {
				mu.Lock()
				defer mu.Unlock()
				answers = append(answers, answer)
			}
		})
	}
	wg.Wait()
	if len(answers) != 1 {
		t.Fatalf("%d answers to one request", len(answers))
	}
	finished := 0
	for range 8 {
		wg.Go(func() {
			if _, err := pending.Finish(answers[0]); err == nil {
				mu.Lock()
				defer mu.Unlock()
				finished++
			}
		})
	}
	wg.Wait()
	if finished != 1 {
		t.Errorf("%d sessions of one exchange", finished)
	}
}
