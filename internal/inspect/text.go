package inspect

import (
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Text writes a report for people: a line for each field, with the offset of
// its first octet.
func Text(w io.Writer, r *Report) error {
	p := new(printer)
	if r.Description != nil {
		p.description(r.Description)
	}
	for i, m := range r.Messages {
		if r.Description != nil || i > 0 {
			p.line("")
		}
		p.message(r, i, m)
	}
	for i, c := range r.Crypto {
		if r.Description != nil || len(r.Messages) > 0 || i > 0 {
			p.line("")
		}
		p.crypto(r, i, c)
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

// A printer collects the text. Fields are printed in the order of their octets,
// so that at always is the offset of the next one.
type printer struct {
	out   strings.Builder
	at    int
	depth int
}

func (p *printer) line(format string, args ...any) {
	p.out.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	p.out.WriteByte('\n')
}

const nameWidth = 18

// row prints a line with an offset in front.
func (p *printer) row(offset int, name, value string) {
	indent := strings.Repeat("  ", p.depth)
	for i, line := range strings.Split(value, "\n") {
		if i > 0 {
			p.line("        %s%-*s%s", indent, nameWidth, "", line)
			continue
		}
		p.line("%6d  %s%-*s%s", offset, indent, nameWidth, name, line)
	}
}

// remark prints a line about the fields before it.
func (p *printer) remark(name, format string, args ...any) {
	indent := strings.Repeat("  ", p.depth)
	for i, line := range strings.Split(fmt.Sprintf(format, args...), "\n") {
		if i > 0 {
			name = ""
		}
		p.line("        %s%-*s%s", indent, nameWidth, name, line)
	}
}

// field prints a field of n octets. One of 0 octets shares its octet with the
// field after it.
func (p *printer) field(n int, name, format string, args ...any) {
	p.row(p.at, name, fmt.Sprintf(format, args...))
	p.at += n
}

// octets prints a field of octets, which are given in hexadecimal.
func (p *printer) octets(name, digits string) {
	p.field(len(digits)/2, name, "%s", wrap(digits))
}

// wrap breaks hexadecimal digits into lines of 32 octets.
func wrap(digits string) string {
	if digits == "" {
		return "(empty)"
	}
	const width = 64
	var lines []string
	for ; len(digits) > width; digits = digits[width:] {
		lines = append(lines, digits[:width])
	}
	return strings.Join(append(lines, digits), "\n")
}

func (s *Secret) text() string {
	count := countOctets(s.Length)
	switch {
	case s.Length == 0:
		return count
	case s.Hex == "":
		return count + ", sha256:" + s.SHA256
	}
	return count + "\n" + wrap(s.Hex)
}

// uncertain is the text of octets that are hidden because they may hold keys.
func (s *Secret) uncertain() string {
	if s.Hex == "" && s.Length > 0 {
		return s.text() + ", not shown: may hold keys"
	}
	return s.text()
}

func countOctets(n int) string {
	if n == 1 {
		return "1 octet"
	}
	return strconv.Itoa(n) + " octets"
}

// numbered returns a number and its name.
func numbered(n int, name string) string { return fmt.Sprintf("%d, %s", n, name) }

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (p *printer) description(d *Description) {
	p.line("SDP description")
	for i := range d.Levels {
		l := &d.Levels[i]
		p.out.WriteString("  " + l.LevelName)
		if l.Profile != "" {
			quoted := strconv.QuoteToASCII(l.Profile)
			p.out.WriteString(", " + quoted[1:len(quoted)-1])
		}
		switch {
		case l.RuledBy != nil && *l.RuledBy == l.Level:
			p.out.WriteString(": keyed by its own messages")
		case l.RuledBy != nil && l.RuledName == "no level" && len(l.Crypto) > 0:
			p.out.WriteString(": keyed by a crypto attribute")
		case l.RuledBy != nil && l.RuledName == "no level":
			p.out.WriteString(": keyed by no message")
		case l.RuledBy != nil:
			fmt.Fprintf(&p.out, ": keyed by the messages of the %s", l.RuledName)
		case l.Secure != nil:
			p.out.WriteString(": not keyed by key-mgmt")
		}
		p.line("")
		for _, a := range l.KeyMgmt {
			p.out.WriteString("    key-mgmt " + a.Protocol + ", " + countOctets(a.Length))
			if a.Message != nil {
				fmt.Fprintf(&p.out, ": message %d below", *a.Message+1)
			}
			p.line("")
		}
		for _, index := range l.Crypto {
			p.line("    crypto attribute %d below", index+1)
		}
		for _, n := range l.Notes {
			p.line("    note: %s", n.Message)
		}
	}
}

func (p *printer) message(r *Report, i int, m *Message) {
	title := "MIKEY message"
	if len(r.Messages) > 1 || r.Description != nil {
		title += " " + strconv.Itoa(i+1)
	}
	title += ", " + countOctets(m.Length)
	switch {
	case m.LevelName != "":
		title += ", " + m.LevelName
	default:
		title += ", " + map[Form]string{
			FormBinary:  "binary",
			FormHex:     "from hexadecimal",
			FormBase64:  "from base64",
			FormKeyMgmt: "from a key-mgmt attribute",
			FormRTSP:    "from an RTSP header",
		}[r.Form]
	}
	if m.URI != "" {
		title += ", uri " + strconv.QuoteToASCII(m.URI)
	}
	p.line("%s", title)
	if m.Header != nil {
		p.header(m.Header)
	}
	for i := range m.Payloads {
		p.payload(&m.Payloads[i])
	}
	if m.Trailing != nil {
		p.row(m.Trailing.Offset, "trailing", m.Trailing.uncertain())
	}
	if m.Unparsed != nil {
		p.row(m.Unparsed.Offset, "not parsed", m.Unparsed.uncertain())
	}
	if c := m.SDPIDs; c != nil {
		p.sdpIDs(c)
	}
	if len(m.Notes) > 0 {
		p.line("Notes")
		for _, n := range m.Notes {
			p.line("%6d  %s", n.Offset, n.Message)
		}
	}
	if e := m.Error; e != nil {
		p.line("Error")
		p.line("%6d  %s: %s", e.Offset, e.PayloadName, e.Message)
	}
}

func (p *printer) sdpIDs(c *SDPIDs) {
	p.line("SDP IDs (RFC 4567, Section 4.1.4; the message is not verified here)")
	switch c.Result {
	case IDsAbsent:
		p.line("        absent")
	default:
		p.line("        %s: the message lists %q, this level offers %q", c.Result,
			strings.Join(c.Listed, ";"), strings.Join(c.Offered, ";"))
	}
	if c.Problem != "" {
		p.line("        %s", c.Problem)
	}
}

// title prints the first line of a payload.
func (p *printer) title(offset, length int, name, section string) {
	p.at = offset
	if section != "" {
		section = " (" + section + ")"
	}
	p.line("%6d  %s%s, %s%s", offset, strings.Repeat("  ", p.depth), name, countOctets(length), section)
}

func parenthesis(section string) string {
	if section == "" {
		return ""
	}
	return " (" + section + ")"
}

func (p *printer) header(h *Header) {
	p.title(h.Offset, h.Length, "HDR", h.Section)
	p.depth++
	defer func() { p.depth-- }()
	p.field(1, "version", "%d", h.Version)
	section := h.DataTypeSection
	if section == h.Section {
		section = ""
	}
	p.field(1, "data type", "%s%s", numbered(h.DataType, h.DataTypeName), parenthesis(section))
	p.field(1, "next payload", "%s", numbered(h.Next, h.NextName))
	if h.V {
		p.field(0, "V", "1, the initiator wants a verification message")
	} else {
		p.field(0, "V", "0, no verification message is wanted")
	}
	p.field(1, "PRF func", "%s", numbered(h.PRFFunc, h.PRFFuncName))
	p.field(4, "CSB ID", "0x%08x", h.CSBID)
	p.field(1, "#CS", "%d", h.CSCount)
	p.field(1, "CS ID map type", "%s%s", numbered(h.MapType, h.MapTypeName), parenthesis(h.MapSection))
	for _, cs := range h.CryptoSessions {
		ssrc := fmt.Sprintf("0x%08x", cs.SSRC)
		if cs.SSRC == 0 {
			ssrc = "0 (left to the responder)"
		}
		p.field(cs.Length, fmt.Sprintf("CS ID %d", cs.CSID), "policy %d, SSRC %s, ROC %d", cs.Policy, ssrc, cs.ROC)
	}
	for _, g := range h.GenericSessions {
		data, spi := g.Data, g.SPI
		if data == "" {
			data = "(empty)"
		}
		if spi == "" {
			spi = "(empty)"
		}
		p.field(g.Length, fmt.Sprintf("CS ID %d", g.CSID), "protocol %s, policies %v, S %t, session data %s, SPI %s",
			numbered(g.Protocol, g.ProtocolName), g.Policies, g.S, data, spi)
	}
	if h.MapInfo != nil {
		p.field(h.MapInfo.Length, "CS ID map info", "%s", h.MapInfo.uncertain())
	}
}

// payload prints a payload and returns the offset behind its last field.
func (p *printer) payload(out *Payload) int {
	p.title(out.Offset, out.Length, out.TypeName, out.Section)
	p.depth++
	defer func() { p.depth-- }()
	if out.Next != nil {
		p.field(1, "next payload", "%s", numbered(*out.Next, out.NextName))
	}
	switch {
	case out.KEMAC != nil:
		p.kemac(out.KEMAC)
	case out.PKE != nil:
		x := out.PKE
		p.field(0, "C", "%s", numbered(x.Cache, x.CacheName))
		p.field(2, "data len", "%d", x.Length)
		p.rsaKey(x.RSABits)
		p.octets("data", x.Data)
	case out.DH != nil:
		x := out.DH
		p.field(1, "DH-Group", "%s", numbered(x.Group, x.GroupName))
		p.octets("DH-value", x.Value)
		p.dhValue(x)
		if x.Reserved != 0 {
			p.field(0, "reserved", "%d", x.Reserved)
		}
		p.field(1, "KV", "%s", numbered(x.Validity.KVType, x.Validity.KVTypeName))
		p.validity(&x.Validity)
	case out.Sign != nil:
		x := out.Sign
		p.field(0, "S type", "%s", numbered(x.SignType, x.SignTypeName))
		p.field(2, "signature len", "%d", x.Length)
		p.rsaKey(x.RSABits)
		p.octets("signature", x.Signature)
	case out.Timestamp != nil:
		p.timestamp(out.Timestamp)
	case out.ID != nil:
		p.id(out.ID)
	case out.Cert != nil:
		p.cert(out.Cert)
	case out.CertHash != nil:
		x := out.CertHash
		p.field(1, "hash func", "%s", numbered(x.HashFunc, x.HashFuncName))
		p.octets("hash", x.Hash)
		if x.CertOffset != nil {
			p.remark("names", "the certificate at offset %d", *x.CertOffset)
		} else {
			p.remark("names", "no certificate of this message")
		}
	case out.Verification != nil:
		x := out.Verification
		p.field(1, "auth alg", "%s", numbered(x.AuthAlg, x.AuthAlgName))
		if x.MAC != "" {
			p.octets("MAC", x.MAC)
		}
	case out.Policy != nil:
		p.policy(out.Policy)
	case out.Rand != nil:
		p.field(1, "RAND len", "%d", len(out.Rand.Value)/2)
		p.octets("RAND", out.Rand.Value)
	case out.Error != nil:
		p.field(1, "error no", "%s", numbered(out.Error.Code, out.Error.CodeName))
		p.field(2, "reserved", "%d", out.Error.Reserved)
	case out.Extension != nil:
		p.extension(out.Extension)
	case out.KeyData != nil:
		p.keyData(out.KeyData)
	case out.Unknown != nil:
		p.field(out.Unknown.Length, "not understood", "%s", out.Unknown.uncertain())
	}
	return p.at
}

func (p *printer) kemac(k *KEMAC) {
	p.field(1, "encr alg", "%s", numbered(k.EncrAlg, k.EncrAlgName))
	p.field(2, "encr data len", "%d", k.EncrDataLength)
	end := p.at + k.EncrDataLength
	for i := range k.Payloads {
		p.payload(&k.Payloads[i])
	}
	if k.EncrData != nil {
		p.field(k.EncrData.Length, "encr data", "%s", k.EncrData.uncertain())
	}
	p.at = end
	p.field(1, "MAC alg", "%s", numbered(k.MACAlg, k.MACAlgName))
	if k.MAC != "" {
		p.octets("MAC", k.MAC)
	}
}

func (p *printer) keyData(k *KeyData) {
	p.field(0, "type", "%s", numbered(k.KeyType, k.KeyTypeName))
	p.field(1, "KV", "%s", numbered(k.Validity.KVType, k.Validity.KVTypeName))
	p.field(2, "key data len", "%d", k.Key.Length)
	text := k.Key.text()
	if k.Split != nil {
		text = fmt.Sprintf("key of %d with salt of %d: %s", k.Split.KeyLength, k.Split.SaltLength, text)
	}
	p.field(k.Key.Length, "key data", "%s", text)
	if k.Salt != nil {
		p.field(2, "salt len", "%d", k.Salt.Length)
		p.field(k.Salt.Length, "salt data", "%s", k.Salt.text())
	}
	p.validity(&k.Validity)
}

// validity prints the KV data.
func (p *printer) validity(v *Validity) {
	prefixed := func(name, field string, digits *string) {
		if digits != nil {
			p.field(1, name+" len", "%d", len(*digits)/2)
			p.octets(field, *digits)
		}
	}
	prefixed("SPI", "SPI (MKI)", v.SPI)
	prefixed("VF", "valid from", v.From)
	prefixed("VT", "valid to", v.To)
}

func (p *printer) timestamp(t *Timestamp) {
	p.field(1, "TS type", "%s", numbered(t.TSType, t.TSTypeName))
	text := "0x" + t.Value
	switch {
	case t.Counter != nil:
		text += fmt.Sprintf(", %d", *t.Counter)
	case t.Time != "":
		text += ", " + t.Time
	}
	switch {
	case t.FILETIME != "":
		text += "\nas FILETIME " + t.FILETIME
	case t.UnixTime != "":
		text += "\nas seconds since 1970 " + t.UnixTime
	}
	p.field(len(t.Value)/2, "TS value", "%s", text)
}

func (p *printer) id(id *ID) {
	if id.Role != nil {
		p.field(1, "ID role", "%s", numbered(*id.Role, id.RoleName))
	}
	p.field(1, "ID type", "%s", numbered(id.IDType, id.IDName))
	p.field(2, "ID len", "%d", len(id.Value)/2)
	p.text("ID data", id.Value, id.Text)
}

// text prints octets as text where they are text.
func (p *printer) text(name, digits, text string) {
	if text == "" {
		p.octets(name, digits)
		return
	}
	p.field(len(digits)/2, name, "%s", strconv.Quote(text))
}

func (p *printer) cert(c *Cert) {
	p.field(1, "cert type", "%s", numbered(c.CertType, c.CertName))
	p.field(2, "cert len", "%d", len(c.Data)/2)
	if c.Key != nil {
		p.x509(c)
	}
	if c.SHA256 != "" {
		p.remark("SHA-256", "%s", wrap(c.SHA256))
	}
	if octets, err := hex.DecodeString(c.Data); err == nil && c.SHA256 == "" && len(octets) > 0 {
		p.field(len(octets), "cert data", "%s", strconv.QuoteToASCII(string(octets)))
		return
	}
	p.octets("cert data", c.Data)
}

// x509 prints what a certificate says.
func (p *printer) x509(c *Cert) {
	p.remark("subject", "%s", strconv.Quote(c.Subject))
	p.remark("issuer", "%s", strconv.Quote(c.Issuer))
	p.remark("serial", "%s", wrap(c.Serial))
	p.remark("valid", "%s to %s, %s", c.NotBefore, c.NotAfter, map[string]string{
		CertValid:       "now valid",
		CertExpired:     "expired",
		CertNotYetValid: "not valid yet",
	}[c.Status])
	key := c.Key.KeyType
	switch {
	case c.Key.Curve != "":
		key += ", " + c.Key.Curve
	case c.Key.OID != "":
		key += ", " + c.Key.OID
	}
	if c.Key.Bits > 0 {
		key += fmt.Sprintf(", %d bits", c.Key.Bits)
	}
	p.remark("public key", "%s", key)
	const most = 32
	var names []string
	for _, name := range c.AltNames[:min(len(c.AltNames), most)] {
		names = append(names, name.NameType+" "+strconv.Quote(name.Value))
	}
	switch n := len(c.AltNames); {
	case n == 0:
		names = []string{"none"}
	case n > most:
		names = append(names, fmt.Sprintf("and %d more", n-most))
	}
	p.remark("names", "%s", strings.Join(names, "\n"))
	usage := strings.Join(c.KeyUsage, ", ")
	if usage == "" {
		usage = "not restricted"
	}
	if c.CA {
		usage += "; certifies others"
	}
	p.remark("key usage", "%s", usage)
	if c.SignatureAlg != "" {
		p.remark("signed with", "%s", c.SignatureAlg)
	}
}

// rsaKey prints the length of a key that a length fits.
func (p *printer) rsaKey(bits int) {
	if bits > 0 {
		p.remark("fits", "an RSA key of %d bits", bits)
	}
}

func (p *printer) dhValue(d *DH) {
	switch {
	case d.Problem != "":
		p.remark("has", "%s: %s", countOctets(d.ValueLength), d.Problem)
	case d.ValueBits != nil:
		p.remark("has", "%s, %d bits without leading zeros", countOctets(d.ValueLength), *d.ValueBits)
	default:
		p.remark("has", "%s", countOctets(d.ValueLength))
	}
}

func (p *printer) policy(sp *Policy) {
	p.field(1, "policy no", "%d", sp.Number)
	p.field(1, "prot type", "%s", numbered(sp.Protocol, sp.ProtocolName))
	length := 0
	for _, param := range sp.Params {
		length += param.Length
	}
	p.field(2, "policy param len", "%d", length)
	for _, param := range sp.Params {
		value := "0x" + param.Hex
		switch {
		case param.Hex == "":
			value = "(empty)"
		case param.ValueName != "":
			value = numbered(int(*param.Value), param.ValueName)
		case param.Value != nil:
			value = strconv.FormatUint(*param.Value, 10)
		}
		section := param.Section
		if section == "RFC 3830, Section 6.10.1" {
			section = ""
		}
		p.field(param.Length, fmt.Sprintf("param %d", param.Type), "%s: %s%s", param.TypeName, value, parenthesis(section))
	}
	switch {
	case sp.SRTP != nil:
		s := sp.SRTP
		suite := sp.Suite
		if suite == "" {
			suite = "no suite with a name"
		}
		p.remark("amounts to", "%s\n%s", suite, s.text())
	case sp.Problem != "":
		p.remark("amounts to", "nothing that is understood: %s", sp.Problem)
	}
}

func authName(s *SRTP) string {
	if s.AuthAlgName == "NULL" && s.Authentication {
		return "authenticated by the cipher"
	}
	return s.AuthAlgName
}

func (p *printer) extension(e *Extension) {
	p.field(1, "type", "%s%s", numbered(e.ExtType, e.ExtName), parenthesis(e.Section))
	p.field(2, "length", "%d", len(e.Data)/2)
	for _, id := range e.KeyIDs {
		p.remark("key ID", "%s: %s", numbered(id.Type, id.TypeName), id.ID)
	}
	p.text("data", e.Data, e.Text)
}
