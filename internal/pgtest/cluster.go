package pgtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// create makes the cluster and starts the server on it.
func (s *Server) create(ctx context.Context) error {
	if err := s.initdb(ctx); err != nil {
		return err
	}
	if err := s.configure(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.launchOnFreePort(ctx)
}

func (s *Server) initdb(ctx context.Context) error {
	pwfile := filepath.Join(s.dir, "password")
	if err := s.write(pwfile, s.Password+"\n"); err != nil {
		return err
	}
	auth := s.opts.Auth
	if auth == "" {
		auth = "trust"
	}
	cmd := s.command(ctx, "initdb", "--pgdata="+s.DataDir(), "--username="+s.User, "--pwfile="+pwfile, "--auth-local=trust",
		"--auth-host="+auth, "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions")
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // tells more than that initdb was killed
		}
		return fmt.Errorf("initdb: %w: %s", err, tail(string(out)))
	}
	return os.Remove(pwfile)
}

// command prepares a server program: as the server's user, in its folder, with none of this process's PG* variables.
func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + s.dir}
	cmd.SysProcAttr = s.runAs.sysProcAttr()
	return cmd
}

func (s *Server) write(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("writing the server's files: %w", err)
	}
	return s.runAs.own(path)
}

// baseConf makes a server that is quick, reachable from this machine only and leaves nothing outside its folder (the
// default kind of dynamic shared memory leaves files in /dev/shm after a crash).
func (s *Server) baseConf() map[string]string {
	return map[string]string{
		"listen_addresses":           s.Host,
		"unix_socket_directories":    s.dir,
		"unix_socket_permissions":    "0700",
		"fsync":                      "off",
		"full_page_writes":           "off",
		"synchronous_commit":         "off",
		"max_connections":            "100",
		"shared_buffers":             "32MB",
		"dynamic_shared_memory_type": "mmap",
		"logging_collector":          "off",
		"log_destination":            "stderr",
		"autovacuum_naptime":         "1h",
	}
}

// configure appends to postgresql.conf, where the last line of a name counts, and puts the asked-for lines first in
// pg_hba.conf, where the first that matches counts.
func (s *Server) configure() error {
	conf := s.baseConf()
	maps.Copy(conf, s.opts.Conf)
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(conf)) {
		fmt.Fprintf(&b, "%s = '%s'\n", key, strings.ReplaceAll(conf[key], "'", "''"))
	}
	if err := s.extend("postgresql.conf", "", b.String()); err != nil {
		return err
	}
	if len(s.opts.HBA) == 0 {
		return nil
	}
	return s.extend("pg_hba.conf", strings.Join(s.opts.HBA, "\n")+"\n", "")
}

func (s *Server) extend(name, before, after string) error {
	path := filepath.Join(s.DataDir(), name)
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the server's files: %w", err)
	}
	return s.write(path, before+string(text)+after)
}

// launchOnFreePort picks a port and starts the server on it. Another process may take the port in between, so a server
// that dies of that is started on another one. The caller holds mu.
func (s *Server) launchOnFreePort(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		port, err := freePort(s.Host)
		if err != nil {
			return err
		}
		s.Port = port
		err = s.launch(ctx)
		if err == nil || attempt == 5 || !strings.Contains(err.Error(), "Address already in use") {
			return err
		}
	}
}

func freePort(host string) (int, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return 0, fmt.Errorf("finding a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// launch starts the server and returns when it accepts connections. The caller holds mu.
func (s *Server) launch(ctx context.Context) error {
	log, err := os.OpenFile(s.LogPath(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening the server's log: %w", err)
	}
	defer log.Close()
	// The server outlives the caller's context, which bounds the wait below only.
	cmd := s.command(context.WithoutCancel(ctx), "postgres", "-D", s.DataDir(), "-p", strconv.Itoa(s.Port))
	cmd.Stdout, cmd.Stderr = log, log
	proc, err := startProcess(cmd)
	if err != nil {
		return err
	}
	s.proc = proc
	return s.awaitReady(ctx)
}

// awaitReady waits for the word "ready" on the eighth line of postmaster.pid (PostgreSQL's miscadmin.h,
// LOCK_FILE_LINE_PM_STATUS), which pg_ctl waits for, too.
func (s *Server) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(waitStep)
	defer tick.Stop()
	for {
		select {
		case <-s.proc.done:
			err := s.proc.err
			s.proc = nil
			return fmt.Errorf("server ended while starting: %w: %s", err, s.logTail())
		case <-ctx.Done():
			return fmt.Errorf("server is not ready: %w: %s", errors.Join(ctx.Err(), s.end(syscall.SIGKILL)), s.logTail())
		case <-tick.C:
			if s.ready() {
				return nil
			}
		}
	}
}

// ready reports whether the server that was just started is; the file may still be that of a server that was killed.
func (s *Server) ready() bool {
	pid, _ := pidLine(s.DataDir(), 1)
	status, _ := pidLine(s.DataDir(), 8)
	return status == "ready" && pid == strconv.Itoa(s.proc.pid())
}

func (s *Server) logTail() string {
	text, err := os.ReadFile(s.LogPath())
	if err != nil {
		return err.Error()
	}
	return tail(string(text))
}

// tail returns the last lines of a program's output, for an error.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if n := len(lines); n > 12 {
		lines = lines[n-12:]
	}
	return strings.Join(lines, "\n")
}
