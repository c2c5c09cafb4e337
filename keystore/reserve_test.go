package keystore_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/keyaside/keyaside/keystore"
)

func TestReserveGrantsBlocksUntilTheKeyIsExhausted(t *testing.T) {
	w := newWorld(t)
	m := w.manager(func(c *keystore.ManagerConfig) { c.MessageLimit = 250 })
	old := w.active(m, "acme", keystore.PurposeData).Record
	for _, want := range []uint64{100, 100, 50} {
		if got, err := m.Reserve(t.Context(), old.ID, 100); err != nil || got != want {
			t.Errorf("granted %d, want %d, %v", got, want, err)
		}
	}
	_, err := m.Reserve(t.Context(), old.ID, 1)
	wantError(t, err, keystore.ErrExhausted, `"acme"`, keystore.FormatID(old.ID))
	fresh, err := m.Renew(t.Context(), old.ID, "exhausted")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.Reserve(t.Context(), fresh.ID, 100); err != nil || got != 100 {
		t.Errorf("granted %d, %v", got, err)
	}
	_, err = m.Reserve(t.Context(), old.ID, 1)
	wantError(t, err, keystore.ErrUnusable)
}

func TestReserveNeverWrapsAround(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	id := w.active(m, "acme", keystore.PurposeData).Record.ID
	if got, err := m.Reserve(t.Context(), id, 1<<64-1); err != nil || got != keystore.DefaultMessageLimit {
		t.Errorf("granted %d, %v", got, err)
	}
	_, err := m.Reserve(t.Context(), id, 1<<64-1)
	wantError(t, err, keystore.ErrExhausted)
}

func TestAFleetReservesNoMessageTwice(t *testing.T) {
	w := newWorld(t)
	const limit = 95
	tweak := func(c *keystore.ManagerConfig) { c.MessageLimit = limit }
	id := w.active(w.manager(tweak), "acme", keystore.PurposeData).Record.ID
	var wg sync.WaitGroup
	var sum atomic.Uint64
	for range 4 {
		m := w.manager(tweak)
		wg.Go(func() {
			for range 3 {
				n, err := m.Reserve(t.Context(), id, 10)
				if err != nil && !errors.Is(err, keystore.ErrExhausted) {
					t.Error(err)
				}
				sum.Add(n)
			}
		})
	}
	wg.Wait()
	if sum.Load() != limit || w.get(id).Reserved != limit {
		t.Errorf("granted %d, reserved %d, limit %d", sum.Load(), w.get(id).Reserved, limit)
	}
}

func TestReserveRefusesKeysThatSealNothing(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	dek := w.active(m, "acme", keystore.PurposeData).Record
	_, err := m.Reserve(t.Context(), dek.Parent, 10)
	wantError(t, err, keystore.ErrNotFound)
	_, err = m.Reserve(t.Context(), 4711, 10)
	wantError(t, err, keystore.ErrNotFound)
	_, err = m.Reserve(t.Context(), dek.ID, 0)
	wantError(t, err, keystore.ErrInvalid)
	w.setState(dek, keystore.Suspended)
	_, err = m.Reserve(t.Context(), dek.ID, 10)
	wantError(t, err, keystore.ErrUnusable)
}
