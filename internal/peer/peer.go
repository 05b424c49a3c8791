// Package peer speaks the conformance peer protocol: one JSON object per line
// asks for an operation of this implementation, and one per line answers. It is
// how a test suite drives any MIKEY implementation, and how two are wired to
// each other.
package peer

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// Version is the version of the implementation that hello reports.
const Version = "0.1.0"

// maxLine is the longest request in octets. The largest operand is a message of
// 64 KiB, twice as long in hexadecimal.
const maxLine = 1 << 20

// A Peer keeps the exchanges, sessions and the replay cache between requests.
type Peer struct {
	exchanges map[string]*exchange
	sessions  map[string]*session
	replay    mikey.ReplayCache
	bundles   *mikey.Bundles // of the responders
}

// New returns a Peer that knows of nothing yet.
func New() *Peer {
	p := new(Peer)
	p.reset()
	return p
}

func (p *Peer) reset() {
	p.exchanges = make(map[string]*exchange)
	p.sessions = make(map[string]*session)
	p.replay = new(mikey.MemoryReplayCache)
	p.bundles = new(mikey.Bundles)
}

// Serve answers the requests of r on w until the end of r.
func (p *Peer) Serve(r io.Reader, w io.Writer) error {
	lines := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := readLine(lines)
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return err
		}
		var answer []byte
		if err != nil {
			answer = failure(nil, usageError("%v", err))
		} else {
			answer = p.Do(line)
		}
		if _, err := w.Write(append(answer, '\n')); err != nil {
			return err
		}
	}
}

var errLongLine = fmt.Errorf("the line is longer than %d octets", maxLine)

// readLine returns the next line without its end. It reads a line that is too
// long to its end, but does not keep it.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if !long {
			line = append(line, part...)
		}
		if len(line) > maxLine {
			long, line = true, nil
		}
		switch {
		case err == nil, err == io.EOF && (len(line) > 0 || long):
			if long {
				return nil, errLongLine
			}
			return bytes.TrimRight(line, "\r\n"), nil
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

// An operation answers a request with the members of its reply.
type operation func(p *Peer, request []byte) (any, error)

var operations = map[string]operation{
	"hello":          (*Peer).hello,
	"reset":          (*Peer).doReset,
	"decode":         (*Peer).decode,
	"encode":         (*Peer).encode,
	"initiate":       (*Peer).initiate,
	"respond":        (*Peer).respond,
	"complete":       (*Peer).complete,
	"update":         (*Peer).update,
	"derive":         (*Peer).derive,
	"sdp-extract":    (*Peer).sdpExtract,
	"rtsp-extract":   (*Peer).rtspExtract,
	"sdes-parse":     (*Peer).sdesParse,
	"sdes-format":    (*Peer).sdesFormat,
	"sdes-answer":    (*Peer).sdesAnswer,
	"sdes-complete":  (*Peer).sdesComplete,
	"srtp-protect":   (*Peer).srtpProtect,
	"srtp-unprotect": (*Peer).srtpUnprotect,
}

// Do answers one request. Request and reply are JSON objects without a line end.
func (p *Peer) Do(request []byte) []byte {
	var head struct {
		ID json.RawMessage `json:"id"`
		Op *string         `json:"op"`
	}
	if trimmed := bytes.TrimSpace(request); len(trimmed) == 0 || trimmed[0] != '{' {
		return failure(nil, usageError("the line is not a JSON object"))
	}
	if err := json.Unmarshal(request, &head); err != nil {
		return failure(nil, usageError("the line is not a JSON object of a request"))
	}
	if head.Op == nil {
		return failure(head.ID, usageError("the request has no op"))
	}
	op, ok := operations[*head.Op]
	if !ok {
		return failure(head.ID, &mikey.Error{Stage: mikey.Unsupported, Err: fmt.Errorf("there is no operation %q", *head.Op)})
	}
	reply, err := op(p, request)
	if err != nil {
		return failure(head.ID, err)
	}
	return success(head.ID, reply)
}

func success(id json.RawMessage, reply any) []byte {
	members := []byte("{}")
	if reply != nil {
		members = marshal(reply)
	}
	head := marshal(struct {
		ID json.RawMessage `json:"id"`
		OK bool            `json:"ok"`
	}{id, true})
	if len(members) == len("{}") {
		return head
	}
	// Both are objects: the members of the reply follow those of the head.
	return append(append(head[:len(head)-1], ','), members[1:]...)
}

func failure(id json.RawMessage, err error) []byte {
	var reply struct {
		ID    json.RawMessage `json:"id"`
		OK    bool            `json:"ok"`
		Error struct {
			Stage  string `json:"stage"`
			Code   *uint8 `json:"code"`
			Detail string `json:"detail"`
		} `json:"error"`
		ErrorMessage []byte `json:"error_message,omitempty"`
	}
	reply.ID = id
	reply.Error.Stage = mikey.Usage.String()
	reply.Error.Detail = err.Error()
	var e *mikey.Error
	var parse *mikey.ParseError
	switch {
	case errors.As(err, &e):
		reply.Error.Stage = e.Stage.String()
		reply.ErrorMessage = e.Reply
	case errors.As(err, &parse):
		reply.Error.Stage = mikey.Malformed.String()
		if errors.Is(err, mikey.ErrVersion) {
			reply.Error.Stage = mikey.Unsupported.String()
		}
	}
	var code mikey.ErrorCode
	if errors.As(err, &code) {
		reply.Error.Code = (*uint8)(&code)
	}
	return marshal(&reply)
}

// marshal encodes what this package made itself, which cannot fail.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // unreachable: every type here has a JSON form
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func usageError(format string, args ...any) error {
	return &mikey.Error{Stage: mikey.Usage, Err: fmt.Errorf(format, args...)}
}

// unmarshal decodes a request.
func unmarshal(request []byte, v any) error {
	if err := json.Unmarshal(request, v); err != nil {
		return usageError("the request does not fit its operation: %v", describe(err))
	}
	return nil
}

// describe keeps operands, which may be keys, out of the error.
func describe(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("member %q cannot be a %s", wrong.Field, wrong.Type)
	}
	return err
}

