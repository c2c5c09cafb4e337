package pgsql

import (
	"strings"
	"testing"
	"time"
)

// nested returns open n times, then middle, then close n times.
func nested(n int, open, middle, close string) string {
	return strings.Repeat(open, n) + middle + strings.Repeat(close, n)
}

// TestShapesThatBreakParsersAreAnsweredAtOnce has every shape that crashed or stalled one of the known parsers. Each must
// be planned or refused in a moment.
func TestShapesThatBreakParsersAreAnsweredAtOnce(t *testing.T) {
	p := newTestPlanner(t)
	from := func(expr string) string { return "SELECT id FROM customers WHERE id = " + expr }
	for name, text := range map[string]string{
		"plus chain":            from(strings.Repeat("1+", 100_000) + "1"),
		"plus chain, allowed":   from(strings.Repeat("1+", 4_000) + "1"),
		"casts":                 from("1" + strings.Repeat("::int", 100_000)),
		"union":                 "SELECT id FROM customers" + strings.Repeat(" UNION SELECT 1", 100_000),
		"union all, allowed":    "SELECT id FROM customers" + strings.Repeat(" UNION ALL SELECT 1", 2_000),
		"joins":                 "SELECT 1 FROM customers" + strings.Repeat(" CROSS JOIN orders", 100_000),
		"parentheses":           from(nested(100_000, "(", "1", ")")),
		"parentheses, unclosed": from(strings.Repeat("(", 1_000_000)),
		"parentheses, allowed":  from(nested(150, "(", "1", ")")),
		"scalar subqueries":     from(nested(1_000_000, "(select ", "1", ")")),
		"case":                  from(nested(1_000_000, "case when true then ", "1", " end")),
		"case, hidden ends":     from(strings.Repeat("case a.end when ", 1_000_000)),
		"calls":                 from(nested(1_000_000, "f(", "1", ")")),
		"arrays":                from(nested(1_000_000, "array[", "1", "]")),
		"subscripts":            from("a" + strings.Repeat("[1]", 100_000)),
		"doubled selects":       from(nested(32, "((select ", "1", ")+1)")),
		"doubled selects of 8":  from(nested(8, "((select ", "1", ")+1)")),
		"doubled values":        from(nested(32, "((values (", "1", "))+1)")),
		"tripled selects":       from(nested(32, "(((select ", "1", "))+1)")),
		"commented selects":     from(nested(32, "( /**/ (select ", "1", ")+1)")),
		"not":                   "SELECT 1 FROM customers WHERE " + strings.Repeat("NOT ", 1_000_000) + "true",
		"not in parentheses":    "SELECT 1 FROM customers WHERE " + nested(190, strings.Repeat("NOT ", 1_000)+"(", "true", ")"),
		"minus":                 from(strings.Repeat("- ", 1_000_000) + "1"),
		"and":                   "SELECT 1 FROM customers WHERE true" + strings.Repeat(" AND true", 1_000_000),
		"is null":               "SELECT 1 FROM customers WHERE id" + strings.Repeat(" IS NULL", 1_000_000),
		"collate":               from("'a'" + strings.Repeat(` COLLATE "C"`, 100_000)),
		"ors with equality":     "SELECT 1 FROM customers WHERE id = 1" + strings.Repeat(" OR id = 1", 2_000),
		"join parentheses":      "SELECT 1 FROM " + nested(190, "(", "customers", " CROSS JOIN orders)"),
		"from subqueries":       nested(190, "SELECT * FROM (", "SELECT id FROM customers", ") s"),
		"select parentheses":    nested(190, "(", "SELECT id FROM customers", ")"),
		"union parentheses":     nested(100, "(SELECT 1 UNION ALL ", "SELECT id FROM customers", ")"),
		"withs":                 nested(150, "WITH x AS (", "SELECT 1 FROM customers", ") SELECT 1 FROM x"),
		"commas":                "SELECT id FROM customers WHERE id IN (" + strings.Repeat("1,", 200_000) + "1)",
		"statements":            strings.Repeat("SELECT id FROM customers;", 2_000),
		"semicolons":            "SELECT id FROM customers" + strings.Repeat(";", 500_000),
		"comment nest":          "SELECT id FROM customers " + nested(200_000, "/*", "", "*/"),
		"begin atomic":          "CREATE FUNCTION customers() RETURNS int " + strings.Repeat("BEGIN ATOMIC ", 100_000),
		"not null operators":    from(strings.Repeat("@ ", 100_000) + "1"),
		"rows":                  from(nested(190, "ROW(", "1", ")")),
		"exists":                "SELECT 1 FROM customers WHERE " + nested(190, "EXISTS (SELECT 1 WHERE ", "true", ")"),
		"quoted":                "SELECT \"" + strings.Repeat(`""`, 200_000) + "\" FROM customers",
		"dollars":               "SELECT " + strings.Repeat("$a", 200_000) + " FROM customers",
	} {
		start := time.Now()
		plan := p.Plan([]byte(text), &Session{})
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if plan == nil {
			t.Errorf("%s was not looked at", name)
			continue
		}
		r := plan.Refusal
		switch {
		case strings.Contains(name, "allowed"), name == "doubled selects of 8", name == "ors with equality":
			if r != nil {
				t.Errorf("%s: refused: %s", name, r.Message)
			}
		case r != nil && r.Code == codeInternal:
			t.Errorf("%s: %s", name, r.Message)
		}
	}
}

func TestGuardRefusesWithTheServersCodes(t *testing.T) {
	p, err := NewPlanner(testPolicy(), testCatalog(), Config{MaxTextBytes: 1000, MaxDepth: 10})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"SELECT id FROM customers" + strings.Repeat(" ", 1000):                 codeTooLarge,
		"SELECT id FROM customers WHERE id = " + nested(20, "(", "1", ")"):     codeTooComplex,
		"SELECT id FROM customers\x00":                                         codeEncoding,
		"SELECT '\xff' FROM customers":                                         codeEncoding,
		"SELECT id FROM customers WHERE name = 'x":                             codeSyntax,
		"SELECT id FROM customers WHERE name = /*":                             codeSyntax,
		"SELECT id FROM customers WHERE ORDER":                                 codeSyntax,
		"SELECT 'secret', U&'\\zz' FROM customers":                             codeSyntax,
		"SELECT id FROM customers WHERE id = " + nested(9, "(", "1", ")") + "": "",
	} {
		got := ""
		if r := p.Plan([]byte(text), &Session{}).Refusal; r != nil {
			got = r.Code
			if strings.Contains(r.Message+r.Hint+r.Detail, "secret") {
				t.Errorf("%q: the refusal quotes a literal: %s", text, r.Message)
			}
		}
		if got != want {
			t.Errorf("%q: code %q, want %q", clip(text), got, want)
		}
	}
}
