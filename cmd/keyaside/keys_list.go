package main

import (
	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/keystore"
)

func newKeysListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List key records, by tenant, purpose and version",
		Args:  cobra.NoArgs,
		RunE: runs(func(cmd *cobra.Command, _ []string) error {
			return withStore(cmd, func(s keystore.Store) error {
				out := newKeyPrinter(cmd)
				err := s.List(cmd.Context(), stringFlag(cmd, "tenant"), func(r keystore.Record) bool { return out.print(r) == nil })
				return out.end(err)
			})
		}),
	}
	addConfigFlag(cmd)
	addJSONFlag(cmd)
	cmd.Flags().String("tenant", "", "list the keys of one `TENANT` only")
	return cmd
}
