package keystore

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/keyaside/keyaside/hsm"
)

// Vectors: another implementation must come to these bytes, and so must every later version of this one. The expected
// commitment and wrapping key were computed apart from this code, with Python's hmac (RFC 5869 by hand).
func TestBindingCommitmentAndWrappingKeyAreFixed(t *testing.T) {
	r := Record{ID: 0x0102030405060708, Tenant: "acme", Purpose: PurposeKEK, Version: 2}
	secret := bytes.Repeat([]byte{0x42}, keySize)
	wantHex(t, "binding", binding(r), "000f"+hex.EncodeToString([]byte("keyaside key v1"))+"000461636d65"+"00036b656b"+"00080102030405060708"+"000400000002")
	c, err := commitment(secret, r)
	if err != nil {
		t.Fatal(err)
	}
	wantHex(t, "commitment", c, "1ef94b5b14dcd46e312082847ef1686c5964e39cd82e5312b399d0e4bbbe423d")
	w, err := derive(secret, labelWrapping, r)
	if err != nil {
		t.Fatal(err)
	}
	wantHex(t, "wrapping key", w, "cefc2a83baf387939cfc7e874887156f085aa7f490c41451e7dda5c3e4bf1902")
}

func wantHex(t *testing.T, name string, got []byte, want string) {
	t.Helper()
	if hex.EncodeToString(got) != want {
		t.Errorf("%s is %x, want %s", name, got, want)
	}
}

func TestNoTwoContextsBindAlike(t *testing.T) {
	seen := map[string]Record{}
	for _, tenant := range []string{"a", "ak", "a\x00", "kek", "a\x00\x03kek"} {
		for _, purpose := range []Purpose{PurposeKEK, PurposeData, "ek", "\x00\x03kek"} {
			for _, id := range []uint64{1, 1 << 8, 1 << 32} {
				r := Record{ID: id, Tenant: tenant, Purpose: purpose, Version: uint32(id)}
				if other, ok := seen[string(binding(r))]; ok {
					t.Errorf("%+v and %+v", r, other)
				}
				seen[string(binding(r))] = r
			}
		}
	}
}

func TestTheLongestBindingFitsAWrapper(t *testing.T) {
	r := Record{Tenant: string(make([]byte, MaxTenant)), Purpose: PurposeIndex}
	if n := len(binding(r)); n > 320 {
		t.Errorf("%d bytes", n)
	}
}

func wrapped(t *testing.T) (kek Record, kekSecret []byte, dek Record, secret []byte) {
	t.Helper()
	kek, dek = sampleKEK(), sampleDEK()
	kekSecret, secret = bytes.Repeat([]byte{1}, keySize), bytes.Repeat([]byte{2}, keySize)
	var err error
	if dek.Commitment, err = commitment(secret, dek); err != nil {
		t.Fatal(err)
	}
	if dek.Wrapped, err = wrapDEK(kek, kekSecret, dek, secret); err != nil {
		t.Fatal(err)
	}
	return kek, kekSecret, dek, secret
}

func TestAWrappedKeyOpensInItsOwnContextOnly(t *testing.T) {
	kek, kekSecret, dek, secret := wrapped(t)
	got, err := unwrapDEK(kek, kekSecret, dek)
	if err != nil || !bytes.Equal(got, secret) {
		t.Fatal(err)
	}
	for name, move := range map[string]func(kek, dek *Record){
		"tenant":        func(_, dek *Record) { dek.Tenant = "other" },
		"purpose":       func(_, dek *Record) { dek.Purpose = PurposeIndex },
		"id":            func(_, dek *Record) { dek.ID++ },
		"version":       func(_, dek *Record) { dek.Version++ },
		"KEK's tenant":  func(kek, _ *Record) { kek.Tenant = "other" },
		"KEK's id":      func(kek, _ *Record) { kek.ID++ },
		"KEK's version": func(kek, _ *Record) { kek.Version++ },
		"commitment":    func(_, dek *Record) { dek.Commitment = make([]byte, CommitmentSize) },
		"size":          func(_, dek *Record) { dek.Bits = 128 },
	} {
		k, d := kek, dek
		move(&k, &d)
		if _, err := unwrapDEK(k, kekSecret, d); !errors.Is(err, hsm.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryAlteredOrMissingByteOfAWrappedKeyIsNoticed(t *testing.T) {
	kek, kekSecret, dek, _ := wrapped(t)
	whole := dek.Wrapped
	for i := range whole {
		dek.Wrapped = bytes.Clone(whole)
		dek.Wrapped[i] ^= 1
		if _, err := unwrapDEK(kek, kekSecret, dek); !errors.Is(err, hsm.ErrCorrupt) {
			t.Errorf("byte %d altered: %v", i, err)
		}
		dek.Wrapped = whole[:i]
		if _, err := unwrapDEK(kek, kekSecret, dek); !errors.Is(err, hsm.ErrCorrupt) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
}

func TestAKeyForAnUnknownAlgorithmIsRefused(t *testing.T) {
	kek, kekSecret, dek, _ := wrapped(t)
	dek.Algorithm = "ML-KEM-768"
	if _, err := unwrapDEK(kek, kekSecret, dek); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}
