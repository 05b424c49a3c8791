package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// Failures that scripts cannot bring about.
func TestInspectIO(t *testing.T) {
	broken := errors.New("broken")
	message := func() io.Reader { return strings.NewReader("01000000000000000000") }
	for name, test := range map[string]struct {
		args   []string
		stdin  io.Reader
		stdout io.Writer
		want   string
	}{
		"endless input": {nil, endless{}, io.Discard, "the input has more than 262144 octets"},
		"broken input":  {nil, iotest.ErrReader(broken), io.Discard, "broken"},
		"closed output": {nil, message(), failing{broken}, "write the output: broken"},
		"closed JSON":   {[]string{"--json"}, message(), failing{broken}, "write the output: broken"},
	} {
		var stderr bytes.Buffer
		if status := inspect(test.args, test.stdin, test.stdout, &stderr); status != exitFailed {
			t.Errorf("%s: status %d, want %d", name, status, exitFailed)
		}
		if got := stderr.String(); !strings.HasPrefix(got, "mikeytool: error: "+test.want) {
			t.Errorf("%s: error %q, want %q", name, got, test.want)
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
