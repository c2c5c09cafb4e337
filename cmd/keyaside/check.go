package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/configs"
)

func newCheckCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Validate the configuration, also against keys and database",
		Long: "Validate the configuration and the files that it names; then, unless --offline is given, open the master key and the\n" +
			"key store, log in to the database, and see that tables, columns, storage and tenant columns fit. Nothing is changed.\n" +
			"The exit code is 0 if there is no error, also with warnings; 1 for an error; 2 for a faulty configuration.",
		Args: cobra.NoArgs,
		RunE: runs(func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			found := checkConfig(cfg)
			if !boolFlag(cmd, "offline") {
				checkKeys(cmd.Context(), cfg, found)
				checkDatabases(cmd.Context(), cfg, stringFlag(cmd, "database"), found)
			}
			return printFindings(cmd, found)
		}),
	}
	addConfigFlag(cmd)
	addJSONFlag(cmd)
	cmd.Flags().Bool("offline", false, "look at the configuration and its files only")
	cmd.Flags().String("database", "", "look at one `DATABASE` only (default: all that the catalog login may connect to)")
	return cmd
}

func printFindings(cmd *cobra.Command, f *findings) error {
	write := f.writeTable
	if boolFlag(cmd, "json") {
		write = f.writeJSON
	}
	if err := write(cmd.OutOrStdout()); err != nil {
		return err
	}
	if f.count(levelError) > 0 {
		return silentError{errors.New("check found errors")}
	}
	return nil
}

// checkConfig looks at what can be judged without connecting; that the configuration loads is known.
func checkConfig(c *configs.Config) *findings {
	f := new(findings)
	f.ok("configuration", "is complete and consistent")
	if problems, ok := errors.AsType[configs.Problems](c.CheckFiles()); ok {
		for _, p := range problems {
			f.problem(p)
		}
	}
	if _, err := newAccess(c); err != nil {
		f.errorOf("configuration", err)
	}
	if c.Postgres.Mode == configs.ModeObserve {
		f.warn("postgres.mode", "is observe: nothing is encrypted and nothing refused", "set it to enforce once the log shows that your statements are served")
	}
	if !loopback(c.Postgres.Listen) {
		f.warn("postgres.listen", c.Postgres.Listen+" can be reached from other machines, and clients send plaintext to it",
			"listen on a loopback address beside the application")
	}
	return f
}

// checkKeys opens what holds keys, the way serve would, and changes nothing.
func checkKeys(ctx context.Context, c *configs.Config, f *findings) {
	checkStore(ctx, c.Keys.Store, f)
	checkAudit(c.Audit.Path, f)
	w, err := openMaster(ctx, c.Keys.Master)
	if err != nil {
		f.errorOf("keys.master", err)
		return
	}
	defer w.Close()
	if err := w.Probe(ctx); err != nil {
		f.errorOf("keys.master", withMasterRemedy(err))
		return
	}
	ref := w.Ref()
	f.ok("keys.master", "wraps and unwraps as "+masterName(ref.Provider, ref.Key, ref.Version))
}
