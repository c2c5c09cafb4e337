//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyaside/keyaside/hsm"
)

// Each of these codes says that session, token or module is gone; SoftHSM gives few of them by itself.
var lostCodes = []string{
	"0x5",   // CKR_GENERAL_ERROR
	"0x30",  // CKR_DEVICE_ERROR
	"0x32",  // CKR_DEVICE_REMOVED
	"0x82",  // CKR_OBJECT_HANDLE_INVALID
	"0x90",  // CKR_OPERATION_ACTIVE
	"0xB3",  // CKR_SESSION_HANDLE_INVALID
	"0xE0",  // CKR_TOKEN_NOT_PRESENT
	"0x101", // CKR_USER_NOT_LOGGED_IN
	"0x190", // CKR_CRYPTOKI_NOT_INITIALIZED
	"0x80000001",
}

func TestAFaultIsUnavailableAndNeverCorruptAndPasses(t *testing.T) {
	cfg, module := faulty(t)
	for _, code := range lostCodes {
		t.Run(code, func(t *testing.T) {
			m := mustOpen(t, cfg)
			w := wrapOne(t, m)
			module.set("C_DecryptInit=" + code)
			_, err := m.Unwrap(t.Context(), w, []byte("aad"))
			if !errors.Is(err, hsm.ErrUnavailable) || errors.Is(err, hsm.ErrCorrupt) {
				t.Errorf("unwrap: got %v, want %v", err, hsm.ErrUnavailable)
			}
			if err := m.Probe(t.Context()); !errors.Is(err, hsm.ErrUnavailable) {
				t.Errorf("probe: got %v, want %v", err, hsm.ErrUnavailable)
			}
			module.set()
			eventually(t, func() error { return m.Probe(t.Context()) })
			mustUnwrap(t, m, w)
		})
	}
}

func TestAFaultInSealingIsAnErrorAndNoPanic(t *testing.T) {
	cfg, module := faulty(t)
	m := mustOpen(t, cfg)
	for _, call := range []string{"C_EncryptInit", "C_Encrypt", "C_GenerateRandom"} {
		module.set(call + "=0x30")
		if _, err := m.Wrap(t.Context(), []byte("secret"), nil); !errors.Is(err, hsm.ErrUnavailable) {
			t.Errorf("%s: got %v, want %v", call, err, hsm.ErrUnavailable)
		}
		module.set()
		eventually(t, func() error { return m.Probe(t.Context()) })
		wrapOne(t, m)
	}
}

func TestASessionThatAFaultLeftDirtyIsReplacedUnnoticed(t *testing.T) {
	cfg, module := faulty(t)
	cfg.MaxSessions = 2 // the dirty session is the next one
	m := mustOpen(t, cfg)
	w := wrapOne(t, m)
	c := m.cur.Load()
	module.set("C_Decrypt=0x30")
	if _, err := c.token.open(w.Blob[:hsm.GCMIVSize], w.Blob[hsm.GCMIVSize:], []byte("aad")); err == nil {
		t.Fatal("the fault did not happen")
	}
	module.set()
	mustUnwrap(t, m, w)
	if m.cur.Load() == c {
		t.Fatal("the connection was not replaced, so the test shows nothing")
	}
}

func TestAModuleThatHangsDoesNotHangTheCaller(t *testing.T) {
	cfg, module := faulty(t)
	cfg.MaxSessions, cfg.PoolWait = 3, 20*time.Millisecond
	m := mustOpen(t, cfg)
	w := wrapOne(t, m)
	before := runtime.NumGoroutine()
	module.set("C_DecryptInit=hang")
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			start := time.Now()
			if _, err := m.Unwrap(ctx, w, []byte("aad")); !errors.Is(err, hsm.ErrUnavailable) {
				t.Errorf("got %v, want %v", err, hsm.ErrUnavailable)
			}
			if d := time.Since(start); d > 3*time.Second {
				t.Errorf("the call took %v", d)
			}
		})
	}
	group.Wait()
	eventually(t, func() error { // the callers' own goroutines need a moment to end
		if n := runtime.NumGoroutine() - before; n > 2 {
			return fmt.Errorf("%d goroutines hang, more than there are sessions", n)
		}
		return nil
	})
	module.set()
	eventually(t, func() error { return m.Probe(t.Context()) })
	mustUnwrap(t, m, w)
}

