package reference

import "fmt"

// A Field is a field of a message: its octets, and where they stand.
type Field struct {
	Name string // "T: TS value"
	How  string // the section of RFC 3830 that has the payload, with its first field
	At   int
	Data []byte
}

// End is where the next field begins.
func (f Field) End() int { return f.At + len(f.Data) }

// Fields are the fields of a message in their order, without gaps: a decoder from
// the figures of RFC 3830, Section 6, and RFC 6043, Section 6. Where the message
// is not well formed, there is an error, and the fields in front of it.
//
// A payload of an unknown number, or with an algorithm that is unknown and implies
// a length, has no end: it takes the rest. One zero octet behind a message with
// NULL encryption and NULL MAC is the field "trailing".
func Fields(message []byte) ([]Field, error) {
	w := &walk{message: message}
	w.whole()
	return w.fields, w.err
}

type walk struct {
	message []byte
	at      int
	fields  []Field
	err     error
	payload string // in front of the names of fields
	section string // of the next field
}

func (w *walk) fail(what string) {
	if w.err == nil {
		w.err = fmt.Errorf("%s: octet %d: %s", w.payload, w.at, what)
	}
}

// start begins a payload.
func (w *walk) start(name, section string) { w.payload, w.section = name, section }

// take is a field of n octets, zeros after an error.
func (w *walk) take(name string, n int) []byte {
	if n > len(w.message)-w.at {
		w.fail(name + " ends too early")
	}
	if w.err != nil {
		return make([]byte, n)
	}
	data := w.message[w.at : w.at+n]
	if n > 0 {
		w.fields = append(w.fields, Field{w.payload + ": " + name, w.section, w.at, data})
		w.section = ""
	}
	w.at += n
	return data
}

// number is a field of n octets that holds a number.
func (w *walk) number(name string, n int) int {
	value := 0
	for _, octet := range w.take(name, n) {
		value = value<<8 | int(octet)
	}
	return value
}

func (w *walk) left() int { return len(w.message) - w.at }

