package main

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// indexOf is an index that has something to do with a column, and belongs to no constraint.
type indexOf struct {
	column     string
	name       string
	unique     bool
	method     string
	key        bool   // the column itself is one of its keys
	included   bool   // the column is stored in it beside the keys
	withTenant bool   // the tenant's column is one of its keys
	keys       string // its expressions, as the server writes them
	predicate  string
}

const indexesQuery = `
select a.attname::text, c.relname::text, i.indisunique, am.amname::text,
       a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1]), a.attnum = any ((i.indkey::int2[])[i.indnkeyatts:]),
       exists (select from pg_catalog.pg_attribute b where b.attrelid = $1 and b.attname = $2
               and b.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])),
       coalesce(pg_catalog.pg_get_expr(i.indexprs, i.indrelid), ''), coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), '')
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_am am on am.oid = c.relam
join pg_catalog.pg_attribute a on a.attrelid = $1 and a.attnum > 0
where i.indrelid = $1
  and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
  and (a.attnum = any (i.indkey::int2[]) or exists (select from pg_catalog.pg_depend d
       where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
         and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = $1 and d.refobjsubid = a.attnum))
order by 1, 2`

func (t *tableCheck) checkIndexes(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, indexesQuery, t.oid, t.config.Tenant.Column)
	if err != nil {
		return err
	}
	var i indexOf
	_, err = pgx.ForEachRow(rows, []any{&i.column, &i.name, &i.unique, &i.method, &i.key, &i.included, &i.withTenant, &i.keys, &i.predicate}, func() error {
		if _, protected := t.config.Columns[i.column]; protected {
			if what, todo := t.indexFinding(&i); what != "" {
				t.found.warn(t.object(i.column), what, todo)
			}
		}
		return nil
	})
	return err
}

// indexFinding is empty for an index that serves the column's search, or does not look at its content.
func (t *tableCheck) indexFinding(i *indexOf) (what, todo string) {
	name, form := "index "+i.name, t.form(i.column)
	equality := i.method == "btree" || i.method == "hash"
	switch {
	case !i.key && t.isTermKey(i) && form == configs.FormTerm && equality:
		if i.unique && t.config.Tenant.Fixed == "" && !i.withTenant {
			return name + " keeps values unique within a tenant only, since each tenant has a key of its own", "add the tenant's column to it, to say what it does"
		}
		return "", ""
	case i.key && i.unique && equality:
		return t.uniqueFinding("unique "+name, i.column, i.withTenant)
	case i.key && form == configs.FormDeterministic && equality:
		return "", ""
	case i.key || strings.Contains(i.keys, i.column):
		return name + " holds ciphertext and finds nothing", indexRemedy(form)
	case i.predicate != "" && !onlyNullTest(i.predicate, i.column):
		return name + " has a condition that sees ciphertext", "drop the condition, or test no more than whether the column is NULL"
	}
	return "", "" // it tests for NULL alone, or keeps the ciphertext beside its keys
}

func indexRemedy(form string) string {
	if form == "" {
		return "drop it; with search: equality on the field, keyaside schema makes one that finds equal values"
	}
	return "drop it; keyaside schema makes the index that equality uses"
}

// isTermKey reports whether the index's only expression is the one that statements are rewritten to.
func (t *tableCheck) isTermKey(i *indexOf) bool {
	var shape envelopeShape
	if t.config.Columns[i.column].Storage == "text" {
		shape.storage = pgsql.StorageText
	}
	return shape.isTermKey(i.keys, i.column)
}

// onlyNullTest reports whether a condition asks of the column whether it is NULL and nothing else, and names nothing else.
func onlyNullTest(predicate, column string) bool {
	for _, name := range []string{column, pgx.Identifier{column}.Sanitize()} {
		if predicate == "("+name+" IS NOT NULL)" || predicate == "("+name+" IS NULL)" {
			return true
		}
	}
	return false
}