func TestWithoutADeadlineTheTimeoutEndsTheCall(t *testing.T) {
	cfg, module := faulty(t)
	cfg.Timeout = 200 * time.Millisecond
	m := mustOpen(t, cfg)
	module.set("C_GenerateRandom=hang")
	defer module.set()
	err := m.Random(context.Background(), make([]byte, 8))
	if !errors.Is(err, hsm.ErrUnavailable) || !strings.Contains(err.Error(), "does not answer") {
		t.Fatalf("got %v", err)
	}
}

func TestAModuleThatHangsAtTheStartEndsOpenInTime(t *testing.T) {
	cfg, module := faulty(t)
	cfg.Timeout = 200 * time.Millisecond
	module.set("C_Initialize=hang")
	mustFailOpen(t, cfg, hsm.ErrUnavailable, "does not answer")
	mustFailOpen(t, cfg, hsm.ErrUnavailable, "does not answer") // the first attempt still has the turn
	module.set()
	eventually(t, func() error {
		m, err := Open(t.Context(), cfg)
		if err == nil {
			err = m.Close()
		}
		return err
	})
	eventually(t, func() error { // what was opened after its time was closed again
		if i, f := module.calls("C_Initialize"), module.calls("C_Finalize"); i != f {
			return errors.New("the module is still open")
		}
		return nil
	})
}

func TestCloseReturnsWhileTheModuleHangs(t *testing.T) {
	cfg, module := faulty(t)
	cfg.Timeout = 100 * time.Millisecond
	m, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	module.set("C_Finalize=hang")
	if err := m.Close(); !errors.Is(err, hsm.ErrUnavailable) {
		t.Fatalf("got %v, want %v", err, hsm.ErrUnavailable)
	}
	if err := m.Probe(t.Context()); !errors.Is(err, hsm.ErrClosed) {
		t.Fatalf("got %v, want %v", err, hsm.ErrClosed)
	}
	module.set()
	eventually(t, func() error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return m.lib.inTurn(ctx, func() error { return nil })
	})
}

func TestAPINThatIsRefusedDuringARecoveryIsSentOnce(t *testing.T) {
	cfg, module := faulty(t)
	m := mustOpen(t, cfg)
	module.set("C_Login=0xA0", "C_DecryptInit=0x30")
	before := module.calls("C_Login")
	for range 6 {
		if err := m.Probe(t.Context()); !errors.Is(err, hsm.ErrAuth) {
			t.Errorf("got %v, want %v", err, hsm.ErrAuth)
		}
		time.Sleep(firstPause)
	}
	if n := module.calls("C_Login") - before; n != 1 {
		t.Fatalf("the PIN was sent %d times", n)
	}
}

func TestAWrongPINReachesTheTokenOnce(t *testing.T) {
	cfg, module := faulty(t)
	cfg.PIN = pin("00000000")
	for range 4 {
		mustFailOpen(t, cfg, hsm.ErrAuth)
	}
	if n := module.calls("C_Login"); n != 1 {
		t.Fatalf("the PIN was sent %d times", n)
	}
}

func TestATokenInTroubleIsNotHammered(t *testing.T) {
	cfg, module := faulty(t)
	m := mustOpen(t, cfg)
	module.set("C_DecryptInit=0x30")
	before := module.calls("C_Initialize")
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		if err := m.Probe(t.Context()); !errors.Is(err, hsm.ErrUnavailable) {
			t.Fatalf("got %v, want %v", err, hsm.ErrUnavailable)
		}
	}
	// At 0, 0.1, 0.3 and 0.7 s.
	if n := module.calls("C_Initialize") - before; n < 1 || n > 5 {
		t.Fatalf("%d attempts in a second", n)
	}
}

func TestManyCallersRecoverTogether(t *testing.T) {
	cfg, module := faulty(t)
	a, b := mustOpen(t, cfg), mustOpen(t, cfg)
	w := wrapOne(t, a)
	for range 3 {
		module.set("C_DecryptInit=0x82")
		var group sync.WaitGroup
		for g := range 16 {
			group.Go(func() {
				m := []*Master{a, b}[g%2]
				for m.Probe(t.Context()) != nil {
					time.Sleep(10 * time.Millisecond)
				}
			})
		}
		time.Sleep(30 * time.Millisecond)
		module.set()
		group.Wait()
		mustUnwrap(t, a, w)
		mustUnwrap(t, b, w)
	}
}
