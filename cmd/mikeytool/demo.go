package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdp"
	"github.com/gomikey/gomikey/srtpbridge"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

const demoUsage = `mikeytool demo shows a call: Alice and Bob, both in this program, agree on keys
in an SDP offer and answer, then send each other SRTP and SRTCP over UDP. It
needs no network but the loopback interface. Keys and certificates are made for
the call, and only fingerprints of keys are shown.

Usage:

    mikeytool demo [--mode MODE] [--group NAME] [--suite NAME] [--verbose]

Options:

    --mode MODE     how the two agree on keys; psk if not given
    --group NAME    the Diffie-Hellman group of dh and dhhmac; OAKLEY5 if not given
    --suite NAME    how packets are protected; AES_CM_128_HMAC_SHA1_80 if not given
    --verbose       also show the octets of messages and packets

Modes:

    psk       a pre-shared key (RFC 3830, Section 3.1)
    pk        certificates: Alice encrypts the keys to Bob (RFC 3830, Section 3.2)
    dh        certificates: signed Diffie-Hellman (RFC 3830, Section 3.3)
    rsa-r     certificates: Bob encrypts the keys to Alice (RFC 4738)
    dhhmac    a pre-shared key and Diffie-Hellman (RFC 4650)

Groups:

    OAKLEY5, OAKLEY2, OAKLEY1, P-256, P-384, P-521, X25519, X448, X-Wing

The exit status is 0 if both sides could decrypt what the other one sent.
`

func demo(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	modeName := flags.String("mode", "psk", "")
	groupName := flags.String("group", "", "")
	suiteName := flags.String("suite", mikey.AES_CM_128_HMAC_SHA1_80.String(), "")
	verbose := flags.Bool("verbose", false, "")
	if status, ok := parseFlags(flags, demoUsage, args, stdout, stderr); !ok {
		return status
	}
	if flags.NArg() > 0 {
		return fail(stderr, exitUsage, errors.New("demo takes no arguments"), `"mikeytool demo -h" lists the options`)
	}

	chosen := slices.IndexFunc(demoModes, func(m demoMode) bool { return m.name == *modeName })
	if chosen < 0 {
		return fail(stderr, exitUsage, fmt.Errorf("there is no mode %q to show", *modeName), "modes are: "+demoModeNames(false))
	}
	mode := demoModes[chosen]
	group := demoGroups()[0]
	if *groupName != "" {
		if !mode.groups {
			return fail(stderr, exitUsage, fmt.Errorf("the mode %s has no group", mode.name), "modes with a group are: "+demoModeNames(true))
		}
		var ok bool
		if group, ok = demoGroup(*groupName); !ok {
			return fail(stderr, exitUsage, fmt.Errorf("there is no group %q", *groupName), "groups are: "+demoGroupNames())
		}
	}
	suite, err := demoSuite(*suiteName)
	if err != nil {
		var names []string
		for _, s := range srtpbridge.Suites() {
			names = append(names, s.String())
		}
		return fail(stderr, exitUsage, err, "suites are: "+strings.Join(names, ", "))
	}

	call := &demoCall{out: stdout, verbose: *verbose, suite: suite}
	parties, err := mode.make(group)
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	call.say("Alice calls Bob: mode %s, suite %v.\n%s", mode.name, suite, parties.credentials)
	if err := call.run(parties); err != nil {
		return fail(stderr, exitFailed, err)
	}
	return exitOK
}

// demoSuite returns a suite whose media can be shown.
func demoSuite(name string) (mikey.Suite, error) {
	suite, err := mikey.SuiteByName(name)
	if err != nil {
		return suite, fmt.Errorf("there is no suite %q", name)
	}
	if !slices.Contains(srtpbridge.Suites(), suite) {
		p := suite.SRTP()
		if p.EncrAlg == mikey.SRTPEncrNULL {
			return suite, fmt.Errorf("the suite %v does not encrypt, so there is nothing to decrypt", suite)
		}
		stream := srtpbridge.Stream{Policy: p}
		if _, err := stream.Sender(); err != nil {
			return suite, fmt.Errorf("the suite %v cannot be shown: %w", suite, err)
		}
	}
	return suite, nil
}

// A demoCall is one run of the demo.
type demoCall struct {
	out     io.Writer
	verbose bool
	suite   mikey.Suite
}

