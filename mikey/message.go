package mikey

import (
	"bytes"
	"fmt"
	"log/slog"

	"golang.org/x/crypto/cryptobyte"
)

// Limits of the decoder. They bound what an unauthenticated message can cost.
const (
	// MaxMessageSize is the largest message in octets: a KEMAC may not exceed
	// 2^16 octets in total (RFC 3830, Section 6.13), and nothing else comes
	// near.
	MaxMessageSize = 65536

	maxPayloads   = 64
	maxPolicies   = 16
	maxCerts      = 8
	maxExtensions = 16
	maxKeyData    = 32
	maxIDs        = 2 // IDi and IDr
	maxDH         = 2 // DHr and DHi
)

// A Message is one MIKEY message: the common header and the chain of payloads
// (RFC 3830, Section 6). A parsed Message keeps its octets as they were
// received, because MACs and signatures cover those and not what we would
// write; to change a message, build a new one.
type Message struct {
	Header   Header
	Payloads []Payload

	// Trailing holds octets after the last payload. Only a Decoder told to
	// accept them keeps any; AppendBinary writes them back.
	Trailing []byte

	raw []byte
}

// A Payload is one of the payload types of this package, as a pointer.
type Payload interface {
	// Type returns the number by which the payload before this one names it.
	Type() PayloadType

	// appendTo appends the payload. SIGN and Unknown, which have no
	// next-payload octet of their own, refuse anything but LastPayload.
	appendTo(b []byte, next PayloadType) ([]byte, error)
}

// A Decoder parses messages. The zero value is strict; each field allows one
// deviation by name.
type Decoder struct {
	// TrailingZero accepts one zero octet behind a message that ends in a
	// KEMAC with NULL encryption and NULL MAC, as one recorder sends it.
	// Nothing may follow the last payload of an authenticated message.
	TrailingZero bool

	// Groups tell the lengths of DH values in groups that DHGroup does not
	// know.
	Groups []KeyAgreement

	// Repeats accepts several payloads of a kind that may occur only once. It
	// is for tools that show broken messages; exchanges never set it.
	Repeats bool
}

// ParseMessage parses a message strictly: it must be well formed to its last
// octet. The message does not share memory with data. An error is a
// *ParseError.
func ParseMessage(data []byte) (*Message, error) {
	return new(Decoder).Parse(data)
}

