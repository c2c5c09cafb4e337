package keystore

import (
	"context"
	"fmt"
)

// Reserve counts n messages against the active key with the id, for a sidecar that is about to seal them, and returns how
// many were granted: n, or what is left if that is less. The count is durable before Reserve returns and never decreases, so
// a sidecar that crashes loses the rest of its block and the key never seals more than it may (SP 800-38D, 8.3).
//
// ErrExhausted: nothing is left; the caller rotates with Renew. ErrUnusable: the key is not active any more; the caller asks
// for the active one.
func (m *Manager) Reserve(ctx context.Context, id uint64, n uint64) (granted uint64, err error) {
	if n == 0 {
		return 0, fmt.Errorf("reserve 0 messages of key %s: %w", FormatID(id), ErrInvalid)
	}
	granted, err = untilCommitted(ctx, func() (uint64, error) { return m.tryReserve(ctx, id, n) })
	if err != nil {
		return 0, fmt.Errorf("reserve messages of key %s: %w", FormatID(id), err)
	}
	return granted, nil
}

func (m *Manager) tryReserve(ctx context.Context, id, n uint64) (uint64, error) {
	r, err := m.store.Get(ctx, id)
	if err != nil {
		return 0, err
	}
	if r.Purpose == PurposeKEK {
		return 0, fmt.Errorf("it wraps keys and seals no values: %w", ErrNotFound)
	}
	if !r.State.Allows(UseSeal) {
		return 0, unusable(r, "seal")
	}
	if r.Reserved >= m.messageLimit {
		return 0, fmt.Errorf("tenant %q, %d messages: %w", r.Tenant, r.Reserved, ErrExhausted)
	}
	granted := min(n, m.messageLimit-r.Reserved)
	r.Reserved += granted
	if _, err := m.store.Commit(ctx, r); err != nil {
		return 0, err
	}
	return granted, nil
}
