package keystore

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"

	"github.com/keyaside/keyaside/hsm"
)

// wrapDEK wraps secret, the key of record dek, under the KEK of record kek: 12 bytes of random nonce, ciphertext, 16 bytes
// of tag. Both secrets stay the caller's.
func wrapDEK(kek Record, kekSecret []byte, dek Record, secret []byte) ([]byte, error) {
	aead, err := wrappingAEAD(kek, kekSecret)
	if err != nil {
		return nil, fmt.Errorf("wrap key %s: %w", FormatID(dek.ID), err)
	}
	return aead.Seal(nil, nil, secret, binding(dek)), nil
}

// unwrapDEK is the inverse of wrapDEK and checks the commitment. The result belongs to the caller, who clears it.
func unwrapDEK(kek Record, kekSecret []byte, dek Record) ([]byte, error) {
	aead, err := wrappingAEAD(kek, kekSecret)
	if err != nil {
		return nil, fmt.Errorf("unwrap key %s: %w", FormatID(dek.ID), err)
	}
	secret, err := aead.Open(nil, nil, dek.Wrapped, binding(dek))
	if err != nil {
		return nil, fmt.Errorf("unwrap key %s of tenant %q under KEK %s: %w", FormatID(dek.ID), dek.Tenant, FormatID(kek.ID), hsm.ErrCorrupt)
	}
	if err := checkSecret(secret, dek); err != nil {
		clear(secret)
		return nil, err
	}
	return secret, nil
}

// wrappingAEAD is AES-256-GCM with a random nonce (SP 800-38D, 8.2.2) under a key derived from the KEK: the KEK itself only
// feeds HKDF, so that no key is used with two algorithms. NewGCMWithRandomNonce, since Go's FIPS mode refuses NewGCM.
func wrappingAEAD(kek Record, kekSecret []byte) (cipher.AEAD, error) {
	key, err := derive(kekSecret, labelWrapping, kek)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
