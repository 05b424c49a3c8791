package mikey

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"errors"
	"io"
)

// An envelope key protects a KEMAC in the modes that transport keys under a
// public key: PublicKey, where the initiator chooses it, and RSAR, where the
// responder does (RFC 3830, Section 3.2; RFC 4738, Section 3.6).

// sealEnvelope makes KEMAC and PKE with a random envelope key for peer. The
// KEMAC has id, the identity of the sender, and keys. It sets the envelope key
// of x.
func (c *X509) sealEnvelope(x *Exchange, alg Algorithms, id ID, keys []KeyData, cache CacheType, peer crypto.PublicKey, oaep bool) (*KEMAC, *PKE, *macState, error) {
	k := &KEMAC{EncrAlg: alg.Encr, MACAlg: alg.MAC}
	if err := checkEnvelopeAlgorithms(k); err != nil {
		return nil, nil, nil, err
	}
	if id.IsZero() {
		return nil, nil, nil, refuse(Usage, "the identity of the sender is part of the KEMAC: set Config.ID")
	}
	secret := make([]byte, envelopeKeyLen(k))
	if _, err := io.ReadFull(x.Config.Rand, secret); err != nil {
		return nil, nil, nil, refuse(Usage, "no random octets: %w", err)
	}
	mac, err := k.sealAlone(x, secret, &id, keys)
	if err != nil {
		return nil, nil, nil, err
	}
	pke := &PKE{Cache: cache}
	curveKey, onCurve := envelopeCurveKey(peer)
	rsaKey, isRSA := peer.(*rsa.PublicKey)
	switch {
	case onCurve:
		pke.Data, err = sealHPKE(curveKey, secret)
	case isRSA && oaep:
		pke.Data, err = rsa.EncryptOAEP(sha1.New(), rand.Reader, rsaKey, secret, nil)
	case isRSA:
		//lint:ignore SA1019 mandatory (RFC 3830, Section 4.2.5)
		pke.Data, err = rsa.EncryptPKCS1v15(rand.Reader, rsaKey, secret)
	default:
		return nil, nil, nil, refuse(Unsupported, "keys of type %T take no envelope keys", peer)
	}
	if err != nil {
		return nil, nil, nil, refuse(Usage, "the envelope key: %w", err)
	}
	x.EnvelopeKey, x.Cache = secret, cache
	return k, pke, mac, nil
}

// envelopeKeyLen returns the length of a new envelope key in octets: that of the
// strongest key that comes from it.
func envelopeKeyLen(k *KEMAC) int {
	if k.EncrAlg == EncrAESCM256 || k.MACAlg == MACHMACSHA256256 {
		return 32
	}
	return 16
}

// sealAlone fills the KEMAC: E(encr_key, id || keys) || MAC, where the MAC covers
// the KEMAC alone, as if it were the last payload (RFC 3830, Section 6.2).
func (k *KEMAC) sealAlone(x *Exchange, secret []byte, id *ID, keyData []KeyData) (*macState, error) {
	keys, err := deriveMessageKeys(x, k, secret)
	if err != nil {
		return nil, err
	}
	defer keys.wipe()
	plain, err := AppendKeyData(make([]byte, 0, 256), id, keyData)
	if err != nil {
		return nil, err
	}
	if k.EncrData, err = keys.encrypt(k.EncrAlg, plain, x); err != nil {
		return nil, err
	}
	state := &macState{macAlg: k.MACAlg, mac: keys.newMAC(k.MACAlg)}
	k.MAC = make([]byte, len(keys.auth))
	covered, err := k.coveredAlone()
	if err != nil {
		return nil, err
	}
	state.sum(k.MAC[:0], covered, nil)
	if k.MACAlg == MACNULL {
		// The key wrap authenticates the key data; a verification message
		// needs a MAC nevertheless.
		return newVerificationMAC(x, secret)
	}
	return state, nil
}

// newVerificationMAC returns the MAC of a verification message where the KEMAC
// has none: the default one.
func newVerificationMAC(x *Exchange, secret []byte) (*macState, error) {
	keys, err := deriveMessageKeys(x, &KEMAC{EncrAlg: EncrNULL, MACAlg: MACHMACSHA1160}, secret)
	if err != nil {
		return nil, err
	}
	defer keys.wipe()
	return &macState{macAlg: MACHMACSHA1160, mac: keys.newMAC(MACHMACSHA1160)}, nil
}

// coveredAlone returns the octets under the MAC of a KEMAC that it covers alone.
func (k *KEMAC) coveredAlone() ([]byte, error) {
	out, err := k.appendTo(nil, LastPayload)
	if err != nil {
		return nil, err
	}
	return out[:len(out)-len(k.MAC)], nil
}

