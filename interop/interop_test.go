package interop

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/srtp/v2"
)

// hang is when a program, or a wait for one, counts as hanging. No test
// depends on how long anything takes.
const hang = 30 * time.Second

// missing ends a test for want of a program.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("INTEROP") == "required" {
		t.Fatalf(format, args...)
	}
	incomplete.Store(true)
	t.Skipf(format, args...)
}

// need ends a test unless the programs are installed.
func need(t *testing.T, programs ...string) {
	t.Helper()
	if testing.Short() && os.Getenv("INTEROP") != "required" {
		incomplete.Store(true)
		t.Skip("not with -short")
	}
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			missing(t, "%s is not installed", name)
		}
	}
}

// version notes the version of a program for the matrix: the first in what the
// program prints about itself.
func version(t *testing.T, program string, printed []byte) {
	t.Helper()
	number := versionNumber.Find(printed)
	if number == nil {
		t.Fatalf("the version of %s is not in %q", program, printed)
	}
	programs.Store(program, string(number))
}

var versionNumber = regexp.MustCompile(`[0-9]+(\.[0-9]+)+`)

// command returns a command that does not outlive the test, and neither does
// what it starts.
func command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	killGroup(cmd)
	return cmd
}

// output runs a command and returns its standard output.
func output(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, &stderr)
	}
	return out
}

// A process is a command that runs beside the test.
type process struct {
	log  log
	done chan struct{} // closed when it has ended
	err  error         // how, once done is closed
}

// start starts a command. It ends with the test, whose failure shows what it
// has printed.
func start(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.log, &p.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() { // the context of the test is over by now
		<-p.done
		if t.Failed() {
			t.Logf("%s\n%s", strings.Join(cmd.Args, " "), p.log.String())
		}
	})
	return p
}

// A log is a buffer to write to and to read from at the same time.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// listenPair listens for RTP at an even port and for RTCP at the next one.
func listenPair(t *testing.T) (media, control *net.UDPConn) {
	t.Helper()
	for range 100 {
		media, err := net.ListenUDP("udp4", loopback(0))
		if err != nil {
			t.Fatal(err)
		}
		p := port(media)
		control, err := net.ListenUDP("udp4", loopback(p+1))
		if p%2 == 0 && err == nil {
			t.Cleanup(func() {
				media.Close()
				control.Close()
			})
			return media, control
		}
		media.Close()
		if err == nil {
			control.Close()
		}
	}
	t.Fatal("found no two free ports in a row")
	return nil, nil
}

// freePair returns an even port that was free, with the next one.
func freePair(t *testing.T) int {
	t.Helper()
	media, control := listenPair(t)
	defer media.Close()
	defer control.Close()
	return port(media)
}

func loopback(port int) *net.UDPAddr { return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }

func port(conn net.PacketConn) int { return conn.LocalAddr().(*net.UDPAddr).Port }

// receive returns the next packet.
func receive(t *testing.T, conn *net.UDPConn) []byte {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(hang)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 2048)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatalf("waiting for a packet: %v", err)
	}
	return buf[:n]
}

// arrived returns the packets that have arrived.
func arrived(t *testing.T, conn *net.UDPConn) [][]byte {
	t.Helper()
	var all [][]byte
	buf := make([]byte, 2048)
	for {
		// A deadline that has passed would fail before there is a look at the packets.
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		n, err := conn.Read(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.Clone(buf[:n]))
	}
}

func sender(t *testing.T, st *srtpbridge.Stream) *srtp.Context {
	t.Helper()
	ctx, err := st.Sender()
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

func receiver(t *testing.T, st *srtpbridge.Stream) *srtp.Context {
	t.Helper()
	ctx, err := st.Receiver()
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

// counting returns n octets that count up from first.
func counting(first byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

// masterKey returns a master key for a suite, with an MKI if it has any octets.
func masterKey(suite mikey.Suite, mki []byte) mikey.MasterKey {
	p := suite.SRTP()
	key := mikey.MasterKey{Key: counting(0x10, int(p.EncrKeyLen)), Salt: counting(0xa0, int(p.SaltLen))}
	if len(mki) > 0 {
		key.Validity = mikey.SPI(mki)
	}
	return key
}
