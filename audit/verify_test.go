package audit

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// alter changes a line's contents and leaves its hash as it was; forge gives it a new hash, as a better forger would.
func alter(line string) string { return strings.Replace(line, `"tenant `, `"victim `, 1) }

func forge(line string) string {
	body, _, _ := strings.Cut(alter(line), hashStart)
	return string(rehash(body)) + "\n"
}

func TestVerifyTellsWhatWasDoneToWhichLine(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func([]string) []string // ten lines
		want   []string                // "line kind"
	}{
		"nothing":                  {func(l []string) []string { return l }, nil},
		"one changed":              {func(l []string) []string { l[4] = alter(l[4]); return l }, []string{"5 changed"}},
		"first changed":            {func(l []string) []string { l[0] = alter(l[0]); return l }, []string{"1 changed"}},
		"last changed":             {func(l []string) []string { l[9] = alter(l[9]); return l }, []string{"10 changed"}},
		"two changed":              {func(l []string) []string { l[4], l[5] = alter(l[4]), alter(l[5]); return l }, []string{"5 changed", "6 changed"}},
		"one made garbage":         {func(l []string) []string { l[4] = "garbage\n"; return l }, []string{"5 changed"}},
		"one made long":            {func(l []string) []string { l[4] = strings.Repeat("x", 3*MaxLine) + "\n"; return l }, []string{"5 changed"}},
		"one made empty":           {func(l []string) []string { l[4] = "\n"; return l }, []string{"5 changed"}},
		"garbage put in":           {func(l []string) []string { return slices.Insert(l, 4, "garbage\n") }, []string{"5 changed"}},
		"one forged with hash":     {func(l []string) []string { l[4] = forge(l[4]); return l }, []string{"5 replaced"}},
		"first forged with hash":   {func(l []string) []string { l[0] = forge(l[0]); return l }, []string{"1 replaced"}},
		"last forged with hash":    {func(l []string) []string { l[9] = forge(l[9]); return l }, []string{"10 replaced"}},
		"one removed":              {func(l []string) []string { return slices.Delete(l, 4, 5) }, []string{"5 removed"}},
		"first three removed":      {func(l []string) []string { return l[3:] }, []string{"1 removed"}},
		"two removed apart":        {func(l []string) []string { return slices.Delete(slices.Delete(l, 7, 8), 2, 3) }, []string{"3 removed", "7 removed"}},
		"two swapped":              {func(l []string) []string { l[4], l[5] = l[5], l[4]; return l }, []string{"6 moved"}},
		"one moved to the end":     {func(l []string) []string { return append(slices.Delete(slices.Clone(l), 4, 5), l[4]) }, []string{"10 moved"}},
		"last moved to the start":  {func(l []string) []string { return append([]string{l[9]}, l[:9]...) }, []string{"2 moved", "3 moved", "4 moved", "5 moved", "6 moved", "7 moved", "8 moved", "9 moved", "10 moved"}},
		"one repeated":             {func(l []string) []string { return slices.Insert(l, 7, l[2]) }, []string{"8 repeated"}},
		"last removed":             {func(l []string) []string { return l[:9] }, []string{"10 truncated"}},
		"all removed":              {func([]string) []string { return nil }, []string{"1 truncated"}},
		"cut in the last line":     {func(l []string) []string { l[9] = l[9][:20]; return l }, []string{"10 changed"}},
		"changed and last removed": {func(l []string) []string { l[4] = alter(l[4]); return l[:8] }, []string{"5 changed", "9 truncated"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLog(t, 10)
			writeLines(t, l.path, c.tamper(readLines(t, l.path)))
			r := mustVerify(t, l.path)
			if got := summary(r); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			if err := r.Err(); (err == nil) != (c.want == nil) || err != nil && (!errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), l.path)) {
				t.Errorf("%v", err)
			}
		})
	}
}

// summary gives "line kind" of each problem.
func summary(r Report) (s []string) {
	for _, p := range r.Problems {
		word := strings.Fields(p.String())
		s = append(s, strings.TrimSuffix(word[1], ":")+" "+strings.TrimSuffix(word[2], ":"))
	}
	return s
}

