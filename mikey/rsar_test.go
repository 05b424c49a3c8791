package mikey_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// TestR4738_009_Layout: HDR, T, [RAND], [IDi|CERTi], [IDr], {SP}, SIGNi with V,
// and HDR, T, [IDr|CERTr], [SP], KEMAC, PKE, SIGNr.
func TestR4738_009_Layout(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	offer := exOffer()
	offer.Verification = false
	message, pending := p.start(t, offer)
	want := []mikey.PayloadType{
		mikey.TPayload, mikey.RANDPayload, mikey.IDPayload, mikey.CERTPayload, mikey.IDPayload, mikey.SPPayload, mikey.SIGNPayload,
	}
	if got := exTypes(t, message); !equalTypes(got, want) {
		t.Errorf("request %v, want %v", got, want)
	}
	if h := exParse(t, message).Header; !h.V || h.DataType != 9 {
		t.Errorf("header %+v", h)
	}
	answer, _ := p.respond(t, message)
	want = []mikey.PayloadType{
		mikey.TPayload, mikey.IDPayload, mikey.CERTPayload, mikey.SPPayload, mikey.KEMACPayload, mikey.PKEPayload, mikey.SIGNPayload,
	}
	if got := exTypes(t, answer); !equalTypes(got, want) {
		t.Errorf("answer %v, want %v", got, want)
	}
	// R-4738-013
	request, response := exParse(t, message).Header, exParse(t, answer).Header
	if response.V || response.DataType != 10 || response.CSBID != request.CSBID || exT(t, answer) != exT(t, message) {
		t.Errorf("header %+v", response)
	}
	if len(response.CryptoSessions) != 2 || response.CryptoSessions[1].SSRC == 0 {
		t.Errorf("crypto sessions %v", response.CryptoSessions)
	}
	p.finish(t, pending, answer)
}

// TestR4738_009_VIsIgnored: an answer follows whatever V says.
func TestR4738_009_VIsIgnored(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	e := refCertDefault(modeRSAR)
	e.v = false
	if answer, _ := p.respond(t, e.request()); answer == nil {
		t.Error("no answer")
	}
}

