//go:build cgo

package pkcs11

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"github.com/ThalesGroup/crypto11"
	"github.com/miekg/pkcs11"

	"github.com/keyaside/keyaside/hsm"
)

const keyBits = 256

func (t *crypto11Token) choose(label string) (err error) {
	defer recovered(&err)
	template := crypto11.NewAttributeSet()
	template.AddIfNotPresent([]*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, label),
		pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_AES),
	})
	keys, err := t.ctx.FindKeysWithAttributes(template)
	if err != nil {
		return fmt.Errorf("find key: %w", err)
	}
	switch len(keys) {
	case 0:
		return errNotFound
	case 1:
	default:
		return fmt.Errorf("%w: the token holds %d AES keys with this label; relabel all but one", hsm.ErrNoKey, len(keys))
	}
	if err := t.checkAttributes(keys[0]); err != nil {
		return err
	}
	t.key = keys[0]
	t.aead, err = keys[0].NewGCM()
	return err
}

// checkAttributes refuses a key that the token would give out, or that is not an AES-256 key of the token.
func (t *crypto11Token) checkAttributes(key *crypto11.SecretKey) error {
	for _, c := range []struct {
		name      string
		attribute uint
		want      bool
	}{
		{"CKA_TOKEN", pkcs11.CKA_TOKEN, true},
		{"CKA_SENSITIVE", pkcs11.CKA_SENSITIVE, true},
		{"CKA_EXTRACTABLE", pkcs11.CKA_EXTRACTABLE, false},
	} {
		value, err := t.attribute(key, c.attribute)
		if err != nil {
			return fmt.Errorf("read %s: %w", c.name, err)
		}
		if len(value) != 1 || (value[0] != 0) != c.want { // CK_BBOOL: CK_FALSE is 0
			return fmt.Errorf("%w: %s is not %v; make a new one with Keyaside", hsm.ErrUnsafeKey, c.name, c.want)
		}
	}
	return t.checkValue(key)
}

// checkValue asks for the key itself, which must fail, and for its length.
func (t *crypto11Token) checkValue(key *crypto11.SecretKey) error {
	value, err := t.attribute(key, pkcs11.CKA_VALUE)
	clear(value)
	if err == nil && len(value) > 0 {
		return fmt.Errorf("%w: the token gives out CKA_VALUE, whatever its attributes say", hsm.ErrUnsafeKey)
	}
	length, err := t.attribute(key, pkcs11.CKA_VALUE_LEN)
	if err != nil {
		return fmt.Errorf("read CKA_VALUE_LEN: %w", err)
	}
	if n := ulong(length); n != keyBits/8 {
		return fmt.Errorf("%w: it has %d bits, must have %d", hsm.ErrUnsafeKey, 8*n, keyBits)
	}
	return nil
}

func (t *crypto11Token) attribute(key *crypto11.SecretKey, attribute uint) ([]byte, error) {
	a, err := t.ctx.GetAttribute(key, attribute)
	if err != nil || a == nil {
		return nil, err
	}
	return a.Value, nil
}

// ulong reads a CK_ULONG, which has the machine's size and byte order.
func ulong(b []byte) uint64 {
	switch len(b) {
	case 4:
		return uint64(binary.NativeEndian.Uint32(b))
	case 8:
		return binary.NativeEndian.Uint64(b)
	}
	return 0
}

// generate makes a key that can encrypt and decrypt and do nothing else; crypto11 adds CKA_SENSITIVE and clears
// CKA_EXTRACTABLE, but what matters is said here.
func (t *crypto11Token) generate(label string) (err error) {
	defer recovered(&err)
	id := make([]byte, 16)
	rand.Read(id) // never fails (crypto/rand)
	template := crypto11.NewAttributeSet()
	template.AddIfNotPresent([]*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_ID, id),
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, label),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true),
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false),
		pkcs11.NewAttribute(pkcs11.CKA_ENCRYPT, true),
		pkcs11.NewAttribute(pkcs11.CKA_DECRYPT, true),
		pkcs11.NewAttribute(pkcs11.CKA_WRAP, false),
		pkcs11.NewAttribute(pkcs11.CKA_UNWRAP, false),
	})
	if _, err := t.ctx.GenerateSecretKeyWithAttributes(template, keyBits, crypto11.CipherAES); err != nil {
		return fmt.Errorf("generate key: %w", err)
	}
	return nil
}
