package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyaside/keyaside/internal/pgtest"
)

// needPgbench skips where the tests run on a server from npm, whose packages have no pgbench. A system's server comes with
// it: there a missing one is a failure.
func needPgbench(t *testing.T) {
	t.Helper()
	_, err := findPgbench()
	if err == nil {
		return
	}
	server, findErr := pgtest.Find(0)
	if errors.Is(err, errNoPgbench) && findErr == nil && strings.Contains(server.Dir, ".tools") {
		t.Skip(err)
	}
	t.Fatal(err)
}

func TestQuickRunReportsEveryContender(t *testing.T) {
	needPgbench(t)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	t.Setenv("KEYASIDE_POSTGRES_UPSTREAM", "192.0.2.1:1") // a real proxy's setting must not get into the measurement
	var stdout, stderr strings.Builder
	if err := run(ctx, []string{"-quick", "-load", "point-select", "-rows", "2000"}, &stdout, &stderr); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	text := stdout.String()
	for _, want := range []string{"direct", "copier", "relayed", "protected", "| 8       | prepared", "protected point select, of relayed"} {
		if !strings.Contains(text, want) {
			t.Errorf("report lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "insert-1") || strings.Contains(text, "| 0 ") {
		t.Errorf("report has a load that was not asked for, or a contender that did nothing:\n%s", text)
	}
}

// onWrite calls itself for what is written.
type onWrite func()

func (f onWrite) Write(p []byte) (int, error) { f(); return len(p), nil }

func TestRunLeavesNothingBehindWhenItIsInterrupted(t *testing.T) {
	needPgbench(t)
	temp, err := os.MkdirTemp("", "keyaside-bench-test-") // not t.TempDir, whose parent is closed to the server's user
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(temp)
	if err := os.Chmod(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temp)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	interrupt := onWrite(func() { time.AfterFunc(100*time.Millisecond, cancel) }) // the first load has begun then
	begin := time.Now()
	err = run(ctx, []string{"-load", "insert-1", "-seconds", "60", "-rows", "2000"}, io.Discard, interrupt)
	if !errors.Is(err, context.Canceled) || time.Since(begin) > time.Minute {
		t.Errorf("got %v after %v, want context.Canceled at once", err, time.Since(begin))
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "keyaside-*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestProxyThatEndsAtOnceIsReportedWithItsReason(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "keyaside")
	script := "#!/bin/sh\n[ \"$1\" = master ] && exit 0\necho 'keyaside: no such thing' >&2\nexit 3\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := startProxy(t.Context(), program, "unused.yaml", filepath.Join(dir, "log"))
	if err == nil || !strings.Contains(err.Error(), "exit status 3: keyaside: no such thing") {
		t.Errorf("got %v", err)
	}
}
