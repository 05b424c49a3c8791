package mikey_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/binary"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// openKEMAC finds the KEMAC of a message of the library that ends in KEMAC,
// [CHASH], PKE and SIGN, opens it with the reference, and returns its plaintext
// and its octets up to the MAC.
func openKEMAC(t *testing.T, mode certMode, message []byte) (e *refCert, plain, covered, mac []byte) {
	t.Helper()
	e = refCertDefault(mode)
	e.fromRequest(t, message)
	var err error
	if e.psk, _, err = e.openPKE(message, 256); err != nil {
		t.Fatal(err)
	}
	k, ok := mikey.PayloadOf[*mikey.KEMAC](exParse(t, message))
	if !ok {
		t.Fatal("no KEMAC")
	}
	covered = []byte{byte(k.EncrAlg)}
	covered = binary.BigEndian.AppendUint16(covered, uint16(len(k.EncrData)))
	covered = append(append(covered, k.EncrData...), byte(k.MACAlg))
	e.encr, e.mac = byte(k.EncrAlg), byte(k.MACAlg)
	return e, e.encrypt(bytes.Clone(k.EncrData)), covered, k.MAC // the keystream is its own inverse
}

// TestR3830_022_IDIsFirstInKEMAC and the last key data sub-payload has next
// payload 0 (R-3830-023); in RSA-R it is IDr (R-4738-003).
func TestR3830_022_IDIsFirstInKEMAC(t *testing.T) {
	keys := []mikey.KeyData{
		{Key: refCount(16, 1), Validity: mikey.SPI([]byte{1})}, {Key: refCount(16, 2), Validity: mikey.SPI([]byte{2})},
	}
	for _, mode := range []certMode{modePK, modeRSAR} {
		p := newCertPair(t, mode, nil)
		offer, id := exOffer(), bobURI
		if mode.request == mikey.PKInit {
			offer.Keys, id = keys, aliceURI
		}
		message, _ := p.start(t, offer)
		if mode.request == mikey.RSARInit {
			received, err := p.bob.Receive(message)
			if err != nil {
				t.Fatal(err)
			}
			rand, _ := mikey.PayloadOf[*mikey.Rand](exParse(t, message))
			if message, _, err = received.AcceptWith(mikey.Answer{Keys: keys, SSRCs: []uint32{1}}); err != nil {
				t.Fatal(err)
			}
			e, _, _, _ := openKEMAC(t, mode, message)
			e.rand = rand.Value
			k, _ := mikey.PayloadOf[*mikey.KEMAC](exParse(t, message))
			checkInner(t, e.encrypt(bytes.Clone(k.EncrData)), id, keys)
			continue
		}
		_, plain, _, _ := openKEMAC(t, mode, message)
		checkInner(t, plain, id, keys)
	}
}

func checkInner(t *testing.T, plain []byte, id string, keys []mikey.KeyData) {
	t.Helper()
	want := append([]byte{20, 1, 0, byte(len(id))}, id...)
	for i, k := range keys {
		next := byte(20)
		if i == len(keys)-1 {
			next = 0
		}
		want = append(want, next, 0x01, 0, byte(len(k.Key)))
		want = append(want, k.Key...)
		want = append(want, byte(len(k.Validity.SPI)))
		want = append(want, k.Validity.SPI...)
	}
	if !bytes.Equal(plain, want) {
		t.Errorf("the KEMAC holds %x, want %x", plain, want)
	}
}

// TestR3830_069_KEMACAlone: the MAC covers the KEMAC alone, with a next payload
// of 0 that is not the one on the wire.
func TestR3830_069_KEMACAlone(t *testing.T) {
	for _, hash := range []bool{false, true} {
		p := newCertPair(t, modePK, func(p *certPair) { p.ax.CertHash = hash })
		message, _ := p.start(t, exOffer())
		e, _, covered, mac := openKEMAC(t, modePK, message)
		if want := e.sum(append([]byte{0}, covered...)); !bytes.Equal(mac, want) {
			t.Errorf("MAC %x, want %x", mac, want)
		}
		at := bytes.Index(message, append(bytes.Clone(covered), mac...))
		if want := map[bool]byte{false: 2, true: 8}[hash]; at < 1 || message[at-1] != want {
			t.Errorf("next payload %d, want %d", message[at-1], want)
		}
	}
}