func (w *walk) whole() {
	if len(w.message) > 65536 {
		w.payload = "message"
		w.fail("it is longer than 2^16 octets")
		return
	}
	w.start("HDR", "RFC 3830, Section 6.1")
	if w.number("version", 1) != 1 && w.err == nil {
		w.fail("the version is not 1")
	}
	dataType := w.number("data type", 1)
	next := w.number("next payload", 1)
	w.take("V and PRF func", 1)
	w.take("CSB ID", 4)
	count := w.number("#CS", 1)
	w.csIDMap(w.number("CS ID map type", 1), count)

	seen := map[int]int{}
	clear := false // the last payload is a KEMAC with NULL and NULL
	for next != NumLast && w.err == nil {
		this := next
		seen[this]++
		clear = false
		switch this {
		case NumT, NumRAND, NumKEMAC, NumPKE, NumCHASH, NumV:
			if seen[this] > 1 {
				w.fail("the payload occurs twice")
			}
		case NumID, NumDH:
			if seen[this] > 2 {
				w.fail("the payload occurs three times")
			}
		}
		switch this {
		case NumSIGN:
			w.start("SIGN", "RFC 3830, Section 6.5")
			w.take("signature", w.number("S type and signature len", 2)&0xfff)
			next = NumLast
			continue
		case NumKeyData:
			w.fail("key data outside of a KEMAC")
			continue
		}
		start := w.at
		name, section := "unknown payload", ""
		if s, ok := sections[this]; ok {
			name, section = s[0], s[1]
		}
		w.start(name, section)
		next = w.number("next payload", 1)
		known := true
		switch this {
		case NumKEMAC:
			encr := w.number("Encr alg", 1)
			size := w.number("Encr data len", 2)
			if encr == EncrNULL {
				w.keyData(size)
			} else {
				w.take("Encr data", size)
			}
			mac := w.number("Mac alg", 1)
			if known = mac <= MACHMACSHA256; known {
				w.take("MAC", MACLen(byte(mac)))
			}
			clear = encr == EncrNULL && mac == MACNULL
			if w.at-start > 65536 {
				w.fail("the KEMAC is longer than 2^16 octets")
			}
		case NumPKE:
			w.take("data", w.number("C and data len", 2)&0x3fff)
		case NumDH:
			length := dhLength(w.number("DH-Group", 1), dataType, seen[NumDH])
			if known = length > 0; known {
				w.take("DH-value", length)
				known = w.validity(w.number("reserved and KV", 1) & 15)
			}
		case NumT:
			length := map[int]int{0: 8, 1: 8, 2: 4, 3: 4}[w.number("TS type", 1)]
			if known = length > 0; known {
				w.take("TS value", length)
			}
		case NumID, NumCERT, NumGenExt:
			w.take("type", 1)
			w.take("data", w.number("len", 2))
		case NumIDR:
			w.take("ID role", 1)
			w.take("ID type", 1)
			w.take("ID data", w.number("ID len", 2))
		case NumCHASH:
			length := map[int]int{0: 20, 1: 16, 2: 32}[w.number("hash func", 1)]
			if known = length > 0; known {
				w.take("hash", length)
			}
		case NumV:
			alg := w.number("Auth alg", 1)
			if known = alg <= MACHMACSHA256; known {
				w.take("Ver data", MACLen(byte(alg)))
			}
		case NumSP:
			w.take("policy no", 1)
			w.take("prot type", 1)
			w.parameters(w.number("policy param length", 2))
		case NumRAND:
			length := w.number("RAND len", 1)
			if length == 0 {
				w.fail("RAND has no octets")
			}
			w.take("RAND", length)
		case NumERR:
			w.take("error no", 1)
			w.take("reserved", 2)
		default:
			known = false
		}
		if !known {
			w.take("rest", w.left())
			next = NumLast
		}
	}
	w.payload, w.section = "message", ""
	switch {
	case w.err != nil || w.left() == 0:
	case clear && w.left() == 1 && w.message[w.at] == 0:
		w.take("trailing", 1)
	default:
		w.fail("octets behind the last payload")
	}
}

// sections are the names and sections of payloads.
var sections = map[int][2]string{
	NumKEMAC: {"KEMAC", "RFC 3830, Section 6.2"}, NumPKE: {"PKE", "RFC 3830, Section 6.3"},
	NumDH: {"DH", "RFC 3830, Section 6.4"}, NumT: {"T", "RFC 3830, Section 6.6"},
	NumID: {"ID", "RFC 3830, Section 6.7"}, NumCERT: {"CERT", "RFC 3830, Section 6.7"},
	NumCHASH: {"CHASH", "RFC 3830, Section 6.8"}, NumV: {"V", "RFC 3830, Section 6.9"},
	NumSP: {"SP", "RFC 3830, Section 6.10"}, NumRAND: {"RAND", "RFC 3830, Section 6.11"},
	NumERR: {"ERR", "RFC 3830, Section 6.12"}, NumIDR: {"IDR", "RFC 6043, Section 6.6"},
	NumGenExt: {"general extension", "RFC 3830, Section 6.15"},
}

// csIDMap is the CS ID map info.
func (w *walk) csIDMap(mapType, count int) {
	switch mapType {
	case 0: // SRTP-ID
		w.section = "RFC 3830, Section 6.1.1"
		for i := 1; i <= count && w.err == nil; i++ {
			w.take(fmt.Sprintf("Policy_no_%d", i), 1)
			w.take(fmt.Sprintf("SSRC_%d", i), 4)
			w.take(fmt.Sprintf("ROC_%d", i), 4)
		}
	case 1: // Empty map: RFC 4563, Section 5
	case 2: // GENERIC-ID
		w.section = "RFC 6043, Section 6.1.1"
		for i := 1; i <= count && w.err == nil; i++ {
			entry := fmt.Sprintf("entry %d: ", i)
			w.take(entry+"CS ID", 1)
			protocol := w.number(entry+"prot type", 1)
			flags := w.number(entry+"S and #P", 1)
			w.take(entry+"Ps", flags&0x7f)
			length := w.number(entry+"session data length", 2)
			// SSRC, and ROC and SEQ if the S flag is set; or nothing at all.
			want := 4
			if flags >= 0x80 {
				want = 10
			}
			if protocol == 0 && length != 0 && length != want {
				w.fail("the session data has another length than the S flag says")
			}
			w.take(entry+"session data", length)
			w.take(entry+"SPI", w.number(entry+"SPI length", 1))
		}
	default:
		w.take("CS ID map info of unknown length", w.left())
	}
	w.section = ""
}

