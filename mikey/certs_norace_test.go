//go:build !race

package mikey_test

const raceEnabled = false
