package reference

import "encoding/binary"

// Numbers of payloads (RFC 3830, Section 6.1, Table 6.1.b).
const (
	NumLast     = 0
	NumKEMAC    = 1
	NumPKE      = 2
	NumDH       = 3
	NumSIGN     = 4
	NumT        = 5
	NumID       = 6
	NumCERT     = 7
	NumCHASH    = 8
	NumV        = 9
	NumSP       = 10
	NumRAND     = 11
	NumERR      = 12
	NumIDR      = 14
	NumKeyData  = 20
	NumGenExt   = 21
	headerFixed = 10
)

// Data types (RFC 3830, Section 6.1, Table 6.1.a; RFC 4650; RFC 4738).
const (
	PSKInit    = 0
	PSKResp    = 1
	PKInit     = 2
	PKResp     = 3
	DHInit     = 4
	DHResp     = 5
	ErrorMsg   = 6
	DHHMACInit = 7
	DHHMACResp = 8
	RSARInit   = 9
	RSARResp   = 10
)

// A Payload is one without its next-payload octet.
type Payload struct {
	Number byte
	Body   []byte
}

// A Session is an entry of the SRTP-ID map (RFC 3830, Section 6.1.1).
type Session struct {
	Policy    byte
	SSRC, ROC uint32
}

// A Message is a message before encoding.
type Message struct {
	Version  byte
	DataType byte
	V        bool
	PRF      byte
	CSBID    uint32
	CSCount  byte
	MapType  byte
	Map      []byte
	Payloads []Payload
}

// NewMessage returns a message with an SRTP-ID map.
func NewMessage(dataType byte, csbID uint32, sessions []Session) *Message {
	return &Message{
		Version: 1, DataType: dataType, CSBID: csbID,
		CSCount: byte(len(sessions)), Map: SRTPIDMap(sessions),
	}
}

// SRTPIDMap is policy_no || SSRC || ROC for each crypto session.
func SRTPIDMap(sessions []Session) []byte {
	var b []byte
	for _, s := range sessions {
		b = append(b, s.Policy)
		b = binary.BigEndian.AppendUint32(b, s.SSRC)
		b = binary.BigEndian.AppendUint32(b, s.ROC)
	}
	return b
}

// Add appends payloads and returns the message.
func (m *Message) Add(p ...Payload) *Message {
	m.Payloads = append(m.Payloads, p...)
	return m
}

// Octets is the message: every payload names the next one in its first octet,
// 0 ends the chain. SIGN has no such octet (RFC 3830, Section 6.5).
func (m *Message) Octets() []byte {
	flags := m.PRF
	if m.V {
		flags |= 0x80
	}
	b := []byte{m.Version, m.DataType, m.next(0), flags}
	b = binary.BigEndian.AppendUint32(b, m.CSBID)
	b = append(b, m.CSCount, m.MapType)
	b = append(b, m.Map...)
	for i, p := range m.Payloads {
		if p.Number != NumSIGN {
			b = append(b, m.next(i+1))
		}
		b = append(b, p.Body...)
	}
	return b
}

func (m *Message) next(i int) byte {
	if i < len(m.Payloads) {
		return m.Payloads[i].Number
	}
	return NumLast
}

// Offset is where payload i starts in the message: at its next-payload octet.
// Offset(len(Payloads)) is the length of the message.
func (m *Message) Offset(i int) int {
	n := headerFixed + len(m.Map)
	for _, p := range m.Payloads[:i] {
		if p.Number != NumSIGN {
			n++
		}
		n += len(p.Body)
	}
	return n
}

// T is the timestamp payload, with the value as it is transported (Section 6.6).
func T(tsType byte, value []byte) Payload {
	return Payload{NumT, append([]byte{tsType}, value...)}
}

// RAND: Section 6.11.
func RAND(value []byte) Payload {
	return Payload{NumRAND, append([]byte{byte(len(value))}, value...)}
}

// ID: Section 6.7. Type 0 is an NAI, 1 a URI, 2 a byte string.
func ID(idType byte, id string) Payload {
	return Payload{NumID, lenPrefixed([]byte{idType}, []byte(id))}
}

// IDR is an ID with a role (RFC 6043, Section 6.6).
func IDR(role, idType byte, id string) Payload {
	return Payload{NumIDR, lenPrefixed([]byte{role, idType}, []byte(id))}
}

// CERT: Section 6.7.
func CERT(certType byte, der []byte) Payload {
	return Payload{NumCERT, lenPrefixed([]byte{certType}, der)}
}

