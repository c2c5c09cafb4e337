package fieldcrypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// kdfLabel separates the field keys of this suite from anything else that may ever be derived from a data key.
const kdfLabel = "keyaside v1 field key AES-256-GCM"

// fieldKey is what a Key keeps per field: the cipher, and the associated data, which for envelopes without search terms
// is the same for every value.
type fieldKey struct {
	field string // id of the field that it was derived for
	aead  cipher.AEAD
	aad   []byte // header, then the context; read only
}

// newFieldKey derives the key of one field from a data key (RFC 5869, without a salt since the secret is uniformly
// random) and expands it once: a new cipher per value would cost ten times the sealing of a small value.
func newFieldKey(secret []byte, tenant string, id KeyID, field string) (*fieldKey, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, kdfInfo(tenant, id, field), 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of field %s from data key %016x: %w", field, uint64(id), err)
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("expand the key of field %s: %w", field, err)
	}
	// The cryptographic module draws the nonce itself: the only form of GCM encryption that FIPS mode accepts.
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("set up AES-256-GCM for field %s: %w", field, err)
	}
	return &fieldKey{field: field, aead: aead, aad: associatedData(tenant, id, field)}, nil
}

// kdfInfo is HKDF's info input: label, tenant, key id and field id, each behind its length, so that no two different
// lists of parts give the same bytes.
func kdfInfo(tenant string, id KeyID, field string) string {
	info := appendFramed(nil, kdfLabel)
	info = appendFramed(info, tenant)
	info = binary.BigEndian.AppendUint16(info, 8)
	info = binary.BigEndian.AppendUint64(info, uint64(id))
	return string(appendFramed(info, field))
}

// associatedData is what GCM authenticates beside the plaintext: every byte before the nonce, then the context.
func associatedData(tenant string, id KeyID, field string) []byte {
	aad := appendHeader(make([]byte, 0, headerSize+4+len(tenant)+len(field)), id)
	aad = appendFramed(aad, tenant)
	return appendFramed(aad, field)
}

// appendFramed appends the length of s as 16 bits, big-endian, then s. Callers have checked that s fits.
func appendFramed(dst []byte, s string) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(s)))
	return append(dst, s...)
}
