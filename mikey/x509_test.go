package mikey_test

import (
	"bytes"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// A constReader is a random source that always gives the same.
type constReader []byte

func (r constReader) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = r[i%len(r)]
	}
	return len(b), nil
}

// A certBad is a message with one thing wrong.
type certBad struct {
	name     string
	setup    func(*certPair) // what the receiver is like
	edit     func(*refCert)
	bend     func([]byte) []byte
	stage    mikey.Stage
	code     int
	ok       bool // the message is right
	hopeless bool // the receiver does not take the right message either
}

func code(c mikey.ErrorCode) int { return int(c) }

// runBadRequests: each message is refused at its stage, with its number, and
// leaves nothing behind: the right message, of the same CSB, is taken
// afterwards.
func runBadRequests(t *testing.T, mode certMode, tests []certBad) {
	t.Helper()
	for _, tt := range tests {
		t.Run(mode.name+"/"+tt.name, func(t *testing.T) {
			p := newCertPair(t, mode, func(p *certPair) {
				p.rConfig.Rand = constReader(refCertDefault(mode).xr)
				if tt.setup != nil {
					tt.setup(p)
				}
			})
			e := refCertDefault(mode)
			if tt.edit != nil {
				tt.edit(e)
			}
			message := e.request()
			if tt.bend != nil {
				message = tt.bend(message)
			}
			if tt.ok {
				_, s := p.respond(t, message)
				if mode.request != mikey.RSARInit {
					e.checkKeys(t, "responder", s, []int{16})
				}
				return
			}
			err := p.refused(t, message, tt.stage, tt.code)
			if err.Reply != nil {
				m := exParse(t, err.Reply)
				if m.Header.DataType != mikey.ErrorMessage || m.Header.CSBID != e.csbID || m.Header.V {
					t.Errorf("reply %v", m)
				}
			}
			if tt.hopeless {
				return
			}
			good := refCertDefault(mode)
			answer, s := p.respond(t, good.request())
			switch mode.request {
			case mikey.PKInit:
				good.checkKeys(t, "responder", s, []int{16})
				if want := good.verification(good.sessions, false); !bytes.Equal(answer, want) {
					t.Errorf("answer %x, want %x", answer, want)
				}
			case mikey.DHInit:
				good.checkKeys(t, "responder", s, []int{16})
			}
		})
	}
}

// withCert returns what gives the initiator a certificate.
func withCert(pair func() mikey.KeyPair, certType byte) func(*refCert) {
	return func(e *refCert) {
		k := pair()
		e.certsI = nil
		for _, c := range k.Chain {
			e.certsI = append(e.certsI, refCertBody(certType, c.Raw))
		}
		e.signI = k.Key.(*rsa.PrivateKey)
		if e.dataType == 9 {
			e.encrypt2 = e.signI
		}
	}
}

func aliceCert(change func(*x509.Certificate)) func() mikey.KeyPair {
	return func() mikey.KeyPair { return testPKI().certificate(aliceURI, 2048, 1, change) }
}

