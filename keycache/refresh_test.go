package keycache

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/keystore"
)

// times used by the tests below; Refresh and TTL as an operator might set them.
func timed(store *faultStore) Config {
	return Config{Keys: store, TTL: 10 * time.Minute, Refresh: time.Minute, NegativeTTL: 5 * time.Second}
}

func TestARotationByAnotherProcessIsSeenAfterRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		c := newCache(t, timed(store))
		old := mustActive(t, c, "acme")
		fresh := store.rotate("acme")
		pass(time.Minute)
		// The hit that finds the key due still gets it: refreshing is nobody's wait.
		if key, ok := c.CachedActive([]byte("acme")); !ok || key != old {
			t.Fatal("the refresh blocked a hit")
		}
		synctest.Wait()
		key, ok := c.CachedActive([]byte("acme"))
		if !ok || key.ID() != fresh || seal(t, key) != nil {
			t.Fatalf("the rotation is not seen: %v", key)
		}
		if err := seal(t, old); !errors.Is(err, fieldcrypt.ErrBudget) {
			t.Errorf("the old key still seals: %v", err)
		}
		if got, ok := c.CachedByID(old.ID()); !ok || got != old {
			t.Error("the old key does not open any more")
		}
	})
}

func TestARefreshedKeyStaysTheSameObject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		c := newCache(t, timed(store))
		key := mustActive(t, c, "acme")
		for range 30 { // three times the TTL
			pass(time.Minute)
			if got, ok := c.CachedActive([]byte("acme")); !ok || got != key {
				t.Fatal("a key in use was not there, or was made anew")
			}
			synctest.Wait()
		}
		if actives, _, reserves, _ := store.calls(); actives != 31 || reserves != 1 {
			t.Errorf("%d loads, %d reservations", actives, reserves)
		}
	})
}

func TestAKeyOutlivesTheStoreUntilItsTTLAndNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		c := newCache(t, timed(store))
		pass(50 * time.Second) // so that the key expires between two sweeps
		key := mustActive(t, c, "acme")
		store.setFault(hsm.ErrUnavailable)
		for range 9 {
			pass(time.Minute - 2*tickEvery)
			_, active := c.CachedActive([]byte("acme"))
			_, byID := c.CachedByID(key.ID())
			if !active || !byID {
				t.Fatal("a key was lost before its TTL because the store is down")
			}
			synctest.Wait()
		}
		pass(time.Minute)
		if c.Stats().Entries != 2 {
			t.Fatal("swept already")
		}
		_, active := c.CachedActive([]byte("acme"))
		_, byID := c.CachedByID(key.ID())
		if active || byID {
			t.Error("an expired key was served")
		}
		if _, err := c.Active(t.Context(), "acme"); !errors.Is(err, fieldcrypt.ErrUnavailable) {
			t.Errorf("%v", err)
		}
		// Once the store is back, the next caller is served at once: that it was down is not remembered.
		store.setFault(nil)
		mustActive(t, c, "acme")
	})
}

func TestAKeyExpiresAlsoWhereRefreshIsAsLongAsTheTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t, Config{Keys: newFaultStore("acme"), TTL: time.Minute, Refresh: time.Minute})
		pass(5 * time.Second) // so that the key expires between two sweeps
		mustActive(t, c, "acme")
		pass(time.Minute)
		if c.Stats().Entries != 2 {
			t.Fatal("swept already")
		}
		if _, ok := c.CachedActive([]byte("acme")); ok {
			t.Error("an expired key was served")
		}
	})
}

func TestAStoreThatIsDownIsNotAskedOnEachHit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		c := newCache(t, timed(store))
		mustActive(t, c, "acme")
		store.setFault(hsm.ErrUnavailable)
		pass(time.Minute)
		for range 1000 { // ten seconds of hits
			c.CachedActive([]byte("acme"))
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		if actives, _, _, _ := store.calls(); actives < 5 || actives > 12 {
			t.Errorf("%d loads in ten seconds", actives)
		}
	})
}

