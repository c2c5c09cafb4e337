package filekey

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/keyaside/keyaside/hsm"
)

const maxFile = 4096 // bytes; a key file has less than 400

// readPrivate returns the content of a regular file that only its owner can read or write. The checks are made on the
// open file, so that it cannot be exchanged between check and use.
func readPrivate(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a FIFO must not hang us
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", hsm.ErrNoKey, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", hsm.ErrUnavailable, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", hsm.ErrUnavailable, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("is not a regular file (%s): %w", info.Mode().Type(), hsm.ErrUnsafeKey)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return nil, fmt.Errorf("has mode %04o, others can use it; chmod 600 it: %w", perm, hsm.ErrUnsafeKey)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", hsm.ErrUnavailable, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("is longer than %d bytes, no key file: %w", maxFile, hsm.ErrCorrupt)
	}
	return data, nil
}
