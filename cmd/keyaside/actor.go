package main

import (
	"os"
	"os/user"
	"strconv"
)

// actorServe is the running proxy in the audit log.
const actorServe = "serve"

// cliActor is the person at the command line in the audit log: the operating system's user, which is as much as can be
// known here.
func cliActor() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return "cli:" + u.Username
	}
	return "cli:uid" + strconv.Itoa(os.Getuid())
}
