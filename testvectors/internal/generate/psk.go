package main

import (
	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors/internal/reference"
)

// psk is the family of the pre-shared key mode (RFC 3830, Section 3.1).
func psk() *vectors.File {
	b := newFile("vectors_v1.json", "psk", "Pre-shared key mode: RFC 3830, Section 3.1, in both roles.")
	b.startGroup("Exchange", "", vectors.Requires{Modes: []string{"psk"}}, obj{"alice": obj{"psk": hexOf(count(16, 0))}})
	_ = reference.PSKInit
	c := accept("initiate", obj{"mode": "psk", "credentials": "alice", "offer": obj{}}, obj{})
	b.add("placeholder", []*vectors.Call{c})
	return b.file
}
