package conform

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// A Process is a program that speaks the peer protocol on its standard input and
// output. It is started for the first request, and again after it has ended or
// did not answer in time.
type Process struct {
	// Command is a command line for the shell.
	Command string
	// Timeout is how long a request may take.
	Timeout time.Duration
	// Stderr gets what the program says there; nil: nowhere.
	Stderr io.Writer

	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan []byte
}

// maxReply is the longest line of a peer, in octets.
const maxReply = 8 << 20

func (p *Process) start() error {
	cmd := shell(p.Command)
	cmd.Stderr = p.Stderr
	// A child that the shell leaves behind may hold the pipes open.
	cmd.WaitDelay = time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := make(chan []byte)
	go func() {
		defer close(lines)
		s := bufio.NewScanner(out)
		s.Buffer(nil, maxReply)
		for s.Scan() {
			lines <- append([]byte(nil), s.Bytes()...)
		}
		io.Copy(io.Discard, out)
	}()
	p.cmd, p.in, p.lines = cmd, in, lines
	return nil
}

// Do makes one request.
func (p *Process) Do(request []byte) ([]byte, error) {
	if p.cmd == nil {
		if err := p.start(); err != nil {
			return nil, err
		}
	}
	timer := time.NewTimer(p.Timeout)
	defer timer.Stop()
	// A program that ended, or does not read, shows in what it answers.
	go func(in io.Writer) { _, _ = in.Write(append(request, '\n')) }(p.in)
	select {
	case line, ok := <-p.lines:
		if ok {
			return line, nil
		}
		// Its output has ended, and it will, with its own exit status.
		return nil, fmt.Errorf("the peer ended: %s", p.stop(time.Second))
	case <-timer.C:
		p.stop(0)
		return nil, fmt.Errorf("the peer did not answer in %v", p.Timeout)
	}
}

// stop ends the program, by force after a while, and says how it ended.
func (p *Process) stop(after time.Duration) string {
	p.in.Close()
	cmd := p.cmd
	timer := time.AfterFunc(after, func() { kill(cmd) })
	defer timer.Stop()
	for range p.lines {
	}
	err := cmd.Wait()
	p.cmd = nil
	if err != nil {
		return err.Error()
	}
	return "exit status 0"
}

// Close ends the program: it is told that there is no more input, and is to end
// with exit status 0.
func (p *Process) Close() error {
	if p.cmd == nil {
		return nil
	}
	p.in.Close()
	cmd := p.cmd
	timer := time.AfterFunc(p.Timeout, func() { kill(cmd) })
	defer timer.Stop()
	extra := 0
	for range p.lines {
		extra++
	}
	err := cmd.Wait()
	p.cmd = nil
	switch {
	case err != nil:
		return fmt.Errorf("at the end of its input, the peer ended with: %w", err)
	case extra > 0:
		return fmt.Errorf("the peer wrote %d lines that nobody asked for", extra)
	}
	return nil
}
