package main

import (
	"errors"
	"flag"
	"io"

	"github.com/gomikey/gomikey/internal/peer"
)

const peerUsage = `mikeytool peer speaks the conformance peer protocol.

Usage:

    mikeytool peer

It reads one JSON object per line from standard input and writes one per line to
standard output, until the input ends. Keys travel in the clear: it is for test
suites, with keys made for the test. Try:

    echo '{"id": 1, "op": "hello"}' | mikeytool peer
`

func peerCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("peer", flag.ContinueOnError)
	if status, ok := parseFlags(flags, peerUsage, args, stdout, stderr); !ok {
		return status
	}
	if flags.NArg() > 0 {
		return fail(stderr, exitUsage, errors.New("peer takes no arguments"), `requests come from standard input`)
	}
	if err := peer.New().Serve(stdin, stdout); err != nil {
		return fail(stderr, exitFailed, err)
	}
	return exitOK
}
