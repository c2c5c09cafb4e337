package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// BinEnv names the environment variable that holds the folder of the server programs to use before any other.
const BinEnv = "KEYASIDE_PG_BIN"

// ErrNotInstalled means that no suitable PostgreSQL server was found.
var ErrNotInstalled = errors.New("no PostgreSQL server programs (initdb, postgres)")

// Binaries is one installed PostgreSQL server.
type Binaries struct {
	Dir   string // folder that holds initdb and postgres
	Major int    // major version, e.g. 15
}

// systemDirs are where distributions put server programs, outside of PATH: Debian, Red Hat, Alpine, Homebrew.
var systemDirs = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
}

// Find returns the server programs of the major version, or the newest when major is 0. It looks in the folder named
// by KEYASIDE_PG_BIN, then on the system, then in .tools/postgres-* of this folder and its parents, and takes the first
// of these places that has what was asked for.
func Find(major int) (Binaries, error) {
	if dir := os.Getenv(BinEnv); dir != "" {
		return fromEnv(dir, major)
	}
	for _, dirs := range [][]string{globAll(systemDirs), pathDirs(), toolDirs()} {
		if b, ok := newest(dirs, major); ok {
			return b, nil
		}
	}
	return Binaries{}, notInstalled(major)
}

func fromEnv(dir string, major int) (Binaries, error) {
	b, ok := newest([]string{dir}, major)
	if ok {
		return b, nil
	}
	return Binaries{}, fmt.Errorf("%w%s in %s=%s: name a folder that holds both, or unset it", ErrNotInstalled, ofVersion(major), BinEnv, dir)
}

func notInstalled(major int) error {
	pkg := "postgresql"
	if major != 0 {
		pkg += "-" + strconv.Itoa(major)
	}
	return fmt.Errorf("%w%s found: install %s with the system's package manager, or run .ci/install (needs npm), or set %s",
		ErrNotInstalled, ofVersion(major), pkg, BinEnv)
}

func ofVersion(major int) string {
	if major == 0 {
		return ""
	}
	return fmt.Sprintf(" of version %d", major)
}

func globAll(patterns []string) []string {
	var dirs []string
	for _, p := range patterns {
		found, _ := filepath.Glob(p) // fails only on a malformed pattern, and these are constants
		dirs = append(dirs, found...)
	}
	return dirs
}

// pathDirs are the folders that pg_config and PATH lead to. A link to postgres in PATH is followed, since initdb stands
// beside its target.
func pathDirs() []string {
	var dirs []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			p = real
		}
		dirs = append(dirs, filepath.Dir(p))
	}
	return dirs
}

// toolDirs are the folders that .ci/install fills, in the working directory (go test runs in the package's) or above.
func toolDirs() []string {
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}
	for {
		if found := globAll([]string{filepath.Join(dir, ".tools", "postgres-*", "bin")}); len(found) > 0 {
			return found
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

func newest(dirs []string, major int) (Binaries, bool) {
	var all []Binaries
	for _, dir := range dirs {
		if m, ok := serverVersion(dir); ok && (major == 0 || m == major) {
			all = append(all, Binaries{Dir: dir, Major: m})
		}
	}
	if len(all) == 0 {
		return Binaries{}, false
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Major > all[j].Major })
	return all[0], true
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// serverVersion asks the server program itself, since folder names are a habit of the distribution only.
func serverVersion(dir string) (int, bool) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0, false
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, false
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return 0, false
	}
	major, err := strconv.Atoi(string(m[1]))
	return major, err == nil
}
