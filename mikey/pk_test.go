//lint:file-ignore SA1019 RFC 3830, Section 4.2.5, makes PKCS #1 v1.5 encryption mandatory.

package mikey_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// TestR3830_091_PKELayout: HDR, T, RAND, [IDi|CERTi], [IDr], {SP}, KEMAC,
// [CHASH], PKE, SIGNi, and HDR, T, [IDr], V.
func TestR3830_091_PKELayout(t *testing.T) {
	p := newCertPair(t, modePK, func(p *certPair) { p.ax.CertHash = true })
	message, pending := p.start(t, exOffer())
	want := []mikey.PayloadType{
		mikey.TPayload, mikey.RANDPayload, mikey.IDPayload, mikey.CERTPayload, mikey.IDPayload, mikey.SPPayload,
		mikey.KEMACPayload, mikey.CHASHPayload, mikey.PKEPayload, mikey.SIGNPayload,
	}
	if got := exTypes(t, message); !equalTypes(got, want) {
		t.Errorf("request %v, want %v", got, want)
	}
	answer, _ := p.respond(t, message)
	want = []mikey.PayloadType{mikey.TPayload, mikey.IDPayload, mikey.VPayload}
	if got := exTypes(t, answer); !equalTypes(got, want) {
		t.Errorf("answer %v, want %v", got, want)
	}
	p.finish(t, pending, answer)
}

func equalTypes(a, b []mikey.PayloadType) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// badEnvelopes are messages of Alice with something wrong in KEMAC or PKE.
func badEnvelopes() []certBad {
	auth, malformed, policy, unsupported := mikey.AuthFailure, mikey.Malformed, mikey.Policy, mikey.Unsupported
	authFailure, unspecified := code(mikey.ErrorAuthFailure), code(mikey.ErrorUnspecified)
	invalidEA, invalidMAC := code(mikey.ErrorInvalidEA), code(mikey.ErrorInvalidMAC)
	inner := func(p refPayload) func(*refCert) { return func(e *refCert) { e.inner = &p } }
	return []certBad{
		{name: "inner identity of somebody else", edit: inner(refURI(carolURI)), stage: auth, code: authFailure},
		{name: "inner identity of the receiver", edit: inner(refURI(bobURI)), stage: auth, code: authFailure},
		{name: "inner identity of another type", edit: inner(refID(aliceURI)), stage: auth, code: authFailure},
		{name: "empty inner identity", edit: inner(refURI("")), stage: auth, code: authFailure},
		// A key data sub-payload of a TGK reads as an identity.
		{name: "no inner identity", edit: func(e *refCert) { e.noInner = true }, stage: auth, code: authFailure},
		{
			name: "no identity at all", setup: func(p *certPair) { p.bx.AllowMissingIDs = true },
			edit: func(e *refCert) { e.noInner, e.omitIDs = true, true }, stage: auth, code: authFailure,
		},
		{name: "no keys", edit: func(e *refCert) { e.keys = nil }, stage: malformed, code: unspecified},
		{name: "nothing in the KEMAC", edit: func(e *refCert) { e.plain = []byte{} }, stage: malformed, code: unspecified},
		{name: "key data cut off", edit: func(e *refCert) { e.plain = append([]byte{20}, refURI(aliceURI).body...) }, stage: malformed, code: unspecified},
		{
			name: "two inner identities", edit: func(e *refCert) {
				id := refURI(aliceURI).body
				e.plain = append(append(append(append([]byte{6}, id...), 20), id...), e.keyData()...)
			}, stage: malformed, code: unspecified,
		},
		{name: "MAC over the next payload", edit: func(e *refCert) { e.macNext = 1 }, stage: auth, code: authFailure},
		{name: "MAC of another key", edit: func(e *refCert) {
			other := *e
			other.psk = refCount(16, 0x99)
			e.pke = other.pkePayload()[2:]
		}, stage: auth, code: authFailure},
		{name: "NULL encryption", edit: func(e *refCert) { e.encr = 0 }, stage: policy, code: invalidEA},
		{name: "NULL MAC", edit: func(e *refCert) { e.mac = 0 }, stage: policy, code: invalidMAC},
		{name: "NULL and NULL", edit: func(e *refCert) { e.encr, e.mac = 0, 0 }, stage: policy, code: invalidEA},
		{name: "encryption 9", edit: func(e *refCert) { e.encr = 9 }, stage: unsupported, code: invalidEA},
		{name: "MAC 9", edit: func(e *refCert) { e.mac = 9 }, stage: unsupported, code: invalidMAC},
		{name: "cache type 3", edit: func(e *refCert) { e.cache = 3 }, stage: unsupported, code: unspecified},
		{name: "PKE without octets", edit: func(e *refCert) { e.pke = []byte{} }, stage: malformed, code: unspecified},
		{name: "PKE of another length", edit: func(e *refCert) { e.pke = make([]byte, 255) }, stage: malformed, code: unspecified},
		{name: "PKE of a larger key", edit: func(e *refCert) { e.pke = make([]byte, 384) }, stage: malformed, code: unspecified},
		{name: "PKE of random octets", edit: func(e *refCert) { e.pke = refCount(256, 1) }, stage: auth, code: authFailure},
		{name: "PKE of zeros", edit: func(e *refCert) { e.pke = make([]byte, 256) }, stage: auth, code: authFailure},
		{
			name: "PKE not below the modulus", edit: func(e *refCert) { e.pke = bytes.Repeat([]byte{0xff}, 256) },
			stage: auth, code: authFailure,
		},
		{name: "empty envelope key", edit: func(e *refCert) {
			var err error
			if e.pke, err = rsa.EncryptPKCS1v15(rand.Reader, &e.encrypt2.PublicKey, nil); err != nil {
				panic(err)
			}
			e.psk = refCount(16, 0)
		}, stage: auth, code: authFailure},
		{name: "OAEP that was not expected", edit: func(e *refCert) { e.oaep = true }, stage: auth, code: authFailure},
		{
			name: "PKCS #1 where OAEP was expected", setup: func(p *certPair) { p.ax.OAEP, p.bx.OAEP = true, true },
			stage: auth, code: authFailure, hopeless: true,
		},
		{name: "encrypted to somebody else", edit: func(e *refCert) { e.encrypt2 = rsaKey(2048, 4) }, stage: auth, code: authFailure},
		{name: "AES key wrap and NULL MAC", edit: func(e *refCert) { e.encr, e.mac = 2, 0 }, ok: true},
		{name: "AES key wrap with another key", edit: func(e *refCert) {
			e.encr, e.mac = 2, 0
			other := *e
			other.psk = refCount(16, 0x99)
			e.pke = other.pkePayload()[2:]
		}, stage: auth, code: authFailure},
		{name: "long envelope key", edit: func(e *refCert) { e.psk = refCount(200, 1) }, ok: true},
		{name: "envelope key of one octet", edit: func(e *refCert) { e.psk = []byte{7} }, ok: true},
	}
}

