//go:build race

package pgvalue

// raceEnabled tells tests that the race detector adds allocations.
const raceEnabled = true
