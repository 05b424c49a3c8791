//go:build !race

package dhhmac_test

const raceEnabled = false
