package fieldcrypt

import (
	"fmt"
	"slices"
)

// Seal appends the envelope of plaintext for field f to dst and returns the longer slice. k is a data key. It takes one
// message from the budget. With room for len(plaintext) + Overhead bytes in dst it does not allocate. dst's spare capacity
// must not overlap plaintext. On an error dst comes back as it was. Errors: ErrBudget, ErrTooLong, ErrPurpose.
func (k *Key) Seal(dst []byte, f *Field, plaintext []byte) ([]byte, error) {
	fk, err := k.startSeal(f, plaintext)
	if err != nil {
		return dst, err
	}
	dst = slices.Grow(dst, Overhead+len(plaintext))
	dst = append(dst, fk.aad[:headerSize]...)
	return fk.aead.Seal(dst, nil, plaintext, fk.aad), nil
}

// startSeal checks what sealing with a random nonce needs, and spends a message for it.
func (k *Key) startSeal(f *Field, plaintext []byte) (*fieldKey, error) {
	if err := checkSize(f, plaintext); err != nil {
		return nil, err
	}
	fk, err := k.keyFor(f, PurposeData)
	if err != nil {
		return nil, err
	}
	return fk, k.spend()
}

func checkSize(f *Field, plaintext []byte) error {
	if len(plaintext) > MaxPlaintextSize {
		return fmt.Errorf("field %s: %w: more than %d bytes", f.id, ErrTooLong, MaxPlaintextSize)
	}
	return nil
}

// Open appends the plaintext of an envelope that was sealed for field f to dst and returns the longer slice. It opens what
// Seal and SealWithTerm made if k is a data key, and what SealDeterministic made if k is an index key. With room for
// len(envelope) - Overhead bytes in dst it does not allocate, but for suite 3. dst's spare capacity must not overlap
// envelope, which is only read. On an error dst comes back as it was, and nothing of the plaintext is left behind its end.
// Errors: those of ParseHeader, and ErrTampered.
func (k *Key) Open(dst []byte, f *Field, envelope []byte) ([]byte, error) {
	h, err := ParseHeader(envelope)
	if err != nil {
		return dst, fmt.Errorf("field %s: %w", f.id, err)
	}
	if h.KeyID != k.id {
		return dst, fmt.Errorf("field %s: %w: it names key %016x, not %016x", f.id, ErrTampered, uint64(h.KeyID), uint64(k.id))
	}
	if (h.Suite == SuiteAESSIV) != (k.purpose == PurposeIndex) {
		return dst, fmt.Errorf("field %s: %w: suite %d is not one of %s key %016x", f.id, ErrTampered, h.Suite, k.purpose, uint64(k.id))
	}
	fk, err := k.fieldKey(f)
	if err != nil {
		return dst, err
	}
	out, err := fk.open(dst, h, envelope)
	if err != nil {
		clearSpare(dst, len(envelope)-h.overhead())
		return dst, fmt.Errorf("field %s under %s key %016x: %w", f.id, k.purpose, uint64(k.id), ErrTampered)
	}
	return out, nil
}

func (fk *fieldKey) open(dst []byte, h Header, envelope []byte) ([]byte, error) {
	switch {
	case h.Suite == SuiteAESSIV:
		return fk.openDeterministic(dst, envelope[headerSize:])
	case h.Flags&FlagEquality != 0:
		const nonce = TermOffset + TermSize
		aad := borrowAAD(envelope[:nonce], fk.context())
		defer aad.release()
		return fk.aead.Open(dst, nil, envelope[nonce:], aad.bytes)
	}
	// ParseHeader and the comparison of key ids have fixed every byte of the header, so fk.aad starts with exactly the
	// bytes that this envelope has before its nonce.
	return fk.aead.Open(dst, nil, envelope[headerSize:], fk.aad)
}

// clearSpare zeroes up to n bytes behind the end of dst. The standard library's AES-GCM leaves no plaintext there, but
// cipher.AEAD allows it to.
func clearSpare(dst []byte, n int) {
	clear(dst[len(dst):min(cap(dst), len(dst)+n)])
}
