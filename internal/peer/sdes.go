package peer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
)

// sdesAttribute is a crypto attribute of SDP.
type sdesAttribute struct {
	Tag    uint32      `json:"tag"`
	Suite  string      `json:"suite"`
	Keys   []sdesKey   `json:"keys"`
	Params []sdesParam `json:"session_params"`
}

type sdesKey struct {
	Method     string       `json:"method"`
	MasterKey  hexBytes     `json:"master_key"`
	MasterSalt hexBytes     `json:"master_salt"`
	Lifetime   *string      `json:"lifetime"`
	Packets    uint64       `json:"lifetime_packets,omitempty"`
	MKI        *json.Number `json:"mki,omitempty"` // up to 1024 bits
	MKILength  int          `json:"mki_length,omitempty"`
}

type sdesParam struct {
	Name  string  `json:"name"`
	Value *string `json:"value,omitempty"`
}

func (p *Peer) sdesParse(request []byte) (any, error) {
	var in struct {
		Line *string `json:"line"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	if in.Line == nil {
		return nil, usageError("the request has no line")
	}
	attribute, err := describeSDES(*in.Line)
	if err != nil {
		return nil, err
	}
	return struct {
		Attribute *sdesAttribute `json:"attribute"`
	}{attribute}, nil
}

// describeSDES reads a line.
func describeSDES(line string) (*sdesAttribute, error) {
	a, value, err := readSDES(line)
	if err != nil {
		return nil, err
	}
	out := &sdesAttribute{Tag: a.Tag, Suite: a.SuiteName(), Params: []sdesParam{}}
	for _, k := range a.Keys {
		key := sdesKey{Method: "inline", MasterKey: k.Master, MasterSalt: k.Salt}
		if k.Lifetime != (sdes.Lifetime{}) {
			text := k.Lifetime.String()
			key.Lifetime, key.Packets = &text, k.Lifetime.Packets
		}
		out.Keys = append(out.Keys, key)
	}

	// The rest stands in the canonical text as it is wanted: MKIs in decimal,
	// and session parameters in their order.
	fields := strings.Split(value, " ")
	for i, param := range strings.Split(fields[2], ";") {
		mki := param[strings.LastIndexByte(param, '|')+1:]
		if number, _, ok := strings.Cut(mki, ":"); ok && a.Keys[i].MKI != nil {
			out.Keys[i].MKI, out.Keys[i].MKILength = (*json.Number)(&number), len(a.Keys[i].MKI)
		}
	}
	for _, field := range fields[3:] {
		name, value, hasValue := strings.Cut(field, "=")
		param := sdesParam{Name: name}
		if hasValue {
			param.Value = &value
		}
		out.Params = append(out.Params, param)
	}
	return out, nil
}

func (p *Peer) sdesFormat(request []byte) (any, error) {
	var in struct {
		Attribute *sdesAttribute `json:"attribute"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	if in.Attribute == nil {
		return nil, usageError("the request has no attribute")
	}
	line, err := in.Attribute.line()
	if err != nil {
		return nil, err
	}
	a, value, err := readSDES(line)
	if err != nil {
		return nil, err
	}
	for i, k := range in.Attribute.Keys {
		if !bytes.Equal(k.MasterKey, a.Keys[i].Master) {
			return nil, &mikey.Error{Stage: mikey.Malformed, Err: errors.New("a master key has not the length of the suite")}
		}
		if k.Packets != 0 && k.Packets != a.Keys[i].Lifetime.Packets {
			return nil, usageError("lifetime and lifetime_packets differ")
		}
	}
	return struct {
		Line string `json:"line"`
	}{"a=crypto:" + value}, nil
}

// readSDES parses a line. It returns the attribute and its canonical text.
func readSDES(line string) (*sdes.Attribute, string, error) {
	a, err := sdes.Parse(line)
	if err != nil {
		return nil, "", &mikey.Error{Stage: mikey.Malformed, Err: err}
	}
	if err := a.Check(); err != nil {
		return nil, "", &mikey.Error{Stage: mikey.Unsupported, Err: err}
	}
	value, err := a.Value()
	if err != nil {
		return nil, "", &mikey.Error{Stage: mikey.Malformed, Err: err}
	}
	return &a, value, nil
}

// line returns the attribute as text for readSDES to check. What could not be
// one field of it is refused here.
func (a *sdesAttribute) line() (string, error) {
	if len(a.Keys) == 0 {
		return "", &mikey.Error{Stage: mikey.Malformed, Err: errors.New("the attribute has no key")}
	}
	fields := []string{strconv.FormatUint(uint64(a.Tag), 10), a.Suite, ""}
	for i, k := range a.Keys {
		text, err := k.text()
		if err != nil {
			return "", err
		}
		if i > 0 {
			fields[2] += ";"
		}
		fields[2] += text
	}
	for _, p := range a.Params {
		text := p.Name
		if p.Value != nil {
			text += "=" + *p.Value
		}
		if strings.Contains(p.Name, "=") {
			return "", usageError("the name of a session parameter has a =")
		}
		fields = append(fields, text)
	}
	if slices.ContainsFunc(fields, func(f string) bool { return f == "" || strings.ContainsAny(f, " \t") }) {
		return "", usageError("a field of the attribute is empty or has a blank")
	}
	return strings.Join(fields, " "), nil
}

func (k *sdesKey) text() (string, error) {
	method := k.Method
	if method == "" {
		method = "inline"
	}
	text := method + ":" + base64.StdEncoding.EncodeToString(slices.Concat(k.MasterKey, k.MasterSalt))
	switch {
	case k.Lifetime != nil:
		text += "|" + *k.Lifetime
	case k.Packets != 0:
		text += "|" + strconv.FormatUint(k.Packets, 10)
	}
	if (k.MKI == nil) != (k.MKILength == 0) {
		return "", usageError("mki and mki_length need each other")
	}
	if k.MKI != nil {
		text += "|" + k.MKI.String() + ":" + strconv.Itoa(k.MKILength)
	}
	if strings.Contains(text, ";") {
		return "", usageError("a key has a semicolon")
	}
	return text, nil
}
