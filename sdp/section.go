package sdp

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gomikey/gomikey/sdes"
	pionsdp "github.com/pion/sdp/v3"
)

// cryptoName is the name of the attribute of RFC 4568.
const cryptoName = "crypto"

// A transport is a kind of profile.
type transport uint8

const (
	otherTransport transport = iota // not RTP, or with its own key management
	plainRTP                        // RTP/AVP and RTP/AVPF
	secureRTP                       // RTP/SAVP and RTP/SAVPF
)

func transportOf(profile string) transport {
	switch profile {
	case "RTP/SAVP", "RTP/SAVPF":
		return secureRTP
	case "RTP/AVP", "RTP/AVPF":
		return plainRTP
	}
	if isSecure(profile) {
		return secureRTP
	}
	secured, plain := strings.CutSuffix(profile, "AVPF")
	if !plain {
		secured, plain = strings.CutSuffix(profile, "AVP")
	}
	if plain && isSecure(secured+"SAVP") {
		return plainRTP
	}
	return otherTransport
}

// A section is what an m= line and the lines below it say about security.
type section struct {
	media, profile string
	transport      transport
	port           int
	rejected       bool   // port 0, and not because it waits for its bundle
	address        string // where its party receives
	crypto         []string
	keyLine        bool // k=

	// tag is the m= line whose transport, and crypto attributes, are those of
	// this one in a bundle; otherwise it is the m= line itself.
	tag int
}

// readSections reads the m= lines of a description.
func readSections(desc *pionsdp.SessionDescription) ([]section, error) {
	if desc == nil {
		return nil, errNoDescription
	}
	if n := len(desc.MediaDescriptions); n > MaxMedia {
		return nil, &DescriptionError{Err: tooLarge("%d m= lines, the limit is %d", n, MaxMedia)}
	}
	sections := make([]section, len(desc.MediaDescriptions))
	for i, media := range desc.MediaDescriptions {
		if media == nil {
			return nil, errNoMedia
		}
		s := &sections[i]
		s.media = media.MediaName.Media
		s.profile = profileOf(media)
		s.transport = transportOf(s.profile)
		s.port = media.MediaName.Port.Value
		s.keyLine = media.EncryptionKey != nil || desc.EncryptionKey != nil
		s.tag = i
		connection := media.ConnectionInformation
		if connection == nil {
			connection = desc.ConnectionInformation
		}
		if connection != nil && connection.Address != nil {
			s.address = joinHostPort(connection.Address.Address, s.port)
		}
		bundleOnly := false
		for _, a := range media.Attributes {
			switch a.Key {
			case cryptoName:
				// One more than a medium may have is enough to refuse it.
				if s.crypto == nil {
					s.crypto = make([]string, 0, 4)
				}
				if len(s.crypto) <= sdes.MaxAttributes {
					s.crypto = append(s.crypto, a.Value)
				}
			case "bundle-only":
				bundleOnly = true
			}
		}
		// Port 0 has no other meaning with bundle-only (RFC 8843, Section 6).
		s.rejected = s.port == 0 && !bundleOnly
	}
	readBundles(desc, sections)
	return sections, nil
}

// joinHostPort is net.JoinHostPort with less memory.
func joinHostPort(host string, port int) string {
	buf := make([]byte, 0, 64)
	if strings.Contains(host, ":") {
		buf = append(append(append(buf, '['), host...), ']')
	} else {
		buf = append(buf, host...)
	}
	return string(strconv.AppendInt(append(buf, ':'), int64(port), 10))
}

// profileOf joins the transport of an m= line, without memory for the usual ones.
func profileOf(media *pionsdp.MediaDescription) string {
	protos := media.MediaName.Protos
	if len(protos) == 2 && protos[0] == "RTP" {
		switch protos[1] {
		case "SAVP":
			return "RTP/SAVP"
		case "SAVPF":
			return "RTP/SAVPF"
		case "AVP":
			return "RTP/AVP"
		case "AVPF":
			return "RTP/AVPF"
		}
	}
	return strings.Join(protos, "/")
}

// readBundles finds the tag of each section: the first m= line of its bundle that
// has an address (RFC 8843, Section 7).
func readBundles(desc *pionsdp.SessionDescription, sections []section) {
	var byID map[string]int
	for _, a := range desc.Attributes {
		list, bundle := strings.CutPrefix(a.Value, "BUNDLE ")
		if a.Key != "group" || !bundle {
			continue
		}
		if byID == nil {
			byID = make(map[string]int)
			for i, media := range desc.MediaDescriptions {
				if id, ok := media.Attribute("mid"); ok {
					byID[id] = i
				}
			}
		}
		tag := -1
		for id := range strings.FieldsSeq(list) {
			i, ok := byID[id]
			if !ok || sections[i].rejected {
				continue
			}
			if tag < 0 && sections[i].port != 0 {
				tag = i
			}
			if tag >= 0 {
				sections[i].tag = tag
			}
		}
	}
}

// medium returns the section for package sdes. before is the address of the last
// agreement.
func (s *section) medium(before string) sdes.Medium {
	return sdes.Medium{Profile: s.profile, Address: s.at(before), OtherKeying: s.keyLine, Crypto: s.crypto}
}

// at returns the address. Hold in the old way, with 0.0.0.0 (RFC 3264, Section
// 8.4), moves nothing, so the address is then that of before.
func (s *section) at(before string) string {
	if before != "" && strings.HasPrefix(s.address, "0.0.0.0:") {
		return before
	}
	return s.address
}

// bare returns a copy of a description without keying attributes and k= lines,
// which can be changed without changing the original.
func bare(desc *pionsdp.SessionDescription) *pionsdp.SessionDescription {
	out := *desc
	out.EncryptionKey = nil
	out.Attributes = withoutKeying(desc.Attributes)
	out.MediaDescriptions = make([]*pionsdp.MediaDescription, len(desc.MediaDescriptions))
	media := make([]pionsdp.MediaDescription, len(desc.MediaDescriptions))
	for i := range media {
		media[i] = *desc.MediaDescriptions[i]
		media[i].EncryptionKey = nil
		media[i].Attributes = withoutKeying(media[i].Attributes)
		out.MediaDescriptions[i] = &media[i]
	}
	return &out
}

func withoutKeying(attributes []pionsdp.Attribute) []pionsdp.Attribute {
	keying := func(a pionsdp.Attribute) bool { return a.Key == attributeName || a.Key == cryptoName }
	kept := make([]pionsdp.Attribute, 0, len(attributes)+4)
	for _, a := range attributes {
		if !keying(a) {
			kept = append(kept, a)
		}
	}
	return kept
}

// attach puts a MIKEY message into a description at a level.
func attach(desc *pionsdp.SessionDescription, level Level, message []byte) error {
	km := KeyMgmt{Protocol: MIKEY, Data: message}
	if level == SessionLevel {
		return AddSession(desc, km)
	}
	return AddMedia(desc.MediaDescriptions[level], km)
}

// attachCrypto puts crypto attributes into a medium.
func attachCrypto(desc *pionsdp.SessionDescription, i int, values []string) {
	media := desc.MediaDescriptions[i]
	for _, value := range values {
		media.Attributes = append(media.Attributes, pionsdp.NewAttribute(cryptoName, value))
	}
}

// A group is the media that are keyed together: by one MIKEY message, or each by
// crypto attributes.
type group struct {
	level Level
	media []int // in the order of the description, rejected ones too
}

// live reports whether a medium of the group is to be secured.
func (g *group) live(wanted []bool) bool {
	return slices.ContainsFunc(g.media, func(i int) bool { return wanted[i] })
}
