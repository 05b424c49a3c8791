package interop

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// A gstCall is a method of GStreamer's MIKEYPayload and its arguments.
type gstCall []any

// gstPayload is a command of testdata/gstreamer.py for a payload.
func gstPayload(kind string, setters ...gstCall) gstCall {
	p := gstCall{kind}
	for _, s := range setters {
		p = append(p, s)
	}
	return p
}

// GStreamer makes messages in other ways than from caps. What is no message of
// RFC 3830, because GStreamer neither encrypts nor authenticates nor knows how to
// write a length, is refused.
func TestGStreamerMakes(t *testing.T) {
	hex := func(first byte, n int) string { return fmt.Sprintf("%x", counting(first, n)) }
	now := gstCall{"now"}
	rand := gstPayload("RAND", gstCall{"rand_set", hex(1, 16)})
	policy := func(number int, tag string) gstCall {
		return gstPayload("SP", gstCall{"sp_set", number, 0}, gstCall{"sp_add_param", 0, "01"}, gstCall{"sp_add_param", 1, "10"},
			gstCall{"sp_add_param", 2, "01"}, gstCall{"sp_add_param", 3, "14"}, gstCall{"sp_add_param", 4, "0e"},
			gstCall{"sp_add_param", 11, tag})
	}
	tek := func(n int, setters ...gstCall) gstCall {
		return append(gstCall{"kemac_add_sub", "KEY_DATA", gstCall{"key_data_set_key", int(mikey.TEK), hex(0x10, n)}}, anys(setters)...)
	}
	kemac := func(encr mikey.EncrAlg, mac mikey.MACAlg, keys ...gstCall) gstCall {
		return gstPayload("KEMAC", append([]gstCall{{"kemac_set", int(encr), int(mac)}}, keys...)...)
	}
	// With a salt, GStreamer writes the type TEK+SALT.
	salt, glued := gstCall{"key_data_set_salt", hex(0x20, 14)}, tek(30)
	const encrNULL, macNULL = mikey.EncrNULL, mikey.MACNULL
	inTheClear := kemac(encrNULL, macNULL, glued)

	g := newGStreamer(t)
	_, atBob := certificates(t)
	responder := must(mikey.NewResponder(&mikey.Config{AllowCounter: true},
		mikey.InsecureTransportProtected(counting(0, 16)), must(mikey.PublicKey(atBob))))
	for _, tt := range []struct {
		name     string
		dataType mikey.DataType
		v        bool
		payloads []gstCall
		refused  bool
	}{
		{"TEK with the salt behind it", mikey.PSKInit, false, []gstCall{now, rand, policy(0, "0a"), inTheClear}, false},
		{"TEK+SALT", mikey.PSKInit, false, []gstCall{now, rand, policy(0, "0a"), kemac(encrNULL, macNULL, tek(16, salt))}, false},
		{"two policies, two keys with SPIs", mikey.PSKInit, false, []gstCall{
			now, rand, policy(0, "0a"), policy(1, "04"), kemac(encrNULL, macNULL,
				tek(30, gstCall{"key_data_set_spi", hex(1, 4)}), tek(30, gstCall{"key_data_set_spi", hex(5, 4)})),
		}, false},
		{"no RAND, no policy", mikey.PSKInit, false, []gstCall{now, inTheClear}, false},
		{"COUNTER", mikey.PSKInit, false, []gstCall{gstPayload("T", gstCall{"t_set", 2, hex(0, 4)}), inTheClear}, false},
		{"V flag", mikey.PSKInit, true, []gstCall{now, inTheClear}, false},
		{"HMAC-SHA-1-160, not computed", mikey.PSKInit, false, []gstCall{now, rand, kemac(encrNULL, mikey.MACHMACSHA1160, glued)}, true},
		{"AES-CM-128 and HMAC-SHA-1-160, neither done", mikey.PSKInit, false, []gstCall{
			now, rand, kemac(mikey.EncrAESCM128, mikey.MACHMACSHA1160, glued),
		}, true},
		{"PKE", mikey.PKInit, false, []gstCall{now, rand, gstPayload("PKE", gstCall{"pke_set", 0, hex(0, 256)})}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := g.run(t, map[string]any{
				"type": tt.dataType, "v": tt.v, "csb": 1, "cs": [][]uint32{{0, 0xa11ce, 7}}, "payloads": tt.payloads,
			})
			received, err := responder.Receive(m.Message)
			if tt.refused {
				var refused *mikey.Error
				if !errors.As(err, &refused) {
					t.Fatalf("not refused: %v\n%x", err, m.Message)
				}
				gstTable.record(t, tt.name, "gomikey reads", "no: refused, %v", refused.Stage)
				t.Log(err)
				return
			}
			if err != nil {
				t.Fatalf("%v\n%x", err, m.Message)
			}
			_, session, err := received.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			keys, err := session.MasterKeys(1)
			if err != nil || fmt.Sprintf("%x %x", keys[0].Key, keys[0].Salt) != hex(0x10, 16)+" "+hex(0x20, 14) {
				t.Errorf("keys %x, %v", keys, err)
			}
			gstTable.record(t, tt.name, "gomikey reads", "yes")
		})
	}
}

func anys(calls []gstCall) []any {
	all := make([]any, len(calls))
	for i, c := range calls {
		all[i] = c
	}
	return all
}