// badCertificates are those of messages of Alice to Bob in any mode.
func badCertificates() []certBad {
	auth, policy, malformed, unsupported := mikey.AuthFailure, mikey.Policy, mikey.Malformed, mikey.Unsupported
	invalidCert, authFailure := code(mikey.ErrorInvalidCert), code(mikey.ErrorAuthFailure)
	pss := func(salt int) func([]byte, *rsa.PrivateKey) []byte {
		return func(covered []byte, key *rsa.PrivateKey) []byte {
			sum := sha256.Sum256(covered)
			s, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: salt})
			if err != nil {
				panic(err)
			}
			return s
		}
	}
	return []certBad{
		{name: "right", ok: true},
		{name: "X.509v3 Sign", edit: withCert(aliceCert(nil), 2), ok: true},
		{name: "chain of 2", edit: withCert(func() mikey.KeyPair { return testPKI().chain(aliceURI, 2048, 1, 1) }, 0), ok: true},
		{name: "chain of 8", edit: withCert(func() mikey.KeyPair { return testPKI().chain(aliceURI, 2048, 1, 7) }, 0), ok: true},
		{
			name: "chain of 9", edit: withCert(func() mikey.KeyPair { return testPKI().chain(aliceURI, 2048, 1, 8) }, 0),
			stage: malformed, code: code(mikey.ErrorUnspecified),
		},
		{
			name: "intermediate left out", edit: func(e *refCert) {
				withCert(func() mikey.KeyPair { return testPKI().chain(aliceURI, 2048, 1, 1) }, 0)(e)
				e.certsI = e.certsI[:1]
			}, stage: auth, code: invalidCert,
		},
		{
			name: "intermediate before the certificate", edit: func(e *refCert) {
				withCert(func() mikey.KeyPair { return testPKI().chain(aliceURI, 2048, 1, 1) }, 0)(e)
				e.certsI[0], e.certsI[1] = e.certsI[1], e.certsI[0]
			}, stage: auth, code: invalidCert,
		},
		{
			name: "certified by one who is no authority", edit: func(e *refCert) {
				above := testPairs()["carol 2048"]
				leaf := mustCert(certTemplate(aliceURI, 9), above.Chain[0], &e.signI.PublicKey, above.Key.(crypto.Signer))
				e.certsI = [][]byte{refCertBody(0, leaf.Raw), refCertBody(0, above.Chain[0].Raw)}
			}, stage: auth, code: invalidCert,
		},
		{
			name: "signed with another key", edit: func(e *refCert) { e.signI = rsaKey(2048, 4) },
			stage: auth, code: authFailure,
		},
		{
			name: "expired", edit: withCert(aliceCert(func(c *x509.Certificate) { c.NotAfter = testNow.Add(-time.Second) }), 0),
			stage: auth, code: invalidCert,
		},
		{
			name: "not yet valid", edit: withCert(aliceCert(func(c *x509.Certificate) { c.NotBefore = testNow.Add(time.Second) }), 0),
			stage: auth, code: invalidCert,
		},
		{
			name: "of a root that nobody trusts", edit: withCert(func() mikey.KeyPair { return otherPKI().certificate(aliceURI, 2048, 1, nil) }, 0),
			stage: auth, code: invalidCert,
		},
		{
			name: "of a root that nobody trusts, with the root", edit: func(e *refCert) {
				withCert(func() mikey.KeyPair { return otherPKI().certificate(aliceURI, 2048, 1, nil) }, 0)(e)
				e.certsI = append(e.certsI, refCertBody(0, otherPKI().root.Raw))
			}, stage: auth, code: invalidCert,
		},
		{
			name: "self-signed", edit: func(e *refCert) {
				template := certTemplate(aliceURI, 9)
				e.certsI = [][]byte{refCertBody(0, mustCert(template, template, &e.signI.PublicKey, e.signI).Raw)}
			}, stage: auth, code: invalidCert,
		},
		{
			name: "for encryption only", edit: withCert(aliceCert(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), 0),
			stage: auth, code: invalidCert,
		},
		{name: "X.509v3 Encr", edit: withCert(aliceCert(nil), 3), stage: auth, code: invalidCert},
		{name: "certificate type 255", edit: withCert(aliceCert(nil), 255), stage: unsupported, code: invalidCert},
		{
			name: "no DER", edit: func(e *refCert) { e.certsI = [][]byte{refCertBody(0, []byte("certificate"))} },
			stage: malformed, code: invalidCert,
		},
		{
			name: "no octets", edit: func(e *refCert) { e.certsI = [][]byte{refCertBody(0, nil)} },
			stage: malformed, code: invalidCert,
		},
		{
			name: "octets behind the DER", edit: func(e *refCert) {
				e.certsI = [][]byte{refCertBody(0, append(bytes.Clone(e.certsI[0][3:]), 0))}
			}, stage: malformed, code: invalidCert,
		},
		{name: "none", edit: func(e *refCert) { e.certsI = nil }, stage: auth, code: invalidCert},
		{
			name: "none, but known", setup: func(p *certPair) { p.bx.Peer = p.ax.KeyPairs[0].Chain[0] },
			edit: func(e *refCert) { e.certsI = nil }, ok: true,
		},
		{
			name: "not the one that is known", setup: func(p *certPair) { p.bx.Roots, p.bx.Peer = nil, p.ax.KeyPairs[0].Chain[0] },
			edit: withCert(aliceCert(func(c *x509.Certificate) { c.SerialNumber.SetInt64(77) }), 0), stage: auth, code: invalidCert,
		},
		{
			name: "of somebody else", edit: withCert(func() mikey.KeyPair { return testPairs()["carol 2048"] }, 0),
			stage: auth, code: authFailure,
		},
		{
			name: "identity in the subject alone", edit: withCert(aliceCert(func(c *x509.Certificate) { c.URIs = nil }), 0),
			stage: auth, code: authFailure,
		},
		{
			name: "identity as another kind of name", edit: withCert(aliceCert(func(c *x509.Certificate) {
				c.URIs, c.EmailAddresses = nil, []string{aliceURI}
			}), 0), stage: auth, code: authFailure,
		},
		{
			name: "one name of several", edit: withCert(aliceCert(func(c *x509.Certificate) {
				c.URIs = []*url.URL{mustURL(carolURI), mustURL(aliceURI)}
			}), 0), ok: true,
		},
		{name: "IDi of somebody else", edit: func(e *refCert) { e.idI = carolURI }, stage: auth, code: authFailure},
		{name: "IDi is a prefix", edit: func(e *refCert) { e.idI = aliceURI[:len(aliceURI)-1] }, stage: auth, code: authFailure},
		{
			name: "identities swapped", edit: func(e *refCert) { e.idI, e.idR = e.idR, e.idI },
			stage: policy, code: authFailure,
		},
		{name: "IDr of somebody else", edit: func(e *refCert) { e.idR = carolURI }, stage: policy, code: authFailure},
		{name: "no identities", edit: func(e *refCert) { e.omitIDs = true }, stage: policy, code: authFailure},
		{name: "empty identity", edit: func(e *refCert) {
			e.editI = func(m *refMessage) {
				for i := range m.payloads {
					if m.payloads[i].number == 6 {
						m.payloads[i] = refURI("")
						return
					}
				}
			}
		}, stage: malformed, code: code(mikey.ErrorInvalidID)},
		{
			name: "peer that is not wanted", setup: func(p *certPair) { p.rConfig.Peer = mikey.URI(carolURI) },
			stage: policy, code: authFailure, hopeless: true,
		},
		{
			name: "revoked", setup: func(p *certPair) {
				p.bx.Revoked = func(chain []*x509.Certificate) error {
					if len(chain) != 2 || !chain[0].Equal(p.ax.KeyPairs[0].Chain[0]) || !chain[1].Equal(testPKI().root) {
						return errors.New("not the chain")
					}
					return errors.New("key compromise")
				}
			}, stage: auth, code: invalidCert, hopeless: true,
		},
		{
			name: "refused by VerifyPeer", setup: func(p *certPair) {
				p.bx.VerifyPeer = func([]*x509.Certificate, mikey.ID) error { return errors.New("no") }
			}, stage: auth, code: authFailure, hopeless: true,
		},
		{
			name: "refused by VerifyIdentity", setup: func(p *certPair) {
				p.bx.VerifyIdentity = func(mikey.ID, *x509.Certificate) error { return errors.New("no") }
			}, stage: auth, code: authFailure, hopeless: true,
		},
		{
			name: "accepted by VerifyPeer alone", setup: func(p *certPair) {
				p.bx.Roots = nil
				p.bx.VerifyPeer = func(chain []*x509.Certificate, id mikey.ID) error {
					if len(chain) == 1 && id == mikey.URI(aliceURI) && chain[0].Equal(p.ax.KeyPairs[0].Chain[0]) {
						return nil
					}
					return errors.New("no")
				}
			}, ok: true,
		},
		{name: "URL without Fetch", edit: func(e *refCert) { e.certsI = refURL("http://example.com/alice.cer") }, stage: unsupported, code: invalidCert},
		{
			name: "URL", setup: fetches(func(u string) ([]byte, error) {
				if u != "http://example.com/alice.cer" {
					return nil, fmt.Errorf("no such URL: %s", u)
				}
				return testPairs()["alice 2048"].Chain[0].Raw, nil
			}), edit: func(e *refCert) { e.certsI = refURL("http://example.com/alice.cer") }, ok: true,
		},
		{
			name: "URL that is not there", setup: fetches(func(string) ([]byte, error) { return nil, errors.New("404") }),
			edit: func(e *refCert) { e.certsI = refURL("http://example.com/alice.cer") }, stage: auth, code: invalidCert,
		},
		{
			name: "URL of something else", setup: fetches(func(string) ([]byte, error) { return []byte("<html>"), nil }),
			edit: func(e *refCert) { e.certsI = refURL("http://example.com/alice.cer") }, stage: malformed, code: invalidCert,
		},
		{
			name: "URL of another's certificate", setup: fetches(func(string) ([]byte, error) { return testPairs()["carol 2048"].Chain[0].Raw, nil }),
			edit: func(e *refCert) { e.certsI = refURL("http://example.com/alice.cer") }, stage: auth, code: authFailure,
		},

		// Strength.
		{
			name: "RSA key of 1024 bits", edit: withCert(func() mikey.KeyPair { return testPairs()["alice 1024"] }, 0),
			stage: policy, code: invalidCert,
		},
		{
			name: "RSA key of 1024 bits, allowed", setup: func(p *certPair) { p.bx.InsecureRSA1024 = true },
			edit: withCert(func() mikey.KeyPair { return testPairs()["alice 1024"] }, 0), ok: true,
		},
		{name: "SHA-1", edit: func(e *refCert) { e.scheme = 2 }, stage: policy, code: code(mikey.ErrorInvalidHA)},
		{name: "SHA-1, PSS", edit: func(e *refCert) { e.scheme = 3 }, stage: policy, code: code(mikey.ErrorInvalidHA)},
		{name: "SHA-1, allowed", setup: func(p *certPair) { p.bx.InsecureSHA1 = true }, edit: func(e *refCert) { e.scheme = 2 }, ok: true},
		{name: "SHA-1, PSS, allowed", setup: func(p *certPair) { p.bx.InsecureSHA1 = true }, edit: func(e *refCert) { e.scheme = 3 }, ok: true},
		{
			name: "MD5", setup: func(p *certPair) { p.bx.InsecureSHA1 = true }, edit: func(e *refCert) {
				e.signRaw = func(covered []byte, key *rsa.PrivateKey) []byte {
					sum := md5.Sum(covered)
					s, err := rsa.SignPKCS1v15(nil, key, crypto.MD5, sum[:])
					if err != nil {
						panic(err)
					}
					return s
				}
			}, stage: auth, code: authFailure,
		},
		{name: "PSS with a long salt", edit: func(e *refCert) { e.scheme, e.signRaw = 1, pss(100) }, stage: auth, code: authFailure},
		{name: "PSS with a short salt", edit: func(e *refCert) { e.scheme, e.signRaw = 1, pss(20) }, stage: auth, code: authFailure},
		{name: "PSS that says PKCS #1", edit: func(e *refCert) { e.signRaw = pss(32) }, stage: auth, code: authFailure},
		{
			name: "PKCS #1 that says PSS", edit: func(e *refCert) {
				e.scheme = 1
				e.signRaw = func(covered []byte, key *rsa.PrivateKey) []byte {
					sum := sha256.Sum256(covered)
					s, _ := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
					return s
				}
			}, stage: auth, code: authFailure,
		},
		{
			name: "signature type 2", bend: func(b []byte) []byte { b[len(b)-258] |= 0x20; return b }, // ECCSI
			stage: unsupported, code: code(mikey.ErrorUnspecified),
		},
		{
			name: "signature without octets", bend: func(b []byte) []byte {
				b = b[:len(b)-256]
				b[len(b)-2], b[len(b)-1] = 0, 0
				return b
			}, stage: auth, code: authFailure,
		},
		{
			name: "signature of zeros", bend: func(b []byte) []byte { clear(b[len(b)-256:]); return b },
			stage: auth, code: authFailure,
		},
		{
			name: "signature with an octet more", bend: func(b []byte) []byte { b[len(b)-257]++; return append(b, 0) },
			stage: auth, code: authFailure,
		},
		{
			name: "octet behind the signature", bend: func(b []byte) []byte { return append(b, 0) },
			stage: malformed, code: code(mikey.ErrorUnspecified),
		},

		// Freshness.
		{name: "too old", edit: func(e *refCert) { e.ts = refNTP(testNow.Add(-301 * time.Second)) }, stage: mikey.Stale, code: code(mikey.ErrorInvalidTS)},
		{name: "too new", edit: func(e *refCert) { e.ts = refNTP(testNow.Add(301 * time.Second)) }, stage: mikey.Stale, code: code(mikey.ErrorInvalidTS)},
		{name: "COUNTER", edit: func(e *refCert) { e.tsType, e.ts = 2, []byte{0, 0, 0, 1} }, stage: policy, code: code(mikey.ErrorInvalidTS)},

		// Frame.
		{name: "PRF 2", edit: func(e *refCert) { e.prf = 2; e.editI = func(m *refMessage) { m.prf = 2 } }, stage: unsupported, code: code(mikey.ErrorInvalidPRF)},
		{name: "V payload", edit: func(e *refCert) { e.editI = insert(1, 9, []byte{0}) }, stage: malformed, code: code(mikey.ErrorUnspecified)},
		{name: "ERR payload", edit: func(e *refCert) { e.editI = insert(1, 12, []byte{0, 0, 0}) }, stage: malformed, code: code(mikey.ErrorUnspecified)},
		{name: "payload 99", edit: func(e *refCert) { e.editI = insert(1, 99, []byte{0, 0, 0}) }, stage: malformed, code: code(mikey.ErrorUnspecified)},
		{name: "two T", edit: func(e *refCert) { e.editI = insert(1, 5, append([]byte{0}, e.ts...)) }, stage: malformed, code: code(mikey.ErrorUnspecified)},
		{name: "no T", edit: func(e *refCert) { e.editI = remove(0) }, stage: malformed, code: exNone},
		{name: "GENERIC-ID map", edit: func(e *refCert) { e.editI = func(m *refMessage) { m.mapType, m.csCount, m.csMap = 2, 0, nil } }, stage: unsupported, code: code(mikey.ErrorUnspecified)},
		{
			name: "SP that is not known", edit: func(e *refCert) { e.policies = [][]byte{{7, 0, 0, 3, 0, 1, 99}} },
			stage: unsupported, code: code(mikey.ErrorInvalidSPar),
		},
		{
			name: "SP that is not allowed", setup: func(p *certPair) { p.rConfig.Suites = []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80} },
			edit: func(e *refCert) { e.policies = [][]byte{refSP(7, 32, 10)} }, stage: policy, code: code(mikey.ErrorInvalidSPar),
		},
	}
}