// TestR3830_085_BadEnvelopes: the encrypted identity and everything else in KEMAC
// and PKE.
func TestR3830_085_BadEnvelopes(t *testing.T) {
	tests := append(badEnvelopes(), []certBad{
		{name: "no PKE", edit: func(e *refCert) {
			e.editI = func(m *refMessage) { m.payloads = m.payloads[:len(m.payloads)-1] }
		}, stage: mikey.Malformed, code: code(mikey.ErrorUnspecified)},
		{name: "no KEMAC", edit: func(e *refCert) { e.noKEMAC = true }, stage: mikey.Malformed, code: code(mikey.ErrorUnspecified)},
		{name: "KEMAC behind PKE", edit: func(e *refCert) {
			e.editI = func(m *refMessage) {
				n := len(m.payloads)
				m.payloads[n-1], m.payloads[n-2] = m.payloads[n-2], m.payloads[n-1]
			}
		}, ok: true},
		{name: "no RAND", edit: func(e *refCert) { e.update = true }, stage: mikey.State, code: exNone},
		{name: "short RAND", edit: func(e *refCert) { e.rand = e.rand[:15] }, stage: mikey.Malformed, code: code(mikey.ErrorUnspecified)},
		{name: "DH payload", edit: func(e *refCert) {
			e.editI = insert(3, 3, append([]byte{2}, make([]byte, 129)...))
		}, stage: mikey.Malformed, code: code(mikey.ErrorUnspecified)},
		{name: "two keys with one SPI", edit: func(e *refCert) {
			k := refKey{key: refCount(16, 1), kvType: 1, kv: []byte{2, 1, 1}}
			e.keys = []refKey{k, k}
		}, stage: mikey.Malformed, code: code(mikey.ErrorUnspecified)},
		{name: "CHASH", edit: func(e *refCert) { e.chash = chash(0, testPairs()["bob 2048"]) }, ok: true},
		{name: "CHASH of SHA-256", edit: func(e *refCert) { e.chash = chash(8, testPairs()["bob 2048"]) }, ok: true},
		{name: "CHASH of somebody else", edit: func(e *refCert) { e.chash = chash(0, testPairs()["carol 2048"]) },
			stage: mikey.Unsupported, code: code(mikey.ErrorInvalidCert)},
		{name: "CHASH of MD5", edit: func(e *refCert) { e.chash = append([]byte{1}, make([]byte, 16)...) },
			stage: mikey.Unsupported, code: code(mikey.ErrorInvalidHA)},
		{name: "CHASH of an unknown hash", edit: func(e *refCert) { e.chash = []byte{99} },
			stage: mikey.Unsupported, code: code(mikey.ErrorInvalidHA)},
	}...)
	for i := range tests { // whatever number SHA-256 has
		if tests[i].name == "CHASH of SHA-256" {
			tests[i].edit = func(e *refCert) { e.chash = chash(byte(mikey.HashSHA256), testPairs()["bob 2048"]) }
		}
	}
	runBadRequests(t, modePK, tests)
}

