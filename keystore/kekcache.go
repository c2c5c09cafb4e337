package keystore

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// kekEntry is one unwrapped KEK. The cache clears it when it leaves, possibly while others hold the pointer; so its bytes
// are only ever copied out under the lock.
type kekEntry struct {
	mu      sync.Mutex
	secret  []byte // nil once cleared
	expires time.Time
}

// copy gives the KEK to the caller, who clears it, or reports false when it was cleared.
func (e *kekEntry) copy() ([]byte, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.secret == nil {
		return nil, false
	}
	return append([]byte(nil), e.secret...), true
}

func (e *kekEntry) wipe() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.secret)
	e.secret = nil
}

// kekCache holds a bounded number of unwrapped KEKs by key id, so that the HSM sees one unwrap per tenant and lifetime. It
// saves the HSM's work only: whether a KEK may be used is decided by its record at each use, not here.
type kekCache struct {
	mu  sync.Mutex
	lru *simplelru.LRU[uint64, *kekEntry]
	ttl time.Duration
	now func() time.Time
}

func newKEKCache(size int, ttl time.Duration, now func() time.Time) (*kekCache, error) {
	lru, err := simplelru.NewLRU(size, func(_ uint64, e *kekEntry) { e.wipe() })
	if err != nil {
		return nil, err
	}
	return &kekCache{lru: lru, ttl: ttl, now: now}, nil
}

// get copies the KEK out; the caller clears the copy.
func (c *kekCache) get(id uint64) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.lru.Get(id)
	if !ok {
		return nil, false
	}
	if !c.now().Before(e.expires) {
		c.lru.Remove(id)
		return nil, false
	}
	return e.copy()
}

// add takes secret over. Each addition follows a call to the HSM, so looking for expired entries among all costs little
// beside it, and bounds how long an idle KEK stays in memory while others come in.
func (c *kekCache) add(id uint64, secret []byte) *kekEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for _, old := range c.lru.Keys() {
		if e, ok := c.lru.Peek(old); ok && !now.Before(e.expires) {
			c.lru.Remove(old)
		}
	}
	c.lru.Remove(id)
	e := &kekEntry{secret: secret, expires: now.Add(c.ttl)}
	c.lru.Add(id, e)
	return e
}

func (c *kekCache) remove(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lru.Remove(id)
}

func (c *kekCache) purge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lru.Purge()
}
