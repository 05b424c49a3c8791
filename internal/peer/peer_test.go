package peer

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// object is a JSON object.
type object = map[string]any

// ask sends a request and returns the reply.
func ask(t *testing.T, p *Peer, op string, request object) object {
	t.Helper()
	request["id"], request["op"] = 7, op
	line, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var reply object
	if err := json.Unmarshal(p.Do(line), &reply); err != nil {
		t.Fatal(err)
	}
	if reply["id"] != 7.0 {
		t.Fatalf("%s: id %v", op, reply["id"])
	}
	return reply
}

// must is ask for a request that succeeds.
func must(t *testing.T, p *Peer, op string, request object) object {
	t.Helper()
	reply := ask(t, p, op, request)
	if reply["ok"] != true {
		t.Fatalf("%s: %v", op, reply["error"])
	}
	return reply
}

// refused is ask for a request that fails at a stage.
func refused(t *testing.T, p *Peer, op string, request object, stage string) object {
	t.Helper()
	reply := ask(t, p, op, request)
	e, _ := reply["error"].(object)
	if reply["ok"] != false || e["stage"] != stage {
		t.Fatalf("%s: %v, want stage %s", op, reply, stage)
	}
	return reply
}

const (
	psk = "000102030405060708090a0b0c0d0e0f"
	now = "2026-11-24T12:00:00.25Z"
)

func psks() object { return object{"psk": psk} }

// keysOf returns the keys of a result without the name of its session.
func keysOf(t *testing.T, keys any) any {
	t.Helper()
	k, ok := keys.(object)
	if !ok {
		t.Fatalf("no keys: %v", keys)
	}
	return []any{k["csb_id"], k["crypto_sessions"]}
}

func TestExchangeMatrix(t *testing.T) {
	validities := map[string]object{
		"null":     {"type": 0},
		"spi":      {"type": 1, "spi": "0000002f"},
		"interval": {"type": 2, "from": "000000000000", "to": "00000000ffff"},
	}
	for _, encr := range []int{0, 1, 2, 3} {
		for _, mac := range []int{0, 1, 2} {
			for prf := range 2 {
				for _, keyType := range []string{"TGK", "TGK+SALT", "TEK", "TEK+SALT"} {
					for name, kv := range validities {
						for ts := range 4 {
							for _, v := range []bool{false, true} {
								for _, cs := range []int{1, 3} {
									if lean && (cs == 1 || prf == 1) {
										continue
									}
									t.Run(fmt.Sprintf("%d/%d/%d/%s/%s/%d/%v/%d", encr, mac, prf, keyType, name, ts, v, cs), func(t *testing.T) {
										credentials := psks()
										if encr == 0 || mac == 0 {
											credentials["transport_protected"] = true
										}
										testExchange(t, credentials, object{
											"encr_alg": encr, "mac_alg": mac, "prf": prf, "verification": v,
											"keys":      []object{{"type": keyType, "kv": kv}},
											"timestamp": object{"type": ts},
										}, cs)
									})
								}
							}
						}
					}
				}
			}
		}
	}
}

// testExchange wires two peers to each other, for a first exchange and two
// updates.
func testExchange(t *testing.T, credentials, offer object, cs int) {
	alice, bob := New(), New()
	var sessions []object
	ssrcs := []string{}
	for i := range cs {
		sessions = append(sessions, object{"policy": 0, "ssrc": fmt.Sprintf("%08x", i%2*(i+1)), "roc": i})
		ssrcs = append(ssrcs, fmt.Sprintf("aabbcc%02x", i))
	}
	offer["crypto_sessions"] = sessions
	start := must(t, alice, "initiate", object{"mode": "psk", "credentials": credentials, "offer": offer, "now": now})
	first := conclude(t, alice, bob, credentials, offer, start, ssrcs)

	// An update with a new key, and one without.
	kv := object{"type": 1, "spi": "00000030"}
	update := object{"verification": offer["verification"], "keys": []object{{"type": "TGK", "kv": kv}}}
	for _, o := range []string{"encr_alg", "mac_alg", "prf"} {
		update[o] = offer[o]
	}
	session := first.(object)["session"]
	again := must(t, alice, "update", object{"session": session, "offer": update, "now": now})
	second := conclude(t, alice, bob, credentials, update, again, ssrcs)
	if reflect.DeepEqual(keysOf(t, first), keysOf(t, second)) {
		t.Error("the update changed nothing")
	}
	delete(update, "keys")
	last := must(t, alice, "update", object{"exchange": start["exchange"], "offer": update, "now": now})
	third := conclude(t, alice, bob, credentials, update, last, ssrcs)
	if !reflect.DeepEqual(keysOf(t, second), keysOf(t, third)) {
		t.Error("the update without keys changed them")
	}
}

