package pgproxy

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// generator makes statements of a small grammar over protected and unprotected tables: valid, invalid and hostile ones.
// A value that is written to a protected column, or compared with one, is a marker. Numbers and names never are.
type generator struct {
	*rand.Rand
	params []any // nil: literals only
	markup bool  // values may become parameters
}

const leakMarker = "Zq9secret"

const leakTables = `create table customers (id bigint primary key, tenant_id text not null, name text, email bytea, note text,
		unique (tenant_id, id));
	create table orders (id int, customer_id bigint, tenant_id text, name text, total int);
	create table log (id int, tenant_id text, note text)`

func (g *generator) pick(words ...string) string { return words[g.IntN(len(words))] }

func (g *generator) id() string { return fmt.Sprint(g.IntN(20)) }

// secret is a value for a protected column, in one of the many ways to write one.
func (g *generator) secret() string {
	word := fmt.Sprintf("%s%d", leakMarker, g.IntN(1000))
	if g.markup && g.IntN(2) == 0 {
		g.params = append(g.params, word)
		return fmt.Sprintf("$%d", len(g.params)) + g.pick("", "", "", "::text", "::varchar", "::varchar(3)", "::bytea")
	}
	return g.pick("'"+word+"'", "'"+word+"'", "'"+word+"'", "'it''s "+word+"'", "E'"+word+`\n'`, `E'\'`+word+"'", "$$"+word+"$$", "$q$'"+word+"$q$",
		"('"+word+"')", "(('"+word+"'::text))", "'"+word+"'::text", "cast('"+word+"' as text)", "text '"+word+"'", "U&'"+word+`\0041'`, "null", "'x' -- '\n'"+word+"'",
		"/* ' */ '"+word+"'", "'"+word+"' || 'x'", "lower('"+word+"')", "coalesce('"+word+"', '')", "(select '"+word+"')", "(values ('"+word+"'))",
		"case when true then '"+word+"' end", "array['"+word+"']", "'"+word+"'::varchar(4)", "N'"+word+"'", "row('"+word+"')", "'"+word+"' collate \"C\"",
		"default", "nullif('"+word+"', 'x')", "concat('"+word+"', $$x$$)", "format('%s', '"+word+"')", "'"+word+"'::bytea", "('{"+word+"}'::text[])[1]")
}

func (g *generator) tenant() string {
	return g.pick("'acme'", "'acme'", "'acme'", "'globex'", "('globex')", "'acme'::text", "lower('ACME')", "null", "default")
}

func (g *generator) table() string {
	return g.pick("customers", "customers", "public.customers", "CUSTOMERS", `"customers"`, `"public"."customers"`, `u&"\0063ustomers"`, "customers/**/", "only customers")
}

func (g *generator) column() string {
	return g.pick("email", "note", "EMAIL", `"email"`, `u&"\0065mail"`, `"note"`)
}

func (g *generator) returning() string {
	return g.pick("", "", " returning *", " returning email", " returning id, note as n", " returning lower(email)", " returning customers", " returning (select 1)")
}

func (g *generator) insert() string {
	t := g.table()
	switch g.IntN(9) {
	case 0:
		return fmt.Sprintf("insert into %s values (%s, %s, 'n', %s, %s)", t, g.id(), g.tenant(), g.secret(), g.secret()) + g.conflict() + g.returning()
	case 1:
		return fmt.Sprintf("insert into %s (id, tenant_id, %s) select %s, %s, %s%s", t, g.column(), g.id(), g.tenant(), g.secret(),
			g.pick("", " from orders", " union all select 1, 'acme', "+g.secret(), " where true", " limit 1"))
	case 2:
		return fmt.Sprintf("with x as (insert into %s (id, tenant_id, email) values (%s, %s, %s) returning *) select * from x", t, g.id(), g.tenant(), g.secret())
	case 3:
		return fmt.Sprintf("with x (e) as (select %s) insert into %s (id, tenant_id, email) select %s, 'acme', e from x", g.secret(), t, g.id())
	case 4:
		return fmt.Sprintf("insert into %s (tenant_id, id, email) values (%s, %s, %s), ('globex', %s, %s)", t, g.tenant(), g.id(), g.secret(), g.id(), g.secret()) + g.conflict()
	case 5:
		return fmt.Sprintf("insert into %s as c (email, tenant_id, id) overriding user value values (%s, %s, %s)", t, g.secret(), g.tenant(), g.id()) + g.returning()
	}
	return fmt.Sprintf("insert into %s (id, tenant_id, %s) values (%s, %s, %s)", t, g.column(), g.id(), g.tenant(), g.secret()) + g.conflict() + g.returning()
}

