package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/hsm/filekey"
	"github.com/keyaside/keyaside/hsm/pkcs11"
)

// openMaster opens the configured master key; the caller closes it.
func openMaster(ctx context.Context, m configs.Master) (hsm.Wrapper, error) {
	var w hsm.Wrapper
	var err error
	if m.PKCS11 != nil {
		w, err = openPKCS11(ctx, m.PKCS11)
	} else {
		w, err = openKeyFile(ctx, m.File)
	}
	if err != nil {
		return nil, fmt.Errorf("master key: %w", withMasterRemedy(err))
	}
	return w, nil
}

// The two openers exist so that a nil *Master never becomes a Wrapper that is not nil.
func openPKCS11(ctx context.Context, c *configs.PKCS11) (hsm.Wrapper, error) {
	m, err := pkcs11.Open(ctx, pkcs11Config(c))
	if err != nil {
		return nil, err
	}
	return m, nil
}

func openKeyFile(ctx context.Context, c *configs.KeyFile) (hsm.Wrapper, error) {
	passphrase, err := c.Passphrase.Read()
	if err != nil {
		return nil, err
	}
	defer passphrase.Clear()
	m, err := filekey.Open(ctx, c.Path, passphrase.Reveal())
	if err != nil {
		return nil, err
	}
	return m, nil
}

// createMaster generates the master key where the configuration says it is. It never overwrites one.
func createMaster(ctx context.Context, m configs.Master) (hsm.KeyRef, error) {
	var ref hsm.KeyRef
	var err error
	if m.PKCS11 != nil {
		ref, err = pkcs11.Provision(ctx, pkcs11Config(m.PKCS11))
	} else {
		ref, err = createKeyFile(m.File)
	}
	if err != nil {
		return hsm.KeyRef{}, fmt.Errorf("create master key: %w", withMasterRemedy(err))
	}
	return ref, nil
}

func createKeyFile(c *configs.KeyFile) (hsm.KeyRef, error) {
	passphrase, err := c.Passphrase.Read()
	if err != nil {
		return hsm.KeyRef{}, err
	}
	defer passphrase.Clear()
	return filekey.Create(c.Path, passphrase.Reveal(), filekey.DefaultWorkFactor)
}

func pkcs11Config(c *configs.PKCS11) pkcs11.Config {
	return pkcs11.Config{
		Module: c.Module, TokenLabel: c.Token, KeyLabel: c.Key, MaxSessions: c.Sessions,
		PIN: func(context.Context) ([]byte, error) { // the provider clears it
			pin, err := c.PIN.Read()
			return pin.Reveal(), err
		},
	}
}

// withMasterRemedy adds what the operator can do about a class of errors.
func withMasterRemedy(err error) error {
	for _, r := range []struct {
		class  error
		remedy string
	}{
		{pkcs11.ErrExists, "nothing was changed; use that key, or configure another label"},
		{filekey.ErrExists, "nothing was changed; use that file, or configure another path"},
		{hsm.ErrAuth, "correct the PIN or passphrase where the configuration says it is found; it was tried once only"},
		{hsm.ErrNoKey, "run keyaside master create, or correct the key's label or path"},
		{hsm.ErrUnavailable, "see that the module is installed, the token is present and its service runs"},
	} {
		if errors.Is(err, r.class) {
			return fmt.Errorf("%w; %s", err, r.remedy)
		}
	}
	return err
}
