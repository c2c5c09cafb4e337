package pkcs11

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/keyaside/keyaside/hsm"
)

// Return values of PKCS#11 v3.1 that make a difference here (section 5.1 and pkcs11t.h). They are repeated because the
// package must build where the binding, which needs cgo, does not.
const (
	ckrGeneralError            = 0x005
	ckrFunctionFailed          = 0x006
	ckrDataInvalid             = 0x020
	ckrEncryptedDataInvalid    = 0x040
	ckrEncryptedDataLenRange   = 0x041
	ckrAEADDecryptFailed       = 0x042
	ckrFunctionNotSupported    = 0x054
	ckrKeyTypeInconsistent     = 0x063
	ckrKeyFunctionNotPermitted = 0x068
	ckrMechanismInvalid        = 0x070
	ckrMechanismParamInvalid   = 0x071
	ckrPINIncorrect            = 0x0A0
	ckrPINInvalid              = 0x0A1
	ckrPINLenRange             = 0x0A2
	ckrPINExpired              = 0x0A3
	ckrPINLocked               = 0x0A4
	ckrSignatureInvalid        = 0x0C0
	ckrSignatureLenRange       = 0x0C1
	ckrUserPINNotInitialized   = 0x102
)

// rv finds the return value in an error's text. crypto11 formats some errors with %v, so their types are lost.
var rv = regexp.MustCompile(`pkcs11: 0x([0-9A-F]{1,16}):`)

// codeOf returns the CK_RV that err carries, or 0 (CKR_OK) if it carries none.
func codeOf(err error) uint {
	match := rv.FindStringSubmatch(err.Error())
	if match == nil {
		return 0
	}
	code, err := strconv.ParseUint(match[1], 16, 64)
	if err != nil {
		return 0
	}
	return uint(code)
}

// blamesData reports whether modules are known to answer a wrong tag with the code.
func blamesData(code uint) bool {
	switch code {
	case ckrGeneralError, ckrFunctionFailed, ckrDataInvalid, ckrEncryptedDataInvalid, ckrEncryptedDataLenRange,
		ckrAEADDecryptFailed, ckrSignatureInvalid, ckrSignatureLenRange:
		return true
	}
	return false
}

func blamesPIN(code uint) bool {
	switch code {
	case ckrPINIncorrect, ckrPINInvalid, ckrPINLenRange, ckrPINExpired, ckrPINLocked, ckrUserPINNotInitialized:
		return true
	}
	return false
}

// cannotEver reports whether the token will answer the same tomorrow: it lacks the mechanism, or the key may not use it.
func cannotEver(code uint) bool {
	switch code {
	case ckrFunctionNotSupported, ckrKeyTypeInconsistent, ckrKeyFunctionNotPermitted, ckrMechanismInvalid, ckrMechanismParamInvalid:
		return true
	}
	return false
}

// classify gives an error of opening one of the classes of package hsm, unless it has one or is for good.
func classify(err error) error {
	for _, class := range []error{hsm.ErrUnavailable, hsm.ErrAuth, hsm.ErrNoKey, hsm.ErrUnsafeKey, errSelfTest, errNoCgo} {
		if err == nil || errors.Is(err, class) {
			return err
		}
	}
	switch code := codeOf(err); {
	case blamesPIN(code):
		return fmt.Errorf("%w: %w", hsm.ErrAuth, err)
	case cannotEver(code):
		return fmt.Errorf("the token cannot do AES-GCM with this key and a %d-byte IV: %w", hsm.GCMIVSize, err)
	}
	return fmt.Errorf("%w: %w", hsm.ErrUnavailable, err)
}