// TestR4738_014_RANDOfTheResponder: the initiator sends no RAND, so the responder
// does, and everything comes from that.
func TestR4738_014_RANDOfTheResponder(t *testing.T) {
	for _, keys := range [][]mikey.KeyData{nil, {{Key: refCount(16, 9)}}, {{KeyType: mikey.TGKSalt}}, {{KeyType: mikey.TEK}}} {
		p := newCertPair(t, modeRSAR, nil)
		e := refCertDefault(modeRSAR)
		e.randFromR = true
		received, err := p.bob.Receive(e.request())
		if err != nil {
			t.Fatal(err)
		}
		answer, s, err := received.AcceptWith(mikey.Answer{Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		r, ok := mikey.PayloadOf[*mikey.Rand](exParse(t, answer))
		if !ok || len(r.Value) < 16 {
			t.Fatalf("the answer has the RAND %v", r)
		}
		e.rand = r.Value
		if e.psk, e.pke, err = e.openPKE(answer, 256); err != nil {
			t.Fatal(err)
		}
		if keys != nil && keys[0].Key != nil {
			e.keys = []refKey{{key: keys[0].Key}}
			if want := e.response(e.sessions); !bytes.Equal(answer, want) {
				t.Errorf("answer\n%x, want\n%x", answer, want)
			}
			e.checkKeys(t, "responder", s, []int{16})
		}
	}
}

// TestR4738_002_SignatureOfTheResponse: the library leaves the SIGN payload out
// as a whole and takes signatures that leave only the signature field out.
func TestR4738_002_SignatureOfTheResponse(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	for _, tt := range []struct {
		name string
		edit func(*refCert)
		ok   bool
	}{
		{"payload rule", func(e *refCert) {}, true},
		{"field rule", func(e *refCert) { e.fieldRule = true }, true},
		{"no identities", func(e *refCert) { e.idI = ""; e.fieldRule = true }, false},
		{"identities swapped", func(e *refCert) {
			e.editR = func(m *refMessage) { // as IDr, but signed as IDi
				for i := range m.payloads {
					if m.payloads[i].number == 6 {
						m.payloads[i] = refURI(bobURI)
					}
				}
			}
			e.idI, e.idR = bobURI, aliceURI
			inner := refURI(bobURI)
			e.inner = &inner
		}, false},
		{"another T", func(e *refCert) {
			ts := e.ts
			e.editR = func(m *refMessage) { m.payloads[0].body = append([]byte{0}, ts...) }
			e.ts = exNextTS(ts)
		}, false},
		{"the message alone", func(e *refCert) {
			e.signRaw = func(covered []byte, key *rsa.PrivateKey) []byte {
				sum := sha256.Sum256(covered[:len(covered)-len(aliceURI)-len(bobURI)-8])
				s, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
				if err != nil {
					panic(err)
				}
				return s
			}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			message, pending := p.start(t, exOffer())
			e := refCertDefault(modeRSAR)
			e.fromRequest(t, message)
			tt.edit(e)
			s, err := pending.Finish(e.response(e.sessionsWith([]uint32{exSSRC})))
			if !tt.ok {
				if err == nil {
					t.Fatal("the answer is accepted")
				}
				exRefused(t, err, mikey.AuthFailure, code(mikey.ErrorAuthFailure))
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			e.checkKeys(t, "initiator", s, []int{16, 16})
		})
	}
}

// TestBadRSARAnswers: what Alice does not take for Bob's answer. Its envelopes
// are those of the public-key mode, the other way round.
func TestBadRSARAnswers(t *testing.T) {
	malformed, policy, state := mikey.Malformed, mikey.Policy, mikey.State
	unspecified, authFailure := code(mikey.ErrorUnspecified), code(mikey.ErrorAuthFailure)
	csb := uint32(77)
	tests := []certBad{
		{name: "right", ok: true},
		// R-4738-017
		{name: "RAND of both", edit: func(e *refCert) { e.randFromR = true }, stage: malformed, code: exNone},
		{name: "another RAND too", edit: func(e *refCert) {
			e.editR = insert(1, 11, append([]byte{16}, refCount(16, 0)...))
		}, stage: malformed, code: exNone},
		{name: "SP that was not offered", edit: func(e *refCert) { e.policies = [][]byte{refSP(0, 32, 10)} }, stage: policy, code: exNone},
		{name: "one SP that was offered and one that was not", edit: func(e *refCert) {
			e.policies = append(e.policies, refSP(1, 32, 10))
		}, stage: policy, code: exNone},
		{name: "no SP", edit: func(e *refCert) { e.policies = nil }, stage: malformed, code: exNone},
		// R-4738-014
		{name: "CSB_ID in unicast", edit: func(e *refCert) { e.groupCSB = &csb }, stage: policy, code: exNone},
		{name: "CSB_ID and RAND in unicast", edit: func(e *refCert) { e.groupCSB, e.randFromR = &csb, true }, stage: policy, code: exNone},
		{name: "CSB_ID of 3 octets", edit: func(e *refCert) { e.editR = insert(1, 21, []byte{4, 0, 3, 1, 2, 3}) }, stage: malformed, code: exNone},
		{name: "CSB ID", edit: func(e *refCert) { e.csbID++ }, stage: state, code: exNone},
		{name: "T", edit: func(e *refCert) { e.ts = exNextTS(e.ts) }, stage: state, code: exNone},
		{name: "PRF", edit: func(e *refCert) { e.prf = 1 }, stage: state, code: exNone},
		{name: "V", edit: func(e *refCert) { e.editR = func(m *refMessage) { m.v = true } }, ok: true},
		{name: "fewer crypto sessions", edit: func(e *refCert) { e.sessions = e.sessions[:1] }, stage: malformed, code: exNone},
		{name: "more crypto sessions", edit: func(e *refCert) { e.sessions = append(e.sessions, refSession{0, 99, 0}) }, ok: true},
		{name: "another SSRC", edit: func(e *refCert) { e.sessions[0].ssrc++ }, stage: malformed, code: exNone},
		{name: "another ROC", edit: func(e *refCert) { e.sessions[0].roc++ }, stage: malformed, code: exNone},
		{name: "policy that is not there", edit: func(e *refCert) { e.sessions[0].policy = 9 }, stage: malformed, code: code(mikey.ErrorInvalidSPar)},
		{name: "map Empty", edit: func(e *refCert) { e.editR = func(m *refMessage) { m.mapType, m.csMap = 1, nil } }, stage: malformed, code: exNone},
		{name: "no KEMAC", edit: func(e *refCert) {
			e.editR = func(m *refMessage) { n := len(m.payloads); m.payloads = append(m.payloads[:n-2:n-2], m.payloads[n-1]) }
		}, stage: malformed, code: exNone},
		{name: "no PKE", edit: func(e *refCert) { e.editR = func(m *refMessage) { m.payloads = m.payloads[:len(m.payloads)-1] } }, stage: malformed, code: exNone},
		{name: "IDr of Carol", edit: func(e *refCert) { e.idR = carolURI }, stage: policy, code: authFailure},
		{name: "DH", edit: func(e *refCert) { e.editR = insert(2, 3, append([]byte{1}, make([]byte, 97)...)) }, stage: malformed, code: unspecified},
	}
	for _, tt := range badEnvelopes() {
		if tt.setup == nil && tt.name != "inner identity of the receiver" {
			tests = append(tests, tt)
		}
	}
	tests = append(tests, certBad{name: "inner identity of the initiator", edit: func(e *refCert) {
		p := refURI(aliceURI)
		e.inner = &p
	}, stage: mikey.AuthFailure, code: authFailure})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newCertPair(t, modeRSAR, nil)
			message, pending := p.start(t, exOffer())
			e := refCertDefault(modeRSAR)
			e.fromRequest(t, message)
			if tt.edit != nil {
				tt.edit(e)
			}
			s, err := pending.Finish(e.response(e.sessionsWith([]uint32{exSSRC})))
			if tt.ok {
				if err != nil {
					t.Fatal(err)
				}
				e.checkKeys(t, "initiator", s, make16(len(e.sessions)))
				return
			}
			if err == nil || s != nil {
				t.Fatal("the answer is accepted")
			}
			if got := exRefused(t, err, tt.stage, tt.code); got.Reply != nil {
				t.Errorf("a reply to an answer: %x", got.Reply) // R-4738-017: silently
			}
			e = refCertDefault(modeRSAR)
			e.fromRequest(t, message)
			if s, err = pending.Finish(e.response(e.sessionsWith([]uint32{exSSRC}))); err != nil {
				t.Fatalf("the right answer: %v", err)
			}
			e.checkKeys(t, "initiator", s, []int{16, 16})
		})
	}
}

