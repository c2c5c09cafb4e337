package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyaside/keyaside/keystore"
)

var reading = []test{
	{"Get of an unknown id is ErrNotFound", func(t *testing.T, s keystore.Store) {
		_, err := s.Get(t.Context(), 4711)
		wantError(t, err, keystore.ErrNotFound)
	}},
	{"Active of an unknown tenant is ErrNotFound", func(t *testing.T, s keystore.Store) {
		_, err := s.Active(t.Context(), "nobody", keystore.PurposeData)
		wantError(t, err, keystore.ErrNotFound)
	}},
	{"a record reads back as Commit returned it, in every field", func(t *testing.T, s keystore.Store) {
		kek := KEK(1, "acme", 1)
		dek := DEK(1<<63+5, "acme", 1, 1)
		dek.Reserved, dek.State, dek.Retired = 1<<40, keystore.Deactivated, dek.Created
		for _, r := range mustCommit(t, s, kek, dek) {
			got := mustGet(t, s, r.ID)
			wantEqual(t, got, r)
			if r.Revision == 0 {
				t.Errorf("key %d has no revision", r.ID)
			}
			got.Revision = 0
			wantEqual(t, got, map[uint64]keystore.Record{kek.ID: kek, dek.ID: dek}[r.ID])
		}
	}},
	{"a tenant may be called anything that is a tenant name", func(t *testing.T, s keystore.Store) {
		for i, name := range []string{"a", "a b", "ä", "日本", "a/b", `a"b\`, "..", "\u00a0", string(make255())} {
			r := mustCommit(t, s, KEK(uint64(i+1), name, 1))[0]
			got, err := s.Active(t.Context(), name, keystore.PurposeKEK)
			wantNoError(t, err)
			wantEqual(t, got, r)
		}
	}},
	{"what a caller does to a record it read does not reach the store", func(t *testing.T, s keystore.Store) {
		want := mustCommit(t, s, KEK(1, "acme", 1))[0]
		got := mustGet(t, s, 1)
		clear(got.Commitment)
		clear(got.Master.Blob)
		again := mustGet(t, s, 1)
		if cmp.Equal(again, got) || again.Revision != want.Revision {
			t.Error("the store gave out its own memory")
		}
	}},
}

var writing = []test{
	{"a new record whose id exists is ErrExists", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s, KEK(1, "acme", 1))
		_, err := s.Commit(t.Context(), KEK(1, "other", 1))
		wantError(t, err, keystore.ErrExists)
	}},
	{"a new record whose version exists is ErrExists", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s, Retire(KEK(1, "acme", 1)))
		_, err := s.Commit(t.Context(), KEK(2, "acme", 1))
		wantError(t, err, keystore.ErrExists)
	}},
	{"a write with an old revision is ErrConflict and changes nothing", func(t *testing.T, s keystore.Store) {
		first := mustCommit(t, s, KEK(1, "acme", 1))[0]
		second := first
		second.Reserved = 10
		second = mustCommit(t, s, second)[0]
		if second.Revision == first.Revision {
			t.Fatal("a write did not change the revision")
		}
		first.Reserved = 20
		_, err := s.Commit(t.Context(), first)
		wantError(t, err, keystore.ErrConflict)
		wantEqual(t, mustGet(t, s, 1), second)
	}},
	{"a record with a revision that was never written is ErrConflict", func(t *testing.T, s keystore.Store) {
		r := KEK(1, "acme", 1)
		r.Revision = 7
		_, err := s.Commit(t.Context(), r)
		wantError(t, err, keystore.ErrConflict)
	}},
	{"a commit of which one record fails writes none", func(t *testing.T, s keystore.Store) {
		old := mustCommit(t, s, KEK(1, "acme", 1))[0]
		changed := old
		changed.Reserved = 5
		_, err := s.Commit(t.Context(), KEK(2, "b", 1), changed, KEK(3, "c", 1), KEK(1, "acme", 9))
		if err == nil {
			t.Fatal("a commit with a record that exists passed")
		}
		wantEqual(t, mustGet(t, s, 1), old)
		for _, id := range []uint64{2, 3} {
			_, err := s.Get(t.Context(), id)
			wantError(t, err, keystore.ErrNotFound)
		}
		wantEqual(t, len(mustList(t, s, "")), 1)
	}},
	{"a rotation is one commit, whichever way round", func(t *testing.T, s keystore.Store) {
		for i, tenant := range []string{"a", "b"} {
			id := uint64(10 * (i + 1))
			old := Retire(mustCommit(t, s, KEK(id, tenant, 1))[0])
			next := KEK(id+1, tenant, 2)
			if i == 0 {
				mustCommit(t, s, old, next)
			} else {
				mustCommit(t, s, next, old)
			}
			got, err := s.Active(t.Context(), tenant, keystore.PurposeKEK)
			wantNoError(t, err)
			wantEqual(t, got.ID, id+1)
		}
	}},
	{"an empty commit is no error", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s)
	}},
	{"a cancelled context stops every call and leaves no trace", func(t *testing.T, s keystore.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Commit(ctx, KEK(1, "acme", 1))
		wantError(t, err, context.Canceled)
		_, err = s.Get(ctx, 1)
		wantError(t, err, context.Canceled)
		_, err = s.Active(ctx, "acme", keystore.PurposeKEK)
		wantError(t, err, context.Canceled)
		wantError(t, s.List(ctx, "", func(keystore.Record) bool { return true }), context.Canceled)
		_, err = s.Get(t.Context(), 1)
		wantError(t, err, keystore.ErrNotFound)
	}},
}

func make255() []byte {
	b := make([]byte, keystore.MaxTenant)
	for i := range b {
		b[i] = 'x'
	}
	return b
}

func mustCommit(t *testing.T, s keystore.Store, records ...keystore.Record) []keystore.Record {
	t.Helper()
	written, err := s.Commit(t.Context(), records...)
	wantNoError(t, err)
	if len(written) != len(records) {
		t.Fatalf("Commit of %d records returned %d", len(records), len(written))
	}
	return written
}

func mustGet(t *testing.T, s keystore.Store, id uint64) keystore.Record {
	t.Helper()
	r, err := s.Get(t.Context(), id)
	wantNoError(t, err)
	return r
}

func mustList(t *testing.T, s keystore.Store, tenant string) (all []keystore.Record) {
	t.Helper()
	wantNoError(t, s.List(t.Context(), tenant, func(r keystore.Record) bool {
		all = append(all, r)
		return true
	}))
	return all
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("error %v, want %v", got, want)
	}
}

func wantNoError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantEqual[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}
