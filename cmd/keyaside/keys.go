package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/keystore"
)

func newKeysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "List, show, create and rotate tenants' keys",
		Long: "List, show, create and rotate tenants' keys. The commands work on the key store while a proxy uses it; the proxy sees\n" +
			"a change when it looks the key up again, see keys.cache.refresh. Every change is in the audit log, with the operating system's user and the reason.",
	}
	cmd.AddCommand(newKeysListCommand(), newKeysShowCommand(), newKeysCreateCommand(), newKeysRotateCommand())
	return cmd
}

// withStore runs do with the key store opened alone: reading records needs no master key.
func withStore(cmd *cobra.Command, do func(keystore.Store) error) error {
	cfg, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	store, err := openStore(cfg.Keys.Store, false)
	if err != nil {
		return err
	}
	return errors.Join(do(store), store.Close())
}

// withManager runs do with everything that changing keys needs.
func withManager(cmd *cobra.Command, do func(context.Context, *keystore.Manager) error) error {
	cfg, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	if err := cfg.CheckFiles(); err != nil {
		return err
	}
	k, err := openKeyring(cmd.Context(), cfg, cliActor())
	if err != nil {
		return err
	}
	return errors.Join(withKeyRemedy(do(cmd.Context(), k.manager)), k.Close())
}

// addChangeFlags are the flags of every command that changes keys.
func addChangeFlags(cmd *cobra.Command) {
	addConfigFlag(cmd)
	addJSONFlag(cmd)
	cmd.Flags().String("tenant", "", "`TENANT` whose keys are changed")
	cmd.Flags().String("reason", "", "`TEXT` for the audit log, why this is done")
	for _, name := range []string{"tenant", "reason"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
}

// withKeyRemedy adds what the operator can do about a class of errors.
func withKeyRemedy(err error) error {
	for _, r := range []struct {
		class  error
		remedy string
	}{
		{keystore.ErrExists, "nothing was changed; keyaside keys list shows them, keyaside keys rotate makes a new version"},
		{keystore.ErrNotFound, "keyaside keys list shows what there is"},
		{keystore.ErrIndexRotation, "rotate the purpose data or kek"},
	} {
		if errors.Is(err, r.class) {
			return fmt.Errorf("%w; %s", err, r.remedy)
		}
	}
	return err
}
