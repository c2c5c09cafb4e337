package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/keyaside/keyaside/keystore"
)

const (
	fileMode = 0o600
	// pollInterval is how often the file's lock is tried while another process holds it.
	pollInterval = 5 * time.Millisecond
	// tryOnce makes bbolt give up on the lock at once: its own wait neither ends with a context nor polls often.
	tryOnce = time.Nanosecond
)

func (s *Store) view(ctx context.Context, do func(*tx) error) error {
	return s.transact(ctx, true, 1, do)
}

func (s *Store) update(ctx context.Context, do func(*tx) error) error {
	return s.transact(ctx, false, readers, do)
}

// transact opens the file, runs one transaction and closes the file, which releases its lock.
func (s *Store) transact(ctx context.Context, readOnly bool, weight int64, do func(*tx) error) error {
	if s.closed.Load() {
		return fmt.Errorf("key store %s: %w", s.path, os.ErrClosed)
	}
	if damage := s.damage.Load(); damage != nil {
		return *damage
	}
	waitCtx, cancel := context.WithTimeout(ctx, s.lockTimeout)
	defer cancel()
	if err := s.gate.Acquire(waitCtx, weight); err != nil {
		return s.waitError(ctx)
	}
	defer s.gate.Release(weight)
	// bbolt reads through a memory map. A file cut short or rewritten by others makes it fault or panic; this proxy must
	// refuse and live on.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	return s.guarded(ctx, waitCtx, readOnly, do)
}

func (s *Store) guarded(ctx, waitCtx context.Context, readOnly bool, do func(*tx) error) (err error) {
	var file *os.File
	defer func() {
		if p := recover(); p != nil {
			// bbolt's own locks may be held, so its Close would hang. Closing the descriptor frees the file's lock; the
			// mapping is leaked, once, since the store is not touched again.
			_ = file.Close()
			damaged := fmt.Errorf("key store %s: bbolt cannot read it: %w", s.path, errDamaged)
			s.damage.Store(&damaged)
			err = damaged
		}
	}()
	db, err := s.openLocked(ctx, waitCtx, readOnly, &file)
	if err != nil {
		return err
	}
	err = s.run(ctx, db, readOnly, do)
	if closeErr := db.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("key store %s: close: %w", s.path, closeErr)
	}
	return err
}

func (s *Store) run(ctx context.Context, db *bbolt.DB, readOnly bool, do func(*tx) error) error {
	work := func(btx *bbolt.Tx) error {
		t, err := newTx(btx, s.id)
		if err != nil {
			return fmt.Errorf("key store %s: %w", s.path, err)
		}
		if err := do(t); err != nil {
			return err
		}
		return ctx.Err() // the last moment at which a cancelled write leaves no trace
	}
	if readOnly {
		return db.View(work)
	}
	return db.Update(work)
}

// openLocked polls for the file's lock until waitCtx ends. *file is the descriptor last opened.
func (s *Store) openLocked(ctx, waitCtx context.Context, readOnly bool, file **os.File) (*bbolt.DB, error) {
	open := func(path string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := openChecked(path, flag, mode)
		*file = f
		return f, err
	}
	options := &bbolt.Options{Timeout: tryOnce, ReadOnly: readOnly, OpenFile: open, FreelistType: bbolt.FreelistMapType}
	for {
		if waitCtx.Err() != nil {
			return nil, s.waitError(ctx)
		}
		db, err := bbolt.Open(s.path, fileMode, options)
		if err == nil {
			return db, nil
		}
		if !errors.Is(err, bolterrors.ErrTimeout) {
			return nil, s.openError(err)
		}
		select {
		case <-waitCtx.Done():
		case <-time.After(pollInterval):
		}
	}
}

// waitError tells a caller who gave up from a lock that another process holds.
func (s *Store) waitError(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("key store %s: %w", s.path, err)
	}
	return fmt.Errorf("key store %s: no lock within %s: %w: find the process with `fuser %s`, or try again", s.path, s.lockTimeout, keystore.ErrLocked, s.path)
}

func (s *Store) openError(err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("key store %s: %w: mount or restore it; only for the first start, allow it to be created", s.path, os.ErrNotExist)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, errEmpty):
		return fmt.Errorf("key store %s: %w: %w", s.path, err, errDamaged)
	}
	return fmt.Errorf("key store %s: %w", s.path, err)
}

// openChecked opens the file for bbolt. The checks are made on the descriptor, so that what was checked is what is read.
func openChecked(path string, flag int, mode os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag&^os.O_CREATE, mode)
	if err != nil {
		return nil, err
	}
	if err := checkFile(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// errEmpty is for a file without contents, of which bbolt would make a new store.
var errEmpty = errors.New("it is empty")

func checkFile(f *os.File) error {
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("mode %04o: %w: run `chmod 600 %s`", info.Mode().Perm(), keystore.ErrInsecure, f.Name())
	case info.Size() == 0:
		return errEmpty
	}
	return nil
}

// checkDirectory refuses a directory in which everybody may write, sticky or not: others could put a store of theirs where
// ours is expected. Where the path is a symbolic link, that holds for the link's directory and for the target's.
func checkDirectory(path string) error {
	dirs := []string{filepath.Dir(path)}
	if target, err := filepath.EvalSymlinks(path); err == nil && target != path {
		dirs = append(dirs, filepath.Dir(target))
	}
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil {
			return fmt.Errorf("directory of key store %s: %w", path, err)
		}
		if info.Mode().Perm()&0o002 != 0 {
			return fmt.Errorf("directory %s of the key store can be written by others: %w: run `chmod o-w %s`, or keep the store in a directory of its own",
				dir, keystore.ErrInsecure, dir)
		}
	}
	return nil
}
