package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/pgproxy"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

func newExplainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain {SQL | -}",
		Short: "Show what the proxy would do with a statement",
		Long: "Plan a statement, or several, against the tables that the database has now, and print for each whether it passes\n" +
			"untouched, is rewritten (a value is sealed or opened, or the text changes) or is refused, and why. With - the text is\n" +
			"read from standard input. The statement is not run, no key is used, and no protected literal is printed; whether\n" +
			"a value fits its type, and whether a tenant has a key, shows only when the statement runs.\n\n" +
			"The exit code is 0 if the text is planned, 1 if it is refused or something fails, 2 for wrong usage or\n" +
			"a faulty configuration.\n\n" +
			"--json prints one object. Further members may be added; these stay, and are left out where they have no value:\n" + explainSchema,
		Args: cobra.ExactArgs(1),
		RunE: runs(explain),
	}
	addConfigFlag(cmd)
	addJSONFlag(cmd)
	addExplainerFlags(cmd)
	return cmd
}

func explain(cmd *cobra.Command, args []string) error {
	cfg, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	text, err := explainedText(cmd.InOrStdin(), args[0], int64(cfg.Postgres.Limits.StatementBytes))
	if err != nil {
		return err
	}
	e, err := newExplainer(cmd, cfg)
	if err != nil {
		return err
	}
	v := e.view(text)
	if boolFlag(cmd, "json") {
		out := json.NewEncoder(cmd.OutOrStdout())
		out.SetEscapeHTML(false) // < in SQL stays readable
		err = out.Encode(v)
	} else {
		err = v.write(cmd.OutOrStdout(), text)
	}
	if err == nil && v.Refusal != nil {
		err = silentError{errors.New("the statement is refused")}
	}
	return err
}

// explainedText is the argument, or standard input for -. One byte more than the proxy parses is enough to be refused.
func explainedText(in io.Reader, arg string, limit int64) (string, error) {
	if arg == "-" {
		text, err := io.ReadAll(io.LimitReader(in, limit+1))
		if err != nil {
			return "", fmt.Errorf("read the statement: %w", err)
		}
		arg = string(text)
	}
	if strings.TrimSpace(arg) == "" {
		return "", usageErrorf("the statement is empty; give it as one argument in quotes, or on standard input with -")
	}
	return arg, nil
}

func addExplainerFlags(cmd *cobra.Command) {
	cmd.Flags().String("role", "", "also say what the `ROLE` gets of protected columns; a member of a group has the group's rules")
	cmd.Flags().String("database", "", "the `DATABASE` that the statements are for (default: the only one that has a configured table)")
}

// explainer plans for one database, as serve does.
type explainer struct {
	database string
	catalog  *pgsql.Catalog
	policy   *pgsql.Policy
	planner  *pgsql.Planner
	access   map[string]pgproxy.Access // by the id of the field
	role     string                    // empty: one that gets plaintext
}

func newExplainer(cmd *cobra.Command, cfg *configs.Config) (*explainer, error) {
	e := &explainer{role: stringFlag(cmd, "role")}
	var err error
	if e.access, err = newAccess(cfg); err != nil {
		return nil, err
	}
	if e.policy, err = newPolicy(cfg); err != nil {
		return nil, err
	}
	if e.database, e.catalog, err = explainedDatabase(cmd.Context(), cfg, stringFlag(cmd, "database")); err != nil {
		return nil, err
	}
	e.planner, err = pgsql.NewPlanner(e.policy, e.catalog, pgsql.Config{MaxTextBytes: int(cfg.Postgres.Limits.StatementBytes)})
	if err != nil {
		return nil, fmt.Errorf("database %s: %w; see keyaside check", e.database, err)
	}
	return e, nil
}