// A demoParty is Alice or Bob.
type demoParty struct {
	name    string
	ssrc    uint32
	conn    net.PacketConn
	peer    net.Addr // where media goes, as the SDP of the other party says
	session *mikey.Session
}

func (c *demoCall) say(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

// show indents the lines of a text.
func (c *demoCall) show(text string) {
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		c.say("    %s", strings.TrimSuffix(line, "\n"))
	}
}

func (c *demoCall) run(parties *demoParties) error {
	alice := &demoParty{name: "Alice", ssrc: 0xa11ce}
	bob := &demoParty{name: "Bob", ssrc: 0xb0b}
	for _, p := range []*demoParty{alice, bob} {
		conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer conn.Close()
		p.conn = conn
	}
	if err := c.agree(alice, bob, parties); err != nil {
		return err
	}
	c.authenticated(alice, bob)
	if err := c.compare(alice, bob); err != nil {
		return err
	}
	for _, p := range []*demoParty{alice, bob} {
		const patience = 10 * time.Second
		if err := p.conn.SetDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
	}
	c.say("\nMedia over UDP:\n")
	if err := c.media(alice, bob, 1); err != nil {
		return err
	}
	if err := c.media(bob, alice, 2); err != nil {
		return err
	}
	c.say("\nMedia was decrypted on both sides: Alice and Bob have the same keys.")
	return nil
}

// agree is the offer and the answer. It sets the sessions of both.
func (c *demoCall) agree(alice, bob *demoParty, parties *demoParties) error {
	aliceID, bobID := parties.aliceID, parties.bobID

	// Alice
	initiator, err := mikey.NewInitiator(parties.alice, &mikey.Config{ID: aliceID, Peer: bobID})
	if err != nil {
		return err
	}
	message, pending, err := initiator.Start(mikey.Offer{
		CryptoSessions: []mikey.CryptoSession{{SSRC: alice.ssrc}, {SSRC: 0}},
		Policies:       []mikey.SecurityPolicy{c.suite.Policy(0)},
		Extensions:     []mikey.GeneralExtension{mikey.SDPIDs(sdp.MIKEY)},
		Verification:   true,
	})
	if err != nil {
		return err
	}
	offer, err := c.describe(alice, "offers", message)
	if err != nil {
		return err
	}

	// Bob
	responder, err := mikey.NewResponder(&mikey.Config{ID: bobID, Peer: aliceID, Suites: []mikey.Suite{c.suite}}, parties.bob)
	if err != nil {
		return err
	}
	levels, rule, message, err := bob.read(offer)
	if err != nil {
		return err
	}
	received, err := responder.Receive(message)
	if err != nil {
		return err
	}
	ids, present := received.SDPIDs()
	if err := levels.CheckIDs(rule.Level, ids, present, &sdp.CheckOptions{RequireList: true}); err != nil {
		return err
	}
	c.say("\nBob verifies it: the message is authentic, from %v, and new,\nand the SDP offers the protocols that it lists (%s).",
		received.Peer(), strings.Join(ids, ", "))
	// Where Bob makes the keys, this draws them.
	message, bob.session, err = received.AcceptWith(mikey.Answer{SSRCs: []uint32{bob.ssrc}})
	if err != nil {
		return err
	}
	answer, err := c.describe(bob, "answers", message)
	if err != nil {
		return err
	}

	// Alice
	if _, _, message, err = alice.read(answer); err != nil {
		return err
	}
	if alice.session, err = pending.Finish(message); err != nil {
		return err
	}
	c.say("\nAlice verifies it: the answer is authentic, from %v.", alice.session.Peer())
	return nil
}

// describe returns the SDP of a party, and shows it.
func (c *demoCall) describe(p *demoParty, does string, message []byte) ([]byte, error) {
	desc, err := sdp.Parse(fmt.Appendf(nil, "v=0\r\n"+
		"o=%s 1 1 IN IP4 127.0.0.1\r\n"+
		"s=-\r\n"+
		"c=IN IP4 127.0.0.1\r\n"+
		"t=0 0\r\n"+
		"m=audio %d RTP/SAVP 0\r\n", strings.ToLower(p.name), p.conn.LocalAddr().(*net.UDPAddr).Port))
	if err != nil {
		return nil, err
	}
	if err := sdp.SetSession(desc, sdp.KeyMgmt{Protocol: sdp.MIKEY, Data: message}); err != nil {
		return nil, err
	}
	description, err := sdp.Marshal(desc)
	if err != nil {
		return nil, err
	}
	decoder := mikey.Decoder{Groups: ecdh.All()}
	m, err := decoder.Parse(message)
	if err != nil {
		return nil, err
	}
	c.say("\n%s %s:\n", p.name, does)
	c.show(string(description))
	c.say("\nThe MIKEY message in it has %d octets:\n", len(message))
	c.show(demoSummary(m))
	if c.verbose {
		c.say("\nOctet by octet:\n")
		c.show(demoHex(message))
	}
	return description, nil
}

