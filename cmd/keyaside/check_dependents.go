package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// dependentsQuery lists what the server computes or compares with a column: indexes, constraints, defaults and generated
// columns, views, rules, triggers, policies, statistics.
const dependentsQuery = `
with dep as (
  select d.refobjsubid as attnum, d.classid, d.objid, d.objsubid
  from pg_catalog.pg_depend d
  where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = $1 and d.refobjsubid > 0 and d.deptype in ('n', 'a')
)
select distinct a.attname::text,
       case
         when dep.classid = 'pg_catalog.pg_constraint'::regclass then 'constraint ' || coalesce(con.contype::text, '')
         when dep.classid = 'pg_catalog.pg_class'::regclass and c.relkind in ('i', 'I') then 'index'
         when dep.classid = 'pg_catalog.pg_class'::regclass and c.oid = $1 or dep.classid = 'pg_catalog.pg_attrdef'::regclass then 'generated'
         when dep.classid = 'pg_catalog.pg_rewrite'::regclass then 'view'
         else 'other'
       end,
       case when dep.classid = 'pg_catalog.pg_constraint'::regclass then con.conname::text
            when dep.classid = 'pg_catalog.pg_class'::regclass and c.oid <> $1 then c.relname::text
            when dep.classid = 'pg_catalog.pg_rewrite'::regclass then pg_catalog.pg_describe_object(dep.classid, dep.objid, 0)
            else pg_catalog.pg_describe_object(dep.classid, dep.objid, dep.objsubid) end
from dep
join pg_catalog.pg_attribute a on a.attrelid = $1 and a.attnum = dep.attnum
left join pg_catalog.pg_class c on dep.classid = 'pg_catalog.pg_class'::regclass and c.oid = dep.objid
left join pg_catalog.pg_constraint con on dep.classid = 'pg_catalog.pg_constraint'::regclass and con.oid = dep.objid
where not (dep.classid = 'pg_catalog.pg_attrdef'::regclass and exists (
        select from pg_catalog.pg_attrdef ad where ad.oid = dep.objid and ad.adrelid = $1 and ad.adnum = dep.attnum))
order by 1, 2, 3`

// checkDependents warns of what the server does with a protected column's content, which it sees encrypted.
func (t *tableCheck) checkDependents(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, dependentsQuery, t.oid)
	if err != nil {
		return fmt.Errorf("read what depends on the columns: %w", err)
	}
	var column, kind, name string
	_, err = pgx.ForEachRow(rows, []any{&column, &kind, &name}, func() error {
		if _, protected := t.config.Columns[column]; protected {
			what, todo := dependentFinding(kind, name)
			t.found.warn(t.object(column), what, todo)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what depends on the columns: %w", err)
	}
	return t.checkTriggers(ctx)
}

func dependentFinding(kind, name string) (what, todo string) {
	switch kind {
	case "constraint c":
		return "CHECK constraint " + name + " sees ciphertext", "drop it, or make it check the envelope"
	case "constraint p", "constraint u":
		return "constraint " + name + " compares ciphertext, in which no two values are equal", "drop it; it keeps nothing unique"
	case "constraint f":
		return "foreign key " + name + " compares ciphertext, in which no two values are equal", "drop it; it matches nothing"
	case "index":
		return "index " + name + " holds ciphertext and finds nothing", "drop it"
	case "generated":
		return name + " is computed from ciphertext", "drop the expression"
	case "view":
		return name + " reads it; statements on the view are refused", "let applications query the table"
	default:
		return name + " works on ciphertext", "look at what it does with the column"
	}
}

// checkTriggers warns of triggers, which see ciphertext and may copy plaintext from other columns into protected ones.
func (t *tableCheck) checkTriggers(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, `select tgname::text from pg_catalog.pg_trigger
		where tgrelid = $1 and not tgisinternal and tgenabled <> 'D' order by 1`, t.oid)
	if err != nil {
		return fmt.Errorf("read the triggers: %w", err)
	}
	var name string
	_, err = pgx.ForEachRow(rows, []any{&name}, func() error {
		t.found.warn(t.object(""), "trigger "+name+" sees ciphertext in the protected columns", "see that it neither reads nor writes them")
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the triggers: %w", err)
	}
	return nil
}