func TestAKeyThatMayNotBeUsedAnyMoreIsGoneAfterRefresh(t *testing.T) {
	for _, state := range []keystore.State{keystore.Suspended, keystore.Compromised, keystore.Destroyed} {
		synctest.Test(t, func(t *testing.T) {
			store := newFaultStore("acme", "globex")
			c := newCache(t, timed(store))
			id, other := mustActive(t, c, "acme").ID(), mustActive(t, c, "globex").ID()
			store.setState(id, state)
			store.setState(other, state)
			pass(time.Minute)
			c.CachedByID(id) // notices that the key is due
			c.CachedActive([]byte("globex"))
			synctest.Wait()
			_, active := c.CachedActive([]byte("acme"))
			_, byID := c.CachedByID(id)
			_, otherActive := c.CachedActive([]byte("globex"))
			if active || byID || otherActive {
				t.Errorf("a %s key was served: active %v, by id %v, other tenant %v", state, active, byID, otherActive)
			}
			if _, err := c.ByID(t.Context(), id); !errors.Is(err, fieldcrypt.ErrKeyUnusable) {
				t.Errorf("%s: %v", state, err)
			}
		})
	}
}

// Only a hit finds that a key is due, so the first one after a long rest must not be served what was true before it.
func TestAKeyThatWasIdleIsLookedUpBeforeItServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		c := newCache(t, timed(store))
		old := mustActive(t, c, "acme")
		fresh := store.rotate("acme")
		store.setState(old.ID(), keystore.Destroyed)
		pass(2 * time.Minute)
		_, active := c.CachedActive([]byte("acme"))
		_, byID := c.CachedByID(old.ID())
		if active || byID {
			t.Errorf("served unseen: active %v, by id %v", active, byID)
		}
		if key := mustActive(t, c, "acme"); key.ID() != fresh {
			t.Error("the rotation is not seen")
		}
		if _, err := c.ByID(t.Context(), old.ID()); !errors.Is(err, fieldcrypt.ErrKeyUnusable) {
			t.Errorf("a destroyed key: %v", err)
		}
	})
}

func TestAKeyThatWasIdleServesOnWhileTheStoreIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		c := newCache(t, timed(store))
		key := mustActive(t, c, "acme")
		store.setFault(hsm.ErrUnavailable)
		pass(5 * time.Minute)
		if mustActive(t, c, "acme") != key || mustByID(t, c, key.ID()) != key {
			t.Fatal("another key")
		}
		// The store was tried: the next callers need not wait for it.
		_, active := c.CachedActive([]byte("acme"))
		_, byID := c.CachedByID(key.ID())
		if !active || !byID {
			t.Errorf("active %v, by id %v", active, byID)
		}
		if s := c.Stats(); s.Errors != 2 {
			t.Errorf("%+v", s)
		}
	})
}

// Looking it up would make a key for a tenant that has none any more.
func TestAnEntryThatLeftIsNotLookedUpAgain(t *testing.T) {
	store := newFaultStore("acme")
	c := newCache(t, timed(store))
	id := mustActive(t, c, "acme").ID()
	active, byID := c.tenantEntry(c.tenants, "acme"), c.ids.getLocked(uint64(id))
	c.PurgeTenant("acme")
	c.reload(active)
	c.reload(byID)
	if actives, byIDs, _, _ := store.calls(); actives != 1 || byIDs != 0 {
		t.Errorf("%d + %d loads", actives, byIDs)
	}
}

func TestAnIdleKeyLeavesTheMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t, timed(newFaultStore("acme")))
		mustActive(t, c, "acme")
		pass(10*time.Minute + 10*time.Minute/8)
		if n := c.Stats().Entries; n != 0 {
			t.Errorf("%d entries", n)
		}
	})
}

func TestRefusalsAreRememberedForAShortTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore()
		c := newCache(t, timed(store))
		for range 100 {
			if _, err := c.Active(t.Context(), "acme"); !errors.Is(err, fieldcrypt.ErrNoKey) {
				t.Fatal(err)
			}
			if _, err := c.ByID(t.Context(), 99); !errors.Is(err, fieldcrypt.ErrNoKey) {
				t.Fatal(err)
			}
		}
		if actives, byIDs, _, _ := store.calls(); actives != 1 || byIDs != 1 {
			t.Errorf("%d + %d loads", actives, byIDs)
		}
		store.rotate("acme")
		pass(5 * time.Second)
		mustActive(t, c, "acme")
	})
}

func TestMadeUpKeyIDsDoNotFillTheMemory(t *testing.T) {
	store := newFaultStore("acme")
	c := newCache(t, Config{Keys: store, Entries: 50})
	key := mustActive(t, c, "acme")
	for id := range fieldcrypt.KeyID(500) {
		c.ByID(t.Context(), id+1)
	}
	if n := c.refused.lru.Len(); n > 50 {
		t.Errorf("%d refusals are remembered", n)
	}
	if _, ok := c.CachedByID(key.ID()); !ok {
		t.Error("made-up ids drove a key out")
	}
}
