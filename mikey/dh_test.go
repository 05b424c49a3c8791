package mikey_test

import (
	"bytes"
	"fmt"
	"math/big"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// TestR3830_094_DHLayout: HDR, T, RAND, [IDi|CERTi], [IDr], {SP}, DHi, SIGNi, and
// HDR, T, [IDr|CERTr], IDi, DHr, DHi, SIGNr.
func TestR3830_094_DHLayout(t *testing.T) {
	p := newCertPair(t, modeDH, nil)
	message, pending := p.start(t, exOffer())
	want := []mikey.PayloadType{
		mikey.TPayload, mikey.RANDPayload, mikey.IDPayload, mikey.CERTPayload, mikey.IDPayload, mikey.SPPayload,
		mikey.DHPayload, mikey.SIGNPayload,
	}
	if got := exTypes(t, message); !equalTypes(got, want) {
		t.Errorf("request %v, want %v", got, want)
	}
	answer, _ := p.respond(t, message)
	want = []mikey.PayloadType{
		mikey.TPayload, mikey.IDPayload, mikey.CERTPayload, mikey.IDPayload, mikey.DHPayload, mikey.DHPayload, mikey.SIGNPayload,
	}
	if got := exTypes(t, answer); !equalTypes(got, want) {
		t.Errorf("answer %v, want %v", got, want)
	}
	var values [][]byte
	var ids []mikey.ID
	for _, payload := range append(exParse(t, message).Payloads, exParse(t, answer).Payloads...) {
		switch payload := payload.(type) {
		case *mikey.DH:
			values = append(values, payload.Value)
		case *mikey.ID:
			ids = append(ids, *payload)
		}
	}
	if len(values) != 3 || !bytes.Equal(values[0], values[2]) || bytes.Equal(values[0], values[1]) {
		t.Error("the answer does not return DHi behind DHr")
	}
	if ids[2] != mikey.URI(bobURI) || ids[3] != mikey.URI(aliceURI) {
		t.Errorf("identities %v", ids)
	}
	p.finish(t, pending, answer)
}

// TestR3830_066_OAKLEY5IsTheDefault.
func TestR3830_066_OAKLEY5IsTheDefault(t *testing.T) {
	mode := modeDH
	mode.make = func(x *mikey.X509) (mikey.Mode, error) { return mikey.SignedDH(x) }
	p := newCertPair(t, mode, nil)
	message, pending := p.start(t, exOffer())
	dh, _ := mikey.PayloadOf[*mikey.DH](exParse(t, message))
	if dh.Group != mikey.OAKLEY5 || len(dh.Value) != 192 {
		t.Errorf("the group is %v", dh.Group)
	}
	answer, bob := p.respond(t, message)
	exSame(t, p.finish(t, pending, answer), bob)
}

// TestR3830_093_VIsIgnoredInDH.
func TestR3830_093_VIsIgnoredInDH(t *testing.T) {
	for _, v := range []bool{false, true} {
		p := newCertPair(t, modeDH, nil)
		e := refCertDefault(modeDH)
		e.v = v
		if answer, _ := p.respond(t, e.request()); answer == nil {
			t.Errorf("V = %v: no answer", v)
		}
	}
}

// TestR3830_067_ExponentsAreFresh: no DH value occurs twice.
func TestR3830_067_ExponentsAreFresh(t *testing.T) {
	p := newCertPair(t, modeDH, nil)
	seen := make(map[string]bool)
	for range 50 {
		message, _ := p.start(t, exOffer())
		answer, _ := p.respond(t, message)
		for _, payload := range append(exParse(t, message).Payloads, exParse(t, answer).Payloads[:5]...) {
			if dh, ok := payload.(*mikey.DH); ok {
				if seen[string(dh.Value)] {
					t.Fatal("a value occurs twice")
				}
				seen[string(dh.Value)] = true
			}
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d values", len(seen))
	}
}

// refDHValue is the body of a DH payload with a value as a number, or of another
// length.
func refDHValue(group byte, d int64, fromP bool) []byte {
	v := big.NewInt(d)
	if fromP {
		v.Add(v, refPrimes[group])
	}
	b := v.FillBytes(make([]byte, refPrimes[group].BitLen()/8))
	return append(append([]byte{group}, b...), 0)
}

// TestR3830_030_BadDHRequests: DH values that are none of the group, and groups
// that are not accepted.
func TestR3830_030_BadDHRequests(t *testing.T) {
	malformed, unsupported := mikey.Malformed, mikey.Unsupported
	invalidDH, unspecified := code(mikey.ErrorInvalidDH), code(mikey.ErrorUnspecified)
	var tests []certBad
	for group := byte(0); group <= 2; group++ {
		value := func(d int64, fromP bool) func(*refCert) {
			return func(e *refCert) { e.dhi = refDHValue(group, d, fromP) }
		}
		for _, tt := range []struct {
			name  string
			d     int64
			fromP bool
		}{
			{"0", 0, false}, {"1", 1, false}, {"p-1", -1, true}, {"p", 0, true}, {"p+1", 1, true}, {"p+2", 2, true},
		} {
			tests = append(tests, certBad{
				name: fmt.Sprintf("%v: %s", mikey.DHGroup(group), tt.name), edit: value(tt.d, tt.fromP), stage: malformed, code: invalidDH,
			})
		}
	}
	tests = append(tests, []certBad{
		{name: "right", ok: true},
		{name: "reserved bits", edit: func(e *refCert) { // R-3830-031
			e.dhi = e.dhBody(e.xi, refKey{})
			e.dhi[len(e.dhi)-1] = 0xf0
		}, ok: true},
		{name: "value without its last octet", edit: func(e *refCert) {
			e.dhi = e.dhBody(e.xi, refKey{})
			e.dhi = append(e.dhi[:len(e.dhi)-2], 0)
		}, stage: malformed, code: unspecified},
		{name: "value with an octet more", edit: func(e *refCert) {
			e.dhi = append([]byte{2, 0}, e.dhBody(e.xi, refKey{})[1:]...)
		}, stage: malformed, code: unspecified},
		{name: "group 99", edit: func(e *refCert) { e.dhi = append([]byte{99}, make([]byte, 129)...) }, stage: unsupported, code: invalidDH},
		{
			name: "group that is not accepted", setup: func(p *certPair) {
				p.make = func(x *mikey.X509) (mikey.Mode, error) { return mikey.SignedDH(x) }
			}, stage: unsupported, code: invalidDH, hopeless: true,
		},
		{name: "validity 9", edit: func(e *refCert) { e.dhi = e.dhBody(e.xi, refKey{kvType: 9}) }, stage: malformed, code: unspecified},
		{name: "SPI without octets", edit: func(e *refCert) { e.dhi = e.dhBody(e.xi, refKey{kvType: 1, kv: []byte{0}}) }, stage: malformed, code: unspecified},
		{name: "no DH", edit: func(e *refCert) { e.noDH = true }, stage: malformed, code: unspecified},
		{name: "two DH", edit: func(e *refCert) {
			e.editI = func(m *refMessage) { m.payloads = append(m.payloads, refPayload{3, e.dhBody(e.xr, refKey{})}) }
		}, stage: malformed, code: unspecified},
		{name: "three DH", edit: func(e *refCert) {
			e.editI = func(m *refMessage) {
				p := refPayload{3, e.dhBody(e.xr, refKey{})}
				m.payloads = append(m.payloads, p, p)
			}
		}, stage: malformed, code: unspecified},
		{name: "KEMAC", edit: func(e *refCert) { e.editI = insert(3, 1, []byte{0, 0, 0, 0}) }, stage: malformed, code: unspecified},
		{name: "PKE", edit: func(e *refCert) { e.editI = insert(3, 2, []byte{0, 1, 0}) }, stage: malformed, code: unspecified},
		{name: "short RAND", edit: func(e *refCert) { e.rand = e.rand[:15] }, stage: malformed, code: unspecified},
		{name: "no RAND", edit: func(e *refCert) { e.update = true }, stage: mikey.State, code: exNone},
		{name: "no RAND, no DH", edit: func(e *refCert) { e.update, e.noDH = true, true }, stage: mikey.State, code: exNone},
	}...)
	runBadRequests(t, modeDH, tests)
}

// TestBadDHAnswers: what Alice does not take for Bob's answer.
func TestBadDHAnswers(t *testing.T) {
	malformed, auth, policy, state, unsupported := mikey.Malformed, mikey.AuthFailure, mikey.Policy, mikey.State, mikey.Unsupported
	invalidDH, authFailure, unspecified := code(mikey.ErrorInvalidDH), code(mikey.ErrorAuthFailure), code(mikey.ErrorUnspecified)
	type test struct {
		name  string
		edit  func(*refCert)
		stage mikey.Stage // 0: accepted
		code  int
	}
	spi := func(b byte) refKey { return refKey{kvType: 1, kv: []byte{1, b}} }
	tests := []test{
		{"right", nil, 0, 0},
		{"DHr without validity", func(e *refCert) { e.dhr = e.dhBody(e.xr, refKey{}) }, 0, 0},
		{"DHr with reserved bits", func(e *refCert) {
			e.dhr = e.dhBody(e.xr, e.dhKVR)
			e.dhr[129] |= 0xf0
		}, 0, 0},
		{"DHr with another validity", func(e *refCert) { e.dhr = e.dhBody(e.xr, spi(8)) }, malformed, exNone},
		{"DHr with an interval", func(e *refCert) {
			e.dhr = e.dhBody(e.xr, refKey{kvType: 2, kv: []byte{1, 0, 1, 9}})
		}, malformed, exNone},
		{"DHi of somebody else", func(e *refCert) { e.echo = e.dhBody(e.xr, spi(7)) }, auth, exNone},
		{"DHi with a bit changed", func(e *refCert) {
			e.echo = bytes.Clone(e.dhi)
			e.echo[100] ^= 1
		}, auth, exNone},
		{"DHi in another group", func(e *refCert) {
			e.echo = append(append([]byte{1}, refPower(1, []byte{2}, e.xi)...), 0)
		}, auth, exNone},
		{"DHi with another validity", func(e *refCert) {
			e.echo = append(bytes.Clone(e.dhi[:129]), 1, 1, 8)
		}, auth, exNone},
		{"DHi without validity", func(e *refCert) { e.echo = append(bytes.Clone(e.dhi[:129]), 0) }, auth, exNone},
		{"DHi first", func(e *refCert) { e.dhr, e.echo = e.dhi, e.dhBody(e.xr, e.dhKVR) }, auth, exNone},
		{"DHr in another group", func(e *refCert) {
			e.dhr = append(append([]byte{0}, refPower(0, []byte{2}, e.xr)...), 0)
		}, unsupported, invalidDH},
		{"DHr in group 99", func(e *refCert) { e.dhr = append([]byte{99}, e.dhi[1:]...) }, unsupported, invalidDH},
		{"both in another group", func(e *refCert) {
			e.dhr = append(append([]byte{0}, refPower(0, []byte{2}, e.xr)...), 0)
			e.echo = append(append([]byte{0}, refPower(0, []byte{2}, e.xi)...), 0)
		}, auth, exNone},
		{"no DH", func(e *refCert) { e.noDH = true }, malformed, exNone},
		{"DHr alone", func(e *refCert) { e.editR = func(m *refMessage) { m.payloads = m.payloads[:len(m.payloads)-1] } }, malformed, exNone},
		{"three DH", func(e *refCert) {
			e.editR = func(m *refMessage) { m.payloads = append(m.payloads, m.payloads[len(m.payloads)-1]) }
		}, malformed, unspecified},
		{"IDi of somebody else", func(e *refCert) { e.idI = carolURI }, policy, authFailure},
		{"identities swapped", func(e *refCert) { e.idI, e.idR = e.idR, e.idI }, policy, authFailure},
		{"no IDi", func(e *refCert) { e.idI = "" }, policy, authFailure}, // IDr is taken for it
		{"no identities", func(e *refCert) { e.idI, e.omitIDs = "", true }, malformed, exNone},
		{"IDr of Carol", func(e *refCert) { e.idR = carolURI }, policy, authFailure},
		{"RAND", func(e *refCert) { e.editR = insert(1, 11, append([]byte{16}, refCount(16, 0)...)) }, malformed, unspecified},
		{"V payload", func(e *refCert) { e.editR = insert(1, 9, []byte{0}) }, malformed, unspecified},
		{"T", func(e *refCert) { e.ts = exNextTS(e.ts) }, state, exNone},
		{"CSB ID", func(e *refCert) { e.csbID++ }, state, exNone},
		{"PRF", func(e *refCert) { e.prf = 1 }, state, exNone},
		{"data type DHHMAC", func(e *refCert) { e.editR = func(m *refMessage) { m.dataType = 8 } }, state, exNone},
		{"crypto session", func(e *refCert) { e.sessions[0].roc++ }, malformed, exNone},
	}
	for _, v := range []struct {
		name  string
		d     int64
		fromP bool
	}{{"0", 0, false}, {"1", 1, false}, {"p-1", -1, true}, {"p", 0, true}, {"p+1", 1, true}} {
		tests = append(tests, test{"DHr " + v.name, func(e *refCert) { e.dhr = refDHValue(2, v.d, v.fromP) }, malformed, invalidDH})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newCertPair(t, modeDH, func(p *certPair) { p.iConfig.Rand = constReader(refCertDefault(modeDH).xi) })
			offer := exOffer()
			offer.Keys = []mikey.KeyData{{Validity: mikey.SPI([]byte{7})}}
			message, pending := p.start(t, offer)
			reference := func() *refCert {
				e := refCertDefault(modeDH)
				e.fromRequest(t, message)
				return e
			}
			e := reference()
			if tt.edit != nil {
				tt.edit(e)
			}
			s, err := pending.Finish(e.response(e.sessionsWith([]uint32{exSSRC})))
			if tt.stage == 0 {
				if err != nil {
					t.Fatal(err)
				}
			} else {
				if err == nil || s != nil {
					t.Fatal("the answer is accepted")
				}
				exRefused(t, err, tt.stage, tt.code)
				e = reference()
				if s, err = pending.Finish(e.response(e.sessionsWith([]uint32{exSSRC}))); err != nil {
					t.Fatalf("the right answer: %v", err)
				}
			}
			e.checkKeys(t, "initiator", s, []int{16, 16})
		})
	}
}

