package inspect

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdp"
)

func (w *walker) describeHeader(h *mikey.Header, n int, next mikey.PayloadType) *Header {
	out := &Header{
		Length:          n,
		Section:         headerSection,
		Version:         mikey.Version,
		DataType:        int(h.DataType),
		DataTypeName:    h.DataType.String(),
		DataTypeSection: dataTypeSection(h.DataType),
		Next:            int(next),
		NextName:        next.String(),
		V:               h.V,
		PRFFunc:         int(h.PRF),
		PRFFuncName:     h.PRF.String(),
		CSBID:           h.CSBID,
		CSCount:         int(h.CSCount),
		MapType:         int(h.MapType),
		MapTypeName:     h.MapType.String(),
		MapSection:      mapSection(h.MapType),
	}
	const fixed = 10
	switch h.MapType {
	case mikey.MapSRTPID:
		out.CSCount = len(h.CryptoSessions)
	case mikey.MapGenericID:
		out.CSCount = len(h.Generic)
	}
	const entry = 9
	for i, cs := range h.CryptoSessions {
		out.CryptoSessions = append(out.CryptoSessions, CryptoSession{
			Offset: fixed + i*entry,
			Length: entry,
			CSID:   i + 1,
			Policy: int(cs.Policy),
			SSRC:   cs.SSRC,
			ROC:    cs.ROC,
		})
	}
	offset := fixed
	for _, g := range h.Generic {
		session := GenericSession{
			Offset:       offset,
			Length:       3 + len(g.Policies) + 2 + len(g.Data) + 1 + len(g.SPI),
			CSID:         int(g.ID),
			Protocol:     int(g.Protocol),
			ProtocolName: g.Protocol.String(),
			S:            g.S,
			Policies:     []int{},
			Data:         hex.EncodeToString(g.Data),
			SPI:          hex.EncodeToString(g.SPI),
		}
		for _, p := range g.Policies {
			session.Policies = append(session.Policies, int(p))
		}
		offset += session.Length
		out.GenericSessions = append(out.GenericSessions, session)
	}
	if h.MapInfo != nil {
		out.MapInfo = w.rest(fixed, !w.mayHoldKeys)
	}
	return out
}

// frame is what all payloads have in common.
func frame(t mikey.PayloadType, offset, n int, next mikey.PayloadType) Payload {
	out := Payload{
		Type:     int(t),
		TypeName: t.String(),
		Offset:   offset,
		Length:   n,
		Section:  payloadSection(t),
	}
	if t != mikey.SIGNPayload {
		number := int(next)
		out.Next, out.NextName = &number, next.String()
	}
	return out
}

func (w *walker) payload(payload mikey.Payload, offset, n int, next mikey.PayloadType) Payload {
	out := frame(payload.Type(), offset, n, next)
	switch p := payload.(type) {
	case *mikey.KEMAC:
		out.KEMAC = w.kemac(p, offset)
	case *mikey.PKE:
		out.PKE = &PKE{
			Cache:     int(p.Cache),
			CacheName: p.Cache.String(),
			Data:      hex.EncodeToString(p.Data),
			Length:    len(p.Data),
			RSABits:   rsaBits(len(p.Data)),
		}
	case *mikey.DH:
		out.DH = w.dh(p)
	case *mikey.Sign:
		out.Sign = &Sign{
			SignType:     int(p.SignType),
			SignTypeName: p.SignType.String(),
			Signature:    hex.EncodeToString(p.Signature),
			Length:       len(p.Signature),
		}
		if p.SignType <= mikey.SignRSAPSS {
			out.Sign.RSABits = rsaBits(len(p.Signature))
		}
	case *mikey.Timestamp:
		out.Timestamp = w.timestamp(p, offset)
	case *mikey.ID:
		out.ID = identity(p)
	case *mikey.IDR:
		role := int(p.Role)
		out.ID = identity(&p.ID)
		out.ID.Role, out.ID.RoleName = &role, p.Role.String()
	case *mikey.Cert:
		out.Cert = w.certificate(p)
	case *mikey.CertHash:
		out.CertHash = &CertHash{
			HashFunc:     int(p.HashFunc),
			HashFuncName: p.HashFunc.String(),
			Hash:         hex.EncodeToString(p.Hash),
		}
	case *mikey.Verification:
		out.Verification = &Verification{
			AuthAlg:     int(p.AuthAlg),
			AuthAlgName: p.AuthAlg.String(),
			MAC:         hex.EncodeToString(p.MAC),
		}
	case *mikey.SecurityPolicy:
		out.Policy = policy(p, offset)
	case *mikey.Rand:
		out.Rand = &Rand{Value: hex.EncodeToString(p.Value)}
	case *mikey.ErrorPayload:
		out.Error = &ErrorCode{Code: int(p.Code), CodeName: p.Code.String(), Reserved: int(p.Reserved)}
	case *mikey.GeneralExtension:
		out.Extension = w.extension(p, offset)
	case *mikey.Unknown:
		rest := newSecret(p.Rest, w.show || !w.mayHoldKeys)
		out.Unknown, out.Next, out.NextName = &rest, nil, ""
	}
	return out
}

