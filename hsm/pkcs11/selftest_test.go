//go:build cgo

package pkcs11

import (
	"errors"
	"testing"

	"github.com/keyaside/keyaside/hsm"
)

func TestTheSelfTestRefusesAModuleThat(t *testing.T) {
	cfg, module := faulty(t)
	for name, c := range map[string]struct {
		fault, says string
		want        error
	}{
		"does not check associated data": {"noaad", "does not check associated data", errSelfTest},
		"has no random generator":        {"zeros", "returns zeros", errSelfTest},
		"gives out the key":              {"value", "CKA_VALUE", hsm.ErrUnsafeKey},
		"has no AES-GCM":                 {"C_EncryptInit=0x70", "cannot do AES-GCM", nil},
		"takes no IV of 12 bytes":        {"C_EncryptInit=0x71", "12-byte IV", nil},
		"can seal but not open":          {"C_DecryptInit=0x68", "cannot do AES-GCM", nil},
		"fails just now":                 {"C_DecryptInit=0x6", "CKR_FUNCTION_FAILED", hsm.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			module.set(c.fault)
			mustFailOpen(t, cfg, c.want, c.says)
			_, err := Open(t.Context(), cfg)
			if c.want == nil && errors.Is(err, hsm.ErrUnavailable) {
				t.Errorf("what is for good is said to pass: %v", err)
			}
			if module.calls("C_Initialize") != module.calls("C_Finalize") {
				t.Error("the module was left open")
			}
		})
	}
}
