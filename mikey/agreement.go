package mikey

import (
	"bytes"
	"io"
)

// An Agreement is the Diffie-Hellman part of an exchange: what the modes with DH
// payloads have in common. It is for those who write a Mode.
type Agreement struct {
	group  KeyAgreement
	own    *DH // DHi at the initiator, DHr at the responder; nil in an update without new key
	finish func(responder []byte) ([]byte, error)
}

// CheckAgreement checks that a request has one DH payload; an update may have
// none (RFC 3830, Section 4.5).
func CheckAgreement(request *Message) error {
	n := len(dhValues(request))
	_, first := PayloadOf[*Rand](request)
	if n > 1 || first && n == 0 {
		return refuseWith(Malformed, ErrorUnspecified, "the message has %d DH payloads", n)
	}
	return nil
}

func dhValues(m *Message) []*DH {
	var all []*DH
	for _, p := range m.Payloads {
		if d, ok := p.(*DH); ok {
			all = append(all, d)
		}
	}
	return all
}

// StartAgreement makes DHi of the offer of x, in the first of groups. An update
// without Keys has none.
func StartAgreement(x *Exchange, groups []KeyAgreement) (*Agreement, error) {
	var validity KeyValidity
	switch keys := x.Offer.Keys; {
	case len(keys) == 0 && x.Update:
		return new(Agreement), nil
	case len(keys) == 1 && keys[0].Key == nil && keys[0].Salt == nil && keys[0].KeyType == TGK:
		validity = keys[0].Validity
	case len(keys) > 0:
		return nil, refuse(Usage, "the parties agree on one TGK: give one KeyData with its validity and without a key")
	}
	group := groups[0]
	value, finish, err := group.Initiate(x.Config.Rand)
	if err != nil {
		return nil, refuse(Usage, "%v: %w", group, err)
	}
	return &Agreement{group, &DH{Group: group.Group(), Value: value, Validity: validity}, finish}, nil
}

// RespondAgreement makes DHr for the authenticated request of x, and sets x.Keys
// to the TGK. It fails with ErrorInvalidDH for a group that is not among groups,
// and for a value that is none of the group.
func RespondAgreement(x *Exchange, groups []KeyAgreement) (*Agreement, error) {
	group, err := findGroup(groups, x.Request)
	if group == nil || err != nil {
		return new(Agreement), err
	}
	dhi := dhValues(x.Request)[0]
	source := &randomness{Reader: x.Config.Rand}
	value, tgk, err := group.Respond(source, dhi.Value)
	if source.err != nil {
		return nil, refuse(Usage, "no random octets: %w", source.err)
	}
	if err != nil {
		return nil, refuseWith(Malformed, ErrorInvalidDH, "%v: %w", group, err)
	}
	x.Keys = []KeyData{{KeyType: TGK, Key: tgk, Validity: dhi.Validity}}
	// The validity of the key is the initiator's.
	return &Agreement{group: group, own: &DH{Group: dhi.Group, Value: value, Validity: dhi.Validity}}, nil
}

// randomness tells a source that fails from a value that is refused.
type randomness struct {
	io.Reader
	err error
}

func (r *randomness) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if err != nil {
		r.err = err
	}
	return n, err
}

// findGroup returns the group of the DH payload of a request, nil if it has none.
func findGroup(groups []KeyAgreement, request *Message) (KeyAgreement, error) {
	values := dhValues(request)
	if len(values) == 0 {
		return nil, nil
	}
	names := ""
	for _, g := range groups {
		if g.Group() == values[0].Group {
			return g, nil
		}
		names += " " + g.String()
	}
	return nil, refuseWith(Unsupported, ErrorInvalidDH, "%v is not among the groups accepted here:%s", values[0].Group, names)
}

// Payloads returns the DH payloads of the message to send: DHi of a request, DHr
// and DHi of a response, none in an update without new key (RFC 3830, Section
// 4.5).
func (a *Agreement) Payloads(x *Exchange) []Payload {
	switch {
	case a.own == nil:
		return nil
	case x.Response == nil:
		return []Payload{a.own}
	}
	return []Payload{a.own, dhValues(x.Request)[0]}
}

// Finish checks the DH payloads of the authenticated response of x, and sets
// x.Keys to the TGK.
func (a *Agreement) Finish(x *Exchange) error {
	values := dhValues(x.Response)
	if a.own == nil {
		if len(values) > 0 {
			return refuse(Malformed, "the answer has DH payloads that nobody asked for")
		}
		return nil
	}
	if len(values) != 2 {
		return refuse(Malformed, "the answer has %d DH payloads, not DHr and DHi", len(values))
	}
	dhr, dhi := values[0], values[1]
	if dhi.Group != a.own.Group || !bytes.Equal(dhi.Value, a.own.Value) || !dhi.Validity.equal(a.own.Validity) {
		return refuse(AuthFailure, "the answer does not return DHi as it was sent")
	}
	if dhr.Group != a.own.Group {
		return refuseWith(Unsupported, ErrorInvalidDH, "the answer is in %v, not in %v", dhr.Group, a.group)
	}
	validity, err := agreeValidity(a.own.Validity, dhr.Validity)
	if err != nil {
		return err
	}
	tgk, err := a.finish(dhr.Value)
	if err != nil {
		return refuseWith(Malformed, ErrorInvalidDH, "%v: %w", a.group, err)
	}
	x.Keys = []KeyData{{KeyType: TGK, Key: tgk, Validity: validity}}
	return nil
}

// agreeValidity returns the validity of a key of which both parties say one. No
// text says which one counts: one that is not Null does, and two must be the
// same.
func agreeValidity(a, b KeyValidity) (KeyValidity, error) {
	switch {
	case b.Type == KVNull:
		return a, nil
	case a.Type == KVNull:
		return b, nil
	case a.equal(b):
		return a, nil
	}
	return KeyValidity{}, refuse(Malformed, "DHr is valid for %v, DHi for %v", b, a)
}

// CheckEchoedID checks that a Diffie-Hellman response is for this initiator: its
// last ID is IDi (RFC 3830, Section 3.3; RFC 4650, Section 3).
func (x *Exchange) CheckEchoedID(allowMissing bool) error {
	ids := idsOf(x.Response)
	if len(ids) == 0 {
		if allowMissing || x.IDi.IsZero() {
			return nil
		}
		return refuse(Malformed, "the answer has no IDi")
	}
	if last := *ids[len(ids)-1]; !x.IDi.IsZero() && last != x.IDi {
		return refuseWith(Policy, ErrorAuthFailure, "the answer is for %v, not for %v", last, x.IDi)
	}
	return nil
}
