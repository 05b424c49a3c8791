package peer

import (
	"encoding/base64"
	"reflect"
	"testing"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// TestUpdateAgrees: an update agrees with the private value and in the group that
// it says; otherwise with a fresh value, in the group of before.
func TestUpdateAgrees(t *testing.T) {
	alice, bob := New(), New()
	credentials := object{"psk": psk}
	offer := object{
		"group": "X25519", "crypto_sessions": []object{{"policy": 0, "ssrc": "00000001", "roc": 0}},
		"id_i": object{"type": 1, "id": "sip:alice@example.com"}, "id_r": object{"type": 1, "id": "sip:bob@example.com"},
	}
	reply := must(t, alice, "initiate", object{
		"mode": "dhhmac", "now": now, "credentials": credentials, "offer": offer, "fixed": object{"dh_private": psk + psk},
	})
	var all []any
	end := func() {
		t.Helper()
		answer := must(t, bob, "respond", object{"message": reply["message"], "now": now, "credentials": credentials})
		last := must(t, alice, "complete", object{"exchange": reply["exchange"], "message": answer["answer"], "now": now})
		keys := keysOf(t, last["keys"])
		if !reflect.DeepEqual(keys, keysOf(t, answer["keys"])) {
			t.Error("the parties have different keys")
		}
		for _, other := range all {
			if reflect.DeepEqual(keys, other) {
				t.Error("the keys are those of before")
			}
		}
		all = append(all, keys)
	}
	value := func() *mikey.DH {
		t.Helper()
		octets, err := base64.StdEncoding.DecodeString(reply["message"].(string))
		if err != nil {
			t.Fatal(err)
		}
		m, err := (&mikey.Decoder{Groups: ecdh.All()}).Parse(octets)
		if err != nil {
			t.Fatal(err)
		}
		dh, _ := mikey.PayloadOf[*mikey.DH](m)
		return dh
	}
	first := value()
	end()
	for _, v := range []struct {
		offer, fixed object
		group        mikey.DHGroup
		same         bool
	}{
		{object{"kv": object{"type": 0}}, object{}, 244, false},
		{object{"group": "X25519"}, object{"dh_private": psk + psk}, 244, true},
		{object{"group": "P-256"}, object{"dh_private": psk + psk}, 241, false},
		{object{"kv": object{"type": 0}}, object{}, 241, false},
	} {
		reply = must(t, alice, "update", object{"exchange": reply["exchange"], "offer": v.offer, "fixed": v.fixed, "now": now})
		dh := value()
		if dh.Group != v.group || reflect.DeepEqual(dh.Value, first.Value) != v.same {
			t.Errorf("%v, %v: DHi is %x in %v", v.offer, v.fixed, dh.Value, dh.Group)
		}
		end()
	}
}

// TestRespondAgain: a request that could not be answered as asked can be answered
// otherwise, once.
func TestRespondAgain(t *testing.T) {
	alice, bob := New(), New()
	start := must(t, alice, "initiate", object{
		"mode": "psk", "now": now, "credentials": psks(), "offer": object{
			"crypto_sessions": []object{{"ssrc": "00000000"}, {"ssrc": "0000000a"}},
			"keys":            []object{{"type": "TEK+SALT"}},
		},
	})
	request := func(ssrc string) object {
		return object{"message": start["message"], "now": now, "credentials": psks(), "ssrcs": []string{ssrc}}
	}
	refused(t, bob, "respond", request("0000000a"), "policy") // two streams under one TEK
	must(t, bob, "respond", request("0000000b"))
	refused(t, bob, "respond", request("0000000b"), "replay")
}