func refURL(u string) [][]byte { return [][]byte{refCertBody(1, []byte(u))} }

func fetches(f func(string) ([]byte, error)) func(*certPair) {
	return func(p *certPair) { p.bx.Fetch = f }
}

// TestR3830_089_BadCertificates: what can be wrong with certificates, signatures
// and identities, in requests of all modes.
func TestR3830_089_BadCertificates(t *testing.T) {
	for _, mode := range certModes {
		tests := badCertificates()
		if mode.request == mikey.RSARInit { // keys are encrypted to it too: see TestR4738_004
			tests = slices.DeleteFunc(tests, func(b certBad) bool { return b.name == "X.509v3 Sign" })
		}
		runBadRequests(t, mode, tests)
	}
}

// TestR3830_089_BadCertificatesOfResponders is the same in the answers, with
// whom the identities are swapped.
func TestR3830_089_BadCertificatesOfResponders(t *testing.T) {
	skip := map[string]bool{ // what is about requests
		"identities swapped": true, "IDi of somebody else": true, "IDi is a prefix": true, "IDr of somebody else": true,
		"no identities": true, "empty identity": true, "peer that is not wanted": true, "too old": true, "too new": true, "COUNTER": true,
		"PRF 2": true, "no T": true, "GENERIC-ID map": true, "SP that is not known": true, "SP that is not allowed": true,
		"not the one that is known": true, "none, but known": true, "accepted by VerifyPeer alone": true, "revoked": true,
		"none": true, "X.509v3 Sign": true, "V payload": true,
	}
	for _, mode := range []certMode{modeDH, modeRSAR} {
		for _, tt := range badCertificates() {
			if skip[tt.name] {
				continue
			}
			t.Run(mode.name+"/"+tt.name, func(t *testing.T) {
				// Bob initiates, so that the bad certificate of Alice stands in
				// the answer.
				p := newCertPair(t, mode, func(p *certPair) {
					p.ax.Peer = nil
					if tt.setup != nil {
						tt.setup(p)
					}
					p.ax, p.bx = p.bx, p.ax
					p.iConfig.Rand, p.iConfig.Peer = constReader(refCertDefault(mode).xi), mikey.URI(aliceURI)
				})
				offer := exOffer()
				message, pending := p.start(t, offer)
				answer := func(edit func(*refCert)) *refCert {
					e := refCertDefault(mode)
					e.fromRequest(t, message)
					if edit != nil {
						edit(e)
						e.editR, e.editI = e.editI, nil
					}
					// Alice's part is the responder's.
					e.certsR, e.signR, e.signI = e.certsI, e.signI, nil
					e.encrypt2 = testPairs()["bob 2048"].Key.(*rsa.PrivateKey)
					e.idI, e.idR = bobURI, aliceURI
					return e
				}
				wrong := answer(tt.edit).response(answer(nil).sessionsWith([]uint32{exSSRC}))
				if tt.bend != nil {
					wrong = tt.bend(wrong)
				}
				s, err := pending.Finish(wrong)
				if tt.ok {
					if err != nil {
						t.Fatal(err)
					}
					e := answer(nil)
					e.checkKeys(t, "initiator", s, []int{16, 16})
					return
				}
				if err == nil || s != nil {
					t.Fatal("the answer is accepted")
				}
				exRefused(t, err, tt.stage, tt.code)
				if tt.hopeless {
					return
				}
				e := answer(nil)
				s, err = pending.Finish(e.response(e.sessionsWith([]uint32{exSSRC})))
				if err != nil {
					t.Fatalf("the right answer: %v", err)
				}
				e.checkKeys(t, "initiator", s, []int{16, 16})
			})
		}
	}
}

