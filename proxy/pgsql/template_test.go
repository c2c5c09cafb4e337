package pgsql

import (
	"fmt"
	"math/rand"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// planByTemplate plans first, and returns the plan of second if first's template gives one.
func planByTemplate(t testing.TB, first, second string) *Plan {
	t.Helper()
	p := newTestPlanner(t)
	p.Plan([]byte(first), &Session{})
	plan := p.templates.plan([]byte(second))
	if plan != nil {
		checkAgainstFullPlan(t, p, second, plan)
	}
	return plan
}

// checkAgainstFullPlan checks that a plan is the one that the text gets without any cache.
func checkAgainstFullPlan(t testing.TB, p *Planner, text string, plan *Plan) {
	t.Helper()
	want := p.planText(text, &Session{})
	if !p.filter.match([]byte(text)) {
		want = p.unnamed(text)
	}
	if !reflect.DeepEqual(plan, want) {
		t.Fatalf("%q is planned as\n%s\ninstead of\n%s", text, describe(text, plan), describe(text, want))
	}
}

func TestTextsThatDifferInLiteralsShareATemplate(t *testing.T) {
	for _, c := range []struct{ first, second string }{
		{"SELECT id, email FROM customers WHERE id = 1", "SELECT id, email FROM customers WHERE id = 23456"},
		{"SELECT email, tenant_id FROM customers WHERE name = 'a' LIMIT 10", "SELECT email, tenant_id FROM customers WHERE name = 'it''s' LIMIT 5"},
		{"SELECT email FROM customers WHERE id IN (1, 2) ORDER BY 1 + 1, name", "SELECT email FROM customers WHERE id IN (3, 45) ORDER BY 2 + 2, name"},
		{"INSERT INTO notes (id, body) VALUES (1, 'a')", "INSERT INTO notes (id, body) VALUES (77, '')"},
		{"INSERT INTO customers VALUES (1, 'a', 'b', 'c')", "INSERT INTO customers VALUES (100, 'tenant', 'some''''body', 'é')"},
		{"INSERT INTO customers (tenant_id, email) VALUES ('a', $1)", "INSERT INTO customers (tenant_id, email) VALUES ('bcd', $1)"},
		{"UPDATE customers SET email = 'x' WHERE tenant_id = 'a' AND id = 1", "UPDATE customers SET email = '' WHERE tenant_id = 'b' AND id = 12"},
		{"UPDATE customers SET email = $1 WHERE tenant_id = 'a'", "UPDATE customers SET email = $1 WHERE tenant_id = 'b'"},
		{"DELETE FROM customers WHERE id = 1 RETURNING email", "DELETE FROM customers WHERE id = 100 RETURNING email"},
		{"SELECT -1, email, tenant_id FROM customers WHERE id > - 5 AND 3 > -id", "SELECT -20, email, tenant_id FROM customers WHERE id > - 75 AND 4 > -id"},
		{"UPDATE customers SET email = coalesce('x', email) WHERE tenant_id = 'a'", "UPDATE customers SET email = coalesce('yz', email) WHERE tenant_id = 'bc'"},
		{"INSERT INTO customers (tenant_id, email) SELECT v.t, v.e FROM (VALUES ('a', 'x'), ('b', 'y')) v (t, e)", "INSERT INTO customers (tenant_id, email) SELECT v.t, v.e FROM (VALUES ('aa', 'xx'), ('bb', 'yy')) v (t, e)"},
		{"INSERT INTO customers (tenant_id, email) SELECT 'a', 'x' UNION ALL SELECT 'b', 'y'", "INSERT INTO customers (tenant_id, email) SELECT 'ab', 'xx' UNION ALL SELECT 'bc', ''"},
		{"INSERT INTO customers (tenant_id, email) VALUES ('a', 'x'::varchar(3))", "INSERT INTO customers (tenant_id, email) VALUES ('b', 'yyyyy'::varchar(3))"},
		{"INSERT INTO customers (tenant_id, card) VALUES ('a', 1.5)", "INSERT INTO customers (tenant_id, card) VALUES ('a', 27.25)"},
		{"WITH x AS (SELECT * FROM customers WHERE id = 1) SELECT email FROM x WHERE id > 2", "WITH x AS (SELECT * FROM customers WHERE id = 11) SELECT email FROM x WHERE id > 22"},
	} {
		if planByTemplate(t, c.first, c.second) == nil {
			t.Errorf("%s\nhas no template for\n%s", c.first, c.second)
		}
	}
}

func TestTextsShareNothingWhereALiteralMatters(t *testing.T) {
	for _, c := range []struct{ why, first, second string }{
		{"a cast cuts at another length", "INSERT INTO customers (tenant_id, email) VALUES ('a', 'x'::varchar(3))", "INSERT INTO customers (tenant_id, email) VALUES ('a', 'x'::varchar(4))"},
		{"a part of a constant expression is another", "INSERT INTO customers (tenant_id, email) VALUES ('a', 'x' || 'y')", "INSERT INTO customers (tenant_id, email) VALUES ('a', 'x' || 'z')"},
		{"the first part of a constant expression is another", "INSERT INTO customers (tenant_id, email) VALUES ('a', concat('x', 'y'))", "INSERT INTO customers (tenant_id, email) VALUES ('a', concat('w', 'y'))"},
		{"a constant in a parameter of its own", "INSERT INTO customers (tenant_id, email) VALUES ($1, 'x')", "INSERT INTO customers (tenant_id, email) VALUES ($1, 'y')"},
		{"another tenant is copied for", "INSERT INTO archive (id, tenant, email) SELECT id, 'a', email FROM customers WHERE tenant_id = 'a'", "INSERT INTO archive (id, tenant, email) SELECT id, 'a', email FROM customers WHERE tenant_id = 'b'"},
		{"a number's type decides on that of the others", "UPDATE customers SET card = coalesce(2147483649, $1) WHERE tenant_id = 'a'", "UPDATE customers SET card = coalesce(92147483649, $1) WHERE tenant_id = 'a'"},
		{"another column is sorted by", "SELECT id, name, email, tenant_id FROM customers ORDER BY 1", "SELECT id, name, email, tenant_id FROM customers ORDER BY 3"},
		{"another column is grouped by", "SELECT id, tenant_id FROM customers GROUP BY 1, 2", "SELECT id, tenant_id FROM customers GROUP BY 1, 1"},
		{"DISTINCT ON by place", "SELECT DISTINCT ON (1) id, email, tenant_id FROM customers", "SELECT DISTINCT ON (2) id, email, tenant_id FROM customers"},
		{"a place in a subquery", "SELECT email, tenant_id FROM (SELECT * FROM customers ORDER BY 1) x", "SELECT email, tenant_id FROM (SELECT * FROM customers ORDER BY 3) x"},
		{"a place in UNION", "SELECT id FROM customers UNION ALL SELECT id FROM archive ORDER BY 1", "SELECT id FROM customers UNION ALL SELECT id FROM archive ORDER BY 2"},
		{"a type's modifier", "SELECT email, tenant_id, name::varchar(3) FROM customers", "SELECT email, tenant_id, name::varchar(4) FROM customers"},
		{"a type's precision", "SELECT email, tenant_id FROM customers WHERE '1'::float(3) > id", "SELECT email, tenant_id FROM customers WHERE '1'::float(9) > id"},
		{"a path", "SELECT c.email, c.tenant_id FROM customers c, JSON_TABLE('[1]', '$[*]' COLUMNS (x int PATH '$')) j", "SELECT c.email, c.tenant_id FROM customers c, JSON_TABLE('[1]', '$[*]' COLUMNS (x int PATH '$.x')) j"},
		{"a DO body", "DO 'begin end; -- a customer'", "DO 'begin delete from customers; end'"},
		{"EXPLAIN", "EXPLAIN SELECT email FROM customers WHERE id = 1", "EXPLAIN SELECT email FROM customers WHERE id = 2"},
		{"PREPARE", "PREPARE x AS SELECT id FROM customers WHERE id = 1", "PREPARE x AS SELECT id FROM customers WHERE id = 2"},
		{"two statements", "SELECT 1 FROM customers; SELECT 1", "SELECT 1 FROM customers; SELECT 2"},
		{"SET", "SET x.customers = 1", "SET x.customers = 2"},
		{"a refusal", "SELECT email || 'a' FROM customers", "SELECT email || 'b' FROM customers"},
		{"tenants that were equal", "UPDATE customers SET email = 'x', tenant_id = 'a' WHERE tenant_id = 'a'", "UPDATE customers SET email = 'x', tenant_id = 'a' WHERE tenant_id = 'b'"},
		{"rows of one tenant", "INSERT INTO customers (tenant_id, id, email) VALUES ('a', 1, 'x'), ('a', 2, 'y') ON CONFLICT (tenant_id, id) DO UPDATE SET email = 'z'",
			"INSERT INTO customers (tenant_id, id, email) VALUES ('a', 1, 'x'), ('b', 2, 'y') ON CONFLICT (tenant_id, id) DO UPDATE SET email = 'z'"},
		{"a parameter of one tenant", "INSERT INTO customers (tenant_id, email) VALUES ('a', $1), ('a', $1)", "INSERT INTO customers (tenant_id, email) VALUES ('a', $1), ('b', $1)"},
		{"a negative place", "SELECT id, tenant_id FROM customers ORDER BY -1", "SELECT id, tenant_id FROM customers ORDER BY -2"},
		{"a negative number to seal", "INSERT INTO customers (tenant_id, card) VALUES ('a', -1)", "INSERT INTO customers (tenant_id, card) VALUES ('a', -2)"},
		{"an escape", "INSERT INTO notes (body) VALUES (U&'!0041' UESCAPE '!')", "INSERT INTO notes (body) VALUES (U&'!0041' UESCAPE '#')"},
		{"a fraction", "INSERT INTO customers (tenant_id, card) VALUES ('a', 1)", "INSERT INTO customers (tenant_id, card) VALUES ('a', 1.5)"},
		{"an exponent", "INSERT INTO notes (body) VALUES (1)", "INSERT INTO notes (body) VALUES (1e3)"},
		{"a size only a float takes", "SELECT id FROM customers ORDER BY 99999999999", "SELECT id FROM customers ORDER BY 1"},
		{"a reserved name", "SELECT email FROM customers WHERE name = 'a'", "SELECT email FROM customers WHERE name = 'ks:tenant:1'"},
		{"bytes that are not UTF-8", "SELECT email FROM customers WHERE name = 'a'", "SELECT email FROM customers WHERE name = '\xff'"},
		{"a zero byte", "SELECT email FROM customers WHERE name = 'a'", "SELECT email FROM customers WHERE name = '\x00'"},
		{"a comment", "SELECT email FROM customers WHERE id = 1 -- 1", "SELECT email FROM customers WHERE id = 1 -- 2"},
	} {
		if plan := planByTemplate(t, c.first, c.second); plan != nil {
			t.Errorf("%s:\n%s\nhas a template for\n%s", c.why, c.first, c.second)
		}
	}
}

func TestOneSkeletonHasATemplateForEachGuard(t *testing.T) {
	p := newTestPlanner(t)
	text := func(place, id int) []byte {
		return fmt.Appendf(nil, "SELECT id, name, tenant_id FROM customers WHERE id = %d ORDER BY %d", id, place)
	}
	for place := range 3 * maxVariants {
		p.Plan(text(place, 1), &Session{})
	}
	found := 0
	for place := range 3 * maxVariants {
		if p.templates.plan(text(place, 2)) != nil {
			found++
		}
	}
	if found != maxVariants || p.templates.kept.Len() != 1 {
		t.Errorf("%d templates of %d skeletons", found, p.templates.kept.Len())
	}
}

func TestTemplatesAreBounded(t *testing.T) {
	p, err := NewPlanner(testPolicy(), testCatalog(), Config{CacheEntries: 20})
	if err != nil {
		t.Fatal(err)
	}
	for alias := range 30 {
		for place := range maxVariants + 2 {
			p.Plan(fmt.Appendf(nil, "SELECT id, tenant_id FROM customers t%d ORDER BY %d", alias, place), &Session{})
		}
	}
	kept := 0
	for _, list := range p.templates.kept.Values() {
		kept += len(list)
	}
	if kept != p.templates.count || kept > 20 || kept <= 20-maxVariants {
		t.Errorf("%d templates kept, %d counted", kept, p.templates.count)
	}
}

func TestTemplatesAreNotUsedForTextsBeyondTheLimit(t *testing.T) {
	p, err := NewPlanner(testPolicy(), testCatalog(), Config{MaxTextBytes: 60})
	if err != nil {
		t.Fatal(err)
	}
	const format = "SELECT email, tenant_id FROM customers WHERE name = '%s'"
	p.Plan(fmt.Appendf(nil, format, "a"), &Session{})
	if plan := p.Plan(fmt.Appendf(nil, format, strings.Repeat("a", 60)), &Session{}); plan.Refusal == nil {
		t.Error("planned")
	}
}

func TestPlanByTemplateKeepsNothingOfTheCallersBytes(t *testing.T) {
	p := newTestPlanner(t)
	const format = "INSERT INTO customers (tenant_id, email, born) VALUES ('%s', '%s', $1)"
	p.Plan(fmt.Appendf(nil, format, "a", "b"), &Session{})
	text := fmt.Appendf(nil, format, "acme", "it''s")
	plan := p.Plan(text, &Session{})
	clear(text)
	l := plan.Edits[0].Literal
	if l.Value != "it's" || l.Tenant.Value != "acme" || plan.Params[0].Tenant.Value != "acme" {
		t.Errorf("%+v %+v", *l, plan.Params[0])
	}
}

// planLiterals are spellings of literals that differ in all that a template looks at, and in what it must not.
var planLiterals = map[tokenKind][]string{
	tokString: {"''", "'x'", "'t0'", "'t1'", "'t2'", "'it''s'", "''''", "'Zoë 😀'", "'customers'", "'ks:tenant:1'", "'a\\'", "'1'", "'\xff'",
		"'2000-01-01'", "'" + strings.Repeat("long ", 50) + "'", "'multi\nline'", "'a'\n'b'", "E'a\\'b'", "$$q$$", "U&'\\0041'", "b'01'"},
	tokNumber: {"0", "1", "2", "3", "4", "7", "42", "2147483647", "2147483648", "99999999999999999999", "1.5", "0.50", "12.0",
		"007", ".5", "5.", "1e3", "0x1F", "1_000"},
}

// respell replaces some of a text's literals by others, mostly of their class.
func respell(r *rand.Rand, text string) string {
	var b strings.Builder
	lx := lexer{text: text}
	at := 0
	for t := lx.next(); t.kind != 0; t = lx.next() {
		choices := planLiterals[t.kind]
		if choices == nil || r.Intn(4) == 0 {
			continue
		}
		b.WriteString(text[at:t.start] + respelled(r, text, t, choices))
		at = int(t.end)
	}
	return b.String() + text[at:]
}

func respelled(r *rand.Rand, text string, t token, choices []string) string {
	old, plain := plainLiteral(text, t)
	for {
		s := choices[r.Intn(len(choices))]
		lx := lexer{text: s}
		l, ok := plainLiteral(s, lx.next())
		if r.Intn(20) == 0 || !plain || ok && l.class == old.class {
			return s
		}
	}
}

// statementsToRespell are those of the golden files and random ones.
func statementsToRespell(t testing.TB) []string {
	files, err := filepath.Glob("testdata/plan/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	texts := []string{longStatement, "SELECT id, -7, 1-2, email, tenant_id FROM customers WHERE id > - 5 AND id <> - (3) AND - -1 < -2^2 AND -1::int8 < 3 ORDER BY -id"}
	for _, file := range files {
		for _, c := range readGolden(t, file) {
			texts = append(texts, c.text)
		}
	}
	for seed := range int64(700) {
		w := &writer{Rand: rand.New(rand.NewSource(seed))}
		texts = append(texts, w.write(), w.renumber(w.write()))
		if w.oneIn(3) {
			texts = append(texts, w.statement()+w.pick("", " LIMIT 3", " LIMIT 3 OFFSET 10"))
		}
	}
	return texts
}

func TestPlansByTemplateAreThoseOfTheTextItself(t *testing.T) {
	p := newTestPlanner(t)
	r := rand.New(rand.NewSource(1))
	texts, hits, refused := 0, 0, 0
	for _, original := range statementsToRespell(t) {
		p.Plan([]byte(original), &Session{})
		for range 6 {
			text := respell(r, original)
			plan := p.Plan([]byte(text), &Session{})
			checkAgainstFullPlan(t, p, text, plan)
			texts++
			if plan == nil {
				continue
			}
			if plan.Refusal != nil {
				refused++
			}
			// The text itself may have been planned before, by all of its bytes.
			if by := p.templates.plan([]byte(text)); by != nil {
				checkAgainstFullPlan(t, p, text, by)
				hits++
			}
		}
	}
	t.Logf("%d texts, %d by a template, %d refused", texts, hits, refused)
	if texts < 8000 || hits < 3000 {
		t.Errorf("only %d of %d texts were planned by a template", hits, texts)
	}
}

// FuzzTemplate checks that a text with one literal replaced, by anything, has the same plan with a template as without.
func FuzzTemplate(f *testing.F) {
	for i, text := range statementsToRespell(f)[:200] {
		if len(text) > 120 {
			continue // go test's minimization takes time in the square of a seed's length
		}
		for _, kind := range []tokenKind{tokString, tokNumber} {
			f.Add(text, planLiterals[kind][i%len(planLiterals[kind])], uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, text, replacement string, which uint8) {
		p := newTestPlanner(t) // a cache that lives on would make coverage depend on what came before
		p.Plan([]byte(text), &Session{})
		var s skeleton
		if !s.take(text) {
			return
		}
		l := s.literals[int(which)%len(s.literals)]
		for _, r := range []string{replacement, "'" + strings.ReplaceAll(replacement, "'", "''") + "'"} {
			other := text[:l.start] + r + text[l.end:]
			checkAgainstFullPlan(t, p, other, p.Plan([]byte(other), &Session{}))
		}
	})
}

func TestTemplateHitAllocatesOnlyThePlan(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, c := range []struct {
		first, second string
		most          float64
	}{
		{pointSelect(1), pointSelect(23456), 0},
		{threeValues(1), threeValues(23456), 4}, // the plan, its edits, its literals, their values
	} {
		p := newTestPlanner(t)
		p.Plan([]byte(c.first), &Session{})
		text := []byte(c.second)
		if n := testing.AllocsPerRun(1000, func() { p.Plan(text, &Session{}) }); n > c.most {
			t.Errorf("%v allocations for %s", n, c.second)
		}
	}
}

func pointSelect(i int) string {
	return fmt.Sprintf("SELECT id, name, email FROM customers WHERE id = %d;", i)
}

func threeValues(i int) string {
	return fmt.Sprintf("INSERT INTO customers (tenant_id, id, email, card, born) VALUES ('t%d', %d, 'user%d@example.org', %d, '1980-02-03');", i%3, i, i, i)
}

// benchmarkNewLiterals plans texts that were never seen before.
func benchmarkNewLiterals(b *testing.B, text func(i int) string) {
	p := newTestPlanner(b)
	texts := make([][]byte, 20_000)
	for i := range texts {
		texts[i] = []byte(text(i))
	}
	p.Plan(texts[0], &Session{})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p.Plan(texts[i%len(texts)], &Session{})
	}
}

func BenchmarkPointSelectWithNewLiteral(b *testing.B) { benchmarkNewLiterals(b, pointSelect) }

func BenchmarkThreeValueInsertWithNewLiterals(b *testing.B) { benchmarkNewLiterals(b, threeValues) }

// BenchmarkTextWithoutTemplate is what a text costs whose literals can't be taken out.
func BenchmarkTextWithoutTemplate(b *testing.B) {
	benchmarkNewLiterals(b, func(i int) string {
		return fmt.Sprintf("SELECT id, name, email FROM customers WHERE id = %d AND name = E'%d'", i, i)
	})
}

// TestLongTextsOfOneShapeShareATemplate: from the third on, the parser is not asked.
func TestLongTextsOfOneShapeShareATemplate(t *testing.T) {
	p := newTestPlanner(t)
	text := func(round, rows int) string {
		var b strings.Builder
		b.WriteString("INSERT INTO customers (id, tenant_id, email) VALUES ")
		for i := range rows {
			fmt.Fprintf(&b, "%s(%d, 'a%d', 'someone.%d.%d@example.com')", strings.Repeat(", ", min(i, 1)), i, i%7, round, i)
		}
		return b.String()
	}
	for round := range 5 {
		for _, rows := range []int{1000, 999} {
			long := text(round, rows)
			kept := p.large.count
			checkAgainstFullPlan(t, p, long, p.Plan([]byte(long), &Session{}))
			if want := map[int]int{0: 0, 1: 1}[round]; round < 2 && rows == 1000 && p.large.count != want {
				t.Errorf("round %d: %d templates", round, p.large.count)
			}
			if round > 1 && p.large.count != kept {
				t.Errorf("round %d: a template was made again", round)
			}
		}
	}
}