func (g *generator) conflict() string {
	return g.pick("", "", " on conflict do nothing", " on conflict (tenant_id, id) do update set email = excluded.email",
		" on conflict (id) do update set email = excluded.email", " on conflict (tenant_id, id) do update set email = "+g.secret(),
		" on conflict (tenant_id, id) do update set name = "+g.pick("excluded.email", "'n'", "excluded.name"),
		" on conflict (tenant_id, id) do update set (email, note) = ("+g.secret()+", "+g.secret()+")")
}

func (g *generator) update() string {
	where := g.pick(" where tenant_id = 'acme' and id = "+g.id(), " where id = "+g.id()+" and 'globex' = tenant_id", " where id = "+g.id(), "",
		" where tenant_id = 'acme' or id = 1", " where email = "+g.secret(), " from orders o where o.id = customers.id and customers.tenant_id = 'acme'")
	set := g.pick(g.column()+" = "+g.secret(), g.column()+" = "+g.secret(), "(email, note) = ("+g.secret()+", "+g.secret()+")", "(note, email) = row("+g.secret()+", "+g.secret()+")",
		"(email, name) = (select "+g.secret()+", 'n')", "email = note", "name = 'n', email = "+g.secret(), "email = "+g.secret()+", tenant_id = 'acme'", "note = email || "+g.secret())
	return "update " + g.table() + g.pick("", "", " as customers") + " set " + set + where + g.returning()
}

func (g *generator) query() string {
	return g.pick("select * from customers", "select email from customers where email = "+g.secret(), "select id from customers where "+g.secret()+" in (email, note)",
		"select email from customers c join orders o on o.id = c.id and c.email = "+g.secret(), "select * from customers where (id, email) = (1, "+g.secret()+")",
		"select count(*) filter (where note = "+g.secret()+") from customers", "select * from orders o where exists (select from customers c where c.note like "+g.secret()+")",
		"select email from customers order by email = "+g.secret(), "select * from (select email as e, id from customers) s where e = "+g.secret(),
		"select s.email from customers s natural join orders", "select case email when "+g.secret()+" then 1 end from customers",
		"select id from customers group by id having max(email) = "+g.secret(), "select email from customers limit 3")
}

// executed prepares a statement of SQL and executes it. Its own parameters are written §1 until the text's are numbered.
func (g *generator) executed() string {
	made := g.pick("insert into "+g.table()+" (id, tenant_id, "+g.column()+") values (§1, §2, §3)"+g.returning(),
		"update customers set email = §3 where tenant_id = §2 and id = §1", "select email from customers where id = §1 and tenant_id = §2 and email = §3")
	return "prepare p " + g.pick("", "(bigint, text, text) ", "(int, unknown, varchar(9)) ", "(int, text, bytea)") + " as " + made + "; " +
		g.pick("", "explain ", "explain analyze ", "create table t as ") + g.pick("execute p", `execute "p"`, `execute u&"\0070"`, "execute/**/p") +
		" (" + g.id() + ", " + g.tenant() + ", " + g.secret() + ")"
}

