package configs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// CheckFiles looks at every file that settings name: what must exist exists, and secrets can be read. It opens neither
// the key store nor the master key, whose packages check their modes and contents. Its error is a Problems.
func (c *Config) CheckFiles() error {
	k := &checker{origins: &c.origins}
	k.storeFile(&c.Keys.Store)
	k.directory("audit.path", c.Audit.Path)
	k.readable("postgres.catalog.password", c.Postgres.Catalog.Password)
	if m := c.Keys.Master.PKCS11; m != nil {
		k.exists("keys.master.pkcs11.module", m.Module, "install the module, or correct the path")
		k.readable("keys.master.pkcs11.pin", m.PIN)
	}
	if m := c.Keys.Master.File; m != nil {
		k.exists("keys.master.file.path", m.Path, "run keyaside master create, or restore it from its backup")
		k.readable("keys.master.file.passphrase", m.Passphrase)
	}
	return k.problems.err()
}

func (k *checker) storeFile(s *Store) {
	if s.Create {
		k.directory("keys.store.bolt", s.Bolt)
		return
	}
	k.exists("keys.store.bolt", s.Bolt,
		"mount its disk or restore its backup; only for the very first start set keys.store.create to true")
}

func (k *checker) exists(path, file, todo string) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		k.fail(path, file+" does not exist", todo)
	case err != nil:
		k.fail(path, file+" cannot be looked at: "+reason(err), "let this process's user reach it")
	case info.IsDir():
		k.fail(path, file+" is a directory", "name the file in it")
	}
}

// directory checks the place of a file that is created on demand.
func (k *checker) directory(path, file string) {
	dir := filepath.Dir(file)
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		k.fail(path, "the directory "+dir+" does not exist", "create it, with mode 700 for this process's user")
	}
}

func (k *checker) readable(path string, ref *SecretRef) {
	if ref == nil {
		return
	}
	secret, err := ref.Read()
	if err != nil {
		what, todo := explain(err)
		k.fail(path, what, todo)
		return
	}
	secret.Clear()
}

// reason is the cause of a file error without the path, which the text around it names.
func reason(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return err.Error()
}
