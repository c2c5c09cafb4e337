package audit

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const crashEnv = "KEYASIDE_AUDIT_CRASH"

// TestMain turns the test binary into a process that records for ever and tells of each event that was acknowledged.
func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		fmt.Fprintln(os.Stderr, recordForEver(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func recordForEver(path string) error {
	l, err := Open(path)
	for err == nil {
		err = l.Record(context.Background(), sample)
		fmt.Println("recorded")
	}
	return err
}

func TestProcessesKilledWhileTheyRecordTogetherLoseNothingAcknowledged(t *testing.T) {
	l := newLog(t, 0)
	acknowledged := 0
	for range 4 {
		a, b := start(t, l.path), start(t, l.path)
		acknowledged += a.killAfter(20) + b.killAfter(5)
		r := mustVerify(t, l.path)
		if !r.OK() || r.Lines < acknowledged {
			t.Fatalf("%d lines of %d, %v", r.Lines, acknowledged, r.Err())
		}
	}
	mustRecord(t, l, sample)
	if r := mustVerify(t, l.path); !r.OK() {
		t.Error(r.Err())
	}
}

type child struct {
	*exec.Cmd
	lines *bufio.Scanner
}

func start(t *testing.T, path string) child {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), crashEnv+"="+path)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return child{c, bufio.NewScanner(out)}
}

// killAfter kills the process with SIGKILL after n events or more, and returns how many it had acknowledged.
func (c child) killAfter(n int) (acknowledged int) {
	for c.lines.Scan() {
		if c.lines.Text() == "recorded" { // the last line may be cut
			acknowledged++
		}
		if acknowledged == n {
			_ = c.Process.Kill()
		}
	}
	_ = c.Wait()
	return acknowledged
}

// TestTwoWritersKilledBetweenLineAndHeadOneAfterTheOtherDamageNothing: the second must bring the head up to the first one's
// line before it writes its own.
func TestTwoWritersKilledBetweenLineAndHeadOneAfterTheOtherDamageNothing(t *testing.T) {
	l := newLog(t, 1)
	for range 2 {
		err := l.locked(t.Context(), func(f *files) error {
			if err := f.repair(l.now(), "serve"); err != nil {
				return err
			}
			elsewhere, err := os.Create(filepath.Join(t.TempDir(), "head")) // so that the line gets to the disk, and the head doesn't
			if err != nil {
				return err
			}
			defer elsewhere.Close()
			f.head = elsewhere
			return f.append(l.now(), sample)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if r := mustVerify(t, l.path); !r.OK() || r.Lines != 3 {
		t.Fatalf("%d lines, %v", r.Lines, r.Err())
	}
	mustRecord(t, l, sample)
	if r := mustVerify(t, l.path); !r.OK() || r.Lines != 4 {
		t.Errorf("%d lines, %v", r.Lines, r.Err())
	}
}
