package main

import (
	"crypto/sha1"
	"fmt"
	"slices"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// started is the call that starts an exchange.
func (c *pskCase) started() *vectors.Call {
	return accept("initiate", c.initiate(), obj{"keys": nil})
}

// completed is the call with the right answer to the exchange of call 1.
func (c *pskCase) completed() *vectors.Call {
	keys, _ := c.keys()
	return accept("complete", c.complete("@1.exchange", c.Answer(c.filled()).Octets()), obj{"keys": keys})
}

// refuseAnswer adds a test of an answer that an initiator refuses, after which it
// still takes the right one.
func (b *builder) refuseAnswer(comment string, c pskCase, answer []byte, stage string, about ...string) *vectors.Call {
	call := refuse("complete", c.complete("@1.exchange", answer), stage, -1)
	b.add("initiator: "+comment, []*vectors.Call{c.started(), call, c.completed()}, about...)
	return call
}

// pskWrongAnswers are messages that an initiator gets instead of the right
// answer, or before it.
func (b *builder) pskWrongAnswers() {
	b.note("WrongAnswer", "AUTHENTICATION", "The message does not answer the request: the right answer still does, after it.")
	b.note("WrongV", "AUTHENTICATION", "The MAC of V is another one than that of RFC 3830, Section 5.2. A party with the same mistake accepts it.")
	b.note("ChangedSessions", "AUTHENTICATION", "The answer is authentic, but has other crypto sessions than the request: a responder fills in SSRCs that were 0 and changes nothing else (RFC 3830, Section 6.1.1). This counts as malformed.")
	b.note("AnswerTwice", "FRESHNESS", "An exchange takes one answer.")

	c := newPSKCase().verified()
	k := c.Protection()
	auth := k.AuthKey()
	good := c.Answer(c.Sessions)
	octets := good.Octets()
	end := len(octets)
	covered, right := octets[:end-20], octets[end-20:]
	input := c.VerificationInput()
	seal := func(change func(m *reference.Message)) []byte {
		m := c.AnswerFront(c.Sessions)
		change(m)
		return reference.SealV(m, c.MAC, auth, input).Octets()
	}
	sum := func(key []byte, data ...[]byte) []byte { return reference.HMAC(sha1.New, key, data...) }

	b.refuseAnswer("an answer with another PRF, and V under that of the request", c, seal(func(m *reference.Message) { m.PRF = 1 }), "state", "WrongAnswer", "R-3830-006")

	// The MAC is wrong.
	t, idr, v := good.Offset(0), good.Offset(1), good.Offset(2)
	for _, f := range []struct {
		name string
		at   int
		mask byte
	}{
		{"the first octet of the MAC", v + 2, 1}, {"the first bit of the MAC", v + 2, 0x80},
		{"octet 13 of the MAC", v + 14, 1}, {"the last octet of the MAC", end - 1, 1},
	} {
		bad := slices.Clone(octets)
		bad[f.at] ^= f.mask
		b.refuseAnswer(fmt.Sprintf("%s of the answer changed (octet %d, bit %02x)", f.name, f.at, f.mask), c, bad, "auth-failure",
			"WrongV", "R-3830-071", "R-3830-107")
	}
	anybody := newPSKCase().verified()
	anybody.IDr = nil
	anyAnswer := anybody.Answer(anybody.Sessions).Octets()
	b.refuseAnswer("V without the IDr that the answer has, where the request has none", anybody, func() []byte {
		m := anybody.AnswerFront(anybody.Sessions).Add(reference.ID(0, pskBob.ID))
		return reference.SealV(m, anybody.MAC, auth, anybody.VerificationInput()).Octets()
	}(), "auth-failure", "WrongV", "R-3830-071", "P-07")
	b.refuseAnswer("V with an IDr that neither the request nor the answer has", anybody,
		concat(anyAnswer[:len(anyAnswer)-20], sum(auth, anyAnswer[:len(anyAnswer)-20], []byte(pskAlice.ID), []byte(pskBob.ID), c.TS)),
		"auth-failure", "WrongV", "R-3830-071", "P-07")

	idPayload := func(id *reference.PSKIdentity) []byte { return reference.ID(id.Type, id.ID).Body }
	i, r := []byte(c.IDi.ID), []byte(c.IDr.ID)
	request := c.Message().Octets()
	label := func(constant uint32, csID byte) []byte {
		return reference.PRF(0, c.PSK, reference.Label(constant, csID, c.CSBID, c.RAND), 160)
	}
	for _, f := range []struct {
		name string
		mac  []byte
	}{
		{"of zeros", make([]byte, 20)},
		{"of the request", tail(request, 20)},
		{"of the message alone", sum(auth, covered)},
		{"of the message and T, without identities", sum(auth, covered, c.TS)},
		{"of the message and identities, without T", sum(auth, covered, i, r)},
		{"with IDr before IDi", sum(auth, covered, r, i, c.TS)},
		{"with IDi alone", sum(auth, covered, i, c.TS)},
		{"with IDr alone", sum(auth, covered, r, c.TS)},
		{"with T before the identities", sum(auth, covered, c.TS, i, r)},
		{"with the identities before the message", sum(auth, i, r, c.TS, covered)},
		{"with whole ID payloads", sum(auth, covered, idPayload(c.IDi), idPayload(c.IDr), c.TS)},
		{"with whole ID and T payloads", sum(auth, covered, idPayload(c.IDi), idPayload(c.IDr), good.Payloads[0].Body)},
		{"with zero octets behind the identities", sum(auth, covered, i, []byte{0}, r, []byte{0}, c.TS)},
		{"with lengths before the identities", sum(auth, covered, []byte{0, byte(len(i))}, i, []byte{0, byte(len(r))}, r, c.TS)},
		{"with T in whole seconds", sum(auth, covered, i, r, c.TS[:4])},
		{"of the message without V payload", sum(auth, covered[:v], i, r, c.TS)},
		{"of the message without the algorithm of V", sum(auth, covered[:len(covered)-1], i, r, c.TS)},
		{"of the message with its MAC field of zeros", sum(auth, covered, make([]byte, 20), i, r, c.TS)},
		{"of V payload alone", sum(auth, covered[v:], i, r, c.TS)},
		{"of the request and the answer", sum(auth, request, covered, i, r, c.TS)},
		{"under the pre-shared key", sum(c.PSK, covered, i, r, c.TS)},
		{"under encr_key", sum(k.EncrKey(), covered, i, r, c.TS)},
		{"under the salt", sum(k.SaltKey(), covered, i, r, c.TS)},
		{"under the TGK", sum(c.Keys[0].Key, covered, i, r, c.TS)},
		{"under a key with cs_id 1", sum(label(reference.MIKEYAuth, 1), covered, i, r, c.TS)},
		{"under a key with the label for a TGK", sum(label(reference.Auth, 0xff), covered, i, r, c.TS)},
		{"from HMAC-SHA-256, cut to 20 octets", reference.MAC(2, auth, covered, i, r, c.TS)[:20]},
		{"cut to 10 octets, then zeros", concat(right[:10], make([]byte, 10))},
	} {
		call := b.refuseAnswer("V "+f.name, c, concat(covered, f.mac), "auth-failure", "WrongV", "R-3830-071", "R-3830-107", "P-59")
		call.Steps = []vectors.Step{step("right MAC", right, "HMAC(auth_key, the message before the MAC || IDi || IDr || T)")}
	}
	other := c.PSKRequest
	other.PSK = count(16, 1)
	b.refuseAnswer("V under another pre-shared key", c, other.Answer(c.Sessions).Octets(), "auth-failure", "WrongV", "R-3830-071", "R-3830-107")
	other = c.PSKRequest
	other.RAND = count(16, 0x41)
	b.refuseAnswer("V under keys with another RAND", c, other.Answer(c.Sessions).Octets(), "auth-failure", "WrongV", "R-3830-071", "R-3830-107")

	// V is there, but not as it should be.
	algorithm := slices.Clone(octets[:v+1])
	b.refuseAnswer("V with the NULL algorithm", c, append(slices.Clone(algorithm), 0), "policy", "WrongV", "R-3830-062", "R-3830-071")
	b.refuseAnswer("V with algorithm 99", c, append(append(slices.Clone(algorithm), 99), right...), "unsupported", "WrongV", "R-3830-048", "R-3830-040")
	for _, n := range []int{0, 1, 10, 12, 19} {
		b.refuseAnswer(fmt.Sprintf("V with a MAC of %d octets", n), c, octets[:v+2+n], "malformed", "WrongV", "R-3830-040")
	}

	// It is no answer, or none to this request.
	later := c.PSKRequest
	later.TS = reference.NTP(pskNow.Add(time.Second))
	fraction := c.PSKRequest
	fraction.TS = flip(c.TS, 7)
	typed := c.PSKRequest
	typed.TSType = 1
	csb := c.PSKRequest
	csb.CSBID++
	asPK := c.AnswerFront(c.Sessions)
	asPK.DataType = reference.PKResp
	for _, f := range []struct {
		name   string
		answer []byte
		about  string
	}{
		{"an answer with a later T", later.Answer(c.Sessions).Octets(), "R-3830-073"},
		{"an answer with a T that differs in its last bit", fraction.Answer(c.Sessions).Octets(), "R-3830-073"},
		{"an answer with a T of another type", typed.Answer(c.Sessions).Octets(), "R-3830-073"},
		{"an answer with a T of 0", func() []byte { z := c.PSKRequest; z.TS = make([]byte, 8); return z.Answer(c.Sessions).Octets() }(), "R-3830-073"},
		{"an answer with another CSB ID", csb.Answer(c.Sessions).Octets(), "R-3830-007"},
		{"the answer with another CSB ID under the keys of the request", seal(func(m *reference.Message) { m.CSBID++ }), "R-3830-007"},
		{"a verification message of public-key mode", reference.SealV(asPK, c.MAC, auth, input).Octets(), "R-3830-084"},
		{"its own request", request, "R-3830-084"},
		{"a request of the responder", csb.Message().Octets(), "R-3830-084"},
	} {
		b.refuseAnswer(f.name, c, f.answer, "state", "WrongAnswer", f.about)
	}

	// Crypto sessions of the answer. The request leaves one SSRC open.
	open := newPSKCase().verified()
	open.setSuites(aes128_80, aes128_80)
	open.Sessions = []reference.Session{{Policy: 0, SSRC: 0x1001, ROC: 3}, {Policy: 1}}
	open.ssrcs = []uint32{0xc20f551c}
	filled := open.filled()
	for _, f := range []struct {
		name   string
		change func(s []reference.Session) []reference.Session
	}{
		{"another SSRC of the initiator", func(s []reference.Session) []reference.Session { s[0].SSRC = 0x1002; return s }},
		{"an SSRC of the initiator of 0", func(s []reference.Session) []reference.Session { s[0].SSRC = 0; return s }},
		{"another ROC of the initiator", func(s []reference.Session) []reference.Session { s[0].ROC = 4; return s }},
		{"another policy", func(s []reference.Session) []reference.Session { s[0].Policy = 1; return s }},
		{"another policy where the responder fills in the SSRC", func(s []reference.Session) []reference.Session { s[1].Policy = 0; return s }},
		{"a policy that does not exist", func(s []reference.Session) []reference.Session { s[0].Policy = 9; return s }},
		{"the crypto sessions swapped", func(s []reference.Session) []reference.Session { s[0], s[1] = s[1], s[0]; return s }},
		{"a crypto session more", func(s []reference.Session) []reference.Session { return append(s, reference.Session{SSRC: 5}) }},
		{"a crypto session less", func(s []reference.Session) []reference.Session { return s[:1] }},
		{"no crypto session", func(s []reference.Session) []reference.Session { return nil }},
	} {
		answer := open.Answer(f.change(slices.Clone(filled)))
		b.refuseAnswer("an answer with "+f.name, open, answer.Octets(), "malformed", "ChangedSessions", "R-3830-012", "R-3830-013")
	}

	// Payloads of the answer.
	p := c.AnswerFront(c.Sessions).Payloads // T, IDr
	chain := func(payloads ...reference.Payload) func(m *reference.Message) {
		return func(m *reference.Message) { m.Payloads = payloads }
	}
	for _, f := range []struct {
		name   string
		answer []byte
		about  string
	}{
		{"no answer at all", []byte{}, "R-3830-003"},
		{"an answer without V", c.AnswerFront(c.Sessions).Octets(), "R-3830-071"},
		{"an answer without T", seal(chain(p[1])), "R-3830-073"},
		{"an answer with T twice", seal(chain(p[0], p[0], p[1])), "R-3830-073"},
		{"an answer with two Ts", seal(chain(p[0], p[1], reference.T(0, later.TS))), "R-3830-073"},
		{"an answer with V twice", reference.SealV(c.Answer(c.Sessions), c.MAC, auth, input).Octets(), "R-3830-071"},
		{"an answer with IDr behind V", reference.SealV(func() *reference.Message { m := c.Front(); m.DataType, m.V, m.Payloads = 1, false, p[:1]; return m }(), c.MAC, auth, input).Add(p[1]).Octets(), "R-3830-017"},
		{"an answer with an extension behind V", c.Answer(c.Sessions).Add(reference.GenExt(0, []byte("vendor"))).Octets(), "R-3830-047"},
		{"an answer with a payload of number 99", seal(chain(p[0], p[1], reference.Payload{Number: 99, Body: []byte{1}})), "R-3830-005"},
		{"an answer with KEMAC instead of V", reference.SealKEMAC(c.AnswerFront(c.Sessions), 0, nil, c.MAC, auth).Octets(), "R-3830-071"},
		{"a zero octet behind the answer", append(slices.Clone(octets), 0), "R-3830-005"},
		{"an octet behind the answer", append(slices.Clone(octets), 1), "R-3830-005"},
		{"the answer twice in one", concat(octets, octets), "R-3830-005"},
		{"the first octet of the answer", octets[:1], "R-3830-005"},
		{"HDR of the answer", octets[:t], "R-3830-005"},
		{"the fixed part of HDR of the answer", octets[:10], "R-3830-005"},
		{"the answer up to IDr", octets[:idr], "R-3830-005"},
		{"the answer up to V", octets[:v], "R-3830-005"},
		{"the answer with another next payload in T", func() []byte { bad := slices.Clone(octets); bad[t] ^= 0x80; return bad }(), "R-3830-005"},
		{"the answer with another length of IDr", func() []byte { bad := slices.Clone(octets); bad[idr+2] ^= 0x80; return bad }(), "R-3830-005"},
	} {
		b.refuseAnswer(f.name, c, f.answer, "malformed", "WrongAnswer", f.about)
	}
	for _, version := range []byte{0, 2} {
		b.refuseAnswer(fmt.Sprintf("an answer of version %d", version), c, seal(func(m *reference.Message) { m.Version = version }),
			"unsupported", "WrongAnswer", "R-3830-004")
	}

	// Somebody else answers, who has the key.
	for _, f := range []struct {
		name string
		id   *reference.PSKIdentity
	}{
		{"somebody else", pskCarol}, {"the initiator itself", pskAlice},
		{"a URI with the octets of the responder's NAI", &reference.PSKIdentity{Type: 1, ID: pskBob.ID}},
	} {
		elsewhere := c.PSKRequest
		elsewhere.IDr = f.id
		b.refuseAnswer("an authentic answer from "+f.name, c, elsewhere.Answer(c.Sessions).Octets(), "policy", "WrongIdentity", "R-3830-071", "R-3830-087")
	}

	// Once and no more.
	stateAgain := func() *vectors.Call { return refuse("complete", c.complete("@1.exchange", octets), "state", -1) }
	b.add("initiator: the right answer twice", []*vectors.Call{c.started(), c.completed(), stateAgain()}, "AnswerTwice", "R-3830-084")
	b.add("initiator: a wrong answer after the right one", []*vectors.Call{
		c.started(), c.completed(), refuse("complete", c.complete("@1.exchange", concat(covered, make([]byte, 20))), "state", -1),
	}, "AnswerTwice", "R-3830-084")
	b.add("initiator: many wrong answers before the right one", []*vectors.Call{
		c.started(),
		refuse("complete", c.complete("@1.exchange", concat(covered, make([]byte, 20))), "auth-failure", -1),
		refuse("complete", c.complete("@1.exchange", later.Answer(c.Sessions).Octets()), "state", -1),
		refuse("complete", c.complete("@1.exchange", octets[:20]), "malformed", -1),
		refuse("complete", c.complete("@1.exchange", c.ErrorFront(0).Octets()), "state", -1),
		c.completed(), stateAgain(),
	}, "WrongAnswer", "R-3830-084", "R-3830-106")
	silent := newPSKCase()
	silentKeys, _ := silent.keys()
	b.add("initiator: an answer that was not asked for", []*vectors.Call{
		accept("initiate", silent.initiate(), obj{"message": b64(silent.Message().Octets()), "keys": silentKeys}),
		refuse("complete", silent.complete("@1.exchange", silent.Answer(silent.Sessions).Octets()), "state", -1),
	}, "AnswerTwice", "R-3830-084")
	b.add("initiator: the right answer in an exchange that was forgotten", []*vectors.Call{
		c.started(), accept("reset", obj{}, nil), refuse("complete", c.complete("@1.exchange", octets), "state", -1),
	}, "WrongAnswer", "R-3830-084")
	two := newPSKCase().verified()
	two.CSBID, two.RAND, two.TS, two.at = 0x01020304, count(16, 0x80), reference.NTP(pskNow.Add(time.Second)), pskNow.Add(time.Second)
	twoKeys, _ := two.keys()
	b.add("initiator: the answers of two exchanges swapped", []*vectors.Call{
		c.started(), two.started(),
		refuse("complete", c.complete("@1.exchange", two.Answer(two.Sessions).Octets()), "state", -1),
		refuse("complete", c.complete("@2.exchange", octets), "state", -1),
		accept("complete", two.complete("@2.exchange", two.Answer(two.Sessions).Octets()), obj{"keys": twoKeys}),
		c.completed(),
	}, "WrongAnswer", "R-3830-084", "R-3830-073")
}

// pskWrongOffers are requests that an initiator does not make.
func (b *builder) pskWrongOffers() {
	b.note("WrongOffer", "STATE", "An initiator does not send what a responder would have to refuse.")
	c := newPSKCase()
	offer := func(name string, members obj, stage string, about ...string) {
		b.add("initiator: offer with "+name, []*vectors.Call{
			refuse("initiate", with(c.initiate(), obj{"offer": with(c.offer(), members)}), stage, -1),
			accept("initiate", c.initiate(), obj{"message": b64(c.Message().Octets())}),
		}, append(about, "WrongOffer")...)
	}
	offer("NULL encryption and NULL MAC", obj{"encr_alg": 0, "mac_alg": 0}, "policy", "R-3830-059", "R-3830-062")
	offer("NULL MAC", obj{"mac_alg": 0}, "policy", "R-3830-062")
	offer("NULL encryption", obj{"encr_alg": 0}, "policy", "R-3830-059")
	offer("encryption 99", obj{"encr_alg": 99}, "unsupported", "R-3830-048")
	offer("MAC 99", obj{"mac_alg": 99}, "unsupported", "R-3830-048")
	offer("PRF 99", obj{"prf": 99}, "unsupported", "R-3830-048")
	tek := func(k reference.Key) obj { return obj{"keys": keysOf([]reference.Key{k})} }
	offer("a TEK without salt", tek(reference.Key{Type: reference.KeyTEK, Key: count(16, 0)}), "usage", "R-3830-115", "P-42")
	offer("a TEK+SALT with a short salt", tek(reference.Key{Type: reference.KeyTEKSalt, Key: count(16, 0), Salt: count(13, 0)}), "usage", "R-3830-053")
	offer("a TEK+SALT with a long key", tek(reference.Key{Type: reference.KeyTEKSalt, Key: count(32, 0), Salt: count(14, 0)}), "usage", "R-3830-044")
	offer("a crypto session whose policy does not exist", obj{"crypto_sessions": list{obj{"policy": 1, "ssrc": "00000001", "roc": 0}}}, "usage", "R-3830-113")
	b.add("initiator: RAND of 8 octets", []*vectors.Call{
		refuse("initiate", with(c.initiate(), obj{"fixed": obj{"csb_id": hex32(c.CSBID), "rand": hexOf(count(8, 0))}}), "usage", -1),
	}, "WrongOffer", "ShortRAND", "R-3830-045")
}
