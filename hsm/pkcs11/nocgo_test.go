//go:build !cgo

package pkcs11

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestWithoutCgoOpenSaysHowToBuild(t *testing.T) {
	cfg := Config{Module: "/usr/lib/softhsm/libsofthsm2.so", TokenLabel: "t", KeyLabel: "k",
		PIN: func(context.Context) ([]byte, error) { return []byte("1234"), nil }}
	_, errOpen := Open(t.Context(), cfg)
	_, errProvision := Provision(t.Context(), cfg)
	for _, err := range []error{errOpen, errProvision} {
		if !errors.Is(err, errNoCgo) || !strings.Contains(err.Error(), "CGO_ENABLED=1") {
			t.Errorf("got %v", err)
		}
	}
}