func chash(f byte, pair mikey.KeyPair) []byte {
	der := pair.Chain[0].Raw
	if f == 0 {
		sum := sha1.Sum(der)
		return append([]byte{f}, sum[:]...)
	}
	sum := sha256.Sum256(der)
	return append([]byte{f}, sum[:]...)
}

// TestBleichenbacher: what is wrong with the padding of an envelope key, or with
// the MAC under one that is right, cannot be told apart by what the responder
// says.
func TestBleichenbacher(t *testing.T) {
	for _, algs := range [][2]byte{{1, 1}, {3, 2}, {2, 0}, {2, 1}} {
		for _, oaep := range []bool{false, true} {
			t.Run(fmt.Sprint(algs, oaep), func(t *testing.T) {
				p := newCertPair(t, modePK, func(p *certPair) { p.bx.OAEP = oaep })
				raw := func(padded []byte) []byte { // RSA without padding
					key := &p.bx.KeyPairs[0].Key.(*rsa.PrivateKey).PublicKey
					c := new(big.Int).Exp(new(big.Int).SetBytes(padded), big.NewInt(int64(key.E)), key.N)
					return c.FillBytes(make([]byte, key.Size()))
				}
				pad := func(first, second byte, zero int, filler byte) []byte {
					b := bytes.Repeat([]byte{filler}, 256)
					b[0], b[1] = first, second
					if zero > 0 {
						b[zero] = 0
					}
					return raw(b)
				}
				text, shape := "", ""
				for _, tt := range []struct {
					name string
					pke  []byte
				}{
					{"right padding, wrong key of 16 octets", pad(0, 2, 239, 0x55)},
					{"right padding, wrong key of 32 octets", pad(0, 2, 223, 0x55)},
					{"right padding, wrong key of one octet", pad(0, 2, 254, 0x55)},
					{"right padding, wrong key of 245 octets", pad(0, 2, 10, 0x55)},
					{"no octets behind the padding", pad(0, 2, 255, 0x55)},
					{"block type 1", pad(0, 1, 239, 0x55)},
					{"first octet not 0", pad(1, 2, 239, 0x55)},
					{"no zero octet", pad(0, 2, 0, 0x55)},
					{"padding of 7 octets", pad(0, 2, 9, 0x55)},
					{"zeros", make([]byte, 256)},
					{"one", raw([]byte{1})},
					{"random", refCount(256, 3)},
					{"not below the modulus", bytes.Repeat([]byte{0xff}, 256)},
				} {
					e := refCertDefault(modePK)
					e.encr, e.mac, e.pke = algs[0], algs[1], tt.pke
					err := p.refused(t, e.request(), mikey.AuthFailure, code(mikey.ErrorAuthFailure))
					m := exParse(t, err.Reply)
					got := fmt.Sprint(hex.EncodeToString(err.Reply), m.Header, exTypes(t, err.Reply))
					if text == "" {
						text, shape = err.Error(), got
					}
					if err.Error() != text {
						t.Errorf("%s: %q, want %q", tt.name, err, text)
					}
					if got != shape {
						t.Errorf("%s: reply %v, want %v", tt.name, got, shape)
					}
				}
				e := refCertDefault(modePK)
				e.encr, e.mac, e.oaep = algs[0], algs[1], oaep
				p.respond(t, e.request())
			})
		}
	}
}

// TestR3830_092_CacheTypes: C=0 forbids caching, C=1 and 2 keep the envelope key
// as long as the CSB, and 3 is not made.
func TestR3830_092_CacheTypes(t *testing.T) {
	for cache := mikey.NoCache; cache <= 3; cache++ {
		p := newCertPair(t, modePK, func(p *certPair) { p.cache = cache })
		if cache == 3 {
			offer := exOffer()
			offer.Cache = cache
			_, _, err := p.alice.Start(offer)
			exRefusedStage(t, err, mikey.Unsupported)
			continue
		}
		alice, bob := p.run(t, exOffer())
		if want := cache != mikey.NoCache; alice.CachesEnvelopeKey() != want || bob.CachesEnvelopeKey() != want {
			t.Errorf("%v: cached %v and %v", cache, alice.CachesEnvelopeKey(), bob.CachesEnvelopeKey())
		}
		message, _ := p.update(t, alice, mikey.Offer{})
		if got, want := exParse(t, message).Header.DataType, map[bool]mikey.DataType{true: mikey.PSKInit, false: mikey.PKInit}[cache != 0]; got != want {
			t.Errorf("%v: the update is a %v, want %v", cache, got, want)
		}
		bob.Close()
		if bob.CachesEnvelopeKey() {
			t.Errorf("%v: the key outlives the CSB", cache)
		}
		exRefused(t, receiveError(p.bob, message), mikey.State, exNone)
	}
}

