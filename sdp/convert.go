package sdp

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/sdes"
)

// A gateway between MIKEY and crypto attributes usually negotiates with each side
// by itself, and decrypts and encrypts in between. What follows is for one that
// passes keys on instead: from a session of MIKEY or an attribute to a Direction,
// and from there to the other one. Neither can say all that the other can.

// A LossError says what a conversion of keys would lose. The caller can take it
// out of what is converted, if both parties can do without.
type LossError struct {
	Lost []string
}

func (e *LossError) Error() string {
	return "sdp: the conversion would lose: " + strings.Join(e.Lost, "; ")
}

// loss collects what would be lost.
type loss []string

func (l *loss) add(format string, args ...any) { *l = append(*l, fmt.Sprintf(format, args...)) }

func (l loss) err() error {
	if len(l) == 0 {
		return nil
	}
	return &LossError{l}
}

// NewDirection returns the crypto session with CS ID csID of a session, with
// copies of the keys.
func NewDirection(s *mikey.Session, csID uint8) (Direction, error) {
	policy, err := s.Policy(csID)
	if err != nil {
		return Direction{}, err
	}
	keys, err := s.MasterKeys(csID)
	if err != nil {
		return Direction{}, err
	}
	cs := s.CryptoSessions()[csID-1]
	return Direction{policy, keys, cs.SSRC, cs.ROC}, nil
}

// CryptoDirection returns what a crypto attribute says of the packets of its
// sender, with copies of the keys. A [*LossError] names the session parameters
// that a Direction cannot have, and lifetimes. Any other error is that of
// Attribute.Check, or says that a parameter does not go with the suite.
func CryptoDirection(a sdes.Attribute) (Direction, error) {
	if err := a.Check(); err != nil {
		return Direction{}, err
	}
	var lost loss
	p := &a.Params
	if p.KDR != 0 {
		lost.add("KDR=%d: MIKEY has a single key derivation", p.KDR)
	}
	if p.FECOrder == sdes.SRTPThenFEC {
		lost.add("FEC_ORDER=%v", p.FECOrder)
	}
	if len(p.FECKeys) > 0 {
		lost.add("FEC_KEY")
	}
	if p.WSH != 0 {
		lost.add("WSH=%d", p.WSH)
	}
	if len(p.Extensions) > 0 {
		lost.add("%d session parameters of extensions", len(p.Extensions))
	}
	policy, ok := cryptoPolicy(a.Suite, p)
	if !ok {
		return Direction{}, fmt.Errorf("sdp: %w: session parameters that do not go with %v", sdes.ErrInvalid, a.Suite)
	}
	d := Direction{Policy: policy}
	for i, k := range a.Keys {
		if k.Lifetime != (sdes.Lifetime{}) {
			lost.add("the lifetime %v of key %d: MIKEY counts no packets", k.Lifetime, i+1)
		}
		master := mikey.MasterKey{Key: bytes.Clone(k.Master), Salt: bytes.Clone(k.Salt)}
		if len(k.MKI) > 0 {
			master.Validity = mikey.SPI(bytes.Clone(k.MKI))
		}
		d.Keys = append(d.Keys, master)
	}
	if err := lost.err(); err != nil {
		return Direction{}, err
	}
	return d, nil
}

// cryptoPolicy returns the policy of a suite with negotiated parameters. They are
// not for suites that authenticate and encrypt in one (RFC 7714, Sections 8.2 and
// 9; RFC 5669, Section 2).
func cryptoPolicy(suite mikey.Suite, p *sdes.Params) (policy mikey.SRTPPolicy, ok bool) {
	policy = suite.SRTP()
	switch policy.EncrAlg {
	case mikey.SRTPEncrAESGCM, mikey.SRTPEncrSEEDCCM, mikey.SRTPEncrSEEDGCM:
		ok = !p.UnencryptedSRTP && !p.UnauthenticatedSRTP
	case mikey.SRTPEncrSEEDCTR:
		ok = !p.UnauthenticatedSRTP
	default:
		ok = true
	}
	policy.EncryptSRTP = !p.UnencryptedSRTP
	policy.EncryptSRTCP = !p.UnencryptedSRTCP
	if p.UnauthenticatedSRTP {
		policy.Authenticate, policy.SRTPAuthAlg, policy.SRTPTagLen = false, mikey.SRTPAuthNULL, 0
	}
	return policy, ok
}

