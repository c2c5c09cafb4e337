// Command keyaside runs the transparent encryption proxy and tends its keys.
//
// Exit codes: 0 success, 1 failure while running, 2 wrong usage or configuration. Errors are one line each on standard
// error: what failed, on which object, what to do.
package main

import (
	"context"
	"os"
)

// version is set by the build: -ldflags "-X main.version=v1.2.3".
var version = "devel"

func main() { os.Exit(run()) }

func run() int {
	root := newRootCommand()
	return report(os.Stderr, root.ExecuteContext(context.Background()))
}