// fromRequest takes over what an answer depends on in a request of the library.
func (e *refCert) fromRequest(t testing.TB, message []byte) {
	t.Helper()
	m := exParse(t, message)
	e.csbID, e.prf, e.v = m.Header.CSBID, byte(m.Header.PRF), m.Header.V
	e.sessions, e.policies, e.extensions = nil, nil, nil
	for _, cs := range m.Header.CryptoSessions {
		e.sessions = append(e.sessions, refSession{cs.Policy, cs.SSRC, cs.ROC})
	}
	for _, payload := range m.Payloads {
		switch payload := payload.(type) {
		case *mikey.Timestamp:
			e.ts = refTS(*payload)
		case *mikey.Rand:
			e.rand = payload.Value
		case *mikey.SecurityPolicy:
			e.policies = append(e.policies, append([]byte{payload.Number, byte(payload.Protocol), 0, byte(len(payload.Params))}, payload.Params...))
		case *mikey.DH:
			e.group = byte(payload.Group)
			e.dhi = append([]byte{byte(payload.Group)}, payload.Value...)
			kv, err := mikey.AppendKeyData(nil, nil, []mikey.KeyData{{Validity: payload.Validity}})
			if err != nil {
				t.Fatal(err)
			}
			k := refKey{kvType: byte(payload.Validity.Type), kv: kv[4:]}
			e.dhi = append(append(e.dhi, k.kvType), k.kv...)
			e.dhKVR = k
			e.keys = []refKey{{key: refPower(e.group, payload.Value, e.xr), kvType: k.kvType, kv: k.kv}}
		}
	}
}