// TestR3830_096_UpdateUnderTheEnvelopeKey: with a cached envelope key, updates
// are pre-shared key messages under it, both as the reference makes and as it
// takes them, and public-key messages are refused.
func TestR3830_096_UpdateUnderTheEnvelopeKey(t *testing.T) {
	for _, mode := range []certMode{modePK, modeRSAR} {
		for _, cache := range []mikey.CacheType{mikey.Cache, mikey.CacheForCSB} {
			t.Run(fmt.Sprint(mode.name, cache), func(t *testing.T) {
				p := newCertPair(t, mode, func(p *certPair) { p.cache = cache })
				message, pending := p.start(t, exOffer())
				answer, _ := p.respond(t, message)
				alice := p.finish(t, pending, answer)

				// The reference knows the envelope key.
				e := refCertDefault(mode)
				e.fromRequest(t, message)
				with := answer
				if mode.request == mikey.PKInit {
					with = message
				}
				envelope, _, err := e.openPKE(with, 256)
				if err != nil {
					t.Fatal(err)
				}

				psk := e.refExchange
				psk.psk, psk.update, psk.v, psk.extensions, psk.policies = envelope, true, true, nil, nil
				psk.encr, psk.mac = 1, 1
				psk.sessions = e.sessionsWith([]uint32{exSSRC + 1})
				asURIs := func(m *refMessage) {
					for i := range m.payloads {
						if m.payloads[i].number == 6 {
							m.payloads[i].body[0] = 1
						}
					}
				}
				psk.edit = asURIs

				// Alice's update, with a new key and without one.
				for _, keys := range [][]mikey.KeyData{{{Key: refCount(16, 0x77), Validity: mikey.SPI([]byte{1, 2})}}, nil} {
					next, pending := p.update(t, alice, mikey.Offer{Verification: true, Keys: keys})
					psk.ts = refTS(exT(t, next))
					psk.keys, psk.plain = nil, []byte{}
					if keys != nil {
						psk.keys, psk.plain = []refKey{{key: keys[0].Key, kvType: 1, kv: []byte{2, 1, 2}}}, nil
					}
					if want := psk.request(); !bytes.Equal(next, want) {
						t.Fatalf("update\n%x, want\n%x", next, want)
					}
					answer, updated := p.respond(t, next)
					if want := psk.response(psk.sessions, asURIs); !bytes.Equal(answer, want) {
						t.Fatalf("answer\n%x, want\n%x", answer, want)
					}
					before, bob := alice, updated
					alice = p.finish(t, pending, answer)
					exSame(t, alice, bob)
					if keys != nil {
						psk.checkKeys(t, "responder", bob, []int{16, 16})
					} else if !bytes.Equal(exKeys(t, alice, 1), exKeys(t, before, 1)) {
						t.Error("an update without keys changes the keys")
					}
					for _, s := range []*mikey.Session{alice, bob} {
						if !s.Authenticated() || !s.CachesEnvelopeKey() {
							t.Errorf("authenticated %v, cached %v", s.Authenticated(), s.CachesEnvelopeKey())
						}
					}
					if c := bob.PeerCertificates(); len(c) != 1 || !c[0].Equal(p.ax.KeyPairs[0].Chain[0]) {
						t.Errorf("the update loses the certificates of the peer: %d", len(c))
					}
				}

				// Updates of the reference that Bob refuses.
				psk.keys, psk.plain = []refKey{{key: refCount(16, 0x78)}}, nil
				last := exNextTS(psk.ts)
				for _, tt := range []struct {
					name  string
					edit  func(*refExchange)
					stage mikey.Stage
					code  int
				}{
					{"another key", func(x *refExchange) { x.psk = refCount(16, 0) }, mikey.AuthFailure, code(mikey.ErrorAuthFailure)},
					{"NULL and NULL", func(x *refExchange) { x.encr, x.mac = 0, 0 }, mikey.Policy, code(mikey.ErrorInvalidMAC)},
					{"NULL encryption", func(x *refExchange) { x.encr = 0 }, mikey.Policy, code(mikey.ErrorInvalidEA)},
					{"RAND", func(x *refExchange) { x.update = false }, mikey.State, exNone},
					{"another CSB ID", func(x *refExchange) { x.csbID++ }, mikey.State, exNone},
					{"T of before", func(x *refExchange) { x.ts = psk.ts }, mikey.Replay, exNone},
					{"from Carol", func(x *refExchange) { x.idI = carolURI }, mikey.State, exNone},
				} {
					bad := psk
					bad.ts = last
					tt.edit(&bad)
					err := receiveError(p.bob, bad.request())
					if err == nil {
						t.Fatalf("%s: the update is accepted", tt.name)
					}
					exRefused(t, err, tt.stage, tt.code)
				}

				// A public-key update, which must not be.
				if mode.request == mikey.PKInit {
					up := refCertDefault(modePK)
					up.update, up.csbID, up.rand, up.policies, up.ts = true, e.csbID, e.rand, nil, last
					up.sessions = psk.sessions
					exRefused(t, receiveError(p.bob, up.request()), mikey.State, exNone)
				}

				psk.ts = last
				answer, bob := p.respond(t, psk.request())
				if want := psk.response(psk.sessions, asURIs); !bytes.Equal(answer, want) {
					t.Fatalf("answer\n%x, want\n%x", answer, want)
				}
				psk.checkKeys(t, "responder", bob, []int{16, 16})
			})
		}
	}
}

