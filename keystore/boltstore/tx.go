package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/keyaside/keyaside/keystore"
)

// errDamaged is for contents that contradict themselves, which no crash can cause.
var errDamaged = errors.New("key store is damaged: restore it from a backup")

func (t *tx) get(id uint64) (keystore.Record, error) {
	b := t.records.Get(recordKey(id))
	if b == nil {
		return keystore.Record{}, fmt.Errorf("key %s: %w", keystore.FormatID(id), keystore.ErrNotFound)
	}
	r, err := keystore.DecodeRecord(b)
	if err != nil {
		return keystore.Record{}, fmt.Errorf("key %s: %w", keystore.FormatID(id), err)
	}
	if r.ID != id {
		return keystore.Record{}, fmt.Errorf("key %s: its record is that of key %s: %w", keystore.FormatID(id), keystore.FormatID(r.ID), errDamaged)
	}
	return r, nil
}

// follow reads the record that a value of the index or of the active bucket points to.
func (t *tx) follow(pointer []byte) (keystore.Record, error) {
	if len(pointer) != 8 {
		return keystore.Record{}, errDamaged
	}
	r, err := t.get(binary.BigEndian.Uint64(pointer))
	if errors.Is(err, keystore.ErrNotFound) {
		// Not ErrNotFound: a caller would create another key in place of the lost one.
		return keystore.Record{}, fmt.Errorf("key %016x is listed and its record is missing: %w", pointer, errDamaged)
	}
	return r, err
}

func (t *tx) active(tenant string, purpose keystore.Purpose) (keystore.Record, error) {
	pointer := t.actives.Get(activeKey(tenant, purpose))
	if pointer == nil {
		return keystore.Record{}, fmt.Errorf("active %s key of tenant %q: %w", purpose, tenant, keystore.ErrNotFound)
	}
	r, err := t.follow(pointer)
	if err == nil && (r.Tenant != tenant || r.Purpose != purpose || r.State != keystore.Active) {
		err = fmt.Errorf("active %s key of tenant %q points to key %s, which is not that: %w", purpose, tenant, keystore.FormatID(r.ID), errDamaged)
	}
	return r, err
}

// page returns up to n records from the index key from on (nil: from the start), and the index key that follows, nil at the
// end.
func (t *tx) page(tenant string, from []byte, n int) (page []keystore.Record, next []byte, err error) {
	var prefix []byte
	if tenant != "" {
		prefix = append([]byte(tenant), 0)
	}
	if from == nil {
		from = prefix
	}
	cursor := t.index.Cursor()
	key, pointer := cursor.Seek(from)
	for ; key != nil && bytes.HasPrefix(key, prefix); key, pointer = cursor.Next() {
		if len(page) == n {
			return page, bytes.Clone(key), nil
		}
		r, err := t.follow(pointer)
		if err != nil {
			return nil, nil, err
		}
		if !bytes.Equal(indexKey(r), key) {
			return nil, nil, fmt.Errorf("index entry of key %s: %w", keystore.FormatID(r.ID), errDamaged)
		}
		page = append(page, r)
	}
	return page, nil, nil
}

// commit checks every record before it writes any; an error makes the caller roll the transaction back.
func (t *tx) commit(records []keystore.Record) ([]keystore.Record, error) {
	revision, err := t.records.NextSequence()
	if err != nil {
		return nil, err
	}
	seen := make(map[uint64]bool, len(records))
	written := make([]keystore.Record, len(records))
	for i, r := range records {
		if seen[r.ID] {
			return nil, fmt.Errorf("key %s stands twice in one commit: %w", keystore.FormatID(r.ID), keystore.ErrInvalid)
		}
		seen[r.ID] = true
		if err := t.check(r); err != nil {
			return nil, err
		}
		r.Revision = revision
		if written[i], err = t.put(r); err != nil {
			return nil, err
		}
	}
	return written, t.point(records)
}

// check is the compare of compare-and-swap. The transaction already holds the earlier records of the same commit, so that
// two of them with the same version conflict as well.
func (t *tx) check(r keystore.Record) error {
	if err := r.Validate(); err != nil {
		return err
	}
	old, err := t.get(r.ID)
	switch {
	case r.Revision == 0 && err == nil:
		return fmt.Errorf("key %s: %w", keystore.FormatID(r.ID), keystore.ErrExists)
	case r.Revision == 0 && errors.Is(err, keystore.ErrNotFound):
		if t.index.Get(indexKey(r)) != nil {
			return fmt.Errorf("version %d of the %s key of tenant %q: %w", r.Version, r.Purpose, r.Tenant, keystore.ErrExists)
		}
		return nil
	case errors.Is(err, keystore.ErrNotFound):
		return fmt.Errorf("key %s of tenant %q is gone: %w", keystore.FormatID(r.ID), r.Tenant, keystore.ErrConflict)
	case err != nil:
		return err
	case old.Revision != r.Revision:
		return fmt.Errorf("key %s of tenant %q: %w", keystore.FormatID(r.ID), r.Tenant, keystore.ErrConflict)
	}
	return keystore.CheckChange(old, r)
}

// put writes the record and its index entry and returns the record as it will be read.
func (t *tx) put(r keystore.Record) (keystore.Record, error) {
	b, err := keystore.EncodeRecord(r)
	if err != nil {
		return keystore.Record{}, err
	}
	if err := errors.Join(t.records.Put(recordKey(r.ID), b), t.index.Put(indexKey(r), recordKey(r.ID))); err != nil {
		return keystore.Record{}, err
	}
	return keystore.DecodeRecord(b)
}

// point moves the active pointers: first away from records that are no longer active, then to those that are, so that the
// order of the records in a commit does not matter.
func (t *tx) point(records []keystore.Record) error {
	for _, r := range records {
		key := activeKey(r.Tenant, r.Purpose)
		if r.State != keystore.Active && bytes.Equal(t.actives.Get(key), recordKey(r.ID)) {
			if err := t.actives.Delete(key); err != nil {
				return err
			}
		}
	}
	for _, r := range records {
		if r.State != keystore.Active {
			continue
		}
		key := activeKey(r.Tenant, r.Purpose)
		if other := t.actives.Get(key); other != nil && !bytes.Equal(other, recordKey(r.ID)) {
			return fmt.Errorf("tenant %q has another active %s key: %w", r.Tenant, r.Purpose, keystore.ErrConflict)
		}
		if err := t.actives.Put(key, recordKey(r.ID)); err != nil {
			return err
		}
	}
	return nil
}
