package pgsql

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expected plans in testdata/plan")

// TestPlansAreAsWritten plans every statement of testdata/plan and compares. A case is a statement, a line of four
// dashes, the plan as describe writes it, and an empty line; lines that begin with # comment on the case that follows.
func TestPlansAreAsWritten(t *testing.T) {
	files, err := filepath.Glob("testdata/plan/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	p := newTestPlanner(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { checkGolden(t, p, file) })
	}
}

func checkGolden(t *testing.T, p *Planner, file string) {
	var out strings.Builder
	for _, c := range readGolden(t, file) {
		plan := p.Plan([]byte(c.text), &Session{})
		checkInvariants(t, c.text, plan)
		got := describe(c.text, plan)
		if got != c.want && !*update {
			t.Errorf("%s\ngot:\n%s\nwant:\n%s", c.text, got, c.want)
		}
		out.WriteString(c.comment + c.text + "\n----\n" + got + "\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type goldenCase struct{ comment, text, want string }

// readGolden reads a golden file. With -update the plans may be missing.
func readGolden(t testing.TB, file string) []goldenCase {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []goldenCase
	for _, block := range strings.Split(string(data), "\n\n") {
		block = strings.TrimLeft(block, "\n")
		var c goldenCase
		for strings.HasPrefix(block, "#") {
			line, rest, _ := strings.Cut(block, "\n")
			c.comment += line + "\n"
			block = rest
		}
		text, want, _ := strings.Cut(block, "\n----")
		if c.text = strings.TrimSpace(text); c.text == "" {
			continue
		}
		c.want = strings.Trim(want, "\n") + "\n"
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		t.Fatalf("%s holds no case", file)
	}
	return cases
}

// checkInvariants checks what holds for every plan.
func checkInvariants(t testing.TB, text string, p *Plan) {
	t.Helper()
	if p == nil {
		return
	}
	if r := p.Refusal; r != nil {
		if len(p.Statements)+len(p.Edits)+len(p.Params)+len(p.Uses) > 0 {
			t.Errorf("%q: a refused plan has other parts", text)
		}
		if r.Code == "" || r.Message == "" || r.Position < -1 || r.Position > len(text) {
			t.Errorf("%q: refusal is incomplete: %+v", text, *r)
		}
		if r.Code == codeInternal {
			t.Errorf("%q: the planner failed: %s", text, r.Message)
		}
		return
	}
	checkUses(t, text, p)
	end := 0
	for _, e := range p.Edits {
		if e.Start < end || e.End < e.Start || e.End > len(text) {
			t.Errorf("%q: edits overlap or are out of range: %+v", text, p.Edits)
		}
		end = e.End
	}
	start := -1
	for i, s := range p.Statements {
		if s.Start <= start || i == 0 && s.Start != 0 || s.Start > len(text) {
			t.Errorf("%q: statement %d does not begin at %d", text, i, s.Start)
		}
		start = s.Start
		for _, c := range s.Columns {
			if c.Tenant.Kind == TenantResult && c.Tenant.Result >= len(s.Columns) {
				t.Errorf("%q: tenant is beyond the result", text)
			}
		}
	}
}
