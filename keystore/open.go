package keystore

import (
	"context"
	"errors"
	"fmt"

	"github.com/keyaside/keyaside/hsm"
)

// Active returns the key that seals new values of the tenant, of purpose data or index. Where the tenant has none and the
// configuration allows it, the key is created, with the tenant's KEK if need be, in one commit; of several processes that do
// so at once, one wins and all return its key. ErrNotFound: there is no key and none may be created. ErrUnusable: the
// tenant's key was suspended, compromised or destroyed, so none is created in its place either.
func (m *Manager) Active(ctx context.Context, tenant string, purpose Purpose) (Unwrapped, error) {
	if err := checkAsked(tenant, purpose); err != nil {
		return Unwrapped{}, fmt.Errorf("active key: %w", err)
	}
	r, err := m.store.Active(ctx, tenant, purpose)
	if errors.Is(err, ErrNotFound) {
		r, err = m.createOnUse(ctx, tenant, purpose)
	}
	if err != nil {
		return Unwrapped{}, fmt.Errorf("active %s key of tenant %q: %w", purpose, tenant, err)
	}
	if !r.State.Allows(UseSeal) {
		return Unwrapped{}, unusable(r, "seal")
	}
	return m.open(ctx, r)
}

// ByID returns the data or index key with the id, active or deactivated. ErrNotFound, also for the id of a KEK: no value is
// sealed under one. ErrUnusable: its state, or that of its KEK, forbids opening.
func (m *Manager) ByID(ctx context.Context, id uint64) (Unwrapped, error) {
	if id == 0 {
		return Unwrapped{}, fmt.Errorf("key %s: %w", FormatID(id), ErrNotFound)
	}
	r, err := m.store.Get(ctx, id)
	if err != nil {
		return Unwrapped{}, fmt.Errorf("key %s: %w", FormatID(id), err)
	}
	if r.Purpose == PurposeKEK {
		return Unwrapped{}, fmt.Errorf("key %s wraps keys and opens no values: %w", FormatID(id), ErrNotFound)
	}
	if !r.State.Allows(UseOpen) {
		return Unwrapped{}, unusable(r, "open")
	}
	return m.open(ctx, r)
}

// open unwraps a DEK whose state was checked.
func (m *Manager) open(ctx context.Context, r Record) (Unwrapped, error) {
	kek, err := m.parent(ctx, r)
	if err != nil {
		return Unwrapped{}, err
	}
	kekSecret, err := m.kekSecret(ctx, kek)
	if err != nil {
		return Unwrapped{}, err
	}
	defer clear(kekSecret)
	secret, err := unwrapDEK(kek, kekSecret, r)
	if err != nil {
		return Unwrapped{}, err
	}
	return Unwrapped{Record: r, Secret: secret}, nil
}

// parent reads the KEK's record at each use, even when the KEK itself is in the cache: its state may have changed.
func (m *Manager) parent(ctx context.Context, r Record) (Record, error) {
	kek, err := m.store.Get(ctx, r.Parent)
	if err != nil {
		return Record{}, fmt.Errorf("KEK %s of key %s of tenant %q: %w", FormatID(r.Parent), FormatID(r.ID), r.Tenant, err)
	}
	if kek.Purpose != PurposeKEK || kek.Tenant != r.Tenant {
		return Record{}, fmt.Errorf("key %s of tenant %q: its parent %s is not a KEK of that tenant: %w",
			FormatID(r.ID), r.Tenant, FormatID(r.Parent), hsm.ErrCorrupt)
	}
	if !kek.State.Allows(UseOpen) {
		m.keks.remove(kek.ID)
		return Record{}, unusable(kek, "unwrap keys")
	}
	return kek, nil
}

// kekSecret returns the KEK in the clear, from the cache or the master key; the caller clears it. Of many callers at once
// one asks the master key. It goes on when the caller that began gives up, since the others wait for it.
func (m *Manager) kekSecret(ctx context.Context, kek Record) ([]byte, error) {
	for {
		if secret, ok := m.keks.get(kek.ID); ok {
			return secret, nil
		}
		flight := m.unwraps.DoChan(FormatID(kek.ID), func() (any, error) { return m.fetchKEK(context.WithoutCancel(ctx), kek) })
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("unwrap KEK of tenant %q: %w", kek.Tenant, ctx.Err())
		case res := <-flight:
			if res.Err != nil {
				return nil, res.Err
			}
			// The entry may have left the cache again, cleared, when the cache is far too small: then ask once more.
			if secret, ok := res.Val.(*kekEntry).copy(); ok {
				return secret, nil
			}
		}
	}
}

func (m *Manager) fetchKEK(ctx context.Context, kek Record) (*kekEntry, error) {
	ctx, cancel := context.WithTimeout(ctx, m.masterTimeout)
	defer cancel()
	secret, err := m.unwrapKEK(ctx, kek)
	if err != nil {
		return nil, fmt.Errorf("unwrap KEK %s of tenant %q: %w", FormatID(kek.ID), kek.Tenant, err)
	}
	return m.keks.add(kek.ID, secret), nil
}

// unwrapKEK uses the master key and records that it did, with the outcome, before the KEK can have any effect.
func (m *Manager) unwrapKEK(ctx context.Context, kek Record) ([]byte, error) {
	secret, err := m.wrapper.Unwrap(ctx, *kek.Master, binding(kek))
	if err == nil {
		err = checkSecret(secret, kek)
	}
	e := eventOf(ActionMasterUnwrap, kek, "")
	e.Master, e.Outcome = masterName(kek.Master.Ref), outcome(err)
	// The master key was used even if the time ran out meanwhile: the record does not depend on ctx.
	if recErr := m.record(context.WithoutCancel(ctx), e); recErr != nil {
		err = errors.Join(err, recErr)
	}
	if err != nil {
		clear(secret)
		return nil, err
	}
	return secret, nil
}

func checkAsked(tenant string, purpose Purpose) error {
	if purpose != PurposeData && purpose != PurposeIndex {
		return fmt.Errorf("purpose %q is neither data nor index: %w", purpose, ErrInvalid)
	}
	return CheckTenant(tenant)
}