// conclude takes a message to bob and the answer back, and returns alice's keys.
func conclude(t *testing.T, alice, bob *Peer, credentials, offer, start object, ssrcs []string) any {
	t.Helper()
	roundTrip(t, start["message"].(string))
	response := must(t, bob, "respond", object{
		"message": start["message"], "credentials": credentials, "ssrcs": ssrcs, "now": now,
	})
	keys := start["keys"]
	if offer["verification"] == true {
		if keys != nil {
			t.Fatal("keys before the answer")
		}
		roundTrip(t, response["answer"].(string))
		keys = must(t, alice, "complete", object{"exchange": start["exchange"], "message": response["answer"]})["keys"]
		if !reflect.DeepEqual(keysOf(t, keys), keysOf(t, response["keys"])) {
			t.Fatalf("the keys differ:\n%v\n%v", keys, response["keys"])
		}
		refused(t, alice, "complete", object{"exchange": start["exchange"], "message": response["answer"]}, "state")
	} else if response["answer"] != nil {
		t.Fatal("an answer that nobody asked for")
	}
	refused(t, bob, "respond", object{"message": start["message"], "credentials": credentials, "now": now}, "replay")
	for i, entry := range response["keys"].(object)["crypto_sessions"].([]any) {
		e := entry.(object)
		if e["srtp"].(object)["suite"] != "AES_CM_128_HMAC_SHA1_80" || len(e["tek"].(string)) != 32 || len(e["salt"].(string)) != 28 {
			t.Errorf("crypto session %d: %v", i, e)
		}
		if offer["verification"] != true {
			// Nobody tells alice the SSRCs that bob filled in.
			own := keys.(object)["crypto_sessions"].([]any)[i].(object)
			if own["tek"] != e["tek"] || own["salt"] != e["salt"] || own["mki"] != e["mki"] {
				t.Error("the keys differ")
			}
		}
	}
	return keys
}

// roundTrip decodes and encodes a message.
func roundTrip(t *testing.T, message string) {
	t.Helper()
	decoded := must(t, New(), "decode", object{"message": message})["decoded"]
	if again := must(t, New(), "encode", object{"decoded": decoded})["message"]; again != message {
		t.Fatalf("decoded and encoded:\n%v\n%v", message, again)
	}
}

// everyPayload is a message with all payloads, by hand after the layouts of RFC
// 3830, Section 6, and RFC 6043, Section 6.6.
var everyPayload = strings.Join([]string{
	"01000b8122334455", "0200", "07c20f551c00000001", "0000000000000000ff", // HDR: V, PRF 1, two entries
	"0505" + "a0a1a2a3a4",                                      // RAND
	"0e02" + "00000007",                                        // T: COUNTER
	"0601" + "02" + "0002" + "c3a9",                            // IDR
	"0600" + "0003" + "613b62",                                 // ID
	"0701" + "0001" + "ff",                                     // ID, not UTF-8
	"0802" + "0002" + "3082",                                   // CERT
	"0a01" + "000102030405060708090a0b0c0d0e0f",                // CHASH: MD5
	"0a0700" + "0006" + "000101" + "7f0100",                    // SP
	"020801" + "0000",                                          // SP: TESLA, empty
	"03" + "8002" + "beef",                                     // PKE: cache for CSB
	"0101" + strings.Repeat("11", 96) + "a2" + "0100" + "0101", // DH: OAKLEY 1, reserved bits, interval
	"0c00" + "000e" + "0031" + "0002" + "aabb" + "0001" + "cc" + "04" + "01020304" + "00", // KEMAC: NULL, TEK+SALT, SPI
	"150a" + "1234",                   // ERR
	"0901" + "0005" + "6d696b6579",    // GENEXT
	"0401" + strings.Repeat("22", 20), // V
	"1003" + "010203",                 // SIGN: PSS
}, "")

