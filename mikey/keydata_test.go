package mikey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

func TestKeyData(t *testing.T) {
	ab := func(n int) []byte { return bytes.Repeat([]byte{0xab}, n) }
	abHex := func(n int) string { return strings.Repeat("ab", n) }
	id := mikey.URI("sip:a")
	for _, tt := range []struct {
		name  string
		first mikey.PayloadType
		wire  string
		id    *mikey.ID
		keys  []mikey.KeyData
	}{
		{"nothing", mikey.KeyDataPayload, "", nil, nil},
		{"nothing, not even an identity", mikey.IDPayload, "", nil, nil},
		{"smallest", mikey.KeyDataPayload, "00 00 0000", nil, []mikey.KeyData{{Key: []byte{}}}},
		{"usual", mikey.KeyDataPayload, "00 20 0010" + abHex(16), nil, []mikey.KeyData{{KeyType: mikey.TEK, Key: ab(16)}}},
		{"salt", mikey.KeyDataPayload, "00 10 0010" + abHex(16) + "000e" + abHex(14), nil, []mikey.KeyData{
			{KeyType: mikey.TGKSalt, Key: ab(16), Salt: ab(14)},
		}},
		{"SPI", mikey.KeyDataPayload, "00 21 0001 ab 04 01020304", nil, []mikey.KeyData{
			{KeyType: mikey.TEK, Key: ab(1), Validity: mikey.SPI([]byte{1, 2, 3, 4})},
		}},
		{"interval", mikey.KeyDataPayload, "00 32 0001 ab 0001 cd 06 000000000001 06 00000000ffff", nil, []mikey.KeyData{{
			KeyType: mikey.TEKSalt, Key: ab(1), Salt: []byte{0xcd},
			Validity: mikey.Interval([]byte{0, 0, 0, 0, 0, 1}, []byte{0, 0, 0, 0, 255, 255}),
		}}},
		{"two", mikey.KeyDataPayload, "14 01 0001 aa 01 01" + "00 01 0001 bb 01 02", nil, []mikey.KeyData{
			{Key: []byte{0xaa}, Validity: mikey.SPI([]byte{1})}, {Key: []byte{0xbb}, Validity: mikey.SPI([]byte{2})},
		}},
		{"identity alone", mikey.IDPayload, "00 01 0005 7369703a61", &id, nil},
		{"identity and key", mikey.IDPayload, "14 01 0005 7369703a61" + "00 00 0001 aa", &id, []mikey.KeyData{{Key: []byte{0xaa}}}},
		{"key where an identity may be", mikey.KeyDataPayload, "00 00 0001 aa", nil, []mikey.KeyData{{Key: []byte{0xaa}}}},
		{"largest", mikey.KeyDataPayload, "00 52 fc00" + abHex(0xfc00) + "0100" + abHex(256) + "ff" + abHex(255) + "ff" + abHex(255), nil,
			[]mikey.KeyData{{
				KeyType: mikey.GTGKSalt, Key: ab(0xfc00), Salt: ab(256), Validity: mikey.Interval(ab(255), ab(255)),
			}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wire := fromHex(t, tt.wire)
			id, keys, err := mikey.ParseKeyData(tt.first, wire)
			if err != nil || !reflect.DeepEqual(id, tt.id) || !reflect.DeepEqual(keys, tt.keys) {
				t.Errorf("%v, %v, %v", id, keys, err)
			}
			got, err := mikey.AppendKeyData([]byte("prefix"), tt.id, tt.keys)
			if err != nil || !bytes.Equal(got, append([]byte("prefix"), wire...)) {
				t.Errorf("encodes as %.200x, %v", got, err)
			}
			if len(wire) > 0 {
				_, _, err = mikey.ParseKeyData(tt.first, append(bytes.Clone(wire), 0))
				wantParseError(t, err, mikey.LastPayload, len(wire), mikey.ErrTrailing)
			}
			last := 0 // where the last of several sub-payloads starts
			switch tt.name {
			case "two":
				last = 7
			case "identity and key":
				last = 9
			}
			for cut := 1; cut < len(wire); cut++ {
				if cut > 600 && cut < len(wire)-1000 {
					cut = len(wire) - 1000
				}
				payload, offset := tt.first, 0
				if cut >= last && last > 0 {
					payload, offset = mikey.KeyDataPayload, last
				}
				_, _, err := mikey.ParseKeyData(tt.first, wire[:cut])
				wantParseError(t, err, payload, offset, mikey.ErrTruncated)
				if t.Failed() {
					t.Fatalf("at %d octets", cut)
				}
			}
		})
	}
}

