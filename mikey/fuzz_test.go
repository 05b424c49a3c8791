package mikey_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// messageSeeds are messages from elsewhere, one with every payload, and one for
// each payload case that is not too long.
func messageSeeds(f *testing.F) [][]byte {
	f.Helper()
	var seeds [][]byte
	for _, s := range samples(f) {
		seeds = append(seeds, s.octets(f))
	}
	every, _ := everyPayload(f)
	seeds = append(seeds, every)
	seeds = append(seeds, append(bytes.Clone(seeds[0]), 0)) // a zero octet too much
	for _, c := range payloadCases() {
		if wire := append(fromHex(f, header(c.payload.Type())), fromHex(f, c.wire)...); len(wire) < 1000 {
			seeds = append(seeds, wire)
		}
	}
	for _, wire := range []string{
		"01 0e 0c 00 01020304 02 02 11 00 83 010203 000a 0000000a 0000000b 000c 02 aabb 13 00 00 0000 00 00 01 0000",
		"01 00 05 00 01020304 02 63 aabb 00 02 00000007",
		header(5) + "05 02 00000001 00 02 00000001", // repeated
		header(9) + "00 03 aabbccdd",                // unknown MAC
		header(99) + "00",
	} {
		seeds = append(seeds, fromHex(f, wire))
	}
	if len(seeds) < 50 {
		f.Fatalf("only %d seeds", len(seeds))
	}
	return seeds
}

// rebuild returns a message made of nothing but what m shows.
func rebuild(t *testing.T, m *mikey.Message) *mikey.Message {
	b := bytes.Clone
	validity := func(v mikey.KeyValidity) mikey.KeyValidity {
		return mikey.KeyValidity{Type: v.Type, SPI: b(v.SPI), From: b(v.From), To: b(v.To)}
	}
	h := m.Header
	built := &mikey.Message{
		Header: mikey.Header{
			DataType: h.DataType, V: h.V, PRF: h.PRF, CSBID: h.CSBID, MapType: h.MapType,
			CryptoSessions: append([]mikey.CryptoSession(nil), h.CryptoSessions...),
			CSCount:        h.CSCount, MapInfo: b(h.MapInfo),
		},
		Trailing: b(m.Trailing),
	}
	for _, g := range h.Generic {
		built.Header.Generic = append(built.Header.Generic, mikey.GenericSession{
			ID: g.ID, Protocol: g.Protocol, S: g.S, Policies: b(g.Policies), Data: b(g.Data), SPI: b(g.SPI),
		})
	}
	for _, p := range m.Payloads {
		var c mikey.Payload
		switch p := p.(type) {
		case *mikey.KEMAC:
			c = &mikey.KEMAC{EncrAlg: p.EncrAlg, EncrData: b(p.EncrData), MACAlg: p.MACAlg, MAC: b(p.MAC)}
		case *mikey.PKE:
			c = &mikey.PKE{Cache: p.Cache, Data: b(p.Data)}
		case *mikey.DH:
			c = &mikey.DH{Group: p.Group, Value: b(p.Value), Reserved: p.Reserved, Validity: validity(p.Validity)}
		case *mikey.Sign:
			c = &mikey.Sign{SignType: p.SignType, Signature: b(p.Signature)}
		case *mikey.Timestamp:
			c = &mikey.Timestamp{TSType: p.TSType, Value: p.Value}
		case *mikey.ID:
			c = &mikey.ID{IDType: p.IDType, Value: p.Value}
		case *mikey.Cert:
			c = &mikey.Cert{CertType: p.CertType, Data: b(p.Data)}
		case *mikey.CertHash:
			c = &mikey.CertHash{HashFunc: p.HashFunc, Hash: b(p.Hash)}
		case *mikey.Verification:
			c = &mikey.Verification{AuthAlg: p.AuthAlg, MAC: b(p.MAC)}
		case *mikey.SecurityPolicy:
			c = &mikey.SecurityPolicy{Number: p.Number, Protocol: p.Protocol, Params: b(p.Params)}
		case *mikey.Rand:
			c = &mikey.Rand{Value: b(p.Value)}
		case *mikey.ErrorPayload:
			c = &mikey.ErrorPayload{Code: p.Code, Reserved: p.Reserved}
		case *mikey.IDR:
			c = &mikey.IDR{Role: p.Role, ID: mikey.ID{IDType: p.ID.IDType, Value: p.ID.Value}}
		case *mikey.GeneralExtension:
			c = &mikey.GeneralExtension{ExtType: p.ExtType, Data: b(p.Data)}
		case *mikey.Unknown:
			c = &mikey.Unknown{PayloadType: p.PayloadType, Rest: b(p.Rest)}
		default:
			t.Fatalf("no such payload: %T", p)
		}
		built.Payloads = append(built.Payloads, c)
	}
	return built
}

