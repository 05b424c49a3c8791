package mikey_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gomikey/gomikey/mikey"
)

var (
	eraStart = time.Date(1968, 1, 20, 3, 14, 8, 0, time.UTC) // the top bit of the seconds becomes 1
	eraWrap  = time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC) // the seconds become 0
	eraEnd   = time.Date(2104, 2, 26, 9, 42, 24, 0, time.UTC)
)

func TestNTPTime(t *testing.T) {
	for _, tt := range []struct {
		time string
		want uint64
	}{
		{"1968-01-20T03:14:08Z", 0x8000000000000000},
		{"1970-01-01T00:00:00Z", 0x83aa7e8000000000}, // 2208988800
		{"1970-01-01T00:00:00.5Z", 0x83aa7e8080000000},
		{"1970-01-01T00:00:00.000000001Z", 0x83aa7e8000000005}, // 4.29 up
		{"2006-10-16T18:01:30Z", 0xc8de477a00000000},
		{"2026-01-01T00:00:00Z", 0xed00378000000000},
		{"2026-01-01T01:00:00.25+01:00", 0xed00378040000000},
		{"2036-02-07T06:28:15.999999999Z", 0xfffffffffffffffc},
		{"2036-02-07T06:28:16Z", 0x0000000000000000},
		{"2036-02-07T06:28:17Z", 0x0000000100000000},
		{"2104-02-26T09:42:23Z", 0x7fffffff00000000},
	} {
		tm, err := time.Parse(time.RFC3339Nano, tt.time)
		if err != nil {
			t.Fatal(err)
		}
		ts := mikey.NTPTime(tm)
		if ts.TSType != mikey.TSNTPUTC || ts.Value != tt.want {
			t.Errorf("%s: %v %016x, want %016x", tt.time, ts.TSType, ts.Value, tt.want)
		}
		if back, ok := ts.Time(); !ok || !back.Equal(tm) || back.Location() != time.UTC {
			t.Errorf("%s comes back as %v, %v", tt.time, back, ok)
		}
	}
}

// Every instant from 1968 to 2104 comes back to the nanosecond.
func TestR6043_002_WrapOf2036(t *testing.T) {
	near := func(of time.Time, seconds, nanos int64) {
		t.Helper()
		tm := of.Add(time.Duration(seconds)*time.Second + time.Duration(nanos))
		if tm.Before(eraStart) || !tm.Before(eraEnd) {
			return
		}
		ts := mikey.NTPTime(tm)
		if back, ok := ts.Time(); !ok || !back.Equal(tm) {
			t.Errorf("%v comes back as %v", tm, back)
		}
	}
	for _, of := range []time.Time{
		eraStart, time.Unix(0, 0), time.Date(2004, 8, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), eraWrap, eraEnd,
	} {
		for seconds := int64(-2); seconds <= 2; seconds++ {
			for _, nanos := range []int64{0, 1, 2, 3, 499_999_999, 500_000_000, 999_999_998, 999_999_999} {
				near(of, seconds, nanos)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.Int64Range(eraStart.Unix(), eraEnd.Unix()-1).Draw(t, "seconds")
		tm := time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, "nanos"))
		ts := mikey.NTPTime(tm)
		if back, ok := ts.Time(); !ok || !back.Equal(tm) {
			t.Fatalf("%v comes back as %v", tm, back)
		}
	})
}

func TestTimestampTime(t *testing.T) {
	for _, tt := range []struct {
		ts   mikey.Timestamp
		want string
	}{
		{mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0xc8e350ea00000000}, "2006-10-20T13:43:06Z"},
		{mikey.Timestamp{TSType: mikey.TSNTP, Value: 0xc8e350ea00000000}, "2006-10-20T13:43:06Z"},
		{mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0xffffffffffffffff}, "2036-02-07T06:28:15.999999999Z"},
		{mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0}, "2036-02-07T06:28:16Z"},
		{mikey.Timestamp{TSType: mikey.TSNTPUTC32, Value: 0xc8e350ea}, "2006-10-20T13:43:06Z"},
		{mikey.Timestamp{TSType: mikey.TSNTPUTC32, Value: 0x80000000}, "1968-01-20T03:14:08Z"},
		{mikey.Timestamp{TSType: mikey.TSNTPUTC32, Value: 0x7fffffff}, "2104-02-26T09:42:23Z"},
		// A Windows FILETIME that a device sends as NTP-UTC is no time to trust.
		{mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0x01d38e19cef95c3d}, "2037-01-26T22:03:05.808492436Z"},
	} {
		tm, ok := tt.ts.Time()
		if got := tm.Format(time.RFC3339Nano); !ok || got != tt.want {
			t.Errorf("%v %x: %s, %v, want %s", tt.ts.TSType, tt.ts.Value, got, ok, tt.want)
		}
	}
	counter := mikey.Timestamp{TSType: mikey.TSCounter, Value: 0xc8e350ea}
	if tm, ok := counter.Time(); ok || !tm.IsZero() {
		t.Errorf("a COUNTER tells the time %v", tm)
	}
}

