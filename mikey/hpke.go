package mikey

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/hpke"
)

// The envelope key under a key on an elliptic curve, between implementations of
// this project: no RFC has it. The data of the PKE payload is what HPKE (RFC
// 9180) makes of the envelope key in base mode with one shot: the encapsulated
// key, then the ciphertext. The KEM is DHKEM over the curve of the recipient with
// the hash that goes with it, the KDF HKDF-SHA256 and the AEAD AES-128-GCM, with
// hpkeInfo and without additional data.
const hpkeInfo = "gomikey PKE 1"

// envelopeCurveKey returns a public key on a curve that envelope keys are
// encrypted to, false for keys of other types.
func envelopeCurveKey(key crypto.PublicKey) (*ecdh.PublicKey, bool) {
	switch k := key.(type) {
	case *ecdh.PublicKey:
		return k, true
	case *ecdsa.PublicKey:
		public, err := k.ECDH()
		return public, err == nil
	}
	return nil, false
}

func sealHPKE(key *ecdh.PublicKey, secret []byte) ([]byte, error) {
	public, err := hpke.NewDHKEMPublicKey(key)
	if err != nil {
		return nil, err
	}
	return hpke.Seal(public, hpke.HKDFSHA256(), hpke.AES128GCM(), []byte(hpkeInfo), secret)
}

// openHPKE decrypts an envelope key, or returns an error that says nothing.
func openHPKE(pair *KeyPair, data []byte) ([]byte, error) {
	var exchanger ecdh.KeyExchanger
	switch k := pair.Key.(type) {
	case *ecdsa.PrivateKey:
		private, err := k.ECDH()
		if err != nil {
			return nil, err
		}
		exchanger = private
	case ecdh.KeyExchanger:
		exchanger = k
	}
	if pair.Envelope != nil {
		exchanger = pair.Envelope
	}
	if exchanger == nil {
		return nil, refuse(Usage, "the private key of type %T opens no envelope keys", pair.Key)
	}
	private, err := hpke.NewDHKEMPrivateKey(exchanger)
	if err != nil {
		return nil, err
	}
	return hpke.Open(private, hpke.HKDFSHA256(), hpke.AES128GCM(), []byte(hpkeInfo), data)
}
