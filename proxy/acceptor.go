// Package proxy holds what the Postgres and the HTTP side share: accepting connections within a limit, backing off when
// the system runs out of descriptors, and draining.
//
// It knows no protocol, no policy and no key.
package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Handler serves one connection and returns when it is done with it; the Acceptor closes the connection afterwards.
// The context is cancelled when the drain period is over: the handler then returns at once. drain is closed when the
// proxy stops: the handler then finishes what is under way and returns at the next point where nothing is lost.
type Handler func(ctx context.Context, conn net.Conn, drain <-chan struct{})

// Acceptor accepts connections and keeps count of them. The exported fields are set before Serve and not changed after.
type Acceptor struct {
	Limit  int            // connections at a time; 0 means no limit
	Handle Handler        // serves a connection
	Refuse func(net.Conn) // says why a connection over the limit is refused; the Acceptor closes it
	Log    *slog.Logger

	start    sync.Once
	draining chan struct{}
	ctx      context.Context
	kill     context.CancelFunc

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	open      int
	stopped   bool
	handlers  sync.WaitGroup
}

func (a *Acceptor) init() {
	a.start.Do(func() {
		a.draining = make(chan struct{})
		a.ctx, a.kill = context.WithCancel(context.Background())
		a.listeners = make(map[net.Listener]struct{})
	})
}

// Serve accepts from ln until Shutdown, and then returns nil. Several listeners may be served at a time.
func (a *Acceptor) Serve(ln net.Listener) error {
	a.init()
	if !a.track(ln) {
		return ln.Close()
	}
	var wait time.Duration
	for {
		conn, err := ln.Accept()
		switch {
		case err == nil:
			wait = 0
			a.accept(conn)
		case a.isStopped():
			return nil
		case isTemporary(err):
			// Out of descriptors or memory: accepting again at once would spin. The connection waits in the backlog.
			wait = min(max(2*wait, 5*time.Millisecond), time.Second)
			a.Log.Warn("accepting a connection; trying again", "error", err, "wait", wait)
			a.sleep(wait)
		default:
			return err
		}
	}
}

func (a *Acceptor) accept(conn net.Conn) {
	a.mu.Lock()
	full := a.Limit > 0 && a.open >= a.Limit
	if a.stopped || full {
		a.mu.Unlock()
		if full && a.Refuse != nil {
			_ = conn.SetDeadline(time.Now().Add(time.Second))
			a.Refuse(conn)
		}
		_ = conn.Close()
		return
	}
	a.open++
	a.handlers.Add(1) // under the lock, so that Shutdown can't miss it
	a.mu.Unlock()
	go func() {
		defer a.release()
		defer conn.Close()
		a.Handle(a.ctx, conn, a.draining)
	}()
}

func (a *Acceptor) release() {
	a.mu.Lock()
	a.open--
	a.mu.Unlock()
	a.handlers.Done()
}

// Open returns the number of connections that are being served.
func (a *Acceptor) Open() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.open
}

// Shutdown stops accepting, lets the handlers finish until ctx ends, then cuts them off, and returns when all have
// returned. It returns ctx's error if some had to be cut off.
func (a *Acceptor) Shutdown(ctx context.Context) error {
	a.init()
	a.mu.Lock()
	if !a.stopped {
		a.stopped = true
		close(a.draining)
		for ln := range a.listeners {
			_ = ln.Close()
		}
	}
	a.mu.Unlock()
	done := make(chan struct{})
	go func() { a.handlers.Wait(); close(done) }()
	defer a.kill()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		a.kill()
		<-done
		return ctx.Err()
	}
}

func (a *Acceptor) track(ln net.Listener) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopped {
		return false
	}
	a.listeners[ln] = struct{}{}
	return true
}

func (a *Acceptor) isStopped() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stopped
}

func (a *Acceptor) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-a.draining:
	}
}

// isTemporary tells a passing fault of accept (EMFILE, ENFILE, ENOBUFS, ECONNABORTED) from a dead listener.
func isTemporary(err error) bool {
	if errors.Is(err, net.ErrClosed) {
		return false
	}
	var ne interface{ Temporary() bool }
	return errors.As(err, &ne) && ne.Temporary()
}
