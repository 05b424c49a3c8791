package sdp

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	pionsdp "github.com/pion/sdp/v3"
)

func TestParseLineEnds(t *testing.T) {
	crlf := text("a=key-mgmt:mikey AQAF", "m=audio 4000 RTP/SAVP 0", "a=sendrecv")
	variants := map[string]string{
		"CRLF":               crlf,
		"LF":                 strings.ReplaceAll(crlf, "\r\n", "\n"),
		"last line end lost": strings.TrimSuffix(crlf, "\r\n"),
		"blank line at end":  crlf + "\r\n",
	}
	for name, text := range variants {
		t.Run(name, func(t *testing.T) {
			desc := mustParse(t, text)
			data, err := Marshal(desc)
			if err != nil || string(data) != crlf {
				t.Errorf("came back as %q, %v", data, err)
			}
		})
	}
}

// Without the check pion/sdp drops as many characters at the end of a line as
// it has carriage returns, and other parsers see another line.
func TestParseRefusesLinesThatParsersReadDifferently(t *testing.T) {
	tests := map[string]string{
		"CR inside":       "a=key-mgmt:mikey AQAF\rBBBB",
		"two CR at end":   "a=key-mgmt:mikey AQAF\r",
		"CR as line end":  "a=sendrecv\ra=key-mgmt:mikey AQAF",
		"NUL":             "a=key-mgmt:mikey AQAF\x00",
		"folded":          "a=key-mgmt:mikey AQAF\r\nAQAF",
		"folded, indent":  "a=key-mgmt:mikey AQAF\r\n AQAF",
		"upper case type": "A=key-mgmt:mikey AQAF",
		"one letter":      "a",
	}
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			desc, err := Parse([]byte(text(line, "m=audio 4000 RTP/SAVP 0")))
			checkError(t, err, ErrMalformed, "sdp: description: line ")
			if desc != nil {
				t.Error("a result came with the error")
			}
			var where *DescriptionError
			if !errors.As(err, &where) || where.Where != "line 6" && where.Where != "line 7" {
				t.Errorf("error is %+v", where)
			}
		})
	}
}

func TestParseMovesConnectionBeforeTime(t *testing.T) {
	desc := mustParse(t, rfcOffer)
	if desc.ConnectionInformation == nil || desc.ConnectionInformation.Address.Address != "w-land.example.com" {
		t.Errorf("connection: %v", desc.ConnectionInformation)
	}
	// Media level lines stay where they are.
	desc = mustParse(t, text("m=audio 4000 RTP/SAVP 0", "c=IN IP4 192.0.2.9", "a=sendrecv"))
	if got := desc.MediaDescriptions[0].ConnectionInformation; got == nil || got.Address.Address != "192.0.2.9" {
		t.Errorf("media connection: %v", got)
	}
	// Two of them are still an error.
	_, err := Parse([]byte(text("c=IN IP4 192.0.2.9")))
	checkError(t, err, ErrMalformed, "syntax error")
}

func TestParseRefusesOtherErrors(t *testing.T) {
	for _, text := range []string{
		"", "\r\n\r\n", "x=1\r\n", "v=1\r\n", text("m=audio x RTP/SAVP 0"), text("m=audio 1 RTP/EVIL\x1b[2J 0"),
		text("m=audio 1 RTP/" + strings.Repeat("E", 100_000) + " 0"),
	} {
		desc, err := Parse([]byte(text))
		checkError(t, err, ErrMalformed, "sdp: description: ")
		if desc != nil {
			t.Error("a result came with the error")
		}
		if len(err.Error()) > 300 || strings.ContainsAny(err.Error(), "\r\n\x1b") {
			t.Errorf("error of %d octets: %q", len(err.Error()), err)
		}
	}
}

func TestParseLimits(t *testing.T) {
	base := len(text("a="))
	largest := text("a=" + strings.Repeat("x", MaxDescription-base))
	if len(largest) != MaxDescription {
		t.Fatal(len(largest))
	}
	mustParse(t, largest) // one line of 256 KiB is no problem
	_, err := Parse([]byte(largest + "\n"))
	checkError(t, err, ErrTooLarge, "262145 octets")
	_, err = Parse(make([]byte, 64<<20))
	checkError(t, err, ErrTooLarge, "octets")

	const head = 5
	mustParse(t, text()+strings.Repeat("a=x\r\n", MaxLines-head))
	_, err = Parse([]byte(text() + strings.Repeat("a=x\r\n", MaxLines-head+1)))
	checkError(t, err, ErrTooLarge, "more than 4096 lines")
	_, err = Parse([]byte(text() + strings.Repeat("\n", MaxLines)))
	checkError(t, err, ErrTooLarge, "more than 4096 lines")
}

