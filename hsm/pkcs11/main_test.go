//go:build cgo

package pkcs11

import (
	"context"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/keyaside/keyaside/hsm/hsmtest"
	"github.com/keyaside/keyaside/hsm/softhsm"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == operatorArg {
		os.Exit(operate(os.Args[2:]))
	}
	goleak.VerifyTestMain(m)
}

const label = "keyaside-master"

// config is of the key named label on the token.
func config(token softhsm.Token) Config {
	return Config{Module: token.Module, TokenLabel: token.Label, KeyLabel: label, PIN: pin(token.PIN)}
}

func pin(s string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) { return []byte(s), nil }
}

// provisioned returns the configuration of a new token that holds a master key.
func provisioned(t testing.TB) (Config, softhsm.Token) {
	t.Helper()
	token := hsmtest.SoftHSM(t)
	cfg := config(token)
	if _, err := Provision(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	return cfg, token
}

func mustOpen(t testing.TB, cfg Config) *Master {
	t.Helper()
	m, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}