func (g *generator) other() string {
	return g.pick("delete from "+g.table()+" where email = "+g.secret(), "delete from customers where id = "+g.id()+" returning *",
		"explain insert into customers (id, tenant_id, email) values (1, 'acme', "+g.secret()+")", "prepare p as insert into customers (id, tenant_id, email) values (1, 'acme', "+g.secret()+")",
		"do $do$ begin update customers set email = "+strings.ReplaceAll(g.secret(), "$", "")+"; end $do$", "create table x as select * from customers where email = "+g.secret(),
		"create view v as select id from customers where email <> "+g.secret(), "alter table customers alter email set default "+g.secret(),
		"alter table customers add check (email <> "+g.secret()+")", "create index on customers (id) where email = "+g.secret(),
		"merge into customers c using orders o on c.id = o.id when matched then update set email = "+g.secret(), "copy (select * from customers where email = "+g.secret()+") to stdout", "copy "+g.table()+" to stdout", "copy customers (email, id) to stdout (format "+g.pick("text", "csv", "binary")+")",
		"deallocate all; "+g.executed(), "deallocate all; "+g.executed(), g.insert()+"; select email from customers; "+g.update(),
		"declare c cursor for select * from customers where email = "+g.secret(), "select 1; "+g.insert(), g.insert()+"; "+g.update(), "begin; "+g.insert()+"; commit",
		"select 'orders', total from orders", "insert into log values (1, 'acme', 'customers')", "begin", "commit", "rollback", "savepoint a", "rollback to a",
		"update orders set name = customers.name from customers where customers.id = orders.customer_id and customers.email = "+g.secret(),
		"create rule r as on insert to orders do also insert into customers (id, tenant_id, email) values (1, 'acme', "+g.secret()+")",
		"insert into orders select id, id, tenant_id, name from customers where email = "+g.secret(),
		"create function f() returns void language sql as $f$insert into customers (id, tenant_id, email) values (1, 'acme', 'Zq9secret')$f$")
}

func (g *generator) statement() (string, []any) {
	g.params = nil
	text := ""
	switch n := g.IntN(12); {
	case n < 5:
		text = g.insert()
	case n < 8:
		text = g.update()
	case n < 10:
		text = g.query()
	default:
		text = g.other()
	}
	if g.IntN(8) == 0 {
		text = g.mutate(text)
	}
	return g.number(text)
}

var parameter = regexp.MustCompile(`\$(\d+)`)

// number gives the parameters that made it into the text the numbers from 1 on.
func (g *generator) number(text string) (string, []any) {
	var used []any
	text = parameter.ReplaceAllStringFunc(text, func(m string) string {
		n, _ := strconv.Atoi(m[1:])
		if n < 1 || n > len(g.params) {
			return m
		}
		used = append(used, g.params[n-1])
		return fmt.Sprintf("$%d", len(used))
	})
	return strings.ReplaceAll(text, "§", "$"), used
}

