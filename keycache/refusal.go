package keycache

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/keystore"
)

// errClosed means that the cache was used after Close.
var errClosed = errors.New("the key cache is closed")

// tenantName, indexName and keyName say in errors, and as keys of loads, what was asked for.
func tenantName(tenant string) string { return fmt.Sprintf("data key of tenant %q", tenant) }

func indexName(tenant string) string { return fmt.Sprintf("index key of tenant %q", tenant) }

func keyName(id fieldcrypt.KeyID) string { return "key " + keystore.FormatID(uint64(id)) }

// classify turns an error of Keys into one of fieldcrypt's classes, and keeps the cause. What is not known to last is
// ErrUnavailable: then the next caller tries again.
func classify(name string, err error) error {
	class := fieldcrypt.ErrUnavailable
	switch {
	case errors.Is(err, hsm.ErrUnavailable):
		// A key that is missing because something can't be reached is not missing.
	case errors.Is(err, keystore.ErrUnusable), errors.Is(err, hsm.ErrCorrupt):
		class = fieldcrypt.ErrKeyUnusable
	case errors.Is(err, keystore.ErrNotFound), errors.Is(err, keystore.ErrInvalid):
		class = fieldcrypt.ErrNoKey
	}
	return fmt.Errorf("%s: %w: %w", name, class, err)
}

// lasting reports whether an error from classify is worth remembering.
func lasting(err error) bool { return !errors.Is(err, fieldcrypt.ErrUnavailable) }

// gaveUp is the error of a caller that got no answer.
func gaveUp(name string, cause error) error {
	return fmt.Errorf("%s: %w: %w", name, fieldcrypt.ErrUnavailable, cause)
}

// maxRefusals bounds how many refusals are remembered: made-up key ids in a table must not fill the memory.
const maxRefusals = 4096

// refusals remembers for a short time that a key does not exist or may not be used, so that a statement over a thousand
// such rows does not ask the store a thousand times.
type refusals struct {
	ttl instant
	mu  sync.Mutex
	lru *simplelru.LRU[string, refusal]
}

type refusal struct {
	err   error
	until instant
}

func newRefusals(size int, ttl time.Duration) (*refusals, error) {
	lru, err := simplelru.NewLRU[string, refusal](size, nil)
	return &refusals{ttl: instant(ttl), lru: lru}, err
}

func (r *refusals) get(name string, now instant) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, ok := r.lru.Get(name)
	if !ok {
		return nil
	}
	if now >= f.until {
		r.lru.Remove(name)
		return nil
	}
	return f.err
}

// put remembers err, unless fresh says under the lock that it is out of date already.
func (r *refusals) put(name string, err error, now instant, fresh func() bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if fresh() {
		r.lru.Add(name, refusal{err, now + r.ttl})
	}
}

func (r *refusals) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lru.Purge()
}