func TestDecodeEveryPayload(t *testing.T) {
	raw, err := hex.DecodeString(everyPayload)
	if err != nil {
		t.Fatal(err)
	}
	message := base64.StdEncoding.EncodeToString(raw)
	roundTrip(t, message)
	d := must(t, New(), "decode", object{"message": message})["decoded"].(object)
	if d["data_type_name"] != "PSK init" || d["v"] != true || d["prf"] != 1.0 || d["csb_id"] != "22334455" {
		t.Errorf("header %v", d)
	}
	want := []string{
		`{"type":11,"name":"RAND","rand":"a0a1a2a3a4"}`,
		`{"type":5,"name":"T","ts_type":2,"ts_value":"00000007"}`,
		`{"type":14,"name":"IDR","role":1,"id_type":2,"id":"é"}`,
		`{"type":6,"name":"ID","id_type":0,"id":"a;b"}`,
		`{"type":6,"name":"ID","id_type":1,"id_hex":"ff"}`,
		`{"type":7,"name":"CERT","cert_type":2,"cert":"3082"}`,
		`{"type":8,"name":"CHASH","hash_func":1,"hash":"000102030405060708090a0b0c0d0e0f"}`,
		`{"type":10,"name":"SP","policy":7,"protocol":0,"params":[{"type":0,"value":"01"},{"type":127,"value":"00"}]}`,
		`{"type":10,"name":"SP","policy":8,"protocol":1,"params":[]}`,
		`{"type":2,"name":"PKE","c":2,"data":"beef"}`,
		`{"type":3,"name":"DH","group":1,"value":"` + strings.Repeat("11", 96) + `","kv":{"type":2,"from":"00","to":"01"},"reserved":"0a"}`,
		`{"type":1,"name":"KEMAC","encr_alg":0,"encr_data":"00310002aabb0001cc0401020304","mac_alg":0,"mac":"",` +
			`"keys":[{"type":3,"type_name":"TEK+SALT","key":"aabb","salt":"cc","kv":{"type":1,"spi":"01020304"}}]}`,
		`{"type":12,"name":"ERR","error":10,"reserved":"1234"}`,
		`{"type":21,"name":"GENEXT","ext_type":1,"data":"6d696b6579"}`,
		`{"type":9,"name":"V","auth_alg":1,"mac":"` + strings.Repeat("22", 20) + `"}`,
		`{"type":4,"name":"SIGN","sign_type":1,"signature":"010203"}`,
	}
	payloads := d["payloads"].([]any)
	for i, w := range want {
		var p object
		if err := json.Unmarshal([]byte(w), &p); err != nil {
			t.Fatal(err)
		}
		if i < len(payloads) && !reflect.DeepEqual(payloads[i], any(p)) {
			t.Errorf("payload %d:\n%v\nwant\n%v", i, payloads[i], p)
		}
	}
	if len(payloads) != len(want) {
		t.Errorf("%d payloads", len(payloads))
	}
}