func TestR3830_022_IdentityComesFirst(t *testing.T) {
	for _, tt := range []struct {
		name    string
		first   mikey.PayloadType
		wire    string
		payload mikey.PayloadType
		offset  int
		err     error
	}{
		{"identity after a key", mikey.KeyDataPayload, "06 00 0001 aa" + "00 00 0001 61", mikey.IDPayload, 5, mikey.ErrMisplaced},
		{"two identities", mikey.IDPayload, "06 00 0001 61" + "00 00 0001 62", mikey.IDPayload, 5, mikey.ErrMisplaced},
		{"KEMAC in KEMAC", mikey.KEMACPayload, "00 00 0000 00", mikey.KEMACPayload, 0, mikey.ErrMisplaced},
		{"T after a key", mikey.KeyDataPayload, "05 00 0001 aa" + "00 02 00000001", mikey.TPayload, 5, mikey.ErrMisplaced},
		{"unknown payload", mikey.KeyDataPayload, "63 00 0001 aa" + "00", 0x63, 5, mikey.ErrMisplaced},
		{"octets but no payload", mikey.LastPayload, "00", mikey.LastPayload, 0, mikey.ErrTrailing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := mikey.ParseKeyData(tt.first, fromHex(t, tt.wire))
			wantParseError(t, err, tt.payload, tt.offset, tt.err)
		})
	}
}

func TestR3830_023_LastKeyDataEndsTheChain(t *testing.T) {
	_, _, err := mikey.ParseKeyData(mikey.KeyDataPayload, fromHex(t, "14 00 0001 aa"))
	wantParseError(t, err, mikey.KeyDataPayload, 5, mikey.ErrTruncated)
	wire, err := mikey.AppendKeyData(nil, nil, []mikey.KeyData{{Key: []byte{1}}, {Key: []byte{2}}})
	if want := fromHex(t, "14 00 0001 01"+"00 00 0001 02"); err != nil || !bytes.Equal(wire, want) {
		t.Errorf("%x, %v", wire, err)
	}
}

func TestR3830_025_SaltForSaltTypesOnly(t *testing.T) {
	salted := map[mikey.KeyType]bool{mikey.TGKSalt: true, mikey.TEKSalt: true, mikey.GTGKSalt: true}
	for keyType := mikey.TGK; keyType <= mikey.KPR; keyType++ {
		wire := fmt.Sprintf("00 %x0 0002 aabb", uint8(keyType))
		if salted[keyType] {
			wire += "0003 cccccc"
		}
		_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, fromHex(t, wire))
		if err != nil || keys[0].KeyType != keyType || !bytes.Equal(keys[0].Key, []byte{0xaa, 0xbb}) {
			t.Fatalf("%v: %v, %v", keyType, keys, err)
		}
		if salted[keyType] != bytes.Equal(keys[0].Salt, []byte{0xcc, 0xcc, 0xcc}) {
			t.Errorf("%v: salt of %d octets", keyType, len(keys[0].Salt))
		}
		if got, err := mikey.AppendKeyData(nil, nil, keys); err != nil || !bytes.Equal(got, fromHex(t, wire)) {
			t.Errorf("%v: encodes as %x, %v", keyType, got, err)
		}
		keys[0].Salt = []byte{1}
		if _, err := mikey.AppendKeyData(nil, nil, keys); salted[keyType] == errors.Is(err, mikey.ErrLength) {
			t.Errorf("%v with a salt: %v", keyType, err)
		}
	}
}

