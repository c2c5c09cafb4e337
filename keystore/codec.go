package keystore

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/keyaside/keyaside/hsm"
)

// recordJSON is the written form of a Record: JSON, so that an operator can look at a store with ordinary tools. The id is
// text, because tools that read JSON numbers as floats round 64-bit ones.
type recordJSON struct {
	ID         string      `json:"id"`
	Tenant     string      `json:"tenant"`
	Purpose    Purpose     `json:"purpose"`
	Version    uint32      `json:"version"`
	State      State       `json:"state"`
	Algorithm  string      `json:"algorithm"`
	Bits       int         `json:"bits"`
	Created    time.Time   `json:"created"`
	Activated  time.Time   `json:"activated,omitzero"`
	Retired    time.Time   `json:"retired,omitzero"`
	Owner      string      `json:"owner,omitzero"`
	CryptoDays int         `json:"crypto_days,omitzero"`
	Master     *masterJSON `json:"master,omitzero"`
	Parent     string      `json:"parent,omitzero"`
	Wrapped    []byte      `json:"wrapped,omitzero"`
	Commitment []byte      `json:"commitment"`
	Reserved   uint64      `json:"reserved,omitzero"`
	Revision   uint64      `json:"revision,omitzero"`
}

type masterJSON struct {
	Provider  string `json:"provider"`
	Key       string `json:"key"`
	Version   string `json:"version"`
	Algorithm string `json:"algorithm"`
	Blob      []byte `json:"blob"`
}

// EncodeRecord gives the written form of a valid record; stores that keep bytes share it. It refuses an invalid record
// with ErrInvalid. Times are written in UTC, to the nanosecond. The result belongs to the caller.
func EncodeRecord(r Record) ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	w := recordJSON{
		ID: FormatID(r.ID), Tenant: r.Tenant, Purpose: r.Purpose, Version: r.Version, State: r.State, Algorithm: r.Algorithm,
		Bits: r.Bits, Created: r.Created.UTC(), Activated: utc(r.Activated), Retired: utc(r.Retired), Owner: r.Owner,
		CryptoDays: r.CryptoDays, Wrapped: r.Wrapped, Commitment: r.Commitment, Reserved: r.Reserved, Revision: r.Revision,
	}
	if r.Parent != 0 {
		w.Parent = FormatID(r.Parent)
	}
	if m := r.Master; m != nil {
		w.Master = &masterJSON{m.Ref.Provider, m.Ref.Key, m.Ref.Version, m.Algorithm, m.Blob}
	}
	b, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("encode key %s: %w: %w", w.ID, ErrInvalid, err)
	}
	return b, nil
}

// DecodeRecord is the inverse of EncodeRecord. It is strict: members that are unknown, doubled or differently spelled are
// errors (ErrInvalid), so that a record written by a later version is refused and never half understood. It does not ask
// for EncodeRecord's exact bytes: a later JSON library may order or escape otherwise, and a key must stay readable. The
// record shares no memory with b.
func DecodeRecord(b []byte) (Record, error) {
	var w recordJSON
	if err := json.Unmarshal(b, &w, json.RejectUnknownMembers(true), jsontext.AllowDuplicateNames(false)); err != nil {
		// The library's error is left out: it may quote the input.
		return Record{}, fmt.Errorf("decode key record: not the JSON that this version writes: %w", ErrInvalid)
	}
	r, err := w.record()
	if err != nil {
		return Record{}, fmt.Errorf("decode key record: %w", err)
	}
	if err := r.Validate(); err != nil {
		return Record{}, fmt.Errorf("decode key record: %w", err)
	}
	return r, nil
}

func (w recordJSON) record() (Record, error) {
	id, err := ParseID(w.ID)
	if err != nil {
		return Record{}, err
	}
	r := Record{
		ID: id, Tenant: w.Tenant, Purpose: w.Purpose, Version: w.Version, State: w.State, Algorithm: w.Algorithm,
		Bits: w.Bits, Created: w.Created, Activated: w.Activated, Retired: w.Retired, Owner: w.Owner,
		CryptoDays: w.CryptoDays, Wrapped: w.Wrapped, Commitment: w.Commitment, Reserved: w.Reserved, Revision: w.Revision,
	}
	if w.Parent != "" {
		if r.Parent, err = ParseID(w.Parent); err != nil {
			return Record{}, err
		}
	}
	if m := w.Master; m != nil {
		ref := hsm.KeyRef{Provider: m.Provider, Key: m.Key, Version: m.Version}
		r.Master = &hsm.Wrapped{Ref: ref, Algorithm: m.Algorithm, Blob: m.Blob}
	}
	return r, nil
}

// utc keeps the zero time exactly zero, so that it is left out.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
