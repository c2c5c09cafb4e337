package pgtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgconn"
)

// shared is the one server of a test binary that Shared hands out and Main stops.
var shared struct {
	sync.Mutex
	inMain bool
	opts   []Option
	server *Server
	err    error // of the start, kept so that it is tried once
}

// Main runs a package's tests and stops its shared server afterwards; it returns the exit code. Options are for that
// server:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
func Main(m interface{ Run() int }, opts ...Option) int {
	shared.Lock()
	shared.inMain, shared.opts = true, opts
	shared.Unlock()
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		return code
	}
	if err := shared.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return max(code, 1)
	}
	return code
}

// Shared returns the package's server, which the first call starts. Tests that change settings, restart the server or
// read its log use Start instead. TestMain must call Main, which stops it.
func Shared(t TB) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if !shared.inMain {
		t.Fatalf("pgtest: Shared needs `func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }` in the package")
	}
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = startWith(shared.opts)
	}
	if shared.err != nil {
		t.Fatalf("pgtest: %v", shared.err)
	}
	return shared.server
}

var databases atomic.Uint64

// NewDatabase creates an empty database for one test and drops it, with the sessions that are still in it, when the
// test ends. It returns the name, for DSN.
func (s *Server) NewDatabase(t TB) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := s.Exec("postgres", "CREATE DATABASE "+name); err != nil {
		t.Fatalf("pgtest: creating a database: %v", err)
	}
	t.Cleanup(func() {
		// A test may have stopped the server on purpose; its databases then went with it.
		if err := s.Exec("postgres", "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil && s.running() {
			t.Errorf("pgtest: dropping database %s: %v", name, err)
		}
	})
	return name
}

// Exec runs SQL, which may be several statements, as the superuser on a connection of its own over the Unix socket.
func (s *Server) Exec(db, sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	conn, err := pgconn.Connect(ctx, s.SocketDSN(db))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql).ReadAll()
	_ = conn.Close(ctx)
	return err
}

func (s *Server) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proc != nil
}