func TestR3830_026_KVData(t *testing.T) {
	for _, tt := range []struct {
		kv   int
		data string
		want mikey.KeyValidity
	}{
		{0, "", mikey.KeyValidity{}},
		{1, "00", mikey.SPI([]byte{})},
		{1, "02 aabb", mikey.SPI([]byte{0xaa, 0xbb})},
		{2, "00 00", mikey.Interval([]byte{}, []byte{})},
		{2, "01 aa 02 bbcc", mikey.Interval([]byte{0xaa}, []byte{0xbb, 0xcc})},
	} {
		wire := fromHex(t, fmt.Sprintf("00 0%d 0001 01", tt.kv)+tt.data)
		_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, wire)
		if err != nil || !reflect.DeepEqual(keys[0].Validity, tt.want) {
			t.Errorf("KV %d: %v, %v", tt.kv, keys, err)
		}
		if got, err := mikey.AppendKeyData(nil, nil, keys); err != nil || !bytes.Equal(got, wire) {
			t.Errorf("KV %d: encodes as %x, %v", tt.kv, got, err)
		}
	}
}

func TestR3830_027_OrderOfKeys(t *testing.T) {
	var keys []mikey.KeyData
	for i := range 32 {
		keys = append(keys, mikey.KeyData{KeyType: mikey.TEK, Key: []byte{byte(i)}, Validity: mikey.SPI([]byte{byte(31 - i)})})
	}
	wire, err := mikey.AppendKeyData(nil, nil, keys)
	if err != nil {
		t.Fatal(err)
	}
	_, got, err := mikey.ParseKeyData(mikey.KeyDataPayload, wire)
	if err != nil || !reflect.DeepEqual(got, keys) {
		t.Errorf("%v, %v", got, err)
	}
	// A 33rd is more than a message can need.
	one := len(wire) / 32
	wire[len(wire)-one] = byte(mikey.KeyDataPayload)
	over := append(bytes.Clone(wire), fromHex(t, "00 21 0001 aa 01 bb")...)
	_, _, err = mikey.ParseKeyData(mikey.KeyDataPayload, over)
	wantParseError(t, err, mikey.KeyDataPayload, len(wire), mikey.ErrTooMany)
}

func TestR3830_028_SRTPInterval(t *testing.T) {
	wire := fromHex(t, "00 22 0001 aa 06 000000000000 06 ffffffffffff")
	_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, wire)
	if err != nil || len(keys[0].Validity.From) != 6 || len(keys[0].Validity.To) != 6 {
		t.Fatalf("%v, %v", keys, err)
	}
	if got, want := keys[0].Validity.String(), "Interval 000000000000-ffffffffffff"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A layout that is not known cannot be stepped over.
