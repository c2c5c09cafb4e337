//go:build cgo

package pkcs11

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/hsm/hsmtest"
)

func TestAKeyThatIsDeletedMeanwhileIsNoKey(t *testing.T) {
	cfg, _ := provisioned(t)
	m := mustOpen(t, cfg)
	w := wrapOne(t, m)
	deleteKey(t, cfg)
	if _, err := m.Unwrap(t.Context(), w, []byte("aad")); !errors.Is(err, hsm.ErrNoKey) {
		t.Fatalf("got %v, want %v", err, hsm.ErrNoKey)
	}
	if _, err := m.Wrap(t.Context(), []byte("secret"), nil); !errors.Is(err, hsm.ErrNoKey) {
		t.Fatalf("during the pause: got %v, want %v", err, hsm.ErrNoKey)
	}
}

func TestAKeyThatIsReplacedMeanwhileIsNoKeyAndBlamesNoBlob(t *testing.T) {
	cfg, _ := provisioned(t)
	m := mustOpen(t, cfg)
	w := wrapOne(t, m)
	deleteKey(t, cfg)
	keygen(t, cfg, 256, true, false)
	_, err := m.Unwrap(t.Context(), w, []byte("aad"))
	if !errors.Is(err, hsm.ErrNoKey) || !strings.Contains(err.Error(), "another one than before") {
		t.Fatalf("got %v", err)
	}
}

func TestATokenThatComesBackServesWithoutARestart(t *testing.T) {
	cfg, token := provisioned(t)
	m, other := mustOpen(t, cfg), mustOpen(t, cfg)
	w := wrapOne(t, m)
	away := token.Store + ".away"
	if err := os.Rename(token.Store, away); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Unwrap(t.Context(), w, []byte("aad")); !errors.Is(err, hsm.ErrUnavailable) {
		t.Fatalf("while it is away: got %v, want %v", err, hsm.ErrUnavailable)
	}
	if err := m.Probe(t.Context()); !errors.Is(err, hsm.ErrUnavailable) || !strings.Contains(err.Error(), "next attempt") {
		t.Fatalf("during the pause: got %v", err)
	}
	if err := os.Rename(away, token.Store); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { return m.Probe(t.Context()) })
	mustUnwrap(t, m, w)
	mustUnwrap(t, other, w)
}

func TestARecoveryNeverMakesAKey(t *testing.T) {
	token := hsmtest.SoftHSM(t)
	cfg := config(token)
	cfg.Create = true
	m := mustOpen(t, cfg)
	deleteKey(t, cfg)
	for range 3 {
		if err := m.Probe(t.Context()); !errors.Is(err, hsm.ErrNoKey) {
			t.Fatalf("got %v, want %v", err, hsm.ErrNoKey)
		}
		time.Sleep(2 * firstPause)
	}
	mustFailOpen(t, config(token), hsm.ErrNoKey, "holds none")
}

func TestOneMasterClosesWithoutHarmToAnother(t *testing.T) {
	cfg, _ := provisioned(t)
	a, b := mustOpen(t, cfg), mustOpen(t, cfg)
	w := wrapOne(t, a)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	mustUnwrap(t, b, w)
}
