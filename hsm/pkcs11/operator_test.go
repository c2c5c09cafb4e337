//go:build cgo

package pkcs11

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/ThalesGroup/crypto11"
	"github.com/miekg/pkcs11"
)

// An operator changes the token from another process while a Master is open: this test binary, started once more.
const operatorArg = "pkcs11-operator"

// asOperator runs one command of operate.
func asOperator(t *testing.T, cfg Config, command string, args ...string) {
	t.Helper()
	pin, _ := cfg.PIN(t.Context())
	cmd := exec.Command(os.Args[0], append([]string{operatorArg, cfg.Module, cfg.TokenLabel, cfg.KeyLabel, command}, args...)...)
	cmd.Env = append(os.Environ(), "OPERATOR_PIN="+string(pin))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", command, err, out)
	}
}

// keygen makes an AES key that the package itself would not make.
func keygen(t *testing.T, cfg Config, bits int, sensitive, extractable bool) {
	t.Helper()
	asOperator(t, cfg, "keygen", strconv.Itoa(bits), strconv.FormatBool(sensitive), strconv.FormatBool(extractable))
}

func deleteKey(t *testing.T, cfg Config) {
	t.Helper()
	asOperator(t, cfg, "delete")
}

// operate is the main function of the operator's process.
func operate(args []string) int {
	if err := operateOn(args[0], args[1], args[2], args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func operateOn(module, token, label string, command []string) error {
	ctx, err := crypto11.Configure(&crypto11.Config{Path: module, TokenLabel: token, Pin: os.Getenv("OPERATOR_PIN")})
	if err != nil {
		return err
	}
	defer ctx.Close()
	switch command[0] {
	case "keygen":
		return operatorKeygen(ctx, label, command[1], command[2] == "true", command[3] == "true")
	case "delete":
		key, err := ctx.FindKey(nil, []byte(label))
		if err != nil {
			return err
		}
		return key.Delete()
	case "usage":
		return operatorUsage(ctx, label)
	}
	return errors.New("unknown command")
}

func operatorKeygen(ctx *crypto11.Context, label, bits string, sensitive, extractable bool) error {
	n, err := strconv.Atoi(bits)
	if err != nil {
		return err
	}
	template, err := crypto11.NewAttributeSetWithIDAndLabel([]byte{1}, []byte(label))
	if err != nil {
		return err
	}
	template.AddIfNotPresent([]*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, sensitive),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, extractable),
	})
	_, err = ctx.GenerateSecretKeyWithAttributes(template, n, crypto11.CipherAES)
	return err
}

// operatorUsage fails unless the key may encrypt and decrypt and nothing else, and was never to be had.
func operatorUsage(ctx *crypto11.Context, label string) error {
	key, err := ctx.FindKey(nil, []byte(label))
	if err != nil {
		return err
	}
	for attribute, want := range map[uint]byte{
		pkcs11.CKA_ENCRYPT: 1, pkcs11.CKA_DECRYPT: 1,
		pkcs11.CKA_WRAP: 0, pkcs11.CKA_UNWRAP: 0, pkcs11.CKA_SIGN: 0, pkcs11.CKA_VERIFY: 0,
		pkcs11.CKA_PRIVATE: 1, pkcs11.CKA_TOKEN: 1, pkcs11.CKA_LOCAL: 1,
		pkcs11.CKA_SENSITIVE: 1, pkcs11.CKA_ALWAYS_SENSITIVE: 1,
		pkcs11.CKA_EXTRACTABLE: 0, pkcs11.CKA_NEVER_EXTRACTABLE: 1,
	} {
		a, err := ctx.GetAttribute(key, attribute)
		if err != nil {
			return fmt.Errorf("attribute %#x: %w", attribute, err)
		}
		if len(a.Value) != 1 || a.Value[0] != want {
			return fmt.Errorf("attribute %#x is %v, want %d", attribute, a.Value, want)
		}
	}
	return nil
}
