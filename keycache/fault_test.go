package keycache

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/keystore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// faultStore stands for a keystore.Manager whose faults a test chooses. real_test.go uses a real Manager.
type faultStore struct {
	mu       sync.Mutex
	records  map[uint64]keystore.Record
	limit    uint64        // messages per key
	fault    error         // given by every call, if set
	dry      error         // given by Reserve, if set
	gate     chan struct{} // Active and ByID wait here, if set, or until their context ends
	handed   [][]byte      // every secret that was given away
	actives  int
	byIDs    int
	reserves int
	renews   int
}

func newFaultStore(tenants ...string) *faultStore {
	s := &faultStore{records: map[uint64]keystore.Record{}, limit: 1 << 31}
	for _, tenant := range tenants {
		s.rotate(tenant)
	}
	return s
}

// rotate gives the tenant a new active key and returns its id.
func (s *faultStore) rotate(tenant string) fieldcrypt.KeyID {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, r := range s.records {
		if r.Tenant == tenant && r.Purpose == keystore.PurposeData && r.State == keystore.Active {
			r.State = keystore.Deactivated
			s.records[id] = r
		}
	}
	return s.add(tenant, keystore.PurposeData)
}

// addIndex gives the tenant an index key and returns its id.
func (s *faultStore) addIndex(tenant string) fieldcrypt.KeyID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(tenant, keystore.PurposeIndex)
}

func (s *faultStore) add(tenant string, purpose keystore.Purpose) fieldcrypt.KeyID {
	// Ids that differ in their high bits alone would share a slot.
	id := (uint64(len(s.records)) + 1) * 0x9E3779B97F4A7C15
	s.records[id] = keystore.Record{ID: id, Tenant: tenant, Purpose: purpose, State: keystore.Active}
	return fieldcrypt.KeyID(id)
}

func (s *faultStore) setState(id fieldcrypt.KeyID, state keystore.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.records[uint64(id)]
	r.State = state
	s.records[uint64(id)] = r
}

func (s *faultStore) setFault(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = err
}

func (s *faultStore) setDry(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dry = err
}

// calls returns how often each method was called.
func (s *faultStore) calls() (actives, byIDs, reserves, renews int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.actives, s.byIDs, s.reserves, s.renews
}

func (s *faultStore) reserved(id fieldcrypt.KeyID) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.records[uint64(id)].Reserved
}

func (s *faultStore) wait(ctx context.Context) error {
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	if gate == nil {
		return nil
	}
	select {
	case <-gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unwrap reads like a Manager: what it returns is what the record was before the wait.
func (s *faultStore) unwrap(ctx context.Context, find func(keystore.Record) bool, use keystore.Use) (keystore.Unwrapped, error) {
	r, err := s.read(find, use)
	if waitErr := s.wait(ctx); waitErr != nil {
		return keystore.Unwrapped{}, waitErr
	}
	if err != nil {
		return keystore.Unwrapped{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	secret := make([]byte, 32)
	for i := range secret {
		secret[i] = byte(r.ID>>(8*(i%8))) | 1
	}
	s.handed = append(s.handed, secret)
	return keystore.Unwrapped{Record: r, Secret: secret}, nil
}

func (s *faultStore) read(find func(keystore.Record) bool, use keystore.Use) (keystore.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != nil {
		return keystore.Record{}, s.fault
	}
	err := keystore.ErrNotFound
	for _, r := range s.records {
		switch {
		case find(r) && r.State.Allows(use):
			return r, nil
		case find(r):
			err = keystore.ErrUnusable
		}
	}
	return keystore.Record{}, err
}

func (s *faultStore) Active(ctx context.Context, tenant string, purpose keystore.Purpose) (keystore.Unwrapped, error) {
	s.mu.Lock()
	s.actives++
	s.mu.Unlock()
	return s.unwrap(ctx, func(r keystore.Record) bool {
		return r.Tenant == tenant && r.Purpose == purpose && r.State != keystore.Deactivated
	}, keystore.UseSeal)
}

func (s *faultStore) ByID(ctx context.Context, id uint64) (keystore.Unwrapped, error) {
	s.mu.Lock()
	s.byIDs++
	s.mu.Unlock()
	return s.unwrap(ctx, func(r keystore.Record) bool { return r.ID == id }, keystore.UseOpen)
}

func (s *faultStore) Reserve(_ context.Context, id uint64, n uint64) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reserves++
	if s.fault != nil {
		return 0, s.fault
	}
	if s.dry != nil {
		return 0, s.dry
	}
	r := s.records[id]
	if r.State != keystore.Active {
		return 0, keystore.ErrUnusable
	}
	if r.Reserved >= s.limit {
		return 0, keystore.ErrExhausted
	}
	granted := min(n, s.limit-r.Reserved)
	r.Reserved += granted
	s.records[id] = r
	return granted, nil
}

func (s *faultStore) Renew(_ context.Context, id uint64, _ string) (keystore.Record, error) {
	s.mu.Lock()
	s.renews++
	r, fault := s.records[id], s.fault
	s.mu.Unlock()
	if fault != nil {
		return keystore.Record{}, fault
	}
	return keystore.Record{ID: uint64(s.rotate(r.Tenant))}, nil
}

// newCache makes a cache that is closed at the end of the test.
func newCache(t testing.TB, config Config) *Cache {
	t.Helper()
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func mustActive(t testing.TB, c *Cache, tenant string) *fieldcrypt.Key {
	t.Helper()
	key, err := c.Active(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func mustByID(t testing.TB, c *Cache, id fieldcrypt.KeyID) *fieldcrypt.Key {
	t.Helper()
	key, err := c.ByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// pass lets virtual time pass in a synctest bubble, and the cache see it.
func pass(d time.Duration) {
	time.Sleep(d + 2*tickEvery)
	synctest.Wait()
}

// seal uses one message of the key.
func seal(t testing.TB, key *fieldcrypt.Key) error {
	t.Helper()
	f, err := fieldcrypt.NewField("email", 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = key.Seal(nil, f, []byte("x"))
	return err
}

// tenantNames gives n names.
func tenantNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("tenant-%d", i)
	}
	return names
}
