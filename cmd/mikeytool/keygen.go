package main

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

const keygenUsage = `mikeytool keygen makes keys and certificates.

Usage:

    mikeytool keygen psk [--bits N] -o FILE
    mikeytool keygen ec --curve NAME -o FILE
    mikeytool keygen cert --id IDENTITY [--key FILE | --rsa BITS | --ec NAME]
                          [--days N] -o PREFIX

    psk     a pre-shared key
    ec      an elliptic curve key
    cert    a self-signed certificate for an identity

Private keys go into files that only their owner can read. No file is ever
overwritten, and none is left where a command fails.

Run "mikeytool keygen COMMAND -h" for the options of a command.
`

func keygen(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	commands := map[string]command{
		"psk":  keygenPSK,
		"ec":   keygenEC,
		"cert": keygenCert,
	}
	const hint = `keygen makes one of: psk, ec, cert`
	if len(args) == 0 {
		return fail(stderr, exitUsage, errors.New("keygen has to know what to make"), hint)
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		fmt.Fprint(stdout, keygenUsage)
		return exitOK
	}
	cmd, ok := commands[args[0]]
	if !ok {
		return fail(stderr, exitUsage, fmt.Errorf("keygen does not make %q", args[0]), hint)
	}
	return cmd(args[1:], stdin, stdout, stderr)
}

// keygenFlags parses the arguments of a command that has an output and no
// arguments but options. When it returns false the command ends with the status.
func keygenFlags(flags *flag.FlagSet, usage, output string, args []string, stdout, stderr io.Writer) (path string, status int, ok bool) {
	out := flags.String("o", "", "")
	if status, ok := parseFlags(flags, usage, args, stdout, stderr); !ok {
		return "", status, false
	}
	switch {
	case flags.NArg() > 0:
		return "", fail(stderr, exitUsage, fmt.Errorf("%s takes options only", flags.Name()), fmt.Sprintf(`"mikeytool %s -h" lists them`, flags.Name())), false
	case *out == "":
		return "", fail(stderr, exitUsage, errors.New("there is no output"), "name it with -o "+output), false
	}
	return *out, 0, true
}

const keygenPSKUsage = `mikeytool keygen psk makes a pre-shared key: random octets, as a line of
hexadecimal digits.

Usage:

    mikeytool keygen psk [--bits N] -o FILE

Options:

    --bits N    length of the key: 128 (if not given) to 4096, a multiple of 8
    -o FILE     where the key goes, with mode 0600; it must not exist.
                "-o -" is standard output

A fingerprint of the key goes to standard error, the first 8 octets of its
SHA-256: compare it with that of the other party instead of the key.
`

func keygenPSK(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("keygen psk", flag.ContinueOnError)
	bits := flags.Int("bits", 128, "")
	out, status, ok := keygenFlags(flags, keygenPSKUsage, "FILE", args, stdout, stderr)
	if !ok {
		return status
	}
	if *bits < 128 || *bits > 4096 || *bits%8 != 0 {
		return fail(stderr, exitUsage, fmt.Errorf("a key of %d bits is not made", *bits), "--bits is 128 to 4096, a multiple of 8")
	}
	key := make([]byte, *bits/8)
	defer clear(key)
	if _, err := rand.Read(key); err != nil {
		return fail(stderr, exitFailed, err)
	}
	line := append(hex.AppendEncode(nil, key), '\n')
	defer clear(line)
	if err := writeOutputs(stdout, output{out, line, 0o600}); err != nil {
		return fail(stderr, exitFailed, err, outputHints(err)...)
	}
	fmt.Fprintf(stderr, "mikeytool: key of %d bits, fingerprint %s\n", *bits, fingerprint(key))
	return exitOK
}

// fingerprint tells octets from others without showing them.
func fingerprint(octets []byte) string {
	sum := sha256.Sum256(octets)
	return hex.EncodeToString(sum[:8])
}

const keygenECUsage = `mikeytool keygen ec makes a key pair of an elliptic curve.

Usage:

    mikeytool keygen ec --curve NAME -o FILE

Options:

    --curve NAME    P-256, P-384, P-521, Ed25519 or X25519
    -o FILE         where the private key goes, in PKCS #8 and PEM, with mode
                    0600; it must not exist. "-o -" is standard output

The public key goes to standard output, in PEM, unless the private key goes there.
`

