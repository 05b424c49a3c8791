package mikey

import (
	"bytes"
	"fmt"
	"io"
)

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
	if err := checkNumbers(policies); err != nil {
		return nil, err
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

// checkNumbers refuses two policies with one number (RFC 3830, Section 6.10).
func checkNumbers(policies []SecurityPolicy) error {
	for i := range policies {
		for j := range policies[:i] {
			if policies[i].Number == policies[j].Number {
				return refuseWith(Malformed, ErrorUnspecified, "two policies have the number %d", policies[i].Number)
			}
		}
	}
	return nil
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

// drawKeys returns copies of keys, with those that the caller left to chance.
func (d *draft) drawKeys(x *Exchange, keys []KeyData) ([]KeyData, error) {
	if len(keys) == 0 {
		if x.Update {
			return nil, nil
		}
		keys = []KeyData{{KeyType: TGK}}
	}
	// A TGK is as strong as the strongest key that comes from it.
	keyLen, saltLen := 16, 14
	for cs := range d.srtp {
		keyLen = max(keyLen, int(d.srtp[cs].EncrKeyLen))
		saltLen = int(d.srtp[cs].SaltLen)
	}
	drawn := make([]KeyData, len(keys))
	for i := range keys {
		k := keys[i].clone()
		n := keyLen
		if k.KeyType == TEK {
			n += saltLen
		}
		if keys[i].Key == nil {
			k.Key = make([]byte, n)
			if _, err := io.ReadFull(x.Config.Rand, k.Key); err != nil {
				return nil, refuse(Usage, "no random octets: %w", err)
			}
		}
		if salt, _ := k.KeyType.hasSalt(); salt && keys[i].Salt == nil {
			k.Salt = make([]byte, saltLen)
			if _, err := io.ReadFull(x.Config.Rand, k.Salt); err != nil {
				return nil, refuse(Usage, "no random octets: %w", err)
			}
		}
		drawn[i] = k
	}
	return drawn, nil
}
