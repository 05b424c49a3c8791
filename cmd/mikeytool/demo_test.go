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
		{[]string{"--mode", "x"}, []string{`error: there is no mode "x" to show`, "hint: modes are: psk"}},
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