func make16(n int) []int {
	l := make([]int, n)
	for i := range l {
		l[i] = 16
	}
	return l
}

// TestBadRSARRequests: what is about RSA-R alone.
func TestBadRSARRequests(t *testing.T) {
	malformed, unspecified := mikey.Malformed, code(mikey.ErrorUnspecified)
	runBadRequests(t, modeRSAR, []certBad{
		{name: "KEMAC", edit: func(e *refCert) { e.editI = insert(2, 1, []byte{0, 0, 0, 0}) }, stage: malformed, code: unspecified},
		{name: "PKE", edit: func(e *refCert) { e.editI = insert(2, 2, []byte{0, 1, 0}) }, stage: malformed, code: unspecified},
		{name: "DH", edit: func(e *refCert) { e.editI = insert(2, 3, append([]byte{1}, make([]byte, 97)...)) }, stage: malformed, code: unspecified},
		{name: "CHASH", edit: func(e *refCert) { e.editI = insert(2, 8, make([]byte, 21)) }, stage: malformed, code: unspecified},
		{name: "no SP", edit: func(e *refCert) { e.policies, e.sessions[0].policy = nil, 0 }, ok: true},
		{name: "no crypto sessions", edit: func(e *refCert) { e.sessions = nil }, ok: true}, // R-4738-010
	})
}

// TestR4738_011_Error13: a request that cannot be parsed is answered by error 13.
func TestR4738_011_Error13(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	for name, edit := range map[string]func(*refCert){
		"KEMAC":   func(e *refCert) { e.editI = insert(2, 1, []byte{0, 0, 0, 0}) },
		"unknown": func(e *refCert) { e.editI = insert(3, 99, []byte{1, 2}) },
		"cut":     func(e *refCert) { e.policies[0][3]++ },
	} {
		e := refCertDefault(modeRSAR)
		edit(e)
		err := p.refused(t, e.request(), mikey.Malformed, code(mikey.ErrorUnspecified))
		reply, ok := mikey.PayloadOf[*mikey.ErrorPayload](exParse(t, err.Reply))
		if !ok || reply.Code != mikey.ErrorUnsupported {
			t.Errorf("%s: the reply is %v", name, reply)
		}
	}
	// Types that nobody takes, where RSA-R is known.
	psk := exReference(true)
	psk.edit = func(m *refMessage) { m.dataType = 26 }
	exRefused(t, receiveError(p.bob, psk.request()), mikey.Unsupported, code(mikey.ErrorUnsupported))
}

