package pgsql

import (
	"strings"
	"testing"
)

func TestEffectOnTheSessionsParameters(t *testing.T) {
	for want, texts := range map[Effect][]string{
		Keeps: {
			"", ";", "select 1", "SELECT * FROM t WHERE a IN (1, 2) AND b = ANY ($1)", "select count(*), max(x), pg_catalog.lower(y) from t",
			"insert into t (a, b) values (1, now()) on conflict (a) do update set (a, b) = (1, 2) returning *", "insert into s.t (a) select 1",
			"with x (a) as (select 1) select * from x", "with recursive x (a) as materialized (select 1) table x",
			"select * from (values (1, 2)) v (a, b) join (select 1) as w (c) on (true)", "select cast(a as numeric(10, 2)), a::varchar(3), b::other(3) from t",
			"update t set a = coalesce(a, 1) where exists (select 1)", "delete from t using u where (t.a) = (u.a)", "(select 1) union all (select 2)",
			"begin", "start transaction isolation level serializable", "savepoint a", "release a", "show app.tenant_id", "deallocate all",
			"explain (analyze, costs off) select 1", "prepare x (int) as select $1", "declare c cursor for select 1", "copy t (a, b) from stdin",
			"copy (select a from t) to stdout", "lock table t", "truncate t", "listen x", "comment on function f(int) is 'set_config()'",
			"grant execute on function f(int) to x", "vacuum t (a)", "select 'set_config(1)', $$ set_config() $$, \"set_config\" from t -- set_config()",
			"select sum(a) filter (where b) over (partition by c order by d) from t", "select row(1, 2), array(select 1), a[lower(b)::int] from t",
			"select case when (a) then (b) else (c) end from t", "select extract(year from a), substring(a from 1 for 2) from t", "select current_timestamp(3)",
			"select pg_sleep(0)", "select current_setting('app.tenant_id', true)", "update t set a = $1 where b = $2", `select "lower"(a) from t`,
			"notify c, 'x'; unlisten *", "begin; insert into t values (1)", "select 1 from t for update of t",
		},
		Restores: {"commit", "END", "rollback", "rollback to savepoint a", "abort", "prepare transaction 'x'", "commit prepared 'x'",
			"begin; select 1; commit", "rollback and chain", "/* a */ commit"},
		Changes: {
			"set app.tenant_id = 'a'", "SET LOCAL x.y TO z", "/* x */ set a.b = 1", "reset all", "discard all", "select set_config('a.b', $1, true)",
			"select pg_catalog.set_config('a.b', 'c', false)", `select "set_config"('a.b', 'c', false)`, "select set_config ('a.b', 'c', false)",
			"select my_function()", "select app.lower(a) from t", "select * from my_function(1)", "do $$ begin end $$", "call p()", "execute s", "execute s(1)",
			"fetch 1 from c", "move 1 in c", "create table t (a int)", "alter table t add b int", "drop table t", "load 'x'",
			"explain analyze execute s", "explain analyze create table x as select 1", "select 1; set a.b = 1", "commit; set a.b = 1",
			"insert into t values (my_function())", "update t set a = f(a)", "delete from t where f(a)", "select lower(f(a)) from t",
			`select U&"set\005fconfig"('a', 'b', true)`, "select 'unfinished", "select a.b.c(1)", "set session authorization x", "set role x", "refresh materialized view m",
			"with x as (select f(1)) select * from x", "select (f(1))", "copy (select f(1)) to stdout", "import foreign schema a from server b into c",
			"select query_to_xml('select set_config(1)', true, true, '')", "table t; call p()", "(select f(1))", "merge into t using f(1) on true when matched then delete",
			"update pg_settings set setting = 'a' where name = 'a.b'", `update pg_catalog . "pg_settings" set setting = 'a'`,
			strings.Repeat("select 1;", 2000) + "reset x",
		},
		Prepares: {"prepare s as select set_config('a', $1, false)", "prepare s (text) as select f($1)", "declare c cursor for select f(1)", "prepare s as select 1; set a.b = 1"},
	} {
		for _, text := range texts {
			if got := effectOf(text); got != want {
				t.Errorf("%s: got %d, want %d", clip(text), got, want)
			}
		}
	}
}

func TestTextsAreOnlyReadForTheirEffectWhereItMatters(t *testing.T) {
	p := newTestPlanner(t)
	for text, want := range map[string]Effect{
		"select f(1)": Keeps, "select id from orders": Keeps, "commit": Keeps, "set datestyle = 'DMY'": Changes, " -- x\nSET a = 1": Changes,
		"reset datestyle": Changes, "select 1; set a = 1": Changes, "delete from orders": Keeps, "select 1;": Keeps, "rollback; begin": Restores,
	} {
		plan := p.Plan([]byte(text), &Session{})
		switch {
		case plan == nil && want != Keeps, plan != nil && (plan.Effect != want || !plan.Unnamed || plan.Protected()):
			t.Errorf("%s: got %+v", text, plan)
		}
	}
}

func TestReadingATextForItsEffectDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	text := "select lower(a), count(*) from orders where id in (1, 2) and tenant_id = current_setting('app.tenant_id')"
	if n := testing.AllocsPerRun(100, func() { effectOf(text) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzEffectOfASetIsNeverMissed(f *testing.F) {
	for _, s := range []string{"select 1", "/* */", "select 'a'; ", "-- x\n", "begin;", "(select 1) union ", "select $$;$$", "explain "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if effectOf(text+"\n;set_config()") < Changes && effectOf(text+"\n;set a.b = 1") < Changes && closed(text) {
			t.Errorf("%q followed by SET", text)
		}
	})
}

// closed reports whether what follows the text is outside of quotes and comments.
func closed(text string) bool {
	lx := lexer{text: text + "\n"}
	for t := lx.next(); t.kind != 0; t = lx.next() {
	}
	return lx.err == ""
}

func BenchmarkEffect(b *testing.B) {
	text := "select c.id, c.name, o.total from customers c join orders o on o.customer_id = c.id where c.tenant_id = $1 and o.total > 100 order by o.id limit 10"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		effectOf(text)
	}
}
