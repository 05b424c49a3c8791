package mikey

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"log/slog"
	"slices"
)

// A Session is the result of an exchange: the crypto sessions of a CSB with
// their policies and keys. It does not change; an update of the CSB makes a new
// Session. It is safe for concurrent use, but for Close.
type Session struct {
	bundle  *bundle
	bundles *Bundles

	self, peer ID
	peerChain  []*x509.Certificate
	authentic  bool   // by MIKEY, not by the transport
	envelope   []byte // to be cached

	sessions []CryptoSession
	srtp     []SRTPPolicy // of each crypto session
	policies []SecurityPolicy
	keys     []KeyData
	master   []MasterKey // of each crypto session, each key
}

// A MasterKey is an SRTP master key with its master salt (RFC 3711, Section
// 3.2.1).
type MasterKey struct {
	Key      []byte // 16, 24 or 32 octets
	Salt     []byte // 14 octets, or 12 with an AEAD cipher
	Validity KeyValidity
}

// String leaves key and salt out.
func (k MasterKey) String() string {
	return fmt.Sprintf("MasterKey{%d octets, %v}", len(k.Key), k.Validity)
}

// GoString is String.
func (k MasterKey) GoString() string { return k.String() }

// LogValue is String.
func (k MasterKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// String leaves the keys out.
func (s *Session) String() string {
	return fmt.Sprintf("Session{CSB %08x with %v, %d crypto sessions}", s.CSBID(), s.peer, len(s.sessions))
}

// GoString is String.
func (s *Session) GoString() string { return s.String() }

// CSBID returns the number of the crypto session bundle.
func (s *Session) CSBID() uint32 { return s.bundle.key.csbID }

// Initiator reports whether this party started the CSB.
func (s *Session) Initiator() bool { return s.bundle.key.initiator }

// Peer returns the identity of the other party, the zero ID if it has none.
func (s *Session) Peer() ID { return s.peer }

// PeerCertificates returns the verified certificates of the other party, the one
// that signs first, nil in modes without certificates.
func (s *Session) PeerCertificates() []*x509.Certificate { return slices.Clone(s.peerChain) }

// peerCertificate returns the certificate that the peer signs with, nil if it has
// none.
func (s *Session) peerCertificate() *x509.Certificate {
	if len(s.peerChain) == 0 {
		return nil
	}
	return s.peerChain[0]
}

// CachesEnvelopeKey reports whether the parties keep an envelope key: updates are
// then pre-shared key messages under it.
func (s *Session) CachesEnvelopeKey() bool { return s.bundles.envelopeOf(s.bundle) != nil }

// Authenticated reports whether MIKEY authenticated the keys. They are as
// trustworthy as the transport otherwise: see InsecureTransportProtected.
func (s *Session) Authenticated() bool { return s.authentic }

// CryptoSessions returns the crypto sessions. Entry i has CS ID i+1. SSRC 0
// stands for a stream whose SSRC nobody has said; its first packet tells.
func (s *Session) CryptoSessions() []CryptoSession {
	return append([]CryptoSession(nil), s.sessions...)
}

// Policy returns the SRTP policy of the crypto session with CS ID csID.
func (s *Session) Policy(csID uint8) (SRTPPolicy, error) {
	if err := s.check(csID); err != nil {
		return SRTPPolicy{}, err
	}
	return s.srtp[csID-1], nil
}

// MasterKeys returns the master keys of the crypto session with CS ID csID, one
// for each key of the exchange and in its order.
func (s *Session) MasterKeys(csID uint8) ([]MasterKey, error) {
	if err := s.check(csID); err != nil {
		return nil, err
	}
	n := len(s.keys)
	keys := make([]MasterKey, n)
	for i, k := range s.master[int(csID-1)*n : int(csID)*n] {
		keys[i] = MasterKey{
			Key:      append([]byte(nil), k.Key...),
			Salt:     append([]byte(nil), k.Salt...),
			Validity: k.Validity.clone(),
		}
	}
	return keys, nil
}

func (s *Session) check(csID uint8) error {
	if csID == 0 || int(csID) > len(s.sessions) {
		return refuse(Usage, "no crypto session %d: the CSB has %d, counted from 1", csID, len(s.sessions))
	}
	if len(s.master) == 0 && len(s.keys) > 0 {
		return refuse(State, "the session was closed")
	}
	return nil
}

// Close forgets the session and wipes its keys. If no update has replaced it,
// the CSB is over. Copies that MasterKeys returned, or that the garbage
// collector moved, are not reached.
func (s *Session) Close() {
	s.bundles.close(s)
	for i := range s.master {
		clear(s.master[i].Key)
		clear(s.master[i].Salt)
	}
	wipeKeys(s.keys)
	s.master = nil
}

func wipeKeys(keys []KeyData) {
	for i := range keys {
		clear(keys[i].Key)
		clear(keys[i].Salt)
	}
}

func (v KeyValidity) clone() KeyValidity {
	v.SPI = append([]byte(nil), v.SPI...)
	v.From = append([]byte(nil), v.From...)
	v.To = append([]byte(nil), v.To...)
	return v
}

func (k KeyData) clone() KeyData {
	k.Key = append([]byte(nil), k.Key...)
	k.Salt = append([]byte(nil), k.Salt...)
	k.Validity = k.Validity.clone()
	return k
}

// A draft is a session that is put together and checked before anything is
// committed. Both parties make theirs from the same parts.
type draft struct {
	cfg      *Config
	before   *Session // what an update changes, or nil
	lenient  bool     // habits of peers that rely on the transport are allowed
	sessions []CryptoSession
	policies []SecurityPolicy
	srtp     []SRTPPolicy
}

// newDraft checks the crypto sessions of a request and resolves their policies.
// In an update, no crypto sessions mean those of before, and policies add to
// those of before, or replace the one of the same number.
func newDraft(cfg *Config, before *Session, lenient bool, sessions []CryptoSession, policies []SecurityPolicy) (*draft, error) {
	d := &draft{cfg: cfg, before: before, lenient: lenient}
	for i := range policies {
		for j := range policies[:i] {
			if policies[i].Number == policies[j].Number {
				return nil, refuseWith(Malformed, ErrorUnspecified, "two policies have the number %d", policies[i].Number)
			}
		}
	}
	d.sessions, d.policies = sessions, policies
	if before != nil {
		if len(sessions) == 0 {
			d.sessions = before.sessions
		}
		d.policies = mergePolicies(before.policies, policies)
	}
	if lenient && len(d.policies) == 0 {
		d.policies = []SecurityPolicy{{Protocol: ProtocolSRTP}}
	}

	parsed := make([]SRTPPolicy, len(d.policies))
	for i := range d.policies {
		p, err := d.policies[i].SRTP()
		if err != nil {
			return nil, err
		}
		if !cfg.accepts(p) {
			return nil, refuseWith(Policy, ErrorInvalidSPar, "policy %d (%v) is not among the suites allowed here", d.policies[i].Number, p.Suite())
		}
		parsed[i] = p
	}
	d.srtp = make([]SRTPPolicy, len(d.sessions))
	for i, cs := range d.sessions {
		n, ok := d.policyIndex(cs.Policy)
		if !ok {
			return nil, refuseWith(Malformed, ErrorInvalidSPar, "crypto session %d names policy %d, which the message does not have", i+1, cs.Policy)
		}
		d.srtp[i] = parsed[n]
	}
	return d, nil
}

func (d *draft) policyIndex(number uint8) (int, bool) {
	for i := range d.policies {
		if d.policies[i].Number == number {
			return i, true
		}
	}
	// Peers that rely on the transport do not match the numbers.
	return 0, d.lenient && len(d.policies) == 1
}

func mergePolicies(before, now []SecurityPolicy) []SecurityPolicy {
	merged := append([]SecurityPolicy(nil), now...)
	for i := range before {
		replaced := false
		for j := range now {
			replaced = replaced || now[j].Number == before[i].Number
		}
		if !replaced {
			merged = append(merged, before[i])
		}
	}
	return merged
}

// finish derives the keys and returns the session, which is in no table yet.
// The session keeps nothing of x.
func (d *draft) finish(x *Exchange, b *bundle) (*Session, error) {
	keys, err := d.checkKeys(x)
	if err != nil {
		return nil, err
	}
	s := &Session{
		bundle:    b,
		bundles:   x.Config.Bundles,
		sessions:  append([]CryptoSession(nil), d.sessions...),
		srtp:      d.srtp,
		policies:  d.policies,
		keys:      make([]KeyData, len(keys)),
		master:    make([]MasterKey, len(d.sessions)*len(keys)),
		self:      x.IDi,
		peer:      x.IDr,
		peerChain: x.PeerCertificates,
		authentic: x.Request.authenticated(),
	}
	if len(x.Keys) == 0 {
		s.authentic = s.authentic && d.before.authentic
	}
	if d.before != nil && s.peerChain == nil {
		s.peerChain = d.before.peerChain
	}
	if x.Cache != NoCache {
		s.envelope = bytes.Clone(x.EnvelopeKey)
	}
	if !b.key.initiator {
		s.self, s.peer = x.IDr, x.IDi
	}
	size := 0
	for cs := range d.srtp {
		size += int(d.srtp[cs].EncrKeyLen) + int(d.srtp[cs].SaltLen)
	}
	octets := make([]byte, size*len(keys)) // of all master keys and salts
	for i := range keys {
		s.keys[i] = keys[i].clone()
		var err error
		if octets, err = s.deriveMaster(d, i, octets); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// deriveMaster sets the master keys that key i gives each crypto session (RFC
// 3830, Section 4.1.3 and Appendix A.1). It takes their memory from octets and
// returns the rest.
func (s *Session) deriveMaster(d *draft, i int, octets []byte) ([]byte, error) {
	k := &s.keys[i]
	var tgk *deriver
	if k.KeyType <= TGKSalt {
		var ok bool
		if tgk, ok = newDeriver(s.bundle.prf, d.cfg.Libmikey.PRF, k.Key, s.bundle.key.csbID, s.bundle.rand); !ok {
			return nil, refuseWith(Unsupported, ErrorInvalidPRF, "%v is not known", s.bundle.prf)
		}
		defer tgk.wipe()
	}
	for cs := range s.sessions {
		keyLen := int(s.srtp[cs].EncrKeyLen)
		both := keyLen + int(s.srtp[cs].SaltLen)
		key, salt := octets[:keyLen:keyLen], octets[keyLen:both:both]
		octets = octets[both:]
		s.master[cs*len(s.keys)+i] = MasterKey{key, salt, k.Validity}

		switch k.KeyType {
		case TGK:
			tgk.derive(key, LabelTEK, uint8(cs+1))
			tgk.derive(salt, LabelSalt, uint8(cs+1))
		case TGKSalt:
			tgk.derive(key, LabelTEK, uint8(cs+1))
			copy(salt, k.Salt)
		case TEK:
			// A TEK cannot yield a salt: key and salt stand together, or the
			// salt is left out.
			copy(salt, k.Key[copy(key, k.Key):])
		case TEKSalt:
			copy(key, k.Key)
			copy(salt, k.Salt)
		}
	}
	return octets, nil
}

// minRAND is the shortest RAND in octets from which keys are derived. RFC 3830,
// Section 6.11, says SHOULD, but Section 4.1.1 assumes it.
const minRAND = 16

// checkKeys returns the keys that the exchange agrees on, after checking that
// they fit the policies of the crypto sessions that they are for.
func (d *draft) checkKeys(x *Exchange) ([]KeyData, error) {
	keys := x.Keys
	if len(keys) == 0 {
		if d.before == nil {
			return nil, refuseWith(Malformed, ErrorUnspecified, "the message has no key")
		}
		keys = d.before.keys // the old ones stay in force (RFC 3830, Section 4.5)
	}
	for i := range keys {
		if err := d.checkKeyData(keys, i, x.RAND); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func (d *draft) checkKeyData(keys []KeyData, i int, rand []byte) error {
	k := &keys[i]
	if k.KeyType > TEKSalt {
		return refuseWith(Unsupported, ErrorUnspecified, "key %d is a %v", i+1, k.KeyType)
	}
	if len(k.Key) == 0 {
		return refuseWith(Malformed, ErrorUnspecified, "key %d has no octets", i+1)
	}
	if k.KeyType <= TGKSalt && len(rand) < minRAND {
		return refuseWith(Malformed, ErrorUnspecified, "key %d is a %v, which needs a RAND of at least %d octets", i+1, k.KeyType, minRAND)
	}
	if k.Validity.Type == KVSPI {
		if len(k.Validity.SPI) == 0 {
			return refuseWith(Malformed, ErrorUnspecified, "key %d has an SPI without octets", i+1)
		}
		for j := range keys[:i] {
			if keys[j].Validity.Type == KVSPI && string(keys[j].Validity.SPI) == string(k.Validity.SPI) {
				return refuseWith(Malformed, ErrorUnspecified, "keys %d and %d have the same SPI", j+1, i+1)
			}
		}
	}
	for cs := range d.srtp {
		if err := d.checkKey(k, &d.srtp[cs]); err != nil {
			return refuseWith(Malformed, ErrorUnspecified, "key %d for crypto session %d: %w", i+1, cs+1, err)
		}
	}
	return d.checkShared(k)
}

func (d *draft) checkKey(k *KeyData, p *SRTPPolicy) error {
	keyLen, saltLen := int(p.EncrKeyLen), int(p.SaltLen)
	switch k.KeyType {
	case TGKSalt:
		if len(k.Salt) != saltLen {
			return fmt.Errorf("the salt has %d octets, the policy wants %d", len(k.Salt), saltLen)
		}
	case TEK:
		if len(k.Key) == keyLen && d.cfg.InsecureZeroSalt {
			return nil
		}
		if len(k.Key) != keyLen+saltLen {
			return fmt.Errorf("the TEK has %d octets, the policy wants a key of %d and a salt of %d", len(k.Key), keyLen, saltLen)
		}
	case TEKSalt:
		if len(k.Key) != keyLen || len(k.Salt) != saltLen {
			return fmt.Errorf("the TEK has %d octets and the salt %d, the policy wants %d and %d", len(k.Key), len(k.Salt), keyLen, saltLen)
		}
	}
	return nil
}

// checkShared refuses a TEK for two streams with one SSRC: they would share the
// keystream (RFC 3711, Section 8).
func (d *draft) checkShared(k *KeyData) error {
	if k.KeyType != TEK && k.KeyType != TEKSalt {
		return nil
	}
	for i := range d.sessions {
		for j := range d.sessions[:i] {
			if ssrc := d.sessions[i].SSRC; ssrc != 0 && ssrc == d.sessions[j].SSRC {
				return refuseWith(Policy, ErrorUnspecified, "crypto sessions %d and %d share a TEK and have the same SSRC", j+1, i+1)
			}
		}
	}
	return nil
}