// read takes the message, and the address for media, out of the SDP of the
// other party.
func (p *demoParty) read(description []byte) (*sdp.Levels, sdp.Rule, []byte, error) {
	fail := func(err error) (*sdp.Levels, sdp.Rule, []byte, error) { return nil, sdp.Rule{}, nil, err }
	desc, err := sdp.Parse(description)
	if err != nil {
		return fail(err)
	}
	levels, err := sdp.Extract(desc)
	if err != nil {
		return fail(err)
	}
	rule, err := levels.ForMedia(0)
	if err != nil {
		return fail(err)
	}
	selected, ok := rule.Select(sdp.MIKEY)
	if !ok {
		return fail(errors.New("the SDP has no MIKEY message"))
	}
	host := desc.ConnectionInformation.Address.Address
	port := desc.MediaDescriptions[0].MediaName.Port.Value
	p.peer = &net.UDPAddr{IP: net.ParseIP(host), Port: port}
	return levels, rule, selected.Data, nil
}

// compare shows what was agreed on, and that it is the same on both sides.
func (c *demoCall) compare(alice, bob *demoParty) error {
	c.say("\nKeys, as the start of SHA-256 over master key and master salt:\n")
	for i, direction := range []string{"Alice to Bob", "Bob to Alice"} {
		csID := uint8(i + 1)
		atAlice, err := alice.fingerprint(csID)
		if err != nil {
			return err
		}
		atBob, err := bob.fingerprint(csID)
		if err != nil {
			return err
		}
		policy, err := bob.session.Policy(csID)
		if err != nil {
			return err
		}
		ssrc := bob.session.CryptoSessions()[i].SSRC
		c.say("    crypto session %d, %s: SSRC %08x, %v", csID, direction, ssrc, policy.Suite())
		c.say("        key %s at Alice, %s at Bob", atAlice, atBob)
		if atAlice != atBob {
			return fmt.Errorf("the keys of crypto session %d differ", csID)
		}
	}
	return nil
}

// fingerprint tells the keys of a crypto session from others, without showing
// them.
func (p *demoParty) fingerprint(csID uint8) (string, error) {
	keys, err := p.session.MasterKeys(csID)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, k := range keys {
		hash.Write(k.Key)
		hash.Write(k.Salt)
		clear(k.Key)
		clear(k.Salt)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:8]), nil
}

// media sends packets of a crypto session from one party to the other.
func (c *demoCall) media(from, to *demoParty, csID uint8) error {
	sender, err := srtpbridge.Sender(from.session, csID)
	if err != nil {
		return err
	}
	receiver, err := srtpbridge.Receiver(to.session, csID)
	if err != nil {
		return err
	}
	protect := func(b []byte) ([]byte, error) { return sender.EncryptRTP(nil, b, nil) }
	unprotect := func(b []byte) ([]byte, error) { return receiver.DecryptRTP(nil, b, nil) }
	const packets = 3
	for i := range packets {
		text := fmt.Sprintf("Hello, %s, this is packet %d", to.name, i+1)
		packet := &rtp.Packet{
			Header:  rtp.Header{Version: 2, SSRC: from.ssrc, SequenceNumber: uint16(i + 1), Timestamp: uint32(160 * i)},
			Payload: []byte(text),
		}
		plain, err := packet.Marshal()
		if err != nil {
			return err
		}
		if err := c.packet(from, to, "SRTP", strconv.Quote(text), plain, protect, unprotect); err != nil {
			return err
		}
	}

	plain, err := (&rtcp.SenderReport{SSRC: from.ssrc, PacketCount: packets}).Marshal()
	if err != nil {
		return err
	}
	protect = func(b []byte) ([]byte, error) { return sender.EncryptRTCP(nil, b, nil) }
	unprotect = func(b []byte) ([]byte, error) { return receiver.DecryptRTCP(nil, b, nil) }
	return c.packet(from, to, "SRTCP", "a sender report", plain, protect, unprotect)
}

