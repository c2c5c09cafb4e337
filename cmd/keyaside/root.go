package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/configs"
)

// configEnv names the configuration file where --config is not given.
const configEnv = "KEYASIDE_CONFIG"

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "keyaside",
		Short: "Encrypt configured database fields on their way through a proxy",
		Long: "Keyaside is a proxy between an application and PostgreSQL. It encrypts the configured columns on their way to the\n" +
			"database and decrypts them on their way back, with keys per tenant under a master key in an HSM.\n\n" +
			"Every setting of the configuration file can also come from the environment: postgres.listen is\n" +
			"KEYASIDE_POSTGRES_LISTEN, and so on. Exit codes: 0 success, 1 failure, 2 wrong usage or configuration.",
		SilenceUsage:  true, // a fault while running is not explained by a list of flags
		SilenceErrors: true, // report prints them, once
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(commands()...)
	return root
}

// runs marks the errors of a command's own work, so that all others are known to be wrong usage.
func runs(do func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := do(cmd, args); err != nil {
			return &runError{err}
		}
		return nil
	}
}

func addConfigFlag(cmd *cobra.Command) {
	cmd.Flags().StringP("config", "c", "", "configuration `FILE` (default $"+configEnv+")")
}

func addJSONFlag(cmd *cobra.Command) {
	cmd.Flags().Bool("json", false, "print JSON")
}

func boolFlag(cmd *cobra.Command, name string) bool {
	v, err := cmd.Flags().GetBool(name)
	if err != nil {
		panic(err) // the program asks for a flag that it did not define
	}
	return v
}

func stringFlag(cmd *cobra.Command, name string) string {
	v, err := cmd.Flags().GetString(name)
	if err != nil {
		panic(err)
	}
	return v
}

// loadConfig reads the configuration that the command line or the environment names; without a file, all of it may come
// from the environment.
func loadConfig(cmd *cobra.Command) (*configs.Config, error) {
	path := stringFlag(cmd, "config")
	if path == "" {
		path = os.Getenv(configEnv)
	}
	if path == "" && !configuredByEnvironment() {
		return nil, usageErrorf("no configuration is given; name it with --config FILE or %s", configEnv)
	}
	return configs.Load(path)
}

func configuredByEnvironment() bool {
	for _, kv := range os.Environ() {
		if strings.HasPrefix(kv, "KEYASIDE_POSTGRES_") {
			return true
		}
	}
	return false
}
