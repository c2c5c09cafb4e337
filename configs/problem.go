package configs

import (
	"errors"
	"fmt"
	"strings"
)

// Problem is one fault of a configuration.
type Problem struct {
	Source string // the file, or the environment variable
	Line   int    // from 1; 0 where there is none
	Column int    // from 1, in characters; 0 where there is none
	Path   string // the setting, e.g. postgres.limits.connections; "" for the file as a whole
	What   string // what is wrong, without any secret
	Remedy string // what to do about it
}

// Error writes "file:line:column: setting: what; remedy", leaving out what is not known.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Source)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.What)
	if p.Remedy != "" {
		b.WriteString("; " + p.Remedy)
	}
	return b.String()
}

// Problems are all faults found in one reading, in the order of the file. It is the type of every error of Load and
// CheckFiles.
type Problems []Problem

// Error writes one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// err is nil when there is no problem: a nil Problems in an error would not be a nil error.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// remedy travels inside an error from a value's own parser to the Problem that reports it.
type remedy string

func (r remedy) Error() string { return "; " + string(r) }

// explain splits the error of a value's own parser into what and remedy.
func explain(err error) (what, todo string) {
	what = err.Error()
	if r, ok := errors.AsType[remedy](err); ok {
		return strings.TrimSuffix(what, r.Error()), string(r)
	}
	return what, ""
}
