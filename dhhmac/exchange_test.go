package dhhmac_test

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// allGroups are those of RFC 3830 and those of package ecdh.
func allGroups(t testing.TB) []mikey.KeyAgreement {
	t.Helper()
	var all []mikey.KeyAgreement
	for _, n := range []mikey.DHGroup{mikey.OAKLEY5, mikey.OAKLEY1, mikey.OAKLEY2} {
		g, ok := n.KeyAgreement()
		if !ok {
			t.Fatalf("no %v", n)
		}
		all = append(all, g)
	}
	return append(all, ecdh.All()...)
}

// TestReference: messages in both directions are those of the reference, octet for
// octet, and so are the keys. The private values are fixed for that.
func TestReference(t *testing.T) {
	for _, macAlg := range []byte{1, 2} {
		for _, prf := range []byte{0, 1} {
			for _, k := range ecdh.All() {
				t.Run(fmt.Sprintf("%v, PRF %d, MAC %d", k, prf, macAlg), func(t *testing.T) {
					g := k.(ecdh.Group)
					xi, xr := g.PrivateLen()
					fixedI := fixed{g, bytes.Repeat([]byte{0x01}, xi)}
					fixedR := fixed{g, bytes.Repeat([]byte{0x02}, xr)}
					dhi, _, err := fixedI.Initiate(nil)
					if err != nil {
						t.Fatal(err)
					}
					dhr, tgk, err := fixedR.Respond(nil, dhi)
					if err != nil {
						t.Fatal(err)
					}
					random := bytes.Repeat([]byte{0xab}, 20)
					r, csbID := random[:16], uint32(0xabababab)
					now := mikey.NTPTime(testNow).Value
					request := (&refMessage{
						dataType: 7, prf: prf, csbID: csbID, ssrcs: []uint32{0x11111111, 0}, macAlg: macAlg,
						payloads: []refPayload{
							refT(now), refRand(r), refID(alice), refID(bob), refSP(t), refExtension(1, "mikey"),
							refDH(g.Group(), dhi, 1, 4, 0, 0, 0, 9),
						},
					}).octets(testSecret, r)
					response := (&refMessage{
						dataType: 8, prf: prf, csbID: csbID, ssrcs: []uint32{0x11111111, 0x22222222}, macAlg: macAlg,
						payloads: []refPayload{
							refT(now), refID(bob), refID(alice), refDH(g.Group(), dhr, 1, 4, 0, 0, 0, 9),
							refDH(g.Group(), dhi, 1, 4, 0, 0, 0, 9),
						},
					}).octets(testSecret, r)

					p := newPair(t, func(a, _ *mikey.Config) { a.Rand = bytes.NewReader(random) }, fixedI)
					offer := usualOffer()
					offer.Algorithms = &mikey.Algorithms{PRF: mikey.PRFFunc(prf), MAC: mikey.MACAlg(macAlg)}
					offer.Keys = []mikey.KeyData{{Validity: mikey.SPI([]byte{0, 0, 0, 9})}}
					message, pending := p.start(t, offer)
					if !bytes.Equal(message, request) {
						t.Fatalf("request\n%x, want\n%x", message, request)
					}
					answer, b := newPair(t, nil, fixedR).respond(t, request)
					if !bytes.Equal(answer, response) {
						t.Fatalf("answer\n%x, want\n%x", answer, response)
					}
					a, err := pending.Finish(response)
					if err != nil {
						t.Fatal(err)
					}
					refKeys(t, a, prf, tgk, r)
					refKeys(t, b, prf, tgk, r)
				})
			}
		}
	}
}

