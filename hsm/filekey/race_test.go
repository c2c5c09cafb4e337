//go:build race

package filekey

const raceEnabled = true // allocation counts differ under the race detector
