package pkcs11

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/keyaside/keyaside/hsm"
)

// The plaintext and associated data of the self-test. The latter is nothing that a caller's data could be: it shows
// what it is for.
var (
	testSecret = []byte("keyaside self-test, known answer")
	testAAD    = []byte("keyaside/hsm/pkcs11 self-test")
)

// knownAnswer is something that the master key has sealed, so that it can be shown at any time that module and token
// work and that the key is still the same.
type knownAnswer struct {
	iv, sealed []byte
	refusal    uint // how this module answers wrong associated data (CK_RV)
}

// errSelfTest means that the module works, but not as AES-256-GCM must.
var errSelfTest = errors.New("self-test failed: the token must not be used")

// newKnownAnswer runs the self-test: what was sealed opens, and only with the same tag and associated data. It finds,
// for example, a module that ignores associated data or that uses another IV than it was given.
func newKnownAnswer(t token) (*knownAnswer, error) {
	blob, err := wrap(t, testSecret, testAAD)
	if err != nil {
		return nil, fmt.Errorf("self-test, seal: %w", err)
	}
	k := &knownAnswer{iv: blob[:hsm.GCMIVSize], sealed: blob[hsm.GCMIVSize:]}
	if bytes.Equal(k.iv, make([]byte, hsm.GCMIVSize)) {
		return nil, fmt.Errorf("%w: the random generator returns zeros", errSelfTest)
	}
	if bytes.Equal(k.sealed[:len(testSecret)], testSecret) {
		return nil, fmt.Errorf("%w: sealing does not encrypt", errSelfTest)
	}
	if err := k.check(t); err != nil {
		return nil, err
	}
	if err := k.learnRefusal(t); err != nil {
		return nil, err
	}
	return k, k.check(t) // the module still works after a refusal
}

// check opens the known answer.
func (k *knownAnswer) check(t token) error {
	got, err := t.open(k.iv, k.sealed, testAAD)
	if err != nil {
		return fmt.Errorf("open known answer: %w", err)
	}
	if !bytes.Equal(got, testSecret) {
		return fmt.Errorf("%w: the known answer opens to something else", errSelfTest)
	}
	return nil
}

// learnRefusal shows the module wrong associated data and an altered tag, and keeps how it answers.
func (k *knownAnswer) learnRefusal(t token) error {
	_, err := t.open(k.iv, k.sealed, append([]byte("x"), testAAD...))
	if err == nil {
		return fmt.Errorf("%w: the module does not check associated data", errSelfTest)
	}
	k.refusal = codeOf(err)
	altered := bytes.Clone(k.sealed)
	altered[len(altered)-1] ^= 1
	if _, err = t.open(k.iv, altered, testAAD); err == nil {
		return fmt.Errorf("%w: the module does not check the tag", errSelfTest)
	}
	return nil
}

// isRefusal reports whether err may mean that the blob is bad. It may always mean a fault of the module as well.
func (k *knownAnswer) isRefusal(err error) bool {
	code := codeOf(err)
	return code == k.refusal || blamesData(code)
}
