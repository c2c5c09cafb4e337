package pgtest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeServer makes a folder with programs that say they are PostgreSQL of a version.
func fakeServer(t *testing.T, dir, version string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindTakesTheNewestOfAPlaceUnlessAVersionIsAsked(t *testing.T) {
	root := t.TempDir()
	var dirs []string
	for _, v := range []string{"9.6.24", "18.4", "17beta1"} {
		dirs = append(dirs, fakeServer(t, filepath.Join(root, v), v))
	}
	dirs = append(dirs, filepath.Join(root, "missing"))
	for _, c := range []struct{ ask, want int }{{0, 18}, {17, 17}, {9, 9}} {
		if b, ok := newest(dirs, c.ask); !ok || b.Major != c.want {
			t.Errorf("newest(%d) = %+v, %v; want version %d", c.ask, b, ok, c.want)
		}
	}
	if b, ok := newest(dirs, 14); ok {
		t.Errorf("newest(14) = %+v, want none", b)
	}
}

func TestFindUsesTheToolsFolderAbove(t *testing.T) {
	root := t.TempDir()
	want := fakeServer(t, filepath.Join(root, ".tools", "postgres-18", "bin"), "18.4")
	below := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	if got := toolDirs(); len(got) != 1 || got[0] != want {
		t.Errorf("toolDirs() = %v, want %s", got, want)
	}
}

func TestFindHoldsToTheEnvironment(t *testing.T) {
	dir := fakeServer(t, t.TempDir(), "16.2")
	t.Setenv(BinEnv, dir)
	if b, err := Find(0); err != nil || b != (Binaries{Dir: dir, Major: 16}) {
		t.Errorf("Find(0) = %+v, %v", b, err)
	}
	_, err := Find(15)
	if !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), dir) {
		t.Errorf("Find(15) = %v, want ErrNotInstalled that names the folder", err)
	}
}

func TestMissingServerIsOneLineThatSaysWhatToInstall(t *testing.T) {
	err := notInstalled(17)
	if !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), "postgresql-17") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error is %q", err)
	}
}

func TestFolderWithoutInitdbIsNoServer(t *testing.T) {
	dir := fakeServer(t, t.TempDir(), "16.2")
	if err := os.Remove(filepath.Join(dir, "initdb")); err != nil {
		t.Fatal(err)
	}
	if m, ok := serverVersion(dir); ok {
		t.Errorf("serverVersion = %d, want none", m)
	}
}
