package main

import (
	"fmt"
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
)

// rtsp is the family of RTSP headers.
func rtsp() *vectors.File {
	b := newFile("vectors_v1.json", "rtsp", "Key management messages in RTSP headers: KeyMgmt (RFC 4567, Sections 3.2 and 4.2) and Transport (RFC 7826, Section 18.54 and Appendix C.1.4.1). Headers are not folded.")
	b.note("Spacing", "PARSING", "The examples of RFC 4567 have blanks behind the semicolons, its grammar has none (P-28).")
	b.note("Case", "PARSING", "RFC 4567 writes KeyMgmt and keymgmt; header names have no case (P-28). Whether names of parameters have one is not said.")
	b.note("Order", "PARSING", "The grammar of RFC 4567 ends before the data, so the order of the parameters is that of examples (P-28).")
	b.note("Bare", "PARSING", "Values without quotes, or with quotes where examples have none (P-28).")
	b.note("EmptyURI", "PARSING", `uri="" is the same as no uri (P-56).`)
	b.note("NoPadding", "PARSING", "Base64 without its padding (P-61).")
	b.note("PadBits", "PARSING", "The unused bits of the last character of base64 are not zero (P-61; RFC 7826, Section 18.54).")
	b.note("Injection", "PARSING", "A line end inside of a value would add a header.")

	// spec is what the reply has of a specification.
	spec := func(protocol, uri, message string) obj {
		o := obj{"protocol": protocol, "uri": nil, "message": message}
		if uri != "" {
			o["uri"] = uri
		}
		return o
	}
	header := func(text string, specs ...obj) []*vectors.Call {
		all := list{}
		for _, s := range specs {
			all = append(all, s)
		}
		return []*vectors.Call{accept("rtsp-extract", obj{"header": text}, obj{"specs": all})}
	}
	const movie = "rtsp://movie.example.com/action"
	answer := rfc4567Answer

	b.startGroup("RTSP", "the examples of RFC 4567", vectors.Requires{}, nil)
	b.group.Source = vectors.Source{Name: "RFC 4567", Section: "5.3 and 5.4", Note: "the messages that are cut off there are that of Section 5.1"}
	for _, v := range []struct{ comment, uri string }{
		{"RFC 4567, Section 5.3", movie}, {"RFC 4567, Section 5.4, audio", movie + "/audio"}, {"RFC 4567, Section 5.4, video", movie + "/video"},
	} {
		b.add(v.comment, header(`keymgmt: prot=mikey; uri="`+v.uri+`"; data="`+answer+`"`, spec("mikey", v.uri, answer)), "Spacing", "P-28", "R-4567-039", "R-4567-040")
	}
	b.add("RFC 4567, Section 5.4, without the URI, which could be excluded", header(`keymgmt: prot=mikey; data="`+answer+`"`, spec("mikey", "", answer)), "Spacing", "P-28", "R-4567-039", "R-4567-040")

	b.startGroup("RTSP", "the form of the grammar", vectors.Requires{}, nil)
	strict := `KeyMgmt:prot=mikey;uri="` + movie + `";data="` + answer + `"`
	b.add("no blanks", header(strict, spec("mikey", movie, answer)), "R-4567-039")
	b.add("a space behind the colon", header(strings.Replace(strict, ":", ": ", 1), spec("mikey", movie, answer)), "R-4567-039")
	b.add("no URI", header(`KeyMgmt: prot=mikey;data="`+answer+`"`, spec("mikey", "", answer)), "R-4567-039", "R-4567-040")
	b.add("two specifications", header(`KeyMgmt: prot=mikey;uri="`+movie+`/audio";data="AQAF",prot=mikey;uri="`+movie+`/video";data="AQAG"`,
		spec("mikey", movie+"/audio", "AQAF"), spec("mikey", movie+"/video", "AQAG")), "R-4567-039")
	b.add("three specifications of several protocols", header(`KeyMgmt: prot=keyp1;data="AAEC",prot=mikey;uri="`+movie+`";data="AQAF",prot=keyp2;data="AwQF"`,
		spec("keyp1", "", "AAEC"), spec("mikey", movie, "AQAF"), spec("keyp2", "", "AwQF")), "R-4567-039")
	for _, uri := range []string{
		"rtsp://example.com/a,b", "rtsp://example.com/a;b=c", "rtsp://example.com/a;data=x,prot=y", "rtsp://[2001:db8::1]:554/x", "rtsps://example.com:322/x?y=z&w",
		"rtsp://user@example.com/%20%22", "/audio", "*",
	} {
		b.add("URI "+uri, header(`KeyMgmt: prot=mikey;uri="`+uri+`";data="AQAF"`, spec("mikey", uri, "AQAF")), "R-4567-039", "R-4567-040")
	}
	for _, id := range []string{"MIKEY", "Mikey", "keyp1", "0"} {
		b.add("identifier "+id+", which is not mikey", header(`KeyMgmt: prot=`+id+`;data="AQAF"`, spec(id, "", "AQAF")), "R-4567-039", "R-4567-002")
	}
	for _, n := range []int{1, 2, 3, 4, 100, 1000} {
		message := b64(count(n, 1))
		b.add(fmt.Sprintf("message of %d octets", n), header(`KeyMgmt: prot=mikey;data="`+message+`"`, spec("mikey", "", message)), "R-4567-039", "R-4567-003")
	}

	b.startGroup("RTSP", "what deployed devices write", vectors.Requires{}, nil)
	want := spec("mikey", movie, answer)
	tolerated := func(comment, text string, want obj, about ...string) {
		acceptable(b.add(comment, header(text, want), about...))
	}
	for _, name := range []string{"keymgmt", "KEYMGMT", "Keymgmt", "keyMgmt"} {
		b.add("header name "+name, header(strings.Replace(strict, "KeyMgmt", name, 1), want), "Case", "P-28", "R-4567-039")
	}
	tolerated("names of parameters in upper case", `KeyMgmt: PROT=mikey;URI="`+movie+`";DATA="`+answer+`"`, want, "Case", "P-28")
	tolerated("names of parameters in mixed case", `KeyMgmt: Prot=mikey;Uri="`+movie+`";Data="`+answer+`"`, want, "Case", "P-28")
	tolerated("a space behind each semicolon", `KeyMgmt: prot=mikey; uri="`+movie+`"; data="`+answer+`"`, want, "Spacing", "P-28")
	tolerated("blanks on both sides of everything", "KeyMgmt:  prot = mikey ; uri = \""+movie+"\" ;\tdata\t=\t\""+answer+"\" ", want, "Spacing", "P-28")
	tolerated("a space before the colon", strings.Replace(strict, ":", " :", 1), want, "Spacing", "P-28")
	for _, order := range []string{"prot data uri", "uri prot data", "uri data prot", "data prot uri", "data uri prot"} {
		var parts []string
		for _, name := range strings.Fields(order) {
			parts = append(parts, map[string]string{"prot": "prot=mikey", "uri": `uri="` + movie + `"`, "data": `data="` + answer + `"`}[name])
		}
		tolerated("order "+order, "KeyMgmt: "+strings.Join(parts, ";"), want, "Order", "P-28")
	}
	tolerated("a semicolon at the end", strict+";", want, "Order", "P-28")
	tolerated("a semicolon and a space at the end", strict+"; ", want, "Order", "P-28")
	tolerated("data without quotes", `KeyMgmt: prot=mikey;uri="`+movie+`";data=`+answer, want, "Bare", "P-28")
	tolerated("data without quotes before the URI", `KeyMgmt: prot=mikey;data=`+answer+`;uri="`+movie+`"`, want, "Bare", "Order", "P-28")
	tolerated("identifier in quotes", `KeyMgmt: prot="mikey";uri="`+movie+`";data="`+answer+`"`, want, "Bare", "P-28")
	tolerated("an empty URI", `KeyMgmt: prot=mikey;uri="";data="`+answer+`"`, spec("mikey", "", answer), "EmptyURI", "P-56")
	tolerated("an empty URI, blanks and a semicolon at the end", `KeyMgmt: prot=mikey; uri=""; data="`+answer+`";`, spec("mikey", "", answer), "EmptyURI", "Spacing", "P-28", "P-56")
	acceptable(b.add("a space behind the comma", header(`KeyMgmt: prot=mikey;data="AQAF", prot=mikey;data="AQAG"`, spec("mikey", "", "AQAF"), spec("mikey", "", "AQAG")), "Spacing", "P-28"))
	for _, n := range []int{1, 2} {
		message := b64(count(n, 1))
		tolerated(fmt.Sprintf("message of %d octets without padding", n), `KeyMgmt: prot=mikey;data="`+strings.TrimRight(message, "=")+`"`, spec("mikey", "", message), "NoPadding", "P-61")
	}

	b.startGroup("RTSP", "KeyMgmt headers that say nothing", vectors.Requires{}, nil)
	for _, v := range []struct {
		comment, text string
		about         []string
	}{
		{"no value", "KeyMgmt:", nil},
		{"a blank value", "KeyMgmt:  ", nil},
		{"another header", strings.Replace(strict, "KeyMgmt", "Key-Mgmt", 1), nil},
		{"the name of the SDP attribute", "a=key-mgmt:mikey " + answer, nil},
		{"no colon", strings.Replace(strict, ":", " ", 1)[:30], nil},
		{"the form of the SDP attribute", "KeyMgmt: mikey " + answer, nil},
		{"no data", `KeyMgmt: prot=mikey;uri="` + movie + `"`, nil},
		{"identifier alone", "KeyMgmt: prot=mikey", nil},
		{"no identifier", `KeyMgmt: uri="` + movie + `";data="` + answer + `"`, nil},
		{"data alone", `KeyMgmt: data="` + answer + `"`, nil},
		{"an empty identifier", `KeyMgmt: prot=;data="` + answer + `"`, nil},
		{"identifier with a hyphen", `KeyMgmt: prot=mi-key;data="` + answer + `"`, nil},
		{"identifier with a space", `KeyMgmt: prot=mi key;data="` + answer + `"`, nil},
		{"empty data", `KeyMgmt: prot=mikey;data=""`, nil},
		{"data without a value", `KeyMgmt: prot=mikey;data`, nil},
		{"two identifiers", `KeyMgmt: prot=mikey;prot=keyp1;data="AQAF"`, nil},
		{"data twice", `KeyMgmt: prot=mikey;data="AQAF";data="AQAG"`, nil},
		{"URI twice", `KeyMgmt: prot=mikey;uri="` + movie + `";uri="` + movie + `/audio";data="AQAF"`, []string{"R-4567-040"}},
		{"no semicolons", `KeyMgmt: prot=mikey uri="` + movie + `" data="AQAF"`, nil},
		{"commas instead of semicolons", `KeyMgmt: prot=mikey,uri="` + movie + `",data="AQAF"`, nil},
		{"no quote behind the data", `KeyMgmt: prot=mikey;data="AQAF`, nil},
		{"no quote before the data", `KeyMgmt: prot=mikey;data=AQAF"`, nil},
		{"no quote behind the URI", `KeyMgmt: prot=mikey;uri="` + movie + `;data="AQAF"`, nil},
		{"single quotes", `KeyMgmt: prot=mikey;data='AQAF'`, nil},
		{"a quote inside of the data", `KeyMgmt: prot=mikey;data="AQ"AF"`, nil},
		{"the first specification bad", `KeyMgmt: prot=mikey;data="A",prot=mikey;data="AQAF"`, nil},
		{"the second specification bad", `KeyMgmt: prot=mikey;data="AQAF",prot=mikey;data="A"`, nil},
		{"the second specification without identifier", `KeyMgmt: prot=mikey;data="AQAF",data="AQAG"`, nil},
		{"no comma between specifications", `KeyMgmt: prot=mikey;data="AQAF" prot=mikey;data="AQAG"`, nil},
		{"a space inside of the data", `KeyMgmt: prot=mikey;data="AQ AF"`, []string{"R-4567-003", "P-61"}},
		{"alphabet of URLs", `KeyMgmt: prot=mikey;data="AQ-_"`, []string{"R-4567-003"}},
		{"one character too many", `KeyMgmt: prot=mikey;data="AQAFA"`, []string{"R-4567-003"}},
		{"padding in the middle", `KeyMgmt: prot=mikey;data="AQ==AQAF"`, []string{"R-4567-003"}},
		{"three characters of padding", `KeyMgmt: prot=mikey;data="A==="`, []string{"R-4567-003"}},
		{"pad bits after one octet", `KeyMgmt: prot=mikey;data="AR=="`, []string{"R-4567-003", "PadBits", "P-61"}},
		{"pad bits after two octets", `KeyMgmt: prot=mikey;data="AQF="`, []string{"R-4567-003", "PadBits", "P-61"}},
		{"the message of Section 5.3 as it is cut off there", `keymgmt: prot=mikey; uri="` + movie + `"; data="AQEFgM0XflABAAAAAAAAAAAAAAYAyONQ6g..."`, []string{"R-4567-003"}},
		{"a space inside of the URI", `KeyMgmt: prot=mikey;uri="rtsp://example.com/a b";data="AQAF"`, []string{"R-4567-040"}},
		{"a line end inside of the URI", "KeyMgmt: prot=mikey;uri=\"rtsp://example.com/\r\nSession: 1\";data=\"AQAF\"", []string{"R-4567-040", "Injection"}},
		{"a line end inside of the data", "KeyMgmt: prot=mikey;data=\"AQ\r\nAF\"", []string{"R-4567-003", "Injection"}},
		{"another header behind it", strict + "\r\nSession: 1", []string{"Injection"}},
	} {
		b.add("KeyMgmt: "+v.comment, []*vectors.Call{refuse("rtsp-extract", obj{"header": v.text}, "malformed", -1)}, append(v.about, "R-4567-039")...)
	}

	rtspTransport(b)
	return b.file
}

