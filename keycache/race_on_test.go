//go:build race

package keycache

// raceEnabled is true under the race detector, whose bookkeeping allocates.
const raceEnabled = true
