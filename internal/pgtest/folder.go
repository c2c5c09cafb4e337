package pgtest

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// folderPrefix begins the name of every server's folder.
const folderPrefix = "keyaside-pg-"

// maxSocketDir is the room for the socket's folder: sun_path has 104 bytes on macOS and 108 on Linux, and
// "/.s.PGSQL.65535" and a zero byte must fit behind it.
const maxSocketDir = 104 - 16

// folder is a server's own folder. The open file in it holds a lock for as long as this process lives, so that others
// can tell a folder in use from one whose process was killed.
type folder struct {
	path string
	lock *os.File
}

// makeFolder makes a folder that is open to the account alone. It stands directly in the system's temporary folder,
// since those of the testing package have closed parents.
func makeFolder(a *account) (*folder, error) {
	sweep(os.TempDir())
	path, err := os.MkdirTemp("", folderPrefix)
	if err == nil && len(path) > maxSocketDir {
		_ = os.Remove(path)
		path, err = os.MkdirTemp("/tmp", folderPrefix)
	}
	if err != nil {
		return nil, fmt.Errorf("making the server's folder: %w", err)
	}
	f := &folder{path: path}
	if f.lock, err = lockOwner(path, os.O_CREATE); err == nil {
		err = a.own(path)
	}
	if err != nil {
		_ = f.remove()
		return nil, fmt.Errorf("preparing the server's folder %s: %w", path, err)
	}
	return f, nil
}

// remove deletes the folder, then gives up the lock.
func (f *folder) remove() error {
	err := os.RemoveAll(f.path)
	if f.lock != nil {
		_ = f.lock.Close()
	}
	return err
}

// lockOwner opens and locks the file that tells whether a folder is in use; it fails at once if another process has it.
func lockOwner(path string, flag int) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(path, "owner"), os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// sweepAge spares folders between their making and their locking, and servers that are still ending.
const sweepAge = time.Minute

// sweep removes the folders that killed processes left in temp. What can't be removed is somebody else's.
func sweep(temp string) {
	paths, _ := filepath.Glob(filepath.Join(temp, folderPrefix+"*"))
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < sweepAge {
			continue
		}
		if lock, err := lockOwner(path, 0); err == nil {
			_ = os.RemoveAll(path)
			_ = lock.Close()
		}
	}
}
