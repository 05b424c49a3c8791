package peer

import (
	"errors"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

const (
	offered1 = "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:EBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PQ=="
	offered2 = "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9"
	answered = "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:sLGys7S1tre4ubq7vL2+v8DBwsPExcbHyMnKy8zN"
)

// An answer whose key is fixed, and the offerer's side of it.
func TestSDESAnswer(t *testing.T) {
	answer, err := runSDES(t, (*Peer).sdesAnswer, object{
		"offer": []any{offered1, offered2}, "suites": []any{"AES_CM_128_HMAC_SHA1_80"},
		"fixed": object{"master_key": "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf", "master_salt": "c0c1c2c3c4c5c6c7c8c9cacbcccd"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if answer["line"] != answered {
		t.Errorf("the answer is %v", answer["line"])
	}
	for _, form := range []any{answered, []any{answered}} {
		done, err := runSDES(t, (*Peer).sdesComplete, object{"offer": []any{offered1, offered2}, "answer": form})
		if err != nil {
			t.Fatal(err)
		}
		key := func(reply object, direction string) any {
			return reply[direction].(object)["keys"].([]any)[0].(object)["master_key"]
		}
		if key(done, "send") != key(answer, "receive") || key(done, "receive") != key(answer, "send") || key(done, "send") == key(done, "receive") {
			t.Errorf("the parties do not agree: %v, %v", answer, done)
		}
	}
}

func TestSDESAnswerRefused(t *testing.T) {
	offer := []any{offered1, offered2}
	for _, test := range []struct {
		name    string
		op      operation
		request object
		stage   mikey.Stage
	}{
		{"no operands", (*Peer).sdesAnswer, object{}, mikey.Usage},
		{"no attributes", (*Peer).sdesAnswer, object{"offer": []any{}}, mikey.Malformed},
		{"none is valid", (*Peer).sdesAnswer, object{"offer": []any{"a=crypto:1 X"}}, mikey.Malformed},
		{"none is known", (*Peer).sdesAnswer, object{"offer": []any{"a=crypto:1 X", "a=crypto:2 FOO inline:x"}}, mikey.Unsupported},
		{"none is allowed", (*Peer).sdesAnswer, object{"offer": []any{"a=crypto:3 FOO inline:x", offered1}, "suites": []any{"AEAD_AES_128_GCM"}}, mikey.Policy},
		{"a suite that is none", (*Peer).sdesAnswer, object{"offer": offer, "suites": []any{"FOO"}}, mikey.Unsupported},
		{"what cannot be accepted", (*Peer).sdesAnswer, object{"offer": offer, "accept": []any{"FOO"}}, mikey.Usage},
		{"own parameter that is wrong", (*Peer).sdesAnswer, object{"offer": offer, "session_params": []any{object{"name": "KDR", "value": "25"}}}, mikey.Usage},
		{"key that is too short", (*Peer).sdesAnswer, object{"offer": offer, "fixed": object{"master_key": "00"}}, mikey.Usage},
		{"no operands", (*Peer).sdesComplete, object{}, mikey.Usage},
		{"offer that is wrong", (*Peer).sdesComplete, object{"offer": []any{"x"}, "answer": answered}, mikey.Usage},
		{"offer that is not made here", (*Peer).sdesComplete, object{"offer": []any{offered2}, "answer": answered}, mikey.Unsupported},
		{"no attribute", (*Peer).sdesComplete, object{"offer": offer, "answer": []any{}}, mikey.Malformed},
		{"two attributes", (*Peer).sdesComplete, object{"offer": offer, "answer": []any{answered, answered}}, mikey.Malformed},
		{"answer that is wrong", (*Peer).sdesComplete, object{"offer": offer, "answer": "a=crypto:2 X"}, mikey.Malformed},
		{"answer that is unknown", (*Peer).sdesComplete, object{"offer": offer, "answer": answered + " FOO"}, mikey.Unsupported},
		{"tag that was not offered", (*Peer).sdesComplete, object{"offer": offer, "answer": strings.Replace(answered, ":2", ":3", 1)}, mikey.Policy},
		{"key of the offer", (*Peer).sdesComplete, object{"offer": offer, "answer": offered2}, mikey.Policy},
	} {
		_, err := runSDES(t, test.op, test.request)
		var e *mikey.Error
		if !errors.As(err, &e) || e.Stage != test.stage {
			t.Errorf("%s: %v, want stage %v", test.name, err, test.stage)
		}
	}
}
