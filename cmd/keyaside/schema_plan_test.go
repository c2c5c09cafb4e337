package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// planned makes the plan as the commands do, with their settings.
func planned(t *testing.T, conn *pgx.Conn, down bool, tables ...pgsql.Table) *schemaPlan {
	t.Helper()
	for _, s := range sessionSettings("10s") {
		execute(t, conn, s)
	}
	p, err := planSchema(t.Context(), conn, &pgsql.Policy{Tables: tables}, down)
	check(t, err)
	return p
}

func execute(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (p *schemaPlan) text() string {
	var b strings.Builder
	_ = p.writeSQL(&b, "10s")
	return b.String()
}

// applies demands that the plan has no problem, runs it, and demands that nothing is left to do.
func applies(t *testing.T, conn *pgx.Conn, down bool, tables ...pgsql.Table) *schemaPlan {
	t.Helper()
	p := planned(t, conn, down, tables...)
	if len(p.Problems) > 0 || len(p.Steps) == 0 {
		t.Fatal(p.text())
	}
	check(t, p.apply(t.Context(), conn, io.Discard))
	if again := planned(t, conn, down, tables...); len(again.Steps)+len(again.Problems) > 0 {
		t.Fatalf("down %v: once applied, there is still: %s", down, again.text())
	}
	return p
}

func TestSchemaOfOddNamesPartitionsAndChildren(t *testing.T) {
	conn := newDatabase(t)
	long := strings.Repeat("ä", 31) // 62 bytes
	execute(t, conn, fmt.Sprintf(`create schema "Sch é; --"; create table "Sch é; --"."Odd ""T"" $x$" ("Ten ant" text, "E'-Mail" bytea, "%s" bytea, "%sx" bytea)`, long, long)+`;
		create table events (tenant_id text, payload bytea, kind text) partition by list (tenant_id);
		create table events_acme partition of events for values in ('acme');
		create table people (id int, tenant_id text, ssn bytea); create table staff (boss text) inherits (people)`)
	tables := []pgsql.Table{
		{Schema: "Sch é; --", Name: `Odd "T" $x$`, Tenant: pgsql.TenantSource{Column: "Ten ant"}, Columns: []pgsql.Column{
			{Name: "E'-Mail", Search: pgsql.SearchTerm}, {Name: long, Search: pgsql.SearchTerm}, {Name: long + "x", Search: pgsql.SearchTerm},
		}},
		{Schema: "public", Name: "events", Tenant: pgsql.TenantSource{Column: "tenant_id"}, Columns: []pgsql.Column{
			{Name: "payload", Search: pgsql.SearchDeterministic}, {Name: "kind", Storage: pgsql.StorageText},
		}},
		{Schema: "public", Name: "people", Tenant: pgsql.TenantSource{Session: "user"}, Columns: []pgsql.Column{{Name: "ssn", Search: pgsql.SearchDeterministic}}},
		{Schema: "public", Name: "elsewhere", Columns: []pgsql.Column{{Name: "x"}}},
	}
	for range 2 {
		up := applies(t, conn, false, tables...)
		if len(up.Notes) != 1 || !strings.Contains(up.text(), "public.elsewhere does not exist in this database") {
			t.Error(up.text())
		}
		for table, refused := range map[string]bool{"events": true, "events_acme": true, "people": true, "staff": true} {
			column := "payload"
			if table == "people" || table == "staff" {
				column = "ssn"
			}
			_, err := conn.Exec(t.Context(), fmt.Sprintf(`insert into public.%s (tenant_id, %s) values ('acme', 'plaintext')`, table, column))
			if (err != nil) != refused {
				t.Errorf("plaintext in %s: %v", table, err)
			}
		}
		applies(t, conn, true, tables...)
	}
	var left int
	check(t, conn.QueryRow(t.Context(), `select (select count(*) from pg_type where typname like 'keyaside%') + (select count(*) from pg_class where relname like 'keyaside%')`).Scan(&left))
	if left != 0 {
		t.Errorf("%d objects are left", left)
	}
}

func TestSchemaFollowsWhatIsConfigured(t *testing.T) {
	conn := newDatabase(t)
	execute(t, conn, `create table customers (id int, tenant_id text, other_id text, email bytea)`)
	table := func(search pgsql.Search, tenant string) pgsql.Table {
		return pgsql.Table{Schema: "public", Name: "customers", Tenant: pgsql.TenantSource{Column: tenant}, Columns: []pgsql.Column{{Name: "email", Search: search}}}
	}
	applies(t, conn, false, table(pgsql.SearchNone, "tenant_id"))
	for _, step := range []struct {
		table pgsql.Table
		want  []string
	}{
		{table(pgsql.SearchTerm, "tenant_id"), []string{`create domain "public"."keyaside_v1_term"`, `alter column "email" type "public"."keyaside_v1_term"`, `"keyaside_customers_email_term"`}},
		{table(pgsql.SearchTerm, "other_id"), []string{`drop index concurrently "public"."keyaside_customers_email_term"`, `using btree ("other_id", (substring("email" from 13 for 15)))`}},
		{table(pgsql.SearchDeterministic, "other_id"), []string{`type "public"."keyaside_v1_deterministic"`, `drop index concurrently "public"."keyaside_customers_email_term"`, `using btree ("other_id", "email")`}},
		{table(pgsql.SearchNone, "other_id"), []string{`type "public"."keyaside_v1_sealed"`, `drop index concurrently "public"."keyaside_customers_email_eq"`}},
	} {
		text := applies(t, conn, false, step.table).text()
		for _, want := range step.want {
			if !strings.Contains(text, want) {
				t.Errorf("no %s in %s", want, text)
			}
		}
	}
	execute(t, conn, `insert into public.customers (email) values ('\xf54b1100'::bytea || sha512('x'))`)
	if text := planned(t, conn, false, table(pgsql.SearchTerm, "other_id")).text(); !strings.Contains(text, "holds envelopes that do not fit the field's search in 1 rows") {
		t.Error(text)
	}
}

func TestSchemaLeavesAloneWhatOthersMade(t *testing.T) {
	conn := newDatabase(t)
	execute(t, conn, `create domain mine as bytea; create domain keyaside_v1_term as bytea; create table taken (id int);
		create index keyaside_t_c_eq on taken (id);
		create table t (a mine, b bytea, c bytea, d varchar(20), e int, f bytea unique, g bytea, "G g" text);
		create unique index own on t (substring(g from 13 for 15)); create index own2 on t (substring("G g", 21, 20))`)
	p := planned(t, conn, false, pgsql.Table{Schema: "public", Name: "t", Tenant: pgsql.TenantSource{Fixed: "acme"}, Columns: []pgsql.Column{
		{Name: "a"}, {Name: "b", Search: pgsql.SearchTerm}, {Name: "c", Search: pgsql.SearchDeterministic}, {Name: "d", Storage: pgsql.StorageText},
		{Name: "e"}, {Name: "f", Search: pgsql.SearchDeterministic}, {Name: "gone"},
		{Name: "g", Search: pgsql.SearchTerm}, {Name: "G g", Search: pgsql.SearchTerm, Storage: pgsql.StorageText},
	}})
	for _, want := range []string{
		"note: public.t.a has the type public.mine, which is left as it is",
		"problem: public.t domain public.keyaside_v1_term exists and is not what schema makes; drop or rename it",
		"problem: public.t.c cannot get its index: the name keyaside_t_c_eq is taken; rename what has it",
		"problem: public.t.d has the type character varying(20); storage: text wants text",
		"problem: public.t.e has the type integer; storage: bytea wants bytea",
		"problem: public.t.gone does not exist; add the column, or correct its name",
	} {
		if !strings.Contains(p.text(), want) {
			t.Errorf("no %q in\n%s", want, p.text())
		}
	}
	for _, s := range p.Steps {
		for _, index := range []string{"keyaside_t_f", "keyaside_t_g", "keyaside_t_G"} {
			if strings.Contains(s.SQL, index) {
				t.Errorf("a second index for the same: %s", s.SQL)
			}
		}
	}
}

func TestSchemaGoesThroughForeignKeys(t *testing.T) {
	conn := newDatabase(t)
	execute(t, conn, `create table customers (tenant_id text, email bytea, primary key (tenant_id, email));
		create table orders (tenant_id text, email bytea, foreign key (tenant_id, email) references customers on update cascade);
		insert into customers values ('acme', '\xf54b1300'::bytea || sha256('x')); insert into orders select * from customers`)
	table := func(name string) pgsql.Table {
		return pgsql.Table{Schema: "public", Name: name, Tenant: pgsql.TenantSource{Column: "tenant_id"}, Columns: []pgsql.Column{{Name: "email", Search: pgsql.SearchDeterministic}}}
	}
	applies(t, conn, false, table("customers"), table("orders"))
	execute(t, conn, `update public.customers set email = '\xf54b1300'::bytea || sha256('y')`)
	if _, err := conn.Exec(t.Context(), `insert into public.orders values ('acme', '\xf54b1300'::bytea || sha256('z'))`); err == nil {
		t.Error("the foreign key does not hold")
	}
	applies(t, conn, true, table("orders"), table("customers"))
}
