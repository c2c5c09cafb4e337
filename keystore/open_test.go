package keystore_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/keystore"
)

func TestTheFirstUseCreatesATenantsKeyAndLaterUsesGetTheSame(t *testing.T) {
	w := newWorld(t)
	first := w.active(w.manager(), "acme", keystore.PurposeData)
	again := w.active(w.manager(), "acme", keystore.PurposeData) // another process
	if first.Record.ID != again.Record.ID || !bytes.Equal(first.Secret, again.Secret) || len(first.Secret) != 32 {
		t.Error("not the same key")
	}
	r := first.Record
	if r.Version != 1 || r.State != keystore.Active || r.Owner != "serve" || r.CryptoDays != 90 || r.Tenant != "acme" {
		t.Errorf("%+v", r)
	}
	if kek := w.get(r.Parent); kek.Purpose != keystore.PurposeKEK || kek.Reserved != 1 || kek.CryptoDays != 0 {
		t.Errorf("%+v", kek)
	}
}

func TestTenantsAndPurposesHaveKeysOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	seen := map[string]bool{}
	for _, tenant := range []string{"a", "b"} {
		for _, purpose := range []keystore.Purpose{keystore.PurposeData, keystore.PurposeIndex} {
			seen[string(w.active(m, tenant, purpose).Secret)] = true
		}
	}
	if len(seen) != 4 || w.count() != 6 {
		t.Errorf("%d keys, %d records", len(seen), w.count())
	}
}

func TestNoKeyIsCreatedWhereThatIsNotAllowed(t *testing.T) {
	w := newWorld(t)
	_, err := w.manager(noCreate).Active(t.Context(), "acme", keystore.PurposeData)
	wantError(t, err, keystore.ErrNotFound, `"acme"`, "keys create")
	if w.count() != 0 || w.master.wraps.Load() != 0 {
		t.Error("something was created")
	}
}

func TestAnImpossibleTenantOrPurposeIsRefusedBeforeAnythingIsDone(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	for _, tenant := range []string{"", "a\nb", "\xff", string(make([]byte, 256))} {
		_, err := m.Active(t.Context(), tenant, keystore.PurposeData)
		wantError(t, err, keystore.ErrInvalid)
	}
	for _, purpose := range []keystore.Purpose{"", "kek", "other"} {
		_, err := m.Active(t.Context(), "acme", purpose)
		wantError(t, err, keystore.ErrInvalid)
	}
	if w.count() != 0 {
		t.Error("something was created")
	}
}

func TestByIDOpensDataKeysOnly(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	want := w.active(m, "acme", keystore.PurposeIndex)
	got, err := m.ByID(t.Context(), want.Record.ID)
	if err != nil || !bytes.Equal(got.Secret, want.Secret) {
		t.Fatal(err)
	}
	for _, id := range []uint64{0, 4711, want.Record.Parent} {
		_, err := m.ByID(t.Context(), id)
		wantError(t, err, keystore.ErrNotFound, keystore.FormatID(id))
	}
}

func TestAKeyWhoseStateForbidsItIsNotOpened(t *testing.T) {
	type S = keystore.State
	for _, c := range []struct {
		path  []S
		opens bool
	}{
		{[]S{keystore.Suspended}, false},
		{[]S{keystore.Suspended, keystore.Active}, true},
		{[]S{keystore.Deactivated}, true},
		{[]S{keystore.Compromised}, false},
		{[]S{keystore.Deactivated, keystore.Destroyed}, false},
	} {
		w := newWorld(t)
		m := w.manager()
		dek := w.active(m, "acme", keystore.PurposeData).Record
		last := w.setState(dek, c.path...)
		_, err := m.ByID(t.Context(), dek.ID)
		if c.opens {
			wantError(t, err, nil)
		} else {
			wantError(t, err, keystore.ErrUnusable, `"acme"`, keystore.FormatID(dek.ID), string(last.State))
		}
		if last.State == keystore.Active {
			continue
		}
		_, err = m.Active(t.Context(), "acme", keystore.PurposeData)
		wantError(t, err, keystore.ErrUnusable, string(last.State))
		if w.count() != 2 {
			t.Error("a key out of use was replaced by its mere use")
		}
	}
}

func TestAKEKTakenOutOfUseStopsItsKeysAtOnceEvenFromTheCache(t *testing.T) {
	for _, path := range [][]keystore.State{{keystore.Suspended}, {keystore.Compromised}, {keystore.Deactivated, keystore.Destroyed}} {
		w := newWorld(t)
		m := w.manager()
		dek := w.active(m, "acme", keystore.PurposeData).Record
		kek := w.setState(w.get(dek.Parent), path...)
		_, err := m.ByID(t.Context(), dek.ID)
		wantError(t, err, keystore.ErrUnusable, keystore.FormatID(kek.ID), string(kek.State))
		if m.KEKsInMemory() != 0 {
			t.Error("the KEK stays in memory")
		}
		_, err = m.Active(t.Context(), "acme", keystore.PurposeIndex)
		wantError(t, err, keystore.ErrUnusable)
	}
}

func TestAKeyMovedToAnotherTenantDoesNotOpen(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	mine := w.active(m, "mine", keystore.PurposeData).Record
	theirs := w.active(m, "theirs", keystore.PurposeData).Record
	mine.Wrapped = theirs.Wrapped
	moved, err := w.store.Commit(t.Context(), mine)
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.ByID(t.Context(), mine.ID)
	wantError(t, err, hsm.ErrCorrupt)
	moved[0].Parent = theirs.Parent
	if _, err = w.store.Commit(t.Context(), moved[0]); err != nil {
		t.Fatal(err)
	}
	_, err = m.ByID(t.Context(), mine.ID)
	wantError(t, err, hsm.ErrCorrupt)
}

