package pgproxy

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

const searchTables = `
	create table members (id int primary key, tenant_id text, email bytea, login bytea, handle text);
	create table invites (id int primary key, tenant_id text, email bytea, login bytea);
	create index on members (tenant_id, email);
	create index on members (tenant_id, (substring(login from 13 for 15)));
	create index on members (tenant_id, (substring(handle from 21 for 20)))`

func searchPolicy() *pgsql.Policy {
	column := func(table, name string, index int, search pgsql.Search, normalise string) pgsql.Column {
		return pgsql.Column{Name: name, Field: table + "_" + name, Type: "text", Index: index, Search: search, Domain: name, Normalise: normalise}
	}
	handle := column("member", "handle", 4, pgsql.SearchTerm, "")
	handle.Storage = pgsql.StorageText
	tenant := pgsql.TenantSource{Column: "tenant_id"}
	return &pgsql.Policy{Tables: []pgsql.Table{
		{Schema: "public", Name: "members", Tenant: tenant, Columns: []pgsql.Column{
			column("member", "email", 0, pgsql.SearchDeterministic, ""), column("member", "login", 1, pgsql.SearchTerm, "lower"), handle,
		}},
		{Schema: "public", Name: "invites", Tenant: tenant, Columns: []pgsql.Column{
			column("invite", "email", 2, pgsql.SearchDeterministic, ""), column("invite", "login", 3, pgsql.SearchTerm, "lower"),
		}},
	}}
}

// TestComparisonsUseIndexes asks the server through the proxy how it would carry out comparisons: by the btree on a
// deterministic column, and by the expression index on equality terms.
func TestComparisonsUseIndexes(t *testing.T) {
	s := newStack(t, searchTables, searchPolicy())
	c := s.proxied(t)
	for i := range 300 {
		c.exec("insert into members (id, tenant_id, email, login, handle) values ($1, 'acme', $2, $3, $4)", i, fmt.Sprint("m", i), fmt.Sprint("L", i), fmt.Sprint("h", i))
	}
	c.exec("insert into invites (id, tenant_id, email, login) values (1, 'acme', 'm7', 'l8')")
	c.exec("analyze members")
	c.exec("set enable_seqscan = off")
	for _, q := range []struct {
		text  string
		index string // its columns as PostgreSQL names it
		rows  int
	}{
		{"tenant_id = 'acme' and email = 'm7'", "members_tenant_id_email_idx", 1},
		{"tenant_id = 'acme' and email in ('m7', 'm8', 'none')", "members_tenant_id_email_idx", 2},
		{"tenant_id = 'acme' and email = any('{m7,m9}')", "members_tenant_id_email_idx", 2},
		{"(tenant_id, email) = ('acme', 'm7')", "members_tenant_id_email_idx", 1},
		{"tenant_id = 'acme' and exists (select 1 from invites i where i.tenant_id = members.tenant_id and i.email = members.email)", "members_tenant_id_email_idx", 1},
		{"tenant_id = 'acme' and lower(login) = lower('L7')", "members_tenant_id_substring_idx", 1},
		{"tenant_id = 'acme' and lower(login) in (lower('L7'), 'l8', 'L9')", "members_tenant_id_substring_idx", 2},
		{"tenant_id = 'acme' and handle = 'h7'", "members_tenant_id_substring_idx1", 1},
		{"tenant_id = 'acme' and handle = any(array['h7', 'h8'])", "members_tenant_id_substring_idx1", 2},
	} {
		rows, err := c.Query(context.Background(), "explain (costs off) select id from members where "+q.text)
		if err != nil {
			t.Fatal(err)
		}
		var plan strings.Builder
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(line + "\n")
		}
		if !strings.Contains(plan.String(), q.index+" ") && !strings.Contains(plan.String(), q.index+"\n") || !strings.Contains(plan.String(), "Index Cond") {
			t.Errorf("%s: %s is not used:\n%s", q.text, q.index, plan.String())
		}
		if n := c.value("select count(*) from members where " + q.text); n != int64(q.rows) {
			t.Errorf("%s finds %v rows, not %d", q.text, n, q.rows)
		}
	}
}

// TestConflictTargetsFindTheExpressionIndex upserts by equality terms.
func TestConflictTargetsFindTheExpressionIndex(t *testing.T) {
	s := newStack(t, strings.ReplaceAll(searchTables, "create index", "create unique index"), searchPolicy())
	c := s.proxied(t)
	const upsert = "insert into members (id, tenant_id, email, login, handle) values ($1, $2, $3, $4, $5) on conflict "
	for i, target := range []string{"(tenant_id, email)", "(tenant_id, lower(login))", "(tenant_id, handle)", `("tenant_id", "handle")`} {
		id, other := i*10, fmt.Sprint(i)
		c.exec(upsert+target+" do nothing", id, "acme", "e"+other, "Login"+other, "h"+other)
		c.exec(upsert+target+" do update set email = excluded.email, login = excluded.login, handle = excluded.handle", id+1, "acme", "e"+other, "LOGIN"+other, "h"+other)
		c.exec(upsert+target+" do nothing", id+2, "globex", "e"+other, "login"+other, "h"+other)
		if n := c.value("select count(*) from members where tenant_id = 'acme' and email = $1", "e"+other); n != int64(1) {
			t.Errorf("%s: %v rows", target, n)
		}
		if login := c.value("select login from members where tenant_id = 'acme' and handle = $1", "h"+other); login != "LOGIN"+other {
			t.Errorf("%s: the row was not updated: %v", target, login)
		}
	}
}

// TestComparisonsWaitForTheIndexKey compares while no key is in the cache.
func TestComparisonsWaitForTheIndexKey(t *testing.T) {
	s := newStack(t, searchTables, searchPolicy())
	c := s.proxied(t)
	s.keys.cold = true
	c.exec("insert into members (id, tenant_id, email, login, handle) values ($1, $2, $3, $4, $5)", 1, "acme", "e", "L", "h")
	for _, where := range []string{"email = $2", "email = any(array[$2])", "lower(login) = lower($2)", "handle = $2"} {
		value := map[byte]string{'e': "e", 'l': "l", 'h': "h"}[where[0]]
		if n := c.value("select count(*) from members where tenant_id = $1 and "+where, "acme", value); n != int64(1) {
			t.Errorf("%s finds %v", where, n)
		}
	}
	if n := c.value("select count(*) from members where tenant_id = 'acme' and email = any('{e,f}') and login is not null"); n != int64(1) {
		t.Errorf("an array of literals finds %v", n)
	}
	if _, err := c.Exec(context.Background(), "select from members where tenant_id = 'nobody' and email = 'e'"); err == nil || !strings.Contains(err.Error(), "no data key") {
		t.Errorf("a tenant without a key: %v", err)
	}
}
