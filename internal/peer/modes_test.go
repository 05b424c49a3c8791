package peer

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"reflect"
	"sync"
	"testing"
	"time"
)

// A party has the credentials of alice and bob.
type party struct{ certificate, key string }

// pkiOf makes a root and two certificates with RSA keys of a size, once.
var pkis sync.Map

func pkiOf(t *testing.T, bits int) (roots string, alice, bob party) {
	t.Helper()
	type pki struct {
		roots      string
		alice, bob party
	}
	if p, ok := pkis.Load(bits); ok {
		return p.(pki).roots, p.(pki).alice, p.(pki).bob
	}
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	rootKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: at.Add(-time.Hour), NotAfter: at.Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	make := func(template *x509.Certificate, public crypto.PublicKey) string {
		der, err := x509.CreateCertificate(rand.Reader, template, root, public, rootKey)
		if err != nil {
			t.Fatal(err)
		}
		return encode("CERTIFICATE", der)
	}
	p := pki{roots: make(root, rootKey.Public())}
	for i, out := range []*party{&p.alice, &p.bob} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("sip:%s@example.com", []string{"alice", "bob"}[i])
		uri, err := url.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		out.certificate = make(&x509.Certificate{
			SerialNumber: big.NewInt(int64(i) + 2), Subject: pkix.Name{CommonName: name}, URIs: []*url.URL{uri},
			NotBefore: at.Add(-time.Hour), NotAfter: at.Add(time.Hour),
		}, key.Public())
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		out.key = encode("PRIVATE KEY", der)
	}
	pkis.Store(bits, p)
	return p.roots, p.alice, p.bob
}

// TestDHHMAC wires two peers to each other with every group.
func TestDHHMAC(t *testing.T) {
	for _, group := range groupNames {
		for _, v := range []bool{false, true} {
			for _, kv := range []object{{"type": 0}, {"type": 1, "spi": "0000002f"}, {"type": 2, "from": "000000000000", "to": "00000000ffff"}} {
				for prf := range 2 {
					if lean && (prf == 1 || v) {
						continue
					}
					t.Run(fmt.Sprintf("%s/%v/%v/%d", group, v, kv["type"], prf), func(t *testing.T) {
						testMode(t, "dhhmac", 0, object{"group": group, "verification": v, "kv": kv, "prf": prf}, 3)
					})
				}
			}
		}
	}
}

// TestCertificateModes wires two peers to each other in every combination.
func TestCertificateModes(t *testing.T) {
	for _, mode := range []string{"pk", "dh", "rsa-r"} {
		options := []object{{"cache": 0}, {"cache": 1}, {"cache": 2}}
		if mode == "dh" {
			options = nil
			for _, g := range groupNames {
				options = append(options, object{"group": g}, object{"group": g, "kv": object{"type": 1, "spi": "0000002f"}})
			}
		}
		sizes, signatures := []int{2048, 3072}, []string{"rsa-sha256", "pss-sha256"}
		if lean {
			sizes, signatures = sizes[:1], signatures[:1]
		}
		for _, bits := range sizes {
			for _, signature := range signatures {
				for _, option := range options {
					for _, v := range []bool{false, true} {
						for _, cs := range []int{1, 3} {
							t.Run(fmt.Sprintf("%s/%d/%s/%v/%v/%d", mode, bits, signature, option, v, cs), func(t *testing.T) {
								offer := object{"verification": v, "signature": signature}
								for k, o := range option {
									offer[k] = o
								}
								testMode(t, mode, bits, offer, cs)
							})
						}
					}
				}
			}
		}
	}
}

