package main

import (
	"fmt"
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
)

// The messages of RFC 4567, Section 5.1, without the line breaks of the page.
const (
	rfc4567Request = "AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGEEoo2pee4hp2UaDX8ZE22YwKAAAPZG9uYWxkQGR1Y2suY29tAQAAAAAAAQAk0JKp" +
		"gaVkDaawi9whVBtBt0KZ14ymNuu62+Nv3ozPLygwK/GbAV9iemnGUIZ19fWQUOSrzKTAv9zV"
	rfc4567Answer = "AQEFgM0XflABAAAAAAAAAAAAAAYAyONQ6gAAAAAJAAAQbWlja2V5QG1vdXNlLmNvbQABn8HdGE5BMDXFIuGEga+62AgY5cc="
)

// lines is a description with CRLF behind each line.
func lines(all ...string) string { return strings.Join(all, "\r\n") + "\r\n" }

// A keyMgmt is what an attribute holds.
type keyMgmt struct{ protocol, message string }

func keyMgmts(all ...keyMgmt) list {
	out := list{}
	for _, k := range all {
		out = append(out, obj{"protocol": k.protocol, "message": k.message})
	}
	return out
}

// extract is the call that finds the attributes of the session and of each medium.
func extract(sdp string, session list, media ...list) *vectors.Call {
	all := list{}
	for _, m := range media {
		all = append(all, m)
	}
	return accept("sdp-extract", obj{"sdp": sdp}, obj{"session": session, "media": all})
}

