package pgproxy

import (
	"fmt"
	"testing"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// searching makes a statement that compares columns which can be searched, rightly or wrongly.
func (g *generator) searching() (string, []any) {
	g.params = nil
	column := func() string {
		return g.pick("email", "c.email", "note", "lower(note)", "lower(c.note)", `"email"`, "email::text", "LOWER(NOTE)", "lower(trim(note))")
	}
	value := func() string {
		plain := fmt.Sprintf("'%s%d'", leakMarker, g.IntN(100))
		if g.markup && g.IntN(2) == 0 {
			g.params = append(g.params, leakMarker)
			plain = fmt.Sprintf("$%d", len(g.params))
		}
		return g.pick(plain, plain, plain, "lower("+plain+")", "upper("+plain+")", plain+"::text", g.secret())
	}
	compare := func() string {
		switch g.IntN(9) {
		case 0:
			return fmt.Sprintf("%s in (%s, %s)", column(), value(), value())
		case 1:
			return fmt.Sprintf("%s = any (array[%s, %s])", column(), value(), value())
		case 2:
			return fmt.Sprintf("%s = any ('{%s1,\"%s2\"}')", column(), leakMarker, leakMarker)
		case 3:
			return fmt.Sprintf("(c.id, %s) = (%s, %s)", column(), g.id(), value())
		case 4:
			return fmt.Sprintf("%s is distinct from %s", column(), value())
		case 5:
			return fmt.Sprintf("%s in (select %s from customers c2 where c2.tenant_id = c.tenant_id and c2.email = %s)", column(), g.pick("c2.email", "c2.note", "lower(c2.note)"), value())
		case 6:
			return fmt.Sprintf("case %s when %s then true end", column(), value())
		case 7:
			return fmt.Sprintf("%s = (%s)", value(), column())
		}
		return fmt.Sprintf("%s %s %s", column(), g.pick("=", "<>", "!=", "=", ">", "like"), value())
	}
	where := g.pick("c.tenant_id = 'acme' and ", "c.tenant_id = 'acme' and ", "c.tenant_id = 'acme' and ", "tenant_id = "+g.tenant()+" and ", "c.tenant_id = 'acme' or ", "not ", "", "c.tenant_id in ('acme') and ") +
		g.pick("", "not ") + "(" + compare() + g.pick("", " or "+compare(), " and "+compare()) + ")"
	return g.number(g.pick(
		"select id, email, note from customers c where "+where, "select count(*) filter (where "+compare()+") from customers c where "+where,
		"select c.id from customers c join orders o on o.tenant_id = c.tenant_id and "+where, "select distinct email from customers c where "+where,
		"select lower(note), count(*) from customers c where "+where+" group by 1", "update customers c set name = 'n', email = "+g.secret()+" where "+where,
		"delete from customers c where "+where+" and false returning email", "select a.id from customers a join customers c using (tenant_id, email) where "+where,
		"with x as (select * from customers c where "+where+") select id, email from x", "select c.id from customers c left join customers d on d.email = c.email and "+where,
		"select email from customers c where "+where+" union select email from customers c where "+where, "explain select id from customers c where "+where,
		"prepare p as select id from customers c where "+where, "declare k cursor for select id from customers c where "+where))
}

// TestNoSearchedValueReachesTheServer is TestNoProtectedValueReachesTheServer for columns that can be searched.
func TestNoSearchedValueReachesTheServer(t *testing.T) {
	for _, mode := range []string{"simple_protocol", "exec", "cache_statement"} {
		t.Run(mode, func(t *testing.T) {
			l := newLeakStackOf(t, mode, leakTables, func(c *pgsql.Column) {
				c.Search, c.Domain = pgsql.SearchDeterministic, c.Name
				if c.Name == "note" {
					c.Search, c.Normalise = pgsql.SearchTerm, "lower"
				}
			})
			l.searches = true
			seed := uint64(fromEnvironment(t, "KEYASIDE_SEED", 1))
			for i := range fromEnvironment(t, "KEYASIDE_STATEMENTS", leakStatements) {
				l.try(t, seed+uint64(i))
			}
			t.Logf("%d carried out, %d refused, %d failed", l.done, l.refused, l.failed)
			if l.done < 20 || l.refused < 20 {
				t.Error("the statements are all of one kind")
			}
		})
	}
}
