package pgproxy

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// leaksInOrder runs statements on one session and reports whether a marker arrived at the server.
func leaksInOrder(t *testing.T, ddl string, statements ...string) bool {
	t.Helper()
	s := newBareStack(t)
	s.keys.rotate(t, "acme", 1)
	r := recordedStack(t, s)
	s.direct(t).exec(ddl)
	s.start(t, protectedPolicy(), Limits{})
	c := s.proxied(t)
	for _, sql := range statements {
		_, err := c.PgConn().Exec(context.Background(), sql).ReadAll()
		t.Logf("%s: %v", sql, err)
	}
	return leaked(r.take(), "marker") != ""
}

func TestTableThatBecomesAChildInTheOpenTransactionIsNotWritten(t *testing.T) {
	partitioned := strings.Replace(protectedTable, "id bigint primary key", "id bigint", 1) + " partition by list (tenant_id)"
	const insert = "insert into child (id, tenant_id, email) values (1, 'acme', 'marker')"
	for name, c := range map[string]struct {
		ddl        string
		statements []string
	}{
		"inherits":     {protectedTable, []string{"begin", "create table child () inherits (customers)", insert}},
		"partition":    {partitioned, []string{"begin", "create table child partition of customers for values in ('acme')", insert}},
		"inherit":      {protectedTable + "; create table child (like customers)", []string{"begin", "alter table child inherit customers", insert}},
		"attach":       {partitioned + "; create table child (like customers)", []string{"begin", "alter table customers attach partition child default", insert}},
		"grandchild":   {protectedTable, []string{"begin", "create table parent () inherits (customers)", "create table child () inherits (parent)", insert}},
		"in one query": {protectedTable, []string{"create table child () inherits (customers); " + insert}},
	} {
		if leaksInOrder(t, c.ddl, c.statements...) {
			t.Errorf("%s: the value arrives at the server", name)
		}
	}
}

func TestChildIsProtectedOnceItsTransactionIsCommitted(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxied(t)
	c.exec("begin")
	c.exec("create table child () inherits (customers)")
	c.exec("create index on child (name)")
	c.exec("commit")
	c.exec("insert into child (id, tenant_id, email) values (1, 'acme', $1)", "someone@example.com")
	if got := c.value("select email from customers"); got != "someone@example.com" {
		t.Errorf("got %v", got)
	}
	s.assertSealed(t, "select email from child")
}

func TestSchemaOfAPolicyIsNotRenamed(t *testing.T) {
	if leaksInOrder(t, protectedTable, "alter schema public rename to elsewhere",
		"insert into elsewhere.customers (id, tenant_id, email) values (1, 'acme', 'marker')") {
		t.Error("the value arrives at the server")
	}
}

func TestSimpleQueryIsCommittedOnlyOnceItsRowsHaveOpened(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxiedIn(t, "simple_protocol")
	c.insert(sample(1, "acme"))
	got := c.customer(`update customers set name = 'first' where id = 1 returning *`)
	if want := sample(1, "acme"); *got.Name != "first" || *got.Email != *want.Email || !got.Born.Equal(*want.Born) {
		t.Fatalf("got %+v", got)
	}
	s.direct(t).exec(`update customers set note = 'not an envelope'`)
	if err := queryError(c, `update customers set name = 'second' where id = 1 returning note`); err == nil || err.Code != codeDataCorrupted {
		t.Fatalf("got %v", err)
	}
	if err := queryError(c, `update customers set name = 'third' where id = 1 / 0 returning note`); err == nil || err.Code != "22012" {
		t.Fatalf("the server's own error: %v", err)
	}
	if name := s.direct(t).value(`select name from customers`); name != "first" {
		t.Errorf("name is %v", name)
	}
	if got := c.value(`select count(*) from customers`); got != int64(1) {
		t.Errorf("the session goes on with %v", got)
	}
}

func TestSeveralStatementsAreCommittedOnlyOnceTheirRowsHaveOpened(t *testing.T) {
	s := newStack(t, protectedTable+`; create table plain (id int, a text)`, protectedPolicy())
	r := openRaw(t, s.address, s.pg.User, s.database, "")
	do := func(text string) string {
		return strings.Join(r.run([]string{"Q|" + text}), "; ")
	}
	all := `insert into plain values (1, 'x'); select 2 as two; insert into customers (id, tenant_id, email) values (1, 'acme', 'one') returning email; select email, id from customers; delete from plain`
	want := `C INSERT 0 1; T two:23; D "2"; C SELECT 1; T email:25; D "one"; C INSERT 0 1; T email:25 id:20; D "one" "1"; C SELECT 1; C DELETE 1; Z I; C ROLLBACK; `
	if got := do(all); !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	s.direct(t).exec(`update customers set email = 'not an envelope'`)
	got := do(`insert into plain values (2, 'x'); select id from customers; select email from customers; insert into plain values (3, 'x')`)
	if want := `C INSERT 0 1; T id:20; D "1"; C SELECT 1; T email:25; E ` + codeDataCorrupted + `; Z I; C ROLLBACK; `; !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := do(`insert into plain values (4, 'x'); select email from customers where id < 0; select 1/0; insert into plain values (5, 'x')`); !strings.Contains(got, "E 22012; Z I") {
		t.Errorf("got %s", got)
	}
	if n := s.direct(t).value(`select count(*) from plain`); n != int64(0) {
		t.Errorf("%v rows were committed", n)
	}
}

func TestRowsAreHeldAgainstTheServersDescription(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	s.proxied(t).exec(`insert into customers (id, tenant_id, email) values (1, 'acme', 'marker')`)
	r := openRaw(t, s.address, s.pg.User, s.database, "")
	s.direct(t).exec(`alter table customers drop column name, add column extra text`)
	answers := strings.Join(r.run([]string{"P||select * from customers", "B|", "E|", "S"}), "\n")
	if bytes.Contains([]byte(answers), []byte(`\\xf54b11`)) || !strings.Contains(answers, codeStaleCatalog) {
		t.Errorf("got %s", answers)
	}
	answers = strings.Join(r.run([]string{"P||select * from customers", "B|", "E|", "S"}), "\n")
	if !strings.Contains(answers, "marker") {
		t.Errorf("with the new catalog: %s", answers)
	}
}
