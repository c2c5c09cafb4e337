package fieldcrypt

import (
	"context"
	"errors"
)

// KeyID names a key record in the key store. It is random and unique, and is written big-endian into the header of
// every envelope.
type KeyID uint64

// Errors of a KeySource. A caller branches on them with errors.Is; their texts name the tenant or the key id, never
// key bytes.
var (
	// ErrNoKey means that no key record exists and the policy does not allow one to be created.
	ErrNoKey = errors.New("no such data key")
	// ErrKeyUnusable means that the key record exists but its state forbids this use (suspended, compromised, destroyed).
	ErrKeyUnusable = errors.New("data key is not usable in its present state")
	// ErrUnavailable means that the key store or the master key cannot be reached now; trying again later may succeed.
	ErrUnavailable = errors.New("key service is unavailable")
)

// KeySource is the only door through which the proxies reach keys. Implementations are safe for concurrent use.
//
// The Cached methods never block and never allocate: they serve the hot path. When they report false the caller calls
// the blocking twin outside of any lock and tries again.
type KeySource interface {
	// CachedActive returns the key that seals new values of the tenant, if it is ready for use. The tenant's bytes are
	// only read during the call.
	CachedActive(tenant []byte) (*Key, bool)
	// Active returns the key that seals new values of the tenant, fetching, creating or renewing it as the policy allows.
	Active(ctx context.Context, tenant string) (*Key, error)
	// CachedIndex returns the tenant's index key, if it is ready for use. The tenant's bytes are only read during the call.
	CachedIndex(tenant []byte) (*Key, bool)
	// Index returns the tenant's index key, fetching or creating it as the policy allows.
	Index(ctx context.Context, tenant string) (*Key, error)
	// CachedByID returns the data or index key named by an envelope's header, if it is ready for use.
	CachedByID(id KeyID) (*Key, bool)
	// ByID returns the data or index key named by an envelope's header.
	ByID(ctx context.Context, id KeyID) (*Key, error)
}
