package pgproxy

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// knownWrong are promises that are not kept yet. Each entry tells whether that is still so; the test fails for one that
// is right by now: move it to the tests of its subject.
var knownWrong = map[string]func(t *testing.T) bool{
	"a child table made in the transaction under way is not protected yet":       childInSameTransaction,
	"a partition made in the transaction under way is not protected yet":         partitionInSameTransaction,
	"a renamed schema takes its tables out of the policy":                        renamedSchema,
	"a simple query that wrote is committed although its rows could not open":    simpleQueryCommits,
	"rows that no Describe announced are split by a catalog that is out of date": undescribedRows,
	"a text in flight behind SET standard_conforming_strings is read as before":  settingInFlight,
}

func TestKnownWrong(t *testing.T) {
	for what, wrong := range knownWrong {
		t.Run(what, func(t *testing.T) {
			if !wrong(t) {
				t.Error("this is right now: remove it from the list and keep its test")
			}
		})
	}
}

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

func childInSameTransaction(t *testing.T) bool {
	return leaksInOrder(t, protectedTable, "begin", "create table child () inherits (customers)",
		"insert into child (id, tenant_id, email) values (1, 'acme', 'marker')")
}

func partitionInSameTransaction(t *testing.T) bool {
	ddl := strings.Replace(protectedTable, "id bigint primary key", "id bigint", 1) + " partition by list (tenant_id)"
	return leaksInOrder(t, ddl, "begin", "create table part partition of customers for values in ('acme')",
		"insert into part (id, tenant_id, email) values (1, 'acme', 'marker')")
}

func renamedSchema(t *testing.T) bool {
	return leaksInOrder(t, protectedTable, "alter schema public rename to elsewhere",
		"insert into elsewhere.customers (id, tenant_id, email) values (1, 'acme', 'marker')")
}

func simpleQueryCommits(t *testing.T) bool {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxiedIn(t, "simple_protocol")
	c.insert(sample(1, "acme"))
	s.direct(t).exec(`update customers set note = 'not an envelope'`)
	err := queryError(c, `update customers set name = 'changed' where id = 1 returning note`)
	return err != nil && err.Code == codeDataCorrupted && s.direct(t).value(`select name from customers`) == "changed"
}

func undescribedRows(t *testing.T) bool {
	s := newStack(t, protectedTable, protectedPolicy())
	s.proxied(t).exec(`insert into customers (id, tenant_id, email) values (1, 'acme', 'marker')`)
	r := openRaw(t, s.address, s.pg.User, s.database, "", "")
	s.direct(t).exec(`alter table customers drop column name, add column extra text`)
	answers := r.run([]string{"P||select * from customers", "B|", "E|", "S"})
	return bytes.Contains([]byte(strings.Join(answers, "\n")), []byte(`\\xf54b11`))
}

func settingInFlight(t *testing.T) bool {
	s := newStack(t, protectedTable, protectedPolicy())
	r := openRaw(t, s.address, s.pg.User, s.database, "", "")
	answers := r.run([]string{"Q|set standard_conforming_strings = off", `Q|insert into customers (id, tenant_id, note) values (1, 'acme', 'a\\b') returning note`})
	return strings.Contains(strings.Join(answers, "\n"), `a\\\\b`) // the server would have stored one backslash
}
