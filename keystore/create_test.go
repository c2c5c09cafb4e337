package keystore_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"sync"
	"testing"

	"github.com/keyaside/keyaside/keystore"
)

func TestCreateMakesAllKeysOfATenantInOneCommit(t *testing.T) {
	w := newWorld(t)
	m := w.manager(noCreate)
	made, err := m.Create(t.Context(), "acme", "new customer")
	if err != nil || len(made) != 3 || w.store.commits.Load() != 1 {
		t.Fatalf("%d records in %d commits, %v", len(made), w.store.commits.Load(), err)
	}
	w.active(m, "acme", keystore.PurposeData)
	w.active(m, "acme", keystore.PurposeIndex)
	_, err = m.Create(t.Context(), "acme", "again")
	wantError(t, err, keystore.ErrExists, `"acme"`)
}

func TestCreateAddsWhatIsMissingOnly(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	w.active(m, "acme", keystore.PurposeData)
	made, err := m.Create(t.Context(), "acme", "search was switched on")
	if err != nil || len(made) != 1 || made[0].Purpose != keystore.PurposeIndex {
		t.Errorf("%+v, %v", made, err)
	}
}

func TestAnExplicitActWantsAReason(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	for _, reason := range []string{"", "a\nb", "\xff", string(bytes.Repeat([]byte("x"), 513))} {
		_, err := m.Create(t.Context(), "acme", reason)
		wantError(t, err, keystore.ErrInvalid, "reason")
		_, err = m.Rotate(t.Context(), "acme", keystore.PurposeData, reason)
		wantError(t, err, keystore.ErrInvalid, "reason")
	}
}

func TestOfManyProcessesThatCreateATenantsKeyOneWins(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	ids := make([]uint64, 12)
	for i := range ids {
		m := w.manager()
		purpose := []keystore.Purpose{keystore.PurposeData, keystore.PurposeIndex}[i%2]
		wg.Go(func() {
			u, err := m.Active(t.Context(), "acme", purpose)
			if err != nil {
				t.Error(err)
			}
			ids[i] = u.Record.ID
		})
	}
	wg.Wait()
	for i := range ids[2:] {
		if ids[i] != ids[i+2] || ids[i] == 0 {
			t.Fatalf("different keys: %x", ids)
		}
	}
	if w.count() != 3 {
		t.Errorf("%d records", w.count())
	}
}

func TestManyCallersInOneProcessCreateOnce(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := m.Active(t.Context(), "acme", keystore.PurposeData); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.master.wraps.Load(); n > 2 { // 2: a caller that looked before the commit and flew after it
		t.Errorf("%d KEKs were wrapped", n)
	}
}

func TestAKeyIDIsNeverZeroAndNeverOneInUse(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	used := w.active(m, "a", keystore.PurposeData).Record
	draws := []uint64{0, used.ID, used.Parent, 21, 21, 0, 22, 23}
	var b []byte
	for _, id := range draws {
		b = binary.BigEndian.AppendUint64(b, id)
	}
	m.SetIDs(bytes.NewReader(b))
	got := w.active(m, "b", keystore.PurposeData).Record
	// KEK and DEK both drew 21, which no look at the store shows: all is drawn again.
	if got.Parent != 22 || got.ID != 23 {
		t.Errorf("KEK %d, DEK %d", got.Parent, got.ID)
	}
}

func TestABrokenSourceOfIDsIsAnError(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	m.SetIDs(bytes.NewReader(make([]byte, 8*100)))
	_, err := m.Active(t.Context(), "acme", keystore.PurposeData)
	if err == nil || errors.Is(err, keystore.ErrNotFound) || w.count() != 0 {
		t.Errorf("error %v", err)
	}
}

// A KEK that is destroyed between the moment a new DEK was wrapped under it and the commit would leave a DEK that seals
// values and can never be opened again.
func TestNoKeyIsCommittedUnderAKEKThatWasDestroyedMeanwhile(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	dek := w.active(m, "acme", keystore.PurposeData).Record
	w.store.once(func() error {
		w.setState(w.get(dek.Parent), keystore.Deactivated, keystore.Destroyed)
		return nil
	})
	_, err := m.Active(t.Context(), "acme", keystore.PurposeIndex)
	wantError(t, err, keystore.ErrUnusable)
	if w.count() != 2 {
		t.Errorf("%d records", w.count())
	}
}
