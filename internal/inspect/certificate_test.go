package inspect

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

var update = flag.Bool("update", false, "write the golden files anew")

var goldenNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// goldenMessages returns the messages of testdata by their names.
func goldenMessages(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/*.b64")
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages in testdata: %v", err)
	}
	messages := make(map[string][]byte)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		messages[strings.TrimSuffix(filepath.Base(file), ".b64")] = decode(t, strings.TrimSpace(string(text)))
	}
	return messages
}

// The whole output for messages with certificates. The JSON is a contract:
// members may be added, and nothing else may change.
func TestGolden(t *testing.T) {
	notes := map[string][]string{
		"pk_init":   nil,
		"dh_resp":   {"dh_weak_group"},
		"rsar_resp": nil,
		"rsar_init": {
			"certificate_expired", "short_rsa_key", "weak_certificate_signature",
			"certificate_not_for_signatures", "certificate_not_for_encryption", "identity_not_in_certificate", "chain_gap",
		},
	}
	messages := goldenMessages(t)
	for name, want := range notes {
		report := mustInspect(t, messages[name], Options{Now: goldenNow})
		if report.Err() != nil {
			t.Errorf("%s: %v", name, report.Err())
		}
		if got := codes(report.Messages[0]); !slices.Equal(got, want) {
			t.Errorf("%s: notes %v, want %v", name, got, want)
		}
		var text, encoded bytes.Buffer
		if err := Text(&text, report); err != nil {
			t.Fatal(err)
		}
		encoder := json.NewEncoder(&encoded)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(report); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", text.Bytes())
		golden(t, name+".json", encoded.Bytes())
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
		t.Errorf("%s differs from:\n%s", name, got)
	}
}

var testKeys = sync.OnceValue(func() (keys struct {
	rsa2048, rsa1024 *rsa.PrivateKey
	p256             *ecdsa.PrivateKey
}) {
	var errs [3]error
	keys.rsa2048, errs[0] = rsa.GenerateKey(rand.Reader, 2048)
	keys.rsa1024, errs[1] = rsa.GenerateKey(rand.Reader, 1024)
	keys.p256, errs[2] = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	for _, err := range errs {
		if err != nil {
			panic(err)
		}
	}
	return keys
})

// newCertificate returns the DER of a self-signed certificate; change edits it.
func newCertificate(t testing.TB, key crypto.Signer, change func(*x509.Certificate)) []byte {
	t.Helper()
	alice, err := url.Parse("sip:alice@example.com")
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "alice"},
		NotBefore: goldenNow.AddDate(-1, 0, 0), NotAfter: goldenNow.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, URIs: []*url.URL{alice},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

type certificateNote struct {
	name    string
	message *mikey.Message
	want    []string
}

// certificateNotes returns messages with something wrong about certificates,
// signatures, envelope keys or Diffie-Hellman values.
func certificateNotes(t testing.TB) []certificateNote {
	timestamp := mikey.NTPTime(goldenNow)
	random := &mikey.Rand{Value: bytes.Repeat([]byte{1, 2}, 8)}
	alice := mikey.URI("sip:alice@example.com")
	policy := mikey.AES_CM_128_HMAC_SHA1_80.Policy(0)
	keys := testKeys()
	good := newCertificate(t, keys.rsa2048, nil)
	cert := func(certType mikey.CertType, der []byte) *mikey.Cert {
		return &mikey.Cert{CertType: certType, Data: der}
	}
	changed := func(change func(*x509.Certificate)) *mikey.Cert {
		return cert(mikey.CertX509, newCertificate(t, keys.rsa2048, change))
	}
	usage := func(u x509.KeyUsage) *mikey.Cert {
		return changed(func(c *x509.Certificate) { c.KeyUsage = u })
	}
	sign := func(n int) *mikey.Sign { return &mikey.Sign{Signature: make([]byte, n)} }
	message := func(dataType mikey.DataType, payloads ...mikey.Payload) *mikey.Message {
		return &mikey.Message{
			Header:   mikey.Header{DataType: dataType, CryptoSessions: []mikey.CryptoSession{{}}},
			Payloads: payloads,
		}
	}
	// rsar is a request of RSA-R, dh one of Diffie-Hellman, pk one of the public-key mode.
	rsar := func(payloads ...mikey.Payload) *mikey.Message {
		return message(mikey.RSARInit, append([]mikey.Payload{&timestamp, random}, payloads...)...)
	}
	dh := func(values ...*mikey.DH) *mikey.Message {
		payloads := []mikey.Payload{&timestamp, random, &alice, cert(0, good), &policy}
		for _, v := range values {
			payloads = append(payloads, v)
		}
		return message(mikey.DHInit, append(payloads, sign(256))...)
	}
	value := func(group mikey.DHGroup, n int, octets ...byte) *mikey.DH {
		v := make([]byte, n)
		copy(v[n-len(octets):], octets)
		return &mikey.DH{Group: group, Value: v}
	}
	pk := func(payloads ...mikey.Payload) *mikey.Message {
		all := []mikey.Payload{&timestamp, random, &alice, cert(0, good), &policy,
			&mikey.KEMAC{EncrAlg: mikey.EncrAESCM128, EncrData: make([]byte, 8), MACAlg: mikey.MACHMACSHA1160, MAC: make([]byte, 20)}}
		return message(mikey.PKInit, append(append(all, payloads...), sign(256))...)
	}
	pke := func(n int) *mikey.PKE { return &mikey.PKE{Data: make([]byte, n)} }
	md5 := &mikey.CertHash{HashFunc: mikey.HashMD5, Hash: make([]byte, 16)}
	full := bytes.Repeat([]byte{0xff}, 192)
	short := bytes.Repeat([]byte{7}, 100)

	initial, _, err := ecdh.XWing().Initiate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	xwing := &mikey.DH{Group: ecdh.XWing().Group(), Value: initial}

	return []certificateNote{
		{"nothing", rsar(&alice, cert(0, good), sign(256)), nil},
		{"no certificate", rsar(&alice, sign(256)), nil},
		{"no name", rsar(cert(0, good), sign(256)), nil},
		{"not yet valid", rsar(changed(func(c *x509.Certificate) { c.NotBefore = goldenNow.AddDate(0, 1, 0) }), sign(256)), []string{"certificate_not_yet_valid"}},
		{"expired", rsar(changed(func(c *x509.Certificate) { c.NotAfter = goldenNow.AddDate(0, -1, 0) }), sign(256)), []string{"certificate_expired"}},
		{"short key", rsar(cert(0, newCertificate(t, keys.rsa1024, nil)), sign(128)), []string{"short_rsa_key"}},
		{"short signature", rsar(sign(128)), []string{"short_rsa_key"}},
		{"odd signature", rsar(sign(100)), []string{"signature_length"}},
		{"odd signature of a URL", rsar(cert(mikey.CertX509URL, []byte("http://example.com/c")), sign(0)), []string{"signature_length"}},
		{"signature of another key", rsar(cert(0, good), sign(384)), []string{"signature_length"}},
		{"ECCSI", rsar(&mikey.Sign{SignType: mikey.SignECCSI, Signature: []byte{1}}), nil},
		{"ECDSA", rsar(cert(0, newCertificate(t, keys.p256, nil)), sign(64)), []string{"certificate_not_for_encryption", "signature_key_type"}},
		{"SHA-1", rsar(changed(func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA }), sign(256)), []string{"weak_certificate_signature"}},
		{"for encryption", rsar(cert(mikey.CertX509Encr, good), sign(256)), []string{"encryption_certificate_signs"}},
		{"for signatures", rsar(cert(mikey.CertX509Sign, good), sign(256)), []string{"certificate_not_for_encryption"}},
		{"one for each", rsar(cert(mikey.CertX509Sign, good), cert(mikey.CertX509Encr, good), sign(256)), []string{"certificate_not_for_encryption"}},
		{"usage encryption", rsar(usage(x509.KeyUsageKeyEncipherment), sign(256)), []string{"certificate_not_for_signatures"}},
		{"usage signatures", rsar(usage(x509.KeyUsageDigitalSignature), sign(256)), []string{"certificate_not_for_encryption"}},
		{"usage open", rsar(usage(0), sign(256)), nil},
		{"other type", rsar(cert(99, good), sign(256)), []string{"unknown_certificate_type"}},
		{"malformed", rsar(cert(0, good[:len(good)-1]), sign(256)), []string{"bad_certificate"}},
		{"empty", rsar(cert(0, nil), sign(256)), []string{"bad_certificate"}},
		{"chain", rsar(cert(0, good), cert(0, good), sign(256)), nil},
		{"chain with a gap", rsar(cert(0, good), changed(func(c *x509.Certificate) { c.Subject.CommonName = "bob" }), sign(256)), []string{"chain_gap"}},
		{"URL", rsar(cert(mikey.CertX509URL, []byte("https://example.com/c")), sign(256)), nil},
		{"relative URL", rsar(cert(mikey.CertX509URL, []byte("c")), sign(256)), []string{"bad_certificate_url"}},
		{"URL that is not ASCII", rsar(cert(mikey.CertX509URL, []byte("https://example.com/ç")), sign(256)), []string{"bad_certificate_url"}},
		{"URL that is not text", rsar(cert(mikey.CertX509URL, []byte("https://\x1b[2J")), sign(256)), []string{"bad_certificate_url"}},
		{"other name", rsar(&mikey.ID{IDType: mikey.IDTypeURI, Value: "sip:bob@example.com"}, cert(0, good), sign(256)), []string{"identity_not_in_certificate"}},
		{"other kind of name", rsar(&mikey.ID{IDType: mikey.IDTypeNAI, Value: "sip:alice@example.com"}, cert(0, good), sign(256)), []string{"identity_not_in_certificate"}},
		{"mail", rsar(&mikey.ID{IDType: mikey.IDTypeNAI, Value: "a@example.COM"}, changed(func(c *x509.Certificate) { c.EmailAddresses = []string{"a@example.com"} }), sign(256)), nil},

		{"envelope", pk(pke(256)), nil},
		{"short envelope", pk(pke(128)), []string{"short_rsa_key"}},
		{"odd envelope", pk(pke(3)), []string{"envelope_length"}},
		{"odd cache", pk(&mikey.PKE{Cache: 3, Data: make([]byte, 256)}), []string{"unknown_cache"}},
		{"no envelope", pk(), []string{"missing_payload"}},
		{"MD5", pk(md5, pke(256)), []string{"certificate_hash_md5"}},
		{"answer without keys", message(mikey.RSARResp, &timestamp, sign(256)), []string{"missing_payload", "missing_payload"}},

		{"value", dh(&mikey.DH{Group: mikey.OAKLEY5, Value: bytes.Repeat([]byte{7}, 192)}), nil},
		{"no value", dh(), []string{"missing_payload"}},
		{"0", dh(value(mikey.OAKLEY5, 192)), []string{"dh_value"}},
		{"1", dh(value(mikey.OAKLEY5, 192, 1)), []string{"dh_value"}},
		{"p or more", dh(&mikey.DH{Group: mikey.OAKLEY5, Value: full}), []string{"dh_value"}},
		{"short value", dh(value(mikey.OAKLEY5, 192, short...)), []string{"dh_short_value"}},
		{"weak group", dh(value(mikey.OAKLEY1, 96, bytes.Repeat([]byte{7}, 96)...)), []string{"dh_weak_group"}},
		{"X25519", dh(&mikey.DH{Group: ecdh.X25519().Group(), Value: bytes.Repeat([]byte{7}, 32)}), []string{"dh_private_group"}},
		{"X25519, 0", dh(value(ecdh.X25519().Group(), 32)), []string{"dh_value", "dh_private_group"}},
		{"P-256, not on the curve", dh(value(ecdh.P256().Group(), 65, 1)), []string{"dh_value", "dh_private_group"}},
		{"X-Wing answered", message(mikey.DHResp, &timestamp, value(ecdh.XWing().Group(), 1120), xwing, sign(256)), []string{"dh_private_group"}},
		{"two groups", dh(&mikey.DH{Group: mikey.OAKLEY5, Value: bytes.Repeat([]byte{7}, 192)}, value(mikey.OAKLEY2, 128, bytes.Repeat([]byte{7}, 128)...)), []string{"dh_weak_group", "dh_two_groups"}},
	}
}

func TestCertificateNotes(t *testing.T) {
	for _, test := range certificateNotes(t) {
		report := mustInspect(t, encode(t, test.message), Options{Now: goldenNow})
		if err := report.Err(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if got := codes(report.Messages[0]); !slices.Equal(got, test.want) {
			t.Errorf("%s: notes %v, want %v", test.name, got, test.want)
		}
		var text strings.Builder
		if err := Text(&text, report); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(text.String(), func(c rune) bool { return c < ' ' && c != '\n' || c > '~' }) {
			t.Errorf("%s: the text is not printable ASCII: %q", test.name, text.String())
		}
	}
}

func TestCertificateFields(t *testing.T) {
	keys := testKeys()
	der := newCertificate(t, keys.p256, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: "\x1b[2J\u202ealice"}
		c.EmailAddresses, c.DNSNames = []string{"alice@example.com"}, []string{"example.com"}
		c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)}
		c.SerialNumber = new(big.Int).SetBytes([]byte{1, 2, 3})
		c.IsCA, c.BasicConstraintsValid = true, true
	})
	sum, sum1 := sha256.Sum256(der), sha1.Sum(der)
	report := mustInspect(t, encode(t, &mikey.Message{Payloads: []mikey.Payload{
		&mikey.Cert{Data: []byte{1}},
		&mikey.Cert{Data: der},
		&mikey.CertHash{HashFunc: mikey.HashSHA256, Hash: sum[:]},
		&mikey.CertHash{HashFunc: mikey.HashSHA1, Hash: sum1[:]},
		&mikey.CertHash{HashFunc: mikey.HashSHA1, Hash: make([]byte, 20)},
	}}), Options{})
	payloads := report.Messages[0].Payloads
	got := *payloads[1].Cert
	want := Cert{
		CertName: "X.509v3", Data: hex.EncodeToString(der), SHA256: hex.EncodeToString(sum[:]),
		Subject: "CN=\x1b[2J\u202ealice", Issuer: "CN=\x1b[2J\u202ealice", Serial: "010203",
		NotBefore: "2025-03-01T12:00:00Z", NotAfter: "2027-03-01T12:00:00Z", Status: certStatus(got.x509, time.Now()),
		Key: &CertKey{KeyType: "ECDSA", Bits: 256, Curve: "P-256"},
		AltNames: []AltName{
			{"uri", "sip:alice@example.com"}, {"mail", "alice@example.com"}, {"dns", "example.com"}, {"ip", "192.0.2.1"},
		},
		KeyUsage: []string{"digital signature", "key encipherment"}, CA: true, SignatureAlg: "ECDSA-SHA256", x509: got.x509,
	}
	gotJSON, _ := json.Marshal(got)
	wantJSON, _ := json.Marshal(want)
	if !bytes.Equal(gotJSON, wantJSON) {
		t.Errorf("got  %s\nwant %s", gotJSON, wantJSON)
	}
	for i, want := range []int{payloads[1].Offset, payloads[1].Offset, -1} {
		at := payloads[2+i].CertHash.CertOffset
		if (at == nil) != (want < 0) || at != nil && *at != want {
			t.Errorf("CHASH %d names %v, want %d", i, at, want)
		}
	}
	if bad := payloads[0].Cert; bad.Problem == "" || bad.Key != nil || bad.Data != "01" {
		t.Errorf("%+v", bad)
	}
}

// Keys for RSAES-OAEP alone are RSA keys.
func TestOAEPKey(t *testing.T) {
	key := testKeys().rsa2048
	der := newCertificate(t, key, nil)
	// The type of the key is the last octet of its OID: 1 for RSA, 7 for
	// RSAES-OAEP. Nobody verifies the signature.
	oid, err := asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(der[:len(der)-256], oid)
	der[at+len(oid)-1] = 7
	message := encode(t, &mikey.Message{
		Header:   mikey.Header{DataType: mikey.RSARInit, MapType: mikey.MapEmpty},
		Payloads: []mikey.Payload{&mikey.Timestamp{}, &mikey.Cert{Data: der}, &mikey.Sign{Signature: make([]byte, 256)}},
	})
	m := mustInspect(t, message, Options{Now: goldenNow}).Messages[0]
	if got := m.Payloads[1].Cert.Key; *got != (CertKey{KeyType: "RSAES-OAEP", Bits: 2048}) {
		t.Errorf("%+v", got)
	}
	if strings.Contains(strings.Join(codes(m), " "), "encryption") {
		t.Errorf("notes %v", codes(m))
	}
	// Another type has an OID.
	der[at+len(oid)-1] = 99
	message = encode(t, &mikey.Message{Payloads: []mikey.Payload{&mikey.Cert{Data: der}}})
	m = mustInspect(t, message, Options{}).Messages[0]
	if got := m.Payloads[0].Cert.Key; got == nil || *got != (CertKey{KeyType: "unknown", OID: "1.2.840.113549.1.1.99"}) {
		t.Errorf("%+v", got)
	}
}

// Certificates that fill a message, with what may take long: a name of many
// parts, a key of half a million bits, many alternative names, a long serial.
func TestHostileCertificates(t *testing.T) {
	key := testKeys().p256
	var name pkix.Name
	for range 2400 {
		name.ExtraNames = append(name.ExtraNames, pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: ",,"})
	}
	long := newCertificate(t, key, func(c *x509.Certificate) { c.Subject = name })
	many := newCertificate(t, key, func(c *x509.Certificate) {
		for range 10000 {
			c.DNSNames = append(c.DNSNames, "a.b")
		}
	})
	serial := newCertificate(t, key, func(c *x509.Certificate) {
		c.SerialNumber = new(big.Int).Lsh(big.NewInt(1), 8*19)
	})
	// A certificate with a large key cannot be made with it.
	rsaCert := newCertificate(t, testKeys().rsa1024, nil)
	var outer struct {
		TBS       asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(rsaCert, &outer); err != nil {
		t.Fatal(err)
	}
	huge := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 8*60000), E: 1<<31 - 1}
	spki, err := x509.MarshalPKIXPublicKey(huge)
	if err != nil {
		t.Fatal(err)
	}
	var parts []asn1.RawValue
	if _, err := asn1.Unmarshal(append([]byte{0x30}, outer.TBS.FullBytes[1:]...), &parts); err != nil {
		t.Fatal(err)
	}
	parts[6] = asn1.RawValue{FullBytes: spki}
	tbs, err := asn1.Marshal(parts)
	if err != nil {
		t.Fatal(err)
	}
	outer.TBS = asn1.RawValue{FullBytes: tbs}
	large, err := asn1.Marshal(outer)
	if err != nil {
		t.Fatal(err)
	}
	for name, der := range map[string][]byte{"long": long, "many": many, "serial": serial, "large": large} {
		message := encode(t, &mikey.Message{
			Header:   mikey.Header{DataType: mikey.RSARInit, MapType: mikey.MapEmpty},
			Payloads: []mikey.Payload{&mikey.Timestamp{}, &mikey.Cert{Data: der}, &mikey.Sign{Signature: make([]byte, 256)}},
		})
		report := mustInspect(t, message, Options{Now: goldenNow})
		c := report.Messages[0].Payloads[1].Cert
		if c.Key == nil {
			t.Errorf("%s, %d octets: %s", name, len(der), c.Problem)
			continue
		}
		if name == "large" && c.Key.Bits != 8*60000+1 {
			t.Errorf("the key has %d bits", c.Key.Bits)
		}
		var text strings.Builder
		if err := Text(&text, report); err != nil {
			t.Fatal(err)
		}
		if name == "many" && (!strings.Contains(text.String(), "and 9969 more") || strings.Count(text.String(), `dns "a.b"`) != 31) {
			t.Errorf("the text has all the names")
		}
	}
}
