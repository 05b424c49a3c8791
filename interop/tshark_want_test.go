package interop

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// policyFields are the fields for the parameters of an SRTP policy, by type.
var policyFields = map[mikey.ParamType]string{
	0: "encr_alg", 1: "encr_len", 2: "auth_alg", 3: "auth_key_len", 4: "salt_len", 5: "prf", 7: "srtp_encr", 8: "srtcp_encr",
	10: "srtp_auth", 11: "auth_tag_len",
}

// misreads is the gap that is none of silence.
const misreads = "misreads what is behind the map"

// tsharkWant returns what the fields of a message should be, and what Wireshark
// 4.0 misses in it (P-63). If cut, the fields are without that.
func tsharkWant(t *testing.T, data []byte, cut bool) (want map[string][]string, gap string) {
	t.Helper()
	m, err := mikey.ParseMessage(data)
	if err != nil {
		t.Fatal(err)
	}
	want = make(map[string][]string)
	stopped := false
	stops := func(why string) { gap, stopped = why, cut }
	text := func(field, v string) {
		if !stopped {
			want[field] = append(want[field], v)
		}
	}
	number := func(field string, v int) { text(field, strconv.Itoa(v)) }
	word := func(field string, v uint32) { text(field, fmt.Sprintf("0x%08x", v)) }
	octets := func(field string, v []byte) { text(field, fmt.Sprintf("%x", v)) }

	number("mikey.version", mikey.Version)
	number("mikey.type", int(m.Header.DataType))
	number("mikey.next_payload", int(m.Payloads[0].Type()))
	number("mikey.v.set", map[bool]int{true: 1}[m.Header.V])
	number("mikey.prf_func", int(m.Header.PRF))
	word("mikey.csb_id", m.Header.CSBID)
	number("mikey.cs_count", max(len(m.Header.CryptoSessions), len(m.Header.Generic)))
	number("mikey.cs_id_map_type", int(m.Header.MapType))
	for _, cs := range m.Header.CryptoSessions {
		number("mikey.srtp_id.policy_no", int(cs.Policy))
		word("mikey.srtp_id.ssrc", cs.SSRC)
		word("mikey.srtp_id.roc", cs.ROC)
	}
	if m.Header.MapType == mikey.MapGenericID {
		stops(misreads)
	}
	for i, p := range m.Payloads {
		next := mikey.LastPayload
		if i+1 < len(m.Payloads) {
			next = m.Payloads[i+1].Type()
		}
		if p.Type() != mikey.SIGNPayload { // which has none
			number("mikey.next_payload", int(next))
		}
		switch p := p.(type) {
		case *mikey.KEMAC:
			number("mikey.kemac.encr_alg", int(p.EncrAlg))
			if p.EncrAlg == mikey.EncrNULL && len(p.EncrData) > 0 {
				_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, p.EncrData)
				if err != nil {
					t.Fatal(err)
				}
				if len(keys) > 1 {
					gap = "first key only"
					if cut {
						keys = keys[:1]
					}
				}
				for _, key := range keys {
					number("mikey.key.type", int(key.KeyType))
					number("mikey.key.kv", int(key.Validity.Type))
					octets("mikey.key.data", key.Key)
					for field, v := range map[string][]byte{
						"salt": key.Salt, "kv.spi": key.Validity.SPI, "kv.from": key.Validity.From, "kv.to": key.Validity.To,
					} {
						if len(v) > 0 {
							octets("mikey.key."+field, v)
						}
					}
				}
			} else {
				octets("mikey.kemac.key_data", p.EncrData)
			}
			number("mikey.kemac.mac_alg", int(p.MACAlg))
			if p.MACAlg == mikey.MACHMACSHA256256 {
				stops("stops at the MAC")
			}
			octets("mikey.kemac.mac", p.MAC)
		case *mikey.PKE:
			number("mikey.pke.c", int(p.Cache))
			octets("mikey.pke.data", p.Data)
		case *mikey.DH:
			number("mikey.dh.group", int(p.Group))
			octets("mikey.dh.value", p.Value)
			number("mikey.dh.kv", int(p.Validity.Type))
		case *mikey.Sign:
			number("mikey.sign.type", int(p.SignType))
			octets("mikey.sign.data", p.Signature)
		case *mikey.Timestamp:
			number("mikey.t.ts_type", int(p.TSType))
			if p.TSType == mikey.TSNTPUTC32 {
				stops("stops at the timestamp")
			}
		case *mikey.ID:
			number("mikey.id.type", int(p.IDType))
			text("mikey.id.data", p.Value)
		case *mikey.IDR:
			number("mikey.id.role", int(p.Role))
			number("mikey.id.type", int(p.ID.IDType))
			text("mikey.id.data", p.ID.Value)
		case *mikey.Cert:
			number("mikey.cert.type", int(p.CertType))
			if p.CertType == mikey.CertX509URL {
				stops("stops at the URL, which is no certificate")
			}
			octets("mikey.cert.data", p.Data)
		case *mikey.CertHash:
			stops("stops at CHASH")
		case *mikey.Verification:
			number("mikey.v.auth_alg", int(p.AuthAlg))
			if p.AuthAlg == mikey.MACHMACSHA256256 {
				stops("stops at the MAC")
			}
			octets("mikey.v.ver_data", p.MAC)
		case *mikey.SecurityPolicy:
			number("mikey.sp.no", int(p.Number))
			number("mikey.sp.proto_type", int(p.Protocol))
			for paramType, value := range p.Params.All() {
				number("mikey.sp.param.type", int(paramType))
				octets("mikey.sp.patam.value", value)
				if name, ok := policyFields[paramType]; ok && p.Protocol == mikey.ProtocolSRTP {
					number("mikey.sp."+name, int(value[0]))
				}
			}
		case *mikey.Rand:
			octets("mikey.rand.data", p.Value)
		case *mikey.ErrorPayload:
			number("mikey.err.no", int(p.Code))
		case *mikey.GeneralExtension:
			number("mikey.ext.type", int(p.ExtType))
			if p.ExtType == mikey.ExtSDPIDs {
				text("mikey.ext.value", string(p.Data))
			} else {
				octets("mikey.ext.data", p.Data)
			}
		}
	}
	return want, gap
}
