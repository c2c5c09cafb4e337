package keystore

import (
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxTenant is the longest tenant name, in bytes. It keeps associated data below the 1 KiB that an hsm.Wrapper takes.
	MaxTenant = 255
	// CommitmentSize is the length of Record.Commitment in bytes: one SHA-256 output.
	CommitmentSize = 32
	// maxWrapped bounds a wrapped key, in bytes: far above any provider's blob, far below what would strain a store.
	maxWrapped = 16 << 10
	// maxName bounds algorithm, owner and the names of a master key, in bytes.
	maxName = 1 << 10
)

// ErrInvalid means that a record or a name breaks a rule that every record obeys; trying again does not help.
var ErrInvalid = errors.New("invalid key record")

// FormatID gives the one written form of a key id: 16 hexadecimal digits.
func FormatID(id uint64) string { return fmt.Sprintf("%016x", id) }

// ParseID is the inverse of FormatID. It accepts exactly 16 lower-case hexadecimal digits and refuses 0.
func ParseID(s string) (uint64, error) {
	id, err := strconv.ParseUint(s, 16, 64)
	if err != nil || id == 0 || FormatID(id) != s {
		return 0, fmt.Errorf("key id %.40q is not 16 lower-case hexadecimal digits: %w", s, ErrInvalid)
	}
	return id, nil
}

// CheckTenant reports whether name may name a tenant: 1 to 255 bytes of valid UTF-8 without control characters. Names are
// compared byte for byte and are not normalised.
func CheckTenant(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("tenant name is empty: %w", ErrInvalid)
	case len(name) > MaxTenant:
		return fmt.Errorf("tenant name has %d bytes, at most %d are allowed: %w", len(name), MaxTenant, ErrInvalid)
	case !utf8.ValidString(name):
		return fmt.Errorf("tenant name %q is not UTF-8: %w", name, ErrInvalid)
	}
	for _, r := range name {
		if unicode.IsControl(r) {
			return fmt.Errorf("tenant name %q contains a control character: %w", name, ErrInvalid)
		}
	}
	return nil
}

// Known reports whether p is one of the three purposes.
func (p Purpose) Known() bool { return p == PurposeKEK || p == PurposeData || p == PurposeIndex }

// Due reports whether the key's originator cryptoperiod is over at now, so that it ought to be rotated. A key that is due
// still seals and opens: lateness must not stop an application.
func (r Record) Due(now time.Time) bool {
	return r.State == Active && r.CryptoDays > 0 && !now.Before(r.Activated.AddDate(0, 0, r.CryptoDays))
}

// Validate reports, as ErrInvalid, which rule the record breaks. Stores refuse to write a record that does not pass.
func (r Record) Validate() error {
	if err := CheckTenant(r.Tenant); err != nil {
		return err
	}
	switch {
	case r.ID == 0:
		return r.invalid("id is 0")
	case !r.Purpose.Known():
		return r.invalid("unknown purpose")
	case r.Version == 0:
		return r.invalid("version is 0")
	case !r.State.Known():
		return r.invalid("unknown state")
	case r.Algorithm == "" || len(r.Algorithm) > maxName || len(r.Owner) > maxName:
		return r.invalid("algorithm or owner is missing or too long")
	case !utf8.ValidString(r.Algorithm) || !utf8.ValidString(r.Owner):
		return r.invalid("algorithm or owner is not UTF-8")
	case r.Bits <= 0 || r.CryptoDays < 0 || r.Created.IsZero():
		return r.invalid("size, cryptoperiod or date of creation makes no sense")
	case len(r.Commitment) != CommitmentSize:
		return r.invalid("commitment is not 32 bytes")
	}
	return r.validateWrapping()
}

// validateWrapping checks that a KEK is wrapped by the master key alone, a DEK by its KEK alone, and a destroyed key by
// nothing: a record that says destroyed and still holds key bytes would be a lie.
func (r Record) validateWrapping() error {
	destroyed := r.State == Destroyed
	switch {
	case r.Purpose == PurposeKEK && (r.Parent != 0 || r.Wrapped != nil):
		return r.invalid("a KEK has no parent")
	case r.Purpose != PurposeKEK && (r.Parent == 0 || r.Master != nil):
		return r.invalid("a data key has a KEK as parent")
	case destroyed && (r.Master != nil || r.Wrapped != nil):
		return r.invalid("a destroyed key holds no wrapped bytes")
	case destroyed:
		return nil
	case r.Purpose == PurposeKEK && r.Master == nil, r.Purpose != PurposeKEK && len(r.Wrapped) == 0:
		return r.invalid("wrapped bytes are missing")
	case len(r.Wrapped) > maxWrapped:
		return r.invalid("wrapped bytes are too long")
	case r.Master != nil:
		return r.validateMaster()
	}
	return nil
}

func (r Record) validateMaster() error {
	if n := len(r.Master.Blob); n == 0 || n > maxWrapped {
		return r.invalid("wrapped bytes are missing or too long")
	}
	for _, name := range []string{r.Master.Ref.Provider, r.Master.Ref.Key, r.Master.Ref.Version, r.Master.Algorithm} {
		if len(name) > maxName || !utf8.ValidString(name) {
			return r.invalid("master key's names are too long or not UTF-8")
		}
	}
	return nil
}

func (r Record) invalid(why string) error {
	return fmt.Errorf("key %s of tenant %q: %s: %w", FormatID(r.ID), r.Tenant, why, ErrInvalid)
}
