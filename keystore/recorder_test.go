package keystore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/audit"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/keystore"
)

func TestEveryUseOfTheMasterKeyAndEveryChangeOfStateIsRecorded(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	w.active(m, "acme", keystore.PurposeData)
	wantLines(t, w.log.take(),
		"master.wrap kek ok",
		"key.create kek attempt", "key.create data attempt",
		"key.create kek ok", "key.create data ok",
		"master.unwrap kek ok",
	)
	w.active(m, "acme", keystore.PurposeData)
	wantLines(t, w.log.take()) // the cache served: no use of the master key
	if _, err := m.Rotate(t.Context(), "acme", keystore.PurposeData, "yearly"); err != nil {
		t.Fatal(err)
	}
	wantLines(t, w.log.take(), "key.rotate data attempt", "key.state data attempt", "key.rotate data ok", "key.state data ok")
	if _, err := m.Rotate(t.Context(), "acme", keystore.PurposeKEK, "yearly"); err != nil {
		t.Fatal(err)
	}
	wantLines(t, w.log.take(), "master.wrap kek ok", "key.rotate kek attempt", "key.state kek attempt", "key.rotate kek ok", "key.state kek ok")
}

func TestAnEventSaysWhoDidWhatToWhichKeyAndWhy(t *testing.T) {
	w := newWorld(t)
	m := w.manager(func(c *keystore.ManagerConfig) { c.Actor = "cli:alice" })
	old := w.active(m, "acme", keystore.PurposeData).Record
	fresh, err := m.Rotate(t.Context(), "acme", keystore.PurposeData, "a laptop was lost")
	if err != nil {
		t.Fatal(err)
	}
	last := w.log.events[len(w.log.events)-2:]
	for i, want := range []audit.Event{
		{Action: "key.rotate", KeyID: keystore.FormatID(fresh.ID), Version: 2, State: "active"},
		{Action: "key.state", KeyID: keystore.FormatID(old.ID), Version: 1, State: "deactivated"},
	} {
		want.Actor, want.Tenant, want.Purpose, want.Reason, want.Outcome = "cli:alice", "acme", "data", "a laptop was lost", "ok"
		if last[i] != want {
			t.Errorf("%+v, want %+v", last[i], want)
		}
	}
	if ref := w.master.Ref(); w.log.events[0].Master != ref.Provider+":"+ref.Key+":"+ref.Version {
		t.Errorf("master %q", w.log.events[0].Master)
	}
}

func TestAnActThatCannotBeRecordedIsRefused(t *testing.T) {
	// The number is that of the records which the two other acts below still make: creating makes 2, rotating 1.
	for action, stillMade := range map[string]int{
		keystore.ActionMasterWrap: 0, keystore.ActionMasterUnwrap: 3, keystore.ActionCreate: 1, keystore.ActionRotate: 2, keystore.ActionState: 2,
	} {
		t.Run(action, func(t *testing.T) {
			w := newWorld(t)
			m := w.manager()
			w.active(m, "old", keystore.PurposeData)
			m.Purge()
			w.log.refuse = func(e audit.Event) bool { return e.Action == action }
			before := w.count()
			_, openErr := m.Active(t.Context(), "old", keystore.PurposeData)
			_, createErr := m.Active(t.Context(), "new", keystore.PurposeData)
			_, rotateErr := m.Rotate(t.Context(), "old", keystore.PurposeKEK, "yearly")
			err := errors.Join(openErr, createErr, rotateErr)
			wantError(t, err, keystore.ErrUnrecorded, action)
			wantError(t, err, errFull)
			if action == keystore.ActionMasterUnwrap {
				wantError(t, openErr, errFull)
				if m.KEKsInMemory() != 0 {
					t.Error("a KEK whose unwrapping is not on record was kept")
				}
			}
			if made := w.count() - before; made != stillMade {
				t.Errorf("%d records were written, want %d", made, stillMade)
			}
		})
	}
}

func TestAChangeThatFailsIsRecordedAsThat(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	w.active(m, "acme", keystore.PurposeData)
	w.log.take()
	w.store.once(func() error { return fmt.Errorf("commit: %w", keystore.ErrLocked) })
	_, err := m.Rotate(t.Context(), "acme", keystore.PurposeData, "yearly")
	wantError(t, err, keystore.ErrLocked)
	wantLines(t, w.log.take(), "key.rotate data attempt", "key.state data attempt", "key.rotate data locked", "key.state data locked")
}

func TestAFailedUseOfTheMasterKeyIsRecordedAsThat(t *testing.T) {
	w := newWorld(t)
	id := w.active(w.manager(), "acme", keystore.PurposeData).Record.ID
	for class, word := range map[error]string{hsm.ErrUnavailable: "unavailable", hsm.ErrAuth: "refused", hsm.ErrCorrupt: "corrupt", errFull: "error"} {
		w.log.take()
		w.master.fail.Store(&class)
		_, err := w.manager().ByID(t.Context(), id)
		wantError(t, err, class)
		wantLines(t, w.log.take(), "master.unwrap kek "+word)
	}
}

func TestNoErrorAndNoEventShowsAKey(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	u := w.active(m, "acme", keystore.PurposeData)
	w.setState(u.Record, keystore.Suspended)
	_, err := m.ByID(t.Context(), u.Record.ID)
	text := fmt.Sprintf("%v %+v", err, w.log.events)
	for _, secret := range []string{string(u.Secret), fmt.Sprintf("%x", u.Secret), fmt.Sprint(u.Secret), fmt.Sprintf("%x", u.Record.Wrapped)} {
		if strings.Contains(text, secret) {
			t.Error("an error or an event shows key bytes")
		}
	}
}
