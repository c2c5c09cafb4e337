package audit

import (
	"errors"
	"fmt"
)

// Kind says what was found at a line.
type Kind string

const (
	Changed   Kind = "changed"   // a line is not what its own hash says, or is no line at all
	Removed   Kind = "removed"   // lines are missing before this one
	Moved     Kind = "moved"     // a line stands after later ones
	Repeated  Kind = "repeated"  // a line stands there a second time
	Replaced  Kind = "replaced"  // a line was exchanged for another one with a hash of its own
	Truncated Kind = "truncated" // lines are missing at the end
	BadHead   Kind = "bad-head"  // the head file is missing, unreadable or too old

	Unfinished Kind = "unfinished" // a note: what a crash left of a last line that was not acknowledged
	Repaired   Kind = "repaired"   // a note: such a rest was cut off
)

// Finding is one thing that was found.
type Finding struct {
	Kind Kind
	Line int    // line of the file, from 1; one past the end for Truncated and BadHead
	Text string // what it is, in words
}

func (f Finding) String() string { return fmt.Sprintf("line %d: %s: %s", f.Line, f.Kind, f.Text) }

// maxProblems bounds a report: a log with more is not the log of these keys any more.
const maxProblems = 100

// Report is the result of a verification.
type Report struct {
	Name     string // the file
	Lines    int    // whole lines read
	Last     Head   // of the line with the highest number; keep it elsewhere and give it to a later Verify
	Problems []Finding
	Notes    []Finding // what is explained by a crash
	Partial  bool      // the verification stopped at maxProblems, 100
}

// OK reports whether nothing was tampered with.
func (r Report) OK() bool { return len(r.Problems) == 0 }

// Err returns nil if all is well, else an error (ErrDamaged) that names the file and each line.
func (r Report) Err() error {
	if r.OK() {
		return nil
	}
	errs := make([]error, 0, len(r.Problems)+1)
	for _, p := range r.Problems {
		errs = append(errs, fmt.Errorf("audit log %s: %s: %w", r.Name, p, ErrDamaged))
	}
	if r.Partial {
		errs = append(errs, fmt.Errorf("audit log %s: stopped after %d problems", r.Name, maxProblems))
	}
	return errors.Join(errs...)
}
