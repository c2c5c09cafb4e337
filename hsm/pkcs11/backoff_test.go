package pkcs11

import (
	"errors"
	"testing"
	"time"

	"github.com/keyaside/keyaside/hsm"
)

func TestPausesDoubleToTheLongest(t *testing.T) {
	var b backoff
	now := time.Unix(1_000_000, 0)
	want := firstPause
	for range 12 {
		if err := b.refuse(now); err != nil {
			t.Fatalf("after the pause: %v", err)
		}
		b.strike(now, hsm.ErrNoKey)
		if err := b.refuse(now.Add(want - 1)); !errors.Is(err, hsm.ErrNoKey) {
			t.Fatalf("in the pause of %v: got %v", want, err)
		}
		now = now.Add(want)
		want = min(2*want, longestPause)
	}
}

func TestAfterAQuietMinuteRecoveryStartsAtOnceAgain(t *testing.T) {
	var b backoff
	now := time.Unix(1_000_000, 0)
	for range 10 {
		b.strike(now, nil)
	}
	if err := b.refuse(now.Add(longestPause - 1)); !errors.Is(err, hsm.ErrUnavailable) {
		t.Fatalf("a connection that is lost again and again: got %v", err)
	}
	now = now.Add(longestPause + quiet + 1)
	b.strike(now, nil)
	if err := b.refuse(now.Add(firstPause)); err != nil {
		t.Fatalf("trouble long ago still counts: %v", err)
	}
}
