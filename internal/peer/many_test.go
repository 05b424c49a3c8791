package peer

import (
	"flag"
	"reflect"
	"testing"
)

var exchanges = flag.Int("exchanges", 20, "how many exchanges `TestManyExchanges` runs with each group and mode")

// TestManyExchanges runs exchanges in a row: a value or a secret that begins with
// zeros, one in 256, must not make a difference.
func TestManyExchanges(t *testing.T) {
	roots, a, b := pkiOf(t, 2048)
	ids := []object{{"type": 1, "id": "sip:alice@example.com"}, {"type": 1, "id": "sip:bob@example.com"}}
	for _, mode := range []string{"dhhmac", "dh"} {
		mine := object{"psk": psk, "id": ids[0], "peer_id": ids[1]}
		theirs := object{"psk": psk, "id": ids[1]}
		if mode == "dh" {
			mine = object{"certificate": a.certificate, "private_key": a.key, "roots": roots}
			theirs = object{"certificate": b.certificate, "private_key": b.key, "roots": roots}
		}
		for _, group := range groupNames {
			t.Run(mode+"/"+group, func(t *testing.T) {
				for range *exchanges {
					alice := New()
					start := must(t, alice, "initiate", object{
						"mode": mode, "credentials": mine, "now": now,
						"offer": object{"group": group, "crypto_sessions": []object{{"policy": 0, "ssrc": "00000001", "roc": 0}}},
					})
					response := must(t, New(), "respond", object{"message": start["message"], "credentials": theirs, "now": now})
					keys := must(t, alice, "complete", object{"exchange": start["exchange"], "message": response["answer"], "now": now})["keys"]
					if !reflect.DeepEqual(keysOf(t, keys), keysOf(t, response["keys"])) {
						t.Fatal("the keys differ")
					}
				}
			})
		}
	}
}
