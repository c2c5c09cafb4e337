package drivertest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyaside/keyaside/audit"
	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/hsm/hsmtest"
	"github.com/keyaside/keyaside/hsm/pkcs11"
	"github.com/keyaside/keyaside/keycache"
	"github.com/keyaside/keyaside/keystore"
	"github.com/keyaside/keyaside/keystore/boltstore"
)

// chain is the half that can reach keys, put together as the program does it.
type chain struct {
	keys    fieldcrypt.KeySource
	manager *keystore.Manager
	forget  func() // all keys in memory
	store   string // the key store's file
	log     string // the audit log's file
	token   string // the folder of the token's objects
}

// newChain makes a token with a new master key, a key store, an audit log, and a cache over them, all of which end with
// the test.
func newChain(t testing.TB, dir string) *chain {
	t.Helper()
	token := hsmtest.SoftHSM(t)
	master, err := pkcs11.Open(t.Context(), pkcs11.Config{
		Module: token.Module, TokenLabel: token.Label, KeyLabel: "keyaside master", Create: true,
		PIN: func(context.Context) ([]byte, error) { return []byte(token.PIN), nil },
	})
	check(t, err)
	closeAtEnd(t, master)
	c := &chain{store: filepath.Join(dir, "keys.db"), log: filepath.Join(dir, "audit.log"), token: token.Store}
	log, err := audit.Open(c.log)
	check(t, err)
	store, err := boltstore.Open(boltstore.Config{Path: c.store, Create: true})
	check(t, err)
	closeAtEnd(t, store)
	c.manager, err = keystore.NewManager(keystore.ManagerConfig{
		Store: store, Wrapper: master, Recorder: recorder{log}, Actor: "drivertest", Create: true,
	})
	check(t, err)
	cache, err := keycache.New(keycache.Config{Keys: c.manager})
	check(t, err)
	closeAtEnd(t, cache)
	c.keys, c.forget = cache, func() { cache.Purge(); c.manager.Purge() }
	return c
}

// assertUsed fails the test if the tenants' keys did not come from this chain, or the audit log is not whole.
func (c *chain) assertUsed(t testing.TB) {
	t.Helper()
	for _, tenant := range []string{"acme", "globex"} {
		n := 0
		check(t, c.manager.List(context.Background(), tenant, func(keystore.Record) bool { n++; return true }))
		if n < 2 {
			t.Errorf("tenant %s has %d keys in the store", tenant, n)
		}
	}
	report, err := audit.Verify(c.log)
	check(t, err)
	check(t, report.Err())
	text, err := os.ReadFile(c.log)
	check(t, err)
	if !bytes.Contains(text, []byte(keystore.ActionMasterWrap)) {
		t.Error("the audit log has no use of the master key")
	}
}

// recorder lets the manager write to the audit log.
type recorder struct{ log *audit.Log }

func (r recorder) Record(ctx context.Context, e keystore.Event) error {
	return r.log.Record(ctx, audit.Event(e))
}

func closeAtEnd(t testing.TB, c interface{ Close() error }) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close %T: %v", c, err)
		}
	})
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