// TestR3830_071_VCoversTheIdentities: the MAC of V covers the answer, then IDi,
// IDr and T.
func TestR3830_071_VCoversTheIdentities(t *testing.T) {
	p := newCertPair(t, modePK, nil)
	message, _ := p.start(t, exOffer())
	answer, _ := p.respond(t, message)
	e, _, _, _ := openKEMAC(t, modePK, message)
	covered := bytes.Clone(answer[:len(answer)-20])
	covered = append(covered, aliceURI...)
	covered = append(covered, bobURI...)
	covered = append(covered, e.ts...)
	if want := e.sum(covered); !bytes.Equal(answer[len(answer)-20:], want) {
		t.Errorf("V %x, want %x", answer[len(answer)-20:], want)
	}
}

// TestR3830_064_EnvelopeEncryption: PKCS #1 v1.5, and OAEP where it is asked for;
// the octets in PKE are what they say (R-3830-029).
func TestR3830_064_EnvelopeEncryption(t *testing.T) {
	for _, oaep := range []bool{false, true} {
		for cache := mikey.NoCache; cache <= mikey.CacheForCSB; cache++ {
			p := newCertPair(t, modePK, func(p *certPair) { p.ax.OAEP, p.cache = oaep, cache })
			message, _ := p.start(t, exOffer())
			pke, _ := mikey.PayloadOf[*mikey.PKE](exParse(t, message))
			if pke.Cache != cache || len(pke.Data) != 256 {
				t.Errorf("C is %v, %d octets", pke.Cache, len(pke.Data))
			}
			key := p.bx.KeyPairs[0].Key.(*rsa.PrivateKey)
			e := refCertDefault(modePK)
			for _, as := range []bool{false, true} {
				e.oaep, e.encrypt2 = as, key
				secret, _, err := e.openPKE(message, 256)
				if ok := err == nil && len(secret) == 16; ok != (as == oaep) {
					t.Errorf("OAEP %v: opened as OAEP %v: %v", oaep, as, err)
				}
			}
		}
	}
}

// TestR3830_065_SignatureSchemes: PKCS #1 v1.5 is S type 0 and PSS S type 1; the
// SIGN payload is the last one and says its length (R-3830-032).
func TestR3830_065_SignatureSchemes(t *testing.T) {
	for _, mode := range certModes {
		for _, scheme := range []mikey.SignatureScheme{mikey.SignatureRSASHA256, mikey.SignaturePSSSHA256} {
			p := newCertPair(t, mode, func(p *certPair) { p.ax.Signature = scheme })
			message, _ := p.start(t, exOffer())
			if got := binary.BigEndian.Uint16(message[len(message)-258:]); got != uint16(scheme)<<12|256 {
				t.Errorf("S type and length %04x", got)
			}
			e := refCertDefault(mode)
			for _, as := range []byte{0, 1} {
				e.scheme = as
				if err := e.verifies(message, nil, &e.signI.PublicKey, true); (err == nil) != (as == byte(scheme)) {
					t.Errorf("%v verified as %d: %v", scheme, as, err)
				}
			}
		}
	}
}

// TestR3830_038_OneCERTEach: a chain stands in CERT payloads of its own, the
// certificate that signs first, each as DER of type X.509v3 (R-3830-037).
func TestR3830_038_OneCERTEach(t *testing.T) {
	for _, mode := range certModes {
		p := newCertPair(t, mode, func(p *certPair) { p.ax.KeyPairs[0] = testPKI().chain(aliceURI, 2048, 1, 2) })
		message, _ := p.start(t, exOffer())
		var n int
		for _, payload := range exParse(t, message).Payloads {
			if c, ok := payload.(*mikey.Cert); ok {
				if c.CertType != mikey.CertX509 || !bytes.Equal(c.Data, p.ax.KeyPairs[0].Chain[n].Raw) {
					t.Errorf("CERT %d is another", n)
				}
				n++
			}
		}
		if n != 3 {
			t.Errorf("%d CERT payloads", n)
		}
	}
}

