package inspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/gomikey/gomikey/mikey"
)

// note adds a note about the octets at offset.
func (m *Message) note(code string, offset int, format string, args ...any) {
	m.Notes = append(m.Notes, Note{Code: code, Offset: offset, Message: fmt.Sprintf(format, args...)})
}

// notes adds what shows only when the message is seen as a whole, and sorts the
// notes.
func (w *walker) notes() {
	m := w.m
	if m.Header != nil {
		w.noteUnknown()
		w.notePolicies()
		w.noteKeys()
		w.noteRand()
		w.noteCertificates()
		w.noteAgreement()
		if m.Error == nil {
			w.noteChain()
		}
	}
	slices.SortStableFunc(m.Notes, func(a, b Note) int { return a.Offset - b.Offset })
}

func (w *walker) noteUnknown() {
	if w.m.Header.MapInfo != nil {
		w.m.note("unknown_map", w.m.Header.MapInfo.Offset,
			"the CS ID map type is unknown, and so is where the map ends: an exchange refuses the message")
	}
	for i, p := range w.parsed {
		u, ok := p.(*mikey.Unknown)
		if !ok {
			continue
		}
		offset := w.m.Payloads[i].Offset
		switch u.PayloadType {
		case mikey.KEMACPayload, mikey.DHPayload, mikey.TPayload, mikey.CHASHPayload, mikey.VPayload:
			w.m.note("unknown_algorithm", offset,
				"an algorithm in the payload is unknown, and so is where the payload ends: an exchange refuses the message")
		default:
			w.m.note("unknown_payload", offset,
				"the layout of the payload is unknown, and so is where it ends: an exchange refuses the message")
		}
	}
}

func (w *walker) notePolicies() {
	m := w.m
	offsets := make(map[uint8]int)
	for i, p := range w.parsed {
		sp, ok := p.(*mikey.SecurityPolicy)
		if !ok {
			continue
		}
		offset := m.Payloads[i].Offset
		if first, again := offsets[sp.Number]; again {
			m.note("duplicate_policy", offset, "policy %d was defined before, at offset %d", sp.Number, first)
		} else {
			offsets[sp.Number] = offset
		}
		if out := m.Payloads[i].Policy; out.Problem != "" {
			m.note("policy_not_understood", offset, "%s", out.Problem)
		}
		if sp.Protocol == mikey.ProtocolSRTP {
			w.noteTagLength(sp, offset)
		}
	}
	open := mikey.DataType(m.Header.DataType) == mikey.RSARInit // the responder may choose
	if w.broken() || len(offsets) == 0 && (!w.first() || open) {
		return // the policies may be in what does not parse, or in another message
	}
	missing := func(offset, csID int, number uint8) {
		if _, ok := offsets[number]; !ok {
			m.note("no_such_policy", offset, "crypto session %d names policy %d, which is not in the message", csID, number)
		}
	}
	for _, cs := range m.Header.CryptoSessions {
		missing(cs.Offset, cs.CSID, uint8(cs.Policy))
	}
	for _, g := range m.Header.GenericSessions {
		for _, number := range g.Policies {
			missing(g.Offset, g.CSID, uint8(number))
		}
	}
}

// noteTagLength looks for a tag length in the parameter of the key length.
func (w *walker) noteTagLength(sp *mikey.SecurityPolicy, offset int) {
	var keyLen, tagLen []byte
	for t, value := range sp.Params.All() {
		switch t {
		case mikey.ParamAuthKeyLen:
			keyLen = value
		case mikey.ParamTagLen:
			tagLen = value
		}
	}
	if tagLen == nil && len(keyLen) == 1 && (keyLen[0] == 4 || keyLen[0] == 10) {
		w.m.note("tag_length_as_key_length", offset,
			"parameter 3, %v, is %d and there is no parameter 11: some senders mean the tag length by it",
			mikey.ParamAuthKeyLen, keyLen[0])
	}
}

