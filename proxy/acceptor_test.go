package proxy

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs the acceptor on a loopback port and returns the address. The acceptor is shut down with the test.
func serve(t *testing.T, a *Acceptor, wrap func(net.Listener) net.Listener) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	if wrap != nil {
		ln = wrap(ln)
	}
	a.Log = slog.New(slog.DiscardHandler)
	done := make(chan error, 1)
	go func() { done <- a.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = a.Shutdown(ctx)
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return address
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	return c
}

// echo answers each byte until the client or the proxy stops.
func echo(ctx context.Context, c net.Conn, drain <-chan struct{}) {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	_, _ = io.Copy(c, c)
}

func ping(c net.Conn) error {
	if _, err := c.Write([]byte("x")); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, 1))
	return err
}

func TestConnectionsOverTheLimitAreToldWhy(t *testing.T) {
	a := &Acceptor{Limit: 1, Handle: echo, Refuse: func(c net.Conn) { _, _ = io.WriteString(c, "full") }}
	address := serve(t, a, nil)
	first := dial(t, address)
	if err := ping(first); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(dial(t, address)); string(got) != "full" || err != nil {
		t.Errorf("second: %q, %v", got, err)
	}
	_ = first.Close()
	for a.Open() > 0 {
		time.Sleep(time.Millisecond)
	}
	if err := ping(dial(t, address)); err != nil {
		t.Errorf("after the first has gone: %v", err)
	}
}

// flaky is a listener whose first accepts fail as they do when the process is out of descriptors.
type flaky struct {
	net.Listener
	failures atomic.Int32
}

func (f *flaky) Accept() (net.Conn, error) {
	if f.failures.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return f.Listener.Accept()
}

func TestAcceptingGoesOnWhenDescriptorsAreFreeAgain(t *testing.T) {
	var f *flaky
	address := serve(t, &Acceptor{Handle: echo}, func(ln net.Listener) net.Listener {
		f = &flaky{Listener: ln}
		f.failures.Store(3)
		return f
	})
	if err := ping(dial(t, address)); err != nil {
		t.Error(err)
	}
}

func TestServeReturnsWhenItsListenerIsDead(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	a := &Acceptor{Handle: echo, Log: slog.New(slog.DiscardHandler)}
	if err := a.Serve(ln); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestShutdownWaitsForHandlersThatFinish(t *testing.T) {
	finished := make(chan struct{})
	a := &Acceptor{Handle: func(_ context.Context, c net.Conn, drain <-chan struct{}) {
		_ = ping(c)
		<-drain
		time.Sleep(10 * time.Millisecond)
		close(finished)
	}}
	c := dial(t, serve(t, a, nil))
	_, _ = c.Write([]byte("x"))
	_, _ = io.ReadFull(c, make([]byte, 1))
	if err := a.Shutdown(context.Background()); err != nil {
		t.Errorf("got %v", err)
	}
	select {
	case <-finished:
	default:
		t.Error("Shutdown returned before the handler")
	}
}

func TestShutdownCutsOffWhatDoesNotFinish(t *testing.T) {
	a := &Acceptor{Handle: echo}
	c := dial(t, serve(t, a, nil))
	if err := ping(c); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := a.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := ping(c); err == nil {
		t.Error("the connection is still open")
	}
}

func TestServeAfterShutdownClosesItsListener(t *testing.T) {
	a := &Acceptor{Handle: echo, Log: slog.New(slog.DiscardHandler)}
	if err := a.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Serve(ln); err != nil {
		t.Errorf("got %v", err)
	}
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is open: %v", err)
	}
}
