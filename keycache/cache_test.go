package keycache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/keystore"
)

func TestConfigRefusesWhatMakesNoSense(t *testing.T) {
	keys := newFaultStore()
	for name, config := range map[string]Config{
		"no keys":              {},
		"negative entries":     {Keys: keys, Entries: -1},
		"negative TTL":         {Keys: keys, TTL: -1},
		"refresh after expiry": {Keys: keys, TTL: time.Second, Refresh: time.Minute},
		"block above 2^32":     {Keys: keys, Block: 1<<32 + 1},
	} {
		if c, err := New(config); err == nil {
			c.Close()
			t.Errorf("%s: no error", name)
		}
	}
	newCache(t, Config{Keys: keys, TTL: time.Second}) // the default refresh follows a short TTL
}

func TestAHitAsksNobody(t *testing.T) {
	store := newFaultStore("acme")
	c := newCache(t, Config{Keys: store})
	if _, ok := c.CachedActive([]byte("acme")); ok {
		t.Fatal("a hit in an empty cache")
	}
	key := mustActive(t, c, "acme")
	store.setFault(hsm.ErrUnavailable)
	for range 100 {
		if got, ok := c.CachedActive([]byte("acme")); !ok || got != key {
			t.Fatal("the active key is not ready")
		}
		// What was just sealed is often read next: the key that seals is ready to open as well, and is the same one.
		if got, ok := c.CachedByID(key.ID()); !ok || got != key {
			t.Fatal("the key is not ready by its id")
		}
	}
	if key.Tenant() != "acme" || seal(t, key) != nil {
		t.Error("the key is not fit to seal for its tenant")
	}
	if actives, byIDs, _, _ := store.calls(); actives != 1 || byIDs != 0 {
		t.Errorf("store was asked %d + %d times", actives, byIDs)
	}
}

func TestAKeyLoadedByItsIDOnlyOpens(t *testing.T) {
	store := newFaultStore("acme")
	old := store.rotate("acme")
	store.rotate("acme")
	c := newCache(t, Config{Keys: store})
	key := mustByID(t, c, old)
	if err := seal(t, key); !errors.Is(err, fieldcrypt.ErrBudget) {
		t.Errorf("an old key sealed: %v", err)
	}
	if got, ok := c.CachedByID(old); !ok || got != key {
		t.Error("the key is not ready")
	}
}

func TestAThousandMissesAtOnceGiveOneLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		store.gate = make(chan struct{})
		id := store.rotate("globex")
		c := newCache(t, Config{Keys: store})
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() { mustActive(t, c, "acme") })
			wg.Go(func() { mustByID(t, c, id) })
		}
		synctest.Wait() // all wait for the two loads
		close(store.gate)
		wg.Wait()
		if actives, byIDs, reserves, _ := store.calls(); actives != 1 || byIDs != 1 || reserves != 1 {
			t.Errorf("%d + %d loads, %d reservations", actives, byIDs, reserves)
		}
	})
}

func TestACallerThatGivesUpLeavesTheLoadToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		store.gate = make(chan struct{})
		c := newCache(t, Config{Keys: store})
		ctx, cancel := context.WithCancel(t.Context())
		var first, second error
		var wg sync.WaitGroup
		wg.Go(func() { _, first = c.Active(ctx, "acme") })
		synctest.Wait()
		wg.Go(func() { _, second = c.Active(t.Context(), "acme") })
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(store.gate)
		wg.Wait()
		if !errors.Is(first, context.Canceled) || !errors.Is(first, fieldcrypt.ErrUnavailable) || second != nil {
			t.Errorf("first: %v, second: %v", first, second)
		}
	})
}

func TestALoadThatHangsEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		store.gate = make(chan struct{})
		c := newCache(t, Config{Keys: store, LoadTimeout: 3 * time.Second})
		began := time.Now()
		_, err := c.Active(t.Context(), "acme")
		if !errors.Is(err, fieldcrypt.ErrUnavailable) || time.Since(began) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

