package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/configs"
)

// statisticsView is the view of the server that keeps statements, and the argument that asks for it.
const statisticsView = "pg_stat_statements"

// maxScript bounds the file that is read, in bytes.
const maxScript = 256 << 20

func newCoverageCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "coverage {FILE.sql | - | pg_stat_statements}",
		Short: "Show how many of an application's statements the proxy would serve",
		Long: "Plan each statement of a file, of standard input, or of the server's view pg_stat_statements against the tables that the\n" +
			"database has now, and print how many pass untouched, are rewritten, and are refused, by reason and with examples.\n" +
			"Nothing is run. Each statement is looked at by itself: what earlier ones would have created or set does not count.\n\n" +
			"Of a file, commands of psql and the data of COPY … FROM STDIN are skipped. pg_stat_statements is read by the catalog's\n" +
			"role, which sees other roles' statements only as a member of pg_read_all_stats; its statements have no constants.\n\n" +
			"The exit code is 0 also if statements are refused, unless --max-refused says otherwise; 1 if something fails, 2 for\n" +
			"wrong usage or a faulty configuration.\n\n" +
			"--json prints one object. Further members may be added; these stay, and are left out where they have no value:\n" + coverageSchema,
		Args: cobra.ExactArgs(1),
		RunE: runs(runCoverage),
	}
	addConfigFlag(cmd)
	addJSONFlag(cmd)
	addExplainerFlags(cmd)
	cmd.Flags().Int("examples", 3, "examples that are shown of each reason")
	cmd.Flags().Float64("max-refused", 100, "exit with 1 if more than this `PERCENT` of the calls are refused or can't be read")
	return cmd
}

func runCoverage(cmd *cobra.Command, args []string) error {
	cfg, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	examples, _ := cmd.Flags().GetInt("examples")
	most, _ := cmd.Flags().GetFloat64("max-refused")
	if examples < 0 || most < 0 || most > 100 {
		return usageErrorf("--examples is at least 0, and --max-refused 0 to 100")
	}
	var source *script
	if args[0] != statisticsView {
		if source, err = openScript(cmd.InOrStdin(), args[0]); err != nil {
			return err
		}
	}
	e, err := newExplainer(cmd, cfg)
	if err != nil {
		return err
	}
	if source == nil {
		if source, err = statistics(cmd.Context(), cfg, e.database); err != nil {
			return err
		}
	}
	c := newCoverage(e.database, e.role, examples)
	for _, s := range source.statements {
		c.add(s, e.view(s.text))
	}
	c.finish()
	if args[0] != statisticsView {
		c.Skipped = &skipped{source.commands, source.copyLines}
	}
	if err := c.print(cmd.OutOrStdout(), boolFlag(cmd, "json")); err != nil {
		return err
	}
	if refused := c.refusedPercent(); refused > most {
		return fmt.Errorf("%.1f%% of the calls are refused or can't be read, more than %g%%", refused, most)
	}
	return nil
}

func (c *coverage) print(w io.Writer, asJSON bool) error {
	if !asJSON {
		return c.write(w)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(c)
}

// openScript reads a file, or standard input for -.
func openScript(in io.Reader, path string) (*script, error) {
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("%w; name a file of SQL statements, - or %s", err, statisticsView)
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxScript+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the statements: %w", err)
	case len(text) > maxScript:
		return nil, fmt.Errorf("%s has more than %s; give a part of it", path, configs.Bytes(maxScript))
	}
	s := readScript(string(text))
	if len(s.statements) == 0 {
		return nil, usageErrorf("%s has no statements", path)
	}
	return s, nil
}

// statistics reads the statements that the server has kept of one database.
func statistics(ctx context.Context, cfg *configs.Config, database string) (*script, error) {
	conn, err := connectCatalog(ctx, &cfg.Postgres, database)
	if err != nil {
		return nil, catalogError(&cfg.Postgres, database, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var view string
	err = conn.QueryRow(ctx, `select pg_catalog.format('%I.pg_stat_statements', n.nspname) from pg_catalog.pg_extension e
		join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'`).Scan(&view)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("database %s has no extension pg_stat_statements; CREATE EXTENSION pg_stat_statements, with it in shared_preload_libraries", database)
	}
	if err != nil {
		return nil, fmt.Errorf("look for pg_stat_statements: %w", err)
	}
	s := &script{}
	rows, _ := conn.Query(ctx, `select query, sum(calls)::bigint from `+view+`
		where dbid = (select oid from pg_catalog.pg_database where datname = current_database())
		and query is not null and query <> '<insufficient privilege>'
		and not (userid = current_user::regrole::oid and query like '%pg\_catalog.pg\_%') -- the proxy's own
		group by query order by 2 desc, 1`)
	var text string
	var calls int64
	_, err = pgx.ForEachRow(rows, []any{&text, &calls}, func() error {
		s.statements = append(s.statements, sourceStatement{text: text, calls: uint64(calls)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read pg_stat_statements: %w", err)
	}
	if len(s.statements) == 0 {
		return nil, fmt.Errorf("pg_stat_statements shows role %s no statement of database %s; GRANT pg_read_all_stats TO the role, or run the application", cfg.Postgres.Catalog.User, database)
	}
	return s, nil
}
