package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gomikey/gomikey/internal/conform"
	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors"
)

const conformUsage = `mikeytool conform runs the conformance suite.

Usage:

    mikeytool conform [--peer COMMAND] [--run REGEXP] [--shard I/N]
                      [--vectors FILE] [--json FILE] [--junit FILE]
                      [--timeout TIME] [--verbose] [--list]
    mikeytool conform --coverage

    --peer COMMAND   test the program that this command line starts, which speaks
                     the peer protocol; without it, test this library
    --run REGEXP     only tests whose name matches: FAMILY/NUMBER COMMENT, as in
                     "derive/1 PRF 0, label tek, 64 bits". "^psk/" is a family,
                     "^psk/12 " one test
    --vectors FILE   the tests of this file, instead of those that are built in
    --shard I/N      only the Ith of N parts of the suite
    --json FILE      write a report for programs; "-" is standard output
    --junit FILE     write a report in the XML of JUnit; "-" is standard output
    --timeout TIME   how long the peer may take for a request (10s)
    --verbose        tell what was skipped, and why
    --list           print the names of the tests, and do not run them
    --coverage       print what tests each requirement, and run nothing

A test passes, fails, or is skipped, because the peer does not claim to have what it
needs. "strict" counts tolerances towards old peers that the peer does not have,
which is no fault. The exit status is 0 if some test passed and none failed, 2 for
wrong usage, and 1 otherwise. Try:

    mikeytool conform --peer 'python3 testvectors/python/mikey_peer.py'
`

type conformFlags struct {
	peer, run, shard, vectors, json, junit string
	timeout                                time.Duration
	verbose, list, coverage                bool
}

func conformCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var f conformFlags
	flags := flag.NewFlagSet("conform", flag.ContinueOnError)
	flags.StringVar(&f.peer, "peer", "", "")
	flags.StringVar(&f.run, "run", "", "")
	flags.StringVar(&f.shard, "shard", "", "")
	flags.StringVar(&f.vectors, "vectors", "", "")
	flags.StringVar(&f.json, "json", "", "")
	flags.StringVar(&f.junit, "junit", "", "")
	flags.DurationVar(&f.timeout, "timeout", 10*time.Second, "")
	flags.BoolVar(&f.verbose, "verbose", false, "")
	flags.BoolVar(&f.list, "list", false, "")
	flags.BoolVar(&f.coverage, "coverage", false, "")
	if status, ok := parseFlags(flags, conformUsage, args, stdout, stderr); !ok {
		return status
	}
	if flags.NArg() > 0 {
		return fail(stderr, exitUsage, fmt.Errorf("conform takes no argument %q", flags.Arg(0)),
			"quote the command line of the peer: --peer 'python3 peer.py'")
	}
	var err error
	flags.Visit(func(g *flag.Flag) {
		switch {
		case g.Value.String() == "" && err == nil:
			err = fmt.Errorf("--%s is empty", g.Name) // as a variable of the shell may be
		case f.coverage && g.Name != "coverage" && err == nil:
			err = fmt.Errorf("--coverage does not go with --%s", g.Name)
		}
	})
	if err != nil {
		return fail(stderr, exitUsage, err)
	}
	options, err := f.options()
	if err != nil {
		return fail(stderr, exitUsage, err)
	}
	files, err := f.load()
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	switch {
	case f.coverage:
		return printCoverage(files, stdout, stderr)
	case f.list:
		for _, name := range conform.Names(files, options) {
			fmt.Fprintln(stdout, name)
		}
		return exitOK
	}
	return f.conform(files, options, stdout, stderr)
}

// load returns the test vectors.
func (f *conformFlags) load() ([]*vectors.File, error) {
	if f.vectors == "" {
		return vectors.Load(testvectors.FS)
	}
	data, err := os.ReadFile(f.vectors)
	if err != nil {
		return nil, err
	}
	file, err := vectors.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.vectors, err)
	}
	return []*vectors.File{file}, nil
}

