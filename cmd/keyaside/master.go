package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newMasterCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "master", Short: "Tend the master key"}
	cmd.AddCommand(newMasterCreateCommand())
	return cmd
}

func newMasterCreateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Generate the master key in the HSM's token or in the key file",
		Long: "Generate the master key that the configuration names: AES-256, in the token (sensitive and not extractable) or in a\n" +
			"new file that is encrypted with the passphrase. An existing key is never touched. Losing the master key loses\n" +
			"everything that was encrypted: back the token or the file up.",
		Args: cobra.NoArgs,
		RunE: runs(func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			ref, err := createMaster(cmd.Context(), cfg.Keys.Master)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "created master key %s\n", masterName(ref.Provider, ref.Key, ref.Version))
			return err
		}),
	}
	addConfigFlag(cmd)
	return cmd
}
