package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// write prints an explanation of text for a person.
func (v *explanation) write(w io.Writer, text string) error {
	table := newTable(w)
	if v.Refusal != nil {
		if v.Access != nil {
			v.writeAccess(table)
		}
		return errors.Join(table.Flush(), v.Refusal.write(w, text))
	}
	if len(v.Statements) == 0 {
		fmt.Fprintln(table, "passes untouched: it names nothing that is protected")
	}
	for i := range v.Statements {
		s := &v.Statements[i]
		fmt.Fprintf(table, "statement %d: %s\n", s.Statement, v.verdictText(s))
		v.writeUses(table, s)
	}
	v.writeAccess(table)
	if err := table.Flush(); err != nil {
		return err
	}
	return v.writeText(w, text)
}

// verdictText says what is done to a statement's values.
func (v *explanation) verdictText(s *statementView) string {
	seals := len(v.Parameters) > 0 || slices.ContainsFunc(v.Literals, s.has)
	opens := slices.ContainsFunc(s.Columns, func(c resultView) bool { return c.Opened != nil })
	seals = seals || slices.ContainsFunc(s.Copied, func(c copyView) bool { return c.Sealed != nil })
	opens = opens || slices.ContainsFunc(s.Copied, func(c copyView) bool { return c.Opened != nil })
	switch {
	case s.Verdict == verdictPasses:
		return "passes untouched"
	case seals && opens:
		return "rewritten, to seal and to open values"
	case seals:
		return "rewritten, to seal values"
	case opens:
		return "rewritten, to open values"
	default:
		return "rewritten"
	}
}

// has reports whether a literal is in the statement. One whose statement is not known is shown with the first.
func (s *statementView) has(l literalView) bool { return max(l.Statement, 1) == s.Statement }

// writeUses prints one line for each value that is sealed and each result column. Parameters come with single statements.
func (v *explanation) writeUses(w *tabwriter.Writer, s *statementView) {
	if s.Statement == 1 {
		for i := range v.Parameters {
			p := &v.Parameters[i]
			writeUse(w, fmt.Sprintf("parameter $%d", p.Parameter), p.Sealed.Column, &p.Sealed, "sealed for the tenant "+p.Sealed.Tenant.text())
		}
	}
	for _, l := range v.Literals {
		if s.has(l) {
			writeUse(w, fmt.Sprintf("literal at position %d", l.Position), l.Sealed.Column, &l.Sealed, "sealed for the tenant "+l.Sealed.Tenant.text())
		}
	}
	for i := range s.Copied {
		s.Copied[i].write(w)
	}
	for _, c := range s.Columns {
		writeUse(w, fmt.Sprintf("result column %d", c.Result), c.Source, c.Opened, c.effect())
	}
}

func (c *resultView) effect() string {
	switch {
	case c.Hidden:
		return "added to learn the tenant, and taken out of the client's rows"
	case c.Shown == "ciphertext":
		return "passed on as ciphertext"
	case c.Shown != "":
		return "opened as the tenant " + c.Opened.Tenant.text() + ", then " + c.Shown
	case c.Opened != nil:
		return "opened as the tenant " + c.Opened.Tenant.text()
	default:
		return "passes"
	}
}

func writeUse(w *tabwriter.Writer, what, column string, p *protectedView, effect string) {
	field := "-"
	if p != nil {
		field = fmt.Sprintf("%s (%s)", p.Field, p.Type)
	}
	if column == "" {
		column = "-"
	}
	fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", what, column, field, effect)
}

// text says where the tenant comes from, to follow "the tenant".
func (t tenantView) text() string {
	s := t.source()
	for _, also := range t.Also {
		s += ", the same as that " + strings.TrimPrefix(also.source(), "that ")
	}
	return s
}

// source is text without what must agree.
func (t tenantView) source() string {
	switch t.From {
	case "parameter":
		return fmt.Sprintf("in parameter $%d", t.Parameter)
	case "result":
		return fmt.Sprintf("in result column %d", t.Result)
	case "session":
		return "that is the session's " + t.Value
	case "setting":
		return "that the session's parameter " + t.Value + " names"
	case "statement":
		return fmt.Sprintf("%q, which the statement names", t.Value)
	default:
		return fmt.Sprintf("%q, which is configured", t.Value)
	}
}

// writeText prints the server's text, if it is not the client's.
func (v *explanation) writeText(w io.Writer, text string) error {
	if v.Verdict == verdictPasses {
		return nil
	}
	if v.ServerText == text {
		_, err := fmt.Fprintln(w, "the server gets the text unchanged")
		return err
	}
	var out strings.Builder
	out.WriteString("the server gets:\n")
	for line := range strings.Lines(strings.TrimRight(v.ServerText, " \t\r\n")) {
		out.WriteString("  " + strings.Map(spaceForControl, strings.TrimRight(line, "\r\n")) + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// write prints a refusal the way psql prints an error.
func (r *refusalView) write(w io.Writer, text string) error {
	var out strings.Builder
	fmt.Fprintf(&out, "refused: %s (SQLSTATE %s)\n", r.Message, r.SQLState)
	switch {
	case r.Position > 0 && !r.quotable(text):
		fmt.Fprintf(&out, "  line %d, character %d; not shown, since its quotes may not be balanced\n", r.Line, r.Column)
	case r.Position > 0:
		source, caret := excerpt(text, r.Line, r.Column)
		label := fmt.Sprintf("  line %d: ", r.Line)
		fmt.Fprintf(&out, "%s%s\n%s%s\n", label, source, strings.Repeat(" ", len(label)), caret)
	}
	if r.Detail != "" {
		fmt.Fprintf(&out, "  detail: %s\n", r.Detail)
	}
	if r.Hint != "" {
		fmt.Fprintf(&out, "  hint: %s\n", r.Hint)
	}
	_, err := io.WriteString(w, out.String())
	return err
}
