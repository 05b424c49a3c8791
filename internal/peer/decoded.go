package peer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// decoded is a message as JSON. Numbers rule; the names are for people.
type decoded struct {
	Version      int               `json:"version"`
	DataType     uint8             `json:"data_type"`
	DataTypeName string            `json:"data_type_name,omitempty"`
	V            bool              `json:"v"`
	PRF          uint8             `json:"prf"`
	CSBID        hex32             `json:"csb_id"`
	MapType      uint8             `json:"cs_id_map_type"`
	CS           *[]cryptoSession  `json:"cs,omitempty"`
	CSCount      *uint8            `json:"cs_count,omitempty"`
	Map          *hexBytes         `json:"cs_id_map,omitempty"`
	Payloads     []*decodedPayload `json:"payloads"`
	Trailing     hexBytes          `json:"trailing,omitempty"`
}

type cryptoSession struct {
	Policy uint8  `json:"policy"`
	SSRC   hex32  `json:"ssrc"`
	ROC    uint32 `json:"roc"`
}

// decodedPayload has the members of every payload; each has its own.
type decodedPayload struct {
	Type      uint8        `json:"type"`
	Name      string       `json:"name,omitempty"`
	TSType    *uint8       `json:"ts_type,omitempty"`
	TSValue   *hexBytes    `json:"ts_value,omitempty"`
	Rand      *hexBytes    `json:"rand,omitempty"`
	Role      *uint8       `json:"role,omitempty"`
	IDType    *uint8       `json:"id_type,omitempty"`
	ID        *string      `json:"id,omitempty"`
	IDHex     *hexBytes    `json:"id_hex,omitempty"`
	CertType  *uint8       `json:"cert_type,omitempty"`
	Cert      *hexBytes    `json:"cert,omitempty"`
	HashFunc  *uint8       `json:"hash_func,omitempty"`
	Hash      *hexBytes    `json:"hash,omitempty"`
	Policy    *uint8       `json:"policy,omitempty"`
	Protocol  *uint8       `json:"protocol,omitempty"`
	Params    *[]param     `json:"params,omitempty"`
	EncrAlg   *uint8       `json:"encr_alg,omitempty"`
	EncrData  *hexBytes    `json:"encr_data,omitempty"`
	MACAlg    *uint8       `json:"mac_alg,omitempty"`
	AuthAlg   *uint8       `json:"auth_alg,omitempty"`
	MAC       *hexBytes    `json:"mac,omitempty"`
	Keys      []decodedKey `json:"keys,omitempty"`
	C         *uint8       `json:"c,omitempty"`
	ExtType   *uint8       `json:"ext_type,omitempty"`
	Data      *hexBytes    `json:"data,omitempty"`
	Group     *uint8       `json:"group,omitempty"`
	Value     *hexBytes    `json:"value,omitempty"`
	KV        *validity    `json:"kv,omitempty"`
	SignType  *uint8       `json:"sign_type,omitempty"`
	Signature *hexBytes    `json:"signature,omitempty"`
	Error     *uint8       `json:"error,omitempty"`
	Reserved  *hexBytes    `json:"reserved,omitempty"`
	Rest      *hexBytes    `json:"rest,omitempty"`
}

type param struct {
	Type  uint8    `json:"type"`
	Value hexBytes `json:"value"`
}

type decodedKey struct {
	Type     uint8     `json:"type"`
	TypeName string    `json:"type_name,omitempty"`
	Key      hexBytes  `json:"key"`
	Salt     *hexBytes `json:"salt,omitempty"`
	KV       validity  `json:"kv"`
}

// validity is a mikey.KeyValidity.
type validity struct {
	Type uint8     `json:"type"`
	SPI  *hexBytes `json:"spi,omitempty"`
	From *hexBytes `json:"from,omitempty"`
	To   *hexBytes `json:"to,omitempty"`
}

func newValidity(v mikey.KeyValidity) validity {
	out := validity{Type: uint8(v.Type)}
	switch v.Type {
	case mikey.KVSPI:
		out.SPI = octets(v.SPI)
	case mikey.KVInterval:
		out.From, out.To = octets(v.From), octets(v.To)
	}
	return out
}

func (v *validity) mikey() mikey.KeyValidity {
	return mikey.KeyValidity{Type: mikey.KVType(v.Type), SPI: deref(v.SPI), From: deref(v.From), To: deref(v.To)}
}

func octets(b []byte) *hexBytes {
	h := hexBytes(b)
	if h == nil {
		h = hexBytes{}
	}
	return &h
}

