package inspect

import (
	"bytes"
	"errors"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// newMessage reports on the octets of one message.
//
// The decoder of package mikey says whether they are a message. As it returns
// nothing for a broken one, and no offsets for a good one, the report comes from
// parsing the same octets again, one payload at a time.
func newMessage(data []byte, options Options) *Message {
	m := &Message{Length: len(data), Payloads: []Payload{}, Notes: []Note{}}
	decoder := mikey.Decoder{TrailingZero: true, Repeats: true, Groups: agreements}
	whole, err := decoder.Parse(data)
	m.setError(err, mikey.LastPayload, 0)

	w := walker{m: m, data: data, show: options.ShowKeys, now: options.Now, mayHoldKeys: true, stop: len(data)}
	if whole == nil {
		w.stop = w.m.Error.Offset
	}
	w.walk()
	if whole != nil && len(whole.Trailing) > 0 {
		m.Trailing = w.rest(len(data)-len(whole.Trailing), true)
	}
	w.notes()
	return m
}

// setError takes over an error of package mikey whose offsets start at base. An
// error of no payload is one of the payload whole: of LastPayload, which stands
// for the message, or of a KEMAC.
func (m *Message) setError(err error, whole mikey.PayloadType, base int) {
	var parseError *mikey.ParseError
	if m.Error != nil || !errors.As(err, &parseError) {
		return
	}
	moved := *parseError
	moved.Offset += base
	if moved.Payload == mikey.LastPayload {
		moved.Payload = whole
	}
	m.Error = &Error{
		Code:        errorCode(err),
		Payload:     int(moved.Payload),
		PayloadName: moved.Payload.String(),
		Offset:      moved.Offset,
		Message:     moved.Err.Error(),
		err:         &moved,
	}
	if moved.Payload == mikey.LastPayload {
		m.Error.PayloadName = "message"
	}
}

func errorCode(err error) string {
	codes := []struct {
		err  error
		code string
	}{
		{mikey.ErrTruncated, "truncated"},
		{mikey.ErrTrailing, "trailing"},
		{mikey.ErrTooLarge, "too_large"},
		{mikey.ErrTooMany, "too_many"},
		{mikey.ErrDuplicate, "duplicate"},
		{mikey.ErrMisplaced, "misplaced"},
		{mikey.ErrLength, "length"},
		{mikey.ErrVersion, "version"},
		{mikey.ErrValue, "value"},
	}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return "unknown_layout"
}

// A walker fills in a Message from its octets.
type walker struct {
	m    *Message
	data []byte
	show bool // keys
	now  time.Time
	stop int // where the decoder found the error, or the end

	// mayHoldKeys tells whether octets that are not understood may be or hold a
	// KEMAC with NULL encryption.
	mayHoldKeys bool

	parsed   []mikey.Payload // one for each in m.Payloads
	answered int             // values of DH payloads
}

func (w *walker) walk() {
	offset, next := w.header()
	// The order matters: the header error and the first payload can share an
	// offset, so nothing follows a header that does not parse.
	for w.m.Header != nil && next != mikey.LastPayload && (w.m.Error == nil || offset < w.stop) {
		payload, following, n, err := parsePayload(w.typeFor(next), next, w.data[offset:])
		if err != nil {
			break
		}
		w.parsed = append(w.parsed, payload)
		w.m.Payloads = append(w.m.Payloads, w.payload(payload, offset, n, following))
		offset, next = offset+n, following
	}
	if w.m.Error != nil && w.m.Error.Offset >= offset && offset < len(w.data) {
		w.m.Unparsed = w.rest(offset, !w.mayHoldKeys)
	}
}

// rest reports the octets from offset.
func (w *walker) rest(offset int, show bool) *Rest {
	return &Rest{Offset: offset, Secret: newSecret(w.data[offset:], show || w.show)}
}

// header fills in the header. It returns where the next payload starts.
func (w *walker) header() (offset int, next mikey.PayloadType) {
	if len(w.data) > mikey.MaxMessageSize {
		return 0, mikey.LastPayload
	}
	buf := bytes.Clone(w.data)
	if len(buf) > 2 {
		next = mikey.PayloadType(buf[2])
		buf[2] = uint8(mikey.LastPayload)
	}
	message, n, err := parsePrefix(buf)
	if err != nil {
		return 0, mikey.LastPayload
	}
	h := &message.Header
	w.mayHoldKeys = transportsKeys(h.DataType)
	w.m.Header = w.describeHeader(h, n, next)
	if h.MapInfo != nil {
		next = mikey.LastPayload // the map of unknown length took the payloads
	}
	return n, next
}

// typeFor returns a type of message in which the next payload, as the only one,
// has the length that it has in this message: the second DH payload of a
// response is the one of the initiator, and a value of another length in some
// groups.
func (w *walker) typeFor(next mikey.PayloadType) mikey.DataType {
	t := mikey.DataType(w.m.Header.DataType)
	if next != mikey.DHPayload {
		return t
	}
	if _, second := find[*mikey.DH](w); second {
		return mikey.DHInit
	}
	return t
}

// parsePrefix parses the message that ends somewhere in buf, and returns its
// length.
func parsePrefix(buf []byte) (*mikey.Message, int, error) {
	decoder := mikey.Decoder{Groups: agreements}
	m, err := decoder.Parse(buf)
	var parseError *mikey.ParseError
	if errors.Is(err, mikey.ErrTrailing) && errors.As(err, &parseError) {
		buf = buf[:parseError.Offset]
		m, err = decoder.Parse(buf)
	}
	return m, len(buf), err
}

// parsePayload parses the payload of type t at the start of data, as the only
// one of a message of type in, and returns its length and the type of the payload
// after it.
func parsePayload(in mikey.DataType, t mikey.PayloadType, data []byte) (p mikey.Payload, next mikey.PayloadType, n int, err error) {
	const header = 10 // with an empty map
	buf := append(make([]byte, 0, header+len(data)),
		mikey.Version, uint8(in), uint8(t), 0, 0, 0, 0, 0, 0, uint8(mikey.MapEmpty))
	buf = append(buf, data...)
	if t != mikey.SIGNPayload && len(data) > 0 {
		next = mikey.PayloadType(data[0])
		buf[header] = uint8(mikey.LastPayload)
	}
	m, n, err := parsePrefix(buf)
	if err != nil {
		return nil, 0, 0, err
	}
	n -= header
	p = m.Payloads[0]
	if _, ok := p.(*mikey.Unknown); ok {
		return &mikey.Unknown{PayloadType: t, Rest: data}, mikey.LastPayload, n, nil
	}
	return p, next, n, nil
}

// transportsKeys reports whether a message of a type can have a KEMAC with keys
// in it. Types that are not known can.
func transportsKeys(t mikey.DataType) bool {
	const sakke = 26
	switch t {
	case mikey.PSKVerify, mikey.PKVerify, mikey.DHInit, mikey.DHResp, mikey.ErrorMessage, mikey.RSARInit, sakke:
		return false
	}
	return true
}

// answers reports whether a message of a type answers another one.
func answers(t mikey.DataType) bool {
	switch t {
	case mikey.PSKVerify, mikey.PKVerify, mikey.DHResp, mikey.ErrorMessage, mikey.DHHMACResp, mikey.RSARResp:
		return true
	}
	return false
}
