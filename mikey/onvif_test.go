package mikey_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// onvifPolicies are the SRTP parameters that the ONVIF Streaming Specification
// lists, and the key type of each suite.
var onvifPolicies = []struct {
	suite   mikey.Suite
	params  string
	keyType mikey.KeyType
}{
	{mikey.AES_CM_128_HMAC_SHA1_80, "000101 010110 020101 030114 04010e 050100 070101 080101 0b010a", mikey.TEK},
	{mikey.AEAD_AES_128_GCM, "000106 010110 020100 04010c 050100 070101 080101 140110", mikey.TEKSalt},
	{mikey.AEAD_AES_256_GCM, "000106 010120 020100 04010c 050100 070101 080101 140110", mikey.TEKSalt},
}

func onvifPair(t *testing.T) *exPair {
	return newExPair(t, func(p *exPair) {
		p.mode = mikey.InsecureTransportProtected(nil)
		p.iConfig.ID, p.iConfig.Peer, p.rConfig.ID = mikey.ID{}, mikey.ID{}, mikey.ID{}
	})
}

func onvifOffer(suite mikey.Suite, keyType mikey.KeyType, mki byte) mikey.Offer {
	return mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: 0x11111111, ROC: 3}},
		Policies:       []mikey.SecurityPolicy{suite.Policy(0)},
		Keys:           []mikey.KeyData{{KeyType: keyType, Validity: mikey.SPI([]byte{0, 0, 0, mki})}},
	}
}

// onvifKeys returns the keys of a KEMAC that is not encrypted.
func onvifKeys(t *testing.T, message []byte) []mikey.KeyData {
	t.Helper()
	kemac, ok := mikey.PayloadOf[*mikey.KEMAC](exParse(t, message))
	if !ok {
		t.Fatal("there is no KEMAC")
	}
	_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, kemac.EncrData)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestONVIF_004_005_006_Message(t *testing.T) {
	p := onvifPair(t)
	message, _ := p.start(t, onvifOffer(mikey.AES_CM_128_HMAC_SHA1_80, mikey.TEK, 1))
	if h := exParse(t, message).Header; h.DataType != mikey.PSKInit || h.V {
		t.Errorf("header %+v", h)
	}
	types := exTypes(t, message)
	if !slices.Contains(types, mikey.SPPayload) || types[len(types)-1] != mikey.KEMACPayload {
		t.Errorf("payloads %v", types)
	}
	if kemac, _ := mikey.PayloadOf[*mikey.KEMAC](exParse(t, message)); kemac.EncrAlg != mikey.EncrNULL {
		t.Errorf("encrypted with %v", kemac.EncrAlg)
	}
	p.respond(t, message)
}

func TestONVIF_007_008_009_Keys(t *testing.T) {
	for _, tt := range onvifPolicies {
		p := onvifPair(t)
		message, pending := p.start(t, onvifOffer(tt.suite, tt.keyType, 9))
		keys := onvifKeys(t, message)
		_, bob := p.respond(t, message)
		exSame(t, exFinish(t, pending, nil), bob)
		masters, err := bob.MasterKeys(1)
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) != 1 || len(masters) != 1 || keys[0].KeyType != tt.keyType {
			t.Fatalf("%v: keys %v, master keys %v", tt.suite, keys, masters)
		}
		key, salt := masters[0].Key, masters[0].Salt
		if policy := tt.suite.SRTP(); len(key) != int(policy.EncrKeyLen) || len(salt) != int(policy.SaltLen) {
			t.Errorf("%v: master key of %d octets, salt of %d", tt.suite, len(key), len(salt))
		}
		if tt.keyType == mikey.TEK {
			key, salt = slices.Concat(key, salt), nil
		}
		if !bytes.Equal(keys[0].Key, key) || !bytes.Equal(keys[0].Salt, salt) {
			t.Errorf("%v: Key data %x and salt %x, want %x and %x", tt.suite, keys[0].Key, keys[0].Salt, key, salt)
		}
		mki := []byte{0, 0, 0, 9}
		if keys[0].Validity.Type != mikey.KVSPI || !bytes.Equal(masters[0].Validity.SPI, mki) {
			t.Errorf("%v: KV %v, MKI %x", tt.suite, keys[0].Validity.Type, masters[0].Validity.SPI)
		}
	}
}

// TestONVIF_010_011_Policies: the listed parameters mean the suite, and the suite
// is sent with the listed values.
func TestONVIF_010_011_Policies(t *testing.T) {
	for _, tt := range onvifPolicies {
		if p := readPolicy(t, tt.params); p != tt.suite.SRTP() {
			t.Errorf("%v: read as %+v", tt.suite, p)
		}
		sent := make(map[mikey.ParamType][]byte)
		for param, value := range tt.suite.Policy(0).Params.All() {
			sent[param] = value
		}
		for param, want := range mikey.PolicyParams(fromHex(t, tt.params)).All() {
			got, ok := sent[param]
			if !ok && param == mikey.ParamPRF {
				got = []byte{0} // the default, which is not sent with every suite
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%v: %v is %x, want %x", tt.suite, param, got, want)
			}
		}
	}
}

// TestONVIF_015_Rekey: the message has the new key alone, and the ROC stays.
func TestONVIF_015_Rekey(t *testing.T) {
	p := onvifPair(t)
	offer := onvifOffer(mikey.AES_CM_128_HMAC_SHA1_80, mikey.TEK, 1)
	alice, _ := p.run(t, offer)
	offer = onvifOffer(mikey.AES_CM_128_HMAC_SHA1_80, mikey.TEK, 2)
	message, pending := p.update(t, alice, mikey.Offer{Keys: offer.Keys})
	if got, want := exTypes(t, message), []mikey.PayloadType{mikey.TPayload, mikey.KEMACPayload}; !slices.Equal(got, want) {
		t.Errorf("payloads %v, want %v", got, want)
	}
	keys := onvifKeys(t, message)
	_, bob := p.respond(t, message)
	exSame(t, exFinish(t, pending, nil), bob)
	masters, err := bob.MasterKeys(1)
	if err != nil {
		t.Fatal(err)
	}
	if len(keys) != 1 || len(masters) != 1 || !bytes.Equal(keys[0].Key, append(masters[0].Key, masters[0].Salt...)) {
		t.Errorf("keys %v, master keys %v", keys, masters)
	}
	if cs := bob.CryptoSessions()[0]; cs.ROC != 3 {
		t.Errorf("crypto session %v", cs)
	}
}