// rtspTransport has the MIKEY parameter of RTSP 2.0.
func rtspTransport(b *builder) {
	with := func(transport, message string) obj {
		if message == "" {
			return obj{"transport": transport, "protocol": nil, "uri": nil, "message": nil}
		}
		return obj{"transport": transport, "protocol": "mikey", "uri": nil, "message": message}
	}
	transport := func(text string, specs ...obj) []*vectors.Call {
		all := list{}
		for _, s := range specs {
			all = append(all, s)
		}
		return []*vectors.Call{accept("rtsp-extract", obj{"transport": text}, obj{"specs": all})}
	}

	b.startGroup("RTSP", "the example of RFC 7826; the answer for the second stream is left out, which has a quote too few", vectors.Requires{}, nil)
	b.group.Source = vectors.Source{Name: "RFC 7826", Section: "A.3"}
	for _, v := range []struct{ comment, before, message string }{
		{"first request", `RTP/SAVP;unicast;dest_addr=":8000"/":8001"; MIKEY=`, "VGhpcyBpcyB0aGUgZmlyc3Qgc3RyZWFtcyBNSUtFWSBtZXNzYWdl"},
		{"second request", `RTP/SAVP;unicast;dest_addr=":8002"/":8003"; MIKEY=`, "TUlLRVkgZm9yIHN0cmVhbSB0d2lzdGVyLjNncC90cmFja0lEPTQ="},
		{"first response", `RTP/SAVP;unicast; dest_addr="192.0.2.53:8000"/"192.0.2.53:8001"; src_addr="198.51.100.5:9000"/"198.51.100.5:9001"; ssrc=93CB001E; MIKEY=`, "TUlLRVkgUmVzcG9uc2UgdHdpc3Rlci4zZ3AvdHJhY2tJRD0x"},
	} {
		b.add("RFC 7826, "+v.comment, transport(v.before+v.message, with("RTP/SAVP", v.message)), "R-7826-005")
	}

	b.startGroup("RTSP", "one message for each specification that has one", vectors.Requires{}, nil)
	add := func(comment string, calls []*vectors.Call) { b.add("Transport: "+comment, calls, "R-7826-005") }
	add("no MIKEY", transport("RTP/SAVP;unicast", with("RTP/SAVP", "")))
	add("transport alone", transport("RTP/AVP", with("RTP/AVP", "")))
	add("MIKEY alone", transport("RTP/SAVP;MIKEY=AQAF", with("RTP/SAVP", "AQAF")))
	add("MIKEY first", transport("RTP/SAVP;MIKEY=AQAF;unicast", with("RTP/SAVP", "AQAF")))
	add("SAVPF over TCP", transport("RTP/SAVPF/TCP;unicast;interleaved=0-1;MIKEY=AQAF", with("RTP/SAVPF/TCP", "AQAF")))
	add("two specifications", transport(`RTP/SAVPF;unicast;MIKEY=AQAF,RTP/SAVP;unicast;MIKEY=AQAG`, with("RTP/SAVPF", "AQAF"), with("RTP/SAVP", "AQAG")))
	add("SRTP, and RTP as the second choice", transport(`RTP/SAVP;unicast;MIKEY=AQAF, RTP/AVP;unicast`, with("RTP/SAVP", "AQAF"), with("RTP/AVP", "")))
	add("RTP, and SRTP as the second choice", transport(`RTP/AVP;unicast , RTP/SAVP/UDP;MIKEY=AQAF`, with("RTP/AVP", ""), with("RTP/SAVP/UDP", "AQAF")))
	add("blanks around separators", transport("RTP/SAVP ; unicast ; MIKEY = AQAF ; ttl = 1", with("RTP/SAVP", "AQAF")))
	add("name of the parameter in lower case", transport("RTP/SAVP;mikey=AQAF", with("RTP/SAVP", "AQAF")))
	add("separators inside of quotes", transport(`RTP/SAVP;mode="PLAY,X;MIKEY=AQAG";MIKEY=AQAF`, with("RTP/SAVP", "AQAF")))
	add("parameters with names that begin or end like it", transport("RTP/SAVP;MIKEYX=AQAG;XMIKEY=AQAH;MIKEY=AQAF", with("RTP/SAVP", "AQAF")))
	for _, n := range []int{1, 2, 3, 500} {
		message := b64(count(n, 0xf0))
		add(fmt.Sprintf("message of %d octets", n), transport("RTP/SAVP;unicast;MIKEY="+message, with("RTP/SAVP", message)))
	}

	b.startGroup("RTSP", "Transport headers", vectors.Requires{}, nil)
	for _, v := range []struct {
		comment, text string
		about         []string
	}{
		{"no value", "", nil},
		{"no transport", ";MIKEY=AQAF", nil},
		{"MIKEY without a value", "RTP/SAVP;MIKEY", nil},
		{"an empty message", "RTP/SAVP;MIKEY=", nil},
		{"message in quotes", `RTP/SAVP;MIKEY="AQAF"`, nil},
		{"two messages", "RTP/SAVP;MIKEY=AQAF;MIKEY=AQAG", nil},
		{"a space inside of the message", "RTP/SAVP;MIKEY=AQ AF", nil},
		{"alphabet of URLs", "RTP/SAVP;MIKEY=AQ-_", nil},
		{"one character too many", "RTP/SAVP;MIKEY=AQAFA", nil},
		{"padding in the middle", "RTP/SAVP;MIKEY=AQ==AQAF", nil},
		{"pad bits after one octet", "RTP/SAVP;MIKEY=AR==", []string{"PadBits", "P-61"}},
		{"pad bits after two octets", "RTP/SAVP;MIKEY=AQF=", []string{"PadBits", "P-61"}},
		{"the second specification bad", "RTP/SAVP;MIKEY=AQAF,RTP/SAVPF;MIKEY=A", nil},
		{"a quote too few", `RTP/SAVP;dest_addr=":8000;MIKEY=AQAF`, nil},
		{"another header behind it", "RTP/SAVP;MIKEY=AQAF\r\nSession: 1", []string{"Injection"}},
		{"the form of KeyMgmt in it", `RTP/SAVP;MIKEY=prot=mikey;data="AQAF"`, nil},
	} {
		b.add("Transport: "+v.comment, []*vectors.Call{refuse("rtsp-extract", obj{"transport": v.text}, "malformed", -1)}, append(v.about, "R-7826-005")...)
	}
}
