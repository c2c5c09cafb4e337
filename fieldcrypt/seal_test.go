package fieldcrypt

import (
	"bytes"
	"crypto/cipher"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestSealAppendsAndOpenAppends(t *testing.T) {
	k, f := mustKey(t, 7, "acme", 10), mustField(t, "email", 0)
	for _, plaintext := range []string{"", "x", "ada@example.com", strings.Repeat("long ", 1000)} {
		sealed, err := k.Seal([]byte("before"), f, []byte(plaintext))
		if err != nil || !bytes.HasPrefix(sealed, []byte("before")) {
			t.Fatalf("%d bytes: %v", len(plaintext), err)
		}
		envelope := sealed[len("before"):]
		if len(envelope) != len(plaintext)+Overhead {
			t.Errorf("%d bytes give an envelope of %d", len(plaintext), len(envelope))
		}
		kept := bytes.Clone(envelope)
		opened, err := k.Open([]byte("before"), f, envelope)
		if err != nil || string(opened) != "before"+plaintext {
			t.Errorf("%d bytes: opened %d bytes, %v", len(plaintext), len(opened), err)
		}
		if !bytes.Equal(envelope, kept) {
			t.Errorf("%d bytes: Open wrote into the envelope", len(plaintext))
		}
	}
}

func TestHeaderNamesTheKey(t *testing.T) {
	const id = 0xFEDCBA9876543210
	envelope := mustSeal(t, mustKey(t, id, "acme", 1), mustField(t, "email", 0), nil)
	h, err := ParseHeader(envelope)
	if want := (Header{Version: 1, Suite: SuiteAES256GCM, KeyID: id}); err != nil || h != want {
		t.Errorf("header is %+v, %v", h, err)
	}
	if len(envelope) != Overhead {
		t.Errorf("envelope of nothing has %d bytes", len(envelope))
	}
}

func TestEqualPlaintextsGiveUnrelatedEnvelopes(t *testing.T) {
	k, f := mustKey(t, 7, "acme", 1000), mustField(t, "email", 0)
	seen := map[string]bool{}
	for range 1000 {
		nonce := string(mustSeal(t, k, f, []byte("same"))[headerSize : headerSize+nonceSize])
		if seen[nonce] {
			t.Fatal("a nonce came twice")
		}
		seen[nonce] = true
	}
}

func TestAnEnvelopeOpensOnlyWhereItWasSealedFor(t *testing.T) {
	email, phone := mustField(t, "email", 0), mustField(t, "phone", 1)
	acme := mustKey(t, 7, "acme", 1)
	envelope := mustSeal(t, acme, email, []byte("ada@example.com"))
	for _, c := range []struct {
		name  string
		key   *Key
		field *Field
	}{
		{"other field", acme, phone},
		{"other tenant, same secret and key id", mustKey(t, 7, "globex", 0), email},
		{"other key id, same secret", mustKey(t, 8, "acme", 0), email},
	} {
		if out, err := c.key.Open(nil, c.field, envelope); !errors.Is(err, ErrTampered) || out != nil {
			t.Errorf("%s: %q, %v", c.name, out, err)
		}
	}
	if _, err := acme.Open(nil, email, envelope); err != nil {
		t.Errorf("where it belongs: %v", err)
	}
}

func TestAFailedOpenLeavesNothingBehind(t *testing.T) {
	k, f := mustKey(t, 7, "acme", 1), mustField(t, "email", 0)
	secret := []byte("a value longer than one block of AES")
	envelope := mustSeal(t, k, f, secret)
	envelope[len(envelope)-1] ^= 1
	buffer := bytes.Repeat([]byte{'-'}, 4+len(secret)+8)
	out, err := k.Open(buffer[:4], f, envelope)
	if !errors.Is(err, ErrTampered) || string(out) != "----" {
		t.Fatalf("%q, %v", out, err)
	}
	spare, behind := buffer[4:4+len(secret)], buffer[4+len(secret):]
	if !bytes.Equal(spare, make([]byte, len(spare))) {
		t.Errorf("spare capacity holds %x", spare)
	}
	if string(behind) != "--------" {
		t.Errorf("bytes that no plaintext reaches were written: %q", behind)
	}
}

// leakyAEAD fails as cipher.AEAD allows: with the plaintext written to dst.
type leakyAEAD struct{ cipher.AEAD }

func (leakyAEAD) Open(dst, _, _, _ []byte) ([]byte, error) {
	copy(dst[len(dst):cap(dst)], "PLAINTEXT")
	return nil, errors.New("authentication failed")
}

func TestAFailedOpenClearsWhatTheCipherLeft(t *testing.T) {
	k, f := mustKey(t, 7, "acme", 1), mustField(t, "email", 0)
	envelope := mustSeal(t, k, f, []byte("PLAINTEXT"))
	(*k.derived.Load())[0].aead = leakyAEAD{}
	buffer := make([]byte, 64)
	if _, err := k.Open(buffer[:0], f, envelope); !errors.Is(err, ErrTampered) {
		t.Fatal(err)
	}
	if !bytes.Equal(buffer, make([]byte, len(buffer))) {
		t.Errorf("spare capacity holds %q", buffer)
	}
}

func TestTooLongPlaintextIsRefusedBeforeItCostsBudget(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("maps 1 GiB, of which the race detector keeps a shadow")
	}
	k, f := mustKey(t, 7, "acme", 1), mustField(t, "email", 0)
	// The pages of the slice are never touched, so it takes address space only.
	if _, err := k.Seal(nil, f, make([]byte, MaxPlaintextSize+1)); !errors.Is(err, ErrTooLong) || k.Budget() != 1 {
		t.Errorf("%v, budget %d", err, k.Budget())
	}
}

// Errors end in logs and in clients: they may name fields and key ids only.
func TestErrorsShowNothingOfTheValue(t *testing.T) {
	k, f := mustKey(t, 7, "acme", 1), mustField(t, "email", 0)
	envelope := mustSeal(t, k, f, []byte("PLAINTEXT"))
	cut, flipped := envelope[:30], bytes.Clone(envelope)
	flipped[30] ^= 1
	for _, input := range [][]byte{[]byte("PLAINTEXT"), cut, flipped, append([]byte{0xF5, 0x4B, 0x99}, "PLAINTEXT"...)} {
		_, err := k.Open(nil, f, input)
		if err == nil || !strings.Contains(err.Error(), "email") {
			t.Fatalf("%x: error %v does not name the field", input, err)
		}
		for _, bad := range []string{"PLAINTEXT", fmt.Sprintf("%x", "PLAIN"), fmt.Sprintf("%x", testSecret()[:4])} {
			if strings.Contains(err.Error(), bad) {
				t.Errorf("error shows %q: %v", bad, err)
			}
		}
	}
	if _, err := AppendEnvelope(nil, []byte("ks1.9Us PLAINTEXT")); err == nil || strings.Contains(err.Error(), "PLAINTEXT") {
		t.Errorf("text: %v", err)
	}
}

func TestTruncationNeverPassesForPlaintext(t *testing.T) {
	envelope := mustSeal(t, mustKey(t, 7, "acme", 1), mustField(t, "email", 0), nil)
	for n := magicSize; n < len(envelope); n++ {
		if _, err := ParseHeader(envelope[:n]); !errors.Is(err, ErrTruncated) || errors.Is(err, ErrNotEnvelope) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
