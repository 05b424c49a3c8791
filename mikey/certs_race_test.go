//go:build race

package mikey_test

// raceEnabled makes the long tests short where every memory access is watched.
const raceEnabled = true