// CHASH: Section 6.8.
func CHASH(hashFunc byte, hash []byte) Payload {
	return Payload{NumCHASH, append([]byte{hashFunc}, hash...)}
}

// A Param is one parameter of a policy.
type Param struct {
	Type  byte
	Value []byte
}

// SP: Section 6.10.
func SP(number, protocol byte, params ...Param) Payload {
	var tlv []byte
	for _, p := range params {
		tlv = append(tlv, p.Type, byte(len(p.Value)))
		tlv = append(tlv, p.Value...)
	}
	return Payload{NumSP, lenPrefixed([]byte{number, protocol}, tlv)}
}

// KEMAC: Section 6.2. The MAC is at the end.
func KEMAC(encrAlg byte, encrData []byte, macAlg byte, mac []byte) Payload {
	body := append(lenPrefixed([]byte{encrAlg}, encrData), macAlg)
	return Payload{NumKEMAC, append(body, mac...)}
}

// PKE: Section 6.3.
func PKE(c byte, data []byte) Payload {
	body := binary.BigEndian.AppendUint16(nil, uint16(c)<<14|uint16(len(data)))
	return Payload{NumPKE, append(body, data...)}
}

// A Validity is that of a key (Section 6.14).
type Validity struct {
	Type          byte // 0 Null, 1 SPI, 2 Interval
	SPI, From, To []byte
}

// Octets are the KV data.
func (v Validity) Octets() []byte {
	switch v.Type {
	case 1:
		return append([]byte{byte(len(v.SPI))}, v.SPI...)
	case 2:
		b := append([]byte{byte(len(v.From))}, v.From...)
		b = append(b, byte(len(v.To)))
		return append(b, v.To...)
	}
	return nil
}

// DH: Section 6.4.
func DH(group byte, value []byte, kv Validity) Payload {
	body := append([]byte{group}, value...)
	body = append(body, kv.Type)
	return Payload{NumDH, append(body, kv.Octets()...)}
}

// SIGN: Section 6.5. The signature is at the end.
func SIGN(sType byte, signature []byte) Payload {
	return SIGNOfLength(sType, len(signature), signature)
}

// SIGNOfLength has a length that is not that of the signature: without a
// signature, it is what the signature covers.
func SIGNOfLength(sType byte, length int, signature []byte) Payload {
	body := binary.BigEndian.AppendUint16(nil, uint16(sType)<<12|uint16(length))
	return Payload{NumSIGN, append(body, signature...)}
}

// V: Section 6.9.
func V(authAlg byte, mac []byte) Payload {
	return Payload{NumV, append([]byte{authAlg}, mac...)}
}

// ERR: Section 6.12.
func ERR(code byte) Payload { return Payload{NumERR, []byte{code, 0, 0}} }

// GenExt is a general extension (Section 6.15).
func GenExt(extType byte, data []byte) Payload {
	return Payload{NumGenExt, lenPrefixed([]byte{extType}, data)}
}

// Types of keys (Section 6.13).
const (
	KeyTGK     = 0
	KeyTGKSalt = 1
	KeyTEK     = 2
	KeyTEKSalt = 3
)

// A Key is a Key data sub-payload (Section 6.13).
type Key struct {
	Type      byte
	Key, Salt []byte
	KV        Validity
}

// KeyData is a chain of Key data sub-payloads.
func KeyData(keys ...Key) []byte {
	var b []byte
	for i, k := range keys {
		next := byte(NumKeyData)
		if i == len(keys)-1 {
			next = NumLast
		}
		b = append(b, next, k.Type<<4|k.KV.Type)
		b = lenPrefixed(b, k.Key)
		if k.Type == KeyTGKSalt || k.Type == KeyTEKSalt || k.Type == 5 {
			b = lenPrefixed(b, k.Salt)
		}
		b = append(b, k.KV.Octets()...)
	}
	return b
}

// IDThenKeyData is an ID payload, then a chain of Key data: what the KEMAC of
// the modes with an envelope key holds (Section 3.2; RFC 4738, Section 3.6).
func IDThenKeyData(idType byte, id string, keys ...Key) []byte {
	next := byte(NumKeyData)
	if len(keys) == 0 {
		next = NumLast
	}
	b := append([]byte{next}, ID(idType, id).Body...)
	return append(b, KeyData(keys...)...)
}

// lenPrefixed appends 16 bits of length and the data.
func lenPrefixed(b, data []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}
