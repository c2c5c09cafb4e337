package hsm

import (
	"errors"
	"fmt"
)

// Limits of a Wrapper, in bytes. They are far below what any module or service accepts in one call.
const (
	MaxSecret = 64
	MaxAAD    = 1024
)

// AES256GCM is the Algorithm of a blob that is a 12-byte random IV, the ciphertext and the 16-byte tag, in this order
// (SP 800-38D, 8.2.2).
const AES256GCM = "AES-256-GCM"

// Sizes of the parts of an AES256GCM blob, in bytes.
const (
	GCMIVSize  = 12
	GCMTagSize = 16
)

var (
	// ErrClosed is returned by every call after Close.
	ErrClosed = errors.New("master key is closed")
	// ErrSize means that a secret or its associated data is empty or longer than the limit: a mistake of the caller.
	ErrSize = errors.New("size is out of range")
)

// CheckWrap holds the arguments of Wrap to the limits. An empty secret is refused, since nothing real is empty.
func CheckWrap(secret, aad []byte) error {
	if len(secret) == 0 || len(secret) > MaxSecret {
		return fmt.Errorf("secret of %d bytes, must be 1 to %d: %w", len(secret), MaxSecret, ErrSize)
	}
	return checkAAD(aad)
}

// CheckUnwrap holds the arguments of Unwrap to the limits and to what a Wrapper with this ref and AES256GCM can have
// made, so that a blob which cannot open costs no call of the module: ErrNoKey for one of another master key,
// ErrCorrupt for one of another algorithm or of an impossible length.
func CheckUnwrap(ref KeyRef, w Wrapped, aad []byte) error {
	if err := checkAAD(aad); err != nil {
		return err
	}
	if w.Ref != ref {
		return fmt.Errorf("wrapped under %s, this is %s: %w", w.Ref, ref, ErrNoKey)
	}
	if w.Algorithm != AES256GCM {
		return fmt.Errorf("wrapped with algorithm %q, not %q: %w", w.Algorithm, AES256GCM, ErrCorrupt)
	}
	const overhead = GCMIVSize + GCMTagSize
	if n := len(w.Blob); n <= overhead || n > overhead+MaxSecret {
		return fmt.Errorf("wrapped key of %d bytes, must be %d to %d: %w", n, overhead+1, overhead+MaxSecret, ErrCorrupt)
	}
	return nil
}

func checkAAD(aad []byte) error {
	if len(aad) > MaxAAD {
		return fmt.Errorf("associated data of %d bytes, at most %d: %w", len(aad), MaxAAD, ErrSize)
	}
	return nil
}

// String names the key for errors and the audit log: provider, key and version.
func (r KeyRef) String() string {
	return fmt.Sprintf("%s key %q version %q", r.Provider, r.Key, r.Version)
}
