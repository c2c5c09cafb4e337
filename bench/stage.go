package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/keyaside/keyaside/internal/pgtest"
)

// stage is all that the loads need: a folder, a server with filled tables, the byte copier, and keyaside.
type stage struct {
	rows    int    // in each table
	program string // keyaside; built if empty

	dir    string
	pg     *pgtest.Server
	copier *byteCopier
	master string // where the master key is, for the report
	proxy  *proxyProcess
}

const database = "bench"

// maxClients leaves the server connections for the harness itself.
const maxClients = 90

// serverConf keeps the server's own background work out of the runs. Durability is off in every server of pgtest.
var serverConf = map[string]string{
	"autovacuum":         "off",
	"checkpoint_timeout": "1h",
	"max_wal_size":       "4GB",
	"wal_level":          "minimal",
	"max_wal_senders":    "0",
	"shared_buffers":     "128MB",
	"jit":                "off",
}

// setUp starts and fills everything. After an error some parts are there, which close takes down.
func (st *stage) setUp(ctx context.Context) (err error) {
	dropSettings()
	if st.dir, err = os.MkdirTemp("", "keyaside-bench-"); err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	for _, step := range []func(context.Context) error{st.startServer, st.startProxy, st.fill, st.compareTwins} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// dropSettings takes settings of a real proxy out of the environment, where they would win over the configuration file
// that is measured.
func dropSettings() {
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "KEYASIDE_") && name != pgtest.BinEnv {
			_ = os.Unsetenv(name)
		}
	}
}

func (st *stage) startServer(ctx context.Context) (err error) {
	if st.pg, err = pgtest.Run(ctx, pgtest.Options{Conf: serverConf}); err != nil {
		return err
	}
	if err := st.pg.Exec("postgres", "CREATE DATABASE "+database); err != nil {
		return fmt.Errorf("creating the database: %w", err)
	}
	if err := st.pg.Exec(database, schema()); err != nil {
		return fmt.Errorf("creating the tables: %w", err)
	}
	st.copier, err = startCopier(st.pg.Addr())
	return err
}

func (st *stage) startProxy(ctx context.Context) (err error) {
	if st.program == "" {
		if st.program, err = buildProgram(ctx, st.dir); err != nil {
			return err
		}
	}
	master, err := prepareMaster(ctx, st.dir)
	if err != nil {
		return err
	}
	st.master = master.told
	config, err := writeConfig(st.dir, st.pg.Addr(), master.setting)
	if err != nil {
		return err
	}
	st.proxy, err = startProxy(ctx, st.program, config, filepath.Join(st.dir, "proxy.log"))
	return err
}

// port returns where a contender connects to.
func (st *stage) port(c contender) int {
	switch c {
	case direct:
		return st.pg.Port
	case copier:
		return st.copier.port()
	}
	return st.proxy.port
}

// close takes down what setUp made, as far as it came, in the opposite order.
func (st *stage) close() error {
	var errs []error
	if st.proxy != nil {
		errs = append(errs, st.proxy.stop())
	}
	if st.copier != nil {
		errs = append(errs, st.copier.close())
	}
	if st.pg != nil {
		errs = append(errs, st.pg.Stop())
	}
	if st.dir != "" {
		errs = append(errs, os.RemoveAll(st.dir))
	}
	return errors.Join(errs...)
}
