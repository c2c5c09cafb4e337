package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// create makes an empty store under a temporary name and links it to its own name when it is whole and on disk. So a crash
// leaves no half-made store, and of two processes that create it at once one wins and the other uses what it made.
func create(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	temp := f.Name()
	defer os.Remove(temp)
	if err := f.Close(); err != nil {
		return err
	}
	if err := fill(temp); err != nil {
		return err
	}
	if err := os.Link(temp, path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDirectory(dir)
}

func fill(path string) error {
	db, err := bbolt.Open(path, fileMode, nil)
	if err != nil {
		return err
	}
	return errors.Join(db.Update(initialise), db.Close())
}

// syncDirectory makes the new name survive a power failure.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}
