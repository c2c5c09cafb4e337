package pkcs11

import (
	"context"
	"errors"
	"fmt"

	"github.com/keyaside/keyaside/hsm"
)

// ErrExists means that Provision found a key with the label.
var ErrExists = errors.New("a key with this label exists already")

// errNotFound is the hsm.ErrNoKey of a token that has no key with the label, as opposed to several.
var errNotFound = fmt.Errorf("%w: the token holds none with this label", hsm.ErrNoKey)

// Provision makes the master key in the token: AES-256, sensitive, not extractable, for encryption and decryption only.
// It runs the same checks and self-test as Open on it. Config.Create is ignored. Errors are those of Open, or
// ErrExists; an existing key is not touched.
func Provision(ctx context.Context, cfg Config) (hsm.KeyRef, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return hsm.KeyRef{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, cfg.Timeout, errSilent)
	defer cancel()
	l := libraryAt(cfg.Module)
	err = l.inTurn(ctx, func() error { return classify(l.provision(context.WithoutCancel(ctx), cfg)) })
	if err != nil {
		return hsm.KeyRef{}, cfg.errorf("provision", err)
	}
	return cfg.ref(), nil
}

func (l *library) provision(ctx context.Context, cfg Config) error {
	t, err := l.login(ctx, cfg)
	if err != nil {
		return err
	}
	defer t.close()
	if err := t.choose(cfg.KeyLabel); !errors.Is(err, errNotFound) {
		if err == nil || errors.Is(err, hsm.ErrUnsafeKey) || errors.Is(err, hsm.ErrNoKey) {
			return ErrExists
		}
		return err
	}
	cfg.Create = true
	_, err = prepare(t, cfg, nil)
	return err
}
