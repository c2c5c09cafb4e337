//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

func BenchmarkWrap(b *testing.B) {
	cfg, _ := provisioned(b)
	m := mustOpen(b, cfg)
	secret, aad := make([]byte, 32), make([]byte, 48)
	onGoroutines(b, func() error {
		_, err := m.Wrap(context.Background(), secret, aad)
		return err
	})
}

func BenchmarkUnwrap(b *testing.B) {
	cfg, _ := provisioned(b)
	m := mustOpen(b, cfg)
	aad := make([]byte, 48)
	w, err := m.Wrap(context.Background(), make([]byte, 32), aad)
	if err != nil {
		b.Fatal(err)
	}
	onGoroutines(b, func() error {
		_, err := m.Unwrap(context.Background(), w, aad)
		return err
	})
}

func BenchmarkUnwrapCorrupt(b *testing.B) {
	cfg, _ := provisioned(b)
	m := mustOpen(b, cfg)
	w, err := m.Wrap(context.Background(), make([]byte, 32), nil)
	if err != nil {
		b.Fatal(err)
	}
	w.Blob[20] ^= 1
	onGoroutines(b, func() error {
		if _, err := m.Unwrap(context.Background(), w, nil); err == nil {
			return errors.New("an altered blob opened")
		}
		return nil
	})
}

// onGoroutines shares b.N calls of f among 1 and 8 goroutines.
func onGoroutines(b *testing.B, f func() error) {
	for _, goroutines := range []int{1, 8} {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			b.ReportAllocs()
			var group sync.WaitGroup
			var next atomic.Int64
			for range goroutines {
				group.Go(func() {
					for next.Add(1) <= int64(b.N) {
						if err := f(); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			group.Wait()
		})
	}
}
