package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/keystore"
)

func newKeysShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show KEY-ID",
		Short: "Show one key record, without its wrapped bytes",
		Args:  cobra.ExactArgs(1),
		RunE: runs(func(cmd *cobra.Command, args []string) error {
			id, err := keystore.ParseID(args[0])
			if err != nil {
				return usageError{fmt.Errorf("%w; keyaside keys list shows the ids", err)}
			}
			return withStore(cmd, func(s keystore.Store) error {
				r, err := s.Get(cmd.Context(), id)
				if err != nil {
					return withKeyRemedy(err)
				}
				return showKey(cmd, r)
			})
		}),
	}
	addConfigFlag(cmd)
	addJSONFlag(cmd)
	return cmd
}
