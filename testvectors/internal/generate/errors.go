package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// decodedError is the form of an error message about the request of c: what it
// copies, and with codes all of it but its V.
func (c *pskCase) decodedError(codes ...int) obj {
	o := obj{"version": 1, "data_type": 6, "v": false, "prf": int(c.PRF), "csb_id": hex32(c.CSBID)}
	if len(codes) == 0 {
		return o
	}
	payloads := list{obj{"type": 5, "ts_type": int(c.TSType), "ts_value": hexOf(c.TS)}}
	for _, code := range codes {
		payloads = append(payloads, obj{"type": 12, "error": code})
	}
	o["payloads"] = payloads
	return o
}

// errorMessages is the family of error messages (RFC 3830, Sections 5.1.2 and
// 6.12).
func errorMessages() *vectors.File {
	b := newFile("vectors_v1.json", "errors", "Error messages: RFC 3830, Sections 5.1.2 and 6.12, in pre-shared key mode.")
	b.pskNotes()
	b.pskGroup("responder: what it reports before it knows who asks")
	b.errorsBefore()
	b.pskGroup("responder: what it reports to who is authenticated")
	b.errorsBehind()
	b.pskGroup("responder: what it does not answer")
	b.errorsUnanswered()
	b.pskGroup("initiator: error messages that it gets")
	b.errorsReceived()
	return b.finishPSK()
}

func (b *builder) errorsBefore() {
	b.note("Unauthenticated", "STATE", "The request was not authenticated, so its error message is not either: who signs for anybody can be made to work (RFC 3830, Section 5.1.2). It is HDR with the CSB ID and PRF of the request, T of the request, and the number of the error.")
	c := newPSKCase().verified()
	report := func(name string, c pskCase, request obj, stage string, code int, about ...string) {
		call := refuse("respond", request, stage, code)
		call.ErrorMessage = c.decodedError(code)
		b.add("responder: "+name, []*vectors.Call{call}, append(about, "Unauthenticated", "R-3830-103", "R-6043-046")...)
	}
	for _, f := range []struct {
		name   string
		change func(c *pskCase)
		about  []string
	}{
		{"", func(*pskCase) {}, nil},
		{", CSB ID 00000000", func(c *pskCase) { c.CSBID = 0 }, nil},
		{", CSB ID ffffffff", func(c *pskCase) { c.CSBID = 0xffffffff }, nil},
		{", T with a fraction", func(c *pskCase) { c.TS = append(reference.NTP(pskNow)[:4], 1, 2, 3, 4) }, nil},
		{", T of type NTP", func(c *pskCase) { c.TSType = 1 }, nil},
		{", no verification message asked for", func(c *pskCase) { c.V = false }, nil},
		{", no identities", func(c *pskCase) { c.IDi, c.IDr = nil, nil }, nil},
		{", several crypto sessions", func(c *pskCase) { c.Sessions = []reference.Session{{SSRC: 1}, {SSRC: 2}} }, nil},
	} {
		e := c
		f.change(&e)
		m := e.Message().Octets()
		for _, d := range []time.Duration{301 * time.Second, -301 * time.Second, 24 * time.Hour} {
			if f.name != "" && d != 301*time.Second {
				continue
			}
			report(fmt.Sprintf("the clock %v after the timestamp%s", d, f.name), e, with(e.respond(m), obj{"now": at(pskNow.Add(d))}),
				"stale", 1, append(f.about, "R-3830-074")...)
		}
		unknown := e.Front().Add(reference.KEMAC(e.Encr, e.EncrData(), 99, count(20, 0)))
		report("MAC 99"+f.name, e, e.respond(unknown.Octets()), "unsupported", 3, append(f.about, "R-3830-048")...)
		prf := e
		front := e.Front()
		prf.PRF, front.PRF = 99, 99
		reference.SealKEMAC(front, e.Encr, e.EncrData(), e.MAC, e.Protection().AuthKey())
		report("PRF 99"+f.name, prf, e.respond(front.Octets()), "unsupported", 2, append(f.about, "R-3830-048")...)
	}
	for _, mac := range []byte{3, 241, 255} {
		unknown := c.Front().Add(reference.KEMAC(c.Encr, c.EncrData(), mac, count(32, 0)))
		report(fmt.Sprintf("MAC %d", mac), c, c.respond(unknown.Octets()), "unsupported", 3, "R-3830-048")
	}
	for _, n := range []byte{2, 112, 127} {
		prf := c
		front := c.Front()
		prf.PRF, front.PRF = n, n
		reference.SealKEMAC(front, c.Encr, c.EncrData(), c.MAC, c.Protection().AuthKey())
		report(fmt.Sprintf("PRF %d", n), prf, c.respond(front.Octets()), "unsupported", 2, "R-3830-048", "R-3830-018")
	}
	// An update that comes too late.
	u := c.update(10)
	m := u.Message().Octets()
	late := refuse("respond", with(u.respond(m), obj{"now": at(u.at.Add(301 * time.Second))}), "stale", 1)
	late.ErrorMessage = u.decodedError(1)
	b.add("responder: an update that comes too late", []*vectors.Call{c.shortCall(), late, u.shortCall()},
		"Unauthenticated", "Update", "R-3830-103", "R-3830-074", "R-6043-046")
	b.noteUpdate()
	// The number of an unknown data type depends on the modes of the responder.
	for _, dataType := range []byte{27, 200, 255} {
		front := c.Front()
		front.DataType = dataType
		reference.SealKEMAC(front, c.Encr, c.EncrData(), c.MAC, c.Protection().AuthKey())
		call := refuse("respond", c.respond(front.Octets()), "unsupported", -1)
		call.ErrorMessage = c.decodedError()
		b.add(fmt.Sprintf("responder: data type %d", dataType), []*vectors.Call{call}, "Unauthenticated", "R-3830-016", "R-3830-103", "R-6043-046")
	}
}

