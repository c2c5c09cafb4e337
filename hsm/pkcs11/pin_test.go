//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/hsm"
)

func TestAWrongPINIsRefusedAndSentOnlyOnce(t *testing.T) {
	cfg, token := provisioned(t)
	wrong, asked := "00000000", 0
	cfg.PIN = func(context.Context) ([]byte, error) { asked++; return []byte(wrong), nil }
	mustFailOpen(t, cfg, hsm.ErrAuth, token.Label, "CKR_PIN_INCORRECT")
	for range 5 { // SoftHSM has no lock; what stops us must be ourselves
		mustFailOpen(t, cfg, hsm.ErrAuth, "is not sent again")
	}
	if asked != 6 {
		t.Errorf("the source of the PIN was asked %d times", asked)
	}
	wrong = token.PIN
	mustOpen(t, cfg) // the right one still works
}

func TestAnErrorNeverShowsThePIN(t *testing.T) {
	cfg, _ := provisioned(t)
	const wrong = "79236164"
	cfg.PIN = pin(wrong)
	for range 2 {
		if _, err := Open(t.Context(), cfg); err == nil || strings.Contains(err.Error(), wrong) {
			t.Fatalf("got %v", err)
		}
	}
}

func TestAWrongPINIsRefusedWhileTheTokenIsInUse(t *testing.T) {
	cfg, _ := provisioned(t)
	m := mustOpen(t, cfg)
	cfg.PIN = pin("00000000") // the module would accept it, since the process is logged in
	mustFailOpen(t, cfg, hsm.ErrAuth, "is in use")
	mustUnwrap(t, m, wrapOne(t, m))
}

func TestAnEmptyPINIsNotSent(t *testing.T) {
	cfg, _ := provisioned(t)
	cfg.PIN = pin("")
	mustFailOpen(t, cfg, hsm.ErrAuth, "PIN is empty")
}

func TestAnUnreadablePINIsReportedWithItsCause(t *testing.T) {
	cfg, _ := provisioned(t)
	cause := errors.New("pin file: no such file")
	cfg.PIN = func(context.Context) ([]byte, error) { return nil, cause }
	mustFailOpen(t, cfg, cause)
	mustFailOpen(t, cfg, hsm.ErrUnavailable)
}

func TestThePINIsClearedAfterUse(t *testing.T) {
	cfg, token := provisioned(t)
	given := []byte(token.PIN)
	cfg.PIN = func(context.Context) ([]byte, error) { return given, nil }
	mustOpen(t, cfg)
	if strings.Trim(string(given), "\x00") != "" {
		t.Fatal("the PIN is still in the slice")
	}
}
