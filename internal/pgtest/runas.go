package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that the server runs as; nil means the user of this process.
type account struct {
	name     string
	uid, gid int
}

// serverAccount returns whom to run the server as. PostgreSQL refuses root, so root borrows an account that exists on
// the system: postgres where the package made one, else nobody.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil {
			return &account{name: name, uid: uid, gid: gid}, nil
		}
	}
	return nil, fmt.Errorf("PostgreSQL refuses to run as root and there is no user postgres or nobody: add one, or run as another user")
}

// own gives path to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, a.uid, a.gid)
}

// sysProcAttr makes a command run as the account, in its own process group so that a terminal's Ctrl-C reaches only
// this process, which then stops the server in order.
func (a *account) sysProcAttr() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(attr)
	if a != nil {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// reachable returns the folder of bin in a place where the account can run it. A checkout under /root is closed to
// other users, so there the whole installation is copied below dir first.
func (a *account) reachable(bin, dir string) (string, error) {
	if a == nil || a.canRun(filepath.Join(bin, "postgres"), dir) {
		return bin, nil
	}
	root := filepath.Dir(bin)
	to := filepath.Join(dir, "postgres")
	if err := os.CopyFS(to, os.DirFS(root)); err != nil {
		return "", fmt.Errorf("copying %s to where user %s can run it: %w", root, a.name, err)
	}
	return filepath.Join(to, filepath.Base(bin)), nil
}

func (a *account) canRun(program, dir string) bool {
	cmd := exec.Command(program, "--version")
	cmd.SysProcAttr = a.sysProcAttr()
	cmd.Dir = dir
	return cmd.Run() == nil
}
