package pgproxy

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// copied returns what COPY TO gives, or the code of its error.
func copied(c *pgconn.PgConn, sql string) string {
	var b bytes.Buffer
	if _, err := c.CopyTo(context.Background(), &b, sql); err != nil {
		return code(err)
	}
	return b.String()
}

func TestCopyShowsARoleWhatSelectShowsIt(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).exec(`insert into customers (id, tenant_id, email, note, photo, points, born) values
		(1, 'acme', 'someone@example.com', 'a longer note', '\x0102', 1234, '1984-11-23'), (2, 'acme', null, null, null, null, null)`)
	const columns = "id, email, points, born, photo"
	for role, want := range map[string]string{
		"app":     "1\tsomeone@example.com\t1234\t1984-11-23\t\\\\x0102\n2\t\\N\t\\N\t\\N\t\\N\n",
		"support": "1\ts***@example.com\t1230\t1984-01-01\t\\N\n2\t\\N\t\\N\t\\N\t\\N\n",
		"intern":  "42501",
	} {
		c := open(t, strings.Replace(s.proxyDSN(), s.pg.User+"@", s.role(role)+"@", 1), "").PgConn()
		if got := copied(c, "copy (select "+columns+" from customers order by id) to stdout"); got != want {
			t.Errorf("%s gets %q, want %q", role, got, want)
		}
	}
}

func TestCopySealsForTheTenantOfTheSession(t *testing.T) {
	s, sent := newTenantStack(t, AskEachStatement)
	c := s.proxied(t).PgConn()
	run := func(sql string) {
		t.Helper()
		if _, err := c.Exec(context.Background(), sql).ReadAll(); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if got := copyCode(c, "copy notes (body) from stdin", "marker\n"); got != "22023" {
		t.Errorf("without a tenant: %q", got)
	}
	run("set app.tenant = 'acme'")
	sent.take()
	if got := copyCode(c, "copy notes (body) from stdin", "marker\nmarker\n"); got != "COPY 2" {
		t.Errorf("with a tenant: %q", got)
	}
	if got := s.sealedFor(sent.take()); got != "acme" {
		t.Errorf("sealed for %q", got)
	}
	for data, want := range map[string]string{"1\tacme\tmarker\n": "COPY 1", "2\tglobex\tmarker\n": "42501", "3\tglobex\t\\N\n": "COPY 1"} {
		if got := copyCode(c, "copy papers (id, tenant, title) from stdin", data); got != want {
			t.Errorf("%q: %q, want %q", data, got, want)
		}
	}
	if got := copied(c, "copy notes (body) to stdout"); got != "marker\nmarker\n" {
		t.Errorf("notes %q", got)
	}
	if got := copied(c, "copy papers (title, id) to stdout"); got != "marker\t1\n\\N\t3\n" && got != "\\N\t3\nmarker\t1\n" {
		t.Errorf("papers %q", got)
	}
	run("set app.tenant = 'globex'")
	for _, sql := range []string{"copy notes (body) to stdout", "copy papers to stdout"} {
		if got := copied(c, sql); got != "42501" {
			t.Errorf("another tenant's session: %s gives %q", sql, got)
		}
	}
	if m := leaked(sent.take(), "marker"); m != "" {
		t.Error("LEAK: a protected value arrives at the server")
	}
}

func TestCopiedValuesAreFoundByEquality(t *testing.T) {
	s := newBareStack(t)
	s.keys.rotate(t, "acme", 1)
	s.keys.rotate(t, "globex", 1)
	recorder := recordedStack(t, s)
	s.direct(t).exec(`create table members (tenant_id text, email bytea unique, code bytea)`)
	s.start(t, &pgsql.Policy{Tables: []pgsql.Table{{Schema: "public", Name: "members", Tenant: pgsql.TenantSource{Column: "tenant_id"}, Columns: []pgsql.Column{
		{Name: "email", Field: "member_email", Type: "text", Search: pgsql.SearchDeterministic, Domain: "email"},
		{Name: "code", Field: "member_code", Type: "text", Index: 1, Search: pgsql.SearchTerm, Domain: "code"},
	}}}}, Limits{})
	c := s.proxied(t)
	if got := copyCode(c.PgConn(), "copy members from stdin", "acme\tmarker 1\tmarker a\nglobex\tmarker 1\tmarker a\nacme\tmarker 2\tmarker b\n"); got != "COPY 3" {
		t.Fatal(got)
	}
	if got := copyCode(c.PgConn(), "copy members from stdin", "acme\tmarker 2\tmarker b\n"); got != "23505" {
		t.Errorf("a duplicate gives %q", got)
	}
	for sql, want := range map[string]int64{
		"select count(*) from members where tenant_id = 'acme' and email = 'marker 1'":   1,
		"select count(*) from members where tenant_id = 'globex' and code is not null":   1,
		"select count(*) from members where tenant_id = 'globex' and email = 'marker 2'": 0,
	} {
		if got := c.value(sql); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
	where := " where tenant_id = 'acme' and email = 'marker 4'"
	if got := copyCode(c.PgConn(), "copy members from stdin"+where, "acme\tmarker 3\t\nacme\tmarker 4\t\nglobex\tmarker 4\t\n"); got != "COPY 1" && got != codeNotSupported {
		t.Errorf("COPY%s gives %q", where, got)
	}
	if m := leaked(recorder.take(), "marker"); m != "" {
		t.Error("LEAK: a protected value arrives at the server")
	}
}
