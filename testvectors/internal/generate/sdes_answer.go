package main

import (
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
)

func sdesSuiteNamed(name string) sdesSuite {
	for _, u := range sdesSuites {
		if u.name == name {
			return u
		}
	}
	panic(name)
}

// offerLine is an attribute with a key that counts up from first.
func offerLine(tag int, suite string, first byte, params ...string) sdesLine {
	return sdesLine{tag, suite, []sdesKey{newSDESKey(sdesSuiteNamed(suite), first)}, params}
}

func texts(lines []sdesLine) list {
	all := list{}
	for _, l := range lines {
		all = append(all, l.text())
	}
	return all
}

func names(all ...string) list {
	out := list{}
	for _, name := range all {
		out = append(out, name)
	}
	return out
}

// answerSuites are those of the offers here.
var answerSuites = vectors.Requires{Suites: []string{
	"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AES_256_CM_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_32",
	"AEAD_AES_128_GCM", "AEAD_AES_256_GCM",
}}

// sdesAnswer is the family of negotiation with crypto attributes.
func sdesAnswer() *vectors.File {
	b := newFile("vectors_v1.json", "sdes_answer", "Offers and answers with crypto attributes: RFC 4568, Sections 5.1 and 7.1.")
	b.note("Preference", "POLICY", "The answer accepts the first attribute of the offer that is valid, supported and allowed.")
	b.note("InvalidSkipped", "POLICY", "An attribute that is invalid cannot be accepted. Those behind it can.")
	b.note("Negotiated", "POLICY", "UNENCRYPTED_SRTP, UNENCRYPTED_SRTCP and UNAUTHENTICATED_SRTP are repeated in the answer: with one missing, or with one more, the parties would protect packets in different ways.")
	b.note("Declarative", "POLICY", "KDR, FEC_ORDER, FEC_KEY and WSH are about what their sender sends, and are not repeated.")
	b.note("KeyOfTheOffer", "CONFIDENTIALITY", "Both parties would send under one key, and repeat its keystream where their SSRCs are the same.")
	b.note("Downgrade", "POLICY", "Somebody changed the answer to another suite than the one that was accepted.")

	const (
		cm80  = "AES_CM_128_HMAC_SHA1_80"
		cm32  = "AES_CM_128_HMAC_SHA1_32"
		cm256 = "AES_256_CM_HMAC_SHA1_80"
		gcm   = "AEAD_AES_128_GCM"
	)
	all := names(gcm, cm256, cm80, cm32)

	// answer is the call that answers an offer of lines with an own key, accepting
	// theirs.
	answer := func(offer list, theirs sdesLine, members obj, own ...string) *vectors.Call {
		l := offerLine(theirs.tag, theirs.suite, 0xb0, own...)
		k := l.keys[0]
		request := with(obj{
			"offer": offer, "suites": all, "fixed": obj{"master_key": hexOf(k.key), "master_salt": hexOf(k.salt)},
		}, members)
		return accept("sdes-answer", request, obj{"line": l.text(), "receive": theirs.object(), "send": l.object()})
	}
	complete := func(offer []sdesLine, line string, members obj, mine, theirs sdesLine) *vectors.Call {
		return accept("sdes-complete", with(obj{"offer": texts(offer), "answer": names(line)}, members), obj{"receive": theirs.object(), "send": mine.object()})
	}

	b.startGroup("SDESAnswer", "which attribute of the offer is accepted", answerSuites, nil)
	add := func(comment string, call *vectors.Call, about ...string) {
		b.add(comment, []*vectors.Call{call}, about...)
	}
	for _, suite := range []string{cm80, cm32, cm256, gcm, "AEAD_AES_256_GCM", "AES_256_CM_HMAC_SHA1_32"} {
		l := offerLine(1, suite, 0x10)
		add("one attribute, "+suite, answer(texts([]sdesLine{l}), l, obj{"suites": names(suite)}), "R-4568-022", "R-4568-024", "R-4568-020")
	}
	three := []sdesLine{offerLine(1, gcm, 0x10), offerLine(2, cm256, 0x40), offerLine(3, cm80, 0x80)}
	add("the first of three", answer(texts(three), three[0], nil), "Preference", "R-4568-019", "R-4568-023")
	add("the second of three, the first is not allowed", answer(texts(three), three[1], obj{"suites": names(cm80, cm256)}), "Preference", "R-4568-019", "R-4568-023", "R-4568-024")
	add("the third of three, the others are not allowed", answer(texts(three), three[2], obj{"suites": names(cm80)}), "Preference", "R-4568-019", "R-4568-023", "R-4568-024")
	add("the preference of the offer, not that of the answerer", answer(texts(three), three[0], obj{"suites": names(cm80, cm256, gcm)}), "Preference", "R-4568-023")
	for _, tags := range [][2]int{{7, 3}, {999999999, 1}, {10, 9}} {
		two := []sdesLine{offerLine(tags[0], cm256, 0x10), offerLine(tags[1], cm80, 0x60)}
		add("tags in no order: "+two[0].text()[:18]+" first", answer(texts(two), two[0], nil), "R-4568-023", "R-4568-024")
		add("tags in no order: "+two[0].text()[:18]+" not allowed", answer(texts(two), two[1], obj{"suites": names(cm80)}), "R-4568-023", "R-4568-024")
	}
	mki := offerLine(1, cm80, 0x10)
	mki.keys[0].lifetime, mki.keys[0].packets, mki.keys[0].mki, mki.keys[0].mkiLen = "2^20", 1<<20, "7", 4
	add("lifetime and MKI of the offer are not those of the answer", answer(texts([]sdesLine{mki}), mki, nil), "R-4568-020", "R-4568-024")
	twoKeys := mki
	second := newSDESKey(sdesSuiteNamed(cm80), 0x70)
	second.mki, second.mkiLen = "8", 4
	twoKeys.keys = []sdesKey{mki.keys[0], second}
	add("two keys in the offer", answer(texts([]sdesLine{twoKeys}), twoKeys, nil), "R-4568-020", "R-4568-024")
	lower := offerLine(1, cm80, 0x10)
	add("suite of the offer in lower case", answer(names(strings.Replace(lower.text(), cm80, strings.ToLower(cm80), 1)), lower, nil), "R-4568-004", "R-4568-024")

	b.startGroup("SDESAnswer", "attributes that are skipped", answerSuites, nil)
	good := offerLine(2, cm80, 0x60)
	key := offerLine(1, cm80, 0x10).keys[0].text()
	for _, v := range []struct {
		comment, line string
		about         string
	}{
		{"tag with a leading zero", "a=crypto:01 " + cm80 + " " + key, "R-4568-002"},
		{"no key", "a=crypto:1 " + cm80, "R-4568-003"},
		{"key of 29 octets", "a=crypto:1 " + cm80 + " inline:" + b64(count(29, 0x10)), "R-4568-006"},
		{"key of 30 octets for AES-256", "a=crypto:1 " + cm256 + " " + key, "R-6188-001"},
		{"key of 30 octets for GCM", "a=crypto:1 " + gcm + " " + key, "R-7714-002"},
		{"key that is not base64", "a=crypto:1 " + cm80 + " inline:" + strings.Repeat("*", 40), "R-4568-006"},
		{"lifetime of 2^49", "a=crypto:1 " + cm80 + " " + key + "|2^49", "R-4568-008"},
		{"lifetime of 0", "a=crypto:1 " + cm80 + " " + key + "|0", "R-4568-008"},
		{"MKI of 129 octets", "a=crypto:1 " + cm80 + " " + key + "|1:129", "R-4568-009"},
		{"MKI without length", "a=crypto:1 " + cm80 + " " + key + "|2^20|1", "R-4568-009"},
		{"two keys without MKI", "a=crypto:1 " + cm80 + " " + key + ";inline:" + b64(count(30, 0x90)), "R-4568-011"},
		{"one key twice", "a=crypto:1 " + cm80 + " " + key + "|1:1;" + key + "|2:1", "R-4568-012"},
		{"KDR=25", "a=crypto:1 " + cm80 + " " + key + " KDR=25", "R-4568-013"},
		{"WSH=63", "a=crypto:1 " + cm80 + " " + key + " WSH=63", "R-4568-015"},
		{"FEC_KEY without an FEC stream of its own", "a=crypto:1 " + cm80 + " " + key + " FEC_KEY=inline:" + b64(count(30, 0x90)), "R-4568-014"},
		{"unknown suite", "a=crypto:1 FOO " + key, "R-4568-006"},
		{"unknown method", "a=crypto:1 " + cm80 + " url:x", "R-4568-005"},
		{"unknown mandatory session parameter", "a=crypto:1 " + cm80 + " " + key + " FOO", "R-4568-016"},
		{"unknown mandatory session parameter with a value", "a=crypto:1 " + cm80 + " " + key + " FOO=bar", "R-4568-016"},
		{"UNENCRYPTED_SRTP, which is not allowed", "a=crypto:1 " + cm80 + " " + key + " UNENCRYPTED_SRTP", "R-4568-025"},
		{"UNENCRYPTED_SRTCP, which is not allowed", "a=crypto:1 " + cm80 + " " + key + " UNENCRYPTED_SRTCP", "R-4568-025"},
		{"UNAUTHENTICATED_SRTP, which is not allowed", "a=crypto:1 " + cm80 + " " + key + " UNAUTHENTICATED_SRTP", "R-4568-018"},
	} {
		add("skipped: "+v.comment, answer(names(v.line, good.text()), good, nil), "InvalidSkipped", "R-4568-022", "R-4568-023", v.about)
	}
	add("skipped: all before the last", answer(names("a=crypto:1 FOO inline:x", "a=crypto:2 "+cm80, "a=crypto:3 "+cm32+" url:x", offerLine(4, cm80, 0x10).text()), offerLine(4, cm80, 0x10), nil), "InvalidSkipped", "R-4568-023")

	b.startGroup("SDESAnswer", "session parameters", answerSuites, nil)
	for _, flag := range []string{"UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP"} {
		l := offerLine(1, cm80, 0x10, flag)
		add(flag+" is repeated", answer(texts([]sdesLine{l}), l, obj{"accept": names(flag)}, flag), "Negotiated", "R-4568-025")
		plain := offerLine(1, cm80, 0x10)
		add(flag+" is not added although it is allowed", answer(texts([]sdesLine{plain}), plain, obj{"accept": names(flag)}), "Negotiated", "R-4568-025")
	}
	for _, v := range []struct{ param, accept string }{
		{"KDR=5", "KDR"}, {"WSH=128", ""}, {"FEC_ORDER=FEC_SRTP", ""}, {"FEC_ORDER=SRTP_FEC", "FEC_ORDER"},
	} {
		l := offerLine(1, cm80, 0x10, v.param)
		members := obj{}
		if v.accept != "" {
			members["accept"] = names(v.accept)
		}
		add(v.param+" is not repeated", answer(texts([]sdesLine{l}), l, members), "Declarative", "R-4568-025")
	}
	withFlag := offerLine(1, cm80, 0x10, "KDR=5", "UNENCRYPTED_SRTCP", "WSH=128")
	add("the negotiated one of three is repeated", answer(texts([]sdesLine{withFlag}), withFlag, obj{"accept": names("KDR", "UNENCRYPTED_SRTCP")}, "UNENCRYPTED_SRTCP"), "Negotiated", "Declarative", "R-4568-025")
	unknown := offerLine(1, cm80, 0x10, "-FOO=bar")
	add("an unknown one that may be ignored is not repeated", answer(texts([]sdesLine{unknown}), unknown, nil), "R-4568-016", "R-4568-025")
	plain := offerLine(1, cm80, 0x10)
	add("own WSH", answer(texts([]sdesLine{plain}), plain, obj{"session_params": list{obj{"name": "WSH", "value": "256"}}}, "WSH=256"), "Declarative", "R-4568-025", "R-4568-028")
	wsh := offerLine(1, cm80, 0x10, "WSH=64")
	add("own WSH against another one in the offer", answer(texts([]sdesLine{wsh}), wsh, obj{"session_params": list{obj{"name": "WSH", "value": "256"}}}, "WSH=256"), "Declarative", "R-4568-025")

	b.startGroup("SDESAnswer", "both parties, with an answer of random octets", answerSuites, nil)
	for i, theirs := range three {
		suite := theirs.suite
		b.add("answer and completion, "+suite, []*vectors.Call{
			accept("sdes-answer", obj{"offer": texts(three), "suites": names(suite)}, obj{"receive": theirs.object(), "send": obj{"tag": i + 1, "suite": suite, "session_params": list{}}}),
			accept("sdes-complete", obj{"offer": texts(three), "answer": "@1.line"}, obj{"send": theirs.object(), "receive": obj{"tag": i + 1, "suite": suite}}),
		}, "R-4568-020", "R-4568-024", "R-4568-026", "R-4568-027", "R-4568-036")
	}
	flags := []sdesLine{offerLine(1, cm80, 0x10, "UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP")}
	b.add("answer and completion, two negotiated parameters", []*vectors.Call{
		accept("sdes-answer", obj{"offer": texts(flags), "suites": all, "accept": names("UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP")}, obj{"receive": flags[0].object()}),
		accept("sdes-complete", obj{"offer": texts(flags), "answer": "@1.line"}, obj{"send": flags[0].object()}),
	}, "Negotiated", "R-4568-025", "R-4568-026")

	b.startGroup("SDESAnswer", "offers without an attribute that can be accepted", answerSuites, nil)
	refused := func(comment, stage string, offer list, members obj, about ...string) {
		b.add("offer: "+comment, []*vectors.Call{refuse("sdes-answer", with(obj{"offer": offer, "suites": all}, members), stage, -1)}, append(about, "R-4568-022")...)
	}
	refused("no attribute", "malformed", list{}, nil, "R-4568-019")
	refused("no suite in common", "policy", texts(three), obj{"suites": names(cm32)}, "R-4568-023")
	refused("unknown suites", "unsupported", names("a=crypto:1 FOO "+key, "a=crypto:2 BAR "+key), nil, "R-4568-023")
	refused("two attributes with one tag", "malformed", names(offerLine(1, cm80, 0x10).text(), offerLine(1, cm32, 0x40).text()), nil, "R-4568-002")
	refused("unknown method", "unsupported", names("a=crypto:1 "+cm80+" url:x"), nil, "R-4568-005")
	refused("unknown mandatory session parameter", "unsupported", names("a=crypto:1 "+cm80+" "+key+" FOO"), nil, "R-4568-016")
	refused("nothing but invalid attributes", "malformed", names("a=crypto:1 "+cm80, "a=crypto:02 "+cm80+" "+key, "a=crypto:3 "+cm256+" "+key), nil, "R-4568-006")
	refused("a key that is too short", "malformed", names("a=crypto:1 "+cm80+" inline:"+b64(count(29, 0))), nil, "R-4568-006")
	refused("a lifetime that is too long", "malformed", names("a=crypto:1 "+cm80+" "+key+"|2^49"), nil, "R-4568-008")
	refused("FEC_KEY without an FEC stream of its own", "malformed", names("a=crypto:1 "+cm80+" "+key+" FEC_KEY=inline:"+b64(count(30, 0x90))), nil, "R-4568-014")
	for _, flag := range []string{"UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP"} {
		refused(flag+", which is not allowed", "policy", names("a=crypto:1 "+cm80+" "+key+" "+flag), nil, "R-4568-025")
	}
	refused("UNENCRYPTED_SRTP, where UNENCRYPTED_SRTCP is allowed", "policy", names("a=crypto:1 "+cm80+" "+key+" UNENCRYPTED_SRTP"), obj{"accept": names("UNENCRYPTED_SRTCP")}, "R-4568-025")
	refused("an invalid one and one that is not allowed", "policy", names("a=crypto:1 "+cm80, offerLine(2, cm32, 0x10).text()), obj{"suites": names(cm80)}, "R-4568-023")
	refused("an unknown one and one that is not allowed", "policy", names("a=crypto:1 FOO "+key, offerLine(2, cm32, 0x10).text()), obj{"suites": names(cm80)}, "R-4568-023")
	refused("an invalid one and an unknown one", "unsupported", names("a=crypto:1 "+cm80, "a=crypto:2 FOO "+key), nil, "R-4568-023")

	sdesComplete(b, complete)
	return b.file
}

