package fieldcrypt

import (
	"fmt"
	"slices"
)

// Seal appends the envelope of plaintext for field f to dst and returns the longer slice. It takes one message from the
// budget. With room for len(plaintext) + Overhead bytes in dst it does not allocate. dst's spare capacity must not
// overlap plaintext. On an error dst comes back as it was. Errors: ErrBudget, ErrTooLong.
func (k *Key) Seal(dst []byte, f *Field, plaintext []byte) ([]byte, error) {
	if len(plaintext) > MaxPlaintextSize {
		return dst, fmt.Errorf("field %s: %w: more than %d bytes", f.id, ErrTooLong, MaxPlaintextSize)
	}
	fk, err := k.fieldKey(f)
	if err != nil {
		return dst, err
	}
	if err := k.spend(); err != nil {
		return dst, err
	}
	dst = slices.Grow(dst, Overhead+len(plaintext))
	dst = append(dst, fk.aad[:headerSize]...)
	return fk.aead.Seal(dst, nil, plaintext, fk.aad), nil
}

// Open appends the plaintext of an envelope that was sealed for field f to dst and returns the longer slice. With room
// for len(envelope) - Overhead bytes in dst it does not allocate. dst's spare capacity must not overlap envelope, which
// is only read. On an error dst comes back as it was, and nothing of the plaintext is left behind its end. Errors:
// those of ParseHeader, and ErrTampered.
func (k *Key) Open(dst []byte, f *Field, envelope []byte) ([]byte, error) {
	h, err := ParseHeader(envelope)
	if err != nil {
		return dst, fmt.Errorf("field %s: %w", f.id, err)
	}
	if h.KeyID != k.id {
		return dst, fmt.Errorf("field %s: %w: it names data key %016x, not %016x", f.id, ErrTampered, uint64(h.KeyID), uint64(k.id))
	}
	fk, err := k.fieldKey(f)
	if err != nil {
		return dst, err
	}
	// ParseHeader and the comparison above have fixed every byte of the header, so fk.aad starts with exactly the bytes
	// that this envelope has before its nonce.
	out, err := fk.aead.Open(dst, nil, envelope[headerSize:], fk.aad)
	if err != nil {
		clearSpare(dst, len(envelope)-Overhead)
		return dst, fmt.Errorf("field %s under data key %016x: %w", f.id, uint64(k.id), ErrTampered)
	}
	return out, nil
}

// clearSpare zeroes up to n bytes behind the end of dst. The standard library's AES-GCM leaves no plaintext there, but
// cipher.AEAD allows it to.
func clearSpare(dst []byte, n int) {
	clear(dst[len(dst):min(cap(dst), len(dst)+n)])
}
