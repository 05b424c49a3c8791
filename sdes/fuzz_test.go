package sdes

import (
	"reflect"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

var fuzzLines = []string{
	usual,
	"a=crypto:2 F8_128_HMAC_SHA1_80 inline:" + rfcKey2 + "|2^20|1:4; inline:" + rfcKey3 + "|2^20|2:4 FEC_ORDER=FEC_SRTP",
	head + "inline:" + rfcKey + "|1066:4 KDR=0 UNENCRYPTED_SRTP wsh=128 -x=y UNENCRYPTED_SRTCP",
	head + "inline:" + rfcKey + "|1000 UNAUTHENTICATED_SRTP FEC_KEY=inline:" + rfcKey1 + "|1:1; inline:" + rfcKey2 + "|2:1 KDR=24",
	"1 AEAD_AES_128_GCM inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNA|18446744073709551616:128",
	"7 FOO inline:x; y:z FEC_KEY=a:b; c:d BAR", head + "url:x;inline:" + rfcKey, "", "1", "a=crypto:0 X Y:Z", "1 A B:C ",
}

// FuzzParse checks that what parses has one canonical text.
func FuzzParse(f *testing.F) {
	for _, l := range fuzzLines {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Parse(text)
		if err != nil {
			if !reflect.DeepEqual(a, Attribute{}) {
				t.Fatal("an attribute beside an error")
			}
			return
		}
		canonical, err := a.Line()
		if err != nil {
			t.Fatalf("what was parsed cannot be written: %v", err)
		}
		if strings.ContainsAny(canonical, "\r\n\t") || strings.Contains(canonical, "  ") {
			t.Fatalf("canonical text %q", canonical)
		}
		again, err := Parse(canonical)
		if err != nil {
			t.Fatalf("%q cannot be parsed: %v", canonical, err)
		}
		// KDR=0 is dropped, and with it its place.
		a.Params.order, again.Params.order = nil, nil
		if !reflect.DeepEqual(a, again) {
			t.Fatalf("%v became %v", a, again)
		}
		again, _ = Parse(canonical)
		if line, err := again.Line(); err != nil || line != canonical {
			t.Fatalf("%q became %q, %v", canonical, line, err)
		}
		value, err := a.Value()
		if err != nil || !strings.HasPrefix(canonical, "a=crypto:") || len(value) > MaxLine {
			t.Fatalf("value %q, %v", value, err)
		}
		_ = a.String()
		if a.Check() == nil && len(a.Keys) == 0 {
			t.Fatal("an attribute for use without keys")
		}
	})
}

// FuzzAnswer checks that whatever is answered was offered, fits the
// configuration, and is understood by the offerer.
func FuzzAnswer(f *testing.F) {
	for i, l := range fuzzLines {
		f.Add(l+"\n"+fuzzLines[(i+1)%len(fuzzLines)], uint8(i))
	}
	f.Fuzz(func(t *testing.T, text string, flags uint8) {
		c := &Config{
			Suites:                    Suites(),
			AcceptUnencryptedSRTP:     flags&1 != 0,
			AcceptUnencryptedSRTCP:    flags&2 != 0,
			AcceptUnauthenticatedSRTP: flags&4 != 0,
			AcceptKDR:                 flags&8 != 0,
			AcceptSRTPThenFEC:         flags&16 != 0,
			Rand:                      &counter{},
		}
		remote := Medium{Crypto: strings.Split(text, "\n")}
		if flags&32 != 0 {
			remote.FECAddress = "fec"
		}
		local := Medium{Address: "x"}
		answer, s, err := Answer(remote, local, c)
		if (err == nil) == answer.Rejected || (err == nil) != (s != nil) {
			t.Fatalf("%v with %v", err, answer)
		}
		if err != nil {
			return
		}
		var offered []Attribute
		for _, l := range remote.Crypto {
			if a, err := Parse(l); err == nil && a.Check() == nil {
				offered = append(offered, a)
			}
		}
		o, err := newOffer(remote, Config{}, offered, nil)
		if err != nil {
			t.Fatal(err)
		}
		alice, err := o.ApplyAnswer(answer)
		if err != nil {
			t.Fatalf("the offerer refuses the answer: %v", err)
		}
		crosswise(t, alice, s)
		p := s.Receive.Policy
		if !p.EncryptSRTP && !c.AcceptUnencryptedSRTP || !p.EncryptSRTCP && !c.AcceptUnencryptedSRTCP ||
			!p.Authenticate && !c.AcceptUnauthenticatedSRTP || s.Receive.KDR != 0 && !c.AcceptKDR ||
			s.Receive.FECOrder == SRTPThenFEC && !c.AcceptSRTPThenFEC || s.Suite == mikey.NoSuite {
			t.Fatalf("%v is against the configuration", s)
		}

		// The same offer again changes nothing.
		answer, next, err := s.Answer(remote, local, c)
		if err != nil || next.Send.Context != Keep || next.Receive.Context != Keep || len(answer.Crypto) != 1 {
			t.Fatalf("%v, %v", next, err)
		}
	})
}

// counter is a random source whose keys are all different.
type counter struct{ n byte }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		c.n++
		b[i] = c.n
	}
	return len(b), nil
}
