// Package pgproxy is a session between a PostgreSQL client and its server in which protected columns are sealed on the
// way in and opened on the way out.
//
// A session has two halves. The machine is a state machine over bytes: it is fed with what either side sent and says
// what to write to either side, without I/O, so that it can be fuzzed and replayed. The transport moves the bytes, one
// goroutine per direction, and fetches the keys for which the machine waits. Messages that cannot matter pass from the
// read buffer without being copied or looked into.
//
// What it defends against: plaintext of a protected column reaching the server; a value that was moved to another
// tenant's row, altered, or written around the proxy being taken for what it claims to be. What it does not: a client
// that is entitled to read, functions and triggers on the server, which see ciphertext, and the existence, length and
// number of values.
package pgproxy

import (
	"errors"
	"log/slog"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// Config is what a Server needs. All but Access, Observe, Limits and Logger must be set.
type Config struct {
	// Upstream is the server's address: "host:port", or the path of a Unix socket's directory with the port, "/dir:5432".
	Upstream string
	// Policy names the protected columns. Columns that share a field share its Index; indexes are dense and unique in
	// the process.
	Policy  *pgsql.Policy
	Catalog CatalogSource
	// Access has rules for fields by their id; a field without any is plaintext to all roles. Roles that the rules name
	// are to be among CatalogConfig.Groups, so that their members are known.
	Access map[string]Access
	// Ask says when the server is asked for the parameters that name tenants.
	Ask    Ask
	Keys   fieldcrypt.KeySource
	Limits Limits
	// Observe makes the server watch instead of enforce; nil: it enforces. An observing server protects nothing.
	Observe *Observe
	Logger  *slog.Logger // nil: nothing is logged
}

// Limits bounds what a client can make the proxy hold. Zero means the default.
type Limits struct {
	Connections    int           // at a time; default 1000
	MessageBytes   int           // a message that must be whole to be sealed or opened, in bytes; default 64 MiB
	StatementBytes int           // an SQL text, in bytes; default 16 MiB
	StartupTimeout time.Duration // from the connection to the end of authentication; default 10 s
	DialTimeout    time.Duration // to the server; default 5 s
	KeyTimeout     time.Duration // to fetch a key; default 10 s
}

func (l Limits) withDefaults() Limits {
	setDefault(&l.Connections, 1000)
	setDefault(&l.MessageBytes, 64<<20)
	setDefault(&l.StatementBytes, 16<<20)
	setDefault(&l.StartupTimeout, 10*time.Second)
	setDefault(&l.DialTimeout, 5*time.Second)
	setDefault(&l.KeyTimeout, 10*time.Second)
	return l
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// sizeLimit is the limit in bytes for a client's message of the type.
func (l *Limits) sizeLimit(typ byte) int {
	if typ == 'Q' || typ == 'P' {
		return l.StatementBytes
	}
	return l.MessageBytes
}

func (c *Config) validate() error {
	switch {
	case c.Upstream == "":
		return errors.New("pgproxy: no upstream address")
	case c.Policy == nil:
		return errors.New("pgproxy: no policy")
	case c.Catalog == nil:
		return errors.New("pgproxy: no catalog source")
	case c.Keys == nil:
		return errors.New("pgproxy: no key source")
	}
	return nil
}
