package pgproxy

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// pooler starts a PgBouncer in front of an address, with a single connection behind it for all clients, and returns its own.
func pooler(t *testing.T, user, upstream, mode string) string {
	t.Helper()
	path, err := exec.LookPath("pgbouncer")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("pgbouncer is missing: run make deps-drivers")
		}
		t.Skip("pgbouncer is missing: run make deps-drivers")
	}
	dir, err := os.MkdirTemp("", "pooler")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	port := freePort(t)
	host, upstreamPort, _ := net.SplitHostPort(upstream)
	ini := fmt.Sprintf(`[databases]
* = host=%s port=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s/users
pool_mode = %s
default_pool_size = 1
ignore_startup_parameters = extra_float_digits
server_reset_query = DISCARD ALL
`, host, upstreamPort, port, dir, mode)
	for name, content := range map[string]string{"users": fmt.Sprintf("%q \"\"\n", user), "pgbouncer.ini": ini} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"--quiet", filepath.Join(dir, "pgbouncer.ini")}
	if os.Getuid() == 0 { // it does not run as root
		_ = os.Chmod(dir, 0o755)
		args = append([]string{"--user=nobody"}, args...)
	}
	var log strings.Builder
	cmd := exec.Command(path, args...)
	cmd.Stderr, cmd.SysProcAttr = &log, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return address
		}
		time.Sleep(20 * time.Millisecond)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	t.Fatalf("pgbouncer does not listen: %s", log.String())
	return ""
}

func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// poolerModes are pgx's ways that a pooler which hands connections on after each transaction leaves alone.
var poolerModes = []string{"exec", "simple_protocol"}

// asTenant writes and reads a note in a transaction of its own whose tenant is set for it alone.
func (c *conn) asTenant(tenant string) {
	c.t.Helper()
	tx, err := c.Begin(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	c.exec("select set_config('app.tenant', $1, true)", tenant)
	c.exec("insert into notes (body) values ($1)", "marker")
	rows, _ := c.Query(context.Background(), "select owner from notes where body is not null and owner = $1", tenant)
	if _, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		c.t.Fatal(err)
	}
	if got := c.value("select body from notes where owner = $1 limit 1", tenant); got != "marker" {
		c.t.Fatalf("got %v", got)
	}
	if err := tx.Commit(context.Background()); err != nil {
		c.t.Fatal(err)
	}
}

// interleave lets two clients that share one connection to the server work for a tenant each.
func (s *stack) interleave(t *testing.T, address string) {
	for _, mode := range poolerModes {
		t.Run(mode, func(t *testing.T) {
			s.direct(t).exec("truncate notes")
			dsn := fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", s.pg.User, address, s.database)
			one, other := open(t, dsn, mode), open(t, dsn, mode)
			for range 5 {
				one.asTenant("acme")
				other.asTenant("globex")
				if err := queryError(one, "insert into notes (body) values ('marker')"); err == nil || err.Code != codeInvalidParameter {
					t.Fatalf("outside of the transaction: %v", err)
				}
				other.asTenant("acme")
				one.asTenant("globex")
			}
			s.assertOwned(t, 20)
		})
	}
}

func (s *stack) assertOwned(t *testing.T, want int) {
	t.Helper()
	rows, _ := s.direct(t).Query(context.Background(), `select body, owner from notes`)
	var body []byte
	var owner string
	n := 0
	_, err := pgx.ForEachRow(rows, []any{&body, &owner}, func() error {
		if n++; s.sealedFor(body) != owner {
			t.Errorf("stored for %q in a row of %q", s.sealedFor(body), owner)
		}
		return nil
	})
	if err != nil || n != want {
		t.Errorf("%d rows, want %d: %v", n, want, err)
	}
}

func TestTenantsThroughAPoolerBehindTheProxy(t *testing.T) {
	s := newUnstartedOwnedStack(t)
	s.upstream, s.ask = pooler(t, s.pg.User, s.pg.Addr(), "transaction"), AskEachTransaction
	s.start(t, ownedPolicy(), Limits{})
	s.interleave(t, s.address)
	for range 2 { // what a reading of the catalog leaves behind on the shared connection
		if err := s.server.databases[s.database].refresh(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

func TestTenantsThroughAPoolerBeforeTheProxy(t *testing.T) {
	s := newUnstartedOwnedStack(t)
	s.start(t, ownedPolicy(), Limits{})
	s.interleave(t, pooler(t, s.pg.User, s.address, "transaction"))
}

func TestTenantsThroughAPoolerThatKeepsSessions(t *testing.T) {
	for _, behind := range []bool{true, false} {
		s := newUnstartedOwnedStack(t)
		if behind {
			s.upstream = pooler(t, s.pg.User, s.pg.Addr(), "session")
		}
		s.start(t, ownedPolicy(), Limits{})
		address := s.address
		if !behind {
			address = pooler(t, s.pg.User, s.address, "session")
		}
		for _, mode := range execModes {
			dsn := fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", s.pg.User, address, s.database)
			for _, tenant := range []string{"acme", "globex"} {
				c := open(t, dsn, mode)
				if err := queryError(c, "insert into notes (body) values ('marker')"); err == nil || err.Code != codeInvalidParameter {
					t.Fatalf("%s: a session begins with a tenant: %v", mode, err)
				}
				c.exec("set app.tenant = '" + tenant + "'")
				c.exec("insert into notes (body) values ($1)", "marker")
				c.asTenant("acme")
				c.exec("insert into notes (body) values ($1)", "marker")
				_ = c.Close(context.Background())
			}
		}
		s.assertOwned(t, 6*len(execModes))
	}
}
