package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// sessionSettings come first in every plan and every session that applies one: names mean what they say whatever the
// role's own settings are, no row hides from the count, and a lock that is not to be had stops nobody else for long.
func sessionSettings(lockTimeout string) []string {
	return []string{
		"set search_path = pg_catalog", "set standard_conforming_strings = on", "set row_security = off",
		"set lock_timeout = '" + lockTimeout + "'",
	}
}

func (p *schemaPlan) writeJSON(w io.Writer) error {
	view := *p // lists are never null
	if view.Steps == nil || len(p.Problems) > 0 {
		view.Steps = []schemaStep{}
	}
	if view.Notes == nil {
		view.Notes = []schemaProblem{}
	}
	if view.Problems == nil {
		view.Problems = []schemaProblem{}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(view)
}

// writeSQL writes a script that psql runs, for a person to read first. What is no statement is a comment.
func (p *schemaPlan) writeSQL(w io.Writer, lockTimeout string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "-- database %s\n", p.Database)
	for _, list := range []struct {
		title string
		all   []schemaProblem
	}{{"problem", p.Problems}, {"note", p.Notes}} {
		for _, one := range list.all {
			fmt.Fprintf(&b, "-- %s: %s\n", list.title, one)
		}
	}
	switch {
	case len(p.Problems) > 0:
		b.WriteString("-- nothing is planned before the problems are solved\n")
	case len(p.Steps) == 0:
		b.WriteString("-- nothing to do\n")
	default:
		p.writeSteps(&b, lockTimeout)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *schemaPlan) writeSteps(b *strings.Builder, lockTimeout string) {
	for _, s := range sessionSettings(lockTimeout) {
		b.WriteString(s + ";\n")
	}
	for _, group := range p.groups() {
		b.WriteString("\n")
		if group[0].Transaction {
			b.WriteString("begin;\n")
		}
		for _, s := range group {
			fmt.Fprintf(b, "-- %s: %s\n%s;\n", oneLine(s.Table), s.Why, s.SQL)
		}
		if group[0].Transaction {
			b.WriteString("commit;\n")
		}
	}
}

// groups are the steps that belong together: a transaction, or a statement that runs outside of one.
func (p *schemaPlan) groups() [][]schemaStep {
	var all [][]schemaStep
	for i, s := range p.Steps {
		if i > 0 && s.Transaction && p.Steps[i-1].Transaction && s.Table == p.Steps[i-1].Table {
			all[len(all)-1] = append(all[len(all)-1], s)
			continue
		}
		all = append(all, []schemaStep{s})
	}
	return all
}

// String writes "object what; remedy" on one line.
func (p schemaProblem) String() string {
	text := p.Object + " " + p.What
	if p.Remedy != "" {
		text += "; " + p.Remedy
	}
	return oneLine(text)
}

// oneLine keeps a name with a line break in it from ending a comment.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == 0x2028 || r == 0x2029 {
			return '?'
		}
		return r
	}, s)
}
