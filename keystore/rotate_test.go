package keystore_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/keyaside/keyaside/keystore"
)

func TestAfterRotationTheNewVersionSealsAndTheOldOneOpens(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	old := w.active(m, "acme", keystore.PurposeData)
	fresh, err := m.Rotate(t.Context(), "acme", keystore.PurposeData, "yearly")
	if err != nil || fresh.Version != 2 || fresh.State != keystore.Active || fresh.ID == old.Record.ID {
		t.Fatalf("%+v, %v", fresh, err)
	}
	now := w.active(m, "acme", keystore.PurposeData)
	if now.Record.ID != fresh.ID || bytes.Equal(now.Secret, old.Secret) {
		t.Error("the new version is not the active one")
	}
	still, err := m.ByID(t.Context(), old.Record.ID)
	if err != nil || !bytes.Equal(still.Secret, old.Secret) {
		t.Fatal(err)
	}
	if r := still.Record; r.State != keystore.Deactivated || r.Retired.IsZero() {
		t.Errorf("%+v", r)
	}
}

func TestAfterRotationOfTheKEKItsOldKeysStillOpen(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	old := w.active(m, "acme", keystore.PurposeData).Record
	kek, err := m.Rotate(t.Context(), "acme", keystore.PurposeKEK, "yearly")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.manager().ByID(t.Context(), old.ID); err != nil {
		t.Error(err)
	}
	fresh, err := m.Rotate(t.Context(), "acme", keystore.PurposeData, "yearly")
	if err != nil || fresh.Parent != kek.ID || old.Parent == kek.ID {
		t.Errorf("parent %x, %v", fresh.Parent, err)
	}
}

func TestAnIndexKeyIsNotRotatedLikeADataKey(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	w.active(m, "acme", keystore.PurposeIndex)
	_, err := m.Rotate(t.Context(), "acme", keystore.PurposeIndex, "yearly")
	wantError(t, err, keystore.ErrIndexRotation)
}

func TestRotatingWhatDoesNotExistIsAnError(t *testing.T) {
	w := newWorld(t)
	_, err := w.manager().Rotate(t.Context(), "nobody", keystore.PurposeData, "yearly")
	wantError(t, err, keystore.ErrNotFound, `"nobody"`)
	_, err = w.manager().Renew(t.Context(), 4711, "exhausted")
	wantError(t, err, keystore.ErrNotFound)
}

func TestAKeyOutOfUseIsReplacedByExplicitRotationUnlessSuspended(t *testing.T) {
	for _, c := range []struct {
		path []keystore.State
		want error
	}{
		{[]keystore.State{keystore.Suspended}, keystore.ErrUnusable},
		{[]keystore.State{keystore.Deactivated}, nil},
		{[]keystore.State{keystore.Compromised}, nil},
		{[]keystore.State{keystore.Deactivated, keystore.Destroyed}, nil},
	} {
		w := newWorld(t)
		m := w.manager()
		old := w.setState(w.active(m, "acme", keystore.PurposeData).Record, c.path...)
		fresh, err := m.Rotate(t.Context(), "acme", keystore.PurposeData, "replace it")
		wantError(t, err, c.want)
		if c.want == nil && (fresh.Version != 2 || w.get(old.ID).State != old.State) {
			t.Errorf("after %s: version %d, old key %s", old.State, fresh.Version, w.get(old.ID).State)
		}
	}
}

func TestAFleetThatRotatesAtOnceRotatesOnce(t *testing.T) {
	w := newWorld(t)
	old := w.active(w.manager(), "acme", keystore.PurposeData).Record
	var wg sync.WaitGroup
	for range 6 {
		m := w.manager()
		wg.Go(func() {
			r, err := m.Renew(t.Context(), old.ID, "exhausted")
			if err != nil || r.Version != 2 {
				t.Errorf("version %d, %v", r.Version, err)
			}
		})
	}
	wg.Wait()
	// And whoever comes late, with a key that is long replaced, rotates nothing.
	if r, err := w.manager().Renew(t.Context(), old.ID, "exhausted"); err != nil || r.Version != 2 {
		t.Errorf("version %d, %v", r.Version, err)
	}
}

func TestARotationThatLosesToAnotherReturnsTheOthersKey(t *testing.T) {
	w := newWorld(t)
	slow, fast := w.manager(), w.manager()
	w.active(slow, "acme", keystore.PurposeData)
	var winner keystore.Record
	w.store.once(func() (err error) {
		winner, err = fast.Rotate(t.Context(), "acme", keystore.PurposeData, "fast")
		return err
	})
	got, err := slow.Rotate(t.Context(), "acme", keystore.PurposeData, "slow")
	if err != nil || got.ID != winner.ID || got.Version != 2 {
		t.Errorf("version %d, %v", got.Version, err)
	}
}

func TestARotationThatLosesToACountIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	m, other := w.manager(), w.manager()
	old := w.active(m, "acme", keystore.PurposeData).Record
	w.store.once(func() error {
		_, err := other.Reserve(t.Context(), old.ID, 100)
		return err
	})
	got, err := m.Rotate(t.Context(), "acme", keystore.PurposeData, "yearly")
	if err != nil || got.Version != 2 || w.get(old.ID).Reserved != 100 {
		t.Errorf("version %d, %v, %d reserved", got.Version, err, w.get(old.ID).Reserved)
	}
}

func TestARotationThatCannotBeWrittenChangesNothing(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	old := w.active(m, "acme", keystore.PurposeData).Record
	w.store.once(func() error { return keystore.ErrLocked })
	_, err := m.Rotate(t.Context(), "acme", keystore.PurposeData, "yearly")
	wantError(t, err, keystore.ErrLocked)
	if got := w.active(m, "acme", keystore.PurposeData).Record; got.ID != old.ID || w.count() != 2 {
		t.Error("something changed")
	}
}
