//go:build race

package ecdh_test

// raceEnabled says that the race detector slows everything down.
const raceEnabled = true
