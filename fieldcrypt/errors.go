package fieldcrypt

import "errors"

// Classes of errors, for errors.Is. No text holds a byte of a value, of an envelope's body or of a key; fields and key
// ids are named.
var (
	// ErrNotEnvelope means that the bytes do not start as an envelope does. They may be plaintext that was stored
	// before the column was protected. An envelope that was damaged behind its first bytes never gives this error, so
	// that damage can't pass for plaintext.
	ErrNotEnvelope = errors.New("not an envelope")
	// ErrVersion means that the envelope's version, suite or flags are unknown to this release.
	ErrVersion = errors.New("envelope is of a version or suite that this release cannot read")
	// ErrTruncated means that an envelope ends before its tag does.
	ErrTruncated = errors.New("envelope is truncated")
	// ErrTampered means that authentication failed: the envelope was altered, or was sealed under another key, for
	// another tenant or for another field.
	ErrTampered = errors.New("envelope does not open: altered, or sealed for another tenant, field or key")
	// ErrBudget means that the key has no message left to seal. The caller asks KeySource.Active again, which renews
	// the budget or changes the key.
	ErrBudget = errors.New("message budget of the data key is used up")
	// ErrPurpose means that a data key was asked for what only an index key does, or the other way round: a mistake in the
	// caller, never in the data.
	ErrPurpose = errors.New("key is of another purpose")
	// ErrTooLong means that a plaintext is longer than MaxPlaintextSize.
	ErrTooLong = errors.New("value is too long to seal")
)