// TestR3830_039_CHASH: the SHA-1 hash of the certificate that was encrypted to.
func TestR3830_039_CHASH(t *testing.T) {
	p := newCertPair(t, modePK, func(p *certPair) { p.ax.CertHash = true })
	message, _ := p.start(t, exOffer())
	sum := sha1.Sum(p.ax.Peer.Raw)
	h, ok := mikey.PayloadOf[*mikey.CertHash](exParse(t, message))
	if !ok || h.HashFunc != mikey.HashSHA1 || !bytes.Equal(h.Hash, sum[:]) {
		t.Errorf("CHASH %v", h)
	}
}

// TestR3830_095_CertUpdates: the CSB ID of before, a later T, no RAND.
func TestR3830_095_CertUpdates(t *testing.T) {
	for _, mode := range certModes {
		for _, cache := range []mikey.CacheType{mikey.NoCache, mikey.Cache} {
			if mode.request == mikey.RSARInit && cache == mikey.NoCache {
				continue
			}
			p := newCertPair(t, mode, func(p *certPair) { p.cache = cache })
			message, pending := p.start(t, exOffer())
			answer, _ := p.respond(t, message)
			alice := p.finish(t, pending, answer)
			last := exT(t, message)
			for range 3 { // the clock stands still
				update, pending := p.update(t, alice, mikey.Offer{Verification: true})
				if ts := exT(t, update); ts.Value <= last.Value {
					t.Errorf("%s: T %x after %x", mode.name, ts.Value, last.Value)
				}
				last = exT(t, update)
				if m := exParse(t, update); m.Header.CSBID != alice.CSBID() {
					t.Errorf("%s: CSB ID %08x", mode.name, m.Header.CSBID)
				}
				for _, typ := range exTypes(t, update) {
					if typ == mikey.RANDPayload {
						t.Errorf("%s: a RAND", mode.name)
					}
				}
				answer, bob := p.respond(t, update)
				alice = p.finish(t, pending, answer)
				exSame(t, alice, bob)
				exRefused(t, receiveError(p.bob, update), mikey.Replay, exNone)
			}
		}
	}
}

// TestR4738_001_Numbers.
func TestR4738_001_Numbers(t *testing.T) {
	if mikey.RSARInit != 9 || mikey.RSARResp != 10 || mikey.ErrorUnsupported != 13 || mikey.ExtCSBID != 4 {
		t.Error("a number is wrong")
	}
}

// TestR4738_018_UnicastBesideGroup: an initiator has a unicast and a group
// session with one responder, in exchanges of their own.
func TestR4738_018_UnicastBesideGroup(t *testing.T) {
	p := newCertPair(t, modeRSAR, nil)
	alice, bob := p.run(t, exOffer())
	message, pending := p.start(t, mikey.Offer{JoinGroup: true})
	received, err := p.bob.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	answer, _, err := received.AcceptWith(mikey.Answer{
		Group: &mikey.Group{CSBID: 5, RAND: refCount(16, 5)}, CryptoSessions: []mikey.CryptoSession{{SSRC: 9}},
	})
	if err != nil {
		t.Fatal(err)
	}
	group := p.finish(t, pending, answer)
	exSame(t, alice, bob)
	if bytes.Equal(exKeys(t, group, 1), exKeys(t, alice, 1)) {
		t.Error("group and unicast share keys")
	}
}

// TestR3830_037_CertificateTypes: X.509v3 Sign signs, and X.509v3 Encr does not.
func TestR3830_037_CertificateTypes(t *testing.T) {
	for certType, ok := range map[byte]bool{0: true, 2: true, 3: false} {
		for _, mode := range []certMode{modePK, modeDH} {
			p := newCertPair(t, mode, nil)
			e := refCertDefault(mode)
			withCert(aliceCert(nil), certType)(e)
			_, err := p.bob.Receive(e.request())
			if (err == nil) != ok {
				t.Errorf("%s: type %d: %v", mode.name, certType, err)
			}
		}
	}
}