func (w *walker) kemac(k *mikey.KEMAC, offset int) *KEMAC {
	out := &KEMAC{
		EncrAlg:        int(k.EncrAlg),
		EncrAlgName:    k.EncrAlg.String(),
		EncrDataLength: len(k.EncrData),
		MACAlg:         int(k.MACAlg),
		MACAlgName:     k.MACAlg.String(),
		MAC:            hex.EncodeToString(k.MAC),
	}
	const before = 4 // octets of the payload before the data
	if k.EncrAlg == mikey.EncrNULL {
		w.keyData(out, k.EncrData, offset+before)
	} else {
		// An algorithm without a name may be another number for NULL.
		known := k.EncrAlg <= mikey.EncrAESCM256
		data := newSecret(k.EncrData, known || w.show)
		out.EncrData = &data
	}
	return out
}

// keyData fills in the sub-payloads in data, which starts at offset.
func (w *walker) keyData(out *KEMAC, data []byte, offset int) {
	var candidates []mikey.PayloadType
	switch mikey.DataType(w.m.Header.DataType) {
	case mikey.PSKInit, mikey.DHHMACInit, mikey.DHHMACResp:
		candidates = []mikey.PayloadType{mikey.KeyDataPayload}
	case mikey.PKInit, mikey.RSARResp:
		candidates = []mikey.PayloadType{mikey.IDPayload}
	default:
		// What comes first is not known in the other modes.
		candidates = []mikey.PayloadType{mikey.KeyDataPayload, mikey.IDPayload}
	}
	var failure error
	for _, first := range candidates {
		_, _, err := mikey.ParseKeyData(first, data)
		if err == nil {
			failure = nil
			candidates = []mikey.PayloadType{first}
			break
		}
		failure = err
	}
	if failure != nil && len(candidates) > 1 {
		hidden := newSecret(data, w.show)
		out.EncrData = &hidden
		w.m.note("key_data_not_understood", offset, "the key data of this mode is not understood: %v", reason(failure))
		return
	}

	next := candidates[0]
	at, stop := 0, len(data)
	var parseError *mikey.ParseError
	if errors.As(failure, &parseError) {
		stop = parseError.Offset
	}
	for next != mikey.LastPayload && at < stop {
		payload, following, n, err := w.subPayload(next, data[at:], offset+at)
		if err != nil {
			break
		}
		out.Payloads = append(out.Payloads, payload)
		at, next = at+n, following
	}
	if failure != nil {
		w.m.setError(failure, mikey.KEMACPayload, offset)
		hidden := newSecret(data[at:], w.show)
		out.EncrData = &hidden
	}
}

