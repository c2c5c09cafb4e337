package fieldcrypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"testing"
)

// This file is a second implementation of docs/envelope.md, written from the specification and sharing nothing with
// the package: HKDF is assembled from HMAC, framing by hand, and GCM is given its nonce.

type specParts struct {
	info, fieldKey, aad, envelope []byte
}

func specFrame(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, byte(len(p)>>8), byte(len(p)))
		out = append(out, p...)
	}
	return out
}

func specHMAC(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// specHKDF is RFC 5869 for an output of one hash: extract with a salt of zeros, then the first block of expand.
func specHKDF(secret, info []byte) []byte {
	prk := specHMAC(make([]byte, 32), secret)
	return specHMAC(prk, append(bytes.Clone(info), 1))
}

func specSeal(t testing.TB, p place, nonce, plaintext []byte) specParts {
	t.Helper()
	var s specParts
	s.info = specFrame([]byte("keyaside v1 field key AES-256-GCM"), []byte(p.Tenant), p.KeyID, []byte(p.Field))
	s.fieldKey = specHKDF(p.Secret, s.info)
	header := append([]byte{0xF5, 0x4B, 0x11, 0x00}, p.KeyID...)
	s.aad = append(bytes.Clone(header), specFrame([]byte(p.Tenant), []byte(p.Field))...)
	block, err := aes.NewCipher(s.fieldKey)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	s.envelope = gcm.Seal(append(bytes.Clone(header), nonce...), nonce, plaintext, s.aad)
	return s
}

func TestSealedEnvelopesOpenBySpecification(t *testing.T) {
	p := place{Secret: testSecret(), Tenant: "acme", KeyID: hexBytes{0, 0, 0, 0, 0, 0, 0, 7}, Field: "email"}
	k, f := mustKey(t, 7, "acme", 3), mustField(t, "email", 0)
	for _, plaintext := range []string{"", "x", "ada@example.com"} {
		got := mustSeal(t, k, f, []byte(plaintext))
		// GCM is deterministic once the nonce is known.
		want := specSeal(t, p, got[12:24], []byte(plaintext)).envelope
		if !bytes.Equal(got, want) {
			t.Errorf("%q: sealed %x, specification gives %x", plaintext, got, want)
		}
	}
}
