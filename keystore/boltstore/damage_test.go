package boltstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyaside/keyaside/keystore"
	"github.com/keyaside/keyaside/keystore/boltstore"
	"github.com/keyaside/keyaside/keystore/storetest"
)

// A process that serves a database must not die of a broken file beside it, and must not take a broken file for an empty
// one: with creation allowed, that would give tenants new keys beside the lost ones.
func TestADamagedFileIsAnErrorAndNeverACrashOrAMissingKey(t *testing.T) {
	s := filled(t, 200)
	// bbolt has two header pages and falls back to the older if the newer is damaged, as it must after a torn write: the
	// last commit is then undone. So that one adds nothing that the test counts.
	touch(t, s)
	whole := []byte(read(t, s.Path()))
	for name, damage := range map[string]func([]byte, int) []byte{
		"garbage page": func(b []byte, at int) []byte {
			copy(b[at:], bytes.Repeat([]byte{0xa5}, 4096))
			return b
		},
		"cut off": func(b []byte, at int) []byte { return b[:at] },
	} {
		t.Run(name, func(t *testing.T) {
			refused := 0
			for at := 4096; at < len(whole); at += 4096 {
				if !useDamaged(t, damage(bytes.Clone(whole), at)) {
					refused++
				}
			}
			if refused == 0 {
				t.Error("no damage was noticed: the test does nothing")
			}
		})
	}
}

// useDamaged reads and writes a store with these contents and reports whether all went well.
func useDamaged(t *testing.T, content []byte) bool {
	path := filepath.Join(t.TempDir(), "keys.db")
	write(t, path, string(content))
	s, err := boltstore.Open(boltstore.Config{Path: path, Create: true})
	if err != nil {
		return false
	}
	n := 0
	listErr := s.List(t.Context(), "", func(keystore.Record) bool {
		n++
		return true
	})
	if listErr == nil && n != 200 {
		t.Errorf("List gave %d of 200 records and no error", n)
	}
	_, commitErr := s.Commit(t.Context(), storetest.KEK(1000, "new", 1))
	return listErr == nil && commitErr == nil
}

func touch(t *testing.T, s *boltstore.Store) {
	t.Helper()
	r, err := s.Get(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	r.Reserved++
	if _, err := s.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatIsCutWhileTheProcessRunsIsAnError(t *testing.T) {
	s := filled(t, 200)
	if err := os.Truncate(s.Path(), 8192); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, err := s.Active(t.Context(), "tenant 0199", keystore.PurposeKEK)
		if err == nil {
			t.Fatal("a cut file was read")
		}
	}
}
