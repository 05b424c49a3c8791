package peer

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// runSDES calls an operation and returns its reply as JSON has it.
func runSDES(t *testing.T, op operation, request object) (object, error) {
	t.Helper()
	line, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := op(New(), line)
	if err != nil {
		return nil, err
	}
	var out object
	d := json.NewDecoder(strings.NewReader(string(marshal(reply))))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out, nil
}

// sdesLines are canonical.
var sdesLines = []string{
	"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 FEC_ORDER=FEC_SRTP",
	"a=crypto:2 F8_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm|2^20|1:4;" +
		"inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5|2^20|2:4 FEC_ORDER=FEC_SRTP",
	"a=crypto:999999999 AES_CM_128_HMAC_SHA1_32 inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2|1066:4",
	"a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2|1000|123456789012345678901234567890:128 " +
		"WSH=128 KDR=1 UNENCRYPTED_SRTCP -Xyz=1 UNENCRYPTED_SRTP UNAUTHENTICATED_SRTP " +
		"FEC_KEY=inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5|7:1",
	"a=crypto:1 AEAD_AES_128_GCM inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNA==",
}

func TestSDESRoundTrip(t *testing.T) {
	for _, line := range sdesLines {
		parsed, err := runSDES(t, (*Peer).sdesParse, object{"line": line})
		if err != nil {
			t.Fatal(err)
		}
		formatted, err := runSDES(t, (*Peer).sdesFormat, parsed)
		if err != nil {
			t.Fatal(err)
		}
		if formatted["line"] != line {
			t.Errorf("%s\nbecame %s", line, formatted["line"])
		}
	}
}

func TestSDESParse(t *testing.T) {
	reply, err := runSDES(t, (*Peer).sdesParse, object{"line": "a=crypto:1 aes_cm_128_hmac_sha1_80 " +
		"INLINE:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2|2^20|1066:4 kdr=1 -Foo -Bar=x"})
	if err != nil {
		t.Fatal(err)
	}
	want := object{"attribute": object{
		"tag": json.Number("1"), "suite": "AES_CM_128_HMAC_SHA1_80",
		"keys": []any{object{
			"method": "inline", "master_key": "6142436465666768694a4b4c6d6f5051", "master_salt": "727354755677797a313233343536",
			"lifetime": "2^20", "lifetime_packets": json.Number("1048576"), "mki": json.Number("1066"), "mki_length": json.Number("4"),
		}},
		"session_params": []any{
			object{"name": "KDR", "value": "1"}, object{"name": "-Foo"}, object{"name": "-Bar", "value": "x"},
		},
	}}
	if !reflect.DeepEqual(reply, want) {
		t.Errorf("%v\nwant %v", reply, want)
	}

	reply, err = runSDES(t, (*Peer).sdesParse, object{"line": "a=crypto:1 AEAD_AES_128_GCM inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNA"})
	if err != nil {
		t.Fatal(err)
	}
	want = object{"attribute": object{
		"tag": json.Number("1"), "suite": "AEAD_AES_128_GCM",
		"keys": []any{object{
			"method": "inline", "master_key": "6142436465666768694a4b4c6d6f5051", "master_salt": "727354755677797a31323334", "lifetime": nil,
		}},
		"session_params": []any{},
	}}
	if !reflect.DeepEqual(reply, want) {
		t.Errorf("%v\nwant %v", reply, want)
	}
}