// TestReferenceOAKLEY: the same for the groups of RFC 3830, with math/big.
func TestReferenceOAKLEY(t *testing.T) {
	p1536, _ := new(big.Int).SetString(strings.Join(strings.Fields(`
		FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD
		EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
		EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE45B3D C2007CB8 A163BF05 98DA4836 1C55D39A 69163FA8 FD24CF5F
		83655D23 DCA3AD96 1C62F356 208552BB 9ED52907 7096966D 670C354E 4ABC9804 F1746C08 CA237327 FFFFFFFF FFFFFFFF`), ""), 16)
	x := new(big.Int).SetBytes(bytes.Repeat([]byte{0x5c}, 32))
	group, _ := mikey.OAKLEY5.KeyAgreement()
	p := newPair(t, nil) // OAKLEY 5 by default

	// The reference responds.
	message, pending := p.start(t, usualOffer())
	request := parse(t, message)
	dhi, _ := mikey.PayloadOf[*mikey.DH](request)
	if dhi.Group != mikey.OAKLEY5 {
		t.Fatalf("the default group is %v", dhi.Group)
	}
	a, r, _ := answerOf(t, request, group)
	value := new(big.Int).Exp(big.NewInt(2), x, p1536).FillBytes(make([]byte, 192))
	a.payloads[3] = refDH(mikey.OAKLEY5, value)
	tgk := new(big.Int).Exp(new(big.Int).SetBytes(dhi.Value), x, p1536).FillBytes(make([]byte, 192))
	s, err := pending.Finish(a.octets(testSecret, r))
	if err != nil {
		t.Fatal(err)
	}
	refKeys(t, s, 0, tgk, r)

	// The reference initiates.
	m, r := requestOf(t, group)
	m.payloads[6] = refDH(mikey.OAKLEY5, value)
	answer, s := p.respond(t, m.octets(testSecret, r))
	dhr, _ := mikey.PayloadOf[*mikey.DH](parse(t, answer))
	tgk = new(big.Int).Exp(new(big.Int).SetBytes(dhr.Value), x, p1536).FillBytes(make([]byte, 192))
	refKeys(t, s, 0, tgk, r)
}

// TestExchanges: one after the other, with one initiator and one responder.
func TestExchanges(t *testing.T) {
	for _, g := range allGroups(t) {
		t.Run(g.String(), func(t *testing.T) {
			t.Parallel()
			runs := map[string]int{"X25519": 3000, "X-Wing": 1000, "P-256": 1000, "X448": 500}[g.String()]
			runs = max(runs, 100)
			if testing.Short() || raceEnabled {
				runs = min(runs/30, 50)
			}
			p := newPair(t, nil, g)
			seen := make(map[string]bool, runs)
			for range runs {
				a, b := p.run(t, usualOffer())
				key := string(masterKey(t, a, 1).Key)
				if seen[key] {
					t.Fatal("one key twice")
				}
				seen[key] = true
				a.Close()
				b.Close()
			}
		})
	}
}

// TestVFlag: the answer comes whatever the flag says.
func TestVFlag(t *testing.T) {
	p := newPair(t, nil, ecdh.X25519())
	for _, v := range []bool{false, true} {
		offer := usualOffer()
		offer.Verification = v
		message, pending := p.start(t, offer)
		if !pending.AwaitsAnswer() || parse(t, message, p.groups...).Header.V != v {
			t.Errorf("V is %v", !v)
		}
		if _, err := pending.Finish(nil); err == nil {
			t.Error("an exchange without answer")
		}
		answer, b := p.respond(t, message)
		a, err := pending.Finish(answer)
		if err != nil {
			t.Fatal(err)
		}
		same(t, a, b)
	}
}

func TestNew(t *testing.T) {
	for name, groups := range map[string][]mikey.KeyAgreement{
		"nil":        {nil},
		"one number": {ecdh.X25519(), ecdh.P256().WithNumber(244)},
	} {
		_, err := dhhmac.New(testSecret, groups...)
		refused(t, err, mikey.Usage, none)
		_, err = dhhmac.Lookup(func(_, _ mikey.ID) []byte { return testSecret }, groups...)
		refused(t, err, mikey.Usage, none)
		t.Log(name, err)
	}
	_, err := dhhmac.New(nil)
	refused(t, err, mikey.Usage, none)
	_, err = dhhmac.Lookup(nil)
	refused(t, err, mikey.Usage, none)

	// The mode keeps copies.
	secret, groups := bytes.Clone(testSecret), []mikey.KeyAgreement{ecdh.X25519()}
	mode, err := dhhmac.New(secret, groups...)
	if err != nil {
		t.Fatal(err)
	}
	clear(secret)
	groups[0] = ecdh.P256()
	p := newPair(t, nil, ecdh.X25519())
	if p.initiator, err = mikey.NewInitiator(mode, &mikey.Config{ID: alice, Peer: bob, Now: at(testNow)}); err != nil {
		t.Fatal(err)
	}
	p.run(t, usualOffer())
}

