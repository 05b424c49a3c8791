package dhhmac_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// requestOf returns a request of the reference for Bob.
func requestOf(t testing.TB, g mikey.KeyAgreement) (m *refMessage, rand16 []byte) {
	t.Helper()
	value, _, err := g.Initiate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rand16 = make([]byte, 16)
	rand.Read(rand16)
	return &refMessage{
		dataType: 7, csbID: uint32(rand16[0])<<16 | uint32(rand16[1]), ssrcs: []uint32{1, 0}, macAlg: 1,
		payloads: []refPayload{
			refT(mikey.NTPTime(testNow).Value), refRand(rand16), refID(alice), refID(bob), refSP(t),
			refExtension(1, "mikey"), refDH(g.Group(), value),
		},
	}, rand16
}

// answerOf returns an answer of the reference to a request.
func answerOf(t testing.TB, request *mikey.Message, g mikey.KeyAgreement) (m *refMessage, rand16, tgk []byte) {
	t.Helper()
	dhi, _ := mikey.PayloadOf[*mikey.DH](request)
	r, _ := mikey.PayloadOf[*mikey.Rand](request)
	ts, _ := mikey.PayloadOf[*mikey.Timestamp](request)
	value, tgk, err := g.Respond(rand.Reader, dhi.Value)
	if err != nil {
		t.Fatal(err)
	}
	return &refMessage{
		dataType: 8, csbID: request.Header.CSBID, ssrcs: []uint32{0x11111111, 0x22222222}, macAlg: 1,
		payloads: []refPayload{refT(ts.Value), refID(bob), refID(alice), refDH(g.Group(), value), refDH(g.Group(), dhi.Value)},
	}, r.Value, tgk
}

// without returns the payloads but those of a type.
func without(payloads []refPayload, number byte) []refPayload {
	return slices.DeleteFunc(slices.Clone(payloads), func(p refPayload) bool { return p.number == number })
}

// notAllowed are payloads that a DHHMAC request or answer does not have. SIGN ends
// a message, so it is not among them.
func notAllowed(t testing.TB) map[string]refPayload {
	return map[string]refPayload{
		"PKE":       {2, fromHex(t, "0004 01020304")},
		"CERT":      {7, fromHex(t, "01 0003 010203")},
		"CHASH":     {8, append([]byte{0}, make([]byte, 20)...)},
		"V":         {9, append([]byte{1}, make([]byte, 20)...)},
		"ERR":       {12, fromHex(t, "00 0000")},
		"IDR":       {14, fromHex(t, "01 01 0001 61")},
		"Key data":  {20, fromHex(t, "00 0010 00000000000000000000000000000000")},
		"vendor ID": {99, []byte{1, 2, 3}},
	}
}

func TestR4650_001_AllowedPayloads(t *testing.T) {
	x := ecdh.X25519()
	p := newPair(t, nil, x)
	message, pending := p.start(t, usualOffer())
	request := parse(t, message, x)
	if got, want := types(request), []mikey.PayloadType{
		mikey.TPayload, mikey.RANDPayload, mikey.IDPayload, mikey.IDPayload, mikey.SPPayload,
		mikey.GeneralExtensionPayload, mikey.DHPayload, mikey.KEMACPayload,
	}; !slices.Equal(got, want) || request.Header.DataType != mikey.DHHMACInit {
		t.Errorf("request %v, want %v", got, want)
	}
	received, err := p.responder.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	answer, _, err := received.Accept(2)
	if err != nil {
		t.Fatal(err)
	}
	m := parse(t, answer, x)
	if got, want := types(m), []mikey.PayloadType{
		mikey.TPayload, mikey.IDPayload, mikey.IDPayload, mikey.DHPayload, mikey.DHPayload, mikey.KEMACPayload,
	}; !slices.Equal(got, want) || m.Header.DataType != mikey.DHHMACResp {
		t.Errorf("answer %v, want %v", got, want)
	}

	for name, payload := range notAllowed(t) {
		t.Run(name, func(t *testing.T) {
			m, r := requestOf(t, x)
			m.payloads = append(m.payloads, payload)
			stage := mikey.Malformed
			refusedAt(t, p.responder, m.octets(testSecret, r), stage, int(mikey.ErrorUnspecified))
			a, r, _ := answerOf(t, request, x)
			a.payloads = append(a.payloads, payload)
			_, err := pending.Finish(a.octets(testSecret, r))
			refused(t, err, stage, int(mikey.ErrorUnspecified))
		})
	}
	// Signed, not MACed.
	m2, _ := requestOf(t, x)
	m2.payloads = append(m2.payloads, refPayload{4, nil})
	signed := m2.octets(testSecret, make([]byte, 16))
	signed = append(signed[:len(signed)-26], 0, 2, 1, 2)
	refusedAt(t, p.responder, signed, mikey.Malformed, int(mikey.ErrorUnspecified))
	// A RAND in the answer.
	a, r, _ := answerOf(t, request, x)
	a.payloads = append(a.payloads, refRand(r))
	_, err = pending.Finish(a.octets(testSecret, r))
	refused(t, err, mikey.Malformed, int(mikey.ErrorUnspecified))
	// Without any of this the same messages are taken.
	a, r, tgk := answerOf(t, request, x)
	s, err := pending.Finish(a.octets(testSecret, r))
	if err != nil {
		t.Fatal(err)
	}
	refKeys(t, s, 0, tgk, r)
}