func TestErrorsHaveTheClassThatTheProxiesKnow(t *testing.T) {
	for _, row := range []struct{ cause, class error }{
		{keystore.ErrNotFound, fieldcrypt.ErrNoKey},
		{keystore.ErrInvalid, fieldcrypt.ErrNoKey},
		{keystore.ErrUnusable, fieldcrypt.ErrKeyUnusable},
		{hsm.ErrCorrupt, fieldcrypt.ErrKeyUnusable},
		{hsm.ErrUnavailable, fieldcrypt.ErrUnavailable},
		{hsm.ErrAuth, fieldcrypt.ErrUnavailable},
		{hsm.ErrNoKey, fieldcrypt.ErrUnavailable},
		{keystore.ErrLocked, fieldcrypt.ErrUnavailable},
		{keystore.ErrUnrecorded, fieldcrypt.ErrUnavailable},
		{errors.New("disk on fire"), fieldcrypt.ErrUnavailable},
		{fmt.Errorf("%w: %w", keystore.ErrNotFound, hsm.ErrUnavailable), fieldcrypt.ErrUnavailable},
	} {
		store := newFaultStore("acme")
		store.setFault(row.cause)
		c := newCache(t, Config{Keys: store})
		_, active := c.Active(t.Context(), "acme")
		_, byID := c.ByID(t.Context(), 0xABCDEF)
		for _, err := range []error{active, byID} {
			if !errors.Is(err, row.class) || !errors.Is(err, row.cause) {
				t.Errorf("%v gives %v", row.cause, err)
			}
		}
		if !strings.Contains(active.Error(), `"acme"`) || !strings.Contains(byID.Error(), "0000000000abcdef") {
			t.Errorf("errors do not say what was asked for: %v; %v", active, byID)
		}
	}
}

func TestAnImpossibleTenantNameIsRefusedWithoutALoad(t *testing.T) {
	store := newFaultStore()
	c := newCache(t, Config{Keys: store})
	for _, name := range []string{"", "a\nb", "\xff", strings.Repeat("x", 1<<20)} {
		_, err := c.Active(t.Context(), name)
		if !errors.Is(err, fieldcrypt.ErrNoKey) || len(err.Error()) > 1000 {
			t.Errorf("%.10q: %.200v", name, err)
		}
	}
	if actives, _, _, _ := store.calls(); actives != 0 {
		t.Errorf("%d loads", actives)
	}
}

func TestAKeyOfTheWrongTenantOrPurposeIsNotUsed(t *testing.T) {
	store := newFaultStore("acme")
	id := store.rotate("acme")
	c := newCache(t, Config{Keys: wrongTenant{store}})
	if key, err := c.Active(t.Context(), "globex"); err == nil {
		t.Errorf("got the key of %s", key.Tenant())
	}
	store.mu.Lock()
	r := store.records[uint64(id)]
	r.Purpose = keystore.PurposeKEK
	store.records[uint64(id)] = r
	store.mu.Unlock()
	if _, err := c.ByID(t.Context(), id); !errors.Is(err, fieldcrypt.ErrKeyUnusable) {
		t.Errorf("a KEK opens values: %v", err)
	}
}

// wrongTenant answers each question about any tenant with acme's key.
type wrongTenant struct{ *faultStore }

func (w wrongTenant) Active(ctx context.Context, _ string, p keystore.Purpose) (keystore.Unwrapped, error) {
	return w.faultStore.Active(ctx, "acme", p)
}

func TestSecretsAreClearedOnceTheKeyIsMade(t *testing.T) {
	store := newFaultStore("acme", "globex")
	old := store.rotate("acme")
	store.rotate("acme")
	c := newCache(t, Config{Keys: store})
	mustActive(t, c, "acme")
	mustActive(t, c, "globex")
	mustByID(t, c, old)
	if len(store.handed) != 3 {
		t.Fatalf("%d secrets were handed out", len(store.handed))
	}
	for i, secret := range store.handed {
		if string(secret) != string(make([]byte, 32)) {
			t.Errorf("secret %d is still there", i)
		}
	}
}

