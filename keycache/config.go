package keycache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/keystore"
)

// Keys is what the cache asks of a keystore.Manager, with the errors that it gives.
type Keys interface {
	Active(ctx context.Context, tenant string, purpose keystore.Purpose) (keystore.Unwrapped, error)
	ByID(ctx context.Context, id uint64) (keystore.Unwrapped, error)
	Reserve(ctx context.Context, id uint64, n uint64) (granted uint64, err error)
	Renew(ctx context.Context, id uint64, reason string) (keystore.Record, error)
}

// Config says how much is kept and for how long. Only Keys is required; a zero value means the default.
type Config struct {
	Keys Keys

	// Entries bounds each of the three tables, by tenant for data keys and for index keys, and by key id. One key takes about 0.5 KiB, and 0.9 KiB for each
	// field it is used with. 0 = 10,000.
	Entries int
	// TTL is how long a key serves after the store last confirmed it. It bounds how long an application goes on working
	// while the store is unreachable, and how long an unused key stays in memory. 0 = 15 minutes.
	TTL time.Duration
	// Refresh is how often the store is asked again about a key in use. While the store can be reached, a change made by
	// another process goes unseen for twice this time at most, or until somebody calls Purge. At most TTL. 0 = 1 minute, or
	// TTL if that is shorter.
	Refresh time.Duration
	// NegativeTTL is how long it is remembered that a key does not exist or may not be used. 0 = 5 seconds.
	NegativeTTL time.Duration
	// LoadTimeout bounds one load, whoever waits for it. 0 = 40 seconds, above what a keystore.Manager allows a use of the
	// master key.
	LoadTimeout time.Duration
	// Block is how many messages are reserved from a key's record at a time: fewer writes to the store against more
	// messages lost in a crash. 0 = 2^20, at most 2^32.
	Block uint64
	// Observer is told of each load, from several goroutines; nil = nobody.
	Observer Observer
}

// Observer takes events for metrics. Its method returns quickly and does not call the cache.
type Observer interface {
	KeyLoaded(Load)
}

// Load is one load of a key from the store.
type Load struct {
	Tenant string           // of a load of a tenant's active key
	Index  bool             // the tenant's index key rather than its data key
	ID     fieldcrypt.KeyID // of a load by id
	Took   time.Duration
	Err    error // nil, or of class ErrNoKey, ErrKeyUnusable or ErrUnavailable
}

const maxBlock = 1 << 32 // messages: SP 800-38D, 8.3

func (c *Config) complete() error {
	setDefault(&c.Entries, 10_000)
	setDefault(&c.TTL, 15*time.Minute)
	setDefault(&c.Refresh, min(time.Minute, c.TTL))
	setDefault(&c.NegativeTTL, 5*time.Second)
	setDefault(&c.LoadTimeout, 40*time.Second)
	setDefault(&c.Block, 1<<20)
	switch {
	case c.Keys == nil:
		return errors.New("key cache: Keys is required")
	case c.Entries < 0 || c.TTL < 0 || c.Refresh < 0 || c.NegativeTTL < 0 || c.LoadTimeout < 0:
		return errors.New("key cache: a limit is negative")
	case c.Refresh > c.TTL:
		return fmt.Errorf("key cache: refresh after %v is later than expiry after %v", c.Refresh, c.TTL)
	case c.Block > maxBlock:
		return fmt.Errorf("key cache: a block of %d messages is above 2^32", c.Block)
	}
	return nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
