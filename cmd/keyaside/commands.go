package main

import "github.com/spf13/cobra"

// commands are all subcommands; each has a file of its own.
func commands() []*cobra.Command {
	return []*cobra.Command{
		newServeCommand(),
		newCheckCommand(),
		newExplainCommand(),
		newCoverageCommand(),
		newMasterCommand(),
		newSchemaCommand(),
		newKeysCommand(),
		newAuditCommand(),
		newDemoCommand(),
		newVersionCommand(),
	}
}
