package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/keycache"
	"github.com/keyaside/keyaside/proxy/pgproxy"
)

// assembly is a whole proxy, put together and not yet accepting.
type assembly struct {
	Server *pgproxy.Server
	Keys   *keyring
	Cache  *keycache.Cache
}

// assemble builds the proxy that the configuration describes: it opens the key store, the audit log and the master key,
// which it proves usable, and connects to nothing else. The caller ends Server's work before it calls Close.
func assemble(ctx context.Context, c *configs.Config, log *slog.Logger) (_ *assembly, err error) {
	a := new(assembly)
	defer func() {
		if err != nil {
			_ = a.Close() // the error that stopped the assembly tells more
		}
	}()
	if a.Keys, err = openKeyring(ctx, c, actorServe); err != nil {
		return nil, err
	}
	if a.Cache, err = newCache(c.Keys.Cache, a.Keys); err != nil {
		return nil, err
	}
	if a.Server, err = newServer(c, a.Cache, log); err != nil {
		return nil, err
	}
	return a, nil
}

// Close clears all keys and closes the parts, in the order in which they depend on each other.
func (a *assembly) Close() error {
	var errs []error
	if a.Cache != nil {
		errs = append(errs, a.Cache.Close())
	}
	if a.Keys != nil {
		errs = append(errs, a.Keys.Close())
	}
	return errors.Join(errs...)
}

func newCache(c configs.Cache, k *keyring) (*keycache.Cache, error) {
	return keycache.New(keycache.Config{
		Keys: k.manager, Entries: c.Entries, TTL: c.TTL.Std(), Refresh: c.Refresh.Std(), NegativeTTL: c.NegativeTTL.Std(),
	})
}

func newServer(c *configs.Config, cache *keycache.Cache, log *slog.Logger) (*pgproxy.Server, error) {
	policy, err := newPolicy(c)
	if err != nil {
		return nil, err
	}
	access, err := newAccess(c)
	if err != nil {
		return nil, err
	}
	limits := c.Postgres.Limits
	server, err := pgproxy.NewServer(pgproxy.Config{
		Upstream: c.Postgres.Upstream,
		Policy:   policy,
		Access:   access,
		Ask:      newAsk(c.Postgres.AskTenant),
		Catalog:  newCatalogSource(c),
		Keys:     cache,
		Limits: pgproxy.Limits{
			Connections: limits.Connections, MessageBytes: int(limits.MessageBytes),
			StatementBytes: int(limits.StatementBytes), StartupTimeout: limits.StartupTimeout.Std(),
		},
		Observe: newObserve(&c.Postgres),
		Logger:  log,
	})
	if err != nil {
		return nil, fmt.Errorf("postgres proxy: %w", err)
	}
	return server, nil
}

// newObserve is nil unless the mode is observe.
func newObserve(p *configs.Postgres) *pgproxy.Observe {
	if p.Mode != configs.ModeObserve {
		return nil
	}
	return &pgproxy.Observe{Every: p.Observe.Every.Std(), Statements: p.Observe.Statements}
}

func newCatalogSource(c *configs.Config) pgproxy.CatalogSource {
	p := &c.Postgres
	return pgproxy.NewCatalogSource(pgproxy.CatalogConfig{
		Upstream: p.Upstream, User: p.Catalog.User, Password: catalogPassword(p.Catalog.Password), Refresh: p.Catalog.Refresh.Std(),
		Groups: ruledRoles(c),
	})
}

// catalogPassword is nil where the server asks for no password.
func catalogPassword(ref *configs.SecretRef) func() (string, error) {
	if ref == nil {
		return nil
	}
	return func() (string, error) {
		secret, err := ref.Read()
		return string(secret.Reveal()), err
	}
}
