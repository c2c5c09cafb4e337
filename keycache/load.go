package keycache

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/keystore"
)

// loadAttempts is how often a load starts over because the key changed while it was loaded: a rotation by another
// process, a purge. More often in a row means that something is wrong.
const loadAttempts = 4

// errChanging means that loadAttempts were not enough.
var errChanging = errors.New("the key changed each time it was loaded")

// load runs one load in the frame that all have: counted, bounded in time, waited for by Close, observed.
func (c *Cache) load(name string, event Load, attempt func(context.Context) (*fieldcrypt.Key, error)) (*fieldcrypt.Key, error) {
	if !c.begin() {
		return nil, gaveUp(name, errClosed)
	}
	defer c.running.Done()
	ctx, cancel := context.WithTimeout(c.ctx, c.config.LoadTimeout)
	defer cancel()
	began := time.Now()
	epoch := c.epoch.Load()
	key, err := attempt(ctx)
	c.loads.Add(1)
	if err != nil {
		c.errors.Add(1)
		err = classify(name, err)
		if lasting(err) {
			c.refused.put(name, err, c.now(), func() bool { return c.epoch.Load() == epoch })
		}
	}
	if c.config.Observer != nil {
		event.Took, event.Err = time.Since(began), err
		c.config.Observer.KeyLoaded(event)
	}
	return key, err
}

// begin makes Close wait for the caller, who calls running.Done; false: the cache is closed.
func (c *Cache) begin() bool {
	c.closing.Lock()
	defer c.closing.Unlock()
	if !c.closed {
		c.running.Add(1)
	}
	return !c.closed
}

// loadActive brings the tenant's active key, with a budget, into both tables. It runs once for all who wait.
func (c *Cache) loadActive(tenant string) (*fieldcrypt.Key, error) {
	key, err := c.load(tenantName(tenant), Load{Tenant: tenant}, func(ctx context.Context) (*fieldcrypt.Key, error) {
		for range loadAttempts {
			key, err := c.tryActive(ctx, tenant)
			if key != nil || err != nil {
				return key, err
			}
		}
		return nil, errChanging
	})
	e := c.tenantEntry(c.tenants, tenant)
	switch {
	case err == nil || e == nil:
		return key, err
	case lasting(err):
		c.tenants.remove(e)
		return nil, err
	case e.key.Budget() == 0:
		return nil, err
	}
	return c.stay(e, err)
}

// stay lets an entry serve on, until it expires, when a load failed for now.
func (c *Cache) stay(e *entry, err error) (*fieldcrypt.Key, error) {
	now := c.now()
	if !e.valid(now) {
		return nil, err
	}
	e.tried(now)
	return e.key, nil
}

// tryActive returns neither key nor error if the key changed meanwhile.
func (c *Cache) tryActive(ctx context.Context, tenant string) (*fieldcrypt.Key, error) {
	epoch := c.epoch.Load()
	if e := c.tenantEntry(c.tenants, tenant); e != nil && e.valid(c.now()) && c.now() < e.refreshAt && e.key.Budget() > c.lowBudget() {
		return e.key, nil // another load was faster
	}
	u, err := c.config.Keys.Active(ctx, tenant, keystore.PurposeData)
	if err != nil {
		return nil, err
	}
	key, err := c.adopt(u)
	if err != nil {
		return nil, err
	}
	if err := checkGiven(key, tenant, fieldcrypt.PurposeData); err != nil {
		return nil, err
	}
	if done, err := c.fund(ctx, key); !done {
		return nil, err
	}
	if !c.store(c.tenants, maphash.String(c.seed, tenant), key, epoch) {
		c.budgets.keep(key)
		return nil, nil
	}
	c.store(c.ids, uint64(key.ID()), key, epoch)
	return key, nil
}

// checkGiven holds a key that the store gave for a tenant against what was asked for.
func checkGiven(key *fieldcrypt.Key, tenant string, purpose fieldcrypt.Purpose) error {
	if key.Tenant() != tenant || key.Purpose() != purpose {
		return fmt.Errorf("the store gave the %s key of tenant %q", key.Purpose(), key.Tenant())
	}
	return nil
}

// loadByID brings a key that opens into the table of ids.
func (c *Cache) loadByID(id fieldcrypt.KeyID) (*fieldcrypt.Key, error) {
	key, err := c.load(keyName(id), Load{ID: id}, func(ctx context.Context) (*fieldcrypt.Key, error) {
		for range loadAttempts {
			key, err := c.tryByID(ctx, id)
			if key != nil || err != nil {
				return key, err
			}
		}
		return nil, errChanging
	})
	e := c.ids.getLocked(uint64(id))
	switch {
	case err == nil || e == nil:
		return key, err
	case lasting(err):
		c.drop(e)
		return nil, err
	}
	return c.stay(e, err)
}

func (c *Cache) tryByID(ctx context.Context, id fieldcrypt.KeyID) (*fieldcrypt.Key, error) {
	epoch := c.epoch.Load()
	if e := c.ids.getLocked(uint64(id)); e != nil && c.now() < e.refreshAt {
		return e.key, nil
	}
	u, err := c.config.Keys.ByID(ctx, uint64(id))
	if err != nil {
		return nil, err
	}
	key, err := c.adopt(u)
	if err != nil {
		return nil, err
	}
	if key.ID() != id {
		return nil, fmt.Errorf("asked for it, got %s", keyName(key.ID()))
	}
	if !c.store(c.ids, uint64(id), key, epoch) {
		return nil, nil
	}
	return key, nil
}

// adopt makes a Key of an unwrapped secret, which it clears, or returns the Key that stands for the same record already:
// that one has its field keys derived, and its budget. A key id never comes with another secret.
func (c *Cache) adopt(u keystore.Unwrapped) (*fieldcrypt.Key, error) {
	defer u.Clear()
	id := fieldcrypt.KeyID(u.Record.ID)
	shelf, makeKey := c.tenants, fieldcrypt.NewKey
	switch u.Record.Purpose {
	case keystore.PurposeData:
	case keystore.PurposeIndex:
		shelf, makeKey = c.indexes, fieldcrypt.NewIndexKey
	default:
		return nil, fmt.Errorf("its purpose is %s: %w", u.Record.Purpose, keystore.ErrUnusable)
	}
	if e := c.tenantEntry(shelf, u.Record.Tenant); e != nil && e.key.ID() == id {
		return e.key, nil
	}
	if e := c.ids.getLocked(uint64(id)); e != nil && e.key.Tenant() == u.Record.Tenant {
		return e.key, nil
	}
	return makeKey(id, u.Record.Tenant, u.Secret)
}

// store puts a key on a shelf, unless something was purged since epoch.
func (c *Cache) store(s *shelf, hash uint64, key *fieldcrypt.Key, epoch uint64) bool {
	now := c.now()
	e := &entry{
		hash: hash, key: key,
		refreshAt: now + instant(c.config.Refresh),
		overdueAt: now + 2*instant(c.config.Refresh),
		expires:   now + instant(c.config.TTL),
	}
	e.touched.Store(int64(now))
	e.tried(now)
	return s.put(e, func() bool { return c.epoch.Load() == epoch })
}