// exNextTS is a timestamp a little later.
func exNextTS(ts []byte) []byte {
	next := bytes.Clone(ts)
	next[3]++
	return next
}

// TestUpdateNamesOnlyTheResponder: an update may leave IDi out (RFC 3830, Section
// 4.5), also where the responder's identity is that of its certificate.
func TestUpdateNamesOnlyTheResponder(t *testing.T) {
	p := newCertPair(t, modePK, func(p *certPair) { p.cache = mikey.Cache })
	message, pending := p.start(t, exOffer())
	answer, _ := p.respond(t, message)
	p.finish(t, pending, answer)
	e := refCertDefault(modePK)
	e.fromRequest(t, message)
	envelope, _, err := e.openPKE(message, 256)
	if err != nil {
		t.Fatal(err)
	}
	psk := e.refExchange
	psk.psk, psk.update, psk.v, psk.policies, psk.encr, psk.mac = envelope, true, true, nil, 1, 1
	psk.keys, psk.ts = []refKey{{key: refCount(16, 3)}}, exNextTS(psk.ts)
	psk.sessions = e.sessionsWith([]uint32{exSSRC + 1})
	psk.omitIDs = true
	psk.edit = func(m *refMessage) { m.payloads = append(m.payloads, refURI(bobURI)) }
	_, s := p.respond(t, psk.request())
	psk.checkKeys(t, "responder", s, []int{16, 16})
	if s.Peer() != mikey.URI(aliceURI) {
		t.Errorf("peer %v", s.Peer())
	}
}

// TestR3830_096_NoCachedKey: a pre-shared key message where no envelope key is
// cached.
func TestR3830_096_NoCachedKey(t *testing.T) {
	for _, mode := range certModes {
		p := newCertPair(t, mode, nil)
		message, pending := p.start(t, exOffer())
		answer, _ := p.respond(t, message)
		p.finish(t, pending, answer)
		for _, update := range []bool{true, false} {
			psk := exReference(true)
			psk.idI, psk.idR, psk.ts, psk.update = aliceURI, bobURI, refNTP(testNow.Add(time.Second)), update
			psk.edit = func(m *refMessage) {
				for i := range m.payloads {
					if m.payloads[i].number == 6 {
						m.payloads[i].body[0] = 1
					}
				}
			}
			if update {
				psk.csbID = pending.CSBID()
			}
			err := receiveError(p.bob, psk.request())
			if mode.request == mikey.DHInit { // it never caches one
				exRefused(t, err, mikey.Unsupported, code(mikey.ErrorInvalidDT))
				continue
			}
			exRefused(t, err, mikey.State, exNone)
		}
	}
}

