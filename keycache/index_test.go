package keycache

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/keystore"
)

func mustIndex(t testing.TB, c *Cache, tenant string) *fieldcrypt.Key {
	t.Helper()
	key, err := c.Index(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestAnIndexKeyIsReadyByTenantAndByID(t *testing.T) {
	store := newFaultStore("acme")
	id := store.addIndex("acme")
	c := newCache(t, Config{Keys: store})
	if _, ok := c.CachedIndex([]byte("acme")); ok {
		t.Fatal("a hit in an empty cache")
	}
	key := mustIndex(t, c, "acme")
	if key.ID() != id || key.Purpose() != fieldcrypt.PurposeIndex || key.Tenant() != "acme" {
		t.Fatalf("%s key %x of %s", key.Purpose(), uint64(key.ID()), key.Tenant())
	}
	store.setFault(hsm.ErrUnavailable)
	byTenant, ok := c.CachedIndex([]byte("acme"))
	byID, okID := c.CachedByID(id)
	if !ok || !okID || byTenant != key || byID != key {
		t.Errorf("by tenant %v, by id %v", ok, okID)
	}
	if _, ok := c.CachedActive([]byte("acme")); ok {
		t.Error("the index key is ready to seal")
	}
	if _, _, reserves, _ := store.calls(); reserves != 0 {
		t.Error("messages were reserved for an index key")
	}
}

func TestDataAndIndexKeyOfATenantDoNotDisturbEachOther(t *testing.T) {
	store := newFaultStore("acme")
	index := store.addIndex("acme")
	c := newCache(t, Config{Keys: store})
	first := mustIndex(t, c, "acme")
	for range 2 {
		if key := mustActive(t, c, "acme"); key.Purpose() != fieldcrypt.PurposeData || key.ID() == index || seal(t, key) != nil {
			t.Fatalf("%s key %x seals", key.Purpose(), uint64(key.ID()))
		}
		store.rotate("acme")
		c.PurgeTenant("nobody")
	}
	if key := mustByID(t, c, index); key != first {
		t.Error("the index key has two copies")
	}
}

func TestAnIndexKeyByItsIDIsOneForEquality(t *testing.T) {
	store := newFaultStore("acme")
	c := newCache(t, Config{Keys: store})
	key := mustByID(t, c, store.addIndex("acme"))
	f, err := fieldcrypt.NewField("email", 0)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := key.SealDeterministic(nil, f, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if plaintext, err := mustIndex(t, c, "acme").Open(nil, f, envelope); err != nil || string(plaintext) != "x" {
		t.Errorf("%q, %v", plaintext, err)
	}
}

func TestManyWhoMissAnIndexKeyCauseOneLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore()
		store.addIndex("acme")
		gate := make(chan struct{})
		store.gate = gate
		c := newCache(t, Config{Keys: store})
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { mustIndex(t, c, "acme") })
		}
		synctest.Wait()
		close(gate)
		wg.Wait()
		if actives, _, _, _ := store.calls(); actives != 1 {
			t.Errorf("%d loads", actives)
		}
		c.Close()
	})
}

func TestPurgeForgetsIndexKeys(t *testing.T) {
	for name, purge := range map[string]func(*Cache, fieldcrypt.KeyID){
		"tenant": func(c *Cache, _ fieldcrypt.KeyID) { c.PurgeTenant("acme") },
		"key":    func(c *Cache, id fieldcrypt.KeyID) { c.PurgeKey(id) },
		"all":    func(c *Cache, _ fieldcrypt.KeyID) { c.Purge() },
	} {
		store := newFaultStore()
		id := store.addIndex("acme")
		c := newCache(t, Config{Keys: store})
		mustIndex(t, c, "acme")
		purge(c, id)
		_, byTenant := c.CachedIndex([]byte("acme"))
		_, byID := c.CachedByID(id)
		if byTenant || byID {
			t.Errorf("purge of %s: ready by tenant %v, by id %v", name, byTenant, byID)
		}
	}
}

func TestASuspendedIndexKeyStopsServingOnceItIsLookedUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaultStore()
		id := store.addIndex("acme")
		c := newCache(t, Config{Keys: store, Refresh: time.Minute, TTL: time.Hour})
		mustIndex(t, c, "acme")
		store.setState(id, keystore.Suspended)
		pass(90 * time.Second)
		c.CachedIndex([]byte("acme")) // notices that the key is due
		pass(time.Second)
		if _, ok := c.CachedIndex([]byte("acme")); ok {
			t.Error("still ready")
		}
		if _, err := c.Index(t.Context(), "acme"); !errors.Is(err, fieldcrypt.ErrKeyUnusable) {
			t.Error(err)
		}
		c.Close()
	})
}

func TestATenantWithoutIndexKeyIsRememberedForAWhile(t *testing.T) {
	store := newFaultStore("acme")
	c := newCache(t, Config{Keys: store})
	for range 3 {
		if _, err := c.Index(t.Context(), "acme"); !errors.Is(err, fieldcrypt.ErrNoKey) {
			t.Fatal(err)
		}
	}
	if actives, _, _, _ := store.calls(); actives != 1 {
		t.Errorf("%d loads", actives)
	}
	mustActive(t, c, "acme") // the data key is another question
}

func TestIndexKeysSurviveARestartAndAreOnePerFleet(t *testing.T) {
	path, master := filepath.Join(t.TempDir(), "keys.db"), newMaster(t)
	f, err := fieldcrypt.NewField("email", 0)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	terms := map[string]bool{}
	var wg sync.WaitGroup
	for range 4 {
		c := newCache(t, Config{Keys: newManager(t, path, master, &uses{}, 0)})
		wg.Go(func() {
			key, err := c.Index(t.Context(), "acme")
			if err != nil {
				t.Error(err)
				return
			}
			term, err := key.AppendTerm(nil, f, []byte("ada@example.com"))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			terms[string(term)] = true
			mu.Unlock()
		})
	}
	wg.Wait()
	m := newManager(t, path, master, &uses{}, 0)
	again, err := mustIndex(t, newCache(t, Config{Keys: m}), "acme").AppendTerm(nil, f, []byte("ada@example.com"))
	if err != nil || len(terms) != 1 || !terms[string(again)] {
		t.Errorf("%d terms for one value, after a restart one of them: %v, %v", len(terms), terms[string(again)], err)
	}
	if _, err := m.Rotate(t.Context(), "acme", keystore.PurposeIndex, "test"); !errors.Is(err, keystore.ErrIndexRotation) {
		t.Errorf("rotation: %v", err)
	}
}
