package pgsql

import (
	"strings"
	"testing"
)

func TestStatementsEndWherePsqlEndsThem(t *testing.T) {
	for _, c := range []struct{ text, first string }{
		{"select 1; select 2", "select 1;"},
		{"select ';' || $$;$$ || \";\" /* ; */ -- ;\n; x", "select ';' || $$;$$ || \";\" /* ; */ -- ;\n;"},
		{"create rule r as on insert to t do (select 1; select 2); x", "create rule r as on insert to t do (select 1; select 2);"},
		{"create function f() returns int begin atomic select case when true then 1 end; select 2; end; x",
			"create function f() returns int begin atomic select case when true then 1 end; select 2; end;"},
		{"begin; commit", "begin;"},
		{"select 1 \\gexec\nselect 2", "select 1 "},
		{"select '\\' ; x", "select '\\' ;"},
		{"select 'a", "select 'a"},
		{") ; x", ") ;"},
		{"", ""},
		{";;", ";"},
	} {
		if got := c.text[:StatementEnd(c.text)]; got != c.first {
			t.Errorf("%s\ngot  %s\nwant %s", c.text, got, c.first)
		}
	}
}

func FuzzStatementEnd(f *testing.F) {
	for _, s := range []string{"select 1; x", "begin atomic ; end ;", "\\x", "'", "((;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := StatementEnd(text)
		if n < 0 || n > len(text) || n == 0 && text != "" && strings.TrimLeft(text, " \t\r\n\v\f")[:1] != `\` && !strings.Contains(text, "/*") && !strings.Contains(text, "--") {
			t.Errorf("%q ends at %d", text, n)
		}
	})
}
