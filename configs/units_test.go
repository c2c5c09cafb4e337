package configs

import (
	"testing"
	"time"
)

func TestDurationsAreReadWithDays(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "365d": 365 * 24 * time.Hour, "1d12h": 36 * time.Hour, "0d": 0, "0s": 0, "1h30m": 90 * time.Minute,
		"250ms": 250 * time.Millisecond,
	} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || d.Std() != want {
			t.Errorf("%s is %v, %v; want %v", text, d.Std(), err, want)
		}
	}
	for _, text := range []string{"", "5", "-5s", "+5s", "d", "1.5d", "-1d", "1d-1h", "99999d", "1d2d", "1w", "1d9223372036854775807ns", "1h1d"} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %v; want an error", text, d.Std())
		}
	}
}

func TestSizesAreReadInBinaryUnits(t *testing.T) {
	for text, want := range map[string]Bytes{"0": 0, "4096": 4096, "7B": 7, "64KiB": 64 << 10, "64MiB": 64 << 20, "1GiB": 1 << 30, "2 MiB": 2 << 20} {
		var b Bytes
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%s is %d, %v; want %d", text, b, err, want)
		}
	}
	for _, text := range []string{"", "-1", "1.5MiB", "1MB", "1kB", "KiB", "9223372036854775807GiB", "1 000"} {
		var b Bytes
		if err := b.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %d; want an error", text, b)
		}
	}
}

func FuzzUnitsPrintWhatTheyRead(f *testing.F) {
	for _, seed := range []string{"30s", "365d", "1d12h", "64MiB", "4096", "1GiB", "0d", "-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d, d2 Duration
		if d.UnmarshalText([]byte(text)) == nil {
			if err := d2.UnmarshalText([]byte(d.String())); err != nil || d2 != d {
				t.Errorf("%q prints as %s, which reads as %s, %v", text, d, d2, err)
			}
		}
		var b, b2 Bytes
		if b.UnmarshalText([]byte(text)) == nil {
			if err := b2.UnmarshalText([]byte(b.String())); err != nil || b2 != b {
				t.Errorf("%q prints as %s, which reads as %s, %v", text, b, b2, err)
			}
		}
	})
}