// parameters are the type/length/value fields of a policy.
func (w *walk) parameters(length int) {
	if length > w.left() {
		w.fail("policy param ends too early")
	}
	end := w.at + length
	for w.at < end && w.err == nil {
		name := fmt.Sprintf("parameter %d: ", w.number("type", 1))
		w.fields[len(w.fields)-1].Name = w.payload + ": " + name + "type"
		if w.at == end {
			w.fail("a parameter has a type only")
			return
		}
		size := w.number(name+"length", 1)
		if size > end-w.at {
			w.fail("a parameter ends behind its policy")
		}
		w.take(name+"value", size)
	}
}

// keyData is the Encr data of a KEMAC with NULL encryption: the chain of Section
// 6.13, or of an ID and the chain, or else octets that only somebody else can
// read.
func (w *walk) keyData(length int) {
	if length > w.left() {
		w.fail("Encr data ends too early")
		return
	}
	for _, first := range []byte{NumKeyData, NumID} {
		inner := &walk{message: w.message[:w.at+length], at: w.at}
		inner.chain(first)
		if inner.err == nil {
			w.fields = append(w.fields, inner.fields...)
			w.at += length
			return
		}
	}
	w.take("Encr data", length)
}

func (w *walk) chain(first byte) {
	if w.left() == 0 {
		return
	}
	next := int(first)
	if next == NumID {
		w.start("KEMAC: ID", "RFC 3830, Section 6.2")
		next = w.number("next payload", 1)
		w.take("type", 1)
		w.take("data", w.number("len", 2))
	}
	for i := 1; next == NumKeyData && w.err == nil; i++ {
		w.start(fmt.Sprintf("KEMAC: key data %d", i), "RFC 3830, Section 6.13")
		next = w.number("next payload", 1)
		typeKV := w.number("type and KV", 1)
		w.take("key", w.number("key data len", 2))
		switch typeKV >> 4 {
		case KeyTGKSalt, KeyTEKSalt, 5: // GTGK+SALT: RFC 6043, Section 6.2.1
			w.take("salt", w.number("salt len", 2))
		case KeyTGK, KeyTEK, 4, 6, 7:
		default:
			w.fail("unknown type of key")
		}
		if !w.validity(typeKV & 15) {
			w.fail("unknown type of validity")
		}
	}
	if next != NumLast || w.left() != 0 {
		w.fail("the chain ends elsewhere")
	}
}

// validity are KV data, false for an unknown type (Section 6.14).
func (w *walk) validity(kv int) bool {
	switch kv {
	case 0:
	case 1:
		w.take("SPI", w.number("SPI length", 1))
	case 2:
		w.take("valid from", w.number("VF length", 1))
		w.take("valid to", w.number("VT length", 1))
	default:
		return false
	}
	return true
}

// dhLength is the length of the n-th DH value of a message, 0 where nobody knows.
// Groups of the private range are those of package ecdh, whose responder answers
// first in its message and repeats the value of the initiator.
func dhLength(group, dataType, n int) int {
	if group == 246 && (dataType == DHResp || dataType == DHHMACResp) && n == 1 {
		return 1120
	}
	return map[int]int{
		0: 192, 1: 96, 2: 128,
		241: 65, 242: 97, 243: 133, 244: 32, 245: 56, 246: 1216,
	}[group]
}