// What parses encodes byte for byte as it was, from the fields alone.
func checkMessage(t *testing.T, d *mikey.Decoder, data []byte, m *mikey.Message) {
	t.Helper()
	if !bytes.Equal(m.Received(), data) {
		t.Fatalf("received %x, kept %x", data, m.Received())
	}
	if len(m.Payloads) > 64 {
		t.Fatalf("%d payloads", len(m.Payloads))
	}
	if out, err := m.AppendBinary(nil); err != nil || !bytes.Equal(out, data) {
		t.Fatalf("%x\nencodes as\n%x, %v", data, out, err)
	}
	out, err := rebuild(t, m).AppendBinary(nil)
	if err != nil || !bytes.Equal(out, data) {
		t.Fatalf("%x\nencodes from its fields as\n%x, %v", data, out, err)
	}
	again, err := d.Parse(out)
	if err != nil || !reflect.DeepEqual(again, m) {
		t.Fatalf("%x\nparses again as\n%+v, %v", data, again, err)
	}
}

func FuzzParseMessage(f *testing.F) {
	for _, seed := range messageSeeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		strict := new(mikey.Decoder)
		m, err := strict.Parse(data)
		if !bytes.Equal(data, before) {
			t.Fatal("Parse changes its input")
		}
		if err == nil {
			checkMessage(t, strict, data, m)
		}
		checkParseError(t, m == nil, err, len(data))

		zero := &mikey.Decoder{TrailingZero: true}
		mz, errZero := zero.Parse(data)
		checkParseError(t, mz == nil, errZero, len(data))
		switch {
		case err == nil:
			if !reflect.DeepEqual(mz, m) {
				t.Fatalf("TrailingZero makes a difference: %v", errZero)
			}
		case errZero == nil:
			// One zero octet behind what is otherwise right and not
			// authenticated.
			last := len(data) - 1
			var pe *mikey.ParseError
			if !errors.As(err, &pe) || pe.Offset != last || !errors.Is(err, mikey.ErrTrailing) || data[last] != 0 || len(mz.Trailing) != 1 {
				t.Fatalf("TrailingZero accepts %x: %v", data, err)
			}
			kemac, ok := mz.Payloads[len(mz.Payloads)-1].(*mikey.KEMAC)
			if !ok || kemac.EncrAlg != mikey.EncrNULL || kemac.MACAlg != mikey.MACNULL {
				t.Fatalf("TrailingZero accepts an octet after %v", mz.Payloads[len(mz.Payloads)-1])
			}
			if _, err := strict.Parse(data[:last]); err != nil {
				t.Fatalf("TrailingZero accepts %x, which is wrong also without the octet: %v", data, err)
			}
			checkMessage(t, zero, data, mz)
		case errZero.Error() != err.Error():
			t.Fatalf("%v, but with TrailingZero %v", err, errZero)
		}

		repeats := &mikey.Decoder{Repeats: true}
		mr, errRepeats := repeats.Parse(data)
		checkParseError(t, mr == nil, errRepeats, len(data))
		switch {
		case err == nil:
			if !reflect.DeepEqual(mr, m) {
				t.Fatalf("Repeats makes a difference: %v", errRepeats)
			}
		case errRepeats == nil:
			if !errors.Is(err, mikey.ErrDuplicate) {
				t.Fatalf("Repeats accepts %x: %v", data, err)
			}
			checkMessage(t, repeats, data, mr)
		}
	})
}

// checkParseError checks that there is a message or an error that says where.
func checkParseError(t *testing.T, none bool, err error, size int) {
	t.Helper()
	if none != (err != nil) {
		t.Fatalf("message and error do not fit: %v", err)
	}
	var pe *mikey.ParseError
	if err != nil && (!errors.As(err, &pe) || pe.Offset < 0 || pe.Offset > size || pe.Err == nil) {
		t.Fatalf("error is %v", err)
	}
}

// keyDataChain encodes sub-payloads after the drawing of RFC 3830, Section 6.13.
func keyDataChain(id *mikey.ID, keys []mikey.KeyData) []byte {
	var b []byte
	short := func(v []byte) {
		b = append(b, byte(len(v)))
		b = append(b, v...)
	}
	long := func(v []byte) {
		b = binary.BigEndian.AppendUint16(b, uint16(len(v)))
		b = append(b, v...)
	}
	next := func(more bool) {
		if more {
			b = append(b, 20)
		} else {
			b = append(b, 0)
		}
	}
	if id != nil {
		next(len(keys) > 0)
		b = append(b, byte(id.IDType))
		long([]byte(id.Value))
	}
	for i, k := range keys {
		next(i+1 < len(keys))
		b = append(b, byte(k.KeyType)<<4|byte(k.Validity.Type))
		long(k.Key)
		if k.KeyType == 1 || k.KeyType == 3 || k.KeyType == 5 {
			long(k.Salt)
		}
		switch k.Validity.Type {
		case 1:
			short(k.Validity.SPI)
		case 2:
			short(k.Validity.From)
			short(k.Validity.To)
		}
	}
	return b
}

