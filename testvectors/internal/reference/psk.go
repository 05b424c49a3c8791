package reference

// A PSKIdentity is what an ID payload says.
type PSKIdentity struct {
	Type byte
	ID   string
}

// A PSKRequest is the initiator's message in pre-shared key mode (RFC 3830,
// Section 3.1):
//
//	HDR, T, RAND, [IDi], [IDr], {SP}, KEMAC
//
// or one that updates a CSB, without RAND (Section 4.5). The RAND of an update is
// that of the CSB.
type PSKRequest struct {
	PSK                  []byte
	PRF, Encr, MAC       byte
	CSBID                uint32
	RAND                 []byte
	Update, V            bool
	TSType               byte
	TS                   []byte
	IDi, IDr             *PSKIdentity
	Sessions             []Session
	Policies, Extensions []Payload
	Keys                 []Key
}

// Protection are the keys that protect the messages of the exchange (Section
// 4.1.4). Those of an update are the same.
func (r *PSKRequest) Protection() MessageKeys {
	return MessageKeys{PRF: r.PRF, In: r.PSK, CSBID: r.CSBID, RAND: r.RAND, Encr: r.Encr, MAC: r.MAC}
}

// T64 is the timestamp in 64 bits.
func (r *PSKRequest) T64() []byte { return T64(r.TSType, r.TS) }

// Plain is what the KEMAC encrypts (Section 6.2): the Key data, none in an update
// without keys.
func (r *PSKRequest) Plain() []byte { return KeyData(r.Keys...) }

// EncrData is what the KEMAC carries.
func (r *PSKRequest) EncrData() []byte { return r.Protection().Encrypt(r.T64(), r.Plain()) }

// Front is the message before its KEMAC.
func (r *PSKRequest) Front() *Message {
	m := NewMessage(PSKInit, r.CSBID, r.Sessions)
	m.V, m.PRF = r.V, r.PRF
	m.Add(T(r.TSType, r.TS))
	if !r.Update {
		m.Add(RAND(r.RAND))
	}
	for _, id := range []*PSKIdentity{r.IDi, r.IDr} {
		if id != nil {
			m.Add(ID(id.Type, id.ID))
		}
	}
	m.Add(r.Policies...)
	return m.Add(r.Extensions...)
}

// Message is the whole message.
func (r *PSKRequest) Message() *Message {
	return SealKEMAC(r.Front(), r.Encr, r.EncrData(), r.MAC, r.Protection().AuthKey())
}

// SealKEMAC adds a KEMAC whose MAC covers the whole message but the MAC itself
// (Sections 5.2 and 6.2).
func SealKEMAC(m *Message, encr byte, encrData []byte, mac byte, authKey []byte) *Message {
	front := m.Payloads
	m.Payloads = append(append([]Payload{}, front...), KEMAC(encr, encrData, mac, nil))
	tag := MAC(mac, authKey, m.Octets())
	m.Payloads = append(append([]Payload{}, front...), KEMAC(encr, encrData, mac, tag))
	return m
}

// VerificationInput is what follows the message under V: Identity_i ||
// Identity_r || Timestamp (Section 5.2), as bare values (RFC 6043, Section 5.5).
func (r *PSKRequest) VerificationInput() []byte {
	var b []byte
	for _, id := range []*PSKIdentity{r.IDi, r.IDr} {
		if id != nil {
			b = append(b, id.ID...)
		}
	}
	return append(b, r.TS...)
}

// AnswerFront is the verification message before its V:
//
//	HDR, T, [IDr], V
//
// with the SSRCs that the responder filled in (Section 6.1.1).
func (r *PSKRequest) AnswerFront(sessions []Session) *Message {
	m := NewMessage(PSKResp, r.CSBID, sessions)
	m.PRF = r.PRF
	m.Add(T(r.TSType, r.TS))
	if r.IDr != nil {
		m.Add(ID(r.IDr.Type, r.IDr.ID))
	}
	return m
}

// Answer is the verification message.
func (r *PSKRequest) Answer(sessions []Session) *Message {
	return SealV(r.AnswerFront(sessions), r.MAC, r.Protection().AuthKey(), r.VerificationInput())
}

// SealV adds a V payload whose MAC covers the whole message but the MAC itself,
// and then input.
func SealV(m *Message, mac byte, authKey, input []byte) *Message {
	front := m.Payloads
	m.Payloads = append(append([]Payload{}, front...), V(mac, nil))
	tag := MAC(mac, authKey, m.Octets(), input)
	m.Payloads = append(append([]Payload{}, front...), V(mac, tag))
	return m
}

// ErrorFront is an error message about the request, before a V (Section 5.1.2):
//
//	HDR, T, {ERR}, {SP}, [V|SIGNr]
func (r *PSKRequest) ErrorFront(codes ...byte) *Message {
	m := NewMessage(ErrorMsg, r.CSBID, nil)
	m.PRF = r.PRF
	m.Add(T(r.TSType, r.TS))
	for _, code := range codes {
		m.Add(ERR(code))
	}
	return m
}
