package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/keyaside/keyaside/hsm"
)

// library is a PKCS#11 module in this process. A module starts anew only when every connection to it is closed, so
// when one Master loses its connection, those of all Masters of the module are closed, and each opens its own again
// at its next call.
type library struct {
	// turn is a mutex that can be waited for with a context. Whoever holds it opens or closes connections, on a
	// goroutine of its own: if the module hangs there, the turn stays taken until the module comes back, and callers
	// get hsm.ErrUnavailable meanwhile. A module must not be unloaded while it is running.
	turn chan struct{}

	// Guarded by turn.
	conns map[*Master]*conn
	pins  *pinMemory
}

// libraries by path. They are never removed: that a PIN was refused must not be forgotten.
var (
	librariesMutex sync.Mutex
	libraries      = map[string]*library{}
)

func libraryAt(path string) *library {
	librariesMutex.Lock()
	defer librariesMutex.Unlock()
	l, ok := libraries[path]
	if !ok {
		l = &library{turn: make(chan struct{}, 1), conns: map[*Master]*conn{}, pins: newPINMemory()}
		libraries[path] = l
	}
	return l
}

// inTurn runs f on a goroutine that holds the turn, and waits for it until ctx ends; f may go on after that.
func (l *library) inTurn(ctx context.Context, f func() error) error {
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return interrupted(ctx)
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-l.turn }()
		done <- f()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return interrupted(ctx)
	}
}

// reconnect returns the connection of m if it has another one than lost, and else opens one.
func (l *library) reconnect(ctx context.Context, m *Master, lost *conn) (c *conn, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, m.cfg.Timeout, errSilent)
	defer cancel()
	err = l.inTurn(ctx, func() error {
		if m.closed.Load() {
			return hsm.ErrClosed
		}
		if c := m.cur.Load(); c != nil && c != lost {
			return nil // somebody else was faster
		}
		if err := m.pause.refuse(time.Now()); err != nil {
			return err
		}
		return l.replace(context.WithoutCancel(ctx), m, lost)
	})
	if err != nil {
		return nil, err
	}
	if c = m.cur.Load(); c == nil {
		return nil, fmt.Errorf("%w: the connection was closed again", hsm.ErrUnavailable)
	}
	return c, nil
}

// replace opens a connection for m.
func (l *library) replace(ctx context.Context, m *Master, lost *conn) error {
	trouble := lost != nil && m.cur.Load() == lost
	if trouble || m.stale {
		l.closeAll()
	}
	c, err := l.open(ctx, m)
	m.stale = errors.Is(err, hsm.ErrUnavailable)
	if trouble || err != nil {
		m.pause.strike(time.Now(), err)
	}
	if err != nil {
		return err
	}
	l.conns[m] = c
	m.cur.Store(c)
	if m.closed.Load() { // Close, or Open when its time was up, did not wait for us
		l.drop(m)
		return hsm.ErrClosed
	}
	return nil
}

// open makes a connection for m and runs the self-test on it.
func (l *library) open(ctx context.Context, m *Master) (*conn, error) {
	cfg := m.cfg
	cfg.Create = cfg.Create && m.known == nil // a recovery must not make a key
	t, err := l.login(ctx, cfg)
	if err != nil {
		return nil, classify(err)
	}
	known, err := prepare(t, cfg, m.known)
	if err != nil {
		_ = t.close()
		return nil, classify(err)
	}
	m.known = known
	return &conn{token: t, known: known, slots: make(chan struct{}, m.cfg.MaxSessions-1), wait: m.cfg.PoolWait}, nil
}

// login connects to the token with the configured PIN.
func (l *library) login(ctx context.Context, cfg Config) (token, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, cfg.Timeout, errSilent)
	defer cancel()
	pin, err := cfg.PIN(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: read the PIN: %w", hsm.ErrUnavailable, err)
	}
	defer clear(pin)
	if err := l.pins.check(cfg.tokenID(), pin, l.inUse(cfg.tokenID())); err != nil {
		return nil, err
	}
	t, err := connect(cfg, pin)
	l.pins.note(cfg.tokenID(), pin, err)
	return t, err
}

// prepare chooses the key and tests it. If the key is known from an earlier connection, it must be the same.
func prepare(t token, cfg Config, before *knownAnswer) (*knownAnswer, error) {
	err := t.choose(cfg.KeyLabel)
	if errors.Is(err, errNotFound) && cfg.Create {
		if err = t.generate(cfg.KeyLabel); err == nil {
			err = t.choose(cfg.KeyLabel)
		}
	}
	if err != nil {
		return nil, err
	}
	known, err := newKnownAnswer(t)
	if err != nil || before == nil {
		return known, err
	}
	if before.check(t) != nil {
		return nil, fmt.Errorf("%w: the key with this label is another one than before", hsm.ErrNoKey)
	}
	return before, nil
}

// inUse reports whether the process is logged in to the token.
func (l *library) inUse(tokenID string) bool {
	for m := range l.conns {
		if m.cfg.tokenID() == tokenID {
			return true
		}
	}
	return false
}

// close ends the connection of m.
func (l *library) close(ctx context.Context, m *Master) error {
	return l.inTurn(ctx, func() error {
		l.drop(m)
		return nil
	})
}

func (l *library) closeAll() {
	for m := range l.conns {
		l.drop(m)
	}
}

// drop closes the connection of m, if there is one, after the calls that use it. What the module says to that is of no
// use: the connection is gone either way.
func (l *library) drop(m *Master) {
	c := l.conns[m]
	if c == nil {
		return
	}
	m.cur.Store(nil)
	delete(l.conns, m)
	_ = c.token.close()
}
