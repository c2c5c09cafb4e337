package keystore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// wrappingKEK returns the tenant's KEK in the clear, ready to wrap n new DEKs, and puts its record into the change: as a
// new key, or held to its revision, so that no DEK is ever wrapped under a KEK that was destroyed meanwhile. The record
// counts what the KEK wraps.
func (m *Manager) wrappingKEK(ctx context.Context, c *change, tenant, reason string, n int) (Unwrapped, error) {
	kek, err := m.store.Active(ctx, tenant, PurposeKEK)
	if errors.Is(err, ErrNotFound) {
		if err := m.checkNeverHad(ctx, tenant, PurposeKEK); err != nil {
			return Unwrapped{}, err
		}
		u, err := m.newKEK(ctx, tenant, 1)
		if err == nil {
			u.Record.Reserved = uint64(n)
			c.add(u.Record, eventOf(ActionCreate, u.Record, reason))
		}
		return u, err
	}
	if err != nil {
		return Unwrapped{}, err
	}
	if !kek.State.Allows(UseSeal) {
		return Unwrapped{}, unusable(kek, "wrap keys")
	}
	kek.Reserved += uint64(n)
	if kek.Reserved > m.messageLimit {
		return Unwrapped{}, fmt.Errorf("KEK %s of tenant %q: %w: rotate it", FormatID(kek.ID), tenant, ErrExhausted)
	}
	secret, err := m.kekSecret(ctx, kek)
	if err == nil {
		c.hold(kek)
	}
	return Unwrapped{Record: kek, Secret: secret}, err
}

// newKEK draws a KEK, has the master key wrap it, and records that use before the result can have any effect.
func (m *Manager) newKEK(ctx context.Context, tenant string, version uint32) (Unwrapped, error) {
	u, err := m.newKey(ctx, tenant, PurposeKEK, version)
	if err != nil {
		return Unwrapped{}, err
	}
	w, err := m.wrapper.Wrap(ctx, u.Secret, binding(u.Record))
	e := eventOf(ActionMasterWrap, u.Record, "")
	e.Master, e.Outcome = masterName(m.wrapper.Ref()), outcome(err)
	if err == nil {
		e.Master = masterName(w.Ref)
	}
	if recErr := m.record(context.WithoutCancel(ctx), e); recErr != nil {
		err = errors.Join(err, recErr)
	}
	if err != nil {
		u.Clear()
		return Unwrapped{}, fmt.Errorf("wrap new KEK of tenant %q: %w", tenant, err)
	}
	u.Record.Master = &w
	return u, nil
}

// newDEK draws a DEK and wraps it under the KEK. The key itself is cleared: whoever wants it unwraps it, so that what was
// stored is proven to open before anything is sealed under it.
func (m *Manager) newDEK(ctx context.Context, kek Unwrapped, purpose Purpose, version uint32) (Record, error) {
	u, err := m.newKey(ctx, kek.Record.Tenant, purpose, version)
	if err != nil {
		return Record{}, err
	}
	defer u.Clear()
	u.Record.Parent = kek.Record.ID
	if purpose == PurposeData {
		u.Record.CryptoDays = m.cryptoDays
	}
	u.Record.Wrapped, err = wrapDEK(kek.Record, kek.Secret, u.Record, u.Secret)
	return u.Record, err
}

// newKey draws id and secret of an active key and commits to it. It is not wrapped yet.
func (m *Manager) newKey(ctx context.Context, tenant string, purpose Purpose, version uint32) (Unwrapped, error) {
	id, err := m.newID(ctx)
	if err != nil {
		return Unwrapped{}, err
	}
	secret := make([]byte, keySize)
	if err := m.wrapper.Random(ctx, secret); err != nil {
		return Unwrapped{}, fmt.Errorf("random bytes for a key of tenant %q: %w", tenant, err)
	}
	now := m.now().UTC().Round(0)
	r := Record{
		ID: id, Tenant: tenant, Purpose: purpose, Version: version, State: Active, Algorithm: algorithm, Bits: keySize * 8,
		Created: now, Activated: now, Owner: m.actor,
	}
	if r.Commitment, err = commitment(secret, r); err != nil {
		clear(secret)
		return Unwrapped{}, fmt.Errorf("commit to key %s: %w", FormatID(id), err)
	}
	return Unwrapped{Record: r, Secret: secret}, nil
}

// newID draws ids until one is neither 0 nor in the store. An id that another process takes in between makes the commit
// fail with ErrExists.
func (m *Manager) newID(ctx context.Context) (uint64, error) {
	var b [8]byte
	for range maxTries {
		if _, err := io.ReadFull(m.ids, b[:]); err != nil {
			return 0, fmt.Errorf("draw a key id: %w", err)
		}
		id := binary.BigEndian.Uint64(b[:])
		if id == 0 {
			continue
		}
		_, err := m.store.Get(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return id, nil
		}
		if err != nil {
			return 0, fmt.Errorf("draw a key id: %w", err)
		}
	}
	return 0, fmt.Errorf("draw a key id: %d draws gave 0 or ids in use: the random generator is broken", maxTries)
}
