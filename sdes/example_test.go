package sdes_test

import (
	"bytes"
	"fmt"

	"github.com/gomikey/gomikey/sdes"
)

// Alice offers a medium, Bob answers, and Alice applies the answer.
func Example() {
	var offered, answered []string // the a=crypto lines of the descriptions
	var alice, bob *sdes.Session

	offer, err := sdes.MakeOffer(sdes.Medium{Address: "192.0.2.1:49170"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	offered = offer.Medium().Crypto
	fmt.Println("Alice offers", len(offered), "attributes")

	{ // Bob
		var answer sdes.Medium
		remote := sdes.Medium{Address: "192.0.2.1:49170", Crypto: offered}
		local := sdes.Medium{Address: "198.51.100.7:32640"}
		answer, bob, err = sdes.Answer(remote, local, nil)
		if err != nil {
			fmt.Println(err) // answer.Rejected: the port is 0
			return
		}
		answered = answer.Crypto
		fmt.Println("Bob accepts", bob.Tag, bob.Suite)
	}

	{ // Alice
		alice, err = offer.ApplyAnswer(sdes.Medium{Address: "198.51.100.7:32640", Crypto: answered})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("Alice has", alice.Tag, alice.Suite)
	}

	fmt.Println("Alice to Bob:", bytes.Equal(alice.Send.Keys[0].Key, bob.Receive.Keys[0].Key))
	fmt.Println("Bob to Alice:", bytes.Equal(bob.Send.Keys[0].Key, alice.Receive.Keys[0].Key))

	// Output:
	// Alice offers 4 attributes
	// Bob accepts 1 AEAD_AES_256_GCM
	// Alice has 1 AEAD_AES_256_GCM
	// Alice to Bob: true
	// Bob to Alice: true
}
