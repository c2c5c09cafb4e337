package configs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strings"
)

// Load reads the configuration from the file at path, or from the environment alone if path is "", applies the
// environment and the defaults, and validates the result. Its error is a Problems. Files that settings name are looked
// at by CheckFiles, not here.
func Load(path string) (*Config, error) {
	var text []byte
	if path != "" {
		var err error
		if text, err = readConfig(path); err != nil {
			return nil, err
		}
	}
	return load(path, text, environment(os.Environ()))
}

// load is Load on bytes.
func load(source string, text []byte, environ map[string]string) (*Config, error) {
	c := Default()
	positions, problems := decodeText(source, text, c)
	c.origins = origins{file: source, positions: positions, variables: map[string]bool{}}
	problems = append(problems, c.applyEnvironment(environ)...)
	if len(problems) == 0 {
		problems = c.validate()
	}
	if len(problems) > 0 {
		return nil, problems
	}
	for _, ref := range c.secrets() {
		ref.prepare()
	}
	return c, nil
}

// Default returns a configuration that has every default and lacks what is required.
func Default() *Config {
	c := new(Config)
	setDefaults(reflect.ValueOf(c).Elem())
	return c
}

func readConfig(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Problems{unreadable(path, err)}
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxTextBytes+1))
	if err != nil {
		return nil, Problems{unreadable(path, err)}
	}
	return text, nil
}

func unreadable(path string, err error) Problem {
	if errors.Is(err, fs.ErrNotExist) {
		return Problem{Source: path, What: "does not exist", Remedy: "name the configuration with --config FILE or KEYASIDE_CONFIG"}
	}
	return Problem{Source: path, What: "cannot be read: " + reason(err), Remedy: "let this process's user read it"}
}

func environment(environ []string) map[string]string {
	m := map[string]string{}
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok {
			m[name] = value
		}
	}
	return m
}

// secrets returns the references to secrets that are configured.
func (c *Config) secrets() []*SecretRef {
	var refs []*SecretRef
	add := func(r *SecretRef) {
		if r != nil {
			refs = append(refs, r)
		}
	}
	add(c.Postgres.Catalog.Password)
	if m := c.Keys.Master.PKCS11; m != nil {
		add(m.PIN)
	}
	if m := c.Keys.Master.File; m != nil {
		add(m.Passphrase)
	}
	return refs
}
