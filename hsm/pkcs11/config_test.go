package pkcs11

import (
	"context"
	"strings"
	"testing"
)

func TestAConfigurationWithAGapSaysWhatIsMissing(t *testing.T) {
	good := Config{Module: "/lib/m.so", TokenLabel: "t", KeyLabel: "k",
		PIN: func(context.Context) ([]byte, error) { return nil, nil }}
	for says, change := range map[string]func(*Config){
		"module is not set":      func(c *Config) { c.Module = "" },
		"not an absolute path":   func(c *Config) { c.Module = "m.so" },
		"token is not set":       func(c *Config) { c.TokenLabel = "" },
		"both set":               func(c *Config) { c.TokenSerial = "1" },
		"key label is not set":   func(c *Config) { c.KeyLabel = "" },
		"no source for the PIN":  func(c *Config) { c.PIN = nil },
		"must be 2 or more":      func(c *Config) { c.MaxSessions = 1 },
		"-1 sessions":            func(c *Config) { c.MaxSessions = -1 },
		"a wait or timeout is n": func(c *Config) { c.Timeout = -1 },
	} {
		c := good
		change(&c)
		if _, err := Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: Open: got %v", says, err)
		}
		if _, err := Provision(t.Context(), c); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: Provision: got %v", says, err)
		}
	}
}

func TestTheReferenceStaysTheSameUnderAName(t *testing.T) {
	byLabel := Config{TokenLabel: "hsm", KeyLabel: "master"}
	if key := named(t, byLabel).ref().Key; key != "hsm/master" {
		t.Errorf("by label: %q", key)
	}
	byLabel.Name = "prod"
	bySerial := Config{TokenSerial: "0815", KeyLabel: "renamed", Name: "prod"}
	if a, b := named(t, byLabel).ref(), named(t, bySerial).ref(); a != b {
		t.Errorf("%v is not %v", a, b)
	}
}

func named(t *testing.T, c Config) Config {
	t.Helper()
	c.Module = "/lib/m.so"
	c.PIN = func(context.Context) ([]byte, error) { return nil, nil }
	c, err := c.complete()
	if err != nil {
		t.Fatal(err)
	}
	return c
}
