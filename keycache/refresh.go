package keycache

import "time"

const (
	// refreshers bounds how many keys are looked up again at the same time.
	refreshers = 4
	// retryAfter is the least time between two refreshes of one entry, so that a store that is down is not asked on each
	// hit.
	retryAfter = instant(time.Second)
	// tickEvery is how late an expiry may be seen.
	tickEvery = 100 * time.Millisecond
)

// refreshSoon has e looked up again in the background. It neither blocks nor allocates: when too many entries are due, e
// comes up again after retryAfter.
func (c *Cache) refreshSoon(e *entry, now instant) {
	after := e.tryAfter.Load()
	if int64(now) < after || !e.tryAfter.CompareAndSwap(after, int64(now+retryAfter)) {
		return
	}
	select {
	case c.due <- e:
	default:
	}
}

// refresh looks entries up again until Close. A load that fails for now leaves the entry as it is, to serve until it
// expires; one that fails for good removes it.
func (c *Cache) refresh() {
	for {
		select {
		case <-c.ctx.Done():
			return
		case e := <-c.due:
			c.reload(e)
		}
	}
}

// reload looks one entry up again, unless it has left its shelf: a load of a key that nobody uses could create one.
func (c *Cache) reload(e *entry) {
	switch e {
	case c.ids.getLocked(e.hash):
		c.byIDs.Do(keyName(e.key.ID()), func() (any, error) { return c.loadByID(e.key.ID()) })
	case c.tenants.getLocked(e.hash):
		c.actives.Do(e.key.Tenant(), func() (any, error) { return c.loadActive(e.key.Tenant()) })
	case c.indexes.getLocked(e.hash):
		c.indexing.Do(e.key.Tenant(), func() (any, error) { return c.loadIndex(e.key.Tenant()) })
	}
}

// tick moves the clock that hits read, and now and then drops what has expired, so that an idle key does not stay in
// memory.
func (c *Cache) tick() {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	sweepEvery := max(instant(c.config.TTL/8), instant(tickEvery))
	sweepAt := sweepEvery
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-ticker.C:
		}
		now := c.now()
		c.clock.Store(int64(now))
		if now >= sweepAt {
			sweepAt = now + sweepEvery
			c.sweep(now)
		}
	}
}

func (c *Cache) sweep(now instant) {
	expired := func(e *entry) bool { return !e.valid(now) }
	c.tenants.removeIf(expired)
	c.indexes.removeIf(expired)
	c.ids.removeIf(expired)
}
