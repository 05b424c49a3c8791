package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/srtpbridge"
)

func runDemo(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(append([]string{"demo"}, args...), strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// demoGolden is the output, with what changes from run to run replaced.
const demoGolden = `Alice calls Bob: mode psk, suite AES_CM_128_HMAC_SHA1_80.
Both know a secret of 32 octets, drawn for this call.

Alice offers:

    v=0
    o=alice 1 1 IN IP4 127.0.0.1
    s=-
    c=IN IP4 127.0.0.1
    t=0 0
    a=key-mgmt:mikey BASE64
    m=audio PORT RTP/SAVP 0

The MIKEY message in it has 182 octets:

    HDR    PSK init, CSB HEX, PRF MIKEY-1, answer wanted
           crypto session 1: policy 0, SSRC 000a11ce, ROC 0
           crypto session 2: policy 0, SSRC still open, ROC 0
    T      NTP-UTC TIME
    RAND   16 octets
    ID     NAI "alice@example.com"
    ID     NAI "bob@example.com"
    SP     policy 0: SRTP, AES_CM_128_HMAC_SHA1_80
    EXT    SDP IDs: "mikey"
    KEMAC  20 octets under AES-CM-128, MAC HMAC-SHA-1-160

Bob verifies it: the message is authentic, from NAI "alice@example.com", and new,
and the SDP offers the protocols that it lists (mikey).

Bob answers:

    v=0
    o=bob 1 1 IN IP4 127.0.0.1
    s=-
    c=IN IP4 127.0.0.1
    t=0 0
    a=key-mgmt:mikey BASE64
    m=audio PORT RTP/SAVP 0

The MIKEY message in it has 79 octets:

    HDR    PSK ver, CSB HEX, PRF MIKEY-1
           crypto session 1: policy 0, SSRC 000a11ce, ROC 0
           crypto session 2: policy 0, SSRC 00000b0b, ROC 0
    T      NTP-UTC TIME
    ID     NAI "bob@example.com"
    V      MAC HMAC-SHA-1-160

Alice verifies it: the answer is authentic, from NAI "bob@example.com".

Keys, as the start of SHA-256 over master key and master salt:

    crypto session 1, Alice to Bob: SSRC 000a11ce, AES_CM_128_HMAC_SHA1_80
        key HEX at Alice, HEX at Bob
    crypto session 2, Bob to Alice: SSRC 00000b0b, AES_CM_128_HMAC_SHA1_80
        key HEX at Alice, HEX at Bob

Media over UDP:

    Alice -> Bob    SRTP   50 octets, decrypted: "Hello, Bob, this is packet 1"
    Alice -> Bob    SRTP   50 octets, decrypted: "Hello, Bob, this is packet 2"
    Alice -> Bob    SRTP   50 octets, decrypted: "Hello, Bob, this is packet 3"
    Alice -> Bob    SRTCP  42 octets, decrypted: a sender report
    Bob   -> Alice  SRTP   52 octets, decrypted: "Hello, Alice, this is packet 1"
    Bob   -> Alice  SRTP   52 octets, decrypted: "Hello, Alice, this is packet 2"
    Bob   -> Alice  SRTP   52 octets, decrypted: "Hello, Alice, this is packet 3"
    Bob   -> Alice  SRTCP  42 octets, decrypted: a sender report

Media was decrypted on both sides: Alice and Bob have the same keys.
`

func TestDemo(t *testing.T) {
	status, stdout, stderr := runDemo()
	if status != exitOK || stderr != "" {
		t.Fatalf("status %d, stderr %q", status, stderr)
	}
	for _, r := range []struct{ pattern, with string }{
		{`(mikey) [A-Za-z0-9+/=]{20,}`, "$1 BASE64"},
		{`(audio) \d+`, "$1 PORT"},
		{`(CSB) [0-9a-f]{8}`, "$1 HEX"},
		{`(NTP-UTC) \S+`, "$1 TIME"},
		{`key [0-9a-f]{16} at Alice, [0-9a-f]{16} at`, "key HEX at Alice, HEX at"},
	} {
		stdout = regexp.MustCompile(r.pattern).ReplaceAllString(stdout, r.with)
	}
	if stdout != demoGolden {
		t.Errorf("stdout:\n%s\nwant:\n%s", stdout, demoGolden)
	}
}

func TestDemoSuites(t *testing.T) {
	for _, suite := range srtpbridge.Suites() {
		status, stdout, stderr := runDemo("--suite", suite.String(), "--mode", "psk")
		if status != exitOK || stderr != "" {
			t.Errorf("%v: status %d, stderr %q", suite, status, stderr)
		}
		if !strings.Contains(stdout, "SRTP, "+suite.String()) || !strings.Contains(stdout, "Media was decrypted on both sides") {
			t.Errorf("%v: stdout\n%s", suite, stdout)
		}
	}
}

func TestDemoModes(t *testing.T) {
	const certificates = "All three were made for this\ncall, with their keys, and are thrown away after it:"
	const bobKnows = `
Who authenticated whom:

    Bob   knows that Alice is URI "sip:alice@example.com",
          by a signature with the key of CN=Alice, SHA-256 `
	for _, test := range []struct {
		args []string
		want []string // in this order
	}{
		{[]string{"--mode", "pk"}, []string{
			"Alice calls Bob: mode pk, ", certificates,
			"    Root   CN=Throwaway root\n           ECDSA key of P-256, valid 20",
			"    Alice  CN=Alice, for sip:alice@example.com\n           RSA key of 2048 bits, valid 20", "           SHA-256 ",
			"    Bob    CN=Bob, for sip:bob@example.com\n", "encrypts them to Bob's certificate",
			"    HDR    PK init, ", "    CERT   X.509v3, ", " octets: CN=Alice\n", "    PKE    256 octets, No cache\n", "    SIGN   RSASSA-PKCS1-v1_5, 256 octets\n",
			"    HDR    PK ver, ", "    V      MAC HMAC-SHA-1-160\n", bobKnows,
			"    Alice knows that Bob is URI \"sip:bob@example.com\",\n          ",
		}},
		{[]string{"--mode", "dh"}, []string{
			certificates, "Both contribute a value of the group OAKLEY 5 to the keys and sign it.",
			"    HDR    DH init, ", "    DH     OAKLEY 5, 192 octets\n", "    HDR    DH resp, ", "CN=Bob\n", "    DH     OAKLEY 5, 192 octets\n    DH     OAKLEY 5, 192 octets\n",
			bobKnows, "    Alice knows that Bob is URI \"sip:bob@example.com\",\n          by a signature with the key of CN=Bob, SHA-256 ",
		}},
		{[]string{"--mode", "dh", "--group", "X-Wing", "--suite", "AEAD_AES_256_GCM"}, []string{
			"the group X-Wing", "SRTP, AEAD_AES_256_GCM\n", "    DH     X-Wing, 1216 octets\n", "    DH     X-Wing, 1120 octets\n    DH     X-Wing, 1216 octets\n",
		}},
		{[]string{"--mode", "rsa-r"}, []string{
			certificates, "Bob draws the keys and encrypts them to Alice's certificate",
			"    HDR    RSA-R init, ", "    HDR    RSA-R resp, ", "    KEMAC  ", "    PKE    256 octets, No cache\n",
			bobKnows, "    Alice knows that Bob is URI \"sip:bob@example.com\",\n          by a signature with the key of CN=Bob, SHA-256 ",
		}},
		{[]string{"--mode", "dhhmac"}, []string{"Both know a secret of 32 octets", "OAKLEY 5", "    HDR    DHHMAC init, ", "    DH     OAKLEY 5, 192 octets\n", "    HDR    DHHMAC resp, "}},
	} {
		status, stdout, stderr := runDemo(test.args...)
		if status != exitOK || stderr != "" {
			t.Errorf("%q: status %d, stderr %q", test.args, status, stderr)
			continue
		}
		rest := stdout
		for _, want := range append(test.want, "Media was decrypted on both sides") {
			i := strings.Index(rest, want)
			if i < 0 {
				t.Errorf("%q: stdout lacks %q:\n%s", test.args, want, stdout)
				break
			}
			rest = rest[i+len(want):]
		}
	}
}

func TestDemoGroups(t *testing.T) {
	for _, g := range demoGroups() {
		name := demoGroupName(g)
		status, stdout, stderr := runDemo("--mode", "dhhmac", "--group", strings.ToLower(name))
		if status != exitOK || stderr != "" || !strings.Contains(stdout, "    DH     "+g.String()+", ") {
			t.Errorf("%s: status %d, stderr %q, stdout\n%s", name, status, stderr, stdout)
		}
		if !strings.Contains(demoUsage, name) {
			t.Errorf("the usage text lacks %s", name)
		}
	}
	for _, m := range demoModes {
		if !strings.Contains(demoUsage, "\n    "+m.name+" ") {
			t.Errorf("the usage text lacks %s", m.name)
		}
	}
}

func TestDemoVerbose(t *testing.T) {
	status, stdout, stderr := runDemo("--verbose")
	if status != exitOK || stderr != "" {
		t.Fatalf("status %d, stderr %q", status, stderr)
	}
	for _, want := range []string{
		"\n    0100",                     // the first message: version 1, PSK init
		"\n    0101",                     // the second: PSK ver
		"sent       80000001",            // an SRTP packet
		"decrypted  80000001",            // the same in the clear
		"decrypted  80c80006000a11ce000", // a sender report in the clear
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("stdout lacks %q:\n%s", want, stdout)
		}
	}
}

func TestDemoUsage(t *testing.T) {
	for _, test := range []struct {
		args   []string
		stderr []string
	}{
		{[]string{"--mode", "x"}, []string{`error: there is no mode "x" to show`, "hint: modes are: psk, pk, dh, rsa-r, dhhmac\n"}},
		{[]string{"--mode", "dh", "--group", "x"}, []string{`error: there is no group "x"`, "hint: groups are: OAKLEY5, OAKLEY2, OAKLEY1, P-256, "}},
		{[]string{"--group", "X25519"}, []string{"error: the mode psk has no group", "hint: modes with a group are: dh, dhhmac\n"}},
		{[]string{"--suite", "x"}, []string{`error: there is no suite "x"`, "hint: suites are: AES_CM_128_HMAC_SHA1_80, "}},
		{[]string{"--suite", "F8_128_HMAC_SHA1_80"}, []string{"cannot be shown", "encryption algorithm AES-F8 is not supported", "hint: suites are: "}},
		{[]string{"--suite", "NULL_HMAC_SHA1_80"}, []string{"does not encrypt", "hint: suites are: "}},
		{[]string{"--colour"}, []string{"error: ", `hint: "mikeytool demo -h"`}},
		{[]string{"more"}, []string{"error: demo takes no arguments"}},
	} {
		status, stdout, stderr := runDemo(test.args...)
		if status != exitUsage || stdout != "" {
			t.Errorf("%q: status %d, stdout %q", test.args, status, stdout)
		}
		for _, want := range test.stderr {
			if !strings.Contains(stderr, want) {
				t.Errorf("%q: stderr %q lacks %q", test.args, stderr, want)
			}
		}
	}
	if status, stdout, stderr := runDemo("-h"); status != exitOK || stdout != demoUsage || stderr != "" {
		t.Errorf("-h: status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}
