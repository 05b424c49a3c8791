//go:build race

package peer

// lean leaves out combinations that say nothing about data races.
const lean = true