// Parse is ParseMessage with the deviations that d allows.
func (d *Decoder) Parse(data []byte) (*Message, error) {
	m, err := d.parse(data)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// block is the memory of a usual message in one piece: parsing one costs an
// allocation for this and one for the octets. What does not fit is allocated by
// itself.
type block struct {
	message  Message
	payloads [6]Payload
	sessions [2]CryptoSession
	t        Timestamp
	rand     Rand
	sp       SecurityPolicy
	kemac    KEMAC
	v        Verification
	id       ID
}

// parse also returns what it has understood where it fails, nil if that is not
// even a header, so that an error message can name the CSB and the timestamp.
func (d *Decoder) parse(data []byte) (*Message, error) {
	if len(data) > MaxMessageSize {
		return nil, &ParseError{Err: ErrTooLarge}
	}
	p := parser{mem: new(block), groups: d.Groups}
	m := &p.mem.message
	m.raw = bytes.Clone(data)
	m.Payloads = p.mem.payloads[:0]

	s := cryptobyte.String(m.raw)
	next, err := m.Header.parse(&s, p.mem.sessions[:0])
	if err != nil {
		return nil, &ParseError{Offset: len(m.raw) - len(s), Err: err}
	}
	if m.Header.MapInfo != nil {
		// Only the map type knows how long its map is, so this map holds all
		// that follows; an empty Unknown keeps the next-payload octet.
		if next != LastPayload {
			m.Payloads = append(m.Payloads, &Unknown{PayloadType: next, cause: ErrorUnspecified})
		}
		return m, nil
	}
	for next != LastPayload {
		this, offset := next, len(m.raw)-len(s)
		fail := func(err error) (*Message, error) {
			return m, &ParseError{Payload: this, Offset: offset, Err: err}
		}
		if len(m.Payloads) == maxPayloads {
			return fail(ErrTooMany)
		}
		if !p.count(this) && !d.Repeats {
			return fail(ErrDuplicate)
		}
		if len(s) == 0 {
			return fail(ErrTruncated)
		}
		var payload Payload
		if payload, next, err = p.payload(this, &s); err != nil {
			return fail(err)
		}
		m.Payloads = append(m.Payloads, payload)
	}
	if len(s) != 0 {
		if !d.TrailingZero || len(s) != 1 || s[0] != 0 || !m.unprotected() {
			return m, &ParseError{Offset: len(m.raw) - len(s), Err: ErrTrailing}
		}
		m.Trailing = s
	}
	return m, nil
}

// lastKEMAC returns the KEMAC that ends the message, as in pre-shared key mode.
func (m *Message) lastKEMAC() (*KEMAC, bool) {
	if len(m.Payloads) == 0 {
		return nil, false
	}
	k, ok := m.Payloads[len(m.Payloads)-1].(*KEMAC)
	return k, ok
}

// authenticated reports whether the message ends otherwise than in a KEMAC
// with NULL MAC.
func (m *Message) authenticated() bool {
	k, ok := m.lastKEMAC()
	return !ok || k.MACAlg != MACNULL
}

// unprotected reports whether the message ends in a KEMAC with NULL encryption
// and NULL MAC.
func (m *Message) unprotected() bool {
	k, ok := m.lastKEMAC()
	return ok && k.EncrAlg == EncrNULL && k.MACAlg == MACNULL
}

type parser struct {
	mem    *block
	groups []KeyAgreement

	seen, taken                   uint32 // a bit for each payload type below 32
	ids, dhs, sps, certs, extends uint8
}

// count counts a payload of type t and reports whether the message may have
// it (pitfall of payload chains: the format itself sets no bound).
func (p *parser) count(t PayloadType) bool {
	within := func(n *uint8, limit uint8) bool { *n++; return *n <= limit }
	switch t {
	case IDPayload:
		return within(&p.ids, maxIDs)
	case DHPayload:
		return within(&p.dhs, maxDH)
	case SPPayload:
		return within(&p.sps, maxPolicies)
	case CERTPayload:
		return within(&p.certs, maxCerts)
	case GeneralExtensionPayload:
		return within(&p.extends, maxExtensions)
	case KEMACPayload, PKEPayload, TPayload, CHASHPayload, VPayload, RANDPayload:
		bit := uint32(1) << t
		first := p.seen&bit == 0
		p.seen |= bit
		return first
	}
	return true
}

// payload parses the payload of type t at the start of s, which is not empty.
func (p *parser) payload(t PayloadType, s *cryptobyte.String) (Payload, PayloadType, error) {
	start := *s
	var (
		payload Payload
		next    PayloadType
		err     error
	)
	switch t {
	case KEMACPayload:
		payload, next, err = parseKEMAC(s, memory(p, t, &p.mem.kemac))
	case PKEPayload:
		payload, next, err = parsePKE(s)
	case DHPayload:
		payload, next, err = parseDH(s, p.dhLen)
	case SIGNPayload:
		payload, err = parseSign(s)
	case TPayload:
		payload, next, err = parseTimestamp(s, memory(p, t, &p.mem.t))
	case IDPayload:
		payload, next, err = parseID(s, memory(p, t, &p.mem.id))
	case IDRPayload:
		payload, next, err = parseIDR(s)
	case CERTPayload:
		payload, next, err = parseCert(s)
	case CHASHPayload:
		payload, next, err = parseCertHash(s)
	case VPayload:
		payload, next, err = parseVerification(s, memory(p, t, &p.mem.v))
	case SPPayload:
		payload, next, err = parseSecurityPolicy(s, memory(p, t, &p.mem.sp))
	case RANDPayload:
		payload, next, err = parseRand(s, memory(p, t, &p.mem.rand))
	case ERRPayload:
		payload, next, err = parseErrorPayload(s)
	case GeneralExtensionPayload:
		payload, next, err = parseGeneralExtension(s)
	case KeyDataPayload:
		// Key data is never sent in the clear (RFC 3830, Section 6.13).
		err = ErrMisplaced
	default:
		err = unknownLayout(ErrorUnspecified)
	}
	if code, ok := err.(unknownLayout); ok {
		// Payloads have no common length field: what has an unknown number, or
		// a length that an unknown algorithm implies, swallows the rest.
		*s = nil
		return &Unknown{PayloadType: t, Rest: start, cause: ErrorCode(code)}, LastPayload, nil
	}
	return payload, next, err
}

// dhLen returns the length of a DH value in octets. A response has DHr, then
// DHi (RFC 3830, Section 3.3); a request has DHi.
func (p *parser) dhLen(group DHGroup) (int, bool) {
	for _, g := range p.groups {
		if g.Group() != group {
			continue
		}
		initiator, responder := g.ValueLen()
		switch p.mem.message.Header.DataType {
		case DHResp, DHHMACResp:
			if p.dhs <= 1 {
				return responder, true
			}
		}
		return initiator, true
	}
	return group.ValueLen()
}

// memory returns first, the place in the block, for the first payload of type
// t, and new memory for others.
func memory[P any](p *parser, t PayloadType, first *P) *P {
	bit := uint32(1) << t
	if p.taken&bit != 0 {
		return new(P)
	}
	p.taken |= bit
	return first
}

// AppendBinary appends the message to b. It encodes the fields; octets that
// were received are not consulted.
func (m *Message) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	next := LastPayload
	if len(m.Payloads) > 0 {
		next = m.Payloads[0].Type()
	}
	b, err := m.Header.appendTo(b, next)
	if err != nil {
		return nil, err
	}
	for i, p := range m.Payloads {
		next := LastPayload
		if i+1 < len(m.Payloads) {
			next = m.Payloads[i+1].Type()
		}
		if b, err = p.appendTo(b, next); err != nil {
			return nil, &EncodeError{Payload: p.Type(), Err: err}
		}
	}
	b = append(b, m.Trailing...)
	if len(b)-start > MaxMessageSize {
		return nil, &EncodeError{Err: ErrTooLarge}
	}
	return b, nil
}

// MarshalBinary is AppendBinary to a new slice.
func (m *Message) MarshalBinary() ([]byte, error) { return m.AppendBinary(nil) }

// Received returns the octets from which the message was parsed, nil for a
// message that was built. The caller must not change them.
func (m *Message) Received() []byte { return m.raw }

// String names the message and leaves its octets out: they may hold keys.
func (m Message) String() string {
	return fmt.Sprintf("%v message of CSB %08x, %d payloads", m.Header.DataType, m.Header.CSBID, len(m.Payloads))
}

// GoString is String.
func (m Message) GoString() string { return m.String() }

// LogValue is String.
func (m Message) LogValue() slog.Value { return slog.StringValue(m.String()) }

// PayloadOf returns the first payload of type P, such as *KEMAC.
func PayloadOf[P Payload](m *Message) (p P, ok bool) {
	for _, payload := range m.Payloads {
		if p, ok = payload.(P); ok {
			return p, true
		}
	}
	return p, false
}
