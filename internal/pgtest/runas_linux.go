package pgtest

import "syscall"

// dieWithParent has the kernel send SIGQUIT (immediate shutdown) to the server when the thread that started it ends, so
// a killed test binary leaves no server behind. Unlike SIGKILL it lets the postmaster end its children and free its
// System V segment.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
