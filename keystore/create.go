package keystore

import (
	"context"
	"errors"
	"fmt"
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
