package keystore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/keyaside/keyaside/hsm"
)

const (
	// algorithm and keySize, in bytes, of every key that this version creates and opens.
	algorithm = "AES-256"
	keySize   = 32

	// DefaultMessageLimit is how many messages a DEK may seal: half of the 2^32 that SP 800-38D, 8.3 allows one key with
	// random 96-bit nonces.
	DefaultMessageLimit = 1 << 31
	maxMessageLimit     = 1 << 32

	defaultKEKs          = 4096
	defaultKEKTTL        = time.Hour
	defaultMasterTimeout = 30 * time.Second
	maxReason            = 512 // bytes
)

// Errors of a Manager, for errors.Is, besides those of the Store and of the hsm.Wrapper. Texts name tenant, key id and state.
var (
	// ErrUnusable means that the key exists and its state forbids this use.
	ErrUnusable = errors.New("key state forbids this use")
	// ErrExhausted means that all messages a key may seal are reserved: it is time to rotate.
	ErrExhausted = errors.New("key has sealed as many messages as it may")
	// ErrIndexRotation means that an index key was to be rotated as if it were a data key.
	ErrIndexRotation = errors.New("index keys rotate only through a migration, since equality search needs them to stay")
)

// ManagerConfig says what a Manager works with. Zero values of the optional fields give the defaults.
type ManagerConfig struct {
	Store    Store       // the Manager does not close it
	Wrapper  hsm.Wrapper // the master key; the Manager does not close it
	Recorder Recorder    // required: no use of the master key goes unrecorded

	Actor         string           // who acts, in the audit log and as owner of new keys: "serve", "cli:alice"; required
	Create        bool             // whether Active creates keys that a tenant does not have yet
	CryptoDays    int              // originator cryptoperiod of new data keys, in days; 0 = none. Index keys and KEKs have none
	MessageLimit  uint64           // messages per DEK; 0 = DefaultMessageLimit, at most 2^32
	KEKs          int              // unwrapped KEKs held in memory; 0 = 4096
	KEKTTL        time.Duration    // how long an unwrapped KEK is used before the master key is asked again; 0 = 1 hour
	MasterTimeout time.Duration    // for one use of the master key, whoever waits for it; 0 = 30 seconds
	Clock         func() time.Time // nil = time.Now
}

// Manager creates, opens, counts and rotates the keys of tenants. It is safe for concurrent use, and several Managers, in
// several processes, may work on one store.
type Manager struct {
	store    Store
	wrapper  hsm.Wrapper
	recorder Recorder

	actor         string
	create        bool
	cryptoDays    int
	messageLimit  uint64
	masterTimeout time.Duration
	now           func() time.Time
	ids           io.Reader // random bytes for key ids, which are public

	keks    *kekCache
	unwraps singleflight.Group // by KEK id
	creates singleflight.Group // by tenant and purpose
}

// Unwrapped is a data key in the clear, with its record.
type Unwrapped struct {
	Record Record
	Secret []byte // 32 bytes; belongs to the caller, who calls Clear after use
}

// Clear overwrites the secret. Best effort: the runtime may have copied it.
func (u Unwrapped) Clear() { clear(u.Secret) }

// NewManager checks the configuration and returns a Manager. It does not touch the store or the master key.
func NewManager(c ManagerConfig) (*Manager, error) {
	if err := c.complete(); err != nil {
		return nil, fmt.Errorf("key manager: %w", err)
	}
	keks, err := newKEKCache(c.KEKs, c.KEKTTL, c.Clock)
	if err != nil {
		return nil, fmt.Errorf("key manager: %w", err)
	}
	return &Manager{
		store: c.Store, wrapper: c.Wrapper, recorder: c.Recorder, actor: c.Actor, create: c.Create, cryptoDays: c.CryptoDays,
		messageLimit: c.MessageLimit, masterTimeout: c.MasterTimeout, now: c.Clock, ids: rand.Reader, keks: keks,
	}, nil
}

// complete fills in the defaults and refuses what makes no sense.
func (c *ManagerConfig) complete() error {
	if c.MessageLimit == 0 {
		c.MessageLimit = DefaultMessageLimit
	}
	if c.KEKs == 0 {
		c.KEKs = defaultKEKs
	}
	if c.KEKTTL == 0 {
		c.KEKTTL = defaultKEKTTL
	}
	if c.MasterTimeout == 0 {
		c.MasterTimeout = defaultMasterTimeout
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	switch {
	case c.Store == nil || c.Wrapper == nil || c.Recorder == nil:
		return errors.New("store, wrapper and recorder are required")
	case c.Actor == "" || len(c.Actor) > maxName:
		return errors.New("actor is empty or too long")
	case c.MessageLimit > maxMessageLimit:
		return fmt.Errorf("message limit %d is above 2^32 (SP 800-38D, 8.3)", c.MessageLimit)
	case c.CryptoDays < 0 || c.KEKs < 0 || c.KEKTTL < 0 || c.MasterTimeout < 0:
		return errors.New("a limit is negative")
	}
	return nil
}

// Get returns the record of a key, without opening it.
func (m *Manager) Get(ctx context.Context, id uint64) (Record, error) { return m.store.Get(ctx, id) }

// List calls yield for each record, ordered by tenant, purpose and version, until it returns false; tenant "" lists all.
func (m *Manager) List(ctx context.Context, tenant string, yield func(Record) bool) error {
	return m.store.List(ctx, tenant, yield)
}

// Purge clears every KEK held in memory; later uses ask the master key again. Call it at the end of the process's work.
func (m *Manager) Purge() { m.keks.purge() }

// unusable says which use of which key is refused.
func unusable(r Record, wanted string) error {
	return fmt.Errorf("tenant %q: %s key %s is %s and may not %s: %w", r.Tenant, r.Purpose, FormatID(r.ID), r.State, wanted, ErrUnusable)
}
