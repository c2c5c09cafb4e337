package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/keyaside/keyaside/configs"
)

// Levels of a finding.
const (
	levelOK    = "ok"
	levelWarn  = "warn"  // works, with a consequence that the operator ought to know
	levelError = "error" // does not work, or not safely
)

// finding is one result of check.
type finding struct {
	Level  string `json:"level"`
	Object string `json:"object"`          // a setting, a database, a table, a column
	Place  string `json:"place,omitempty"` // file:line:column of a setting, or its environment variable
	What   string `json:"what"`
	Remedy string `json:"remedy,omitempty"`
}

// findings are all results, in the order in which they were found.
type findings struct{ all []finding }

func (f *findings) ok(object, what string)          { f.add(levelOK, object, what, "") }
func (f *findings) warn(object, what, todo string)  { f.add(levelWarn, object, what, todo) }
func (f *findings) error(object, what, todo string) { f.add(levelError, object, what, todo) }
func (f *findings) errorOf(object string, err error) {
	f.add(levelError, object, strings.ReplaceAll(err.Error(), "\n", "; "), "")
}

func (f *findings) add(level, object, what, todo string) {
	f.all = append(f.all, finding{Level: level, Object: object, What: what, Remedy: todo})
}

// problem adds a fault of the configuration.
func (f *findings) problem(p configs.Problem) {
	f.all = append(f.all, finding{levelError, p.Path, p.Place(), p.What, p.Remedy})
}

func (f *findings) count(level string) int {
	n := 0
	for _, one := range f.all {
		if one.Level == level {
			n++
		}
	}
	return n
}

// writeTable writes one line for each finding, its remedy behind it, and a line that sums up.
func (f *findings) writeTable(w io.Writer) error {
	table := newTable(w)
	for _, one := range f.all {
		text := one.What
		if one.Place != "" {
			text = one.Place + ": " + text
		}
		if one.Remedy != "" {
			text += "; " + one.Remedy
		}
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\n", one.Level, one.Object, text); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d errors, %d warnings\n", f.count(levelError), f.count(levelWarn))
	return err
}

func (f *findings) writeJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(map[string]any{
		"findings": f.all, "errors": f.count(levelError), "warnings": f.count(levelWarn),
	})
}