// TestLookup: each pair of parties has its own secret, and the lookup sees who they
// are, also in updates.
func TestLookup(t *testing.T) {
	carol := mikey.URI("sip:carol@example.com")
	secrets := map[[2]mikey.ID][]byte{{alice, bob}: []byte("one"), {carol, bob}: []byte("two")}
	mode, err := dhhmac.Lookup(func(i, r mikey.ID) []byte { return secrets[[2]mikey.ID{i, r}] }, ecdh.X25519())
	if err != nil {
		t.Fatal(err)
	}
	responder, err := mikey.NewResponder(&mikey.Config{ID: bob, Now: at(testNow)}, mode)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []mikey.ID{alice, carol} {
		initiator, err := mikey.NewInitiator(mode, &mikey.Config{ID: id, Peer: bob, Now: at(testNow)})
		if err != nil {
			t.Fatal(err)
		}
		p := &pair{initiator: initiator, responder: responder}
		a, b := p.run(t, usualOffer())
		if b.Peer() != id {
			t.Errorf("peer %v, not %v", b.Peer(), id)
		}
		message, pending, err := p.initiator.Update(a, mikey.Offer{Keys: []mikey.KeyData{{}}})
		p.finish(t, message, pending, err)
	}
	eve, err := mikey.NewInitiator(mode, &mikey.Config{ID: mikey.URI("sip:eve@example.com"), Peer: bob})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = eve.Start(usualOffer())
	refused(t, err, mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	// Alice's secret does not make her Carol.
	m, r := requestOf(t, ecdh.X25519())
	m.payloads[2] = refID(carol)
	refusedAt(t, responder, m.octets([]byte("one"), r), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	// A responder without an identity of its own takes both IDs as they come.
	anybody, err := mikey.NewResponder(&mikey.Config{Now: at(testNow)}, mode)
	if err != nil {
		t.Fatal(err)
	}
	m, r = requestOf(t, ecdh.X25519())
	if _, err := anybody.Receive(m.octets([]byte("one"), r)); err != nil {
		t.Error(err)
	}
}

// TestKeys: what an offer may say of the key is its validity.
func TestKeys(t *testing.T) {
	p := newPair(t, nil, ecdh.X25519())
	for _, keys := range [][]mikey.KeyData{
		{{}, {}},
		{{Key: make([]byte, 16)}},
		{{KeyType: mikey.TEK}},
		{{KeyType: mikey.TGKSalt}},
	} {
		offer := usualOffer()
		offer.Keys = keys
		_, _, err := p.initiator.Start(offer)
		refused(t, err, mikey.Usage, none)
	}
	offer := usualOffer()
	offer.Keys = []mikey.KeyData{{Validity: mikey.SPI([]byte{7, 7})}}
	a, _ := p.run(t, offer)
	if k := masterKey(t, a, 1); !bytes.Equal(k.Validity.SPI, []byte{7, 7}) {
		t.Errorf("validity %v", k.Validity)
	}
}

// TestAllSuites: keys and salts have the lengths of their policies.
func TestAllSuites(t *testing.T) {
	p := newPair(t, nil, ecdh.X25519())
	for _, suite := range []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80, mikey.AES_CM_128_HMAC_SHA1_32, mikey.AEAD_AES_128_GCM, mikey.AEAD_AES_256_GCM} {
		offer := usualOffer()
		offer.Policies = []mikey.SecurityPolicy{suite.Policy(0)}
		a, _ := p.run(t, offer)
		want := suite.SRTP()
		if k := masterKey(t, a, 2); len(k.Key) != int(want.EncrKeyLen) || len(k.Salt) != int(want.SaltLen) {
			t.Errorf("%v: %v, a salt of %d", suite, k, len(k.Salt))
		}
	}
}

// TestDraftECC: two parties that both use the draft's numbers understand each
// other, and others do not.
func TestDraftECC(t *testing.T) {
	for _, g := range ecdh.DraftECC() {
		message, _ := newPair(t, nil, g).start(t, usualOffer())
		all := slices.Concat(ecdh.All(), ecdh.DraftECC())
		if dh, _ := mikey.PayloadOf[*mikey.DH](parse(t, message, all...)); dh.Group != g.Group() {
			t.Errorf("group %v, want %v", dh.Group, g.Group())
		}
		newPair(t, nil, all...).respond(t, message)
		refusedAt(t, newPair(t, nil, ecdh.All()...).responder, message, mikey.Unsupported, int(mikey.ErrorInvalidDH))
	}
}
