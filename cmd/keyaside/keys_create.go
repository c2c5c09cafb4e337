package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/keystore"
)

func newKeysCreateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Create the keys of a tenant",
		Long:  "Create the keys that a tenant lacks: one that wraps the others, one for data, one for search. Existing keys stay.",
		Args:  cobra.NoArgs,
		RunE: runs(func(cmd *cobra.Command, _ []string) error {
			return withManager(cmd, func(ctx context.Context, m *keystore.Manager) error {
				made, err := m.Create(ctx, stringFlag(cmd, "tenant"), stringFlag(cmd, "reason"))
				if err != nil {
					return err
				}
				out := newKeyPrinter(cmd)
				for _, r := range made {
					if err := out.print(r); err != nil {
						return err
					}
				}
				return out.end(nil)
			})
		}),
	}
	addChangeFlags(cmd)
	return cmd
}
