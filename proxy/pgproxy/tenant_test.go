package pgproxy

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

func TestReadingIsHeldToTheSessionsTenant(t *testing.T) {
	s, _ := newTenantStack(t, AskAfterChange)
	for _, mode := range execModes {
		t.Run(mode, func(t *testing.T) {
			s.direct(t).exec("truncate notes restart identity; truncate papers")
			c := s.proxiedIn(t, mode)
			for i, tenant := range []string{"acme", "globex"} {
				c.exec("select set_config('app.tenant', $1, false)", tenant)
				c.exec("insert into notes (body) values ($1)", "note of "+tenant)
				c.exec("insert into papers values ($1, $2, $3)", i, tenant, "paper of "+tenant)
			}
			for sql, want := range map[string]string{
				"select body from notes where id = 2":                                                                   "note of globex",
				"select body from notes where id = 1":                                                                   codeNoPrivilege,
				"select body from notes":                                                                                codeNoPrivilege,
				"select title from papers where tenant = 'globex'":                                                      "paper of globex",
				"select title from papers where id = 0":                                                                 codeNoPrivilege,
				"select tenant, title from papers where id = 0":                                                         codeNoPrivilege,
				"with p as (select * from papers) select title from p":                                                  codeNoPrivilege,
				"update notes set body = 'x' where id = 1 returning body":                                               "x",
				"delete from papers where tenant = 'acme' returning title":                                              codeNoPrivilege,
				"insert into papers values (9, 'globex', 'y') returning title":                                          "y",
				"insert into papers values (9, 'acme', 'y') returning title":                                            codeNoPrivilege,
				"insert into papers values (8, 'globex', 'y'), (9, 'acme', 'z')":                                        codeNoPrivilege,
				"update papers set title = 'x' where tenant = 'acme'":                                                   codeNoPrivilege,
				"update papers set title = 'x' where tenant = current_setting('app.tenant') and id = 1 returning title": "x",
				"insert into papers (id, title) values (6, 'w') returning title":                                        "w",
				"insert into papers values (6, default, 'w') returning title":                                           "w",
				"insert into papers values (7, current_setting('app.tenant', true), 'z') returning title":               "z",
			} {
				tx, err := c.Begin(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				if err := queryError(c, sql); err != nil {
					got = err.Code
				} else {
					_ = tx.Rollback(context.Background())
					if tx, err := c.Begin(context.Background()); err == nil {
						got = fmt.Sprint(c.value(sql))
						_ = tx.Rollback(context.Background())
					}
				}
				_ = tx.Rollback(context.Background())
				if got != want {
					t.Errorf("%s: got %s, want %s", sql, got, want)
				}
			}
			c.exec("reset app.tenant")
			if err := queryError(c, "select body from notes"); err == nil || err.Code != codeInvalidParameter {
				t.Errorf("without a tenant: %v", err)
			}
			if got := c.value("select title from papers where id = 0"); got != "paper of acme" {
				t.Errorf("a tenant by the column alone: %v", got)
			}
		})
	}
}

func TestForeignRowsReadAsTheTableSays(t *testing.T) {
	for rule, want := range map[pgsql.ForeignRule][]string{
		pgsql.ForeignNull: {"<nil> <nil> 1", "paper of globex 7 1", "error"},
		pgsql.ForeignMask: {"*** <nil> 1", "paper of globex 7 1", "error"},
	} {
		s := newStack(t, `create table papers (id int primary key, tenant text, title bytea, pages bytea)`, &pgsql.Policy{Tables: []pgsql.Table{
			{Schema: "public", Name: "papers", Tenant: pgsql.TenantSource{Column: "tenant", Setting: "app.tenant", Foreign: rule},
				Columns: []pgsql.Column{{Name: "title", Field: "title", Type: "text"}, {Name: "pages", Field: "pages", Type: "int8", Index: 1}}},
		}})
		for _, mode := range execModes {
			c := s.proxiedIn(t, mode)
			c.exec("truncate papers")
			c.exec("reset app.tenant")
			c.exec("insert into papers values (0, 'acme', 'paper of acme', '5'), (1, 'globex', 'paper of globex', '7'), (2, 'globex', 'moved', '5')")
			s.direct(t).exec("update papers set title = (select title from papers where id = 0), pages = (select pages from papers where id = 0) where id = 2")
			c.exec("set app.tenant = 'globex'")
			for id, want := range want {
				got := ""
				rows, _ := c.Query(context.Background(), "select title, pages, 1 from papers where id = $1", id)
				values, err := pgx.CollectExactlyOneRow(rows, func(r pgx.CollectableRow) ([]any, error) { return r.Values() })
				if got = fmt.Sprintln(values...); err != nil {
					got = "error\n"
				}
				if got != want+"\n" {
					t.Errorf("%s, rule %d, row %d: got %s, want %s", mode, rule, id, got, want)
				}
			}
		}
	}
}

func TestTenantOfASessionComesWithItsStartToo(t *testing.T) {
	s, sent := newTenantStack(t, AskAfterChange)
	direct := s.direct(t)
	direct.exec("create role " + s.database + "_r login superuser")
	t.Cleanup(func() { direct.exec("drop role " + s.database + "_r") })
	direct.exec("alter role " + s.database + "_r in database " + s.database + " set app.tenant = 'globex'")
	for name, dsn := range map[string]string{
		"acme":    s.proxyDSN() + "&options=-c%20app.tenant%3Dacme",
		"globex":  "postgres://" + s.database + "_r@" + s.address + "/" + s.database + "?sslmode=disable",
		"globex ": s.proxyDSN() + "&app.tenant=globex",
	} {
		c := open(t, dsn, "")
		sent.take()
		c.exec("insert into notes (body) values ('marker')")
		if got := s.sealedFor(sent.take()); got+" " != name+" " && got+" " != name {
			t.Errorf("%s: sealed for %q", name, got)
		}
	}
	c := open(t, s.proxyDSN(), "")
	if err := queryError(c, "insert into notes (body) values ('marker')"); err == nil || err.Code != codeInvalidParameter {
		t.Errorf("got %v", err)
	}
}