// curves makes keys of the curves by their names.
var curves = map[string]func() (crypto.PrivateKey, crypto.PublicKey, error){
	"P-256": func() (crypto.PrivateKey, crypto.PublicKey, error) { return generateECDSA(elliptic.P256()) },
	"P-384": func() (crypto.PrivateKey, crypto.PublicKey, error) { return generateECDSA(elliptic.P384()) },
	"P-521": func() (crypto.PrivateKey, crypto.PublicKey, error) { return generateECDSA(elliptic.P521()) },
	"Ed25519": func() (crypto.PrivateKey, crypto.PublicKey, error) {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		return private, public, err
	},
	"X25519": func() (crypto.PrivateKey, crypto.PublicKey, error) {
		private, err := ecdh.X25519().GenerateKey(rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		return private, private.PublicKey(), nil
	},
}

const curveNames = "P-256, P-384, P-521, Ed25519, X25519"

func generateECDSA(curve elliptic.Curve) (crypto.PrivateKey, crypto.PublicKey, error) {
	private, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	return private, private.Public(), nil
}

func keygenEC(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("keygen ec", flag.ContinueOnError)
	curve := flags.String("curve", "", "")
	out, status, ok := keygenFlags(flags, keygenECUsage, "FILE", args, stdout, stderr)
	if !ok {
		return status
	}
	generate, ok := curves[*curve]
	switch {
	case *curve == "":
		return fail(stderr, exitUsage, errors.New("there is no curve"), "--curve is one of: "+curveNames)
	case !ok:
		return fail(stderr, exitUsage, fmt.Errorf("there is no curve %q", *curve), "curves are: "+curveNames)
	}
	private, public, err := generate()
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	privatePEM, err := marshalPrivate(private)
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	defer clear(privatePEM)
	publicDER, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	outputs := []output{{out, privatePEM, 0o600}}
	if out != "-" {
		publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})
		outputs = append(outputs, output{"-", publicPEM, 0})
	}
	if err := writeOutputs(stdout, outputs...); err != nil {
		return fail(stderr, exitFailed, err, outputHints(err)...)
	}
	return exitOK
}

// marshalPrivate returns a private key in PKCS #8 and PEM.
func marshalPrivate(key crypto.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	defer clear(der)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// An output is a file to be made, or "-" for standard output.
type output struct {
	path   string
	octets []byte
	mode   os.FileMode
}

// writeOutputs makes files, none of which may exist, and writes to standard
// output last. Where something fails, it removes the files that it made.
func writeOutputs(stdout io.Writer, outputs ...output) (err error) {
	var made []string
	defer func() {
		if err != nil {
			for _, path := range made {
				err = errors.Join(err, os.Remove(path))
			}
		}
	}()
	for _, o := range outputs {
		if o.path == "-" {
			continue
		}
		file, err := os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, o.mode)
		if err != nil {
			return err
		}
		made = append(made, o.path)
		_, err = file.Write(o.octets)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	for _, o := range outputs {
		if o.path != "-" {
			continue
		}
		if _, err := stdout.Write(o.octets); err != nil {
			return fmt.Errorf("write the output: %w", err)
		}
	}
	return nil
}

// outputHints returns hints at what to do about an error of writeOutputs.
func outputHints(err error) []string {
	if errors.Is(err, os.ErrExist) {
		return []string{"files are never overwritten: name another one"}
	}
	return nil
}

// readPrivate reads a private key in PEM, as PKCS #8, PKCS #1 or SEC 1. Its
// errors hold nothing of the file.
func readPrivate(path string) (crypto.Signer, error) {
	const most = 1 << 16
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	octets, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, err
	}
	defer clear(octets)
	if len(octets) > most {
		return nil, fmt.Errorf("%s has more than %d octets: that is no private key", path, most)
	}
	for rest := octets; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, fmt.Errorf("%s has no private key in PEM", path)
		}
		defer clear(block.Bytes)
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return nil, fmt.Errorf("the private key in %s is encrypted", path)
		default:
			continue // parameters of a curve, or a certificate
		}
		if err != nil {
			return nil, fmt.Errorf("the private key in %s is malformed, encrypted or of an unknown type", path)
		}
		signer, ok := key.(crypto.Signer)
		if !ok {
			return nil, fmt.Errorf("the private key in %s cannot sign a certificate", path)
		}
		return signer, nil
	}
}

// generateSigner makes a key for a certificate: of a curve, or else an RSA key.
func generateSigner(curve string, bits int) (crypto.Signer, error) {
	if curve == "" {
		return rsa.GenerateKey(rand.Reader, bits)
	}
	private, _, err := curves[curve]()
	if err != nil {
		return nil, err
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("keys of %s cannot sign", curve) // unreachable: the caller saw to it
	}
	return signer, nil
}

// list returns numbers as words.
func list(numbers []int) string {
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ", ")
}
