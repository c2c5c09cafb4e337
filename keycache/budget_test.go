package keycache

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/keystore"
)

func TestAUsedUpBudgetIsAMissAndActiveReservesAgain(t *testing.T) {
	store := newFaultStore("acme")
	c := newCache(t, Config{Keys: store, Block: 3})
	key := mustActive(t, c, "acme")
	for block := range 4 {
		for range 3 {
			if _, ok := c.CachedActive([]byte("acme")); !ok {
				t.Fatal("a key with a budget is not ready")
			}
			if err := seal(t, key); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok := c.CachedActive([]byte("acme")); ok {
			t.Fatal("a key without a budget is ready")
		}
		if got := store.reserved(key.ID()); got != uint64(3*(block+1)) {
			t.Fatalf("%d messages reserved", got)
		}
		if again := mustActive(t, c, "acme"); again != key {
			t.Fatal("the key was made anew")
		}
	}
}

func TestTheNextBlockIsReservedBeforeItIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		c := newCache(t, Config{Keys: store, Block: 80})
		key := mustActive(t, c, "acme")
		for range 70 { // an eighth of the block is left
			if err := seal(t, key); err != nil {
				t.Fatal(err)
			}
		}
		pass(time.Duration(retryAfter))
		if _, ok := c.CachedActive([]byte("acme")); !ok {
			t.Fatal("a key with a budget is not ready")
		}
		synctest.Wait()
		if key.Budget() != 90 || store.reserved(key.ID()) != 160 {
			t.Errorf("%d left, %d reserved", key.Budget(), store.reserved(key.ID()))
		}
	})
}

func TestAnExhaustedKeyIsRotated(t *testing.T) {
	store := newFaultStore("acme")
	store.limit = 5
	c := newCache(t, Config{Keys: store, Block: 4})
	seen := map[fieldcrypt.KeyID]int{}
	for range 50 {
		key, ok := c.CachedActive([]byte("acme"))
		if !ok {
			key = mustActive(t, c, "acme")
		}
		if err := seal(t, key); err != nil {
			t.Fatal(err)
		}
		seen[key.ID()]++
	}
	for id, n := range seen {
		if n > 5 {
			t.Errorf("key %x sealed %d messages", uint64(id), n)
		}
	}
	if _, _, _, renews := store.calls(); renews != len(seen)-1 || len(seen) != 10 {
		t.Errorf("%d keys, %d rotations", len(seen), renews)
	}
}

func TestWhatIsLeftOfABlockSurvivesTheAbsenceOfTheKey(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, *Cache){
		"purge":    func(_ *testing.T, c *Cache) { c.PurgeTenant("acme") },
		"eviction": func(t *testing.T, c *Cache) { mustActive(t, c, "globex"); mustActive(t, c, "initech") },
		"expiry":   func(_ *testing.T, _ *Cache) { pass(2 * time.Hour) },
	} {
		synctest.Test(t, func(t *testing.T) {
			store := newFaultStore("acme", "globex", "initech")
			c := newCache(t, Config{Keys: store, Entries: 1, TTL: time.Hour, Block: 1000})
			before := mustActive(t, c, "acme")
			if err := seal(t, before); err != nil {
				t.Fatal(err)
			}
			leave(t, c)
			if _, ok := c.CachedActive([]byte("acme")); ok {
				t.Fatalf("%s: the key is still there", name)
			}
			for range 3 { // nor is it granted twice
				mustActive(t, c, "acme")
				leave(t, c)
			}
			after := mustActive(t, c, "acme")
			if after.Budget() != 999 || before != after && before.Budget() != 0 || store.reserved(after.ID()) != 1000 {
				t.Errorf("%s: %d left, %d with the old copy, %d reserved", name, after.Budget(), before.Budget(), store.reserved(after.ID()))
			}
		})
	}
}

func TestWhatIsLeftServesWhileNothingCanBeReserved(t *testing.T) {
	for name, fail := range map[string]func(*faultStore){
		"the store is down":         func(s *faultStore) { s.setFault(hsm.ErrUnavailable) },
		"the store cannot write":    func(s *faultStore) { s.setDry(hsm.ErrUnavailable) },
		"the key cannot be rotated": func(s *faultStore) { s.setDry(fmt.Errorf("%w, %w", keystore.ErrExhausted, errNoRotation)) },
	} {
		synctest.Test(t, func(t *testing.T) {
			store := newFaultStore("acme")
			c := newCache(t, Config{Keys: noRotation{store}, Block: 80})
			key := mustActive(t, c, "acme")
			for range 75 {
				if err := seal(t, key); err != nil {
					t.Fatal(err)
				}
			}
			fail(store)
			for range 5 {
				pass(time.Duration(retryAfter))
				for range 100 { // and none of the hits starts a load but the first
					if _, ok := c.CachedActive([]byte("acme")); !ok {
						t.Fatalf("%s: a key with a budget is not ready", name)
					}
					synctest.Wait()
				}
				if err := seal(t, key); err != nil {
					t.Fatal(err)
				}
			}
			if n := c.Stats().Loads; n > 7 {
				t.Errorf("%s: %d loads", name, n)
			}
			if _, err := c.Active(t.Context(), "acme"); !errors.Is(err, fieldcrypt.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// While a refresh is tried, a key that expires with messages left goes on with them.
func TestAReloadedKeyGoesOnWithWhatIsLeft(t *testing.T) {
	store := newFaultStore("acme")
	c := newCache(t, Config{Keys: store, Block: 80})
	key := mustActive(t, c, "acme")
	for range 75 {
		if err := seal(t, key); err != nil {
			t.Fatal(err)
		}
	}
	c.Purge()
	store.setDry(hsm.ErrUnavailable)
	for range 5 {
		if err := seal(t, mustActive(t, c, "acme")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Active(t.Context(), "acme"); !errors.Is(err, fieldcrypt.ErrUnavailable) {
		t.Error(err)
	}
}

var errNoRotation = errors.New("rotation is not allowed")

// noRotation is a store whose keys can't be rotated.
type noRotation struct{ *faultStore }

func (noRotation) Renew(context.Context, uint64, string) (keystore.Record, error) {
	return keystore.Record{}, errNoRotation
}

func TestAPurgeDuringALoadLosesNoReservation(t *testing.T) {
	store := newFaultStore("acme")
	c := newCache(t, Config{Keys: purgeOnReserve{store, new(*Cache)}, Block: 100})
	*c.config.Keys.(purgeOnReserve).cache = c
	key := mustActive(t, c, "acme")
	// The first attempt reserved 100 messages and was overtaken; the second found them.
	if key.Budget() != 100 || store.reserved(key.ID()) != 100 {
		t.Errorf("%d left, %d reserved", key.Budget(), store.reserved(key.ID()))
	}
}

// purgeOnReserve has something purged each time that messages are reserved.
type purgeOnReserve struct {
	*faultStore
	cache **Cache
}

func (p purgeOnReserve) Reserve(ctx context.Context, id, n uint64) (uint64, error) {
	(*p.cache).PurgeTenant("another")
	return p.faultStore.Reserve(ctx, id, n)
}
