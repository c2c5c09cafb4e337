package pkcs11

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/hsm"
)

func TestTheCodeIsFoundHoweverAnErrorWasWrapped(t *testing.T) {
	for text, want := range map[string]uint{
		"pkcs11: 0xA0: CKR_PIN_INCORRECT":                 ckrPINIncorrect,
		"C_Encrypt: pkcs11: 0x5: CKR_GENERAL_ERROR":       ckrGeneralError,
		"failed to log in: pkcs11: 0x80000001: ":          0x80000001,
		"could not find PKCS#11 token":                    0,
		"pkcs11: 0x: ":                                    0,
		"pkcs11: 0xFFFFFFFFFFFFFFFFFF: more than 64 bits": 0,
		"": 0,
	} {
		if got := codeOf(errors.New(text)); got != want {
			t.Errorf("%q: got %#x, want %#x", text, got, want)
		}
	}
}

func TestEachErrorOfOpeningHasItsClass(t *testing.T) {
	classes := []error{hsm.ErrAuth, hsm.ErrUnavailable, hsm.ErrNoKey, hsm.ErrUnsafeKey, hsm.ErrCorrupt}
	for text, want := range map[string]error{
		"pkcs11: 0xA0: CKR_PIN_INCORRECT":             hsm.ErrAuth,
		"pkcs11: 0xA4: CKR_PIN_LOCKED":                hsm.ErrAuth,
		"pkcs11: 0x102: CKR_USER_PIN_NOT_INITIALIZED": hsm.ErrAuth,
		"pkcs11: 0xE0: CKR_TOKEN_NOT_PRESENT":         hsm.ErrUnavailable,
		"could not find PKCS#11 token":                hsm.ErrUnavailable,
		"pkcs11: 0x70: CKR_MECHANISM_INVALID":         nil,
	} {
		err := classify(errors.New(text))
		for _, class := range classes {
			if errors.Is(err, class) != (class == want) {
				t.Errorf("%q: got %v, want %v", text, err, want)
			}
		}
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q is lost in %v", text, err)
		}
	}
	if classify(nil) != nil {
		t.Error("success was given a class")
	}
	if err := fmt.Errorf("x: %w", hsm.ErrNoKey); classify(err) != err {
		t.Error("an error with a class was given another one")
	}
}

func FuzzCodeOf(f *testing.F) {
	f.Add(uint64(0xA0), "C_Login: ", ": CKR_PIN_INCORRECT")
	f.Add(uint64(0), "", "")
	f.Add(^uint64(0), "pkcs11: 0xZZ: ", " pkcs11: 0x5:")
	f.Fuzz(func(t *testing.T, code uint64, before, after string) {
		codeOf(errors.New(before + after)) // must not panic
		if strings.Contains(before, "pkcs11: 0x") {
			return
		}
		text := fmt.Sprintf("%spkcs11: 0x%X: %s", before, code, after)
		if got := codeOf(errors.New(text)); uint64(got) != code {
			t.Fatalf("%q: got %#x, want %#x", text, got, code)
		}
	})
}