func TestAKEKMovedToAnotherTenantDoesNotOpen(t *testing.T) {
	w := newWorld(t)
	m := w.manager()
	mine := w.active(m, "mine", keystore.PurposeData).Record
	theirs := w.active(m, "theirs", keystore.PurposeData).Record
	kek := w.get(mine.Parent)
	kek.Master = w.get(theirs.Parent).Master
	if _, err := w.store.Commit(t.Context(), kek); err != nil {
		t.Fatal(err)
	}
	_, err := w.manager().ByID(t.Context(), mine.ID)
	wantError(t, err, hsm.ErrCorrupt, `"mine"`)
}

func TestTheMasterKeyIsAskedOncePerTenantAndLifetime(t *testing.T) {
	w := newWorld(t)
	m := w.manager(func(c *keystore.ManagerConfig) { c.KEKTTL = time.Minute })
	var ids []uint64
	for _, tenant := range []string{"a", "b"} {
		for _, purpose := range []keystore.Purpose{keystore.PurposeData, keystore.PurposeIndex} {
			ids = append(ids, w.active(m, tenant, purpose).Record.ID)
		}
	}
	use := func(want int32) {
		t.Helper()
		for _, id := range ids {
			if _, err := m.ByID(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.master.unwraps.Load(); n != want {
			t.Errorf("%d unwraps, want %d", n, want)
		}
	}
	use(2)
	w.clock.Add(60)
	use(4)
	m.Purge()
	use(6)
}

func TestKEKsInMemoryAreBoundedAndExpire(t *testing.T) {
	w := newWorld(t)
	m := w.manager(func(c *keystore.ManagerConfig) { c.KEKs, c.KEKTTL = 2, time.Minute })
	for _, tenant := range []string{"a", "b", "c"} {
		w.active(m, tenant, keystore.PurposeData)
	}
	if n := m.KEKsInMemory(); n != 2 {
		t.Errorf("%d in memory", n)
	}
	w.clock.Add(60)
	w.active(m, "d", keystore.PurposeData)
	if n := m.KEKsInMemory(); n != 1 {
		t.Errorf("%d in memory after the others expired", n)
	}
}

func TestManyCallersAtOnceAskTheMasterKeyOnce(t *testing.T) {
	w := newWorld(t)
	id := w.active(w.manager(), "acme", keystore.PurposeData).Record.ID
	m := w.manager()
	w.master.unwraps.Store(0)
	w.master.gate = make(chan struct{})
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := m.ByID(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	close(w.master.gate)
	wg.Wait()
	if n := w.master.unwraps.Load(); n != 1 {
		t.Errorf("%d unwraps", n)
	}
}

func TestACallerThatGivesUpDoesNotFailTheOthers(t *testing.T) {
	w := newWorld(t)
	id := w.active(w.manager(), "acme", keystore.PurposeData).Record.ID
	m := w.manager()
	w.master.gate = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp, got := make(chan error, 1), make(chan error, 1)
	call := func(ctx context.Context, done chan error) {
		_, err := m.ByID(ctx, id)
		done <- err
	}
	go call(ctx, gaveUp)
	time.Sleep(20 * time.Millisecond)
	go call(t.Context(), got)
	time.Sleep(20 * time.Millisecond)
	cancel()
	wantError(t, <-gaveUp, context.Canceled)
	close(w.master.gate)
	wantError(t, <-got, nil)
}

func TestAMasterKeyThatHangsIsAnErrorAfterTheTimeout(t *testing.T) {
	w := newWorld(t)
	id := w.active(w.manager(), "acme", keystore.PurposeData).Record.ID
	w.master.gate = make(chan struct{})
	m := w.manager(func(c *keystore.ManagerConfig) { c.MasterTimeout = 20 * time.Millisecond })
	_, err := m.ByID(t.Context(), id)
	wantError(t, err, context.DeadlineExceeded, `"acme"`)
}

func TestErrorsOfTheMasterKeyReachTheCallerAndAreNotRemembered(t *testing.T) {
	w := newWorld(t)
	id := w.active(w.manager(), "acme", keystore.PurposeData).Record.ID
	m := w.manager()
	for _, class := range []error{hsm.ErrUnavailable, hsm.ErrAuth, hsm.ErrNoKey} {
		w.master.fail.Store(&class)
		_, err := m.ByID(t.Context(), id)
		wantError(t, err, class)
		_, err = m.Active(t.Context(), "new", keystore.PurposeData)
		wantError(t, err, class)
	}
	w.master.fail.Store(nil)
	_, err := m.ByID(t.Context(), id)
	wantError(t, err, nil)
}

func TestAManagerWithoutARequiredPartIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, spoil := range []func(*keystore.ManagerConfig){
		func(c *keystore.ManagerConfig) { c.Store = nil },
		func(c *keystore.ManagerConfig) { c.Wrapper = nil },
		func(c *keystore.ManagerConfig) { c.Recorder = nil },
		func(c *keystore.ManagerConfig) { c.Actor = "" },
		func(c *keystore.ManagerConfig) { c.MessageLimit = 1<<32 + 1 },
		func(c *keystore.ManagerConfig) { c.KEKTTL = -1 },
	} {
		c := keystore.ManagerConfig{Store: w.store, Wrapper: w.master, Recorder: w.log, Actor: "serve"}
		spoil(&c)
		if _, err := keystore.NewManager(c); err == nil {
			t.Errorf("%+v passed", c)
		}
	}
}