func TestR4650_002_KEMAC(t *testing.T) {
	x := ecdh.X25519()
	p := newPair(t, nil, x)
	message, pending := p.start(t, usualOffer())
	answer, _ := p.respond(t, message)
	for _, octets := range [][]byte{message, answer} {
		m := parse(t, octets, x)
		k, ok := m.Payloads[len(m.Payloads)-1].(*mikey.KEMAC)
		if !ok || k.EncrAlg != mikey.EncrNULL || len(k.EncrData) != 0 || k.MACAlg != mikey.MACHMACSHA1160 || len(k.MAC) != 20 {
			t.Errorf("the message ends in %v", k)
		}
	}
	// Encrypted data, under a valid MAC.
	for _, alg := range []byte{0, 2} {
		m, r := requestOf(t, x)
		m.encrAlg, m.encrData = alg, make([]byte, 24)
		refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Malformed, int(mikey.ErrorUnspecified))
	}
	request := parse(t, message, x)
	a, r, _ := answerOf(t, request, x)
	a.encrData = []byte{0, 0, 0, 0}
	_, err := pending.Finish(a.octets(testSecret, r))
	refused(t, err, mikey.Malformed, int(mikey.ErrorUnspecified))
	// A KEMAC that is not the last payload, and none.
	m, r := requestOf(t, x)
	octets := m.octets(testSecret, r)
	octets[len(octets)-25] = 12
	octets = append(octets, 0, 0, 0, 0)
	refusedAt(t, p.responder, octets, mikey.Malformed, int(mikey.ErrorUnspecified))
	m, r = requestOf(t, x)
	octets = m.octets(testSecret, r)
	octets = octets[:len(octets)-25]
	octets[len(octets)-35] = 0 // after DHi
	refusedAt(t, p.responder, octets, mikey.Malformed, int(mikey.ErrorUnspecified))
	if _, err := pending.Finish(answer); err != nil {
		t.Error(err)
	}
}

// No certificate stands for an identity; the kinds of identities that are no
// certificates are all taken.
func TestR4650_003_Identities(t *testing.T) {
	for _, ids := range [][2]mikey.ID{
		{alice, bob},
		{mikey.NAI("alice@example.com"), mikey.URI("sip:bob@example.com")},
		{{IDType: 2, Value: "\x00\xff\x80"}, {IDType: 77, Value: "b"}},
	} {
		p := newPair(t, func(a, b *mikey.Config) { a.ID, a.Peer, b.ID = ids[0], ids[1], ids[1] }, ecdh.X25519())
		a, b := p.run(t, usualOffer())
		if b.Peer() != ids[0] || a.Peer() != ids[1] {
			t.Errorf("peers %v and %v", b.Peer(), a.Peer())
		}
	}
	p := newPair(t, nil, ecdh.X25519())
	m, r := requestOf(t, ecdh.X25519())
	m.payloads[2] = refPayload{7, fromHex(t, "01 0003 010203")} // instead of IDi
	refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Malformed, int(mikey.ErrorUnspecified))
}