// sdp is the family of the key-mgmt attribute.
func sdp() *vectors.File {
	b := newFile("vectors_v1.json", "sdp", "The key-mgmt attribute of SDP: RFC 4567, Section 3.1. Messages are octets here, whatever they hold.")
	b.note("ConnectionAfterTime", "PARSING", "The examples of RFC 4567 have c= behind t=; RFC 8866, Section 5, has it in front.")
	b.note("NoPadding", "PARSING", "Base64 without its padding, which some senders drop (P-61).")
	b.note("LineEnds", "PARSING", "Parsers should take lines that end with LF alone (RFC 8866, Section 5).")
	b.note("AttributeName", "UNCLEAR_TEXT", "The attribute is key-mgmt, with this case. RFC 4568, Section 7.5, calls it keymgt (P-29). Others are ignored, as all unknown attributes are.")
	b.note("PadBits", "PARSING", "The unused bits of the last character of base64 are not zero (P-61).")
	b.note("WhiteSpace", "PARSING", "Section 3.1 has one optional space behind the colon, one between identifier and data, and none elsewhere.")

	head := []string{"v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"}
	// session has attributes between the head and one audio line.
	session := func(attributes ...string) string {
		return lines(append(append(append([]string{}, head...), attributes...), "m=audio 49000 RTP/SAVP 98", "a=rtpmap:98 AMR/8000")...)
	}
	none := list{}
	mikey := keyMgmts(keyMgmt{"mikey", rfc4567Request})

	b.startGroup("SDP", "the examples of RFC 4567", vectors.Requires{}, nil)
	b.group.Source = vectors.Source{Name: "RFC 4567", Section: "5.1 to 5.4", Note: "the messages that are cut off there are those of Section 5.1; lines are not folded"}
	alice := []string{"v=0", "o=alice 2891092738 2891092738 IN IP4 w-land.example.com", "s=Cool stuff", "e=alice@w-land.example.com", "t=0 0", "c=IN IP4 w-land.example.com"}
	bob := []string{"v=0", "o=bob 2891092897 2891092897 IN IP4 foo.example.com", "s=Cool stuff", "e=bob@foo.example.com", "t=0 0", "c=IN IP4 foo.example.com"}
	movie := []string{"v=0", "o=actionmovie 2891092738 2891092738 IN IP4 movie.example.com", "s=Action Movie", "e=action@movie.example.com", "t=0 0", "c=IN IP4 movie.example.com"}
	example := func(comment string, head []string, rest []string, session list, media ...list) {
		acceptable(b.add(comment+", as it is printed", []*vectors.Call{extract(lines(append(append([]string{}, head...), rest...)...), session, media...)},
			"ConnectionAfterTime", "R-4567-001", "R-4567-003"))
		ordered := append(append([]string{}, head[:4]...), head[5], head[4])
		b.add(comment+", with c= before t=", []*vectors.Call{extract(lines(append(ordered, rest...)...), session, media...)}, "R-4567-001", "R-4567-003")
	}
	attribute := "a=key-mgmt:mikey " + rfc4567Request
	audio, video := []string{"m=audio 49000 RTP/SAVP 98", "a=rtpmap:98 AMR/8000"}, []string{"m=video 52230 RTP/SAVP 31", "a=rtpmap:31 H261/90000"}
	join := func(parts ...[]string) []string {
		var all []string
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	example("RFC 4567, Section 5.1, offer", alice, join([]string{attribute}, audio, video), mikey, none, none)
	example("RFC 4567, Section 5.1, answer", bob, join([]string{"a=key-mgmt:mikey " + rfc4567Answer}, []string{"m=audio 49030 RTP/SAVP 98", "a=rtpmap:98 AMR/8000"}, video),
		keyMgmts(keyMgmt{"mikey", rfc4567Answer}), none, none)
	example("RFC 4567, Section 5.2", alice, join(audio, []string{attribute}, []string{"m=video 52230 RTP/AVP 31", "a=rtpmap:31 H261/90000"}), none, mikey, none)
	example("RFC 4567, Section 5.3", movie, []string{"a=control:rtsp://movie.example.com/action", attribute, "m=audio 0 RTP/SAVP 98", "a=rtpmap:98 AMR/8000",
		"a=control:rtsp://movie.example.com/action/audio", "m=video 0 RTP/SAVP 31", "a=rtpmap:31 H261/90000", "a=control:rtsp://movie.example.com/action/video"}, mikey, none, none)
	example("RFC 4567, Section 5.4", movie, []string{"a=control:rtsp://movie.example.com/action", "m=audio 0 RTP/SAVP 98", "a=rtpmap:98 AMR/8000", attribute,
		"a=control:rtsp://movie.example.com/action/audio", "m=video 0 RTP/SAVP 31", "a=rtpmap:31 H261/90000", "a=key-mgmt:mikey " + rfc4567Answer,
		"a=control:rtsp://movie.example.com/action/video"}, none, mikey, keyMgmts(keyMgmt{"mikey", rfc4567Answer}))

	b.startGroup("SDP", "levels, protocols and their order", vectors.Requires{}, nil)
	add := func(comment string, call *vectors.Call, about ...string) {
		b.add(comment, []*vectors.Call{call}, about...)
	}
	add("no attribute", extract(session(), none, none), "R-4567-001")
	add("session level", extract(session(attribute), mikey, none), "R-4567-001", "R-4567-004")
	add("media level", extract(session()+attribute+"\r\n", none, mikey), "R-4567-001", "R-4567-004")
	add("both levels", extract(session("a=key-mgmt:mikey AQAF")+attribute+"\r\n", keyMgmts(keyMgmt{"mikey", "AQAF"}), mikey), "R-4567-004")
	add("no media", extract(lines(append(append([]string{}, head...), attribute)...), mikey), "R-4567-001")
	add("second of three media", extract(lines(join(head, []string{"m=audio 1 RTP/SAVP 0", "m=video 2 RTP/SAVP 31", attribute, "m=text 3 RTP/SAVP 98"})...), none, none, mikey, none), "R-4567-004")
	add("each of three media", extract(lines(join(head, []string{"m=audio 1 RTP/SAVP 0", "a=key-mgmt:mikey AQAF", "m=video 2 RTP/SAVPF 31", "a=key-mgmt:mikey AQAG", "m=text 3 RTP/SAVP 98", "a=key-mgmt:mikey AQAH"})...),
		none, keyMgmts(keyMgmt{"mikey", "AQAF"}), keyMgmts(keyMgmt{"mikey", "AQAG"}), keyMgmts(keyMgmt{"mikey", "AQAH"})), "R-4567-004")
	add("several protocols, in the order of preference", extract(session("a=key-mgmt:keyp1 AAEC", attribute, "a=key-mgmt:keyp2 AwQF"),
		keyMgmts(keyMgmt{"keyp1", "AAEC"}, keyMgmt{"mikey", rfc4567Request}, keyMgmt{"keyp2", "AwQF"}), none), "R-4567-015", "R-4567-023")
	add("several protocols in the reverse order", extract(session("a=key-mgmt:keyp2 AwQF", attribute, "a=key-mgmt:keyp1 AAEC"),
		keyMgmts(keyMgmt{"keyp2", "AwQF"}, keyMgmt{"mikey", rfc4567Request}, keyMgmt{"keyp1", "AAEC"}), none), "R-4567-015", "R-4567-023")
	add("other attributes between them", extract(session("a=tool:x", attribute, "a=sendrecv", "a=key-mgmt:keyp1 AAEC", "a=crypto:1 X inline:Y"),
		keyMgmts(keyMgmt{"mikey", rfc4567Request}, keyMgmt{"keyp1", "AAEC"}), none), "R-4567-015")
	for _, profile := range []string{"RTP/AVP", "RTP/AVPF", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/RTP/SAVP"} {
		add("medium with "+profile, extract(lines(join(head, []string{"m=audio 1 " + profile + " 0", attribute})...), none, mikey), "R-4567-001")
	}
	add("medium with port 0", extract(lines(join(head, []string{"m=audio 0 RTP/SAVP 0", attribute})...), none, mikey), "R-4567-001")
	add("c= at media level", extract(lines("v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "t=0 0", attribute, "m=audio 1 RTP/SAVP 0", "c=IN IP4 192.0.2.1", attribute), mikey, mikey), "R-4567-001")

	b.startGroup("SDP", "protocol identifiers", vectors.Requires{}, nil)
	for _, id := range []string{"MIKEY", "Mikey", "mikeyx", "mike", "m", "0", "9a", "A1B2C3"} {
		add("identifier "+id+", which is not mikey", extract(session("a=key-mgmt:"+id+" AQAF"), keyMgmts(keyMgmt{id, "AQAF"}), none), "R-4567-002")
	}

	b.startGroup("SDP", "spacing, line ends and the name of the attribute", vectors.Requires{}, nil)
	add("a space behind the colon", extract(session("a=key-mgmt: mikey "+rfc4567Request), mikey, none), "R-4567-001", "WhiteSpace")
	add("a space behind the colon, at media level", extract(session()+"a=key-mgmt: mikey "+rfc4567Request+"\r\n", none, mikey), "R-4567-001", "WhiteSpace")
	acceptable(b.add("lines that end with LF", []*vectors.Call{extract(strings.ReplaceAll(session(attribute), "\r", ""), mikey, none)}, "LineEnds", "R-4567-003"))
	acceptable(b.add("CRLF and LF in turn", []*vectors.Call{extract(strings.Replace(session(attribute), "\r", "", 3), mikey, none)}, "LineEnds", "R-4567-003"))
	acceptable(b.add("no line end behind the last line", []*vectors.Call{extract(strings.TrimSuffix(session()+attribute+"\r\n", "\r\n"), none, mikey)}, "LineEnds", "R-4567-003"))
	for _, name := range []string{"keymgt", "keymgmt", "KEY-MGMT", "Key-Mgmt", "key-mgmt2", "x-key-mgmt", "key_mgmt"} {
		add("attribute "+name, extract(session("a="+name+":mikey AQAF", attribute), mikey, none), "AttributeName", "P-29", "R-4567-001")
	}

	b.startGroup("SDP", "messages of every length", vectors.Requires{}, nil)
	for _, n := range []int{1, 2, 3, 4, 5, 6, 16, 100, 255, 256, 3000} {
		message := b64(count(n, 1))
		add(fmt.Sprintf("message of %d octets", n), extract(session("a=key-mgmt:mikey "+message), keyMgmts(keyMgmt{"mikey", message}), none), "R-4567-003")
		if strings.HasSuffix(message, "=") {
			acceptable(b.add(fmt.Sprintf("message of %d octets without padding", n),
				[]*vectors.Call{extract(session("a=key-mgmt:mikey "+strings.TrimRight(message, "=")), keyMgmts(keyMgmt{"mikey", message}), none)}, "NoPadding", "P-61"))
		}
	}
	all := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	add("every character of base64", extract(session("a=key-mgmt:mikey "+all), keyMgmts(keyMgmt{"mikey", all}), none), "R-4567-003")

	b.startGroup("SDP", "attributes that do not follow their grammar", vectors.Requires{}, nil)
	bad := func(comment, description string, about ...string) {
		b.add(comment, []*vectors.Call{refuse("sdp-extract", obj{"sdp": description}, "malformed", -1)}, about...)
	}
	for _, v := range []struct {
		comment, value string
		about          []string
	}{
		{"nothing behind the colon", "", []string{"R-4567-001"}},
		{"identifier alone", "mikey", []string{"R-4567-001"}},
		{"identifier and a space", "mikey ", []string{"R-4567-001"}},
		{"data alone", rfc4567Request, []string{"R-4567-001"}},
		{"a space and data", " " + rfc4567Request, []string{"R-4567-001"}},
		{"two spaces behind the colon", "  mikey AQAF", []string{"R-4567-001", "WhiteSpace"}},
		{"a tab behind the colon", "\tmikey AQAF", []string{"R-4567-001", "WhiteSpace"}},
		{"two spaces before the data", "mikey  AQAF", []string{"R-4567-001", "WhiteSpace"}},
		{"a tab before the data", "mikey\tAQAF", []string{"R-4567-001", "WhiteSpace"}},
		{"a space behind the data", "mikey AQAF ", []string{"R-4567-001", "WhiteSpace"}},
		{"a space inside of the data", "mikey AQ AF", []string{"R-4567-003", "WhiteSpace", "P-61"}},
		{"a tab inside of the data", "mikey AQ\tAF", []string{"R-4567-003", "WhiteSpace", "P-61"}},
		{"a parameter behind the data", "mikey AQAF x=1", []string{"R-4567-001"}},
		{"identifier with a hyphen", "mi-key AQAF", []string{"R-4567-001", "R-4567-002"}},
		{"identifier with an underscore", "mi_key AQAF", []string{"R-4567-001", "R-4567-002"}},
		{"identifier with a dot", "mikey.1 AQAF", []string{"R-4567-001", "R-4567-002"}},
		{"identifier with a letter outside of ASCII", "mïkey AQAF", []string{"R-4567-001", "R-4567-002"}},
		{"a list of identifiers", "mikey;keyp1 AQAF", []string{"R-4567-001"}},
		{"identifier in quotes", `"mikey" AQAF`, []string{"R-4567-001"}},
		{"colon instead of the space", "mikey:AQAF", []string{"R-4567-001"}},
		{"the form of the RTSP header", `prot=mikey;data="AQAF"`, []string{"R-4567-001"}},
		{"data in quotes", `mikey "AQAF"`, []string{"R-4567-003"}},
		{"data in hexadecimal with a prefix", "mikey 0x010005 ", []string{"R-4567-003"}},
		{"alphabet of URLs, minus", "mikey AQA-", []string{"R-4567-003"}},
		{"alphabet of URLs, underscore", "mikey AQA_", []string{"R-4567-003"}},
		{"an exclamation mark", "mikey AQA!", []string{"R-4567-003"}},
		{"a letter outside of ASCII", "mikey AQAé", []string{"R-4567-003"}},
		{"one character", "mikey A", []string{"R-4567-003"}},
		{"one character too many", "mikey AQAFA", []string{"R-4567-003"}},
		{"padding alone", "mikey ====", []string{"R-4567-003"}},
		{"padding in front", "mikey =AQA", []string{"R-4567-003"}},
		{"padding in the middle", "mikey AQ==AQAF", []string{"R-4567-003"}},
		{"three characters of padding", "mikey A===", []string{"R-4567-003"}},
		{"padding that nothing needs", "mikey AQAF====", []string{"R-4567-003"}},
		{"pad bits after one octet", "mikey AR==", []string{"PadBits", "P-61", "R-4567-003"}},
		{"pad bits after two octets", "mikey AQF=", []string{"PadBits", "P-61", "R-4567-003"}},
		{"pad bits without padding", "mikey AR", []string{"PadBits", "P-61", "R-4567-003"}},
		{"the message of Section 5.2 as it is cut off there", "mikey AQAFgM0XflABAAAAAAAAAAAAAAsAy...", []string{"R-4567-003"}},
	} {
		bad(v.comment, session("a=key-mgmt:"+v.value), v.about...)
	}
	bad("the attribute without a colon", session("a=key-mgmt"), "R-4567-001")

	b.startGroup("SDP", "one bad attribute among good ones", vectors.Requires{}, nil)
	bad("bad at session level, good at media level", session("a=key-mgmt:mikey A")+attribute+"\r\n", "R-4567-014")
	bad("good at session level, bad at media level", session(attribute)+"a=key-mgmt:mikey A\r\n", "R-4567-014")
	bad("bad behind a good one", session(attribute, "a=key-mgmt:keyp1 !"), "R-4567-014")
	bad("bad before a good one", session("a=key-mgmt:keyp1 !", attribute), "R-4567-014")
	bad("bad in the last of three media", lines(join(head, []string{"m=audio 1 RTP/SAVP 0", attribute, "m=video 2 RTP/SAVP 31", attribute, "m=text 3 RTP/SAVP 98", "a=key-mgmt:mikey"})...), "R-4567-014")
	bad("bad in a medium with port 0", lines(join(head, []string{"m=audio 0 RTP/SAVP 0", "a=key-mgmt:mikey A"})...), "R-4567-014")

	b.startGroup("SDP", "descriptions", vectors.Requires{}, nil)
	bad("an empty description", "", "R-4567-001")
	bad("the attribute without a description", attribute+"\r\n", "R-4567-001")
	bad("data folded over two lines", session("a=key-mgmt:mikey "+rfc4567Request[:70], "   "+rfc4567Request[70:]), "R-4567-003")
	bad("data folded over two lines without a blank", session("a=key-mgmt:mikey "+rfc4567Request[:70], rfc4567Request[70:]), "R-4567-003")
	bad("CR inside of the data", session("a=key-mgmt:mikey AQ\rAF"), "R-4567-003")
	bad("NUL inside of the data", session("a=key-mgmt:mikey AQ\x00AF"), "R-4567-003")
	return b.file
}
