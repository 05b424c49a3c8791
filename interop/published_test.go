package interop

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// publications are messages that are printed in documents of others, with the
// lines joined: the examples of the SRTP chapter of the ONVIF Streaming
// Specification, and of RFC 4567.
var publications = []struct {
	name, data string

	// The suite, master key with the salt behind it, and MKI that are printed
	// in the message. The keys of RFC 4567 are encrypted, and how is not said.
	suite    mikey.Suite
	key, mki string
}{
	{
		name: "ONVIF Streaming: client's offer in SETUP",
		data: "AQAFAP1td9ABAADCD1UcAAAAAAoAAdOOGc75XD0BAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAe30C59UrClE0e27UP" +
			"5h/Wty9UL8+dfzg+2ttmmo3kBAAAAC8A",
		suite: mikey.AES_CM_128_HMAC_SHA1_80, key: "df40b9f54ac2944d1edbb50fe61fd6b72f542fcf9d7f383edadb669a8de4", mki: "0000002f",
	},
	{
		name: "ONVIF Streaming: client's re-key in SET_PARAMETER",
		data: "AQAFAGgCr8EBAADSvxgkAAAAAAoAAdOOK7UihqIBAAAAGAABAQEBEAIBAQMBFAcBAQgBAQoBAQsBCgAAACcAIQAepekjs88g+Q7AU6LA" +
			"vRsoVyn18ZW1JuXI9qht4g6+BAAAAAIA",
		suite: mikey.AES_CM_128_HMAC_SHA1_80, key: "a5e923b3cf20f90ec053a2c0bd1b285729f5f195b526e5c8f6a86de20ebe", mki: "00000002",
	},
	{
		name: "ONVIF Streaming: device's key in GET_PARAMETER",
		data: "AQAFAGrVolgBAADdBcAoAAAAAAsA2/K83QArhBIKEGrVolg1GZvp7DPyFCdYmXABAAAAGwABAQEBEAIBAQMBFAQBDgcBAQgBAQoBAQsB" +
			"CgAAACcAIQAe7OzS5umZMXHqaegZC3UkDwbC5NNpj4b8+fB6MROeBAAAAA0A",
		suite: mikey.AES_CM_128_HMAC_SHA1_80, key: "ececd2e6e9993171ea69e8190b75240f06c2e4d3698f86fcf9f07a31139e", mki: "0000000d",
	},
	{
		name: "RFC 4567, Section 5.1: offer",
		data: "AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGEEoo2pee4hp2UaDX8ZE22YwKAAAPZG9uYWxkQGR1Y2suY29tAQAAAAAAAQAk0JKp" +
			"gaVkDaawi9whVBtBt0KZ14ymNuu62+Nv3ozPLygwK/GbAV9iemnGUIZ19fWQUOSrzKTAv9zV",
	},
	{
		name: "RFC 4567, Section 5.1: answer",
		data: "AQEFgM0XflABAAAAAAAAAAAAAAYAyONQ6gAAAAAJAAAQbWlja2V5QG1vdXNlLmNvbQABn8HdGE5BMDXFIuGEga+62AgY5cc=",
	},
}

// published returns the messages themselves.
func published(t *testing.T) []message {
	t.Helper()
	all := make([]message, len(publications))
	for i, p := range publications {
		data, err := base64.StdEncoding.DecodeString(p.data)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = message{p.name, data}
	}
	return all
}

// Published messages are read. Those of ONVIF are old, and two of them do not
// tell the time at all (P-46).
func TestPublished(t *testing.T) {
	for i, m := range published(t) {
		t.Run(m.name, func(t *testing.T) {
			p := publications[i]
			if p.suite == mikey.NoSuite {
				if _, err := mikey.ParseMessage(m.data); err != nil {
					t.Fatal(err)
				}
				publishedTable.record(t, m.name, "gomikey reads", "partly: its key is not published")
				return
			}
			responder := must(mikey.NewResponder(&mikey.Config{InsecureIgnoreSkew: true}, mikey.InsecureTransportProtected(nil)))
			received, err := responder.Receive(m.data)
			if err != nil {
				t.Fatal(err)
			}
			_, session, err := received.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			policy, errPolicy := session.Policy(1)
			keys, errKeys := session.MasterKeys(1)
			if errPolicy != nil || errKeys != nil || len(keys) != 1 {
				t.Fatalf("policy: %v, keys: %v, %v", errPolicy, keys, errKeys)
			}
			key := hex.EncodeToString(slices.Concat(keys[0].Key, keys[0].Salt))
			mki := hex.EncodeToString(keys[0].Validity.SPI)
			if policy.Suite() != p.suite || key != p.key || mki != p.mki {
				t.Errorf("%v, key and salt %s, MKI %s, want %v, %s, %s", policy.Suite(), key, mki, p.suite, p.key, p.mki)
			}
			publishedTable.record(t, m.name, "gomikey reads", "yes, with InsecureIgnoreSkew")
		})
	}
}
