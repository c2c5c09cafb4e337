package pgtest

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
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
	f, err := makeFolder(acct)
	if err != nil {
		t.Fatal(err)
	}
	defer f.remove()
	dir := f.path
	got, err := acct.reachable(bin, dir)
	if err != nil || !strings.HasPrefix(got, dir) || !acct.canRun(got+"/postgres", dir) {
		t.Errorf("reachable = %s, %v", got, err)
	}
}

func TestFoldersOfKilledProcessesAreSwept(t *testing.T) {
	temp := t.TempDir()
	held := map[string]bool{"used": true, "left": false, "fresh": false}
	old := time.Now().Add(-2 * sweepAge)
	for name, inUse := range held {
		path := filepath.Join(temp, folderPrefix+name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		lock, err := lockOwner(path, os.O_CREATE)
		if err != nil {
			t.Fatal(err)
		}
		if inUse {
			defer lock.Close()
		} else {
			lock.Close()
		}
		if name != "fresh" {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	sweep(temp)
	left, err := filepath.Glob(filepath.Join(temp, "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("left %v (%v), want the used and the fresh one", left, err)
	}
	if _, err := os.Stat(filepath.Join(temp, folderPrefix+"left")); err == nil {
		t.Error("the folder without a process is still there")
	}
}
