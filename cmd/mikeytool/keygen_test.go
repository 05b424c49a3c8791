package main

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

func runKeygen(t *testing.T, stdout io.Writer, args ...string) (status int, stderr string) {
	t.Helper()
	var errs bytes.Buffer
	status = run(append([]string{"keygen"}, args...), strings.NewReader(""), stdout, &errs)
	return status, errs.String()
}

func mustKeygen(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	var out bytes.Buffer
	status, stderr := runKeygen(t, &out, args...)
	if status != exitOK {
		t.Fatalf("%q: status %d: %s", args, status, stderr)
	}
	return out.String(), stderr
}

func decodePEM(t *testing.T, kind, text string) []byte {
	t.Helper()
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != kind || len(rest) > 0 {
		t.Fatalf("not one %s in PEM", kind)
	}
	return block.Bytes
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(octets)
}

// checkPrivate checks that only the owner of a file can read it.
func checkPrivate(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("%s has mode %o", filepath.Base(path), got)
	}
}

func TestKeygenPSK(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	stdout, stderr := mustKeygen(t, "psk", "--bits", "192", "-o", path)
	checkPrivate(t, path)
	text := readFile(t, path)
	key, err := hex.DecodeString(strings.TrimSuffix(text, "\n"))
	if err != nil || len(key) != 24 {
		t.Fatalf("the key has %d octets: %v", len(key), err)
	}
	sum := sha256.Sum256(key)
	if want := fmt.Sprintf("fingerprint %x\n", sum[:8]); stdout != "" || !strings.HasSuffix(stderr, want) {
		t.Errorf("stdout %q, stderr %q", stdout, stderr)
	}
	if strings.Contains(stderr, text[:8]) {
		t.Error("the key is on standard error")
	}
}

