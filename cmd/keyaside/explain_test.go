package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// newTestExplainer plans for a table whose tenant is a column and one whose tenant is fixed.
func newTestExplainer(t testing.TB) *explainer {
	t.Helper()
	policy := &pgsql.Policy{Tables: []pgsql.Table{
		{Schema: "public", Name: "customers", Tenant: pgsql.TenantSource{Column: "tenant_id"}, Columns: []pgsql.Column{
			{Name: "email", Field: "email", Type: "text"},
			{Name: "note", Field: "note", Type: "text", Storage: pgsql.StorageText, Index: 1},
		}},
		{Schema: "public", Name: "settings", Tenant: pgsql.TenantSource{Session: "user"}, Columns: []pgsql.Column{
			{Name: "token", Field: "token", Type: "text", Index: 2},
		}},
	}}
	const text, bytea, int4 = 25, 17, 23
	catalog := &pgsql.Catalog{Relations: []pgsql.Relation{
		{OID: 1001, Schema: "public", Name: "customers", Kind: pgsql.OrdinaryTable, Columns: []pgsql.Attribute{
			{Name: "id", Number: 1, TypeOID: int4}, {Name: "tenant_id", Number: 2, TypeOID: text},
			{Name: "email", Number: 3, TypeOID: bytea}, {Name: "note", Number: 4, TypeOID: text},
		}},
		{OID: 1002, Schema: "public", Name: "settings", Kind: pgsql.OrdinaryTable, Columns: []pgsql.Attribute{
			{Name: "name", Number: 1, TypeOID: text}, {Name: "token", Number: 2, TypeOID: bytea},
		}},
	}}
	planner, err := pgsql.NewPlanner(policy, catalog, pgsql.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &explainer{database: "shop", catalog: catalog, policy: policy, planner: planner}
}

// outputs returns what is printed for a person and for a tool.
func (e *explainer) outputs(t testing.TB, text string) (*explanation, string) {
	t.Helper()
	v := e.view(text)
	var out strings.Builder
	if err := v.write(&out, text); err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(&out).Encode(v); err != nil {
		t.Fatal(err)
	}
	return v, out.String()
}

const marker = "ada@example.com"

// spellings are literals with the marker as a part of their text.
var spellings = []string{
	"'" + marker + "'", "e'" + marker + "'", `E'it\'s ` + marker + "'", "E'a'\n'" + `\'` + marker + "'", "'it''s " + marker + "'",
	"$$" + marker + "$$", "$q$ $$" + marker + "' $q$", "U&'" + marker + "!0041' uescape '!'", "N'" + marker + "'", "'a'\n'" + marker + "'",
	"'" + marker + "'::text", "cast('" + marker + "' as text)", `'\' || '` + marker + "'", "lower('" + marker + "')", "/* '' */ '" + marker + "'",
	"'" + marker, "$$" + marker, "E'" + marker + `\'`, "/* /* */ " + marker + " */ ''", "-- " + marker + "\n''", "/* " + marker,
}

// frames are uses of a literal, planned and refused ones.
var frames = []string{
	"insert into customers (tenant_id, email) values ('acme', ?)",
	"insert into customers (email, tenant_id) values (?, 'acme'), (?, lower('x'))",
	"insert into customers values (1, 'acme', ?, ?) returning *",
	"update customers set note = ? where tenant_id = 'acme'",
	"update customers set email = ?",
	"select id from customers where email = ?",
	"select id, email || ? from customers",
	"update settings set token = ?; select 1",
}

func TestExplainPrintsNoProtectedLiteral(t *testing.T) {
	e := newTestExplainer(t)
	verdicts := map[string]int{}
	for _, frame := range frames {
		for _, s := range spellings {
			text := strings.ReplaceAll(frame, "?", s)
			v, out := e.outputs(t, text)
			verdicts[v.Verdict]++
			if strings.HasPrefix(s, "--") || strings.HasPrefix(s, "/* /*") {
				continue // the server gets comments, too; that of a refused text is masked all the same
			}
			if strings.Contains(out, marker) {
				t.Errorf("%s\nis explained as\n%s", text, out)
			}
		}
	}
	if verdicts[verdictRewritten] < 20 || verdicts[verdictRefused] < 20 {
		t.Errorf("verdicts %v: want many of each kind", verdicts)
	}
}

func TestExplainGivesEachLiteralToItsStatement(t *testing.T) {
	e := newTestExplainer(t)
	text := "select 1; /* ; */ ; select ';', '\u00e9'; update settings set token = 'x;y'; update customers set note = 'z' where tenant_id = 'a'"
	v, _ := e.outputs(t, text)
	if len(v.Statements) != 4 || len(v.Literals) != 2 {
		t.Fatalf("got %+v", v)
	}
	for i, want := range []literalView{
		{Position: characters(text[:strings.Index(text, "'x;y'")]) + 1, Statement: 3},
		{Position: characters(text[:strings.Index(text, "'z'")]) + 1, Statement: 4},
	} {
		if got := v.Literals[i]; got.Position != want.Position || got.Statement != want.Statement {
			t.Errorf("literal %d: position %d in statement %d, want %d in %d", i, got.Position, got.Statement, want.Position, want.Statement)
		}
	}
	for i, want := range []string{verdictPasses, verdictPasses, verdictRewritten, verdictRewritten} {
		if got := v.Statements[i].Verdict; got != want {
			t.Errorf("statement %d: %s, want %s", i+1, got, want)
		}
	}
}

func TestExplainTellsStatementsApartWhereANameHasASemicolon(t *testing.T) {
	v, _ := newTestExplainer(t).outputs(t, `select 1 as "a;b"; update settings set token = 'x'`)
	if v.Literals[0].Statement != 2 || v.Statements[0].Verdict != verdictPasses || v.Statements[1].Verdict != verdictRewritten {
		t.Errorf("got %+v", v)
	}
}

func TestExplainNamesTheSourceOfTheTenant(t *testing.T) {
	for text, want := range map[string]tenantView{
		"update settings set token = $1":                                     {From: "session", Value: "user"},
		"update customers set email = $1 where tenant_id = $2":               {From: "parameter", Parameter: 2},
		"insert into customers (tenant_id, email) values ('acme', $1)":       {From: "statement", Value: "acme"},
		"insert into customers (email, tenant_id) values ($1::text, 'b''c')": {From: "statement", Value: "b'c"},
	} {
		v, _ := newTestExplainer(t).outputs(t, text)
		if len(v.Parameters) != 1 || !reflect.DeepEqual(v.Parameters[0].Sealed.Tenant, want) {
			t.Errorf("%s: got %+v, want %+v", text, v.Parameters, want)
		}
	}
}

func TestExplainQuotesNothingOfATextWithoutBalancedQuotes(t *testing.T) {
	e := newTestExplainer(t)
	if _, out := e.outputs(t, "select email from customers\nwhere where"); !strings.Contains(out, "line 2: where where\n") {
		t.Errorf("a text without quotes is not shown:\n%s", out)
	}
	_, out := e.outputs(t, "insert into customers (tenant_id, email) values ('acme', ada@example.com')")
	if !strings.Contains(out, "; not shown") || strings.Contains(out, "values") {
		t.Errorf("got\n%s", out)
	}
}

func TestExcerptPointsAtTheCharacter(t *testing.T) {
	long := strings.Repeat("x ", 100)
	for _, c := range []struct {
		text         string
		line, column int
		source       string
		caret        string
	}{
		{"select a", 1, 8, "select a", "       ^"},
		{"select\n\t'\u00e9\u00e9' b\r\nc", 2, 7, " **** b ", "      ^"},
		{"select", 1, 7, "select", "      ^"},
		{"a\x1b[mb", 1, 5, "a [mb", "    ^"},
		{long + "y " + long, 1, 201, "… " + long[:50] + "y " + long[:48] + " …", strings.Repeat(" ", 52) + "^"},
	} {
		source, caret := excerpt(c.text, c.line, c.column)
		if source != c.source || caret != c.caret {
			t.Errorf("%q:\ngot  %q\n     %q\nwant %q\n     %q", c.text, source, caret, c.source, c.caret)
		}
	}
}

// FuzzExplain holds masks to the text's characters and lines, and explanations to be printable.
func FuzzExplain(f *testing.F) {
	for _, frame := range frames {
		for _, s := range spellings {
			f.Add(strings.ReplaceAll(frame, "?", s))
		}
	}
	f.Add("select email from customers where \xff'\xff")
	f.Add("1.2.3 .5 a.b $1 $a$ b $ \"x")
	e := newTestExplainer(f)
	f.Fuzz(func(t *testing.T, text string) {
		masked := pgsql.MaskConstants(text)
		if characters(masked) != characters(text) || strings.Count(masked, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q is masked as %q", text, masked)
		}
		v, _ := e.outputs(t, text)
		if (v.Refusal != nil) != (v.Verdict == verdictRefused) {
			t.Errorf("verdict %s with refusal %+v", v.Verdict, v.Refusal)
		}
	})
}
