package drivertest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/internal/pgtest"
	"github.com/keyaside/keyaside/proxy/pgproxy"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// talkative is a server that writes down all it gets to see, and keeps it: statements and parameters in its log, whole
// pages and all segments in its WAL.
func talkative() []pgtest.Option {
	var options []pgtest.Option
	for key, value := range map[string]string{
		"log_statement":                     "all",
		"log_min_duration_statement":        "0",
		"log_parameter_max_length":          "-1",
		"log_parameter_max_length_on_error": "-1",
		"log_error_verbosity":               "verbose",
		"wal_level":                         "replica",
		"full_page_writes":                  "on",
		"wal_keep_size":                     "8GB",
		"max_wal_size":                      "8GB",
	} {
		options = append(options, pgtest.WithConf(key, value))
	}
	return options
}

// stage is the proxy with its keys in front of a server of its own.
type stage struct {
	*ledger
	pg       *pgtest.Server
	chain    *chain
	database string
	address  string // of the proxy
	log      string // the proxy's
	control  string // stands in the unprotected column of each row
	controls []mark
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := newServer(t)
	dir := t.TempDir()
	s.chain, s.log = newChain(t, dir), filepath.Join(dir, "proxy.log")
	log, err := os.Create(s.log)
	check(t, err)
	closeAtEnd(t, log)
	server, err := pgproxy.NewServer(pgproxy.Config{
		Upstream: s.pg.Addr(), Policy: policy(), Keys: s.chain.keys,
		Catalog: pgproxy.NewCatalogSource(pgproxy.CatalogConfig{
			Upstream: s.pg.Addr(), User: s.pg.User,
			Password: func() (string, error) { return s.pg.Password, nil },
		}),
		Logger: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	check(t, err)
	s.address = serve(t, server)
	return s
}

// newServer starts a server with the table and no proxy.
func newServer(t *testing.T) *stage {
	t.Helper()
	s := &stage{ledger: &ledger{t: t}, pg: pgtest.Start(t, talkative()...)}
	s.database = s.pg.NewDatabase(t)
	control := &ledger{t: t}
	s.control = control.word("control")
	s.controls = control.marks
	check(t, s.pg.Exec(s.database, tableDDL))
	return s
}

func policy() *pgsql.Policy {
	return &pgsql.Policy{Tables: []pgsql.Table{{
		Schema: "public", Name: "customers", Tenant: pgsql.TenantSource{Column: "tenant_id"},
		Columns: []pgsql.Column{
			{Name: "email", Field: "customer_email", Type: "text", Index: 0},
			{Name: "note", Field: "customer_note", Type: "text", Storage: pgsql.StorageText, Index: 1},
			{Name: "photo", Field: "customer_photo", Type: "bytea", Index: 2},
			{Name: "points", Field: "customer_points", Type: "int8", Index: 3},
			{Name: "born", Field: "customer_born", Type: "date", Index: 4},
			{Name: "ref", Field: "customer_ref", Type: "uuid", Index: 5},
			{Name: "profile", Field: "customer_profile", Type: "jsonb", Index: 6},
		},
	}}}
}

// serve runs the proxy on a free port until the test ends.
func serve(t *testing.T, server *pgproxy.Server) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return ln.Addr().String()
}

// dsn is the database through the proxy, for drivers.
func (s *stage) dsn() string {
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", s.pg.User, s.address, s.database)
}

// direct is a connection that goes around the proxy.
func (s *stage) direct() *pgx.Conn {
	s.t.Helper()
	return connect(s.t, s.pg.DSN(s.database))
}

func connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	check(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}