// errorsBehind checks what a responder reports of authentic requests with an
// initiator that has started the same exchange. The error message may have a V,
// policies, or neither: the initiator finds the number in all of them.
func (b *builder) errorsBehind() {
	b.note("Authenticated", "STATE", "The request is authentic, so its error message may be too. The counterpart has an exchange with the same CSB ID, RAND, T and key: it takes the error message, and its V if there is one, to be about that exchange. V covers the error message itself, without identities and T behind it (RFC 6043, Section 5.5).")
	c := newPSKCase().verified()
	report := func(name string, c pskCase, message []byte, stage string, code int, about ...string) {
		call := refuse("respond", c.respond(message), stage, code)
		call.ErrorMessage = c.decodedError()
		heard := refuse("complete", with(c.complete("@1.exchange", nil), obj{"message": "@2.error_message"}), "state", code)
		b.add("responder: "+name, []*vectors.Call{
			counterpart(c.started()), call, counterpart(heard), counterpart(c.completed()),
		}, append(about, "Authenticated", "R-3830-103", "R-6043-046")...)
	}
	for _, f := range []struct {
		name   string
		change func(c *pskCase)
	}{
		{"", func(*pskCase) {}},
		{", CSB ID ffffffff", func(c *pskCase) { c.CSBID = 0xffffffff }},
		{", T of type NTP", func(c *pskCase) { c.TSType = 1 }},
		{", no identities", func(c *pskCase) { c.IDi, c.IDr = nil, nil }},
		{", pre-shared key of 32 octets", func(c *pskCase) { c.setPSK(count(32, 1)) }},
	} {
		e := c
		f.change(&e)
		bad := func(policies ...reference.Payload) []byte {
			r := e.PSKRequest
			r.Policies = policies
			return r.Message().Octets()
		}
		report("a policy for TESLA"+f.name, e, bad(reference.SP(0, 1)), "unsupported", 9, "R-3830-048")
		report("encryption algorithm 99 in a policy"+f.name, e, bad(reference.SP(0, 0, param(0, 99))), "unsupported", 10, "R-3830-048", "R-3830-104")
		k := e.Protection()
		encr := reference.SealKEMAC(e.Front(), 99, e.EncrData(), e.MAC, k.AuthKey())
		report("encryption 99"+f.name, e, encr.Octets(), "unsupported", 4, "R-3830-048")
	}
	for _, f := range []struct {
		name   string
		params []reference.Param
	}{
		{"authentication algorithm 99", []reference.Param{param(2, 99)}},
		{"a key length of 128", []reference.Param{param(0, 1), param(1, 128)}},
		{"a key length of 17", []reference.Param{param(0, 1), param(1, 17)}},
		{"SRTP PRF 99", []reference.Param{param(5, 99)}},
	} {
		r := c.PSKRequest
		r.Policies = []reference.Payload{reference.SP(0, 0, f.params...)}
		report(f.name+" in a policy", c, r.Message().Octets(), "unsupported", 10, "R-3830-048", "R-3830-104")
	}
	for _, protocol := range []byte{2, 240, 255} {
		r := c.PSKRequest
		r.Policies = []reference.Payload{reference.SP(0, protocol)}
		report(fmt.Sprintf("a policy for protocol %d", protocol), c, r.Message().Octets(), "unsupported", 9, "R-3830-048")
	}
	// In an update.
	u := c.update(10)
	bad := u.PSKRequest
	bad.Policies = []reference.Payload{reference.SP(0, 0, param(0, 99))}
	keys, _ := c.keys()
	call := refuse("respond", u.respond(bad.Message().Octets()), "unsupported", 10)
	call.ErrorMessage = u.decodedError()
	b.add("responder: an update with encryption algorithm 99 in its policy", []*vectors.Call{
		counterpart(c.started()), accept("respond", with(c.respond(nil), obj{"message": "@1.message"}), obj{"keys": keys}),
		counterpart(accept("complete", with(c.complete("@1.exchange", nil), obj{"message": "@2.answer"}), obj{"keys": keys})),
		counterpart(accept("update", u.updateRequest("@1.exchange"), obj{"message": b64(u.Message().Octets())})),
		call,
		counterpart(refuse("complete", with(u.complete("@4.exchange", nil), obj{"message": "@5.error_message"}), "state", 10)),
		u.shortCall(),
	}, "Authenticated", "Update", "R-3830-103", "R-3830-104", "R-6043-046")
}

