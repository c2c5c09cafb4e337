package configs

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time, written as Go writes it (1h30m, 250ms) with days (d, 24 hours each) in front: 365d, 1d12h.
type Duration time.Duration

// Std returns d as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String writes whole days as days and everything else as Go does.
func (d Duration) String() string {
	const day = Duration(24 * time.Hour)
	if d != 0 && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return time.Duration(d).String()
}

// MarshalText writes the form that UnmarshalText reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a duration; a negative one, and a number without a unit, is an error.
func (d *Duration) UnmarshalText(text []byte) error {
	days, rest, ok := strings.Cut(string(text), "d")
	if !ok {
		days, rest = "0", string(text)
	}
	n, err := strconv.ParseUint(days, 10, 16)
	if err != nil {
		return errDuration
	}
	v := time.Duration(n) * 24 * time.Hour
	if rest != "" || !ok {
		r, err := time.ParseDuration(rest)
		if err != nil || strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") || v > math.MaxInt64-r {
			return errDuration
		}
		v += r
	}
	*d = Duration(v)
	return nil
}

// Bytes is an amount of memory in bytes, written 4096, 4096B, 4KiB, 64MiB or 1GiB.
type Bytes int64

// byteUnits are the binary units of IEC 80000-13; kB and MB are refused, since people read them both ways.
var byteUnits = []struct {
	suffix string
	size   int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}, {"", 1}}

// String writes b in the largest unit that divides it.
func (b Bytes) String() string {
	for _, u := range byteUnits {
		if b != 0 && int64(b)%u.size == 0 {
			return strconv.FormatInt(int64(b)/u.size, 10) + u.suffix
		}
	}
	return "0B"
}

// MarshalText writes the form that UnmarshalText reads.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads an amount; fractions and negative amounts are errors.
func (b *Bytes) UnmarshalText(text []byte) error {
	for _, u := range byteUnits {
		digits, ok := strings.CutSuffix(string(text), u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 63)
		if err != nil || n > uint64(math.MaxInt64/u.size) {
			return errBytes
		}
		*b = Bytes(int64(n) * u.size)
		return nil
	}
	return errBytes
}

var (
	errDuration = fmt.Errorf("is not a duration%w", remedy("write a number with a unit, e.g. 30s, 5m, 1h, 365d"))
	errBytes    = fmt.Errorf("is not a size%w", remedy("write whole bytes or a number with a unit: 4096, 64KiB, 64MiB, 1GiB"))
)