func FuzzParseKeyData(f *testing.F) {
	seeds := 0
	for _, s := range samples(f) {
		if kemac, ok := mikey.PayloadOf[*mikey.KEMAC](mustParse(f, s.octets(f))); ok && kemac.EncrAlg == mikey.EncrNULL {
			f.Add(byte(mikey.KeyDataPayload), kemac.EncrData)
			seeds++
		}
	}
	for _, wire := range []string{
		"", "00 00 0000", "00 10 0001 aa 0001 bb", "00 32 0001 ab 0001 cd 06 000000000001 06 00000000ffff",
		"14 01 0001 aa 01 01 00 01 0001 bb 01 02", "14 01 0005 7369703a61 00 00 0001 aa", "00 60 0001 aa", "00 80 0001 aa",
	} {
		f.Add(byte(mikey.KeyDataPayload), fromHex(f, wire))
		f.Add(byte(mikey.IDPayload), fromHex(f, wire))
		seeds++
	}
	if seeds < 12 {
		f.Fatalf("only %d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, first byte, data []byte) {
		id, keys, err := mikey.ParseKeyData(mikey.PayloadType(first), data)
		checkParseError(t, id == nil && keys == nil && err != nil, err, len(data))
		if err != nil {
			return
		}
		if len(keys) > 32 {
			t.Fatalf("%d keys", len(keys))
		}
		if want := keyDataChain(id, keys); !bytes.Equal(data, want) {
			t.Fatalf("%x is %x", data, want)
		}
		out, err := mikey.AppendKeyData(nil, id, keys)
		if err != nil || !bytes.Equal(out, data) {
			t.Fatalf("%x encodes as %x, %v", data, out, err)
		}
		first = byte(mikey.KeyDataPayload)
		if id != nil {
			first = byte(mikey.IDPayload)
		}
		id2, keys2, err := mikey.ParseKeyData(mikey.PayloadType(first), out)
		if err != nil || !reflect.DeepEqual(id2, id) || !reflect.DeepEqual(keys2, keys) {
			t.Fatalf("%x parses again as %v, %v, %v", out, id2, keys2, err)
		}
	})
}

func FuzzSecurityPolicy(f *testing.F) {
	seeds := 0
	for _, c := range suiteCases {
		f.Add(byte(0), byte(mikey.ProtocolSRTP), fromHex(f, c.params))
		seeds++
	}
	for _, params := range []string{
		"", "0e0103", "0e0104 0d02 0005", "0e0102 12010e 13010e", "030104", "0a0100", "020100 030100", "0c0105", "0604 00000000",
		"0102 0020", "000106 020100 030100 0b010a", "00", "ff00",
	} {
		f.Add(byte(1), byte(mikey.ProtocolSRTP), fromHex(f, params))
		f.Add(byte(1), byte(mikey.ProtocolTESLA), fromHex(f, params))
		seeds++
	}
	if seeds < 30 {
		f.Fatalf("only %d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, number, protocol byte, params []byte) {
		sp := mikey.SecurityPolicy{Number: number, Protocol: mikey.Protocol(protocol), Params: params}
		p, err := sp.SRTP()
		if err != nil {
			var code mikey.ErrorCode
			if !errors.As(err, &code) || code != mikey.ErrorInvalidSPar && code != mikey.ErrorInvalidSP {
				t.Fatalf("%v has the code %v", err, code)
			}
			if (code == mikey.ErrorInvalidSP) != (protocol != 0) {
				t.Fatalf("protocol %d: %v", protocol, err)
			}
			return
		}
		sent := p.Policy(number)
		back, err := sent.SRTP()
		if err != nil || back != p || sent.Number != number {
			t.Fatalf("%x means %+v\nis sent as %x\nand comes back as %+v, %v", params, p, []byte(sent.Params), back, err)
		}
		if s := p.Suite(); s != mikey.NoSuite && s.SRTP() != p {
			t.Fatalf("%x is not %v", params, s)
		}
		if _, err := (&mikey.Message{Payloads: []mikey.Payload{&sent}}).MarshalBinary(); err != nil {
			t.Fatal(err)
		}
		// Authentication of SRTCP is not negotiable (RFC 3711, Section 5.2).
		if p.SRTCPTagLen < 10 || p.EncrKeyLen < 16 || p.SaltLen < 12 || p.ROCRate == 0 {
			t.Fatalf("%x means %+v", params, p)
		}
	})
}
