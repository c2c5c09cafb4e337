//go:build cgo

package pkcs11

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

//go:embed testdata/faulty.c
var faultySource string

// faults is a module that fails on demand: SoftHSM behind testdata/faulty.c.
type faults struct {
	t            testing.TB
	control, log string
}

// faulty returns the configuration of a provisioned token that is reached through a module that fails on demand.
func faulty(t testing.TB) (Config, *faults) {
	t.Helper()
	cfg, _ := provisioned(t)
	dir := t.TempDir()
	f := &faults{t, filepath.Join(dir, "control"), filepath.Join(dir, "log")}
	cfg.Module = compile(t, "faulty.so", faultySource, "-I"+headers(t),
		define("REAL", cfg.Module), define("CONTROL", f.control), define("LOG", f.log))
	t.Cleanup(f.end) // before the Masters are closed
	return cfg, f
}

// set makes the module follow the words from its next call on.
func (f *faults) set(words ...string) {
	f.t.Helper()
	next := f.control + ".next"
	if err := os.WriteFile(next, []byte(strings.Join(words, " ")), 0o600); err != nil {
		f.t.Fatal(err)
	}
	if err := os.Rename(next, f.control); err != nil {
		f.t.Fatal(err)
	}
}

func (f *faults) end() { os.Remove(f.control) }

// calls returns how often the module was called; only C_Initialize, C_Login and C_Finalize are counted.
func (f *faults) calls(name string) int {
	text, _ := os.ReadFile(f.log)
	return strings.Count(string(text), name+"\n")
}

func define(name, path string) string { return fmt.Sprintf("-D%s=%q", name, path) }

// headers returns the folder of the PKCS#11 headers that come with the Go binding.
func headers(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/miekg/pkcs11").Output()
	if err != nil {
		t.Fatalf("go list -m github.com/miekg/pkcs11: %v", err)
	}
	return strings.TrimSpace(string(out))
}