func deref(h *hexBytes) []byte {
	if h == nil {
		return nil
	}
	return *h
}

func number[T ~uint8](n T) *uint8 {
	v := uint8(n)
	return &v
}

func num[T ~uint8](n *uint8) T {
	if n == nil {
		return 0
	}
	return T(*n)
}

var errNoMessage = usageError("the request has no message")

// decoder is lenient where the RFCs leave room: a tool shows what is there.
var decoder = mikey.Decoder{TrailingZero: true, Groups: ecdh.All()}

func (p *Peer) decode(request []byte) (any, error) {
	var in struct {
		Message []byte `json:"message"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	if in.Message == nil {
		return nil, errNoMessage
	}
	m, err := decoder.Parse(in.Message)
	if err != nil {
		return nil, err
	}
	d, err := newDecoded(m)
	if err != nil {
		return nil, err
	}
	return struct {
		Decoded *decoded `json:"decoded"`
	}{d}, nil
}

func newDecoded(m *mikey.Message) (*decoded, error) {
	h := &m.Header
	d := &decoded{
		Version:      mikey.Version,
		DataType:     uint8(h.DataType),
		DataTypeName: h.DataType.String(),
		V:            h.V,
		PRF:          uint8(h.PRF),
		CSBID:        hex32(h.CSBID),
		MapType:      uint8(h.MapType),
		Payloads:     []*decodedPayload{},
		Trailing:     m.Trailing,
	}
	if h.MapType == mikey.MapSRTPID {
		sessions := []cryptoSession{}
		for _, cs := range h.CryptoSessions {
			sessions = append(sessions, cryptoSession{cs.Policy, hex32(cs.SSRC), cs.ROC})
		}
		d.CS = &sessions
	} else {
		alone, err := (&mikey.Message{Header: *h}).MarshalBinary()
		if err != nil {
			return nil, err
		}
		d.CSCount = number(alone[8])
		d.Map = octets(alone[fixedHeaderLen:])
	}
	for _, payload := range m.Payloads {
		d.Payloads = append(d.Payloads, newDecodedPayload(payload))
	}
	return d, nil
}

// fixedHeaderLen is the length of the common header before the CS ID map.
const fixedHeaderLen = 10

func newDecodedPayload(payload mikey.Payload) *decodedPayload {
	d := &decodedPayload{Type: uint8(payload.Type()), Name: payload.Type().String()}
	switch p := payload.(type) {
	case *mikey.Timestamp:
		value := binary.BigEndian.AppendUint64(nil, p.Value)
		if p.TSType == mikey.TSCounter || p.TSType == mikey.TSNTPUTC32 {
			value = value[4:]
		}
		d.TSType, d.TSValue = number(p.TSType), octets(value)
	case *mikey.Rand:
		d.Rand = octets(p.Value)
	case *mikey.ID:
		d.setID(*p)
	case *mikey.IDR:
		d.Role = number(p.Role)
		d.setID(p.ID)
	case *mikey.Cert:
		d.CertType, d.Cert = number(p.CertType), octets(p.Data)
	case *mikey.CertHash:
		d.HashFunc, d.Hash = number(p.HashFunc), octets(p.Hash)
	case *mikey.SecurityPolicy:
		params := []param{}
		for t, value := range p.Params.All() {
			params = append(params, param{uint8(t), value})
		}
		d.Policy, d.Protocol, d.Params = &p.Number, number(p.Protocol), &params
	case *mikey.KEMAC:
		d.EncrAlg, d.EncrData = number(p.EncrAlg), octets(p.EncrData)
		d.MACAlg, d.MAC = number(p.MACAlg), octets(p.MAC)
		if p.EncrAlg == mikey.EncrNULL {
			d.Keys = clearKeys(p.EncrData)
		}
	case *mikey.PKE:
		d.C, d.Data = number(p.Cache), octets(p.Data)
	case *mikey.DH:
		kv := newValidity(p.Validity)
		d.Group, d.Value, d.KV = number(p.Group), octets(p.Value), &kv
		if p.Reserved != 0 {
			d.Reserved = octets([]byte{p.Reserved})
		}
	case *mikey.Sign:
		d.SignType, d.Signature = number(p.SignType), octets(p.Signature)
	case *mikey.Verification:
		d.AuthAlg, d.MAC = number(p.AuthAlg), octets(p.MAC)
	case *mikey.ErrorPayload:
		d.Error = number(p.Code)
		if p.Reserved != 0 {
			d.Reserved = octets(binary.BigEndian.AppendUint16(nil, p.Reserved))
		}
	case *mikey.GeneralExtension:
		d.Name = "GENEXT"
		d.ExtType, d.Data = number(p.ExtType), octets(p.Data)
	case *mikey.Unknown:
		d.Name, d.Rest = "unknown", octets(p.Rest)
	}
	return d
}

func (d *decodedPayload) setID(id mikey.ID) {
	d.IDType = number(id.IDType)
	if utf8.ValidString(id.Value) {
		d.ID = &id.Value
	} else {
		d.IDHex = octets([]byte(id.Value))
	}
}

// clearKeys returns the keys of a KEMAC with NULL encryption, as far as they can
// be read.
func clearKeys(data []byte) []decodedKey {
	_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, data)
	if err != nil {
		// In the modes with an envelope key, an ID comes first.
		if _, keys, err = mikey.ParseKeyData(mikey.IDPayload, data); err != nil {
			return nil
		}
	}
	var out []decodedKey
	for _, k := range keys {
		key := decodedKey{Type: uint8(k.KeyType), TypeName: k.KeyType.String(), Key: k.Key, KV: newValidity(k.Validity)}
		switch k.KeyType {
		case mikey.TGKSalt, mikey.TEKSalt, mikey.GTGKSalt:
			key.Salt = octets(k.Salt)
		}
		out = append(out, key)
	}
	return out
}

func (p *Peer) encode(request []byte) (any, error) {
	var in struct {
		Decoded *decoded `json:"decoded"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	if in.Decoded == nil {
		return nil, usageError("the request has no decoded message")
	}
	m, err := in.Decoded.message()
	if err != nil {
		return nil, err
	}
	out, err := m.MarshalBinary()
	if err != nil {
		return nil, usageError("%w", err)
	}
	return struct {
		Message []byte `json:"message"`
	}{out}, nil
}

func (d *decoded) message() (*mikey.Message, error) {
	if d.Version != mikey.Version {
		return nil, &mikey.Error{Stage: mikey.Unsupported, Err: mikey.ErrVersion}
	}
	m := &mikey.Message{
		Header: mikey.Header{
			DataType: mikey.DataType(d.DataType),
			V:        d.V,
			PRF:      mikey.PRFFunc(d.PRF),
			CSBID:    uint32(d.CSBID),
			MapType:  mikey.CSIDMapType(d.MapType),
		},
		Trailing: d.Trailing,
	}
	if err := d.setMap(&m.Header); err != nil {
		return nil, err
	}
	for i, payload := range d.Payloads {
		if payload == nil {
			return nil, usageError("payload %d is null", i)
		}
		p, err := payload.payload()
		if err != nil {
			return nil, usageError("payload %d: %w", i, err)
		}
		m.Payloads = append(m.Payloads, p)
	}
	return m, nil
}

func (d *decoded) setMap(h *mikey.Header) error {
	if h.MapType == mikey.MapSRTPID {
		if d.CS != nil {
			for _, cs := range *d.CS {
				h.CryptoSessions = append(h.CryptoSessions, cs.mikey())
			}
		}
		return nil
	}
	// Let the parser read the map: a header with it and nothing else.
	alone := []byte{mikey.Version, 0, 0, 0, 0, 0, 0, 0, num[uint8](d.CSCount), d.MapType}
	m, err := mikey.ParseMessage(append(alone, deref(d.Map)...))
	if err != nil {
		return usageError("the CS ID map: %w", err)
	}
	h.Generic, h.CSCount, h.MapInfo = m.Header.Generic, m.Header.CSCount, m.Header.MapInfo
	return nil
}

func (cs *cryptoSession) mikey() mikey.CryptoSession {
	return mikey.CryptoSession{Policy: cs.Policy, SSRC: uint32(cs.SSRC), ROC: cs.ROC}
}

func (d *decodedPayload) payload() (mikey.Payload, error) {
	t := mikey.PayloadType(d.Type)
	if d.Rest != nil {
		return &mikey.Unknown{PayloadType: t, Rest: *d.Rest}, nil
	}
	switch t {
	case mikey.TPayload:
		return timestamp(num[mikey.TSType](d.TSType), deref(d.TSValue))
	case mikey.RANDPayload:
		return &mikey.Rand{Value: deref(d.Rand)}, nil
	case mikey.IDPayload:
		id := d.id()
		return &id, nil
	case mikey.IDRPayload:
		return &mikey.IDR{Role: num[mikey.IDRole](d.Role), ID: d.id()}, nil
	case mikey.CERTPayload:
		return &mikey.Cert{CertType: num[mikey.CertType](d.CertType), Data: deref(d.Cert)}, nil
	case mikey.CHASHPayload:
		return &mikey.CertHash{HashFunc: num[mikey.HashFunc](d.HashFunc), Hash: deref(d.Hash)}, nil
	case mikey.SPPayload:
		var params []param
		if d.Params != nil {
			params = *d.Params
		}
		return policy(num[uint8](d.Policy), num[mikey.Protocol](d.Protocol), params)
	case mikey.KEMACPayload:
		k := &mikey.KEMAC{
			EncrAlg: num[mikey.EncrAlg](d.EncrAlg), EncrData: deref(d.EncrData),
			MACAlg: num[mikey.MACAlg](d.MACAlg), MAC: deref(d.MAC),
		}
		if d.EncrData == nil && len(d.Keys) > 0 {
			return k, d.setKeys(k)
		}
		return k, nil
	case mikey.PKEPayload:
		return &mikey.PKE{Cache: num[mikey.CacheType](d.C), Data: deref(d.Data)}, nil
	case mikey.DHPayload:
		p := &mikey.DH{Group: num[mikey.DHGroup](d.Group), Value: deref(d.Value)}
		if d.KV != nil {
			p.Validity = d.KV.mikey()
		}
		if r := deref(d.Reserved); len(r) == 1 {
			p.Reserved = r[0]
		} else if len(r) != 0 {
			return nil, errors.New("reserved has not 1 octet")
		}
		return p, nil
	case mikey.SIGNPayload:
		return &mikey.Sign{SignType: num[mikey.SignType](d.SignType), Signature: deref(d.Signature)}, nil
	case mikey.VPayload:
		return &mikey.Verification{AuthAlg: num[mikey.MACAlg](d.AuthAlg), MAC: deref(d.MAC)}, nil
	case mikey.ERRPayload:
		p := &mikey.ErrorPayload{Code: num[mikey.ErrorCode](d.Error)}
		if r := deref(d.Reserved); len(r) == 2 {
			p.Reserved = binary.BigEndian.Uint16(r)
		} else if len(r) != 0 {
			return nil, errors.New("reserved has not 2 octets")
		}
		return p, nil
	case mikey.GeneralExtensionPayload:
		return &mikey.GeneralExtension{ExtType: num[mikey.ExtensionType](d.ExtType), Data: deref(d.Data)}, nil
	}
	return nil, fmt.Errorf("payload type %d is not known and has no rest", d.Type)
}

func (d *decodedPayload) id() mikey.ID {
	id := mikey.ID{IDType: num[mikey.IDType](d.IDType), Value: string(deref(d.IDHex))}
	if d.ID != nil {
		id.Value = *d.ID
	}
	return id
}

// setKeys fills EncrData with the keys in the clear.
func (d *decodedPayload) setKeys(k *mikey.KEMAC) error {
	if k.EncrAlg != mikey.EncrNULL {
		return errors.New("keys instead of encr_data need NULL encryption")
	}
	var keys []mikey.KeyData
	for _, key := range d.Keys {
		keys = append(keys, mikey.KeyData{
			KeyType: mikey.KeyType(key.Type), Key: key.Key, Salt: deref(key.Salt), Validity: key.KV.mikey(),
		})
	}
	var err error
	k.EncrData, err = mikey.AppendKeyData(nil, nil, keys)
	return err
}

func timestamp(t mikey.TSType, value []byte) (*mikey.Timestamp, error) {
	want := 8
	if t == mikey.TSCounter || t == mikey.TSNTPUTC32 {
		want = 4
	}
	if len(value) != want {
		return nil, fmt.Errorf("a timestamp of type %v has %d octets", t, want)
	}
	var padded [8]byte
	copy(padded[8-want:], value)
	return &mikey.Timestamp{TSType: t, Value: binary.BigEndian.Uint64(padded[:])}, nil
}

func policy(n uint8, protocol mikey.Protocol, params []param) (*mikey.SecurityPolicy, error) {
	sp := &mikey.SecurityPolicy{Number: n, Protocol: protocol}
	for _, p := range params {
		if len(p.Value) > 255 {
			return nil, fmt.Errorf("parameter %d has %d octets", p.Type, len(p.Value))
		}
		sp.Params = sp.Params.Append(mikey.ParamType(p.Type), p.Value...)
	}
	return sp, nil
}
