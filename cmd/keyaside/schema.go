package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

func newSchemaCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Plan or install what the database needs for protected columns",
		Long: "Plan or install, for every configured column: a domain as its type, whose CHECK lets envelopes of the field's shape in\n" +
			"and nothing else, whoever writes them; and for searchable fields the index that comparisons use, behind the tenant's\n" +
			"column if there is one. What is there already is left alone, so both commands can be repeated; --down is the way back.\n\n" +
			"A column gets its domain by ALTER TABLE, which locks the table and rewrites it; indexes are built concurrently, but for\n" +
			"partitioned tables. Prepared statements of running sessions may have to be prepared again. Nothing is changed while a\n" +
			"column holds something else than envelopes. The role must own the tables and may create in their schemas; it needs\n" +
			"not be a superuser.",
	}
	cmd.AddCommand(newSchemaPlanCommand(), newSchemaApplyCommand())
	return cmd
}

func newSchemaPlanCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Print the SQL that apply would run, and why",
		Long:  "Print the SQL that apply would run, and why. Nothing is changed. The exit code is 1 if something is in the way.",
		Args:  cobra.NoArgs,
		RunE: runs(func(cmd *cobra.Command, _ []string) error {
			return withSchemaPlan(cmd, true, func(_ *pgx.Conn, p *schemaPlan) error {
				if boolFlag(cmd, "json") {
					return p.writeJSON(cmd.OutOrStdout())
				}
				return p.writeSQL(cmd.OutOrStdout(), stringFlag(cmd, "lock-timeout"))
			})
		}),
	}
	addSchemaFlags(cmd)
	addJSONFlag(cmd)
	return cmd
}

func addSchemaFlags(cmd *cobra.Command) {
	addConfigFlag(cmd)
	cmd.Flags().String("database", "", "the `DATABASE` (default: the only one that has a configured table)")
	cmd.Flags().Bool("down", false, "the way back: plain types, without domains and indexes")
	cmd.Flags().String("user", "", "log in as `ROLE`, which owns the tables (default: postgres.catalog.user)")
	cmd.Flags().String("password-file", "", "read the password of --user from `PATH`")
	cmd.Flags().String("password-env", "", "read the password of --user from the environment variable `NAME`")
	cmd.Flags().String("lock-timeout", "10s", "give up on a lock after `DURATION`, so that other sessions do not queue behind it")
}

// withSchemaPlan makes the plan and hands it over with the session that it was made in. It ends with a failure if the plan
// has problems.
func withSchemaPlan(cmd *cobra.Command, readOnly bool, use func(*pgx.Conn, *schemaPlan) error) error {
	cfg, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	policy, err := newPolicy(cfg)
	if err != nil {
		return err
	}
	if d, err := time.ParseDuration(stringFlag(cmd, "lock-timeout")); err != nil || d < time.Millisecond {
		return usageErrorf("--lock-timeout: write a duration of at least 1ms, e.g. 10s")
	}
	login, err := schemaLogin(cmd, cfg.Postgres)
	if err != nil {
		return err
	}
	database, _, err := explainedDatabase(cmd.Context(), cfg, stringFlag(cmd, "database"))
	if err != nil {
		return err
	}
	conn, err := connectSchema(cmd.Context(), login, database, stringFlag(cmd, "lock-timeout"), readOnly)
	if err != nil {
		return catalogError(login, database, err)
	}
	defer conn.Close(cmd.Context())
	plan, err := planSchema(cmd.Context(), conn, policy, boolFlag(cmd, "down"))
	if err != nil {
		return err
	}
	plan.Database = database
	if err := use(conn, plan); err != nil {
		return err
	}
	if len(plan.Problems) > 0 {
		return silentError{errors.New("something is in the way of the schema")}
	}
	return nil
}

// schemaLogin is the catalog's login, or the one of the flags.
func schemaLogin(cmd *cobra.Command, p configs.Postgres) (*configs.Postgres, error) {
	user, file, env := stringFlag(cmd, "user"), stringFlag(cmd, "password-file"), stringFlag(cmd, "password-env")
	switch {
	case user == "" && (file != "" || env != ""):
		return nil, usageErrorf("a password is given without --user; name the role that it is for")
	case file != "" && env != "":
		return nil, usageErrorf("both --password-file and --password-env are given; name one")
	case user != "":
		p.Catalog = configs.Catalog{User: user}
		if file != "" || env != "" {
			p.Catalog.Password = &configs.SecretRef{File: file, Env: env}
		}
	}
	return &p, nil
}

func connectSchema(ctx context.Context, p *configs.Postgres, database, lockTimeout string, readOnly bool) (*pgx.Conn, error) {
	conn, err := connectCatalog(ctx, p, database)
	if err != nil {
		return nil, err
	}
	settings := append(sessionSettings(lockTimeout), "set application_name = 'keyaside schema'")
	if !readOnly {
		settings = append(settings, "set default_transaction_read_only = off")
	}
	for _, s := range settings {
		if _, err := conn.Exec(ctx, s); err != nil {
			return nil, errors.Join(err, conn.Close(ctx))
		}
	}
	return conn, nil
}

// planSchema looks at every configured table of the database. Tables that it does not have are another database's.
func planSchema(ctx context.Context, conn *pgx.Conn, policy *pgsql.Policy, down bool) (*schemaPlan, error) {
	plan := &schemaPlan{Down: down, freed: map[string]int{}}
	made := map[string]bool{}
	for i := range policy.Tables {
		t := &policy.Tables[i]
		state, err := readTable(ctx, conn, t)
		if err != nil {
			return nil, err
		}
		p := &tablePlanner{plan: plan, table: t, state: state, made: made}
		switch {
		case state == nil:
			p.note("", "does not exist in this database", "")
		case state.kind != "r" && state.kind != "p":
			p.problem("", "is not a table of this server", "name the table that holds the data")
		case down:
			p.down()
		default:
			if err := countForeign(ctx, conn, t, state); err != nil {
				return nil, err
			}
			p.up()
		}
	}
	return plan, nil
}

// countForeign counts what columns hold that are to get a domain.
func countForeign(ctx context.Context, conn *pgx.Conn, t *pgsql.Table, state *tableState) error {
	for i := range t.Columns {
		c := &t.Columns[i]
		s, ok := state.columns[c.Name]
		shape := shapeOf(c)
		domain := state.domains[s.domain]
		plain := s.typ == shape.baseType() || c.Storage == pgsql.StorageText && s.typ == "character varying" || domain.ours && domain.base == shape.baseType()
		if !ok || s.domain == shape.domain() || !plain {
			continue
		}
		if err := state.countForeign(ctx, conn, t, c.Name, shape); err != nil {
			return fmt.Errorf("%w; log in with --user as the role that owns the table", err)
		}
	}
	return nil
}
