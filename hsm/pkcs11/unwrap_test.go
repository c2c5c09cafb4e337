//go:build cgo

package pkcs11

import (
	"errors"
	"testing"

	"github.com/keyaside/keyaside/hsm"
)

// flaky is a real token of which some calls of open fail, counted from 1.
type flaky struct {
	token
	fails map[int]bool
	calls int
}

var errGeneral = errors.New("C_Decrypt: pkcs11: 0x5: CKR_GENERAL_ERROR")

func (f *flaky) open(iv, ciphertext, aad []byte) ([]byte, error) {
	f.calls++
	if f.fails[f.calls] {
		return nil, errGeneral
	}
	return f.token.open(iv, ciphertext, aad)
}

func TestAMomentaryFaultDoesNotMakeAGoodBlobCorrupt(t *testing.T) {
	cfg, _ := provisioned(t)
	m := mustOpen(t, cfg)
	c, w := m.cur.Load(), wrapOne(t, m)
	got, err := unwrap(&flaky{token: c.token, fails: map[int]bool{1: true}}, c.known, w.Blob, []byte("aad"))
	if err != nil || string(got) != "secret" {
		t.Fatalf("got %v", err)
	}
}

func TestABlobIsCorruptOnlyIfTheKnownAnswerOpens(t *testing.T) {
	cfg, _ := provisioned(t)
	m := mustOpen(t, cfg)
	c, w := m.cur.Load(), wrapOne(t, m)
	w.Blob[hsm.GCMIVSize] ^= 1
	_, err := unwrap(&flaky{token: c.token}, c.known, w.Blob, []byte("aad"))
	if !errors.Is(err, hsm.ErrCorrupt) {
		t.Fatalf("got %v, want %v", err, hsm.ErrCorrupt)
	}
	_, err = unwrap(&flaky{token: c.token, fails: map[int]bool{2: true}}, c.known, w.Blob, []byte("aad"))
	if errors.Is(err, hsm.ErrCorrupt) || !errors.Is(err, errGeneral) {
		t.Fatalf("the known answer did not open: got %v", err)
	}
}

// dialect is a real token that answers each failure of open with a code of its vendor's own.
type dialect struct{ token }

func (d dialect) open(iv, ciphertext, aad []byte) ([]byte, error) {
	out, err := d.token.open(iv, ciphertext, aad)
	if err != nil {
		return nil, errors.New("C_Decrypt: pkcs11: 0x8000BEEF: ")
	}
	return out, nil
}

func TestAVendorsOwnCodeForABadBlobIsLearnedByTheSelfTest(t *testing.T) {
	cfg, _ := provisioned(t)
	m := mustOpen(t, cfg)
	vendor := dialect{m.cur.Load().token}
	known, err := newKnownAnswer(vendor)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unwrap(vendor, known, wrapOne(t, m).Blob, []byte("wrong")); !errors.Is(err, hsm.ErrCorrupt) {
		t.Fatalf("got %v, want %v", err, hsm.ErrCorrupt)
	}
}
