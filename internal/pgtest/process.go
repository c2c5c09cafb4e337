package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopTimeout is how long a server may take to end before it is killed.
const stopTimeout = 20 * time.Second

// process is a started postmaster. done is closed after it ended and was reaped.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of Wait; valid after done
}

// startProcess starts cmd from a goroutine that holds its thread until the process ends: the kernel ties the child's
// life to the thread that forked it (prctl(2), PR_SET_PDEATHSIG), not to the whole process.
func startProcess(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// end sends sig and waits until the process is gone; one that outlives stopTimeout is killed, which is an error.
func (p *process) end(sig syscall.Signal) error {
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("sending %v to the server: %w", sig, err)
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopTimeout):
	}
	_ = p.cmd.Process.Kill()
	<-p.done
	return fmt.Errorf("server did not end within %v of %v and was killed", stopTimeout, sig)
}

// childrenOf lists a process's children, from Linux's /proc; elsewhere it lists none, and a server's children end by
// themselves when they notice that the postmaster is gone.
func childrenOf(pid int) []int {
	task := fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)
	text, err := os.ReadFile(task)
	if err != nil {
		return nil
	}
	var pids []int
	for _, f := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(f); err == nil {
			pids = append(pids, n)
		}
	}
	return pids
}

// killAll kills processes that are no children of this one and waits until they have let go of what they held.
func killAll(pids []int) error {
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL) // most have noticed the postmaster's death and are gone
	}
	deadline := time.Now().Add(stopTimeout)
	for _, pid := range pids {
		for !ended(pid) {
			if time.Now().After(deadline) {
				return fmt.Errorf("server process %d did not end within %v of SIGKILL", pid, stopTimeout)
			}
			time.Sleep(waitStep)
		}
	}
	return nil
}

// ended reports whether a process is gone or a zombie; where nothing reaps orphans, as in a container without an init,
// zombies stay for ever. The state follows the name in parentheses (proc(5), /proc/pid/stat).
func ended(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X")
}
