package fieldcrypt

import "fmt"

// SealDeterministic appends the envelope of plaintext in suite 3 (AES-SIV, RFC 5297) to dst and returns the longer slice.
// k is an index key. Equal plaintexts of one tenant and equality domain give equal envelopes, whichever field of the
// domain they are sealed for; so it shows which values are equal, and nothing more of them than Seal does. It spends no
// budget. dst's spare capacity must not overlap plaintext. On an error dst comes back as it was. Errors: ErrPurpose,
// ErrTooLong.
//
// It allocates: the AES-SIV in use returns its result in a slice of its own.
func (k *Key) SealDeterministic(dst []byte, f *Field, plaintext []byte) ([]byte, error) {
	if err := checkSize(f, plaintext); err != nil {
		return dst, err
	}
	fk, err := k.keyFor(f, PurposeIndex)
	if err != nil {
		return dst, err
	}
	body, err := fk.siv.EncryptDeterministically(plaintext, fk.aad)
	if err != nil {
		return dst, fmt.Errorf("field %s: %w", f.id, err)
	}
	dst = append(dst, fk.aad[:headerSize]...)
	return append(dst, body...), nil
}

// openDeterministic opens the part of an envelope behind its header. ParseHeader and the comparison of key ids have fixed
// every byte of the header, so fk.aad starts with exactly the header of this envelope.
func (fk *fieldKey) openDeterministic(dst, body []byte) ([]byte, error) {
	plaintext, err := fk.siv.DecryptDeterministically(body, fk.aad)
	if err != nil {
		return dst, err
	}
	dst = append(dst, plaintext...)
	clear(plaintext)
	return dst, nil
}
