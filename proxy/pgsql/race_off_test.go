//go:build !race

package pgsql

// raceEnabled skips tests that count allocations: the race detector allocates too.
const raceEnabled = false