// TestR3830_041_RSARPolicyNumbers: what is offered has distinct numbers, although
// one is chosen.
func TestR3830_041_RSARPolicyNumbers(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	e := refCertDefault(modeRSAR)
	e.policies = append(e.policies, e.policies[0])
	p.refused(t, e.request(), mikey.Malformed, code(mikey.ErrorUnspecified))
}

// TestR4738_012_OneOfferedPolicy: the answer has the first offered policy that
// the responder supports, and error 10 says that there is none.
func TestR4738_012_OneOfferedPolicy(t *testing.T) {
	for _, tt := range []struct {
		allowed []mikey.Suite
		want    mikey.Suite // NoSuite: refused
	}{
		{nil, mikey.AEAD_AES_256_GCM},
		{[]mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80, mikey.AES_CM_128_HMAC_SHA1_32}, mikey.AES_CM_128_HMAC_SHA1_32},
		{[]mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80}, mikey.AES_CM_128_HMAC_SHA1_80},
		{[]mikey.Suite{mikey.AEAD_AES_128_GCM}, mikey.NoSuite},
	} {
		p := newCertPair(t, modeRSAR, func(p *certPair) { p.rConfig.Suites = tt.allowed })
		message, pending := p.start(t, mikey.Offer{
			CryptoSessions: []mikey.CryptoSession{{Policy: 5, SSRC: 1}, {Policy: 6}},
			Policies: []mikey.SecurityPolicy{
				mikey.AEAD_AES_256_GCM.Policy(5), mikey.AES_CM_128_HMAC_SHA1_32.Policy(6), mikey.AES_CM_128_HMAC_SHA1_80.Policy(7),
			},
		})
		if tt.want == mikey.NoSuite {
			err := p.refused(t, message, mikey.Policy, code(mikey.ErrorInvalidSPar))
			_, err2 := pending.Finish(err.Reply)
			e := exRefused(t, err2, mikey.State, code(mikey.ErrorInvalidSPar))
			var peer *mikey.PeerError
			if !errors.As(e, &peer) || len(peer.Policies) != 1 {
				t.Errorf("%v", e)
			}
			continue
		}
		answer, bob := p.respond(t, message)
		n := 0
		for _, typ := range exTypes(t, answer) {
			if typ == mikey.SPPayload {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d SP payloads", n)
		}
		alice := p.finish(t, pending, answer)
		exSame(t, alice, bob)
		for cs := uint8(1); cs <= 2; cs++ {
			if got, _ := alice.Policy(cs); got.Suite() != tt.want {
				t.Errorf("crypto session %d has %v, want %v", cs, got.Suite(), tt.want)
			}
		}
	}
}

// TestR4738_010_ListenOnly: an initiator without streams states 0 crypto
// sessions, and the responder fills them in.
func TestR4738_010_ListenOnly(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	message, pending := p.start(t, mikey.Offer{})
	if h := exParse(t, message).Header; len(h.CryptoSessions) != 0 || h.MapType != mikey.MapSRTPID {
		t.Errorf("header %+v", h)
	}
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	answer, bob, err := received.AcceptWith(mikey.Answer{CryptoSessions: []mikey.CryptoSession{{SSRC: 7, ROC: 3}, {}}, SSRCs: []uint32{8}})
	if err != nil {
		t.Fatal(err)
	}
	alice := p.finish(t, pending, answer)
	exSame(t, alice, bob)
	want := []mikey.CryptoSession{{SSRC: 7, ROC: 3}, {SSRC: 8}}
	for i, cs := range alice.CryptoSessions() {
		if cs != want[i] {
			t.Errorf("crypto session %d is %v", i+1, cs)
		}
	}
}