// TestThirdParty: Carol, who has a valid certificate, answers instead of Bob.
// Who named Bob does not take her for him; who named nobody learns who answered.
func TestThirdParty(t *testing.T) {
	for _, mode := range []certMode{modeDH, modeRSAR} {
		for _, tt := range []struct {
			name      string
			known     bool
			idR       string // that she claims
			omit      bool
			stage     mikey.Stage // 0: accepted as Carol
			errorCode int
		}{
			{"as herself", true, carolURI, false, mikey.Policy, code(mikey.ErrorAuthFailure)},
			{"as Bob", true, bobURI, false, mikey.AuthFailure, code(mikey.ErrorAuthFailure)},
			{"as nobody", true, "", false, mikey.AuthFailure, code(mikey.ErrorAuthFailure)},
			{"as herself, nobody named", false, carolURI, false, 0, 0},
			{"as Bob, nobody named", false, bobURI, false, mikey.AuthFailure, code(mikey.ErrorAuthFailure)},
			{"as nobody, nobody named", false, "", false, mikey.Policy, code(mikey.ErrorAuthFailure)},
		} {
			t.Run(mode.name+"/"+tt.name, func(t *testing.T) {
				p := newCertPair(t, mode, func(p *certPair) {
					if !tt.known {
						p.ax.Peer = nil
					}
				})
				message, pending := p.start(t, exOffer())
				e := refCertDefault(mode)
				e.fromRequest(t, message)
				carol := testPairs()["carol 2048"]
				withCert(func() mikey.KeyPair { return carol }, 0)(e)
				e.certsR, e.signR, e.signI = e.certsI, e.signI, nil
				e.encrypt2 = rsaKey(2048, 1)
				e.idR = tt.idR
				if mode.request == mikey.RSARInit && tt.idR == "" {
					e.inner = new(refPayload)
					*e.inner = refURI(carolURI)
				}
				s, err := pending.Finish(e.response(e.sessionsWith([]uint32{exSSRC})))
				if tt.stage != 0 {
					if err == nil {
						t.Fatalf("the answer is accepted, from %v", s.Peer())
					}
					exRefused(t, err, tt.stage, tt.errorCode)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if s.Peer() != mikey.URI(carolURI) {
					t.Errorf("the peer is %v", s.Peer())
				}
				if c := s.PeerCertificates(); len(c) != 1 || !c[0].Equal(carol.Chain[0]) {
					t.Errorf("%d certificates", len(c))
				}
			})
		}
	}
}

// TestRow runs exchanges in a row: every one agrees, also where the secret, or a
// public value, begins with a zero octet. The keys are compared with math/big.
func TestRow(t *testing.T) {
	n := 3000
	switch {
	case raceEnabled:
		n = 400
	case testing.Short():
		n = 300
	}
	p := newCertPair(t, modeDH, nil)
	for i := range n {
		message, pending := p.start(t, exOffer())
		answer, bob := p.respond(t, message)
		alice := p.finish(t, pending, answer)
		if !bytes.Equal(exKeys(t, alice, 1), exKeys(t, bob, 1)) || !bytes.Equal(exKeys(t, alice, 2), exKeys(t, bob, 2)) {
			t.Fatalf("exchange %d: the keys differ", i)
		}
		alice.Close()
		bob.Close()
	}
}

// TestLeadingZeros forces secrets and public values that begin with a zero octet:
// the TGK has the length of the group nevertheless (RFC 3830 does not say so).
func TestLeadingZeros(t *testing.T) {
	for group := byte(0); group <= 2; group++ {
		g := oakleyGroup(mikey.DHGroup(group))
		size := refPrimes[group].BitLen() / 8
		xr := refCount(32, 0x91)
		dhr := refPower(group, []byte{2}, xr)
		found := map[string]int{}
		xi := refCount(32, 0x11)
		tries := 0
		for found["secret"] < 2 || found["DHi"] < 1 {
			if tries++; tries > 5000 {
				t.Fatal("no leading zeros")
			}
			for i := 31; i >= 0; i-- {
				if xi[i]++; xi[i] != 0 {
					break
				}
			}
			secret, dhi := refPower(group, dhr, xi), refPower(group, []byte{2}, xi)
			what := ""
			switch {
			case secret[0] == 0:
				what = "secret"
			case dhi[0] == 0:
				what = "DHi"
			default:
				continue
			}
			found[what]++
			value, finish, err := g.Initiate(constReader(xi))
			if err != nil || !bytes.Equal(value, dhi) {
				t.Fatalf("%v: DHi %x, %v, want %x", g, value, err, dhi)
			}
			tgk, err := finish(dhr)
			if err != nil || !bytes.Equal(tgk, secret) || len(tgk) != size {
				t.Fatalf("%v: TGK %x, %v, want %x", g, tgk, err, secret)
			}
			value, tgk, err = g.Respond(constReader(xr), dhi)
			if err != nil || !bytes.Equal(value, dhr) || !bytes.Equal(tgk, secret) {
				t.Fatalf("%v: DHr %x and TGK %x, %v", g, value, tgk, err)
			}

			// A whole exchange with them; the reference has the keys.
			if group != 2 {
				continue
			}
			e := refCertDefault(modeDH)
			e.xi, e.xr = bytes.Clone(xi), xr
			e.dh(refKey{})
			if len(e.keys[0].key) != size {
				t.Fatal("the reference drops zeros")
			}
			e.compareCert(t, modeDH, 2048, nil, []int{16})
		}
	}
}

// TestR3830_099_DHUpdates: with DHi an update has new values on both sides, and
// without it none.
func TestR3830_099_DHUpdates(t *testing.T) {
	p := newCertPair(t, modeDH, nil)
	alice, _ := p.run(t, exOffer())
	for _, keys := range [][]mikey.KeyData{{{Validity: mikey.SPI([]byte{1, 2})}}, nil, {{}}, nil} {
		message, pending := p.update(t, alice, mikey.Offer{Keys: keys})
		answer, next := p.respond(t, message)
		count := func(message []byte) (n int) {
			for _, typ := range exTypes(t, message) {
				if typ == mikey.DHPayload {
					n++
				}
				if typ == mikey.RANDPayload {
					t.Error("an update has a RAND")
				}
			}
			return n
		}
		want := [2]int{0, 0}
		if keys != nil {
			want = [2]int{1, 2}
		}
		if got := [2]int{count(message), count(answer)}; got != want {
			t.Errorf("%v DH payloads, want %v", got, want)
		}
		updated := p.finish(t, pending, answer)
		exSame(t, updated, next)
		if same := bytes.Equal(exKeys(t, updated, 1), exKeys(t, alice, 1)); same != (keys == nil) {
			t.Errorf("the keys stayed: %v", same)
		}
		masters, _ := updated.MasterKeys(1)
		if keys != nil && masters[0].Validity.Type != keys[0].Validity.Type {
			t.Errorf("validity %v", masters[0].Validity)
		}
		for _, s := range []*mikey.Session{updated, next} {
			if len(s.PeerCertificates()) != 1 || !s.Authenticated() {
				t.Errorf("%d certificates, authenticated %v", len(s.PeerCertificates()), s.Authenticated())
			}
		}
		alice = updated
	}
}

// TestR3830_099_DHUpdatesOfTheReference: octet by octet, with certificates and
// identities left out, and what is wrong with answers.
func TestR3830_099_DHUpdatesOfTheReference(t *testing.T) {
	for _, withDH := range []bool{false, true} {
		t.Run(fmt.Sprint(withDH), func(t *testing.T) {
			p := newCertPair(t, modeDH, func(p *certPair) {
				p.rConfig.Rand, p.iConfig.Rand = constReader(refCertDefault(modeDH).xr), constReader(refCertDefault(modeDH).xi)
				p.bx.Peer = p.ax.KeyPairs[0].Chain[0]
			})
			first := refCertDefault(modeDH)
			_, bob := p.respond(t, first.request())
			before := exKeys(t, bob, 1)
			for _, omit := range []bool{false, true} {
				up := refCertDefault(modeDH)
				up.ts = exNextTS(first.ts)
				if omit {
					up.ts = exNextTS(up.ts)
					up.certsI, up.omitIDs = nil, false
					up.editI = func(m *refMessage) { // neither IDi nor IDr
						var kept []refPayload
						for _, payload := range m.payloads {
							if payload.number != 6 {
								kept = append(kept, payload)
							}
						}
						m.payloads = kept
					}
				}
				up.update, up.policies, up.noDH = true, nil, !withDH
				up.extensions = nil
				up.xi = refCount(32, 0x42)
				up.dh(refKey{})
				answer, s := p.respond(t, up.request())
				up.editI = nil
				if want := up.response(up.sessions); !bytes.Equal(answer, want) {
					t.Errorf("answer\n%x, want\n%x", answer, want)
				}
				if withDH {
					up.checkKeys(t, "responder", s, []int{16})
				} else if !bytes.Equal(exKeys(t, s, 1), before) {
					t.Error("the keys changed")
				}
			}

			// The other side: DH payloads that nobody asked for, or none.
			message, pending := p.start(t, exOffer())
			answer, _ := p.respond(t, message)
			alice := p.finish(t, pending, answer)
			offer := mikey.Offer{}
			if withDH {
				offer.Keys = []mikey.KeyData{{}}
			}
			next, pending := p.update(t, alice, offer)
			e := refCertDefault(modeDH)
			e.fromRequest(t, message)
			e.policies, e.ts = nil, refTS(exT(t, next))
			e.sessions = e.sessionsWith([]uint32{exSSRC + 1})
			e.noDH = withDH
			_, err := pending.Finish(e.response(e.sessions))
			if err == nil {
				t.Fatal("the answer is accepted")
			}
			exRefused(t, err, mikey.Malformed, exNone)
			e.noDH = !withDH
			p.finish(t, pending, e.response(e.sessions))
		})
	}
}

// TestUpdateByAnotherPeer: where nobody names identities, only the party that set
// a CSB up updates it.
func TestUpdateByAnotherPeer(t *testing.T) {
	t.Run("request", func(t *testing.T) {
		p := newCertPair(t, modeDH, func(p *certPair) { p.bx.AllowMissingIDs = true })
		first := refCertDefault(modeDH)
		first.omitIDs = true
		_, bob := p.respond(t, first.request())
		before := exKeys(t, bob, 1)

		carol := refCertDefault(modeDH)
		withCert(func() mikey.KeyPair { return testPairs()["carol 2048"] }, 0)(carol)
		carol.omitIDs, carol.update, carol.ts, carol.policies = true, true, exNextTS(first.ts), nil
		received, err := p.bob.Receive(carol.request())
		if err != nil {
			return
		}
		_, s, err := received.Accept()
		if err == nil && !bytes.Equal(exKeys(t, s, 1), before) {
			t.Error("Carol has replaced the keys of Alice's CSB")
		}
	})
	t.Run("answer", func(t *testing.T) {
		p := newCertPair(t, modeDH, func(p *certPair) { p.ax.AllowMissingIDs, p.ax.Peer = true, nil })
		message, pending := p.start(t, exOffer())
		e := refCertDefault(modeDH)
		e.fromRequest(t, message)
		e.idI, e.omitIDs = "", true
		alice := p.finish(t, pending, e.response(e.sessionsWith([]uint32{exSSRC})))
		next, pending := p.update(t, alice, mikey.Offer{Keys: []mikey.KeyData{{}}})
		carol := refCertDefault(modeDH)
		carol.fromRequest(t, message)
		carol.sessions = carol.sessionsWith([]uint32{exSSRC})
		rand := carol.rand
		carol.fromRequest(t, next)
		carol.rand = rand
		withCert(func() mikey.KeyPair { return testPairs()["carol 2048"] }, 0)(carol)
		carol.certsR, carol.signR = carol.certsI, carol.signI
		carol.idI, carol.omitIDs = "", true
		if s, err := pending.Finish(carol.response(carol.sessions)); err == nil {
			t.Errorf("Carol answers for the party that set up the CSB: a session with %v", s.Peer())
		}
	})
}

// TestSignedErrors: error messages of these modes are not signed, but signed ones
// of others are verified.
func TestSignedErrors(t *testing.T) {
	for _, mode := range []certMode{modeDH, modeRSAR} {
		t.Run(mode.name, func(t *testing.T) {
			p := newCertPair(t, mode, nil)
			message, pending := p.start(t, exOffer())
			received, err := p.bob.Receive(message)
			if err != nil {
				t.Fatal(err)
			}
			refusal, err := received.Refuse(mikey.ErrorInvalidSPar)
			if err != nil {
				t.Fatal(err)
			}
			types := exTypes(t, refusal)
			if !equalTypes(types, []mikey.PayloadType{mikey.TPayload, mikey.ERRPayload}) {
				t.Errorf("refusal %v", types)
			}
			check := func(message []byte, authenticated bool) {
				t.Helper()
				_, err := pending.Finish(message)
				e := exRefused(t, err, mikey.State, code(mikey.ErrorInvalidSPar))
				peer, ok := e.Err.(interface{ Unwrap() error }).Unwrap().(*mikey.PeerError)
				if !ok || peer.Authenticated != authenticated {
					t.Errorf("%v, want authenticated %v", e, authenticated)
				}
			}
			check(refusal, false)
			e := refCertDefault(mode)
			e.fromRequest(t, message)
			m := &refMessage{version: 1, dataType: 6, csbID: e.csbID}
			m.add(5, append([]byte{0}, e.ts...))
			m.add(12, []byte{10, 0, 0})
			m.payloads = append(m.payloads, refURI(bobURI))
			m.add(7, e.certsR[0])
			signed := e.sign(m, e.signR, nil, true)
			check(signed, true)
			signed[len(signed)-1] ^= 1
			_, err = pending.Finish(signed)
			exRefused(t, err, mikey.AuthFailure, code(mikey.ErrorAuthFailure))
		})
	}
}

// TestDHOffers: what the initiator cannot ask for.
func TestDHOffers(t *testing.T) {
	p := newCertPair(t, modeDH, nil)
	for name, keys := range map[string][]mikey.KeyData{
		"key":      {{Key: make([]byte, 16)}},
		"TEK":      {{KeyType: mikey.TEK}},
		"salt":     {{KeyType: mikey.TGKSalt}},
		"two keys": {{}, {}},
	} {
		_, _, err := p.alice.Start(mikey.Offer{Keys: keys})
		if err == nil {
			t.Errorf("%s: the message is made", name)
			continue
		}
		exRefusedStage(t, err, mikey.Usage)
	}
	p = newCertPair(t, modeDH, func(p *certPair) { p.iConfig.Rand = bytes.NewReader(make([]byte, 30)) })
	_, _, err := p.alice.Start(exOffer())
	exRefusedStage(t, err, mikey.Usage)
	p = newCertPair(t, modeDH, func(p *certPair) { p.rConfig.Rand = bytes.NewReader(nil) })
	message, _ := p.start(t, exOffer())
	if received, err := p.bob.Receive(message); err == nil || received != nil {
		t.Error("the responder makes a value without random octets")
	}
}