func refTS(ts mikey.Timestamp) []byte {
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(ts.Value >> (56 - 8*i))
	}
	if ts.TSType >= 2 {
		return b[4:]
	}
	return b
}

// TestX509Configuration: mistakes of the own party.
func TestX509Configuration(t *testing.T) {
	pairs := testPairs()
	for name, edit := range map[string]func(*mikey.X509){
		"no key pair":      func(x *mikey.X509) { x.KeyPairs = nil },
		"nobody to trust":  func(x *mikey.X509) { x.Roots, x.Peer = nil, nil },
		"no certificate":   func(x *mikey.X509) { x.KeyPairs[0].Chain = nil },
		"no private key":   func(x *mikey.X509) { x.KeyPairs[0].Key = nil },
		"another's key":    func(x *mikey.X509) { x.KeyPairs[0].Key = pairs["carol 2048"].Key },
		"a public key":     func(x *mikey.X509) { x.KeyPairs[0].Key = &pairs["alice 2048"].Key.(*rsa.PrivateKey).PublicKey },
		"9 certificates":   func(x *mikey.X509) { x.KeyPairs[0] = testPKI().chain(aliceURI, 2048, 1, 8) },
		"second key wrong": func(x *mikey.X509) { x.KeyPairs = append(x.KeyPairs, mikey.KeyPair{}) },
		"1024 bits":        func(x *mikey.X509) { x.KeyPairs[0] = pairs["alice 1024"] },
		"SHA-1":            func(x *mikey.X509) { x.Signature = mikey.SignatureRSASHA1 },
	} {
		for _, mode := range certModes {
			t.Run(mode.name+"/"+name, func(t *testing.T) {
				x, _ := parties(2048)
				edit(x)
				_, err := mode.make(x)
				want := mikey.Usage
				if name == "1024 bits" || name == "SHA-1" {
					want = mikey.Policy
				}
				exRefusedStage(t, err, want)
			})
		}
	}
}

