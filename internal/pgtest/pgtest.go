// Package pgtest runs throwaway, real PostgreSQL servers: for tests, and for the keyaside demo command.
//
// A server lives in one temporary directory, listens on a free loopback port and on a Unix socket inside that
// directory, and is gone, files and all, after Stop. It trades durability for speed (fsync is off), so it is unfit for
// data that anybody wants to keep. Programs are found on the system or in .tools (see Find); a missing server is an
// error that says what to install, never a reason to skip a test. When the process runs as root, which the server
// refuses, server and initdb run as another user.
//
// The package does not import testing, so that production code can use Run; Start and Shared take any TB that
// *testing.T, *testing.B and *testing.F satisfy. A Server's methods may be called from several goroutines at once.
package pgtest

import (
	"context"
	"fmt"
	"time"
)

// TB is the part of testing.TB that this package needs.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// startTimeout bounds initdb and the start of a server together; both take about a second on an idle machine.
const startTimeout = 60 * time.Second

// Start runs a server for one test and stops it when the test ends. A server that can't be started fails the test.
func Start(t TB, opts ...Option) *Server {
	t.Helper()
	s, err := startWith(opts)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return s
}

func startWith(opts []Option) (*Server, error) {
	var o Options
	for _, opt := range opts {
		opt(&o)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	return Run(ctx, o)
}

// Run initialises a database cluster and starts a server on it. The server outlives ctx, which bounds only the start;
// the caller must Stop it.
func Run(ctx context.Context, o Options) (*Server, error) {
	bin, err := Find(o.Version)
	if err != nil {
		return nil, err
	}
	s, err := newServer(bin, o)
	if err != nil {
		return nil, err
	}
	if err := s.create(ctx); err != nil {
		return nil, fmt.Errorf("%w%s", err, cleanupNote(s.Stop()))
	}
	return s, nil
}

func cleanupNote(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprintf(" (and cleaning up: %v)", err)
}
