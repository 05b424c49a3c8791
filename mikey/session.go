package mikey

import (
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
