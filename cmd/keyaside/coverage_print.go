package main

import (
	"fmt"
	"io"
	"strings"
)

// shownStatement is how much of an example is printed, in characters.
const shownStatement = 100

// write prints the report for a person.
func (c *coverage) write(w io.Writer) error {
	var out strings.Builder
	fmt.Fprintf(&out, "database %s: %s", c.Database, &c.Total)
	if c.Role != "" {
		fmt.Fprintf(&out, ", as role %s", c.Role)
	}
	out.WriteString("\n")
	table := newTable(&out)
	fmt.Fprintln(table, "  \tstatements\tdistinct\tcalls\tshare of calls")
	for _, verdict := range []string{verdictPasses, verdictRewritten, verdictRefused, verdictUnreadable} {
		s := c.Verdicts[verdict]
		if verdict == verdictUnreadable && s.Statements == 0 {
			continue
		}
		fmt.Fprintf(table, "  %s\t%d\t%d\t%d\t%.1f%%\n", verdict, s.Statements, s.Distinct, s.Calls, s.Percent)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, r := range c.Reasons {
		r.write(&out)
	}
	if s := c.Skipped; s != nil && s.Commands+s.CopyLines > 0 {
		fmt.Fprintf(&out, "\nskipped: %s of psql, %s of COPY data\n", counted(s.Commands, "command"), counted(s.CopyLines, "line"))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (r *coverageReason) write(out *strings.Builder) {
	fmt.Fprintf(out, "\n%s (SQLSTATE %s)\n", r.Message, r.SQLState)
	fmt.Fprintf(out, "  %s\n", &r.tally)
	if r.Hint != "" {
		fmt.Fprintf(out, "  hint: %s\n", r.Hint)
	}
	for _, e := range r.Examples {
		text := []rune(strings.Map(spaceForControl, e.Statement))
		if len(text) > shownStatement {
			text = append(text[:shownStatement], []rune(" …")...)
		}
		if e.Line > 0 {
			fmt.Fprintf(out, "  line %d: %s\n", e.Line, string(text))
			continue
		}
		fmt.Fprintf(out, "  %s\n", string(text))
	}
}

// String writes the tally for a person.
func (t *tally) String() string {
	return fmt.Sprintf("%s, %d distinct, %s", counted(t.Statements, "statement"), t.Distinct, counted(t.Calls, "call"))
}

// counted writes a number with what it counts.
func counted[N int | uint64](n N, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