func testMode(t *testing.T, mode string, bits int, offer object, cs int) {
	alice, bob := New(), New()
	aliceID, bobID := object{"type": 1, "id": "sip:alice@example.com"}, object{"type": 1, "id": "sip:bob@example.com"}
	credentials := object{"psk": psk, "id": aliceID, "peer_id": bobID}
	theirs := object{"psk": psk, "id": bobID}
	var subject any
	if mode != "dhhmac" {
		roots, a, b := pkiOf(t, bits)
		credentials = object{"certificate": a.certificate, "private_key": a.key, "roots": roots}
		if mode == "pk" {
			credentials["peer_certificate"] = b.certificate
		}
		theirs = object{"certificate": b.certificate, "private_key": b.key, "roots": roots, "psk": psk}
		subject = "CN=sip:alice@example.com"
	}
	var sessions []object
	ssrcs := []string{}
	for i := range cs {
		sessions = append(sessions, object{"policy": 0, "ssrc": fmt.Sprintf("%08x", i%2*(i+1)), "roc": 0})
		ssrcs = append(ssrcs, fmt.Sprintf("aabbcc%02x", i))
	}
	offer["crypto_sessions"] = sessions
	awaited := mode != "pk" || offer["verification"] == true

	exchange := func(start object, answers string, awaited bool) any {
		t.Helper()
		roundTrip(t, start["message"].(string))
		respond := object{"message": start["message"], "credentials": theirs, "ssrcs": ssrcs, "now": now}
		if answers == "psk" {
			respond["credentials"] = object{} // the peer finds the envelope key
		}
		if answers == "rsa-r" {
			respond["offer"] = object{"cache": offer["cache"], "signature": offer["signature"]}
		}
		response := must(t, bob, "respond", respond)
		if response["mode"] != answers {
			t.Errorf("mode %v", response["mode"])
		}
		if p := response["peer"].(object); p["id"] != "sip:alice@example.com" || p["subject"] != subject {
			t.Errorf("peer %v", p)
		}
		refused(t, bob, "respond", respond, "replay")
		keys := start["keys"]
		if !awaited {
			if response["answer"] != nil {
				t.Error("an answer that nobody asked for")
			}
			mine := keys.(object)["crypto_sessions"].([]any)
			for i, theirs := range response["keys"].(object)["crypto_sessions"].([]any) {
				if mine[i].(object)["tek"] != theirs.(object)["tek"] || mine[i].(object)["salt"] != theirs.(object)["salt"] {
					t.Error("the keys differ")
				}
			}
			return keys
		}
		if keys != nil {
			t.Fatal("keys before the answer")
		}
		refused(t, alice, "complete", object{"exchange": start["exchange"], "message": start["message"]}, "state")
		keys = must(t, alice, "complete", object{"exchange": start["exchange"], "message": response["answer"], "now": now})["keys"]
		refused(t, alice, "complete", object{"exchange": start["exchange"], "message": response["answer"]}, "state")
		if !reflect.DeepEqual(keysOf(t, keys), keysOf(t, response["keys"])) {
			t.Fatalf("the keys differ:\n%v\n%v", keys, response["keys"])
		}
		return keys
	}
	start := must(t, alice, "initiate", object{"mode": mode, "credentials": credentials, "offer": offer, "now": now})
	first := exchange(start, mode, awaited)

	// Updates: with a new key and without one.
	answers, update := mode, object{"verification": offer["verification"]}
	switch {
	case mode == "dh", mode == "dhhmac":
		update["kv"] = object{"type": 1, "spi": "00000030"}
	case offer["cache"] != 0:
		answers = "psk"
		awaited = offer["verification"] == true
		fallthrough
	default:
		update["keys"] = []object{{"type": "TEK", "kv": object{"type": 1, "spi": "00000030"}}}
	}
	session := first.(object)["session"]
	if mode == "rsa-r" && offer["cache"] == 0 {
		refused(t, alice, "update", object{"session": session, "offer": update, "now": now}, "state")
		return
	}
	second := exchange(must(t, alice, "update", object{"session": session, "offer": update, "now": now}), answers, awaited)
	if reflect.DeepEqual(keysOf(t, first), keysOf(t, second)) {
		t.Error("the update changed nothing")
	}
	third := exchange(must(t, alice, "update", object{"exchange": start["exchange"], "offer": object{"verification": offer["verification"]}, "now": now}), answers, awaited)
	if !reflect.DeepEqual(keysOf(t, second), keysOf(t, third)) {
		t.Error("the update without keys changed them")
	}
}

func TestRSARGroup(t *testing.T) {
	roots, a, b := pkiOf(t, 2048)
	bob := New()
	var all []any
	for range 3 {
		alice := New()
		start := must(t, alice, "initiate", object{
			"mode": "rsa-r", "now": now, "offer": object{"group_mode": true, "crypto_sessions": []object{}},
			"credentials": object{"certificate": a.certificate, "private_key": a.key, "roots": roots},
		})
		response := must(t, bob, "respond", object{
			"message": start["message"], "now": now,
			"credentials": object{"certificate": b.certificate, "private_key": b.key, "roots": roots},
			"offer": object{
				"group_mode": true, "crypto_sessions": []object{{"policy": 0, "ssrc": "00000001", "roc": 7}},
				"policies": []object{{"suite": "AEAD_AES_128_GCM"}},
				"keys":     []object{{"type": "TGK", "key": psk}},
			},
			"fixed": object{"csb_id": "01020304", "rand": "4a28da979ee21a7651a0d7f19136d98c"},
		})
		keys := must(t, alice, "complete", object{"exchange": start["exchange"], "message": response["answer"], "now": now})["keys"]
		if !reflect.DeepEqual(keysOf(t, keys), keysOf(t, response["keys"])) {
			t.Fatal("the keys differ")
		}
		all = append(all, keysOf(t, keys))
	}
	if !reflect.DeepEqual(all[0], all[1]) || !reflect.DeepEqual(all[0], all[2]) {
		t.Error("the members have different keys")
	}
	if cs := all[0].([]any)[1].([]any)[0].(object); cs["roc"] != 7.0 || cs["srtp"].(object)["suite"] != "AEAD_AES_128_GCM" {
		t.Errorf("crypto session %v", cs)
	}
}

