package fieldcrypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	siv "github.com/tink-crypto/tink-go/v2/daead/subtle"
)

// Labels separate what is derived from one secret from anything else that may ever be derived from it.
const (
	labelGCM  = "keyaside v1 field key AES-256-GCM"
	labelSIV  = "keyaside v1 equality key AES-256-SIV"
	labelTerm = "keyaside v1 equality term HMAC-SHA-256"
)

// fieldKey is what a Key keeps per field: under a data key the cipher of suite 1, under an index key that of suite 3 and
// the function that makes terms.
type fieldKey struct {
	field  string // id of the field that it was derived for
	domain string // the field's equality domain, under an index key; else empty

	aead cipher.AEAD // suite 1
	siv  *siv.AESSIV // suite 3
	term *termMaker

	aad []byte // of an envelope without a term: header, then the context; read only
}

// of reports whether this is what f needs.
func (fk *fieldKey) of(f *Field) bool {
	return fk.field == f.id && (fk.siv == nil || fk.domain == f.domain)
}

// context is what follows header and term in the associated data.
func (fk *fieldKey) context() []byte { return fk.aad[headerSize:] }

func (k *Key) newFieldKey(f *Field) (*fieldKey, error) {
	if k.purpose == PurposeIndex {
		return k.newIndexFieldKey(f)
	}
	return k.newDataFieldKey(f.id)
}

// newDataFieldKey derives the key of one field from a data key and expands it once: a new cipher per value would cost ten
// times the sealing of a small value.
func (k *Key) newDataFieldKey(field string) (*fieldKey, error) {
	key, err := k.expand(labelGCM, field, 32)
	if err != nil {
		return nil, err
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
	return &fieldKey{field: field, aead: aead, aad: k.associatedData(SuiteAES256GCM, field)}, nil
}

// newIndexFieldKey derives what all fields of f's equality domain have in common.
func (k *Key) newIndexFieldKey(f *Field) (*fieldKey, error) {
	key, err := k.expand(labelSIV, f.domain, siv.AESSIVKeySize) // kept by the cipher, so it is not cleared
	if err != nil {
		return nil, err
	}
	cipher, err := siv.NewAESSIV(key)
	if err != nil {
		return nil, fmt.Errorf("set up AES-SIV for equality domain %s: %w", f.domain, err)
	}
	termKey, err := k.expand(labelTerm, f.domain, sha256.Size)
	if err != nil {
		return nil, err
	}
	return &fieldKey{
		field: f.id, domain: f.domain, siv: cipher, term: newTermMaker(termKey), aad: k.associatedData(SuiteAESSIV, f.domain),
	}, nil
}

// expand derives size bytes for a field or an equality domain (RFC 5869, without a salt since the secret is uniformly
// random).
func (k *Key) expand(label, name string, size int) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, k.secret, nil, kdfInfo(label, k.tenant, k.id, name), size)
	if err != nil {
		return nil, fmt.Errorf("derive the key of %s from %s key %016x: %w", name, k.purpose, uint64(k.id), err)
	}
	return key, nil
}

// kdfInfo is HKDF's info input: label, tenant, key id and the name of field or domain, each behind its length, so that no
// two different lists of parts give the same bytes.
func kdfInfo(label, tenant string, id KeyID, name string) string {
	info := appendFramed(nil, label)
	info = appendFramed(info, tenant)
	info = binary.BigEndian.AppendUint16(info, 8)
	info = binary.BigEndian.AppendUint64(info, uint64(id))
	return string(appendFramed(info, name))
}

// associatedData is what is authenticated beside the plaintext of an envelope without a term: header and context.
func (k *Key) associatedData(suite byte, name string) []byte {
	aad := appendHeader(make([]byte, 0, headerSize+4+len(k.tenant)+len(name)), suite, 0, k.id)
	aad = appendFramed(aad, k.tenant)
	return appendFramed(aad, name)
}

// appendFramed appends the length of s as 16 bits, big-endian, then s. Callers have checked that s fits.
func appendFramed(dst []byte, s string) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(s)))
	return append(dst, s...)
}
