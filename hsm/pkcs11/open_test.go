//go:build cgo

package pkcs11

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/hsm/hsmtest"
	"github.com/keyaside/keyaside/hsm/softhsm"
)

func TestAMissingKeyIsNamed(t *testing.T) {
	cfg := config(hsmtest.SoftHSM(t))
	mustFailOpen(t, cfg, hsm.ErrNoKey, label, cfg.TokenLabel)
}

func TestAMissingTokenIsNamed(t *testing.T) {
	cfg, _ := provisioned(t)
	cfg.TokenLabel = "elsewhere"
	mustFailOpen(t, cfg, hsm.ErrUnavailable, `elsewhere`)
}

func TestAMissingModuleIsNamed(t *testing.T) {
	cfg, _ := provisioned(t)
	cfg.Module = filepath.Join(t.TempDir(), "none.so")
	mustFailOpen(t, cfg, hsm.ErrUnavailable, cfg.Module, "no such file")
}

func TestAModuleThatIsNoPKCS11LibraryIsRefusedBeforeItIsLoaded(t *testing.T) {
	cfg, token := provisioned(t)
	text := filepath.Join(t.TempDir(), "text.so")
	if err := os.WriteFile(text, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.so")
	module, err := os.ReadFile(token.Module)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, module[:4096], 0o600); err != nil {
		t.Fatal(err)
	}
	library := compile(t, "library.so", "int answer(void) { return 42; }")
	for path, says := range map[string]string{text: "is not a PKCS#11 module", library: "C_GetFunctionList", cut: cut, t.TempDir(): "is not a file"} {
		cfg.Module = path
		mustFailOpen(t, cfg, hsm.ErrUnavailable, says)
	}
}

func TestAKeyThatCanBeExtractedIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ sensitive, extractable bool }{
		"extractable":   {true, true},
		"not sensitive": {false, false},
		"both":          {false, true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(hsmtest.SoftHSM(t))
			keygen(t, cfg, 256, c.sensitive, c.extractable)
			mustFailOpen(t, cfg, hsm.ErrUnsafeKey, "CKA_")
		})
	}
}

func TestAKeyOfAnotherSizeIsRefused(t *testing.T) {
	cfg := config(hsmtest.SoftHSM(t))
	keygen(t, cfg, 128, true, false)
	mustFailOpen(t, cfg, hsm.ErrUnsafeKey, "128 bits")
}

func TestAKeyMadeByAnotherProcessServes(t *testing.T) {
	cfg := config(hsmtest.SoftHSM(t))
	keygen(t, cfg, 256, true, false)
	m := mustOpen(t, cfg)
	mustUnwrap(t, m, wrapOne(t, m))
}

func TestTwoKeysWithTheLabelAreAmbiguous(t *testing.T) {
	cfg, _ := provisioned(t)
	keygen(t, cfg, 256, true, false)
	mustFailOpen(t, cfg, hsm.ErrNoKey, "2 AES keys")
}

func TestProvisionRefusesALabelThatIsTaken(t *testing.T) {
	cfg, _ := provisioned(t)
	m := mustOpen(t, cfg)
	w := wrapOne(t, m)
	for range 2 {
		if _, err := Provision(t.Context(), cfg); !errors.Is(err, ErrExists) {
			t.Fatalf("got %v, want %v", err, ErrExists)
		}
	}
	mustUnwrap(t, m, w)
}

func TestAProvisionedKeyCanOnlyEncryptAndDecrypt(t *testing.T) {
	cfg, _ := provisioned(t)
	asOperator(t, cfg, "usage")
}

func TestATokenIsFoundByItsSerialNumberToo(t *testing.T) {
	cfg, token := provisioned(t)
	cfg.Name = "prod"
	w := wrapOne(t, mustOpen(t, cfg))
	cfg.TokenLabel, cfg.TokenSerial = "", serial(t, token)
	mustUnwrap(t, mustOpen(t, cfg), w)
}

// serial returns the token's serial number, which SoftHSM chose.
func serial(t *testing.T, token softhsm.Token) string {
	t.Helper()
	out, err := exec.Command("softhsm2-util", "--show-slots", "--module", token.Module).Output()
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`Serial number: +([0-9a-f]+)`).FindSubmatch(out)
	if match == nil {
		t.Fatalf("no serial number in:\n%s", out)
	}
	return string(match[1])
}
