package keystore_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyaside/keyaside/audit"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/hsm/filekey"
	"github.com/keyaside/keyaside/keystore"
	"github.com/keyaside/keyaside/keystore/boltstore"
)

// world is a Manager on real parts: a bbolt store and a key file. Around them stand counters, and switches for faults.
type world struct {
	t      *testing.T
	store  *faultyStore
	master *countingMaster
	log    *memoryLog
	clock  atomic.Int64 // seconds
}

func newWorld(t *testing.T) *world {
	t.Helper()
	store, err := boltstore.Open(boltstore.Config{Path: filepath.Join(t.TempDir(), "keys.db"), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: &faultyStore{Store: store}, master: &countingMaster{Wrapper: openMaster(t)}, log: &memoryLog{}}
	w.clock.Store(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	return w
}

// manager returns a Manager that creates keys on use. A world may have many, as a fleet has.
func (w *world) manager(tweak ...func(*keystore.ManagerConfig)) *keystore.Manager {
	w.t.Helper()
	c := keystore.ManagerConfig{
		Store: w.store, Wrapper: w.master, Recorder: w.log, Actor: "serve", Create: true, CryptoDays: 90,
		Clock: func() time.Time { return time.Unix(w.clock.Load(), 0) },
	}
	for _, f := range tweak {
		f(&c)
	}
	m, err := keystore.NewManager(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func noCreate(c *keystore.ManagerConfig) { c.Create = false }

// setState changes a key's state, past the Manager.
func (w *world) setState(r keystore.Record, states ...keystore.State) keystore.Record {
	w.t.Helper()
	for _, state := range states {
		r = w.get(r.ID)
		r.State = state
		if state == keystore.Destroyed {
			r.Wrapped, r.Master = nil, nil
		}
		if _, err := w.store.Commit(w.t.Context(), r); err != nil {
			w.t.Fatal(err)
		}
	}
	return w.get(r.ID)
}

func (w *world) get(id uint64) keystore.Record {
	w.t.Helper()
	r, err := w.store.Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) active(m *keystore.Manager, tenant string, purpose keystore.Purpose) keystore.Unwrapped {
	w.t.Helper()
	u, err := m.Active(w.t.Context(), tenant, purpose)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *world) count() (n int) {
	w.t.Helper()
	if err := w.store.List(w.t.Context(), "", func(keystore.Record) bool { n++; return true }); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// openMaster opens the key file of this test binary; its making costs a key derivation.
func openMaster(t *testing.T) hsm.Wrapper {
	t.Helper()
	passphrase := []byte("a passphrase for tests")
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := filekey.Create(path, passphrase, 4); err != nil {
		t.Fatal(err)
	}
	m, err := filekey.Open(t.Context(), path, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// countingMaster counts the uses of the real master key, and can hold them up or make them fail.
type countingMaster struct {
	hsm.Wrapper
	wraps, unwraps atomic.Int32
	fail           atomic.Pointer[error]
	gate           chan struct{} // if not nil, Unwrap waits for it
}

func (m *countingMaster) Wrap(ctx context.Context, secret, aad []byte) (hsm.Wrapped, error) {
	m.wraps.Add(1)
	if err := m.fail.Load(); err != nil {
		return hsm.Wrapped{}, *err
	}
	return m.Wrapper.Wrap(ctx, secret, aad)
}

func (m *countingMaster) Unwrap(ctx context.Context, w hsm.Wrapped, aad []byte) ([]byte, error) {
	m.unwraps.Add(1)
	if m.gate != nil {
		select {
		case <-m.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := m.fail.Load(); err != nil {
		return nil, *err
	}
	return m.Wrapper.Unwrap(ctx, w, aad)
}

// faultyStore runs a hook before each Commit: to fail it, or to let another writer be faster.
type faultyStore struct {
	keystore.Store
	beforeCommit func() error
	commits      atomic.Int32
}

func (s *faultyStore) Commit(ctx context.Context, records ...keystore.Record) ([]keystore.Record, error) {
	s.commits.Add(1)
	if hook := s.beforeCommit; hook != nil {
		if err := hook(); err != nil {
			return nil, err
		}
	}
	return s.Store.Commit(ctx, records...)
}

// once makes a hook that runs do on its first call only, without being called by what do does.
func (s *faultyStore) once(do func() error) {
	s.beforeCommit = func() error {
		s.beforeCommit = nil
		return do()
	}
}

// memoryLog keeps events as audit.Event, which shows that one converts to the other.
type memoryLog struct {
	mu     sync.Mutex
	events []audit.Event
	refuse func(audit.Event) bool
}

var errFull = errors.New("disk full")

func (l *memoryLog) Record(_ context.Context, e keystore.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refuse != nil && l.refuse(audit.Event(e)) {
		return errFull
	}
	l.events = append(l.events, audit.Event(e))
	return nil
}

// take returns "action purpose outcome" of each event and forgets them.
func (l *memoryLog) take() (lines []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		lines = append(lines, e.Action+" "+e.Purpose+" "+e.Outcome)
	}
	l.events = nil
	return lines
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("recorded\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func wantError(t *testing.T, got, want error, words ...string) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("error %v, want %v", got, want)
	}
	for _, word := range words {
		if !strings.Contains(got.Error(), word) {
			t.Errorf("error %q does not say %q", got, word)
		}
	}
}