func (b *builder) errorsUnanswered() {
	b.note("ErrorForNobody", "STATE", "The responder refuses error messages and answers to nothing. No error message answers them (RFC 6043, Section 5.4).")
	c := newPSKCase().verified()
	auth := c.Protection().AuthKey()
	for code := range byte(16) {
		b.add(fmt.Sprintf("responder: an error message %d", code), []*vectors.Call{
			silent(refuse("respond", c.respond(c.ErrorFront(code).Octets()), "state", -1)), c.shortCall(),
		}, "ErrorForNobody", "R-6043-046", "R-3830-084")
	}
	b.add("responder: an authentic error message about its CSB", []*vectors.Call{
		c.shortCall(), silent(refuse("respond", c.respond(reference.SealV(c.ErrorFront(0), c.MAC, auth, nil).Octets()), "state", -1)),
		c.update(10).shortCall(),
	}, "ErrorForNobody", "Update", "R-6043-046", "R-3830-106")
	b.add("responder: an error message about its CSB", []*vectors.Call{
		c.shortCall(), silent(refuse("respond", c.respond(c.ErrorFront(0).Octets()), "state", -1)), c.update(10).shortCall(),
	}, "ErrorForNobody", "Update", "R-6043-046", "R-3830-106")
	b.add("responder: its own answer", []*vectors.Call{
		c.shortCall(), silent(refuse("respond", c.respond(c.Answer(c.Sessions).Octets()), "state", -1)), c.update(10).shortCall(),
	}, "ErrorForNobody", "Update", "R-3830-084")
}