func TestDecodeOddities(t *testing.T) {
	for name, message := range map[string]string{
		"unknown payload":       "0100630022334455" + "0000" + "0102030405",
		"unknown MAC algorithm": "0100010022334455" + "0000" + "00000000" + "63" + "0102",
		"empty map":             "0100050022334455" + "0301" + "00000000000000000001",
		"GENERIC-ID":            "0100000022334455" + "0102" + "0100820708" + "000a" + "0000000100000002" + "0003" + "020809",
		"unknown map":           "0100050022334455" + "05c8" + "0102030405",
		"trailing zero":         "0100010022334455" + "0000" + "0000000000" + "00",
		"header alone":          "01f0000022334455" + "0000",
	} {
		raw, err := hex.DecodeString(message)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			roundTrip(t, base64.StdEncoding.EncodeToString(raw))
		})
	}
	p := New()
	refused(t, p, "decode", object{"message": base64.StdEncoding.EncodeToString([]byte{2, 0, 0, 0, 0, 0, 0, 0, 0, 0})}, "unsupported")
	refused(t, p, "decode", object{"message": "AQA="}, "malformed")
	refused(t, p, "decode", object{"message": "%%%"}, "usage")
	refused(t, p, "decode", object{"message": 3}, "usage")
	refused(t, p, "encode", object{}, "usage")
	refused(t, p, "encode", object{"decoded": object{"version": 2}}, "unsupported")
	refused(t, p, "encode", object{"decoded": object{"version": 1, "payloads": []any{nil}}}, "usage")
	refused(t, p, "encode", object{"decoded": object{"version": 1, "payloads": []any{object{"type": 99}}}}, "usage")
}

func TestEncodeKeysInTheClear(t *testing.T) {
	reply := must(t, New(), "encode", object{"decoded": object{
		"version": 1, "data_type": 0, "csb_id": "00000001", "cs": []any{},
		"payloads": []any{object{"type": 1, "encr_alg": 0, "mac_alg": 0, "keys": []any{
			object{"type": 2, "key": "aabb", "kv": object{"type": 0}},
		}}},
	}})
	if want := "AQABAAAAAAEAAAAAAAYAIAACqrsA"; reply["message"] != want {
		t.Errorf("got %v, want %v", reply["message"], want)
	}
}

// TestReproducible compares with values computed by hand from RFC 3830: see the
// straight-line computation in package mikey's tests.
func TestReproducible(t *testing.T) {
	request := func() object {
		return object{
			"mode": "psk", "credentials": psks(), "now": now,
			"offer": object{"crypto_sessions": []object{{"policy": 0, "ssrc": "11223344", "roc": 0}}},
			"fixed": object{"csb_id": "cd177e50", "rand": "4a28da979ee21a7651a0d7f19136d98c", "tgk": psk},
		}
	}
	a := must(t, New(), "initiate", request())
	b := must(t, New(), "initiate", request())
	if a["message"] != b["message"] {
		t.Error("the messages differ")
	}
	// The check values of the key derivation: TGK of counting octets.
	cs := a["keys"].(object)["crypto_sessions"].([]any)[0].(object)
	if cs["tek"] != "653dd085cbe8c9d6b09607e59a864171" || cs["salt"] != "c0c0a8bc99763b60e991c6d09d11" {
		t.Errorf("keys %v", cs)
	}
}

func TestDerive(t *testing.T) {
	p := New()
	for _, test := range []struct {
		label, key string
		csID       any
		bits, prf  int
		want       string
	}{
		{"encr", psk, nil, 128, 0, "3ecb8e12ff89e649e0d7e99f2c8dbd5b"},
		{"auth", psk, 255, 160, 0, "717c74239ab339283516802772c6289f7eebd391"},
		{"salting", psk, nil, 112, 0, "b6d5b54e706c160be80157bac923"},
		{"tek", psk, 1, 128, 0, "653dd085cbe8c9d6b09607e59a864171"},
		{"salt", psk, 1, 112, 0, "c0c0a8bc99763b60e991c6d09d11"},
		{"tek", psk + "101112131415161718191a1b1c1d1e1f", 1, 256, 1, "5d8144987739d856253f571629c9b0c95e5dabd48af56b1faf0cf5bad846df68"},
	} {
		reply := must(t, p, "derive", object{
			"label": test.label, "inkey": test.key, "length_bits": test.bits, "csb_id": "cd177e50",
			"cs_id": test.csID, "rand": "4a28da979ee21a7651a0d7f19136d98c", "prf": test.prf,
		})
		if reply["key"] != test.want {
			t.Errorf("%s: %v", test.label, reply["key"])
		}
	}
	refused(t, p, "derive", object{"label": "nothing"}, "usage")
	refused(t, p, "derive", object{"label": "tek", "inkey": "", "length_bits": 128}, "usage")
	refused(t, p, "derive", object{"label": "tek", "inkey": "00", "length_bits": 128, "prf": 2}, "unsupported")
}

