package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// checkDependents tells what the server itself does with a protected column's content, which it sees encrypted: what fails,
// and what silently never matches.
func (t *tableCheck) checkDependents(ctx context.Context) error {
	for _, c := range []struct {
		what  string
		check func(context.Context) error
	}{
		{"constraints", t.checkConstraints}, {"indexes", t.checkIndexes}, {"what depends on the columns", t.checkOthers},
		{"partition key", t.checkPartitionKey}, {"triggers", t.checkTriggers},
	} {
		if err := c.check(ctx); err != nil {
			return fmt.Errorf("read the %s: %w", c.what, err)
		}
	}
	return nil
}

// form is how values of a protected column are found: "deterministic", "term" or, if they are not, empty.
func (t *tableCheck) form(column string) string {
	f := t.fields[t.config.Columns[column].Field]
	if !f.Searchable() {
		return ""
	}
	return f.Equality.Form
}

// othersQuery lists what names a column of the table, but for constraints and indexes: the column's own default is left to
// checkColumn.
const othersQuery = `
select distinct a.attname::text,
       case
         when d.classid = 'pg_catalog.pg_rewrite'::regclass and r.ev_class = $1 then 'rule'
         when d.classid = 'pg_catalog.pg_rewrite'::regclass then 'view'
         when d.classid = 'pg_catalog.pg_policy'::regclass then 'policy'
         when d.classid = 'pg_catalog.pg_statistic_ext'::regclass then 'statistics'
         when d.classid = 'pg_catalog.pg_trigger'::regclass then 'trigger'
         when d.classid = 'pg_catalog.pg_proc'::regclass then 'function'
         when d.classid = 'pg_catalog.pg_class'::regclass and d.objid = $1 or d.classid = 'pg_catalog.pg_attrdef'::regclass then 'generated'
         when d.classid = 'pg_catalog.pg_class'::regclass and c.relkind = 'S' then 'sequence'
         else 'other'
       end,
       case when d.classid = 'pg_catalog.pg_rewrite'::regclass and r.ev_class <> $1
            then pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, r.ev_class, 0)
            else pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) end
from pg_catalog.pg_depend d
join pg_catalog.pg_attribute a on a.attrelid = $1 and a.attnum = d.refobjsubid
left join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid
left join pg_catalog.pg_class c on d.classid = 'pg_catalog.pg_class'::regclass and c.oid = d.objid
where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = $1 and d.refobjsubid > 0 and d.deptype in ('n', 'a')
  and d.classid <> 'pg_catalog.pg_constraint'::regclass
  and not (d.classid = 'pg_catalog.pg_class'::regclass and c.relkind in ('i', 'I'))
  and not (d.classid = 'pg_catalog.pg_attrdef'::regclass and exists (
        select from pg_catalog.pg_attrdef ad where ad.oid = d.objid and ad.adrelid = $1 and ad.adnum = a.attnum))
  and not (d.classid = 'pg_catalog.pg_trigger'::regclass and exists (
        select from pg_catalog.pg_trigger g where g.oid = d.objid and g.tgisinternal))
order by 1, 2, 3`

func (t *tableCheck) checkOthers(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, othersQuery, t.oid)
	if err != nil {
		return err
	}
	var column, kind, name string
	_, err = pgx.ForEachRow(rows, []any{&column, &kind, &name}, func() error {
		if _, protected := t.config.Columns[column]; protected {
			what, todo := otherFinding(kind, name)
			t.found.warn(t.object(column), what, todo)
		}
		return nil
	})
	return err
}

func otherFinding(kind, name string) (what, todo string) {
	switch kind {
	case "view":
		return name + " reads it; the proxy opens what the view passes on, and refuses what it computes from ciphertext",
			"try the application's statements with keyaside explain"
	case "rule":
		return name + " runs on the server, with ciphertext", "drop it, or see that it neither compares nor computes with the column"
	case "policy":
		return "row-level security " + name + " compares ciphertext and never matches a plaintext, so rows are hidden or shown by accident",
			"let the policy test columns that are not protected"
	case "statistics":
		return name + " counts ciphertexts, which tells the planner nothing", "drop it"
	case "trigger":
		return name + " names it, and its condition sees ciphertext", "see that it tests no more than whether the column is NULL or was written"
	case "function":
		return name + " reads it and sees ciphertext", "see that it neither compares nor computes with the column"
	case "generated":
		return name + " is computed from ciphertext", "drop the expression"
	case "sequence":
		return name + " gives it values that the server makes, unencrypted", "drop the sequence, and let the application write the value"
	default:
		return name + " works on ciphertext", "look at what it does with the column"
	}
}

// checkPartitionKey: rows would be routed by ciphertext, and a search for a value would look into the wrong partition.
func (t *tableCheck) checkPartitionKey(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, `select a.attname::text from pg_catalog.pg_partitioned_table p
		join pg_catalog.pg_attribute a on a.attrelid = p.partrelid and a.attnum = any (p.partattrs::int2[])
		where p.partrelid = $1 order by 1`, t.oid)
	if err != nil {
		return err
	}
	var column string
	_, err = pgx.ForEachRow(rows, []any{&column}, func() error {
		if _, protected := t.config.Columns[column]; protected {
			t.found.error(t.object(column), "is a partition key, so rows go to a partition by their ciphertext", "partition by a column that is not protected")
		}
		return nil
	})
	return err
}

// checkTriggers warns of triggers, which see ciphertext and may copy plaintext from other columns into protected ones.
func (t *tableCheck) checkTriggers(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, `select tgname::text from pg_catalog.pg_trigger
		where tgrelid = $1 and not tgisinternal and tgenabled <> 'D' order by 1`, t.oid)
	if err != nil {
		return err
	}
	var name string
	_, err = pgx.ForEachRow(rows, []any{&name}, func() error {
		t.found.warn(t.object(""), "trigger "+name+" sees ciphertext in the protected columns", "see that it neither reads nor writes them")
		return nil
	})
	return err
}
