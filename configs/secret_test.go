package configs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/goccy/go-yaml"
)

func secretFile(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pin")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // past the umask
		t.Fatal(err)
	}
	return path
}

func TestSecretIsReadFromItsPlace(t *testing.T) {
	t.Setenv("A_PIN", "1234")
	for _, ref := range []*SecretRef{
		{Env: "A_PIN"},
		{File: secretFile(t, "1234\n", 0o600)},
		{File: secretFile(t, "1234\r\n", 0o400)},
		{FD: pipeWith(t, "1234\n")},
	} {
		ref.prepare()
		for range 2 { // a descriptor, too, can be asked for again
			if s, err := ref.Read(); err != nil || string(s.Reveal()) != "1234" {
				t.Errorf("%v: read %q, %v", ref, s.Reveal(), err)
			}
		}
	}
}

func pipeWith(t *testing.T, text string) int {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteString(text); err != nil {
		t.Fatal(err)
	}
	w.Close()
	fd, err := syscall.Dup(int(r.Fd())) // the reader closes the descriptor, so it must not be the one of r
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	return fd
}

func TestUnusableSecretSaysWhatToDo(t *testing.T) {
	t.Setenv("EMPTY_PIN", "")
	open, dir := secretFile(t, "1234", 0o640), t.TempDir()
	for _, test := range []struct {
		ref  *SecretRef
		want string
	}{
		{&SecretRef{File: open}, "can be used by others (mode 0640); run chmod 600 " + open},
		{&SecretRef{File: filepath.Join(dir, "none")}, "none does not exist; create it with mode 600"},
		{&SecretRef{File: dir}, "is a directory; name the file in it"},
		{&SecretRef{File: secretFile(t, "\n", 0o600)}, "is empty; put the secret there"},
		{&SecretRef{File: secretFile(t, strings.Repeat("x", 5000), 0o600)}, "holds more than 4096 bytes; put nothing but the secret there"},
		{&SecretRef{Env: "NO_SUCH_PIN"}, "environment variable NO_SUCH_PIN is not set; set it for this process"},
		{&SecretRef{Env: "EMPTY_PIN"}, "environment variable EMPTY_PIN is empty; put the secret there"},
		{&SecretRef{FD: 987}, "file descriptor 987: bad file descriptor; open it for reading"},
		{&SecretRef{}, "no source of the secret is configured"},
	} {
		test.ref.prepare()
		_, err := test.ref.Read()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}

func TestChangedSecretFileIsReadAnew(t *testing.T) {
	path := secretFile(t, "old", 0o600)
	ref := &SecretRef{File: path}
	if _, err := ref.Read(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := ref.Read(); err != nil || string(s.Reveal()) != "new" {
		t.Errorf("read %q, %v; want the new one", s.Reveal(), err)
	}
}

func TestSecretNeverPrintsItself(t *testing.T) {
	s := Secret{text: []byte("hunter2")}
	asJSON, err := json.Marshal(map[string]any{"a": s, "b": &s})
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(map[string]any{"a": s, "b": &s})
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "a", s, "b", &s)
	for _, text := range []string{
		fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s), fmt.Sprintf("%+v", struct{ P *Secret }{&s}.P),
		string(asJSON), string(asYAML), logged.String(),
	} {
		if !strings.Contains(text, "[secret]") || strings.Contains(text, "hunter2") || strings.Contains(text, "68756e74657232") ||
			strings.Contains(text, "104 117") {
			t.Errorf("printed as %s", text)
		}
	}
}

func TestMissingFilesAreReportedWithTheirSettings(t *testing.T) {
	dir := t.TempDir()
	text := strings.NewReplacer("create: true", "create: false", "keys.db", filepath.Join(dir, "keys.db"),
		"audit.jsonl", filepath.Join(dir, "none", "audit.jsonl"), "master.age", filepath.Join(dir, "master.age"),
		"{env: KEYASIDE_PASSPHRASE}", "{file: "+filepath.Join(dir, "pass")+"}").Replace(readExample(t, "minimal.yaml"))
	c, err := loadText(text)
	if err != nil {
		t.Fatal(err)
	}
	got := c.CheckFiles().Error()
	for _, want := range []string{
		"k.yaml:12:11: keys.store.bolt: " + dir + "/keys.db does not exist; mount its disk or restore its backup",
		"k.yaml:18:3: audit.path: the directory " + dir + "/none does not exist; create it",
		"k.yaml:15:7: keys.master.file.path: " + dir + "/master.age does not exist; run keyaside master create",
		"k.yaml:16:7: keys.master.file.passphrase: secret file " + dir + "/pass does not exist; create it with mode 600",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestPresentFilesAreAccepted(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"master.age", "pass"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("KEYASIDE_PASSPHRASE", "x")
	c, err := loadText(`
postgres: {upstream: "h:1", catalog: {user: u, password: {file: pass}}}
keys: {store: {bolt: keys.db, create: true}, master: {file: {path: master.age, passphrase: {env: KEYASIDE_PASSPHRASE}}}}
audit: {path: audit.jsonl}
fields: {a: {type: text}}
tables: [{name: t, tenant: {fixed: x}, columns: {a: {field: a}}}]
`)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckFiles(); err != nil {
		t.Error(err)
	}
}