// counted counts what is read.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += n
	return n, err
}

// Private values come from the configured source, whole and new for each exchange.
func TestR4650_004_PrivateValues(t *testing.T) {
	for _, g := range allGroups(t) {
		a, b := &counted{Reader: rand.Reader}, &counted{Reader: rand.Reader}
		p := newPair(t, func(ac, bc *mikey.Config) { ac.Rand, bc.Rand = a, b }, g)
		seen := make(map[string]bool)
		runs := 20
		if testing.Short() {
			runs = 3
		}
		for range runs {
			message, pending := p.start(t, usualOffer())
			answer, _ := p.respond(t, message)
			if _, err := pending.Finish(answer); err != nil {
				t.Fatal(err)
			}
			for _, payload := range parse(t, answer, g).Payloads {
				if d, ok := payload.(*mikey.DH); ok {
					if seen[string(d.Value)] {
						t.Fatalf("%v: one value twice", g)
					}
					seen[string(d.Value)] = true
				}
			}
		}
		initiator, responder := 32, 32 // OAKLEY groups
		if e, ok := g.(ecdh.Group); ok {
			initiator, responder = e.PrivateLen()
		}
		if a.n != runs*(20+initiator) || b.n != runs*responder {
			t.Errorf("%v: %d and %d octets read for %d exchanges", g, a.n, b.n, runs)
		}
	}
	// A source that ends is an error, and no message goes out.
	p := newPair(t, func(a, b *mikey.Config) { a.Rand, b.Rand = bytes.NewReader(make([]byte, 20)), bytes.NewReader(nil) }, ecdh.X25519())
	message, _, err := p.initiator.Start(usualOffer())
	refused(t, err, mikey.Usage, none)
	if message != nil || !errors.Is(err, io.EOF) {
		t.Errorf("message %x, %v", message, err)
	}
	m, r := requestOf(t, ecdh.X25519())
	if _, err := p.responder.Receive(m.octets(testSecret, r)); !errors.Is(err, io.EOF) {
		t.Errorf("responds without randomness: %v", err)
	}
}

func TestR4650_005_Algorithms(t *testing.T) {
	x := ecdh.X25519()
	for _, v := range []struct {
		algorithms *mikey.Algorithms
		prf        mikey.PRFFunc
		mac        mikey.MACAlg
	}{
		{nil, mikey.PRFMIKEY1, mikey.MACHMACSHA1160},
		{&mikey.Algorithms128, mikey.PRFMIKEY1, mikey.MACHMACSHA1160},
		{&mikey.Algorithms256, mikey.PRFHMACSHA256, mikey.MACHMACSHA256256},
		{&mikey.Algorithms{PRF: mikey.PRFMIKEY1, MAC: mikey.MACHMACSHA256256}, mikey.PRFMIKEY1, mikey.MACHMACSHA256256},
		{&mikey.Algorithms{PRF: mikey.PRFHMACSHA256, Encr: mikey.EncrAESKW128, MAC: mikey.MACHMACSHA1160}, mikey.PRFHMACSHA256, mikey.MACHMACSHA1160},
	} {
		p := newPair(t, nil, x)
		offer := usualOffer()
		offer.Algorithms = v.algorithms
		message, pending := p.start(t, offer)
		answer, _ := p.respond(t, message)
		for _, octets := range [][]byte{message, answer} {
			m := parse(t, octets, x)
			k, _ := mikey.PayloadOf[*mikey.KEMAC](m)
			if k.MACAlg != v.mac || k.EncrAlg != mikey.EncrNULL || m.Header.PRF != v.prf {
				t.Errorf("%v: %v with %v", v.algorithms, k, m.Header.PRF)
			}
		}
		s, err := pending.Finish(answer)
		if err != nil {
			t.Fatal(err)
		}
		// An update that does not say an algorithm has one as strong.
		message, pending, err = p.initiator.Update(s, mikey.Offer{})
		p.finish(t, message, pending, err)
		if k, _ := mikey.PayloadOf[*mikey.KEMAC](parse(t, message, x)); v.algorithms != &mikey.Algorithms256 && v.prf == 0 && k.MACAlg != 1 ||
			v.prf == mikey.PRFHMACSHA256 && k.MACAlg != mikey.MACHMACSHA256256 {
			t.Errorf("%v: an update with %v", v.algorithms, k)
		}
	}
	// The responder answers with the MAC of the request, and the initiator takes no
	// other one.
	p := newPair(t, nil, x)
	message, pending := p.start(t, usualOffer())
	a, r, _ := answerOf(t, parse(t, message, x), x)
	a.macAlg = 2
	_, err := pending.Finish(a.octets(testSecret, r))
	refused(t, err, mikey.Policy, int(mikey.ErrorInvalidMAC))

	// Encryption that is not there: NULL, and the number that RFC 4650 gives it.
	for _, alg := range []byte{0, 2} {
		m, r := requestOf(t, x)
		m.encrAlg = alg
		p.respond(t, m.octets(testSecret, r))
	}
	for _, alg := range []byte{1, 3, 4, 255} {
		m, r := requestOf(t, x)
		m.encrAlg = alg
		refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Unsupported, int(mikey.ErrorInvalidEA))
	}
	// MAC alg 0 is NULL and never HMAC-SHA-1, whatever RFC 4650, Section 4.2, says.
	m, r := requestOf(t, x)
	octets := m.octets(testSecret, r)
	octets[len(octets)-21] = 0
	copy(octets[len(octets)-20:], refMAC(1, 0, testSecret, m.csbID, r, octets[:len(octets)-20]))
	refusedAt(t, p.responder, octets, mikey.Malformed, int(mikey.ErrorUnspecified))
	refusedAt(t, p.responder, octets[:len(octets)-20], mikey.Policy, int(mikey.ErrorInvalidMAC))
	m.macAlg = 3 // unknown: nobody knows where it ends
	refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Unsupported, int(mikey.ErrorInvalidMAC))
	// Nor does the own initiator turn it off.
	offer := usualOffer()
	offer.Algorithms = &mikey.Algorithms{}
	_, _, err = p.initiator.Start(offer)
	refused(t, err, mikey.Policy, int(mikey.ErrorInvalidMAC))
}

