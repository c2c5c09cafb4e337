package pkcs11

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/keyaside/keyaside/hsm"
)

var errIncorrect = errors.New("pkcs11: 0xA0: CKR_PIN_INCORRECT")

func TestARefusedPINIsHeldBackUntilItChangesOrSucceeds(t *testing.T) {
	p := newPINMemory()
	p.note("token", []byte("1111"), errIncorrect)
	for pin, want := range map[string]error{"1111": hsm.ErrAuth, "2222": nil, "": hsm.ErrAuth} {
		if err := p.check("token", []byte(pin), false); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", pin, err, want)
		}
	}
	if err := p.check("other token", []byte("1111"), false); err != nil {
		t.Errorf("on another token: %v", err)
	}
	p.note("token", []byte("2222"), nil)
	if err := p.check("token", []byte("1111"), false); err != nil {
		t.Errorf("after a success the token counts anew: %v", err)
	}
}

func TestAFaultIsNotHeldAgainstThePIN(t *testing.T) {
	p := newPINMemory()
	p.note("token", []byte("1111"), errors.New("pkcs11: 0x30: CKR_DEVICE_ERROR"))
	if err := p.check("token", []byte("1111"), false); err != nil {
		t.Fatal(err)
	}
}

func TestWhileLoggedInOnlyTheSamePINWillDo(t *testing.T) {
	p := newPINMemory()
	p.note("token", []byte("1111"), nil)
	if err := p.check("token", []byte("1111"), true); err != nil {
		t.Error(err)
	}
	if err := p.check("token", []byte("2222"), true); !errors.Is(err, hsm.ErrAuth) {
		t.Errorf("got %v, want %v", err, hsm.ErrAuth)
	}
}

func TestTheMemoryHoldsNoPIN(t *testing.T) {
	p := newPINMemory()
	p.note("token", []byte("PIN-1111"), nil)
	p.note("token", []byte("PIN-2222"), errIncorrect)
	if dump := fmt.Appendf(nil, "%s %s", p.refused, p.accepted); bytes.Contains(dump, []byte("PIN-")) {
		t.Fatal("a PIN is in the memory")
	}
	if newPINMemory().digest([]byte("1111")) == p.digest([]byte("1111")) {
		t.Fatal("two memories have the same key")
	}
}
