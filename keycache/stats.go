package keycache

import (
	"math/rand/v2"
	"sync/atomic"
)

// Stats counts since the cache was made. The figures are read one after another, so they may be a few events apart.
type Stats struct {
	Hits    uint64 // calls of a Cached method that gave a key
	Misses  uint64 // calls of a Cached method that gave none
	Loads   uint64 // loads from the store, refreshes included
	Errors  uint64 // loads that failed
	Entries int    // entries in all tables now
}

// Stats returns the counts.
func (c *Cache) Stats() Stats {
	return Stats{
		Hits: c.hits.sum(), Misses: c.misses.Load(), Loads: c.loads.Load(), Errors: c.errors.Load(),
		Entries: c.tenants.len() + c.indexes.len() + c.ids.len(),
	}
}

// counter is a count that is spread over several cache lines, since all cores count every hit.
type counter struct {
	cells [16]struct {
		n atomic.Uint64
		_ [56]byte // with n, a cache line of 64 bytes
	}
}

func (c *counter) add() { c.cells[rand.Uint32()%uint32(len(c.cells))].n.Add(1) }

func (c *counter) sum() (total uint64) {
	for i := range c.cells {
		total += c.cells[i].n.Load()
	}
	return total
}