func TestUnknownKeyData(t *testing.T) {
	for _, tt := range []struct {
		name, wire string
		offset     int
	}{
		{"key type", "00 80 0001 aa", 0},
		{"last key type", "00 f0 0001 aa", 0},
		{"KV", "00 03 0001 aa", 0},
		{"last KV", "00 0f 0001 aa", 0},
		{"the second", "14 00 0001 aa" + "00 90 0001 bb", 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := mikey.ParseKeyData(mikey.KeyDataPayload, fromHex(t, tt.wire))
			var pe *mikey.ParseError
			if !errors.As(err, &pe) || pe.Payload != mikey.KeyDataPayload || pe.Offset != tt.offset {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAppendKeyDataRefuses(t *testing.T) {
	long := make([]byte, 65536)
	for _, tt := range []struct {
		name    string
		id      *mikey.ID
		key     mikey.KeyData
		payload mikey.PayloadType
		err     error
	}{
		{"key too long", nil, mikey.KeyData{Key: long}, mikey.KeyDataPayload, mikey.ErrLength},
		{"salt too long", nil, mikey.KeyData{KeyType: mikey.TEKSalt, Salt: long}, mikey.KeyDataPayload, mikey.ErrLength},
		{"SPI too long", nil, mikey.KeyData{Validity: mikey.SPI(make([]byte, 256))}, mikey.KeyDataPayload, mikey.ErrLength},
		{"from too long", nil, mikey.KeyData{Validity: mikey.Interval(make([]byte, 256), nil)}, mikey.KeyDataPayload, mikey.ErrLength},
		{"to too long", nil, mikey.KeyData{Validity: mikey.Interval(nil, make([]byte, 256))}, mikey.KeyDataPayload, mikey.ErrLength},
		{"unknown key type", nil, mikey.KeyData{KeyType: 8}, mikey.KeyDataPayload, mikey.ErrValue},
		{"unknown KV", nil, mikey.KeyData{Validity: mikey.KeyValidity{Type: 3}}, mikey.KeyDataPayload, mikey.ErrValue},
		{"KV of 5 bits", nil, mikey.KeyData{Validity: mikey.KeyValidity{Type: 16}}, mikey.KeyDataPayload, mikey.ErrValue},
		{"identity too long", &mikey.ID{Value: string(long)}, mikey.KeyData{}, mikey.IDPayload, mikey.ErrLength},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := mikey.AppendKeyData(nil, tt.id, []mikey.KeyData{tt.key})
			var ee *mikey.EncodeError
			if b != nil || !errors.As(err, &ee) || ee.Payload != tt.payload || !errors.Is(err, tt.err) {
				t.Errorf("%d octets, %v", len(b), err)
			}
		})
	}
}

// leaks reports whether s shows octets of secret, in any form that a program may
// print octets in.
func leaks(s string, secret []byte) bool {
	part := secret[2:6]
	hexOctets := make([]string, len(part))
	for i, b := range part {
		hexOctets[i] = fmt.Sprintf("0x%x", b)
	}
	decimal := strings.Trim(fmt.Sprint(part), "[]")
	s = strings.ToLower(s)
	forms := []string{
		hex.EncodeToString(part), fmt.Sprintf("% x", part), decimal, strings.ReplaceAll(decimal, " ", ", "),
		strings.Join(hexOctets, ", "), strings.ToLower(string(part)),
	}
	for i := range 3 { // wherever a base64 group starts
		forms = append(forms, strings.ToLower(base64.StdEncoding.EncodeToString(secret[i:i+6])))
	}
	for _, form := range forms {
		if strings.Contains(s, form) {
			return true
		}
	}
	return false
}

// secretOctets are "SecretKey" and so on: text, so that %s and %q would show.
func secretOctets(n int) []byte {
	return []byte(strings.Repeat("gkpsSecretKeyOfTheSession", 3))[:n]
}

// secretValues hold key octets in the ways that this package has.
func secretValues(t *testing.T) (secret []byte, values map[string]any) {
	secret = secretOctets(30)
	keyData := mikey.KeyData{KeyType: mikey.TEKSalt, Key: secret[:16], Salt: secret[:14], Validity: mikey.SPI([]byte{1})}
	clearData, err := mikey.AppendKeyData(nil, nil, []mikey.KeyData{{KeyType: mikey.TEK, Key: secret}})
	if err != nil {
		t.Fatal(err)
	}
	kemac := mikey.KEMAC{EncrData: clearData}
	master := mikey.MasterKey{Key: secret[:16], Salt: secret[:14]}
	message := &mikey.Message{Payloads: []mikey.Payload{&mikey.Timestamp{}, &kemac}}
	offer := mikey.Offer{CryptoSessions: make([]mikey.CryptoSession, 1), Keys: []mikey.KeyData{keyData}}
	values = map[string]any{
		"KeyData":            keyData,
		"*KeyData":           &keyData,
		"[]KeyData":          []mikey.KeyData{keyData},
		"[]*KeyData":         []*mikey.KeyData{&keyData},
		"map of KeyData":     map[int]mikey.KeyData{1: keyData},
		"struct of KeyData":  struct{ K mikey.KeyData }{keyData},
		"MasterKey":          master,
		"*MasterKey":         &master,
		"[]MasterKey":        []mikey.MasterKey{master},
		"KEMAC":              kemac,
		"*KEMAC":             &kemac,
		"[]Payload":          message.Payloads,
		"Offer":              offer,
		"*Offer":             &offer,
		"built Message":      *message,
		"built *Message":     message,
		"parsed Message":     *mustParse(t, marshal(t, message)),
		"parsed *Message":    mustParse(t, marshal(t, message)),
		"unknown KEMAC":      &mikey.Unknown{PayloadType: mikey.KEMACPayload, Rest: append([]byte{0, 0, 0, 34}, clearData...)},
		"struct of *Message": struct{ M *mikey.Message }{message},
	}
	return secret, values
}

func TestKeysAreNotPrinted(t *testing.T) {
	secret, values := secretValues(t)
	if !leaks(base64.StdEncoding.EncodeToString(append([]byte("ab"), secret...)), secret) || !leaks(fmt.Sprint(secret), secret) || !leaks(fmt.Sprintf("%x", secret), secret) || !leaks(fmt.Sprintf("%#v", secret), secret) ||
		!leaks(string(secret), secret) {
		t.Fatal("the test would not see a key")
	}
	for name, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if s := fmt.Sprintf(verb, v); leaks(s, secret) {
				t.Errorf("%s of %s shows key octets", verb, name)
			}
		}
	}
}

