package storetest

import (
	"os"
	"testing"

	"github.com/keyaside/keyaside/keystore"
)

var rules = []test{
	{"a second active key of a tenant and purpose is ErrConflict", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s, KEK(1, "acme", 1))
		_, err := s.Commit(t.Context(), KEK(2, "acme", 2))
		wantError(t, err, keystore.ErrConflict)
		_, err = s.Commit(t.Context(), KEK(3, "new", 1), KEK(4, "new", 2))
		wantError(t, err, keystore.ErrConflict)
	}},
	{"other purposes and other tenants have active keys of their own", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s, KEK(1, "a", 1), DEK(2, "a", 1, 1), KEK(3, "b", 1), DEK(4, "b", 1, 3))
		got, err := s.Active(t.Context(), "b", keystore.PurposeData)
		wantNoError(t, err)
		wantEqual(t, got.ID, 4)
	}},
	{"a tenant that is the start of another's name is another tenant", func(t *testing.T, s keystore.Store) {
		mustCommit(t, s, KEK(1, "acme", 1), KEK(2, "acmex", 1), KEK(3, "acme kek", 1))
		wantEqual(t, len(mustList(t, s, "acme")), 1)
		wantEqual(t, len(mustList(t, s, "ac")), 0)
	}},
	{"a key that leaves the state active is no longer the active one", func(t *testing.T, s keystore.Store) {
		r := mustCommit(t, s, KEK(1, "acme", 1))[0]
		r.State = keystore.Suspended
		r = mustCommit(t, s, r)[0]
		_, err := s.Active(t.Context(), "acme", keystore.PurposeKEK)
		wantError(t, err, keystore.ErrNotFound)
		r.State = keystore.Active
		mustCommit(t, s, r)
		_, err = s.Active(t.Context(), "acme", keystore.PurposeKEK)
		wantNoError(t, err)
	}},
	{"a destroyed key stays, as a tombstone, and never comes back", func(t *testing.T, s keystore.Store) {
		r := mustCommit(t, s, KEK(1, "acme", 1))[0]
		gone := mustCommit(t, s, Destroy(mustCommit(t, s, Retire(r))[0]))[0]
		wantEqual(t, mustGet(t, s, 1), gone)
		for _, state := range []keystore.State{keystore.Active, keystore.Deactivated, keystore.Compromised} {
			back := r
			back.Revision, back.State = gone.Revision, state
			_, err := s.Commit(t.Context(), back)
			wantError(t, err, keystore.ErrTransition)
		}
		_, err := s.Commit(t.Context(), KEK(1, "acme", 2))
		wantError(t, err, keystore.ErrExists)
	}},
	{"the count of reserved messages never decreases", func(t *testing.T, s keystore.Store) {
		r := KEK(1, "acme", 1)
		r.Reserved = 10
		r = mustCommit(t, s, r)[0]
		r.Reserved = 9
		_, err := s.Commit(t.Context(), r)
		wantError(t, err, keystore.ErrInvalid)
	}},
	{"a key keeps its tenant", func(t *testing.T, s keystore.Store) {
		r := mustCommit(t, s, KEK(1, "acme", 1))[0]
		r.Tenant = "other"
		_, err := s.Commit(t.Context(), r)
		wantError(t, err, keystore.ErrInvalid)
	}},
	{"a record that is not valid is refused", func(t *testing.T, s keystore.Store) {
		for _, spoil := range []func(*keystore.Record){
			func(r *keystore.Record) { r.ID = 0 },
			func(r *keystore.Record) { r.Tenant = "" },
			func(r *keystore.Record) { r.Tenant = "a\x00b" },
			func(r *keystore.Record) { r.State = "lost" },
			func(r *keystore.Record) { r.Master = nil },
			func(r *keystore.Record) { r.Commitment = nil },
		} {
			r := KEK(1, "acme", 1)
			spoil(&r)
			_, err := s.Commit(t.Context(), r)
			wantError(t, err, keystore.ErrInvalid)
		}
		wantEqual(t, len(mustList(t, s, "")), 0)
	}},
	{"a record that stands twice in one commit is refused", func(t *testing.T, s keystore.Store) {
		r := mustCommit(t, s, KEK(1, "acme", 1))[0]
		_, err := s.Commit(t.Context(), r, r)
		wantError(t, err, keystore.ErrInvalid)
	}},
}

var ending = []test{
	{"after Close every call fails with os.ErrClosed", func(t *testing.T, s keystore.Store) {
		wantNoError(t, s.Close())
		_, err := s.Get(t.Context(), 1)
		wantError(t, err, os.ErrClosed)
		_, err = s.Active(t.Context(), "acme", keystore.PurposeKEK)
		wantError(t, err, os.ErrClosed)
		_, err = s.Commit(t.Context(), KEK(1, "acme", 1))
		wantError(t, err, os.ErrClosed)
		wantError(t, s.List(t.Context(), "", func(keystore.Record) bool { return true }), os.ErrClosed)
		wantNoError(t, s.Close())
	}},
}