// subPayload parses the first payload of key data, as parsePayload does.
func (w *walker) subPayload(t mikey.PayloadType, data []byte, offset int) (Payload, mikey.PayloadType, int, error) {
	buf := append([]byte(nil), data...)
	next := mikey.PayloadType(buf[0])
	buf[0] = uint8(mikey.LastPayload)
	id, keys, err := mikey.ParseKeyData(t, buf)
	var parseError *mikey.ParseError
	if errors.Is(err, mikey.ErrTrailing) && errors.As(err, &parseError) {
		buf = buf[:parseError.Offset]
		id, keys, err = mikey.ParseKeyData(t, buf)
	}
	if err != nil {
		return Payload{}, 0, 0, err
	}
	out := frame(t, offset, len(buf), next)
	if id != nil {
		out.ID = identity(id)
		return out, next, len(buf), nil
	}
	k := &keys[0]
	out.KeyData = &KeyData{
		KeyType:     int(k.KeyType),
		KeyTypeName: k.KeyType.String(),
		Key:         newSecret(k.Key, w.show),
		Validity:    validity(&k.Validity),
	}
	switch k.KeyType {
	case mikey.TGKSalt, mikey.TEKSalt, mikey.GTGKSalt:
		salt := newSecret(k.Salt, w.show)
		out.KeyData.Salt = &salt
	}
	if len(k.Key) > 1 && strings.Count(string(k.Key), string(k.Key[:1])) == len(k.Key) {
		w.m.note("constant_key", offset, "all octets of the key are the same")
	}
	return out, next, len(buf), nil
}

func validity(v *mikey.KeyValidity) Validity {
	out := Validity{KVType: int(v.Type), KVTypeName: v.Type.String()}
	octets := func(b []byte) *string {
		s := hex.EncodeToString(b)
		return &s
	}
	switch v.Type {
	case mikey.KVSPI:
		out.SPI = octets(v.SPI)
	case mikey.KVInterval:
		out.From, out.To = octets(v.From), octets(v.To)
	}
	return out
}

func (w *walker) timestamp(t *mikey.Timestamp, offset int) *Timestamp {
	out := &Timestamp{TSType: int(t.TSType), TSTypeName: t.TSType.String()}
	short := t.TSType == mikey.TSCounter || t.TSType == mikey.TSNTPUTC32
	seconds := t.Value >> 32
	if short {
		out.Value, seconds = fmt.Sprintf("%08x", t.Value), t.Value
	} else {
		out.Value = fmt.Sprintf("%016x", t.Value)
	}
	told, isTime := t.Time()
	if !isTime {
		counter := t.Value
		out.Counter = &counter
		return out
	}
	out.Time = told.Format(time.RFC3339Nano)

	// Other clocks than NTP show by the time that they would mean.
	plausible := func(t time.Time) bool { return t.Year() >= 2004 && t.Year() < 2100 }
	filetime := time.Unix(0, 0).UTC()
	if !short {
		const seconds1601 = 11644473600 // from 1601 to 1970
		filetime = time.Unix(int64(t.Value/1e7)-seconds1601, int64(t.Value%1e7)*100).UTC()
	}
	unix := time.Unix(int64(seconds), 0).UTC()
	const at = 2 // octets of the payload before the value
	switch {
	case plausible(filetime):
		out.FILETIME = filetime.Format(time.RFC3339Nano)
		w.m.note("filetime", offset+at, "as %v this is %s or %s: as Windows FILETIME, 100 ns since 1601, it is %s, which is more likely",
			t.TSType, told.Format(time.DateOnly), told.Add(-(1<<32)*time.Second).Format(time.DateOnly), out.FILETIME)
	case told.Year() > 2060 && plausible(unix):
		out.UnixTime = unix.Format(time.RFC3339)
		w.m.note("unix_time", offset+at, "as %v this is %s: as seconds since 1970 it is %s, which is more likely",
			t.TSType, told.Format(time.DateOnly), out.UnixTime)
	case !plausible(told):
		w.m.note("unlikely_time", offset+at, "the time is before MIKEY existed: the sender's clock is not set, or it is not %v", t.TSType)
	}
	return out
}

func identity(id *mikey.ID) *ID {
	return &ID{
		IDType: int(id.IDType),
		IDName: id.IDType.String(),
		Value:  hex.EncodeToString([]byte(id.Value)),
		Text:   printable(id.Value),
	}
}

// printable returns octets that are text, and otherwise nothing.
func printable(octets string) string {
	if !utf8.ValidString(octets) {
		return ""
	}
	for _, c := range octets {
		if !unicode.IsPrint(c) {
			return ""
		}
	}
	return octets
}

