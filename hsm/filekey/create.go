package filekey

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keyaside/keyaside/hsm"
)

// DefaultWorkFactor is the base-2 logarithm of scrypt's cost: 256 MiB of memory and about a second.
const DefaultWorkFactor = 18

// ErrExists means that Create found a file at the path. It is never overwritten: all that is wrapped under the key in
// it would be lost.
var ErrExists = errors.New("key file exists already")

// Create makes a new random master key and writes it to path with mode 0600, encrypted under passphrase with the
// scrypt work factor (1 to 22; 0 means DefaultWorkFactor). When it returns nil, the file survives a crash; when it
// returns an error, there is no file, or the one that was there. The caller keeps passphrase.
func Create(path string, passphrase []byte, workFactor int) (hsm.KeyRef, error) {
	if workFactor == 0 {
		workFactor = DefaultWorkFactor
	}
	if workFactor < 1 || workFactor > maxWorkFactor {
		return hsm.KeyRef{}, fmt.Errorf("create key file %s: work factor %d, must be 1 to %d", path, workFactor, maxWorkFactor)
	}
	ref, err := create(path, passphrase, workFactor)
	if err != nil {
		return hsm.KeyRef{}, fmt.Errorf("create key file %s: %w", path, err)
	}
	return ref, nil
}

func create(path string, passphrase []byte, workFactor int) (hsm.KeyRef, error) {
	if _, err := os.Lstat(path); err == nil {
		return hsm.KeyRef{}, ErrExists // before the second of work; the link below is what counts
	}
	var fresh [idSize + keySize]byte
	rand.Read(fresh[:]) // never fails (crypto/rand)
	defer clear(fresh[:])
	id := hex.EncodeToString(fresh[:idSize])
	plain := content(id, fresh[idSize:])
	defer clear(plain)
	sealed, err := encrypt(plain, passphrase, workFactor)
	if err != nil {
		return hsm.KeyRef{}, err
	}
	if err := writeNew(path, sealed); err != nil {
		return hsm.KeyRef{}, err
	}
	return reference(id), nil
}

// writeNew writes a whole file or none. The temporary file becomes the path by a hard link and not by a rename, since
// a rename would replace a file that appeared meanwhile.
func writeNew(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return ErrExists
	} else if err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