// Each octet of both messages is under the MAC, or makes the message another one
// that is refused.
func TestR4650_006_MACCoverage(t *testing.T) {
	x := ecdh.X25519()
	p := newPair(t, nil, x)
	message, pending := p.start(t, usualOffer())
	for i := range message {
		for _, bit := range []byte{1, 0x80} {
			changed := bytes.Clone(message)
			changed[i] ^= bit
			if _, err := p.responder.Receive(changed); err == nil {
				t.Errorf("octet %d of the request is not protected", i)
			}
		}
	}
	answer, b := p.respond(t, message)
	for i := range answer {
		for _, bit := range []byte{1, 0x80} {
			changed := bytes.Clone(answer)
			changed[i] ^= bit
			if _, err := pending.Finish(changed); err == nil {
				t.Errorf("octet %d of the answer is not protected", i)
			}
		}
	}
	for n := range answer {
		if _, err := pending.Finish(answer[:n]); err == nil {
			t.Errorf("%d octets of the answer are accepted", n)
		}
	}
	a, err := pending.Finish(answer)
	if err != nil {
		t.Fatal(err)
	}
	same(t, a, b)
}

func TestR4650_007_WhoAndWhom(t *testing.T) {
	x := ecdh.X25519()
	// The initiator has to know both.
	for _, change := range []func(a, b *mikey.Config){
		func(a, _ *mikey.Config) { a.Peer = mikey.ID{} },
		func(a, _ *mikey.Config) { a.ID = mikey.ID{} },
	} {
		_, _, err := newPair(t, change, x).initiator.Start(usualOffer())
		refused(t, err, mikey.Usage, none)
		if !strings.Contains(err.Error(), "set Config.") {
			t.Errorf("%v does not help", err)
		}
	}
	p := newPair(t, nil, x)
	offer := usualOffer()
	offer.OmitIDs = true
	_, _, err := p.initiator.Start(offer)
	refused(t, err, mikey.Usage, none)

	// Nobody is named.
	m, r := requestOf(t, x)
	m.payloads = without(m.payloads, 6)
	refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Malformed, int(mikey.ErrorInvalidID))
	// A single ID is IDr. Bob must know who sends the request.
	single := func(id mikey.ID) []byte {
		m, r := requestOf(t, x)
		m.payloads = slices.Delete(m.payloads, 2, 4)
		m.payloads = slices.Insert(m.payloads, 2, refID(id))
		return m.octets(testSecret, r)
	}
	refusedAt(t, p.responder, single(bob), mikey.Policy, int(mikey.ErrorInvalidID))
	refusedAt(t, p.responder, single(alice), mikey.Policy, int(mikey.ErrorAuthFailure))
	p = newPair(t, func(_, b *mikey.Config) { b.Peer = alice }, x)
	answer, s := p.respond(t, single(bob))
	ids := parse(t, answer, x).Payloads[1:3]
	if *ids[0].(*mikey.ID) != bob || *ids[1].(*mikey.ID) != alice || s.Peer() != alice {
		t.Errorf("the answer names %v, the session %v", ids, s.Peer())
	}
	refusedAt(t, p.responder, single(alice), mikey.Policy, int(mikey.ErrorAuthFailure))
	// The wrong ones.
	for at, id := range map[int]mikey.ID{2: mikey.URI("sip:eve@example.com"), 3: mikey.URI("sip:eve@example.com")} {
		m, r := requestOf(t, x)
		m.payloads[at] = refID(id)
		refusedAt(t, p.responder, m.octets(testSecret, r), mikey.Policy, int(mikey.ErrorAuthFailure))
	}

	// The answer names the initiator, and IDr need not be there.
	message, pending := p.start(t, usualOffer())
	request := parse(t, message, x)
	for _, v := range []struct {
		ids   []refPayload
		stage mikey.Stage
		code  int
	}{
		{nil, mikey.Malformed, none},
		{[]refPayload{refID(bob)}, mikey.Policy, int(mikey.ErrorAuthFailure)},
		{[]refPayload{refID(alice), refID(bob)}, mikey.Policy, int(mikey.ErrorAuthFailure)},
		{[]refPayload{refID(mikey.URI("sip:eve@example.com")), refID(alice)}, mikey.Policy, int(mikey.ErrorAuthFailure)},
	} {
		a, r, _ := answerOf(t, request, x)
		a.payloads = slices.Insert(without(a.payloads, 6), 1, v.ids...)
		_, err := pending.Finish(a.octets(testSecret, r))
		refused(t, err, v.stage, v.code)
	}
	a, r, tgk := answerOf(t, request, x)
	a.payloads = slices.Insert(without(a.payloads, 6), 1, refID(alice))
	s, err = pending.Finish(a.octets(testSecret, r))
	if err != nil {
		t.Fatal(err)
	}
	refKeys(t, s, 0, tgk, r)
}

