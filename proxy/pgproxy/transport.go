package pgproxy

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
)

// transport moves the bytes of one session: a goroutine per direction reads, feeds the machine under the session's own
// lock, and writes what the machine says in one write per read. Each direction can always make progress while the other
// is blocked, so two peers that both write and don't read can't deadlock; a slow reader holds back its sender alone.
type transport struct {
	srv    *Server
	db     *database
	log    *slog.Logger
	client net.Conn
	server net.Conn

	mu      sync.Mutex // guards machine
	machine *machine

	serverWrites sync.Mutex    // a whole batch goes to the server at a time
	wake         chan struct{} // holds a token when a reply may have freed a held client
	final        atomic.Pointer[Error]
	authDeadline *time.Timer
}

// Sizes of read buffers, in bytes. A buffer doubles when a read fills it, up to maxRead; it grows beyond that only for a
// message that must be whole, within the limits.
const (
	clientRead = 8 << 10
	serverRead = 16 << 10
	maxRead    = 64 << 10
)

// run relays until either side is done.
func (t *transport) run(ctx context.Context, drain <-chan struct{}) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { t.watch(ctx, drain) })
	wg.Go(func() { t.relayClient(ctx) })
	t.relayServer(ctx)
	cancel()
	_ = t.client.Close()
	_ = t.server.Close()
	wg.Wait()
}

// watch ends the session when it is asked to from outside.
func (t *transport) watch(ctx context.Context, drain <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-drain:
		t.mu.Lock()
		idle := t.machine.drain()
		t.mu.Unlock()
		if idle {
			t.end(shutdownError())
		}
		<-ctx.Done()
	}
	_ = t.client.Close()
	_ = t.server.Close()
}

func shutdownError() *Error {
	return &Error{Code: codeAdminShutdown, Message: "terminating connection: the proxy is shutting down", Hint: "Connect again."}
}

// end makes the server's side of the relay tell the client the reason and finish.
func (t *transport) end(reason *Error) {
	t.final.CompareAndSwap(nil, reason)
	_ = t.server.Close()
}

func (t *transport) relayClient(ctx context.Context) {
	in := newInput(clientRead)
	var out output
	for {
		n, err := t.feedClient(in.bytes(), &out)
		in.consume(n)
		if err == nil {
			err = in.read(t.client, t.want(&t.machine.client.want))
		} else {
			err = t.await(ctx, err)
		}
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF):
			closeWrite(t.server) // the server may still be sending
		default:
			t.fail(err)
		}
		return
	}
}

// feedClient hands input to the machine and writes what it gave.
func (t *transport) feedClient(in []byte, out *output) (int, error) {
	t.mu.Lock()
	n, err := t.machine.fromClient(in, out)
	t.mu.Unlock()
	if werr := t.writeServer(out); werr != nil {
		return n, werr
	}
	return n, err
}

func (t *transport) writeServer(out *output) error {
	defer out.reset()
	b := out.bytes()
	if len(b) == 0 {
		return nil
	}
	t.serverWrites.Lock()
	defer t.serverWrites.Unlock()
	_, err := t.server.Write(b)
	return err
}

func (t *transport) want(want *int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return *want
}

func (t *transport) relayServer(ctx context.Context) {
	in := newInput(serverRead)
	var out, back output
	for {
		n, err := t.feedServer(in.bytes(), &out, &back)
		in.consume(n)
		if err == nil {
			err = in.read(t.server, t.want(&t.machine.server.want))
		} else {
			err = t.await(ctx, err)
		}
		if err != nil {
			t.goodbye(err)
			return
		}
	}
}

func (t *transport) feedServer(in []byte, out, back *output) (int, error) {
	t.mu.Lock()
	n, err := t.machine.fromServer(in, out, back)
	started := t.machine.server.started
	t.mu.Unlock()
	if started && t.authDeadline != nil {
		t.authDeadline.Stop()
		t.authDeadline = nil
	}
	if werr := t.writeServer(back); werr != nil {
		return n, werr
	}
	defer out.reset()
	if b := out.bytes(); len(b) > 0 {
		if _, werr := t.client.Write(b); werr != nil {
			return n, &clientGone{werr}
		}
	}
	select {
	case t.wake <- struct{}{}:
	default:
	}
	return n, err
}

// clientGone means that the client does not take what the server sent.
type clientGone struct{ cause error }

func (e *clientGone) Error() string { return "write to client: " + e.cause.Error() }

// await does what the machine waits for. It returns nil when the machine is to be fed again.
func (t *transport) await(ctx context.Context, reason error) error {
	var key *keyRequest
	switch {
	case errors.As(reason, &key):
		t.fetch(ctx, key)
		return ctx.Err()
	case errors.Is(reason, errMore):
		return ctx.Err()
	case errors.Is(reason, errPlanner):
		t.db.refresh(ctx)
		return ctx.Err()
	case errors.Is(reason, errHold):
		select {
		case <-t.wake:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return reason
}

// fetch gets a key outside of the lock and hands it to the machine, with the reason if there is none.
func (t *transport) fetch(ctx context.Context, r *keyRequest) {
	ctx, cancel := context.WithTimeout(ctx, t.srv.limits.KeyTimeout)
	defer cancel()
	var key *fieldcrypt.Key
	var err error
	switch {
	case r.index:
		key, err = t.srv.keys.Index(ctx, r.tenant)
	case r.tenant != "":
		key, err = t.srv.keys.Active(ctx, r.tenant)
	default:
		key, err = t.srv.keys.ByID(ctx, r.id)
	}
	if err != nil {
		t.log.Warn("no key", "error", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.machine.resolve(*r, key, err)
}

// fail ends the session from the client's side of the relay.
func (t *transport) fail(err error) {
	var f *fatalError
	if errors.As(err, &f) {
		t.log.Warn("session ended by the proxy", "code", f.reason.Code, "reason", f.reason.Message)
		t.end(f.reason)
		return
	}
	if !isClosed(err) {
		t.log.Debug("client connection lost", "error", err)
	}
	t.mu.Lock()
	t.machine.client.ended = true // there is nobody to say goodbye to
	t.mu.Unlock()
	_ = t.server.Close()
}

// goodbye ends the server's side of the relay. The client is told why, unless it knows: the server said so itself, or
// the client has ended the session, or is in the middle of a message.
func (t *transport) goodbye(err error) {
	t.mu.Lock()
	m := t.machine
	boundary := m.server.pass == 0
	known := m.server.ended || m.client.ended
	t.mu.Unlock()
	var gone *clientGone
	var f *fatalError
	reason := t.final.Load()
	switch {
	case errors.As(err, &gone) || !boundary:
		return
	case reason != nil:
	case errors.Is(err, errDrained):
		reason = shutdownError()
	case errors.As(err, &f):
		reason = f.reason
		t.log.Error("session ended by the proxy", "code", reason.Code, "reason", reason.Message)
	case known:
		return
	default:
		reason = &Error{Code: codeConnectionFailure, Message: "the server closed the connection unexpectedly",
			Hint: "The server was stopped or crashed, or the network failed; what was not committed is lost."}
		t.log.Warn("server connection lost", "error", err)
	}
	_ = t.client.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = t.client.Write(reason.append(nil, "FATAL"))
}

func isClosed(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled)
}

// closeWrite ends one direction of a connection and leaves the other open.
func closeWrite(c net.Conn) {
	if h, ok := c.(interface{ CloseWrite() error }); ok {
		_ = h.CloseWrite()
		return
	}
	_ = c.Close()
}
