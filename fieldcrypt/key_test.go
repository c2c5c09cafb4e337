package fieldcrypt

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// testSecret is a data key that no test compares by accident with zeros.
func testSecret() []byte {
	secret := make([]byte, 32)
	for i := range secret {
		secret[i] = byte(0xA0 + i)
	}
	return secret
}

func mustField(t testing.TB, id string, index int) *Field {
	t.Helper()
	f, err := NewField(id, index)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustKey(t testing.TB, id KeyID, tenant string, grant uint64) *Key {
	t.Helper()
	k, err := NewKey(id, tenant, testSecret())
	if err != nil {
		t.Fatal(err)
	}
	k.Grant(grant)
	return k
}

func mustSeal(t testing.TB, k *Key, f *Field, plaintext []byte) []byte {
	t.Helper()
	envelope, err := k.Seal(nil, f, plaintext)
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

func TestNewKeyRefusesWhatCannotBeAKey(t *testing.T) {
	for _, c := range []struct {
		name, tenant string
		id           KeyID
		secret       []byte
	}{
		{"id 0", "acme", 0, testSecret()},
		{"no tenant", "", 1, testSecret()},
		{"tenant too long for its length", strings.Repeat("t", 1<<16), 1, testSecret()},
		{"no secret", "acme", 1, nil},
		{"AES-128 secret", "acme", 1, testSecret()[:16]},
		{"secret too long", "acme", 1, append(testSecret(), 0)},
	} {
		if k, err := NewKey(c.id, c.tenant, c.secret); err == nil || k != nil {
			t.Errorf("%s: got a key, error %v", c.name, err)
		}
	}
}

func TestNewKeyCopiesTheSecret(t *testing.T) {
	secret := testSecret()
	k, err := NewKey(7, "acme", secret)
	if err != nil {
		t.Fatal(err)
	}
	clear(secret) // as a caller does, before any field key was derived
	k.Grant(1)
	f := mustField(t, "email", 0)
	envelope := mustSeal(t, k, f, []byte("x"))
	if _, err := mustKey(t, 7, "acme", 0).Open(nil, f, envelope); err != nil {
		t.Errorf("a key of the same secret does not open: %v", err)
	}
}

func TestNewFieldRefusesBadIDsAndIndexes(t *testing.T) {
	for _, id := range []string{"", "Email", "e mail", "é", "a/b", "a\x00", strings.Repeat("a", 256)} {
		if _, err := NewField(id, 0); err == nil {
			t.Errorf("id %q was taken", id)
		}
	}
	for _, index := range []int{-1, maxFieldIndex + 1} {
		if _, err := NewField("email", index); err == nil {
			t.Errorf("index %d was taken", index)
		}
	}
	for _, id := range []string{"a", "customer_email-2.v1", strings.Repeat("z", 255)} {
		f, err := NewField(id, maxFieldIndex)
		if err != nil || f.ID() != id || f.Index() != maxFieldIndex {
			t.Errorf("field %q: %v", id, err)
		}
	}
}

func TestTwoFieldsWithOneIndexAreRefused(t *testing.T) {
	k := mustKey(t, 7, "acme", 10)
	mustSeal(t, k, mustField(t, "email", 3), []byte("x"))
	if _, err := k.Seal(nil, mustField(t, "phone", 3), []byte("x")); err == nil {
		t.Error("a second field took over the derived key of the first")
	}
	mustSeal(t, k, mustField(t, "email", 3), []byte("x")) // an equal field is the same field
}

func TestSealStopsAtTheBudget(t *testing.T) {
	k, f := mustKey(t, 7, "acme", 0), mustField(t, "email", 0)
	dst := []byte("kept")
	for _, granted := range []int{0, 1, 3} {
		k.Grant(uint64(granted))
		for range granted {
			mustSeal(t, k, f, nil)
		}
		out, err := k.Seal(dst, f, []byte("x"))
		if !errors.Is(err, ErrBudget) || !bytes.Equal(out, dst) {
			t.Errorf("message %d of %d: %q, %v", granted+1, granted, out, err)
		}
	}
	if k.Budget() != 0 {
		t.Errorf("budget is %d after refusals", k.Budget())
	}
}

func TestGrantIsCappedAtTheLimitOfRandomNonces(t *testing.T) {
	k := mustKey(t, 7, "acme", 1<<64-1)
	if k.Budget() != 1<<32 {
		t.Errorf("budget is %d", k.Budget())
	}
}

func TestConcurrentSealsSpendTheBudgetExactly(t *testing.T) {
	const workers, each, budget = 8, 500, 2500
	k := mustKey(t, 7, "acme", budget)
	fields := []*Field{mustField(t, "email", 0), mustField(t, "phone", 5), mustField(t, "note", 2)}
	var sealed atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				f := fields[(w+i)%len(fields)]
				switch envelope, err := k.Seal(nil, f, []byte("x")); {
				case err == nil:
					sealed.Add(1)
					if _, err := k.Open(nil, f, envelope); err != nil {
						t.Error(err)
					}
				case !errors.Is(err, ErrBudget):
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if sealed.Load() != budget || k.Budget() != 0 {
		t.Errorf("sealed %d of %d, %d left", sealed.Load(), budget, k.Budget())
	}
}

func TestMovingTheBudgetToAnotherCopyKeepsTheCount(t *testing.T) {
	const budget = 2000
	from, to := mustKey(t, 7, "acme", budget), mustKey(t, 7, "acme", 0)
	f := mustField(t, "email", 0)
	var sealed int
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range budget {
			if _, err := from.Seal(nil, f, nil); err == nil {
				sealed++
			}
		}
	}()
	for range 100 {
		to.Grant(from.TakeBudget())
		from.Grant(to.TakeBudget())
	}
	<-done
	if total := sealed + int(from.Budget()+to.Budget()); total != budget {
		t.Errorf("%d messages out of %d", total, budget)
	}
}
