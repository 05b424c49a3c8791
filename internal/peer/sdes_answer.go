package peer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
)

// sdesPolicy is what a party of a negotiation allows.
type sdesPolicy struct {
	Suites []string `json:"suites"`
	Accept []string `json:"accept"`
}

func (p *sdesPolicy) config() (*sdes.Config, error) {
	c := new(sdes.Config)
	for _, name := range p.Suites {
		suite, err := mikey.SuiteByName(name)
		if err != nil {
			return nil, &mikey.Error{Stage: mikey.Unsupported, Err: err}
		}
		c.Suites = append(c.Suites, suite)
	}
	accept := map[string]*bool{
		"KDR":                  &c.AcceptKDR,
		"UNENCRYPTED_SRTP":     &c.AcceptUnencryptedSRTP,
		"UNENCRYPTED_SRTCP":    &c.AcceptUnencryptedSRTCP,
		"UNAUTHENTICATED_SRTP": &c.AcceptUnauthenticatedSRTP,
		"FEC_ORDER":            &c.AcceptSRTPThenFEC,
	}
	for _, name := range p.Accept {
		if accept[name] == nil {
			return nil, usageError("%q is not what can be accepted", name)
		}
		*accept[name] = true
	}
	return c, nil
}

// sdesAnswer accepts an attribute of an offer.
func (p *Peer) sdesAnswer(request []byte) (any, error) {
	var in struct {
		sdesPolicy
		Offer  []string    `json:"offer"`
		Params []sdesParam `json:"session_params"`
		Fixed  *struct {
			MasterKey  hexBytes `json:"master_key"`
			MasterSalt hexBytes `json:"master_salt"`
		} `json:"fixed"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	if in.Offer == nil {
		return nil, usageError("the request has no offer")
	}
	config, err := in.config()
	if err != nil {
		return nil, err
	}
	if len(in.Params) > 0 {
		own, err := ownParams(in.Params)
		if err != nil {
			return nil, err
		}
		config.Params = *own
	}
	if in.Fixed != nil {
		// The only octets that an answer takes are those of its key.
		config.Rand = bytes.NewReader(slices.Concat(in.Fixed.MasterKey, in.Fixed.MasterSalt))
	}

	theirs, err := sdes.Choose(sdes.Medium{Crypto: in.Offer}, config)
	if err != nil {
		return nil, chooseError(err)
	}
	answer, _, err := sdes.Answer(sdes.Medium{Crypto: in.Offer}, sdes.Medium{}, config)
	if err != nil {
		return nil, usageError("%w", err) // the key
	}
	line := "a=crypto:" + answer.Crypto[0]
	return sdesAgreement(&theirs, line)
}

// ownParams reads session parameters of an own attribute.
func ownParams(params []sdesParam) (*sdes.Params, error) {
	any30 := make([]byte, 30)
	text, err := (&sdesAttribute{
		Tag: 1, Suite: mikey.AES_CM_128_HMAC_SHA1_80.String(), Params: params,
		Keys: []sdesKey{{MasterKey: any30[:16], MasterSalt: any30[16:]}},
	}).line()
	if err != nil {
		return nil, err
	}
	a, _, err := readSDES(text)
	if err != nil {
		return nil, usageError("session_params: %w", err)
	}
	return &a.Params, nil
}

// chooseError is of the reason that comes closest to acceptance.
func chooseError(err error) error {
	stage := mikey.Malformed
	switch {
	case errors.Is(err, sdes.ErrPolicy):
		stage = mikey.Policy
	case errors.Is(err, sdes.ErrUnsupported):
		stage = mikey.Unsupported
	}
	return &mikey.Error{Stage: stage, Err: err}
}

// sdesComplete applies the answer to an offer.
func (p *Peer) sdesComplete(request []byte) (any, error) {
	var in struct {
		sdesPolicy
		Offer  []string `json:"offer"`
		Answer lines    `json:"answer"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	if in.Offer == nil || in.Answer == nil {
		return nil, usageError("the request has no offer, or no answer")
	}
	config, err := in.config()
	if err != nil {
		return nil, err
	}
	offer, attributes, err := remakeOffer(in.Offer, config)
	if err != nil {
		return nil, err
	}
	if len(in.Answer) != 1 {
		return nil, &mikey.Error{Stage: mikey.Malformed, Err: fmt.Errorf("there are %d attributes, not one", len(in.Answer))}
	}
	if _, _, err := readSDES(in.Answer[0]); err != nil {
		return nil, err
	}
	session, err := offer.ApplyAnswer(sdes.Medium{Crypto: in.Answer})
	if err != nil {
		return nil, &mikey.Error{Stage: mikey.Policy, Err: err}
	}
	for i := range attributes {
		if attributes[i].Tag == session.Tag {
			line, err := attributes[i].Line()
			if err != nil {
				return nil, err // unreachable: it was read
			}
			theirs, err := sdes.Parse(in.Answer[0])
			if err != nil {
				return nil, err // unreachable
			}
			return sdesAgreement(&theirs, line)
		}
	}
	return nil, errors.New("the session has a tag that was not offered") // unreachable
}

// lines are several, or one that stands by itself.
type lines []string

func (l *lines) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*l = lines{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(l))
}

// remakeOffer returns the offer that package sdes makes with the keys of lines.
// It makes offers with tags from 1 on, and the session parameters of one line on
// all of them.
func remakeOffer(offered []string, config *sdes.Config) (*sdes.Offer, []sdes.Attribute, error) {
	var attributes []sdes.Attribute
	var keys []byte
	c := *config
	c.Suites = nil
	for _, line := range offered {
		a, _, err := readSDES(line)
		if err != nil {
			return nil, nil, usageError("offer: %w", err)
		}
		attributes = append(attributes, *a)
		c.Suites = append(c.Suites, a.Suite)
		c.Params = a.Params
		c.Keys = len(a.Keys)
		for _, k := range a.Keys {
			keys = append(append(keys, k.Master...), k.Salt...)
			c.Lifetime, c.MKILength = k.Lifetime, len(k.MKI)
		}
	}
	c.Rand = bytes.NewReader(keys)
	offer, err := sdes.MakeOffer(sdes.Medium{}, &c)
	if err != nil {
		return nil, nil, usageError("offer: %w", err)
	}
	for i, made := range offer.Medium().Crypto {
		text, err := attributes[i].Value()
		if err != nil || made != text {
			return nil, nil, &mikey.Error{Stage: mikey.Unsupported, Err: errors.New("attribute " + strconv.Itoa(i+1) + " is not what this implementation offers")}
		}
	}
	return offer, attributes, nil
}

// sdesAgreement is what a party does with an attribute of the other one and the
// line of its own.
func sdesAgreement(theirs *sdes.Attribute, own string) (any, error) {
	line, err := theirs.Line()
	if err != nil {
		return nil, err // unreachable: it was read
	}
	var reply struct {
		Line    string         `json:"line"`
		Receive *sdesAttribute `json:"receive"`
		Send    *sdesAttribute `json:"send"`
	}
	reply.Line = own
	if reply.Receive, err = describeSDES(line); err != nil {
		return nil, err
	}
	reply.Send, err = describeSDES(own)
	return &reply, err
}
