package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Server is a running throwaway server. The exported fields don't change after the start, also not by Restart.
type Server struct {
	Host     string // loopback address, "127.0.0.1"
	Port     int
	User     string // the superuser, "postgres"
	Password string // of User; set also where Auth is trust
	Major    int    // the server's major version

	opts   Options
	bin    string
	dir    string  // path of folder
	folder *folder // holds data, log and socket; removed by Stop
	runAs  *account
	mu     sync.Mutex // guards proc and stopped
	proc   *process
	closed bool
}

// ErrStopped means that Stop was called before.
var ErrStopped = errors.New("server was stopped and its files are gone")

func newServer(bin Binaries, o Options) (*Server, error) {
	acct, err := serverAccount()
	if err != nil {
		return nil, err
	}
	f, err := makeFolder(acct)
	if err != nil {
		return nil, err
	}
	s := &Server{
		Host: "127.0.0.1", User: "postgres", Password: "throwaway", Major: bin.Major,
		opts: o, dir: f.path, folder: f, runAs: acct,
	}
	if s.bin, err = acct.reachable(bin.Dir, s.dir); err != nil {
		return nil, fmt.Errorf("%w%s", err, cleanupNote(s.Stop()))
	}
	return s, nil
}

// DSN is the URL of a database over TCP, with user, password and sslmode=disable.
func (s *Server) DSN(db string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(s.User, s.Password), Path: "/" + db, RawQuery: "sslmode=disable",
		Host: net.JoinHostPort(s.Host, strconv.Itoa(s.Port)),
	}
	return u.String()
}

// SocketDSN is the URL of a database over the Unix socket, where the server trusts whoever can open it.
func (s *Server) SocketDSN(db string) string {
	q := url.Values{"host": {s.SocketDir()}, "port": {strconv.Itoa(s.Port)}, "user": {s.User}}
	u := url.URL{Scheme: "postgres", Path: "/" + db, RawQuery: q.Encode()}
	return u.String()
}

// Addr is host:port of the TCP listener.
func (s *Server) Addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// SocketDir is the folder of the Unix socket.
func (s *Server) SocketDir() string { return s.dir }

// DataDir is the folder of the database cluster: heap files are in base, WAL files in pg_wal.
func (s *Server) DataDir() string { return filepath.Join(s.dir, "data") }

// LogPath is the file that receives the server's log.
func (s *Server) LogPath() string { return filepath.Join(s.dir, "server.log") }

// Stop ends the server and removes its files. Stopping twice is harmless.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.end(syscall.SIGINT) // fast shutdown: ends sessions, then the server
	return errors.Join(err, s.folder.remove())
}

// Restart stops the server, if it runs, and starts it again on the same files and port. Sessions are lost.
func (s *Server) Restart() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrStopped
	}
	if err := s.end(syscall.SIGINT); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	return s.launch(ctx)
}

// Kill ends all of the server's processes at once with SIGKILL: clients see their connection break without a word, and
// the next start recovers from the WAL. Files stay until Stop.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return nil
	}
	children := childrenOf(s.proc.pid())
	err := s.end(syscall.SIGKILL)
	return errors.Join(err, killAll(children), removeSegment(s.DataDir()))
}

// end signals the postmaster and waits for its end. The caller holds mu.
func (s *Server) end(sig syscall.Signal) error {
	if s.proc == nil {
		return nil
	}
	err := s.proc.end(sig)
	s.proc = nil
	return err
}

// waitStep is how often files are looked at while a server starts.
const waitStep = 5 * time.Millisecond
