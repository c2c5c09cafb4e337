package audit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestRecordedEventsAreInTheLogInOrder(t *testing.T) {
	l := newLog(t, 0)
	before := time.Now().UTC()
	for range 3 {
		mustRecord(t, l, sample)
	}
	for i, line := range readLines(t, l.path) {
		e, err := ParseLine([]byte(strings.TrimSuffix(line, "\n")))
		if err != nil || e.Seq != uint64(i+1) || e.Event != sample || e.Time.Before(before) || e.Time.Location() != time.UTC {
			t.Errorf("%+v, %v", e, err)
		}
	}
	if r := mustVerify(t, l.path); !r.OK() || r.Lines != 3 {
		t.Error(r)
	}
}

func TestANewLogIsPrivate(t *testing.T) {
	l := newLog(t, 1)
	for _, path := range []string{l.path, headPath(l.path)} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestAFileThatOthersCanWriteIsRefused(t *testing.T) {
	l := newLog(t, 1)
	for _, path := range []string{l.path, headPath(l.path)} {
		for _, mode := range []os.FileMode{0o620, 0o602} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			err := l.Record(t.Context(), sample)
			if !errors.Is(err, ErrInsecure) || !strings.Contains(err.Error(), "chmod 600 "+path) {
				t.Error(err)
			}
		}
		if err := os.Chmod(path, 0o640); err != nil { // an auditor's group may read
			t.Fatal(err)
		}
		mustRecord(t, l, sample)
	}
}

func TestAnIncompleteEventIsRefused(t *testing.T) {
	l := newLog(t, 0)
	for _, e := range []Event{{}, {Action: "a", Actor: "b"}, {Action: "a", Outcome: "ok"}, {Actor: "b", Outcome: "ok"}} {
		if err := l.Record(t.Context(), e); err == nil {
			t.Errorf("%+v passed", e)
		}
	}
}

func TestALogGoesOnWhenItIsOpenedAnew(t *testing.T) {
	l := newLog(t, 2)
	again, err := Open(l.path)
	if err != nil {
		t.Fatal(err)
	}
	mustRecord(t, again, sample)
	mustRecord(t, l, sample)
	if r := mustVerify(t, l.path); !r.OK() || r.Lines != 4 {
		t.Error(r)
	}
}

func TestAnUnfinishedLineOfACrashIsCutOffAndToldOf(t *testing.T) {
	for _, torn := range []string{"{", strings.TrimSuffix(readLines(t, newLog(t, 1).path)[0], "\n"), "\x00\x00\x00", strings.Repeat("x", MaxLine)} {
		l := newLog(t, 2)
		appendFile(t, l.path, torn)
		r := mustVerify(t, l.path)
		if !r.OK() || len(r.Notes) != 1 || r.Notes[0].Kind != Unfinished {
			t.Errorf("%+v", r)
		}
		if _, err := Open(l.path); err != nil {
			t.Error(err)
		}
		mustRecord(t, l, sample)
		r = mustVerify(t, l.path)
		if !r.OK() || r.Lines != 4 || len(r.Notes) != 1 || r.Notes[0].Kind != Repaired || r.Notes[0].Line != 3 {
			t.Errorf("%+v", r)
		}
	}
}

func TestALineWhoseHeadACrashPreventedCounts(t *testing.T) {
	l := newLog(t, 2)
	head, err := os.ReadFile(headPath(l.path))
	if err != nil {
		t.Fatal(err)
	}
	mustRecord(t, l, sample)
	writeFile(t, headPath(l.path), string(head))
	if r := mustVerify(t, l.path); !r.OK() {
		t.Error(r.Err())
	}
	mustRecord(t, l, sample)
	if r := mustVerify(t, l.path); !r.OK() || r.Lines != 4 {
		t.Error(r.Err())
	}
}

func TestACrashBetweenTheFirstFilesIsHealed(t *testing.T) {
	for _, head := range []string{"", Head{}.String() + "\n"} {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		writeFile(t, headPath(path), head)
		l, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		mustRecord(t, l, sample)
	}
}

func TestNothingIsAppendedToALogWhoseEndWasTamperedWith(t *testing.T) {
	for name, tamper := range map[string]func(t *testing.T, l *Log){
		"last line removed": func(t *testing.T, l *Log) { writeLines(t, l.path, readLines(t, l.path)[:2]) },
		"last line cut": func(t *testing.T, l *Log) {
			all := strings.Join(readLines(t, l.path), "")
			writeFile(t, l.path, all[:len(all)-5])
		},
		"last line changed": func(t *testing.T, l *Log) {
			lines := readLines(t, l.path)
			writeLines(t, l.path, append(lines[:2], alter(lines[2])))
		},
		"last line forged": func(t *testing.T, l *Log) {
			lines := readLines(t, l.path)
			writeLines(t, l.path, append(lines[:2], forge(lines[2])))
		},
		"continued from a forged line": func(t *testing.T, l *Log) {
			lines := readLines(t, l.path)
			forged, hash := mustFormat(t, 3, sample, Hash{})
			next, _ := mustFormat(t, 4, sample, hash)
			writeLines(t, l.path, append(lines[:2], string(forged)+"\n", string(next)+"\n"))
		},
		"emptied":      func(t *testing.T, l *Log) { writeFile(t, l.path, "") },
		"removed":      func(t *testing.T, l *Log) { _ = os.Remove(l.path) },
		"head removed": func(t *testing.T, l *Log) { _ = os.Remove(headPath(l.path)) },
		"head emptied": func(t *testing.T, l *Log) { writeFile(t, headPath(l.path), "") },
		"head spoilt":  func(t *testing.T, l *Log) { writeFile(t, headPath(l.path), "x") },
		"head old":     func(t *testing.T, l *Log) { writeFile(t, headPath(l.path), Head{}.String()+"\n") },
		"garbage":      func(t *testing.T, l *Log) { appendFile(t, l.path, "garbage\n") },
		"much garbage": func(t *testing.T, l *Log) { appendFile(t, l.path, strings.Repeat("x", 3*MaxLine)) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLog(t, 3)
			tamper(t, l)
			before, _ := os.ReadFile(l.path)
			_, openErr := Open(l.path)
			for _, err := range []error{l.Record(t.Context(), sample), openErr} {
				if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), l.path) || !strings.Contains(err.Error(), "audit verify") {
					t.Errorf("%v", err)
				}
			}
			if after, _ := os.ReadFile(l.path); !slices.Equal(before, after) {
				t.Error("the evidence was changed")
			}
		})
	}
}

func TestManyGoroutinesAndLogsAppendToOneFile(t *testing.T) {
	l := newLog(t, 0)
	other, err := Open(l.path)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 5 {
				if err := []*Log{l, other}[i%2].Record(t.Context(), sample); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if r := mustVerify(t, l.path); !r.OK() || r.Lines != 40 {
		t.Errorf("%d lines, %v", r.Lines, r.Err())
	}
}

func TestACallerThatGivesUpWhileOthersHoldTheLogIsNotRecorded(t *testing.T) {
	l := newLog(t, 1)
	f, err := os.Open(headPath(l.path))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := l.Record(ctx, sample); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	_ = f.Close()
	if r := mustVerify(t, l.path); r.Lines != 1 {
		t.Errorf("%d lines", r.Lines)
	}
	mustRecord(t, l, sample)
}

func BenchmarkRecord(b *testing.B) {
	l := newLog(b, 1)
	for b.Loop() {
		mustRecord(b, l, sample)
	}
}
