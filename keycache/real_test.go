package keycache

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/hsm/filekey"
	"github.com/keyaside/keyaside/keystore"
	"github.com/keyaside/keyaside/keystore/boltstore"
)

// uses counts what the audit log would show.
type uses struct{ unwraps, rotations atomic.Int64 }

func (u *uses) Record(_ context.Context, e keystore.Event) error {
	switch {
	case e.Action == keystore.ActionMasterUnwrap:
		u.unwraps.Add(1)
	case e.Action == keystore.ActionRotate && e.Outcome == keystore.OutcomeOK:
		u.rotations.Add(1)
	}
	return nil
}

// newMaster makes a master key in an encrypted file.
func newMaster(t *testing.T) hsm.Wrapper {
	t.Helper()
	path, passphrase := filepath.Join(t.TempDir(), "master.key"), []byte("correct horse battery staple")
	if _, err := filekey.Create(path, passphrase, 1); err != nil {
		t.Fatal(err)
	}
	master, err := filekey.Open(t.Context(), path, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	return master
}

// newManager opens a Manager, as a process does, on the store at path.
func newManager(t *testing.T, path string, master hsm.Wrapper, u *uses, limit uint64) *keystore.Manager {
	t.Helper()
	store, err := boltstore.Open(boltstore.Config{Path: path, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	m, err := keystore.NewManager(keystore.ManagerConfig{
		Store: store, Wrapper: master, Recorder: u, Actor: "test", Create: true, MessageLimit: limit,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestValuesSealedByOneProcessOpenInAnother(t *testing.T) {
	path, master := filepath.Join(t.TempDir(), "keys.db"), newMaster(t)
	writerUses, readerUses := &uses{}, &uses{}
	writer := newCache(t, Config{Keys: newManager(t, path, master, writerUses, 0)})
	reader := newCache(t, Config{Keys: newManager(t, path, master, readerUses, 0)})
	f, err := fieldcrypt.NewField("email", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range tenantNames(5) {
		envelope, err := mustActive(t, writer, tenant).Seal(nil, f, []byte("value of "+tenant))
		if err != nil {
			t.Fatal(err)
		}
		header, err := fieldcrypt.ParseHeader(envelope)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			plaintext, err := mustByID(t, reader, header.KeyID).Open(nil, f, envelope)
			if err != nil || string(plaintext) != "value of "+tenant {
				t.Fatalf("%q, %v", plaintext, err)
			}
		}
	}
	if n := readerUses.unwraps.Load(); n != 5 {
		t.Errorf("the master key was used %d times for 5 tenants", n)
	}
}

func TestAFleetThatExhaustsAKeyRotatesItOnce(t *testing.T) {
	const sidecars, messages, limit = 3, 120, 250
	path, master, u := filepath.Join(t.TempDir(), "keys.db"), newMaster(t), &uses{}
	var mu sync.Mutex
	sealed := map[fieldcrypt.KeyID]int{}
	var wg sync.WaitGroup
	for range sidecars {
		c := newCache(t, Config{Keys: newManager(t, path, master, u, limit), Block: 50})
		wg.Go(func() {
			for range messages {
				key, err := c.Active(t.Context(), "acme")
				if err == nil {
					err = seal(t, key)
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				sealed[key.ID()]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for id, n := range sealed {
		if n > limit {
			t.Errorf("key %x sealed %d messages", uint64(id), n)
		}
	}
	if n := u.rotations.Load(); len(sealed) != 2 || n != 1 {
		t.Errorf("%d keys sealed, %d rotations", len(sealed), n)
	}
}

func TestARotationOnTheCommandLineReachesARunningCache(t *testing.T) {
	path, master := filepath.Join(t.TempDir(), "keys.db"), newMaster(t)
	c := newCache(t, Config{Keys: newManager(t, path, master, &uses{}, 0), Refresh: 300 * time.Millisecond})
	old := mustActive(t, c, "acme").ID()
	rotated, err := newManager(t, path, master, &uses{}, 0).Rotate(t.Context(), "acme", keystore.PurposeData, "test")
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		key, ok := c.CachedActive([]byte("acme"))
		if ok && key.ID() == fieldcrypt.KeyID(rotated.ID) {
			break
		}
		if !ok || key.ID() != old || time.Now().After(deadline) {
			t.Fatalf("the rotation is not seen: %v", ok)
		}
		time.Sleep(10 * time.Millisecond)
	}
	mustByID(t, c, old)
}

func TestWithoutPermissionToCreateATenantWithoutKeyGetsNone(t *testing.T) {
	store, err := boltstore.Open(boltstore.Config{Path: filepath.Join(t.TempDir(), "keys.db"), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	m, err := keystore.NewManager(keystore.ManagerConfig{Store: store, Wrapper: newMaster(t), Recorder: &uses{}, Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c := newCache(t, Config{Keys: m})
	_, active := c.Active(t.Context(), "acme")
	_, byID := c.ByID(t.Context(), 4711)
	if !errors.Is(active, fieldcrypt.ErrNoKey) || !errors.Is(byID, fieldcrypt.ErrNoKey) {
		t.Errorf("%v; %v", active, byID)
	}
}
