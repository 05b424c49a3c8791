// Command mikeytool looks into MIKEY messages, shows a secured call, makes keys and
// certificates, and runs the conformance suite against this and other
// implementations.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

const usage = `mikeytool works with MIKEY key management messages (RFC 3830).

Usage:

    mikeytool inspect [--json] [--show-keys] [INPUT]
        say what is in a message or an SDP

    mikeytool demo [--mode MODE] [--group NAME] [--suite NAME] [--verbose]
        show a call from offer to media

    mikeytool keygen psk [--bits N] -o FILE
    mikeytool keygen ec --curve NAME -o FILE
    mikeytool keygen cert --id IDENTITY [--key FILE | --rsa BITS | --ec NAME]
                          [--days N] -o PREFIX
        make a pre-shared key, a key pair, or a self-signed certificate

    mikeytool peer
        speak the conformance peer protocol

    mikeytool conform [--peer COMMAND] [--run REGEXP]
        run the conformance suite against this library or a program

INPUT is a file; without it, or with "-", it is standard input. Results go to
standard output, everything else to standard error. The exit status is 0 for
success, 1 if the operation failed or a message is not valid, 2 for wrong usage.

Run "mikeytool COMMAND -h" for the options of a command.
`

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // the operation failed or the message is not valid
	exitUsage  = 2
)

// A command runs with its arguments and returns an exit status.
type command func(args []string, stdin io.Reader, stdout, stderr io.Writer) int

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	commands := map[string]command{
		"inspect": inspect,
		"demo":    demo,
		"keygen":  keygen,
		"peer":    peerCommand,
		"conform": conformCommand,
	}
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	cmd, ok := commands[args[0]]
	if !ok {
		return fail(stderr, exitUsage, fmt.Errorf("there is no command %q", args[0]), `"mikeytool -h" lists the commands`)
	}
	return cmd(args[1:], stdin, stdout, stderr)
}

// fail reports an error, with hints at what to try, and returns status.
func fail(stderr io.Writer, status int, err error, hints ...string) int {
	fmt.Fprintf(stderr, "mikeytool: error: %v\n", err)
	for _, hint := range hints {
		fmt.Fprintf(stderr, "mikeytool: hint: %s\n", hint)
	}
	return status
}

// parseFlags parses the arguments of a command. When it returns false the
// command ends with the status.
func parseFlags(flags *flag.FlagSet, usage string, args []string, stdout, stderr io.Writer) (status int, ok bool) {
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitOK, false
	case err != nil:
		return fail(stderr, exitUsage, err, fmt.Sprintf(`"mikeytool %s -h" lists the options`, flags.Name())), false
	}
	return 0, true
}
