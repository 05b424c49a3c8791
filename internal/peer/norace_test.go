//go:build !race

package peer

const lean = false
