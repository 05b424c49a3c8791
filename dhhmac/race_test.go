//go:build race

package dhhmac_test

// raceEnabled says that the race detector slows everything down.
const raceEnabled = true