func TestTheReportNamesTheMissingLines(t *testing.T) {
	l := newLog(t, 10)
	lines := readLines(t, l.path)
	writeLines(t, l.path, slices.Delete(lines[:8], 3, 5))
	text := mustVerify(t, l.path).Err().Error()
	for _, want := range []string{"line 4: removed: before it, lines 4 to 5 are missing", "lines 9 to 10 are missing at the end"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
}

func TestALogThatWasCutTogetherWithItsHeadIsNoticedByAHeadKeptElsewhere(t *testing.T) {
	l := newLog(t, 10)
	kept := mustVerify(t, l.path).Last
	lines := readLines(t, l.path)
	e, err := ParseLine([]byte(strings.TrimSuffix(lines[4], "\n")))
	if err != nil {
		t.Fatal(err)
	}
	writeLines(t, l.path, lines[:5])
	writeFile(t, headPath(l.path), Head{5, e.Hash}.String()+"\n")
	if r := mustVerify(t, l.path); !r.OK() {
		t.Errorf("consistent in itself: %v", r.Err())
	}
	if got := summary(mustVerify(t, l.path, kept)); !slices.Equal(got, []string{"6 truncated"}) {
		t.Errorf("%q", got)
	}
}

func TestALogThatWasRewrittenFromTheStartIsNoticedByAHeadKeptElsewhere(t *testing.T) {
	l := newLog(t, 10)
	kept := mustVerify(t, l.path).Last
	other := newLog(t, 12)
	if r := mustVerify(t, other.path); !r.OK() {
		t.Fatal(r.Err())
	}
	if got := summary(mustVerify(t, other.path, kept)); !slices.Equal(got, []string{"10 replaced"}) {
		t.Errorf("%q", got)
	}
	for range 3 {
		mustRecord(t, l, sample)
	}
	if r := mustVerify(t, l.path, kept); !r.OK() {
		t.Errorf("a log that only grew: %v", r.Err())
	}
}

func TestAHeadFileThatIsMissingOrSpoiltOrOldIsAProblem(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"missing": os.Remove,
		"spoilt":  func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) },
		"empty":   func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"old":     func(path string) error { return os.WriteFile(path, []byte(Head{}.String()+"\n"), 0o600) },
	} {
		l := newLog(t, 3)
		if err := spoil(headPath(l.path)); err != nil {
			t.Fatal(err)
		}
		if got := summary(mustVerify(t, l.path)); !slices.Equal(got, []string{"4 bad-head"}) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestVerifyReaderChecksACopy(t *testing.T) {
	l := newLog(t, 3)
	lines := readLines(t, l.path)
	r, err := VerifyReader("copy", strings.NewReader(lines[0]+lines[2]))
	if err != nil || !slices.Equal(summary(r), []string{"2 removed"}) || r.Lines != 2 || r.Last.Seq != 3 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestVerifyOfAMissingLogIsAnError(t *testing.T) {
	if _, err := Verify(t.TempDir() + "/none"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestAReportIsBounded(t *testing.T) {
	r, err := VerifyReader("garbage", strings.NewReader(strings.Repeat("garbage\n", 10_000)))
	if err != nil || !r.Partial || len(r.Problems) != maxProblems || !strings.Contains(r.Err().Error(), "stopped") {
		t.Errorf("%d problems, %v", len(r.Problems), err)
	}
	var sparse strings.Builder
	for seq := uint64(2); seq < 1000; seq += 2 {
		line, _ := mustFormat(t, seq, sample, Hash{})
		sparse.Write(append(line, '\n'))
	}
	if r, err = VerifyReader("sparse", strings.NewReader(sparse.String())); err != nil || len(r.Problems) > 2*maxProblems || !r.Partial {
		t.Errorf("%d problems, %v", len(r.Problems), err)
	}
}

func FuzzVerify(f *testing.F) {
	var good strings.Builder
	var prev Hash
	for seq := range uint64(4) {
		line, hash := mustFormat(f, seq+1, sample, prev)
		good.Write(append(line, '\n'))
		prev = hash
	}
	f.Add(good.String(), uint64(4))
	f.Add(good.String()[100:], uint64(5))
	f.Add(strings.Repeat(good.String(), 2), uint64(1<<63))
	f.Add("\n\n\n{", uint64(0))
	f.Fuzz(func(t *testing.T, log string, seq uint64) {
		r, err := VerifyReader("fuzz", strings.NewReader(log), Head{Seq: seq})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Problems) > 2*maxProblems || len(r.Notes) > maxProblems+1 {
			t.Fatal("unbounded report")
		}
		if n := strings.Count(log, "\n"); r.OK() && uint64(n) != r.Last.Seq {
			t.Fatalf("%d lines and no problem, the last has number %d", n, r.Last.Seq)
		}
	})
}

// FuzzTampering applies any sequence of removals, swaps, repetitions, changes and forgeries to a log: Verify finds no problem
// exactly when the log is what it was.
func FuzzTampering(f *testing.F) {
	for _, ops := range []string{"", "\x00\x02", "\x01\x03\x01\x03", "\x02\x01", "\x03\x04", "\x04\x05\x04\x06", "\x01\x00\x00\x07", "\x04\x07"} {
		f.Add([]byte(ops))
	}
	var lines []string
	var prev Hash
	for seq := range uint64(8) {
		e := sample
		e.Tenant = "tenant x"
		line, hash := mustFormat(f, seq+1, e, prev)
		lines, prev = append(lines, string(line)+"\n"), hash
	}
	want := strings.Join(lines, "")
	f.Fuzz(func(t *testing.T, ops []byte) {
		log := slices.Clone(lines)
		for ; len(ops) >= 2 && len(log) > 1 && len(log) < 50; ops = ops[2:] {
			log = tamperOnce(log, ops[0]%5, int(ops[1])%len(log))
		}
		got := strings.Join(log, "")
		r, err := VerifyReader("fuzz", strings.NewReader(got), Head{8, prev})
		if err != nil || r.OK() != (got == want) {
			t.Fatalf("%v, %v\n%s", r.Problems, err, got)
		}
	})
}

func tamperOnce(log []string, op byte, i int) []string {
	switch op {
	case 0:
		return slices.Delete(log, i, i+1)
	case 1:
		j := (i + 1) % len(log)
		log[i], log[j] = log[j], log[i]
	case 2:
		return slices.Insert(log, i, log[(i+3)%len(log)])
	case 3:
		log[i] = alter(log[i])
	case 4:
		log[i] = forge(log[i])
	}
	return log
}
