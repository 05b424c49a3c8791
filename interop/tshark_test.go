package interop

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// headerFields and fields are the fields of Wireshark that are looked at, by
// name.
var headerFields = []string{
	"mikey.version", "mikey.type", "mikey.v.set", "mikey.prf_func", "mikey.csb_id", "mikey.cs_count", "mikey.cs_id_map_type",
}

var fields = append(slices.Clip(headerFields),
	"mikey.next_payload", "mikey.srtp_id.policy_no", "mikey.srtp_id.ssrc", "mikey.srtp_id.roc",
	"mikey.kemac.encr_alg", "mikey.kemac.key_data", "mikey.kemac.mac_alg", "mikey.kemac.mac",
	"mikey.key.type", "mikey.key.kv", "mikey.key.data", "mikey.key.salt", "mikey.key.kv.spi", "mikey.key.kv.from", "mikey.key.kv.to",
	"mikey.pke.c", "mikey.pke.data", "mikey.dh.group", "mikey.dh.value", "mikey.dh.kv", "mikey.sign.type", "mikey.sign.data",
	"mikey.t.ts_type", "mikey.id.role", "mikey.id.type", "mikey.id.data", "mikey.cert.type", "mikey.cert.data",
	"mikey.v.auth_alg", "mikey.v.ver_data", "mikey.sp.no", "mikey.sp.proto_type", "mikey.sp.param.type", "mikey.sp.patam.value",
	"mikey.sp.encr_alg", "mikey.sp.encr_len", "mikey.sp.auth_alg", "mikey.sp.auth_key_len", "mikey.sp.salt_len", "mikey.sp.prf",
	"mikey.sp.srtp_encr", "mikey.sp.srtcp_encr", "mikey.sp.srtp_auth", "mikey.sp.auth_tag_len",
	"mikey.rand.data", "mikey.err.no", "mikey.ext.type", "mikey.ext.data", "mikey.ext.value",
	"_ws.malformed", "_ws.expert.message",
)

// spelling evens out versions of Wireshark. <MISSING> stands for no octets.
var spelling = strings.NewReplacer("<MISSING>", "", "True", "1", "False", "0")

// Wireshark reads the messages of every mode as they are meant, except for what
// it does not know.
func TestTshark(t *testing.T) {
	need(t, "tshark", "text2pcap")
	version(t, "tshark", output(t, command(t, "tshark", "--version")))
	type row struct {
		tab *table
		message
	}
	var all []row
	for _, m := range messages(t) {
		all = append(all, row{messagesTable, m})
	}
	for _, m := range published(t) {
		all = append(all, row{publishedTable, m})
	}
	for _, suite := range mikey.Suites() {
		data, _ := withPolicy(t, suite, suite.Policy(0))
		all = append(all, row{policiesTable, message{suite.String(), data}})
	}
	var dump bytes.Buffer
	for _, r := range all {
		fmt.Fprintf(&dump, "000000 % x\n", r.data)
	}
	capture := filepath.Join(t.TempDir(), "mikey.pcap")
	convert := command(t, "text2pcap", "-q", "-u", "2269,2269", "-", capture)
	convert.Stdin = &dump
	output(t, convert)

	dissect := func(args ...string) string {
		args = append([]string{"-n", "-r", capture, "-d", "udp.port==2269,mikey"}, args...)
		return string(output(t, command(t, "tshark", args...)))
	}
	args := []string{"-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	lines := strings.Split(strings.TrimRight(dissect(args...), "\n"), "\n")
	const separator = "=== next"
	texts := strings.SplitAfter(dissect("-V", "-S", separator), separator)
	if len(lines) != len(all) || len(texts) != len(all)+1 {
		t.Fatalf("tshark shows %d and %d packets, want %d", len(lines), len(texts)-1, len(all))
	}
	for i, r := range all {
		t.Run(r.name, func(t *testing.T) {
			found := make(map[string]string)
			for j, value := range strings.Split(lines[i], "\t") {
				found[fields[j]] = spelling.Replace(value)
			}
			cell := "yes"
			want, gap := tsharkWant(t, r.data, false)
			if wrong := tsharkDiffers(found, want, fields); len(wrong) > 0 {
				cell = "partly: " + gap
				looked := slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return strings.HasPrefix(f, "_ws.") })
				if gap == misreads {
					looked = headerFields
				}
				if want, _ = tsharkWant(t, r.data, true); gap == "" || len(tsharkDiffers(found, want, looked)) > 0 {
					t.Error(strings.Join(wrong, "\n"))
				}
			}
			if unknown := tsharkUnknown(texts[i]); len(unknown) > 0 {
				cell += "; unknown: " + strings.Join(unknown, ", ")
			}
			r.tab.record(t, r.name, tsharkReads, "%s", cell)
		})
	}
}

// tsharkDiffers returns what is wrong with the fields that were found.
func tsharkDiffers(found map[string]string, want map[string][]string, fields []string) []string {
	var wrong []string
	for _, f := range fields {
		if want := strings.Join(want[f], ","); found[f] != want {
			wrong = append(wrong, fmt.Sprintf("%s is %s, want %s", f, found[f], want))
		}
	}
	return wrong
}

// unknownNumber finds numbers for which Wireshark has no name, and parameters
// of policies that it takes for octets.
var unknownNumber = regexp.MustCompile(`(?m)^[ .01]*(?:= )?(\S.*): Unknown \((\d+)\)$|^ *Policy param: .*\n +(Type): (\d+)$`)

// tsharkUnknown returns the numbers that Wireshark does not know.
func tsharkUnknown(text string) []string {
	var all []string
	for _, match := range unknownNumber.FindAllStringSubmatch(text, -1) {
		name := match[1] + " " + match[2]
		if match[3] != "" {
			name = "SP type " + match[4]
		}
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
