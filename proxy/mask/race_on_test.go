//go:build race

package mask

// raceEnabled tells tests that the race detector adds allocations.
const raceEnabled = true
