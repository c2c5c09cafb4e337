package softhsm

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestCreateMakesATokenThatTheToolLists(t *testing.T) {
	token, err := Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(ConfEnv, token.Conf)
	out, err := exec.Command("softhsm2-util", "--show-slots", "--module", token.Module).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !strings.Contains(string(out), token.Label) {
		t.Fatalf("token %s is not listed in:\n%s", token.Label, out)
	}
}

func TestTwoTokensShareNothing(t *testing.T) {
	a, errA := Create(t.Context(), t.TempDir())
	b, errB := Create(t.Context(), t.TempDir())
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if a.Label == b.Label || a.PIN == b.PIN || a.Store == b.Store {
		t.Fatal("two tokens have a label, a PIN or a store in common")
	}
}

func TestTheTokenIsReadableByItsOwnerOnly(t *testing.T) {
	token, err := Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{token.Conf, token.Store} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
	}
}

func TestUseTellsTheModuleWhereItsConfigurationIs(t *testing.T) {
	t.Setenv(ConfEnv, "before")
	if err := (Token{Conf: "/somewhere"}).Use(); err != nil {
		t.Fatal(err)
	}
	if got := os.Getenv(ConfEnv); got != "/somewhere" {
		t.Fatalf("%s is %q", ConfEnv, got)
	}
}

func TestTheModuleCanBeNamedByTheEnvironment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "module.so")
	t.Setenv(ModuleEnv, path)
	if _, err := Find(); err == nil || !strings.Contains(err.Error(), ModuleEnv) {
		t.Fatalf("a missing file is not reported with the variable: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Find(); err != nil || got != path {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestAMissingLibraryIsOneLineThatSaysWhatToInstall(t *testing.T) {
	t.Setenv(ModuleEnv, "")
	saved := places
	places = []string{filepath.Join(t.TempDir(), "*.so")}
	defer func() { places = saved }()
	_, err := Find()
	if err == nil || !strings.Contains(err.Error(), "apt-get install softhsm2") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("got %v", err)
	}
}
