//go:build cgo

package pkcs11

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyaside/keyaside/hsm"
)

func wrapOne(t *testing.T, m *Master) hsm.Wrapped {
	t.Helper()
	w, err := m.Wrap(t.Context(), []byte("secret"), []byte("aad"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func mustUnwrap(t *testing.T, m *Master, w hsm.Wrapped) {
	t.Helper()
	if got, err := m.Unwrap(t.Context(), w, []byte("aad")); err != nil || string(got) != "secret" {
		t.Fatalf("unwrap: %v", err)
	}
}

func mustFailOpen(t *testing.T, cfg Config, want error, mentions ...string) {
	t.Helper()
	m, err := Open(t.Context(), cfg)
	if m != nil {
		m.Close()
		t.Fatal("it opened")
	}
	if want != nil && !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
	for _, s := range mentions {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("the error does not mention %q: %v", s, err)
		}
	}
}

// eventually waits until f succeeds, 15 s at most.
func eventually(t *testing.T, f func() error) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}
