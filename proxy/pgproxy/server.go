package pgproxy

import (
	"context"
	"log/slog"
	"net"
	"sync"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// Server accepts PostgreSQL clients and relays each to the upstream server. It is safe for concurrent use.
type Server struct {
	upstream string
	policy   *boundPolicy
	catalog  CatalogSource
	keys     fieldcrypt.KeySource
	limits   Limits
	log      *slog.Logger
	acceptor proxy.Acceptor
	observer *observer // nil: the server enforces

	mu        sync.Mutex
	databases map[string]*database
}

// NewServer checks the configuration and returns a server that has not begun to accept.
func NewServer(cfg Config) (*Server, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	policy, err := bindPolicy(cfg.Policy)
	if err != nil {
		return nil, err
	}
	if err := policy.rule(cfg.Access); err != nil {
		return nil, err
	}
	policy.ask = cfg.Ask
	s := &Server{
		upstream:  cfg.Upstream,
		policy:    policy,
		catalog:   cfg.Catalog,
		keys:      cfg.Keys,
		limits:    cfg.Limits.withDefaults(),
		log:       cfg.Logger,
		databases: make(map[string]*database),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.observer, err = newObserver(cfg.Observe, s.log); err != nil {
		return nil, err
	}
	s.acceptor = proxy.Acceptor{Limit: s.limits.Connections, Handle: s.handle, Refuse: refuseConnection, Log: s.log}
	return s, nil
}

// Serve accepts from ln until Shutdown, and then returns nil.
func (s *Server) Serve(ln net.Listener) error {
	if s.observer != nil {
		ctx, stop := context.WithCancel(context.Background())
		var reminding sync.WaitGroup
		reminding.Go(func() { s.observer.remind(ctx) })
		defer reminding.Wait()
		defer stop()
	}
	return s.acceptor.Serve(ln)
}

// Observed returns what an observing server has counted; zeros for one that enforces.
func (s *Server) Observed() Observed {
	if s.observer == nil {
		return Observed{}
	}
	return s.observer.counts()
}

// Shutdown stops accepting and lets each session end when it is outside of a transaction. When ctx ends, the rest is cut
// off. It returns when no session is left, with ctx's error if some were cut off.
func (s *Server) Shutdown(ctx context.Context) error { return s.acceptor.Shutdown(ctx) }

// Sessions returns the number of connections that are being served.
func (s *Server) Sessions() int { return s.acceptor.Open() }

// databaseNamed returns what is known of a database. An unknown one is remembered only once its catalog could be read,
// so that clients can't fill the memory with names.
func (s *Server) databaseNamed(ctx context.Context, name string) (*database, error) {
	s.mu.Lock()
	d := s.databases[name]
	s.mu.Unlock()
	if d != nil {
		return d, nil
	}
	d = &database{
		name: name, source: s.catalog, policy: s.policy.policy, log: s.log,
		config: pgsql.Config{MaxTextBytes: s.limits.StatementBytes},
	}
	if err := d.refresh(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.databases[name]; known != nil {
		return known, nil
	}
	s.databases[name] = d
	return d, nil
}
