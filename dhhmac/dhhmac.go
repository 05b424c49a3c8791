package dhhmac

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/gomikey/gomikey/mikey"
)

// New returns the mode for peers that all share one secret. The secret has any
// length above 0, but has to be hard to guess: whoever sees an exchange can try
// secrets against its MAC. The mode keeps a copy. Groups are those that this party
// accepts, no two under one number; an initiator offers the first one. None: OAKLEY 5.
func New(secret []byte, groups ...mikey.KeyAgreement) (mikey.Mode, error) {
	if len(secret) == 0 {
		return nil, usage("the pre-shared key has no octets")
	}
	secret = bytes.Clone(secret)
	return Lookup(func(_, _ mikey.ID) []byte { return secret }, groups...)
}

// Lookup is New for a party with a secret for each of its peers. lookup is called
// with the identities of a request and returns the secret, or nil if there is
// none. It is called for requests that are not authenticated yet, perhaps
// concurrently, and must not keep state. The secret is not changed.
func Lookup(lookup func(initiator, responder mikey.ID) []byte, groups ...mikey.KeyAgreement) (mikey.Mode, error) {
	if lookup == nil {
		return nil, usage("there is no function that returns secrets")
	}
	if len(groups) == 0 {
		oakley5, _ := mikey.OAKLEY5.KeyAgreement()
		groups = []mikey.KeyAgreement{oakley5}
	}
	for i, g := range groups {
		if g == nil {
			return nil, usage("group %d is nil", i+1)
		}
		for _, other := range groups[:i] {
			if g.Group() == other.Group() {
				return nil, usage("%v and %v both have number %d", other, g, uint8(g.Group()))
			}
		}
	}
	return &mode{lookup, slices.Clone(groups)}, nil
}

type mode struct {
	lookup func(initiator, responder mikey.ID) []byte
	groups []mikey.KeyAgreement
}

// maxExtensions is how many extensions the decoder of package mikey takes.
const maxExtensions = 16

// exchange is what later messages of an exchange need.
type exchange struct {
	mac       *mikey.MessageMAC
	agreement *mikey.Agreement
}

// KeyAgreements returns the groups whose values the decoder has to know.
func (m *mode) KeyAgreements() []mikey.KeyAgreement { return m.groups }

func (*mode) DataTypes() (request, response mikey.DataType) {
	return mikey.DHHMACInit, mikey.DHHMACResp
}

// CheckRequest: HDR, T, RAND, [IDi], IDr, {SP}, DHi, KEMAC. An update has no RAND,
// and perhaps no DHi (RFC 4650, Sections 3 and 3.1).
func (m *mode) CheckRequest(msg *mikey.Message) error {
	if err := m.checkGroupKnown(msg); err != nil {
		return err
	}
	err := checkPayloads(msg, mikey.TPayload, mikey.RANDPayload, mikey.IDPayload, mikey.SPPayload,
		mikey.DHPayload, mikey.GeneralExtensionPayload)
	if err != nil {
		return err
	}
	if _, n := identities(msg); n == 0 {
		return refuse(mikey.Malformed, mikey.ErrorInvalidID, "the message does not say whom it is for")
	}
	return mikey.CheckAgreement(msg)
}

func (m *mode) SealRequest(x *mikey.Exchange) ([]byte, error) {
	switch {
	case x.IDr.IsZero():
		return nil, usage("a DHHMAC message says whom it is for: set Config.Peer")
	case x.IDi.IsZero():
		return nil, usage("the answer to a DHHMAC message says whom it is for: set Config.ID")
	case x.Offer.OmitIDs:
		return nil, usage("a DHHMAC message says whom it is for: OmitIDs cannot be")
	}
	mac, err := mikey.NewMessageMAC(x, macOf(x), m.lookup(x.IDi, x.IDr))
	if err != nil {
		return nil, err
	}
	a, err := mikey.StartAgreement(x, m.groups)
	if err != nil {
		return nil, err
	}
	x.State = &exchange{mac, a}
	isList := func(e mikey.GeneralExtension) bool { return e.ExtType == mikey.ExtSDPIDs }
	if !slices.ContainsFunc(x.Offer.Extensions, isList) {
		if len(x.Offer.Extensions) >= maxExtensions {
			return nil, usage("the list of SDP IDs makes more than %d extensions", maxExtensions)
		}
		list := mikey.SDPIDs("mikey")
		x.Request.Payloads = append(x.Request.Payloads, &list)
	}
	x.Request.Payloads = append(x.Request.Payloads, a.Payloads(x)...)
	return mac.SealKEMAC(x.Request)
}

// macOf returns the MAC that the initiator chooses: in an update that does not say
// one, it goes with the PRF that stays.
func macOf(x *mikey.Exchange) mikey.MACAlg {
	switch {
	case x.Offer.Algorithms != nil:
		return x.Offer.Algorithms.MAC
	case x.PRF == mikey.PRFHMACSHA256:
		return mikey.MACHMACSHA256256
	}
	return mikey.MACHMACSHA1160
}

// OpenRequest verifies the MAC before anything that takes time (RFC 4650, Section
// 5.3).
func (m *mode) OpenRequest(x *mikey.Exchange) error {
	if err := findIdentities(x); err != nil {
		return err
	}
	k, _ := mikey.PayloadOf[*mikey.KEMAC](x.Request) // CheckRequest saw it
	mac, err := mikey.NewMessageMAC(x, k.MACAlg, m.lookup(x.IDi, x.IDr))
	if err != nil {
		return err
	}
	if err := mac.VerifyKEMAC(x.Request); err != nil {
		return err
	}
	x.Authentic = true
	e := &exchange{mac: mac}
	x.State = e // an error message needs it too
	e.agreement, err = mikey.RespondAgreement(x, m.groups)
	return err
}