// What cannot be decoded and what does not verify is answered with an error
// message, without a MAC: the request could be from anybody.
func TestR4650_008_Errors(t *testing.T) {
	x := ecdh.X25519()
	p := newPair(t, nil, x)
	wrong, err := dhhmac.New([]byte("another secret"), x)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := mikey.NewResponder(&mikey.Config{ID: bob, Now: at(testNow)}, wrong)
	if err != nil {
		t.Fatal(err)
	}
	message, pending := p.start(t, usualOffer())
	e := refusedAt(t, stranger, message, mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	check := func(reply []byte, code mikey.ErrorCode, authenticated bool) {
		t.Helper()
		m := parse(t, reply)
		want := []mikey.PayloadType{mikey.TPayload, mikey.ERRPayload}
		if authenticated {
			want = append(want, mikey.KEMACPayload)
		}
		if m.Header.DataType != mikey.ErrorMessage || !slices.Equal(types(m), want) {
			t.Errorf("%v: %v %v, want %v", code, m.Header.DataType, types(m), want)
		}
		_, err := pending.Finish(reply)
		refused(t, err, mikey.State, int(code))
		var peer *mikey.PeerError
		if !errors.As(err, &peer) || peer.Authenticated != authenticated {
			t.Errorf("%v: %v, authenticated %v", code, err, peer.Authenticated)
		}
	}
	check(e.Reply, mikey.ErrorAuthFailure, false)
	truncated := refusedAt(t, p.responder, message[:len(message)-1], mikey.Malformed, int(mikey.ErrorUnspecified))
	check(truncated.Reply, mikey.ErrorUnspecified, false)
	none, err := dhhmac.Lookup(func(_, _ mikey.ID) []byte { return nil }, x)
	if err != nil {
		t.Fatal(err)
	}
	if stranger, err = mikey.NewResponder(&mikey.Config{ID: bob, Now: at(testNow)}, none); err != nil {
		t.Fatal(err)
	}
	e = refusedAt(t, stranger, message, mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	check(e.Reply, mikey.ErrorAuthFailure, false)

	// What is authentic and refused nevertheless is answered with a MAC: in a
	// KEMAC, for DHHMAC messages have no V payload (Sections 4.1 and 4.2).
	received, err := p.responder.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := received.Refuse(mikey.ErrorInvalidSP)
	if err != nil {
		t.Fatal(err)
	}
	check(reply, mikey.ErrorInvalidSP, true)
	// A bad MAC there is no hint either.
	for i := range reply {
		changed := bytes.Clone(reply)
		changed[i] ^= 1
		_, err := pending.Finish(changed)
		var peer *mikey.PeerError
		if errors.As(err, &peer) && peer.Authenticated {
			t.Errorf("octet %d of the error message is not protected", i)
		}
	}
	// From those who follow RFC 3830, Section 5.1.2, it may be a V payload.
	request := parse(t, message, x)
	r, _ := mikey.PayloadOf[*mikey.Rand](request)
	withV := append(bytes.Clone(reply[:len(reply)-25]), 0, 1)
	withV[len(withV)-6] = 9 // after ERR
	withV = append(withV, refMAC(1, 0, testSecret, request.Header.CSBID, r.Value, withV)...)
	_, err = pending.Finish(withV)
	var peer *mikey.PeerError
	if !errors.As(err, &peer) || !peer.Authenticated {
		t.Errorf("an error message with V: %v", err)
	}
	withV[len(withV)-1] ^= 1
	_, err = pending.Finish(withV)
	if peer = nil; errors.As(err, &peer) {
		t.Errorf("an error message with a wrong V: %v", err)
	}
}

func TestR4650_009_SDPIDs(t *testing.T) {
	x := ecdh.X25519()
	p := newPair(t, nil, x)
	for _, v := range []struct {
		extensions []mikey.GeneralExtension
		want       []string
		count      int
	}{
		{nil, []string{"mikey"}, 1},
		{[]mikey.GeneralExtension{mikey.SDPIDs("mikey", "other")}, []string{"mikey", "other"}, 1},
		{[]mikey.GeneralExtension{{ExtType: 77, Data: []byte{1}}}, []string{"mikey"}, 2},
	} {
		offer := usualOffer()
		offer.Extensions = v.extensions
		message, pending := p.start(t, offer)
		received, err := p.responder.Receive(message)
		if err != nil {
			t.Fatal(err)
		}
		if ids, ok := received.SDPIDs(); !ok || !slices.Equal(ids, v.want) || len(received.Extensions()) != v.count {
			t.Errorf("%v: SDP IDs %v, want %v; %d extensions", v.extensions, ids, v.want, len(received.Extensions()))
		}
		answer, _, err := received.Accept(2)
		if err != nil {
			t.Fatal(err)
		}
		a, err := pending.Finish(answer)
		if err != nil {
			t.Fatal(err)
		}
		message, pending, err = p.initiator.Update(a, mikey.Offer{Keys: []mikey.KeyData{{}}})
		p.finish(t, message, pending, err)
		if _, ok := mikey.PayloadOf[*mikey.GeneralExtension](parse(t, message, x)); !ok {
			t.Error("an update without SDP IDs")
		}
	}
	// With the list, there are no more extensions than a receiver takes.
	offer := usualOffer()
	offer.Extensions = make([]mikey.GeneralExtension, 15, 16)
	p.run(t, offer)
	offer.Extensions = make([]mikey.GeneralExtension, 16)
	_, _, err := p.initiator.Start(offer)
	refused(t, err, mikey.Usage, none)
	// Who sees the SDP can tell whether a list is missing; this mode cannot.
	m, r := requestOf(t, x)
	m.payloads = without(m.payloads, 21)
	received, err := p.responder.Receive(m.octets(testSecret, r))
	if err != nil {
		t.Fatal(err)
	}
	if ids, ok := received.SDPIDs(); ok {
		t.Errorf("SDP IDs %v in a message without", ids)
	}
}

func TestR4650_010_FreshValues(t *testing.T) {
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	for _, g := range allGroups(t) {
		p := newPair(t, nil, g)
		message, pending := p.start(t, usualOffer())
		r, _ := mikey.PayloadOf[*mikey.Rand](parse(t, message, g))
		seen := make(map[string]bool)
		values := func(answer []byte) int {
			n := 0
			for _, payload := range parse(t, answer, g).Payloads {
				if d, ok := payload.(*mikey.DH); ok {
					n++
					if seen[string(d.Value)] {
						t.Errorf("%v: a value comes again", g)
					}
					seen[string(d.Value)] = true
				}
			}
			return n
		}
		answer, _ := p.respond(t, message)
		if values(answer) != 2 {
			t.Errorf("%v: not two values", g)
		}
		a, err := pending.Finish(answer)
		if err != nil {
			t.Fatal(err)
		}
		for round := range rounds {
			last := masterKey(t, a, 1)
			// With new values.
			spi := mikey.SPI([]byte{0, 0, 0, byte(round)})
			message, pending, err := p.initiator.Update(a, mikey.Offer{Keys: []mikey.KeyData{{Validity: spi}}})
			if err != nil {
				t.Fatal(err)
			}
			m := parse(t, message, g)
			if want := []mikey.PayloadType{
				mikey.TPayload, mikey.IDPayload, mikey.IDPayload, mikey.GeneralExtensionPayload, mikey.DHPayload, mikey.KEMACPayload,
			}; !slices.Equal(types(m), want) {
				t.Errorf("%v: update %v, want %v", g, types(m), want)
			}
			answer, b := p.respond(t, message)
			if values(answer) != 2 {
				t.Errorf("%v: not two values in the answer to an update", g)
			}
			if a, err = pending.Finish(answer); err != nil {
				t.Fatal(err)
			}
			same(t, a, b)
			fresh := masterKey(t, a, 1)
			if bytes.Equal(fresh.Key, last.Key) || !bytes.Equal(fresh.Validity.SPI, spi.SPI) {
				t.Errorf("%v: the key is not new, or its SPI is %x", g, fresh.Validity.SPI)
			}
			// Without, the key stays. Both MACs are under the RAND of the first
			// message.
			message, pending, err = p.initiator.Update(a, mikey.Offer{})
			if err != nil {
				t.Fatal(err)
			}
			answer, b = p.respond(t, message)
			if values(answer) != 0 {
				t.Errorf("%v: values in the answer to an update without", g)
			}
			for _, octets := range [][]byte{message, answer} {
				n := len(octets) - 20
				if !bytes.Equal(octets[n:], refMAC(1, 0, testSecret, a.CSBID(), r.Value, octets[:n])) {
					t.Errorf("%v: the MAC of an update is another one", g)
				}
			}
			if a, err = pending.Finish(answer); err != nil {
				t.Fatal(err)
			}
			same(t, a, b)
			if got := masterKey(t, a, 1); !bytes.Equal(got.Key, fresh.Key) {
				t.Errorf("%v: an update without values changes the key", g)
			}
		}
	}
	// An answer with values that nobody asked for, and without those that were.
	x := ecdh.X25519()
	p := newPair(t, nil, x)
	first, pending := p.start(t, usualOffer())
	answer, _ := p.respond(t, first)
	s, err := pending.Finish(answer)
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range [][]mikey.KeyData{nil, {{}}} {
		message, pending, err := p.initiator.Update(s, mikey.Offer{Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		request, r := parse(t, message, x), parse(t, first, x)
		ts, _ := mikey.PayloadOf[*mikey.Timestamp](request)
		rnd, _ := mikey.PayloadOf[*mikey.Rand](r)
		a, _, _ := answerOf(t, r, x)
		a.payloads[0] = refT(ts.Value)
		if keys != nil {
			a.payloads = without(a.payloads, 3)
		}
		_, err = pending.Finish(a.octets(testSecret, rnd.Value))
		refused(t, err, mikey.Malformed, none)
	}
}
