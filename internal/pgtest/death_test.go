package pgtest

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// childEnv makes this test binary start a server and wait, so that a test can kill it.
const childEnv = "KEYASIDE_PGTEST_CHILD"

func TestChildThatIsKilled(t *testing.T) {
	if os.Getenv(childEnv) == "" {
		return // not a test of its own: run by TestServerDiesWithTheTestBinary
	}
	s := Start(t)
	os.Stdout.WriteString("server " + strconv.Itoa(s.proc.pid()) + " " + s.dir + "\n")
	time.Sleep(time.Minute)
}

func TestServerDiesWithTheTestBinary(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ties a child's life to its parent's")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestChildThatIsKilled$")
	cmd.Env = append(os.Environ(), childEnv+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	fields := strings.Fields(line)
	if len(fields) != 3 || fields[0] != "server" {
		t.Fatalf("child said %q", line)
	}
	defer os.RemoveAll(fields[2])
	pid, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); alive(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGQUIT)
			t.Fatalf("server %d outlived the killed test binary", pid)
		}
	}
}

func TestUnreachableInstallationIsCopied(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as another user")
	}
	root := t.TempDir() // mode 0755 below a folder of mode 0700
	bin := fakeServer(t, root+"/closed/bin", "16.2")
	if err := os.Chmod(root+"/closed", 0o700); err != nil {
		t.Fatal(err)
	}
	acct, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := makeDir(acct)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	got, err := acct.reachable(bin, dir)
	if err != nil || !strings.HasPrefix(got, dir) || !acct.canRun(got+"/postgres", dir) {
		t.Errorf("reachable = %s, %v", got, err)
	}
}