// TestWholeExchangesWithOptions: both parties with the options that change what
// is sent.
func TestWholeExchangesWithOptions(t *testing.T) {
	for _, mode := range certModes {
		for _, tt := range []struct {
			name string
			edit func(*certPair)
		}{
			{"RSA 1024", func(p *certPair) {
				p.ax, p.bx = parties(1024)
				p.ax.InsecureRSA1024, p.bx.InsecureRSA1024 = true, true
			}},
			{"SHA-1", func(p *certPair) {
				p.ax.InsecureSHA1, p.bx.InsecureSHA1 = true, true
				p.ax.Signature, p.bx.Signature = mikey.SignatureRSASHA1, mikey.SignatureRSASHA1
			}},
			{"PSS", func(p *certPair) {
				p.ax.Signature, p.bx.Signature = mikey.SignaturePSSSHA256, mikey.SignaturePSSSHA256
			}},
			{"OAEP", func(p *certPair) { p.ax.OAEP, p.bx.OAEP = true, true }},
			{"chains", func(p *certPair) {
				p.ax.KeyPairs[0] = testPKI().chain(aliceURI, 2048, 1, 2)
				p.bx.KeyPairs[0] = testPKI().chain(bobURI, 2048, 2, 7)
				p.ax.Peer = p.bx.KeyPairs[0].Chain[0]
			}},
			{"URLs", func(p *certPair) {
				p.ax.URL, p.bx.URL = "http://example.com/a.cer", "http://example.com/b.cer"
				store := map[string][]byte{p.ax.URL: p.ax.KeyPairs[0].Chain[0].Raw, p.bx.URL: p.bx.KeyPairs[0].Chain[0].Raw}
				fetch := func(u string) ([]byte, error) {
					if der, ok := store[u]; ok {
						return der, nil
					}
					return nil, errors.New("not found")
				}
				p.ax.Fetch, p.bx.Fetch = fetch, fetch
			}},
			{"certificates left out", func(p *certPair) {
				p.ax.OmitCertificates, p.bx.OmitCertificates = true, true
				p.bx.Peer = p.ax.KeyPairs[0].Chain[0]
			}},
			{"pinned", func(p *certPair) {
				p.ax.Roots, p.bx.Roots, p.bx.Peer = nil, nil, p.ax.KeyPairs[0].Chain[0]
			}},
			{"NAIs", func(p *certPair) {
				nai := func(c *x509.Certificate) {
					c.EmailAddresses, c.URIs = []string{"user@" + c.Subject.CommonName[len("sip:alice@")-2:]}, nil
				}
				p.ax.KeyPairs[0] = testPKI().certificate(aliceURI, 2048, 1, nai)
				p.bx.KeyPairs[0] = testPKI().certificate(bobURI, 2048, 2, nai)
				p.ax.Peer = p.bx.KeyPairs[0].Chain[0]
			}},
		} {
			t.Run(mode.name+"/"+tt.name, func(t *testing.T) {
				p := newCertPair(t, mode, tt.edit)
				alice, bob := p.run(t, exOffer())
				exSame(t, alice, bob)
			})
		}
	}
}

