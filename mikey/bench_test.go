package mikey_test

import (
	"encoding/hex"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

const usual = "010005001122334401000055667788000000000b00ebfe6f2db1c13fd00a10202122232425262728292a2b2c2d2e2f0100000018000101" +
	"0101100201010301140701010801010a01010b010a000000220020001e808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d00"

func BenchmarkParseMessage(b *testing.B) {
	data, _ := hex.DecodeString(usual)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mikey.ParseMessage(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendBinary(b *testing.B) {
	data, _ := hex.DecodeString(usual)
	m, err := mikey.ParseMessage(data)
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.AppendBinary(buf); err != nil {
			b.Fatal(err)
		}
	}
}