// packet protects one packet, sends it, and unprotects it at the other party.
func (c *demoCall) packet(from, to *demoParty, kind, what string, plain []byte, protect, unprotect func([]byte) ([]byte, error)) error {
	protected, err := protect(plain)
	if err != nil {
		return err
	}
	if bytes.Contains(protected, plain[12:]) {
		return fmt.Errorf("the %s packet is not encrypted", kind)
	}
	if _, err := from.conn.WriteTo(protected, from.peer); err != nil {
		return err
	}
	arrived := make([]byte, 1500)
	n, _, err := to.conn.ReadFrom(arrived)
	if err != nil {
		return fmt.Errorf("%s waits for %s: %w", to.name, from.name, err)
	}
	arrived = arrived[:n]
	got, err := unprotect(arrived)
	if err != nil {
		return fmt.Errorf("%s decrypts a packet of %s: %w", to.name, from.name, err)
	}
	if !bytes.Equal(got, plain) {
		return fmt.Errorf("%s decrypted another packet than %s encrypted", to.name, from.name)
	}
	c.say("    %-5s -> %-5s  %-5s  %2d octets, decrypted: %s", from.name, to.name, kind, n, what)
	if c.verbose {
		c.say("        sent       %x", arrived)
		c.say("        decrypted  %x", got)
	}
	return nil
}

// demoSummary shows a message with one line for each payload.
func demoSummary(m *mikey.Message) string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-6s %s\n", name, fmt.Sprintf(format, args...))
	}
	h := &m.Header
	answer := ""
	if h.V {
		answer = ", answer wanted"
	}
	line("HDR", "%v, CSB %08x, PRF %v%s", h.DataType, h.CSBID, h.PRF, answer)
	for i, cs := range h.CryptoSessions {
		ssrc := fmt.Sprintf("SSRC %08x", cs.SSRC)
		if cs.SSRC == 0 {
			ssrc = "SSRC still open"
		}
		line("", "crypto session %d: policy %d, %s, ROC %d", i+1, cs.Policy, ssrc, cs.ROC)
	}
	for _, p := range m.Payloads {
		switch p := p.(type) {
		case *mikey.Timestamp:
			if tm, ok := p.Time(); ok {
				line("T", "%v %s", p.TSType, tm.Format(time.RFC3339))
			} else {
				line("T", "%v %d", p.TSType, p.Value)
			}
		case *mikey.Rand:
			line("RAND", "%d octets", len(p.Value))
		case *mikey.ID:
			line("ID", "%v", *p)
		case *mikey.SecurityPolicy:
			if policy, err := p.SRTP(); err == nil {
				line("SP", "policy %d: %v, %v", p.Number, p.Protocol, policy.Suite())
			} else {
				line("SP", "policy %d: %v", p.Number, p.Protocol)
			}
		case *mikey.GeneralExtension:
			if p.ExtType == mikey.ExtSDPIDs {
				line("EXT", "%v: %q", p.ExtType, p.Data)
			} else {
				line("EXT", "%v, %d octets", p.ExtType, len(p.Data))
			}
		case *mikey.KEMAC:
			line("KEMAC", "%d octets under %v, MAC %v", len(p.EncrData), p.EncrAlg, p.MACAlg)
		case *mikey.Verification:
			line("V", "MAC %v", p.AuthAlg)
		case *mikey.PKE:
			line("PKE", "%d octets, %v", len(p.Data), p.Cache)
		case *mikey.DH:
			name := p.Group.String()
			for _, g := range ecdh.All() {
				if g.Group() == p.Group {
					name = g.String()
				}
			}
			line("DH", "%s, %d octets", name, len(p.Value))
		case *mikey.Cert:
			subject := ""
			if certificate, err := x509.ParseCertificate(p.Data); err == nil {
				subject = ": " + certificate.Subject.String()
			}
			line("CERT", "%v, %d octets%s", p.CertType, len(p.Data), subject)
		case *mikey.CertHash:
			line("CHASH", "%v", p.HashFunc)
		case *mikey.Sign:
			line("SIGN", "%v, %d octets", p.SignType, len(p.Signature))
		default:
			line(p.Type().String(), "")
		}
	}
	return b.String()
}

// demoHex shows octets, 32 in a line.
func demoHex(octets []byte) string {
	var b strings.Builder
	for line := range slices.Chunk(octets, 32) {
		fmt.Fprintf(&b, "%x\n", line)
	}
	return b.String()
}
