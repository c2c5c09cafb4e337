package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"
)

func newSchemaApplyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Run the SQL that plan prints",
		Long: "Run the SQL that plan prints, after the same checks: one transaction for the domains of a table, then its indexes one by\n" +
			"one. What was done stays if a later statement fails; run it again to go on. An index that was not built to the end\n" +
			"is dropped and built anew.",
		Args: cobra.NoArgs,
		RunE: runs(func(cmd *cobra.Command, _ []string) error {
			return withSchemaPlan(cmd, false, func(conn *pgx.Conn, p *schemaPlan) error {
				if len(p.Problems) > 0 || len(p.Steps) == 0 {
					return p.writeSQL(cmd.OutOrStdout(), "")
				}
				return p.apply(cmd.Context(), conn, cmd.OutOrStdout())
			})
		}),
	}
	addSchemaFlags(cmd)
	return cmd
}

// apply runs the plan and prints each statement once it is done.
func (p *schemaPlan) apply(ctx context.Context, conn *pgx.Conn, out io.Writer) error {
	for _, group := range p.groups() {
		if err := applyGroup(ctx, conn, group); err != nil {
			return err
		}
		for _, s := range group {
			if _, err := fmt.Fprintf(out, "done: %s\n", oneLine(s.SQL)); err != nil {
				return err
			}
		}
	}
	return nil
}

func applyGroup(ctx context.Context, conn *pgx.Conn, group []schemaStep) error {
	run := func(s schemaStep) error {
		if _, err := conn.Exec(ctx, s.SQL); err != nil {
			return fmt.Errorf("%s: %w", oneLine(s.SQL), withSchemaRemedy(err))
		}
		return nil
	}
	if !group[0].Transaction {
		return run(group[0])
	}
	return pgx.BeginFunc(ctx, conn, func(pgx.Tx) error {
		for _, s := range group {
			if err := run(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// withSchemaRemedy adds what the operator can do about a class of errors. Only the server's message is kept: its detail may
// quote a row.
func withSchemaRemedy(err error) error {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	remedy := map[string]string{
		"42501": "log in with --user as the role that owns the table and may create in its schema",
		"55P03": "try again at a quieter time, or allow more with --lock-timeout",
		"23514": "a row was written meanwhile that is no envelope; see keyaside schema plan",
		"0A000": "drop what depends on the column, apply, and create it again",
	}[pgErr.Code]
	err = fmt.Errorf("%s (SQLSTATE %s)", pgErr.Message, pgErr.Code)
	if remedy != "" {
		err = fmt.Errorf("%w; %s", err, remedy)
	}
	return err
}
