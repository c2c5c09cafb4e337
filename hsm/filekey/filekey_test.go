package filekey

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/hsm/hsmtest"
)

const lowWork = 4 // 2^4, so that tests don't wait

var pass = []byte("correct horse battery staple")

func newFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "master.age")
	if _, err := Create(path, pass, lowWork); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustOpen(t testing.TB, path string) *Master {
	t.Helper()
	m, err := Open(context.Background(), path, pass)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestConformance(t *testing.T) {
	path := newFile(t)
	hsmtest.Run(t, func(t *testing.T) hsm.Wrapper { return mustOpen(t, path) })
}

func TestABlobOpensAfterTheFileWasOpenedAnew(t *testing.T) {
	path := newFile(t)
	w, err := mustOpen(t, path).Wrap(t.Context(), []byte("secret"), []byte("aad"))
	if err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(filepath.Dir(path), "moved.age")
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	if got, err := mustOpen(t, moved).Unwrap(t.Context(), w, []byte("aad")); err != nil || string(got) != "secret" {
		t.Fatalf("after moving the file: %v", err)
	}
}

func TestABlobOfAnotherFileIsRefused(t *testing.T) {
	a, b := mustOpen(t, newFile(t)), mustOpen(t, newFile(t))
	w, err := a.Wrap(t.Context(), []byte("secret"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Unwrap(t.Context(), w, nil); !errors.Is(err, hsm.ErrNoKey) {
		t.Fatalf("got %v, want %v", err, hsm.ErrNoKey)
	}
	w.Ref = b.Ref()
	if _, err := b.Unwrap(t.Context(), w, nil); !errors.Is(err, hsm.ErrCorrupt) {
		t.Fatalf("under a forged reference: got %v, want %v", err, hsm.ErrCorrupt)
	}
}

func TestAWrongPassphraseIsRefusedWithoutBeingShown(t *testing.T) {
	path := newFile(t)
	for _, wrong := range []string{"", "Correct horse battery staple", "correct horse battery staple\n"} {
		_, err := Open(t.Context(), path, []byte(wrong))
		if !errors.Is(err, hsm.ErrAuth) {
			t.Errorf("got %v, want %v", err, hsm.ErrAuth)
		}
		if wrong != "" && strings.Contains(err.Error(), wrong) || strings.Contains(err.Error(), string(pass)) {
			t.Errorf("the error shows a passphrase: %v", err)
		}
	}
}

func TestAFileThatOthersCanUseIsRefused(t *testing.T) {
	path := newFile(t)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o644, 0o666, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), path, pass); !errors.Is(err, hsm.ErrUnsafeKey) || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %04o: got %v", mode, err)
		}
	}
}

func TestAKeyInTheClearIsRefused(t *testing.T) {
	for name, data := range map[string][]byte{
		"raw":      bytes.Repeat([]byte{0xa5}, keySize),
		"hex":      []byte(strings.Repeat("a5", keySize) + "\n"),
		"content":  content("0011223344556677", make([]byte, keySize)),
		"empty":    {},
		"half age": []byte("age-encryption.org/v"),
	} {
		if err := openBytes(t, data); !errors.Is(err, hsm.ErrUnsafeKey) {
			t.Errorf("%s: got %v, want %v", name, err, hsm.ErrUnsafeKey)
		}
	}
}

func TestAFileForAnotherKindOfRecipientIsRefused(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, identity.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	w.Write(content("0011223344556677", make([]byte, keySize)))
	w.Close()
	if err := openBytes(t, out.Bytes()); !errors.Is(err, hsm.ErrAuth) {
		t.Fatalf("got %v, want %v", err, hsm.ErrAuth)
	}
}

func TestAnEncryptedFileThatHoldsSomethingElseIsRefused(t *testing.T) {
	good := content("0011223344556677", make([]byte, keySize))
	for name, plain := range map[string][]byte{
		"nothing":   nil,
		"too short": good[:len(good)-1],
		"too long":  append(bytes.Clone(good), 0),
		"upper id":  content("00112233445566AA", make([]byte, keySize)),
		"version 2": bytes.Replace(good, []byte("v1"), []byte("v2"), 1),
		"text":      []byte("hello\n"),
	} {
		sealed, err := encrypt(plain, pass, lowWork)
		if err != nil {
			t.Fatal(err)
		}
		if err := openBytes(t, sealed); !errors.Is(err, hsm.ErrCorrupt) {
			t.Errorf("%s: got %v, want %v", name, err, hsm.ErrCorrupt)
		}
	}
}

func TestEveryAlteredOrMissingByteOfTheFileIsNoticed(t *testing.T) {
	sealed, err := os.ReadFile(newFile(t))
	if err != nil {
		t.Fatal(err)
	}
	workFactor := bytes.Index(sealed, []byte(" 4\n")) // a higher one only costs time, and changes the key
	for i := range sealed {
		if i == workFactor+1 {
			continue
		}
		bad := bytes.Clone(sealed)
		bad[i] ^= 0x01
		if openBytes(t, bad) == nil {
			t.Errorf("byte %d altered: it opened", i)
		}
		if openBytes(t, sealed[:i]) == nil {
			t.Errorf("cut after %d bytes: it opened", i)
		}
	}
}

func TestWhatIsNoRegularFileIsRefused(t *testing.T) {
	if _, err := Open(t.Context(), t.TempDir(), pass); !errors.Is(err, hsm.ErrUnsafeKey) {
		t.Errorf("folder: got %v", err)
	}
	if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "none"), pass); !errors.Is(err, hsm.ErrNoKey) {
		t.Errorf("no file: got %v", err)
	}
	if err := openBytes(t, append([]byte(ageIntro), make([]byte, maxFile)...)); !errors.Is(err, hsm.ErrCorrupt) {
		t.Errorf("huge file: got %v", err)
	}
}

func TestACancelledContextSparesTheWork(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, newFile(t), pass); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestWrapAllocatesTheBlobOnly(t *testing.T) {
	m := mustOpen(t, newFile(t))
	secret, aad := make([]byte, 32), make([]byte, 64)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := m.Wrap(context.Background(), secret, aad); err != nil {
			t.Fatal(err)
		}
	}); n > 1 && !raceEnabled {
		t.Fatalf("%v allocations a wrap, want 1", n)
	}
}

func openBytes(t *testing.T, data []byte) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path, pass)
	return err
}
