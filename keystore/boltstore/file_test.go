package boltstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/keyaside/keyaside/keystore"
	"github.com/keyaside/keyaside/keystore/boltstore"
	"github.com/keyaside/keyaside/keystore/storetest"
)

func TestOpenRefusesAMissingFileUnlessItMayCreateIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.db")
	_, err := boltstore.Open(boltstore.Config{Path: path})
	wantError(t, err, os.ErrNotExist, path, "mount or restore it")
	mustOpen(t, boltstore.Config{Path: path, Create: true})
	mustOpen(t, boltstore.Config{Path: path})
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	names, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if len(names) != 0 {
		t.Errorf("left behind: %q", names)
	}
}

func TestOpenRefusesAMissingDirectory(t *testing.T) {
	_, err := boltstore.Open(boltstore.Config{Path: filepath.Join(t.TempDir(), "no", "keys.db"), Create: true})
	wantError(t, err, os.ErrNotExist, "directory of key store")
}

func TestAFileThatOthersCanReadIsRefused(t *testing.T) {
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o601} {
		s := newStore(t)
		chmod(t, s.Path(), mode)
		_, err := s.Get(t.Context(), 1)
		wantError(t, err, keystore.ErrInsecure, "chmod 600", s.Path())
		_, err = boltstore.Open(boltstore.Config{Path: s.Path()})
		wantError(t, err, keystore.ErrInsecure)
	}
}

func TestTheTargetOfALinkIsHeldToTheSameRules(t *testing.T) {
	s := newStore(t)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(s.Path(), link); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, boltstore.Config{Path: link})
	chmod(t, s.Path(), 0o644)
	_, err := boltstore.Open(boltstore.Config{Path: link})
	wantError(t, err, keystore.ErrInsecure)
	chmod(t, s.Path(), 0o600)
	chmod(t, filepath.Dir(s.Path()), 0o777)
	_, err = boltstore.Open(boltstore.Config{Path: link})
	wantError(t, err, keystore.ErrInsecure, filepath.Dir(s.Path()))
}

func TestADirectoryThatEverybodyCanWriteIsRefused(t *testing.T) {
	dir := t.TempDir()
	for _, mode := range []os.FileMode{0o777, 0o777 | os.ModeSticky} {
		chmod(t, dir, mode)
		_, err := boltstore.Open(boltstore.Config{Path: filepath.Join(dir, "keys.db"), Create: true})
		wantError(t, err, keystore.ErrInsecure, "chmod o-w")
	}
}

func TestALinkToNothingIsNotFollowedIntoANewStore(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link.db")
	if err := os.Symlink(filepath.Join(dir, "nothing"), link); err != nil {
		t.Fatal(err)
	}
	_, err := boltstore.Open(boltstore.Config{Path: link, Create: true})
	wantError(t, err, os.ErrNotExist)
}

func TestAnEmptyOrForeignFileIsRefusedAndLeftAlone(t *testing.T) {
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	db, err := bbolt.Open(foreign, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	contents := map[string]string{"empty": "", "text": "keys", "zeros": string(make([]byte, 65536)), "foreign": read(t, foreign)}
	for name, content := range contents {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys.db")
			write(t, path, content)
			_, err := boltstore.Open(boltstore.Config{Path: path, Create: true})
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v", err)
			}
			if read(t, path) != content {
				t.Error("the file was changed")
			}
		})
	}
}

func TestALaterFormatIsRefused(t *testing.T) {
	s := newStore(t)
	tamper(t, s.Path(), "meta", []byte("schema"), []byte("2"))
	_, err := s.Get(t.Context(), 1)
	if err == nil || !strings.Contains(err.Error(), "knows version 1") {
		t.Errorf("error %v", err)
	}
}

