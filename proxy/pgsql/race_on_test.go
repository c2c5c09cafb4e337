//go:build race

package pgsql

const raceEnabled = true
