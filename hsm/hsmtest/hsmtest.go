// Package hsmtest is the conformance suite of hsm.Wrapper. Each provider runs it against the real module or service.
package hsmtest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/keyaside/keyaside/hsm"
)

// Run holds the Wrapper that open returns to the contract of hsm.Wrapper. Each subtest opens its own and closes it.
func Run(t *testing.T, open func(t *testing.T) hsm.Wrapper) {
	for _, c := range []struct {
		name string
		test func(*testing.T, hsm.Wrapper)
	}{
		{"a wrapped secret opens again", roundTrip},
		{"sizes up to the limit are accepted", sizes},
		{"sizes beyond the limit are refused", oversize},
		{"arguments are not changed", argumentsKept},
		{"wrapping twice gives different blobs", freshIV},
		{"the result carries reference and algorithm", labelled},
		{"associated data is bound", aadBound},
		{"every altered byte is noticed", altered},
		{"every truncation is noticed", truncated},
		{"a foreign blob is corrupt", foreignBlob},
		{"a blob of another master key is no key", foreignKey},
		{"an unknown algorithm is corrupt", foreignAlgorithm},
		{"it works after a refusal", worksAfterRefusal},
		{"calls may run concurrently", concurrent},
		{"random bytes do not repeat", random},
		{"probe proves the key", probe},
		{"a cancelled context ends the call", cancelled},
		{"after close every call says so", closed},
		{"closing twice is harmless", closedTwice},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t)
			defer w.Close()
			c.test(t, w)
		})
	}
}

var (
	secret = []byte("0123456789abcdef0123456789abcdef")
	aad    = []byte("tenant a, purpose kek, key 1")
)

func wrap(t *testing.T, w hsm.Wrapper, secret, aad []byte) hsm.Wrapped {
	t.Helper()
	wrapped, err := w.Wrap(t.Context(), secret, aad)
	if err != nil {
		t.Fatalf("wrap: %v", err)
	}
	return wrapped
}

func mustOpen(t *testing.T, w hsm.Wrapper, wrapped hsm.Wrapped, secret, aad []byte) {
	t.Helper()
	got, err := w.Unwrap(t.Context(), wrapped, aad)
	if err != nil {
		t.Fatalf("unwrap: %v", err)
	}
	if !bytes.Equal(got, secret) {
		t.Fatal("the unwrapped secret is not the one that was wrapped")
	}
}

func mustRefuse(t *testing.T, w hsm.Wrapper, wrapped hsm.Wrapped, aad []byte, want error) {
	t.Helper()
	got, err := w.Unwrap(t.Context(), wrapped, aad)
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
	if got != nil {
		t.Fatal("bytes were returned beside the error")
	}
}

func roundTrip(t *testing.T, w hsm.Wrapper) {
	wrapped := wrap(t, w, secret, aad)
	mustOpen(t, w, wrapped, secret, aad)
	if bytes.Contains(wrapped.Blob, secret[:8]) {
		t.Fatal("the blob contains the secret")
	}
}

func sizes(t *testing.T, w hsm.Wrapper) {
	for _, n := range []int{1, 16, 32, hsm.MaxSecret} {
		for _, m := range []int{0, 1, hsm.MaxAAD} {
			s, a := bytes.Repeat([]byte{7}, n), bytes.Repeat([]byte{8}, m)
			mustOpen(t, w, wrap(t, w, s, a), s, a)
		}
	}
}

func oversize(t *testing.T, w hsm.Wrapper) {
	for _, c := range []struct{ secret, aad int }{{0, 0}, {hsm.MaxSecret + 1, 0}, {32, hsm.MaxAAD + 1}} {
		if _, err := w.Wrap(t.Context(), make([]byte, c.secret), make([]byte, c.aad)); !errors.Is(err, hsm.ErrSize) {
			t.Errorf("secret %d, aad %d bytes: got %v, want %v", c.secret, c.aad, err, hsm.ErrSize)
		}
	}
	wrapped := wrap(t, w, secret, aad)
	mustRefuse(t, w, wrapped, make([]byte, hsm.MaxAAD+1), hsm.ErrSize)
	wrapped.Blob = append(wrapped.Blob, make([]byte, 1<<20)...)
	mustRefuse(t, w, wrapped, aad, hsm.ErrCorrupt)
}

func argumentsKept(t *testing.T, w hsm.Wrapper) {
	s, a := bytes.Clone(secret), bytes.Clone(aad)
	wrapped := wrap(t, w, s, a)
	blob := bytes.Clone(wrapped.Blob)
	mustOpen(t, w, wrapped, secret, a)
	if !bytes.Equal(s, secret) || !bytes.Equal(a, aad) || !bytes.Equal(blob, wrapped.Blob) {
		t.Fatal("an argument was changed")
	}
}

func freshIV(t *testing.T, w hsm.Wrapper) {
	seen := map[string]bool{}
	for range 64 {
		iv := string(wrap(t, w, secret, aad).Blob[:hsm.GCMIVSize])
		if seen[iv] {
			t.Fatal("an IV was used twice")
		}
		seen[iv] = true
	}
}

