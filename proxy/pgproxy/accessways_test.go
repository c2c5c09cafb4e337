package pgproxy

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
)

// rowsOf runs a simple query and returns all values of all results, as text.
func rowsOf(t *testing.T, c *conn, sql string) string {
	t.Helper()
	results, err := c.PgConn().Exec(context.Background(), sql).ReadAll()
	if err != nil {
		t.Errorf("%s: %v", sql, err)
	}
	var out []string
	for _, r := range results {
		for _, row := range r.Rows {
			out = append(out, string(bytes.Join(row, []byte("|"))))
		}
	}
	return strings.Join(out, "\n")
}

func TestMasksHoldForEveryWayOut(t *testing.T) {
	s := newRoleStack(t)
	admin := s.direct(t)
	admin.exec("create view emails as select id, email, tenant_id from customers")
	admin.exec("grant select on emails to " + s.role("support") + ", " + s.role("intern"))
	s.proxied(t).insert(sample(1, "acme"))
	for _, sql := range []string{
		"select email from customers",
		"select email from emails",
		"select * from (select email from customers) x",
		"with c as (select email, tenant_id from customers) select email from c",
		"select email, tenant_id from customers union all select email, tenant_id from customers",
		"select coalesce(email, email), tenant_id from customers",
		"select case when id = 1 then email end, tenant_id from customers",
		"select email from customers; select email from customers",
		"update customers set name = 'x' where id = 1 returning email",
		"begin; declare c cursor for select email from customers; fetch all from c; commit",
		"prepare p as select email from customers; execute p; deallocate p",
	} {
		c := s.as(t, "support", "simple_protocol")
		if got := rowsOf(t, c, sql); !strings.HasPrefix(got, "m***@example.com") || strings.Contains(got, "marker") {
			t.Errorf("%s: got %q", sql, got)
		}
		_ = c.Close(context.Background())
	}
	c := s.as(t, "intern", "simple_protocol")
	if got := rowsOf(t, c, "select id from emails"); got != "1" {
		t.Errorf("a column of a view beside a denied one: got %q", got)
	}
	for _, sql := range []string{"select * from emails", "prepare p as select email from customers",
		"declare c cursor with hold for select email from customers", "explain select email from customers",
		"insert into customers (id, tenant_id) values (2, 'acme') returning email"} {
		if err := queryError(c, sql); err == nil || err.Code != codeInsufficientPrivilege {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestCopyShowsWhatTheRoleSees(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).insert(sample(1, "acme"))
	stored := fmt.Sprintf("%x", s.direct(t).value("select email from customers"))
	for _, c := range []struct{ role, sql, want string }{
		{"support", "copy customers (id, email, photo, born, tenant_id) to stdout", "1\tm***@example.com\t\\N\t1987-01-01\tacme\n"},
		{"support", "copy customers (id, email, photo) to stdout with (format csv, null 'none')", "1,m***@example.com,none\n"},
		{"support", "copy (select email from customers) to stdout with csv header", "email\nm***@example.com\n"},
		{"support", "copy customers (points) to stdout with binary", "\xff\xff\xff\xff\xff\xff\xff\xd8"},
		{"analyst", "copy customers (email) to stdout with csv", "\\x" + stored},
		{"app", "copy customers (email, born) to stdout with csv", "marker-email-acme@example.com,1987-06-05\n"},
	} {
		var out bytes.Buffer
		if _, err := s.as(t, c.role, "").PgConn().CopyTo(context.Background(), &out, c.sql); err != nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: %s: %q, %v", c.role, c.sql, &out, err)
		}
	}
	for _, sql := range []string{"copy customers to stdout", "copy customers (email) to stdout", "copy (select email from customers) to stdout"} {
		if _, err := s.as(t, "intern", "").PgConn().CopyTo(context.Background(), &bytes.Buffer{}, sql); err == nil || !strings.Contains(err.Error(), codeInsufficientPrivilege) {
			t.Errorf("denied: %s: %v", sql, err)
		}
	}
	for role, may := range map[string]bool{"app": true, "support": true, "analyst": false, "intern": false} {
		data := fmt.Sprintf("%d\tacme\tmarker-copied\n", 100+len(role))
		_, err := s.as(t, role, "").PgConn().CopyFrom(context.Background(), strings.NewReader(data), "copy customers (id, tenant_id, email) from stdin")
		if may != (err == nil) || err != nil && !strings.Contains(err.Error(), codeInsufficientPrivilege) {
			t.Errorf("%s: copies in: %v", role, err)
		}
	}
	s.assertSealed(t, "select email from customers")
}

func TestRoleThatIsTakenOnHoldsForWhatWasPreparedOrDeclaredBefore(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).insert(sample(1, "acme"))
	c := s.proxiedIn(t, "simple_protocol")
	rowsOf(t, c, "prepare p as select email from customers")
	rowsOf(t, c, "prepare u as update customers set email = 'x' where tenant_id = 'acme'")
	rowsOf(t, c, "begin")
	rowsOf(t, c, "declare c cursor for select email from customers")
	rowsOf(t, c, "set local role "+s.role("support"))
	for _, sql := range []string{"execute p", "fetch all from c"} {
		if got := rowsOf(t, c, sql); got != "m***@example.com" {
			t.Errorf("%s: got %q", sql, got)
		}
	}
	rowsOf(t, c, "set local role "+s.role("intern"))
	rowsOf(t, c, "savepoint a")
	for _, sql := range []string{"execute p", "execute u", "fetch all from c", "move 1 from c; fetch backward 1 from c"} {
		if err := queryError(c, sql); err == nil || err.Code != codeInsufficientPrivilege {
			t.Errorf("%s: %v", sql, err)
		}
		rowsOf(t, c, "rollback to a")
	}
	rowsOf(t, c, "rollback")
	if got := rowsOf(t, c, "execute p"); got != "marker-email-acme@example.com" {
		t.Errorf("in the end: %q", got)
	}
}