func TestTheCacheIsBoundedAndKeepsWhatIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		names := tenantNames(200)
		store := newFaultStore(names...)
		c := newCache(t, Config{Keys: store, Entries: 20})
		mustActive(t, c, names[0])
		for _, name := range names[1:] {
			mustActive(t, c, name)
			pass(time.Duration(promoteEvery))
			if _, ok := c.CachedActive([]byte(names[0])); !ok {
				t.Fatalf("the busiest tenant left the cache at %s", name)
			}
			if n := c.Stats().Entries; n > 2*20 {
				t.Fatalf("%d entries", n)
			}
		}
		if _, ok := c.CachedActive([]byte(names[1])); ok {
			t.Error("an idle tenant stayed although others came")
		}
	})
}

func TestAfterCloseNothingIsFoundAndNothingLoads(t *testing.T) {
	store := newFaultStore("acme")
	c := newCache(t, Config{Keys: store})
	key := mustActive(t, c, "acme")
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, active := c.CachedActive([]byte("acme"))
	_, byID := c.CachedByID(key.ID())
	_, err := c.Active(t.Context(), "acme")
	if active || byID || !errors.Is(err, fieldcrypt.ErrUnavailable) || c.Stats().Entries != 0 {
		t.Errorf("%v, %v, %v, %+v", active, byID, err, c.Stats())
	}
}

func TestCloseEndsALoadThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore("acme")
		store.gate = make(chan struct{})
		c := newCache(t, Config{Keys: store})
		var err error
		var wg sync.WaitGroup
		wg.Go(func() { _, err = c.Active(t.Context(), "acme") })
		synctest.Wait()
		c.Close()
		wg.Wait()
		if !errors.Is(err, fieldcrypt.ErrUnavailable) || c.Stats().Entries != 0 {
			t.Errorf("%v, %+v", err, c.Stats())
		}
	})
}

// slowToEnd is a store whose calls take a second to end after they were told to.
type slowToEnd struct {
	*faultStore
	ended atomic.Bool
}

func (s *slowToEnd) Active(ctx context.Context, _ string, _ keystore.Purpose) (keystore.Unwrapped, error) {
	<-ctx.Done()
	time.Sleep(time.Second)
	s.ended.Store(true)
	return keystore.Unwrapped{}, ctx.Err()
}

// The store is closed after the cache, and must not be in use then.
func TestCloseReturnsWhenTheStoreIsNotUsedAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowToEnd{faultStore: newFaultStore()}
		c := newCache(t, Config{Keys: store})
		go c.Active(t.Context(), "acme")
		synctest.Wait()
		c.Close()
		if !store.ended.Load() {
			t.Error("a load goes on after Close")
		}
	})
}

type loadLog struct {
	mu    sync.Mutex
	loads []Load
}

func (l *loadLog) KeyLoaded(e Load) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.loads = append(l.loads, e)
}

func TestStatsAndObserverTellWhatHappened(t *testing.T) {
	store := newFaultStore("acme")
	log := &loadLog{}
	c := newCache(t, Config{Keys: store, Observer: log})
	c.CachedActive([]byte("acme"))
	mustActive(t, c, "acme")
	for range 5 {
		c.CachedActive([]byte("acme"))
	}
	if _, err := c.ByID(t.Context(), 99); err == nil {
		t.Fatal("key 99 exists")
	}
	if got, want := c.Stats(), (Stats{Hits: 5, Misses: 1, Loads: 2, Errors: 1, Entries: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(log.loads) != 2 || log.loads[0].Tenant != "acme" || log.loads[0].Err != nil ||
		log.loads[1].ID != 99 || !errors.Is(log.loads[1].Err, fieldcrypt.ErrNoKey) {
		t.Errorf("observed %+v", log.loads)
	}
}
