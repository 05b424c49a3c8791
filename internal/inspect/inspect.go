// Package inspect says what is in MIKEY messages, and in crypto attributes of
// SDP. It needs no keys, verifies nothing, and shows broken messages as far as
// they go.
//
// [Inspect] recognises the form of an input and returns a [Report], which is
// the JSON output of mikeytool inspect; [Text] writes a report for people. The
// codecs are those of packages mikey and sdes.
//
// Keys of a message with NULL encryption and those of crypto attributes, and
// parts that may hold such keys, are left out of a report unless [Options] ask
// for them.
package inspect

import (
	"errors"
	"fmt"
	"time"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdp"
)

// MaxInput is the largest input in octets. The largest message fits in each
// form, and so does the largest description.
const MaxInput = sdp.MaxDescription

// Options change what a report holds. The zero value is the default.
type Options struct {
	ShowKeys bool      // also keys and what may hold keys
	Now      time.Time // at which certificates are valid or not; zero: the time of the clock
}

// Inspect reports on the messages and the crypto attributes in an input. One that
// does not parse is
// in the report too, with an Error. An error of Inspect says that the input is
// in none of the forms.
func Inspect(input []byte, options Options) (*Report, error) {
	if len(input) > MaxInput {
		return nil, fmt.Errorf("the input has more than %d octets", MaxInput)
	}
	found, err := recognise(input)
	if err != nil {
		return nil, err
	}
	if options.Now.IsZero() {
		options.Now = time.Now()
	}
	report := &Report{Form: found.form, Messages: []*Message{}}
	report.crypto(found.crypto, options)
	if found.levels != nil {
		report.describe(found.levels, found.crypto, options)
		return report, nil
	}
	for _, f := range found.messages {
		m := newMessage(f.data, options)
		m.URI = f.uri
		for _, n := range f.notes {
			m.note(n.Code, 0, "%s", n.Message)
		}
		report.Messages = append(report.Messages, m)
	}
	return report, nil
}

// Err returns the error of the first message, or else crypto attribute, that has
// one, and an error if there is neither.
func (r *Report) Err() error {
	if len(r.Messages)+len(r.Crypto) == 0 {
		return errors.New("the description has no MIKEY message and no crypto attribute")
	}
	for i, m := range r.Messages {
		switch {
		case m.Error == nil:
		case len(r.Messages) > 1:
			return fmt.Errorf("message %d: %w", i+1, m.Error)
		default:
			return m.Error
		}
	}
	for i, c := range r.Crypto {
		switch {
		case c.Error == nil:
		case len(r.Crypto) > 1:
			return fmt.Errorf("crypto attribute %d: %w", i+1, c.Error)
		default:
			return c.Error
		}
	}
	return nil
}

// describe reports on the messages of a description, and on where its crypto
// attributes stand.
func (r *Report) describe(levels *sdp.Levels, crypto []foundCrypto, options Options) {
	r.Description = &Description{Levels: []Level{r.level(levels, sdp.SessionLevel, levels.Session, options)}}
	r.place(crypto, sdp.SessionLevel, &r.Description.Levels[0])
	for _, i := range r.Description.Levels[0].Crypto {
		r.Crypto[i].note("session_level", 0, "the attribute has no meaning at session level (RFC 4568, Section 4)")
		r.Crypto[i].sortNotes()
	}
	for i, media := range levels.Media {
		l := r.level(levels, sdp.Level(i), media.KeyMgmt, options)
		l.Profile, l.Secure = media.Profile, &media.Secure
		r.place(crypto, sdp.Level(i), &l)
		rule, err := levels.ForMedia(i)
		switch {
		case err != nil: // unreachable: i is the index of a medium
		case rule.Secure:
			ruledBy := int(rule.Level)
			l.RuledBy, l.RuledName = &ruledBy, rule.Level.String()
			switch {
			case len(l.Crypto) > 0 && rule.Level != sdp.NoLevel:
				l.note("key_mgmt_and_crypto", "there are key-mgmt and crypto attributes: only an offer has both, and an answer takes one of them (RFC 4568, Section 7.5)")
			case len(l.Crypto) == 0 && rule.Level == sdp.NoLevel:
				l.note("no_message", "the profile demands SRTP, but no message applies: the key has to come from elsewhere")
			}
		case len(media.KeyMgmt) > 0:
			l.note("insecure_profile", "key-mgmt has no effect under this profile, except for opportunistic SRTP (RFC 8643)")
		}
		l.noteCryptoProfile()
		r.Description.Levels = append(r.Description.Levels, l)
	}
}

// level adds the messages of a level to the report.
func (r *Report) level(levels *sdp.Levels, level sdp.Level, attributes []sdp.KeyMgmt, options Options) Level {
	l := Level{Level: int(level), LevelName: level.String(), KeyMgmt: []Attr{}, Notes: []LineNote{}}
	for _, km := range attributes {
		attr := Attr{Protocol: km.Protocol, Length: len(km.Data)}
		if km.Protocol == sdp.MIKEY {
			index := len(r.Messages)
			attr.Message = &index
			m := newMessage(km.Data, options)
			number := int(level)
			m.Level, m.LevelName = &number, level.String()
			m.checkIDs(levels, level)
			r.Messages = append(r.Messages, m)
		}
		l.KeyMgmt = append(l.KeyMgmt, attr)
	}
	return l
}

// place says which crypto attributes stand at a level.
func (r *Report) place(crypto []foundCrypto, level sdp.Level, l *Level) {
	for i, f := range crypto {
		if f.medium == int(level) {
			number := int(level)
			r.Crypto[i].Level, r.Crypto[i].LevelName = &number, level.String()
			l.Crypto = append(l.Crypto, i)
		}
	}
}

// noteCryptoProfile looks whether crypto attributes go with the profile.
func (l *Level) noteCryptoProfile() {
	if len(l.Crypto) == 0 || *l.Secure {
		return
	}
	switch l.Profile {
	case "RTP/AVP", "RTP/AVPF":
		l.note("crypto_insecure_profile", "crypto has no effect under this profile, except for opportunistic SRTP (RFC 8643)")
	default:
		l.note("crypto_other_profile", "crypto has no effect under this profile: it is for RTP/SAVP and RTP/SAVPF")
	}
	if len(l.KeyMgmt) > 0 {
		l.note("key_mgmt_and_crypto", "there are key-mgmt and crypto attributes: only an offer has both, and an answer takes one of them (RFC 4568, Section 7.5)")
	}
}

func (l *Level) note(code, message string) {
	l.Notes = append(l.Notes, LineNote{Code: code, Message: message})
}

// checkIDs compares the SDP IDs extension of the message with the description.
func (m *Message) checkIDs(levels *sdp.Levels, level sdp.Level) {
	if m.Header == nil {
		return
	}
	check := &SDPIDs{Listed: []string{}, Offered: levels.IDs(level)}
	var present bool
	for _, p := range m.Payloads {
		if p.Extension != nil && p.Extension.ExtType == int(mikey.ExtSDPIDs) && !present {
			present = true
			check.Listed = append(check.Listed, p.Extension.SDPIDs...)
		}
	}
	err := levels.CheckIDs(level, check.Listed, present, nil)
	switch {
	case !present:
		check.Result = IDsAbsent
		if answers(mikey.DataType(m.Header.DataType)) {
			err = nil // the list travels from the offerer to the answerer only
		}
	case err != nil:
		check.Result = IDsDiffer
	default:
		check.Result = IDsMatch
	}
	check.Acceptable = err == nil
	if err != nil {
		check.Problem = err.Error()
	}
	m.SDPIDs = check
}
