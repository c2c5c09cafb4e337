package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync"
)

// maxSecretBytes bounds what is read for one secret; PINs and passphrases are far shorter.
const maxSecretBytes = 4096

// SecretRef says where a PIN, a passphrase or a password is found. Exactly one of its parts is set; a secret written
// into the configuration itself is an error.
type SecretRef struct {
	// File is the path of a file that holds the secret; one newline at its end is ignored. Nobody but its owner may have
	// any right to it (mode 0600 or 0400).
	File string `yaml:"file" env:"FILE"`
	// Env is the name of an environment variable that holds the secret.
	Env string `yaml:"env" env:"ENV"`
	// FD is a file descriptor that the parent process opened for reading, 3 or more. It is read once.
	FD int `yaml:"fd" env:"FD"`

	fromFD func() (Secret, error)
}

// Read returns the secret, reading its file or variable anew each time, so that a changed PIN is found; a descriptor is
// read once and remembered. The Secret belongs to the caller, who may Clear it. An empty secret is an error. Read is safe
// for concurrent use.
func (r *SecretRef) Read() (Secret, error) {
	s, err := r.read()
	if err != nil {
		return Secret{}, err
	}
	if len(s.text) == 0 {
		return Secret{}, fmt.Errorf("%s is empty%w", r, remedy("put the secret there"))
	}
	return s, nil
}

func (r *SecretRef) read() (Secret, error) {
	switch {
	case r.File != "":
		return readSecretFile(r.File)
	case r.Env != "":
		v, ok := os.LookupEnv(r.Env)
		if !ok {
			return Secret{}, fmt.Errorf("%s is not set%w", r, remedy("set it for this process"))
		}
		return Secret{text: []byte(v)}, nil
	case r.fromFD != nil:
		s, err := r.fromFD()
		return Secret{text: bytes.Clone(s.text)}, err // the one that is remembered serves later readers
	default:
		return Secret{}, errors.New("no source of the secret is configured; name a file, an environment variable or a descriptor")
	}
}

// prepare makes the descriptor readable once, for all readers. It is called before the configuration is handed out.
func (r *SecretRef) prepare() {
	if r.FD != 0 && r.fromFD == nil {
		fd := r.FD
		r.fromFD = sync.OnceValues(func() (Secret, error) { return readSecretFD(fd) })
	}
}

// String names the place, never the secret.
func (r *SecretRef) String() string {
	switch {
	case r.File != "":
		return "secret file " + r.File
	case r.Env != "":
		return "environment variable " + r.Env
	default:
		return fmt.Sprintf("file descriptor %d", r.FD)
	}
}

func readSecretFile(path string) (Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return Secret{}, openSecretError(path, err)
	}
	defer f.Close()
	info, err := f.Stat() // of the opened file, so that it can't be exchanged between the check and the reading
	if err != nil {
		return Secret{}, fmt.Errorf("secret file %s: %w", path, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && !info.IsDir() {
		return Secret{}, fmt.Errorf("secret file %s can be used by others (mode %04o)%w", path, mode, remedy("run chmod 600 "+path))
	}
	if info.IsDir() {
		return Secret{}, fmt.Errorf("secret file %s is a directory%w", path, remedy("name the file in it"))
	}
	return readSecret("secret file "+path, f)
}

// openSecretError leaves the path out of the cause, since the text names it already.
func openSecretError(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("secret file %s does not exist%w", path, remedy("create it with mode 600"))
	}
	return fmt.Errorf("secret file %s: %s%w", path, reason(err), remedy("let this process's user read it"))
}

func readSecretFD(fd int) (Secret, error) {
	name := fmt.Sprintf("file descriptor %d", fd)
	f := os.NewFile(uintptr(fd), name)
	if f == nil {
		return Secret{}, fmt.Errorf("%s is not open%w", name, remedy("let the parent process open it"))
	}
	defer f.Close()
	return readSecret(name, f)
}

func readSecret(name string, r io.Reader) (Secret, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSecretBytes+1))
	if err != nil {
		return Secret{}, fmt.Errorf("%s: %s%w", name, reason(err), remedy("open it for reading"))
	}
	if len(text) > maxSecretBytes {
		clear(text)
		return Secret{}, fmt.Errorf("%s holds more than %d bytes%w", name, maxSecretBytes, remedy("put nothing but the secret there"))
	}
	text = bytes.TrimSuffix(text, []byte("\n")) // echo and editors add it
	return Secret{text: bytes.TrimSuffix(text, []byte("\r"))}, nil
}

// Secret is a PIN, passphrase or password. However it is printed or encoded, it says [secret].
type Secret struct{ text []byte }

const redacted = "[secret]"

// Reveal returns the secret itself, which stays the Secret's; Clear ends its use.
func (s Secret) Reveal() []byte { return s.text }

// Clear overwrites the secret: best effort, since the runtime may have copied it before.
func (s Secret) Clear() { clear(s.text) }

// String returns "[secret]".
func (s Secret) String() string { return redacted }

// GoString returns "[secret]".
func (s Secret) GoString() string { return redacted }

// Format writes "[secret]" for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText returns "[secret]"; encoding/json and YAML use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalYAML returns "[secret]".
func (s Secret) MarshalYAML() (any, error) { return redacted, nil }

// LogValue returns "[secret]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
