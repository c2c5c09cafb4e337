package keycache

import (
	"context"
	"fmt"
	"hash/maphash"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/keystore"
)

// CachedIndex implements fieldcrypt.KeySource.
func (c *Cache) CachedIndex(tenant []byte) (*fieldcrypt.Key, bool) {
	now := instant(c.clock.Load())
	e := c.indexes.get(maphash.Bytes(c.seed, tenant))
	if e == nil || !e.ready(now) || e.key.Tenant() != string(tenant) {
		c.misses.Add(1)
		return nil, false
	}
	c.indexes.touch(e, now)
	if now >= e.refreshAt {
		c.refreshSoon(e, now)
	}
	c.hits.add()
	return e.key, true
}

// Index implements fieldcrypt.KeySource. ctx as with Active.
func (c *Cache) Index(ctx context.Context, tenant string) (*fieldcrypt.Key, error) {
	if e := c.tenantEntry(c.indexes, tenant); e != nil && e.ready(c.now()) {
		return e.key, nil
	}
	if err := keystore.CheckTenant(tenant); err != nil {
		return nil, fmt.Errorf("index key: %w: %w", fieldcrypt.ErrNoKey, err)
	}
	if err := c.refused.get(indexName(tenant), c.now()); err != nil {
		return nil, err
	}
	flight := c.indexing.DoChan(tenant, func() (any, error) { return c.loadIndex(tenant) })
	return await(ctx, flight, indexName(tenant))
}

// loadIndex brings the tenant's index key into its table and that of ids. It runs once for all who wait.
func (c *Cache) loadIndex(tenant string) (*fieldcrypt.Key, error) {
	key, err := c.load(indexName(tenant), Load{Tenant: tenant, Index: true}, func(ctx context.Context) (*fieldcrypt.Key, error) {
		for range loadAttempts {
			key, err := c.tryIndex(ctx, tenant)
			if key != nil || err != nil {
				return key, err
			}
		}
		return nil, errChanging
	})
	e := c.tenantEntry(c.indexes, tenant)
	switch {
	case err == nil || e == nil:
		return key, err
	case lasting(err):
		c.indexes.remove(e)
		return nil, err
	}
	return c.stay(e, err)
}

// tryIndex returns neither key nor error if something was purged meanwhile.
func (c *Cache) tryIndex(ctx context.Context, tenant string) (*fieldcrypt.Key, error) {
	epoch := c.epoch.Load()
	if e := c.tenantEntry(c.indexes, tenant); e != nil && e.valid(c.now()) && c.now() < e.refreshAt {
		return e.key, nil // another load was faster
	}
	u, err := c.config.Keys.Active(ctx, tenant, keystore.PurposeIndex)
	if err != nil {
		return nil, err
	}
	key, err := c.adopt(u)
	if err != nil {
		return nil, err
	}
	if err := checkGiven(key, tenant, fieldcrypt.PurposeIndex); err != nil {
		return nil, err
	}
	if !c.store(c.indexes, maphash.String(c.seed, tenant), key, epoch) {
		return nil, nil
	}
	c.store(c.ids, uint64(key.ID()), key, epoch)
	return key, nil
}