func TestStages(t *testing.T) {
	bob := New()
	start := func(offer object, c object) string {
		offer["crypto_sessions"] = []object{{"policy": 0, "ssrc": "00000001", "roc": 0}}
		return must(t, New(), "initiate", object{"mode": "psk", "credentials": c, "offer": offer, "now": now})["message"].(string)
	}
	id := func(name string) object { return object{"type": 0, "id": name} }
	good := start(object{"id_i": id("alice"), "id_r": id("bob")}, psks())
	respond := func(message string, c object, at string) object {
		return object{"message": message, "credentials": c, "now": at}
	}
	code := func(reply object) any { return reply["error"].(object)["code"] }

	if c := code(refused(t, bob, "respond", respond(good, object{"psk": "ff"}, now), "auth-failure")); c != 0.0 {
		t.Errorf("code %v", c)
	}
	reply := refused(t, bob, "respond", respond(good, psks(), "2026-11-24T12:05:01Z"), "stale")
	if code(reply) != 1.0 || reply["error_message"] == nil {
		t.Errorf("stale: %v", reply)
	}
	refused(t, bob, "respond", respond(good, object{"psk": psk, "id": id("carol")}, now), "policy")
	refused(t, bob, "respond", respond(good, object{"psk": psk, "peer_id": id("carol")}, now), "policy")
	refused(t, bob, "respond", respond(good, object{}, now), "usage")
	refused(t, bob, "respond", respond(good[:40], psks(), now), "malformed")

	// None of these has changed anything.
	response := must(t, bob, "respond", respond(good, object{"psk": psk, "id": id("bob"), "peer_id": id("alice")}, now))
	if p := response["peer"].(object); p["id"] != "alice" || p["subject"] != nil {
		t.Errorf("peer %v", p)
	}
	refused(t, bob, "respond", respond(good, psks(), now), "replay")
	must(t, bob, "reset", object{})
	must(t, bob, "respond", respond(good, psks(), now))

	null := start(object{"encr_alg": 0, "mac_alg": 0}, object{"psk": psk, "transport_protected": true})
	refused(t, bob, "respond", respond(null, psks(), now), "policy")
	tesla := start(object{"policies": []object{{"protocol": 0, "params": []object{{"type": 0, "value": "01"}}}}}, psks())
	must(t, bob, "respond", respond(tesla, psks(), now))
	refused(t, New(), "initiate", object{"mode": "psk", "credentials": psks(), "offer": object{
		"policies": []object{{"suite": "ROT13"}},
	}}, "unsupported")
	refused(t, New(), "initiate", object{"mode": "telepathy"}, "unsupported")
	refused(t, bob, "complete", object{"exchange": "e9", "message": good}, "state")
	refused(t, bob, "update", object{"session": "s9"}, "state")
	refused(t, bob, "update", object{"exchange": "e9"}, "state")
	refused(t, bob, "update", object{"session": response["keys"].(object)["session"]}, "state")
	refused(t, bob, "respond", respond(good, object{"psk": "0"}, now), "usage")
	refused(t, bob, "respond", respond(good, object{"psk": psk, "accept": []string{"anything"}}, now), "usage")

	stale := object{"message": start(object{}, psks()), "credentials": psks(), "now": "2031-01-01T00:00:00Z"}
	refused(t, bob, "respond", stale, "stale")
	stale["max_skew_seconds"] = -1
	must(t, bob, "respond", stale)
	refused(t, bob, "respond", object{"message": good, "credentials": psks(), "max_skew_seconds": -2}, "usage")
}

