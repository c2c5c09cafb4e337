package main

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/keyaside/keyaside/configs"
)

// constraintOf is a constraint on a column. Those of other tables are foreign keys that refer to it.
type constraintOf struct {
	column     string
	kind       string // pg_constraint.contype
	name       string
	definition string
	columns    []string // of this table
	schema     string   // of a foreign key: the other table
	table      string
	partner    pgtype.Text // of a foreign key: the other table's column that goes with this one
}

// NOT NULL constraints (contype n, from PostgreSQL 18 on) are served: NULL stays NULL.
const constraintsQuery = `
select a.attname::text, k.contype::text, k.conname::text, pg_catalog.pg_get_constraintdef(k.oid), mine.names,
       coalesce(n.nspname::text, ''), coalesce(o.relname::text, ''),
       (select b.attname::text from pg_catalog.pg_attribute b where b.attrelid = o.oid
          and b.attnum = side.theirs[pg_catalog.array_position(side.ours, a.attnum)])
from pg_catalog.pg_constraint k
cross join lateral (select case when k.conrelid = $1 then k.conkey else k.confkey end as ours,
                           case when k.conrelid = $1 then k.confkey else k.conkey end as theirs,
                           case when k.contype <> 'f' then 0 when k.conrelid = $1 then k.confrelid else k.conrelid end as other) side
join pg_catalog.pg_attribute a on a.attrelid = $1 and a.attnum = any (side.ours)
cross join lateral (select pg_catalog.array_agg(m.attname::text) as names from pg_catalog.pg_attribute m
                    where m.attrelid = $1 and m.attnum = any (side.ours)) mine
left join pg_catalog.pg_class o on o.oid = side.other
left join pg_catalog.pg_namespace n on n.oid = o.relnamespace
where (k.conrelid = $1 or k.confrelid = $1) and k.contype in ('c', 'p', 'u', 'x', 'f')
order by 1, 2, 3`

func (t *tableCheck) checkConstraints(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, constraintsQuery, t.oid)
	if err != nil {
		return err
	}
	var c constraintOf
	_, err = pgx.ForEachRow(rows, []any{&c.column, &c.kind, &c.name, &c.definition, &c.columns, &c.schema, &c.table, &c.partner}, func() error {
		if _, protected := t.config.Columns[c.column]; protected {
			if what, todo := t.constraintFinding(&c); what != "" {
				t.found.warn(t.object(c.column), what, todo)
			}
		}
		c.columns = nil
		return nil
	})
	return err
}

// constraintFinding is empty for a constraint that holds for ciphertext as it does for plaintext.
func (t *tableCheck) constraintFinding(c *constraintOf) (what, todo string) {
	switch c.kind {
	case "c":
		name := pgx.Identifier{c.column}.Sanitize()
		if slices.Contains([]string{"CHECK ((" + c.column + " IS NOT NULL))", "CHECK ((" + name + " IS NOT NULL))"}, c.definition) {
			return "", ""
		}
		return "CHECK constraint " + c.name + " sees ciphertext", "drop it, let the application check the value, and have keyaside schema apply check the envelope"
	case "x":
		return "exclusion constraint " + c.name + " compares ciphertext, in which nothing overlaps", "drop it; it excludes nothing"
	case "f":
		return t.foreignKeyFinding(c)
	}
	return t.uniqueFinding("constraint "+c.name, c.column, slices.Contains(c.columns, t.config.Tenant.Column))
}

// uniqueFinding judges what keeps values unique.
func (t *tableCheck) uniqueFinding(name, column string, withTenant bool) (what, todo string) {
	switch form := t.form(column); {
	case form == configs.FormTerm:
		return name + " compares ciphertext, in which no two values are equal",
			"drop it, and make the column's index of keyaside schema unique: the term is what is equal"
	case form == "":
		return name + " compares ciphertext, in which no two values are equal",
			"drop it; it keeps nothing unique; with search: equality on the field it would, within a tenant"
	case t.config.Tenant.Fixed == "" && !withTenant:
		return name + " keeps values unique within a tenant only, since each tenant has a key of its own",
			"add the tenant's column to it, to say what it does"
	}
	return "", ""
}

// foreignKeyFinding judges a foreign key of this table, or of another table to this one.
func (t *tableCheck) foreignKeyFinding(c *constraintOf) (what, todo string) {
	name := "foreign key " + c.name
	other, protected := t.columnElsewhere(c.schema, c.table, c.partner.String)
	mine := t.config.Columns[c.column]
	switch {
	case !protected:
		return name + " compares ciphertext with plaintext of " + c.schema + "." + c.table + ", and matches nothing",
			"protect both columns, as fields of one equality domain, or drop it"
	case t.form(c.column) != configs.FormDeterministic || t.formOf(other) != configs.FormDeterministic:
		return name + " compares ciphertext, in which no two values are equal", "give both fields search: equality in the deterministic form, or drop it"
	case t.fields[mine.Field].EqualityDomain(mine.Field) != t.fields[other.Field].EqualityDomain(other.Field):
		return name + " compares two equality domains, in which no two values are equal", "give both fields the same equality.domain"
	}
	return "", ""
}

func (t *tableCheck) formOf(c configs.Column) string {
	if f := t.fields[c.Field]; f.Searchable() {
		return f.Equality.Form
	}
	return ""
}

// columnElsewhere is the configuration of a column of any table.
func (t *tableCheck) columnElsewhere(schema, table, column string) (configs.Column, bool) {
	for _, other := range t.tables {
		if s, n, err := other.SchemaAndName(); err == nil && s == schema && n == table {
			c, ok := other.Columns[column]
			return c, ok
		}
	}
	return configs.Column{}, false
}
