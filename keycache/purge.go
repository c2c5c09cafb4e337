package keycache

import "github.com/keyaside/keyaside/fieldcrypt"

// Purge forgets everything, also that keys were refused. Callers that hold a key may still use it.
func (c *Cache) Purge() { c.purge(func(*entry) bool { return true }) }

// PurgeTenant forgets the keys of a tenant; call it when the tenant's keys have changed.
func (c *Cache) PurgeTenant(tenant string) {
	c.purge(func(e *entry) bool { return e.key.Tenant() == tenant })
}

// PurgeKey forgets one key, for sealing and for opening; call it when its record has changed.
func (c *Cache) PurgeKey(id fieldcrypt.KeyID) {
	c.purge(func(e *entry) bool { return e.key.ID() == id })
}

// purge drops what matches and all refusals. A load that is under way stores nothing and starts over, since it may have
// read what was there before.
func (c *Cache) purge(match func(*entry) bool) {
	c.epoch.Add(1)
	c.refused.clear()
	c.tenants.removeIf(match)
	c.indexes.removeIf(match)
	c.ids.removeIf(match)
}

// drop removes one key after a load found that it may not be used any more.
func (c *Cache) drop(e *entry) {
	c.ids.remove(e)
	for _, s := range []*shelf{c.tenants, c.indexes} {
		if active := c.tenantEntry(s, e.key.Tenant()); active != nil && active.key.ID() == e.key.ID() {
			s.remove(active)
		}
	}
}
