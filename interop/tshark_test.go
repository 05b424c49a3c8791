package interop

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// fields are the fields of Wireshark that are looked at, by name.
var fields = []string{
	"mikey.version", "mikey.type", "mikey.v.set", "mikey.prf_func", "mikey.csb_id", "mikey.cs_count",
	"mikey.next_payload", "mikey.srtp_id.policy_no", "mikey.srtp_id.ssrc", "mikey.srtp_id.roc",
	"mikey.kemac.encr_alg", "mikey.kemac.key_data", "mikey.kemac.mac_alg", "mikey.kemac.mac",
	"mikey.key.type", "mikey.key.kv", "mikey.key.data", "mikey.key.kv.spi",
	"mikey.pke.data", "mikey.dh.group", "mikey.dh.value", "mikey.sign.type", "mikey.sign.data",
	"mikey.t.ts_type", "mikey.id.type", "mikey.id.data", "mikey.cert.type", "mikey.cert.data",
	"mikey.v.auth_alg", "mikey.v.ver_data", "mikey.sp.no", "mikey.sp.encr_alg", "mikey.sp.encr_len",
	"mikey.sp.auth_tag_len", "mikey.rand.data", "mikey.err.no", "mikey.ext.type",
	"_ws.malformed", "_ws.expert.message",
}

// spelling evens out versions of Wireshark. <MISSING> stands for no octets.
var spelling = strings.NewReplacer("<MISSING>", "", "True", "1", "False", "0")

// Wireshark reads the messages of every mode as they are meant.
func TestTshark(t *testing.T) {
	need(t, "tshark", "text2pcap")
	all := messages(t)
	var dump bytes.Buffer
	for _, m := range all {
		fmt.Fprintf(&dump, "000000 % x\n", m.data)
	}
	capture := filepath.Join(t.TempDir(), "mikey.pcap")
	convert := command(t, "text2pcap", "-q", "-u", "2269,2269", "-", capture)
	convert.Stdin = &dump
	output(t, convert)

	args := []string{"-n", "-r", capture, "-d", "udp.port==2269,mikey", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	lines := strings.Split(strings.TrimRight(string(output(t, command(t, "tshark", args...))), "\n"), "\n")
	if len(lines) != len(all) {
		t.Fatalf("tshark shows %d packets, want %d", len(lines), len(all))
	}
	for i, m := range all {
		t.Run(m.name, func(t *testing.T) {
			want := expected(t, m.data)
			values := strings.Split(lines[i], "\t")
			for j, f := range fields {
				value, want := spelling.Replace(values[j]), strings.Join(want[f], ",")
				if value != want {
					t.Errorf("%s is %s, want %s", f, value, want)
				}
			}
		})
	}
}

// expected returns what the fields of a message should be.
func expected(t *testing.T, data []byte) map[string][]string {
	t.Helper()
	m, err := mikey.ParseMessage(data)
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string][]string)
	number := func(field string, v int) { want[field] = append(want[field], strconv.Itoa(v)) }
	octets := func(field string, v []byte) { want[field] = append(want[field], fmt.Sprintf("%x", v)) }

	number("mikey.version", mikey.Version)
	number("mikey.type", int(m.Header.DataType))
	number("mikey.v.set", map[bool]int{true: 1}[m.Header.V])
	number("mikey.prf_func", int(m.Header.PRF))
	want["mikey.csb_id"] = []string{fmt.Sprintf("0x%08x", m.Header.CSBID)}
	number("mikey.cs_count", len(m.Header.CryptoSessions))
	for _, cs := range m.Header.CryptoSessions {
		number("mikey.srtp_id.policy_no", int(cs.Policy))
		want["mikey.srtp_id.ssrc"] = append(want["mikey.srtp_id.ssrc"], fmt.Sprintf("0x%08x", cs.SSRC))
		want["mikey.srtp_id.roc"] = append(want["mikey.srtp_id.roc"], fmt.Sprintf("0x%08x", cs.ROC))
	}
	for _, p := range m.Payloads {
		number("mikey.next_payload", int(p.Type()))
		switch p := p.(type) {
		case *mikey.KEMAC:
			number("mikey.kemac.encr_alg", int(p.EncrAlg))
			if p.EncrAlg == mikey.EncrNULL && len(p.EncrData) > 0 {
				_, keys, err := mikey.ParseKeyData(mikey.KeyDataPayload, p.EncrData)
				if err != nil {
					t.Fatal(err)
				}
				for _, key := range keys {
					number("mikey.key.type", int(key.KeyType))
					number("mikey.key.kv", int(key.Validity.Type))
					octets("mikey.key.data", key.Key)
					octets("mikey.key.kv.spi", key.Validity.SPI)
				}
			} else {
				octets("mikey.kemac.key_data", p.EncrData)
			}
			number("mikey.kemac.mac_alg", int(p.MACAlg))
			octets("mikey.kemac.mac", p.MAC)
		case *mikey.PKE:
			octets("mikey.pke.data", p.Data)
		case *mikey.DH:
			number("mikey.dh.group", int(p.Group))
			octets("mikey.dh.value", p.Value)
		case *mikey.Sign:
			number("mikey.sign.type", int(p.SignType))
			octets("mikey.sign.data", p.Signature)
		case *mikey.Timestamp:
			number("mikey.t.ts_type", int(p.TSType))
		case *mikey.ID:
			number("mikey.id.type", int(p.IDType))
			want["mikey.id.data"] = append(want["mikey.id.data"], p.Value)
		case *mikey.Cert:
			number("mikey.cert.type", int(p.CertType))
			octets("mikey.cert.data", p.Data)
		case *mikey.Verification:
			number("mikey.v.auth_alg", int(p.AuthAlg))
			octets("mikey.v.ver_data", p.MAC)
		case *mikey.SecurityPolicy:
			number("mikey.sp.no", int(p.Number))
			policy, err := p.SRTP()
			if err != nil {
				t.Fatal(err)
			}
			number("mikey.sp.encr_alg", int(policy.EncrAlg))
			number("mikey.sp.encr_len", int(policy.EncrKeyLen))
			number("mikey.sp.auth_tag_len", int(policy.SRTPTagLen))
		case *mikey.Rand:
			octets("mikey.rand.data", p.Value)
		case *mikey.ErrorPayload:
			number("mikey.err.no", int(p.Code))
		case *mikey.GeneralExtension:
			number("mikey.ext.type", int(p.ExtType))
		}
	}
	if _, signed := mikey.PayloadOf[*mikey.Sign](m); !signed { // SIGN names no next payload
		number("mikey.next_payload", int(mikey.LastPayload))
	}
	return want
}
