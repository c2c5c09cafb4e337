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

// Place is where the fault was written: file:line:column, or the environment variable, or as much as is known.
func (p Problem) Place() string {
	if p.Line == 0 {
		return p.Source
	}
	return fmt.Sprintf("%s:%d:%d", p.Source, p.Line, p.Column)
}

// Error writes "place: setting: what; remedy", leaving out what is not known.
func (p Problem) Error() string {
	var b strings.Builder
	if place := p.Place(); place != "" {
		b.WriteString(place + ": ")
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
