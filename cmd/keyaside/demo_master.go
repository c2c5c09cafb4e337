package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keyaside/keyaside/hsm/softhsm"
)

// preparedMaster is a place for the demo's master key.
type preparedMaster struct {
	setting string   // the value of keys.master, in YAML
	told    []string // sentences for the screen
}

// prepareMaster makes a throwaway SoftHSM token in dir or, where the machine has no SoftHSM, settles on an encrypted file.
func prepareMaster(ctx context.Context, dir string) (preparedMaster, error) {
	if _, err := softhsm.Find(); err != nil {
		return prepareKeyFile(dir, err)
	}
	token, err := softhsm.Create(ctx, dir)
	if err != nil {
		return prepareKeyFile(dir, err)
	}
	if err := token.Use(); err != nil {
		return preparedMaster{}, err
	}
	pin := filepath.Join(dir, "pin")
	if err := os.WriteFile(pin, []byte(token.PIN), 0o600); err != nil {
		return preparedMaster{}, err
	}
	return preparedMaster{
		setting: fmt.Sprintf("{pkcs11: {module: %q, token: %q, key: keyaside-master, pin: {file: %q}}}", token.Module, token.Label, pin),
		told:    []string{fmt.Sprintf("SoftHSM token %s with an AES-256 master key that cannot be extracted", token.Label)},
	}, nil
}

func prepareKeyFile(dir string, cause error) (preparedMaster, error) {
	passphrase := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte(rand.Text()), 0o600); err != nil {
		return preparedMaster{}, err
	}
	path := filepath.Join(dir, "master.age")
	return preparedMaster{
		setting: fmt.Sprintf("{file: {path: %q, passphrase: {file: %q}}}", path, passphrase),
		told: []string{
			"No PKCS#11 token to be had here: " + cause.Error(),
			"So the master key is in a passphrase-encrypted file instead, which is for development only",
		},
	}, nil
}
