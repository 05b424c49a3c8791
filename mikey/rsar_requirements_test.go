package mikey_test

import (
	"bytes"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

func TestR4738_003_IDrThenKeys(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	message, _ := p.start(t, exOffer())
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	want := []mikey.KeyData{
		{Key: refCount(16, 1), Validity: mikey.SPI([]byte{1})}, {Key: refCount(16, 2), Validity: mikey.SPI([]byte{2})},
	}
	answer, _, err := received.AcceptWith(mikey.Answer{Keys: want, SSRCs: []uint32{exSSRC}})
	if err != nil {
		t.Fatal(err)
	}
	e, _, _, _ := openKEMAC(t, modeRSAR, answer)
	rand, _ := mikey.PayloadOf[*mikey.Rand](exParse(t, message))
	e.rand = rand.Value
	kemac, _ := mikey.PayloadOf[*mikey.KEMAC](exParse(t, answer))
	id, keys, err := mikey.ParseKeyData(mikey.IDPayload, e.encrypt(kemac.EncrData)) // the keystream is its own inverse
	if err != nil || *id != mikey.URI(bobURI) || len(keys) != len(want) {
		t.Fatalf("%v, %d keys, %v", id, len(keys), err)
	}
	for i := range want {
		if !bytes.Equal(keys[i].Key, want[i].Key) {
			t.Errorf("key %d is %x", i, keys[i].Key)
		}
	}
}

func TestR4738_013_CopiedHeader(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	message, _ := p.start(t, mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 7, ROC: 2}, {}}})
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	answer, _, err := received.AcceptWith(mikey.Answer{
		SSRCs: []uint32{8}, CryptoSessions: []mikey.CryptoSession{{SSRC: 9}},
	})
	if err != nil {
		t.Fatal(err)
	}
	request, response := exParse(t, message).Header, exParse(t, answer).Header
	if response.CSBID != request.CSBID || exT(t, answer) != exT(t, message) {
		t.Errorf("CSB ID %08x and T %v, want %08x and %v", response.CSBID, exT(t, answer), request.CSBID, exT(t, message))
	}
	want := []mikey.CryptoSession{{SSRC: 7, ROC: 2}, {SSRC: 8}, {SSRC: 9}}
	if answer[8] != 3 || len(response.CryptoSessions) != 3 {
		t.Fatalf("#CS is %d", answer[8])
	}
	for i, cs := range response.CryptoSessions {
		if cs != want[i] {
			t.Errorf("crypto session %d is %v, want %v", i+1, cs, want[i])
		}
	}
}

// TestR4738_017_SilentDiscard: the initiator says nothing to a bad answer, and
// goes on waiting for the right one.
func TestR4738_017_SilentDiscard(t *testing.T) {
	csb := uint32(0x01020304)
	for _, tt := range []struct {
		name  string
		group bool
		edit  func(*refCert)
		stage mikey.Stage
	}{
		{"second RAND", false, func(e *refCert) { e.randFromR = true }, mikey.Malformed},
		{"no RAND of the group", true, func(e *refCert) { e.randFromR = false }, mikey.Malformed},
		{"SP that was not offered", false, func(e *refCert) { e.policies = [][]byte{refSP(0, 32, 10)} }, mikey.Policy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newCertPair(t, modeRSAR, nil)
			offer := exOffer()
			if tt.group {
				offer = mikey.Offer{JoinGroup: true}
			}
			message, pending := p.start(t, offer)
			answer := func(edit func(*refCert)) []byte {
				e := refCertDefault(modeRSAR)
				e.fromRequest(t, message)
				if tt.group {
					e.groupCSB, e.randFromR = &csb, true
					e.policies, e.sessions = [][]byte{refSP(7, 16, 10)}, []refSession{{7, 5, 0}}
				}
				edit(e)
				return e.response(e.sessionsWith([]uint32{exSSRC}))
			}
			_, err := pending.Finish(answer(tt.edit))
			if got := exRefused(t, err, tt.stage, exNone); got.Reply != nil {
				t.Errorf("the answer is answered with %x", got.Reply)
			}
			exFinish(t, pending, answer(func(*refCert) {}))
		})
	}
}

func TestR4738_019_OneCSBForAllMembers(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	group := &mikey.Group{CSBID: 0x01020304, RAND: refCount(16, 5)}
	tgk := refCount(16, 1)
	want := &refExchange{csbID: group.CSBID, rand: group.RAND, keys: []refKey{{key: tgk}}}
	for _, who := range []string{"alice", "carol"} {
		x := *p.ax
		x.KeyPairs = []mikey.KeyPair{testPairs()[who+" 2048"]}
		member := exInitiator(t, modeRSAR.mode(t, &x), &mikey.Config{Now: p.clock.now})
		message, pending, err := member.Start(mikey.Offer{JoinGroup: true})
		if err != nil {
			t.Fatal(err)
		}
		received, err := p.bob.Receive(message)
		if err != nil {
			t.Fatal(err)
		}
		answer, _, err := received.AcceptWith(mikey.Answer{
			Group: group, Keys: []mikey.KeyData{{Key: tgk}}, CryptoSessions: []mikey.CryptoSession{{SSRC: 8}, {SSRC: 9}},
		})
		if err != nil {
			t.Fatal(err)
		}
		s := exFinish(t, pending, answer)
		if s.CSBID() != group.CSBID || s.CryptoSessions()[1].SSRC != 9 {
			t.Errorf("%s: CSB ID %08x, crypto session 2 is %v", who, s.CSBID(), s.CryptoSessions()[1])
		}
		want.checkKeys(t, who, s, []int{16, 16})
	}
}
