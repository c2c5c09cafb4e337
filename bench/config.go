package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keyaside/keyaside/hsm/softhsm"
)

const configText = `postgres:
  listen: 127.0.0.1:0
  upstream: %q
  catalog: {user: keyaside}
keys:
  store: {bolt: %q, create: true}
  master: %s
audit: {path: %q}
fields:
  customer_email: {type: text}
  customer_card: {type: text}
  customer_born: {type: date}
tables:
  - name: %s
    tenant: {column: tenant_id}
    columns: {email: {field: customer_email}, card: {field: customer_card}, born: {field: customer_born}}
  - name: %s
    tenant: {column: tenant_id}
    columns: {email: {field: customer_email}, card: {field: customer_card}, born: {field: customer_born}}
`

// writeConfig writes the configuration that is measured and returns its path.
func writeConfig(dir, upstream, master string) (string, error) {
	path := filepath.Join(dir, "keyaside.yaml")
	text := fmt.Sprintf(configText, upstream, filepath.Join(dir, "keys.db"), master, filepath.Join(dir, "audit.jsonl"),
		customers.protected, arrivals.protected)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("writing the configuration: %w", err)
	}
	return path, nil
}

// preparedMaster is a place for the master key.
type preparedMaster struct {
	setting string // the value of keys.master, in YAML
	told    string // for the report
}

// prepareMaster makes a throwaway SoftHSM token or, where the machine has none, settles on an encrypted file. A run is
// the same with either: the proxy unwraps each tenant's key once.
func prepareMaster(ctx context.Context, dir string) (preparedMaster, error) {
	secret := filepath.Join(dir, "secret")
	if _, err := softhsm.Find(); err != nil {
		setting := fmt.Sprintf("{file: {path: %q, passphrase: {file: %q}}}", filepath.Join(dir, "master.age"), secret)
		return preparedMaster{setting, "encrypted file"}, os.WriteFile(secret, []byte(rand.Text()), 0o600)
	}
	token, err := softhsm.Create(ctx, dir)
	if err != nil {
		return preparedMaster{}, err
	}
	if err := token.Use(); err != nil {
		return preparedMaster{}, err
	}
	setting := fmt.Sprintf("{pkcs11: {module: %q, token: %q, key: keyaside-master, pin: {file: %q}}}", token.Module, token.Label, secret)
	return preparedMaster{setting, "SoftHSM token"}, os.WriteFile(secret, []byte(token.PIN), 0o600)
}
