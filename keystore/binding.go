package keystore

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/keyaside/keyaside/hsm"
)

// The format of everything that binds a key to its record, version 1. Changing any of it makes every stored key unreadable.
const (
	labelBinding    = "keyaside key v1"        // starts the associated data of a wrapped key
	labelCommitment = "keyaside commitment v1" // starts the info of the HKDF that commits to a key
	labelWrapping   = "keyaside wrapping v1"   // starts the info of the HKDF that turns a KEK into a wrapping key
)

// binding is the associated data under which the key of r is wrapped, by the master key or by its KEK: the label, tenant,
// purpose, key id and version, each preceded by its length in two bytes, big-endian, so that no two contexts give the same
// bytes. At most 320 bytes.
func binding(r Record) []byte {
	b := appendFramed(nil, labelBinding)
	b = appendFramed(b, r.Tenant)
	b = appendFramed(b, string(r.Purpose))
	b = appendFramed(b, string(binary.BigEndian.AppendUint64(nil, r.ID)))
	return appendFramed(b, string(binary.BigEndian.AppendUint32(nil, r.Version)))
}

func appendFramed(b []byte, part string) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(part)))
	return append(b, part...)
}

// derive gives 32 bytes of HKDF-SHA-256 (RFC 5869) over secret, without salt since the secret is uniformly random, with the
// label and the binding of r as info. The caller clears the result.
func derive(secret []byte, label string, r Record) ([]byte, error) {
	return hkdf.Key(sha256.New, secret, nil, string(append(appendFramed(nil, label), binding(r)...)), sha256.Size)
}

// commitment commits to secret in the context of r. GCM does not: a crafted blob can open under two keys, and then a value
// would have two meanings. The commitment tells nothing about the secret, which has 256 bits of entropy.
func commitment(secret []byte, r Record) ([]byte, error) {
	return derive(secret, labelCommitment, r)
}

// checkSecret reports whether an unwrapped secret is the one that r commits to, in constant time. Otherwise hsm.ErrCorrupt.
func checkSecret(secret []byte, r Record) error {
	if r.Algorithm != algorithm {
		return fmt.Errorf("key %s of tenant %q is for %q, which this version does not know: %w", FormatID(r.ID), r.Tenant, r.Algorithm, ErrInvalid)
	}
	if len(secret)*8 != r.Bits {
		return fmt.Errorf("key %s of tenant %q: unwrapped key has %d bits, its record says %d: %w",
			FormatID(r.ID), r.Tenant, len(secret)*8, r.Bits, hsm.ErrCorrupt)
	}
	c, err := commitment(secret, r)
	if err != nil {
		return fmt.Errorf("commit to key %s: %w", FormatID(r.ID), err)
	}
	if !hmac.Equal(c, r.Commitment) {
		return fmt.Errorf("key %s of tenant %q: unwrapped key is not the one its record commits to: %w",
			FormatID(r.ID), r.Tenant, hsm.ErrCorrupt)
	}
	return nil
}
