package fieldcrypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"math/big"
	"testing"
)

// This file is a second implementation of docs/envelope.md, written from the specification and sharing nothing with
// the package: HKDF is assembled from HMAC, framing by hand, GCM is given its nonce, and AES-SIV is made of AES.

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

// specHKDF is RFC 5869 for an output of one or two hashes: extract with a salt of zeros, then expand.
func specHKDF(secret, info []byte, size int) []byte {
	prk := specHMAC(make([]byte, 32), secret)
	first := specHMAC(prk, append(bytes.Clone(info), 1))
	second := specHMAC(prk, append(append(bytes.Clone(first), info...), 2))
	return append(first, second...)[:size]
}

func specSeal(t testing.TB, p place, term, nonce, plaintext []byte) specParts {
	t.Helper()
	if p.Purpose == "index" {
		return specSealSIV(t, p, plaintext)
	}
	var s specParts
	s.info = specFrame([]byte("keyaside v1 field key AES-256-GCM"), []byte(p.Tenant), p.KeyID, []byte(p.Field))
	s.fieldKey = specHKDF(p.Secret, s.info, 32)
	header := append([]byte{0xF5, 0x4B, 0x11, 0x00}, p.KeyID...)
	if term != nil {
		header[3] = 1
		header = append(header, term...)
	}
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
		want := specSeal(t, p, nil, got[12:24], []byte(plaintext)).envelope
		if !bytes.Equal(got, want) {
			t.Errorf("%q: sealed %x, specification gives %x", plaintext, got, want)
		}
	}
}

func TestEnvelopesWithATermOpenBySpecification(t *testing.T) {
	p := place{Secret: testSecret(), Tenant: "acme", KeyID: hexBytes{0, 0, 0, 0, 0, 0, 0, 7}, Field: "email"}
	k, f := mustKey(t, 7, "acme", 3), mustField(t, "email", 0)
	term := mustTerm(t, mustIndexKey(t, 8, "acme"), f, "ada@example.com")
	for _, plaintext := range []string{"", "x", "Ada@Example.com"} {
		got, err := k.SealWithTerm(nil, f, term, []byte(plaintext))
		if err != nil {
			t.Fatal(err)
		}
		if want := specSeal(t, p, term, got[27:39], []byte(plaintext)).envelope; !bytes.Equal(got, want) {
			t.Errorf("%q: sealed %x, specification gives %x", plaintext, got, want)
		}
	}
}

func specTerm(p place, normalised []byte) (info, key, term []byte) {
	info = specFrame([]byte("keyaside v1 equality term HMAC-SHA-256"), []byte(p.Tenant), p.KeyID, []byte(p.domain()))
	key = specHKDF(p.Secret, info, 32)
	return info, key, specHMAC(key, normalised)[:15]
}

func specSealSIV(t testing.TB, p place, plaintext []byte) specParts {
	t.Helper()
	var s specParts
	s.info = specFrame([]byte("keyaside v1 equality key AES-256-SIV"), []byte(p.Tenant), p.KeyID, []byte(p.domain()))
	s.fieldKey = specHKDF(p.Secret, s.info, 64)
	header := append([]byte{0xF5, 0x4B, 0x13, 0x00}, p.KeyID...)
	s.aad = append(bytes.Clone(header), specFrame([]byte(p.Tenant), []byte(p.domain()))...)
	mac, stream := specAES(t, s.fieldKey[:32]), specAES(t, s.fieldKey[32:])
	iv := specS2V(mac, s.aad, plaintext)
	counter := bytes.Clone(iv) // RFC 5297, 2.6: the top bits of the last two 32-bit words are cleared
	counter[8] &= 0x7F
	counter[12] &= 0x7F
	body := make([]byte, len(plaintext))
	cipher.NewCTR(stream, counter).XORKeyStream(body, plaintext)
	s.envelope = append(append(header, iv...), body...)
	return s
}

func specAES(t testing.TB, key []byte) cipher.Block {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	return block
}

// specS2V is RFC 5297, 2.4 for one string of associated data.
func specS2V(block cipher.Block, aad, plaintext []byte) []byte {
	d := specXOR(specDouble(specCMAC(block, make([]byte, 16))), specCMAC(block, aad))
	if len(plaintext) < 16 {
		return specCMAC(block, specXOR(specDouble(d), specPad(plaintext)))
	}
	end := len(plaintext) - 16
	return specCMAC(block, append(bytes.Clone(plaintext[:end]), specXOR(plaintext[end:], d)...))
}

// specCMAC is SP 800-38B, 6.2.
func specCMAC(block cipher.Block, message []byte) []byte {
	subkey := make([]byte, 16)
	block.Encrypt(subkey, subkey)
	subkey = specDouble(subkey) // K1
	state := make([]byte, 16)
	for len(message) > 16 {
		block.Encrypt(state, specXOR(state, message[:16]))
		message = message[16:]
	}
	if len(message) < 16 {
		message, subkey = specPad(message), specDouble(subkey) // K2
	}
	block.Encrypt(state, specXOR(specXOR(state, message), subkey))
	return state
}

func specDouble(b []byte) []byte {
	n := new(big.Int).Lsh(new(big.Int).SetBytes(b), 1)
	if n.BitLen() > 128 {
		n.SetBit(n, 128, 0)
		n.Xor(n, big.NewInt(0x87))
	}
	return n.FillBytes(make([]byte, 16))
}

func specPad(b []byte) []byte {
	return append(append(bytes.Clone(b), 0x80), make([]byte, 15-len(b))...)
}

func specXOR(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range a {
		out[i] = a[i] ^ b[i]
	}
	return out
}
