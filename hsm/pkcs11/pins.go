package pkcs11

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/keyaside/keyaside/hsm"
)

// pinMemory remembers which PIN a token refused, since tokens lock after a few wrong ones, and which one it is logged
// in with, since a module that is logged in accepts any. It holds digests under a random key, not PINs. Its methods
// are called in the library's turn.
type pinMemory struct {
	key      [32]byte
	refused  map[string]digest // by Config.tokenID
	accepted map[string]digest
}

type digest [sha256.Size]byte

func newPINMemory() *pinMemory {
	p := &pinMemory{refused: map[string]digest{}, accepted: map[string]digest{}}
	rand.Read(p.key[:]) // never fails (crypto/rand)
	return p
}

func (p *pinMemory) digest(pin []byte) (d digest) {
	mac := hmac.New(sha256.New, p.key[:])
	mac.Write(pin)
	mac.Sum(d[:0])
	return d
}

// check returns hsm.ErrAuth for a PIN that must not be sent to the token.
func (p *pinMemory) check(token string, pin []byte, loggedIn bool) error {
	if len(pin) == 0 {
		return fmt.Errorf("%w: the PIN is empty", hsm.ErrAuth)
	}
	d := p.digest(pin)
	if refused, ok := p.refused[token]; ok && refused == d {
		return fmt.Errorf("%w: this PIN was refused before and is not sent again, since tokens lock; change it or restart",
			hsm.ErrAuth)
	}
	if loggedIn && p.accepted[token] != d {
		return fmt.Errorf("%w: it is not the PIN with which the token is in use", hsm.ErrAuth)
	}
	return nil
}

// note keeps how the token answered the PIN; err is of the login.
func (p *pinMemory) note(token string, pin []byte, err error) {
	switch {
	case err == nil:
		p.accepted[token] = p.digest(pin)
		delete(p.refused, token)
	case blamesPIN(codeOf(err)):
		p.refused[token] = p.digest(pin)
	}
}
