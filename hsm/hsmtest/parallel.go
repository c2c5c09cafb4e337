package hsmtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/keyaside/keyaside/hsm"
)

// concurrent runs good and refused calls from more goroutines than a session pool holds.
func concurrent(t *testing.T, w hsm.Wrapper) {
	group, ctx := errgroup.WithContext(t.Context())
	for g := range 24 {
		group.Go(func() error {
			for i := range 8 {
				if err := oneTurn(ctx, w, fmt.Appendf(nil, "tenant %d key %d", g, i)); err != nil {
					return fmt.Errorf("goroutine %d: %w", g, err)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// oneTurn wraps a secret of its own, opens it, and has it refused for another purpose.
func oneTurn(ctx context.Context, w hsm.Wrapper, aad []byte) error {
	mine := make([]byte, 32)
	if err := w.Random(ctx, mine); err != nil {
		return err
	}
	wrapped, err := w.Wrap(ctx, mine, aad)
	if err != nil {
		return err
	}
	got, err := w.Unwrap(ctx, wrapped, aad)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, mine) {
		return errors.New("got the secret of another call")
	}
	if _, err := w.Unwrap(ctx, wrapped, append(aad, '!')); !errors.Is(err, hsm.ErrCorrupt) {
		return fmt.Errorf("wrong associated data: got %w", err)
	}
	return nil
}

// random asks for sizes around the block sizes of generators, and for none.
func random(t *testing.T, w hsm.Wrapper) {
	seen := map[string]bool{}
	for _, n := range []int{16, 31, 32, 33, 64, 255, 4096, 16, 32} {
		p := make([]byte, n)
		if err := w.Random(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if head, tail := string(p[:12]), string(p[n-12:]); seen[head] || seen[tail] || tail == string(make([]byte, 12)) {
			t.Fatalf("%d random bytes repeat or were not filled to the end", n)
		} else {
			seen[head], seen[tail] = true, true
		}
	}
	if err := w.Random(t.Context(), nil); err != nil {
		t.Fatalf("no bytes: %v", err)
	}
}
