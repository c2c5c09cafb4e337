package pkcs11

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keyaside/keyaside/hsm"
)

// token is a logged-in connection to a token, with one master key chosen: the calls that the module must answer. All
// but close may be called concurrently. Errors are the module's own.
type token interface {
	// choose finds the AES key with the label and checks its attributes.
	choose(label string) error
	// generate makes the AES-256 key with the label; it must still be chosen.
	generate(label string) error
	// seal encrypts with AES-GCM and returns ciphertext and tag.
	seal(iv, plaintext, aad []byte) ([]byte, error)
	open(iv, ciphertext, aad []byte) ([]byte, error)
	// random fills p.
	random(p []byte) error
	// close waits for the calls that are running; later ones fail.
	close() error
}

// operation is one use of a connection. It owns in, a copy.
type operation func(c *conn, in []byte) ([]byte, error)

// conn is a token that has passed the self-test.
type conn struct {
	token token
	known *knownAnswer
	slots chan struct{} // holds one element per session in use, so that a module that hangs holds a bounded number of goroutines
	wait  time.Duration // for a slot
}

// errSilent is the cause of a context that ended by Config.Timeout.
var errSilent = errors.New("the module does not answer")

// call runs op on a goroutine of its own, so that the caller gets away from a module that hangs when ctx ends. What op
// returns after that is cleared.
func (c *conn) call(ctx context.Context, in []byte, op operation) ([]byte, error) {
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	type result struct {
		out []byte
		err error
	}
	done := make(chan result)
	in = bytes.Clone(in)
	go func() {
		defer func() { <-c.slots }()
		out, err := op(c, in)
		clear(in)
		select {
		case done <- result{out, err}:
		case <-ctx.Done():
			clear(out)
		}
	}()
	select {
	case r := <-done:
		return r.out, r.err
	case <-ctx.Done():
		return nil, interrupted(ctx)
	}
}

func (c *conn) acquire(ctx context.Context) error {
	select {
	case c.slots <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(c.wait)
	defer timer.Stop()
	select {
	case c.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return fmt.Errorf("%w: all %d sessions were in use for %v", hsm.ErrUnavailable, cap(c.slots), c.wait)
	case <-ctx.Done():
		return interrupted(ctx)
	}
}

// interrupted tells a caller who gave up from a module that was too slow for him.
func interrupted(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", hsm.ErrUnavailable, context.Cause(ctx))
}

// wrap returns iv, ciphertext and tag.
func wrap(t token, secret, aad []byte) ([]byte, error) {
	blob := make([]byte, hsm.GCMIVSize, hsm.GCMIVSize+len(secret)+hsm.GCMTagSize)
	if err := t.random(blob); err != nil {
		return nil, err
	}
	sealed, err := t.seal(blob, secret, aad)
	if err != nil {
		return nil, err
	}
	if len(sealed) != len(secret)+hsm.GCMTagSize {
		return nil, fmt.Errorf("the module sealed %d bytes to %d", len(secret), len(sealed))
	}
	return append(blob, sealed...), nil
}

// unwrap tells a bad blob from a bad module. Modules answer both alike (SoftHSM: CKR_GENERAL_ERROR), so the blob is
// blamed only if the module refuses it twice and opens the known answer in between.
func unwrap(t token, known *knownAnswer, blob, aad []byte) ([]byte, error) {
	iv, sealed := blob[:hsm.GCMIVSize], blob[hsm.GCMIVSize:]
	secret, err := t.open(iv, sealed, aad)
	if err == nil || !known.isRefusal(err) {
		return secret, err
	}
	if err := known.check(t); err != nil {
		return nil, err
	}
	secret, err = t.open(iv, sealed, aad)
	if err != nil && known.isRefusal(err) {
		return nil, hsm.ErrCorrupt
	}
	return secret, err
}

// maxRandom is the most bytes asked for in one call; modules have limits that PKCS#11 gives no way to ask for.
const maxRandom = 256

func random(t token, n int) ([]byte, error) {
	p := make([]byte, n)
	for rest := p; len(rest) > 0; {
		part := rest[:min(len(rest), maxRandom)]
		if err := t.random(part); err != nil {
			return nil, err
		}
		rest = rest[len(part):]
	}
	return p, nil
}
