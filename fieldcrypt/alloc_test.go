package fieldcrypt

import (
	"strconv"
	"testing"
)

func TestHotPathsDoNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	k, f := mustKey(t, 7, "acme", 1<<20), mustField(t, "email", 0)
	plaintext := []byte("ada@example.com")
	envelope := mustSeal(t, k, f, plaintext)
	text := AppendText(nil, envelope)
	index := mustIndexKey(t, 8, "acme")
	term := mustTerm(t, index, f, "ada@example.com")
	withTerm := mustSealWithTerm(t, k, f, term, plaintext)
	buf := make([]byte, 0, 256)
	for name, run := range map[string]func() error{
		"Seal":           func() error { _, err := k.Seal(buf, f, plaintext); return err },
		"Open":           func() error { _, err := k.Open(buf, f, envelope); return err },
		"AppendTerm":     func() error { _, err := index.AppendTerm(buf, f, plaintext); return err },
		"SealWithTerm":   func() error { _, err := k.SealWithTerm(buf, f, term, plaintext); return err },
		"Open, term":     func() error { _, err := k.Open(buf, f, withTerm); return err },
		"ParseHeader":    func() error { _, err := ParseHeader(envelope); return err },
		"AppendText":     func() error { AppendText(buf, envelope); return nil },
		"AppendEnvelope": func() error { _, err := AppendEnvelope(buf, text); return err },
	} {
		n := testing.AllocsPerRun(200, func() {
			if err := run(); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// Not being an envelope is the usual case in a column under migration, so it has to be cheap as well.
func TestNotAnEnvelopeIsFoundWithoutAllocating(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	value, buf := []byte("ada@example.com"), make([]byte, 0, 64)
	if n := testing.AllocsPerRun(200, func() {
		if _, err := ParseHeader(value); err == nil {
			t.Fatal("plaintext is an envelope")
		}
		if _, err := AppendEnvelope(buf, value); err == nil {
			t.Fatal("plaintext is an envelope")
		}
	}); n != 0 {
		t.Errorf("allocates %v times", n)
	}
}

func BenchmarkSeal(b *testing.B) {
	for _, size := range []int{16, 64, 1024} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			k, f := mustKey(b, 7, "acme", 1<<32), mustField(b, "email", 0)
			plaintext, buf := make([]byte, size), make([]byte, 0, size+Overhead)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := k.Seal(buf, f, plaintext); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEquality(b *testing.B) {
	k, index, f := mustKey(b, 7, "acme", 1<<32), mustIndexKey(b, 8, "acme"), mustField(b, "email", 0)
	for _, size := range []int{16, 64, 1024} {
		plaintext, buf := make([]byte, size), make([]byte, 0, size+TermOverhead)
		term := mustTerm(b, index, f, string(plaintext))
		deterministic := mustSealDeterministic(b, index, f, plaintext)
		for _, c := range []struct {
			name string
			run  func() error
		}{
			{"AppendTerm", func() error { _, err := index.AppendTerm(buf, f, plaintext); return err }},
			{"SealWithTerm", func() error { _, err := k.SealWithTerm(buf, f, term, plaintext); return err }},
			{"SealDeterministic", func() error { _, err := index.SealDeterministic(buf, f, plaintext); return err }},
			{"Open", func() error { _, err := index.Open(buf, f, deterministic); return err }},
		} {
			b.Run(c.name+"/"+strconv.Itoa(size), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := c.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, size := range []int{16, 64, 1024} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			k, f := mustKey(b, 7, "acme", 1), mustField(b, "email", 0)
			envelope, buf := mustSeal(b, k, f, make([]byte, size)), make([]byte, 0, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := k.Open(buf, f, envelope); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
