package keycache

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/keystore"
)

// Cache implements fieldcrypt.KeySource over a Keys. Close it after use.
type Cache struct {
	config Config

	tenants *shelf // by hash of the tenant: the key that seals, with its budget
	indexes *shelf // by hash of the tenant: the key for equality
	ids     *shelf // by key id: keys that open
	seed    maphash.Seed
	budgets *budgets
	refused *refusals

	actives, indexing, byIDs singleflight.Group // by tenant; by tenant; by key id in hexadecimal

	// epoch is raised before anything is purged; a load that began in an earlier epoch stores nothing.
	epoch atomic.Uint64

	start time.Time
	clock atomic.Int64 // the instant of the last tick: reading the time on each hit would cost more than the hit
	due   chan *entry  // entries to look up again

	hits                  counter
	misses, loads, errors atomic.Uint64

	// ctx ends with Close. running counts the goroutines that Close waits for; closing guards it against starting anew.
	ctx     context.Context
	cancel  context.CancelFunc
	closing sync.Mutex
	closed  bool
	running sync.WaitGroup
}

var _ fieldcrypt.KeySource = (*Cache)(nil)

// New makes a cache and starts its goroutines, which end with Close.
func New(config Config) (*Cache, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	c := &Cache{config: config, seed: maphash.MakeSeed(), start: time.Now(), due: make(chan *entry, 256)}
	var err error
	if c.budgets, err = newBudgets(budgetsPerEntry * config.Entries); err != nil {
		return nil, err
	}
	if c.refused, err = newRefusals(min(config.Entries, maxRefusals), config.NegativeTTL); err != nil {
		return nil, err
	}
	if c.tenants, err = newShelf(config.Entries, c.budgets.save); err != nil {
		return nil, err
	}
	for _, s := range []**shelf{&c.indexes, &c.ids} {
		if *s, err = newShelf(config.Entries, func(*entry) {}); err != nil {
			return nil, err
		}
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.running.Go(c.tick)
	for range refreshers {
		c.running.Go(c.refresh)
	}
	return c, nil
}

// Close ends running loads and forgets all keys. Later calls find nothing and give ErrUnavailable. It does not close Keys.
func (c *Cache) Close() error {
	c.closing.Lock()
	c.closed = true
	c.closing.Unlock()
	c.cancel()
	c.running.Wait()
	c.Purge()
	return nil
}

// CachedActive implements fieldcrypt.KeySource. A key whose message budget is used up is a miss: Active renews it.
func (c *Cache) CachedActive(tenant []byte) (*fieldcrypt.Key, bool) {
	now := instant(c.clock.Load())
	e := c.tenants.get(maphash.Bytes(c.seed, tenant))
	if e == nil || !e.ready(now) || e.key.Tenant() != string(tenant) {
		c.misses.Add(1)
		return nil, false
	}
	left := e.key.Budget()
	if left == 0 {
		c.misses.Add(1)
		return nil, false
	}
	c.tenants.touch(e, now)
	if now >= e.refreshAt || left <= c.lowBudget() {
		c.refreshSoon(e, now)
	}
	c.hits.add()
	return e.key, true
}

// CachedByID implements fieldcrypt.KeySource.
func (c *Cache) CachedByID(id fieldcrypt.KeyID) (*fieldcrypt.Key, bool) {
	now := instant(c.clock.Load())
	e := c.ids.get(uint64(id))
	if e == nil || !e.ready(now) {
		c.misses.Add(1)
		return nil, false
	}
	c.ids.touch(e, now)
	if now >= e.refreshAt {
		c.refreshSoon(e, now)
	}
	c.hits.add()
	return e.key, true
}

// Active implements fieldcrypt.KeySource. Where ctx ends before the load does, the error is of class ErrUnavailable and
// of ctx's; the load goes on for others.
func (c *Cache) Active(ctx context.Context, tenant string) (*fieldcrypt.Key, error) {
	if e := c.tenantEntry(c.tenants, tenant); e != nil && e.ready(c.now()) && e.key.Budget() > 0 {
		return e.key, nil
	}
	if err := keystore.CheckTenant(tenant); err != nil {
		return nil, fmt.Errorf("data key: %w: %w", fieldcrypt.ErrNoKey, err)
	}
	if err := c.refused.get(tenantName(tenant), c.now()); err != nil {
		return nil, err
	}
	flight := c.actives.DoChan(tenant, func() (any, error) { return c.loadActive(tenant) })
	return await(ctx, flight, tenantName(tenant))
}

// ByID implements fieldcrypt.KeySource. ctx as with Active.
func (c *Cache) ByID(ctx context.Context, id fieldcrypt.KeyID) (*fieldcrypt.Key, error) {
	if e := c.ids.getLocked(uint64(id)); e != nil && e.ready(c.now()) {
		return e.key, nil
	}
	if err := c.refused.get(keyName(id), c.now()); err != nil {
		return nil, err
	}
	flight := c.byIDs.DoChan(keyName(id), func() (any, error) { return c.loadByID(id) })
	return await(ctx, flight, keyName(id))
}

func await(ctx context.Context, flight <-chan singleflight.Result, name string) (*fieldcrypt.Key, error) {
	select {
	case <-ctx.Done():
		return nil, gaveUp(name, ctx.Err())
	case result := <-flight:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*fieldcrypt.Key), nil
	}
}

// tenantEntry returns the tenant's entry on a shelf by tenant, valid or not.
func (c *Cache) tenantEntry(s *shelf, tenant string) *entry {
	e := s.getLocked(maphash.String(c.seed, tenant))
	if e == nil || e.key.Tenant() != tenant {
		return nil
	}
	return e
}

// now is the exact time, for paths that load.
func (c *Cache) now() instant { return instant(time.Since(c.start)) }
