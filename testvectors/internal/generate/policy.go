package main

import (
	"fmt"
	"slices"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// policy is the family of security policies for SRTP: which suite, and which
// lengths of key and salt, the parameters of an SP payload mean, or why they mean
// none (RFC 3830, Section 6.10.1).
func policy() *vectors.File {
	b := policyBuilder{newFile("vectors_v1.json", "policy",
		"Security policies for SRTP, and the suites that they mean: RFC 3830, Section 6.10.1, RFC 4771, RFC 5748, RFC 7714 and RFC 8269. The keys stand in the messages in the clear, so that nothing else has to be right.")}
	b.note("OptionalCipher", vectors.Optional, "A cipher, or a key length of it, that RFC 3711 does not make mandatory.")
	b.note("OptionalPolicy", vectors.Optional, "A policy of mandatory algorithms that has no name, because a tag length is unusual or something is turned off.")
	b.note("RCC", vectors.Optional, "An integrity transform of RFC 4771 that carries the rollover counter.")
	b.note("TwoOctets", "FIELD_DEVIATION", "A length has a value of two octets. One is usual (P-10).")
	b.note("Implied", "UNCLEAR_TEXT", "The cipher implies the value of a parameter that is absent, against the default that RFC 3830 takes from SRTP (P-14, P-58).")
	b.note("TagLengthMisplaced", "FIELD_DEVIATION", "The session authentication key length holds the length of the authentication tag (P-13).")
	b.note("PolicyNumber", "FIELD_DEVIATION", "The number of the policy is not the one in the CS ID map (P-53).")
	b.note("NoPolicy", "FIELD_DEVIATION", "The message has no SP payload.")
	b.note("SwitchedOff", "CONFIDENTIALITY", "Encryption or authentication is turned off. A strict implementation refuses that.")

	b.suites()
	b.defaults()
	b.absent()
	b.orders()
	b.specific()
	b.units()
	b.derivationRates()
	b.authKeyLengths()
	b.saltLengths()
	b.keyLengths()
	b.tagLengths()
	b.switches()
	b.aead()
	b.unknown()
	b.several()
	b.keysThatDoNotFit()
	b.flagTransportProtected()
	return b.file
}

type policyBuilder struct{ *builder }

func (b policyBuilder) start(comment string) {
	b.startGroup("Policy", comment, vectors.Requires{Modes: []string{"psk"}}, obj{"client": obj{"transport_protected": true}})
}

// policySuites are the suites of the registries, with every parameter that
// decides something (RFC 3711; RFC 6188; RFC 5748; RFC 7714; RFC 8269).
var policySuites = func() []suite {
	hmac := func(name string, encr, keyLen, prf, tag byte) suite {
		return suite{name, int(keyLen), 14, []reference.Param{
			param(0, encr), param(1, keyLen), param(2, 1), param(3, 20), param(4, 14), param(5, prf), param(7, 1), param(8, 1),
			param(10, 1), param(11, tag),
		}}
	}
	aead := func(name string, encr, keyLen, prf byte, tag ...reference.Param) suite {
		return suite{name, int(keyLen), 12, append([]reference.Param{
			param(0, encr), param(1, keyLen), param(2, 0), param(4, 12), param(5, prf), param(7, 1), param(8, 1), param(10, 1),
		}, tag...)}
	}
	return []suite{
		hmac("AES_CM_128_HMAC_SHA1_80", 1, 16, 0, 10), hmac("AES_CM_128_HMAC_SHA1_32", 1, 16, 0, 4),
		hmac("AES_192_CM_HMAC_SHA1_80", 1, 24, 0, 10), hmac("AES_192_CM_HMAC_SHA1_32", 1, 24, 0, 4),
		hmac("AES_256_CM_HMAC_SHA1_80", 1, 32, 0, 10), hmac("AES_256_CM_HMAC_SHA1_32", 1, 32, 0, 4),
		hmac("F8_128_HMAC_SHA1_80", 2, 16, 0, 10),
		hmac("NULL_HMAC_SHA1_80", 0, 16, 0, 10), hmac("NULL_HMAC_SHA1_32", 0, 16, 0, 4),
		aead("AEAD_AES_128_GCM", 6, 16, 0, param(20, 16)), aead("AEAD_AES_256_GCM", 6, 32, 0, param(20, 16)),
		hmac("ARIA_128_CTR_HMAC_SHA1_80", 7, 16, 2, 10), hmac("ARIA_128_CTR_HMAC_SHA1_32", 7, 16, 2, 4),
		hmac("ARIA_256_CTR_HMAC_SHA1_80", 7, 32, 2, 10), hmac("ARIA_256_CTR_HMAC_SHA1_32", 7, 32, 2, 4),
		aead("AEAD_ARIA_128_GCM", 8, 16, 2, param(20, 16)), aead("AEAD_ARIA_256_GCM", 8, 32, 2, param(20, 16)),
		hmac("SEED_CTR_128_HMAC_SHA1_80", 3, 16, 1, 10), aead("SEED_128_CCM_80", 4, 16, 1), aead("SEED_128_GCM_96", 5, 16, 1),
	}
}()

// isOptional reports whether RFC 3711 leaves a suite out.
func isOptional(name string) bool {
	switch name {
	case "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "NULL_HMAC_SHA1_80", "NULL_HMAC_SHA1_32":
		return false
	}
	return true
}

func (b policyBuilder) add(comment string, calls []*vectors.Call, about ...string) {
	t := b.builder.add(comment, calls, unique(about...)...)
	for _, flag := range []string{"TwoOctets", "Implied", "TagLengthMisplaced", "PolicyNumber", "NoPolicy", "SwitchedOff"} {
		if t.Result == vectors.Valid && slices.Contains(t.Flags, flag) {
			acceptable(t)
		}
	}
}

// takes adds a policy that means a suite, or "" for a policy without a name. The
// reference has to read it in the same way.
func (b policyBuilder) takes(comment, name string, keyLen, saltLen int, params []reference.Param, about ...string) {
	got, code := reference.Policy(0, params)
	if code != reference.NoError || got.Suite != name || got.KeyLen != keyLen || got.SaltLen != saltLen {
		panic(fmt.Sprintf("%s: %v is %+v, error %d", comment, params, got, code))
	}
	switch {
	case name == "":
		about = append(about, "OptionalPolicy")
	case isOptional(name):
		about = append(about, "OptionalCipher")
	}
	c := newClear().with(func(c *clearMessage) {
		c.sps = []reference.Payload{reference.SP(0, 0, params...)}
		c.keys = []reference.Key{tekSalt(keyLen, saltLen)}
	})
	b.add(comment, []*vectors.Call{c.policyCall(suite{name: name, keyLen: keyLen, saltLen: saltLen})}, about...)
}

// policyCall is taken with steps for the policy and the keys alone.
func (c clearMessage) policyCall(suites ...suite) *vectors.Call {
	call := c.taken(suites...)
	_, keys := c.result(suites...)
	call.Steps = append(c.policySteps(), keys...)
	return call
}

// policySteps are one step for each parameter.
func (c clearMessage) policySteps() []vectors.Step {
	m := c.front()
	octets := c.octets()
	var steps []vectors.Step
	for i, p := range m.Payloads {
		if p.Number != reference.NumSP {
			continue
		}
		from, to := m.Offset(i), m.Offset(i+1)
		steps = append(steps, stepAt("SP", octets[from:from+5], "RFC 3830, Section 6.10", "request.message", from))
		for at := from + 5; at < to; {
			end := at + 2 + int(octets[at+1])
			steps = append(steps, stepAt(fmt.Sprintf("parameter %d", octets[at]), octets[at:end], policyParams[octets[at]], "request.message", at))
			at = end
		}
	}
	return steps
}

// policyParams are the meanings of parameters (RFC 3830, Table 6.10.1.a; RFC 4771,
// Section 4; RFC 7714, Section 14.3).
var policyParams = map[byte]string{
	0: "encryption algorithm", 1: "session encryption key length", 2: "authentication algorithm",
	3: "session authentication key length", 4: "session salt key length", 5: "SRTP pseudo-random function",
	6: "key derivation rate", 7: "SRTP encryption", 8: "SRTCP encryption", 9: "sender's FEC order",
	10: "SRTP authentication", 11: "authentication tag length", 12: "SRTP prefix length", 13: "ROC transmission rate",
	14: "SRTP authentication algorithm", 15: "SRTCP authentication algorithm", 16: "SRTP session authentication key length",
	17: "SRTCP session authentication key length", 18: "SRTP authentication tag length", 19: "SRTCP authentication tag length",
	20: "AEAD authentication tag length",
}

// refuses adds a policy that is refused as unsupported, with error 9 or 10. The
// key fits what a receiver without the check would make of the policy.
func (b policyBuilder) refuses(comment string, protocol byte, code, keyLen, saltLen int, params []reference.Param, about ...string) {
	if _, got := reference.Policy(protocol, params); got != code {
		panic(fmt.Sprintf("%s: %v is error %d, not %d", comment, params, got, code))
	}
	c := newClear().with(func(c *clearMessage) {
		c.sps = []reference.Payload{reference.SP(0, protocol, params...)}
		c.keys = []reference.Key{{Type: 3, Key: count(keyLen, 0x40), Salt: count(saltLen, 0x80)}}
	})
	call := refuse("respond", clearRequest(c.octets()), "unsupported", code)
	call.Steps = c.policySteps()
	b.add(comment, []*vectors.Call{call}, about...)
}

func (b policyBuilder) refuses10(comment string, params []reference.Param, about ...string) {
	b.refuses(comment, 0, reference.InvalidSPpar, 16, 14, params, append(about, "R-3830-048")...)
}

// spParams are the parameters of an SP.
func spParams(p ...reference.Param) []reference.Param { return p }

// suites is every suite with every parameter.
func (b policyBuilder) suites() {
	b.start("every suite, with every parameter that decides something")
	for _, u := range policySuites {
		b.takes("suite "+u.name, u.name, u.keyLen, u.saltLen, u.params, "R-3830-113", "R-3830-044")
	}
	for _, u := range []suite{aes128_80, aes128_32, aes256_80} {
		b.takes("suite "+u.name+" without its PRF", u.name, u.keyLen, u.saltLen, u.params, "R-3830-113", "R-3830-043")
	}
	for _, u := range []suite{gcm128, gcm256} {
		b.takes("suite "+u.name+" without its PRF and authentication switch", u.name, u.keyLen, u.saltLen, u.params, "R-3830-113", "R-7714-003")
	}
	b.takes("AEAD_AES_128_GCM as ONVIF writes it", "AEAD_AES_128_GCM", 16, 12,
		spParams(param(0, 6), param(1, 16), param(2, 0), param(4, 12), param(5, 0), param(7, 1), param(8, 1), param(20, 16)), "R-ONVIF-011")
	b.takes("AEAD_AES_256_GCM as ONVIF writes it", "AEAD_AES_256_GCM", 32, 12,
		spParams(param(0, 6), param(1, 32), param(2, 0), param(4, 12), param(5, 0), param(7, 1), param(8, 1), param(20, 16)), "R-ONVIF-011")
	b.takes("AES_CM_128_HMAC_SHA1_80 as ONVIF writes it", "AES_CM_128_HMAC_SHA1_80", 16, 14,
		spParams(param(0, 1), param(1, 16), param(2, 1), param(3, 20), param(4, 14), param(5, 0), param(7, 1), param(8, 1), param(11, 10)), "R-ONVIF-010")
}

// defaults is as few parameters as there can be.
func (b policyBuilder) defaults() {
	b.start("defaults: as few parameters as possible")
	b.takes("no parameters: the defaults of SRTP", "AES_CM_128_HMAC_SHA1_80", 16, 14, nil, "R-3830-043", "R-3830-042")
	for _, p := range usualParams {
		b.takes(fmt.Sprintf("parameter %d alone, with its default", p.Type), "AES_CM_128_HMAC_SHA1_80", 16, 14, spParams(p), "R-3830-043")
	}
	for _, p := range []reference.Param{param(4, 14), param(5, 0), param(6, 0), param(9, 0), param(12, 0), param(14, 1), param(15, 1), param(16, 20), param(17, 20), param(18, 10), param(19, 10)} {
		b.takes(fmt.Sprintf("parameter %d alone, with its default", p.Type), "AES_CM_128_HMAC_SHA1_80", 16, 14, spParams(p), "R-3830-043")
	}
	b.takes("the tag length alone", "AES_CM_128_HMAC_SHA1_32", 16, 14, spParams(param(11, 4)), "R-3830-043", "P-12")
	b.takes("the key length alone: 24", "AES_192_CM_HMAC_SHA1_80", 24, 14, spParams(param(1, 24)), "R-3830-044")
	b.takes("the key length alone: 32", "AES_256_CM_HMAC_SHA1_80", 32, 14, spParams(param(1, 32)), "R-3830-044")
	b.takes("the key length 24 and the tag length", "AES_192_CM_HMAC_SHA1_32", 24, 14, spParams(param(1, 24), param(11, 4)), "R-3830-044", "P-12")
	b.takes("the key length 32 and the tag length", "AES_256_CM_HMAC_SHA1_32", 32, 14, spParams(param(1, 32), param(11, 4)), "R-3830-044", "P-12")
	b.takes("NULL encryption alone", "NULL_HMAC_SHA1_80", 16, 14, spParams(param(0, 0)), "R-3830-043")
	b.takes("AES-F8 alone", "F8_128_HMAC_SHA1_80", 16, 14, spParams(param(0, 2)), "R-3830-043", "P-54")
	for _, u := range []struct {
		name            string
		encr            byte
		keyLen, saltLen int
	}{
		{"SEED_CTR_128_HMAC_SHA1_80", 3, 16, 14}, {"SEED_128_CCM_80", 4, 16, 12}, {"SEED_128_GCM_96", 5, 16, 12}, {"AEAD_AES_128_GCM", 6, 16, 12},
		{"ARIA_128_CTR_HMAC_SHA1_80", 7, 16, 14}, {"AEAD_ARIA_128_GCM", 8, 16, 12},
	} {
		b.takes(fmt.Sprintf("encryption %d alone", u.encr), u.name, u.keyLen, u.saltLen, spParams(param(0, u.encr)), "Implied", "R-3830-043", "P-14")
	}

	c := newClear().with(func(c *clearMessage) { c.sps = nil })
	b.add("no SP payload at all", []*vectors.Call{c.policyCall(sp80)}, "NoPolicy", "P-53", "R-3830-043")
	for _, n := range []byte{1, 255} {
		c := newClear().with(func(c *clearMessage) { c.sps, c.sessions = nil, []reference.Session{{Policy: n, SSRC: 1}} })
		b.add(fmt.Sprintf("no SP payload at all, for policy %d", n), []*vectors.Call{c.policyCall(sp80)}, "NoPolicy", "PolicyNumber", "P-53")
	}
}

// absent leaves each parameter out.
func (b policyBuilder) absent() {
	b.start("each parameter left out")
	for _, u := range policySuites {
		isAEAD := u.saltLen == 12
		for _, p := range u.params {
			if p.Type == 0 && isOptional(u.name) && u.params[0].Value[0] != 1 {
				continue // what is left belongs to another cipher
			}
			var rest []reference.Param
			for _, other := range u.params {
				if other.Type != p.Type {
					rest = append(rest, other)
				}
			}
			got, code := reference.Policy(0, rest)
			if code != reference.NoError {
				panic(u.name)
			}
			about := []string{"R-3830-043"}
			// RFC 3830 has SRTP's defaults, whatever the cipher: these parameters
			// have no other value that this cipher could have.
			switch {
			case p.Type == 5 && p.Value[0] != 0, isAEAD && (p.Type == 2 || p.Type == 4):
				about = append(about, "Implied", "P-14")
			case p.Type == 20:
				about = append(about, "P-58")
			}
			b.takes(fmt.Sprintf("%s without parameter %d", u.name, p.Type), got.Suite, got.KeyLen, got.SaltLen, rest, about...)
		}
	}
}

// orders is P-53: the order of parameters means nothing.
func (b policyBuilder) orders() {
	b.start("parameters in other orders")
	for _, u := range policySuites {
		b.takes(u.name+", parameters backwards", u.name, u.keyLen, u.saltLen, backwards(u.params), "P-53")
	}
	for _, i := range []int{1, 10} {
		u := policySuites[i]
		for n := range len(u.params) - 2 {
			rotated := append(slices.Clone(u.params[n+1:]), u.params[:n+1]...)
			b.takes(fmt.Sprintf("%s, parameters from number %d on", u.name, rotated[0].Type), u.name, u.keyLen, u.saltLen, rotated, "P-53")
		}
	}
}

// specific is parameters 13 to 19 of RFC 4771.
func (b policyBuilder) specific() {
	b.start("parameters for SRTP and SRTCP alone: RFC 4771, Section 4")
	for _, t := range []struct {
		comment string
		name    string
		params  []reference.Param
	}{
		{"tags of 4 and 10", aes128_32.name, spParams(param(18, 4), param(19, 10))},
		{"tag of SRTP 4", aes128_32.name, spParams(param(18, 4))},
		{"tag of SRTP 4, 10 in general", aes128_32.name, spParams(param(11, 10), param(18, 4))},
		{"tag of SRTP 4, 10 in general, in the other order", aes128_32.name, spParams(param(18, 4), param(11, 10))},
		{"tag 4 in general, SRTCP 10", aes128_32.name, spParams(param(11, 4), param(19, 10))},
		{"tag 4 in general, SRTCP 10, in the other order", aes128_32.name, spParams(param(19, 10), param(11, 4))},
		{"tag 4 in general, SRTP 10 and SRTCP 10", aes128_80.name, spParams(param(11, 4), param(18, 10), param(19, 10))},
		{"tags of 10 and 10, 4 in front of them", aes128_80.name, spParams(param(18, 10), param(19, 10), param(11, 4))},
		{"HMAC-SHA-1 for both, NULL in general", aes128_80.name, spParams(param(2, 0), param(14, 1), param(15, 1))},
		{"key lengths 20 for both, and nothing in general", aes128_80.name, spParams(param(16, 20), param(17, 20))},
		{"key lengths 20 for both, 32 in general", aes128_80.name, spParams(param(3, 32), param(16, 20), param(17, 20))},
		{"all six, as in general", aes128_80.name, spParams(param(2, 1), param(3, 20), param(11, 10), param(14, 1), param(15, 1), param(16, 20), param(17, 20), param(18, 10), param(19, 10))},
		{"all six, tag of SRTP 4", aes128_32.name, spParams(param(14, 1), param(15, 1), param(16, 20), param(17, 20), param(18, 4), param(19, 10))},
	} {
		b.takes(t.comment, t.name, 16, 14, t.params, "R-4771-002")
	}
	b.takes("tag of SRTP 10, 20 in general, which is that of SRTCP", "", 16, 14, spParams(param(11, 20), param(18, 10)), "R-4771-002")
	b.refuses10("tag of SRTP 10, 21 in general, which SRTCP cannot have", spParams(param(11, 21), param(18, 10)), "R-4771-002")
	for _, t := range []struct {
		comment string
		params  []reference.Param
	}{
		{"RCCm1 for SRTP", spParams(param(14, 2))},
		{"RCCm1 for SRTP, HMAC-SHA-1 in general, which is the example of the RFC", spParams(param(2, 1), param(14, 2))},
		{"RCCm2 for SRTP", spParams(param(14, 3))},
		{"RCCm3 for SRTP", spParams(param(14, 4))},
		{"RCCm1 with its tag and a rate", spParams(param(13, 0, 100), param(14, 2), param(18, 14))},
		{"RCCm2 with its tag, and that of SRTCP", spParams(param(14, 3), param(18, 14), param(19, 10))},
		{"RCCm3 with its tag and the rate 65535", spParams(param(13, 0xff, 0xff), param(14, 4), param(18, 4))},
		{"RCCm1 with a tag of 8: 4 of them are the ROC", spParams(param(14, 2), param(18, 8))},
		{"RCCm1 with the smallest tag", spParams(param(14, 2), param(18, 4))},
	} {
		b.takes(t.comment, "", 16, 14, t.params, "RCC", "R-4771-001", "R-4771-004", "R-4771-002")
	}
	for _, t := range []struct {
		comment string
		params  []reference.Param
		about   string
	}{
		{"tag of SRTCP 4", spParams(param(19, 4)), "R-3711-004"},
		{"tags of 4 and 4", spParams(param(18, 4), param(19, 4)), "R-3711-004"},
		{"tag 4 in general and for SRTCP", spParams(param(11, 4), param(19, 4)), "R-3711-004"},
		{"tag of SRTCP 9", spParams(param(19, 9)), "R-3711-004"},
		{"tag of SRTCP 0", spParams(param(19, 0)), "R-3711-004"},
		{"tag of SRTP 21: HMAC-SHA-1 has 20", spParams(param(18, 21)), "R-4771-002"},
		{"tag of SRTCP 21: HMAC-SHA-1 has 20", spParams(param(19, 21)), "R-4771-002"},
		{"key length of SRTCP 16", spParams(param(17, 16)), "R-3711-004"},
		{"key length of SRTP 16", spParams(param(16, 16)), "P-13"},
		{"key length of SRTP 10", spParams(param(16, 10)), "P-13"},
		{"key length of SRTCP 10", spParams(param(17, 10)), "P-13"},
		{"key length of SRTP 32, 20 in general", spParams(param(3, 20), param(16, 32)), "R-4771-002"},
		{"no authentication of SRTCP", spParams(param(15, 0)), "R-3711-004"},
		{"no authentication of SRTCP, HMAC-SHA-1 in general", spParams(param(2, 1), param(15, 0)), "R-3711-004"},
		{"RCCm1 for SRTCP", spParams(param(15, 2)), "R-4771-003"},
		{"RCCm2 for SRTCP", spParams(param(15, 3)), "R-4771-003"},
		{"RCCm3 for SRTCP", spParams(param(15, 4)), "R-4771-003"},
		{"RCCm1 for both", spParams(param(14, 2), param(15, 2)), "R-4771-003"},
		{"RCCm1 in general", spParams(param(2, 2)), "R-4771-003"},
		{"RCCm2 in general", spParams(param(2, 3)), "R-4771-003"},
		{"RCCm3 in general", spParams(param(2, 4)), "R-4771-003"},
		{"SRTP authentication 5", spParams(param(14, 5)), "R-3830-048"},
		{"SRTCP authentication 5", spParams(param(15, 5)), "R-3830-048"},
		{"SRTP authentication 241", spParams(param(14, 241)), "R-3830-018"},
		{"SRTCP authentication 255", spParams(param(15, 255)), "R-3830-018"},
		{"RCCm3 with a tag of 5", spParams(param(14, 4), param(18, 5)), "R-4771-004"},
		{"RCCm3 with a tag of 14", spParams(param(14, 4), param(18, 14)), "R-4771-004"},
		{"RCCm3 with a tag of 3", spParams(param(14, 4), param(18, 3)), "R-4771-004"},
		{"RCCm1 with a tag of 3, less than the ROC", spParams(param(14, 2), param(18, 3)), "R-4771-004"},
		{"RCCm2 without a tag", spParams(param(14, 3), param(18, 0)), "R-4771-004"},
		{"RCCm1 with the rate 0", spParams(param(13, 0, 0), param(14, 2)), "R-4771-001"},
		{"a rate without RCC", spParams(param(13, 0, 1)), "R-4771-001"},
		{"RCCm3 with the rate 0", spParams(param(13, 0, 0), param(14, 4)), "R-4771-001"},
	} {
		b.refuses10(t.comment, t.params, t.about)
	}
}

// units is P-10: octets and nothing else.
func (b policyBuilder) units() {
	b.start("lengths are in octets (P-10)")
	b.takes("a key length of two octets", aes128_80.name, 16, 14, spParams(param(1, 0, 16)), "TwoOctets", "P-10")
	b.takes("a key length 32 of two octets", "AES_256_CM_HMAC_SHA1_80", 32, 14, spParams(param(1, 0, 32)), "TwoOctets", "P-10")
	b.takes("a tag length of two octets", aes128_32.name, 16, 14, spParams(param(11, 0, 4)), "TwoOctets", "P-10")
	b.takes("all lengths of two octets", aes128_80.name, 16, 14, spParams(param(1, 0, 16), param(3, 0, 20), param(4, 0, 14), param(11, 0, 10)), "TwoOctets", "P-10")
	for _, t := range []struct {
		comment string
		params  []reference.Param
	}{
		{"key length 128", spParams(param(1, 128))},
		{"key length 192", spParams(param(1, 192))},
		{"key length 256 of two octets", spParams(param(1, 1, 0))},
		{"key length 128 of two octets", spParams(param(1, 0, 128))},
		{"key length 272 of two octets, whose last one is 16", spParams(param(1, 1, 16))},
		{"salt length 270 of two octets, whose last one is 14", spParams(param(4, 1, 14))},
		{"tag length 266 of two octets, whose last one is 10", spParams(param(11, 1, 10))},
		{"authentication key length 160", spParams(param(3, 160))},
		{"salt length 112", spParams(param(4, 112))},
		{"tag length 80", spParams(param(11, 80))},
		{"tag length 32", spParams(param(11, 32))},
		{"all lengths in bits", spParams(param(1, 128), param(3, 160), param(4, 112), param(11, 80))},
		{"tag length of SRTP 80", spParams(param(18, 80))},
		{"tag length of SRTCP 80", spParams(param(19, 80))},
		{"authentication key length of SRTP 160", spParams(param(16, 160))},
		{"AES-GCM with key length 128", spParams(param(0, 6), param(1, 128))},
		{"AES-GCM with salt length 96", spParams(param(0, 6), param(4, 96))},
		{"AES-GCM with tag length 128", spParams(param(0, 6), param(20, 128))},
	} {
		b.refuses10("in bits: "+t.comment, t.params, "P-10")
	}
}

// derivationRates is P-11.
func (b policyBuilder) derivationRates() {
	b.start("the key derivation rate, whose encoding no text has (P-11)")
	for _, n := range []int{1, 2, 3, 4, 8} {
		b.takes(fmt.Sprintf("key derivation rate 0 of %d octets", n), aes128_80.name, 16, 14, append(slices.Clone(usualParams), param(6, make([]byte, n)...)), "P-11")
	}
	for _, v := range [][]byte{{1}, {16}, {24}, {25}, {255}, {0, 1}, {1, 0}, {0, 0, 1}, {0, 0, 0, 1}, {1, 0, 0, 0}, {0x80, 0, 0, 0}} {
		b.refuses10(fmt.Sprintf("key derivation rate %x of %d octets", v, len(v)), append(slices.Clone(usualParams), param(6, v...)), "P-11", "R-3711-002")
	}
}

// authKeyLengths is P-13.
func (b policyBuilder) authKeyLengths() {
	b.start("the authentication key length, and tag lengths in its place (P-13)")
	for _, t := range []struct {
		comment string
		name    string
		params  []reference.Param
	}{
		{"4 without a tag length", aes128_32.name, spParams(param(3, 4))},
		{"10 without a tag length", aes128_80.name, spParams(param(3, 10))},
		{"10 and the tag length 10", aes128_80.name, spParams(param(3, 10), param(11, 10))},
		{"10, the tag length 10 in front of it", aes128_80.name, spParams(param(11, 10), param(3, 10))},
		{"4 for a key of 32", "AES_256_CM_HMAC_SHA1_32", spParams(param(1, 32), param(3, 4))},
		{"4 with NULL encryption", "NULL_HMAC_SHA1_32", spParams(param(0, 0), param(3, 4))},
	} {
		got, _ := reference.Policy(0, t.params)
		b.takes("authentication key length "+t.comment, t.name, got.KeyLen, 14, t.params, "TagLengthMisplaced", "P-13")
	}
	b.takes("authentication key length 20 and the tag length 4", aes128_32.name, 16, 14, spParams(param(3, 20), param(11, 4)), "P-13")
	for _, n := range []byte{0, 1, 3, 5, 9, 11, 12, 16, 19, 21, 32, 64, 255} {
		b.refuses10(fmt.Sprintf("authentication key length %d without a tag length", n), spParams(param(3, n)), "P-13")
		b.refuses10(fmt.Sprintf("authentication key length %d and the tag length 10", n), spParams(param(3, n), param(11, 10)), "P-13")
	}
	b.refuses10("authentication key length 4 and the tag length 10", spParams(param(3, 4), param(11, 10)), "P-13")
	b.refuses10("authentication key length 4 and the tag length 4", spParams(param(3, 4), param(11, 4)), "P-13")
	b.refuses10("authentication key length 10 and the tag length 4", spParams(param(3, 10), param(11, 4)), "P-13")
	b.refuses10("authentication key length 10 and the tag length 12", spParams(param(3, 10), param(11, 12)), "P-13")
}

// saltLengths is P-14.
func (b policyBuilder) saltLengths() {
	b.start("the salt length (P-14)")
	for _, encr := range []byte{0, 1, 2, 3, 7} {
		for _, n := range []int{0, 8, 12, 13, 15, 16, 28, 255} {
			b.refuses(fmt.Sprintf("encryption %d with a salt of %d", encr, n), 0, 10, 16, n, spParams(param(0, encr), param(4, byte(n))), "P-14", "R-3830-048")
		}
	}
	for _, encr := range []byte{4, 5, 6, 8} {
		for _, n := range []int{0, 8, 11, 13, 14, 16} {
			b.refuses(fmt.Sprintf("encryption %d with a salt of %d", encr, n), 0, 10, 16, n, spParams(param(0, encr), param(2, 0), param(4, byte(n))), "P-14", "R-7714-004", "R-3830-048")
		}
	}
}

// keyLengths is those that ciphers have, and others.
func (b policyBuilder) keyLengths() {
	b.start("key lengths that a cipher does not have")
	for _, t := range []struct {
		encr byte
		lens []int
	}{
		{1, []int{0, 1, 8, 14, 15, 17, 20, 23, 25, 31, 33, 40, 48, 64, 255}},
		{2, []int{0, 8, 15, 24, 32}},
		{3, []int{0, 8, 15, 24, 32}},
		{4, []int{0, 15, 24, 32}},
		{5, []int{0, 15, 24, 32}},
		{6, []int{0, 8, 15, 17, 24, 31, 33, 64}},
		{7, []int{0, 8, 15, 17, 24, 31, 33}},
		{8, []int{0, 8, 15, 17, 24, 31, 33}},
	} {
		saltLen := 14
		if t.encr == 4 || t.encr == 5 || t.encr == 6 || t.encr == 8 {
			saltLen = 12
		}
		for _, n := range t.lens {
			b.refuses(fmt.Sprintf("encryption %d with a key of %d", t.encr, n), 0, 10, max(n, 1), saltLen, spParams(param(0, t.encr), param(1, byte(n))), "R-3830-044", "R-3830-048")
		}
	}
}

// tagLengths is P-12, and tags that have no name.
func (b policyBuilder) tagLengths() {
	b.start("tag lengths (P-12)")
	for _, n := range []byte{5, 8, 9, 11, 12, 16, 20} {
		b.takes(fmt.Sprintf("tag length %d, which is no suite", n), "", 16, 14, spParams(param(11, n)), "P-12")
	}
	b.takes("tags of 4 and 20", "", 16, 14, spParams(param(18, 4), param(19, 20)), "P-12", "R-4771-002")
	b.takes("tags of 10 and 12", "", 16, 14, spParams(param(18, 10), param(19, 12)), "P-12", "R-4771-002")
	for _, n := range []byte{21, 24, 64, 255} {
		b.refuses10(fmt.Sprintf("tag length %d, more than HMAC-SHA-1 has", n), spParams(param(11, n)), "P-12")
	}
	b.takes("an SRTP prefix of 4 octets", "", 16, 14, spParams(param(12, 4)), "R-3830-113")
}

// switches is parameters 7, 8 and 10, and NULL authentication.
func (b policyBuilder) switches() {
	b.start("encryption and authentication off")
	for _, t := range []struct {
		comment string
		params  []reference.Param
	}{
		{"no encryption of SRTP", spParams(param(7, 0))},
		{"no encryption of SRTCP", spParams(param(8, 0))},
		{"no encryption at all", spParams(param(7, 0), param(8, 0))},
		{"no authentication of SRTP", spParams(param(10, 0))},
		{"NULL authentication, which SRTCP cannot have", spParams(param(2, 0))},
		{"NULL authentication with the key length 0", spParams(param(2, 0), param(3, 0))},
		{"NULL authentication of SRTP alone", spParams(param(14, 0))},
		{"neither encryption nor authentication of SRTP", spParams(param(7, 0), param(10, 0))},
	} {
		b.takes(t.comment, "", 16, 14, t.params, "SwitchedOff", "R-3830-113", "R-3711-004")
	}
	for _, p := range []byte{7, 8, 10} {
		for _, v := range []byte{2, 16, 255} {
			b.refuses10(fmt.Sprintf("parameter %d, which is 0 or 1, is %d", p, v), spParams(param(p, v)), "R-3830-113")
		}
	}
	for _, c := range []struct {
		encr byte
		name string
		req  string
	}{{3, "SEED-CTR", "R-5669-001"}, {7, "ARIA-CTR", "R-8269-002"}} {
		b.refuses10(c.name+" with the authentication of SRTP off", spParams(param(0, c.encr), param(10, 0)), c.req)
		b.refuses10(c.name+" with NULL authentication", spParams(param(0, c.encr), param(2, 0)), c.req)
		b.refuses10(c.name+" with NULL authentication of SRTP", spParams(param(0, c.encr), param(14, 0)), c.req)
		b.refuses10(c.name+" with RCCm3, which has no MAC", spParams(param(0, c.encr), param(14, 4)), c.req)
	}
}

// aead is P-58: ciphers that authenticate by themselves.
func (b policyBuilder) aead() {
	b.start("ciphers that authenticate by themselves (P-58): RFC 7714, RFC 8269, RFC 5669")
	for _, c := range []struct {
		encr, prf byte
		name      string
		tag       byte
	}{{6, 0, "AEAD_AES_128_GCM", 16}, {8, 2, "AEAD_ARIA_128_GCM", 16}} {
		base := spParams(param(0, c.encr), param(1, 16), param(2, 0), param(4, 12), param(5, c.prf))
		plus := func(p ...reference.Param) []reference.Param { return append(slices.Clone(base), p...) }
		for _, t := range []struct {
			comment string
			params  []reference.Param
		}{
			{"the AEAD tag length", plus(param(20, 16))},
			{"no tag length", plus()},
			{"the authentication key length 0", plus(param(3, 0))},
			{"the authentication key length 0 and the AEAD tag length", plus(param(3, 0), param(20, 16))},
			{"the general tag length 10, which means nothing", plus(param(11, 10))},
			{"the general tag length 0, which means nothing", plus(param(11, 0), param(20, 16))},
			{"the general tag length 16", plus(param(11, 16), param(20, 16))},
		} {
			b.takes(c.name+" with "+t.comment, c.name, 16, 12, t.params, "P-58", "R-7714-001")
		}
		b.takes(c.name+" with SRTCP in the clear", "", 16, 12, plus(param(8, 0)), "SwitchedOff", "R-3830-113")
		b.refuses(c.name+" with SRTP in the clear", 0, 10, 16, 12, plus(param(7, 0)), "R-7714-004")
		for _, n := range []byte{0, 4, 8, 10, 12, 13, 15, 17, 32, 255} {
			b.refuses(fmt.Sprintf("%s with the AEAD tag length %d", c.name, n), 0, 10, 16, 12, plus(param(20, n)), "P-58", "R-7714-001")
		}
		for _, t := range []struct {
			comment string
			params  []reference.Param
			about   string
		}{
			{"HMAC-SHA-1 as well", spParams(param(0, c.encr), param(2, 1), param(4, 12)), "R-7714-006"},
			{"HMAC-SHA-1 for SRTP as well", plus(param(14, 1)), "R-7714-006"},
			{"HMAC-SHA-1 for SRTCP as well", plus(param(15, 1)), "R-7714-006"},
			{"the authentication of SRTP off", plus(param(10, 0)), "R-7714-004"},
			{"a rate of RCC", plus(param(13, 0, 1)), "R-4771-001"},
		} {
			b.refuses(c.name+" with "+t.comment, 0, 10, 16, 12, t.params, t.about, "P-58")
		}
	}
	for _, prf := range []byte{1, 2, 3, 241} {
		b.refuses(fmt.Sprintf("AES-GCM with the PRF %d", prf), 0, 10, 16, 12, spParams(param(0, 6), param(2, 0), param(5, prf)), "R-7714-003")
	}
	for _, prf := range []byte{0, 1, 3, 241} {
		b.refuses(fmt.Sprintf("ARIA-GCM with the PRF %d", prf), 0, 10, 16, 12, spParams(param(0, 8), param(2, 0), param(5, prf)), "R-8269-001")
		b.refuses(fmt.Sprintf("ARIA-CTR with the PRF %d", prf), 0, 10, 16, 14, spParams(param(0, 7), param(5, prf)), "R-8269-001")
	}
	for _, n := range []byte{10, 16} {
		b.refuses10(fmt.Sprintf("AES-CM with the AEAD tag length %d", n), spParams(param(0, 1), param(20, n)), "R-7714-001")
	}
	for _, c := range []struct {
		encr byte
		name string
		tag  byte
	}{{4, "SEED-CCM", 16}, {5, "SEED-GCM", 16}} {
		b.refuses(fmt.Sprintf("%s with the AEAD tag length %d", c.name, c.tag), 0, 10, 16, 12, spParams(param(0, c.encr), param(2, 0), param(20, c.tag)), "R-5669-002")
		b.refuses(c.name+" with the encryption of SRTP off", 0, 10, 16, 12, spParams(param(0, c.encr), param(2, 0), param(7, 0)), "R-5669-002")
		b.refuses(c.name+" with the authentication of SRTP off", 0, 10, 16, 12, spParams(param(0, c.encr), param(2, 0), param(10, 0)), "R-5669-002")
	}
}

// unknown is what nobody knows, and other protocols.
func (b policyBuilder) unknown() {
	b.start("parameters, values and protocols that nobody knows")
	for _, t := range []byte{21, 22, 100, 127, 128, 239, 240} {
		b.refuses10(fmt.Sprintf("parameter %d, which is unassigned", t), append(slices.Clone(usualParams), param(t, 0)), "R-3830-113")
	}
	for _, p := range usualParams {
		b.refuses10(fmt.Sprintf("parameter %d twice", p.Type), append(slices.Clone(usualParams), p), "R-3830-113")
	}
	for _, t := range []byte{241, 250, 255} {
		b.refuses10(fmt.Sprintf("parameter %d of the private range", t), append(slices.Clone(usualParams), param(t, 1)), "R-3830-018")
	}
	b.refuses10("an unknown parameter without a value", append(slices.Clone(usualParams), param(99)), "R-3830-113")
	b.refuses10("an unknown parameter in front of the others", append(spParams(param(99, 1)), usualParams...), "R-3830-113")
	for _, p := range []struct {
		t    byte
		name string
		from byte
	}{{0, "encryption", 9}, {2, "authentication", 5}, {5, "PRF", 3}, {9, "FEC order", 1}} {
		for _, v := range []byte{p.from, p.from + 1, 127, 128, 240} {
			b.refuses10(fmt.Sprintf("%s %d, which is unassigned", p.name, v), spParams(param(p.t, v)), "R-3830-113")
		}
		for _, v := range []byte{241, 255} {
			b.refuses10(fmt.Sprintf("%s %d of the private range", p.name, v), spParams(param(p.t, v)), "R-3830-018")
		}
	}
	for _, protocol := range []byte{1, 2, 3, 128, 240, 241, 255} {
		name := fmt.Sprintf("protocol %d", protocol)
		about := "R-3830-113"
		if protocol > 240 {
			about = "R-3830-018"
		}
		b.refuses(name+" with the parameters of SRTP", protocol, 9, 16, 14, usualParams, about, "R-3830-048")
		b.refuses(name+" without parameters", protocol, 9, 16, 14, nil, about, "R-3830-048")
		b.refuses(name+" with parameters that SRTP does not have", protocol, 9, 16, 14, spParams(param(99, 1), param(0, 200)), about, "R-3830-048")
	}
	b.refuses("TESLA with its own parameters", 1, 9, 16, 14, spParams(param(1, 0), param(2, 0, 160), param(3, 0), param(4, 0, 80), param(5, clearTime(0)...)), "R-3830-048")
}

// several is P-53: which crypto session has which policy.
func (b policyBuilder) several() {
	b.start("several policies and crypto sessions (P-53); the keys come out of a TGK, whose lengths follow from the policy")
	session := func(numbers ...byte) (all []reference.Session) {
		for i, n := range numbers {
			all = append(all, reference.Session{Policy: n, SSRC: uint32(i + 1)})
		}
		return all
	}
	sp := func(number byte, u suite) reference.Payload { return reference.SP(number, 0, u.params...) }
	of := func(sessions []reference.Session, sps ...reference.Payload) clearMessage {
		return newClear().with(func(c *clearMessage) {
			c.sessions, c.sps = sessions, sps
			c.keys = []reference.Key{{Type: reference.KeyTGK, Key: count(32, 0x40)}}
		})
	}
	for _, t := range []struct {
		comment string
		c       clearMessage
		suites  []suite
		flags   []string
	}{
		{"two policies, one crypto session each", of(session(0, 1), sp(0, aes128_80), sp(1, aes256_80)), []suite{aes128_80, aes256_80}, []string{"OptionalCipher"}},
		{"two policies, crosswise", of(session(1, 0), sp(0, aes128_80), sp(1, aes128_32)), []suite{aes128_32, aes128_80}, nil},
		{"two policies, not in the order of their numbers", of(session(0, 1), sp(1, aes128_32), sp(0, aes128_80)), []suite{aes128_80, aes128_32}, nil},
		{"two policies, the second one for all", of(session(1, 1, 1), sp(0, aes128_80), sp(1, aes128_32)), []suite{aes128_32}, nil},
		{"two policies, the first one for all", of(session(0, 0), sp(0, aes128_80), sp(1, aes128_32)), []suite{aes128_80}, nil},
		{"numbers 200 and 7", of(session(7, 200, 7), sp(200, aes128_32), sp(7, aes128_80)), []suite{aes128_80, aes128_32, aes128_80}, nil},
		{"numbers 255 and 0", of(session(255, 0), sp(0, aes128_32), sp(255, aes128_80)), []suite{aes128_80, aes128_32}, nil},
		{"number 255 alone", of(session(255), sp(255, aes128_32)), []suite{aes128_32}, nil},
		{"one policy for four crypto sessions", of(session(3, 3, 3, 3), sp(3, aes128_32)), []suite{aes128_32}, nil},
		{"two policies that say the same", of(session(0, 1), sp(0, aes128_80), reference.SP(1, 0)), []suite{aes128_80}, nil},
		{"three lengths of key and salt", of(session(2, 1, 0), sp(0, aes128_80), sp(1, gcm256), sp(2, aes256_80)), []suite{aes256_80, gcm256, aes128_80}, []string{"OptionalCipher"}},
		{"AES-GCM with both lengths of key", of(session(0, 1), sp(0, gcm128), sp(1, gcm256)), []suite{gcm128, gcm256}, []string{"OptionalCipher"}},
		{"16 policies", of(session(15, 3, 0), func() (all []reference.Payload) {
			for n := range byte(16) {
				u := aes128_80
				if n%2 == 1 {
					u = aes128_32
				}
				all = append(all, reference.SP(n, 0, u.params[1], u.params[8]))
			}
			return all
		}()...), []suite{aes128_32, aes128_32, aes128_80}, nil},
		{"the only policy has another number", of(session(0), sp(9, aes128_32)), []suite{aes128_32}, []string{"PolicyNumber"}},
		{"the only policy has another number, for two crypto sessions", of(session(0, 1), sp(9, aes128_32)), []suite{aes128_32}, []string{"PolicyNumber"}},
	} {
		b.add(t.comment, []*vectors.Call{t.c.policyCall(t.suites...)}, append(t.flags, "P-53", "R-3830-113", "R-3830-041")...)
	}
	for _, t := range []struct {
		comment string
		c       clearMessage
		stage   string
		code    int
		about   string
	}{
		{"a number that neither of two policies has", of(session(2), sp(0, aes128_80), sp(1, aes128_32)), "malformed", -1, "R-3830-113"},
		{"the second crypto session has a number that neither of two policies has", of(session(0, 2), sp(0, aes128_80), sp(1, aes128_32)), "malformed", -1, "R-3830-113"},
		{"the last of five crypto sessions has a number that no policy has", of(session(0, 1, 0, 1, 5), sp(0, aes128_80), sp(1, aes128_32)), "malformed", -1, "R-3830-113"},
		{"two policies with one number", of(session(0), sp(0, aes128_80), sp(0, aes128_32)), "malformed", -1, "R-3830-041"},
		{"two policies with one number, which say the same", of(session(0), sp(0, aes128_80), sp(0, aes128_80)), "malformed", -1, "R-3830-041"},
		{"three policies, the last with the number of the first", of(session(0, 1), sp(0, aes128_80), sp(1, aes128_32), sp(0, aes128_32)), "malformed", -1, "R-3830-041"},
		{"the second of two policies that are needed is not supported", of(session(0, 1), sp(0, aes128_80), reference.SP(1, 0, param(0, 99))), "unsupported", 10, "R-3830-048"},
		{"the first of two policies that are needed is not supported", of(session(0, 1), reference.SP(0, 0, param(1, 17)), sp(1, aes128_80)), "unsupported", 10, "R-3830-048"},
		{"the second of two policies that are needed is for another protocol", of(session(0, 1), sp(0, aes128_80), reference.SP(1, 1)), "unsupported", 9, "R-3830-048"},
		{"both policies are for another protocol", of(session(0, 1), reference.SP(0, 241), reference.SP(1, 242)), "unsupported", 9, "R-3830-048"},
	} {
		call := refuse("respond", clearRequest(t.c.octets()), t.stage, t.code)
		call.Steps = t.c.policySteps()
		b.add(t.comment, []*vectors.Call{call, shortly(newClear())}, "P-53", t.about)
	}
}

// keysThatDoNotFit are keys with the lengths of other suites.
func (b policyBuilder) keysThatDoNotFit() {
	b.start("keys that do not fit the policy: a TEK is the master key as it stands (RFC 3830, Appendix A.1)")
	lens := [][2]int{{16, 14}, {24, 14}, {32, 14}, {16, 12}, {32, 12}}
	for _, u := range []suite{policySuites[0], policySuites[2], policySuites[4], policySuites[9], policySuites[10]} {
		for _, n := range lens {
			if n == [2]int{u.keyLen, u.saltLen} {
				continue
			}
			c := newClear().with(func(c *clearMessage) {
				c.sps = []reference.Payload{reference.SP(0, 0, u.params...)}
				c.keys = []reference.Key{tekSalt(n[0], n[1])}
			})
			call := refuse("respond", clearRequest(c.octets()), "malformed", -1)
			call.Steps = append(c.policySteps(), step("key", c.keys[0].Key, fmt.Sprintf("%s has %d octets", u.name, u.keyLen)), step("salt", c.keys[0].Salt, fmt.Sprintf("%s has %d octets", u.name, u.saltLen)))
			right := newClear().with(func(c *clearMessage) {
				c.sps = []reference.Payload{reference.SP(0, 0, u.params...)}
				c.keys = []reference.Key{tekSalt(u.keyLen, u.saltLen)}
			})
			keys, _ := right.result(u)
			about := []string{"R-3830-044", "R-3830-115"}
			calls := []*vectors.Call{call}
			if !isOptional(u.name) {
				calls = append(calls, accept("respond", clearRequest(right.octets()), obj{"keys": keys}))
			} else {
				about = append(about, "OptionalCipher")
			}
			b.add(fmt.Sprintf("%s with a key of %d and a salt of %d", u.name, n[0], n[1]), calls, about...)
		}
	}
}