// TestR3830_097_UpdateBringsNewPKE: without a cached key, an update has a new PKE
// and proves with it that the responder has it.
func TestR3830_097_UpdateBringsNewPKE(t *testing.T) {
	p := newCertPair(t, modePK, nil)
	message, pending := p.start(t, exOffer())
	answer, _ := p.respond(t, message)
	alice := p.finish(t, pending, answer)
	open := func(message []byte) []byte {
		e := refCertDefault(modePK)
		key, _, err := e.openPKE(message, 256)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	last := open(message)
	for _, keys := range [][]mikey.KeyData{nil, {{Validity: mikey.SPI([]byte{7})}}, nil} {
		next, pending := p.update(t, alice, mikey.Offer{Verification: true, Keys: keys})
		m := exParse(t, next)
		if m.Header.CSBID != alice.CSBID() || m.Header.DataType != mikey.PKInit {
			t.Errorf("update %v", m)
		}
		if _, ok := mikey.PayloadOf[*mikey.Rand](m); ok {
			t.Error("the update has a RAND")
		}
		if exT(t, next) == exT(t, message) {
			t.Error("the update has the T of before")
		}
		key := open(next)
		if bytes.Equal(key, last) {
			t.Error("the envelope key is that of before")
		}
		last = key
		// R-3830-098: the KEMAC has the identity even without keys.
		e := refCertDefault(modePK)
		e.fromRequest(t, message)
		up := *e
		up.psk, up.ts, up.update = key, refTS(exT(t, next)), true
		_, up.pke, _ = e.openPKE(next, 256)
		up.policies, up.keys = nil, nil
		up.sessions = e.sessionsWith([]uint32{exSSRC + 1})
		if keys == nil {
			if want := up.request(); !bytes.Equal(next, want) {
				t.Errorf("update\n%x, want\n%x", next, want)
			}
		}
		answer, bob2 := p.respond(t, next)
		if want := up.verification(up.sessions, false); !bytes.Equal(answer, want) {
			t.Errorf("answer\n%x, want\n%x", answer, want)
		}
		alice2 := p.finish(t, pending, answer)
		exSame(t, alice2, bob2)
		if same := bytes.Equal(exKeys(t, alice, 1), exKeys(t, alice2, 1)); same != (keys == nil) {
			t.Errorf("the keys stayed: %v", same)
		}
		if c := bob2.PeerCertificates(); len(c) != 1 || !c[0].Equal(p.ax.KeyPairs[0].Chain[0]) {
			t.Errorf("%d certificates", len(c))
		}
		alice = alice2
	}
}

// TestR3830_098_UpdateWithoutKeys: the reference's updates without keys, with
// and without KEMAC.
func TestR3830_098_UpdateWithoutKeys(t *testing.T) {
	p := newCertPair(t, modePK, nil)
	first := refCertDefault(modePK)
	_, bob := p.respond(t, first.request())
	keys := exKeys(t, bob, 1)
	ts := first.ts
	update := func(edit func(*refCert)) *refCert {
		e := refCertDefault(modePK)
		e.update, e.policies, e.keys, e.extensions, e.ts = true, nil, nil, nil, ts
		e.psk = refCount(16, 0x5f)
		if edit != nil {
			edit(e)
		}
		return e
	}
	for _, tt := range []struct {
		name  string
		edit  func(*refCert)
		stage mikey.Stage // 0: accepted
		code  int
	}{
		{name: "KEMAC with the identity"},
		{name: "no KEMAC", edit: func(e *refCert) { e.noKEMAC = true }},
		// Section 4.5: it is that of the first message.
		{name: "no certificate", edit: func(e *refCert) { e.certsI = nil }},
		{name: "no KEMAC, no certificate", edit: func(e *refCert) { e.noKEMAC, e.certsI = true, nil }},
		{name: "no IDs", edit: func(e *refCert) { e.omitIDs = true }},
		{name: "KEMAC without the identity", edit: func(e *refCert) { e.plain = []byte{} }, stage: mikey.Malformed, code: code(mikey.ErrorUnspecified)},
		{name: "KEMAC with another identity", edit: func(e *refCert) { p := refURI(carolURI); e.inner = &p },
			stage: mikey.AuthFailure, code: code(mikey.ErrorAuthFailure)},
		{name: "no PKE", edit: func(e *refCert) {
			e.editI = func(m *refMessage) { m.payloads = m.payloads[:len(m.payloads)-1] }
		}, stage: mikey.Malformed, code: code(mikey.ErrorUnspecified)},
		{name: "another PRF", edit: func(e *refCert) { e.prf = 1 }, stage: mikey.Malformed, code: code(mikey.ErrorInvalidPRF)},
		{name: "from Carol", edit: func(e *refCert) {
			withCert(func() mikey.KeyPair { return testPairs()["carol 2048"] }, 0)(e)
			e.idI = carolURI
		}, stage: mikey.State, code: exNone},
		{name: "from Carol, without IDs", edit: func(e *refCert) {
			withCert(func() mikey.KeyPair { return testPairs()["carol 2048"] }, 0)(e)
			e.omitIDs = true
		}, stage: mikey.AuthFailure, code: code(mikey.ErrorAuthFailure)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ts = exNextTS(ts)
			e := update(tt.edit)
			if tt.stage != 0 {
				p.refused(t, e.request(), tt.stage, tt.code)
				return
			}
			answer, s := p.respond(t, e.request())
			if want := e.verification(e.sessions, false); !bytes.Equal(answer, want) {
				t.Errorf("answer\n%x, want\n%x", answer, want)
			}
			if !bytes.Equal(exKeys(t, s, 1), keys) {
				t.Error("the keys changed")
			}
		})
	}
}

// TestSeveralCertificates: CHASH says to which certificate of the responder the
// message is encrypted (RFC 3830, Section 3.2).
func TestSeveralCertificates(t *testing.T) {
	second := testPKI().certificate(bobURI, 3072, 2, nil)
	for _, hash := range []bool{true, false} {
		p := newCertPair(t, modePK, func(p *certPair) {
			p.bx.KeyPairs = append(p.bx.KeyPairs, second)
			p.ax.Peer, p.ax.CertHash = second.Chain[0], hash
		})
		message, pending := p.start(t, exOffer())
		if !hash { // the first certificate is meant
			p.refused(t, message, mikey.Malformed, code(mikey.ErrorUnspecified))
			continue
		}
		answer, bob := p.respond(t, message)
		exSame(t, p.finish(t, pending, answer), bob)
	}
}