func (f *conformFlags) options() (conform.Options, error) {
	var o conform.Options
	if f.run != "" {
		var err error
		if o.Run, err = regexp.Compile(f.run); err != nil {
			return o, fmt.Errorf("--run: %w", err)
		}
	}
	if f.shard != "" {
		i, n, ok := strings.Cut(f.shard, "/")
		var err1, err2 error
		o.Shard, err1 = strconv.Atoi(i)
		o.Shards, err2 = strconv.Atoi(n)
		if !ok || err1 != nil || err2 != nil || o.Shard < 1 || o.Shard > o.Shards {
			return o, fmt.Errorf("--shard %s is not one of 1/N to N/N", f.shard)
		}
	}
	switch {
	case f.timeout <= 0:
		return o, errors.New("--timeout is not positive")
	case f.json == "-" && f.junit == "-":
		return o, errors.New("--json and --junit cannot both go to standard output")
	}
	// There is nothing that this library may lack.
	o.Complete = f.peer == ""
	return o, nil
}

func (f *conformFlags) conform(files []*vectors.File, options conform.Options, stdout, stderr io.Writer) int {
	p := conform.Library()
	var process *conform.Process
	if f.peer != "" {
		process = &conform.Process{Command: f.peer, Timeout: f.timeout, Stderr: stderr}
		p = process
	}
	bar := newProgress(stderr)
	options.Progress = bar.update
	report, err := conform.Run(p, files, options)
	bar.clear()
	if process != nil {
		if closeErr := process.Close(); err == nil {
			err = closeErr
		}
	}
	if err != nil {
		return fail(stderr, exitFailed, err, peerHint(f.peer)...)
	}
	if report.Total.Tests == 0 {
		return fail(stderr, exitUsage, errors.New("no test has such a name"), `"mikeytool conform --list" prints the names`)
	}
	text := stdout
	if f.json == "-" || f.junit == "-" {
		text = stderr
	}
	for _, out := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{f.json, report.WriteJSON},
		{f.junit, report.WriteJUnit},
		{"-", func(io.Writer) error { return report.WriteText(text, f.verbose) }},
	} {
		if err := writeReport(out.name, stdout, out.write); err != nil {
			return fail(stderr, exitFailed, err)
		}
	}
	if !report.OK() {
		if report.Total.Failed == 0 {
			return fail(stderr, exitFailed, errors.New("no test passed"), "--verbose tells why the tests were skipped")
		}
		return exitFailed
	}
	return exitOK
}

func peerHint(command string) []string {
	if command == "" {
		return nil
	}
	return []string{fmt.Sprintf(`does this print a line? echo '{"id": 1, "op": "hello"}' | %s`, command)}
}

// writeReport writes a report to a file; "-" is standard output, "" nowhere.
func writeReport(name string, stdout io.Writer, write func(io.Writer) error) error {
	switch name {
	case "":
		return nil
	case "-":
		return write(stdout)
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

// A progress is a bar on a terminal, and nothing elsewhere.
type progress struct {
	w      io.Writer // nil: no terminal
	drawn  time.Time
	failed int
}

func newProgress(w io.Writer) *progress {
	if file, ok := w.(*os.File); ok && os.Getenv("TERM") != "dumb" {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return &progress{w: w}
		}
	}
	return &progress{}
}

func (p *progress) update(done, total int, r *conform.Result) {
	if r.Status == conform.Failed {
		p.failed++
	}
	if p.w == nil || done < total && time.Since(p.drawn) < 50*time.Millisecond {
		return
	}
	p.drawn = time.Now()
	const width = 40
	full := width * done / total
	fmt.Fprintf(p.w, "\r\x1b[K[%s%s] %d/%d, %d failed, %s",
		strings.Repeat("=", full), strings.Repeat(" ", width-full), done, total, p.failed, r.Family)
}

func (p *progress) clear() {
	if p.w != nil {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
