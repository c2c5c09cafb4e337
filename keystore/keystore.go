package keystore

import (
	"context"
	"errors"
	"time"

	"github.com/keyaside/keyaside/hsm"
)

// Purpose is what a key may be used for (SP 800-57 part 1, 5.2: a key has one purpose).
type Purpose string

const (
	PurposeKEK   Purpose = "kek"   // wraps the tenant's DEKs; itself wrapped by the master key
	PurposeData  Purpose = "data"  // seals values
	PurposeIndex Purpose = "index" // search terms and deterministic sealing
)

// State is a key's state in its life (SP 800-57 part 1 rev. 5, section 7).
type State string

const (
	PreActivation State = "pre-activation"
	Active        State = "active"
	Suspended     State = "suspended"
	Deactivated   State = "deactivated"
	Compromised   State = "compromised"
	Destroyed     State = "destroyed"
)

// Record is one version of one key of one tenant. The store never sees a key in the clear.
type Record struct {
	ID         uint64 // random, unique in the store, never 0 and never used again
	Tenant     string
	Purpose    Purpose
	Version    uint32 // 1, 2, … per tenant and purpose
	State      State
	Algorithm  string // what the key is used with: "AES-256"
	Bits       int
	Created    time.Time
	Activated  time.Time // zero until active
	Retired    time.Time // when it stopped sealing; zero while it may seal
	Owner      string    // who created it
	CryptoDays int       // originator cryptoperiod in days, 0 = none (SP 800-57 part 1, 5.3)

	// A KEK is wrapped by the master key: Master is set. A DEK is wrapped by the KEK named in Parent: Wrapped is set.
	Master     *hsm.Wrapped
	Parent     uint64
	Wrapped    []byte
	Commitment []byte // 32 bytes: commits to the key, checked after each unwrap

	// Reserved counts the messages handed out to sidecars in blocks; it never decreases, so a crash loses a part of a
	// block and never a count (SP 800-38D, 8.3).
	Reserved uint64
	Revision uint64 // set by the store on each write; the compare-and-swap token
}

// Errors of a Store, for errors.Is.
var (
	ErrNotFound = errors.New("no such key record")
	ErrConflict = errors.New("key record was changed by another writer")
	ErrExists   = errors.New("key record exists")
	ErrLocked   = errors.New("key store is in use by another process")
	ErrInsecure = errors.New("key store can be read by others")
)

// Store keeps records durably. Implementations are safe for concurrent use; a write that returned nil survives a crash.
type Store interface {
	// Get returns the record with the id.
	Get(ctx context.Context, id uint64) (Record, error)
	// Active returns the record that is active for tenant and purpose; ErrNotFound if there is none.
	Active(ctx context.Context, tenant string, purpose Purpose) (Record, error)
	// Commit writes all records or none. A record with Revision 0 must not exist yet (ErrExists); any other must still
	// have that revision (ErrConflict). At most one record per tenant and purpose may be Active afterwards. It returns
	// the records with their new revisions.
	Commit(ctx context.Context, records ...Record) ([]Record, error)
	// List calls yield for each record, ordered by tenant, purpose and version, until it returns false; tenant "" lists all.
	List(ctx context.Context, tenant string, yield func(Record) bool) error
	Close() error
}
