package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
)

const keygenCertUsage = `mikeytool keygen cert makes a self-signed certificate for an identity, which is
its subject alternative name: what peers compare with the ID of a message.

Usage:

    mikeytool keygen cert --id IDENTITY [--key FILE | --rsa BITS | --ec NAME]
                          [--days N] -o PREFIX

Options:

    --id IDENTITY    a URI such as sip:alice@example.com, or an NAI such as
                     alice@example.com
    --key FILE       certify this private key, in PEM, instead of a new one
    --rsa BITS       make an RSA key of 2048, 3072 (if not given) or 4096 bits
    --ec NAME        make a key of P-256, P-384, P-521 or Ed25519
    --days N         how long it is valid from now on; 365 if not given
    -o PREFIX        the certificate goes into PREFIX.pem, and a new private key
                     into PREFIX.key with mode 0600; neither may exist

The modes with certificates sign and encrypt with RSA keys; other keys are for
tests of peers. The fingerprint of the certificate, its SHA-256, goes to standard
output.
`

// rsaLengths are those of RSA keys that are made.
var rsaLengths = []int{2048, 3072, 4096}

const maxDays = 36500

func keygenCert(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("keygen cert", flag.ContinueOnError)
	id := flags.String("id", "", "")
	keyFile := flags.String("key", "", "")
	bits := flags.Int("rsa", 3072, "")
	curve := flags.String("ec", "", "")
	days := flags.Int("days", 365, "")
	prefix, status, ok := keygenFlags(flags, keygenCertUsage, "PREFIX", args, stdout, stderr)
	if !ok {
		return status
	}
	given := make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	usage := func(hint, format string, args ...any) int {
		return fail(stderr, exitUsage, fmt.Errorf(format, args...), hint)
	}
	sources := 0
	for _, name := range []string{"key", "rsa", "ec"} {
		if given[name] {
			sources++
		}
	}
	const signingCurves = "P-256, P-384, P-521, Ed25519"
	switch {
	case prefix == "-":
		return usage("-o is the start of the names of two files", "a certificate does not go to standard output")
	case sources > 1:
		return usage("give one of --key, --rsa and --ec", "there is more than one key")
	case !slices.Contains(rsaLengths, *bits):
		return usage("--rsa is one of: "+list(rsaLengths), "an RSA key of %d bits is not made", *bits)
	case given["ec"] && !slices.Contains(strings.Split(signingCurves, ", "), *curve):
		return usage("--ec is one of: "+signingCurves, "a key of the curve %q cannot sign a certificate", *curve)
	case *days < 1 || *days > maxDays:
		return usage(fmt.Sprintf("--days is 1 to %d", maxDays), "a certificate for %d days is not made", *days)
	}
	template, err := certificateFor(*id, *days)
	if err != nil {
		return usage("--id is a URI such as sip:alice@example.com, or an NAI such as alice@example.com", "%w", err)
	}

	var signer crypto.Signer
	if given["key"] {
		signer, err = readPrivate(*keyFile)
	} else {
		signer, err = generateSigner(*curve, *bits)
	}
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	der, err := selfSign(template, signer)
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	outputs := []output{{prefix + ".pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644}}
	if !given["key"] {
		private, err := marshalPrivate(signer)
		if err != nil {
			return fail(stderr, exitFailed, err)
		}
		defer clear(private)
		outputs = append(outputs, output{prefix + ".key", private, 0o600})
	}
	outputs = append(outputs, output{"-", fmt.Appendf(nil, "%x\n", sha256.Sum256(der)), 0})
	if err := writeOutputs(stdout, outputs...); err != nil {
		return fail(stderr, exitFailed, err, outputHints(err)...)
	}
	return exitOK
}

// certificateFor returns what a certificate for an identity says, without a key.
func certificateFor(id string, days int) (*x509.Certificate, error) {
	now := time.Now()
	template := &x509.Certificate{
		// Clocks of peers may be late.
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(0, 0, days),
		BasicConstraintsValid: true,
	}
	if id == "" {
		return nil, errors.New("there is no identity")
	}
	if strings.IndexFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) >= 0 {
		return nil, errors.New("the identity has characters that are not printable ASCII, or spaces")
	}
	user, domain, hasAt := strings.Cut(id, "@")
	switch u, err := url.Parse(id); {
	case err == nil && u.IsAbs():
		if u.String() != id {
			return nil, fmt.Errorf("the URI %s is written otherwise: %s", id, u)
		}
		template.URIs = []*url.URL{u}
	case hasAt && user != "" && domain != "" && !strings.ContainsAny(id, ":/"):
		template.EmailAddresses = []string{id}
	default:
		return nil, fmt.Errorf("%s is neither a URI nor an NAI", id)
	}
	const longest = 64 // RFC 5280, Appendix A.1, ub-common-name
	template.Subject = pkix.Name{CommonName: id[:min(len(id), longest)]}
	return template, nil
}

// selfSign returns the DER of a certificate that a key signs for itself.
func selfSign(template *x509.Certificate, signer crypto.Signer) ([]byte, error) {
	template.KeyUsage = x509.KeyUsageDigitalSignature
	if key, ok := signer.Public().(*rsa.PublicKey); ok {
		if n := key.N.BitLen(); n < rsaLengths[0] {
			return nil, fmt.Errorf("the RSA key has %d bits, less than %d", n, rsaLengths[0])
		}
		template.KeyUsage |= x509.KeyUsageKeyEncipherment
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer)
	if err != nil {
		return nil, err
	}
	// Peers have to be able to read the name again.
	made, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	for i, u := range template.URIs {
		if made.URIs[i].String() != u.String() {
			return nil, fmt.Errorf("the URI %s becomes %s in the certificate", u, made.URIs[i])
		}
	}
	return der, nil
}