func policy(sp *mikey.SecurityPolicy, offset int) *Policy {
	out := &Policy{
		Number:       int(sp.Number),
		Protocol:     int(sp.Protocol),
		ProtocolName: sp.Protocol.String(),
		Params:       []Param{},
	}
	offset += 5 // octets of the payload before the parameters
	for t, value := range sp.Params.All() {
		out.Params = append(out.Params, param(sp.Protocol, t, value, offset))
		offset += 2 + len(value)
	}
	if sp.Protocol != mikey.ProtocolSRTP {
		return out
	}
	srtp, err := sp.SRTP()
	if err != nil {
		out.Problem = reason(err)
		return out
	}
	if suite := srtp.Suite(); suite != mikey.NoSuite {
		out.Suite = suite.String()
	}
	out.SRTP = newSRTP(&srtp)
	return out
}

func newSRTP(srtp *mikey.SRTPPolicy) *SRTP {
	return &SRTP{
		EncrAlg:         int(srtp.EncrAlg),
		EncrAlgName:     srtp.EncrAlg.String(),
		KeyLength:       int(srtp.EncrKeyLen),
		SaltLength:      int(srtp.SaltLen),
		AuthAlg:         int(srtp.SRTPAuthAlg),
		AuthAlgName:     srtp.SRTPAuthAlg.String(),
		SRTPTagLength:   int(srtp.SRTPTagLen),
		SRTCPTagLength:  int(srtp.SRTCPTagLen),
		SRTPEncryption:  srtp.EncryptSRTP,
		SRTCPEncryption: srtp.EncryptSRTCP,
		Authentication:  srtp.Authenticate,
	}
}

func param(protocol mikey.Protocol, t mikey.ParamType, value []byte, offset int) Param {
	out := Param{
		Type:     int(t),
		TypeName: "parameter " + strconv.Itoa(int(t)),
		Offset:   offset,
		Length:   2 + len(value),
		Section:  paramSection(protocol, t),
		Hex:      hex.EncodeToString(value),
	}
	var number uint64
	if len(value) >= 1 && len(value) <= 4 {
		number = uint64(binary.BigEndian.Uint32(append(make([]byte, 4-len(value)), value...)))
		out.Value = &number
	}
	switch {
	case protocol == mikey.ProtocolTESLA && t >= 1 && int(t) < len(teslaParams):
		out.TypeName = teslaParams[t]
	case protocol == mikey.ProtocolSRTP:
		out.TypeName = t.String()
		if len(value) == 1 {
			out.ValueName = srtpValueName(t, value[0])
		}
	}
	return out
}

// srtpValueName names the value of a parameter that is not a plain number.
func srtpValueName(t mikey.ParamType, value uint8) string {
	switch t {
	case mikey.ParamEncrAlg:
		return mikey.SRTPEncrAlg(value).String()
	case mikey.ParamAuthAlg, mikey.ParamSRTPAuthAlg, mikey.ParamSRTCPAuthAlg:
		return mikey.SRTPAuthAlg(value).String()
	case mikey.ParamPRF:
		return mikey.SRTPPRF(value).String()
	case mikey.ParamFECOrder:
		if value == 0 {
			return "FEC-SRTP"
		}
	case mikey.ParamEncryptSRTP, mikey.ParamEncryptSRTCP, mikey.ParamAuthenticate:
		switch value {
		case 0:
			return "off"
		case 1:
			return "on"
		}
	}
	return ""
}

func (w *walker) extension(e *mikey.GeneralExtension, offset int) *Extension {
	out := &Extension{
		ExtType: int(e.ExtType),
		ExtName: e.ExtType.String(),
		Section: extensionSection(e.ExtType),
		Data:    hex.EncodeToString(e.Data),
		Text:    printable(string(e.Data)),
	}
	switch e.ExtType {
	case mikey.ExtSDPIDs:
		ids, err := sdp.ParseIDs(string(e.Data))
		if err != nil {
			w.m.note("bad_sdp_ids", offset, "%s", reason(err))
		}
		out.SDPIDs = ids
	case mikey.ExtKeyID:
		ids, err := e.KeyIDs()
		if err != nil {
			w.m.note("bad_key_ids", offset, "the key identifiers do not fill the extension")
		}
		for _, id := range ids {
			out.KeyIDs = append(out.KeyIDs, KeyID{
				Type: int(id.Type), TypeName: id.Type.String(), ID: hex.EncodeToString(id.ID)})
		}
	}
	return out
}

// reason returns the text of an error without the name of its package.
func reason(err error) string {
	text := err.Error()
	for _, prefix := range []string{"mikey: ", "sdp: ", "unsupported: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}
