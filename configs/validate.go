package configs

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// checker collects the faults of a decoded configuration.
type checker struct {
	origins  *origins
	problems Problems
}

func (c *Config) validate() Problems {
	k := &checker{origins: &c.origins}
	k.postgres(&c.Postgres)
	k.keys(&c.Keys)
	k.required("audit.path", c.Audit.Path, "name the file of the audit log, e.g. /var/log/keyaside/audit.jsonl")
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	k.oneOf("log.format", c.Log.Format, "text", "json")
	k.fields(c)
	k.tables(c)
	slices.SortStableFunc(k.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return k.problems
}

func (k *checker) fail(path, what, todo string) {
	k.problems = append(k.problems, k.origins.problem(path, what, todo))
}

func (k *checker) required(path, value, todo string) bool {
	if value == "" {
		k.fail(path, "is missing", todo)
	}
	return value != ""
}

func (k *checker) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		k.fail(path, "has an unknown value", "write one of "+strings.Join(allowed, ", "))
	}
}

func (k *checker) between(path string, value, least, most int) {
	if value < least || value > most {
		k.fail(path, "is out of range", fmt.Sprintf("write %d to %d", least, most))
	}
}

func (k *checker) size(path string, value, least, most Bytes) {
	if value < least || value > most {
		k.fail(path, "is out of range", fmt.Sprintf("write %s to %s", least, most))
	}
}

func (k *checker) positive(path string, value Duration) {
	if value <= 0 {
		k.fail(path, "must be more than 0", "write a duration, e.g. 30s")
	}
}

func (k *checker) postgres(p *Postgres) {
	k.address("postgres.listen", p.Listen, true)
	if k.required("postgres.upstream", p.Upstream, "name the PostgreSQL server, e.g. 127.0.0.1:5432") {
		k.address("postgres.upstream", p.Upstream, false)
		if p.Upstream == p.Listen {
			k.fail("postgres.upstream", "is the proxy's own address", "name the PostgreSQL server, or move postgres.listen")
		}
	}
	k.oneOf("postgres.mode", p.Mode, ModeEnforce, ModeObserve)
	k.oneOf("postgres.ask_tenant", p.AskTenant, AskOnChange, AskInTransaction, AskBeforeStatements)
	if p.Observe.Every < Duration(time.Second) {
		k.fail("postgres.observe.every", "is less than 1s", "write at least 1s")
	}
	k.between("postgres.observe.statements", p.Observe.Statements, 1, 100_000)
	k.required("postgres.catalog.user", p.Catalog.User, "name the role with which the proxy reads table definitions")
	k.secret("postgres.catalog.password", p.Catalog.Password, false)
	if p.Catalog.Refresh < Duration(time.Second) {
		k.fail("postgres.catalog.refresh", "is less than 1s", "write at least 1s")
	}
	k.between("postgres.limits.connections", p.Limits.Connections, 1, 1_000_000)
	k.size("postgres.limits.message_bytes", p.Limits.MessageBytes, 64<<10, 1<<30)
	k.size("postgres.limits.statement_bytes", p.Limits.StatementBytes, 1<<10, max(p.Limits.MessageBytes, 1<<10))
	k.positive("postgres.limits.startup_timeout", p.Limits.StartupTimeout)
}

// address accepts host:port; a port that the system chooses makes sense only for listening, the directory of a Unix
// socket only for connecting.
func (k *checker) address(path, value string, listen bool) {
	if !listen && strings.HasPrefix(value, "/") {
		return
	}
	host, port, err := net.SplitHostPort(value)
	n, portErr := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || portErr != nil:
		k.fail(path, "is not host:port", "write e.g. 127.0.0.1:5432 or [::1]:5432, with a port number")
	case !listen && (host == "" || n == 0):
		k.fail(path, "lacks the host or the port", "write both, e.g. 127.0.0.1:5432")
	}
}

func (k *checker) keys(keys *Keys) {
	k.required("keys.store.bolt", keys.Store.Bolt, "name the file of the key store, e.g. /var/lib/keyaside/keys.db")
	k.master(&keys.Master)
	k.oneOf("keys.create", keys.Create, CreateOnFirstUse, CreateExplicit)
	if keys.Cryptoperiod.Std()%(24*time.Hour) != 0 {
		k.fail("keys.cryptoperiod", "is not a number of whole days", "write e.g. 365d, or 0d for no end")
	}
	k.between("keys.cache.entries", keys.Cache.Entries, 1, 10_000_000)
	k.positive("keys.cache.ttl", keys.Cache.TTL)
	k.positive("keys.cache.refresh", keys.Cache.Refresh)
	k.positive("keys.cache.negative_ttl", keys.Cache.NegativeTTL)
	if keys.Cache.Refresh > keys.Cache.TTL {
		k.fail("keys.cache.refresh", "is longer than keys.cache.ttl", "make it at most the ttl, after which keys are read anew anyway")
	}
	if keys.Cache.NegativeTTL > keys.Cache.TTL {
		k.fail("keys.cache.negative_ttl", "is longer than keys.cache.ttl", "make it a few seconds")
	}
}

func (k *checker) master(m *Master) {
	switch {
	case m.PKCS11 == nil && m.File == nil:
		k.fail("keys.master", "names no master key", "write keys.master.pkcs11 (an HSM or SoftHSM) or keys.master.file (development)")
		return
	case m.PKCS11 != nil && m.File != nil:
		k.fail("keys.master", "names two master keys", "keep either pkcs11 or file")
	}
	if p := m.PKCS11; p != nil {
		k.required("keys.master.pkcs11.module", p.Module, "name the PKCS#11 library, e.g. /usr/lib/softhsm/libsofthsm2.so")
		k.required("keys.master.pkcs11.token", p.Token, "name the token's label")
		k.required("keys.master.pkcs11.key", p.Key, "name the key's label, or leave it out for keyaside-master")
		k.secret("keys.master.pkcs11.pin", p.PIN, true)
		k.between("keys.master.pkcs11.sessions", p.Sessions, 2, 1024)
	}
	if f := m.File; f != nil {
		k.required("keys.master.file.path", f.Path, "name the file of the master key, e.g. /etc/keyaside/master.age")
		k.secret("keys.master.file.passphrase", f.Passphrase, true)
	}
}

func (k *checker) secret(path string, ref *SecretRef, required bool) {
	if ref == nil {
		if required {
			k.fail(path, "is missing", "write {file: PATH}, {env: NAME} or {fd: NUMBER}")
		}
		return
	}
	count := 0
	for _, set := range []bool{ref.File != "", ref.Env != "", ref.FD != 0 || k.origins.given(path+".fd")} {
		if set {
			count++
		}
	}
	if count != 1 {
		k.fail(path, "must have exactly one of file, env and fd", "keep one of them")
	} else if ref.File == "" && ref.Env == "" && ref.FD < 3 {
		k.fail(path+".fd", "is a standard stream or negative", "pass the secret on descriptor 3 or above")
	}
}

// validTenant is the form of a tenant's name that the key store accepts.
func validTenant(name string) bool {
	return name != "" && len(name) <= 255 && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}
