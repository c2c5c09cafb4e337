// Package filekey is a master key in a passphrase-encrypted file, for development and for machines without an HSM.
//
// The file is an age file (age-encryption.org/v1) for one scrypt recipient; inside is a random AES-256 key. It defends
// a backup or a stray copy of the file as far as the passphrase goes. It does not defend against who can read the
// process: the key and its AES round keys are in memory while the Master is open, and clearing them is best effort.
// A file that others can read, or that holds a key in the clear, is refused.
package filekey

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"sync/atomic"

	"github.com/keyaside/keyaside/hsm"
)

// Provider is the provider in every KeyRef of this package.
const Provider = "filekey"

const keySize = 32 // bytes: AES-256

// Master is an open master key; it implements hsm.Wrapper. The file is not needed any more once it is open.
type Master struct {
	ref  hsm.KeyRef
	path string
	aead atomic.Pointer[cipher.AEAD] // nil after Close
}

var _ hsm.Wrapper = (*Master)(nil)

// Open reads and decrypts the file, which takes about a second at the default work factor; ctx is looked at before
// that, not during it. The caller keeps passphrase and may clear it after the return.
//
// Errors: hsm.ErrNoKey (no such file), hsm.ErrAuth (wrong or empty passphrase), hsm.ErrUnsafeKey (others can read the
// file, or it is not encrypted), hsm.ErrCorrupt (damaged).
func Open(ctx context.Context, path string, passphrase []byte) (*Master, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open key file %s: %w", path, err)
	}
	m, err := open(path, passphrase)
	if err != nil {
		return nil, fmt.Errorf("open key file %s: %w", path, err)
	}
	return m, nil
}

func open(path string, passphrase []byte) (*Master, error) {
	sealed, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	content, err := decrypt(sealed, passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(content)
	id, key, err := parse(content)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	m := &Master{ref: reference(id), path: path}
	m.aead.Store(&aead)
	return m, nil
}

// reference names the key by the id inside the file, so that moving or copying the file changes nothing.
func reference(id string) hsm.KeyRef {
	return hsm.KeyRef{Provider: Provider, Key: id, Version: "1"}
}

// Ref names the key, also after Close.
func (m *Master) Ref() hsm.KeyRef { return m.ref }

// Wrap implements hsm.Wrapper. The IV is random, so one file serves for 2^32 wrapped keys (SP 800-38D, 8.3).
func (m *Master) Wrap(ctx context.Context, secret, aad []byte) (hsm.Wrapped, error) {
	aead, err := m.ready(ctx)
	if err != nil {
		return hsm.Wrapped{}, m.errorf("wrap", err)
	}
	if err := hsm.CheckWrap(secret, aad); err != nil {
		return hsm.Wrapped{}, m.errorf("wrap", err)
	}
	return hsm.Wrapped{Ref: m.ref, Algorithm: hsm.AES256GCM, Blob: aead.Seal(nil, nil, secret, aad)}, nil
}

// Unwrap implements hsm.Wrapper.
func (m *Master) Unwrap(ctx context.Context, w hsm.Wrapped, aad []byte) ([]byte, error) {
	aead, err := m.ready(ctx)
	if err != nil {
		return nil, m.errorf("unwrap", err)
	}
	if err := hsm.CheckUnwrap(m.ref, w, aad); err != nil {
		return nil, m.errorf("unwrap", err)
	}
	secret, err := aead.Open(nil, nil, w.Blob, aad)
	if err != nil {
		return nil, m.errorf("unwrap", hsm.ErrCorrupt)
	}
	return secret, nil
}

// Random fills p from the operating system's generator.
func (m *Master) Random(ctx context.Context, p []byte) error {
	if _, err := m.ready(ctx); err != nil {
		return m.errorf("random", err)
	}
	rand.Read(p) // never fails (crypto/rand)
	return nil
}

// Probe implements hsm.Wrapper.
func (m *Master) Probe(ctx context.Context) error {
	aead, err := m.ready(ctx)
	if err != nil {
		return m.errorf("probe", err)
	}
	want, aad := []byte("keyaside filekey probe"), []byte("probe")
	got, err := aead.Open(nil, nil, aead.Seal(nil, nil, want, aad), aad)
	if err != nil || subtle.ConstantTimeCompare(got, want) != 1 {
		return m.errorf("probe", hsm.ErrUnavailable)
	}
	return nil
}

// Close drops the key; calls that are running finish. It always returns nil.
func (m *Master) Close() error {
	m.aead.Store(nil)
	return nil
}

func (m *Master) ready(ctx context.Context) (cipher.AEAD, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	aead := m.aead.Load()
	if aead == nil {
		return nil, hsm.ErrClosed
	}
	return *aead, nil
}

func (m *Master) errorf(operation string, err error) error {
	return fmt.Errorf("key file %s: %s: %w", m.path, operation, err)
}