func labelled(t *testing.T, w hsm.Wrapper) {
	wrapped, ref := wrap(t, w, secret, aad), w.Ref()
	if wrapped.Ref != ref || ref.Provider == "" || ref.Key == "" || ref.Version == "" {
		t.Fatalf("blob has %+v, wrapper %+v", wrapped.Ref, ref)
	}
	if wrapped.Algorithm != hsm.AES256GCM {
		t.Fatalf("algorithm is %q", wrapped.Algorithm)
	}
}

func aadBound(t *testing.T, w hsm.Wrapper) {
	wrapped := wrap(t, w, secret, aad)
	mustRefuse(t, w, wrapped, []byte("tenant b, purpose kek, key 1"), hsm.ErrCorrupt)
	mustRefuse(t, w, wrapped, aad[:len(aad)-1], hsm.ErrCorrupt)
	mustRefuse(t, w, wrapped, append(bytes.Clone(aad), 0), hsm.ErrCorrupt)
	mustRefuse(t, w, wrapped, nil, hsm.ErrCorrupt)
}

func altered(t *testing.T, w hsm.Wrapper) {
	wrapped := wrap(t, w, secret, aad)
	for i := range wrapped.Blob {
		bad := wrapped
		bad.Blob = bytes.Clone(wrapped.Blob)
		bad.Blob[i] ^= 0x01
		mustRefuse(t, w, bad, aad, hsm.ErrCorrupt)
	}
	mustOpen(t, w, wrapped, secret, aad)
}

func truncated(t *testing.T, w hsm.Wrapper) {
	wrapped := wrap(t, w, secret, aad)
	for n := range wrapped.Blob {
		bad := wrapped
		bad.Blob = wrapped.Blob[:n:n]
		mustRefuse(t, w, bad, aad, hsm.ErrCorrupt)
	}
	wrapped.Blob = append(bytes.Clone(wrapped.Blob), 0)
	mustRefuse(t, w, wrapped, aad, hsm.ErrCorrupt)
}

func foreignBlob(t *testing.T, w hsm.Wrapper) {
	wrapped := wrap(t, w, secret, aad)
	if err := w.Random(t.Context(), wrapped.Blob); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, w, wrapped, aad, hsm.ErrCorrupt)
}

func foreignKey(t *testing.T, w hsm.Wrapper) {
	for _, change := range []func(*hsm.KeyRef){
		func(r *hsm.KeyRef) { r.Provider += "x" },
		func(r *hsm.KeyRef) { r.Key += "x" },
		func(r *hsm.KeyRef) { r.Version += "x" },
	} {
		wrapped := wrap(t, w, secret, aad)
		change(&wrapped.Ref)
		mustRefuse(t, w, wrapped, aad, hsm.ErrNoKey)
	}
}

func foreignAlgorithm(t *testing.T, w hsm.Wrapper) {
	wrapped := wrap(t, w, secret, aad)
	wrapped.Algorithm = "AES-128-GCM"
	mustRefuse(t, w, wrapped, aad, hsm.ErrCorrupt)
}

func worksAfterRefusal(t *testing.T, w hsm.Wrapper) {
	wrapped := wrap(t, w, secret, aad)
	for range 32 { // more than a session pool holds: a session that a refusal left dirty would come round
		mustRefuse(t, w, wrapped, nil, hsm.ErrCorrupt)
		mustOpen(t, w, wrapped, secret, aad)
	}
}

func probe(t *testing.T, w hsm.Wrapper) {
	if err := w.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func cancelled(t *testing.T, w hsm.Wrapper) {
	wrapped := wrap(t, w, secret, aad)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range everyCall(ctx, w, wrapped) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want %v", name, err, context.Canceled)
		}
	}
	mustOpen(t, w, wrapped, secret, aad)
}

func closed(t *testing.T, w hsm.Wrapper) {
	wrapped := wrap(t, w, secret, aad)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range everyCall(t.Context(), w, wrapped) {
		if !errors.Is(err, hsm.ErrClosed) {
			t.Errorf("%s: got %v, want %v", name, err, hsm.ErrClosed)
		}
	}
	if w.Ref() != wrapped.Ref {
		t.Error("the reference is lost with Close")
	}
}

func closedTwice(t *testing.T, w hsm.Wrapper) {
	for range 2 {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// everyCall makes each call that takes a context and returns the errors by name.
func everyCall(ctx context.Context, w hsm.Wrapper, wrapped hsm.Wrapped) map[string]error {
	_, errWrap := w.Wrap(ctx, secret, aad)
	_, errUnwrap := w.Unwrap(ctx, wrapped, aad)
	return map[string]error{
		"wrap":   errWrap,
		"unwrap": errUnwrap,
		"random": w.Random(ctx, make([]byte, 32)),
		"probe":  w.Probe(ctx),
	}
}