// TestRecipient: the initiator does not encrypt keys to a certificate that is not
// the responder's, not valid, not for it, or too weak. The program vouches for
// X509.Peer, so that no root has to.
func TestRecipient(t *testing.T) {
	for _, tt := range []struct {
		name  string
		edit  func(*certPair)
		stage mikey.Stage
	}{
		{"none", func(p *certPair) { p.ax.Peer = nil }, mikey.Usage},
		{"expired", func(p *certPair) {
			p.ax.Peer = testPKI().certificate(bobURI, 2048, 2, func(c *x509.Certificate) { c.NotAfter = testNow.Add(-time.Second) }).Chain[0]
		}, mikey.AuthFailure},
		{"not yet valid", func(p *certPair) {
			p.ax.Peer = testPKI().certificate(bobURI, 2048, 2, func(c *x509.Certificate) { c.NotBefore = testNow.Add(time.Second) }).Chain[0]
		}, mikey.AuthFailure},
		{"for signatures only", func(p *certPair) {
			p.ax.Peer = testPKI().certificate(bobURI, 2048, 2, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }).Chain[0]
		}, mikey.AuthFailure},
		{"1024 bits", func(p *certPair) { p.ax.Peer = testPairs()["bob 1024"].Chain[0] }, mikey.Policy},
		{"revoked", func(p *certPair) {
			p.ax.Revoked = func([]*x509.Certificate) error { return errors.New("key compromise") }
		}, mikey.AuthFailure},
		{"of somebody else", func(p *certPair) {
			p.ax.Peer, p.iConfig.Peer = testPairs()["carol 2048"].Chain[0], mikey.URI(bobURI)
		}, mikey.AuthFailure},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newCertPair(t, modePK, tt.edit)
			if p.ax.Peer == nil {
				p.ax.Roots = testPKI().roots
			}
			_, _, err := p.alice.Start(exOffer())
			if err == nil {
				t.Fatal("the keys are sent")
			}
			exRefusedStage(t, err, tt.stage)
		})
	}
}

// TestBadVerificationMessages: what Alice does not take for Bob's answer.
func TestBadVerificationMessages(t *testing.T) {
	p := newCertPair(t, modePK, nil)
	message, pending := p.start(t, exOffer())
	right, bob := p.respond(t, message)
	reference := func() *refCert {
		e := refCertDefault(modePK)
		e.fromRequest(t, message)
		var err error
		if e.psk, _, err = e.openPKE(message, 256); err != nil {
			t.Fatal(err)
		}
		return e
	}
	for _, tt := range []struct {
		name  string
		edit  func(*refCert)
		bend  func([]byte) []byte
		stage mikey.Stage
		code  int
	}{
		{name: "another envelope key", edit: func(e *refCert) { e.psk = refCount(16, 1) }, stage: mikey.AuthFailure, code: exNone},
		{name: "another responder", edit: func(e *refCert) { e.idR = carolURI }, stage: mikey.Policy, code: code(mikey.ErrorAuthFailure)},
		{name: "another IDi under V", edit: func(e *refCert) { e.idI = carolURI }, stage: mikey.AuthFailure, code: exNone},
		{name: "no IDs under V", edit: func(e *refCert) {
			e.idI = ""
		}, stage: mikey.AuthFailure, code: exNone},
		{name: "T", edit: func(e *refCert) { e.ts = exNextTS(e.ts) }, stage: mikey.State, code: exNone},
		{name: "CSB ID", edit: func(e *refCert) { e.csbID++ }, stage: mikey.State, code: exNone},
		{name: "NULL V", bend: func(b []byte) []byte { b[len(b)-21] = 0; return b[:len(b)-20] }, stage: mikey.Policy, code: exNone},
		{name: "V of another algorithm", edit: func(e *refCert) { e.mac = 2 }, stage: mikey.Policy, code: exNone},
		{name: "answer to a pre-shared key message", edit: func(e *refCert) { e.editR = func(m *refMessage) { m.dataType = 1 } }, stage: mikey.State, code: exNone},
		{name: "CERT", edit: func(e *refCert) { e.editR = insert(2, 7, e.certsR[0]) }, stage: mikey.Malformed, code: code(mikey.ErrorUnspecified)},
		{name: "MAC", bend: func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, stage: mikey.AuthFailure, code: exNone},
		{name: "reflected request", bend: func([]byte) []byte { return message }, stage: mikey.State, code: exNone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := reference()
			if tt.edit != nil {
				tt.edit(e)
			}
			wrong := e.verification(e.sessionsWith([]uint32{exSSRC + 1}), false)
			if tt.bend != nil {
				wrong = tt.bend(wrong)
			}
			s, err := pending.Finish(wrong)
			if err == nil || s != nil {
				t.Fatal("the answer is accepted")
			}
			exRefused(t, err, tt.stage, tt.code)
		})
	}
	e := reference()
	if want := e.verification(e.sessionsWith([]uint32{exSSRC + 1}), false); !bytes.Equal(right, want) {
		t.Errorf("answer\n%x, want\n%x", right, want)
	}
	exSame(t, p.finish(t, pending, right), bob)
}

