// Package pkcs11 is a master key in a PKCS#11 token: an HSM, a smart card or SoftHSM.
//
// The key is an AES-256 key that the token does not give out; Open refuses one that it would. A secret is wrapped with
// AES-256-GCM inside the token, under a 12-byte IV from the token's own random generator. Open proves all of this with
// a self-test before it returns.
//
// A Master survives what happens to modules and tokens: a lost session, a token that was away, a module that hangs or
// answers nonsense. A PIN that was refused is never sent again. What it does not survive is a module that corrupts the
// process's own memory, since PKCS#11 libraries run inside the process.
//
// PKCS#11 keeps logins and object handles per process and module, so all Masters of one module are closed and opened
// together; library.go does that. The module is reached through github.com/ThalesGroup/crypto11, in token_cgo.go only.
// Without cgo the package builds and Open says what is missing.
package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/keyaside/keyaside/hsm"
)

// Provider is the provider in every KeyRef of this package.
const Provider = "pkcs11"

// Defaults of Config.
const (
	DefaultMaxSessions = 12
	DefaultPoolWait    = 2 * time.Second
	DefaultTimeout     = 10 * time.Second
)

// Config says where the master key is.
type Config struct {
	// Module is the absolute path of the vendor's PKCS#11 library.
	Module string

	// TokenLabel or TokenSerial chooses the token; exactly one is set.
	TokenLabel  string
	TokenSerial string

	// KeyLabel is the CKA_LABEL of the key. Exactly one secret key on the token has it.
	KeyLabel string

	// Name is the key's name in hsm.KeyRef, stored beside all that is wrapped under it; it must stay the same when the
	// token is found another way. Default: the token's label or serial, a slash, and KeyLabel.
	Name string

	// PIN returns the user PIN. It is called at each login, may block until its context ends, and its result is cleared
	// after use.
	PIN func(ctx context.Context) ([]byte, error)

	// MaxSessions bounds the sessions that are open with the token, at least 2: one keeps the login, the others each
	// run one call. Default 12. More only add latency on most tokens.
	MaxSessions int

	// PoolWait is how long a call waits for a free session before it fails with hsm.ErrUnavailable. Default 2 s.
	PoolWait time.Duration

	// Timeout bounds a call and an attempt to open the token, even if the module hangs. A context that ends earlier
	// ends the call earlier. Default 10 s.
	Timeout time.Duration

	// Create makes the key if the token has none with the label; for demos. Only Open itself does so, never a
	// recovery. In production, Provision makes the key once: a token that was emptied by mistake is then an error and
	// not a new key under which nothing opens.
	Create bool
}

// Open finds the module, the token and the key, checks the key's attributes and runs the self-test.
//
// Errors: hsm.ErrUnavailable (no module, no token, no answer in time), hsm.ErrAuth (the PIN was refused; it was sent
// once), hsm.ErrNoKey (none with the label, or several), hsm.ErrUnsafeKey (it can be extracted or read). Any other
// error means that the configuration is incomplete or the token cannot do what is needed.
func Open(ctx context.Context, cfg Config) (*Master, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	m := newMaster(cfg)
	if _, err := m.lib.reconnect(ctx, m, nil); err != nil {
		go m.Close() // if the time was up, the attempt goes on and may still succeed
		return nil, m.errorf("open", err)
	}
	return m, nil
}

// complete checks the configuration and fills in defaults.
func (c Config) complete() (Config, error) {
	token := c.TokenLabel + c.TokenSerial
	switch {
	case c.Module == "":
		return c, errors.New("pkcs11: module is not set: give the path of the vendor's PKCS#11 library")
	case !filepath.IsAbs(c.Module):
		return c, fmt.Errorf("pkcs11: module %q is not an absolute path", c.Module)
	case token == "":
		return c, errors.New("pkcs11: token is not set: give its label or its serial number")
	case c.TokenLabel != "" && c.TokenSerial != "":
		return c, errors.New("pkcs11: token label and token serial are both set: give one")
	case c.KeyLabel == "":
		return c, errors.New("pkcs11: key label is not set")
	case c.PIN == nil:
		return c, errors.New("pkcs11: no source for the PIN")
	case c.MaxSessions < 0 || c.MaxSessions == 1:
		return c, fmt.Errorf("pkcs11: %d sessions at most, must be 2 or more", c.MaxSessions)
	case c.PoolWait < 0 || c.Timeout < 0:
		return c, errors.New("pkcs11: a wait or timeout is negative")
	}
	c.Module = filepath.Clean(c.Module)
	if c.Name == "" {
		c.Name = token + "/" + c.KeyLabel
	}
	if c.MaxSessions == 0 {
		c.MaxSessions = DefaultMaxSessions
	}
	if c.PoolWait == 0 {
		c.PoolWait = DefaultPoolWait
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	return c, nil
}

// tokenID identifies the token among those of the module.
func (c Config) tokenID() string {
	if c.TokenSerial != "" {
		return "serial " + c.TokenSerial
	}
	return "label " + c.TokenLabel
}

// errorf adds which key of which token of which module an error is about.
func (c Config) errorf(operation string, err error) error {
	return fmt.Errorf("pkcs11: %s: key %q on token with %s (%s): %w", operation, c.KeyLabel, c.tokenID(), c.Module, err)
}

func (c Config) ref() hsm.KeyRef {
	return hsm.KeyRef{Provider: Provider, Key: c.Name, Version: "1"}
}
