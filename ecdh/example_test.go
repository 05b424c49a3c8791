package ecdh_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log"

	"github.com/gomikey/gomikey/ecdh"
)

// The modes do this between them: see package dhhmac.
func Example() {
	group, ok := ecdh.ByName("X-Wing")
	if !ok {
		log.Fatal("no such group")
	}
	fromAlice, finish, err := group.Initiate(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	fromBob, bobs, err := group.Respond(rand.Reader, fromAlice)
	if err != nil {
		log.Fatal(err)
	}
	alices, err := finish(fromBob)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(group, len(fromAlice), len(fromBob), len(alices), bytes.Equal(alices, bobs))
	// Output: X-Wing 1216 1120 32 true
}