// Crypto returns the direction as a crypto attribute, with copies of the keys. The
// SSRC has no place in one, nor needs it: receivers learn it. A [*LossError] names
// what else has none: a policy without suite name, a ROC other than 0, validity of
// keys for a range of packets, several keys without MKI, and MKIs that are 0 or
// longer than 128 octets (RFC 4568, Section 6.1).
func (d Direction) Crypto(tag uint32) (sdes.Attribute, error) {
	var lost loss
	a := sdes.Attribute{Tag: tag}
	if !d.nameSuite(&a) {
		switch p := &d.Policy; {
		case p.PrefixLen != 0:
			lost.add("the SRTP prefix of %d octets", p.PrefixLen)
		case p.SRTPAuthAlg > mikey.SRTPAuthHMACSHA1:
			lost.add("the ROC in packets (RFC 4771)")
		default:
			lost.add("the policy, which no crypto suite has (%v)", p.Suite())
		}
	}
	if d.ROC != 0 {
		lost.add("the ROC %d: crypto attributes start with 0", d.ROC)
	}
	if len(d.Keys) == 0 {
		lost.add("everything: there is no key")
	}
	if len(d.Keys) > sdes.MaxKeys {
		lost.add("%d of %d keys", len(d.Keys)-sdes.MaxKeys, len(d.Keys))
	}
	const longestMKI = 128
	for i, k := range d.Keys {
		key := sdes.Key{Master: bytes.Clone(k.Key), Salt: bytes.Clone(k.Salt)}
		switch v := &k.Validity; {
		case v.Type == mikey.KVInterval:
			lost.add("the interval for which key %d is valid", i+1)
		case v.Type != mikey.KVSPI && len(d.Keys) > 1:
			lost.add("which key is which: key %d of %d has no MKI", i+1, len(d.Keys))
		case v.Type != mikey.KVSPI:
		case len(v.SPI) > longestMKI:
			lost.add("the MKI of key %d, which has %d octets", i+1, len(v.SPI))
		case len(bytes.TrimLeft(v.SPI, "\x00")) == 0:
			lost.add("the MKI of key %d, which is 0", i+1)
		case len(v.SPI) != len(d.Keys[0].Validity.SPI):
			lost.add("the MKI of key %d, which has another length than that of key 1", i+1)
		default:
			key.MKI = bytes.Clone(v.SPI)
		}
		a.Keys = append(a.Keys, key)
	}
	if err := lost.err(); err != nil {
		return sdes.Attribute{}, err
	}
	if _, err := a.Value(); err != nil {
		return sdes.Attribute{}, err // such as a key of the wrong length, or two equal ones
	}
	return a, nil
}

// nameSuite finds the suite and the negotiated parameters that make the policy.
func (d *Direction) nameSuite(a *sdes.Attribute) bool {
	params := sdes.Params{
		UnencryptedSRTP:     !d.Policy.EncryptSRTP,
		UnencryptedSRTCP:    !d.Policy.EncryptSRTCP,
		UnauthenticatedSRTP: !d.Policy.Authenticate,
	}
	for _, suite := range sdes.Suites() {
		if p, ok := cryptoPolicy(suite, &params); ok && p == d.Policy {
			a.Suite, a.Params = suite, params
			return true
		}
	}
	return false
}

// KeyData returns the direction as a policy and keys for a mikey.Offer. The keys
// are of type TEK+SALT, which every crypto session of the offer has as they are:
// MIKEY derives nothing from them. So there is one direction in a CSB, and the
// SSRCs of its crypto sessions have to differ. A [*LossError] names several keys
// without MKI, which receivers cannot tell apart.
func (d Direction) KeyData(policy uint8) (mikey.SecurityPolicy, []mikey.KeyData, error) {
	var lost loss
	var keys []mikey.KeyData
	for i, k := range d.Keys {
		if len(d.Keys) > 1 && k.Validity.Type == mikey.KVNull {
			lost.add("which key is which: key %d of %d has no MKI", i+1, len(d.Keys))
		}
		validity := k.Validity
		validity.SPI, validity.From, validity.To = bytes.Clone(validity.SPI), bytes.Clone(validity.From), bytes.Clone(validity.To)
		keys = append(keys, mikey.KeyData{
			KeyType: mikey.TEKSalt, Key: bytes.Clone(k.Key), Salt: bytes.Clone(k.Salt), Validity: validity,
		})
	}
	if len(keys) == 0 {
		lost.add("everything: there is no key")
	}
	if err := lost.err(); err != nil {
		return mikey.SecurityPolicy{}, nil, err
	}
	return d.Policy.Policy(policy), keys, nil
}
