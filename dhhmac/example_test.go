package dhhmac_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/gomikey/gomikey/dhhmac"
	"github.com/gomikey/gomikey/ecdh"
	"github.com/gomikey/gomikey/mikey"
)

// Alice and Bob share a secret and agree on keys with X25519.
func Example() {
	secret := []byte("sixteen or more random octets")
	alice, bob := mikey.URI("sip:alice@example.com"), mikey.URI("sip:bob@example.com")

	// Alice offers a stream in each direction.
	var offer []byte
	var pending *mikey.Pending
	{
		mode, err := dhhmac.New(secret, ecdh.X25519())
		if err != nil {
			log.Fatal(err)
		}
		initiator, err := mikey.NewInitiator(mode, &mikey.Config{ID: alice, Peer: bob})
		if err != nil {
			log.Fatal(err)
		}
		offer, pending, err = initiator.Start(mikey.Offer{
			CryptoSessions: []mikey.CryptoSession{{SSRC: 0x1234abcd}, {SSRC: 0}},
		})
		if err != nil {
			log.Fatal(err)
		}
	}

	// Bob takes it and says the SSRC of his stream.
	var answer []byte
	var bobs *mikey.Session
	{
		mode, err := dhhmac.New(secret, ecdh.X25519(), ecdh.P256())
		if err != nil {
			log.Fatal(err)
		}
		responder, err := mikey.NewResponder(&mikey.Config{ID: bob}, mode)
		if err != nil {
			log.Fatal(err)
		}
		received, err := responder.Receive(offer)
		if err != nil {
			log.Fatal(err)
		}
		answer, bobs, err = received.Accept(0x5678cdef)
		if err != nil {
			log.Fatal(err)
		}
	}

	alices, err := pending.Finish(answer)
	if err != nil {
		log.Fatal(err)
	}
	a, err := alices.MasterKeys(1)
	if err != nil {
		log.Fatal(err)
	}
	b, err := bobs.MasterKeys(1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Equal(a[0].Key, b[0].Key), len(a[0].Key), len(a[0].Salt))
	fmt.Println(bobs.Peer())
	// Output:
	// true 16 14
	// URI "sip:alice@example.com"
}
