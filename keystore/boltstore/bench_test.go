package boltstore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/keyaside/keyaside/keystore"
	"github.com/keyaside/keyaside/keystore/boltstore"
	"github.com/keyaside/keyaside/keystore/storetest"
)

// filled returns a store of n tenants with one key each, ids from 1.
func filled(t testing.TB, n int) *boltstore.Store {
	t.Helper()
	s := newStore(t)
	var records []keystore.Record
	for i := range n {
		records = append(records, storetest.KEK(uint64(i+1), fmt.Sprintf("tenant %04d", i), 1))
	}
	if _, err := s.Commit(context.Background(), records...); err != nil {
		t.Fatal(err)
	}
	return s
}

func BenchmarkGet(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("%d records", n), func(b *testing.B) {
			s := filled(b, n)
			for b.Loop() {
				if _, err := s.Get(b.Context(), uint64(n/2)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("%d records", n), func(b *testing.B) {
			s := filled(b, n)
			r, err := s.Get(b.Context(), uint64(n/2))
			for b.Loop() {
				if err != nil {
					b.Fatal(err)
				}
				r.Reserved++
				var written []keystore.Record
				if written, err = s.Commit(b.Context(), r); err == nil {
					r = written[0]
				}
			}
		})
	}
}