// mutate damages a text: the server and the planner may then read it differently. Values stay out of comments, which pass
// as they are.
func (g *generator) mutate(text string) string {
	at := g.IntN(len(text) + 1)
	switch g.IntN(5) {
	case 0: // names stay whole, since a table that does not exist is not protected, and operators and commas, too
		if at < len(text) && strings.IndexByte("();'", text[at]) >= 0 {
			return text[:at] + text[at+1:]
		}
	case 1:
		if strings.Contains(text, `"`) {
			break
		}
		if at == 0 || at == len(text) || !isLetter(text[at-1]) || !isLetter(text[at]) {
			return text[:at] + g.pick("'", `"`, "(", ")", "--\n", "/*", "*/", " $$", ";", `\`, " ", "::", ",", "\t") + text[at:]
		}
	case 2:
		return strings.ReplaceAll(text, " ", g.pick("\n", "\t", " /* ' */ ", " -- \"\n", "\f", "\r"))
	case 3:
		return text + g.pick(";", ";;", " --", " /* */", "; select 1", " for update")
	}
	return text
}

func isLetter(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c >= 0x80
}

// leakStatements is how many are tried in each mode; KEYASIDE_STATEMENTS sets another number, KEYASIDE_SEED another start.
const leakStatements = 400

func TestNoProtectedValueReachesTheServer(t *testing.T) {
	for _, mode := range []string{"simple_protocol", "exec", "cache_statement"} {
		t.Run(mode, func(t *testing.T) {
			l := newLeakStack(t, mode)
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

// FuzzNoProtectedValueReachesTheServer looks for longer: go test -fuzz FuzzNoProtectedValue ./proxy/pgproxy.
func FuzzNoProtectedValueReachesTheServer(f *testing.F) {
	l := newLeakStack(f, "exec")
	for seed := range uint64(10) {
		f.Add(1_000_000 + seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { l.try(t, seed) })
}

type leakStack struct {
	recorder              *recorder
	c                     *pgx.Conn
	mode                  string
	searches              bool
	done, refused, failed int
}

func newLeakStack(t testing.TB, mode string) *leakStack {
	return newLeakStackOf(t, mode, leakTables, func(*pgsql.Column) {})
}

// newLeakStackOf is a leakStack with tables of the names and columns of leakTables, whose protected columns are changed.
func newLeakStackOf(t testing.TB, mode, ddl string, change func(c *pgsql.Column)) *leakStack {
	s := newBareStack(t)
	for _, tenant := range []string{"acme", "globex"} {
		s.keys.rotate(t, tenant, 1)
	}
	l := &leakStack{recorder: recordedStack(t, s), mode: mode}
	s.direct(t).exec(ddl)
	policy := protectedPolicy()
	policy.Tables[0].Columns = policy.Tables[0].Columns[:2]
	for i := range policy.Tables[0].Columns {
		change(&policy.Tables[0].Columns[i])
	}
	s.start(t, policy, Limits{})
	l.c = s.proxiedIn(t, mode).Conn
	return l
}

// try runs one statement and asserts that no marker arrived and that the session goes on.
func (l *leakStack) try(t *testing.T, seed uint64) {
	t.Helper()
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), markup: l.mode != "simple_protocol"}
	text, args := g.statement()
	if l.searches && seed%2 == 0 {
		text, args = g.searching()
	}
	ctx := context.Background()
	rows, err := l.c.Query(ctx, text, args...)
	if err == nil {
		for rows.Next() {
			if _, verr := rows.Values(); verr != nil {
				t.Errorf("seed %d: %s: %v", seed, text, verr)
			}
		}
		err = rows.Err()
	}
	if m := leaked(l.recorder.take(), leakMarker); m != "" {
		t.Errorf("LEAK: seed %d: %s", seed, text)
	}
	l.count(t, seed, text, err)
	l.inSync(t, seed, text)
}

func (l *leakStack) count(t *testing.T, seed uint64, text string, err error) {
	var pgErr *pgconn.PgError
	switch {
	case err == nil:
		l.done++
	case !errors.As(err, &pgErr):
		l.failed++ // pgx itself could not encode an argument
	case pgErr.Code == "XX001" || pgErr.Code == "XX000":
		t.Errorf("seed %d: %s: %v", seed, text, err)
	case pgErr.Routine == "keyaside":
		l.refused++
		if strings.Contains(fmt.Sprintf("%+v", *pgErr), leakMarker) {
			t.Errorf("seed %d: the refusal quotes the value: %+v", seed, *pgErr)
		}
	default:
		l.failed++
	}
}

// inSync asks something whose answer is known.
func (l *leakStack) inSync(t *testing.T, seed uint64, text string) {
	t.Helper()
	if l.c.PgConn().TxStatus() == 'E' {
		_, _ = l.c.Exec(context.Background(), "rollback")
	}
	var n uint64
	if err := l.c.QueryRow(context.Background(), fmt.Sprintf("select %d::bigint", seed%1000)).Scan(&n); err != nil || n != seed%1000 {
		t.Fatalf("seed %d: after %s: %d, %v", seed, text, n, err)
	}
}
