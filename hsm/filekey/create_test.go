package filekey

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/keyaside/keyaside/hsm"
)

func TestCreateWritesAPrivateEncryptedFile(t *testing.T) {
	path := newFile(t)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(data, []byte(ageIntro)) || bytes.Contains(data, []byte(header)) {
		t.Error("the file is not encrypted")
	}
	assertOnly(t, path)
}

func TestCreateReturnsTheReferenceOfTheKeyInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	ref, err := Create(path, pass, lowWork)
	if err != nil {
		t.Fatal(err)
	}
	if got := mustOpen(t, path).Ref(); got != ref || ref.Provider != Provider {
		t.Fatalf("created %v, opened %v", ref, got)
	}
}

func TestCreateNeverOverwrites(t *testing.T) {
	path := newFile(t)
	before, _ := os.ReadFile(path)
	if _, err := Create(path, pass, lowWork); !errors.Is(err, ErrExists) {
		t.Fatalf("got %v, want %v", err, ErrExists)
	}
	if err := writeNew(path, []byte("x")); !errors.Is(err, ErrExists) { // it appeared after the first look
		t.Fatalf("got %v, want %v", err, ErrExists)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Fatal("the file was changed")
	}
	assertOnly(t, path)
}

func TestOfManyCreatorsOneWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	var wins atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := Create(path, pass, lowWork); err == nil {
				wins.Add(1)
			}
		})
	}
	group.Wait()
	if wins.Load() != 1 {
		t.Fatalf("%d creators won", wins.Load())
	}
	mustOpen(t, path)
	assertOnly(t, path)
}

func TestCreateRefusesWhatCouldNotProtectTheKey(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "k")
	if _, err := Create(path, nil, lowWork); !errors.Is(err, hsm.ErrAuth) {
		t.Errorf("empty passphrase: got %v", err)
	}
	for _, work := range []int{-1, maxWorkFactor + 1} {
		if _, err := Create(path, pass, work); err == nil {
			t.Errorf("work factor %d was accepted", work)
		}
	}
	if _, err := Create(filepath.Join(dir, "no", "k"), pass, lowWork); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing folder: got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// assertOnly checks that no temporary file stands beside path.
func assertOnly(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Fatalf("the folder holds %v, %v", entries, err)
	}
}
