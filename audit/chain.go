package audit

import "fmt"

// verifier follows the chain of hashes and explains each break. Lines are judged by their numbers: the highest seen so far
// tells what comes next, and numbers left out are remembered, since they may still come.
type verifier struct {
	report    Report
	kept      []Head // heads kept elsewhere
	file      *Head  // of the head file, if it could be read
	headFault string // why it could not

	last    Head // of the line with the highest number
	unknown int  // unreadable lines since then: each may be one of the next numbers
	gaps    []gap
}

// gap is a run of numbers that were left out before a line of the file.
type gap struct {
	from, to uint64 // inclusive
	line     int
}

func newVerifier(name string, kept []Head) *verifier {
	return &verifier{report: Report{Name: name}, kept: kept}
}

func (v *verifier) problem(kind Kind, line int, format string, args ...any) {
	v.report.Problems = append(v.report.Problems, Finding{kind, line, fmt.Sprintf(format, args...)})
}

func (v *verifier) note(kind Kind, line int, format string, args ...any) {
	if len(v.report.Notes) < maxProblems {
		v.report.Notes = append(v.report.Notes, Finding{kind, line, fmt.Sprintf(format, args...)})
	}
}

// unreadable takes note of a line that is damaged: its own claims, its number among them, count for nothing.
func (v *verifier) unreadable(err error) {
	v.unknown++
	v.problem(Changed, v.report.Lines, "%v", err)
}

func (v *verifier) line(b []byte) {
	e, err := ParseLine(b)
	if err != nil {
		v.unreadable(err)
		return
	}
	if e.Event.Action == ActionRepair {
		v.note(Repaired, v.report.Lines, "%s", e.Event.Reason)
	}
	if e.Seq <= v.last.Seq {
		v.late(e)
		return
	}
	v.next(e)
	v.compareKept(e)
}

// late judges a line whose number is not above the highest.
func (v *verifier) late(e Entry) {
	for i, g := range v.gaps {
		if e.Seq < g.from || e.Seq > g.to {
			continue
		}
		v.problem(Moved, v.report.Lines, "it has number %d and belongs before line %d", e.Seq, g.line)
		v.gaps = append(v.gaps[:i], v.gaps[i+1:]...)
		if g.from < e.Seq {
			v.gaps = append(v.gaps, gap{g.from, e.Seq - 1, g.line})
		}
		if e.Seq < g.to {
			v.gaps = append(v.gaps, gap{e.Seq + 1, g.to, g.line})
		}
		v.compareKept(e)
		return
	}
	v.problem(Repeated, v.report.Lines, "it has number %d, which an earlier line has too or which an unreadable line had", e.Seq)
}

// next judges a line with a new highest number.
func (v *verifier) next(e Entry) {
	here := v.report.Lines
	from := v.last.Seq + 1 + uint64(v.unknown)
	switch {
	case e.Seq == v.last.Seq+1 && e.Prev != v.last.Hash:
		v.problem(Replaced, max(1, here-1-v.unknown), "line %d was written after a line with another hash: one of the two was exchanged", here)
	case e.Seq > from:
		v.gaps = append(v.gaps, gap{from, e.Seq - 1, here})
	}
	v.last, v.unknown = Head{e.Seq, e.Hash}, 0
}

// compareKept holds a line to the heads that name it.
func (v *verifier) compareKept(e Entry) {
	for _, h := range v.kept {
		if h.Seq == e.Seq && h.Hash != e.Hash {
			v.problem(Replaced, v.report.Lines, "it is not line %d that the head kept elsewhere names", h.Seq)
		}
	}
	if v.file != nil && v.file.Seq == e.Seq && v.file.Hash != e.Hash {
		v.problem(Replaced, v.report.Lines, "it is not line %d that the head file names", e.Seq)
	}
}

// end judges the log as a whole; torn is the number of bytes after the last newline, as far as they were held.
func (v *verifier) end(torn int, tooLong bool) {
	v.endLines()
	past := v.report.Lines + 1
	for _, h := range v.kept {
		v.endBefore(h, "a head kept elsewhere")
	}
	switch {
	case v.headFault != "":
		v.problem(BadHead, past, "%s", v.headFault)
	case v.file != nil:
		v.endBefore(*v.file, "the head file")
		if v.last.Seq > v.file.Seq+1 {
			v.problem(BadHead, past, "the head file is older than the log: it knows line %d of %d", v.file.Seq, v.last.Seq)
		}
	}
	switch {
	case tooLong:
		v.problem(Changed, past, "%v", errTooLong)
	case torn > 0:
		v.note(Unfinished, past, "%d bytes of an unfinished line; the next record cuts them off", torn)
	}
}

// endLines reports the numbers that were left out and never came.
func (v *verifier) endLines() {
	v.report.Last = v.last
	for _, g := range v.gaps {
		v.problem(Removed, g.line, "before it, %s", numbers(g.from, g.to))
	}
}

// endBefore notices that the log ends before the line that h names. Unreadable lines at the end were reported already.
func (v *verifier) endBefore(h Head, who string) {
	if reached := v.last.Seq + uint64(v.unknown); h.Seq > reached {
		v.problem(Truncated, v.report.Lines+1, "%s at the end, which %s knows", numbers(reached+1, h.Seq), who)
	}
}

// numbers says which lines are missing.
func numbers(from, to uint64) string {
	if from == to {
		return fmt.Sprintf("line %d is missing", from)
	}
	return fmt.Sprintf("lines %d to %d are missing", from, to)
}