// TestR4738_015_Group: CSB_ID, RAND and SP of the responder, the same for all
// members (R-4738-016, R-4738-019).
func TestR4738_015_Group(t *testing.T) {
	p := newCertPair(t, modeRSAR, func(p *certPair) { p.bx.AllowMissingIDs = false })
	group := &mikey.Group{CSBID: 0x01020304, RAND: refCount(20, 5)}
	keys := []mikey.KeyData{{Key: refCount(16, 1)}}
	var first []byte
	for i, name := range []string{"alice", "carol"} {
		member := p.alice
		if name == "carol" {
			x := *p.ax
			x.KeyPairs = []mikey.KeyPair{testPairs()["carol 2048"]}
			member = exInitiator(t, modeRSAR.mode(t, &x), &mikey.Config{Now: p.clock.now})
		}
		message, pending, err := member.Start(mikey.Offer{JoinGroup: true, Policies: []mikey.SecurityPolicy{mikey.AEAD_AES_128_GCM.Policy(0)}})
		if err != nil {
			t.Fatal(err)
		}
		for _, typ := range exTypes(t, message) {
			if typ == mikey.SPPayload || typ == mikey.RANDPayload {
				t.Errorf("the request has a %v", typ)
			}
		}
		received, err := p.bob.Receive(message)
		if err != nil {
			t.Fatal(err)
		}
		answer, bob, err := received.AcceptWith(mikey.Answer{
			Group: group, Keys: keys, CryptoSessions: []mikey.CryptoSession{{Policy: 3, SSRC: 9, ROC: 2}},
			Policies: []mikey.SecurityPolicy{mikey.AES_CM_128_HMAC_SHA1_32.Policy(3)},
		})
		if err != nil {
			t.Fatal(err)
		}
		m := exParse(t, answer)
		want := []mikey.PayloadType{
			mikey.GeneralExtensionPayload, mikey.TPayload, mikey.RANDPayload, mikey.IDPayload, mikey.CERTPayload, mikey.SPPayload,
			mikey.KEMACPayload, mikey.PKEPayload, mikey.SIGNPayload,
		}
		if got := exTypes(t, answer); !equalTypes(got, want) {
			t.Errorf("answer %v, want %v", got, want)
		}
		if m.Header.CSBID != pending.CSBID() || m.Header.CSBID == group.CSBID {
			t.Errorf("CSB ID %08x in the header", m.Header.CSBID)
		}
		ext, _ := mikey.PayloadOf[*mikey.GeneralExtension](m)
		if ext.ExtType != 4 || binary.BigEndian.Uint32(ext.Data) != group.CSBID {
			t.Errorf("extension %v", ext)
		}
		alice := exFinish(t, pending, answer)
		exSame(t, alice, bob)
		if alice.CSBID() != group.CSBID {
			t.Errorf("CSB ID %08x of the session", alice.CSBID())
		}
		ref := &refExchange{csbID: group.CSBID, rand: group.RAND, keys: []refKey{{key: keys[0].Key}}}
		ref.checkKeys(t, name, alice, []int{16})
		if i == 0 {
			first = exKeys(t, alice, 1)
		} else if !bytes.Equal(first, exKeys(t, alice, 1)) {
			t.Error("the members have different keys")
		}
	}
}