// openAlone verifies and decrypts a KEMAC that sealAlone made.
func (k *KEMAC) openAlone(x *Exchange, secret []byte) (id *ID, keyData []KeyData, state *macState, err error) {
	keys, err := deriveMessageKeys(x, k, secret)
	if err != nil {
		return nil, nil, nil, err
	}
	defer keys.wipe()
	state = &macState{macAlg: k.MACAlg, mac: keys.newMAC(k.MACAlg)}
	covered, err := k.coveredAlone()
	if err != nil {
		return nil, nil, nil, err
	}
	if !state.verify(covered, nil, k.MAC) {
		return nil, nil, nil, errEnvelope()
	}
	plain, padding, err := keys.decrypt(k, x)
	if err != nil {
		return nil, nil, nil, err
	}
	id, keyData, err = parseKeyData(IDPayload, plain, nil, padding)
	if err != nil {
		return nil, nil, nil, err
	}
	if k.MACAlg == MACNULL {
		if state, err = newVerificationMAC(x, secret); err != nil {
			return nil, nil, nil, err
		}
	}
	return id, keyData, state, nil
}

// errEnvelope is the one error for a PKE that does not decrypt and for a KEMAC
// whose MAC does not verify: telling them apart would make the responder an
// oracle for PKCS #1 v1.5 padding.
func errEnvelope() error {
	return refuseWith(AuthFailure, ErrorAuthFailure, "the KEMAC does not verify: the envelope key was encrypted to another certificate, or the message was changed")
}

// checkEnvelopeAlgorithms refuses algorithms that are unknown or not allowed.
// With AES key wrap the NULL MAC is the recommended one (RFC 3830, Section
// 4.2.3).
func checkEnvelopeAlgorithms(k *KEMAC) error {
	if err := checkKnown(k); err != nil {
		return err
	}
	if k.EncrAlg == EncrNULL {
		return refuseWith(Policy, ErrorInvalidEA, "NULL encryption shows the keys to everybody")
	}
	if k.MACAlg == MACNULL && k.EncrAlg != EncrAESKW128 {
		return refuseWith(Policy, ErrorInvalidMAC, "only AES key wrap goes with NULL authentication")
	}
	return nil
}

// openPKE decrypts the envelope key. What does not decrypt gives a random key,
// whose MAC will not verify.
func (c *X509) openPKE(x *Exchange, pair *KeyPair, data []byte) ([]byte, error) {
	public, oaep, err := certificateKey(pair.Chain[0])
	if err != nil {
		return nil, refuse(Usage, "the own certificate: %w", err)
	}
	if _, onCurve := envelopeCurveKey(public); onCurve || pair.Envelope != nil {
		secret, err := openHPKE(pair, data)
		if err != nil {
			return nil, errEnvelope()
		}
		return secret, nil
	}
	rsaKey, ok := public.(*rsa.PublicKey)
	private, decrypts := pair.Key.(crypto.Decrypter)
	if !ok || !decrypts {
		return nil, refuseWith(Unsupported, ErrorInvalidCert, "the own certificate has no RSA key that decrypts")
	}
	if len(data) != rsaKey.Size() {
		return nil, refuseWith(Malformed, ErrorUnspecified, "the envelope key has %d octets, not the %d of the RSA key", len(data), rsaKey.Size())
	}
	substitute := make([]byte, 16)
	if _, err := io.ReadFull(rand.Reader, substitute); err != nil {
		return nil, refuse(Usage, "no random octets: %w", err)
	}
	//lint:ignore SA1019 mandatory (RFC 3830, Section 4.2.5)
	var opts crypto.DecrypterOpts = &rsa.PKCS1v15DecryptOptions{}
	if oaep || c.OAEP {
		opts = &rsa.OAEPOptions{Hash: crypto.SHA1}
	}
	secret, err := private.Decrypt(rand.Reader, data, opts)
	if err != nil || len(secret) == 0 {
		return substitute, nil
	}
	return secret, nil
}

// findEnvelope returns the KEMAC and the PKE of a message, nil where it has none.
func findEnvelope(m *Message) (*KEMAC, *PKE) {
	k, _ := PayloadOf[*KEMAC](m)
	p, _ := PayloadOf[*PKE](m)
	return k, p
}

// checkCache refuses the cache type that has no meaning.
func checkCache(c CacheType) error {
	if c > CacheForCSB {
		return refuseWith(Unsupported, ErrorUnspecified, "cache type %v", c)
	}
	return nil
}

var errNoInnerID = errors.New("the KEMAC does not begin with an identity")

// checkInnerID compares the encrypted identity of a KEMAC with that of the peer
// who signed the message (RFC 3830, Section 3.2). Neither its errors nor a hook
// get to see an identity that is no name in the certificate: in a KEMAC that has
// none, a key stands in its place.
func (c *X509) checkInnerID(x *Exchange, inner *ID, known ID) error {
	switch {
	case inner == nil:
		return refuseWith(Malformed, ErrorUnspecified, "%w", errNoInnerID)
	case known.IsZero():
		// The certificate alone says who the peer is.
		if matchName(*inner, x.PeerCertificates[0]) != nil {
			return refuseWith(AuthFailure, ErrorAuthFailure, "the identity in the KEMAC is not one of the certificate")
		}
		if c.VerifyPeer != nil && c.VerifyPeer(x.PeerCertificates, *inner) != nil {
			return refuseWith(AuthFailure, ErrorAuthFailure, "the peer is not accepted")
		}
	case *inner != known:
		return refuseWith(AuthFailure, ErrorAuthFailure, "the identity in the KEMAC is not that of the message")
	}
	return nil
}
