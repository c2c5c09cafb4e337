//go:build cgo

package pkcs11

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// compile makes a shared library from C source with the compiler that cgo needs anyway.
func compile(t testing.TB, name, source string, flags ...string) string {
	t.Helper()
	compiler := os.Getenv("CC")
	if compiler == "" {
		compiler = "cc"
	}
	dir := t.TempDir()
	from, to := filepath.Join(dir, "source.c"), filepath.Join(dir, name)
	if err := os.WriteFile(from, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-shared", "-fPIC", "-o", to, from}, flags...)
	if out, err := exec.Command(compiler, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", compiler, err, out)
	}
	return to
}
