package keystore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// reasonFirstUse is what the audit log tells of keys that Active created.
const reasonFirstUse = "first use"

// Create makes the keys that the tenant lacks of a KEK, a data key and an index key, in one commit, and returns the new
// records. ErrExists: it lacks none. ErrUnusable: it had one that was taken out of use; Rotate replaces that.
func (m *Manager) Create(ctx context.Context, tenant, reason string) ([]Record, error) {
	if err := errors.Join(CheckTenant(tenant), checkReason(reason)); err != nil {
		return nil, fmt.Errorf("create keys: %w", err)
	}
	made, err := untilCommitted(ctx, func() ([]Record, error) {
		return m.createMissing(ctx, tenant, reason, PurposeData, PurposeIndex)
	})
	if err == nil && len(made) == 0 {
		err = ErrExists
	}
	if err != nil {
		return nil, fmt.Errorf("create keys of tenant %q: %w", tenant, err)
	}
	return made, nil
}

// createOnUse creates the tenant's key of one purpose, if the configuration allows it, and returns the active one, whoever
// created it. Of many callers in this process one does the work; it goes on when that caller gives up.
func (m *Manager) createOnUse(ctx context.Context, tenant string, purpose Purpose) (Record, error) {
	flight := m.creates.DoChan(string(purpose)+" "+tenant, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.masterTimeout)
		defer cancel()
		return untilCommitted(ctx, func() (Record, error) { return m.createFirst(ctx, tenant, purpose) })
	})
	select {
	case <-ctx.Done():
		return Record{}, ctx.Err()
	case res := <-flight:
		r, _ := res.Val.(Record)
		return r, res.Err
	}
}

// createFirst looks first, since another caller may have been faster.
func (m *Manager) createFirst(ctx context.Context, tenant string, purpose Purpose) (Record, error) {
	if r, err := m.store.Active(ctx, tenant, purpose); !errors.Is(err, ErrNotFound) {
		return r, err
	}
	if !m.create {
		if err := m.checkNeverHad(ctx, tenant, purpose); err != nil {
			return Record{}, err
		}
		return Record{}, fmt.Errorf("%w, and this configuration creates none on use: run `keyaside keys create`", ErrNotFound)
	}
	if _, err := m.createMissing(ctx, tenant, reasonFirstUse, purpose); err != nil {
		return Record{}, err
	}
	return m.store.Active(ctx, tenant, purpose)
}

// createMissing makes, in one commit, those keys of the purposes that have no active version and never had one, and the KEK
// if there is none. It returns the new records.
func (m *Manager) createMissing(ctx context.Context, tenant, reason string, purposes ...Purpose) ([]Record, error) {
	missing, err := m.missing(ctx, tenant, purposes)
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	var c change
	kek, err := m.wrappingKEK(ctx, &c, tenant, reason, len(missing))
	if err != nil {
		return nil, err
	}
	defer kek.Clear()
	for _, purpose := range missing {
		dek, err := m.newDEK(ctx, kek, purpose, 1)
		if err != nil {
			return nil, err
		}
		c.add(dek, eventOf(ActionCreate, dek, reason))
	}
	written, err := m.commit(ctx, c)
	if err != nil {
		return nil, err
	}
	return newOnes(written, c), nil
}

// missing gives those of the purposes of which the tenant has no active key. ErrUnusable where it had one before: a key
// that was suspended, compromised or destroyed is not replaced by the mere use of it.
func (m *Manager) missing(ctx context.Context, tenant string, purposes []Purpose) ([]Purpose, error) {
	var missing []Purpose
	for _, purpose := range purposes {
		_, err := m.store.Active(ctx, tenant, purpose)
		if err == nil {
			continue
		}
		if !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		if err := m.checkNeverHad(ctx, tenant, purpose); err != nil {
			return nil, err
		}
		missing = append(missing, purpose)
	}
	return missing, nil
}

func (m *Manager) checkNeverHad(ctx context.Context, tenant string, purpose Purpose) error {
	last, err := m.latest(ctx, tenant, purpose)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil {
		if last.State == Active { // it came since the caller looked
			return ErrConflict
		}
		return unusable(last, "seal")
	}
	return err
}

// latest returns the record with the highest version; ErrNotFound if the tenant never had a key of that purpose.
func (m *Manager) latest(ctx context.Context, tenant string, purpose Purpose) (Record, error) {
	var last Record
	err := m.store.List(ctx, tenant, func(r Record) bool {
		if r.Purpose == purpose && r.Version > last.Version {
			last = r
		}
		return true
	})
	if err == nil && last.ID == 0 {
		err = ErrNotFound
	}
	return last, err
}

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

// newOnes gives those written records that the change created or altered, without those that it only held.
func newOnes(written []Record, c change) []Record {
	var out []Record
	for _, r := range written {
		for _, e := range c.events {
			if e.KeyID == FormatID(r.ID) && e.Action != ActionState {
				out = append(out, r)
			}
		}
	}
	return out
}
