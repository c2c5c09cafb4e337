package keystore

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Rotate makes a new version of the tenant's key active and returns its record; the old version is deactivated in the same
// commit: it seals nothing more and still opens. When another process rotates the key at the same moment, its new version is
// returned, so that a fleet rotates a key once.
//
// Purpose data or kek: DEKs wrapped by an old KEK keep working. ErrIndexRotation for purpose index. ErrNotFound if the
// tenant has no such key. Where the last version is deactivated, compromised or destroyed, a new one is made as well, since
// this is an explicit act; where it is suspended or not yet active, ErrUnusable: first decide about that version.
func (m *Manager) Rotate(ctx context.Context, tenant string, purpose Purpose, reason string) (Record, error) {
	return m.rotate(ctx, tenant, purpose, reason, 0)
}

// Renew rotates the key with the id, if it is still the active one, and returns the record that is active then: what to call
// after ErrExhausted, since any number of callers may do so and the key is rotated once.
func (m *Manager) Renew(ctx context.Context, id uint64, reason string) (Record, error) {
	r, err := m.store.Get(ctx, id)
	if err != nil {
		return Record{}, fmt.Errorf("renew key %s: %w", FormatID(id), err)
	}
	return m.rotate(ctx, r.Tenant, r.Purpose, reason, id)
}

// rotate rotates away from the version with the id expect, or from whichever is active at the first look if that is 0.
func (m *Manager) rotate(ctx context.Context, tenant string, purpose Purpose, reason string, expect uint64) (Record, error) {
	if err := errors.Join(CheckTenant(tenant), checkReason(reason)); err != nil {
		return Record{}, fmt.Errorf("rotate key: %w", err)
	}
	if purpose != PurposeData && purpose != PurposeKEK {
		return Record{}, fmt.Errorf("rotate %s key of tenant %q: %w", purpose, tenant, ErrIndexRotation)
	}
	r, err := untilCommitted(ctx, func() (Record, error) {
		old, err := m.rotatable(ctx, tenant, purpose)
		if err != nil {
			return Record{}, err
		}
		if expect == 0 {
			expect = old.ID
		}
		if old.ID != expect && old.State == Active {
			return old, nil
		}
		return m.succeed(ctx, old, reason)
	})
	if err != nil {
		return Record{}, fmt.Errorf("rotate %s key of tenant %q: %w", purpose, tenant, err)
	}
	return r, nil
}

// rotatable returns the version that a new one would succeed: the active one, or the last if none is active.
func (m *Manager) rotatable(ctx context.Context, tenant string, purpose Purpose) (Record, error) {
	r, err := m.store.Active(ctx, tenant, purpose)
	if errors.Is(err, ErrNotFound) {
		if r, err = m.latest(ctx, tenant, purpose); err == nil && (r.State == Suspended || r.State == PreActivation) {
			err = unusable(r, "be rotated")
		}
	}
	return r, err
}

// succeed commits the next version after old and deactivates old, if it is active.
func (m *Manager) succeed(ctx context.Context, old Record, reason string) (Record, error) {
	version, err := m.nextVersion(ctx, old)
	if err != nil {
		return Record{}, err
	}
	var c change
	fresh, err := m.successor(ctx, &c, old, version, reason)
	if err != nil {
		return Record{}, err
	}
	c.add(fresh, eventOf(ActionRotate, fresh, reason))
	if old.State == Active {
		old.State, old.Retired = Deactivated, m.now().UTC().Round(0)
		c.add(old, eventOf(ActionState, old, reason))
	}
	written, err := m.commit(ctx, c)
	if err != nil {
		return Record{}, err
	}
	i := slices.IndexFunc(written, func(r Record) bool { return r.ID == fresh.ID })
	return written[i], nil
}

// nextVersion looks at all versions: one beyond the active may exist, made in advance.
func (m *Manager) nextVersion(ctx context.Context, old Record) (uint32, error) {
	last, err := m.latest(ctx, old.Tenant, old.Purpose)
	return last.Version + 1, err
}

func (m *Manager) successor(ctx context.Context, c *change, old Record, version uint32, reason string) (Record, error) {
	if old.Purpose == PurposeKEK {
		u, err := m.newKEK(ctx, old.Tenant, version)
		u.Clear()
		return u.Record, err
	}
	kek, err := m.wrappingKEK(ctx, c, old.Tenant, reason, 1)
	if err != nil {
		return Record{}, err
	}
	defer kek.Clear()
	return m.newDEK(ctx, kek, old.Purpose, version)
}
