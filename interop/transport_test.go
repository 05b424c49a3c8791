package interop

import (
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// protectedByTransport returns messages with NULL encryption and NULL MAC.
func protectedByTransport(t *testing.T) []message {
	t.Helper()
	initiator := must(mikey.NewInitiator(mikey.InsecureTransportProtected(nil), nil))
	responder := must(mikey.NewResponder(&mikey.Config{AllowCounter: true}, mikey.InsecureTransportProtected(nil)))
	tek := mikey.KeyData{KeyType: mikey.TEK, Key: counting(0x10, 30), Validity: mikey.SPI(counting(1, 4))}
	apart := mikey.KeyData{KeyType: mikey.TEKSalt, Key: counting(0x10, 16), Salt: counting(0x20, 14)}
	timed := apart
	timed.Validity = mikey.Interval(counting(0, 6), counting(0x80, 6))
	second := apart
	apart.Validity, second.Validity = mikey.SPI(counting(1, 4)), mikey.SPI(counting(5, 4))

	var all []message
	for _, tt := range []struct {
		name  string
		offer mikey.Offer
	}{
		{"TEK with the salt behind it", mikey.Offer{Keys: []mikey.KeyData{tek}}},
		{"two keys, TEK+SALT", mikey.Offer{Keys: []mikey.KeyData{apart, second}}},
		{"TEK+SALT for an interval", mikey.Offer{Keys: []mikey.KeyData{timed}}},
		{"TGK", mikey.Offer{Keys: []mikey.KeyData{{KeyType: mikey.TGK, Key: counting(0x10, 16)}}}},
		{"COUNTER", mikey.Offer{Keys: []mikey.KeyData{tek}, Timestamp: &mikey.Timestamp{TSType: mikey.TSCounter, Value: 1}}},
	} {
		tt.offer.CryptoSessions = []mikey.CryptoSession{{SSRC: 0xa11ce, ROC: 7}}
		tt.offer.OmitIDs = true
		data, pending, err := initiator.Start(tt.offer)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := must(responder.Receive(data)).Accept(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		all = append(all, message{"NULL: " + tt.name, data})
		if tt.name == "TEK with the salt behind it" {
			update, _, err := initiator.Update(must(pending.Finish(nil)), mikey.Offer{Keys: []mikey.KeyData{second}, OmitIDs: true})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, message{"NULL: update", update})
		}
	}
	return all
}

// payloadsOnly returns messages with what no mode of this project uses, but its
// codec knows.
func payloadsOnly() []message {
	header := mikey.Header{CSBID: 1, CryptoSessions: []mikey.CryptoSession{{SSRC: 0xa11ce}}}
	empty, generic := header, header
	empty.MapType, empty.CryptoSessions = mikey.MapEmpty, nil
	generic.MapType, generic.CryptoSessions = mikey.MapGenericID, nil
	generic.Generic = []mikey.GenericSession{{ID: 1, Policies: []uint8{0}, Data: counting(1, 4)}}
	now := &mikey.Timestamp{TSType: mikey.TSNTPUTC, Value: 0xebfe6f2d_80000000}
	rand := &mikey.Rand{Value: counting(0x20, 16)}
	kemac := &mikey.KEMAC{EncrData: must(mikey.AppendKeyData(nil, nil, []mikey.KeyData{{KeyType: mikey.TGK, Key: counting(0, 16)}}))}

	var all []message
	for _, tt := range []struct {
		name     string
		header   mikey.Header
		payloads []mikey.Payload
	}{
		{"RFC 4442: TESLA policy", header, []mikey.Payload{now, rand, &mikey.SecurityPolicy{
			Protocol: mikey.ProtocolTESLA, Params: mikey.PolicyParams(nil).Append(1, 0),
		}, kemac}},
		{"RFC 4563: empty map, Key ID", empty, []mikey.Payload{now, rand, kemac, &mikey.GeneralExtension{
			ExtType: mikey.ExtKeyID, Data: []byte{0, 1, 7},
		}}},
		{"RFC 6043: GENERIC-ID map", generic, []mikey.Payload{now, rand, kemac}},
		{"RFC 6043: identity with a role", header, []mikey.Payload{now, rand, &mikey.IDR{Role: 1, ID: alice}, kemac}},
		{"RFC 6043: NTP-UTC-32", header, []mikey.Payload{
			&mikey.Timestamp{TSType: mikey.TSNTPUTC32, Value: 0xebfe6f2d}, rand, kemac,
		}},
	} {
		m := mikey.Message{Header: tt.header, Payloads: tt.payloads}
		all = append(all, message{tt.name, must(m.MarshalBinary())})
	}
	return all
}