func TestFixedDHPrivate(t *testing.T) {
	roots, a, b := pkiOf(t, 2048)
	var messages, keys []any
	for range 2 {
		alice := New()
		start := must(t, alice, "initiate", object{
			"mode": "dh", "now": now, "offer": object{"group": "OAKLEY2", "crypto_sessions": []object{{"policy": 0, "ssrc": "00000001", "roc": 0}}},
			"credentials": object{"certificate": a.certificate, "private_key": a.key, "roots": roots},
			"fixed":       object{"csb_id": "01020304", "rand": "4a28da979ee21a7651a0d7f19136d98c", "dh_private": psk},
		})
		response := must(t, New(), "respond", object{
			"message": start["message"], "now": now,
			"credentials": object{"certificate": b.certificate, "private_key": b.key, "roots": roots},
			"fixed":       object{"dh_private": psk + psk + psk},
		})
		messages, keys = append(messages, start["message"]), append(keys, keysOf(t, response["keys"]))
	}
	if messages[0] != messages[1] || !reflect.DeepEqual(keys[0], keys[1]) {
		t.Error("the same private values give different results") // PKCS #1 v1.5 signatures are deterministic
	}
}

func TestCertificateCredentials(t *testing.T) {
	roots, a, b := pkiOf(t, 2048)
	for _, c := range []object{
		{},
		{"certificate": a.certificate},
		{"certificate": a.certificate, "private_key": a.key},
		{"certificate": a.certificate, "private_key": b.key, "roots": roots},
		{"certificate": "x", "private_key": a.key, "roots": roots},
		{"certificate": a.certificate, "private_key": "x", "roots": roots},
		{"certificate": a.certificate, "private_key": a.key, "roots": "x"},
		{"certificate": a.certificate, "private_key": a.key, "peer_certificate": "x"},
	} {
		refused(t, New(), "initiate", object{"mode": "dh", "credentials": c, "offer": object{}}, "usage")
	}
	good := object{"certificate": a.certificate, "private_key": a.key, "roots": roots}
	refused(t, New(), "initiate", object{"mode": "dh", "credentials": good, "offer": object{"group": "MODP99"}, "now": now}, "unsupported")
	refused(t, New(), "initiate", object{"mode": "dh", "credentials": good, "offer": object{"signature": "rot13"}, "now": now}, "usage")
	refused(t, New(), "initiate", object{"mode": "pk", "credentials": good, "offer": object{}, "now": now}, "usage")

	// A message of a mode for which there are no credentials.
	start := must(t, New(), "initiate", object{"mode": "dh", "credentials": good, "offer": object{"crypto_sessions": []object{}}, "now": now})
	reply := refused(t, New(), "respond", object{"message": start["message"], "credentials": psks(), "now": now}, "unsupported")
	if reply["error"].(object)["code"] != 11.0 || reply["error_message"] == nil {
		t.Errorf("reply %v", reply)
	}
}

// TestWrongUpdate: an update under a cached envelope key that is not authentic is
// just that, to a responder without pre-shared key.
func TestWrongUpdate(t *testing.T) {
	roots, a, b := pkiOf(t, 2048)
	alice, bob := New(), New()
	theirs := object{"certificate": b.certificate, "private_key": b.key, "roots": roots}
	start := must(t, alice, "initiate", object{
		"mode": "rsa-r", "now": now, "offer": object{"crypto_sessions": []object{{"policy": 0, "ssrc": "00000001", "roc": 0}}},
		"credentials": object{"certificate": a.certificate, "private_key": a.key, "roots": roots},
	})
	response := must(t, bob, "respond", object{"message": start["message"], "credentials": theirs, "now": now, "offer": object{"cache": 1}})
	done := must(t, alice, "complete", object{"exchange": start["exchange"], "message": response["answer"], "now": now})
	const later = "2026-11-24T12:01:00Z"
	update := must(t, alice, "update", object{"session": done["keys"].(object)["session"], "offer": object{}, "now": later})
	message, err := base64.StdEncoding.DecodeString(update["message"].(string))
	if err != nil {
		t.Fatal(err)
	}
	message[len(message)-1] ^= 1
	refused(t, bob, "respond", object{"message": base64.StdEncoding.EncodeToString(message), "credentials": theirs, "now": later}, "auth-failure")
}