// TestBadGroupAnswers: what a member does not take.
func TestBadGroupAnswers(t *testing.T) {
	csb := uint32(0x01020304)
	for _, tt := range []struct {
		name  string
		edit  func(*refCert)
		stage mikey.Stage // 0: accepted
		code  int
	}{
		{"right", nil, 0, 0},
		{"no CSB_ID", func(e *refCert) { e.groupCSB = nil }, mikey.Malformed, exNone},
		{"no RAND", func(e *refCert) { e.randFromR = false }, mikey.Malformed, exNone},
		{"no SP", func(e *refCert) { e.policies = nil }, mikey.Malformed, code(mikey.ErrorInvalidSPar)},
		{"short RAND", func(e *refCert) { e.rand = e.rand[:15] }, mikey.Malformed, code(mikey.ErrorUnspecified)},
		{"CSB_ID of 5 octets", func(e *refCert) {
			e.editR = func(m *refMessage) { m.payloads[0].body = []byte{4, 0, 5, 0, 1, 2, 3, 4} }
		}, mikey.Malformed, exNone},
		{"message keys from the CSB_ID", func(e *refCert) {
			// The header's CSB ID protects the message: no text says which.
			*e = *e.withMessageCSB(csb)
		}, mikey.AuthFailure, code(mikey.ErrorAuthFailure)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newCertPair(t, modeRSAR, nil)
			message, pending := p.start(t, mikey.Offer{JoinGroup: true})
			e := refCertDefault(modeRSAR)
			e.fromRequest(t, message)
			e.groupCSB, e.randFromR = &csb, true
			e.policies, e.sessions = [][]byte{refSP(7, 16, 10)}, []refSession{{7, 5, 0}}
			if tt.edit != nil {
				tt.edit(e)
			}
			s, err := pending.Finish(e.response(e.sessions))
			if tt.stage != 0 {
				if err == nil {
					t.Fatal("the answer is accepted")
				}
				exRefused(t, err, tt.stage, tt.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			e.master().checkKeys(t, "initiator", s, []int{16})
		})
	}
}

// withMessageCSB returns the exchange with a KEMAC under keys from another CSB ID
// than that of the header.
func (e *refCert) withMessageCSB(csb uint32) *refCert {
	other := *e
	header := e.csbID
	other.csbID = csb
	other.editR = func(m *refMessage) { m.csbID = header }
	return &other
}

// TestR4738_016_RANDOfMembersIsIgnored: the RAND of the initiator of a group
// request does not count, and the responder sends its own.
func TestR4738_016_RANDOfMembersIsIgnored(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	e := refCertDefault(modeRSAR)
	e.randIgnored = refCount(16, 0xd0)
	received, err := p.bob.Receive(e.request())
	if err != nil {
		t.Fatal(err)
	}
	csb := uint32(99)
	e.rand, e.groupCSB, e.randFromR = refCount(16, 0x50), &csb, true
	answer, s, err := received.AcceptWith(e.answer(nil))
	if err != nil {
		t.Fatal(err)
	}
	if e.psk, e.pke, err = e.openPKE(answer, 256); err != nil {
		t.Fatal(err)
	}
	if want := e.response(e.sessions); !bytes.Equal(answer, want) {
		t.Errorf("answer\n%x, want\n%x", answer, want)
	}
	e.master().checkKeys(t, "responder", s, []int{16})
}

// TestR4738_004_Certificates: each certificate is the one that signs, and the
// envelope key is encrypted to that of the initiator. A certificate that is for
// signatures only is not encrypted to.
func TestR4738_004_Certificates(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*refCert)
	}{
		{"key usage", withCert(aliceCert(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }), 0)},
		{"X.509v3 Sign", withCert(aliceCert(nil), 2)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newCertPair(t, modeRSAR, nil)
			e := refCertDefault(modeRSAR)
			tt.edit(e)
			received, err := p.bob.Receive(e.request())
			if err == nil {
				_, _, err = received.Accept()
			}
			if err == nil {
				t.Fatal("an envelope key is encrypted to a certificate for signatures")
			}
			exRefusedStage(t, err, mikey.AuthFailure)
		})
	}
}

// TestR4738_005_CertificateURLs: the certificate as a URL, on both sides; nothing
// is fetched for messages that are stale or replayed.
func TestR4738_005_CertificateURLs(t *testing.T) {
	fetched := 0
	p := newCertPair(t, modeRSAR, func(p *certPair) {
		p.ax.URL, p.bx.URL = "http://example.com/alice.cer", "http://example.com/bob.cer"
		store := map[string][]byte{p.ax.URL: p.ax.KeyPairs[0].Chain[0].Raw, p.bx.URL: p.bx.KeyPairs[0].Chain[0].Raw}
		p.ax.Fetch = func(u string) ([]byte, error) { fetched++; return store[u], nil }
		p.bx.Fetch = p.ax.Fetch
		p.ax.Peer = nil
	})
	message, pending := p.start(t, exOffer())
	cert, ok := mikey.PayloadOf[*mikey.Cert](exParse(t, message))
	if !ok || cert.CertType != mikey.CertX509URL || string(cert.Data) != p.ax.URL {
		t.Errorf("CERT %v", cert)
	}
	answer, bob := p.respond(t, message)
	alice := p.finish(t, pending, answer)
	exSame(t, alice, bob)
	if alice.Peer() != mikey.URI(bobURI) || fetched != 2 {
		t.Errorf("peer %v, %d certificates fetched", alice.Peer(), fetched)
	}
	exRefused(t, receiveError(p.bob, message), mikey.Replay, exNone)
	old := refCertDefault(modeRSAR)
	old.certsI, old.ts = refURL(p.ax.URL), refNTP(testNow.AddDate(0, 0, -1))
	exRefused(t, receiveError(p.bob, old.request()), mikey.Stale, code(mikey.ErrorInvalidTS))
	if fetched != 2 {
		t.Errorf("%d certificates fetched", fetched)
	}
}

