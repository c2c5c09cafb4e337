package fieldcrypt

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Bounds of a Key.
const (
	secretSize    = 32        // bytes: AES-256
	maxTenantSize = 1<<16 - 1 // bytes: what the 16-bit length of the format holds
	maxGrant      = 1 << 32   // messages: SP 800-38D, 8.3, for random 96-bit nonces
)

// Purpose is what a key may be used for. A key has one purpose (SP 800-57 part 1, 5.2).
type Purpose uint8

const (
	// PurposeData seals with a random nonce (suite 1). Such keys are rotated; old versions go on opening.
	PurposeData Purpose = iota
	// PurposeIndex makes equal values findable: it seals deterministically (suite 3) and makes equality terms. A tenant has
	// one such key, which stays, since equality needs it to.
	PurposeIndex
)

// String returns "data" or "index".
func (p Purpose) String() string {
	if p == PurposeIndex {
		return "index"
	}
	return "data"
}

// Key is one version of a tenant's data key, or its index key, ready for use. It is safe for concurrent use.
//
// Its secret stays in ordinary memory until the garbage collector reuses it; clearing it earlier would promise more than
// Go can keep, since expanded keys are copies that can't be reached.
type Key struct {
	id      KeyID
	tenant  string
	purpose Purpose
	secret  []byte

	budget atomic.Uint64 // messages that may still be sealed with a random nonce

	// derived has the field keys by Field.Index, nil where none was derived yet. A slice that was stored is never
	// written again: readers take no lock. derive serialises writers.
	derived atomic.Pointer[[]*fieldKey]
	derive  sync.Mutex
}

// NewKey makes a key from the 32 bytes of a data key, which are copied: the caller clears its own. The tenant has 1 to
// 65,535 bytes. The key's budget is 0: it opens, and seals only after Grant.
func NewKey(id KeyID, tenant string, secret []byte) (*Key, error) {
	return newKey(id, tenant, PurposeData, secret)
}

// NewIndexKey makes a key from the 32 bytes of an index key; the rest as with NewKey. It needs no budget: AES-SIV has no
// nonce that could be repeated, and its limit of 2^48 messages (RFC 5297, section 6) is out of reach.
func NewIndexKey(id KeyID, tenant string, secret []byte) (*Key, error) {
	return newKey(id, tenant, PurposeIndex, secret)
}

func newKey(id KeyID, tenant string, purpose Purpose, secret []byte) (*Key, error) {
	switch {
	case id == 0:
		return nil, fmt.Errorf("%s key of tenant %q has id 0, which names no key", purpose, tenant)
	case len(tenant) == 0 || len(tenant) > maxTenantSize:
		return nil, fmt.Errorf("%s key %016x: tenant has %d bytes, must have 1 to %d", purpose, uint64(id), len(tenant), maxTenantSize)
	case len(secret) != secretSize:
		return nil, fmt.Errorf("%s key %016x has %d bytes, must have %d", purpose, uint64(id), len(secret), secretSize)
	}
	k := &Key{id: id, tenant: tenant, purpose: purpose, secret: append([]byte(nil), secret...)}
	k.derived.Store(&[]*fieldKey{})
	return k, nil
}

// ID returns the id that is written into the envelopes of this key.
func (k *Key) ID() KeyID { return k.id }

// Tenant returns the tenant whose values this key seals and opens.
func (k *Key) Tenant() string { return k.tenant }

// Purpose returns what the key may be used for.
func (k *Key) Purpose() Purpose { return k.purpose }

// Grant adds n messages to the budget; n above 2^32, what a key may seal in all its life, counts as 2^32. The caller has
// reserved them durably, so that all processes together stay within the limit.
func (k *Key) Grant(n uint64) { k.budget.Add(min(n, maxGrant)) }

// Budget returns how many messages may still be sealed before ErrBudget. Index keys have none and need none.
func (k *Key) Budget() uint64 { return k.budget.Load() }

// TakeBudget empties the budget and returns what was left, so that an owner who drops the key can grant it to the key's
// next copy. A Seal that runs at the same time has either spent its message before, or is refused.
func (k *Key) TakeBudget() uint64 { return k.budget.Swap(0) }

// spend takes one message from the budget. Of concurrent callers exactly as many succeed as messages were granted: the
// count never goes below zero, not even for an instant.
func (k *Key) spend() error {
	for {
		n := k.budget.Load()
		if n == 0 {
			return fmt.Errorf("data key %016x: %w", uint64(k.id), ErrBudget)
		}
		if k.budget.CompareAndSwap(n, n-1) {
			return nil
		}
	}
}

// keyFor returns the derived key of f for a use that keys of the given purpose are made for.
func (k *Key) keyFor(f *Field, purpose Purpose) (*fieldKey, error) {
	if k.purpose != purpose {
		return nil, fmt.Errorf("field %s: %w: key %016x is for %s, this use is for %s keys", f.id, ErrPurpose, uint64(k.id), k.purpose, purpose)
	}
	return k.fieldKey(f)
}

// fieldKey returns the derived key of f, deriving it at the first use.
func (k *Key) fieldKey(f *Field) (*fieldKey, error) {
	if table := *k.derived.Load(); f.index < len(table) {
		if fk := table[f.index]; fk != nil && fk.of(f) {
			return fk, nil
		}
	}
	return k.deriveField(f)
}

func (k *Key) deriveField(f *Field) (*fieldKey, error) {
	k.derive.Lock()
	defer k.derive.Unlock()
	old := *k.derived.Load()
	if f.index < len(old) && old[f.index] != nil {
		if !old[f.index].of(f) {
			return nil, fmt.Errorf("fields %s and %s (equality domains %s and %s) have the same index %d",
				old[f.index].field, f.id, old[f.index].domain, f.domain, f.index)
		}
		return old[f.index], nil // another goroutine was first
	}
	fk, err := k.newFieldKey(f)
	if err != nil {
		return nil, err
	}
	table := make([]*fieldKey, max(len(old), f.index+1))
	copy(table, old)
	table[f.index] = fk
	k.derived.Store(&table)
	return fk, nil
}