func (b *builder) errorsReceived() {
	b.note("ErrorReceived", "STATE", "An error message is not the answer, and no more than a hint where nothing authenticates it: the exchange goes on, and the right answer still counts (RFC 3830, Section 5.1.2).")
	c := newPSKCase().verified()
	auth := c.Protection().AuthKey()
	got := func(name string, c pskCase, message []byte, stage string, about ...string) {
		b.refuseAnswer(name, c, message, stage, append(about, "ErrorReceived", "R-3830-106")...)
	}
	for code := range byte(16) {
		got(fmt.Sprintf("error %d", code), c, c.ErrorFront(code).Octets(), "state", "R-3830-046")
	}
	for _, code := range []byte{0, 1, 10, 12} {
		got(fmt.Sprintf("error %d with V", code), c, reference.SealV(c.ErrorFront(code), c.MAC, auth, nil).Octets(), "state")
	}
	got("an error of a private number", c, c.ErrorFront(250).Octets(), "state", "R-3830-018")
	got("several errors", c, c.ErrorFront(2, 3, 4).Octets(), "state")
	got("error 10 with policies", c, c.ErrorFront(10).Add(reference.SP(0, 0, aes128_80.params...), reference.SP(1, 0, gcm128.params...)).Octets(), "state", "R-3830-104")
	got("error 10 with policies and V", c, reference.SealV(c.ErrorFront(10).Add(reference.SP(0, 0, aes128_80.params...)), c.MAC, auth, nil).Octets(), "state", "R-3830-104")
	got("error 9 with a policy for another protocol", c, c.ErrorFront(9).Add(reference.SP(0, 1)).Octets(), "state", "R-3830-104")
	reserved := c.ErrorFront()
	reserved.Add(reference.Payload{Number: reference.NumERR, Body: []byte{0, 0xff, 0xff}})
	got("an error with its reserved octets set", c, reserved.Octets(), "state", "R-3830-046")
	mapped := c.ErrorFront(0)
	mapped.CSCount, mapped.Map = 1, reference.SRTPIDMap(c.Sessions)
	got("an error with crypto sessions", c, mapped.Octets(), "state")
	csb := c.PSKRequest
	csb.CSBID++
	got("an error about another CSB", c, csb.ErrorFront(0).Octets(), "state", "R-3830-007")
	later := c.PSKRequest
	later.TS = reference.NTP(pskNow.Add(time.Second))
	got("an error about another T", c, later.ErrorFront(0).Octets(), "state", "R-3830-073")
	octets := c.ErrorFront(0).Octets()
	got("an error that is cut", c, octets[:len(octets)-1], "malformed", "R-3830-046")
	got("HDR of an error", c, octets[:10], "malformed", "R-3830-005")
	got("an octet behind an error", c, append(slices.Clone(octets), 1), "malformed", "R-3830-005")
	version := c.ErrorFront(0)
	version.Version = 2
	got("an error of version 2", c, version.Octets(), "unsupported", "R-3830-004")

	hint := func(exchange string, x *pskCase) *vectors.Call {
		return refuse("complete", x.complete(exchange, x.ErrorFront(0).Octets()), "state", -1)
	}
	b.add("initiator: a hundred errors", append(append([]*vectors.Call{c.started()}, slices.Repeat([]*vectors.Call{hint("@1.exchange", &c)}, 100)...), c.completed()),
		"ErrorReceived", "R-3830-106")
	b.add("initiator: an error after the right answer", []*vectors.Call{c.started(), c.completed(), hint("@1.exchange", &c)}, "ErrorReceived", "R-3830-106")
	silent := newPSKCase()
	silentKeys, _ := silent.keys()
	next := silent.update(10)
	nextKeys, _ := next.keys()
	b.add("initiator: an error where no answer is awaited, then an update", []*vectors.Call{
		accept("initiate", silent.initiate(), obj{"keys": silentKeys}), hint("@1.exchange", &silent),
		accept("update", next.updateRequest("@1.exchange"), obj{"message": b64(next.Message().Octets()), "keys": nextKeys}),
	}, "ErrorReceived", "R-3830-106")
	u := c.update(10)
	again := u.update(10)
	againKeys, _ := again.keys()
	b.add("initiator: an error about an update, then another update", append(initiated(c),
		accept("update", u.updateRequest("@1.exchange"), obj{"keys": nil}), hint("@3.exchange", &u),
		accept("update", again.updateRequest("@1.exchange"), obj{"message": b64(again.Message().Octets())}),
		accept("complete", again.complete("@5.exchange", again.Answer(again.Sessions).Octets()), obj{"keys": againKeys}),
	), "ErrorReceived", "R-3830-106", "R-3830-108")
	fresh := newPSKCase().verified()
	fresh.CSBID, fresh.RAND, fresh.at = 0x01020304, count(16, 0x80), pskNow.Add(time.Second)
	fresh.TS = reference.NTP(fresh.at)
	freshKeys, _ := fresh.keys()
	b.add("initiator: an error, then a new exchange", []*vectors.Call{
		c.started(), hint("@1.exchange", &c), fresh.started(),
		accept("complete", fresh.complete("@3.exchange", fresh.Answer(fresh.Sessions).Octets()), obj{"keys": freshKeys}),
	}, "ErrorReceived", "R-3830-106", "R-3830-108")
}