func TestMarshalRefusesInjectedLines(t *testing.T) {
	tests := map[string]func(d *pionsdp.SessionDescription, evil string){
		"origin":       func(d *pionsdp.SessionDescription, evil string) { d.Origin.Username = evil },
		"session name": func(d *pionsdp.SessionDescription, evil string) { d.SessionName = pionsdp.SessionName(evil) },
		"session information": func(d *pionsdp.SessionDescription, evil string) {
			d.SessionInformation = ptr(pionsdp.Information(evil))
		},
		"URI":            func(d *pionsdp.SessionDescription, evil string) { d.URI = &url.URL{Scheme: "x", Opaque: evil} },
		"email address":  func(d *pionsdp.SessionDescription, evil string) { d.EmailAddress = ptr(pionsdp.EmailAddress(evil)) },
		"phone number":   func(d *pionsdp.SessionDescription, evil string) { d.PhoneNumber = ptr(pionsdp.PhoneNumber(evil)) },
		"connection":     func(d *pionsdp.SessionDescription, evil string) { d.ConnectionInformation.Address.Address = evil },
		"bandwidth":      func(d *pionsdp.SessionDescription, evil string) { d.Bandwidth = []pionsdp.Bandwidth{{Type: evil}} },
		"encryption key": func(d *pionsdp.SessionDescription, evil string) { d.EncryptionKey = ptr(pionsdp.EncryptionKey(evil)) },
		"attribute 1":    func(d *pionsdp.SessionDescription, evil string) { d.Attributes[1].Value = evil },
		"attribute 0":    func(d *pionsdp.SessionDescription, evil string) { d.Attributes[0].Key = evil },
		"media 0, m= line": func(d *pionsdp.SessionDescription, evil string) {
			d.MediaDescriptions[0].MediaName.Formats = []string{evil}
		},
		"media 0, title": func(d *pionsdp.SessionDescription, evil string) {
			d.MediaDescriptions[0].MediaTitle = ptr(pionsdp.Information(evil))
		},
		"media 0, connection": func(d *pionsdp.SessionDescription, evil string) {
			d.MediaDescriptions[0].ConnectionInformation = &pionsdp.ConnectionInformation{NetworkType: evil}
		},
		"media 0, bandwidth": func(d *pionsdp.SessionDescription, evil string) {
			d.MediaDescriptions[0].Bandwidth = []pionsdp.Bandwidth{{Type: evil}}
		},
		"media 0, encryption key": func(d *pionsdp.SessionDescription, evil string) {
			d.MediaDescriptions[0].EncryptionKey = ptr(pionsdp.EncryptionKey(evil))
		},
		"media 0, attribute 0": func(d *pionsdp.SessionDescription, evil string) { d.MediaDescriptions[0].Attributes[0].Value = evil },
	}
	for where, spoil := range tests {
		for _, evil := range []string{"x\r\na=key-mgmt:mikey AQAF", "x\ny", "x\r", "\x00"} {
			t.Run(where, func(t *testing.T) {
				desc := mustParse(t, text("a=tool:x", "a=key-mgmt:mikey AQAF", "m=audio 4000 RTP/SAVP 0", "a=fmtp:0 x"))
				if _, err := Marshal(desc); err != nil {
					t.Fatal(err)
				}
				spoil(desc, evil)
				data, err := Marshal(desc)
				checkError(t, err, ErrMalformed, "sdp: description: "+where+": malformed: CR, LF or NUL inside")
				if data != nil {
					t.Error("a result came with the error")
				}
			})
		}
	}
}

func ptr[T any](v T) *T { return &v }

// What Marshal writes, Parse reads: the limits are the same.
func TestMarshalLimits(t *testing.T) {
	desc := mustParse(t, text("a=x:"+strings.Repeat("y", 1000)))
	desc.Attributes[0].Value = strings.Repeat("y", MaxDescription)
	_, err := Marshal(desc)
	checkError(t, err, ErrTooLarge, "the limit is 262144")

	desc.Attributes = make([]pionsdp.Attribute, MaxLines-5)
	for i := range desc.Attributes {
		desc.Attributes[i].Key = "x"
	}
	data, err := Marshal(desc)
	if err != nil {
		t.Fatal(err)
	}
	mustParse(t, string(data))
	desc.Attributes = append(desc.Attributes, pionsdp.NewPropertyAttribute("x"))
	_, err = Marshal(desc)
	checkError(t, err, ErrTooLarge, "4097 lines")
}
