package interop

import (
	"errors"
	"slices"
	"testing"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/mikey"
)

// A message is a MIKEY message, with the name of its row in the matrix.
type message struct {
	name string
	data []byte
}

var alice, bob = mikey.URI("sip:alice@example.com"), mikey.URI("sip:bob@example.com")

// An exchange is one between Alice and Bob.
type exchange struct {
	name           string
	atAlice, atBob mikey.Mode
	change         func(*mikey.Offer, *mikey.Answer) // from what is usual; may be nil
}

// messages returns the messages of this project: those of every mode, and what
// else the RFCs define.
func messages(t *testing.T) []message {
	t.Helper()
	var all []message
	for _, e := range modes(t) {
		all = append(all, e.messages(t, true)...)
	}
	for _, e := range variants(t) {
		all = append(all, e.messages(t, false)...)
	}
	return slices.Concat(all, []message{unauthenticated(t)}, protectedByTransport(t), payloadsOnly())
}

// modes returns an exchange in each mode.
func modes(t *testing.T) []exchange {
	t.Helper()
	secret := counting(0, 16)
	atAlice, atBob := certificates(t)
	psk := must(mikey.PSK(secret))
	hmac := must(dhhmac.New(secret))
	return []exchange{
		{"PSK", psk, psk, nil},
		{"PK", must(mikey.PublicKey(atAlice)), must(mikey.PublicKey(atBob)), nil},
		{"DH, OAKLEY 5", must(mikey.SignedDH(atAlice)), must(mikey.SignedDH(atBob)), nil},
		{"DHHMAC, OAKLEY 5", hmac, hmac, nil},
		{"RSA-R", must(mikey.RSAR(atAlice)), must(mikey.RSAR(atBob)), func(_ *mikey.Offer, a *mikey.Answer) {
			a.Cache = mikey.CacheForCSB // or there are no updates
		}},
	}
}

// variants returns exchanges with other groups, algorithms and payloads.
func variants(t *testing.T) []exchange {
	t.Helper()
	var all []exchange
	for _, e := range modes(t) {
		e.name += ", SHA-256"
		e.change = func(o *mikey.Offer, _ *mikey.Answer) { o.Algorithms = &mikey.Algorithms256 }
		all = append(all, e)
	}

	secret := counting(0, 16)
	psk := must(mikey.PSK(secret))
	atAlice, atBob := certificates(t)
	for _, number := range []mikey.DHGroup{mikey.OAKLEY1, mikey.OAKLEY2} {
		group, _ := number.KeyAgreement()
		hmac := must(dhhmac.New(secret, group))
		all = append(all,
			exchange{"DH, " + group.String(), must(mikey.SignedDH(atAlice, group)), must(mikey.SignedDH(atBob, group)), nil},
			exchange{"DHHMAC, " + group.String(), hmac, hmac, nil})
	}

	hashing, named, fetching := *atAlice, *atAlice, *atBob
	hashing.CertHash, hashing.Signature = true, mikey.SignaturePSSSHA256
	named.URL = "http://example.com/alice.cer"
	fetching.Fetch = func(string) ([]byte, error) { return atAlice.KeyPairs[0].Chain[0].Raw, nil }
	return append(all,
		exchange{"PSK, AES-KW", psk, psk, func(o *mikey.Offer, _ *mikey.Answer) {
			o.Algorithms = &mikey.Algorithms{Encr: mikey.EncrAESKW128, MAC: mikey.MACHMACSHA1160}
		}},
		exchange{"PSK, no identities", psk, psk, func(o *mikey.Offer, _ *mikey.Answer) {
			o.OmitIDs, o.Extensions = true, nil // what GStreamer cannot step over
		}},
		exchange{"PK, CHASH, RSASSA-PSS", must(mikey.PublicKey(&hashing)), must(mikey.PublicKey(atBob)), nil},
		exchange{"PK, certificate URL", must(mikey.PublicKey(&named)), must(mikey.PublicKey(&fetching)), nil},
		exchange{"RSA-R, group", must(mikey.RSAR(atAlice)), must(mikey.RSAR(atBob)), func(o *mikey.Offer, a *mikey.Answer) {
			o.JoinGroup = true
			*a = mikey.Answer{
				Group:    &mikey.Group{CSBID: 1, RAND: counting(1, 16)},
				Policies: o.Policies, CryptoSessions: []mikey.CryptoSession{{SSRC: 0xb0b}, {Policy: 1, SSRC: 0xca401}},
			}
		}})
}

// messages returns request and answer, and if more, an update, its answer and a
// refusal.
func (e *exchange) messages(t *testing.T, more bool) []message {
	t.Helper()
	initiator := must(mikey.NewInitiator(e.atAlice, &mikey.Config{ID: alice, Peer: bob}))
	responder := must(mikey.NewResponder(&mikey.Config{ID: bob, Peer: alice}, e.atBob))
	offer, a := e.offer()
	request, pending, err := initiator.Start(offer)
	if err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	answer := e.accept(t, responder, request, a)
	session := must(pending.Finish(answer))
	all := []message{{e.name + ": request", request}, {e.name + ": answer", answer}}
	if !more {
		return all
	}

	update, _, err := initiator.Update(session, mikey.Offer{Verification: true})
	if err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	answer = e.accept(t, responder, update, mikey.Answer{})
	if request, _, err = initiator.Start(offer); err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	refusal := must(must(responder.Receive(request)).Refuse(mikey.ErrorInvalidSP, mikey.AES_CM_128_HMAC_SHA1_80.Policy(0)))
	return append(all, message{e.name + ": update", update}, message{e.name + ": update, answer", answer},
		message{e.name + ": error", refusal})
}

func (e *exchange) offer() (mikey.Offer, mikey.Answer) {
	offer := mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 0xa11ce, ROC: 7}, {Policy: 1, SSRC: 0}},
		Policies: []mikey.SecurityPolicy{
			mikey.AES_CM_128_HMAC_SHA1_80.Policy(0), mikey.AES_256_CM_HMAC_SHA1_32.Policy(1),
		},
		Verification: true,
		Extensions:   []mikey.GeneralExtension{mikey.SDPIDs("mikey")},
	}
	answer := mikey.Answer{SSRCs: []uint32{0xb0b}}
	if e.change != nil {
		e.change(&offer, &answer)
	}
	return offer, answer
}

func (e *exchange) accept(t *testing.T, responder *mikey.Responder, request []byte, a mikey.Answer) []byte {
	t.Helper()
	received, err := responder.Receive(request)
	if err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	answer, _, err := received.AcceptWith(a)
	if err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	return answer
}

// unauthenticated returns what a responder says to a request that it cannot
// authenticate.
func unauthenticated(t *testing.T) message {
	t.Helper()
	guess := must(mikey.NewInitiator(must(mikey.PSK([]byte("guess"))), &mikey.Config{ID: alice, Peer: bob}))
	request, _, err := guess.Start(mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 0xa11ce}}})
	if err != nil {
		t.Fatal(err)
	}
	responder := must(mikey.NewResponder(&mikey.Config{ID: bob, Peer: alice}, must(mikey.PSK(counting(0, 16)))))
	var refused *mikey.Error
	if _, err := responder.Receive(request); !errors.As(err, &refused) || refused.Reply == nil {
		t.Fatalf("no error message for the peer: %v", err)
	}
	return message{"PSK: error without authentication", refused.Reply}
}

// must is for what fails only if these tests are wrong.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
