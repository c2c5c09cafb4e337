//go:build race

package fieldcrypt

// raceEnabled is true under the race detector, whose bookkeeping allocates.
const raceEnabled = true
