package ormtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// program builds the keyaside command, once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ormtest")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "keyaside")
	out, err := exec.Command("go", "build", "-o", path, "github.com/keyaside/keyaside/cmd/keyaside").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// stage is a server that logs every statement and value, and the program in front of it.
type stage struct {
	pg       *pgtest.Server
	database string
	twin     string // the connection string of a database without protection, on another server
	dir      string // of the proxy
	binary   string
	address  string
	stderr   bytes.Buffer
}

func newStage(t *testing.T, config string) *stage {
	t.Helper()
	s := &stage{dir: t.TempDir()}
	var err error
	if s.binary, err = program(); err != nil {
		t.Fatal(err)
	}
	s.pg = pgtest.Start(t, pgtest.WithConf("log_statement", "all"), pgtest.WithConf("log_parameter_max_length", "-1"),
		pgtest.WithConf("log_parameter_max_length_on_error", "-1"), pgtest.WithConf("log_min_duration_statement", "0"))
	s.database = s.pg.NewDatabase(t)
	twin := pgtest.Shared(t)
	s.twin = twin.DSN(twin.NewDatabase(t))
	if err := os.WriteFile(filepath.Join(s.dir, "keyaside.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s.address = freeAddress(t)
	s.keyaside(t, "master", "create")
	s.serve(t)
	return s
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func (s *stage) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.binary, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "KEYASIDE_CONFIG=keyaside.yaml", "PASSPHRASE=a passphrase for tests",
		"KEYASIDE_POSTGRES_LISTEN="+s.address, "KEYASIDE_POSTGRES_UPSTREAM="+s.pg.Addr(), "KEYASIDE_POSTGRES_CATALOG_USER="+s.pg.User)
	return cmd
}

func (s *stage) keyaside(t *testing.T, args ...string) {
	t.Helper()
	if out, err := s.command(args...).CombinedOutput(); err != nil {
		t.Fatalf("keyaside %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// serve runs the proxy until the test ends.
func (s *stage) serve(t *testing.T) {
	t.Helper()
	cmd := s.command("serve")
	cmd.Stderr = &s.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("keyaside serve: %v\n%s", err, &s.stderr)
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", s.address)
		if err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the proxy does not listen: %v", err)
		}
	}
}

// dsn is the protected database through the proxy.
func (s *stage) dsn() string {
	return fmt.Sprintf("postgres://%s:x@%s/%s?sslmode=disable", s.pg.User, s.address, s.database)
}

// direct is a connection around the proxy.
func (s *stage) direct(t *testing.T) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), s.pg.DSN(s.database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}
