package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// demoTimeout bounds one run of the demo; it takes some seconds.
const demoTimeout = 2 * time.Minute

// startDemo prepares `keyaside demo` as a process of its own, whose temporary files all are in the returned folder.
// That folder stands directly in /tmp, since the server's user must get through to it.
func startDemo(t *testing.T, args ...string) (*exec.Cmd, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "demo-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), demoTimeout)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "keyaside", append([]string{"demo"}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "KEYASIDE_POSTGRES_LISTEN=192.0.2.1:1") // the last must not matter
	return cmd, dir
}

// nothingLeft fails if the demo left files in its folder or processes that name it.
func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("%s was left behind", e.Name())
	}
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range lines {
		if text, err := os.ReadFile(path); err == nil && bytes.Contains(text, []byte(dir)) {
			t.Errorf("process was left behind: %s: %s", path, bytes.ReplaceAll(text, []byte{0}, []byte(" ")))
		}
	}
}

func mustMatch(t *testing.T, text string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(text) {
			t.Errorf("output has no match for %s", p)
		}
	}
	if t.Failed() {
		t.Logf("output:\n%s", text)
	}
}

func TestDemoOnceShowsEverythingAndLeavesNothing(t *testing.T) {
	cmd, dir := startDemo(t, "--once", "--rows=90")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	mustMatch(t, string(out),
		`SoftHSM token keyaside-\w+ with an AES-256 master key that cannot be extracted`,
		`loads 90 customers of 3 tenants`,
		`name +\\xf54b11[0-9a-f]+… \(\d+ bytes\) +Zoë Müller-Lüdenscheidt`,
		`note +ks1\.[\w-]+… \(\d+ chars\) +100% "the usual" customer 🎉`,
		`born +\\xf54b11[0-9a-f]+… \(44 bytes\) +1984-02-29`,
		`card +NULL +NULL`,
		`Searched \d+ MB .* not found`,
		`(?s)copied into a row of globex:\s+ERROR \w{5}: .*columns exchanged:\s+ERROR \w{5}: .*bit of .* flipped:\s+ERROR \w{5}: `,
		`1 +[0-9a-f]{16} +deactivated +30 +1 Zoë Müller-Lüdenscheidt`,
		`2 +[0-9a-f]{16} +active +1 +91 Noor Jansen`,
		`psql "host=127.0.0.1 port=\d+ dbname=shop user=postgres" +# through keyaside`,
		`Removed all of it\.\n$`,
	)
	nothingLeft(t, dir)
}

func TestDemoFallsBackToAnEncryptedFileAndSaysSo(t *testing.T) {
	cmd, dir := startDemo(t, "--once", "--rows=6")
	cmd.Env = append(cmd.Env, "SOFTHSM2_MODULE="+filepath.Join(dir, "missing.so"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	mustMatch(t, string(out), `No PKCS#11 token to be had here: .*missing\.so`, `passphrase-encrypted file instead`, `Removed all of it`)
	nothingLeft(t, dir)
}

func TestDemoWaitsAndCleansUpOnCtrlC(t *testing.T) {
	cmd, dir := startDemo(t, "--rows=6")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	shown := readUntil(out, "Press Ctrl-C")
	conn := connectByHand(t, shown) // a person's open session must not hold up the end
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(out)
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit after Ctrl-C: %v\n%s%s", err, shown, rest)
	}
	_ = conn.Close(context.Background())
	mustMatch(t, string(rest), `Removed all of it`)
	nothingLeft(t, dir)
}

// readUntil reads lines up to the one that contains end.
func readUntil(r io.Reader, end string) string {
	var b strings.Builder
	lines := bufio.NewReader(r)
	for !strings.Contains(b.String(), end) {
		line, err := lines.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			break
		}
	}
	return b.String()
}

// connectByHand uses the line that the demo prints for psql.
func connectByHand(t *testing.T, shown string) *pgx.Conn {
	t.Helper()
	m := regexp.MustCompile(`psql "(.*)" +# through keyaside`).FindStringSubmatch(shown)
	if m == nil {
		t.Fatalf("no line for psql in:\n%s", shown)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, m[1]+" sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	var name string
	if err := conn.QueryRow(ctx, "SELECT name FROM customers WHERE id = 3").Scan(&name); err != nil || name != "田中 美咲" {
		t.Errorf("by hand: %q, %v", name, err)
	}
	return conn
}

func TestDemoInterruptedWhileStartingLeavesNothing(t *testing.T) {
	cmd, dir := startDemo(t, "--rows=6")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // somewhere in initdb
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	nothingLeft(t, dir)
}

func TestDemoWhoseReaderIsGoneLeavesNothing(t *testing.T) {
	cmd, dir := startDemo(t, "--once", "--rows=6")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	readUntil(out, "Setting up")
	_ = out.Close() // as head does when it has its lines
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	nothingLeft(t, dir)
}

func TestDemoWithoutPostgresIsOneLine(t *testing.T) {
	cmd, dir := startDemo(t, "--once")
	cmd.Env = append(cmd.Env, "KEYASIDE_PG_BIN="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitFailure {
		t.Errorf("exit: %v", err)
	}
	want := fmt.Sprintf("keyaside: demo: no PostgreSQL server programs (initdb, postgres) in KEYASIDE_PG_BIN=%s: name a folder that holds both, or unset it\n", dir)
	if stderr.String() != want {
		t.Errorf("stderr is %q, want %q", stderr.String(), want)
	}
	nothingLeft(t, dir)
}

func TestDemoRefusesAbsurdRows(t *testing.T) {
	for _, rows := range []string{"0", "-1", "5", "1000001"} {
		cmd, _ := startDemo(t, "--once", "--rows="+rows)
		if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != exitUsage {
			t.Errorf("--rows=%s: exit code %d, want %d", rows, cmd.ProcessState.ExitCode(), exitUsage)
		}
	}
}