// broken reports whether the message has parts that were not understood.
func (w *walker) broken() bool {
	if w.m.Error != nil || w.m.Header.MapInfo != nil {
		return true
	}
	return len(w.parsed) > 0 && w.m.Payloads[len(w.parsed)-1].Unknown != nil
}

// first reports whether the message starts a CSB, and is not an update or an
// answer.
func (w *walker) first() bool {
	_, hasRand := find[*mikey.Rand](w)
	return hasRand && !answers(mikey.DataType(w.m.Header.DataType))
}

// find returns the index of the first payload of type P, false if there is none.
func find[P mikey.Payload](w *walker) (int, bool) {
	i := slices.IndexFunc(w.parsed, func(p mikey.Payload) bool {
		_, ok := p.(P)
		return ok
	})
	return i, i >= 0
}

// noteKeys looks at how the keys are protected and whether they fit the
// policies.
func (w *walker) noteKeys() {
	for i, p := range w.parsed {
		k, ok := p.(*mikey.KEMAC)
		if !ok {
			continue
		}
		out := &w.m.Payloads[i]
		switch {
		case k.EncrAlg == mikey.EncrNULL && k.MACAlg == mikey.MACNULL:
			w.m.note("transport_protection_only", out.Offset,
				"neither encrypted nor authenticated: nothing but the transport, such as TLS, protects the keys (RFC 3830, Sections 4.2.3 and 4.2.4)")
		case k.EncrAlg == mikey.EncrNULL && len(k.EncrData) > 0:
			w.m.note("keys_not_encrypted", out.Offset, "the keys are not encrypted")
		case k.MACAlg == mikey.MACNULL && mikey.DataType(w.m.Header.DataType) == mikey.PSKInit:
			w.m.note("not_authenticated", out.Offset, "the message is encrypted but not authenticated")
		}
		for j := range out.KEMAC.Payloads {
			if key := &out.KEMAC.Payloads[j]; key.KeyData != nil {
				w.noteKey(key)
			}
		}
	}
}

// noteKey looks at a TEK, which has to have the lengths of a policy.
func (w *walker) noteKey(p *Payload) {
	k := p.KeyData
	t := mikey.KeyType(k.KeyType)
	if t != mikey.TEK && t != mikey.TEKSalt {
		return
	}
	lengths := w.keyLengths()
	fits := func(n int, length func(Split) int) (Split, bool) {
		i := slices.IndexFunc(lengths, func(s Split) bool { return length(s) == n })
		if i < 0 {
			return Split{}, false
		}
		return lengths[i], true
	}
	both := func(s Split) int { return s.KeyLength + s.SaltLength }
	key := func(s Split) int { return s.KeyLength }
	n := k.Key.Length
	if t == mikey.TEKSalt {
		if !slices.Contains(lengths, Split{n, k.Salt.Length}) {
			w.m.note("key_length", p.Offset, "key of %d and salt of %d octets: no policy has these lengths", n, k.Salt.Length)
		}
		return
	}
	if split, ok := fits(n, both); ok {
		k.Split = &split
		w.m.note("glued_salt", p.Offset, "a TEK of %d octets is a key of %d with a salt of %d behind it: the RFC has the type TEK+SALT for that",
			n, split.KeyLength, split.SaltLength)
		return
	}
	if _, ok := fits(n, key); ok {
		w.m.note("no_salt", p.Offset, "the TEK has no salt")
		return
	}
	w.m.note("key_length", p.Offset, "a TEK of %d octets: no policy has this length", n)
}

// keyLengths returns the lengths that TEKs can have: those of the policies, or
// of the default policy where the message has none.
func (w *walker) keyLengths() []Split {
	var lengths []Split
	for _, p := range w.m.Payloads {
		if p.Policy != nil && p.Policy.SRTP != nil {
			lengths = append(lengths, Split{p.Policy.SRTP.KeyLength, p.Policy.SRTP.SaltLength})
		}
	}
	if len(lengths) == 0 {
		lengths = []Split{{16, 14}}
	}
	return lengths
}