// sdesComplete has the offerer's side.
func sdesComplete(b *builder, complete func(offer []sdesLine, line string, members obj, mine, theirs sdesLine) *vectors.Call) {
	const (
		cm80  = "AES_CM_128_HMAC_SHA1_80"
		cm32  = "AES_CM_128_HMAC_SHA1_32"
		cm256 = "AES_256_CM_HMAC_SHA1_80"
		gcm   = "AEAD_AES_128_GCM"
	)
	offer := []sdesLine{offerLine(1, gcm, 0x10), offerLine(2, cm256, 0x40), offerLine(3, cm80, 0x80)}
	b.startGroup("SDESAnswer", "answers that accept an attribute of the offer", answerSuites, nil)
	add := func(comment string, call *vectors.Call, about ...string) {
		b.add("answer: "+comment, []*vectors.Call{call}, about...)
	}
	for _, mine := range offer {
		theirs := offerLine(mine.tag, mine.suite, 0xb0)
		add("accepts "+mine.suite, complete(offer, theirs.text(), nil, mine, theirs), "R-4568-020", "R-4568-021", "R-4568-026", "R-4568-036")
	}
	theirs := offerLine(3, cm80, 0xb0)
	add("suite in lower case", complete(offer, strings.Replace(theirs.text(), cm80, strings.ToLower(cm80), 1), nil, offer[2], theirs), "R-4568-004", "R-4568-026")
	add("tabs between the fields", complete(offer, strings.ReplaceAll(theirs.text(), " ", "\t"), nil, offer[2], theirs), "R-4568-003", "R-4568-026")
	limited := theirs
	limited.keys = []sdesKey{theirs.keys[0]}
	limited.keys[0].lifetime, limited.keys[0].packets, limited.keys[0].mki, limited.keys[0].mkiLen = "2^31", 1<<31, "9", 2
	add("lifetime and MKI of its own", complete(offer, limited.text(), nil, offer[2], limited), "R-4568-026")
	two := limited
	second := newSDESKey(sdesSuiteNamed(cm80), 0xd0)
	second.mki, second.mkiLen = "10", 2
	two.keys = []sdesKey{limited.keys[0], second}
	add("two keys", complete(offer, two.text(), nil, offer[2], two), "R-4568-011", "R-4568-026")
	for _, param := range []string{"WSH=128", "FEC_ORDER=FEC_SRTP", "-FOO", "-FOO=bar"} {
		l := offerLine(3, cm80, 0xb0, param)
		add(param+" of its own", complete(offer, l.text(), nil, offer[2], l), "Declarative", "R-4568-025")
	}
	kdr := offerLine(3, cm80, 0xb0, "KDR=3")
	add("KDR of its own, which is allowed", complete(offer, kdr.text(), obj{"accept": names("KDR")}, offer[2], kdr), "Declarative", "R-4568-025")
	for _, flag := range []string{"UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP"} {
		mine, l := offerLine(1, cm80, 0x10, flag), offerLine(1, cm80, 0xb0, flag)
		add(flag+" repeated", complete([]sdesLine{mine}, l.text(), nil, mine, l), "Negotiated", "R-4568-025")
	}
	declared, bare := offerLine(1, cm80, 0x10, "WSH=128"), offerLine(1, cm80, 0xb0)
	add("declarative parameters of the offer not repeated", complete([]sdesLine{declared}, bare.text(), nil, declared, bare), "Declarative", "R-4568-025")

	b.startGroup("SDESAnswer", "answers that accept nothing that was offered", answerSuites, nil)
	right := complete(offer, theirs.text(), nil, offer[2], theirs)
	bad := func(comment, stage string, answer list, about ...string) {
		b.add("answer: "+comment, []*vectors.Call{refuse("sdes-complete", obj{"offer": texts(offer), "answer": answer}, stage, -1), right}, about...)
	}
	bad("no attribute", "malformed", list{}, "R-4568-030")
	bad("two attributes", "malformed", names(theirs.text(), offerLine(2, cm256, 0xd0).text()), "R-4568-022", "R-4568-026")
	bad("one attribute twice", "malformed", names(theirs.text(), theirs.text()), "R-4568-022", "R-4568-026")
	bad("a tag that was not offered", "policy", names(offerLine(4, cm80, 0xb0).text()), "R-4568-026")
	bad("tag 33", "policy", names(offerLine(33, cm80, 0xb0).text()), "R-4568-026")
	bad("the tag of another suite", "policy", names(offerLine(1, cm80, 0xb0).text()), "R-4568-024", "R-4568-026", "Downgrade")
	bad("the tag of a stronger suite", "policy", names(offerLine(2, cm80, 0xb0).text()), "R-4568-024", "R-4568-026", "Downgrade")
	bad("a suite that was not offered", "policy", names(offerLine(3, cm32, 0xb0).text()), "R-4568-024", "R-4568-026", "Downgrade")
	bad("the attribute of the offer", "policy", names(offer[2].text()), "R-4568-027", "KeyOfTheOffer")
	sameKey := offerLine(3, cm80, 0xb0)
	sameKey.keys[0].key = offer[2].keys[0].key
	bad("the master key of the offer with another salt", "policy", names(sameKey.text()), "R-4568-027", "KeyOfTheOffer")
	sameKey.keys[0].key = offer[0].keys[0].key
	bad("the master key of another attribute of the offer", "policy", names(sameKey.text()), "R-4568-027", "KeyOfTheOffer")
	withMKI := func(k sdesKey, mki string) sdesKey {
		k.mki, k.mkiLen = mki, 1
		return k
	}
	mixed := theirs
	mixed.keys = []sdesKey{withMKI(theirs.keys[0], "1"), withMKI(offer[2].keys[0], "2")}
	bad("two keys, the second that of the offer", "policy", names(mixed.text()), "R-4568-027", "KeyOfTheOffer")
	for _, flag := range []string{"UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP"} {
		bad(flag+" added", "policy", names(offerLine(3, cm80, 0xb0, flag).text()), "R-4568-025", "R-4568-026", "Negotiated")
		mine := offerLine(1, cm80, 0x10, flag)
		other := map[string]string{"UNENCRYPTED_SRTP": "UNENCRYPTED_SRTCP", "UNENCRYPTED_SRTCP": "UNAUTHENTICATED_SRTP", "UNAUTHENTICATED_SRTP": "UNENCRYPTED_SRTP"}[flag]
		l := offerLine(1, cm80, 0xb0, flag)
		good := complete([]sdesLine{mine}, l.text(), nil, mine, l)
		b.add("answer: "+flag+" missing", []*vectors.Call{refuse("sdes-complete", obj{"offer": texts([]sdesLine{mine}), "answer": names(bare.text())}, "policy", -1), good},
			"R-4568-025", "R-4568-026", "Negotiated")
		b.add("answer: "+other+" instead of "+flag, []*vectors.Call{refuse("sdes-complete", obj{"offer": texts([]sdesLine{mine}), "answer": names(offerLine(1, cm80, 0xb0, other).text())}, "policy", -1), good},
			"R-4568-025", "R-4568-026", "Negotiated")
	}
	bad("KDR, which is not allowed", "policy", names(kdr.text()), "R-4568-029")
	bad("FEC_ORDER=SRTP_FEC, which is not allowed", "policy", names(offerLine(3, cm80, 0xb0, "FEC_ORDER=SRTP_FEC").text()), "R-4568-029")
	bad("an unknown mandatory session parameter", "unsupported", names(offerLine(3, cm80, 0xb0, "FOO").text()), "R-4568-016", "R-4568-029")
	bad("an unknown suite", "unsupported", names("a=crypto:3 FOO "+theirs.keys[0].text()), "R-4568-026")
	bad("an unknown method", "unsupported", names("a=crypto:3 "+cm80+" url:x"), "R-4568-026")
	bad("no key", "malformed", names("a=crypto:3 "+cm80), "R-4568-026")
	bad("a key that is too short", "malformed", names("a=crypto:3 "+cm80+" inline:"+b64(count(29, 0xb0))), "R-4568-006", "R-4568-029")
	bad("a key of another suite", "malformed", names("a=crypto:3 "+cm80+" inline:"+b64(count(46, 0xb0))), "R-4568-006", "R-4568-029")
	bad("a lifetime that is too long", "malformed", names(theirs.text()+"|2^49"), "R-4568-008", "R-4568-029")
	bad("two keys without MKI", "malformed", names(theirs.text()+";"+offer[2].keys[0].text()), "R-4568-011", "R-4568-029")
	bad("a tag with a leading zero", "malformed", names("a=crypto:03 "+cm80+" "+theirs.keys[0].text()), "R-4568-002", "R-4568-026")
	bad("another attribute", "malformed", names("a=key-mgmt:mikey AQAF"), "R-4568-030", "R-4568-033")
	bad("an empty line", "malformed", names(""), "R-4568-030")
}
