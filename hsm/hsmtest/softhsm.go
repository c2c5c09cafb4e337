package hsmtest

import (
	"testing"

	"github.com/keyaside/keyaside/hsm/softhsm"
)

// SoftHSM makes a throwaway token that ends with the test, and points this process at it. A missing SoftHSM fails the
// test with one line that says what to install. Since the place of the token is in the environment, such tests cannot
// be parallel, and what they open must be closed before the next one starts.
func SoftHSM(t testing.TB) softhsm.Token {
	t.Helper()
	token, err := softhsm.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(softhsm.ConfEnv, token.Conf)
	return token
}