func (w *walker) noteRand() {
	m := w.m
	t := mikey.DataType(m.Header.DataType)
	i, ok := find[*mikey.Rand](w)
	if !ok {
		if w.broken() || answers(t) || t >= mikey.RSARInit {
			return // the responder of RSA-R may send it
		}
		if w.onlyTEKs() {
			m.note("no_rand", 0, "there is no RAND: no key is derived, so it would have no function")
		} else {
			m.note("no_rand", 0, "there is no RAND: only an update of a CSB can do without")
		}
		return
	}
	r := w.parsed[i].(*mikey.Rand)
	offset := m.Payloads[i].Offset
	if len(r.Value) < 16 {
		m.note("short_rand", offset, "RAND has %d octets: it should have at least 16 (RFC 3830, Section 6.11)", len(r.Value))
	}
	if csb := binary.BigEndian.AppendUint32(nil, m.Header.CSBID); bytes.HasPrefix(r.Value, csb) {
		m.note("rand_starts_with_csb_id", offset,
			"RAND starts with the CSB ID: the sender's random numbers, keys among them, may be weak")
	}
}

// onlyTEKs reports whether the message has keys that are used as they are, under
// no protection of its own, so that it needs no derived key.
func (w *walker) onlyTEKs() bool {
	i, ok := find[*mikey.KEMAC](w)
	if !ok {
		return false
	}
	k := w.m.Payloads[i].KEMAC
	if k.EncrAlg != int(mikey.EncrNULL) || k.MACAlg != int(mikey.MACNULL) || k.EncrData != nil {
		return false
	}
	for _, p := range k.Payloads {
		if p.KeyData == nil {
			continue
		}
		if t := mikey.KeyType(p.KeyData.KeyType); t != mikey.TEK && t != mikey.TEKSalt {
			return false
		}
	}
	return true
}

// noteChain looks at which payloads a whole message has, and at what follows it.
func (w *walker) noteChain() {
	m := w.m
	if m.Trailing != nil {
		m.note("trailing_zero", m.Trailing.Offset,
			"a zero octet follows the last payload: one recorder sends it, and strict decoders refuse it")
	}
	var parseError *mikey.ParseError
	strict := mikey.Decoder{Groups: agreements}
	_, err := strict.Parse(w.data)
	if errors.Is(err, mikey.ErrDuplicate) && errors.As(err, &parseError) {
		m.note("repeated_payload", parseError.Offset, "%v may not occur again: an exchange refuses the message", parseError.Payload)
	}
	t := mikey.DataType(m.Header.DataType)
	if w.broken() || t > mikey.RSARResp {
		return
	}
	if _, ok := find[*mikey.Timestamp](w); !ok {
		m.note("no_timestamp", 0, "there is no T, which every message has")
	}
	var last mikey.PayloadType
	switch t {
	case mikey.PSKInit, mikey.DHHMACInit, mikey.DHHMACResp:
		last = mikey.KEMACPayload
	case mikey.PSKVerify, mikey.PKVerify:
		last = mikey.VPayload
	case mikey.PKInit, mikey.DHInit, mikey.DHResp, mikey.RSARInit, mikey.RSARResp:
		last = mikey.SIGNPayload
	default:
		return
	}
	if n := len(w.parsed); n == 0 || w.parsed[n-1].Type() != last {
		m.note("last_payload", 0, "a message of type %v ends in %v", t, last)
	}
	w.noteMissing(t)
}

// noteMissing looks for the payloads with which a message makes keys. Updates can
// be without.
func (w *walker) noteMissing(t mikey.DataType) {
	var want []mikey.PayloadType
	switch {
	case t == mikey.RSARResp, t == mikey.PKInit && w.first():
		want = []mikey.PayloadType{mikey.KEMACPayload, mikey.PKEPayload}
	case (t == mikey.DHInit || t == mikey.DHHMACInit) && w.first():
		want = []mikey.PayloadType{mikey.DHPayload}
	}
	for _, kind := range want {
		if !slices.ContainsFunc(w.parsed, func(p mikey.Payload) bool { return p.Type() == kind }) {
			w.m.note("missing_payload", 0, "there is no %v, which a message of type %v has", kind, t)
		}
	}
}
