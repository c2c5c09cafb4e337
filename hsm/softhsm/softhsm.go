// Package softhsm makes throwaway SoftHSM tokens for the demo and for tests.
//
// SoftHSM keeps keys in files that its user can read: it stands in for an HSM, it is not one. Nothing here belongs in
// production: the PINs pass through the command line of softhsm2-util, where other users of the machine can see them
// for a moment.
//
// SoftHSM reads the place of its configuration from the environment when it is initialised, so one process can use the
// tokens of one Token at a time.
package softhsm

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ConfEnv is the variable in which SoftHSM finds its configuration file.
const ConfEnv = "SOFTHSM2_CONF"

// Token is an initialised token without keys.
type Token struct {
	Module string // path of libsofthsm2
	Label  string // unique
	PIN    string // of the user
	Conf   string // SoftHSM's configuration file, for ConfEnv
	Store  string // the folder that holds the token's objects
}

// Create initialises a token in dir, which must exist; removing dir removes the token. Callers set ConfEnv to
// Token.Conf (Use does so) before they open the module.
func Create(ctx context.Context, dir string) (Token, error) {
	module, err := Find()
	if err != nil {
		return Token{}, err
	}
	util, err := exec.LookPath("softhsm2-util")
	if err != nil {
		return Token{}, fmt.Errorf("softhsm2-util is not in PATH: %s", install)
	}
	t := Token{
		Module: module,
		Label:  "keyaside-" + randomHex(4),
		PIN:    randomHex(8),
		Conf:   filepath.Join(dir, "softhsm2.conf"),
		Store:  filepath.Join(dir, "tokens"),
	}
	if err := t.writeConf(); err != nil {
		return Token{}, fmt.Errorf("create SoftHSM token: %w", err)
	}
	return t, t.initialise(ctx, util)
}

// Use sets ConfEnv for this process and for the modules that it loads; call it while no module is loaded.
func (t Token) Use() error { return os.Setenv(ConfEnv, t.Conf) }

func (t Token) writeConf() error {
	if err := os.MkdirAll(t.Store, 0o700); err != nil {
		return err
	}
	text := "directories.tokendir = " + t.Store + "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n"
	return os.WriteFile(t.Conf, []byte(text), 0o600)
}

func (t Token) initialise(ctx context.Context, util string) error {
	cmd := exec.CommandContext(ctx, util, "--init-token", "--free", "--module", t.Module,
		"--label", t.Label, "--pin", t.PIN, "--so-pin", randomHex(8))
	cmd.Env = append(os.Environ(), ConfEnv+"="+t.Conf)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("softhsm2-util --init-token for %s: %w: %s", t.Label, err, strings.TrimSpace(string(out)))
	}
	return nil
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