func TestR3830_033_LengthOfTSValue(t *testing.T) {
	for tsType, octets := range map[mikey.TSType]int{mikey.TSNTPUTC: 8, mikey.TSNTP: 8, mikey.TSCounter: 4} {
		checkTSLength(t, tsType, octets)
	}
}

func TestR3830_034_NTPTypes(t *testing.T) {
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for _, tsType := range []mikey.TSType{mikey.TSNTPUTC, mikey.TSNTP} {
		ts := mikey.NTPTime(now)
		ts.TSType = tsType
		if tm, ok := ts.Time(); !ok || !tm.Equal(now) {
			t.Errorf("%v: %v", tsType, tm)
		}
	}
}

func checkTSLength(t *testing.T, tsType mikey.TSType, octets int) {
	t.Helper()
	ts := roundTrip[*mikey.Timestamp](t, fmt.Sprintf("00 %02x %0*x", uint8(tsType), 2*octets, 0x01020304))
	if ts.TSType != tsType || ts.Value != 0x01020304 {
		t.Errorf("%v: %x", ts.TSType, ts.Value)
	}
}

// keyDataWithIV returns the key data of a request with that timestamp, decrypted
// here with T in the IV as tsInIV (RFC 3830, Section 4.2.3).
func keyDataWithIV(t *testing.T, ts mikey.Timestamp, tsInIV uint64) ([]mikey.KeyData, error) {
	t.Helper()
	mode, err := mikey.PSK(counting(16))
	if err != nil {
		t.Fatal(err)
	}
	alice, err := mikey.NewInitiator(mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	request, _, err := alice.Start(mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 1}},
		Keys:           []mikey.KeyData{{KeyType: mikey.TGK, Key: counting(16)}},
		Timestamp:      &ts,
	})
	if err != nil {
		t.Fatal(err)
	}
	m := mustParse(t, request)
	rand, _ := mikey.PayloadOf[*mikey.Rand](m)
	kemac, _ := mikey.PayloadOf[*mikey.KEMAC](m)
	derive := func(label mikey.Label, bits int) []byte {
		key, err := mikey.DeriveKey(mikey.PRFMIKEY1, counting(16), label, mikey.CSIDMIKEY, m.Header.CSBID, rand.Value, bits)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	iv := make([]byte, 16)
	binary.BigEndian.PutUint32(iv[2:], m.Header.CSBID)
	binary.BigEndian.PutUint64(iv[6:], tsInIV)
	for i, s := range derive(mikey.LabelMIKEYSalt, 112) {
		iv[i] ^= s
	}
	block, err := aes.NewCipher(derive(mikey.LabelMIKEYEncr, 128))
	if err != nil {
		t.Fatal(err)
	}
	plain := make([]byte, len(kemac.EncrData))
	cipher.NewCTR(block, iv).XORKeyStream(plain, kemac.EncrData)
	_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, plain)
	return keys, err
}

func checkIV(t *testing.T, ts mikey.Timestamp, tsInIV uint64) {
	t.Helper()
	keys, err := keyDataWithIV(t, ts, tsInIV)
	if err != nil || len(keys) != 1 || string(keys[0].Key) != string(counting(16)) {
		t.Errorf("%v %x is not %016x in the IV: %v", ts.TSType, ts.Value, tsInIV, err)
	}
}

func TestR3830_035_COUNTERHasLeadingZeros(t *testing.T) {
	checkIV(t, mikey.Timestamp{TSType: mikey.TSCounter, Value: 0x01020304}, 0x0000000001020304)
	checkIV(t, mikey.Timestamp{TSType: mikey.TSCounter, Value: 0xffffffff}, 0x00000000ffffffff)
	checkIV(t, mikey.NTPTime(eraWrap.Add(-1)), 0xfffffffffffffffc) // nothing is padded here
}

func TestR6043_001_NTPUTC32HasNoFraction(t *testing.T) {
	checkTSLength(t, mikey.TSNTPUTC32, 4)
	checkIV(t, mikey.Timestamp{TSType: mikey.TSNTPUTC32, Value: 0xc8e350ea}, 0xc8e350ea00000000)
	ts := mikey.Timestamp{TSType: mikey.TSNTPUTC32, Value: 0xc8e350ea}
	if tm, _ := ts.Time(); tm.Nanosecond() != 0 {
		t.Errorf("%v has a fraction", tm)
	}
}

// An initiator never sends a timestamp twice, and a later one after the overflow
// of the seconds is later.
func TestTimestampsOfRequests(t *testing.T) {
	now := eraWrap.Add(-time.Second)
	mode, err := mikey.PSK(counting(16))
	if err != nil {
		t.Fatal(err)
	}
	initiator, err := mikey.NewInitiator(mode, &mikey.Config{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint64{0xffffffff00000000, 0xffffffff00000001, 0xffffffff00000002, 0, 1, 0x0000000200000000} {
		switch i {
		case 3:
			now = eraWrap
		case 5:
			now = eraWrap.Add(2 * time.Second)
		}
		request, _, err := initiator.Start(mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 1}}})
		if err != nil {
			t.Fatal(err)
		}
		if ts, _ := mikey.PayloadOf[*mikey.Timestamp](mustParse(t, request)); ts.Value != want {
			t.Errorf("request %d has %016x, want %016x", i+1, ts.Value, want)
		}
	}
}