// TestErrorMessage takes an authenticated error message back to the initiator.
func TestErrorMessage(t *testing.T) {
	alice, bob := New(), New()
	start := must(t, alice, "initiate", object{"mode": "psk", "credentials": psks(), "now": now, "offer": object{
		"crypto_sessions": []object{{"policy": 0, "ssrc": "00000001", "roc": 0}}, "verification": true,
		"keys": []object{{"type": "TGK", "key": psk}},
	}})
	d := must(t, alice, "decode", object{"message": start["message"]})["decoded"].(object)
	d["payloads"].([]any)[2].(object)["policy"] = 3 // breaks the MAC too
	broken := must(t, alice, "encode", object{"decoded": d})["message"]
	reply := refused(t, bob, "respond", object{"message": broken, "credentials": psks(), "now": now}, "auth-failure")
	refused(t, alice, "complete", object{"exchange": start["exchange"], "message": reply["error_message"]}, "state")

	response := must(t, bob, "respond", object{"message": start["message"], "credentials": psks(), "now": now})
	must(t, alice, "complete", object{"exchange": start["exchange"], "message": response["answer"]})
}

func TestLines(t *testing.T) {
	in := strings.Join([]string{
		`{"id": "x", "op": "hello", "more": [1]}`,
		``,
		`[1]`,
		`{"op": "hello"`,
		`{"id": null, "op": "dance"}`,
		`{"id": 2}`,
		strings.Repeat("a", maxLine+1),
		`{"id": 3, "op": "reset"}`,
		`{"id": 4, "op": "hello"}`, // without a line end
	}, "\n")
	var out bytes.Buffer
	if err := New().Serve(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	want := []string{
		`{"id":"x","ok":true,"implementation":"gomikey"`,
		`{"id":null,"ok":false,"error":{"stage":"usage","code":null`,
		`{"id":null,"ok":false,"error":{"stage":"usage"`,
		`{"id":null,"ok":false,"error":{"stage":"usage"`,
		`{"id":null,"ok":false,"error":{"stage":"unsupported"`,
		`{"id":2,"ok":false,"error":{"stage":"usage"`,
		`{"id":null,"ok":false,"error":{"stage":"usage"`,
		`{"id":3,"ok":true}`,
		`{"id":4,"ok":true,`,
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	for i, w := range want {
		if !strings.HasPrefix(lines[i], w) {
			t.Errorf("line %d: %s\nwant %s", i, lines[i], w)
		}
	}
}

func TestSRTP(t *testing.T) {
	p := New()
	hello := must(t, p, "hello", object{})
	for _, suite := range hello["suites"].([]any) {
		for _, mki := range []string{"", "0000002f"} {
			for _, rtcp := range []bool{false, true} {
				keyLen, saltLen := 16, 14
				if strings.Contains(suite.(string), "256") {
					keyLen = 32
				}
				if strings.Contains(suite.(string), "GCM") {
					saltLen = 12
				}
				packet := "80600001000000010a0b0c0d" + "48656c6c6f"
				if rtcp {
					packet = "80c900010a0b0c0d"
				}
				request := object{
					"suite": suite, "master_key": strings.Repeat("5a", keyLen), "master_salt": strings.Repeat("a5", saltLen),
					"ssrc": "0a0b0c0d", "roc": 3, "mki": mki, "rtcp": rtcp, "packet": packet,
				}
				protected := must(t, p, "srtp-protect", request)["packet"].(string)
				if protected == packet {
					t.Errorf("%v: not protected", suite)
				}
				request["packet"] = protected
				if got := must(t, p, "srtp-unprotect", request)["packet"]; got != packet {
					t.Errorf("%v: %v", suite, got)
				}
				request["packet"] = protected[:len(protected)-2] + "00"
				if strings.HasSuffix(protected, "00") {
					request["packet"] = protected[:len(protected)-2] + "01"
				}
				refused(t, p, "srtp-unprotect", request, "auth-failure")
				request["packet"] = protected[:20]
				refused(t, p, "srtp-unprotect", request, "malformed")
			}
		}
	}
	refused(t, p, "srtp-protect", object{"suite": "F8_128_HMAC_SHA1_80", "master_key": strings.Repeat("5a", 16), "master_salt": strings.Repeat("a5", 14), "packet": "80"}, "unsupported")
	refused(t, p, "srtp-protect", object{"suite": "NONE"}, "unsupported")
	refused(t, p, "srtp-protect", object{"suite": "AES_CM_128_HMAC_SHA1_80", "master_key": "00"}, "usage")
}

func TestSDPExtract(t *testing.T) {
	description := "v=0\r\no=a 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\na=key-mgmt:mikey AQA=\r\n" +
		"m=audio 4000 RTP/SAVP 0\r\nm=video 4002 RTP/SAVP 31\r\na=key-mgmt:other AAEC\r\na=key-mgmt:mikey AQE=\r\n"
	reply := must(t, New(), "sdp-extract", object{"sdp": description})
	want := object{
		"id": 7.0, "ok": true,
		"session": []any{object{"protocol": "mikey", "message": "AQA="}},
		"media": []any{
			[]any{},
			[]any{object{"protocol": "other", "message": "AAEC"}, object{"protocol": "mikey", "message": "AQE="}},
		},
	}
	if !reflect.DeepEqual(reply, want) {
		t.Errorf("got %v", reply)
	}
	refused(t, New(), "sdp-extract", object{"sdp": "hello"}, "malformed")
	refused(t, New(), "sdp-extract", object{}, "usage")
}

// TestNoSecretsInErrors looks for the operands of failing requests in their
// replies.
func TestNoSecretsInErrors(t *testing.T) {
	const secret = "5ec2e75ec2e75ec2e75ec2e75ec2e75e"
	for op := range operations {
		for _, request := range []object{
			{"credentials": object{"psk": secret + "zz"}},
			{"credentials": object{"psk": []string{secret}}},
			{"mode": "psk", "credentials": object{"psk": secret}, "offer": object{"keys": []object{{"type": "TEK", "key": secret}}, "crypto_sessions": []object{{"policy": 0, "ssrc": "00000001"}}}},
			{"suite": "AES_CM_128_HMAC_SHA1_80", "master_key": secret + secret, "master_salt": secret},
			{"label": "tek", "inkey": secret, "length_bits": -1},
			{"decoded": object{"version": 1, "payloads": []any{object{"type": 1, "encr_alg": 1, "mac_alg": 9, "mac": secret}}}},
		} {
			reply := ask(t, New(), op, request)
			text := fmt.Sprint(reply["error"])
			if strings.Contains(text, secret[:12]) {
				t.Errorf("%s: %s", op, text)
			}
		}
	}
}

func FuzzDo(f *testing.F) {
	f.Add([]byte(`{"id":1,"op":"decode","message":"AQAFAP1td9ABAADCD1UcAAAAAAoAAdOOGc75XD0BAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAe30C59UrClE0e27UP5h/Wty9UL8+dfzg+2ttmmo3kBAAAAC8A"}`))
	f.Add([]byte(`{"id":1,"op":"initiate","mode":"psk","credentials":{"psk":"00"},"offer":{"crypto_sessions":[{"policy":0,"ssrc":"00000001","roc":0}]}}`))
	f.Add([]byte(`{"id":1,"op":"srtp-protect","suite":"AES_CM_128_HMAC_SHA1_80","master_key":"00","packet":"80"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var reply object
		if err := json.Unmarshal(New().Do(line), &reply); err != nil {
			t.Fatal(err)
		}
		if _, ok := reply["ok"].(bool); !ok {
			t.Fatalf("reply %v", reply)
		}
	})
}