func TestALaterRecordIsRefusedAndNotTakenForMissing(t *testing.T) {
	s := newStore(t)
	if _, err := s.Commit(t.Context(), storetest.KEK(1, "acme", 1)); err != nil {
		t.Fatal(err)
	}
	tamper(t, s.Path(), "records", []byte("\x00\x00\x00\x00\x00\x00\x00\x01"), []byte(`{"id":"0000000000000001","later":true}`))
	for _, call := range []func() error{
		func() error { _, err := s.Get(t.Context(), 1); return err },
		func() error { _, err := s.Active(t.Context(), "acme", keystore.PurposeKEK); return err },
		func() error { _, err := s.Commit(t.Context(), storetest.KEK(1, "acme", 1)); return err },
	} {
		wantError(t, call(), keystore.ErrInvalid)
	}
}

func TestALostRecordIsDamageAndNotAMissingKey(t *testing.T) {
	s := newStore(t)
	if _, err := s.Commit(t.Context(), storetest.KEK(1, "acme", 1)); err != nil {
		t.Fatal(err)
	}
	tamper(t, s.Path(), "records", []byte("\x00\x00\x00\x00\x00\x00\x00\x01"), nil)
	_, err := s.Active(t.Context(), "acme", keystore.PurposeKEK)
	if err == nil || errors.Is(err, keystore.ErrNotFound) || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("error %v", err)
	}
}

func TestAStoreThatIsExchangedUnderARunningProcessIsRefused(t *testing.T) {
	s, other := newStore(t), newStore(t)
	if err := os.Rename(other.Path(), s.Path()); err != nil {
		t.Fatal(err)
	}
	_, err := s.Active(t.Context(), "acme", keystore.PurposeKEK)
	if err == nil || errors.Is(err, keystore.ErrNotFound) || !strings.Contains(err.Error(), "exchanged") {
		t.Errorf("error %v", err)
	}
}

func TestAStoreThatVanishesIsNotMadeAnew(t *testing.T) {
	s := newStore(t)
	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	_, err := s.Commit(t.Context(), storetest.KEK(1, "acme", 1))
	wantError(t, err, os.ErrNotExist)
	if _, err := os.Stat(s.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Error("the store was made anew")
	}
}

func TestALockHeldByAnotherIsAnErrorAfterTheTimeoutAndNotBefore(t *testing.T) {
	s := newStore(t)
	patient := mustOpen(t, boltstore.Config{Path: s.Path()})
	hasty := mustOpen(t, boltstore.Config{Path: s.Path(), LockTimeout: 50 * time.Millisecond})
	db, err := bbolt.Open(s.Path(), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(200*time.Millisecond, func() { _ = db.Close() })

	_, err = hasty.Get(t.Context(), 1)
	wantError(t, err, keystore.ErrLocked, "fuser "+s.Path())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = patient.Get(ctx, 1)
	wantError(t, err, context.DeadlineExceeded)
	_, err = patient.Commit(t.Context(), storetest.KEK(1, "acme", 1))
	wantError(t, err, nil)
}

func TestTwoStoresOnOneFileSeeEachOthersWrites(t *testing.T) {
	a := newStore(t)
	b := mustOpen(t, boltstore.Config{Path: a.Path()})
	r, err := a.Commit(t.Context(), storetest.KEK(1, "acme", 1))
	wantError(t, err, nil)
	stale := r[0]
	_, err = b.Commit(t.Context(), storetest.Retire(stale))
	wantError(t, err, nil)
	_, err = a.Commit(t.Context(), stale)
	wantError(t, err, keystore.ErrConflict)
}

// tamper puts a value past the store, or removes it if value is nil.
func tamper(t *testing.T, path, bucket string, key, value []byte) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		if value == nil {
			return tx.Bucket([]byte(bucket)).Delete(key)
		}
		return tx.Bucket([]byte(bucket)).Put(key, value)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, got, want error, words ...string) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("error %v, want %v", got, want)
	}
	for _, word := range words {
		if !strings.Contains(got.Error(), word) {
			t.Errorf("error %q does not say %q", got, word)
		}
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
