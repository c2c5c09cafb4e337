package storetest

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/keyaside/keyaside/keystore"
)

var listing = []test{
	{"List of an empty store yields nothing", func(t *testing.T, s keystore.Store) {
		wantEqual(t, len(mustList(t, s, "")), 0)
		wantEqual(t, len(mustList(t, s, "nobody")), 0)
	}},
	{"List is ordered by tenant, purpose and version, beyond any page", func(t *testing.T, s keystore.Store) {
		const versions = 300
		var all []keystore.Record
		for i := range uint32(versions) {
			v := versions - i
			all = append(all, Retire(KEK(uint64(v), "b", v)), Retire(DEK(1000+uint64(v), "a", v, 1)))
		}
		mustCommit(t, s, all...)
		got := mustList(t, s, "")
		wantEqual(t, len(got), len(all))
		if !slices.IsSortedFunc(got, func(a, b keystore.Record) int {
			return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Version, b.Version))
		}) {
			t.Error("not in order")
		}
		wantEqual(t, len(mustList(t, s, "b")), versions)
	}},
	{"List ends when yield returns false", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s, KEK(1, "a", 1), KEK(2, "b", 1), KEK(3, "c", 1))
		n := 0
		wantNoError(t, s.List(t.Context(), "", func(keystore.Record) bool {
			n++
			return n < 2
		}))
		wantEqual(t, n, 2)
	}},
	{"yield may write to the store", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s, KEK(1, "a", 1), KEK(2, "b", 1))
		wantNoError(t, s.List(t.Context(), "", func(r keystore.Record) bool {
			mustCommit(t, s, Retire(r))
			return true
		}))
		wantEqual(t, mustGet(t, s, 2).State, keystore.Deactivated)
	}},
}

const writers = 6

var concurrency = []test{
	{"of many writers that create the same key one wins", func(t *testing.T, s keystore.Store) {
		errs := together(func(i int) error {
			_, err := s.Commit(t.Context(), KEK(uint64(i+1), "acme", 1))
			return err
		})
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, keystore.ErrExists) && !errors.Is(err, keystore.ErrConflict):
				t.Errorf("a loser got %v", err)
			}
		}
		wantEqual(t, won, 1)
		wantEqual(t, len(mustList(t, s, "")), 1)
	}},
	{"no count is lost between writers that compare and swap", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s, KEK(1, "acme", 1))
		const each = 5
		errs := together(func(int) error {
			for done := 0; done < each; {
				r, err := s.Get(t.Context(), 1)
				if err != nil {
					return err
				}
				r.Reserved++
				_, err = s.Commit(t.Context(), r)
				if err == nil {
					done++
				} else if !errors.Is(err, keystore.ErrConflict) {
					return err
				}
			}
			return nil
		})
		wantNoError(t, errors.Join(errs...))
		wantEqual(t, mustGet(t, s, 1).Reserved, writers*each)
	}},
	{"a reader sees a rotation whole or not at all", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s, KEK(1, "acme", 1))
		errs := together(func(i int) error {
			if i == 0 {
				return rotateOften(t, s)
			}
			for range 20 {
				if _, err := s.Active(t.Context(), "acme", keystore.PurposeKEK); err != nil {
					return err
				}
			}
			return nil
		})
		wantNoError(t, errors.Join(errs...))
	}},
}

func rotateOften(t *testing.T, s keystore.Store) error {
	for v := range uint32(10) {
		old, err := s.Get(t.Context(), uint64(v+1))
		if err != nil {
			return err
		}
		if _, err := s.Commit(t.Context(), Retire(old), KEK(uint64(v+2), "acme", v+2)); err != nil {
			return err
		}
	}
	return nil
}

// together runs do in several goroutines at once and returns their errors.
func together(do func(i int) error) []error {
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for i := range errs {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errs
}