// findIdentities completes x.IDi and x.IDr. IDr is in every request, so a single
// identity is IDr, where other modes take an unknown one for IDi.
func findIdentities(x *mikey.Exchange) error {
	if id, n := identities(x.Request); n == 1 {
		if own := x.Config.ID; !own.IsZero() && id != own {
			return refuse(mikey.Policy, mikey.ErrorAuthFailure, "the message is for %v, not for %v", id, own)
		}
		x.IDr = id
		if !x.Update {
			x.IDi = x.Config.Peer
		}
	}
	if x.IDi.IsZero() {
		// The answer says whom it is for, whatever the request does.
		return refuse(mikey.Policy, mikey.ErrorInvalidID, "nobody says who the message is from: set Config.Peer, if it is known")
	}
	return nil
}

// SealResponse: HDR, T, [IDr], IDi, DHr, DHi, KEMAC; no DH values in the answer to
// an update without.
func (*mode) SealResponse(x *mikey.Exchange) ([]byte, error) {
	e := x.State.(*exchange)
	x.Response.Payloads = append(x.Response.Payloads, &x.IDi)
	x.Response.Payloads = append(x.Response.Payloads, e.agreement.Payloads(x)...)
	return e.mac.SealKEMAC(x.Response)
}

func (m *mode) OpenResponse(x *mikey.Exchange) error {
	e := x.State.(*exchange)
	if err := m.checkGroupKnown(x.Response); err != nil {
		return err
	}
	err := checkPayloads(x.Response, mikey.TPayload, mikey.IDPayload, mikey.SPPayload,
		mikey.DHPayload, mikey.GeneralExtensionPayload)
	if err != nil {
		return err
	}
	if err := x.CheckEchoedID(false); err != nil {
		return err
	}
	if err := e.mac.VerifyKEMAC(x.Response); err != nil {
		return err
	}
	return e.agreement.Finish(x)
}

// SealError conveys the MAC in a KEMAC, as all DHHMAC messages do: a V payload is
// not among those that they have (RFC 4650, Sections 4.1 and 4.2).
func (*mode) SealError(x *mikey.Exchange, msg *mikey.Message) ([]byte, error) {
	return x.State.(*exchange).mac.SealKEMAC(msg)
}

// OpenError also takes a V payload, which RFC 3830, Section 5.1.2, has in error
// messages: it proves as much.
func (*mode) OpenError(x *mikey.Exchange, msg *mikey.Message) error {
	mac := x.State.(*exchange).mac
	if _, ok := mikey.PayloadOf[*mikey.Verification](msg); ok {
		return mac.OpenError(msg)
	}
	err := checkPayloads(msg, mikey.TPayload, mikey.ERRPayload, mikey.IDPayload, mikey.SPPayload,
		mikey.GeneralExtensionPayload)
	if err != nil {
		return err
	}
	return mac.VerifyKEMAC(msg)
}

// checkPayloads checks that a message has nothing but payloads of the given types
// and the KEMAC at its end, and nothing in that but the MAC (RFC 4650, Sections
// 4.1 and 4.2).
func checkPayloads(msg *mikey.Message, allowed ...mikey.PayloadType) error {
	if err := mikey.CheckPayloads(msg, mikey.KEMACPayload, allowed...); err != nil {
		return err
	}
	k, _ := mikey.PayloadOf[*mikey.KEMAC](msg)
	switch k.EncrAlg {
	case mikey.EncrNULL, 2:
		// RFC 4650, Section 4.2, numbers NULL as 2 although the registry gives
		// that to AES key wrap. Without encrypted data it does not matter. The
		// section also numbers HMAC-SHA-1 as 0 and NULL as 1: read like that, a
		// message could turn its authentication off.
	default:
		return refuse(mikey.Unsupported, mikey.ErrorInvalidEA, "%v in a message that encrypts nothing", k.EncrAlg)
	}
	if len(k.EncrData) > 0 {
		return refuse(mikey.Malformed, mikey.ErrorUnspecified, "the message has %d octets of encrypted data", len(k.EncrData))
	}
	return nil
}

// checkGroupKnown says which groups are accepted if the message has another whose
// values nobody can delimit. The other refusals come after the MAC was verified.
func (m *mode) checkGroupKnown(msg *mikey.Message) error {
	for _, p := range msg.Payloads {
		u, ok := p.(*mikey.Unknown)
		if !ok || u.PayloadType != mikey.DHPayload || len(u.Rest) < 2 {
			continue
		}
		names := make([]string, len(m.groups))
		for i, g := range m.groups {
			names[i] = g.String()
		}
		return refuse(mikey.Unsupported, mikey.ErrorInvalidDH, "%v is not among the groups accepted here: %s",
			mikey.DHGroup(u.Rest[1]), strings.Join(names, ", "))
	}
	return nil
}

// identities returns the first identity of a message, and how many there are.
func identities(msg *mikey.Message) (first mikey.ID, n int) {
	for _, p := range msg.Payloads {
		id, ok := p.(*mikey.ID)
		if !ok {
			continue
		}
		if n == 0 {
			first = *id
		}
		n++
	}
	return first, n
}

// refuse returns an error that an error message can tell the peer.
func refuse(s mikey.Stage, code mikey.ErrorCode, format string, args ...any) error {
	return &mikey.Error{Stage: s, Err: fmt.Errorf("%w: %s", code, fmt.Sprintf(format, args...))}
}

func usage(format string, args ...any) error {
	return &mikey.Error{Stage: mikey.Usage, Err: fmt.Errorf(format, args...)}
}