// hexBytes are octets in hexadecimal.
type hexBytes []byte

var errHex = errors.New("a byte string is not in hexadecimal")

func (h hexBytes) MarshalText() ([]byte, error) {
	return hex.AppendEncode(nil, h), nil
}

func (h *hexBytes) UnmarshalText(text []byte) error {
	b := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(b, text); err != nil {
		return errHex // the error of package hex quotes the text
	}
	*h = b
	return nil
}

// hex32 is a 32-bit number in 8 hexadecimal digits.
type hex32 uint32

func (h hex32) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%08x", uint32(h)), nil }

func (h *hex32) UnmarshalText(text []byte) error {
	var b [4]byte
	if len(text) != 8 {
		return errors.New("a 32-bit number has not 8 hexadecimal digits")
	}
	if _, err := hex.Decode(b[:], text); err != nil {
		return errHex
	}
	*h = hex32(uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]))
	return nil
}

func (p *Peer) hello([]byte) (any, error) {
	suites := []string{}
	for _, s := range mikey.Suites() {
		if srtpSuite(s) {
			suites = append(suites, s.String())
		}
	}
	return struct {
		Implementation string   `json:"implementation"`
		Version        string   `json:"version"`
		Modes          []string `json:"modes"`
		Groups         []string `json:"groups"`
		Suites         []string `json:"suites"`
	}{"gomikey", Version, modeNames, groupNames, suites}, nil
}

func (p *Peer) doReset([]byte) (any, error) {
	p.reset()
	return nil, nil
}

// clock returns the time of a request, or of the clock where it has none.
func clock(now *time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	at := *now
	return func() time.Time { return at }
}
