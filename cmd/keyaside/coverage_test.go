package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScriptIsReadAsPsqlReadsIt(t *testing.T) {
	s := readScript("\ufeff-- head\n\\connect x\n  select 1;\nselect 'a;\nb' \\gexec\nselect 2;; ;\nCOPY t FROM STDIN WITH csv;\n1;2\n\\N\n\\.\n" +
		"/* c */ copy t from stdin; \nx\n\\.\nselect\n3")
	want := []sourceStatement{{"select 1", 3, 1}, {"select 'a;\nb'", 4, 1}, {"select 2", 6, 1}, {"COPY t FROM STDIN WITH csv", 7, 1},
		{"/* c */ copy t from stdin", 11, 1}, {"select\n3", 14, 1}}
	if diff := cmp.Diff(want, s.statements, cmp.AllowUnexported(sourceStatement{})); diff != "" {
		t.Error(diff)
	}
	if s.commands != 2 || s.copyLines != 3 {
		t.Errorf("%d commands, %d lines of data", s.commands, s.copyLines)
	}
}

func TestCoverageCountsDistinctStatementsByTheirShape(t *testing.T) {
	e := newTestExplainer(t)
	c := newCoverage("shop", "", 1)
	for _, text := range []string{"select email from customers where id = 1", "SELECT email FROM customers\nWHERE id = 22", "select lower(email) from customers",
		"select upper(email) from customers", "select upper(note) from customers", "select 1"} {
		c.add(sourceStatement{text, 1, 10}, e.view(text))
	}
	c.finish()
	if c.Total != (tally{6, 5, 60}) || c.Verdicts[verdictRewritten].tally != (tally{2, 1, 20}) || c.Verdicts[verdictRewritten].Percent != 33.33 {
		t.Errorf("got %+v, %+v", c.Total, c.Verdicts[verdictRewritten])
	}
	if len(c.Reasons) != 3 || len(c.Reasons[0].Examples) != 1 || c.refusedPercent() != 50 {
		t.Errorf("got %+v", c.Reasons)
	}
}

// FuzzScript holds scripts to end, and to lose no line.
func FuzzScript(f *testing.F) {
	for _, s := range []string{"select 1;\\x\n", "copy t from stdin;\n1\n\\.\n", "/*", "'", "\\", ";;;\n\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + 1
		for _, s := range readScript(text).statements {
			if s.text == "" || s.line < 1 || s.line > lines || !strings.Contains(text, s.text) {
				t.Errorf("%q has the statement %+v", text, s)
			}
		}
	})
}

func TestCoveragePrintsNoConstant(t *testing.T) {
	e := newTestExplainer(t)
	for _, frame := range frames {
		for _, s := range spellings {
			text := strings.ReplaceAll(frame, "?", s)
			c := newCoverage("shop", "", 3)
			c.add(sourceStatement{text, 1, 1}, e.view(text))
			c.finish()
			var out strings.Builder
			if err := c.print(&out, false); err != nil {
				t.Fatal(err)
			}
			if err := c.print(&out, true); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(out.String(), marker) {
				t.Errorf("%s\nis reported as\n%s", text, &out)
			}
		}
	}
}