func TestKeygenEC(t *testing.T) {
	for name := range curves {
		path := filepath.Join(t.TempDir(), "key")
		stdout, stderr := mustKeygen(t, "ec", "--curve", name, "-o", path)
		if stderr != "" {
			t.Errorf("%s: stderr %q", name, stderr)
		}
		checkPrivate(t, path)
		private, err := x509.ParsePKCS8PrivateKey(decodePEM(t, "PRIVATE KEY", readFile(t, path)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		public, err := x509.ParsePKIXPublicKey(decodePEM(t, "PUBLIC KEY", stdout))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var own crypto.PublicKey
		switch k := private.(type) {
		case crypto.Signer:
			own = k.Public()
		case *ecdh.PrivateKey:
			own = k.PublicKey()
		}
		if k, ok := own.(interface{ Equal(crypto.PublicKey) bool }); !ok || !k.Equal(public) {
			t.Errorf("%s: the public key is of another private key", name)
		}
	}
}

// Certificates are good for the modes with certificates.
func TestKeygenCert(t *testing.T) {
	dir := t.TempDir()
	load := func(id, prefix string) mikey.KeyPair {
		t.Helper()
		path := filepath.Join(dir, prefix)
		stdout, stderr := mustKeygen(t, "cert", "--id", id, "--rsa", "2048", "--days", "2", "-o", path)
		checkPrivate(t, path+".key")
		der := decodePEM(t, "CERTIFICATE", readFile(t, path+".pem"))
		if want := fmt.Sprintf("%x\n", sha256.Sum256(der)); stdout != want || stderr != "" {
			t.Errorf("stdout %q, want %q; stderr %q", stdout, want, stderr)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if valid := certificate.NotAfter.Sub(certificate.NotBefore); valid < 46*time.Hour || valid > 52*time.Hour {
			t.Errorf("valid for %v", valid)
		}
		key, err := x509.ParsePKCS8PrivateKey(decodePEM(t, "PRIVATE KEY", readFile(t, path+".key")))
		if err != nil {
			t.Fatal(err)
		}
		if n := key.(*rsa.PrivateKey).N.BitLen(); n != 2048 {
			t.Errorf("the key has %d bits", n)
		}
		return mikey.KeyPair{Chain: []*x509.Certificate{certificate}, Key: key}
	}
	alice, bob := load("sip:alice@example.com", "alice"), load("bob@example.com", "bob")
	mode := func(own, peer mikey.KeyPair) mikey.Mode {
		m, err := mikey.PublicKey(&mikey.X509{KeyPairs: []mikey.KeyPair{own}, Peer: peer.Chain[0]})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	initiator, err := mikey.NewInitiator(mode(alice, bob), nil)
	if err != nil {
		t.Fatal(err)
	}
	responder, err := mikey.NewResponder(nil, mode(bob, alice))
	if err != nil {
		t.Fatal(err)
	}
	message, _, err := initiator.Start(mikey.Offer{CryptoSessions: []mikey.CryptoSession{{SSRC: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	received, err := responder.Receive(message)
	if err != nil {
		t.Fatal(err)
	}
	if got := received.Peer(); got != mikey.URI("sip:alice@example.com") {
		t.Errorf("the message is from %v", got)
	}
}

// Old forms of private keys are read, too.
func TestKeygenCertKeyForms(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "new")
	mustKeygen(t, "cert", "--id", "a@example.com", "--rsa", "2048", "-o", source)
	key, err := x509.ParsePKCS8PrivateKey(decodePEM(t, "PRIVATE KEY", readFile(t, source+".key")))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		octets := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		if err := os.WriteFile(path, append([]byte(readFile(t, source+".pem")), octets...), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mustKeygen(t, "cert", "--id", "a@example.com", "-o", filepath.Join(dir, "pkcs1"),
		"--key", write("pkcs1", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key.(*rsa.PrivateKey))))

	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	mustKeygen(t, "cert", "--id", "a@example.com", "-o", filepath.Join(dir, "sec1"), "--key", write("sec1", "EC PRIVATE KEY", sec1))

	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	status, stderr := runKeygen(t, io.Discard, "cert", "--id", "a@example.com", "-o", filepath.Join(dir, "failed"),
		"--key", write("short", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(short)))
	if status != exitFailed || !strings.Contains(stderr, "the RSA key has 1024 bits, less than 2048") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}

	huge := filepath.Join(dir, "huge")
	if err := os.WriteFile(huge, make([]byte, 1<<17), 0o600); err != nil {
		t.Fatal(err)
	}
	status, stderr = runKeygen(t, io.Discard, "cert", "--id", "a@example.com", "--key", huge, "-o", filepath.Join(dir, "failed"))
	if status != exitFailed || !strings.Contains(stderr, "more than 65536 octets") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}

// Where standard output is closed, no file is left.
func TestKeygenClosedOutput(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	for _, args := range [][]string{
		{"psk", "-o", "-"},
		{"ec", "--curve", "P-256", "-o", path},
		{"cert", "--id", "a@example.com", "--ec", "P-256", "-o", path},
	} {
		status, stderr := runKeygen(t, failing{errors.New("broken")}, args...)
		if status != exitFailed || !strings.HasPrefix(stderr, "mikeytool: error: write the output: broken\n") {
			t.Errorf("%q: status %d, stderr %q", args, status, stderr)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

// Statuses tell wrong usage from failure.
func TestKeygenStatus(t *testing.T) {
	dir := t.TempDir()
	existing := filepath.Join(dir, "existing")
	if err := os.WriteFile(existing, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want int
	}{
		{[]string{"-h"}, exitOK},
		{[]string{"psk", "-h"}, exitOK},
		{nil, exitUsage},
		{[]string{"x"}, exitUsage},
		{[]string{"psk"}, exitUsage},
		{[]string{"psk", "--bits", "127", "-o", existing}, exitUsage},
		{[]string{"psk", "-o", existing}, exitFailed},
		{[]string{"ec", "--curve", "x", "-o", existing}, exitUsage},
		{[]string{"ec", "--curve", "P-256", "-o", existing}, exitFailed},
		{[]string{"cert", "--id", "x", "-o", existing}, exitUsage},
		{[]string{"cert", "--id", "a@b", "--key", existing, "-o", existing}, exitFailed},
	} {
		if status, stderr := runKeygen(t, io.Discard, test.args...); status != test.want {
			t.Errorf("%q: status %d, want %d: %s", test.args, status, test.want, stderr)
		}
	}
}