func TestKeysAreNotLogged(t *testing.T) {
	secret, values := secretValues(t)
	for _, name := range []string{"KeyData", "*KeyData", "MasterKey", "*MasterKey", "KEMAC", "*KEMAC"} {
		var text, json bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("test", "value", values[name])
		slog.New(slog.NewJSONHandler(&json, nil)).Info("test", "value", values[name])
		if leaks(text.String(), secret) {
			t.Errorf("slog text of %s shows key octets", name)
		}
		if leaks(json.String(), secret) {
			t.Errorf("slog JSON of %s shows key octets", name)
		}
	}
}

func TestSessionDoesNotPrintKeys(t *testing.T) {
	secret := secretOctets(30)
	request, answer, alice, bob := runExchange(t, mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1}},
		Keys:           []mikey.KeyData{{KeyType: mikey.TEKSalt, Key: secret[:16], Salt: secret[:14]}},
	})
	_, _ = request, answer
	keys, err := alice.MasterKeys(1)
	if err != nil || !bytes.Equal(keys[0].Key, secret[:16]) {
		t.Fatalf("the session has another key: %v", err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if leaks(fmt.Sprintf(verb, alice), secret) || leaks(fmt.Sprintf(verb, bob), secret) {
			t.Errorf("%s of a *Session shows key octets", verb)
		}
		if leaks(fmt.Sprintf(verb, keys), secret) {
			t.Errorf("%s of master keys shows key octets", verb)
		}
	}
}

func TestKeyTexts(t *testing.T) {
	for _, tt := range []struct {
		value fmt.Stringer
		want  string
	}{
		{mikey.KeyData{KeyType: mikey.TEK, Key: make([]byte, 30)}, "TEK{30 octets, Null}"},
		{mikey.KeyData{KeyType: mikey.TGK, Key: make([]byte, 16), Validity: mikey.SPI([]byte{0xab})}, "TGK{16 octets, SPI ab}"},
		{mikey.KEMAC{EncrAlg: mikey.EncrAESCM128, EncrData: make([]byte, 20), MACAlg: mikey.MACHMACSHA1160}, "KEMAC{AES-CM-128, 20 octets, HMAC-SHA-1-160}"},
		{mikey.MasterKey{Key: make([]byte, 16)}, "MasterKey{16 octets, Null}"},
		{mikey.KeyValidity{Type: 7}, "KVType(7)"},
	} {
		if got := tt.value.String(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
