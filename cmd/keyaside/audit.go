package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/audit"
)

func newAuditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Examine the audit log"}
	cmd.AddCommand(newAuditVerifyCommand())
	return cmd
}

func newAuditVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Verify that no event was altered, removed or reordered",
		Long: "Verify the hash chain of the audit log FILE, or of the one that the configuration names, and print its head, which\n" +
			"names the last event and all before it. Keep heads where those who can write the log cannot: --head proves later\n" +
			"that everything up to it is still there.",
		Args: cobra.MaximumNArgs(1),
		RunE: runs(func(cmd *cobra.Command, args []string) error {
			path, err := auditPath(cmd, args)
			if err != nil {
				return err
			}
			kept, err := keptHeads(cmd)
			if err != nil {
				return err
			}
			report, err := audit.Verify(path, kept...)
			if err != nil {
				return err
			}
			return printReport(cmd.OutOrStdout(), report)
		}),
	}
	addConfigFlag(cmd)
	cmd.Flags().StringArray("head", nil, "`HEAD` that an earlier verification printed; may be repeated")
	return cmd
}

func keptHeads(cmd *cobra.Command) ([]audit.Head, error) {
	texts, err := cmd.Flags().GetStringArray("head")
	if err != nil {
		panic(err)
	}
	var heads []audit.Head
	for _, text := range texts {
		h, err := audit.ParseHead(text)
		if err != nil {
			return nil, usageErrorf("--head: %w; give it as audit verify printed it, in quotes", err)
		}
		heads = append(heads, h)
	}
	return heads, nil
}

// printReport prints what was verified; what was found wrong is the error.
func printReport(w io.Writer, r audit.Report) error {
	for _, note := range r.Notes {
		if _, err := fmt.Fprintf(w, "%s: %s\n", r.Name, note); err != nil {
			return err
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s: %d events, unbroken\nhead: %s\n", r.Name, r.Lines, r.Last)
	return err
}

func auditPath(cmd *cobra.Command, args []string) (string, error) {
	if len(args) == 1 {
		if stringFlag(cmd, "config") != "" {
			return "", usageErrorf("audit verify: both FILE and --config are given; name one")
		}
		return args[0], nil
	}
	cfg, err := loadConfig(cmd)
	if err != nil {
		return "", err
	}
	return cfg.Audit.Path, nil
}
