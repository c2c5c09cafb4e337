package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/internal/pgtest"
)

const demoDatabase = "shop"

// stage is all that the demo sets up: a folder with configuration, master key, key store and logs, a server, and the
// proxy in this process. Close takes it down in the opposite order.
type stage struct {
	dir     string
	log     *os.File // the proxy's
	pg      *pgtest.Server
	proxy   *assembly
	proxied string // DSN through the proxy
	serving chan error
	port    int    // of the proxy
	config  string // path of the configuration
	rows    int    // of the data set
}

// setUp makes and starts all parts. After an error some are there, which Close takes down.
func (st *stage) setUp(ctx context.Context, s *screen) (err error) {
	s.heading("Setting up")
	if st.dir, err = os.MkdirTemp("", "keyaside-demo-"); err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	for _, step := range []func(context.Context, *screen) error{st.startServer, st.configure, st.startProxy} {
		if err := step(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

const demoSchema = `CREATE TABLE customers (
	id        bigint PRIMARY KEY,
	tenant_id text NOT NULL,
	city      text,
	name      bytea NOT NULL,
	email     bytea,
	card      bytea,
	born      bytea,
	note      text
)`

func (st *stage) startServer(ctx context.Context, s *screen) (err error) {
	if st.pg, err = pgtest.Run(ctx, pgtest.Options{}); err != nil {
		return err
	}
	if err := st.pg.Exec("postgres", "CREATE DATABASE "+demoDatabase); err != nil {
		return fmt.Errorf("creating the database: %w", err)
	}
	if err := st.pg.Exec(demoDatabase, "CREATE ROLE keyaside LOGIN; "+demoSchema); err != nil {
		return fmt.Errorf("creating the table: %w", err)
	}
	s.say("PostgreSQL %d on port %d, with a table customers of which five columns shall be protected", st.pg.Major, st.pg.Port)
	return nil
}

const demoConfig = `postgres:
  listen: 127.0.0.1:0
  upstream: %q
  catalog: {user: keyaside}
keys:
  store: {bolt: %q, create: true}
  master: %s
audit: {path: %q}
fields:
  customer_name: {type: text}
  customer_email: {type: text}
  customer_card: {type: text}
  customer_born: {type: date}
  customer_note: {type: text}
tables:
  - name: customers
    tenant: {column: tenant_id}
    columns:
      name: {field: customer_name}
      email: {field: customer_email}
      card: {field: customer_card}
      born: {field: customer_born}
      note: {field: customer_note, storage: text}
`

// configure writes the configuration file, as an operator would, and makes the master key that it names.
func (st *stage) configure(ctx context.Context, s *screen) error {
	master, err := prepareMaster(ctx, st.dir)
	if err != nil {
		return err
	}
	st.config = filepath.Join(st.dir, "keyaside.yaml")
	text := fmt.Sprintf(demoConfig, st.pg.Addr(), st.file("keys.db"), master.setting, st.file("audit.jsonl"))
	if err := os.WriteFile(st.config, []byte(text), 0o600); err != nil {
		return err
	}
	dropSettings()
	cfg, err := configs.Load(st.config)
	if err != nil {
		return err
	}
	if _, err := createMaster(ctx, cfg.Keys.Master); err != nil {
		return err
	}
	for _, line := range master.told {
		s.say("%s", line)
	}
	return nil
}

func (st *stage) file(name string) string { return filepath.Join(st.dir, name) }

// dropSettings takes settings of a real proxy out of this process's environment, where they would win over the demo's
// own configuration file.
func dropSettings() {
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "KEYASIDE_") && name != pgtest.BinEnv {
			_ = os.Unsetenv(name)
		}
	}
}

func (st *stage) startProxy(ctx context.Context, s *screen) error {
	cfg, err := configs.Load(st.config)
	if err != nil {
		return err
	}
	if st.log, err = os.OpenFile(st.file("proxy.log"), os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	if st.proxy, err = assemble(ctx, cfg, slog.New(slog.NewTextHandler(st.log, nil))); err != nil {
		return err
	}
	ln, err := net.Listen("tcp", cfg.Postgres.Listen)
	if err != nil {
		return listenError(cfg.Postgres.Listen, err)
	}
	st.port = ln.Addr().(*net.TCPAddr).Port
	st.proxied = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", st.port, demoDatabase)
	st.serving = make(chan error, 1)
	go func() { st.serving <- st.proxy.Server.Serve(ln) }()
	s.say("keyaside on port %d; configuration, key store and audit log in %s", st.port, st.dir)
	return nil
}

// through connects as an application does, to the proxy; around connects to the database itself.
func (st *stage) through(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, st.proxied) }

func (st *stage) around(ctx context.Context) (*pgx.Conn, error) {
	return pgx.Connect(ctx, st.pg.DSN(demoDatabase))
}

// demoDrain is how long sessions may take to end; the demo's own are closed by then.
const demoDrain = 2 * time.Second

// Close ends the proxy and the server and removes every file, as far as setUp came. It is called once.
func (st *stage) Close() error {
	var errs []error
	if st.serving != nil {
		ctx, cancel := context.WithTimeout(context.Background(), demoDrain)
		defer cancel()
		_ = st.proxy.Server.Shutdown(ctx) // sessions left open by a person with psql are cut off
		errs = append(errs, <-st.serving)
	}
	if st.proxy != nil {
		errs = append(errs, st.proxy.Close())
	}
	if st.pg != nil {
		errs = append(errs, st.pg.Stop())
	}
	if st.log != nil {
		errs = append(errs, st.log.Close())
	}
	if st.dir != "" {
		errs = append(errs, os.RemoveAll(st.dir))
	}
	return errors.Join(errs...)
}

// explain adds the end of the proxy's log, which is removed with the stage, to an error.
func (st *stage) explain(err error) error {
	text, readErr := os.ReadFile(st.file("proxy.log"))
	if readErr != nil || len(text) == 0 || errors.Is(err, context.Canceled) {
		return fmt.Errorf("demo: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return fmt.Errorf("demo: %w\nthe proxy's log ends: %s", err, lines[len(lines)-1])
}
