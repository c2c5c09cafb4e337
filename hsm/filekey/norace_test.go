//go:build !race

package filekey

const raceEnabled = false // allocation counts differ under the race detector
