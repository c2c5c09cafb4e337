// Package hsm declares what Keyaside asks of a master key: wrap a small secret, unwrap it again, and give random bytes.
//
// The master key itself never leaves the module or service behind a Wrapper. The package defines the interface, the
// binding of a wrapped secret to its purpose and the error classes; each provider is a subpackage. It does not cache,
// does not retry across calls and knows nothing of tenants beyond the bytes that are bound as associated data.
package hsm

import (
	"context"
	"errors"
)

// Error classes of a Wrapper, for errors.Is. Texts name module, token and key label, never a PIN or key bytes.
var (
	// ErrUnavailable is a fault that may pass: the module, token or service cannot be reached now.
	ErrUnavailable = errors.New("master key is unavailable")
	// ErrAuth means that the credential was refused. Nothing is tried again, since tokens lock after a few wrong PINs.
	ErrAuth = errors.New("master key credential was refused")
	// ErrNoKey means that the token or service is reachable but holds no such master key.
	ErrNoKey = errors.New("no such master key")
	// ErrCorrupt means that a wrapped secret does not open under a master key that demonstrably works: it was altered,
	// or belongs to another tenant, purpose or key id.
	ErrCorrupt = errors.New("wrapped key does not open: altered, or bound to another tenant, purpose or key id")
	// ErrUnsafeKey means that the master key can be extracted or read in the clear, or is shorter than 256 bits, and is
	// therefore refused.
	ErrUnsafeKey = errors.New("master key is refused as unsafe")
)

// KeyRef names one version of a master key; it is stored beside everything wrapped under it.
type KeyRef struct {
	Provider string // "pkcs11", "filekey", …
	Key      string // the provider's stable name of the key, e.g. token and label
	Version  string // the provider's version; "1" where it has none
}

// Wrapped is a secret under a master key.
type Wrapped struct {
	Ref       KeyRef
	Algorithm string // Keyaside's own id of the exact wrap format, e.g. "AES-256-GCM"; never a PKCS#11 mechanism number
	Blob      []byte
}

// Wrapper is one master key. Implementations are safe for concurrent use and recover by themselves from lost sessions
// and tokens.
type Wrapper interface {
	// Wrap encrypts secret (at most 64 bytes) and authenticates aad (at most 1 KiB). The caller keeps both slices.
	Wrap(ctx context.Context, secret, aad []byte) (Wrapped, error)
	// Unwrap is the inverse of Wrap; the returned slice belongs to the caller, who clears it after use.
	Unwrap(ctx context.Context, w Wrapped, aad []byte) ([]byte, error)
	// Random fills p from the module's random generator, or from the operating system's where it has none.
	Random(ctx context.Context, p []byte) error
	// Ref names the master key that Wrap uses now.
	Ref() KeyRef
	// Probe proves with a known answer that the key is usable.
	Probe(ctx context.Context) error
	Close() error
}
