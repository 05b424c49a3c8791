package dhhmac_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// This file makes messages and keys by itself, straight from the RFCs and without
// the packages under test.

func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// refPRF is RFC 3830, Section 4.1.2, with the hash of a PRF func.
func refPRF(prf byte, key, label []byte, n int) []byte {
	h := map[byte]func() hash.Hash{0: sha1.New, 1: sha256.New}[prf]
	mac := func(key []byte, data ...[]byte) []byte {
		m := hmac.New(h, key)
		m.Write(bytes.Join(data, nil))
		return m.Sum(nil)
	}
	out := make([]byte, n)
	for start := 0; start < len(key); start += 32 {
		s := key[start:min(start+32, len(key))]
		var p []byte
		for a := label; len(p) < n; {
			a = mac(s, a)
			p = append(p, mac(s, a, label)...)
		}
		for i := range out {
			out[i] ^= p[i]
		}
	}
	return out
}

// refDerive derives a key (RFC 3830, Sections 4.1.3 and 4.1.4).
func refDerive(prf byte, key []byte, constant uint32, csID byte, csbID uint32, rand []byte, n int) []byte {
	label := binary.BigEndian.AppendUint32(nil, constant)
	label = append(label, csID)
	label = binary.BigEndian.AppendUint32(label, csbID)
	return refPRF(prf, key, append(label, rand...), n)
}

// A refPayload is a payload without its next-payload octet.
type refPayload struct {
	number byte
	body   []byte
}

// A refMessage is a message without the KEMAC at its end.
type refMessage struct {
	dataType byte
	v        bool
	prf      byte
	csbID    uint32
	ssrcs    []uint32
	payloads []refPayload
	encrAlg  byte
	encrData []byte
	macAlg   byte // 1 or 2
}

// octets returns the message with its MAC.
func (m *refMessage) octets(secret, rand []byte) []byte {
	out := []byte{1, m.dataType, 0, m.prf}
	if m.v {
		out[3] |= 0x80
	}
	out = binary.BigEndian.AppendUint32(out, m.csbID)
	out = append(out, byte(len(m.ssrcs)), 0)
	for _, ssrc := range m.ssrcs {
		out = append(out, 0)
		out = binary.BigEndian.AppendUint32(out, ssrc)
		out = append(out, 0, 0, 0, 0)
	}
	next := 2 // where the number of the next payload stands
	for _, p := range m.payloads {
		out[next] = p.number
		next = len(out)
		out = append(append(out, 0), p.body...)
	}
	out[next] = 1
	out = append(out, 0, m.encrAlg)
	out = binary.BigEndian.AppendUint16(out, uint16(len(m.encrData)))
	out = append(append(out, m.encrData...), m.macAlg)
	return append(out, refMAC(m.macAlg, m.prf, secret, m.csbID, rand, out)...)
}

// refMAC is the HMAC over a message (RFC 4650, Sections 3 and 4.2).
func refMAC(alg, prf byte, secret []byte, csbID uint32, rand, message []byte) []byte {
	h, n := sha1.New, 20
	if alg == 2 {
		h, n = sha256.New, 32
	}
	mac := hmac.New(h, refDerive(prf, secret, 0x2D22AC75, 0xff, csbID, rand, n))
	mac.Write(message)
	return mac.Sum(nil)
}

func refT(t uint64) refPayload {
	return refPayload{5, binary.BigEndian.AppendUint64([]byte{0}, t)}
}

func refRand(rand []byte) refPayload {
	return refPayload{11, append([]byte{byte(len(rand))}, rand...)}
}

func refID(id mikey.ID) refPayload {
	body := binary.BigEndian.AppendUint16([]byte{byte(id.IDType)}, uint16(len(id.Value)))
	return refPayload{6, append(body, id.Value...)}
}

// refSP is AES_CM_128_HMAC_SHA1_80 with every parameter that is not a matter of
// taste.
func refSP(t testing.TB) refPayload {
	return refPayload{10, fromHex(t, "00 00 001b 000101 010110 020101 030114 04010e 070101 080101 0a0101 0b010a")}
}

func refExtension(extType byte, data string) refPayload {
	body := binary.BigEndian.AppendUint16([]byte{extType}, uint16(len(data)))
	return refPayload{21, append(body, data...)}
}

func refDH(group mikey.DHGroup, value []byte, kv ...byte) refPayload {
	body := append([]byte{byte(group)}, value...)
	if len(kv) == 0 {
		kv = []byte{0}
	}
	return refPayload{3, append(body, kv...)}
}

// refKeys checks the master keys of a session against those of a TGK.
func refKeys(t testing.TB, s *mikey.Session, prf byte, tgk, rand []byte) {
	t.Helper()
	for cs := range s.CryptoSessions() {
		id := byte(cs + 1)
		keys, err := s.MasterKeys(id)
		if err != nil {
			t.Fatal(err)
		}
		tek := refDerive(prf, tgk, 0x2AD01C64, id, s.CSBID(), rand, 16)
		salt := refDerive(prf, tgk, 0x39A2C14B, id, s.CSBID(), rand, 14)
		if len(keys) != 1 || !bytes.Equal(keys[0].Key, tek) || !bytes.Equal(keys[0].Salt, salt) {
			t.Errorf("crypto session %d has %x, want %x and %x", id, keys, tek, salt)
		}
	}
}
