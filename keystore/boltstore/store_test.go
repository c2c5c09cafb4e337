package boltstore_test

import (
	"path/filepath"
	"testing"

	"github.com/keyaside/keyaside/keystore"
	"github.com/keyaside/keyaside/keystore/boltstore"
	"github.com/keyaside/keyaside/keystore/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) keystore.Store { return newStore(t) })
}

func newStore(t testing.TB) *boltstore.Store {
	t.Helper()
	return mustOpen(t, boltstore.Config{Path: filepath.Join(t.TempDir(), "keys.db"), Create: true})
}

func mustOpen(t testing.TB, c boltstore.Config) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
