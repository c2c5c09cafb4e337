package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/keystore"
)

func newKeysRotateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Make a new version of a tenant's key active",
		Long: "Make a new version of a tenant's key active. New values are sealed with it; values sealed with older versions still\n" +
			"open. The index key, by which equal values are found, stays as it is: with a new one nothing stored would be found. Running proxies use the new version when they look the key up again, see keys.cache.refresh.",
		Args: cobra.NoArgs,
		RunE: runs(func(cmd *cobra.Command, _ []string) error {
			purpose := keystore.Purpose(stringFlag(cmd, "purpose"))
			if purpose == keystore.PurposeIndex {
				return usageErrorf("--purpose index: %w: what was stored under the old key would not be found under the new one", keystore.ErrIndexRotation)
			}
			if purpose != keystore.PurposeData && purpose != keystore.PurposeKEK {
				return usageErrorf("--purpose %s: write data (seals values) or kek (wraps the tenant's keys)", purpose)
			}
			return withManager(cmd, func(ctx context.Context, m *keystore.Manager) error {
				r, err := m.Rotate(ctx, stringFlag(cmd, "tenant"), purpose, stringFlag(cmd, "reason"))
				if err != nil {
					return err
				}
				out := newKeyPrinter(cmd)
				return out.end(out.print(r))
			})
		}),
	}
	addChangeFlags(cmd)
	cmd.Flags().String("purpose", string(keystore.PurposeData), "which key: `PURPOSE` data or kek")
	return cmd
}