func TestSDESRefused(t *testing.T) {
	const key, salt = "6142436465666768694a4b4c6d6f5051", "727354755677797a313233343536"
	attribute := func(change func(attribute, key object)) object {
		k := object{"method": "inline", "master_key": key, "master_salt": salt}
		a := object{"tag": 1, "suite": "AES_CM_128_HMAC_SHA1_80", "keys": []any{k}}
		change(a, k)
		return object{"attribute": a}
	}
	for _, test := range []struct {
		name    string
		op      operation
		request object
		stage   mikey.Stage
	}{
		{"no line", (*Peer).sdesParse, object{}, mikey.Usage},
		{"line is a number", (*Peer).sdesParse, object{"line": 1}, mikey.Usage},
		{"empty line", (*Peer).sdesParse, object{"line": ""}, mikey.Malformed},
		{"short key", (*Peer).sdesParse, object{"line": "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:YUJD"}, mikey.Malformed},
		{"unknown suite", (*Peer).sdesParse, object{"line": "a=crypto:1 F8_128_HMAC_SHA1_32 inline:YUJD"}, mikey.Unsupported},
		{"unknown method", (*Peer).sdesParse, object{"line": "a=crypto:1 AES_CM_128_HMAC_SHA1_80 url:x"}, mikey.Unsupported},
		{"unknown parameter", (*Peer).sdesParse, object{"line": sdesLines[0] + " Foo"}, mikey.Unsupported},
		{"no attribute", (*Peer).sdesFormat, object{}, mikey.Usage},
		{"tag 0", (*Peer).sdesFormat, attribute(func(a, _ object) { a["tag"] = 0 }), mikey.Malformed},
		{"no suite", (*Peer).sdesFormat, attribute(func(a, _ object) { delete(a, "suite") }), mikey.Usage},
		{"no keys", (*Peer).sdesFormat, attribute(func(a, _ object) { delete(a, "keys") }), mikey.Malformed},
		{"suite with a line end", (*Peer).sdesFormat, attribute(func(a, _ object) { a["suite"] = "X\r\na=b" }), mikey.Malformed},
		{"two parameters in one", (*Peer).sdesFormat, attribute(func(a, _ object) {
			a["session_params"] = []any{object{"name": "KDR", "value": "1 WSH=64"}}
		}), mikey.Usage},
		{"name with a value", (*Peer).sdesFormat, attribute(func(a, _ object) { a["session_params"] = []any{object{"name": "KDR=1"}} }), mikey.Usage},
		{"KDR 25", (*Peer).sdesFormat, attribute(func(a, _ object) {
			a["session_params"] = []any{object{"name": "KDR", "value": "25"}}
		}), mikey.Malformed},
		{"unknown suite", (*Peer).sdesFormat, attribute(func(a, _ object) { a["suite"] = "FOO" }), mikey.Unsupported},
		{"key of another length", (*Peer).sdesFormat, attribute(func(_, k object) { k["master_key"], k["master_salt"] = key+"00", salt[2:] }), mikey.Malformed},
		{"no salt", (*Peer).sdesFormat, attribute(func(_, k object) { delete(k, "master_salt") }), mikey.Malformed},
		{"MKI without length", (*Peer).sdesFormat, attribute(func(_, k object) { k["mki"] = 1 }), mikey.Usage},
		{"MKI 0", (*Peer).sdesFormat, attribute(func(_, k object) { k["mki"], k["mki_length"] = 0, 1 }), mikey.Malformed},
		{"MKI that is no integer", (*Peer).sdesFormat, attribute(func(_, k object) { k["mki"], k["mki_length"] = 1.5, 1 }), mikey.Malformed},
		{"lifetimes that differ", (*Peer).sdesFormat, attribute(func(_, k object) { k["lifetime"], k["lifetime_packets"] = "2^20", 5 }), mikey.Usage},
		{"lifetime 0", (*Peer).sdesFormat, attribute(func(_, k object) { k["lifetime"] = "0" }), mikey.Malformed},
		{"second key in a lifetime", (*Peer).sdesFormat, attribute(func(_, k object) { k["lifetime"] = "1;inline:x" }), mikey.Usage},
	} {
		_, err := runSDES(t, test.op, test.request)
		var e *mikey.Error
		if !errors.As(err, &e) || e.Stage != test.stage {
			t.Errorf("%s: %v, want stage %v", test.name, err, test.stage)
		}
	}
	reply, err := runSDES(t, (*Peer).sdesFormat, attribute(func(_, k object) { k["lifetime_packets"] = 5 }))
	if err != nil || !strings.HasSuffix(reply["line"].(string), "|5") {
		t.Errorf("lifetime in packets alone: %v, %v", reply, err)
	}
}
