package pkcs11

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/keyaside/keyaside/hsm"
)

// Master is an open master key; it implements hsm.Wrapper. Its errors carry the classes of package hsm.
type Master struct {
	cfg Config
	lib *library
	cur atomic.Pointer[conn] // nil while there is no connection; stored by lib only

	// Guarded by lib's turn.
	known *knownAnswer // sealed by the first connection, opened by each later one
	pause backoff
	stale bool // the last attempt to open failed in a way that a fresh start of the module may heal

	closed atomic.Bool
}

var _ hsm.Wrapper = (*Master)(nil)

func newMaster(cfg Config) *Master {
	return &Master{cfg: cfg, lib: libraryAt(cfg.Module)}
}

// Ref names the key, also after Close.
func (m *Master) Ref() hsm.KeyRef { return m.cfg.ref() }

// Wrap implements hsm.Wrapper. Its IV is random, so one key serves for 2^32 wrapped keys (SP 800-38D, 8.3).
func (m *Master) Wrap(ctx context.Context, secret, aad []byte) (hsm.Wrapped, error) {
	if err := hsm.CheckWrap(secret, aad); err != nil {
		return hsm.Wrapped{}, m.errorf("wrap", err)
	}
	aad = bytes.Clone(aad) // a call that hangs goes on after the caller got his slices back
	blob, err := m.do(ctx, secret, func(c *conn, in []byte) ([]byte, error) { return wrap(c.token, in, aad) })
	if err != nil {
		return hsm.Wrapped{}, m.errorf("wrap", err)
	}
	return hsm.Wrapped{Ref: m.Ref(), Algorithm: hsm.AES256GCM, Blob: blob}, nil
}

// Unwrap implements hsm.Wrapper.
func (m *Master) Unwrap(ctx context.Context, w hsm.Wrapped, aad []byte) ([]byte, error) {
	if err := hsm.CheckUnwrap(m.Ref(), w, aad); err != nil {
		return nil, m.errorf("unwrap", err)
	}
	aad = bytes.Clone(aad)
	secret, err := m.do(ctx, w.Blob, func(c *conn, in []byte) ([]byte, error) { return unwrap(c.token, c.known, in, aad) })
	if err != nil {
		return nil, m.errorf("unwrap", err)
	}
	return secret, nil
}

// Random fills p from the token's generator.
func (m *Master) Random(ctx context.Context, p []byte) error {
	n := len(p)
	b, err := m.do(ctx, nil, func(c *conn, _ []byte) ([]byte, error) { return random(c.token, n) })
	if err != nil {
		return m.errorf("random", err)
	}
	copy(p, b)
	clear(b)
	return nil
}

// Probe implements hsm.Wrapper: the token opens what it sealed at the start.
func (m *Master) Probe(ctx context.Context) error {
	_, err := m.do(ctx, nil, func(c *conn, _ []byte) ([]byte, error) { return nil, c.known.check(c.token) })
	if err != nil {
		return m.errorf("probe", err)
	}
	return nil
}

// Close ends the connection after the calls that are running. If the module hangs, it returns hsm.ErrUnavailable after
// Config.Timeout; the Master is closed all the same.
func (m *Master) Close() error {
	if m.closed.Swap(true) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), m.cfg.Timeout)
	defer cancel()
	if err := m.lib.close(ctx, m); err != nil {
		return m.errorf("close", err)
	}
	return nil
}

// do runs op on a copy of in. If the connection turns out to be lost, it is replaced, and op runs once more.
func (m *Master) do(ctx context.Context, in []byte, op operation) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, m.cfg.Timeout, errSilent)
	defer cancel()
	var lost *conn
	for attempt := 1; ; attempt++ {
		c, err := m.connection(ctx, lost)
		if err != nil {
			return nil, err
		}
		out, err := c.call(ctx, in, op)
		if err == nil || isFinal(err) {
			return out, err
		}
		if attempt == 2 {
			return nil, fmt.Errorf("%w: %w", hsm.ErrUnavailable, err)
		}
		lost = c
	}
}

// connection returns the current connection, or a new one if there is none but lost.
func (m *Master) connection(ctx context.Context, lost *conn) (*conn, error) {
	if m.closed.Load() {
		return nil, hsm.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, interrupted(ctx)
	}
	if c := m.cur.Load(); c != nil && c != lost {
		return c, nil
	}
	return m.lib.reconnect(ctx, m, lost)
}

// isFinal reports whether err says something else than that the connection is lost.
func isFinal(err error) bool {
	for _, class := range []error{hsm.ErrCorrupt, hsm.ErrUnavailable, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, class) {
			return true
		}
	}
	return false
}

func (m *Master) errorf(operation string, err error) error { return m.cfg.errorf(operation, err) }
