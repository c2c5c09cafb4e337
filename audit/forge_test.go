package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rehash gives body a hash of its own, as a forger would.
func rehash(body string) []byte {
	sum := sha256.Sum256([]byte(body))
	return []byte(body + hashStart + hex.EncodeToString(sum[:]) + hashEnd)
}

// newLog makes a log of n lines; the tenant of line i is "tenant i".
func newLog(t testing.TB, n int) *Log {
	t.Helper()
	l, err := Open(filepath.Join(t.TempDir(), "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		mustRecord(t, l, Event{Action: "key.create", Actor: "serve", Tenant: fmt.Sprintf("tenant %d", i+1), Outcome: "ok"})
	}
	return l
}

func mustRecord(t testing.TB, l *Log, e Event) {
	t.Helper()
	if err := l.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func mustVerify(t *testing.T, path string, kept ...Head) Report {
	t.Helper()
	r, err := Verify(path, kept...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readLines returns the lines of a log with their newlines.
func readLines(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(b), "\n")
	return lines[:len(lines)-1]
}

func writeLines(t *testing.T, path string, lines []string) {
	t.Helper()
	all := strings.Join(lines, "")
	if !strings.HasSuffix(all, "\n") && all != "" {
		all += "\n"
	}
	writeFile(t, path, all)
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func appendFile(t *testing.T, path, content string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, string(append(bytes.Clone(b), content...)))
}