// TestR4738_007_RequiredResponder: who wants one responder says so in IDr.
func TestR4738_007_RequiredResponder(t *testing.T) {
	p := newCertPair(t, modeRSAR, func(p *certPair) { p.ax.Peer, p.iConfig.Peer = nil, mikey.URI(bobURI) })
	message, _ := p.start(t, exOffer())
	var ids []mikey.ID
	for _, payload := range exParse(t, message).Payloads {
		if id, ok := payload.(*mikey.ID); ok {
			ids = append(ids, *id)
		}
	}
	if len(ids) != 2 || ids[1] != mikey.URI(bobURI) {
		t.Errorf("identities %v", ids)
	}
}

// TestR4738_008_JudgeTheResponder: who names nobody judges who answered, with
// VerifyPeer or by the session.
func TestR4738_008_JudgeTheResponder(t *testing.T) {
	var judged mikey.ID
	p := newCertPair(t, modeRSAR, func(p *certPair) {
		p.ax.Peer = nil
		p.ax.VerifyPeer = func(chain []*x509.Certificate, id mikey.ID) error {
			judged = id
			if id != mikey.URI(bobURI) {
				return errors.New("not Bob")
			}
			return nil
		}
	})
	message, pending := p.start(t, exOffer())
	carol := exResponder(t, &mikey.Config{Now: p.clock.now}, modeRSAR.mode(t, &mikey.X509{
		KeyPairs: []mikey.KeyPair{testPairs()["carol 2048"]}, Roots: testPKI().roots,
	}))
	answer, _ := p.respondAt(t, carol, message)
	_, err := pending.Finish(answer)
	exRefused(t, err, mikey.AuthFailure, code(mikey.ErrorAuthFailure))
	if judged != mikey.URI(carolURI) {
		t.Errorf("judged %v", judged)
	}
	answer, bob := p.respond(t, message)
	alice := p.finish(t, pending, answer)
	exSame(t, alice, bob)
	if alice.Peer() != mikey.URI(bobURI) {
		t.Errorf("peer %v", alice.Peer())
	}
}

// TestRSARUsage: what neither party can ask for.
func TestRSARUsage(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	_, _, err := p.alice.Start(mikey.Offer{Keys: []mikey.KeyData{{}}})
	exRefusedStage(t, err, mikey.Usage)
	message, pending := p.start(t, exOffer())
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]mikey.Answer{
		"SSRCs":           {SSRCs: []uint32{1, 2, 3}},
		"NULL encryption": {Algorithms: &mikey.Algorithms{MAC: mikey.MACHMACSHA1160}},
		"NULL MAC":        {Algorithms: &mikey.Algorithms{Encr: mikey.EncrAESCM128}},
		"cache":           {Cache: 3},
		"group RAND":      {Group: &mikey.Group{RAND: make([]byte, 15)}},
		"key":             {Keys: []mikey.KeyData{{KeyType: mikey.TEK, Key: make([]byte, 16)}}},
	} {
		if _, _, err := received.AcceptWith(a); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	answer, bob, err := received.AcceptWith(mikey.Answer{})
	if err != nil {
		t.Fatal(err)
	}
	alice := p.finish(t, pending, answer)
	exSame(t, alice, bob)
	_, _, err = p.alice.Update(alice, mikey.Offer{})
	exRefusedStage(t, err, mikey.State)
}

// TestRSARLeavesKeys: each answer draws its own keys and envelope key.
func TestRSARLeavesKeys(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	seen := make(map[string]bool)
	for range 5 {
		message, _ := p.start(t, exOffer())
		answer, bob := p.respond(t, message)
		e := refCertDefault(modeRSAR)
		key, _, err := e.openPKE(answer, 256)
		if err != nil {
			t.Fatal(err)
		}
		seen[string(key)] = true
		seen[string(exKeys(t, bob, 1))] = true
	}
	if len(seen) != 10 {
		t.Errorf("%d different keys", len(seen))
	}
}
