package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	inspector "github.com/gomikey/gomikey/internal/inspect"
)

const inspectUsage = `mikeytool inspect says what is in MIKEY messages, and in crypto attributes of SDP
(SDES). It needs no keys and verifies nothing.

Usage:

    mikeytool inspect [--json] [--show-keys] [INPUT]

Options:

    --json         write JSON instead of text; its members stay what they are
    --show-keys    show keys that are not encrypted, and parts that may hold some;
                   those of crypto attributes are among them

INPUT is a file; without it, or with "-", it is standard input. It is recognised
by itself and holds one of these:

    - the octets of a message
    - hexadecimal digits, with or without white space and 0x
    - base64, with or without padding
    - lines such as a=key-mgmt:mikey AQAF...
    - lines such as a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNf...
    - an RTSP header such as KeyMgmt: prot=mikey;uri="...";data="AQAF..."
    - an SDP description

Numbers in front of the lines are offsets in octets, in a message or in the line
of an attribute. The exit status is 0 if all messages and crypto attributes are
valid, 1 if one is not, 2 for wrong usage. One that is not valid is shown as far
as it goes.
`

func inspect(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("inspect", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	showKeys := flags.Bool("show-keys", false, "")
	if status, ok := parseFlags(flags, inspectUsage, args, stdout, stderr); !ok {
		return status
	}
	if flags.NArg() > 1 {
		return fail(stderr, exitUsage, errors.New("there is more than one INPUT"), "options stand before INPUT")
	}
	input, err := readInput(flags.Arg(0), stdin)
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	report, err := inspector.Inspect(input, inspector.Options{ShowKeys: *showKeys})
	if err != nil {
		var hints []string
		if errors.Is(err, inspector.ErrForm) {
			hints = append(hints, `"mikeytool inspect -h" lists the forms`)
		}
		return fail(stderr, exitFailed, err, hints...)
	}
	if *showKeys {
		fmt.Fprintln(stderr, "mikeytool: warning: the output holds the keys that the input does not encrypt")
	}
	if *asJSON {
		encoder := json.NewEncoder(stdout)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(report)
	} else {
		err = inspector.Text(stdout, report)
	}
	if err != nil {
		return fail(stderr, exitFailed, fmt.Errorf("write the output: %w", err))
	}
	if err := report.Err(); err != nil {
		return fail(stderr, exitFailed, err)
	}
	return exitOK
}

// readInput reads the file of that name, or standard input.
func readInput(name string, stdin io.Reader) ([]byte, error) {
	if name != "" && name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		stdin = file
	}
	input, err := io.ReadAll(io.LimitReader(stdin, inspector.MaxInput+1))
	if err != nil {
		return nil, err
	}
	if len(input) > inspector.MaxInput {
		return nil, fmt.Errorf("the input has more than %d octets: that is no MIKEY message and no SDP with one", inspector.MaxInput)
	}
	return input, nil
}
