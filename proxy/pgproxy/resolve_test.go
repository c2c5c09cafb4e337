package pgproxy

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

const sharedTables = `create schema other;
	create table other.shared (id int, tenant_id text, x text);
	create table shared (id int, tenant_id text, x bytea)`

func sharedPolicy() *pgsql.Policy {
	return &pgsql.Policy{Tables: []pgsql.Table{{Schema: "public", Name: "shared", Tenant: pgsql.TenantSource{Column: "tenant_id"},
		Columns: []pgsql.Column{{Name: "x", Field: "x", Type: "text"}}}}}
}

// pathSession is a session through a recorded proxy on a database with sharedTables.
func pathSession(t *testing.T) (*stack, *recorder, *conn) {
	t.Helper()
	s := newBareStack(t)
	s.keys.rotate(t, "acme", 1)
	s.direct(t).exec(sharedTables)
	r := recordedStack(t, s)
	s.start(t, sharedPolicy(), Limits{})
	return s, r, s.proxied(t)
}

func TestPreparedStatementDoesNotFollowTheSearchPathToAnUnprotectedTable(t *testing.T) {
	_, r, c := pathSession(t)
	ctx, pc := context.Background(), c.PgConn()
	c.exec("set search_path = other")
	if _, err := pc.Prepare(ctx, "ins", "insert into shared values ($1, 'acme', $2)", nil); err != nil {
		t.Fatal(err)
	}
	exec := func(value string) error {
		return pc.ExecPrepared(ctx, "ins", [][]byte{[]byte("1"), []byte(value)}, nil, nil).Read().Err
	}
	if err := exec("open"); err != nil {
		t.Fatal(err)
	}
	c.exec("set search_path = public")
	var pgErr *pgconn.PgError
	if err := exec("marker"); !errors.As(err, &pgErr) || pgErr.Code != "0A000" {
		t.Errorf("after the search path was changed: %v", err)
	}
	if m := leaked(r.take(), "marker"); m != "" {
		t.Errorf("%q arrives at the server", m)
	}
	c.exec("set search_path = other")
	if err := exec("open again"); err != nil {
		t.Error(err)
	}
}

func TestPreparedStatementIsPreparedAnewByDriversWhenTheSearchPathChanges(t *testing.T) {
	_, r, c := pathSession(t)
	c.exec("set search_path = other")
	c.exec("insert into shared values ($1, $2, $3)", 1, "acme", "open")
	c.exec("set search_path = public")
	if _, err := c.Exec(context.Background(), "insert into shared values ($1, $2, $3)", 1, "acme", "marker"); err == nil {
		t.Error("the statement of the other path was executed")
	}
	c.exec("insert into shared values ($1, $2, $3)", 1, "acme", "marker")
	if got := c.value("select x from shared"); got != "marker" {
		t.Errorf("got %v", got)
	}
	if m := leaked(r.take(), "marker"); m != "" {
		t.Errorf("%q arrives at the server", m)
	}
}

func TestSchemaOfTheUserIsFollowed(t *testing.T) {
	s, r, c := pathSession(t)
	s.direct(t).exec(`create role names_reader; create schema names_reader authorization names_reader;
		create table names_reader.shared (id int, tenant_id text, x text); grant all on names_reader.shared to names_reader`)
	t.Cleanup(func() { s.direct(t).exec("drop owned by names_reader cascade; drop role names_reader") })
	c.exec("create table anything (n int)") // a change of the catalog that the proxy sees
	c = s.proxiedIn(t, "exec")
	c.exec("insert into shared values (1, 'acme', 'marker')")
	c.exec("set role names_reader")
	c.exec("insert into shared values (1, 'acme', 'open')")
	if got := c.value("select x from shared"); got != "open" {
		t.Errorf("as the role: %v", got)
	}
	c.exec("reset role")
	if got := c.value("select x from shared"); got != "marker" {
		t.Errorf("after RESET ROLE: %v", got)
	}
	if m := leaked(r.take(), "marker"); m != "" {
		t.Errorf("%q arrives at the server", m)
	}
}

func TestMeaningOfANameIsAskedOnceForStatementsThatCannotChangeIt(t *testing.T) {
	_, r, c := pathSession(t)
	c.exec("insert into shared values (1, 'acme', 'marker')")
	r.take()
	for range 20 {
		if got := c.value("select x from shared"); got != "marker" {
			t.Fatalf("got %v", got)
		}
	}
	if n := bytes.Count(r.take(), askName); n > 4*3 { // four messages name a question's statement
		t.Errorf("20 selects were sent with %d messages of questions", n)
	}
}

func TestNamesThatDependOnNoSearchPathAreNeverAskedFor(t *testing.T) {
	s, r, c := pathSession(t)
	s.direct(t).exec("create table plain (n int)")
	c.exec("set search_path = other, public")
	c.exec("select count(*) from public.shared")
	c.exec("select count(*) from other.shared")
	c.exec("select count(*) from plain")
	if n := bytes.Count(r.take(), askName); n > 0 {
		t.Errorf("%d messages of questions", n)
	}
}
