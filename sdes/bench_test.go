package sdes

import "testing"

// usual is the line of RFC 4568, Section 4.
const usual = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:32"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(usual); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	a, err := Parse(usual)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Line(); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAllocations: a usual line takes two allocations at most.
func TestAllocations(t *testing.T) {
	for _, line := range []string{usual, head + "inline:" + rfcKey, head + "inline:" + rfcKey + "|2^31|1:4 KDR=1"} {
		n := testing.AllocsPerRun(100, func() {
			if _, err := Parse(line); err != nil {
				t.Fatal(err)
			}
		})
		if n > 2 {
			t.Errorf("%v allocations for %s", n, line)
		}
	}
}
