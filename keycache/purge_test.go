package keycache

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/keystore"
)

func TestPurgeForgetsWhatItNamesAndNothingElse(t *testing.T) {
	for _, row := range []struct {
		name         string
		purge        func(*Cache, fieldcrypt.KeyID)
		acme, globex bool
	}{
		{"tenant", func(c *Cache, _ fieldcrypt.KeyID) { c.PurgeTenant("acme") }, false, true},
		{"key", func(c *Cache, id fieldcrypt.KeyID) { c.PurgeKey(id) }, false, true},
		{"all", func(c *Cache, _ fieldcrypt.KeyID) { c.Purge() }, false, false},
		{"unknown tenant", func(c *Cache, _ fieldcrypt.KeyID) { c.PurgeTenant("nobody") }, true, true},
		{"unknown key", func(c *Cache, _ fieldcrypt.KeyID) { c.PurgeKey(12345) }, true, true},
	} {
		c := newCache(t, Config{Keys: newFaultStore("acme", "globex")})
		acme, globex := mustActive(t, c, "acme").ID(), mustActive(t, c, "globex").ID()
		row.purge(c, acme)
		for _, want := range []struct {
			tenant string
			id     fieldcrypt.KeyID
			ready  bool
		}{{"acme", acme, row.acme}, {"globex", globex, row.globex}} {
			_, active := c.CachedActive([]byte(want.tenant))
			_, byID := c.CachedByID(want.id)
			if active != want.ready || byID != want.ready {
				t.Errorf("purge of %s: %s is ready %v, by id %v", row.name, want.tenant, active, byID)
			}
		}
	}
}

func TestPurgeForgetsRefusals(t *testing.T) {
	store := newFaultStore()
	c := newCache(t, Config{Keys: store, NegativeTTL: time.Hour})
	if _, err := c.Active(t.Context(), "acme"); !errors.Is(err, fieldcrypt.ErrNoKey) {
		t.Fatal(err)
	}
	store.rotate("acme")
	c.PurgeTenant("acme")
	mustActive(t, c, "acme")
}

// A load may have read the record just before it changed: then its answer must be neither kept nor given.
func TestALoadThatAPurgeOvertakesStartsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		id := store.rotate("acme")
		gate := make(chan struct{})
		store.gate = gate
		c := newCache(t, Config{Keys: store})
		var active, byID error
		var wg sync.WaitGroup
		wg.Go(func() { _, active = c.Active(t.Context(), "acme") })
		wg.Go(func() { _, byID = c.ByID(t.Context(), id) })
		synctest.Wait() // both loads have read the record
		store.setState(id, keystore.Destroyed)
		c.PurgeKey(id)
		store.mu.Lock()
		store.gate = nil
		store.mu.Unlock()
		close(gate)
		wg.Wait()
		if !errors.Is(active, fieldcrypt.ErrKeyUnusable) || !errors.Is(byID, fieldcrypt.ErrKeyUnusable) {
			t.Errorf("a destroyed key was given: %v, %v", active, byID)
		}
		if n := c.Stats().Entries; n != 0 {
			t.Errorf("%d entries", n)
		}
	})
}

func TestARefusalThatAPurgeOvertakesIsNotRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore()
		gate := make(chan struct{})
		store.gate = gate
		c := newCache(t, Config{Keys: store, NegativeTTL: time.Hour})
		var wg sync.WaitGroup
		wg.Go(func() { c.Active(t.Context(), "acme") })
		synctest.Wait() // the load has found no key
		store.rotate("acme")
		c.PurgeTenant("acme")
		store.mu.Lock()
		store.gate = nil
		store.mu.Unlock()
		close(gate)
		wg.Wait()
		mustActive(t, c, "acme")
	})
}

// Under load every path runs against every other; the race detector and the budget of the keys judge.
func TestAllPathsAtOnce(t *testing.T) {
	names := tenantNames(40)
	store := newFaultStore(names...)
	c := newCache(t, Config{Keys: store, Entries: 10, TTL: 50 * time.Millisecond, Block: 64})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	worker := func(work func(i int)) {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					work(i)
				}
			}
		})
	}
	for w := range 4 {
		worker(func(i int) {
			name := names[(i*7+w)%len(names)]
			key, ok := c.CachedActive([]byte(name))
			if !ok {
				var err error
				// A purge may overtake each attempt of a load.
				if key, err = c.Active(t.Context(), name); err != nil && !errors.Is(err, fieldcrypt.ErrUnavailable) {
					t.Error(err)
				}
				if err != nil {
					return
				}
			}
			if key.Tenant() != name {
				t.Errorf("asked for %s, got %s", name, key.Tenant())
			}
			if err := seal(t, key); err != nil && !errors.Is(err, fieldcrypt.ErrBudget) {
				t.Error(err)
			}
			if got, ok := c.CachedByID(key.ID()); ok && got.Tenant() != name {
				t.Errorf("key of %s has become one of %s", name, got.Tenant())
			}
		})
	}
	worker(func(i int) { c.PurgeTenant(names[i%len(names)]); time.Sleep(time.Millisecond) })
	worker(func(i int) { store.rotate(names[i%len(names)]); time.Sleep(5 * time.Millisecond) })
	worker(func(int) { c.Stats(); c.Purge(); time.Sleep(7 * time.Millisecond) })
	time.Sleep(400 * time.Millisecond)
	close(stop)
	wg.Wait()
}