// TestNames: which identities a certificate is for.
func TestNames(t *testing.T) {
	for _, tt := range []struct {
		id     mikey.ID
		emails []string
		uris   []string
		ok     bool
	}{
		{mikey.NAI("alice@example.com"), []string{"alice@example.com"}, nil, true},
		{mikey.NAI("alice@EXAMPLE.com"), []string{"alice@example.COM"}, nil, true},
		{mikey.NAI("Alice@example.com"), []string{"alice@example.com"}, nil, false},
		{mikey.NAI("alice@example.com.evil.net"), []string{"alice@example.com"}, nil, false},
		{mikey.NAI("alice"), []string{"alice@example.com"}, nil, false},
		{mikey.NAI("alice@example.com"), nil, []string{"sip:alice@example.com"}, false},
		{mikey.NAI("sip:alice@example.com"), nil, []string{"sip:alice@example.com"}, false},
		{mikey.URI("sip:alice@example.com"), nil, []string{"sip:alice@example.com"}, true},
		{mikey.URI("sip:alice@example.com"), nil, []string{"sips:alice@example.com"}, false},
		{mikey.URI("sip:alice@example.com"), nil, []string{"sip:alice@example.com;transport=udp"}, false},
		{mikey.URI("tel:+358407654321"), nil, []string{"tel:+358407654321"}, true},
		{mikey.URI("alice@example.com"), []string{"alice@example.com"}, nil, false},
		{mikey.ID{IDType: 2, Value: "alice@example.com"}, []string{"alice@example.com"}, []string{"sip:alice@example.com"}, false},
	} {
		t.Run(fmt.Sprintf("%v for %v %v", tt.id, tt.emails, tt.uris), func(t *testing.T) {
			p := newCertPair(t, modeDH, func(p *certPair) {
				p.ax.KeyPairs[0] = testPKI().certificate(aliceURI, 2048, 1, func(c *x509.Certificate) {
					c.EmailAddresses, c.URIs = tt.emails, nil
					for _, u := range tt.uris {
						c.URIs = append(c.URIs, mustURL(u))
					}
				})
				p.iConfig.ID = tt.id
			})
			message, pending := p.start(t, exOffer())
			received, err := p.bob.Receive(message)
			if !tt.ok {
				exRefused(t, err, mikey.AuthFailure, code(mikey.ErrorAuthFailure))
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			answer, bob, err := received.Accept(exSSRC)
			if err != nil {
				t.Fatal(err)
			}
			exSame(t, p.finish(t, pending, answer), bob)
			if bob.Peer() != tt.id {
				t.Errorf("peer %v", bob.Peer())
			}
		})
	}
}

// TestR3830_088_RevocationIsAsked: the hook sees each verified chain once, and
// not those of messages whose certificate fails otherwise.
func TestR3830_088_RevocationIsAsked(t *testing.T) {
	for _, mode := range certModes {
		t.Run(mode.name, func(t *testing.T) {
			var asked int
			p := newCertPair(t, mode, func(p *certPair) {
				revoked := func([]*x509.Certificate) error { asked++; return nil }
				p.ax.Revoked, p.bx.Revoked = revoked, revoked
			})
			message, pending := p.start(t, exOffer())
			asked = 0
			answer, bob := p.respond(t, message)
			if asked != 1 {
				t.Errorf("the responder asked %d times", asked)
			}
			exSame(t, p.finish(t, pending, answer), bob)
			if want := map[bool]int{true: 1, false: 2}[mode.request == mikey.PKInit]; asked != want {
				t.Errorf("both asked %d times, want %d", asked, want)
			}
		})
	}
}

// TestMissingIDs: with AllowMissingIDs the certificate alone says who the peer
// is.
func TestMissingIDs(t *testing.T) {
	for _, mode := range certModes {
		t.Run(mode.name, func(t *testing.T) {
			p := newCertPair(t, mode, func(p *certPair) { p.bx.AllowMissingIDs = true })
			offer := exOffer()
			offer.OmitIDs = true
			message, pending := p.start(t, offer)
			for _, typ := range exTypes(t, message) {
				if typ == mikey.IDPayload {
					t.Error("the message has an identity")
				}
			}
			answer, bob := p.respond(t, message)
			exSame(t, p.finish(t, pending, answer), bob)
			if c := bob.PeerCertificates(); len(c) != 1 {
				t.Errorf("%d certificates", len(c))
			}
		})
	}
}