// TestReplayAndReflection: in all modes, a request counts once and not at the
// party that sent it.
func TestReplayAndReflection(t *testing.T) {
	for _, mode := range certModes {
		t.Run(mode.name, func(t *testing.T) {
			p := newCertPair(t, mode, nil)
			message, pending := p.start(t, exOffer())
			x := *p.ax
			x.Peer = nil
			own := exResponder(t, &mikey.Config{Now: p.clock.now, Bundles: p.iConfig.Bundles}, mode.mode(t, &x))
			exRefused(t, receiveError(own, message), mikey.Policy, code(mikey.ErrorAuthFailure))

			received, err := p.bob.Receive(message)
			if err != nil {
				t.Fatal(err)
			}
			// Before and after the answer.
			exRefused(t, receiveError(p.bob, message), mikey.Replay, exNone)
			answer, _, err := received.Accept(exSSRC)
			if err != nil {
				t.Fatal(err)
			}
			exRefused(t, receiveError(p.bob, message), mikey.Replay, exNone)
			exRefused(t, receiveError(p.bob, answer), mikey.State, exNone)
			p.finish(t, pending, answer)
			// Carol is not Bob, whom the message is for.
			carol := testPairs()["carol 2048"]
			x = *p.bx
			x.KeyPairs = []mikey.KeyPair{carol}
			other := exResponder(t, &mikey.Config{Now: p.clock.now}, mode.mode(t, &x))
			exRefused(t, receiveError(other, message), mikey.Policy, code(mikey.ErrorAuthFailure))
		})
	}
}

// TestR3830_112_NoGroups: Diffie-Hellman makes no group keys, and only RSA-R lets
// an initiator join a group.
func TestR3830_112_NoGroups(t *testing.T) {
	for _, mode := range []certMode{modePK, modeDH} {
		p := newCertPair(t, mode, nil)
		_, _, err := p.alice.Start(mikey.Offer{JoinGroup: true})
		exRefusedStage(t, err, mikey.Usage)
	}
}

// TestTruncatedCertMessages cuts each type of message after every octet.
func TestTruncatedCertMessages(t *testing.T) {
	for _, mode := range certModes {
		t.Run(mode.name, func(t *testing.T) {
			p := newCertPair(t, mode, nil)
			message, pending := p.start(t, exOffer())
			for n := range message {
				p.refused(t, message[:n], mikey.Malformed, code(mikey.ErrorUnspecified))
			}
			answer, bob := p.respond(t, message)
			for n := range answer {
				_, err := pending.Finish(answer[:n])
				if err == nil {
					t.Fatalf("an answer of %d octets is accepted", n)
				}
				exRefused(t, err, mikey.Malformed, code(mikey.ErrorUnspecified))
			}
			exSame(t, p.finish(t, pending, answer), bob)
		})
	}
}

// TestR3830_070_SignatureCoversEveryBit flips every bit of each type of message.
func TestR3830_070_SignatureCoversEveryBit(t *testing.T) {
	step := 1
	switch {
	case raceEnabled || testing.Short():
		step = 11
	}
	flip := func(b []byte, bit int) []byte {
		b = bytes.Clone(b)
		b[bit/8] ^= 0x80 >> (bit % 8)
		return b
	}
	for _, mode := range certModes {
		for _, scheme := range []mikey.SignatureScheme{mikey.SignatureRSASHA256, mikey.SignaturePSSSHA256} {
			t.Run(fmt.Sprint(mode.name, scheme), func(t *testing.T) {
				p := newCertPair(t, mode, func(p *certPair) {
					p.ax.Signature, p.bx.Signature = scheme, scheme
					p.rConfig.AllowCounter, p.rConfig.InsecureIgnoreSkew = true, true
					p.iConfig.Libmikey.AcceptT = false
				})
				offer := exOffer()
				offer.Extensions = []mikey.GeneralExtension{mikey.SDPIDs("mikey")}
				message, pending := p.start(t, offer)
				for bit := 0; bit < 8*len(message); bit += step {
					if received, err := p.bob.Receive(flip(message, bit)); err == nil || received != nil {
						t.Fatalf("request: bit %d of octet %d makes no difference", bit%8, bit/8)
					}
				}
				if p.replay.records != 0 {
					t.Error("a changed message is in the replay cache")
				}
				answer, bob := p.respond(t, message)
				for bit := 0; bit < 8*len(answer); bit += step {
					if s, err := pending.Finish(flip(answer, bit)); err == nil || s != nil {
						t.Fatalf("answer: bit %d of octet %d makes no difference", bit%8, bit/8)
					}
				}
				exSame(t, p.finish(t, pending, answer), bob)
			})
		}
	}
}
